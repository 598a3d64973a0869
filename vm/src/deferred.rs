//! Operations on containers that are put off to the end of the transaction.
//!
//! To append to a list or to add a key to a dict tells its caller nothing about what is in it. At a container where threads
//! meet again and again a transaction only notes such an operation, and *settles* what it has noted when it commits: so it has
//! the container open for a moment, not for the rest of its time, and threads that fill one container work at the same time.
//!
//! What is noted for a container of keys can be looked up by its key. Else it is settled before the transaction reads or opens
//! it itself. For that it must come by: it does, because the operation of a container that it has read or owns is never put off
//! (see `Tx::is_known`), and all other reads and opens of shared objects take the slow path, which looks here. Whoever settles
//! opens the container and does the operations in their order, as if they were called now; they cannot call Python code. If one
//! fails, the transaction is undone and runs again without putting anything off, so that the error is raised where it belongs.
//!
//! While one thread settles, others that fill the same container wait. So what can be done before it opens the container is:
//! what is added and never changes becomes visible to other threads. What else is added does at the commit; the log need not name
//! either for that (it calls the words private).

use crate::conflicts::Spot;
use crate::interp::publish;
use crate::object::{Header, Obj};
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::value::Value;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use vasuki_stm::poll;

/// Does what was put off: the words of all operations, one after the other. Opens the container, and runs no Python code. The
/// values among the words are visible to other threads already, or will be made so at the commit.
pub type Settle = fn(&mut Thread, Obj, &[u64]) -> R<()>;

/// In `Header::extra` of a container: operations are not put off any more.
const NEVER: u16 = 1 << 15;
/// There: what was put off was mostly new to the container, so that it does not pay to look first.
const NEW: u16 = 1;
/// There, between: how often threads meet at the container. A meeting counts this much, a use without one takes one off.
const MEETING: u16 = 1 << 10;
const MOST: u16 = 16 * MEETING;
/// With so much it is hot.
const HOT: u16 = 2 * MEETING;
/// Of so many uses one is counted, for all.
const COUNTED: u16 = 1 << 8;
/// To put an operation off costs much less than to log an answer: it takes so many such uses to count as one.
const PUT_OFF: u16 = 16;
/// Containers at a time.
const CONTAINERS: usize = 8;
/// Boundaries that a transaction passes, rather than wait for others that settle.
const PASSED: u32 = 8;
/// After so many words of a container of keys the transaction ends at its next boundary: while its searches go on, others wait.
const ENOUGH: usize = 3 << 10;
/// Words that are noted for a container before they are settled: more would only take memory.
const WORDS: usize = 1 << 17;

/// Operations of one kind on one container.
struct Batch {
    container: Obj,
    settle: Settle,
    words: Vec<u64>,
    /// words of an operation with a key: the key, its hash, and more; 0: the operations have no keys
    stride: usize,
    /// where in the first `looked_up` of `words` the last operation is whose key has this hash
    keys: Places,
    looked_up: usize,
    /// where in the program the last one is, if that is recorded
    spot: Spot,
}
type Places = HashMap<u64, u32, BuildHasherDefault<Scatter>>;
/// Hashes of keys are hashes.
#[derive(Default)]
pub(crate) struct Scatter(u64);
impl Hasher for Scatter {
    #[inline(always)]
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are words")
    }
    #[inline(always)]
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}
/// What a thread has put off.
#[derive(Default)]
pub(crate) struct Deferred {
    /// in the order in which they are to be settled, if they are for the same container
    batches: Vec<Batch>,
    /// the words that are being settled
    now: Option<Arc<Vec<u64>>>,
    /// buffers to use again
    spare: (Vec<u64>, Places),
    /// uses of hot containers since the last one that was counted, in parts of [`PUT_OFF`]
    uses: u16,
    /// something could not be settled: the transaction must abort, whoever asks
    failed: bool,
    /// nothing is put off in this transaction: something could not be settled
    off: bool,
    /// boundaries that the transaction has passed, because another one had a container open
    passed: u32,
}
impl Batch {
    /// The words of the last operation for a key with this hash, and of those behind it.
    #[inline]
    fn find(&mut self, hash: u64) -> Option<&mut [u64]> {
        debug_assert!(self.stride >= 2, "operations without keys");
        while let Some(&hash) = self.words.get(self.looked_up + 1) {
            self.keys.insert(hash, self.looked_up as u32);
            self.looked_up += self.stride;
        }
        let at = *self.keys.get(&hash)?;
        self.words.get_mut(at as usize..)
    }
}
impl Deferred {
    /// Is nothing put off?
    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.batches.is_empty() && !self.failed
    }
    /// The transaction has been undone.
    pub(crate) fn forget(&mut self) {
        self.batches.clear();
        self.failed = false;
        self.passed = 0;
    }
    /// The transaction has been committed.
    #[inline]
    pub(crate) fn committed(&mut self) {
        debug_assert!(self.batches.is_empty());
        self.off = false;
        self.passed = 0;
    }
    /// Calls `f` with every word that may be a root.
    pub(crate) fn roots(&self, f: &mut dyn FnMut(u64)) {
        for b in &self.batches {
            f(b.container.addr() as u64);
            b.words.iter().for_each(|&w| f(w));
            f(b.spot.key.0);
        }
        self.now.iter().flat_map(|w| w.iter()).for_each(|&w| f(w));
    }
}

