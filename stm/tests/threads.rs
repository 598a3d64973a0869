//! Threads that run transactions for a while: nothing may be lost, nothing half done may be seen.
#![cfg(not(any(loom, shuttle)))]

mod common;

use common::history::anomaly;
use common::lists::{self, List};
use common::{Object, Thread, object, pointer, target};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::time::Duration;
use vasuki_stm::{Conflict, World};

/// Runs `f` in `n` threads of a world.
fn run<T: Send + 'static>(world: &'static World, n: usize, f: impl Fn(usize, &mut Thread) -> T + Clone + Send + 'static) -> Vec<T> {
    let first = Thread::new(world);
    let threads: Vec<_> = (0..n)
        .map(|i| {
            assert!(world.expect_thread());
            let f = f.clone();
            std::thread::spawn(move || {
                let mut t = Thread::new(world);
                let v = f(i, &mut t);
                t.end();
                v
            })
        })
        .collect();
    let results = first.w.detached(true, || threads.into_iter().map(|t| t.join().unwrap()).collect());
    first.end();
    results
}
/// A small generator of numbers.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}
fn sum(objects: &[&Object]) -> u64 {
    objects.iter().map(|o| o.words[0].load(Relaxed)).sum()
}

#[test]
fn counter_loses_nothing() {
    let c = object([0, 0]);
    run(World::leak(), 4, move |_, t| {
        for _ in 0..20_000 {
            t.atomic(|t| {
                let n = t.read(c, 0)?;
                t.write(c, 0, n + 1)
            });
        }
    });
    assert_eq!(c.words[0].load(Relaxed), 80_000);
}

/// Two objects that meet in one place of the log's filter would be logged in turn, as often as they are read.
#[test]
fn what_is_read_in_turn_is_logged_once() {
    let objects: Vec<_> = (0..48).map(|i| object([i, 0])).collect();
    let world = World::leak();
    world.stay_concurrent();
    run(world, 1, move |_, t| {
        for first in &objects {
            for second in &objects {
                let expected = if std::ptr::eq(*first, *second) { 1 } else { 2 };
                let logged = t.atomic(|t| {
                    for _ in 0..10 {
                        t.read(first, 0)?;
                        t.read(second, 0)?;
                    }
                    Ok(t.tx.reads_logged())
                });
                assert_eq!(logged, expected, "entries for two objects");
                let logged = t.atomic(|t| {
                    for _ in 0..10 {
                        t.look(first, 0)?;
                        t.look(second, 0)?;
                    }
                    Ok(t.tx.parts_logged())
                });
                assert_eq!(logged, expected, "answers of two objects");
            }
        }
        let logged = t.atomic(|t| {
            for _ in 0..10 {
                objects.iter().try_for_each(|o| t.read(o, 0).map(drop))?;
            }
            Ok(t.tx.reads_logged())
        });
        assert!((48..=64).contains(&logged), "{logged} entries for 48 objects");
    });
}

#[test]
fn transfers_keep_the_sum() {
    let accounts: Vec<_> = (0..16).map(|_| object([1000, 0])).collect();
    let all = accounts.clone();
    run(World::leak(), 4, move |i, t| {
        let mut seed = 0x9E37_79B9_7F4A_7C15 ^ i as u64;
        for round in 0..20_000 {
            let (a, b) = (accounts[random(&mut seed) as usize % 16], accounts[random(&mut seed) as usize % 16]);
            let amount = random(&mut seed) % 10;
            t.atomic(|t| {
                let from = t.read(a, 0)?;
                if from >= amount {
                    t.write(a, 0, from - amount)?;
                    let to = t.read(b, 0)?;
                    t.write(b, 0, to + amount)?;
                }
                Ok(())
            });
            if round % 64 == 0 {
                let sum = t.atomic(|t| accounts.iter().try_fold(0, |s, a| Ok(s + t.read(a, 0)?)));
                assert_eq!(sum, 16_000);
            }
        }
    });
    assert_eq!(sum(&all), 16_000);
}

