//! The iterator over anything with `__getitem__` and no `__iter__`.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def};
use crate::object::Kind;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::payload::{self, Payload, downcast, payload_size};
use crate::value::Value;

/// State: the sequence (EMPTY at the end) and the next index.
#[derive(Clone)]
struct SequenceIter {
    of: Value,
    at: i64,
}
impl Payload for SequenceIter {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.of);
    }
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    ..TypeDef::new("iterator", Kind::Payload, payload_size::<SequenceIter>())
};
static METHODS: &[NativeDef] = &[
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def(
        "__length_hint__",
        "self, /",
        length_hint,
        "Private method returning an estimate of len(list(it)).",
    ),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
    def("__setstate__", "self, state, /", setstate, "Set state information for unpickling."),
];
/// `iter(v)` of an object with `__getitem__`.
pub fn new(th: &mut Thread, v: Value) -> R {
    Ok(payload::new(th, ctx().types.sequence_iterator, SequenceIter { of: v, at: 0 }).value())
}
fn state(th: &mut Thread, v: Value) -> R<&'static mut SequenceIter> {
    match downcast::<SequenceIter>(v) {
        Some(o) => th.open_mut(o),
        None => Err(th.type_error("not an iterator")),
    }
}
/// `v[i]`; None when that raised IndexError or StopIteration.
pub(crate) fn item_at(th: &mut Thread, v: Value, i: i64) -> R<Option<Value>> {
    match th.getitem(v, Value::small(i)) {
        Ok(x) => Ok(Some(x)),
        Err(t) => match t.value() {
            Some(e)
                if th.class_of(e).is_subclass_of(ctx().types.IndexError) || th.class_of(e).is_subclass_of(ctx().types.StopIteration) =>
            {
                Ok(None)
            }
            _ => Err(t),
        },
    }
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    if s.of.is_empty() {
        return Ok(Value::EMPTY);
    }
    if Value::try_small(s.at).is_none() {
        return Err(th.overflow_error("iter index too large"));
    }
    let found = item_at(th, s.of, s.at)?;
    let s = state(th, a[0])?;
    match found {
        Some(v) => {
            s.at += 1;
            Ok(v)
        }
        None => {
            s.of = Value::EMPTY;
            Ok(Value::EMPTY)
        }
    }
}
fn length_hint(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let (of, at) = (s.of, s.at);
    if of.is_empty() {
        return Ok(Value::small(0));
    }
    if th.class_of(of).special(Special::Len).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let n = th.len(of)? as i64;
    Ok(Value::small((n - at).max(0)))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let name = th.intern("iter");
    let iter = ctx().builtins.get_str(th, name)?.unwrap_or(Value::NONE);
    let s = state(th, a[0])?;
    let (of, at) = (s.of, s.at);
    if of.is_empty() {
        let args = th.new_tuple(&[ctx().empty_tuple]);
        return Ok(th.new_tuple(&[iter, args]));
    }
    let args = th.new_tuple(&[of]);
    let at = th.new_int(at);
    Ok(th.new_tuple(&[iter, args, at]))
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let at = th.to_isize(a[1])?.max(0) as i64;
    let s = state(th, a[0])?;
    if !s.of.is_empty() {
        s.at = at;
    }
    Ok(Value::NONE)
}
