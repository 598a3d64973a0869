//! The iterators over a deque. They end with an error once the deque has changed.

use crate::deque::{DEQUE_CLASS, Deque};
use crate::support::{ClassCell, class, type_name};
use vasuki_vm::native::{TypeDef, def, def_static};
use vasuki_vm::object::Kind;
use vasuki_vm::state;
use vasuki_vm::state::State;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::class::class_of;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::value::Value;

state!(
    /// `at`: the items given; `left`: those to come; `changes`: the deque's count when it began
    DequeIter { deque, at, left, changes, reverse }
);
macro_rules! iterator {
    ($(#[$m:meta])* $name:ident, $py:literal, $new:expr) => {
        $(#[$m])*
        pub(crate) static $name: TypeDef = TypeDef {
            base: false,
            methods: &[
                def_static("__new__", "cls, deque, index=0, /", $new, ""),
                def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
                def("__next__", "self, /", next, "Implement next(self)."),
                def("__length_hint__", "self, /", hint, "Private method returning an estimate of len(list(it))."),
                def("__reduce__", "self, /", reduce, "Return state information for pickling."),
            ],
            ..TypeDef::new($py, Kind::Payload, payload_size::<DequeIter>())
        };
    };
}
iterator!(
    /// `_deque_iterator`
    ITER, "_collections._deque_iterator", |th, a| iter_new(th, a, false)
);
iterator!(
    /// `_deque_reverse_iterator`
    REVERSE_ITER, "_collections._deque_reverse_iterator", |th, a| iter_new(th, a, true)
);
/// The class `_deque_iterator`.
pub(crate) static ITER_CLASS: ClassCell = ClassCell::new();
/// The class `_deque_reverse_iterator`.
pub(crate) static REVERSE_ITER_CLASS: ClassCell = ClassCell::new();

/// An iterator over a deque.
pub(crate) fn new(th: &mut Thread, deque: Value, reverse: bool) -> R {
    let (len, changes) = State::<Deque>::of(th, deque)?.read(th, |d| (d.ring.len(), d.changes()))?;
    let c = if reverse {
        class(th, &REVERSE_ITER_CLASS, &REVERSE_ITER)?
    } else {
        class(th, &ITER_CLASS, &ITER)?
    };
    Ok(DequeIter::make(
        th,
        c.value(),
        [
            deque,
            Value::small(0),
            Value::small(len as i64),
            Value::small(changes),
            Value::bool(reverse),
        ],
    ))
}
fn iter_new(th: &mut Thread, a: &[Value], reverse: bool) -> R {
    if State::<Deque>::get(a[1]).is_none() {
        let got = type_name(th, a[1]);
        let want = DEQUE_CLASS.get().map_or_else(String::new, |c| c.name_str());
        return Err(th.type_error(&format!("argument 1 must be collections.{want}, not {got}")));
    }
    let skip = if a[2].is_empty() { 0 } else { th.to_isize(a[2])?.max(0) as i64 };
    let it = new(th, a[1], reverse)?;
    let s = State::<DequeIter>::of(th, it)?.fixed();
    let n = s.left.get().as_small();
    let skip = skip.min(n);
    s.at.set_raw(Value::small(skip));
    s.left.set_raw(Value::small(n - skip));
    Ok(it)
}
fn mutated(th: &mut Thread) -> Throw {
    th.runtime_error("deque mutated during iteration")
}
/// The next item; EMPTY at the end.
pub(crate) fn next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<DequeIter>::of(th, a[0])?;
    let s = o.open(th)?;
    let left = s.left.get().as_small();
    let (at, changes, reverse) = (s.at.get().as_small(), s.changes.get().as_small(), s.reverse.get().is_true());
    if left == 0 {
        // An iterator forwards notices a change also when it has ended.
        let same = reverse || State::<Deque>::of(th, s.deque.get())?.read(th, |d| d.changes() == changes)?;
        return if same { Ok(Value::EMPTY) } else { Err(mutated(th)) };
    }
    let found = State::<Deque>::of(th, s.deque.get())?.read(th, |d| {
        if d.changes() != changes {
            return Value::EMPTY;
        }
        d.ring.get(if reverse { (left - 1) as usize } else { at as usize })
    })?;
    if found.is_empty() {
        o.store(th, &s.left, Value::small(0));
        return Err(mutated(th));
    }
    o.store(th, &s.at, Value::small(at + 1));
    o.store(th, &s.left, Value::small(left - 1));
    Ok(found)
}
fn hint(th: &mut Thread, a: &[Value]) -> R {
    State::<DequeIter>::of(th, a[0])?.read(th, |s| s.left.get())
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let (deque, at) = State::<DequeIter>::of(th, a[0])?.read(th, |s| (s.deque.get(), s.at.get()))?;
    let args = th.new_tuple(&[deque, at]);
    Ok(th.new_tuple(&[class_of(a[0]).value(), args]))
}
