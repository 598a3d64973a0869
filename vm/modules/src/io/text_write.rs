//! Writing to a `TextIOWrapper`.

use super::decode::Encoder;
use super::text::{TextFile, check_open, flush_buffer, native_buffer, this};
use super::{buffered_writer, newline, unsupported};
use std::borrow::Cow;
use vasuki_vm::codecs::Codec;
use vasuki_vm::names::names;
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::str_::{Chars, Str};
use vasuki_vm::value::Value;

pub(crate) fn write_method(th: &mut Thread, a: &[Value]) -> R {
    let t = this(th, a[0])?;
    let Some(s) = a[1].cast::<Str>() else {
        let name = crate::support::arg_name(th, a[1]);
        return Err(th.type_error(&format!("write() argument must be str, not {name}")));
    };
    write(th, t, s)?;
    Ok(Value::small(s.len() as i64))
}
fn has(s: Gc<Str>, c: u8) -> bool {
    match s.chars() {
        Chars::One(b) => super::sys::find(c, b).is_some(),
        Chars::Two(w) => w.contains(&(c as u16)),
        Chars::Four(w) => w.contains(&(c as u32)),
    }
}
/// The bytes of a text; those of ASCII are borrowed.
fn encode(th: &mut Thread, t: TextFile, s: Gc<Str>) -> R<Cow<'static, [u8]>> {
    let Some(e) = th.open_mut(t)?.encoder.as_ref() else {
        return Err(unsupported(th, "not writable"));
    };
    if let Encoder::Native(codec, _) = e {
        if let Some(ascii) = s.as_ascii() {
            return Ok(Cow::Borrowed(ascii.as_bytes()));
        }
        if let (Codec::Latin1, Chars::One(c)) = (codec, s.chars()) {
            return Ok(Cow::Borrowed(c));
        }
    }
    let e = e.clone();
    e.encode(th, s).map(Cow::Owned)
}
/// `write(s)`
pub(crate) fn write(th: &mut Thread, t: TextFile, s: Gc<Str>) -> R<()> {
    let buffer = check_open(th, t)?;
    let state = th.open_mut(t)?;
    if state.encoder.is_none() {
        return Err(unsupported(th, "not writable"));
    }
    let (line_buffering, through) = (state.line_buffering, state.write_through);
    let flush = line_buffering && (has(s, b'\n') || has(s, b'\r'));
    let text = match state.newline.write {
        Some(end) => newline::replace_ends(th, s, end),
        None => s,
    };
    let bytes = encode(th, t, text)?;
    let state = th.open_mut(t)?;
    if !state.pending.is_empty() && state.pending.len() + bytes.len() > state.chunk {
        write_pending(th, t)?;
    }
    let state = th.open_mut(t)?;
    if state.pending.is_empty() && (bytes.len() >= state.chunk || flush || through) {
        // Nothing to gather: no copy.
        put(th, buffer, &bytes)?;
    } else {
        state.pending.extend_from_slice(&bytes);
        if state.pending.len() >= state.chunk || flush || through {
            write_pending(th, t)?;
        }
    }
    if flush {
        flush_buffer(th, buffer)?;
    }
    let state = th.open_mut(t)?;
    if !state.snapshot.is_empty() || !state.decoded.is_empty() {
        state.forget();
        state.snapshot = Value::EMPTY;
        reset_decoder(th, t)?;
    }
    Ok(())
}
/// Puts the decoder back to its start.
pub(crate) fn reset_decoder(th: &mut Thread, t: TextFile) -> R<()> {
    if let Some(mut d) = th.open_mut(t)?.decoder.clone() {
        d.reset(th)?;
        th.open_mut(t)?.decoder = Some(d);
    }
    Ok(())
}
/// `buffer.write(data)`
fn put(th: &mut Thread, buffer: Value, data: &[u8]) -> R<()> {
    if let Some(b) = native_buffer(th, buffer)
        && th.open_mut(b)?.writable
    {
        return buffered_writer::write(th, b, data);
    }
    let data = th.new_bytes(data);
    th.call_method(buffer, names().write, &[data])?;
    Ok(())
}
/// Gives encoded text that was gathered to the buffer. What it does not take is lost.
pub(crate) fn write_pending(th: &mut Thread, t: TextFile) -> R<()> {
    let s = th.open_mut(t)?;
    if s.pending.is_empty() {
        return Ok(());
    }
    let buffer = s.buffer;
    let mut data = std::mem::take(&mut s.pending);
    put(th, buffer, &data)?;
    let s = th.open_mut(t)?;
    if s.pending.capacity() == 0 {
        data.clear();
        s.pending = data;
    }
    Ok(())
}
