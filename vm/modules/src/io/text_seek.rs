//! Positions in a `TextIOWrapper`.
//!
//! A position is an int that holds: where the decoder was in a simple state (bits 0..64), its flags there (64..96), how many
//! bytes to feed it from there (96..128), how many characters of the result to skip (128..160), and whether it was told
//! that the end had come (160).

use super::text::{TextFile, attached, check_open, flush_method, native_buffer, this};
use super::text_write::{reset_decoder, write_pending};
use super::{buffered, os_text, unsupported};
use crate::support::call_method;
use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;
use vasuki_vm::codecs::bytes_of;
use vasuki_vm::names::names;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::bytes::Bytes;
use vasuki_vm::types::int;
use vasuki_vm::value::Value;

#[derive(Clone, Copy, Default)]
struct Cookie {
    start: u64,
    flags: u32,
    feed: u32,
    skip: u32,
    eof: bool,
}
impl Cookie {
    fn pack(self) -> BigInt {
        let low = self.start as u128 | (self.flags as u128) << 64 | (self.feed as u128) << 96;
        let high = self.skip as u128 | (self.eof as u128) << 32;
        BigInt::from(low) | BigInt::from(high) << 128
    }
    fn unpack(n: &BigInt) -> Option<Cookie> {
        let words = n.iter_u64_digits().collect::<Vec<u64>>();
        let word = |i: usize| words.get(i).copied().unwrap_or(0);
        if words.len() > 3 {
            return None;
        }
        Some(Cookie {
            start: word(0),
            flags: word(1) as u32,
            feed: (word(1) >> 32) as u32,
            skip: word(2) as u32,
            eof: word(2) >> 32 & 1 == 1,
        })
    }
}
fn buffer_tell(th: &mut Thread, buffer: Value) -> R<u64> {
    if let Some(b) = native_buffer(th, buffer) {
        return Ok(buffered::tell(th, b)?.max(0) as u64);
    }
    let at = call_method(th, buffer, "tell", &[])?;
    match int::to_bigint(at).and_then(|n| n.to_u64()) {
        Some(n) => Ok(n),
        None => Err(os_text(th, "illegal position of the underlying buffer")),
    }
}
fn buffer_seek(th: &mut Thread, buffer: Value, at: i64, whence: i32) -> R {
    if let Some(b) = native_buffer(th, buffer) {
        let at = buffered::seek(th, b, at, whence)?;
        return Ok(th.new_int(at));
    }
    let at = th.new_int(at);
    call_method(th, buffer, "seek", &[at, Value::small(whence as i64)])
}
pub(crate) fn tell_method(th: &mut Thread, a: &[Value]) -> R {
    let t = this(th, a[0])?;
    let n = tell(th, t)?;
    Ok(th.new_bigint(n))
}
fn tell(th: &mut Thread, t: TextFile) -> R<BigInt> {
    let buffer = check_open(th, t)?;
    let s = th.open_mut(t)?;
    if !s.seekable {
        return Err(unsupported(th, "underlying stream is not seekable"));
    }
    if !s.telling {
        return Err(os_text(th, "telling position disabled by next() call"));
    }
    write_pending(th, t)?;
    flush_method(th, t)?;
    let at = buffer_tell(th, buffer)?;
    let s = th.open_mut(t)?;
    let Some(mut d) = s.decoder.clone().filter(|_| !s.snapshot.is_empty()) else {
        return Ok(at.into());
    };
    // The decoder's state as it was: that of a Python decoder is put back below.
    let (saved, saved_flags) = d.getstate(th)?;
    let ends = d.ends;
    let r = locate(th, t, &mut d, at);
    d.ends = ends;
    d.setstate(th, saved, saved_flags)?;
    r.map(Cookie::pack)
}
fn locate(th: &mut Thread, t: TextFile, d: &mut super::decode::Decoder, at: u64) -> R<Cookie> {
    let s = th.open_mut(t)?;
    let fed = bytes_of(s.snapshot);
    let (flags, ratio) = (s.snapshot_flags, s.ratio);
    let mut skip = s.used;
    let empty = th.new_bytes(&[]);
    let mut c = Cookie {
        start: at.saturating_sub(fed.len() as u64),
        flags: flags as u32,
        ..Cookie::default()
    };
    if skip == 0 {
        return Ok(c);
    }
    // A guess from the average number of bytes a character, corrected until the decoder is in a simple state there.
    let mut guess = ((ratio * skip as f64) as usize).min(fed.len());
    let mut back = 1;
    while guess > 0 {
        d.setstate(th, empty, flags)?;
        let n = d.decode_slice(th, &fed[..guess], false)?.len();
        if n <= skip {
            let (rest, now) = d.getstate(th)?;
            let rest = bytes_of(rest).len();
            if rest == 0 {
                c.flags = now as u32;
                skip -= n;
                break;
            }
            guess = guess.saturating_sub(rest);
            back = 1;
        } else {
            guess = guess.saturating_sub(back);
            back *= 2;
        }
    }
    if guess == 0 {
        d.setstate(th, empty, flags)?;
    }
    c.start += guess as u64;
    if skip == 0 {
        return Ok(c);
    }
    // From there byte by byte: the last simple state before the position is where a reader must begin.
    let mut got = 0;
    let mut reached = false;
    for b in &fed[guess..] {
        c.feed += 1;
        got += d.decode_slice(th, std::slice::from_ref(b), false)?.len();
        let (rest, now) = d.getstate(th)?;
        if bytes_of(rest).is_empty() && got <= skip {
            c.start += c.feed as u64;
            skip -= got;
            (c.flags, c.feed, got) = (now as u32, 0, 0);
        }
        if got >= skip {
            reached = true;
            break;
        }
    }
    if !reached {
        got += d.decode_slice(th, &[], true)?.len();
        c.eof = true;
        if got < skip {
            return Err(os_text(th, "can't reconstruct logical file position"));
        }
    }
    c.skip = skip as u32;
    Ok(c)
}
pub(crate) fn seek_method(th: &mut Thread, a: &[Value]) -> R {
    let t = this(th, a[0])?;
    attached(th, t)?;
    let whence = if a[2].is_empty() { 0 } else { th.to_i32(a[2])? };
    let buffer = check_open(th, t)?;
    if !th.open_mut(t)?.seekable {
        return Err(unsupported(th, "underlying stream is not seekable"));
    }
    let mut cookie = a[1];
    match whence {
        0 => {}
        1 => {
            if !th.eq(cookie, Value::small(0))? {
                return Err(unsupported(th, "can't do nonzero cur-relative seeks"));
            }
            flush_method(th, t)?;
            cookie = call_method(th, a[0], "tell", &[])?;
        }
        2 => {
            if !th.eq(cookie, Value::small(0))? {
                return Err(unsupported(th, "can't do nonzero end-relative seeks"));
            }
            return seek_end(th, t, buffer);
        }
        _ => return Err(th.value_error(&format!("invalid whence ({whence}, should be 0, 1 or 2)"))),
    }
    let cookie = th.index(cookie)?;
    let n = int::to_bigint(cookie).map(|n| n.into_owned()).unwrap_or_default();
    if n.sign() == Sign::Minus {
        return Err(th.value_error(&format!("negative seek position {n}")));
    }
    flush_method(th, t)?;
    let Some(c) = Cookie::unpack(&n).filter(|c| c.start <= i64::MAX as u64) else {
        return Err(th.overflow_error("int too big to convert"));
    };
    buffer_seek(th, buffer, c.start as i64, 0)?;
    restore(th, t, buffer, c)?;
    let start = c.start == 0 && c.flags == 0;
    if let Some(e) = th.open_mut(t)?.encoder.clone() {
        e.at_start(th, start)?;
    }
    Ok(cookie)
}
fn restore(th: &mut Thread, t: TextFile, buffer: Value, c: Cookie) -> R<()> {
    let s = th.open_mut(t)?;
    s.forget();
    s.snapshot = Value::EMPTY;
    let empty = th.new_bytes(&[]);
    let Some(mut d) = th.open_mut(t)?.decoder.clone() else {
        return Ok(());
    };
    if c.start == 0 && c.flags == 0 {
        d.reset(th)?;
    } else {
        d.setstate(th, empty, c.flags as i64)?;
    }
    if c.skip == 0 {
        let s = th.open_mut(t)?;
        s.decoder = Some(d);
        (s.snapshot, s.snapshot_flags) = (empty, c.flags as i64);
        return Ok(());
    }
    let input = call_method(th, buffer, "read", &[Value::small(c.feed as i64)])?;
    if input.cast::<Bytes>().is_none() {
        let name = crate::support::type_name(th, input);
        return Err(th.type_error(&format!("underlying read() should have returned a bytes object, not '{name}'")));
    }
    let text = d.decode(th, input, c.eof)?;
    let s = th.open_mut(t)?;
    s.decoder = Some(d);
    (s.snapshot, s.snapshot_flags) = (input, c.flags as i64);
    (s.decoded, s.used) = (text.value(), c.skip as usize);
    if text.len() < c.skip as usize {
        s.used = text.len();
        return Err(os_text(th, "can't restore logical file position"));
    }
    Ok(())
}
fn seek_end(th: &mut Thread, t: TextFile, buffer: Value) -> R {
    flush_method(th, t)?;
    let s = th.open_mut(t)?;
    s.forget();
    s.snapshot = Value::EMPTY;
    reset_decoder(th, t)?;
    let at = buffer_seek(th, buffer, 0, 2)?;
    if let Some(e) = th.open_mut(t)?.encoder.clone() {
        let start = th.eq(at, Value::small(0))?;
        e.at_start(th, start)?;
    }
    Ok(at)
}
pub(crate) fn truncate_method(th: &mut Thread, a: &[Value]) -> R {
    let t = this(th, a[0])?;
    let buffer = attached(th, t)?;
    flush_method(th, t)?;
    let size = if a[1].is_empty() { Value::NONE } else { a[1] };
    th.call_method(buffer, names().truncate, &[size])
}
