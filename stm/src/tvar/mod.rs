//! Transactional variables for Rust programs, over the same protocol as Python's objects. The crate's documentation says how
//! they are used.
//!
//! Invariants:
//! - A value is boxed, and never changes once another thread can see it: a write replaces the box.
//! - Boxes that were replaced by a commit, and variables without an owner, are freed when no transaction runs any more that
//!   was running then (`crossbeam_epoch`): what a transaction has read stays readable while it runs, torn reads included.
//! - Nobody follows a box that was not committed but the transaction that made it.

mod session;
mod transaction;
mod variable;

pub use transaction::{Blocked, Stop, Transaction, atomically, check, retry, try_atomically};
pub use variable::TVar;
