//! `dict_keys`, `dict_values`, `dict_items`: live views of a dict.

use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, getter};
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_of};
use crate::types::dict::Dict;
use crate::types::dict_iter;
use crate::types::iter::What;
use crate::types::payload::{self, Payload, payload_size};
use crate::types::repr_guard;
use crate::types::set::Set;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// Which view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// `d.keys()`
    Keys,
    /// `d.values()`
    Values,
    /// `d.items()`
    Items,
}
/// State of a view: never changes.
#[derive(Clone)]
pub struct DictView {
    dict: Value,
    view: View,
}
impl Payload for DictView {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.dict)
    }
    const NEEDS_DROP: bool = false;
}
/// A view of a dict.
pub fn new(th: &mut Thread, dict: Value, view: View) -> Value {
    let t = &ctx().types;
    let class = match view {
        View::Keys => t.dict_keys,
        View::Values => t.dict_values,
        View::Items => t.dict_items,
    };
    new_of(th, class, dict, view)
}
/// A view whose class is a subclass of the usual one.
pub fn new_of(th: &mut Thread, class: Gc<Class>, dict: Value, view: View) -> Value {
    payload::new(th, class, DictView { dict, view }).value()
}
/// What a view is of, and which one it is.
pub fn this(th: &mut Thread, v: Value) -> R<(Gc<Dict>, View)> {
    match payload::downcast::<DictView>(v) {
        Some(p) => Ok((p.frozen().dict.as_gc(), p.frozen().view)),
        None => Err(th.type_error("expected a dict view")),
    }
}
const LAYOUT: TypeDef = TypeDef {
    base: false,
    getsets: GETSETS,
    ..TypeDef::new("", Kind::Payload, payload_size::<DictView>())
};
/// `dict_keys`
pub static KEYS: TypeDef = TypeDef {
    name: "dict_keys",
    methods: SET_METHODS,
    ..LAYOUT
};
/// `dict_items`
pub static ITEMS: TypeDef = TypeDef {
    name: "dict_items",
    methods: SET_METHODS,
    ..LAYOUT
};
/// `dict_values`
pub static VALUES: TypeDef = TypeDef {
    name: "dict_values",
    methods: VALUE_METHODS,
    ..LAYOUT
};
static GETSETS: &[GetSetDef] = &[getter(
    "mapping",
    |th, v| {
        let d = this(th, v)?.0.value();
        Ok(crate::types::mappingproxy::new(th, d))
    },
    "dictionary that this view refers to",
)];
static VALUE_METHODS: &[NativeDef] = &[
    def("__iter__", "self, /", view_iter, "Implement iter(self)."),
    def("__len__", "self, /", len, "Return len(self)."),
    def(
        "__reversed__",
        "self, /",
        reversed,
        "Return a reverse iterator over the dict values.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
];
static SET_METHODS: &[NativeDef] = &[
    def("__iter__", "self, /", view_iter, "Implement iter(self)."),
    def("__len__", "self, /", len, "Return len(self)."),
    def("__reversed__", "self, /", reversed, "Return a reverse iterator over the dict keys."),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def(
        "__contains__",
        "self, key, /",
        |th, a| Ok(Value::bool(contains(th, a[0], a[1])?)),
        "Return bool(key in self).",
    ),
    def(
        "__eq__",
        "self, value, /",
        |th, a| compare(th, a, |x, y| x == y, false),
        "Return self==value.",
    ),
    def("__ne__", "self, value, /", ne, "Return self!=value."),
    def(
        "__lt__",
        "self, value, /",
        |th, a| compare(th, a, |x, y| x < y, false),
        "Return self<value.",
    ),
    def(
        "__le__",
        "self, value, /",
        |th, a| compare(th, a, |x, y| x <= y, false),
        "Return self<=value.",
    ),
    def(
        "__gt__",
        "self, value, /",
        |th, a| compare(th, a, |x, y| x > y, true),
        "Return self>value.",
    ),
    def(
        "__ge__",
        "self, value, /",
        |th, a| compare(th, a, |x, y| x >= y, true),
        "Return self>=value.",
    ),
    def(
        "__and__",
        "self, value, /",
        |th, a| intersection(th, a[0], a[1]),
        "Return self&value.",
    ),
    def(
        "__rand__",
        "self, value, /",
        |th, a| intersection(th, a[0], a[1]),
        "Return value&self.",
    ),
    def(
        "__or__",
        "self, value, /",
        |th, a| set_op(th, a[0], a[1], "update"),
        "Return self|value.",
    ),
    def(
        "__ror__",
        "self, value, /",
        |th, a| set_op(th, a[1], a[0], "update"),
        "Return value|self.",
    ),
    def(
        "__sub__",
        "self, value, /",
        |th, a| set_op(th, a[0], a[1], "difference_update"),
        "Return self-value.",
    ),
    def(
        "__rsub__",
        "self, value, /",
        |th, a| set_op(th, a[1], a[0], "difference_update"),
        "Return value-self.",
    ),
    def("__xor__", "self, value, /", |th, a| xor(th, a[0], a[1]), "Return self^value."),
    def("__rxor__", "self, value, /", |th, a| xor(th, a[1], a[0]), "Return value^self."),
    def(
        "isdisjoint",
        "self, other, /",
        isdisjoint,
        "Return True if the view and the given iterable have a null intersection.",
    ),
];
fn view_iter(th: &mut Thread, a: &[Value]) -> R {
    let (d, view) = this(th, a[0])?;
    let what = match view {
        View::Keys => What::DictKey,
        View::Values => What::DictValue,
        View::Items => What::DictItem,
    };
    dict_iter::new(th, d, what)
}
fn reversed(th: &mut Thread, a: &[Value]) -> R {
    let (d, view) = this(th, a[0])?;
    let what = match view {
        View::Keys => What::DictRevKey,
        View::Values => What::DictRevValue,
        View::Items => What::DictRevItem,
    };
    dict_iter::new(th, d, what)
}
fn len(th: &mut Thread, a: &[Value]) -> R {
    let (d, _) = this(th, a[0])?;
    Ok(Value::small(d.len(th)? as i64))
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let shown = repr_guard::with(th, a[0], |th| {
        let v = th.collect(a[0])?;
        let list = th.new_list_vec(v);
        let inner = th.repr_string(list)?;
        let n = class_of(a[0]).name_str();
        Ok(th.new_str(&format!("{n}({inner})")))
    })?;
    Ok(shown.unwrap_or_else(|| th.new_str("...")))
}
fn contains(th: &mut Thread, view: Value, k: Value) -> R<bool> {
    let (d, which) = this(th, view)?;
    if which == View::Keys {
        return Ok(d.get(th, k)?.is_some());
    }
    let Some(pair) = k.cast::<Tuple>().filter(|t| t.len() == 2) else {
        return Ok(false);
    };
    match d.get(th, pair.items()[0])? {
        Some(v) => th.eq(v, pair.items()[1]),
        None => Ok(false),
    }
}
fn is_set_like(th: &Thread, v: Value) -> bool {
    let t = &ctx().types;
    let c = th.class_of(v);
    v.is_kind(Kind::Set) || v.is_kind(Kind::FrozenSet) || c.is_subclass_of(t.dict_keys) || c.is_subclass_of(t.dict_items)
}
fn compare(th: &mut Thread, a: &[Value], sizes: fn(usize, usize) -> bool, swap: bool) -> R {
    if !is_set_like(th, a[1]) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (x, y) = (th.len(a[0])?, th.len(a[1])?);
    if !sizes(x, y) {
        return Ok(Value::FALSE);
    }
    let (small, large) = if swap { (a[1], a[0]) } else { (a[0], a[1]) };
    let it = th.iter(small)?;
    while let Some(v) = th.next(it)? {
        if !th.contains(large, v)? {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}
fn ne(th: &mut Thread, a: &[Value]) -> R {
    Ok(match compare(th, a, |x, y| x == y, false)? {
        Value::NOT_IMPLEMENTED => Value::NOT_IMPLEMENTED,
        v => Value::bool(!v.is_true()),
    })
}
fn set_op(th: &mut Thread, left: Value, right: Value, method: &str) -> R {
    let s = th.new_set();
    s.as_gc::<Set>().update(th, left)?;
    let name = th.intern(method);
    th.call_method(s, name, &[right])?;
    Ok(s)
}
/// Only what is in both needs to be hashable.
fn intersection(th: &mut Thread, view: Value, other: Value) -> R {
    let s = th.new_set();
    let swap = is_set_like(th, other) && th.len(other)? > th.len(view)?;
    let (through, inside) = if swap { (view, other) } else { (other, view) };
    let it = th.iter(through)?;
    while let Some(v) = th.next(it)? {
        if th.contains(inside, v)? {
            s.as_gc::<Set>().add(th, v)?;
        }
    }
    Ok(s)
}
/// Of two views of items, only the items that differ need to be hashable.
fn xor(th: &mut Thread, left: Value, right: Value) -> R {
    let items = ctx().types.dict_items;
    if !th.class_of(left).is_subclass_of(items) || !th.class_of(right).is_subclass_of(items) {
        return set_op(th, left, right, "symmetric_difference_update");
    }
    let s = th.new_set();
    for (from, other) in [(left, right), (right, left)] {
        let it = th.iter(from)?;
        while let Some(v) = th.next(it)? {
            if !contains(th, other, v)? {
                s.as_gc::<Set>().add(th, v)?;
            }
        }
    }
    Ok(s)
}
fn isdisjoint(th: &mut Thread, a: &[Value]) -> R {
    if a[0] == a[1] {
        return Ok(Value::bool(this(th, a[0])?.0.len(th)? == 0));
    }
    let it = th.iter(a[1])?;
    while let Some(v) = th.next(it)? {
        if contains(th, a[0], v)? {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}
