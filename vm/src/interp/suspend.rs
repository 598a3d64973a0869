//! Frames of generators: made, resumed, suspended, ended.

use super::call::{too_deep, word3};
use super::code::Code;
use super::generator::{CLOSED, CREATED, Generator, RUNNING, SUSPENDED};
use super::{Action, HEADER, MARGIN, async_generator, code_of, frame, frame_flag, function_of, helpers};
use crate::context::ctx;
use crate::object::{Gc, Kind, Slot};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::types::function::Function;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use vasuki_compiler::code::flags;

/// Makes a generator of the running frame, suspended at `pc`; it takes the frame's registers.
/// # Safety
/// `regs` is register 0 of the running frame.
pub(super) unsafe fn from_frame(th: &mut Thread, regs: *mut Value, pc: *const AtomicU64) -> R {
    // SAFETY: by the caller's promise.
    unsafe {
        let code = code_of(regs);
        let t = code.tables();
        let types = &ctx().types;
        let class = if t.flags & flags::COROUTINE != 0 {
            types.coroutine
        } else if t.flags & flags::ASYNC_GENERATOR != 0 {
            types.async_generator
        } else {
            types.generator
        };
        let func: Gc<Function> = function_of(regs);
        let g: Gc<Generator> = th.new_object(class, 8 * t.kept);
        g.func.set_raw(func.value());
        g.code.set_raw(code.value());
        g.state.set_raw(Value::small(CREATED));
        g.at.set_raw(Value::small((pc as usize - t.words.as_ptr() as usize) as i64 / 8));
        g.name.set_raw(func.name.get());
        g.qualname.set_raw(func.qualname.get());
        save(g.registers(), regs, t.first_temp);
        if class != types.generator {
            crate::attrs::register_finalizer(th, g.obj());
        }
        if class == types.coroutine {
            let origin = helpers::awaits::origin(th)?;
            g.origin.set_raw(origin);
        }
        Ok(g.value())
    }
}
/// Keeps the first `n` registers of the frame at `regs`. They are few: a loop is faster than a call for copying.
/// # Safety
/// The frame has so many registers.
#[inline(always)]
unsafe fn save(to: &[Slot], regs: *const Value, n: usize) {
    for (i, s) in to.iter().enumerate().take(n) {
        // SAFETY: by the caller's promise.
        s.set_raw(unsafe { *regs.add(i) });
    }
}

