//! A thread's transaction: its tag, snapshot and logs; begin and abort.

use crate::cards::CardEntry;
use crate::cause::Cause;
use crate::filter::Filter;
use crate::header::{Header, flag, meta};
use crate::mutant::{Mutant, is_mutant};
use crate::parts::{PartFilter, PartRead};
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::world::{WorldThread, poll};
use std::cell::Cell;

/// The transaction must abort: go back to the checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conflict;

/// An object opened by this transaction, as it was.
pub struct OpenEntry {
    /// the object
    pub header: *const Header,
    /// its meta word before
    pub old_meta: u64,
    /// its shape before
    pub old_shape: u32,
}
/// A word written by this transaction, as it was.
pub struct UndoEntry {
    /// the word
    pub slot: *const AtomicU64,
    /// its content before
    pub old: u64,
    /// index into `opened` plus one of the object that it belongs to, or one of the constants below
    pub of: u32,
}
impl UndoEntry {
    /// `of` a word that the caller logged, of a shared object
    pub(crate) const OF_SHARED: u32 = 0;
    /// `of` a word that the caller logged, of a private object
    pub(crate) const OF_PRIVATE: u32 = u32::MAX;
}
/// A shared object read, or locked for reading, by this transaction.
#[derive(Clone, Copy)]
pub struct ReadEntry {
    /// the object
    pub header: *const Header,
    /// its meta word then
    pub meta: u64,
}

/// Where a part of a transaction began: see [`Tx::begin_part`].
pub struct Part {
    undo: usize,
    opened: usize,
    cards: usize,
}

/// Words of which is known that they are logged: many objects have hundreds that are written again and again.
pub(crate) const LOGGED: usize = 1024;

/// See the module.
pub struct Tx {
    /// what `meta` of an object that may be written must be
    pub tag: u64,
    /// the owner's part of it
    owner: u64,
    /// counts this thread's transactions, in twos: odd serials are those of locks
    pub(crate) serial: u64,
    /// do other threads run? (else: no logs)
    pub concurrent: bool,
    /// versions up to this one are consistent with all that was read
    pub(crate) snapshot: u64,
    /// shared objects read
    pub(crate) reads: Vec<ReadEntry>,
    /// answers about parts of shared objects
    pub(crate) parts: Vec<PartRead>,
    /// objects opened
    pub(crate) opened: Vec<OpenEntry>,
    /// words written
    pub(crate) undo: Vec<UndoEntry>,
    /// cards opened, and what their words were
    pub(crate) cards: Vec<CardEntry>,
    pub(crate) saved: Vec<u64>,
    /// objects locked for reading: while irrevocable
    pub(crate) locked: Vec<ReadEntry>,
    /// locks outside of the heap that were seen to be free
    pub(crate) seen_free: Vec<crate::elision::Seen>,
    /// with so many objects read and opened a boundary is asked for
    pub limit: usize,
    /// was one of the opened objects shared?
    pub(crate) opened_shared: bool,
    /// cannot abort any more
    pub irrevocable: bool,
    /// aborts in a row
    pub aborts_in_row: u32,
    /// what the last conflict was about
    pub(crate) cause: Cell<Cause>,
    /// words that `log_slot` has logged, by address: each with the tag of its transaction
    pub(crate) logged: Box<[(usize, u64); LOGGED]>,
    /// some of `reads`, by address: what is read again and again is logged once
    pub(crate) filter: Filter,
    /// as `filter`, for `parts`
    pub(crate) part_filter: Box<PartFilter>,
}
// SAFETY: a Tx is used by one thread at a time; the collector looks at the logs of stopped threads only.
unsafe impl Send for Tx {}

