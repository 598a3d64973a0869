//! Awaiting: awaitables, `yield from`, asynchronous iteration.

use crate::context::ctx;
use crate::interp::generator::{self, Generator, Step, close_any, exception_to_throw};
use crate::names::names;
use crate::native::{NativeDef, TypeDef, def};
use crate::object::Kind;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::payload::{self, Payload, payload_size};
use crate::value::Value;
use vasuki_compiler::code::flags;

fn is_coroutine(th: &Thread, v: Value) -> bool {
    th.class_of(v) == ctx().types.coroutine
}
fn is_iterable_coroutine(th: &Thread, v: Value) -> bool {
    th.class_of(v) == ctx().types.generator
        && v.as_gc::<Generator>()
            .code
            .get()
            .as_gc::<crate::interp::code::Code>()
            .tables()
            .flags
            & flags::ITERABLE_COROUTINE
            != 0
}
/// The iterator that `await v` runs. `what`: 0 await, 1 `__aenter__`, 2 `__aexit__`.
pub(crate) fn awaitable(th: &mut Thread, v: Value, what: usize) -> R {
    if is_coroutine(th, v) || is_iterable_coroutine(th, v) {
        return Ok(v);
    }
    let class = th.class_of(v);
    if class.special(Special::Await).is_none() {
        let n = class.name_str();
        let text = match what {
            1 => format!("'async with' received an object from __aenter__ that does not implement __await__: {n}"),
            2 => format!("'async with' received an object from __aexit__ that does not implement __await__: {n}"),
            _ => format!("'{n}' object can't be awaited"),
        };
        return Err(th.type_error(&text));
    }
    let it = th.call_special(v, Special::Await, &[])?.unwrap_or(Value::NONE);
    if is_coroutine(th, it) || is_iterable_coroutine(th, it) {
        return Err(th.type_error("__await__() returned a coroutine"));
    }
    if th.class_of(it).special(Special::Next).is_none() {
        let n = th.class_of(it).name_str();
        return Err(th.type_error(&format!("__await__() returned non-iterator of type '{n}'")));
    }
    Ok(it)
}
/// What `yield from v` iterates.
pub(crate) fn yield_from(th: &mut Thread, v: Value, in_coroutine: bool) -> R {
    if th.class_of(v) == ctx().types.generator {
        return Ok(v);
    }
    if is_coroutine(th, v) {
        if in_coroutine {
            return Ok(v);
        }
        return Err(th.type_error("cannot 'yield from' a coroutine object in a non-coroutine generator"));
    }
    th.iter(v)
}
/// `v.__aiter__()`
pub(crate) fn aiter(th: &mut Thread, v: Value) -> R {
    let n = th.class_of(v).name_str();
    let Some(it) = th.call_special(v, Special::Aiter, &[])? else {
        return Err(th.type_error(&format!("'async for' requires an object with __aiter__ method, got {n}")));
    };
    if th.class_of(it).special(Special::Anext).is_none() {
        let n = th.class_of(it).name_str();
        return Err(th.type_error(&format!(
            "'async for' received an object from __aiter__ that does not implement __anext__: {n}"
        )));
    }
    Ok(it)
}
/// The awaitable iterator of `v.__anext__()`
pub(crate) fn anext(th: &mut Thread, v: Value) -> R {
    let n = th.class_of(v).name_str();
    let Some(a) = th.call_special(v, Special::Anext, &[])? else {
        return Err(th.type_error(&format!("'async for' requires an iterator with __anext__ method, got {n}")));
    };
    match awaitable(th, a, 0) {
        Ok(it) => Ok(it),
        Err(t) if t.value().is_some_and(|e| th.class_of(e) == ctx().types.TypeError) => {
            let n = th.class_of(a).name_str();
            let new = th.type_error(&format!("'async for' received an invalid object from __anext__: {n}"));
            if let (Some(e), Some(cause)) = (new.value(), t.value()) {
                let e = e.as_gc::<crate::types::exception::Exception>();
                e.set(th, &e.cause, cause)?;
                e.set(th, &e.context, cause)?;
                e.set(th, &e.suppress_context, Value::TRUE)?;
            }
            Err(new)
        }
        Err(t) => Err(t),
    }
}
/// Sends into any iterator but a generator that the loop resumes itself.
pub(crate) fn send(th: &mut Thread, it: Value, v: Value) -> R<Step> {
    if it.is_kind(Kind::Generator) && th.class_of(it) != ctx().types.async_generator {
        return generator::resume(th, it.as_gc(), v);
    }
    let r = if v.is_none() {
        match th.call_special(it, Special::Next, &[]) {
            Ok(Some(Value::EMPTY)) => return Ok(Step::Returned(Value::NONE)),
            Ok(Some(v)) => Ok(v),
            Ok(None) => {
                let n = th.class_of(it).name_str();
                Err(th.type_error(&format!("'{n}' object is not an iterator")))
            }
            Err(t) => Err(t),
        }
    } else {
        th.call_method(it, names().send, &[v])
    };
    step_of(th, r)
}
/// StopIteration is a return.
fn step_of(th: &mut Thread, r: R) -> R<Step> {
    match r {
        Ok(v) => Ok(Step::Yielded(v)),
        Err(t) => match t.value() {
            Some(e) if th.class_of(e).is_subclass_of(ctx().types.StopIteration) => {
                th.interp.note_stop(e);
                Ok(Step::Returned(th.getattr(e, names().value)?))
            }
            _ => Err(t),
        },
    }
}
/// Delivers an exception to what a generator delegates to.
pub(crate) fn throw(th: &mut Thread, it: Value, e: Value) -> R<Step> {
    if th.class_of(e).is_subclass_of(ctx().types.GeneratorExit) {
        close_any(th, it)?;
        return Err(crate::throw::Throw::exception(e));
    }
    if it.is_kind(Kind::Generator) && th.class_of(it) != ctx().types.async_generator {
        return generator::throw(th, it.as_gc(), e);
    }
    match th.getattr_opt(it, names().throw)? {
        None => Err(crate::throw::Throw::exception(e)),
        Some(f) => {
            let r = th.call(f, &[e]);
            step_of(th, r)
        }
    }
}

