//! Frame objects, made only when somebody asks for them: tracebacks, `sys._getframe`, `gi_frame`.
//!
//! While the frame runs, `regs` is its register 0 on its thread's VM stack. When it ends, its registers are copied to
//! `saved`. The frame of a suspended generator has neither: it looks into the generator. Others can have the object by the
//! time its frame ends, so it is opened for that like any object.

use super::code::{Code, Tables};
use super::generator::Generator;
use super::{code_of, frame_flag, function_of};
use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, getset, getter};
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::Buffer;
use crate::types::cell::Cell;
use crate::types::dict::Dict;
use crate::types::str_::Str;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use vasuki_compiler::code::flags;

/// Layout.
#[repr(C)]
pub struct Frame {
    header: Header,
    /// code object
    pub code: Slot,
    globals: Slot,
    builtins: Slot,
    /// mapping of a class body or module, or EMPTY
    locals: Slot,
    /// generator, or EMPTY
    pub generator: Slot,
    /// frame, None, or EMPTY: not known yet
    back: Slot,
    /// buffer of registers after the end
    saved: Slot,
    /// the local trace function, or EMPTY
    pub(super) trace: Slot,
    /// line of the last event; None: it begins; EMPTY: not known
    pub(super) line: Slot,
    /// offset behind the last instruction that was traced, or EMPTY
    pub(super) last: Slot,
    /// native function of which the profiling function knows that it runs; None: only tools do; or EMPTY
    pub(super) native: Slot,
    /// the call of which tools know that it runs: (callable, first argument, place), or EMPTY
    pub(super) call: Slot,
    /// offset behind the first word of a conditional jump that has just run, or EMPTY
    pub(super) branch: Slot,
    /// dict of names in `f_locals` that are no variables, or EMPTY
    extra: Slot,
    /// small int: which events the local trace function gets, see the constants; EMPTY: lines
    events: Slot,
    /// register 0 while it runs, else 0
    regs: AtomicU64,
    /// instruction offset after the end
    at: AtomicU64,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Frame {
    const KIND: Kind = Kind::Frame;
}
/// Words of the layout.
const WORDS: usize = 17;
/// No events for lines.
const NO_LINES: i64 = 1;
/// Events for instructions.
const OPCODES: i64 = 2;
const _: () = assert!(std::mem::size_of::<Frame>() == 16 + 8 * WORDS);

impl Gc<Frame> {
    /// Does its trace function get events for lines, and for instructions?
    pub(super) fn wants(self) -> (bool, bool) {
        let events = self.events.get().to_small().unwrap_or(0);
        (events & NO_LINES == 0, events & OPCODES != 0)
    }
    fn set_wants(self, th: &mut Thread, bit: i64, on: bool) -> R<()> {
        self.open(th)?;
        let events = self.events.get().to_small().unwrap_or(0);
        self.events.set_raw(Value::small(if on { events | bit } else { events & !bit }));
        Ok(())
    }
    #[inline]
    pub(super) fn open(self, th: &mut Thread) -> R<()> {
        th.write(self.header(), WORDS)
    }
    fn get(self, th: &mut Thread, slot: fn(&Frame) -> &Slot) -> R {
        th.read(self.header(), || slot(&self).get())
    }
    /// Register 0 while it runs, else null.
    fn registers(self, th: &mut Thread) -> R<*mut Value> {
        th.read(self.header(), || self.regs.load(Relaxed) as *mut Value)
    }
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        for s in [
            &self.code,
            &self.globals,
            &self.builtins,
            &self.locals,
            &self.generator,
            &self.back,
            &self.saved,
            &self.trace,
            &self.native,
            &self.call,
            &self.extra,
        ] {
            f(s.get());
        }
    }
}

