//! What the inline caches of the loop's instructions know.

use super::cache::{self, Hit};
use super::cache_class;
use crate::object::{Gc, Obj};
use crate::thread::Thread;
use crate::types::buffer::Buffer;
use crate::types::dict::Dict;
use crate::value::Value;
use std::sync::atomic::AtomicU64;

/// What a LoadGlobal cache word gives.
#[inline(always)]
pub(super) fn global(th: &mut Thread, word: &AtomicU64, g: Value, b: Value) -> Option<Value> {
    let w = word.load(std::sync::atomic::Ordering::Acquire);
    let globals: Gc<Dict> = g.as_gc();
    if w & 7 == 1 {
        let look = move || {
            let i = cache::hit(w, globals.keys_version())?;
            Some(globals.value_slot(i)?.get())
        };
        let v = th.read_others_at(word, globals.header(), look).ok()??;
        return if v.is_empty() { None } else { Some(v) };
    }
    let e = cache::entry(w)?;
    let Hit::Builtin(i) = e.hit else { return None };
    let builtins: Gc<Dict> = b.as_gc();
    let is_missing = move || globals.keys_version() == e.key;
    let look = move || {
        if builtins.keys_version() == e.other {
            Some(builtins.value_slot(i as usize)?.get())
        } else {
            None
        }
    };
    let both = move || if is_missing() { look() } else { None };
    let v = match th.tx.read_known_of_others(&[globals.header(), builtins.header()], &both) {
        Some(v) => v?,
        None => builtin_read_first(th, word, globals, builtins, is_missing, look)?,
    };
    if v.is_empty() { None } else { Some(v) }
}
/// Reads the globals and the builtins, for the first time in this transaction.
#[cold]
#[inline(never)]
fn builtin_read_first(
    th: &mut Thread,
    word: &AtomicU64,
    globals: Gc<Dict>,
    builtins: Gc<Dict>,
    is_missing: impl Fn() -> bool,
    look: impl Fn() -> Option<Value>,
) -> Option<Value> {
    if th.read_others_at(word, globals.header(), is_missing).ok()? {
        th.read_others_at(word, builtins.header(), look).ok()?
    } else {
        None
    }
}
/// What the cache of a LoadAttr knows.
pub(super) enum Found {
    /// the attribute
    Value(Value),
    /// the function that a property calls
    Getter(Value),
    /// nothing
    Nothing,
}
/// Shape of any object, as this transaction sees it.
#[inline(always)]
pub(super) fn shape_of(th: &mut Thread, word: &AtomicU64, o: Obj) -> Option<u32> {
    th.read_at(word, o.header(), || o.shape_id()).ok()
}
/// What a LoadAttr cache word gives for `v`.
#[inline(always)]
pub(super) fn attribute(th: &mut Thread, word: &AtomicU64, v: Value) -> Found {
    if !v.is_obj() {
        return Found::Nothing;
    }
    let o = v.as_obj();
    let w = word.load(std::sync::atomic::Ordering::Acquire);
    if w & 7 == 1 {
        // SAFETY: the cache says where an object of this shape has the attribute.
        let look = move || cache::hit(w, o.shape_id()).map(|at| unsafe { o.slot(at) }.get());
        // A throw, which is an abort, comes again out of the long way.
        return match th.read_at(word, o.header(), look).unwrap_or_default() {
            Some(x) if !x.is_empty() => Found::Value(x),
            _ => Found::Nothing,
        };
    }
    if w & 7 == 2 {
        attribute_entry(th, word, w, o)
    } else {
        cache_class::attribute(w, v).map_or(Found::Nothing, Found::Value)
    }
}
/// As [`attribute`], for a word that points to entries.
#[inline]
fn attribute_entry(th: &mut Thread, word: &AtomicU64, w: u64, o: Obj) -> Found {
    let look = move || {
        let e = cache::entry_for(w, o.shape_id())?;
        let x = match e.hit {
            // SAFETY: the cache says where an object of this shape has the attribute.
            Hit::Slot(at) => unsafe { o.slot(at as usize) }.get(),
            // SAFETY: the cache says where an object of this shape has its overflow buffer.
            Hit::Overflow(at, i) => match unsafe { o.slot(at as usize) }.get().cast::<Buffer>() {
                Some(b) => b.slots().get(i as usize).map_or(Value::EMPTY, |s| s.get()),
                None => Value::EMPTY,
            },
            Hit::ClassValue(x) => x,
            Hit::Getter(f) => return Some(Found::Getter(f)),
            _ => Value::EMPTY,
        };
        (!x.is_empty()).then_some(Found::Value(x))
    };
    th.read_at(word, o.header(), look).unwrap_or_default().unwrap_or(Found::Nothing)
}
/// What a LoadMethod cache word gives for `v`.
#[inline(always)]
pub(super) fn method(th: &mut Thread, word: &AtomicU64, v: Value) -> Option<Value> {
    if !v.is_obj() {
        return None;
    }
    let o = v.as_obj();
    let w = word.load(std::sync::atomic::Ordering::Acquire);
    if w & 7 != 2 {
        return None;
    }
    let e = match cache::entry_for(w, o.shape_id()) {
        Some(e) if e.fixed => e,
        _ => cache::entry_for(w, shape_of(th, word, o)?)?,
    };
    match e.hit {
        Hit::Method(m) => Some(m),
        _ => None,
    }
}
