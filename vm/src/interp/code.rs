//! Code objects: what the compiler gave, with constants as values and names interned.
//!
//! Nothing changes after construction but the inline cache words, which are atomics.

use crate::context::ctx;
use crate::interp::cache::Entry;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, getter};
use crate::object::{Gc, Header, Kind, Layout, Slot, Space};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::types::{bytes, float, int};
use crate::value::Value;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64};
use vasuki_compiler::code::{self as compiled, Const, Handler, Position, Text, flags};
use vasuki_compiler::op::{Intrinsic1, Op};

/// Layout.
#[repr(C)]
pub struct Code {
    header: Header,
    tables: *mut Tables,
    /// `co_filename`
    pub filename: Slot,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Code {
    const KIND: Kind = Kind::Code;
}

/// Everything else, in Rust's memory; freed with the code object.
pub struct Tables {
    /// `co_name`
    pub name: Value,
    /// `co_qualname`
    pub qualname: Value,
    /// `co_firstlineno`
    pub firstlineno: u32,
    /// `co_argcount`: positional parameters, those before `/` included
    pub argcount: u16,
    /// `co_posonlyargcount`
    pub posonlyargcount: u16,
    /// `co_kwonlyargcount`
    pub kwonlyargcount: u16,
    /// `co_flags`
    pub flags: u32,
    /// registers of a frame: parameters and locals first, then temporaries
    pub nregs: u16,
    /// registers of locals and cells: what a generator that has not started needs
    pub first_temp: usize,
    /// registers that are kept while a generator is suspended, at the most
    pub kept: usize,
    /// has it handlers of the program's own, which a generator's finalizer must run?
    pub tries: bool,
    /// only positional parameters: the fast call path
    pub simple: bool,
    /// `co_varnames`
    pub varnames: Box<[Value]>,
    /// `co_cellvars`, and the registers that hold their cells
    pub cellvars: Box<[(Value, u16)]>,
    /// `co_freevars`
    pub freevars: Box<[Value]>,
    /// register of the first free variable's cell
    pub free_base: u16,
    /// names that instructions refer to
    pub names: Box<[Value]>,
    /// constants that instructions refer to
    pub consts: Box<[Value]>,
    /// instructions and the words of their inline caches
    pub words: Box<[AtomicU64]>,
    /// what handles exceptions where
    pub handlers: Box<[Handler]>,
    /// places in the source, by index of the instruction
    pub positions: Box<[(u32, Position)]>,
    /// the docstring, or None
    pub doc: Value,
    /// inline cache entries of this code, alive as long as it is
    pub entries: Mutex<Vec<Box<Entry>>>,
    /// there are as many as there may be
    pub entries_full: AtomicBool,
    /// what tools want to hear of it
    pub monitor: super::monitor::CodeMonitor,
}

impl Gc<Code> {
    /// The tables.
    #[inline(always)]
    pub fn tables(self) -> &'static Tables {
        // SAFETY: set at construction; freed when the code object is unreachable.
        unsafe { &*self.tables }
    }
    /// The tables, unless the object is still being made.
    pub fn ready_tables(self) -> Option<&'static Tables> {
        if self.tables.is_null() { None } else { Some(self.tables()) }
    }
    /// Calls `f` with every value inside that nothing else keeps alive.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        // All names are interned, which keeps them alive; the docstring is a constant.
        let Some(t) = self.ready_tables() else { return };
        t.consts.iter().for_each(|v| f(*v));
        for e in t.entries.lock().unwrap_or_else(|e| e.into_inner()).iter() {
            e.trace(f);
        }
    }
    /// Source position of the instruction before word `at` (a return address). What the compiler has put in there counts to
    /// what it follows.
    pub fn position(self, at: usize) -> Option<Position> {
        let all = &self.tables().positions;
        let end = all.partition_point(|p| (p.0 as usize) < at);
        all[..end].iter().rev().find(|p| p.1 != Position::NONE).map(|p| p.1)
    }
    /// The position of the instruction before word `at`, and those of what the program has before it and is no instruction.
    pub(super) fn lines_at(self, at: usize) -> (Option<Position>, &'static [(u32, Position)]) {
        let all = &self.tables().positions;
        let end = all.partition_point(|p| (p.0 as usize) < at);
        let Some(last) = end.checked_sub(1) else { return (None, &[]) };
        let first = all.partition_point(|p| (p.0 as usize) < at - 1).min(last);
        (Some(all[last].1).filter(|p| *p != Position::NONE), &all[first..last])
    }
    /// The positions of what begins at a word: the last one is the instruction's own.
    pub(super) fn lines_starting_at(self, at: usize) -> &'static [(u32, Position)] {
        let all = &self.tables().positions;
        let end = all.partition_point(|p| p.0 as usize <= at);
        let first = all.partition_point(|p| (p.0 as usize) < at);
        &all[first.min(end)..end]
    }
    /// Has the program a handler of its own around the instruction before word `at`?
    pub fn in_try(self, at: usize) -> bool {
        let words = &self.tables().words;
        self.handler(at)
            .is_some_and(|h| !is_guard(words[h.target as usize].load(std::sync::atomic::Ordering::Relaxed)))
    }
    /// The handler of the instruction before word `at`.
    pub fn handler(self, at: usize) -> Option<Handler> {
        self.tables()
            .handlers
            .iter()
            .find(|h| (h.start as usize) < at && at <= h.end as usize)
            .copied()
    }
}

