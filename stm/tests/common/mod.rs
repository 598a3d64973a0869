//! A very small VM over the protocol: objects of two words, threads that run closures as transactions.
#![allow(dead_code, reason = "each test uses a part")]

pub mod history;
pub mod lists;

use std::marker::PhantomData;
use vasuki_stm::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering::*};
use vasuki_stm::{Conflict, Header, Publisher, Retry, Tx, World, WorldThread, flag, meta};

/// The kind of an object whose header is a card.
const CARD: u8 = 2;
/// Words of an object.
pub const WORDS: usize = 2;

/// An object. Its words are numbers, or addresses of objects if the test says so.
#[repr(C)]
pub struct Object {
    pub header: Header,
    pub words: [AtomicU64; WORDS],
}
// SAFETY: all fields are atomics.
unsafe impl Sync for Object {}

impl Object {
    /// Is its header a card?
    fn is_card(&self) -> bool {
        self.header.kind.load(Relaxed) == CARD
    }
    /// Its first word, when no thread runs any more.
    pub fn quiet(&self) -> u64 {
        self.words[0].load(Relaxed)
    }
    /// All of them.
    pub fn quiet_words(&self) -> [u64; WORDS] {
        std::array::from_fn(|i| self.words[i].load(Relaxed))
    }
}

/// A shared object, as if from solo times.
pub fn object(words: [u64; WORDS]) -> &'static Object {
    with_meta(meta::tag(0, 0), words)
}
/// A part of a shared object: its header is a card.
pub fn card(words: [u64; WORDS]) -> &'static Object {
    let o = with_meta(0, words);
    o.header.init_part();
    o.header.kind.store(CARD, Relaxed);
    o
}
fn with_meta(m: u64, words: [u64; WORDS]) -> &'static Object {
    Box::leak(Box::new(Object {
        header: Header {
            meta: AtomicU64::new(m),
            shape: AtomicU32::new(0),
            kind: AtomicU8::new(1),
            flags: AtomicU8::new(0),
            extra: AtomicU16::new(0),
        },
        words: words.map(AtomicU64::new),
    }))
}

/// A word that is the address of an object says so with this bit.
const POINTER: u64 = 1 << 62;
/// The word for an object.
pub fn pointer(o: &'static Object) -> u64 {
    POINTER | std::ptr::from_ref(o).expose_provenance() as u64
}
/// The object of a word.
pub fn target(word: u64) -> Option<&'static Object> {
    if word & POINTER == 0 {
        return None;
    }
    // SAFETY: words with the bit are made by `pointer`, of leaked objects.
    Some(unsafe { &*std::ptr::with_exposed_provenance((word & !POINTER) as usize) })
}

/// Publishes as the VM does.
struct Publish;
impl Publisher for Publish {
    fn publish(&mut self, word: u64, version: u64, tx: &Tx) {
        let mut todo = vec![word];
        while let Some(o) = todo.pop().map(target) {
            let Some(o) = o else { continue };
            if !tx.is_private(&o.header) {
                continue;
            }
            let opened = o.header.flags.fetch_or(flag::SHARED, Relaxed) & flag::OPENED != 0;
            if !opened {
                o.header.meta.store(version, Release);
            }
            todo.extend(o.words.iter().map(|w| w.load(Relaxed)));
        }
    }
    fn publish_rest(&mut self, _: u64, _: &Tx) {}
}

/// Aborts in a row after which a transaction becomes irrevocable.
const PATIENCE: u32 = 8;

