//! `filter`

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def, def_static};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::types::payload::{self, Payload, downcast, payload_size};
use crate::types::reversed::no_keywords;
use crate::value::Value;

/// State. Nothing changes after construction.
#[derive(Clone)]
struct Filter {
    function: Value,
    it: Value,
}
impl Payload for Filter {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.function);
        f(self.it);
    }
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    doc: "Return an iterator yielding those items of iterable for which function(item)\nis true. If function is None, return the items that are true.",
    ..TypeDef::new("filter", Kind::Payload, payload_size::<Filter>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, function, iterable, /, **kwargs",
        new,
        "Create and return a new object.  See help(type) for accurate signature.",
    ),
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
];
fn new(th: &mut Thread, a: &[Value]) -> R {
    no_keywords(th, ctx().types.filter, a[0], a[3])?;
    let it = th.iter(a[2])?;
    Ok(payload::new(th, a[0].as_gc(), Filter { function: a[1], it }).value())
}
fn state(th: &mut Thread, v: Value) -> R<&'static Filter> {
    match downcast::<Filter>(v) {
        Some(o) => Ok(o.frozen()),
        None => Err(th.type_error("not a filter object")),
    }
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let truth_only = s.function.is_none() || s.function == ctx().types.bool_.value();
    while let Some(v) = th.next(s.it)? {
        let keep = if truth_only {
            th.truth(v)?
        } else {
            let r = th.call(s.function, &[v])?;
            th.truth(r)?
        };
        if keep {
            return Ok(v);
        }
    }
    Ok(Value::EMPTY)
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let args = th.new_tuple(&[s.function, s.it]);
    Ok(th.new_tuple(&[class_of(a[0]).value(), args]))
}
