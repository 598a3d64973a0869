//! The world: every thread of the VM, solo and concurrent mode, stopping, detaching.
//!
//! A thread is *attached* (may touch objects), *parked* (stopped on request, in `safepoint`) or *detached* (blocked
//! outside, touches nothing). All changes of these states happen under one lock; an attached thread looks at its poll
//! word alone. `stop_anywhere` waits until no other thread is attached; `stop_at_boundary` until every other thread is
//! parked at a boundary or was detached at one. Detached threads cannot attach while somebody holds a stop.

use crate::clock::Clock;
use crate::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::*};
use crate::sync::{Condvar, Mutex, MutexGuard, pause};
use crate::tx::{Conflict, Tx};
use std::sync::OnceLock;

/// Bits of the poll word.
pub mod poll {
    /// the ticker wants a boundary
    pub const TICK: u32 = 1;
    /// somebody wants all threads stopped, anywhere
    pub const STOP: u32 = 2;
    /// somebody wants all threads at a boundary
    pub const BOUNDARY: u32 = 4;
    /// a signal is pending (main thread)
    pub const SIGNAL: u32 = 8;
    /// an older transaction wants this one's objects
    pub const ABORT: u32 = 16;
    /// finalizers or weak reference callbacks are due
    pub const FINALIZERS: u32 = 32;
}

/// Does one thread run, or several?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// one
    Solo,
    /// several
    Concurrent,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Attached,
    Parked { boundary: bool },
    Detached { boundary: bool },
}

/// A thread's entry. Lives as long as the process.
pub struct WorldThread {
    /// number in the world, from 1
    pub id: u16,
    /// see `poll`; zero in the common case
    pub poll: AtomicU32,
    world: &'static World,
    /// start of the running transaction: smaller is older and wins; 0 = none
    age: AtomicU64,
    stack_low: AtomicUsize,
    stack_high: AtomicUsize,
    ident: AtomicU64,
    commits: AtomicU64,
    aborts: AtomicU64,
    irrevocables: AtomicU64,
}