/// Pushes the frame of a generator that has not ended above the running one, to go on with `sent`.
pub(super) fn push(th: &mut Thread, g: Gc<Generator>, sent: Value, word: u64) -> R<()> {
    let state = g.settled_state(th)?;
    if state == CLOSED {
        // An asynchronous generator that has ended in another thread, while this one waited.
        return Err(th.value_error(&format!("{} already executing", g.what())));
    }
    if state == CREATED && !sent.is_none() {
        return Err(th.type_error(&format!("can't send non-None value to a just-started {}", g.what())));
    }
    g.open(th)?;
    let code: Gc<Code> = g.code.get().as_gc();
    let t = code.tables();
    let regs = th.interp.top.wrapping_add(HEADER);
    if !super::call::may_push(th, regs, t.nregs as usize) {
        return Err(too_deep(th));
    }
    // SAFETY: words above `top` are free, the room has been checked; code goes on behind a Yield, which says how many
    // registers are live.
    unsafe {
        let pc = t.words.as_ptr().add(g.offset());
        let kept = g.registers();
        let mut n = t.first_temp;
        if state == SUSPENDED {
            let w = (*pc.sub(1)).load(Relaxed);
            n = n.max((w >> 48) as usize);
            for (i, s) in kept.iter().enumerate().take(n) {
                *regs.add(i) = s.get();
            }
            *regs.add((w >> 16) as u16 as usize) = sent;
        } else {
            for (i, s) in kept.iter().enumerate().take(n) {
                *regs.add(i) = s.get();
            }
        }
        (*regs.sub(6)).0 = th.interp.pc as u64;
        (*regs.sub(5)).0 = th.interp.regs as u64;
        *regs.sub(4) = code.value();
        let own = g.outer.get().to_small().unwrap_or(0) as u64;
        (*regs.sub(3)).0 = word | frame_flag::GENERATOR | (own * frame_flag::HANDLED);
        *regs.sub(2) = g.value();
        *regs.sub(1) = g.func.get();
        let s = &mut th.interp;
        s.regs = regs;
        s.pc = pc;
        s.top = regs.add(t.nregs as usize + MARGIN);
        s.depth += 1;
        if !g.frame.get().is_empty() {
            frame::attach(th, g.frame.get(), regs)?;
        }
    }
    g.state.set_raw(Value::small(RUNNING | i64::from(th.world.id()) << 8));
    g.outer.set_raw(th.handling);
    if !g.handling.get().is_empty() {
        th.handling = g.handling.get();
    }
    Ok(())
}
/// A Send of `sent` to `it`: pushes the frame that it resumes, whose value goes to register `dest`. False: there is none.
/// Not a part of the loop, in whose native frame the generator would stay alive.
#[inline(never)]
pub(super) fn push_send(th: &mut Thread, it: Value, sent: Value, dest: u16) -> R<bool> {
    if it.is_kind(Kind::Payload) {
        return async_generator::push_send(th, it, sent, word3(dest as usize, Action::Asend));
    }
    if !it.is_kind(Kind::Generator) || class_of(it) == ctx().types.async_generator {
        return Ok(false);
    }
    let g = it.as_gc::<Generator>();
    if g.has_ended_at_last(th)? {
        return Ok(false);
    }
    push(th, g, sent, word3(dest as usize, Action::Send))?;
    Ok(true)
}
/// Suspends the generator of the running frame at `regs`, to go on at `pc`, behind a Yield. The caller pops the frame.
/// # Safety
/// `regs` is register 0 of the running frame, which is a generator's.
// Out of the loop: what it has in registers would stay on the loop's stack for long, where a collection finds it.
#[inline(never)]
pub(super) unsafe fn suspend(th: &mut Thread, regs: *mut Value, pc: *const AtomicU64) -> R<()> {
    if th.is_atomic() && th.interp.atomic.is_in(regs) {
        return Err(th.suspended_in_atomic());
    }
    // SAFETY: by the caller's promise.
    unsafe {
        let g: Gc<Generator> = (*regs.sub(2)).as_gc();
        g.open(th)?;
        let t = code_of(regs).tables();
        let live = ((*pc.sub(1)).load(Relaxed) >> 48) as usize;
        save(g.registers(), regs, live.max(t.first_temp));
        g.state.set_raw(Value::small(SUSPENDED));
        if t.tries {
            crate::attrs::register_finalizer(th, g.obj());
        }
        g.at.set_raw(Value::small((pc as usize - t.words.as_ptr() as usize) as i64 / 8));
        let outer = g.outer.get();
        let word = (*regs.sub(3)).0;
        let own = word / frame_flag::HANDLED;
        g.handling.set_raw(if own == 0 { Value::EMPTY } else { th.handling });
        th.handling = outer;
        g.outer.set_raw(if own == 0 { Value::EMPTY } else { Value::small(own as i64) });
        if word & frame_flag::HAS_OBJECT != 0 {
            frame::detach(th, regs, pc)?;
        }
    }
    Ok(())
}
/// What is handled after the frame at `regs` has done with an exception: what it saved, but what the caller of a generator
/// handles now, who may be another one than when the exception came.
/// # Safety
/// `regs` is register 0 of the running frame.
pub(super) unsafe fn handled(regs: *mut Value, saved: Value) -> Value {
    // SAFETY: by the caller's promise; word -2 of a generator's frame is the generator.
    unsafe {
        let word = &mut (*regs.sub(3)).0;
        *word -= frame_flag::HANDLED;
        if *word & frame_flag::GENERATOR != 0 && *word < frame_flag::HANDLED {
            (*regs.sub(2)).as_gc::<Generator>().outer.get()
        } else {
            saved
        }
    }
}
/// The generator has ended.
pub(super) fn finish(th: &mut Thread, g: Gc<Generator>) -> R<()> {
    g.open(th)?;
    if g.state() == RUNNING {
        th.handling = g.outer.get();
    }
    g.state.set_raw(Value::small(CLOSED));
    g.outer.set_raw(Value::EMPTY);
    g.handling.set_raw(Value::EMPTY);
    th.finalizable.forget(g.obj(), th.tx.concurrent);
    Ok(())
}
