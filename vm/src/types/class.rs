//! Layout of classes, and what everything asks of them: class of a value, MRO lookup with caching, special methods.
//!
//! Invariants: `mro` and the namespace change only through code that calls [`changed`](super::type_::changed), which
//! gives the class and all its subclasses a new `version` and clears their special-method caches. Inline caches hold
//! (class, version). In concurrent mode a class changes only while all other threads stand at a boundary.

use crate::context::ctx;
use crate::object::{Gc, Header, Kind, Layout, Obj, Slot};
use crate::shape::Shape;
use crate::special::Special;
use crate::types::dict::Dict;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering::Relaxed};

/// Class flags.
pub mod class_flag {
    /// made by Python code (or `type()`): mutable
    pub const HEAP: u32 = 1;
    /// may be subclassed
    pub const BASE: u32 = 2;
    /// instances have a `__dict__`
    pub const HAS_DICT: u32 = 4;
    /// instances can be weakly referenced
    pub const WEAKREFABLE: u32 = 8;
    /// `match` treats instances as sequences
    pub const SEQUENCE: u32 = 16;
    /// `match` treats instances as mappings
    pub const MAPPING: u32 = 32;
    /// has `__del__` somewhere in the MRO
    pub const FINALIZER: u32 = 64;
    /// abstract methods left: instantiation raises TypeError
    pub const ABSTRACT: u32 = 128;
    /// subclass of BaseException
    pub const EXCEPTION: u32 = 256;
    /// overrides `__getattribute__` (not object's)
    pub const CUSTOM_GETATTRIBUTE: u32 = 512;
    /// overrides `__setattr__` or `__delattr__`
    pub const CUSTOM_SETATTR: u32 = 1024;
    /// cannot be instantiated by calling
    pub const NO_NEW: u32 = 2048;
    /// its native operators take an instance in the place of any operand
    pub const ANY_OPERAND: u32 = 4096;
}

/// Layout of a class. Its attribute word and slots (for metaclass instances) follow.
#[repr(C)]
pub struct Class {
    header: Header,
    /// str
    pub name: Slot,
    /// str
    pub qualname: Slot,
    /// tuple of classes
    pub bases: Slot,
    /// tuple of classes, this one first
    pub mro: Slot,
    /// namespace dict
    pub dict: Slot,
    /// list of weak references to direct subclasses, or EMPTY
    pub subclasses: Slot,
    /// the "best base" that decides the layout, or EMPTY for object
    pub base: Slot,
    /// docs of native types and other rarely used things: dict or EMPTY
    pub extra: Slot,
    /// changes whenever a lookup through the class may give something else
    pub version: AtomicU32,
    /// see class_flag
    pub flags: AtomicU32,
    root_shape: AtomicU32,
    dict_shape: AtomicU32,
    /// bytes before the attribute word of instances (fixed-size layouts)
    attr_offset: AtomicU16,
    inline_slots: AtomicU16,
    /// members (`__slots__`) at the start of the inline slots, inherited ones included
    pub members: AtomicU16,
    kind: AtomicU8,
    has_attr_word: AtomicU8,
    /// the native declaration, or null
    pub def: AtomicU64,
    /// cache: special methods found through the MRO; EMPTY = not looked up yet, ABSENT = none
    specials: [Slot; Special::COUNT],
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Class {
    const KIND: Kind = Kind::Class;
}

/// How instances of a class are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceLayout {
    /// layout kind
    pub kind: Kind,
    /// bytes before the attribute word
    pub attr_offset: u16,
    /// inline slots, members included
    pub inline_slots: u16,
    /// member slots
    pub members: u16,
    /// is there an attribute word (and slots) at all?
    pub attrs: bool,
}

