//! `reversed`: over sequences; objects with `__reversed__` give their own iterator.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def, def_static};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::payload::{self, Payload, payload_size};
use crate::value::Value;
use crate::special::Special;
use crate::types::class::{Class, class_flag};

/// State; `index` is the next, -1 at the end.
#[derive(Clone)]
pub struct Reversed {
    source: Value,
    index: i64,
}
impl Payload for Reversed {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.source)
    }
    const NEEDS_DROP: bool = false;
}
/// The declaration.
pub static DEF: TypeDef =
    TypeDef { methods: METHODS, doc: "Return a reverse iterator over the values of the given sequence.", ..TypeDef::new("reversed", Kind::Payload, payload_size::<Reversed>()) };
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, object, /", reversed_new, ""),
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def("__length_hint__", "self, /", hint, "Private method returning an estimate of len(list(it))."),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
    def("__setstate__", "self, state, /", setstate, "Set state information for unpickling."),
];
fn this(th: &mut Thread, v: Value) -> R<&'static mut Reversed> {
    match payload::downcast::<Reversed>(v) {
        Some(p) => th.open_mut(p),
        None => Err(th.type_error("expected a reversed iterator")),
    }
}
fn reversed_new(th: &mut Thread, a: &[Value]) -> R {
    let class = th.class_of(a[1]);
    match class.special(Special::Reversed) {
        Some(m) if !m.is_none() => {
            if let Some(v) = th.call_special(a[1], Special::Reversed, &[])? {
                return Ok(v);
            }
        }
        Some(_) => return not_reversible(th, class),
        None => {}
    }
    if class.special(Special::Getitem).is_none() || class.special(Special::Len).is_none() || class.has_flag(class_flag::MAPPING) {
        return not_reversible(th, class);
    }
    let n = th.len(a[1])? as i64;
    Ok(payload::new(th, a[0].as_gc(), Reversed { source: a[1], index: n - 1 }).value())
}
fn not_reversible(th: &mut Thread, class: crate::object::Gc<Class>) -> R {
    let n = class.name_str();
    Err(th.type_error(&format!("'{n}' object is not reversible")))
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let (source, index) = {
        let s = this(th, a[0])?;
        (s.source, s.index)
    };
    if index < 0 {
        return Ok(Value::EMPTY);
    }
    let key = th.new_int(index);
    let r = th.getitem(source, key);
    let t = &ctx().types;
    match r {
        Ok(v) => {
            this(th, a[0])?.index = index - 1;
            Ok(v)
        }
        Err(e) => match e.value() {
            Some(x) if [t.IndexError, t.StopIteration].iter().any(|c| th.class_of(x).is_subclass_of(*c)) => {
                this(th, a[0])?.index = -1;
                Ok(Value::EMPTY)
            }
            _ => Err(e),
        },
    }
}
fn hint(th: &mut Thread, a: &[Value]) -> R {
    let (source, index) = {
        let s = this(th, a[0])?;
        (s.source, s.index)
    };
    let n = th.len(source)? as i64;
    Ok(Value::small(if index + 1 > n { 0 } else { index + 1 }))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let (source, index) = {
        let s = this(th, a[0])?;
        (s.source, s.index)
    };
    let class = th.class_of(a[0]).value();
    if index < 0 {
        let args = th.new_tuple(&[ctx().empty_tuple]);
        return Ok(th.new_tuple(&[class, args]));
    }
    let args = th.new_tuple(&[source]);
    Ok(th.new_tuple(&[class, args, Value::small(index)]))
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let n = th.to_i64(a[1])?;
    let source = this(th, a[0])?.source;
    let len = th.len(source)? as i64;
    this(th, a[0])?.index = n.clamp(-1, len - 1);
    Ok(Value::NONE)
}
