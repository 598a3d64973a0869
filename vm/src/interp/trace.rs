//! Trace and profiling functions: `sys.settrace`, `sys.setprofile`.
//!
//! A thread that has one runs the loop's variant that calls [`before`] before each instruction. Events follow from the
//! instruction about to run: a frame begins (or a generator goes on) with the first instruction without [`ENTERED`] behind
//! its prologue, ends with a return or a yield, and is in another line when the instruction is. While a trace function runs,
//! its thread is not traced. What the last event of a frame was is in the frame's object, so that an abort undoes it.

use super::frame::{self, Frame};
use super::frame_flag::{ENTERED, GENERATOR, HAS_OBJECT};
use super::instruction::Instruction;
use super::{Action, State, code_of, mode};
use crate::context::ctx;
use crate::memory;
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::bound_method::BoundMethod;
use crate::types::class::class_of;
use crate::types::exception;
use crate::types::type_attrs::alone;
use crate::value::Value;
use std::sync::atomic::AtomicU64;
use vasuki_compiler::code::flags;
use vasuki_compiler::op::Op;

/// The functions of a thread.
pub struct Tracing {
    trace: Value,
    profile: Value,
    /// one of them runs
    inside: bool,
}
impl Default for Tracing {
    fn default() -> Self {
        Tracing {
            trace: Value::NONE,
            profile: Value::NONE,
            inside: false,
        }
    }
}
impl Tracing {
    /// Calls `f` with every word that may be a root.
    pub fn roots(&self, f: &mut dyn FnMut(u64)) {
        f(self.trace.0);
        f(self.profile.0);
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
        let on = !(t.inside || t.trace.is_none() && t.profile.is_none());
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
    let stopped = alone(th)?;
    th.share_now(f);
    th.interp.set_tracer(which, f);
    memory::for_each_other(th, &mut |other| other.interp.set_tracer(which, f));
    drop(stopped);
    Ok(Value::NONE)
}

/// Calls a function with an event of the frame `f`; the thread is not traced meanwhile. What it raises ends tracing.
fn call(th: &mut Thread, which: Which, function: Value, f: Gc<Frame>, event: &str, arg: Value) -> R {
    let event = th.intern(event).value();
    th.interp.tracing.inside = true;
    th.interp.choose_mode();
    let r = th.call(function, &[f.value(), event, arg]);
    th.interp.tracing.inside = false;
    th.interp.choose_mode();
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

/// The events that the instruction before `pc` brings, which is about to run; so it is at `interp.pc`.
/// # Safety
/// `regs` is register 0 of the running frame, `pc` is behind an instruction of its code.
#[inline(never)]
pub(super) unsafe fn before(th: &mut Thread, regs: *mut Value, pc: *const AtomicU64) -> R<()> {
    // SAFETY: by the caller's promise.
    let (ins, code) = unsafe { (Instruction::at(pc.sub(1)), code_of(regs)) };
    let t = code.tables();
    let op = ins.op();
    // SAFETY: as above.
    if unsafe { (*regs.sub(3)).0 } & ENTERED == 0 {
        // SAFETY: as above.
        let generator = unsafe { (*regs.sub(3)).0 } & GENERATOR != 0;
        let makes_one = t.flags & (flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR) != 0;
        if !generator && (makes_one || matches!(op, Op::Resume | Op::Clear | Op::MakeCell | Op::CopyFree)) {
            return Ok(());
        }
        th.interp.pc = pc.wrapping_sub(1);
        entered(th, regs)?;
        th.interp.pc = pc;
    }
    let f: Gc<Frame> = frame::object(th, regs)?.as_gc();
    if !f.native.get().is_empty() {
        th.interp.pc = pc.wrapping_sub(1);
        native_left(th, f, "c_return")?;
        th.interp.pc = pc;
    }
    let at = (pc as usize - t.words.as_ptr() as usize) / 8;
    if !f.trace.get().is_empty() && !th.interp.tracing.trace.is_none() {
        let (lines, opcodes) = f.wants();
        // What the compiler has put in for exceptions is in no line.
        let no_line = matches!(op, Op::PushExc | Op::PopExc | Op::Reraise | Op::Throw);
        let p = code.position(at);
        // The end of a loop is in the line where it goes on.
        let goes_on = |line| {
            op == Op::JumpBack
                && code
                    .position((at as i64 + i64::from(ins.offset()) + 1) as usize)
                    .is_some_and(|p| p.line == line)
        };
        if let Some(p) = p.filter(|p| !no_line && !goes_on(p.line)) {
            let line = Value::small(i64::from(p.line));
            let back = f.last.get().to_small().is_some_and(|last| at as i64 <= last) && op != Op::Send && op != Op::Yield;
            let other = f.line.get() != line;
            f.open(th)?;
            f.line.set_raw(line);
            f.last.set_raw(Value::small(at as i64));
            if lines && (back || other) {
                local(th, f, "line", Value::NONE)?;
            }
        }
        if opcodes {
            local(th, f, "opcode", Value::NONE)?;
        }
    }
    // SAFETY: registers of validated code are within the frame.
    let register = |i: u16| unsafe { *regs.add(i as usize) };
    match op {
        Op::Return => returns(th, regs, f, register(ins.a())),
        Op::ReturnConst => returns(th, regs, f, t.consts[ins.a() as usize]),
        Op::Yield => yields(th, regs, f, register(ins.b())),
        // SAFETY: the frame is live, and an instruction follows.
        Op::AsyncGenWrap if unsafe { Action::of((*regs.sub(3)).0) == Action::Asend && Instruction::at(pc).op() == Op::Yield } => {
            yields(th, regs, f, register(ins.b()))
        }
        Op::Call | Op::CallMethod | Op::CallKw | Op::CallMethodKw | Op::CallEx if !th.interp.tracing.profile.is_none() => {
            let callee = register(ins.b() - 1);
            if is_native(callee) {
                profile(th, f, "c_call", callee)?;
                f.open(th)?;
                f.native.set_raw(callee);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
fn is_native(f: Value) -> bool {
    match f.cast::<BoundMethod>() {
        Some(m) => m.func.get().is_kind(Kind::NativeFunction),
        None => f.is_kind(Kind::NativeFunction),
    }
}
/// The frame at `regs` begins, or goes on after a yield.
fn entered(th: &mut Thread, regs: *mut Value) -> R<()> {
    let f: Gc<Frame> = frame::object(th, regs)?.as_gc();
    let at = th.interp.pc;
    // SAFETY: the frame is live, and `interp.pc` is behind an instruction of its code.
    let line = unsafe {
        (*regs.sub(3)).0 |= ENTERED;
        let (code, behind) = (code_of(regs), Instruction::at(at.sub(1)).op());
        let at = (at as usize - code.tables().words.as_ptr() as usize) / 8;
        let goes_on = (*regs.sub(3)).0 & GENERATOR != 0 && behind != Op::ReturnGenerator;
        code.position(at).filter(|_| goes_on).map(|p| Value::small(i64::from(p.line)))
    };
    f.open(th)?;
    f.line.set_raw(line.unwrap_or(Value::EMPTY));
    f.last.set_raw(Value::EMPTY);
    let function = th.interp.tracing.trace;
    if !function.is_none() {
        let v = call(th, Which::Trace, function, f, "call", Value::NONE)?;
        replace(th, f, v)?;
    }
    profile(th, f, "call", Value::NONE)
}
/// The frame at `regs` returns. That a generator ends is an exception where the loop has resumed it.
fn returns(th: &mut Thread, regs: *mut Value, f: Gc<Frame>, v: Value) -> R<()> {
    ends(th, f, v)?;
    // SAFETY: the frame is live.
    let (word, caller) = unsafe { ((*regs.sub(3)).0, (*regs.sub(5)).0 as *mut Value) };
    // SAFETY: so is the caller of a frame that the loop has pushed.
    if !matches!(Action::of(word), Action::ForIter | Action::Send) || unsafe { (*caller.sub(3)).0 } & HAS_OBJECT == 0 {
        return Ok(());
    }
    let f: Gc<Frame> = frame::object(th, caller)?.as_gc();
    if f.trace.get().is_empty() {
        return Ok(());
    }
    let class = ctx().types.StopIteration;
    let e = th.new_exception(class, if v.is_none() { &[] } else { std::slice::from_ref(&v) })?;
    let arg = th.new_tuple(&[class.value(), e, Value::NONE]);
    local(th, f, "exception", arg)
}
fn ends(th: &mut Thread, f: Gc<Frame>, v: Value) -> R<()> {
    local(th, f, "return", v)?;
    profile(th, f, "return", v)
}
fn yields(th: &mut Thread, regs: *mut Value, f: Gc<Frame>, v: Value) -> R<()> {
    ends(th, f, v)?;
    // SAFETY: the frame is live. Who takes the value may go on with it at once.
    unsafe { (*regs.sub(3)).0 &= !ENTERED };
    Ok(())
}
fn native_left(th: &mut Thread, f: Gc<Frame>, event: &str) -> R<()> {
    let callee = f.native.get();
    f.open(th)?;
    f.native.set_raw(Value::EMPTY);
    profile(th, f, event, callee)
}
/// The running frame has the exception `e`; `again`: it has had it before.
#[cold]
#[inline(never)]
pub(super) fn thrown(th: &mut Thread, e: Value, again: bool) -> R<()> {
    let regs = th.interp.regs;
    // SAFETY: the running frame is live.
    if unsafe { (*regs.sub(3)).0 } & ENTERED == 0 {
        entered(th, regs)?;
    }
    let f: Gc<Frame> = frame::object(th, regs)?.as_gc();
    if !f.native.get().is_empty() {
        native_left(th, f, "c_exception")?;
    }
    if again || f.trace.get().is_empty() {
        return Ok(());
    }
    let x = exception::this(e);
    let tb = x.field(th, &x.traceback)?;
    let tb = if tb.is_empty() { Value::NONE } else { tb };
    let arg = th.new_tuple(&[class_of(e).value(), e, tb]);
    local(th, f, "exception", arg)
}
/// The running frame is left because of an exception.
#[cold]
#[inline(never)]
pub(super) fn left(th: &mut Thread) -> R<()> {
    let regs = th.interp.regs;
    let f: Gc<Frame> = frame::object(th, regs)?.as_gc();
    ends(th, f, Value::NONE)
}