#[test]
fn no_write_skew() {
    let (x, y) = (object([1, 0]), object([1, 0]));
    // Each takes from its own account only while both together have more than one left.
    run(World::leak(), 2, move |i, t| {
        let mine = [x, y][i];
        for _ in 0..20_000 {
            t.atomic(|t| {
                if t.read(x, 0)? + t.read(y, 0)? > 1 {
                    let n = t.read(mine, 0)?;
                    t.write(mine, 0, n.wrapping_sub(1))?;
                }
                Ok(())
            });
            t.atomic(|t| {
                let n = t.read(x, 0)?.wrapping_add(t.read(y, 0)?);
                assert!((1..10).contains(&n), "{n}");
                let n = t.read(mine, 0)?;
                if n == 0 { t.write(mine, 0, 1) } else { Ok(()) }
            });
        }
    });
}

#[test]
fn a_transaction_never_sees_half_of_another() {
    // Also transactions that will abort see consistent states: that is asserted inside.
    let (x, y) = (object([0, 0]), object([0, 0]));
    run(World::leak(), 4, move |i, t| {
        for n in 0..20_000u64 {
            t.atomic(|t| {
                if i % 2 == 0 {
                    t.write(x, 0, n)?;
                    t.write(y, 0, n)?;
                    return t.write(x, 1, n);
                }
                let a = t.read_all(x)?;
                let b = t.read(y, 0)?;
                assert_eq!(a, [b, b]);
                Ok(())
            });
        }
    });
}

#[test]
fn irrevocable_transactions_take_part() {
    let c = object([0, 0]);
    let effects = std::sync::Arc::new(AtomicUsize::new(0));
    let outside = effects.clone();
    run(World::leak(), 4, move |i, t| {
        for k in 0..5_000 {
            t.atomic(|t| {
                let n = t.read(c, 0)?;
                if (i + k) % 5 == 0 {
                    t.tx.become_irrevocable(t.w)?;
                    effects.fetch_add(1, Relaxed);
                }
                t.write(c, 0, n + 1)
            });
        }
    });
    assert_eq!(c.words[0].load(Relaxed), 20_000);
    assert_eq!(outside.load(Relaxed), 4_000, "an irrevocable transaction ran twice");
}

#[test]
fn what_is_locked_only_keeps_its_version() {
    let world = World::leak();
    let (x, y) = (object([1, 0]), object([0, 0]));
    let mut t = Thread::new(world);
    assert!(world.expect_thread());
    t.tx.begin(t.w);
    let before = x.header.meta.load(Relaxed);
    t.tx.become_irrevocable(t.w).unwrap();
    let n = t.read(x, 0).unwrap();
    t.write(y, 0, n).unwrap();
    t.commit().unwrap();
    assert_eq!(x.header.meta.load(Relaxed), before);
    assert_eq!(y.words[0].load(Relaxed), 1);
}

#[test]
fn irrevocable_writes_are_published() {
    let world = World::leak();
    let x = object([0, 0]);
    let mut t = Thread::new(world);
    assert!(world.expect_thread());
    t.tx.begin(t.w);
    t.read(x, 0).unwrap();
    t.tx.become_irrevocable(t.w).unwrap();
    t.read(x, 1).unwrap();
    let o = t.make([7, 0]);
    t.write(x, 0, pointer(o)).unwrap();
    t.commit().unwrap();
    assert!(
        t.w.is_shared(o.header.meta.load(Relaxed)),
        "an object that a shared one refers to is private"
    );
}

#[test]
fn linked_objects_are_published() {
    let head = object([0, 0]);
    run(World::leak(), 4, move |_, t| {
        for _ in 0..2_000 {
            t.atomic(|t| {
                let first = t.read(head, 0)?;
                let n = t.make([0, first]);
                t.write(head, 0, pointer(n))
            });
            // Reads what the others published.
            let len = t.atomic(|t| {
                let (mut n, mut at) = (0, t.read(head, 0)?);
                while let Some(o) = target(at) {
                    at = t.read(o, 1)?;
                    n += 1;
                    if n == 50 {
                        break;
                    }
                }
                Ok(n)
            });
            assert!(len > 0);
        }
    });
    let (mut n, mut at) = (0, head.words[0].load(Relaxed));
    while let Some(o) = target(at) {
        at = o.words[1].load(Relaxed);
        n += 1;
    }
    assert_eq!(n, 8_000);
}

