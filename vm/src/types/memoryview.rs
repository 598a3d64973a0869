//! `memoryview`: a window on an exporter's memory. Methods are in `memoryview_methods`, items in `memoryview_items`, casts
//! in `memoryview_cast`.
//!
//! The exporter is asked for its memory at every access, and the window is checked against it. What a view looks at never
//! changes; that it was released, its cached hash and its pins are slots. Views of one acquired buffer share a `Lease`.

use crate::context::ctx;
use crate::names::names;
use crate::object::{Gc, Kind, Slot};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer_format::Format;
use crate::types::buffer_protocol::{self, Exporter, Memory, buffer_error, request};
use crate::types::exports::Exports;
use crate::types::payload::{self, Native, Payload};
use crate::value::Value;
use std::sync::Arc;

/// A view object.
pub type View = Gc<Native<MemoryView>>;

/// A dimension: number of items, and bytes from one to the next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dim {
    /// items
    pub len: usize,
    /// bytes
    pub step: isize,
}
/// All dimensions of a view: most have one.
#[derive(Clone)]
pub enum Dims {
    /// one
    One([Dim; 1]),
    /// none, or more than one
    Other(Arc<[Dim]>),
}
impl Dims {
    /// One dimension.
    pub fn one(len: usize, step: isize) -> Dims {
        Dims::One([Dim { len, step }])
    }
    /// Dimensions of these lengths without gaps, in C order.
    pub fn packed(shape: &[usize], itemsize: usize) -> Dims {
        let mut step = itemsize as isize;
        let mut dims: Vec<Dim> = Vec::with_capacity(shape.len());
        for &len in shape.iter().rev() {
            dims.push(Dim { len, step });
            step *= len as isize;
        }
        dims.reverse();
        match *dims {
            [d] => Dims::One([d]),
            _ => Dims::Other(dims.into()),
        }
    }
}
impl std::ops::Deref for Dims {
    type Target = [Dim];
    fn deref(&self) -> &[Dim] {
        match self {
            Dims::One(d) => d,
            Dims::Other(d) => d,
        }
    }
}

/// State of a memoryview.
pub struct MemoryView {
    /// what was acquired; EMPTY after release
    lease: Slot,
    /// cached hash, or EMPTY
    pub(super) hash: Slot,
    /// running operations that need the view: a small int
    pins: Slot,
    /// given to a `__release_buffer__`: no other view may be made of it
    restricted: bool,
    /// byte offset of the first item
    pub offset: usize,
    /// byte offset behind the last item
    end: usize,
    /// what an item is
    pub format: Format,
    /// the dimensions
    pub dims: Dims,
    /// may not be written
    pub readonly: bool,
}
impl Clone for MemoryView {
    fn clone(&self) -> Self {
        MemoryView {
            lease: Slot::new(self.lease.get()),
            hash: Slot::new(self.hash.get()),
            pins: Slot::new(self.pins.get()),
            dims: self.dims.clone(),
            ..*self
        }
    }
}
impl Payload for MemoryView {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.lease.get());
        f(self.hash.get());
    }
}
impl MemoryView {
    /// Bytes of an item.
    pub fn itemsize(&self) -> usize {
        self.format.size()
    }
    /// Number of items.
    pub fn items(&self) -> usize {
        self.dims.iter().map(|d| d.len).product()
    }
    /// Number of bytes.
    pub fn nbytes(&self) -> usize {
        self.items() * self.itemsize()
    }
    /// Without gaps, in C order?
    pub fn c_contiguous(&self) -> bool {
        self.gapless(self.dims.iter().rev())
    }
    /// Without gaps, in Fortran order?
    pub fn f_contiguous(&self) -> bool {
        self.gapless(self.dims.iter())
    }
    fn gapless<'a>(&self, from_innermost: impl Iterator<Item = &'a Dim>) -> bool {
        let mut step = self.itemsize() as isize;
        self.items() == 0
            || from_innermost.into_iter().all(|d| {
                let fits = d.len <= 1 || d.step == step;
                step *= d.len as isize;
                fits
            })
    }
}

/// A buffer that was acquired from an object, and is given back when its last view is released.
pub(super) struct Lease {
    /// what `obj` says
    pub(super) owner: Value,
    /// the memoryview that the owner's Python `__buffer__` returned, or EMPTY
    inner: Value,
    /// whose memory it is
    base: Value,
    exporter: &'static Exporter,
    /// counted by the exporter, and given back to the owner in the end?
    counted: bool,
    /// views that were not released: a small int
    views: Slot,
    /// of which `with` blocks hold: a small int
    held: Slot,
}
impl Clone for Lease {
    fn clone(&self) -> Self {
        Lease {
            views: Slot::new(self.views.get()),
            held: Slot::new(self.held.get()),
            ..*self
        }
    }
}
impl Payload for Lease {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.owner);
        f(self.inner);
        f(self.base);
    }
}

