//! Waiting at a word of memory, outside of all objects: nothing that a thread holds while it waits needs to be given free,
//! so a process may fork meanwhile.

use std::sync::atomic::{AtomicU32, Ordering::*};
use std::time::Instant;

/// Waits while `word` is `expected`, until `until` at the latest; may also return without a reason. False: the time is over.
pub fn wait(word: &AtomicU32, expected: u32, until: Option<Instant>) -> bool {
    let left = until.map(|t| t.saturating_duration_since(Instant::now()));
    if left.is_some_and(|d| d.is_zero()) {
        return false;
    }
    let timeout = left.map(|d| libc::timespec {
        tv_sec: d.as_secs() as libc::time_t,
        tv_nsec: d.subsec_nanos() as libc::c_long,
    });
    let timeout = timeout.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: the word and the time are valid for the call.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word,
            libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
            expected,
            timeout,
        )
    };
    true
}
/// One thread that waits at the word looks at it again.
pub fn wake_one(word: &AtomicU32) {
    wake(word, 1);
}
fn wake(word: &AtomicU32, n: i32) {
    // SAFETY: the word is valid for the call.
    unsafe { libc::syscall(libc::SYS_futex, word, libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, n) };
}

/// All threads that wait at the word look at it again.
pub fn wake_all(word: &AtomicU32) {
    wake(word, i32::MAX);
}

const FREE: u32 = 0;
const HELD: u32 = 1;
/// held, and somebody may wait
const AWAITED: u32 = 2;
/// How often a thread looks before it sleeps.
const SPINS: u32 = 100;

/// A lock that anybody may give free.
#[derive(Default)]
pub struct Lock(AtomicU32);
impl Lock {
    /// Takes it if it is free.
    pub fn try_acquire(&self) -> bool {
        self.0.compare_exchange(FREE, HELD, Acquire, Relaxed).is_ok()
    }
    /// Takes it if it becomes free at once.
    pub fn spin(&self) -> bool {
        self.spin_for(HELD)
    }
    fn spin_for(&self, state: u32) -> bool {
        (0..SPINS).any(|_| {
            std::hint::spin_loop();
            self.0.load(Relaxed) == FREE && self.0.compare_exchange(FREE, state, Acquire, Relaxed).is_ok()
        })
    }
    /// Waits until it is taken (true) or `until` has come. Whoever holds it is often about to give it free, and a thread that
    /// sleeps has to be woken: each looks for a moment before it does.
    pub fn wait(&self, until: Option<Instant>) -> bool {
        loop {
            if self.spin_for(AWAITED) || self.0.swap(AWAITED, Acquire) == FREE {
                return true;
            }
            if !wait(&self.0, AWAITED, until) {
                return false;
            }
        }
    }
    /// Gives it back; false if it was not held.
    pub fn release(&self) -> bool {
        let was = self.0.swap(FREE, Release);
        if was == AWAITED {
            wake_one(&self.0);
        }
        was != FREE
    }
    /// Is it held?
    pub fn is_held(&self) -> bool {
        self.0.load(Acquire) != FREE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn excludes_and_wakes() {
        let shared: Arc<(Lock, AtomicU32)> = Arc::default();
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let s = shared.clone();
                std::thread::spawn(move || {
                    for _ in 0..2000 {
                        s.0.wait(None);
                        let n = s.1.load(Relaxed);
                        std::thread::yield_now();
                        s.1.store(n + 1, Relaxed);
                        assert!(s.0.release());
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|t| t.join().unwrap());
        assert_eq!(shared.1.load(Relaxed), 8000);
        assert!(!shared.0.is_held() && !shared.0.release());
    }
    #[test]
    fn times_out() {
        let lock = Lock::default();
        assert!(lock.try_acquire() && !lock.try_acquire());
        assert!(!lock.wait(Some(Instant::now() + Duration::from_millis(5))));
        assert!(lock.release() && lock.try_acquire());
    }
}
