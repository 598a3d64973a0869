//! `type`: making classes, native and by Python code, and calling them.
//!
//! A class's namespace and MRO change only here and in `type_attrs`; both end with [`changed`].

use crate::attrs::{self, DICT_SLOTS};
use crate::context::ctx;
use crate::names::names;
use crate::native::{NativeDef, TypeDef, def, def_static};
use crate::object::{Gc, Kind};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::class::{Class, InstanceLayout, class_flag, class_of};
use crate::types::dict::Dict;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::types::{bound_method, classmethod, getset, member, mro, native_function, slots, staticmethod, type_attrs};
use crate::value::Value;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::Ordering::Relaxed;

/// Direct subclasses by class address; entries of dead classes go at collections.
static SUBCLASSES: Mutex<Option<HashMap<usize, Vec<usize>>>> = Mutex::new(None);

fn with_subclasses<T>(f: impl FnOnce(&mut HashMap<usize, Vec<usize>>) -> T) -> T {
    f(SUBCLASSES.lock().unwrap_or_else(|e| e.into_inner()).get_or_insert_default())
}
/// Direct subclasses of a class, oldest first.
pub fn subclasses(c: Gc<Class>) -> Vec<Value> {
    with_subclasses(|m| {
        m.get(&c.addr())
            .map(|l| l.iter().map(|&a| Value(a as u64)).collect())
            .unwrap_or_default()
    })
}
/// Registers a direct subclass.
pub fn add_subclass(base: Gc<Class>, sub: Gc<Class>) {
    with_subclasses(|m| {
        let l = m.entry(base.addr()).or_default();
        if !l.contains(&sub.addr()) {
            l.push(sub.addr());
        }
    });
}
/// Removes a direct subclass.
pub fn remove_subclass(base: Gc<Class>, sub: Gc<Class>) {
    with_subclasses(|m| {
        if let Some(l) = m.get_mut(&base.addr()) {
            l.retain(|&a| a != sub.addr());
        }
    });
}
/// Forgets dead classes; called by the collector.
pub fn forget_dead_classes(is_marked: &dyn Fn(u64) -> bool) {
    with_subclasses(|m| {
        m.retain(|&base, l| {
            l.retain(|&a| is_marked(a as u64));
            !l.is_empty() && is_marked(base as u64)
        })
    });
}

/// Must follow every change of a class's namespace, bases or MRO: forgets caches of it and all its subclasses.
pub fn changed(class: Gc<Class>) {
    class.forget_caches();
    let o = ctx().types.object;
    for (flag, on) in [
        (class_flag::FINALIZER, class.lookup(names().__del__).is_some()),
        (
            class_flag::CUSTOM_GETATTRIBUTE,
            class.special(Special::Getattribute) != o.special(Special::Getattribute),
        ),
        (
            class_flag::CUSTOM_SETATTR,
            class.special(Special::Setattr) != o.special(Special::Setattr)
                || class.special(Special::Delattr) != o.special(Special::Delattr),
        ),
    ] {
        if on { class.set_flag(flag) } else { class.clear_flag(flag) }
    }
    for s in subclasses(class) {
        changed(s.as_gc());
    }
}

/// The native declaration of a class, if it has one.
pub fn def_of(class: Gc<Class>) -> Option<&'static TypeDef> {
    // SAFETY: set only from `&'static TypeDef`.
    unsafe { (class.def.load(Relaxed) as *const TypeDef).as_ref() }
}

