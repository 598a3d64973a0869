//! `dict`: layout and operations; methods are in dict_methods.
//!
//! A dict points to a table: an open-addressing index of entry numbers, and the entries in insertion order. A deleted
//! entry has key DELETED. Capacities of a table never change, so a racing reader stays within bounds. A transaction that
//! must be able to undo does not insert into a table that others may see: it makes a copy first; it stores values and
//! deletes in place, with the slots logged.
//!
//! `version` is 0, or a number that no other state of any dict's keys has: inline caches compare it.

use crate::context::ctx;
use crate::names::names;
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::class::{Class, class_of};
use crate::types::str_::Str;
use crate::value::Value;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// Layout of a dict.
#[repr(C)]
pub struct Dict {
    header: Header,
    /// DictTable, or EMPTY
    pub table: Slot,
    used: AtomicU64,
    version: AtomicU64,
}
const WORDS: usize = 3;
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Dict {
    const KIND: Kind = Kind::Dict;
}
/// Layout of a table; the index (u32) and the entries follow.
#[repr(C)]
pub struct DictTable {
    header: Header,
    mask: u64,
    cap: u64,
    /// entries in use, deleted ones included
    fill: AtomicU64,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for DictTable {
    const KIND: Kind = Kind::DictTable;
}
/// An entry.
#[repr(C)]
pub struct Entry {
    hash: AtomicU64,
    key: Slot,
    value: Slot,
}

impl Gc<DictTable> {
    #[inline(always)]
    fn index(self) -> &'static [AtomicU32] {
        // SAFETY: mask + 1 index words follow the layout.
        unsafe { std::slice::from_raw_parts(self.as_ptr().add(1).cast(), self.mask as usize + 1) }
    }
    #[inline(always)]
    fn entries(self) -> &'static [Entry] {
        // SAFETY: behind the index (an even number of words) are `cap` entries.
        unsafe {
            let first = self.as_ptr().add(1).cast::<AtomicU32>().add(self.mask as usize + 1);
            std::slice::from_raw_parts(first.cast(), self.cap as usize)
        }
    }
    fn fill(self) -> usize {
        (self.fill.load(Relaxed) as usize).min(self.cap as usize)
    }
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        for e in &self.entries()[..self.fill()] {
            f(e.key.get());
            f(e.value.get());
        }
    }
    /// Appends an entry whose key is not there; there is room.
    fn append(self, hash: u64, key: Value, value: Value) {
        let i = self.fill.load(Relaxed) as usize;
        let e = &self.entries()[i];
        e.hash.store(hash, Relaxed);
        e.key.set_raw(key);
        e.value.set_raw(value);
        let index = self.index();
        let mut p = Probe::start(hash, self.mask);
        while index[p.at].load(Relaxed) != 0 {
            p.next(self.mask);
        }
        index[p.at].store(i as u32 + 1, Relaxed);
        self.fill.store(i as u64 + 1, Relaxed);
    }
}
fn new_table(th: &mut Thread, cap: usize) -> R<Gc<DictTable>> {
    let index = (cap * 3 / 2 + 1).next_power_of_two().max(8);
    let cap = index * 2 / 3;
    let size = std::mem::size_of::<DictTable>() + index * 4 + cap * std::mem::size_of::<Entry>();
    if cap > u32::MAX as usize / 2 || (size > 1 << 16 && !crate::memory::room_for(th, size)) {
        return Err(th.memory_error());
    }
    let p = th.alloc_raw(Kind::DictTable, 0, size, false);
    // SAFETY: fresh zeroed memory of that size.
    unsafe {
        let t = p.as_ptr().cast::<DictTable>();
        (*t).mask = index as u64 - 1;
        (*t).cap = cap as u64;
        Ok(Gc::from_addr(t as u64))
    }
}

