//! `collections.deque`.
//!
//! `changes` counts changes of length and order: iterators that see another count stop with an error.

use crate::deque_iter;
use crate::ring::Ring;
use crate::support::{ClassCell, type_name};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{TypeDef, def, def_class, def_static, getter};
use vasuki_vm::object::{Header, Kind, Obj, Slot};
use vasuki_vm::ops::CmpOp;
use vasuki_vm::state::{State, advance};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::class::{Class, class_of};
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::types::tuple_methods::{search_bound, within};
use vasuki_vm::types::{reduce, repr_guard};
use vasuki_vm::value::Value;

/// The state.
pub(crate) struct Deque {
    pub(crate) ring: Ring,
    /// None, or the length limit
    maxlen: Slot,
    changes: Slot,
}
impl Clone for Deque {
    fn clone(&self) -> Deque {
        Deque {
            ring: self.ring.clone(),
            maxlen: Slot::new(self.maxlen.get()),
            changes: Slot::new(self.changes.get()),
        }
    }
}
impl Payload for Deque {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        self.ring.trace(f);
    }
}
impl Deque {
    /// The count of changes.
    #[inline(always)]
    pub(crate) fn changes(&self) -> i64 {
        self.changes.get().as_small()
    }
    fn limit(&self) -> usize {
        self.maxlen.get().to_small().map_or(usize::MAX, |n| n as usize)
    }
    #[inline(always)]
    fn changed(&self, th: &mut Thread, h: &Header) {
        th.store(h, &self.changes, Value::small((self.changes() + 1) & 0xFFFF_FFFF_FFFF));
    }
    #[inline(always)]
    fn append(&self, th: &mut Thread, h: &Header, v: Value) -> R<()> {
        if self.ring.len() >= self.limit() {
            if self.limit() == 0 {
                return Ok(());
            }
            self.ring.pop_front(th, h);
        }
        self.changed(th, h);
        self.ring.push_back(th, h, v)
    }
    #[inline(always)]
    fn append_left(&self, th: &mut Thread, h: &Header, v: Value) -> R<()> {
        if self.ring.len() >= self.limit() {
            if self.limit() == 0 {
                return Ok(());
            }
            self.ring.pop_back(th, h);
        }
        self.changed(th, h);
        self.ring.push_front(th, h, v)
    }
}
/// The declaration.
pub(crate) static DEQUE: TypeDef = TypeDef {
    doc: "A list-like sequence optimized for data accesses near its endpoints.",
    methods: &[
        def_static("__new__", "cls, /, *args, **kwargs", deque_new, ""),
        def(
            "__init__",
            "self, iterable=(), maxlen=None",
            init,
            "Initialize self.  See help(type(self)) for accurate signature.",
        ),
        def("append", "self, item, /", append, "Add an element to the right side of the deque."),
        def(
            "appendleft",
            "self, item, /",
            append_left,
            "Add an element to the left side of the deque.",
        ),
        def("pop", "self, /", pop, "Remove and return the rightmost element."),
        def("popleft", "self, /", pop_left, "Remove and return the leftmost element."),
        def(
            "extend",
            "self, iterable, /",
            |th, a| extend(th, a[0], a[1], false),
            "Extend the right side of the deque with elements from the iterable.",
        ),
        def(
            "extendleft",
            "self, iterable, /",
            |th, a| extend(th, a[0], a[1], true),
            "Extend the left side of the deque with elements from the iterable.",
        ),
        def("clear", "self, /", clear, "Remove all elements from the deque."),
        def("copy", "self, /", |th, a| copy(th, a[0]), "Return a shallow copy of a deque."),
        def("__copy__", "self, /", |th, a| copy(th, a[0]), "Return a shallow copy of a deque."),
        def("count", "self, value, /", count, "Return number of occurrences of value."),
        def(
            "index",
            "self, value, start=0, stop=sys.maxsize, /",
            index,
            "Return first index of value.\n\nRaises ValueError if the value is not present.",
        ),
        def("insert", "self, index, value, /", insert, "Insert value before index."),
        def("remove", "self, value, /", remove, "Remove first occurrence of value."),
        def("reverse", "self, /", reverse, "Reverse *IN PLACE*."),
        def(
            "rotate",
            "self, n=1, /",
            rotate,
            "Rotate the deque n steps to the right.  If n is negative, rotates left.",
        ),
        def(
            "__len__",
            "self, /",
            |th, a| Ok(Value::small(len(th, a[0])? as i64)),
            "Return len(self).",
        ),
        def("__getitem__", "self, key, /", getitem, "Return self[key]."),
        def(
            "__setitem__",
            "self, key, value, /",
            |th, a| setitem(th, a[0], a[1], a[2]),
            "Set self[key] to value.",
        ),
        def(
            "__delitem__",
            "self, key, /",
            |th, a| setitem(th, a[0], a[1], Value::EMPTY),
            "Delete self[key].",
        ),
        def("__contains__", "self, key, /", contains, "Return bool(key in self)."),
        def(
            "__iter__",
            "self, /",
            |th, a| deque_iter::new(th, a[0], false),
            "Implement iter(self).",
        ),
        def(
            "__reversed__",
            "self, /",
            |th, a| deque_iter::new(th, a[0], true),
            "Return a reverse iterator over the deque.",
        ),
        def("__add__", "self, value, /", add, "Return self+value."),
        def(
            "__iadd__",
            "self, value, /",
            |th, a| extend(th, a[0], a[1], false).map(|_| a[0]),
            "Implement self+=value.",
        ),
        def("__mul__", "self, value, /", mul, "Return self*value."),
        def("__rmul__", "self, value, /", mul, "Return value*self."),
        def("__imul__", "self, value, /", imul, "Implement self*=value."),
        def("__eq__", "self, value, /", |th, a| compare(th, CmpOp::Eq, a), "Return self==value."),
        def("__ne__", "self, value, /", |th, a| compare(th, CmpOp::Ne, a), "Return self!=value."),
        def("__lt__", "self, value, /", |th, a| compare(th, CmpOp::Lt, a), "Return self<value."),
        def("__le__", "self, value, /", |th, a| compare(th, CmpOp::Le, a), "Return self<=value."),
        def("__gt__", "self, value, /", |th, a| compare(th, CmpOp::Gt, a), "Return self>value."),
        def("__ge__", "self, value, /", |th, a| compare(th, CmpOp::Ge, a), "Return self>=value."),
        def("__repr__", "self, /", repr, "Return repr(self)."),
        def("__reduce__", "self, /", deque_reduce, "Return state information for pickling."),
        def(
            "__sizeof__",
            "self, /",
            |th, a| Ok(Value::small((payload_size::<Deque>() + 8 * len(th, a[0])?) as i64)),
            "Return the size of the deque in memory, in bytes.",
        ),
        def_class(
            "__class_getitem__",
            "cls, item, /",
            |th, a| vasuki_vm::types::generic_alias::new(th, a[0], a[1]),
            "See PEP 585",
        ),
    ],
    getsets: &[getter("maxlen", maxlen, "maximum size of a deque or None if unbounded")],
    ..TypeDef::new("collections.deque", Kind::Payload, payload_size::<Deque>())
};
/// The class.
pub(crate) static DEQUE_CLASS: ClassCell = ClassCell::new();

