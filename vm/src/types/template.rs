//! `string.templatelib.Template`.

use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getter};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::payload::{self, Payload, payload_size};
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// State; never changes. There is one string more than interpolations.
#[derive(Clone)]
pub struct Template {
    strings: Value,
    interpolations: Value,
}
impl Payload for Template {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.strings);
        f(self.interpolations);
    }
    const NEEDS_DROP: bool = false;
}
/// From two tuples.
pub fn new(th: &mut Thread, strings: Value, interpolations: Value) -> R {
    Ok(payload::new(th, ctx().types.template, Template { strings, interpolations }).value())
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    getsets: GETSETS,
    doc: "Template object",
    ..TypeDef::new("string.templatelib.Template", Kind::Payload, payload_size::<Template>())
};
/// The declaration of the iterator.
pub static ITER: TypeDef = TypeDef {
    base: false,
    methods: ITER_METHODS,
    ..TypeDef::new("string.templatelib.TemplateIter", Kind::Payload, payload_size::<TemplateIter>())
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, /, *args, **kwargs", template_new, ""),
    def("__iter__", "self, /", iter, "Implement iter(self)."),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__add__", "self, value, /", |th, a| add(th, a[0], a[1]), "Return self+value."),
    def("__reduce__", "self, /", reduce, ""),
];
static GETSETS: &[GetSetDef] = &[
    getter("strings", |th, v| Ok(this(th, v)?.strings), "Strings"),
    getter("interpolations", |th, v| Ok(this(th, v)?.interpolations), "Interpolations"),
    getter("values", values, "Values of interpolations"),
];
fn this(th: &mut Thread, v: Value) -> R<&'static Template> {
    match payload::downcast::<Template>(v) {
        Some(p) => Ok(p.frozen()),
        None => Err(th.type_error("expected a Template")),
    }
}
fn values(th: &mut Thread, v: Value) -> R {
    let t = this(th, v)?;
    let key = th.intern("value");
    let mut out = ValueVec::new();
    for &i in t.interpolations.as_gc::<Tuple>().items() {
        let v = th.getattr(i, key)?;
        out.push(th, v)?;
    }
    Ok(th.new_tuple(out.as_slice()))
}
fn joined(th: &mut Thread, a: Value, b: Value) -> R {
    crate::types::str_ops::concat(th, a.as_gc::<Str>(), b.as_gc::<Str>())
}
fn template_new(th: &mut Thread, a: &[Value]) -> R {
    if a[2].cast::<crate::types::dict::Dict>().is_some_and(|d| d.len_raw() > 0) {
        return Err(th.type_error("Template.__new__ only accepts *args arguments"));
    }
    let mut strings = ValueVec::new();
    let mut inter = ValueVec::new();
    let mut last = ctx().empty_str;
    for &v in a[1].as_gc::<Tuple>().items() {
        if v.cast::<Str>().is_some() {
            last = joined(th, last, v)?;
        } else if th.class_of(v) == ctx().types.interpolation {
            strings.push(th, last)?;
            last = ctx().empty_str;
            inter.push(th, v)?;
        } else {
            let n = th.class_of(v).name_str();
            return Err(th.type_error(&format!(
                "Template.__new__ *args need to be of type 'str' or 'Interpolation', got {n}"
            )));
        }
    }
    strings.push(th, last)?;
    let (s, i) = (th.new_tuple(strings.as_slice()), th.new_tuple(inter.as_slice()));
    new(th, s, i)
}
fn add(th: &mut Thread, a: Value, b: Value) -> R {
    let (Some(x), Some(y)) = (payload::downcast::<Template>(a), payload::downcast::<Template>(b)) else {
        let (n, m) = (th.class_of(a).name_str(), th.class_of(b).name_str());
        return Err(th.type_error(&format!(
            "can only concatenate string.templatelib.Template (not \"{}\") to string.templatelib.Template",
            if n == "Template" { m } else { n }
        )));
    };
    let (xs, ys) = (
        x.frozen().strings.as_gc::<Tuple>().items(),
        y.frozen().strings.as_gc::<Tuple>().items(),
    );
    let mut strings = ValueVec::from_slice(th, xs)?;
    let middle = joined(th, xs[xs.len() - 1], ys[0])?;
    strings.set(xs.len() - 1, middle);
    for v in &ys[1..] {
        strings.push(th, *v)?;
    }
    let mut inter = ValueVec::from_slice(th, x.frozen().interpolations.as_gc::<Tuple>().items())?;
    for v in y.frozen().interpolations.as_gc::<Tuple>().items() {
        inter.push(th, *v)?;
    }
    let (s, i) = (th.new_tuple(strings.as_slice()), th.new_tuple(inter.as_slice()));
    new(th, s, i)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let t = this(th, a[0])?;
    let (s, i) = (th.repr_string(t.strings)?, th.repr_string(t.interpolations)?);
    Ok(th.new_str(&format!("Template(strings={s}, interpolations={i})")))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let t = this(th, a[0])?;
    let m = crate::import::import_module(th, "string.templatelib")?;
    let name = th.intern("_template_unpickle");
    let f = th.getattr(m, name)?;
    let args = th.new_tuple(&[t.strings, t.interpolations]);
    Ok(th.new_tuple(&[f, args]))
}
/// State of the iterator: the parts without empty strings.
#[derive(Clone)]
pub struct TemplateIter {
    parts: Value,
    index: usize,
}
impl Payload for TemplateIter {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.parts)
    }
    const NEEDS_DROP: bool = false;
}
static ITER_METHODS: &[NativeDef] = &[
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
];
fn iter(th: &mut Thread, a: &[Value]) -> R {
    let t = this(th, a[0])?;
    let mut out = ValueVec::new();
    let inter = t.interpolations.as_gc::<Tuple>().items();
    for (i, &s) in t.strings.as_gc::<Tuple>().items().iter().enumerate() {
        if !s.as_gc::<Str>().is_empty() {
            out.push(th, s)?;
        }
        if let Some(v) = inter.get(i) {
            out.push(th, *v)?;
        }
    }
    let parts = th.new_tuple(out.as_slice());
    Ok(payload::new(th, ctx().types.template_iter, TemplateIter { parts, index: 0 }).value())
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let Some(p) = payload::downcast::<TemplateIter>(a[0]) else {
        return Err(th.type_error("expected a TemplateIter"));
    };
    let p = th.open_mut(p)?;
    p.index += 1;
    Ok(p.parts.as_gc::<Tuple>().items().get(p.index - 1).copied().unwrap_or(Value::EMPTY))
}
