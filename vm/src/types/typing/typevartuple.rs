//! `typing.TypeVarTuple`.

use super::{call_typing, calling_module, checked_name, evaluate, mro_entries, no_default, or_none};
use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getter};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::payload::{self, Payload, payload_size};
use crate::value::Value;

/// State.
#[derive(Clone)]
pub struct TypeVarTuple {
    name: Value,
    module: Value,
    default: Value,
    /// function of the default, or EMPTY
    pub default_function: Value,
}
impl Payload for TypeVarTuple {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        for v in [self.name, self.module, self.default, self.default_function] {
            f(v);
        }
    }
    const NEEDS_DROP: bool = false;
}
/// Of `class C[*Ts]`.
pub fn new(th: &mut Thread, name: Value) -> R {
    make(th, name, Value::EMPTY)
}
fn make(th: &mut Thread, name: Value, default: Value) -> R {
    let module = calling_module(th)?;
    Ok(payload::new(
        th,
        ctx().types.typevartuple,
        TypeVarTuple {
            name,
            module,
            default,
            default_function: Value::EMPTY,
        },
    )
    .value())
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    dict: true,
    methods: METHODS,
    getsets: GETSETS,
    doc: "Type variable tuple.",
    ..TypeDef::new("typing.TypeVarTuple", Kind::Payload, payload_size::<TypeVarTuple>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, name, *, default=NoDefault",
        |th, a| {
            let n = checked_name(th, a[1], "TypeVarTuple")?;
            make(th, n.value(), a[2])
        },
        "",
    ),
    def("__repr__", "self, /", |th, a| Ok(this(th, a[0])?.name), "Return repr(self)."),
    def("__reduce__", "self, /", |th, a| Ok(this(th, a[0])?.name), ""),
    def("__iter__", "self, /", iter, "Implement iter(self)."),
    def(
        "has_default",
        "self, /",
        |th, a| {
            let d = default(th, a[0])?;
            Ok(Value::bool(d != no_default(th)))
        },
        "",
    ),
    def(
        "__typing_subst__",
        "self, arg, /",
        |th, _| Err(th.type_error("Substitution of bare TypeVarTuple is not supported")),
        "",
    ),
    def(
        "__typing_prepare_subst__",
        "self, alias, args, /",
        |th, a| call_typing(th, "_typevartuple_prepare_subst", &[a[0], a[1], a[2]]),
        "",
    ),
    def("__mro_entries__", "self, bases, /", |th, _| mro_entries(th, "TypeVarTuple"), ""),
];
static GETSETS: &[GetSetDef] = &[
    getter("__name__", |th, v| Ok(this(th, v)?.name), ""),
    getter("__module__", |th, v| Ok(this(th, v)?.module), ""),
    getter("__default__", default, ""),
    getter("evaluate_default", |th, v| Ok(or_none(this(th, v)?.default_function)), ""),
];
fn this(th: &mut Thread, v: Value) -> R<&'static mut TypeVarTuple> {
    match payload::downcast::<TypeVarTuple>(v) {
        Some(p) => th.open_mut(p),
        None => Err(th.type_error("expected a TypeVarTuple")),
    }
}
fn default(th: &mut Thread, v: Value) -> R {
    let t = this(th, v)?;
    let (value, f) = (t.default, t.default_function);
    if value.is_empty() && !f.is_empty() {
        let value = evaluate(th, f)?;
        this(th, v)?.default = value;
        return Ok(value);
    }
    Ok(if value.is_empty() { no_default(th) } else { value })
}
fn iter(th: &mut Thread, a: &[Value]) -> R {
    let m = crate::import::import_module(th, "typing")?;
    let name = th.intern("Unpack");
    let unpack = th.getattr(m, name)?;
    let v = th.getitem(unpack, a[0])?;
    let t = th.new_tuple(&[v]);
    th.iter(t)
}
