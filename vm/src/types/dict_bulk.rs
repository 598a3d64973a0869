//! `dict`: what goes through all items: iteration, copies, updates, comparison.

use crate::context::ctx;
use crate::names::names;
use crate::object::Gc;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::class::class_of;
use crate::types::dict::{Dict, DictTable};
use crate::types::dict_table::new_table;
use crate::value::Value;

/// The table of a dict, for a read.
#[inline(always)]
fn table(d: Gc<Dict>) -> Option<Gc<DictTable>> {
    let t = d.table.get();
    if t.is_empty() { None } else { Some(t.as_gc()) }
}

/// Table, number of the entry, key, and the value unless there are cards.
type Place = (Gc<DictTable>, usize, Value, Value);

impl Gc<Dict> {
    /// The next item from entry `pos` on, in order.
    #[inline]
    pub fn next_entry(self, th: &mut Thread, pos: &mut usize) -> R<Option<(Value, Value)>> {
        match self.next_place(th, pos)? {
            Some((t, i, k, v)) => Ok(Some((k, self.seen_value(th, t, i, v)?))),
            None => Ok(None),
        }
    }
    /// The next key from entry `pos` on, in order.
    #[inline]
    pub(super) fn next_key(self, th: &mut Thread, pos: &mut usize) -> R<Option<Value>> {
        Ok(self.next_place(th, pos)?.map(|(_, _, k, _)| k))
    }
    #[inline(always)]
    fn next_place(self, th: &mut Thread, pos: &mut usize) -> R<Option<Place>> {
        let from = *pos;
        let found = th.read(self.header(), || {
            let t = table(self)?;
            let (i, _, k, v) = t.next_from(from.max(t.first()))?;
            Some((t, i, k, v))
        })?;
        if let Some((_, i, ..)) = found {
            *pos = i + 1;
        }
        Ok(found)
    }
    /// The item before entry `pos` (`usize::MAX`: the last), in reverse order.
    pub fn prev_entry(self, th: &mut Thread, pos: &mut usize) -> R<Option<(Value, Value)>> {
        match self.item_before(th, *pos)? {
            Some(item) => {
                *pos = item.at;
                Ok(Some((item.key, item.value)))
            }
            None => Ok(None),
        }
    }
    /// Number, hash, key and value of the next item from entry `from` on, in order.
    pub(super) fn next_hashed(self, th: &mut Thread, from: usize) -> R<Option<(usize, u64, Value, Value)>> {
        let found = th.read(self.header(), || {
            let t = table(self)?;
            Some((t, t.next_from(from.max(t.first()))?))
        })?;
        let Some((t, (i, hash, k, v))) = found else { return Ok(None) };
        Ok(Some((i, hash, k, self.seen_value(th, t, i, v)?)))
    }
    /// The number of entries behind the last one: where a reverse iterator starts.
    pub fn end(self, th: &mut Thread) -> R<usize> {
        th.read(self.header(), || table(self).map_or(0, |t| t.fill()))
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
        let n = other.len(th)?;
        if self == other || n == 0 {
            return Ok(());
        }
        if self.len(th)? == 0 {
            self.open_whole(th)?;
            let new = new_table(th, n)?;
            let (from, used) = th.read(other.header(), || {
                let from = other.table.get();
                (from, new.refill(from))
            })?;
            if th.tx.concurrent && from.cast::<DictTable>().is_some_and(|t| t.has_cards()) {
                let mut pos = 0;
                for to in 0..new.fill() {
                    if let Some((_, v)) = other.next_entry(th, &mut pos)? {
                        new.value_of(to).set_raw(v);
                    }
                }
            }
            self.replace(new.value(), used);
            return Ok(());
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
            let items = match th.catch(ctx().types.TypeError, |th| pair_items(th, pair))? {
                Ok(i) => i,
                Err(e) => {
                    let note = th.new_str(&format!("Cannot convert dictionary update sequence element #{n} to a sequence"));
                    th.call_method(e, names().add_note, &[note])?;
                    return Err(th.raise(e));
                }
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
                Some(w) if th.eq(v, w)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}
/// What should be two items.
fn pair_items(th: &mut Thread, pair: Value) -> R<ValueVec> {
    match th.catch(ctx().types.TypeError, |th| th.iter(pair))? {
        Ok(it) => th.collect(it),
        Err(_) => Err(th.type_error("object is not iterable")),
    }
}
