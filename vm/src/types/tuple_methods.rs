//! Methods and operators of `tuple`, and what all sequences share: index keys, lexicographic comparison, repetition.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def, def_class, def_static};
use crate::object::{Gc, Kind};
use crate::ops::CmpOp;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::class::Class;
use crate::types::iter::{self, What};
use crate::types::str_ops::StrBuilder;
use crate::types::tuple::{self, Tuple};
use crate::types::{int, repr_guard, slice};
use crate::value::Value;
use std::sync::atomic::Ordering::Relaxed;

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    doc: "Built-in immutable sequence.\n\nIf no argument is given, the constructor returns an empty tuple.\nIf iterable is specified the tuple is initialized from iterable's items.\n\nIf the argument is a tuple, the return value is the same object.",
    ..TypeDef::new("tuple", Kind::Tuple, tuple::end_offset(0))
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, iterable=(), /",
        tuple_new,
        "Create and return a new object.  See help(type) for accurate signature.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__hash__", "self, /", hash, "Return hash(self)."),
    def("__lt__", "self, value, /", |th, a| compare(th, CmpOp::Lt, a), "Return self<value."),
    def("__le__", "self, value, /", |th, a| compare(th, CmpOp::Le, a), "Return self<=value."),
    def("__eq__", "self, value, /", |th, a| compare(th, CmpOp::Eq, a), "Return self==value."),
    def("__ne__", "self, value, /", |th, a| compare(th, CmpOp::Ne, a), "Return self!=value."),
    def("__gt__", "self, value, /", |th, a| compare(th, CmpOp::Gt, a), "Return self>value."),
    def("__ge__", "self, value, /", |th, a| compare(th, CmpOp::Ge, a), "Return self>=value."),
    def("__iter__", "self, /", iter, "Implement iter(self)."),
    def(
        "__len__",
        "self, /",
        |_, a| Ok(Value::small(items(a).len() as i64)),
        "Return len(self).",
    ),
    def("__getitem__", "self, key, /", getitem, "Return self[key]."),
    def("__add__", "self, value, /", add, "Return self+value."),
    def("__mul__", "self, value, /", mul, "Return self*value."),
    def("__rmul__", "self, value, /", mul, "Return value*self."),
    def("__contains__", "self, key, /", contains, "Return bool(key in self)."),
    def("__getnewargs__", "self, /", getnewargs, ""),
    def(
        "index",
        "self, value, start=0, stop=sys.maxsize, /",
        index,
        "Return first index of value.\n\nRaises ValueError if the value is not present.",
    ),
    def("count", "self, value, /", count, "Return number of occurrences of value."),
    def_class(
        "__class_getitem__",
        "cls, object, /",
        |th, a| crate::types::generic_alias::new(th, a[0], a[1]),
        "See PEP 585",
    ),
];

#[inline(always)]
fn items(a: &[Value]) -> &'static [Value] {
    a[0].as_gc::<Tuple>().items()
}
fn tuple_new(th: &mut Thread, a: &[Value]) -> R {
    let class: Gc<Class> = a[0].as_gc();
    let t = ctx().types.tuple;
    if a[1].is_empty() {
        return Ok(if class == t {
            ctx().empty_tuple
        } else {
            tuple::new_of(th, class, &[]).value()
        });
    }
    if th.class_of(a[1]) == t {
        return Ok(if class == t {
            a[1]
        } else {
            tuple::new_of(th, class, a[1].as_gc::<Tuple>().items()).value()
        });
    }
    let v = th.collect(a[1])?;
    Ok(if class == t {
        th.new_tuple(v.as_slice())
    } else {
        tuple::new_of(th, class, v.as_slice()).value()
    })
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let items = items(a);
    if items.is_empty() {
        return Ok(th.new_str("()"));
    }
    let made = repr_guard::with(th, a[0], |th| {
        let mut b = StrBuilder::new();
        b.push_str("(");
        for (i, &v) in items.iter().enumerate() {
            if i > 0 {
                b.push_str(", ");
            }
            b.push_gc(th.repr(v)?);
        }
        b.push_str(if items.len() == 1 { ",)" } else { ")" });
        Ok(b.finish(th))
    })?;
    Ok(match made {
        Some(s) => s,
        None => th.new_str("(...)"),
    })
}

