//! Methods and operators of `list`. Sorting is in `list_sort`.
//!
//! A method that calls back into Python (comparisons, reprs, `__index__`) looks the items up again afterwards: the list
//! may have changed meanwhile.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def, def_class, def_static};
use crate::object::{Gc, Kind};
use crate::ops::CmpOp;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::buffer::ValueVec;
use crate::types::iter::{self, What};
use crate::types::list::{self, List};
pub use crate::types::list_sort::sort;
use crate::types::str_ops::StrBuilder;
use crate::types::tuple_methods::{clip_bound, index_key, repeat, repetitions, search_bound, within};
use crate::types::{repr_guard, slice};
use crate::value::Value;

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    doc: "Built-in mutable sequence.\n\nIf no argument is given, the constructor creates a new empty list.\nThe argument must be an iterable if specified.",
    ..TypeDef::new("list", Kind::List, std::mem::size_of::<List>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        |th, a| Ok(list::new_of(th, a[0].as_gc()).value()),
        "Create and return a new object.  See help(type) for accurate signature.",
    ),
    def(
        "__init__",
        "self, iterable=(), /",
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
    def("__getitem__", "self, index, /", getitem, "Return self[index]."),
    def("__setitem__", "self, key, value, /", setitem, "Set self[key] to value."),
    def("__delitem__", "self, key, /", delitem, "Delete self[key]."),
    def("__add__", "self, value, /", add, "Return self+value."),
    def("__mul__", "self, value, /", mul, "Return self*value."),
    def("__rmul__", "self, value, /", mul, "Return value*self."),
    def("__iadd__", "self, value, /", iadd, "Implement self+=value."),
    def("__imul__", "self, value, /", imul, "Implement self*=value."),
    def("__contains__", "self, key, /", contains, "Return bool(key in self)."),
    def("__reversed__", "self, /", reversed, "Return a reverse iterator over the list."),
    def(
        "__sizeof__",
        "self, /",
        |_, a| Ok(Value::small(40 + 8 * this(a).capacity() as i64)),
        "Return the size of the list in memory, in bytes.",
    ),
    def("clear", "self, /", clear, "Remove all items from list."),
    def("copy", "self, /", copy, "Return a shallow copy of the list."),
    def("append", "self, object, /", append, "Append object to the end of the list."),
    def("insert", "self, index, object, /", insert, "Insert object before index."),
    def(
        "extend",
        "self, iterable, /",
        extend,
        "Extend list by appending elements from the iterable.",
    ),
    def(
        "pop",
        "self, index=-1, /",
        pop,
        "Remove and return item at index (default last).\n\nRaises IndexError if list is empty or index is out of range.",
    ),
    def(
        "remove",
        "self, value, /",
        remove,
        "Remove first occurrence of value.\n\nRaises ValueError if the value is not present.",
    ),
    def(
        "index",
        "self, value, start=0, stop=sys.maxsize, /",
        index,
        "Return first index of value.\n\nRaises ValueError if the value is not present.",
    ),
    def("count", "self, value, /", count, "Return number of occurrences of value."),
    def("reverse", "self, /", reverse, "Reverse *IN PLACE*."),
    def(
        "sort",
        "self, /, *, key=None, reverse=False",
        sort,
        "Sort the list in ascending order and return None.\n\nThe sort is in-place (i.e. the list itself is modified) and stable (i.e. the\norder of two equal elements is maintained).\n\nIf a key function is given, apply it once to each list item and sort them,\nascending or descending, according to their function values.\n\nThe reverse flag can be set to sort in descending order.",
    ),
    def_class(
        "__class_getitem__",
        "cls, object, /",
        |th, a| crate::types::generic_alias::new(th, a[0], a[1]),
        "See PEP 585",
    ),
];

