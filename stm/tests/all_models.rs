//! All loom models of the protocol, each with the faults that it must find. They run with
//! `RUSTFLAGS="--cfg loom" cargo test -p vasuki-stm --release --test all_models`.
//!
//! A model is a closure that loom runs in every interleaving (up to its preemption bound) and with every value that the
//! memory model lets a load see. A fault is switched on in a process of its own, which must fail.
#![cfg(loom)]

mod common;
mod models;

use models::*;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;
use vasuki_stm::{Mutant, set_mutant};

macro_rules! models {
    ($($name:ident: $function:path, $bound:literal, [$($mutant:ident),*];)*) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name), $function, $bound, &[$(Mutant::$mutant),*]);
            }
        )*
    };
}
models! {
    // name: model, preemption bound, faults that it finds
    read_against_commit: read::against_commit, 3, [NoReleaseFence, NoAcquireFence, NoRecheck];
    read_against_abort: read::against_abort, 3, [AbortRestoresVersion];
    read_twice: read::twice, 3, [ReadWithoutVersionCheck, FilterIgnoresWord];
    read_usual: read::usual, 2, [ReadWithoutVersionCheck, FilterIgnoresWord, LastOutlivesTransaction];
    snapshot_extension: read::extension, 3, [ClockAfterValidation, ReadWithoutVersionCheck];
    open_against_open: open::counters, 3, [OpenWithoutVersionCheck];
    open_in_opposite_order: open::opposite_order, 3, [OpenWithoutVersionCheck];
    commit_against_commit: commit::write_skew, 3, [NoValidation];
    publication: commit::publication, 3, [PublishAfterRelease];
    card_against_commit: read::card_against_commit, 3, [NoReleaseFence, NoAcquireFence, NoRecheck];
    card_against_abort: read::card_against_abort, 3, [AbortRestoresVersion];
    cards_twice: read::cards_twice, 3, [ReadWithoutVersionCheck];
    card_against_card: open::counters_at_cards, 3, [OpenWithoutVersionCheck];
    card_against_move: cards::against_move, 3, [NoValidation];
    aborted_card_against_move: cards::aborted_against_move, 3, [AbortRestoresVersion, NoReleaseFence];
    part_against_commits: parts::write_skew, 3, [PartUntested, NoValidation];
    part_of_irrevocable: parts::irrevocable, 3, [IrrevocableReadsUnlocked, PartUntested];
    part_that_is_back: parts::back_again, 3, [PartOfAnyTime];
    part_that_is_back_at_commit: parts::back_again_at_commit, 3, [PartOfAnyTime];
    irrevocable_against_committer: irrevocable::against_committer, 3, [IrrevocableReadsUnlocked];
    irrevocable_against_opener: irrevocable::against_opener, 3, [OpenWithoutVersionCheck];
    irrevocable_against_irrevocable: irrevocable::against_another, 3, [TwoIrrevocable];
    elision_and_extension: elision::extends, 3, [TakenUncounted, CountRelaxed, LocksUnchecked];
    elision_after_a_read: elision::looks_late, 3, [LooksWithOldSnapshot];
    elision_against_holder: elision::writer, 3, [LocksUnchecked, NoFenceOfTaker, NoFenceOfLooker];
    retry_against_commit: retry::against_commit, 3, [SubscribesUnseen, SubscribesLate, CommitWakesNobody];
    retry_against_abort: retry::against_abort, 2, [AbortLosesWaiters];
    retry_after_own_writes: retry::own_writes, 2, [CommitWakesNobody];
    retry_against_irrevocable: retry::against_irrevocable, 2, [SubscribesUnseen, CommitWakesNobody];
    retry_and_solo: retry::and_solo, 2, [SoloBesideWaiters];
    thread_start: world::start, 2, [SoloTooEarly];
    solo_and_concurrent_again: world::again, 3, [NumberKept];
    attach_to_solo: world::join, 2, [AttachToSolo];
    attach_beside_block: world::join_beside_block, 3, [JoinerNotWoken];
    stop_against_safepoint: stop::safepoint, 3, [StopWithoutWaiting];
    stop_against_attach: stop::attach, 3, [AttachDuringStop];
    stop_against_waiter: stop::waiter, 2, [WaiterIgnoresStop];
    stop_against_stop: stop::both, 3, [StopWithoutWaiting];
    stop_at_boundary: stop::boundary, 3, [BoundaryAnywhere];
    stop_at_boundary_and_collection: stop::boundary_and_collection, 2, [StopWithoutWaiting, BoundaryWaiterAttached];
    stop_wakes_waiters: stop::wakes_waiters, 3, [CommitWakesNobody];
}

