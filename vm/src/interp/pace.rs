//! How many items a turn of an ordered loop has, and whether turns run ahead: whatever brings the loop forward fastest.
//!
//! Short turns pay for their beginnings and ends, and long ones meet each other more often. How much of each depends on the
//! items, so it is measured. Turns begin with so many items as take a short while. This base is held for some time, then it is
//! compared with a challenger: one size larger or smaller. What is faster becomes the base, and the same way is tried further;
//! otherwise the base is held longer, and the other way is tried then (hill climbing).
//!
//! Where turns meet nearly always, to run ahead only disturbs: then one thread alone, with long turns, is faster. It is a
//! challenger where all threads together are hardly faster than the turns themselves are; running ahead is one while one thread
//! goes alone.
//!
//! A machine is slower now and then for a moment, or for longer. So both are measured in turn, and a challenger must win twice.
//! Only turns that were taken as it is tried count for it: as many as there are threads were taken before.

use std::time::Duration;

/// What the first turns take, and the longest that are tried: they meet seldom and end soon.
const FIRST: Duration = Duration::from_micros(16);
const LONG: Duration = Duration::from_micros(500);
/// Turns that take so long have their number of items halved without a trial.
const TOO_LONG: Duration = Duration::from_millis(2);
/// A trial takes so many turns of each thread, and so long at least.
const TURNS: usize = 4;
const TRIAL: Duration = Duration::from_micros(200);
/// One thread alone is tried for so many turns.
const TURNS_ALONE: usize = 2;
/// Threads that stand by need so long to go on.
const WAKE: Duration = Duration::from_micros(100);
/// A base that wins is held for so many trials' time, at the most: against another size, and against the other way.
const PATIENCE: u32 = 16;
const PATIENCE_ALONE: u32 = 64;
/// So often a challenger must be faster.
const WINS: u32 = 2;
/// With less than so many turns that run at a time, on average, one thread alone may be as fast.
const FEW: f64 = 1.25;
/// Sizes next to a base.
const BOTH: u32 = 2;
/// Items of a turn, at the most: two to this power.
const LARGEST: u32 = 14;