impl Tx {
    /// A thread's transaction state, with the first transaction begun.
    pub fn new(world: &WorldThread) -> Tx {
        let mut tx = Tx {
            tag: 0,
            owner: 0,
            serial: 0,
            concurrent: false,
            snapshot: 0,
            reads: Vec::new(),
            parts: Vec::new(),
            opened: Vec::new(),
            undo: Vec::new(),
            cards: Vec::new(),
            saved: Vec::new(),
            locked: Vec::new(),
            seen_free: Vec::new(),
            limit: usize::MAX,
            opened_shared: false,
            irrevocable: false,
            aborts_in_row: 0,
            cause: Cell::default(),
            logged: Box::new([(0, 0); LOGGED]),
            filter: Filter::new(),
            part_filter: PartFilter::new(),
        };
        tx.begin(world);
        tx
    }
    /// Does a meta word say that an object is private to me, or opened or locked by me?
    #[inline(always)]
    pub(crate) fn is_mine(&self, m: u64) -> bool {
        meta::owner_part(m) == self.owner
    }
    /// Is it private to me, or opened or locked by me?
    #[inline(always)]
    pub fn owns(&self, h: &Header) -> bool {
        self.is_mine(h.meta.load(Ordering::Relaxed))
    }
    /// Has my transaction, or a part of it, opened it? For what is never private.
    #[inline]
    pub fn has_opened(&self, h: &Header) -> bool {
        let m = h.meta.load(Ordering::Relaxed);
        self.is_mine(m) && !meta::is_lock(m)
    }
    /// May I write it as it is?
    #[inline(always)]
    pub fn writable(&self, h: &Header) -> bool {
        h.meta.load(Ordering::Relaxed) == self.tag
    }
    /// Is it private: can only I reach it until I publish it?
    #[inline]
    pub fn is_private(&self, h: &Header) -> bool {
        let m = h.meta.load(Ordering::Relaxed);
        self.is_mine(m) && !meta::is_lock(m) && h.flags.load(Ordering::Relaxed) & flag::SHARED == 0
    }
    /// Has another transaction it open, or changed it since this one began? A guess, for what may be done about it.
    #[inline]
    pub fn meets_others(&self, w: &WorldThread, h: &Header) -> bool {
        let m = h.meta.load(Ordering::Relaxed);
        self.concurrent && !self.is_mine(m) && !(w.is_shared(m) && meta::version(m) <= self.snapshot)
    }
    /// Versions up to this one are consistent with all that was read.
    #[inline]
    pub fn snapshot(&self) -> u64 {
        self.snapshot
    }
    /// Nothing was read, opened or locked yet.
    #[inline]
    pub fn is_empty(&self) -> bool {
        let written = [self.opened.len(), self.undo.len(), self.cards.len()];
        let read = [self.reads.len(), self.parts.len(), self.locked.len(), self.seen_free.len()];
        written == [0; 3] && read == [0; 4]
    }
    /// Nothing is open or locked that others might wait for.
    #[inline]
    pub fn holds_nothing(&self) -> bool {
        self.opened.is_empty() && self.cards.is_empty() && self.locked.is_empty()
    }
    /// Has another transaction it open? A guess, for what may be done about it.
    #[inline]
    pub fn is_open_elsewhere(&self, w: &WorldThread, h: &Header) -> bool {
        let m = h.meta.load(Ordering::Relaxed);
        m & meta::OPEN != 0 && !self.is_mine(m) && !w.is_shared(m)
    }
    /// One more object was read or opened.
    #[inline]
    pub(crate) fn has_grown(&self, w: &WorldThread) {
        if self.reads.len() + self.parts.len() + self.opened.len() + self.cards.len() >= self.limit {
            w.put_back(poll::LIMIT);
        }
    }
    /// Starts the next transaction, in the world's present mode.
    #[inline]
    pub fn begin(&mut self, w: &WorldThread) {
        debug_assert!(self.is_empty(), "the last transaction has not ended");
        self.concurrent = w.is_concurrent();
        if self.concurrent {
            self.next_tag(w);
            self.snapshot = w.clock().now();
            // The request of an older transaction was meant for the one before. The age stays over aborts, so that the
            // transaction becomes the oldest at last.
            w.begin((self.aborts_in_row == 0).then_some(self.snapshot));
        } else {
            self.set_tag(0);
        }
    }
    /// A part of the transaction begins, which [`Tx::undo_part`] can undo. Not in solo mode, where nothing is logged.
    ///
    /// The part gets a tag of its own: so what was open or new before it is saved again when the part writes it.
    pub fn begin_part(&mut self, w: &WorldThread) -> Part {
        debug_assert!(self.concurrent, "nothing is logged in solo mode");
        self.next_tag(w);
        Part {
            undo: self.undo.len(),
            opened: self.opened.len(),
            cards: self.cards.len(),
        }
    }
    /// Undoes what was written since then. Objects that were opened stay open, as they were, and reads stay read.
    pub fn undo_part(&mut self, w: &WorldThread, part: Part) {
        for u in self.undo.drain(part.undo..).rev() {
            // SAFETY: logged words belong to objects that this transaction still has open.
            unsafe { (*u.slot).store(u.old, Ordering::Relaxed) };
        }
        self.undo_cards(part.cards);
        for o in self.opened[part.opened..].iter().rev() {
            // SAFETY: the log keeps the object alive.
            unsafe { &*o.header }.shape.store(o.old_shape, Ordering::Relaxed);
        }
        // What stays open is saved again when it is written again.
        self.next_tag(w);
    }
    #[inline(always)]
    fn set_tag(&mut self, number: u16) {
        self.tag = meta::tag(number, self.serial);
        self.owner = meta::owner_part(self.tag);
    }
    fn next_tag(&mut self, w: &WorldThread) {
        self.serial += 2;
        self.set_tag(w.number());
    }
    /// Undoes everything that was written, and gives the objects free with a version that nobody has seen.
    pub fn abort(&mut self, w: &WorldThread) {
        assert!(!self.irrevocable, "an irrevocable transaction never aborts");
        self.undo_all(w);
    }
    /// Gives the version that shared objects have got; 0: none was open.
    pub(crate) fn undo_all(&mut self, w: &WorldThread) -> u64 {
        for u in self.undo.iter().rev() {
            // SAFETY: logged words belong to objects that this transaction still has open.
            unsafe { (*u.slot).store(u.old, Ordering::Relaxed) };
        }
        self.undo.clear();
        // What a word was when its card was opened is older than all else that is logged of it.
        self.undo_cards(0);
        let version = if self.opened_shared { w.clock().advance() } else { 0 };
        for o in self.opened.iter().rev() {
            // SAFETY: the log keeps the object alive (it is a root).
            let h = unsafe { &*o.header };
            h.shape.store(o.old_shape, Ordering::Relaxed);
            h.clear_opened();
            // Not the old version: a reader that straddled the write would take what it saw for consistent.
            let fresh = self.was_shared(w, o.old_meta) && !is_mutant(Mutant::AbortRestoresVersion);
            let waiters = if meta::has_waiters(o.old_meta) && !is_mutant(Mutant::AbortLosesWaiters) {
                meta::WAITERS
            } else {
                0
            };
            h.meta.store(if fresh { version | waiters } else { o.old_meta }, Ordering::Release);
        }
        self.opened.clear();
        // Those of models begin with version 0.
        self.release_cards(if is_mutant(Mutant::AbortRestoresVersion) { 0 } else { version });
        self.forget_cards();
        self.opened_shared = false;
        self.unlock_reads(w);
        self.forget_reads();
        self.aborts_in_row += 1;
        w.count_abort();
        version
    }
    #[inline]
    pub(crate) fn forget_reads(&mut self) {
        self.filter.clear(&self.reads);
        self.reads.clear();
        self.parts.clear();
        self.seen_free.clear();
    }
    /// Stopped. Calls `f` with every word that is a root for the collector: logged objects, old contents, and the places that
    /// an abort writes to. Those may be in a buffer that its object does not have any more.
    pub fn roots(&self, f: &mut dyn FnMut(u64)) {
        self.logged_places(f);
        self.undo.iter().for_each(|u| f(u.old));
        self.saved.iter().for_each(|&old| f(old));
        self.opened.iter().for_each(|o| f(o.header as u64));
        self.cards.iter().for_each(|c| f(c.header as u64));
        self.reads.iter().chain(&self.locked).for_each(|r| f(r.header as u64));
        for p in &self.parts {
            f(p.header as u64);
            p.words.iter().for_each(|&w| f(w));
        }
    }
    /// Stopped. Calls `f` with the addresses of words that an abort writes to: of a card the first, for all lie in one buffer.
    pub fn logged_places(&self, f: &mut dyn FnMut(u64)) {
        self.undo.iter().for_each(|u| f(u.slot as u64));
        self.cards.iter().for_each(|c| f(c.words.cast::<AtomicU64>() as u64));
    }
    /// Stopped, during [`renew`](crate::World::renew): words of retired owners in the logs become what the objects have now.
    pub fn forget_retired(&mut self, w: &WorldThread) {
        let fix = |m: &mut u64| {
            if w.is_retired(*m) && *m & meta::OPEN != 0 {
                *m = 0;
            }
        };
        self.reads.iter_mut().chain(&mut self.locked).for_each(|r| fix(&mut r.meta));
        self.parts.iter_mut().for_each(|p| fix(p.meta.get_mut()));
        self.opened.iter_mut().for_each(|o| fix(&mut o.old_meta));
    }
}
