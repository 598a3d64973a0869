//! What leaves a native function other than by returning: a Python exception, or the abort of the transaction.

use crate::value::Value;

/// Result of anything that can run Python code or touch shared objects.
pub type R<T = Value> = Result<T, Throw>;

/// An exception object on its way, or an abort. Always propagate it; to handle Python exceptions natively use
/// `Thread::catch`, which lets aborts pass.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Throw(Value);

impl Throw {
    /// The transaction must abort.
    pub const ABORT: Throw = Throw(Value::ABORT);
    /// A Python exception (an instance of BaseException).
    pub fn exception(v: Value) -> Throw {
        debug_assert!(v.is_obj());
        Throw(v)
    }
    /// Does the transaction run again? Otherwise it is a Python exception.
    #[inline(always)]
    pub fn is_abort(self) -> bool {
        self.0 == Value::ABORT
    }
    /// The exception object; None for an abort.
    pub fn value(self) -> Option<Value> {
        if self.is_abort() { None } else { Some(self.0) }
    }
}
impl From<vasuki_stm::Conflict> for Throw {
    #[cold]
    fn from(_: vasuki_stm::Conflict) -> Throw {
        Throw::ABORT
    }
}
