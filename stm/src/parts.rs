//! Reads of parts of an object that can be checked again.
//!
//! An ordinary read holds as long as the object's word stays the same. Who has only asked something of a large object, as
//! whether a table has a key, may log a *test* of the answer instead: if the object has changed when the transaction
//! validates, the test tells whether the answer is still the same (value-based validation, as in NOrec: Dalessandro, Spear and
//! Scott, PPoPP'10, here for one object at a time).
//!
//! - An answer holds at the snapshot: it was read or tested in a state of the object that was committed at the snapshot or
//!   before, and is the last such one. A test in a newer state says nothing about the snapshot, where the answer may have been
//!   another one for a while: then the snapshot moves on, and all that was read is validated for the new one.
//! - What the transaction has opened is as it was tested: to open it the snapshot must be as new as the object.
//! - Tests are as the functions of reads: safe on torn state, and free of effects.

use crate::cause::Cause;
use crate::contention::Wait;
use crate::header::{Header, meta};
use crate::mutant::{Mutant, is_mutant};
use crate::sync::atomic::Ordering;
use crate::tx::{Conflict, Tx};
use crate::world::WorldThread;
use std::cell::Cell;

/// Is the answer to what was asked, both in the words, still the same?
pub type Test = fn(&Header, &[u64; 3]) -> bool;

/// A logged answer.
#[derive(Clone)]
pub(crate) struct PartRead {
    pub(crate) header: *const Header,
    /// the object's word when the answer was last seen to hold
    pub(crate) meta: Cell<u64>,
    test: Test,
    pub(crate) words: [u64; 3],
}

/// Places of the filter.
const FILTER: usize = 128;
/// Where in the log answers are that were given lately.
pub(crate) struct PartFilter([u32; FILTER]);
impl PartFilter {
    pub(crate) fn new() -> Box<PartFilter> {
        Box::new(PartFilter([0; FILTER]))
    }
}

impl Tx {
    /// As [`Tx::read`] of an object that is not known to be this transaction's own, but logs what `log` gives for the result:
    /// words for the test. None: the read is logged as an ordinary one.
    pub fn read_part<T>(
        &mut self,
        w: &WorldThread,
        h: &Header,
        f: impl Fn() -> T,
        test: Test,
        log: impl Fn(&T) -> Option<[u64; 3]>,
    ) -> Result<T, Conflict> {
        loop {
            let seen = self.word_to_read(w, h)?;
            let v = f();
            if self.is_mine(seen) {
                return Ok(v);
            }
            match log(&v) {
                Some(words) if !self.irrevocable => {
                    if self.is_unchanged(h, seen) {
                        self.log_part(h, seen, test, words);
                        self.has_grown(w);
                        return Ok(v);
                    }
                }
                _ => {
                    if self.read_end(w, h, seen)? {
                        return Ok(v);
                    }
                }
            }
        }
    }
    fn log_part(&mut self, h: &Header, seen: u64, test: Test, words: [u64; 3]) {
        let place = (h as *const Header as u64 ^ words[0]).wrapping_mul(0x9E37_79B9_7F4A_7C15) as usize >> (usize::BITS - FILTER.ilog2());
        let is_there = |n: u32| {
            self.parts
                .get(n as usize)
                .is_some_and(|p| std::ptr::eq(p.header, h) && p.words == words)
        };
        let lately = &mut self.part_filter.0;
        // Two answers that meet are both found. What was there longer gives way.
        let [newer, older] = [place & !1, place | 1];
        if is_there(lately[newer]) || is_there(lately[older]) {
            return;
        }
        lately[older] = lately[newer];
        lately[newer] = self.parts.len() as u32;
        self.parts.push(PartRead {
            header: h,
            meta: Cell::new(seen),
            test,
            words,
        });
    }
    /// Do all answers hold in a state that was committed at the time `now` of the clock or before? False: there is a newer one.
    pub(crate) fn validate_parts(&self, w: &WorldThread, now: u64) -> Result<bool, Conflict> {
        for (i, p) in self.parts.iter().enumerate() {
            // SAFETY: logged objects are roots of the collector while they are in the log.
            let h = unsafe { &*p.header };
            let m = h.meta.load(Ordering::Acquire);
            if m == p.meta.get() || self.is_mine(m) || w.is_as_read(m, p.meta.get()) {
                continue;
            }
            let m = self.test_again(w, h, i)?;
            if meta::version(m) > now && !is_mutant(Mutant::PartOfAnyTime) {
                return Ok(false);
            }
            p.meta.set(m);
        }
        Ok(true)
    }
    /// The word of the object of an answer that holds.
    fn test_again(&self, w: &WorldThread, h: &Header, i: usize) -> Result<u64, Conflict> {
        let p = &self.parts[i];
        let mut wait = Wait::new(w, h);
        loop {
            let m = h.meta.load(Ordering::Acquire);
            if !w.is_shared(m) {
                w.wait_for_owner(self, m, &mut wait)?;
                continue;
            }
            let holds = (p.test)(h, &p.words) || is_mutant(Mutant::PartUntested);
            if !self.is_unchanged(h, m) {
                continue;
            }
            if !holds {
                self.set_cause(Cause::ChangedPart(i));
                return Err(Conflict);
            }
            return Ok(m);
        }
    }
    /// Locks the objects of all answers for reading, while the answers hold.
    pub(crate) fn lock_parts(&mut self, w: &WorldThread) -> Result<(), Conflict> {
        for i in 0..self.parts.len() {
            // SAFETY: logged objects are alive.
            let h = unsafe { &*self.parts[i].header };
            let m = h.meta.load(Ordering::Acquire);
            if self.is_mine(m) {
                continue;
            }
            let locked = w.is_shared(m) && self.lock(w, h, m);
            let p = &self.parts[i];
            if !locked || !(p.test)(h, &p.words) {
                self.set_cause(Cause::ChangedPart(i));
                return Err(Conflict);
            }
        }
        Ok(())
    }
    /// Answers that are logged.
    #[inline]
    pub fn parts_logged(&self) -> usize {
        self.parts.len()
    }
    /// The object of a logged answer, which the log keeps alive.
    pub fn part_entry(&self, n: usize) -> Option<*const Header> {
        self.parts.get(n).map(|p| p.header)
    }
}
