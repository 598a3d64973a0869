//! `types.SimpleNamespace`.

use crate::attrs;
use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getset};
use crate::object::Kind;
use crate::ops::CmpOp;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::types::dict::Dict;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    dict: true,
    methods: METHODS,
    getsets: GETSETS,
    doc: "A simple attribute-based namespace.",
    ..TypeDef::new("types.SimpleNamespace", Kind::Instance, 16)
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        |th, a| Ok(attrs::new_instance(th, a[0].as_gc())),
        "",
    ),
    def(
        "__init__",
        "self, /, *args, **kwargs",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__eq__", "self, value, /", |th, a| compare(th, CmpOp::Eq, a), "Return self==value."),
    def("__ne__", "self, value, /", |th, a| compare(th, CmpOp::Ne, a), "Return self!=value."),
    def("__lt__", "self, value, /", |th, a| compare(th, CmpOp::Lt, a), "Return self<value."),
    def("__le__", "self, value, /", |th, a| compare(th, CmpOp::Le, a), "Return self<=value."),
    def("__gt__", "self, value, /", |th, a| compare(th, CmpOp::Gt, a), "Return self>value."),
    def("__ge__", "self, value, /", |th, a| compare(th, CmpOp::Ge, a), "Return self>=value."),
    def("__reduce__", "self, /", reduce, "Return state information for pickling"),
    def(
        "__replace__",
        "self, /, **changes",
        replace,
        "Return a copy of the namespace object with new values for the specified attributes.",
    ),
];
static GETSETS: &[GetSetDef] = &[getset(
    "__dict__",
    crate::types::object::get_dict,
    crate::types::object::set_dict,
    "",
)];

/// A namespace with these attributes.
pub fn new(th: &mut Thread, fields: &[(&str, Value)]) -> R {
    let v = attrs::new_instance(th, ctx().types.simple_namespace);
    for (name, value) in fields {
        let name = th.intern(name);
        attrs::instance_set(th, v.as_obj(), name, *value)?;
    }
    Ok(v)
}
fn update(th: &mut Thread, v: Value, d: Value) -> R<()> {
    let (keys, values) = d.as_gc::<Dict>().snapshot(th)?;
    for (k, x) in keys.as_slice().iter().zip(values.as_slice()) {
        let Some(name) = k.cast::<Str>() else {
            let text = format!("keywords must be strings, not '{}'", class_of(*k).name_str());
            return Err(th.type_error(&text));
        };
        attrs::instance_set(th, v.as_obj(), name.interned(), *x)?;
    }
    Ok(())
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    match a[1].as_gc::<Tuple>().items() {
        [] => {}
        [one] => {
            let d = if one.is_kind(Kind::Dict) {
                *one
            } else {
                th.call(ctx().types.dict.value(), &[*one])?
            };
            update(th, a[0], d)?;
        }
        many => {
            let text = format!("{} expected at most 1 argument, got {}", class_of(a[0]).name_str(), many.len());
            return Err(th.type_error(&text));
        }
    }
    if a[2].is_kind(Kind::Dict) {
        update(th, a[0], a[2])?;
    }
    Ok(Value::NONE)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let class = class_of(a[0]);
    let name = if class == ctx().types.simple_namespace {
        "namespace".into()
    } else {
        class.name_str()
    };
    let d = attrs::instance_dict_snapshot(th, a[0].as_obj())?;
    let (keys, values) = d.snapshot(th)?;
    let mut parts = Vec::new();
    for (k, v) in keys.as_slice().iter().zip(values.as_slice()) {
        if *v == a[0] {
            parts.push(format!("{}={name}(...)", th.str(*k)?.to_string_lossy()));
            continue;
        }
        parts.push(format!("{}={}", th.str(*k)?.to_string_lossy(), th.repr_string(*v)?));
    }
    let text = format!("{name}({})", parts.join(", "));
    Ok(th.new_str(&text))
}
fn compare(th: &mut Thread, op: CmpOp, a: &[Value]) -> R {
    let ns = ctx().types.simple_namespace;
    if !class_of(a[1]).is_subclass_of(ns) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let x = attrs::instance_dict_snapshot(th, a[0].as_obj())?.value();
    let y = attrs::instance_dict_snapshot(th, a[1].as_obj())?.value();
    if op == CmpOp::Eq || op == CmpOp::Ne {
        th.compare(op, x, y)
    } else {
        Ok(Value::NOT_IMPLEMENTED)
    }
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let d = attrs::instance_dict_snapshot(th, a[0].as_obj())?.value();
    Ok(th.new_tuple(&[class_of(a[0]).value(), ctx().empty_tuple, d]))
}
fn replace(th: &mut Thread, a: &[Value]) -> R {
    let made = th.call(class_of(a[0]).value(), &[])?;
    let d = attrs::instance_dict_snapshot(th, a[0].as_obj())?.value();
    update(th, made, d)?;
    if a[1].is_kind(Kind::Dict) {
        update(th, made, a[1])?;
    }
    Ok(made)
}
