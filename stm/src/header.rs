//! The 16 bytes at the start of every object.
//!
//! | meta | meaning |
//! | --- | --- |
//! | `0 | waiters:1 | version:62` | SHARED: last committed with this version; does a thread wait for a change? |
//! | `1 | owner:15 | serial:48` | OPEN by, or private to, the thread with number `owner` since its transaction `serial` |
//!
//! Owner 0 is the solo owner: while threads run concurrently its objects count as SHARED with version 0. So do those of
//! numbers that are retired (see `numbers`). Odd serials say that an irrevocable transaction has locked the object for
//! reading only.

use crate::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

/// See the module.
#[repr(C)]
pub struct Header {
    /// protocol word
    pub meta: AtomicU64,
    /// shape id; saved and restored by transactions
    pub shape: AtomicU32,
    /// layout; written once
    pub kind: AtomicU8,
    /// see `flag`
    pub flags: AtomicU8,
    /// free for the layout
    pub extra: AtomicU16,
}

impl Header {
    /// Makes zeroed memory the header of a part of an object: shared from the start, as if by a commit before all others.
    pub fn init_part(&self) {
        self.flags.store(flag::SHARED, Ordering::Relaxed);
    }
    /// Its owner has opened it, and others can reach it. (They may set other flags meanwhile.)
    #[inline(always)]
    pub(crate) fn set_opened(&self) {
        if self.flags.load(Ordering::Relaxed) & flag::SHARED == 0 {
            self.flags.fetch_or(flag::SHARED | flag::OPENED, Ordering::Relaxed);
        }
    }
    /// It is open no more.
    #[inline(always)]
    pub(crate) fn clear_opened(&self) {
        if self.flags.load(Ordering::Relaxed) & flag::OPENED != 0 {
            self.flags.fetch_and(!flag::OPENED, Ordering::Relaxed);
        }
    }
}

/// Bits of `Header::flags` that the protocol uses.
pub mod flag {
    /// other threads can reach it (or could once)
    pub const SHARED: u8 = 1;
    /// opened (not born) by the running transaction of its owner, which others could not reach before, or were not known to
    pub const OPENED: u8 = 32;
}

/// Encoding of the meta word.
pub mod meta {
    /// Set: open or private.
    pub const OPEN: u64 = 1 << 63;
    /// Set in a SHARED word: somebody waits until the object changes (see `retry`).
    pub const WAITERS: u64 = 1 << 62;
    /// A version that no object ever has.
    pub const NEVER: u64 = WAITERS - 1;
    /// The tag of a transaction.
    #[inline(always)]
    pub const fn tag(owner: u16, serial: u64) -> u64 {
        OPEN | (owner as u64) << 48 | (serial & ((1 << 48) - 1))
    }
    /// The owner of an OPEN word.
    #[inline(always)]
    pub const fn owner(m: u64) -> u16 {
        (m >> 48 & 0x7FFF) as u16
    }
    /// Has a transaction locked a shared object for reading?
    #[inline(always)]
    pub const fn is_lock(m: u64) -> bool {
        m & OPEN != 0 && owner(m) != 0 && m & 1 != 0
    }
    /// What all OPEN words of an owner, and no others, have in common.
    #[inline(always)]
    pub const fn owner_part(m: u64) -> u64 {
        m >> 48
    }
    /// Does a SHARED word say that somebody waits for a change?
    #[inline(always)]
    pub const fn has_waiters(m: u64) -> bool {
        m & (OPEN | WAITERS) == WAITERS
    }
    /// The version of a word that counts as SHARED.
    #[inline(always)]
    pub const fn version(m: u64) -> u64 {
        if m & OPEN == 0 { m & !WAITERS } else { 0 }
    }
}
