//! Publication: what a commit makes reachable for other threads becomes SHARED, transitively.

use crate::object::{Kind, Obj, flag};
use crate::types::tuple::Tuple;
use crate::types::weakref::WeakRef;
use crate::value::Value;
use std::sync::atomic::Ordering::Release;
use vasuki_stm::Publisher;
use vasuki_stm::Tx;

/// See the module.
pub struct Publish<'a> {
    todo: Vec<Obj>,
    /// what else becomes reachable
    rest: &'a [Value],
    /// objects whose state is not in logged words
    changed: &'a [Obj],
}
impl<'a> Publish<'a> {
    /// For a transaction that makes `rest` reachable besides what it stored, and that may have changed the state of the
    /// native objects `changed`.
    pub fn new(rest: &'a [Value], changed: &'a [Obj]) -> Publish<'a> {
        let todo = Vec::new();
        Publish { todo, rest, changed }
    }
    fn add(&mut self, v: Value, version: u64, tx: &Tx) {
        let Some(o) = v.to_obj() else { return };
        let h = o.header();
        if !tx.is_private(h) {
            return;
        }
        o.set_flag(flag::SHARED);
        // What is open is released by the commit itself, with the same version.
        if !o.has_flag(flag::OPENED) {
            h.meta.store(version, Release);
        }
        self.todo.push(o);
    }
    /// Publishes `v` and what it leads to.
    pub(super) fn publish_value(&mut self, v: Value, version: u64, tx: &Tx) {
        self.add(v, version, tx);
        self.drain(version, tx);
    }
    fn drain(&mut self, version: u64, tx: &Tx) {
        while let Some(o) = self.todo.pop() {
            if let Some(w) = o.value().cast::<WeakRef>() {
                // Whoever finds the reference may ask for its target.
                self.add(w.target(), version, tx);
            }
            crate::trace::object(o, &mut |v| self.add(v, version, tx));
        }
    }
}
/// Publishes a value that never changes, nor what it leads to, even if the transaction aborts later. False: it may change.
#[inline]
pub(crate) fn constant(v: Value, version: u64, tx: &Tx) -> bool {
    let Some(o) = v.to_obj() else { return true };
    match v.cast::<Tuple>() {
        Some(t) => {
            let all = o.shape_id() == 0 && t.items().iter().all(|&v| v.to_obj().is_none_or(is_plain));
            if all {
                t.items().iter().filter_map(|v| v.to_obj()).for_each(|o| mark(o, version, tx));
                mark(o, version, tx);
            }
            all
        }
        None if is_plain(o) => {
            mark(o, version, tx);
            true
        }
        None => false,
    }
}
/// Is it a number or a string of a builtin class, without attributes?
fn is_plain(o: Obj) -> bool {
    o.shape_id() == 0 && matches!(o.kind(), Kind::Int | Kind::Float | Kind::Complex | Kind::Str | Kind::Bytes)
}
/// An object that is never open, and that leads to nothing private, becomes SHARED.
fn mark(o: Obj, version: u64, tx: &Tx) {
    if tx.is_private(o.header()) {
        o.set_flag(flag::SHARED);
        o.header().meta.store(version, Release);
    }
}
impl Publisher for Publish<'_> {
    fn publish(&mut self, word: u64, version: u64, tx: &Tx) {
        let v = Value(word);
        // A word that is no value (an index, a length) can look like a pointer: only objects of the heap count.
        if v.is_obj() && crate::memory::heap().find(word).is_some_and(|p| p.as_ptr() as u64 == word) {
            self.publish_value(v, version, tx);
        }
    }
    fn publish_rest(&mut self, version: u64, tx: &Tx) {
        for &v in self.rest {
            self.publish_value(v, version, tx);
        }
        for &o in self.changed {
            // A private one is walked into when something shared refers to it.
            if o.has_flag(flag::SHARED) {
                crate::trace::object(o, &mut |v| self.add(v, version, tx));
                self.drain(version, tx);
            }
        }
    }
}
