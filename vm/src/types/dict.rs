//! `dict`: layout and operations; the table is in `dict_table`, bulk operations in `dict_bulk`, methods in `dict_methods`.
//!
//! What a transaction that must be able to undo changes in a table that others may see is logged. A table that it made
//! is not: the undo of the dict's own words leaves it behind. The values of a table with cards are guarded by those (see
//! `cards`), all else by the dict's header.
//!
//! `version` is 0, or a number that no other state of any dict's keys has: inline caches compare it.

use crate::context::ctx;
use crate::names::names;
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::thread::{Thread, is_shared};
use crate::throw::{R, Throw};
use crate::types::cards;
use crate::types::class::{Class, class_of};
use crate::types::dict_order::same_entry;
pub use crate::types::dict_table::DictTable;
use crate::types::dict_table::{Cell, Step, new_table, new_table_with_cards, probe};
use crate::types::str_::Str;
use crate::value::Value;
use std::slice::from_ref;
use std::sync::atomic::{AtomicU64, Ordering::Acquire, Ordering::Relaxed};

/// Layout of a dict.
#[repr(C)]
pub struct Dict {
    header: Header,
    /// DictTable, or EMPTY
    pub table: Slot,
    used: AtomicU64,
    version: AtomicU64,
}
/// Words after the header that are saved when it is opened.
pub const WORDS: usize = 3;
/// A dict with so many items that doubles its room does so seldom enough.
const SELDOM_GROWS: usize = 1 << 17;
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Dict {
    const KIND: Kind = Kind::Dict;
}
static VERSION: AtomicU64 = AtomicU64::new(1);

/// Where a key is.
pub(super) enum Found {
    Entry(Gc<DictTable>, usize),
    /// nowhere: the table that was searched and the index place that the key would get
    Free(Value, usize),
}

