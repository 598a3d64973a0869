//! Stopping threads and detaching from the world.
//!
//! A thread is *attached* (may touch objects), *parked* (stands still on request, in `safepoint`) or *detached* (blocked
//! outside, touches nothing). All changes of these states happen under the lock of the world; an attached thread looks at
//! its poll word alone. Two kinds of stop:
//!
//! - [`World::stop_anywhere`] waits until no other thread is attached: for collections.
//! - [`World::stop_at_boundary`] waits until all others are parked or detached between transactions: for changes of what
//!   transactions use without logging it. Collections may happen while it waits, and while it lasts.
//!
//! A thread leaves its state only when no stop holds it: parked or detached in the middle of a transaction it goes on when
//! nobody stops it anywhere, to reach its boundary.

use crate::mutant::{Mutant, is_mutant};
use crate::stack::{stack_pointer, with_registers_on_stack};
use crate::sync::MutexGuard;
use crate::sync::atomic::Ordering::*;
use crate::tx::Tx;
use crate::world::{State, Threads, World, WorldThread, poll};

/// All other threads stand still until this is dropped.
pub struct Stopped {
    world: &'static World,
    at_boundary: bool,
}

impl Threads {
    /// Must this thread stand still?
    fn hold(&self, id: u16, boundary: bool) -> bool {
        self.stop.is_some_and(|s| s != id) || boundary && self.stop_at_boundary.is_some_and(|s| s != id)
    }
    fn set_state(&mut self, id: u16, s: State) {
        if let Some(x) = self.list.iter_mut().find(|x| x.0.id == id) {
            x.1 = s;
        }
    }
    fn request_others(&self, id: u16, bit: u32) {
        self.list.iter().filter(|x| x.0.id != id).for_each(|x| x.0.request(bit));
    }
}

impl World {
    /// Stops all other threads wherever they are (at a safepoint, or detached). None: another thread had the same idea,
    /// and is done with it.
    pub fn stop_anywhere(&'static self, me: &WorldThread) -> Option<Stopped> {
        let mut g = self.lock();
        if g.stop.is_some() {
            me.park(g, false);
            return None;
        }
        g.stop = Some(me.id);
        g.request_others(me.id, poll::STOP);
        while !is_mutant(Mutant::StopWithoutWaiting) && g.list.iter().any(|x| x.0.id != me.id && x.1 == State::Attached) {
            g = self.wait(g);
        }
        Some(Stopped {
            world: self,
            at_boundary: false,
        })
    }
    /// Stops all other threads at boundaries (or detached there). The caller is irrevocable: so there is one at the most,
    /// and the others give way to it on their way to a boundary.
    pub fn stop_at_boundary(&'static self, me: &WorldThread, tx: &Tx) -> Stopped {
        assert!(tx.irrevocable, "the thread that stops the others at boundaries must be irrevocable");
        let settled = |s: State| {
            matches!(s, State::Parked { boundary: true } | State::Detached { boundary: true })
                || is_mutant(Mutant::BoundaryAnywhere) && s != State::Attached
        };
        let mut g = Some(self.lock());
        // It may be scanned by a collection while it waits.
        with_registers_on_stack(&mut || {
            let Some(mut g) = g.take() else { return };
            me.stack_low.store(stack_pointer(), Release);
            g.stop_at_boundary = Some(me.id);
            g.request_others(me.id, poll::BOUNDARY);
            if !is_mutant(Mutant::BoundaryWaiterAttached) {
                g.set_state(me.id, State::Parked { boundary: false });
            }
            self.notify();
            while g.hold(me.id, false) || g.list.iter().any(|x| x.0.id != me.id && !settled(x.1)) {
                g = self.wait(g);
            }
            g.set_state(me.id, State::Attached);
        });
        Stopped {
            world: self,
            at_boundary: true,
        }
    }
}
impl Drop for Stopped {
    fn drop(&mut self) {
        let mut g = self.world.lock();
        let bit = if self.at_boundary {
            g.stop_at_boundary = None;
            poll::BOUNDARY
        } else {
            g.stop = None;
            poll::STOP
        };
        for x in &g.list {
            x.0.poll.fetch_and(!bit, AcqRel);
        }
        drop(g);
        self.world.notify();
    }
}

impl WorldThread {
    #[inline(never)]
    fn park(&self, g: MutexGuard<'_, Threads>, boundary: bool) {
        let mut g = Some(g);
        with_registers_on_stack(&mut || {
            let Some(mut g) = g.take() else { return };
            self.stack_low.store(stack_pointer(), Release);
            g.set_state(self.id, State::Parked { boundary });
            self.world.notify();
            while g.hold(self.id, boundary) {
                g = self.world.wait(g);
            }
            g.set_state(self.id, State::Attached);
        });
    }
    /// Stands still while somebody holds a stop that concerns this thread here. `boundary`: between transactions.
    #[inline]
    pub fn safepoint(&self, boundary: bool) {
        if self.poll.load(Acquire) & (poll::STOP | poll::BOUNDARY) != 0 {
            self.stand_still(boundary);
        }
    }
    #[cold]
    #[inline(never)]
    fn stand_still(&self, boundary: bool) {
        let g = self.world.lock();
        if g.hold(self.id, boundary) {
            self.park(g, boundary);
        }
    }
    /// Runs `f` detached: it touches no object. `boundary`: between transactions. The stack below this call is scanned by
    /// collectors meanwhile.
    #[inline(never)]
    pub fn detached<T>(&self, boundary: bool, f: impl FnOnce() -> T) -> T {
        if boundary {
            self.wake_heir();
        }
        let mut f = Some(f);
        let mut out = None;
        with_registers_on_stack(&mut || {
            self.stack_low.store(stack_pointer(), Release);
            {
                let mut g = self.world.lock();
                g.set_state(self.id, State::Detached { boundary });
                let awaited = g.stop.is_some() || g.stop_at_boundary.is_some() || g.joining > 0;
                drop(g);
                if awaited {
                    self.world.notify();
                }
            }
            if let Some(f) = f.take() {
                out = Some(f());
            }
            let mut g = self.world.lock();
            g.joining += 1;
            while g.hold(self.id, boundary) && !is_mutant(Mutant::AttachDuringStop) || !self.world.may_attach(&mut g, self) {
                g = self.world.wait(g);
            }
            g.joining -= 1;
            g.set_state(self.id, State::Attached);
        });
        match out {
            Some(v) => v,
            None => unreachable!("the closure ran above"),
        }
    }
    /// Where the collector scans this thread's native stack: from the lowest live address to its end.
    pub fn stack_bounds(&self) -> (usize, usize) {
        (self.stack_low.load(Acquire) & !7, self.stack_high.load(Acquire))
    }
    /// Notes where the native stack ends now, with all registers on it.
    #[inline(never)]
    pub fn record_stack(&self) {
        with_registers_on_stack(&mut || self.stack_low.store(stack_pointer(), Release));
    }
}
