//! A transaction over variables: begin, nested parts, retry, commit.

use super::session::{self, Session};
use super::variable::Cell;
use crate::commit::Publisher;
use crate::retry::Retry;
use crate::tx::{Conflict, Tx};
use crossbeam_epoch::{self as epoch, Guard};
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering::*};

/// Why a transaction does not go on. Closures pass it on with `?`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// another transaction was first: this one runs again
    Conflict,
    /// [`retry`]: it runs again when something has changed that it has read
    Retry,
}
impl From<Conflict> for Blocked {
    fn from(_: Conflict) -> Blocked {
        Blocked::Conflict
    }
}
/// Why a transaction that can fail does not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop<E> {
    /// it is to run again
    Blocked(Blocked),
    /// it ends with nothing written, and this error
    Error(E),
}
impl<E> From<Blocked> for Stop<E> {
    fn from(b: Blocked) -> Stop<E> {
        Stop::Blocked(b)
    }
}

/// Waits until something changes that this transaction has read, and runs it again then.
///
/// ```
/// use vasuki_stm::{TVar, atomically, retry};
///
/// let jobs = TVar::new(Vec::new());
/// let take = || {
///     atomically(|tx| match jobs.update(tx, Vec::pop)? {
///         Some(job) => Ok(job),
///         None => retry(),
///     })
/// };
/// std::thread::scope(|s| {
///     let taker = s.spawn(take);
///     atomically(|tx| jobs.update(tx, |j| j.push("job")));
///     assert_eq!(taker.join().unwrap(), "job");
/// });
/// ```
///
/// # Panics
/// [`atomically`] panics if the transaction has read nothing: it would wait for ever.
pub fn retry<T>() -> Result<T, Blocked> {
    Err(Blocked::Retry)
}
/// [`retry`] unless it holds.
pub fn check(holds: bool) -> Result<(), Blocked> {
    if holds { Ok(()) } else { retry() }
}

/// A box that a transaction has made or replaced.
pub(super) struct Held {
    slot: *const AtomicU64,
    word: u64,
    /// made by the transaction; else it was there before
    made: bool,
    /// the commit leaves the variable with another one
    is_gone: bool,
    free: unsafe fn(u64),
}
impl Held {
    /// Is it the variable's value? The transaction has the variable open.
    fn is_current(&self) -> bool {
        // SAFETY: variables outlive the transactions that have them in their logs.
        unsafe { (*self.slot).load(Relaxed) == self.word }
    }
}

/// A running transaction: what [`atomically`] gives its closure.
pub struct Transaction<'s> {
    session: &'s mut Session,
    /// keeps what was replaced alive; what it frees it frees between transactions
    guard: &'s Guard,
    has_ended: bool,
}

/// Variables hold no private objects: nothing is published.
struct Nothing;
impl Publisher for Nothing {
    fn publish(&mut self, _: u64, _: u64, _: &Tx) {}
    fn publish_rest(&mut self, _: u64, _: &Tx) {}
}

