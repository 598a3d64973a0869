//! Attributes of any value: getattr, setattr, delattr, descriptors, and where instance attributes are kept.
//!
//! Behind the fixed layout of an instance come the *attribute word* and the inline slots (`attr_base`). With an ordinary
//! shape attribute `i` is inline slot `i`, or slot `i - inline` of the overflow buffer in the attribute word. With the
//! class's dict-mode shape the attribute word is a dict. An EMPTY slot means that the attribute was deleted. Member slots
//! (`__slots__`) are always inline and come first, in both modes. Names are interned.

use crate::context::ctx;
use crate::names::names;
use crate::object::{Gc, Header, Kind, Obj, Slot, Space};
use crate::shape::Shape;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::Buffer;
use crate::types::bytes::Bytes;
use crate::types::class::{Class, class_flag, class_of, class_of_obj};
use crate::types::dict::{self, Dict};
use crate::types::getset;
use crate::types::member;
use crate::types::module::Module;
use crate::types::str_::Str;
use crate::types::tuple::{self, Tuple};
use crate::types::{bound_method, exception, function, list, native_function, payload, property, set, staticmethod, super_, type_attrs};
use crate::value::Value;
use std::sync::atomic::Ordering::Relaxed;

/// Attributes an object may have before they move to a dict.
const MAX_SHAPED: usize = 60;
/// Inline slots of instances of Python classes with a `__dict__`, besides members: one number for all, so that
/// `__class__` can be assigned.
pub const DICT_SLOTS: u16 = 5;

/// Address of the attribute word; the inline slots follow.
/// # Safety
/// The object's class has attributes.
#[inline(always)]
pub unsafe fn attr_base(o: Obj) -> *const Slot {
    // SAFETY: the kinds name the layouts.
    let offset = unsafe {
        match o.kind() {
            Kind::Instance => 16,
            Kind::Str => Gc::<Str>::from_addr(o.addr() as u64).end_offset(),
            Kind::Bytes => Gc::<Bytes>::from_addr(o.addr() as u64).end_offset(),
            Kind::Tuple => tuple::end_offset(Gc::<Tuple>::from_addr(o.addr() as u64).len()),
            _ => class_of_obj(o).attr_offset(),
        }
    };
    (o.addr() + offset) as *const Slot
}
/// The attribute word and slots of an object whose class has them.
#[inline(always)]
fn slots(o: Obj, class: Gc<Class>) -> &'static [Slot] {
    // SAFETY: instances of a class with attributes have the word and the inline slots there.
    unsafe { std::slice::from_raw_parts(attr_base(o), 1 + class.inline_slots()) }
}
#[inline(always)]
fn slot_value(s: &[Slot], i: usize) -> Value {
    if i + 1 < s.len() {
        return s[i + 1].get();
    }
    let i = i + 1 - s.len();
    match s[0].get().cast::<Buffer>() {
        Some(b) if i < b.cap() => b.slots()[i].get(),
        _ => Value::EMPTY,
    }
}
/// The words after the header that a layout's own operations take for saved when the object is open.
fn own_words(kind: Kind) -> usize {
    match kind {
        Kind::List => list::WORDS,
        Kind::Dict => dict::WORDS,
        Kind::Set | Kind::FrozenSet => set::WORDS,
        Kind::Function => function::WORDS,
        Kind::Property => property::WORDS,
        Kind::Exception => exception::WORDS,
        Kind::StaticMethod | Kind::ClassMethod => 1,
        Kind::Super => super_::WORDS,
        _ => 0,
    }
}
/// Opens an object for a change of its attributes.
#[inline(always)]
fn open(th: &mut Thread, o: Obj, class: Gc<Class>) -> R<()> {
    match o.kind() {
        Kind::Instance => th.write(o.header(), 1 + class.inline_slots()),
        Kind::Payload => payload::open(th, o),
        kind => th.write(o.header(), own_words(kind)),
    }
}
#[inline(always)]
fn put(th: &mut Thread, o: Obj, slot: &Slot, v: Value) {
    if o.kind() == Kind::Instance {
        slot.set_raw(v)
    } else {
        th.store(o.header(), slot, v)
    }
}
/// Reads a slot of an object that is saved whole or logged.
#[inline(always)]
pub fn load(th: &mut Thread, h: &Header, s: &Slot) -> R {
    th.read(h, || s.get())
}
/// Changes a slot among the first `words` words of an object.
#[inline(always)]
pub fn change(th: &mut Thread, h: &Header, words: usize, s: &Slot, v: Value) -> R<()> {
    th.write(h, words)?;
    s.set_raw(v);
    Ok(())
}

