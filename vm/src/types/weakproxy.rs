//! `weakref.ProxyType` and `weakref.CallableProxyType`: everything goes to the target.

use crate::native::{NativeDef, TypeDef, def};
use crate::object::Kind;
use crate::ops::{BinOp, CmpOp, UnOp};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::types::weakref::WeakRef;
use crate::value::Value;

const LAYOUT: TypeDef = TypeDef {
    base: false,
    ..TypeDef::new("", Kind::WeakRef, std::mem::size_of::<WeakRef>())
};
/// Proxies of objects that cannot be called.
pub static DEF: TypeDef = TypeDef {
    name: "weakref.ProxyType",
    methods: METHODS,
    ..LAYOUT
};
/// Proxies of callable objects.
pub static CALLABLE: TypeDef = TypeDef {
    name: "weakref.CallableProxyType",
    methods: CALLABLE_METHODS,
    ..LAYOUT
};

/// The target of a proxy; ReferenceError when it is dead. Other values are themselves.
fn target(th: &mut Thread, v: Value) -> R {
    let t = &crate::context::ctx().types;
    match v.cast::<WeakRef>() {
        Some(w) if class_of(v) == t.weakproxy || class_of(v) == t.weakcallableproxy => match w.target() {
            Value::EMPTY => Err(th.error(t.ReferenceError, "weakly-referenced object no longer exists")),
            v => Ok(v),
        },
        _ => Ok(v),
    }
}
macro_rules! binary {
    ($op:expr) => {
        |th, a| {
            let (x, y) = (target(th, a[0])?, target(th, a[1])?);
            th.binary($op, x, y)
        }
    };
}
macro_rules! reflected {
    ($op:expr) => {
        |th, a| {
            let (x, y) = (target(th, a[1])?, target(th, a[0])?);
            th.binary($op, x, y)
        }
    };
}
macro_rules! inplace {
    ($op:expr) => {
        |th, a| {
            let (x, y) = (target(th, a[0])?, target(th, a[1])?);
            th.inplace($op, x, y)
        }
    };
}
macro_rules! compare {
    ($op:expr) => {
        |th, a| {
            let (x, y) = (target(th, a[0])?, target(th, a[1])?);
            th.compare($op, x, y)
        }
    };
}
macro_rules! unary {
    ($op:expr) => {
        |th, a| {
            let x = target(th, a[0])?;
            th.unary($op, x)
        }
    };
}
macro_rules! special {
    ($s:expr) => {
        |th, a| {
            let x = target(th, a[0])?;
            match th.call_special(x, $s, &[])? {
                Some(v) => Ok(v),
                None => {
                    let text = format!("'{}' object has no {}", class_of(x).name_str(), $s.name());
                    Err(th.type_error(&text))
                }
            }
        }
    };
}
macro_rules! methods {
    ($($more:expr),*) => {
        &[
            $($more,)*
            def("__getattribute__", "self, name, /", getattr, "Return getattr(self, name)."),
            def("__setattr__", "self, name, value, /", setattr, "Implement setattr(self, name, value)."),
            def("__delattr__", "self, name, /", delattr, "Implement delattr(self, name)."),
            def("__str__", "self, /", |th, a| { let x = target(th, a[0])?; Ok(th.str(x)?.value()) }, "Return str(self)."),
            def("__repr__", "self, /", repr, "Return repr(self)."),
            def("__bytes__", "self, /", special!(Special::Bytes), ""),
            def("__hash__", "self, /", hash, "Return hash(self)."),
            def("__bool__", "self, /", |th, a| { let x = target(th, a[0])?; Ok(Value::bool(th.truth(x)?)) }, "True if self else False"),
            def("__len__", "self, /", |th, a| { let x = target(th, a[0])?; let n = th.len(x)?; Ok(th.new_int(n as i64)) }, "Return len(self)."),
            def("__getitem__", "self, key, /", |th, a| { let x = target(th, a[0])?; th.getitem(x, a[1]) }, "Return self[key]."),
            def("__setitem__", "self, key, value, /", |th, a| { let x = target(th, a[0])?; th.setitem(x, a[1], a[2])?; Ok(Value::NONE) }, "Set self[key] to value."),
            def("__delitem__", "self, key, /", |th, a| { let x = target(th, a[0])?; th.delitem(x, a[1])?; Ok(Value::NONE) }, "Delete self[key]."),
            def("__contains__", "self, key, /", |th, a| { let x = target(th, a[0])?; Ok(Value::bool(th.contains(x, a[1])?)) }, "Return bool(key in self)."),
            def("__iter__", "self, /", |th, a| { let x = target(th, a[0])?; th.iter(x) }, "Implement iter(self)."),
            def("__next__", "self, /", next, "Implement next(self)."),
            def("__reversed__", "self, /", special!(Special::Reversed), ""),
            def("__eq__", "self, value, /", compare!(CmpOp::Eq), "Return self==value."),
            def("__ne__", "self, value, /", compare!(CmpOp::Ne), "Return self!=value."),
            def("__lt__", "self, value, /", compare!(CmpOp::Lt), "Return self<value."),
            def("__le__", "self, value, /", compare!(CmpOp::Le), "Return self<=value."),
            def("__gt__", "self, value, /", compare!(CmpOp::Gt), "Return self>value."),
            def("__ge__", "self, value, /", compare!(CmpOp::Ge), "Return self>=value."),
            def("__neg__", "self, /", unary!(UnOp::Neg), "-self"),
            def("__pos__", "self, /", unary!(UnOp::Pos), "+self"),
            def("__invert__", "self, /", unary!(UnOp::Invert), "~self"),
            def("__abs__", "self, /", special!(Special::Abs), "abs(self)"),
            def("__int__", "self, /", special!(Special::Int), "int(self)"),
            def("__float__", "self, /", special!(Special::Float), "float(self)"),
            def("__index__", "self, /", special!(Special::Index), ""),
            def("__add__", "self, value, /", binary!(BinOp::Add), "Return self+value."),
            def("__sub__", "self, value, /", binary!(BinOp::Sub), "Return self-value."),
            def("__mul__", "self, value, /", binary!(BinOp::Mul), "Return self*value."),
            def("__matmul__", "self, value, /", binary!(BinOp::MatMul), "Return self@value."),
            def("__truediv__", "self, value, /", binary!(BinOp::TrueDiv), "Return self/value."),
            def("__floordiv__", "self, value, /", binary!(BinOp::FloorDiv), "Return self//value."),
            def("__mod__", "self, value, /", binary!(BinOp::Mod), "Return self%value."),
            def("__pow__", "self, value, mod=None, /", binary!(BinOp::Pow), "Return pow(self, value, mod)."),
            def("__lshift__", "self, value, /", binary!(BinOp::LShift), "Return self<<value."),
            def("__rshift__", "self, value, /", binary!(BinOp::RShift), "Return self>>value."),
            def("__and__", "self, value, /", binary!(BinOp::And), "Return self&value."),
            def("__xor__", "self, value, /", binary!(BinOp::Xor), "Return self^value."),
            def("__or__", "self, value, /", binary!(BinOp::Or), "Return self|value."),
            def("__radd__", "self, value, /", reflected!(BinOp::Add), "Return value+self."),
            def("__rsub__", "self, value, /", reflected!(BinOp::Sub), "Return value-self."),
            def("__rmul__", "self, value, /", reflected!(BinOp::Mul), "Return value*self."),
            def("__rmatmul__", "self, value, /", reflected!(BinOp::MatMul), "Return value@self."),
            def("__rtruediv__", "self, value, /", reflected!(BinOp::TrueDiv), "Return value/self."),
            def("__rfloordiv__", "self, value, /", reflected!(BinOp::FloorDiv), "Return value//self."),
            def("__rmod__", "self, value, /", reflected!(BinOp::Mod), "Return value%self."),
            def("__rpow__", "self, value, mod=None, /", reflected!(BinOp::Pow), "Return pow(value, self, mod)."),
            def("__iadd__", "self, value, /", inplace!(BinOp::Add), "Return self+=value."),
            def("__isub__", "self, value, /", inplace!(BinOp::Sub), "Return self-=value."),
            def("__imul__", "self, value, /", inplace!(BinOp::Mul), "Return self*=value."),
            def("__imatmul__", "self, value, /", inplace!(BinOp::MatMul), "Return self@=value."),
            def("__itruediv__", "self, value, /", inplace!(BinOp::TrueDiv), "Return self/=value."),
            def("__ifloordiv__", "self, value, /", inplace!(BinOp::FloorDiv), "Return self//=value."),
            def("__imod__", "self, value, /", inplace!(BinOp::Mod), "Return self%=value."),
            def("__ilshift__", "self, value, /", inplace!(BinOp::LShift), "Return self<<=value."),
            def("__irshift__", "self, value, /", inplace!(BinOp::RShift), "Return self>>=value."),
            def("__iand__", "self, value, /", inplace!(BinOp::And), "Return self&=value."),
            def("__ixor__", "self, value, /", inplace!(BinOp::Xor), "Return self^=value."),
            def("__ior__", "self, value, /", inplace!(BinOp::Or), "Return self|=value."),
        ]
    };
}
static METHODS: &[NativeDef] = methods!();
static CALLABLE_METHODS: &[NativeDef] = methods!(def("__call__", "self, /, *args, **kwargs", call, "Call self as a function."));

