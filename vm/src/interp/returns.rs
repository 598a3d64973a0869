//! A frame returns to its caller.

use super::{Action, Exit, MARGIN, async_generator, code_of, collect, frame, frame_flag, suspend};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// How a generator's frame went on.
pub(super) enum Popped {
    /// in the caller's frame
    Go,
    /// out of the loop
    Leave(Value),
}

/// The running frame returns `v`.
#[inline(always)]
pub(super) fn pop_frame(th: &mut Thread, regs: *mut Value, v: Value) -> R<Popped> {
    // SAFETY: the running frame is live, and so is its caller.
    unsafe {
        let word = (*regs.sub(3)).0;
        let mut v = v;
        if word >> 16 != 0 {
            // Anything but a plain call.
            match pop_special(th, regs, v, word)? {
                Popped::Leave(x) if Action::of(word) == Action::Native => return Ok(Popped::Leave(x)),
                Popped::Leave(x) => v = x,
                Popped::Go => return Ok(Popped::Go),
            }
        }
        let caller = (*regs.sub(5)).0 as *mut Value;
        let s = &mut th.interp;
        s.pc = (*regs.sub(6)).0 as *const AtomicU64;
        s.regs = caller;
        s.depth -= 1;
        s.top = caller.add(code_of(caller).tables().nregs as usize + MARGIN);
        *caller.add((word & 0xFFFF) as usize) = v;
    }
    Ok(Popped::Go)
}
/// The parts of a return that plain calls do not need. Leave: the value to be delivered; Go: all is done.
#[inline(never)]
pub(super) unsafe fn pop_special(th: &mut Thread, regs: *mut Value, v: Value, word: u64) -> R<Popped> {
    // SAFETY: as in `pop_frame`.
    unsafe {
        let action = Action::of(word);
        let mut v = v;
        if action == Action::Native {
            th.leave_loop()?;
        }
        if action == Action::Init {
            if !v.is_none() {
                let n = class_of(v).name_str();
                return Err(th.type_error(&format!("__init__() should return None, not '{n}'")));
            }
            v = *regs.sub(2);
        }
        if action == Action::Finish {
            v = th.call(*regs.sub(2), &[v])?;
        }
        if word & frame_flag::GENERATOR != 0 {
            suspend::finish(th, (*regs.sub(2)).as_gc())?;
        }
        if word & frame_flag::HAS_OBJECT != 0 {
            let pc = th.interp.pc;
            frame::detach(th, regs, pc)?;
        }
        let caller = (*regs.sub(5)).0 as *mut Value;
        if word & frame_flag::MARKED != 0 && action != Action::Native {
            th.return_barrier(regs, caller);
        }
        match action {
            Action::Normal | Action::Init | Action::Finish => return Ok(Popped::Leave(v)),
            Action::Native => {
                th.interp.exit = Exit::Returned;
                return Ok(Popped::Leave(v));
            }
            Action::Discard => return Ok(Popped::Leave(Value::NONE)),
            Action::List | Action::Tuple | Action::Set | Action::Any | Action::All => {
                return Ok(Popped::Leave(collect::result(th, regs, action)));
            }
            Action::ForIter | Action::Send | Action::Asend => {}
        }
        // A generator resumed by the loop ends: jump.
        let s = &mut th.interp;
        let pc = (*regs.sub(6)).0 as *const AtomicU64;
        s.regs = caller;
        s.depth -= 1;
        s.set_top();
        if action == Action::Asend {
            s.pc = pc;
            async_generator::end(th, async_generator::awaitable_of(regs))?;
            return Err(async_generator::stop_async(th));
        }
        if action == Action::Send {
            *caller.add((word & 0xFFFF) as usize) = v;
            s.pc = jump(pc, (*pc.sub(1)).load(Relaxed) as u32 as i32);
        } else if word & frame_flag::FAR != 0 {
            s.pc = jump(pc, (*pc.sub(1)).load(Relaxed) as u32 as i32);
        } else {
            s.pc = jump(pc, i32::from(((*pc.sub(1)).load(Relaxed) >> 48) as u16 as i16));
        }
        Ok(Popped::Go)
    }
}
/// The frame of the generator at `regs` has been suspended and gives `v`; `ended`: an async generator's own value, with
/// which the awaitable ends. Leave: native code has resumed it.
#[inline(always)]
pub(super) fn yield_from_frame(th: &mut Thread, regs: *mut Value, v: Value, ended: bool) -> R<Popped> {
    // SAFETY: the suspended frame's words are still there, and its caller is live.
    unsafe {
        let word = (*regs.sub(3)).0;
        let caller = (*regs.sub(5)).0 as *mut Value;
        if Action::of(word) == Action::Native {
            th.leave_loop()?;
            th.interp.exit = Exit::Yielded;
            return Ok(Popped::Leave(v));
        }
        if word & frame_flag::MARKED != 0 {
            th.return_barrier(regs, caller);
        }
        let mut pc = (*regs.sub(6)).0 as *const AtomicU64;
        if ended {
            async_generator::end(th, async_generator::awaitable_of(regs))?;
            pc = jump(pc, (*pc.sub(1)).load(Relaxed) as u32 as i32);
        }
        let s = &mut th.interp;
        s.pc = pc;
        s.regs = caller;
        s.depth -= 1;
        s.set_top();
        *caller.add((word & 0xFFFF) as usize) = v;
    }
    Ok(Popped::Go)
}
/// Leaves the suspended frame at `regs`, which Python code has resumed, without a value.
/// # Safety
/// The frame was the running one.
pub(super) unsafe fn leave_suspended(th: &mut Thread, regs: *mut Value) {
    // SAFETY: by the caller's promise; the caller is live.
    unsafe {
        let caller = (*regs.sub(5)).0 as *mut Value;
        if (*regs.sub(3)).0 & frame_flag::MARKED != 0 {
            th.return_barrier(regs, caller);
        }
        let s = &mut th.interp;
        s.pc = (*regs.sub(6)).0 as *const AtomicU64;
        s.regs = caller;
        s.depth -= 1;
        s.set_top();
    }
}
#[inline(always)]
pub(super) fn jump(pc: *const AtomicU64, off: i32) -> *const AtomicU64 {
    pc.wrapping_offset(off as isize)
}
