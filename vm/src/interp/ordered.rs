//! Transactions that commit in a given order: each runs ahead of its turn, and waits for it at its end.
//!
//! While it waits it has objects open that an earlier one may want: that one is older, so it may ask for them, and the waiting
//! transaction runs again: not before an earlier one has ended, since it would meet it again. An effect that cannot be undone
//! waits for the turn first; after that nothing older is left. What comes behind a failure has never been.
//!
//! A turn that is done early need not wait: as long as nobody has taken a later one it takes more items itself. Those belong to
//! it from then on, also when it runs again, unless it can give them back first.
//!
//! Where to run ahead brings nothing, one thread goes through the items alone for a while, and the others stand by (see `pace`).

use super::pace::Progress;
use super::taken::Taken;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::buffer::ValueVec;
use crate::value::Value;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::*};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use vasuki_stm::{Cause, WorldThread, poll};

/// How long the thread whose turn is next looks for it before it sleeps: waking up takes longer than a short turn.
const SPIN: Duration = Duration::from_micros(50);
/// How long a thread sleeps before it looks again.
const SLICE: Duration = Duration::from_millis(5);
/// The same for one that stands by. It is called when it is to go on.
const STAND_BY: Duration = Duration::from_millis(100);

/// A sequence of items, in turns of one or more.
pub struct Turns {
    /// whose turn it is
    now: AtomicU32,
    /// a turn has failed, or the loop is to end: no other one comes
    stopped: AtomicBool,
    /// age of the first turn's transaction
    age: u64,
    /// what is taken of the items
    taken: Mutex<Taken>,
    /// one thread goes through the items, the others stand by
    alone: AtomicBool,
    /// nanoseconds that the turns have run which are done
    ran: AtomicU64,
    /// when the loop began
    began: Instant,
    /// who waits for a turn to end
    waiting: Mutex<Vec<&'static WorldThread>>,
    /// where threads stand by
    standing_by: (Mutex<()>, Condvar),
}
impl Turns {
    /// For so many items and threads.
    pub fn new(th: &Thread, items: usize, threads: usize) -> Turns {
        Turns {
            now: AtomicU32::new(0),
            stopped: AtomicBool::new(false),
            age: th.world.clock().now(),
            taken: Mutex::new(Taken::new(items, threads)),
            alone: AtomicBool::new(false),
            ran: AtomicU64::new(0),
            began: Instant::now(),
            waiting: Mutex::default(),
            standing_by: Default::default(),
        }
    }
    /// The turn that the thread has, or else the next one, and its items.
    fn begin(&self, thread: u64) -> Option<(u32, Range<usize>)> {
        let turn = if self.is_stopped() { None } else { lock(&self.taken).begin(thread) };
        if turn.is_none() {
            self.end_standing_by();
        }
        turn
    }
    /// More items for a turn that has done its own, while others must come first. None: it is to wait.
    fn more(&self, number: u32) -> Option<Range<usize>> {
        if self.is(number) || self.is_stopped() {
            return None;
        }
        lock(&self.taken).more(number)
    }
    /// Does a thread go through the items alone?
    fn is_gone_through(&self) -> bool {
        self.alone.load(SeqCst) && !self.is_stopped() && lock(&self.taken).next().is_some_and(|number| !self.is(number))
    }
    /// Waits for some time while a thread goes through the items alone.
    fn stand_by(&self) {
        let (mutex, called) = &self.standing_by;
        let guard = lock(mutex);
        if self.is_gone_through() {
            let _ = called.wait_timeout(guard, STAND_BY);
        }
    }
    fn end_standing_by(&self) {
        let _guard = lock(&self.standing_by.0);
        self.standing_by.1.notify_all();
    }
    /// The thread's turn has committed: the next one's has come. A transaction that runs again says so again.
    fn done(&self, thread: u64) {
        let mut taken = lock(&self.taken);
        let Some((number, end)) = taken.ended(thread) else {
            return;
        };
        self.now.store(number + 1, SeqCst);
        self.call();
        let alone = taken.pace.ended(Progress {
            time: self.began.elapsed(),
            end,
            ran: Duration::from_nanos(self.ran.load(Relaxed)),
        });
        drop(taken);
        if self.alone.swap(alone, SeqCst) && !alone {
            self.end_standing_by();
        }
    }
    /// The turn whose time has come has failed, or the loop is to end: there are no others.
    pub fn stop(&self) {
        self.stopped.store(true, SeqCst);
        self.call();
        self.end_standing_by();
    }
    fn call(&self) {
        lock(&self.waiting).iter().for_each(|t| t.call());
    }
    fn is_stopped(&self) -> bool {
        self.stopped.load(SeqCst)
    }
    fn now(&self) -> u32 {
        self.now.load(SeqCst)
    }
    fn is(&self, number: u32) -> bool {
        self.now() == number
    }
    /// Is a thread that has waited since then for this turn to look for it, instead of sleeping?
    fn spins(&self, number: u32, since: Instant) -> bool {
        number.saturating_sub(self.now()) <= 1 && since.elapsed() < SPIN
    }
}
/// What these locks guard is whole whenever a thread might panic.
fn lock<T>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    m.lock().unwrap_or_else(|e| e.into_inner())
}
/// Has the main thread to go on because of a signal?
fn is_signalled(th: &Thread) -> bool {
    crate::signals::is_main(th) && th.world.poll_word() & poll::SIGNAL != 0
}
/// A thread that is called when a turn ends.
struct Waiting<'a>(&'a Turns, &'static WorldThread);
impl<'a> Waiting<'a> {
    fn new(turns: &'a Turns, th: &Thread) -> Waiting<'a> {
        lock(&turns.waiting).push(th.world);
        Waiting(turns, th.world)
    }
}
impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        lock(&self.0.waiting).retain(|t| !std::ptr::eq(*t, self.1));
    }
}

