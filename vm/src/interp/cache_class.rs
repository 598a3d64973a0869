//! Inline caches of attributes of classes, as in `Color.RED` or `Shape.make()`.
//!
//! The word points to a chain of entries as for other objects, with a mark of its own. The key of an entry is the version of
//! the class: no other class, and no other state of it, has that one. The entry holds while the metaclass is as it was.
//! Classes change only while no other thread is inside a transaction: to look at one is no read.

use crate::attrs::is_data_descriptor;
use crate::context::ctx;
use crate::interp::cache::{self, CLASS, Entry, Hit};
use crate::interp::code::Code;
use crate::object::{Gc, Kind};
use crate::special::Special;
use crate::types::class::{Class, class_of};
use crate::types::classmethod::ClassMethod;
use crate::types::staticmethod::StaticMethod;
use crate::types::str_::Str;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::*};

/// States of classes that one site tells apart.
const LONGEST: usize = 4;

/// What the cache of a LoadAttr or LoadMethod knows about the class `v`.
#[inline]
fn hit(word: u64, v: Value) -> Option<Hit> {
    if word & 7 != CLASS {
        return None;
    }
    let class: Gc<Class> = v.cast()?;
    Some(cache::marked_entry_for(word, CLASS, class.version.load(Relaxed))?.hit)
}
/// What the cache word `w` of a LoadAttr gives for `v`.
#[inline]
pub(super) fn attribute(w: u64, v: Value) -> Option<Value> {
    match hit(w, v)? {
        Hit::Own(x) => Some(x),
        _ => None,
    }
}
/// What a LoadMethod cache word gives for the class `v`: what to call, and what to call it with (EMPTY: nothing).
#[inline]
pub(super) fn method(word: &AtomicU64, v: Value) -> Option<(Value, Value)> {
    match hit(word.load(Acquire), v)? {
        Hit::Own(x) => Some((x, Value::EMPTY)),
        Hit::OwnMethod(f) => Some((f, v)),
        _ => None,
    }
}
/// Fills the cache of a LoadAttr, or (with `method`) of a LoadMethod, on the class `v`.
#[cold]
pub(super) fn fill(code: Gc<Code>, word: &AtomicU64, v: Value, name: Gc<Str>, method: bool) {
    let w = word.load(Relaxed);
    // A word that knows other objects keeps to them. One that meets many classes, or one that changes all the time, gives up.
    if w != 0 && w & 7 != CLASS {
        return;
    }
    if cache::length_of_chain(w, CLASS) >= LONGEST {
        word.store(cache::HOPELESS, Relaxed);
        return;
    }
    let (class, meta) = (v.as_gc::<Class>(), class_of(v));
    let Some(hit) = outcome(class, meta, name, method) else {
        if w == 0 {
            word.store(cache::HOPELESS, Relaxed);
        }
        return;
    };
    let e = Entry {
        key: class.version.load(Relaxed),
        other: meta.version.load(Relaxed),
        class: Some(meta),
        hit,
        fixed: true,
        next: None,
    };
    cache::install_marked(code, word, CLASS, e);
}
/// What can be kept of an attribute.
fn outcome(class: Gc<Class>, meta: Gc<Class>, name: Gc<Str>, method: bool) -> Option<Hit> {
    let plain = ctx().types.type_.special(Special::Getattribute);
    if meta.special(Special::Getattribute) != plain || meta.lookup(name).is_some_and(is_data_descriptor) {
        return None;
    }
    let a = class.lookup(name)?;
    // What these two wrap changes only when all caches are emptied.
    if class_of(a) == ctx().types.classmethod {
        let f = a.as_gc::<ClassMethod>().func.get();
        return (method && f.is_kind(Kind::Function)).then_some(Hit::OwnMethod(f));
    }
    if class_of(a) == ctx().types.staticmethod {
        let f = a.as_gc::<StaticMethod>().func.get();
        return f.is_kind(Kind::Function).then_some(Hit::Own(f));
    }
    (a.is_kind(Kind::Function) || class_of(a).special(Special::Get).is_none()).then_some(Hit::Own(a))
}
