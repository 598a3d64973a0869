//! The ledgers of all threads, put together: what a user is told.

use super::ledger::{Cost, Ledger, Pair};
use super::openers::HELD;
use super::site::{self, Target};
use super::subject::Sort;
use super::timeline::Timeline;
use super::{Records, Why, lock};
use std::collections::HashMap;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// What native code does after an effect is told if it takes that long.
const SHORT: Duration = Duration::from_millis(1);

/// A line of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// empty: it is not known
    pub file: String,
    /// qualified name
    pub function: String,
    /// from 1
    pub line: u32,
    /// what it has called in the library
    pub inside: Option<Box<Place>>,
}
impl Place {
    fn of(n: u32) -> Place {
        let Some(s) = site::get(n) else { return Place::default() };
        let place = Place {
            file: s.file.clone(),
            function: s.function.clone(),
            line: s.line,
            inside: None,
        };
        match s.outer {
            site::NOWHERE => place,
            outer => Place {
                inside: Some(Box::new(place)),
                ..Place::of(outer)
            },
        }
    }
    /// Is it a line of the program's own?
    pub fn is_own(&self) -> bool {
        self.is_known() && !site::is_library(&self.file)
    }
    /// Is it known?
    pub fn is_known(&self) -> bool {
        !self.file.is_empty()
    }
    /// The line's text, if the file is there.
    pub(super) fn text(&self) -> Option<String> {
        let all = std::fs::read(&self.file).ok()?;
        let line = all.split(|b| *b == b'\n').nth(self.line.checked_sub(1)? as usize)?;
        let text = String::from_utf8_lossy(line).trim().to_owned();
        (!text.is_empty()).then_some(text)
    }
}

/// Two places that want the same object.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// what they want, in words
    pub object: String,
    /// what was undone, or waited
    pub loser: Place,
    /// what the other thread did
    pub winner: Place,
    /// attempts that were undone
    pub aborts: u64,
    /// times that a thread waited and was not undone for it
    pub waits: u64,
    /// what the attempts took that were undone, with the pause after them
    pub lost: Duration,
    /// what the waits took
    pub waited: Duration,
    /// the other thread has only used the object, but it was in a transaction that could not be undone
    pub held: bool,
    /// what can be done about it
    pub hint: String,
}
impl Conflict {
    /// Are both sides lines of the program?
    pub fn is_own(&self) -> bool {
        self.loser.is_own() && self.winner.is_own()
    }
    /// All of the time.
    pub fn cost(&self) -> Duration {
        self.lost + self.waited
    }
}
/// Transactions that could not be undone.
#[derive(Clone, Debug)]
pub struct Irrevocable {
    /// why
    pub why: Why,
    /// what was called; empty: it is not known
    pub call: String,
    /// the frames, the innermost first
    pub chain: Vec<Place>,
    /// how often
    pub times: u64,
    /// for how long, in all
    pub time: Duration,
}
/// One thread.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) began: Duration,
    pub(super) ended: Duration,
    pub(super) timeline: Timeline,
}
/// See the module.
pub struct Report {
    /// those between lines of the program, the most costly first; then those of the library with itself
    pub conflicts: Vec<Conflict>,
    /// those that took longest first
    pub irrevocable: Vec<Irrevocable>,
    /// attempts that were undone for other reasons, and what they took
    pub other_aborts: u64,
    /// see there
    pub other_lost: Duration,
    /// since the start of the program
    pub elapsed: Duration,
    /// collections, and how long threads stood still for them
    pub collections: (u64, Duration),
    /// threads that have run
    pub threads: u64,
    pub(super) rows: Vec<Row>,
    pub(super) collecting: Timeline,
}

impl Report {
    pub(super) fn new(r: &Records) -> Report {
        let elapsed = r.began.elapsed();
        let mut all = Ledger::default();
        let mut rows = Vec::new();
        for ledger in lock(&r.ledgers).iter() {
            let l = lock(ledger);
            all.merge(&l);
            rows.push(Row {
                name: l.name.clone(),
                began: l.began,
                ended: l.ended.unwrap_or(elapsed),
                timeline: l.timeline.clone(),
            });
        }
        Report {
            conflicts: conflicts(&all),
            irrevocable: irrevocable(&all),
            other_aborts: all.other_aborts,
            other_lost: all.other_lost,
            elapsed,
            collections: (
                crate::memory::COLLECTIONS.load(Relaxed),
                Duration::from_nanos(crate::memory::COLLECT_NANOS.load(Relaxed)),
            ),
            threads: r.threads.load(Relaxed),
            rows,
            collecting: lock(&r.collections).clone(),
        }
    }
    /// Attempts that were undone, what they took, and what threads have waited.
    pub fn totals(&self) -> (u64, Duration, Duration) {
        let mut sum = (self.other_aborts, self.other_lost, Duration::ZERO);
        for c in &self.conflicts {
            sum.0 += c.aborts;
            sum.1 += c.lost;
            sum.2 += c.waited;
        }
        sum
    }
    /// Nanoseconds that a stretch of all timelines has.
    pub(super) fn width(&self) -> u64 {
        let all = self.rows.iter().map(|t| &t.timeline).chain([&self.collecting]);
        all.map(|t| t.stretched(0).0).max().unwrap_or(1)
    }
}

