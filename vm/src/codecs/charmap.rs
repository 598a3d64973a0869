//! ASCII, Latin-1, and encodings given by a table.

use super::errors::{self, Errors, Input, Replacement};
use crate::context::ctx;
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::bytes::Bytes;
use crate::types::int;
use crate::types::str_::{Chars, Str};
use crate::types::str_ops::StrBuilder;
use crate::value::Value;

/// Encodes characters below `limit` (0x80 or 0x100) as themselves.
pub fn encode_limit(th: &mut Thread, s: Gc<Str>, errors: &Errors, limit: u32) -> R<Vec<u8>> {
    if let Chars::One(c) = s.chars()
        && (limit == 0x100 || s.is_ascii())
    {
        return Ok(c.to_vec());
    }
    let (encoding, reason) = match limit {
        0x80 => ("ascii", "ordinal not in range(128)"),
        _ => ("latin-1", "ordinal not in range(256)"),
    };
    let mut out = Vec::with_capacity(s.len());
    let mut i = 0;
    while i < s.len() {
        let c = s.at(i);
        if c < limit {
            out.push(c as u8);
            i += 1;
            continue;
        }
        let mut end = i + 1;
        while end < s.len() && s.at(end) >= limit {
            end += 1;
        }
        if *errors == Errors::SurrogateEscape {
            let n = (i..end).take_while(|&k| (0xDC80..0xDD00).contains(&s.at(k))).count();
            if n > 0 {
                end = i + n;
            }
        }
        let (r, next) = errors::on_encode(th, errors, encoding, s.value(), i, end, reason)?;
        match r {
            Replacement::Bytes(b) => out.extend(b),
            Replacement::Points(p) => {
                for c in p {
                    if c >= limit {
                        return Err(errors::encode_exception(th, encoding, s.value(), i, end, reason));
                    }
                    out.push(c as u8);
                }
            }
        }
        i = next;
    }
    Ok(out)
}
/// Decodes ASCII into `out`.
pub fn decode_ascii(th: &mut Thread, data: &[u8], errors: &Errors, out: &mut StrBuilder) -> R<usize> {
    let mut data = Input::new(data);
    let mut i = 0;
    while i < data.len() {
        if data[i] < 0x80 {
            out.push(data[i] as u32);
            i += 1;
            continue;
        }
        let (p, next) = errors::on_decode(th, errors, "ascii", &mut data, i, i + 1, "ordinal not in range(128)")?;
        out.push_points(&p);
        i = next;
    }
    Ok(data.used(i))
}
/// Decodes with a table: a str indexed by byte, or a mapping of bytes to int, str or None. None table: Latin-1.
pub fn decode(th: &mut Thread, data: &[u8], errors: &Errors, table: Value) -> R {
    let mut out = StrBuilder::new();
    let reason = "character maps to <undefined>";
    let mut data = Input::new(data);
    let mut i = 0;
    while i < data.len() {
        let b = data[i];
        let found = if let Some(t) = table.cast::<Str>() {
            if (b as usize) < t.len() && t.at(b as usize) != 0xFFFE {
                Some(vec![t.at(b as usize)])
            } else {
                None
            }
        } else {
            let lookup = ctx().types.LookupError;
            match th.catch(lookup, |th| th.getitem(table, Value::small(b as i64)))? {
                Err(_) => None,
                Ok(v) if v.is_none() => None,
                Ok(v) => match (int::to_i64(v), v.cast::<Str>()) {
                    (Some(0xFFFE), _) => None,
                    (Some(n @ 0..=0x10FFFF), _) => Some(vec![n as u32]),
                    (Some(_), _) => return Err(th.type_error("character mapping must be in range(0x110000)")),
                    (None, Some(s)) if s.len() == 1 && s.at(0) == 0xFFFE => None,
                    (None, Some(s)) => Some(s.points().collect()),
                    _ => return Err(th.type_error("character mapping must return integer, None or str")),
                },
            }
        };
        match found {
            Some(p) => {
                out.push_points(&p);
                i += 1;
            }
            None => {
                let (p, next) = errors::on_decode(th, errors, "charmap", &mut data, i, i + 1, reason)?;
                out.push_points(&p);
                i = next;
            }
        }
    }
    Ok(out.finish(th))
}
fn map_one(th: &mut Thread, c: u32, table: Value) -> R<Option<Vec<u8>>> {
    let lookup = ctx().types.LookupError;
    let v = match th.catch(lookup, |th| th.getitem(table, Value::small(c as i64)))? {
        Ok(v) => v,
        Err(_) => return Ok(None),
    };
    if v.is_none() {
        return Ok(None);
    }
    if let Some(b) = v.cast::<Bytes>() {
        return Ok(Some(b.as_slice().to_vec()));
    }
    match int::to_i64(v) {
        Some(n @ 0..=255) => Ok(Some(vec![n as u8])),
        Some(_) => Err(th.type_error("character mapping must be in range(256)")),
        None => Err(th.type_error(&format!(
            "character mapping must return integer, bytes or None, not {}",
            th.class_of(v).name_str()
        ))),
    }
}
/// Encodes with a mapping of code points to int, bytes or None.
pub fn encode(th: &mut Thread, s: Gc<Str>, errors: &Errors, table: Value) -> R<Vec<u8>> {
    let mut out = Vec::new();
    let reason = "character maps to <undefined>";
    let mut i = 0;
    while i < s.len() {
        if let Some(b) = map_one(th, s.at(i), table)? {
            out.extend(b);
            i += 1;
            continue;
        }
        let mut end = i + 1;
        while end < s.len() && map_one(th, s.at(end), table)?.is_none() {
            end += 1;
        }
        let (r, next) = errors::on_encode(th, errors, "charmap", s.value(), i, end, reason)?;
        match r {
            Replacement::Bytes(b) => out.extend(b),
            Replacement::Points(p) => {
                for c in p {
                    match map_one(th, c, table)? {
                        Some(b) => out.extend(b),
                        None => return Err(errors::encode_exception(th, "charmap", s.value(), i, end, reason)),
                    }
                }
            }
        }
        i = next;
    }
    Ok(out)
}
