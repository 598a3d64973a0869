//! Native objects whose state is a Rust struct: iterators, deques, files, hash objects ...
//!
//! The struct is reached with `Thread::open_mut`, which makes the object this transaction's own. Before the first change
//! in a transaction a clone is kept and put back on abort, unless a word is all that changes ([`Payload::opened`]).
//! `Value`s inside are reported by `trace`.

use crate::object::{Gc, Header, Kind, Layout, Obj, Space};
use crate::thread::{Thread, is_shared};
use crate::throw::R;
use crate::types::class::Class;
use crate::value::Value;
use std::any::TypeId;
use std::cell::UnsafeCell;
use std::sync::atomic::AtomicU64;

/// State of a native object.
pub trait Payload: Clone + 'static {
    /// Calls `f` for every value inside.
    fn trace(&self, f: &mut dyn FnMut(Value));
    /// Must the collector run Rust's drop? (False for structs of plain values: those are cheaper to free.)
    const NEEDS_DROP: bool = true;
    /// The transaction has just opened the object. If most changes concern one word only, this gives it: nothing else is kept
    /// for an abort then, and [`keep_clone`] is called before the rest is changed.
    fn opened(&mut self) -> Option<&AtomicU64> {
        None
    }
}

/// What the collector must know about a payload type.
pub struct PayloadInfo {
    /// Rust type
    pub type_id: TypeId,
    /// bytes of the layout (header, info pointer, state)
    pub size: usize,
    /// traces the state of an object
    pub trace: unsafe fn(Obj, &mut dyn FnMut(Value)),
    /// drops the state of an object
    pub drop: unsafe fn(Obj),
    /// makes the state of an object writable
    open: fn(&mut Thread, Obj) -> R<()>,
}

/// Layout of a native object.
#[repr(C)]
pub struct Native<T> {
    header: Header,
    /// which payload type
    pub info: &'static PayloadInfo,
    /// the state
    pub cell: UnsafeCell<T>,
}
// SAFETY: repr(C), header first. The kind is shared by all payload types: `downcast` also checks `info`.
unsafe impl<T: Payload> Layout for Native<T> {
    const KIND: Kind = Kind::Payload;
}

struct InfoOf<T>(std::marker::PhantomData<T>);
impl<T: Payload> InfoOf<T> {
    const INFO: &'static PayloadInfo = &PayloadInfo {
        type_id: TypeId::of::<T>(),
        size: size_of::<T>(),
        trace: trace_of::<T>,
        drop: drop_of::<T>,
        open: open_of::<T>,
    };
}
const fn size_of<T>() -> usize {
    (std::mem::size_of::<Native<T>>() + 7) & !7
}
unsafe fn trace_of<T: Payload>(o: Obj, f: &mut dyn FnMut(Value)) {
    // SAFETY: called with objects of this payload type only, while no thread changes them.
    unsafe { (*(*(o.addr() as *const Native<T>)).cell.get()).trace(f) }
}
unsafe fn drop_of<T: Payload>(o: Obj) {
    // SAFETY: called once, when the object is freed.
    unsafe { std::ptr::drop_in_place((*(o.addr() as *mut Native<T>)).cell.get()) }
}
fn open_of<T: Payload>(th: &mut Thread, o: Obj) -> R<()> {
    // SAFETY: called with objects of this payload type only.
    let o: Gc<Native<T>> = unsafe { Gc::from_addr(o.addr() as u64) };
    th.open_mut(o)?;
    Ok(())
}
/// Makes a native object writable by this transaction, whatever its state is.
#[inline]
pub(crate) fn open(th: &mut Thread, o: Obj) -> R<()> {
    if th.tx.writable(o.header()) {
        return Ok(());
    }
    // SAFETY: all payload objects begin with header and info.
    let info = unsafe { &*(o.addr() as *const Native<()>) }.info;
    (info.open)(th, o)
}

/// Size for `TypeDef::size` of a type whose instances have payload `T`.
pub const fn payload_size<T>() -> usize {
    size_of::<T>()
}

/// A new native object of `class` (declared with `Kind::Payload` and `payload_size::<T>()`, or a subclass of it).
pub fn new<T: Payload>(th: &mut Thread, class: Gc<Class>, state: T) -> Gc<Native<T>> {
    const { assert!(std::mem::align_of::<T>() <= 16) };
    if crate::memory::heap().is_external_due() {
        crate::memory::collect(th);
    }
    let size = size_of::<T>() + class.attr_bytes();
    let drops = T::NEEDS_DROP && std::mem::needs_drop::<T>();
    let space = if drops { Space::Drop } else { Space::Plain };
    let p = th.alloc_raw(Kind::Payload, class.root_shape(), size, space);
    // SAFETY: fresh memory of that size; the header was set by alloc_raw.
    unsafe {
        let n = p.as_ptr().cast::<Native<T>>();
        (&raw mut (*n).info).write(InfoOf::<T>::INFO);
        (&raw mut (*n).cell).write(UnsafeCell::new(state));
        Gc::from_addr(n as u64)
    }
}

impl<T: Payload> Gc<Native<T>> {
    /// The state of an object whose payload never changes once it is made (and so is never opened).
    #[inline(always)]
    pub fn frozen(self) -> &'static T {
        // SAFETY: nobody writes it, by the promise of the payload type's module; alive while a stack refers to the object.
        unsafe { &*self.cell.get() }
    }
}

/// The object as one with payload `T`, if it is.
#[inline]
pub fn downcast<T: Payload>(v: Value) -> Option<Gc<Native<T>>> {
    if !v.is_kind(Kind::Payload) {
        return None;
    }
    // SAFETY: all payload objects begin with header and info.
    let n: Gc<Native<T>> = unsafe { Gc::from_addr(v.0) };
    if n.info.type_id == TypeId::of::<T>() { Some(n) } else { None }
}

/// The transaction has just opened the object: keeps what an abort puts back.
pub(crate) fn keep<T: Payload>(th: &mut Thread, o: Gc<Native<T>>) {
    // SAFETY: the object is ours since it was opened.
    match unsafe { &mut *o.cell.get() }.opened() {
        // SAFETY: the word is part of the object.
        Some(word) => unsafe { th.tx.log_slot(word, is_shared(o.header())) },
        None => keep_clone(th, o),
    }
}
/// Keeps a clone of the state of an opened object until the transaction ends, and puts it back on abort. The clone's values
/// stay alive because it is kept in a native object.
pub fn keep_clone<T: Payload>(th: &mut Thread, o: Gc<Native<T>>) {
    if !th.tx.concurrent {
        return;
    }
    // SAFETY: the object is ours since it was opened.
    let saved = unsafe { (*o.cell.get()).clone() };
    let keeper = new(th, crate::types::class::class_of_obj(o.obj()), saved);
    th.keep_alive.push(keeper.value());
    th.on_abort.push(Box::new(move |_| {
        // SAFETY: runs while the aborting transaction still owns the object; `keep_alive` is a root.
        unsafe { std::ptr::swap(o.cell.get(), keeper.cell.get()) }
    }));
}
