//! Dining philosophers: each takes both forks in one transaction, or waits until they are there.
//!
//! `cargo run --release -p vasuki-stm --example philosophers`

use std::thread;
use vasuki_stm::{TVar, atomically, check};

const PHILOSOPHERS: usize = 5;
const MEALS: u32 = 10_000;

fn main() {
    let forks: Vec<TVar<bool>> = (0..PHILOSOPHERS).map(|_| TVar::new(true)).collect();
    let meals: Vec<TVar<u32>> = (0..PHILOSOPHERS).map(|_| TVar::new(0)).collect();
    thread::scope(|s| {
        for me in 0..PHILOSOPHERS {
            let (left, right, eaten) = (&forks[me], &forks[(me + 1) % PHILOSOPHERS], &meals[me]);
            s.spawn(move || {
                for _ in 0..MEALS {
                    atomically(|tx| {
                        check(left.replace(tx, false)?)?;
                        check(right.replace(tx, false)?)
                    });
                    atomically(|tx| {
                        eaten.update(tx, |n| *n += 1)?;
                        left.write(tx, true)?;
                        right.write(tx, true)
                    });
                }
            });
        }
    });
    let eaten: Vec<u32> = meals.iter().map(TVar::load).collect();
    println!("meals: {eaten:?}");
    assert!(eaten.iter().all(|&n| n == MEALS), "somebody is hungry");
    assert!(forks.iter().all(TVar::load), "a fork is missing");
}
