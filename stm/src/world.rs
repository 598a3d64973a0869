//! The world: every thread of the VM, solo and concurrent mode.
//!
//! The world is *solo* while one thread runs: nothing is logged then. Before a second thread is started the first one makes
//! it concurrent ([`World::expect_thread`]); the last one that is left, or the only one that is not detached for a while,
//! makes it solo again ([`World::try_solo`]). A thread that attaches to a solo world waits until the one that runs comes to a
//! boundary and makes the world concurrent; if that one is detached too, the newcomer runs solo in its place. All this happens
//! between transactions, and under the lock that guards the list of threads.
//!
//! What runs solo publishes nothing: what its thread owned in concurrent times may be referred to from anywhere afterwards.
//! So the owner number of that thread is retired when another one runs.

use crate::clock::Clock;
use crate::mutant::{Mutant, is_mutant};
use crate::numbers::{Numbers, Retired};
use crate::retry::{Bell, Waiters};
use crate::stack::native_stack_top;
use crate::sync::atomic::{AtomicBool, AtomicPtr, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering::*};
use crate::sync::{Call, Condvar, Mutex, MutexGuard};
use std::sync::{Arc, OnceLock};
// Words that nothing depends on: no model needs to look at them.
use std::sync::atomic::{AtomicBool as NoteBool, AtomicU32 as Note32, AtomicUsize as Note};

/// Ticks that a thread is alone before it runs solo: changing the mode costs an owner number.
const LONELY: u32 = if cfg!(any(loom, shuttle)) { 0 } else { 3 };

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
    /// the transaction uses as many objects as it is to use
    pub const LIMIT: u32 = 128;
    /// every poll is served: what the hostile modes of tests set, and nothing clears
    pub const ALWAYS: u32 = 64;
    /// somebody waits for the end of the transaction
    pub const WANTED: u32 = 256;
}

/// What a thread does, as the others see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// may touch objects
    Attached,
    /// stands still on request; `boundary`: between transactions
    Parked { boundary: bool },
    /// blocked outside, touches nothing
    Detached { boundary: bool },
}

/// A thread's entry. Lives as long as the process, and shares no cache line with another one.
#[repr(align(128))]
pub struct WorldThread {
    /// number of the entry, from 1
    pub(crate) id: u16,
    /// owner number: what its tags say
    number: AtomicU16,
    /// the owner number has been used: a new one is due when the world goes concurrent again
    used: AtomicBool,
    /// see `poll`; zero in the common case
    pub(crate) poll: AtomicU32,
    pub(crate) world: &'static World,
    /// what the clock said when the running transaction began for the first time: smaller is older and wins
    pub(crate) age: AtomicU64,
    /// waits for an object that another thread has open
    pub(crate) waiting: AtomicBool,
    /// see `set_ends`
    pub(crate) ends: NoteBool,
    /// see `set_ahead`
    pub(crate) ahead: NoteBool,
    /// is rung when something changes that it waits for
    pub(crate) bell: Arc<Bell>,
    /// owner number of the thread that is to have what this one has open; 0 = none
    pub(crate) heir: AtomicU16,
    /// where the thread sleeps while it waits for an object
    pub(crate) call: Call,
    /// the heir has asked
    pub(crate) gives_way: AtomicBool,
    /// microseconds that this thread lets the owner of an object go on before it asks for it
    pub(crate) patience: AtomicU32,
    /// nanoseconds of waits since the VM has looked, and whether one was for a more patient owner
    pub(crate) waited: AtomicU64,
    pub(crate) for_patient: AtomicBool,
    /// where in the program the thread is; what it was asked for last, and from where: see `cause`
    pub(crate) place: Note32,
    pub(crate) asked_for: Note,
    pub(crate) asked_from: Note32,
    pub(crate) stack_low: AtomicUsize,
    pub(crate) stack_high: AtomicUsize,
    ident: AtomicU64,
    commits: AtomicU64,
    aborts: AtomicU64,
    irrevocables: AtomicU64,
}

