//! Moments that cost little to note: every transaction has one.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A moment, as the processor counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(u64);

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
    pub(super) const NONE: Stamp = Stamp(0);

    /// Before the first stamp.
    pub(super) fn start() {
        START.get_or_init(|| (Instant::now(), ticks()));
    }
    #[inline(always)]
    pub(super) fn now() -> Stamp {
        Stamp(ticks())
    }
    /// How long it is ago; nothing for [`Stamp::NONE`].
    pub(super) fn elapsed(self) -> Duration {
        let (Some(&(began, first)), false) = (START.get(), self == Stamp::NONE) else {
            return Duration::ZERO;
        };
        let now = ticks();
        let nanos = began.elapsed().as_nanos() as f64;
        let share = now.saturating_sub(self.0) as f64 / now.saturating_sub(first).max(1) as f64;
        Duration::from_nanos((nanos * share.min(1.0)) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_agree_with_the_clock() {
        Stamp::start();
        let (stamp, clock) = (Stamp::now(), Instant::now());
        assert!(stamp.elapsed() <= clock.elapsed() + Duration::from_millis(5));
        std::thread::sleep(Duration::from_millis(20));
        assert!(stamp.elapsed() >= Duration::from_millis(19));
        assert_eq!(Stamp::NONE.elapsed(), Duration::ZERO);
    }
}
