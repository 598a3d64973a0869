//! Who waits and who gives way when a transaction meets an object that another one has open.
//!
//! An owner that runs is asked to commit at its next boundary, and waited for: most are there at once. If it does not, the
//! younger of the two aborts itself after a little while; the older one waits longer, for the owner has done much that it
//! would have to do again, and then asks it to abort. An owner that waits for an object itself is not waited for: the younger
//! one of the two aborts now. The irrevocable one waits for all and is asked by none. A transaction keeps its age over aborts,
//! so each becomes the oldest at last. Nobody waits for ever holding objects: whoever waits looks at his own poll word, and
//! only the irrevocable one waits without a limit.

use crate::mutant::{Mutant, is_mutant};
use crate::sync::{atomic::Ordering::*, pause};
use crate::tx::{Conflict, Tx};
use crate::world::{WorldThread, poll};

/// Rounds of waiting before the ages are compared; the owner mostly is about to commit.
const PATIENT: u32 = if cfg!(any(loom, shuttle)) { 0 } else { 8 };
/// Rounds that the younger transaction waits for an owner that runs.
const YOUNGER: u32 = if cfg!(any(loom, shuttle)) { 1 } else { 60 };
/// Rounds that the older one waits before it asks.
const OLDER: u32 = if cfg!(any(loom, shuttle)) { 1 } else { 1000 };
/// Rounds after which even the older transaction aborts: the owner may be blocked by what this one has open.
const LIMIT: u32 = if cfg!(any(loom, shuttle)) { 3 } else { 200 };
/// Rounds of waiting to be irrevocable after which nobody else comes first.
const RESERVE: u32 = if cfg!(any(loom, shuttle)) { 1 } else { 8 };

impl WorldThread {
    /// An object is open by `owner`: waits a little.
    pub(crate) fn wait_for_owner(&self, tx: &Tx, owner: u16, round: &mut u32) -> Result<(), Conflict> {
        let bits = self.poll.load(Acquire);
        if bits & poll::STOP != 0 && !is_mutant(Mutant::WaiterIgnoresStop) {
            self.safepoint(false);
        }
        if tx.irrevocable {
            self.ask(owner, poll::ABORT);
        } else if bits & (poll::ABORT | poll::BOUNDARY) != 0 {
            return Err(Conflict);
        } else if *round == PATIENT {
            self.ask(owner, poll::TICK);
        } else if *round > PATIENT {
            let blocked = self.world.by_number(owner).is_none_or(|t| t.waiting.load(Relaxed));
            let older = self.is_older_than(owner);
            let enough = blocked || *round > if older { OLDER } else { YOUNGER };
            if *round > OLDER + LIMIT || enough && !older {
                return Err(Conflict);
            }
            if enough {
                self.ask(owner, poll::ABORT);
            }
        }
        self.waiting.store(true, Relaxed);
        pause(*round);
        self.waiting.store(false, Relaxed);
        *round += 1;
        Ok(())
    }
    fn ask(&self, owner: u16, bit: u32) {
        if let Some(t) = self.world.by_number(owner)
            && t.poll_word() & bit == 0
        {
            t.request(bit);
        }
    }
    fn is_older_than(&self, owner: u16) -> bool {
        self.world.irrevocable.load(Acquire) != u32::from(owner)
            && self
                .world
                .by_number(owner)
                .is_none_or(|t| self.age.load(Relaxed) < t.age.load(Relaxed))
    }

    /// Waits until no other transaction is irrevocable. Whoever is may want what this transaction has open: it asks, and
    /// this one does not wait on.
    pub(crate) fn begin_irrevocable(&self) -> Result<(), Conflict> {
        let me = u32::from(self.number());
        let r = self.wait_for_turn(me);
        // Whoever waits here, or has the turn, is the only one that changes its own place.
        let _ = self.world.next_irrevocable.compare_exchange(me, 0, AcqRel, Relaxed);
        r
    }
    fn wait_for_turn(&self, me: u32) -> Result<(), Conflict> {
        let mut round = 0;
        loop {
            // A thread that becomes irrevocable again and again does not pass by one that waits.
            let next = self.world.next_irrevocable.load(Acquire);
            if (next == 0 || next == me) && self.world.irrevocable.compare_exchange(0, me, AcqRel, Relaxed).is_ok() {
                return Ok(());
            }
            if is_mutant(Mutant::TwoIrrevocable) {
                return Ok(());
            }
            let bits = self.poll.load(Acquire);
            if bits & (poll::ABORT | poll::BOUNDARY) != 0 || round > 2 * LIMIT {
                return Err(Conflict);
            }
            if bits & poll::STOP != 0 {
                self.safepoint(false);
            }
            if round >= RESERVE && next == 0 {
                let _ = self.world.next_irrevocable.compare_exchange(0, me, AcqRel, Relaxed);
            }
            pause(round);
            round += 1;
        }
    }
    pub(crate) fn end_irrevocable(&self) {
        self.world.irrevocable.store(0, Release);
    }
}