/// Fills a builtin class whose layout is set; bases are filled before.
pub fn init_native(th: &mut Thread, class: Gc<Class>, name: &str, base: Gc<Class>, def: Option<&'static TypeDef>) -> R<()> {
    let t = &ctx().types;
    if class == t.ExceptionGroup {
        return fill_native(th, class, name, &[base.value(), t.Exception.value()], def);
    }
    let bases: &[Value] = if class == base { &[] } else { &[base.value()] };
    fill_native(th, class, name, bases, def)
}
fn fill_native(th: &mut Thread, class: Gc<Class>, name: &str, bases: &[Value], def: Option<&'static TypeDef>) -> R<()> {
    let (module, short) = name.rsplit_once('.').unwrap_or(("builtins", name));
    let short = th.intern(short).value();
    class.name.set_raw(short);
    class.qualname.set_raw(short);
    let module = th.intern(module).value();
    class.extra.set_raw(module);
    let tuple = th.new_tuple(bases);
    class.bases.set_raw(tuple);
    if let Some(b) = bases.first() {
        class.base.set_raw(*b);
    }
    let d = th.new_dict();
    class.dict.set_raw(d);
    let d = d.as_gc::<Dict>();
    let order = mro::c3(th, class, bases)?;
    let tuple = th.new_tuple(&order);
    class.mro.set_raw(tuple);
    for b in bases {
        let b = b.as_gc::<Class>();
        class.set_flag(
            b.flags.load(Relaxed)
                & (class_flag::EXCEPTION | class_flag::SEQUENCE | class_flag::MAPPING | class_flag::WEAKREFABLE | class_flag::HAS_DICT),
        );
        add_subclass(b, class);
    }
    native_flags(class);
    let Some(def) = def else {
        d.set_str(th, names().__doc__, Value::NONE)?;
        changed(class);
        return Ok(());
    };
    class.def.store(std::ptr::from_ref(def) as u64, Relaxed);
    for m in def.methods {
        let f = native_function::for_class(th, m, class);
        let key = th.intern(m.name);
        d.set_str(th, key, f)?;
    }
    for g in def.getsets {
        let f = getset::new(th, g, class);
        let key = th.intern(g.name);
        d.set_str(th, key, f)?;
    }
    let first = class.layout().members as usize - def.members.len();
    for (i, m) in def.members.iter().enumerate() {
        let key = th.intern(m);
        let f = member::new(th, key, class, first + i);
        d.set_str(th, key, f)?;
    }
    if class == ctx().types.interpolation {
        let names = ["value", "expression", "conversion", "format_spec"].map(|n| th.intern(n).value());
        let args = th.new_tuple(&names);
        let key = th.intern("__match_args__");
        d.set_str(th, key, args)?;
    }
    let has = |n: &str| def.methods.iter().any(|m| m.name == n);
    if has("__eq__") && !has("__hash__") {
        d.set_str(th, names().__hash__, Value::NONE)?;
    }
    let inherits_layout = bases.first().is_some_and(|b| b.as_gc::<Class>().instance_kind() == def.kind);
    if !has("__new__") && !inherits_layout && def.kind != Kind::Instance {
        class.set_flag(class_flag::NO_NEW);
    }
    let doc = if def.doc.is_empty() { Value::NONE } else { th.new_str(def.doc) };
    if !def.getsets.iter().any(|g| g.name == "__doc__") {
        d.set_str(th, names().__doc__, doc)?;
    }
    changed(class);
    Ok(())
}
fn native_flags(class: Gc<Class>) {
    let t = &ctx().types;
    if [t.list, t.tuple, t.range, t.memoryview].contains(&class) {
        class.set_flag(class_flag::SEQUENCE);
    }
    if [t.dict, t.mappingproxy, t.frame_locals].contains(&class) {
        class.set_flag(class_flag::MAPPING);
    }
    let weak = [
        t.type_,
        t.function,
        t.native_function,
        t.bound_method,
        t.set,
        t.frozenset,
        t.module,
        t.generator,
        t.coroutine,
        t.async_generator,
        t.code,
        t.memoryview,
        t.union,
        t.generic_alias,
        t.typevar,
        t.paramspec,
        t.typevartuple,
        t.type_alias,
    ];
    if weak.contains(&class) {
        class.set_flag(class_flag::WEAKREFABLE);
    }
    if class == t.BaseException {
        class.set_flag(class_flag::EXCEPTION);
    }
}
fn alloc_class(th: &mut Thread, meta: Gc<Class>) -> Gc<Class> {
    th.new_object(meta, 0)
}
/// A new native class from its declaration; no bases means `object`.
pub fn make_native_class(th: &mut Thread, def: &'static TypeDef, bases: &[Gc<Class>]) -> R<Gc<Class>> {
    let bases: Vec<Value> = if bases.is_empty() {
        vec![ctx().types.object.value()]
    } else {
        bases.iter().map(|b| b.value()).collect()
    };
    let meta = mro::metaclass(th, ctx().types.type_, &bases)?;
    let class = alloc_class(th, meta);
    let base = bases[0].as_gc::<Class>().layout();
    let own_kind = def.kind != Kind::Instance || def.size > 16;
    let members = base.members + def.members.len() as u16;
    let dict = def.dict || bases.iter().any(|b| b.as_gc::<Class>().has_flag(class_flag::HAS_DICT));
    class.init_layout(InstanceLayout {
        kind: if own_kind { def.kind } else { base.kind },
        attr_offset: if own_kind {
            (def.size as u16).max(base.attr_offset)
        } else {
            base.attr_offset
        },
        inline_slots: members.max(base.inline_slots),
        members,
        attrs: base.attrs || dict || members > 0,
    });
    if def.base {
        class.set_flag(class_flag::BASE);
    }
    if dict {
        class.set_flag(class_flag::HAS_DICT);
    }
    fill_native(th, class, def.name, &bases, Some(def))?;
    if def.kind == Kind::Payload && def.weakrefs {
        class.set_flag(class_flag::WEAKREFABLE);
    }
    Ok(class)
}
/// A new Python-like exception class `module.Name` for a native module.
pub fn new_exception_class(th: &mut Thread, name: &str, bases: &[Gc<Class>], doc: &str) -> R<Gc<Class>> {
    let (module, short) = name.rsplit_once('.').unwrap_or(("builtins", name));
    let bases: Vec<Value> = bases.iter().map(|b| b.value()).collect();
    let ns = th.new_dict();
    let module = th.intern(module).value();
    ns.as_gc::<Dict>().set_str(th, names().__module__, module)?;
    let doc = if doc.is_empty() { Value::NONE } else { th.new_str(doc) };
    ns.as_gc::<Dict>().set_str(th, names().__doc__, doc)?;
    let short = th.intern(short).value();
    let bases = th.new_tuple(&bases);
    Ok(th.call(ctx().types.type_.value(), &[short, bases, ns])?.as_gc())
}