struct Threads {
    list: Vec<(&'static WorldThread, State)>,
    free: Vec<&'static WorldThread>,
    /// the thread that holds (or waits for) a stop
    stopper: Option<u16>,
    ticker: bool,
}

/// See the module.
pub struct World {
    threads: Mutex<Threads>,
    changed: Condvar,
    clock: Clock,
    concurrent: AtomicBool,
    irrevocable: AtomicU32,
    next_age: AtomicU64,
    ended: [AtomicU64; 3],
}

/// All other threads stand still until this is dropped.
pub struct Stopped {
    world: &'static World,
}

fn stack_pointer() -> usize {
    let here = 0usize;
    &raw const here as usize
}

impl World {
    fn new() -> World {
        World {
            threads: Mutex::new(Threads {
                list: Vec::new(),
                free: Vec::new(),
                stopper: None,
                ticker: false,
            }),
            changed: Condvar::new(),
            clock: Clock::new(),
            concurrent: AtomicBool::new(false),
            irrevocable: AtomicU32::new(0),
            next_age: AtomicU64::new(1),
            ended: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }
    /// The process's world.
    pub fn global() -> &'static World {
        static WORLD: OnceLock<World> = OnceLock::new();
        WORLD.get_or_init(World::new)
    }
    /// A world of its own, for tests.
    pub fn leak() -> &'static World {
        Box::leak(Box::new(World::new()))
    }
    fn lock(&self) -> MutexGuard<'_, Threads> {
        self.threads.lock().unwrap_or_else(|e| e.into_inner())
    }
    fn wait<'g>(&self, g: MutexGuard<'g, Threads>) -> MutexGuard<'g, Threads> {
        self.changed.wait(g).unwrap_or_else(|e| e.into_inner())
    }

    /// The current OS thread becomes a thread of the world, attached, between transactions. Waits while somebody holds a
    /// stop. The second thread makes the world concurrent: call [`World::expect_thread`] in the first one before.
    pub fn register(&'static self) -> &'static WorldThread {
        let mut g = self.lock();
        while g.stopper.is_some() {
            g = self.wait(g);
        }
        let t = g.free.pop().unwrap_or_else(|| {
            let id = (g.list.len() + g.free.len() + 1) as u16;
            assert!(id < 0x7FFF, "more than 32,766 threads");
            Box::leak(Box::new(WorldThread {
                id,
                poll: AtomicU32::new(0),
                world: self,
                age: AtomicU64::new(0),
                stack_low: AtomicUsize::new(0),
                stack_high: AtomicUsize::new(0),
                ident: AtomicU64::new(0),
                commits: AtomicU64::new(0),
                aborts: AtomicU64::new(0),
                irrevocables: AtomicU64::new(0),
            }))
        });
        t.poll.store(0, Relaxed);
        t.stack_high.store(native_stack_top(), Relaxed);
        // SAFETY: no preconditions.
        t.ident.store(unsafe { libc::pthread_self() } as u64, Relaxed);
        g.list.push((t, State::Attached));
        debug_assert!(g.list.len() < 2 || self.concurrent.load(Relaxed), "expect_thread was not called");
        t
    }
    /// The world goes concurrent, because another thread is about to start. The caller stands at a boundary, between
    /// transactions; it is the only attached thread.
    pub fn expect_thread(&'static self) {
        let mut g = self.lock();
        self.concurrent.store(true, SeqCst);
        if !g.ticker {
            g.ticker = true;
            drop(g);
            crate::ticker::start(self);
        }
    }
    /// The thread ends, between transactions.
    pub fn unregister(&'static self, t: &'static WorldThread) {
        let mut g = self.lock();
        for (total, own) in self.ended.iter().zip([&t.commits, &t.aborts, &t.irrevocables]) {
            total.fetch_add(own.swap(0, Relaxed), Relaxed);
        }
        t.age.store(0, Relaxed);
        g.list.retain(|x| x.0.id != t.id);
        // Its number is used again: objects still private to it are unreachable, since nobody else could reach them.
        g.free.push(t);
        if let [(last, _)] = g.list[..] {
            // The last one goes solo at its next boundary.
            last.request(poll::TICK);
        }
        drop(g);
        self.changed.notify_all();
    }
    /// Back to solo mode, if only one thread is left: it calls this between transactions.
    pub fn try_solo(&self) -> bool {
        let g = self.lock();
        if g.list.len() == 1 && self.concurrent.load(Relaxed) {
            self.concurrent.store(false, SeqCst);
        }
        !self.concurrent.load(Relaxed)
    }
    /// Runs `f`, which forks the process, in its only thread: the child has no ticker, and no lock that nobody gives free.
    pub fn fork(&self, f: impl FnOnce() -> i32) -> i32 {
        let mut g = self.lock();
        let pid = f();
        if pid == 0 {
            g.ticker = false;
        }
        pid
    }
    pub(crate) fn tick(&self) -> bool {
        let mut g = self.lock();
        if g.list.len() < 2 {
            g.ticker = false;
            return false;
        }
        let attached = g.list.iter().filter(|x| x.1 == State::Attached).count();
        if attached > 1 {
            g.list.iter().for_each(|x| x.0.request(poll::TICK));
        }
        true
    }
    pub(crate) fn ticker_failed(&self) {
        self.lock().ticker = false;
    }
    pub(crate) fn for_each(&self, f: &mut dyn FnMut(&WorldThread)) {
        self.lock().list.iter().for_each(|x| f(x.0));
    }
    /// Commits, aborts and irrevocable transactions, of ended threads too.
    pub fn totals(&self) -> (u64, u64, u64) {
        let mut sum = self.ended.each_ref().map(|x| x.load(Relaxed));
        self.for_each(&mut |t| {
            for (s, x) in sum.iter_mut().zip([&t.commits, &t.aborts, &t.irrevocables]) {
                *s += x.load(Relaxed);
            }
        });
        (sum[0], sum[1], sum[2])
    }
    /// Stops all other threads wherever they are (at a safepoint, or detached). None: another thread had the same idea,
    /// and is done with it.
    pub fn stop_anywhere(&'static self, me: &WorldThread) -> Option<Stopped> {
        let mut g = self.lock();
        if g.stopper.is_some() {
            me.park(self, g, false);
            return None;
        }
        g.stopper = Some(me.id);
        g.list.iter().filter(|x| x.0.id != me.id).for_each(|x| x.0.request(poll::STOP));
        while g.list.iter().any(|x| x.0.id != me.id && x.1 == State::Attached) {
            g = self.wait(g);
        }
        Some(Stopped { world: self })
    }
    /// Stops all other threads at boundaries (or detached there). A conflict: another stop is under way; the caller, who is
    /// in the middle of a transaction, aborts and takes part in it.
    pub fn stop_at_boundary(&'static self, me: &WorldThread) -> Result<Stopped, Conflict> {
        let mut g = self.lock();
        if g.stopper.is_some() {
            return Err(Conflict);
        }
        g.stopper = Some(me.id);
        g.list.iter().filter(|x| x.0.id != me.id).for_each(|x| x.0.request(poll::BOUNDARY));
        let settled = |s: State| matches!(s, State::Parked { boundary: true } | State::Detached { boundary: true });
        while g.list.iter().any(|x| x.0.id != me.id && !settled(x.1)) {
            g = self.wait(g);
        }
        Ok(Stopped { world: self })
    }
}
impl Drop for Stopped {
    fn drop(&mut self) {
        let mut g = self.world.lock();
        g.stopper = None;
        for x in &g.list {
            x.0.poll.fetch_and(!(poll::STOP | poll::BOUNDARY), AcqRel);
        }
        drop(g);
        self.world.changed.notify_all();
    }
}

