//! The modules `_multiprocessing` and `_posixshmem`: semaphores and memory that processes share.
//!
//! A semaphore is outside of transactions, as locks are: taking it and giving it back are boundaries.

use crate::support::{self, ClassCell, errno, given, put, str_arg};
use crate::time::duration;
use std::collections::HashSet;
use std::ffi::CString;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, TypeDef, def, def_class, def_static, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::signals;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::value::Value;

/// The declaration of `_multiprocessing`.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_multiprocessing",
    doc: "",
    functions: &[def("sem_unlink", "name, /", sem_unlink, "")],
    init: |th, m| {
        let c = class(th)?;
        let most = th.intern("SEM_VALUE_MAX");
        c.namespace().set_str(th, most, Value::small(MOST))?;
        put(th, m, "SemLock", c.value())?;
        let flags = th.new_dict();
        for (name, n) in [("HAVE_SEM_OPEN", 1), ("HAVE_SEM_TIMEDWAIT", 1), ("HAVE_FD_TRANSFER", 1)] {
            let name = th.new_str(name);
            th.setitem(flags, name, Value::small(n))?;
        }
        put(th, m, "flags", flags)
    },
};
/// The declaration of `_posixshmem`.
pub static SHARED_MEMORY: ModuleDef = ModuleDef {
    name: "_posixshmem",
    doc: "POSIX shared memory module",
    functions: &[
        def(
            "shm_open",
            "path, flags, mode=511",
            shm_open,
            "Open a shared memory object.  Returns a file descriptor (integer).",
        ),
        def(
            "shm_unlink",
            "path, /",
            shm_unlink,
            "Remove a shared memory object (similar to unlink()).\n\nRemove a shared memory object name, and, once all processes  have  unmapped\nthe object, de-allocates and destroys the contents of the associated memory\nregion.",
        ),
    ],
    init: |_, _| Ok(()),
};
const MOST: i64 = 0x7FFF_FFFF;
/// How long the main thread sleeps before it looks for signals.
const SLICE: Duration = Duration::from_millis(20);
/// The semaphores that this process has open, also those that it had when it was forked.
static OPEN: Mutex<Option<HashSet<usize>>> = Mutex::new(None);
fn open_ones<T>(f: impl FnOnce(&mut HashSet<usize>) -> T) -> T {
    f(OPEN.lock().unwrap_or_else(|e| e.into_inner()).get_or_insert_default())
}

