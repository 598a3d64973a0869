//! Memory outside of the heap that objects hold: bytes of bytearrays, buffers of streams, tables of code. The allocator of
//! the process counts it, so that collections come in time and the limit holds for it too.

use mimalloc::MiMalloc;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Smaller pieces are not counted.
const LEAST: usize = 1 << 10;
/// A thread adds what it counts to the sum when it is more than this: threads that allocate and free all the time would take
/// the sum's cache line from each other.
const BATCH: isize = 64 << 10;

static BYTES: AtomicUsize = AtomicUsize::new(0);
thread_local! {
    /// what this thread has counted and not added
    static OWN: Cell<isize> = const { Cell::new(0) };
}
/// A collection is due when more bytes are in use.
static DUE: AtomicUsize = AtomicUsize::new(usize::MAX);
static ON_DUE: OnceLock<fn()> = OnceLock::new();

/// From here on `f` is called by whoever allocates while a collection is due: it must not allocate.
pub fn when_due(f: fn()) {
    ON_DUE.get_or_init(|| f);
}
pub(crate) fn set_due(bytes: usize) {
    DUE.store(bytes, Relaxed);
}
/// Is a collection due?
#[inline]
pub(crate) fn is_due() -> bool {
    bytes() > DUE.load(Relaxed)
}

/// mimalloc, whose threads do not wait for each other, and which counts what is not small. For `#[global_allocator]`.
pub struct CountingAllocator;

fn counted(size: usize) -> usize {
    if size >= LEAST { size } else { 0 }
}
#[inline]
fn changed(from: usize, to: usize) {
    let (from, to) = (counted(from), counted(to));
    if from == to {
        return;
    }
    let own = OWN.get().wrapping_add_unsigned(to).wrapping_sub_unsigned(from);
    OWN.set(own);
    if own.unsigned_abs() > BATCH as usize {
        add_own();
    }
}
#[cold]
fn add_own() {
    let own = OWN.replace(0);
    let now = BYTES.fetch_add(own as usize, Relaxed).wrapping_add(own as usize);
    if own > 0
        && now > DUE.load(Relaxed)
        && let Some(f) = ON_DUE.get()
    {
        f();
    }
}
/// The thread ends: adds what it has counted to the sum.
pub fn thread_ends() {
    add_own();
}
// SAFETY: all calls go to mimalloc as they are.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises.
        let p = unsafe { MiMalloc.alloc(layout) };
        if !p.is_null() {
            changed(0, layout.size());
        }
        p
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises.
        let p = unsafe { MiMalloc.alloc_zeroed(layout) };
        if !p.is_null() {
            changed(0, layout.size());
        }
        p
    }
    unsafe fn dealloc(&self, p: *mut u8, layout: Layout) {
        changed(layout.size(), 0);
        // SAFETY: the caller's promises.
        unsafe { MiMalloc.dealloc(p, layout) }
    }
    unsafe fn realloc(&self, p: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promises.
        let new = unsafe { MiMalloc.realloc(p, layout, size) };
        if !new.is_null() {
            changed(layout.size(), size);
        }
        new
    }
}

/// Bytes that are in use now, but for a batch of each thread; 0 when [`CountingAllocator`] is not the process's allocator.
#[inline]
pub(crate) fn bytes() -> usize {
    let bytes = BYTES.load(Relaxed);
    // What one thread frees may have been counted by another one, which has not added it yet.
    if bytes > isize::MAX as usize { 0 } else { bytes }
}
