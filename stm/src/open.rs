//! Opening objects for writing.

use crate::header::{Header, flag, meta};
use crate::sync::atomic::{AtomicU64, Ordering, fence};
use crate::tx::{Conflict, OpenEntry, Tx, UndoEntry};
use crate::world::WorldThread;

impl Tx {
    /// Makes `h` writable. Saves the `words` words after the header, for undo. Solo: remembers it for generations.
    pub fn open(&mut self, w: &WorldThread, h: &Header, words: usize) -> Result<(), Conflict> {
        if !self.concurrent {
            h.meta.store(self.tag, Ordering::Relaxed);
            self.remembered.push(h);
            return Ok(());
        }
        let mut round = 0;
        loop {
            let m = h.meta.load(Ordering::Acquire);
            if m == self.tag {
                return Ok(());
            }
            if meta::is_shared(m) {
                if meta::version(m) > self.snapshot {
                    self.extend(w)?;
                }
                let old_shape = h.shape.load(Ordering::Relaxed);
                if h.meta.compare_exchange(m, self.tag, Ordering::AcqRel, Ordering::Relaxed).is_err() {
                    continue;
                }
                // The data stores must not become visible before the tag (pairs with the acquire fence in `read_end`).
                fence(Ordering::Release);
                h.flags.fetch_or(flag::SHARED | flag::OPENED, Ordering::Relaxed);
                self.save(h, m, old_shape, words);
                return Ok(());
            }
            if meta::owner(m) == self.me {
                // Private, from an earlier transaction of mine.
                let old_shape = h.shape.load(Ordering::Relaxed);
                h.meta.store(self.tag, Ordering::Relaxed);
                h.flags.fetch_or(flag::OPENED, Ordering::Relaxed);
                self.save(h, m, old_shape, words);
                return Ok(());
            }
            w.wait_for_owner(self, meta::owner(m), &mut round)?;
        }
    }
    fn save(&mut self, h: &Header, old_meta: u64, old_shape: u32, words: usize) {
        self.opened.push(OpenEntry {
            header: h,
            old_meta,
            old_shape,
        });
        let of = self.opened.len() as u32;
        let first = (h as *const Header).wrapping_add(1).cast::<AtomicU64>();
        for i in 0..words {
            let slot = first.wrapping_add(i);
            // SAFETY: the caller says that the object has so many words after its header.
            let old = unsafe { (*slot).load(Ordering::Relaxed) };
            self.undo.push(UndoEntry { slot, old, of });
        }
    }
    /// Locks an object that an irrevocable transaction reads.
    pub(crate) fn open_for_read(&mut self, w: &WorldThread, h: &Header) -> Result<(), Conflict> {
        self.open(w, h, 0)
    }
}
