//! What a thread notes while it runs.

use super::ledger::{Cost, Ledger, Pair};
use super::misses::{Miss, Misses};
use super::openers::{HELD, Tables};
use super::site::{self, Cache, NOWHERE};
use super::stamp::Attempts;
use super::subject::{self, Subject, Subjects};
use super::unbooked::Unbooked;
use super::{Activity, Records, lock, records};
use crate::interp::State;
use crate::object::Header;
use crate::thread::{Thread, is_shared};
use crate::throw::R;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use vasuki_stm::{Cause, Test};

/// Calls of a chain that are kept.
const LONGEST_CHAIN: usize = 12;
/// Ledgers of threads that have ended; more are added up.
const LEDGERS: usize = 200;

/// Why a transaction has become irrevocable.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Why {
    /// the program has called something with an effect outside
    Effect,
    /// native code went on after such a call, or after Python code in which a transaction has ended
    AfterEffect,
    /// it was undone again and again
    Aborts,
}

/// What has undone the running transaction.
enum Lost {
    /// known while its log is still there: the object, where the thread has used it, and who has asked for it, if anybody
    Noted(*const Header, (u32, Value), Option<u32>),
    /// an object, and if it is known where the thread has used it, the key there
    Object(*const Header, Pair, Subject, Option<String>),
    Other,
}
/// The thread has waited, in this transaction, for an object that it has in its log now.
struct Wait {
    object: *const Header,
    here: (u32, Value),
    /// where another thread had opened it, if that was looked up
    winner: Option<u32>,
    time: Duration,
}

/// A place that is not known, or not yet.
const ELSEWHERE: (u32, Value) = (NOWHERE, Value::EMPTY);

/// Where in the program a thread reaches for an object, and with which key.
#[derive(Clone, Copy)]
pub(crate) struct Spot {
    site: u32,
    pub(crate) key: Value,
}
impl Default for Spot {
    fn default() -> Spot {
        Spot {
            site: NOWHERE,
            key: Value::EMPTY,
        }
    }
}

/// See the module.
pub struct Recorder {
    records: &'static Records,
    ledger: Arc<Mutex<Ledger>>,
    sites: Cache,
    opened: Tables,
    subjects: Subjects,
    /// undone attempts of which it is not known what they have lost where
    misses: Misses,
    /// where the thread has reached for an object last, as far as that was noted, and with which key
    here: (u32, Value),
    /// the object then
    at: *const Header,
    /// the place of what was put off and is done now
    settles: Option<Spot>,
    attempts: Attempts,
    lost: Option<Lost>,
    /// what the attempt has waited that was undone last
    waited: Duration,
    /// what the running transaction has met, with the keys: more is done when it has ended, as others may be waiting for what it
    /// has open
    met: Vec<Wait>,
    found: Vec<(Miss, Value)>,
    /// what those have lost that have ended
    unbooked: Unbooked,
    /// there is something to do when the running transaction commits
    noted: bool,
    /// since when, and why, the running transaction is irrevocable
    irrevocable: Option<(Instant, Why, Vec<u32>)>,
}

