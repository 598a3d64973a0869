//! How many items a turn of an ordered loop has, and whether turns run ahead: whatever brings the loop forward fastest.
//!
//! Short turns pay for their beginnings and ends, and long ones meet each other more often. How much of each depends on the
//! items, so it is measured: a base is held for some turns, then a size next to it is tried. What is faster becomes the base, and
//! the same way is tried further; otherwise the base is held longer, and the other way is tried then (hill climbing).
//!
//! Where turns meet nearly always, to run ahead only disturbs: then one thread alone, with long turns, is faster. That is tried
//! when all threads together are hardly faster than the turns themselves are, and to run ahead is tried again now and then.
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
/// One thread alone is held for so many trials' time, at the most.
const PATIENCE_ALONE: usize = 64;
/// With less than so many turns that run at a time, on average, one thread alone may be as fast.
const FEW: f64 = 1.25;
/// Items of a turn, at the most: two to this power.
const LARGEST: u32 = 14;

/// What is measured.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// turns that run ahead, of the base's size or one next to it
    Ahead,
    /// whether one thread alone is faster
    TriesAlone,
    /// one thread alone, which was
    Alone,
    /// whether it still is
    TriesAhead,
}

/// The loop's progress at some time.
#[derive(Clone, Copy, Default)]
pub(super) struct Progress {
    /// time since the loop began
    pub time: Duration,
    /// all items before this one are done
    pub end: usize,
    /// time that the turns of these items have run, those aside that were undone
    pub ran: Duration,
}

