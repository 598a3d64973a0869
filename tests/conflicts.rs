//! `--conflicts`: every program in `tests/conflicts` has two lines that want the same; the report must name them first. The
//! lines are marked `# winner` and `# loser: what they want`.

mod common;

use common::{Folder, Outcome, run_with, vasuki};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conflicts")
}
/// The text between the first number and the second one, or what follows.
fn first_conflict(report: &str) -> &str {
    let from = report.find("\n 1. ").map_or(report.len(), |n| n + 5);
    let rest = &report[from..];
    rest.find("\n\n").map_or(rest, |n| &rest[..n])
}
/// Number and rest of the line with this mark.
fn marked<'t>(source: &'t str, mark: &str) -> (usize, &'t str) {
    let (n, line) = source
        .lines()
        .enumerate()
        .find(|l| l.1.contains(mark))
        .unwrap_or_else(|| panic!("no line has {mark}"));
    (n + 1, line.split_once(mark).map_or("", |x| x.1.trim_start_matches(':').trim()))
}
fn check(program: &str) -> Result<(), String> {
    let path = folder().join(program);
    let source = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
    let outcome = run_with(vasuki().current_dir(folder()).args(["--conflicts", program]), b"");
    let first = first_conflict(&outcome.stderr);
    let (loser, object) = marked(&source, "# loser");
    let (winner, _) = marked(&source, "# winner");
    let undone = first.find(&format!("{program}, line {loser}, in "));
    let by = first.find(&format!("{program}, line {winner}, in "));
    if outcome.code == 0 && first.starts_with(object) && undone.is_some() && by.is_some() && undone < by {
        return Ok(());
    }
    Err(format!(
        "{program}: expected {object:?}, lines {loser} and {winner}, not\n{}",
        outcome.stderr
    ))
}

#[test]
fn the_report_names_the_two_lines() {
    let programs = [
        "attribute.py",
        "closure_variable.py",
        "deque.py",
        "dict_key.py",
        "function.py",
        "global_variable.py",
        "large_dict.py",
        "large_list.py",
        "library.py",
        "list_append.py",
        "list_index.py",
        "set_change.py",
        "swap.py",
    ];
    let failures: Vec<String> = programs.iter().filter_map(|p| check(p).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn report_of(program: &str) -> Outcome {
    let folder = Folder::new();
    let file = folder.file("program.py", program);
    run_with(vasuki().arg("--conflicts").arg(file), b"")
}

#[test]
fn what_cannot_be_undone_is_told_with_its_calls() {
    let outcome = report_of(
        "import os, threading, vasuki
def outer():
    inner()
def inner():
    with vasuki.atomic:
        os.mkdir(os.path.dirname(__file__) + '/made')
def other():
    pass
threads = [threading.Thread(target=f) for f in (outer, other)]
for t in threads:
    t.start()
for t in threads:
    t.join()
",
    );
    let text = outcome.exits(0).complains("What could not be undone").stderr.clone();
    // Above it a thread may have waited for this call.
    let text = &text[text.find("What could not be undone").expect("seen above")..];
    let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("no {what:?} in {text}"));
    assert!(place("The call of mkdir") < place("line 6, in inner") && place("line 6, in inner") < place("line 3, in outer"));
}

/// Where an attempt had read is found when it runs again: none is forgotten over that.
#[test]
fn what_was_undone_is_told_with_where_it_had_read() {
    let outcome = report_of(
        "import threading, time, vasuki
class Box:
    n = 1
def work(boxes):
    for i in range(2000):
        with vasuki.atomic:
            total = 0
            for box in boxes:
                total += box.n
            boxes[i % 6].n = total % 1000
def main():
    boxes = [Box() for _ in range(6)]
    end = time.monotonic() + 40
    while vasuki.stats()['aborts'] < 100 and time.monotonic() < end:
        threads = [threading.Thread(target=work, args=(boxes,)) for _ in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    stats = vasuki.stats()
    first = stats['conflicts'][0]
    told = sum(c['aborts'] for c in stats['conflicts'])
    # The read of the last one, in the same line as the write, loses now and then.
    lines = first['undone'][1] in (9, 10), first['by'][1]
    print(lines, 0.8 * stats['aborts'] <= told <= stats['aborts'])
main()
",
    );
    outcome.exits(0).prints("(True, 10) True\n");
}

#[test]
fn nothing_to_report() {
    report_of("print(1)")
        .prints("1\n")
        .complains("Nothing to report")
        .complains("Only one thread");
}

#[test]
fn there_is_no_report_unless_it_is_asked_for() {
    run_with(vasuki().args(["-c", "import vasuki; print(vasuki.stats()['conflicts'])"]), b"")
        .prints("[]\n")
        .quiet();
}

#[test]
fn a_fork_reports_nothing_itself() {
    let outcome = report_of("import os\npid = os.fork()\nif pid: os.waitpid(pid, 0)\n");
    assert_eq!(
        outcome.exits(0).stderr.matches("Conflicts between threads").count(),
        1,
        "{outcome:?}"
    );
}

#[test]
fn the_page_is_whole_and_needs_nothing_else() {
    let folder = Folder::new();
    let page = folder.path().join("page.html");
    let mut option = std::ffi::OsString::from("--conflicts=");
    option.push(&page);
    let programs = self::folder();
    run_with(vasuki().current_dir(programs).arg(option).arg("dict_key.py"), b"")
        .exits(0)
        .quiet();
    let text = std::fs::read_to_string(page).expect("the page was written");
    for part in [
        "<!DOCTYPE html>",
        "main thread",
        "a dict (key &quot;tea&quot;)",
        "<svg ",
        "dict_key.py, line",
        "</html>",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert!(!text.contains("http") && !text.contains("<script"), "{text}");
}
#[test]
fn a_page_that_cannot_be_written_is_told() {
    run_with(vasuki().args(["--conflicts=/nowhere/page.html", "-c", "print(1)"]), b"")
        .prints("1\n")
        .complains("cannot write /nowhere/page.html");
}
