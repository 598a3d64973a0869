//! The iterator over anything with `__getitem__` and no `__iter__`.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def};
use crate::object::Kind;
use crate::ops::BinOp;
use crate::special::Special;
use crate::state;
use crate::state::State;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::payload::payload_size;
use crate::value::Value;

state!(
    /// The sequence (EMPTY at the end) and the next index
    SequenceIter { of, at, turn }
);
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    ..TypeDef::new("iterator", Kind::Payload, payload_size::<SequenceIter>())
};
static METHODS: &[NativeDef] = &[
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def(
        "__length_hint__",
        "self, /",
        length_hint,
        "Private method returning an estimate of len(list(it)).",
    ),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
    def("__setstate__", "self, state, /", setstate, "Set state information for unpickling."),
];
/// `iter(v)` of an object with `__getitem__`.
pub fn new(th: &mut Thread, v: Value) -> R {
    let class = ctx().types.sequence_iterator.value();
    Ok(SequenceIter::make(th, class, [v, Value::small(0), Value::EMPTY]))
}
/// `v[i]`; None when that raised IndexError or StopIteration.
pub(crate) fn item_at(th: &mut Thread, v: Value, i: i64) -> R<Option<Value>> {
    match th.getitem(v, Value::small(i)) {
        Ok(x) => Ok(Some(x)),
        Err(t) => match t.value() {
            Some(e)
                if th.class_of(e).is_subclass_of(ctx().types.IndexError) || th.class_of(e).is_subclass_of(ctx().types.StopIteration) =>
            {
                Ok(None)
            }
            _ => Err(t),
        },
    }
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<SequenceIter>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| step(th, o))
}
fn step(th: &mut Thread, o: State<SequenceIter>) -> R {
    let (of, at) = o.read(th, |s| (s.of.get(), s.at.get()))?;
    if of.is_empty() {
        return Ok(Value::EMPTY);
    }
    let Some(at) = at.to_small() else {
        return Err(th.overflow_error("iter index too large"));
    };
    let found = item_at(th, of, at)?;
    match found {
        Some(v) => {
            // What the item was asked of may have gone on with the iterator.
            let at = o.open(th)?.at.get();
            let next = th.binary(BinOp::Add, at, Value::small(1))?;
            o.put(th, &o.fixed().at, next)?;
            Ok(v)
        }
        None => {
            o.put(th, &o.fixed().of, Value::EMPTY)?;
            Ok(Value::EMPTY)
        }
    }
}
fn length_hint(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<SequenceIter>::of(th, a[0])?;
    let (of, at) = o.read(th, |s| (s.of.get(), s.at.get()))?;
    if of.is_empty() {
        return Ok(Value::small(0));
    }
    if th.class_of(of).special(Special::Len).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let n = th.len(of)? as i64;
    Ok(Value::small(at.to_small().map_or(0, |at| (n - at).max(0))))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let name = th.intern("iter");
    let iter = ctx().builtins.get_str(th, name)?.unwrap_or(Value::NONE);
    let o = State::<SequenceIter>::of(th, a[0])?;
    let (of, at) = o.read(th, |s| (s.of.get(), s.at.get()))?;
    if of.is_empty() {
        let args = th.new_tuple(&[ctx().empty_tuple]);
        return Ok(th.new_tuple(&[iter, args]));
    }
    let args = th.new_tuple(&[of]);
    Ok(th.new_tuple(&[iter, args, at]))
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let at = th.to_isize(a[1])?.max(0) as i64;
    let at = th.new_int(at);
    let o = State::<SequenceIter>::of(th, a[0])?;
    if !o.open(th)?.of.get().is_empty() {
        o.store(th, &o.fixed().at, at);
    }
    Ok(Value::NONE)
}
