//! Methods of `set` and `frozenset`.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def, def_class, def_static};
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_of};
use crate::types::dict::Dict;
use crate::types::repr_guard;
use crate::types::set::{self, Set, as_set};
use crate::types::set_iter;
use crate::types::str_ops::StrBuilder;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// `set`
pub static SET: TypeDef = TypeDef {
    methods: SET_METHODS,
    doc: "Build an unordered collection of unique elements.",
    ..TypeDef::new("set", Kind::Set, std::mem::size_of::<Set>())
};
/// `frozenset`
pub static FROZENSET: TypeDef = TypeDef {
    methods: FROZENSET_METHODS,
    doc: "Build an immutable unordered collection of unique elements.",
    ..TypeDef::new("frozenset", Kind::FrozenSet, std::mem::size_of::<Set>())
};
macro_rules! methods {
    ($($own:expr,)*) => {
        &[
            def("__len__", "self, /", |th, a| Ok(Value::small(this(a).len(th)? as i64)), "Return len(self)."),
            def("__contains__", "self, object, /", contains, "x.__contains__(y) <==> y in x."),
            def("__iter__", "self, /", |th, a| set_iter::new(th, this(a)), "Implement iter(self)."),
            def("__repr__", "self, /", repr, "Return repr(self)."),
            def("__eq__", "self, value, /", eq, "Return self==value."),
            def("__ne__", "self, value, /", ne, "Return self!=value."),
            def("__lt__", "self, value, /", |th, a| order(th, a[0], a[1], true), "Return self<value."),
            def("__le__", "self, value, /", |th, a| order(th, a[0], a[1], false), "Return self<=value."),
            def("__gt__", "self, value, /", |th, a| order(th, a[1], a[0], true), "Return self>value."),
            def("__ge__", "self, value, /", |th, a| order(th, a[1], a[0], false), "Return self>=value."),
            def("__and__", "self, value, /", |th, a| operator(th, a[0], a[1], intersection), "Return self&value."),
            def("__rand__", "self, value, /", |th, a| operator(th, a[1], a[0], intersection), "Return value&self."),
            def("__or__", "self, value, /", |th, a| operator(th, a[0], a[1], union), "Return self|value."),
            def("__ror__", "self, value, /", |th, a| operator(th, a[1], a[0], union), "Return value|self."),
            def("__sub__", "self, value, /", |th, a| operator(th, a[0], a[1], difference), "Return self-value."),
            def("__rsub__", "self, value, /", |th, a| operator(th, a[1], a[0], difference), "Return value-self."),
            def("__xor__", "self, value, /", |th, a| operator(th, a[0], a[1], symmetric), "Return self^value."),
            def("__rxor__", "self, value, /", |th, a| operator(th, a[1], a[0], symmetric), "Return value^self."),
            def("__reduce__", "self, /", reduce, "Return state information for pickling."),
            def("__sizeof__", "self, /", |th, a| Ok(Value::small(64 + 24 * this(a).len(th)? as i64)), "S.__sizeof__() -> size of S in memory, in bytes."),
            def("union", "self, /, *others", |th, a| fold(th, a, union), "Return a new set with elements from the set and all others."),
            def("intersection", "self, /, *others", |th, a| fold(th, a, intersection), "Return a new set with elements common to the set and all others."),
            def("difference", "self, /, *others", |th, a| fold(th, a, difference), "Return a new set with elements in the set that are not in the others."),
            def("symmetric_difference", "self, other, /", |th, a| { let s = symmetric(th, this(a), a[1], class_for(a[0]))?; Ok(s.value()) }, "Return a new set with elements in either the set or other but not both."),
            def("issubset", "self, other, /", issubset, "Report whether another set contains this set."),
            def("issuperset", "self, other, /", issuperset, "Report whether this set contains another set."),
            def("isdisjoint", "self, other, /", isdisjoint, "Return True if two sets have a null intersection."),
            def_class("__class_getitem__", "cls, item, /", |th, a| crate::types::generic_alias::new(th, a[0], a[1]), "See PEP 585"),
            $($own,)*
        ]
    };
}
static SET_METHODS: &[NativeDef] = methods![
    def_static("__new__", "cls, /, *args, **kwargs", |th, a| Ok(set::new_of(th, a[0].as_gc()).value()), ""),
    def("__init__", "self, /, *args, **kwargs", init, "Initialize self.  See help(type(self)) for accurate signature."),
    def("__iand__", "self, value, /", |th, a| inplace(th, a, intersection), "Return self&=value."),
    def("__ior__", "self, value, /", |th, a| inplace(th, a, union), "Return self|=value."),
    def("__isub__", "self, value, /", |th, a| inplace(th, a, difference), "Return self-=value."),
    def("__ixor__", "self, value, /", |th, a| inplace(th, a, symmetric), "Return self^=value."),
    def("add", "self, object, /", |th, a| { this(a).add(th, a[1])?; Ok(Value::NONE) }, "Add an element to a set."),
    def("discard", "self, object, /", |th, a| { let k = key(th, a[1])?; this(a).remove(th, k)?; Ok(Value::NONE) }, "Remove an element from a set if it is a member."),
    def("remove", "self, object, /", remove, "Remove an element from a set; it must be a member."),
    def("pop", "self, /", pop, "Remove and return an arbitrary set element."),
    def("clear", "self, /", |th, a| { this(a).clear(th)?; Ok(Value::NONE) }, "Remove all elements from this set."),
    def("copy", "self, /", |th, a| { let c = class_for(a[0]); Ok(copy(th, this(a), c)?.value()) }, "Return a shallow copy of a set."),
    def("update", "self, /, *others", update, "Update the set, adding elements from all others."),
    def("intersection_update", "self, /, *others", |th, a| replace(th, a, intersection), "Update the set, keeping only elements found in it and all others."),
    def("difference_update", "self, /, *others", |th, a| replace(th, a, difference), "Update the set, removing elements found in others."),
    def("symmetric_difference_update", "self, other, /", |th, a| { let s = symmetric(th, this(a), a[1], ctx().types.set)?; take_over(th, this(a), s)?; Ok(Value::NONE) }, "Update the set, keeping only elements found in either set, but not in both."),
];
static FROZENSET_METHODS: &[NativeDef] = methods![
    def_static("__new__", "cls, /, *args, **kwargs", frozenset_new, ""),
    def("__hash__", "self, /", hash, "Return hash(self)."),
    def("copy", "self, /", frozen_copy, "Return a shallow copy of a set."),
];

