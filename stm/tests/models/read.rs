//! Reads while another thread writes.

use super::two;
use crate::common::{Object, Thread, card, object};
use vasuki_stm::Conflict;

/// What a transaction reads was there at one moment; even if it aborts later.
pub fn against_commit() {
    torn(object([0, 0]));
}
/// The same of what a card guards.
pub fn card_against_commit() {
    torn(card([0, 0]));
}
fn torn(x: &'static Object) {
    two(
        |t| {
            let _ = t.attempt(|t| {
                t.write(x, 0, 1)?;
                t.write(x, 1, 1)
            });
        },
        move |t| {
            let _ = t.attempt(|t| {
                let [a, b] = t.read_all(x)?;
                assert_eq!(a, b, "a torn read");
                Ok(())
            });
        },
    );
}

/// Nobody sees what an aborted transaction wrote.
pub fn against_abort() {
    dirty(object([0, 0]));
}
/// Nor where a card guards it.
pub fn card_against_abort() {
    dirty(card([0, 0]));
}
fn dirty(x: &'static Object) {
    two(
        |t| {
            let _ = t.attempt::<()>(|t| {
                t.write(x, 0, 1)?;
                Err(Conflict)
            });
        },
        move |t| {
            if let Ok(v) = t.attempt(|t| t.read(x, 0)) {
                assert_eq!(v, 0, "a dirty read");
            }
        },
    );
}

/// What is read again is the same, although only the first read was logged.
pub fn twice() {
    again(object([0, 0]), object([0, 0]));
}
/// So is what cards guard.
pub fn cards_twice() {
    again(card([0, 0]), card([0, 0]));
}
/// And what is looked for where the last one was found; another transaction does not find it there.
pub fn usual() {
    let (x, y) = (object([0, 0]), object([0, 0]));
    two(
        |t| both(t, x, y),
        move |t| {
            for _ in 0..2 {
                let _ = t.attempt(|t| {
                    let read = [t.read_usual(x, 0)?, t.read_usual(x, 0)?, t.read_usual(x, 0)?];
                    assert_eq!(read, [t.read(y, 0)?; 3], "two moments");
                    Ok(())
                });
            }
        },
    );
}
/// Changes both in a transaction.
fn both(t: &mut Thread, x: &'static Object, y: &'static Object) {
    let _ = t.attempt(|t| {
        t.write(x, 0, 1)?;
        t.write(y, 0, 1)
    });
}
fn again(x: &'static Object, y: &'static Object) {
    two(
        |t| both(t, x, y),
        move |t| {
            let _ = t.attempt(|t| {
                let a = t.read(x, 0)?;
                let b = t.read(x, 0)?;
                let c = t.read(y, 0)?;
                assert_eq!([a, a], [b, c], "two moments");
                Ok(())
            });
        },
    );
}

/// A snapshot that has moved is still one moment.
pub fn extension() {
    let (x, y, z) = (object([0, 0]), object([0, 0]), object([0, 0]));
    two(
        |t| {
            let _ = t.attempt(|t| t.write(z, 0, 1));
            let _ = t.attempt(|t| {
                t.write(x, 0, 1)?;
                t.write(y, 0, 1)
            });
        },
        move |t| {
            let _ = t.attempt(|t| {
                let a = t.read(x, 0)?;
                // If it is newer than the snapshot, the snapshot moves here.
                t.read(z, 0)?;
                let b = t.read(y, 0)?;
                assert_eq!(a, b, "two moments");
                Ok(())
            });
        },
    );
}
