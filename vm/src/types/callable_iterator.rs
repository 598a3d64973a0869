//! `iter(callable, sentinel)`

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::payload::{self, Payload, downcast, payload_size};
use crate::value::Value;

/// State: what is called (EMPTY at the end), and the value that ends it.
#[derive(Clone)]
struct CallableIter {
    callable: Value,
    sentinel: Value,
}
impl Payload for CallableIter {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.callable);
        f(self.sentinel);
    }
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    ..TypeDef::new("callable_iterator", Kind::Payload, payload_size::<CallableIter>())
};
static METHODS: &[NativeDef] = &[
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
];
/// `iter(callable, sentinel)`
pub fn new(th: &mut Thread, callable: Value, sentinel: Value) -> R {
    Ok(payload::new(th, ctx().types.callable_iterator, CallableIter { callable, sentinel }).value())
}
fn state(th: &mut Thread, v: Value) -> R<&'static mut CallableIter> {
    match downcast::<CallableIter>(v) {
        Some(o) => th.open_mut(o),
        None => Err(th.type_error("not a callable_iterator")),
    }
}
fn end(th: &mut Thread, v: Value) -> R {
    let s = state(th, v)?;
    s.callable = Value::EMPTY;
    s.sentinel = Value::EMPTY;
    Ok(Value::EMPTY)
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let f = state(th, a[0])?.callable;
    if f.is_empty() {
        return Ok(Value::EMPTY);
    }
    let Ok(v) = th.catch(ctx().types.StopIteration, |th| th.call(f, &[]))? else {
        return end(th, a[0]);
    };
    // The call may have used the iterator up.
    let sentinel = state(th, a[0])?.sentinel;
    if v.is_empty() || sentinel.is_empty() || th.eq(sentinel, v)? {
        return end(th, a[0]);
    }
    Ok(v)
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let name = th.intern("iter");
    let iter = ctx().builtins.get_str(th, name)?.unwrap_or(Value::NONE);
    let s = state(th, a[0])?;
    let args = if s.callable.is_empty() {
        th.new_tuple(&[ctx().empty_tuple])
    } else {
        th.new_tuple(&[s.callable, s.sentinel])
    };
    Ok(th.new_tuple(&[iter, args]))
}
