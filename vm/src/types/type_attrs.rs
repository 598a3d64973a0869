//! Attributes of classes: lookup through MRO and metaclass, changes, and what `type` computes.

use crate::attrs::{self, bind, is_data_descriptor};
use crate::context::ctx;
use crate::interp::cache;
use crate::names::names;
use crate::native::{GetSetDef, getset, getter};
use crate::object::{Gc, Kind};
use crate::shape::Shape;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_flag, class_of};
use crate::types::dict::Dict;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::types::{mappingproxy, mro, type_, type_bases};
use crate::value::Value;

/// `cls.name`; None: missing.
pub fn getattr(th: &mut Thread, class: Gc<Class>, name: Gc<Str>) -> R<Option<Value>> {
    let meta = class_of(class.value());
    let meta_attr = meta.lookup(name);
    if let Some(a) = meta_attr
        && is_data_descriptor(a)
        && class_of(a).special(Special::Get).is_some()
    {
        return bind(th, a, class.value(), meta.value()).map(Some);
    }
    if let Some(a) = class.lookup(name) {
        return bind(th, a, Value::EMPTY, class.value()).map(Some);
    }
    match meta_attr {
        Some(a) => bind(th, a, class.value(), meta.value()).map(Some),
        None => Ok(None),
    }
}
/// `cls.name = v`, or `del cls.name` for EMPTY.
pub fn setattr(th: &mut Thread, class: Gc<Class>, name: Gc<Str>, v: Value) -> R<()> {
    if !class.has_flag(class_flag::HEAP) {
        let text = format!(
            "cannot set '{}' attribute of immutable type '{}'",
            name.to_string_lossy(),
            class.name_str()
        );
        return Err(th.type_error(&text));
    }
    let meta_attr = class_of(class.value()).lookup(name);
    if let Some(a) = meta_attr
        && is_data_descriptor(a)
        && class_of(a)
            .special(if v.is_empty() { Special::Delete } else { Special::Set })
            .is_some()
    {
        match a.as_obj().kind() {
            Kind::GetSet => crate::types::getset::set(th, a, class.value(), v)?,
            _ if v.is_empty() => {
                th.call_special(a, Special::Delete, &[class.value()])?;
            }
            _ => {
                th.call_special(a, Special::Set, &[class.value(), v])?;
            }
        }
        return Ok(());
    }
    set_own(th, class, name, v)
}
/// Changes the namespace itself. The change cannot be undone: caches are filled from it.
pub fn set_own(th: &mut Thread, class: Gc<Class>, name: Gc<Str>, v: Value) -> R<()> {
    th.stop_others_to_change(class)?;
    let d = class.namespace();
    let old = d.get_interned(name);
    if v.is_empty() {
        if d.remove(th, name.value())?.is_none() {
            let text = format!("type object '{}' has no attribute '{}'", class.name_str(), name.to_string_lossy());
            return Err(attrs::attribute_error_for(th, &text, class.value(), name));
        }
    } else {
        d.set_str(th, name, v)?;
    }
    type_::changed(class);
    let slots_are_wrong = old.is_some_and(|a| a.is_kind(Kind::Member))
        || LOOKED_AT_BY_NAME.contains(&&*name.to_string_lossy())
        || is_data_descriptor(v) && instances_have(name);
    if slots_are_wrong {
        let _stopped = th.stop_others()?;
        cache::forget_slots();
    }
    Ok(())
}
/// Methods that decide how attributes of instances are found.
const LOOKED_AT_BY_NAME: [&str; 6] = ["__getattribute__", "__setattr__", "__delattr__", "__get__", "__set__", "__delete__"];
/// Does any shape have an attribute of that name? (Of whatever class: that of a shape may be dead.)
fn instances_have(name: Gc<Str>) -> bool {
    let mut found = false;
    Shape::for_each(|s| found |= s.find(name).is_some());
    found
}
pub(crate) fn getattribute(th: &mut Thread, a: &[Value]) -> R {
    let name = th.attribute_name(a[1])?;
    match getattr(th, a[0].as_gc(), name)? {
        Some(v) => Ok(v),
        None => Err(attrs::missing(th, a[0], name)),
    }
}
pub(crate) fn setattribute(th: &mut Thread, a: &[Value]) -> R {
    let name = th.attribute_name(a[1])?;
    setattr(th, a[0].as_gc(), name, a[2])?;
    Ok(Value::NONE)
}
pub(crate) fn delattribute(th: &mut Thread, a: &[Value]) -> R {
    let name = th.attribute_name(a[1])?;
    setattr(th, a[0].as_gc(), name, Value::EMPTY)?;
    Ok(Value::NONE)
}
/// `module.qualname`, without `builtins.`.
pub fn dotted_name(th: &mut Thread, class: Gc<Class>) -> R<String> {
    let q = match class.qualname.get().cast::<Str>() {
        Some(s) => s.to_string_lossy(),
        None => class.name_str(),
    };
    Ok(match module_of(th, class)?.cast::<Str>() {
        Some(m) if !m.is("builtins") => format!("{}.{q}", m.to_string_lossy()),
        _ => q,
    })
}
fn module_of(th: &mut Thread, class: Gc<Class>) -> R {
    match own(th, class, names().__module__)? {
        // Types whose instances have modules have a descriptor there.
        Some(m) if !m.is_kind(Kind::GetSet) => Ok(m),
        _ if class.has_flag(class_flag::HEAP) => Ok(Value::NONE),
        _ => Ok(class.extra.get()),
    }
}
fn own(th: &mut Thread, class: Gc<Class>, name: Gc<Str>) -> R<Option<Value>> {
    class.namespace().get_str(th, name)
}
pub(crate) fn repr(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0].as_gc::<Class>();
    let text = format!("<class '{}'>", dotted_name(th, class)?);
    Ok(th.new_str(&text))
}
pub(crate) fn mro(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0].as_gc::<Class>();
    let bases = class.bases.get().as_gc::<Tuple>().items();
    let order = mro::c3(th, class, bases)?;
    th.new_list(&order)
}
pub(crate) fn subclasses(th: &mut Thread, a: &[Value]) -> R {
    let mut list = type_::subclasses(a[0].as_gc());
    list.retain(|c| th.can_see(c.as_obj()));
    th.new_list(&list)
}
pub(crate) fn dir(th: &mut Thread, a: &[Value]) -> R {
    let d: Gc<Dict> = th.new_dict().as_gc();
    add_names(th, a[0].as_gc(), d)?;
    let (keys, _) = d.snapshot(th)?;
    Ok(th.new_list_vec(keys))
}
/// Adds the names of a class and its bases to the keys of `d`.
pub fn add_names(th: &mut Thread, class: Gc<Class>, d: Gc<Dict>) -> R<()> {
    for c in class.mro_slice().iter().rev() {
        let (keys, _) = c.as_gc::<Class>().namespace().snapshot(th)?;
        for k in keys.as_slice() {
            d.set(th, *k, Value::NONE)?;
        }
    }
    Ok(())
}

