//! What the compiler gives: plain data, free of the VM's values, so that it can be cached on disk and made at build time.

use num_bigint::BigInt;

/// A constant of a code object.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// `...`
    Ellipsis,
    /// an int of any size
    Int(BigInt),
    /// a float
    Float(f64),
    /// a complex number: real, imaginary
    Complex(f64, f64),
    /// a string; lone surrogates are possible: code points
    Str(Text),
    /// a bytes object
    Bytes(Vec<u8>),
    /// a tuple of constants
    Tuple(Vec<Const>),
    /// a frozenset of constants (of `x in {1, 2}`)
    FrozenSet(Vec<Const>),
    /// a nested code object
    Code(Box<Code>),
    /// a slice of constants
    Slice(Box<(Const, Const, Const)>),
}

/// A string constant: almost always valid UTF-8, else (lone surrogates) code points.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Text {
    /// valid UTF-8
    Utf8(Box<str>),
    /// with lone surrogates
    Points(Box<[u32]>),
}

impl Text {
    /// From code points.
    pub fn from_points(points: Vec<u32>) -> Text {
        match points.iter().map(|&p| char::from_u32(p)).collect::<Option<String>>() {
            Some(s) => Text::Utf8(s.into()),
            None => Text::Points(points.into()),
        }
    }
    /// Is it `''`?
    pub fn is_empty(&self) -> bool {
        match self {
            Text::Utf8(s) => s.is_empty(),
            Text::Points(p) => p.is_empty(),
        }
    }
    /// Its code points.
    pub fn points(&self) -> Vec<u32> {
        match self {
            Text::Utf8(s) => s.chars().map(u32::from).collect(),
            Text::Points(p) => p.to_vec(),
        }
    }
    /// Appends.
    pub fn push(&mut self, more: &Text) {
        *self = match (&*self, more) {
            (_, m) if m.is_empty() => return,
            (t, m) if t.is_empty() => m.clone(),
            (Text::Utf8(a), Text::Utf8(b)) => Text::Utf8(format!("{a}{b}").into()),
            (a, b) => Text::from_points([a.points(), b.points()].concat()),
        };
    }
}
impl From<&str> for Text {
    fn from(s: &str) -> Text {
        Text::Utf8(s.into())
    }
}

/// An entry of the exception table. Entries are sorted so that the first that covers a word offset is the innermost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// first word covered
    pub start: u32,
    /// first word no longer covered
    pub end: u32,
    /// word offset of the handler
    pub target: u32,
    /// register that receives the exception
    pub register: u16,
}

/// Source position of an instruction. Columns are UTF-8 byte offsets within the line; `u32::MAX` = none.
///
/// An instruction that the compiler has put in has no line. Of several positions at one instruction the last is its own;
/// the others are of statements that have no instructions (`pass`, `try:`), which it follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// first line, from 1
    pub line: u32,
    /// last line
    pub end_line: u32,
    /// first column, from 0
    pub col: u32,
    /// column after the last
    pub end_col: u32,
}

impl Position {
    /// Where a module begins.
    pub const START: Position = Position {
        line: 0,
        end_line: 1,
        col: 0,
        end_col: 0,
    };
    /// No position.
    pub const NONE: Position = Position {
        line: u32::MAX,
        end_line: u32::MAX,
        col: u32::MAX,
        end_col: u32::MAX,
    };
}

/// CPython's code flags (`co_flags`), same bits.
pub mod flags {
    #![expect(missing_docs, reason = "CPython's names, documented in its inspect module")]
    pub const OPTIMIZED: u32 = 1;
    pub const NEWLOCALS: u32 = 2;
    pub const VARARGS: u32 = 4;
    pub const VARKEYWORDS: u32 = 8;
    pub const NESTED: u32 = 16;
    pub const GENERATOR: u32 = 32;
    pub const COROUTINE: u32 = 128;
    pub const ITERABLE_COROUTINE: u32 = 256;
    pub const ASYNC_GENERATOR: u32 = 512;
    pub const FUTURE_ANNOTATIONS: u32 = 0x1000000;
    pub const HAS_DOCSTRING: u32 = 0x4000000;
    pub const METHOD: u32 = 0x8000000;
}

/// A compiled code object.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "CPython's co_* names")]
pub struct Code {
    pub name: Box<str>,
    pub qualname: Box<str>,
    pub filename: Box<str>,
    pub firstlineno: u32,
    /// positional parameters, with the positional-only ones
    pub argcount: u16,
    pub posonlyargcount: u16,
    pub kwonlyargcount: u16,
    pub flags: u32,
    /// registers of a frame: locals, temporaries and the room for outgoing calls (header and arguments)
    pub nregs: u16,
    /// names of the locals in register order; parameters first
    pub varnames: Vec<Box<str>>,
    /// cell variables and the register that holds each cell (a parameter's own register, or one above the locals)
    pub cellvars: Vec<(Box<str>, u16)>,
    /// free variables; their cells are in registers `free_base ..`
    pub freevars: Vec<Box<str>>,
    pub free_base: u16,
    pub names: Vec<Box<str>>,
    pub consts: Vec<Const>,
    /// instructions, see [`crate::op`]
    pub code: Vec<u64>,
    pub handlers: Vec<Handler>,
    /// (word offset of an instruction, position), sorted: holds until the next entry
    pub positions: Vec<(u32, Position)>,
}
