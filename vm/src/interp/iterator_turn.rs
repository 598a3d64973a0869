//! Turns: one thread at a time goes on with a generator, or with an iterator of native code that calls Python code. Others wait
//! until it has ended its turn.
//!
//! A turn is seen by others only when the transaction that goes on has committed meanwhile; else the object is open, and waited
//! for as any other. So an iterator notes whose turn it is only then, in a field of its own. A transaction that would wait and
//! can be undone is, and runs again when the turn is free: its statement stays whole. But the one whose turn it is may wait for
//! what the transaction did. So where that takes long, what is done so far is committed, except in an atomic block.

use super::atomic::Free;
use crate::object::{Header, Obj, Slot};
use crate::thread::Thread;
use crate::throw::R;
use crate::value::Value;
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

/// A turn of this thread at an iterator.
pub(crate) struct IteratorTurn {
    object: Obj,
    /// the number of the thread whose turn it is, if others can see that; EMPTY: nobody's
    whose: &'static Slot,
    noted: bool,
}
impl IteratorTurn {
    /// Calls `f` with the iterator.
    pub(super) fn root(&self, f: &mut dyn FnMut(u64)) {
        f(self.object.addr() as u64);
    }
}
fn thread_of(whose: &Slot) -> u16 {
    whose.get().to_small().unwrap_or(0) as u16
}

impl Thread {
    /// Runs `f`, which goes on with an iterator: no other thread is in the midst of that, even where `f` blocks. `whose`, a slot
    /// of the iterator, is EMPTY between the turns.
    #[inline(always)]
    pub(crate) fn in_iterator_turn<T>(&mut self, object: Obj, whose: &'static Slot, f: impl FnOnce(&mut Thread) -> R<T>) -> R<T> {
        let is_free = self.read(object.header(), || whose.get())?.is_empty();
        if (!is_free || !self.interp.iterator_turns.is_empty()) && self.has_iterator_turn(object, whose)? {
            return f(self);
        }
        self.interp.iterator_turns.push(IteratorTurn {
            object,
            whose,
            noted: false,
        });
        let r = f(self);
        // What is undone has not noted it.
        if self.interp.iterator_turns.pop().is_some_and(|t| t.noted) && !r.as_ref().is_err_and(|t| t.is_abort()) {
            self.write(object.header(), 1)?;
            self.store(object.header(), whose, Value::EMPTY);
        }
        r
    }
    /// Does this thread have the turn already? Else waits until nobody has it.
    #[inline(never)]
    fn has_iterator_turn(&mut self, object: Obj, whose: &'static Slot) -> R<bool> {
        if self.interp.iterator_turns.iter().any(|t| t.object == object) {
            return Ok(true);
        }
        let header = object.header();
        wait(self, object.value(), header, move || thread_of(whose), "iterator")?;
        if !self.read(header, || whose.get())?.is_empty() {
            // Whoever had it is not in this process: a later thread may have the same number.
            self.write(header, 1)?;
            self.store(header, whose, Value::EMPTY);
        }
        Ok(false)
    }
    /// What was done so far becomes visible, or others may run: they see this thread's turns.
    #[inline]
    pub(super) fn note_turns(&mut self) -> R<()> {
        if self.interp.iterator_turns.is_empty() {
            Ok(())
        } else {
            self.note_all_turns()
        }
    }
    #[cold]
    #[inline(never)]
    fn note_all_turns(&mut self) -> R<()> {
        let me = Value::small(self.world.id().into());
        for i in 0..self.interp.iterator_turns.len() {
            let &IteratorTurn { object, whose, noted } = &self.interp.iterator_turns[i];
            if !noted {
                self.write(object.header(), 1)?;
                self.store(object.header(), whose, me);
                self.interp.iterator_turns[i].noted = true;
            }
        }
        Ok(())
    }
}
/// Waits until `runner` gives 0 or a thread that has ended: the thread, another one, whose turn it is at an object. ValueError if
/// that would wait for this one.
pub(super) fn wait(th: &mut Thread, object: Value, header: &Header, runner: impl Fn() -> u16 + Copy + Send + 'static, what: &str) -> R<()> {
    let me = th.world.id();
    let world = th.world.world();
    loop {
        let whose = th.read(header, runner)?;
        if whose == 0 || !world.has_thread(whose) {
            IN_CYCLE.set(false);
            WAITED.set(false);
            return Ok(());
        }
        if IN_CYCLE.replace(false) {
            let text = format!("{what} already executing, in a thread that waits for this one");
            return Err(th.value_error(&text));
        }
        let look = move |until: Option<Instant>| is_free(me, runner, until, &|id| world.has_thread(id));
        let atomic = th.is_atomic();
        if atomic || !WAITED.replace(false) {
            let look_for_long = move |_| {
                let is_free = look(Some(Instant::now() + PATIENCE));
                WAITED.set(!is_free);
                true
            };
            let free = Free {
                lock: object,
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
        std::hint::black_box(object);
    }
}
/// Waits until the object, which a stack refers to, is to be looked at again; false: the time is over.
fn is_free(me: u16, runner: impl Fn() -> u16 + Copy + Send + 'static, until: Option<Instant>, lives: &dyn Fn(u16) -> bool) -> bool {
    let _waiting = Waiting::new(me, runner);
    let mut pause = Duration::from_micros(20);
    let mut looks = 0;
    loop {
        let whose = runner();
        if whose == 0 || !lives(whose) {
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
