//! `BufferedReader`, and the reading half of `BufferedRandom`.

use super::buffered::{self, Buffered, Stream, check_open, enter, fill, getsets, methods, moved, raw_of, this, write_pending};
use super::sys::find;
use super::{base, fileio, raw, size_arg};
use vasuki_vm::names::names;
use vasuki_vm::native::{TypeDef, def, def_static, getset, getter};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::bytes::Bytes;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::value::Value;

/// The declaration.
pub(crate) static DEF: TypeDef = TypeDef {
    methods: methods![
        def(
            "__init__",
            "self, raw, buffer_size=131072",
            init,
            "Initialize self.  See help(type(self)) for accurate signature."
        ),
        def("read", "self, size=-1, /", read_method, ""),
        def("read1", "self, size=-1, /", read1_method, ""),
        def("readinto", "self, buffer, /", |th, a| readinto(th, a, false), ""),
        def("readinto1", "self, buffer, /", |th, a| readinto(th, a, true), ""),
        def("readline", "self, size=-1, /", readline_method, ""),
        def("peek", "self, size=0, /", peek, ""),
        def("__next__", "self, /", next, "Implement next(self)."),
        def("readable", "self, /", |th, a| buffered::raw_call(th, a[0], "readable"), ""),
        def("flush", "self, /", buffered::simple_flush, ""),
    ],
    getsets: getsets!(),
    doc: "Create a new buffered reader using the given readable raw IO object.",
    ..TypeDef::new("_io.BufferedReader", Kind::Payload, payload_size::<Buffered>())
};

