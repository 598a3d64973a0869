//! `typing.NoDefault`.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def, def_static};
use crate::object::Kind;
use crate::thread::Thread;
use crate::value::Value;
use std::sync::OnceLock;

static ONE: OnceLock<Value> = OnceLock::new();

/// The object.
pub fn singleton(th: &mut Thread) -> Value {
    match ONE.get() {
        Some(v) => *v,
        None => {
            let v = crate::attrs::new_instance(th, ctx().types.no_default);
            *ONE.get_or_init(|| crate::memory::keep(v))
        }
    }
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    doc: "The type of the NoDefault singleton.",
    ..TypeDef::new("typing.NoDefaultType", Kind::Instance, 16)
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls", |th, _| Ok(singleton(th)), ""),
    def(
        "__repr__",
        "self, /",
        |th, _| Ok(th.new_str("typing.NoDefault")),
        "Return repr(self).",
    ),
    def("__reduce__", "self, /", |th, _| Ok(th.new_str("NoDefault")), ""),
];
