//! Reading from a `TextIOWrapper`.

use super::decode::Decoder;
use super::sys::{self, Held};
use super::text::{TextFile, attached, check_open, is_exact, native_buffer, read_bytes, this};
use super::{buffered_reader, os_text, size_arg, text_write, unsupported};
use vasuki_vm::context::ctx;
use vasuki_vm::names::names;
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::str_ops::{StrBuilder, part, sub};
use vasuki_vm::value::Value;

fn decoder(th: &mut Thread, t: TextFile) -> R<Decoder> {
    match &th.open_mut(t)?.decoder {
        Some(d) => Ok(d.clone()),
        None => Err(unsupported(th, "not readable")),
    }
}
/// Text that can be given out at once: the string, and the index of its first character that was not given out.
fn ahead(th: &mut Thread, t: TextFile) -> R<Option<(Gc<Str>, usize)>> {
    let s = th.open_mut(t)?;
    Ok(s.decoded.cast::<Str>().filter(|d| s.used < d.len()).map(|d| (d, s.used)))
}
/// Lets no other thread read ahead. What was seen of the state before is read again.
fn enter(th: &mut Thread, t: TextFile) -> R<Option<Held>> {
    let lock = th.open_mut(t)?.lock.clone();
    sys::enter_once(th, &lock, t.value())
}
/// Gives out up to `n` characters.
fn take(th: &mut Thread, t: TextFile, n: usize) -> R<Gc<Str>> {
    let Some((text, from)) = ahead(th, t)? else {
        return Ok(ctx().empty_str.as_gc());
    };
    let to = from.saturating_add(n).min(text.len());
    th.open_mut(t)?.used = to;
    Ok(sub(th, text, from, to).as_gc())
}
/// Reads and decodes the next chunk; false at the end. All that was ahead has been given out, and the lock is held. `hint`: characters wanted, or 0.
fn read_chunk(th: &mut Thread, t: TextFile, hint: usize) -> R<bool> {
    let mut d = decoder(th, t)?;
    let s = th.open_mut(t)?;
    let (buffer, telling) = (s.buffer, s.telling);
    let wanted = (s.ratio.max(1.0) * hint as f64) as usize;
    let n = s.chunk.max(wanted);
    let before = if telling { Some(d.getstate(th)?) } else { None };
    let input = read_bytes(th, t, buffer, n)?;
    let Some(data) = buffer_protocol::bytes_like(th, input)? else {
        let method = if th.open_mut(t)?.has_read1 { "read1" } else { "read" };
        let name = crate::support::type_name(th, input);
        return Err(th.type_error(&format!(
            "underlying {method}() should have returned a bytes-like object, not '{name}'"
        )));
    };
    let eof = data.is_empty();
    let text = d.decode(th, input, eof)?;
    let snapshot = match before {
        None => None,
        Some((rest, flags)) => {
            let rest = vasuki_vm::codecs::bytes_of(rest);
            let fed = if rest.is_empty() && input.is_kind(Kind::Bytes) {
                input
            } else {
                th.new_bytes(&[rest, &data[..]].concat())
            };
            Some((fed, flags))
        }
    };
    let s = th.open_mut(t)?;
    s.decoder = Some(d);
    (s.decoded, s.used) = (text.value(), 0);
    s.ratio = if text.is_empty() {
        0.0
    } else {
        data.len() as f64 / text.len() as f64
    };
    if let Some((fed, flags)) = snapshot {
        (s.snapshot, s.snapshot_flags) = (fed, flags);
    }
    Ok(!eof || !text.is_empty())
}
pub(crate) fn read_method(th: &mut Thread, a: &[Value]) -> R {
    let t = this(th, a[0])?;
    attached(th, t)?;
    let n = size_arg(th, a[1])?;
    let buffer = check_open(th, t)?;
    decoder(th, t)?;
    text_write::write_pending(th, t)?;
    if n < 0 {
        return read_all(th, t, buffer);
    }
    let n = n as usize;
    if let Some((text, from)) = ahead(th, t)?
        && text.len() - from >= n
    {
        return Ok(take(th, t, n)?.value());
    }
    let _held = enter(th, t)?;
    let first = take(th, t, n)?;
    let mut out = StrBuilder::new();
    out.push_gc(first);
    let mut have = first.len();
    while have < n && read_chunk(th, t, n - have)? {
        let more = take(th, t, n - have)?;
        have += more.len();
        out.push_gc(more);
    }
    Ok(out.finish(th))
}
fn read_all(th: &mut Thread, t: TextFile, buffer: Value) -> R {
    let _held = enter(th, t)?;
    let native = native_buffer(th, buffer);
    let input = match native {
        Some(b) if th.open_mut(b)?.readable => buffered_reader::read_all(th, b)?,
        _ => th.call_method(buffer, names().read, &[])?,
    };
    if input.is_none() {
        return Err(th.error(ctx().types.BlockingIOError, "Read returned None."));
    }
    let mut d = decoder(th, t)?;
    let text = d.decode(th, input, true)?;
    th.open_mut(t)?.decoder = Some(d);
    let first = take(th, t, usize::MAX)?;
    let s = th.open_mut(t)?;
    if !s.snapshot.is_empty() {
        s.forget();
        s.snapshot = Value::EMPTY;
    }
    if first.is_empty() {
        return Ok(text.value());
    }
    let mut out = StrBuilder::new();
    out.push_gc(first);
    out.push_gc(text);
    Ok(out.finish(th))
}
/// `readline(limit)`: empty at the end.
pub(crate) fn readline(th: &mut Thread, t: TextFile, limit: usize) -> R<Gc<Str>> {
    let s = th.open_mut(t)?;
    if !s.pending.is_empty() {
        text_write::write_pending(th, t)?;
    }
    let mode = s.newline;
    if let Some(text) = s.decoded.cast::<Str>()
        && s.used < text.len()
        && let Ok(n) = mode.line_end(part(text.chars(), s.used, text.len()))
    {
        let from = s.used;
        s.used += n.min(limit);
        return Ok(sub(th, text, from, s.used).as_gc());
    }
    let _held = enter(th, t)?;
    let mut line = StrBuilder::new();
    // A `\r` that is a line end only if `\n` follows.
    let mut held = false;
    loop {
        let (text, from) = match ahead(th, t)? {
            Some(a) => a,
            None if read_chunk(th, t, 0)? => continue,
            None => {
                if held {
                    line.push('\r' as u32);
                }
                let s = th.open_mut(t)?;
                s.forget();
                s.snapshot = Value::EMPTY;
                break;
            }
        };
        let room = limit - line.len() - usize::from(held);
        let s = th.open_mut(t)?;
        if std::mem::take(&mut held) {
            line.push('\r' as u32);
            if room == 0 {
                break;
            }
            if text.at(from) == '\n' as u32 {
                line.push('\n' as u32);
                s.used = from + 1;
                break;
            }
        }
        let end = mode.line_end(part(text.chars(), from, text.len()));
        let n = end.unwrap_or_else(|n| n);
        let whole = text.len() - from;
        line.push_chars(part(text.chars(), from, from + n.min(room)));
        if end.is_ok() || n >= room {
            s.used = from + n.min(room);
            break;
        }
        held = n < whole;
        s.used = text.len();
    }
    Ok(line.finish(th).as_gc())
}
pub(crate) fn readline_method(th: &mut Thread, a: &[Value]) -> R {
    let t = this(th, a[0])?;
    attached(th, t)?;
    let n = match a[1] {
        Value::EMPTY => -1,
        v => th.to_isize(v)?,
    };
    check_open(th, t)?;
    decoder_exists(th, t)?;
    Ok(readline(th, t, if n < 0 { usize::MAX } else { n as usize })?.value())
}
fn decoder_exists(th: &mut Thread, t: TextFile) -> R<()> {
    if th.open_mut(t)?.decoder.is_none() {
        Err(unsupported(th, "not readable"))
    } else {
        Ok(())
    }
}
/// The next line; EMPTY at the end.
pub(crate) fn next(th: &mut Thread, a: &[Value]) -> R {
    let t = this(th, a[0])?;
    attached(th, t)?;
    th.open_mut(t)?.telling = false;
    let line = if is_exact(th, t) {
        check_open(th, t)?;
        decoder_exists(th, t)?;
        readline(th, t, usize::MAX)?
    } else {
        let line = th.call_method(a[0], names().readline, &[])?;
        match line.cast::<Str>() {
            Some(l) => l,
            None => {
                let name = th.class_of(line).name_str();
                return Err(os_text(th, &format!("readline() should have returned a str object, not '{name}'")));
            }
        }
    };
    if line.is_empty() {
        let s = th.open_mut(t)?;
        s.snapshot = Value::EMPTY;
        s.telling = s.seekable;
        return Ok(Value::EMPTY);
    }
    Ok(line.value())
}
