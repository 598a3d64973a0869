//! A generator that runs in another thread: who wants to go on with it waits until it is suspended.
//!
//! That is seen only when the transaction that goes on with it has committed meanwhile; else its object is open, and waited for
//! as any other. A transaction that can be undone is, and runs again when the generator is free: its statement stays whole. But
//! the generator may wait for what the transaction did. So where that takes long, what is done so far is committed, except in
//! an atomic block.

use super::atomic::Free;
use super::generator::{Generator, RUNNING};
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::waits::{Waiting, is_cycle};
use std::cell::Cell;
use std::time::{Duration, Instant};

/// How often a thread looks before it sleeps, and how long it sleeps at the most before it looks again.
const LOOKS: u32 = 50;
const LONGEST: Duration = Duration::from_millis(1);
/// How long the main thread waits before it looks for signals.
const SLICE: Duration = Duration::from_millis(20);
/// How long a transaction stays undone.
const PATIENCE: Duration = Duration::from_millis(20);

thread_local! {
    /// This thread has found that it waits for itself.
    static IN_CYCLE: Cell<bool> = const { Cell::new(false) };
    /// It has waited for long with its transaction undone.
    static WAITED: Cell<bool> = const { Cell::new(false) };
}

/// The state of a generator that does not run in another thread: waits until that is so. ValueError if it runs in this one, or
/// would wait for this one.
pub(super) fn state(th: &mut Thread, g: Gc<Generator>) -> R<i64> {
    let state = th.read(g.header(), || g.state())?;
    if state != RUNNING {
        return Ok(state);
    }
    wait(th, g)
}
#[cold]
#[inline(never)]
fn wait(th: &mut Thread, g: Gc<Generator>) -> R<i64> {
    let me = th.world.id();
    loop {
        let (state, runner) = th.read(g.header(), || (g.state(), g.runner()))?;
        if state != RUNNING {
            IN_CYCLE.set(false);
            WAITED.set(false);
            return Ok(state);
        }
        let what = g.what();
        if runner == me || !th.world.world().has_thread(runner) {
            return Err(th.value_error(&format!("{what} already executing")));
        }
        if IN_CYCLE.replace(false) {
            let text = format!("{what} already executing, in a thread that waits for this one");
            return Err(th.value_error(&text));
        }
        let world = th.world.world();
        let look = move |until: Option<Instant>| is_free(me, g, until, &|id| world.has_thread(id));
        let atomic = th.is_atomic();
        if atomic || !WAITED.replace(false) {
            let look_for_long = move |_| {
                let is_free = look(Some(Instant::now() + PATIENCE));
                WAITED.set(!is_free);
                true
            };
            let free = Free {
                lock: g.value(),
                wait: if atomic { Box::new(look) } else { Box::new(look_for_long) },
            };
            if let Some(abort) = th.wait_outside(free) {
                return Err(abort);
            }
        }
        if atomic && th.tx.concurrent {
            th.wait_inside(None, look)?;
        } else {
            let main = crate::signals::is_main(th);
            while !th.blocking(|| look(main.then(|| Instant::now() + SLICE)))? {
                crate::signals::handle(th)?;
            }
        }
        // Until here the collector finds it on this thread's stack.
        std::hint::black_box(g);
    }
}
/// Waits until the generator, which a stack refers to, is to be looked at again; false: the time is over.
fn is_free(me: u16, g: Gc<Generator>, until: Option<Instant>, lives: &dyn Fn(u16) -> bool) -> bool {
    let _waiting = Waiting::new(me, move || if g.state() == RUNNING { g.runner() } else { 0 });
    let mut pause = Duration::from_micros(20);
    let mut looks = 0;
    loop {
        if g.state() != RUNNING || !lives(g.runner()) {
            return true;
        }
        if looks < LOOKS {
            looks += 1;
            std::thread::yield_now();
            continue;
        }
        if is_cycle(me) {
            IN_CYCLE.set(true);
            return true;
        }
        if until.is_some_and(|t| Instant::now() >= t) {
            return false;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST);
    }
}