fn deque_new(th: &mut Thread, a: &[Value]) -> R {
    let d = Deque {
        ring: Ring::new(),
        maxlen: Slot::new(Value::NONE),
        changes: Slot::new(Value::small(0)),
    };
    Ok(payload::new(th, a[0].as_gc::<Class>(), d).value())
}
#[inline(always)]
fn this(th: &mut Thread, v: Value) -> R<State<Deque>> {
    State::of(th, v)
}
/// Number of items.
fn len(th: &mut Thread, v: Value) -> R<usize> {
    this(th, v)?.read(th, |d| d.ring.len())
}
fn maxlen(th: &mut Thread, v: Value) -> R {
    this(th, v)?.read(th, |d| d.maxlen.get())
}
/// All items as they are now.
fn snapshot(th: &mut Thread, v: Value) -> R<ValueVec> {
    let o = this(th, v)?;
    let n = o.read(th, |d| d.ring.len())?;
    let mut out = ValueVec::with_capacity(th, n)?;
    for i in 0..n {
        match o.read(th, |d| d.ring.get(i))? {
            Value::EMPTY => break,
            v => out.push(th, v)?,
        }
    }
    Ok(out)
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    let limit = if a[2].is_empty() || a[2].is_none() {
        Value::NONE
    } else {
        if !vasuki_vm::types::int::is_int(a[2]) {
            return Err(th.type_error("an integer is required"));
        }
        let n = th.to_isize(a[2])?;
        if n < 0 {
            return Err(th.value_error("maxlen must be non-negative"));
        }
        Value::small((n as i64).min(1 << 47))
    };
    let o = this(th, a[0])?;
    o.put(th, &o.fixed().maxlen, limit)?;
    clear(th, a)?;
    if !a[1].is_empty() {
        extend(th, a[0], a[1], false)?;
    }
    Ok(Value::NONE)
}
fn append(th: &mut Thread, a: &[Value]) -> R {
    let o = this(th, a[0])?;
    if !o.defer(th, append_all, a[1])? {
        o.open(th)?.append(th, o.header(), a[1])?;
    }
    Ok(Value::NONE)
}
/// Appends what was put off.
fn append_all(th: &mut Thread, deque: Obj, items: &[u64]) -> R<()> {
    let o = this(th, deque.value())?;
    let d = o.open(th)?;
    items.iter().try_for_each(|&v| d.append(th, o.header(), Value(v)))
}
fn append_all_left(th: &mut Thread, deque: Obj, items: &[u64]) -> R<()> {
    let o = this(th, deque.value())?;
    let d = o.open(th)?;
    items.iter().try_for_each(|&v| d.append_left(th, o.header(), Value(v)))
}
fn append_left(th: &mut Thread, a: &[Value]) -> R {
    let o = this(th, a[0])?;
    if !o.defer(th, append_all_left, a[1])? {
        o.open(th)?.append_left(th, o.header(), a[1])?;
    }
    Ok(Value::NONE)
}
fn pop(th: &mut Thread, a: &[Value]) -> R {
    let o = this(th, a[0])?;
    let d = o.open(th)?;
    match d.ring.pop_back(th, o.header()) {
        Value::EMPTY => Err(th.index_error("pop from an empty deque")),
        v => {
            d.changed(th, o.header());
            Ok(v)
        }
    }
}
fn pop_left(th: &mut Thread, a: &[Value]) -> R {
    let o = this(th, a[0])?;
    let d = o.open(th)?;
    match d.ring.pop_front(th, o.header()) {
        Value::EMPTY => Err(th.index_error("pop from an empty deque")),
        v => {
            d.changed(th, o.header());
            Ok(v)
        }
    }
}
fn extend(th: &mut Thread, v: Value, from: Value, left: bool) -> R {
    let o = this(th, v)?;
    // Of itself: what it has now.
    let from = if from == v {
        let items = snapshot(th, v)?;
        th.new_list_vec(items)
    } else {
        from
    };
    let it = th.iter(from)?;
    loop {
        let item = advance(th, it)?;
        if item.is_empty() {
            return Ok(Value::NONE);
        }
        let d = o.open(th)?;
        if left {
            d.append_left(th, o.header(), item)?
        } else {
            d.append(th, o.header(), item)?
        }
    }
}
fn clear(th: &mut Thread, a: &[Value]) -> R {
    let o = this(th, a[0])?;
    let d = o.open(th)?;
    if d.ring.len() > 0 {
        d.ring.clear(th, o.header());
        d.changed(th, o.header());
    }
    Ok(Value::NONE)
}
fn copy(th: &mut Thread, v: Value) -> R {
    let class = class_of(v);
    let limit = maxlen(th, v)?;
    if Some(&class) == DEQUE_CLASS.get() {
        let new = deque_new(th, &[class.value()])?;
        let o = this(th, new)?;
        o.put(th, &o.fixed().maxlen, limit)?;
        extend(th, new, v, false)?;
        return Ok(new);
    }
    if limit.is_none() {
        th.call(class.value(), &[v])
    } else {
        th.call(class.value(), &[v, limit])
    }
}
/// The index of the first item equal to `a[1]` within `from..to`; None when the deque changes meanwhile.
fn search(th: &mut Thread, a: &[Value], from: usize, to: usize) -> R<Option<Option<usize>>> {
    let o = this(th, a[0])?;
    let (n, changes) = o.read(th, |d| (d.ring.len(), d.changes()))?;
    for i in from..to.min(n) {
        let item = o.read(th, |d| d.ring.get(i))?;
        let equal = th.eq(item, a[1])?;
        if o.read(th, |d| d.changes())? != changes {
            return Ok(None);
        }
        if equal {
            return Ok(Some(Some(i)));
        }
    }
    Ok(Some(None))
}
fn find(th: &mut Thread, a: &[Value], from: usize, to: usize) -> R<Option<usize>> {
    match search(th, a, from, to)? {
        Some(found) => Ok(found),
        None => Err(th.runtime_error("deque mutated during iteration")),
    }
}
fn contains(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::bool(find(th, a, 0, usize::MAX)?.is_some()))
}
fn count(th: &mut Thread, a: &[Value]) -> R {
    let (mut n, mut from) = (0, 0);
    while let Some(i) = find(th, a, from, usize::MAX)? {
        n += 1;
        from = i + 1;
    }
    Ok(Value::small(n))
}
fn index(th: &mut Thread, a: &[Value]) -> R {
    let n = len(th, a[0])? as isize;
    let start = search_bound(th, a[2], 0)?;
    let stop = search_bound(th, a[3], isize::MAX)?;
    let clip = |i: isize| if i < 0 { (i + n).max(0) } else { i.min(n) } as usize;
    match find(th, a, clip(start), clip(stop))? {
        Some(i) => Ok(Value::small(i as i64)),
        None => Err(th.value_error("deque.index(x): x not in deque")),
    }
}
fn remove(th: &mut Thread, a: &[Value]) -> R {
    let Some(found) = search(th, a, 0, usize::MAX)? else {
        return Err(th.index_error("deque mutated during remove()."));
    };
    let Some(i) = found else {
        return Err(th.value_error("deque.remove(x): x not in deque"));
    };
    let o = this(th, a[0])?;
    let d = o.open(th)?;
    d.ring.remove(th, o.header(), i);
    d.changed(th, o.header());
    Ok(Value::NONE)
}
fn insert(th: &mut Thread, a: &[Value]) -> R {
    let i = th.to_isize(a[1])?;
    let o = this(th, a[0])?;
    let d = o.open(th)?;
    let n = d.ring.len();
    if n >= d.limit() {
        return Err(th.index_error("deque already at its maximum size"));
    }
    let i = if i < 0 {
        (i + n as isize).max(0) as usize
    } else {
        (i as usize).min(n)
    };
    d.changed(th, o.header());
    d.ring.insert(th, o.header(), i, a[2])?;
    Ok(Value::NONE)
}
fn reverse(th: &mut Thread, a: &[Value]) -> R {
    let o = this(th, a[0])?;
    let d = o.open(th)?;
    let n = d.ring.len();
    for i in 0..n / 2 {
        let (x, y) = (d.ring.get(i), d.ring.get(n - 1 - i));
        d.ring.set(th, o.header(), i, y);
        d.ring.set(th, o.header(), n - 1 - i, x);
    }
    Ok(Value::NONE)
}
fn rotate(th: &mut Thread, a: &[Value]) -> R {
    let by = if a[1].is_empty() { 1 } else { th.to_isize(a[1])? };
    let o = this(th, a[0])?;
    let d = o.open(th)?;
    let n = d.ring.len() as isize;
    if n < 2 {
        return Ok(Value::NONE);
    }
    let h = o.header();
    let by = by.rem_euclid(n);
    // The shorter way round.
    if by <= n / 2 {
        for _ in 0..by {
            let v = d.ring.pop_back(th, h);
            d.ring.push_front(th, h, v)?;
        }
    } else {
        for _ in 0..n - by {
            let v = d.ring.pop_front(th, h);
            d.ring.push_back(th, h, v)?;
        }
    }
    d.changed(th, h);
    Ok(Value::NONE)
}
fn place(th: &mut Thread, v: Value, k: Value) -> R<usize> {
    let n = len(th, v)?;
    if !k.is_small() && class_of(k).special(vasuki_vm::special::Special::Index).is_none() {
        let name = type_name(th, k);
        return Err(th.type_error(&format!("sequence index must be integer, not '{name}'")));
    }
    let i = match th.catch(ctx().types.OverflowError, |th| th.to_isize(k))? {
        Ok(i) => i,
        Err(_) => {
            let name = type_name(th, k);
            return Err(th.index_error(&format!("cannot fit '{name}' into an index-sized integer")));
        }
    };
    match within(i, n) {
        Some(i) => Ok(i),
        None => Err(th.index_error("deque index out of range")),
    }
}
fn getitem(th: &mut Thread, a: &[Value]) -> R {
    let i = place(th, a[0], a[1])?;
    this(th, a[0])?.read(th, |d| d.ring.get(i))
}
fn setitem(th: &mut Thread, v: Value, k: Value, new: Value) -> R {
    let i = place(th, v, k)?;
    let o = this(th, v)?;
    let d = o.open(th)?;
    if new.is_empty() {
        d.ring.remove(th, o.header(), i);
        d.changed(th, o.header());
    } else {
        d.ring.set(th, o.header(), i, new);
    }
    Ok(Value::NONE)
}
fn add(th: &mut Thread, a: &[Value]) -> R {
    if State::<Deque>::get(a[1]).is_none() {
        let name = type_name(th, a[1]);
        return Err(th.type_error(&format!("can only concatenate deque (not \"{name}\") to deque")));
    }
    let new = copy(th, a[0])?;
    if State::<Deque>::get(new).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    extend(th, new, a[1], false)?;
    Ok(new)
}
fn mul(th: &mut Thread, a: &[Value]) -> R {
    let new = copy(th, a[0])?;
    imul(th, &[new, a[1]])
}
fn imul(th: &mut Thread, a: &[Value]) -> R {
    if !a[1].is_small() && class_of(a[1]).special(vasuki_vm::special::Special::Index).is_none() {
        let name = class_of(a[1]).name_str();
        return Err(th.type_error(&format!("can't multiply sequence by non-int of type '{name}'")));
    }
    let times = th.to_isize(a[1])?;
    let o = this(th, a[0])?;
    if times <= 0 {
        clear(th, a)?;
        return Ok(a[0]);
    }
    let items = snapshot(th, a[0])?;
    let items = items.as_slice();
    if items.is_empty() || times == 1 {
        return Ok(a[0]);
    }
    // More rounds than fill the limit change nothing but the place where they begin, which is the same each round.
    let limit = o.read(th, |d| d.limit())?;
    let times = times as usize;
    let total = items.len().checked_mul(times).filter(|n| limit != usize::MAX || *n < 1 << 44);
    if total.is_none() && limit == usize::MAX {
        return Err(th.memory_error());
    }
    let rounds = if limit == usize::MAX {
        times - 1
    } else {
        (times - 1).min(limit / items.len() + 1)
    };
    for _ in 0..rounds {
        for v in items {
            o.open(th)?.append(th, o.header(), *v)?;
        }
    }
    Ok(a[0])
}
fn compare(th: &mut Thread, op: CmpOp, a: &[Value]) -> R {
    if State::<Deque>::get(a[1]).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (n, m) = (len(th, a[0])?, len(th, a[1])?);
    if a[0] == a[1] {
        return Ok(Value::bool(matches!(op, CmpOp::Eq | CmpOp::Le | CmpOp::Ge)));
    }
    if n != m && matches!(op, CmpOp::Eq | CmpOp::Ne) {
        return Ok(Value::bool(op == CmpOp::Ne));
    }
    th.recurse(" in comparison", |th| {
        let x = deque_iter::new(th, a[0], false)?;
        let y = deque_iter::new(th, a[1], false)?;
        loop {
            let (x, y) = (deque_iter::next(th, &[x])?, deque_iter::next(th, &[y])?);
            if x.is_empty() || y.is_empty() {
                return Ok(Value::bool(op.holds((!x.is_empty()).cmp(&!y.is_empty()))));
            }
            if !th.eq(x, y)? {
                return match op {
                    CmpOp::Eq => Ok(Value::FALSE),
                    CmpOp::Ne => Ok(Value::TRUE),
                    _ => Ok(Value::bool(th.compare_bool(op, x, y)?)),
                };
            }
        }
    })
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let shown = repr_guard::with(th, a[0], |th| {
        let items = snapshot(th, a[0])?;
        let list = th.new_list_vec(items);
        let limit = maxlen(th, a[0])?;
        let limit = limit.to_small().map_or_else(String::new, |n| format!(", maxlen={n}"));
        let items = th.repr_string(list)?;
        Ok(format!("{}({items}{limit})", class_of(a[0]).name_str()))
    })?;
    Ok(th.new_str(&shown.unwrap_or_else(|| "[...]".into())))
}
fn deque_reduce(th: &mut Thread, a: &[Value]) -> R {
    let state = reduce::state(th, a[0])?;
    let it = th.iter(a[0])?;
    let limit = maxlen(th, a[0])?;
    let empty = ctx().empty_tuple;
    let args = if limit.is_none() { empty } else { th.new_tuple(&[empty, limit]) };
    Ok(th.new_tuple(&[class_of(a[0]).value(), args, state, it]))
}
