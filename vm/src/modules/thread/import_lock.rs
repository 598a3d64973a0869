//! The import lock: an `RLock` under which importlib gets and makes its lock of each module, so that all threads have the same.

use super::rlock;
use crate::thread::Thread;
use crate::throw::R;
use crate::value::Value;
use std::sync::OnceLock;

fn lock(th: &mut Thread) -> R {
    static LOCK: OnceLock<Value> = OnceLock::new();
    if let Some(&l) = LOCK.get() {
        return Ok(l);
    }
    let l = rlock::new(th)?;
    crate::memory::keep(l);
    Ok(*LOCK.get_or_init(|| l))
}
/// Takes the import lock, which this thread may have already.
pub fn acquire(th: &mut Thread) -> R<()> {
    let l = lock(th)?;
    rlock::acquire(th, l, None).map(|_| ())
}
/// Gives the import lock back once; RuntimeError if this thread does not have it.
pub fn release(th: &mut Thread) -> R<()> {
    let l = lock(th)?;
    if rlock::release(th, l)? {
        Ok(())
    } else {
        Err(th.runtime_error("not holding the import lock"))
    }
}
/// Does any thread have the import lock?
pub fn is_held(th: &mut Thread) -> R<bool> {
    let l = lock(th)?;
    rlock::is_held(th, l)
}
