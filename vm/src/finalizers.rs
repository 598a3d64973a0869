//! Finalizers: which objects have one, and which are due.
//!
//! A finalizer runs in a thread that may touch the object: the one that it is private to, any if it is shared.
//! An object made in a transaction that has not committed yet stays alive until the transaction ends: it may never have
//! existed. A finalizer that ran in a transaction that aborts is due again.

use crate::interp::generator::Generator;
use crate::object::{Kind, Obj, flag};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::weakref;
use crate::value::Value;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};

/// Objects with finalizers that were made by threads that have ended.
static ENDED: Mutex<Vec<Value>> = Mutex::new(Vec::new());
/// Objects whose finalizers are due.
static DUE: Mutex<Vec<Value>> = Mutex::new(Vec::new());
static DUE_COUNT: AtomicUsize = AtomicUsize::new(0);

fn lock<T>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    m.lock().unwrap_or_else(|e| e.into_inner())
}

/// Live objects with finalizers that a thread has made.
#[derive(Default)]
pub struct Finalizable {
    list: Vec<Value>,
    /// those before the running transaction
    committed: usize,
    /// those due that this thread has taken to run
    due: Vec<Value>,
    /// references with the callbacks due that this thread has taken to call
    pub(crate) callbacks: Vec<(Value, Value)>,
}
impl Finalizable {
    /// An object whose class has a finalizer was made.
    pub fn add(&mut self, o: Obj) {
        o.set_flag(flag::HAS_FINALIZER);
        self.list.push(o.value());
    }
    /// An object has nothing to finalize any more: it is taken out if it was made last.
    #[inline]
    pub(crate) fn forget(&mut self, o: Obj, concurrent: bool) {
        if self.list.last() == Some(&o.value()) && (!concurrent || self.list.len() > self.committed) {
            self.list.pop();
            self.committed = self.committed.min(self.list.len());
        }
    }
    /// What the transaction made exists.
    #[inline]
    pub(crate) fn commit(&mut self) {
        self.committed = self.list.len();
    }
    /// What the transaction made has never existed.
    pub(crate) fn abort(&mut self) {
        self.forget_since(0);
    }
    /// How many the running transaction has made. (Collections take out older ones.)
    pub(crate) fn made(&self) -> usize {
        self.list.len() - self.committed
    }
    /// What the transaction made since there were `n` has never existed.
    pub(crate) fn forget_since(&mut self, n: usize) {
        for v in self.list.drain((self.committed + n).min(self.list.len())..) {
            // A generator may be older than its finalizer.
            v.as_obj().clear_flag(flag::HAS_FINALIZER);
        }
    }
    /// Calls `f` with what the running transaction has made (`concurrent`), and what is due.
    pub(crate) fn roots(&self, concurrent: bool, f: &mut dyn FnMut(Value)) {
        let made = if concurrent { &self.list[self.committed..] } else { &[] };
        made.iter().chain(&self.due).for_each(|v| f(*v));
        self.callbacks.iter().for_each(|&(r, c)| {
            f(r);
            f(c);
        });
    }
    /// Stopped. Takes out those that are not marked; adds those that have something to do to `due`.
    pub(crate) fn take_unreachable(&mut self, concurrent: bool, marked: &dyn Fn(u64) -> bool, due: &mut Vec<Value>) {
        if !concurrent {
            self.commit();
        }
        let running = self.list.split_off(self.committed);
        take_unreachable(&mut self.list, marked, due);
        self.committed = self.list.len();
        self.list.extend(running);
    }
}
fn take_unreachable(list: &mut Vec<Value>, marked: &dyn Fn(u64) -> bool, due: &mut Vec<Value>) {
    list.retain(|v| {
        let lives = marked(v.0);
        // A generator that has ended has nothing to finalize.
        let ended = || v.cast::<Generator>().is_some_and(|g| g.is_closed());
        if !lives && !ended() {
            due.push(*v);
        }
        lives
    });
}
/// A thread ends: others may find its objects unreachable.
pub(crate) fn thread_ends(f: &mut Finalizable) {
    lock(&ENDED).append(&mut f.list);
    make_due(&std::mem::take(&mut f.due));
    weakref::make_due(&mut f.callbacks);
}
/// Stopped. As `take_unreachable`, for the objects of threads that have ended.
pub(crate) fn of_ended_threads(marked: &dyn Fn(u64) -> bool) -> Vec<Value> {
    let mut due = Vec::new();
    take_unreachable(&mut lock(&ENDED), marked, &mut due);
    due
}
/// Their finalizers are due.
pub(crate) fn make_due(objects: &[Value]) {
    let mut due = lock(&DUE);
    due.extend(objects);
    DUE_COUNT.store(due.len(), Relaxed);
}
/// Calls `f` with every object whose finalizer is due.
pub(crate) fn roots(f: &mut dyn FnMut(Value)) {
    lock(&DUE).iter().for_each(|v| f(*v));
}
/// Asks the threads that can run the finalizers that are due.
pub(crate) fn request(th: &Thread) {
    for v in lock(&DUE).iter() {
        th.world.request_finalizers_of(v.as_obj().header().meta.load(Relaxed));
    }
}
/// The next one that is for this thread. It takes all that are, for there may be many for others.
fn next(th: &mut Thread) -> Option<Value> {
    if th.finalizable.due.is_empty() && DUE_COUNT.load(Relaxed) > 0 {
        let mut due = lock(&DUE);
        let (mine, others) = due.drain(..).partition(|v| th.may_touch(v.as_obj()));
        *due = others;
        DUE_COUNT.store(due.len(), Relaxed);
        th.finalizable.due = mine;
    }
    th.finalizable.due.pop()
}

