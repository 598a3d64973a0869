//! Validation and publication.

use super::two;
use crate::common::{object, pointer, target};
use vasuki_stm::sync::atomic::Ordering::Relaxed;

/// Two transactions that read what the other writes do not both commit.
pub fn write_skew() {
    let (x, y) = (object([0, 0]), object([0, 0]));
    two(
        move |t| {
            let _ = t.attempt(|t| if t.read(x, 0)? == 0 { t.write(y, 0, 1) } else { Ok(()) });
        },
        move |t| {
            let _ = t.attempt(|t| if t.read(y, 0)? == 0 { t.write(x, 0, 1) } else { Ok(()) });
        },
    );
    assert!(x.words[0].load(Relaxed) + y.words[0].load(Relaxed) < 2, "write skew");
}

/// Whoever reads a pointer to a new object can read the object: it is shared by then, and whole.
pub fn publication() {
    let x = object([0, 0]);
    two(
        move |t| {
            t.attempt(|t| {
                let inner = t.make([7, 7]);
                let o = t.make([pointer(inner), 7]);
                t.write(x, 0, pointer(o))
            })
            .expect("nobody else writes");
        },
        move |t| {
            let _ = t.attempt(|t| {
                let Some(o) = target(t.read(x, 0)?) else { return Ok(()) };
                t.assert_shared(o);
                let [inner, seven] = t.read_all(o).expect("nobody writes it");
                let inner = target(inner).expect("it was whole when it was published");
                t.assert_shared(inner);
                assert_eq!((t.read(inner, 0), seven), (Ok(7), 7));
                Ok(())
            });
        },
    );
}
