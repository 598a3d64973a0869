//! `takewhile`, `dropwhile`, `filterfalse`, `compress`, `starmap`.

use super::simple::is_bool;
use vasuki_vm::native::{TypeDef, def, def_static};
use vasuki_vm::object::Kind;
use vasuki_vm::state;
use vasuki_vm::state::{State, advance};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

state!(
    /// A function, an iterator, and (of some) True once the function has decided.
    Filter { func, it, done, turn }
);
macro_rules! filter_type {
    ($(#[$m:meta])* $name:ident, $py:literal, $sig:literal, $next:ident, $doc:literal) => {
        $(#[$m])*
        pub(super) static $name: TypeDef = TypeDef {
            doc: $doc,
            methods: &[
                def_static("__new__", $sig, filter_new, ""),
                def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
                def("__next__", "self, /", $next, "Implement next(self)."),
            ],
            ..TypeDef::new($py, Kind::Payload, payload_size::<Filter>())
        };
    };
}
filter_type!(
    /// The declaration of `takewhile`.
    TAKEWHILE, "itertools.takewhile", "cls, predicate, iterable, /", takewhile_next,
    "Return successive entries from an iterable as long as the predicate evaluates to true for each entry."
);
filter_type!(
    /// The declaration of `dropwhile`.
    DROPWHILE, "itertools.dropwhile", "cls, predicate, iterable, /", dropwhile_next,
    "Drop items from the iterable while predicate(item) is true.\n\nAfterwards, return every element until the iterable is exhausted."
);
filter_type!(
    /// The declaration of `filterfalse`.
    FILTERFALSE, "itertools.filterfalse", "cls, function, iterable, /", filterfalse_next,
    "Return those items of iterable for which function(item) is false.\n\nIf function is None, return the items that are false."
);
filter_type!(
    /// The declaration of `starmap`.
    STARMAP, "itertools.starmap", "cls, function, iterable, /", starmap_next,
    "Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence."
);
fn filter_new(th: &mut Thread, a: &[Value]) -> R {
    let it = th.iter(a[2])?;
    Ok(Filter::make(th, a[0], [a[1], it, Value::FALSE, Value::EMPTY]))
}
fn holds(th: &mut Thread, f: Value, v: Value) -> R<bool> {
    let r = if is_bool(f) { v } else { th.call(f, &[v])? };
    th.truth(r)
}
fn takewhile_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Filter>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| takewhile_step(th, o))
}
fn takewhile_step(th: &mut Thread, o: State<Filter>) -> R {
    let (f, it) = (o.fixed().func.get(), o.fixed().it.get());
    if o.read(th, |s| s.done.get())?.is_true() {
        return Ok(Value::EMPTY);
    }
    let v = advance(th, it)?;
    if v.is_empty() {
        return Ok(v);
    }
    let r = th.call(f, &[v])?;
    if th.truth(r)? {
        return Ok(v);
    }
    o.put(th, &o.fixed().done, Value::TRUE)?;
    Ok(Value::EMPTY)
}
fn dropwhile_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Filter>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| dropwhile_step(th, o))
}
fn dropwhile_step(th: &mut Thread, o: State<Filter>) -> R {
    let (f, it) = (o.fixed().func.get(), o.fixed().it.get());
    loop {
        let v = advance(th, it)?;
        if v.is_empty() || o.read(th, |s| s.done.get())?.is_true() {
            return Ok(v);
        }
        let r = th.call(f, &[v])?;
        if !th.truth(r)? {
            o.put(th, &o.fixed().done, Value::TRUE)?;
            return Ok(v);
        }
    }
}
fn filterfalse_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Filter>::of(th, a[0])?;
    let (f, it) = (o.fixed().func.get(), o.fixed().it.get());
    loop {
        let v = advance(th, it)?;
        if v.is_empty() || !holds(th, f, v)? {
            return Ok(v);
        }
    }
}
fn starmap_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Filter>::of(th, a[0])?;
    let (f, it) = (o.fixed().func.get(), o.fixed().it.get());
    let v = advance(th, it)?;
    if v.is_empty() {
        return Ok(v);
    }
    if let Some(t) = v.cast::<Tuple>() {
        return th.call(f, t.items());
    }
    let args = th.collect(v)?;
    th.call(f, args.as_slice())
}

state!(
    /// `compress`
    Compress { data, selectors, turn }
);
/// The declaration of `compress`.
pub(super) static COMPRESS: TypeDef = TypeDef {
    doc: "Return data elements corresponding to true selector elements.\n\nForms a shorter iterator from selected data elements using the selectors to\nchoose the data elements.",
    methods: &[
        def_static("__new__", "cls, data, selectors", compress_new, ""),
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", compress_next, "Implement next(self)."),
    ],
    ..TypeDef::new("itertools.compress", Kind::Payload, payload_size::<Compress>())
};
fn compress_new(th: &mut Thread, a: &[Value]) -> R {
    let data = th.iter(a[1])?;
    let selectors = th.iter(a[2])?;
    Ok(Compress::make(th, a[0], [data, selectors, Value::EMPTY]))
}
fn compress_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Compress>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| compress_step(th, o.fixed()))
}
fn compress_step(th: &mut Thread, s: &Compress) -> R {
    let (data, selectors) = (s.data.get(), s.selectors.get());
    loop {
        let v = advance(th, data)?;
        if v.is_empty() {
            return Ok(v);
        }
        match advance(th, selectors)? {
            Value::EMPTY => return Ok(Value::EMPTY),
            chosen => {
                if th.truth(chosen)? {
                    return Ok(v);
                }
            }
        }
    }
}
