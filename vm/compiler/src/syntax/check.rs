//! What the parser accepts but CPython's compiler refuses.

use crate::error::SyntaxError;
use ruff_python_ast::Mod;

/// How to check.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckOptions {
    /// `await` and async comprehensions are allowed at the top level
    pub allow_top_level_await: bool,
}

/// Checks a module; gives the first error.
pub fn check(_source: &str, _module: &Mod, _opts: CheckOptions) -> Result<(), SyntaxError> {
    Ok(())
}
