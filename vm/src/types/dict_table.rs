//! The table of a dict: an open-addressing index of entry numbers, and the entries in insertion order.
//!
//! `mask` and `cap` never change, so a racing reader stays within bounds. A deleted entry has key DELETED and no value.
//! The index only grows: `spent` counts its places in use and stays at most `cap`, so there is always a free place.
//! An index place can point to an entry that has been deleted and used again: then it only costs a comparison. So what
//! must be undone of a change are words of entries, `fill` and `first`, but neither the index nor `spent`.
//!
//! Cells may follow the entries: one for each, with its value and a card that guards it (see `cards`). The values of a table that
//! several threads change so stand apart from what all of them only read.
//!
//! Entries before `first` are free or deleted; a table that was made for `move_to_front` begins with free ones.

use crate::context::ctx;
use crate::object::{Gc, Header, Kind, Layout, Slot, Space};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::cards;
use crate::types::class::class_of;
use crate::types::str_::Str;
use crate::value::Value;
use std::ptr::from_ref;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// Layout of a table; the index (u32) and the entries follow.
#[repr(C)]
pub struct DictTable {
    header: Header,
    mask: u64,
    cap: u64,
    /// number of the entry behind the last one in use
    pub(super) fill: AtomicU64,
    /// number of the first entry that is not deleted; `fill` if there is none
    pub(super) first: AtomicU64,
    /// index places in use
    spent: AtomicU64,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for DictTable {
    const KIND: Kind = Kind::DictTable;
}
/// Entries that move to another table: so far ahead the place of one is expected.
const AHEAD: usize = 16;
/// Steps of a short search.
const NEAR: usize = 8;
/// An entry.
#[repr(C)]
pub(super) struct Entry {
    pub(super) hash: AtomicU64,
    pub(super) key: Slot,
    /// if the table has no cells
    value: Slot,
}
/// Of an entry that is in use: its number, hash, key and value.
pub(super) type Stored = (usize, u64, Value, Value);
/// The value of an entry, and its card.
#[repr(C)]
pub(super) struct Cell {
    pub(super) card: Header,
    pub(super) value: Slot,
}
/// A cache line.
const LINE: usize = 64;
/// Index places of a table with cells for each one that another table has: what threads share is looked into all the time, and seldom
/// twice for one search then.
const SPARSE: usize = 2;
/// Tables with more entries have several cells in a cache line: threads seldom use neighbours at the same time there.
const LARGE: u64 = 1 << 13;

impl Gc<DictTable> {
    #[inline(always)]
    pub(super) fn index(self) -> &'static [AtomicU32] {
        // SAFETY: mask + 1 index words follow the layout.
        unsafe { std::slice::from_raw_parts(self.as_ptr().add(1).cast(), self.mask as usize + 1) }
    }
    /// All entries, used or not.
    #[inline(always)]
    pub(super) fn entries(self) -> &'static [Entry] {
        // SAFETY: behind the index (an even number of words) are `cap` entries.
        unsafe {
            let first = self.as_ptr().add(1).cast::<AtomicU32>().add(self.mask as usize + 1);
            std::slice::from_raw_parts(first.cast(), self.cap as usize)
        }
    }
    /// Has it cells, with a card each?
    #[inline(always)]
    pub(super) fn has_cards(self) -> bool {
        cards::are_behind(self.header())
    }
    /// The cell of entry `i` of a table that has cells.
    #[inline(always)]
    pub(super) fn cell(self, i: usize) -> &'static Cell {
        let entries = self.entries();
        assert!(i < entries.len());
        debug_assert!(self.has_cards());
        let first = (entries.as_ptr_range().end as usize).next_multiple_of(LINE);
        // SAFETY: behind the entries of such a table is a cell for each.
        unsafe { &*((first + i * distance(self.cap)) as *const Cell) }
    }
    /// Its cells, if it has any.
    pub(super) fn cells(self) -> impl Iterator<Item = &'static Cell> {
        let n = if self.has_cards() { self.cap as usize } else { 0 };
        (0..n).map(move |i| self.cell(i))
    }
    /// The slot of the value of entry `i`.
    #[inline(always)]
    pub(super) fn value_of(self, i: usize) -> &'static Slot {
        self.value_in(i, &self.entries()[i], self.has_cards())
    }
    /// The value of entry `i` of a table that has no cells, if there is one.
    #[inline(always)]
    pub(super) fn value_in_entry(self, i: usize) -> Option<Value> {
        debug_assert!(!self.has_cards());
        let entries = self.entries();
        let v = if i < entries.len() { entries[i].value.get() } else { Value::EMPTY };
        if v.is_empty() { None } else { Some(v) }
    }
    /// The slots of the key and the value of entry `i`.
    #[inline(always)]
    pub(super) fn slots_of(self, i: usize) -> (&'static Slot, &'static Slot) {
        let e = &self.entries()[i];
        (&e.key, self.value_in(i, e, self.has_cards()))
    }
    /// As `value_of`; the entry is `e`. That its value is in a cell is the rare case, and costs the other one nothing.
    #[inline(always)]
    fn value_in(self, i: usize, e: &'static Entry, has_cells: bool) -> &'static Slot {
        if has_cells { self.value_in_cell(i) } else { &e.value }
    }
    #[cold]
    #[inline(never)]
    fn value_in_cell(self, i: usize) -> &'static Slot {
        &self.cell(i).value
    }
    /// The value of entry `i`, if there is one.
    #[inline(always)]
    pub(super) fn get_value(self, i: usize) -> Option<Value> {
        let v = if i < self.cap as usize {
            self.value_of(i).get()
        } else {
            return None;
        };
        if v.is_empty() { None } else { Some(v) }
    }
    /// Entry `i`, if it is in use.
    #[inline(always)]
    fn item(self, i: usize, e: &'static Entry, has_cells: bool) -> Option<Stored> {
        let (k, v) = (e.key.get(), self.value_in(i, e, has_cells).get());
        if k == Value::DELETED || k.is_empty() || v.is_empty() {
            None
        } else {
            Some((i, e.hash.load(Relaxed), k, v))
        }
    }
    /// The first entry from `from` on that is in use.
    #[inline(always)]
    pub(super) fn next_from(self, from: usize) -> Option<Stored> {
        let (entries, has_cells) = (&self.entries()[..self.fill()], self.has_cards());
        let mut i = from;
        while let Some(e) = entries.get(i) {
            let found = self.item(i, e, has_cells);
            if found.is_some() {
                return found;
            }
            i += 1;
        }
        None
    }
    /// The last of the entries `from..to` that is in use.
    #[inline(always)]
    pub(super) fn last_of(self, from: usize, to: usize) -> Option<Stored> {
        let (entries, has_cells) = (&self.entries()[..self.fill()], self.has_cards());
        (from..to.min(entries.len()))
            .rev()
            .find_map(|i| self.item(i, &entries[i], has_cells))
    }
    /// Entry `i` takes a key and its value in.
    #[inline(always)]
    pub(super) fn set(self, i: usize, hash: u64, key: Value, value: Value) {
        let e = &self.entries()[i];
        let slot = self.value_in(i, e, self.has_cards());
        e.hash.store(hash, Relaxed);
        e.key.set_raw(key);
        slot.set_raw(value);
    }
    /// The value of a key, EMPTY if there is none, as far as the first two places for its hash tell without a comparison; the table
    /// has no cells. Safe on torn state.
    #[inline(always)]
    pub(super) fn value_nearby(self, hash: u64, key: Value) -> Option<Value> {
        let mut p = Probe::start(hash, self.mask);
        for _ in 0..2 {
            // SAFETY: the mask keeps the place within the index.
            let i = unsafe { self.index().get_unchecked(p.at) }.load(Relaxed) as usize;
            if i == 0 {
                return Some(Value::EMPTY);
            }
            let e = self.entries().get(i - 1)?;
            if e.key.get() == key {
                return Some(e.value.get());
            }
            if e.hash.load(Relaxed) == hash {
                return None;
            }
            p.next(self.mask);
        }
        None
    }
    /// The number of the entry of this very key, if it is at one of the first two places for its hash. Safe on torn state.
    #[inline(always)]
    pub(super) fn nearest(self, hash: u64, key: Value) -> Option<usize> {
        let mut p = Probe::start(hash, self.mask);
        for _ in 0..2 {
            let (i, e) = self.at(p)?;
            if e.key.get() == key {
                return Some(i);
            }
            p.next(self.mask);
        }
        None
    }
    /// The number of the entry of a key, if the search for it is short and needs no Python code. Safe on torn state.
    #[inline(always)]
    pub(super) fn near(self, hash: u64, key: Value) -> Option<usize> {
        let mut p = Probe::start(hash, self.mask);
        for _ in 0..NEAR {
            let (i, e) = self.at(p)?;
            if e.key.get() == key {
                return Some(i);
            }
            if e.hash.load(Relaxed) == hash {
                return self.near_from(p, hash, key);
            }
            p.next(self.mask);
        }
        None
    }
    /// As `near`, from a place on where an entry has the right hash.
    #[inline(never)]
    fn near_from(self, mut p: Probe, hash: u64, key: Value) -> Option<usize> {
        for _ in 0..NEAR {
            let (i, e) = self.at(p)?;
            let k = e.key.get();
            if k == key || e.hash.load(Relaxed) == hash && !k.is_empty() && same_key(k, key) == Some(true) {
                return Some(i);
            }
            p.next(self.mask);
        }
        None
    }
    /// The entry that a place of the index leads to, and its number.
    #[inline(always)]
    fn at(self, p: Probe) -> Option<(usize, &'static Entry)> {
        // SAFETY: the mask keeps the place within the index.
        let i = unsafe { self.index().get_unchecked(p.at) }.load(Relaxed) as usize;
        Some((i.wrapping_sub(1), self.entries().get(i.wrapping_sub(1))?))
    }
    /// Number of the first entry that is in use.
    #[inline(always)]
    pub(super) fn first(self) -> usize {
        self.first.load(Relaxed) as usize
    }
    /// Places of the index in use: grows whenever a key comes in or moves.
    #[inline(always)]
    pub(super) fn spent(self) -> u64 {
        self.spent.load(Relaxed)
    }
    /// Number of the entry behind the last one in use.
    #[inline(always)]
    pub(super) fn fill(self) -> usize {
        (self.fill.load(Relaxed) as usize).min(self.cap as usize)
    }
    /// How many more index places may be used.
    pub(super) fn room(self) -> usize {
        self.cap.saturating_sub(self.spent()) as usize
    }
    /// The place where the search for a hash begins.
    #[inline(always)]
    pub(super) fn start(self, hash: u64) -> Probe {
        Probe::start(hash, self.mask)
    }
    /// A key with this hash will come in soon.
    #[inline(always)]
    fn expect(self, hash: u64) {
        vasuki_gc::prefetch(from_ref(&self.index()[self.start(hash).at]) as usize);
    }
    /// The place that comes next in a search.
    #[inline(always)]
    pub(super) fn after(self, mut p: Probe) -> Probe {
        p.next(self.mask);
        p
    }
    /// Entries were appended up to `fill`, each with an index place of its own.
    pub(super) fn appended(self, fill: usize) {
        let more = fill - self.fill();
        self.fill.store(fill as u64, Relaxed);
        self.spent.store(self.spent() + more as u64, Relaxed);
    }
    /// Can an entry be appended?
    #[inline(always)]
    pub(super) fn has_room(self) -> bool {
        self.spent.load(Relaxed) < self.cap
    }
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut impl FnMut(Value)) {
        self.trace_places(0..self.places(), f);
    }
    /// As `trace`, for some of the entries.
    pub(crate) fn trace_places(self, places: std::ops::Range<usize>, f: &mut impl FnMut(Value)) {
        let entries = &self.entries()[places.clone()];
        if self.has_cards() {
            crate::trace::objects(places.map(|i| self.cell(i).value.get()), f);
        }
        for e in entries {
            crate::trace::objects([e.key.get(), e.value.get()].into_iter(), f);
        }
    }
    /// Entries that have been filled.
    pub(crate) fn places(self) -> usize {
        self.fill()
    }
    /// Appends an entry whose key is not there, at the free index place `at` where the search for it ended, if that is
    /// known. There is room, and nobody else writes.
    #[inline]
    pub(super) fn append(self, at: Option<usize>, hash: u64, key: Value, value: Value) {
        let i = self.fill();
        if i >= self.cap as usize {
            return;
        }
        self.set(i, hash, key, value);
        self.enter(at, hash, i);
        self.fill.store(i as u64 + 1, Relaxed);
    }
    /// Lets an index place point to entry `i`: the free place `at`, if it is known.
    #[inline]
    pub(super) fn enter(self, at: Option<usize>, hash: u64, i: usize) {
        let index = self.index();
        let at = match at {
            Some(at) if index[at].load(Relaxed) == 0 => at,
            _ => {
                let mut p = Probe::start(hash, self.mask);
                while index[p.at].load(Relaxed) != 0 {
                    p.next(self.mask);
                }
                p.at
            }
        };
        index[at].store(i as u32 + 1, Relaxed);
        self.spent.store(self.spent() + 1, Relaxed);
    }
    /// Leaves the first `n` entries of a new table free.
    pub(super) fn leave_free(self, n: usize) {
        self.fill.store(n as u64, Relaxed);
        self.first.store(n as u64, Relaxed);
        self.spent.store(n as u64, Relaxed);
    }
    /// Replaces everything by the entries of another table, as many as there is room for; how many. Nobody else sees
    /// this table yet; the other may be torn.
    pub(super) fn refill(self, from: Value) -> usize {
        let first = self.first();
        if self.fill() > first {
            self.index().iter().for_each(|i| i.store(0, Relaxed));
            self.leave_free(first);
        }
        if let Some(t) = from.cast::<DictTable>() {
            let (entries, has_cells) = (self.entries(), self.has_cards());
            let (olds, had_cells) = (&t.entries()[..t.fill()], t.has_cards());
            let mut n = first;
            for (i, old) in olds.iter().enumerate() {
                if let Some(soon) = olds.get(i + AHEAD) {
                    self.expect(soon.hash.load(Relaxed));
                }
                if let Some((_, hash, k, v)) = t.item(i, old, had_cells)
                    && let Some(e) = entries.get(n)
                    && self.has_room()
                {
                    e.hash.store(hash, Relaxed);
                    e.key.set_raw(k);
                    self.value_in(n, e, has_cells).set_raw(v);
                    self.enter(None, hash, n);
                    n += 1;
                }
            }
            self.fill.store(n as u64, Relaxed);
        }
        self.fill() - first
    }
}
/// Bytes from one cell to the next, in a table with room for `cap` entries.
#[inline(always)]
fn distance(cap: u64) -> usize {
    if cap > LARGE { LINE / 2 } else { LINE }
}
/// A new table with room for at least `room` entries.
pub(super) fn new_table(th: &mut Thread, room: usize) -> R<Gc<DictTable>> {
    new_with(th, room, 1, |_| 0)
}
/// As [`new_table`], with cells.
pub(super) fn new_table_with_cards(th: &mut Thread, room: usize) -> R<Gc<DictTable>> {
    let t = new_with(th, room, SPARSE, |cap| LINE + cap * distance(cap as u64))?;
    cards::announce(t.header());
    t.cells().for_each(|c| c.card.init_part());
    Ok(t)
}
/// `sparse`: how many times as many index places as needed (a power of two); `more`: bytes behind so many entries.
fn new_with(th: &mut Thread, room: usize, sparse: usize, more: impl Fn(usize) -> usize) -> R<Gc<DictTable>> {
    if room > u32::MAX as usize / 4 {
        return Err(th.memory_error());
    }
    let index = (room * 3 / 2 + 1).next_power_of_two().max(8);
    let cap = index * 2 / 3;
    let index = index * sparse;
    let size = std::mem::size_of::<DictTable>() + index * 4 + cap * size_of::<Entry>() + more(cap);
    if size > 1 << 16 && !crate::memory::room_for(th, size) {
        return Err(th.memory_error());
    }
    let p = th.alloc_raw(Kind::DictTable, 0, size, Space::Plain);
    // SAFETY: fresh zeroed memory of that size.
    unsafe {
        let t = p.as_ptr().cast::<DictTable>();
        (*t).mask = index as u64 - 1;
        (*t).cap = cap as u64;
        Ok(Gc::from_addr(t as u64))
    }
}

