//! `zip`

use crate::native::{NativeDef, TypeDef, def, def_static};
use crate::object::Kind;
use crate::state;
use crate::state::State;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::buffer::ValueVec;
use crate::types::class::class_of;
use crate::types::dict::Dict;
use crate::types::payload::payload_size;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

state!(
    /// A tuple of iterators; must they end together?
    Zip { its, strict, turn }
);
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    doc: "The zip object yields n-length tuples, where n is the number of iterables\npassed as positional arguments to zip().  The i-th element in every tuple\ncomes from the i-th iterable argument to zip().  This continues until the\nshortest argument is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.\n\n   >>> list(zip('abcdefg', range(3), range(4)))\n   [('a', 0, 0), ('b', 1, 1), ('c', 2, 2)]",
    ..TypeDef::new("zip", Kind::Payload, payload_size::<Zip>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *iterables, **kwargs",
        new,
        "Create and return a new object.  See help(type) for accurate signature.",
    ),
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
    def("__setstate__", "self, state, /", setstate, "Set state information for unpickling."),
];
/// The `strict=` among keyword arguments that may hold nothing else.
pub(crate) fn strict_argument(th: &mut Thread, function: &str, kwargs: Value) -> R<bool> {
    let Some(d) = kwargs.cast::<Dict>() else { return Ok(false) };
    let (names, values) = d.snapshot(th)?;
    if names.len() > 1 {
        return Err(th.type_error(&format!("{function}() takes at most 1 keyword argument ({} given)", names.len())));
    }
    let (Some(name), Some(v)) = (names.as_slice().first(), values.as_slice().first()) else {
        return Ok(false);
    };
    match name.cast::<Str>() {
        Some(n) if n.is("strict") => th.truth(*v),
        _ => {
            let name = th.str(*name)?.to_string_lossy();
            Err(th.type_error(&format!("{function}() got an unexpected keyword argument '{name}'")))
        }
    }
}
fn unequal(th: &mut Thread, function: &str, i: usize, how: &str) -> Throw {
    let others = if i == 1 { " 1".into() } else { format!("s 1-{i}") };
    th.value_error(&format!("{function}() argument {} is {how} than argument{others}", i + 1))
}
/// The next item of each iterator; None when one is at its end (a ValueError when that is not true of all, if `strict`).
pub(crate) fn step(th: &mut Thread, function: &str, its: &[Value], strict: bool) -> R<Option<ValueVec>> {
    let mut out = ValueVec::with_capacity(th, its.len())?;
    for (i, it) in its.iter().enumerate() {
        if let Some(v) = th.next(*it)? {
            out.push(th, v)?;
            continue;
        }
        if strict && i > 0 {
            return Err(unequal(th, function, i, "shorter"));
        }
        if strict {
            for (i, it) in its.iter().enumerate().skip(1) {
                if th.next(*it)?.is_some() {
                    return Err(unequal(th, function, i, "longer"));
                }
            }
        }
        return Ok(None);
    }
    Ok(Some(out))
}
/// Iterators of all.
pub(crate) fn iterators(th: &mut Thread, iterables: &[Value]) -> R {
    let mut its = ValueVec::with_capacity(th, iterables.len())?;
    for v in iterables {
        let it = th.iter(*v)?;
        its.push(th, it)?;
    }
    Ok(th.new_tuple(its.as_slice()))
}
fn new(th: &mut Thread, a: &[Value]) -> R {
    let strict = strict_argument(th, "zip", a[2])?;
    let its = iterators(th, a[1].as_gc::<Tuple>().items())?;
    Ok(Zip::make(th, a[0], [its, Value::bool(strict), Value::EMPTY]))
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Zip>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| zip_step(th, o))
}
fn zip_step(th: &mut Thread, o: State<Zip>) -> R {
    let its = o.fixed().its.get().as_gc::<Tuple>().items();
    let strict = o.read(th, |s| s.strict.get())?.is_true();
    if let [x, y] = its
        && !strict
    {
        let Some(v) = th.next(*x)? else { return Ok(Value::EMPTY) };
        let Some(w) = th.next(*y)? else { return Ok(Value::EMPTY) };
        return Ok(th.new_tuple(&[v, w]));
    }
    if its.is_empty() {
        return Ok(Value::EMPTY);
    }
    match step(th, "zip", its, strict)? {
        Some(items) => Ok(th.new_tuple(items.as_slice())),
        None => Ok(Value::EMPTY),
    }
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let class = class_of(a[0]).value();
    let o = State::<Zip>::of(th, a[0])?;
    let its = o.fixed().its.get();
    Ok(if o.read(th, |s| s.strict.get())?.is_true() {
        th.new_tuple(&[class, its, Value::TRUE])
    } else {
        th.new_tuple(&[class, its])
    })
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let strict = th.truth(a[1])?;
    let o = State::<Zip>::of(th, a[0])?;
    o.put(th, &o.fixed().strict, Value::bool(strict))?;
    Ok(Value::NONE)
}
