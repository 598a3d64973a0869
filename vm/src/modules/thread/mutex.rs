//! The state of a `_thread.lock`, outside of the heap, and how threads wait for it.
//!
//! Whoever finds the lock free takes it, however many wait: so a thread that takes and gives it back all the time is not held
//! up by the waking of others. But one of those who wait may claim the next *turn*, when the lock has been with the same
//! owner for long: then nobody else takes it until that one has had it.
//!
//! Transactions that give it back before they end only look whether it is free (see `uses`), unless it was *hard* for one to
//! do so: then the next ones take it.

use crate::park::{wait, wake_all, wake_one};
use std::sync::atomic::{AtomicU32, Ordering::*};
use std::time::{Duration, Instant};
use vasuki_stm::LockWord;

const FREE: u32 = 0;
const HELD: u32 = 1;
/// held, and somebody may wait
const AWAITED: u32 = 2;
/// held, and those who wait have been passed by: they let the owner go on until it is their turn
const PASSED_BY: u32 = 3;
/// How often a thread looks before it sleeps.
const SPINS: u32 = 100;
/// How long one thread may keep the lock before another one claims the turn, taking and giving it back as often as it likes.
const TENURE: Duration = Duration::from_millis(2);
/// How many tenures of others a thread waits at the most before it claims the turn.
const TENURES: u32 = 16;
/// How often a lock is taken that a transaction has held at its end, before others only look at it.
const HARD: u32 = 16;
/// A thread that cannot claim the turn sleeps twice as long each time, up to this.
const LONGEST_SLEEP: Duration = Duration::from_millis(100);

/// Counts forks, in the upper half of a claim: what threads have claimed that the child does not have is nobody's.
static FORKS: AtomicU32 = AtomicU32::new(0);
/// In the child of a fork.
pub(super) fn after_fork() {
    FORKS.fetch_add(1 << 16, Relaxed);
}

