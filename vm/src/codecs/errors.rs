//! Error handlers: what replaces characters that cannot be encoded, and bytes that cannot be decoded.

use super::registry;
use crate::context::ctx;
use crate::names::names;
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::buffer_protocol;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use std::borrow::Cow;

/// A handler by name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as the handlers")]
pub enum Errors {
    Strict,
    Ignore,
    Replace,
    BackslashReplace,
    XmlCharRefReplace,
    NameReplace,
    SurrogateEscape,
    SurrogatePass,
    /// registered by a program
    Other(String),
}
impl Errors {
    /// The handler of a name.
    pub fn named(name: &str) -> Errors {
        match name {
            "strict" => Errors::Strict,
            "ignore" => Errors::Ignore,
            "replace" => Errors::Replace,
            "backslashreplace" => Errors::BackslashReplace,
            "xmlcharrefreplace" => Errors::XmlCharRefReplace,
            "namereplace" => Errors::NameReplace,
            "surrogateescape" => Errors::SurrogateEscape,
            "surrogatepass" => Errors::SurrogatePass,
            n => Errors::Other(n.into()),
        }
    }
    /// The handler of an argument: a str, or EMPTY or None for strict.
    pub fn of(v: Value) -> Errors {
        match v.cast::<Str>() {
            Some(s) => {
                let name = s.to_string_lossy();
                let e = Errors::named(&name);
                if registry::is_overridden(&name) { Errors::Other(name) } else { e }
            }
            None => Errors::Strict,
        }
    }
}
/// What replaces characters that could not be encoded.
pub enum Replacement {
    /// bytes as they are
    Bytes(Vec<u8>),
    /// characters, to be encoded in turn
    Points(Vec<u32>),
}

/// UnicodeEncodeError
pub fn encode_exception(th: &mut Thread, encoding: &str, s: Value, start: usize, end: usize, reason: &str) -> Throw {
    make(th, ctx().types.UnicodeEncodeError, encoding, s, start, end, reason)
}
/// UnicodeDecodeError
pub fn decode_exception(th: &mut Thread, encoding: &str, data: Value, start: usize, end: usize, reason: &str) -> Throw {
    make(th, ctx().types.UnicodeDecodeError, encoding, data, start, end, reason)
}
fn make(
    th: &mut Thread,
    class: crate::object::Gc<crate::types::class::Class>,
    encoding: &str,
    object: Value,
    start: usize,
    end: usize,
    reason: &str,
) -> Throw {
    let args = [
        th.new_str(encoding),
        object,
        Value::small(start as i64),
        Value::small(end as i64),
        th.new_str(reason),
    ];
    match th.new_exception(class, &args) {
        Ok(e) => th.raise(e),
        Err(t) => t,
    }
}

