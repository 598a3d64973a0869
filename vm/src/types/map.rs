//! `map`

use crate::native::{NativeDef, TypeDef, def, def_static};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::class::class_of;
use crate::types::payload::{self, Payload, downcast, payload_size};
use crate::types::tuple::Tuple;
use crate::types::zip::{iterators, step, strict_argument};
use crate::value::Value;

/// State: the function and a tuple of iterators.
#[derive(Clone)]
struct Map {
    function: Value,
    its: Value,
    strict: bool,
}
impl Payload for Map {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.function);
        f(self.its);
    }
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    doc: "Make an iterator that computes the function using arguments from\neach of the iterables.  Stops when the shortest iterable is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.",
    ..TypeDef::new("map", Kind::Payload, payload_size::<Map>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        new,
        "Create and return a new object.  See help(type) for accurate signature.",
    ),
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
    def("__setstate__", "self, state, /", setstate, "Set state information for unpickling."),
];
fn new(th: &mut Thread, a: &[Value]) -> R {
    let strict = strict_argument(th, "map", a[2])?;
    let [function, iterables @ ..] = a[1].as_gc::<Tuple>().items() else {
        return too_few(th);
    };
    if iterables.is_empty() {
        return too_few(th);
    }
    let its = iterators(th, iterables)?;
    Ok(payload::new(
        th,
        a[0].as_gc(),
        Map {
            function: *function,
            its,
            strict,
        },
    )
    .value())
}
fn too_few(th: &mut Thread) -> R {
    Err(th.type_error("map() must have at least two arguments."))
}
fn state(th: &mut Thread, v: Value) -> R<&'static mut Map> {
    match downcast::<Map>(v) {
        Some(o) => th.open_mut(o),
        None => Err(th.type_error("not a map object")),
    }
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let (f, its, strict) = (s.function, s.its.as_gc::<Tuple>().items(), s.strict);
    if let [it] = its {
        return match th.next(*it)? {
            Some(v) => th.call(f, &[v]),
            None => Ok(Value::EMPTY),
        };
    }
    match step(th, "map", its, strict)? {
        Some(args) => th.call(f, args.as_slice()),
        None => Ok(Value::EMPTY),
    }
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let class = class_of(a[0]).value();
    let s = state(th, a[0])?;
    let mut args = ValueVec::from_slice(th, &[s.function])?;
    for it in s.its.as_gc::<Tuple>().items() {
        args.push(th, *it)?;
    }
    let args = th.new_tuple(args.as_slice());
    Ok(if s.strict {
        th.new_tuple(&[class, args, Value::TRUE])
    } else {
        th.new_tuple(&[class, args])
    })
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let strict = th.truth(a[1])?;
    state(th, a[0])?.strict = strict;
    Ok(Value::NONE)
}
