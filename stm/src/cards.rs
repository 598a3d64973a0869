//! Cards: headers of parts of objects, which transactions open in large numbers.
//!
//! A card is shared from its start and has no shape, and guards words that whoever opens it names. So its log is short.
//! [`Tx::read_card`] and [`Tx::open_card`] do what [`Tx::read`] and [`Tx::open`] do as long as no other thread is met
//! and nobody waits for a change; else the caller goes on with those.

use crate::header::{Header, meta};
use crate::mutant::{Mutant, is_mutant};
use crate::prefetch::prefetch_to_write;
use crate::sync::atomic::{AtomicU64, Ordering, fence};
use crate::tx::Tx;
use crate::world::WorldThread;

/// A card opened by this transaction. What its words were stands in `saved`, one card after the other.
pub(crate) struct CardEntry {
    /// the card
    pub(crate) header: *const Header,
    /// the words that it guards
    pub(crate) words: *const [AtomicU64],
}

impl Tx {
    /// Is what the caller has loaded consistent with all that this transaction has read, and logged? It has seen the word
    /// `seen` of the object before. False may be wrong.
    #[inline(always)]
    pub fn knows(&self, h: &Header, seen: u64) -> bool {
        if self.is_mine(seen) {
            return true;
        }
        (self.filter.has(h, seen) || self.filter.has_after_all(h, seen)) && self.is_unchanged(h, seen)
    }
    /// May a card with this word be used without waiting for others, and without a new snapshot?
    #[inline(always)]
    fn is_at_hand(&self, m: u64, fault: Mutant) -> bool {
        // OPEN words, and those of objects that somebody waits for, are larger than any version.
        m <= self.snapshot || is_mutant(fault) && m < meta::WAITERS
    }
    /// Reads what is guarded by a card that this transaction has not opened, in concurrent mode; `f` as for [`Tx::read`].
    #[inline(always)]
    pub fn read_card<T>(&mut self, w: &WorldThread, h: &Header, f: impl Fn() -> T) -> Option<T> {
        let seen = h.meta.load(Ordering::Acquire);
        if !self.is_at_hand(seen, Mutant::ReadWithoutVersionCheck) || self.irrevocable {
            return None;
        }
        let v = f();
        if !self.is_unchanged(h, seen) {
            return None;
        }
        self.log_read(w, h, seen);
        Some(v)
    }
    /// Opens a card, in concurrent mode, and saves the words that it guards. False: nothing has happened.
    ///
    /// # Safety
    /// The card is alive, and so are the words as long as it is in the log.
    #[inline(always)]
    pub unsafe fn open_card(&mut self, w: &WorldThread, h: &Header, words: &[AtomicU64]) -> bool {
        let m = h.meta.load(Ordering::Relaxed);
        if !self.is_at_hand(m, Mutant::OpenWithoutVersionCheck) {
            return false;
        }
        // The first word may be in another line than the card: both come at once.
        prefetch_to_write(words.as_ptr());
        if h.meta.compare_exchange(m, self.tag, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            return false;
        }
        // As in `open`.
        if !is_mutant(Mutant::NoReleaseFence) {
            fence(Ordering::Release);
        }
        self.opened_shared = true;
        self.forget_last_read(h);
        match words {
            [word] => self.saved.push(word.load(Ordering::Relaxed)),
            _ => self.saved.extend(words.iter().map(|w| w.load(Ordering::Relaxed))),
        }
        self.cards.push(CardEntry { header: h, words });
        self.has_grown(w);
        true
    }
    /// Has it opened a card, of whatever object?
    #[inline(always)]
    pub fn has_open_cards(&self) -> bool {
        !self.cards.is_empty()
    }
    /// An object whose reading was logged last needs no validation once it is open.
    #[inline(always)]
    fn forget_last_read(&mut self, h: &Header) {
        if self.reads.last().is_some_and(|r| std::ptr::eq(r.header, h)) {
            self.reads.pop();
            // What is in the filter is in the log.
            self.filter.forget(h);
        }
    }
    /// Calls `f` with every word of the opened cards from number `from` on, and what it was.
    #[inline(always)]
    pub(crate) fn words_of_cards(&self, from: usize, mut f: impl FnMut(&AtomicU64, u64)) {
        let mut olds = self.saved.iter().rev();
        for c in self.cards[from..].iter().rev() {
            // SAFETY: the log keeps the card alive, and so its words, by the promise of who opened it.
            for word in unsafe { &*c.words }.iter().rev() {
                let Some(old) = olds.next() else { return };
                f(word, *old);
            }
        }
    }
    /// Gives the words of the opened cards from number `from` on back what they were.
    pub(crate) fn undo_cards(&self, from: usize) {
        self.words_of_cards(from, |word, old| word.store(old, Ordering::Relaxed));
    }
    /// Gives all opened cards free with this version.
    pub(crate) fn release_cards(&self, version: u64) {
        for c in &self.cards {
            // SAFETY: the log keeps the card alive.
            unsafe { &*c.header }.meta.store(version, Ordering::Release);
        }
    }
    /// Empties the log of cards.
    pub(crate) fn forget_cards(&mut self) {
        self.cards.clear();
        self.saved.clear();
    }
}
