//! `_ast`: syntax trees as Python objects, and the parts of `compile()` that make and take them.

mod build;
mod classes;
mod comments;
mod grammar;
mod node;
mod read;
mod repr;
mod signature;
mod version;

use crate::support::{put, put_ints};
use build::{Builder, Places, Whole};
use classes::Classes;
use comments::TypeComments;
use grammar::{NODES, Node, SUMS};
use vasuki_compiler::code::Code;
use vasuki_compiler::error::SyntaxError;
use vasuki_compiler::literal::Literals;
use vasuki_compiler::syntax::Start;
use vasuki_compiler::tree;
use vasuki_vm::modules::builtins::compile::emit_warnings;
use vasuki_vm::native::ModuleDef;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::trees::{self, Mode, Request, Trees};
use vasuki_vm::types::exceptions::syntax_error;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_ast",
    doc: "",
    functions: &[],
    init,
};
fn init(th: &mut Thread, m: Value) -> R<()> {
    let all = Classes::get(th)?;
    put(th, m, "AST", all.ast.value())?;
    for (s, c) in SUMS.iter().zip(&all.sums) {
        put(th, m, s.name, c.value())?;
    }
    for (n, c) in NODES.iter().zip(&all.nodes) {
        put(th, m, n.name, c.value())?;
    }
    put_ints(
        th,
        m,
        &[
            ("PyCF_ONLY_AST", 0x400),
            ("PyCF_TYPE_COMMENTS", 0x1000),
            ("PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000),
            ("PyCF_OPTIMIZED_AST", 0x8400),
        ],
    )
}
/// Lets `compile()` make and take trees.
pub fn install() {
    trees::set(Trees {
        is_node: Classes::is_node,
        parse,
        again,
        compile,
    });
}

fn root(mode: Mode) -> Node {
    match mode {
        Mode::Exec => Node::Module,
        Mode::Eval => Node::Expression,
        Mode::Single => Node::Interactive,
        Mode::FuncType => Node::FunctionType,
    }
}
fn raise(th: &mut Thread, mut e: SyntaxError) -> Throw {
    e.incomplete = false;
    syntax_error(th, &e)
}
fn whole(r: &Request) -> Whole {
    if r.mode == Mode::Single { Whole::Interactive } else { Whole::Plain }
}
fn parse(th: &mut Thread, source: &str, r: &Request) -> R {
    let all = Classes::get(th)?;
    let builder = Builder {
        all,
        literals: Literals { source, consts: &[] },
        places: Places::of_source(source),
        optimize: r.optimized.then_some(r.options.optimize),
        comments: r.type_comments.then(|| TypeComments::of(source)),
    };
    if r.mode == Mode::FuncType {
        return signature::parse(th, &builder, r);
    }
    let start = if r.mode == Mode::Eval { Start::Eval } else { Start::File };
    let mut warned = Vec::new();
    let made = tree::parse(source, r.filename, start, &mut warned);
    emit_warnings(th, &warned, r.filename)?;
    let module = match made {
        Ok(m) => m,
        Err(e) => return Err(raise(th, e)),
    };
    let refused = version::check(source, &module, r.feature_version);
    let made = match refused {
        Some(e) => Err(raise(th, e.in_file(r.filename))),
        None => builder.module(th, &module, whole(r)),
    };
    // What is nested deeply is dropped deeply.
    tree::with_stack(source.len(), || drop(module));
    let made = made?;
    match builder.comments.and_then(|c| c.misplaced(source)) {
        Some(e) => Err(raise(th, e.in_file(r.filename))),
        None => Ok(made),
    }
}
fn again(th: &mut Thread, v: Value, r: &Request) -> R {
    let all = Classes::get(th)?;
    let root = root(r.mode);
    read::expect_root(th, all, v, root)?;
    if !r.optimized || root == Node::FunctionType {
        return Ok(v);
    }
    let t = read::read(th, v, root)?;
    let builder = Builder {
        all,
        literals: Literals {
            source: &"\n".repeat(t.places.len()),
            consts: &t.consts,
        },
        places: Places::Table(&t.places),
        optimize: Some(r.options.optimize),
        comments: None,
    };
    let made = builder.module(th, &t.module, whole(r));
    tree::with_stack(t.places.len(), || drop(t.module));
    made
}
fn compile(th: &mut Thread, v: Value, r: &Request) -> R<Code> {
    let t = read::read(th, v, root(r.mode))?;
    let mut warned = Vec::new();
    let made = tree::compile(&t, r.filename, r.options, &mut warned);
    tree::with_stack(t.places.len(), || drop(t));
    emit_warnings(th, &warned, r.filename)?;
    made.map_err(|e| raise(th, e))
}