pub(crate) struct Threads {
    pub(crate) list: Vec<(&'static WorldThread, State)>,
    free: Vec<&'static WorldThread>,
    /// the thread that stops the others anywhere (or waits until they stand)
    pub(crate) stop: Option<u16>,
    /// the thread that stops the others at boundaries
    pub(crate) stop_at_boundary: Option<u16>,
    /// threads that are about to register
    expected: usize,
    numbers: Numbers,
    ticker: bool,
    /// the world never goes solo
    stay_concurrent: bool,
    /// every attached thread is asked for boundaries, solo or not
    tick_always: bool,
    /// the thread that runs solo, or did last
    solo: Option<u16>,
    /// threads that wait for the solo one to make the world concurrent
    pub(crate) joining: usize,
    /// ticks in a row that found one thread attached
    lonely: u32,
}

/// See the module.
pub struct World {
    threads: Mutex<Threads>,
    changed: Condvar,
    clock: Clock,
    concurrent: AtomicBool,
    /// owner number of the irrevocable transaction; 0 = none
    pub(crate) irrevocable: AtomicU32,
    /// owner number of the transaction that becomes irrevocable next, having waited for long; 0 = whoever comes
    pub(crate) next_irrevocable: AtomicU32,
    pub(crate) waiters: Waiters,
    retired: Retired,
    /// threads by owner number
    /// Changed by every transaction that begins. loom switches threads at accesses that depend on each other, and takes only
    /// the last access to a word for one: because of this one it tries every order of transactions.
    #[cfg(loom)]
    begun: AtomicU64,
    by_number: Box<[AtomicPtr<WorldThread>]>,
    /// commits, aborts, irrevocables of threads that have ended
    ended: [AtomicU64; 3],
}

impl World {
    fn new() -> World {
        let retired = Retired::new();
        World {
            threads: Mutex::new(Threads {
                list: Vec::new(),
                free: Vec::new(),
                stop: None,
                stop_at_boundary: None,
                expected: 0,
                numbers: Numbers::default(),
                ticker: false,
                tick_always: false,
                stay_concurrent: false,
                solo: None,
                joining: 0,
                lonely: 0,
            }),
            changed: Condvar::new(),
            clock: Clock::new(),
            concurrent: AtomicBool::new(false),
            irrevocable: AtomicU32::new(0),
            next_irrevocable: AtomicU32::new(0),
            waiters: Waiters::default(),
            #[cfg(loom)]
            begun: AtomicU64::new(0),
            by_number: (0..Retired::COUNT).map(|_| AtomicPtr::new(std::ptr::null_mut())).collect(),
            retired,
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
    /// A world that is concurrent from its start and never goes solo, and whose threads nobody asks for boundaries.
    #[cfg(not(any(loom, shuttle)))]
    pub(crate) fn leak_concurrent() -> &'static World {
        let world = World::leak();
        let mut g = world.lock();
        g.stay_concurrent = true;
        g.ticker = true;
        world.concurrent.store(true, SeqCst);
        drop(g);
        world
    }
    pub(crate) fn lock(&self) -> MutexGuard<'_, Threads> {
        self.threads.lock().unwrap_or_else(|e| e.into_inner())
    }
    pub(crate) fn wait<'g>(&self, g: MutexGuard<'g, Threads>) -> MutexGuard<'g, Threads> {
        self.changed.wait(g).unwrap_or_else(|e| e.into_inner())
    }
    pub(crate) fn notify(&self) {
        self.changed.notify_all();
    }

    /// The current OS thread becomes a thread of the world, attached, between transactions. Waits while somebody holds a
    /// stop. All but the first one must be announced by [`World::expect_thread`].
    pub fn register(&'static self) -> &'static WorldThread {
        let mut g = self.lock();
        while g.stop.is_some() || g.stop_at_boundary.is_some() {
            g = self.wait(g);
        }
        assert!(g.list.is_empty() || g.expected > 0, "expect_thread was not called");
        g.expected = g.expected.saturating_sub(1);
        let number = g.numbers.take().expect("expect_thread has seen that there is a number");
        let t = g.free.pop().unwrap_or_else(|| {
            Box::leak(Box::new(WorldThread {
                id: (g.list.len() + g.free.len() + 1) as u16,
                number: AtomicU16::new(0),
                used: AtomicBool::new(false),
                poll: AtomicU32::new(0),
                world: self,
                age: AtomicU64::new(0),
                waiting: AtomicBool::new(false),
                ends: NoteBool::new(false),
                ahead: NoteBool::new(false),
                bell: Arc::default(),
                heir: AtomicU16::new(0),
                gives_way: AtomicBool::new(false),
                call: Call::default(),
                patience: AtomicU32::new(0),
                waited: AtomicU64::new(0),
                for_patient: AtomicBool::new(false),
                place: Note32::new(0),
                asked_for: Note::new(0),
                asked_from: Note32::new(0),
                stack_low: AtomicUsize::new(0),
                stack_high: AtomicUsize::new(0),
                ident: AtomicU64::new(0),
                commits: AtomicU64::new(0),
                aborts: AtomicU64::new(0),
                irrevocables: AtomicU64::new(0),
            }))
        });
        self.give_number(t, number);
        t.poll.store(0, Relaxed);
        t.ends.store(false, Relaxed);
        t.ahead.store(false, Relaxed);
        t.patience.store(0, Relaxed);
        t.waited.store(0, Relaxed);
        t.for_patient.store(false, Relaxed);
        t.stack_high.store(native_stack_top(), Relaxed);
        // SAFETY: no preconditions.
        t.ident.store(unsafe { libc::pthread_self() } as u64, Relaxed);
        if g.list.is_empty() {
            g.solo = Some(t.id);
        }
        g.list.push((t, State::Attached));
        t
    }
    fn give_number(&self, t: &'static WorldThread, number: u16) {
        t.number.store(number, Relaxed);
        t.used.store(false, Relaxed);
        self.by_number[number as usize].store(std::ptr::from_ref(t).cast_mut(), Release);
    }
    /// Another thread is about to start: the world goes concurrent. The caller stands between transactions. False: there
    /// are too many threads. If the thread does not start after all, call [`World::thread_did_not_start`].
    pub fn expect_thread(&'static self) -> bool {
        let mut g = self.lock();
        if g.numbers.left() < g.expected + 2 {
            return false;
        }
        g.expected += 1;
        if !self.is_concurrent() {
            self.go_concurrent(&mut g);
        }
        if !g.ticker {
            g.ticker = crate::ticker::start(self);
        }
        true
    }
    /// From now on transactions are logged, although no other thread runs: until the world is lonely enough to go solo. The
    /// caller stands between transactions.
    pub fn be_concurrent(&'static self) {
        if self.is_concurrent() {
            // Only a thread that is alone makes it solo, and this one is attached.
            return;
        }
        let mut g = self.lock();
        self.go_concurrent(&mut g);
        if !g.ticker {
            g.ticker = crate::ticker::start(self);
        }
    }
    /// From now on every attached thread is asked for boundaries now and then, in solo mode too.
    pub fn tick_always(&'static self) {
        let mut g = self.lock();
        g.tick_always = true;
        if !g.ticker {
            g.ticker = crate::ticker::start(self);
        }
    }
    /// The world is concurrent from now on, however many threads run. The caller stands between transactions.
    pub fn stay_concurrent(&'static self) {
        let mut g = self.lock();
        g.stay_concurrent = true;
        if !self.is_concurrent() {
            self.go_concurrent(&mut g);
        }
        if !g.ticker {
            g.ticker = crate::ticker::start(self);
        }
    }
    fn go_concurrent(&self, g: &mut Threads) {
        self.leave_solo(g);
        self.concurrent.store(true, SeqCst);
        if g.joining > 0 && !is_mutant(Mutant::JoinerNotWoken) {
            self.notify();
        }
    }
    /// The thread that ran solo does so no more: it gets a new number if it has used its own in concurrent times.
    fn leave_solo(&self, g: &mut Threads) {
        if let Some(id) = g.solo.take()
            && let Some(&(t, _)) = g.list.iter().find(|x| x.0.id == id)
            && t.used.load(Relaxed)
            && !is_mutant(Mutant::NumberKept)
            && let Some(n) = g.numbers.take()
        {
            g.numbers.retire(t.number(), &self.retired);
            self.give_number(t, n);
        }
    }
    /// A detached thread may touch objects again; no stop holds it. In a solo world that is so when the thread that runs has
    /// made it concurrent (None: wait), or when no thread runs: then this one runs solo.
    pub(crate) fn may_attach(&self, g: &mut Threads, me: &WorldThread) -> bool {
        if self.is_concurrent() || is_mutant(Mutant::AttachToSolo) {
            return true;
        }
        let running = g.list.iter().find(|x| x.0.id != me.id && !matches!(x.1, State::Detached { .. }));
        match running {
            Some((t, _)) => {
                t.request(poll::TICK);
                false
            }
            None => {
                if g.solo != Some(me.id) {
                    self.leave_solo(g);
                    g.solo = Some(me.id);
                }
                true
            }
        }
    }
    /// The announced thread does not come.
    pub fn thread_did_not_start(&self) {
        let mut g = self.lock();
        g.expected = g.expected.saturating_sub(1);
    }
    /// The thread ends, between transactions.
    pub fn unregister(&'static self, t: &'static WorldThread) {
        t.wake_heir();
        let mut g = self.lock();
        self.remove(&mut g, t);
        drop(g);
        self.notify();
    }
    fn remove(&self, g: &mut Threads, t: &'static WorldThread) {
        for (total, own) in self.ended.iter().zip([&t.commits, &t.aborts, &t.irrevocables]) {
            total.fetch_add(own.swap(0, Relaxed), Relaxed);
        }
        g.list.retain(|x| x.0.id != t.id);
        if g.solo == Some(t.id) && t.used.load(Relaxed) {
            // What it owned may be referred to from anywhere, if it ran solo.
            g.numbers.retire(t.number(), &self.retired);
        } else {
            g.numbers.give_back(t.number());
        }
        g.free.push(t);
    }
    /// Called between transactions by a thread that runs. Back to solo mode, if it is the only one that is left, or was the only
    /// one attached for some ticks, none is about to start and none waits for a change (what runs solo
    /// looks for no bits); back to concurrent mode if another one wants to attach. Is the
    /// world solo now?
    pub fn try_solo(&self) -> bool {
        let mut g = self.lock();
        if !self.is_concurrent() {
            if g.joining > 0 {
                self.go_concurrent(&mut g);
            }
            return !self.is_concurrent();
        }
        let none_comes = g.expected == 0 && g.joining == 0 || is_mutant(Mutant::SoloTooEarly);
        let mut attached = g.list.iter().filter(|x| x.1 != State::Detached { boundary: true });
        if let (Some(me), None) = (attached.next().map(|x| x.0.id), attached.next())
            && (g.list.len() == 1 || g.lonely >= LONELY)
            && none_comes
            && (self.waiters.none() || is_mutant(Mutant::SoloBesideWaiters))
            && g.numbers.plenty()
            && !g.stay_concurrent
        {
            g.solo = Some(me);
            self.concurrent.store(false, SeqCst);
        }
        !self.is_concurrent()
    }
    /// Runs `f`, which forks the process or cannot yet, while all others stand at boundaries or are detached there. In the child,
    /// where `f` gives 0, this thread is alone.
    pub fn fork(&self, me: &WorldThread, f: impl FnOnce() -> Option<i32>) -> Option<i32> {
        let mut g = self.lock();
        let pid = f();
        if pid == Some(0) {
            g.ticker = false;
            g.expected = 0;
            g.joining = 0;
            g.stop = None;
            let others: Vec<_> = g.list.iter().map(|x| x.0).filter(|t| t.id != me.id).collect();
            others.into_iter().for_each(|t| self.remove(&mut g, t));
            self.next_irrevocable.store(0, Relaxed);
            // The ticker is gone: the next boundary finds the world lonely enough to be solo.
            me.request(poll::TICK);
        }
        pid
    }
    /// Do other threads run, or are about to?
    pub fn has_others(&self) -> bool {
        self.count() > 1
    }
    /// Threads that run, or are about to.
    pub fn count(&self) -> usize {
        let g = self.lock();
        g.list.len() + g.expected
    }
    /// Asks the threads whose turn it is for boundaries. False when the world is solo: the ticker ends.
    #[cfg(not(any(loom, shuttle)))]
    pub(crate) fn tick(&self, turn: u32) -> bool {
        let mut g = self.lock();
        if !self.is_concurrent() && g.list.len() == 1 && g.expected == 0 && !g.tick_always {
            g.ticker = false;
            return false;
        }
        let attached = g.list.iter().filter(|x| x.1 == State::Attached).count();
        let more = u32::from(turn == 0);
        g.lonely = if attached == 1 { g.lonely.saturating_add(more) } else { 0 };
        // While all others are detached nobody waits for the one that runs: after a while it goes solo.
        let wanted = if self.is_concurrent() {
            attached > 1 || g.list.len() == 1 || g.lonely >= LONELY
        } else {
            g.joining > 0
        };
        if wanted || g.tick_always {
            let mut running = 0;
            for (t, state) in &g.list {
                if running % crate::ticker::TURNS == turn {
                    t.request(poll::TICK);
                }
                running += u32::from(*state == State::Attached);
            }
        }
        true
    }
    /// Asks the thread with this [`WorldThread::id`], if there is one, for its next boundary.
    pub fn ask_for_boundary(&self, id: u16) {
        if let Some(x) = self.lock().list.iter().find(|x| x.0.id == id) {
            x.0.put_back(poll::WANTED);
        }
    }
    /// Is there a thread with this [`WorldThread::id`]?
    pub fn has_thread(&self, id: u16) -> bool {
        self.lock().list.iter().any(|x| x.0.id == id)
    }
    /// The [`WorldThread::id`] of the thread with this identifier of the system; 0: there is none.
    pub fn thread_with(&self, ident: u64) -> u16 {
        self.lock().list.iter().find(|x| x.0.ident() == ident).map_or(0, |x| x.0.id)
    }
    /// Do several threads run?
    #[inline]
    pub fn is_concurrent(&self) -> bool {
        self.concurrent.load(Relaxed)
    }
    /// The clock.
    #[inline]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
    /// Does this OPEN word say that a thread which has not ended owns the object?
    pub fn owner_lives(&self, m: u64) -> bool {
        let owner = crate::meta::owner(m);
        self.lock().list.iter().any(|x| x.0.number() == owner)
    }
    /// The thread with this owner number; of a number that is not in use, whoever had it last.
    pub(crate) fn by_number(&self, n: u16) -> Option<&'static WorldThread> {
        let p = self.by_number.get(n as usize)?.load(Acquire);
        // SAFETY: entries of threads live as long as the process.
        unsafe { p.as_ref() }
    }
    /// Commits, aborts and irrevocable transactions, of ended threads too.
    pub fn totals(&self) -> (u64, u64, u64) {
        let mut sum = self.ended.each_ref().map(|x| x.load(Relaxed));
        for (t, _) in &self.lock().list {
            for (s, x) in sum.iter_mut().zip([&t.commits, &t.aborts, &t.irrevocables]) {
                *s += x.load(Relaxed);
            }
        }
        (sum[0], sum[1], sum[2])
    }
    /// Is it worth while to renew owner numbers in the next full collection?
    pub fn wants_renewal(&self) -> bool {
        self.lock().numbers.retired() > Retired::COUNT / 8
    }
    /// Stopped, by a full collection that has given every live object for which [`WorldThread::is_retired`] holds version 0,
    /// and called [`Tx::forget_retired`](crate::Tx::forget_retired) for every thread: the numbers can be used again.
    pub fn renew(&self) {
        self.lock().numbers.renew(&self.retired);
    }
}

