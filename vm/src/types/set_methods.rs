//! Methods and operators of `set`; what frozenset shares is public in the crate.
//!
//! Operators take sets only (NotImplemented otherwise), methods any iterable. A result has the builtin class of the left
//! operand, also for subclasses.

use crate::context::ctx;
use crate::names::names;
use crate::native::{NativeDef, TypeDef, def, def_class, def_static};
use crate::object::{Gc, Kind};
use crate::ops::CmpOp;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_of};
use crate::types::dict::Dict;
use crate::types::set::{self, Set, as_set, of};
use crate::types::str_ops::StrBuilder;
use crate::types::tuple::Tuple;
use crate::types::{repr_guard, set_iter};
use crate::value::Value;

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    doc: "Build an unordered collection of unique elements.",
    ..TypeDef::new("set", Kind::Set, std::mem::size_of::<Set>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        |th, a| Ok(set::new_of(th, a[0].as_gc()).value()),
        "Create and return a new object.  See help(type) for accurate signature.",
    ),
    def(
        "__init__",
        "self, /, *args, **kwargs",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__lt__", "self, value, /", |th, a| compare(th, CmpOp::Lt, a), "Return self<value."),
    def("__le__", "self, value, /", |th, a| compare(th, CmpOp::Le, a), "Return self<=value."),
    def("__eq__", "self, value, /", |th, a| compare(th, CmpOp::Eq, a), "Return self==value."),
    def("__ne__", "self, value, /", |th, a| compare(th, CmpOp::Ne, a), "Return self!=value."),
    def("__gt__", "self, value, /", |th, a| compare(th, CmpOp::Gt, a), "Return self>value."),
    def("__ge__", "self, value, /", |th, a| compare(th, CmpOp::Ge, a), "Return self>=value."),
    def("__iter__", "self, /", iter, "Implement iter(self)."),
    def("__len__", "self, /", len, "Return len(self)."),
    def("__contains__", "self, object, /", contains, "x.__contains__(y) <==> y in x."),
    def(
        "__and__",
        "self, value, /",
        |th, a| binary(th, a[0], a[1], intersection_of),
        "Return self&value.",
    ),
    def(
        "__rand__",
        "self, value, /",
        |th, a| binary(th, a[1], a[0], intersection_of),
        "Return value&self.",
    ),
    def(
        "__or__",
        "self, value, /",
        |th, a| binary(th, a[0], a[1], union_of),
        "Return self|value.",
    ),
    def(
        "__ror__",
        "self, value, /",
        |th, a| binary(th, a[1], a[0], union_of),
        "Return value|self.",
    ),
    def(
        "__sub__",
        "self, value, /",
        |th, a| binary(th, a[0], a[1], difference_of),
        "Return self-value.",
    ),
    def(
        "__rsub__",
        "self, value, /",
        |th, a| binary(th, a[1], a[0], difference_of),
        "Return value-self.",
    ),
    def(
        "__xor__",
        "self, value, /",
        |th, a| binary(th, a[0], a[1], symmetric_of),
        "Return self^value.",
    ),
    def(
        "__rxor__",
        "self, value, /",
        |th, a| binary(th, a[1], a[0], symmetric_of),
        "Return value^self.",
    ),
    def(
        "__iand__",
        "self, value, /",
        |th, a| in_place(th, a, intersect_with),
        "Return self&=value.",
    ),
    def(
        "__ior__",
        "self, value, /",
        |th, a| in_place(th, a, |th, s, v| s.update(th, v)),
        "Return self|=value.",
    ),
    def(
        "__isub__",
        "self, value, /",
        |th, a| in_place(th, a, subtract),
        "Return self-=value.",
    ),
    def("__ixor__", "self, value, /", |th, a| in_place(th, a, toggle), "Return self^=value."),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
    def("__sizeof__", "self, /", sizeof, "S.__sizeof__() -> size of S in memory, in bytes."),
    def(
        "add",
        "self, object, /",
        add,
        "Add an element to a set.\n\nThis has no effect if the element is already present.",
    ),
    def(
        "clear",
        "self, /",
        |th, a| {
            of(a[0]).clear(th)?;
            Ok(Value::NONE)
        },
        "Remove all elements from this set.",
    ),
    def(
        "copy",
        "self, /",
        |th, a| Ok(copy_of(th, of(a[0]))?.value()),
        "Return a shallow copy of a set.",
    ),
    def(
        "difference",
        "self, /, *others",
        difference,
        "Return a new set with elements in the set that are not in the others.",
    ),
    def(
        "difference_update",
        "self, /, *others",
        |th, a| each_other(th, a, subtract),
        "Update the set, removing elements found in others.",
    ),
    def(
        "discard",
        "self, object, /",
        discard,
        "Remove an element from a set if it is a member.\n\nUnlike set.remove(), the discard() method does not raise\nan exception when an element is missing from the set.",
    ),
    def(
        "intersection",
        "self, /, *others",
        intersection,
        "Return a new set with elements common to the set and all others.",
    ),
    def(
        "intersection_update",
        "self, /, *others",
        intersection_update,
        "Update the set, keeping only elements found in it and all others.",
    ),
    def(
        "isdisjoint",
        "self, other, /",
        isdisjoint,
        "Return True if two sets have a null intersection.",
    ),
    def(
        "issubset",
        "self, other, /",
        issubset,
        "Report whether another set contains this set.",
    ),
    def(
        "issuperset",
        "self, other, /",
        issuperset,
        "Report whether this set contains another set.",
    ),
    def(
        "pop",
        "self, /",
        pop,
        "Remove and return an arbitrary set element.\n\nRaises KeyError if the set is empty.",
    ),
    def(
        "remove",
        "self, object, /",
        remove,
        "Remove an element from a set; it must be a member.\n\nIf the element is not a member, raise a KeyError.",
    ),
    def(
        "symmetric_difference",
        "self, other, /",
        symmetric_difference,
        "Return a new set with elements in either the set or other but not both.",
    ),
    def(
        "symmetric_difference_update",
        "self, other, /",
        |th, a| {
            toggle(th, of(a[0]), a[1])?;
            Ok(Value::NONE)
        },
        "Update the set, keeping only elements found in either set, but not in both.",
    ),
    def(
        "union",
        "self, /, *others",
        union,
        "Return a new set with elements from the set and all others.",
    ),
    def(
        "update",
        "self, /, *others",
        |th, a| each_other(th, a, |th, s, v| s.update(th, v)),
        "Update the set, adding elements from all others.",
    ),
    def_class(
        "__class_getitem__",
        "cls, object, /",
        |th, a| crate::types::generic_alias::new(th, a[0], a[1]),
        "See PEP 585",
    ),
];

