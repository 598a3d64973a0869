//! Boundaries: where transactions end and begin, and what an abort goes back to.
//!
//! A boundary falls in a loop of the interpreter, or where native code called directly from a loop says so
//! ([`Thread::blocking`], [`Thread::commit_point`]). There the **checkpoint** is set: the running frame is copied. When that
//! frame returns, its caller is copied before it goes on (the return barrier: flag MARKED). An abort undoes the heap, goes
//! back to the loop that has set the checkpoint, copies the frames back and goes on there.
//!
//! Native code calls Python code in a loop of its own, a nested one. A checkpoint of that loop ends with its last frame:
//! there the transaction is committed, and the native code goes on in one that has no checkpoint. As it cannot be
//! repeated, that is *pinned* at its first access to a shared object: it is irrevocable until the next boundary. So boundaries
//! fall in nested loops only for a reason: see `ends_inside`.

use super::publish::Publish;
use super::{HEADER, code_of, frame_flag};
use crate::conflicts::{Activity, Why};
use crate::object::{Obj, flag};
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;
use vasuki_stm::{Cause, meta, poll};

/// Aborts in a row after which a transaction runs irrevocably, so that every transaction ends.
const PATIENCE: u32 = 8;
/// Ticks (of 2 ms) after which a transaction ends in a loop that native code runs, if others wait for its end.
const TICKS_INSIDE: u32 = 25;
/// Requests that may wait for the end of a critical section.
const MINOR: u32 = poll::ALWAYS | poll::TICK | poll::LIMIT | poll::WANTED;
/// Requests that are served inside of native code; the others stay for the next boundary, for long maybe.
const INSIDE: u32 = poll::STOP | poll::BOUNDARY | poll::ABORT | poll::SIGNAL | poll::FINALIZERS;
/// Requests that an abort does not serve.
const KEPT: u32 = poll::SIGNAL | poll::FINALIZERS;

/// What an abort goes back to.
#[derive(Default)]
pub struct Checkpoint {
    /// is there one?
    pub valid: bool,
    regs: usize,
    pc: usize,
    depth: usize,
    /// the loop that set it, which aborts end at
    nesting: usize,
    atomic: usize,
    handling: u64,
    context: u64,
    /// register 0 of the lowest frame that was copied
    lowest: usize,
    /// (first word, number of words) of the copies
    ranges: Vec<(usize, usize)>,
    words: Vec<u64>,
    frames: Vec<(usize, Value)>,
}
impl Checkpoint {
    /// Calls `f` with every word that may be a root.
    pub fn roots(&self, f: &mut dyn FnMut(u64)) {
        self.words.iter().for_each(|&w| f(w));
        self.frames.iter().for_each(|x| f(x.1.0));
        f(self.handling);
        f(self.context);
    }
    /// Copies a frame and marks it.
    fn save(&mut self, regs: *mut Value) {
        // SAFETY: `regs` is register 0 of a live frame of this thread.
        unsafe {
            (*regs.sub(3)).0 |= frame_flag::MARKED;
            let n = HEADER + code_of(regs).tables().nregs as usize;
            let first = regs.sub(HEADER).cast::<u64>();
            self.ranges.push((first as usize, n));
            self.words.extend_from_slice(std::slice::from_raw_parts(first, n));
        }
        self.lowest = regs as usize;
    }
}

