//! The iterator of arrays.

use super::items::at;
use crate::support::{self, ClassCell, open};
use vasuki_vm::native::{TypeDef, def};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::value::Value;

#[derive(Clone)]
struct Iter {
    /// EMPTY when exhausted
    array: Value,
    next: usize,
}
impl Payload for Iter {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.array)
    }
}
static DEF: TypeDef = TypeDef {
    base: false,
    methods: &[
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", next, "Implement next(self)."),
        def("__reduce__", "self, /", reduce, "Return state information for pickling."),
        def("__setstate__", "self, state, /", setstate, "Set state information for unpickling."),
    ],
    ..TypeDef::new("array.arrayiterator", Kind::Payload, payload_size::<Iter>())
};
pub(super) fn new(th: &mut Thread, a: &[Value]) -> R {
    static C: ClassCell = ClassCell::new();
    super::this(th, a[0])?;
    let class = support::class(th, &C, &DEF)?;
    Ok(payload::new(th, class, Iter { array: a[0], next: 0 }).value())
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let it = open::<Iter>(th, a[0])?;
    if it.array.is_empty() {
        return Ok(Value::EMPTY);
    }
    match at(th, it.array, it.next)? {
        Some(v) => {
            it.next += 1;
            Ok(v)
        }
        None => {
            it.array = Value::EMPTY;
            Ok(Value::EMPTY)
        }
    }
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let it = open::<Iter>(th, a[0])?;
    let (array, n) = (it.array, it.next);
    let builtins = vasuki_vm::import::import_module(th, "builtins")?;
    let f = support::attr(th, builtins, "iter")?;
    if array.is_empty() {
        let empty = th.new_list(&[])?;
        let args = th.new_tuple(&[empty]);
        return Ok(th.new_tuple(&[f, args]));
    }
    let args = th.new_tuple(&[array]);
    Ok(th.new_tuple(&[f, args, Value::small(n as i64)]))
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let n = th.to_isize(a[1])?.max(0) as usize;
    let array = open::<Iter>(th, a[0])?.array;
    if !array.is_empty() {
        let (_, len) = super::items::shape(th, array)?;
        open::<Iter>(th, a[0])?.next = n.min(len);
    }
    Ok(Value::NONE)
}
