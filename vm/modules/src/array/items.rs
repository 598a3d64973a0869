//! Indexing, slices, comparison and operators of arrays.

use super::{Array, Code, is_array, new, open_to_resize, this};
use crate::support::type_name;
use std::cmp::Ordering;
use vasuki_vm::object::Kind;
use vasuki_vm::ops::CmpOp;
use vasuki_vm::special::Special;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::int;
use vasuki_vm::types::str_ops::slice_range;
use vasuki_vm::value::Value;

/// Type code and number of items.
pub(super) fn shape(th: &mut Thread, v: Value) -> R<(Code, usize)> {
    let a = this(th, v)?;
    Ok((a.code, a.data.len() / a.code.size()))
}
/// Item `i`, if there is one.
pub(super) fn at(th: &mut Thread, v: Value, i: usize) -> R<Option<Value>> {
    let a = this(th, v)?;
    let (code, n) = (a.code, a.code.size());
    match a.data.get(i * n..i * n + n) {
        Some(raw) => code.get(th, raw).map(Some),
        None => Ok(None),
    }
}
fn position(th: &mut Thread, k: Value, len: usize, text: &str) -> R<usize> {
    if !int::is_int(k) && th.class_of(k).special(Special::Index).is_none() {
        return Err(th.type_error("array indices must be integers"));
    }
    let i = th.to_isize(k)?;
    let i = if i < 0 { i + len as isize } else { i };
    if i < 0 || i as usize >= len {
        Err(th.index_error(text))
    } else {
        Ok(i as usize)
    }
}
/// The `N` bytes of item `k`, if there is one.
#[inline(always)]
fn bytes_at<const N: usize>(data: &mut [u8], k: i64) -> Option<&mut [u8; N]> {
    let k = if k < 0 { k + (data.len() / N) as i64 } else { k };
    let from = usize::try_from(k).ok()?.checked_mul(N)?;
    data.get_mut(from..from.checked_add(N)?)?.try_into().ok()
}
/// Item `k` of an array of numbers that need no object; None: the long way knows.
#[inline]
fn number_at(a: &mut Array, k: i64) -> Option<Value> {
    Some(match a.code.0 {
        b'd' => Value::float(f64::from_ne_bytes(*bytes_at(&mut a.data, k)?)),
        b'f' => Value::float(f64::from(f32::from_ne_bytes(*bytes_at(&mut a.data, k)?))),
        b'i' => Value::small(i64::from(i32::from_ne_bytes(*bytes_at(&mut a.data, k)?))),
        b'I' => Value::small(i64::from(u32::from_ne_bytes(*bytes_at(&mut a.data, k)?))),
        b'h' => Value::small(i64::from(i16::from_ne_bytes(*bytes_at(&mut a.data, k)?))),
        b'H' => Value::small(i64::from(u16::from_ne_bytes(*bytes_at(&mut a.data, k)?))),
        b'b' => Value::small(i64::from(i8::from_ne_bytes(*bytes_at(&mut a.data, k)?))),
        b'B' => Value::small(i64::from(u8::from_ne_bytes(*bytes_at(&mut a.data, k)?))),
        _ => return None,
    })
}
/// Sets item `k` to an unboxed number that fits; false: the long way knows.
#[inline]
fn set_number(a: &mut Array, k: i64, v: Value) -> bool {
    fn put<const N: usize>(a: &mut Array, k: i64, bytes: [u8; N]) -> Option<()> {
        *bytes_at(&mut a.data, k)? = bytes;
        Some(())
    }
    let int = v.to_small();
    let done = match a.code.0 {
        b'd' if v.is_float() => put(a, k, v.as_float().to_ne_bytes()),
        b'i' => int.and_then(|n| put(a, k, i32::try_from(n).ok()?.to_ne_bytes())),
        b'I' => int.and_then(|n| put(a, k, u32::try_from(n).ok()?.to_ne_bytes())),
        b'h' => int.and_then(|n| put(a, k, i16::try_from(n).ok()?.to_ne_bytes())),
        b'H' => int.and_then(|n| put(a, k, u16::try_from(n).ok()?.to_ne_bytes())),
        b'b' => int.and_then(|n| put(a, k, i8::try_from(n).ok()?.to_ne_bytes())),
        b'B' => int.and_then(|n| put(a, k, u8::try_from(n).ok()?.to_ne_bytes())),
        _ => None,
    };
    done.is_some()
}
pub(super) fn getitem(th: &mut Thread, a: &[Value]) -> R {
    if let Some(k) = a[1].to_small()
        && let Some(v) = number_at(this(th, a[0])?, k)
    {
        return Ok(v);
    }
    let (code, len) = shape(th, a[0])?;
    if a[1].is_kind(Kind::Slice) {
        let (start, step, count) = slice_range(th, a[1], len)?;
        let size = code.size();
        let d = &this(th, a[0])?.data;
        let mut out = Vec::with_capacity(count * size);
        for i in 0..count as isize {
            let at = (start + i * step) as usize * size;
            out.extend_from_slice(&d[at..at + size]);
        }
        return new(th, code, out);
    }
    let i = position(th, a[1], len, "array index out of range")?;
    match at(th, a[0], i)? {
        Some(v) => Ok(v),
        None => Err(th.index_error("array index out of range")),
    }
}
/// Replaces `count` items that a slice selects; `step` 1 may change the length.
fn replace(th: &mut Thread, d: &mut Vec<u8>, size: usize, (start, step, count): (isize, isize, usize), new: &[u8]) -> R<()> {
    let n = new.len() / size;
    if step == 1 {
        let from = start as usize * size;
        d.splice(from..from + count * size, new.iter().copied());
        return Ok(());
    }
    if n == 0 {
        // Deletion of every step-th item.
        let gone: Vec<usize> = (0..count as isize).map(|i| (start + i * step) as usize).collect();
        let mut keep = vec![true; d.len() / size];
        gone.into_iter().for_each(|i| keep[i] = false);
        let old = std::mem::take(d);
        d.extend(
            old.chunks_exact(size)
                .zip(keep)
                .filter(|(_, k)| *k)
                .flat_map(|(c, _)| c.iter().copied()),
        );
        return Ok(());
    }
    if n != count {
        return Err(th.value_error(&format!("attempt to assign array of size {n} to extended slice of size {count}")));
    }
    for (i, item) in new.chunks_exact(size).enumerate() {
        let at = (start + i as isize * step) as usize * size;
        d[at..at + size].copy_from_slice(item);
    }
    Ok(())
}
pub(super) fn setitem(th: &mut Thread, a: &[Value]) -> R {
    if let Some(k) = a[1].to_small()
        && set_number(this(th, a[0])?, k, a[2])
    {
        return Ok(Value::NONE);
    }
    let (code, len) = shape(th, a[0])?;
    let size = code.size();
    if a[1].is_kind(Kind::Slice) {
        let Some(other) = is_array(a[2]) else {
            let name = type_name(th, a[2]);
            return Err(th.type_error(&format!("can only assign array (not \"{name}\") to array slice")));
        };
        let other = th.open_mut(other)?;
        if other.code != code {
            return Err(th.type_error("bad argument type for built-in operation"));
        }
        let new = other.data.clone();
        let range = slice_range(th, a[1], len)?;
        if range.1 != 1 && new.len() / size != range.2 {
            let text = format!(
                "attempt to assign array of size {} to extended slice of size {}",
                new.len() / size,
                range.2
            );
            return Err(th.value_error(&text));
        }
        let d = if new.len() == range.2 * size {
            &mut this(th, a[0])?.data
        } else {
            open_to_resize(th, a[0])?
        };
        replace(th, d, size, range, &new)?;
        return Ok(Value::NONE);
    }
    let i = position(th, a[1], len, "array assignment index out of range")?;
    let raw = code.set(th, a[2])?;
    match this(th, a[0])?.data.get_mut(i * size..i * size + size) {
        Some(place) => place.copy_from_slice(&raw[..size]),
        None => return Err(th.index_error("array assignment index out of range")),
    }
    Ok(Value::NONE)
}
pub(super) fn delitem(th: &mut Thread, a: &[Value]) -> R {
    let (code, len) = shape(th, a[0])?;
    let range = if a[1].is_kind(Kind::Slice) {
        slice_range(th, a[1], len)?
    } else {
        (position(th, a[1], len, "array assignment index out of range")? as isize, 1, 1)
    };
    if range.2 > 0 {
        let d = open_to_resize(th, a[0])?;
        replace(th, d, code.size(), range, &[])?;
    }
    Ok(Value::NONE)
}
pub(super) fn contains(th: &mut Thread, a: &[Value]) -> R {
    let mut i = 0;
    while let Some(x) = at(th, a[0], i)? {
        if th.eq(x, a[1])? {
            return Ok(Value::TRUE);
        }
        i += 1;
    }
    Ok(Value::FALSE)
}
pub(super) fn add(th: &mut Thread, a: &[Value]) -> R {
    let Some(other) = is_array(a[1]) else {
        let name = type_name(th, a[1]);
        return Err(th.type_error(&format!("can only append array (not \"{name}\") to array")));
    };
    let b: Array = th.open_mut(other)?.clone();
    let x = this(th, a[0])?;
    if x.code != b.code {
        return Err(th.type_error("bad argument type for built-in operation"));
    }
    let (code, mut data) = (x.code, x.data.clone());
    data.extend(b.data);
    new(th, code, data)
}
pub(super) fn iadd(th: &mut Thread, a: &[Value]) -> R {
    let Some(other) = is_array(a[1]) else {
        let name = type_name(th, a[1]);
        return Err(th.type_error(&format!("can only extend with array (not \"{name}\")")));
    };
    let b: Array = th.open_mut(other)?.clone();
    let x = this(th, a[0])?;
    if x.code != b.code {
        return Err(th.type_error("can only extend with array of same kind"));
    }
    if !b.data.is_empty() {
        open_to_resize(th, a[0])?.extend(b.data);
    }
    Ok(a[0])
}
fn repeated(th: &mut Thread, v: Value, n: Value) -> R<Vec<u8>> {
    let n = th.to_isize(n)?.max(0) as usize;
    let d = &this(th, v)?.data;
    let mut out = Vec::new();
    match d.len().checked_mul(n) {
        Some(total) if total <= isize::MAX as usize && out.try_reserve_exact(total).is_ok() => {}
        _ => return Err(th.memory_error()),
    }
    for _ in 0..n {
        out.extend_from_slice(d);
    }
    Ok(out)
}
fn countable(th: &mut Thread, v: Value) -> bool {
    int::is_int(v) || th.class_of(v).special(Special::Index).is_some()
}
pub(super) fn mul(th: &mut Thread, a: &[Value]) -> R {
    if !countable(th, a[1]) {
        let name = type_name(th, a[1]);
        return Err(th.type_error(&format!("can't multiply sequence by non-int of type '{name}'")));
    }
    let data = repeated(th, a[0], a[1])?;
    let code = this(th, a[0])?.code;
    new(th, code, data)
}
pub(super) fn imul(th: &mut Thread, a: &[Value]) -> R {
    if !countable(th, a[1]) {
        let name = type_name(th, a[1]);
        return Err(th.type_error(&format!("can't multiply sequence by non-int of type '{name}'")));
    }
    let data = repeated(th, a[0], a[1])?;
    if data.len() != this(th, a[0])?.data.len() {
        *open_to_resize(th, a[0])? = data;
    }
    Ok(a[0])
}
pub(super) fn compare(th: &mut Thread, op: CmpOp, a: &[Value]) -> R {
    if is_array(a[0]).is_none() || is_array(a[1]).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let ((c1, n1), (c2, n2)) = (shape(th, a[0])?, shape(th, a[1])?);
    if n1 != n2 && matches!(op, CmpOp::Eq | CmpOp::Ne) {
        return Ok(Value::bool(op == CmpOp::Ne));
    }
    let exact = matches!(c1.0, b'b' | b'B' | b'h' | b'H' | b'i' | b'I' | b'l' | b'L' | b'q' | b'Q');
    if exact && c1 == c2 && matches!(op, CmpOp::Eq | CmpOp::Ne) {
        let other = this(th, a[1])?;
        let same = this(th, a[0])?.data == other.data;
        return Ok(Value::bool(same == (op == CmpOp::Eq)));
    }
    for i in 0..n1.min(n2) {
        let (Some(x), Some(y)) = (at(th, a[0], i)?, at(th, a[1], i)?) else {
            break;
        };
        // Items have no identity: a NaN differs from itself.
        if !th.compare_bool(CmpOp::Eq, x, y)? {
            return match op {
                CmpOp::Eq => Ok(Value::FALSE),
                CmpOp::Ne => Ok(Value::TRUE),
                op => th.compare(op, x, y),
            };
        }
    }
    let order: Ordering = n1.cmp(&n2);
    Ok(Value::bool(op.holds(order)))
}
