//! `dict`: what `OrderedDict` adds: keys move to either end, and the first item can be removed.

use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::dict::{Dict, DictTable, Found, hash_key};
use crate::value::Value;
use std::sync::atomic::Ordering::Relaxed;

/// Stands for the keys of a dict and their order: differs after every change of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    /// the table; keep it alive meanwhile
    pub table: Value,
    /// goes up when a key comes in or moves within a table
    pub changes: u64,
    /// number of items
    pub len: usize,
}
/// An item as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// number of its entry
    pub at: usize,
    /// hash of the key
    pub hash: i64,
    /// the key
    pub key: Value,
    /// the value
    pub value: Value,
}

impl Gc<Dict> {
    /// The first item at entry `from` or behind.
    pub fn item_from(self, th: &mut Thread, from: usize) -> R<Option<Item>> {
        let found = self.next_hashed(th, from)?;
        Ok(found.map(|(at, hash, key, value)| Item {
            at,
            hash: hash as i64,
            key,
            value,
        }))
    }
    /// The last item before entry `end`.
    pub fn item_before(self, th: &mut Thread, end: usize) -> R<Option<Item>> {
        let Some((t, mut item)) = self.place_before(th, end)? else {
            return Ok(None);
        };
        item.value = self.seen_value(th, t, item.at, item.value)?;
        Ok(Some(item))
    }
    /// The key before entry `pos`.
    pub(super) fn prev_key(self, th: &mut Thread, pos: &mut usize) -> R<Option<Value>> {
        let found = self.place_before(th, *pos)?;
        Ok(found.map(|(_, item)| {
            *pos = item.at;
            item.key
        }))
    }
    /// The last item before entry `end`, with a value that is right if there are no cards.
    fn place_before(self, th: &mut Thread, end: usize) -> R<Option<(Gc<DictTable>, Item)>> {
        th.read(self.header(), || {
            let t = self.table.get().cast::<DictTable>()?;
            let (at, hash, key, value) = t.last_of(t.first(), end)?;
            let hash = hash as i64;
            Some((t, Item { at, hash, key, value }))
        })
    }
    /// The present order.
    pub fn order(self, th: &mut Thread) -> R<Order> {
        th.read(self.header(), || {
            let table = self.table.get();
            Order {
                table,
                changes: table.cast::<DictTable>().map_or(0, |t| t.spent()),
                len: self.len_raw(),
            }
        })
    }
    /// Moves a key behind all others (`last`) or before them; false if there is no such key.
    pub fn move_to_end(self, th: &mut Thread, k: Value, last: bool) -> R<bool> {
        let hash = hash_key(th, k)? as u64;
        let Found::Entry(t, i) = self.find::<false>(th, hash, k)? else {
            return Ok(false);
        };
        if th.read(self.header(), || is_at_end(t, i, last))? {
            return Ok(true);
        }
        self.open_whole(th)?;
        if last {
            self.trim(th, t);
        }
        if is_at_end(t, i, last) {
            return Ok(true);
        }
        if last {
            self.move_behind(th, t, i)?
        } else {
            self.move_before(th, t, i)?
        };
        self.reordered();
        Ok(true)
    }
    /// Gives deleted entries at the end of the table of the opened dict free.
    fn trim(self, th: &mut Thread, t: Gc<DictTable>) {
        let end = t.fill();
        let used = t.last_of(0, end).map_or(0, |item| item.0 + 1);
        if used < end {
            self.put_number(th, t, &t.fill, used);
        }
    }
    /// Moves entry `i` of the table of the opened dict behind all others.
    fn move_behind(self, th: &mut Thread, t: Gc<DictTable>, i: usize) -> R<()> {
        let (t, i) = if t.has_room() { (t, i) } else { same_entry(t, i, self.grow(th)?) };
        let e = &t.entries()[i];
        let (hash, k) = (e.hash.load(Relaxed), e.key.get());
        let v = self.vacate(th, t, i)?;
        self.append(th, t, None, hash, k, v)
    }
    /// Moves entry `i` of the table of the opened dict before all others.
    fn move_before(self, th: &mut Thread, t: Gc<DictTable>, i: usize) -> R<()> {
        let (t, i) = if t.first() > 0 && t.has_room() {
            (t, i)
        } else {
            // As many moves to either end as there are items, until the next new table.
            let n = self.len_raw();
            let new = self.successor(th, 4 * n + 8)?;
            new.leave_free(n + 1);
            new.refill(t.value());
            self.table.set_raw(new.value());
            same_entry(t, i, new)
        };
        let e = &t.entries()[i];
        let (hash, k) = (e.hash.load(Relaxed), e.key.get());
        let v = self.vacate(th, t, i)?;
        let place = t.first() - 1;
        self.log_entry(th, t, place)?;
        t.set(place, hash, k, v);
        t.enter(None, hash, place);
        self.put_number(th, t, &t.first, place);
        Ok(())
    }
    /// Removes the first item.
    pub fn pop_first(self, th: &mut Thread) -> R<Option<(Value, Value)>> {
        if self.len(th)? == 0 {
            return Ok(None);
        }
        self.open_whole(th)?;
        let Some(t) = self.table.get().cast::<DictTable>() else {
            return Ok(None);
        };
        let i = t.first();
        let Some((_, _, k, _)) = t.last_of(i, i + 1) else {
            return Ok(None);
        };
        Ok(Some((k, self.delete(th, t, i)?)))
    }
}
/// Is entry `i` the last or the first one? (Not the last, as far as is known, when deleted ones follow.)
fn is_at_end(t: Gc<DictTable>, i: usize, last: bool) -> bool {
    if last { t.fill() == i + 1 } else { t.first() == i }
}
/// Where entry `i` of a table is in the new table that was filled from it.
pub(super) fn same_entry(old: Gc<DictTable>, i: usize, new: Gc<DictTable>) -> (Gc<DictTable>, usize) {
    let (mut before, mut from) = (0, 0);
    while let Some(item) = old.next_from(from).filter(|item| item.0 < i) {
        before += 1;
        from = item.0 + 1;
    }
    (new, new.first() + before)
}
