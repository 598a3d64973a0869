//! The JIT. So far it watches: [`Candidates`] hears from the interpreter (`vasuki_vm::jit`) which code runs, and says what is
//! hot. There is no compiler yet.
#![forbid(unsafe_code)]

mod candidates;

pub use candidates::{Candidate, Candidates};
