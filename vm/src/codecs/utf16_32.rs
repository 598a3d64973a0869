//! UTF-16 and UTF-32.

use super::Order;
use super::errors::{self, Errors, Input, Replacement};
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::str_::Str;
use crate::types::str_ops::StrBuilder;

fn name(wide: bool, order: Order) -> &'static str {
    match (wide, order) {
        (false, Order::Mark) => "utf-16",
        (false, Order::Little) => "utf-16-le",
        (false, Order::Big) => "utf-16-be",
        (true, Order::Mark) => "utf-32",
        (true, Order::Little) => "utf-32-le",
        (true, Order::Big) => "utf-32-be",
    }
}
fn push16(out: &mut Vec<u8>, n: u16, big: bool) {
    out.extend(if big { n.to_be_bytes() } else { n.to_le_bytes() });
}
fn push(out: &mut Vec<u8>, c: u32, wide: bool, big: bool) {
    if wide {
        out.extend(if big { c.to_be_bytes() } else { c.to_le_bytes() });
    } else if c < 0x10000 {
        push16(out, c as u16, big);
    } else {
        push16(out, 0xD800 + ((c - 0x10000) >> 10) as u16, big);
        push16(out, 0xDC00 + ((c - 0x10000) & 0x3FF) as u16, big);
    }
}
/// Encodes as UTF-16, or UTF-32 when `wide`; with a byte order mark when the order is `Mark`.
pub fn encode(th: &mut Thread, s: Gc<Str>, errors: &Errors, order: Order, wide: bool) -> R<Vec<u8>> {
    let big = order == Order::Big;
    let mut out = Vec::with_capacity(4 + s.len() * if wide { 4 } else { 2 });
    if order == Order::Mark {
        push(&mut out, 0xFEFF, wide, big);
    }
    let surrogate = |c: u32| (0xD800..0xE000).contains(&c);
    let mut i = 0;
    while i < s.len() {
        let c = s.at(i);
        if !surrogate(c) {
            push(&mut out, c, wide, big);
            i += 1;
            continue;
        }
        let mut end = i + 1;
        while end < s.len() && surrogate(s.at(end)) {
            end += 1;
        }
        let encoding = name(wide, order);
        let reason = "surrogates not allowed";
        let (r, next) = errors::on_encode(th, errors, encoding, s.value(), i, end, reason)?;
        match r {
            Replacement::Bytes(b) if b.len() % if wide { 4 } else { 2 } == 0 => out.extend(b),
            Replacement::Bytes(_) => return Err(errors::encode_exception(th, encoding, s.value(), i, end, reason)),
            Replacement::Points(p) => {
                for c in p {
                    if surrogate(c) {
                        return Err(errors::encode_exception(th, encoding, s.value(), i, end, reason));
                    }
                    push(&mut out, c, wide, big);
                }
            }
        }
        i = next;
    }
    Ok(out)
}
/// Decodes UTF-16; gives the bytes used and the byte order found.
pub fn decode16(th: &mut Thread, data: &[u8], errors: &Errors, order: Order, last: bool, out: &mut StrBuilder) -> R<(usize, Order)> {
    let mut data = Input::new(data);
    let (mut i, mut found) = (0, order);
    if order == Order::Mark {
        match data.get(..2) {
            Some([0xFF, 0xFE]) => (i, found) = (2, Order::Little),
            Some([0xFE, 0xFF]) => (i, found) = (2, Order::Big),
            Some(_) => {}
            None if !last => return Ok((0, order)),
            None => {}
        }
    }
    let big = found == Order::Big || found == Order::Mark && cfg!(target_endian = "big");
    let encoding = name(false, if big { Order::Big } else { Order::Little });
    let unit = |data: &[u8], at: usize| {
        let b = [data[at], data[at + 1]];
        (if big { u16::from_be_bytes(b) } else { u16::from_le_bytes(b) }) as u32
    };
    while i < data.len() {
        let (end, reason) = if i + 2 > data.len() {
            if !last {
                break;
            }
            (data.len(), "truncated data")
        } else {
            let c = unit(&data, i);
            match c {
                0xD800..0xDC00 if i + 4 > data.len() => {
                    if !last {
                        break;
                    }
                    (data.len(), "unexpected end of data")
                }
                0xD800..0xDC00 => {
                    let d = unit(&data, i + 2);
                    if (0xDC00..0xE000).contains(&d) {
                        out.push(0x10000 + ((c - 0xD800) << 10) + (d - 0xDC00));
                        i += 4;
                        continue;
                    }
                    (i + 2, "illegal UTF-16 surrogate")
                }
                0xDC00..0xE000 => (i + 2, "illegal encoding"),
                c => {
                    out.push(c);
                    i += 2;
                    continue;
                }
            }
        };
        let (p, next) = errors::on_decode(th, errors, encoding, &mut data, i, end, reason)?;
        out.push_points(&p);
        i = next;
    }
    Ok((data.used(i), found))
}
/// Decodes UTF-32; gives the bytes used and the byte order found.
pub fn decode32(th: &mut Thread, data: &[u8], errors: &Errors, order: Order, last: bool, out: &mut StrBuilder) -> R<(usize, Order)> {
    let mut data = Input::new(data);
    let (mut i, mut found) = (0, order);
    if order == Order::Mark {
        match data.get(..4) {
            Some([0xFF, 0xFE, 0, 0]) => (i, found) = (4, Order::Little),
            Some([0, 0, 0xFE, 0xFF]) => (i, found) = (4, Order::Big),
            Some(_) => {}
            None if !last => return Ok((0, order)),
            None => {}
        }
    }
    let big = found == Order::Big || found == Order::Mark && cfg!(target_endian = "big");
    let encoding = name(true, if big { Order::Big } else { Order::Little });
    while i < data.len() {
        let (end, reason) = if i + 4 > data.len() {
            if !last {
                break;
            }
            (data.len(), "truncated data")
        } else {
            let b = [data[i], data[i + 1], data[i + 2], data[i + 3]];
            match if big { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) } {
                0xD800..0xE000 => (i + 4, "code point in surrogate code point range"),
                c if c > 0x10FFFF => (i + 4, "code point not in range(0x110000)"),
                c => {
                    out.push(c);
                    i += 4;
                    continue;
                }
            }
        };
        let (p, next) = errors::on_decode(th, errors, encoding, &mut data, i, end, reason)?;
        out.push_points(&p);
        i = next;
    }
    Ok((data.used(i), found))
}
