//! UTF-7: ASCII as it is, everything else as UTF-16 in base 64 between `+` and `-`.

use super::errors::{self, Errors, Input};
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::str_::Str;
use crate::types::str_ops::StrBuilder;

const BASE_64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn digit(c: u8) -> Option<u32> {
    Some(match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    } as u32)
}
/// Does the encoder write it as it is?
fn is_direct(c: u32) -> bool {
    matches!(c, 9 | 10 | 13 | 0x20..=0x7D) && c != u32::from(b'+') && c != u32::from(b'\\')
}
fn is_high(c: u32) -> bool {
    (0xD800..0xDC00).contains(&c)
}

/// Bits that wait to become digits, or that digits have left over.
#[derive(Default)]
struct Bits {
    buffer: u32,
    count: u32,
}
impl Bits {
    fn put_unit(&mut self, unit: u32, out: &mut Vec<u8>) {
        self.buffer = self.buffer << 16 | unit;
        self.count += 16;
        while self.count >= 6 {
            self.count -= 6;
            out.push(BASE_64[(self.buffer >> self.count & 63) as usize]);
        }
        self.buffer &= (1 << self.count) - 1;
    }
    fn put_rest(&mut self, out: &mut Vec<u8>) {
        if self.count > 0 {
            out.push(BASE_64[(self.buffer << (6 - self.count) & 63) as usize]);
        }
        *self = Bits::default();
    }
    /// Takes a digit in; gives a unit when there is a whole one.
    fn take(&mut self, digit: u32) -> Option<u32> {
        self.buffer = self.buffer << 6 | digit;
        self.count += 6;
        if self.count < 16 {
            return None;
        }
        self.count -= 16;
        let unit = self.buffer >> self.count;
        self.buffer &= (1 << self.count) - 1;
        Some(unit)
    }
}

/// Encodes; nothing is an error.
pub fn encode(s: Gc<Str>) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    let mut shifted: Option<Bits> = None;
    for c in s.points() {
        if is_direct(c) {
            if let Some(mut bits) = shifted.take() {
                bits.put_rest(&mut out);
                // Other characters end the run by themselves.
                if digit(c as u8).is_some() || c == u32::from(b'-') {
                    out.push(b'-');
                }
            }
            out.push(c as u8);
            continue;
        }
        if shifted.is_none() {
            out.push(b'+');
            if c == u32::from(b'+') {
                out.push(b'-');
                continue;
            }
        }
        let bits = shifted.get_or_insert_default();
        if c >= 0x10000 {
            let c = c - 0x10000;
            bits.put_unit(0xD800 | c >> 10, &mut out);
            bits.put_unit(0xDC00 | c & 0x3FF, &mut out);
        } else {
            bits.put_unit(c, &mut out);
        }
    }
    if let Some(mut bits) = shifted {
        bits.put_rest(&mut out);
        out.push(b'-');
    }
    out
}

/// A run in base 64 that is being decoded.
struct Run {
    bits: Bits,
    /// a high surrogate that waits for its other half; 0: none
    surrogate: u32,
    /// where its `+` is
    start: usize,
    /// what it says so far
    text: Vec<u32>,
}
/// Decodes into `out`; gives the number of bytes used. When more data may follow, a run that has not ended is left.
pub fn decode(th: &mut Thread, data: &[u8], errors: &Errors, last: bool, out: &mut StrBuilder) -> R<usize> {
    let mut data = Input::new(data);
    let mut run: Option<Run> = None;
    let mut i = 0;
    loop {
        let mut bad = None;
        match (data.get(i), run.as_mut()) {
            (None, Some(r)) if last => {
                let open = r.surrogate != 0 || r.bits.count >= 6 || r.bits.count > 0 && r.bits.buffer != 0;
                let start = r.start;
                finish(&mut run, out);
                if !open {
                    return Ok(data.used(i));
                }
                bad = Some((start, "unterminated shift sequence"));
            }
            (None, Some(r)) => return Ok(data.used(r.start)),
            (None, None) => return Ok(data.used(i)),
            (Some(&c), Some(r)) => match digit(c) {
                Some(d) => {
                    i += 1;
                    if let Some(unit) = r.bits.take(d) {
                        add_unit(r, unit);
                    }
                }
                None => {
                    let (left, start) = (std::mem::take(&mut r.bits), r.start);
                    if left.count >= 6 {
                        bad = Some((start, "partial character in base64 sequence"));
                    } else if left.buffer != 0 {
                        bad = Some((start, "non-zero padding bits in base64 sequence"));
                    } else if r.surrogate != 0 && c < 0x80 && c != b'+' {
                        r.text.push(r.surrogate);
                    }
                    finish(&mut run, out);
                    i += usize::from(bad.is_some() || c == b'-');
                }
            },
            (Some(b'+'), None) => match data.get(i + 1) {
                Some(b'-') => {
                    out.push(u32::from(b'+'));
                    i += 2;
                }
                Some(&c) if digit(c).is_none() => {
                    bad = Some((i, "ill-formed sequence"));
                    i += 2;
                }
                _ => {
                    run = Some(Run {
                        bits: Bits::default(),
                        surrogate: 0,
                        start: i,
                        text: Vec::new(),
                    });
                    i += 1;
                }
            },
            (Some(&c), None) => {
                if c < 0x80 {
                    out.push(u32::from(c));
                } else {
                    bad = Some((i, "unexpected special character"));
                }
                i += 1;
            }
        }
        if let Some((start, reason)) = bad {
            let (p, next) = errors::on_decode(th, errors, "utf7", &mut data, start, i, reason)?;
            out.push_points(&p);
            i = next;
        }
    }
}
fn add_unit(r: &mut Run, unit: u32) {
    let high = std::mem::take(&mut r.surrogate);
    if high != 0 {
        if (0xDC00..0xE000).contains(&unit) {
            return r.text.push(0x10000 + ((high & 0x3FF) << 10 | unit & 0x3FF));
        }
        r.text.push(high);
    }
    if is_high(unit) {
        r.surrogate = unit;
    } else {
        r.text.push(unit);
    }
}
/// The run ends: its text is decoded.
fn finish(run: &mut Option<Run>, out: &mut StrBuilder) {
    if let Some(r) = run.take() {
        out.push_points(&r.text);
    }
}
