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