/// A thread. It stays on its OS thread.
pub struct Thread {
    pub w: &'static WorldThread,
    pub tx: Tx,
    _not_send: PhantomData<*const ()>,
}
impl Thread {
    /// Registers the current OS thread.
    pub fn new(world: &'static World) -> Thread {
        let w = world.register();
        Thread {
            w,
            tx: Tx::new(w),
            _not_send: PhantomData,
        }
    }
    /// Ends it, between transactions.
    pub fn end(self) {
        assert!(self.tx.is_empty());
        self.w.world().unregister(self.w);
    }
    /// A new object, private to the running transaction.
    pub fn make(&mut self, words: [u64; WORDS]) -> &'static Object {
        with_meta(self.tx.tag, words)
    }
    pub fn read(&mut self, o: &Object, i: usize) -> Result<u64, Conflict> {
        self.read_all(o).map(|w| w[i])
    }
    pub fn read_all(&mut self, o: &Object) -> Result<[u64; WORDS], Conflict> {
        let load = || std::array::from_fn(|i| o.words[i].load(Relaxed));
        if self.tx.concurrent
            && o.is_card()
            && let Some(words) = self.tx.read_card(self.w, &o.header, load)
        {
            return Ok(words);
        }
        self.tx.read(self.w, &o.header, load)
    }
    /// As [`Thread::read`], of an object that was read last, probably.
    pub fn read_usual(&mut self, o: &Object, i: usize) -> Result<u64, Conflict> {
        let v = o.words[i].load(Relaxed);
        if self.tx.vouches_for_usual::<0>(&o.header) {
            Ok(v)
        } else {
            self.read(o, i)
        }
    }
    /// Reads a word so that changes of the other one do not matter.
    pub fn look(&mut self, o: &Object, i: usize) -> Result<u64, Conflict> {
        fn is_same(h: &Header, words: &[u64; 3]) -> bool {
            // SAFETY: the header of an object, which begins with it.
            let o = unsafe { &*std::ptr::from_ref(h).cast::<Object>() };
            o.words[words[0] as usize].load(Relaxed) == words[1]
        }
        let load = || o.words[i].load(Relaxed);
        self.tx.read_part(self.w, &o.header, load, is_same, |&v| Some([i as u64, v, 0]))
    }
    /// Nobody has the object open, and nobody takes it for private.
    pub fn assert_shared(&self, o: &Object) {
        assert!(self.w.is_shared(o.header.meta.load(Acquire)), "not shared");
    }
    pub fn write(&mut self, o: &Object, i: usize, v: u64) -> Result<(), Conflict> {
        // SAFETY: objects of models are leaked.
        let quick = self.tx.concurrent && o.is_card() && unsafe { self.tx.open_card(self.w, &o.header, &o.words) };
        if !quick && !self.tx.writable(&o.header) {
            self.tx.open(self.w, &o.header, WORDS)?;
        }
        o.words[i].store(v, Relaxed);
        Ok(())
    }
    pub fn commit(&mut self) -> Result<(), Conflict> {
        self.tx.commit(self.w, &mut Publish)
    }
    /// Between transactions: gives way to stops, begins the next one.
    pub fn begin(&mut self) {
        self.w.take_requests();
        self.w.safepoint(true);
        self.tx.begin(self.w);
    }
    pub fn abort(&mut self) {
        self.tx.abort(self.w);
        self.begin();
    }
    /// Runs `f` once: commits, or aborts and says so.
    pub fn attempt<T>(&mut self, f: impl FnOnce(&mut Thread) -> Result<T, Conflict>) -> Result<T, Conflict> {
        let r = f(self).and_then(|v| self.commit().map(|()| v));
        match r {
            Ok(_) => self.begin(),
            Err(Conflict) => self.abort(),
        }
        r
    }
    /// Runs `f` once: commits if it says so, or waits for a change of what it has read if it does not. Has it committed?
    pub fn attempt_or_wait(&mut self, f: impl FnOnce(&mut Thread) -> Result<bool, Conflict>) -> bool {
        self.attempt_then_retry(f).is_none()
    }
    /// As `attempt_or_wait`; says how the waiting began.
    pub fn attempt_then_retry(&mut self, f: impl FnOnce(&mut Thread) -> Result<bool, Conflict>) -> Option<Retry> {
        let r = match f(self).and_then(|done| {
            if done {
                self.commit().map(|()| None)
            } else {
                Ok(Some(self.tx.retry(self.w)))
            }
        }) {
            Ok(r) => r,
            Err(Conflict) => {
                self.abort();
                return Some(Retry::Changed);
            }
        };
        assert_ne!(r, Some(Retry::NothingRead), "what it has read is not in its log");
        if r == Some(Retry::Waiting) {
            let w = self.w;
            w.detached(true, || w.wait_for_change(None));
            w.stop_waiting();
        }
        self.begin();
        r
    }
    /// A transaction that has been aborted again and again becomes irrevocable.
    pub fn lose_patience(&mut self) {
        while self.tx.aborts_in_row > PATIENCE && !self.tx.irrevocable && self.tx.become_irrevocable(self.w).is_err() {
            self.abort();
        }
    }
    /// Runs `f` until it commits.
    pub fn atomic<T>(&mut self, mut f: impl FnMut(&mut Thread) -> Result<T, Conflict>) -> T {
        loop {
            self.lose_patience();
            if let Ok(v) = self.attempt(&mut f) {
                return v;
            }
        }
    }
}
