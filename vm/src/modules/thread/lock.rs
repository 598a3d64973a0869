//! `_thread.lock`: the lock itself is outside the heap, so that a waiting thread touches no object. How transactions use it
//! is in `uses`.

use super::mutex::Mutex;
use super::uses;
use crate::interp::atomic::Free;
use crate::native::{TypeDef, def, def_static};
use crate::object::{Gc, Kind};
use crate::park;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use crate::types::payload::{self, Payload, payload_size};
use crate::types::{float, type_};
use crate::value::Value;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// Acquires a lock that is held outside of transactions, with Python's rules. True when acquired.
pub fn acquire(th: &mut Thread, s: &Arc<park::Lock>, timeout: Option<Duration>) -> R<bool> {
    if th.is_atomic() && timeout != Some(Duration::ZERO) && s.is_held() {
        let lock = Arc::clone(s);
        let free = Free {
            lock: Value::NONE,
            wait: Box::new(move |until| lock.wait(until) && lock.release()),
        };
        return wait_in_atomic(th, timeout, free, |until| s.wait(until));
    }
    // What was done before must be visible to whoever holds the lock later; and nothing after it may be undone with it.
    th.commit_point()?;
    if s.try_acquire() {
        return Ok(true);
    }
    if timeout == Some(Duration::ZERO) {
        return Ok(false);
    }
    if s.spin() {
        return Ok(true);
    }
    wait(th, timeout, |until| s.wait(until))
}
/// Calls `f` with a time to wait until, detached, until it says that it has what it waits for, or the time is over.
#[cold]
#[inline(never)]
pub(super) fn wait(th: &mut Thread, timeout: Option<Duration>, f: impl Fn(Option<Instant>) -> bool) -> R<bool> {
    let end = timeout.and_then(|t| Instant::now().checked_add(t));
    let main = crate::signals::is_main(th);
    loop {
        // The main thread looks for signals now and then; the others just wait.
        let slice = Instant::now() + Duration::from_millis(20);
        let until = match end {
            Some(e) if main => Some(e.min(slice)),
            None if main => Some(slice),
            e => e,
        };
        if th.blocking(|| f(until))? {
            return Ok(true);
        }
        crate::signals::handle(th)?;
        if end.is_some_and(|e| Instant::now() >= e) {
            return Ok(false);
        }
    }
}
/// In an atomic block no lock is waited for while the transaction has objects that its holder may want, unless the transaction
/// cannot be undone, or the time to wait has an end.
#[cold]
pub(super) fn wait_in_atomic(th: &mut Thread, timeout: Option<Duration>, free: Free, take: impl Fn(Option<Instant>) -> bool) -> R<bool> {
    if timeout.is_none()
        && let Some(abort) = th.wait_outside(free)
    {
        return Err(abort);
    }
    th.commit_point()?;
    th.wait_inside(timeout.and_then(|t| Instant::now().checked_add(t)), take)
}
/// A time in seconds, which a `Duration` can hold if it is not negative.
pub fn seconds(th: &mut Thread, v: Value) -> R<f64> {
    let t = match float::to_f64(v) {
        Some(f) => f,
        None => th.to_i64(v)? as f64,
    };
    if t.is_nan() {
        return Err(th.value_error("Invalid value NaN (not a number)"));
    }
    if t > i64::MAX as f64 / 1e9 {
        return Err(th.overflow_error("timeout value is too large"));
    }
    Ok(t)
}
/// The timeout of `acquire(blocking, timeout)`: None = for ever.
pub fn parse_timeout(th: &mut Thread, blocking: Value, timeout: Value) -> R<Option<Duration>> {
    let blocking = blocking.is_empty() || th.truth(blocking)?;
    let t = match timeout {
        Value::EMPTY => -1.0,
        v => seconds(th, v)?,
    };
    if !blocking && t != -1.0 {
        return Err(th.value_error("can't specify a timeout for a non-blocking call"));
    }
    if t < 0.0 && t != -1.0 {
        return Err(th.value_error("timeout value must be a non-negative number"));
    }
    Ok(if !blocking {
        Some(Duration::ZERO)
    } else if t < 0.0 {
        None
    } else {
        Some(Duration::from_secs_f64(t))
    })
}

#[derive(Clone)]
struct Lock(Arc<Mutex>);
impl Payload for Lock {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
static DEF: TypeDef = TypeDef {
    doc: "A lock object is a synchronization primitive.",
    methods: &[
        def_static("__new__", "cls", |th, a| new_of(th, a[0].as_gc()), ""),
        def("acquire", "self, blocking=True, timeout=-1", lock_acquire, "Lock the lock."),
        def(
            "acquire_lock",
            "self, blocking=True, timeout=-1",
            lock_acquire,
            "An obsolete synonym of acquire().",
        ),
        def(
            "release",
            "self, /",
            lock_release,
            "Release the lock, allowing another thread that is blocked waiting for the lock to acquire the lock.",
        ),
        def("release_lock", "self, /", lock_release, "An obsolete synonym of release()."),
        def("locked", "self, /", lock_locked, "Return whether the lock is in the locked state."),
        def("locked_lock", "self, /", lock_locked, "An obsolete synonym of locked()."),
        def(
            "__enter__",
            "self, /",
            |th, a| lock_acquire(th, &[a[0], Value::EMPTY, Value::EMPTY]),
            "Lock the lock.",
        ),
        def("__exit__", "self, *exc_info", lock_release, "Release the lock."),
        def("__repr__", "self, /", lock_repr, "Return repr(self)."),
        def("_at_fork_reinit", "self, /", lock_reinit, ""),
    ],
    base: false,
    ..TypeDef::new("_thread.lock", Kind::Payload, payload_size::<Lock>())
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
fn new_of(th: &mut Thread, class: Gc<Class>) -> R {
    Ok(payload::new(th, class, Lock(Arc::default())).value())
}
pub fn allocate(th: &mut Thread, _: &[Value]) -> R {
    let c = class(th)?;
    new_of(th, c)
}
/// The state never changes: reading it needs no transaction. It lives as long as the object, which is the caller's argument.
#[inline]
fn state(th: &mut Thread, v: Value) -> R<&'static Mutex> {
    match payload::downcast::<Lock>(v) {
        // SAFETY: the Arc inside is set at construction and never replaced.
        Some(l) => Ok(unsafe { &(*l.cell.get()).0 }),
        None => Err(th.type_error("a lock is required")),
    }
}
fn lock_acquire(th: &mut Thread, a: &[Value]) -> R {
    let t = parse_timeout(th, a[1], a[2])?;
    let m = state(th, a[0])?;
    Ok(Value::bool(uses::acquire(th, a[0], m, t)?))
}
fn lock_release(th: &mut Thread, a: &[Value]) -> R {
    let m = state(th, a[0])?;
    if !uses::release(th, a[0], m)? {
        return Err(th.runtime_error("release unlocked lock"));
    }
    Ok(Value::NONE)
}
fn lock_locked(th: &mut Thread, a: &[Value]) -> R {
    let m = state(th, a[0])?;
    Ok(Value::bool(uses::is_held(th, m)))
}
fn lock_reinit(th: &mut Thread, a: &[Value]) -> R {
    let m = state(th, a[0])?;
    uses::forget(th, m);
    m.release();
    Ok(Value::NONE)
}
fn lock_repr(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let text = format!(
        "<{} _thread.lock object at {:#x}>",
        if uses::is_held(th, s) { "locked" } else { "unlocked" },
        a[0].0
    );
    Ok(th.new_str(&text))
}
