//! The heap of Vasuki: non-moving, blocks of size classes, mark bits beside the objects, parallel marking.
//!
//! Invariants:
//! - A cell is *allocated* if its bit in the block's allocation map is set and the kind byte of its header is not 0. The
//!   map's bits are set for a whole run of free cells when a thread takes the run; the cells are zeroed then, so that
//!   unused ones have kind 0.
//! - Sweeping a block without destructors is copying its mark bits over its allocation bits: no cell is touched.
//! - An object in a leaf space ([`Space`]) refers to nothing, or to roots alone: marking it sets its bit, and it is not
//!   touched.
//! - All calls with `&Heap` that say "stopped" run while every other thread is stopped.
//!
//! For generations: marks are kept per block and cleared at the start of a collection; a sticky-bit collection would
//! leave them and start from the remembered set instead.
#![warn(unsafe_code)]

mod block;
#[expect(unsafe_code, reason = "sets of cores are the C library's")]
mod cores;
#[expect(unsafe_code, reason = "an allocator")]
mod external;
#[expect(unsafe_code, reason = "address space from the system")]
mod heap;
#[expect(unsafe_code, reason = "free cells are addresses")]
mod local;
#[expect(unsafe_code, reason = "objects are addresses")]
mod mark;
mod stats;
#[expect(unsafe_code, reason = "helpers work on what a caller's stack holds")]
mod team;

pub use block::Space;
pub use external::{CountingAllocator, thread_ends, when_due};
pub use heap::Heap;
pub use local::LocalAlloc;
pub use mark::{Marker, Tracer, prefetch};
pub use stats::Stats;
pub use team::after_fork;
