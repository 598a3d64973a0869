//! The buffer protocol: bytes of `bytes`, `bytearray`, `memoryview`, payload types that registered, and Python classes
//! with `__buffer__`.
//!
//! A view asks its exporter for the memory at every access and checks its bounds, so that a resize of the exporter is never
//! unsafe; `exports` says when it is refused.

use crate::context::ctx;
use crate::object::Kind;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer_format::Format;
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;
use crate::types::exports::Exports;
use crate::types::memoryview::{self, MemoryView};
use crate::types::payload::{Payload, downcast};
use crate::value::Value;
use std::any::TypeId;
use std::borrow::Cow;
use std::sync::RwLock;

/// What a consumer asks for: bits of the argument of `__buffer__`.
pub mod request {
    /// contiguous bytes
    pub const SIMPLE: i32 = 0;
    /// memory that may be written
    pub const WRITABLE: i32 = 1;
    /// the format of the items
    pub const FORMAT: i32 = 4;
    /// the shape
    pub const ND: i32 = 8;
    /// any strides
    pub const STRIDES: i32 = 0x10 | ND;
    /// no gaps, in C order
    pub const C_CONTIGUOUS: i32 = 0x20 | STRIDES;
    /// no gaps, in Fortran order
    pub const F_CONTIGUOUS: i32 = 0x40 | STRIDES;
    /// no gaps, in either order
    pub const ANY_CONTIGUOUS: i32 = 0x80 | STRIDES;
    /// everything there is, to be read
    pub const FULL_RO: i32 = 0x100 | STRIDES | FORMAT;
}

