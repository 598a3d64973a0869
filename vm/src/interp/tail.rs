//! Native functions that end with a call of a Python function: it runs in the same loop, so that boundaries can fall in it.
//!
//! The frame of the function gets [`Action::Finish`] and, as its extra word, a native function that is called when the
//! frame is left: with the value that it returns, which it may replace, or with nothing because of an exception.

use super::arguments::native_arguments;
use super::call::Called;
use super::call_ex::call_ex;
use super::code::Code;
use super::{Action, HEADER, MARGIN};
use crate::native::Tail;
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::bound_method::BoundMethod;
use crate::types::function::Function;
use crate::types::native_function::{self, NativeFunction};
use crate::value::Value;
use vasuki_compiler::code::flags;

/// Calls `base[-1]`, a native function with a tail call, in the loop. None: this call cannot be made so.
/// # Safety
/// As for `call_at`; the action of `word` is Normal.
#[cold]
pub(super) unsafe fn call(
    th: &mut Thread,
    base: *mut Value,
    argc: usize,
    kwnames: &'static [Value],
    f: Gc<NativeFunction>,
    tail: &Tail,
    word: u64,
) -> R<Option<Called>> {
    // SAFETY: by the caller's promise.
    unsafe {
        let bound = f.bound.get();
        let (first, n) = if bound.is_empty() {
            (base, argc)
        } else {
            *base.sub(1) = bound;
            (base.sub(1), argc + 1)
        };
        if bound.is_empty() && !f.owner.get().is_empty() {
            native_function::check_receiver(th, f, std::slice::from_raw_parts(first, n))?;
        }
        let args = native_arguments(th, f.def(), f.params(), std::slice::from_raw_parts(first, n), kwnames)?;
        let args = args.as_slice();
        if !is_python_function(args[tail.callable]) || !th.interp.fits(base, 2 * MARGIN + HEADER) {
            *base.sub(1) = f.value();
            return Ok(None);
        }
        let finish = (tail.enter)(th, args)?;
        *base.sub(1) = args[tail.callable];
        *base = args[tail.args];
        *base.add(1) = args[tail.kwargs];
        let word = word & 0xFFFF | (Action::Finish as u64) << 16;
        match call_ex(th, base, word) {
            Ok(Called::Pushed) => {
                *th.interp.regs.sub(2) = finish;
                Ok(Some(Called::Pushed))
            }
            Ok(Called::Done(v)) => th.call(finish, &[v]).map(|v| Some(Called::Done(v))),
            Err(t) => {
                if !t.is_abort() {
                    th.call(finish, &[])?;
                }
                Err(t)
            }
        }
    }
}
/// A function whose frame has no use for its extra word, or a method with such a function.
fn is_python_function(v: Value) -> bool {
    let f = match v.cast::<BoundMethod>() {
        Some(m) => m.func.get(),
        None => v,
    };
    f.is_kind(Kind::Function) && f.as_gc::<Function>().code.get().as_gc::<Code>().tables().flags & flags::OPTIMIZED != 0
}
