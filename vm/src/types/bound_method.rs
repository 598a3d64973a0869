//! `method`: a function with its first argument. Nothing changes after construction.

use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getter};
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::types::str_::Str;
use crate::value::Value;

/// Layout.
#[repr(C)]
pub struct BoundMethod {
    header: Header,
    /// callable
    pub func: Slot,
    /// first argument
    pub self_: Slot,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for BoundMethod {
    const KIND: Kind = Kind::BoundMethod;
}
impl Gc<BoundMethod> {
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        f(self.func.get());
        f(self.self_.get());
    }
}
/// A new bound method.
#[inline]
pub fn new(th: &mut Thread, func: Value, self_: Value) -> Value {
    let m: Gc<BoundMethod> = th.new_object(ctx().types.bound_method, 0);
    m.func.set_raw(func);
    m.self_.set_raw(self_);
    m.value()
}

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    getsets: GETSETS,
    doc: "Create a bound instance method object.",
    ..TypeDef::new("method", Kind::BoundMethod, std::mem::size_of::<BoundMethod>())
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, function, instance, /", method_new, ""),
    def("__call__", "self, /, *args, **kwargs", call, "Call self as a function."),
    def(
        "__get__",
        "self, instance, owner=None, /",
        |_, a| Ok(a[0]),
        "Return an attribute of instance, which is of type owner.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__eq__", "self, value, /", eq, "Return self==value."),
    def("__ne__", "self, value, /", ne, "Return self!=value."),
    def("__hash__", "self, /", hash, "Return hash(self)."),
    def("__getattribute__", "self, name, /", getattribute, "Return getattr(self, name)."),
    def("__reduce__", "self, /", reduce, ""),
];
static GETSETS: &[GetSetDef] = &[
    getter(
        "__func__",
        |th, v| Ok(this(th, v)?.func.get()),
        "the function (or other callable) implementing a method",
    ),
    getter(
        "__self__",
        |th, v| Ok(this(th, v)?.self_.get()),
        "the instance to which a method is bound",
    ),
    getter("__doc__", |th, v| of_function(th, v, "__doc__"), ""),
];
fn this(th: &mut Thread, v: Value) -> R<Gc<BoundMethod>> {
    match v.cast() {
        Some(m) => Ok(m),
        None => Err(th.type_error("expected a method")),
    }
}
fn of_function(th: &mut Thread, v: Value, name: &str) -> R {
    let m = this(th, v)?;
    let key = th.intern(name);
    th.getattr(m.func.get(), key)
}
fn method_new(th: &mut Thread, a: &[Value]) -> R {
    if class_of(a[1]).special(Special::Call).is_none() {
        return Err(th.type_error("first argument must be callable"));
    }
    if a[2].is_none() {
        return Err(th.type_error("instance must not be None"));
    }
    Ok(new(th, a[1], a[2]))
}
fn call(th: &mut Thread, a: &[Value]) -> R {
    th.call_ex(a[0], a[1], a[2])
}
fn getattribute(th: &mut Thread, a: &[Value]) -> R {
    let name = th.attribute_name(a[1])?;
    if let Some(found) = class_of(a[0]).lookup(name) {
        let class = class_of(a[0]).value();
        return crate::attrs::bind(th, found, a[0], class);
    }
    let m = this(th, a[0])?;
    th.getattr(m.func.get(), name)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let m = this(th, a[0])?;
    let func = m.func.get();
    let name = match th.getattr_opt(func, crate::names::names().__qualname__)? {
        Some(n) => Some(n),
        None => th.getattr_opt(func, crate::names::names().__name__)?,
    };
    let name = name
        .and_then(|n| n.cast::<Str>())
        .map_or_else(|| "?".into(), |n| n.to_string_lossy());
    let text = format!("<bound method {name} of {}>", th.repr_string(m.self_.get())?);
    Ok(th.new_str(&text))
}
fn same(th: &mut Thread, a: Value, b: Value) -> R<Option<bool>> {
    let (Some(x), Some(y)) = (a.cast::<BoundMethod>(), b.cast::<BoundMethod>()) else {
        return Ok(None);
    };
    Ok(Some(x.self_.get() == y.self_.get() && th.eq(x.func.get(), y.func.get())?))
}
fn eq(th: &mut Thread, a: &[Value]) -> R {
    Ok(same(th, a[0], a[1])?.map_or(Value::NOT_IMPLEMENTED, Value::bool))
}
fn ne(th: &mut Thread, a: &[Value]) -> R {
    Ok(same(th, a[0], a[1])?.map_or(Value::NOT_IMPLEMENTED, |e| Value::bool(!e)))
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let m = this(th, a[0])?;
    let h = th.hash(m.func.get())? ^ (m.self_.get().0 >> 4) as i64;
    Ok(th.new_int(h))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let m = this(th, a[0])?;
    let name = th.getattr(m.func.get(), crate::names::names().__name__)?;
    let key = th.intern("getattr");
    let getattr = ctx().builtins.get_str(th, key)?.unwrap_or(Value::NONE);
    let args = th.new_tuple(&[m.self_.get(), name]);
    Ok(th.new_tuple(&[getattr, args]))
}