impl Recorder {
    /// For a thread that begins; None: nothing is recorded.
    pub(crate) fn new() -> Option<Box<Recorder>> {
        let records = records()?;
        let mut all = lock(&records.ledgers);
        let ledger = Arc::new(Mutex::new(Ledger {
            name: match records.threads.fetch_add(1, Relaxed) {
                0 => "main thread".into(),
                n => format!("thread {n}"),
            },
            began: records.began.elapsed(),
            ..Ledger::default()
        }));
        all.push(Arc::clone(&ledger));
        Some(Box::new(Recorder {
            records,
            ledger,
            sites: Cache::default(),
            opened: records.openers.tables(),
            subjects: Subjects::default(),
            misses: Misses::default(),
            here: ELSEWHERE,
            at: std::ptr::null(),
            settles: None,
            attempts: Attempts::NONE,
            lost: None,
            waited: Duration::ZERO,
            met: Vec::new(),
            found: Vec::new(),
            unbooked: Unbooked::default(),
            noted: false,
            irrevocable: None,
        }))
    }
    /// Calls `f` with the words that the collector must know.
    pub(crate) fn roots(&self, f: &mut dyn FnMut(u64)) {
        f(self.here.1.0);
        self.met.iter().for_each(|w| f(w.here.1.0));
        self.found.iter().for_each(|(_, key)| f(key.0));
    }
    /// Where the thread is.
    pub(crate) fn spot(&mut self, interp: &State) -> Spot {
        let (site, key) = self.sites.here(interp);
        Spot { site, key }
    }
    /// What was put off at a place is done from now on; None: it has been.
    pub(crate) fn settles(&mut self, place: Option<Spot>) {
        self.settles = place;
    }
    /// A transaction begins.
    #[inline]
    pub(crate) fn begin(&mut self) {
        self.attempts.next();
    }
    /// The thread was doing something from then until now.
    pub(crate) fn did(&mut self, what: Activity, since: Instant) {
        let (from, to) = (since.saturating_duration_since(self.records.began), self.records.began.elapsed());
        let mut ledger = lock(&self.ledger);
        ledger.timeline.add(what, from, to);
        self.unbooked.book(&mut ledger, from);
        self.attempts.pause();
    }
    /// The thread uses an object where it is now, for which it has waited or attempts were undone.
    #[cold]
    fn meets(&mut self, object: &Header, time: Duration, snapshot: u64) {
        if time > Duration::ZERO {
            let winner = self.unbooked.looks_up(time).then(|| self.last_opener(object, snapshot));
            self.met.push(Wait {
                object,
                here: self.here,
                winner,
                time,
            });
        }
        for mut miss in self.misses.take(object) {
            miss.pair.loser = self.here.0;
            self.found.push((miss, self.here.1));
        }
        self.noted = true;
    }
    /// The transaction with this snapshot has ended just now: its objects are still there. Gives what it has waited.
    fn add_up(&mut self, snapshot: u64) -> Duration {
        let mut all = Duration::ZERO;
        while let Some(w) = self.met.pop() {
            let object = subject::key_of(w.object);
            let winner = w.winner.or_else(|| self.unbooked.winner(w.here.0, object));
            let pair = Pair {
                loser: w.here.0,
                winner: winner.unwrap_or_else(|| self.last_opener(w.object, snapshot)),
                object,
            };
            let (subject, key) = (|| Subject::new(w.object), || subject::key_text(w.here.1));
            self.unbooked.wait(pair, subject, key, w.time);
            all += w.time;
        }
        for (miss, key) in self.found.drain(..) {
            self.unbooked.undone(miss.pair, &miss.cost, || subject::key_text(key));
        }
        if self.unbooked.is_much() {
            self.book();
        }
        all
    }
    /// The transaction has committed, and something was noted in it.
    #[cold]
    fn commit(&mut self, snapshot: u64) {
        self.add_up(snapshot);
        if let Some((since, why, chain)) = self.irrevocable.take() {
            self.did(Activity::Irrevocable, since);
            let mut ledger = lock(&self.ledger);
            let i = ledger.irrevocables.entry((why, chain)).or_default();
            i.times += 1;
            i.time += since.elapsed();
        }
        for m in self.misses.committed().into_iter().flatten() {
            self.unbooked.undone(m.pair, &m.cost, || None);
        }
        self.noted = self.misses.are_any();
    }
    /// Puts what is only known here into the ledger.
    pub(super) fn book(&mut self) {
        self.unbooked.book(&mut lock(&self.ledger), self.records.began.elapsed());
        self.attempts.compare();
    }
    /// The site where another thread has opened it. `snapshot`: of the running transaction.
    fn last_opener(&mut self, object: *const Header, snapshot: u64) -> u32 {
        self.opened.others(&self.records.openers, object, snapshot)
    }
}
impl Drop for Recorder {
    fn drop(&mut self) {
        let records = self.records;
        for m in self.misses.take_all() {
            self.unbooked.undone(m.pair, &m.cost, || None);
        }
        self.book();
        lock(&self.ledger).ended = Some(records.began.elapsed());
        records.openers.ended(&self.opened);
        let mut all = lock(&records.ledgers);
        if all.len() > LEDGERS && !Arc::ptr_eq(&all[0], &self.ledger) {
            all.retain(|l| !Arc::ptr_eq(l, &self.ledger));
            lock(&all[0]).merge(&lock(&self.ledger));
        }
    }
}

