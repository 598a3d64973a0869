//! `module`: its attributes are a plain dict, set once.

use crate::attrs;
use crate::context::ctx;
use crate::names::names;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getset, getter};
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_of};
use crate::types::dict::Dict;
use crate::types::str_::Str;
use crate::value::Value;

/// Layout.
#[repr(C)]
pub struct Module {
    header: Header,
    dict: Slot,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Module {
    const KIND: Kind = Kind::Module;
}
impl Gc<Module> {
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        f(self.dict.get());
    }
    /// The namespace.
    #[inline]
    pub fn dict(self) -> Gc<Dict> {
        self.dict.get().as_gc()
    }
}
fn new_of(th: &mut Thread, class: Gc<Class>) -> Gc<Module> {
    let d = th.new_dict();
    let m: Gc<Module> = th.new_object(class, 0);
    m.dict.set_raw(d);
    m
}
/// A new module with the usual names set. That of `builtins` has the namespace that the VM looks into.
pub fn new(th: &mut Thread, name: &str) -> R {
    let m = new_of(th, ctx().types.module);
    if name == "builtins" {
        m.dict.set_raw(ctx().builtins.value());
    }
    let name = th.intern(name).value();
    fill(th, m, name, Value::NONE)?;
    Ok(m.value())
}
fn fill(th: &mut Thread, m: Gc<Module>, name: Value, doc: Value) -> R<()> {
    let d = m.dict();
    let n = names();
    d.set_str(th, n.__name__, name)?;
    d.set_str(th, n.__doc__, doc)?;
    for key in [n.__package__, n.__loader__, n.__spec__] {
        d.set_str(th, key, Value::NONE)?;
    }
    Ok(())
}
/// Namespace of a module.
pub fn dict_of(m: Value) -> Gc<Dict> {
    m.as_gc::<Module>().dict()
}

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    dict: true,
    methods: METHODS,
    getsets: GETSETS,
    doc: "Create a module object.\n\nThe name must be a string; the optional docstring can have any type.",
    ..TypeDef::new("module", Kind::Module, std::mem::size_of::<Module>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        |th, a| Ok(new_of(th, a[0].as_gc()).value()),
        "",
    ),
    def(
        "__init__",
        "self, name, doc=None",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__getattribute__", "self, name, /", getattribute, "Return getattr(self, name)."),
    def("__dir__", "self, /", dir, "__dir__() -> list\nspecialized dir() implementation"),
];
static GETSETS: &[GetSetDef] = &[
    getter("__dict__", |_, v| Ok(dict_of(v).value()), ""),
    getset("__annotations__", annotations, set_annotations, ""),
    getset("__annotate__", annotate, set_annotate, ""),
];
fn init(th: &mut Thread, a: &[Value]) -> R {
    if a[1].cast::<Str>().is_none() {
        let text = format!("module.__init__() argument 'name' must be str, not {}", class_of(a[1]).name_str());
        return Err(th.type_error(&text));
    }
    fill(th, a[0].as_gc(), a[1], if a[2].is_empty() { Value::NONE } else { a[2] })?;
    Ok(Value::NONE)
}
/// Attribute of a module: as usual, then its own `__getattr__`.
pub fn getattr(th: &mut Thread, v: Value, name: Gc<Str>) -> R<Option<Value>> {
    // The usual case first: names of modules hide nothing but the few attributes of the type.
    let d = dict_of(v);
    if ctx().types.module == class_of(v)
        && let Some(found) = d.get_str(th, name)?
        && ctx().types.module.lookup(name).is_none()
    {
        return Ok(Some(found));
    }
    if let Some(found) = attrs::generic_getattr(th, v, name)? {
        return Ok(Some(found));
    }
    match d.get_str(th, names().__getattr__)? {
        Some(f) => th.call(f, &[name.value()]).map(Some),
        None => Ok(None),
    }
}
fn getattribute(th: &mut Thread, a: &[Value]) -> R {
    let name = th.attribute_name(a[1])?;
    match getattr(th, a[0], name)? {
        Some(v) => Ok(v),
        None => Err(attrs::missing(th, a[0], name)),
    }
}
/// Is a module, by its namespace, still being imported?
fn is_initializing(th: &mut Thread, d: Gc<Dict>) -> R<bool> {
    let Some(spec) = d.get_str(th, names().__spec__)?.filter(|s| !s.is_none()) else {
        return Ok(false);
    };
    match th.getattr_opt(spec, names()._initializing)? {
        Some(busy) => th.truth(busy),
        None => Ok(false),
    }
}
/// Message for a missing attribute of a module.
pub fn missing_text(th: &mut Thread, v: Value, name: Gc<Str>) -> R<String> {
    let d = dict_of(v);
    let n = name.to_string_lossy();
    let Some(module) = d.get_str(th, names().__name__)?.and_then(|m| m.cast::<Str>()) else {
        return Ok(format!("module has no attribute '{n}'"));
    };
    let m = module.to_string_lossy();
    if is_initializing(th, d)? {
        return Ok(format!(
            "partially initialized module '{m}' has no attribute '{n}' (most likely due to a circular import)"
        ));
    }
    Ok(format!("module '{m}' has no attribute '{n}'"))
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    if let Some(importlib) = {
        let key = th.intern("_frozen_importlib");
        ctx().modules.get_str(th, key)?
    } {
        let key = th.intern("_module_repr");
        if let Some(f) = th.getattr_opt(importlib, key)? {
            return th.call(f, &[a[0]]);
        }
    }
    let name = dict_of(a[0]).get_str(th, names().__name__)?;
    let text = match name {
        Some(n) => format!("<module {}>", th.repr_string(n)?),
        None => "<module '?'>".into(),
    };
    Ok(th.new_str(&text))
}
fn dir(th: &mut Thread, a: &[Value]) -> R {
    let d = th.getattr(a[0], names().__dict__)?;
    let Some(d) = d.cast::<Dict>() else {
        return Err(th.type_error("<module>.__dict__ is not a dictionary"));
    };
    if let Some(f) = d.get_str(th, names().__dir__)? {
        return th.call(f, &[]);
    }
    let (keys, _) = d.snapshot(th)?;
    Ok(th.new_list_vec(keys))
}
fn annotations(th: &mut Thread, v: Value) -> R {
    let d = dict_of(v);
    if let Some(a) = d.get_str(th, names().__annotations__)? {
        return Ok(a);
    }
    let made = match d.get_str(th, names().__annotate__)? {
        Some(f) if !f.is_none() => {
            let made = th.call(f, &[Value::small(1)])?;
            if !made.is_kind(Kind::Dict) {
                let text = format!("__annotate__ returned non-dict of type '{}'", class_of(made).name_str());
                return Err(th.type_error(&text));
            }
            made
        }
        _ => th.new_dict(),
    };
    // While the module runs there may be more to come.
    if !is_initializing(th, d)? {
        d.set_str(th, names().__annotations__, made)?;
    }
    Ok(made)
}
fn set_annotations(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let d = dict_of(v);
    if new.is_empty() {
        if d.remove(th, names().__annotations__.value())?.is_none() {
            return Err(th.attribute_error("__annotations__"));
        }
        d.remove(th, names().__annotate__.value())?;
        return Ok(());
    }
    d.set_str(th, names().__annotations__, new)?;
    d.remove(th, names().__annotate__.value())?;
    Ok(())
}
fn annotate(th: &mut Thread, v: Value) -> R {
    Ok(dict_of(v).get_str(th, names().__annotate__)?.unwrap_or(Value::NONE))
}
fn set_annotate(th: &mut Thread, v: Value, new: Value) -> R<()> {
    if new.is_empty() {
        return Err(th.type_error("cannot delete __annotate__ attribute"));
    }
    if !new.is_none() && class_of(new).special(crate::special::Special::Call).is_none() {
        return Err(th.type_error("__annotate__ must be callable or None"));
    }
    let d = dict_of(v);
    d.set_str(th, names().__annotate__, new)?;
    if !new.is_none() {
        d.remove(th, names().__annotations__.value())?;
    }
    Ok(())
}
