//! Answers about parts of objects, here about one word, which are tested again when the object has changed.

use super::two;
use crate::common::{Thread, object};

/// Each writes where the other one has looked, after a change beside that: only one of them can have seen nothing.
pub fn write_skew() {
    let (a, b) = (object([0, 0]), object([0, 0]));
    let turn = |t: &mut Thread, from, to| {
        t.attempt(|t| {
            let seen = t.look(from, 0)?;
            t.write(to, 0, 1)?;
            Ok(seen)
        })
    };
    let (x, y) = two(
        |t| turn(t, a, b),
        move |t| {
            let _ = t.attempt(|t| t.write(a, 1, 5));
            turn(t, b, a)
        },
    );
    assert!(x != Ok(0) || y != Ok(0), "both have seen nothing");
}
/// The same with one that becomes irrevocable when it has looked.
pub fn irrevocable() {
    let (a, b) = (object([0, 0]), object([0, 0]));
    let (x, y) = two(
        |t| {
            t.attempt(|t| {
                let seen = t.look(a, 0)?;
                t.tx.become_irrevocable(t.w)?;
                t.write(b, 0, 1)?;
                Ok(seen)
            })
        },
        move |t| {
            t.attempt(|t| {
                let seen = t.look(b, 0)?;
                t.write(a, 0, 1)?;
                Ok(seen)
            })
        },
    );
    assert!(x != Ok(0) || y != Ok(0), "both have seen nothing");
}
/// A word that is what it was again has not been so all the time.
pub fn back_again() {
    let (a, c, d) = (object([0, 0]), object([0, 0]), object([0, 0]));
    let (seen, _) = two(
        |t| {
            let mut seen = Vec::new();
            let _ = t.attempt(|t| {
                seen.push(t.read(d, 0)?);
                seen.push(t.look(a, 0)?);
                seen.push(t.read(c, 0)?);
                Ok(())
            });
            seen
        },
        move |t| {
            let _ = t.attempt(|t| {
                t.write(a, 0, 1)?;
                t.write(c, 0, 1)
            });
            let _ = t.attempt(|t| {
                t.write(a, 0, 0)?;
                t.write(d, 0, 1)
            });
        },
    );
    assert_ne!(seen, [0, 0, 1], "there never was such a state");
}
/// The same when it commits.
pub fn back_again_at_commit() {
    let (a, b, g) = (object([0, 0]), object([0, 0]), object([0, 0]));
    let (seen, theirs) = two(
        |t| {
            t.attempt(|t| {
                let seen = [t.read(g, 0)?, t.look(a, 0)?];
                t.write(b, 0, 1)?;
                Ok(seen)
            })
        },
        move |t| {
            let first = t.attempt(|t| {
                let seen = t.read(b, 0)?;
                t.write(a, 0, 1)?;
                Ok(seen)
            });
            let _ = t.attempt(|t| {
                t.write(a, 0, 0)?;
                t.write(g, 0, 1)
            });
            first
        },
    );
    assert!(
        seen != Ok([0, 0]) || theirs != Ok(0),
        "it has not seen what came before it, nor has that seen it"
    );
}
