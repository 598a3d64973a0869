//! How transactions use locks: neither taking one nor giving it back ends a transaction.
//!
//! A transaction that takes a free lock only looks at it: that it stays free is checked when the transaction commits, as what
//! was read is. If it has given the lock back by then, nobody else has noticed anything, and any number of transactions may be
//! in critical sections of the same lock. What it still holds at its end it takes then. A lock for which that happens, since
//! its critical sections are long or block, is *hard*: it is taken at once for a while, and given back when the transaction
//! commits; if it aborts, what it has taken is free again, and what it has given back is still held.
//!
//! A lock that the transaction has given back and takes again was in its hands all the time. Whoever waits for a lock asks its
//! owner for a boundary. A boundary that falls into a critical section is put off to its end, once.
//!
//! A thread that gives back a lock that another one has taken tells that one something: it does so at once.
//!
//! An `RLock` has, besides the lock, its owner and how often that one has taken it: as of the last commit.

use super::mutex::Mutex;
use super::{ident, lock};
use crate::interp::atomic::Free;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::value::Value;
use crate::waits::Waiting;
use std::sync::atomic::{AtomicU64, Ordering::*};
use std::time::Duration;
use vasuki_stm::poll;

/// What an `RLock` has besides its lock; only who holds that changes it, when its transaction commits. The owner is 0 when
/// nobody has it.
#[derive(Default)]
pub(super) struct Owned {
    owner: AtomicU64,
    count: AtomicU64,
}
impl Owned {
    /// The thread that has it, and how often, as of the last commit.
    pub(super) fn get(&self) -> (u64, u64) {
        (self.owner.load(Acquire), self.count.load(Relaxed))
    }
    /// The current thread has it so often from now on.
    pub(super) fn set(&self, count: u64) {
        self.count.store(count, Relaxed);
        self.owner.store(if count == 0 { 0 } else { ident() }, Release);
    }
}

/// A lock that the running transaction has taken or given back.
pub(crate) struct Use {
    lock: &'static Mutex,
    /// of an `RLock`
    owned: Option<&'static Owned>,
    /// it was not held by this thread before the transaction, which has taken it
    taken: bool,
    /// the transaction has only looked at it
    looked: bool,
    /// how often this thread has it, as the transaction sees it
    count: u64,
}
/// More locks than these end the transaction.
const MANY: usize = 8;

/// How a lock was taken.
pub(super) enum Taken {
    /// not at all: the time was over
    No,
    /// the transaction holds it, once
    Noted,
    /// it is held for good
    ForGood,
}

