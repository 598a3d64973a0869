//! `count`, `repeat`, `cycle`.

use vasuki_vm::context::ctx;
use vasuki_vm::native::{TypeDef, def, def_static};
use vasuki_vm::object::Kind;
use vasuki_vm::ops::BinOp;
use vasuki_vm::special::Special;
use vasuki_vm::state;
use vasuki_vm::state::{State, advance, number, slots, small};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::int;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::value::Value;

state!(
    /// `count`
    Count { next, step, turn }
);
/// The declaration of `count`.
pub(super) static COUNT: TypeDef = TypeDef {
    doc: "Return a count object whose .__next__() method returns consecutive values.",
    methods: &[
        def_static("__new__", "cls, start=0, step=1", count_new, ""),
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", count_next, "Implement next(self)."),
        def("__repr__", "self, /", count_repr, "Return repr(self)."),
    ],
    ..TypeDef::new("itertools.count", Kind::Payload, payload_size::<Count>())
};
fn is_number(th: &mut Thread, v: Value) -> bool {
    let c = th.class_of(v);
    [Special::Index, Special::Int, Special::Float, Special::Complex]
        .iter()
        .any(|&s| c.special(s).is_some())
}
fn count_new(th: &mut Thread, a: &[Value]) -> R {
    let start = if a[1].is_empty() { Value::small(0) } else { a[1] };
    let step = if a[2].is_empty() { Value::small(1) } else { a[2] };
    if !is_number(th, start) || !is_number(th, step) {
        return Err(th.type_error("a number is required"));
    }
    Ok(Count::make(th, a[0], [start, step, Value::EMPTY]))
}
fn count_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Count>::of(th, a[0])?;
    let s = o.open(th)?;
    let (now, step) = (s.next.get(), s.step.get());
    if Value::both_small(now, step)
        && let Some(next) = Value::try_small(now.as_small() + step.as_small())
    {
        o.store(th, &s.next, next);
        return Ok(now);
    }
    o.in_turn(th, &s.turn, |th| {
        let (now, step) = o.read(th, |s| (s.next.get(), s.step.get()))?;
        let next = th.binary(BinOp::Add, now, step)?;
        o.put(th, &s.next, next)?;
        Ok(now)
    })
}
fn count_repr(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Count>::of(th, a[0])?;
    let (now, step) = o.read(th, |s| (s.next.get(), s.step.get()))?;
    let name = th.class_of(a[0]).name_str();
    let mut text = format!("{name}({}", th.repr_string(now)?);
    if step != Value::small(1) {
        text.push_str(&format!(", {}", th.repr_string(step)?));
    }
    text.push(')');
    Ok(th.new_str(&text))
}

state!(
    /// `repeat`; `left` is negative: for ever
    Repeat { item, left }
);
/// The declaration of `repeat`.
pub(super) static REPEAT: TypeDef = TypeDef {
    doc: "repeat(object [,times]) -> create an iterator which returns the object\nfor the specified number of times.  If not specified, returns the object\nendlessly.",
    methods: &[
        def_static("__new__", "cls, object, times=<unrepresentable>", repeat_new, ""),
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", repeat_next, "Implement next(self)."),
        def(
            "__length_hint__",
            "self, /",
            repeat_hint,
            "Private method returning an estimate of len(list(it)).",
        ),
        def("__repr__", "self, /", repeat_repr, "Return repr(self)."),
    ],
    ..TypeDef::new("itertools.repeat", Kind::Payload, payload_size::<Repeat>())
};
fn repeat_new(th: &mut Thread, a: &[Value]) -> R {
    let left = if a[2].is_empty() { -1 } else { th.to_isize(a[2])?.max(0) as i64 };
    Ok(Repeat::make(th, a[0], [a[1], Value::small(left.min(1 << 47))]))
}
fn repeat_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Repeat>::of(th, a[0])?;
    let (item, left) = o.read(th, |s| (s.item.get(), s.left.get().as_small()))?;
    match left {
        0 => Ok(Value::EMPTY),
        n if n < 0 => Ok(item),
        n => {
            o.put(th, &o.fixed().left, Value::small(n - 1))?;
            Ok(item)
        }
    }
}
fn repeat_hint(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Repeat>::of(th, a[0])?;
    let left = o.read(th, |s| s.left.get())?;
    if left.as_small() < 0 {
        return Err(th.type_error("len() of unsized object"));
    }
    Ok(left)
}
fn repeat_repr(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Repeat>::of(th, a[0])?;
    let (item, left) = o.read(th, |s| (s.item.get(), s.left.get().as_small()))?;
    let name = th.class_of(a[0]).name_str();
    let item = th.repr_string(item)?;
    let text = if left < 0 {
        format!("{name}({item})")
    } else {
        format!("{name}({item}, {left})")
    };
    Ok(th.new_str(&text))
}

state!(
    /// `cycle`: `it` is EMPTY when it has ended; `saved` is a buffer of `len` items
    Cycle { it, saved, len, at, turn }
);
/// The declaration of `cycle`.
pub(super) static CYCLE: TypeDef = TypeDef {
    doc: "Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.",
    methods: &[
        def_static("__new__", "cls, iterable, /", cycle_new, ""),
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", cycle_next, "Implement next(self)."),
    ],
    ..TypeDef::new("itertools.cycle", Kind::Payload, payload_size::<Cycle>())
};
fn cycle_new(th: &mut Thread, a: &[Value]) -> R {
    let it = th.iter(a[1])?;
    Ok(Cycle::make(th, a[0], [it, Value::EMPTY, small(0), small(0), Value::EMPTY]))
}
fn cycle_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Cycle>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| cycle_step(th, o))
}
fn cycle_step(th: &mut Thread, o: State<Cycle>) -> R {
    let s = o.open(th)?;
    let it = s.it.get();
    if !it.is_empty() {
        match advance(th, it)? {
            Value::EMPTY => o.put(th, &s.it, Value::EMPTY)?,
            v => {
                let s = o.open(th)?;
                let n = number(&s.len);
                if n >= slots(s.saved.get()).len() {
                    let b = th.new_buffer((2 * n).max(7))?;
                    for (to, from) in b.slots().iter().zip(slots(s.saved.get())) {
                        to.set_raw(from.get());
                    }
                    o.store(th, &s.saved, b.value());
                }
                o.store(th, &slots(s.saved.get())[n], v);
                o.store(th, &s.len, small(n + 1));
                return Ok(v);
            }
        }
    }
    let n = number(&s.len);
    if n == 0 {
        return Ok(Value::EMPTY);
    }
    let at = number(&s.at);
    let v = slots(s.saved.get())[at].get();
    o.store(th, &s.at, small(if at + 1 == n { 0 } else { at + 1 }));
    Ok(v)
}

/// An int argument that must not be negative.
pub(super) fn non_negative(th: &mut Thread, v: Value, text: &str) -> R<usize> {
    match th.to_isize(v)? {
        n if n < 0 => Err(th.value_error(text)),
        n => Ok(n as usize),
    }
}
/// Is it None or left out?
pub(super) fn absent(v: Value) -> bool {
    v.is_empty() || v.is_none()
}
/// A callable that is really `bool`, or None.
pub(super) fn is_bool(v: Value) -> bool {
    v.is_none() || v == ctx().types.bool_.value()
}
/// Is it an int (not `__index__`)?
pub(super) fn is_int(v: Value) -> bool {
    v.is_small() || int::is_int(v)
}
