//! `set` and `frozenset`: one layout and its operations; methods are in set_methods and frozenset.
//!
//! A set points to an open-addressing table of (hash, key). A removed entry has key DELETED and is never used again by
//! that table. The size of a table never changes, so a racing reader stays within bounds. What a transaction that must be able
//! to undo changes in a table that others may see is logged. A frozenset never changes once its maker lets go of it.

use crate::context::ctx;
use crate::object::{Gc, Header, Kind, Layout, Obj, Slot, Space};
use crate::thread::{Thread, is_shared};
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::class::{Class, class_of};
use crate::types::dict::Dict;
use crate::types::dict_hot::same_as_told;
use crate::types::str_::Str;
use crate::value::Value;
use std::ptr::from_ref;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Layout of a set and of a frozenset.
#[repr(C)]
pub struct Set {
    header: Header,
    /// SetTable, or EMPTY
    pub table: Slot,
    /// number of items
    pub used: AtomicU64,
    /// of a frozenset: its hash as raw bits, 0 until it was asked for; of a set: where the last pop found something
    pub(crate) hash_cache: AtomicU64,
}
/// Words after the header that are saved when it is opened.
pub const WORDS: usize = 3;
// SAFETY: repr(C), header first, only objects of this kind (and of FrozenSet) have it.
unsafe impl Layout for Set {
    const KIND: Kind = Kind::Set;
}
/// A set or frozenset (or an instance of a subclass), if it is one.
#[inline(always)]
pub fn as_set(v: Value) -> Option<Gc<Set>> {
    if v.is_kind(Kind::Set) || v.is_kind(Kind::FrozenSet) {
        Some(of(v))
    } else {
        None
    }
}
/// The set or frozenset that the value is known to be.
#[inline(always)]
pub(crate) fn of(v: Value) -> Gc<Set> {
    debug_assert!(v.is_kind(Kind::Set) || v.is_kind(Kind::FrozenSet));
    // SAFETY: both kinds have this layout.
    unsafe { Gc::from_addr(v.0) }
}

/// Layout of a table; mask + 1 entries follow.
#[repr(C)]
pub struct SetTable {
    header: Header,
    mask: u64,
    /// entries in use, removed ones included
    fill: AtomicU64,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for SetTable {
    const KIND: Kind = Kind::SetTable;
}
/// An entry.
#[repr(C)]
struct Entry {
    hash: AtomicU64,
    key: Slot,
}
impl Entry {
    /// The key, if there is one.
    #[inline(always)]
    fn live(&self) -> Option<Value> {
        let k = self.key.get();
        if k.is_empty() || k == Value::DELETED { None } else { Some(k) }
    }
}
impl Gc<SetTable> {
    #[inline(always)]
    fn entries(self) -> &'static [Entry] {
        // SAFETY: mask + 1 entries follow the layout.
        unsafe { std::slice::from_raw_parts(self.as_ptr().add(1).cast(), self.mask as usize + 1) }
    }
    fn fill(self) -> usize {
        self.fill.load(Relaxed) as usize
    }
    /// The entry that a key gets which is not there; there is room.
    #[inline]
    fn free_entry(self, hash: u64) -> &'static Entry {
        let entries = self.entries();
        let mut p = Probe::start(hash, self.mask);
        while !entries[p.at].key.get().is_empty() {
            p.next(self.mask);
        }
        &entries[p.at]
    }
    /// A key with this hash will be looked for soon.
    #[inline(always)]
    fn expect(self, hash: u64) {
        vasuki_gc::prefetch(from_ref(&self.entries()[(hash & self.mask) as usize]) as usize);
    }
    /// Adds a key that is not there; there is room.
    fn place(self, hash: u64, key: Value) {
        self.fill_entry(self.free_entry(hash), hash, key);
    }
    #[inline]
    fn fill_entry(self, e: &Entry, hash: u64, key: Value) {
        e.hash.store(hash, Relaxed);
        e.key.set_raw(key);
        self.fill.store(self.fill.load(Relaxed) + 1, Relaxed);
    }
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut impl FnMut(Value)) {
        self.trace_places(0..self.places(), f);
    }
    /// As `trace`, for some of the entries.
    pub(crate) fn trace_places(self, places: std::ops::Range<usize>, f: &mut impl FnMut(Value)) {
        crate::trace::objects(self.entries()[places].iter().map(|e| e.key.get()), f);
    }
    /// How many entries there are, free ones too.
    pub(crate) fn places(self) -> usize {
        self.entries().len()
    }
}
fn new_table(th: &mut Thread, size: usize) -> R<Gc<SetTable>> {
    debug_assert!(size.is_power_of_two());
    let bytes = std::mem::size_of::<SetTable>() + size.saturating_mul(std::mem::size_of::<Entry>());
    if size > 1 << 40 || (bytes > 1 << 16 && !crate::memory::room_for(th, bytes)) {
        return Err(th.memory_error());
    }
    let p = th.alloc_raw(Kind::SetTable, 0, bytes, Space::Plain);
    // SAFETY: fresh zeroed memory of that size.
    unsafe {
        let t = p.as_ptr().cast::<SetTable>();
        (*t).mask = size as u64 - 1;
        Ok(Gc::from_addr(t as u64))
    }
}

