//! Transactions that commit in a given order: each runs ahead of its turn, and waits for it at its end.
//!
//! While it waits it has objects open that an earlier one may want: that one is older, so it may ask for them, and the waiting
//! transaction runs again. An effect that cannot be undone waits for the turn first; after that nothing older is left. What
//! comes behind a failure has never been.

use crate::park;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::value::Value;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::*};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use vasuki_stm::{Cause, poll};

/// How long the items of one turn are to take.
const SHORT: Duration = Duration::from_micros(100);
const LONG: Duration = Duration::from_millis(1);
/// Items of one turn, at the most.
const LONGEST: usize = 1 << 12;
/// How often a thread looks for its turn before it sleeps, and for how long it does.
const SPINS: u32 = 200;
const SLICE: Duration = Duration::from_micros(500);

/// A sequence of items, in turns of one or more.
pub struct Turns {
    /// whose turn it is
    now: AtomicU32,
    /// a turn has failed: none comes after it
    stopped: AtomicBool,
    /// age of the first turn's transaction
    age: u64,
    /// the first item that is not taken, the next ticket, how many items there are
    next: Mutex<(usize, u32, usize)>,
    /// items of a turn
    size: AtomicU64,
}
/// One turn: its number and its items.
pub struct Ticket {
    /// place in the order
    pub number: u32,
    /// first item
    pub first: usize,
    /// behind the last one
    pub end: usize,
}
impl Turns {
    /// For so many items.
    pub fn new(th: &Thread, items: usize) -> Turns {
        Turns {
            now: AtomicU32::new(0),
            stopped: AtomicBool::new(false),
            age: th.world.clock().now(),
            next: Mutex::new((0, 0, items)),
            size: AtomicU64::new(1),
        }
    }
    /// The next turn; None: there are no more items, or it has been stopped.
    pub fn take(&self) -> Option<Ticket> {
        let mut next = self.next.lock().unwrap_or_else(|e| e.into_inner());
        let (first, number, items) = *next;
        if first == items || self.is_stopped() {
            return None;
        }
        let end = items.min(first + self.size.load(Relaxed) as usize);
        *next = (end, number + 1, items);
        Some(Ticket { number, first, end })
    }
    /// The turn has committed: the next one's has come.
    pub fn done(&self, number: u32) {
        self.now.store(number + 1, Release);
        park::wake_all(&self.now);
    }
    /// The turn, whose time has come, has failed: there are no others.
    pub fn stop(&self) {
        self.stopped.store(true, Release);
        park::wake_all(&self.now);
    }
    fn is_stopped(&self) -> bool {
        self.stopped.load(Acquire)
    }
    fn is(&self, number: u32) -> bool {
        self.now.load(Acquire) == number
    }
    /// Turns that are over soon become longer, and long ones shorter.
    fn took(&self, time: Duration) {
        let size = self.size.load(Relaxed);
        if time < SHORT && size < LONGEST as u64 {
            self.size.store(size * 2, Relaxed);
        } else if time > LONG && size > 1 {
            self.size.store(size / 2, Relaxed);
        }
    }
}

/// The turn of the running atomic block.
pub(crate) struct Turn {
    turns: Arc<Turns>,
    number: u32,
}
impl Turn {
    /// Has it come?
    pub(super) fn is_now(&self) -> bool {
        self.turns.is(self.number)
    }
}

impl Thread {
    /// In an atomic block: calls `f` ahead of its turn, and waits for it. None: an earlier turn has failed, and nothing has been
    /// done.
    pub fn in_turn(&mut self, turns: &Arc<Turns>, number: u32, f: Value) -> R<Option<Value>> {
        if !self.is_atomic() || !self.tx.concurrent || self.tx.irrevocable && !turns.is(number) {
            return Err(self.runtime_error("a turn runs in an atomic block of its own"));
        }
        if turns.is_stopped() {
            return Ok(None);
        }
        let world = self.world;
        world.set_age(turns.age + u64::from(number));
        self.interp.atomic.turn = Some(Turn {
            turns: Arc::clone(turns),
            number,
        });
        let part = self.begin_part();
        let began = Instant::now();
        let r = self.call(f, &[]);
        turns.took(began.elapsed());
        if matches!(r, Err(t) if t.is_abort()) {
            return r.map(Some);
        }
        if self.wait_for_turn()? {
            self.interp.atomic.turn = None;
            return r.map(Some);
        }
        self.undo_part(part);
        Ok(None)
    }
    /// Waits until the turn has come. False: there will be none. The error is the abort that an earlier one has asked for.
    fn wait_for_turn(&mut self) -> R<bool> {
        let world = self.world;
        let Some(Turn { turns, number }) = &self.interp.atomic.turn else {
            return Ok(true);
        };
        let (turns, number) = (Arc::clone(turns), *number);
        if turns.is(number) {
            return Ok(true);
        }
        // Who is older asks for what this thread has open at once.
        let _awaits = world.awaits();
        for round in 0u32.. {
            if turns.is(number) {
                return Ok(true);
            }
            if turns.is_stopped() {
                return Ok(false);
            }
            let bits = world.poll_word();
            if bits & (poll::ABORT | poll::BOUNDARY) != 0 {
                self.tx.set_cause(if bits & poll::ABORT != 0 { Cause::Asked } else { Cause::Turn });
                return Err(Throw::ABORT);
            }
            world.safepoint(false);
            if round < SPINS {
                std::hint::spin_loop();
            } else {
                let now = turns.now.load(Acquire);
                if now != number {
                    world.detached(false, || park::wait(&turns.now, now, Some(Instant::now() + SLICE)));
                }
            }
        }
        Ok(true)
    }
    /// Before an effect that cannot be undone: waits for the turn of the running block, if it has one.
    pub(crate) fn before_turn(&mut self) -> R<()> {
        if self.interp.atomic.turn.is_none() || self.wait_for_turn()? {
            return Ok(());
        }
        // It runs again, and finds that its turn does not come.
        Err(Throw::ABORT)
    }
}
