//! Atomics, locks and fences: those of std, or of loom or shuttle when models are checked (`--cfg loom`, `--cfg shuttle`).

#[cfg(loom)]
pub use loom::sync::{Condvar, Mutex, MutexGuard, atomic};
#[cfg(shuttle)]
pub use shuttle::sync::{Condvar, Mutex, MutexGuard, atomic};
#[cfg(not(any(loom, shuttle)))]
pub use std::sync::{Condvar, Mutex, MutexGuard, atomic};

/// A round of [`pause`] that takes a fraction of a microsecond, and one that lets other threads use the core.
pub(crate) const BRIEF: u32 = 2;
pub(crate) const YIELDS: u32 = 6;

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
    if round < YIELDS {
        (0..1 << round).for_each(|_| std::hint::spin_loop());
    } else if round < 40 {
        std::thread::yield_now();
    } else {
        std::thread::sleep(std::time::Duration::from_micros(50));
    }
}

/// Where one thread sleeps and others wake it. Models do not sleep: they let others run.
#[derive(Default)]
pub(crate) struct Call {
    #[cfg(not(any(loom, shuttle)))]
    called: Mutex<bool>,
    #[cfg(not(any(loom, shuttle)))]
    changed: Condvar,
}
impl Call {
    /// Sleeps until it is called, for `time` at the most. A call that came before counts.
    pub(crate) fn wait(&self, time: std::time::Duration) {
        #[cfg(any(loom, shuttle))]
        {
            let _ = time;
            pause(0);
        }
        #[cfg(not(any(loom, shuttle)))]
        {
            let called = self.called.lock().unwrap_or_else(|e| e.into_inner());
            let sleep = self.changed.wait_timeout_while(called, time, |called| !*called);
            *sleep.unwrap_or_else(|e| e.into_inner()).0 = false;
        }
    }
    /// Wakes the thread.
    pub(crate) fn call(&self) {
        #[cfg(not(any(loom, shuttle)))]
        {
            *self.called.lock().unwrap_or_else(|e| e.into_inner()) = true;
            self.changed.notify_one();
        }
    }
}
