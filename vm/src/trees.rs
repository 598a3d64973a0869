//! Syntax trees as Python objects, which are made outside of this crate: what `compile()` needs of them.

use crate::thread::Thread;
use crate::throw::R;
use crate::value::Value;
use std::sync::OnceLock;
use vasuki_compiler::Options;
use vasuki_compiler::code::Code;

/// What is asked for.
pub struct Request<'a> {
    /// file name for errors and code
    pub filename: &'a str,
    /// kind of source or tree
    pub mode: Mode,
    /// how to compile
    pub options: Options,
    /// keep type comments
    pub type_comments: bool,
    /// compute in the tree what can be computed
    pub optimized: bool,
    /// minor version whose syntax is accepted; negative: all
    pub feature_version: i64,
}
/// Kind of a source or tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// `exec`
    Exec,
    /// `eval`
    Eval,
    /// `single`
    Single,
    /// `func_type`: a signature in a type comment
    FuncType,
}

/// What can be done with trees.
pub struct Trees {
    /// Is it a node?
    pub is_node: fn(Value) -> bool,
    /// The tree of a source.
    pub parse: fn(&mut Thread, &str, &Request) -> R,
    /// `compile(tree, ..., PyCF_ONLY_AST)`: checked, optimized perhaps.
    pub again: fn(&mut Thread, Value, &Request) -> R,
    /// The code of a tree.
    pub compile: fn(&mut Thread, Value, &Request) -> R<Code>,
}

static TREES: OnceLock<Trees> = OnceLock::new();

/// Sets what makes trees; the first one stays.
pub fn set(t: Trees) {
    TREES.get_or_init(|| t);
}
/// What makes trees, if anything does.
pub fn get() -> Option<&'static Trees> {
    TREES.get()
}