/// Frees the tables.
/// # Safety
/// Called once, for an unreachable code object.
pub unsafe fn drop_tables(o: crate::object::Obj) {
    // SAFETY: the tables came from a Box; by the caller's promise nobody uses them.
    unsafe {
        let c = o.addr() as *mut Code;
        if !(*c).tables.is_null() {
            drop(Box::from_raw((*c).tables));
        }
    }
}

fn text(th: &mut Thread, t: &Text) -> Value {
    match t {
        Text::Utf8(s) => th.new_str(s),
        Text::Points(p) => th.new_str_points(p),
    }
}
/// Strings that look like identifiers are interned, as CPython does.
fn string(th: &mut Thread, t: &Text) -> Value {
    match t {
        Text::Utf8(s) if s.len() <= 64 && s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => th.intern(s).value(),
        t => text(th, t),
    }
}
/// The value of a constant.
pub fn constant(th: &mut Thread, c: &Const) -> R {
    Ok(match c {
        Const::None => Value::NONE,
        Const::Bool(b) => Value::bool(*b),
        Const::Ellipsis => Value::ELLIPSIS,
        Const::Int(i) => th.new_bigint(i.clone()),
        Const::Float(f) => Value::float(*f),
        Const::Complex(re, im) => th.new_complex(*re, *im),
        Const::Str(t) => string(th, t),
        Const::Bytes(b) => th.new_bytes(b),
        Const::Tuple(items) => {
            let v = constants(th, items)?;
            th.new_tuple(v.as_slice())
        }
        Const::FrozenSet(items) => {
            let v = constants(th, items)?;
            let list = th.new_list_vec(v);
            th.call(ctx().types.frozenset.value(), &[list])?
        }
        Const::Code(c) => from_compiled(th, c)?.value(),
        Const::Slice(s) => {
            let (a, b, c) = (constant(th, &s.0)?, constant(th, &s.1)?, constant(th, &s.2)?);
            crate::types::slice::new(th, a, b, c)
        }
    })
}
fn constants(th: &mut Thread, items: &[Const]) -> R<ValueVec> {
    let mut v = ValueVec::with_capacity(th, items.len())?;
    for c in items {
        let c = constant(th, c)?;
        v.push(th, c)?;
    }
    Ok(v)
}
fn names(th: &mut Thread, items: &[Box<str>]) -> Box<[Value]> {
    // Interned strings are kept alive by the intern table.
    items.iter().map(|n| th.intern(n).value()).collect()
}

