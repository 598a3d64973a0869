//! NoneType, ellipsis and NotImplementedType.

use crate::native::{NativeDef, TypeDef, def, def_static};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::dict::Dict;
use crate::types::tuple::Tuple;
use crate::value::Value;

fn no_arguments(th: &mut Thread, a: &[Value], name: &str) -> R<()> {
    if !a[1].as_gc::<Tuple>().is_empty() || a[2].cast::<Dict>().is_some_and(|d| d.len(th).is_ok_and(|n| n > 0)) {
        return Err(th.type_error(&format!("{name} takes no arguments")));
    }
    Ok(())
}
/// NoneType
pub static NONE: TypeDef = TypeDef {
    base: false,
    methods: NONE_METHODS,
    doc: "The type of the None singleton.",
    ..TypeDef::new("NoneType", Kind::Instance, 16)
};
static NONE_METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        |th, a| no_arguments(th, a, "NoneType").map(|()| Value::NONE),
        "",
    ),
    def("__repr__", "self, /", |th, _| Ok(th.intern("None").value()), "Return repr(self)."),
    def("__bool__", "self, /", |_, _| Ok(Value::FALSE), "True if self else False"),
    def("__hash__", "self, /", |_, _| Ok(Value::small(0xFCA8_6420)), "Return hash(self)."),
    def(
        "__eq__",
        "self, value, /",
        |_, a| Ok(if a[1].is_none() { Value::TRUE } else { Value::NOT_IMPLEMENTED }),
        "Return self==value.",
    ),
];
/// ellipsis
pub static ELLIPSIS: TypeDef = TypeDef {
    base: false,
    methods: ELLIPSIS_METHODS,
    doc: "The type of the Ellipsis singleton.",
    ..TypeDef::new("ellipsis", Kind::Instance, 16)
};
static ELLIPSIS_METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        |th, a| no_arguments(th, a, "EllipsisType").map(|()| Value::ELLIPSIS),
        "",
    ),
    def(
        "__repr__",
        "self, /",
        |th, _| Ok(th.intern("Ellipsis").value()),
        "Return repr(self).",
    ),
    def("__reduce__", "self, /", |th, _| Ok(th.intern("Ellipsis").value()), ""),
];
/// NotImplementedType
pub static NOT_IMPLEMENTED: TypeDef = TypeDef {
    base: false,
    methods: NOT_IMPLEMENTED_METHODS,
    doc: "The type of the NotImplemented singleton.",
    ..TypeDef::new("NotImplementedType", Kind::Instance, 16)
};
static NOT_IMPLEMENTED_METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        |th, a| no_arguments(th, a, "NotImplementedType").map(|()| Value::NOT_IMPLEMENTED),
        "",
    ),
    def(
        "__repr__",
        "self, /",
        |th, _| Ok(th.intern("NotImplemented").value()),
        "Return repr(self).",
    ),
    def("__reduce__", "self, /", |th, _| Ok(th.intern("NotImplemented").value()), ""),
    def(
        "__bool__",
        "self, /",
        |th, _| Err(th.type_error("NotImplemented should not be used in a boolean context")),
        "True if self else False",
    ),
];
