//! `bool`: True and False are constants, never heap objects.

use crate::native::{NativeDef, TypeDef, def, def_static};
use crate::object::Kind;
use crate::ops::BinOp;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::int::{self, Int};
use crate::value::Value;

/// `bool`
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    base: false,
    doc: "Returns True when the argument is true, False otherwise.\nThe builtins True and False are the only two instances of the class bool.\nThe class bool is a subclass of the class int, and cannot be subclassed.",
    ..TypeDef::new("bool", Kind::Int, std::mem::size_of::<Int>())
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, object=False, /", new, "Create and return a new object."),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__and__", "self, value, /", and, "Return self&value."),
    def("__rand__", "self, value, /", and, "Return value&self."),
    def("__or__", "self, value, /", or, "Return self|value."),
    def("__ror__", "self, value, /", or, "Return value|self."),
    def("__xor__", "self, value, /", xor, "Return self^value."),
    def("__rxor__", "self, value, /", xor, "Return value^self."),
    def("__invert__", "self, /", invert, "~self"),
];
fn new(th: &mut Thread, a: &[Value]) -> R {
    if a[1].is_empty() {
        return Ok(Value::FALSE);
    }
    Ok(Value::bool(th.truth(a[1])?))
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    Ok(th.new_str(if a[0].is_true() { "True" } else { "False" }))
}
fn binary(th: &mut Thread, op: BinOp, a: &[Value]) -> R {
    Ok(int::binary(th, op, a[0], a[1])?.unwrap_or(Value::NOT_IMPLEMENTED))
}
fn and(th: &mut Thread, a: &[Value]) -> R {
    binary(th, BinOp::And, a)
}
fn or(th: &mut Thread, a: &[Value]) -> R {
    binary(th, BinOp::Or, a)
}
fn xor(th: &mut Thread, a: &[Value]) -> R {
    binary(th, BinOp::Xor, a)
}
fn invert(th: &mut Thread, a: &[Value]) -> R {
    crate::warn::warn(
        th,
        crate::context::ctx().types.DeprecationWarning,
        "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise inversion of the underlying int object and is usually not what you expect from the negation of a bool object. Use the 'not' operator for boolean negation or ~int(x) for the bitwise inversion of the underlying int.",
        1,
    )?;
    Ok(Value::small(if a[0].is_true() { -2 } else { -1 }))
}
