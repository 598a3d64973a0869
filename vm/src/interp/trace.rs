//! Trace and profiling functions: `sys.settrace`, `sys.setprofile`; and the events of `sys.monitoring`, see [`monitor`].
//!
//! A thread that has one runs the loop's variant that calls [`before`] before each instruction. Events follow from the
//! instruction about to run: a frame begins (or a generator goes on) with the first instruction without [`ENTERED`] behind
//! its prologue, ends with a return or a yield, and is in another line when the instruction is. While a trace function runs,
//! its thread is not traced. What the last event of a frame was is in the frame's object, so that an abort undoes it.

use super::code::{Code, Tables};
use super::frame::{self, Frame};
use super::frame_flag::{ENTERED, GENERATOR, HAS_OBJECT};
use super::instruction::Instruction;
use super::jump::{self, Jump};
use super::monitor::{self, Event};
use super::{Action, State, code_of, mode};
use crate::context::ctx;
use crate::memory;
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::bound_method::BoundMethod;
use crate::types::class::class_of;
use crate::types::exception;
use crate::types::tuple::Tuple;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use vasuki_compiler::code::flags;
use vasuki_compiler::op::Op;

/// The functions of a thread.
pub struct Tracing {
    trace: Value,
    profile: Value,
    /// one of them, or of the tools' callbacks, runs
    inside: bool,
    /// of which frame and event
    stop: Stop,
    /// what it wants the frame to do then
    jump: Option<Jump>,
    /// a generator that a loop or an `await` has resumed has ended: register 0 of the frame, offset behind its instruction,
    /// what the generator has returned
    ended: Option<(usize, usize, Value)>,
    /// the StopIteration with which the iterator of a traced loop or `await` has ended, or EMPTY
    stopped: Value,
}
/// Whether the frame of an event can go on at another line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum May {
    Jump,
    /// not at its beginning
    NotBegin,
    /// not at this event
    Not,
}
impl May {
    fn at(e: Event) -> May {
        match e {
            Event::Line | Event::Instruction | Event::Jump | Event::BranchLeft | Event::BranchRight | Event::PyYield => May::Jump,
            Event::PyStart | Event::PyResume | Event::PyThrow => May::NotBegin,
            _ => May::Not,
        }
    }
}
/// The frame of an event.
#[derive(Clone, Copy)]
pub(super) struct Stop {
    regs: *mut Value,
    /// the word
    at: usize,
    may: May,
}
impl Default for Tracing {
    fn default() -> Self {
        Tracing {
            trace: Value::NONE,
            profile: Value::NONE,
            inside: false,
            stop: Stop {
                regs: std::ptr::null_mut(),
                at: 0,
                may: May::Not,
            },
            jump: None,
            ended: None,
            stopped: Value::EMPTY,
        }
    }
}
impl Tracing {
    /// Calls `f` with every word that may be a root.
    pub fn roots(&self, f: &mut dyn FnMut(u64)) {
        f(self.trace.0);
        f(self.profile.0);
        f(self.stopped.0);
        self.ended.iter().for_each(|e| f(e.2.0));
    }
    /// What was noted for the next instruction has not happened.
    pub(super) fn forget(&mut self) {
        self.ended = None;
    }
    fn has_functions(&self) -> bool {
        !(self.trace.is_none() && self.profile.is_none())
    }
}
impl Stop {
    /// The running frame, whose instruction is the one before `interp.pc`.
    fn of(th: &Thread, may: May) -> Stop {
        let place = Place::current(th);
        Stop {
            regs: place.regs,
            at: place.at.wrapping_sub(1),
            may,
        }
    }
    /// At an event.
    pub(super) fn at(th: &Thread, e: Event) -> Stop {
        Stop::of(th, May::at(e))
    }
}
/// Which function is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// that of `sys.settrace`
    Trace,
    /// that of `sys.setprofile`
    Profile,
}
impl State {
    fn tracer(&mut self, which: Which) -> &mut Value {
        match which {
            Which::Trace => &mut self.tracing.trace,
            Which::Profile => &mut self.tracing.profile,
        }
    }
    /// Gives the thread a function, or None. The frames that run go on without a new call event.
    fn set_tracer(&mut self, which: Which, f: Value) {
        *self.tracer(which) = f;
        self.mark();
    }
    /// An iterator has ended with an exception.
    pub(crate) fn note_stop(&mut self, e: Value) {
        if self.mode & mode::TRACED != 0 {
            self.tracing.stopped = e;
        }
    }
    /// The frames that run go on without a call event.
    fn mark(&mut self) {
        let mut regs = self.regs;
        while !regs.is_null() {
            // SAFETY: the frames of a thread are live; the chain ends with null.
            unsafe {
                (*regs.sub(3)).0 |= ENTERED;
                regs = (*regs.sub(5)).0 as *mut Value;
            }
        }
        self.choose_mode();
    }
    fn choose_mode(&mut self) {
        let t = &self.tracing;
        let on = !t.inside && (t.has_functions() || monitor::is_on());
        self.mode = self.mode & !mode::TRACED | if on { mode::TRACED } else { 0 };
    }
}