pub(crate) static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, /, *args, **kwargs", type_new, ""),
    def(
        "__init__",
        "self, /, *args, **kwargs",
        type_init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("__call__", "self, /, *args, **kwargs", type_call, "Call self as a function."),
    def("__repr__", "self, /", type_attrs::repr, "Return repr(self)."),
    def(
        "__getattribute__",
        "self, name, /",
        type_attrs::getattribute,
        "Return getattr(self, name).",
    ),
    def(
        "__setattr__",
        "self, name, value, /",
        type_attrs::setattribute,
        "Implement setattr(self, name, value).",
    ),
    def(
        "__delattr__",
        "self, name, /",
        type_attrs::delattribute,
        "Implement delattr(self, name).",
    ),
    crate::native::def_class(
        "__prepare__",
        "cls, /, *args, **kwargs",
        |th, _| Ok(th.new_dict()),
        "Create the namespace for the class statement",
    ),
    def("mro", "self, /", type_attrs::mro, "Return a type's method resolution order."),
    def(
        "__subclasses__",
        "self, /",
        type_attrs::subclasses,
        "Return a list of immediate subclasses.",
    ),
    def(
        "__instancecheck__",
        "self, instance, /",
        |th, a| Ok(Value::bool(th.real_isinstance(a[1], a[0])?)),
        "Check if an object is an instance.",
    ),
    def(
        "__subclasscheck__",
        "self, subclass, /",
        |th, a| Ok(Value::bool(th.real_issubclass(a[1], a[0])?)),
        "Check if a class is a subclass.",
    ),
    def(
        "__dir__",
        "self, /",
        type_attrs::dir,
        "Specialized __dir__ implementation for types.",
    ),
    def(
        "__sizeof__",
        "self, /",
        |_, _| Ok(Value::small(std::mem::size_of::<Class>() as i64)),
        "Return memory consumption of the type object.",
    ),
    def(
        "__or__",
        "self, value, /",
        |th, a| crate::types::union_::of(th, a[0], a[1]),
        "Return self|value.",
    ),
    def(
        "__ror__",
        "self, value, /",
        |th, a| crate::types::union_::of(th, a[1], a[0]),
        "Return value|self.",
    ),
];
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: type_attrs::GETSETS,
    dict: false,
    doc: "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    ..TypeDef::new("type", Kind::Class, std::mem::size_of::<Class>())
};