impl Thread {
    /// The transaction begins again at the running frame, which goes on at `pc`.
    pub(crate) fn set_checkpoint(&mut self, pc: *const AtomicU64) {
        let s = &mut self.interp;
        s.after_effect = false;
        let c = &mut s.checkpoint;
        // What is copied stays alive.
        c.ranges.clear();
        c.words.clear();
        if !self.tx.concurrent {
            c.valid = false;
            c.frames.clear();
            return;
        }
        c.valid = true;
        c.regs = s.regs as usize;
        c.pc = pc as usize;
        c.depth = s.depth;
        c.nesting = s.nesting;
        c.atomic = s.atomic.depth();
        c.handling = self.handling.0;
        c.context = self.context.0;
        c.frames.clone_from(&s.frames);
        c.save(s.regs);
    }
    /// The frame at `regs` returns to `caller`: keeps what an abort needs of the caller.
    #[cold]
    pub(crate) fn return_barrier(&mut self, regs: *mut Value, caller: *mut Value) {
        let c = &mut self.interp.checkpoint;
        if self.tx.concurrent && c.valid && c.lowest == regs as usize && !caller.is_null() {
            c.save(caller);
        }
    }
    /// Commits what was done so far. On a conflict nothing has happened.
    #[inline]
    pub(crate) fn commit(&mut self) -> R<()> {
        self.note_turns()?;
        let nothing = self.tx.is_empty()
            && !self.tx.irrevocable
            && self.tx.aborts_in_row == 0
            && self.deferred.is_empty()
            && self.interp.to_share.is_empty()
            && self.interp.output.is_empty()
            && self.changed.is_empty()
            && self.on_abort.is_empty()
            && self.on_commit.is_empty()
            && self.locks.is_empty()
            && self.tallies.is_empty()
            && self.keep_alive.is_empty();
        if !nothing {
            return self.commit_all();
        }
        self.finalizable.commit();
        Ok(())
    }
    #[inline(never)]
    fn commit_all(&mut self) -> R<()> {
        if self.deferred.is_empty() {
            return self.commit_settled();
        }
        self.world.set_ends(true);
        let r = self.settle_all().and_then(|_| self.commit_settled());
        self.world.set_ends(false);
        r
    }
    fn commit_settled(&mut self) -> R<()> {
        if self.interp.output.is_empty() {
            return self.commit_silently();
        }
        let _order = self.output_order();
        if self.tx.concurrent {
            // Others may have written what follows from changes of what this transaction has read.
            self.tx.move_to_now(self.world)?;
        }
        self.commit_silently()?;
        self.write_output(true);
        Ok(())
    }
    fn commit_silently(&mut self) -> R<()> {
        if self.tx.concurrent {
            self.take_looked_at(false)?;
            let mut publish = Publish::new(&self.interp.to_share, &self.changed);
            self.tx.commit(self.world, &mut publish)?;
        }
        self.deferred.committed();
        self.tallies.commit();
        self.commit_locks();
        self.finalizable.commit();
        self.interp.to_share.clear();
        self.changed.clear();
        self.on_abort.clear();
        self.keep_alive.clear();
        self.record_commit();
        if !self.on_commit.is_empty() {
            for f in std::mem::take(&mut self.on_commit) {
                f(self);
            }
        }
        self.let_others_go();
        Ok(())
    }
    /// Begins the next transaction, in the world's present mode. The last one has been committed.
    pub(crate) fn begin(&mut self) {
        debug_assert!(
            self.others_stand.is_none(),
            "only a transaction that commits makes the others stand"
        );
        let world = self.world;
        self.interp.atomic.had_effect = false;
        self.interp.put_off = false;
        self.interp.ticks_inside = 0;
        self.interp.wanted_inside = false;
        self.tx.begin(world);
        if let Some(r) = &mut self.recorder {
            r.begin();
        }
        self.tx.limit = self.interp.length.limit();
    }
    /// Makes the transaction that has just begun irrevocable: there is nothing that it could go back to.
    pub(crate) fn pin(&mut self) {
        self.interp.checkpoint.valid = false;
        let world = self.world;
        while self.tx.concurrent && self.tx.become_irrevocable(world).is_err() {
            self.tx.abort(world);
            world.safepoint(true);
            self.begin();
        }
        if self.recorder.is_some() && self.tx.concurrent {
            self.record_irrevocable(Why::AfterEffect);
        }
    }
    /// Undoes the transaction and puts the frames back; the interpreter goes on with `interp.regs` and `interp.pc`.
    pub(crate) fn abort(&mut self) {
        debug_assert!(
            self.interp.checkpoint.valid && !self.interp.after_effect,
            "only what can be undone is aborted: see Thread::go_on and Thread::pin"
        );
        if self.recorder.is_some() {
            self.record_abort();
        }
        for f in std::mem::take(&mut self.on_abort).into_iter().rev() {
            f(self);
        }
        self.deferred.forget();
        self.tallies.abort();
        self.keep_alive.clear();
        self.on_commit.clear();
        self.interp.output.truncate(0);
        self.interp.to_share.clear();
        self.changed.clear();
        self.finalizable.abort();
        let world = self.world;
        let afterwards = self.undo();
        self.abort_locks();
        if self.recorder.is_some() {
            self.record_undone();
        }
        let s = &mut self.interp;
        let c = &s.checkpoint;
        // Callees lie in the registers of their callers: what was copied first comes last.
        let mut end = c.words.len();
        for &(first, n) in c.ranges.iter().rev() {
            end -= n;
            for (i, &w) in c.words[end..end + n].iter().enumerate() {
                // SAFETY: the range was copied from this thread's VM stack, which is still mapped.
                unsafe { *(first as *mut u64).add(i) = w };
            }
        }
        s.regs = c.regs as *mut Value;
        s.pc = c.pc as *const AtomicU64;
        s.depth = c.depth;
        s.atomic.go_back_to(c.atomic);
        s.frames.clone_from(&c.frames);
        self.handling = Value(c.handling);
        s.tracing.forget();
        self.context = Value(c.context);
        // SAFETY: the frame has just been put back.
        unsafe { s.set_top() };
        s.length.undone(world.take_waits());
        world.set_patience(s.length.patience());
        let tries = self.tx.aborts_in_row;
        world.put_back(world.take_requests() & KEPT);
        self.wait_for(afterwards);
        if tries > 2 {
            let micros = (1u64 << tries.min(10)) + (crate::hash::int(self.tx.tag as i64) as u64 & 15);
            let time = std::time::Duration::from_micros(micros);
            world.detached(true, || std::thread::sleep(time));
            world.count_wait(time);
        } else {
            world.safepoint(true);
            world.give_way();
        }
        if self.is_atomic() {
            world.world().be_concurrent();
        }
        if self.recorder.is_some() {
            self.record_lost_time();
        }
        self.begin();
        if tries > PATIENCE {
            // Nothing is logged yet: a conflict here only means that somebody older is waiting.
            while self.tx.concurrent && self.tx.become_irrevocable(world).is_err() {
                self.tx.abort(world);
                world.safepoint(true);
                self.begin();
            }
            if self.recorder.is_some() && self.tx.concurrent {
                self.record_irrevocable(Why::Aborts);
            }
        }
        let pc = self.interp.pc;
        self.set_checkpoint(pc);
        self.signals_before_block();
    }

