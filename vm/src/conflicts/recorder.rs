//! What a thread notes while it runs.

use super::ledger::{Ledger, Pair};
use super::openers::HELD;
use super::site::{self, Cache, NOWHERE};
use super::stamp::Stamp;
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
    /// native code went on after such a call
    AfterEffect,
    /// it was undone again and again
    Aborts,
}

/// A conflict that has undone the running transaction.
enum Lost {
    Pair(Pair, Subject, Option<String>),
    Other,
}

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
    /// for each entry of the read log: where, and with which key
    reads: Vec<(u32, Value)>,
    /// the same for answers about parts
    parts: Vec<(u32, Value)>,
    /// where the thread has reached for an object last, and with which key
    here: (u32, Value),
    /// the place of what was put off and is done now
    settles: Option<Spot>,
    /// when the running attempt has reached for an object first
    began: Stamp,
    /// what it has waited, as far as that is booked
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
            reads: Vec::new(),
            parts: Vec::new(),
            here: (NOWHERE, Value::EMPTY),
            settles: None,
            began: Stamp::NONE,
            booked: Duration::ZERO,
            lost: None,
            irrevocable: None,
        }))
    }
    /// Calls `f` with the words that the collector must know.
    pub(crate) fn roots(&self, f: &mut dyn FnMut(u64)) {
        self.reads.iter().chain(&self.parts).for_each(|r| f(r.1.0));
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
        self.reads.clear();
        self.parts.clear();
        self.began = Stamp::NONE;
        self.booked = Duration::ZERO;
    }
    /// The thread was doing something from then until now.
    pub(crate) fn did(&self, what: Activity, since: Instant) {
        let (from, to) = (since.saturating_duration_since(self.records.began), self.records.began.elapsed());
        lock(&self.ledger).timeline.add(what, from, to);
    }
    /// The thread has waited, until now, for an object that it has got then.
    #[cold]
    fn waited(&mut self, object: &Header, winner: u32, time: Duration) {
        let pair = Pair {
            loser: self.here.0,
            winner,
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
}
impl Drop for Recorder {
    fn drop(&mut self) {
        lock(&self.ledger).ended = Some(self.records.began.elapsed());
        let mut all = lock(&self.records.ledgers);
        if all.len() > LEDGERS && !Arc::ptr_eq(&all[0], &self.ledger) {
            all.retain(|l| !Arc::ptr_eq(l, &self.ledger));
            lock(&all[0]).merge(&lock(&self.ledger));
        }
    }
}

impl Thread {
    /// [`Thread::read`] of an object that has to be logged.
    #[cold]
    #[inline(never)]
    pub(crate) fn read_recorded<T>(&mut self, h: &Header, f: impl Fn() -> T) -> R<T> {
        let before = self.reach();
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
        let before = self.reach();
        let r = self.tx.read_part(self.world, h, f, test, log);
        self.note_read(h, before, r.is_ok());
        Ok(r?)
    }
    /// An object has been read, or has not. `before`: what the thread had waited until then.
    fn note_read(&mut self, h: &Header, before: u64, done: bool) {
        let (logged, parts) = (self.tx.reads_logged(), self.tx.parts_logged());
        if let Some(rec) = &mut self.recorder {
            rec.reads.resize(logged, rec.here);
            rec.parts.resize(parts, rec.here);
            let waited = self.world.waited().saturating_sub(before);
            if done && waited > 0 {
                rec.waited(h, rec.records.openers.last(h), Duration::from_nanos(waited));
            }
            if self.tx.irrevocable {
                rec.records.openers.note(h, rec.here.0 | HELD);
            }
        }
    }
    /// [`Thread::write`] of an object that the transaction has not opened.
    #[cold]
    #[inline(never)]
    pub(crate) fn open_recorded(&mut self, h: &Header, words: usize) -> R<()> {
        let before = self.reach();
        let r = self.tx.open(self.world, h, words);
        if r.is_ok()
            && is_shared(h)
            && let Some(rec) = &mut self.recorder
        {
            let waited = self.world.waited().saturating_sub(before);
            if waited > 0 {
                rec.waited(h, rec.records.openers.last(h), Duration::from_nanos(waited));
            }
            rec.records.openers.note(h, rec.here.0);
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
        self.reach();
        let logged = self.tx.reads_logged();
        if let Some(rec) = &mut self.recorder {
            rec.reads.resize(logged, rec.here);
        }
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
        self.reach();
        if let Some(rec) = &mut self.recorder {
            rec.records.openers.note(card, rec.here.0);
        }
        true
    }
    /// The thread is about to reach for an object. Gives how long it has waited for others.
    #[inline]
    fn reach(&mut self) -> u64 {
        if let Some(rec) = &mut self.recorder {
            if rec.began == Stamp::NONE {
                rec.began = Stamp::now();
            }
            rec.here = match rec.settles {
                Some(p) => (p.site, p.key),
                None => rec.sites.here(&self.interp),
            };
            self.world.set_place(rec.here.0);
        }
        self.world.waited()
    }
    /// The transaction is about to be undone.
    pub(crate) fn record_abort(&mut self) {
        let cause = self.tx.take_cause();
        let wanted = self.interp.atomic.wants_to_wait();
        let Some(rec) = &mut self.recorder else { return };
        let openers = &rec.records.openers;
        let (object, (loser, key), winner) = match cause {
            _ if wanted => {
                rec.lost = None;
                return;
            }
            Cause::Changed(n) => {
                let object = self.tx.read_entry(n);
                let read = rec.reads.get(n).copied().unwrap_or((NOWHERE, Value::EMPTY));
                (object, read, object.map_or(NOWHERE, |o| openers.last(o)))
            }
            Cause::ChangedPart(n) => {
                let object = self.tx.part_entry(n);
                let read = rec.parts.get(n).copied().unwrap_or((NOWHERE, Value::EMPTY));
                (object, read, object.map_or(NOWHERE, |o| openers.last(o)))
            }
            Cause::Busy(object) => (Some(object), rec.here, openers.last(object)),
            Cause::Asked => {
                let (object, from) = self.world.asked_for();
                let object = Some(object).filter(|o| self.tx.is_in_log(*o));
                let place = object.map_or(NOWHERE, |o| openers.last(o));
                (object, (place, Value::EMPTY), from)
            }
            Cause::Turn | Cause::Other => (None, (NOWHERE, Value::EMPTY), NOWHERE),
        };
        rec.lost = Some(match object {
            Some(o) => {
                let pair = Pair {
                    loser,
                    winner,
                    object: subject::key_of(o),
                };
                Lost::Pair(pair, Subject::new(o), subject::key_text(key))
            }
            None => Lost::Other,
        });
        rec.irrevocable = None;
    }
    /// The transaction has been undone, and whatever had to be waited for has been: the next attempt begins now.
    pub(crate) fn record_lost_time(&mut self) {
        let Some(rec) = &mut self.recorder else { return };
        let Some(lost) = rec.lost.take() else { return };
        let took = rec.began.elapsed();
        let began = rec.records.began.elapsed().saturating_sub(took);
        let time = took.saturating_sub(rec.booked);
        let mut ledger = lock(&rec.ledger);
        ledger.timeline.add(Activity::Lost, began, began + time);
        match lost {
            Lost::Pair(pair, subject, key) => {
                let cost = ledger.pair(pair, || subject, key);
                cost.aborts += 1;
                cost.lost += time;
            }
            Lost::Other => {
                ledger.other_aborts += 1;
                ledger.other_lost += time;
            }
        }
    }
    /// The transaction has become irrevocable.
    #[cold]
    pub(crate) fn record_irrevocable(&mut self, why: Why) {
        let Some(rec) = &mut self.recorder else { return };
        for (n, read) in rec.parts.iter().enumerate() {
            if let Some(object) = self.tx.part_entry(n) {
                rec.records.openers.note(object, read.0 | HELD);
            }
        }
        for (n, read) in rec.reads.iter().enumerate() {
            if let Some(object) = self.tx.read_entry(n) {
                rec.records.openers.note(object, read.0 | HELD);
            }
        }
        let chain = site::chain(&mut rec.sites, &self.interp, LONGEST_CHAIN);
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
    }
}
