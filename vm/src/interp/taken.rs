//! Which items of an ordered loop are taken, and by which turns: each item by one turn, in the order of both.
//!
//! A turn is taken with as many items as `pace` says. As long as it is the last one it may take more, and give them back.

use super::pace::{Pace, Progress};
use std::ops::Range;
use std::time::Duration;

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
    pace: Pace,
}
/// The items of one turn.
struct Taking {
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
    /// Takes the next turn.
    pub(super) fn take(&mut self) -> Option<u32> {
        let number = self.next()?;
        let first = self.first;
        let end = first + self.fair(self.pace.size());
        self.turns.push(Taking {
            number,
            first,
            end,
            least: end,
        });
        self.first = end;
        self.number += 1;
        Some(number)
    }
    /// So many items, or less: the last turns are short, so that all threads end at the same time.
    fn fair(&self, size: usize) -> usize {
        size.min((self.items - self.first).div_ceil(2 * self.threads))
    }
    fn is_last(&self, number: u32) -> bool {
        self.number == number + 1
    }
    /// The items of a turn that begins: one that begins again gives back what it has taken besides, if it can. A turn that was
    /// not taken, or has ended, has none.
    pub(super) fn items(&mut self, number: u32) -> Range<usize> {
        let is_last = self.is_last(number);
        let Some(t) = self.turns.iter_mut().find(|t| t.number == number) else {
            return 0..0;
        };
        if is_last {
            t.end = t.least;
            self.first = t.end;
        }
        t.first..t.end
    }
    /// More items for a turn, which come after its own. None: a later turn has them, or it has enough.
    pub(super) fn more(&mut self, number: u32) -> Option<Range<usize>> {
        if !self.is_last(number) || self.first == self.items {
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
    /// A turn has ended, so long after the loop began; turns have run so long until now, those aside that were undone. From now
    /// on, is one thread to go through the items alone?
    pub(super) fn ended(&mut self, number: u32, time: Duration, ran: Duration) -> bool {
        if let Some(at) = self.turns.iter().position(|t| t.number == number) {
            let end = self.turns.remove(at).end;
            self.pace.ended(Progress { time, end, ran });
        }
        self.pace.is_alone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_turn_takes_more() {
        let mut taken = Taken::new(100, 2);
        let (a, b) = (taken.take().unwrap(), taken.take().unwrap());
        assert_eq!((taken.items(a), taken.items(b)), (0..1, 1..2));
        assert_eq!(taken.more(a), None, "another turn comes after it");
        assert_eq!(taken.more(b), Some(2..3));
        assert_eq!(taken.more(b), Some(3..4));
        let c = taken.take().unwrap();
        assert_eq!(taken.items(c), 4..5);
        assert_eq!(taken.more(b), None, "the next turn is taken");
        assert_eq!(taken.items(b), 1..4, "what it has taken is its own when it begins again");
    }

    #[test]
    fn a_turn_that_begins_again_gives_back() {
        let mut taken = Taken::new(3, 2);
        let a = taken.take().unwrap();
        assert_eq!((taken.more(a), taken.more(a), taken.more(a)), (Some(1..2), Some(2..3), None));
        assert_eq!(taken.next(), None);
        assert_eq!(taken.items(a), 0..1);
        assert_eq!(taken.next(), Some(a + 1));
        let b = taken.take().unwrap();
        assert_eq!(taken.items(b), 1..2);
    }

    #[test]
    fn a_turn_does_not_take_without_end() {
        let mut taken = Taken::new(1000, 2);
        let a = taken.take().unwrap();
        let more = std::iter::from_fn(|| taken.more(a)).count();
        assert_eq!(more, MOST - 1);
    }

    #[test]
    fn a_turn_that_has_ended_has_no_items() {
        let mut taken = Taken::new(10, 2);
        let a = taken.take().unwrap();
        taken.ended(a, Duration::ZERO, Duration::ZERO);
        assert_eq!(taken.items(a), 0..0);
        assert_eq!(taken.items(7), 0..0);
        assert_eq!(taken.more(a), None);
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
            let (mut open, mut done, mut time) = (Vec::new(), 0, Duration::ZERO);
            while done < items {
                time += Duration::from_micros(5);
                match draw(4) {
                    0 if open.len() < 3 => open.extend(taken.take()),
                    1 if !open.is_empty() => {
                        let again = open[draw(open.len() as u64) as usize];
                        assert!(taken.items(again).start >= done);
                    }
                    2 if !open.is_empty() => {
                        taken.more(open[draw(open.len() as u64) as usize]);
                    }
                    3 if !open.is_empty() => {
                        let number = open.remove(0);
                        let t = taken.turns.iter().find(|t| t.number == number).unwrap();
                        assert_eq!(t.first, done);
                        assert!(t.end > done);
                        done = t.end;
                        taken.ended(number, time, time);
                    }
                    _ => {}
                }
            }
            assert_eq!((done, taken.take()), (items, None));
        }
    }
}
