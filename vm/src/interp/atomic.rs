//! Atomic blocks: stretches of Python code without a boundary inside, that the program has asked for.
//!
//! A block begins with a boundary, if one can be there (see `boundary`), and ends with one: so it is one transaction, and an
//! abort goes back to its begin. Blocks in blocks belong to the outermost one. In solo mode nothing is logged, so the world is
//! concurrent while a block runs: a block can wait for a change, and undo a part of itself, also when no other thread runs.
//!
//! An effect in a block makes its transaction irrevocable; only a transaction that has become so for its own progress, and has
//! had no effect, can still be undone.

use super::atomic_signals::Signals;
use super::ordered::{Turn, TurnEnd};
use crate::context::ctx;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::value::Value;
use std::time::{Duration, Instant};
use vasuki_stm::{Retry, poll};

/// How long the main thread waits before it looks for signals.
const SLICE: Duration = Duration::from_millis(50);

/// Slices in a row that find other threads blocked by one that waits for a lock: then it is a deadlock.
const DEADLOCK: u32 = 20;

/// A lock to wait for.
pub(crate) struct Free {
    /// its object, which lives until it has been waited for
    pub(crate) lock: Value,
    /// waits until it is free, and leaves it so; false: the time is over
    pub(crate) wait: Box<dyn Fn(Option<Instant>) -> bool + Send>,
}

/// The atomic blocks of a thread.
#[derive(Default)]
pub struct Atomic {
    /// for each block that is open, outermost first: register 0 of the frame that has begun it
    frames: Vec<usize>,
    /// the transaction waits for a change when it has been undone
    waits: bool,
    /// the transaction waits until a lock is free when it has been undone
    lock: Option<Free>,
    /// the block has a place in an order
    pub(super) turn: Option<Turn>,
    /// `or_else` calls that have another function to call
    alternatives: usize,
    /// it runs again after it has waited for a change
    runs_again: bool,
    /// until when it waits
    deadline: Option<Instant>,
    /// it has had an effect that cannot be undone, or is about to
    pub(crate) had_effect: bool,
    /// finalizers run after the outermost block: what they do is no part of it
    pub(super) finalizers_due: bool,
    pub(super) signals: Signals,
}
/// Where a part of a transaction has begun, with what the thread had then.
pub(super) struct Part {
    part: vasuki_stm::Part,
    depth: usize,
    handling: Value,
    context: Value,
    aborts: usize,
    commits: usize,
    made: usize,
    written: usize,
    locks: Vec<u64>,
    counts: Vec<(usize, u64)>,
}
/// What a transaction that was undone waits for.
pub(super) enum Afterwards {
    /// nothing
    Nothing,
    /// a change of what it had read
    Change,
    /// that a lock is free
    Lock(Free),
    /// that an earlier turn has ended
    Turn(TurnEnd),
}
impl Atomic {
    /// Is the transaction to be undone because it waits for something?
    pub(crate) fn wants_to_wait(&self) -> bool {
        self.waits || self.lock.is_some()
    }
    /// Does a part of the transaction run that may be undone alone?
    pub(super) fn has_parts(&self) -> bool {
        self.alternatives > 0
    }
    /// Blocks that are open.
    #[inline]
    pub(crate) fn depth(&self) -> usize {
        self.frames.len()
    }
    /// An abort has gone back to where so many blocks were open.
    pub(super) fn go_back_to(&mut self, depth: usize) {
        self.frames.truncate(depth);
    }
    /// For what is no part of the blocks: none is open, until the result is given to `enter_again`.
    pub(super) fn leave(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.frames)
    }
    pub(super) fn enter_again(&mut self, frames: Vec<usize>) {
        self.frames = frames;
    }
    /// Is the frame at `regs` that of the innermost block?
    #[inline]
    pub(super) fn is_in(&self, regs: *mut Value) -> bool {
        self.frames.last() == Some(&(regs as usize))
    }
}

