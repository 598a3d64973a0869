//! What the inline caches of the loop's instructions know.

use super::cache::{self, Hit};
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
        let v = if !th.tx.concurrent || th.tx.owns(globals.header()) {
            let i = cache::hit(w, globals.keys_version())?;
            globals.value_slot(i)?.get()
        } else {
            th.read(globals.header(), || {
                cache::hit(w, globals.keys_version())
                    .and_then(|i| globals.value_slot(i))
                    .map(|s| s.get())
            })
            .ok()??
        };
        return if v.is_empty() || v == Value::DELETED { None } else { Some(v) };
    }
    let e = cache::entry(w)?;
    let Hit::Builtin(i) = e.hit else { return None };
    let builtins: Gc<Dict> = b.as_gc();
    let v = if !th.tx.concurrent {
        if globals.keys_version() != e.key || builtins.keys_version() != e.other {
            return None;
        }
        builtins.value_slot(i as usize)?.get()
    } else {
        if !th.read(globals.header(), || globals.keys_version() == e.key).ok()? {
            return None;
        }
        th.read(builtins.header(), || {
            if builtins.keys_version() == e.other {
                builtins.value_slot(i as usize).map(|s| s.get())
            } else {
                None
            }
        })
        .ok()??
    };
    if v.is_empty() || v == Value::DELETED { None } else { Some(v) }
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
pub(super) fn shape_of(th: &mut Thread, o: Obj) -> Option<u32> {
    if !th.tx.concurrent || th.tx.owns(o.header()) {
        Some(o.shape_id())
    } else {
        th.read(o.header(), || o.shape_id()).ok()
    }
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
        let look = || cache::hit(w, o.shape_id()).map(|at| unsafe { o.slot(at) }.get());
        // A throw, which is an abort, comes again out of the long way.
        let x = if !th.tx.concurrent || th.tx.owns(o.header()) {
            look()
        } else {
            th.read(o.header(), look).unwrap_or_default()
        };
        return match x {
            Some(x) if !x.is_empty() => Found::Value(x),
            _ => Found::Nothing,
        };
    }
    if w & 7 == 2 { attribute_entry(th, w, o) } else { Found::Nothing }
}
/// As [`attribute`], for a word that points to entries.
#[inline]
fn attribute_entry(th: &mut Thread, w: u64, o: Obj) -> Found {
    let Some(shape) = shape_of(th, o) else { return Found::Nothing };
    let Some(e) = cache::entry_for(w, shape) else {
        return Found::Nothing;
    };
    let x = match e.hit {
        Hit::ClassValue(x) => return Found::Value(x),
        Hit::Getter(f) => return Found::Getter(f),
        // SAFETY: the cache says where an object of this shape has the attribute.
        Hit::Slot(at) => th.read(o.header(), || unsafe { o.slot(at as usize) }.get()),
        // SAFETY: the cache says where an object of this shape has its overflow buffer.
        Hit::Overflow(at, i) => th.read(o.header(), || match unsafe { o.slot(at as usize) }.get().cast::<Buffer>() {
            Some(b) => b.slots().get(i as usize).map_or(Value::EMPTY, |s| s.get()),
            None => Value::EMPTY,
        }),
        _ => return Found::Nothing,
    };
    match x {
        Ok(x) if !x.is_empty() => Found::Value(x),
        _ => Found::Nothing,
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
    let e = cache::entry_for(w, shape_of(th, o)?)?;
    match e.hit {
        Hit::Method(m) => Some(m),
        _ => None,
    }
}