/// The frame object of the live frame at `regs`.
pub(crate) fn object(th: &mut Thread, regs: *mut Value) -> R {
    // SAFETY: `regs` is register 0 of a live frame of this thread.
    unsafe {
        let word = (*regs.sub(3)).0;
        if word & frame_flag::HAS_OBJECT != 0
            && let Some(x) = th.interp.frames.iter().rev().find(|x| x.0 == regs as usize)
        {
            return Ok(x.1);
        }
        let f: Gc<Frame> = th.new_object(ctx().types.frame, 0);
        let func = function_of(regs);
        f.code.set_raw(*regs.sub(4));
        f.globals.set_raw(func.globals.get());
        f.builtins.set_raw(func.builtins.get());
        if word & frame_flag::GENERATOR != 0 {
            let g = *regs.sub(2);
            f.generator.set_raw(g);
            let g = g.as_gc::<Generator>();
            g.open(th)?;
            g.frame.set_raw(f.value());
        } else if (*regs.sub(2)).is_obj() && has_mapping(word) {
            f.locals.set_raw(*regs.sub(2));
        }
        f.regs.store(regs as u64, Relaxed);
        (*regs.sub(3)).0 |= frame_flag::HAS_OBJECT;
        th.interp.frames.push((regs as usize, f.value()));
        Ok(f.value())
    }
}
/// Is the extra word, if there is one, the locals mapping?
fn has_mapping(word: u64) -> bool {
    !matches!(super::Action::of(word), super::Action::Init | super::Action::Finish)
}
/// The frame at `regs` ends (or is suspended): its object keeps the registers.
pub(crate) fn detach(th: &mut Thread, regs: *mut Value, pc: *const AtomicU64) -> R<()> {
    let Some(i) = th.interp.frames.iter().rposition(|x| x.0 == regs as usize) else {
        return Ok(());
    };
    let f: Gc<Frame> = th.interp.frames[i].1.as_gc();
    f.open(th)?;
    th.interp.frames.remove(i);
    // SAFETY: as in `object`.
    unsafe {
        let t = code_of(regs).tables();
        f.at.store((pc as u64 - t.words.as_ptr() as u64) / 8, Relaxed);
        f.regs.store(0, Relaxed);
        let caller = (*regs.sub(5)).0 as *mut Value;
        if f.back.get().is_empty() && !caller.is_null() && (*caller.sub(3)).0 & frame_flag::HAS_OBJECT != 0 {
            let back = object(th, caller)?;
            f.back.set_raw(back);
        }
        // Without memory the frame only loses its locals.
        if let Ok(b) = th.new_buffer(t.nregs as usize) {
            for (i, s) in b.slots().iter().enumerate().take(t.first_temp) {
                s.set_raw(*regs.add(i));
            }
            f.saved.set_raw(b.value());
        }
    }
    Ok(())
}
/// The frame object of a generator that goes on at `regs`.
pub(crate) fn attach(th: &mut Thread, f: Value, regs: *mut Value) -> R<()> {
    f.as_gc::<Frame>().open(th)?;
    f.as_gc::<Frame>().regs.store(regs as u64, Relaxed);
    f.as_gc::<Frame>().back.set_raw(Value::EMPTY);
    // SAFETY: as in `object`.
    unsafe { (*regs.sub(3)).0 |= frame_flag::HAS_OBJECT };
    th.interp.frames.push((regs as usize, f));
    Ok(())
}
/// The frame object of a generator that does not run.
pub(crate) fn of_generator(th: &mut Thread, g: Gc<Generator>) -> R {
    g.open(th)?;
    if !g.frame.get().is_empty() {
        return Ok(g.frame.get());
    }
    let f: Gc<Frame> = th.new_object(ctx().types.frame, 0);
    let func = g.func.get().as_gc::<crate::types::function::Function>();
    f.code.set_raw(func.code.get());
    f.globals.set_raw(func.globals.get());
    f.builtins.set_raw(func.builtins.get());
    f.generator.set_raw(g.value());
    g.frame.set_raw(f.value());
    Ok(f.value())
}

