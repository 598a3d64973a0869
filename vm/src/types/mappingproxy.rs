//! `mappingproxy`: a read-only view of a mapping.

use crate::context::ctx;
use crate::names::names;
use crate::native::{NativeDef, TypeDef, def, def_class, def_static};
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::ops::{BinOp, CmpOp};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_of};
use crate::value::Value;

/// Layout. Nothing changes after construction.
#[repr(C)]
pub struct MappingProxy {
    header: Header,
    /// the mapping
    pub mapping: Slot,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for MappingProxy {
    const KIND: Kind = Kind::MappingProxy;
}
impl Gc<MappingProxy> {
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        f(self.mapping.get());
    }
}
/// A proxy of a mapping.
pub fn new(th: &mut Thread, mapping: Value) -> Value {
    new_of(th, ctx().types.mappingproxy, mapping)
}
fn new_of(th: &mut Thread, class: Gc<Class>, mapping: Value) -> Value {
    let p: Gc<MappingProxy> = th.new_object(class, 0);
    p.mapping.set_raw(mapping);
    p.value()
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    doc: "Read-only proxy of a mapping.",
    ..TypeDef::new("mappingproxy", Kind::MappingProxy, std::mem::size_of::<MappingProxy>())
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, mapping", proxy_new, ""),
    def(
        "__getitem__",
        "self, key, /",
        |th, a| th.getitem(inner(a), a[1]),
        "Return self[key].",
    ),
    def(
        "__contains__",
        "self, key, /",
        |th, a| Ok(Value::bool(th.contains(inner(a), a[1])?)),
        "Return bool(key in self).",
    ),
    def(
        "__len__",
        "self, /",
        |th, a| {
            let n = th.len(inner(a))?;
            Ok(th.new_int(n as i64))
        },
        "Return len(self).",
    ),
    def("__iter__", "self, /", |th, a| th.iter(inner(a)), "Implement iter(self)."),
    def(
        "__reversed__",
        "self, /",
        |th, a| th.call_special(inner(a), Special::Reversed, &[]).map(|r| r.unwrap_or(Value::NONE)),
        "D.__reversed__() -> reverse iterator",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__str__", "self, /", |th, a| Ok(th.str(inner(a))?.value()), "Return str(self)."),
    def(
        "__hash__",
        "self, /",
        |th, a| {
            let h = th.hash(inner(a))?;
            Ok(th.new_int(h))
        },
        "Return hash(self).",
    ),
    def("__or__", "self, value, /", |th, a| binary(th, a[0], a[1]), "Return self|value."),
    def("__ror__", "self, value, /", |th, a| binary(th, a[1], a[0]), "Return value|self."),
    def("__ior__", "self, value, /", ior, "Return self|=value."),
    def(
        "__eq__",
        "self, value, /",
        |th, a| th.compare(CmpOp::Eq, inner(a), unwrap(a[1])),
        "Return self==value.",
    ),
    def(
        "__ne__",
        "self, value, /",
        |th, a| th.compare(CmpOp::Ne, inner(a), unwrap(a[1])),
        "Return self!=value.",
    ),
    def(
        "__lt__",
        "self, value, /",
        |th, a| th.compare(CmpOp::Lt, inner(a), a[1]),
        "Return self<value.",
    ),
    def(
        "__le__",
        "self, value, /",
        |th, a| th.compare(CmpOp::Le, inner(a), a[1]),
        "Return self<=value.",
    ),
    def(
        "__gt__",
        "self, value, /",
        |th, a| th.compare(CmpOp::Gt, inner(a), a[1]),
        "Return self>value.",
    ),
    def(
        "__ge__",
        "self, value, /",
        |th, a| th.compare(CmpOp::Ge, inner(a), a[1]),
        "Return self>=value.",
    ),
    def(
        "get",
        "self, key, default=None, /",
        get,
        "Return the value for key if key is in the mapping, else default.",
    ),
    def(
        "keys",
        "self, /",
        |th, a| method(th, a, "keys"),
        "D.keys() -> a set-like object providing a view on D's keys",
    ),
    def(
        "values",
        "self, /",
        |th, a| method(th, a, "values"),
        "D.values() -> an object providing a view on D's values",
    ),
    def(
        "items",
        "self, /",
        |th, a| method(th, a, "items"),
        "D.items() -> a set-like object providing a view on D's items",
    ),
    def("copy", "self, /", |th, a| method(th, a, "copy"), "D.copy() -> a shallow copy of D"),
    def_class(
        "__class_getitem__",
        "cls, object, /",
        |th, a| crate::types::generic_alias::new(th, a[0], a[1]),
        "See PEP 585",
    ),
];
fn inner(a: &[Value]) -> Value {
    a[0].as_gc::<MappingProxy>().mapping.get()
}
fn unwrap(v: Value) -> Value {
    v.cast::<MappingProxy>().map_or(v, |p| p.mapping.get())
}
fn proxy_new(th: &mut Thread, a: &[Value]) -> R {
    let c = class_of(a[1]);
    if c.special(Special::Getitem).is_none() || matches!(a[1].to_obj().map(|o| o.kind()), Some(Kind::List | Kind::Tuple)) {
        let text = format!("mappingproxy() argument must be a mapping, not {}", c.name_str());
        return Err(th.type_error(&text));
    }
    Ok(new_of(th, a[0].as_gc(), a[1]))
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let text = format!("mappingproxy({})", th.repr_string(inner(a))?);
    Ok(th.new_str(&text))
}
fn binary(th: &mut Thread, a: Value, b: Value) -> R {
    th.binary(BinOp::Or, unwrap(a), unwrap(b))
}
fn ior(th: &mut Thread, _: &[Value]) -> R {
    Err(th.type_error("'|=' is not supported by mappingproxy; use '|' instead"))
}
fn get(th: &mut Thread, a: &[Value]) -> R {
    let default = if a[2].is_empty() { Value::NONE } else { a[2] };
    th.call_method(inner(a), names().get, &[a[1], default])
}
fn method(th: &mut Thread, a: &[Value], name: &str) -> R {
    let name = th.intern(name);
    th.call_method(inner(a), name, &[])
}