/// Member slot `i`; EMPTY when it is unset.
pub fn member(th: &mut Thread, o: Obj, i: usize) -> R {
    let class = class_of_obj(o);
    if !class.has_attrs() || i >= class.inline_slots() {
        return Ok(Value::EMPTY);
    }
    let s = &slots(o, class)[1 + i];
    th.read(o.header(), || s.get())
}
/// Sets member slot `i` (EMPTY: deletes).
pub fn set_member(th: &mut Thread, o: Obj, i: usize, v: Value) -> R<()> {
    let class = class_of_obj(o);
    open(th, o, class)?;
    if let Some(s) = slots(o, class).get(1 + i) {
        put(th, o, s, v);
    }
    Ok(())
}

/// An attribute of the object itself, not of its class.
#[inline]
pub fn instance_get(th: &mut Thread, o: Obj, name: Gc<Str>) -> R<Option<Value>> {
    let class = class_of_obj(o);
    if !class.has_flag(class_flag::HAS_DICT) {
        return Ok(None);
    }
    if o.kind() == Kind::Module {
        return o.value().as_gc::<Module>().dict().get_str(th, name);
    }
    let s = slots(o, class);
    let found = th.read(o.header(), || {
        let shape = Shape::get(o.shape_id());
        if shape.dict_mode {
            return Err(s[0].get());
        }
        Ok(shape.find(name).map_or(Value::EMPTY, |i| slot_value(s, i)))
    })?;
    match found {
        Ok(Value::EMPTY) => Ok(None),
        Ok(v) => Ok(Some(v)),
        Err(d) => match d.cast::<Dict>() {
            Some(d) => d.get_str(th, name),
            None => Ok(None),
        },
    }
}
/// Sets an attribute of the object itself. False: it has no `__dict__`.
pub fn instance_set(th: &mut Thread, o: Obj, name: Gc<Str>, v: Value) -> R<bool> {
    let class = class_of_obj(o);
    if !class.has_flag(class_flag::HAS_DICT) {
        return Ok(false);
    }
    if o.kind() == Kind::Module {
        o.value().as_gc::<Module>().dict().set_str(th, name, v)?;
        return Ok(true);
    }
    open(th, o, class)?;
    let s = slots(o, class);
    let shape = Shape::get(o.shape_id());
    if shape.dict_mode {
        dict_of_dict_mode(th, o, s).set_str(th, name, v)?;
        return Ok(true);
    }
    let inline = s.len() - 1;
    let i = match shape.find(name) {
        Some(i) => i,
        None => {
            let i = shape.len();
            if i >= MAX_SHAPED + class.members.load(Relaxed) as usize {
                to_dict_mode(th, o)?.set_str(th, name, v)?;
                return Ok(true);
            }
            if i >= inline {
                make_room(th, o, s, i - inline)?;
            }
            set_shape(th, o, shape.with(name).id);
            i
        }
    };
    if i < inline {
        put(th, o, &s[i + 1], v);
    } else if let Some(b) = s[0].get().cast::<Buffer>() {
        th.store(o.header(), &b.slots()[i - inline], v);
    }
    Ok(true)
}
/// Changes the shape of an opened object.
fn set_shape(th: &mut Thread, o: Obj, id: u32) {
    let h = o.header();
    if th.needs_log(h) {
        let old = h.shape.load(Relaxed);
        th.on_abort.push(Box::new(move |_| o.header().shape.store(old, Relaxed)));
    }
    h.shape.store(id, Relaxed);
}
fn make_room(th: &mut Thread, o: Obj, s: &[Slot], index: usize) -> R<()> {
    let old = s[0].get().cast::<Buffer>();
    if old.is_some_and(|b| index < b.cap()) {
        return Ok(());
    }
    let bigger = th.new_buffer((index + 1).max(3) * 2 - 2)?;
    if let Some(b) = old {
        for (from, to) in b.slots().iter().zip(bigger.slots()) {
            to.set_raw(from.get());
        }
    }
    put(th, o, &s[0], bigger.value());
    Ok(())
}
fn dict_of_dict_mode(th: &mut Thread, o: Obj, s: &[Slot]) -> Gc<Dict> {
    match s[0].get().cast::<Dict>() {
        Some(d) => d,
        None => {
            let d = th.new_dict();
            put(th, o, &s[0], d);
            d.as_gc()
        }
    }
}
/// Deletes an attribute of the object itself. False: there was none.
pub fn instance_delete(th: &mut Thread, o: Obj, name: Gc<Str>) -> R<bool> {
    if instance_get(th, o, name)?.is_none() {
        return Ok(false);
    }
    let class = class_of_obj(o);
    if o.kind() == Kind::Module {
        return Ok(o.value().as_gc::<Module>().dict().remove(th, name.value())?.is_some());
    }
    open(th, o, class)?;
    let s = slots(o, class);
    let shape = Shape::get(o.shape_id());
    let i = if shape.dict_mode { None } else { shape.find(name) };
    match i {
        Some(i) if i + 1 == shape.len() => {
            if i + 1 < s.len() {
                put(th, o, &s[i + 1], Value::EMPTY);
            } else if let Some(b) = s[0].get().cast::<Buffer>() {
                th.store(o.header(), &b.slots()[i + 1 - s.len()], Value::EMPTY);
            }
        }
        _ => {
            to_dict_mode(th, o)?.remove(th, name.value())?;
        }
    }
    Ok(true)
}
/// Moves the attributes of an object with a `__dict__` into a dict and gives it: that is `obj.__dict__`.
pub fn to_dict_mode(th: &mut Thread, o: Obj) -> R<Gc<Dict>> {
    let class = class_of_obj(o);
    if o.kind() == Kind::Module {
        return Ok(o.value().as_gc::<Module>().dict());
    }
    let s = slots(o, class);
    let now = th.read(o.header(), || {
        if Shape::get(o.shape_id()).dict_mode {
            s[0].get()
        } else {
            Value::EMPTY
        }
    })?;
    if let Some(d) = now.cast::<Dict>() {
        return Ok(d);
    }
    let copy = instance_dict_snapshot(th, o)?;
    open(th, o, class)?;
    let members = class.members.load(Relaxed) as usize;
    for slot in &s[1 + members..] {
        put(th, o, slot, Value::EMPTY);
    }
    put(th, o, &s[0], copy.value());
    set_shape(th, o, class.dict_shape());
    Ok(copy)
}
/// A new dict with the attributes of the object itself.
pub fn instance_dict_snapshot(th: &mut Thread, o: Obj) -> R<Gc<Dict>> {
    let class = class_of_obj(o);
    let d: Gc<Dict> = th.new_dict().as_gc();
    if !class.has_flag(class_flag::HAS_DICT) {
        return Ok(d);
    }
    if o.kind() == Kind::Module {
        return o.value().as_gc::<Module>().dict().copy(th);
    }
    let s = slots(o, class);
    let (id, word) = th.read(o.header(), || (o.shape_id(), s[0].get()))?;
    let shape = Shape::get(id);
    if shape.dict_mode {
        return match word.cast::<Dict>() {
            Some(d) => d.copy(th),
            None => Ok(d),
        };
    }
    for (i, n) in shape.names.iter().enumerate() {
        if let Some(n) = n {
            let v = th.read(o.header(), || slot_value(s, i))?;
            if !v.is_empty() {
                d.set_str(th, *n, v)?;
            }
        }
    }
    Ok(d)
}
/// `obj.__dict__ = d`
pub fn set_instance_dict(th: &mut Thread, o: Obj, d: Gc<Dict>) -> R<()> {
    let class = class_of_obj(o);
    open(th, o, class)?;
    let s = slots(o, class);
    let members = class.members.load(Relaxed) as usize;
    for slot in &s[1 + members..] {
        put(th, o, slot, Value::EMPTY);
    }
    put(th, o, &s[0], d.value());
    set_shape(th, o, class.dict_shape());
    Ok(())
}
/// Gives an object another class of the same layout, keeping its attributes.
pub fn change_class(th: &mut Thread, o: Obj, to: Gc<Class>) -> R<()> {
    let from = class_of_obj(o);
    if !from.has_attrs() {
        open(th, o, from)?;
        set_shape(th, o, to.root_shape());
        return Ok(());
    }
    open(th, o, from)?;
    let old = Shape::get(o.shape_id());
    let mut id = if old.dict_mode { to.dict_shape() } else { to.root_shape() };
    if !old.dict_mode {
        for n in old.names.iter().flatten() {
            id = Shape::get(id).with(*n).id;
        }
    }
    set_shape(th, o, id);
    Ok(())
}