/// A place in the search for a hash.
#[derive(Clone, Copy)]
pub(super) struct Probe {
    pub(super) at: usize,
    perturb: u64,
}
impl Probe {
    #[inline(always)]
    fn start(hash: u64, mask: u64) -> Probe {
        Probe {
            at: (hash & mask) as usize,
            perturb: hash,
        }
    }
    #[inline(always)]
    fn next(&mut self, mask: u64) {
        self.perturb >>= 5;
        self.at = ((self.at as u64).wrapping_mul(5).wrapping_add(self.perturb).wrapping_add(1) & mask) as usize;
    }
}
/// How far a search has come.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// the entry of the key
    Hit(usize),
    /// it is not there: the free index place it would get (any number if there is no table)
    Missing(usize),
    /// entry and key with the same hash: only `==` can tell; go on from the place if it is not the one
    Maybe(usize, Value, Probe),
}
/// Are they equal, as far as can be told without Python code? None: ask.
#[inline(always)]
pub(super) fn same_key(a: Value, b: Value) -> Option<bool> {
    if Value::both_small(a, b) {
        return Some(a == b);
    }
    if let (Some(x), Some(y)) = (a.cast::<Str>(), b.cast::<Str>()) {
        let class = ctx().types.str;
        if class_of(a) == class && class_of(b) == class {
            return Some(x.same(y));
        }
    }
    None
}
/// Looks for a key, from a place on. Safe on torn state.
#[inline(always)]
pub(super) fn probe(table: Value, hash: u64, key: Value, from: Option<Probe>) -> Step {
    if table.is_empty() {
        return Step::Missing(0);
    }
    // The word holds a table or EMPTY.
    let t = table.as_gc::<DictTable>();
    let (index, entries, mask) = (t.index(), t.entries(), t.mask);
    let mut p = from.unwrap_or(Probe::start(hash, mask));
    // Racing writers can leave no free place in sight: then any answer will do, for the read is not valid.
    for _ in 0..=index.len() * 2 + 64 {
        let i = index[p.at].load(Relaxed) as usize;
        if i == 0 {
            break;
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
    Step::Missing(p.at)
}
