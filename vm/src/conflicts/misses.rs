//! Attempts that were undone for an object of which nobody has noted where the thread had used it. It runs again now, and is asked
//! when it comes to the object: so reads cost nothing until one has gone wrong.

use super::ledger::{Cost, Pair};
use vasuki_stm::Header;

/// Commits until a thread is not expected to come by again: it may end its transactions earlier now.
const PATIENCE: u32 = 16;

/// What is known of an attempt that was undone.
pub(super) struct Miss {
    /// the object's address; it may be gone
    pub(super) object: *const Header,
    /// of which the loser is not known: until it is, where the thread began again
    pub(super) pair: Pair,
    pub(super) cost: Cost,
    /// commits since
    pub(super) commits: u32,
}
/// See the module. Few, and mostly none.
#[derive(Default)]
pub(super) struct Misses(Vec<Miss>);

impl Misses {
    /// Is it asked where the thread uses this object?
    #[inline(always)]
    pub(super) fn has(&self, object: *const Header) -> bool {
        !self.0.is_empty() && self.0.iter().any(|m| std::ptr::eq(m.object, object))
    }
    /// Are there any?
    pub(super) fn are_any(&self) -> bool {
        !self.0.is_empty()
    }
    /// One more.
    pub(super) fn add(&mut self, new: Miss) {
        let same = |m: &&mut Miss| std::ptr::eq(m.object, new.object) && m.pair == new.pair;
        match self.0.iter_mut().find(same) {
            Some(m) => {
                m.cost.merge(&new.cost);
                m.commits = 0;
            }
            None => self.0.push(new),
        }
    }
    /// Those for this object; they are not asked for any more.
    pub(super) fn take(&mut self, object: *const Header) -> impl Iterator<Item = Miss> {
        self.0.extract_if(.., move |m| std::ptr::eq(m.object, object))
    }
    /// A transaction has committed. Gives those for which it is too late.
    #[inline]
    pub(super) fn committed(&mut self) -> Option<impl Iterator<Item = Miss>> {
        if self.0.is_empty() {
            return None;
        }
        self.0.iter_mut().for_each(|m| m.commits += 1);
        Some(self.0.extract_if(.., |m| m.commits >= PATIENCE))
    }
    /// All.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = Miss> {
        self.0.drain(..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: usize) -> *const Header {
        std::ptr::without_provenance(address)
    }
    fn miss(object: usize, winner: u32) -> Miss {
        Miss {
            object: at(object),
            pair: Pair {
                loser: 1,
                winner,
                object: (0, 0),
            },
            cost: Cost {
                aborts: 1,
                ..Cost::default()
            },
            commits: 0,
        }
    }

    #[test]
    fn misses_of_one_pair_are_added_up_and_taken_once() {
        let mut all = Misses::default();
        for (object, winner) in [(8, 2), (16, 2), (8, 2), (8, 3)] {
            all.add(miss(object, winner));
        }
        assert!(all.has(at(8)) && !all.has(at(24)));
        let taken: Vec<_> = all.take(at(8)).map(|m| (m.pair.winner, m.cost.aborts)).collect();
        assert_eq!(taken, [(2, 2), (3, 1)]);
        assert!(!all.has(at(8)) && all.has(at(16)));
    }

    #[test]
    fn misses_end_after_some_commits() {
        let mut all = Misses::default();
        all.add(miss(8, 2));
        let ended = |all: &mut Misses| all.committed().map_or(0, Iterator::count);
        let counts: Vec<usize> = (0..=PATIENCE).map(|_| ended(&mut all)).collect();
        assert_eq!(counts.iter().sum::<usize>(), 1);
        assert_eq!(counts[PATIENCE as usize - 1], 1);
    }
}
