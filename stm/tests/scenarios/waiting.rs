//! Waiting for a change.

use super::{body, in_threads};
use crate::common::{Object, card, object};
use vasuki_stm::Conflict;

const EMPTY: u64 = 0;

/// Threads wait for a change of an object.
pub fn bounded_buffer() {
    buffer_in(object([EMPTY, 0]));
}
/// Threads wait for a change of a part of an object, which has a log of its own.
pub fn bounded_buffer_in_card() {
    buffer_in(card([EMPTY, 0]));
}

/// A buffer of one place: producers wait until it is empty, consumers until it is full. Somebody who changes his mind is
/// between them.
fn buffer_in(place: &'static Object) {
    let taken = object([0, 0]);
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

/// Threads wait for either of two objects: what they had read of the one that did not change counts no more when they look
/// again.
pub fn either_of_two() {
    let places = [object([EMPTY, 0]), object([EMPTY, 0])];
    let producer = |place: &'static Object| {
        body(move |t| {
            for i in 1..=2 {
                while !t.attempt_or_wait(|t| {
                    if t.read(place, 0)? != EMPTY {
                        return Ok(false);
                    }
                    t.write(place, 0, i)?;
                    Ok(true)
                }) {}
            }
        })
    };
    let consumer = || {
        body(move |t| {
            for _ in 0..2 {
                while !t.attempt_or_wait(|t| {
                    for place in places {
                        if t.read(place, 0)? != EMPTY {
                            t.write(place, 0, EMPTY)?;
                            return Ok(true);
                        }
                    }
                    Ok(false)
                }) {}
            }
        })
    };
    in_threads(vec![producer(places[0]), producer(places[1]), consumer(), consumer()]);
    assert_eq!(places.map(Object::quiet), [EMPTY; 2]);
}