/// The function of this thread, or None.
pub fn get(th: &mut Thread, which: Which) -> Value {
    *th.interp.tracer(which)
}
/// Sets the function of this thread.
pub fn set(th: &mut Thread, which: Which, f: Value) -> R {
    th.irrevocable()?;
    th.interp.set_tracer(which, f);
    Ok(Value::NONE)
}
/// Sets the function of all threads, which stand still between their transactions meanwhile.
pub fn set_all(th: &mut Thread, which: Which, f: Value) -> R {
    let stopped = th.stop_others()?;
    th.share_now(f);
    th.interp.set_tracer(which, f);
    memory::for_each_other(th, &mut |other| other.interp.set_tracer(which, f));
    drop(stopped);
    Ok(Value::NONE)
}

/// What tools want to hear has changed: the thread takes note.
pub(super) fn mark_frames(th: &mut Thread) {
    th.interp.mark();
    for (_, f) in &th.interp.frames {
        let f: Gc<Frame> = f.as_gc();
        if f.trace.get().is_empty() && !f.line.get().is_none() {
            f.line.set_raw(Value::EMPTY);
        }
        f.branch.set_raw(Value::EMPTY);
    }
}
/// Runs `f` while the thread is not traced: what hears of an event of a frame.
pub(super) fn untraced<T>(th: &mut Thread, stop: Stop, f: impl FnOnce(&mut Thread) -> T) -> T {
    let tracing = &mut th.interp.tracing;
    let before = (
        std::mem::replace(&mut tracing.inside, true),
        std::mem::replace(&mut tracing.stop, stop),
    );
    th.interp.choose_mode();
    let r = f(th);
    let tracing = &mut th.interp.tracing;
    (tracing.inside, tracing.stop) = before;
    th.interp.choose_mode();
    r
}
/// Sets `f_lineno` of the frame at `regs`: it goes on there when the event is over.
pub(super) fn set_line(th: &mut Thread, regs: *mut Value, line: i64) -> R<()> {
    let Stop { regs: own, at, may } = th.interp.tracing.stop;
    if !th.interp.tracing.inside || own != regs || regs.is_null() {
        return Err(th.value_error("f_lineno can only be set in a trace function"));
    }
    match may {
        May::Jump => {}
        May::NotBegin => return Err(th.value_error("can't jump from the 'call' trace event of a new frame")),
        May::Not => return Err(th.value_error("can only jump from a 'line' trace event")),
    }
    // SAFETY: the frame of the event waits for its end.
    let jump = unsafe { jump::plan(th, regs, at, line)? };
    th.interp.tracing.jump = Some(jump);
    Ok(())
}
/// The line where the frame at `regs` goes on when the event is over, if it was set.
pub(super) fn next_line(th: &Thread, regs: *mut Value, code: Gc<Code>) -> Option<u32> {
    let t = &th.interp.tracing;
    t.jump.as_ref().filter(|_| t.inside && t.stop.regs == regs)?.line(code)
}
/// The frame goes on somewhere else, if that was set.
fn jumped(th: &mut Thread, place: Place) -> R<Option<*const AtomicU64>> {
    let Some(jump) = th.interp.tracing.jump.take() else {
        return Ok(None);
    };
    let f: Gc<Frame> = frame::object(th, place.regs)?.as_gc();
    f.open(th)?;
    f.line
        .set_raw(jump.line(place.code).map_or(Value::EMPTY, |n| Value::small(n.into())));
    f.last.set_raw(Value::small(jump.to as i64));
    f.branch.set_raw(Value::EMPTY);
    // SAFETY: the frame is the running one; the word is in its code.
    unsafe {
        jump.perform(th, place.regs);
        Ok(Some(place.code.tables().words.as_ptr().add(jump.to)))
    }
}

