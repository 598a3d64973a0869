//! Memory outside of the heap that objects hold: bytes of bytearrays, buffers of streams, tables of code. The allocator of
//! the process counts it, so that collections come in time and the limit holds for it too.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Smaller pieces are not counted.
const LEAST: usize = 1 << 10;

static BYTES: AtomicUsize = AtomicUsize::new(0);
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

/// The system's allocator, which counts what is not small. For `#[global_allocator]`.
pub struct CountingAllocator;

fn counted(size: usize) -> usize {
    if size >= LEAST { size } else { 0 }
}
#[inline]
fn changed(from: usize, to: usize) {
    let (from, to) = (counted(from), counted(to));
    if from != to {
        let grown = to.wrapping_sub(from);
        let now = BYTES.fetch_add(grown, Relaxed).wrapping_add(grown);
        if to > from
            && now > DUE.load(Relaxed)
            && let Some(f) = ON_DUE.get()
        {
            f();
        }
    }
}
// SAFETY: all calls go to the system's allocator as they are.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises.
        let p = unsafe { System.alloc(layout) };
        if !p.is_null() {
            changed(0, layout.size());
        }
        p
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises.
        let p = unsafe { System.alloc_zeroed(layout) };
        if !p.is_null() {
            changed(0, layout.size());
        }
        p
    }
    unsafe fn dealloc(&self, p: *mut u8, layout: Layout) {
        changed(layout.size(), 0);
        // SAFETY: the caller's promises.
        unsafe { System.dealloc(p, layout) }
    }
    unsafe fn realloc(&self, p: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promises.
        let new = unsafe { System.realloc(p, layout, size) };
        if !new.is_null() {
            changed(layout.size(), size);
        }
        new
    }
}

/// Bytes that are in use now; 0 when [`CountingAllocator`] is not the process's allocator.
#[inline]
pub(crate) fn bytes() -> usize {
    BYTES.load(Relaxed)
}