fn type_init(th: &mut Thread, a: &[Value]) -> R {
    let args = a[1].as_gc::<Tuple>().len();
    if a[2].cast::<Dict>().is_some_and(|d| d.len(th).is_ok_and(|n| n > 0)) && args == 1 {
        return Err(th.type_error("type.__init__() takes no keyword arguments"));
    }
    if args != 1 && args != 3 {
        return Err(th.type_error("type.__init__() takes 1 or 3 arguments"));
    }
    Ok(Value::NONE)
}
fn type_call(th: &mut Thread, a: &[Value]) -> R {
    let args = a[1].as_gc::<Tuple>().items();
    let none = match a[2].cast::<Dict>() {
        Some(d) => d.len(th)? == 0,
        None => true,
    };
    call(th, a[0].as_gc(), args, if none { Value::EMPTY } else { a[2] })
}
/// Calls a class: `__new__`, then `__init__`. `kwargs` is a dict or EMPTY.
pub fn call(th: &mut Thread, class: Gc<Class>, args: &[Value], kwargs: Value) -> R {
    let t = &ctx().types;
    if class == t.type_ && args.len() == 1 && kwargs.is_empty() {
        return Ok(class_of(args[0]).value());
    }
    if class.has_flag(class_flag::NO_NEW) {
        let name = type_attrs::dotted_name(th, class)?;
        return Err(th.type_error(&format!("cannot create '{name}' instances")));
    }
    let new = class.special(Special::New).unwrap_or(Value::NONE);
    let new = attrs::bind(th, new, Value::EMPTY, class.value())?;
    let mut all = crate::types::buffer::ValueVec::with_capacity(th, args.len() + 1)?;
    all.push(th, class.value())?;
    for v in args {
        all.push(th, *v)?;
    }
    let made = if kwargs.is_empty() {
        th.call(new, all.as_slice())?
    } else {
        let tuple = th.new_tuple(all.as_slice());
        th.call_ex(new, tuple, kwargs)?
    };
    let own = class_of(made);
    if !own.is_subclass_of(class) {
        return Ok(made);
    }
    if own.has_flag(class_flag::FINALIZER) && made.is_obj() {
        attrs::register_finalizer(th, made.as_obj());
    }
    let Some(init) = own.special(Special::Init) else { return Ok(made) };
    let r = if init.is_kind(Kind::Function) || native_function::is_method(init) {
        all.set(0, made);
        if kwargs.is_empty() {
            th.call(init, all.as_slice())?
        } else {
            let tuple = th.new_tuple(all.as_slice());
            th.call_ex(init, tuple, kwargs)?
        }
    } else {
        let init = attrs::bind(th, init, made, own.value())?;
        let tuple = th.new_tuple(args);
        th.call_ex(init, tuple, kwargs)?
    };
    if !r.is_none() {
        let text = format!("__init__() should return None, not '{}'", class_of(r).name_str());
        return Err(th.type_error(&text));
    }
    Ok(made)
}