impl Thread {
    /// May operations on a container be put off now?
    #[inline]
    pub fn may_defer(&mut self, container: &Header) -> bool {
        self.is_met(container, 1) && container.extra.load(Relaxed) & NEVER == 0 && !self.deferred.off && self.can_abort()
    }
    /// Do threads meet again and again at a container, which this transaction has not read or opened as a whole? It counts the
    /// meetings.
    #[inline]
    pub fn is_hot(&mut self, container: &Header) -> bool {
        self.is_met(container, PUT_OFF)
    }
    #[inline]
    fn is_met(&mut self, container: &Header, uses: u16) -> bool {
        if !self.tx.concurrent || self.tx.is_known(container) {
            return false;
        }
        let extra = container.extra.load(Relaxed);
        let n = extra & !(NEVER | NEW);
        // Two threads that count at the same time may lose a count.
        if self.tx.meets_others(self.world, container) {
            if n < MOST {
                container.extra.store(extra + MEETING, Relaxed);
            }
        } else if n >= COUNTED {
            self.deferred.uses += uses;
            if self.deferred.uses >= COUNTED * PUT_OFF {
                self.deferred.uses = 0;
                container.extra.store(extra - COUNTED, Relaxed);
            }
        }
        n >= HOT || crate::hostile::defers()
    }
    /// The words of the operation that is put off for a key with this hash, and of those behind it.
    #[inline]
    pub(crate) fn pending(&mut self, container: &Header, hash: u64) -> Option<&mut [u64]> {
        if self.deferred.is_empty() {
            return None;
        }
        let here = |b: &&mut Batch| std::ptr::eq(b.container.header(), container);
        self.deferred.batches.iter_mut().find(here)?.find(hash)
    }
    /// Has somebody looked for one of the keys for which the transaction has put something off for a container?
    #[inline]
    pub(crate) fn is_looked_up(&self, container: &Header) -> bool {
        let mut all = self.deferred.batches.iter();
        all.any(|b| std::ptr::eq(b.container.header(), container) && b.looked_up > 0)
    }
    /// Is what threads put off for a container mostly new to it?
    #[inline(always)]
    pub(crate) fn expects_new(container: &Header) -> bool {
        container.extra.load(Relaxed) & NEW != 0
    }
    /// So many operations with keys were settled, and so many of the keys were new.
    pub(crate) fn count_new(container: &Header, all: usize, new: usize) {
        let extra = container.extra.load(Relaxed);
        let now = if new >= all - all / 8 { extra | NEW } else { extra & !NEW };
        if now != extra {
            // Two threads that count at the same time may lose a count.
            container.extra.store(now, Relaxed);
        }
    }
    /// Puts an operation off that has a key: the words are the key, its hash, and more. All that is put off for the container has
    /// keys. False: it is to be done now.
    pub(crate) fn defer_for_key(&mut self, container: Obj, settle: Settle, words: &[u64]) -> R<bool> {
        self.note(container, settle, words, words.len())
    }
    /// Puts an operation off that may be. False: it is to be done now.
    pub fn defer(&mut self, container: Obj, settle: Settle, words: &[u64]) -> R<bool> {
        self.note(container, settle, words, 0)
    }
    #[inline]
    fn note(&mut self, container: Obj, settle: Settle, words: &[u64], stride: usize) -> R<bool> {
        let all = &mut self.deferred.batches;
        let same = |b: &Batch| b.container == container;
        let i = match all.iter().rposition(same) {
            Some(i) if std::ptr::fn_addr_eq(all[i].settle, settle) => i,
            None if all.len() >= CONTAINERS => return Ok(false),
            _ => {
                let (words, keys) = std::mem::take(&mut self.deferred.spare);
                all.push(Batch {
                    container,
                    settle,
                    words,
                    stride,
                    keys,
                    looked_up: 0,
                    spot: Spot::default(),
                });
                all.len() - 1
            }
        };
        let b = &mut all[i];
        b.words.extend_from_slice(words);
        if let Some(r) = &mut self.recorder {
            b.spot = r.spot(&self.interp);
        }
        let (before, now) = (b.words.len() - words.len(), b.words.len());
        if stride > 0 && now / ENOUGH != before / ENOUGH {
            self.world.put_back(poll::LIMIT);
        }
        if now > WORDS {
            self.settle(container.header())?;
        }
        Ok(true)
    }
    /// What a [`Settle`] returns that cannot tell the result without Python code: the container's operations are done at once
    /// from now on.
    #[cold]
    pub fn cannot_settle(&mut self, container: Obj) -> Throw {
        container.header().extra.fetch_or(NEVER, Relaxed);
        self.deferred.off = true;
        Throw::ABORT
    }
    /// Does what was put off for a container that the transaction is about to read or to open. What settles it opens nothing
    /// else of which something is put off.
    #[cold]
    #[inline(never)]
    pub(crate) fn settle(&mut self, container: &Header) -> R<()> {
        if self.deferred.now.is_some() {
            // It is being settled: that opens it.
            return Ok(());
        }
        if self.deferred.failed {
            return Err(Throw::ABORT);
        }
        while let Some(i) = self
            .deferred
            .batches
            .iter()
            .position(|b| std::ptr::eq(b.container.header(), container))
        {
            let batch = self.deferred.batches.remove(i);
            self.world.set_ends(true);
            let r = self.settle_batch(batch);
            self.world.set_ends(false);
            r?;
            // Now it holds up others until the transaction ends: that is to be soon.
            self.world.put_back(poll::TICK);
        }
        Ok(())
    }
    /// Would a commit now wait for another transaction that has a container open, though nobody waits for this one? Then it does
    /// better to go on until the next boundary.
    pub(crate) fn is_held_up(&mut self) -> bool {
        let d = &mut self.deferred;
        if d.batches.is_empty() || d.passed >= PASSED || !self.tx.holds_nothing() {
            return false;
        }
        let held_up = d
            .batches
            .iter()
            .any(|b| self.tx.is_open_elsewhere(self.world, b.container.header()));
        d.passed += u32::from(held_up);
        held_up
    }
    /// Does all that was put off: the transaction is about to end, or to become irrevocable.
    #[inline]
    pub(crate) fn settle_all(&mut self) -> R<()> {
        if self.deferred.is_empty() {
            Ok(())
        } else {
            self.settle_every_batch()
        }
    }
    #[inline(never)]
    fn settle_every_batch(&mut self) -> R<()> {
        if self.deferred.failed {
            return Err(Throw::ABORT);
        }
        // All threads in the same order, so that they do not hold up each other.
        self.deferred.batches.sort_by_key(|b| b.container.addr());
        // What the transaction has waited for so far is counted for the length of the next ones; what it waits now is not:
        // shorter ones would wait more often.
        let waits = self.world.take_waits();
        // Nor are the containers that it opens: it ends anyway.
        self.tx.limit = usize::MAX;
        while !self.deferred.batches.is_empty() {
            let batch = self.deferred.batches.remove(0);
            self.settle_batch(batch)?;
        }
        self.world.take_waits();
        if waits.nanos > 0 {
            self.world.count_wait(Duration::from_nanos(waits.nanos));
        }
        Ok(())
    }
    /// Makes the values of operations visible to other threads: at once, if they never change; what an abort may change, at the
    /// commit.
    fn make_visible(&mut self, batch: &Batch) {
        let now = self.world.clock().now();
        for op in batch.words.chunks_exact(batch.stride.max(1)) {
            for (i, &word) in op.iter().enumerate() {
                // The second word of an operation with a key is its hash.
                if (i != 1 || batch.stride == 0) && !publish::constant(Value(word), now, &self.tx) {
                    self.share(Value(word));
                }
            }
        }
    }
    fn settle_batch(&mut self, batch: Batch) -> R<()> {
        self.make_visible(&batch);
        // The collector finds them in `now` meanwhile.
        let words = Arc::new(batch.words);
        self.deferred.now = Some(Arc::clone(&words));
        if let Some(r) = &mut self.recorder {
            r.settles(Some(batch.spot));
        }
        let r = (batch.settle)(self, batch.container, &words);
        if let Some(r) = &mut self.recorder {
            r.settles(None);
        }
        self.deferred.now = None;
        if let Ok(mut words) = Arc::try_unwrap(words) {
            words.clear();
            let mut keys = batch.keys;
            keys.clear();
            self.deferred.spare = (words, keys);
        }
        r.map_err(|t| {
            self.deferred.failed = true;
            self.deferred.off |= !t.is_abort();
            Throw::ABORT
        })
    }
}
