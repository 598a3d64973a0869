//! Functions by the time that they run.

use std::collections::HashMap;
use std::sync::Mutex;
use vasuki_vm::jit::{Hook, Mode, Sample};

/// A function that was seen running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// `co_qualname`
    pub name: String,
    /// `co_filename`
    pub file: String,
    /// `co_firstlineno`
    pub line: u32,
    /// samples in solo mode: the version without read barriers is wanted
    pub solo: u64,
    /// samples in concurrent mode
    pub concurrent: u64,
    /// cache words of the function when it was seen last: those that know nothing, one outcome, several outcomes
    pub feedback: [usize; 3],
}
impl Candidate {
    /// All samples.
    pub fn samples(&self) -> u64 {
        self.solo + self.concurrent
    }
}

/// Counts samples by function. It keeps no object of the program alive.
#[derive(Default)]
pub struct Candidates {
    by_place: Mutex<HashMap<(String, u32, String), Candidate>>,
}
impl Candidates {
    /// All that was seen, the hottest first.
    pub fn hottest(&self) -> Vec<Candidate> {
        let table = self.by_place.lock().unwrap_or_else(|e| e.into_inner());
        let mut all: Vec<Candidate> = table.values().cloned().collect();
        all.sort_by(|a, b| b.samples().cmp(&a.samples()).then_with(|| a.name.cmp(&b.name)));
        all
    }
}
impl Hook for Candidates {
    fn sampled(&self, s: &Sample) {
        let mut table = self.by_place.lock().unwrap_or_else(|e| e.into_inner());
        let key = (s.file(), s.line(), s.name());
        let (file, line, name) = key.clone();
        let c = table.entry(key).or_insert_with(|| Candidate {
            name,
            file,
            line,
            solo: 0,
            concurrent: 0,
            feedback: [0; 3],
        });
        match s.mode {
            Mode::Solo => c.solo += 1,
            Mode::Concurrent => c.concurrent += 1,
        }
        c.feedback = [0; 3];
        for f in s.feedback() {
            c.feedback[f.outcomes.len().min(2)] += 1;
        }
    }
}
