//! Syntax tree and scopes to bytecode.
//!
//! Registers: locals, then cells, then free variables' cells, then temporaries used as a stack. An expression is
//! evaluated *into* a register. A local's register is written by the last instruction of an expression only, so that an
//! exception in the middle leaves the local as it was; intermediate results go to temporaries.

mod assign;
mod call;
mod class;
mod comprehension;
mod control;
mod emit;
mod expr;
mod fold;
mod fstring;
mod function;
mod lines;
mod pattern;
mod scope;
mod stmt;
#[cfg(test)]
mod tests;
mod tries;
mod typeparams;
mod unparse;

use crate::Options;
use crate::code::{Code, Const, Position};
use crate::error::SyntaxError;
use crate::literal::Literals;
use crate::op::Op;
use crate::symtable::SymbolTable;
use emit::{Label, LabelData, Patch, Region};
use ruff_python_ast::{Mod, Stmt};
use ruff_text_size::TextRange;
use std::collections::HashMap;

/// Number of a register.
pub type Reg = u16;

/// What encloses a statement and has to be left by `return`, `break` and `continue`.
#[derive(Clone)]
enum Block<'a> {
    Loop {
        brk: Label,
        cont: Label,
    },
    /// a protected region only
    Region(Region),
    /// `try` with `finally`: the body, with its region
    Finally {
        body: &'a [Stmt],
        region: Region,
    },
    /// in a handler: what was being handled before, the handler's name
    Handler {
        saved: Reg,
        name: Option<String>,
        region: Region,
    },
    /// `with`: registers of the exit function
    With {
        exit: Reg,
        is_async: bool,
        region: Region,
        range: TextRange,
    },
}

/// An inlined comprehension's variables.
struct Overlay {
    homes: HashMap<String, (Reg, bool)>,
    unbound: Vec<Reg>,
}

/// One code object being made.
struct Unit<'a> {
    scope: usize,
    qualname: String,
    range: TextRange,
    last_range: Option<TextRange>,
    firstlineno: u32,
    code: Vec<u64>,
    labels: Vec<LabelData>,
    patches: Vec<(Patch, Label)>,
    regions: Vec<(Region, u32)>,
    handlers: Vec<crate::code::Handler>,
    positions: Vec<(u32, Position)>,
    consts: Vec<Const>,
    const_index: HashMap<String, usize>,
    names: Vec<Box<str>>,
    name_index: HashMap<String, usize>,
    varnames: Vec<Box<str>>,
    locals: HashMap<String, Reg>,
    cells: HashMap<String, Reg>,
    cellvars: Vec<(Box<str>, u16)>,
    frees: HashMap<String, Reg>,
    free_base: Reg,
    first_temp: Reg,
    sp: Reg,
    max_sp: Reg,
    bound: Vec<u64>,
    never_known: Vec<bool>,
    reachable: bool,
    overlays: Vec<Overlay>,
    blocks: Vec<Block<'a>>,
    flags: u32,
    argcount: u16,
    posonly: u16,
    kwonly: u16,
    /// annotations so far of a class or module: name, expression, number if conditional
    annotations: Vec<(String, &'a ruff_python_ast::Expr, Option<usize>)>,
    nested: u32,
}

/// The generator of code.
pub(crate) struct Gen<'a> {
    source: &'a str,
    consts: &'a [Const],
    lines: Vec<u32>,
    filename: &'a str,
    table: &'a SymbolTable,
    opts: Options,
    future_annotations: bool,
    far: bool,
    interactive: bool,
    too_far: bool,
    depth: u32,
    error: Option<SyntaxError>,
    u: Unit<'a>,
    units: Vec<Unit<'a>>,
}

impl<'a> Gen<'a> {
    fn literals(&self) -> Literals<'a> {
        Literals {
            source: self.source,
            consts: self.consts,
        }
    }
}

/// What kind of source a module is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whole {
    Module,
    Interactive,
}

/// Makes the code of a source.
pub(crate) fn generate<'a>(
    literals: Literals<'a>,
    filename: &'a str,
    module: &'a Mod,
    whole: Whole,
    table: &'a SymbolTable,
    opts: Options,
    future_annotations: bool,
) -> Result<Code, SyntaxError> {
    let Literals { source, consts } = literals;
    let mut lines = vec![0];
    lines.extend(source.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1));
    for far in [false, true] {
        let mut g = Gen {
            source,
            consts,
            lines: lines.clone(),
            filename,
            table,
            opts,
            future_annotations,
            far,
            interactive: whole == Whole::Interactive,
            too_far: false,
            depth: 0,
            error: None,
            u: Unit::new(0),
            units: Vec::new(),
        };
        g.set_up(0);
        g.u.qualname = "<module>".into();
        g.u.firstlineno = 1;
        g.emit(Op::Resume, 0, 0, 0);
        // A module begins before its first line.
        g.u.positions = vec![(0, Position::START)];
        g.u.last_range = None;
        g.prologue();
        if opts.allow_top_level_await && table.scopes[0].has_await {
            g.u.flags |= crate::code::flags::COROUTINE;
            g.emit(Op::ReturnGenerator, 0, 0, 0);
        }
        match module {
            Mod::Module(m) => g.module(&m.body, whole),
            Mod::Expression(e) => {
                let r = g.operand(&e.body);
                g.emit(Op::Return, r, 0, 0);
            }
        }
        let code = g.finish();
        if let Some(e) = g.error {
            return Err(e);
        }
        if !g.too_far {
            return Ok(code);
        }
    }
    Err(SyntaxError::new("code too large"))
}
