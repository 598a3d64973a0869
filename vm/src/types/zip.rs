//! `zip`.

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
pub struct Zip {
    /// tuple of iterators
    its: Value,
    strict: bool,
}
impl Payload for Zip {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.its);
    }
    const NEEDS_DROP: bool = false;
}
/// The declaration.
pub static DEF: TypeDef = TypeDef { methods: METHODS, doc: "The zip object yields n-length tuples, where n is the number of iterables\npassed as positional arguments to zip().", ..TypeDef::new("zip", Kind::Payload, payload_size::<Zip>()) };
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, /, *iterables, strict=False", zip_new, ""),
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
    def("__setstate__", "self, state, /", setstate, "Set state information for unpickling."),
];
fn this(th: &mut Thread, v: Value) -> R<&'static mut Zip> {
    match payload::downcast::<Zip>(v) {
        Some(p) => th.open_mut(p),
        None => Err(th.type_error("expected a zip object")),
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
                return Err(th.value_error(&format!("zip() argument {} is shorter than argument{plural}{i}", i + 1)));
            }
            None => {
                for (j, it) in its.iter().enumerate().skip(1) {
                    if th.next(*it)?.is_some() {
                        let plural = if j == 1 { " " } else { "s 1-" };
                        return Err(th.value_error(&format!("zip() argument {} is longer than argument{plural}{j}", j + 1)));
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
fn zip_new(th: &mut Thread, a: &[Value]) -> R {
    let strict = !a[2].is_empty() && th.truth(a[2])?;
    let its = iterators(th, a[1].as_gc::<Tuple>().items(), "zip")?;
    Ok(payload::new(th, a[0].as_gc(), Zip { its, strict }).value())
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let (its, strict) = {
        let s = this(th, a[0])?;
        (s.its, s.strict)
    };
    if its.as_gc::<Tuple>().is_empty() {
        return Ok(Value::EMPTY);
    }
    Ok(match step(th, its, strict)? {
        Some(v) => th.new_tuple(v.as_slice()),
        None => Value::EMPTY,
    })
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let (its, strict) = {
        let s = this(th, a[0])?;
        (s.its, s.strict)
    };
    let class = th.class_of(a[0]).value();
    Ok(if strict { th.new_tuple(&[class, its, Value::TRUE]) } else { th.new_tuple(&[class, its]) })
}