fn call(th: &mut Thread, a: &[Value]) -> R {
    let x = target(th, a[0])?;
    th.call_ex(x, a[1], a[2])
}
fn getattr(th: &mut Thread, a: &[Value]) -> R {
    let name = th.attribute_name(a[1])?;
    let x = target(th, a[0])?;
    th.getattr(x, name)
}
fn setattr(th: &mut Thread, a: &[Value]) -> R {
    let name = th.attribute_name(a[1])?;
    let x = target(th, a[0])?;
    th.setattr(x, name, a[2])?;
    Ok(Value::NONE)
}
fn delattr(th: &mut Thread, a: &[Value]) -> R {
    let name = th.attribute_name(a[1])?;
    let x = target(th, a[0])?;
    th.delattr(x, name)?;
    Ok(Value::NONE)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let x = a[0].as_gc::<WeakRef>().target();
    let text = if x.is_empty() {
        format!("<weakproxy at {:#x}; dead>", a[0].0)
    } else {
        format!("<weakproxy at {:#x}; to '{}' at {:#x}>", a[0].0, class_of(x).name_str(), x.0)
    };
    Ok(th.new_str(&text))
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let text = format!("unhashable type: '{}'", class_of(a[0]).name_str());
    Err(th.type_error(&text))
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let x = target(th, a[0])?;
    if class_of(x).special(Special::Next).is_none() {
        let text = format!("Weakref proxy referenced a non-iterator '{}' object", class_of(x).name_str());
        return Err(th.type_error(&text));
    }
    Ok(th.next(x)?.unwrap_or(Value::EMPTY))
}
