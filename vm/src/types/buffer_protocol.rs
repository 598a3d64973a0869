//! The buffer protocol: bytes of `bytes`, `bytearray`, `memoryview`, payload types that registered, and Python classes
//! with `__buffer__`.
//!
//! There is no export count: a view asks its exporter for the memory at every access and checks its bounds, so that a
//! resize of the exporter is never unsafe.

use crate::context::ctx;
use crate::object::Kind;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;
use crate::types::memoryview::MemoryView;
use crate::types::payload::{Payload, downcast};
use crate::value::Value;
use std::any::TypeId;
use std::borrow::Cow;
use std::sync::RwLock;

/// The memory of an exporter. Valid until Python code runs or the exporter changes.
pub struct Memory {
    /// start
    pub ptr: *mut u8,
    /// bytes
    pub len: usize,
    /// may it be written?
    pub readonly: bool,
    /// struct-style format of an item
    pub format: String,
    /// bytes of an item
    pub itemsize: usize,
}
/// How a payload type exports its memory: opens the object and says where it is.
pub type Export = fn(&mut Thread, Value) -> R<Memory>;

static EXPORTERS: RwLock<Vec<(TypeId, Export)>> = RwLock::new(Vec::new());

/// Makes objects with payload `T` exporters of their memory (array.array, mmap ...).
pub fn register<T: Payload>(export: Export) {
    let mut e = EXPORTERS.write().unwrap_or_else(|e| e.into_inner());
    if e.iter().all(|x| x.0 != TypeId::of::<T>()) {
        e.push((TypeId::of::<T>(), export));
    }
}
fn exporter(v: Value) -> Option<Export> {
    if !v.is_kind(Kind::Payload) {
        return None;
    }
    // SAFETY: every payload object begins with header and info.
    let info = unsafe { *((v.0 + 16) as *const &'static crate::types::payload::PayloadInfo) };
    EXPORTERS
        .read()
        .unwrap_or_else(|e| e.into_inner())
        .iter()
        .find(|e| e.0 == info.type_id)
        .map(|e| e.1)
}

/// The flat memory of an exporter that is not a memoryview; None if it is none.
pub fn memory(th: &mut Thread, v: Value) -> R<Option<Memory>> {
    if let Some(b) = v.cast::<Bytes>() {
        let s = b.as_slice();
        return Ok(Some(Memory {
            ptr: s.as_ptr() as *mut u8,
            len: s.len(),
            readonly: true,
            format: "B".into(),
            itemsize: 1,
        }));
    }
    if let Some(b) = downcast::<ByteArray>(v) {
        let d = &mut th.open_mut(b)?.data;
        return Ok(Some(Memory {
            ptr: d.as_mut_ptr(),
            len: d.len(),
            readonly: false,
            format: "B".into(),
            itemsize: 1,
        }));
    }
    match exporter(v) {
        Some(e) => e(th, v).map(Some),
        None => Ok(None),
    }
}
/// The view that `__buffer__` of a Python class gives; None if the class has none.
pub fn python_buffer(th: &mut Thread, v: Value) -> R<Option<Value>> {
    if !v.is_obj() || th.class_of(v).special(Special::Buffer).is_none() {
        return Ok(None);
    }
    match th.call_special(v, Special::Buffer, &[Value::small(0x11C)])? {
        Some(m) if downcast::<MemoryView>(m).is_some() => Ok(Some(m)),
        Some(_) => Err(th.type_error("__buffer__ returned non-memoryview object")),
        None => Ok(None),
    }
}

/// The bytes of a bytes-like object; None for other values. Those of `bytes` are borrowed, others copied.
pub fn bytes_like(th: &mut Thread, v: Value) -> R<Option<Cow<'static, [u8]>>> {
    if let Some(b) = v.cast::<Bytes>() {
        return Ok(Some(Cow::Borrowed(b.as_slice())));
    }
    if !v.is_obj() {
        return Ok(None);
    }
    if let Some(m) = downcast::<MemoryView>(v) {
        return crate::types::memoryview::to_vec(th, m).map(|d| Some(Cow::Owned(d)));
    }
    if let Some(m) = memory(th, v)? {
        // SAFETY: just asked for; nothing ran since.
        let s = unsafe { slice(m.ptr, m.len) };
        return Ok(Some(Cow::Owned(s.to_vec())));
    }
    match python_buffer(th, v)? {
        Some(m) => bytes_like(th, m),
        None => Ok(None),
    }
}
/// Is it bytes-like?
pub fn is_bytes_like(th: &mut Thread, v: Value) -> bool {
    v.is_kind(Kind::Bytes)
        || downcast::<ByteArray>(v).is_some()
        || downcast::<MemoryView>(v).is_some()
        || exporter(v).is_some()
        || v.is_obj() && th.class_of(v).special(Special::Buffer).is_some()
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
    if let Some(b) = v.cast::<Bytes>() {
        return Ok(Cow::Borrowed(b.as_slice()));
    }
    if v.is_obj() && th.class_of(v).special(Special::Bytes).is_some() {
        let r = th.call_special(v, Special::Bytes, &[])?.unwrap_or(Value::NONE);
        return match r.cast::<Bytes>() {
            Some(b) => Ok(Cow::Borrowed(b.as_slice())),
            None => Err(th.type_error(&format!("__bytes__ returned non-bytes (type {})", th.class_of(r).name_str()))),
        };
    }
    if let Some(b) = bytes_like(th, v)? {
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
/// Runs `f` on the bytes of a bytes-like object, without copying where that is possible; TypeError for other values.
/// `f` must not run Python code.
pub fn with_buffer<T>(th: &mut Thread, v: Value, f: impl FnOnce(&[u8]) -> T) -> R<T> {
    if downcast::<MemoryView>(v).is_none()
        && let Some(m) = memory(th, v)?
    {
        // SAFETY: just asked for; `f` runs no Python code.
        return Ok(f(unsafe { slice(m.ptr, m.len) }));
    }
    let b = bytes_arg(th, v)?;
    Ok(f(&b))
}
/// Runs `f` on the writable, contiguous bytes of an object; TypeError when it has none. `f` must not run Python code.
pub fn with_buffer_mut<T>(th: &mut Thread, v: Value, f: impl FnOnce(&mut [u8]) -> T) -> R<T> {
    let found = match downcast::<MemoryView>(v) {
        Some(m) => crate::types::memoryview::contiguous_mut(th, m)?,
        None => memory(th, v)?.filter(|m| !m.readonly).map(|m| (m.ptr, m.len)),
    };
    let found = match found {
        Some(f) => Some(f),
        None if v.is_obj() && !v.is_kind(Kind::Bytes) => match python_buffer(th, v)? {
            Some(m) => return with_buffer_mut(th, m, f),
            None => None,
        },
        None => None,
    };
    match found {
        Some((ptr, len)) => {
            // SAFETY: writable memory of that length, just asked for; `f` runs no Python code.
            Ok(f(unsafe {
                if len == 0 {
                    &mut []
                } else {
                    std::slice::from_raw_parts_mut(ptr, len)
                }
            }))
        }
        None => {
            let name = th.class_of(v).name_str();
            Err(th.type_error(&format!("a read-write bytes-like object is required, not '{name}'")))
        }
    }
}
/// # Safety
/// `len` readable bytes at `ptr`, unchanged while the slice is used.
pub unsafe fn slice<'a>(ptr: *const u8, len: usize) -> &'a [u8] {
    // SAFETY: by the caller's promise.
    if len == 0 {
        &[]
    } else {
        unsafe { std::slice::from_raw_parts(ptr, len) }
    }
}
/// BufferError
pub fn buffer_error(th: &mut Thread, text: &str) -> crate::throw::Throw {
    th.error(ctx().types.BufferError, text)
}