/// The sizes are powers of two.
pub(super) struct Pace {
    threads: usize,
    way: Way,
    /// the power of two that was fastest, and its items per second
    base: u32,
    speed: f64,
    /// the power that is measured now, and the next one to measure with turns that run ahead
    tried: u32,
    ahead: u32,
    /// the way in which the base is left for a trial
    up: bool,
    /// how many trials' time the base is held
    patience: usize,
    /// items per second of one thread alone, how many trials' time it is held, and how many bases are measured before it is tried
    alone: f64,
    patience_alone: usize,
    bases: usize,
    /// turns that ended since the size changed; the first of them were taken before
    turns: usize,
    /// when the measurement began
    began: Progress,
}
impl Pace {
    pub(super) fn new(threads: usize) -> Pace {
        Pace {
            threads,
            way: Way::Ahead,
            base: 0,
            speed: 0.0,
            tried: 0,
            ahead: 0,
            up: true,
            patience: 1,
            alone: 0.0,
            patience_alone: 1,
            bases: 1,
            turns: 0,
            began: Progress::default(),
        }
    }
    /// Items of the next turn.
    pub(super) fn size(&self) -> usize {
        1 << self.tried
    }
    /// Is it to begin when its time has come, and not before?
    pub(super) fn is_alone(&self) -> bool {
        matches!(self.way, Way::TriesAlone | Way::Alone)
    }
    /// A turn has committed.
    pub(super) fn ended(&mut self, now: Progress) {
        self.turns += 1;
        if self.turns <= self.threads {
            self.began = now;
            return;
        }
        let turns = self.turns - self.threads;
        let time = now.time.saturating_sub(self.began.time);
        let hold = match self.way {
            Way::Ahead if self.tried == self.base => self.patience,
            Way::Alone => self.patience_alone,
            _ => 1,
        };
        if turns < TURNS * self.threads * hold || time < TRIAL * hold as u32 {
            return;
        }
        let speed = now.end.saturating_sub(self.began.end) as f64 / time.as_secs_f64();
        let at_a_time = now.ran.saturating_sub(self.began.ran).as_secs_f64() / time.as_secs_f64();
        let of_turn = time * if self.is_alone() { 1 } else { self.threads as u32 } / turns as u32;
        self.turns = 0;
        self.tried = self.next(speed, of_turn, at_a_time);
    }
    /// The next power to measure, after this speed with turns that take so long, of which so many ran at a time.
    fn next(&mut self, speed: f64, of_turn: Duration, at_a_time: f64) -> u32 {
        match self.way {
            Way::Ahead => {
                let is_base = self.tried == self.base;
                self.ahead = self.next_ahead(speed, of_turn);
                if !is_base || at_a_time > FEW {
                    return self.ahead;
                }
                if self.bases > 0 {
                    self.bases -= 1;
                    return self.ahead;
                }
                self.way = Way::TriesAlone;
            }
            Way::TriesAlone if speed <= self.speed => {
                self.way = Way::Ahead;
                self.bases = PATIENCE;
                return self.ahead;
            }
            Way::TriesAlone => (self.way, self.alone) = (Way::Alone, speed),
            Way::Alone => {
                (self.way, self.alone) = (Way::TriesAhead, speed);
                return self.ahead;
            }
            Way::TriesAhead => {
                // It is still climbing.
                self.ahead = self.next_ahead(speed, of_turn);
                if speed > self.alone {
                    (self.way, self.patience_alone) = (Way::Ahead, 1);
                    return self.ahead;
                }
                self.way = Way::Alone;
                self.patience_alone = (self.patience_alone * 2).min(PATIENCE_ALONE);
            }
        }
        // One thread alone has long turns: nothing meets them.
        let items = LONG.as_secs_f64() * self.alone.max(speed);
        (items as u64).max(1).ilog2().min(LARGEST)
    }
    fn next_ahead(&mut self, speed: f64, of_turn: Duration) -> u32 {
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

    /// A loop of two threads: what an item and a turn take, in nanoseconds, the share of items that meet, and how many turns'
    /// time it takes to undo one.
    struct Loop {
        item: f64,
        turn: f64,
        meet: f64,
        again: f64,
    }
    impl Loop {
        /// What the loop takes for a turn of so many items, on average: where both turns have items that meet, one runs again.
        fn takes(&self, size: usize) -> f64 {
            let meets = 1.0 - (1.0 - self.meet).powi(size as i32);
            (size as f64 * self.item + self.turn) * (1.0 + self.again * meets * meets) / 2.0
        }
        /// The same for one thread alone.
        fn takes_alone(&self, size: usize) -> f64 {
            size as f64 * self.item + self.turn
        }
        /// Items in a nanosecond with the best size of all, with turns that run ahead or without.
        fn best(&self) -> f64 {
            let speed = |p: u32, takes: f64| f64::from(1 << p) / takes;
            let is_short = |p: &u32| *p == 0 || self.takes_alone(1 << p) < LONG.as_nanos() as f64;
            (0..=LARGEST)
                .map(|p| speed(p, self.takes(1 << p)))
                .chain((0..=LARGEST).filter(is_short).map(|p| speed(p, self.takes_alone(1 << p))))
                .fold(0.0, f64::max)
        }
        /// Items in a nanosecond with what is found on the way, in so many turns.
        fn found(&self, turns: usize) -> f64 {
            let mut pace = Pace::new(2);
            let (mut end, mut now, mut ran, mut taken) = (0, 0.0, 0.0, (1, false));
            for _ in 0..turns {
                let (size, alone) = taken;
                end += size;
                now += if alone { self.takes_alone(size) } else { self.takes(size) };
                ran += size as f64 * self.item;
                // The next turn was taken before this one ended.
                taken = (pace.size(), pace.is_alone());
                pace.ended(Progress {
                    time: Duration::from_nanos(now as u64),
                    end,
                    ran: Duration::from_nanos(ran as u64),
                });
            }
            end as f64 / now
        }
    }

    #[test]
    fn what_is_found_is_nearly_the_best() {
        for item in [200.0, 1e3, 5e3, 5e4, 1e6] {
            for meet in [0.0, 0.001, 0.01, 0.1, 1.0] {
                for (again, least) in [(1.0, 0.95), (3.0, 0.93)] {
                    let one = Loop {
                        item,
                        turn: 3e3,
                        meet,
                        again,
                    };
                    let share = one.found(3000) / one.best();
                    assert!(share > least, "an item takes {item} ns, {meet} of all meet, {again}: {share}");
                }
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
            pace.ended(Progress {
                time: now,
                end,
                ran: now * 2,
            });
        }
    }
}
