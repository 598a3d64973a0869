//! Calling the raw stream under a buffered one: a native `FileIO` directly, any other by its methods.

use super::fileio::{self, FileIO};
use super::{classes, os_text};
use crate::support::call_method;
use vasuki_vm::context::ctx;
use vasuki_vm::names::names;
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::bytearray::ByteArray;
use vasuki_vm::types::payload::{Native, downcast};
use vasuki_vm::types::{buffer_protocol, int, memoryview};
use vasuki_vm::value::Value;

/// The raw stream as an exactly native file.
pub(crate) fn native_file(raw: Value) -> Option<Gc<Native<FileIO>>> {
    downcast::<FileIO>(raw).filter(|_| vasuki_vm::types::class::class_of(raw) == classes().fileio)
}
/// MemoryError (or OverflowError) when so many bytes cannot be had.
pub(crate) fn room(th: &mut Thread, n: usize) -> R<()> {
    vasuki_vm::types::str_ops::check_size(th, n)
}
/// Length of a writable bytes-like argument.
pub(crate) fn writable_len(th: &mut Thread, v: Value, method: &str) -> R<usize> {
    let error = ctx().types.TypeError;
    match th.catch(error, |th| buffer_protocol::with_buffer_mut(th, v, |b| b.len()))? {
        Ok(n) => Ok(n),
        Err(_) => {
            let name = crate::support::arg_name(th, v);
            Err(th.type_error(&format!("{method}() argument must be read-write bytes-like object, not {name}")))
        }
    }
}
/// Copies bytes to the start of a writable bytes-like object; what does not fit any more is left out.
pub(crate) fn fill(th: &mut Thread, v: Value, at: usize, data: &[u8]) -> R<()> {
    buffer_protocol::with_buffer_mut(th, v, |out| {
        if let Some(out) = out.get_mut(at..) {
            let n = out.len().min(data.len());
            out[..n].copy_from_slice(&data[..n]);
        }
    })
}
/// Calls a method of a Python raw stream, again when it says that it was interrupted.
fn call_again(th: &mut Thread, raw: Value, name: &str, args: &[Value]) -> R {
    loop {
        match th.catch(ctx().types.OSError, |th| call_method(th, raw, name, args))? {
            Ok(v) => return Ok(v),
            Err(e) => {
                let errno = th.getattr(e, names().errno)?;
                if errno != Value::small(libc::EINTR as i64) {
                    return Err(Throw::exception(e));
                }
                vasuki_vm::signals::handle(th)?;
            }
        }
    }
}
/// Appends up to `n` bytes from the raw stream; None: it would block; 0: the end.
pub(crate) fn read(th: &mut Thread, raw: Value, out: &mut Vec<u8>, n: usize) -> R<Option<usize>> {
    if let Some(f) = native_file(raw) {
        return fileio::read_some(th, f, out, n);
    }
    room(th, n)?;
    let buffer = th.new_bytearray(vec![0; n]);
    let view = memoryview::of(th, buffer)?.value();
    let r = call_again(th, raw, "readinto", &[view])?;
    if r.is_none() {
        return Ok(None);
    }
    let got = th.catch(ctx().types.OverflowError, |th| th.to_isize(r))?.unwrap_or(-1);
    if got < 0 || got as usize > n {
        return Err(os_text(
            th,
            &format!("raw readinto() returned invalid length {got} (should have been between 0 and {n})"),
        ));
    }
    if let Some(b) = downcast::<ByteArray>(buffer) {
        let data = &th.open_mut(b)?.data;
        out.extend_from_slice(&data[..(got as usize).min(data.len())]);
    }
    std::hint::black_box(view);
    Ok(Some(got as usize))
}
/// Writes bytes to the raw stream; None: it would block.
pub(crate) fn write(th: &mut Thread, raw: Value, data: &[u8]) -> R<Option<usize>> {
    if let Some(f) = native_file(raw) {
        return fileio::write_some(th, f, data);
    }
    let n = data.len();
    let bytes = th.new_bytes(data);
    let view = memoryview::of(th, bytes)?.value();
    let r = call_again(th, raw, "write", &[view])?;
    std::hint::black_box(view);
    if r.is_none() {
        return Ok(None);
    }
    let put = th.to_isize(r)?;
    if put < 0 || put as usize > n {
        return Err(os_text(
            th,
            &format!("raw write() returned invalid length {put} (should have been between 0 and {n})"),
        ));
    }
    Ok(Some(put as usize))
}
fn position(th: &mut Thread, r: Value) -> R<i64> {
    let at = th.index(r)?;
    match int::to_i64(at) {
        Some(n) if n >= 0 => Ok(n),
        Some(n) => Err(os_text(th, &format!("Raw stream returned invalid position {n}"))),
        None => Err(th.overflow_error("cannot fit 'int' into an offset-sized integer")),
    }
}
/// `raw.seek(at, whence)`
pub(crate) fn seek(th: &mut Thread, raw: Value, at: i64, whence: i32) -> R<i64> {
    if let Some(f) = native_file(raw) {
        return fileio::seek_to(th, f, at, whence);
    }
    let at = th.new_int(at);
    let r = call_method(th, raw, "seek", &[at, Value::small(whence as i64)])?;
    position(th, r)
}
/// `raw.tell()`
pub(crate) fn tell(th: &mut Thread, raw: Value) -> R<i64> {
    if let Some(f) = native_file(raw) {
        return fileio::seek_to(th, f, 0, libc::SEEK_CUR);
    }
    let r = call_method(th, raw, "tell", &[])?;
    position(th, r)
}
/// Is the raw stream closed?
pub(crate) fn closed(th: &mut Thread, raw: Value) -> R<bool> {
    match native_file(raw) {
        Some(f) => Ok(th.open_mut(f)?.fd < 0),
        None => super::base::is_closed(th, raw),
    }
}
