//! What a thread has lost that its ledger does not have yet. Most waits, and many attempts that are undone, are shorter than it
//! takes to add one up there, where others may look at it, and to ask for the time: so that is done for many at once.

use super::Activity;
use super::ledger::{Cost, Ledger, Pair};
use super::subject::Subject;
use std::time::Duration;

/// Waits of a thread of which each is looked up for whom it was; and how long a later one is of which that is done too.
const FIRST: u32 = 256;
const IS_LONG: Duration = Duration::from_micros(10);
/// Waits and attempts, and their time, after which they go to the ledger.
const MANY: u32 = 32;
const LONG: Duration = Duration::from_micros(50);

/// See the module.
#[derive(Default)]
pub(super) struct Unbooked {
    pairs: Vec<(Pair, Cost)>,
    count: u32,
    waited: Duration,
    lost: Duration,
    /// waits that were looked up
    looked_up: u32,
}
impl Unbooked {
    /// Is it looked up who had opened the object for which the thread has waited? That takes longer than most waits, as it is
    /// in another processor's cache. Else it is told from others of that place ([`Unbooked::winner`]).
    pub(super) fn looks_up(&mut self, wait: Duration) -> bool {
        let first = self.looked_up < FIRST;
        self.looked_up += u32::from(first);
        first || wait >= IS_LONG
    }
    /// For whom the thread has waited, or was undone, at this place for an object of this kind, the last time, if it is known.
    pub(super) fn winner(&self, loser: u32, object: (u8, u32)) -> Option<u32> {
        let same = |p: &&(Pair, Cost)| p.0.loser == loser && p.0.object == object;
        self.pairs.iter().rev().find(same).map(|p| p.0.winner)
    }
    /// One more wait. The subject is asked for if the pair is new, the key as by [`Cost::note_key`].
    pub(super) fn wait(&mut self, pair: Pair, subject: impl FnOnce() -> Subject, key: impl FnOnce() -> Option<String>, time: Duration) {
        let cost = self.cost(pair, subject);
        cost.waits += 1;
        cost.waited += time;
        cost.note_key(key);
        self.count += 1;
        self.waited += time;
    }
    /// Attempts that were undone.
    pub(super) fn undone(&mut self, pair: Pair, cost: &Cost, key: impl FnOnce() -> Option<String>) {
        let own = self.cost(pair, || cost.subject.clone());
        own.merge(cost);
        own.note_key(key);
        self.count += 1;
        self.lost += cost.lost;
    }
    fn cost(&mut self, pair: Pair, subject: impl FnOnce() -> Subject) -> &mut Cost {
        let known = self.pairs.iter().position(|p| p.0 == pair);
        let i = known.unwrap_or_else(|| {
            let cost = Cost {
                subject: subject(),
                ..Cost::default()
            };
            self.pairs.push((pair, cost));
            self.pairs.len() - 1
        });
        &mut self.pairs[i].1
    }
    /// Can one more key change what is known of the pair's?
    pub(super) fn wants_key(&self, pair: &Pair) -> bool {
        self.pairs.iter().find(|p| p.0 == *pair).is_none_or(|p| !p.1.more_keys)
    }
    /// Is it time for [`Unbooked::book`]?
    pub(super) fn is_much(&self) -> bool {
        self.count >= MANY || self.waited + self.lost >= LONG
    }
    /// Moves all to the ledger. `now`: since the program's start.
    pub(super) fn book(&mut self, ledger: &mut Ledger, now: Duration) {
        let waits = now.saturating_sub(self.waited);
        ledger.timeline.add(Activity::Waiting, waits, now);
        ledger.timeline.add(Activity::Lost, waits.saturating_sub(self.lost), waits);
        for (pair, cost) in self.pairs.drain(..) {
            ledger.pair(pair, || cost.subject.clone()).merge(&cost);
        }
        (self.count, self.waited, self.lost) = (0, Duration::ZERO, Duration::ZERO);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(loser: u32, winner: u32) -> Pair {
        Pair {
            loser,
            winner,
            object: (1, 1),
        }
    }
    fn wait(all: &mut Unbooked, pair: Pair, micros: u64) -> bool {
        let key = || Some(pair.loser.to_string());
        all.wait(pair, Subject::default, key, Duration::from_micros(micros));
        all.is_much()
    }

    #[test]
    fn costs_are_added_up_by_pair_and_booked_when_they_are_many_or_long() {
        let (mut all, mut ledger) = (Unbooked::default(), Ledger::default());
        let lost = Cost {
            aborts: 2,
            lost: Duration::from_micros(15),
            ..Cost::default()
        };
        assert!(!wait(&mut all, pair(1, 2), 1) && !wait(&mut all, pair(3, 2), 20));
        all.undone(pair(1, 2), &lost, || Some("k".into()));
        assert!(!all.is_much() && wait(&mut all, pair(1, 2), 14));
        all.book(&mut ledger, Duration::from_millis(1));
        let found = |ledger: &Ledger, loser| {
            let c = &ledger.pairs[&pair(loser, 2)];
            (c.waits, c.waited.as_micros(), c.aborts, c.keys.clone())
        };
        assert_eq!(found(&ledger, 1), (2, 15, 2, vec!["1".into(), "k".into()]));
        assert_eq!(found(&ledger, 3), (1, 20, 0, vec!["3".into()]));
        let (_, stretches) = ledger.timeline.stretched(0);
        let time = |what: Activity| stretches.iter().map(|s| s[what as usize]).sum::<u64>();
        assert_eq!((time(Activity::Waiting), time(Activity::Lost)), (35_000, 15_000));
        assert!((1..MANY).all(|_| !wait(&mut all, pair(1, 2), 0)) && wait(&mut all, pair(1, 2), 0));
        all.book(&mut ledger, Duration::from_millis(2));
        assert_eq!(found(&ledger, 1).0, 2 + u64::from(MANY));
    }

    #[test]
    fn the_first_waits_and_long_ones_are_looked_up_and_others_told_from_them() {
        let mut all = Unbooked::default();
        let short = Duration::from_nanos(300);
        assert!((0..FIRST).all(|_| all.looks_up(short)));
        assert!(!all.looks_up(short) && all.looks_up(IS_LONG));
        assert_eq!(all.winner(1, (1, 1)), None);
        for winner in [5, 6, 5] {
            wait(&mut all, pair(1, winner), 1);
        }
        wait(&mut all, pair(2, 7), 1);
        assert_eq!(
            (all.winner(1, (1, 1)), all.winner(2, (1, 1)), all.winner(1, (1, 2))),
            (Some(6), Some(7), None)
        );
    }
}
