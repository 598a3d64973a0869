//! Reading and writing of maps: as a sequence of bytes, and as a file.

use super::{memory, memory_to_write, opened};
use crate::support::given;
use vasuki_vm::object::Kind;
use vasuki_vm::special::Special;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol::{bytes_arg, slice};
use vasuki_vm::types::int;
use vasuki_vm::types::str_ops::slice_range;
use vasuki_vm::value::Value;

/// The bytes, until something else runs.
fn bytes(th: &mut Thread, v: Value) -> R<&'static [u8]> {
    let (p, n) = memory(th, v)?;
    // SAFETY: `n` mapped bytes, which are looked at before anything else runs.
    Ok(unsafe { slice(p, n) })
}
/// The bytes to be written, until something else runs.
fn bytes_mut(th: &mut Thread, v: Value) -> R<&'static mut [u8]> {
    let (p, n) = memory_to_write(th, v)?;
    // SAFETY: `n` mapped bytes of a map that may be written; used before anything else runs.
    Ok(unsafe { std::slice::from_raw_parts_mut(p, n) })
}
fn position(th: &mut Thread, v: Value) -> R<(usize, usize)> {
    let (m, r) = opened(th, v)?;
    Ok((m.pos.min(r.len()), r.len()))
}
fn move_to(th: &mut Thread, v: Value, pos: usize) -> R<()> {
    opened(th, v)?.0.pos = pos;
    Ok(())
}

