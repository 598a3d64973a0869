//! Transactional variables as a Rust program uses them, with many threads.
#![cfg(not(any(loom, shuttle)))]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use vasuki_stm::{Stop, TVar, Transaction, atomically, check, retry, try_atomically};

/// Runs `f` in `n` threads.
fn in_threads(n: usize, f: impl Fn(usize) + Sync) {
    thread::scope(|s| {
        for i in 0..n {
            let f = &f;
            s.spawn(move || f(i));
        }
    });
}

#[test]
fn no_increment_is_lost() {
    let n = TVar::new(0u64);
    in_threads(4, |_| (0..20_000).for_each(|_| atomically(|tx| n.update(tx, |n| *n += 1))));
    assert_eq!(n.load(), 80_000);
}

#[test]
fn every_reader_sees_one_moment() {
    let accounts: Vec<_> = (0..10).map(|_| TVar::new(100i64)).collect();
    in_threads(4, |me| {
        for i in 0..10_000usize {
            let (from, to) = (&accounts[(i * 7 + me) % 10], &accounts[(i * 3 + 1) % 10]);
            if me == 0 {
                let sum = atomically(|tx| accounts.iter().map(|a| a.read(tx)).sum::<Result<i64, _>>());
                assert_eq!(sum, 1000);
            } else {
                atomically(|tx| {
                    from.update(tx, |n| *n -= 5)?;
                    to.update(tx, |n| *n += 5)
                });
            }
        }
    });
    assert_eq!(accounts.iter().map(TVar::load).sum::<i64>(), 1000);
}

/// Torn reads that a rerun would hide are an assertion inside the transaction.
#[test]
fn a_run_that_is_thrown_away_was_consistent_too() {
    let (x, y) = (TVar::new(0u64), TVar::new(0u64));
    in_threads(3, |me| {
        for _ in 0..20_000 {
            atomically(|tx| {
                let (a, b) = (x.read(tx)?, y.read(tx)?);
                assert_eq!(a, b, "two moments");
                if me > 0 {
                    x.write(tx, a + 1)?;
                    y.write(tx, b + 1)?;
                }
                Ok(())
            });
        }
    });
    assert_eq!((x.load(), y.load()), (40_000, 40_000));
}

#[test]
fn a_bounded_buffer_waits_at_both_ends() {
    const ITEMS: u64 = 20_000;
    let buffer = TVar::new(Vec::new());
    let sum = TVar::new(0);
    in_threads(4, |me| {
        for i in 0..ITEMS {
            atomically(|tx| {
                let held = buffer.get(tx)?.len();
                if me < 2 {
                    check(held < 4)?;
                    buffer.update(tx, |b| b.push(i))
                } else {
                    match buffer.update(tx, Vec::pop)? {
                        Some(i) => sum.update(tx, |s| *s += i),
                        None => retry(),
                    }
                }
            });
        }
    });
    assert_eq!((sum.load(), buffer.load()), (ITEMS * (ITEMS - 1), vec![]));
}

#[test]
fn the_second_of_two_waits_with_the_first() {
    let (a, b) = (TVar::new(0), TVar::new(0));
    let take = |tx: &mut Transaction<'_>, v: &TVar<i32>| {
        let n = v.read(tx)?;
        v.write(tx, n - 1)?;
        check(n > 0)
    };
    for filled in [&a, &b, &b, &a] {
        thread::scope(|s| {
            let taker = s.spawn(|| atomically(|tx| tx.or_else(|tx| take(tx, &a), |tx| take(tx, &b))));
            thread::yield_now();
            atomically(|tx| filled.write(tx, 1));
            taker.join().unwrap();
        });
        assert_eq!((a.load(), b.load()), (0, 0));
    }
}

#[test]
fn a_part_is_undone_alone() {
    let (x, y) = (TVar::new(1), TVar::new(1));
    let seen = atomically(|tx| {
        x.write(tx, 2)?;
        let failed: Result<(), _> = tx.nested(|tx| {
            x.write(tx, 3)?;
            y.write(tx, 3)?;
            let inner: Result<(), _> = tx.nested(|tx| {
                x.write(tx, 4)?;
                Err(Stop::Error(()))
            })?;
            assert_eq!((inner, *x.get(tx)?), (Err(()), 3));
            Err(Stop::Error("no"))
        })?;
        assert_eq!(failed, Err("no"));
        let kept: Result<_, ()> = tx.nested(|tx| Ok(y.replace(tx, 5)?))?;
        x.update(tx, |n| *n *= 10)?;
        Ok((kept, x.read(tx)?, y.read(tx)?))
    });
    assert_eq!(seen, (Ok(1), 20, 5));
    assert_eq!((x.load(), y.load()), (20, 5));
}

#[test]
fn errors_and_panics_write_nothing() {
    let n = TVar::new(1);
    let r: Result<(), _> = try_atomically(|tx| {
        n.write(tx, 2)?;
        Err(Stop::Error("no"))
    });
    assert_eq!((r, n.load()), (Err("no"), 1));
    let panics = |f: &dyn Fn()| {
        let e = catch_unwind(AssertUnwindSafe(f)).unwrap_err();
        e.downcast_ref::<String>()
            .cloned()
            .or(e.downcast_ref::<&str>().map(|&s| s.to_owned()))
    };
    let message = panics(&|| {
        atomically(|tx| {
            n.write(tx, 2)?;
            panic!("midway")
        })
    });
    assert_eq!((message.as_deref(), n.load()), (Some("midway"), 1));
    assert!(panics(&|| atomically(|_| retry())).unwrap().contains("read nothing"));
    assert!(
        panics(&|| assert_eq!(atomically(|_| Ok(n.load())), 1))
            .unwrap()
            .contains("Transaction::nested")
    );
    atomically(|tx| n.write(tx, 3));
    assert_eq!(n.load(), 3);
}

/// Counts how many of it there are; its destructor runs a transaction.
struct Counted(Arc<AtomicUsize>, TVar<u32>);
impl Counted {
    fn new(n: &Arc<AtomicUsize>, drops: &TVar<u32>) -> Counted {
        n.fetch_add(1, SeqCst);
        Counted(Arc::clone(n), drops.clone())
    }
}
impl Clone for Counted {
    fn clone(&self) -> Counted {
        Counted::new(&self.0, &self.1)
    }
}
impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
        atomically(|tx| self.1.update(tx, |n| *n += 1));
    }
}

#[test]
fn values_are_freed_once() {
    let (alive, drops) = (Arc::new(AtomicUsize::new(0)), TVar::new(0));
    let v = TVar::new(Counted::new(&alive, &drops));
    in_threads(3, |_| {
        for i in 0..300 {
            let _ = try_atomically(|tx| {
                v.update(tx, |_| ())?;
                let _: Result<(), ()> = tx.nested(|tx| {
                    v.update(tx, |_| ())?;
                    Err(Stop::Error(()))
                })?;
                v.update(tx, |_| ())?;
                if i % 3 == 0 { Err(Stop::Error(())) } else { Ok(()) }
            });
        }
    });
    drop(v);
    // Garbage is freed as transactions go by.
    let x = TVar::new(0);
    for _ in 0..1_000_000 {
        atomically(|tx| x.update(tx, |n| *n += 1));
        if alive.load(SeqCst) == 0 {
            return;
        }
    }
    panic!("{} values were not freed", alive.load(SeqCst));
}
