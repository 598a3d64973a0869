//! The workloads of stress/workloads at a small size: their results in four threads are right, and those of one thread.

mod common;

use common::{Running, vasuki};
use std::path::Path;
use std::time::Duration;

fn check(hostile: &str) {
    let runner = Path::new(env!("CARGO_MANIFEST_DIR")).join("stress/workloads.py");
    let mut command = vasuki();
    command.env("VASUKI_HOSTILE", hostile).arg(runner);
    command.args(["--check", "--threads", "4", "--size", "small"]);
    let outcome = Running::start(&mut command, b"").finish(Duration::from_secs(120));
    outcome.exits(0).quiet();
    assert!(outcome.stdout.lines().count() >= 16, "{outcome:#?}");
}

#[test]
fn workloads_are_right() {
    check("");
}
/// In transactions that end and abort at random, with the heap checked.
#[test]
fn workloads_are_right_in_hostile_modes() {
    check("concurrent,abort-every=50,split-every=20,gc-every=300,poison,verify-heap");
}
/// `vasuki.ordered` of loops over the same data gives what the plain loops do, also when an item fails.
#[test]
fn ordered_loops_are_the_plain_ones() {
    for hostile in ["", "concurrent,abort-every=50,split-every=20,gc-every=300,poison,verify-heap"] {
        let runner = Path::new(env!("CARGO_MANIFEST_DIR")).join("stress/ordered.py");
        let mut command = vasuki();
        command.env("VASUKI_HOSTILE", hostile).arg(runner);
        command.args(["--loops", "--repeat", "2", "--threads", "3", "--size", "small"]);
        let outcome = Running::start(&mut command, b"").finish(Duration::from_secs(120));
        outcome.exits(0).quiet();
        assert!(outcome.stdout.lines().count() == 9, "{outcome:#?}");
    }
}
/// Histories of transactions have a serial order; with planted mistakes none.
#[test]
fn histories_have_a_serial_order() {
    let history = |hostile: &str, args: &[&str]| {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("stress/history.py");
        let mut command = vasuki();
        command.env("VASUKI_HOSTILE", hostile).arg(program).args(args);
        Running::start(&mut command, b"").finish(Duration::from_secs(120))
    };
    for hostile in ["", "concurrent,abort-every=50,split-every=20,gc-every=60,poison,verify-heap"] {
        history(hostile, &["--rounds", "20", "--seconds", "100"]).exits(0).says("20 rounds");
        history(hostile, &["--plant", "split", "--seconds", "100"])
            .exits(1)
            .says("lost update");
        history(hostile, &["--plant", "torn", "--seconds", "100"]).exits(1).says("a cycle");
    }
}
/// Every kind of place where Python keeps data is part of transactions.
#[test]
fn every_place_is_part_of_transactions() {
    for hostile in [
        "",
        "split-every=2",
        "gc-every=200,verify-heap,poison,abort-every=50,split-every=20",
        "defer,abort-every=20,gc-every=100,verify-heap,split-every=7",
        "split-inside,abort-every=20,split-every=3",
    ] {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("stress/places.py");
        let mut command = vasuki();
        command.env("VASUKI_HOSTILE", hostile).arg(program).args(["--rounds", "12"]);
        let outcome = Running::start(&mut command, b"").finish(Duration::from_secs(120));
        outcome.exits(0).says(", 0 wrong").quiet();
    }
}
/// What a transaction has put off and an abort has undone is stored again when it runs irrevocably: then it is published.
#[test]
fn what_is_stored_again_is_published() {
    for _ in 0..4 {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("stress/programs/pool.py");
        let mut command = vasuki();
        command
            .env("VASUKI_HOSTILE", "defer,abort-every=2,gc-every=40,verify-heap")
            .arg(program);
        Running::start(&mut command, b"")
            .finish(Duration::from_secs(120))
            .exits(0)
            .says("ok");
    }
}
