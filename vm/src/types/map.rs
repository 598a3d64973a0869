//! `map`

use crate::native::{NativeDef, TypeDef, def, def_static};
use crate::object::Kind;
use crate::state;
use crate::state::State;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::class::class_of;
use crate::types::payload::payload_size;
use crate::types::tuple::Tuple;
use crate::types::zip::{iterators, step, strict_argument};
use crate::value::Value;

state!(
    /// The function and a tuple of iterators; must they end together?
    Map { function, its, strict, turn }
);
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
    Ok(Map::make(th, a[0], [*function, its, Value::bool(strict), Value::EMPTY]))
}
fn too_few(th: &mut Thread) -> R {
    Err(th.type_error("map() must have at least two arguments."))
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Map>::of(th, a[0])?;
    let (f, its) = (o.fixed().function.get(), o.fixed().its.get().as_gc::<Tuple>().items());
    if let [it] = its {
        return match th.next(*it)? {
            Some(v) => th.call(f, &[v]),
            None => Ok(Value::EMPTY),
        };
    }
    let strict = o.read(th, |s| s.strict.get())?.is_true();
    match o.in_turn(th, &o.fixed().turn, |th| step(th, "map", its, strict))? {
        Some(args) => th.call(f, args.as_slice()),
        None => Ok(Value::EMPTY),
    }
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let class = class_of(a[0]).value();
    let o = State::<Map>::of(th, a[0])?;
    let mut args = ValueVec::from_slice(th, &[o.fixed().function.get()])?;
    for it in o.fixed().its.get().as_gc::<Tuple>().items() {
        args.push(th, *it)?;
    }
    let args = th.new_tuple(args.as_slice());
    Ok(if o.read(th, |s| s.strict.get())?.is_true() {
        th.new_tuple(&[class, args, Value::TRUE])
    } else {
        th.new_tuple(&[class, args])
    })
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let strict = th.truth(a[1])?;
    let o = State::<Map>::of(th, a[0])?;
    o.put(th, &o.fixed().strict, Value::bool(strict))?;
    Ok(Value::NONE)
}
