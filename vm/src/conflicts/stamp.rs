//! How long attempts take, for little: to ask a processor for the time may take 40 ns, and a transaction 200.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A moment, as the processor counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp(u64);

/// Where counting is compared with the clock.
static START: OnceLock<(Instant, u64)> = OnceLock::new();

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn ticks() -> u64 {
    // SAFETY: every x86-64 processor has the instruction.
    unsafe { core::arch::x86_64::_rdtsc() }
}
#[cfg(not(target_arch = "x86_64"))]
fn ticks() -> u64 {
    START.get().map_or(1, |s| s.0.elapsed().as_nanos() as u64 + 1)
}

impl Stamp {
    /// No moment.
    const NONE: Stamp = Stamp(0);

    #[inline(always)]
    fn now() -> Stamp {
        Stamp(ticks())
    }
    /// How long it is ago, with a tick of so many nanoseconds; nothing for [`Stamp::NONE`].
    fn elapsed(self, tick: f64) -> Duration {
        if self == Stamp::NONE {
            return Duration::ZERO;
        }
        Duration::from_nanos((ticks().saturating_sub(self.0) as f64 * tick) as u64)
    }
}
/// Nanoseconds that a tick takes, as far as the clock has shown yet.
fn tick() -> f64 {
    START.get().map_or(0.0, |&(began, first)| {
        began.elapsed().as_nanos() as f64 / ticks().saturating_sub(first).max(1) as f64
    })
}

/// Before the first attempt.
pub(super) fn start() {
    START.get_or_init(|| (Instant::now(), ticks()));
}

/// Ticks that attempts which follow each other take until the time is asked for again, about: some microseconds.
const OFTEN: u64 = 1 << 14;
/// Attempts for which the time is asked for once, at the most.
const MOST: u64 = 64;

/// A thread's attempts since the time was asked for. Of short ones each is taken for as long as the others.
pub(super) struct Attempts {
    first: Stamp,
    most: u32,
    /// of `most`
    left: u32,
    /// nanoseconds of a tick, since [`Attempts::compare`]
    tick: f64,
}
impl Attempts {
    pub(super) const NONE: Attempts = Attempts {
        first: Stamp::NONE,
        most: 0,
        left: 0,
        tick: 0.0,
    };

    /// One begins.
    #[inline(always)]
    pub(super) fn next(&mut self) {
        if self.left > 0 {
            self.left -= 1;
        } else {
            self.restart();
        }
    }
    #[inline(never)]
    fn restart(&mut self) {
        let now = Stamp::now();
        let mean = now.0.saturating_sub(self.first.0) / self.count();
        let most = (OFTEN / mean.max(1)).clamp(1, MOST) as u32;
        *self = Attempts {
            first: now,
            most,
            left: most - 1,
            ..*self
        };
    }
    /// Those since the time was asked for, at least one.
    fn count(&self) -> u64 {
        u64::from(self.most - self.left).max(1)
    }
    /// Before the next one there is something else.
    #[inline]
    pub(super) fn pause(&mut self) {
        (self.most, self.left) = (self.most - self.left, 0);
    }
    /// How long the running one has taken.
    pub(super) fn took(&mut self) -> Duration {
        if self.tick == 0.0 {
            self.compare();
        }
        self.first.elapsed(self.tick) / self.count() as u32
    }
    /// Compares the processor's count with the clock: the longer both have run, the better they agree.
    pub(super) fn compare(&mut self) {
        self.tick = tick();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_agree_with_the_clock() {
        start();
        let (stamp, clock) = (Stamp::now(), Instant::now());
        assert!(stamp.elapsed(tick()) <= clock.elapsed() + Duration::from_millis(5));
        std::thread::sleep(Duration::from_millis(20));
        assert!(stamp.elapsed(tick()) >= Duration::from_millis(19));
        assert_eq!(Stamp::NONE.elapsed(tick()), Duration::ZERO);
    }
    #[test]
    fn long_attempts_are_timed_by_themselves_and_short_ones_together() {
        start();
        let mut all = Attempts::NONE;
        let long = Duration::from_millis(20);
        for _ in 0..2 {
            all.next();
            std::thread::sleep(long);
            assert!(all.took() >= long - Duration::from_millis(1));
            assert_eq!(all.count(), 1);
        }
        // Soon several are taken together.
        while all.count() < 2 {
            all.next();
        }
        assert!(all.took() <= all.first.elapsed(tick()) / 2);
        all.pause();
        all.next();
        assert_eq!(all.count(), 1);
    }
}
