//! Waiting until something changes that a transaction has read.
//!
//! A transaction that cannot go on is aborted, and its thread *subscribes* to all that it had read or opened: it enters the
//! world's list of waiting threads, and then sets the [`meta::WAITERS`] bit of every word by a compare-and-swap, which fails
//! if the object is not as it was read. Whoever opens an object later finds the bit in the word that it replaces, and looks
//! into the list when it commits; an abort, which changes nothing, puts the bit back. A bit that nobody waits for any more
//! costs the next committer one look.
//!
//! While a thread waits the world does not go solo: what runs solo looks for no bits.
//!
//! The list is entered before the first bit is set: who sees a bit finds the thread. Headers in the list are addresses that
//! are compared and never followed.

use crate::header::{Header, meta};
use crate::mutant::{Mutant, is_mutant};
use crate::sync::atomic::Ordering;
use crate::sync::{Condvar, Mutex};
use crate::tx::{OpenEntry, ReadEntry, Tx};
use crate::world::{World, WorldThread};
use std::sync::Arc;
use std::time::Duration;

/// What became of a transaction that wants to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// subscribed: [`WorldThread::wait_for_change`] is next
    Waiting,
    /// something has changed meanwhile: run it again
    Changed,
    /// it has read nothing that others could change: it would wait for ever
    NothingRead,
}

/// The waiting threads: how each is told, with the addresses of what it waits for.
#[derive(Default)]
pub(crate) struct Waiters(Mutex<Vec<(Arc<Bell>, Vec<usize>)>>);

impl Waiters {
    pub(crate) fn none(&self) -> bool {
        lock(&self.0).is_empty()
    }
}

/// How a waiting thread is told.
#[derive(Default)]
pub(crate) struct Bell {
    rung: Mutex<bool>,
    changed: Condvar,
}
impl Bell {
    fn ring(&self) {
        *lock(&self.rung) = true;
        self.changed.notify_one();
    }
}

fn lock<T>(m: &Mutex<T>) -> crate::sync::MutexGuard<'_, T> {
    m.lock().unwrap_or_else(|e| e.into_inner())
}

impl Tx {
    /// Aborts the transaction (also an irrevocable one: the caller promises that it had no effects but its writes), and
    /// subscribes to what it has read or opened.
    pub fn retry(&mut self, w: &WorldThread) -> Retry {
        let mut wanted = self.reads.clone();
        if is_mutant(Mutant::FilterOutlivesRetry) {
            self.reads.clear();
        }
        wanted.extend(&self.locked);
        wanted.extend(self.parts.iter().map(|p| ReadEntry {
            header: p.header,
            meta: p.meta.get(),
        }));
        wanted.extend(
            self.opened
                .iter()
                .filter(|o| self.was_shared(w, o.old_meta))
                .map(|o: &OpenEntry| ReadEntry {
                    header: o.header,
                    meta: meta::NEVER,
                }),
        );
        wanted.extend(self.cards.iter().map(|c| ReadEntry {
            header: c.header,
            meta: meta::NEVER,
        }));
        let fresh = self.abandon(w);
        if wanted.is_empty() {
            return Retry::NothingRead;
        }
        let late = is_mutant(Mutant::SubscribesLate);
        if !late {
            w.enter_waiters(&wanted);
        }
        // What this transaction had opened got a fresh version when it aborted: nobody else has given it out.
        let all = wanted.iter().all(|r| w.subscribe(r, fresh));
        if late {
            w.enter_waiters(&wanted);
        }
        if all {
            return Retry::Waiting;
        }
        w.stop_waiting();
        Retry::Changed
    }
    /// Has it read or opened nothing that others could change? Then [`Tx::retry`] makes no sense.
    pub fn has_seen_nothing(&self) -> bool {
        self.reads.is_empty() && self.parts.is_empty() && self.locked.is_empty() && !self.opened_shared
    }
    /// Aborts, even when irrevocable. Gives the version that opened objects have got.
    pub fn abandon(&mut self, w: &WorldThread) -> u64 {
        if self.irrevocable {
            self.irrevocable = false;
            let version = self.undo_all(w);
            w.end_irrevocable();
            return version;
        }
        self.undo_all(w)
    }
}

impl WorldThread {
    fn enter_waiters(&self, wanted: &[ReadEntry]) {
        *lock(&self.bell.rung) = false;
        let addresses = wanted.iter().map(|r| r.header as usize).collect();
        lock(&self.world.waiters.0).push((Arc::clone(&self.bell), addresses));
    }
    /// Sets the bit, if the object is as it was read, or has the version `fresh`.
    fn subscribe(&self, r: &ReadEntry, fresh: u64) -> bool {
        // SAFETY: objects of the log are alive, until the thread comes to a safepoint.
        let h = unsafe { &*r.header };
        loop {
            let now = h.meta.load(Ordering::Acquire);
            let same = self.is_shared(now) && (self.is_as_read(now, r.meta) || fresh != 0 && meta::version(now) == fresh);
            if !same && !is_mutant(Mutant::SubscribesUnseen) {
                return false;
            }
            if now & meta::OPEN == 0 && now & meta::WAITERS != 0 {
                return true;
            }
            let marked = meta::version(now) | meta::WAITERS;
            if h.meta.compare_exchange(now, marked, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                return true;
            }
        }
    }
    /// Waits, after [`Retry::Waiting`], until something has changed or the time is over (false then): in slices, if the caller
    /// has other things to look at. [`WorldThread::stop_waiting`] ends it. The thread is detached while it waits.
    pub fn wait_for_change(&self, timeout: Option<Duration>) -> bool {
        let mut rung = lock(&self.bell.rung);
        match timeout {
            None => {
                while !*rung {
                    rung = self.bell.changed.wait(rung).unwrap_or_else(|e| e.into_inner());
                }
            }
            #[cfg(not(any(loom, shuttle)))]
            Some(t) => {
                let wait = self.bell.changed.wait_timeout_while(rung, t, |rung| !*rung);
                rung = wait.unwrap_or_else(|e| e.into_inner()).0;
            }
            #[cfg(any(loom, shuttle))]
            Some(_) => unreachable!("the models know no time"),
        }
        *rung
    }
    /// The thread waits for nothing any more.
    pub fn stop_waiting(&self) {
        lock(&self.world.waiters.0).retain(|x| !Arc::ptr_eq(&x.0, &self.bell));
    }
}

impl World {
    /// Something has changed that nobody logs to have read: all that wait look again.
    pub fn wake_all_waiters(&self) {
        if is_mutant(Mutant::CommitWakesNobody) {
            return;
        }
        lock(&self.waiters.0).iter().for_each(|w| w.0.ring());
    }
    /// These objects have changed, and had the bit.
    pub(crate) fn wake_waiters(&self, changed: &[*const Header]) {
        if changed.is_empty() || is_mutant(Mutant::CommitWakesNobody) {
            return;
        }
        let waiters = lock(&self.waiters.0);
        for (bell, wanted) in waiters.iter() {
            if wanted.iter().any(|a| changed.iter().any(|h| *h as usize == *a)) {
                bell.ring();
            }
        }
    }
}
