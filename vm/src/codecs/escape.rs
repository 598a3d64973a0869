//! `unicode_escape`, `raw_unicode_escape` and the escapes of bytes literals.

use super::errors::{self, Errors, Input};
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::str_::Str;
use crate::types::str_ops::StrBuilder;

/// Encodes as `unicode_escape`.
pub fn encode_unicode(s: Gc<Str>) -> Vec<u8> {
    let mut out = String::new();
    for c in s.points() {
        match c {
            0x5C => out.push_str("\\\\"),
            9 => out.push_str("\\t"),
            10 => out.push_str("\\n"),
            13 => out.push_str("\\r"),
            0x20..=0x7E => out.push(c as u8 as char),
            0..=0xFF => out.push_str(&format!("\\x{c:02x}")),
            0x100..=0xFFFF => out.push_str(&format!("\\u{c:04x}")),
            _ => out.push_str(&format!("\\U{c:08x}")),
        }
    }
    out.into_bytes()
}
/// Encodes as `raw_unicode_escape`.
pub fn encode_raw(s: Gc<Str>) -> Vec<u8> {
    let mut out = Vec::new();
    for c in s.points() {
        match c {
            0..=0xFF => out.push(c as u8),
            0x100..=0xFFFF => out.extend(format!("\\u{c:04x}").into_bytes()),
            _ => out.extend(format!("\\U{c:08x}").into_bytes()),
        }
    }
    out
}
fn hex(data: &[u8], at: usize, n: usize) -> Result<u32, usize> {
    let mut v = 0u32;
    for i in 0..n {
        match data.get(at + i).and_then(|b| (*b as char).to_digit(16)) {
            Some(d) => v = v.wrapping_mul(16).wrapping_add(d),
            None => return Err(at + i),
        }
    }
    Ok(v)
}
/// Decodes `unicode_escape` (or `raw_unicode_escape`) into `out`; gives the bytes used.
pub fn decode(th: &mut Thread, data: &[u8], errors: &Errors, last: bool, raw: bool, out: &mut StrBuilder) -> R<usize> {
    let encoding = if raw { "rawunicodeescape" } else { "unicodeescape" };
    let mut data = Input::new(data);
    let mut invalid = None;
    let mut i = 0;
    while i < data.len() {
        if data[i] != b'\\' {
            out.push(data[i] as u32);
            i += 1;
            continue;
        }
        let Some(&c) = data.get(i + 1) else {
            if !last {
                break;
            }
            if raw {
                out.push(0x5C);
                i += 1;
                continue;
            }
            let (p, next) = errors::on_decode(th, errors, encoding, &mut data, i, i + 1, "\\ at end of string")?;
            out.push_points(&p);
            i = next;
            continue;
        };
        if raw && !matches!(c, b'u' | b'U') {
            out.push(0x5C);
            out.push(c as u32);
            i += 2;
            continue;
        }
        let simple = match c {
            b'\n' => {
                i += 2;
                continue;
            }
            b'\\' | b'\'' | b'"' => Some(c as u32),
            b'b' => Some(8),
            b'f' => Some(12),
            b't' => Some(9),
            b'n' => Some(10),
            b'r' => Some(13),
            b'v' => Some(11),
            b'a' => Some(7),
            _ => None,
        };
        if let Some(c) = simple {
            out.push(c);
            i += 2;
            continue;
        }
        let (end, reason) = match c {
            b'0'..=b'7' => {
                let n = data[i + 1..].iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
                let v = data[i + 1..i + 1 + n].iter().fold(0, |v, b| v * 8 + (b - b'0') as u32);
                if v > 0xFF {
                    invalid.get_or_insert(v);
                }
                out.push(v);
                i += 1 + n;
                continue;
            }
            b'x' | b'u' | b'U' => {
                let (n, what) = match c {
                    b'x' => (2, "truncated \\xXX escape"),
                    b'u' => (4, "truncated \\uXXXX escape"),
                    _ => (8, "truncated \\UXXXXXXXX escape"),
                };
                match hex(&data, i + 2, n) {
                    Ok(v) if v <= 0x10FFFF => {
                        out.push(v);
                        i += 2 + n;
                        continue;
                    }
                    Ok(_) if raw => (i + 2 + n, "\\Uxxxxxxxx out of range"),
                    Ok(_) => (i + 2 + n, "illegal Unicode character"),
                    Err(end) if end >= data.len() && !last => break,
                    Err(end) => (end, what),
                }
            }
            b'N' => {
                let name = data[i + 2..]
                    .strip_prefix(b"{")
                    .and_then(|r| r.iter().position(|b| *b == b'}').map(|n| &r[..n]));
                match name {
                    Some(n) => {
                        let text = String::from_utf8_lossy(n);
                        match rustpython_unicode::lookup_character(&text) {
                            Some(c) if !n.is_empty() => {
                                out.push(c as u32);
                                i += 4 + n.len();
                                continue;
                            }
                            _ => (i + 4 + n.len(), "unknown Unicode character name"),
                        }
                    }
                    None if !last => break,
                    None => (data.len().min(i + 2), "malformed \\N character escape"),
                }
            }
            c => {
                invalid.get_or_insert(c as u32);
                out.push(0x5C);
                out.push(c as u32);
                i += 2;
                continue;
            }
        };
        let end = end.min(data.len());
        let (p, next) = errors::on_decode(th, errors, encoding, &mut data, i, end, reason)?;
        out.push_points(&p);
        i = next;
    }
    warn_invalid(th, invalid)?;
    Ok(data.used(i))
}
/// Escapes bytes as a bytes literal does, without quotes.
pub fn encode_bytes(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for &b in data {
        match b {
            b'\\' | b'\'' => out.extend([b'\\', b]),
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            0x20..=0x7E => out.push(b),
            b => out.extend(format!("\\x{b:02x}").into_bytes()),
        }
    }
    out
}
/// `DeprecationWarning` for the first escape that is none: its character, or its value above 255.
fn warn_invalid(th: &mut Thread, invalid: Option<u32>) -> R<()> {
    let text = match invalid {
        None => return Ok(()),
        Some(v @ 0x100..) => {
            format!("\"\\{v:o}\" is an invalid octal escape sequence. Such sequences will not work in the future. ")
        }
        Some(c) => {
            let c = char::from(c as u8);
            format!("\"\\{c}\" is an invalid escape sequence. Such sequences will not work in the future. ")
        }
    };
    crate::warn::warn(th, crate::context::ctx().types.DeprecationWarning, &text, 1)
}
/// Undoes the escapes of a bytes literal.
pub fn decode_bytes(th: &mut Thread, data: &[u8], errors: &Errors) -> R<Vec<u8>> {
    let mut out = Vec::new();
    let mut invalid = None;
    let mut i = 0;
    while i < data.len() {
        if data[i] != b'\\' {
            out.push(data[i]);
            i += 1;
            continue;
        }
        let Some(&c) = data.get(i + 1) else {
            return Err(th.value_error("Trailing \\ in string"));
        };
        i += 2;
        match c {
            b'\n' => {}
            b'\\' | b'\'' | b'"' => out.push(c),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b't' => out.push(9),
            b'n' => out.push(10),
            b'r' => out.push(13),
            b'v' => out.push(11),
            b'a' => out.push(7),
            b'0'..=b'7' => {
                let n = data[i - 1..].iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
                let v = data[i - 1..i - 1 + n].iter().fold(0u32, |v, b| v * 8 + (b - b'0') as u32);
                if v > 0xFF {
                    invalid.get_or_insert(v);
                }
                out.push(v as u8);
                i += n - 1;
            }
            b'x' => match hex(data, i, 2) {
                Ok(v) => {
                    out.push(v as u8);
                    i += 2;
                }
                Err(end) => {
                    match errors {
                        Errors::Strict => return Err(th.value_error(&format!("invalid \\x escape at position {}", i - 2))),
                        Errors::Replace => out.push(b'?'),
                        Errors::Ignore => {}
                        _ => {
                            return Err(th.value_error("decoding error; unknown error handling code"));
                        }
                    }
                    i = end;
                }
            },
            c => {
                invalid.get_or_insert(c as u32);
                out.extend([b'\\', c]);
            }
        }
    }
    warn_invalid(th, invalid)?;
    Ok(out)
}
