//! Irrevocable transactions against others.

use super::two;
use crate::common::object;
use vasuki_stm::sync::atomic::Ordering::Relaxed;

/// What an irrevocable transaction reads fits together, before and after it has become irrevocable, and it commits.
pub fn against_committer() {
    let (x, y) = (object([0, 0]), object([0, 0]));
    two(
        move |t| {
            let r = (|| {
                let a = t.read(x, 0)?;
                t.tx.become_irrevocable(t.w)?;
                let b = t.read(y, 0)?;
                assert_eq!(a, b, "an irrevocable transaction saw two moments");
                t.commit()
            })();
            match r {
                Ok(()) => t.begin(),
                Err(_) => t.abort(),
            }
        },
        move |t| {
            let _ = t.attempt(|t| {
                t.write(x, 0, 1)?;
                t.write(y, 0, 1)
            });
        },
    );
}

/// An irrevocable transaction gets what others have open.
pub fn against_opener() {
    let x = object([0, 0]);
    let (a, b) = two(
        move |t| {
            while t.tx.become_irrevocable(t.w).is_err() {
                t.abort();
            }
            let n = t.read(x, 0).unwrap();
            t.write(x, 0, n + 1).unwrap();
            t.commit().unwrap();
            t.begin();
            1
        },
        move |t| {
            let r = t.attempt(|t| {
                let n = t.read(x, 0)?;
                t.write(x, 0, n + 1)
            });
            u64::from(r.is_ok())
        },
    );
    assert_eq!(x.words[0].load(Relaxed), a + b, "a lost update");
}

/// One of two waits until the other one is done.
pub fn against_another() {
    let (x, y) = (object([0, 0]), object([0, 0]));
    let add = move |t: &mut crate::common::Thread, first: &_, second: &_| {
        if t.tx.become_irrevocable(t.w).is_err() {
            t.abort();
            return 0;
        }
        for o in [first, second] {
            let n = t.read(o, 0).expect("an irrevocable transaction never aborts");
            t.write(o, 0, n + 1).expect("an irrevocable transaction never aborts");
        }
        t.commit().expect("an irrevocable transaction never aborts");
        t.begin();
        1
    };
    let (a, b) = two(move |t| add(t, x, y), move |t| add(t, y, x));
    assert_eq!([x.words[0].load(Relaxed), y.words[0].load(Relaxed)], [a + b, a + b]);
}
