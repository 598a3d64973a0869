//! Starting threads, joining them, waiting for them at the end of the program.

use super::{MAIN_IDENT, ident, lock, stack_bytes};
use crate::bootstrap;
use crate::context::ctx;
use crate::native::{TypeDef, def, def_static, getter};
use crate::object::{Gc, Kind};
use crate::park::Lock;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::class::Class;
use crate::types::payload::{self, Payload, payload_size};
use crate::types::tuple::Tuple;
use crate::types::{exception, type_};
use crate::value::Value;
use crate::waits::Waiting;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::*};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;
use vasuki_stm::{World, os_thread};

/// Threads that were started here and have not ended.
static RUNNING: Mutex<Vec<Arc<State>>> = Mutex::new(Vec::new());
fn all_running() -> MutexGuard<'static, Vec<Arc<State>>> {
    RUNNING.lock().unwrap_or_else(|e| e.into_inner())
}
/// Count of Python threads besides the main one.
pub fn running() -> usize {
    let main = MAIN_IDENT.load(Relaxed);
    all_running().iter().filter(|s| s.ident.load(Acquire) != main).count()
}
/// In the child of a fork.
pub fn after_fork() {
    let mut list = all_running();
    for s in list.iter().filter(|s| s.ident.load(Acquire) != ident()) {
        s.started.store(DONE, Release);
        s.done.release();
    }
    list.clear();
}

/// A thread as others see it. `done` is held while it runs.
#[derive(Default)]
struct State {
    ident: AtomicU64,
    started: AtomicU64,
    /// the program does not wait for it at its end
    daemon: AtomicBool,
    done: Arc<Lock>,
}
const NOT_STARTED: u64 = 0;
const RUNNING_STATE: u64 = 2;
const DONE: u64 = 3;

