//! Waiting for a change.

use super::{body, in_threads};
use crate::common::{card, object};
use vasuki_stm::Conflict;

/// A buffer of one place: producers wait until it is empty, consumers until it is full. Somebody who changes his mind is
/// between them.
pub fn bounded_buffer() {
    const EMPTY: u64 = 0;
    let (place, taken) = (card([EMPTY, 0]), object([0, 0]));
    let producer = |n: u64| {
        body(move |t| {
            for i in 0..2 {
                while !t.attempt_or_wait(|t| {
                    if t.read(place, 0)? != EMPTY {
                        return Ok(false);
                    }
                    t.write(place, 0, n + i)?;
                    Ok(true)
                }) {}
            }
        })
    };
    let consumer = || {
        body(move |t| {
            for _ in 0..2 {
                while !t.attempt_or_wait(|t| {
                    let v = t.read(place, 0)?;
                    if v == EMPTY {
                        return Ok(false);
                    }
                    t.write(place, 0, EMPTY)?;
                    let sum = t.read(taken, 0)?;
                    t.write(taken, 0, sum + v)?;
                    Ok(true)
                }) {}
            }
        })
    };
    let fickle = body(move |t| {
        for _ in 0..2 {
            let _ = t.attempt::<()>(|t| {
                t.write(place, 0, 1000)?;
                Err(Conflict)
            });
        }
    });
    in_threads(vec![producer(1), producer(10), consumer(), consumer(), fickle]);
    assert_eq!([place.quiet(), taken.quiet()], [EMPTY, 1 + 2 + 10 + 11]);
}
