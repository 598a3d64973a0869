//! Reading shared objects: a sequence lock around the caller's loads, and the read log.

use crate::header::{Header, meta};
use crate::sync::atomic::{Ordering, fence};
use crate::tx::{Conflict, ReadEntry, Tx};
use crate::world::WorldThread;

impl Tx {
    /// The word to recheck after the loads. Waits for an object that another thread has open; extends the snapshot when
    /// the object is newer.
    pub fn read_begin(&mut self, w: &WorldThread, h: &Header) -> Result<u64, Conflict> {
        let mut round = 0;
        loop {
            let m = h.meta.load(Ordering::Acquire);
            if meta::is_shared(m) {
                if meta::version(m) > self.snapshot {
                    self.extend(w)?;
                }
                if self.irrevocable {
                    // What an irrevocable transaction reads is locked, so that nobody can invalidate it.
                    self.open_for_read(w, h)?;
                    return Ok(h.meta.load(Ordering::Relaxed));
                }
                return Ok(m);
            }
            if m & !((1 << 48) - 1) == self.tag & !((1 << 48) - 1) {
                return Ok(m);
            }
            w.wait_for_owner(self, meta::owner(m), &mut round)?;
        }
    }
    /// Was nothing written since `seen`? Then the read is logged. False: load again.
    #[inline]
    pub fn read_end(&mut self, h: &Header, seen: u64) -> Result<bool, Conflict> {
        // The caller's loads happen before the second look at the word (pairs with the release fence in `open`).
        fence(Ordering::Acquire);
        if h.meta.load(Ordering::Relaxed) != seen {
            return Ok(false);
        }
        if (seen ^ self.tag) >> 48 == 0 && seen & meta::OPEN != 0 {
            return Ok(true);
        }
        let p = h as *const Header;
        let place = &mut self.filter[(p as usize >> 4) % 256];
        if *place != p as usize {
            *place = p as usize;
            self.reads.push(ReadEntry { header: p, meta: seen });
        }
        Ok(true)
    }
    /// Moves the snapshot to now, if all that was read is as it was.
    pub(crate) fn extend(&mut self, w: &WorldThread) -> Result<(), Conflict> {
        // Loaded before validating: what commits meanwhile is newer than the new snapshot.
        let now = w.clock().now();
        self.validate()?;
        self.snapshot = now;
        Ok(())
    }
    /// Is everything that was read as it was?
    pub(crate) fn validate(&self) -> Result<(), Conflict> {
        for r in &self.reads {
            // SAFETY: logged objects are roots of the collector while they are in the log.
            let now = unsafe { &*r.header }.meta.load(Ordering::Acquire);
            if now == r.meta {
                continue;
            }
            // Mine now: valid if nobody changed it between my read and my open.
            if now == self.tag && self.opened.iter().rev().any(|o| o.header == r.header && o.old_meta == r.meta) {
                continue;
            }
            return Err(Conflict);
        }
        Ok(())
    }
}
