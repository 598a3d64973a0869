//! Exceptions on their way: tracebacks, handlers, frames left behind; and aborts, which end at the loop that set the checkpoint.

use super::{Action, async_generator, code_of, frame, frame_flag, mode, suspend, trace};
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::traceback;
use crate::value::Value;
use std::sync::atomic::AtomicU64;
use vasuki_compiler::op::Op;

/// Where the loop goes on.
pub(super) enum Next {
    /// in `interp.regs` at `interp.pc`
    Go,
    /// out of the loop
    Leave(Throw),
}

/// Finds the handler of what was thrown at `interp.pc`, leaving frames on the way.
#[cold]
#[inline(never)]
pub(super) fn unwind(th: &mut Thread, thrown: Throw) -> Next {
    let mut t = thrown;
    loop {
        let Some(e) = t.value() else {
            if th.interp.nesting == 1 || th.has_own_checkpoint() {
                th.abort();
                return Next::Go;
            }
            return Next::Leave(t);
        };
        // SAFETY: the running frame is live; code and registers belong together.
        let code = unsafe { code_of(th.interp.regs) };
        let at = (th.interp.pc as usize - code.tables().words.as_ptr() as usize) / 8;
        let again = std::mem::replace(&mut th.interp.reraise, false);
        if !again && let Err(other) = note(th, e, code, at) {
            t = other;
            continue;
        }
        let traced = th.interp.mode & mode::TRACED != 0;
        if traced && let Err(other) = trace::thrown(th, e, again) {
            t = other;
            continue;
        }
        let regs = th.interp.regs as usize;
        let raised = match (reraise_at(code, at), th.interp.raised_at) {
            (Some(1), (of, first)) if again && of == regs => first,
            _ => at,
        };
        if let Some(h) = code.handler(at) {
            th.interp.raised_at = (regs, raised);
            if traced && let Err(other) = trace::handled(th, e, h.target as usize) {
                t = other;
                continue;
            }
            // SAFETY: the compiler gave the handler a register and a target of this code.
            unsafe {
                *th.interp.regs.add(h.register as usize) = e;
                th.interp.pc = code.tables().words.as_ptr().add(h.target as usize);
            }
            if th.interp.after_effect {
                if let Err(other) = th.commit() {
                    t = other;
                    continue;
                }
                th.begin();
                let pc = th.interp.pc;
                th.set_checkpoint(pc);
            }
            return Next::Go;
        }
        // SAFETY: an offset within the code.
        th.interp.pc = unsafe { code.tables().words.as_ptr().add(raised) };
        if traced && let Err(other) = trace::left(th, e) {
            t = other;
            continue;
        }
        // SAFETY: as above.
        let word = unsafe { (*th.interp.regs.sub(3)).0 };
        if Action::of(word) == Action::Native
            && let Err(other) = th.leave_loop()
        {
            t = other;
            continue;
        }
        let r = pop(th);
        if Action::of(word) == Action::Native {
            return Next::Leave(match r {
                Ok(()) => t,
                Err(other) => other,
            });
        }
        if let Err(other) = r {
            t = other;
        }
    }
}
fn note(th: &mut Thread, e: Value, code: crate::object::Gc<super::code::Code>, at: usize) -> R<()> {
    let line = code.position(at).map_or(code.tables().firstlineno, |p| p.line);
    let regs = th.interp.regs;
    let f = frame::object(th, regs)?;
    traceback::add(th, e, f, frame::lasti(at), line as i64)
}

/// Operand b of the Reraise before word `at`.
fn reraise_at(code: crate::object::Gc<super::code::Code>, at: usize) -> Option<u16> {
    let word = code.tables().words.get(at.checked_sub(1)?)?;
    let word = word.load(std::sync::atomic::Ordering::Relaxed);
    (word as u16 == Op::Reraise as u16).then_some((word >> 32) as u16)
}
/// Leaves the running frame because of an exception: its caller is the running frame afterwards.
fn pop(th: &mut Thread) -> R<()> {
    let regs = th.interp.regs;
    // SAFETY: the running frame is live, and so is its caller unless it is null.
    unsafe {
        let word = (*regs.sub(3)).0;
        if Action::of(word) == Action::Finish
            && let Err(t) = th.call(*regs.sub(2), &[])
            && t.is_abort()
        {
            return Err(t);
        }
        if word & frame_flag::GENERATOR != 0 {
            suspend::finish(th, (*regs.sub(2)).as_gc())?;
        }
        if word & frame_flag::HAS_OBJECT != 0 {
            let pc = th.interp.pc;
            frame::detach(th, regs, pc)?;
        }
        let caller = (*regs.sub(5)).0 as *mut Value;
        if word & frame_flag::MARKED != 0 && Action::of(word) != Action::Native {
            th.return_barrier(regs, caller);
        }
        let s = &mut th.interp;
        s.pc = (*regs.sub(6)).0 as *const AtomicU64;
        s.regs = caller;
        s.depth -= 1;
        s.set_top();
        if Action::of(word) == Action::Asend {
            async_generator::end(th, async_generator::awaitable_of(regs))?;
        }
    }
    Ok(())
}
