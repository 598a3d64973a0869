//! Heap objects: the header, layout kinds, typed pointers and slots.
//!
//! Invariants: every object starts with a [`Header`]; its `kind` names the Rust layout and never changes; mutable words
//! of objects are atomics (`Slot`), so that an optimistic reader may race with a writer and be sent back by validation.

use crate::value::Value;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
pub use vasuki_gc::Space;
pub use vasuki_stm::Header;

/// Header flag bits (see also `vasuki_stm::header`).
pub mod flag {
    /// reachable from other threads
    pub const SHARED: u8 = 1;
    /// has weak references (in the side table)
    pub const WEAKREFS: u8 = 2;
    /// its finalizer ran
    pub const FINALIZED: u8 = 4;
    /// its class defines `__del__`
    pub const HAS_FINALIZER: u8 = 8;
    /// opened by a concurrent transaction: stores to words that were not saved whole must be logged
    pub const OPENED: u8 = 32;
    /// of a str: it is the one in the intern table
    pub const INTERNED: u8 = 64;
}

macro_rules! kinds {
    ($($name:ident $doc:literal,)*) => {
        /// The Rust layout of an object. Python subclasses of a builtin keep its kind.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        #[repr(u8)]
        pub enum Kind {
            $(#[doc = $doc] $name),*
        }
        impl Kind {
            /// All kinds, by number.
            pub const ALL: &'static [Kind] = &[$(Kind::$name),*];
        }
    };
}
kinds! {
    Free "not an object",
    Instance "of a Python class, or of a native type with nothing but slots",
    Buffer "the items of a list, or the attributes that do not fit in an instance",
    Int "that does not fit in a word",
    Float "an instance of a subclass of `float`",
    Complex "`complex`",
    Str "`str`",
    Bytes "`bytes`",
    Tuple "`tuple`",
    List "`list`",
    Dict "`dict`",
    DictTable "keys and values of a dict",
    Set "`set`",
    SetTable "members of a set or frozenset",
    FrozenSet "`frozenset`",
    Range "`range`",
    Slice "`slice`",
    Class "a class",
    Function "a Python function",
    NativeFunction "a native function or method descriptor",
    BoundMethod "a function with its first argument",
    Code "a code object",
    Cell "a variable of a closure",
    Module "a module",
    Exception "an exception",
    Traceback "a traceback",
    Frame "a frame as Python sees it",
    Generator "a generator, coroutine or asynchronous generator",
    Property "`property`",
    StaticMethod "`staticmethod`",
    ClassMethod "`classmethod`",
    Super "`super`",
    GetSet "descriptor of a computed attribute",
    Member "descriptor of a slot",
    MappingProxy "read-only view of a mapping",
    WeakRef "`weakref.ref`",
    Payload "native state in a Rust type of its own",
    Iter "a native iterator",
}

/// Pointer to any heap object. Copyable: the collector does not move objects and finds pointers on the stack.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Obj(NonNull<Header>);

impl Obj {
    /// # Safety
    /// `addr` is the address of a live object.
    #[inline(always)]
    pub unsafe fn from_addr(addr: u64) -> Obj {
        // SAFETY: non-null by the caller's promise.
        Obj(unsafe { NonNull::new_unchecked(addr as *mut Header) })
    }
    /// Where it is. Objects never move.
    #[inline(always)]
    pub fn addr(self) -> usize {
        self.0.as_ptr() as usize
    }
    /// Its header.
    #[inline(always)]
    pub fn header(self) -> &'static Header {
        // SAFETY: the object is live while reachable from a stack, where the caller has it.
        unsafe { &*self.0.as_ptr() }
    }
    /// Its layout.
    #[inline(always)]
    pub fn kind(self) -> Kind {
        let k = self.header().kind.load(Relaxed);
        debug_assert!((k as usize) < Kind::ALL.len());
        // SAFETY: `kind` is written once, from a Kind.
        unsafe { std::mem::transmute::<u8, Kind>(k) }
    }
    /// Number of the shape that tells its class and attributes.
    #[inline(always)]
    pub fn shape_id(self) -> u32 {
        self.header().shape.load(Relaxed)
    }
    /// Is one of these flags ([`flag`]) set?
    #[inline(always)]
    pub fn has_flag(self, f: u8) -> bool {
        self.header().flags.load(Relaxed) & f != 0
    }
    /// Clears a flag of [`flag`].
    pub fn clear_flag(self, f: u8) {
        self.header().flags.fetch_and(!f, Relaxed);
    }
    /// Sets a flag of [`flag`], whoever owns the object.
    #[inline]
    pub fn set_flag(self, f: u8) {
        if self.has_flag(f) {
            return;
        }
        self.header().flags.fetch_or(f, Relaxed);
    }
    /// It as a value.
    #[inline(always)]
    pub fn value(self) -> Value {
        Value::obj(self)
    }
    /// The slot at a byte offset.
    /// # Safety
    /// The object has a slot there.
    #[inline(always)]
    pub unsafe fn slot(self, offset: usize) -> &'static Slot {
        // SAFETY: by the caller's promise.
        unsafe { &*(self.0.as_ptr().cast::<u8>().add(offset).cast::<Slot>()) }
    }
}