impl Gc<Class> {
    /// Sets the layout of instances and makes the root shapes: once, while the class is being made.
    pub fn init_layout(self, l: InstanceLayout) {
        self.kind.store(l.kind as u8, Relaxed);
        self.attr_offset.store(l.attr_offset, Relaxed);
        self.inline_slots.store(l.inline_slots, Relaxed);
        self.members.store(l.members, Relaxed);
        self.has_attr_word.store(l.attrs as u8, Relaxed);
        self.root_shape.store(Shape::new_root(self, false, l.members as usize).id, Relaxed);
        self.dict_shape.store(Shape::new_root(self, true, l.members as usize).id, Relaxed);
        self.version.store(next_version(), Relaxed);
    }
    /// Layout of instances.
    pub fn layout(self) -> InstanceLayout {
        InstanceLayout {
            kind: self.instance_kind(),
            attr_offset: self.attr_offset.load(Relaxed),
            inline_slots: self.inline_slots.load(Relaxed),
            members: self.members.load(Relaxed),
            attrs: self.has_attr_word.load(Relaxed) != 0,
        }
    }
    /// Layout kind of instances.
    #[inline(always)]
    pub fn instance_kind(self) -> Kind {
        Kind::ALL[self.kind.load(Relaxed) as usize]
    }
    /// Shape of a new instance.
    #[inline(always)]
    pub fn root_shape(self) -> u32 {
        self.root_shape.load(Relaxed)
    }
    /// Shape of instances whose attributes are in a dict.
    pub fn dict_shape(self) -> u32 {
        self.dict_shape.load(Relaxed)
    }
    /// Inline slots of instances.
    #[inline(always)]
    pub fn inline_slots(self) -> usize {
        self.inline_slots.load(Relaxed) as usize
    }
    /// Bytes before the attribute word.
    #[inline(always)]
    pub fn attr_offset(self) -> usize {
        self.attr_offset.load(Relaxed) as usize
    }
    /// Do direct instances keep their shape for ever?
    pub fn has_fixed_shape(self) -> bool {
        !self.has_attrs() && !self.has_flag(class_flag::HEAP)
    }
    /// Do instances have an attribute word?
    #[inline(always)]
    pub fn has_attrs(self) -> bool {
        self.has_attr_word.load(Relaxed) != 0
    }
    /// Bytes of the attribute word and the inline slots.
    #[inline(always)]
    pub fn attr_bytes(self) -> usize {
        if self.has_attrs() { 8 + 8 * self.inline_slots() } else { 0 }
    }
    /// Is this flag of [`class_flag`] set?
    pub fn has_flag(self, f: u32) -> bool {
        self.flags.load(Relaxed) & f != 0
    }
    /// Sets a flag of [`class_flag`].
    pub fn set_flag(self, f: u32) {
        self.flags.fetch_or(f, Relaxed);
    }
    /// Clears a flag of [`class_flag`].
    pub fn clear_flag(self, f: u32) {
        self.flags.fetch_and(!f, Relaxed);
    }
    /// The classes of the MRO, this one first.
    #[inline]
    pub fn mro_slice(self) -> &'static [Value] {
        match self.mro.get().cast::<Tuple>() {
            Some(t) => t.items(),
            None => &[],
        }
    }
    /// The namespace.
    #[inline]
    pub fn namespace(self) -> Gc<Dict> {
        self.dict.get().as_gc::<Dict>()
    }
    /// Is `other` in the MRO? (`issubclass` without hooks)
    #[inline]
    pub fn is_subclass_of(self, other: Gc<Class>) -> bool {
        self == other || self.mro_slice().iter().any(|c| c.0 == other.addr() as u64)
    }
    /// `__name__`, for messages.
    pub fn name_str(self) -> String {
        match self.name.get().cast::<Str>() {
            Some(s) => s.to_string_lossy(),
            None => "?".into(),
        }
    }
    /// The name as messages show it: of native classes with their module.
    pub fn shown_name(self) -> String {
        let name = self.name_str();
        match self.extra.get().cast::<Str>() {
            Some(m) if self.def.load(Relaxed) != 0 && !m.is("builtins") => format!("{}.{name}", m.to_string_lossy()),
            _ => name,
        }
    }
    /// Looks an interned name up along the MRO: the raw attribute, not bound. Never runs Python code.
    #[inline]
    pub fn lookup(self, name: Gc<Str>) -> Option<Value> {
        method_cache::find(self, name)
    }
    fn lookup_along_mro(self, name: Gc<Str>) -> Option<Value> {
        for c in self.mro_slice() {
            if let Some(v) = c.as_gc::<Class>().namespace().get_interned(name) {
                return Some(v);
            }
        }
        None
    }
    /// A special method, from the cache; the raw attribute. Never runs Python code.
    #[inline(always)]
    pub fn special(self, s: Special) -> Option<Value> {
        match self.specials[s as usize].get() {
            Value::EMPTY => self.special_slow(s),
            Value::ABSENT => None,
            v => Some(v),
        }
    }
    #[cold]
    fn special_slow(self, s: Special) -> Option<Value> {
        let found = self.lookup(ctx().specials[s as usize]);
        self.specials[s as usize].set_raw(found.unwrap_or(Value::ABSENT));
        found
    }
    /// Forgets what was cached about this class alone. Callers also do so for all subclasses.
    pub fn forget_caches(self) {
        for s in &self.specials {
            s.set_raw(Value::EMPTY);
        }
        self.version.store(next_version(), Relaxed);
    }
    /// Calls `f` with every value inside, caches included.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        for s in [
            &self.name,
            &self.qualname,
            &self.bases,
            &self.mro,
            &self.dict,
            &self.subclasses,
            &self.base,
            &self.extra,
        ] {
            f(s.get());
        }
        for s in &self.specials {
            f(s.get());
        }
    }
}