/// Register 0 of the `n`-th frame counted from the innermost.
fn regs_at(th: &Thread, n: usize) -> Option<*mut Value> {
    let mut regs = th.interp.regs;
    for _ in 0..n {
        if regs.is_null() {
            return None;
        }
        // SAFETY: the frames of this thread are live; the chain ends with null.
        regs = unsafe { (*regs.sub(5)).0 as *mut Value };
    }
    if regs.is_null() { None } else { Some(regs) }
}
/// The frame object of the `n`-th frame, counted from the innermost.
pub fn frame_at(th: &mut Thread, n: usize) -> R<Option<Value>> {
    regs_at(th, n).map(|r| object(th, r)).transpose()
}
/// Globals of the innermost frame.
pub fn current_globals(th: &mut Thread) -> Option<Value> {
    // SAFETY: the frame is live.
    regs_at(th, 0).map(|r| unsafe { function_of(r).globals.get() })
}
/// `co_flags` of the innermost frame's code; 0 without one.
pub fn current_code_flags(th: &mut Thread) -> u32 {
    // SAFETY: the frame is live.
    regs_at(th, 0).map_or(0, |r| unsafe { code_of(r).tables().flags })
}
/// Is there a variable of a running function, or of a module that is being run, of whose value `f` says yes?
pub(crate) fn any_variable(th: &mut Thread, f: &mut dyn FnMut(&mut Thread, Value) -> R<bool>) -> R<bool> {
    let mut regs = th.interp.regs;
    while !regs.is_null() {
        // SAFETY: the frames of this thread are live; locals and cells are among a frame's registers.
        let (t, mapping, variables) = unsafe {
            let t = code_of(regs).tables();
            (t, *regs.sub(2), std::slice::from_raw_parts(regs, t.first_temp))
        };
        for v in variables {
            let v = content(th, *v)?;
            if v.is_obj() && f(th, v)? {
                return Ok(true);
            }
        }
        if t.flags & flags::OPTIMIZED == 0
            && let Some(d) = mapping.cast::<Dict>()
        {
            let mut at = 0;
            while let Some((_, v)) = d.next_entry(th, &mut at)? {
                if f(th, v)? {
                    return Ok(true);
                }
            }
        }
        // SAFETY: as above; the chain ends with null.
        regs = unsafe { (*regs.sub(5)).0 as *mut Value };
    }
    Ok(false)
}
/// `locals()` of the innermost frame.
pub fn current_locals(th: &mut Thread) -> R<Option<Value>> {
    match regs_at(th, 0) {
        None => Ok(None),
        Some(r) => locals_of(th, r).map(Some),
    }
}
fn locals_of(th: &mut Thread, regs: *mut Value) -> R {
    // SAFETY: the frame is live.
    unsafe {
        let word = (*regs.sub(3)).0;
        let mapping = *regs.sub(2);
        let t = code_of(regs).tables();
        if word & frame_flag::GENERATOR == 0 && t.flags & flags::OPTIMIZED == 0 && mapping.is_obj() {
            return Ok(mapping);
        }
        if word & frame_flag::HAS_OBJECT != 0 {
            let f = object(th, regs)?.as_gc();
            return snapshot(th, f);
        }
        // What lies behind the variables may be left over from other frames.
        let copy = crate::types::buffer::ValueVec::from_slice(th, std::slice::from_raw_parts(regs, t.first_temp))?;
        locals_dict(th, t, copy.as_slice())
    }
}
fn locals_dict(th: &mut Thread, t: &'static Tables, regs: &[Value]) -> R {
    let d: Gc<Dict> = th.new_dict().as_gc();
    let names = t.varnames.iter().enumerate().filter(|(_, n)| !hidden(**n));
    let cells = t.cellvars.iter().filter(|c| c.1 as usize >= t.varnames.len());
    let cells = cells.map(|(n, r)| (*r as usize, n));
    let free = t.freevars.iter().enumerate().map(|(i, n)| (t.free_base as usize + i, n));
    for (r, name) in names.chain(cells).chain(free) {
        let v = content(th, regs[r])?;
        put(th, d, *name, v)?;
    }
    Ok(d.value())
}
fn hidden(name: Value) -> bool {
    name.cast::<Str>().is_some_and(|s| s.is_empty() || s.at(0) == u32::from('.'))
}
fn content(th: &mut Thread, v: Value) -> R {
    match v.cast::<Cell>() {
        Some(c) => c.get(th),
        None => Ok(v),
    }
}
fn put(th: &mut Thread, d: Gc<Dict>, name: Value, v: Value) -> R<()> {
    if v.is_empty() || !name.is_obj() {
        Ok(())
    } else {
        d.set_str(th, name.as_gc(), v)
    }
}
/// The class and the object of a `super()` without arguments.
pub fn super_arguments(th: &mut Thread) -> R<(Value, Value)> {
    let Some(regs) = regs_at(th, 0) else {
        return Err(th.runtime_error("super(): no current frame"));
    };
    // SAFETY: the frame is live.
    let (t, word) = unsafe { (code_of(regs).tables(), (*regs.sub(3)).0) };
    let _ = word;
    if t.argcount == 0 && t.flags & flags::VARARGS == 0 {
        return Err(th.runtime_error("super(): no arguments"));
    }
    let first = if t.argcount == 0 { t.kwonlyargcount as usize } else { 0 };
    // SAFETY: parameters are among the registers.
    let raw = unsafe { *regs.add(first) };
    let mut obj = if t.cellvars.iter().any(|c| c.1 as usize == first) {
        content(th, raw)?
    } else {
        raw
    };
    if t.argcount == 0 {
        obj = obj
            .cast::<crate::types::tuple::Tuple>()
            .and_then(|t| t.items().first().copied())
            .unwrap_or(Value::EMPTY);
    }
    if obj.is_empty() {
        return Err(th.runtime_error("super(): arg[0] deleted"));
    }
    let class_name = crate::names::names().__class__.value();
    let Some(i) = t.freevars.iter().position(|n| *n == class_name) else {
        return Err(th.runtime_error("super(): __class__ cell not found"));
    };
    // SAFETY: free variables' cells are among the registers.
    let class = content(th, unsafe { *regs.add(t.free_base as usize + i) })?;
    if class.is_empty() {
        return Err(th.runtime_error("super(): empty __class__ cell"));
    }
    Ok((class, obj))
}

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    getsets: GETSETS,
    ..TypeDef::new("frame", Kind::Frame, std::mem::size_of::<Frame>())
};
static METHODS: &[NativeDef] = &[
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("clear", "self, /", clear, "Clear all references held by the frame."),
    def(
        "__sizeof__",
        "self, /",
        |_, _| Ok(Value::small(std::mem::size_of::<Frame>() as i64)),
        "Return the size of the frame in memory, in bytes.",
    ),
];
static GETSETS: &[GetSetDef] = &[
    getter("f_code", |_, v| Ok(v.as_gc::<Frame>().code.get()), ""),
    getter("f_globals", |_, v| Ok(v.as_gc::<Frame>().globals.get()), ""),
    getter("f_builtins", |_, v| Ok(v.as_gc::<Frame>().builtins.get()), ""),
    getter("f_locals", f_locals, ""),
    getter("f_back", f_back, ""),
    getset(
        "f_lineno",
        |th, v| Ok(Value::small(i64::from(line(th, v.as_gc())?))),
        set_line,
        "Return the current line number in the frame.",
    ),
    getter("f_lasti", f_lasti, ""),
    getter("f_generator", |_, v| Ok(or_none(v.as_gc::<Frame>().generator.get())), ""),
    getset("f_trace", |_, v| Ok(or_none(v.as_gc::<Frame>().trace.get())), set_trace, ""),
    getset(
        "f_trace_lines",
        |_, v| Ok(Value::bool(v.as_gc::<Frame>().wants().0)),
        |th, v, new| {
            let on = flag(th, new)?;
            v.as_gc::<Frame>().set_wants(th, NO_LINES, !on)
        },
        "",
    ),
    getset(
        "f_trace_opcodes",
        |_, v| Ok(Value::bool(v.as_gc::<Frame>().wants().1)),
        |th, v, new| {
            let on = flag(th, new)?;
            v.as_gc::<Frame>().set_wants(th, OPCODES, on)
        },
        "",
    ),
];
fn flag(th: &mut Thread, v: Value) -> R<bool> {
    match v {
        Value::TRUE => Ok(true),
        Value::FALSE => Ok(false),
        _ => Err(th.type_error("attribute value type must be bool")),
    }
}
/// From here on the frame has this trace function: its next event is for another line, or for the same one again.
fn set_trace(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let f: Gc<Frame> = v.as_gc();
    let (line, at) = (line(th, f)?, offset(th, f)?);
    f.open(th)?;
    f.trace.set_raw(if new.is_none() { Value::EMPTY } else { new });
    let begins = super::trace::in_prologue(f.code.get().as_gc::<Code>().tables(), at);
    if !f.line.get().is_none() && !begins {
        f.line.set_raw(Value::small(i64::from(line)));
        f.last.set_raw(Value::small(at as i64));
    }
    Ok(())
}
fn set_line(th: &mut Thread, v: Value, new: Value) -> R<()> {
    if th.class_of(new) != ctx().types.int {
        return Err(th.value_error("lineno must be an integer"));
    }
    let regs = v.as_gc::<Frame>().registers(th)?;
    let Some(n) = new.to_small().filter(|n| i32::try_from(*n).is_ok()) else {
        return Err(th.value_error("lineno out of range"));
    };
    super::trace::set_line(th, regs, n)
}
fn or_none(v: Value) -> Value {
    if v.is_empty() { Value::NONE } else { v }
}
/// `f_lasti` and `tb_lasti` of the instruction before word `at`: two for every word, so that a half of it is an index into
/// `co_positions()`. Negative when no instruction has run.
pub(crate) fn lasti(at: usize) -> i64 {
    2 * (at as i64 - 1)
}
/// Offset of the instruction that follows the current one.
fn offset(th: &mut Thread, f: Gc<Frame>) -> R<usize> {
    let regs = f.registers(th)?;
    let code: Gc<Code> = f.code.get().as_gc();
    if regs.is_null() {
        if let Some(g) = f.generator.get().cast::<Generator>()
            && let Some(at) = th.read(g.header(), || g.is_suspended().then(|| g.offset()))?
        {
            return Ok(at);
        }
        return th.read(f.header(), || f.at.load(Relaxed) as usize);
    }
    let (mut at, mut pc) = (th.interp.regs, th.interp.pc);
    while !at.is_null() {
        if at == regs {
            return Ok((pc as usize).wrapping_sub(code.tables().words.as_ptr() as usize) / 8);
        }
        // SAFETY: the frames of this thread are live.
        unsafe {
            pc = (*at.sub(6)).0 as *const AtomicU64;
            at = (*at.sub(5)).0 as *mut Value;
        }
    }
    Ok(0)
}
/// The line of the last event, if it is not that of the instruction before word `at`, which is in no line or comes after a
/// statement that has none.
fn line_of_event(th: &mut Thread, f: Gc<Frame>, at: usize) -> R<Option<u32>> {
    if at == 0 {
        return Ok(None);
    }
    let (own, before) = f.code.get().as_gc::<Code>().lines_at(at);
    if own.is_some() && before.is_empty() {
        return Ok(None);
    }
    let line = f.get(th, |f| &f.line)?.to_small().map(|n| n as u32);
    let is_own = |n| own.is_some_and(|p| p.line == n);
    Ok(line.filter(|&n| own.is_none() || !is_own(n) && before.iter().any(|p| p.1.line == n)))
}
/// `f_lasti`. A statement that has no instructions is between two of them.
fn f_lasti(th: &mut Thread, v: Value) -> R {
    let f: Gc<Frame> = v.as_gc();
    let at = offset(th, f)?;
    let before = at > 0 && f.code.get().as_gc::<Code>().lines_at(at).0.is_some() && line_of_event(th, f, at)?.is_some();
    Ok(Value::small(lasti(at) - i64::from(before)))
}
fn line(th: &mut Thread, f: Gc<Frame>) -> R<u32> {
    let code: Gc<Code> = f.code.get().as_gc();
    let at = offset(th, f)?;
    let regs = f.registers(th)?;
    if let Some(n) = super::trace::next_line(th, regs, code) {
        return Ok(n);
    }
    if let Some(n) = line_of_event(th, f, at)? {
        return Ok(n);
    }
    Ok(code.position(at).map_or(code.tables().firstlineno, |p| p.line))
}
fn f_back(th: &mut Thread, v: Value) -> R {
    let f: Gc<Frame> = v.as_gc();
    let regs = f.registers(th)?;
    let mut at = th.interp.regs;
    while !regs.is_null() && !at.is_null() {
        // SAFETY: the frames of this thread are live.
        let caller = unsafe { (*at.sub(5)).0 as *mut Value };
        if at == regs {
            return if caller.is_null() { Ok(Value::NONE) } else { object(th, caller) };
        }
        at = caller;
    }
    Ok(or_none(f.get(th, |f| &f.back)?))
}
fn f_locals(th: &mut Thread, v: Value) -> R {
    let f: Gc<Frame> = v.as_gc();
    let t = f.code.get().as_gc::<Code>().tables();
    if t.flags & flags::OPTIMIZED == 0 {
        let mapping = f.locals.get();
        return Ok(if mapping.is_empty() { f.globals.get() } else { mapping });
    }
    Ok(crate::types::frame_locals::new(th, f))
}

