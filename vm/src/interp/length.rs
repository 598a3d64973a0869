//! How long a thread's transactions are, and how long it waits before it takes from others what they work with.
//!
//! Transactions are as long as the ticker lets them be, until they conflict: then they get shorter, so that threads which
//! use many objects at random seldom meet. How short is a matter of costs: the end of a transaction costs some, and so does a
//! wait for another one. If even the shortest ones meet others all the time, and do not only wait long now and then, the threads
//! want the same object: nothing runs in parallel then, and what counts is that it is handed over seldom. Such a *hot* thread has long
//! transactions again, and leaves the object to whoever works with it for a while before it asks. Now and then it tries the
//! short ones again.

use std::sync::LazyLock;
use std::time::{Duration, Instant};
use vasuki_stm::Waits;

/// Objects that a transaction may use when its thread has just begun to conflict.
const LONGEST: usize = 1024;
/// Transactions that are short enough: what these wait for, they do not for their length.
const SHORT: usize = 2;
/// Nanoseconds that the end of a transaction and the begin of the next one cost, about.
const BOUNDARY: i64 = 400;
/// Transactions may be twice as long when that would have saved the cost of so many boundaries more than was lost in waits; they
/// get half as long when it is the other way round.
const ENOUGH: i64 = 16;
/// Nanoseconds in which is counted how long a thread waits; for one part in so many is much.
const WINDOW: u64 = 1_000_000;
const MUCH: u64 = 4;
/// Transactions after which a trial may end badly: if one in so many has met others.
const SAMPLE: u32 = 32;
const OFTEN: u32 = 4;
/// Short transactions in a row without a conflict that end a trial.
const TRIED: u32 = 256;
/// Microseconds that a hot thread leaves the owner of an object alone.
const PATIENCE: u32 = 2000;
/// How often threads try short transactions again, all at the same time.
const EPOCH: u128 = 1_000_000;
/// How long they do before one that waits for a hot thread becomes hot at once.
const TRIAL: u128 = 30_000;

/// Number of the epoch, and microseconds since its begin.
fn epoch() -> (u64, u128) {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let t = START.elapsed().as_micros();
    ((t / EPOCH) as u64 + 1, t % EPOCH)
}