/// Pairs of instructions become pairs of lines.
fn conflicts(all: &Ledger) -> Vec<Conflict> {
    let mut found: HashMap<(Place, Place, String), Conflict> = HashMap::new();
    for (pair, cost) in &all.pairs {
        let c = conflict(pair, cost);
        found
            // What holds all that it uses is told once.
            .entry((
                if c.held { Place::default() } else { c.loser.clone() },
                c.winner.clone(),
                c.hint.clone(),
            ))
            .and_modify(|x| {
                if (c.cost(), &c.object) > (x.cost(), &x.object) {
                    x.object.clone_from(&c.object);
                    x.loser.clone_from(&c.loser);
                }
                x.aborts += c.aborts;
                x.waits += c.waits;
                x.lost += c.lost;
                x.waited += c.waited;
            })
            .or_insert(c);
    }
    let mut found: Vec<Conflict> = found.into_values().collect();
    found.sort_by_key(|c| (!c.is_own(), std::cmp::Reverse(c.cost()), c.loser.line, c.winner.line));
    found
}
fn conflict(pair: &Pair, cost: &Cost) -> Conflict {
    let target = |n| site::get(n).map_or(Target::Other, |s| s.target.clone());
    let held = pair.winner & HELD != 0;
    let site = pair.winner & !HELD;
    let (loser, winner) = (target(pair.loser), if held { Target::Other } else { target(site) });
    Conflict {
        held,
        object: cost.subject.describe(&loser, &winner, &cost.keys, cost.more_keys),
        loser: Place::of(pair.loser),
        winner: Place::of(site),
        aborts: cost.aborts,
        waits: cost.waits,
        lost: cost.lost,
        waited: cost.waited,
        hint: if held {
            HELD_UP.into()
        } else {
            hint(cost.subject.sort(&loser), &loser, &winner)
        },
    }
}
/// Of a transaction that holds what it uses.
const HELD_UP: &str = "What cannot be undone holds all that it uses until its thread's next loop or call. Do input and output where \
    nothing shared has been used yet: at the begin of a function or of a round of a loop, with what it needs in local variables. Or \
    leave them to one thread that gets its work through a queue.";

fn hint(sort: Sort, loser: &Target, winner: &Target) -> String {
    let text = match (sort, loser, winner) {
        (Sort::Global, Target::Global(a), Target::Global(b)) if a != b => {
            return format!(
                "The global variables of a module are one object: as long as {b} is set again and again, it disturbs those who use {a}. \
                 Keep what changes often in an object, or in variables of each thread."
            );
        }
        (Sort::Attribute, Target::Attribute(a), Target::Attribute(b)) if a != b => {
            return format!(
                "One thread uses {a} and the other one {b}; they belong to the same object, and objects are the unit. Put them into \
                 objects of their own."
            );
        }
        (Sort::Attribute | Sort::Global | Sort::Closure, ..) => {
            "Let each thread count or collect in a variable of its own, and put the results together at the end."
        }
        (Sort::Class, ..) => "A class that changes stops all threads. Set it up before they start, or keep the value in an object.",
        (Sort::Sequence, ..) => {
            "Let each thread have a list of its own, and put them together at the end; to hand items over, use queue.SimpleQueue."
        }
        (Sort::Mapping, ..) => "Let each thread fill a container of its own, and put them together at the end.",
        (Sort::Iterator, ..) => "Let threads take several items at a time, or give each of them its own part beforehand.",
        (Sort::Other, ..) => "Let threads work with objects of their own for longer, and with shared ones seldom and shortly.",
    };
    text.into()
}
fn irrevocable(all: &Ledger) -> Vec<Irrevocable> {
    let mut found: HashMap<(Why, String, Vec<Place>), Irrevocable> = HashMap::new();
    for ((why, chain), i) in &all.irrevocables {
        let call = match chain.first().and_then(|n| site::get(*n)).map(|s| s.target.clone()) {
            Some(Target::Call(name)) => name,
            _ => String::new(),
        };
        let places: Vec<Place> = chain.iter().map(|n| Place::of(*n)).collect();
        let e = found.entry((*why, call.clone(), places.clone())).or_insert(Irrevocable {
            why: *why,
            call,
            chain: places,
            times: 0,
            time: Duration::ZERO,
        });
        e.times += i.times;
        e.time += i.time;
    }
    let mut found: Vec<Irrevocable> = found.into_values().collect();
    // What the library does on its own, as when a thread starts, tells nobody anything.
    found.retain(|i| i.chain.iter().any(Place::is_own) && (i.why != Why::AfterEffect || i.time >= SHORT));
    found.sort_by_key(|i| (std::cmp::Reverse(i.time), i.chain.first().map(|p| p.line)));
    found
}
