//! Who has opened an object last: a table by address, in which the newest of several objects with one place wins.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use vasuki_stm::Header;

const PLACES: usize = 1 << 14;
/// Of a site: it has not opened the object, but read it in a transaction that cannot be undone, and so holds it.
pub(super) const HELD: u32 = 1 << 31;

/// See the module. A word has the low half of the object's address, in units of its alignment, and the site.
pub(super) struct Openers(Box<[AtomicU64]>);

impl Default for Openers {
    fn default() -> Openers {
        Openers((0..PLACES).map(|_| AtomicU64::new(0)).collect())
    }
}
impl Openers {
    fn place(&self, unit: u32) -> &AtomicU64 {
        &self.0[unit.wrapping_mul(0x9E37_79B1) as usize >> (32 - PLACES.trailing_zeros())]
    }
    fn unit(object: *const Header) -> u32 {
        (object as usize >> 3) as u32
    }
    /// It was opened at this site.
    pub(super) fn note(&self, object: *const Header, site: u32) {
        let unit = Openers::unit(object);
        let (place, word) = (self.place(unit), u64::from(unit) << 32 | u64::from(site));
        // Threads mostly run the same code: then the place stays in the caches of all of them.
        if place.load(Relaxed) != word {
            place.store(word, Relaxed);
        }
    }
    /// Where it was opened last; 0: nobody knows.
    pub(super) fn last(&self, object: *const Header) -> u32 {
        let unit = Openers::unit(object);
        let word = self.place(unit).load(Relaxed);
        if (word >> 32) as u32 == unit { word as u32 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_opener_is_found_and_that_of_another_object_is_not() {
        let t = Openers::default();
        let (a, b) = (0x7f00_0000_1000 as *const Header, 0x7f00_0000_1010 as *const Header);
        assert_eq!(t.last(a), 0);
        t.note(a, 5);
        t.note(b, 6);
        t.note(a, 7);
        assert_eq!((t.last(a), t.last(b)), (7, 6));
    }
}
