//! How transactions use locks: a lock is taken at once, and given back when the transaction commits.
//!
//! So neither ends the transaction. If it aborts, what it has taken is free again, and what it has given back is still held.
//! A lock that the transaction has given back and takes again was in its hands all the time: a thread that goes through a
//! critical section again and again, alone, hardly touches the lock. Whoever waits for a lock asks its owner for a boundary.
//!
//! A thread that gives back a lock that another one has taken tells that one something: it does so at once.

use super::lock;
use super::mutex::Mutex;
use crate::interp::atomic::Free;
use crate::thread::Thread;
use crate::throw::R;
use crate::value::Value;
use std::time::Duration;
use vasuki_stm::poll;

/// A lock that the running transaction has taken or given back.
pub(crate) struct Use {
    lock: &'static Mutex,
    /// it was not held by this thread before the transaction
    taken: bool,
    /// it is, as the transaction sees it
    held: bool,
}
/// More locks than these end the transaction.
const MANY: usize = 8;

fn me(th: &Thread) -> u32 {
    th.world.number().into()
}
#[inline]
fn find<'t>(th: &'t mut Thread, m: &Mutex) -> Option<&'t mut Use> {
    th.locks.iter_mut().find(|u| std::ptr::eq(u.lock, m))
}
/// `v`, the object of the lock, stays alive until the transaction has ended.
fn note(th: &mut Thread, v: Value, lock: &'static Mutex, taken: bool) {
    th.keep_alive.push(v);
    th.locks.push(Use { lock, taken, held: taken });
}
/// Takes a lock with Python's rules: signals while waiting (main thread). False: the time was over.
pub(super) fn acquire(th: &mut Thread, v: Value, m: &'static Mutex, timeout: Option<Duration>) -> R<bool> {
    if th.locks.len() >= MANY {
        th.commit_point()?;
    }
    let me = me(th);
    let here = find(th, m);
    let own = here.is_some();
    if let Some(u) = here
        && !u.held
    {
        u.held = true;
        return Ok(true);
    }
    let world = th.world.world();
    let mut taken = !own && m.try_acquire(me);
    if !taken && !own && m.owner() != me {
        world.ask_for_boundary(m.owner() as u16);
        taken = m.spin(me);
    }
    if taken {
        if th.tx.concurrent {
            note(th, v, m, true);
        }
        return Ok(true);
    }
    if timeout == Some(Duration::ZERO) {
        return Ok(false);
    }
    if th.is_atomic() {
        let wait = move |until| m.wait(me, until, &|n| world.ask_for_boundary(n as u16));
        let free = Free {
            lock: v,
            wait: Box::new(move |until| wait(until) && m.release()),
        };
        return lock::wait_in_atomic(th, timeout, free, wait);
    }
    // The wait is between transactions: what is taken at its end is held for good.
    lock::wait(th, timeout, |until| m.wait(me, until, &|n| world.ask_for_boundary(n as u16)))
}
/// Gives a lock back. False: it is not held.
pub(super) fn release(th: &mut Thread, v: Value, m: &'static Mutex) -> R<bool> {
    if !th.tx.concurrent {
        return Ok(m.release());
    }
    if let Some(u) = find(th, m) {
        let was = std::mem::replace(&mut u.held, false);
        hasten(th, m);
        return Ok(was);
    }
    if !m.is_held() {
        return Ok(false);
    }
    if m.owner() != me(th) || th.locks.len() >= MANY {
        th.commit_point()?;
        return Ok(m.release());
    }
    note(th, v, m, false);
    hasten(th, m);
    Ok(true)
}
/// Somebody waits for the end of this transaction: at the next boundary.
#[inline]
fn hasten(th: &mut Thread, m: &Mutex) {
    if m.is_awaited() {
        th.world.put_back(poll::TICK);
    }
}
/// Is it held, as the transaction sees it?
pub(super) fn is_held(th: &mut Thread, m: &Mutex) -> bool {
    find(th, m).map_or(m.is_held(), |u| u.held)
}
/// The lock is made free by force.
pub(super) fn forget(th: &mut Thread, m: &Mutex) {
    th.locks.retain(|u| !std::ptr::eq(u.lock, m));
}

impl Thread {
    /// The transaction has committed.
    pub(crate) fn commit_locks(&mut self) {
        for u in self.locks.drain(..).filter(|u| !u.held) {
            u.lock.release();
        }
    }
    /// The transaction was undone.
    pub(crate) fn abort_locks(&mut self) {
        for u in self.locks.drain(..).filter(|u| u.taken) {
            u.lock.release();
        }
    }
}
