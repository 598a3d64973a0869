//! Operations on containers that are put off to the end of the transaction.
//!
//! To append to a list or to add a key to a dict tells its caller nothing about what is in it. At a container where threads
//! meet again and again a transaction only notes such an operation, and *settles* what it has noted when it commits: so it has
//! the container open for a moment, not for the rest of its time, and threads that fill one container work at the same time.
//!
//! What is noted for a container is settled before the transaction reads or opens it itself. For that it must come by: it does,
//! because the operation of a container that it has read or owns is never put off (see `Tx::is_known`), and all other reads and
//! opens of shared objects take the slow path, which looks here. Whoever settles opens the container and does the operations
//! in their order, as if they were called now; they cannot call Python code. If one fails, the transaction is undone and runs
//! again without putting anything off, so that the error is raised where it belongs.

use crate::conflicts::Spot;
use crate::object::{Header, Obj};
use crate::thread::Thread;
use crate::throw::{R, Throw};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// Does what was put off: the words of all operations, one after the other. Opens the container, and runs no Python code.
pub type Settle = fn(&mut Thread, Obj, &[u64]) -> R<()>;

/// In `Header::extra` of a container that operations are put off for: meetings after which they are.
const HOT: u16 = 2;
/// There: operations are not put off any more.
const NEVER: u16 = u16::MAX;
/// Containers at a time.
const CONTAINERS: usize = 8;
/// Words that are noted for a container before they are settled: more would only take memory.
const WORDS: usize = 1 << 17;

/// Operations of one kind on one container.
struct Batch {
    container: Obj,
    settle: Settle,
    words: Vec<u64>,
    /// where in the program the last one is, if that is recorded
    spot: Spot,
}
/// What a thread has put off.
#[derive(Default)]
pub(crate) struct Deferred {
    /// in the order in which they are to be settled, if they are for the same container
    batches: Vec<Batch>,
    /// the words that are being settled
    now: Option<Arc<Vec<u64>>>,
    /// a buffer to use again
    spare: Vec<u64>,
    /// nothing is put off in this transaction: something could not be settled
    off: bool,
}
impl Deferred {
    /// Is nothing put off?
    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }
    /// The transaction has been undone.
    pub(crate) fn forget(&mut self) {
        self.batches.clear();
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
    /// May operations on a container be put off now? It counts the meetings with other threads.
    #[inline]
    pub fn may_defer(&self, container: &Header) -> bool {
        if !self.tx.concurrent || self.tx.is_known(container) {
            return false;
        }
        let n = container.extra.load(Relaxed);
        if n < HOT && !crate::hostile::defers() {
            if self.tx.meets_others(self.world, container) {
                // Two threads that count at the same time may lose one.
                container.extra.store(n + 1, Relaxed);
            }
            return false;
        }
        n != NEVER && !self.deferred.off && self.can_abort()
    }
    /// Puts an operation off that may be. False: it is to be done now.
    pub fn defer(&mut self, container: Obj, settle: Settle, words: &[u64]) -> R<bool> {
        let spot = match &mut self.recorder {
            Some(r) => r.spot(&self.interp),
            None => Spot::default(),
        };
        let all = &mut self.deferred.batches;
        match all.iter().rposition(|b| b.container == container) {
            Some(i) if std::ptr::fn_addr_eq(all[i].settle, settle) => {
                let b = &mut all[i];
                b.words.extend_from_slice(words);
                b.spot = spot;
                if b.words.len() > WORDS {
                    self.settle(container.header())?;
                }
                return Ok(true);
            }
            None if all.len() >= CONTAINERS => return Ok(false),
            _ => {}
        }
        let mut noted = std::mem::take(&mut self.deferred.spare);
        noted.extend_from_slice(words);
        self.deferred.batches.push(Batch {
            container,
            settle,
            words: noted,
            spot,
        });
        Ok(true)
    }
    /// What a [`Settle`] returns that cannot tell the result without Python code: the container's operations are done at once
    /// from now on.
    #[cold]
    pub fn cannot_settle(&mut self, container: Obj) -> Throw {
        container.header().extra.store(NEVER, Relaxed);
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
        // All threads in the same order, so that they do not hold up each other.
        self.deferred.batches.sort_by_key(|b| b.container.addr());
        // What the transaction has waited for so far is counted for the length of the next ones; what it waits now is not:
        // shorter ones would wait more often.
        let waits = self.world.take_waits();
        while !self.deferred.is_empty() {
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
            self.deferred.spare = words;
        }
        r.map_err(|t| {
            self.deferred.off |= !t.is_abort();
            Throw::ABORT
        })
    }
}
