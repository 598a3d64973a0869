//! `memoryview`: a window on an exporter's memory. Methods are in `memoryview_methods`.
//!
//! The exporter is asked for its memory at every access, and the window is checked against it.

use crate::context::ctx;
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer_protocol::{self, Memory};
use crate::types::payload::{self, Native, Payload};
use crate::value::Value;

/// State of a memoryview.
#[derive(Clone)]
pub struct MemoryView {
    /// whose memory it is: never a memoryview; EMPTY after release
    pub base: Value,
    /// what `obj` says
    pub shown: Value,
    /// byte offset of the first item
    pub offset: usize,
    /// struct-style format
    pub format: String,
    /// bytes of an item
    pub itemsize: usize,
    /// items in each dimension
    pub shape: Vec<usize>,
    /// byte steps of each dimension
    pub strides: Vec<isize>,
    /// may not be written
    pub readonly: bool,
    /// cached hash
    pub hash: Option<i64>,
}
impl Payload for MemoryView {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.base);
        f(self.shown);
    }
}
impl MemoryView {
    /// Number of items.
    pub fn items(&self) -> usize {
        self.shape.iter().product()
    }
    /// Number of bytes.
    pub fn nbytes(&self) -> usize {
        self.items() * self.itemsize
    }
    /// Without gaps, in C order?
    pub fn c_contiguous(&self) -> bool {
        let mut step = self.itemsize as isize;
        for (n, s) in self.shape.iter().zip(&self.strides).rev() {
            if *n > 1 && *s != step {
                return false;
            }
            step *= *n as isize;
        }
        true
    }
    /// Without gaps, in Fortran order?
    pub fn f_contiguous(&self) -> bool {
        let mut step = self.itemsize as isize;
        for (n, s) in self.shape.iter().zip(&self.strides) {
            if *n > 1 && *s != step {
                return false;
            }
            step *= *n as isize;
        }
        true
    }
    /// Byte offsets (from the exporter's start) of all items, in C order.
    pub fn offsets(&self) -> Vec<usize> {
        let mut out = vec![self.offset as isize];
        for (n, s) in self.shape.iter().zip(&self.strides) {
            out = out.iter().flat_map(|o| (0..*n).map(move |i| o + i as isize * s)).collect();
        }
        out.into_iter().map(|o| o as usize).collect()
    }
}
/// C-order strides of a shape.
pub fn c_strides(shape: &[usize], itemsize: usize) -> Vec<isize> {
    let mut step = itemsize as isize;
    let mut out: Vec<isize> = shape
        .iter()
        .rev()
        .map(|n| {
            let s = step;
            step *= *n as isize;
            s
        })
        .collect();
    out.reverse();
    out
}

/// The state; ValueError after release.
pub fn state(th: &mut Thread, m: Gc<Native<MemoryView>>) -> R<&'static mut MemoryView> {
    let s = th.open_mut(m)?;
    if s.base.is_empty() {
        return Err(th.value_error("operation forbidden on released memoryview object"));
    }
    Ok(s)
}
/// The exporter's memory, checked to be large enough for the view.
pub fn memory(th: &mut Thread, s: &MemoryView) -> R<Memory> {
    let Some(m) = buffer_protocol::memory(th, s.base)? else {
        return Err(buffer_protocol::buffer_error(th, "memoryview: underlying buffer is gone"));
    };
    let (mut low, mut high) = (s.offset as isize, s.offset as isize + s.itemsize as isize);
    for (n, st) in s.shape.iter().zip(&s.strides) {
        if *n == 0 {
            return Ok(m);
        }
        let span = (*n as isize - 1) * st;
        if span < 0 { low += span } else { high += span }
    }
    if low < 0 || high > m.len as isize {
        return Err(buffer_protocol::buffer_error(th, "memoryview: underlying buffer has been resized"));
    }
    Ok(m)
}
/// The bytes of a view, in C order.
pub fn to_vec(th: &mut Thread, m: Gc<Native<MemoryView>>) -> R<Vec<u8>> {
    let s = state(th, m)?;
    let mem = memory(th, s)?;
    // SAFETY: just asked for; nothing runs meanwhile.
    let all = unsafe { buffer_protocol::slice(mem.ptr, mem.len) };
    if s.items() == 0 {
        return Ok(Vec::new());
    }
    if s.c_contiguous() {
        return Ok(all[s.offset..s.offset + s.nbytes()].to_vec());
    }
    let mut out = Vec::with_capacity(s.nbytes());
    for o in s.offsets() {
        out.extend_from_slice(&all[o..o + s.itemsize]);
    }
    Ok(out)
}
/// Start and length of the writable, contiguous memory of a view; None when it is read-only or has gaps.
pub fn contiguous_mut(th: &mut Thread, m: Gc<Native<MemoryView>>) -> R<Option<(*mut u8, usize)>> {
    let s = state(th, m)?;
    let mem = memory(th, s)?;
    if s.readonly || mem.readonly || !s.c_contiguous() {
        return Ok(None);
    }
    if s.items() == 0 {
        return Ok(Some((mem.ptr, 0)));
    }
    // SAFETY: within the memory, as checked.
    Ok(Some((unsafe { mem.ptr.add(s.offset) }, s.nbytes())))
}
/// `memoryview(v)`; TypeError when it has no buffer.
pub fn of(th: &mut Thread, v: Value) -> R<Gc<Native<MemoryView>>> {
    let class = ctx().types.memoryview;
    if let Some(m) = payload::downcast::<MemoryView>(v) {
        let mut s = state(th, m)?.clone();
        s.hash = None;
        return Ok(payload::new(th, class, s));
    }
    if let Some(m) = buffer_protocol::memory(th, v)? {
        let n = m.len / m.itemsize.max(1);
        let s = MemoryView {
            base: v,
            shown: v,
            offset: 0,
            itemsize: m.itemsize,
            shape: vec![n],
            strides: vec![m.itemsize as isize],
            readonly: m.readonly,
            format: m.format,
            hash: None,
        };
        return Ok(payload::new(th, class, s));
    }
    if let Some(b) = buffer_protocol::python_buffer(th, v)?
        && let Some(m) = payload::downcast::<MemoryView>(b)
    {
        let mut s = state(th, m)?.clone();
        s.shown = v;
        return Ok(payload::new(th, class, s));
    }
    Err(th.type_error(&format!(
        "memoryview: a bytes-like object is required, not '{}'",
        th.class_of(v).name_str()
    )))
}