/// See the module.
#[derive(Default)]
pub struct Length {
    /// shared objects that a transaction may use; 0: any number
    limit: usize,
    /// transactions since the last conflict, of a trial
    commits: u32,
    /// nanoseconds that the boundaries since the limit was set have cost, less those that were lost in waits
    balance: i64,
    /// since when waiting is counted, and nanoseconds of it
    window: Option<Instant>,
    waited: u64,
    /// transactions that ended since then, and those of them that met others
    ended: u32,
    met: u32,
    /// the present one was undone before
    again: bool,
    /// transactions are short until the end of the window, to see whether that helps
    trial: bool,
    /// the epoch in which the thread is hot; 0: it is not
    hot: u64,
}
impl Length {
    /// So many objects may be used: then the transaction ends at the next boundary.
    pub(crate) fn limit(&self) -> usize {
        if self.limit == 0 { usize::MAX } else { self.limit }
    }
    /// The transaction was undone.
    pub(crate) fn undone(&mut self, waits: Waits) {
        self.again = true;
        self.conflict(waits, 2 * ENOUGH * BOUNDARY);
    }
    /// So many nanoseconds were lost to others.
    fn conflict(&mut self, waits: Waits, lost: i64) {
        if self.hot != 0 {
            return;
        }
        self.commits = 0;
        let much = self.has_waited_much(waits.nanos);
        if much && self.trial || waits.for_patient && epoch().1 > TRIAL {
            self.hot = epoch().0;
            self.trial = false;
            self.limit = 0;
        } else if much {
            self.start_trial();
        } else if self.limit == 0 {
            self.set_limit(LONGEST);
        } else if !self.trial {
            self.balance -= lost;
            if self.balance <= -ENOUGH * BOUNDARY {
                self.set_limit((self.limit / 2).max(1));
            }
        }
    }
    fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
        self.balance = 0;
    }
    fn start_trial(&mut self) {
        self.trial = true;
        self.limit = SHORT;
        self.begin_window(Instant::now());
    }
    fn begin_window(&mut self, since: Instant) {
        self.window = Some(since);
        (self.waited, self.ended, self.met) = (0, 0, 0);
    }
    /// Has it waited for much of a window that is over now?
    fn has_waited_much(&mut self, nanos: u64) -> bool {
        let now = Instant::now();
        let since = match self.window {
            Some(t) => t,
            None => {
                let since = now.checked_sub(Duration::from_nanos(nanos)).unwrap_or(now);
                self.begin_window(since);
                since
            }
        };
        self.waited += nanos;
        let time = (now - since).as_nanos() as u64;
        // A few long waits, for threads that do not run, do not make a trial fail.
        let often = !self.trial || self.met * OFTEN >= self.ended;
        let much = often && self.waited * MUCH >= time;
        if time < WINDOW || self.trial && self.ended < SAMPLE {
            return false;
        }
        self.window = None;
        self.trial &= much;
        much
    }
    /// Microseconds that the thread leaves an object that it waits for to its owner.
    pub(crate) fn patience(&self) -> u32 {
        if self.hot != 0 { PATIENCE } else { 0 }
    }
    /// A transaction has ended at a boundary, and had to wait or not.
    pub(crate) fn committed(&mut self, waits: Waits) {
        self.ended = self.ended.wrapping_add(1);
        self.met += u32::from(self.again || waits.nanos > 0);
        self.again = false;
        if self.hot != 0 {
            if self.hot != epoch().0 {
                self.hot = 0;
                self.start_trial();
            }
        } else if waits.nanos > 0 {
            // The other one's boundary came early. A single wait for a thread that does not run says nothing.
            self.conflict(waits, BOUNDARY + (waits.nanos as i64).min(ENOUGH * BOUNDARY));
        } else if self.limit > 0 {
            self.commits += 1;
            self.balance += BOUNDARY;
            if self.trial {
                self.trial = self.commits < TRIED;
            } else if self.balance >= ENOUGH * BOUNDARY {
                self.set_limit(if self.limit >= LONGEST { 0 } else { self.limit * 2 });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BOUNDARY, Duration, ENOUGH, Instant, LONGEST, Length, OFTEN, SAMPLE, SHORT, TRIED, WINDOW};
    use vasuki_stm::Waits;

    const NONE: Waits = Waits {
        nanos: 0,
        for_patient: false,
    };
    const SOME: Waits = Waits {
        nanos: 1,
        for_patient: false,
    };
    fn commits(l: &mut Length, n: u32) {
        (0..n).for_each(|_| l.committed(NONE));
    }
    #[test]
    fn length_halves_when_transactions_are_undone_and_doubles_with_commits() {
        let mut l = Length::default();
        commits(&mut l, 1);
        assert_eq!(l.limit(), usize::MAX, "no limit until there is a conflict");
        l.undone(NONE);
        assert_eq!(l.limit(), LONGEST);
        l.undone(NONE);
        assert_eq!(l.limit(), LONGEST / 2);
        (0..12).for_each(|_| l.undone(SOME));
        assert_eq!(l.limit(), 1, "a transaction uses one object at least");
        commits(&mut l, ENOUGH as u32 - 1);
        assert_eq!(l.limit(), 1);
        commits(&mut l, 1);
        assert_eq!(l.limit(), 2);
        commits(&mut l, ENOUGH as u32 * 12);
        assert_eq!(l.limit(), usize::MAX, "no conflict for long: no limit");
    }
    #[test]
    fn waits_count_by_what_they_cost() {
        let mut l = Length {
            limit: 64,
            ..Length::default()
        };
        let wait = |l: &mut Length, boundaries| {
            l.committed(Waits {
                nanos: (boundaries * BOUNDARY) as u64,
                for_patient: false,
            });
            // What all of them take in the end is another matter.
            l.window = None;
        };
        (0..1000).for_each(|_| {
            commits(&mut l, 4);
            wait(&mut l, 3);
        });
        assert_eq!(l.limit, 64, "one balances the other");
        (0..4).for_each(|_| wait(&mut l, 3));
        assert_eq!(l.limit, 32, "waits cost more");
        commits(&mut l, 15);
        wait(&mut l, 1000);
        assert_eq!(l.limit, 32, "one long wait says nothing");
    }
    #[test]
    fn a_thread_that_waits_much_in_short_transactions_too_is_hot() {
        let long_ago = || Some(Instant::now() - Duration::from_nanos(2 * WINDOW));
        let much = Waits {
            nanos: WINDOW,
            for_patient: false,
        };
        let mut l = Length::default();
        l.undone(SOME);
        l.window = long_ago();
        l.undone(SOME);
        assert!(!l.trial, "it has hardly waited");
        l.undone(SOME);
        l.window = long_ago();
        l.committed(much);
        assert!(l.trial && l.limit == SHORT && l.patience() == 0);
        let trial = |l: &mut Length, clean| {
            for _ in 0..SAMPLE {
                l.window = long_ago();
                l.committed(much);
                commits(l, clean);
            }
        };
        trial(&mut l, OFTEN);
        assert!(l.patience() == 0, "it has waited much, but not often");
        l.start_trial();
        trial(&mut l, 1);
        assert!(l.patience() > 0 && l.limit() == usize::MAX, "patient, and no limit");
        l.hot = u64::MAX;
        commits(&mut l, 1);
        assert!(l.trial && l.patience() == 0, "tries short ones again");
        commits(&mut l, TRIED + ENOUGH as u32);
        assert!(!l.trial && l.limit > SHORT, "they did not wait");
    }
}