#[test]
fn what_was_private_is_shared_after_solo_times() {
    let world = World::leak();
    let x = object([0, 0]);
    let mut t = Thread::new(world);
    let start = |t: &mut Thread| {
        assert!(world.expect_thread());
        t.tx.begin(t.w);
    };
    let other = move |x: &'static Object| {
        let seen = std::thread::spawn(move || {
            let mut t = Thread::new(world);
            let r = t.attempt(|t| match target(t.read(x, 0)?) {
                Some(o) => {
                    let n = t.read(o, 0)?;
                    t.write(o, 0, n + 1)?;
                    Ok(n)
                }
                None => Ok(0),
            });
            t.end();
            r
        });
        seen.join().unwrap()
    };
    start(&mut t);
    let o = t.make([42, 0]);
    t.commit().unwrap();
    t.tx.begin(t.w);
    t.w.detached(true, || assert_eq!(other(x), Ok(0)));
    t.commit().unwrap();
    assert!(world.try_solo());
    t.tx.begin(t.w);
    t.write(x, 0, pointer(o)).unwrap();
    t.commit().unwrap();
    start(&mut t);
    t.w.detached(true, || assert_eq!(other(x), Ok(42)));
    assert_eq!(t.attempt(|t| t.read(o, 0)), Ok(43), "the first thread takes it for its own");
}

#[test]
fn numbers_run_out_gracefully_and_are_renewed() {
    let world = World::leak();
    let mut t = Thread::new(world);
    let mut rounds = 0;
    loop {
        assert!(world.expect_thread());
        world.thread_did_not_start();
        t.tx.begin(t.w);
        t.commit().unwrap();
        if !world.try_solo() {
            break;
        }
        rounds += 1;
        assert!(rounds < 40_000);
    }
    assert!(rounds > 10_000 && world.wants_renewal());
    let o = object([0, 0]);
    t.tx.begin(t.w);
    t.attempt(|t| t.read(o, 0)).unwrap();
    t.tx.forget_retired(t.w);
    world.renew();
    t.tx.begin(t.w);
    t.commit().unwrap();
    assert!(!world.wants_renewal() && world.try_solo());
}

#[test]
fn the_world_waits_for_an_expected_thread() {
    let world = World::leak();
    let mut t = Thread::new(world);
    assert!(world.expect_thread());
    t.tx.begin(t.w);
    t.commit().unwrap();
    assert!(!world.try_solo(), "solo although a thread is about to start");
    // The ticker is patient, too: when the thread comes late, it is still there.
    std::thread::sleep(Duration::from_millis(20));
    std::thread::spawn(move || {
        let t = Thread::new(world);
        t.w.detached(true, || std::thread::sleep(Duration::from_millis(1)));
        while t.w.take_requests() & vasuki_stm::poll::TICK == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        t.end();
    })
    .join()
    .unwrap();
    assert!(world.try_solo());
}

#[test]
fn an_old_request_does_not_abort_the_next_transaction() {
    let world = World::leak();
    let (x, mut t) = (object([0, 0]), Thread::new(world));
    assert!(world.expect_thread());
    t.tx.begin(t.w);
    t.w.put_back(vasuki_stm::poll::ABORT);
    t.commit().unwrap();
    t.tx.begin(t.w);
    assert_eq!(t.w.poll_word() & vasuki_stm::poll::ABORT, 0);
    assert_eq!(
        t.tx.become_irrevocable(t.w),
        Ok(()),
        "a stale request keeps it from becoming irrevocable"
    );
    t.write(x, 0, 1).unwrap();
    t.commit().unwrap();
}

