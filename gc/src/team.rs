//! Who marks together: the collecting thread, and helpers that sleep between collections. They take jobs from one queue.
//!
//! The collecting thread is one of them, so that marking goes on at once, however long the system takes to wake the helpers,
//! and goes on without those that come late.

use crate::cores::Cores;
use crate::heap::{Heap, lock};
use crate::mark::{Job, Tracer};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, MutexGuard};
use vasuki_stm::os_thread;

/// The workers of one collection.
pub(crate) struct Team<'t> {
    pub(crate) heap: &'t Heap,
    pub(crate) tracer: &'t dyn Tracer,
    queue: Mutex<Queue>,
    changed: Condvar,
    hungry: AtomicBool,
}
/// What is to be done. All is done when there are no jobs, and nobody works.
struct Queue {
    jobs: Vec<Job>,
    /// workers that have come
    present: usize,
    /// those that have a job
    working: usize,
    /// the collecting thread marks without atomic operations: the others have to wait until it has seen them
    alone: bool,
    /// somebody has begun to wait since the last call
    waiting: bool,
}
impl<'t> Team<'t> {
    pub(crate) fn new(heap: &'t Heap, tracer: &'t dyn Tracer, job: Job) -> Team<'t> {
        let queue = Queue {
            jobs: vec![job],
            present: 0,
            working: 0,
            alone: true,
            waiting: false,
        };
        Team {
            heap,
            tracer,
            queue: Mutex::new(queue),
            changed: Condvar::new(),
            hungry: AtomicBool::new(false),
        }
    }
    /// Could others work too, if they had a job, or if the collecting thread saw them?
    #[inline]
    pub(crate) fn is_hungry(&self) -> bool {
        self.hungry.load(Relaxed)
    }
    /// More to do.
    pub(crate) fn push(&self, jobs: impl IntoIterator<Item = Job>) {
        let mut q = lock(&self.queue);
        q.jobs.extend(jobs);
        self.changed(&mut q);
    }
    /// The collecting thread marks with atomic operations from now on.
    pub(crate) fn let_others_in(&self) {
        let mut q = lock(&self.queue);
        q.alone = false;
        self.changed(&mut q);
    }
    fn changed(&self, q: &mut Queue) {
        let idle = q.jobs.is_empty() && q.working < q.present;
        self.hungry.store(q.present > 1 && (q.alone || idle), Relaxed);
        if std::mem::take(&mut q.waiting) {
            self.changed.notify_all();
        }
    }
    /// Works until all is done. `first`: the collecting thread.
    fn run(&self, first: bool) {
        let whole = AbortOnPanic;
        let mut q = lock(&self.queue);
        q.present += 1;
        self.changed(&mut q);
        loop {
            while (q.alone && !first) || (q.jobs.is_empty() && q.working > 0) {
                q.waiting = true;
                q = wait(&self.changed, q);
            }
            let Some(job) = q.jobs.pop() else { break };
            q.alone &= q.present == 1;
            q.working += 1;
            self.changed(&mut q);
            let alone = q.alone;
            drop(q);
            self.work(job, alone);
            q = lock(&self.queue);
            q.working -= 1;
            self.changed(&mut q);
        }
        q.alone = false;
        self.changed(&mut q);
        std::mem::forget(whole);
    }
}
/// The others would wait for ever for one that does not come back.
struct AbortOnPanic;
impl Drop for AbortOnPanic {
    fn drop(&mut self) {
        std::process::abort();
    }
}
fn wait<'m, T>(c: &Condvar, g: MutexGuard<'m, T>) -> MutexGuard<'m, T> {
    c.wait(g).unwrap_or_else(|e| e.into_inner())
}

/// Threads that help to mark.
pub(crate) struct Helpers {
    state: Mutex<State>,
    /// there is a team
    called: Condvar,
    /// nobody is in the team any more
    left: Condvar,
}
#[derive(Default)]
struct State {
    team: Option<TeamRef>,
    /// counts teams
    round: usize,
    /// helpers that are in the team
    inside: usize,
}
#[derive(Clone, Copy)]
struct TeamRef(*const Team<'static>);
// SAFETY: a team may be used by several threads; see `Helpers::work_with` for how long.
unsafe impl Send for TeamRef {}

/// None: not started yet.
static HELPERS: Mutex<Option<Option<&'static Helpers>>> = Mutex::new(None);

/// In the child of a fork: the helpers are not there.
pub fn after_fork() {
    *lock(&HELPERS) = None;
}
impl Helpers {
    /// One for each core but this one, started when they are needed first. None: there are no other cores, or the system has
    /// no threads left.
    pub(crate) fn get() -> Option<&'static Helpers> {
        *lock(&HELPERS).get_or_insert_with(Helpers::start)
    }
    fn start() -> Option<&'static Helpers> {
        let cores = Cores::get().count();
        if cores == 1 {
            return None;
        }
        let helpers: &'static Helpers = Box::leak(Box::new(Helpers {
            state: Mutex::default(),
            called: Condvar::new(),
            left: Condvar::new(),
        }));
        let start = |i| {
            let name = format!("vasuki-mark-{i}");
            os_thread::spawn(std::thread::Builder::new().name(name), |mut me| {
                me.started();
                // Whoever collects first may be bound to one core.
                Cores::get().use_all();
                helpers.help();
            })
        };
        let started = (1..cores).filter(|i| start(*i).is_ok()).count();
        (started > 0).then_some(helpers)
    }
    /// Does all that is in the team's queue, and what comes of it, together with the helpers.
    pub(crate) fn work_with(&self, team: &Team) {
        let mut s = lock(&self.state);
        s.team = Some(TeamRef(std::ptr::from_ref(team).cast()));
        s.round += 1;
        self.called.notify_all();
        drop(s);
        team.run(true);
        let mut s = lock(&self.state);
        s.team = None;
        while s.inside > 0 {
            s = wait(&self.left, s);
        }
    }
    fn help(&self) {
        let mut seen = 0;
        let mut s = lock(&self.state);
        loop {
            match s.team {
                Some(TeamRef(team)) if s.round != seen => {
                    seen = s.round;
                    s.inside += 1;
                    drop(s);
                    // SAFETY: `work_with` has put it here, and returns when nobody is inside any more.
                    unsafe { &*team }.run(false);
                    s = lock(&self.state);
                    s.inside -= 1;
                    if s.inside == 0 {
                        self.left.notify_one();
                    }
                }
                _ => s = wait(&self.called, s),
            }
        }
    }
}
