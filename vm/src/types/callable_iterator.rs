//! `iter(callable, sentinel)`

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def};
use crate::object::Kind;
use crate::state;
use crate::state::State;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::payload::payload_size;
use crate::value::Value;

state!(
    /// What is called (EMPTY at the end), and the value that ends it
    CallableIter { callable, sentinel, turn }
);
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
    let class = ctx().types.callable_iterator.value();
    Ok(CallableIter::make(th, class, [callable, sentinel, Value::EMPTY]))
}
fn end(th: &mut Thread, o: State<CallableIter>) -> R {
    let s = o.open(th)?;
    o.store(th, &s.callable, Value::EMPTY);
    o.store(th, &s.sentinel, Value::EMPTY);
    Ok(Value::EMPTY)
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<CallableIter>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| step(th, o))
}
fn step(th: &mut Thread, o: State<CallableIter>) -> R {
    let f = o.read(th, |s| s.callable.get())?;
    if f.is_empty() {
        return Ok(Value::EMPTY);
    }
    let Ok(v) = th.catch(ctx().types.StopIteration, |th| th.call(f, &[]))? else {
        return end(th, o);
    };
    // The call may have used the iterator up.
    let sentinel = o.read(th, |s| s.sentinel.get())?;
    if v.is_empty() || sentinel.is_empty() || th.eq(sentinel, v)? {
        return end(th, o);
    }
    Ok(v)
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let name = th.intern("iter");
    let iter = ctx().builtins.get_str(th, name)?.unwrap_or(Value::NONE);
    let o = State::<CallableIter>::of(th, a[0])?;
    let (callable, sentinel) = o.read(th, |s| (s.callable.get(), s.sentinel.get()))?;
    let args = if callable.is_empty() {
        th.new_tuple(&[ctx().empty_tuple])
    } else {
        th.new_tuple(&[callable, sentinel])
    };
    Ok(th.new_tuple(&[iter, args]))
}
