//! A thread's transaction: its tag, snapshot and logs; begin and abort.

use crate::header::{Header, flag, meta};
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::world::WorldThread;

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
    /// index into `opened` plus one of the object that it belongs to; 0: logged by the caller
    pub of: u32,
}
/// A shared object read by this transaction.
pub struct ReadEntry {
    /// the object
    pub header: *const Header,
    /// its meta word then
    pub meta: u64,
}

const FILTER: usize = 256;

/// See the module.
pub struct Tx {
    /// what `meta` of an object that may be written must be
    pub tag: u64,
    /// owner number: 0 while solo
    pub me: u16,
    /// counts this thread's transactions
    pub serial: u64,
    /// do other threads run? (else: no logs)
    pub concurrent: bool,
    /// versions up to this one are consistent with all that was read
    pub snapshot: u64,
    /// shared objects read
    pub reads: Vec<ReadEntry>,
    /// objects opened
    pub opened: Vec<OpenEntry>,
    /// words written
    pub undo: Vec<UndoEntry>,
    /// cannot abort any more
    pub irrevocable: bool,
    /// solo mode: old objects written since the last collection
    pub remembered: Vec<*const Header>,
    /// aborts in a row
    pub aborts_in_row: u32,
    pub(crate) filter: Box<[usize; FILTER]>,
}
// SAFETY: a Tx is used by one thread at a time; the collector looks at the logs of stopped threads only.
unsafe impl Send for Tx {}

impl Tx {
    /// A thread's transaction state; `begin` starts the first one.
    pub fn new(world: &WorldThread) -> Tx {
        let mut tx = Tx {
            tag: 0,
            me: 0,
            serial: 0,
            concurrent: false,
            snapshot: 0,
            reads: Vec::new(),
            opened: Vec::new(),
            undo: Vec::new(),
            irrevocable: false,
            remembered: Vec::new(),
            aborts_in_row: 0,
            filter: Box::new([0; FILTER]),
        };
        tx.begin(world);
        tx
    }
    /// Is it private to me, or opened by me?
    #[inline(always)]
    pub fn owns(&self, h: &Header) -> bool {
        (h.meta.load(Ordering::Relaxed) ^ self.tag) >> 48 == 0
    }
    /// May I write it as it is?
    #[inline(always)]
    pub fn writable(&self, h: &Header) -> bool {
        h.meta.load(Ordering::Relaxed) == self.tag
    }
    /// Starts the next transaction, in the world's present mode.
    pub fn begin(&mut self, w: &WorldThread) {
        debug_assert!(self.reads.is_empty() && self.opened.is_empty() && self.undo.is_empty());
        self.concurrent = w.is_concurrent();
        self.me = if self.concurrent { w.id } else { 0 };
        if self.concurrent {
            self.serial += 1;
            self.snapshot = w.clock().now();
            self.filter.fill(0);
        }
        self.tag = meta::tag(self.me, self.serial);
        w.set_age();
    }
    /// Logs the present content of one word of an object that is open.
    #[inline]
    pub fn log_slot(&mut self, slot: *const AtomicU64) {
        // SAFETY: the caller's word belongs to an object that this transaction has open.
        let old = unsafe { (*slot).load(Ordering::Relaxed) };
        self.undo.push(UndoEntry { slot, old, of: 0 });
    }
    /// Undoes everything that was written, and gives the objects free with a version that nobody has seen.
    pub fn abort(&mut self, w: &WorldThread) {
        debug_assert!(!self.irrevocable, "an irrevocable transaction never aborts");
        for u in self.undo.drain(..).rev() {
            // SAFETY: logged words belong to objects that this transaction still has open.
            unsafe { (*u.slot).store(u.old, Ordering::Relaxed) };
        }
        let version = if self.opened.is_empty() { 0 } else { w.clock().advance() };
        for o in self.opened.drain(..).rev() {
            // SAFETY: the log keeps the object alive (it is a root).
            let h = unsafe { &*o.header };
            h.shape.store(o.old_shape, Ordering::Relaxed);
            h.flags.fetch_and(!flag::OPENED, Ordering::Relaxed);
            // Not the old version: a reader that straddled the write would take what it saw for consistent.
            let restored = if meta::is_shared(o.old_meta) {
                crate::commit::released(version, o.old_meta)
            } else {
                o.old_meta
            };
            h.meta.store(restored, Ordering::Release);
        }
        self.reads.clear();
        self.aborts_in_row += 1;
        w.count_abort();
    }
    /// After a commit or abort of whatever kind: nothing is logged any more.
    pub(crate) fn clear(&mut self) {
        self.reads.clear();
        self.opened.clear();
        self.undo.clear();
    }
}
