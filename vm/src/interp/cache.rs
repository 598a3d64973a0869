//! Inline caches: one atomic word in the instruction stream each.
//!
//! | low byte | word |
//! | --- | --- |
//! | 0 | empty |
//! | 1 | shape or keys version (32 high bits), byte offset or index (24 bits): no allocation |
//! | 3 | attribute of a module: version of its keys (32 high bits), index (24 bits) |
//! | 4 | nothing can be kept for what came last: most fills are skipped |
//! | 5 (low three bits) | as 2, for classes: see `cache_class` |
//! | 2 (low three bits) | pointer to an immutable [`Entry`] (plus 2), owned by the code object |
//!
//! Entries are never changed. A site that meets several shapes has a chain of at most `LONGEST` entries, newest first; one
//! that fills too many gives up.

use crate::attrs::{self, Place};
use crate::context::ctx;
use crate::interp::code::Code;
use crate::object::{Gc, Kind};
use crate::shape::Shape;
use crate::thread::Thread;
use crate::types::class::{Class, class_of};
use crate::types::function::Function;
use crate::types::module;
use crate::types::property::Property;
use crate::types::str_::Str;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::*};
use vasuki_compiler::op::Op;

/// What an entry says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hit {
    /// byte offset of the attribute in the object
    Slot(u32),
    /// the attribute is in the overflow buffer: byte offset of the attribute word, index in the buffer
    Overflow(u16, u16),
    /// a store adds the attribute: byte offset, shape afterwards
    Add(u32, u32),
    /// a store adds the attribute in the overflow buffer, if that has room: byte offset of the attribute word, index in the
    /// buffer, shape afterwards
    AddOverflow(u16, u16, u32),
    /// value of the class (bind = method)
    Method(Value),
    /// plain value of the class
    ClassValue(Value),
    /// Python function that a property of the class calls
    Getter(Value),
    /// of a class itself: plain value
    Own(Value),
    /// of a class itself: function that is called with it
    OwnMethod(Value),
    /// builtin: index in the builtins dict; `key` is the version of the globals' keys, `other` that of the builtins'
    Builtin(u32),
}
/// See the module.
pub struct Entry {
    /// shape of the object, or version of the globals' keys
    pub key: u32,
    /// version of the class, or of the builtins' keys
    pub other: u32,
    /// the class whose version is checked
    pub class: Option<Gc<Class>>,
    /// outcome
    pub hit: Hit,
    /// an object of this shape never gets another one: to look at it is no read
    pub fixed: bool,
    /// entry for another shape
    pub next: Option<&'static Entry>,
}
impl Entry {
    /// Calls `f` with the values inside that would not be alive without it. What is known of a class itself is: only while the
    /// class is there, and as it was, an entry is found. So a cache does not keep a class alive that refers to itself.
    pub fn trace(&self, f: &mut dyn FnMut(Value)) {
        if matches!(self.hit, Hit::Own(_) | Hit::OwnMethod(_)) {
            return;
        }
        if let Hit::Method(v) | Hit::ClassValue(v) | Hit::Getter(v) = self.hit {
            f(v)
        }
        if let Some(c) = self.class {
            f(c.value())
        }
    }
    fn says_the_same(&self, e: &Entry) -> bool {
        (self.key, self.other, self.class, self.hit) == (e.key, e.other, e.class, e.hit)
    }
    /// Is the class as it was?
    #[inline(always)]
    pub fn is_current(&self) -> bool {
        self.class.is_none_or(|c| c.version.load(Relaxed) == self.other)
    }
}

/// Entries that one code object may make per instruction word, on average.
const MOST: usize = 4;
/// Mark of a word for an attribute of a module.
const MODULE: u64 = 3;
/// Mark of a word that says that the last fill found nothing to keep.
pub(super) const HOPELESS: u64 = 4;
/// Marks of words that point to entries, and to entries for classes.
const ENTRY: u64 = 2;
pub(super) const CLASS: u64 = 5;
/// Of so many fills of such words that a thread comes to, it tries one.
const SKIPPED: u32 = 100;
/// Shapes that one site tells apart.
const LONGEST: usize = 4;

/// Index of the cache word of an instruction, counted from its first word.
pub fn cache_word(op: Op) -> Option<usize> {
    match op {
        Op::LoadName | Op::LoadGlobal | Op::StoreGlobal | Op::LoadAttr | Op::StoreAttr | Op::LoadMethod => Some(1),
        _ => None,
    }
}