/// A new plain instance: all attributes unset.
#[inline]
pub fn new_instance(th: &mut Thread, class: Gc<Class>) -> Value {
    let p = th.alloc_raw(Kind::Instance, class.root_shape(), 16 + class.attr_bytes(), Space::Plain);
    // SAFETY: just allocated.
    let o = unsafe { Obj::from_addr(p.as_ptr() as u64) };
    if class.has_flag(class_flag::FINALIZER) {
        register_finalizer(th, o);
    }
    o.value()
}
/// Marks an object whose class defines `__del__`.
pub fn register_finalizer(th: &mut Thread, o: Obj) {
    if !o.has_flag(crate::object::flag::HAS_FINALIZER) {
        th.finalizable.add(o);
    }
}

/// Where an attribute was found; for inline caches. Valid while the object's shape, and for what comes from the class
/// the class's version, stay the same.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// in the object, this many bytes from its start; EMPTY there means: use the slow path
    Inline(usize),
    /// in the overflow buffer that the attribute word (at byte `word`) points to
    Overflow {
        /// byte offset of the attribute word
        word: usize,
        /// slot of the buffer
        index: usize,
    },
    /// in the dict that the attribute word (at this byte offset) points to, unless it comes from the class
    Dict(usize),
    /// a plain function or native method of the class: binds to the instance, which has no attribute of that name
    Method(Value),
    /// a plain value of the class
    ClassValue(Value),
    /// a property of the class
    Property(Value),
    /// a member descriptor: slot at this byte offset
    Member(usize),
    /// anything else: no caching
    Other,
}
/// Finds where generic attribute lookup on `v` would find `name`. Never runs Python code.
pub fn place(v: Value, name: Gc<Str>) -> Place {
    let class = class_of(v);
    if class.special(Special::Getattribute) != ctx().types.object.special(Special::Getattribute) {
        return Place::Other;
    }
    let fixed = v.is_obj()
        && !matches!(
            v.as_obj().kind(),
            Kind::Str | Kind::Bytes | Kind::Tuple | Kind::Module | Kind::Class
        );
    let attr = class.lookup(name);
    if let Some(a) = attr
        && is_data_descriptor(a)
    {
        if a.is_kind(Kind::Property) && class_of(a) == ctx().types.property {
            return Place::Property(a);
        }
        if let Some(m) = a.cast::<member::Member>()
            && fixed
            && class.is_subclass_of(m.owner())
        {
            return Place::Member(class.attr_offset() + 8 * (1 + m.index()));
        }
        return Place::Other;
    }
    if v.is_obj() && class.has_flag(class_flag::HAS_DICT) {
        if !fixed {
            return Place::Other;
        }
        let shape = Shape::get(v.as_obj().shape_id());
        let base = class.attr_offset();
        if shape.dict_mode {
            return if attr.is_none() { Place::Dict(base) } else { Place::Other };
        }
        if let Some(i) = shape.find(name) {
            let inline = class.inline_slots();
            return if i < inline {
                Place::Inline(base + 8 * (1 + i))
            } else {
                Place::Overflow {
                    word: base,
                    index: i - inline,
                }
            };
        }
    }
    match attr {
        Some(a) if a.is_kind(Kind::Function) || native_function::is_method(a) => Place::Method(a),
        Some(a) if class_of(a).special(Special::Get).is_none() => Place::ClassValue(a),
        _ => Place::Other,
    }
}
/// Where a store of attribute `name` of `v` goes, when it is already there.
pub fn place_to_store(v: Value, name: Gc<Str>) -> Place {
    let class = class_of(v);
    if class.special(Special::Setattr) != ctx().types.object.special(Special::Setattr) || !v.is_kind(Kind::Instance) {
        return Place::Other;
    }
    if class.lookup(name).is_some_and(is_data_descriptor) {
        return Place::Other;
    }
    match place(v, name) {
        p @ (Place::Inline(_) | Place::Overflow { .. }) => p,
        _ => Place::Other,
    }
}