fn first_temp(c: &compiled::Code) -> usize {
    let cells = c.cellvars.iter().map(|x| x.1 as usize + 1).max().unwrap_or(0);
    let free = if c.freevars.is_empty() {
        0
    } else {
        c.free_base as usize + c.freevars.len()
    };
    c.varnames.len().max(cells).max(free)
}
fn kept(c: &compiled::Code) -> usize {
    let mut most = first_temp(c);
    let mut at = 0;
    while let Some(&w) = c.code.get(at) {
        let Some(op) = Op::from_u16(w as u16) else { break };
        if op == Op::Yield {
            most = most.max((w >> 48) as usize);
        }
        at += op.words();
    }
    most
}
/// Does a handler that begins with this instruction only turn the StopIteration of a generator into a RuntimeError?
fn is_guard(w: u64) -> bool {
    w as u16 == Op::Intrinsic1 as u16 && (w >> 48) as u16 == Intrinsic1::StopIterationError as u16
}
/// A code object from what the compiler gave.
pub fn from_compiled(th: &mut Thread, c: &compiled::Code) -> R<Gc<Code>> {
    let p = th.alloc_raw(Kind::Code, ctx().types.code.root_shape(), std::mem::size_of::<Code>(), Space::Drop);
    // SAFETY: fresh zeroed memory; null tables are allowed until they are set below.
    let code: Gc<Code> = unsafe { Gc::from_addr(p.as_ptr() as u64) };
    let consts = constants(th, &c.consts)?;
    let filename = th.intern(&c.filename).value();
    code.filename.set_raw(filename);
    let doc = match consts.as_slice().first() {
        Some(d) if c.flags & flags::HAS_DOCSTRING != 0 => *d,
        _ => Value::NONE,
    };
    let cellvars = c.cellvars.iter().map(|(n, r)| (th.intern(n).value(), *r)).collect();
    let tables = Tables {
        name: th.intern(&c.name).value(),
        qualname: th.intern(&c.qualname).value(),
        firstlineno: c.firstlineno,
        argcount: c.argcount,
        posonlyargcount: c.posonlyargcount,
        kwonlyargcount: c.kwonlyargcount,
        flags: c.flags,
        nregs: c.nregs,
        first_temp: first_temp(c),
        kept: kept(c),
        tries: c.handlers.iter().any(|h| !is_guard(c.code[h.target as usize])),
        simple: c.kwonlyargcount == 0 && c.flags & (flags::VARARGS | flags::VARKEYWORDS) == 0,
        varnames: names(th, &c.varnames),
        cellvars,
        freevars: names(th, &c.freevars),
        free_base: c.free_base,
        names: names(th, &c.names),
        consts: consts.as_slice().into(),
        words: c.code.iter().map(|w| AtomicU64::new(*w)).collect(),
        handlers: c.handlers.clone().into(),
        positions: c.positions.clone().into(),
        doc,
        entries: Mutex::default(),
        entries_full: AtomicBool::new(false),
        monitor: super::monitor::CodeMonitor::default(),
    };
    // SAFETY: only this function has the object yet.
    unsafe { (*code.as_ptr()).tables = Box::into_raw(Box::new(tables)) };
    Ok(code)
}

