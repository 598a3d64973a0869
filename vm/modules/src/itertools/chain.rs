//! `chain`, `zip_longest`, `accumulate`.

use super::simple::absent;
use vasuki_vm::native::{TypeDef, def, def_class, def_static};
use vasuki_vm::object::Kind;
use vasuki_vm::ops::BinOp;
use vasuki_vm::state;
use vasuki_vm::state::{State, advance, number, slots, small};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

state!(
    /// `chain`: `source` gives the iterables and is EMPTY at the end; `active` is the iterator of the present one
    Chain { source, active, turn }
);
/// The declaration of `chain`.
pub(super) static CHAIN: TypeDef = TypeDef {
    doc: "Return a chain object whose .__next__() method returns elements from the\nfirst iterable until it is exhausted, then elements from the next\niterable, until all of the iterables are exhausted.",
    methods: &[
        def_static("__new__", "cls, /, *iterables", chain_new, ""),
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", chain_next, "Implement next(self)."),
        def_class(
            "from_iterable",
            "cls, iterable, /",
            chain_new,
            "Alternative chain() constructor taking a single iterable argument that evaluates lazily.",
        ),
        def_class(
            "__class_getitem__",
            "cls, item, /",
            |th, a| vasuki_vm::types::generic_alias::new(th, a[0], a[1]),
            "See PEP 585",
        ),
    ],
    ..TypeDef::new("itertools.chain", Kind::Payload, payload_size::<Chain>())
};
fn chain_new(th: &mut Thread, a: &[Value]) -> R {
    let source = th.iter(a[1])?;
    Ok(Chain::make(th, a[0], [source, Value::EMPTY, Value::EMPTY]))
}
fn chain_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Chain>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| chain_step(th, o))
}
fn chain_step(th: &mut Thread, o: State<Chain>) -> R {
    loop {
        let (source, mut active) = o.read(th, |s| (s.source.get(), s.active.get()))?;
        if active.is_empty() {
            if source.is_empty() {
                return Ok(source);
            }
            let iterable = advance(th, source)?;
            if iterable.is_empty() {
                o.put(th, &o.fixed().source, Value::EMPTY)?;
                return Ok(Value::EMPTY);
            }
            active = match th.iter(iterable) {
                Ok(it) => it,
                Err(t) if t.is_abort() => return Err(t),
                Err(t) => {
                    o.put(th, &o.fixed().source, Value::EMPTY)?;
                    return Err(t);
                }
            };
            o.put(th, &o.fixed().active, active)?;
        }
        match advance(th, active)? {
            Value::EMPTY => o.put(th, &o.fixed().active, Value::EMPTY)?,
            v => return Ok(v),
        }
    }
}

state!(
    /// `zip_longest`: `its` is a buffer of iterators, EMPTY where one has ended; `active` counts the others
    ZipLongest { its, active, fill, turn }
);
/// The declaration of `zip_longest`.
pub(super) static ZIP_LONGEST: TypeDef = TypeDef {
    doc: "Return a zip_longest object whose .__next__() method returns a tuple where\nthe i-th element comes from the i-th iterable argument.  The .__next__()\nmethod continues until the longest iterable in the argument sequence\nis exhausted and then it raises StopIteration.  When the shorter iterables\nare exhausted, the fillvalue is substituted in their place.  The fillvalue\ndefaults to None or can be specified by a keyword argument.",
    methods: &[
        def_static("__new__", "cls, /, *iterables, fillvalue=None", zip_longest_new, ""),
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", zip_longest_next, "Implement next(self)."),
    ],
    ..TypeDef::new("itertools.zip_longest", Kind::Payload, payload_size::<ZipLongest>())
};
fn zip_longest_new(th: &mut Thread, a: &[Value]) -> R {
    let items = a[1].as_gc::<Tuple>().items();
    let its = th.new_buffer(items.len())?;
    for (to, &v) in its.slots().iter().zip(items) {
        let it = th.iter(v)?;
        to.set_raw(it);
    }
    let fill = if a[2].is_empty() { Value::NONE } else { a[2] };
    Ok(ZipLongest::make(th, a[0], [its.value(), small(items.len()), fill, Value::EMPTY]))
}
fn zip_longest_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<ZipLongest>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| zip_longest_step(th, o))
}
fn zip_longest_step(th: &mut Thread, o: State<ZipLongest>) -> R {
    let s = o.fixed();
    let its = slots(s.its.get());
    if o.read(th, |s| number(&s.active))? == 0 {
        return Ok(Value::EMPTY);
    }
    let fill = s.fill.get();
    let mut out = ValueVec::with_capacity(th, its.len())?;
    for slot in its {
        let it = o.read(th, |_| slot.get())?;
        let v = if it.is_empty() {
            fill
        } else {
            match advance(th, it) {
                Ok(Value::EMPTY) => {
                    o.open(th)?;
                    let active = number(&s.active) - usize::from(!slot.get().is_empty());
                    o.store(th, &s.active, small(active));
                    o.store(th, slot, Value::EMPTY);
                    if active == 0 {
                        return Ok(Value::EMPTY);
                    }
                    fill
                }
                Ok(v) => v,
                Err(t) => {
                    if !t.is_abort() {
                        o.put(th, &s.active, small(0))?;
                    }
                    return Err(t);
                }
            }
        };
        out.push(th, v)?;
    }
    Ok(th.new_tuple(out.as_slice()))
}

state!(
    /// `accumulate`: `total` is EMPTY before the first item; `initial` is given once, then EMPTY
    Accumulate { it, func, total, initial, turn }
);
/// The declaration of `accumulate`.
pub(super) static ACCUMULATE: TypeDef = TypeDef {
    doc: "Return series of accumulated sums (or other binary function results).",
    methods: &[
        def_static("__new__", "cls, iterable, func=None, *, initial=None", accumulate_new, ""),
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", accumulate_next, "Implement next(self)."),
    ],
    ..TypeDef::new("itertools.accumulate", Kind::Payload, payload_size::<Accumulate>())
};
fn accumulate_new(th: &mut Thread, a: &[Value]) -> R {
    let it = th.iter(a[1])?;
    let func = if absent(a[2]) { Value::NONE } else { a[2] };
    let initial = if absent(a[3]) { Value::EMPTY } else { a[3] };
    Ok(Accumulate::make(th, a[0], [it, func, Value::EMPTY, initial, Value::EMPTY]))
}
fn accumulate_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Accumulate>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| accumulate_step(th, o))
}
fn accumulate_step(th: &mut Thread, o: State<Accumulate>) -> R {
    let s = o.open(th)?;
    let first = s.initial.get();
    if !first.is_empty() {
        o.store(th, &s.initial, Value::EMPTY);
        o.store(th, &s.total, first);
        return Ok(first);
    }
    let (it, func) = (s.it.get(), s.func.get());
    let v = advance(th, it)?;
    if v.is_empty() {
        return Ok(v);
    }
    let total = o.read(th, |s| s.total.get())?;
    let total = if total.is_empty() {
        v
    } else if func.is_none() {
        th.binary(BinOp::Add, total, v)?
    } else {
        th.call(func, &[total, v])?
    };
    o.put(th, &s.total, total)?;
    Ok(total)
}