/// Calls a function with an event of the frame `f`; the thread is not traced meanwhile. What it raises ends tracing.
fn call(th: &mut Thread, which: Which, function: Value, f: Gc<Frame>, event: &str, arg: Value) -> R {
    let may = match event {
        "line" | "opcode" => May::Jump,
        "call" => May::NotBegin,
        _ => May::Not,
    };
    call_at(th, which, function, f, event, arg, may)
}
fn call_at(th: &mut Thread, which: Which, function: Value, f: Gc<Frame>, event: &str, arg: Value, may: May) -> R {
    let event = th.intern(event).value();
    let stop = Stop::of(th, may);
    let r = untraced(th, stop, |th| th.call(function, &[f.value(), event, arg]));
    if let Err(t) = &r
        && !t.is_abort()
    {
        th.irrevocable()?;
        th.interp.set_tracer(which, Value::NONE);
        if which == Which::Trace {
            f.open(th)?;
            f.trace.set_raw(Value::EMPTY);
        }
    }
    r
}
/// Tells the local trace function of an event; what it gives takes its place.
fn local(th: &mut Thread, f: Gc<Frame>, event: &str, arg: Value) -> R<()> {
    let function = f.trace.get();
    if function.is_empty() || th.interp.tracing.trace.is_none() {
        return Ok(());
    }
    let v = call(th, Which::Trace, function, f, event, arg)?;
    replace(th, f, v)
}
fn replace(th: &mut Thread, f: Gc<Frame>, v: Value) -> R<()> {
    if !v.is_none() {
        f.open(th)?;
        f.trace.set_raw(v);
    }
    Ok(())
}
/// Tells the profiling function of an event.
fn profile(th: &mut Thread, f: Gc<Frame>, event: &str, arg: Value) -> R<()> {
    let function = th.interp.tracing.profile;
    if !function.is_none() {
        call(th, Which::Profile, function, f, event, arg)?;
    }
    Ok(())
}

/// An instruction of a running frame, and who wants to hear of it.
#[derive(Clone, Copy)]
struct Place {
    regs: *mut Value,
    code: Gc<Code>,
    /// offset behind the instruction's first word
    at: usize,
    /// events that tools want of this code
    events: u32,
}
impl Place {
    /// # Safety
    /// `regs` is register 0 of a live frame, `pc` is behind an instruction of its code.
    unsafe fn new(regs: *mut Value, pc: *const AtomicU64) -> Place {
        // SAFETY: by the caller's promise.
        let code = unsafe { code_of(regs) };
        let t = code.tables();
        Place {
            regs,
            code,
            at: (pc as usize - t.words.as_ptr() as usize) / 8,
            events: monitor::wanted(t),
        }
    }
    /// The place where the thread is.
    fn current(th: &Thread) -> Place {
        // SAFETY: the running frame is live, and `interp.pc` is behind an instruction of its code.
        unsafe { Place::new(th.interp.regs, th.interp.pc) }
    }
    fn wants(&self, e: Event) -> bool {
        self.events & e.bit() != 0
    }
    fn offset(&self) -> Value {
        Value::small(frame::lasti(self.at))
    }
    /// Tells the tools of an event of this instruction; `more`: arguments behind code and offset.
    fn tell(&self, th: &mut Thread, e: Event, more: &[Value]) -> R<()> {
        let code = self.code.value();
        match *more {
            _ if self.events & e.set_with() == 0 => Ok(()),
            [] => monitor::tell(th, self.code, self.at, e, &[code, self.offset()]),
            [x] => monitor::tell(th, self.code, self.at, e, &[code, self.offset(), x]),
            [x, y, ..] => monitor::tell(th, self.code, self.at, e, &[code, self.offset(), x, y]),
        }
    }
}

