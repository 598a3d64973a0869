//! Publication: what a commit makes reachable for other threads becomes SHARED, transitively.

use crate::object::{Obj, flag};
use crate::value::Value;
use std::sync::atomic::Ordering::{Relaxed, Release};
use vasuki_stm::Publisher;
use vasuki_stm::Tx;

/// See the module. Keeps its work list between calls.
#[derive(Default)]
pub struct Publish {
    todo: Vec<Obj>,
}
impl Publish {
    fn add(&mut self, v: Value, version: u64, tx: &Tx) {
        let Some(o) = v.to_obj() else { return };
        let h = o.header();
        if h.flags.load(Relaxed) & flag::SHARED != 0 {
            return;
        }
        let opened = h.flags.load(Relaxed) & flag::OPENED != 0;
        o.set_flag(flag::SHARED);
        // What is open is released by the commit itself, with the same version.
        if !opened && tx.owns(h) {
            h.meta.store(version, Release);
        }
        self.todo.push(o);
    }
    /// Publishes `v` and what it leads to.
    pub fn publish_value(&mut self, v: Value, version: u64, tx: &Tx) {
        self.add(v, version, tx);
        while let Some(o) = self.todo.pop() {
            crate::trace::object(o, &mut |v| self.add(v, version, tx));
        }
    }
}
impl Publisher for Publish {
    fn publish(&mut self, word: u64, version: u64, tx: &Tx) {
        let v = Value(word);
        // A word that is no value (an index, a length) can look like a pointer: only objects of the heap count.
        if v.is_obj() && crate::memory::heap().find(word).is_some_and(|p| p.as_ptr() as u64 == word) {
            self.publish_value(v, version, tx);
        }
    }
}
