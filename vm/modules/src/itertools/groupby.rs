//! `groupby` and `tee`.

use crate::support::{ClassCell, class};
use vasuki_vm::native::{TypeDef, def, def_class, def_static};
use vasuki_vm::object::Kind;
use vasuki_vm::state;
use vasuki_vm::state::{State, advance, number, slots, small};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::value::Value;

state!(
    /// `groupby`: `target` is the key of the group given last, `key` and `value` are of the item taken last; `group` is
    /// the group that may go on
    GroupBy { it, func, target, key, value, group, turn }
);
state!(
    /// One group
    Group { parent, target }
);
/// The declaration of `groupby`.
pub(super) static GROUPBY: TypeDef = TypeDef {
    doc: "make an iterator that returns consecutive keys and groups from the iterable\n\n  iterable\n    Elements to divide into groups according to the key function.\n  key\n    A function for computing the group category for each element.\n    If the key function is not specified or is None, the element itself\n    is used for grouping.",
    methods: &[
        def_static("__new__", "cls, iterable, key=None", groupby_new, ""),
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", groupby_next, "Implement next(self)."),
    ],
    ..TypeDef::new("itertools.groupby", Kind::Payload, payload_size::<GroupBy>())
};
/// The declaration of `_grouper`.
pub(super) static GROUP: TypeDef = TypeDef {
    base: false,
    methods: &[
        def_static("__new__", "cls, parent, tgtkey, /", group_new, ""),
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", group_next, "Implement next(self)."),
    ],
    ..TypeDef::new("itertools._grouper", Kind::Payload, payload_size::<Group>())
};
/// The class `_grouper`.
pub(super) static GROUP_CLASS: ClassCell = ClassCell::new();

fn groupby_new(th: &mut Thread, a: &[Value]) -> R {
    let it = th.iter(a[1])?;
    let func = if a[2].is_empty() { Value::NONE } else { a[2] };
    Ok(GroupBy::make(
        th,
        a[0],
        [it, func, Value::EMPTY, Value::EMPTY, Value::EMPTY, Value::EMPTY, Value::EMPTY],
    ))
}
/// Takes the next item; false at the end.
fn step(th: &mut Thread, o: State<GroupBy>) -> R<bool> {
    let (it, func) = (o.fixed().it.get(), o.fixed().func.get());
    let value = advance(th, it)?;
    if value.is_empty() {
        return Ok(false);
    }
    let key = if func.is_none() { value } else { th.call(func, &[value])? };
    let s = o.open(th)?;
    o.store(th, &s.value, value);
    o.store(th, &s.key, key);
    Ok(true)
}
fn groupby_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<GroupBy>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| groupby_step(th, o))
}
fn groupby_step(th: &mut Thread, o: State<GroupBy>) -> R {
    o.put(th, &o.fixed().group, Value::EMPTY)?;
    loop {
        let (target, key) = o.read(th, |s| (s.target.get(), s.key.get()))?;
        if !key.is_empty() && (target.is_empty() || !th.eq(target, key)?) {
            break;
        }
        if !step(th, o)? {
            return Ok(Value::EMPTY);
        }
    }
    let s = o.open(th)?;
    let key = s.key.get();
    o.store(th, &s.target, key);
    let c = class(th, &GROUP_CLASS, &GROUP)?;
    let group = group_new(th, &[c.value(), o.value(), key])?;
    Ok(th.new_tuple(&[key, group]))
}
fn group_new(th: &mut Thread, a: &[Value]) -> R {
    let parent = State::<GroupBy>::of(th, a[1])?;
    let group = Group::make(th, a[0], [a[1], a[2]]);
    parent.put(th, &parent.fixed().group, group)?;
    Ok(group)
}
fn group_next(th: &mut Thread, a: &[Value]) -> R {
    let s = State::<Group>::of(th, a[0])?.fixed();
    let (target, o) = (s.target.get(), State::<GroupBy>::of(th, s.parent.get())?);
    o.in_turn(th, &o.fixed().turn, |th| group_step(th, o, a[0], target))
}
fn group_step(th: &mut Thread, o: State<GroupBy>, this: Value, target: Value) -> R {
    let (group, value) = o.read(th, |s| (s.group.get(), s.value.get()))?;
    if group != this || (value.is_empty() && !step(th, o)?) {
        return Ok(Value::EMPTY);
    }
    let key = o.read(th, |s| s.key.get())?;
    if !th.eq(target, key)? {
        return Ok(Value::EMPTY);
    }
    let s = o.open(th)?;
    let v = s.value.get();
    o.store(th, &s.value, Value::EMPTY);
    Ok(v)
}