/// Handles characters `start..end` of `s` that cannot be encoded: what replaces them, and where to go on.
pub fn on_encode(
    th: &mut Thread,
    errors: &Errors,
    encoding: &str,
    s: Value,
    start: usize,
    end: usize,
    reason: &str,
) -> R<(Replacement, usize)> {
    let chars = || (start..end).map(|i| s.as_gc::<Str>().at(i));
    let text = |f: fn(u32) -> String| Replacement::Points(chars().flat_map(|c| f(c).bytes().map(u32::from).collect::<Vec<_>>()).collect());
    Ok((
        match errors {
            Errors::Ignore => Replacement::Bytes(Vec::new()),
            Errors::Replace => Replacement::Points(vec![0x3F; end - start]),
            Errors::BackslashReplace => text(backslash),
            Errors::XmlCharRefReplace => text(|c| format!("&#{c};")),
            Errors::NameReplace => text(name),
            Errors::SurrogateEscape if chars().all(|c| (0xDC80..0xDD00).contains(&c)) => {
                Replacement::Bytes(chars().map(|c| (c - 0xDC00) as u8).collect())
            }
            Errors::SurrogatePass if chars().all(|c| (0xD800..0xE000).contains(&c)) && wide_form(encoding).is_some() => {
                let form = wide_form(encoding).unwrap_or_default();
                Replacement::Bytes(chars().flat_map(|c| pass(c, form)).collect())
            }
            Errors::Other(n) => {
                let (r, at, _) = call(th, n, ctx().types.UnicodeEncodeError, encoding, s, start, end, reason)?;
                return Ok((r, at));
            }
            _ => return Err(encode_exception(th, encoding, s, start, end, reason)),
        },
        end,
    ))
}
/// Bytes that are decoded: a handler may put others in their place.
pub struct Input<'a> {
    bytes: Cow<'a, [u8]>,
    given: usize,
}
impl<'a> Input<'a> {
    /// These bytes.
    pub fn new(data: &'a [u8]) -> Input<'a> {
        Input {
            bytes: Cow::Borrowed(data),
            given: data.len(),
        }
    }
    /// How many of the bytes that were given are used up when the decoder is at `i`.
    pub fn used(&self, i: usize) -> usize {
        match self.bytes {
            Cow::Borrowed(_) => i,
            Cow::Owned(_) => self.given,
        }
    }
}
impl std::ops::Deref for Input<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Handles bytes `start..end` of `data` that cannot be decoded: the characters that replace them, and where to go on.
pub fn on_decode(
    th: &mut Thread,
    errors: &Errors,
    encoding: &str,
    data: &mut Input<'_>,
    start: usize,
    end: usize,
    reason: &str,
) -> R<(Vec<u32>, usize)> {
    let bad = &data[start..end.min(data.len())];
    Ok((
        match errors {
            Errors::Ignore => Vec::new(),
            Errors::Replace => vec![0xFFFD],
            Errors::BackslashReplace => bad
                .iter()
                .flat_map(|b| format!("\\x{b:02x}").bytes().map(u32::from).collect::<Vec<_>>())
                .collect(),
            Errors::SurrogateEscape => {
                let n = bad.iter().take_while(|b| **b >= 0x80).take(4).count();
                if n == 0 {
                    let object = th.new_bytes(data);
                    return Err(decode_exception(th, encoding, object, start, end, reason));
                }
                return Ok((bad[..n].iter().map(|&b| 0xDC00 + b as u32).collect(), start + n));
            }
            Errors::SurrogatePass => match wide_form(encoding).and_then(|f| unpass(&data[start..], f)) {
                Some((c, n)) => return Ok((vec![c], start + n)),
                None => {
                    let object = th.new_bytes(data);
                    return Err(decode_exception(th, encoding, object, start, end, reason));
                }
            },
            Errors::Other(n) => {
                let object = th.new_bytes(data);
                let (r, at, now) = call(th, n, ctx().types.UnicodeDecodeError, encoding, object, start, end, reason)?;
                if now != object {
                    data.bytes = Cow::Owned(super::bytes_of(now).to_vec());
                }
                return match r {
                    Replacement::Points(p) => Ok((p, at)),
                    Replacement::Bytes(_) => Err(th.type_error("decoding error handler must return (str, int) tuple")),
                };
            }
            _ => {
                let object = th.new_bytes(data);
                return Err(decode_exception(th, encoding, object, start, end, reason));
            }
        },
        end,
    ))
}
fn backslash(c: u32) -> String {
    match c {
        0..=0xFF => format!("\\x{c:02x}"),
        0x100..=0xFFFF => format!("\\u{c:04x}"),
        _ => format!("\\U{c:08x}"),
    }
}
fn name(c: u32) -> String {
    match char::from_u32(c).and_then(rustpython_unicode::character_name) {
        Some(n) => format!("\\N{{{n}}}"),
        None => backslash(c),
    }
}
/// Bytes a unit and little-endian of the encodings that surrogatepass knows.
fn wide_form(encoding: &str) -> Option<(usize, bool)> {
    let e: String = encoding.to_ascii_lowercase().replace(['_', '-'], "");
    Some(match e.as_str() {
        "utf8" | "cp65001" => (1, false),
        "utf16" | "utf16le" => (2, true),
        "utf16be" => (2, false),
        "utf32" | "utf32le" => (4, true),
        "utf32be" => (4, false),
        _ => return None,
    })
}
fn pass(c: u32, (unit, little): (usize, bool)) -> Vec<u8> {
    let mut b = match unit {
        1 => return vec![0xE0 | (c >> 12) as u8, 0x80 | (c >> 6 & 0x3F) as u8, 0x80 | (c & 0x3F) as u8],
        2 => (c as u16).to_be_bytes().to_vec(),
        _ => c.to_be_bytes().to_vec(),
    };
    if little {
        b.reverse();
    }
    b
}
fn unpass(b: &[u8], (unit, little): (usize, bool)) -> Option<(u32, usize)> {
    let n = if unit == 1 { 3 } else { unit };
    let b = b.get(..n)?;
    let c = match unit {
        1 => {
            if b[0] & 0xF0 != 0xE0 || b[1] & 0xC0 != 0x80 || b[2] & 0xC0 != 0x80 {
                return None;
            }
            (b[0] as u32 & 0xF) << 12 | (b[1] as u32 & 0x3F) << 6 | b[2] as u32 & 0x3F
        }
        _ if little => b.iter().rev().fold(0, |n, &b| n << 8 | b as u32),
        _ => b.iter().fold(0, |n, &b| n << 8 | b as u32),
    };
    if (0xD800..0xE000).contains(&c) { Some((c, n)) } else { None }
}
#[expect(clippy::too_many_arguments, reason = "the fields of the exception")]
fn call(
    th: &mut Thread,
    handler: &str,
    class: crate::object::Gc<crate::types::class::Class>,
    encoding: &str,
    object: Value,
    start: usize,
    end: usize,
    reason: &str,
) -> R<(Replacement, usize, Value)> {
    let f = registry::lookup_error(th, handler)?;
    let args = [
        th.new_str(encoding),
        object,
        Value::small(start as i64),
        Value::small(end as i64),
        th.new_str(reason),
    ];
    let e = th.new_exception(class, &args)?;
    let r = th.call(f, &[e])?;
    let decoding = class == ctx().types.UnicodeDecodeError;
    let message = if decoding {
        "decoding error handler must return (str, int) tuple"
    } else {
        "encoding error handler must return (str/bytes, int) tuple"
    };
    let Some([v, at]) = r.cast::<Tuple>().map(|t| t.items()) else {
        return Err(th.type_error(message));
    };
    let replacement = match v.cast::<Str>() {
        Some(s) => Replacement::Points(s.points().collect()),
        None if !decoding => match buffer_protocol::bytes_like(th, *v)? {
            Some(b) => Replacement::Bytes(b.into_owned()),
            None => return Err(th.type_error(message)),
        },
        None => return Err(th.type_error(message)),
    };
    if !crate::types::int::is_int(*at) {
        return Err(th.type_error(message));
    }
    // A handler for decoding may have put other bytes into the exception.
    let now = if decoding {
        let name = th.intern("object");
        th.getattr(e, name)?
    } else {
        object
    };
    let len = match now.cast::<Str>() {
        Some(s) => s.len(),
        None if now.is_kind(Kind::Bytes) => super::bytes_of(now).len(),
        None => return Err(th.type_error("UnicodeError 'object' attribute must be a bytes")),
    } as isize;
    let p = th.to_isize_clipped(*at)?;
    let q = if p < 0 { p + len } else { p };
    if q < 0 || q > len {
        return Err(th.index_error(&format!("position {p} from error handler out of bounds")));
    }
    Ok((replacement, q as usize, now))
}

/// A handler applied to an exception object: what the functions of `codecs.lookup_error` do.
pub fn apply(th: &mut Thread, errors: Errors, e: Value) -> R {
    let t = &ctx().types;
    let class = th.class_of(e);
    let (enc, dec) = (
        class.is_subclass_of(t.UnicodeEncodeError),
        class.is_subclass_of(t.UnicodeDecodeError),
    );
    let translate = class.is_subclass_of(t.UnicodeTranslateError);
    if errors == Errors::Strict {
        if class.is_subclass_of(t.BaseException) {
            return Err(th.raise(e));
        }
        return Err(th.type_error("codec must pass exception instance"));
    }
    let supported = enc || dec || translate;
    let object_name = th.intern("object");
    let (start, end) = (names().start, names().end);
    if !supported {
        return Err(th.type_error(&format!("don't know how to handle {} in error callback", class.name_str())));
    }
    let object = th.getattr(e, object_name)?;
    let (v, w) = (th.getattr(e, start)?, th.getattr(e, end)?);
    let (start, end) = (th.to_usize(v)?, th.to_usize(w)?);
    let encoding = if translate {
        String::new()
    } else {
        let n = names().encoding;
        let v = th.getattr(e, n)?;
        th.str(v)?.to_string_lossy()
    };
    let (points, at): (Value, usize) = if dec {
        if matches!(errors, Errors::XmlCharRefReplace | Errors::NameReplace) {
            return Err(th.type_error(&format!("don't know how to handle {} in error callback", class.name_str())));
        }
        let data = buffer_protocol::bytes_arg(th, object)?;
        let end = end.min(data.len());
        let r = catch_own(th, e, |th| {
            on_decode(th, &errors, &encoding, &mut Input::new(&data), start.min(end), end, "")
        })?;
        (th.new_str_points(&r.0), r.1)
    } else {
        if translate && !matches!(errors, Errors::Ignore | Errors::Replace | Errors::BackslashReplace) {
            return Err(th.type_error(&format!("don't know how to handle {} in error callback", class.name_str())));
        }
        let len = object.cast::<Str>().map_or(0, |s| s.len());
        let end = end.min(len);
        let start = start.min(end);
        if translate && errors == Errors::Replace {
            (th.new_str_points(&vec![0xFFFD; end - start]), end)
        } else {
            let (r, at) = catch_own(th, e, |th| on_encode(th, &errors, &encoding, object, start, end, ""))?;
            let v = match r {
                Replacement::Points(p) => th.new_str_points(&p),
                Replacement::Bytes(b) if errors == Errors::Ignore => {
                    debug_assert!(b.is_empty());
                    ctx().empty_str
                }
                Replacement::Bytes(b) => th.new_bytes(&b),
            };
            (v, at)
        }
    };
    Ok(th.new_tuple(&[points, Value::small(at as i64)]))
}
/// Handlers raise the exception that they were given.
fn catch_own<T>(th: &mut Thread, e: Value, f: impl FnOnce(&mut Thread) -> R<T>) -> R<T> {
    let class = ctx().types.UnicodeError;
    match th.catch(class, f)? {
        Ok(v) => Ok(v),
        Err(_) => Err(th.raise(e)),
    }
}
