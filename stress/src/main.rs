//! `cargo run --release -p vasuki-stress -- [options] [program ...]`
#![forbid(unsafe_code)]

use lexopt::prelude::*;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use vasuki_stress::{MODES, Mode, all_programs, binary, run_all};

const HELP: &str = "Runs torture programs (stress/programs) against vasuki, in all modes or in some.

  --runs N        runs of each program in each mode (default 5)
  --seconds S     go on for at least so long
  --hostile       only the hostile modes
  --mode NAME     only this mode: plain, split, abort, collect, alone, defer, all
  --jobs N        runs at a time (default: all cores)
  --limit S       seconds after which a run counts as hung (default 60)
  program         names of programs (default: all)

VASUKI_BIN names the binary; otherwise that of the same profile is built.";

struct Args {
    runs: usize,
    seconds: u64,
    modes: Vec<&'static Mode>,
    jobs: usize,
    limit: Duration,
    programs: Vec<String>,
}
fn parse() -> Result<Option<Args>, lexopt::Error> {
    let mut args = Args {
        runs: 5,
        seconds: 0,
        modes: MODES.iter().collect(),
        jobs: std::thread::available_parallelism().map_or(1, |n| n.get()),
        limit: Duration::from_secs(60),
        programs: Vec::new(),
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("runs") => args.runs = parser.value()?.parse()?,
            Long("seconds") => args.seconds = parser.value()?.parse()?,
            Long("hostile") => args.modes.retain(|m| !m.options.is_empty()),
            Long("mode") => {
                let name = parser.value()?.string()?;
                args.modes.retain(|m| m.name == name);
            }
            Long("jobs") => args.jobs = parser.value()?.parse()?,
            Long("limit") => args.limit = Duration::from_secs(parser.value()?.parse()?),
            Long("help") => return Ok(None),
            Value(name) => args.programs.push(name.string()?),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(args))
}
fn run(args: Args) -> Result<bool, String> {
    let binary = binary()?;
    let mut programs = all_programs().map_err(|e| format!("stress/programs: {e}"))?;
    if !args.programs.is_empty() {
        programs.retain(|p| args.programs.contains(&p.name));
    }
    let until = Instant::now() + Duration::from_secs(args.seconds);
    let reports = run_all(&binary, &programs, &args.modes, args.jobs, args.limit, args.runs, Some(until));
    for r in &reports {
        println!("{}", r.line());
    }
    for r in reports.iter().filter(|r| !r.failures.is_empty()) {
        println!("\n== {}\n{}", r.name, end_of(&r.failures[0], 30));
    }
    Ok(!reports.is_empty() && reports.iter().all(|r| r.is_good()))
}
/// The last lines of a text.
fn end_of(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}
fn main() -> ExitCode {
    let result = match parse() {
        Ok(Some(args)) => run(args),
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(e) => Err(format!("{e}\n{HELP}")),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("vasuki-stress: {e}");
            ExitCode::from(2)
        }
    }
}
