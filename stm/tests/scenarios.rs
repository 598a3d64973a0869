//! Whole scenarios with three to six threads, in schedules that shuttle draws: at random, and by PCT (Burckhardt et al.,
//! ASPLOS'10), which finds a fault that needs `d` ordered steps with known probability. Each scenario has faults that it must
//! find. `RUSTFLAGS="--cfg shuttle" cargo test -p vasuki-stm --release --test scenarios`; `VASUKI_MODELS=deep` draws more.
#![cfg(shuttle)]

mod common;
#[path = "scenarios/mod.rs"]
mod scenarios;

use scenarios::*;
use std::process::Command;
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
    bounded_buffer: waiting::bounded_buffer, [CommitWakesNobody, SubscribesLate, SubscribesUnseen, AbortLosesWaiters, FilterOutlivesRetry];
    threads_come_and_go: world::threads_come_and_go, [SoloTooEarly];
    collections: world::collections, [StopWithoutWaiting, AttachDuringStop];
}

/// How a process is told to run one scenario with a fault.
const FAULT: &str = "VASUKI_MODEL_FAULT";
/// Ordered steps that PCT looks for.
const DEPTH: usize = 3;

fn check(name: &str, scenario: fn(), faults: &[Mutant]) {
    let deep = std::env::var("VASUKI_MODELS").is_ok_and(|v| v == "deep");
    let runs = if deep { 200_000 } else { 4000 };
    if let Ok(fault) = std::env::var(FAULT) {
        let fault = faults.iter().find(|m| format!("{m:?}") == fault);
        set_mutant(Some(*fault.expect("a fault of this scenario")));
        run(scenario, 10 * runs);
        return;
    }
    let started = Instant::now();
    run(scenario, runs);
    let time = started.elapsed().as_secs_f64();
    for fault in faults {
        let fault = format!("{fault:?}");
        let mut process = Command::new(std::env::current_exe().unwrap());
        let out = process.args([name, "--exact", "--nocapture"]).env(FAULT, &fault).output().unwrap();
        assert!(!out.status.success(), "{name} does not find {fault}");
    }
    println!("| {name} | {} | {time:.2} s | {faults:?} |", 2 * runs);
}
fn run(scenario: fn(), runs: usize) {
    // By turns, so that a fault that one of them finds is found soon.
    for _ in 0..10 {
        shuttle::check_random(scenario, runs / 10);
        shuttle::check_pct(scenario, runs / 10, DEPTH);
    }
}