/// A variable of a function's frame.
#[derive(Clone, Copy)]
pub(crate) struct Variable {
    /// str
    pub(crate) name: Value,
    register: usize,
}
/// The variables of a frame, with those that have no value.
pub(crate) fn variables(f: Gc<Frame>) -> Vec<Variable> {
    let t = f.code.get().as_gc::<Code>().tables();
    let of = |(register, name): (usize, &Value)| Variable { name: *name, register };
    let mut all: Vec<Variable> = t.varnames.iter().enumerate().map(of).filter(|v| !hidden(v.name)).collect();
    let cells = t.cellvars.iter().filter(|c| c.1 as usize >= t.varnames.len());
    all.extend(cells.map(|(name, r)| of((*r as usize, name))));
    all.extend(t.freevars.iter().enumerate().map(|(i, n)| of((t.free_base as usize + i, n))));
    all
}
/// Where a frame's registers are.
enum Registers {
    Running(*mut Value),
    Suspended(Gc<Generator>),
    Saved(Gc<Buffer>),
    Gone,
}
fn registers(th: &mut Thread, f: Gc<Frame>) -> R<Registers> {
    let regs = f.registers(th)?;
    let mut at = th.interp.regs;
    while !regs.is_null() && !at.is_null() {
        if at == regs {
            return Ok(Registers::Running(regs));
        }
        // SAFETY: the frames of this thread are live.
        at = unsafe { (*at.sub(5)).0 as *mut Value };
    }
    if let Some(g) = f.generator.get().cast::<Generator>()
        && th.read(g.header(), || g.is_suspended())?
    {
        return Ok(Registers::Suspended(g));
    }
    Ok(f.get(th, |f| &f.saved)?.cast::<Buffer>().map_or(Registers::Gone, Registers::Saved))
}
fn register(th: &mut Thread, f: Gc<Frame>, i: usize) -> R {
    Ok(match registers(th, f)? {
        // SAFETY: variables are among a running frame's registers.
        Registers::Running(regs) => unsafe { *regs.add(i) },
        Registers::Suspended(g) => th.read(g.header(), || g.registers().get(i).map_or(Value::EMPTY, Slot::get))?,
        Registers::Saved(b) => b.values(b.cap()).get(i).copied().unwrap_or(Value::EMPTY),
        Registers::Gone => Value::EMPTY,
    })
}
/// The value of a variable, or EMPTY.
pub(crate) fn variable_value(th: &mut Thread, f: Gc<Frame>, v: Variable) -> R {
    let x = register(th, f, v.register)?;
    content(th, x)
}
/// Gives a variable a value.
pub(crate) fn set_variable(th: &mut Thread, f: Gc<Frame>, v: Variable, value: Value) -> R<()> {
    // What is on the stack below a checkpoint is not put back.
    th.irrevocable()?;
    let t = f.code.get().as_gc::<Code>().tables();
    let is_cell = v.register >= t.varnames.len() || t.cellvars.iter().any(|c| c.1 as usize == v.register);
    if let Some(c) = register(th, f, v.register)?.cast::<Cell>().filter(|_| is_cell) {
        return c.set(th, value);
    }
    match registers(th, f)? {
        // SAFETY: as above.
        Registers::Running(regs) => unsafe { *regs.add(v.register) = value },
        Registers::Suspended(g) => {
            g.open(th)?;
            th.store(g.header(), &g.registers()[v.register], value);
        }
        Registers::Saved(b) => {
            f.open(th)?;
            th.store(f.header(), &b.slots()[v.register], value);
        }
        Registers::Gone => {}
    }
    Ok(())
}
/// Names in `f_locals` that are no variables.
pub(crate) fn extra(th: &mut Thread, f: Gc<Frame>) -> R<Option<Gc<Dict>>> {
    Ok(f.get(th, |f| &f.extra)?.cast::<Dict>())
}
/// The same, made if there are none.
pub(crate) fn make_extra(th: &mut Thread, f: Gc<Frame>) -> R<Gc<Dict>> {
    if let Some(d) = extra(th, f)? {
        return Ok(d);
    }
    let d = th.new_dict();
    f.open(th)?;
    th.store(f.header(), &f.extra, d);
    Ok(d.as_gc())
}
/// A dict of what `f_locals` shows.
pub(crate) fn snapshot(th: &mut Thread, f: Gc<Frame>) -> R {
    let d: Gc<Dict> = th.new_dict().as_gc();
    for v in variables(f) {
        let x = variable_value(th, f, v)?;
        put(th, d, v.name, x)?;
    }
    if let Some(more) = extra(th, f)? {
        d.update_from(th, more)?;
    }
    Ok(d.value())
}
fn clear(th: &mut Thread, a: &[Value]) -> R {
    let f: Gc<Frame> = a[0].as_gc();
    if !f.registers(th)?.is_null() {
        return Err(th.runtime_error("cannot clear an executing frame"));
    }
    if let Some(g) = f.generator.get().cast::<Generator>()
        && th.read(g.header(), || g.is_suspended())?
    {
        return Err(th.runtime_error("cannot clear a suspended frame"));
    }
    f.open(th)?;
    f.saved.set_raw(Value::EMPTY);
    Ok(Value::NONE)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let f: Gc<Frame> = a[0].as_gc();
    let code: Gc<Code> = f.code.get().as_gc();
    let name = code.tables().name.as_gc::<Str>().to_string_lossy();
    let file = th.repr_string(code.filename.get())?;
    let n = line(th, f)?;
    Ok(th.new_str(&format!("<frame at {:#x}, file {file}, line {n}, code {name}>", a[0].0)))
}