/// `coro.__await__()`
#[derive(Clone)]
pub struct Wrapper(Value);
impl Payload for Wrapper {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.0)
    }
    const NEEDS_DROP: bool = false;
}
/// `coroutine_wrapper`
pub static WRAPPER: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    ..TypeDef::new("coroutine_wrapper", Kind::Payload, payload_size::<Wrapper>())
};
static METHODS: &[NativeDef] = &[
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def(
        "__next__",
        "self, /",
        |th, a| wrapped_send(th, a[0], Value::NONE),
        "Implement next(self).",
    ),
    def("send", "self, value, /", |th, a| wrapped_send(th, a[0], a[1]), ""),
    def("throw", "self, type, value=None, traceback=None, /", wrapped_throw, ""),
    def("close", "self, /", wrapped_close, ""),
];
fn inner(th: &mut Thread, v: Value) -> R {
    match payload::downcast::<Wrapper>(v) {
        Some(w) => Ok(w.frozen().0),
        None => Err(th.type_error("expected a coroutine_wrapper")),
    }
}
fn wrapped_send(th: &mut Thread, w: Value, v: Value) -> R {
    let g = inner(th, w)?;
    let s = generator::resume(th, g.as_gc(), v)?;
    generator::deliver(th, s)
}
fn wrapped_throw(th: &mut Thread, a: &[Value]) -> R {
    let g = inner(th, a[0])?;
    let e = exception_to_throw(th, &a[1..])?;
    let s = generator::throw(th, g.as_gc(), e)?;
    generator::deliver(th, s)
}
/// `__await__` of coroutines.
pub(crate) fn wrapper(th: &mut Thread, a: &[Value]) -> R {
    Ok(payload::new(th, ctx().types.coroutine_wrapper, Wrapper(a[0])).value())
}
/// `cr_origin` of a coroutine made now: EMPTY unless `sys.set_coroutine_origin_tracking_depth` asked for it.
pub(crate) fn origin(th: &mut Thread) -> R {
    let depth = crate::modules::sys::runtime::origin_depth();
    if depth == 0 {
        return Ok(Value::EMPTY);
    }
    let mut out = crate::types::buffer::ValueVec::new();
    for n in 1..=depth {
        let Some(f) = crate::interp::frame::frame_at(th, n)? else { break };
        let (lineno, code) = (th.intern("f_lineno"), th.intern("f_code"));
        let line = th.getattr(f, lineno)?;
        let code = th.getattr(f, code)?.as_gc::<crate::interp::code::Code>();
        let entry = th.new_tuple(&[code.filename.get(), line, code.tables().name]);
        out.push(th, entry)?;
    }
    Ok(th.new_tuple(out.as_slice()))
}
fn wrapped_close(th: &mut Thread, a: &[Value]) -> R {
    let g = inner(th, a[0])?;
    generator::close(th, g.as_gc())
}
