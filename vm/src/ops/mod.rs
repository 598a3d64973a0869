//! The operations of the data model on any values: what operators, `len()`, `repr()`, `iter()` ... do.
//! Native types are reached through their special methods like all others; the interpreter has its own fast paths.

mod binary;
mod compare;
mod convert;
mod isinstance;
mod iterate;
mod subscript;

pub use binary::{BinOp, UnOp};
pub use compare::CmpOp;

use crate::thread::Thread;
use crate::throw::R;

impl Thread {
    /// Runs `f` one native level deeper; RecursionError when the native stack runs low. `what` ends the message
    /// (" while getting the repr of an object").
    #[inline]
    pub fn recurse<T>(&mut self, what: &str, f: impl FnOnce(&mut Thread) -> R<T>) -> R<T> {
        let here = 0u8;
        if (&raw const here as usize) < self.stack_limit {
            return Err(self.error(
                crate::context::ctx().types.RecursionError,
                &format!("maximum recursion depth exceeded{what}"),
            ));
        }
        f(self)
    }
}
