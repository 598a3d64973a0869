//! `super`.

use crate::attrs;
use crate::context::ctx;
use crate::names::names;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getter};
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_of};
use crate::types::str_::Str;
use crate::value::Value;

/// Layout.
#[repr(C)]
pub struct Super {
    header: Header,
    /// class after which the search starts
    pub class: Slot,
    /// the instance or class it is bound to, or EMPTY
    pub obj: Slot,
    /// class whose MRO is searched, or EMPTY
    pub obj_class: Slot,
}
/// Words after the header that are saved when it is opened.
pub const WORDS: usize = 3;
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Super {
    const KIND: Kind = Kind::Super;
}
impl Gc<Super> {
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        for s in [&self.class, &self.obj, &self.obj_class] {
            f(s.get());
        }
    }
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: GETSETS,
    doc: "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\nsuper(type, obj) -> bound super object; requires isinstance(obj, type)\nsuper(type, type2) -> bound super object; requires issubclass(type2, type)\nTypical use to call a cooperative superclass method:\nclass C(B):\n    def meth(self, arg):\n        super().meth(arg)\nThis works for class methods too:\nclass C(B):\n    @classmethod\n    def cmeth(cls, arg):\n        super().cmeth(arg)\n",
    ..TypeDef::new("super", Kind::Super, std::mem::size_of::<Super>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        |th, a| {
            let s: Gc<Super> = th.new_object(a[0].as_gc::<Class>(), 0);
            Ok(s.value())
        },
        "",
    ),
    def(
        "__init__",
        "self, /, *args",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__getattribute__", "self, name, /", getattribute, "Return getattr(self, name)."),
    def(
        "__get__",
        "self, instance, owner=None, /",
        get,
        "Return an attribute of instance, which is of type owner.",
    ),
];
static GETSETS: &[GetSetDef] = &[
    getter(
        "__thisclass__",
        |_, v| Ok(none(v.as_gc::<Super>().class.get())),
        "the class invoking super()",
    ),
    getter(
        "__self__",
        |_, v| Ok(none(v.as_gc::<Super>().obj.get())),
        "the instance invoking super(); may be None",
    ),
    getter(
        "__self_class__",
        |_, v| Ok(none(v.as_gc::<Super>().obj_class.get())),
        "the type of the instance invoking super(); may be None",
    ),
];
fn none(v: Value) -> Value {
    if v.is_empty() { Value::NONE } else { v }
}
/// Class whose MRO `super(class, obj)` searches.
pub fn check(th: &mut Thread, class: Gc<Class>, obj: Value) -> R<Gc<Class>> {
    if let Some(c) = obj.cast::<Class>()
        && c.is_subclass_of(class)
    {
        return Ok(c);
    }
    let own = class_of(obj);
    if own.is_subclass_of(class) {
        return Ok(own);
    }
    if let Some(c) = th.getattr_opt(obj, names().__class__)?.and_then(|c| c.cast::<Class>())
        && c != own
        && c.is_subclass_of(class)
    {
        return Ok(c);
    }
    let (what, of) = match obj.cast::<Class>() {
        Some(c) => ("type", c.name_str()),
        None => ("instance of", own.name_str()),
    };
    let text = format!(
        "super(type, obj): obj ({what} {of}) is not an instance or subtype of type ({}).",
        class.name_str()
    );
    Err(th.type_error(&text))
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    let s = a[0].as_gc::<Super>();
    let args = a[1].as_gc::<crate::types::tuple::Tuple>().items();
    let (class, obj) = match args {
        [] => crate::interp::frame::super_arguments(th)?,
        [c] => (*c, Value::EMPTY),
        [c, o] => (*c, *o),
        _ => return Err(th.type_error(&format!("super() expected at most 2 arguments, got {}", args.len()))),
    };
    let Some(c) = class.cast::<Class>() else {
        let text = format!("super() argument 1 must be a type, not {}", class_of(class).name_str());
        return Err(th.type_error(&text));
    };
    let obj = if obj.is_none() { Value::EMPTY } else { obj };
    let obj_class = if obj.is_empty() { Value::EMPTY } else { check(th, c, obj)?.value() };
    th.write(s.header(), WORDS)?;
    s.class.set_raw(class);
    s.obj.set_raw(obj);
    s.obj_class.set_raw(obj_class);
    Ok(Value::NONE)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let s = a[0].as_gc::<Super>();
    let class = s.class.get().cast::<Class>().map_or_else(|| "NULL".into(), |c| c.name_str());
    let text = match s.obj_class.get().cast::<Class>() {
        Some(c) => format!("<super: <class '{class}'>, <{} object>>", c.name_str()),
        None => format!("<super: <class '{class}'>, NULL>"),
    };
    Ok(th.new_str(&text))
}
/// The raw attribute that `super(class, obj).name` finds behind `class` in the MRO of `obj_class`.
pub fn find(class: Gc<Class>, obj_class: Gc<Class>, name: Gc<Str>) -> Option<Value> {
    let mro = obj_class.mro_slice();
    let at = mro.iter().position(|c| *c == class.value())?;
    mro[at + 1..].iter().find_map(|c| c.as_gc::<Class>().namespace().get_interned(name))
}
/// `super(class, obj).name` without making the super object; None: missing.
pub fn lookup(th: &mut Thread, class: Gc<Class>, obj: Value, name: Gc<Str>) -> R<Option<Value>> {
    let obj_class = check(th, class, obj)?;
    bound(th, class, obj, obj_class, name)
}
fn bound(th: &mut Thread, class: Gc<Class>, obj: Value, obj_class: Gc<Class>, name: Gc<Str>) -> R<Option<Value>> {
    if name == names().__class__ {
        return Ok(None);
    }
    match find(class, obj_class, name) {
        // Bound to a class: functions stay plain.
        Some(v) if obj == obj_class.value() => attrs::bind(th, v, Value::EMPTY, obj_class.value()).map(Some),
        Some(v) => attrs::bind(th, v, obj, obj_class.value()).map(Some),
        None => Ok(None),
    }
}
/// Attribute of a super object.
pub fn getattr(th: &mut Thread, v: Value, name: Gc<Str>) -> R<Option<Value>> {
    let s = v.as_gc::<Super>();
    if let (Some(class), Some(obj_class)) = (s.class.get().cast::<Class>(), s.obj_class.get().cast::<Class>())
        && let Some(found) = bound(th, class, s.obj.get(), obj_class, name)?
    {
        return Ok(Some(found));
    }
    attrs::generic_getattr(th, v, name)
}
fn getattribute(th: &mut Thread, a: &[Value]) -> R {
    let name = th.attribute_name(a[1])?;
    match getattr(th, a[0], name)? {
        Some(v) => Ok(v),
        None => Err(attrs::missing(th, a[0], name)),
    }
}
fn get(th: &mut Thread, a: &[Value]) -> R {
    let s = a[0].as_gc::<Super>();
    if a[1].is_none() || !s.obj.get().is_empty() {
        return Ok(a[0]);
    }
    let own = class_of(a[0]);
    let Some(class) = s.class.get().cast::<Class>() else {
        return Ok(a[0]);
    };
    if own != ctx().types.super_ {
        return th.call(own.value(), &[class.value(), a[1]]);
    }
    let obj_class = check(th, class, a[1])?;
    let n: Gc<Super> = th.new_object(own, 0);
    n.class.set_raw(class.value());
    n.obj.set_raw(a[1]);
    n.obj_class.set_raw(obj_class.value());
    Ok(n.value())
}