/// A layout that begins with a header.
/// # Safety
/// `#[repr(C)]`, first field a `Header`; every object of `KIND` has this layout.
pub unsafe trait Layout {
    /// The kind that marks it.
    const KIND: Kind;
}

/// Typed pointer to a heap object.
#[repr(transparent)]
pub struct Gc<T>(NonNull<T>, PhantomData<T>);
impl<T> Clone for Gc<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Gc<T> {}
impl<T> PartialEq for Gc<T> {
    #[inline(always)]
    fn eq(&self, o: &Self) -> bool {
        self.0 == o.0
    }
}
impl<T> Eq for Gc<T> {}
// SAFETY: objects are shared between threads under the transaction protocol; their mutable words are atomics.
unsafe impl<T> Send for Gc<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Gc<T> {}
impl<T> Gc<T> {
    /// # Safety
    /// `addr` is the address of a live object of this layout.
    #[inline(always)]
    pub unsafe fn from_addr(addr: u64) -> Gc<T> {
        // SAFETY: non-null by the caller's promise.
        Gc(unsafe { NonNull::new_unchecked(addr as *mut T) }, PhantomData)
    }
    /// Where it is. Objects never move.
    #[inline(always)]
    pub fn addr(self) -> usize {
        self.0.as_ptr() as usize
    }
    /// It as a raw pointer.
    #[inline(always)]
    pub fn as_ptr(self) -> *mut T {
        self.0.as_ptr()
    }
    /// It without its layout.
    #[inline(always)]
    pub fn obj(self) -> Obj {
        Obj(self.0.cast())
    }
    /// It as a value.
    #[inline(always)]
    pub fn value(self) -> Value {
        Value(self.addr() as u64)
    }
    /// Its header.
    #[inline(always)]
    pub fn header(self) -> &'static Header {
        self.obj().header()
    }
}
impl<T> std::ops::Deref for Gc<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: the object is live while a stack refers to it; its mutable words are atomics.
        unsafe { self.0.as_ref() }
    }
}

/// A mutable word of an object that holds a `Value` (or raw bits). Reads and writes are relaxed atomics.
#[repr(transparent)]
pub struct Slot(pub AtomicU64);
impl Slot {
    /// A slot that holds `v`.
    pub const fn new(v: Value) -> Slot {
        Slot(AtomicU64::new(v.0))
    }
    /// What it holds now.
    #[inline(always)]
    pub fn get(&self) -> Value {
        Value(self.0.load(Relaxed))
    }
    /// Plain store, with no write check and no undo: only while initializing, or through `Thread::store`.
    #[inline(always)]
    pub fn set_raw(&self, v: Value) {
        self.0.store(v.0, Relaxed);
    }
    /// The word as it is.
    #[inline(always)]
    pub fn bits(&self) -> u64 {
        self.0.load(Relaxed)
    }
}
