//! Items of memoryviews: indexing, slices, assignment, comparison, search.

use super::memoryview::{Dim, Dims, View, each_offset, make, memory, release_anyway, shareable, state, to_vec};
use crate::context::ctx;
use crate::object::Kind;
use crate::ops::CmpOp;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::buffer::ValueVec;
use crate::types::buffer_protocol::{self, request};
use crate::types::memoryview::{self, MemoryView};
use crate::types::payload::downcast;
use crate::types::tuple::Tuple;
use crate::types::{bytes_methods, int, slice};
use crate::value::Value;

fn not_implemented(th: &mut Thread, text: &str) -> Throw {
    th.error(ctx().types.NotImplementedError, text)
}
/// The view of a method's receiver.
pub(super) fn this(th: &mut Thread, v: Value) -> R<View> {
    match downcast::<MemoryView>(v) {
        Some(m) => Ok(m),
        None => Err(th.type_error(&format!("a memoryview is required, not '{}'", th.class_of(v).name_str()))),
    }
}
/// The item at a byte offset.
pub(super) fn item_at(th: &mut Thread, m: View, at: usize) -> R {
    let memory = memory(th, m)?;
    let format = m.frozen().format;
    // SAFETY: just asked for; `get` copies the item before anything else runs.
    let all = unsafe { memory.as_slice() };
    match all.get(at..at + format.size()) {
        Some(raw) => format.get(th, raw),
        None => Err(th.index_error("index out of bounds")),
    }
}
fn is_index(th: &mut Thread, v: Value) -> bool {
    v.is_small() || int::is_int(v) || th.class_of(v).special(Special::Index).is_some()
}
fn place(th: &mut Thread, d: Dim, which: usize, i: Value) -> R<isize> {
    let i = bytes_methods::index_arg(th, i)?;
    let at = if i < 0 { i.saturating_add(d.len as isize) } else { i };
    if at < 0 || at >= d.len as isize {
        return Err(th.index_error(&format!("index out of bounds on dimension {which}")));
    }
    Ok(at * d.step)
}
/// What a subscript names.
enum Key {
    Item(usize),
    Slice,
    Whole,
}
/// What a subscript names; the view is alive after Python code ran.
fn key(th: &mut Thread, m: View, k: Value) -> R<Key> {
    let s = state(th, m)?;
    let dims = &s.dims;
    let tuple = k.cast::<Tuple>().map(|t| t.items());
    if dims.is_empty() {
        return match (k, tuple) {
            (_, Some([])) => Ok(Key::Item(s.offset)),
            (Value::ELLIPSIS, _) => Ok(Key::Whole),
            _ => Err(th.type_error("invalid indexing of 0-dim memory")),
        };
    }
    if let Some(indices) = tuple {
        if !indices.is_empty() && indices.iter().all(|i| i.is_kind(Kind::Slice)) {
            return Ok(Key::Slice);
        }
        if indices.iter().all(|i| is_index(th, *i)) {
            if indices.len() > dims.len() {
                let text = format!("cannot index {}-dimension view with {}-element tuple", dims.len(), indices.len());
                return Err(th.type_error(&text));
            }
            if indices.len() < dims.len() {
                return Err(not_implemented(th, "sub-views are not implemented"));
            }
            let mut at = s.offset as isize;
            for (n, (i, d)) in indices.iter().zip(dims.iter()).enumerate() {
                at += place(th, *d, n + 1, *i)?;
                state(th, m)?;
            }
            return Ok(Key::Item(at as usize));
        }
    } else if k.is_kind(Kind::Slice) {
        return Ok(Key::Slice);
    } else if is_index(th, k) {
        if dims.len() > 1 {
            return Err(not_implemented(th, "multi-dimensional sub-views are not implemented"));
        }
        let at = s.offset as isize + place(th, dims[0], 1, k)?;
        state(th, m)?;
        return Ok(Key::Item(at as usize));
    }
    Err(th.type_error("memoryview: invalid slice key"))
}
/// The view of a slice of the first dimension.
fn sliced(th: &mut Thread, m: View, k: Value) -> R<View> {
    let s = m.frozen();
    // Holds what was acquired while the bounds' `__index__` run, and gives its dimensions room.
    let own = memoryview::again(th, m, false)?;
    let cut = slice::indices(th, k, s.dims[0].len);
    let made = cut.and_then(|(start, _, step, count)| {
        let first = s.dims[0];
        let cut = Dim {
            len: count,
            step: first.step * step,
        };
        let dims = match &s.dims {
            Dims::One(_) => Dims::One([cut]),
            Dims::Other(d) => {
                let mut d = d.to_vec();
                d[0] = cut;
                Dims::Other(d.into())
            }
        };
        let offset = if count == 0 {
            s.offset
        } else {
            (s.offset as isize + start * first.step) as usize
        };
        let lease = shareable(th, own)?;
        make(th, lease, offset, s.format, dims, s.readonly)
    });
    release_anyway(th, own)?;
    made
}
pub(super) fn getitem(th: &mut Thread, a: &[Value]) -> R {
    let m = this(th, a[0])?;
    if let (Some(i), Dims::One([d])) = (a[1].to_small(), &m.frozen().dims)
        && (0..d.len as i64).contains(&i)
    {
        return item_at(th, m, (m.frozen().offset as isize + i as isize * d.step) as usize);
    }
    match key(th, m, a[1])? {
        Key::Item(at) => item_at(th, m, at),
        Key::Whole => Ok(a[0]),
        Key::Slice if a[1].is_kind(Kind::Slice) => Ok(sliced(th, m, a[1])?.value()),
        Key::Slice => Err(not_implemented(th, "multi-dimensional slicing is not implemented")),
    }
}
pub(super) fn setitem(th: &mut Thread, a: &[Value]) -> R {
    let m = this(th, a[0])?;
    let s = state(th, m)?;
    s.format.check(th)?;
    if s.readonly {
        return Err(th.type_error("cannot modify read-only memory"));
    }
    let at = match key(th, m, a[1])? {
        Key::Item(at) => at,
        Key::Whole => s.offset,
        Key::Slice if s.dims.len() == 1 && a[1].is_kind(Kind::Slice) => {
            assign_slice(th, m, a[1], a[2])?;
            return Ok(Value::NONE);
        }
        Key::Slice => {
            let text = "memoryview slice assignments are currently restricted to ndim = 1";
            return Err(not_implemented(th, text));
        }
    };
    let raw = s.format.pack(th, a[2])?;
    write(th, m, at, &raw[..s.itemsize()])?;
    Ok(Value::NONE)
}
/// Overwrites the bytes at an offset.
fn write(th: &mut Thread, m: View, at: usize, raw: &[u8]) -> R<()> {
    let memory = memory(th, m)?;
    if memory.len < at + raw.len() {
        return Err(th.index_error("index out of bounds"));
    }
    // SAFETY: within the exporter's memory, which the transaction has opened; `raw` is not part of it.
    unsafe { std::ptr::copy_nonoverlapping(raw.as_ptr(), memory.ptr.add(at), raw.len()) };
    Ok(())
}
fn assign_slice(th: &mut Thread, m: View, k: Value, v: Value) -> R<()> {
    if !buffer_protocol::is_bytes_like(th, v) {
        return Err(buffer_protocol::not_bytes_like(th, v));
    }
    let from = memoryview::acquire(th, v, request::FULL_RO)?;
    let done = copy_into(th, m, k, from);
    let released = release_anyway(th, from);
    done.and(released)
}
fn copy_into(th: &mut Thread, m: View, k: Value, from: View) -> R<()> {
    let (start, _, step, count) = slice::indices(th, k, m.frozen().dims[0].len)?;
    let (s, f) = (state(th, m)?, state(th, from)?);
    let fits = f.dims.len() == 1 && f.dims[0].len == count && f.format.same(s.format) && f.itemsize() == s.itemsize();
    if !fits {
        return Err(th.value_error("memoryview assignment: lvalue and rvalue have different structures"));
    }
    let data = to_vec(th, from)?;
    let d = s.dims[0];
    for (i, raw) in data.chunks_exact(s.itemsize()).enumerate() {
        let at = s.offset as isize + (start + i as isize * step) * d.step;
        write(th, m, at as usize, raw)?;
    }
    Ok(())
}
pub(super) fn delitem(th: &mut Thread, a: &[Value]) -> R {
    let m = this(th, a[0])?;
    let text = if state(th, m)?.readonly {
        "cannot modify read-only memory"
    } else {
        "cannot delete memory"
    };
    Err(th.type_error(text))
}