pub(crate) static GETSETS: &[GetSetDef] = &[
    getset("__name__", |_, v| Ok(v.as_gc::<Class>().name.get()), set_name, ""),
    getset("__qualname__", |_, v| Ok(v.as_gc::<Class>().qualname.get()), set_qualname, ""),
    getset("__bases__", |_, v| Ok(v.as_gc::<Class>().bases.get()), type_bases::set_bases, ""),
    getset("__module__", |th, v| module_of(th, v.as_gc()), set_module, ""),
    getset("__abstractmethods__", abstract_methods, set_abstract_methods, ""),
    getset("__doc__", doc, set_doc, ""),
    getset("__annotations__", annotations, set_annotations, ""),
    getset("__annotate__", annotate, set_annotate, ""),
    getset("__type_params__", type_params, set_type_params, ""),
    getter("__dict__", |th, v| Ok(mappingproxy::new(th, v.as_gc::<Class>().dict.get())), ""),
    getter("__mro__", |_, v| Ok(v.as_gc::<Class>().mro.get()), ""),
    getter("__base__", |_, v| Ok(some(v.as_gc::<Class>().base.get())), ""),
    getter(
        "__basicsize__",
        |_, v| {
            Ok(Value::small(
                (v.as_gc::<Class>().attr_offset() + v.as_gc::<Class>().attr_bytes()) as i64,
            ))
        },
        "",
    ),
    getter("__itemsize__", item_size, ""),
    getter("__flags__", flags, ""),
    getter(
        "__dictoffset__",
        |_, v| Ok(Value::small(if v.as_gc::<Class>().has_flag(class_flag::HAS_DICT) { -1 } else { 0 })),
        "",
    ),
    getter(
        "__weakrefoffset__",
        |_, v| {
            Ok(Value::small(if v.as_gc::<Class>().has_flag(class_flag::WEAKREFABLE) {
                16
            } else {
                0
            }))
        },
        "",
    ),
    getter("__text_signature__", text_signature, ""),
];
fn some(v: Value) -> Value {
    if v.is_empty() { Value::NONE } else { v }
}
fn item_size(_: &mut Thread, v: Value) -> R {
    Ok(Value::small(match v.as_gc::<Class>().instance_kind() {
        Kind::Tuple => 8,
        Kind::Bytes => 1,
        Kind::Int => 4,
        _ => 0,
    }))
}
fn flags(_: &mut Thread, v: Value) -> R {
    let c = v.as_gc::<Class>();
    let t = &ctx().types;
    let mut f = (1 << 12) | (1 << 14);
    let own_dict = c.has_flag(class_flag::HEAP) && c.has_flag(class_flag::HAS_DICT);
    for (bit, on) in [
        (2, own_dict && c.instance_kind() == Kind::Instance),
        (4, own_dict),
        (5, c.has_flag(class_flag::SEQUENCE)),
        (6, c.has_flag(class_flag::MAPPING)),
        (7, c.has_flag(class_flag::NO_NEW)),
        (8, !c.has_flag(class_flag::HEAP)),
        // It has no `__new__`, so `copyreg` must not take it for the class that makes the instances.
        (9, c.has_flag(class_flag::HEAP) || c == t.generic),
        (10, c.has_flag(class_flag::BASE)),
        (20, c.has_flag(class_flag::ABSTRACT)),
        (24, c.is_subclass_of(t.int)),
        (25, c.is_subclass_of(t.list)),
        (26, c.is_subclass_of(t.tuple)),
        (27, c.is_subclass_of(t.bytes)),
        (28, c.is_subclass_of(t.str)),
        (29, c.is_subclass_of(t.dict)),
        (30, c.has_flag(class_flag::EXCEPTION)),
        (31, c.is_subclass_of(t.type_)),
    ] {
        f |= (on as i64) << bit;
    }
    Ok(Value::small(f))
}
pub(crate) fn check_mutable(th: &mut Thread, c: Gc<Class>, name: &str, v: Value) -> R<()> {
    if !c.has_flag(class_flag::HEAP) {
        let text = format!("cannot set '{name}' attribute of immutable type '{}'", c.name_str());
        return Err(th.type_error(&text));
    }
    if v.is_empty() {
        return Err(th.type_error(&format!("cannot delete '{name}' attribute of immutable type '{}'", c.name_str())));
    }
    th.stop_others_to_change(c)
}
fn set_name(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let c = v.as_gc::<Class>();
    check_mutable(th, c, "__name__", new)?;
    match new.cast::<Str>() {
        Some(s) if s.points().any(|p| p == 0) => Err(th.value_error("type name must not contain null characters")),
        Some(_) => {
            c.name.set_raw(new);
            Ok(())
        }
        None => {
            let text = format!(
                "can only assign string to {}.__name__, not '{}'",
                c.name_str(),
                class_of(new).name_str()
            );
            Err(th.type_error(&text))
        }
    }
}
fn set_qualname(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let c = v.as_gc::<Class>();
    check_mutable(th, c, "__qualname__", new)?;
    if new.cast::<Str>().is_none() {
        let text = format!(
            "can only assign string to {}.__qualname__, not '{}'",
            c.name_str(),
            class_of(new).name_str()
        );
        return Err(th.type_error(&text));
    }
    c.qualname.set_raw(new);
    Ok(())
}
fn set_module(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let c = v.as_gc::<Class>();
    check_mutable(th, c, "__module__", new)?;
    c.namespace().remove(th, names().__firstlineno__.value())?;
    set_own(th, c, names().__module__, new)
}
fn abstract_methods(th: &mut Thread, v: Value) -> R {
    let c = v.as_gc::<Class>();
    let found = if c == ctx().types.type_ {
        None
    } else {
        own(th, c, names().__abstractmethods__)?
    };
    match found {
        Some(m) => Ok(m),
        None => {
            let text = format!("type object '{}' has no attribute '__abstractmethods__'", c.name_str());
            Err(attrs::attribute_error_for(th, &text, v, names().__abstractmethods__))
        }
    }
}
fn set_abstract_methods(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let c = v.as_gc::<Class>();
    let on = !new.is_empty() && th.truth(new)?;
    set_own(th, c, names().__abstractmethods__, new)?;
    if on {
        c.set_flag(class_flag::ABSTRACT)
    } else {
        c.clear_flag(class_flag::ABSTRACT)
    }
    Ok(())
}
fn doc(th: &mut Thread, v: Value) -> R {
    match own(th, v.as_gc(), names().__doc__)? {
        Some(d) => bind(th, d, Value::EMPTY, v),
        None => Ok(Value::NONE),
    }
}
fn set_doc(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let c = v.as_gc::<Class>();
    check_mutable(th, c, "__doc__", new)?;
    set_own(th, c, names().__doc__, new)
}
fn no_attribute(th: &mut Thread, c: Gc<Class>, name: Gc<Str>) -> R {
    let text = format!("type object '{}' has no attribute '{}'", c.name_str(), name.to_string_lossy());
    Err(attrs::attribute_error_for(th, &text, c.value(), name))
}
fn annotate(th: &mut Thread, v: Value) -> R {
    let c = v.as_gc::<Class>();
    if !c.has_flag(class_flag::HEAP) {
        return no_attribute(th, c, names().__annotate__);
    }
    for n in [names().__annotate__, names().__annotate_func__] {
        if let Some(f) = own(th, c, n)? {
            return bind(th, f, Value::EMPTY, v);
        }
    }
    Ok(Value::NONE)
}
fn set_annotate(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let c = v.as_gc::<Class>();
    if new.is_empty() {
        return Err(th.type_error("cannot delete __annotate__ attribute"));
    }
    check_mutable(th, c, "__annotate__", new)?;
    if !new.is_none() && class_of(new).special(Special::Call).is_none() {
        return Err(th.type_error("__annotate__ must be callable or None"));
    }
    if !new.is_none() {
        c.namespace().remove(th, names().__annotations_cache__.value())?;
        c.namespace().remove(th, names().__annotations__.value())?;
    }
    set_own(th, c, names().__annotate_func__, new)
}
fn annotations(th: &mut Thread, v: Value) -> R {
    let c = v.as_gc::<Class>();
    if !c.has_flag(class_flag::HEAP) {
        return no_attribute(th, c, names().__annotations__);
    }
    for n in [names().__annotations__, names().__annotations_cache__] {
        if let Some(a) = own(th, c, n)? {
            return bind(th, a, Value::EMPTY, v);
        }
    }
    let f = annotate(th, v)?;
    let made = if f.is_none() {
        th.new_dict()
    } else {
        th.call(f, &[Value::small(1)])?
    };
    if !made.is_kind(Kind::Dict) {
        let text = format!("__annotate__ returned non-dict of type '{}'", class_of(made).name_str());
        return Err(th.type_error(&text));
    }
    set_own(th, c, names().__annotations_cache__, made)?;
    Ok(made)
}
fn set_annotations(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let c = v.as_gc::<Class>();
    if !c.has_flag(class_flag::HEAP) {
        return check_mutable(th, c, "__annotations__", new);
    }
    let eager = own(th, c, names().__annotations__)?.is_some();
    let cached = own(th, c, names().__annotations_cache__)?.is_some();
    if new.is_empty() {
        if !eager && !cached {
            return no_attribute(th, c, names().__annotations__).map(|_| ());
        }
        set_own(
            th,
            c,
            if eager {
                names().__annotations__
            } else {
                names().__annotations_cache__
            },
            new,
        )?;
    } else {
        set_own(
            th,
            c,
            if eager {
                names().__annotations__
            } else {
                names().__annotations_cache__
            },
            new,
        )?;
    }
    c.namespace().remove(th, names().__annotate_func__.value())?;
    c.namespace().remove(th, names().__annotate__.value())?;
    Ok(())
}
fn type_params(th: &mut Thread, v: Value) -> R {
    let c = v.as_gc::<Class>();
    if c == ctx().types.type_ {
        return Ok(ctx().empty_tuple);
    }
    Ok(own(th, c, names().__type_params__)?.unwrap_or(ctx().empty_tuple))
}
fn set_type_params(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let c = v.as_gc::<Class>();
    check_mutable(th, c, "__type_params__", new)?;
    set_own(th, c, names().__type_params__, new)
}
fn text_signature(th: &mut Thread, v: Value) -> R {
    let c = v.as_gc::<Class>();
    let Some(def) = type_::def_of(c) else { return Ok(Value::NONE) };
    let of = |n: &str| def.methods.iter().find(|m| m.name == n);
    match (of("__init__"), of("__new__")) {
        (Some(m), _) => {
            let rest = m.sig.strip_prefix("self").unwrap_or(m.sig);
            let rest = rest.trim_start_matches([',', ' ']);
            let text = format!("({})", rest.strip_prefix("/, ").unwrap_or(rest));
            Ok(th.new_str(&text))
        }
        (None, Some(m)) => {
            let rest = m
                .sig
                .strip_prefix("cls")
                .unwrap_or(m.sig)
                .trim_start_matches(", /")
                .trim_start_matches([',', ' ']);
            let text = format!("({rest})");
            Ok(th.new_str(&text))
        }
        _ => Ok(Value::NONE),
    }
}
