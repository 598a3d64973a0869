//! `itemgetter`, `attrgetter`, `methodcaller`. None of them changes once it is made.

use crate::support::ClassCell;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{TypeDef, def, def_static};
use vasuki_vm::object::Kind;
use vasuki_vm::state;
use vasuki_vm::state::State;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::class::class_of;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::list::List;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::types::repr_guard;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

state!(
    /// `itemgetter`: a tuple
    Items { items }
);
/// The declaration of `itemgetter`.
pub(crate) static ITEMGETTER: TypeDef = TypeDef {
    doc: "Return a callable object that fetches the given item(s) from its operand.\n\nAfter f = itemgetter(2), the call f(r) returns r[2].\nAfter g = itemgetter(2, 5, 3), the call g(r) returns (r[2], r[5], r[3])",
    methods: &[
        def_static("__new__", "cls, item, /, *items", items_new, ""),
        def("__call__", "self, obj, /", items_call, "Call self as a function."),
        def(
            "__repr__",
            "self, /",
            |th, a| {
                let t = State::<Items>::of(th, a[0])?.fixed().items.get();
                repr(th, a[0], t.as_gc::<Tuple>().items())
            },
            "Return repr(self).",
        ),
        def(
            "__reduce__",
            "self, /",
            |th, a| {
                let t = State::<Items>::of(th, a[0])?.fixed().items.get();
                Ok(th.new_tuple(&[class_of(a[0]).value(), t]))
            },
            "Return state information for pickling",
        ),
    ],
    ..TypeDef::new("operator.itemgetter", Kind::Payload, payload_size::<Items>())
};
/// The class `itemgetter`.
pub(crate) static ITEM_CLASS: ClassCell = ClassCell::new();

fn all_of(th: &mut Thread, first: Value, rest: Value) -> R {
    let mut all = ValueVec::with_capacity(th, 4)?;
    all.push(th, first)?;
    for v in rest.as_gc::<Tuple>().items() {
        all.push(th, *v)?;
    }
    Ok(th.new_tuple(all.as_slice()))
}
fn items_new(th: &mut Thread, a: &[Value]) -> R {
    let items = all_of(th, a[1], a[2])?;
    Ok(Items::make(th, a[0], [items]))
}
#[inline(always)]
fn item(th: &mut Thread, o: Value, k: Value) -> R {
    if let Some(i) = k.to_small()
        && i >= 0
    {
        let c = class_of(o);
        if c == ctx().types.tuple
            && let Some(v) = o.as_gc::<Tuple>().items().get(i as usize)
        {
            return Ok(*v);
        }
        if c == ctx().types.list
            && let Some(v) = o.as_gc::<List>().get(th, i as usize)?
        {
            return Ok(v);
        }
    }
    th.getitem(o, k)
}
fn items_call(th: &mut Thread, a: &[Value]) -> R {
    let items = State::<Items>::of(th, a[0])?.fixed().items.get().as_gc::<Tuple>().items();
    if let [one] = items {
        return item(th, a[1], *one);
    }
    let mut out = ValueVec::with_capacity(th, items.len())?;
    for k in items {
        let v = item(th, a[1], *k)?;
        out.push(th, v)?;
    }
    Ok(th.new_tuple(out.as_slice()))
}
fn repr(th: &mut Thread, v: Value, args: &[Value]) -> R {
    let class = class_of(v);
    let name = vasuki_vm::types::type_attrs::dotted_name(th, class)?;
    let shown = repr_guard::with(th, v, |th| {
        let mut parts = Vec::with_capacity(args.len());
        for a in args {
            parts.push(th.repr_string(*a)?);
        }
        Ok(format!("{name}({})", parts.join(", ")))
    })?;
    Ok(th.new_str(&shown.unwrap_or_else(|| format!("{name}(...)"))))
}

state!(
    /// `attrgetter`: the names as given, and for each a tuple of the interned parts between its dots
    Attrs { names, paths }
);
/// The declaration of `attrgetter`.
pub(crate) static ATTRGETTER: TypeDef = TypeDef {
    doc: "Return a callable object that fetches the given attribute(s) from its operand.\n\nAfter f = attrgetter('name'), the call f(r) returns r.name.\nAfter g = attrgetter('name', 'date'), the call g(r) returns (r.name, r.date).\nAfter h = attrgetter('name.first', 'name.last'), the call h(r) returns\n(r.name.first, r.name.last).",
    methods: &[
        def_static("__new__", "cls, attr, /, *attrs", attrs_new, ""),
        def("__call__", "self, obj, /", attrs_call, "Call self as a function."),
        def(
            "__repr__",
            "self, /",
            |th, a| {
                let t = State::<Attrs>::of(th, a[0])?.fixed().names.get();
                repr(th, a[0], t.as_gc::<Tuple>().items())
            },
            "Return repr(self).",
        ),
        def(
            "__reduce__",
            "self, /",
            |th, a| {
                let t = State::<Attrs>::of(th, a[0])?.fixed().names.get();
                Ok(th.new_tuple(&[class_of(a[0]).value(), t]))
            },
            "Return state information for pickling",
        ),
    ],
    ..TypeDef::new("operator.attrgetter", Kind::Payload, payload_size::<Attrs>())
};
/// The class `attrgetter`.
pub(crate) static ATTR_CLASS: ClassCell = ClassCell::new();