/// Does the type of `a` define `__set__` or `__delete__`?
#[inline]
pub fn is_data_descriptor(a: Value) -> bool {
    if !a.is_obj() {
        return false;
    }
    match a.as_obj().kind() {
        Kind::Function | Kind::NativeFunction | Kind::StaticMethod | Kind::ClassMethod | Kind::Str | Kind::Tuple => false,
        Kind::GetSet | Kind::Member | Kind::Property => true,
        _ => {
            let c = class_of(a);
            c.special(Special::Set).is_some() || c.special(Special::Delete).is_some()
        }
    }
}
/// An attribute that is looked for in the class of `obj` alone, bound to `obj`: special methods.
pub fn of_class(th: &mut Thread, obj: Value, name: Gc<Str>) -> R<Option<Value>> {
    let class = class_of(obj);
    class.lookup(name).map(|m| bind(th, m, obj, class.value())).transpose()
}
/// Binds what was found in a class: `a.__get__(obj, class)`. An EMPTY `obj` means that the class itself was asked.
#[inline]
pub fn bind(th: &mut Thread, a: Value, obj: Value, class: Value) -> R {
    if !a.is_obj() {
        return Ok(a);
    }
    match a.as_obj().kind() {
        Kind::Function if obj.is_empty() => Ok(a),
        Kind::Function => Ok(bound_method::new(th, a, obj)),
        Kind::NativeFunction => native_function::bind(th, a, obj, class),
        Kind::Str | Kind::Tuple | Kind::List | Kind::Dict if class_of(a).special(Special::Get).is_none() => Ok(a),
        Kind::StaticMethod => staticmethod::inner(th, a),
        Kind::Property if class_of(a) == ctx().types.property => {
            if obj.is_empty() {
                Ok(a)
            } else {
                property::get(th, a, obj)
            }
        }
        Kind::GetSet => getset::get(th, a, obj),
        Kind::Member => member::get(th, a, obj),
        _ => match class_of(a).special(Special::Get) {
            None => Ok(a),
            Some(get) => {
                let instance = if obj.is_empty() { Value::NONE } else { obj };
                call_get(th, get, a, instance, class)
            }
        },
    }
}
fn call_get(th: &mut Thread, get: Value, a: Value, instance: Value, class: Value) -> R {
    if get.is_kind(Kind::Function) || native_function::is_method(get) {
        return th.call(get, &[a, instance, class]);
    }
    let own = th.class_of(a).value();
    let get = bind(th, get, a, own)?;
    th.call(get, &[instance, class])
}
/// Calls `__set__` or (for EMPTY) `__delete__` of a data descriptor. False: it has none for that.
fn call_set(th: &mut Thread, a: Value, obj: Value, v: Value) -> R<bool> {
    match a.as_obj().kind() {
        Kind::GetSet => return getset::set(th, a, obj, v).map(|()| true),
        Kind::Member => return member::set(th, a, obj, v).map(|()| true),
        Kind::Property if class_of(a) == ctx().types.property => return property::set(th, a, obj, v).map(|()| true),
        _ => {}
    }
    let s = if v.is_empty() { Special::Delete } else { Special::Set };
    if class_of(a).special(s).is_none() {
        let c = class_of(a);
        if c.special(Special::Set).is_some() || c.special(Special::Delete).is_some() {
            let name = if v.is_empty() { "__delete__" } else { "__set__" };
            return Err(th.attribute_error(name));
        }
        return Ok(false);
    }
    if v.is_empty() {
        th.call_special(a, s, &[obj])?
    } else {
        th.call_special(a, s, &[obj, v])?
    };
    Ok(true)
}

