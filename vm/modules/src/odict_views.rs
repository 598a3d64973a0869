//! The views of `OrderedDict` and their iterators.

use crate::support::{ClassCell, class};
use std::sync::OnceLock;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{NativeDef, TypeDef, def};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::state;
use vasuki_vm::state::{State, number, small};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::class::{Class, class_of};
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::dict_order::{Item, Order};
use vasuki_vm::types::dict_views::{self, DictView, View};
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::types::type_;
use vasuki_vm::value::Value;

const VIEW: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    ..TypeDef::new("", Kind::Payload, payload_size::<DictView>())
};
static KEYS: TypeDef = TypeDef {
    name: "odict_keys",
    ..VIEW
};
static VALUES: TypeDef = TypeDef {
    name: "odict_values",
    ..VIEW
};
static ITEMS: TypeDef = TypeDef {
    name: "odict_items",
    ..VIEW
};
static METHODS: &[NativeDef] = &[
    def("__iter__", "self, /", |th, a| iter_view(th, a[0], false), "Implement iter(self)."),
    def("__reversed__", "self, /", |th, a| iter_view(th, a[0], true), ""),
];

/// A view of an ordered dict.
pub(crate) fn view(th: &mut Thread, d: Value, view: View) -> R {
    static CLASSES: [OnceLock<Gc<Class>>; 3] = [const { OnceLock::new() }; 3];
    let t = &ctx().types;
    let (cell, def, base) = match view {
        View::Keys => (&CLASSES[0], &KEYS, t.dict_keys),
        View::Values => (&CLASSES[1], &VALUES, t.dict_values),
        View::Items => (&CLASSES[2], &ITEMS, t.dict_items),
    };
    let class = match cell.get() {
        Some(c) => *c,
        None => {
            let c = type_::make_native_class(th, def, &[base])?;
            vasuki_vm::memory::keep(c.value());
            *cell.get_or_init(|| c)
        }
    };
    Ok(dict_views::new_of(th, class, d, view))
}
fn iter_view(th: &mut Thread, v: Value, reverse: bool) -> R {
    let (d, view) = dict_views::this(th, v)?;
    iter(th, d, view, reverse)
}

state!(
    /// An iterator: `dict` is EMPTY when nothing is left. `place` is the entry of the next item, `table`, `changes` and
    /// `len` are the order that the dict must keep.
    OrderedIter { dict, table, changes, len, place, view, reverse }
);
static ITER: TypeDef = TypeDef {
    base: false,
    methods: &[
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", next, "Implement next(self)."),
        def("__reduce__", "self, /", reduce, "Return state information for pickling"),
    ],
    ..TypeDef::new("odict_iterator", Kind::Payload, payload_size::<OrderedIter>())
};
static ITER_CLASS: ClassCell = ClassCell::new();

/// An iterator over an ordered dict.
pub(crate) fn iter(th: &mut Thread, d: Gc<Dict>, view: View, reverse: bool) -> R {
    let c = class(th, &ITER_CLASS, &ITER)?.value();
    let Order { table, changes, len } = d.order(th)?;
    let start = if reverse { usize::MAX } else { 0 };
    let (dict, place) = match item(th, d, start, reverse)? {
        Some(i) => (d.value(), small(i.at)),
        None => (Value::EMPTY, small(0)),
    };
    let view = match view {
        View::Keys => 0,
        View::Values => 1,
        View::Items => 2,
    };
    Ok(OrderedIter::make(
        th,
        c,
        [
            dict,
            table,
            small(changes as usize),
            small(len),
            place,
            small(view),
            Value::bool(reverse),
        ],
    ))
}
/// The item at an entry, or the first one behind it (before it).
fn item(th: &mut Thread, d: Gc<Dict>, from: usize, reverse: bool) -> R<Option<Item>> {
    if reverse {
        d.item_before(th, from.saturating_add(1))
    } else {
        d.item_from(th, from)
    }
}
/// The error for a dict that changed while somebody went through it.
pub(crate) fn mutated(th: &mut Thread) -> Throw {
    th.runtime_error("OrderedDict mutated during iteration")
}
/// The value of an item's key: a key that is no str or int is looked up, KeyError if its hash or `==` say otherwise now.
pub(crate) fn value_of(th: &mut Thread, d: Gc<Dict>, i: Item) -> R {
    if is_plain(i.key) {
        return Ok(i.value);
    }
    match d.get(th, i.key)? {
        Some(v) => Ok(v),
        None => Err(th.key_error(i.key)),
    }
}
/// Does hashing and comparing it run no Python code?
pub(crate) fn is_plain(k: Value) -> bool {
    k.is_small() || k.is_none() || k.is_kind(Kind::Str) && class_of(k) == ctx().types.str
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let it = State::<OrderedIter>::of(th, a[0])?;
    let s = it.open(th)?;
    let Some(d) = s.dict.get().cast::<Dict>() else {
        return Ok(Value::EMPTY);
    };
    let expected = Order {
        table: s.table.get(),
        changes: number(&s.changes) as u64,
        len: number(&s.len),
    };
    let (place, reverse, view) = (number(&s.place), s.reverse.get().is_true(), number(&s.view));
    if d.order(th)? != expected {
        it.store(th, &s.dict, Value::EMPTY);
        return Err(mutated(th));
    }
    let Some(now) = item(th, d, place, reverse)? else {
        it.store(th, &s.dict, Value::EMPTY);
        return Ok(Value::EMPTY);
    };
    let after = match (reverse, place) {
        (true, 0) => None,
        (true, _) => item(th, d, place - 1, true)?,
        (false, _) => item(th, d, place + 1, false)?,
    };
    match after {
        Some(i) => it.store(th, &s.place, small(i.at)),
        None => it.store(th, &s.dict, Value::EMPTY),
    }
    if view == 0 {
        return Ok(now.key);
    }
    let v = match value_of(th, d, now) {
        Ok(v) => v,
        Err(t) => {
            it.put(th, &s.dict, Value::EMPTY)?;
            return Err(t);
        }
    };
    Ok(if view == 1 { v } else { th.new_tuple(&[now.key, v]) })
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let it = State::<OrderedIter>::of(th, a[0])?;
    let f = it.read(th, |s| {
        [&s.dict, &s.table, &s.changes, &s.len, &s.place, &s.view, &s.reverse].map(|f| f.get())
    })?;
    let c = class_of(a[0]).value();
    let copy = OrderedIter::make(th, c, [f[0], f[1], f[2], f[3], f[4], f[5], f[6]]);
    let mut rest = ValueVec::new();
    while let v = next(th, &[copy])?
        && !v.is_empty()
    {
        rest.push(th, v)?;
    }
    let list = th.new_list_vec(rest);
    let name = th.intern("iter");
    let builtin = ctx().builtins.get_str(th, name)?.unwrap_or(Value::NONE);
    let args = th.new_tuple(&[list]);
    Ok(th.new_tuple(&[builtin, args]))
}
