//! Marking: a stack per worker; large heaps are marked by rayon's workers in parallel.

use crate::heap::{Heap, lock};
use std::ptr::NonNull;
use std::sync::Mutex;

/// What the VM knows about objects.
pub trait Tracer: Sync {
    /// Calls `m.mark` for every object that `obj` refers to. May run on several threads at once.
    fn trace(&self, obj: NonNull<u8>, m: &mut Marker);
    /// Are objects in leaf spaces traced too, though they refer to nothing?
    fn visits_leaves(&self) -> bool {
        false
    }
}

/// Receives the objects that a traced object refers to.
pub struct Marker<'h> {
    heap: &'h Heap,
    stack: Vec<usize>,
    visits_leaves: bool,
}
impl Marker<'_> {
    /// An object (the start of an allocated cell) is reachable.
    #[inline]
    pub fn mark(&mut self, p: NonNull<u8>) {
        if let Some(space) = self.heap.set_mark(p.as_ptr() as usize)
            && (!space.is_leaf() || self.visits_leaves)
        {
            self.stack.push(p.as_ptr() as usize);
        }
    }
}

/// Objects on their way from the stack of pending ones to being traced: as many as memory can fetch meanwhile.
const AHEAD: usize = 8;

/// Asks for the first cache line of an object.
#[inline(always)]
fn prefetch(p: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, which reads nothing.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(p as *const i8)
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = p;
}

/// Heaps smaller than this are marked by the calling thread alone.
const PARALLEL_FROM: usize = 96 << 20;
/// A worker with more than twice as many pending objects gives half away.
const SHARE: usize = 2048;

static WORKERS: Mutex<Option<&'static rayon::ThreadPool>> = Mutex::new(None);

/// The workers, started when they are needed first. None: the system has no threads left.
fn workers() -> Option<&'static rayon::ThreadPool> {
    let mut pool = lock(&WORKERS);
    if pool.is_none() {
        let new = rayon::ThreadPoolBuilder::new().thread_name(|i| format!("vasuki-mark-{i}")).build();
        *pool = new.ok().map(|p| &*Box::leak(Box::new(p)));
    }
    *pool
}
/// In the child of a fork: the workers are not there.
pub fn after_fork() {
    *lock(&WORKERS) = None;
}

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
        if self.bytes_in_use() < PARALLEL_FROM {
            self.work(start, tracer, None);
        } else {
            match workers() {
                None => self.work(start, tracer, None),
                Some(pool) => pool.scope(|s| {
                    for part in start.chunks(SHARE) {
                        let part = part.to_vec();
                        s.spawn(move |s| self.work(part, tracer, Some(s)));
                    }
                }),
            }
        }
    }
    fn work<'s>(&'s self, stack: Vec<usize>, tracer: &'s dyn Tracer, scope: Option<&rayon::Scope<'s>>) {
        let mut m = Marker {
            heap: self,
            stack,
            visits_leaves: tracer.visits_leaves(),
        };
        let mut ahead = [0usize; AHEAD];
        let (mut at, mut idle) = (0, 0);
        while idle < AHEAD {
            let next = m.stack.pop().unwrap_or(0);
            prefetch(next);
            let due = std::mem::replace(&mut ahead[at], next);
            at = (at + 1) % AHEAD;
            let Some(p) = NonNull::new(due as *mut u8) else {
                idle = if next == 0 { idle + 1 } else { 0 };
                continue;
            };
            idle = 0;
            tracer.trace(p, &mut m);
            if let Some(s) = scope
                && m.stack.len() > 2 * SHARE
            {
                let half = m.stack.split_off(m.stack.len() - SHARE);
                s.spawn(move |s| self.work(half, tracer, Some(s)));
            }
        }
    }
}
