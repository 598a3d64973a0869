//! `reversed`: over sequences; what has `__reversed__` makes its own iterator.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def, def_static};
use crate::object::{Gc, Kind};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_of};
use crate::types::dict::Dict;
use crate::types::payload::{self, Payload, downcast, payload_size};
use crate::types::sequence_iterator::item_at;
use crate::value::Value;

/// State: the sequence (EMPTY at the end) and the next index.
#[derive(Clone)]
struct Reversed {
    of: Value,
    at: i64,
}
impl Payload for Reversed {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.of);
    }
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    doc: "Return a reverse iterator over the values of the given sequence.",
    ..TypeDef::new("reversed", Kind::Payload, payload_size::<Reversed>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, object, /, **kwargs",
        new,
        "Create and return a new object.  See help(type) for accurate signature.",
    ),
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def(
        "__length_hint__",
        "self, /",
        length_hint,
        "Private method returning an estimate of len(list(it)).",
    ),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
    def("__setstate__", "self, state, /", setstate, "Set state information for unpickling."),
];
/// Fails if there are keyword arguments for `class`, unless that is a subclass of `builtin` with an `__init__` to take them.
pub(crate) fn no_keywords(th: &mut Thread, builtin: Gc<Class>, class: Value, kwargs: Value) -> R<()> {
    if let Some(d) = kwargs.cast::<Dict>()
        && d.len(th)? > 0
        && class.as_gc::<Class>().special(Special::Init) == builtin.special(Special::Init)
    {
        return Err(th.type_error(&format!("{}() takes no keyword arguments", builtin.name_str())));
    }
    Ok(())
}
fn new(th: &mut Thread, a: &[Value]) -> R {
    no_keywords(th, ctx().types.reversed, a[0], a[2])?;
    let class = class_of(a[1]);
    match class.special(Special::Reversed) {
        Some(m) if !m.is_none() => return Ok(th.call_special(a[1], Special::Reversed, &[])?.unwrap_or(Value::NONE)),
        None if class.special(Special::Getitem).is_some() && !a[1].is_kind(Kind::Dict) => {}
        _ => {
            let text = format!("'{}' object is not reversible", class.name_str());
            return Err(th.type_error(&text));
        }
    }
    let n = th.len(a[1])? as i64;
    Ok(payload::new(th, a[0].as_gc(), Reversed { of: a[1], at: n - 1 }).value())
}
fn state(th: &mut Thread, v: Value) -> R<&'static mut Reversed> {
    match downcast::<Reversed>(v) {
        Some(o) => th.open_mut(o),
        None => Err(th.type_error("not a reversed iterator")),
    }
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let found = if s.of.is_empty() || s.at < 0 {
        Ok(None)
    } else {
        item_at(th, s.of, s.at)
    };
    if found.as_ref().is_err_and(|t| t.is_abort()) {
        return found.map(|_| Value::EMPTY);
    }
    let s = state(th, a[0])?;
    if let Ok(Some(v)) = found {
        s.at -= 1;
        return Ok(v);
    }
    s.at = -1;
    s.of = Value::EMPTY;
    found.map(|_| Value::EMPTY)
}
fn length_hint(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let (of, at) = (s.of, s.at);
    if of.is_empty() {
        return Ok(Value::small(0));
    }
    let n = th.len(of)? as i64;
    Ok(Value::small(if n < at + 1 { 0 } else { at + 1 }))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let class = class_of(a[0]).value();
    let s = state(th, a[0])?;
    let (of, at) = (s.of, s.at);
    if of.is_empty() {
        let args = th.new_tuple(&[ctx().empty_tuple]);
        return Ok(th.new_tuple(&[class, args]));
    }
    let args = th.new_tuple(&[of]);
    Ok(th.new_tuple(&[class, args, Value::small(at)]))
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let at = th.to_isize(a[1])? as i64;
    let of = state(th, a[0])?.of;
    if !of.is_empty() {
        let n = th.len(of)? as i64;
        state(th, a[0])?.at = at.min(n - 1).max(-1);
    }
    Ok(Value::NONE)
}
