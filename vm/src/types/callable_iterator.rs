//! `callable_iterator`: `iter(f, sentinel)`.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::payload::{self, Payload, payload_size};
use crate::value::Value;

/// State; `f` is EMPTY at the end.
#[derive(Clone)]
pub struct CallableIterator {
    f: Value,
    sentinel: Value,
}
impl Payload for CallableIterator {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.f);
        f(self.sentinel);
    }
    const NEEDS_DROP: bool = false;
}
/// An iterator over `f()` until it gives `sentinel`.
pub fn new(th: &mut Thread, f: Value, sentinel: Value) -> R {
    if th.class_of(f).special(crate::special::Special::Call).is_none() {
        return Err(th.type_error("iter(v, w): v must be callable"));
    }
    Ok(payload::new(th, ctx().types.callable_iterator, CallableIterator { f, sentinel }).value())
}
/// The declaration.
pub static DEF: TypeDef = TypeDef { base: false, methods: METHODS, ..TypeDef::new("callable_iterator", Kind::Payload, payload_size::<CallableIterator>()) };
static METHODS: &[NativeDef] = &[
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
];
fn this(th: &mut Thread, v: Value) -> R<&'static mut CallableIterator> {
    match payload::downcast::<CallableIterator>(v) {
        Some(p) => th.open_mut(p),
        None => Err(th.type_error("expected a callable_iterator")),
    }
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let (f, sentinel) = {
        let s = this(th, a[0])?;
        (s.f, s.sentinel)
    };
    if f.is_empty() {
        return Ok(Value::EMPTY);
    }
    let v = match th.catch(ctx().types.StopIteration, |th| th.call(f, &[]))? {
        Ok(v) => v,
        Err(_) => {
            this(th, a[0])?.f = Value::EMPTY;
            return Ok(Value::EMPTY);
        }
    };
    if this(th, a[0])?.f.is_empty() {
        return Ok(Value::EMPTY);
    }
    if th.eq(v, sentinel)? {
        this(th, a[0])?.f = Value::EMPTY;
        return Ok(Value::EMPTY);
    }
    Ok(v)
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let (f, sentinel) = {
        let s = this(th, a[0])?;
        (s.f, s.sentinel)
    };
    let name = th.intern("iter");
    let iter = ctx().builtins.get_str(th, name)?.unwrap_or(Value::NONE);
    let args = if f.is_empty() { th.new_tuple(&[ctx().empty_tuple]) } else { th.new_tuple(&[f, sentinel]) };
    Ok(th.new_tuple(&[iter, args]))
}
