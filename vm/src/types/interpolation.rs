//! `string.templatelib.Interpolation`.

use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_class, def_static, getter};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::payload::{self, Payload, payload_size};
use crate::types::str_::Str;
use crate::value::Value;

/// State; never changes.
#[derive(Clone)]
pub struct Interpolation {
    fields: [Value; 4],
}
impl Payload for Interpolation {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        self.fields.iter().for_each(|v| f(*v));
    }
    const NEEDS_DROP: bool = false;
}
/// A value, its expression's text, conversion (`'s'`, `'r'`, `'a'` or None) and format spec.
pub fn new(th: &mut Thread, value: Value, expression: Value, conversion: Value, spec: Value) -> R {
    Ok(payload::new(
        th,
        ctx().types.interpolation,
        Interpolation {
            fields: [value, expression, conversion, spec],
        },
    )
    .value())
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    getsets: GETSETS,
    doc: "Interpolation object",
    ..TypeDef::new("string.templatelib.Interpolation", Kind::Payload, payload_size::<Interpolation>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, value, expression='', conversion=None, format_spec=''",
        interpolation_new,
        "",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__reduce__", "self, /", reduce, ""),
    def_class(
        "__class_getitem__",
        "cls, item, /",
        |th, a| crate::types::generic_alias::new(th, a[0], a[1]),
        "See PEP 585",
    ),
];
static GETSETS: &[GetSetDef] = &[
    getter("value", |th, v| Ok(this(th, v)?[0]), "Value"),
    getter("expression", |th, v| Ok(this(th, v)?[1]), "Expression"),
    getter("conversion", |th, v| Ok(this(th, v)?[2]), "Conversion"),
    getter("format_spec", |th, v| Ok(this(th, v)?[3]), "Format specifier"),
];
fn this(th: &mut Thread, v: Value) -> R<[Value; 4]> {
    match payload::downcast::<Interpolation>(v) {
        Some(p) => Ok(p.frozen().fields),
        None => Err(th.type_error("expected an Interpolation")),
    }
}
fn interpolation_new(th: &mut Thread, a: &[Value]) -> R {
    let empty = ctx().empty_str;
    let text = |v: Value| if v.is_empty() { empty } else { v };
    let conversion = if a[3].is_empty() { Value::NONE } else { a[3] };
    for (v, what) in [(text(a[2]), "expression"), (text(a[4]), "format_spec")] {
        if v.cast::<Str>().is_none() {
            let n = th.class_of(v).name_str();
            return Err(th.type_error(&format!("Interpolation() argument '{what}' must be str, not {n}")));
        }
    }
    match conversion.cast::<Str>() {
        Some(c) if !["s", "r", "a"].iter().any(|x| c.is(x)) => {
            return Err(th.value_error("Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'"));
        }
        None if !conversion.is_none() => {
            let n = th.class_of(conversion).name_str();
            return Err(th.type_error(&format!("Interpolation() argument 'conversion' must be str, not {n}")));
        }
        _ => {}
    }
    new(th, a[1], text(a[2]), conversion, text(a[4]))
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    let mut parts = Vec::new();
    for v in f {
        parts.push(th.repr_string(v)?);
    }
    Ok(th.new_str(&format!("Interpolation({})", parts.join(", "))))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    let args = th.new_tuple(&f);
    let class = th.class_of(a[0]).value();
    Ok(th.new_tuple(&[class, args]))
}