pub(super) fn len(th: &mut Thread, a: &[Value]) -> R {
    let (_, r) = opened(th, a[0])?;
    Ok(th.new_int(r.len() as i64))
}
/// The index `k` of an item.
fn index(th: &mut Thread, k: Value, len: usize) -> R<usize> {
    let i = th.to_isize(k)?;
    let i = if i < 0 { i + len as isize } else { i };
    if i < 0 || i as usize >= len {
        return Err(th.index_error("mmap index out of range"));
    }
    Ok(i as usize)
}
fn is_index(th: &mut Thread, k: Value) -> bool {
    int::is_int(k) || th.class_of(k).special(Special::Index).is_some()
}
pub(super) fn getitem(th: &mut Thread, a: &[Value]) -> R {
    let n = bytes(th, a[0])?.len();
    if a[1].is_kind(Kind::Slice) {
        let (start, step, count) = slice_range(th, a[1], n)?;
        let b = bytes(th, a[0])?;
        let part: Vec<u8> = (0..count as isize)
            .filter_map(|i| b.get((start + i * step) as usize).copied())
            .collect();
        return Ok(th.new_bytes(&part));
    }
    if !is_index(th, a[1]) {
        return Err(th.type_error("mmap indices must be integers"));
    }
    let i = index(th, a[1], n)?;
    match bytes(th, a[0])?.get(i) {
        Some(&b) => Ok(Value::small(i64::from(b))),
        None => Err(th.index_error("mmap index out of range")),
    }
}
pub(super) fn setitem(th: &mut Thread, a: &[Value]) -> R {
    let n = bytes_mut(th, a[0])?.len();
    if a[1].is_kind(Kind::Slice) {
        slice_range(th, a[1], n)?;
        let new = bytes_arg(th, a[2])?;
        // Getting the bytes may have changed the size.
        let n = bytes_mut(th, a[0])?.len();
        let (start, step, count) = slice_range(th, a[1], n)?;
        let to = bytes_mut(th, a[0])?;
        if new.len() != count {
            return Err(th.index_error("mmap slice assignment is wrong size"));
        }
        for (i, &b) in new.iter().enumerate() {
            if let Some(x) = to.get_mut((start + i as isize * step) as usize) {
                *x = b;
            }
        }
        return Ok(Value::NONE);
    }
    if !is_index(th, a[1]) {
        return Err(th.type_error("mmap indices must be integers"));
    }
    let i = index(th, a[1], n)?;
    if !is_index(th, a[2]) {
        return Err(th.type_error("mmap item value must be an int"));
    }
    let b = match u8::try_from(th.to_isize(a[2])?) {
        Ok(b) => b,
        Err(_) => return Err(th.value_error("mmap item value must be in range(0, 256)")),
    };
    match bytes_mut(th, a[0])?.get_mut(i) {
        Some(x) => *x = b,
        None => return Err(th.index_error("mmap index out of range")),
    }
    Ok(Value::NONE)
}
pub(super) fn delitem(th: &mut Thread, a: &[Value]) -> R {
    let what = if a[1].is_kind(Kind::Slice) { "slice" } else { "item" };
    Err(th.type_error(&format!("mmap object doesn't support {what} deletion")))
}
/// Where the search in `a` begins and ends.
fn bounds(th: &mut Thread, a: &[Value]) -> R<(usize, usize)> {
    let (pos, n) = position(th, a[0])?;
    let mut clip = |v: Value, default: usize| -> R<usize> {
        match given(v).filter(|v| !v.is_none()) {
            None => Ok(default),
            Some(v) => {
                let i = th.to_isize(v)?;
                Ok(if i < 0 { i + n as isize } else { i }.clamp(0, n as isize) as usize)
            }
        }
    };
    Ok((clip(a[2], pos)?, clip(a[3], n)?))
}
pub(super) fn find(th: &mut Thread, a: &[Value]) -> R {
    let what = bytes_arg(th, a[1])?;
    let (from, to) = bounds(th, a)?;
    let b = bytes(th, a[0])?;
    let found = b.get(from..to).and_then(|b| memchr::memmem::find(b, &what));
    Ok(Value::small(found.map_or(-1, |i| (i + from) as i64)))
}
pub(super) fn rfind(th: &mut Thread, a: &[Value]) -> R {
    let what = bytes_arg(th, a[1])?;
    let (from, to) = bounds(th, a)?;
    let b = bytes(th, a[0])?;
    let found = b.get(from..to).and_then(|b| memchr::memmem::rfind(b, &what));
    Ok(Value::small(found.map_or(-1, |i| (i + from) as i64)))
}
pub(super) fn move_bytes(th: &mut Thread, a: &[Value]) -> R {
    let (dest, src, count) = (th.to_isize(a[1])?, th.to_isize(a[2])?, th.to_isize(a[3])?);
    let b = bytes_mut(th, a[0])?;
    let n = b.len() as isize;
    if dest < 0 || src < 0 || count < 0 || n - dest < count || n - src < count {
        return Err(th.value_error("source, destination, or count out of range"));
    }
    b.copy_within(src as usize..(src + count) as usize, dest as usize);
    Ok(Value::NONE)
}
pub(super) fn read(th: &mut Thread, a: &[Value]) -> R {
    let n = match given(a[1]).filter(|v| !v.is_none()) {
        Some(v) => th.to_isize(v)?,
        None => -1,
    };
    let (pos, len) = position(th, a[0])?;
    let left = len - pos;
    let n = if n < 0 { left } else { left.min(n as usize) };
    move_to(th, a[0], pos + n)?;
    let b = bytes(th, a[0])?;
    Ok(th.new_bytes(&b[pos..pos + n]))
}
pub(super) fn read_byte(th: &mut Thread, a: &[Value]) -> R {
    let (pos, _) = position(th, a[0])?;
    match bytes(th, a[0])?.get(pos) {
        Some(&b) => {
            move_to(th, a[0], pos + 1)?;
            Ok(Value::small(i64::from(b)))
        }
        None => Err(th.value_error("read byte out of range")),
    }
}
pub(super) fn readline(th: &mut Thread, a: &[Value]) -> R {
    let (pos, len) = position(th, a[0])?;
    let b = &bytes(th, a[0])?[pos..];
    let n = memchr::memchr(b'\n', b).map_or(len - pos, |i| i + 1);
    move_to(th, a[0], pos + n)?;
    Ok(th.new_bytes(&b[..n]))
}
pub(super) fn seek(th: &mut Thread, a: &[Value]) -> R {
    let to = th.to_isize(a[1])?;
    let whence = given(a[2]).map_or(Ok(0), |v| th.to_i32(v))?;
    let (pos, len) = position(th, a[0])?;
    let base = match whence {
        0 => 0,
        1 => pos,
        2 => len,
        _ => return Err(th.value_error("unknown seek type")),
    };
    match (base as isize).checked_add(to) {
        Some(n) if n >= 0 && n as usize <= len => {
            move_to(th, a[0], n as usize)?;
            Ok(th.new_int(n as i64))
        }
        _ => Err(th.value_error("seek out of range")),
    }
}
pub(super) fn tell(th: &mut Thread, a: &[Value]) -> R {
    let (pos, _) = position(th, a[0])?;
    Ok(th.new_int(pos as i64))
}
pub(super) fn write(th: &mut Thread, a: &[Value]) -> R {
    let data = bytes_arg(th, a[1])?;
    let b = bytes_mut(th, a[0])?;
    let (pos, len) = position(th, a[0])?;
    if len - pos < data.len() {
        return Err(th.value_error("data out of range"));
    }
    b[pos..pos + data.len()].copy_from_slice(&data);
    move_to(th, a[0], pos + data.len())?;
    Ok(th.new_int(data.len() as i64))
}
pub(super) fn write_byte(th: &mut Thread, a: &[Value]) -> R {
    let byte = match u8::try_from(th.to_isize(a[1])?) {
        Ok(b) => b,
        Err(_) => return Err(th.overflow_error("unsigned byte integer is greater than maximum")),
    };
    let b = bytes_mut(th, a[0])?;
    let (pos, _) = position(th, a[0])?;
    match b.get_mut(pos) {
        Some(x) => *x = byte,
        None => return Err(th.value_error("write byte out of range")),
    }
    move_to(th, a[0], pos + 1)?;
    Ok(Value::NONE)
}
