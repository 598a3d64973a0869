//! What a thread waits at until something is there, outside of all objects.
//!
//! Nobody waits in vain. Who waits counts itself first and looks for the thing then; who brings the thing makes it visible
//! (or owns the object, so that who looks must wait for the commit) and looks at the count then; full fences on both sides.
//! Every ring lets one waiting thread go on, also one that starts to wait later; who leaves without having taken anything
//! passes its ring on.

use std::sync::atomic::{AtomicUsize, Ordering::*, fence};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Instant;

#[derive(Default)]
pub(crate) struct Bell {
    waiting: AtomicUsize,
    rings: Mutex<usize>,
    rung: Condvar,
}
impl Bell {
    fn rings(&self) -> MutexGuard<'_, usize> {
        self.rings.lock().unwrap_or_else(|e| e.into_inner())
    }
    /// Does anybody wait? To be asked when the thing is there.
    #[inline]
    pub(crate) fn is_awaited(&self) -> bool {
        fence(SeqCst);
        self.waiting.load(Relaxed) > 0
    }
    /// One of the waiting threads goes on.
    pub(crate) fn ring(&self) {
        let mut rings = self.rings();
        if *rings < self.waiting.load(Relaxed) {
            *rings += 1;
            self.rung.notify_one();
        }
    }
}

/// A thread that waits. Dropping it is leaving.
pub(crate) struct Waiting {
    bell: Arc<Bell>,
    /// a ring was for this thread, which has not taken anything yet
    rung: bool,
}
impl Waiting {
    /// From here on rings are heard. The thing is to be looked for after this.
    pub(crate) fn new(bell: &Arc<Bell>) -> Waiting {
        bell.waiting.fetch_add(1, Relaxed);
        fence(SeqCst);
        Waiting {
            bell: bell.clone(),
            rung: false,
        }
    }
    /// Waits for a ring, until `until` at the latest; was there one?
    pub(crate) fn wait(&mut self, until: Option<Instant>) -> bool {
        let mut rings = self.bell.rings();
        while *rings == 0 {
            rings = match until {
                None => self.bell.rung.wait(rings).unwrap_or_else(|e| e.into_inner()),
                Some(t) => {
                    let left = t.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return false;
                    }
                    self.bell.rung.wait_timeout(rings, left).unwrap_or_else(|e| e.into_inner()).0
                }
            };
        }
        *rings -= 1;
        self.rung = true;
        true
    }
    /// The ring was for something that is gone, or that this thread has taken.
    pub(crate) fn heard(&mut self) {
        self.rung = false;
    }
}
impl Drop for Waiting {
    fn drop(&mut self) {
        let mut rings = self.bell.rings();
        let left = self.bell.waiting.fetch_sub(1, Relaxed) - 1;
        if self.rung {
            *rings += 1;
        }
        *rings = (*rings).min(left);
        if *rings > 0 {
            self.bell.rung.notify_one();
        }
    }
}
