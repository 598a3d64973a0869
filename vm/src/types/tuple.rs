//! `tuple`: immutable, items inline.

use crate::context::ctx;
use crate::object::{Gc, Header, Kind, Layout, Space};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use crate::value::Value;
use std::sync::atomic::AtomicU64;

/// Layout: `len` values follow.
#[repr(C)]
pub struct Tuple {
    header: Header,
    len: u64,
    /// the hash, once it is known; 0: not yet
    pub(super) hash: AtomicU64,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Tuple {
    const KIND: Kind = Kind::Tuple;
}
impl Gc<Tuple> {
    /// Number of items.
    #[inline(always)]
    pub fn len(self) -> usize {
        self.len as usize
    }
    /// Has it no items?
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
    /// The items. They stay valid while the tuple is reachable.
    #[inline(always)]
    pub fn items(self) -> &'static [Value] {
        // SAFETY: `len` values follow the layout and never change after construction.
        unsafe { std::slice::from_raw_parts(self.as_ptr().add(1).cast::<Value>(), self.len as usize) }
    }
}
/// Bytes before the attribute word of a tuple (subclass) instance with `len` items.
pub const fn end_offset(len: usize) -> usize {
    std::mem::size_of::<Tuple>() + 8 * len
}
/// A new tuple of a class (tuple or a subclass).
pub fn new_of(th: &mut Thread, class: Gc<Class>, items: &[Value]) -> Gc<Tuple> {
    let size = end_offset(items.len()) + class.attr_bytes();
    let p = th.alloc_raw(Kind::Tuple, class.root_shape(), size, Space::Plain);
    // SAFETY: just allocated with that size.
    unsafe {
        let t = p.as_ptr().cast::<Tuple>();
        (*t).len = items.len() as u64;
        std::ptr::copy_nonoverlapping(items.as_ptr(), t.add(1).cast::<Value>(), items.len());
        Gc::from_addr(t as u64)
    }
}
impl Thread {
    /// A new tuple. The empty one is shared.
    #[inline]
    pub fn new_tuple(&mut self, items: &[Value]) -> Value {
        if items.is_empty() {
            return ctx().empty_tuple;
        }
        new_of(self, ctx().types.tuple, items).value()
    }
}
/// The items of a value that must be a tuple (or a subclass).
pub fn expect(th: &mut Thread, v: Value, what: &str) -> R<Gc<Tuple>> {
    match v.cast::<Tuple>() {
        Some(t) => Ok(t),
        None => Err(th.type_error(&format!("{what} must be a tuple, not {}", th.class_of(v).name_str()))),
    }
}
