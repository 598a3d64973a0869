//! Which items of an ordered loop are taken, and by which turns: each item by one turn, in the order of both.
//!
//! A turn is taken with as many items as `pace` says. As long as it is the last one it may take more, and give them back.

use super::pace::Pace;
use std::ops::Range;

/// More than a turn has is taken in such parts of a turn's items, and not more than so many turns' items in all.
const PART: usize = 4;
const MOST: usize = 4;

/// What is taken of the items.
pub(super) struct Taken {
    /// how many items there are, and threads that work on them
    items: usize,
    threads: usize,
    /// the first item that is not taken, and the number of the next turn
    first: usize,
    number: u32,
    /// turns that have not ended, the last one at the end
    turns: Vec<Taking>,
    /// how many items a turn takes
    pub(super) pace: Pace,
}
/// The items of one turn.
struct Taking {
    /// whose it is
    thread: u64,
    number: u32,
    /// the first one, the one behind the last one, and that before more were taken
    first: usize,
    end: usize,
    least: usize,
}
impl Taken {
    pub(super) fn new(items: usize, threads: usize) -> Taken {
        let threads = threads.max(1);
        Taken {
            items,
            threads,
            first: 0,
            number: 0,
            turns: Vec::new(),
            pace: Pace::new(threads),
        }
    }
    /// The number of the next turn; None: there will be none, unless items are given back.
    pub(super) fn next(&self) -> Option<u32> {
        (self.first < self.items).then_some(self.number)
    }
    /// The number and the items of the turn that the thread has, or else of the next one. A turn that begins again gives back what
    /// it has taken besides, if it can.
    pub(super) fn begin(&mut self, thread: u64) -> Option<(u32, Range<usize>)> {
        if let Some(t) = self.turns.iter_mut().find(|t| t.thread == thread) {
            if t.number + 1 == self.number {
                t.end = t.least;
                self.first = t.end;
            }
            return Some((t.number, t.first..t.end));
        }
        let number = self.next()?;
        let first = self.first;
        let end = first + self.fair(self.pace.size());
        self.turns.push(Taking {
            thread,
            number,
            first,
            end,
            least: end,
        });
        self.first = end;
        self.number += 1;
        Some((number, first..end))
    }
    /// So many items, or less: the last turns are short, so that all threads end at the same time.
    fn fair(&self, size: usize) -> usize {
        size.min((self.items - self.first).div_ceil(2 * self.threads))
    }
    /// More items for a turn, which come after its own. None: a later turn has them, or it has enough.
    pub(super) fn more(&mut self, number: u32) -> Option<Range<usize>> {
        if self.first == self.items {
            return None;
        }
        let size = self.pace.size();
        let (first, end) = (self.first, self.first + self.fair(size.div_ceil(PART)));
        let t = self
            .turns
            .last_mut()
            .filter(|t| t.number == number && t.end - t.first < MOST * size)?;
        t.end = end;
        self.first = end;
        Some(first..end)
    }
    /// The thread's turn has ended: its number, and the item behind its last one. None: it has none.
    pub(super) fn ended(&mut self, thread: u64) -> Option<(u32, usize)> {
        let at = self.turns.iter().position(|t| t.thread == thread)?;
        let t = self.turns.remove(at);
        Some((t.number, t.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_turn_takes_more() {
        let mut taken = Taken::new(100, 2);
        assert_eq!((taken.begin(7), taken.begin(8)), (Some((0, 0..1)), Some((1, 1..2))));
        assert_eq!(taken.more(0), None, "another turn comes after it");
        assert_eq!(taken.more(1), Some(2..3));
        assert_eq!(taken.more(1), Some(3..4));
        assert_eq!(taken.begin(9), Some((2, 4..5)));
        assert_eq!(taken.more(1), None, "the next turn is taken");
        assert_eq!(taken.begin(8), Some((1, 1..4)), "what it has taken is its own when it begins again");
    }

    #[test]
    fn a_turn_that_begins_again_gives_back() {
        let mut taken = Taken::new(3, 2);
        assert_eq!(taken.begin(7), Some((0, 0..1)));
        assert_eq!((taken.more(0), taken.more(0), taken.more(0)), (Some(1..2), Some(2..3), None));
        assert_eq!((taken.next(), taken.begin(8)), (None, None));
        assert_eq!(taken.begin(7), Some((0, 0..1)));
        assert_eq!(taken.begin(8), Some((1, 1..2)));
    }

    #[test]
    fn a_turn_does_not_take_without_end() {
        let mut taken = Taken::new(1000, 2);
        taken.begin(7);
        assert_eq!(std::iter::from_fn(|| taken.more(0)).count(), MOST - 1);
    }

    #[test]
    fn a_turn_ends_once() {
        let mut taken = Taken::new(10, 2);
        taken.begin(7);
        assert_eq!((taken.ended(7), taken.ended(7)), (Some((0, 1)), None));
        assert_eq!((taken.more(0), taken.begin(7)), (None, Some((1, 1..2))));
    }

    /// Whatever happens in whatever order, the turns have each item once.
    #[test]
    fn each_item_is_taken_once() {
        let mut random = 1u64;
        let mut draw = |n: u64| {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (random >> 33) % n
        };
        for items in 1..200 {
            let mut taken = Taken::new(items, 3);
            let (mut now, mut done) = (0, 0);
            while done < items {
                let thread = draw(3);
                let has = taken.turns.iter().find(|t| t.thread == thread).map(|t| (t.number, t.first));
                match draw(3) {
                    0 => {
                        let begun = taken.begin(thread);
                        assert!(has.is_none_or(|(number, first)| begun.as_ref().is_some_and(|b| (b.0, b.1.start) == (number, first))));
                        assert!(begun.is_none_or(|b| b.0 >= now && b.1.start >= done && !b.1.is_empty()));
                    }
                    1 => {
                        has.and_then(|(number, _)| taken.more(number));
                    }
                    _ => {
                        if let Some((_, first)) = has.filter(|(number, _)| *number == now) {
                            assert_eq!(first, done);
                            (now, done) = taken.ended(thread).map(|(n, end)| (n + 1, end)).unwrap();
                            assert!(done > first);
                        }
                    }
                }
            }
            assert_eq!((done, taken.begin(0)), (items, None));
        }
    }
}
