//! Runs every `tests/programs/NAME.py` and compares what it prints with `NAME.out`, and with `NAME.err` if that exists.
//! The exit code must be 0, or what a last line `# exit: N` of the program says.
//!
//! `PROGRAMS=text cargo test --test programs` runs those whose name contains the text.

mod common;

use common::{Running, vasuki};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(60);

fn expected_code(source: &str) -> i32 {
    source
        .trim_end()
        .lines()
        .last()
        .and_then(|l| l.strip_prefix("# exit: "))
        .map_or(0, |n| n.parse().expect("`# exit: N` has a number"))
}
/// The first line that differs, for a message.
fn difference(what: &str, expected: &str, got: &str) -> Option<String> {
    if expected == got {
        return None;
    }
    let (mut e, mut g) = (expected.lines(), got.lines());
    let mut line = 1;
    loop {
        match (e.next(), g.next()) {
            (None, None) => return Some(format!("{what} differs in line ends")),
            (a, b) if a == b => line += 1,
            (a, b) => {
                return Some(format!(
                    "{what}, line {line}:\n    expected {}\n    printed  {}",
                    a.unwrap_or("(the end)"),
                    b.unwrap_or("(the end)")
                ));
            }
        }
    }
}
fn check(program: &Path, hostile: &str) -> Result<(), String> {
    let read = |ending: &str| std::fs::read_to_string(program.with_extension(ending));
    let source = read("py").map_err(|e| e.to_string())?;
    let expected = read("out").map_err(|e| format!("no .out file: {e}"))?;
    let folder = program.parent().ok_or("no folder")?;
    let name = program.file_name().ok_or("no name")?;
    let running = Running::start(vasuki().env("VASUKI_HOSTILE", hostile).current_dir(folder).arg(name), b"");
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| running.finish(LIMIT)))
        .map_err(|_| format!("did not end within {LIMIT:?}"))?;
    let mut wrong = Vec::new();
    wrong.extend(difference("stdout", &expected, &outcome.stdout));
    if let Ok(err) = read("err") {
        wrong.extend(difference("stderr", &err, &outcome.stderr));
    }
    let code = expected_code(&source);
    if outcome.code != code {
        wrong.push(format!("exit code {} instead of {code}\n{}", outcome.code, outcome.stderr));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n  ")) }
}

/// The limit is one of what a program forks too: a child that hangs keeps the pipes open.
#[test]
fn a_forked_child_that_hangs_is_ended() {
    let program = "import os, time\nif os.fork() == 0:\n    time.sleep(120)";
    let running = Running::start(vasuki().args(["-c", program]), b"");
    let began = Instant::now();
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| running.finish(Duration::from_secs(2))));
    let why = ended.expect_err("a child still runs");
    let why = why.downcast_ref::<String>().expect("a panic has a message");
    assert!(why.starts_with("still running after"), "the child was not ended: {why}");
    assert!(began.elapsed() < LIMIT, "the child was ended late");
}
#[test]
fn every_program_prints_what_it_should() {
    run_all("");
}
/// In transactions that end and abort at random, although one thread runs; with the heap checked.
#[test]
fn every_program_prints_the_same_in_hostile_modes() {
    run_all("concurrent,abort-every=50,split-every=20,gc-every=300,poison,verify-heap");
}
/// With all put off to the ends of transactions that can be, which end in loops that native code runs too; with the heap checked.
#[test]
fn every_program_prints_the_same_when_all_is_put_off() {
    run_all("concurrent,defer,split-inside,split-every=20,abort-every=50,gc-every=1000,verify-heap");
}
fn run_all(hostile: &str) {
    let filter = std::env::var("PROGRAMS").unwrap_or_default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut programs: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("tests/programs is there")
        .map(|e| e.expect("an entry can be read").path())
        .filter(|p| p.extension().is_some_and(|e| e == "py") && p.to_string_lossy().contains(&filter))
        .collect();
    programs.sort();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(2, |n| n.get());
    std::thread::scope(|s| {
        for _ in 0..workers {
            s.spawn(|| {
                while let Some(p) = programs.get(next.fetch_add(1, Relaxed)) {
                    if let Err(why) = check(p, hostile) {
                        let name = p.file_name().unwrap_or_default().to_string_lossy().into_owned();
                        failures.lock().expect("no worker panics").push(format!("{name}: {why}"));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("no worker panics");
    failures.sort();
    assert!(
        failures.is_empty(),
        "{} of {} programs:\n{}",
        failures.len(),
        programs.len(),
        failures.join("\n")
    );
    println!("{} programs", programs.len());
}
