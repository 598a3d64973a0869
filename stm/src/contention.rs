//! Who waits and who gives way when a transaction meets an object that another one has open.
//!
//! An owner that has begun to commit is waited for. One that runs is asked to commit at its next boundary, and waited for:
//! most are there at once. If it does not, the younger of the two aborts itself after a little while; the older one waits
//! longer, for the owner has done much that it would have to do again, and then asks it to abort. An owner that waits for an
//! object itself is not waited for: the younger one of the two aborts now. The irrevocable one waits for all and is asked by
//! none. A transaction keeps its age over aborts, so each becomes the oldest at last. Nobody waits for ever holding objects:
//! whoever waits looks at his own poll word, and only the irrevocable one waits without a limit.

use crate::cause::Cause;
use crate::header::{Header, meta};
use crate::mutant::{Mutant, is_mutant};
use crate::sync::{BRIEF, YIELDS, atomic::Ordering::*, pause};
use crate::tx::{Conflict, Tx};
use crate::world::{WorldThread, poll};
use std::time::{Duration, Instant};

/// Rounds of waiting before the ages are compared; the owner mostly is about to commit.
const PATIENT: u32 = if cfg!(any(loom, shuttle)) { 0 } else { 2 };
/// Rounds of a fraction of a microsecond that a thread which has asked looks for the object before it lets others run.
const BUSY: u32 = if cfg!(any(loom, shuttle)) { 0 } else { 100 };
/// Rounds that the younger transaction waits for an owner that runs.
const YOUNGER: u32 = BUSY + if cfg!(any(loom, shuttle)) { 1 } else { 30 };
/// Rounds that the older one waits before it asks.
const OLDER: u32 = BUSY + if cfg!(any(loom, shuttle)) { 1 } else { 250 };
/// Rounds after which even the older transaction aborts: the owner may be blocked by what this one has open.
const LIMIT: u32 = if cfg!(any(loom, shuttle)) { 3 } else { 200 };
/// Rounds of waiting to be irrevocable after which nobody else comes first.
const RESERVE: u32 = if cfg!(any(loom, shuttle)) { 1 } else { 8 };

/// Rounds that a thread waits for an owner that commits before it sleeps.
const COMMITTING: u32 = if cfg!(any(loom, shuttle)) { 0 } else { 300 };
/// Rounds that a thread which has asked looks for the object before it sleeps, and how long it sleeps at a time.
const SPINS: u32 = BUSY + if cfg!(any(loom, shuttle)) { 2 } else { 12 };
const ASLEEP: Duration = Duration::from_micros(200);
/// Rounds that a thread waits between transactions for the one that it lets pass.
const GIVE_WAY: u32 = if cfg!(any(loom, shuttle)) { 1 } else { 48 };
/// How long a patient thread sleeps at a time.
const SHORTEST_SLEEP: Duration = Duration::from_micros(20);
const LONGEST_SLEEP: Duration = Duration::from_micros(500);
/// A patient thread lets others take turns before it asks, but not more than so many.
const TURNS: u32 = 16;

/// What waits there were.
#[derive(Clone, Copy, Default)]
pub struct Waits {
    /// nanoseconds that they took
    pub nanos: u64,
    /// one was for an owner that is more patient than this thread
    pub for_patient: bool,
}

/// One wait for one object.
pub(crate) struct Wait<'a> {
    thread: &'a WorldThread,
    object: &'a Header,
    /// steps of waiting
    round: u32,
    /// the object's word when the wait began
    first: u64,
    /// who had the object when it was last looked at
    owner: u16,
    /// when the wait began (none in models), and when `owner` was seen to have it
    began: Option<Instant>,
    owned: Option<Instant>,
    /// rounds since the thread has asked
    asked: u32,
    /// an owner had not begun to commit: shorter transactions may make such waits shorter
    counts: bool,
}
impl<'a> Wait<'a> {
    #[inline(always)]
    pub(crate) fn new(thread: &'a WorldThread, object: &'a Header) -> Wait<'a> {
        Wait {
            thread,
            object,
            round: 0,
            first: 0,
            owner: 0,
            began: None,
            owned: None,
            asked: 0,
            counts: false,
        }
    }
}
impl Drop for Wait<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        if self.round > 0 {
            self.thread.waiting.store(false, Relaxed);
            if let Some(began) = self.began.filter(|_| self.counts) {
                self.thread.count_wait(began.elapsed());
            }
        }
    }
}

