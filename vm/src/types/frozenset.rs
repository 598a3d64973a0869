//! `frozenset`: the layout is that of set (see there), the methods are those of set that change nothing.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def, def_class, def_static};
use crate::object::Kind;
use crate::ops::CmpOp;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_of};
use crate::types::dict::Dict;
use crate::types::set::{self, Set, of};
use crate::types::set_methods::{self as shared, binary};
use crate::value::Value;
use std::sync::atomic::Ordering::Relaxed;

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    doc: "Build an immutable unordered collection of unique elements.",
    ..TypeDef::new("frozenset", Kind::FrozenSet, std::mem::size_of::<Set>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        new,
        "Create and return a new object.  See help(type) for accurate signature.",
    ),
    def("__repr__", "self, /", shared::repr, "Return repr(self)."),
    def("__hash__", "self, /", hash, "Return hash(self)."),
    def(
        "__lt__",
        "self, value, /",
        |th, a| shared::compare(th, CmpOp::Lt, a),
        "Return self<value.",
    ),
    def(
        "__le__",
        "self, value, /",
        |th, a| shared::compare(th, CmpOp::Le, a),
        "Return self<=value.",
    ),
    def(
        "__eq__",
        "self, value, /",
        |th, a| shared::compare(th, CmpOp::Eq, a),
        "Return self==value.",
    ),
    def(
        "__ne__",
        "self, value, /",
        |th, a| shared::compare(th, CmpOp::Ne, a),
        "Return self!=value.",
    ),
    def(
        "__gt__",
        "self, value, /",
        |th, a| shared::compare(th, CmpOp::Gt, a),
        "Return self>value.",
    ),
    def(
        "__ge__",
        "self, value, /",
        |th, a| shared::compare(th, CmpOp::Ge, a),
        "Return self>=value.",
    ),
    def("__iter__", "self, /", shared::iter, "Implement iter(self)."),
    def("__len__", "self, /", shared::len, "Return len(self)."),
    def(
        "__contains__",
        "self, object, /",
        shared::contains,
        "x.__contains__(y) <==> y in x.",
    ),
    def(
        "__and__",
        "self, value, /",
        |th, a| binary(th, a[0], a[1], shared::intersection_of),
        "Return self&value.",
    ),
    def(
        "__rand__",
        "self, value, /",
        |th, a| binary(th, a[1], a[0], shared::intersection_of),
        "Return value&self.",
    ),
    def(
        "__or__",
        "self, value, /",
        |th, a| binary(th, a[0], a[1], shared::union_of),
        "Return self|value.",
    ),
    def(
        "__ror__",
        "self, value, /",
        |th, a| binary(th, a[1], a[0], shared::union_of),
        "Return value|self.",
    ),
    def(
        "__sub__",
        "self, value, /",
        |th, a| binary(th, a[0], a[1], shared::difference_of),
        "Return self-value.",
    ),
    def(
        "__rsub__",
        "self, value, /",
        |th, a| binary(th, a[1], a[0], shared::difference_of),
        "Return value-self.",
    ),
    def(
        "__xor__",
        "self, value, /",
        |th, a| binary(th, a[0], a[1], shared::symmetric_of),
        "Return self^value.",
    ),
    def(
        "__rxor__",
        "self, value, /",
        |th, a| binary(th, a[1], a[0], shared::symmetric_of),
        "Return value^self.",
    ),
    def("__reduce__", "self, /", shared::reduce, "Return state information for pickling."),
    def(
        "__sizeof__",
        "self, /",
        shared::sizeof,
        "S.__sizeof__() -> size of S in memory, in bytes.",
    ),
    def("copy", "self, /", copy, "Return a shallow copy of a set."),
    def(
        "difference",
        "self, /, *others",
        shared::difference,
        "Return a new set with elements in the set that are not in the others.",
    ),
    def(
        "intersection",
        "self, /, *others",
        shared::intersection,
        "Return a new set with elements common to the set and all others.",
    ),
    def(
        "isdisjoint",
        "self, other, /",
        shared::isdisjoint,
        "Return True if two sets have a null intersection.",
    ),
    def(
        "issubset",
        "self, other, /",
        shared::issubset,
        "Report whether another set contains this set.",
    ),
    def(
        "issuperset",
        "self, other, /",
        shared::issuperset,
        "Report whether this set contains another set.",
    ),
    def(
        "symmetric_difference",
        "self, other, /",
        shared::symmetric_difference,
        "Return a new set with elements in either the set or other but not both.",
    ),
    def(
        "union",
        "self, /, *others",
        shared::union,
        "Return a new set with elements from the set and all others.",
    ),
    def_class(
        "__class_getitem__",
        "cls, object, /",
        |th, a| crate::types::generic_alias::new(th, a[0], a[1]),
        "See PEP 585",
    ),
];
fn new(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0].as_gc::<Class>();
    let exact = class == ctx().types.frozenset;
    let plain_init = class.special(Special::Init) == ctx().types.frozenset.special(Special::Init);
    let keywords = match a[2].cast::<Dict>() {
        Some(d) => d.len(th)? > 0,
        None => false,
    };
    if keywords && plain_init {
        return Err(th.type_error("frozenset() takes no keyword arguments"));
    }
    let name = if exact { "frozenset".into() } else { class.name_str() };
    let given = shared::constructor_argument(th, &name, a[1], Value::EMPTY)?;
    let Some(v) = given else {
        return Ok(set::new_of(th, class).value());
    };
    if exact && class_of(v) == class {
        return Ok(v);
    }
    let s = set::new_of(th, class);
    s.update(th, v)?;
    Ok(s.value())
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let s = of(a[0]);
    let known = s.hash_cache.load(Relaxed) as i64;
    if known != 0 {
        return Ok(th.new_int(known));
    }
    let h = s.frozen_hash(th)?;
    // Not transactional: whoever computes it gets the same.
    s.hash_cache.store(h as u64, Relaxed);
    Ok(th.new_int(h))
}
fn copy(th: &mut Thread, a: &[Value]) -> R {
    if class_of(a[0]) == ctx().types.frozenset {
        return Ok(a[0]);
    }
    Ok(of(a[0]).copy_as(th, ctx().types.frozenset)?.value())
}
