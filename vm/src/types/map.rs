//! `map`.

use crate::native::{NativeDef, TypeDef, def, def_static};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::payload::{self, Payload, payload_size};
use crate::value::Value;
use crate::special::Special;
use crate::types::buffer::ValueVec;
use crate::types::tuple::Tuple;

/// State.
#[derive(Clone)]
pub struct Map {
    f: Value,
    /// tuple of iterators
    its: Value,
    strict: bool,
}
impl Payload for Map {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.f);
        f(self.its);
    }
    const NEEDS_DROP: bool = false;
}
/// The declaration.
pub static DEF: TypeDef = TypeDef { methods: METHODS, doc: "Make an iterator that computes the function using arguments from\neach of the iterables.  Stops when the shortest iterable is exhausted.", ..TypeDef::new("map", Kind::Payload, payload_size::<Map>()) };
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, function, iterable, /, *iterables, strict=False", map_new, ""),
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
    def("__setstate__", "self, state, /", setstate, "Set state information for unpickling."),
];
fn this(th: &mut Thread, v: Value) -> R<&'static mut Map> {
    match payload::downcast::<Map>(v) {
        Some(p) => th.open_mut(p),
        None => Err(th.type_error("expected a map object")),
    }
}
fn iterators(th: &mut Thread, items: &[Value], name: &str) -> R {
    let mut out = ValueVec::with_capacity(th, items.len())?;
    for v in items {
        if name == "zip" && th.class_of(*v).special(Special::Iter).is_none() && th.class_of(*v).special(Special::Getitem).is_none() {
            let n = th.class_of(*v).name_str();
            return Err(th.type_error(&format!("'{n}' object is not iterable")));
        }
        let it = th.iter(*v)?;
        out.push(th, it)?;
    }
    Ok(th.new_tuple(out.as_slice()))
}
/// One item of each iterator; None at the end of one of them.
fn step(th: &mut Thread, its: Value, strict: bool) -> R<Option<ValueVec>> {
    let its = its.as_gc::<Tuple>().items();
    let mut out = ValueVec::with_capacity(th, its.len())?;
    for (i, it) in its.iter().enumerate() {
        match th.next(*it)? {
            Some(v) => out.push(th, v)?,
            None if !strict => return Ok(None),
            None if i > 0 => {
                let plural = if i == 1 { " " } else { "s 1-" };
                return Err(th.value_error(&format!("map() argument {} is shorter than argument{plural}{i}", i + 1)));
            }
            None => {
                for (j, it) in its.iter().enumerate().skip(1) {
                    if th.next(*it)?.is_some() {
                        let plural = if j == 1 { " " } else { "s 1-" };
                        return Err(th.value_error(&format!("map() argument {} is longer than argument{plural}{j}", j + 1)));
                    }
                }
                return Ok(None);
            }
        }
    }
    Ok(Some(out))
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let strict = th.truth(a[1])?;
    this(th, a[0])?.strict = strict;
    Ok(Value::NONE)
}
fn map_new(th: &mut Thread, a: &[Value]) -> R {
    let strict = !a[4].is_empty() && th.truth(a[4])?;
    let mut all = ValueVec::with_capacity(th, 4)?;
    all.push(th, a[2])?;
    for v in a[3].as_gc::<Tuple>().items() {
        all.push(th, *v)?;
    }
    let its = iterators(th, all.as_slice(), "map")?;
    Ok(payload::new(th, a[0].as_gc(), Map { f: a[1], its, strict }).value())
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let (f, its, strict) = {
        let s = this(th, a[0])?;
        (s.f, s.its, s.strict)
    };
    if let [it] = its.as_gc::<Tuple>().items() {
        return match th.next(*it)? {
            Some(v) => th.call(f, &[v]),
            None => Ok(Value::EMPTY),
        };
    }
    match step(th, its, strict)? {
        Some(v) => th.call(f, v.as_slice()),
        None => Ok(Value::EMPTY),
    }
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let (f, its, strict) = {
        let s = this(th, a[0])?;
        (s.f, s.its, s.strict)
    };
    let mut all = ValueVec::with_capacity(th, 4)?;
    all.push(th, f)?;
    for v in its.as_gc::<Tuple>().items() {
        all.push(th, *v)?;
    }
    let args = th.new_tuple(all.as_slice());
    let class = th.class_of(a[0]).value();
    Ok(if strict { th.new_tuple(&[class, args, Value::TRUE]) } else { th.new_tuple(&[class, args]) })
}
