//! Programs as syntax trees: parsed but not compiled, and compiled without a source.
//!
//! The nodes of a tree that does not come from a source have offsets that count its [`Tree::places`]. To the compiler they
//! are offsets into a text of line ends only, so that place *n* is the start of line *n* + 1; lines are turned back into
//! places afterwards, in positions and in errors alike.

use crate::code::{Code, Const, Position};
use crate::error::SyntaxError;
use crate::literal::Literals;
use crate::symtable::SymbolTable;
use crate::syntax::warnings::{self, SyntaxWarning};
use crate::syntax::{self, CheckOptions, Start};
use crate::{LARGE, Options, STACK, codegen};
use ruff_python_ast::Mod;

/// A tree without a source.
pub struct Tree {
    /// the nodes
    pub module: Mod,
    /// is it an interactive statement?
    pub interactive: bool,
    /// lines and columns, by offset; at least one
    pub places: Vec<(i32, i32)>,
    /// what indexed literals stand for
    pub consts: Vec<Const>,
}

/// Runs `f` with a native stack for the nesting that a source of this size can have.
pub fn with_stack<T>(size: usize, f: impl FnOnce() -> T) -> T {
    if size < LARGE {
        stacker::maybe_grow(8 << 20, 64 << 20, f)
    } else {
        stacker::grow(STACK, f)
    }
}

/// Parses a source; only what CPython's parser refuses is an error. Its warnings are added to `warned`.
pub fn parse(source: &str, filename: &str, start: Start, warned: &mut Vec<SyntaxWarning>) -> Result<Mod, SyntaxError> {
    if let Some(e) = syntax::too_deep(source) {
        return Err(e.in_file(filename));
    }
    with_stack(source.len(), || {
        let made = syntax::parse_only(source, filename, start);
        warned.extend(match &made {
            Ok(m) => warnings::of_literals(source, m),
            Err(e) => warnings::before_error(source, e),
        });
        made
    })
}

/// Compiles a tree; CPython's warnings about it are added to `warned`.
pub fn compile(tree: &Tree, filename: &str, opts: Options, warned: &mut Vec<SyntaxWarning>) -> Result<Code, SyntaxError> {
    with_stack(tree.places.len(), || compile_here(tree, filename, opts, warned))
}
fn compile_here(tree: &Tree, filename: &str, opts: Options, warned: &mut Vec<SyntaxWarning>) -> Result<Code, SyntaxError> {
    let source = "\n".repeat(tree.places.len());
    let check = CheckOptions {
        allow_top_level_await: opts.allow_top_level_await,
    };
    let whole = if tree.interactive {
        codegen::Whole::Interactive
    } else {
        codegen::Whole::Module
    };
    let module = &tree.module;
    let future = opts.future_annotations || crate::imports_annotations(module);
    let made = syntax::check_tree(&source, module, check).and_then(|()| {
        warned.extend(warnings::of_code(&source, module).into_iter().map(|w| SyntaxWarning {
            error: tree.place_error(w.error),
            ..w
        }));
        let table = SymbolTable::build(&source, module, future)?;
        let literals = Literals {
            source: &source,
            consts: &tree.consts,
        };
        codegen::generate(literals, filename, module, whole, &table, opts, future)
    });
    match made {
        Ok(mut code) => {
            code.firstlineno = 1;
            relocate(&mut code, tree, true);
            Ok(code)
        }
        Err(e) => Err(tree.place_error(e).in_file(filename)),
    }
}

impl Tree {
    fn place(&self, line: u32) -> (u32, u32) {
        let (line, col) = self.places.get((line as usize).saturating_sub(1)).copied().unwrap_or((1, 0));
        (line.max(0) as u32, col.max(0) as u32)
    }
    fn place_error(&self, mut e: SyntaxError) -> SyntaxError {
        if e.line > 0 {
            let (start, end) = (self.place(e.line), self.place(e.end_line));
            (e.line, e.col) = (start.0, start.1 + 1);
            (e.end_line, e.end_col) = (end.0, end.1 + 1);
            e.text = None;
        }
        e
    }
}
fn relocate(code: &mut Code, tree: &Tree, whole: bool) {
    if !whole {
        code.firstlineno = tree.place(code.firstlineno).0;
    }
    for (_, p) in code
        .positions
        .iter_mut()
        .filter(|p| ![Position::NONE, Position::START].contains(&p.1))
    {
        let (start, end) = (tree.place(p.line), tree.place(p.end_line));
        (p.line, p.col) = start;
        (p.end_line, p.end_col) = end;
    }
    relocate_all(&mut code.consts, tree);
}
fn relocate_all(consts: &mut [Const], tree: &Tree) {
    for c in consts {
        match c {
            Const::Code(c) => relocate(c, tree, false),
            Const::Tuple(items) => relocate_all(items, tree),
            _ => {}
        }
    }
}
