//! Each program a few times in each mode.

use std::time::Duration;
use vasuki_stress::{MODES, all_programs, binary, run_all};

#[test]
fn torture() {
    let binary = binary().expect("the binary can be built");
    let programs = all_programs().expect("the programs are there");
    assert!(programs.len() > 10);
    let modes: Vec<_> = MODES.iter().collect();
    let jobs = std::thread::available_parallelism().map_or(1, |n| n.get());
    let reports = run_all(&binary, &programs, &modes, jobs, Duration::from_secs(60), 2, None);
    let bad: Vec<_> = reports.iter().filter(|r| !r.is_good()).collect();
    for r in &bad {
        println!("{}\n{}", r.line(), r.failures.first().map_or("", |s| s));
    }
    assert!(bad.is_empty(), "{} of {} combinations failed", bad.len(), reports.len());
}
