//! Every pair of short transactions on two objects, in two threads, enumerated.
//!
//! Whatever the interleaving, there must be an order of the two in which each has read what it would have read if it had run
//! alone, aborted ones too (opacity: Guerraoui and Kapalka, PPoPP'08), and after which the objects are as they are found.

use super::two;
use crate::common::{Object, Thread, object};
use vasuki_stm::Conflict;

/// What a transaction does.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Step {
    Read(usize),
    Write(usize),
}
/// A transaction: its steps, before which of them it becomes irrevocable, and whether it aborts itself at its end.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    steps: Vec<Step>,
    irrevocable_from: Option<usize>,
    aborts: bool,
}
impl Plan {
    /// All plans of `length` steps.
    fn all(length: usize) -> Vec<Plan> {
        let mut lists = vec![Vec::new()];
        for _ in 0..length {
            let longer = |l: &Vec<Step>| {
                [Step::Read(0), Step::Read(1), Step::Write(0), Step::Write(1)].map(|s| {
                    let mut l = l.clone();
                    l.push(s);
                    l
                })
            };
            lists = lists.iter().flat_map(longer).collect();
        }
        let ends = (0..length).map(|i| (Some(i), false)).chain([(None, false), (None, true)]);
        let plans = ends.flat_map(|(irrevocable_from, aborts)| {
            lists.iter().map(move |steps| Plan {
                steps: steps.clone(),
                irrevocable_from,
                aborts,
            })
        });
        plans.collect()
    }
    /// The same with the objects exchanged.
    fn mirrored(&self) -> Plan {
        let steps = self.steps.iter().map(|s| match s {
            Step::Read(i) => Step::Read(1 - i),
            Step::Write(i) => Step::Write(1 - i),
        });
        Plan {
            steps: steps.collect(),
            ..self.clone()
        }
    }
    fn touches(&self, object: usize) -> bool {
        self.steps
            .iter()
            .any(|s| matches!(*s, Step::Read(i) | Step::Write(i) if i == object))
    }
    fn writes(&self) -> bool {
        self.steps.iter().any(|s| matches!(s, Step::Write(_)))
    }
    /// Runs it. Each write stores a value of its own into both words of the object.
    fn run(&self, t: &mut Thread, values: u64, objects: [&'static Object; 2]) -> Outcome {
        let mut seen = Vec::new();
        let end = t.attempt(|t| {
            for (i, s) in self.steps.iter().enumerate() {
                if self.irrevocable_from == Some(i) {
                    t.tx.become_irrevocable(t.w)?;
                }
                match *s {
                    Step::Read(o) => {
                        let [a, b] = t.read_all(objects[o])?;
                        assert_eq!(a, b, "a torn read");
                        seen.push(a);
                    }
                    Step::Write(o) => {
                        t.write(objects[o], 0, values + i as u64)?;
                        t.write(objects[o], 1, values + i as u64)?;
                    }
                }
            }
            if self.aborts { Err(Conflict) } else { Ok(()) }
        });
        Outcome {
            seen,
            committed: end.is_ok(),
        }
    }
    /// Runs it alone on `state`. None: it would have read something else.
    fn replay(&self, values: u64, outcome: &Outcome, state: [u64; 2]) -> Option<[u64; 2]> {
        let (mut now, mut seen) = (state, outcome.seen.iter());
        for (i, s) in self.steps.iter().enumerate() {
            match *s {
                Step::Read(o) => match seen.next() {
                    Some(&v) if v != now[o] => return None,
                    Some(_) => {}
                    // It was aborted here.
                    None => break,
                },
                Step::Write(o) => now[o] = values + i as u64,
            }
        }
        Some(if outcome.committed { now } else { state })
    }
}
/// What a run of a plan has read, and how it ended.
struct Outcome {
    seen: Vec<u64>,
    committed: bool,
}

/// Pairs of plans that can be told apart: not those that differ in the names of objects or threads only, or in which the two
/// have nothing to do with each other.
pub fn all(length: usize) -> Vec<(Plan, Plan)> {
    let plans = Plan::all(length);
    let place = |p: &Plan| plans.iter().position(|q| q == p);
    let mut pairs = Vec::new();
    for (i, a) in plans.iter().enumerate() {
        for (j, b) in plans.iter().enumerate() {
            let is_first = |x: Option<usize>, y: Option<usize>| (Some(i), Some(j)) <= (x, y);
            let (c, d) = (place(&a.mirrored()), place(&b.mirrored()));
            let meets = (0..2).any(|o| a.touches(o) && b.touches(o)) && (a.writes() || b.writes());
            if meets && is_first(Some(j), Some(i)) && is_first(c, d) && is_first(d, c) {
                pairs.push((a.clone(), b.clone()));
            }
        }
    }
    pairs
}

const VALUES: [u64; 2] = [10, 20];

/// Runs both, in two threads.
pub fn model(a: &Plan, b: &Plan) {
    let objects = [object([0, 0]), object([0, 0])];
    let (mine, theirs) = (a.clone(), b.clone());
    let (x, y) = two(|t| mine.run(t, VALUES[0], objects), move |t| theirs.run(t, VALUES[1], objects));
    let end = objects.map(Object::quiet);
    let order = |p: &Plan, q: &Plan, (v, w): (u64, u64), (o, r): (&Outcome, &Outcome)| {
        p.replay(v, o, [0, 0]).and_then(|s| q.replay(w, r, s)) == Some(end)
    };
    let serial = order(a, b, (VALUES[0], VALUES[1]), (&x, &y)) || order(b, a, (VALUES[1], VALUES[0]), (&y, &x));
    assert!(
        serial,
        "no order explains {a:?} that saw {:?} beside {b:?} that saw {:?}: {end:?}",
        x.seen, y.seen
    );
}