/// A packed word.
#[inline(always)]
pub const fn packed(key: u32, index: usize) -> u64 {
    (key as u64) << 32 | (index as u64) << 8 | 1
}
/// The offset if the word is packed with this key.
#[inline(always)]
pub const fn hit(word: u64, key: u32) -> Option<usize> {
    if word >> 32 == key as u64 && word & 7 == 1 {
        Some((word >> 8 & 0xFF_FFFF) as usize)
    } else {
        None
    }
}
/// The entry that a word points to.
#[inline(always)]
pub fn entry(word: u64) -> Option<&'static Entry> {
    marked_entry(word, ENTRY)
}
#[inline(always)]
fn marked_entry(word: u64, mark: u64) -> Option<&'static Entry> {
    if word & 7 == mark {
        // SAFETY: words with these marks are made by `install` only; entries live as long as their code object, which is running.
        Some(unsafe { &*((word & !7) as *const Entry) })
    } else {
        None
    }
}
/// The entry for a shape, if it is still true.
#[inline(always)]
pub fn entry_for(word: u64, shape: u32) -> Option<&'static Entry> {
    marked_entry_for(word, ENTRY, shape)
}
/// The entry of a word with this mark for a key, if it is still true.
#[inline(always)]
pub(super) fn marked_entry_for(word: u64, mark: u64, key: u32) -> Option<&'static Entry> {
    let mut e = marked_entry(word, mark)?;
    while e.key != key {
        e = e.next?;
    }
    e.is_current().then_some(e)
}
/// Shapes (or versions of keys) and outcomes that a word knows, newest first.
pub fn outcomes(word: u64) -> Vec<(u32, Hit)> {
    if word & 7 == 1 {
        return vec![((word >> 32) as u32, Hit::Slot((word >> 8 & 0xFF_FFFF) as u32))];
    }
    std::iter::successors(entry(word), |e| e.next)
        .filter(|e| e.is_current())
        .map(|e| (e.key, e.hit))
        .collect()
}
/// How many entries a word with this mark has, true or not.
pub(super) fn length_of_chain(word: u64, mark: u64) -> usize {
    std::iter::successors(marked_entry(word, mark), |e| e.next).count()
}
/// Puts an entry into a cache word, before those for other shapes that are there.
pub fn install(code: Gc<Code>, word: &AtomicU64, e: Entry) {
    install_marked(code, word, ENTRY, e);
}
/// As [`install`], with another mark: entries with other ones go.
pub(super) fn install_marked(code: Gc<Code>, word: &AtomicU64, mark: u64, e: Entry) {
    if code.tables().entries_full.load(Relaxed) {
        return;
    }
    // It may know this already: the long way was taken because a read was not valid.
    if std::iter::successors(entry(word.load(Acquire)), |x| x.next).any(|x| x.says_the_same(&e)) {
        return;
    }
    let mut list = code.tables().entries.lock().unwrap_or_else(|e| e.into_inner());
    if list.len() > 16 + MOST * code.tables().words.len() {
        code.tables().entries_full.store(true, Relaxed);
        return;
    }
    let mut keep = |e: Entry| -> &'static Entry {
        let boxed = Box::new(e);
        // SAFETY: the box is kept in the code object's list, which only grows; see `entry`.
        let r: &'static Entry = unsafe { &*std::ptr::from_ref(&*boxed) };
        list.push(boxed);
        r
    };
    let old = word.load(Acquire);
    let mut next = match old & 7 {
        1 if mark == ENTRY && !matches!(e.hit, Hit::Builtin(_)) && (old >> 32) as u32 != e.key => Some(keep(Entry {
            key: (old >> 32) as u32,
            other: 0,
            class: None,
            hit: Hit::Slot((old >> 8 & 0xFF_FFFF) as u32),
            fixed: false,
            next: None,
        })),
        _ => marked_entry(old, mark),
    };
    // A chain that is too long, or has an entry for this shape that is true no more, starts anew.
    let (mut n, mut at) = (0, next);
    while let Some(x) = at {
        n += 1;
        if x.key == e.key || n >= LONGEST {
            next = None;
            break;
        }
        at = x.next;
    }
    let e = keep(Entry { next, ..e });
    word.store(&raw const *e as u64 | mark, Release);
}