/// The builtin class of a set: set or frozenset.
fn builtin(s: Gc<Set>) -> Gc<Class> {
    if s.obj().kind() == Kind::FrozenSet {
        ctx().types.frozenset
    } else {
        ctx().types.set
    }
}
fn empty_like(th: &mut Thread, s: Gc<Set>) -> Gc<Set> {
    set::new_of(th, builtin(s))
}
fn copy_of(th: &mut Thread, s: Gc<Set>) -> R<Gc<Set>> {
    s.copy_as(th, builtin(s))
}
/// The set itself, or a new one of the items of an iterable.
fn to_set(th: &mut Thread, v: Value) -> R<Gc<Set>> {
    if let Some(s) = as_set(v) {
        return Ok(s);
    }
    let s = of(th.new_set());
    s.update(th, v)?;
    Ok(s)
}
/// The only argument of a constructor, checked.
pub(crate) fn constructor_argument(th: &mut Thread, name: &str, args: Value, kwargs: Value) -> R<Option<Value>> {
    if let Some(d) = kwargs.cast::<Dict>()
        && d.len(th)? > 0
    {
        return Err(th.type_error(&format!("{name}() takes no keyword arguments")));
    }
    match args.as_gc::<Tuple>().items() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        many => Err(th.type_error(&format!("{name} expected at most 1 argument, got {}", many.len()))),
    }
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    let name = if class_of(a[0]) == ctx().types.set {
        "set".into()
    } else {
        class_of(a[0]).name_str()
    };
    let keywords = a[2].cast::<Dict>();
    if let Some(d) = keywords
        && d.len(th)? > 0
    {
        return Err(th.type_error("set() takes no keyword arguments"));
    }
    let given = constructor_argument(th, &name, a[1], Value::EMPTY)?;
    let s = of(a[0]);
    if s.len(th)? > 0 {
        s.clear(th)?;
    }
    if let Some(v) = given {
        s.update(th, v)?;
    }
    Ok(Value::NONE)
}
pub(crate) fn repr(th: &mut Thread, a: &[Value]) -> R {
    let s = of(a[0]);
    let class = class_of(a[0]);
    let name = class.name_str();
    if s.len(th)? == 0 {
        return Ok(th.new_str(&format!("{name}()")));
    }
    let made = repr_guard::with(th, a[0], |th| {
        let items = s.snapshot(th)?;
        let plain = class == ctx().types.set;
        let mut b = StrBuilder::new();
        if !plain {
            b.push_str(&name);
            b.push_str("(");
        }
        b.push_str("{");
        for (i, v) in items.as_slice().iter().enumerate() {
            if i > 0 {
                b.push_str(", ");
            }
            b.push_gc(th.repr(*v)?);
        }
        b.push_str(if plain { "}" } else { "})" });
        Ok(b.finish(th))
    })?;
    Ok(match made {
        Some(s) => s,
        None => th.new_str(&format!("{name}(...)")),
    })
}
fn within(th: &mut Thread, x: Gc<Set>, y: Gc<Set>) -> R<bool> {
    if x.len(th)? > y.len(th)? {
        return Ok(false);
    }
    let mut pos = 0;
    while let Some((v, hash)) = x.next_hashed(th, &mut pos)? {
        if !y.contains_hash(th, v, hash)? {
            return Ok(false);
        }
    }
    Ok(true)
}
pub(crate) fn compare(th: &mut Thread, op: CmpOp, a: &[Value]) -> R {
    let (x, Some(y)) = (of(a[0]), as_set(a[1])) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (n, m) = (x.len(th)?, y.len(th)?);
    Ok(Value::bool(match op {
        CmpOp::Eq => n == m && within(th, x, y)?,
        CmpOp::Ne => n != m || !within(th, x, y)?,
        CmpOp::Lt => n < m && within(th, x, y)?,
        CmpOp::Le => within(th, x, y)?,
        CmpOp::Gt => n > m && within(th, y, x)?,
        CmpOp::Ge => within(th, y, x)?,
    }))
}
pub(crate) fn iter(th: &mut Thread, a: &[Value]) -> R {
    set_iter::new(th, of(a[0]))
}
pub(crate) fn len(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::small(of(a[0]).len(th)? as i64))
}
/// Runs `f` with the hash of `v`; a set, which has none, counts as the frozenset of its items.
fn with_hash<T>(th: &mut Thread, v: Value, f: impl FnOnce(&mut Thread, i64) -> R<T>) -> R<T> {
    let hash = if v.is_kind(Kind::Set) {
        match th.catch(ctx().types.TypeError, |th| set::hash_item(th, v))? {
            Ok(h) => h,
            Err(_) => of(v).frozen_hash(th)?,
        }
    } else {
        set::hash_item(th, v)?
    };
    f(th, hash)
}
pub(crate) fn contains(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::bool(with_hash(th, a[1], |th, h| of(a[0]).contains_hash(th, a[1], h))?))
}

