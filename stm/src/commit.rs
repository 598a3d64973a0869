//! Commit: validation, publication, release.

use crate::header::{flag, meta};
use crate::mutant::{Mutant, is_mutant};
use crate::sync::atomic::Ordering;
use crate::tx::{Conflict, Tx, UndoEntry};
use crate::world::WorldThread;

/// Knows how to walk objects: given by the VM.
pub trait Publisher {
    /// Makes every object private to `tx` that `word` leads to SHARED with version `version`, transitively; words that are
    /// no pointers are ignored. What other threads own, and what was published before, is not walked into.
    fn publish(&mut self, word: u64, version: u64, tx: &Tx);
    /// Publishes what else the commit makes reachable: what the undo log does not name.
    fn publish_rest(&mut self, version: u64, tx: &Tx);
}

impl Tx {
    /// Commits. On a conflict nothing has happened: the caller aborts.
    ///
    /// A transaction that wrote nothing shared needs no validation: all its reads were consistent with its snapshot when
    /// they were made, and that is where it stands in the serial order.
    pub fn commit(&mut self, w: &WorldThread, publisher: &mut dyn Publisher) -> Result<(), Conflict> {
        let version = if self.opened_shared {
            let mut version = w.clock().advance();
            // All opens come before the advance of the clock, and advances are ordered: of two transactions that read what
            // the other writes, the later one finds its reads invalid.
            if version != self.snapshot + 1 && !self.irrevocable && !is_mutant(Mutant::NoValidation) {
                while !self.validate(w, version)? {
                    version = w.clock().advance();
                }
            }
            self.check_locks()?;
            version
        } else {
            w.clock().now()
        };
        if self.concurrent {
            if is_mutant(Mutant::PublishAfterRelease) {
                self.release(w, version);
            }
            self.publish(w, version, publisher);
            if !is_mutant(Mutant::PublishAfterRelease) {
                self.release(w, version);
            }
            self.unlock_reads(w);
        }
        self.forget_reads();
        self.opened.clear();
        self.undo.clear();
        self.forget_cards();
        self.opened_shared = false;
        self.aborts_in_row = 0;
        if self.irrevocable {
            self.irrevocable = false;
            w.end_irrevocable();
        }
        w.count_commit();
        Ok(())
    }
    /// What shared objects refer to now, and did not before, is in the slots that the undo log names. That a slot is as it was says
    /// nothing: it may have been out of use, with a value that an undone transaction has left there and this one stores again.
    fn publish(&self, w: &WorldThread, version: u64, publisher: &mut dyn Publisher) {
        for u in &self.undo {
            match u.of {
                UndoEntry::OF_PRIVATE => continue,
                UndoEntry::OF_SHARED => {}
                n => {
                    let o = &self.opened[n as usize - 1];
                    // SAFETY: the log keeps the object alive.
                    let flags = unsafe { &*o.header }.flags.load(Ordering::Relaxed);
                    if !self.was_shared(w, o.old_meta) && flags & flag::SHARED == 0 {
                        continue;
                    }
                }
            }
            // SAFETY: logged words belong to objects that this transaction has open.
            publisher.publish(unsafe { (*u.slot).load(Ordering::Relaxed) }, version, self);
        }
        self.words_of_cards(0, |word, _| publisher.publish(word.load(Ordering::Relaxed), version, self));
        publisher.publish_rest(version, self);
    }
    /// Gives the opened objects free. Those that were private before and were published are shared now.
    fn release(&self, w: &WorldThread, version: u64) {
        let mut awaited = Vec::new();
        for o in &self.opened {
            // SAFETY: the log keeps the object alive.
            let h = unsafe { &*o.header };
            let flags = h.flags.load(Ordering::Relaxed);
            if flags & flag::SHARED != 0 || self.was_shared(w, o.old_meta) {
                h.clear_opened();
                h.meta.store(version, Ordering::Release);
            } else {
                // Still private.
                h.flags.store(flags & !flag::OPENED, Ordering::Relaxed);
            }
            if meta::has_waiters(o.old_meta) {
                awaited.push(o.header);
            }
        }
        self.release_cards(version);
        w.world.wake_waiters(&awaited);
    }
}
