//! `_thread.RLock`: a lock that its owner may take again.

use super::{ident, lock};
use crate::native::{TypeDef, def, def_static};
use crate::object::{Gc, Kind};
use crate::park;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use crate::types::payload::{self, Payload, payload_size};
use crate::types::tuple;
use crate::types::type_;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::*};
use std::sync::{Arc, OnceLock};

/// Only the owner changes `count`; `owner` is 0 when nobody has it.
#[derive(Default)]
struct State {
    lock: Arc<park::Lock>,
    owner: AtomicU64,
    count: AtomicU64,
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
            |th, a| Ok(Value::bool(state(th, a[0])?.owner.load(Acquire) != 0)),
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
            |th, a| Ok(Value::bool(state(th, a[0])?.owner.load(Acquire) == ident())),
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
#[inline]
fn state(th: &mut Thread, v: Value) -> R<&'static State> {
    match payload::downcast::<RLock>(v) {
        // SAFETY: the Arc inside is set at construction and never replaced.
        Some(l) => Ok(unsafe { &(*l.cell.get()).0 }),
        None => Err(th.type_error("an RLock is required")),
    }
}
fn rlock_acquire(th: &mut Thread, a: &[Value]) -> R {
    let timeout = lock::parse_timeout(th, a[1], a[2])?;
    let s = state(th, a[0])?;
    if s.owner.load(Acquire) == ident() {
        // Counting is an effect outside the transaction: nothing before it may be repeated.
        th.commit_point()?;
        s.count.fetch_add(1, Relaxed);
        return Ok(Value::TRUE);
    }
    if !lock::acquire(th, &s.lock, timeout)? {
        return Ok(Value::FALSE);
    }
    s.owner.store(ident(), Release);
    s.count.store(1, Relaxed);
    Ok(Value::TRUE)
}
fn owned(th: &mut Thread, v: Value) -> R<&'static State> {
    let s = state(th, v)?;
    if s.owner.load(Acquire) != ident() {
        return Err(th.runtime_error("cannot release un-acquired lock"));
    }
    th.commit_point()?;
    Ok(s)
}
fn give_up(s: &State) {
    s.owner.store(0, Release);
    s.lock.release();
}
fn rlock_release(th: &mut Thread, a: &[Value]) -> R {
    let s = owned(th, a[0])?;
    if s.count.fetch_sub(1, Relaxed) == 1 {
        give_up(s);
    }
    Ok(Value::NONE)
}
fn recursion_count(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let n = if s.owner.load(Acquire) == ident() {
        s.count.load(Relaxed)
    } else {
        0
    };
    Ok(Value::small(n as i64))
}
fn release_save(th: &mut Thread, a: &[Value]) -> R {
    let s = owned(th, a[0])?;
    let n = s.count.swap(0, Relaxed);
    give_up(s);
    let owner = th.new_int(ident() as i64);
    Ok(th.new_tuple(&[Value::small(n as i64), owner]))
}
fn acquire_restore(th: &mut Thread, a: &[Value]) -> R {
    let saved = tuple::expect(th, a[1], "state")?.items();
    let s = state(th, a[0])?;
    let count = th.to_i64(saved[0])?;
    lock::acquire(th, &s.lock, None)?;
    s.owner.store(ident(), Release);
    s.count.store(count as u64, Relaxed);
    Ok(Value::NONE)
}
fn reinit(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    s.count.store(0, Relaxed);
    give_up(s);
    Ok(Value::NONE)
}
fn rlock_repr(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let (owner, count) = (s.owner.load(Acquire), s.count.load(Relaxed));
    let how = if owner != 0 { "locked" } else { "unlocked" };
    let text = format!("<{how} {} object owner={owner} count={count} at {:#x}>", "_thread.RLock", a[0].0);
    Ok(th.new_str(&text))
}