/// `object.__getattribute__`, with None for AttributeError-to-be.
#[inline]
pub fn generic_getattr(th: &mut Thread, v: Value, name: Gc<Str>) -> R<Option<Value>> {
    let class = class_of(v);
    let attr = class.lookup(name);
    if let Some(a) = attr
        && is_data_descriptor(a)
    {
        if class_of(a).special(Special::Get).is_some() {
            return bind(th, a, v, class.value()).map(Some);
        }
        if v.is_obj()
            && let Some(own) = instance_get(th, v.as_obj(), name)?
        {
            return Ok(Some(own));
        }
        return Ok(Some(a));
    }
    if v.is_obj()
        && let Some(own) = instance_get(th, v.as_obj(), name)?
    {
        return Ok(Some(own));
    }
    match attr {
        Some(a) => bind(th, a, v, class.value()).map(Some),
        None => Ok(None),
    }
}
/// `object.__setattr__` (EMPTY: `__delattr__`).
pub fn generic_setattr(th: &mut Thread, v: Value, name: Gc<Str>, new: Value) -> R<()> {
    let class = class_of(v);
    let attr = class.lookup(name);
    if let Some(a) = attr
        && is_data_descriptor(a)
        && call_set(th, a, v, new)?
    {
        return Ok(());
    }
    let done = match v.to_obj() {
        None => false,
        Some(o) if new.is_empty() => instance_delete(th, o, name)?,
        Some(o) => instance_set(th, o, name, new)?,
    };
    if done {
        return Ok(());
    }
    let (n, c) = (name.to_string_lossy(), class.shown_name());
    let text = if attr.is_some() && !class.has_flag(class_flag::HAS_DICT) {
        format!("'{c}' object attribute '{n}' is read-only")
    } else if class.has_flag(class_flag::HAS_DICT) || new.is_empty() && class.has_flag(class_flag::HEAP) {
        format!("'{c}' object has no attribute '{n}'")
    } else {
        format!("'{c}' object has no attribute '{n}' and no __dict__ for setting new attributes")
    };
    Err(attribute_error_for(th, &text, v, name))
}
/// Generic attribute lookup with `d` as the object's namespace (thread-local objects).
pub fn getattr_with_dict(th: &mut Thread, v: Value, name: Gc<Str>, d: Gc<Dict>) -> R {
    let class = class_of(v);
    let attr = class.lookup(name);
    if let Some(a) = attr
        && is_data_descriptor(a)
        && class_of(a).special(Special::Get).is_some()
    {
        return bind(th, a, v, class.value());
    }
    if let Some(own) = d.get_str(th, name)? {
        return Ok(own);
    }
    match attr {
        Some(a) => bind(th, a, v, class.value()),
        None => Err(missing(th, v, name)),
    }
}
/// Generic change of an attribute (EMPTY: deletion) with `d` as the object's namespace.
pub fn setattr_with_dict(th: &mut Thread, v: Value, name: Gc<Str>, new: Value, d: Gc<Dict>) -> R<()> {
    if let Some(a) = class_of(v).lookup(name)
        && is_data_descriptor(a)
        && call_set(th, a, v, new)?
    {
        return Ok(());
    }
    if !new.is_empty() {
        return d.set_str(th, name, new);
    }
    match d.remove(th, name.value())? {
        Some(_) => Ok(()),
        None => Err(missing(th, v, name)),
    }
}
/// An AttributeError with its `name` and `obj`.
pub fn attribute_error_for(th: &mut Thread, text: &str, obj: Value, name: Gc<Str>) -> crate::throw::Throw {
    let t = th.attribute_error(text);
    if let Some(e) = t.value() {
        let r = set_member(th, e.as_obj(), 0, name.value()).and_then(|()| set_member(th, e.as_obj(), 1, obj));
        if let Err(abort) = r {
            return abort;
        }
    }
    t
}
/// The error for a missing attribute, by the kind of object.
pub fn missing(th: &mut Thread, v: Value, name: Gc<Str>) -> crate::throw::Throw {
    let n = name.to_string_lossy();
    let text = if let Some(c) = v.cast::<Class>() {
        format!("type object '{}' has no attribute '{n}'", c.shown_name())
    } else if v.is_kind(Kind::Module) {
        match crate::types::module::missing_text(th, v, name) {
            Ok(t) => t,
            Err(t) => return t,
        }
    } else {
        format!("'{}' object has no attribute '{n}'", class_of(v).shown_name())
    };
    attribute_error_for(th, &text, v, name)
}

