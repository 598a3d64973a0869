//! `classmethod`.

use crate::attrs::load;
use crate::context::ctx;
use crate::names::names;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getset, getter};
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use crate::types::property::is_abstract_function;
use crate::types::wrapped::{set_wrapped, set_wrapped_attribute, wrapped_attribute};
use crate::value::Value;

/// Layout.
#[repr(C)]
pub struct ClassMethod {
    header: Header,
    /// the function
    pub func: Slot,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for ClassMethod {
    const KIND: Kind = Kind::ClassMethod;
}
impl Gc<ClassMethod> {
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        f(self.func.get());
    }
}
/// `classmethod(f)`, without copying attributes of `f`.
pub fn new(th: &mut Thread, f: Value) -> Value {
    let m: Gc<ClassMethod> = th.new_object(ctx().types.classmethod, 0);
    m.func.set_raw(f);
    m.value()
}
/// The function inside.
pub fn inner(th: &mut Thread, v: Value) -> R {
    let m = v.as_gc::<ClassMethod>();
    match load(th, m.header(), &m.func)? {
        // `__init__` was not called.
        Value::EMPTY => Ok(Value::NONE),
        f => Ok(f),
    }
}
/// `classmethod.__get__`: the function bound to the class.
pub fn get(th: &mut Thread, v: Value, class: Value) -> R {
    let f = inner(th, v)?;
    Ok(crate::types::bound_method::new(th, f, class))
}

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    dict: true,
    methods: METHODS,
    getsets: GETSETS,
    doc: "Convert a function to be a class method.\n\nA class method receives the class as implicit first argument,\njust like an instance method receives the instance.\nTo declare a class method, use this idiom:\n\n  class C:\n      @classmethod\n      def f(cls, arg1, arg2, argN):\n          ...\n\nIt can be called either on the class (e.g. C.f()) or on an instance\n(e.g. C().f()).  The instance is ignored except for its class.\nIf a class method is called for a derived class, the derived class\nobject is passed as the implied first argument.\n\nClass methods are different than C++ or Java static methods.\nIf you want those, see the staticmethod builtin.",
    ..TypeDef::new("classmethod", Kind::ClassMethod, std::mem::size_of::<ClassMethod>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        |th, a| {
            let m: Gc<ClassMethod> = th.new_object(a[0].as_gc::<Class>(), 0);
            Ok(m.value())
        },
        "",
    ),
    def(
        "__init__",
        "self, function, /",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def(
        "__get__",
        "self, instance, owner=None, /",
        |th, a| {
            get(
                th,
                a[0],
                if a[2].is_empty() || a[2].is_none() {
                    crate::types::class::class_of(a[1]).value()
                } else {
                    a[2]
                },
            )
        },
        "Return an attribute of instance, which is of type owner.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
];
static GETSETS: &[GetSetDef] = &[
    getter("__func__", inner, ""),
    getter("__wrapped__", inner, ""),
    getter(
        "__isabstractmethod__",
        |th, v| {
            let f = inner(th, v)?;
            Ok(Value::bool(is_abstract_function(th, f)?))
        },
        "",
    ),
    getset(
        "__annotations__",
        |th, v| {
            let f = inner(th, v)?;
            wrapped_attribute(th, v, f, "__annotations__")
        },
        |th, v, new| set_wrapped_attribute(th, v, "__annotations__", new),
        "",
    ),
    getset(
        "__annotate__",
        |th, v| {
            let f = inner(th, v)?;
            wrapped_attribute(th, v, f, "__annotate__")
        },
        |th, v, new| set_wrapped_attribute(th, v, "__annotate__", new),
        "",
    ),
    getset("__dict__", crate::types::object::get_dict, crate::types::object::replace_dict, ""),
];
fn init(th: &mut Thread, a: &[Value]) -> R {
    let m = a[0].as_gc::<ClassMethod>();
    set_wrapped(th, m.header(), &m.func, a[1])?;
    for name in [names().__module__, names().__name__, names().__qualname__, names().__doc__] {
        if let Some(v) = th.getattr_opt(a[1], name)? {
            crate::attrs::instance_set(th, a[0].as_obj(), name, v)?;
        }
    }
    Ok(Value::NONE)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let f = inner(th, a[0])?;
    let text = format!("<classmethod({})>", th.repr_string(f)?);
    Ok(th.new_str(&text))
}
