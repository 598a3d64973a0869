//! `object`: what every value can do.

use crate::attrs;
use crate::context::ctx;
use crate::names::names;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_class, def_static, getset};
use crate::object::{Gc, Kind};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_flag, class_of};
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::types::{mro, reduce, type_, type_attrs};
use crate::value::Value;

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: GETSETS,
    doc: "The base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\ninstance that has no instance attributes and cannot be given any.\n",
    ..TypeDef::new("object", Kind::Instance, 16)
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        object_new,
        "Create and return a new object.  See help(type) for accurate signature.",
    ),
    def(
        "__init__",
        "self, /, *args, **kwargs",
        object_init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__str__", "self, /", |th, a| Ok(th.repr(a[0])?.value()), "Return str(self)."),
    def(
        "__format__",
        "self, format_spec, /",
        format,
        "Default object formatter.\n\nReturn str(self) if format_spec is empty. Raise TypeError otherwise.",
    ),
    def("__hash__", "self, /", |th, a| Ok(th.new_int(hash_of(a[0]))), "Return hash(self)."),
    def(
        "__eq__",
        "self, value, /",
        |_, a| Ok(if a[0] == a[1] { Value::TRUE } else { Value::NOT_IMPLEMENTED }),
        "Return self==value.",
    ),
    def("__ne__", "self, value, /", ne, "Return self!=value."),
    def("__lt__", "self, value, /", |_, _| Ok(Value::NOT_IMPLEMENTED), "Return self<value."),
    def("__le__", "self, value, /", |_, _| Ok(Value::NOT_IMPLEMENTED), "Return self<=value."),
    def("__gt__", "self, value, /", |_, _| Ok(Value::NOT_IMPLEMENTED), "Return self>value."),
    def("__ge__", "self, value, /", |_, _| Ok(Value::NOT_IMPLEMENTED), "Return self>=value."),
    def("__getattribute__", "self, name, /", getattribute, "Return getattr(self, name)."),
    def(
        "__setattr__",
        "self, name, value, /",
        setattr,
        "Implement setattr(self, name, value).",
    ),
    def("__delattr__", "self, name, /", delattr, "Implement delattr(self, name)."),
    def("__dir__", "self, /", dir, "Default dir() implementation."),
    def("__sizeof__", "self, /", size_of, "Size of object in memory, in bytes."),
    def("__reduce__", "self, /", reduce::reduce, "Helper for pickle."),
    def("__reduce_ex__", "self, protocol, /", reduce::reduce_ex, "Helper for pickle."),
    def("__getstate__", "self, /", reduce::getstate_method, "Helper for pickle."),
    def_class(
        "__init_subclass__",
        "cls, /",
        |_, _| Ok(Value::NONE),
        "This method is called when a class is subclassed.\n\nThe default implementation does nothing. It may be\noverridden to extend subclasses.",
    ),
    def_class(
        "__subclasshook__",
        "cls, object, /",
        |_, _| Ok(Value::NOT_IMPLEMENTED),
        "Abstract classes can override this to customize issubclass().\n\nThis is invoked early on by abc.ABCMeta.__subclasscheck__().\nIt should return True, False or NotImplemented.  If it returns\nNotImplemented, the normal algorithm is used.  Otherwise, it\noverrides the normal algorithm (and the outcome is cached).",
    ),
];
static GETSETS: &[GetSetDef] = &[getset("__class__", |_, v| Ok(class_of(v).value()), set_class, "the object's class")];

