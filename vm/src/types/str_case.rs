//! Methods of `str` about case, character classes and padding.

use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::str_::Str;
use crate::types::str_ops::{self, StrBuilder};
use crate::types::unicode;
use crate::types::unicode_version::{has_later_case, is_later, unmapped};
use crate::value::Value;
use rustpython_unicode::case;
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};

fn s(v: Value) -> Gc<Str> {
    v.as_gc::<Str>()
}
fn ascii_map(th: &mut Thread, t: Gc<Str>, f: impl FnMut(u8) -> u8) -> Option<Value> {
    let a = t.as_ascii()?;
    let b: Vec<u8> = a.bytes().map(f).collect();
    Some(str_ops::latin1(th, &b))
}
/// Maps a text; characters that are not in our version of Unicode stay. `rest` is for what comes after them.
fn map(th: &mut Thread, t: Gc<Str>, first: fn(&Wtf8) -> Wtf8Buf, rest: fn(&Wtf8) -> Wtf8Buf) -> Value {
    if !t.points().any(|c| is_later(c) || has_later_case(c)) {
        let mapped = first(&str_ops::to_wtf8(t));
        return str_ops::from_wtf8(th, &mapped);
    }
    let (mut out, mut map) = (StrBuilder::new(), first);
    let points: Vec<u32> = t.points().collect();
    for piece in points.split_inclusive(|c| is_later(*c)) {
        let (known, later) = match piece.split_last() {
            Some((c, known)) if is_later(*c) => (known, Some(*c)),
            _ => (piece, None),
        };
        let text: Wtf8Buf = known.iter().filter_map(|c| CodePoint::from_u32(*c)).collect();
        map(&text).code_points().for_each(|c| out.push(unmapped(c.to_u32())));
        later.into_iter().for_each(|c| out.push(c));
        map = rest;
    }
    out.finish(th)
}
pub(crate) fn lower(th: &mut Thread, a: &[Value]) -> R {
    if let Some(v) = ascii_map(th, s(a[0]), |c| c.to_ascii_lowercase()) {
        return Ok(v);
    }
    Ok(map(th, s(a[0]), Wtf8::to_lowercase, Wtf8::to_lowercase))
}
pub(crate) fn upper(th: &mut Thread, a: &[Value]) -> R {
    if let Some(v) = ascii_map(th, s(a[0]), |c| c.to_ascii_uppercase()) {
        return Ok(v);
    }
    Ok(map(th, s(a[0]), Wtf8::to_uppercase, Wtf8::to_uppercase))
}
pub(crate) fn casefold(th: &mut Thread, a: &[Value]) -> R {
    if let Some(v) = ascii_map(th, s(a[0]), |c| c.to_ascii_lowercase()) {
        return Ok(v);
    }
    Ok(map(th, s(a[0]), case::casefold_wtf8, case::casefold_wtf8))
}
pub(crate) fn capitalize(th: &mut Thread, a: &[Value]) -> R {
    let mut first = true;
    let f = |c: u8| {
        if std::mem::take(&mut first) {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    };
    if let Some(v) = ascii_map(th, s(a[0]), f) {
        return Ok(v);
    }
    Ok(map(th, s(a[0]), case::capitalize_wtf8, Wtf8::to_lowercase))
}
pub(crate) fn title(th: &mut Thread, a: &[Value]) -> R {
    let mut cased = false;
    let f = |c: u8| {
        let r = if cased { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
        cased = c.is_ascii_alphabetic();
        r
    };
    if let Some(v) = ascii_map(th, s(a[0]), f) {
        return Ok(v);
    }
    Ok(map(th, s(a[0]), case::title_wtf8, case::title_wtf8))
}
pub(crate) fn swapcase(th: &mut Thread, a: &[Value]) -> R {
    let f = |c: u8| {
        if c.is_ascii_uppercase() {
            c.to_ascii_lowercase()
        } else {
            c.to_ascii_uppercase()
        }
    };
    if let Some(v) = ascii_map(th, s(a[0]), f) {
        return Ok(v);
    }
    Ok(map(th, s(a[0]), case::swapcase_wtf8, case::swapcase_wtf8))
}
macro_rules! all_are {
    ($($name:ident $test:path;)*) => {$(
        pub(crate) fn $name(_: &mut Thread, a: &[Value]) -> R {
            Ok(Value::bool(!s(a[0]).is_empty() && s(a[0]).points().all($test)))
        }
    )*};
}
all_are! {
    isalpha unicode::is_alpha; isalnum unicode::is_alnum; isdecimal unicode::is_decimal; isdigit unicode::is_digit;
    isnumeric unicode::is_numeric; isspace unicode::is_space;
}
pub(crate) fn isascii(_: &mut Thread, a: &[Value]) -> R {
    Ok(Value::bool(s(a[0]).points().all(|c| c < 0x80)))
}
pub(crate) fn isprintable(_: &mut Thread, a: &[Value]) -> R {
    Ok(Value::bool(s(a[0]).points().all(unicode::is_printable)))
}
pub(crate) fn isidentifier(_: &mut Thread, a: &[Value]) -> R {
    Ok(Value::bool(is_identifier(s(a[0]))))
}
/// Is it a valid identifier (or keyword)?
pub fn is_identifier(t: Gc<Str>) -> bool {
    let mut p = t.points();
    p.next().is_some_and(unicode::is_identifier_start) && p.all(unicode::is_identifier_continue)
}
pub(crate) fn islower(_: &mut Thread, a: &[Value]) -> R {
    let mut cased = false;
    for c in s(a[0]).points() {
        if unicode::is_upper(c) || unicode::is_title(c) {
            return Ok(Value::FALSE);
        }
        cased |= unicode::is_lower(c);
    }
    Ok(Value::bool(cased))
}
pub(crate) fn isupper(_: &mut Thread, a: &[Value]) -> R {
    let mut cased = false;
    for c in s(a[0]).points() {
        if unicode::is_lower(c) || unicode::is_title(c) {
            return Ok(Value::FALSE);
        }
        cased |= unicode::is_upper(c);
    }
    Ok(Value::bool(cased))
}
pub(crate) fn istitle(_: &mut Thread, a: &[Value]) -> R {
    let (mut cased, mut before) = (false, false);
    for c in s(a[0]).points() {
        if unicode::is_upper(c) || unicode::is_title(c) {
            if before {
                return Ok(Value::FALSE);
            }
            (cased, before) = (true, true);
        } else if unicode::is_lower(c) {
            if !before {
                return Ok(Value::FALSE);
            }
            cased = true;
        } else {
            before = false;
        }
    }
    Ok(Value::bool(cased))
}
fn fill_char(th: &mut Thread, v: Value) -> R<u32> {
    if v.is_empty() {
        return Ok(32);
    }
    match v.cast::<Str>() {
        Some(f) if f.len() == 1 => Ok(f.at(0)),
        Some(_) => Err(th.type_error("The fill character must be exactly one character long")),
        None => Err(th.type_error(&format!(
            "The fill character must be a unicode character, not {}",
            th.class_of(v).name_str()
        ))),
    }
}
fn pad(th: &mut Thread, t: Gc<Str>, left: usize, right: usize, fill: u32) -> R {
    if left == 0 && right == 0 {
        return Ok(str_ops::plain(th, t));
    }
    str_ops::check_size(th, left.saturating_add(right).saturating_add(t.len()))?;
    let mut b = StrBuilder::new();
    b.fill(fill, left);
    b.push_gc(t);
    b.fill(fill, right);
    Ok(b.finish(th))
}
fn room(th: &mut Thread, a: &[Value]) -> R<usize> {
    let width = th.to_isize(a[1])?;
    Ok((width.max(0) as usize).saturating_sub(s(a[0]).len()))
}
pub(crate) fn ljust(th: &mut Thread, a: &[Value]) -> R {
    let (n, f) = (room(th, a)?, fill_char(th, a[2])?);
    pad(th, s(a[0]), 0, n, f)
}
pub(crate) fn rjust(th: &mut Thread, a: &[Value]) -> R {
    let (n, f) = (room(th, a)?, fill_char(th, a[2])?);
    pad(th, s(a[0]), n, 0, f)
}
pub(crate) fn center(th: &mut Thread, a: &[Value]) -> R {
    let (n, f) = (room(th, a)?, fill_char(th, a[2])?);
    let width = n + s(a[0]).len();
    let left = n / 2 + (n & width & 1);
    pad(th, s(a[0]), left, n - left, f)
}
pub(crate) fn zfill(th: &mut Thread, a: &[Value]) -> R {
    let n = room(th, a)?;
    let t = s(a[0]);
    if n == 0 || t.is_empty() || !matches!(t.at(0), 0x2B | 0x2D) {
        return pad(th, t, n, 0, 0x30);
    }
    let mut b = StrBuilder::new();
    b.push(t.at(0));
    b.fill(0x30, n);
    b.push_chars(str_ops::part(t.chars(), 1, t.len()));
    Ok(b.finish(th))
}
pub(crate) fn expandtabs(th: &mut Thread, a: &[Value]) -> R {
    let size = if a[1].is_empty() { 8 } else { th.to_i32(a[1])? as isize };
    let mut b = StrBuilder::new();
    let mut column = 0isize;
    for c in s(a[0]).points() {
        match c {
            9 => {
                if size > 0 {
                    let n = size - column % size;
                    if b.len() as isize + n > 1 << 40 {
                        return Err(th.overflow_error("new string is too long"));
                    }
                    str_ops::check_size(th, b.len() + n as usize)?;
                    b.fill(32, n as usize);
                    column += n;
                }
            }
            c => {
                b.push(c);
                column = if c == 10 || c == 13 { 0 } else { column + 1 };
            }
        }
    }
    Ok(b.finish(th))
}