/// See [`WorldThread::awaits`].
pub struct Awaits<'a>(&'a WorldThread);
impl Drop for Awaits<'_> {
    fn drop(&mut self) {
        self.0.waiting.store(false, Relaxed);
    }
}

impl WorldThread {
    /// An object is open, as its word says: waits a little.
    #[cold]
    #[inline(never)]
    pub(crate) fn wait_for_owner(&self, tx: &Tx, word: u64, wait: &mut Wait) -> Result<(), Conflict> {
        let owner = meta::owner(word);
        if wait.round == 0 {
            wait.first = word;
            wait.began = (!cfg!(any(loom, shuttle))).then(Instant::now);
            self.waiting.store(true, Relaxed);
        }
        wait.round += 1;
        let bits = self.poll.load(Acquire);
        if bits & poll::STOP != 0 && !is_mutant(Mutant::WaiterIgnoresStop) {
            self.safepoint(false);
        }
        if tx.irrevocable {
            wait.counts = true;
            self.ask_for(wait.object, owner);
            pause(wait.round);
            return Ok(());
        }
        if bits & (poll::ABORT | poll::BOUNDARY) != 0 {
            tx.set_cause(if bits & poll::ABORT != 0 { Cause::Asked } else { Cause::Turn });
            return Err(Conflict);
        }
        if self
            .world
            .by_number(owner)
            .is_some_and(|t| t.ends.load(Relaxed) && !t.waiting.load(Relaxed))
        {
            // To ask would only end its next transaction. It is done soon: to sleep would take longer.
            let sleeps = wait.round > COMMITTING;
            pause(if sleeps { wait.round } else { wait.round.min(YIELDS) });
            return Ok(());
        }
        if wait.object.meta.load(Relaxed) != word {
            // The owner has just ended: nothing is to be asked of it.
            return Ok(());
        }
        wait.counts = true;
        if wait.round >= PATIENT {
            let blocked = self
                .world
                .by_number(owner)
                .is_none_or(|t| t.waiting.load(Relaxed) || t.ahead.load(Relaxed));
            if self.ahead.load(Relaxed) && !self.is_older_than(owner) {
                // It would only hold up others; it is told when it is worth a new try.
                tx.set_cause(Cause::Busy(wait.object));
                return Err(Conflict);
            }
            if let Some(time) = self.patience_left(owner, wait) {
                if blocked && self.is_older_than(owner) {
                    self.ask_for(wait.object, owner);
                }
                self.sleep(time);
                return Ok(());
            }
            // Mostly it is enough that the owner commits. One that was faster then, or that is not about to, gives way.
            let passed_by = word != wait.first || cfg!(any(loom, shuttle));
            if (passed_by || wait.asked >= BUSY)
                && self.is_next(owner)
                && let Some(t) = self.world.by_number(owner)
            {
                t.gives_way.store(true, Relaxed);
            }
            if wait.asked == 0 {
                self.ask(owner, poll::WANTED);
            } else {
                let older = self.is_older_than(owner);
                let enough = blocked || wait.asked > if older { OLDER } else { YOUNGER };
                if wait.asked > OLDER + LIMIT || enough && !older {
                    tx.set_cause(Cause::Busy(wait.object));
                    return Err(Conflict);
                }
                if enough {
                    self.ask_for(wait.object, owner);
                }
            }
            wait.asked += 1;
            if wait.asked > SPINS {
                self.sleep(ASLEEP);
                return Ok(());
            }
            pause(if wait.asked > BUSY { YIELDS } else { BRIEF });
        } else {
            pause(wait.round);
        }
        Ok(())
    }
    /// Sleeps until the owner gives way, or a while.
    fn sleep(&self, time: Duration) {
        self.detached(false, || self.call.wait(time));
    }
    /// How long to sleep before the thread asks; None: it asks now.
    fn patience_left(&self, owner: u16, wait: &mut Wait) -> Option<Duration> {
        let mut patience = self.patience.load(Relaxed);
        if let Some(t) = self.world.by_number(owner) {
            let theirs = t.patience.load(Relaxed);
            if theirs > patience {
                patience = theirs;
                self.for_patient.store(true, Relaxed);
            }
        }
        if patience == 0 || wait.asked > 0 && owner == wait.owner {
            return None;
        }
        let patience = Duration::from_micros(patience.into());
        let now = Instant::now();
        let began = wait.began.unwrap_or(now);
        if owner != wait.owner {
            // The new owner has its time too.
            wait.owner = owner;
            wait.owned = Some(now);
            wait.asked = 0;
        }
        let had = now - wait.owned.unwrap_or(now);
        let next = self.is_next(owner);
        if now - began > patience * TURNS || had >= patience && next || had > patience * 3 {
            return None;
        }
        Some(patience.saturating_sub(had).clamp(SHORTEST_SLEEP, LONGEST_SLEEP))
    }
    /// Is this thread the one that is to have what `owner` has open? The one that has waited longest is.
    fn is_next(&self, owner: u16) -> bool {
        let (Some(t), me) = (self.world.by_number(owner), self.number()) else {
            return true;
        };
        let heir = t.heir.load(Relaxed);
        if heir == me {
            return true;
        }
        let before = |h: &WorldThread| h.waiting.load(Relaxed) && h.age.load(Relaxed) < self.age.load(Relaxed);
        if heir != 0 && self.world.by_number(heir).is_some_and(before) {
            return false;
        }
        t.heir.compare_exchange(heir, me, Relaxed, Relaxed).is_ok()
    }
    /// Between transactions: lets the thread that has asked for what this one had open have it.
    #[inline]
    pub fn give_way(&self) {
        if self.gives_way.load(Relaxed) {
            self.wait_for_heir();
        }
    }
    #[cold]
    fn wait_for_heir(&self) {
        self.gives_way.store(false, Relaxed);
        let Some(heir) = self.world.by_number(self.heir.swap(0, Relaxed)) else {
            return;
        };
        let began = Instant::now();
        for round in 0..GIVE_WAY {
            if !heir.waiting.load(Relaxed) {
                break;
            }
            self.safepoint(true);
            if round == GIVE_WAY / 4 {
                heir.call.call();
            }
            pause(round);
        }
        self.count_wait(began.elapsed());
    }
    /// Between transactions, before this thread blocks: who waits for what it had open need not sleep on.
    pub(crate) fn wake_heir(&self) {
        let heir = self.heir.load(Relaxed);
        if heir != 0 {
            self.heir.store(0, Relaxed);
            if let Some(t) = self.world.by_number(heir) {
                t.call.call();
            }
        }
    }
    /// How long, in microseconds, this thread lets others work with an object that it waits for before it asks them for it.
    /// It leaves patient ones alone as long as they would it.
    pub fn set_patience(&self, micros: u32) {
        self.patience.store(micros, Relaxed);
    }
    /// How has the thread waited since this was asked last?
    pub fn take_waits(&self) -> Waits {
        let nanos = self.waited.load(Relaxed);
        if nanos == 0 {
            return Waits::default();
        }
        self.waited.store(0, Relaxed);
        let for_patient = self.for_patient.load(Relaxed);
        self.for_patient.store(false, Relaxed);
        Waits { nanos, for_patient }
    }
    /// The thread has waited for others.
    pub fn count_wait(&self, time: Duration) {
        let nanos = time.as_nanos() as u64;
        self.waited.store(self.waited.load(Relaxed) + nanos.max(1), Relaxed);
    }
    /// Asks the owner to abort.
    fn ask_for(&self, object: &Header, owner: u16) {
        if let Some(t) = self.world.by_number(owner)
            && t.poll_word() & poll::ABORT == 0
        {
            t.asked_for.store(std::ptr::from_ref(object) as usize, Relaxed);
            t.asked_from.store(self.place.load(Relaxed), Relaxed);
            t.request(poll::ABORT);
            if t.ahead.load(Relaxed) {
                t.call.call();
            }
        }
    }
    fn ask(&self, owner: u16, bit: u32) {
        if let Some(t) = self.world.by_number(owner)
            && t.poll_word() & bit == 0
        {
            t.request(bit);
        }
    }
    fn is_older_than(&self, owner: u16) -> bool {
        self.world.irrevocable.load(Acquire) != u32::from(owner)
            && self
                .world
                .by_number(owner)
                .is_none_or(|t| (self.age.load(Relaxed), self.id) < (t.age.load(Relaxed), t.id))
    }

