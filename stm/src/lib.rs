//! The transaction protocol of Vasuki: header words, clock, logs, contention, irrevocability, the world of threads.
//!
//! Invariants:
//! - A shared object that is not open never points to a private object.
//! - An object's meta word changes from SHARED to OPEN only by the opener's compare-and-swap, and back only by the opener,
//!   with a version that no earlier state of the object had, unless nothing was written.
//! - A transaction that has read an object at a version finds the object at that version when it commits, or aborts.
//! - At most one transaction is irrevocable; it never aborts.
//!
//! `docs/verification.md` says how each of them is checked.
#![warn(unsafe_code)]

pub mod sync;

mod clock;
#[expect(unsafe_code, reason = "undo entries are pointers to words")]
mod commit;
mod contention;
mod header;
#[expect(unsafe_code, reason = "logged headers are pointers")]
mod irrevocable;
mod mutant;
mod numbers;
#[expect(unsafe_code, reason = "undo entries are pointers to words")]
mod open;
#[expect(unsafe_code, reason = "logged headers are pointers")]
mod read;
#[expect(unsafe_code, reason = "logged headers are pointers")]
mod retry;
#[expect(unsafe_code, reason = "registers are spilled to the stack")]
mod stack;
mod stop;
mod ticker;
#[expect(unsafe_code, reason = "logged headers are pointers")]
mod tx;
#[expect(unsafe_code, reason = "threads are leaked records")]
mod world;

pub use commit::Publisher;
pub use header::{Header, flag, meta};
#[cfg(loom)]
pub use mutant::{Mutant, set_mutant};
pub use retry::Retry;
pub use stop::Stopped;
pub use tx::{Conflict, Tx};
pub use world::{World, WorldThread, poll};