/// How a process is told to check one model with a fault.
const FAULT: &str = "VASUKI_MODEL_FAULT";

fn check(name: &str, model: fn(), bound: usize, faults: &[Mutant]) {
    check_all(name, bound, faults, |bound| run(model, bound));
}
/// Every pair of transactions of two steps. `VASUKI_MODELS=deep` takes more preemptions.
#[test]
fn every_pair() {
    use Mutant::*;
    let faults = [
        NoReleaseFence,
        NoAcquireFence,
        NoRecheck,
        ReadWithoutVersionCheck,
        OpenWithoutVersionCheck,
        NoValidation,
        AbortRestoresVersion,
        IrrevocableReadsUnlocked,
    ];
    let bound = if std::env::var("VASUKI_MODELS").is_ok_and(|v| v == "deep") {
        3
    } else {
        2
    };
    let part = std::env::var(PART).ok().and_then(|p| p.parse::<usize>().ok());
    let run_part = |part: Option<usize>| {
        let pairs = pairs::all(2).into_iter().enumerate();
        let mine = pairs.filter(|(i, _)| part.is_none_or(|p| i % PARTS == p));
        mine.map(|(_, (a, b))| run(move || pairs::model(&a, &b), bound)).sum::<usize>()
    };
    if part.is_some() {
        println!("{EXECUTIONS}{}", run_part(part));
        return;
    }
    check_all("every_pair", bound, &faults, |_| {
        if std::env::var(FAULT).is_ok() {
            return run_part(None);
        }
        (0..PARTS).map(|p| executions_of("every_pair", p)).sum()
    });
}
/// Models leave memory behind: many are checked in several processes.
const PARTS: usize = 16;
/// How a process is told to check a part of the models.
const PART: &str = "VASUKI_MODEL_PART";
/// How it says how many executions there were.
const EXECUTIONS: &str = "executions: ";
fn executions_of(name: &str, part: usize) -> usize {
    let mut process = Command::new(std::env::current_exe().unwrap());
    let out = process
        .args([name, "--exact", "--nocapture"])
        .env(PART, part.to_string())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout);
    let count = text
        .split(EXECUTIONS)
        .nth(1)
        .and_then(|t| t.split_whitespace().next()?.parse().ok());
    match count {
        Some(n) if out.status.success() => n,
        _ => panic!("part {part}:\n{text}\n{}", String::from_utf8_lossy(&out.stderr)),
    }
}
/// `run` checks a model, or many, with a preemption bound; gives how many executions there were.
fn check_all(name: &str, bound: usize, faults: &[Mutant], run: impl Fn(usize) -> usize) {
    if let Ok(fault) = std::env::var(FAULT) {
        let fault = faults.iter().find(|m| format!("{m:?}") == fault);
        set_mutant(Some(*fault.expect("a fault of this model")));
        run(bound);
        return;
    }
    let started = Instant::now();
    let count = run(bound);
    let time = started.elapsed().as_secs_f64();
    for fault in faults {
        let fault = format!("{fault:?}");
        let mut process = Command::new(std::env::current_exe().unwrap());
        let out = process.args([name, "--exact", "--nocapture"]).env(FAULT, &fault).output().unwrap();
        assert!(!out.status.success(), "{name} does not find {fault}");
    }
    println!("| {name} | {bound} | {count} | {time:.2} s | {faults:?} |");
}
fn run(model: impl Fn() + Send + Sync + 'static, bound: usize) -> usize {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(bound);
    builder.max_branches = 20_000;
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    builder.check(move || {
        counted.fetch_add(1, Relaxed);
        model();
    });
    count.load(Relaxed)
}
