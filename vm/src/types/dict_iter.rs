//! Iterators over dicts: what `iter::next` does for them.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def};
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::dict::Dict;
use crate::types::iter::{Iter, WORDS};
use crate::value::Value;

/// The next entry; None at the end.
#[inline]
fn step(th: &mut Thread, it: Gc<Iter>, reverse: bool) -> R<Option<(Value, Value)>> {
    let Some(d) = it.source.get().cast::<Dict>() else { return Ok(None) };
    th.write(it.header(), WORDS)?;
    let mut pos = it.index.get().as_small() as usize;
    if d.len(th)? as i64 != it.extra.get().as_small() {
        it.extra.set_raw(Value::small(-1));
        return Err(th.runtime_error("dictionary changed size during iteration"));
    }
    let found = if reverse { d.prev_entry(th, &mut pos)? } else { d.next_entry(th, &mut pos)? };
    if found.is_none() {
        it.source.set_raw(Value::EMPTY);
    }
    it.index.set_raw(Value::small(pos as i64));
    Ok(found)
}
/// The next key; EMPTY at the end.
#[inline]
pub fn next_key(th: &mut Thread, it: Gc<Iter>) -> R {
    Ok(step(th, it, false)?.map_or(Value::EMPTY, |e| e.0))
}
/// The next value; EMPTY at the end.
#[inline]
pub fn next_value(th: &mut Thread, it: Gc<Iter>) -> R {
    Ok(step(th, it, false)?.map_or(Value::EMPTY, |e| e.1))
}
/// The next item; EMPTY at the end.
#[inline]
pub fn next_item(th: &mut Thread, it: Gc<Iter>) -> R {
    Ok(match step(th, it, false)? {
        Some((k, v)) => th.new_tuple(&[k, v]),
        None => Value::EMPTY,
    })
}
/// The key before; EMPTY at the end.
pub fn prev_key(th: &mut Thread, it: Gc<Iter>) -> R {
    Ok(step(th, it, true)?.map_or(Value::EMPTY, |e| e.0))
}
/// The value before; EMPTY at the end.
pub fn prev_value(th: &mut Thread, it: Gc<Iter>) -> R {
    Ok(step(th, it, true)?.map_or(Value::EMPTY, |e| e.1))
}
/// The item before; EMPTY at the end.
pub fn prev_item(th: &mut Thread, it: Gc<Iter>) -> R {
    Ok(match step(th, it, true)? {
        Some((k, v)) => th.new_tuple(&[k, v]),
        None => Value::EMPTY,
    })
}
fn hint(th: &mut Thread, a: &[Value]) -> R {
    let it: Gc<Iter> = a[0].as_gc();
    let Some(d) = it.source.get().cast::<Dict>() else { return Ok(Value::small(0)) };
    if d.len(th)? as i64 != it.extra.get().as_small() {
        return Ok(Value::small(0));
    }
    let mut pos = it.index.get().as_small() as usize;
    let reverse = pos >= 1 << 39 || crate::types::class::class_of(a[0]).name_str().contains("reverse");
    let mut n = 0;
    while (if reverse { d.prev_entry(th, &mut pos)? } else { d.next_entry(th, &mut pos)? }).is_some() {
        n += 1;
    }
    Ok(Value::small(n))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let mut out = ValueVec::new();
    let it: Gc<Iter> = a[0].as_gc();
    let copy = crate::types::iter::copy(th, it);
    while let v = crate::types::iter::next(th, copy)?
        && !v.is_empty()
    {
        out.push(th, v)?;
    }
    let list = th.new_list_vec(out);
    let name = th.intern("iter");
    let builtin = ctx().builtins.get_str(th, name)?.unwrap_or(Value::NONE);
    let args = th.new_tuple(&[list]);
    Ok(th.new_tuple(&[builtin, args]))
}
static METHODS: &[NativeDef] = &[
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", |th, a| crate::types::iter::next(th, a[0].as_gc()), "Implement next(self)."),
    def("__length_hint__", "self, /", hint, "Private method returning an estimate of len(list(it))."),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
];
const LAYOUT: TypeDef = TypeDef { base: false, methods: METHODS, ..TypeDef::new("", Kind::Iter, std::mem::size_of::<Iter>()) };
/// `dict_keyiterator`
pub static KEYS: TypeDef = TypeDef { name: "dict_keyiterator", ..LAYOUT };
/// `dict_valueiterator`
pub static VALUES: TypeDef = TypeDef { name: "dict_valueiterator", ..LAYOUT };
/// `dict_itemiterator`
pub static ITEMS: TypeDef = TypeDef { name: "dict_itemiterator", ..LAYOUT };
/// `dict_reversekeyiterator`
pub static REVERSE_KEYS: TypeDef = TypeDef { name: "dict_reversekeyiterator", ..LAYOUT };
/// `dict_reversevalueiterator`
pub static REVERSE_VALUES: TypeDef = TypeDef { name: "dict_reversevalueiterator", ..LAYOUT };
/// `dict_reverseitemiterator`
pub static REVERSE_ITEMS: TypeDef = TypeDef { name: "dict_reverseitemiterator", ..LAYOUT };
