//! Iterators over sets: what `iter::next` does for them. `extra` is the size that the set must keep.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def};
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::iter::{self, Iter, WORDS, What};
use crate::types::set::{Set, as_set};
use crate::value::Value;

/// `iter(s)`
pub fn new(th: &mut Thread, s: Gc<Set>) -> R {
    let n = s.len(th)? as i64;
    Ok(iter::new(
        th,
        ctx().types.set_iterator,
        What::Set,
        s.value(),
        Value::small(0),
        Value::small(n),
    ))
}
/// The next item; EMPTY at the end.
#[inline]
pub fn next(th: &mut Thread, it: Gc<Iter>) -> R {
    th.write(it.header(), WORDS)?;
    let Some(s) = as_set(it.source.get()) else {
        return Ok(Value::EMPTY);
    };
    if s.len(th)? as i64 != it.extra.get().as_small() {
        it.extra.set_raw(Value::small(-1));
        return Err(th.runtime_error("Set changed size during iteration"));
    }
    let mut pos = it.index.get().as_small() as usize;
    match s.next_entry(th, &mut pos)? {
        Some(v) => {
            it.index.set_raw(Value::small(pos as i64));
            Ok(v)
        }
        None => {
            it.source.set_raw(Value::EMPTY);
            Ok(Value::EMPTY)
        }
    }
}
fn state(th: &mut Thread, it: Gc<Iter>) -> R<(Value, Value, Value)> {
    th.read(it.header(), || (it.source.get(), it.index.get(), it.extra.get()))
}
fn hint(th: &mut Thread, a: &[Value]) -> R {
    let (source, index, size) = state(th, a[0].as_gc())?;
    let Some(s) = as_set(source) else { return Ok(Value::small(0)) };
    if s.len(th)? as i64 != size.as_small() {
        return Ok(Value::small(0));
    }
    let (mut pos, mut n) = (index.as_small() as usize, 0);
    while s.next_entry(th, &mut pos)?.is_some() {
        n += 1;
    }
    Ok(Value::small(n))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let (source, index, size) = state(th, a[0].as_gc())?;
    let mut rest = ValueVec::new();
    if let Some(s) = as_set(source) {
        if s.len(th)? as i64 != size.as_small() {
            return Err(th.runtime_error("Set changed size during iteration"));
        }
        let mut pos = index.as_small() as usize;
        while let Some(v) = s.next_entry(th, &mut pos)? {
            rest.push(th, v)?;
        }
    }
    let list = th.new_list_vec(rest);
    let name = th.intern("iter");
    let f = ctx().builtins.get_str(th, name)?.unwrap_or(Value::NONE);
    let args = th.new_tuple(&[list]);
    Ok(th.new_tuple(&[f, args]))
}
static METHODS: &[NativeDef] = &[
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", iter::next_method, "Implement next(self)."),
    def(
        "__length_hint__",
        "self, /",
        hint,
        "Private method returning an estimate of len(list(it)).",
    ),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
];
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    ..TypeDef::new("set_iterator", Kind::Iter, std::mem::size_of::<Iter>())
};
