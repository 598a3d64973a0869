//! Waiting for a change.

use super::two;
use crate::common::{Object, Thread, object};
use vasuki_stm::{Conflict, Retry};

/// Takes one from `x` when there is one; waits until there is.
fn take(t: &mut Thread, x: &Object) {
    loop {
        let taken = t.attempt_or_wait(|t| {
            let n = t.read(x, 0)?;
            if n == 0 {
                return Ok(false);
            }
            t.write(x, 0, n - 1)?;
            Ok(true)
        });
        if taken {
            return;
        }
    }
}

/// Whoever waits is woken by a commit that changes what was read.
pub fn against_commit() {
    let x = object([0, 0]);
    two(|t| t.atomic(|t| t.write(x, 0, 1)), move |t| take(t, x));
}

/// An abort wakes nobody, and the commit after it does.
pub fn against_abort() {
    let x = object([0, 0]);
    two(
        |t| {
            let _ = t.attempt::<()>(|t| {
                t.write(x, 0, 2)?;
                Err(Conflict)
            });
            t.atomic(|t| t.write(x, 0, 1));
        },
        move |t| take(t, x),
    );
}

/// What a transaction has written itself before it waits is no change.
pub fn own_writes() {
    let (x, y) = (object([0, 0]), object([0, 0]));
    two(
        |t| t.atomic(|t| t.write(x, 0, 1)),
        move |t| {
            let mut changes = 0;
            loop {
                let r = t.attempt_then_retry(|t| {
                    t.write(y, 0, 1)?;
                    Ok(t.read(x, 0)? == 1)
                });
                match r {
                    None => break,
                    Some(Retry::Changed) => changes += 1,
                    Some(r) => assert_eq!(r, Retry::Waiting),
                }
                assert!(changes < 3, "it takes its own writes for changes");
            }
        },
    );
}

/// An irrevocable transaction wakes those who wait for what it has locked and then written.
pub fn against_irrevocable() {
    let x = object([0, 0]);
    two(
        |t| {
            t.atomic(|t| {
                t.tx.become_irrevocable(t.w)?;
                let n = t.read(x, 0)?;
                t.write(x, 0, n + 1)
            });
        },
        move |t| take(t, x),
    );
}

/// While somebody waits the world does not go solo, where nobody would be woken.
pub fn and_solo() {
    let x = object([0, 0]);
    two(
        |t| {
            t.w.world().try_solo();
            t.begin();
            if t.tx.concurrent {
                t.atomic(|t| t.write(x, 0, 1));
            } else {
                t.tx.open(t.w, &x.header, 0).unwrap();
                x.words[0].store(1, vasuki_stm::sync::atomic::Ordering::Relaxed);
            }
        },
        move |t| take(t, x),
    );
}