impl<'s> Transaction<'s> {
    fn begin(session: &'s mut Session, guard: &'s Guard) -> Transaction<'s> {
        session.begin();
        Transaction {
            session,
            guard,
            has_ended: false,
        }
    }
    /// The address of a variable's box.
    pub(super) fn read(&mut self, cell: &Cell) -> Result<u64, Blocked> {
        if self.session.is_asked_to_abort() {
            return Err(Blocked::Conflict);
        }
        let Session { w, tx, .. } = self.session;
        // Pairs with the release of the commit: the value behind the address is whole.
        Ok(tx.read(w, &cell.header, || cell.word.load(Acquire))?)
    }
    /// Has this part of the transaction made the variable's box? It has, if it has opened it: see `replace`.
    pub(super) fn has_made(&self, cell: &Cell) -> bool {
        self.session.tx.writable(&cell.header)
    }
    /// Gives the variable a new box. If that fails the box is freed when the transaction has ended.
    ///
    /// # Safety
    /// `word` is a box of the variable's type, and `free` frees such boxes.
    pub(super) unsafe fn replace(&mut self, cell: &Cell, word: u64, free: unsafe fn(u64)) -> Result<(), Blocked> {
        let asked = self.session.is_asked_to_abort();
        let (Session { w, tx, held, .. }, slot) = (&mut *self.session, &cell.word);
        let hold = |word, made| Held {
            slot,
            word,
            made,
            is_gone: false,
            free,
        };
        held.push(hold(word, true));
        if asked {
            return Err(Blocked::Conflict);
        }
        let is_first = !tx.has_opened(&cell.header);
        tx.open(w, &cell.header, 1)?;
        if is_first {
            held.push(hold(slot.load(Relaxed), false));
        }
        slot.store(word, Release);
        Ok(())
    }

    /// Runs `f` as a part of this transaction: if it ends with an error, what it has written is undone, and the transaction
    /// goes on.
    ///
    /// ```
    /// use vasuki_stm::{Stop, TVar, atomically};
    ///
    /// let n = TVar::new(1);
    /// let outcome = atomically(|tx| {
    ///     n.write(tx, 2)?;
    ///     tx.nested(|tx| {
    ///         n.write(tx, 3)?;
    ///         Err::<(), _>(Stop::Error("no"))
    ///     })
    /// });
    /// assert_eq!((outcome, n.load()), (Err("no"), 2));
    /// ```
    pub fn nested<T, E>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, Stop<E>>) -> Result<Result<T, E>, Blocked> {
        match self.part(f) {
            Ok(v) => Ok(Ok(v)),
            Err(Stop::Error(e)) => Ok(Err(e)),
            Err(Stop::Blocked(b)) => Err(b),
        }
    }
    /// Runs `first`; if that wants to wait, what it has written is undone and `second` runs instead. If that wants to wait
    /// too, the transaction waits for what either has read.
    ///
    /// ```
    /// use vasuki_stm::{TVar, Transaction, atomically, retry};
    ///
    /// let (left, right) = (TVar::new(None), TVar::new(Some(7)));
    /// let take = |v: &TVar<Option<i32>>, tx: &mut Transaction<'_>| match v.replace(tx, None)? {
    ///     Some(n) => Ok(n),
    ///     None => retry(),
    /// };
    /// assert_eq!(atomically(|tx| tx.or_else(|tx| take(&left, tx), |tx| take(&right, tx))), 7);
    /// ```
    pub fn or_else<T>(
        &mut self,
        first: impl FnOnce(&mut Self) -> Result<T, Blocked>,
        second: impl FnOnce(&mut Self) -> Result<T, Blocked>,
    ) -> Result<T, Blocked> {
        match self.part(|tx| first(tx).map_err(Stop::<Infallible>::from)) {
            Ok(v) => Ok(v),
            Err(Stop::Blocked(Blocked::Retry)) => second(self),
            Err(Stop::Blocked(b)) => Err(b),
        }
    }
    /// Runs a part; undoes its writes if it does not come to its end. What it has read stays read.
    fn part<T, E>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, Stop<E>>) -> Result<T, Stop<E>> {
        let Session { w, tx, .. } = &mut *self.session;
        let part = tx.begin_part(w);
        let r = f(self);
        if r.is_err() {
            let Session { w, tx, .. } = &mut *self.session;
            tx.undo_part(w, part);
        }
        r
    }

    /// Commits. False: it was aborted.
    fn commit(mut self) -> bool {
        let Session { w, tx, held, .. } = &mut *self.session;
        // Asked now: after the commit others may replace what this transaction has written.
        held.iter_mut().for_each(|h| h.is_gone = !h.is_current());
        if tx.commit(w, &mut Nothing).is_err() {
            self.abort();
            return false;
        }
        self.free_held(|h| h.is_gone);
        true
    }
    fn abort(&mut self) {
        let Session { w, tx, .. } = &mut *self.session;
        tx.abandon(w);
        self.free_held(|h| h.made);
    }
    /// Aborts, and gets ready to wait.
    fn wait(mut self) -> Retry {
        let Session { w, tx, .. } = &mut *self.session;
        let r = tx.retry(w);
        tx.aborts_in_row = 0;
        self.free_held(|h| h.made);
        r
    }
    /// The end: frees the boxes that nobody will look at, when no transaction runs any more that may do so now. Their
    /// destructors may begin transactions.
    fn free_held(&mut self, is_garbage: impl Fn(&Held) -> bool) {
        self.has_ended = true;
        for h in self.session.held.drain(..).filter(is_garbage) {
            // SAFETY: no variable refers to it any more, and none will.
            unsafe { self.guard.defer_unchecked(move || (h.free)(h.word)) };
        }
    }
}
impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.abort();
        }
    }
}

/// Runs `f` as one transaction: again and again, until it commits. Panics of `f` pass, with nothing written.
///
/// # Panics
/// Inside of a transaction of the same thread; and if `f` [waits](retry) without having read a variable.
pub fn atomically<T>(mut f: impl FnMut(&mut Transaction<'_>) -> Result<T, Blocked>) -> T {
    match try_atomically(|tx| f(tx).map_err(Stop::<Infallible>::from)) {
        Ok(v) => v,
    }
}
/// As [`atomically`], for a transaction that can fail: then nothing is written, and the error is what its reads say at one
/// moment.
///
/// ```
/// use vasuki_stm::{Stop, TVar, try_atomically};
///
/// let balance = TVar::new(20);
/// let withdraw = |amount| {
///     try_atomically(|tx| {
///         balance.update(tx, |b| *b -= amount)?;
///         match balance.read(tx)? {
///             left if left < 0 => Err(Stop::Error(-left)),
///             left => Ok(left),
///         }
///     })
/// };
/// assert_eq!((withdraw(15), withdraw(15)), (Ok(5), Err(10)));
/// assert_eq!(balance.load(), 5);
/// ```
///
/// # Panics
/// As [`atomically`].
pub fn try_atomically<T, E>(mut f: impl FnMut(&mut Transaction<'_>) -> Result<T, Stop<E>>) -> Result<T, E> {
    loop {
        // Pinned before the session is borrowed: pinning may run destructors of values, which may begin transactions.
        let guard = epoch::pin();
        let waits_for = session::with(|s| {
            let mut tx = Transaction::begin(s, &guard);
            match f(&mut tx) {
                Ok(v) => tx.commit().then_some(Ok(Ok(v))),
                Err(Stop::Blocked(Blocked::Conflict)) => None,
                Err(Stop::Error(e)) => Some(Ok(Err(e))),
                Err(Stop::Blocked(Blocked::Retry)) => match tx.wait() {
                    Retry::Changed => None,
                    Retry::Waiting => Some(Err(s.w)),
                    Retry::NothingRead => panic!("a transaction waits that has read nothing: it would wait for ever"),
                },
            }
        });
        drop(guard);
        match waits_for {
            Some(Ok(result)) => return result,
            Some(Err(w)) => {
                w.wait_for_change(None);
                w.stop_waiting();
            }
            None => {}
        }
    }
}
