//! Transactions that only look at a lock against a thread that holds it over two transactions.

use super::two;
use crate::common::{Object, Thread, object};
use std::sync::Arc;
use vasuki_stm::sync::atomic::Ordering::*;
use vasuki_stm::{Conflict, LockWord};

fn look(t: &mut Thread, lock: &LockWord) -> Result<bool, Conflict> {
    // SAFETY: the models keep the lock.
    unsafe { t.tx.look_at(t.w, lock) }
}
/// Runs `f` while it really holds the lock, if that is free.
fn hold(t: &mut Thread, lock: &LockWord, f: impl FnOnce(&mut Thread)) {
    if lock.state().compare_exchange(0, 1, AcqRel, Relaxed).is_ok() {
        lock.taken();
        f(t);
        lock.state().store(0, Release);
    }
}
fn set(t: &mut Thread, o: &Object) {
    while t.attempt(|t| t.write(o, 0, 1)).is_err() {}
}

/// Who looks at the lock does not see what its holder has half done. `before` reads before it looks.
fn reader(before: bool) {
    let (x, y, lock) = (object([0, 0]), object([0, 0]), Arc::new(LockWord::default()));
    let other = lock.clone();
    two(
        move |t| {
            hold(t, &lock, |t| {
                set(t, x);
                set(t, y);
            })
        },
        move |t| {
            let seen = t.attempt(|t| {
                let early = if before { t.read(y, 0)? } else { 0 };
                if !look(t, &other)? {
                    return Ok(None);
                }
                let b = if before { early } else { t.read(y, 0)? };
                Ok(Some((t.read(x, 0)?, b)))
            });
            if let Ok(Some((a, b))) = seen {
                assert_eq!(a, b, "between two transactions of the holder");
            }
        },
    );
}
pub fn extends() {
    reader(false);
}
pub fn looks_late() {
    reader(true);
}

/// Who holds the lock over two transactions finds in the second what it saw in the first, whatever those write who only look.
pub fn writer() {
    let (x, lock) = (object([0, 0]), Arc::new(LockWord::default()));
    let other = lock.clone();
    two(
        move |t| {
            hold(t, &lock, |t| {
                let Ok(first) = t.attempt(|t| t.read(x, 0)) else { return };
                if let Ok(second) = t.attempt(|t| t.read(x, 0)) {
                    assert_eq!(first, second, "changed while the lock was held");
                }
            })
        },
        move |t| {
            let _ = t.attempt(|t| if look(t, &other)? { t.write(x, 0, 1) } else { Ok(()) });
        },
    );
}