fn fill(code: Gc<Code>, word: &AtomicU64, v: Value, class: Gc<Class>, hit: Hit) {
    let e = Entry {
        key: v.as_obj().shape_id(),
        other: class.version.load(Relaxed),
        class: Some(class),
        hit,
        fixed: class.has_fixed_shape(),
        next: None,
    };
    install(code, word, e);
}
/// An attribute of the object itself stays where it is while the shape does: what could come before it, or replace it, in the
/// class makes [`forget_slots`] necessary.
fn fill_slot(code: Gc<Code>, word: &AtomicU64, shape: u32, offset: usize) {
    let (old, new) = (word.load(Relaxed), packed(shape, offset));
    if old == 0 {
        word.store(new, Release);
    }
    // It may know this already: the long way was taken because a read was not valid.
    if old == 0 || old == new {
        return;
    }
    let e = Entry {
        key: shape,
        other: 0,
        class: None,
        hit: Hit::Slot(offset as u32),
        fixed: false,
        next: None,
    };
    install(code, word, e);
}
/// Empties every cache of an attribute's place in objects. For changes of classes that caches do not look at, while no other
/// thread runs Python code.
pub fn forget_slots() {
    crate::memory::heap().for_each_object(&mut |p, _| {
        // SAFETY: the heap gives starts of allocated objects.
        let o = unsafe { crate::object::Obj::from_addr(p.as_ptr() as u64) };
        if let Some(code) = o.value().cast::<Code>()
            && let Some(t) = code.ready_tables()
        {
            let mut i = 0;
            while let Some(op) = t.words.get(i).and_then(|w| Op::from_u16(w.load(Relaxed) as u16)) {
                if matches!(op, Op::LoadAttr | Op::StoreAttr | Op::LoadMethod) {
                    t.words[i + 1].store(0, Relaxed);
                }
                i += op.words();
            }
        }
    });
}
/// Fills the cache of a LoadAttr (or with `method` of a LoadMethod) on `v`.
#[cold]
pub fn fill_attr(th: &mut Thread, code: Gc<Code>, word: &AtomicU64, v: Value, name: Gc<Str>) {
    let old = word.load(Relaxed);
    if !v.is_obj() || code.tables().entries_full.load(Relaxed) && old != 0 {
        return;
    }
    if old == HOPELESS {
        // Counted by the thread: several threads may come here all the time.
        let s = &mut th.interp;
        s.hopeless = (s.hopeless + 1) % SKIPPED;
        if s.hopeless != 0 {
            return;
        }
    }
    let class = class_of(v);
    match attrs::place(v, name) {
        Place::Inline(offset) | Place::Member(offset) => fill_slot(code, word, v.as_obj().shape_id(), offset),
        Place::Overflow { word: at, index } => fill(code, word, v, class, Hit::Overflow(at as u16, index as u16)),
        Place::Method(m) => fill(code, word, v, class, Hit::Method(m)),
        Place::ClassValue(m) => fill(code, word, v, class, Hit::ClassValue(m)),
        Place::Property(p) => {
            let get = p.as_gc::<Property>().get.get();
            if get.cast::<Function>().is_some() {
                fill(code, word, v, class, Hit::Getter(get));
            }
        }
        _ if old == 0 => word.store(HOPELESS, Relaxed),
        _ => {}
    }
}
/// What a word knows about an attribute of the module `v`.
#[inline]
pub fn module_attribute(th: &mut Thread, word: &AtomicU64, v: Value) -> Option<Value> {
    let w = word.load(Acquire);
    if w & 7 != MODULE || !v.is_kind(Kind::Module) || class_of(v) != ctx().types.module {
        return None;
    }
    let d = module::dict_of(v);
    let i = (w >> 8 & 0xFF_FFFF) as usize;
    let look = move || {
        if u64::from(d.keys_version()) == w >> 32 {
            d.value_of_entry(i)
        } else {
            None
        }
    };
    let x = look()?;
    if th.tx.vouches_for_others(&[d.header()]) {
        Some(x)
    } else {
        th.read(d.header(), look).ok()?
    }
}
/// Fills the cache of a load on the module `v`.
pub fn fill_module(th: &mut Thread, word: &AtomicU64, v: Value, name: Gc<Str>) {
    let class = ctx().types.module;
    if !matches!(word.load(Relaxed) & 7, 0 | MODULE | HOPELESS) || class_of(v) != class || class.lookup(name).is_some() {
        return;
    }
    let d = module::dict_of(v);
    let version = d.ensure_version(th);
    if version != 0
        && let Some(i) = d.index_of_interned(name).filter(|i| *i <= 0xFF_FFFF)
    {
        word.store((version as u64) << 32 | (i as u64) << 8 | MODULE, Release);
    }
}
/// Fills the cache of a StoreAttr on `v`, whose shape was `before` the store.
#[cold]
pub fn fill_store(code: Gc<Code>, word: &AtomicU64, v: Value, name: Gc<Str>, before: u32) {
    let class = class_of(v);
    let now = v.as_obj().shape_id();
    match attrs::place_to_store(v, name) {
        Place::Inline(offset) if now == before => fill_slot(code, word, now, offset),
        Place::Overflow { word: at, index } if now == before => {
            fill(code, word, v, class, Hit::Overflow(at as u16, index as u16));
        }
        Place::Overflow { word: at, index } if Shape::get(before).class == class && !Shape::get(before).dict_mode => {
            fill_add(code, word, class, before, Hit::AddOverflow(at as u16, index as u16, now));
        }
        Place::Inline(offset) if Shape::get(before).class == class && !Shape::get(before).dict_mode => {
            fill_add(code, word, class, before, Hit::Add(offset as u32, now));
        }
        _ => {}
    }
}
fn fill_add(code: Gc<Code>, word: &AtomicU64, class: Gc<Class>, before: u32, hit: Hit) {
    let e = Entry {
        key: before,
        other: class.version.load(Relaxed),
        class: Some(class),
        hit,
        fixed: false,
        next: None,
    };
    install(code, word, e);
}