/// The items as nested lists.
pub(super) fn tolist(th: &mut Thread, a: &[Value]) -> R {
    let m = this(th, a[0])?;
    let s = state(th, m)?;
    s.format.check(th)?;
    nested(th, m, &s.dims, s.offset as isize)
}
fn nested(th: &mut Thread, m: View, dims: &[Dim], at: isize) -> R {
    let Some((d, rest)) = dims.split_first() else {
        return item_at(th, m, at as usize);
    };
    let mut out = ValueVec::with_capacity(th, d.len)?;
    for i in 0..d.len as isize {
        let v = nested(th, m, rest, at + i * d.step)?;
        out.push(th, v)?;
    }
    Ok(th.new_list_vec(out))
}

/// `==` and `!=`: same shape and equal items. Views of unknown formats are equal to none.
pub(super) fn compare(th: &mut Thread, op: CmpOp, a: &[Value]) -> R {
    let answer = |same: bool| Ok(Value::bool(same == (op == CmpOp::Eq)));
    let m = this(th, a[0])?;
    if memoryview::live_lease(th, m)?.is_none() {
        return answer(a[0] == a[1]);
    }
    let other = match downcast::<MemoryView>(a[1]) {
        Some(w) if memoryview::live_lease(th, w)?.is_none() => return answer(false),
        Some(w) => {
            let same = equal(th, m, w)?;
            return answer(same);
        }
        None if buffer_protocol::is_bytes_like(th, a[1]) => acquired(th, a[1])?,
        None => None,
    };
    let Some(w) = other else { return Ok(Value::NOT_IMPLEMENTED) };
    let same = equal(th, m, w);
    release_anyway(th, w)?;
    answer(same?)
}
/// A view of an operand; None when it gives none.
fn acquired(th: &mut Thread, v: Value) -> R<Option<View>> {
    let class = ctx().types.Exception;
    Ok(th.catch(class, |th| memoryview::acquire(th, v, request::FULL_RO))?.ok())
}
fn equal(th: &mut Thread, v: View, w: View) -> R<bool> {
    let (s, t) = (state(th, v)?, state(th, w)?);
    if s.dims.len() != t.dims.len() {
        return Ok(false);
    }
    for (a, b) in s.dims.iter().zip(t.dims.iter()) {
        if a.len != b.len {
            return Ok(false);
        }
        if a.len == 0 {
            break;
        }
    }
    let (x, y) = (to_vec(th, v)?, to_vec(th, w)?);
    if s.format.same(t.format) && s.format.compares_by_bytes() {
        return Ok(x == y);
    }
    for (a, b) in x.chunks_exact(s.itemsize()).zip(y.chunks_exact(t.itemsize())) {
        if !s.format.equal(th, a, t.format, b)? {
            return Ok(false);
        }
    }
    Ok(s.format.is_native() && t.format.is_native())
}

