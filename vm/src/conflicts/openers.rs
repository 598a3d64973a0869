//! Who has opened an object last. Each thread has a table by address of its own, in which the newest of several objects with one
//! place wins: what threads write in turn would go from one processor's cache to the other's if they had one in common.

use super::lock;
use super::site::NOWHERE;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use vasuki_stm::Header;

const PLACES: usize = 1 << 11;
/// Of a site: it has not opened the object, but used it in a transaction that cannot be undone, and so holds it.
pub(super) const HELD: u32 = 1 << 31;

/// The low half of an object's address, in units of its alignment, and the site; and the snapshot of the
/// transaction, which is newer than the commit of whoever had opened it before.
#[derive(Default)]
struct Place {
    word: AtomicU64,
    snapshot: AtomicU64,
}

/// What one thread has opened.
pub(super) struct Opened(Box<[Place]>);

impl Opened {
    fn place(&self, unit: u32) -> &Place {
        &self.0[unit.wrapping_mul(0x9E37_79B1) as usize >> (32 - PLACES.trailing_zeros())]
    }
    fn unit(object: *const Header) -> u32 {
        (object as usize >> 3) as u32
    }
    /// It was opened at this site.
    #[inline]
    pub(super) fn note(&self, object: *const Header, site: u32, snapshot: u64) {
        let unit = Opened::unit(object);
        let place = self.place(unit);
        place.word.store(u64::from(unit) << 32 | u64::from(site), Relaxed);
        place.snapshot.store(snapshot, Relaxed);
    }
    /// Where it was opened last, and with which snapshot.
    pub(super) fn last(&self, object: *const Header) -> Option<(u32, u64)> {
        let unit = Opened::unit(object);
        let place = self.place(unit);
        let word = place.word.load(Relaxed);
        ((word >> 32) as u32 == unit).then(|| (word as u32, place.snapshot.load(Relaxed)))
    }
}

/// The tables of all threads. That of a thread that has ended goes to one that begins, as it is: others may still ask for it.
#[derive(Default)]
pub(super) struct Openers {
    all: Mutex<Vec<Arc<Opened>>>,
    free: Mutex<Vec<Arc<Opened>>>,
}
impl Openers {
    /// For a thread that begins.
    pub(super) fn table(&self) -> Arc<Opened> {
        if let Some(t) = lock(&self.free).pop() {
            return t;
        }
        let new = Arc::new(Opened((0..PLACES).map(|_| Place::default()).collect()));
        lock(&self.all).push(Arc::clone(&new));
        new
    }
    /// A thread has ended.
    pub(super) fn ended(&self, table: Arc<Opened>) {
        lock(&self.free).push(table);
    }
    /// Where a thread has opened it last whose table is not this one; [`NOWHERE`]: nobody knows.
    pub(super) fn last(&self, object: *const Header, but: &Arc<Opened>) -> u32 {
        let all = lock(&self.all);
        let others = all.iter().filter(|t| !Arc::ptr_eq(t, but));
        let newest = others.filter_map(|t| t.last(object)).max_by_key(|o| o.1);
        newest.map_or(NOWHERE, |o| o.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_opener_is_found_and_that_of_another_object_is_not() {
        let all = Openers::default();
        let (a, b) = (0x7f00_0000_1000 as *const Header, 0x7f00_0000_1010 as *const Header);
        let (own, other, third) = (all.table(), all.table(), all.table());
        assert_eq!(all.last(a, &own), NOWHERE);
        other.note(a, 5, 10);
        other.note(b, 6, 11);
        third.note(a, 7, 12);
        own.note(a, 8, 13);
        assert_eq!((all.last(a, &own), all.last(b, &own)), (7, 6));
        other.note(a, 9, 14);
        assert_eq!((all.last(a, &own), all.last(b, &other)), (9, NOWHERE));
    }

    #[test]
    fn what_ended_threads_have_opened_is_still_known() {
        let all = Openers::default();
        let a = 0x7f00_0000_1000 as *const Header;
        let (own, other) = (all.table(), all.table());
        other.note(a, 5, 10);
        all.ended(other);
        assert_eq!(all.last(a, &own), 5);
        let _next = all.table();
        assert_eq!(all.last(a, &own), 5);
        assert_eq!(lock(&all.all).len(), 2);
    }
}
