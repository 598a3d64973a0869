//! Raising and matching exceptions.

use crate::context::ctx;
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::class::{Class, class_flag};
use crate::types::exception::{self, Exception};
use crate::types::tuple::Tuple;
use crate::value::Value;

fn is_exception_class(v: Value) -> bool {
    v.cast::<Class>().is_some_and(|c| c.has_flag(class_flag::EXCEPTION))
}
/// `raise exc [from cause]`; `how` as in the opcode.
pub(crate) fn raise(th: &mut Thread, how: usize, exc: Value, cause: Value) -> Throw {
    if how == 0 {
        let e = th.handling;
        if e.is_none() {
            return th.runtime_error("No active exception to reraise");
        }
        // This frame is in its traceback, or is not to be.
        th.interp.reraise = true;
        return Throw::exception(e);
    }
    let t = if is_exception_class(exc) || exc.is_kind(Kind::Exception) {
        if is_exception_class(exc) {
            match instance_of(th, exc) {
                Ok(e) => th.raise(e),
                Err(t) => t,
            }
        } else {
            th.raise(exc)
        }
    } else {
        th.type_error("exceptions must derive from BaseException")
    };
    if how == 2
        && let Some(e) = t.value()
        && let Err(other) = set_cause(th, e, cause)
    {
        return other;
    }
    t
}
/// An instance of an exception class, made without arguments.
fn instance_of(th: &mut Thread, class: Value) -> R {
    let e = th.call(class, &[])?;
    if e.is_kind(Kind::Exception) {
        return Ok(e);
    }
    let got = th.class_of(e).value();
    let (class, got) = (th.repr_string(class)?, th.repr_string(got)?);
    Err(th.type_error(&format!(
        "calling {class} should have returned an instance of BaseException, not {got}"
    )))
}
fn set_cause(th: &mut Thread, e: Value, cause: Value) -> R<()> {
    let cause = if is_exception_class(cause) {
        instance_of(th, cause)?
    } else {
        cause
    };
    if !cause.is_none() && !cause.is_kind(Kind::Exception) {
        return Err(th.type_error("exception causes must derive from BaseException"));
    }
    let e: Gc<Exception> = exception::this(e);
    e.set(th, &e.cause, if cause.is_none() { Value::EMPTY } else { cause })?;
    e.set(th, &e.suppress_context, Value::TRUE)
}
/// CheckExcMatch
pub(crate) fn matches(th: &mut Thread, e: Value, what: Value) -> R<bool> {
    if let Some(t) = what.cast::<Tuple>() {
        if !t.items().iter().all(|c| is_exception_class(*c)) {
            return Err(th.type_error("catching classes that do not inherit from BaseException is not allowed"));
        }
        let class = th.class_of(e);
        return Ok(t.items().iter().any(|c| class.is_subclass_of(c.as_gc())));
    }
    if !is_exception_class(what) {
        return Err(th.type_error("catching classes that do not inherit from BaseException is not allowed"));
    }
    Ok(th.class_of(e).is_subclass_of(what.as_gc()))
}
/// CheckEgMatch: (matching part or None, rest or None)
pub(crate) fn group_matches(th: &mut Thread, e: Value, what: Value) -> R<(Value, Value)> {
    let classes: &[Value] = match what.cast::<Tuple>() {
        Some(t) => t.items(),
        None => std::slice::from_ref(&what),
    };
    for c in classes {
        if !is_exception_class(*c) {
            return Err(th.type_error("catching classes that do not inherit from BaseException is not allowed"));
        }
        if c.as_gc::<Class>().is_subclass_of(ctx().types.BaseExceptionGroup) {
            return Err(th.type_error("catching ExceptionGroup with except* is not allowed. Use except instead."));
        }
    }
    crate::types::exceptions::group_split::except_star(th, e, what)
}
/// A StopIteration that leaves a generator becomes a RuntimeError.
pub(crate) fn stop_iteration_error(th: &mut Thread, e: Value) -> R {
    let t = &ctx().types;
    let class = th.class_of(e);
    let flags = crate::interp::frame::current_code_flags(th);
    use vasuki_compiler::code::flags as f;
    let kind = if flags & f::ASYNC_GENERATOR != 0 {
        "async generator"
    } else if flags & f::COROUTINE != 0 {
        "coroutine"
    } else {
        "generator"
    };
    let what = if class.is_subclass_of(t.StopIteration) {
        "StopIteration"
    } else if kind == "async generator" && class.is_subclass_of(t.StopAsyncIteration) {
        "StopAsyncIteration"
    } else {
        return Ok(e);
    };
    let text = th.new_str(&format!("{kind} raised {what}"));
    let new = th.new_exception(t.RuntimeError, &[text])?;
    let x: Gc<Exception> = new.as_gc();
    x.set(th, &x.cause, e)?;
    x.set(th, &x.context, e)?;
    x.set(th, &x.suppress_context, Value::TRUE)?;
    Ok(new)
}