/// The turn of the running atomic block.
pub(crate) struct Turn {
    turns: Arc<Turns>,
    number: u32,
}
impl Turn {
    /// What a transaction that has been undone waits for; None: its turn has come.
    pub(super) fn wait(self) -> Option<TurnEnd> {
        let (turns, number) = (self.turns, self.number);
        let now = turns.now();
        (now != number).then_some(TurnEnd { turns, number, now })
    }
}
/// The end of the turn that was `now`, for which this one waits.
pub(super) struct TurnEnd {
    turns: Arc<Turns>,
    number: u32,
    now: u32,
}
impl TurnEnd {
    fn has_come(&self) -> bool {
        !self.turns.is(self.now) || self.turns.is_stopped()
    }
}

impl Thread {
    /// The thread's turn has committed. Waits while another thread goes through the items alone.
    pub fn end_turn(&mut self, turns: &Turns) -> R<()> {
        turns.done(self.world.ident());
        while turns.is_gone_through() && !is_signalled(self) {
            self.blocking(|| turns.stand_by())?;
        }
        Ok(())
    }
    /// In an atomic block that ends with the turn: takes the next turn, calls `f` with the first of some items and the one behind
    /// them, for all items of the turn and some more maybe, ahead of the turn, and waits for it. Its number, and a list of what the
    /// calls gave. None: there are no more items, or an earlier turn has failed, and nothing has been done.
    pub fn in_turn(&mut self, turns: &Arc<Turns>, f: Value) -> R<Option<(u32, Value)>> {
        let is_wrong = "a turn runs in an atomic block of its own";
        if !self.is_atomic() || !self.tx.concurrent {
            return Err(self.runtime_error(is_wrong));
        }
        // A turn that is taken is not taken again when the transaction aborts.
        let Some((number, items)) = turns.begin(self.world.ident()) else {
            return Ok(None);
        };
        if self.tx.irrevocable && !turns.is(number) {
            return Err(self.runtime_error(is_wrong));
        }
        let world = self.world;
        world.set_age(turns.age + u64::from(number));
        world.set_ahead(!turns.is(number));
        self.interp.atomic.turn = Some(Turn {
            turns: Arc::clone(turns),
            number,
        });
        let part = self.begin_part()?;
        let since = Instant::now();
        let r = self.run_items(turns, number, items, f);
        if matches!(r, Err(t) if t.is_abort()) {
            return r.map(|_| None);
        }
        let ran = since.elapsed();
        if self.wait_for_turn()? {
            turns.ran.fetch_add(ran.as_nanos() as u64, Relaxed);
            self.interp.atomic.turn = None;
            return r.map(|results| Some((number, results)));
        }
        self.undo_part(part);
        Ok(None)
    }
    fn run_items(&mut self, turns: &Turns, number: u32, items: Range<usize>, f: Value) -> R {
        let mut results = ValueVec::new();
        let mut items = Some(items);
        while let Some(Range { start, end }) = items {
            let r = self.call(f, &[Value::small(start as i64), Value::small(end as i64)])?;
            results.push(self, r)?;
            items = if self.holds_awaited_lock() { None } else { turns.more(number) };
        }
        Ok(self.new_list_vec(results))
    }
    /// Waits until the turn has come. False: there will be none. The error is the abort that an earlier one has asked for.
    fn wait_for_turn(&mut self) -> R<bool> {
        let world = self.world;
        let Some(Turn { turns, number }) = &self.interp.atomic.turn else {
            return Ok(true);
        };
        let (turns, number) = (Arc::clone(turns), *number);
        let r = if turns.is(number) {
            Ok(true)
        } else {
            self.await_turn(&turns, number)
        };
        if r.is_ok() {
            world.set_ahead(false);
        }
        r
    }
    fn await_turn(&mut self, turns: &Turns, number: u32) -> R<bool> {
        let world = self.world;
        // Who is older asks for what this thread has open at once.
        let _awaits = world.awaits();
        let (since, mut waiting) = (Instant::now(), None);
        while !turns.is(number) {
            if turns.is_stopped() {
                return Ok(false);
            }
            let bits = world.poll_word();
            // An earlier turn may wait for a lock that this transaction gives back when it commits.
            if bits & (poll::ABORT | poll::BOUNDARY) != 0 || self.holds_awaited_lock() {
                self.tx.set_cause(if bits & poll::ABORT != 0 { Cause::Asked } else { Cause::Turn });
                return Err(Throw::ABORT);
            }
            world.safepoint(false);
            if turns.spins(number, since) {
                std::hint::spin_loop();
            } else if waiting.is_none() {
                // From here on it is called; it looks once more before it sleeps.
                waiting = Some(Waiting::new(turns, self));
            } else {
                world.wait_for_call(false, SLICE);
            }
        }
        Ok(true)
    }
    /// Between transactions: waits until a turn has ended before which there is no use to run again.
    pub(super) fn wait_for_turn_end(&mut self, end: &TurnEnd) {
        let world = self.world;
        world.set_ahead(false);
        let since = Instant::now();
        while !end.has_come() && end.turns.spins(end.number, since) {
            world.safepoint(true);
            std::hint::spin_loop();
        }
        let _waiting = Waiting::new(&end.turns, self);
        while !end.has_come() {
            if is_signalled(self) {
                break;
            }
            world.wait_for_call(true, SLICE);
        }
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