/// Items a link of a tee's chain holds.
const LINK: usize = 57;
state!(
    /// A link: the iterator, `count` items, the next link; `running` while the iterator is asked
    TeeData { it, items, count, next, running }
);
state!(
    /// One of the iterators of `tee`: a link and the place in it
    Tee { data, at }
);
/// The declaration of `_tee`.
pub(super) static TEE: TypeDef = TypeDef {
    doc: "Iterator wrapped to make it copyable.",
    base: false,
    methods: &[
        def_static("__new__", "cls, iterable, /", tee_new, ""),
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", tee_next, "Implement next(self)."),
        def(
            "__copy__",
            "self, /",
            |th, a| tee_copy(th, a[0]),
            "Returns an independent iterator.",
        ),
        def_class(
            "__class_getitem__",
            "cls, item, /",
            |th, a| vasuki_vm::types::generic_alias::new(th, a[0], a[1]),
            "See PEP 585",
        ),
    ],
    ..TypeDef::new("itertools._tee", Kind::Payload, payload_size::<Tee>())
};
/// The declaration of `_tee_dataobject`.
pub(super) static TEE_DATA: TypeDef = TypeDef {
    doc: "Data container common to multiple tee objects.",
    base: false,
    ..TypeDef::new("itertools._tee_dataobject", Kind::Payload, payload_size::<TeeData>())
};
/// The class `_tee`.
pub(super) static TEE_CLASS: ClassCell = ClassCell::new();
/// The class `_tee_dataobject`.
pub(super) static TEE_DATA_CLASS: ClassCell = ClassCell::new();

fn new_link(th: &mut Thread, it: Value) -> R {
    let c = class(th, &TEE_DATA_CLASS, &TEE_DATA)?.value();
    let items = th.new_buffer(LINK)?.value();
    Ok(TeeData::make(th, c, [it, items, small(0), Value::EMPTY, Value::FALSE]))
}
fn tee_copy(th: &mut Thread, v: Value) -> R {
    let o = State::<Tee>::of(th, v)?;
    let (data, at) = o.read(th, |s| (s.data.get(), s.at.get()))?;
    let c = class(th, &TEE_CLASS, &TEE)?.value();
    Ok(Tee::make(th, c, [data, at]))
}
fn tee_new(th: &mut Thread, a: &[Value]) -> R {
    let it = th.iter(a[1])?;
    if State::<Tee>::get(it).is_some() {
        return tee_copy(th, it);
    }
    let data = new_link(th, it)?;
    Ok(Tee::make(th, a[0], [data, small(0)]))
}
/// `tee(iterable, n)`
pub(super) fn tee(th: &mut Thread, a: &[Value]) -> R {
    let n = if a[1].is_empty() { 2 } else { th.to_isize(a[1])? };
    if n < 0 {
        return Err(th.value_error("n must be >= 0"));
    }
    if n == 0 {
        return Ok(th.new_tuple(&[]));
    }
    let c = class(th, &TEE_CLASS, &TEE)?.value();
    let first = tee_new(th, &[c, a[0]])?;
    let mut out = ValueVec::with_capacity(th, n as usize)?;
    out.push(th, first)?;
    for _ in 1..n {
        let t = tee_copy(th, first)?;
        out.push(th, t)?;
    }
    Ok(th.new_tuple(out.as_slice()))
}
fn tee_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Tee>::of(th, a[0])?;
    let s = o.open(th)?;
    let mut at = number(&s.at);
    let mut data = State::<TeeData>::of(th, s.data.get())?;
    if at >= LINK {
        let mut next = data.read(th, |d| d.next.get())?;
        if next.is_empty() {
            next = new_link(th, data.fixed().it.get())?;
            data.put(th, &data.fixed().next, next)?;
        }
        data = State::of(th, next)?;
        at = 0;
        o.store(th, &s.data, next);
        o.store(th, &s.at, small(0));
    }
    let d = data.fixed();
    let items = slots(d.items.get());
    let (count, running) = data.read(th, |d| (number(&d.count), d.running.get()))?;
    if at < count {
        let v = data.read(th, |_| items[at].get())?;
        o.store(th, &s.at, small(at + 1));
        return Ok(v);
    }
    if running.is_true() {
        return Err(th.runtime_error("cannot re-enter the tee iterator"));
    }
    data.put(th, &d.running, Value::TRUE)?;
    let r = advance(th, d.it.get());
    if r.as_ref().is_err_and(|t| t.is_abort()) {
        return r;
    }
    data.put(th, &d.running, Value::FALSE)?;
    let v = r?;
    if !v.is_empty() {
        data.store(th, &items[at], v);
        data.store(th, &d.count, small(at + 1));
        o.put(th, &s.at, small(at + 1))?;
    }
    Ok(v)
}