const PRIME_1: u64 = 11400714785074694791;
const PRIME_2: u64 = 14029467366897019727;
const PRIME_5: u64 = 2870177450012600261;
#[inline(always)]
fn add_lane(acc: u64, lane: i64) -> u64 {
    acc.wrapping_add((lane as u64).wrapping_mul(PRIME_2))
        .rotate_left(31)
        .wrapping_mul(PRIME_1)
}
fn not_minus_one(acc: u64) -> i64 {
    if acc == u64::MAX { 1546275796 } else { acc as i64 }
}
/// Hash of a run of hashes, without their number (`slice`). xxHash's scheme, with the constants of CPython's tuples.
pub fn combine_bare(hashes: &[i64]) -> i64 {
    not_minus_one(hashes.iter().fold(PRIME_5, |acc, &h| add_lane(acc, h)))
}
/// Hash of a tuple whose items have these hashes.
pub fn combine(hashes: &[i64]) -> i64 {
    let acc = hashes.iter().fold(PRIME_5, |acc, &h| add_lane(acc, h));
    not_minus_one(acc.wrapping_add(hashes.len() as u64 ^ (PRIME_5 ^ 3527539)))
}
/// `hash(tuple(items))`
pub fn hash_items(th: &mut Thread, items: &[Value]) -> R<i64> {
    let mut acc = PRIME_5;
    for &v in items {
        acc = add_lane(acc, th.hash(v)?);
    }
    Ok(not_minus_one(acc.wrapping_add(items.len() as u64 ^ (PRIME_5 ^ 3527539))))
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let h = hash_of(th, a[0].as_gc())?;
    Ok(th.new_int(h))
}
/// The hash of a tuple, which keeps it.
pub fn hash_of(th: &mut Thread, t: Gc<Tuple>) -> R<i64> {
    let known = t.hash.load(Relaxed);
    if known != 0 {
        return Ok(known as i64);
    }
    let h = th.recurse(" while hashing a tuple", |th| hash_items(th, t.items()))?;
    t.hash.store(h as u64, Relaxed);
    Ok(h)
}