/// Owner numbers change when the world goes solo: this one does not.
fn me(th: &Thread) -> u32 {
    th.world.id().into()
}
/// How often this thread has the lock, as the transaction sees it, if the transaction has used it.
#[inline]
pub(super) fn find<'t>(th: &'t mut Thread, m: &Mutex) -> Option<&'t mut u64> {
    th.locks.iter_mut().find(|u| std::ptr::eq(u.lock, m)).map(|u| &mut u.count)
}
/// Makes room for one more. An atomic block does not end for it.
#[inline]
pub(super) fn make_room(th: &mut Thread) -> R<()> {
    if th.locks.len() < MANY || th.is_atomic() {
        Ok(())
    } else {
        th.commit_point()
    }
}
/// From here on this thread has the lock so often. `v`, the object of the lock, stays alive until the transaction has ended.
pub(super) fn note(th: &mut Thread, v: Value, lock: &'static Mutex, owned: Option<&'static Owned>, taken: bool, count: u64) {
    th.keep_alive.push(v);
    th.locks.push(Use {
        lock,
        owned,
        taken,
        looked: false,
        count,
    });
}
/// Takes a lock that the transaction has not used by looking at it, if it is free.
fn look_at(th: &mut Thread, v: Value, lock: &'static Mutex, owned: Option<&'static Owned>) -> R<bool> {
    if !th.tx.concurrent || !th.can_abort() || !lock.is_easy() {
        return Ok(false);
    }
    th.keep_alive.push(v);
    // SAFETY: `v`, whose lock it is, is kept alive.
    if !unsafe { th.tx.look_at(th.world, lock.word()) }? {
        return Ok(false);
    }
    th.locks.push(Use {
        lock,
        owned,
        taken: false,
        looked: true,
        count: 1,
    });
    Ok(true)
}
/// Takes a lock that the transaction has not used, or holds and waits for, with Python's rules: signals while waiting (main
/// thread).
pub(super) fn take(th: &mut Thread, v: Value, m: &'static Mutex, owned: Option<&'static Owned>, timeout: Option<Duration>) -> R<Taken> {
    make_room(th)?;
    let me = me(th);
    let own = find(th, m).is_some();
    let world = th.world.world();
    if !own && look_at(th, v, m, owned)? {
        return Ok(Taken::Noted);
    }
    let mut taken = !own && m.try_acquire(me);
    if !taken && !own && m.owner() != me {
        world.ask_for_boundary(m.owner() as u16);
        if m.spin_while_held() && look_at(th, v, m, owned)? {
            return Ok(Taken::Noted);
        }
        taken = m.spin(me);
    }
    if taken {
        if !th.tx.concurrent {
            return Ok(Taken::ForGood);
        }
        note(th, v, m, owned, true, 1);
        return Ok(Taken::Noted);
    }
    if timeout == Some(Duration::ZERO) {
        return Ok(Taken::No);
    }
    if th.is_atomic() {
        let wait = move |until| m.wait(me, until, &|n| world.ask_for_boundary(n as u16));
        let free = Free {
            lock: v,
            wait: Box::new(move |until| wait(until) && m.release()),
        };
        let taken = lock::wait_in_atomic(th, timeout, free, wait)?;
        return Ok(if taken { Taken::ForGood } else { Taken::No });
    }
    // The wait is between transactions: what is taken at its end is held for good.
    let ask = |n: u32| world.ask_for_boundary(n as u16);
    let _waiting = Waiting::new(me as u16, || m.owner() as u16);
    let taken = lock::wait(th, timeout, |until| m.wait(me, until, &ask))?;
    Ok(if taken { Taken::ForGood } else { Taken::No })
}
/// Takes a `Lock`. False: the time was over.
pub(super) fn acquire(th: &mut Thread, v: Value, m: &'static Mutex, timeout: Option<Duration>) -> R<bool> {
    if let Some(count) = find(th, m)
        && *count == 0
    {
        *count = 1;
        return Ok(true);
    }
    Ok(!matches!(take(th, v, m, None, timeout)?, Taken::No))
}
/// Gives a `Lock` back. False: it is not held.
pub(super) fn release(th: &mut Thread, v: Value, m: &'static Mutex) -> R<bool> {
    if !th.tx.concurrent {
        return Ok(m.release());
    }
    if let Some(count) = find(th, m) {
        let was = std::mem::replace(count, 0);
        hasten(th, m);
        return Ok(was != 0);
    }
    if !m.is_held() {
        return Ok(false);
    }
    if m.owner() != me(th) {
        th.commit_point()?;
        return Ok(m.release());
    }
    make_room(th)?;
    note(th, v, m, None, false, 0);
    hasten(th, m);
    Ok(true)
}
/// Somebody waits for the end of this transaction: at the next boundary.
#[inline]
pub(super) fn hasten(th: &mut Thread, m: &Mutex) {
    if m.is_awaited() || th.interp.put_off {
        th.world.put_back(poll::WANTED);
    }
}
/// Is it held, as the transaction sees it?
pub(super) fn is_held(th: &mut Thread, m: &Mutex) -> bool {
    find(th, m).map_or(m.is_held(), |count| *count > 0)
}
/// The lock is made free by force.
pub(super) fn forget(th: &mut Thread, m: &Mutex) {
    th.locks.retain(|u| !std::ptr::eq(u.lock, m));
}

impl Thread {
    /// Does the transaction hold a lock that it has only looked at?
    pub(crate) fn is_in_looked_at(&self) -> bool {
        self.locks.iter().any(|u| u.looked && u.count > 0)
    }
    /// Does somebody wait for a lock that the transaction gives back, at the latest, when it ends?
    pub(crate) fn holds_awaited_lock(&self) -> bool {
        self.locks.iter().any(|u| u.taken && u.lock.has_waiters())
    }
    /// Before the transaction commits: takes what it holds and has only looked at; with `all`, because it must not fail any
    /// more, also what it has given back. On a conflict it is to be aborted.
    pub(crate) fn take_looked_at(&mut self, all: bool) -> R<()> {
        let me = me(self);
        let mut some = false;
        for u in self.locks.iter_mut().filter(|u| u.looked && (all || u.count > 0)) {
            u.lock.was_hard();
            u.looked = false;
            let as_seen = self.tx.take(u.lock.word(), || {
                u.taken = u.lock.try_acquire(me);
                u.taken
            });
            if !as_seen {
                // If it was not taken it is nobody's any more.
                return Err(Throw::ABORT);
            }
            some = true;
        }
        if some {
            self.tx.move_to_now(self.world)?;
        }
        Ok(())
    }
    /// The transaction has committed.
    pub(crate) fn commit_locks(&mut self) {
        for u in self.locks.drain(..) {
            if u.looked {
                continue;
            }
            if let Some(o) = u.owned {
                o.set(u.count);
            }
            if u.count == 0 {
                u.lock.release();
            }
        }
    }
    /// The transaction was undone.
    pub(crate) fn abort_locks(&mut self) {
        self.undo_locks(&[]);
    }
    /// For [`Thread::undo_locks`].
    pub(crate) fn lock_counts(&self) -> Vec<u64> {
        self.locks.iter().map(|u| u.count).collect()
    }
    /// What the transaction has done since `counts` was asked for was undone.
    pub(crate) fn undo_locks(&mut self, counts: &[u64]) {
        for u in self.locks.drain(counts.len().min(self.locks.len())..).filter(|u| u.taken) {
            u.lock.release();
        }
        self.locks.iter_mut().zip(counts).for_each(|(u, n)| u.count = *n);
    }
}
