//! Atomics, locks and fences: those of std, or of loom or shuttle when models are checked (`--cfg loom`, `--cfg shuttle`).

#[cfg(loom)]
pub use loom::sync::{Condvar, Mutex, MutexGuard, atomic};
#[cfg(shuttle)]
pub use shuttle::sync::{Condvar, Mutex, MutexGuard, atomic};
#[cfg(not(any(loom, shuttle)))]
pub use std::sync::{Condvar, Mutex, MutexGuard, atomic};

/// Lets other threads run while this one waits for them.
pub fn pause(round: u32) {
    #[cfg(any(loom, shuttle))]
    {
        let _ = round;
        #[cfg(loom)]
        loom::thread::yield_now();
        #[cfg(shuttle)]
        shuttle::thread::yield_now();
    }
    #[cfg(not(any(loom, shuttle)))]
    if round < 6 {
        (0..1 << round).for_each(|_| std::hint::spin_loop());
    } else if round < 40 {
        std::thread::yield_now();
    } else {
        std::thread::sleep(std::time::Duration::from_micros(50));
    }
}
