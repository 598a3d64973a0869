//! Many runs, on all cores, and what came of them.

use crate::mode::Mode;
use crate::program::{Outcome, Program};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// What came of the runs of one program in one mode.
#[derive(Default)]
pub struct Report {
    /// program and mode
    pub name: String,
    /// times of good runs
    pub times: Vec<Duration>,
    /// outputs of bad runs
    pub failures: Vec<String>,
    /// runs that were killed
    pub hung: usize,
}
impl Report {
    /// Did all runs end well?
    pub fn is_good(&self) -> bool {
        self.failures.is_empty() && self.hung == 0
    }
    /// One line.
    pub fn line(&self) -> String {
        let max = self.times.iter().max().copied().unwrap_or_default().as_secs_f64();
        let sum: f64 = self.times.iter().map(Duration::as_secs_f64).sum();
        let mean = sum / self.times.len().max(1) as f64;
        format!(
            "{:30} {:5} good {:4} failed {:4} hung   mean {mean:6.2} s  max {max:6.2} s",
            self.name,
            self.times.len(),
            self.failures.len(),
            self.hung
        )
    }
}

/// Runs every program in every mode, `jobs` at a time: `runs` times, or until `until` has come if that is later.
pub fn run_all(
    binary: &Path,
    programs: &[Program],
    modes: &[&Mode],
    jobs: usize,
    limit: Duration,
    runs: usize,
    until: Option<Instant>,
) -> Vec<Report> {
    let pairs: Vec<_> = programs.iter().flat_map(|p| modes.iter().map(move |m| (p, *m))).collect();
    let name = |(p, m): &(&Program, &Mode)| format!("{} ({})", p.name, m.name);
    let reports: Vec<_> = pairs
        .iter()
        .map(|pair| {
            Mutex::new(Report {
                name: name(pair),
                ..Report::default()
            })
        })
        .collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|s| {
        for _ in 0..jobs.max(1) {
            s.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Relaxed);
                    let enough = n >= runs * pairs.len();
                    if pairs.is_empty() || enough && until.is_none_or(|u| Instant::now() >= u) {
                        return;
                    }
                    let i = n % pairs.len();
                    let (program, mode) = pairs[i];
                    let outcome = program.run(binary, mode, limit);
                    let mut r = reports[i].lock().unwrap_or_else(|e| e.into_inner());
                    match outcome {
                        Outcome::Ok(t) => r.times.push(t),
                        Outcome::Failed(text) => r.failures.push(text),
                        Outcome::Hung => r.hung += 1,
                    }
                }
            });
        }
    });
    reports
        .into_iter()
        .map(|r| r.into_inner().unwrap_or_else(|e| e.into_inner()))
        .collect()
}