#[derive(Clone, Copy)]
struct Probe {
    at: usize,
    perturb: u64,
}
impl Probe {
    #[inline(always)]
    fn start(hash: u64, mask: u64) -> Probe {
        Probe { at: (hash & mask) as usize, perturb: hash }
    }
    #[inline(always)]
    fn next(&mut self, mask: u64) {
        self.perturb >>= 5;
        self.at = ((self.at as u64).wrapping_mul(5).wrapping_add(self.perturb).wrapping_add(1) & mask) as usize;
    }
}
#[derive(Clone, Copy)]
enum Step {
    Hit(usize),
    Missing,
    /// entry with the same hash: only `==` can tell; go on behind it if it is not the one
    Maybe(usize, Value, Probe),
}
/// Are they equal without asking Python code? None: ask.
#[inline(always)]
fn same_key(a: Value, b: Value) -> Option<bool> {
    if a == b {
        return Some(true);
    }
    if a.is_small() && b.is_small() {
        return Some(false);
    }
    if let (Some(x), Some(y)) = (a.cast::<Str>(), b.cast::<Str>())
        && class_of(a) == ctx().types.str
        && class_of(b) == ctx().types.str
    {
        return Some(x.same(y));
    }
    None
}
/// Looks for a key from a probe on. Safe on torn state.
#[inline(always)]
fn probe(table: Value, hash: u64, key: Value, from: Option<Probe>) -> Step {
    let Some(t) = table.cast::<DictTable>() else { return Step::Missing };
    let (index, entries, mask) = (t.index(), t.entries(), t.mask);
    let mut p = from.unwrap_or(Probe::start(hash, mask));
    // A racing writer can leave no free place in sight: give up after one round.
    for _ in 0..=index.len() * 2 {
        let i = index[p.at].load(Relaxed) as usize;
        if i == 0 {
            return Step::Missing;
        }
        if let Some(e) = entries.get(i - 1) {
            let k = e.key.get();
            if k == key {
                return Step::Hit(i - 1);
            }
            if e.hash.load(Relaxed) == hash && k != Value::DELETED && !k.is_empty() {
                match same_key(k, key) {
                    Some(true) => return Step::Hit(i - 1),
                    Some(false) => {}
                    None => {
                        let mut next = p;
                        next.next(mask);
                        return Step::Maybe(i - 1, k, next);
                    }
                }
            }
        }
        p.next(mask);
    }
    Step::Missing
}
static VERSION: AtomicU64 = AtomicU64::new(1);

