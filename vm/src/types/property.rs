//! `property`.

use crate::attrs::{change, load};
use crate::context::ctx;
use crate::interp::cache::forget_slots;
use crate::names::names;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getset, getter};
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_of};
use crate::types::str_::Str;
use crate::value::Value;

/// Layout. Functions and doc are None or EMPTY when missing.
#[repr(C)]
pub struct Property {
    header: Header,
    /// getter
    pub get: Slot,
    /// setter
    pub set: Slot,
    /// deleter
    pub del: Slot,
    doc: Slot,
    /// name given by `__set_name__`
    name: Slot,
    /// True: the doc came from the getter
    getter_doc: Slot,
}
/// Words after the header that are saved when it is opened.
pub const WORDS: usize = 6;
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Property {
    const KIND: Kind = Kind::Property;
}
impl Gc<Property> {
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        for s in [&self.get, &self.set, &self.del, &self.doc, &self.name] {
            f(s.get());
        }
    }
    fn store(self, th: &mut Thread, s: &Slot, v: Value) -> R<()> {
        change(th, self.header(), WORDS, s, v)
    }
}

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: GETSETS,
    doc: "Property attribute.\n\n  fget\n    function to be used for getting an attribute value\n  fset\n    function to be used for setting an attribute value\n  fdel\n    function to be used for del'ing an attribute\n  doc\n    docstring\n\nTypical use is to define a managed attribute x:\n\nclass C(object):\n    def getx(self): return self._x\n    def setx(self, value): self._x = value\n    def delx(self): del self._x\n    x = property(getx, setx, delx, \"I'm the 'x' property.\")\n\nDecorators make defining new properties or modifying existing ones easy:\n\nclass C(object):\n    @property\n    def x(self):\n        \"I am the 'x' property.\"\n        return self._x\n    @x.setter\n    def x(self, value):\n        self._x = value\n    @x.deleter\n    def x(self):\n        del self._x",
    ..TypeDef::new("property", Kind::Property, std::mem::size_of::<Property>())
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, /, *args, **kwargs", property_new, ""),
    def(
        "__init__",
        "self, fget=None, fset=None, fdel=None, doc=None",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def(
        "__get__",
        "self, instance, owner=None, /",
        |th, a| if a[1].is_none() { Ok(a[0]) } else { get(th, a[0], a[1]) },
        "",
    ),
    def(
        "__set__",
        "self, instance, value, /",
        |th, a| set(th, a[0], a[1], a[2]).map(|()| Value::NONE),
        "",
    ),
    def(
        "__delete__",
        "self, instance, /",
        |th, a| set(th, a[0], a[1], Value::EMPTY).map(|()| Value::NONE),
        "",
    ),
    def(
        "getter",
        "self, fget, /",
        |th, a| copy(th, a[0], Some(a[1]), None, None),
        "Descriptor to obtain a copy of the property with a different getter.",
    ),
    def(
        "setter",
        "self, fset, /",
        |th, a| copy(th, a[0], None, Some(a[1]), None),
        "Descriptor to obtain a copy of the property with a different setter.",
    ),
    def(
        "deleter",
        "self, fdel, /",
        |th, a| copy(th, a[0], None, None, Some(a[1])),
        "Descriptor to obtain a copy of the property with a different deleter.",
    ),
    def(
        "__set_name__",
        "self, owner, name, /",
        set_name,
        "Method to set name of a property.",
    ),
];
static GETSETS: &[GetSetDef] = &[
    getset("fget", |th, v| field(th, v, |p| &p.get), read_only, ""),
    getset("fset", |th, v| field(th, v, |p| &p.set), read_only, ""),
    getset("fdel", |th, v| field(th, v, |p| &p.del), read_only, ""),
    getset("__doc__", |th, v| field(th, v, |p| &p.doc), set_doc, ""),
    getset("__name__", get_name, set_own_name, ""),
    getter("__isabstractmethod__", is_abstract, ""),
];
/// As members of CPython's struct, these have a message of their own.
fn read_only(th: &mut Thread, _: Value, _: Value) -> R<()> {
    Err(th.attribute_error("readonly attribute"))
}
fn this(th: &mut Thread, v: Value) -> R<Gc<Property>> {
    match v.cast() {
        Some(p) => Ok(p),
        None => Err(th.type_error("expected a property")),
    }
}
fn field(th: &mut Thread, v: Value, f: fn(&Property) -> &Slot) -> R {
    let p = this(th, v)?;
    let v = load(th, p.header(), f(&p))?;
    Ok(if v.is_empty() { Value::NONE } else { v })
}
fn property_new(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0].as_gc::<Class>();
    let p: Gc<Property> = th.new_object(class, 0);
    Ok(p.value())
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    let p = this(th, a[0])?;
    let given = |v: Value| if v.is_empty() { Value::NONE } else { v };
    let (get, mut doc) = (given(a[1]), given(a[4]));
    if p.get.get().is_empty() {
        p.store(th, &p.get, get)?;
    } else {
        // Caches may know the getter.
        th.stop_others_to_end()?;
        p.store(th, &p.get, get)?;
        forget_slots();
    }
    p.store(th, &p.set, given(a[2]))?;
    p.store(th, &p.del, given(a[3]))?;
    p.store(th, &p.name, Value::EMPTY)?;
    p.store(th, &p.getter_doc, Value::FALSE)?;
    if doc.is_none()
        && !get.is_none()
        && let Some(d) = th.getattr_opt(get, names().__doc__)?
        && !d.is_none()
    {
        doc = d;
        p.store(th, &p.getter_doc, Value::TRUE)?;
    }
    if class_of(a[0]) == ctx().types.property {
        p.store(th, &p.doc, doc)?;
        return Ok(Value::NONE);
    }
    // An instance of a subclass keeps the doc where the class's own `__doc__` does not hide it.
    let from_getter = load(th, p.header(), &p.getter_doc)?.is_true();
    let attribute_error = ctx().types.AttributeError;
    match th.catch(attribute_error, |th| th.setattr(a[0], names().__doc__, doc))? {
        Err(e) if from_getter => Err(th.raise(e)),
        _ => Ok(Value::NONE),
    }
}
fn copy(th: &mut Thread, v: Value, get: Option<Value>, set: Option<Value>, del: Option<Value>) -> R {
    let p = this(th, v)?;
    let pick = |th: &mut Thread, new: Option<Value>, old: &Slot| -> R {
        let v = match new {
            Some(n) if !n.is_none() => n,
            _ => load(th, p.header(), old)?,
        };
        Ok(if v.is_empty() { Value::NONE } else { v })
    };
    let g = pick(th, get, &p.get)?;
    let s = pick(th, set, &p.set)?;
    let d = pick(th, del, &p.del)?;
    let doc = if load(th, p.header(), &p.getter_doc)?.is_true() && !g.is_none() {
        Value::NONE
    } else {
        field(th, v, |p| &p.doc)?
    };
    let class = class_of(v).value();
    let made = th.call(class, &[g, s, d, doc])?;
    if let Some(n) = made.cast::<Property>() {
        let name = load(th, p.header(), &p.name)?;
        n.store(th, &n.name, name)?;
    }
    Ok(made)
}
fn set_name(th: &mut Thread, a: &[Value]) -> R {
    let p = this(th, a[0])?;
    p.store(th, &p.name, a[2])?;
    Ok(Value::NONE)
}
fn get_name(th: &mut Thread, v: Value) -> R {
    let p = this(th, v)?;
    let own = load(th, p.header(), &p.name)?;
    if !own.is_empty() {
        return Ok(own);
    }
    let g = load(th, p.header(), &p.get)?;
    if !g.is_empty()
        && !g.is_none()
        && let Some(n) = th.getattr_opt(g, names().__name__)?
    {
        return Ok(n);
    }
    Err(th.attribute_error("'property' object has no attribute '__name__'"))
}
fn set_own_name(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let p = this(th, v)?;
    p.store(th, &p.name, new)
}
fn set_doc(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let p = this(th, v)?;
    p.store(th, &p.doc, if new.is_empty() { Value::NONE } else { new })
}
fn is_abstract(th: &mut Thread, v: Value) -> R {
    let p = this(th, v)?;
    for s in [&p.get, &p.set, &p.del] {
        let f = load(th, p.header(), s)?;
        if !f.is_empty() && !f.is_none() && is_abstract_function(th, f)? {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}
/// `bool(f.__isabstractmethod__)`, False when missing.
pub fn is_abstract_function(th: &mut Thread, f: Value) -> R<bool> {
    match th.getattr_opt(f, names().__isabstractmethod__)? {
        Some(v) => th.truth(v),
        None => Ok(false),
    }
}
/// `property.__get__` on an instance.
#[inline]
pub fn get(th: &mut Thread, v: Value, obj: Value) -> R {
    let p = v.as_gc::<Property>();
    let g = load(th, p.header(), &p.get)?;
    if g.is_none() || g.is_empty() {
        return no_accessor(th, p, obj, "getter");
    }
    th.call(g, &[obj])
}
/// `property.__set__`, or `__delete__` for EMPTY.
pub fn set(th: &mut Thread, v: Value, obj: Value, new: Value) -> R<()> {
    let p = v.as_gc::<Property>();
    let f = load(th, p.header(), if new.is_empty() { &p.del } else { &p.set })?;
    if f.is_none() || f.is_empty() {
        return no_accessor(th, p, obj, if new.is_empty() { "deleter" } else { "setter" }).map(|_| ());
    }
    if new.is_empty() {
        th.call(f, &[obj])?
    } else {
        th.call(f, &[obj, new])?
    };
    Ok(())
}
#[cold]
fn no_accessor(th: &mut Thread, p: Gc<Property>, obj: Value, what: &str) -> R {
    let name = th.catch(ctx().types.AttributeError, |th| get_name(th, p.value()))?.ok();
    let class = class_of(obj)
        .qualname
        .get()
        .cast::<Str>()
        .map_or_else(String::new, |s| s.to_string_lossy());
    let text = match name {
        Some(n) => format!("property {} of '{class}' object has no {what}", th.repr_string(n)?),
        None => format!("property of '{class}' object has no {what}"),
    };
    Err(th.attribute_error(&text))
}
