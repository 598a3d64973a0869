//! Inline caches: one atomic word in the instruction stream each.
//!
//! | low byte | word |
//! | --- | --- |
//! | 0 | empty |
//! | 1 | shape or keys version (32 high bits), byte offset or index (24 bits): no allocation |
//! | 2 | pointer to an immutable [`Entry`] (plus 2), owned by the code object |
//!
//! Entries are never changed; a site that fills too many gives up.

use crate::attrs::{self, Place};
use crate::interp::code::Code;
use crate::object::Gc;
use crate::types::class::{Class, class_of};
use crate::types::str_::Str;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::*};
use vasuki_compiler::op::Op;

/// What an entry says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hit {
    /// value of the class (bind = method)
    Method(Value),
    /// plain value of the class
    ClassValue(Value),
    /// a builtin: index in the builtins dict; `version` is that of globals, `other` that of builtins
    Builtin(u32),
}
/// See the module.
pub struct Entry {
    /// shape of the object, or version of the globals' keys
    pub key: u32,
    /// version of the class, or of the builtins' keys
    pub other: u32,
    /// the class whose version is checked
    pub class: Option<Gc<Class>>,
    /// outcome
    pub hit: Hit,
}
impl Entry {
    /// Calls `f` with the values inside.
    pub fn trace(&self, f: &mut dyn FnMut(Value)) {
        if let Hit::Method(v) | Hit::ClassValue(v) = self.hit {
            f(v)
        }
        if let Some(c) = self.class {
            f(c.value())
        }
    }
}

/// Entries that one code object may make per instruction word, on average.
const MOST: usize = 2;

/// Index of the cache word of an instruction, counted from its first word.
pub fn cache_word(op: Op) -> Option<usize> {
    match op {
        Op::LoadName
        | Op::LoadGlobal
        | Op::StoreGlobal
        | Op::LoadAttr
        | Op::StoreAttr
        | Op::LoadMethod
        | Op::LoadSuperAttr
        | Op::LoadSuperMethod => Some(1),
        _ => None,
    }
}

/// A packed word.
#[inline(always)]
pub const fn packed(key: u32, index: usize) -> u64 {
    (key as u64) << 32 | (index as u64) << 8 | 1
}
/// The offset if the word is packed with this key.
#[inline(always)]
pub const fn hit(word: u64, key: u32) -> Option<usize> {
    if word >> 32 == key as u64 && word & 0xFF == 1 {
        Some((word >> 8 & 0xFF_FFFF) as usize)
    } else {
        None
    }
}
/// The entry that a word points to.
#[inline(always)]
pub fn entry(word: u64) -> Option<&'static Entry> {
    // SAFETY: words with mark 2 are made by `install` only; entries live as long as their code object, which is running.
    if word & 0xFF == 2 || (word & 7 == 2 && word >> 48 == 0) {
        Some(unsafe { &*((word & !7) as *const Entry) })
    } else {
        None
    }
}
/// Puts an entry into a cache word.
pub fn install(code: Gc<Code>, word: &AtomicU64, e: Entry) {
    let mut list = code.tables().entries.lock().unwrap_or_else(|e| e.into_inner());
    if list.len() > 16 + MOST * code.tables().words.len() {
        return;
    }
    let boxed = Box::new(e);
    word.store(&raw const *boxed as u64 | 2, Release);
    list.push(boxed);
}

/// Fills the cache of a LoadAttr (or with `method` of a LoadMethod) on `v`.
#[cold]
pub fn fill_attr(code: Gc<Code>, word: &AtomicU64, v: Value, name: Gc<Str>) {
    if !v.is_obj() {
        return;
    }
    let shape = v.as_obj().shape_id();
    let class = class_of(v);
    match attrs::place(v, name) {
        Place::Inline(offset) | Place::Member(offset) => word.store(packed(shape, offset), Release),
        Place::Method(m) => install(
            code,
            word,
            Entry {
                key: shape,
                other: class.version.load(Relaxed),
                class: Some(class),
                hit: Hit::Method(m),
            },
        ),
        Place::ClassValue(m) => install(
            code,
            word,
            Entry {
                key: shape,
                other: class.version.load(Relaxed),
                class: Some(class),
                hit: Hit::ClassValue(m),
            },
        ),
        _ => {}
    }
}
/// Fills the cache of a StoreAttr on `v`.
#[cold]
pub fn fill_store(word: &AtomicU64, v: Value, name: Gc<Str>) {
    if let Place::Inline(offset) = attrs::place_to_store(v, name) {
        word.store(packed(v.as_obj().shape_id(), offset), Release);
    }
}
