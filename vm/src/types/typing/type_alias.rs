//! `typing.TypeAliasType`.

use super::{calling_module, checked_name, evaluate, or_none, union};
use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getter};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::payload::{self, Payload, payload_size};
use crate::types::tuple::Tuple;
use crate::value::Value;

/// State.
#[derive(Clone)]
pub struct TypeAlias {
    name: Value,
    module: Value,
    params: Value,
    value: Value,
    function: Value,
}
impl Payload for TypeAlias {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        for v in [self.name, self.module, self.params, self.value, self.function] {
            f(v);
        }
    }
    const NEEDS_DROP: bool = false;
}
/// Of `type X[params] = value`; the value is a function.
pub fn new(th: &mut Thread, name: Value, params: Value, f: Value) -> R {
    let module = calling_module(th)?;
    let params = if params.is_none() { ctx().empty_tuple } else { params };
    Ok(payload::new(
        th,
        ctx().types.type_alias,
        TypeAlias {
            name,
            module,
            params,
            value: Value::EMPTY,
            function: f,
        },
    )
    .value())
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    getsets: GETSETS,
    doc: "Type alias.",
    ..TypeDef::new("typing.TypeAliasType", Kind::Payload, payload_size::<TypeAlias>())
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, name, value, *, type_params=()", alias_new, ""),
    def("__repr__", "self, /", |th, a| Ok(this(th, a[0])?.name), "Return repr(self)."),
    def("__reduce__", "self, /", |th, a| Ok(this(th, a[0])?.name), ""),
    def("__getitem__", "self, key, /", getitem, "Return self[key]."),
    def("__iter__", "self, /", iter, "Implement iter(self)."),
    def("__or__", "self, value, /", |th, a| union(th, a[0], a[1]), "Return self|value."),
    def("__ror__", "self, value, /", |th, a| union(th, a[1], a[0]), "Return value|self."),
];
static GETSETS: &[GetSetDef] = &[
    getter("__name__", |th, v| Ok(this(th, v)?.name), ""),
    getter("__module__", |th, v| Ok(this(th, v)?.module), ""),
    getter("__type_params__", |th, v| Ok(this(th, v)?.params), ""),
    getter("__parameters__", |th, v| Ok(this(th, v)?.params), ""),
    getter("__value__", value, ""),
    getter("evaluate_value", |th, v| Ok(or_none(this(th, v)?.function)), ""),
];
fn this(th: &mut Thread, v: Value) -> R<&'static mut TypeAlias> {
    match payload::downcast::<TypeAlias>(v) {
        Some(p) => th.open_mut(p),
        None => Err(th.type_error("expected a TypeAliasType")),
    }
}
fn value(th: &mut Thread, v: Value) -> R {
    let t = this(th, v)?;
    let (value, f) = (t.value, t.function);
    if value.is_empty() && !f.is_empty() {
        let value = evaluate(th, f)?;
        this(th, v)?.value = value;
        return Ok(value);
    }
    Ok(or_none(value))
}
fn alias_new(th: &mut Thread, a: &[Value]) -> R {
    let name = checked_name(th, a[1], "TypeAliasType")?.value();
    let params = if a[3].is_empty() { ctx().empty_tuple } else { a[3] };
    if params.cast::<Tuple>().is_none() {
        return Err(th.type_error("type_params must be a tuple"));
    }
    let module = calling_module(th)?;
    Ok(payload::new(
        th,
        ctx().types.type_alias,
        TypeAlias {
            name,
            module,
            params,
            value: a[2],
            function: Value::EMPTY,
        },
    )
    .value())
}
fn getitem(th: &mut Thread, a: &[Value]) -> R {
    if this(th, a[0])?.params.as_gc::<Tuple>().is_empty() {
        return Err(th.type_error("Only generic type aliases are subscriptable"));
    }
    crate::types::generic_alias::new(th, a[0], a[1])
}
fn iter(th: &mut Thread, a: &[Value]) -> R {
    let m = crate::import::import_module(th, "typing")?;
    let name = th.intern("Unpack");
    let unpack = th.getattr(m, name)?;
    let v = th.getitem(unpack, a[0])?;
    let t = th.new_tuple(&[v]);
    th.iter(t)
}