/// The events that the instruction before `pc` brings, which is about to run; so it is at `interp.pc`.
/// # Safety
/// `regs` is register 0 of the running frame, `pc` is behind an instruction of its code.
#[inline(never)]
pub(super) unsafe fn before(th: &mut Thread, regs: *mut Value, pc: *const AtomicU64) -> R<Option<*const AtomicU64>> {
    // SAFETY: by the caller's promise.
    let (ins, mut place) = unsafe { (Instruction::at(pc.sub(1)), Place::new(regs, pc)) };
    let functions = th.interp.tracing.has_functions();
    if !functions && place.events == 0 {
        return Ok(None);
    }
    th.interp.tracing.jump = None;
    th.interp.tracing.stopped = Value::EMPTY;
    if let Some((_, at, v)) = th.interp.tracing.ended.take_if(|e| e.0 == regs as usize) {
        // SAFETY: an offset within the code.
        th.interp.pc = unsafe { place.code.tables().words.as_ptr().add(at) };
        ended(th, Place { at, ..place }, v)?;
        th.interp.pc = pc;
    }
    let t = place.code.tables();
    let op = ins.op();
    // SAFETY: as above.
    let word = unsafe { (*regs.sub(3)).0 };
    if word & ENTERED == 0 {
        let makes_one = t.flags & (flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR) != 0;
        let prologue = matches!(op, Op::Resume | Op::Clear | Op::MakeCell | Op::CopyFree);
        if word & GENERATOR == 0 && (makes_one || prologue) {
            return Ok(None);
        }
        th.interp.pc = pc.wrapping_sub(1);
        entered(th, place, None)?;
        th.interp.pc = pc;
        // Tools may want more now.
        place.events = monitor::wanted(t);
    }
    // SAFETY: registers of validated code are within the frame.
    let register = |i: u16| unsafe { *regs.add(i as usize) };
    if functions || place.events & monitor::REMEMBER != 0 {
        let f: Gc<Frame> = frame::object(th, regs)?.as_gc();
        if !f.native.get().is_empty() {
            th.interp.pc = pc.wrapping_sub(1);
            native_left(th, f, place, true)?;
            th.interp.pc = pc;
        }
        branched(th, f, place)?;
        if place.wants(Event::Instruction) || f.wants().1 {
            call_over(th, f, place)?;
        }
        lines(th, f, place, ins)?;
        if th.interp.tracing.jump.is_some() {
            return jumped(th, place);
        }
        if f.wants().1 {
            local(th, f, "opcode", Value::NONE)?;
        }
        if matches!(op, Op::Call | Op::CallMethod | Op::CallKw | Op::CallMethodKw | Op::CallEx) {
            calls(th, f, place, ins)?;
        }
        if place.events & monitor::BRANCHES != 0 && sides(t, place.at - 1).is_some() {
            f.open(th)?;
            f.branch.set_raw(Value::small(place.at as i64));
        }
    }
    place.tell(th, Event::Instruction, &[])?;
    match op {
        Op::Jump | Op::JumpBack if ins.a() == 0 => {
            let to = 2 * (place.at as i64 + i64::from(ins.offset()));
            place.tell(th, Event::Jump, &[Value::small(to)])?;
        }
        Op::Return => returns(th, place, register(ins.a()))?,
        Op::ReturnConst => returns(th, place, t.consts[ins.a() as usize])?,
        Op::Yield => yields(th, place, register(ins.b()))?,
        // SAFETY: the frame is live, and an instruction follows.
        Op::AsyncGenWrap if unsafe { Action::of((*regs.sub(3)).0) == Action::Asend && Instruction::at(pc).op() == Op::Yield } => {
            yields(th, place, register(ins.b()))?;
        }
        _ => {}
    }
    jumped(th, place)
}
/// The lines that begin with the instruction.
fn lines(th: &mut Thread, f: Gc<Frame>, place: Place, ins: Instruction) -> R<()> {
    let traced = !f.trace.get().is_empty() && !th.interp.tracing.trace.is_none();
    if !traced && !place.wants(Event::Line) {
        return Ok(());
    }
    let (op, at) = (ins.op(), place.at);
    // What the compiler has put in for exceptions is in no line.
    let no_line = matches!(op, Op::PushExc | Op::Throw);
    let (own, more) = place.code.lines_at(at);
    let mut back = f.last.get().to_small().is_some_and(|last| at as i64 <= last) && op != Op::Send && op != Op::Yield;
    let mut line_is = |th: &mut Thread, n: u32| -> R<()> {
        let line = Value::small(i64::from(n));
        let (mut old, back) = (f.line.get(), std::mem::take(&mut back));
        if old.is_empty() && !traced && !in_prologue(place.code.tables(), at - 1) {
            // It was not watched until now: the instruction before has run.
            old = place.code.position(at - 1).map_or(old, |p| Value::small(i64::from(p.line)));
        }
        f.open(th)?;
        f.line.set_raw(line);
        f.last.set_raw(Value::small(at as i64));
        if old != line && place.wants(Event::Line) {
            monitor::tell(th, place.code, at, Event::Line, &[place.code.value(), line])?;
        }
        if traced && (back || old != line) && f.wants().0 {
            local(th, f, "line", Value::NONE)?;
        }
        Ok(())
    };
    for p in more {
        line_is(th, p.1.line)?;
    }
    match own {
        Some(p) if !no_line => line_is(th, p.line),
        _ => Ok(()),
    }
}
/// Is the instruction before word `at` among those that make cells and generators?
pub(super) fn in_prologue(t: &Tables, at: usize) -> bool {
    let is_prologue = |w: &AtomicU64| {
        let op = Op::from_u16(w.load(Relaxed) as u16);
        matches!(op, Some(Op::Resume | Op::Clear | Op::MakeCell | Op::CopyFree | Op::ReturnGenerator))
    };
    t.words.iter().position(|w| !is_prologue(w)).is_some_and(|n| at <= n)
}
/// A call is over, and the next instruction is in another line: who looks at every instruction gets a look at the line of the
/// call, where CPython has instructions that take the result.
fn call_over(th: &mut Thread, f: Gc<Frame>, place: Place) -> R<()> {
    let Some(call) = call_before(place.code.tables(), place.at - 1) else {
        return Ok(());
    };
    let was_it = f.last.get().to_small().is_none_or(|last| last == call as i64 + 1);
    let line = |at| place.code.position(at).map(|p| p.line);
    if !was_it || line(call + 1) == line(place.at) {
        return Ok(());
    }
    let pc = th.interp.pc;
    th.interp.pc = pc.wrapping_sub(1);
    let at = place.at - 1;
    Place { at, ..place }.tell(th, Event::Instruction, &[])?;
    if f.wants().1 {
        local(th, f, "opcode", Value::NONE)?;
    }
    th.interp.pc = pc;
    Ok(())
}
/// The call whose instruction ends before a word.
fn call_before(t: &Tables, end: usize) -> Option<usize> {
    let (mut at, mut last) = (0, None);
    while at < end {
        // SAFETY: instructions of validated code follow each other.
        let op = unsafe { Instruction::at(&raw const t.words[at]) }.op();
        last = Some((at, op));
        at += op.words();
    }
    last.filter(|l| matches!(l.1, Op::Call | Op::CallMethod | Op::CallKw | Op::CallMethodKw | Op::CallEx))
        .map(|l| l.0)
}
/// Where the conditional jump at a word goes on: without a jump, and with one.
pub(super) fn sides(t: &Tables, at: usize) -> Option<(usize, usize)> {
    // SAFETY: the caller gives the place of an instruction.
    let ins = unsafe { Instruction::at(&raw const t.words[at]) };
    let op = ins.op();
    let next = at + op.words();
    let offset = match op {
        Op::JumpIfTrue | Op::JumpIfFalse | Op::JumpIfNone | Op::JumpIfNotNone => ins.offset(),
        Op::ForIter => i32::from(ins.c() as i16),
        Op::ForIterFar
        | Op::JumpIfLt
        | Op::JumpIfLe
        | Op::JumpIfEq
        | Op::JumpIfNe
        | Op::JumpIfGt
        | Op::JumpIfGe
        | Op::JumpIfIs
        | Op::JumpIfIn => t.words[at + 1].load(Relaxed) as u32 as i32,
        _ => return None,
    };
    Some((next, (next as i64 + i64::from(offset)) as usize))
}
/// The conditional jump before this instruction has gone one way or the other.
fn branched(th: &mut Thread, f: Gc<Frame>, place: Place) -> R<()> {
    let Some(at) = f.branch.get().to_small() else { return Ok(()) };
    f.open(th)?;
    f.branch.set_raw(Value::EMPTY);
    let Some((left, right)) = sides(place.code.tables(), at as usize - 1) else {
        return Ok(());
    };
    let from = Place { at: at as usize, ..place };
    let here = place.at - 1;
    let event = match here {
        _ if here == left => Event::BranchLeft,
        _ if here == right => Event::BranchRight,
        _ => return Ok(()),
    };
    from.tell(th, event, &[Value::small(2 * here as i64)])
}
/// A call is about to happen.
fn calls(th: &mut Thread, f: Gc<Frame>, place: Place, ins: Instruction) -> R<()> {
    // SAFETY: registers of validated code are within the frame.
    let register = |i: u16| unsafe { *place.regs.add(i as usize) };
    let mut callee = register(ins.b() - 1);
    let native = is_native(callee) && !th.interp.tracing.profile.is_none();
    if native {
        profile(th, f, "c_call", callee)?;
    }
    let mut known = Value::EMPTY;
    if place.wants(Event::Call) {
        let (n, first) = (ins.c(), ins.b());
        let mut arg = match ins.op() {
            Op::CallEx => th.collect(register(first))?.as_slice().first().copied(),
            Op::CallMethod | Op::CallMethodKw if register(first).is_empty() => (n > 1).then(|| register(first + 1)),
            _ => (n > 0).then(|| register(first)),
        };
        if let Some(m) = callee.cast::<BoundMethod>().filter(|_| ins.op() != Op::CallEx) {
            (callee, arg) = (m.func.get(), Some(m.self_.get()));
        }
        let arg = arg.unwrap_or_else(monitor::missing);
        place.tell(th, Event::Call, &[callee, arg])?;
        if !callee.is_kind(Kind::Function) {
            known = th.new_tuple(&[callee, arg, Value::small(place.at as i64)]);
        }
    }
    if native || !known.is_empty() {
        f.open(th)?;
        f.native.set_raw(if native { register(ins.b() - 1) } else { Value::NONE });
        f.call.set_raw(known);
    }
    Ok(())
}
fn is_native(f: Value) -> bool {
    match f.cast::<BoundMethod>() {
        Some(m) => m.func.get().is_kind(Kind::NativeFunction),
        None => f.is_kind(Kind::NativeFunction),
    }
}
/// The native function that the frame has called is over.
fn native_left(th: &mut Thread, f: Gc<Frame>, place: Place, well: bool) -> R<()> {
    let (callee, call) = (f.native.get(), f.call.get());
    f.open(th)?;
    f.native.set_raw(Value::EMPTY);
    f.call.set_raw(Value::EMPTY);
    if let Some(call) = call.cast::<Tuple>() {
        let at = call.items()[2].as_small() as usize;
        let event = if well { Event::CReturn } else { Event::CRaise };
        Place { at, ..place }.tell(th, event, &call.items()[..2])?;
    }
    if callee.is_none() {
        return Ok(());
    }
    profile(th, f, if well { "c_return" } else { "c_exception" }, callee)
}
/// The frame begins, or goes on after a yield; `thrown`: with an exception. `interp.pc` is behind the instruction before.
fn entered(th: &mut Thread, place: Place, thrown: Option<Value>) -> R<()> {
    let regs = place.regs;
    let at = th.interp.pc;
    // SAFETY: the frame is live, and `interp.pc` is behind an instruction of its code.
    let (here, goes_on) = unsafe {
        (*regs.sub(3)).0 |= ENTERED;
        let behind = Instruction::at(at.sub(1)).op();
        let goes_on = (*regs.sub(3)).0 & GENERATOR != 0 && behind != Op::ReturnGenerator;
        (Place::new(regs, at), goes_on)
    };
    let functions = th.interp.tracing.has_functions();
    if functions || place.events & monitor::REMEMBER != 0 {
        let line = place
            .code
            .position(here.at)
            .filter(|_| goes_on)
            .map(|p| Value::small(i64::from(p.line)));
        let f: Gc<Frame> = frame::object(th, regs)?.as_gc();
        f.open(th)?;
        f.line.set_raw(line.unwrap_or(Value::NONE));
        f.last.set_raw(Value::EMPTY);
    }
    match thrown {
        Some(e) => here.tell(th, Event::PyThrow, &[e])?,
        None if goes_on => here.tell(th, Event::PyResume, &[])?,
        None => here.tell(th, Event::PyStart, &[])?,
    }
    if !functions {
        return Ok(());
    }
    let f: Gc<Frame> = frame::object(th, regs)?.as_gc();
    let function = th.interp.tracing.trace;
    if !function.is_none() {
        let v = call(th, Which::Trace, function, f, "call", Value::NONE)?;
        replace(th, f, v)?;
    }
    profile(th, f, "call", Value::NONE)
}
/// The frame returns.
fn returns(th: &mut Thread, place: Place, v: Value) -> R<()> {
    place.tell(th, Event::PyReturn, &[v])?;
    ends(th, place.regs, v, May::Not)?;
    // SAFETY: the frame is live.
    let (word, caller, pc) = unsafe {
        let regs = place.regs;
        (
            (*regs.sub(3)).0,
            (*regs.sub(5)).0 as *mut Value,
            (*regs.sub(6)).0 as *const AtomicU64,
        )
    };
    if matches!(Action::of(word), Action::ForIter | Action::Send) {
        // SAFETY: the caller of a frame that the loop has pushed is live, and goes on behind an instruction.
        let place = unsafe { Place::new(caller, pc) };
        if place.wants(Event::StopIteration) || th.interp.tracing.has_functions() {
            th.interp.tracing.ended = Some((caller as usize, place.at, v));
        }
    }
    Ok(())
}
/// A generator that the frame has resumed has ended with `v`, which is an exception there.
fn ended(th: &mut Thread, place: Place, v: Value) -> R<()> {
    // SAFETY: the running frame is live.
    let has_object = unsafe { (*place.regs.sub(3)).0 } & HAS_OBJECT != 0;
    let f: Option<Gc<Frame>> = if has_object {
        Some(frame::object(th, place.regs)?.as_gc())
    } else {
        None
    };
    let f = f.filter(|f| !f.trace.get().is_empty());
    if f.is_none() && !place.wants(Event::StopIteration) {
        return Ok(());
    }
    let class = ctx().types.StopIteration;
    let e = th.new_exception(class, if v.is_none() { &[] } else { std::slice::from_ref(&v) })?;
    place.tell(th, Event::StopIteration, &[e])?;
    match f {
        None => Ok(()),
        Some(f) => {
            let arg = th.new_tuple(&[class.value(), e, Value::NONE]);
            local(th, f, "exception", arg)
        }
    }
}
fn ends(th: &mut Thread, regs: *mut Value, v: Value, may: May) -> R<()> {
    if !th.interp.tracing.has_functions() {
        return Ok(());
    }
    let f: Gc<Frame> = frame::object(th, regs)?.as_gc();
    let function = f.trace.get();
    if !function.is_empty() && !th.interp.tracing.trace.is_none() {
        let v = call_at(th, Which::Trace, function, f, "return", v, may)?;
        replace(th, f, v)?;
    }
    profile(th, f, "return", v)
}
fn yields(th: &mut Thread, place: Place, v: Value) -> R<()> {
    place.tell(th, Event::PyYield, &[v])?;
    ends(th, place.regs, v, May::Jump)?;
    if th.interp.tracing.jump.is_some() {
        return Ok(());
    }
    // SAFETY: the frame is live. Who takes the value may go on with it at once.
    unsafe { (*place.regs.sub(3)).0 &= !ENTERED };
    Ok(())
}
/// The running frame has the exception `e`; `again`: it has had it before.
#[cold]
#[inline(never)]
pub(super) fn thrown(th: &mut Thread, e: Value, again: bool) -> R<()> {
    let place = Place::current(th);
    let functions = th.interp.tracing.has_functions();
    if !functions && place.events == 0 {
        return Ok(());
    }
    // SAFETY: the running frame is live.
    let word = unsafe { (*place.regs.sub(3)).0 };
    if word & ENTERED == 0 {
        entered(th, place, Some(e).filter(|_| word & GENERATOR != 0))?;
    }
    if functions || place.events & monitor::REMEMBER != 0 {
        let f: Gc<Frame> = frame::object(th, place.regs)?.as_gc();
        if !f.native.get().is_empty() {
            native_left(th, f, place, false)?;
        }
        f.open(th)?;
        f.branch.set_raw(Value::EMPTY);
    }
    place.tell(th, if again { Event::Reraise } else { Event::Raise }, &[e])?;
    if again || !functions {
        return Ok(());
    }
    let f: Gc<Frame> = frame::object(th, place.regs)?.as_gc();
    if f.trace.get().is_empty() {
        return Ok(());
    }
    let x = exception::this(e);
    let tb = x.field(th, &x.traceback)?;
    let tb = if tb.is_empty() { Value::NONE } else { tb };
    let arg = th.new_tuple(&[class_of(e).value(), e, tb]);
    local(th, f, "exception", arg)
}
/// The iterator of a loop or an `await` of the running frame has ended. If it did with an exception, the frame has had that.
#[cold]
#[inline(never)]
pub(super) fn stopped(th: &mut Thread) -> R<()> {
    let e = std::mem::replace(&mut th.interp.tracing.stopped, Value::EMPTY);
    if e.is_empty() { Ok(()) } else { thrown(th, e, false) }
}
/// The running frame has a handler for the exception `e`: at word `target`.
#[cold]
#[inline(never)]
pub(super) fn handled(th: &mut Thread, e: Value, target: usize) -> R<()> {
    let at = target + 1;
    Place { at, ..Place::current(th) }.tell(th, Event::ExceptionHandled, &[e])
}
/// The running frame is left because of the exception `e`.
#[cold]
#[inline(never)]
pub(super) fn left(th: &mut Thread, e: Value) -> R<()> {
    let place = Place::current(th);
    place.tell(th, Event::PyUnwind, &[e])?;
    ends(th, place.regs, Value::NONE, May::Not)
}