impl Thread {
    /// Does an atomic block run?
    pub fn is_atomic(&self) -> bool {
        self.interp.atomic.depth() > 0
    }
    /// Begins an atomic block, in the running frame.
    pub fn enter_atomic(&mut self) -> R<()> {
        if !self.is_atomic() && (self.interp.direct || !self.tx.concurrent) {
            self.commit()?;
            self.world.world().be_concurrent();
            self.after_effect();
        }
        let regs = self.interp.regs as usize;
        self.interp.atomic.frames.push(regs);
        Ok(())
    }
    /// Ends the innermost block; the outermost one commits.
    pub fn exit_atomic(&mut self) -> R<()> {
        match self.interp.atomic.depth() {
            0 => return Err(self.runtime_error("there is no atomic block to leave")),
            1 if self.interp.direct && self.tx.concurrent => {
                self.commit()?;
                self.after_effect();
            }
            _ => {}
        }
        let a = &mut self.interp.atomic;
        a.frames.pop();
        if a.frames.is_empty() {
            a.runs_again = false;
            a.deadline = None;
            a.signals.end();
            if std::mem::take(&mut a.finalizers_due) {
                self.world.put_back(poll::FINALIZERS);
            }
        }
        self.output_error()
    }
    /// What undoes the transaction, waits until something changes that it has read, and runs it again: to be returned. After
    /// `timeout` in all it is TimeoutError instead.
    pub fn retry(&mut self, timeout: Option<Duration>) -> Throw {
        if !self.is_atomic() {
            return self.runtime_error("retry() outside of an atomic block");
        }
        if !self.is_undoable() {
            return self.runtime_error("retry() in a transaction that is irrevocable: it has had an effect that cannot be undone");
        }
        if self.interp.atomic.alternatives > 0 {
            self.interp.atomic.waits = true;
            return Throw::ABORT;
        }
        let never = if self.tx.has_seen_nothing() {
            "the atomic block has read nothing that another thread could change"
        } else if timeout.is_none() && !self.world.world().has_others() {
            "there is no other thread that could change what the atomic block has read"
        } else {
            ""
        };
        if !never.is_empty() {
            return self.runtime_error(&format!("retry() would wait for ever: {never}"));
        }
        let now = Instant::now();
        let a = &mut self.interp.atomic;
        if !a.runs_again {
            a.deadline = timeout.and_then(|t| now.checked_add(t));
        }
        if a.deadline.is_some_and(|d| d <= now) {
            return self.timeout_error("nothing has changed in time");
        }
        self.interp.atomic.waits = true;
        Throw::ABORT
    }
    /// Can the running transaction be undone, even if it is irrevocable so that it ends at last?
    pub(super) fn is_undoable(&self) -> bool {
        self.tx.concurrent && self.interp.checkpoint.valid && !self.interp.after_effect && !self.interp.atomic.had_effect
    }
    /// An atomic block wants a lock that somebody holds, who may want what the transaction has: it is undone, and runs again
    /// when the lock is free. None: it cannot be undone.
    pub(crate) fn wait_outside(&mut self, free: Free) -> Option<Throw> {
        self.is_undoable().then(|| {
            self.interp.atomic.lock = Some(free);
            Throw::ABORT
        })
    }
    /// The same of one that cannot be undone: it waits inside, until `end`. False: the time is over. RuntimeError if it would
    /// wait for ever, since others wait for it.
    pub(crate) fn wait_inside(&mut self, end: Option<Instant>, take: impl Fn(Option<Instant>) -> bool) -> R<bool> {
        let world = self.world;
        let mut awaited = 0;
        loop {
            let slice = Instant::now() + SLICE;
            let until = end.map_or(slice, |e| e.min(slice));
            if self.detached_inside(|| take(Some(until))) {
                return Ok(true);
            }
            if end.is_some_and(|e| Instant::now() >= e) {
                return Ok(false);
            }
            crate::signals::handle(self)?;
            awaited = if world.others_are_blocked() { awaited + 1 } else { 0 };
            if awaited > DEADLOCK {
                let text = "deadlock: a transaction that cannot be undone waits for a lock or generator, while other threads wait for it";
                return Err(self.runtime_error(text));
            }
        }
    }
    /// Undoes the transaction. Gives what it waits for then.
    pub(super) fn undo(&mut self) -> Afterwards {
        let world = self.world;
        let a = &mut self.interp.atomic;
        a.had_effect = false;
        let (waits, lock) = (std::mem::take(&mut a.waits), a.lock.take());
        if let Some(end) = self.interp.atomic.turn.take().and_then(Turn::wait) {
            // It has lost to an earlier one, as it must, or wants to wait for a change, which an earlier one may make.
            self.tx.abort(world);
            self.tx.aborts_in_row = 0;
            return Afterwards::Turn(end);
        }
        if !waits && lock.is_none() {
            if self.tx.irrevocable {
                // For its own progress only: it makes place for a signal.
                self.tx.abandon(world);
            } else {
                self.tx.abort(world);
            }
            return Afterwards::Nothing;
        }
        let r = if waits {
            self.interp.atomic.runs_again = true;
            self.tx.retry(world)
        } else {
            self.tx.abandon(world);
            Retry::Changed
        };
        // It has not lost to anybody.
        self.tx.aborts_in_row = 0;
        match lock {
            Some(l) => Afterwards::Lock(l),
            None if r == Retry::Waiting => Afterwards::Change,
            None => Afterwards::Nothing,
        }
    }
    /// Between transactions: waits for what the one that was undone wants.
    pub(super) fn wait_for(&mut self, what: Afterwards) {
        match what {
            Afterwards::Nothing => {}
            Afterwards::Change => self.wait_for_change(),
            Afterwards::Lock(free) => self.wait_for_lock(&free),
            Afterwards::Turn(end) => self.wait_for_turn_end(&end),
        }
    }
    /// Waits until the lock is free, or a signal arrives.
    fn wait_for_lock(&mut self, free: &Free) {
        let lock = std::hint::black_box(free.lock);
        let world = self.world;
        let main = crate::signals::is_main(self);
        loop {
            let until = main.then(|| Instant::now() + SLICE);
            let is_free = world.detached(true, || (free.wait)(until));
            if is_free || main && world.poll_word() & poll::SIGNAL != 0 {
                break;
            }
        }
        // Until here the collector finds it on this thread's stack.
        std::hint::black_box(lock);
    }
    /// Waits for a change of what the transaction had read that was undone; or until its time is over, or a signal arrives.
    fn wait_for_change(&mut self) {
        let world = self.world;
        let main = crate::signals::is_main(self);
        let deadline = self.interp.atomic.deadline;
        loop {
            let left = deadline.map(|d| d.saturating_duration_since(Instant::now()));
            let slice = match left {
                Some(t) if main => Some(t.min(SLICE)),
                None if main => Some(SLICE),
                t => t,
            };
            let changed = world.detached(true, || world.wait_for_change(slice));
            if changed || left == Some(Duration::ZERO) || main && world.poll_word() & poll::SIGNAL != 0 {
                break;
            }
        }
        world.stop_waiting();
    }
    /// A part of the running transaction begins, which can be undone alone: it logs, and has had no effect that cannot be undone. It
    /// may be irrevocable so that it ends at last.
    pub(super) fn begin_part(&mut self) -> R<Part> {
        // What was put off before is no part of it.
        self.settle_all()?;
        Ok(Part {
            part: self.tx.begin_part(self.world),
            depth: self.interp.atomic.depth(),
            handling: self.handling,
            context: self.context,
            aborts: self.on_abort.len(),
            commits: self.on_commit.len(),
            made: self.finalizable.made(),
            written: self.interp.output.len(),
            locks: self.lock_counts(),
            counts: self.tallies.counts(),
        })
    }
    /// Undoes what has been done since the part has begun.
    pub(super) fn undo_part(&mut self, p: Part) {
        for undo in self.on_abort.split_off(p.aborts).into_iter().rev() {
            undo(self);
        }
        self.deferred.forget();
        self.tx.undo_part(self.world, p.part);
        self.undo_locks(&p.locks);
        self.tallies.go_back_to(p.counts);
        self.on_commit.truncate(p.commits);
        self.finalizable.forget_since(p.made);
        self.interp.output.truncate(p.written);
        self.interp.atomic.go_back_to(p.depth);
        self.handling = p.handling;
        self.context = p.context;
    }
    /// Calls the first function; if that wants to wait for a change, undoes what it has done and calls the next one. If all
    /// want to wait, the transaction waits for what any of them has read.
    pub fn or_else(&mut self, functions: &[Value]) -> R {
        let Some((last, others)) = functions.split_last() else {
            return Err(self.type_error("or_else() takes at least one function"));
        };
        for f in others {
            if !self.tx.concurrent || self.tx.irrevocable && !self.is_undoable() {
                // Nothing could be undone.
                return self.call(*f, &[]);
            }
            let part = self.begin_part()?;
            self.interp.atomic.alternatives += 1;
            let r = self.call(*f, &[]);
            self.interp.atomic.alternatives -= 1;
            match r {
                Err(t) if t.is_abort() && self.interp.atomic.waits => {}
                r => return r,
            }
            self.interp.atomic.waits = false;
            self.undo_part(part);
        }
        self.call(*last, &[])
    }
    /// Warns of a call that may block in an atomic block.
    pub(super) fn warn_of_blocking(&mut self) -> R<()> {
        if std::mem::replace(&mut self.interp.atomic.had_effect, true) {
            return Ok(());
        }
        self.irrevocable()?;
        let text = "a call that may block, in an atomic block: other threads wait for its end, and it cannot be undone";
        let category = ctx().types.RuntimeWarning;
        crate::warn::warn(self, category, text, 1)
    }
    /// The error of a generator or coroutine that suspends itself in an atomic block.
    #[cold]
    pub(super) fn suspended_in_atomic(&mut self) -> Throw {
        self.runtime_error("a generator or coroutine cannot be suspended in its own atomic block")
    }
}
