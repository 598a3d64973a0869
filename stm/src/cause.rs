//! What a conflict was about: for whoever wants to tell the user.

use crate::header::Header;
use crate::sync::atomic::Ordering::Relaxed;
use crate::tx::Tx;
use crate::world::WorldThread;

/// Why a transaction must abort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cause {
    /// none of the below
    #[default]
    Other,
    /// what this entry of the read log says holds no more
    Changed(usize),
    /// the answer that this entry of the log of parts has does not hold any more
    ChangedPart(usize),
    /// another thread has this object open
    Busy(*const Header),
    /// an older transaction has asked for an object that this one has open
    Asked,
    /// another transaction is irrevocable, or stops all threads
    Turn,
}

impl Tx {
    /// What the last conflict was about; from then on [`Cause::Other`].
    pub fn take_cause(&self) -> Cause {
        self.cause.take()
    }
    /// The caller aborts the transaction for this.
    pub fn set_cause(&self, cause: Cause) {
        self.cause.set(cause);
    }
    /// Entries of the read log.
    #[inline]
    pub fn reads_logged(&self) -> usize {
        self.reads.len()
    }
    /// The object of an entry of the read log, which keeps it alive.
    pub fn read_entry(&self, n: usize) -> Option<*const Header> {
        self.reads.get(n).map(|r| r.header)
    }
    /// Is this object, which may be gone, one that the transaction has opened?
    pub fn is_in_log(&self, object: *const Header) -> bool {
        let opened = self.opened.iter().map(|o| o.header);
        opened.chain(self.cards.iter().map(|c| c.header)).any(|h| std::ptr::eq(h, object))
    }
}

impl WorldThread {
    /// Says where in the program the thread is: whatever the number means.
    #[inline]
    pub fn set_place(&self, place: u32) {
        self.place.store(place, Relaxed);
    }
    /// The object, which may be gone, that this thread was asked for last, and where the other one was.
    pub fn asked_for(&self) -> (*const Header, u32) {
        (self.asked_for.load(Relaxed) as *const Header, self.asked_from.load(Relaxed))
    }
    /// Nanoseconds of waits since the last [`WorldThread::take_waits`].
    #[inline]
    pub fn waited(&self) -> u64 {
        self.waited.load(Relaxed)
    }
}
