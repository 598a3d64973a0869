//! System calls of streams, and the lock that keeps a buffered stream to one thread while such a call is under way.
//!
//! After a call the transaction is irrevocable: what was read or written is not lost by an abort.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::*};
use vasuki_vm::fork;
use vasuki_vm::park;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::value::Value;

/// Runs `f` detached; afterwards nothing can abort until the next boundary.
pub(crate) fn effect<T>(th: &mut Thread, f: impl FnOnce() -> T) -> R<T> {
    let direct = std::mem::replace(&mut th.interp.direct, false);
    let r = th.blocking(f);
    th.interp.direct = direct;
    r
}
/// The errno of the last failed call.
pub(crate) fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}
/// A call that gives -1 on error, again after EINTR with signal handlers in between. The inner error is an errno.
pub(crate) fn retry(th: &mut Thread, mut call: impl FnMut() -> i64) -> R<Result<i64, i32>> {
    loop {
        let (r, e) = effect(th, || {
            let r = call();
            (r, if r == -1 { errno() } else { 0 })
        })?;
        if r != -1 {
            return Ok(Ok(r));
        }
        if e != libc::EINTR {
            return Ok(Err(e));
        }
        vasuki_vm::signals::handle(th)?;
    }
}
/// As [`retry`], with an OSError for errors.
pub(crate) fn checked(th: &mut Thread, call: impl FnMut() -> i64) -> R<i64> {
    match retry(th, call)? {
        Ok(n) => Ok(n),
        Err(e) => Err(th.os_error_value(e, None)),
    }
}
/// Appends up to `n` bytes from a descriptor; None: it would block.
pub(crate) fn read(th: &mut Thread, fd: i32, out: &mut Vec<u8>, n: usize) -> R<Option<usize>> {
    let n = n.min(isize::MAX as usize);
    if out.try_reserve(n).is_err() {
        return Err(th.memory_error());
    }
    let at = out.len();
    let p = out.as_mut_ptr().wrapping_add(at) as usize;
    // SAFETY: room for n bytes at `p`; the vector is not touched meanwhile.
    match retry(th, || unsafe { libc::read(fd, p as *mut libc::c_void, n) } as i64)? {
        Ok(got) => {
            // SAFETY: the call wrote `got` bytes there.
            unsafe { out.set_len(at + got as usize) };
            Ok(Some(got as usize))
        }
        Err(libc::EAGAIN) => Ok(None),
        Err(e) => Err(th.os_error_value(e, None)),
    }
}
/// Writes bytes to a descriptor; None: it would block.
pub(crate) fn write(th: &mut Thread, fd: i32, data: &[u8]) -> R<Option<usize>> {
    if th.write_at_commit(fd, data)? {
        return Ok(Some(data.len()));
    }
    let (p, n) = (data.as_ptr() as usize, data.len().min(isize::MAX as usize));
    // SAFETY: the slice outlives the call.
    match retry(th, || unsafe { libc::write(fd, p as *const libc::c_void, n) } as i64)? {
        Ok(n) => Ok(Some(n as usize)),
        Err(libc::EAGAIN) => Ok(None),
        Err(e) => Err(th.os_error_value(e, None)),
    }
}
/// `lseek`
pub(crate) fn seek(th: &mut Thread, fd: i32, at: i64, whence: i32) -> R<i64> {
    th.irrevocable()?;
    // SAFETY: no preconditions; it does not block.
    let r = unsafe { libc::lseek(fd, at, whence) };
    if r < 0 {
        let e = errno();
        return Err(th.os_error_value(e, None));
    }
    Ok(r)
}

/// Held by the thread that is inside the stream below.
#[derive(Default)]
pub(crate) struct Lock {
    held: park::Lock,
    owner: AtomicUsize,
    /// forks of the process before it was taken
    forks: AtomicU32,
}
/// Gives the lock back when it is dropped.
pub(crate) struct Held(Arc<Lock>);
impl Held {
    fn new(lock: Arc<Lock>, me: usize) -> Held {
        lock.owner.store(me, Relaxed);
        lock.forks.store(fork::count(), Relaxed);
        Held(lock)
    }
}
impl Drop for Held {
    fn drop(&mut self) {
        self.0.owner.store(0, Relaxed);
        self.0.held.release();
    }
}
/// Takes the lock, waiting for another thread. RuntimeError if this thread has it already. What was read of the stream
/// before must be read again.
pub(crate) fn enter(th: &mut Thread, lock: &Arc<Lock>, stream: Value) -> R<Held> {
    th.irrevocable()?;
    let me = owner(th);
    let forks = lock.forks.load(Relaxed);
    if !lock.held.try_acquire() {
        if forks != fork::count() && lock.forks.compare_exchange(forks, fork::count(), AcqRel, Relaxed).is_ok() {
            // Whoever had it is not in this process.
        } else if lock.owner.load(Relaxed) == me {
            return Err(reentrant(th, stream));
        } else {
            let waiting = lock.clone();
            effect(th, || waiting.held.wait(None))?;
        }
    }
    Ok(Held::new(lock.clone(), me))
}
/// Takes the lock if it is free. The transaction can still be undone.
pub(crate) fn try_enter(th: &Thread, lock: &Arc<Lock>) -> Option<Held> {
    lock.held.try_acquire().then(|| Held::new(lock.clone(), owner(th)))
}
/// As [`enter`], if this thread does not have it yet. While it is free the transaction can still be undone.
pub(crate) fn enter_once(th: &mut Thread, lock: &Arc<Lock>, stream: Value) -> R<Option<Held>> {
    match try_enter(th, lock) {
        None if lock.owner.load(Relaxed) == owner(th) => Ok(None),
        None => enter(th, lock, stream).map(Some),
        held => Ok(held),
    }
}
fn owner(th: &Thread) -> usize {
    std::ptr::from_ref(th.world).addr()
}
#[cold]
fn reentrant(th: &mut Thread, stream: Value) -> Throw {
    match th.repr_string(stream) {
        Ok(r) => th.runtime_error(&format!("reentrant call inside {r}")),
        Err(t) => t,
    }
}

/// Index of the first `c`.
#[inline]
pub(crate) fn find(c: u8, s: &[u8]) -> Option<usize> {
    // SAFETY: the length is the slice's.
    let p = unsafe { libc::memchr(s.as_ptr().cast(), c as i32, s.len()) };
    if p.is_null() {
        None
    } else {
        Some(p as usize - s.as_ptr() as usize)
    }
}