/// A value as a constant; ValueError when it is of another kind.
pub fn to_constant(th: &mut Thread, v: Value) -> R<Const> {
    let t = &ctx().types;
    Ok(match v {
        Value::NONE => Const::None,
        Value::TRUE | Value::FALSE => Const::Bool(v.is_true()),
        Value::ELLIPSIS => Const::Ellipsis,
        _ if v.is_float() => Const::Float(v.as_float()),
        _ if v.cast::<Str>().is_some() => Const::Str(plain_text(v.as_gc())),
        _ if v.is_kind(Kind::Tuple) || th.class_of(v) == t.frozenset => {
            let mut items = Vec::new();
            for &i in th.collect(v)?.as_slice() {
                items.push(to_constant(th, i)?);
            }
            if v.is_kind(Kind::Tuple) {
                Const::Tuple(items)
            } else {
                Const::FrozenSet(items)
            }
        }
        _ if v.is_kind(Kind::Code) => Const::Code(Box::new(to_compiled(th, v.as_gc())?)),
        _ if v.is_kind(Kind::Bytes) => Const::Bytes(v.as_gc::<bytes::Bytes>().as_slice().to_vec()),
        _ if v.is_kind(Kind::Complex) => {
            let (re, im) = v.as_gc::<crate::types::complex::Complex>().parts();
            Const::Complex(re, im)
        }
        _ if v.is_kind(Kind::Slice) => {
            let (a, b, c) = crate::types::slice::parts(v);
            Const::Slice(Box::new((to_constant(th, a)?, to_constant(th, b)?, to_constant(th, c)?)))
        }
        _ => match (int::to_bigint(v), float::to_f64(v)) {
            (Some(i), _) => Const::Int(i.into_owned()),
            (None, Some(f)) => Const::Float(f),
            _ => return Err(th.value_error("a constant of this code object cannot be stored")),
        },
    })
}
fn plain_text(s: Gc<Str>) -> Text {
    match s.to_utf8() {
        Some(s) => Text::Utf8(s.into()),
        None => Text::Points(s.points().collect()),
    }
}
fn plain(v: Value) -> Box<str> {
    v.cast::<Str>().map(|s| s.to_string_lossy()).unwrap_or_default().into()
}
/// The compiler's form of a code object, with empty caches.
pub fn to_compiled(th: &mut Thread, c: Gc<Code>) -> R<compiled::Code> {
    let t = c.tables();
    let mut consts = Vec::new();
    for &v in &t.consts {
        consts.push(to_constant(th, v)?);
    }
    let mut words: Vec<u64> = t.words.iter().map(|w| w.load(std::sync::atomic::Ordering::Relaxed)).collect();
    let mut i = 0;
    while i < words.len() {
        let Some(op) = Op::from_u16(words[i] as u16) else { break };
        if let Some(c) = super::cache::cache_word(op) {
            words[i + c] = 0;
        }
        i += op.words();
    }
    let list = |v: &[Value]| v.iter().map(|v| plain(*v)).collect::<Vec<_>>();
    Ok(compiled::Code {
        name: plain(t.name),
        qualname: plain(t.qualname),
        filename: plain(c.filename.get()),
        firstlineno: t.firstlineno,
        argcount: t.argcount,
        posonlyargcount: t.posonlyargcount,
        kwonlyargcount: t.kwonlyargcount,
        flags: t.flags,
        nregs: t.nregs,
        varnames: list(&t.varnames),
        cellvars: t.cellvars.iter().map(|(n, r)| (plain(*n), *r)).collect(),
        freevars: list(&t.freevars),
        free_base: t.free_base,
        names: list(&t.names),
        consts,
        code: words,
        handlers: t.handlers.to_vec(),
        positions: t.positions.to_vec(),
    })
}
/// Sets `co_filename` of a code object and of those inside it.
pub fn set_filename(th: &mut Thread, v: Value, path: &str) -> R<()> {
    let Some(c) = v.cast::<Code>() else {
        return Err(th.type_error("a code object is required"));
    };
    let name = th.intern(path).value();
    c.filename.set_raw(name);
    for &k in &c.tables().consts {
        if k.is_kind(Kind::Code) {
            set_filename(th, k, path)?;
        }
    }
    Ok(())
}

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    getsets: GETSETS,
    doc: "Create a code object.  Not for mere mortals.",
    ..TypeDef::new("code", Kind::Code, std::mem::size_of::<Code>())
};
static METHODS: &[NativeDef] = &[
    def("__repr__", "self, /", code_repr, "Return repr(self)."),
    def("__eq__", "self, value, /", super::code_compare::eq, "Return self==value."),
    def("__hash__", "self, /", super::code_compare::hash, "Return hash(self)."),
    def("co_positions", "self, /", co_positions, "Source positions of the instructions."),
    def(
        "replace",
        "self, /, **changes",
        super::code_replace::replace,
        "Return a copy of the code object with new values for the specified fields.",
    ),
    def(
        "__replace__",
        "self, /, **changes",
        super::code_replace::replace,
        "The same as replace().",
    ),
    def(
        "co_branches",
        "self, /",
        co_branches,
        "Offsets of the conditional jumps, and of where they go on without and with a jump.",
    ),
    def("co_lines", "self, /", co_lines, "Line ranges of the instructions."),
];
fn tables(v: Value) -> &'static Tables {
    v.as_gc::<Code>().tables()
}
fn small(n: impl Into<i64>) -> R {
    Ok(Value::small(n.into()))
}
static GETSETS: &[GetSetDef] = &[
    getter("co_name", |_, v| Ok(tables(v).name), ""),
    getter("co_qualname", |_, v| Ok(tables(v).qualname), ""),
    getter("co_filename", |_, v| Ok(v.as_gc::<Code>().filename.get()), ""),
    getter("co_firstlineno", |_, v| small(tables(v).firstlineno), ""),
    getter("co_argcount", |_, v| small(tables(v).argcount), ""),
    getter("co_posonlyargcount", |_, v| small(tables(v).posonlyargcount), ""),
    getter("co_kwonlyargcount", |_, v| small(tables(v).kwonlyargcount), ""),
    getter("co_flags", |_, v| small(tables(v).flags), ""),
    getter("co_nlocals", |_, v| small(tables(v).varnames.len() as i64), ""),
    getter("co_stacksize", |_, v| small(tables(v).nregs), ""),
    getter("co_varnames", |th, v| Ok(th.new_tuple(&tables(v).varnames)), ""),
    getter("co_names", |th, v| Ok(th.new_tuple(&tables(v).names)), ""),
    getter("co_consts", |th, v| Ok(th.new_tuple(&tables(v).consts)), ""),
    getter("co_freevars", |th, v| Ok(th.new_tuple(&tables(v).freevars)), ""),
    getter("co_cellvars", cellvars, ""),
    getter("co_code", co_code, ""),
    getter("_co_code_adaptive", co_code, ""),
];
fn cellvars(th: &mut Thread, v: Value) -> R {
    let names: Vec<Value> = tables(v).cellvars.iter().map(|c| c.0).collect();
    Ok(th.new_tuple(&names))
}
fn co_code(th: &mut Thread, v: Value) -> R {
    let c = to_compiled(th, v.as_gc())?;
    let bytes: Vec<u8> = c.code.iter().flat_map(|w| w.to_le_bytes()).collect();
    Ok(th.new_bytes(&bytes))
}
fn code_repr(th: &mut Thread, a: &[Value]) -> R {
    let t = tables(a[0]);
    let (name, file) = (plain(t.name), plain(a[0].as_gc::<Code>().filename.get()));
    Ok(th.new_str(&format!(
        "<code object {name} at {:#x}, file \"{file}\", line {}>",
        a[0].0, t.firstlineno
    )))
}
fn number(n: u32) -> Value {
    if n == u32::MAX { Value::NONE } else { Value::small(n as i64) }
}
fn co_positions(th: &mut Thread, a: &[Value]) -> R {
    let t = tables(a[0]);
    let mut out = ValueVec::new();
    for at in 1..=t.words.len() {
        let p = a[0].as_gc::<Code>().lines_at(at).0;
        let four = match p {
            Some(p) => [number(p.line), number(p.end_line), number(p.col), number(p.end_col)],
            None => [Value::NONE; 4],
        };
        let four = th.new_tuple(&four);
        out.push(th, four)?;
    }
    let list = th.new_list_vec(out);
    th.iter(list)
}
fn co_branches(th: &mut Thread, a: &[Value]) -> R {
    let t = tables(a[0]);
    let mut out = ValueVec::new();
    let mut at = 0;
    while at < t.words.len() {
        if let Some((left, right)) = super::trace::sides(t, at) {
            let offsets = [at, left, right].map(|n| Value::small(2 * n as i64));
            let three = th.new_tuple(&offsets);
            out.push(th, three)?;
        }
        let op = Op::from_u16(t.words[at].load(std::sync::atomic::Ordering::Relaxed) as u16);
        at += op.map_or(1, Op::words);
    }
    let list = th.new_list_vec(out);
    th.iter(list)
}
fn co_lines(th: &mut Thread, a: &[Value]) -> R {
    let t = tables(a[0]);
    let mut out = ValueVec::new();
    for (i, (start, p)) in t.positions.iter().enumerate() {
        let end = t.positions.get(i + 1).map_or(t.words.len() as u32, |n| n.0);
        // A statement that has no instructions is between two of them.
        let first = *start as i64 * 2 - i64::from(end == *start);
        let three = th.new_tuple(&[Value::small(first), Value::small(end as i64 * 2), number(p.line)]);
        out.push(th, three)?;
    }
    let list = th.new_list_vec(out);
    th.iter(list)
}
/// Items of a tuple of names, for messages and binding.
pub fn name_list(v: Value) -> &'static [Value] {
    v.cast::<Tuple>().map_or(&[], |t| t.items())
}