/// Result of a lookup: the value; or None with the AttributeError that was raised, if one was.
enum Lookup {
    Found(Value),
    Missing(Option<Value>),
}
fn or_missing(th: &mut Thread, f: impl FnOnce(&mut Thread) -> R) -> R<Lookup> {
    Ok(match th.catch(ctx().types.AttributeError, f)? {
        Ok(v) => Lookup::Found(v),
        Err(e) => Lookup::Missing(Some(e)),
    })
}
fn native_getattribute(th: &mut Thread, v: Value, name: Gc<Str>) -> R<Option<Option<Value>>> {
    let class = class_of(v);
    let t = &ctx().types;
    let Some(g) = class.special(Special::Getattribute) else {
        return Ok(Some(generic_getattr(th, v, name)?));
    };
    if Some(g) == t.object.special(Special::Getattribute) {
        return Ok(Some(generic_getattr(th, v, name)?));
    }
    if Some(g) == t.type_.special(Special::Getattribute) {
        return Ok(Some(type_attrs::getattr(th, v.as_gc(), name)?));
    }
    if Some(g) == t.module.special(Special::Getattribute) {
        return Ok(Some(crate::types::module::getattr(th, v, name)?));
    }
    if Some(g) == t.super_.special(Special::Getattribute) {
        return Ok(Some(super_::getattr(th, v, name)?));
    }
    Ok(None)
}
fn lookup(th: &mut Thread, v: Value, name: Gc<Str>) -> R<Lookup> {
    let class = class_of(v);
    let getattr = class.special(Special::Getattr);
    let native_missing = getattr.is_none();
    let first = if native_missing {
        match native_getattribute(th, v, name)? {
            Some(Some(v)) => Lookup::Found(v),
            Some(None) => Lookup::Missing(None),
            None => or_missing(th, |th| {
                th.call_special(v, Special::Getattribute, &[name.value()])
                    .map(|r| r.unwrap_or(Value::NONE))
            })?,
        }
    } else {
        or_missing(th, |th| match native_getattribute(th, v, name)? {
            Some(r) => Ok(r.unwrap_or(Value::EMPTY)),
            None => th
                .call_special(v, Special::Getattribute, &[name.value()])
                .map(|r| r.unwrap_or(Value::NONE)),
        })?
    };
    match first {
        Lookup::Found(v) if !v.is_empty() => Ok(Lookup::Found(v)),
        Lookup::Missing(e) if native_missing => Ok(Lookup::Missing(e)),
        _ if native_missing => Ok(Lookup::Missing(None)),
        _ => or_missing(th, |th| {
            th.call_special(v, Special::Getattr, &[name.value()])
                .map(|r| r.unwrap_or(Value::NONE))
        }),
    }
}