fn type_new(th: &mut Thread, a: &[Value]) -> R {
    let meta = a[0].as_gc::<Class>();
    let args = a[1].as_gc::<Tuple>().items();
    if meta == ctx().types.type_ && args.len() == 1 {
        return Ok(class_of(args[0]).value());
    }
    let bad = |th: &mut Thread, i: usize, want: &str, v: Value| -> Throw {
        let text = format!("type.__new__() argument {i} must be {want}, not {}", class_of(v).name_str());
        th.type_error(&text)
    };
    let [name, bases, ns] = args else {
        if meta == ctx().types.type_ {
            return Err(th.type_error("type() takes 1 or 3 arguments"));
        }
        return Err(th.type_error(&format!("type.__new__() takes exactly 3 arguments ({} given)", args.len())));
    };
    if name.cast::<Str>().is_none() {
        return Err(bad(th, 1, "str", *name));
    }
    let Some(bases) = bases.cast::<Tuple>() else {
        return Err(bad(th, 2, "tuple", *bases));
    };
    let Some(ns) = ns.cast::<Dict>() else {
        return Err(bad(th, 3, "dict", *ns));
    };
    mro::check_bases(th, bases.items())?;
    let winner = mro::metaclass(th, meta, bases.items())?;
    if winner != meta
        && let Some(new) = winner.special(Special::New)
        && Some(new) != ctx().types.type_.special(Special::New)
    {
        let new = attrs::bind(th, new, Value::EMPTY, winner.value())?;
        let all = th.new_tuple(&[winner.value(), args[0], args[1], args[2]]);
        return th.call_ex(new, all, a[2]);
    }
    Ok(new_class(th, winner, name.as_gc(), bases.items(), ns, a[2])?.value())
}
fn take(th: &mut Thread, d: Gc<Dict>, name: Gc<Str>) -> R<Option<Value>> {
    d.remove(th, name.value())
}
/// `type.__new__` proper. `kwargs` go to `__init_subclass__`.
pub fn new_class(th: &mut Thread, meta: Gc<Class>, name: Gc<Str>, bases: &[Value], ns: Gc<Dict>, kwargs: Value) -> R<Gc<Class>> {
    let object = [ctx().types.object.value()];
    let bases = if bases.is_empty() { &object } else { bases };
    let base = mro::best_base(th, bases)?;
    if name.points().any(|c| c == 0) {
        return Err(th.value_error("type name must not contain null characters"));
    }
    let name = name.interned();
    let d: Gc<Dict> = th.new_dict().as_gc();
    let (keys, values) = ns.snapshot(th)?;
    for (k, v) in keys.as_slice().iter().zip(values.as_slice()) {
        match k.cast::<Str>() {
            Some(s) => d.set_str(th, s.interned(), *v)?,
            None => d.set(th, *k, *v)?,
        }
    }
    let n = names();
    let qualname = match take(th, d, n.__qualname__)? {
        Some(q) if q.cast::<Str>().is_some() => q,
        Some(q) => {
            let text = format!("type __qualname__ must be a str, not {}", class_of(q).name_str());
            return Err(th.type_error(&text));
        }
        None => name.value(),
    };
    let cell = take(th, d, n.__classcell__)?;
    let dict_cell = take(th, d, n.__classdictcell__)?;
    let class = alloc_class(th, meta);
    let plan = slots::plan(th, name, bases, base, d)?;
    class.name.set_raw(name.value());
    class.qualname.set_raw(qualname);
    let tuple = th.new_tuple(bases);
    class.bases.set_raw(tuple);
    class.base.set_raw(base.value());
    class.dict.set_raw(d.value());
    let l = base.layout();
    let members = l.members + plan.members.len() as u16;
    class.init_layout(InstanceLayout {
        members,
        inline_slots: members + if plan.dict { DICT_SLOTS } else { 0 },
        attrs: plan.dict || members > 0 || l.attrs,
        ..l
    });
    class.set_flag(class_flag::HEAP | class_flag::BASE);
    for (on, flag) in [(plan.dict, class_flag::HAS_DICT), (plan.weakref, class_flag::WEAKREFABLE)] {
        if on {
            class.set_flag(flag);
        }
    }
    for b in bases {
        class.set_flag(b.as_gc::<Class>().flags.load(Relaxed) & class_flag::EXCEPTION);
    }
    if base.has_flag(class_flag::NO_NEW) {
        class.set_flag(class_flag::NO_NEW);
    }
    fill_namespace(th, class, d, &plan)?;
    mro::set_mro(th, class)?;
    // The first class that says what it is decides.
    if let Some(order) = class.mro.get().cast::<Tuple>() {
        let ancestors = order.items().iter().filter_map(|c| c.cast::<Class>());
        let kinds = ancestors.map(|c| c.flags.load(Relaxed) & (class_flag::SEQUENCE | class_flag::MAPPING));
        class.set_flag(kinds.into_iter().find(|k| *k != 0).unwrap_or(0));
    }
    // Others find it among the subclasses of its bases.
    th.share(class.value());
    for b in bases {
        add_subclass(b.as_gc(), class);
    }
    changed(class);
    if let Some(c) = cell {
        let Some(c) = c.cast::<crate::types::cell::Cell>() else {
            let text = format!(
                "__classcell__ must be a nonlocal cell, not {}",
                th.repr_string(class_of(c).value())?
            );
            return Err(th.type_error(&text));
        };
        c.set(th, class.value())?;
    }
    if let Some(c) = dict_cell.and_then(|c| c.cast::<crate::types::cell::Cell>()) {
        c.set(th, d.value())?;
    }
    set_names(th, class, d)?;
    init_subclass(th, class, kwargs)?;
    Ok(class)
}
fn fill_namespace(th: &mut Thread, class: Gc<Class>, d: Gc<Dict>, plan: &slots::Plan) -> R<()> {
    let n = names();
    if d.get_str(th, n.__module__)?.is_none()
        && let Some(g) = crate::interp::frame::current_globals(th)
        && let Some(g) = g.cast::<Dict>()
        && let Some(m) = g.get_str(th, n.__name__)?
    {
        d.set_str(th, n.__module__, m)?;
    }
    if d.get_str(th, n.__doc__)?.is_none() {
        d.set_str(th, n.__doc__, Value::NONE)?;
    }
    if let Some(f) = d.get_str(th, n.__new__)?
        && f.is_kind(Kind::Function)
    {
        let m = staticmethod::new(th, f);
        d.set_str(th, n.__new__, m)?;
    }
    for name in [n.__init_subclass__, n.__class_getitem__] {
        if let Some(f) = d.get_str(th, name)?
            && f.is_kind(Kind::Function)
        {
            let m = classmethod::new(th, f);
            d.set_str(th, name, m)?;
        }
    }
    let first = class.layout().members as usize - plan.members.len();
    for (i, name) in plan.members.iter().enumerate() {
        let name = name.as_gc::<Str>();
        let m = member::new(th, name, class, first + i);
        d.set_str(th, name, m)?;
    }
    if plan.adds_dict {
        let g = getset::new(th, &slots::DICT, class);
        d.set_str(th, n.__dict__, g)?;
    }
    if plan.adds_weakref {
        let g = getset::new(th, &slots::WEAKREF, class);
        d.set_str(th, n.__weakref__, g)?;
    }
    if d.get_str(th, n.__eq__)?.is_some() && d.get_str(th, n.__hash__)?.is_none() {
        d.set_str(th, n.__hash__, Value::NONE)?;
    }
    Ok(())
}
fn set_names(th: &mut Thread, class: Gc<Class>, d: Gc<Dict>) -> R<()> {
    let (keys, values) = d.snapshot(th)?;
    for (k, v) in keys.as_slice().iter().zip(values.as_slice()) {
        if !v.is_obj() || class_of(*v).special(Special::SetName).is_none() {
            continue;
        }
        if let Err(t) = th.call_special(*v, Special::SetName, &[class.value(), *k]) {
            if let Some(e) = t.value() {
                let text = format!(
                    "Error calling __set_name__ on '{}' instance {} in '{}'",
                    class_of(*v).name_str(),
                    th.repr_string(*k)?,
                    class.name_str()
                );
                let text = th.new_str(&text);
                th.call_method(e, names().add_note, &[text])?;
            }
            return Err(t);
        }
    }
    Ok(())
}
fn init_subclass(th: &mut Thread, class: Gc<Class>, kwargs: Value) -> R<()> {
    let name = names().__init_subclass__;
    let found = class.mro_slice()[1..]
        .iter()
        .find_map(|c| c.as_gc::<Class>().namespace().get_interned(name));
    let Some(raw) = found else { return Ok(()) };
    if Some(raw) == ctx().types.object.namespace().get_interned(name) && (kwargs.is_empty() || kwargs.as_gc::<Dict>().len(th)? == 0) {
        return Ok(());
    }
    let f = if raw.is_kind(Kind::ClassMethod) {
        let inner = classmethod::get(th, raw, class.value())?;
        debug_assert!(inner.cast::<bound_method::BoundMethod>().is_some());
        inner
    } else {
        attrs::bind(th, raw, Value::EMPTY, class.value())?
    };
    th.call_ex(f, ctx().empty_tuple, kwargs)?;
    Ok(())
}
