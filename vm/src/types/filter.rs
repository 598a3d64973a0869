//! `filter`.

use crate::native::{NativeDef, TypeDef, def, def_static};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::payload::{self, Payload, payload_size};
use crate::value::Value;

/// State; never changes.
#[derive(Clone)]
pub struct Filter {
    f: Value,
    it: Value,
}
impl Payload for Filter {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.f);
        f(self.it);
    }
    const NEEDS_DROP: bool = false;
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    doc: "Return an iterator yielding those items of iterable for which function(item)\nis true. If function is None, return the items that are true.",
    ..TypeDef::new("filter", Kind::Payload, payload_size::<Filter>())
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, function, iterable, /, **kwargs", filter_new, ""),
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
];
fn this(th: &mut Thread, v: Value) -> R<&'static Filter> {
    match payload::downcast::<Filter>(v) {
        Some(p) => Ok(p.frozen()),
        None => Err(th.type_error("expected a filter object")),
    }
}
fn filter_new(th: &mut Thread, a: &[Value]) -> R {
    if a[0] == crate::context::ctx().types.filter.value() && th.len(a[3])? > 0 {
        return Err(th.type_error("filter() takes no keyword arguments"));
    }
    let it = th.iter(a[2])?;
    Ok(payload::new(th, a[0].as_gc(), Filter { f: a[1], it }).value())
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let s = this(th, a[0])?;
    loop {
        let Some(v) = th.next(s.it)? else { return Ok(Value::EMPTY) };
        let good = if s.f.is_none() || s.f == crate::context::ctx().types.bool_.value() { v } else { th.call(s.f, &[v])? };
        if th.truth(good)? {
            return Ok(v);
        }
    }
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let s = this(th, a[0])?;
    let args = th.new_tuple(&[s.f, s.it]);
    let class = th.class_of(a[0]).value();
    Ok(th.new_tuple(&[class, args]))
}
