//! Two threads that open the same objects.

use super::two;
use crate::common::{Object, Thread, card, object};
use vasuki_stm::Conflict;
use vasuki_stm::sync::atomic::Ordering::Relaxed;

fn add(t: &mut Thread, o: &Object) -> Result<(), Conflict> {
    let n = t.read(o, 0)?;
    t.write(o, 0, n + 1)
}

/// Each commit counts once. What was read before it was opened is still the same then.
pub fn counters() {
    count(object([0, 0]));
}
/// The same with a card.
pub fn counters_at_cards() {
    count(card([0, 0]));
}
fn count(x: &'static Object) {
    let (a, b) = two(move |t| t.attempt(|t| add(t, x)).is_ok(), move |t| t.attempt(|t| add(t, x)).is_ok());
    assert_eq!(x.words[0].load(Relaxed), u64::from(a) + u64::from(b), "a lost update");
    assert!(a || b, "both gave way");
}

/// Two that wait for each other do not wait for ever, and one of them gets through.
pub fn opposite_order() {
    let (x, y) = (object([0, 0]), object([0, 0]));
    let (a, b) = two(
        move |t| t.attempt(|t| add(t, x).and_then(|()| add(t, y))).is_ok(),
        move |t| t.attempt(|t| add(t, y).and_then(|()| add(t, x))).is_ok(),
    );
    let n = u64::from(a) + u64::from(b);
    assert_eq!([x.words[0].load(Relaxed), y.words[0].load(Relaxed)], [n, n], "a lost update");
}
