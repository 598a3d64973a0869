//! `enumerate`.

use crate::native::{NativeDef, TypeDef, def, def_class, def_static};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::payload::{self, Payload, payload_size};
use crate::value::Value;
use crate::ops::BinOp;

/// State.
#[derive(Clone)]
pub struct Enumerate {
    it: Value,
    count: Value,
}
impl Payload for Enumerate {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.it);
        f(self.count);
    }
    const NEEDS_DROP: bool = false;
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    doc: "Return an enumerate object.\n\n  iterable\n    an object supporting iteration\n\nThe enumerate object yields pairs containing a count (from start, which\ndefaults to zero) and a value yielded by the iterable argument.",
    ..TypeDef::new("enumerate", Kind::Payload, payload_size::<Enumerate>())
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, iterable, start=0", enumerate_new, ""),
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
    def_class("__class_getitem__", "cls, item, /", |th, a| crate::types::generic_alias::new(th, a[0], a[1]), "See PEP 585"),
];
fn this(th: &mut Thread, v: Value) -> R<&'static mut Enumerate> {
    match payload::downcast::<Enumerate>(v) {
        Some(p) => th.open_mut(p),
        None => Err(th.type_error("expected an enumerate object")),
    }
}
fn enumerate_new(th: &mut Thread, a: &[Value]) -> R {
    let count = if a[2].is_empty() { Value::small(0) } else { th.index(a[2])? };
    let it = th.iter(a[1])?;
    Ok(payload::new(th, a[0].as_gc(), Enumerate { it, count }).value())
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let it = this(th, a[0])?.it;
    let Some(v) = th.next(it)? else { return Ok(Value::EMPTY) };
    let n = this(th, a[0])?.count;
    let more = match n.to_small().and_then(|n| Value::try_small(n + 1)) {
        Some(m) => m,
        None => th.binary(BinOp::Add, n, Value::small(1))?,
    };
    this(th, a[0])?.count = more;
    Ok(th.new_tuple(&[n, v]))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let (it, count) = {
        let s = this(th, a[0])?;
        (s.it, s.count)
    };
    let args = th.new_tuple(&[it, count]);
    let class = th.class_of(a[0]).value();
    Ok(th.new_tuple(&[class, args]))
}