impl Gc<Dict> {
    fn words(self) -> &'static Dict {
        // SAFETY: alive while a stack refers to it.
        unsafe { &*self.as_ptr() }
    }
    #[inline(always)]
    fn the_table(self) -> Option<Gc<DictTable>> {
        self.table.get().cast()
    }
    /// The entry of a key.
    #[inline]
    fn find(self, th: &mut Thread, hash: u64, key: Value) -> R<Option<(Gc<DictTable>, usize)>> {
        let h = self.header();
        'restart: loop {
            let mut from = None;
            loop {
                let (table, step) = th.read(h, || {
                    let t = self.table.get();
                    (t, probe(t, hash, key, from))
                })?;
                match step {
                    Step::Hit(i) => return Ok(Some((table.as_gc(), i))),
                    Step::Missing => return Ok(None),
                    Step::Maybe(i, stored, next) => {
                        let equal = th.eq(stored, key)?;
                        // Python code has run: is everything as it was?
                        let same = th.read(h, || {
                            self.table.get() == table && table.cast::<DictTable>().and_then(|t| t.entries().get(i)).is_some_and(|e| e.key.get() == stored)
                        })?;
                        if !same {
                            continue 'restart;
                        }
                        if equal {
                            return Ok(Some((table.as_gc(), i)));
                        }
                        from = Some(next);
                    }
                }
            }
        }
    }
    /// The value of a key with a known hash.
    #[inline]
    pub fn get_hash(self, th: &mut Thread, k: Value, hash: i64) -> R<Option<Value>> {
        match self.find(th, hash as u64, k)? {
            None => Ok(None),
            Some((t, i)) => {
                let v = th.read(self.header(), || t.entries().get(i).map_or(Value::EMPTY, |e| e.value.get()))?;
                Ok(if v.is_empty() { None } else { Some(v) })
            }
        }
    }
    /// The value of a key.
    #[inline]
    pub fn get(self, th: &mut Thread, k: Value) -> R<Option<Value>> {
        let hash = hash_key(th, k)?;
        self.get_hash(th, k, hash)
    }
    /// The value of a name.
    #[inline]
    pub fn get_str(self, th: &mut Thread, name: Gc<Str>) -> R<Option<Value>> {
        self.get_hash(th, name.value(), name.hash())
    }
    /// The value of an interned name, with no logging and no Python code: for namespaces of classes.
    #[inline]
    pub fn get_interned(self, name: Gc<Str>) -> Option<Value> {
        let i = self.index_of_interned(name)?;
        let v = self.value_slot(i)?.get();
        if v.is_empty() { None } else { Some(v) }
    }
    /// The number of the entry of an interned name.
    #[inline]
    pub fn index_of_interned(self, name: Gc<Str>) -> Option<usize> {
        match probe(self.table.get(), name.hash() as u64, name.value(), None) {
            Step::Hit(i) => Some(i),
            _ => None,
        }
    }
    /// The slot of the value of an entry.
    #[inline(always)]
    pub fn value_slot(self, i: usize) -> Option<&'static Slot> {
        self.the_table()?.entries().get(i).map(|e| &e.value)
    }
    /// The version of the keys; 0: none yet.
    #[inline(always)]
    pub fn keys_version(self) -> u32 {
        self.version.load(Relaxed) as u32
    }
    /// The version of the keys, made if there is none; 0 when that is not possible now.
    pub fn ensure_version(self, th: &mut Thread) -> u32 {
        let seen = self.header().meta.load(std::sync::atomic::Ordering::Acquire);
        let now = self.version.load(Relaxed);
        if now != 0 {
            return now as u32;
        }
        let new = VERSION.fetch_add(1, Relaxed);
        if new > u64::from(u32::MAX) {
            return 0;
        }
        if th.tx.concurrent {
            if vasuki_stm::meta::is_shared(seen)
                && self.version.compare_exchange(0, new, Relaxed, Relaxed).is_ok()
                && self.header().meta.load(std::sync::atomic::Ordering::Acquire) != seen
            {
                // Somebody opened it meanwhile.
                let _ = self.version.compare_exchange(new, 0, Relaxed, Relaxed);
            }
            return if self.version.load(Relaxed) == new { new as u32 } else { 0 };
        }
        self.version.store(new, Relaxed);
        new as u32
    }
    /// Number of items.
    #[inline]
    pub fn len(self, th: &mut Thread) -> R<usize> {
        th.read(self.header(), || self.used.load(Relaxed) as usize)
    }
    /// Number of items, not logged: for estimates.
    pub fn len_raw(self) -> usize {
        self.used.load(Relaxed) as usize
    }
    /// Sets an item.
    #[inline]
    pub fn set(self, th: &mut Thread, k: Value, v: Value) -> R<()> {
        let hash = hash_key(th, k)?;
        self.set_hash(th, k, hash, v)
    }
    /// Sets the value of a name.
    #[inline]
    pub fn set_str(self, th: &mut Thread, name: Gc<Str>, v: Value) -> R<()> {
        self.set_hash(th, name.value(), name.hash(), v)
    }
    /// Sets an item whose key has a known hash.
    #[inline]
    pub fn set_hash(self, th: &mut Thread, k: Value, hash: i64, v: Value) -> R<()> {
        debug_assert!(!v.is_empty());
        th.write(self.header(), WORDS)?;
        if let Some((t, i)) = self.find(th, hash as u64, k)? {
            th.store(self.header(), &t.entries()[i].value, v);
            return Ok(());
        }
        self.insert(th, k, hash as u64, v)
    }
    fn insert(self, th: &mut Thread, k: Value, hash: u64, v: Value) -> R<()> {
        th.write(self.header(), WORDS)?;
        let used = self.used.load(Relaxed);
        let table = match self.the_table() {
            Some(t) if t.fill() < t.cap as usize && (!th.needs_log(self.header()) || th.tx.writable(t.header())) => t,
            Some(t) => {
                // Grows, or only sheds what was deleted.
                let room = if t.fill() < t.cap as usize { t.cap as usize } else { (used as usize * 2).max(5) };
                self.rebuild(th, room)?
            }
            None => self.rebuild(th, 5)?,
        };
        table.append(hash, k, v);
        self.used.store(used + 1, Relaxed);
        self.version.store(0, Relaxed);
        Ok(())
    }
    /// Moves the items to a new table with room for `room`; the dict has been opened.
    fn rebuild(self, th: &mut Thread, room: usize) -> R<Gc<DictTable>> {
        let new = new_table(th, room)?;
        if let Some(t) = self.the_table() {
            for e in &t.entries()[..t.fill()] {
                let k = e.key.get();
                if k != Value::DELETED && !k.is_empty() {
                    new.append(e.hash.load(Relaxed), k, e.value.get());
                }
            }
        }
        self.table.set_raw(new.value());
        Ok(new)
    }
    /// The value of a key, set to `default` if it is missing.
    pub fn setdefault(self, th: &mut Thread, k: Value, default: Value) -> R {
        let hash = hash_key(th, k)?;
        if let Some(v) = self.get_hash(th, k, hash)? {
            return Ok(v);
        }
        self.insert(th, k, hash as u64, default)?;
        Ok(default)
    }
    fn delete(self, th: &mut Thread, t: Gc<DictTable>, i: usize) -> Value {
        let h = self.header();
        let e = &t.entries()[i];
        let v = e.value.get();
        th.store(h, &e.key, Value::DELETED);
        th.store(h, &e.value, Value::EMPTY);
        self.used.store(self.used.load(Relaxed) - 1, Relaxed);
        self.version.store(0, Relaxed);
        v
    }
    /// Removes a key; gives its value.
    pub fn remove(self, th: &mut Thread, k: Value) -> R<Option<Value>> {
        let hash = hash_key(th, k)?;
        let Some(_) = self.find(th, hash as u64, k)? else { return Ok(None) };
        th.write(self.header(), WORDS)?;
        match self.find(th, hash as u64, k)? {
            Some((t, i)) => Ok(Some(self.delete(th, t, i))),
            None => Ok(None),
        }
    }
    /// Removes the last item.
    pub fn pop_last(self, th: &mut Thread) -> R<Option<(Value, Value)>> {
        if self.len(th)? == 0 {
            return Ok(None);
        }
        th.write(self.header(), WORDS)?;
        let Some(t) = self.the_table() else { return Ok(None) };
        for i in (0..t.fill()).rev() {
            let k = t.entries()[i].key.get();
            if k != Value::DELETED {
                let v = self.delete(th, t, i);
                return Ok(Some((k, v)));
            }
        }
        Ok(None)
    }
    /// Removes everything.
    pub fn clear(self, th: &mut Thread) -> R<()> {
        th.write(self.header(), WORDS)?;
        self.table.set_raw(Value::EMPTY);
        self.used.store(0, Relaxed);
        self.version.store(0, Relaxed);
        Ok(())
    }
    /// The next item from entry `pos` on, in order.
    #[inline]
    pub fn next_entry(self, th: &mut Thread, pos: &mut usize) -> R<Option<(Value, Value)>> {
        let from = *pos;
        let found = th.read(self.header(), || {
            let t = self.the_table()?;
            let fill = t.fill();
            (from..fill).find_map(|i| {
                let e = &t.entries()[i];
                let (k, v) = (e.key.get(), e.value.get());
                if k == Value::DELETED || k.is_empty() || v.is_empty() { None } else { Some((i, k, v)) }
            })
        })?;
        Ok(found.map(|(i, k, v)| {
            *pos = i + 1;
            (k, v)
        }))
    }
    /// The item before entry `pos` (`usize::MAX`: the last), in reverse order.
    pub fn prev_entry(self, th: &mut Thread, pos: &mut usize) -> R<Option<(Value, Value)>> {
        let from = *pos;
        let found = th.read(self.header(), || {
            let t = self.the_table()?;
            (0..from.min(t.fill())).rev().find_map(|i| {
                let e = &t.entries()[i];
                let (k, v) = (e.key.get(), e.value.get());
                if k == Value::DELETED || k.is_empty() || v.is_empty() { None } else { Some((i, k, v)) }
            })
        })?;
        Ok(found.map(|(i, k, v)| {
            *pos = i;
            (k, v)
        }))
    }
    /// All keys and all values, in order.
    pub fn snapshot(self, th: &mut Thread) -> R<(ValueVec, ValueVec)> {
        let n = self.len(th)?;
        let (mut keys, mut values) = (ValueVec::with_capacity(th, n)?, ValueVec::with_capacity(th, n)?);
        let mut pos = 0;
        while let Some((k, v)) = self.next_entry(th, &mut pos)? {
            keys.push(th, k)?;
            values.push(th, v)?;
        }
        Ok((keys, values))
    }
    /// A plain dict with the same items.
    pub fn copy(self, th: &mut Thread) -> R<Gc<Dict>> {
        let d: Gc<Dict> = th.new_dict().as_gc();
        d.update_from(th, self)?;
        Ok(d)
    }
    /// Sets all items of another dict.
    pub fn update_from(self, th: &mut Thread, other: Gc<Dict>) -> R<()> {
        if self == other {
            return Ok(());
        }
        let n = other.len(th)?;
        if n > 0 && self.len(th)? == 0 {
            th.write(self.header(), WORDS)?;
            self.rebuild(th, n)?;
        }
        let mut pos = 0;
        while let Some((i, hash, k, v)) = other.next_hashed(th, pos)? {
            self.set_hash(th, k, hash as i64, v)?;
            pos = i + 1;
            if other.len(th)? != n {
                return Err(th.runtime_error("dict mutated during update"));
            }
        }
        Ok(())
    }
    fn next_hashed(self, th: &mut Thread, from: usize) -> R<Option<(usize, u64, Value, Value)>> {
        th.read(self.header(), || {
            let t = self.the_table()?;
            (from..t.fill()).find_map(|i| {
                let e = &t.entries()[i];
                let (k, v) = (e.key.get(), e.value.get());
                if k == Value::DELETED || k.is_empty() || v.is_empty() { None } else { Some((i, e.hash.load(Relaxed), k, v)) }
            })
        })
    }
    /// `update` with a mapping or an iterable of pairs.
    pub fn merge(self, th: &mut Thread, from: Value) -> R<()> {
        if let Some(d) = from.cast::<Dict>()
            && (class_of(from) == ctx().types.dict || class_of(from).special(Special::Iter) == ctx().types.dict.special(Special::Iter))
        {
            return self.update_from(th, d);
        }
        if let Some(keys) = th.getattr_opt(from, names().keys)? {
            let keys = th.call(keys, &[])?;
            let it = th.iter(keys)?;
            while let Some(k) = th.next(it)? {
                let v = th.getitem(from, k)?;
                self.set(th, k, v)?;
            }
            return Ok(());
        }
        let it = th.iter(from)?;
        let mut n = 0;
        while let Some(pair) = th.next(it)? {
            let items = match th.catch(ctx().types.TypeError, |th| th.collect(pair))? {
                Ok(i) => i,
                Err(_) => return Err(th.type_error(&format!("cannot convert dictionary update sequence element #{n} to a sequence"))),
            };
            match items.as_slice() {
                [k, v] => self.set(th, *k, *v)?,
                i => {
                    let text = format!("dictionary update sequence element #{n} has length {}; 2 is required", i.len());
                    return Err(th.value_error(&text));
                }
            }
            n += 1;
        }
        Ok(())
    }
    /// Equal keys with equal values?
    pub fn eq(self, th: &mut Thread, other: Gc<Dict>) -> R<bool> {
        if self.len(th)? != other.len(th)? {
            return Ok(false);
        }
        let mut pos = 0;
        while let Some((i, hash, k, v)) = self.next_hashed(th, pos)? {
            pos = i + 1;
            match other.get_hash(th, k, hash as i64)? {
                Some(w) => {
                    if !th.eq(v, w)? {
                        return Ok(false);
                    }
                }
                None => return Ok(false),
            }
        }
        Ok(true)
    }
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        f(self.words().table.get());
    }
}
/// Hash of a dict key.
#[inline(always)]
pub fn hash_key(th: &mut Thread, k: Value) -> R<i64> {
    if k.is_small() {
        return Ok(crate::hash::int(k.as_small()));
    }
    if let Some(s) = k.cast::<Str>()
        && class_of(k) == ctx().types.str
    {
        return Ok(s.hash());
    }
    hash_slow(th, k)
}
#[inline(never)]
fn hash_slow(th: &mut Thread, k: Value) -> R<i64> {
    if class_of(k).special(Special::Hash).is_none_or(|h| h.is_none()) {
        let n = class_of(k).name_str();
        return Err(th.type_error(&format!("cannot use '{n}' as a dict key (unhashable type: '{n}')")));
    }
    th.hash(k)
}

/// A new dict of a class.
pub fn new_of(th: &mut Thread, class: Gc<Class>) -> Gc<Dict> {
    th.new_object(class, 0)
}
impl Thread {
    /// A new, empty dict.
    #[inline]
    pub fn new_dict(&mut self) -> Value {
        new_of(self, ctx().types.dict).value()
    }
}
