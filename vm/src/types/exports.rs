//! Views that an exporter has given out, and must not lose memory under.
//!
//! Nothing counts references, so a view that was dropped and not released counts until the collector finds it. Resizing
//! is refused when a view is surely in use: a `with` block holds it, or a variable of a running function or module is one
//! that was not released. Otherwise the memory may move: views ask for it at every access and check their bounds.

use crate::context::ctx;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::memoryview::MemoryView;
use crate::types::payload::downcast;

/// Part of an exporter's state.
#[derive(Clone, Copy, Default)]
pub struct Exports {
    /// buffers given out and not released
    pub(crate) given: u32,
    /// of which `with` blocks hold
    pub(crate) held: u32,
}

/// BufferError with this text when the memory of `e` is in use.
#[inline]
pub fn check(th: &mut Thread, e: &mut Exports, text: &str) -> R<()> {
    if e.given == 0 { Ok(()) } else { check_given(th, e, text) }
}
#[cold]
fn check_given(th: &mut Thread, e: &mut Exports, text: &str) -> R<()> {
    if e.held == 0 {
        let at = std::ptr::from_ref(e);
        let in_use = crate::interp::frame::any_variable(th, &mut |th, v| match downcast::<MemoryView>(v) {
            Some(m) => Ok(crate::types::memoryview::exports(th, m)?.is_some_and(|x| std::ptr::eq(x, at))),
            None => Ok(false),
        })?;
        if !in_use {
            e.given = 0;
            return Ok(());
        }
    }
    Err(th.error(ctx().types.BufferError, text))
}
