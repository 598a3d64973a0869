//! `BufferedWriter`, and the writing half of `BufferedRandom`.

use super::buffered::{self, Buffered, Stream, enter_to_write, getsets, is_closed, methods, moved, raw_of, settle, this};
use super::{base, raw, would_block};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{TypeDef, def, def_static, getset, getter};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol;
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
        def(
            "write",
            "self, buffer, /",
            write_method,
            "Write buffer b to the IO stream.\n\nReturn the number of bytes written, which is always\nthe length of b in bytes.\n\nRaise BlockingIOError if the buffer is full and the\nunderlying raw stream cannot accept more data at the moment."
        ),
        def("writable", "self, /", |th, a| buffered::raw_call(th, a[0], "writable"), ""),
        def("flush", "self, /", buffered::flush_method, ""),
    ],
    getsets: getsets!(),
    doc: "A buffer for a writeable sequential RawIO object.\n\nThe constructor creates a BufferedWriter for the given writeable raw\nstream. If the buffer_size is not given, it defaults to\nDEFAULT_BUFFER_SIZE.",
    ..TypeDef::new("_io.BufferedWriter", Kind::Payload, payload_size::<Buffered>())
};

fn init(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    th.open_mut(b)?.state = buffered::State::New;
    base::check_can(th, a[1], "writable")?;
    let size = buffered::buffer_size(th, a[2])?;
    buffered::attach(th, b, a[1], size, false, true)?;
    Ok(Value::NONE)
}
/// Takes bytes to be written; those that do not fit are written at once.
pub(crate) fn write(th: &mut Thread, b: Stream, data: &[u8]) -> R<()> {
    if is_closed(th, b)? {
        return Err(th.value_error("write to closed file"));
    }
    let s = th.open_mut(b)?;
    if s.unread().is_empty() && s.pending.len() + data.len() <= s.size {
        s.pending.extend_from_slice(data);
        return Ok(());
    }
    let held = enter_to_write(th, b)?;
    let r = write_held(th, b, data);
    drop(held);
    r
}
fn write_held(th: &mut Thread, b: Stream, data: &[u8]) -> R<()> {
    let s = th.open_mut(b)?;
    if s.unread().is_empty() && s.pending.len() + data.len() <= s.size {
        s.pending.extend_from_slice(data);
        return Ok(());
    }
    if let Err(e) = th.catch(ctx().types.BlockingIOError, |th| settle(th, b))? {
        return keep_some(th, b, data, e);
    }
    let s = th.open_mut(b)?;
    let (raw, size) = (s.raw, s.size);
    let mut done = 0;
    while data.len() - done > size {
        match raw::write(th, raw, &data[done..])? {
            Some(n) => {
                done += n;
                moved(th.open_mut(b)?, n);
            }
            None => {
                let s = th.open_mut(b)?;
                let n = (data.len() - done).min(size.saturating_sub(s.pending.len()));
                s.pending.extend_from_slice(&data[done..done + n]);
                return Err(would_block(th, "write could not complete without blocking", done + n));
            }
        }
        vasuki_vm::signals::handle(th)?;
    }
    th.open_mut(b)?.pending.extend_from_slice(&data[done..]);
    Ok(())
}
/// The raw stream would block: keeps what there is room for; the error says how much if that is not all.
fn keep_some(th: &mut Thread, b: Stream, data: &[u8], e: Value) -> R<()> {
    let s = th.open_mut(b)?;
    let n = s.size.saturating_sub(s.pending.len()).min(data.len());
    s.pending.extend_from_slice(&data[..n]);
    if n == data.len() {
        return Ok(());
    }
    let text = th.getattr(e, vasuki_vm::names::names().strerror)?;
    let text = th.str(text)?.to_string_lossy();
    Err(would_block(th, &text, n))
}
/// `write(buffer)`
pub(crate) fn write_method(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    raw_of(th, b)?;
    if a[1].is_kind(Kind::Str) {
        return Err(buffer_protocol::not_bytes_like(th, a[1]));
    }
    let data = buffer_protocol::bytes_arg(th, a[1])?;
    write(th, b, &data)?;
    Ok(Value::small(data.len() as i64))
}