/// An operator on two sets.
pub(crate) fn binary(th: &mut Thread, x: Value, y: Value, f: fn(&mut Thread, Gc<Set>, Value) -> R<Gc<Set>>) -> R {
    match (as_set(x), as_set(y)) {
        (Some(s), Some(_)) => Ok(f(th, s, y)?.value()),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}
pub(crate) fn union_of(th: &mut Thread, s: Gc<Set>, other: Value) -> R<Gc<Set>> {
    let out = copy_of(th, s)?;
    out.update(th, other)?;
    Ok(out)
}
pub(crate) fn intersection_of(th: &mut Thread, s: Gc<Set>, other: Value) -> R<Gc<Set>> {
    if s.value() == other {
        return copy_of(th, s);
    }
    let out = empty_like(th, s);
    if let Some(o) = as_set(other) {
        let (walk, look) = if o.len(th)? > s.len(th)? { (s, o) } else { (o, s) };
        let mut pos = 0;
        while let Some((v, hash)) = walk.next_hashed(th, &mut pos)? {
            if look.contains_hash(th, v, hash)? {
                out.add_hash(th, v, hash)?;
            }
        }
        return Ok(out);
    }
    let it = th.iter(other)?;
    while let Some(v) = th.next(it)? {
        let hash = set::hash_item(th, v)?;
        if s.contains_hash(th, v, hash)? {
            out.add_hash(th, v, hash)?;
        }
    }
    Ok(out)
}
pub(crate) fn difference_of(th: &mut Thread, s: Gc<Set>, other: Value) -> R<Gc<Set>> {
    let (set_other, dict_other) = (
        as_set(other),
        if class_of(other) == ctx().types.dict {
            other.cast::<Dict>()
        } else {
            None
        },
    );
    let size = match (set_other, dict_other) {
        (Some(o), _) => o.len(th)?,
        (_, Some(d)) => d.len(th)?,
        _ => 0,
    };
    if (set_other.is_none() && dict_other.is_none()) || s.len(th)? / 4 > size {
        let out = copy_of(th, s)?;
        subtract(th, out, other)?;
        return Ok(out);
    }
    let out = empty_like(th, s);
    let mut pos = 0;
    while let Some((v, hash)) = s.next_hashed(th, &mut pos)? {
        let there = match (set_other, dict_other) {
            (Some(o), _) => o.contains_hash(th, v, hash)?,
            (_, Some(d)) => d.get_hash(th, v, hash)?.is_some(),
            _ => false,
        };
        if !there {
            out.add_hash(th, v, hash)?;
        }
    }
    Ok(out)
}
pub(crate) fn symmetric_of(th: &mut Thread, s: Gc<Set>, other: Value) -> R<Gc<Set>> {
    let out = empty_like(th, s);
    out.update(th, other)?;
    toggle(th, out, s.value())?;
    Ok(out)
}
/// `s -= items`
fn subtract(th: &mut Thread, s: Gc<Set>, other: Value) -> R<()> {
    if s.value() == other {
        return s.clear(th);
    }
    if let Some(o) = as_set(other) {
        let mut pos = 0;
        while let Some((v, hash)) = o.next_hashed(th, &mut pos)? {
            s.remove_hash(th, v, hash)?;
        }
        return Ok(());
    }
    let it = th.iter(other)?;
    while let Some(v) = th.next(it)? {
        s.remove(th, v)?;
    }
    Ok(())
}
/// `s ^= items`
fn toggle(th: &mut Thread, s: Gc<Set>, other: Value) -> R<()> {
    if s.value() == other {
        return s.clear(th);
    }
    let o = to_set(th, other)?;
    let mut pos = 0;
    while let Some((v, hash)) = o.next_hashed(th, &mut pos)? {
        if !s.remove_hash(th, v, hash)? {
            s.add_hash(th, v, hash)?;
        }
    }
    Ok(())
}
fn intersect_with(th: &mut Thread, s: Gc<Set>, other: Value) -> R<()> {
    let kept = intersection_of(th, s, other)?;
    s.replace_with(th, kept)
}
fn in_place(th: &mut Thread, a: &[Value], f: fn(&mut Thread, Gc<Set>, Value) -> R<()>) -> R {
    if as_set(a[1]).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    f(th, of(a[0]), a[1])?;
    Ok(a[0])
}
fn each_other(th: &mut Thread, a: &[Value], f: fn(&mut Thread, Gc<Set>, Value) -> R<()>) -> R {
    for v in a[1].as_gc::<Tuple>().items() {
        f(th, of(a[0]), *v)?;
    }
    Ok(Value::NONE)
}
pub(crate) fn union(th: &mut Thread, a: &[Value]) -> R {
    let out = copy_of(th, of(a[0]))?;
    for v in a[1].as_gc::<Tuple>().items() {
        out.update(th, *v)?;
    }
    Ok(out.value())
}
fn common(th: &mut Thread, a: &[Value]) -> R<Gc<Set>> {
    let s = of(a[0]);
    let [first, rest @ ..] = a[1].as_gc::<Tuple>().items() else {
        return copy_of(th, s);
    };
    let mut out = intersection_of(th, s, *first)?;
    for v in rest {
        out = intersection_of(th, out, *v)?;
    }
    Ok(out)
}
pub(crate) fn intersection(th: &mut Thread, a: &[Value]) -> R {
    Ok(common(th, a)?.value())
}
fn intersection_update(th: &mut Thread, a: &[Value]) -> R {
    let kept = common(th, a)?;
    of(a[0]).replace_with(th, kept)?;
    Ok(Value::NONE)
}
pub(crate) fn difference(th: &mut Thread, a: &[Value]) -> R {
    let s = of(a[0]);
    let [first, rest @ ..] = a[1].as_gc::<Tuple>().items() else {
        return Ok(copy_of(th, s)?.value());
    };
    let out = difference_of(th, s, *first)?;
    for v in rest {
        subtract(th, out, *v)?;
    }
    Ok(out.value())
}
pub(crate) fn symmetric_difference(th: &mut Thread, a: &[Value]) -> R {
    Ok(symmetric_of(th, of(a[0]), a[1])?.value())
}
pub(crate) fn isdisjoint(th: &mut Thread, a: &[Value]) -> R {
    let s = of(a[0]);
    if let Some(o) = as_set(a[1]) {
        let (walk, look) = if o.len(th)? > s.len(th)? { (s, o) } else { (o, s) };
        let mut pos = 0;
        while let Some((v, hash)) = walk.next_hashed(th, &mut pos)? {
            if look.contains_hash(th, v, hash)? {
                return Ok(Value::FALSE);
            }
        }
        return Ok(Value::TRUE);
    }
    let it = th.iter(a[1])?;
    while let Some(v) = th.next(it)? {
        if s.contains(th, v)? {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}
pub(crate) fn issubset(th: &mut Thread, a: &[Value]) -> R {
    let s = of(a[0]);
    if let Some(o) = as_set(a[1]) {
        return Ok(Value::bool(within(th, s, o)?));
    }
    let both = intersection_of(th, s, a[1])?;
    Ok(Value::bool(both.len(th)? == s.len(th)?))
}
pub(crate) fn issuperset(th: &mut Thread, a: &[Value]) -> R {
    let s = of(a[0]);
    if let Some(o) = as_set(a[1]) {
        return Ok(Value::bool(within(th, o, s)?));
    }
    let it = th.iter(a[1])?;
    while let Some(v) = th.next(it)? {
        if !s.contains(th, v)? {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}
fn add(th: &mut Thread, a: &[Value]) -> R {
    of(a[0]).put(th, a[1])?;
    Ok(Value::NONE)
}
fn discard(th: &mut Thread, a: &[Value]) -> R {
    with_hash(th, a[1], |th, h| of(a[0]).remove_hash(th, a[1], h))?;
    Ok(Value::NONE)
}
fn remove(th: &mut Thread, a: &[Value]) -> R {
    if !with_hash(th, a[1], |th, h| of(a[0]).remove_hash(th, a[1], h))? {
        return Err(th.key_error(a[1]));
    }
    Ok(Value::NONE)
}
fn pop(th: &mut Thread, a: &[Value]) -> R {
    match of(a[0]).pop(th)? {
        Some(v) => Ok(v),
        None => {
            let text = th.new_str("pop from an empty set");
            Err(th.key_error(text))
        }
    }
}
pub(crate) fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let items = of(a[0]).snapshot(th)?;
    let list = th.new_list_vec(items);
    let args = th.new_tuple(&[list]);
    let state = th.call_method(a[0], names().__getstate__, &[])?;
    Ok(th.new_tuple(&[class_of(a[0]).value(), args, state]))
}
pub(crate) fn sizeof(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::small(200 + of(a[0]).table_bytes(th)? as i64))
}