/// What lookups found, by class version and name: a small table per OS thread, so that nothing in it is shared.
mod method_cache {
    use super::*;
    use std::cell::Cell;

    const SIZE: usize = 2048;
    /// Class version (0: nothing here), name, what was found (EMPTY: nothing).
    type Line = Cell<(u32, u64, Value)>;
    thread_local! {
        static LINES: [Line; SIZE] = const { [const { Cell::new((0, 0, Value::EMPTY)) }; SIZE] };
    }

    /// [`Gc<Class>::lookup`]. A version belongs to one state of one class, and interned names are never freed: a line that
    /// fits is true, and the namespace keeps its value alive.
    #[inline]
    pub fn find(class: Gc<Class>, name: Gc<Str>) -> Option<Value> {
        let version = class.version.load(Relaxed);
        let at = (name.addr() >> 4 ^ (version as usize).wrapping_mul(0x9E37)) % SIZE;
        LINES.with(|lines| {
            let line = lines[at].get();
            if line.0 == version && line.1 == name.addr() as u64 {
                return if line.2.is_empty() { None } else { Some(line.2) };
            }
            let found = class.lookup_along_mro(name);
            if version != 0 && name.is_interned() {
                lines[at].set((version, name.addr() as u64, found.unwrap_or(Value::EMPTY)));
            }
            found
        })
    }
}

static VERSION: AtomicU32 = AtomicU32::new(1);
fn next_version() -> u32 {
    VERSION.fetch_add(1, Relaxed)
}

/// The class of a value.
#[inline(always)]
pub fn class_of(v: Value) -> Gc<Class> {
    if v.is_obj() {
        class_of_obj(v.as_obj())
    } else {
        class_of_constant(v)
    }
}
/// Is `o` a direct instance of a class whose instances keep their shape (`has_fixed_shape`)?
#[inline(always)]
pub fn is_exactly(o: Obj, class: Gc<Class>) -> bool {
    debug_assert!(class.has_fixed_shape());
    o.shape_id() == class.root_shape()
}
/// The class of an object.
#[inline(always)]
pub fn class_of_obj(o: Obj) -> Gc<Class> {
    Shape::get(o.shape_id()).class
}
#[inline(never)]
fn class_of_constant(v: Value) -> Gc<Class> {
    let t = &ctx().types;
    match v {
        v if v.is_small() => t.int,
        v if v.is_float() => t.float,
        Value::TRUE | Value::FALSE => t.bool_,
        Value::ELLIPSIS => t.ellipsis,
        Value::NOT_IMPLEMENTED => t.not_implemented,
        _ => t.none,
    }
}