impl Thread {
    /// Is it to be noted where the program reads this object, or may be?
    #[inline(always)]
    pub(crate) fn notes_read(&self, h: &Header) -> bool {
        match &self.recorder {
            None => false,
            Some(rec) => rec.misses.has(h) || self.tx.irrevocable || self.tx.is_open_elsewhere(self.world, h),
        }
    }
    /// [`Thread::read`] of an object that has to be logged.
    #[cold]
    #[inline(never)]
    pub(crate) fn read_recorded<T>(&mut self, h: &Header, f: impl Fn() -> T) -> R<T> {
        let before = self.reach(h);
        let r = self.tx.read_and_log(self.world, h, f);
        self.note_read(h, before, r.is_ok());
        Ok(r?)
    }
    /// [`Thread::read_part`].
    #[cold]
    #[inline(never)]
    pub(crate) fn read_part_recorded<T>(
        &mut self,
        h: &Header,
        f: impl Fn() -> T,
        test: Test,
        log: impl Fn(&T) -> Option<[u64; 3]>,
    ) -> R<T> {
        let before = self.reach(h);
        let r = self.tx.read_part(self.world, h, f, test, log);
        self.note_read(h, before, r.is_ok());
        Ok(r?)
    }
    /// [`Thread::write`] of an object that the transaction has not opened.
    #[cold]
    #[inline(never)]
    pub(crate) fn open_recorded(&mut self, h: &Header, words: usize) -> R<()> {
        let before = self.reach(h);
        let r = self.tx.open(self.world, h, words);
        if r.is_err() || is_shared(h) {
            self.note_opened(h, before, r.is_ok());
        }
        Ok(r?)
    }
    /// [`Thread::try_read_card`]: there is no wait to be noted.
    #[cold]
    #[inline(never)]
    pub(crate) fn read_card_recorded<T>(&mut self, card: &Header, f: impl Fn() -> T) -> Option<T> {
        if self.interp.after_effect {
            return None;
        }
        let v = self.tx.read_card(self.world, card, f)?;
        self.note_read(card, self.world.waited(), true);
        Some(v)
    }
    /// [`Thread::try_open_card`]: there is no wait to be noted.
    ///
    /// # Safety
    /// That of `Tx::open_card`.
    #[cold]
    #[inline(never)]
    pub(crate) unsafe fn open_card_recorded(&mut self, card: &Header, words: &[AtomicU64]) -> bool {
        // SAFETY: the caller's promise.
        if self.interp.after_effect || !unsafe { self.tx.open_card(self.world, card, words) } {
            return false;
        }
        self.note_opened(card, self.world.waited(), true);
        true
    }
    /// The thread is about to reach for an object. Gives how long it has waited for others.
    #[inline(always)]
    fn reach(&mut self, h: &Header) -> u64 {
        if self.tx.is_open_elsewhere(self.world, h) {
            self.set_here(h);
        }
        self.world.waited()
    }
    /// Where the thread is: for itself, and for those that it asks for something.
    #[inline]
    fn set_here(&mut self, h: &Header) {
        if let Some(rec) = &mut self.recorder {
            rec.at = h;
            rec.here = match rec.settles {
                Some(p) => (p.site, p.key),
                None => rec.sites.here(&self.interp),
            };
            self.world.set_place(rec.here.0);
        }
    }
    /// An object has been read, or has not. `before`: what the thread had waited until then.
    fn note_read(&mut self, h: &Header, before: u64, done: bool) {
        self.set_here(h);
        if done {
            self.note_use(h, before, self.tx.irrevocable.then_some(HELD));
        }
    }
    /// An object has been opened, or has not.
    #[inline]
    fn note_opened(&mut self, h: &Header, before: u64, done: bool) {
        self.set_here(h);
        if done {
            self.note_use(h, before, Some(0));
        }
    }
    /// The thread uses an object where it is now; and has it open, or holds it (`flag`), if that is to be noted.
    #[inline]
    fn note_use(&mut self, h: &Header, before: u64, flag: Option<u32>) {
        let Some(rec) = &mut self.recorder else { return };
        let waited = self.world.waited();
        if waited != before || rec.misses.has(h) {
            rec.meets(h, Duration::from_nanos(waited.saturating_sub(before)), self.tx.snapshot());
        }
        if let Some(flag) = flag {
            rec.opened.note(h, rec.here.0 | flag, self.tx.snapshot());
        }
    }
    /// The transaction is about to be undone: what only its log can tell.
    pub(crate) fn record_abort(&mut self) {
        let cause = self.tx.take_cause();
        let wanted = self.interp.atomic.wants_to_wait();
        let Some(rec) = &mut self.recorder else { return };
        let (object, loser, winner) = match cause {
            _ if wanted => {
                rec.lost = None;
                return;
            }
            Cause::Changed(n) => (self.tx.read_entry(n), ELSEWHERE, None),
            Cause::ChangedPart(n) => (self.tx.part_entry(n), ELSEWHERE, None),
            // If others came between its look at the object and its use, it has not noted where that was.
            Cause::Busy(object) if std::ptr::eq(object, rec.at) => (Some(object), rec.here, None),
            Cause::Busy(object) => (Some(object), ELSEWHERE, None),
            Cause::Asked => {
                let (object, from) = self.world.asked_for();
                let object = Some(object).filter(|o| self.tx.is_in_log(*o));
                let own = object.and_then(|o| rec.opened.own(o));
                (object, own.map_or(ELSEWHERE, |site| (site, Value::EMPTY)), Some(from))
            }
            Cause::Turn | Cause::Other => (None, ELSEWHERE, None),
        };
        rec.lost = Some(object.map_or(Lost::Other, |o| Lost::Noted(o, loser, winner)));
        rec.irrevocable = None;
    }
    /// The transaction has been undone just now, and what it had open is free.
    pub(crate) fn record_undone(&mut self) {
        let Some(rec) = &mut self.recorder else { return };
        rec.waited = rec.add_up(self.tx.snapshot());
        if let Some(Lost::Noted(object, (loser, key), winner)) = rec.lost {
            let (kind, subject) = rec.subjects.of(object);
            let pair = Pair {
                loser,
                winner: winner.unwrap_or_else(|| rec.last_opener(object, self.tx.snapshot())),
                object: kind,
            };
            let wanted = loser != NOWHERE && rec.unbooked.wants_key(&pair);
            let key = wanted.then(|| subject::key_text(key)).flatten();
            rec.lost = Some(Lost::Object(object, pair, subject, key));
        }
    }
    /// The transaction has been undone, and whatever had to be waited for has been: the next attempt begins now.
    pub(crate) fn record_lost_time(&mut self) {
        let Some(rec) = &mut self.recorder else { return };
        let Some(what) = rec.lost.take() else { return };
        let lost = rec.attempts.took().saturating_sub(rec.waited);
        rec.attempts.pause();
        match what {
            Lost::Object(object, mut pair, subject, key) => {
                let cost = Cost {
                    subject,
                    aborts: 1,
                    lost,
                    ..Cost::default()
                };
                if pair.loser == NOWHERE {
                    pair.loser = rec.sites.here(&self.interp).0;
                    rec.misses.add(Miss {
                        object,
                        pair,
                        cost,
                        commits: 0,
                    });
                    rec.noted = true;
                } else {
                    rec.unbooked.undone(pair, &cost, || key);
                    if rec.unbooked.is_much() {
                        rec.book();
                    }
                }
            }
            Lost::Noted(..) | Lost::Other => {
                let now = rec.records.began.elapsed();
                let mut ledger = lock(&rec.ledger);
                ledger.timeline.add(Activity::Lost, now.saturating_sub(lost), now);
                ledger.other_aborts += 1;
                ledger.other_lost += lost;
            }
        }
    }
    /// The transaction has become irrevocable.
    #[cold]
    pub(crate) fn record_irrevocable(&mut self, why: Why) {
        let Some(rec) = &mut self.recorder else { return };
        let chain = site::chain(&mut rec.sites, &self.interp, LONGEST_CHAIN);
        let here = rec.sites.here(&self.interp).0;
        let read = (0..self.tx.reads_logged()).filter_map(|n| self.tx.read_entry(n));
        let answered = (0..self.tx.parts_logged()).filter_map(|n| self.tx.part_entry(n));
        read.chain(answered)
            .for_each(|o| rec.opened.note(o, here | HELD, self.tx.snapshot()));
        // What the VM does on its own account is not the program's.
        rec.irrevocable = (!chain.is_empty()).then(|| (Instant::now(), why, chain));
        rec.noted = true;
    }
    /// The transaction has committed.
    #[inline]
    pub(crate) fn record_commit(&mut self) {
        if let Some(rec) = &mut self.recorder
            && rec.noted
        {
            rec.commit(self.tx.snapshot());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_booked_yet_is_booked_when_the_thread_ends() {
        crate::conflicts::start();
        let pair = |loser| Pair {
            loser,
            winner: 2,
            object: (1, 1),
        };
        let cost = Cost {
            aborts: 1,
            ..Cost::default()
        };
        let mut rec = Recorder::new().expect("recording has been started");
        let ledger = Arc::clone(&rec.ledger);
        rec.unbooked.wait(pair(1), Subject::default, || None, Duration::from_micros(1));
        rec.misses.add(Miss {
            object: std::ptr::without_provenance(8),
            pair: pair(3),
            cost,
            commits: 0,
        });
        assert!(lock(&ledger).pairs.is_empty());
        drop(rec);
        let found = lock(&ledger);
        assert_eq!((found.pairs[&pair(1)].waits, found.pairs[&pair(3)].aborts), (1, 1));
    }
}
