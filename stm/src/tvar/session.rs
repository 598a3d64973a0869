//! An OS thread's part in the world of transactional variables.

use super::transaction::Held;
use crate::tx::Tx;
use crate::world::{World, WorldThread, poll};
use std::cell::RefCell;
use std::sync::OnceLock;

/// Aborts in a row after which a transaction runs irrevocably, so that it ends.
const PATIENCE: u32 = 16;

/// A thread that runs transactions.
pub(super) struct Session {
    pub(super) w: &'static WorldThread,
    pub(super) tx: Tx,
    /// boxes of the running transaction
    pub(super) held: Vec<Held>,
    /// seed of the random back-off
    seed: u32,
}

fn world() -> &'static World {
    static WORLD: OnceLock<&'static World> = OnceLock::new();
    WORLD.get_or_init(World::leak_concurrent)
}

impl Session {
    fn new() -> Session {
        assert!(
            world().expect_thread(),
            "more threads run transactions than the protocol has owner numbers"
        );
        let w = world().register();
        Session {
            w,
            tx: Tx::new(w),
            held: Vec::new(),
            seed: u32::from(w.id()) | 1,
        }
    }
    /// Between transactions: waits a little if the last one was aborted, then begins the next one.
    pub(super) fn begin(&mut self) {
        loop {
            if self.w.poll_word() != 0 {
                self.w.take_requests();
            }
            let aborts = self.tx.aborts_in_row;
            if aborts > 0 {
                self.back_off(aborts);
            }
            self.tx.begin(self.w);
            if aborts < PATIENCE || self.tx.become_irrevocable(self.w).is_ok() {
                return;
            }
            self.tx.abort(self.w);
        }
    }
    /// Does an older transaction want this one to abort?
    #[inline]
    pub(super) fn is_asked_to_abort(&self) -> bool {
        self.w.poll_word() & poll::ABORT != 0 && !self.tx.irrevocable
    }
    /// Waits for a random time, exponentially longer with each abort.
    fn back_off(&mut self, aborts: u32) {
        // Marsaglia's xorshift.
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 17;
        self.seed ^= self.seed << 5;
        let longest = 1 << (aborts + 4).min(12);
        for _ in 0..self.seed % longest {
            std::hint::spin_loop();
        }
    }
}
impl Drop for Session {
    fn drop(&mut self) {
        world().unregister(self.w);
    }
}

/// Calls `f` with the session of the current OS thread. Panics inside of a transaction.
pub(super) fn with<R>(f: impl FnOnce(&mut Session) -> R) -> R {
    thread_local! {
        static SESSION: RefCell<Option<Session>> = const { RefCell::new(None) };
    }
    SESSION.with(|s| {
        let Ok(mut s) = s.try_borrow_mut() else {
            panic!("a transaction was begun inside of a transaction: use Transaction::nested")
        };
        f(s.get_or_insert_with(Session::new))
    })
}