/// Hash by identity.
pub fn hash_of(v: Value) -> i64 {
    (v.0.rotate_right(4) & 0x7FFF_FFFF_FFFF_FFFF) as i64
}
fn has_excess(th: &mut Thread, a: &[Value]) -> R<bool> {
    Ok(!a[1].as_gc::<Tuple>().is_empty() || a[2].cast::<Dict>().is_some_and(|d| d.len(th).is_ok_and(|n| n > 0)))
}
fn object_new(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0].as_gc::<Class>();
    let o = ctx().types.object;
    if has_excess(th, a)? {
        if class.special(Special::New) != o.special(Special::New) {
            return Err(th.type_error("object.__new__() takes exactly one argument (the type to instantiate)"));
        }
        if class.special(Special::Init) == o.special(Special::Init) {
            return Err(th.type_error(&format!("{}() takes no arguments", class.name_str())));
        }
    }
    new_plain(th, class)
}
/// `object.__new__(class)` without arguments.
pub fn new_plain(th: &mut Thread, class: Gc<Class>) -> R {
    if class.has_flag(class_flag::ABSTRACT) {
        return abstract_error(th, class);
    }
    if class.has_flag(class_flag::NO_NEW) {
        let name = crate::types::type_attrs::dotted_name(th, class)?;
        return Err(th.type_error(&format!("cannot create '{name}' instances")));
    }
    if class.instance_kind() != Kind::Instance {
        let mut native = class;
        while native.has_flag(class_flag::HEAP)
            && let Some(b) = native.base.get().cast::<Class>()
        {
            native = b;
        }
        let n = native.name_str();
        return Err(th.type_error(&format!("object.__new__({}) is not safe, use {n}.__new__()", class.name_str())));
    }
    Ok(attrs::new_instance(th, class))
}
#[cold]
fn abstract_error(th: &mut Thread, class: Gc<Class>) -> R {
    let methods = th.getattr(class.value(), names().__abstractmethods__)?;
    let items = th.collect(methods)?;
    let mut list = Vec::new();
    for v in items.as_slice() {
        list.push(th.str(*v)?.to_string_lossy());
    }
    list.sort();
    let s = if list.len() == 1 { "" } else { "s" };
    let list: Vec<String> = list.iter().map(|n| format!("'{n}'")).collect();
    let text = format!(
        "Can't instantiate abstract class {} without an implementation for abstract method{s} {}",
        class.name_str(),
        list.join(", ")
    );
    Err(th.type_error(&text))
}
fn object_init(th: &mut Thread, a: &[Value]) -> R {
    if has_excess(th, a)? {
        let class = class_of(a[0]);
        let o = ctx().types.object;
        if class.special(Special::Init) != o.special(Special::Init) {
            return Err(th.type_error("object.__init__() takes exactly one argument (the instance to initialize)"));
        }
        if class.special(Special::New) == o.special(Special::New) {
            let text = format!(
                "{}.__init__() takes exactly one argument (the instance to initialize)",
                class.name_str()
            );
            return Err(th.type_error(&text));
        }
    }
    Ok(Value::NONE)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let name = type_attrs::dotted_name(th, class_of(a[0]))?;
    let text = format!("<{name} object at {:#x}>", a[0].0);
    Ok(th.new_str(&text))
}
fn format(th: &mut Thread, a: &[Value]) -> R {
    match a[1].cast::<Str>() {
        Some(s) if s.is_empty() => Ok(th.str(a[0])?.value()),
        Some(_) => {
            let text = format!("unsupported format string passed to {}.__format__", class_of(a[0]).name_str());
            Err(th.type_error(&text))
        }
        None => {
            let text = format!("__format__() argument must be str, not {}", class_of(a[1]).name_str());
            Err(th.type_error(&text))
        }
    }
}
fn ne(th: &mut Thread, a: &[Value]) -> R {
    match th.call_special(a[0], Special::Eq, &[a[1]])? {
        None | Some(Value::NOT_IMPLEMENTED) => Ok(Value::NOT_IMPLEMENTED),
        Some(r) => Ok(Value::bool(!th.truth(r)?)),
    }
}
fn getattribute(th: &mut Thread, a: &[Value]) -> R {
    let name = th.attribute_name(a[1])?;
    match attrs::generic_getattr(th, a[0], name)? {
        Some(v) => Ok(v),
        None => Err(attrs::missing(th, a[0], name)),
    }
}
fn hackcheck(th: &mut Thread, a: &[Value], s: Special) -> R<()> {
    if a[0].is_kind(Kind::Class) {
        let text = format!("can't apply this {} to {} object", s.name(), class_of(a[0]).name_str());
        return Err(th.type_error(&text));
    }
    Ok(())
}
fn setattr(th: &mut Thread, a: &[Value]) -> R {
    hackcheck(th, a, Special::Setattr)?;
    let name = th.attribute_name(a[1])?;
    attrs::generic_setattr(th, a[0], name, a[2])?;
    Ok(Value::NONE)
}
fn delattr(th: &mut Thread, a: &[Value]) -> R {
    hackcheck(th, a, Special::Delattr)?;
    let name = th.attribute_name(a[1])?;
    attrs::generic_setattr(th, a[0], name, Value::EMPTY)?;
    Ok(Value::NONE)
}
fn dir(th: &mut Thread, a: &[Value]) -> R {
    let d: Gc<Dict> = match th.getattr_opt(a[0], names().__dict__)?.and_then(|d| d.cast::<Dict>()) {
        Some(d) => d.copy(th)?,
        None => th.new_dict().as_gc(),
    };
    if let Some(c) = th.getattr_opt(a[0], names().__class__)?.and_then(|c| c.cast::<Class>()) {
        type_attrs::add_names(th, c, d)?;
    }
    let (keys, _) = d.snapshot(th)?;
    let list = th.new_list_vec(keys);
    debug_assert!(list.cast::<List>().is_some());
    Ok(list)
}
fn size_of(_: &mut Thread, a: &[Value]) -> R {
    let class = class_of(a[0]);
    if !a[0].is_obj() {
        return Ok(Value::small(if a[0].is_none() { 16 } else { 24 }));
    }
    let fixed = match a[0].as_obj().kind() {
        Kind::Str => a[0].as_gc::<Str>().end_offset(),
        Kind::Bytes => a[0].as_gc::<crate::types::bytes::Bytes>().end_offset(),
        Kind::Tuple => crate::types::tuple::end_offset(a[0].as_gc::<Tuple>().len()),
        _ => class.attr_offset(),
    };
    Ok(Value::small((fixed + class.attr_bytes()) as i64))
}
fn set_class(th: &mut Thread, v: Value, new: Value) -> R<()> {
    if new.is_empty() {
        return Err(th.type_error("can't delete __class__ attribute"));
    }
    let Some(to) = new.cast::<Class>() else {
        let text = format!("__class__ must be set to a class, not '{}' object", class_of(new).name_str());
        return Err(th.type_error(&text));
    };
    let from = class_of(v);
    let module = ctx().types.module;
    let modules = from.is_subclass_of(module) && to.is_subclass_of(module);
    if !modules && (!from.has_flag(class_flag::HEAP) || !to.has_flag(class_flag::HEAP)) || !v.is_obj() {
        return Err(th.type_error("__class__ assignment only supported for mutable types or ModuleType subclasses"));
    }
    let same_slots = from.layout() == to.layout()
        && from.has_flag(class_flag::HAS_DICT) == to.has_flag(class_flag::HAS_DICT)
        && (mro::solid_base(from) == mro::solid_base(to) || slot_names(from) == slot_names(to));
    let fits = || from.layout().kind == to.layout().kind && from.layout().inline_slots >= to.layout().inline_slots;
    let compatible = same_slots || modules && fits();
    if !compatible {
        let text = format!(
            "__class__ assignment: '{}' object layout differs from '{}'",
            to.name_str(),
            from.name_str()
        );
        return Err(th.type_error(&text));
    }
    if let Some(class) = v.cast::<Class>() {
        // Another metaclass: caches know how attributes of this class are found.
        th.stop_others_to_end()?;
        attrs::change_class(th, v.as_obj(), to)?;
        type_::changed(class);
        return Ok(());
    }
    th.stop_others_who_see(v.as_obj().header())?;
    attrs::change_class(th, v.as_obj(), to)?;
    if to.has_flag(class_flag::FINALIZER) {
        attrs::register_finalizer(th, v.as_obj());
    }
    Ok(())
}
fn slot_names(c: Gc<Class>) -> Vec<Value> {
    let mut out = Vec::new();
    for k in c.mro_slice() {
        if let Some(s) = k.as_gc::<Class>().namespace().get_interned(names().__slots__) {
            match s.cast::<Tuple>() {
                Some(t) => out.extend_from_slice(t.items()),
                None => out.push(s),
            }
        }
    }
    out
}
/// `obj.__dict__` of objects that have one.
pub fn get_dict(th: &mut Thread, v: Value) -> R {
    match th.dict_of(v)? {
        Some(d) => Ok(d.value()),
        None => {
            let text = format!("'{}' object has no attribute '__dict__'", class_of(v).name_str());
            Err(attrs::attribute_error_for(th, &text, v, names().__dict__))
        }
    }
}
/// `obj.__dict__ = d`, for native types: it cannot be deleted.
pub fn replace_dict(th: &mut Thread, v: Value, new: Value) -> R<()> {
    if new.is_empty() {
        return Err(th.type_error("cannot delete __dict__"));
    }
    set_dict(th, v, new)
}
/// `obj.__dict__ = d`
pub fn set_dict(th: &mut Thread, v: Value, new: Value) -> R<()> {
    if new.is_empty() {
        let d = th.new_dict().as_gc();
        return attrs::set_instance_dict(th, v.as_obj(), d);
    }
    match new.cast::<Dict>() {
        Some(d) => attrs::set_instance_dict(th, v.as_obj(), d),
        None => {
            let text = format!("__dict__ must be set to a dictionary, not a '{}'", class_of(new).name_str());
            Err(th.type_error(&text))
        }
    }
}
