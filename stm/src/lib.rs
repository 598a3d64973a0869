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
//!
//! # For Rust programs
//!
//! A [`TVar`] holds a value; [`atomically`] runs a closure that reads and writes variables as if nothing else ran meanwhile.
//! What the closure reads is consistent at every moment, also in a run that is thrown away later. It may run several times,
//! so it has no other effects.
//!
//! ```
//! use vasuki_stm::{TVar, atomically};
//!
//! let (from, to) = (TVar::new(100), TVar::new(0));
//! atomically(|tx| {
//!     let balance = from.read(tx)?;
//!     from.write(tx, balance - 30)?;
//!     to.update(tx, |n| *n += 30)
//! });
//! assert_eq!((from.load(), to.load()), (70, 30));
//! ```
//!
//! A transaction that cannot go on yet [waits](retry) until something has changed that it has read; of two such transactions
//! [`Transaction::or_else`] takes the one that can go on; [`Transaction::nested`] undoes a part of a transaction; and
//! [`try_atomically`] leaves a transaction with an error, with nothing written.
//!
#![warn(unsafe_code)]

pub mod sync;

#[expect(unsafe_code, reason = "logged headers and words are pointers")]
mod cards;
mod cause;
mod clock;
#[expect(unsafe_code, reason = "undo entries are pointers to words")]
mod commit;
mod contention;
#[expect(unsafe_code, reason = "locks that were looked at are pointers")]
mod elision;
mod filter;
mod header;
#[expect(unsafe_code, reason = "logged headers are pointers")]
mod irrevocable;
mod mutant;
mod numbers;
#[expect(unsafe_code, reason = "undo entries are pointers to words")]
mod open;
#[cfg(not(any(loom, shuttle)))]
#[expect(unsafe_code, reason = "keys of threads are the C library's")]
pub mod os_thread;
#[expect(unsafe_code, reason = "logged headers are pointers")]
mod parts;
#[expect(unsafe_code, reason = "hints are instructions")]
mod prefetch;
#[expect(unsafe_code, reason = "logged headers are pointers")]
mod read;
#[expect(unsafe_code, reason = "logged headers are pointers")]
mod retry;
#[expect(unsafe_code, reason = "registers are spilled to the stack")]
mod stack;
mod stop;
mod ticker;
#[cfg(not(any(loom, shuttle)))]
#[expect(unsafe_code, reason = "values are boxes behind words")]
mod tvar;
#[expect(unsafe_code, reason = "logged headers are pointers")]
mod tx;
#[expect(unsafe_code, reason = "threads are leaked records")]
mod world;

pub use cause::Cause;
pub use commit::Publisher;
pub use contention::{Awaits, Waits};
pub use elision::LockWord;
pub use header::{Header, flag, meta};
#[cfg(any(loom, shuttle))]
pub use mutant::{Mutant, set_mutant};
pub use parts::Test;
pub use retry::Retry;
pub use stop::Stopped;
#[cfg(not(any(loom, shuttle)))]
pub use tvar::{Blocked, Stop, TVar, Transaction, atomically, check, retry, try_atomically};
pub use tx::{Conflict, Part, Tx};
pub use world::{World, WorldThread, poll};
