//! How long a thread's transactions are, and how long it waits before it takes from others what they work with.
//!
//! Transactions are as long as the ticker lets them be, until they conflict: then they get shorter, so that threads which
//! use many objects at random seldom meet. If even the shortest ones meet others all the time, the threads want the same
//! object: nothing runs in parallel then, and what counts is that it is handed over seldom. Such a *hot* thread has long
//! transactions again, and leaves the object to whoever works with it for a while before it asks. Now and then it tries the
//! short ones again.

use std::sync::LazyLock;
use std::time::{Duration, Instant};
use vasuki_stm::Waits;

/// Polls in the transactions of a thread that has just begun to conflict; half as many after each conflict.
const LONGEST: u32 = 4096;
/// Transactions that are short enough: what these wait for, they do not for their length.
const SHORT: u32 = 2;
/// Transactions in a row without a conflict after which they may be twice as long.
const GROWS_AFTER: u32 = 16;
/// Nanoseconds in which is counted how long a thread waits; for one part in so many is much.
const WINDOW: u64 = 1_000_000;
const MUCH: u64 = 4;
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
    /// polls in a transaction; 0: no limit
    limit: u32,
    /// polls until the next boundary
    left: u32,
    /// transactions since the last conflict, or since the limit was set
    commits: u32,
    /// since when waiting is counted, and nanoseconds of it
    window: Option<Instant>,
    waited: u64,
    /// transactions are short until the end of the window, to see whether that helps
    trial: bool,
    /// the epoch in which the thread is hot; 0: it is not
    hot: u64,
}
impl Length {
    /// A transaction begins. Are its polls to be counted?
    #[inline]
    pub(crate) fn begin(&mut self) -> bool {
        self.left = self.limit;
        self.limit > 0
    }
    /// A poll: has the transaction some left?
    #[inline]
    pub(crate) fn goes_on(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }
    /// The transaction was undone, or had to wait.
    pub(crate) fn conflict(&mut self, waits: Waits) {
        if self.hot != 0 {
            return;
        }
        self.commits = 0;
        let (epoch, since) = epoch();
        let much = self.has_waited_much(waits.nanos);
        if much && self.trial || waits.for_patient && since > TRIAL {
            self.hot = epoch;
            self.trial = false;
            self.limit = 0;
        } else if much {
            self.start_trial();
        } else if !self.trial {
            self.limit = if self.limit == 0 { LONGEST } else { (self.limit / 2).max(1) };
        }
    }
    fn start_trial(&mut self) {
        self.trial = true;
        self.limit = SHORT;
        self.window = Some(Instant::now());
        self.waited = 0;
    }
    /// Has it waited for much of a window that is over now?
    fn has_waited_much(&mut self, nanos: u64) -> bool {
        let now = Instant::now();
        let since = match self.window {
            Some(t) => t,
            None => {
                self.waited = 0;
                now.checked_sub(Duration::from_nanos(nanos)).unwrap_or(now)
            }
        };
        self.window = Some(since);
        self.waited += nanos;
        let time = (now - since).as_nanos() as u64;
        let much = self.waited * MUCH >= time;
        if time < WINDOW {
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
        if self.hot != 0 {
            if self.hot != epoch().0 {
                self.hot = 0;
                self.start_trial();
            }
        } else if waits.nanos > 0 {
            self.conflict(waits);
        } else if self.limit > 0 {
            self.commits += 1;
            if self.trial {
                self.trial = self.commits < TRIED;
            } else if self.commits >= GROWS_AFTER {
                self.commits = 0;
                self.limit = if self.limit >= LONGEST { 0 } else { self.limit * 2 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, GROWS_AFTER, Instant, LONGEST, Length, SHORT, TRIED, WINDOW};
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
    fn length_halves_with_conflicts_and_doubles_with_commits() {
        let mut l = Length::default();
        commits(&mut l, 1);
        assert_eq!(l.limit, 0, "no limit until there is a conflict");
        l.conflict(NONE);
        assert_eq!(l.limit, LONGEST);
        l.committed(SOME);
        assert_eq!(l.limit, LONGEST / 2);
        (0..12).for_each(|_| l.conflict(SOME));
        assert_eq!(l.limit, 1, "a transaction has one poll at least");
        commits(&mut l, GROWS_AFTER - 1);
        assert_eq!(l.limit, 1);
        commits(&mut l, 1);
        assert_eq!(l.limit, 2);
        commits(&mut l, GROWS_AFTER * 12);
        assert_eq!(l.limit, 0, "no conflict for long: no limit");
    }
    #[test]
    fn a_thread_that_waits_much_in_short_transactions_too_is_hot() {
        let long_ago = || Some(Instant::now() - Duration::from_nanos(2 * WINDOW));
        let much = Waits {
            nanos: WINDOW,
            for_patient: false,
        };
        let mut l = Length::default();
        l.conflict(SOME);
        l.window = long_ago();
        l.conflict(SOME);
        assert!(!l.trial, "it has hardly waited");
        l.conflict(SOME);
        l.window = long_ago();
        l.conflict(much);
        assert!(l.trial && l.limit == SHORT && l.patience() == 0);
        l.window = long_ago();
        l.conflict(much);
        assert!(l.patience() > 0 && !l.begin(), "patient, and no limit");
        l.hot = u64::MAX;
        commits(&mut l, 1);
        assert!(l.trial && l.patience() == 0, "tries short ones again");
        commits(&mut l, TRIED + GROWS_AFTER);
        assert!(!l.trial && l.limit > SHORT, "they did not wait");
    }
}
