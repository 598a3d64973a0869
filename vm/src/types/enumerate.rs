//! `enumerate`

use crate::native::{NativeDef, TypeDef, def, def_class, def_static};
use crate::object::Kind;
use crate::ops::BinOp;
use crate::state;
use crate::state::State;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::types::dict::Dict;
use crate::types::payload::payload_size;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

state!(
    /// The iterator and the next number (an int of any size)
    Enumerate { it, number, turn }
);
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    doc: "Return an enumerate object.\n\n  iterable\n    an object supporting iteration\n\nThe enumerate object yields pairs containing a count (from start, which\ndefaults to zero) and a value yielded by the iterable argument.\n\nenumerate is useful for obtaining an indexed list:\n    (0, seq[0]), (1, seq[1]), (2, seq[2]), ...",
    ..TypeDef::new("enumerate", Kind::Payload, payload_size::<Enumerate>())
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
    def_class(
        "__class_getitem__",
        "cls, object, /",
        |th, a| crate::types::generic_alias::new(th, a[0], a[1]),
        "See PEP 585",
    ),
];
fn arguments(th: &mut Thread, args: Value, kwargs: Value) -> R<(Value, Value)> {
    let given = args.as_gc::<Tuple>().items();
    let (mut iterable, mut start) = (
        given.first().copied().unwrap_or(Value::EMPTY),
        given.get(1).copied().unwrap_or(Value::EMPTY),
    );
    let (names, values) = match kwargs.cast::<Dict>() {
        Some(d) => d.snapshot(th)?,
        None => Default::default(),
    };
    let count = given.len() + names.len();
    if count > 2 {
        return Err(th.type_error(&format!("enumerate() takes at most 2 arguments ({count} given)")));
    }
    let mut odd = None;
    for (name, v) in names.as_slice().iter().zip(values.as_slice()) {
        match name.cast::<Str>() {
            Some(n) if n.is("iterable") && iterable.is_empty() => iterable = *v,
            Some(n) if n.is("start") && start.is_empty() => start = *v,
            Some(n) if odd.is_none() => odd = Some(n.to_string_lossy()),
            _ => {}
        }
    }
    if iterable.is_empty() && odd.is_none() && !start.is_empty() {
        odd = Some("start".into());
    }
    match odd {
        Some(name) => Err(th.type_error(&format!("'{name}' is an invalid keyword argument for enumerate()"))),
        None if iterable.is_empty() => Err(th.type_error("enumerate() missing required argument 'iterable'")),
        None => Ok((iterable, start)),
    }
}
fn new(th: &mut Thread, a: &[Value]) -> R {
    let (iterable, start) = arguments(th, a[1], a[2])?;
    let number = if start.is_empty() { Value::small(0) } else { th.index(start)? };
    let it = th.iter(iterable)?;
    Ok(Enumerate::make(th, a[0], [it, number, Value::EMPTY]))
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Enumerate>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| enumerate_step(th, o))
}
fn enumerate_step(th: &mut Thread, o: State<Enumerate>) -> R {
    let Some(v) = th.next(o.fixed().it.get())? else {
        return Ok(Value::EMPTY);
    };
    let number = o.open(th)?.number.get();
    let following = match number.to_small().and_then(|n| Value::try_small(n + 1)) {
        Some(n) => n,
        None => th.binary(BinOp::Add, number, Value::small(1))?,
    };
    o.store(th, &o.fixed().number, following);
    Ok(th.new_tuple(&[number, v]))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Enumerate>::of(th, a[0])?;
    let number = o.read(th, |s| s.number.get())?;
    let args = th.new_tuple(&[o.fixed().it.get(), number]);
    Ok(th.new_tuple(&[class_of(a[0]).value(), args]))
}
