//! File names and arguments: bytes of the system as text, UTF-8 with surrogateescape.

use crate::names::names;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::str_::Str;
use crate::value::Value;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// Text of a name of the system: bytes that are no UTF-8 become lone surrogates U+DC80..U+DCFF.
pub fn fs_string(th: &mut Thread, s: &OsStr) -> Value {
    if let Some(t) = s.to_str() {
        return th.new_str(t);
    }
    let mut points = Vec::with_capacity(s.len());
    for chunk in s.as_bytes().utf8_chunks() {
        points.extend(chunk.valid().chars().map(u32::from));
        points.extend(chunk.invalid().iter().map(|&b| 0xDC00 + u32::from(b)));
    }
    th.new_str_points(&points)
}
/// The name that a str, bytes or path-like object stands for.
pub fn fs_bytes(th: &mut Thread, v: Value) -> R<Vec<u8>> {
    if let Some(s) = v.cast::<Str>() {
        return text_bytes(th, s.value());
    }
    if let Some(b) = v.cast::<crate::types::bytes::Bytes>() {
        return Ok(b.as_slice().to_vec());
    }
    let class = th.class_of(v);
    if let Some(f) = class.lookup(names().__fspath__).filter(|f| !f.is_none()) {
        let f = crate::attrs::bind(th, f, v, class.value())?;
        let r = th.call(f, &[])?;
        if r.cast::<Str>().is_some() {
            return text_bytes(th, r);
        }
        if let Some(b) = r.cast::<crate::types::bytes::Bytes>() {
            return Ok(b.as_slice().to_vec());
        }
        let (c, n) = (class.name_str(), th.class_of(r).name_str());
        return Err(th.type_error(&format!("expected {c}.__fspath__() to return str or bytes, not {n}")));
    }
    let n = class.name_str();
    Err(th.type_error(&format!("expected str, bytes or os.PathLike object, not {n}")))
}
fn text_bytes(th: &mut Thread, v: Value) -> R<Vec<u8>> {
    let s = v.as_gc::<Str>();
    if let Some(t) = s.to_utf8() {
        return Ok(t.into_bytes());
    }
    let mut out = Vec::with_capacity(s.len());
    for c in s.points() {
        match char::from_u32(c) {
            Some(c) => out.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
            None if (0xDC80..=0xDCFF).contains(&c) => out.push((c - 0xDC00) as u8),
            None => return Err(super::surrogates_not_allowed(th, s)),
        }
    }
    Ok(out)
}
