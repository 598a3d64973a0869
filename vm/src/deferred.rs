//! Operations on containers that are put off to the end of the transaction.
//!
//! To append to a list or to add a key to a dict tells its caller nothing about what is in it. At a container where threads
//! meet again and again a transaction only notes such an operation, and *settles* what it has noted when it commits: so it has
//! the container open for a moment, not for the rest of its time, and threads that fill one container work at the same time.
//!
//! What is noted for a container of keys can be looked up by its key. Else it is settled before the transaction reads or opens it itself. For that it must come by: it does,
//! because the operation of a container that it has read or owns is never put off (see `Tx::is_known`), and all other reads and
//! opens of shared objects take the slow path, which looks here. Whoever settles opens the container and does the operations
//! in their order, as if they were called now; they cannot call Python code. If one fails, the transaction is undone and runs
//! again without putting anything off, so that the error is raised where it belongs.

use crate::conflicts::Spot;
use crate::object::{Header, Obj};
use crate::thread::Thread;
use crate::throw::{R, Throw};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// Does what was put off: the words of all operations, one after the other. Opens the container, and runs no Python code.
pub type Settle = fn(&mut Thread, Obj, &[u64]) -> R<()>;

/// In `Header::extra` of a container: operations are not put off any more.
const NEVER: u16 = 1 << 15;
/// There, below: how often threads meet at the container. A meeting counts this much, a use without one takes one off.
const MEETING: u16 = 1 << 10;
const MOST: u16 = 16 * MEETING;
/// With so much it is hot.
const HOT: u16 = 2 * MEETING;
/// Of so many uses one is counted, for all.
const COUNTED: u16 = 1 << 8;
/// Containers at a time.
const CONTAINERS: usize = 8;
/// Words that are noted for a container before they are settled: more would only take memory.
const WORDS: usize = 1 << 17;

/// Operations of one kind on one container.
struct Batch {
    container: Obj,
    settle: Settle,
    words: Vec<u64>,
    /// of operations with keys: where in `words` the one is whose key has this hash
    keys: Places,
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
    /// uses of hot containers since the last one that was counted
    uses: u16,
    /// something could not be settled: the transaction must abort, whoever asks
    failed: bool,
    /// nothing is put off in this transaction: something could not be settled
    off: bool,
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
    }
    /// The transaction has been committed.
    #[inline]
    pub(crate) fn committed(&mut self) {
        debug_assert!(self.batches.is_empty());
        self.off = false;
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
        self.is_hot(container) && container.extra.load(Relaxed) & NEVER == 0 && !self.deferred.off && self.can_abort()
    }
    /// Do threads meet again and again at a container, which this transaction has not read or opened as a whole? It counts the
    /// meetings.
    #[inline]
    pub fn is_hot(&mut self, container: &Header) -> bool {
        if !self.tx.concurrent || self.tx.is_known(container) {
            return false;
        }
        let extra = container.extra.load(Relaxed);
        let n = extra & !NEVER;
        // Two threads that count at the same time may lose a count.
        if self.tx.meets_others(self.world, container) {
            if n < MOST {
                container.extra.store(extra + MEETING, Relaxed);
            }
        } else if n >= COUNTED {
            self.deferred.uses = (self.deferred.uses + 1) % COUNTED;
            if self.deferred.uses == 0 {
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
        let batch = self.deferred.batches.iter_mut().find(here)?;
        let at = *batch.keys.get(&hash)?;
        batch.words.get_mut(at as usize..)
    }
    /// Puts an operation off whose key has this hash. All that is put off for the container has keys. False: it is to be done now.
    pub(crate) fn defer_for_key(&mut self, container: Obj, settle: Settle, words: &[u64], hash: u64) -> R<bool> {
        self.note(container, settle, words, Some(hash))
    }
    /// Puts an operation off that may be. False: it is to be done now.
    pub fn defer(&mut self, container: Obj, settle: Settle, words: &[u64]) -> R<bool> {
        self.note(container, settle, words, None)
    }
    #[inline]
    fn note(&mut self, container: Obj, settle: Settle, words: &[u64], hash: Option<u64>) -> R<bool> {
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
                    keys,
                    spot: Spot::default(),
                });
                all.len() - 1
            }
        };
        let b = &mut all[i];
        if let Some(hash) = hash {
            b.keys.insert(hash, b.words.len() as u32);
        }
        b.words.extend_from_slice(words);
        if let Some(r) = &mut self.recorder {
            b.spot = r.spot(&self.interp);
        }
        if b.words.len() > WORDS {
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
            self.settle_batch(batch)?;
        }
        Ok(())
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
    fn settle_batch(&mut self, batch: Batch) -> R<()> {
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
