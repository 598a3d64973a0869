//! `reversed`: over sequences; what has `__reversed__` makes its own iterator.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def, def_static};
use crate::object::{Gc, Kind};
use crate::special::Special;
use crate::state;
use crate::state::State;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_of};
use crate::types::dict::Dict;
use crate::types::payload::payload_size;
use crate::types::sequence_iterator::item_at;
use crate::value::Value;

state!(
    /// The sequence (EMPTY at the end) and the next index, negative at the end
    Reversed { of, at, turn }
);
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
    let last = th.new_int(n - 1);
    Ok(Reversed::make(th, a[0], [a[1], last, Value::EMPTY]))
}
/// The sequence and the next index.
fn place(th: &mut Thread, o: State<Reversed>) -> R<(Value, i64)> {
    let (of, at) = o.read(th, |s| (s.of.get(), s.at.get()))?;
    Ok((of, th.to_isize(at)? as i64))
}
fn set_place(th: &mut Thread, o: State<Reversed>, at: i64) -> R<()> {
    let at = th.new_int(at);
    o.put(th, &o.fixed().at, at)
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Reversed>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| step(th, o))
}
fn step(th: &mut Thread, o: State<Reversed>) -> R {
    let (of, at) = place(th, o)?;
    let found = if of.is_empty() || at < 0 { Ok(None) } else { item_at(th, of, at) };
    if found.as_ref().is_err_and(|t| t.is_abort()) {
        return found.map(|_| Value::EMPTY);
    }
    if let Ok(Some(v)) = found {
        // What the item was asked of may have gone on with the iterator.
        let (_, at) = place(th, o)?;
        set_place(th, o, at - 1)?;
        return Ok(v);
    }
    set_place(th, o, -1)?;
    o.put(th, &o.fixed().of, Value::EMPTY)?;
    found.map(|_| Value::EMPTY)
}
fn length_hint(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Reversed>::of(th, a[0])?;
    let (of, at) = place(th, o)?;
    if of.is_empty() {
        return Ok(Value::small(0));
    }
    let n = th.len(of)? as i64;
    Ok(Value::small(if n < at + 1 { 0 } else { at + 1 }))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let class = class_of(a[0]).value();
    let o = State::<Reversed>::of(th, a[0])?;
    let (of, at) = place(th, o)?;
    if of.is_empty() {
        let args = th.new_tuple(&[ctx().empty_tuple]);
        return Ok(th.new_tuple(&[class, args]));
    }
    let args = th.new_tuple(&[of]);
    let at = th.new_int(at);
    Ok(th.new_tuple(&[class, args, at]))
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let at = th.to_isize(a[1])? as i64;
    let o = State::<Reversed>::of(th, a[0])?;
    let (of, _) = place(th, o)?;
    if !of.is_empty() {
        let n = th.len(of)? as i64;
        set_place(th, o, at.min(n - 1).max(-1))?;
    }
    Ok(Value::NONE)
}