impl Gc<Dict> {
    #[inline(always)]
    fn the_table(self) -> Option<Gc<DictTable>> {
        let t = self.table.get();
        // The word holds a table or EMPTY.
        if t.is_empty() { None } else { Some(t.as_gc()) }
    }
    /// Makes it writable by this transaction.
    #[inline(always)]
    fn open(self, th: &mut Thread) -> R<()> {
        th.write(self.header(), WORDS)
    }
    /// Looks for a key. With `WRITE` the dict is open, and still is afterwards.
    #[inline(always)]
    pub(super) fn find<const WRITE: bool>(self, th: &mut Thread, hash: u64, key: Value) -> R<Found> {
        let (table, step) = th.read(self.header(), || {
            let t = self.table.get();
            (t, probe(t, hash, key, None))
        })?;
        match step {
            Step::Hit(i) => Ok(Found::Entry(table.as_gc(), i)),
            Step::Missing(at) => Ok(Found::Free(table, at)),
            Step::Maybe(..) => self.find_asking::<WRITE>(th, hash, key, table, step),
        }
    }
    /// Goes on after a `Maybe`, with Python's `==`.
    #[inline(never)]
    fn find_asking<const WRITE: bool>(self, th: &mut Thread, hash: u64, key: Value, mut table: Value, mut step: Step) -> R<Found> {
        let h = self.header();
        loop {
            match step {
                Step::Hit(i) => return Ok(Found::Entry(table.as_gc(), i)),
                Step::Missing(at) => return Ok(Found::Free(table, at)),
                Step::Maybe(i, stored, next) => {
                    let equal = th.eq(stored, key)?;
                    // Python code has run: the transaction may be another one, and the dict may have changed.
                    if WRITE {
                        self.open(th)?;
                    }
                    let seen = table;
                    (table, step) = th.read(h, || {
                        let t = self.table.get();
                        if t != seen || t.as_gc::<DictTable>().entries().get(i).is_none_or(|e| e.key.get() != stored) {
                            (t, probe(t, hash, key, None))
                        } else if equal {
                            (t, Step::Hit(i))
                        } else {
                            (t, probe(t, hash, key, Some(next)))
                        }
                    })?;
                }
            }
        }
    }
    /// The value of a key with a known hash.
    #[inline]
    pub fn get_hash(self, th: &mut Thread, k: Value, hash: i64) -> R<Option<Value>> {
        // A short way, which needs no place on the stack.
        match self.table_without_cards().and_then(|t| t.value_nearby(hash as u64, k)) {
            Some(v) if th.tx.vouches_for(self.header()) => Ok(if v.is_empty() { None } else { Some(v) }),
            _ => self.get_further(th, k, hash as u64),
        }
    }
    /// The cell of a key that is found at once in a table with cards.
    #[inline(always)]
    fn cell_nearby(self, k: Value, hash: u64) -> Option<&'static Cell> {
        let t = self.the_table().filter(|t| t.has_cards())?;
        let cell = t.cell(t.nearest(hash, k)?);
        (!cell.value.get().is_empty()).then_some(cell)
    }
    /// As `get_hash`: the search is longer, or this is the first look at the dict, or others may write it. What needs no place on
    /// the stack comes first: the card is open, or it was read before, as the dict was, or nobody looks at cards.
    #[inline(never)]
    fn get_further(self, th: &mut Thread, k: Value, hash: u64) -> R<Option<Value>> {
        if let Some(cell) = self.cell_nearby(k, hash) {
            let v = cell.value.get();
            if th.tx.writable(&cell.card) || th.tx.vouches_for_others(&[&cell.card, self.header()]) && !v.is_empty() {
                return Ok(Some(v));
            }
        }
        self.get_shared(th, k, hash)
    }
    #[inline(never)]
    fn get_shared(self, th: &mut Thread, k: Value, hash: u64) -> R<Option<Value>> {
        let seen = self.header().meta.load(Acquire);
        if let Some(t) = self.the_table() {
            if !t.has_cards() {
                // Its own table, or one that it has read before.
                let look = || self.table_without_cards().map(|_| look(self, hash, k));
                match th.tx.read_known(self.header(), &look) {
                    Some(Some((_, Step::Hit(_), v))) if !v.is_empty() => return Ok(Some(v)),
                    Some(Some((_, Step::Missing(_), _))) => return Ok(None),
                    _ => {}
                }
            } else if th.tx.concurrent
                && let Some(v) = self.get_at_hand(th, seen, t, hash, k)
            {
                return Ok(Some(v));
            }
        }
        self.get_slow(th, k, hash)
    }
    #[inline(never)]
    fn get_slow(self, th: &mut Thread, k: Value, hash: u64) -> R<Option<Value>> {
        if !th.tx.concurrent {
            // Nobody looks at cards.
            let (table, step, v) = look(self, hash, k);
            return match step {
                Step::Maybe(..) => self.get_asking(th, k, hash, table, step),
                _ if v.is_empty() => Ok(None),
                _ => Ok(Some(v)),
            };
        }
        if self.is_hot(th)
            && let Some(found) = self.get_among_others(th, k, hash)?
        {
            return Ok(found);
        }
        let met = |th: &mut Thread, &(t, step, _): &(Value, Step, Value)| {
            self.met_at(th, t, if let Step::Hit(i) = step { Some(i) } else { None });
        };
        let (table, step, v) = th.read_meeting(self.header(), || look(self, hash, k), met)?;
        match step {
            Step::Maybe(..) => return self.get_asking(th, k, hash, table, step),
            Step::Hit(i) if table.as_gc::<DictTable>().has_cards() => {
                return Ok(Some(value_by_card(th, table.as_gc(), i)?));
            }
            _ => {}
        }
        Ok(if v.is_empty() { None } else { Some(v) })
    }
    /// The value of a key, if it is found at once in this table with cards, and its card is open, or the dict, which had this word
    /// and then this table, was read before and no other thread is met at the card.
    #[inline(always)]
    fn get_at_hand(self, th: &mut Thread, seen: u64, t: Gc<DictTable>, hash: u64, k: Value) -> Option<Value> {
        let cell = t.cell(t.near(hash, k)?);
        let v = if th.tx.writable(&cell.card) {
            cell.value.get()
        } else if th.tx.knows(self.header(), seen) {
            th.try_read_card(&cell.card, || cell.value.get())?
        } else {
            return None;
        };
        if v.is_empty() { None } else { Some(v) }
    }
    /// Replaces the value of a key, under the same conditions. Has it?
    #[inline(always)]
    fn set_at_hand(self, th: &mut Thread, seen: u64, t: Gc<DictTable>, hash: u64, k: Value, v: Value) -> bool {
        let Some(i) = t.near(hash, k) else { return false };
        let cell = t.cell(i);
        let open = !cell.value.get().is_empty()
            && (th.tx.writable(&cell.card) || th.tx.knows(self.header(), seen) && th.try_open_card(&cell.card, from_ref(&cell.value)));
        if open {
            cell.value.set_raw(v);
        }
        open
    }
    #[inline(never)]
    fn get_asking(self, th: &mut Thread, k: Value, hash: u64, table: Value, step: Step) -> R<Option<Value>> {
        match self.find_asking::<false>(th, hash, k, table, step)? {
            Found::Entry(t, i) => {
                let v = self.value_at(th, t, i)?;
                Ok(if v.is_empty() { None } else { Some(v) })
            }
            Found::Free(..) => Ok(None),
        }
    }
    /// The value of an entry that was found.
    #[inline]
    fn value_at(self, th: &mut Thread, t: Gc<DictTable>, i: usize) -> R {
        if th.tx.concurrent && t.has_cards() {
            return value_by_card(th, t, i);
        }
        th.read(self.header(), || t.get_value(i).unwrap_or(Value::EMPTY))
    }
    /// The value of an entry that was found, and seen to be `v` in a read of the dict.
    #[inline(always)]
    pub(super) fn seen_value(self, th: &mut Thread, t: Gc<DictTable>, i: usize, v: Value) -> R {
        if th.tx.concurrent && t.has_cards() {
            return value_by_card(th, t, i);
        }
        Ok(v)
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
        let t = self.table.get();
        match probe(t, name.hash() as u64, name.value(), None) {
            Step::Hit(i) => t.as_gc::<DictTable>().get_value(i),
            _ => None,
        }
    }
    /// The number of the entry of an interned name.
    #[inline]
    pub fn index_of_interned(self, name: Gc<Str>) -> Option<usize> {
        match probe(self.table.get(), name.hash() as u64, name.value(), None) {
            Step::Hit(i) => Some(i),
            _ => None,
        }
    }
    /// The value of an entry, if there is one that the dict's header guards.
    #[inline(always)]
    pub fn value_of_entry(self, i: usize) -> Option<Value> {
        self.table_without_cards()?.value_in_entry(i)
    }
    /// The version of the keys; 0: none yet.
    #[inline(always)]
    pub fn keys_version(self) -> u32 {
        self.version.load(Relaxed) as u32
    }
    /// The version of the keys, made if there is none; 0 when that is not possible now.
    pub fn ensure_version(self, th: &mut Thread) -> u32 {
        let seen = self.header().meta.load(Acquire);
        let now = self.version.load(Relaxed);
        if now != 0 {
            return now as u32;
        }
        // What inline caches look into keeps its values where they look for them.
        if let Some(t) = self.table.get().cast::<DictTable>() {
            cards::forbid(t.header());
        }
        let new = VERSION.fetch_add(1, Relaxed);
        if new > u64::from(u32::MAX) {
            return 0;
        }
        // Nobody else opens what is this transaction's own; if it has opened it, an abort takes the version away again.
        let may_be_set = !th.tx.concurrent || th.world.is_shared(seen) || th.tx.has_opened(self.header());
        if may_be_set && self.version.compare_exchange(0, new, Relaxed, Relaxed).is_ok() && self.header().meta.load(Acquire) != seen {
            // Somebody opened it meanwhile.
            let _ = self.version.compare_exchange(new, 0, Relaxed, Relaxed);
        }
        if self.version.load(Relaxed) == new { new as u32 } else { 0 }
    }
    /// Number of items.
    #[inline]
    pub fn len(self, th: &mut Thread) -> R<usize> {
        th.read(self.header(), || self.used.load(Relaxed) as usize)
    }
    /// Number of items, not logged: for estimates.
    #[inline]
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
        if th.tx.concurrent && (!th.tx.writable(self.header()) || self.has_cards(th)) {
            return self.set_further(th, k, hash as u64, v);
        }
        self.open(th)?;
        let table = self.table.get();
        match probe(table, hash as u64, k, None) {
            Step::Hit(i) => {
                let t = table.as_gc::<DictTable>();
                self.put(th, t, t.value_of(i), v);
                Ok(())
            }
            Step::Missing(at) => self.insert(th, k, hash as u64, v, table, at),
            step => {
                let found = self.find_asking::<true>(th, hash as u64, k, table, step)?;
                self.set_found(th, k, hash as u64, v, found)
            }
        }
    }
    /// Sets an item whose key was looked for in the opened dict.
    fn set_found(self, th: &mut Thread, k: Value, hash: u64, v: Value, found: Found) -> R<()> {
        match found {
            Found::Entry(t, i) => self.put_value(th, t, i, v),
            Found::Free(table, at) => self.insert(th, k, hash, v, table, at),
        }
    }
    /// `set_hash` of a dict that is not open, or has cards. What needs no place on the stack comes first.
    #[inline(never)]
    fn set_further(self, th: &mut Thread, k: Value, hash: u64, v: Value) -> R<()> {
        match self.cell_nearby(k, hash) {
            Some(cell) if th.tx.writable(&cell.card) => {
                cell.value.set_raw(v);
                Ok(())
            }
            _ => self.set_among_others(th, k, hash, v),
        }
    }
    #[inline(never)]
    fn set_among_others(self, th: &mut Thread, k: Value, hash: u64, v: Value) -> R<()> {
        let seen = self.header().meta.load(Acquire);
        let cards = self.the_table().filter(|t| t.has_cards());
        if !Thread::expects_new(self.header()) && cards.is_some_and(|t| self.set_at_hand(th, seen, t, hash, k, v)) {
            return Ok(());
        }
        self.set_slow(th, k, hash, v, cards.is_some())
    }
    #[inline(never)]
    fn set_slow(self, th: &mut Thread, k: Value, hash: u64, v: Value, has_cards: bool) -> R<()> {
        if self.set_unseen(th, k, hash, v)? {
            return Ok(());
        }
        if self.is_hot(th) && self.set_hot(th, k, hash, v)? {
            return Ok(());
        }
        let meets = !has_cards && th.tx.meets_others(th.world, self.header());
        if !has_cards {
            self.open(th)?;
        }
        let found = self.find::<false>(th, hash, k)?;
        if meets {
            self.met_at(th, self.table.get(), if let Found::Entry(_, i) = found { Some(i) } else { None });
        }
        match found {
            Found::Entry(mut t, mut i) => {
                if !t.has_cards() {
                    self.open(th)?;
                    if let Some(place) = self.give_cards(th, t, i)? {
                        (t, i) = place;
                    }
                }
                self.put_value(th, t, i, v)
            }
            // Between what was read last and the opening nobody changes anything.
            Found::Free(table, at) => {
                self.open(th)?;
                self.insert(th, k, hash, v, table, at)
            }
        }
    }
    /// Puts a table with cards in place of the table `t` of the opened dict if others are met often enough. Gives the new place
    /// of entry `i`.
    #[inline]
    fn give_cards(self, th: &mut Thread, t: Gc<DictTable>, i: usize) -> R<Option<(Gc<DictTable>, usize)>> {
        let used = self.used.load(Relaxed) as usize;
        if !cards::are_due(th, self.header(), t.header(), used) || self.version.load(Relaxed) != 0 {
            return Ok(None);
        }
        let new = new_table_with_cards(th, used + used / 4)?;
        new.refill(t.value());
        self.table.set_raw(new.value());
        Ok(Some(same_entry(t, i, new)))
    }
    /// Others were met at the dict when it had this table; this thread was about to use this entry.
    #[cold]
    fn met_at(self, th: &mut Thread, table: Value, entry: Option<usize>) {
        if let Some(t) = table.cast::<DictTable>() {
            cards::met(th, t.header(), self.used.load(Relaxed) as usize, entry);
        }
    }
    /// See [`Thread::is_hot`]. A small dict is looked at first: cards serve it better if each thread has a key of its own.
    fn is_hot(self, th: &mut Thread) -> bool {
        let table = self.the_table().filter(|_| !crate::hostile::defers());
        !table.is_some_and(|t| cards::are_to_be_seen(t.header(), self.used.load(Relaxed) as usize)) && th.is_hot(self.header())
    }
    /// The table, if the dict's header guards all that is in it.
    #[inline(always)]
    fn table_without_cards(self) -> Option<Gc<DictTable>> {
        self.the_table().filter(|t| !t.has_cards())
    }
    /// Must cards be minded? For an owned dict; else a guess.
    #[inline(always)]
    fn has_cards(self, th: &Thread) -> bool {
        th.tx.concurrent && self.the_table().is_some_and(Gc::<DictTable>::has_cards)
    }
    /// Opens the card of an entry, and saves the value. The dict was read or opened before.
    #[inline]
    fn open_card(self, th: &mut Thread, t: Gc<DictTable>, i: usize) -> R<()> {
        // A table that this transaction made is left behind by its undo.
        if th.tx.writable(t.header()) {
            return Ok(());
        }
        let cell = t.cell(i);
        th.write_card(&cell.card, from_ref(&cell.value))
    }
    /// Replaces the value of an entry. The dict is open, or the table has cards.
    #[inline(always)]
    pub(super) fn put_value(self, th: &mut Thread, t: Gc<DictTable>, i: usize, v: Value) -> R<()> {
        if th.tx.concurrent && t.has_cards() {
            self.open_card(th, t, i)?;
            t.cell(i).value.set_raw(v);
        } else {
            self.put(th, t, t.value_of(i), v);
        }
        Ok(())
    }
    /// Stores into a word of an entry of the opened dict.
    #[inline(always)]
    fn put(self, th: &mut Thread, t: Gc<DictTable>, slot: &Slot, v: Value) {
        if !th.tx.concurrent || th.tx.writable(t.header()) {
            slot.set_raw(v)
        } else {
            th.store(self.header(), slot, v)
        }
    }
    /// Adds a key that is not there: the search in `table` ended at `at`. The dict is open.
    #[inline]
    pub(super) fn insert(self, th: &mut Thread, k: Value, hash: u64, v: Value, table: Value, at: usize) -> R<()> {
        match self.the_table() {
            Some(t) if t.has_room() => {
                let at = if table == t.value() { Some(at) } else { None };
                self.append(th, t, at, hash, k, v)?
            }
            _ => self.grow(th)?.append(None, hash, k, v),
        }
        self.count_added(1);
        Ok(())
    }
    /// Before the entries `from..to` of the table of the opened dict take in keys that were put off.
    pub(super) fn log_new_entries(self, th: &mut Thread, t: Gc<DictTable>, from: usize, to: usize) {
        if !th.tx.writable(t.header()) {
            self.log(th, t, &[&t.fill]);
            // Without a key an entry is none, whatever else it has.
            // SAFETY: as in `log`.
            unsafe { th.tx.log_slots(t.entries()[from..to].iter().map(|e| &e.key.0), false) };
        }
    }
    /// So many keys have come into the opened dict.
    pub(super) fn count_added(self, n: usize) {
        self.used.store(self.used.load(Relaxed) + n as u64, Relaxed);
        self.version.store(0, Relaxed);
    }
    /// Logs words of the table of the opened dict, if that must be undone.
    #[inline(always)]
    fn log(self, th: &mut Thread, t: Gc<DictTable>, words: &[&AtomicU64]) {
        if th.tx.concurrent && !th.tx.writable(t.header()) && th.needs_log(self.header()) {
            for w in words {
                // SAFETY: the table belongs to this dict, which is open, and is collected only when nothing refers to it.
                unsafe { th.tx.log_slot(*w, is_shared(self.header())) };
            }
        }
    }
    /// Changes a number of the table of the opened dict.
    #[inline]
    pub(super) fn put_number(self, th: &mut Thread, t: Gc<DictTable>, n: &AtomicU64, new: usize) {
        self.log(th, t, &[n]);
        n.store(new as u64, Relaxed);
    }
    /// Before an entry of the table of the opened dict takes another key in.
    #[inline]
    pub(super) fn log_entry(self, th: &mut Thread, t: Gc<DictTable>, i: usize) -> R<()> {
        if !th.tx.concurrent {
            return Ok(());
        }
        if let Some(e) = t.entries().get(i) {
            if t.has_cards() {
                self.open_card(th, t, i)?;
            }
            self.log(th, t, &[&e.hash, &e.key.0, &t.value_of(i).0]);
        }
        Ok(())
    }
    /// Before the entry behind those in use of the table of the opened dict takes a key in. Without a key an entry is none, whatever
    /// else it has; but what becomes visible to others is to be found in the log.
    #[inline]
    fn log_new_entry(self, th: &mut Thread, t: Gc<DictTable>) -> R<()> {
        let i = t.fill();
        let Some(e) = t.entries().get(i) else { return Ok(()) };
        if t.has_cards() {
            self.open_card(th, t, i)?;
        }
        if !th.tx.writable(t.header()) && th.needs_log(self.header()) {
            let shared = is_shared(self.header());
            let words = [&e.key.0, &t.value_of(i).0];
            // SAFETY: as in `log`.
            unsafe { th.tx.log_slots(words.into_iter().take(if shared { 2 } else { 1 }), shared) };
        }
        Ok(())
    }
    /// Adds an entry at the end of the table of the opened dict, where there is room.
    #[inline]
    pub(super) fn append(self, th: &mut Thread, t: Gc<DictTable>, at: Option<usize>, hash: u64, k: Value, v: Value) -> R<()> {
        if th.tx.concurrent {
            self.log_new_entry(th, t)?;
        }
        self.log(th, t, &[&t.fill]);
        t.append(at, hash, k, v);
        Ok(())
    }
    /// A new table with the same items and room for another one, without what was deleted.
    #[inline(never)]
    pub(super) fn grow(self, th: &mut Thread) -> R<Gc<DictTable>> {
        let used = self.used.load(Relaxed) as usize;
        // While the table of a dict that threads fill grows, they all wait.
        let waited_for = th.tx.concurrent && used < SELDOM_GROWS && Thread::expects_new(self.header());
        let new = self.successor(th, (used * if waited_for { 4 } else { 2 }).max(5))?;
        new.refill(self.table.get());
        self.table.set_raw(new.value());
        Ok(new)
    }
    /// A new table to take over what is in the table of the opened dict; that one's values are open too afterwards.
    pub(super) fn successor(self, th: &mut Thread, room: usize) -> R<Gc<DictTable>> {
        match self.the_table() {
            Some(t) if th.tx.concurrent && t.has_cards() => {
                for i in 0..t.fill() {
                    self.open_card(th, t, i)?;
                }
                new_table_with_cards(th, room)
            }
            _ => new_table(th, room),
        }
    }
    /// The value of a key, set to `default` if it is missing.
    pub fn setdefault(self, th: &mut Thread, k: Value, default: Value) -> R {
        let hash = hash_key(th, k)?;
        if th.is_hot(self.header()) {
            match self.get_among_others(th, k, hash as u64)? {
                Some(Some(v)) => return Ok(v),
                Some(None) if self.put_off(th, k, hash as u64, default)? => return Ok(default),
                _ => {}
            }
        }
        match self.find::<false>(th, hash as u64, k)? {
            Found::Entry(t, i) => self.value_at(th, t, i),
            // Between what was read last and the opening nobody changes anything.
            Found::Free(table, at) => {
                self.open(th)?;
                self.insert(th, k, hash as u64, default, table, at)?;
                Ok(default)
            }
        }
    }
    pub(super) fn delete(self, th: &mut Thread, t: Gc<DictTable>, i: usize) -> R {
        let v = self.vacate(th, t, i)?;
        self.used.store(self.used.load(Relaxed).saturating_sub(1), Relaxed);
        self.version.store(0, Relaxed);
        Ok(v)
    }
    /// Takes key and value out of an entry of the opened dict; gives the value.
    pub(super) fn vacate(self, th: &mut Thread, t: Gc<DictTable>, i: usize) -> R {
        if th.tx.concurrent && t.has_cards() {
            self.open_card(th, t, i)?;
        }
        let (key, value) = t.slots_of(i);
        let v = value.get();
        self.put(th, t, key, Value::DELETED);
        self.put(th, t, value, Value::EMPTY);
        if i == t.first() {
            let end = t.fill();
            let next = t.next_from(i).map_or(end, |item| item.0);
            self.put_number(th, t, &t.first, next);
        }
        Ok(v)
    }
    /// The dict's keys or their order have changed.
    pub(super) fn reordered(self) {
        self.version.store(0, Relaxed);
    }
    /// Removes a key; gives its value.
    pub fn remove(self, th: &mut Thread, k: Value) -> R<Option<Value>> {
        let hash = hash_key(th, k)?;
        match self.find::<false>(th, hash as u64, k)? {
            Found::Entry(t, i) => {
                self.open(th)?;
                Ok(Some(self.delete(th, t, i)?))
            }
            Found::Free(..) => Ok(None),
        }
    }
    /// Removes the last item.
    pub fn pop_last(self, th: &mut Thread) -> R<Option<(Value, Value)>> {
        if self.len(th)? == 0 {
            return Ok(None);
        }
        self.open(th)?;
        let Some(t) = self.the_table() else { return Ok(None) };
        let Some((i, _, k, _)) = t.last_of(0, usize::MAX) else {
            return Ok(None);
        };
        let v = self.delete(th, t, i)?;
        // The next one finds its item at once.
        self.put_number(th, t, &t.fill, i);
        if t.first() > i {
            self.put_number(th, t, &t.first, i);
        }
        Ok(Some((k, v)))
    }
    /// Removes everything.
    pub fn clear(self, th: &mut Thread) -> R<()> {
        self.open(th)?;
        self.replace(Value::EMPTY, 0);
        Ok(())
    }
    /// Puts another table with `used` items in place. The dict is open.
    pub(super) fn replace(self, table: Value, used: usize) {
        self.table.set_raw(table);
        self.used.store(used as u64, Relaxed);
        self.version.store(0, Relaxed);
    }
    /// Makes it writable by this transaction, for `replace`.
    pub(super) fn open_whole(self, th: &mut Thread) -> R<()> {
        self.open(th)
    }
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        f(self.table.get());
    }
}
/// Looks for a key: the table, how the search ended, and the value if it was found. Safe on torn state.
#[inline(always)]
fn look(d: Gc<Dict>, hash: u64, k: Value) -> (Value, Step, Value) {
    let t = d.table.get();
    let step = probe(t, hash, k, None);
    let v = match step {
        Step::Hit(i) => t.as_gc::<DictTable>().get_value(i).unwrap_or(Value::EMPTY),
        _ => Value::EMPTY,
    };
    (t, step, v)
}
/// The value of an entry of a table with cards: a read of the dict has found it there.
#[inline(never)]
fn value_by_card(th: &mut Thread, t: Gc<DictTable>, i: usize) -> R {
    let cell = t.cell(i);
    th.read_card(&cell.card, || cell.value.get())
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
    match th.hash(k) {
        Ok(h) => Ok(h),
        Err(t) => Err(unhashable(th, k, t)),
    }
}
/// A plain TypeError of `hash` says that it was about a key.
#[cold]
fn unhashable(th: &mut Thread, k: Value, t: Throw) -> Throw {
    let Some(e) = t.value().filter(|e| class_of(*e) == ctx().types.TypeError) else {
        return t;
    };
    match key_text(th, k, e) {
        Ok(text) => th.type_error(&text),
        Err(t) => t,
    }
}
fn key_text(th: &mut Thread, k: Value, e: Value) -> R<String> {
    let class = class_of(k).value();
    let name = th.getattr(class, names().__qualname__)?;
    let name = th.str(name)?.to_string_lossy();
    let module = th.getattr(class, names().__module__)?;
    let why = th.str(e)?.to_string_lossy();
    Ok(match module.cast::<Str>() {
        Some(m) if !m.is("builtins") => format!("cannot use '{}.{name}' as a dict key ({why})", m.to_string_lossy()),
        _ => format!("cannot use '{name}' as a dict key ({why})"),
    })
}

/// A new dict of a class.
#[inline]
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