/// Neighbours that are tried before the next jump, where the table reaches that far.
const NEAR: u64 = 9;
/// So many keys ahead a key's place in the table is expected.
const AHEAD: usize = 32;
#[derive(Clone, Copy)]
struct Probe {
    at: usize,
    left: u64,
    base: u64,
    perturb: u64,
}
impl Probe {
    #[inline(always)]
    fn start(hash: u64, mask: u64) -> Probe {
        Probe::group(hash & mask, hash, mask)
    }
    #[inline(always)]
    fn group(base: u64, perturb: u64, mask: u64) -> Probe {
        Probe {
            at: base as usize,
            left: if base + NEAR <= mask { NEAR } else { 0 },
            base,
            perturb,
        }
    }
    #[inline(always)]
    fn next(&mut self, mask: u64) {
        if self.left > 0 {
            self.left -= 1;
            self.at += 1;
            return;
        }
        let perturb = self.perturb >> 5;
        *self = Probe::group(
            self.base.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb) & mask,
            perturb,
            mask,
        );
    }
}
/// A table and a place in it.
type Place = (Gc<SetTable>, usize);
#[derive(Clone, Copy)]
enum Step {
    Hit(usize),
    Missing,
    /// an entry with the same hash: only `==` can tell; go on behind it if it is not the one
    Maybe(usize, Value, Probe),
}
/// Are they equal without asking Python code? None: ask.
#[inline(always)]
fn same_key(a: Value, b: Value) -> Option<bool> {
    if a == b {
        return Some(true);
    }
    if Value::both_small(a, b) {
        return Some(false);
    }
    let str_class = ctx().types.str;
    if let (Some(x), Some(y)) = (a.cast::<Str>(), b.cast::<Str>())
        && class_of(a) == str_class
        && class_of(b) == str_class
    {
        return Some(x.same(y));
    }
    None
}
/// Looks for a key, as `probe`, but compares tuples too: the table, and how the search ended. Safe on torn state.
fn look(s: Gc<Set>, hash: u64, key: Value) -> (Value, Step) {
    let t = s.table.get();
    let mut step = probe(t, hash, key, None);
    while let Step::Maybe(i, stored, next) = step {
        step = match same_as_told(stored, key) {
            Some(true) => Step::Hit(i),
            Some(false) => probe(t, hash, key, Some(next)),
            None => break,
        }
    }
    (t, step)
}
/// What a search has found, as a word. None: only Python code can tell.
fn answer(step: Step) -> Option<u64> {
    match step {
        Step::Hit(_) => Some(1),
        Step::Missing => Some(0),
        Step::Maybe(..) => None,
    }
}
/// Is the answer, with hash and key before it, still the same?
fn is_same(h: &Header, words: &[u64; 3]) -> bool {
    // SAFETY: the header of a set; answers are logged for those only.
    let s: Gc<Set> = unsafe { Gc::from_addr(from_ref(h) as u64) };
    answer(look(s, words[0], Value(words[1])).1) == Some(words[2])
}
/// Adds the items that were put off.
fn add_all(th: &mut Thread, set: Obj, items: &[u64]) -> R<()> {
    let s = of(set.value());
    th.write(s.header(), WORDS)?;
    let mut new = 0;
    for some in items.chunks(2 * AHEAD) {
        if let Some(t) = s.the_table() {
            some.chunks_exact(2).for_each(|item| t.expect(item[1]));
        }
        for item in some.chunks_exact(2) {
            let (v, hash) = (Value(item[0]), item[1]);
            match look(s, hash, v).1 {
                Step::Hit(_) => {}
                Step::Missing => {
                    s.insert_put_off(th, v, hash)?;
                    new += 1;
                }
                Step::Maybe(..) => return Err(th.cannot_settle(set)),
            }
        }
    }
    Thread::count_new(s.header(), items.len() / 2, new);
    Ok(())
}
/// Looks for a key from a probe on. Safe on torn state.
#[inline(always)]
fn probe(table: Value, hash: u64, key: Value, from: Option<Probe>) -> Step {
    let Some(t) = table.cast::<SetTable>() else { return Step::Missing };
    let (entries, mask) = (t.entries(), t.mask);
    let mut p = from.unwrap_or(Probe::start(hash, mask));
    // A racing writer can leave no free place in sight: give up in the end.
    for _ in 0..=entries.len() * 4 + 64 {
        let e = &entries[p.at];
        let k = e.key.get();
        if k.is_empty() {
            return Step::Missing;
        }
        if k == key {
            return Step::Hit(p.at);
        }
        if k != Value::DELETED && e.hash.load(Relaxed) == hash {
            match same_key(k, key) {
                Some(true) => return Step::Hit(p.at),
                Some(false) => {}
                None => {
                    let mut next = p;
                    next.next(mask);
                    return Step::Maybe(p.at, k, next);
                }
            }
        }
        p.next(mask);
    }
    Step::Missing
}

