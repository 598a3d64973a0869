//! `_thread.RLock`: a lock that its owner may take again.

use super::mutex::Mutex;
use super::uses::{self, Owned, Taken};
use super::{ident, lock};
use crate::native::{TypeDef, def, def_static};
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::class::Class;
use crate::types::payload::{self, Payload, payload_size};
use crate::types::tuple;
use crate::types::type_;
use crate::value::Value;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

#[derive(Default)]
struct State {
    lock: Mutex,
    owned: Owned,
}
#[derive(Clone)]
struct RLock(Arc<State>);
impl Payload for RLock {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
static DEF: TypeDef = TypeDef {
    methods: &[
        def_static(
            "__new__",
            "cls, *args, **kwargs",
            |th, a| Ok(payload::new(th, a[0].as_gc(), RLock(Arc::default())).value()),
            "",
        ),
        def("__init__", "self, *args, **kwargs", |_, _| Ok(Value::NONE), ""),
        def("acquire", "self, blocking=True, timeout=-1", rlock_acquire, "Lock the lock."),
        def("release", "self, /", rlock_release, "Release the lock."),
        def(
            "locked",
            "self, /",
            |th, a| Ok(Value::bool(is_held(th, a[0])?)),
            "Return a boolean indicating whether this object is locked right now.",
        ),
        def(
            "__enter__",
            "self, /",
            |th, a| rlock_acquire(th, &[a[0], Value::EMPTY, Value::EMPTY]),
            "Lock the lock.",
        ),
        def("__exit__", "self, *exc_info", rlock_release, "Release the lock."),
        def(
            "_is_owned",
            "self, /",
            |th, a| {
                let s = state(th, a[0])?;
                Ok(Value::bool(count(th, s) > 0))
            },
            "For internal use by `threading.Condition`.",
        ),
        def(
            "_recursion_count",
            "self, /",
            recursion_count,
            "For internal use by reentrancy checks.",
        ),
        def(
            "_release_save",
            "self, /",
            release_save,
            "For internal use by `threading.Condition`.",
        ),
        def(
            "_acquire_restore",
            "self, state, /",
            acquire_restore,
            "For internal use by `threading.Condition`.",
        ),
        def("_at_fork_reinit", "self, /", reinit, ""),
        def("__repr__", "self, /", rlock_repr, "Return repr(self)."),
    ],
    ..TypeDef::new("_thread.RLock", Kind::Payload, payload_size::<RLock>())
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
/// A new one.
pub(super) fn new(th: &mut Thread) -> R {
    let class = class(th)?;
    Ok(payload::new(th, class, RLock(Arc::default())).value())
}
/// What it refers to never changes, and lives as long as the object, which is the caller's argument.
#[inline]
fn state(th: &mut Thread, v: Value) -> R<&'static State> {
    match payload::downcast::<RLock>(v) {
        // SAFETY: the Arc inside is set at construction and never replaced.
        Some(l) => Ok(unsafe { &(*l.cell.get()).0 }),
        None => Err(th.type_error("an RLock is required")),
    }
}
/// How often this thread has it.
fn count(th: &mut Thread, s: &State) -> u64 {
    match (uses::find(th, &s.lock), s.owned.get()) {
        (Some(count), _) => *count,
        (None, (owner, count)) if owner == ident() => count,
        _ => 0,
    }
}
/// This thread, which has it, has it so often from here on.
fn set_count(th: &mut Thread, v: Value, s: &'static State, n: u64) -> R<()> {
    if let Some(count) = uses::find(th, &s.lock) {
        *count = n;
    } else if th.tx.concurrent {
        uses::make_room(th)?;
        uses::note(th, v, &s.lock, Some(&s.owned), false, n);
    } else {
        s.owned.set(n);
        if n == 0 {
            s.lock.release();
        }
    }
    if n == 0 {
        uses::hasten(th, &s.lock);
    }
    Ok(())
}
/// Takes it so often. False: the time was over.
fn take(th: &mut Thread, v: Value, s: &'static State, timeout: Option<Duration>, n: u64) -> R<bool> {
    if let Some(count) = uses::find(th, &s.lock) {
        *count = n;
        return Ok(true);
    }
    match uses::take(th, v, &s.lock, Some(&s.owned), timeout)? {
        Taken::No => return Ok(false),
        Taken::Noted => set_count(th, v, s, n)?,
        Taken::ForGood => s.owned.set(n),
    }
    Ok(true)
}
fn rlock_acquire(th: &mut Thread, a: &[Value]) -> R {
    let timeout = lock::parse_timeout(th, a[1], a[2])?;
    Ok(Value::bool(acquire(th, a[0], timeout)?))
}
/// Takes it once more. False: the time was over.
pub(super) fn acquire(th: &mut Thread, v: Value, timeout: Option<Duration>) -> R<bool> {
    let s = state(th, v)?;
    match count(th, s) {
        0 => take(th, v, s, timeout, 1),
        n => set_count(th, v, s, n + 1).map(|()| true),
    }
}
/// Does any thread have it?
pub(super) fn is_held(th: &mut Thread, v: Value) -> R<bool> {
    let s = state(th, v)?;
    Ok(uses::is_held(th, &s.lock))
}
fn not_owned(th: &mut Thread) -> Throw {
    th.runtime_error("cannot release un-acquired lock")
}
fn rlock_release(th: &mut Thread, a: &[Value]) -> R {
    if release(th, a[0])? { Ok(Value::NONE) } else { Err(not_owned(th)) }
}
/// Gives it back once. False: this thread does not have it.
pub(super) fn release(th: &mut Thread, v: Value) -> R<bool> {
    let s = state(th, v)?;
    match count(th, s) {
        0 => Ok(false),
        n => set_count(th, v, s, n - 1).map(|()| true),
    }
}
fn recursion_count(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    Ok(Value::small(count(th, s) as i64))
}
fn release_save(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let n = count(th, s);
    if n == 0 {
        return Err(not_owned(th));
    }
    set_count(th, a[0], s, 0)?;
    let owner = th.new_int(ident() as i64);
    Ok(th.new_tuple(&[Value::small(n as i64), owner]))
}
fn acquire_restore(th: &mut Thread, a: &[Value]) -> R {
    let saved = tuple::expect(th, a[1], "state")?.items();
    let s = state(th, a[0])?;
    let n = th.to_i64(saved[0])?;
    take(th, a[0], s, None, n as u64)?;
    Ok(Value::NONE)
}
fn reinit(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    uses::forget(th, &s.lock);
    s.owned.set(0);
    s.lock.release();
    Ok(Value::NONE)
}
fn rlock_repr(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let (owner, n) = match (count(th, s), s.owned.get()) {
        (0, (owner, _)) if owner == ident() => (0, 0),
        (0, other) => other,
        (n, _) => (ident(), n),
    };
    let how = if owner != 0 { "locked" } else { "unlocked" };
    let text = format!("<{how} {} object owner={owner} count={n} at {:#x}>", "_thread.RLock", a[0].0);
    Ok(th.new_str(&text))
}
