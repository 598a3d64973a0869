//! How many items a turn of an ordered loop has: as many as bring the loop forward fastest.
//!
//! Short turns pay for their beginnings and ends, and long ones meet each other more often. How much of each depends on the
//! items, so it is measured: a base is held for some turns, then a size next to it is tried. What is faster becomes the base, and
//! the same way is tried further; otherwise the base is held longer, and the other way is tried then (hill climbing).
//!
//! Only turns that were taken with the size that is tried count for it: as many as there are threads were taken before.

use std::time::Duration;

/// Longer turns than this are not tried, so that they meet seldom and end soon.
const LONG: Duration = Duration::from_micros(500);
/// Turns that take so long have their number of items halved without a trial.
const TOO_LONG: Duration = Duration::from_millis(2);
/// A size is tried for so many turns of each thread, and for so long at least.
const TURNS: usize = 4;
const TRIAL: Duration = Duration::from_micros(200);
/// A base that stays the fastest is held for so many trials' time, at the most.
const PATIENCE: usize = 16;
/// Items of a turn, at the most: two to this power.
const LARGEST: u32 = 14;

/// The sizes are powers of two.
pub(super) struct Pace {
    threads: usize,
    /// the power of two that was fastest, and its items per second
    base: u32,
    speed: f64,
    /// the power that is measured now
    tried: u32,
    /// the way in which the base is left for a trial
    up: bool,
    /// how many trials' time the base is held
    patience: usize,
    /// turns that ended since the size changed; the first of them were taken before
    turns: usize,
    /// when the measurement began, and behind which item
    began: (Duration, usize),
}
impl Pace {
    pub(super) fn new(threads: usize) -> Pace {
        Pace {
            threads,
            base: 0,
            speed: 0.0,
            tried: 0,
            up: true,
            patience: 1,
            turns: 0,
            began: (Duration::ZERO, 0),
        }
    }
    /// Items of the next turn.
    pub(super) fn size(&self) -> usize {
        1 << self.tried
    }
    /// A turn has committed, at this time: all items before `end` have now.
    pub(super) fn ended(&mut self, end: usize, now: Duration) {
        self.turns += 1;
        if self.turns <= self.threads {
            self.began = (now, end);
            return;
        }
        let turns = self.turns - self.threads;
        let time = now.saturating_sub(self.began.0);
        let hold = if self.tried == self.base { self.patience } else { 1 };
        if turns < TURNS * self.threads * hold || time < TRIAL * hold as u32 {
            return;
        }
        let speed = end.saturating_sub(self.began.1) as f64 / time.as_secs_f64();
        let of_turn = time * self.threads as u32 / turns as u32;
        self.turns = 0;
        self.tried = self.next(speed, of_turn);
    }
    /// The next power to measure, after this speed with turns that take so long.
    fn next(&mut self, speed: f64, of_turn: Duration) -> u32 {
        if of_turn > TOO_LONG && self.tried > 0 {
            self.base = self.tried - 1;
            (self.up, self.patience) = (false, 1);
            return self.base;
        }
        if self.tried == self.base || speed > self.speed {
            if self.tried != self.base {
                self.patience = 1;
            }
            (self.base, self.speed) = (self.tried, speed);
        } else {
            self.up = !self.up;
            self.patience = (self.patience * 2).min(PATIENCE);
            return self.base;
        }
        let may_grow = of_turn < LONG && self.base < LARGEST;
        if self.base == 0 || !may_grow {
            self.up = may_grow;
        }
        match self.up {
            true => self.base + 1,
            false => self.base.saturating_sub(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A loop of two threads: what an item and a turn take, in nanoseconds, and the share of items that meet.
    struct Loop {
        item: f64,
        turn: f64,
        meet: f64,
    }
    impl Loop {
        /// What the loop takes for a turn of so many items, on average: where both turns have items that meet, one runs again.
        fn takes(&self, size: usize) -> f64 {
            let meets = 1.0 - (1.0 - self.meet).powi(size as i32);
            (size as f64 * self.item + self.turn) * (1.0 + meets * meets) / 2.0
        }
        /// Items in a nanosecond with the best size of all.
        fn best(&self) -> f64 {
            let speed = |p: u32| f64::from(1 << p) / self.takes(1usize << p);
            (0..=LARGEST).map(speed).fold(0.0, f64::max)
        }
        /// Items in a nanosecond with the sizes that are found on the way, in so many turns.
        fn found(&self, turns: usize) -> f64 {
            let mut pace = Pace::new(2);
            let (mut end, mut now, mut taken) = (0, 0.0, 1);
            for _ in 0..turns {
                end += taken;
                now += self.takes(taken);
                // The next turn was taken before this one ended.
                taken = pace.size();
                pace.ended(end, Duration::from_nanos(now as u64));
            }
            end as f64 / now
        }
    }

    #[test]
    fn the_size_that_is_found_is_nearly_the_best() {
        for item in [200.0, 1e3, 5e3, 5e4, 1e6] {
            for meet in [0.0, 0.001, 0.01, 0.1, 1.0] {
                let one = Loop { item, turn: 3e3, meet };
                let share = one.found(3000) / one.best();
                assert!(share > 0.95, "an item takes {item} ns, {meet} of all meet: {share}");
            }
        }
    }

    #[test]
    fn a_turn_does_not_last_long() {
        let mut pace = Pace::new(2);
        let (mut end, mut now) = (0, Duration::ZERO);
        // The more items a turn has the faster is the loop; then items become slower by and by.
        for turn in 0u64..4000 {
            let item = Duration::from_nanos(1000 * (1 + turn.saturating_sub(1000) / 100));
            let time = item * pace.size() as u32;
            assert!(time < TOO_LONG * 2, "{time:?} in turn {turn}");
            end += pace.size();
            now += time / 2 + Duration::from_micros(100);
            pace.ended(end, now);
        }
    }
}
