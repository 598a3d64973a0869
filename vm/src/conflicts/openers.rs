//! Who has opened an object last. Each thread has a table by address of its own, in which the newest of several objects with one
//! place wins: what threads write in turn would go from one processor's cache to the other's if they had one in common.

use super::lock;
use super::site::NOWHERE;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use vasuki_stm::Header;

const PLACES: usize = 1 << 11;
/// Of a site: it has not opened the object, but used it in a transaction that cannot be undone, and so holds it.
pub(super) const HELD: u32 = 1 << 31;

/// Bits of a place: of what tells objects apart that have one place, of the site, and of the snapshot.
const TAG: u32 = 32 - PLACES.trailing_zeros();
const SITE: u32 = 21;
const AGE: u32 = 64 - TAG - 1 - SITE;

/// What one thread has opened. A place is a word, so that the table takes little of the processor's cache: which of the objects
/// of that place it is, the site and is it [`HELD`], and the low end of the transaction's snapshot, which is newer than the
/// commit of whoever had opened it before.
pub(super) struct Opened(Box<[AtomicU64]>);

impl Opened {
    /// Where the object's place is, and its tag there: together they are the low half of its address, in units of its alignment.
    #[inline]
    fn place(&self, object: *const Header) -> (&AtomicU64, u64) {
        let mixed = ((object as usize >> 3) as u32).wrapping_mul(0x9E37_79B1);
        (&self.0[mixed as usize >> TAG], u64::from(mixed & ((1 << TAG) - 1)))
    }
    /// It was opened at this site, which may be [`HELD`].
    #[inline]
    pub(super) fn note(&self, object: *const Header, site: u32, snapshot: u64) {
        let (place, tag) = self.place(object);
        let held = site >> 31;
        let number = site & !HELD;
        // Later ones than two million are not told apart.
        let site = if number >> SITE == 0 { number } else { NOWHERE };
        let word = (tag << 1 | u64::from(held)) << SITE | u64::from(site);
        place.store(word << AGE | snapshot & ((1 << AGE) - 1), Relaxed);
    }
    /// Where it was opened last, and how many versions after `now`, or before it: a million are told apart.
    fn last(&self, object: *const Header, now: u64) -> Option<(u32, i64)> {
        let (place, tag) = self.place(object);
        let word = place.load(Relaxed);
        let known = word >> AGE;
        let after = (word.wrapping_sub(now) << (64 - AGE)) as i64 >> (64 - AGE);
        let held = if known >> SITE & 1 == 0 { 0 } else { HELD };
        let site = known as u32 & ((1 << SITE) - 1);
        (known >> (SITE + 1) == tag && word != 0).then_some((site | held, after))
    }
}

/// What one thread knows of what was opened: its own table, and those of the others.
pub(super) struct Tables {
    own: Arc<Opened>,
    others: Vec<Arc<Opened>>,
    /// tables that there were when it looked
    known: usize,
}
impl Tables {
    /// See [`Opened::note`].
    #[inline]
    pub(super) fn note(&self, object: *const Header, site: u32, snapshot: u64) {
        self.own.note(object, site, snapshot);
    }
    /// Where this thread has opened it last.
    pub(super) fn own(&self, object: *const Header) -> Option<u32> {
        self.own.last(object, 0).map(|o| o.0)
    }
    /// Where another thread has opened it last; [`NOWHERE`]: nobody knows. `now`: a snapshot that is not old.
    pub(super) fn others(&mut self, all: &Openers, object: *const Header, now: u64) -> u32 {
        if self.known != all.count.load(Relaxed) {
            let all = lock(&all.all);
            self.others = all.iter().filter(|t| !Arc::ptr_eq(t, &self.own)).cloned().collect();
            self.known = all.len();
        }
        let newest = self.others.iter().filter_map(|t| t.last(object, now)).max_by_key(|o| o.1);
        newest.map_or(NOWHERE, |o| o.0)
    }
}

/// The tables of all threads. That of a thread that has ended goes to one that begins, as it is: others may still ask for it.
#[derive(Default)]
pub(super) struct Openers {
    all: Mutex<Vec<Arc<Opened>>>,
    /// how many: it only grows
    count: AtomicUsize,
    free: Mutex<Vec<Arc<Opened>>>,
}
impl Openers {
    /// For a thread that begins.
    pub(super) fn tables(&self) -> Tables {
        let free = lock(&self.free).pop();
        Tables {
            own: free.unwrap_or_else(|| self.one_more()),
            others: Vec::new(),
            known: 0,
        }
    }
    fn one_more(&self) -> Arc<Opened> {
        let new = Arc::new(Opened((0..PLACES).map(|_| AtomicU64::default()).collect()));
        let mut all = lock(&self.all);
        all.push(Arc::clone(&new));
        self.count.store(all.len(), Relaxed);
        new
    }
    /// A thread has ended.
    pub(super) fn ended(&self, tables: &Tables) {
        lock(&self.free).push(Arc::clone(&tables.own));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: *const Header = 0x7f00_0000_1000 as *const Header;
    const B: *const Header = 0x7f00_0000_1010 as *const Header;

    #[test]
    fn the_last_opener_is_found_and_that_of_another_object_is_not() {
        let all = Openers::default();
        let mut own = all.tables();
        assert_eq!(own.others(&all, A, 10), NOWHERE);
        let (mut other, third) = (all.tables(), all.tables());
        other.note(A, 5, 10);
        other.note(B, 6 | HELD, 11);
        third.note(A, 7, 12);
        own.note(A, 8, 13);
        assert_eq!((own.others(&all, A, 13), own.others(&all, B, 13)), (7, 6 | HELD));
        other.note(A, 9, 14);
        assert_eq!((own.others(&all, A, 14), other.others(&all, B, 14)), (9, NOWHERE));
        assert_eq!((own.own(A), own.own(B)), (Some(8), None));
    }

    #[test]
    fn the_newest_is_found_also_when_the_low_end_of_the_clock_begins_anew() {
        let all = Openers::default();
        let (mut own, other, third) = (all.tables(), all.tables(), all.tables());
        let wraps = 5 << AGE;
        other.note(A, 5, wraps - 2);
        third.note(A, 6, wraps + 1);
        assert_eq!(own.others(&all, A, wraps + 3), 6);
        other.note(A, 7, wraps + 2);
        assert_eq!(own.others(&all, A, wraps - 1), 7);
    }

    #[test]
    fn objects_of_one_place_are_told_apart_and_a_site_that_has_no_room_is_none() {
        let table = Openers::default().one_more();
        table.note(A, 3, 1);
        for unit in 1..400_000 {
            assert_eq!(table.last(A.wrapping_byte_add(unit * 8), 1), None);
        }
        assert_eq!(table.last(A, 1), Some((3, 0)));
        table.note(A, 1 << SITE, 1);
        assert_eq!(table.last(A, 1), Some((NOWHERE, 0)));
    }

    #[test]
    fn what_ended_threads_have_opened_is_still_known() {
        let all = Openers::default();
        let (mut own, other) = (all.tables(), all.tables());
        other.note(A, 5, 10);
        all.ended(&other);
        assert_eq!(own.others(&all, A, 10), 5);
        let _next = all.tables();
        assert_eq!(own.others(&all, A, 10), 5);
        assert_eq!(lock(&all.all).len(), 2);
    }
}