/// The memory of an exporter. Valid until Python code runs or the exporter changes.
pub struct Memory {
    /// start
    pub ptr: *mut u8,
    /// bytes
    pub len: usize,
    /// may it be written?
    pub readonly: bool,
    /// format of an item
    pub format: Format,
}
impl Memory {
    /// The bytes.
    /// # Safety
    /// Nothing changes or frees the memory while the slice is used.
    pub unsafe fn as_slice(&self) -> &'static [u8] {
        // SAFETY: `len` bytes at `ptr`; the rest is the caller's promise.
        unsafe { slice(self.ptr, self.len) }
    }
}
/// How objects of a layout export their memory.
pub struct Exporter {
    /// opens the object and says where its memory is
    pub memory: fn(&mut Thread, Value) -> R<Memory>,
    /// where it keeps count of its views, if its memory can move
    pub exports: Option<fn(&mut Thread, Value) -> R<&'static mut Exports>>,
}
static BYTES: Exporter = Exporter {
    memory: |_, v| {
        let s = v.as_gc::<Bytes>().as_slice();
        Ok(Memory {
            ptr: s.as_ptr() as *mut u8,
            len: s.len(),
            readonly: true,
            format: Format::BYTES,
        })
    },
    exports: None,
};
static BYTEARRAY: Exporter = Exporter {
    memory: |th, v| {
        let d = &mut crate::types::bytearray::open(th, v)?.data;
        Ok(Memory {
            ptr: d.as_mut_ptr(),
            len: d.len(),
            readonly: false,
            format: Format::BYTES,
        })
    },
    exports: Some(|th, v| Ok(&mut crate::types::bytearray::open(th, v)?.exports)),
};
static EXPORTERS: RwLock<Vec<(TypeId, &'static Exporter)>> = RwLock::new(Vec::new());

/// Makes objects with payload `T` exporters of their memory (array.array, mmap ...).
pub fn register<T: Payload>(exporter: &'static Exporter) {
    let mut e = EXPORTERS.write().unwrap_or_else(|e| e.into_inner());
    if e.iter().all(|x| x.0 != TypeId::of::<T>()) {
        e.push((TypeId::of::<T>(), exporter));
    }
}
/// How a value that is not a memoryview exports its memory, whatever its class makes of that.
pub fn exporter(v: Value) -> Option<&'static Exporter> {
    if v.is_kind(Kind::Bytes) {
        return Some(&BYTES);
    }
    if !v.is_kind(Kind::Payload) {
        return None;
    }
    // SAFETY: every payload object begins with header and info.
    let info = unsafe { *((v.0 + 16) as *const &'static crate::types::payload::PayloadInfo) };
    if info.type_id == TypeId::of::<ByteArray>() {
        return Some(&BYTEARRAY);
    }
    let all = EXPORTERS.read().unwrap_or_else(|e| e.into_inner());
    all.iter().find(|e| e.0 == info.type_id).map(|e| e.1)
}
/// Has its class a `__buffer__` that is written in Python?
pub(crate) fn is_python(th: &mut Thread, v: Value) -> bool {
    v.is_obj()
        && th
            .class_of(v)
            .special(Special::Buffer)
            .is_some_and(|m| !m.is_kind(Kind::NativeFunction) && !m.is_none())
}
/// The flat memory of an object with native memory of its own; None for others.
fn flat(th: &mut Thread, v: Value) -> R<Option<Memory>> {
    match exporter(v) {
        Some(e) if v.is_obj() && th.class_of(v) == ctx().types.bytes => (e.memory)(th, v).map(Some),
        Some(e) if !is_python(th, v) => (e.memory)(th, v).map(Some),
        _ => Ok(None),
    }
}

/// Runs `f` with a view of an object whose class has a Python `__buffer__`, which is released afterwards.
fn with_python_view<T>(th: &mut Thread, v: Value, flags: i32, f: impl FnOnce(&mut Thread, Value) -> R<T>) -> R<T> {
    let view = memoryview::acquire(th, v, flags)?;
    let r = f(th, view.value());
    let released = memoryview::release(th, view);
    let r = r?;
    released?;
    Ok(r)
}
/// The contiguous bytes of a bytes-like object; None for other values. Those of `bytes` are borrowed, others copied.
pub fn bytes_like(th: &mut Thread, v: Value) -> R<Option<Cow<'static, [u8]>>> {
    bytes_with(th, v, request::SIMPLE)
}
/// The bytes of a bytes-like object, with gaps or without, in C order; None for other values.
pub fn bytes_like_strided(th: &mut Thread, v: Value) -> R<Option<Cow<'static, [u8]>>> {
    bytes_with(th, v, request::FULL_RO)
}
fn bytes_with(th: &mut Thread, v: Value, flags: i32) -> R<Option<Cow<'static, [u8]>>> {
    if !v.is_obj() {
        return Ok(None);
    }
    if th.class_of(v) == ctx().types.bytes {
        return Ok(Some(Cow::Borrowed(v.as_gc::<Bytes>().as_slice())));
    }
    if let Some(m) = flat(th, v)? {
        // SAFETY: just asked for; nothing ran since. The bytes of `bytes` never change.
        let s = unsafe { m.as_slice() };
        let borrowed = v.is_kind(Kind::Bytes);
        return Ok(Some(if borrowed { Cow::Borrowed(s) } else { Cow::Owned(s.to_vec()) }));
    }
    if let Some(m) = downcast::<MemoryView>(v) {
        memoryview::check_request(th, m, flags)?;
        return memoryview::to_vec(th, m).map(|d| Some(Cow::Owned(d)));
    }
    if is_python(th, v) {
        return with_python_view(th, v, flags, |th, view| bytes_with(th, view, flags));
    }
    Ok(None)
}
/// Is it bytes-like?
pub fn is_bytes_like(th: &mut Thread, v: Value) -> bool {
    v.is_obj() && (exporter(v).is_some() || downcast::<MemoryView>(v).is_some() || is_python(th, v))
}
/// The bytes of a bytes-like argument; TypeError for other values.
pub fn bytes_arg(th: &mut Thread, v: Value) -> R<Cow<'static, [u8]>> {
    match bytes_like(th, v)? {
        Some(b) => Ok(b),
        None => Err(not_bytes_like(th, v)),
    }
}
/// "a bytes-like object is required, not 'X'"
pub fn not_bytes_like(th: &mut Thread, v: Value) -> crate::throw::Throw {
    let name = if v.is_none() {
        "NoneType".into()
    } else {
        th.class_of(v).name_str()
    };
    th.type_error(&format!("a bytes-like object is required, not '{name}'"))
}
/// As `bytes(x)` takes a value that is not an int or a str: bytes-like, `__bytes__`, or an iterable of ints.
pub fn bytes_of_argument(th: &mut Thread, v: Value) -> R<Cow<'static, [u8]>> {
    if let Some(b) = v.cast::<Bytes>()
        && th
            .class_of(v)
            .special(Special::Bytes)
            .is_some_and(|m| m.is_kind(Kind::NativeFunction))
    {
        return Ok(Cow::Borrowed(b.as_slice()));
    }
    if v.is_obj() && th.class_of(v).special(Special::Bytes).is_some() {
        let r = th.call_special(v, Special::Bytes, &[])?.unwrap_or(Value::NONE);
        return match r.cast::<Bytes>() {
            Some(b) => Ok(Cow::Borrowed(b.as_slice())),
            None => Err(th.type_error(&format!("__bytes__ returned non-bytes (type {})", th.class_of(r).name_str()))),
        };
    }
    if let Some(b) = bytes_like_strided(th, v)? {
        return Ok(b);
    }
    let iterable = th.class_of(v).special(Special::Iter).is_some() || th.class_of(v).special(Special::Getitem).is_some();
    if !iterable || v.is_kind(Kind::Str) {
        return Err(th.type_error(&format!("cannot convert '{}' object to bytes", th.class_of(v).name_str())));
    }
    let mut out = Vec::new();
    let it = th.iter(v)?;
    while let Some(x) = th.next(it)? {
        out.push(byte(th, x, "bytes must be in range(0, 256)")?);
    }
    Ok(Cow::Owned(out))
}
/// An int argument as one byte.
pub fn byte(th: &mut Thread, v: Value, message: &str) -> R<u8> {
    let i = th.index(v)?;
    match crate::types::int::to_i64(i) {
        Some(n @ 0..=255) => Ok(n as u8),
        _ => Err(th.value_error(message)),
    }
}
/// Runs `f` on the bytes of a bytes-like object, without copying; TypeError for other values. `f` must not run Python code.
pub fn with_buffer<T>(th: &mut Thread, v: Value, f: impl FnOnce(&[u8]) -> T) -> R<T> {
    let found = match downcast::<MemoryView>(v) {
        Some(m) => {
            memoryview::check_request(th, m, request::SIMPLE)?;
            Some(memoryview::contiguous(th, m)?)
        }
        None => flat(th, v)?.map(|m| (m.ptr, m.len)),
    };
    match found {
        // SAFETY: just asked for; `f` runs no Python code.
        Some((ptr, len)) => Ok(f(unsafe { slice(ptr, len) })),
        None if is_python(th, v) => with_python_view(th, v, request::SIMPLE, |th, view| with_buffer(th, view, f)),
        None => Err(not_bytes_like(th, v)),
    }
}
/// Runs `f` on the writable, contiguous bytes of an object; TypeError when it has none. `f` must not run Python code.
pub fn with_buffer_mut<T>(th: &mut Thread, v: Value, f: impl FnOnce(&mut [u8]) -> T) -> R<T> {
    let found = match downcast::<MemoryView>(v) {
        Some(m) => {
            let s = memoryview::state(th, m)?;
            if s.readonly || !s.c_contiguous() {
                None
            } else {
                Some(memoryview::contiguous(th, m)?)
            }
        }
        None => flat(th, v)?.filter(|m| !m.readonly).map(|m| (m.ptr, m.len)),
    };
    match found {
        // SAFETY: writable memory of that length, just asked for; `f` runs no Python code.
        Some((ptr, len)) if len > 0 => Ok(f(unsafe { std::slice::from_raw_parts_mut(ptr, len) })),
        Some(_) => Ok(f(&mut [])),
        None if is_python(th, v) => with_python_view(th, v, request::WRITABLE, |th, view| with_buffer_mut(th, view, f)),
        None => {
            let name = th.class_of(v).name_str();
            Err(th.type_error(&format!("a read-write bytes-like object is required, not '{name}'")))
        }
    }
}
/// # Safety
/// `len` readable bytes at `ptr`, unchanged while the slice is used.
pub unsafe fn slice<'a>(ptr: *const u8, len: usize) -> &'a [u8] {
    if len == 0 {
        &[]
    } else {
        // SAFETY: by the caller's promise.
        unsafe { std::slice::from_raw_parts(ptr, len) }
    }
}
/// BufferError
pub fn buffer_error(th: &mut Thread, text: &str) -> crate::throw::Throw {
    th.error(ctx().types.BufferError, text)
}
