//! Marking: a stack per worker. The collecting thread begins; when there is much to mark, helpers mark with it.

use crate::block::{BLOCK, GRANULE, MAP_WORDS};
use crate::heap::{Heap, lock};
use crate::team::{Helpers, Team};
use std::ptr::NonNull;
use std::sync::atomic::Ordering::Relaxed;

/// What the VM knows about objects.
pub trait Tracer: Sync {
    /// Calls `m.mark` for every object that `obj` refers to. May run on several threads at once.
    fn trace(&self, obj: NonNull<u8>, m: &mut Marker);
    /// Into how many parts is this object divided, so that several workers trace it?
    fn parts(&self, _obj: NonNull<u8>) -> usize {
        1
    }
    /// As `trace`, for one of more than one `parts`.
    fn trace_part(&self, obj: NonNull<u8>, _part: usize, m: &mut Marker) {
        self.trace(obj, m);
    }
    /// Are objects in leaf spaces traced too, though they refer to nothing?
    fn visits_leaves(&self) -> bool {
        false
    }
}

/// Objects on their way from the stack of pending ones to being traced: as many as memory can fetch meanwhile.
const AHEAD: usize = 8;
/// Bytes of the heap for which one word of a mark map stands.
const WORD_SPAN: usize = 64 * GRANULE;

