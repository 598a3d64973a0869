//! UTF-8.

use super::errors::{self, Errors, Input, Replacement};
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::str_::Str;
use crate::types::str_ops::StrBuilder;

fn is_surrogate(c: u32) -> bool {
    (0xD800..0xE000).contains(&c)
}
/// Encodes; surrogates go to the error handler.
pub fn encode(th: &mut Thread, s: Gc<Str>, errors: &Errors) -> R<Vec<u8>> {
    if let Some(t) = s.to_utf8() {
        return Ok(t.into_bytes());
    }
    let mut out = Vec::with_capacity(s.len());
    let mut i = 0;
    while i < s.len() {
        let c = s.at(i);
        if !is_surrogate(c) {
            push(&mut out, c);
            i += 1;
            continue;
        }
        let mut end = i + 1;
        while end < s.len() && is_surrogate(s.at(end)) {
            end += 1;
        }
        // surrogateescape handles a run's escaping part alone
        if *errors == Errors::SurrogateEscape {
            let n = (i..end).take_while(|&k| (0xDC80..0xDD00).contains(&s.at(k))).count();
            if n > 0 {
                end = i + n;
            }
        }
        let (r, next) = errors::on_encode(th, errors, "utf-8", s.value(), i, end, "surrogates not allowed")?;
        match r {
            Replacement::Bytes(b) => out.extend(b),
            Replacement::Points(p) => {
                for c in p {
                    if c >= 0x80 {
                        return Err(errors::encode_exception(th, "utf-8", s.value(), i, end, "surrogates not allowed"));
                    }
                    out.push(c as u8);
                }
            }
        }
        i = next;
    }
    Ok(out)
}
/// Appends one character.
pub fn push(out: &mut Vec<u8>, c: u32) {
    match char::from_u32(c) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => out.extend_from_slice(&[0xE0 | (c >> 12) as u8, 0x80 | (c >> 6 & 0x3F) as u8, 0x80 | (c & 0x3F) as u8]),
    }
}
/// Decodes into `out`; gives the number of bytes used.
pub fn decode(th: &mut Thread, data: &[u8], errors: &Errors, last: bool, out: &mut StrBuilder) -> R<usize> {
    let mut data = Input::new(data);
    let mut i = 0;
    while i < data.len() {
        match std::str::from_utf8(&data[i..]) {
            Ok(t) => {
                out.push_str(t);
                return Ok(data.used(data.len()));
            }
            Err(e) => {
                let good = e.valid_up_to();
                // SAFETY-free: the prefix was just validated.
                if let Ok(t) = std::str::from_utf8(&data[i..i + good]) {
                    out.push_str(t);
                }
                i += good;
                let (end, reason) = match e.error_len() {
                    None if !last => return Ok(data.used(i)),
                    None => (data.len(), "unexpected end of data"),
                    // The start of an encoded surrogate, which an error handler may take.
                    Some(_) if !last && matches!(data[i..], [0xED, 0xA0..=0xBF]) => return Ok(data.used(i)),
                    Some(n) => {
                        let lead = data[i];
                        let reason = if (0xC2..=0xF4).contains(&lead) {
                            "invalid continuation byte"
                        } else {
                            "invalid start byte"
                        };
                        (i + n, reason)
                    }
                };
                let (p, next) = errors::on_decode(th, errors, "utf-8", &mut data, i, end, reason)?;
                out.push_points(&p);
                i = next;
            }
        }
    }
    Ok(data.used(i))
}
