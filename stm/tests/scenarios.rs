//! Whole scenarios with three to six threads, in schedules that shuttle draws: at random, and by PCT (Burckhardt et al.,
//! ASPLOS'10), which finds a fault that needs `d` ordered steps with known probability. Each scenario has faults that it must
//! find. `RUSTFLAGS="--cfg shuttle" cargo test -p vasuki-stm --release --test scenarios`; `VASUKI_MODELS=deep` draws more.
#![cfg(shuttle)]

mod common;
#[path = "scenarios/mod.rs"]
mod scenarios;

use scenarios::*;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;
use vasuki_stm::{Mutant, set_mutant};

macro_rules! scenarios {
    ($($name:ident: $function:path, [$($mutant:ident),*];)*) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name), $function, &[$(Mutant::$mutant),*]);
            }
        )*
    };
}
scenarios! {
    // name: scenario, faults that it finds
    transfers_and_sums: data::transfers_and_sums, [NoRecheck, OpenWithoutVersionCheck, ReadWithoutVersionCheck];
    doctors_on_duty: data::doctors_on_duty, [NoValidation];
    aborts_beside_readers: data::aborts_beside_readers, [AbortRestoresVersion];
    published_lists: data::published_lists, [PublishAfterRelease];
    irrevocable_increments: data::irrevocable_increments, [IrrevocableReadsUnlocked, TwoIrrevocable];
    histories: data::histories, [NoRecheck, NoValidation, OpenWithoutVersionCheck, ReadWithoutVersionCheck, IrrevocableReadsUnlocked, PartUntested];
    bounded_buffer: waiting::bounded_buffer, [CommitWakesNobody, SubscribesLate, SubscribesUnseen, AbortLosesWaiters];
    bounded_buffer_in_card: waiting::bounded_buffer_in_card, [CommitWakesNobody, SubscribesLate, SubscribesUnseen, AbortLosesWaiters];
    either_of_two: waiting::either_of_two, [FilterOutlivesRetry];
    threads_come_and_go: world::threads_come_and_go, [SoloTooEarly];
    collections: world::collections, [StopWithoutWaiting, AttachDuringStop];
}

/// How a process is told to run one scenario with a fault.
const FAULT: &str = "VASUKI_MODEL_FAULT";
/// Ordered steps that PCT looks for.
const DEPTH: usize = 3;
/// Runs of either kind in a turn. They take turns, so that a fault that one of them finds is found soon.
const TURN: usize = 400;
/// Runs within which a fault must be found: hundreds of times as many as the one that hides best takes on average, for the
/// schedules are new each time.
const FAULT_RUNS: usize = 1_000_000;
/// Runs begun.
static RUNS: AtomicUsize = AtomicUsize::new(0);

fn check(name: &str, scenario: fn(), faults: &[Mutant]) {
    if let Ok(fault) = std::env::var(FAULT) {
        let fault = faults.iter().find(|m| format!("{m:?}") == fault);
        set_mutant(Some(*fault.expect("a fault of this scenario")));
        let found = std::panic::catch_unwind(|| run(scenario, FAULT_RUNS)).is_err();
        assert!(found, "not found");
        println!("{FOUND}{}.", RUNS.load(Relaxed));
        return;
    }
    let deep = std::env::var("VASUKI_MODELS").is_ok_and(|v| v == "deep");
    let runs = if deep { 400_000 } else { 8000 };
    let started = Instant::now();
    run(scenario, runs);
    let time = started.elapsed().as_secs_f64();
    let faults: Vec<_> = faults
        .iter()
        .map(|m| format!("{m:?} {}", runs_to_find(name, &format!("{m:?}"))))
        .collect();
    println!("| {name} | {runs} | {time:.2} s | {} |", faults.join(", "));
}
/// How a process says in which run it has found the fault.
const FOUND: &str = "found in run ";
/// The number of runs after which the scenario, in a process of its own, finds the fault. Panics if it does not.
fn runs_to_find(name: &str, fault: &str) -> usize {
    let mut process = Command::new(std::env::current_exe().unwrap());
    let out = process.args([name, "--exact", "--nocapture"]).env(FAULT, fault).output().unwrap();
    let printed = String::from_utf8_lossy(&out.stdout);
    let run = printed.split_once(FOUND).and_then(|(_, rest)| rest.split_once('.')?.0.parse().ok());
    run.unwrap_or_else(|| {
        panic!(
            "{name} does not find {fault}: {}\n{printed}{}",
            out.status,
            String::from_utf8_lossy(&out.stderr)
        )
    })
}
fn run(scenario: fn(), runs: usize) {
    let counted = move || {
        RUNS.fetch_add(1, Relaxed);
        scenario();
    };
    for _ in 0..runs / (2 * TURN) {
        shuttle::check_random(counted, TURN);
        shuttle::check_pct(counted, TURN, DEPTH);
    }
}
