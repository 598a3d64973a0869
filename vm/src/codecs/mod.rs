//! Text encodings: the built-in codecs, error handlers, and the registry of others.
//!
//! `encode_named` and `decode_named` are what `str.encode` and `bytes.decode` do; the built-in encodings are found by their
//! normalized name without the registry.

pub mod charmap;
pub mod errors;
pub mod escape;
pub mod fs;
pub mod registry;
pub mod utf16_32;
pub mod utf7;
pub mod utf8;

pub use errors::Errors;

use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::bytes::Bytes;
use crate::types::str_::Str;
use crate::types::str_ops::StrBuilder;
use crate::types::tuple::Tuple;
use crate::value::Value;
use std::borrow::Cow;

/// Byte order of the wide encodings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// little-endian
    Little,
    /// big-endian
    Big,
    /// by the byte order mark; native when there is none
    Mark,
}
/// A built-in encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "named as the encodings")]
pub enum Codec {
    Utf7,
    Utf8,
    Utf16(Order),
    Utf32(Order),
    Latin1,
    Ascii,
}
/// The built-in encoding of a name.
pub fn builtin(name: &str) -> Option<Codec> {
    let mut n = [0; 12];
    let n = n.get_mut(..name.len())?;
    for (to, c) in n.iter_mut().zip(name.bytes()) {
        *to = if c == b'_' || c == b' ' { b'-' } else { c.to_ascii_lowercase() };
    }
    Some(match &*n {
        b"utf-8" | b"utf8" => Codec::Utf8,
        b"ascii" | b"us-ascii" => Codec::Ascii,
        b"latin-1" | b"latin1" | b"iso-8859-1" | b"iso8859-1" => Codec::Latin1,
        b"utf-16" | b"utf16" => Codec::Utf16(Order::Mark),
        b"utf-16-le" => Codec::Utf16(Order::Little),
        b"utf-16-be" => Codec::Utf16(Order::Big),
        b"utf-32" | b"utf32" => Codec::Utf32(Order::Mark),
        b"utf-32-le" => Codec::Utf32(Order::Little),
        b"utf-32-be" => Codec::Utf32(Order::Big),
        _ => return None,
    })
}
/// Encodes with a built-in encoding.
pub fn encode(th: &mut Thread, codec: Codec, s: Gc<Str>, errors: &Errors) -> R<Vec<u8>> {
    match codec {
        Codec::Utf7 => Ok(utf7::encode(s)),
        Codec::Utf8 => utf8::encode(th, s, errors),
        Codec::Utf16(o) => utf16_32::encode(th, s, errors, o, false),
        Codec::Utf32(o) => utf16_32::encode(th, s, errors, o, true),
        Codec::Latin1 => charmap::encode_limit(th, s, errors, 0x100),
        Codec::Ascii => charmap::encode_limit(th, s, errors, 0x80),
    }
}
/// Decodes with a built-in encoding. `last`: no more data follow (else an incomplete end is left). Gives the text and the
/// number of bytes used.
pub fn decode(th: &mut Thread, codec: Codec, data: &[u8], errors: &Errors, last: bool) -> R<(Value, usize)> {
    let mut out = StrBuilder::new();
    let used = match codec {
        Codec::Utf8 => {
            if data.is_ascii() {
                return Ok((crate::types::str_ops::latin1(th, data), data.len()));
            }
            utf8::decode(th, data, errors, last, &mut out)?
        }
        Codec::Utf7 => utf7::decode(th, data, errors, last, &mut out)?,
        Codec::Utf16(o) => utf16_32::decode16(th, data, errors, o, last, &mut out)?.0,
        Codec::Utf32(o) => utf16_32::decode32(th, data, errors, o, last, &mut out)?.0,
        Codec::Latin1 => return Ok((crate::types::str_ops::latin1(th, data), data.len())),
        Codec::Ascii => {
            if data.is_ascii() {
                return Ok((crate::types::str_ops::latin1(th, data), data.len()));
            }
            charmap::decode_ascii(th, data, errors, &mut out)?
        }
    };
    Ok((out.finish(th), used))
}
fn name_of(th: &mut Thread, v: Value, method: &str, what: &str) -> R<Option<Cow<'static, str>>> {
    if v.is_empty() {
        return Ok(None);
    }
    match v.cast::<Str>() {
        Some(s) => match s.as_ascii().map(Cow::Borrowed).or_else(|| s.to_utf8().map(Cow::Owned)) {
            Some(t) if t.contains('\0') => Err(th.value_error("embedded null character")),
            Some(t) => Ok(Some(t)),
            None => Err(surrogates_not_allowed(th, s)),
        },
        None => Err(th.type_error(
            &format!("{method}() argument '{what}' must be str, not {}", th.class_of(v).name_str()).replace("not NoneType", "not None"),
        )),
    }
}
/// Checks the argument `errors`; in development mode also that there is such a handler.
fn check_handler(th: &mut Thread, errors: Value, method: &str) -> R<()> {
    if let Some(name) = name_of(th, errors, method, "errors")?
        && crate::context::ctx().config.dev_mode
    {
        registry::lookup_error(th, &name)?;
    }
    Ok(())
}
/// `s.encode(encoding, errors)`: a bytes value. EMPTY arguments mean the defaults.
pub fn encode_named(th: &mut Thread, s: Gc<Str>, encoding: Value, errors: Value, method: &str) -> R {
    let name = name_of(th, encoding, method, "encoding")?;
    let name = name.as_deref().unwrap_or("utf-8");
    check_handler(th, errors, method)?;
    if let Some(codec) = builtin(name) {
        if let (Codec::Utf8 | Codec::Latin1 | Codec::Ascii, Some(t)) = (codec, s.as_ascii()) {
            return Ok(th.new_bytes(t.as_bytes()));
        }
        let errors = Errors::of(errors);
        let b = encode(th, codec, s, &errors)?;
        return Ok(th.new_bytes(&b));
    }
    let r = registry::encode(th, s.value(), name, errors, true)?;
    if r.is_kind(Kind::Bytes) {
        return Ok(r);
    }
    if let Some(b) = crate::types::payload::downcast::<crate::types::bytearray::ByteArray>(r) {
        let d = th.open_mut(b)?.data.clone();
        return Ok(th.new_bytes(&d));
    }
    let text = format!(
        "'{name}' encoder returned '{}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types",
        th.class_of(r).name_str()
    );
    Err(th.type_error(&text))
}
/// `data.decode(encoding, errors)`: a str value. EMPTY arguments mean the defaults.
pub fn decode_named(th: &mut Thread, data: &[u8], encoding: Value, errors: Value, method: &str) -> R {
    let name = name_of(th, encoding, method, "encoding")?;
    let name = name.as_deref().unwrap_or("utf-8");
    check_handler(th, errors, method)?;
    if let Some(codec) = builtin(name) {
        if codec == Codec::Latin1 || matches!(codec, Codec::Utf8 | Codec::Ascii) && data.is_ascii() {
            return Ok(crate::types::str_ops::latin1(th, data));
        }
        let errors = Errors::of(errors);
        return Ok(decode(th, codec, data, &errors, true)?.0);
    }
    let b = th.new_bytes(data);
    let r = registry::decode(th, b, name, errors, true)?;
    if r.is_kind(Kind::Str) {
        return Ok(r);
    }
    let text = format!(
        "'{name}' decoder returned '{}' instead of 'str'; use codecs.decode() to decode to arbitrary types",
        th.class_of(r).name_str()
    );
    Err(th.type_error(&text))
}
/// UTF-8 of a str for native use (paths, names); UnicodeEncodeError for lone surrogates.
pub fn utf8_of(th: &mut Thread, s: Gc<Str>) -> R<String> {
    match s.to_utf8() {
        Some(t) => Ok(t),
        None => Err(surrogates_not_allowed(th, s)),
    }
}
/// UnicodeEncodeError of the first lone surrogate of a str.
pub fn surrogates_not_allowed(th: &mut Thread, s: Gc<Str>) -> Throw {
    let at = s.points().position(|c| (0xD800..0xE000).contains(&c)).unwrap_or(0);
    errors::encode_exception(th, "utf-8", s.value(), at, at + 1, "surrogates not allowed")
}
/// Checks that a codec function gave a pair, as `codecs` wants it; gives the first item.
pub(crate) fn first_of_pair(th: &mut Thread, r: Value, what: &str) -> R {
    match r.cast::<Tuple>().map(|t| t.items()) {
        Some([v, _]) => Ok(*v),
        _ => Err(th.type_error(&format!("{what} must return a tuple (object, integer)"))),
    }
}
/// The bytes of a value that is known to be bytes.
pub fn bytes_of(v: Value) -> &'static [u8] {
    v.cast::<Bytes>().map_or(&[], |b| b.as_slice())
}
