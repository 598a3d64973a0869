//! Containers whose parts have headers of their own: `whole` says which part holds the value now.

use super::two;
use crate::common::{Object, Thread, card, object};
use vasuki_stm::Conflict;

/// Adds to the value in its part, without opening the whole.
fn add(t: &mut Thread, whole: &Object, parts: [&Object; 2]) -> Result<(), Conflict> {
    let at = parts[t.read(whole, 0)? as usize];
    let v = t.read(at, 0)?;
    t.write(at, 0, v + 1)
}
/// Moves the value to the other part: opens the whole, but only reads the part that it leaves.
fn move_value(t: &mut Thread, whole: &Object, parts: [&Object; 2]) -> Result<(), Conflict> {
    t.write(whole, 0, 1)?;
    let v = t.read(parts[0], 0)?;
    t.write(parts[1], 0, v)
}
fn value(whole: &Object, parts: [&Object; 2]) -> u64 {
    parts[whole.quiet() as usize].quiet()
}

/// What is written to a part while the value moves is not lost.
pub fn against_move() {
    let (whole, parts) = (object([0, 0]), [card([0, 0]), card([0, 0])]);
    let (moved, added) = two(
        |t| t.attempt(|t| move_value(t, whole, parts)).is_ok(),
        move |t| t.attempt(|t| add(t, whole, parts)).is_ok(),
    );
    assert_eq!(whole.quiet(), u64::from(moved));
    assert_eq!(value(whole, parts), u64::from(added), "a lost value");
}

/// What is taken back does not move.
pub fn aborted_against_move() {
    let (whole, parts) = (object([0, 0]), [card([0, 0]), card([0, 0])]);
    two(
        |t| {
            let _ = t.attempt(|t| move_value(t, whole, parts));
        },
        move |t| {
            let _ = t.attempt::<()>(|t| {
                add(t, whole, parts)?;
                Err(Conflict)
            });
        },
    );
    assert_eq!(value(whole, parts), 0, "a value that was taken back");
}