#[test]
fn stops_and_detached_threads() {
    static STOPPED: AtomicBool = AtomicBool::new(false);
    let world = World::leak();
    run(world, 4, move |i, t| {
        for k in 0..300 {
            if k % 10 == i {
                if let Some(s) = world.stop_anywhere(t.w) {
                    STOPPED.store(true, Relaxed);
                    std::thread::yield_now();
                    STOPPED.store(false, Relaxed);
                    drop(s);
                }
            } else {
                t.w.detached(true, std::thread::yield_now);
            }
            assert!(!STOPPED.load(Relaxed), "a thread runs during a stop");
            t.w.safepoint(true);
        }
    });
}

#[test]
fn stops_at_boundaries_and_anywhere_together() {
    static BOUNDARY: AtomicBool = AtomicBool::new(false);
    let world = World::leak();
    let c = object([0, 0]);
    run(world, 4, move |i, t| {
        for k in 0..500 {
            t.atomic(|t| {
                assert!(!BOUNDARY.load(Relaxed), "a thread runs during a stop");
                let n = t.read(c, 0)?;
                t.write(c, 0, n + 1)?;
                if (k + i) % 7 == 0 {
                    // Like a collection, in the middle of a transaction that has an object open.
                    drop(world.stop_anywhere(t.w));
                }
                if (k + i) % 13 == 0 {
                    t.tx.become_irrevocable(t.w)?;
                    let s = world.stop_at_boundary(t.w, &t.tx);
                    BOUNDARY.store(true, Relaxed);
                    drop(world.stop_anywhere(t.w));
                    BOUNDARY.store(false, Relaxed);
                    drop(s);
                }
                Ok(())
            });
        }
    });
    assert_eq!(c.words[0].load(Relaxed), 2_000);
}

#[test]
fn older_transactions_win_at_last() {
    // One long transaction over all objects against three that always write some of them.
    let objects: Vec<_> = (0..64).map(|_| object([0, 0])).collect();
    let done = std::sync::Arc::new(AtomicBool::new(false));
    run(World::leak(), 4, move |i, t| {
        if i == 0 {
            for _ in 0..20 {
                t.atomic(|t| {
                    for o in &objects {
                        let n = t.read(o, 0)?;
                        t.write(o, 0, n + 1)?;
                        std::thread::yield_now();
                    }
                    Ok(())
                });
            }
            done.store(true, Relaxed);
        } else {
            let mut seed = i as u64 * 77 + 1;
            while !done.load(Relaxed) {
                let o = objects[random(&mut seed) as usize % 64];
                t.atomic(|t| {
                    let n = t.read(o, 1)?;
                    t.write(o, 1, n + 1)
                });
            }
        }
    });
}

#[test]
fn aborts_leave_no_trace() {
    let world = World::leak();
    let x = object([5, 6]);
    let mut t = Thread::new(world);
    assert!(world.expect_thread());
    t.tx.begin(t.w);
    let r: Result<(), _> = t.attempt(|t| {
        t.write(x, 0, 50)?;
        let o = t.make([1, 1]);
        t.write(x, 1, pointer(o))?;
        Err(Conflict)
    });
    assert_eq!(r, Err(Conflict));
    assert_eq!(t.attempt(|t| t.read_all(x)), Ok([5, 6]));
}

/// Histories of random transactions: see `common/history.rs`. `VASUKI_MODELS=deep` takes ten minutes of them.
#[test]
fn some_serial_order_explains_every_history() {
    let deep = std::env::var("VASUKI_MODELS").is_ok_and(|v| v == "deep");
    let end = std::time::Instant::now() + Duration::from_secs(if deep { 600 } else { 2 });
    for seed in 1.. {
        let shared = List::some(5);
        let all = shared.clone();
        let records = run(World::leak(), 8, move |i, t| lists::run(t, &all, i, 40, 4, seed));
        let ends: Vec<_> = shared.iter().map(|l| l.quiet()).collect();
        assert_eq!(anomaly(&records.concat(), &ends), None, "seed {seed}");
        if std::time::Instant::now() > end {
            break;
        }
    }
}