/// The program ends: runs the finalizers of all objects but those of `spared`; those of native files last, from the
/// outermost stream inwards.
pub(crate) fn run_all(th: &mut Thread, spared: &[Value]) -> R<()> {
    let mut all = std::mem::take(&mut *lock(&ENDED));
    let mut own = std::mem::take(&mut th.finalizable);
    make_due(&own.due);
    weakref::make_due(&mut own.callbacks);
    all.append(&mut own.list);
    all.retain(|v| !spared.contains(v));
    let (files, mut others): (Vec<Value>, Vec<Value>) = all.into_iter().partition(|v| v.is_kind(Kind::Payload));
    others.reverse();
    make_due(&files);
    make_due(&others);
    run_due(th)
}
/// Runs finalizers and weak reference callbacks that are due, one after the other; called at boundaries.
pub fn run_due(th: &mut Thread) -> R<()> {
    if std::mem::replace(&mut th.finalizing, true) {
        return Ok(());
    }
    let r = run_all_due(th);
    th.finalizing = false;
    r
}
fn run_all_due(th: &mut Thread) -> R<()> {
    weakref::run_callbacks(th)?;
    while let Some(v) = next(th) {
        let o = v.as_obj();
        if o.has_flag(flag::FINALIZED) {
            continue;
        }
        o.set_flag(flag::FINALIZED);
        th.if_aborted(v, move |th| {
            o.clear_flag(flag::FINALIZED);
            make_due(&[v]);
            th.world.request_finalizers();
        });
        let r = if o.kind() == Kind::Generator {
            crate::interp::generator::finalize(th, v)
        } else {
            th.call_special(v, Special::Del, &[]).map(|_| Value::NONE)
        };
        let Err(t) = r else { continue };
        if t.is_abort() {
            return Err(t);
        }
        match v.cast::<Generator>() {
            Some(g) => crate::types::report::report_ignored(th, t, g.ending(), v),
            None => {
                let del = th.class_of(v).special(Special::Del).unwrap_or(v);
                crate::types::report::report_ignored(th, t, "while calling deallocator", del);
            }
        }
    }
    Ok(())
}