fn init(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    th.open_mut(b)?.state = buffered::State::New;
    base::check_can(th, a[1], "readable")?;
    let size = buffered::buffer_size(th, a[2])?;
    buffered::attach(th, b, a[1], size, true, false)?;
    Ok(Value::NONE)
}
/// Makes the buffer hold only bytes that were read ahead: writes what is pending. The lock is held.
fn ready(th: &mut Thread, b: Stream) -> R<()> {
    if th.open_mut(b)?.pending.is_empty() {
        Ok(())
    } else {
        write_pending(th, b)
    }
}
/// Moves up to `n` bytes that were read ahead to `out`.
fn take(s: &mut Buffered, out: &mut Vec<u8>, n: usize) {
    let n = n.min(s.unread().len());
    out.extend_from_slice(&s.ahead[s.pos..s.pos + n]);
    s.pos += n;
}
/// `read(n)`: bytes, or None when it would block at once.
pub(crate) fn read(th: &mut Thread, b: Stream, n: usize) -> R {
    let s = th.open_mut(b)?;
    if n <= s.unread().len() {
        let v = th.new_bytes(&s.unread()[..n]);
        s.pos += n;
        return Ok(v);
    }
    raw::room(th, n)?;
    let held = enter(th, b)?;
    let mut out = Vec::new();
    let blocked = read_held(th, b, n, &mut out);
    drop(held);
    if blocked? && out.is_empty() {
        return Ok(Value::NONE);
    }
    Ok(th.new_bytes(&out))
}
/// Says whether it would have blocked.
fn read_held(th: &mut Thread, b: Stream, n: usize, out: &mut Vec<u8>) -> R<bool> {
    ready(th, b)?;
    take(th.open_mut(b)?, out, n);
    while out.len() < n {
        let want = n - out.len();
        let s = th.open_mut(b)?;
        let got = if want >= s.size {
            let (raw, whole) = (s.raw, want - want % s.size);
            s.forget();
            let got = raw::read(th, raw, out, whole)?;
            moved(th.open_mut(b)?, got.unwrap_or(0));
            got
        } else {
            let got = fill(th, b)?;
            take(th.open_mut(b)?, out, want);
            got
        };
        match got {
            None => return Ok(true),
            Some(0) => return Ok(false),
            Some(_) => {}
        }
    }
    Ok(false)
}
/// `read()`: all that is left, or None when it would block at once.
pub(crate) fn read_all(th: &mut Thread, b: Stream) -> R {
    let held = enter(th, b)?;
    let r = read_all_held(th, b);
    drop(held);
    r
}
fn read_all_held(th: &mut Thread, b: Stream) -> R {
    ready(th, b)?;
    let s = th.open_mut(b)?;
    let raw = s.raw;
    let mut all = s.unread().to_vec();
    s.forget();
    s.at = None;
    let rest = if let Some(f) = raw::native_file(raw) {
        fileio::read_all(th, f)?
    } else {
        let name = th.intern("readall");
        match th.getattr_opt(raw, name)? {
            Some(f) => th.call(f, &[])?,
            None => return read_all_by_chunks(th, raw, all),
        }
    };
    if rest.is_none() {
        return Ok(if all.is_empty() { rest } else { th.new_bytes(&all) });
    }
    let Some(bytes) = rest.cast::<Bytes>() else {
        return Err(th.type_error("readall() should return bytes"));
    };
    if all.is_empty() {
        return Ok(rest);
    }
    all.extend_from_slice(bytes.as_slice());
    Ok(th.new_bytes(&all))
}
fn read_all_by_chunks(th: &mut Thread, raw: Value, mut all: Vec<u8>) -> R {
    loop {
        let chunk = th.call_method(raw, names().read, &[])?;
        let Some(b) = chunk.cast::<Bytes>() else {
            if !chunk.is_none() {
                return Err(th.type_error("read() should return bytes"));
            }
            return Ok(if all.is_empty() { Value::NONE } else { th.new_bytes(&all) });
        };
        if b.is_empty() {
            return Ok(th.new_bytes(&all));
        }
        super::raw::room(th, all.len() + b.len())?;
        all.extend_from_slice(b.as_slice());
    }
}
/// `read` of both classes.
pub(crate) fn read_method(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    raw_of(th, b)?;
    let n = size_arg(th, a[1])?;
    if n < -1 {
        return Err(th.value_error("read length must be non-negative or -1"));
    }
    check_open(th, b, "read of closed file")?;
    if n == -1 { read_all(th, b) } else { read(th, b, n as usize) }
}
/// `read1(n)`: what was read ahead, else what one call of the raw stream gives.
pub(crate) fn read1(th: &mut Thread, b: Stream, n: usize) -> R {
    let s = th.open_mut(b)?;
    if n == 0 {
        return Ok(th.new_bytes(&[]));
    }
    if let have @ 1.. = s.unread().len() {
        let n = n.min(have);
        let v = th.new_bytes(&s.unread()[..n]);
        s.pos += n;
        return Ok(v);
    }
    let held = enter(th, b)?;
    let mut out = Vec::new();
    let r = read1_held(th, b, n, &mut out);
    drop(held);
    r?;
    Ok(th.new_bytes(&out))
}
fn read1_held(th: &mut Thread, b: Stream, n: usize, out: &mut Vec<u8>) -> R<()> {
    ready(th, b)?;
    let s = th.open_mut(b)?;
    if s.unread().is_empty() {
        if n < s.size {
            // A small piece: the rest of what one call gives is kept.
            fill(th, b)?;
        } else {
            let raw = s.raw;
            s.forget();
            let got = raw::read(th, raw, out, n)?;
            moved(th.open_mut(b)?, got.unwrap_or(0));
            return Ok(());
        }
    }
    take(th.open_mut(b)?, out, n);
    Ok(())
}
/// `read1` of both classes.
pub(crate) fn read1_method(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    raw_of(th, b)?;
    let n = size_arg(th, a[1])?;
    check_open(th, b, "read of closed file")?;
    let n = if n < 0 { th.open_mut(b)?.size } else { n as usize };
    raw::room(th, n)?;
    read1(th, b, n)
}
/// `readinto` of both classes.
pub(crate) fn readinto(th: &mut Thread, a: &[Value], once: bool) -> R {
    let b = this(th, a[0])?;
    raw_of(th, b)?;
    let n = raw::writable_len(th, a[1], if once { "readinto1" } else { "readinto" })?;
    check_open(th, b, "readinto of closed file")?;
    let s = th.open_mut(b)?;
    let mut out = Vec::new();
    let mut blocked = false;
    let left = n.saturating_sub(s.unread().len());
    if left == 0 || once && !s.unread().is_empty() && left <= s.size {
        take(s, &mut out, n);
    } else if once {
        let held = enter(th, b)?;
        let r = readinto1_held(th, b, n, &mut out);
        drop(held);
        blocked = r?;
    } else {
        let held = enter(th, b)?;
        let r = read_held(th, b, n, &mut out);
        drop(held);
        blocked = r?;
    }
    if out.is_empty() && blocked && n > 0 {
        return Ok(Value::NONE);
    }
    raw::fill(th, a[1], 0, &out)?;
    Ok(Value::small(out.len() as i64))
}
fn readinto1_held(th: &mut Thread, b: Stream, n: usize, out: &mut Vec<u8>) -> R<bool> {
    ready(th, b)?;
    let s = th.open_mut(b)?;
    take(s, out, n);
    let left = n - out.len();
    // One read at most: past the buffer if that is too small, and not only to fill it when there is something already.
    let got = if left > s.size {
        let raw = s.raw;
        s.forget();
        let got = raw::read(th, raw, out, left)?;
        moved(th.open_mut(b)?, got.unwrap_or(0));
        got
    } else if out.is_empty() {
        let got = fill(th, b)?;
        take(th.open_mut(b)?, out, n);
        got
    } else {
        Some(0)
    };
    Ok(got.is_none())
}
/// `peek` of both classes.
pub(crate) fn peek(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    raw_of(th, b)?;
    if !a[1].is_empty() {
        th.to_isize(a[1])?;
    }
    check_open(th, b, "peek of closed file")?;
    if th.open_mut(b)?.unread().is_empty() {
        let held = enter(th, b)?;
        let r = ready(th, b).and_then(|()| {
            if th.open_mut(b)?.unread().is_empty() {
                fill(th, b).map(drop)
            } else {
                Ok(())
            }
        });
        drop(held);
        r?;
    }
    let data: &[u8] = th.open_mut(b)?.unread();
    Ok(th.new_bytes(data))
}
/// `readline(limit)`
pub(crate) fn readline(th: &mut Thread, b: Stream, limit: usize) -> R {
    let s = th.open_mut(b)?;
    let have = s.unread();
    let seen = &have[..have.len().min(limit)];
    let end = match find(b'\n', seen) {
        Some(i) => Some(i + 1),
        None if seen.len() == limit => Some(limit),
        None => None,
    };
    if let Some(n) = end {
        let v = th.new_bytes(&seen[..n]);
        s.pos += n;
        return Ok(v);
    }
    let held = enter(th, b)?;
    let mut line = Vec::new();
    let r = readline_held(th, b, limit, &mut line);
    drop(held);
    r?;
    Ok(th.new_bytes(&line))
}
fn readline_held(th: &mut Thread, b: Stream, limit: usize, line: &mut Vec<u8>) -> R<()> {
    ready(th, b)?;
    loop {
        th.poll_inside()?;
        let s = th.open_mut(b)?;
        let have = s.unread();
        let n = have.len().min(limit - line.len());
        let end = find(b'\n', &have[..n]);
        take(s, line, end.map_or(n, |i| i + 1));
        if end.is_some() || line.len() >= limit || matches!(fill(th, b)?, None | Some(0)) {
            return Ok(());
        }
    }
}
/// `readline` of both classes.
pub(crate) fn readline_method(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    raw_of(th, b)?;
    let n = size_arg(th, a[1])?;
    check_open(th, b, "readline of closed file")?;
    readline(th, b, if n < 0 { usize::MAX } else { n as usize })
}
/// The next line; EMPTY at the end.
pub(crate) fn next(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    raw_of(th, b)?;
    if buffered::is_exact(th, b) {
        check_open(th, b, "readline of closed file")?;
        let line = readline(th, b, usize::MAX)?;
        return Ok(if line.as_gc::<Bytes>().is_empty() { Value::EMPTY } else { line });
    }
    let line = th.call_method(a[0], names().readline, &[])?;
    match line.cast::<Bytes>() {
        Some(l) if l.is_empty() => Ok(Value::EMPTY),
        Some(_) => Ok(line),
        None => {
            let name = th.class_of(line).name_str();
            Err(super::os_text(
                th,
                &format!("readline() should have returned a bytes object, not '{name}'"),
            ))
        }
    }
}
