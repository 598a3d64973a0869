//! Transactional variables against those of the crate `fast-stm` and against one mutex around all data:
//! `cargo bench -p vasuki-stm`. Millions of transactions per second, the best of five runs.

use std::hint::black_box;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

const ACCOUNTS: usize = 1000;
const ROUNDS: usize = 5;

/// Accounts that can be used by many threads.
trait Accounts: Sync {
    fn new() -> Self;
    /// moves `amount` from one account to another
    fn transfer(&self, from: usize, to: usize, amount: i64);
    /// what accounts `first..first + n` hold together
    fn sum(&self, first: usize, n: usize) -> i64;
}

struct Vasuki(Vec<vasuki_stm::TVar<i64>>);
impl Accounts for Vasuki {
    fn new() -> Vasuki {
        Vasuki((0..ACCOUNTS).map(|_| vasuki_stm::TVar::new(100)).collect())
    }
    fn transfer(&self, from: usize, to: usize, amount: i64) {
        vasuki_stm::atomically(|tx| {
            self.0[from].update(tx, |n| *n -= amount)?;
            self.0[to].update(tx, |n| *n += amount)
        });
    }
    fn sum(&self, first: usize, n: usize) -> i64 {
        vasuki_stm::atomically(|tx| {
            let mut sum = 0;
            for v in &self.0[first..first + n] {
                sum += v.get(tx)?;
            }
            Ok(sum)
        })
    }
}
struct FastStm(Vec<fast_stm::TVar<i64>>);
impl Accounts for FastStm {
    fn new() -> FastStm {
        FastStm((0..ACCOUNTS).map(|_| fast_stm::TVar::new(100)).collect())
    }
    fn transfer(&self, from: usize, to: usize, amount: i64) {
        fast_stm::atomically(|tx| {
            self.0[from].modify(tx, |n| n - amount)?;
            self.0[to].modify(tx, |n| n + amount)
        });
    }
    fn sum(&self, first: usize, n: usize) -> i64 {
        fast_stm::atomically(|tx| {
            let mut sum = 0;
            for v in &self.0[first..first + n] {
                sum += v.read(tx)?;
            }
            Ok(sum)
        })
    }
}
struct OneMutex(Mutex<Vec<i64>>);
impl Accounts for OneMutex {
    fn new() -> OneMutex {
        OneMutex(Mutex::new(vec![100; ACCOUNTS]))
    }
    fn transfer(&self, from: usize, to: usize, amount: i64) {
        let mut a = self.0.lock().unwrap();
        a[from] -= amount;
        a[to] += amount;
    }
    fn sum(&self, first: usize, n: usize) -> i64 {
        self.0.lock().unwrap()[first..first + n].iter().sum()
    }
}

/// What a thread does as its `i`-th step, with a random number.
type Step<A> = fn(&A, me: usize, random: usize);
fn transfers<A: Accounts>(a: &A, _: usize, r: usize) {
    a.transfer(r % ACCOUNTS, (r >> 16) % ACCOUNTS, 1);
}
fn own_accounts<A: Accounts>(a: &A, me: usize, r: usize) {
    a.transfer(me * 100 + r % 100, me * 100 + (r >> 16) % 100, 1);
}
fn one_account<A: Accounts>(a: &A, _: usize, _: usize) {
    a.transfer(0, 1, 1);
}
fn sums<A: Accounts>(a: &A, _: usize, r: usize) {
    black_box(a.sum(r % (ACCOUNTS - 100), 100));
}
fn mixed<A: Accounts>(a: &A, me: usize, r: usize) {
    if r >> 8 & 7 == 0 { sums(a, me, r) } else { transfers(a, me, r) }
}

/// Millions of steps per second by `threads` threads.
fn speed<A: Accounts>(threads: usize, steps: usize, step: Step<A>) -> f64 {
    let run = || {
        let accounts = A::new();
        let began = Instant::now();
        thread::scope(|s| {
            for me in 0..threads {
                let accounts = &accounts;
                s.spawn(move || {
                    let mut r = me + 1;
                    for _ in 0..steps {
                        // Knuth's MMIX.
                        r = r.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                        step(accounts, me, r >> 33);
                    }
                });
            }
        });
        assert_eq!(accounts.sum(0, ACCOUNTS), 100 * ACCOUNTS as i64);
        (threads * steps) as f64 / began.elapsed().as_secs_f64() / 1e6
    };
    (0..ROUNDS).map(|_| run()).fold(0.0, f64::max)
}
fn row(name: &str, steps: usize, ours: Step<Vasuki>, theirs: Step<FastStm>, mutex: Step<OneMutex>) {
    for threads in [1, 2, 4] {
        let (v, f, m) = (
            speed(threads, steps, ours),
            speed(threads, steps, theirs),
            speed(threads, steps, mutex),
        );
        println!("| {name} | {threads} | {v:.2} | {f:.2} | {m:.2} | {:.2} | {:.2} |", v / f, v / m);
    }
}
fn main() {
    println!("| work | threads | vasuki-stm | fast-stm | one mutex | to fast-stm | to the mutex |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    row("transfers", 200_000, transfers, transfers, transfers);
    row(
        "transfers, each thread on its own accounts",
        200_000,
        own_accounts,
        own_accounts,
        own_accounts,
    );
    row("transfers between the same two", 200_000, one_account, one_account, one_account);
    row("sums of 100", 20_000, sums, sums, sums);
    row("7 transfers to 1 sum", 50_000, mixed, mixed, mixed);
}