#[derive(Clone)]
struct Handle(Arc<State>);
impl Payload for Handle {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
static DEF: TypeDef = TypeDef {
    base: false,
    methods: &[
        def_static(
            "__new__",
            "cls",
            |th, a| Ok(payload::new(th, a[0].as_gc(), Handle(Arc::default())).value()),
            "",
        ),
        def("join", "self, timeout=None, /", join, ""),
        def(
            "is_done",
            "self, /",
            |th, a| Ok(Value::bool(state(th, a[0])?.started.load(Acquire) == DONE)),
            "",
        ),
        def("_set_done", "self, /", set_done, ""),
        def("__repr__", "self, /", handle_repr, ""),
    ],
    getsets: &[getter(
        "ident",
        |th, v| {
            let n = state(th, v)?.ident.load(Acquire);
            Ok(if n == 0 { Value::NONE } else { th.new_int(n as i64) })
        },
        "",
    )],
    ..TypeDef::new("_thread._ThreadHandle", Kind::Payload, payload_size::<Handle>())
};
/// The class.
pub fn class(th: &mut Thread) -> R<Gc<Class>> {
    static CLASS: OnceLock<Gc<Class>> = OnceLock::new();
    if let Some(c) = CLASS.get() {
        return Ok(*c);
    }
    let c = type_::make_native_class(th, &DEF, &[])?;
    crate::memory::keep(c.value());
    Ok(*CLASS.get_or_init(|| c))
}
fn state(th: &mut Thread, v: Value) -> R<Arc<State>> {
    match payload::downcast::<Handle>(v) {
        // SAFETY: the Arc inside is set at construction and never replaced.
        Some(h) => Ok(unsafe { (*h.cell.get()).0.clone() }),
        None => Err(th.type_error("'handle' must be a _ThreadHandle")),
    }
}
fn handle_repr(th: &mut Thread, a: &[Value]) -> R {
    let n = state(th, a[0])?.ident.load(Acquire);
    Ok(th.new_str(&format!("<_ThreadHandle object: ident={n}>")))
}
pub fn make(th: &mut Thread, a: &[Value]) -> R {
    let n = th.to_i64(a[0])?;
    let s = State::default();
    s.ident.store(n as u64, Release);
    s.started.store(RUNNING_STATE, Release);
    s.done.try_acquire();
    let c = class(th)?;
    Ok(payload::new(th, c, Handle(Arc::new(s))).value())
}
fn set_done(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    if s.started.load(Acquire) == NOT_STARTED {
        return Err(th.runtime_error("thread not started"));
    }
    th.commit_point()?;
    s.started.store(DONE, Release);
    s.done.release();
    Ok(Value::NONE)
}
fn join(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    if s.started.load(Acquire) == NOT_STARTED {
        return Err(th.runtime_error("thread not started"));
    }
    if s.ident.load(Acquire) == ident() && s.started.load(Acquire) != DONE {
        return Err(th.runtime_error("Cannot join current thread"));
    }
    if crate::modules::sys::FINALIZING.load(Acquire) && s.started.load(Acquire) != DONE {
        return Err(th.error(ctx().types.PythonFinalizationError, "cannot join thread at interpreter shutdown"));
    }
    let timeout = match a[1] {
        Value::EMPTY | Value::NONE => None,
        v => {
            let t = lock::seconds(th, v)?;
            (t >= 0.0).then(|| Duration::from_secs_f64(t))
        }
    };
    wait(th, &s, timeout)?;
    Ok(Value::NONE)
}
fn wait(th: &mut Thread, s: &State, timeout: Option<Duration>) -> R<()> {
    if s.started.load(Acquire) != DONE {
        let whom = th.world.world().thread_with(s.ident.load(Acquire));
        let _waiting = Waiting::new(th.world.id(), move || whom);
        if lock::acquire(th, &s.done, timeout)? {
            s.done.release();
        }
    }
    Ok(())
}
pub fn start_joinable(th: &mut Thread, a: &[Value]) -> R {
    let c = class(th)?;
    let handle = if a[1].is_empty() || a[1].is_none() {
        payload::new(th, c, Handle(Arc::default())).value()
    } else {
        a[1]
    };
    let s = state(th, handle)?;
    if s.started.load(Acquire) != NOT_STARTED {
        return Err(th.runtime_error("thread already started"));
    }
    let daemon = a[2].is_empty() || th.truth(a[2])?;
    let args = th.new_tuple(&[]);
    start(th, a[0], args, Value::EMPTY, s, daemon)?;
    Ok(handle)
}
pub fn start_new(th: &mut Thread, a: &[Value]) -> R {
    if th.class_of(a[0]).special(crate::special::Special::Call).is_none() {
        return Err(th.type_error("first arg must be callable"));
    }
    if a[1].cast::<Tuple>().is_none() {
        return Err(th.type_error("2nd arg must be a tuple"));
    }
    if !a[2].is_empty() && !a[2].is_kind(Kind::Dict) {
        return Err(th.type_error("optional 3rd arg must be a dictionary"));
    }
    let s: Arc<State> = Arc::default();
    start(th, a[0], a[1], a[2], s.clone(), true)?;
    let id = s.ident.load(Acquire);
    Ok(th.new_int(id as i64))
}

fn start(th: &mut Thread, f: Value, args: Value, kwargs: Value, s: Arc<State>, daemon: bool) -> R<()> {
    if crate::modules::sys::FINALIZING.load(Acquire) {
        return Err(th.error(
            ctx().types.PythonFinalizationError,
            "can't create new thread at interpreter shutdown",
        ));
    }
    // The new thread must see what this one did, and what it is given must be shared.
    let call = th.new_tuple(&[f, args, kwargs]);
    th.share(call);
    th.commit_point()?;
    // The world goes concurrent before the thread exists: both run under the transaction protocol from the start.
    if !th.expect_thread() {
        return Err(th.runtime_error("can't start new thread"));
    }
    s.started.store(RUNNING_STATE, Release);
    s.done.try_acquire();
    s.daemon.store(daemon, Release);
    all_running().push(s.clone());
    let size = stack_bytes();
    let (tx, rx) = std::sync::mpsc::channel();
    let s2 = s.clone();
    let spawned = os_thread::spawn(std::thread::Builder::new().stack_size(size), move |mut os| {
        let _guard = PanicGuard;
        s2.ident.store(ident(), Release);
        let me = bootstrap::new_thread(size);
        os.started();
        // From here on `call` is on this thread's stack, where the collector sees it.
        let call = call;
        // The starter waits for this message; it has gone if it was interrupted.
        let _ = tx.send(());
        run(me, call);
        bootstrap::end_thread(me);
        // A child that was forked before this finds it in the list. From here on nothing forks, which would leave the locks below
        // locked in the child for ever.
        os.ends();
        all_running().retain(|x| !Arc::ptr_eq(x, &s2));
        s2.started.store(DONE, Release);
        s2.done.release();
        if World::global().count() == 0 {
            // The main thread is always there, but in the child of a fork in another one. Threads of the VM's own do not count.
            std::process::exit(0);
        }
    });
    match spawned {
        Ok(_) => {
            th.blocking(move || rx.recv().is_ok())?;
            // Only this stack has it until the new thread does.
            std::hint::black_box(&call);
            Ok(())
        }
        Err(_) => {
            th.world.world().thread_did_not_start();
            s.started.store(NOT_STARTED, Release);
            all_running().retain(|x| !Arc::ptr_eq(x, &s));
            Err(th.runtime_error("can't start new thread"))
        }
    }
}

/// Ends the process when a thread panics: others would wait for it for ever.
struct PanicGuard;
impl Drop for PanicGuard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("vasuki: internal error, see the message above. Please report it with the program that shows it.");
            std::process::exit(70);
        }
    }
}
/// Body of a thread.
fn run(me: &mut Thread, call: Value) {
    let items = call.as_gc::<Tuple>().items();
    let run = |me: &mut Thread| {
        if let Err(t) = me.call_ex(items[0], items[1], items[2]) {
            report(me, t, items[0]);
        }
        // Of what the last transaction has printed.
        if let Err(t) = me.output_error() {
            report(me, t, items[0]);
        }
    };
    crate::interp::boundary::run_transactions(me, run);
}
fn report(me: &mut Thread, t: Throw, f: Value) {
    if let Some(e) = t.value()
        && me.class_of(e).is_subclass_of(ctx().types.SystemExit)
    {
        return;
    }
    exception::report_ignored(me, t, "in thread started by", f);
}
pub fn shutdown(th: &mut Thread, _: &[Value]) -> R {
    loop {
        let next = {
            let waited_for = |s: &&Arc<State>| !s.daemon.load(Acquire) && s.ident.load(Acquire) != ident();
            all_running().iter().find(waited_for).cloned()
        };
        match next {
            Some(s) => wait(th, &s, None)?,
            None => return Ok(Value::NONE),
        }
    }
}