/// Stores into a slot of a native object.
pub(super) fn put<T: Payload>(th: &mut Thread, o: Gc<Native<T>>, slot: &Slot, v: Value) -> R<()> {
    th.write(o.header(), 0)?;
    th.store(o.header(), slot, v);
    Ok(())
}
/// Adds to a small int in a slot of a native object, and gives the result.
fn add<T: Payload>(th: &mut Thread, o: Gc<Native<T>>, slot: &Slot, n: i64) -> R<i64> {
    th.write(o.header(), 0)?;
    let sum = slot.get().as_small() + n;
    th.store(o.header(), slot, Value::small(sum));
    Ok(sum)
}

fn new_lease(th: &mut Thread, owner: Value, inner: Value, base: Value, exporter: &'static Exporter, counted: bool) -> R<Gc<Native<Lease>>> {
    if counted && let Some(e) = exporter.exports {
        let e = e(th, base)?;
        e.given = e.given.saturating_add(1);
    }
    let lease = Lease {
        owner,
        inner,
        base,
        exporter,
        counted,
        views: Slot::new(Value::small(0)),
        held: Slot::new(Value::small(0)),
    };
    Ok(payload::new(th, ctx().types.object, lease))
}
/// What a view not yet released has acquired.
pub(super) fn lease(th: &mut Thread, m: View) -> R<Gc<Native<Lease>>> {
    match live_lease(th, m)? {
        Some(l) => Ok(l),
        None => Err(th.value_error("operation forbidden on released memoryview object")),
    }
}
/// What a view has acquired; None after its release.
pub(super) fn live_lease(th: &mut Thread, m: View) -> R<Option<Gc<Native<Lease>>>> {
    let s = m.frozen();
    let l = th.read(m.header(), || s.lease.get())?;
    Ok(payload::downcast::<Lease>(l))
}
/// The state; ValueError after release.
pub fn state(th: &mut Thread, m: View) -> R<&'static MemoryView> {
    lease(th, m)?;
    Ok(m.frozen())
}
/// Where the exporter of a view counts, if the view was not released and its memory can move.
pub(super) fn exports(th: &mut Thread, m: View) -> R<Option<&'static mut Exports>> {
    let Some(l) = live_lease(th, m)? else { return Ok(None) };
    match l.frozen().exporter.exports {
        Some(e) => e(th, l.frozen().base).map(Some),
        None => Ok(None),
    }
}
/// The exporter's memory, checked to be large enough for the view.
pub(super) fn memory(th: &mut Thread, m: View) -> R<Memory> {
    let l = lease(th, m)?.frozen();
    let memory = (l.exporter.memory)(th, l.base)?;
    if m.frozen().end > memory.len {
        return Err(buffer_error(th, "memoryview: underlying buffer has been resized"));
    }
    Ok(memory)
}

