//! What the inline caches of the loop's instructions know.

use super::cache::{self, Entry, Hit};
use super::cache_class;
use crate::object::{Gc, Obj};
use crate::thread::Thread;
use crate::types::buffer::Buffer;
use crate::types::dict::Dict;
use crate::value::Value;
use std::sync::atomic::AtomicU64;

/// What a LoadGlobal cache word gives. Where nothing is found, here and below, what was seen need not be valid: the long way looks
/// again.
#[inline(always)]
pub(super) fn global(th: &mut Thread, word: &AtomicU64, g: Value, b: Value) -> Option<Value> {
    let w = word.load(std::sync::atomic::Ordering::Acquire);
    let globals: Gc<Dict> = g.as_gc();
    if w & 7 == 1 {
        let look = move || globals.value_of_entry(cache::hit(w, globals.keys_version())?);
        let v = look()?;
        return if th.tx.vouches_for_usual::<0>(globals.header()) {
            Some(v)
        } else {
            th.read_shared_at(word, globals.header(), look).ok()?
        };
    }
    let e = cache::entry(w)?;
    let Hit::Builtin(i) = e.hit else { return None };
    let builtins: Gc<Dict> = b.as_gc();
    if globals.keys_version() != e.key || builtins.keys_version() != e.other {
        return None;
    }
    let v = builtins.value_of_entry(i as usize)?;
    if th.tx.vouches_for_usual::<0>(globals.header()) && th.tx.vouches_for_usual::<1>(builtins.header()) {
        Some(v)
    } else {
        builtin_read_first(th, word, globals, builtins, e, i as usize)
    }
}
/// Reads the globals and the builtins, for the first time in this transaction.
#[cold]
#[inline(never)]
fn builtin_read_first(th: &mut Thread, word: &AtomicU64, globals: Gc<Dict>, builtins: Gc<Dict>, e: &Entry, i: usize) -> Option<Value> {
    if !th.read_shared_at(word, globals.header(), || globals.keys_version() == e.key).ok()? {
        return None;
    }
    let look = || {
        if builtins.keys_version() == e.other {
            builtins.value_of_entry(i)
        } else {
            None
        }
    };
    th.read_shared_at(word, builtins.header(), look).ok()?
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
/// What a LoadAttr cache word gives for `v`.
#[inline(always)]
pub(super) fn attribute(th: &mut Thread, word: &AtomicU64, v: Value) -> Found {
    if !v.is_obj() {
        return Found::Nothing;
    }
    let o = v.as_obj();
    let w = word.load(std::sync::atomic::Ordering::Acquire);
    if w & 7 == 1 {
        let look = move || {
            let at = cache::hit(w, o.shape_id())?;
            // SAFETY: the cache says where an object of this shape has the attribute.
            let x = unsafe { o.slot(at) }.get();
            if x.is_empty() { None } else { Some(x) }
        };
        return match look() {
            Some(x) if th.tx.vouches_for(o.header()) => Found::Value(x),
            // A throw, which is an abort, comes again out of the long way.
            Some(_) => th
                .read_shared_at(word, o.header(), look)
                .unwrap_or_default()
                .map_or(Found::Nothing, Found::Value),
            None => Found::Nothing,
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
    match look() {
        Some(x) if th.tx.vouches_for(o.header()) => x,
        Some(_) => th
            .read_shared_at(word, o.header(), look)
            .unwrap_or_default()
            .unwrap_or(Found::Nothing),
        None => Found::Nothing,
    }
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
    let look = move || cache::entry_for(w, o.shape_id());
    let mut e = look()?;
    if !e.fixed && !th.tx.vouches_for(o.header()) {
        e = th.read_shared_at(word, o.header(), look).ok()??;
    }
    match e.hit {
        Hit::Method(m) => Some(m),
        _ => None,
    }
}
