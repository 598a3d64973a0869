//! Several threads on the same objects.

use super::{body, in_threads};
use crate::common::history::{Record, anomaly};
use crate::common::lists::{self, List};
use crate::common::{Object, Thread, object, pointer, target};
use shuttle::rand::RngCore;
use std::sync::Mutex;
use vasuki_stm::Conflict;

fn read_both(t: &mut Thread, x: &Object) -> Result<u64, Conflict> {
    let [a, b] = t.read_all(x)?;
    assert_eq!(a, b, "a torn read");
    Ok(a)
}
fn write_both(t: &mut Thread, x: &Object, v: u64) -> Result<(), Conflict> {
    t.write(x, 0, v)?;
    t.write(x, 1, v)
}
fn add(t: &mut Thread, x: &Object, n: u64) -> Result<(), Conflict> {
    let v = read_both(t, x)?;
    write_both(t, x, v.wrapping_add(n))
}

/// Money moves in a circle of accounts while somebody counts it, also in runs that are thrown away.
pub fn transfers_and_sums() {
    let accounts: [_; 3] = std::array::from_fn(|_| object([100, 100]));
    let sum = move |t: &mut Thread| accounts.iter().map(|a| read_both(t, a)).sum::<Result<u64, _>>();
    let mut bodies: Vec<_> = (0..3usize)
        .map(|i| {
            body(move |t| {
                for k in 0..2 {
                    t.atomic(|t| {
                        add(t, accounts[i], 5u64.wrapping_neg())?;
                        add(t, accounts[(i + 1 + k) % 3], 5)
                    });
                }
            })
        })
        .collect();
    bodies.push(body(move |t| {
        for _ in 0..2 {
            assert_eq!(t.atomic(|t| sum(t).inspect(|s| assert_eq!(*s, 300, "two moments"))), 300);
        }
    }));
    in_threads(bodies);
    assert_eq!(accounts.map(Object::quiet).iter().sum::<u64>(), 300);
}

/// What is written and taken back is seen by nobody.
pub fn aborts_beside_readers() {
    let x = object([0, 0]);
    let writer = |n: u64| {
        body(move |t| {
            for _ in 0..2 {
                let _ = t.attempt::<()>(|t| {
                    write_both(t, x, n)?;
                    Err(Conflict)
                });
            }
        })
    };
    let reader = || {
        body(move |t| {
            for _ in 0..3 {
                let _ = t.attempt(|t| {
                    assert_eq!(read_both(t, x)?, 0, "a dirty read");
                    Ok(())
                });
            }
        })
    };
    in_threads(vec![writer(1), writer(2), reader(), reader()]);
    assert_eq!(x.quiet(), 0);
}

/// Threads push onto a shared list what they have made, and others walk along it.
pub fn published_lists() {
    let head = object([0, 0]);
    let pusher = |n: u64| {
        body(move |t| {
            for i in 0..2 {
                t.atomic(|t| {
                    let next = t.read(head, 0)?;
                    let inner = t.make([n + i, 0]);
                    let node = t.make([pointer(inner), next]);
                    t.write(head, 0, pointer(node))
                });
            }
        })
    };
    let walk = move |t: &mut Thread| {
        let (mut next, mut sum) = (t.read(head, 0)?, 0);
        while let Some(node) = target(next) {
            t.assert_shared(node);
            let [inner, after] = t.read_all(node)?;
            if let Some(inner) = target(inner) {
                t.assert_shared(inner);
                sum += t.read(inner, 0)?;
            }
            next = after;
        }
        Ok(sum)
    };
    let walker = move || {
        body(move |t| {
            let (a, b) = (t.atomic(walk), t.atomic(walk));
            assert!(a <= b, "a list became shorter");
        })
    };
    in_threads(vec![pusher(1), pusher(10), walker(), walker()]);
}

/// Irrevocable transactions beside others lose nothing, and run once.
pub fn irrevocable_increments() {
    let (x, y) = (object([0, 0]), object([0, 0]));
    let irrevocable = move || {
        body(move |t| {
            let mut runs = 0;
            t.atomic(|t| {
                let v = read_both(t, x)?;
                t.tx.become_irrevocable(t.w)?;
                runs += 1;
                write_both(t, x, v + 1)?;
                add(t, y, 1)
            });
            assert_eq!(runs, 1, "an irrevocable transaction ran again");
        })
    };
    let plain = move || {
        body(move |t| {
            for _ in 0..2 {
                t.atomic(|t| {
                    add(t, y, 1)?;
                    add(t, x, 1)
                });
            }
        })
    };
    in_threads(vec![irrevocable(), irrevocable(), plain(), plain()]);
    assert_eq!([x, y].map(Object::quiet), [6, 6], "a lost update");
}

/// Each doctor goes off duty if another one stays: what all of them read is what some write (write skew).
pub fn doctors_on_duty() {
    let on_duty: [_; 4] = std::array::from_fn(|_| object([1, 1]));
    let doctor = |me: usize| {
        body(move |t| {
            t.atomic(|t| {
                let others = (0..4)
                    .filter(|i| *i != me)
                    .map(|i| read_both(t, on_duty[i]))
                    .sum::<Result<u64, _>>()?;
                if others > 0 { write_both(t, on_duty[me], 0) } else { Ok(()) }
            })
        })
    };
    in_threads((0..4).map(doctor).collect());
    assert_eq!(on_duty.map(Object::quiet).iter().sum::<u64>(), 1);
}

/// Random transactions on lists: some serial order explains what each of them has read, aborted ones too.
pub fn histories() {
    let lists: &'static [List] = List::some(3).leak();
    let records: &'static Mutex<Vec<Record>> = Box::leak(Box::default());
    let seed = shuttle::rand::thread_rng().next_u64();
    let worker = |thread: usize| {
        body(move |t| {
            let mine = lists::run(t, lists, thread, 3, 3, seed);
            records.lock().unwrap().extend(mine);
        })
    };
    in_threads((0..3).map(worker).collect());
    let ends: Vec<_> = lists.iter().map(|l| l.quiet()).collect();
    assert_eq!(anomaly(&records.lock().unwrap(), &ends), None);
}
