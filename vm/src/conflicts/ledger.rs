//! What a thread has lost to others, added up.

use super::recorder::Why;
use super::subject::Subject;
use super::timeline::Timeline;
use rustc_hash::FxHashMap;
use std::time::Duration;

/// Keys that are named; of more it is said that there are more.
const KEYS: usize = 3;

/// Two places that want the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Pair {
    /// site of what was undone, or waited
    pub(super) loser: u32,
    /// site of what the other thread did, perhaps with [`HELD`](super::openers::HELD)
    pub(super) winner: u32,
    /// layout and shape of the object
    pub(super) object: (u8, u32),
}
/// What a pair of places has cost.
#[derive(Clone, Default)]
pub(super) struct Cost {
    pub(super) subject: Subject,
    /// keys or indices that it was about
    pub(super) keys: Vec<String>,
    pub(super) more_keys: bool,
    pub(super) aborts: u64,
    pub(super) waits: u64,
    /// of attempts that were undone
    pub(super) lost: Duration,
    pub(super) waited: Duration,
}
impl Cost {
    /// Asks for the key, if not all is known of the keys.
    pub(super) fn note_key(&mut self, key: impl FnOnce() -> Option<String>) {
        if !self.more_keys
            && let Some(k) = key()
        {
            self.add_key(k);
        }
    }
    fn add_key(&mut self, key: String) {
        if self.keys.contains(&key) {
            return;
        }
        if self.keys.len() < KEYS {
            self.keys.push(key);
        } else {
            self.more_keys = true;
        }
    }
    /// Adds what another thread has found.
    pub(super) fn merge(&mut self, other: &Cost) {
        other.keys.iter().for_each(|k| self.add_key(k.clone()));
        self.more_keys |= other.more_keys;
        self.aborts += other.aborts;
        self.waits += other.waits;
        self.lost += other.lost;
        self.waited += other.waited;
    }
}
/// How often something has become irrevocable, and for how long.
#[derive(Clone, Copy, Default)]
pub(super) struct Irrevocables {
    pub(super) times: u64,
    pub(super) time: Duration,
}

/// See the module.
#[derive(Clone, Default)]
pub(super) struct Ledger {
    pub(super) name: String,
    /// since the start of the program
    pub(super) began: Duration,
    pub(super) ended: Option<Duration>,
    pub(super) pairs: FxHashMap<Pair, Cost>,
    /// by reason and chain of calls
    pub(super) irrevocables: FxHashMap<(Why, Vec<u32>), Irrevocables>,
    /// aborts that were about no object
    pub(super) other_aborts: u64,
    pub(super) other_lost: Duration,
    pub(super) timeline: Timeline,
}
impl Ledger {
    /// The cost of a pair. `subject` is asked for if it is new.
    pub(super) fn pair(&mut self, pair: Pair, subject: impl FnOnce() -> Subject) -> &mut Cost {
        self.pairs.entry(pair).or_insert_with(|| Cost {
            subject: subject(),
            ..Cost::default()
        })
    }
    /// Adds another ledger, whose thread has ended, but not its timeline.
    pub(super) fn merge(&mut self, other: &Ledger) {
        for (pair, cost) in &other.pairs {
            self.pair(*pair, || cost.subject.clone()).merge(cost);
        }
        for (chain, i) in &other.irrevocables {
            let own = self.irrevocables.entry(chain.clone()).or_default();
            own.times += i.times;
            own.time += i.time;
        }
        self.other_aborts += other.other_aborts;
        self.other_lost += other.other_lost;
    }
}
