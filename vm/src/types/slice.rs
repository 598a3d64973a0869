//! `slice`: start, stop and step of a subscript. Immutable.

use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getter};
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::ops::{BinOp, CmpOp};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::int;
use crate::types::tuple::Tuple;
use crate::types::tuple_methods;
use crate::value::Value;

/// Layout.
#[repr(C)]
pub struct Slice {
    header: Header,
    /// any value
    pub start: Slot,
    /// any value
    pub stop: Slot,
    /// any value
    pub step: Slot,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Slice {
    const KIND: Kind = Kind::Slice;
}
impl Gc<Slice> {
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        f(self.start.get());
        f(self.stop.get());
        f(self.step.get());
    }
}
/// `slice(start, stop, step)`
pub fn new(th: &mut Thread, start: Value, stop: Value, step: Value) -> Value {
    let s: Gc<Slice> = th.new_object(ctx().types.slice, 0);
    s.start.set_raw(start);
    s.stop.set_raw(stop);
    s.step.set_raw(step);
    s.value()
}
/// (start, stop, step) of a slice object.
pub fn parts(v: Value) -> (Value, Value, Value) {
    let s = v.as_gc::<Slice>();
    (s.start.get(), s.stop.get(), s.step.get())
}

fn bound(th: &mut Thread, v: Value) -> R<isize> {
    if v.is_small() {
        return Ok(v.as_small() as isize);
    }
    if !int::is_int(v) && th.class_of(v).special(Special::Index).is_none() {
        return Err(th.type_error("slice indices must be integers or None or have an __index__ method"));
    }
    th.to_isize_clipped(v)
}
/// (start, stop, step) as numbers, not yet fitted to a length.
fn unpack(th: &mut Thread, v: Value) -> R<(isize, isize, isize)> {
    let (start, stop, step) = parts(v);
    let step = if step.is_none() { 1 } else { bound(th, step)? };
    if step == 0 {
        return Err(th.value_error("slice step cannot be zero"));
    }
    let step = step.max(-isize::MAX);
    let start = match start {
        Value::NONE if step < 0 => isize::MAX,
        Value::NONE => 0,
        v => bound(th, v)?,
    };
    let stop = match stop {
        Value::NONE if step < 0 => isize::MIN,
        Value::NONE => isize::MAX,
        v => bound(th, v)?,
    };
    Ok((start, stop, step))
}
fn fit(i: isize, len: isize, down: bool) -> isize {
    if i < 0 {
        let i = i.saturating_add(len);
        if i >= 0 {
            i
        } else if down {
            -1
        } else {
            0
        }
    } else if i >= len {
        if down { len - 1 } else { len }
    } else {
        i
    }
}
/// (start, stop, step, number of items) of slice object `v` over `len` items: items `start + i * step`.
pub fn indices(th: &mut Thread, v: Value, len: usize) -> R<(isize, isize, isize, usize)> {
    let (start, stop, step) = unpack(th, v)?;
    Ok(fit_all(start, stop, step, len))
}
fn fit_all(start: isize, stop: isize, step: isize, len: usize) -> (isize, isize, isize, usize) {
    let (start, stop) = (fit(start, len as isize, step < 0), fit(stop, len as isize, step < 0));
    let count = if step < 0 {
        if stop < start { (start - stop - 1) / -step + 1 } else { 0 }
    } else if start < stop {
        (stop - start - 1) / step + 1
    } else {
        0
    };
    (start, stop, step, count as usize)
}
/// As [`indices`] for a container whose length `__index__` methods of the bounds may change: they run first.
pub fn indices_of(th: &mut Thread, v: Value, len: impl FnOnce(&mut Thread) -> R<usize>) -> R<(isize, isize, isize, usize)> {
    let (start, stop, step) = unpack(th, v)?;
    let len = len(th)?;
    Ok(fit_all(start, stop, step, len))
}

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    getsets: GETSETS,
    doc: "slice(stop)\nslice(start, stop[, step])\n\nCreate a slice object.\nThis is used for extended slicing (e.g. a[0:10:2]).",
    ..TypeDef::new("slice", Kind::Slice, std::mem::size_of::<Slice>())
};
static GETSETS: &[GetSetDef] = &[
    getter("start", |_, v| Ok(v.as_gc::<Slice>().start.get()), ""),
    getter("stop", |_, v| Ok(v.as_gc::<Slice>().stop.get()), ""),
    getter("step", |_, v| Ok(v.as_gc::<Slice>().step.get()), ""),
];
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args",
        slice_new,
        "Create and return a new object.  See help(type) for accurate signature.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__hash__", "self, /", hash, "Return hash(self)."),
    def("__eq__", "self, value, /", |th, a| compare(th, CmpOp::Eq, a), "Return self==value."),
    def("__ne__", "self, value, /", |th, a| compare(th, CmpOp::Ne, a), "Return self!=value."),
    def("__lt__", "self, value, /", |th, a| compare(th, CmpOp::Lt, a), "Return self<value."),
    def("__le__", "self, value, /", |th, a| compare(th, CmpOp::Le, a), "Return self<=value."),
    def("__gt__", "self, value, /", |th, a| compare(th, CmpOp::Gt, a), "Return self>value."),
    def("__ge__", "self, value, /", |th, a| compare(th, CmpOp::Ge, a), "Return self>=value."),
    def(
        "indices",
        "self, object, /",
        indices_method,
        "S.indices(len) -> (start, stop, stride)\n\nAssuming a sequence of length len, calculate the start and stop\nindices, and the stride length of the extended slice described by\nS. Out of bounds indices are clipped in a manner consistent with the\nhandling of normal slices.",
    ),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
    crate::native::def_class(
        "__class_getitem__",
        "cls, object, /",
        |th, a| crate::types::generic_alias::new(th, a[0], a[1]),
        "See PEP 585",
    ),
];
fn slice_new(th: &mut Thread, a: &[Value]) -> R {
    match *a[1].as_gc::<Tuple>().items() {
        [] => Err(th.type_error("slice expected at least 1 argument, got 0")),
        [stop] => Ok(new(th, Value::NONE, stop, Value::NONE)),
        [start, stop] => Ok(new(th, start, stop, Value::NONE)),
        [start, stop, step] => Ok(new(th, start, stop, step)),
        ref more => Err(th.type_error(&format!("slice expected at most 3 arguments, got {}", more.len()))),
    }
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let (x, y, z) = parts(a[0]);
    let mut b = crate::types::str_ops::StrBuilder::new();
    b.push_str("slice(");
    b.push_gc(th.repr(x)?);
    b.push_str(", ");
    b.push_gc(th.repr(y)?);
    b.push_str(", ");
    b.push_gc(th.repr(z)?);
    b.push_str(")");
    Ok(b.finish(th))
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let (x, y, z) = parts(a[0]);
    let h = [th.hash(x)?, th.hash(y)?, th.hash(z)?];
    let h = tuple_methods::combine_bare(&h);
    Ok(th.new_int(h))
}
fn compare(th: &mut Thread, op: CmpOp, a: &[Value]) -> R {
    if !a[1].is_kind(Kind::Slice) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    if a[0] == a[1] {
        return Ok(Value::bool(matches!(op, CmpOp::Eq | CmpOp::Le | CmpOp::Ge)));
    }
    let (x, y) = (parts(a[0]), parts(a[1]));
    tuple_methods::compare_items(th, op, &[x.0, x.1, x.2], &[y.0, y.1, y.2])
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let (x, y, z) = parts(a[0]);
    let args = th.new_tuple(&[x, y, z]);
    Ok(th.new_tuple(&[ctx().types.slice.value(), args]))
}
fn part_index(th: &mut Thread, v: Value) -> R {
    if !int::is_int(v) && th.class_of(v).special(Special::Index).is_none() {
        return Err(th.type_error("slice indices must be integers or None or have an __index__ method"));
    }
    let i = th.index(v)?;
    Ok(int::plain(th, i))
}
/// `indices()`: with ints of any size.
fn indices_method(th: &mut Thread, a: &[Value]) -> R {
    let len = th.index(a[1])?;
    let len = int::plain(th, len);
    if int::sign(len) < 0 {
        return Err(th.value_error("length should not be negative"));
    }
    let (start, stop, step) = long_indices(th, a[0], len)?;
    Ok(th.new_tuple(&[start, stop, step]))
}
/// (start, stop, step) over a length that is an int of any size.
pub fn long_indices(th: &mut Thread, v: Value, len: Value) -> R<(Value, Value, Value)> {
    let (start, stop, step) = parts(v);
    let step = if step.is_none() { Value::small(1) } else { part_index(th, step)? };
    let sign = int::sign(step);
    if sign == 0 {
        return Err(th.value_error("slice step cannot be zero"));
    }
    let (lower, upper) = if sign < 0 {
        (Value::small(-1), th.binary(BinOp::Sub, len, Value::small(1))?)
    } else {
        (Value::small(0), len)
    };
    let mut clip = |v: Value, default: Value| -> R {
        if v.is_none() {
            return Ok(default);
        }
        let v = part_index(th, v)?;
        if int::sign(v) < 0 {
            let v = th.binary(BinOp::Add, v, len)?;
            return Ok(if th.compare_bool(CmpOp::Lt, v, lower)? { lower } else { v });
        }
        Ok(if th.compare_bool(CmpOp::Gt, v, upper)? { upper } else { v })
    };
    let start = clip(start, if sign < 0 { upper } else { lower })?;
    let stop = clip(stop, if sign < 0 { lower } else { upper })?;
    Ok((start, stop, step))
}