/// How turns run.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// ahead, with two to this power items
    Ahead(u32),
    /// one thread alone
    Alone(u32),
}
impl Way {
    fn power(self) -> u32 {
        match self {
            Way::Ahead(p) | Way::Alone(p) => p,
        }
    }
    fn with(self, power: u32) -> Way {
        match self {
            Way::Ahead(_) => Way::Ahead(power),
            Way::Alone(_) => Way::Alone(power),
        }
    }
    fn is_alone(self) -> bool {
        matches!(self, Way::Alone(_))
    }
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

/// A measurement of one way.
#[derive(Clone, Copy, Default)]
struct Trial {
    /// items per second
    speed: f64,
    /// what a turn took
    of_turn: Duration,
    /// how many turns ran at a time, on average
    at_a_time: f64,
}

/// The sizes are powers of two.
pub(super) struct Pace {
    threads: usize,
    /// what was fastest, and how fast it was when it was measured last
    base: Way,
    measured: Trial,
    /// the size of turns that run ahead that was fastest, and its speed as a share of the base's if that is one thread alone
    ahead: u32,
    share: f64,
    /// nothing has been measured
    is_first: bool,
    /// what the base is compared with, and how often that has won
    challenger: Option<Way>,
    wins: u32,
    /// what is measured now
    tried: Way,
    /// since when the base is held, what the last challenge took, and how many times as long the base is held
    held: Duration,
    cost: Duration,
    patience: u32,
    /// the next challenger is larger
    up: bool,
    /// how many sizes are tried before one thread alone is
    others: u32,
    /// turns that do not count, since they were taken before, and until when none counts
    skipped: usize,
    ready: Duration,
    /// turns that count
    turns: usize,
    /// when the measurement began
    began: Progress,
}
impl Pace {
    pub(super) fn new(threads: usize) -> Pace {
        Pace {
            threads,
            base: Way::Ahead(0),
            measured: Trial::default(),
            ahead: 0,
            share: 1.0,
            is_first: true,
            challenger: None,
            wins: 0,
            tried: Way::Ahead(0),
            held: Duration::ZERO,
            cost: Duration::ZERO,
            patience: 1,
            up: true,
            others: BOTH,
            skipped: 0,
            ready: Duration::ZERO,
            turns: 0,
            began: Progress::default(),
        }
    }
    /// Items of the next turn.
    pub(super) fn size(&self) -> usize {
        1 << self.tried.power()
    }
    /// A turn has committed. Is one thread to go through the items alone from now on?
    pub(super) fn ended(&mut self, now: Progress) -> bool {
        self.measure(now);
        self.tried.is_alone()
    }
    fn measure(&mut self, now: Progress) {
        if self.skipped < self.threads || now.time < self.ready {
            self.skipped += 1;
            self.began = now;
            return;
        }
        self.turns += 1;
        let time = now.time.saturating_sub(self.began.time);
        let (turns, least) = match self.tried {
            Way::Alone(_) => (TURNS_ALONE, TRIAL),
            Way::Ahead(_) if self.is_first => (TURNS * self.threads, Duration::ZERO),
            Way::Ahead(_) => (TURNS * self.threads, TRIAL),
        };
        if self.turns < turns || time < least {
            return;
        }
        let seconds = time.as_secs_f64();
        let ran = now.ran.saturating_sub(self.began.ran);
        let items = now.end.saturating_sub(self.began.end);
        let at_once = if self.tried.is_alone() { 1 } else { self.threads as u32 };
        let trial = Trial {
            speed: items as f64 / seconds,
            of_turn: time * at_once / self.turns as u32,
            at_a_time: ran.as_secs_f64() / seconds,
        };
        let was = self.tried;
        if std::mem::take(&mut self.is_first) {
            // How long an item takes is known now.
            let items = FIRST.as_nanos() as u64 * items as u64 / (ran.as_nanos() as u64).max(1);
            self.base = Way::Ahead(items.max(1).ilog2().min(LARGEST));
            self.tried = self.hold(now.time);
        } else {
            self.tried = self.next(trial, time, now.time);
        }
        self.turns = 0;
        self.skipped = 0;
        if was.is_alone() && !self.tried.is_alone() {
            self.ready = now.time + WAKE;
        }
    }
    /// The way to measure next.
    fn next(&mut self, trial: Trial, time: Duration, now: Duration) -> Way {
        let Some(challenger) = self.challenger.filter(|_| trial.of_turn <= TOO_LONG || self.tried.power() == 0) else {
            self.measured = trial;
            if trial.of_turn > TOO_LONG && self.tried.power() > 0 {
                self.challenger = None;
                self.base = self.tried.with(self.tried.power() - 1);
                (self.up, self.patience) = (false, 1);
                return self.hold(now);
            }
            if now.saturating_sub(self.held) < self.cost * self.patience {
                return self.base;
            }
            return self.challenge();
        };
        if self.tried != challenger {
            self.measured = trial;
            return challenger;
        }
        self.cost += time;
        if trial.speed <= self.measured.speed {
            self.lost(challenger, trial.speed);
            return self.hold(now);
        }
        self.wins += 1;
        if self.wins < WINS {
            return self.base;
        }
        self.share = self.measured.speed / trial.speed;
        (self.base, self.measured, self.patience) = (challenger, trial, 1);
        self.challenge()
    }
    fn hold(&mut self, now: Duration) -> Way {
        self.challenger = None;
        self.held = now;
        self.base
    }
    fn lost(&mut self, challenger: Way, speed: f64) {
        let mut most = PATIENCE;
        match (self.base, challenger) {
            (Way::Ahead(_), Way::Alone(_)) => {
                self.others = PATIENCE;
                return;
            }
            (Way::Alone(_), Way::Ahead(power)) if speed > self.share * self.measured.speed => {
                (self.ahead, self.share) = (power, speed / self.measured.speed);
                most = PATIENCE_ALONE;
            }
            (Way::Alone(_), _) => {
                self.up = !self.up;
                most = PATIENCE_ALONE;
            }
            _ => self.up = !self.up,
        }
        self.patience = (self.patience * 2).min(most);
    }
    /// A new challenger of the base, which has just been measured.
    fn challenge(&mut self) -> Way {
        self.wins = 0;
        self.cost = Duration::ZERO;
        let way = match self.base {
            Way::Alone(longest) => self.neighbour(self.ahead < longest),
            Way::Ahead(power) => {
                self.ahead = power;
                let may_grow = self.measured.of_turn < LONG && power < LARGEST;
                if self.measured.at_a_time > FEW {
                    self.neighbour(may_grow)
                } else if self.others > 0 {
                    self.others -= 1;
                    self.neighbour(may_grow)
                } else {
                    // Nothing meets long turns of one thread alone.
                    let items = LONG.as_secs_f64() * self.measured.speed;
                    Way::Alone((items as u64).max(1).ilog2().min(LARGEST))
                }
            }
        };
        self.challenger = Some(way);
        way
    }
    /// A size next to the one that was fastest.
    fn neighbour(&mut self, may_grow: bool) -> Way {
        if self.ahead == 0 || !may_grow {
            self.up = may_grow;
        }
        Way::Ahead(if self.up { self.ahead + 1 } else { self.ahead.saturating_sub(1) })
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
        /// Items in a nanosecond with what is found on the way, in so many turns. The machine stands still so often in a
        /// nanosecond, on average, for some time that does not count here.
        fn found(&self, turns: usize, stands_still: f64) -> f64 {
            let mut pace = Pace::new(2);
            let (mut end, mut now, mut ran, mut taken) = (0, 0.0, 0.0, (1, false));
            let (mut stood, mut random, mut is_alone) = (0.0, 1u64, false);
            for _ in 0..turns {
                let (size, alone) = taken;
                end += size;
                let takes = if alone { self.takes_alone(size) } else { self.takes(size) };
                now += takes;
                ran += size as f64 * self.item;
                random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                if ((random >> 33) as f64) < takes * stands_still * f64::from(1u32 << 31) {
                    now += 4e5;
                    stood += 4e5;
                }
                // The next turn was taken before this one ended.
                let next = pace.size();
                let way = std::mem::replace(
                    &mut is_alone,
                    pace.ended(Progress {
                        time: Duration::from_nanos(now as u64),
                        end,
                        ran: Duration::from_nanos(ran as u64),
                    }),
                );
                taken = (next, way);
            }
            end as f64 / (now - stood)
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
                    let share = one.found(3000, 0.0) / one.best();
                    assert!(share > least, "an item takes {item} ns, {meet} of all meet, {again}: {share}");
                }
            }
        }
    }

    #[test]
    fn a_machine_that_stands_still_at_times_does_not_mislead() {
        for item in [200.0, 1e3, 5e3, 5e4] {
            for meet in [0.0, 0.001, 0.01] {
                let one = Loop {
                    item,
                    turn: 3e3,
                    meet,
                    again: 1.0,
                };
                let share = one.found(10_000, 1e-6) / one.best();
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
            pace.ended(Progress {
                time: now,
                end,
                ran: now * 2,
            });
        }
    }
}