/// A view of a lease: `like` says what of its memory, `dims` must lie within the exporter's memory.
pub(super) fn make(th: &mut Thread, lease: Gc<Native<Lease>>, offset: usize, format: Format, dims: Dims, readonly: bool) -> R<View> {
    add(th, lease, &lease.frozen().views, 1)?;
    let empty = dims.iter().any(|d| d.len == 0);
    let span: isize = dims.iter().map(|d| (d.len as isize - 1) * d.step.max(0)).sum();
    let end = if empty {
        0
    } else {
        (offset as isize + span) as usize + format.size()
    };
    let view = MemoryView {
        lease: Slot::new(lease.value()),
        hash: Slot::new(Value::EMPTY),
        pins: Slot::new(Value::small(0)),
        restricted: !lease.frozen().counted,
        offset,
        end,
        format,
        dims,
        readonly,
    };
    Ok(payload::new(th, ctx().types.memoryview, view))
}
/// Another view of the same items; ValueError when that is forbidden.
pub(super) fn again(th: &mut Thread, m: View, readonly: bool) -> R<View> {
    let l = shareable(th, m)?;
    let s = m.frozen();
    make(th, l, s.offset, s.format, s.dims.clone(), readonly || s.readonly)
}
/// The lease of a view, to make another view of it.
pub(super) fn shareable(th: &mut Thread, m: View) -> R<Gc<Native<Lease>>> {
    let l = lease(th, m)?;
    if m.frozen().restricted {
        return Err(th.value_error("cannot create new view on restricted memoryview"));
    }
    Ok(l)
}
fn whole(th: &mut Thread, lease: Gc<Native<Lease>>) -> R<View> {
    let l = lease.frozen();
    let memory = (l.exporter.memory)(th, l.base)?;
    let size = memory.format.size();
    make(
        th,
        lease,
        0,
        memory.format,
        Dims::one(memory.len / size, size as isize),
        memory.readonly,
    )
}
/// A view of an object's own native memory, whatever its class says of `__buffer__`.
pub fn of_native(th: &mut Thread, v: Value, flags: i32) -> R<View> {
    let Some(exporter) = buffer_protocol::exporter(v) else {
        return Err(not_an_exporter(th, v));
    };
    if flags & request::WRITABLE != 0 && (exporter.memory)(th, v)?.readonly {
        return Err(buffer_error(th, "Object is not writable."));
    }
    let l = new_lease(th, v, Value::EMPTY, v, exporter, true)?;
    whole(th, l)
}
fn not_an_exporter(th: &mut Thread, v: Value) -> crate::throw::Throw {
    let name = th.class_of(v).name_str();
    th.type_error(&format!("memoryview: a bytes-like object is required, not '{name}'"))
}
/// A new view of what an object exports for a consumer that asks for `flags`; TypeError when it has no buffer.
pub fn acquire(th: &mut Thread, v: Value, flags: i32) -> R<View> {
    if let Some(m) = payload::downcast::<MemoryView>(v) {
        shareable(th, m)?;
        check_request(th, m, flags)?;
        return again(th, m, false);
    }
    if !buffer_protocol::is_python(th, v) {
        return of_native(th, v, flags);
    }
    let inner = th
        .call_special(v, Special::Buffer, &[Value::small(flags as i64)])?
        .unwrap_or(Value::NONE);
    let Some(m) = payload::downcast::<MemoryView>(inner) else {
        return Err(th.type_error("__buffer__ returned non-memoryview object"));
    };
    let from = shareable(th, m)?.frozen();
    check_request(th, m, flags)?;
    let l = new_lease(th, v, inner, from.base, from.exporter, true)?;
    let s = m.frozen();
    make(th, l, s.offset, s.format, s.dims.clone(), s.readonly)
}
/// `memoryview(v)`
pub fn of(th: &mut Thread, v: Value) -> R<View> {
    acquire(th, v, request::FULL_RO)
}
/// BufferError when a view cannot give what a consumer asks for.
pub fn check_request(th: &mut Thread, m: View, flags: i32) -> R<()> {
    let s = state(th, m)?;
    let asks = |f: i32| flags & f == f;
    let text = if asks(request::WRITABLE) && s.readonly {
        "memoryview: underlying buffer is not writable"
    } else if (asks(request::C_CONTIGUOUS) || !asks(request::STRIDES)) && !s.c_contiguous() {
        "memoryview: underlying buffer is not C-contiguous"
    } else if asks(request::F_CONTIGUOUS) && !s.f_contiguous() {
        "memoryview: underlying buffer is not Fortran contiguous"
    } else if asks(request::ANY_CONTIGUOUS) && !s.c_contiguous() && !s.f_contiguous() {
        "memoryview: underlying buffer is not contiguous"
    } else if !asks(request::ND) && asks(request::FORMAT) {
        "memoryview: cannot cast to unsigned bytes if the format flag is present"
    } else {
        return Ok(());
    };
    Err(buffer_error(th, text))
}

