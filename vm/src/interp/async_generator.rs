//! Async generators: the awaitables of `__anext__`, `asend`, `athrow` and `aclose`, and `anext(it, default)`.
//!
//! An async generator yields in two ways: values of its own, wrapped by `AsyncGenWrap`, end the awaitable; all others come
//! from an `await` inside and are passed on.

use super::generator::{Generator, Step, asyncgen_hooks, close_any, exception_to_throw, resume, throw};
use super::instruction::Instruction;
use super::suspend;
use crate::context::ctx;
use crate::names::names;
use crate::native::{NativeDef, TypeDef, def, def_class};
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::class::class_of;
use crate::types::payload::{self, Payload, payload_size};
use crate::value::Value;
use std::sync::atomic::AtomicU64;

/// A value that an async generator yields itself.
#[derive(Clone)]
pub struct Wrapped(pub Value);
impl Payload for Wrapped {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.0)
    }
    const NEEDS_DROP: bool = false;
}
/// The value of an async generator's own that `v` wraps.
#[inline]
pub(super) fn unwrap(v: Value) -> Option<Value> {
    payload::downcast::<Wrapped>(v).map(|w| w.frozen().0)
}
/// Wraps `v`.
pub(super) fn wrap(th: &mut Thread, v: Value) -> Value {
    payload::new(th, ctx().types.async_generator_wrapped_value, Wrapped(v)).value()
}
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Running,
    Done,
}
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Send,
    Throw,
    Close,
}
/// `asend`, `athrow` and `aclose` awaitables.
#[derive(Clone)]
pub struct Awaitable {
    /// None when it is done: a finished awaitable that somebody still has keeps nothing alive
    generator: Value,
    /// value to send, or exception to throw
    value: Value,
    how: How,
    state: State,
}
impl Awaitable {
    fn finish(&mut self) {
        self.state = State::Done;
        self.generator = Value::NONE;
        self.value = Value::NONE;
    }
}
impl Payload for Awaitable {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.generator);
        f(self.value);
    }
    const NEEDS_DROP: bool = false;
}
const LAYOUT: TypeDef = TypeDef {
    base: false,
    ..TypeDef::new("", Kind::Payload, payload_size::<Awaitable>())
};
/// `async_generator_asend`
pub static ASEND: TypeDef = TypeDef {
    name: "async_generator_asend",
    methods: AWAITABLE,
    ..LAYOUT
};
/// `async_generator_athrow`
pub static ATHROW: TypeDef = TypeDef {
    name: "async_generator_athrow",
    methods: AWAITABLE,
    ..LAYOUT
};
/// `async_generator_wrapped_value`
pub static WRAPPED: TypeDef = TypeDef {
    base: false,
    ..TypeDef::new("async_generator_wrapped_value", Kind::Payload, payload_size::<Wrapped>())
};
static AWAITABLE: &[NativeDef] = &[
    def(
        "__await__",
        "self, /",
        |_, a| Ok(a[0]),
        "Return an iterator to be used in await expression.",
    ),
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def(
        "__next__",
        "self, /",
        |th, a| awaitable_send(th, a[0], Value::NONE),
        "Implement next(self).",
    ),
    def("send", "self, value, /", |th, a| awaitable_send(th, a[0], a[1]), ""),
    def("throw", "self, type, value=None, tb=None, /", awaitable_throw, ""),
    def("close", "self, /", awaitable_close, ""),
];
/// Methods of async generators.
pub(super) static METHODS: &[NativeDef] = &[
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def(
        "__aiter__",
        "self, /",
        |_, a| Ok(a[0]),
        "Return an awaitable, that resolves in asynchronous iterator.",
    ),
    def(
        "__anext__",
        "self, /",
        |th, a| make(th, a[0], Value::NONE, How::Send),
        "Return a value or raise StopAsyncIteration.",
    ),
    def(
        "asend",
        "self, value, /",
        |th, a| make(th, a[0], a[1], How::Send),
        "asend(v) -> send 'v' in generator.",
    ),
    def(
        "athrow",
        "self, type, value=None, tb=None, /",
        athrow,
        "athrow(value) -> raise exception in generator.",
    ),
    def(
        "aclose",
        "self, /",
        |th, a| make(th, a[0], Value::NONE, How::Close),
        "aclose() -> raise GeneratorExit inside generator.",
    ),
    def("__del__", "self, /", |th, a| super::generator::finalize(th, a[0]), ""),
    def_class(
        "__class_getitem__",
        "cls, item, /",
        |th, a| crate::types::generic_alias::new(th, a[0], a[1]),
        "See PEP 585",
    ),
];
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let key = names().__qualname__;
    let n = th.getattr(a[0], key)?;
    let n = th.str(n)?.to_string_lossy();
    Ok(th.new_str(&format!("<async_generator object {n} at {:#x}>", a[0].0)))
}
fn athrow(th: &mut Thread, a: &[Value]) -> R {
    let e = exception_to_throw(th, &a[1..])?;
    make(th, a[0], e, How::Throw)
}
/// `generator.__anext__()`
pub(super) fn anext(th: &mut Thread, generator: Value) -> R {
    make(th, generator, Value::NONE, How::Send)
}
fn make(th: &mut Thread, generator: Value, value: Value, how: How) -> R {
    let g: Gc<Generator> = generator.as_gc();
    if crate::attrs::load(th, g.header(), &g.hook)?.is_empty() {
        let (first, last) = asyncgen_hooks(th)?;
        g.open(th)?;
        g.hook.set_raw(last);
        if !first.is_none() {
            th.call(first, &[generator])?;
        }
    }
    let t = &ctx().types;
    let class = if how == How::Send {
        t.async_generator_asend
    } else {
        t.async_generator_athrow
    };
    Ok(payload::new(
        th,
        class,
        Awaitable {
            generator,
            value,
            how,
            state: State::New,
        },
    )
    .value())
}
fn this(th: &mut Thread, v: Value) -> R<&'static mut Awaitable> {
    match payload::downcast::<Awaitable>(v) {
        Some(p) => th.open_mut(p),
        None => Err(th.type_error("expected an awaitable of an async generator")),
    }
}
/// Pushes the frame of the async generator whose `asend` awaitable `v` is, to go on with `sent`. False: the loop cannot
/// run it.
#[inline(never)]
pub(super) fn push_send(th: &mut Thread, v: Value, sent: Value, word: u64) -> R<bool> {
    if class_of(v) != ctx().types.async_generator_asend {
        return Ok(false);
    }
    let p = this(th, v)?;
    if p.state == State::Done {
        return Ok(false);
    }
    let g = p.generator.as_gc::<Generator>();
    if g.has_ended(th)? {
        return Ok(false);
    }
    let mut sent = sent;
    if p.state == State::New {
        if sent.is_none() {
            sent = p.value;
        }
        start(th, v)?;
    }
    match suspend::push(th, g, sent, word) {
        Ok(()) => Ok(true),
        Err(t) => {
            if t.value().is_some() {
                end(th, v)?;
            }
            Err(t)
        }
    }
}
/// The awaitable whose Send has resumed the frame at `regs`.
/// # Safety
/// `regs` is register 0 of a frame with `Action::Asend`.
pub(super) unsafe fn awaitable_of(regs: *mut Value) -> Value {
    // SAFETY: by the caller's promise the caller stands behind a Send, which has two words.
    unsafe {
        let caller = (*regs.sub(5)).0 as *mut Value;
        let send = Instruction::at(((*regs.sub(6)).0 as *const AtomicU64).sub(2));
        *caller.add(send.b() as usize)
    }
}
pub(super) fn stop_async(th: &mut Thread) -> Throw {
    match th.new_exception(ctx().types.StopAsyncIteration, &[]) {
        Ok(e) => th.raise(e),
        Err(t) => t,
    }
}
fn reused(th: &mut Thread, how: How) -> Throw {
    let n = if how == How::Send {
        "__anext__()/asend()"
    } else {
        "aclose()/athrow()"
    };
    th.runtime_error(&format!("cannot reuse already awaited {n}"))
}
fn start(th: &mut Thread, v: Value) -> R<()> {
    let p = this(th, v)?;
    let g: Gc<Generator> = p.generator.as_gc();
    if g.busy.get().is_true() {
        p.finish();
        let n = match p.how {
            How::Send => "anext()",
            How::Throw => "athrow()",
            How::Close => "aclose()",
        };
        let n = if p.how == How::Send {
            "anext(): asynchronous generator is already running".to_owned()
        } else {
            format!("{n}: asynchronous generator is already running")
        };
        return Err(th.runtime_error(&n));
    }
    p.state = State::Running;
    g.open(th)?;
    g.busy.set_raw(Value::TRUE);
    Ok(())
}
pub(super) fn end(th: &mut Thread, v: Value) -> R<()> {
    let p = this(th, v)?;
    if p.state == State::Done {
        return Ok(());
    }
    let g: Gc<Generator> = p.generator.as_gc();
    g.open(th)?;
    g.busy.set_raw(Value::EMPTY);
    p.finish();
    Ok(())
}
fn awaitable_send(th: &mut Thread, v: Value, sent: Value) -> R {
    let p = this(th, v)?;
    let (how, state, value) = (p.how, p.state, p.value);
    if state == State::Done {
        return Err(reused(th, how));
    }
    let g = p.generator.as_gc::<Generator>();
    let first = state == State::New;
    if first {
        if how != How::Send && g.has_ended(th)? {
            this(th, v)?.finish();
            if how == How::Close {
                return Err(th.stop_iteration(Value::NONE));
            }
            return Err(stop_async(th));
        }
        if how != How::Send && !sent.is_none() {
            return Err(th.runtime_error("can't send non-None value to a just-started coroutine"));
        }
        start(th, v)?;
    }
    let r = match how {
        How::Send if g.has_ended(th)? => Ok(Step::Returned(Value::NONE)),
        How::Send => resume(th, g, if first && sent.is_none() { value } else { sent }),
        How::Throw if first => throw(th, g, value),
        How::Close if first => {
            let e = th.new_exception(ctx().types.GeneratorExit, &[])?;
            throw(th, g, e)
        }
        _ => resume(th, g, sent),
    };
    settle(th, v, how, r)
}
/// What came of a step of the generator, for the awaitable's caller.
fn settle(th: &mut Thread, v: Value, how: How, r: R<Step>) -> R {
    match r {
        Ok(Step::Yielded(y)) => match unwrap(y) {
            Some(w) => {
                end(th, v)?;
                if how == How::Close {
                    return Err(th.runtime_error("async generator ignored GeneratorExit"));
                }
                super::generator::deliver(th, Step::Returned(w))
            }
            None => Ok(y),
        },
        Ok(Step::Returned(_)) => {
            end(th, v)?;
            if how == How::Close {
                Err(th.stop_iteration(Value::NONE))
            } else {
                Err(stop_async(th))
            }
        }
        Err(t) => {
            let Some(e) = t.value() else { return Err(t) };
            end(th, v)?;
            let c = th.class_of(e);
            let types = &ctx().types;
            if how == How::Close && (c.is_subclass_of(types.StopAsyncIteration) || c.is_subclass_of(types.GeneratorExit)) {
                return Err(th.stop_iteration(Value::NONE));
            }
            Err(t)
        }
    }
}
fn awaitable_throw(th: &mut Thread, a: &[Value]) -> R {
    let e = exception_to_throw(th, &a[1..])?;
    let p = this(th, a[0])?;
    let (how, state) = (p.how, p.state);
    if state == State::Done {
        return Err(reused(th, how));
    }
    let g = p.generator.as_gc::<Generator>();
    if state == State::New {
        start(th, a[0])?;
    }
    let r = throw(th, g, e);
    settle(th, a[0], how, r)
}
fn awaitable_close(th: &mut Thread, a: &[Value]) -> R {
    let p = this(th, a[0])?;
    if p.state != State::Running {
        p.finish();
        return Ok(Value::NONE);
    }
    let e = th.new_exception(ctx().types.GeneratorExit, &[])?;
    match awaitable_throw(th, &[a[0], e, Value::EMPTY, Value::EMPTY]) {
        Ok(_) => Err(th.runtime_error("coroutine ignored GeneratorExit")),
        Err(t) => match t.value() {
            Some(e) => {
                let c = th.class_of(e);
                let types = &ctx().types;
                let ends = [types.StopIteration, types.StopAsyncIteration, types.GeneratorExit];
                if ends.iter().any(|x| c.is_subclass_of(*x)) {
                    Ok(Value::NONE)
                } else {
                    Err(t)
                }
            }
            None => Err(t),
        },
    }
}

