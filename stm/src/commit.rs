//! Commit: validation, publication, release.

use crate::header::{flag, meta};
use crate::sync::atomic::{Ordering, fence};
use crate::tx::{Conflict, Tx};
use crate::world::WorldThread;

/// Knows how to walk objects: given by the VM.
pub trait Publisher {
    /// Makes every private object that `word` leads to SHARED with `version_meta`, transitively; words that are no pointers
    /// are ignored. Objects with flag SHARED are not walked into: they were published before.
    fn publish(&mut self, word: u64, version_meta: u64, tx: &Tx);
}

/// The meta word of an object given free at `version`: never the word that it had before.
pub(crate) fn released(version: u64, _old: u64) -> u64 {
    version
}

impl Tx {
    /// Commits. On a conflict nothing has happened: the caller aborts.
    pub fn commit(&mut self, w: &WorldThread, publisher: &mut dyn Publisher) -> Result<(), Conflict> {
        if self.concurrent && self.opened.iter().any(|o| meta::is_shared(o.old_meta)) {
            self.commit_writes(w, publisher)?;
        } else {
            // Read-only or private: every read was consistent with the snapshot when it was made.
            for o in &self.opened {
                // SAFETY: the log keeps the object alive.
                unsafe { &*o.header }.flags.fetch_and(!flag::OPENED, Ordering::Relaxed);
            }
        }
        self.clear();
        self.aborts_in_row = 0;
        if self.irrevocable {
            self.irrevocable = false;
            w.end_irrevocable();
        }
        w.count_commit();
        Ok(())
    }
    fn commit_writes(&mut self, w: &WorldThread, publisher: &mut dyn Publisher) -> Result<(), Conflict> {
        // My opens are visible before I look at what others opened: two transactions that read what the other writes
        // cannot both find their reads untouched.
        fence(Ordering::SeqCst);
        let version = w.clock().advance();
        if version != self.snapshot + 1 && !self.irrevocable {
            self.validate()?;
        }
        for u in &self.undo {
            if u.of != 0 {
                let o = &self.opened[u.of as usize - 1];
                if !meta::is_shared(o.old_meta) {
                    continue;
                }
            }
            // SAFETY: logged words belong to objects that this transaction has open.
            let now = unsafe { (*u.slot).load(Ordering::Relaxed) };
            publisher.publish(now, version, self);
        }
        for o in &self.opened {
            // SAFETY: the log keeps the object alive.
            let h = unsafe { &*o.header };
            h.flags.fetch_and(!flag::OPENED, Ordering::Relaxed);
            if meta::is_shared(o.old_meta) || h.flags.load(Ordering::Relaxed) & flag::SHARED != 0 {
                h.meta.store(version, Ordering::Release);
            }
        }
        Ok(())
    }
}
