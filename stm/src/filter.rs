//! Some of the reads that are logged, by address: what is read again and again is logged once.

use crate::header::Header;
use crate::mutant::{Mutant, is_mutant};
use crate::tx::ReadEntry;

/// Places. Models read few objects, and have small stacks.
const PLACES: usize = if cfg!(any(loom, shuttle)) { 16 } else { 256 };

/// How many objects one that comes may send from one of their places to the other.
const MOVES: usize = 4;

/// How many kinds of objects the caller tells apart of which the one that was found last is likely to be looked for next.
const LAST: usize = 2;

/// See the module. What is in it is in the log.
///
/// Every read of a shared object looks into it: objects and words stand in tables of their own, which processors index without
/// computing an address. An object has two places, as in cuckoo hashing (Pagh and Rodler, 2001): who finds the first one taken
/// sends the other one to its second place. With one place each, a loop that reads twelve objects would have two in one place
/// every fourth time, and log both again and again.
pub(crate) struct Filter {
    headers: [*const Header; PLACES],
    metas: [u64; PLACES],
    /// some that were found last: to look here takes no hash
    last: [ReadEntry; LAST],
}

const NONE: ReadEntry = ReadEntry {
    header: std::ptr::null(),
    meta: 0,
};

impl Filter {
    pub(crate) const fn new() -> Filter {
        Filter {
            headers: [std::ptr::null(); PLACES],
            metas: [0; PLACES],
            last: [NONE; LAST],
        }
    }
    /// Multiplicative hashing: objects at the same place of different blocks do not meet. Of an address the low half will do.
    #[inline(always)]
    fn hash(h: *const Header) -> u32 {
        (h as usize as u32).wrapping_mul(0x9E37_79B1)
    }
    #[inline(always)]
    fn place(h: *const Header) -> usize {
        (Filter::hash(h) >> (u32::BITS - PLACES.ilog2())) as usize
    }
    /// Never the first one.
    #[inline(always)]
    fn second_place(h: *const Header) -> usize {
        let further = (Filter::hash(h) >> (u32::BITS - 2 * PLACES.ilog2())) as usize % PLACES;
        Filter::place(h) ^ (further | 1)
    }
    #[inline(always)]
    fn is_at(&self, place: usize, h: *const Header, meta: u64) -> bool {
        std::ptr::eq(self.headers[place], h) && (self.metas[place] == meta || is_mutant(Mutant::FilterIgnoresWord))
    }
    /// Is it logged with this word? False may be wrong: this looks only where most are.
    #[inline(always)]
    pub(crate) fn has(&self, h: *const Header, meta: u64) -> bool {
        self.is_at(Filter::place(h), h, meta)
    }
    /// As [`Filter::has`], which has said no; looks at the second place.
    #[inline(always)]
    pub(crate) fn has_after_all(&self, h: *const Header, meta: u64) -> bool {
        self.is_at(Filter::second_place(h), h, meta)
    }
    /// As [`Filter::has`], if it is the one of kind `N` that was found last.
    #[inline(always)]
    pub(crate) fn had_last<const N: usize>(&self, h: *const Header, meta: u64) -> bool {
        let last = &self.last[N];
        std::ptr::eq(last.header, h) && (last.meta == meta || is_mutant(Mutant::FilterIgnoresWord))
    }
    /// As [`Filter::has`]; from now on it is the one of kind `N` that was found last.
    #[inline]
    pub(crate) fn finds<const N: usize>(&mut self, h: *const Header, meta: u64) -> bool {
        let has = self.has(h, meta) || self.has_after_all(h, meta);
        if has {
            self.last[N] = ReadEntry { header: h, meta };
        }
        has
    }
    /// Is it logged? False may be wrong.
    #[inline(always)]
    pub(crate) fn has_some(&self, h: *const Header) -> bool {
        std::ptr::eq(self.headers[Filter::place(h)], h) || std::ptr::eq(self.headers[Filter::second_place(h)], h)
    }
    /// It is logged now.
    #[inline(always)]
    pub(crate) fn put(&mut self, e: ReadEntry) {
        let place = Filter::place(e.header);
        let there = std::mem::replace(&mut self.headers[place], e.header);
        let meta = std::mem::replace(&mut self.metas[place], e.meta);
        if !there.is_null() {
            self.put_elsewhere(ReadEntry { header: there, meta }, place);
        }
    }
    /// It has had to leave this place, and may send others away in turn. The last one is looked for in vain.
    #[inline(never)]
    fn put_elsewhere(&mut self, mut e: ReadEntry, mut place: usize) {
        for _ in 0..MOVES {
            let first = Filter::place(e.header);
            place = if place == first { Filter::second_place(e.header) } else { first };
            std::mem::swap(&mut self.headers[place], &mut e.header);
            std::mem::swap(&mut self.metas[place], &mut e.meta);
            if e.header.is_null() {
                return;
            }
        }
    }
    /// It is logged no more.
    #[inline(always)]
    pub(crate) fn forget(&mut self, h: *const Header) {
        for place in [Filter::place(h), Filter::second_place(h)] {
            if std::ptr::eq(self.headers[place], h) {
                self.headers[place] = std::ptr::null();
            }
        }
        self.last = [NONE; LAST];
    }
    /// These are logged no more, and they were all.
    #[inline]
    pub(crate) fn clear(&mut self, reads: &[ReadEntry]) {
        if !is_mutant(Mutant::LastOutlivesTransaction) {
            self.last = [NONE; LAST];
        }
        if reads.len() < PLACES / 8 {
            for r in reads {
                self.headers[Filter::place(r.header)] = std::ptr::null();
                self.headers[Filter::second_place(r.header)] = std::ptr::null();
            }
        } else {
            self.headers.fill(std::ptr::null());
        }
    }
}
