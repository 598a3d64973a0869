//! Irrevocable transactions: at most one at a time, for effects that cannot be undone.

use crate::header::meta;
use crate::sync::atomic::{Ordering, fence};
use crate::tx::{Conflict, Tx};
use crate::world::WorldThread;

impl Tx {
    /// From here on this transaction cannot abort: it locks all that it has read and will read. A conflict here aborts it
    /// while it still may.
    pub fn become_irrevocable(&mut self, w: &WorldThread) -> Result<(), Conflict> {
        if self.irrevocable || !self.concurrent {
            self.irrevocable = self.concurrent;
            return Ok(());
        }
        w.begin_irrevocable(self)?;
        fence(Ordering::SeqCst);
        let r = self.lock_reads(w);
        if r.is_err() {
            w.end_irrevocable();
            return r;
        }
        self.irrevocable = true;
        w.count_irrevocable();
        Ok(())
    }
    fn lock_reads(&mut self, w: &WorldThread) -> Result<(), Conflict> {
        for i in 0..self.reads.len() {
            let (header, seen) = (self.reads[i].header, self.reads[i].meta);
            // SAFETY: logged objects are alive.
            let h = unsafe { &*header };
            if h.meta.load(Ordering::Acquire) == self.tag {
                continue;
            }
            if h.meta.load(Ordering::Acquire) != seen || !meta::is_shared(seen) {
                return Err(Conflict);
            }
            self.open(w, h, 0)?;
        }
        self.validate()
    }
}
