//! How long attempts take, for little: to ask a processor for the time may take 20 ns, and a transaction 200.

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
    /// How long it is ago; nothing for [`Stamp::NONE`].
    fn elapsed(self) -> Duration {
        let (Some(&(began, first)), false) = (START.get(), self == Stamp::NONE) else {
            return Duration::ZERO;
        };
        let now = ticks();
        let nanos = began.elapsed().as_nanos() as f64;
        let share = now.saturating_sub(self.0) as f64 / now.saturating_sub(first).max(1) as f64;
        Duration::from_nanos((nanos * share.min(1.0)) as u64)
    }
}

/// Before the first attempt.
pub(super) fn start() {
    START.get_or_init(|| (Instant::now(), ticks()));
}

/// Ticks that attempts which follow each other take until the time is asked for again, about: a microsecond or two.
const OFTEN: u64 = 1 << 12;
/// Attempts for which the time is asked for once, at the most.
const MOST: u64 = 16;

/// A thread's attempts since the time was asked for. Of short ones each is taken for as long as the others.
pub(super) struct Attempts {
    first: Stamp,
    count: u32,
    most: u32,
}
impl Attempts {
    pub(super) const NONE: Attempts = Attempts {
        first: Stamp::NONE,
        count: 0,
        most: 0,
    };

    /// One begins.
    #[inline(always)]
    pub(super) fn next(&mut self) {
        if self.count < self.most {
            self.count += 1;
        } else {
            self.restart();
        }
    }
    #[inline(never)]
    fn restart(&mut self) {
        let now = Stamp::now();
        let mean = now.0.saturating_sub(self.first.0) / u64::from(self.count.max(1));
        *self = Attempts {
            first: now,
            count: 1,
            most: (OFTEN / mean.max(1)).clamp(1, MOST) as u32,
        };
    }
    /// Before the next one there is something else.
    #[inline]
    pub(super) fn pause(&mut self) {
        self.most = 0;
    }
    /// How long the running one has taken.
    pub(super) fn took(&self) -> Duration {
        self.first.elapsed() / self.count.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_agree_with_the_clock() {
        start();
        let (stamp, clock) = (Stamp::now(), Instant::now());
        assert!(stamp.elapsed() <= clock.elapsed() + Duration::from_millis(5));
        std::thread::sleep(Duration::from_millis(20));
        assert!(stamp.elapsed() >= Duration::from_millis(19));
        assert_eq!(Stamp::NONE.elapsed(), Duration::ZERO);
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
            assert_eq!(all.count, 1);
        }
        // Soon several are taken together.
        while all.count < 2 {
            all.next();
        }
        assert!(all.took() <= all.first.elapsed() / 2);
        all.pause();
        all.next();
        assert_eq!(all.count, 1);
    }
}