/// Length and step of a view of one dimension; an error for another.
pub(super) fn one_dimension(th: &mut Thread, m: View, zero: &str, more: &str) -> R<Dim> {
    match state(th, m)?.dims[..] {
        [d] => Ok(d),
        [] => Err(th.type_error(zero)),
        _ => Err(not_implemented(th, more)),
    }
}
/// `m.index(value, start, stop)`
pub(super) fn index(th: &mut Thread, a: &[Value]) -> R {
    let m = this(th, a[0])?;
    let clip = |th: &mut Thread, v: Value, default: isize| {
        if v.is_empty() { Ok(default) } else { th.to_isize_clipped(v) }
    };
    let (start, stop) = (clip(th, a[2], 0)?, clip(th, a[3], isize::MAX)?);
    let d = one_dimension(
        th,
        m,
        "invalid lookup on 0-dim memory",
        "multi-dimensional lookup is not implemented",
    )?;
    let fit = |i: isize| {
        if i < 0 {
            (i.saturating_add(d.len as isize)).max(0)
        } else {
            i.min(d.len as isize)
        }
    };
    for i in fit(start)..fit(stop) {
        let x = item_at(th, m, (m.frozen().offset as isize + i * d.step) as usize)?;
        if th.eq(x, a[1])? {
            return Ok(Value::small(i as i64));
        }
    }
    Err(th.value_error("memoryview.index(x): x not found"))
}
/// `m.count(value)`
pub(super) fn count(th: &mut Thread, a: &[Value]) -> R {
    let it = th.iter(a[0])?;
    let mut n = 0;
    while let Some(x) = th.next(it)? {
        n += th.eq(x, a[1])? as i64;
    }
    Ok(Value::small(n))
}
/// The bytes of a view, its items in an order: C, Fortran, or as they lie if that is Fortran's.
pub(super) fn bytes_in_order(th: &mut Thread, m: View, order: char) -> R<Vec<u8>> {
    let s = state(th, m)?;
    let fortran = order == 'F' || order == 'A' && s.f_contiguous() && !s.c_contiguous();
    if !fortran || s.dims.len() < 2 {
        return to_vec(th, m);
    }
    let memory = memory(th, m)?;
    // SAFETY: just asked for; nothing runs meanwhile.
    let all = unsafe { memory.as_slice() };
    let mut out = Vec::with_capacity(s.nbytes());
    fortran_offsets(&s.dims, s.offset as isize, &mut |at| {
        out.extend_from_slice(&all[at..at + s.itemsize()])
    });
    Ok(out)
}
fn fortran_offsets(dims: &[Dim], offset: isize, f: &mut dyn FnMut(usize)) {
    let reversed: Vec<Dim> = dims.iter().rev().copied().collect();
    each_offset(&reversed, offset, f);
}
