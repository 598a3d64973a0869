//! Shapes: which class an object has, and where each of its attributes is.
//!
//! A shape id (32 bits, in the header) indexes a process-wide append-only table. A shape belongs to one class. Attribute
//! `i` of a shape lives in inline slot `i` of the object while `i < class.inline_slots`, else in the overflow buffer that
//! the attribute word (the slot before the inline ones) points to. A *dict-mode* shape has no attributes of its own: the
//! attribute word points to a dict. Shapes never change once published; adding an attribute moves to a child shape.
//! Class `slots` members take the first indexes of the root shape, under hidden names.

use crate::object::Gc;
use crate::types::class::Class;
use crate::types::str_::Str;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};

/// A shape; see the module.
pub struct Shape {
    /// its id
    pub id: u32,
    /// class of the objects
    pub class: Gc<Class>,
    /// the attributes are in a dict
    pub dict_mode: bool,
    /// attribute names in index order; EMPTY names (None) are hidden members
    pub names: Vec<Option<Gc<Str>>>,
    index: Index,
    children: Mutex<Index>,
    /// the first of them, which mostly is the only one: the address of the name, and the id; found without the lock
    first: (AtomicUsize, AtomicU32),
}
/// By address of an interned name.
type Index = HashMap<usize, u32, BuildHasherDefault<AddressHasher>>;
/// Addresses of cells differ in their middle bits: a multiplication spreads them.
#[derive(Default, Clone)]
struct AddressHasher(u64);
impl Hasher for AddressHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_usize(*b as usize));
    }
    fn write_usize(&mut self, n: usize) {
        self.0 = (self.0 ^ n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

const CHUNK: usize = 1024;
const CHUNKS: usize = 1 << 14;
static TABLE: [AtomicPtr<AtomicPtr<Shape>>; CHUNKS] = [const { AtomicPtr::new(std::ptr::null_mut()) }; CHUNKS];
static NEXT: AtomicU32 = AtomicU32::new(1);
static GROW: RwLock<()> = RwLock::new(());

impl Shape {
    /// The shape with this id. Ids come from headers of objects only.
    #[inline(always)]
    pub fn get(id: u32) -> &'static Shape {
        let chunk = TABLE[id as usize / CHUNK].load(Ordering::Acquire);
        debug_assert!(!chunk.is_null());
        // SAFETY: an id found in a header was published after its chunk and its shape; both are never freed.
        unsafe { &*(*chunk.add(id as usize % CHUNK)).load(Ordering::Acquire) }
    }
    /// A new root shape of a class, with `hidden` member slots first.
    pub fn new_root(class: Gc<Class>, dict_mode: bool, hidden: usize) -> &'static Shape {
        Shape::publish(class, dict_mode, vec![None; hidden], Index::default())
    }
    fn publish(class: Gc<Class>, dict_mode: bool, names: Vec<Option<Gc<Str>>>, index: Index) -> &'static Shape {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let cell = &TABLE[id as usize / CHUNK];
        if cell.load(Ordering::Acquire).is_null() {
            let _grow = GROW.write();
            if cell.load(Ordering::Acquire).is_null() {
                let chunk: Box<[AtomicPtr<Shape>]> = (0..CHUNK).map(|_| AtomicPtr::default()).collect();
                cell.store(Box::leak(chunk).as_mut_ptr(), Ordering::Release);
            }
        }
        let shape = Box::leak(Box::new(Shape {
            id,
            class,
            dict_mode,
            names,
            index,
            children: Mutex::default(),
            first: Default::default(),
        }));
        // SAFETY: the chunk exists (above) and has CHUNK entries.
        unsafe { (*cell.load(Ordering::Acquire).add(id as usize % CHUNK)).store(shape, Ordering::Release) };
        shape
    }
    /// Index of an attribute; `name` must be interned.
    #[inline]
    pub fn find(&self, name: Gc<Str>) -> Option<usize> {
        if self.names.len() <= 8 {
            return self.names.iter().position(|n| *n == Some(name));
        }
        self.index.get(&name.addr()).map(|&i| i as usize)
    }
    /// Number of attributes, hidden ones included.
    pub fn len(&self) -> usize {
        self.names.len()
    }
    /// No attributes?
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
    /// The shape after adding attribute `name` (interned, and never freed while the shape lives).
    pub fn with(&self, name: Gc<Str>) -> &'static Shape {
        if self.first.0.load(Ordering::Acquire) == name.addr() {
            return Shape::get(self.first.1.load(Ordering::Relaxed));
        }
        let mut children = self.children.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(&id) = children.get(&name.addr()) {
            return Shape::get(id);
        }
        let mut names = self.names.clone();
        let mut index = self.index.clone();
        index.insert(name.addr(), names.len() as u32);
        names.push(Some(name));
        let child = Shape::publish(self.class, false, names, index);
        if children.is_empty() {
            self.first.1.store(child.id, Ordering::Relaxed);
            self.first.0.store(name.addr(), Ordering::Release);
        }
        children.insert(name.addr(), child.id);
        child
    }
    /// Every shape, for the collector's tracing of names and classes.
    pub fn for_each(mut f: impl FnMut(&'static Shape)) {
        for id in 1..NEXT.load(Ordering::Acquire) {
            let chunk = TABLE[id as usize / CHUNK].load(Ordering::Acquire);
            if chunk.is_null() {
                continue;
            }
            // SAFETY: as in `get`; an entry may not be stored yet, then it is null.
            if let Some(s) = unsafe { (*chunk.add(id as usize % CHUNK)).load(Ordering::Acquire).as_ref() } {
                f(s)
            }
        }
    }
}
