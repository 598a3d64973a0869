//! Methods and operators of `range`.

use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getter};
use crate::object::{Gc, Kind};
use crate::ops::{BinOp, CmpOp};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::range::{self, Range, arith, holds};
use crate::types::tuple::Tuple;
use crate::types::{int, slice, tuple_methods};
use crate::value::Value;

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    getsets: GETSETS,
    doc: "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nReturn an object that produces a sequence of integers from start (inclusive)\nto stop (exclusive) by step.  range(i, j) produces i, i+1, i+2, ..., j-1.\nstart defaults to 0, and stop is omitted!  range(4) produces 0, 1, 2, 3.\nThese are exactly the valid indices for a list of 4 elements.\nWhen step is given, it specifies the increment (or decrement).",
    ..TypeDef::new("range", Kind::Range, std::mem::size_of::<Range>())
};
static GETSETS: &[GetSetDef] = &[
    getter("start", |_, v| Ok(v.as_gc::<Range>().start.get()), ""),
    getter("stop", |_, v| Ok(v.as_gc::<Range>().stop.get()), ""),
    getter("step", |_, v| Ok(v.as_gc::<Range>().step.get()), ""),
];
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args",
        range_new,
        "Create and return a new object.  See help(type) for accurate signature.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__hash__", "self, /", hash, "Return hash(self)."),
    def("__eq__", "self, value, /", |th, a| compare(th, CmpOp::Eq, a), "Return self==value."),
    def("__ne__", "self, value, /", |th, a| compare(th, CmpOp::Ne, a), "Return self!=value."),
    def("__lt__", "self, value, /", |_, _| Ok(Value::NOT_IMPLEMENTED), "Return self<value."),
    def("__le__", "self, value, /", |_, _| Ok(Value::NOT_IMPLEMENTED), "Return self<=value."),
    def("__gt__", "self, value, /", |_, _| Ok(Value::NOT_IMPLEMENTED), "Return self>value."),
    def("__ge__", "self, value, /", |_, _| Ok(Value::NOT_IMPLEMENTED), "Return self>=value."),
    def("__iter__", "self, /", iter, "Implement iter(self)."),
    def(
        "__bool__",
        "self, /",
        |_, a| Ok(Value::bool(this(a).length.get() != Value::small(0))),
        "True if self else False",
    ),
    def("__len__", "self, /", len, "Return len(self)."),
    def("__getitem__", "self, key, /", getitem, "Return self[key]."),
    def("__contains__", "self, key, /", contains, "Return bool(key in self)."),
    def("__reversed__", "self, /", reversed, "Return a reverse iterator."),
    def("__reduce__", "self, /", reduce, ""),
    def(
        "count",
        "self, object, /",
        count,
        "rangeobject.count(value) -> integer -- return number of occurrences of value",
    ),
    def(
        "index",
        "self, object, /",
        index,
        "rangeobject.index(value) -> integer -- return index of value.\nRaise ValueError if the value is not present.",
    ),
];

