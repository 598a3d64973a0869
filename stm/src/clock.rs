//! The version clock: one counter, 63 bits.

use crate::sync::atomic::{AtomicU64, Ordering};

/// See the module. It has its cache lines for itself.
#[repr(align(128))]
pub struct Clock(AtomicU64);
impl Clock {
    /// Starts at 1: version 0 is that of objects from solo times.
    pub(crate) fn new() -> Clock {
        Clock(AtomicU64::new(1))
    }
    /// The newest version that a commit may have.
    #[inline]
    pub fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
    /// A version that nothing has yet.
    #[inline]
    pub(crate) fn advance(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}