type SetOp = fn(&mut Thread, Gc<Set>, Value, Gc<Class>) -> R<Gc<Set>>;

fn this(a: &[Value]) -> Gc<Set> {
    // SAFETY: receivers are sets or frozensets, which share the layout.
    unsafe { Gc::from_addr(a[0].0) }
}
/// The class of results: the builtin one.
fn class_for(v: Value) -> Gc<Class> {
    let t = &ctx().types;
    if v.is_kind(Kind::FrozenSet) { t.frozenset } else { t.set }
}
fn copy(th: &mut Thread, s: Gc<Set>, class: Gc<Class>) -> R<Gc<Set>> {
    let new = set::new_of(th, class);
    new.merge(th, s)?;
    Ok(new)
}
/// Any iterable as a set.
fn to_set(th: &mut Thread, v: Value) -> R<Gc<Set>> {
    match as_set(v) {
        Some(s) => Ok(s),
        None => {
            let s = set::new_of(th, ctx().types.set);
            s.update(th, v)?;
            Ok(s)
        }
    }
}
fn union(th: &mut Thread, a: Gc<Set>, b: Value, class: Gc<Class>) -> R<Gc<Set>> {
    let s = copy(th, a, class)?;
    s.update(th, b)?;
    Ok(s)
}
fn intersection(th: &mut Thread, a: Gc<Set>, b: Value, class: Gc<Class>) -> R<Gc<Set>> {
    let s = set::new_of(th, class);
    if let Some(o) = as_set(b) {
        let (small, large) = if o.len(th)? > a.len(th)? { (a, o) } else { (o, a) };
        let mut pos = 0;
        while let Some(v) = small.next_entry(th, &mut pos)? {
            if large.contains(th, v)? {
                s.add(th, v)?;
            }
        }
        return Ok(s);
    }
    let it = th.iter(b)?;
    while let Some(v) = th.next(it)? {
        if a.contains(th, v)? {
            s.add(th, v)?;
        }
    }
    Ok(s)
}
fn difference(th: &mut Thread, a: Gc<Set>, b: Value, class: Gc<Class>) -> R<Gc<Set>> {
    if let Some(o) = as_set(b) {
        let s = set::new_of(th, class);
        let mut pos = 0;
        while let Some(v) = a.next_entry(th, &mut pos)? {
            if !o.contains(th, v)? {
                s.add(th, v)?;
            }
        }
        return Ok(s);
    }
    let s = copy(th, a, class)?;
    let it = th.iter(b)?;
    while let Some(v) = th.next(it)? {
        s.remove(th, v)?;
    }
    Ok(s)
}
fn symmetric(th: &mut Thread, a: Gc<Set>, b: Value, class: Gc<Class>) -> R<Gc<Set>> {
    let o = to_set(th, b)?;
    let s = copy(th, a, class)?;
    let mut pos = 0;
    while let Some(v) = o.next_entry(th, &mut pos)? {
        if a.contains(th, v)? {
            s.remove(th, v)?;
        } else {
            s.add(th, v)?;
        }
    }
    Ok(s)
}
fn operator(th: &mut Thread, a: Value, b: Value, op: SetOp) -> R {
    let (Some(x), Some(_)) = (as_set(a), as_set(b)) else { return Ok(Value::NOT_IMPLEMENTED) };
    Ok(op(th, x, b, class_for(a))?.value())
}
/// `s` gets the elements of `new`, which nobody else has.
fn take_over(th: &mut Thread, s: Gc<Set>, new: Gc<Set>) -> R<()> {
    s.clear(th)?;
    s.merge(th, new)
}
fn inplace(th: &mut Thread, a: &[Value], op: SetOp) -> R {
    if as_set(a[1]).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let s = op(th, this(a), a[1], ctx().types.set)?;
    take_over(th, this(a), s)?;
    Ok(a[0])
}
fn fold(th: &mut Thread, a: &[Value], op: SetOp) -> R {
    let class = class_for(a[0]);
    let mut s = copy(th, this(a), class)?;
    for &o in a[1].as_gc::<Tuple>().items() {
        s = op(th, s, o, class)?;
    }
    Ok(s.value())
}
fn replace(th: &mut Thread, a: &[Value], op: SetOp) -> R {
    let mut s = this(a);
    for &o in a[1].as_gc::<Tuple>().items() {
        s = op(th, s, o, ctx().types.set)?;
    }
    if s != this(a) {
        take_over(th, this(a), s)?;
    }
    Ok(Value::NONE)
}
fn update(th: &mut Thread, a: &[Value]) -> R {
    for &o in a[1].as_gc::<Tuple>().items() {
        this(a).update(th, o)?;
    }
    Ok(Value::NONE)
}
fn one_argument(th: &mut Thread, args: Value, kwargs: Value, name: &str) -> R<Option<Value>> {
    if kwargs.cast::<Dict>().is_some_and(|d| d.len_raw() > 0) {
        return Err(th.type_error(&format!("{name}() takes no keyword arguments")));
    }
    match args.as_gc::<Tuple>().items() {
        [] => Ok(None),
        [v] => Ok(Some(*v)),
        more => {
            let n = more.len();
            Err(th.type_error(&format!("{name} expected at most 1 argument, got {n}")))
        }
    }
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    let items = one_argument(th, a[1], a[2], "set")?;
    if this(a).len(th)? > 0 {
        this(a).clear(th)?;
    }
    if let Some(v) = items {
        this(a).update(th, v)?;
    }
    Ok(Value::NONE)
}
fn frozenset_new(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0].as_gc::<Class>();
    let plain = class == ctx().types.frozenset;
    let items = if plain || class.special(crate::special::Special::Init) == ctx().types.object.special(crate::special::Special::Init) {
        one_argument(th, a[1], a[2], "frozenset")?
    } else {
        a[1].as_gc::<Tuple>().items().first().copied()
    };
    if let Some(v) = items
        && plain
        && class_of(v) == class
    {
        return Ok(v);
    }
    let s = set::new_of(th, class);
    if let Some(v) = items {
        s.update(th, v)?;
    }
    Ok(s.value())
}
fn frozen_copy(th: &mut Thread, a: &[Value]) -> R {
    if class_of(a[0]) == ctx().types.frozenset {
        return Ok(a[0]);
    }
    Ok(copy(th, this(a), ctx().types.frozenset)?.value())
}
/// A set asked for inside a set stands for the frozenset of its elements.
fn key(th: &mut Thread, v: Value) -> R {
    if v.is_kind(Kind::Set) && class_of(v).special(crate::special::Special::Hash).is_none_or(|h| h.is_none()) {
        return Ok(copy(th, v.as_gc(), ctx().types.frozenset)?.value());
    }
    Ok(v)
}
fn contains(th: &mut Thread, a: &[Value]) -> R {
    let k = key(th, a[1])?;
    Ok(Value::bool(this(a).contains(th, k)?))
}
fn remove(th: &mut Thread, a: &[Value]) -> R {
    let k = key(th, a[1])?;
    if this(a).remove(th, k)? { Ok(Value::NONE) } else { Err(th.key_error(a[1])) }
}
fn pop(th: &mut Thread, a: &[Value]) -> R {
    match this(a).pop(th)? {
        Some(v) => Ok(v),
        None => {
            let text = th.new_str("pop from an empty set");
            Err(th.key_error(text))
        }
    }
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let name = class_of(a[0]).name_str();
    if this(a).len(th)? == 0 {
        return Ok(th.new_str(&format!("{name}()")));
    }
    let shown = repr_guard::with(th, a[0], |th| {
        let plain = class_of(a[0]) == ctx().types.set;
        let items = this(a).snapshot(th)?;
        let mut out = StrBuilder::new();
        if !plain {
            out.push_str(&name);
            out.push_str("(");
        }
        out.push_str("{");
        for (i, v) in items.as_slice().iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            out.push_gc(th.repr(*v)?);
        }
        out.push_str("}");
        if !plain {
            out.push_str(")");
        }
        Ok(out.finish(th))
    })?;
    Ok(shown.unwrap_or_else(|| th.new_str(&format!("{name}(...)"))))
}
fn eq(th: &mut Thread, a: &[Value]) -> R {
    let Some(o) = as_set(a[1]) else { return Ok(Value::NOT_IMPLEMENTED) };
    let s = this(a);
    if s.len(th)? != o.len(th)? {
        return Ok(Value::FALSE);
    }
    Ok(Value::bool(is_subset(th, s, o)?))
}
fn ne(th: &mut Thread, a: &[Value]) -> R {
    Ok(match eq(th, a)? {
        Value::NOT_IMPLEMENTED => Value::NOT_IMPLEMENTED,
        v => Value::bool(!v.is_true()),
    })
}
fn order(th: &mut Thread, small: Value, large: Value, strict: bool) -> R {
    let (Some(x), Some(y)) = (as_set(small), as_set(large)) else { return Ok(Value::NOT_IMPLEMENTED) };
    if strict && x.len(th)? == y.len(th)? {
        return Ok(Value::FALSE);
    }
    Ok(Value::bool(is_subset(th, x, y)?))
}
fn issubset(th: &mut Thread, a: &[Value]) -> R {
    let o = to_set(th, a[1])?;
    Ok(Value::bool(is_subset(th, this(a), o)?))
}
fn issuperset(th: &mut Thread, a: &[Value]) -> R {
    if let Some(o) = as_set(a[1]) {
        return Ok(Value::bool(is_subset(th, o, this(a))?));
    }
    let it = th.iter(a[1])?;
    while let Some(v) = th.next(it)? {
        if !this(a).contains(th, v)? {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}
fn isdisjoint(th: &mut Thread, a: &[Value]) -> R {
    let it = th.iter(a[1])?;
    while let Some(v) = th.next(it)? {
        if this(a).contains(th, v)? {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let items = this(a).snapshot(th)?;
    let list = th.new_list_vec(items);
    let args = th.new_tuple(&[list]);
    let state = crate::types::reduce::state(th, a[0])?;
    Ok(th.new_tuple(&[class_of(a[0]).value(), args, state]))
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let h = this(a).frozen_hash(th)?;
    Ok(th.new_int(h))
}
fn is_subset(th: &mut Thread, a: Gc<Set>, b: Gc<Set>) -> R<bool> {
    if a.len(th)? > b.len(th)? {
        return Ok(false);
    }
    let mut pos = 0;
    while let Some((v, hash)) = a.next_hashed(th, &mut pos)? {
        if !b.contains_hash(th, v, hash)? {
            return Ok(false);
        }
    }
    Ok(true)
}