impl WorldThread {
    /// The clock.
    #[inline]
    pub fn clock(&self) -> &Clock {
        &self.world.clock
    }
    /// The world.
    pub fn world(&self) -> &'static World {
        self.world
    }
    /// Number of the entry, from 1: no two threads that run have the same.
    pub fn id(&self) -> u16 {
        self.id
    }
    /// The present owner number. It changes between transactions only.
    #[inline]
    pub fn number(&self) -> u16 {
        self.number.load(Relaxed)
    }
    /// Do several threads run?
    #[inline]
    pub fn is_concurrent(&self) -> bool {
        self.world.is_concurrent()
    }
    /// Does a meta word say SHARED, seen while threads run concurrently?
    #[inline]
    pub fn is_shared(&self, m: u64) -> bool {
        m & crate::meta::OPEN == 0 || self.is_retired(m)
    }
    /// Is an object with the word `now` as it was when its word was `seen`? Who waits for it makes no difference.
    #[inline]
    pub(crate) fn is_as_read(&self, now: u64, seen: u64) -> bool {
        let (a, b) = (crate::meta::version(now), crate::meta::version(seen));
        now == seen || a == b && self.is_shared(now) && self.is_shared(seen)
    }
    /// Has this OPEN word the solo owner or a retired one?
    #[inline]
    pub fn is_retired(&self, m: u64) -> bool {
        self.world.retired.has(crate::meta::owner(m))
    }
    /// OS identifier of the thread.
    pub fn ident(&self) -> u64 {
        self.ident.load(Relaxed)
    }

    /// The poll word: not zero when something wants this thread's attention.
    #[inline(always)]
    pub fn poll_word(&self) -> u32 {
        self.poll.load(Relaxed)
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
    /// Finalizers are due that concern an object with this meta word: the thread that owns it, or else this one, is asked.
    pub fn request_finalizers_of(&self, m: u64) {
        let owner = if self.is_shared(m) {
            None
        } else {
            self.world.by_number(crate::meta::owner(m))
        };
        owner.unwrap_or(self).request(poll::FINALIZERS);
    }
    /// Every poll of this thread is served from now on: for hostile test modes.
    pub fn always_poll(&self) {
        self.request(poll::ALWAYS);
    }
    /// Takes and clears bits of the poll word; those of stops stay until the stop is over.
    pub fn take_requests(&self) -> u32 {
        self.poll.fetch_and(poll::STOP | poll::BOUNDARY | poll::ALWAYS, AcqRel)
    }
    /// Puts bits back that could not be served here.
    #[inline]
    pub fn put_back(&self, bits: u32) {
        if bits & !self.poll_word() != 0 {
            self.request(bits);
        }
    }

    /// A transaction begins. `age`: what the clock says, if it is not the same one again after an abort.
    #[inline]
    pub(crate) fn begin(&self, age: Option<u64>) {
        if self.poll_word() & poll::ABORT != 0 {
            self.poll.fetch_and(!poll::ABORT, AcqRel);
        }
        if self.gives_way.load(Relaxed) {
            self.gives_way.store(false, Relaxed);
        }
        if !self.used.load(Relaxed) {
            self.used.store(true, Relaxed);
        }
        #[cfg(loom)]
        self.world.begun.fetch_add(1, Relaxed);
        if let Some(age) = age {
            self.age.store(age, Relaxed);
        }
    }
    #[inline]
    pub(crate) fn count_commit(&self) {
        self.commits.store(self.commits.load(Relaxed) + 1, Relaxed);
    }
    #[inline]
    pub(crate) fn count_abort(&self) {
        self.aborts.store(self.aborts.load(Relaxed) + 1, Relaxed);
    }
    pub(crate) fn count_irrevocable(&self) {
        self.irrevocables.store(self.irrevocables.load(Relaxed) + 1, Relaxed);
    }
}
