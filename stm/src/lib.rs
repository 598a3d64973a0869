//! The transaction protocol of Vasuki: header words, clock, logs, contention, irrevocability, the world of threads.
//!
//! Invariants:
//! - A shared object that is not open never points to a private object.
//! - An object's meta word changes from SHARED to OPEN only by the opener's compare-and-swap, and back only by the opener,
//!   with a version that no earlier state of the object had.
//! - A transaction that has read an object at a version finds the object at that version when it commits, or aborts.
//! - At most one transaction is irrevocable; it never aborts.

pub mod sync;

mod clock;
mod commit;
mod header;
mod irrevocable;
mod open;
mod read;
mod ticker;
mod tx;
mod world;

pub use commit::Publisher;
pub use header::{Header, flag, meta};
pub use tx::{Conflict, OpenEntry, ReadEntry, Tx, UndoEntry};
pub use world::{Mode, Stopped, World, WorldThread, poll};
