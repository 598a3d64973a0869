//! Atomics, locks and fences: those of std, or of loom when a model is checked (`--cfg loom`).

#[cfg(loom)]
pub use loom::sync::{Condvar, Mutex, MutexGuard, atomic};
#[cfg(not(loom))]
pub use std::sync::{Condvar, Mutex, MutexGuard, atomic};

/// Lets other threads run while this one waits for them.
pub fn pause(round: u32) {
    #[cfg(loom)]
    {
        let _ = round;
        loom::thread::yield_now();
    }
    #[cfg(not(loom))]
    if round < 6 {
        (0..1 << round).for_each(|_| std::hint::spin_loop());
    } else if round < 40 {
        std::thread::yield_now();
    } else {
        std::thread::sleep(std::time::Duration::from_micros(50));
    }
}