impl Gc<Set> {
    #[inline(always)]
    fn the_table(self) -> Option<Gc<SetTable>> {
        self.table.get().cast()
    }
    /// Where a key is.
    #[inline]
    fn find(self, th: &mut Thread, hash: u64, key: Value) -> R<Option<Place>> {
        let h = self.header();
        if th.pending(h, hash).is_some() {
            th.settle(h)?;
        } else if th.is_hot(h)
            && let Some(found) = self.find_among_others(th, hash, key)?
        {
            return Ok(found);
        }
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
                        // Python code may have run: is everything as it was?
                        let same = th.read(h, || {
                            self.table.get() == table
                                && table
                                    .cast::<SetTable>()
                                    .and_then(|t| t.entries().get(i))
                                    .is_some_and(|e| e.key.get() == stored)
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
    /// Where a key is, in a hot set for which nothing is put off for it; other keys do not matter. None: it takes a read of the
    /// whole set.
    #[inline]
    fn find_among_others(self, th: &mut Thread, hash: u64, key: Value) -> R<Option<Option<Place>>> {
        let log = |found: &(Value, Step)| Some([hash, key.0, answer(found.1)?]);
        let (table, step) = th.read_part(self.header(), || look(self, hash, key), is_same, log)?;
        match step {
            Step::Hit(i) => Ok(Some(Some((table.as_gc(), i)))),
            Step::Missing => Ok(Some(None)),
            Step::Maybe(..) => {
                // The whole set has been read.
                th.settle(self.header())?;
                Ok(None)
            }
        }
    }
    /// Is it in it, as far as its first place in the table tells?
    #[inline(always)]
    fn at_first_place(self, v: Value, hash: i64) -> Option<bool> {
        let Some(t) = self.the_table() else { return Some(false) };
        let k = t.entries()[(hash as u64 & t.mask) as usize].key.get();
        if k == v {
            Some(true)
        } else if k.is_empty() {
            Some(false)
        } else {
            None
        }
    }
    /// Is an item with a known hash in it?
    #[inline]
    pub fn contains_hash(self, th: &mut Thread, v: Value, hash: i64) -> R<bool> {
        // A frozenset never changes.
        if let Some(found) = self.at_first_place(v, hash)
            && (self.obj().kind() == Kind::FrozenSet || th.tx.vouches_for(self.header()))
        {
            return Ok(found);
        }
        if th.is_hot(self.header()) {
            if self.is_put_off(th, v, hash as u64)? {
                return Ok(true);
            }
            if let Some(found) = self.find_among_others(th, hash as u64, v)? {
                return Ok(found.is_some());
            }
        }
        Ok(self.find(th, hash as u64, v)?.is_some())
    }
    /// Is it in it?
    #[inline]
    pub fn contains(self, th: &mut Thread, v: Value) -> R<bool> {
        let hash = hash_item(th, v)?;
        self.contains_hash(th, v, hash)
    }
    /// Number of items.
    #[inline]
    pub fn len(self, th: &mut Thread) -> R<usize> {
        th.read(self.header(), || self.used.load(Relaxed) as usize)
    }
    /// Bytes of the table beyond the smallest one.
    pub(crate) fn table_bytes(self, th: &mut Thread) -> R<usize> {
        let size = th.read(self.header(), || self.the_table().map_or(0, |t| t.mask as usize + 1))?;
        Ok(if size > 8 { size * std::mem::size_of::<Entry>() } else { 0 })
    }
    /// Adds an item; was it missing?
    #[inline]
    pub fn add(self, th: &mut Thread, v: Value) -> R<bool> {
        let hash = hash_item(th, v)?;
        self.add_hash(th, v, hash)
    }
    /// Adds an item with a known hash; was it missing?
    #[inline]
    pub fn add_hash(self, th: &mut Thread, v: Value, hash: i64) -> R<bool> {
        if (!th.tx.concurrent || th.tx.writable(self.header()))
            && let Some(found) = self.at_first_place(v, hash)
        {
            if !found {
                self.insert(th, v, hash as u64)?;
            }
            return Ok(!found);
        }
        if self.find(th, hash as u64, v)?.is_some() {
            return Ok(false);
        }
        if th.tx.concurrent && !th.tx.writable(self.header()) {
            // Somebody may have changed it before it became ours.
            th.write(self.header(), WORDS)?;
            if self.find(th, hash as u64, v)?.is_some() {
                return Ok(false);
            }
        }
        self.insert(th, v, hash as u64)?;
        Ok(true)
    }
    /// Adds an item, at the end of the transaction if others are met here.
    #[inline]
    pub fn put(self, th: &mut Thread, v: Value) -> R<()> {
        let hash = hash_item(th, v)?;
        let h = self.header();
        if th.may_defer(h) {
            let blind = Thread::expects_new(h) && !th.is_looked_up(h);
            if !blind && self.is_put_off(th, v, hash as u64)? {
                return Ok(());
            }
            // What the table tells without being read is a guess; what is put off looks again.
            if (blind || th.may_defer(h) && matches!(look(self, hash as u64, v).1, Step::Missing))
                && th.defer_for_key(self.obj(), add_all, &[v.0, hash as u64])?
            {
                return Ok(());
            }
        }
        self.add_hash(th, v, hash)?;
        Ok(())
    }
    /// Has the transaction put off to add an item? If only Python code can tell, nothing is put off any more.
    fn is_put_off(self, th: &mut Thread, v: Value, hash: u64) -> R<bool> {
        let Some(words) = th.pending(self.header(), hash) else {
            return Ok(false);
        };
        let same = same_as_told(Value(words[0]), v) == Some(true);
        if !same {
            th.settle(self.header())?;
        }
        Ok(same)
    }
    fn insert(self, th: &mut Thread, v: Value, hash: u64) -> R<()> {
        th.write(self.header(), WORDS)?;
        let t = match self.the_table() {
            Some(t) => t,
            None => self.rebuild(th, 8)?,
        };
        let e = t.free_entry(hash);
        if th.needs_log(self.header()) && !th.tx.writable(t.header()) {
            for w in [&e.hash, &e.key.0, &t.fill] {
                // SAFETY: the table belongs to this set, which is open, and is collected only when nothing refers to it.
                unsafe { th.tx.log_slot(w, is_shared(self.header())) };
            }
        }
        self.fill_entry(th, t, e, v, hash)
    }
    /// As `insert`, of what was put off. The set is open.
    fn insert_put_off(self, th: &mut Thread, v: Value, hash: u64) -> R<()> {
        let Some(t) = self.the_table() else {
            return self.insert(th, v, hash);
        };
        let e = t.free_entry(hash);
        if !th.tx.writable(t.header()) {
            // Without a key an entry is none, whatever its hash. That others may see the new one is not up to the log.
            // SAFETY: as in `insert`.
            unsafe {
                th.tx.log_slot(&t.fill, is_shared(self.header()));
                th.tx.log_slots([&e.key.0].into_iter(), false);
            }
        }
        self.fill_entry(th, t, e, v, hash)
    }
    fn fill_entry(self, th: &mut Thread, t: Gc<SetTable>, e: &Entry, v: Value, hash: u64) -> R<()> {
        t.fill_entry(e, hash, v);
        let used = self.used.load(Relaxed) + 1;
        self.used.store(used, Relaxed);
        if t.fill() * 5 >= t.mask as usize * 3 {
            self.resize(th, if used > 50_000 { used as usize * 2 } else { used as usize * 4 })?;
        }
        Ok(())
    }
    /// A table that this transaction may insert into; the set has been opened.
    #[inline]
    fn private_table(self, th: &mut Thread) -> R<Gc<SetTable>> {
        match self.the_table() {
            Some(t) if !th.needs_log(self.header()) || th.tx.writable(t.header()) => Ok(t),
            Some(t) => self.rebuild(th, t.mask as usize + 1),
            None => self.rebuild(th, 8),
        }
    }
    /// Moves the items to a table with room for more than `min` items.
    fn resize(self, th: &mut Thread, min: usize) -> R<Gc<SetTable>> {
        let mut size = 8usize;
        while size <= min {
            size <<= 1;
        }
        self.rebuild(th, size)
    }
    fn rebuild(self, th: &mut Thread, size: usize) -> R<Gc<SetTable>> {
        let new = new_table(th, size)?;
        if let Some(t) = self.the_table() {
            let entries = t.entries();
            for (i, e) in entries.iter().enumerate() {
                if let Some(soon) = entries.get(i + AHEAD) {
                    new.expect(soon.hash.load(Relaxed));
                }
                if let Some(k) = e.live() {
                    new.place(e.hash.load(Relaxed), k);
                }
            }
        }
        self.table.set_raw(new.value());
        Ok(new)
    }
    fn delete(self, th: &mut Thread, t: Gc<SetTable>, i: usize) {
        th.store(self.header(), &t.entries()[i].key, Value::DELETED);
        self.used.store(self.used.load(Relaxed) - 1, Relaxed);
    }
    /// Removes an item; was it there?
    pub fn remove(self, th: &mut Thread, v: Value) -> R<bool> {
        let hash = hash_item(th, v)?;
        self.remove_hash(th, v, hash)
    }
    /// Removes an item with a known hash; was it there?
    pub fn remove_hash(self, th: &mut Thread, v: Value, hash: i64) -> R<bool> {
        let Some(mut found) = self.find(th, hash as u64, v)? else {
            return Ok(false);
        };
        if th.tx.concurrent && !th.tx.writable(self.header()) {
            th.write(self.header(), WORDS)?;
            match self.find(th, hash as u64, v)? {
                Some(again) => found = again,
                None => return Ok(false),
            }
        }
        th.write(self.header(), WORDS)?;
        self.delete(th, found.0, found.1);
        Ok(true)
    }
    /// Removes some item.
    pub fn pop(self, th: &mut Thread) -> R<Option<Value>> {
        if self.len(th)? == 0 {
            return Ok(None);
        }
        th.write(self.header(), WORDS)?;
        let Some(t) = self.the_table() else { return Ok(None) };
        // Entries before the place of the last pop are all gone: begin there, so that emptying a set is not quadratic.
        let entries = t.entries();
        let start = self.hash_cache.load(Relaxed) as usize & t.mask as usize;
        for i in (start..entries.len()).chain(0..start) {
            if let Some(k) = entries[i].live() {
                self.hash_cache.store(i as u64 + 1, Relaxed);
                self.delete(th, t, i);
                return Ok(Some(k));
            }
        }
        Ok(None)
    }
    /// Removes everything.
    pub fn clear(self, th: &mut Thread) -> R<()> {
        th.write(self.header(), WORDS)?;
        self.table.set_raw(Value::EMPTY);
        self.used.store(0, Relaxed);
        Ok(())
    }
    /// The next item from place `pos` on, with its hash.
    #[inline]
    pub fn next_hashed(self, th: &mut Thread, pos: &mut usize) -> R<Option<(Value, i64)>> {
        let from = *pos;
        if !th.tx.concurrent {
            let Some(t) = self.the_table() else { return Ok(None) };
            let entries = t.entries();
            let mut i = from;
            while i < entries.len() {
                if let Some(k) = entries[i].live() {
                    *pos = i + 1;
                    return Ok(Some((k, entries[i].hash.load(Relaxed) as i64)));
                }
                i += 1;
            }
            return Ok(None);
        }
        let found = th.read(self.header(), || {
            let entries = self.the_table()?.entries();
            (from..entries.len()).find_map(|i| entries[i].live().map(|k| (i, k, entries[i].hash.load(Relaxed))))
        })?;
        Ok(found.map(|(i, k, hash)| {
            *pos = i + 1;
            (k, hash as i64)
        }))
    }
    /// The next item from place `pos` on.
    #[inline]
    pub fn next_entry(self, th: &mut Thread, pos: &mut usize) -> R<Option<Value>> {
        Ok(self.next_hashed(th, pos)?.map(|(k, _)| k))
    }
    /// All items.
    pub fn snapshot(self, th: &mut Thread) -> R<ValueVec> {
        let n = self.len(th)?;
        let mut out = ValueVec::with_capacity(th, n)?;
        let mut pos = 0;
        while let Some(k) = self.next_entry(th, &mut pos)? {
            out.push(th, k)?;
        }
        Ok(out)
    }
    /// A new set or frozenset of `class` with the same items.
    pub fn copy_as(self, th: &mut Thread, class: Gc<Class>) -> R<Gc<Set>> {
        let new = new_of(th, class);
        new.merge(th, self)?;
        Ok(new)
    }
    /// A plain set with the same items.
    pub fn copy(self, th: &mut Thread) -> R<Gc<Set>> {
        self.copy_as(th, ctx().types.set)
    }
    /// Adds all items of another set; calls no Python code when this one is empty.
    pub fn merge(self, th: &mut Thread, other: Gc<Set>) -> R<()> {
        let n = other.len(th)?;
        if self == other || n == 0 {
            return Ok(());
        }
        th.write(self.header(), WORDS)?;
        let (fill, mask) = self.the_table().map_or((0, 7), |t| (t.fill(), t.mask as usize));
        let used = self.used.load(Relaxed) as usize;
        if (fill + n) * 5 >= mask * 3 {
            self.resize(th, (used + n) * 2)?;
        }
        let mut pos = 0;
        let t = self.private_table(th)?;
        if t.fill() == 0 {
            // Same size: same places.
            let same = th.read(other.header(), || {
                other.the_table().is_some_and(|o| o.mask == t.mask && o.fill() == n)
            })?;
            while let Some((k, hash)) = other.next_hashed(th, &mut pos)? {
                if same {
                    let e = &t.entries()[pos - 1];
                    e.hash.store(hash as u64, Relaxed);
                    e.key.set_raw(k);
                } else {
                    t.place(hash as u64, k);
                }
            }
            t.fill.store(n as u64, Relaxed);
            self.used.store(n as u64, Relaxed);
            return Ok(());
        }
        while let Some((k, hash)) = other.next_hashed(th, &mut pos)? {
            self.add_hash(th, k, hash)?;
        }
        Ok(())
    }
    /// Adds all items of an iterable.
    pub fn update(self, th: &mut Thread, iterable: Value) -> R<()> {
        if let Some(other) = as_set(iterable) {
            return self.merge(th, other);
        }
        if class_of(iterable) == ctx().types.dict {
            let d = iterable.as_gc::<Dict>();
            let n = d.len(th)?;
            let mut pos = 0;
            while let Some((i, hash, k, _)) = d.next_hashed(th, pos)? {
                pos = i + 1;
                self.add_hash(th, k, hash as i64)?;
                if d.len(th)? != n {
                    return Err(th.runtime_error("dictionary changed size during iteration"));
                }
            }
            return Ok(());
        }
        let it = th.iter(iterable)?;
        while let Some(v) = th.next(it)? {
            self.add(th, v)?;
        }
        Ok(())
    }
    /// Takes the items of `other`, a set that nobody else has.
    pub(crate) fn replace_with(self, th: &mut Thread, other: Gc<Set>) -> R<()> {
        th.write(self.header(), WORDS)?;
        self.table.set_raw(other.table.get());
        self.used.store(other.used.load(Relaxed), Relaxed);
        Ok(())
    }
    /// The hash that a frozenset of these items has.
    pub fn frozen_hash(self, th: &mut Thread) -> R<i64> {
        let mut h = 0u64;
        let mut pos = 0;
        let mut n = 0u64;
        while let Some((_, hash)) = self.next_hashed(th, &mut pos)? {
            h ^= shuffle(hash as u64);
            n += 1;
        }
        h ^= (n + 1).wrapping_mul(1_927_868_237);
        h ^= (h >> 11) ^ (h >> 25);
        h = h.wrapping_mul(69069).wrapping_add(907_133_923);
        Ok(if h == u64::MAX { 590_923_713 } else { h as i64 })
    }
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        f(self.table.get());
    }
}
fn shuffle(h: u64) -> u64 {
    ((h ^ 89_869_747) ^ (h << 16)).wrapping_mul(3_644_798_167)
}
/// Hash of an item of a set.
#[inline(always)]
pub fn hash_item(th: &mut Thread, v: Value) -> R<i64> {
    if v.is_small() {
        return Ok(crate::hash::int(v.as_small()));
    }
    if let Some(s) = v.cast::<Str>()
        && class_of(v) == ctx().types.str
    {
        return Ok(s.hash());
    }
    hash_slow(th, v)
}
#[inline(never)]
fn hash_slow(th: &mut Thread, v: Value) -> R<i64> {
    let type_error = ctx().types.TypeError;
    let e = match th.catch(type_error, |th| th.hash(v))? {
        Ok(h) => return Ok(h),
        Err(e) => e,
    };
    if class_of(e) != type_error {
        return Err(crate::throw::Throw::exception(e));
    }
    let name = th.full_name(class_of(v))?;
    let text = format!("cannot use '{name}' as a set element ({})", th.str(e)?.to_string_lossy());
    Err(th.type_error(&text))
}

/// A new, empty set or frozenset of a class.
pub fn new_of(th: &mut Thread, class: Gc<Class>) -> Gc<Set> {
    let size = std::mem::size_of::<Set>() + class.attr_bytes();
    let p = th.alloc_raw(class.instance_kind(), class.root_shape(), size, Space::Plain);
    // SAFETY: fresh zeroed memory of that size; all-zero is an empty Set.
    unsafe { Gc::from_addr(p.as_ptr() as u64) }
}
impl Thread {
    /// A new, empty set.
    #[inline]
    pub fn new_set(&mut self) -> Value {
        new_of(self, ctx().types.set).value()
    }
}