/// See the module. Threads are named by numbers of 16 bits, which are not 0.
#[derive(Default)]
pub(super) struct Mutex {
    word: LockWord,
    /// times that it is to be taken before a transaction only looks at it again
    hard: AtomicU32,
    /// the thread whose turn is next; 0: anybody's
    turn: AtomicU32,
    /// the thread that took it last
    owner: AtomicU32,
}
impl Mutex {
    /// Takes it if it is free.
    #[inline]
    pub(super) fn try_acquire(&self, me: u32) -> bool {
        let done = self.turn() == 0 && self.word.state().compare_exchange(FREE, HELD, Acquire, Relaxed).is_ok();
        if done {
            self.word.taken();
            self.owner.store(me, Relaxed);
        }
        done
    }
    /// The thread whose turn is next.
    #[inline]
    fn turn(&self) -> u32 {
        let t = self.turn.load(Relaxed);
        if t == 0 || (t ^ FORKS.load(Relaxed)) >> 16 != 0 {
            0
        } else {
            t & 0xFFFF
        }
    }
    /// The next turn is this thread's, if it is nobody's.
    fn claim(&self, me: u32) -> bool {
        let was = self.turn.load(Relaxed);
        let claim = FORKS.load(Relaxed) | me;
        self.turn() == 0 && self.turn.compare_exchange(was, claim, AcqRel, Relaxed).is_ok()
    }
    /// What transactions look at.
    #[inline]
    pub(super) fn word(&self) -> &LockWord {
        &self.word
    }
    /// May a transaction do with looking at it?
    #[inline]
    pub(super) fn is_easy(&self) -> bool {
        let hard = self.hard.load(Relaxed);
        if hard > 0 {
            self.hard.store(hard - 1, Relaxed);
        }
        hard == 0 && self.turn() == 0
    }
    /// A transaction that has only looked at it must take it after all.
    #[cold]
    pub(super) fn was_hard(&self) {
        self.hard.store(HARD, Relaxed);
    }
    /// Waits until it is free, if that is at once.
    pub(super) fn spin_while_held(&self) -> bool {
        (0..SPINS).any(|_| {
            std::hint::spin_loop();
            self.word.state().load(Relaxed) == FREE
        })
    }
    /// Takes it if it becomes free at once.
    pub(super) fn spin(&self, me: u32) -> bool {
        (0..SPINS).any(|_| {
            std::hint::spin_loop();
            self.word.state().load(Relaxed) == FREE && self.try_acquire(me)
        })
    }
    /// Waits until it is taken (true) or `until` has come. `ask`: asks a thread for its next boundary, where it gives free
    /// what it has given back.
    pub(super) fn wait(&self, me: u32, until: Option<Instant>, ask: &dyn Fn(u32)) -> bool {
        let began = Instant::now();
        let (mut owner, mut since) = (self.owner.load(Relaxed), began);
        let mut sleep = TENURE;
        let mut state = AWAITED;
        // Who has taken it itself waits for another one to give it back.
        let mut by_other = owner != me;
        loop {
            let turn = self.turn();
            let mine = turn == me;
            if turn == 0 || mine {
                if mine {
                    state = AWAITED;
                }
                if self.word.state().swap(state, AcqRel) == FREE {
                    self.word.taken();
                    self.owner.store(me, Relaxed);
                    if mine {
                        self.turn.store(0, Relaxed);
                    }
                    return true;
                }
            } else {
                let _ = self.word.state().compare_exchange(HELD, AWAITED, AcqRel, Relaxed);
            }
            let now = Instant::now();
            if until.is_some_and(|t| now >= t) {
                if mine {
                    self.turn.store(0, Relaxed);
                    wake_one(self.word.state());
                }
                return false;
            }
            if self.owner.load(Relaxed) != owner {
                owner = self.owner.load(Relaxed);
                by_other |= owner != me;
                since = now;
                sleep = TENURE;
            }
            let long = by_other && (now - since >= TENURE || now - began >= TENURE * TENURES);
            if long && turn == 0 && self.claim(me) {
                ask(owner);
                continue;
            }
            let seen = if turn == 0 || mine {
                state
            } else {
                self.word.state().load(Relaxed)
            };
            if seen == HELD {
                // Taken and given back meanwhile: whoever has it now would wake nobody.
                continue;
            }
            let look_again = now + if by_other && !mine { sleep } else { LONGEST_SLEEP };
            sleep = (sleep * 2).min(LONGEST_SLEEP);
            wait(self.word.state(), seen, Some(until.map_or(look_again, |t| t.min(look_again))));
            state = if by_other { PASSED_BY } else { AWAITED };
        }
    }
    /// Gives it back; false if it was not held.
    pub(super) fn release(&self) -> bool {
        let was = self.word.state().swap(FREE, AcqRel);
        if was >= AWAITED {
            // The others look whose turn it is.
            if self.turn() == 0 {
                wake_one(self.word.state())
            } else {
                wake_all(self.word.state())
            }
        }
        was != FREE
    }
    /// Is it held?
    #[inline]
    pub(super) fn is_held(&self) -> bool {
        self.word.state().load(Acquire) != FREE
    }
    /// Does somebody wait, perhaps, whom the owner has not passed by yet, or whose turn it is?
    #[inline]
    pub(super) fn is_awaited(&self) -> bool {
        self.word.state().load(Relaxed) == AWAITED
    }
    /// Does somebody wait, perhaps?
    pub(super) fn has_waiters(&self) -> bool {
        self.word.state().load(Relaxed) >= AWAITED
    }
    /// The thread that took it last.
    #[inline]
    pub(super) fn owner(&self) -> u32 {
        self.owner.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn excludes_wakes_and_gives_turns() {
        let shared: Arc<(Mutex, AtomicU32)> = Arc::default();
        let threads: Vec<_> = (1..=4)
            .map(|me| {
                let s = shared.clone();
                std::thread::spawn(move || {
                    let mut waits = 0;
                    for i in 0..3000 {
                        if !s.0.try_acquire(me) && !s.0.spin(me) {
                            waits += 1;
                            while !s.0.wait(me, Some(Instant::now() + Duration::from_micros(i % 7 * 500)), &|_| ()) {}
                        }
                        let n = s.1.load(Relaxed);
                        (0..50).for_each(|_| std::hint::spin_loop());
                        s.1.store(n + 1, Relaxed);
                        assert!(s.0.release());
                    }
                    waits
                })
            })
            .collect();
        threads.into_iter().for_each(|t| _ = t.join().unwrap());
        assert_eq!(shared.1.load(Relaxed), 12_000);
        assert_eq!(shared.0.turn.load(Relaxed), 0);
        assert!(!shared.0.is_held() && !shared.0.release());
    }
    #[test]
    fn a_thread_that_never_lets_go_for_long_gives_way_at_last() {
        let lock: Arc<Mutex> = Arc::default();
        let l = lock.clone();
        assert!(lock.try_acquire(1));
        let other = std::thread::spawn(move || l.wait(2, None, &|_| ()));
        // It gives back only what it has taken: the owner is named a moment after the lock is taken.
        let mut mine = true;
        while !other.is_finished() {
            if mine {
                lock.release();
            }
            mine = lock.try_acquire(1);
        }
        assert!(other.join().unwrap() && lock.owner() == 2);
    }
    #[test]
    fn times_out() {
        let lock = Mutex::default();
        assert!(lock.try_acquire(1) && !lock.try_acquire(2));
        assert!(!lock.wait(2, Some(Instant::now() + Duration::from_millis(9)), &|_| ()));
        assert!(lock.release() && lock.try_acquire(2));
    }
}
