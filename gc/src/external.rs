//! Memory outside of the heap that objects hold: bytes of bytearrays, buffers of streams, tables of code. The allocator of
//! the process counts it, so that collections come in time and the limit holds for it too.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Smaller pieces are not counted.
const LEAST: usize = 1 << 10;

static BYTES: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, which counts what is not small. For `#[global_allocator]`.
pub struct CountingAllocator;

fn counted(size: usize) -> usize {
    if size >= LEAST { size } else { 0 }
}
// SAFETY: all calls go to the system's allocator as they are.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() >= LEAST {
            BYTES.fetch_add(layout.size(), Relaxed);
        }
        // SAFETY: the caller's promises.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() >= LEAST {
            BYTES.fetch_add(layout.size(), Relaxed);
        }
        // SAFETY: the caller's promises.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn dealloc(&self, p: *mut u8, layout: Layout) {
        if layout.size() >= LEAST {
            BYTES.fetch_sub(layout.size(), Relaxed);
        }
        // SAFETY: the caller's promises.
        unsafe { System.dealloc(p, layout) }
    }
    unsafe fn realloc(&self, p: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if counted(size) != counted(layout.size()) {
            BYTES.fetch_add(counted(size).wrapping_sub(counted(layout.size())), Relaxed);
        }
        // SAFETY: the caller's promises.
        unsafe { System.realloc(p, layout, size) }
    }
}

/// Bytes that are in use now; 0 when [`CountingAllocator`] is not the process's allocator.
#[inline]
pub(crate) fn bytes() -> usize {
    BYTES.load(Relaxed)
}