impl WorldThread {
    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.world.clock
    }
    /// The poll word: not zero when something wants this thread's attention.
    #[inline(always)]
    pub fn poll_word(&self) -> u32 {
        self.poll.load(Relaxed)
    }
    /// Do several threads run?
    #[inline]
    pub fn is_concurrent(&self) -> bool {
        self.world.concurrent.load(Relaxed)
    }
    /// The world.
    pub fn world(&self) -> &'static World {
        self.world
    }
    /// OS identifier of the thread.
    pub fn ident(&self) -> u64 {
        self.ident.load(Relaxed)
    }
    pub(crate) fn request(&self, bit: u32) {
        self.poll.fetch_or(bit, AcqRel);
    }
    /// A signal is pending. Async-signal-safe.
    pub fn request_signal(&self) {
        self.request(poll::SIGNAL);
    }
    /// Finalizers are due.
    pub fn request_finalizers(&self) {
        self.request(poll::FINALIZERS);
    }
    /// Takes and clears bits of the poll word; those of stops stay until the stop is over.
    pub fn take_requests(&self) -> u32 {
        self.poll.fetch_and(poll::STOP | poll::BOUNDARY, AcqRel)
    }
    /// Puts bits back that could not be served here.
    pub fn put_back(&self, bits: u32) {
        self.request(bits);
    }
    fn set_state(g: &mut Threads, id: u16, s: State) {
        if let Some(x) = g.list.iter_mut().find(|x| x.0.id == id) {
            x.1 = s;
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
    #[inline(never)]
    fn park(&self, world: &'static World, g: MutexGuard<'_, Threads>, boundary: bool) {
        let mut g = Some(g);
        with_registers_on_stack(&mut || {
            self.stack_low.store(stack_pointer(), Release);
            let Some(mut g) = g.take() else { return };
            Self::set_state(&mut g, self.id, State::Parked { boundary });
            world.changed.notify_all();
            while g.stopper.is_some_and(|s| s != self.id) {
                g = world.wait(g);
            }
            Self::set_state(&mut g, self.id, State::Attached);
        });
    }
    /// Stands still while somebody holds a stop. `boundary`: between transactions.
    #[inline(never)]
    pub fn safepoint(&self, boundary: bool) {
        let g = self.world.lock();
        if g.stopper.is_some_and(|s| s != self.id) {
            let wants_boundary = self.poll.load(Acquire) & poll::STOP == 0;
            if wants_boundary && !boundary {
                return;
            }
            self.park(self.world, g, boundary);
        }
    }
    /// Runs `f` detached: it touches no object. `boundary`: between transactions. The stack below this call is scanned by
    /// collectors meanwhile.
    #[inline(never)]
    pub fn detached<T>(&self, boundary: bool, f: impl FnOnce() -> T) -> T {
        let mut f = Some(f);
        let mut out = None;
        with_registers_on_stack(&mut || {
            self.stack_low.store(stack_pointer(), Release);
            {
                let mut g = self.world.lock();
                Self::set_state(&mut g, self.id, State::Detached { boundary });
                drop(g);
                self.world.changed.notify_all();
            }
            if let Some(f) = f.take() {
                out = Some(f());
            }
            let mut g = self.world.lock();
            while g.stopper.is_some_and(|s| s != self.id) {
                g = self.world.wait(g);
            }
            Self::set_state(&mut g, self.id, State::Attached);
        });
        match out {
            Some(v) => v,
            None => unreachable!("the closure ran above"),
        }
    }

    pub(crate) fn set_age(&self) {
        if self.is_concurrent() {
            self.age.store(self.world.next_age.fetch_add(1, Relaxed), Relaxed);
        }
    }
    /// An object is open by `owner`. Waits a little; the older transaction goes on waiting and asks the younger to abort.
    pub(crate) fn wait_for_owner(&self, tx: &Tx, owner: u16, round: &mut u32) -> Result<(), Conflict> {
        if self.poll.load(Relaxed) & (poll::STOP | poll::BOUNDARY) != 0 {
            if !tx.irrevocable && self.poll.load(Relaxed) & poll::STOP == 0 {
                return Err(Conflict);
            }
            self.safepoint(false);
        }
        if tx.irrevocable {
            self.ask_to_abort(owner);
        } else if *round > 4 {
            let mine = self.age.load(Relaxed);
            if self.poll.load(Relaxed) & poll::ABORT != 0 || !self.ask_if_younger(owner, mine) || *round > 200 {
                return Err(Conflict);
            }
        }
        pause(*round);
        *round += 1;
        Ok(())
    }
    fn ask_to_abort(&self, owner: u16) {
        self.world.for_each(&mut |t| {
            if t.id == owner {
                t.request(poll::ABORT);
            }
        });
    }
    /// Asks the owner to abort if it is younger than `mine`; false if it is older.
    fn ask_if_younger(&self, owner: u16, mine: u64) -> bool {
        if self.world.irrevocable.load(Acquire) == owner as u32 {
            return false;
        }
        let mut younger = true;
        self.world.for_each(&mut |t| {
            if t.id == owner {
                younger = t.age.load(Relaxed) > mine;
                if younger {
                    t.request(poll::ABORT);
                }
            }
        });
        younger
    }
    pub(crate) fn begin_irrevocable(&self, _tx: &Tx) -> Result<(), Conflict> {
        let mut round = 0;
        while self.world.irrevocable.compare_exchange(0, self.id as u32, SeqCst, SeqCst).is_err() {
            // Whoever is irrevocable may want what this transaction has open: it cannot wait for ever.
            if self.poll.load(Relaxed) & (poll::ABORT | poll::BOUNDARY) != 0 || round > 400 {
                return Err(Conflict);
            }
            if self.poll.load(Relaxed) & poll::STOP != 0 {
                self.safepoint(false);
            }
            pause(round);
            round += 1;
        }
        Ok(())
    }
    pub(crate) fn end_irrevocable(&self) {
        self.world.irrevocable.store(0, SeqCst);
    }
    pub(crate) fn count_commit(&self) {
        self.commits.store(self.commits.load(Relaxed) + 1, Relaxed);
    }
    pub(crate) fn count_abort(&self) {
        self.aborts.store(self.aborts.load(Relaxed) + 1, Relaxed);
    }
    pub(crate) fn count_irrevocable(&self) {
        self.irrevocables.store(self.irrevocables.load(Relaxed) + 1, Relaxed);
    }
}

/// End of the current OS thread's native stack.
fn native_stack_top() -> usize {
    // SAFETY: the attribute is initialized by the first call and destroyed at the end; pointers are valid.
    unsafe {
        let mut attr: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attr) != 0 {
            return stack_pointer();
        }
        let (mut base, mut size) = (std::ptr::null_mut(), 0);
        libc::pthread_attr_getstack(&attr, &mut base, &mut size);
        libc::pthread_attr_destroy(&mut attr);
        base as usize + size
    }
}

/// Calls `f` with the callee-saved registers stored on the stack above it.
#[inline(never)]
fn with_registers_on_stack(f: &mut dyn FnMut()) {
    let mut saved = [0usize; 8];
    #[cfg(target_arch = "x86_64")]
    // SAFETY: stores registers to our own array.
    unsafe {
        std::arch::asm!(
            "mov [{0}], rbx", "mov [{0} + 8], rbp", "mov [{0} + 16], r12", "mov [{0} + 24], r13", "mov [{0} + 32], r14",
            "mov [{0} + 40], r15", in(reg) saved.as_mut_ptr(), options(nostack, preserves_flags)
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above; x19 to x28 hold what callers keep.
    unsafe {
        std::arch::asm!(
            "stp x20, x21, [{0}]", "stp x22, x23, [{0}, 16]", "stp x24, x25, [{0}, 32]", "stp x26, x27, [{0}, 48]",
            in(reg) saved.as_mut_ptr(), options(nostack, preserves_flags)
        );
    }
    f();
    std::hint::black_box(&saved);
}
