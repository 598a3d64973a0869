//! globals, locals, vars, `__import__`.

use crate::context::ctx;
use crate::interp::frame;
use crate::names::names;
use crate::thread::Thread;
use crate::throw::R;
use crate::value::Value;

/// Globals of the innermost Python frame.
pub fn current_globals(th: &mut Thread) -> R {
    match frame::current_globals(th) {
        Some(v) => Ok(v),
        None => Err(th.error(ctx().types.SystemError, "globals(): no current frame")),
    }
}
/// Locals of the innermost Python frame, as `locals()` gives them (a fresh snapshot in functions).
pub fn current_locals(th: &mut Thread) -> R {
    match frame::current_locals(th)? {
        Some(v) => Ok(v),
        None => Err(th.error(ctx().types.SystemError, "locals(): no current frame")),
    }
}
pub fn globals(th: &mut Thread, _: &[Value]) -> R {
    current_globals(th)
}
pub fn locals(th: &mut Thread, _: &[Value]) -> R {
    current_locals(th)
}
pub fn vars(th: &mut Thread, a: &[Value]) -> R {
    if a[0].is_empty() {
        return current_locals(th);
    }
    match th.getattr_opt(a[0], names().__dict__)? {
        Some(d) => Ok(d),
        None => Err(th.type_error("vars() argument must have __dict__ attribute")),
    }
}
pub fn import(th: &mut Thread, a: &[Value]) -> R {
    let fromlist = if a[3].is_empty() { ctx().empty_tuple } else { a[3] };
    let level = if a[4].is_empty() { 0 } else { th.to_isize(a[4])? };
    crate::import::import_level(th, a[0], a[1], fromlist, level)
}
