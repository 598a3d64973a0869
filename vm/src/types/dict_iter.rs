//! Iterators over dicts: what `iter::next` does for them.
//!
//! `source` is the dict, EMPTY at the end. `index` has the next entry number in its low 32 bits, `extra` the length that
//! the dict must keep; the upper 16 bits of both together are the number of items that are left. `extra` is -1 after the
//! length was found changed. (So the words that undo saves are all there is.)

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def};
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::dict::Dict;
use crate::types::iter::{self, Iter, WORDS, What};
use crate::value::Value;

const LOW: i64 = u32::MAX as i64;

/// A new iterator over a dict.
pub fn new(th: &mut Thread, d: Gc<Dict>, what: What) -> R {
    let used = d.len(th)? as i64;
    let t = &ctx().types;
    let (class, reverse) = match what {
        What::DictKey => (t.dict_keyiterator, false),
        What::DictValue => (t.dict_valueiterator, false),
        What::DictItem => (t.dict_itemiterator, false),
        What::DictRevKey => (t.dict_reversekeyiterator, true),
        What::DictRevValue => (t.dict_reversevalueiterator, true),
        _ => (t.dict_reverseitemiterator, true),
    };
    let start = if reverse { d.end(th)? as i64 } else { 0 };
    let index = Value::small(start | (used & 0xFFFF) << 32);
    let extra = Value::small(used | used >> 16 << 32);
    Ok(iter::new(th, class, what, d.value(), index, extra))
}
#[inline(always)]
fn left(index: i64, extra: i64) -> i64 {
    index >> 32 | extra >> 32 << 16
}
/// The next entry, with its value if it is wanted; None at the end.
#[inline(always)]
fn step<const REVERSE: bool, const VALUE: bool>(th: &mut Thread, it: Gc<Iter>) -> R<Option<(Value, Value)>> {
    th.write(it.header(), WORDS)?;
    let source = it.source.get();
    if source.is_empty() {
        return Ok(None);
    }
    let d = source.as_gc::<Dict>();
    let (index, extra) = (it.index.get().as_small(), it.extra.get().as_small());
    if extra < 0 || d.len(th)? as i64 != extra & LOW {
        it.extra.set_raw(Value::small(-1));
        return Err(th.runtime_error("dictionary changed size during iteration"));
    }
    let mut pos = (index & LOW) as usize;
    let found = if REVERSE && pos > d.end(th)? {
        None
    } else {
        match (REVERSE, VALUE) {
            (false, true) => d.next_entry(th, &mut pos)?,
            (false, false) => d.next_key(th, &mut pos)?.map(|k| (k, Value::NONE)),
            (true, true) => d.prev_entry(th, &mut pos)?,
            (true, false) => d.prev_key(th, &mut pos)?.map(|k| (k, Value::NONE)),
        }
    };
    let left = left(index, extra);
    match found {
        None => it.source.set_raw(Value::EMPTY),
        Some(_) if left == 0 => {
            it.source.set_raw(Value::EMPTY);
            return Err(th.runtime_error("dictionary keys changed during iteration"));
        }
        Some(_) => {
            let left = (left - 1).max(0);
            it.index.set_raw(Value::small(pos as i64 | (left & 0xFFFF) << 32));
            it.extra.set_raw(Value::small(extra & LOW | left >> 16 << 32));
        }
    }
    Ok(found)
}
/// The next key; EMPTY at the end.
#[inline]
pub fn next_key(th: &mut Thread, it: Gc<Iter>) -> R {
    Ok(step::<false, false>(th, it)?.map_or(Value::EMPTY, |e| e.0))
}
/// The next value; EMPTY at the end.
#[inline]
pub fn next_value(th: &mut Thread, it: Gc<Iter>) -> R {
    Ok(step::<false, true>(th, it)?.map_or(Value::EMPTY, |e| e.1))
}
/// The next item; EMPTY at the end.
#[inline]
pub fn next_item(th: &mut Thread, it: Gc<Iter>) -> R {
    Ok(match step::<false, true>(th, it)? {
        Some((k, v)) => th.new_tuple(&[k, v]),
        None => Value::EMPTY,
    })
}
/// The key before; EMPTY at the end.
pub fn prev_key(th: &mut Thread, it: Gc<Iter>) -> R {
    Ok(step::<true, false>(th, it)?.map_or(Value::EMPTY, |e| e.0))
}
/// The value before; EMPTY at the end.
pub fn prev_value(th: &mut Thread, it: Gc<Iter>) -> R {
    Ok(step::<true, true>(th, it)?.map_or(Value::EMPTY, |e| e.1))
}
/// The item before; EMPTY at the end.
pub fn prev_item(th: &mut Thread, it: Gc<Iter>) -> R {
    Ok(match step::<true, true>(th, it)? {
        Some((k, v)) => th.new_tuple(&[k, v]),
        None => Value::EMPTY,
    })
}
fn hint(th: &mut Thread, a: &[Value]) -> R {
    let it: Gc<Iter> = a[0].as_gc();
    let (source, index, extra) = th.read(it.header(), || {
        (it.source.get(), it.index.get().as_small(), it.extra.get().as_small())
    })?;
    let Some(d) = source.cast::<Dict>() else {
        return Ok(Value::small(0));
    };
    let same = extra >= 0 && d.len(th)? as i64 == extra & LOW;
    Ok(Value::small(if same { left(index, extra) } else { 0 }))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let mut out = ValueVec::new();
    let it: Gc<Iter> = a[0].as_gc();
    th.write(it.header(), WORDS)?;
    let copy = iter::copy(th, it);
    while let v = iter::next(th, copy)?
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
    def("__next__", "self, /", iter::next_method, "Implement next(self)."),
    def(
        "__length_hint__",
        "self, /",
        hint,
        "Private method returning an estimate of len(list(it)).",
    ),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
];
const LAYOUT: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    ..TypeDef::new("", Kind::Iter, std::mem::size_of::<Iter>())
};
/// `dict_keyiterator`
pub static KEYS: TypeDef = TypeDef {
    name: "dict_keyiterator",
    ..LAYOUT
};
/// `dict_valueiterator`
pub static VALUES: TypeDef = TypeDef {
    name: "dict_valueiterator",
    ..LAYOUT
};
/// `dict_itemiterator`
pub static ITEMS: TypeDef = TypeDef {
    name: "dict_itemiterator",
    ..LAYOUT
};
/// `dict_reversekeyiterator`
pub static REVERSE_KEYS: TypeDef = TypeDef {
    name: "dict_reversekeyiterator",
    ..LAYOUT
};
/// `dict_reversevalueiterator`
pub static REVERSE_VALUES: TypeDef = TypeDef {
    name: "dict_reversevalueiterator",
    ..LAYOUT
};
/// `dict_reverseitemiterator`
pub static REVERSE_ITEMS: TypeDef = TypeDef {
    name: "dict_reverseitemiterator",
    ..LAYOUT
};
