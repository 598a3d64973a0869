//! Reading shared objects: a sequence lock around the caller's loads, and the read log.

use crate::cause::Cause;
use crate::contention::Wait;
use crate::header::{Header, meta};
use crate::mutant::{Mutant, is_mutant};
use crate::sync::atomic::{Ordering, fence};
use crate::tx::{Conflict, ReadEntry, Tx};
use crate::world::WorldThread;

impl Tx {
    /// Reads an object: runs `f`, which must be safe on torn state and free of effects, until it saw a consistent state, and
    /// logs the read.
    #[inline(always)]
    pub fn read<T>(&mut self, w: &WorldThread, h: &Header, f: impl Fn() -> T) -> Result<T, Conflict> {
        match self.read_known(h, &f) {
            Some(v) => Ok(v),
            None => self.read_and_log(w, h, f),
        }
    }
    /// The first part of [`Tx::read`]: the value if nothing needs to be logged.
    ///
    /// The word is looked at once, after the loads: if it is still the one that was logged, it has never been another one
    /// since then, for no word comes back.
    #[inline(always)]
    pub fn read_known<T>(&self, h: &Header, f: &impl Fn() -> T) -> Option<T> {
        let v = f();
        self.vouches_for(h).then_some(v)
    }
    /// Is what has just been loaded of an object consistent with all that was read, and logged if it must be? False may be wrong.
    #[inline(always)]
    pub fn vouches_for(&self, h: &Header) -> bool {
        if !self.concurrent {
            return true;
        }
        // As in `read_end`; what is mine nobody else writes.
        fence(Ordering::Acquire);
        let seen = h.meta.load(Ordering::Relaxed);
        self.is_mine(seen) || self.filter.has(h, seen) || self.vouches_after_all(h, seen)
    }
    /// As [`Tx::vouches_for`], for what is hardly ever this transaction's own.
    #[inline(always)]
    pub fn vouches_for_others(&self, objects: &[&Header]) -> bool {
        if !self.concurrent {
            return true;
        }
        fence(Ordering::Acquire);
        objects.iter().all(|&h| {
            let seen = h.meta.load(Ordering::Relaxed);
            self.filter.has(h, seen) || self.vouches_after_all(h, seen)
        })
    }
    /// As [`Tx::vouches_for_others`], for an object that is likely to be the one of which this was asked last, with the same `N`
    /// (0 or 1).
    #[inline(always)]
    pub fn vouches_for_usual<const N: usize>(&mut self, h: &Header) -> bool {
        if !self.concurrent {
            return true;
        }
        fence(Ordering::Acquire);
        let seen = h.meta.load(Ordering::Relaxed);
        self.filter.had_last::<N>(h, seen) || self.vouches_for_unusual::<N>(h, seen)
    }
    /// It has the word `seen`.
    #[inline(never)]
    fn vouches_for_unusual<const N: usize>(&mut self, h: &Header, seen: u64) -> bool {
        self.is_mine(seen) || self.filter.finds::<N>(h, seen)
    }
    /// Not asked in the common case.
    #[cold]
    #[inline(never)]
    fn vouches_after_all(&self, h: &Header, seen: u64) -> bool {
        self.filter.has_after_all(h, seen) || self.is_mine(seen)
    }
    /// The second part of [`Tx::read`], which may wait for the owner of the object.
    #[inline(never)]
    pub fn read_and_log<T>(&mut self, w: &WorldThread, h: &Header, f: impl Fn() -> T) -> Result<T, Conflict> {
        loop {
            let seen = self.word_to_read(w, h)?;
            let v = f();
            if self.read_end(w, h, seen)? {
                return Ok(v);
            }
        }
    }
    /// May [`Tx::read_known`] answer for it, or this transaction write it as it is? If not, reads and opens are logged.
    #[inline(always)]
    pub fn is_known(&self, h: &Header) -> bool {
        self.owns(h) || self.filter.has_some(h)
    }
    /// The common case: nobody has an object with this word open, and it is not newer than the snapshot.
    #[inline(always)]
    pub(crate) fn is_old(&self, m: u64) -> bool {
        m & meta::OPEN == 0 && meta::version(m) <= self.snapshot
    }
    /// The word to recheck after the loads. Waits for an object that another thread has open; extends the snapshot when the
    /// object is newer.
    #[inline(always)]
    pub(crate) fn word_to_read(&mut self, w: &WorldThread, h: &Header) -> Result<u64, Conflict> {
        let m = h.meta.load(Ordering::Acquire);
        if self.is_old(m) && !self.irrevocable {
            Ok(m)
        } else {
            self.read_begin(w, h, m)
        }
    }
    /// `m` is what the word is.
    #[inline(never)]
    fn read_begin(&mut self, w: &WorldThread, h: &Header, mut m: u64) -> Result<u64, Conflict> {
        let mut wait = Wait::new(w, h);
        loop {
            if w.is_shared(m) {
                if meta::version(m) > self.snapshot && !is_mutant(Mutant::ReadWithoutVersionCheck) {
                    self.extend(w)?;
                }
                if self.irrevocable && !is_mutant(Mutant::IrrevocableReadsUnlocked) {
                    if self.lock(w, h, m) {
                        return Ok(self.lock_tag());
                    }
                } else {
                    return Ok(m);
                }
            } else if self.is_mine(m) {
                return Ok(m);
            } else {
                w.wait_for_owner(self, m, &mut wait)?;
            }
            m = h.meta.load(Ordering::Acquire);
        }
    }
    /// Was nothing written since `seen`? Then the read is logged. False: load again.
    #[inline(always)]
    pub(crate) fn read_end(&mut self, w: &WorldThread, h: &Header, seen: u64) -> Result<bool, Conflict> {
        if !self.is_unchanged(h, seen) {
            return Ok(false);
        }
        if self.is_mine(seen) {
            return Ok(true);
        }
        self.log_read(w, h, seen);
        Ok(true)
    }
    /// The object was read when it had the word `seen`.
    #[inline(always)]
    pub(crate) fn log_read(&mut self, w: &WorldThread, h: &Header, seen: u64) {
        if !self.filter.has(h, seen) && !self.filter.has_after_all(h, seen) {
            let entry = ReadEntry { header: h, meta: seen };
            self.filter.put(entry);
            self.reads.push(entry);
            self.has_grown(w);
        }
    }
    /// Is the word still the same after loads that began when it was `seen`?
    #[inline]
    pub(crate) fn is_unchanged(&self, h: &Header, seen: u64) -> bool {
        // The caller's loads happen before the second look at the word (pairs with the release fence in `open`).
        if !is_mutant(Mutant::NoAcquireFence) {
            fence(Ordering::Acquire);
        }
        h.meta.load(Ordering::Relaxed) == seen || is_mutant(Mutant::NoRecheck)
    }
    /// Moves the snapshot to now, if all that was read is as it was.
    pub(crate) fn extend(&mut self, w: &WorldThread) -> Result<(), Conflict> {
        if is_mutant(Mutant::ClockAfterValidation) {
            self.validate(w, meta::NEVER)?;
            self.snapshot = w.clock().now();
            return Ok(());
        }
        loop {
            // Loaded before validating: what commits meanwhile is newer than the new snapshot.
            let now = w.clock().now();
            if self.validate(w, now)? {
                self.check_locks()?;
                self.snapshot = now;
                return Ok(());
            }
        }
    }
    /// Is everything that was read as it was, at the time `now` of the clock? What this transaction has opened or locked is (see
    /// `open`). False: that cannot be told any more, but for a later time.
    pub(crate) fn validate(&self, w: &WorldThread, now: u64) -> Result<bool, Conflict> {
        for (i, r) in self.reads.iter().enumerate() {
            // SAFETY: logged objects are roots of the collector while they are in the log.
            let now = unsafe { &*r.header }.meta.load(Ordering::Acquire);
            if now != r.meta && !self.is_mine(now) && !w.is_as_read(now, r.meta) {
                self.set_cause(Cause::Changed(i));
                return Err(Conflict);
            }
        }
        self.validate_parts(w, now)
    }
}
