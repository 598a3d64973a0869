//! Python 3.14 source text to Vasuki's register bytecode.
#![warn(unsafe_code)]
pub mod code;
mod codegen;
pub mod dataflow;
pub mod dis;
pub mod effect;
pub mod error;
pub mod literal;
pub mod op;
pub mod serial;
pub mod source;
pub mod symbols;
mod symtable;
pub mod syntax;
#[expect(unsafe_code, reason = "text and tokenizer in one struct")]
pub mod token_info;
pub mod tokenizer;
pub mod tree;
pub mod validate;

use code::Code;
use error::SyntaxError;
use ruff_python_ast::{Mod, Stmt};
use syntax::warnings::SyntaxWarning;
use syntax::{CheckOptions, Start};

/// What a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// a module
    Exec,
    /// one expression, whose value the code returns
    Eval,
    /// an interactive statement: values of expressions are shown
    Single,
}
/// How to compile.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// as `-O`: 1 leaves asserts out, 2 docstrings too
    pub optimize: u8,
    /// as if the source had `from __future__ import annotations`
    pub future_annotations: bool,
    /// `await` at the top level makes the module a coroutine
    pub allow_top_level_await: bool,
}

/// Sources of this size can be nested deeply enough to need a stack of their own.
const LARGE: usize = 16 << 10;
/// Bytes of that stack: only what is used of it costs anything.
const STACK: usize = 1 << 30;

/// Compiles a source. Errors are CPython's.
pub fn compile(source: &str, filename: &str, mode: Mode, opts: Options) -> Result<Code, SyntaxError> {
    compile_with(source, filename, mode, opts, None)
}
/// Compiles a source; CPython's warnings about it are added to `warned`, also when there is an error.
pub fn compile_warned(
    source: &str,
    filename: &str,
    mode: Mode,
    opts: Options,
    warned: &mut Vec<SyntaxWarning>,
) -> Result<Code, SyntaxError> {
    compile_with(source, filename, mode, opts, Some(warned))
}
fn compile_with(
    source: &str,
    filename: &str,
    mode: Mode,
    opts: Options,
    warned: Option<&mut Vec<SyntaxWarning>>,
) -> Result<Code, SyntaxError> {
    if let Some(e) = syntax::too_deep(source) {
        return Err(e.in_file(filename));
    }
    tree::with_stack(source.len(), || compile_here(source, filename, mode, opts, warned))
}
fn compile_here(
    source: &str,
    filename: &str,
    mode: Mode,
    opts: Options,
    warned: Option<&mut Vec<SyntaxWarning>>,
) -> Result<Code, SyntaxError> {
    let start = if mode == Mode::Eval { Start::Eval } else { Start::File };
    let check = CheckOptions {
        allow_top_level_await: opts.allow_top_level_await,
    };
    let module = match warned {
        Some(w) => syntax::parse_warned(source, filename, start, check, w)?,
        None => syntax::parse(source, filename, start, check)?,
    };
    let future = opts.future_annotations || imports_annotations(&module);
    let table = symtable::SymbolTable::build(source, &module, future).map_err(|e| e.in_file(filename))?;
    let whole = if mode == Mode::Single {
        codegen::Whole::Interactive
    } else {
        codegen::Whole::Module
    };
    let literals = literal::Literals { source, consts: &[] };
    codegen::generate(literals, filename, &module, whole, &table, opts, future).map_err(|e| e.in_file(filename))
}
fn imports_annotations(module: &Mod) -> bool {
    let Mod::Module(m) = module else { return false };
    m.body.iter().any(|s| match s {
        Stmt::ImportFrom(i) => {
            i.level == 0
                && i.module.as_ref().is_some_and(|m| m.as_str() == "__future__")
                && i.names.iter().any(|a| a.name.as_str() == "annotations")
        }
        _ => false,
    })
}
