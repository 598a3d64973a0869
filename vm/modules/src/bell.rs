//! What a thread waits at until something is there, outside of all objects.
//!
//! Nobody waits in vain. Who waits counts itself first and looks for the thing then; who brings the thing makes it visible
//! (or owns the object, so that who looks must wait for the commit) and looks at the count then; full fences on both sides.
//! Every ring lets one waiting thread go on, also one that starts to wait later; who leaves without having taken anything
//! passes its ring on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::*, fence};
use std::time::Instant;
use vasuki_vm::park;

/// Of the word: one waiting thread. Below it the rings are counted.
const WAITING: u32 = 1 << 16;
const RINGS: u32 = WAITING - 1;

#[derive(Default)]
pub(crate) struct Bell(AtomicU32);
impl Bell {
    /// How many threads wait? To be asked when the thing is there.
    #[inline]
    pub(crate) fn waiting(&self) -> usize {
        fence(SeqCst);
        (self.0.load(Relaxed) / WAITING) as usize
    }
    /// One of the waiting threads goes on.
    pub(crate) fn ring(&self) {
        let more = |w: u32| (w & RINGS < w / WAITING).then_some(w + 1);
        if self.0.fetch_update(AcqRel, Acquire, more).is_ok() {
            park::wake_one(&self.0);
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
        bell.0.fetch_add(WAITING, Relaxed);
        fence(SeqCst);
        Waiting {
            bell: bell.clone(),
            rung: false,
        }
    }
    /// Waits for a ring, until `until` at the latest; was there one?
    pub(crate) fn wait(&mut self, until: Option<Instant>) -> bool {
        let word = &self.bell.0;
        loop {
            match word.fetch_update(AcqRel, Acquire, |w| (w & RINGS > 0).then(|| w - 1)) {
                Ok(_) => {
                    self.rung = true;
                    return true;
                }
                Err(silent) if !park::wait(word, silent, until) => return false,
                Err(_) => {}
            }
        }
    }
    /// The ring was for something that is gone, or that this thread has taken.
    pub(crate) fn heard(&mut self) {
        self.rung = false;
    }
}
impl Drop for Waiting {
    fn drop(&mut self) {
        let rung = u32::from(self.rung);
        let leave = |w: u32| {
            let left = w / WAITING - 1;
            Some(left * WAITING + (w % WAITING + rung).min(left))
        };
        let was = self.bell.0.fetch_update(AcqRel, Acquire, leave).unwrap_or(0);
        if (was % WAITING + rung).min(was / WAITING - 1) > 0 {
            park::wake_one(&self.bell.0);
        }
    }
}