fn attrs_new(th: &mut Thread, a: &[Value]) -> R {
    let names = all_of(th, a[1], a[2])?;
    let mut paths = ValueVec::with_capacity(th, 4)?;
    for n in names.as_gc::<Tuple>().items() {
        let Some(s) = n.cast::<Str>() else {
            return Err(th.type_error("attribute name must be a string"));
        };
        let mut path = ValueVec::with_capacity(th, 1)?;
        let points: Vec<u32> = s.points().collect();
        for part in points.split(|c| *c == u32::from(b'.')) {
            let part = if part.len() == points.len() { *n } else { th.new_str_points(part) };
            path.push(th, part.as_gc::<Str>().interned().value())?;
        }
        let path = th.new_tuple(path.as_slice());
        paths.push(th, path)?;
    }
    let paths = th.new_tuple(paths.as_slice());
    Ok(Attrs::make(th, a[0], [names, paths]))
}
#[inline]
fn follow(th: &mut Thread, mut v: Value, path: Value) -> R {
    for name in path.as_gc::<Tuple>().items() {
        v = th.getattr(v, name.as_gc::<Str>())?;
    }
    Ok(v)
}
fn attrs_call(th: &mut Thread, a: &[Value]) -> R {
    let paths = State::<Attrs>::of(th, a[0])?.fixed().paths.get().as_gc::<Tuple>().items();
    if let [one] = paths {
        return follow(th, a[1], *one);
    }
    let mut out = ValueVec::with_capacity(th, paths.len())?;
    for p in paths {
        let v = follow(th, a[1], *p)?;
        out.push(th, v)?;
    }
    Ok(th.new_tuple(out.as_slice()))
}

state!(
    /// `methodcaller`: name, tuple, dict
    Method { name, args, kwargs }
);
/// The declaration of `methodcaller`.
pub(crate) static METHODCALLER: TypeDef = TypeDef {
    doc: "Return a callable object that calls the given method on its operand.\n\nAfter f = methodcaller('name'), the call f(r) returns r.name().\nAfter g = methodcaller('name', 'date', foo=1), the call g(r) returns\nr.name('date', foo=1).",
    methods: &[
        def_static("__new__", "cls, name, /, *args, **kwargs", method_new, ""),
        def("__call__", "self, obj, /", method_call, "Call self as a function."),
        def("__repr__", "self, /", method_repr, "Return repr(self)."),
        def("__reduce__", "self, /", method_reduce, "Return state information for pickling"),
    ],
    ..TypeDef::new("operator.methodcaller", Kind::Payload, payload_size::<Method>())
};
/// The class `methodcaller`.
pub(crate) static METHOD_CLASS: ClassCell = ClassCell::new();

fn method_new(th: &mut Thread, a: &[Value]) -> R {
    let Some(name) = a[1].cast::<Str>() else {
        return Err(th.type_error("method name must be a string"));
    };
    let kwargs = match a[3].cast::<Dict>() {
        Some(d) if d.len(th)? > 0 => a[3],
        _ => Value::EMPTY,
    };
    Ok(Method::make(th, a[0], [name.interned().value(), a[2], kwargs]))
}
fn method_call(th: &mut Thread, a: &[Value]) -> R {
    let s = State::<Method>::of(th, a[0])?.fixed();
    let (name, args, kwargs) = (s.name.get().as_gc::<Str>(), s.args.get(), s.kwargs.get());
    if kwargs.is_empty() {
        return th.call_method(a[1], name, args.as_gc::<Tuple>().items());
    }
    let f = th.getattr(a[1], name)?;
    th.call_ex(f, args, kwargs)
}
fn method_repr(th: &mut Thread, a: &[Value]) -> R {
    let class = class_of(a[0]);
    let dotted = vasuki_vm::types::type_attrs::dotted_name(th, class)?;
    let shown = repr_guard::with(th, a[0], |th| {
        let s = State::<Method>::of(th, a[0])?.fixed();
        let mut text = format!("{dotted}({}", th.repr_string(s.name.get())?);
        for v in s.args.get().as_gc::<Tuple>().items() {
            text.push_str(&format!(", {}", th.repr_string(*v)?));
        }
        if let Some(d) = s.kwargs.get().cast::<Dict>() {
            let (keys, values) = d.snapshot(th)?;
            for (k, v) in keys.as_slice().iter().zip(values.as_slice()) {
                text.push_str(&format!(", {}={}", th.str(*k)?.to_string_lossy(), th.repr_string(*v)?));
            }
        }
        text.push(')');
        Ok(text)
    })?;
    Ok(th.new_str(&shown.unwrap_or_else(|| format!("{dotted}(...)"))))
}
fn method_reduce(th: &mut Thread, a: &[Value]) -> R {
    let s = State::<Method>::of(th, a[0])?.fixed();
    let class = class_of(a[0]).value();
    let (name, args, kwargs) = (s.name.get(), s.args.get(), s.kwargs.get());
    if kwargs.is_empty() {
        let args = all_of(th, name, args)?;
        return Ok(th.new_tuple(&[class, args]));
    }
    // The keywords go with a partial of the class.
    let functools = vasuki_vm::import::import_module(th, "functools")?;
    let partial = crate::support::attr(th, functools, "partial")?;
    let first = th.new_tuple(&[class, name]);
    let make = th.call_ex(partial, first, kwargs)?;
    Ok(th.new_tuple(&[make, args]))
}
