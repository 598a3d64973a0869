//! Histories of transactions on lists that are read and appended to, and the search for what no serial order explains: as in
//! Elle (Kingsbury and Alvaro, VLDB'20).
//!
//! Every value is appended once, so what a transaction has read of a list says which appends it has seen, and in which order. That
//! gives edges: from each append of a list to the next one (ww), from an append to who read it last (wr), from who read a list
//! to the append that came next (rw), and from each transaction of a thread to its next one. The history is serializable if
//! there is no cycle.

use std::collections::HashMap;

/// A step of a transaction on a list.
#[derive(Clone, Debug)]
pub enum Step {
    Append(usize, u64),
    Read(usize, Vec<u64>),
}
/// A transaction that has ended: its thread, its steps, has it committed?
#[derive(Clone, Debug)]
pub struct Record {
    pub thread: usize,
    pub steps: Vec<Step>,
    pub committed: bool,
}

/// What is wrong with a history; `ends` are the lists at its end.
pub fn anomaly(history: &[Record], ends: &[Vec<u64>]) -> Option<String> {
    let mut writer: HashMap<u64, usize> = HashMap::new();
    for (i, r) in history.iter().enumerate() {
        for s in &r.steps {
            if let Step::Append(list, v) = s {
                writer.insert(*v, i);
                let count = ends[*list].iter().filter(|x| *x == v).count();
                if count != usize::from(r.committed) {
                    return Some(format!("{v} is {count} times in list {list}; committed: {}", r.committed));
                }
            }
        }
    }
    let mut edges = vec![Vec::new(); history.len()];
    let mut edge = |from: usize, to: usize, why: String| {
        if from != to {
            edges[from].push((to, why));
        }
    };
    for end in ends {
        for w in end.windows(2) {
            edge(writer[&w[0]], writer[&w[1]], format!("{} before {}", w[0], w[1]));
        }
    }
    let mut last: HashMap<usize, usize> = HashMap::new();
    for (i, r) in history.iter().enumerate() {
        if let Some(before) = last.insert(r.thread, i) {
            edge(before, i, "the same thread".into());
        }
        // What it appends itself it sees too.
        let mut own: HashMap<usize, Vec<u64>> = HashMap::new();
        for s in &r.steps {
            match s {
                Step::Append(list, v) => own.entry(*list).or_default().push(*v),
                Step::Read(list, seen) => {
                    let own = own.get(list).map_or(&[][..], |o| o);
                    let Some(seen) = seen.strip_suffix(own) else {
                        return Some(format!("{seen:?} of list {list} does not end with the own {own:?}"));
                    };
                    if !ends[*list].starts_with(seen) {
                        return Some(format!("{seen:?} was never list {list}: {:?}", ends[*list]));
                    }
                    if let Some(v) = seen.last() {
                        edge(writer[v], i, format!("reads {v}"));
                    }
                    if let Some(v) = ends[*list].get(seen.len()) {
                        edge(i, writer[v], format!("does not see {v}"));
                    }
                }
            }
        }
    }
    cycle(&edges).map(|path| format!("a cycle: {}", path.join(", ")))
}
/// The reasons along a cycle.
fn cycle(edges: &[Vec<(usize, String)>]) -> Option<Vec<String>> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut state = vec![State::New; edges.len()];
    for start in 0..edges.len() {
        if state[start] != State::New {
            continue;
        }
        // (transaction, edges that have been followed)
        let mut path = vec![(start, 0)];
        state[start] = State::Open;
        while let Some((at, next)) = path.last_mut() {
            let Some((to, _)) = edges[*at].get(*next) else {
                state[*at] = State::Done;
                path.pop();
                continue;
            };
            *next += 1;
            match state[*to] {
                State::Done => {}
                State::New => {
                    state[*to] = State::Open;
                    path.push((*to, 0));
                }
                State::Open => {
                    let first = path.iter().position(|p| p.0 == *to).unwrap_or(0);
                    let why = |p: &(usize, usize)| format!("{} {}", p.0, edges[p.0][p.1 - 1].1);
                    return Some(path[first..].iter().map(why).collect());
                }
            }
        }
    }
    None
}

#[test]
fn anomalies_are_found() {
    use Step::{Append, Read};
    let record = |thread, committed, steps: &[Step]| Record {
        thread,
        steps: steps.to_vec(),
        committed,
    };
    let good = [
        record(0, true, &[Append(0, 1), Read(0, vec![1])]),
        record(1, true, &[Read(0, vec![1]), Append(1, 2)]),
        record(0, false, &[Append(0, 3), Read(1, vec![])]),
    ];
    assert_eq!(anomaly(&good, &[vec![1], vec![2]]), None);
    // A lost update, an aborted append that stayed, a list that never was.
    assert!(anomaly(&good, &[vec![], vec![2]]).unwrap().contains("0 times"));
    assert!(anomaly(&good, &[vec![1, 3], vec![2]]).unwrap().contains("1 times"));
    let never = [record(0, true, &[Append(0, 1)]), record(1, true, &[Append(0, 2), Read(0, vec![2])])];
    assert!(anomaly(&never, &[vec![2, 1]]).is_none());
    assert!(anomaly(&never, &[vec![1, 2]]).unwrap().contains("cycle"));
    let never = [record(0, true, &[Append(0, 1)]), record(1, true, &[Read(0, vec![9])])];
    assert!(anomaly(&never, &[vec![1]]).unwrap().contains("never"));
    // Write skew: each reads what the other has not written yet.
    let skew = [
        record(0, true, &[Read(0, vec![]), Append(1, 1)]),
        record(1, true, &[Read(1, vec![]), Append(0, 2)]),
    ];
    assert!(anomaly(&skew, &[vec![2], vec![1]]).unwrap().contains("cycle"));
    // A long fork: two readers see two appends in different orders.
    let fork = [
        record(0, true, &[Append(0, 1)]),
        record(1, true, &[Append(1, 2)]),
        record(2, true, &[Read(0, vec![1]), Read(1, vec![])]),
        record(3, true, &[Read(0, vec![]), Read(1, vec![2])]),
    ];
    assert!(anomaly(&fork, &[vec![1], vec![2]]).unwrap().contains("cycle"));
    // A thread goes back in time.
    let back = [
        record(0, true, &[Append(0, 1)]),
        record(1, true, &[Read(0, vec![1])]),
        record(1, true, &[Read(0, vec![])]),
    ];
    assert!(anomaly(&back, &[vec![1]]).unwrap().contains("cycle"));
}
