//! `iterator`: over objects that have only `__getitem__`.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::payload::{self, Payload, payload_size};
use crate::value::Value;

/// State; `source` is EMPTY at the end.
#[derive(Clone)]
pub struct SequenceIterator {
    source: Value,
    index: i64,
}
impl Payload for SequenceIterator {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.source)
    }
    const NEEDS_DROP: bool = false;
}
/// An iterator over `source[0]`, `source[1]` ...
pub fn new(th: &mut Thread, source: Value) -> R {
    Ok(payload::new(th, ctx().types.sequence_iterator, SequenceIterator { source, index: 0 }).value())
}
/// The declaration.
pub static DEF: TypeDef = TypeDef { base: false, methods: METHODS, ..TypeDef::new("iterator", Kind::Payload, payload_size::<SequenceIterator>()) };
static METHODS: &[NativeDef] = &[
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def("__length_hint__", "self, /", hint, "Private method returning an estimate of len(list(it))."),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
    def("__setstate__", "self, state, /", setstate, "Set state information for unpickling."),
];
fn this(th: &mut Thread, v: Value) -> R<&'static mut SequenceIterator> {
    match payload::downcast::<SequenceIterator>(v) {
        Some(p) => th.open_mut(p),
        None => Err(th.type_error("expected an iterator")),
    }
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let (source, index) = {
        let s = this(th, a[0])?;
        (s.source, s.index)
    };
    if source.is_empty() {
        return Ok(Value::EMPTY);
    }
    let key = th.new_int(index);
    match th.getitem(source, key) {
        Ok(v) => {
            this(th, a[0])?.index = index + 1;
            Ok(v)
        }
        Err(t) => {
            let t2 = &ctx().types;
            match t.value() {
                Some(e) if [t2.IndexError, t2.StopIteration].iter().any(|c| th.class_of(e).is_subclass_of(*c)) => {
                    this(th, a[0])?.source = Value::EMPTY;
                    Ok(Value::EMPTY)
                }
                _ => Err(t),
            }
        }
    }
}
fn hint(th: &mut Thread, a: &[Value]) -> R {
    let (source, index) = {
        let s = this(th, a[0])?;
        (s.source, s.index)
    };
    if source.is_empty() {
        return Ok(Value::small(0));
    }
    if th.class_of(source).special(crate::special::Special::Len).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let n = th.len(source)? as i64 - index;
    Ok(Value::small(n.max(0)))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let (source, index) = {
        let s = this(th, a[0])?;
        (s.source, s.index)
    };
    let name = th.intern("iter");
    let iter = ctx().builtins.get_str(th, name)?.unwrap_or(Value::NONE);
    if source.is_empty() {
        let args = th.new_tuple(&[ctx().empty_tuple]);
        return Ok(th.new_tuple(&[iter, args]));
    }
    let args = th.new_tuple(&[source]);
    Ok(th.new_tuple(&[iter, args, Value::small(index)]))
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let n = th.to_i64(a[1])?.max(0);
    this(th, a[0])?.index = n;
    Ok(Value::NONE)
}
