//! `bytearray`: a payload with the bytes. Methods are in `bytearray_methods` and, shared with bytes, in `bytes_methods`.

use crate::context::ctx;
use crate::object::Gc;
use crate::thread::Thread;
use crate::types::class::Class;
use crate::types::payload::{self, Native, Payload};
use crate::value::Value;

/// State of a bytearray.
#[derive(Clone, Default)]
pub struct ByteArray {
    /// the bytes
    pub data: Vec<u8>,
}
impl Payload for ByteArray {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
/// A new bytearray of a class (bytearray or a subclass).
pub fn new_of(th: &mut Thread, class: Gc<Class>, data: Vec<u8>) -> Gc<Native<ByteArray>> {
    payload::new(th, class, ByteArray { data })
}
impl Thread {
    /// A new bytearray.
    pub fn new_bytearray(&mut self, data: Vec<u8>) -> Value {
        new_of(self, ctx().types.bytearray, data).value()
    }
}
