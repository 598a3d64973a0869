//! What a thread did when: times by kind of activity, in as many equal stretches as a page can show.

use std::time::Duration;

/// Stretches; when a timeline needs more, they become twice as long.
const STRETCHES: usize = 600;
const SHORTEST: u64 = 250_000;

/// What a thread does when it does not just run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Activity {
    /// waits for another thread's transaction
    Waiting,
    /// does what is undone later
    Lost,
    /// runs in a transaction that cannot be undone
    Irrevocable,
    /// stands still for a collection
    Collecting,
    /// is blocked: input, output, locks, sleep
    Blocked,
}
impl Activity {
    /// All of them.
    pub const ALL: [Activity; 5] = [
        Activity::Waiting,
        Activity::Lost,
        Activity::Irrevocable,
        Activity::Collecting,
        Activity::Blocked,
    ];
}

/// Nanoseconds of each activity in one stretch.
pub(super) type Stretch = [u64; Activity::ALL.len()];

/// See the module. Times count from the start of the program.
#[derive(Clone)]
pub(super) struct Timeline {
    width: u64,
    stretches: Vec<Stretch>,
}
impl Default for Timeline {
    fn default() -> Timeline {
        Timeline {
            width: SHORTEST,
            stretches: Vec::new(),
        }
    }
}
impl Timeline {
    /// Something took from `from` to `to`.
    pub(super) fn add(&mut self, what: Activity, from: Duration, to: Duration) {
        let (mut from, to) = (from.as_nanos() as u64, to.as_nanos() as u64);
        while to / self.width >= STRETCHES as u64 {
            self.halve();
        }
        while from < to {
            let n = (from / self.width) as usize;
            let end = to.min((n as u64 + 1) * self.width);
            if self.stretches.len() <= n {
                self.stretches.resize(n + 1, Stretch::default());
            }
            self.stretches[n][what as usize] += end - from;
            from = end;
        }
    }
    fn halve(&mut self) {
        self.width *= 2;
        self.stretches = self
            .stretches
            .chunks(2)
            .map(|pair| std::array::from_fn(|i| pair.iter().map(|s| s[i]).sum()))
            .collect();
    }
    /// The stretches, which are `width` nanoseconds long or a little longer.
    pub(super) fn stretched(&self, width: u64) -> (u64, Vec<Stretch>) {
        let mut t = self.clone();
        while t.width < width {
            t.halve();
        }
        (t.width, t.stretches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_kept_when_stretches_grow() {
        let mut t = Timeline::default();
        let at = Duration::from_micros;
        t.add(Activity::Lost, at(100), at(700));
        assert_eq!(t.stretches.iter().map(|s| s[1]).collect::<Vec<_>>(), [150_000, 250_000, 200_000]);
        t.add(Activity::Waiting, at(1_000_000), at(1_000_300));
        assert!(t.stretches.len() <= STRETCHES && t.width > SHORTEST);
        let total = |what: Activity| t.stretches.iter().map(|s| s[what as usize]).sum::<u64>();
        assert_eq!((total(Activity::Lost), total(Activity::Waiting)), (600_000, 300_000));
        let (width, stretches) = t.stretched(500_000_000);
        assert!(width >= 500_000_000 && stretches.len() <= 3);
    }
}