/// `anext(it, default)`: StopAsyncIteration becomes the default.
#[derive(Clone)]
pub struct AnextDefault {
    awaitable: Value,
    iterator: Value,
    default: Value,
}
impl Payload for AnextDefault {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.awaitable);
        f(self.iterator);
        f(self.default);
    }
    const NEEDS_DROP: bool = false;
}
/// `anext_awaitable`
pub static ANEXT: TypeDef = TypeDef {
    base: false,
    methods: ANEXT_METHODS,
    ..TypeDef::new("anext_awaitable", Kind::Payload, payload_size::<AnextDefault>())
};
static ANEXT_METHODS: &[NativeDef] = &[
    def("__await__", "self, /", |_, a| Ok(a[0]), ""),
    def("__iter__", "self, /", |_, a| Ok(a[0]), ""),
    def(
        "__next__",
        "self, /",
        |th, a| anext_step(th, a[0], names().send, &[Value::NONE]),
        "",
    ),
    def("send", "self, value, /", |th, a| anext_step(th, a[0], names().send, &[a[1]]), ""),
    def("throw", "self, type, value=None, tb=None, /", anext_throw, ""),
    def("close", "self, /", anext_close, ""),
];
pub(super) fn anext_with_default(th: &mut Thread, awaitable: Value, default: Value) -> R {
    Ok(payload::new(
        th,
        ctx().types.anext_awaitable,
        AnextDefault {
            awaitable,
            iterator: Value::EMPTY,
            default,
        },
    )
    .value())
}
fn anext_iterator(th: &mut Thread, v: Value) -> R<(Value, Value)> {
    let Some(p) = payload::downcast::<AnextDefault>(v) else {
        return Err(th.type_error("expected an anext_awaitable"));
    };
    let p = th.open_mut(p)?;
    let (it, awaitable, default) = (p.iterator, p.awaitable, p.default);
    if !it.is_empty() {
        return Ok((it, default));
    }
    let it = super::helpers::awaits::awaitable(th, awaitable, 0)?;
    let Some(p) = payload::downcast::<AnextDefault>(v) else {
        return Ok((it, default));
    };
    th.open_mut(p)?.iterator = it;
    Ok((it, default))
}
fn anext_step(th: &mut Thread, v: Value, name: Gc<crate::types::str_::Str>, args: &[Value]) -> R {
    let (it, default) = anext_iterator(th, v)?;
    let r = if name == names().send && args == [Value::NONE] && th.getattr_opt(it, name)?.is_none() {
        match th.next(it) {
            Ok(Some(v)) => Ok(v),
            Ok(None) => Err(th.stop_iteration(Value::NONE)),
            Err(t) => Err(t),
        }
    } else {
        th.call_method(it, name, args)
    };
    match r {
        Err(t)
            if t.value()
                .is_some_and(|e| th.class_of(e).is_subclass_of(ctx().types.StopAsyncIteration)) =>
        {
            super::generator::deliver(th, Step::Returned(default))
        }
        r => r,
    }
}
fn anext_throw(th: &mut Thread, a: &[Value]) -> R {
    let e = exception_to_throw(th, &a[1..])?;
    let name = names().throw;
    anext_step(th, a[0], name, &[e])
}
fn anext_close(th: &mut Thread, a: &[Value]) -> R {
    let (it, _) = anext_iterator(th, a[0])?;
    close_any(th, it)?;
    Ok(Value::NONE)
}
