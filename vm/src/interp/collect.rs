//! Builtins that use a generator up: `list(g)`, `tuple(g)`, `set(g)`, `any(g)`, `all(g)`.
//!
//! The loop runs the generator's frame, and what it yields is taken at once: it goes on without having been suspended. The
//! register of the call's argument, which nobody reads any more, has what was taken so far.

use super::generator::Generator;
use super::instruction::Instruction;
use super::{Action, suspend};
use crate::context::ctx;
use crate::modules::builtins::iteration;
use crate::native::NativeFn;
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::types::list::List;
use crate::types::native_function::NativeFunction;
use crate::types::set::{self, Set};
use crate::value::Value;
use std::sync::atomic::AtomicU64;
use vasuki_compiler::op::Op;

/// What a call of `f` does with a generator.
fn action_of(f: Value) -> Option<Action> {
    let t = &ctx().types;
    if f == t.list.value() {
        return Some(Action::List);
    }
    if f == t.tuple.value() {
        return Some(Action::Tuple);
    }
    if f == t.set.value() {
        return Some(Action::Set);
    }
    let func = f.cast::<NativeFunction>()?.def().func;
    if std::ptr::fn_addr_eq(func, iteration::any as NativeFn) {
        return Some(Action::Any);
    }
    std::ptr::fn_addr_eq(func, iteration::all as NativeFn).then_some(Action::All)
}
/// Calls `f` with the generator at `base`, if the loop can run it: its frame has been pushed.
/// # Safety
/// `base` is a prepared call with one argument; `interp.pc` is up to date.
#[inline(never)]
pub(super) unsafe fn push(th: &mut Thread, f: Value, base: *mut Value, word: u64) -> R<bool> {
    // SAFETY: by the caller's promise; the running frame's program counter is behind an instruction.
    unsafe {
        let g = *base;
        if Action::of(word) != Action::Normal || class_of(g) != ctx().types.generator {
            return Ok(false);
        }
        let Some(action) = action_of(f) else { return Ok(false) };
        // Only a call that the loop has made itself has its arguments where `taken` looks for them.
        let call = Instruction::at(th.interp.pc.sub(1));
        if call.op() != Op::Call || call.c() != 1 || th.interp.regs.add(call.b() as usize) != base {
            return Ok(false);
        }
        let g: Gc<Generator> = g.as_gc();
        if g.has_ended_at_last(th)? {
            return Ok(false);
        }
        let taken = match action {
            Action::List | Action::Tuple => th.new_list(&[])?,
            Action::Set => set::new_of(th, ctx().types.set).value(),
            _ => Value::NONE,
        };
        suspend::push(th, g, Value::NONE, word & 0xFFFF | (action as u64) << 16)?;
        *base = taken;
    }
    Ok(true)
}
/// The register with what was taken from the frame at `regs`.
/// # Safety
/// The frame was pushed by `push`.
#[inline(always)]
unsafe fn taken(regs: *mut Value) -> *mut Value {
    // SAFETY: by the caller's promise the caller stands behind the call.
    unsafe {
        let caller = (*regs.sub(5)).0 as *mut Value;
        let call = Instruction::at(((*regs.sub(6)).0 as *const AtomicU64).sub(1));
        caller.add(call.b() as usize)
    }
}
/// Takes what the frame at `regs` yields before `pc`. Some: no more is needed, that is the result. What fails here fails in
/// the caller: the generator is left suspended.
/// # Safety
/// The frame was pushed by `push`, and runs.
#[inline(never)]
pub(super) unsafe fn take(th: &mut Thread, regs: *mut Value, v: Value, pc: *const AtomicU64) -> R<Option<Value>> {
    // SAFETY: by the caller's promise.
    unsafe {
        let (action, so_far) = (Action::of((*regs.sub(3)).0), *taken(regs));
        let r = add(th, action, so_far, v);
        if let Err(t) = &r
            && t.value().is_some()
        {
            suspend::suspend(th, regs, pc)?;
            super::returns::leave_suspended(th, regs);
        }
        r
    }
}
fn add(th: &mut Thread, action: Action, so_far: Value, v: Value) -> R<Option<Value>> {
    match action {
        Action::Any if th.truth(v)? => return Ok(Some(Value::TRUE)),
        Action::All if !th.truth(v)? => return Ok(Some(Value::FALSE)),
        Action::List | Action::Tuple => so_far.as_gc::<List>().append(th, v)?,
        Action::Set => {
            so_far.as_gc::<Set>().add(th, v)?;
        }
        _ => {}
    }
    Ok(None)
}
/// The result when the frame at `regs` returns.
/// # Safety
/// The frame was pushed by `push`.
pub(super) unsafe fn result(th: &mut Thread, regs: *mut Value, action: Action) -> Value {
    // SAFETY: by the caller's promise.
    let so_far = unsafe { *taken(regs) };
    debug_assert!(action != Action::Set || so_far.is_kind(Kind::Set));
    match action {
        Action::Any => Value::FALSE,
        Action::All => Value::TRUE,
        // Nobody else has ever seen the list.
        Action::Tuple => th.new_tuple(so_far.as_gc::<List>().owned_items()),
        _ => so_far,
    }
}
