//! Irrevocable transactions: at most one at a time, for effects that cannot be undone.
//!
//! An irrevocable transaction locks what it has read and what it reads from then on, so that nobody can invalidate it. A
//! lock is a tag with an odd serial: the owner reads on without looking, but opens the object as any other before it
//! writes. What was only locked gets its old word back: its readers see that nothing has changed.

use crate::cause::Cause;
use crate::header::{Header, meta};
use crate::mutant::{Mutant, is_mutant};
use crate::sync::atomic::Ordering;
use crate::tx::{Conflict, ReadEntry, Tx};
use crate::world::WorldThread;

impl Tx {
    /// From here on this transaction cannot abort. A conflict here aborts it while it still may.
    pub fn become_irrevocable(&mut self, w: &WorldThread) -> Result<(), Conflict> {
        if self.irrevocable || !self.concurrent {
            return Ok(());
        }
        if let Err(e) = w.begin_irrevocable() {
            self.set_cause(Cause::Turn);
            return Err(e);
        }
        if !is_mutant(Mutant::IrrevocableReadsUnlocked) && self.lock_reads(w).is_err() {
            w.end_irrevocable();
            return Err(Conflict);
        }
        self.irrevocable = true;
        w.count_irrevocable();
        Ok(())
    }
    /// Locks what was read. Each lock is a compare-and-swap of the very word that was read, so that nothing needs to be
    /// validated: a committer that changes one of the objects either has it open now, or finds it locked.
    fn lock_reads(&mut self, w: &WorldThread) -> Result<(), Conflict> {
        for i in 0..self.reads.len() {
            let (header, seen) = (self.reads[i].header, self.reads[i].meta);
            // SAFETY: logged objects are alive.
            let h = unsafe { &*header };
            if !self.is_mine(h.meta.load(Ordering::Acquire)) && !self.lock(w, h, seen) {
                self.set_cause(Cause::Changed(i));
                return Err(Conflict);
            }
        }
        self.lock_parts(w)
    }
    /// Locks an object for reading, if it still is as its word `seen` said.
    pub(crate) fn lock(&mut self, w: &WorldThread, h: &Header, seen: u64) -> bool {
        let mut word = seen;
        loop {
            match h.meta.compare_exchange(word, self.lock_tag(), Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => {
                    self.locked.push(ReadEntry { header: h, meta: word });
                    return true;
                }
                Err(now) if w.is_as_read(now, seen) => word = now,
                Err(_) => return false,
            }
        }
    }
    /// What was locked and not opened afterwards is free again, as it was.
    #[inline]
    pub(crate) fn unlock_reads(&mut self, w: &WorldThread) {
        if !self.locked.is_empty() {
            self.unlock_all(w);
        }
    }
    fn unlock_all(&mut self, w: &WorldThread) {
        let mut changed = Vec::new();
        for l in &self.locked {
            // SAFETY: the log keeps the object alive.
            let h = unsafe { &*l.header };
            let m = h.meta.load(Ordering::Relaxed);
            if meta::is_lock(m) && self.is_mine(m) {
                h.meta.store(l.meta, Ordering::Release);
            } else if meta::has_waiters(l.meta) {
                changed.push(l.header);
            }
        }
        self.locked.clear();
        w.world.wake_waiters(&changed);
    }
    /// The word of what this transaction has locked for reading.
    #[inline]
    pub(crate) fn lock_tag(&self) -> u64 {
        self.tag | 1
    }
}
