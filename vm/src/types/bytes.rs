//! `bytes`: layout and construction. Methods are in `bytes_methods`.

use crate::context::{ctx, leaf_space};
use crate::object::{Gc, Header, Kind, Layout};
use crate::thread::Thread;
use crate::types::class::Class;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Layout; the bytes follow. Immutable.
#[repr(C)]
pub struct Bytes {
    header: Header,
    hash: AtomicU64,
    len: u64,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Bytes {
    const KIND: Kind = Kind::Bytes;
}
impl Gc<Bytes> {
    /// Number of bytes.
    #[inline(always)]
    pub fn len(self) -> usize {
        self.len as usize
    }
    /// Has it no bytes?
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
    /// The bytes. They stay valid while the object is reachable.
    #[inline(always)]
    pub fn as_slice(self) -> &'static [u8] {
        // SAFETY: `len` bytes follow the layout and never change after construction.
        unsafe { std::slice::from_raw_parts(self.as_ptr().add(1).cast::<u8>(), self.len as usize) }
    }
    /// The hash: that of an equal Latin-1 str.
    pub fn hash(self) -> i64 {
        match self.hash.load(Relaxed) {
            0 => {
                let h = crate::hash::bytes(self.as_slice());
                self.hash.store(h as u64, Relaxed);
                h
            }
            h => h as i64,
        }
    }
    /// Bytes before the attribute word (bytes subclasses).
    pub fn end_offset(self) -> usize {
        (32 + self.len() + 7) & !7
    }
}
/// A new bytes object of a class (bytes or a subclass).
pub fn new_of(th: &mut Thread, class: Gc<Class>, data: &[u8]) -> Gc<Bytes> {
    build_of(th, class, data.len(), |out| out.copy_from_slice(data))
}
fn build_of(th: &mut Thread, class: Gc<Class>, len: usize, fill: impl FnOnce(&mut [u8])) -> Gc<Bytes> {
    let size = ((32 + len + 7) & !7) + class.attr_bytes();
    let space = leaf_space(class, |t| t.bytes);
    let p = th.alloc_raw(Kind::Bytes, class.root_shape(), size, space);
    // SAFETY: fresh zeroed memory of that size.
    unsafe {
        let b = p.as_ptr().cast::<Bytes>();
        (*b).len = len as u64;
        fill(std::slice::from_raw_parts_mut(b.add(1).cast::<u8>(), len));
        Gc::from_addr(b as u64)
    }
}
impl Thread {
    /// A new bytes object.
    pub fn new_bytes(&mut self, data: &[u8]) -> Value {
        if data.is_empty() {
            return ctx().empty_bytes;
        }
        if let [b] = *data {
            return ctx().single_bytes[b as usize];
        }
        new_of(self, ctx().types.bytes, data).value()
    }
    /// A new bytes object of `len` bytes written by `fill`.
    pub fn build_bytes(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> Value {
        if len == 0 {
            return ctx().empty_bytes;
        }
        build_of(self, ctx().types.bytes, len, fill).value()
    }
}