struct Semaphore {
    raw: *mut libc::sem_t,
    /// closed when it is dropped
    owned: bool,
    recursive: bool,
    most: i64,
    name: Option<CString>,
    /// how often this process has it
    count: AtomicI64,
    /// the thread that took it last
    thread: AtomicU64,
}
// SAFETY: the system's semaphores are for all threads.
unsafe impl Send for Semaphore {}
// SAFETY: as above.
unsafe impl Sync for Semaphore {}
impl Drop for Semaphore {
    fn drop(&mut self) {
        if self.owned {
            open_ones(|o| o.remove(&(self.raw as usize)));
            // SAFETY: opened by this object, and used by nobody any more.
            unsafe { libc::sem_close(self.raw) };
        }
    }
}
impl Semaphore {
    fn is_mine(&self) -> bool {
        self.count.load(SeqCst) > 0 && self.thread.load(SeqCst) == this_thread()
    }
}
fn this_thread() -> u64 {
    // SAFETY: no preconditions.
    unsafe { libc::pthread_self() as u64 }
}
#[derive(Clone)]
struct SemLock(Arc<Semaphore>);
impl Payload for SemLock {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
static SEM_LOCK: TypeDef = TypeDef {
    doc: "Semaphore/Mutex type",
    methods: &[
        def_static("__new__", "cls, /, kind, value, maxvalue, name, unlink", new, ""),
        def_class("_rebuild", "cls, handle, kind, maxvalue, name, /", rebuild, ""),
        def(
            "acquire",
            "self, /, block=True, timeout=None",
            acquire,
            "Acquire the semaphore/lock.",
        ),
        def("release", "self, /", release, "Release the semaphore/lock."),
        def("__enter__", "self, /", enter, "Enter the semaphore/lock."),
        def(
            "__exit__",
            "self, exc_type=None, exc_value=None, exc_tb=None, /",
            release,
            "Exit the semaphore/lock.",
        ),
        def(
            "_count",
            "self, /",
            |th, a| Ok(Value::small(this(th, a[0])?.count.load(SeqCst))),
            "Num of `acquire()`s minus num of `release()`s for this process.",
        ),
        def(
            "_is_mine",
            "self, /",
            |th, a| Ok(Value::bool(this(th, a[0])?.is_mine())),
            "Whether the lock is owned by this thread.",
        ),
        def(
            "_get_value",
            "self, /",
            |th, a| {
                let s = this(th, a[0])?;
                Ok(Value::small(value(th, &s)?.max(0)))
            },
            "Get the value of the semaphore.",
        ),
        def(
            "_is_zero",
            "self, /",
            |th, a| {
                let s = this(th, a[0])?;
                Ok(Value::bool(value(th, &s)? <= 0))
            },
            "Return whether semaphore has value zero.",
        ),
        def(
            "_after_fork",
            "self, /",
            |th, a| {
                this(th, a[0])?.count.store(0, SeqCst);
                Ok(Value::NONE)
            },
            "Rezero the net acquisition count after fork().",
        ),
    ],
    getsets: &[
        getter(
            "handle",
            |th, v| {
                let s = this(th, v)?;
                Ok(th.new_uint(s.raw as u64))
            },
            "",
        ),
        getter("kind", |th, v| Ok(Value::small(i64::from(!this(th, v)?.recursive))), ""),
        getter("maxvalue", |th, v| Ok(Value::small(this(th, v)?.most)), ""),
        getter(
            "name",
            |th, v| match &this(th, v)?.name {
                Some(n) => crate::pwd::decode(th, n.as_bytes()),
                None => Ok(Value::NONE),
            },
            "",
        ),
    ],
    ..TypeDef::new("_multiprocessing.SemLock", Kind::Payload, payload_size::<SemLock>())
};
fn class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::class(th, &C, &SEM_LOCK)
}
fn this(th: &mut Thread, v: Value) -> R<Arc<Semaphore>> {
    Ok(support::native::<SemLock>(th, v)?.frozen().0.clone())
}
fn c_name(th: &mut Thread, v: Value, what: &str) -> R<CString> {
    let s = str_arg(th, v, what)?;
    let b = crate::pwd::encode(th, s)?;
    support::c_string(th, &b)
}
fn made(th: &mut Thread, class: Value, raw: *mut libc::sem_t, owned: bool, kind: i64, most: i64, name: Option<CString>) -> Value {
    if owned {
        open_ones(|o| o.insert(raw as usize));
    }
    let s = Semaphore {
        raw,
        owned,
        recursive: kind == 0,
        most,
        name,
        count: AtomicI64::new(0),
        thread: AtomicU64::new(0),
    };
    payload::new(th, class.as_gc(), SemLock(Arc::new(s))).value()
}
fn new(th: &mut Thread, a: &[Value]) -> R {
    let (kind, start, most) = (th.to_i64(a[1])?, th.to_i64(a[2])?, th.to_i64(a[3])?);
    let name = c_name(th, a[4], "SemLock() argument 'name'")?;
    let unlink = th.truth(a[5])?;
    if kind != 0 && kind != 1 {
        return Err(th.value_error("unrecognized kind"));
    }
    if !(0..=MOST).contains(&start) {
        return Err(th.os_error(libc::EINVAL, None));
    }
    th.irrevocable()?;
    // SAFETY: a C string; the mode and the value are for a new one.
    let raw = unsafe {
        libc::sem_open(
            name.as_ptr(),
            libc::O_CREAT | libc::O_EXCL,
            0o600 as libc::c_uint,
            start as libc::c_uint,
        )
    };
    if raw == libc::SEM_FAILED {
        return Err(th.os_error(errno(), None));
    }
    let kept = (!unlink).then(|| name.clone());
    let made = made(th, a[0], raw, true, kind, most, kept);
    // SAFETY: a C string.
    if unlink && unsafe { libc::sem_unlink(name.as_ptr()) } < 0 {
        return Err(th.os_error(errno(), None));
    }
    Ok(made)
}
fn rebuild(th: &mut Thread, a: &[Value]) -> R {
    let (kind, most) = (th.to_i64(a[2])?, th.to_i64(a[3])?);
    if a[4].is_none() {
        let handle = th.to_usize(a[1])?;
        if !open_ones(|o| o.contains(&handle)) {
            return Err(th.value_error("unknown semaphore"));
        }
        return Ok(made(th, a[0], handle as *mut libc::sem_t, false, kind, most, None));
    }
    let name = c_name(th, a[4], "_rebuild() argument 4")?;
    th.irrevocable()?;
    // SAFETY: a C string.
    let raw = unsafe { libc::sem_open(name.as_ptr(), 0) };
    if raw == libc::SEM_FAILED {
        return Err(th.os_error(errno(), None));
    }
    Ok(made(th, a[0], raw, true, kind, most, Some(name)))
}
fn value(th: &mut Thread, s: &Semaphore) -> R<i64> {
    let mut n = 0;
    // SAFETY: an open semaphore.
    if unsafe { libc::sem_getvalue(s.raw, &mut n) } < 0 {
        return Err(th.os_error(errno(), None));
    }
    Ok(i64::from(n))
}
/// Waits until then, or for ever: 0, or the error.
fn wait(s: &Semaphore, until: Option<SystemTime>) -> i32 {
    let r = match until.and_then(|t| t.duration_since(UNIX_EPOCH).ok()) {
        Some(t) => {
            let t = libc::timespec {
                tv_sec: t.as_secs() as _,
                tv_nsec: t.subsec_nanos() as _,
            };
            // SAFETY: an open semaphore and a time.
            unsafe { libc::sem_timedwait(s.raw, &t) }
        }
        // SAFETY: an open semaphore.
        None => unsafe { libc::sem_wait(s.raw) },
    };
    if r == 0 { 0 } else { errno() }
}
fn take(th: &mut Thread, v: Value, timeout: Option<Duration>) -> R<bool> {
    let s = this(th, v)?;
    if s.recursive && s.is_mine() {
        th.commit_point()?;
        s.count.fetch_add(1, SeqCst);
        return Ok(true);
    }
    th.commit_point()?;
    let end = timeout.and_then(|t| Instant::now().checked_add(t));
    let main = signals::is_main(th);
    // SAFETY: an open semaphore.
    let mut taken = unsafe { libc::sem_trywait(s.raw) } == 0;
    while !taken {
        let left = end.map(|e| e.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return Ok(false);
        }
        let most = left.into_iter().chain(main.then_some(SLICE)).min();
        let until = most.and_then(|d| SystemTime::now().checked_add(d));
        match th.blocking(|| wait(&s, until))? {
            0 => taken = true,
            libc::EINTR | libc::ETIMEDOUT => signals::handle(th)?,
            e => return Err(th.os_error(e, None)),
        }
    }
    s.thread.store(this_thread(), SeqCst);
    s.count.fetch_add(1, SeqCst);
    Ok(true)
}
fn acquire(th: &mut Thread, a: &[Value]) -> R {
    let block = given(a[1]).map_or(Ok(true), |v| th.truth(v))?;
    let timeout = match given(a[2]).filter(|v| !v.is_none()) {
        _ if !block => Some(Duration::ZERO),
        None => None,
        Some(v) => {
            let seconds = vasuki_vm::types::float::expect(th, v)?;
            if seconds <= 0.0 {
                Some(Duration::ZERO)
            } else {
                Some(duration(th, v, "timeout is too large")?)
            }
        }
    };
    Ok(Value::bool(take(th, a[0], timeout)?))
}
fn enter(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::bool(take(th, a[0], None)?))
}
fn release(th: &mut Thread, a: &[Value]) -> R {
    let s = this(th, a[0])?;
    if s.recursive {
        if !s.is_mine() {
            let class = ctx().types.AssertionError;
            return Err(th.error(class, "attempt to release recursive lock not owned by thread"));
        }
        if s.count.load(SeqCst) > 1 {
            th.commit_point()?;
            s.count.fetch_sub(1, SeqCst);
            return Ok(Value::NONE);
        }
    } else if value(th, &s)? >= s.most {
        return Err(th.value_error("semaphore or lock released too many times"));
    }
    // What was done while it was held is there before others can have it.
    th.commit_point()?;
    s.count.fetch_sub(1, SeqCst);
    // SAFETY: an open semaphore.
    if unsafe { libc::sem_post(s.raw) } < 0 {
        return Err(th.os_error(errno(), None));
    }
    Ok(Value::NONE)
}
fn sem_unlink(th: &mut Thread, a: &[Value]) -> R {
    let name = c_name(th, a[0], "sem_unlink() argument")?;
    th.irrevocable()?;
    // SAFETY: a C string.
    if unsafe { libc::sem_unlink(name.as_ptr()) } < 0 {
        return Err(th.os_error(errno(), None));
    }
    Ok(Value::NONE)
}
fn shm_open(th: &mut Thread, a: &[Value]) -> R {
    let name = c_name(th, a[0], "shm_open() argument 'path'")?;
    let flags = th.to_i32(a[1])?;
    let mode = given(a[2]).map_or(Ok(0o777), |v| th.to_i32(v))?;
    th.irrevocable()?;
    // SAFETY: a C string.
    let fd = unsafe { libc::shm_open(name.as_ptr(), flags | libc::O_CLOEXEC, mode as _) };
    if fd < 0 {
        return Err(crate::posix::last_error(th, Some(a[0])));
    }
    Ok(Value::small(i64::from(fd)))
}
fn shm_unlink(th: &mut Thread, a: &[Value]) -> R {
    let name = c_name(th, a[0], "shm_unlink() argument")?;
    th.irrevocable()?;
    // SAFETY: a C string.
    if unsafe { libc::shm_unlink(name.as_ptr()) } < 0 {
        return Err(crate::posix::last_error(th, Some(a[0])));
    }
    Ok(Value::NONE)
}
