//! What a thread notes while it runs.

use super::ledger::{Cost, Ledger, Pair};
use super::misses::{Miss, Misses};
use super::openers::{HELD, Opened};
use super::site::{self, Cache, NOWHERE};
use super::stamp::Attempts;
use super::subject::{self, Subject};
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
    /// an object, and if it is known where the thread has used it, the key there
    Object(*const Header, Pair, Subject, Option<String>),
    Other,
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
    opened: Arc<Opened>,
    /// undone attempts of which it is not known what they have lost where
    misses: Misses,
    /// where the thread has reached for an object last, as far as that was noted, and with which key
    here: (u32, Value),
    /// the object then
    at: *const Header,
    /// the place of what was put off and is done now
    settles: Option<Spot>,
    attempts: Attempts,
    /// what the running one has waited, as far as that is booked
    booked: Duration,
    lost: Option<Lost>,
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
            opened: records.openers.table(),
            misses: Misses::default(),
            here: ELSEWHERE,
            at: std::ptr::null(),
            settles: None,
            attempts: Attempts::NONE,
            booked: Duration::ZERO,
            lost: None,
            irrevocable: None,
        }))
    }
    /// Calls `f` with the words that the collector must know.
    pub(crate) fn roots(&self, f: &mut dyn FnMut(u64)) {
        f(self.here.1.0);
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
        self.booked = Duration::ZERO;
    }
    /// The thread was doing something from then until now.
    pub(crate) fn did(&mut self, what: Activity, since: Instant) {
        let (from, to) = (since.saturating_duration_since(self.records.began), self.records.began.elapsed());
        lock(&self.ledger).timeline.add(what, from, to);
        self.attempts.pause();
    }
    /// The thread has waited, until now, for an object that it has got then.
    #[cold]
    fn waited(&mut self, object: &Header, time: Duration) {
        let pair = Pair {
            loser: self.here.0,
            winner: self.last_opener(object),
            object: subject::key_of(object),
        };
        let now = self.records.began.elapsed();
        let mut ledger = lock(&self.ledger);
        ledger.timeline.add(Activity::Waiting, now.saturating_sub(time), now);
        let cost = ledger.pair(pair, || Subject::new(object), subject::key_text(self.here.1));
        cost.waits += 1;
        cost.waited += time;
        self.booked += time;
    }
    /// The site where another thread has opened it.
    fn last_opener(&self, object: *const Header) -> u32 {
        self.records.openers.last(object, &self.opened)
    }
    /// The thread is where it uses an object for which attempts were undone.
    #[cold]
    fn found(&mut self, object: &Header) {
        let mut ledger = lock(&self.ledger);
        for mut miss in self.misses.take(object) {
            miss.pair.loser = self.here.0;
            miss.book(&mut ledger, subject::key_text(self.here.1));
        }
    }
}
impl Drop for Recorder {
    fn drop(&mut self) {
        let records = self.records;
        let mut own = lock(&self.ledger);
        self.misses.take_all().for_each(|m| m.book(&mut own, None));
        own.ended = Some(records.began.elapsed());
        drop(own);
        records.openers.ended(Arc::clone(&self.opened));
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
            self.note_opened(h, before, r.is_ok(), 0);
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
        self.note_opened(card, self.world.waited(), true, 0);
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
        if self.tx.irrevocable {
            self.note_opened(h, before, done, HELD);
        } else {
            self.note_use(h, before, done);
        }
    }
    /// An object has been opened, or has not, or is held (`flag`).
    #[inline]
    fn note_opened(&mut self, h: &Header, before: u64, done: bool, flag: u32) {
        self.note_use(h, before, done);
        if let Some(rec) = &mut self.recorder
            && done
        {
            rec.opened.note(h, rec.here.0 | flag, self.tx.snapshot());
        }
    }
    /// The thread uses an object where it is now, or could not.
    #[inline]
    fn note_use(&mut self, h: &Header, before: u64, done: bool) {
        self.set_here(h);
        let waited = self.world.waited().saturating_sub(before);
        if let Some(rec) = &mut self.recorder
            && done
        {
            if waited > 0 {
                rec.waited(h, Duration::from_nanos(waited));
            }
            if rec.misses.has(h) {
                rec.found(h);
            }
        }
    }
    /// The transaction is about to be undone.
    pub(crate) fn record_abort(&mut self) {
        let cause = self.tx.take_cause();
        let wanted = self.interp.atomic.wants_to_wait();
        let Some(rec) = &mut self.recorder else { return };
        let (object, (loser, key), winner) = match cause {
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
                let own = object.and_then(|o| rec.opened.last(o));
                (object, own.map_or(ELSEWHERE, |o| (o.0, Value::EMPTY)), Some(from))
            }
            Cause::Turn | Cause::Other => (None, ELSEWHERE, None),
        };
        rec.lost = Some(match object {
            Some(o) => {
                let pair = Pair {
                    loser,
                    winner: winner.unwrap_or_else(|| rec.last_opener(o)),
                    object: subject::key_of(o),
                };
                Lost::Object(o, pair, Subject::new(o), subject::key_text(key))
            }
            None => Lost::Other,
        });
        rec.irrevocable = None;
    }
    /// The transaction has been undone, and whatever had to be waited for has been: the next attempt begins now.
    pub(crate) fn record_lost_time(&mut self) {
        let Some(rec) = &mut self.recorder else { return };
        let Some(what) = rec.lost.take() else { return };
        let took = rec.attempts.took();
        rec.attempts.pause();
        let began = rec.records.began.elapsed().saturating_sub(took);
        let lost = took.saturating_sub(rec.booked);
        let mut ledger = lock(&rec.ledger);
        ledger.timeline.add(Activity::Lost, began, began + lost);
        match what {
            Lost::Object(object, pair, subject, key) => {
                let cost = Cost {
                    subject,
                    aborts: 1,
                    lost,
                    ..Cost::default()
                };
                let mut miss = Miss {
                    object,
                    pair,
                    cost,
                    commits: 0,
                };
                if pair.loser == NOWHERE {
                    miss.pair.loser = rec.sites.here(&self.interp).0;
                    rec.misses.add(miss);
                } else {
                    miss.book(&mut ledger, key);
                }
            }
            Lost::Other => {
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
    }
    /// The transaction has committed.
    pub(crate) fn record_commit(&mut self) {
        let Some(rec) = &mut self.recorder else { return };
        if let Some((since, why, chain)) = rec.irrevocable.take() {
            rec.did(Activity::Irrevocable, since);
            let mut ledger = lock(&rec.ledger);
            let i = ledger.irrevocables.entry((why, chain)).or_default();
            i.times += 1;
            i.time += since.elapsed();
        }
        if let Some(late) = rec.misses.committed() {
            let mut ledger = lock(&rec.ledger);
            late.for_each(|m| m.book(&mut ledger, None));
        }
    }
}