    /// The running transaction counts as begun at this time of the clock.
    pub fn set_age(&self, age: u64) {
        self.age.store(age, Relaxed);
    }
    /// The running transaction has begun to commit: others wait for what it has open without asking for it.
    pub fn set_ends(&self, ends: bool) {
        self.ends.store(ends, Relaxed);
    }
    /// The running transaction runs ahead of others that must come first, or does no more. Older ones ask it at once for what
    /// it has open, and it does not wait for what they have.
    pub fn set_ahead(&self, ahead: bool) {
        self.ahead.store(ahead, Relaxed);
    }
    /// Sleeps until the thread is called, or asked for what it has open; or so long. `boundary`: between transactions.
    pub fn wait_for_call(&self, boundary: bool, time: Duration) {
        self.detached(boundary, || self.call.wait(time));
    }
    /// Wakes the thread in `wait_for_call`, or before it.
    pub fn call(&self) {
        self.call.call();
    }
    /// Until this is dropped the thread waits for something that older transactions must do first: they may ask for what it has
    /// open at once.
    pub fn awaits(&self) -> Awaits<'_> {
        self.waiting.store(true, Relaxed);
        Awaits(self)
    }
    /// Does another thread wait for an object that is open, or to become irrevocable?
    pub fn others_are_blocked(&self) -> bool {
        let next = self.world.next_irrevocable.load(Relaxed);
        let waits = |t: &WorldThread| t.id != self.id && (t.waiting.load(Relaxed) || u32::from(t.number()) == next);
        self.world.lock().list.iter().any(|x| waits(x.0))
    }
    /// Waits until no other transaction is irrevocable. Whoever is may want what this transaction has open: it asks, and
    /// this one does not wait on.
    pub(crate) fn begin_irrevocable(&self) -> Result<(), Conflict> {
        let me = u32::from(self.number());
        let r = self.wait_for_turn(me);
        // Whoever waits here, or has the turn, is the only one that changes its own place.
        let _ = self.world.next_irrevocable.compare_exchange(me, 0, AcqRel, Relaxed);
        r
    }
    fn wait_for_turn(&self, me: u32) -> Result<(), Conflict> {
        let mut round = 0;
        loop {
            // A thread that becomes irrevocable again and again does not pass by one that waits.
            let next = self.world.next_irrevocable.load(Acquire);
            if (next == 0 || next == me) && self.world.irrevocable.compare_exchange(0, me, AcqRel, Relaxed).is_ok() {
                return Ok(());
            }
            if is_mutant(Mutant::TwoIrrevocable) {
                return Ok(());
            }
            let bits = self.poll.load(Acquire);
            if bits & (poll::ABORT | poll::BOUNDARY) != 0 || round > 2 * LIMIT {
                return Err(Conflict);
            }
            if bits & poll::STOP != 0 {
                self.safepoint(false);
            }
            if round >= RESERVE && next == 0 {
                let _ = self.world.next_irrevocable.compare_exchange(0, me, AcqRel, Relaxed);
            }
            pause(round);
            round += 1;
        }
    }
    pub(crate) fn end_irrevocable(&self) {
        self.world.irrevocable.store(0, Release);
    }
}