#[inline(always)]
fn this(a: &[Value]) -> Gc<Range> {
    a[0].as_gc()
}
fn range_new(th: &mut Thread, a: &[Value]) -> R {
    let mut whole = |v: Value| -> R {
        let i = th.index(v)?;
        Ok(int::plain(th, i))
    };
    let (start, stop, step) = match *a[1].as_gc::<Tuple>().items() {
        [] => return Err(th.type_error("range expected at least 1 argument, got 0")),
        [stop] => (Value::small(0), whole(stop)?, Value::small(1)),
        [start, stop] => (whole(start)?, whole(stop)?, Value::small(1)),
        [start, stop, step] => (whole(start)?, whole(stop)?, whole(step)?),
        ref more => return Err(th.type_error(&format!("range expected at most 3 arguments, got {}", more.len()))),
    };
    range::new(th, start, stop, step)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let r = this(a);
    let (start, stop) = (th.repr_string(r.start.get())?, th.repr_string(r.stop.get())?);
    let text = if r.step.get() == Value::small(1) {
        format!("range({start}, {stop})")
    } else {
        format!("range({start}, {stop}, {})", th.repr_string(r.step.get())?)
    };
    Ok(th.new_str(&text))
}
/// What tells ranges apart: (length, first item, step), None where it makes no difference.
fn identity(r: Gc<Range>) -> [Value; 3] {
    let n = r.length.get();
    match n.to_small() {
        Some(0) => [n, Value::NONE, Value::NONE],
        Some(1) => [n, r.start.get(), Value::NONE],
        _ => [n, r.start.get(), r.step.get()],
    }
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let h = tuple_methods::hash_items(th, &identity(this(a)))?;
    Ok(th.new_int(h))
}
fn compare(th: &mut Thread, op: CmpOp, a: &[Value]) -> R {
    match a[1].cast::<Range>() {
        Some(o) => tuple_methods::compare_items(th, op, &identity(this(a)), &identity(o)),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}
fn iter(th: &mut Thread, a: &[Value]) -> R {
    let r = this(a);
    range::iterate(th, r.start.get(), r.step.get(), r.length.get())
}
fn reversed(th: &mut Thread, a: &[Value]) -> R {
    let r = this(a);
    let n = r.length.get();
    let last = arith(th, BinOp::Sub, n, Value::small(1))?;
    let last = range::item(th, r, last)?;
    let step = arith(th, BinOp::Sub, Value::small(0), r.step.get())?;
    range::iterate(th, last, step, n)
}
fn len(th: &mut Thread, a: &[Value]) -> R {
    let n = this(a).length.get();
    if int::to_i64(n).is_none() {
        return Err(th.overflow_error("Python int too large to convert to C ssize_t"));
    }
    Ok(n)
}
fn getitem(th: &mut Thread, a: &[Value]) -> R {
    let (r, k) = (this(a), a[1]);
    if int::is_int(k) || th.class_of(k).special(Special::Index).is_some() {
        let i = th.index(k)?;
        let n = r.length.get();
        let i = if int::sign(i) < 0 { arith(th, BinOp::Add, i, n)? } else { i };
        if int::sign(i) < 0 || !holds(CmpOp::Lt, i, n) {
            return Err(th.index_error("range object index out of range"));
        }
        return range::item(th, r, i);
    }
    if !k.is_kind(Kind::Slice) {
        let text = format!("range indices must be integers or slices, not {}", th.class_of(k).name_str());
        return Err(th.type_error(&text));
    }
    let (start, stop, step) = slice::long_indices(th, k, r.length.get())?;
    let start = range::item(th, r, start)?;
    let stop = range::item(th, r, stop)?;
    let step = arith(th, BinOp::Mul, step, r.step.get())?;
    range::new(th, start, stop, step)
}
/// Is it an int with no `__eq__` of its own?
fn is_plain_int(th: &Thread, v: Value) -> bool {
    v.is_small() || v.is_bool() || (v.is_obj() && th.class_of(v) == ctx().types.int)
}
/// The index of an int in the range.
fn find_int(th: &mut Thread, r: Gc<Range>, v: Value) -> R<Option<Value>> {
    if let (Some((start, step, n)), Some(v)) = (r.small_parts(), v.to_small()) {
        let by = v - start;
        let found = by % step == 0 && by / step >= 0 && by / step < n;
        return Ok(if found { Some(Value::small(by / step)) } else { None });
    }
    let by = arith(th, BinOp::Sub, v, r.start.get())?;
    let rest = arith(th, BinOp::Mod, by, r.step.get())?;
    if rest != Value::small(0) {
        return Ok(None);
    }
    let i = arith(th, BinOp::FloorDiv, by, r.step.get())?;
    Ok(if int::sign(i) >= 0 && holds(CmpOp::Lt, i, r.length.get()) {
        Some(i)
    } else {
        None
    })
}
/// Calls `f` with the index of each item that equals a value of any type, until it says stop.
fn search(th: &mut Thread, a: &[Value], mut f: impl FnMut(i64) -> bool) -> R<()> {
    let it = iter(th, a)?;
    let mut i = 0;
    while let Some(x) = th.next(it)? {
        if th.eq(x, a[1])? && f(i) {
            return Ok(());
        }
        i += 1;
    }
    Ok(())
}
fn contains(th: &mut Thread, a: &[Value]) -> R {
    if is_plain_int(th, a[1]) {
        return Ok(Value::bool(find_int(th, this(a), a[1])?.is_some()));
    }
    let mut found = false;
    search(th, a, |_| {
        found = true;
        true
    })?;
    Ok(Value::bool(found))
}
fn count(th: &mut Thread, a: &[Value]) -> R {
    if is_plain_int(th, a[1]) {
        return Ok(Value::small(find_int(th, this(a), a[1])?.is_some() as i64));
    }
    let mut n = 0;
    search(th, a, |_| {
        n += 1;
        false
    })?;
    Ok(Value::small(n))
}
fn index(th: &mut Thread, a: &[Value]) -> R {
    if is_plain_int(th, a[1]) {
        return match find_int(th, this(a), a[1])? {
            Some(i) => Ok(i),
            None => Err(th.value_error("range.index(x): x not in range")),
        };
    }
    let mut found = None;
    search(th, a, |i| {
        found = Some(i);
        true
    })?;
    match found {
        Some(i) => Ok(Value::small(i)),
        None => Err(th.value_error("sequence.index(x): x not in sequence")),
    }
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let r = this(a);
    let args = th.new_tuple(&[r.start.get(), r.stop.get(), r.step.get()]);
    Ok(th.new_tuple(&[ctx().types.range.value(), args]))
}
