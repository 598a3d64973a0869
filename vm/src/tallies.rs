//! What threads leave behind outside of transactions, once these have committed: counts, and that cached things were used.
//!
//! A counter that every call of a function increments would be written by all threads that call it, whatever else they do.
//! So each transaction counts for itself, and adds up when it commits. Nothing of it is part of a transaction's reads or
//! writes; an abort forgets it.

use crate::thread::Thread;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Uses that are told at once.
const BATCH: usize = 1024;

/// A thing was used: what it belongs to, and the thing.
pub type Use = [Value; 2];

/// What the running transaction of a thread will leave behind.
#[derive(Default)]
pub(crate) struct Tallies {
    /// the addresses of counters, and what is to be added; `keep_alive` has the objects that they belong to
    counts: Vec<(usize, u64)>,
    uses: Vec<Use>,
    /// takes the uses
    tell: Option<fn(&[Use])>,
}
impl Tallies {
    /// Is there nothing?
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.uses.is_empty()
    }
    /// The transaction was undone.
    pub(crate) fn abort(&mut self) {
        self.counts.clear();
        self.uses.clear();
    }
    /// The transaction has committed; what it kept alive still is.
    pub(crate) fn commit(&mut self) {
        for (counter, n) in self.counts.drain(..) {
            // SAFETY: the counter belongs to an object that is kept alive until the transaction has ended.
            unsafe { &*(counter as *const AtomicU64) }.fetch_add(n, Relaxed);
        }
        self.tell();
    }
    /// Tells the uses so far.
    pub(crate) fn tell(&mut self) {
        if let Some(f) = self.tell
            && !self.uses.is_empty()
        {
            f(&self.uses);
            self.uses.clear();
        }
    }
    /// The counts so far, for [`Tallies::go_back_to`].
    pub(crate) fn counts(&self) -> Vec<(usize, u64)> {
        self.counts.clone()
    }
    /// What was counted since then was undone.
    pub(crate) fn go_back_to(&mut self, counts: Vec<(usize, u64)>) {
        self.counts = counts;
    }
    /// Calls `f` with every value inside.
    pub(crate) fn roots(&self, f: &mut dyn FnMut(Value)) {
        self.uses.iter().flatten().for_each(|v| f(*v));
    }
}

impl Thread {
    /// Counts one up, when the transaction commits. `counter` belongs to `owner`, for as long as that lives.
    #[inline]
    pub fn count(&mut self, owner: Value, counter: &AtomicU64) {
        if !self.tx.concurrent {
            counter.fetch_add(1, Relaxed);
            return;
        }
        let key = std::ptr::from_ref(counter).addr();
        match self.tallies.counts.iter_mut().find(|c| c.0 == key) {
            Some(c) => c.1 += 1,
            None => {
                self.keep_alive.push(owner);
                self.tallies.counts.push((key, 1));
            }
        }
    }
    /// What a counter has, as the transaction sees it.
    pub fn counted(&self, counter: &AtomicU64) -> u64 {
        let key = std::ptr::from_ref(counter).addr();
        let own = self.tallies.counts.iter().find(|c| c.0 == key).map_or(0, |c| c.1);
        counter.load(Relaxed) + own
    }
    /// Sets a counter to 0, at once; gives what others may add again if the transaction is undone.
    pub fn reset_count(&mut self, counter: &AtomicU64) -> u64 {
        let key = std::ptr::from_ref(counter).addr();
        self.tallies.counts.retain(|c| c.0 != key);
        counter.swap(0, Relaxed)
    }
    /// Something was used that belongs to `owner`. `tell` takes such uses in their order: many at once, when the transaction
    /// commits at the latest; perhaps also those of a transaction that aborts.
    #[inline]
    pub fn used(&mut self, owner: Value, thing: Value, tell: fn(&[Use])) {
        if !self.tx.concurrent {
            tell(&[[owner, thing]]);
            return;
        }
        let t = &mut self.tallies;
        if t.uses.len() >= BATCH || t.tell.is_some_and(|f| !std::ptr::fn_addr_eq(f, tell)) {
            t.tell();
        }
        t.tell = Some(tell);
        t.uses.push([owner, thing]);
    }
    /// Tells this transaction's uses now.
    pub fn tell_uses(&mut self) {
        self.tallies.tell();
    }
}