/// Lexicographic comparison: the first items that differ decide, else the lengths.
pub fn compare_items(th: &mut Thread, op: CmpOp, x: &[Value], y: &[Value]) -> R {
    for (&v, &w) in x.iter().zip(y) {
        if !th.eq(v, w)? {
            return match op {
                CmpOp::Eq => Ok(Value::FALSE),
                CmpOp::Ne => Ok(Value::TRUE),
                op => th.compare(op, v, w),
            };
        }
    }
    Ok(Value::bool(op.holds(x.len().cmp(&y.len()))))
}
fn compare(th: &mut Thread, op: CmpOp, a: &[Value]) -> R {
    match a[1].cast::<Tuple>() {
        Some(y) => compare_items(th, op, items(a), y.items()),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}
fn iter(th: &mut Thread, a: &[Value]) -> R {
    Ok(iter::new(
        th,
        ctx().types.tuple_iterator,
        What::Tuple,
        a[0],
        Value::small(0),
        Value::EMPTY,
    ))
}

/// The number of an index; None when `k` has no `__index__`. IndexError when it is out of all bounds.
#[inline]
pub fn index_key(th: &mut Thread, k: Value) -> R<Option<isize>> {
    if k.is_small() {
        return Ok(Some(k.as_small() as isize));
    }
    if !int::is_int(k) && th.class_of(k).special(Special::Index).is_none() {
        return Ok(None);
    }
    let i = th.index(k)?;
    match int::to_i64(i) {
        Some(i) => Ok(Some(i as isize)),
        None => {
            let name = th.class_of(k).name_str();
            Err(th.index_error(&format!("cannot fit '{name}' into an index-sized integer")))
        }
    }
}
/// Index `i` counted from the start, within `len` items.
#[inline(always)]
pub fn within(i: isize, len: usize) -> Option<usize> {
    let i = if i < 0 { i.wrapping_add(len as isize) } else { i } as usize;
    if i < len { Some(i) } else { None }
}
/// A bound of `index(value, start, stop)`; EMPTY is `default`.
pub fn search_bound(th: &mut Thread, v: Value, default: isize) -> R<isize> {
    if v.is_empty() {
        return Ok(default);
    }
    if !int::is_int(v) && th.class_of(v).special(Special::Index).is_none() {
        return Err(th.type_error("slice indices must be integers or have an __index__ method"));
    }
    th.to_isize_clipped(v)
}
/// The same fitted to a length.
pub fn clip_bound(i: isize, len: usize) -> usize {
    if i < 0 {
        i.saturating_add(len as isize).max(0) as usize
    } else {
        (i as usize).min(len)
    }
}
/// How often `sequence * n` repeats.
pub fn repetitions(th: &mut Thread, n: Value) -> R<usize> {
    if let Some(n) = n.to_small() {
        return Ok(n.max(0) as usize);
    }
    let class = th.class_of(n);
    if !int::is_int(n) && class.special(Special::Index).is_none() {
        return Err(th.type_error(&format!("can't multiply sequence by non-int of type '{}'", class.name_str())));
    }
    let i = th.index(n)?;
    match int::to_i64(i) {
        Some(n) => Ok(n.max(0) as usize),
        None => {
            let name = class.name_str();
            Err(th.overflow_error(&format!("cannot fit '{name}' into an index-sized integer")))
        }
    }
}

fn getitem(th: &mut Thread, a: &[Value]) -> R {
    let items = items(a);
    if let Some(i) = index_key(th, a[1])? {
        return match within(i, items.len()) {
            Some(i) => Ok(items[i]),
            None => Err(th.index_error("tuple index out of range")),
        };
    }
    if !a[1].is_kind(Kind::Slice) {
        let text = format!("tuple indices must be integers or slices, not {}", th.class_of(a[1]).name_str());
        return Err(th.type_error(&text));
    }
    let (start, _, step, n) = slice::indices(th, a[1], items.len())?;
    if step == 1 {
        if n == items.len() && th.class_of(a[0]) == ctx().types.tuple {
            return Ok(a[0]);
        }
        return Ok(if n == 0 {
            ctx().empty_tuple
        } else {
            th.new_tuple(&items[start as usize..start as usize + n])
        });
    }
    let mut out = ValueVec::with_capacity(th, n)?;
    for i in 0..n as isize {
        out.push(th, items[(start + i * step) as usize])?;
    }
    Ok(th.new_tuple(out.as_slice()))
}
fn add(th: &mut Thread, a: &[Value]) -> R {
    let x = items(a);
    let Some(other) = a[1].cast::<Tuple>() else {
        let class = th.class_of(a[1]);
        return Err(th.type_error(&format!("can only concatenate tuple (not \"{}\") to tuple", class.name_str())));
    };
    let y = other.items();
    let t = ctx().types.tuple;
    if x.is_empty() && th.class_of(a[1]) == t {
        return Ok(a[1]);
    }
    if y.is_empty() && th.class_of(a[0]) == t {
        return Ok(a[0]);
    }
    if x.len() + y.len() <= 16 {
        let mut out = [Value::EMPTY; 16];
        out[..x.len()].copy_from_slice(x);
        out[x.len()..x.len() + y.len()].copy_from_slice(y);
        return Ok(th.new_tuple(&out[..x.len() + y.len()]));
    }
    let mut out = ValueVec::with_capacity(th, x.len() + y.len())?;
    for &v in x.iter().chain(y) {
        out.push(th, v)?;
    }
    Ok(th.new_tuple(out.as_slice()))
}
fn mul(th: &mut Thread, a: &[Value]) -> R {
    let n = repetitions(th, a[1])?;
    let x = items(a);
    if x.is_empty() || n == 0 || n == 1 {
        return Ok(match n {
            1 if th.class_of(a[0]) == ctx().types.tuple => a[0],
            1 => th.new_tuple(x),
            _ => ctx().empty_tuple,
        });
    }
    let out = repeat(th, x, n)?;
    Ok(th.new_tuple(out.as_slice()))
}
/// `n` copies of a run of items, one after the other.
pub fn repeat(th: &mut Thread, x: &[Value], n: usize) -> R<ValueVec> {
    let Some(len) = x.len().checked_mul(n) else {
        return Err(th.memory_error());
    };
    let mut out = ValueVec::with_capacity(th, len)?;
    for _ in 0..n {
        for &v in x {
            out.push(th, v)?;
        }
    }
    Ok(out)
}
fn contains(th: &mut Thread, a: &[Value]) -> R {
    for &v in items(a) {
        if th.eq(v, a[1])? {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}
fn getnewargs(th: &mut Thread, a: &[Value]) -> R {
    let plain = th.new_tuple(items(a));
    Ok(th.new_tuple(&[plain]))
}
fn index(th: &mut Thread, a: &[Value]) -> R {
    let items = items(a);
    let (from, to) = (search_bound(th, a[2], 0)?, search_bound(th, a[3], isize::MAX)?);
    let (from, to) = (clip_bound(from, items.len()), clip_bound(to, items.len()));
    for (i, &v) in items.iter().enumerate().take(to).skip(from) {
        if th.eq(v, a[1])? {
            return Ok(Value::small(i as i64));
        }
    }
    Err(th.value_error("tuple.index(x): x not in tuple"))
}
fn count(th: &mut Thread, a: &[Value]) -> R {
    let mut n = 0;
    for &v in items(a) {
        if th.eq(v, a[1])? {
            n += 1;
        }
    }
    Ok(Value::small(n))
}

#[cfg(test)]
mod tests {
    use super::combine;
    #[test]
    fn hashes_are_those_of_cpython() {
        assert_eq!(combine(&[]), 5740354900026072187);
        assert_eq!(combine(&[0]), -8753497827991233192);
        assert_eq!(combine(&[1, 2, 3]), 529344067295497451);
    }
}