/// Receives the objects that a traced object refers to.
pub struct Marker<'h> {
    heap: &'h Heap,
    visits_leaves: bool,
    /// no other marker is at work
    alone: bool,
    /// the word of the mark maps that `bits` are for, counted over all blocks
    word: usize,
    bits: u64,
    stack: Vec<usize>,
    ahead: [usize; AHEAD],
    at: usize,
}
impl<'h> Marker<'h> {
    fn new(heap: &'h Heap, tracer: &dyn Tracer, stack: Vec<usize>, alone: bool) -> Marker<'h> {
        Marker {
            heap,
            visits_leaves: tracer.visits_leaves(),
            alone,
            word: 0,
            bits: 0,
            stack,
            ahead: [0; AHEAD],
            at: 0,
        }
    }
    /// An object (the start of an allocated cell) is reachable.
    #[inline]
    pub fn mark(&mut self, p: NonNull<u8>) {
        let p = p.as_ptr() as usize;
        let offset = p - self.heap.address(0);
        let d = self.heap.descriptor(offset / BLOCK);
        let map = &d.mark[offset % BLOCK / WORD_SPAN];
        let bit = 1 << (offset / GRANULE % 64);
        let old = map.load(Relaxed);
        if old & bit != 0 {
            return;
        }
        if self.alone {
            map.store(old | bit, Relaxed);
        } else if map.fetch_or(bit, Relaxed) & bit != 0 {
            return;
        }
        if !d.space().is_leaf() || self.visits_leaves {
            self.stack.push(p);
        }
    }
    /// As `mark`, for one of many that an object refers to. They are often neighbours, as items of a list that were made in
    /// order: the bits for one word of a mark map are gathered, and set at once.
    #[inline]
    pub fn mark_one_of_many(&mut self, p: NonNull<u8>) {
        let offset = p.as_ptr() as usize - self.heap.address(0);
        let word = offset / WORD_SPAN;
        if word != self.word {
            self.set_bits();
            self.word = word;
        }
        self.bits |= 1 << (offset / GRANULE % 64);
    }
    /// Sets the gathered bits; those objects that were not marked before are to be traced.
    #[inline]
    fn set_bits(&mut self) {
        let d = self.heap.descriptor(self.word / MAP_WORDS);
        let map = &d.mark[self.word % MAP_WORDS];
        let old = map.load(Relaxed);
        let mut new = std::mem::take(&mut self.bits) & !old;
        if new == 0 {
            return;
        }
        if self.alone {
            map.store(old | new, Relaxed);
        } else {
            new &= !map.fetch_or(new, Relaxed);
        }
        if d.space().is_leaf() && !self.visits_leaves {
            return;
        }
        let base = self.heap.address(0) + self.word * WORD_SPAN;
        while new != 0 {
            self.stack.push(base + new.trailing_zeros() as usize * GRANULE);
            new &= new - 1;
        }
    }
    /// The next object to be traced. Its first cache line was asked for some objects ago.
    #[inline]
    fn next(&mut self) -> Option<NonNull<u8>> {
        for _ in 0..=AHEAD {
            let new = match self.stack.pop() {
                Some(p) => p,
                None => self.gathered(),
            };
            prefetch(new);
            let due = std::mem::replace(&mut self.ahead[self.at], new);
            self.at = (self.at + 1) % AHEAD;
            if due != 0 {
                return NonNull::new(due as *mut u8);
            }
        }
        None
    }
    /// One of the objects whose bits are gathered; 0: there are none that are to be traced.
    #[cold]
    fn gathered(&mut self) -> usize {
        self.set_bits();
        self.stack.pop().unwrap_or(0)
    }
    /// All objects that are to be traced.
    fn into_rest(mut self) -> Vec<usize> {
        self.set_bits();
        self.stack.extend(self.ahead.iter().filter(|p| **p != 0));
        self.stack
    }
}

/// Asks for the first cache line of an object.
#[inline(always)]
pub fn prefetch(p: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, which reads nothing.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(p as *const i8)
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = p;
}

/// So many objects the collecting thread traces before it calls the workers: they take some time to wake up.
const ALONE: usize = 8192;
/// After so many objects a worker looks whether another one has come, or has nothing to do.
const LOOK_EVERY: usize = 256;

impl Heap {
    /// Stopped. Marks what these words point to or into, if they do. Their children are traced by `drain`.
    pub fn mark_roots(&self, roots: &[u64], tracer: &dyn Tracer) {
        let mut queue = lock(&self.queue);
        for &w in roots {
            if let Some(p) = self.find(w)
                && let Some(space) = self.set_mark(p.as_ptr() as usize)
                && (!space.is_leaf() || tracer.visits_leaves())
            {
                queue.push(p.as_ptr() as usize);
            }
        }
    }
    /// Stopped. Marks objects that refer to nothing.
    pub fn mark_leaf(&self, p: NonNull<u8>) {
        self.set_mark(p.as_ptr() as usize);
    }
    /// Stopped. Marks from every word in `lo..hi` (a native stack).
    ///
    /// # Safety
    /// The range is readable, and the thread whose stack it is stands still.
    pub unsafe fn mark_range_conservative(&self, lo: *const u64, hi: *const u64, tracer: &dyn Tracer) {
        let n = (hi as usize).saturating_sub(lo as usize) / 8;
        let mut words = Vec::with_capacity(1024);
        for i in 0..n {
            // SAFETY: by the caller's promise; read as volatile since it is not ours.
            words.push(unsafe { lo.add(i).read_volatile() });
            if words.len() == 1024 {
                self.mark_roots(&words, tracer);
                words.clear();
            }
        }
        self.mark_roots(&words, tracer);
    }
    /// Stopped. Traces until nothing new is found.
    pub fn drain(&self, tracer: &dyn Tracer) {
        let start = std::mem::take(&mut *lock(&self.queue));
        let rest = self.trace_alone(start, tracer, ALONE);
        if rest.is_empty() {
            return;
        }
        match Helpers::get() {
            None => {
                self.trace_alone(rest, tracer, usize::MAX);
            }
            Some(helpers) => helpers.work_with(&Team::new(self, tracer, Job::Objects(rest))),
        }
    }
    /// Traces up to `most` objects, and none that is for several workers if there is a limit. Gives what is left.
    fn trace_alone(&self, stack: Vec<usize>, tracer: &dyn Tracer, most: usize) -> Vec<usize> {
        let mut m = Marker::new(self, tracer, stack, true);
        for _ in 0..most {
            let Some(p) = m.next() else {
                return Vec::new();
            };
            if most < usize::MAX && parts(tracer, p) > 1 {
                m.stack.push(p.as_ptr() as usize);
                break;
            }
            tracer.trace(p, &mut m);
        }
        m.into_rest()
    }
}
/// Into how many parts is an object divided? One that is not large: into one.
#[inline]
fn parts(tracer: &dyn Tracer, p: NonNull<u8>) -> usize {
    if (p.as_ptr() as usize).is_multiple_of(BLOCK) {
        tracer.parts(p)
    } else {
        1
    }
}

/// What a worker does next.
pub(crate) enum Job {
    /// to trace these objects, and what they lead to
    Objects(Vec<usize>),
    /// to trace one part of an object, and what it leads to
    Part(NonNull<u8>, usize),
}
// SAFETY: an object of the heap, which any worker may trace.
unsafe impl Send for Job {}

impl Team<'_> {
    /// Does a job. `alone`: until others are let in.
    pub(crate) fn work(&self, job: Job, alone: bool) {
        let mut m = Marker::new(self.heap, self.tracer, Vec::new(), alone);
        match job {
            Job::Objects(o) => m.stack = o,
            Job::Part(p, i) => self.tracer.trace_part(p, i, &mut m),
        }
        let mut traced = 0usize;
        while let Some(p) = m.next() {
            match parts(self.tracer, p) {
                1 => self.tracer.trace(p, &mut m),
                n => self.push((0..n).map(|i| Job::Part(p, i))),
            }
            traced += 1;
            if traced.is_multiple_of(LOOK_EVERY) && self.is_hungry() {
                if std::mem::take(&mut m.alone) {
                    self.let_others_in();
                }
                // What is deep in the stack leads to most.
                if m.stack.len() > 1 {
                    let rest = m.stack.split_off(m.stack.len() / 2);
                    self.push([Job::Objects(std::mem::replace(&mut m.stack, rest))]);
                }
            }
        }
    }
}
