//! Opening objects for writing.

use crate::contention::Wait;
use crate::header::{Header, flag, meta};
use crate::mutant::{Mutant, is_mutant};
use crate::sync::atomic::{AtomicU64, Ordering, fence};
use crate::tx::{Conflict, LOGGED, OpenEntry, Tx, UndoEntry};
use crate::world::WorldThread;

impl Tx {
    /// Makes `h` writable. Saves the `words` words after the header, for undo.
    ///
    /// An object that this transaction has read and opens now is the one that it read: its version is checked against the
    /// snapshot, and whatever changed it after the read has a newer one. So validation may take "open by me" for valid.
    pub fn open(&mut self, w: &WorldThread, h: &Header, words: usize) -> Result<(), Conflict> {
        if !self.concurrent {
            h.meta.store(self.tag, Ordering::Relaxed);
            return Ok(());
        }
        let mut m = h.meta.load(Ordering::Acquire);
        if self.is_old(m) {
            if self.open_shared(w, h, m, words) {
                return Ok(());
            }
            m = h.meta.load(Ordering::Acquire);
        }
        self.open_slow(w, h, m, words)
    }
    /// False: it has changed since its word was `m`.
    #[inline(always)]
    fn open_shared(&mut self, w: &WorldThread, h: &Header, m: u64, words: usize) -> bool {
        let old_shape = h.shape.load(Ordering::Relaxed);
        if h.meta.compare_exchange(m, self.tag, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            return false;
        }
        // The data stores must not become visible before the tag (pairs with the acquire fence in `read_end`).
        if !is_mutant(Mutant::NoReleaseFence) {
            fence(Ordering::Release);
        }
        h.set_opened();
        self.opened_shared = true;
        self.save(h, m, old_shape, words, UndoEntry::OF_SHARED);
        self.has_grown(w);
        true
    }
    /// `m` is what the word is.
    #[inline(never)]
    fn open_slow(&mut self, w: &WorldThread, h: &Header, mut m: u64, words: usize) -> Result<(), Conflict> {
        let mut wait = Wait::new(w, h);
        loop {
            if m == self.tag {
                return Ok(());
            }
            if w.is_shared(m) {
                if meta::version(m) > self.snapshot && !is_mutant(Mutant::OpenWithoutVersionCheck) {
                    self.extend(w)?;
                }
                if self.open_shared(w, h, m, words) {
                    return Ok(());
                }
            } else if self.is_mine(m) {
                // Private since an earlier transaction of mine; or shared, and locked by me for reading.
                let old_shape = h.shape.load(Ordering::Relaxed);
                h.meta.store(self.tag, Ordering::Relaxed);
                let locked = meta::is_lock(m);
                self.opened_shared |= locked;
                fence(Ordering::Release);
                let flags = h.flags.load(Ordering::Relaxed);
                if locked || flags & flag::SHARED != 0 {
                    h.set_opened();
                } else {
                    // Nobody else can reach it.
                    h.flags.store(flags | flag::OPENED, Ordering::Relaxed);
                }
                let of = if locked {
                    UndoEntry::OF_SHARED
                } else {
                    self.opened.len() as u32 + 1
                };
                self.save(h, m, old_shape, words, of);
                return Ok(());
            } else {
                w.wait_for_owner(self, m, &mut wait)?;
            }
            m = h.meta.load(Ordering::Acquire);
        }
    }
    #[inline]
    fn save(&mut self, h: &Header, old_meta: u64, old_shape: u32, words: usize, of: u32) {
        self.opened.push(OpenEntry {
            header: h,
            old_meta,
            old_shape,
        });
        let first = (h as *const Header).wrapping_add(1).cast::<AtomicU64>();
        self.undo.reserve(words);
        for i in 0..words {
            let slot = first.wrapping_add(i);
            // SAFETY: the caller says that the object has so many words after its header.
            let old = unsafe { (*slot).load(Ordering::Relaxed) };
            self.undo.push(UndoEntry { slot, old, of });
        }
    }
    /// Logs the present content of one word of an object that is open, if it is the first time. `shared`: other threads
    /// can reach the object.
    ///
    /// # Safety
    /// The word belongs to an object that this transaction has open (or to a buffer of one), and stays where it is until
    /// the transaction has ended: an abort writes the old content back through the pointer.
    #[inline(always)]
    pub unsafe fn log_slot(&mut self, slot: *const AtomicU64, shared: bool) {
        let key = (slot as usize | usize::from(shared), self.tag);
        let place = &mut self.logged[(slot as usize >> 3) % LOGGED];
        if *place == key {
            return;
        }
        *place = key;
        // SAFETY: by the caller's promise.
        unsafe { self.log_first(slot, shared) }
    }
    /// Logs the present content of words of an object that is open, and that was not when the transaction began.
    ///
    /// # Safety
    /// As for [`Tx::log_slot`].
    #[inline]
    pub unsafe fn log_slots<'a>(&mut self, slots: impl Iterator<Item = &'a AtomicU64>, shared: bool) {
        let of = if shared { UndoEntry::OF_SHARED } else { UndoEntry::OF_PRIVATE };
        self.undo.extend(slots.map(|slot| UndoEntry {
            slot,
            old: slot.load(Ordering::Relaxed),
            of,
        }));
    }
    /// # Safety
    /// As for `log_slot`.
    #[inline(never)]
    unsafe fn log_first(&mut self, slot: *const AtomicU64, shared: bool) {
        // SAFETY: by the caller's promise.
        let old = unsafe { (*slot).load(Ordering::Relaxed) };
        let of = if shared { UndoEntry::OF_SHARED } else { UndoEntry::OF_PRIVATE };
        self.undo.push(UndoEntry { slot, old, of });
    }
    /// Was an object with this word, now opened by me, shared before?
    #[inline]
    pub(crate) fn was_shared(&self, w: &WorldThread, old_meta: u64) -> bool {
        w.is_shared(old_meta) || meta::is_lock(old_meta)
    }
}