/// `m.release()`; BufferError while something needs the view.
pub fn release(th: &mut Thread, m: View) -> R<()> {
    let s = m.frozen();
    let pins = th.read(m.header(), || s.pins.get().as_small())?;
    if pins > 0 {
        let plural = if pins == 1 { "" } else { "s" };
        return Err(buffer_error(th, &format!("memoryview has {pins} exported buffer{plural}")));
    }
    release_anyway(th, m)
}
pub(super) fn release_anyway(th: &mut Thread, m: View) -> R<()> {
    let Some(l) = live_lease(th, m)? else { return Ok(()) };
    put(th, m, &m.frozen().lease, Value::EMPTY)?;
    if add(th, l, &l.frozen().views, -1)? == 0 {
        give_back(th, l)?;
    }
    Ok(())
}
/// The last view was released: tells the owner, and the exporter.
fn give_back(th: &mut Thread, lease: Gc<Native<Lease>>) -> R<()> {
    let l = lease.frozen();
    if !l.counted {
        return Ok(());
    }
    match payload::downcast::<MemoryView>(l.inner) {
        Some(m) if live_lease(th, m)?.is_some_and(|i| i.frozen().owner == l.owner) => release(th, m)?,
        Some(_) => tell(th, l.owner, l.inner)?,
        None if python_release(th, l.owner).is_some() => {
            let copy = new_lease(th, l.owner, Value::EMPTY, l.base, l.exporter, false)?;
            let view = whole(th, copy)?;
            tell(th, l.owner, view.value())?;
            release_anyway(th, view)?;
        }
        None => {}
    }
    if let Some(e) = l.exporter.exports {
        let e = e(th, l.base)?;
        e.given = e.given.saturating_sub(1);
    }
    Ok(())
}
fn python_release(th: &mut Thread, owner: Value) -> Option<Value> {
    th.class_of(owner)
        .lookup(names().__release_buffer__)
        .filter(|f| !f.is_kind(Kind::NativeFunction))
}
/// `owner.__release_buffer__(view)` if that is written in Python. What it raises is reported, as nobody can handle it.
fn tell(th: &mut Thread, owner: Value, view: Value) -> R<()> {
    let Some(f) = python_release(th, owner) else { return Ok(()) };
    let class = th.class_of(owner).value();
    let r = crate::attrs::bind(th, f, owner, class).and_then(|f| th.call(f, &[view]));
    match r {
        Err(t) if t.is_abort() => Err(t),
        r => {
            crate::thread::unraisable(th, r, owner);
            Ok(())
        }
    }
}
/// `exporter.__release_buffer__(view)` of a native exporter.
pub fn release_buffer(th: &mut Thread, a: &[Value]) -> R {
    let Some(m) = payload::downcast::<MemoryView>(a[1]) else {
        return Err(th.type_error("expected a memoryview object"));
    };
    match live_lease(th, m)? {
        None => {}
        Some(l) if l.frozen().owner == a[0] => release_anyway(th, m)?,
        Some(_) => return Err(th.value_error("memoryview's buffer is not this object")),
    }
    Ok(Value::NONE)
}
/// `exporter.__buffer__(flags)` of a native exporter.
pub fn buffer(th: &mut Thread, a: &[Value]) -> R {
    let flags = flags_arg(th, a[1])?;
    Ok(of_native(th, a[0], flags)?.value())
}
/// An argument with request flags.
pub fn flags_arg(th: &mut Thread, v: Value) -> R<i32> {
    let n = th.to_isize(v)?;
    i32::try_from(n).map_err(|_| th.overflow_error("buffer flags out of range"))
}

/// A `with` block begins to hold a view.
pub(super) fn hold(th: &mut Thread, m: View) -> R<()> {
    let l = lease(th, m)?;
    if add(th, l, &l.frozen().held, 1)? == 1
        && let Some(e) = exports(th, m)?
    {
        e.held = e.held.saturating_add(1);
    }
    Ok(())
}
/// A `with` block ends.
pub(super) fn let_go(th: &mut Thread, m: View) -> R<()> {
    let Some(l) = live_lease(th, m)? else { return Ok(()) };
    if l.frozen().held.get().as_small() > 0
        && add(th, l, &l.frozen().held, -1)? == 0
        && let Some(e) = exports(th, m)?
    {
        e.held = e.held.saturating_sub(1);
    }
    Ok(())
}
/// Runs `f` while the view cannot be released.
pub(super) fn pinned<T>(th: &mut Thread, m: View, f: impl FnOnce(&mut Thread) -> R<T>) -> R<T> {
    let pins = &m.frozen().pins;
    add(th, m, pins, 1)?;
    let r = f(th);
    if !r.as_ref().is_err_and(|t| t.is_abort()) {
        add(th, m, pins, -1)?;
    }
    r
}

/// Calls `f` with the byte offset of every item, in C order.
pub(super) fn each_offset(dims: &[Dim], offset: isize, f: &mut dyn FnMut(usize)) {
    match dims.split_first() {
        None => f(offset as usize),
        Some((d, rest)) => (0..d.len as isize).for_each(|i| each_offset(rest, offset + i * d.step, f)),
    }
}
/// The bytes of a view, in C order.
pub fn to_vec(th: &mut Thread, m: View) -> R<Vec<u8>> {
    let s = state(th, m)?;
    let memory = memory(th, m)?;
    // SAFETY: just asked for; nothing runs meanwhile.
    let all = unsafe { memory.as_slice() };
    let (n, size) = (s.nbytes(), s.itemsize());
    if n == 0 {
        return Ok(Vec::new());
    }
    if s.c_contiguous() {
        return Ok(all[s.offset..s.offset + n].to_vec());
    }
    let mut out = Vec::with_capacity(n);
    each_offset(&s.dims, s.offset as isize, &mut |at| out.extend_from_slice(&all[at..at + size]));
    Ok(out)
}
/// Start and length of the memory of a view that has no gaps.
pub(super) fn contiguous(th: &mut Thread, m: View) -> R<(*mut u8, usize)> {
    let memory = memory(th, m)?;
    let s = m.frozen();
    if s.items() == 0 {
        return Ok((memory.ptr, 0));
    }
    // SAFETY: within the memory, as checked.
    Ok((unsafe { memory.ptr.add(s.offset) }, s.nbytes()))
}
