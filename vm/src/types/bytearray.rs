//! `bytearray`: a payload with the bytes. Methods are in `bytearray_methods` and, shared with bytes, in `bytes_methods`.

use crate::context::ctx;
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use crate::types::exports::{self, Exports};
use crate::types::payload::{self, Native, Payload};
use crate::value::Value;

/// State of a bytearray.
#[derive(Clone, Default)]
pub struct ByteArray {
    /// the bytes
    pub data: Vec<u8>,
    /// views of them
    pub exports: Exports,
}
impl Payload for ByteArray {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
/// A new bytearray of a class (bytearray or a subclass).
pub fn new_of(th: &mut Thread, class: Gc<Class>, data: Vec<u8>) -> Gc<Native<ByteArray>> {
    payload::new(
        th,
        class,
        ByteArray {
            data,
            exports: Exports::default(),
        },
    )
}
/// The state of a bytearray, writable; TypeError for another object.
pub fn open(th: &mut Thread, v: Value) -> R<&'static mut ByteArray> {
    match payload::downcast::<ByteArray>(v) {
        Some(b) => th.open_mut(b),
        None => Err(th.type_error(&format!("a bytearray is required, not '{}'", th.class_of(v).name_str()))),
    }
}
/// The bytes of a bytearray, which may get another length; BufferError while there are views of them.
pub fn open_to_resize(th: &mut Thread, v: Value) -> R<&'static mut Vec<u8>> {
    crate::memory::reserve(th, 0)?;
    let b = open(th, v)?;
    exports::check(th, &mut b.exports, "Existing exports of data: object cannot be re-sized")?;
    Ok(&mut b.data)
}
/// Runs `f`, which may run Python code, while the length of `v` cannot be changed if it is a bytearray.
pub fn held<T>(th: &mut Thread, v: Value, f: impl FnOnce(&mut Thread) -> R<T>) -> R<T> {
    if payload::downcast::<ByteArray>(v).is_none() {
        return f(th);
    }
    let e = &mut open(th, v)?.exports;
    e.given = e.given.saturating_add(1);
    e.held = e.held.saturating_add(1);
    let r = f(th);
    if r.as_ref().is_err_and(|t| t.is_abort()) {
        return r;
    }
    let e = &mut open(th, v)?.exports;
    e.given = e.given.saturating_sub(1);
    e.held = e.held.saturating_sub(1);
    r
}
impl Thread {
    /// A new bytearray.
    pub fn new_bytearray(&mut self, data: Vec<u8>) -> Value {
        new_of(self, ctx().types.bytearray, data).value()
    }
}
