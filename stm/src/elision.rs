//! Locks outside of the heap, and transactions that only look whether they are free.
//!
//! A transaction that takes a lock and gives it back before it commits need not take it: what it does in between is atomic
//! anyway. But it must not fall between two transactions of a thread that really holds the lock: so the lock must be free,
//! and stay so, from the moment when it was looked at to the one at which the transaction stands in the serial order. Any
//! number of transactions may look at a lock at the same time; whoever takes it makes those invalid that have not committed.
//!
//! A lock is free when its state is 0; it counts how often it was taken. Who takes it changes the state and the count, and
//! passes a fence before it reads anything; who has looked at it passes a fence after it has locked all that it writes, and
//! looks again: one of the two sees the other (store buffering).

use crate::mutant::{Mutant, is_mutant};
use crate::sync::atomic::{AtomicU32, Ordering, fence};
use crate::tx::{Conflict, Tx};
use crate::world::WorldThread;

/// What transactions see of a lock.
#[derive(Default)]
pub struct LockWord {
    state: AtomicU32,
    taken: AtomicU32,
}
impl LockWord {
    /// The state, 0 when the lock is free; the rest is up to the lock. Whoever changes it from 0 calls [`LockWord::taken`] next.
    #[inline]
    pub fn state(&self) -> &AtomicU32 {
        &self.state
    }
    /// The caller has taken it.
    #[inline]
    pub fn taken(&self) {
        if !is_mutant(Mutant::TakenUncounted) {
            // Whoever sees the new count sees that the lock is not free.
            let order = if is_mutant(Mutant::CountRelaxed) {
                Ordering::Relaxed
            } else {
                Ordering::Release
            };
            self.taken.store(self.taken.load(Ordering::Relaxed).wrapping_add(1), order);
        }
        // Pairs with the one in `is_as_seen`.
        if !is_mutant(Mutant::NoFenceOfTaker) {
            fence(Ordering::SeqCst);
        }
    }
}

/// A lock that the transaction has found free.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    lock: *const LockWord,
    taken: u32,
}
impl Seen {
    fn is_as_seen(self) -> bool {
        // SAFETY: by the promise of `look_at`.
        let l = unsafe { &*self.lock };
        l.state.load(Ordering::Acquire) == 0 && l.taken.load(Ordering::Relaxed) == self.taken
    }
}

impl Tx {
    /// Is the lock free? Then it will be so until the transaction commits, or that fails. The snapshot is extended: a conflict
    /// is one of what was read.
    ///
    /// # Safety
    /// The lock lives until the transaction has ended.
    pub unsafe fn look_at(&mut self, w: &WorldThread, lock: &LockWord) -> Result<bool, Conflict> {
        let seen = Seen {
            taken: lock.taken.load(Ordering::Acquire),
            lock,
        };
        if !seen.is_as_seen() {
            return Ok(false);
        }
        // The snapshot is one at which the lock was free.
        if !is_mutant(Mutant::LooksWithOldSnapshot) {
            self.extend(w)?;
            if !seen.is_as_seen() {
                return Ok(false);
            }
        }
        self.seen_free.push(seen);
        Ok(true)
    }
    /// The transaction really takes a lock that it has seen free, by `take`, which gives false if it is not free. False: it is
    /// not as it was seen, though perhaps it was taken.
    pub fn take(&mut self, lock: &LockWord, take: impl FnOnce() -> bool) -> bool {
        let Some(i) = self.seen_free.iter().position(|s| std::ptr::eq(s.lock, lock)) else {
            return take();
        };
        let seen = self.seen_free.swap_remove(i);
        take() && lock.taken.load(Ordering::Relaxed) == seen.taken.wrapping_add(1)
    }
    /// Moves the transaction's place in the serial order, if it writes nothing shared, to now.
    pub fn move_to_now(&mut self, w: &WorldThread) -> Result<(), Conflict> {
        if self.concurrent && !self.irrevocable {
            self.extend(w)
        } else {
            Ok(())
        }
    }
    /// Are the locks that the transaction has seen free as they were?
    #[inline]
    pub(crate) fn check_locks(&self) -> Result<(), Conflict> {
        if self.seen_free.is_empty() || is_mutant(Mutant::LocksUnchecked) {
            return Ok(());
        }
        // Pairs with the one in `taken`.
        if !is_mutant(Mutant::NoFenceOfLooker) {
            fence(Ordering::SeqCst);
        }
        if self.seen_free.iter().all(|s| s.is_as_seen()) {
            Ok(())
        } else {
            Err(Conflict)
        }
    }
}