impl Thread {
    /// `getattr(v, name)`
    ///
    /// RecursionError where getters of native types ask one another for ever: a property can be its own getter.
    #[inline]
    pub fn getattr(&mut self, v: Value, name: Gc<Str>) -> R {
        let name = name.interned();
        if class_of(v).special(Special::Getattr).is_none() {
            return match self.recurse("", |th| native_getattribute(th, v, name))? {
                Some(Some(v)) => Ok(v),
                Some(None) => Err(missing(self, v, name)),
                None => self
                    .call_special(v, Special::Getattribute, &[name.value()])
                    .map(|r| r.unwrap_or(Value::NONE)),
            };
        }
        match lookup(self, v, name)? {
            Lookup::Found(v) => Ok(v),
            Lookup::Missing(Some(e)) => Err(crate::throw::Throw::exception(e)),
            Lookup::Missing(None) => Err(missing(self, v, name)),
        }
    }
    /// `getattr(v, name, None)`, with None for a missing attribute.
    #[inline]
    pub fn getattr_opt(&mut self, v: Value, name: Gc<Str>) -> R<Option<Value>> {
        let name = name.interned();
        // A property or descriptor may raise AttributeError itself.
        let found = self.catch(ctx().types.AttributeError, |th| th.recurse("", |th| lookup(th, v, name)))?;
        Ok(match found {
            Ok(Lookup::Found(v)) => Some(v),
            _ => None,
        })
    }
    /// `setattr(v, name, new)`
    pub fn setattr(&mut self, v: Value, name: Gc<Str>, new: Value) -> R<()> {
        self.set_or_delete(v, name.interned(), new, Special::Setattr)
    }
    /// `delattr(v, name)`
    pub fn delattr(&mut self, v: Value, name: Gc<Str>) -> R<()> {
        self.set_or_delete(v, name.interned(), Value::EMPTY, Special::Delattr)
    }
    fn set_or_delete(&mut self, v: Value, name: Gc<Str>, new: Value, s: Special) -> R<()> {
        let class = class_of(v);
        let t = &ctx().types;
        let f = class.special(s);
        if f.is_none() || f == t.object.special(s) {
            return generic_setattr(self, v, name, new);
        }
        if f == t.type_.special(s) && v.is_kind(Kind::Class) {
            return type_attrs::setattr(self, v.as_gc(), name, new);
        }
        if new.is_empty() {
            self.call_special(v, s, &[name.value()])?;
        } else {
            self.call_special(v, s, &[name.value(), new])?;
        }
        Ok(())
    }
    /// The `__dict__` of an object that has one.
    pub fn dict_of(&mut self, v: Value) -> R<Option<Gc<Dict>>> {
        match v.to_obj() {
            Some(o) if class_of_obj(o).has_flag(class_flag::HAS_DICT) => to_dict_mode(self, o).map(Some),
            _ => Ok(None),
        }
    }
    /// An attribute name given by Python code.
    pub fn attribute_name(&mut self, v: Value) -> R<Gc<Str>> {
        match v.cast::<Str>() {
            Some(s) => Ok(s.interned()),
            None => {
                let text = format!("attribute name must be string, not '{}'", class_of(v).name_str());
                Err(self.type_error(&text))
            }
        }
    }
    /// `obj.__module__` and such of a class as text: `module.qualname`, without `builtins.`.
    pub fn full_name(&mut self, class: Gc<Class>) -> R<String> {
        let qualname = match class.qualname.get().cast::<Str>() {
            Some(s) => s.to_string_lossy(),
            None => class.name_str(),
        };
        let module = type_attrs::getattr(self, class, names().__module__)?;
        Ok(match module.and_then(|m| m.cast::<Str>()) {
            Some(m) if !m.is("builtins") && !m.is("__main__") => format!("{}.{qualname}", m.to_string_lossy()),
            _ => qualname,
        })
    }
}
