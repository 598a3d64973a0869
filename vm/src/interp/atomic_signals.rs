//! Signals that arrive in an atomic block: their handlers are no part of it.
//!
//! A handler runs after the block; if that takes long, the block is undone, and the handler runs before it begins again. Each time
//! it waits longer, so that a block ends at last, however often signals come. Only in a block that cannot be undone do handlers
//! run inside.

use crate::signals;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::value::Value;
use std::time::{Duration, Instant};
use vasuki_stm::{Cause, poll};

/// How long a signal waits for the end of a block that has not been undone for one yet.
const PATIENCE: Duration = Duration::from_millis(20);
/// So often it becomes twice as long.
const DOUBLED: u32 = 10;

/// What signals there are for the running block.
#[derive(Default)]
pub(super) struct Signals {
    /// since when one waits for its end
    since: Option<Instant>,
    /// how often it has been undone for one
    undone: u32,
    /// what a handler has raised before the block began again, which is raised at the next poll
    raised: Option<Value>,
}
impl Signals {
    /// Calls `f` with every word that may be a root.
    pub(super) fn roots(&self, f: &mut dyn FnMut(u64)) {
        self.raised.iter().for_each(|v| f(v.0));
    }
    /// The block has ended.
    pub(super) fn end(&mut self) {
        (self.since, self.undone) = (None, 0);
    }
    fn may_wait(&mut self) -> bool {
        let now = Instant::now();
        now - *self.since.get_or_insert(now) < PATIENCE * (1 << self.undone.min(DOUBLED))
    }
}

impl Thread {
    /// The main thread was told of a signal.
    pub(super) fn serve_signals(&mut self) -> R<()> {
        let world = self.world;
        if self.interp.atomic.signals.raised.is_some() {
            // It is raised once: what follows must not be undone.
            if let Err(t) = self.irrevocable() {
                world.put_back(poll::SIGNAL);
                return Err(t);
            }
            if signals::pending() {
                world.put_back(poll::SIGNAL);
            }
            let raised = self.interp.atomic.signals.raised.take();
            return raised.map_or(Ok(()), |e| Err(Throw::exception(e)));
        }
        if self.is_atomic() && self.is_undoable() && self.interp.atomic.turn.is_none() {
            if self.interp.atomic.signals.may_wait() {
                world.put_back(poll::SIGNAL);
                return Ok(());
            }
            world.put_back(poll::SIGNAL);
            self.interp.atomic.signals.since = None;
            self.interp.atomic.signals.undone += 1;
            self.tx.set_cause(Cause::Other);
            return Err(Throw::ABORT);
        }
        if let Err(t) = self.irrevocable() {
            world.put_back(poll::SIGNAL);
            return Err(t);
        }
        signals::handle(self)
    }
    /// An atomic block has been undone, and is about to run again: runs the handlers of signals first, in a transaction of their
    /// own.
    pub(super) fn signals_before_block(&mut self) {
        let world = self.world;
        let waits = self.is_atomic() && self.interp.atomic.turn.is_none() && signals::is_main(self);
        // What one has raised is raised before others run: the next poll looks for it.
        let has_raised = self.interp.atomic.signals.raised.is_some();
        if !waits || has_raised || world.poll_word() & poll::SIGNAL == 0 {
            return;
        }
        world.put_back(world.take_requests() & !poll::SIGNAL);
        let blocks = self.interp.atomic.leave();
        self.pin();
        let r = signals::handle(self);
        if self.commit().is_err() {
            unreachable!("without a checkpoint transactions are irrevocable");
        }
        self.interp.atomic.enter_again(blocks);
        if let Err(t) = r {
            self.interp.atomic.signals.raised = t.value();
            world.put_back(poll::SIGNAL);
        }
        self.begin();
        let pc = self.interp.pc;
        self.set_checkpoint(pc);
    }
}