#[inline(always)]
fn this(a: &[Value]) -> Gc<List> {
    a[0].as_gc()
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    let l = this(a);
    if l.len(th)? > 0 {
        l.clear(th)?;
    }
    if !a[1].is_empty() {
        l.extend(th, a[1])?;
    }
    Ok(Value::NONE)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let l = this(a);
    if l.len(th)? == 0 {
        return Ok(th.new_str("[]"));
    }
    let made = repr_guard::with(th, a[0], |th| {
        let mut b = StrBuilder::new();
        b.push_str("[");
        let mut i = 0;
        while let Some(v) = l.get(th, i)? {
            if i > 0 {
                b.push_str(", ");
            }
            b.push_gc(th.repr(v)?);
            i += 1;
        }
        b.push_str("]");
        Ok(b.finish(th))
    })?;
    Ok(match made {
        Some(s) => s,
        None => th.new_str("[...]"),
    })
}
fn compare(th: &mut Thread, op: CmpOp, a: &[Value]) -> R {
    match a[1].cast::<List>() {
        Some(y) => compare_lists(th, op, this(a), y),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}
/// Lexicographic comparison of lists that comparisons of items may change.
pub fn compare_lists(th: &mut Thread, op: CmpOp, x: Gc<List>, y: Gc<List>) -> R {
    if matches!(op, CmpOp::Eq | CmpOp::Ne) && x.len(th)? != y.len(th)? {
        return Ok(Value::bool(op == CmpOp::Ne));
    }
    let mut i = 0;
    while let (Some(v), Some(w)) = (x.get(th, i)?, y.get(th, i)?) {
        if !th.eq(v, w)? {
            if i >= x.len(th)? || i >= y.len(th)? {
                break;
            }
            return match op {
                CmpOp::Eq => Ok(Value::FALSE),
                CmpOp::Ne => Ok(Value::TRUE),
                op => th.compare(op, v, w),
            };
        }
        i += 1;
    }
    let (m, n) = (x.len(th)?, y.len(th)?);
    Ok(Value::bool(op.holds(m.cmp(&n))))
}
fn iter(th: &mut Thread, a: &[Value]) -> R {
    Ok(iter::new(
        th,
        ctx().types.list_iterator,
        What::List,
        a[0],
        Value::small(0),
        Value::EMPTY,
    ))
}
fn reversed(th: &mut Thread, a: &[Value]) -> R {
    let last = this(a).len(th)? as i64 - 1;
    Ok(iter::new(
        th,
        ctx().types.list_reverseiterator,
        What::ListReverse,
        a[0],
        Value::small(last),
        Value::EMPTY,
    ))
}
fn len(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::small(this(a).len(th)? as i64))
}
/// Index `k` within the list, for reading or writing.
fn place(th: &mut Thread, l: Gc<List>, k: isize, text: &str) -> R<usize> {
    let n = l.len(th)?;
    match within(k, n) {
        Some(i) => Ok(i),
        None => Err(th.index_error(text)),
    }
}
#[cold]
fn bad_index(th: &mut Thread, k: Value) -> Throw {
    let text = format!("list indices must be integers or slices, not {}", th.class_of(k).name_str());
    th.type_error(&text)
}
fn getitem(th: &mut Thread, a: &[Value]) -> R {
    let l = this(a);
    if let Some(k) = index_key(th, a[1])? {
        let i = place(th, l, k, "list index out of range")?;
        return Ok(l.get(th, i)?.unwrap_or(Value::NONE));
    }
    if !a[1].is_kind(Kind::Slice) {
        return Err(bad_index(th, a[1]));
    }
    slice(th, l, a[1])
}
/// `l[s]` for a slice `s`.
pub(crate) fn slice(th: &mut Thread, l: Gc<List>, s: Value) -> R {
    let (start, _, step, n) = slice::indices_of(th, s, |th| l.len(th))?;
    if n == 0 {
        return th.new_list(&[]);
    }
    if step == 1 {
        let v = l.snapshot_range(th, start as usize, start as usize + n)?;
        return Ok(th.new_list_vec(v));
    }
    let all = l.snapshot(th)?;
    let mut out = ValueVec::with_capacity(th, n)?;
    for i in 0..n as isize {
        out.push(th, all.as_slice()[(start + i * step) as usize])?;
    }
    Ok(th.new_list_vec(out))
}
/// Items to be put into a slice.
fn source(th: &mut Thread, v: Value, text: &str) -> R<ValueVec> {
    let class = th.class_of(v);
    if class.special(Special::Iter).is_none_or(|m| m.is_none()) && class.special(Special::Getitem).is_none() {
        return Err(th.type_error(text));
    }
    th.collect(v)
}
fn setitem(th: &mut Thread, a: &[Value]) -> R {
    let l = this(a);
    if let Some(k) = index_key(th, a[1])? {
        let i = place(th, l, k, "list assignment index out of range")?;
        l.set(th, i, a[2])?;
        return Ok(Value::NONE);
    }
    if !a[1].is_kind(Kind::Slice) {
        return Err(bad_index(th, a[1]));
    }
    let (start, _, step, n) = slice::indices_of(th, a[1], |th| l.len(th))?;
    if step == 1 {
        let items = source(th, a[2], "can only assign an iterable")?;
        l.splice(th, start as usize, start as usize + n, items.as_slice())?;
        return Ok(Value::NONE);
    }
    let items = source(th, a[2], "must assign iterable to extended slice")?;
    // Iterating may have changed the list.
    let (start, _, step, n) = slice::indices_of(th, a[1], |th| l.len(th))?;
    if items.len() != n {
        let text = format!("attempt to assign sequence of size {} to extended slice of size {n}", items.len());
        return Err(th.value_error(&text));
    }
    for (i, &v) in items.as_slice().iter().enumerate() {
        l.set(th, (start + i as isize * step) as usize, v)?;
    }
    Ok(Value::NONE)
}
fn delitem(th: &mut Thread, a: &[Value]) -> R {
    let l = this(a);
    if let Some(k) = index_key(th, a[1])? {
        let i = place(th, l, k, "list assignment index out of range")?;
        l.pop_at(th, i)?;
        return Ok(Value::NONE);
    }
    if !a[1].is_kind(Kind::Slice) {
        return Err(bad_index(th, a[1]));
    }
    let (start, _, step, n) = slice::indices_of(th, a[1], |th| l.len(th))?;
    if n == 0 {
        return Ok(Value::NONE);
    }
    // The lowest, and upwards.
    let (first, step) = if step < 0 {
        (start + (n as isize - 1) * step, step.unsigned_abs())
    } else {
        (start, step as usize)
    };
    let first = first as usize;
    if step == 1 {
        l.splice(th, first, first + n, &[])?;
        return Ok(Value::NONE);
    }
    let all = l.snapshot(th)?;
    let mut kept = ValueVec::with_capacity(th, all.len() - n)?;
    for (i, &v) in all.as_slice().iter().enumerate() {
        let gone = i >= first && (i - first).is_multiple_of(step) && (i - first) / step < n;
        if !gone {
            kept.push(th, v)?;
        }
    }
    l.replace_all(th, kept)?;
    Ok(Value::NONE)
}
fn add(th: &mut Thread, a: &[Value]) -> R {
    let Some(y) = a[1].cast::<List>() else {
        let class = th.class_of(a[1]);
        return Err(th.type_error(&format!("can only concatenate list (not \"{}\") to list", class.name_str())));
    };
    if !th.tx.concurrent {
        let (x, y) = (this(a).owned_items(), y.owned_items());
        return th.new_list_of_both(x, y);
    }
    let x = this(a).snapshot(th)?;
    let y = y.snapshot(th)?;
    let mut out = ValueVec::with_capacity(th, x.len() + y.len())?;
    for &v in x.as_slice().iter().chain(y.as_slice()) {
        out.push(th, v)?;
    }
    Ok(th.new_list_vec(out))
}
fn mul(th: &mut Thread, a: &[Value]) -> R {
    let n = repetitions(th, a[1])?;
    let x = this(a).snapshot(th)?;
    let out = repeat(th, x.as_slice(), n)?;
    Ok(th.new_list_vec(out))
}
fn iadd(th: &mut Thread, a: &[Value]) -> R {
    this(a).extend(th, a[1])?;
    Ok(a[0])
}
fn imul(th: &mut Thread, a: &[Value]) -> R {
    let n = repetitions(th, a[1])?;
    let l = this(a);
    match n {
        0 => l.clear(th)?,
        1 => {}
        n => {
            let x = l.snapshot(th)?;
            let more = repeat(th, x.as_slice(), n - 1)?;
            l.extend_slice(th, more.as_slice())?;
        }
    }
    Ok(a[0])
}
fn contains(th: &mut Thread, a: &[Value]) -> R {
    let end = this(a).len(th)?;
    let found = find(th, this(a), a[1], 0, end)?;
    Ok(Value::bool(found.is_some()))
}
/// The first place of a value in `from..to`.
pub(crate) fn find(th: &mut Thread, l: Gc<List>, v: Value, from: usize, to: usize) -> R<Option<usize>> {
    let mut i = from;
    while i < to
        && let Some(x) = l.get(th, i)?
    {
        if th.eq(x, v)? {
            return Ok(Some(i));
        }
        i += 1;
    }
    Ok(None)
}
fn clear(th: &mut Thread, a: &[Value]) -> R {
    this(a).clear(th)?;
    Ok(Value::NONE)
}
fn copy(th: &mut Thread, a: &[Value]) -> R {
    let v = this(a).snapshot(th)?;
    Ok(th.new_list_vec(v))
}
fn append(th: &mut Thread, a: &[Value]) -> R {
    this(a).append(th, a[1])?;
    Ok(Value::NONE)
}
fn insert(th: &mut Thread, a: &[Value]) -> R {
    let i = plain_index(th, a[1])?;
    let n = this(a).len(th)?;
    this(a).insert(th, clip_bound(i, n), a[2])?;
    Ok(Value::NONE)
}
/// The index of `insert` and `pop`.
#[inline]
fn plain_index(th: &mut Thread, k: Value) -> R<isize> {
    match k.to_small() {
        Some(i) => Ok(i as isize),
        None => match index_key(th, k)? {
            Some(i) => Ok(i),
            None => {
                let text = format!("'{}' object cannot be interpreted as an integer", th.class_of(k).name_str());
                Err(th.type_error(&text))
            }
        },
    }
}
fn extend(th: &mut Thread, a: &[Value]) -> R {
    this(a).extend(th, a[1])?;
    Ok(Value::NONE)
}
fn pop(th: &mut Thread, a: &[Value]) -> R {
    let k = if a[1].is_empty() { -1 } else { plain_index(th, a[1])? };
    let n = this(a).len(th)?;
    if n == 0 {
        return Err(th.index_error("pop from empty list"));
    }
    let v = match within(k, n) {
        Some(i) => this(a).pop_at(th, i)?,
        None => None,
    };
    match v {
        Some(v) => Ok(v),
        None => Err(th.index_error("pop index out of range")),
    }
}
fn remove(th: &mut Thread, a: &[Value]) -> R {
    match find(th, this(a), a[1], 0, usize::MAX)? {
        Some(i) => {
            this(a).pop_at(th, i)?;
            Ok(Value::NONE)
        }
        None => Err(th.value_error("list.remove(x): x not in list")),
    }
}
fn index(th: &mut Thread, a: &[Value]) -> R {
    let (from, to) = (search_bound(th, a[2], 0)?, search_bound(th, a[3], isize::MAX)?);
    let n = this(a).len(th)?;
    // A list that grows meanwhile is searched to its new end.
    let to = if to < 0 { clip_bound(to, n) } else { to as usize };
    match find(th, this(a), a[1], clip_bound(from, n), to)? {
        Some(i) => Ok(Value::small(i as i64)),
        None => Err(th.value_error("list.index(x): x not in list")),
    }
}
fn count(th: &mut Thread, a: &[Value]) -> R {
    let (mut n, mut i) = (0, 0);
    while let Some(x) = this(a).get(th, i)? {
        if th.eq(x, a[1])? {
            n += 1;
        }
        i += 1;
    }
    Ok(Value::small(n))
}
fn reverse(th: &mut Thread, a: &[Value]) -> R {
    this(a).reverse(th)?;
    Ok(Value::NONE)
}