    /// Serves the poll word; `interp.pc` is where the running frame goes on.
    #[cold]
    #[inline(never)]
    pub(crate) fn poll(&mut self) -> R<()> {
        let world = self.world;
        let asked = world.take_requests();
        let mut bits = asked;
        if bits & poll::ALWAYS != 0 {
            bits |= crate::hostile::poll_bits();
        }
        if bits & poll::TICK != 0 {
            crate::jit::sample(self);
        }
        let boundary = !self.is_atomic() && (self.interp.nesting == 1 || self.ends_inside(asked, bits));
        // What native code has begun is rather kept.
        let keeps = boundary && !self.has_own_checkpoint();
        if bits & poll::ABORT != 0 && self.tx.concurrent && self.can_abort() && !keeps {
            world.put_back(bits & KEPT);
            self.tx.set_cause(Cause::Asked);
            return Err(Throw::ABORT);
        }
        if boundary && bits & !MINOR == 0 && !self.interp.put_off && self.is_in_looked_at() {
            self.interp.put_off = true;
            return Ok(());
        }
        if boundary && bits & !MINOR == 0 && self.is_held_up() {
            return Ok(());
        }
        if boundary && bits & !poll::ALWAYS != 0 {
            if let Err(t) = self.commit() {
                world.put_back(bits & KEPT);
                return Err(t);
            }
            self.interp.length.committed(world.take_waits());
            world.set_patience(self.interp.length.patience());
            world.safepoint(true);
            world.give_way();
            if bits & poll::TICK != 0 {
                world.world().try_solo();
            }
            self.begin();
            let pc = self.interp.pc;
            self.set_checkpoint(pc);
        } else if bits & (poll::STOP | poll::BOUNDARY) != 0 {
            world.safepoint(false);
        }
        if bits & poll::FINALIZERS != 0 && crate::memory::heap().is_external_due() {
            self.out_of_memory = true;
        }
        if bits & poll::FINALIZERS != 0 && self.is_atomic() {
            self.interp.atomic.finalizers_due = true;
        } else if bits & poll::FINALIZERS != 0
            && let Err(t) = crate::finalizers::run_due(self)
        {
            world.put_back(bits & KEPT);
            return Err(t);
        }
        if bits & poll::SIGNAL != 0 && crate::signals::is_main(self) {
            self.serve_signals()?;
        }
        Ok(())
    }
    /// For native code that may run long, between its steps: stands still when the world must, and serves signals. Python
    /// code may run meanwhile.
    #[inline]
    pub fn poll_inside(&mut self) -> R<()> {
        if self.world.poll_word() & INSIDE == 0 {
            Ok(())
        } else {
            self.serve_inside()
        }
    }
    #[cold]
    #[inline(never)]
    fn serve_inside(&mut self) -> R<()> {
        let world = self.world;
        let bits = world.take_requests();
        let stops = poll::STOP | poll::BOUNDARY;
        // Whoever waits for this thread's next boundary does not wait for the end of the loop.
        if bits & (poll::ABORT | poll::BOUNDARY) != 0 && self.tx.concurrent && self.can_abort() {
            world.put_back(bits & KEPT);
            self.tx.set_cause(if bits & poll::ABORT != 0 { Cause::Asked } else { Cause::Turn });
            return Err(Throw::ABORT);
        }
        if bits & stops != 0 {
            world.safepoint(false);
        }
        if bits & poll::FINALIZERS != 0 && crate::memory::heap().is_external_due() && crate::memory::is_full(self) {
            world.put_back(bits & KEPT);
            return Err(self.memory_error());
        }
        let signal = bits & poll::SIGNAL != 0 && crate::signals::is_main(self);
        // The rest is for the next boundary.
        world.put_back(bits & !(stops | if signal { poll::SIGNAL } else { 0 }));
        if signal { self.serve_signals() } else { Ok(()) }
    }
    /// Was the checkpoint set by the loop that runs now, so that an abort goes on in it?
    pub(crate) fn has_own_checkpoint(&self) -> bool {
        let c = &self.interp.checkpoint;
        c.valid && !self.interp.after_effect && c.nesting == self.interp.nesting
    }
    /// Does the transaction end at a poll of a loop that native code runs? It does where nothing is lost by that. Where an
    /// abort would go back to before the native call, it goes on, unless others wait for long: for the native code could
    /// not be undone any more, and would disturb them more than it does now.
    /// `asked`: without what hostile modes add.
    fn ends_inside(&mut self, asked: u32, bits: u32) -> bool {
        let s = &mut self.interp;
        if s.whole > 0 {
            return false;
        }
        s.ticks_inside += u32::from(asked & poll::TICK != 0);
        let waits = asked & (poll::WANTED | poll::ABORT | poll::BOUNDARY) != 0 || !s.output.is_empty();
        s.wanted_inside |= waits || !self.tx.concurrent;
        let ripe = s.ticks_inside >= TICKS_INSIDE && (s.wanted_inside || !self.can_abort());
        ripe || self.has_own_checkpoint() || bits & poll::TICK != 0 && bits & poll::ALWAYS != 0 && crate::hostile::splits_inside()
    }
    /// Runs `f`, native code that calls Python code, in one transaction: unless that blocks, others see nothing of it before its
    /// end.
    pub(crate) fn in_whole<T>(&mut self, f: impl FnOnce(&mut Thread) -> T) -> T {
        self.interp.whole += 1;
        let r = f(self);
        self.interp.whole -= 1;
        r
    }
    /// The lowest frame of a loop is left: what was done since the checkpoint in it is committed. On a conflict it is still
    /// there.
    pub(super) fn leave_loop(&mut self) -> R<()> {
        if !self.tx.concurrent {
            return Ok(());
        }
        if self.interp.nesting == 1 {
            self.commit()?;
            self.begin();
            self.pin();
        } else if self.has_own_checkpoint() {
            self.commit()?;
            self.begin();
            self.interp.after_effect = self.tx.concurrent;
            self.interp.checkpoint.valid = self.tx.concurrent;
        }
        Ok(())
    }
    /// A loop begins that native code runs. If no object was looked at since the last effect, aborts need not go back further.
    pub(super) fn enter_loop(&mut self) {
        if self.interp.after_effect && self.tx.concurrent && !self.tx.irrevocable && self.commit().is_ok() {
            self.begin();
            let pc = self.interp.pc;
            self.set_checkpoint(pc);
        }
    }
    /// Can the running transaction be undone?
    pub(crate) fn can_abort(&self) -> bool {
        self.interp.checkpoint.valid && !self.interp.after_effect && !self.tx.irrevocable
    }
    /// Ends the transaction before an effect that cannot be undone.
    fn before_effect(&mut self) -> R<()> {
        if self.tx.concurrent { self.commit() } else { Ok(()) }
    }
    /// Begins the transaction after an effect: when the native function returns, the interpreter sets the checkpoint.
    pub(super) fn after_effect(&mut self) {
        self.begin();
        if !self.tx.concurrent {
            return;
        }
        if self.interp.direct {
            self.interp.after_effect = true;
        } else {
            self.pin();
        }
    }
    /// What was done before is committed, and will not be done again: for native code about to do something that others
    /// see at once. If it touches objects afterwards, the transaction becomes irrevocable: see [`Thread::go_on`].
    pub fn commit_point(&mut self) -> R<()> {
        if !self.tx.concurrent {
            return Ok(());
        }
        if self.is_atomic() {
            return self.irrevocable();
        }
        self.before_effect()?;
        self.after_effect();
        Ok(())
    }
    /// Runs `f`, which may block and touches no object, while other threads (and collections) go on.
    pub fn blocking<T>(&mut self, f: impl FnOnce() -> T) -> R<T> {
        if self.is_atomic() {
            self.warn_of_blocking()?;
            return Ok(self.detached_inside(f));
        }
        self.note_turns()?;
        self.before_effect()?;
        let since = self.recorder.is_some().then(Instant::now);
        let v = self.world.detached(true, f);
        if let (Some(r), Some(since)) = (&mut self.recorder, since) {
            r.did(Activity::Blocked, since);
        }
        if self.tx.concurrent || self.world.is_concurrent() {
            self.after_effect();
        }
        Ok(v)
    }
    /// Nothing aborts from here to the next checkpoint, if an effect has happened that has no checkpoint behind it yet. The
    /// first access to a shared object after an effect does this: whatever native code does after the effect, and the way of
    /// an exception that it raises, cannot be repeated.
    #[inline]
    pub fn go_on(&mut self) {
        if self.interp.after_effect && self.tx.concurrent && !self.tx.irrevocable {
            self.pin();
        }
    }
    /// Runs `f` if the transaction aborts; `v` stays alive until it has ended.
    pub fn if_aborted(&mut self, v: Value, f: impl FnOnce(&mut Thread) + 'static) {
        if self.tx.concurrent {
            self.keep_alive.push(v);
            self.on_abort.push(Box::new(f));
        }
    }
    /// May this thread use an object that it found in a table of the VM? Not if it is private to another thread.
    pub fn can_see(&self, o: Obj) -> bool {
        let h = o.header();
        !self.tx.concurrent || self.tx.owns(h) || self.world.is_shared(h.meta.load(Relaxed)) || o.has_flag(flag::SHARED)
    }
    /// May this thread use an object that it found in the heap, or run its finalizer? Not if it is private to another thread, even one that is detached
    /// while this one runs solo.
    pub(crate) fn may_touch(&self, o: Obj) -> bool {
        let m = o.header().meta.load(Relaxed);
        self.world.is_shared(m) || meta::owner(m) == self.world.number() || o.has_flag(flag::SHARED)
    }
    /// Makes what this transaction has made, and `v` leads to, visible to other threads now, even if the transaction aborts:
    /// for what is found in tables of the VM. Nothing of it has been changed since an earlier transaction.
    pub(crate) fn share_now(&mut self, v: Value) {
        if self.tx.concurrent {
            let now = self.world.clock().now();
            Publish::new(&[], &[]).publish_value(v, now, &self.tx);
        }
    }
    /// Makes `v` visible to other threads at the next commit.
    pub fn share(&mut self, v: Value) {
        if self.tx.concurrent {
            self.interp.to_share.push(v);
        }
    }
    /// Another thread is about to start: from here on transactions are logged. Call after [`Thread::commit_point`]. False:
    /// there are too many threads.
    pub fn expect_thread(&mut self) -> bool {
        let more = self.world.world().expect_thread();
        if !self.tx.concurrent {
            self.after_effect();
        }
        more
    }
}

/// Body of a thread: runs `f` in transactions. What `f` does outside of Python code is irrevocable.
pub(crate) fn run_transactions(th: &mut Thread, f: impl FnOnce(&mut Thread)) {
    th.begin();
    th.pin();
    f(th);
    // What is private to this thread, nobody else can finalize.
    if let Err(t) = crate::finalizers::run_due(th) {
        crate::thread::unraisable(th, Err(t), Value::NONE);
    }
    if th.commit().is_err() {
        unreachable!("outside of Python code transactions are irrevocable");
    }
}
