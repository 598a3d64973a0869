//! `list`: layout and the operations that native code uses. Python's methods are in `list_methods`.
//!
//! `items` is EMPTY or a [`Buffer`]; of its slots the first `len` are items (never EMPTY), the others are EMPTY. A buffer
//! never changes its capacity, so a racing reader that checks against both bounds stays inside. Whoever stores into a
//! buffer owns the list; a buffer belongs to one list at a time. A buffer with cards is shared by others than the owner of
//! the list: see `cards`.

use crate::context::ctx;
use crate::object::{Gc, Header, Kind, Layout, Obj, Slot};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::{self, Buffer, ValueVec};
use crate::types::cards;
use crate::types::class::Class;
use crate::types::iter::{self, Iter};
use crate::types::tuple::Tuple;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::Acquire, Ordering::Relaxed};

/// Layout.
#[repr(C)]
pub struct List {
    header: Header,
    /// buffer, or EMPTY while nothing was ever put in
    pub items: Slot,
    /// number of items
    pub len: AtomicU64,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for List {
    const KIND: Kind = Kind::List;
}
/// Words after the header that are saved when it is opened.
pub const WORDS: usize = 2;

impl Gc<List> {
    #[inline(always)]
    fn buffer(self) -> Option<Gc<Buffer>> {
        let v = self.items.get();
        if v.is_empty() { None } else { Some(v.as_gc()) }
    }
    /// Slots of the items, as far as this (maybe torn) state shows them.
    #[inline(always)]
    fn slots(self) -> &'static [Slot] {
        match self.buffer() {
            Some(b) => {
                let s = b.slots();
                &s[..(self.len.load(Relaxed) as usize).min(s.len())]
            }
            None => &[],
        }
    }
    /// The items of a list that no other thread writes and the caller does not change while it looks at them: one that
    /// this transaction owns and that has no cards, or any in solo mode.
    #[inline(always)]
    pub(crate) fn owned_items(self) -> &'static [Value] {
        match self.buffer() {
            Some(b) => b.values((self.len.load(Relaxed) as usize).min(b.cap())),
            None => &[],
        }
    }
    #[inline(always)]
    fn open(self, th: &mut Thread) -> R<()> {
        th.write(self.header(), WORDS)
    }
    /// Must cards be minded? For an owned list; else a guess.
    #[inline(always)]
    fn has_cards(self, th: &Thread) -> bool {
        th.tx.concurrent && self.buffer().is_some_and(Gc::<Buffer>::has_cards)
    }
    /// Opens the list and all its items.
    #[inline(always)]
    fn open_all(self, th: &mut Thread) -> R<()> {
        self.open(th)?;
        self.open_cards(th, 0, self.len.load(Relaxed) as usize)
    }
    /// Opens the cards of the slots `from..to` of the opened list.
    #[inline(always)]
    fn open_cards(self, th: &mut Thread, from: usize, to: usize) -> R<()> {
        if self.has_cards(th) {
            self.open_cards_of(th, from, to)
        } else {
            Ok(())
        }
    }
    #[inline(never)]
    fn open_cards_of(self, th: &mut Thread, from: usize, to: usize) -> R<()> {
        match self.buffer() {
            Some(b) => b.open_cards(th, from, to),
            None => Ok(()),
        }
    }
    /// Opens the list to replace item `i`, and gives it a buffer with cards if others are met at it often enough.
    fn open_among_others(self, th: &mut Thread, i: usize) -> R<()> {
        let meets = th.tx.meets_others(th.world, self.header());
        self.open(th)?;
        let (n, Some(old)) = (self.len.load(Relaxed) as usize, self.buffer()) else {
            return Ok(());
        };
        if meets {
            cards::met(th, old.header(), n, Some(i));
        }
        if cards::are_due(th, self.header(), old.header(), n) {
            let b = buffer::new_with_cards(th, old.cap())?;
            copy(b, 0, &old.slots()[..n.min(old.cap())]);
            self.set_buffer(th, b.value(), n);
        }
        Ok(())
    }
    /// Has this list words that opening it did not surely save? (An instance of a subclass may have been opened by the
    /// assignment of an attribute.)
    #[inline(always)]
    fn must_log(self, th: &Thread) -> bool {
        th.needs_log(self.header()) && self.obj().shape_id() != ctx().types.list.root_shape()
    }
    #[inline(always)]
    fn set_len(self, th: &mut Thread, n: usize) {
        if self.must_log(th) {
            // SAFETY: a word of this list, which the caller opened.
            unsafe { th.tx.log_slot(&self.len, false) };
        }
        self.len.store(n as u64, Relaxed);
    }
    /// Puts a buffer in place of the present one, which the undo log keeps alive: slots of it may be logged.
    fn set_buffer(self, th: &mut Thread, b: Value, len: usize) {
        th.store(self.header(), &self.items, b);
        self.set_len(th, len);
    }

    /// Number of items.
    #[inline(always)]
    pub fn len(self, th: &mut Thread) -> R<usize> {
        th.read(self.header(), || self.len.load(Relaxed) as usize)
    }
    /// Item `i`.
    #[inline(always)]
    pub fn get(self, th: &mut Thread, i: usize) -> R<Option<Value>> {
        match self.get_without_cards(i) {
            Some(v) if th.tx.vouches_for(self.header()) => Ok(if v.is_empty() { None } else { Some(v) }),
            _ => self.get_further(th, i),
        }
    }
    /// Item `i`, counted from the end if that is negative.
    #[inline(always)]
    pub fn get_from_either_end(self, th: &mut Thread, i: i64) -> R<Option<Value>> {
        let from_end = if i < 0 { self.len.load(Relaxed) as i64 } else { 0 };
        match self.get_without_cards((i + from_end) as usize) {
            Some(v) if th.tx.vouches_for(self.header()) => Ok(if v.is_empty() { None } else { Some(v) }),
            _ if i >= 0 => match self.own_slot(th, i as usize) {
                Some(slot) => Ok(Some(slot.get())),
                None => self.get_further(th, i as usize),
            },
            _ => self.get_further_from_end(th, i),
        }
    }
    #[inline(never)]
    fn get_further_from_end(self, th: &mut Thread, i: i64) -> R<Option<Value>> {
        let i = i + self.len(th)? as i64;
        if i < 0 { Ok(None) } else { self.get_further(th, i as usize) }
    }
    /// Item `i`, EMPTY if there is none, if the list's header guards it. A short way, which needs no place on the stack.
    #[inline(always)]
    fn get_without_cards(self, i: usize) -> Option<Value> {
        if i >= self.len.load(Relaxed) as usize {
            return Some(Value::EMPTY);
        }
        let b = self.buffer().filter(|b| !b.has_cards())?;
        b.slots().get(i).map(Slot::get).filter(|v| !v.is_empty())
    }
    /// The slot of item `i`, if the list has cards and this one is open, or nobody looks at cards.
    #[inline(always)]
    fn own_slot(self, th: &Thread, i: usize) -> Option<&'static Slot> {
        let (slot, card) = self.buffer().filter(|b| b.has_cards())?.place(i)?;
        ((!th.tx.concurrent || th.tx.writable(card)) && !slot.get().is_empty()).then_some(slot)
    }
    /// As `get`: this is the first look at the list, or others may write it.
    #[inline(never)]
    fn get_further(self, th: &mut Thread, i: usize) -> R<Option<Value>> {
        if !th.tx.concurrent {
            return Ok(self.slots().get(i).map(Slot::get));
        }
        let seen = self.header().meta.load(Acquire);
        if let Some(b) = self.buffer()
            && b.has_cards()
        {
            return match self.get_at_hand(th, seen, b, i) {
                Some(v) => Ok(Some(v)),
                None => self.get_by_card(th, i),
            };
        }
        let look = || (self.slots().get(i).map_or(Value::EMPTY, Slot::get), self.items.get());
        let met = |th: &mut Thread, &(_, b): &(Value, Value)| {
            if let Some(b) = b.cast::<Buffer>() {
                cards::met(th, b.header(), self.len.load(Relaxed) as usize, Some(i));
            }
        };
        let (v, b) = th.read_meeting(self.header(), look, met)?;
        if v.is_empty() {
            return Ok(None);
        }
        // It may have got cards just now.
        if b.as_gc::<Buffer>().has_cards() {
            return self.get_by_card(th, i);
        }
        Ok(Some(v))
    }
    /// Item `i`, if its card is open, or the list, which had this word and then this buffer, was read before and no other thread is
    /// met at the card.
    #[inline(always)]
    fn get_at_hand(self, th: &mut Thread, seen: u64, b: Gc<Buffer>, i: usize) -> Option<Value> {
        let (slot, card) = b.place(i)?;
        let v = if th.tx.writable(card) {
            slot.get()
        } else if th.tx.knows(self.header(), seen) {
            th.try_read_card(card, || slot.get())?
        } else {
            return None;
        };
        if v.is_empty() { None } else { Some(v) }
    }
    /// Replaces item `i`, under the same conditions. Has it?
    #[inline(always)]
    fn set_at_hand(self, th: &mut Thread, seen: u64, b: Gc<Buffer>, i: usize, v: Value) -> bool {
        let Some((slot, card)) = b.place(i) else { return false };
        let open =
            !slot.get().is_empty() && (th.tx.writable(card) || th.tx.knows(self.header(), seen) && th.try_open_card(card, b.around(i)));
        if open {
            slot.set_raw(v);
        }
        open
    }
    /// Item `i` of a list whose buffer, as far as one can tell, has cards.
    #[inline(never)]
    fn get_by_card(self, th: &mut Thread, i: usize) -> R<Option<Value>> {
        let (v, b) = th.read(self.header(), || {
            (self.slots().get(i).map_or(Value::EMPTY, Slot::get), self.items.get())
        })?;
        if v.is_empty() {
            return Ok(None);
        }
        let b = b.as_gc::<Buffer>();
        if !b.has_cards() {
            return Ok(Some(v));
        }
        match b.place(i) {
            Some((slot, card)) => Ok(Some(th.read_card(card, || slot.get())?)),
            None => Ok(None),
        }
    }
    /// Replaces item `i`; false if there is none.
    #[inline(always)]
    pub fn set(self, th: &mut Thread, i: usize, v: Value) -> R<bool> {
        if th.tx.concurrent && (!th.tx.writable(self.header()) || self.buffer().is_some_and(Gc::<Buffer>::has_cards)) {
            if let Some(slot) = self.own_slot(th, i) {
                slot.set_raw(v);
                return Ok(true);
            }
            return self.set_among_others(th, i, v);
        }
        self.open(th)?;
        match self.slots().get(i) {
            Some(s) => {
                th.store(self.header(), s, v);
                Ok(true)
            }
            None => Ok(false),
        }
    }
    /// `set` of a list that is not open, or has cards.
    #[inline(never)]
    fn set_among_others(self, th: &mut Thread, i: usize, v: Value) -> R<bool> {
        let seen = self.header().meta.load(Acquire);
        match self.buffer().filter(|b| b.has_cards()) {
            Some(b) if self.set_at_hand(th, seen, b, i, v) => return Ok(true),
            Some(_) => {}
            None => self.open_among_others(th, i)?,
        }
        self.set_by_card(th, i, v)
    }
    /// Replaces item `i` of a list that is open, or whose buffer, as far as one can tell, has cards.
    #[inline(never)]
    fn set_by_card(self, th: &mut Thread, i: usize, v: Value) -> R<bool> {
        let (b, n) = th.read(self.header(), || (self.items.get(), self.len.load(Relaxed) as usize))?;
        let Some(b) = b.cast::<Buffer>() else { return Ok(false) };
        if i >= n.min(b.cap()) {
            return Ok(false);
        }
        let slot = &b.slots()[i];
        if th.tx.concurrent && b.has_cards() {
            b.open_cards(th, i, i + 1)?;
            slot.set_raw(v);
        } else {
            self.open(th)?;
            th.store(self.header(), slot, v);
        }
        Ok(true)
    }
    /// Appends.
    #[inline(always)]
    pub fn append(self, th: &mut Thread, v: Value) -> R<()> {
        if th.tx.writable(self.header())
            && let Some(b) = self.buffer()
        {
            let n = self.len.load(Relaxed) as usize;
            if let Some(s) = b.slots().get(n)
                && !(th.tx.concurrent && b.has_cards())
            {
                th.store(self.header(), s, v);
                self.set_len(th, n + 1);
                return Ok(());
            }
        }
        self.append_slow(th, v)
    }
    #[inline(never)]
    fn append_slow(self, th: &mut Thread, v: Value) -> R<()> {
        if th.may_defer(self.header()) && th.defer(self.obj(), append_all, &[v.0])? {
            return Ok(());
        }
        let b = self.room(th, 1)?;
        let n = self.len.load(Relaxed) as usize;
        self.open_cards(th, n, n + 1)?;
        th.store(self.header(), &b.slots()[n], v);
        self.set_len(th, n + 1);
        Ok(())
    }
    /// Opens the list and makes room for `more` items. Gives the buffer.
    fn room(self, th: &mut Thread, more: usize) -> R<Gc<Buffer>> {
        self.open(th)?;
        let n = self.len.load(Relaxed) as usize;
        let need = n + more;
        let old = self.buffer();
        if let Some(b) = old
            && need <= b.cap()
        {
            return Ok(b);
        }
        // Doubling, half more when large: what nobody has used yet takes no memory, but each buffer on the way does. Odd: header
        // and slots then fill 16-byte units.
        let extra = if need < 1 << 20 { need.min(n + 3) } else { need >> 1 };
        self.open_cards(th, 0, n)?;
        let b = self.new_buffer(th, (need + extra) | 1)?;
        if let Some(old) = old {
            copy(b, 0, &old.slots()[..n]);
        }
        self.set_buffer(th, b.value(), n);
        Ok(b)
    }
    /// A buffer to put in place of the present one.
    fn new_buffer(self, th: &mut Thread, cap: usize) -> R<Gc<Buffer>> {
        if self.has_cards(th) {
            buffer::new_with_cards(th, cap)
        } else {
            th.new_buffer(cap)
        }
    }
    /// Inserts before item `i`, or at the end.
    pub fn insert(self, th: &mut Thread, i: usize, v: Value) -> R<()> {
        let b = self.room(th, 1)?;
        let n = self.len.load(Relaxed) as usize;
        let i = i.min(n);
        self.open_cards(th, i, n + 1)?;
        self.shift(th, b, i, n, i + 1);
        th.store(self.header(), &b.slots()[i], v);
        self.set_len(th, n + 1);
        Ok(())
    }
    /// Moves the slots `from..end` so that they begin at `to`. The list is open.
    fn shift(self, th: &mut Thread, b: Gc<Buffer>, from: usize, end: usize, to: usize) {
        let s = b.slots();
        let h = self.header();
        let n = end - from;
        if !th.needs_log(h) {
            // SAFETY: both runs lie within the buffer (the slices are checked); nobody else writes an owned list.
            unsafe {
                std::ptr::copy(
                    s[from..end].as_ptr().cast::<u64>(),
                    s[to..to + n].as_ptr().cast::<u64>().cast_mut(),
                    n,
                )
            };
        } else if to > from {
            for i in (0..n).rev() {
                th.store(h, &s[to + i], s[from + i].get());
            }
        } else {
            for i in 0..n {
                th.store(h, &s[to + i], s[from + i].get());
            }
        }
    }
    /// Empties the slots `from..end`. The list is open.
    fn blank(self, th: &mut Thread, b: Gc<Buffer>, from: usize, end: usize) {
        for s in &b.slots()[from..end] {
            th.store(self.header(), s, Value::EMPTY);
        }
    }
    /// Removes item `i` and gives it; None if there is none.
    pub fn pop_at(self, th: &mut Thread, i: usize) -> R<Option<Value>> {
        self.open(th)?;
        let n = self.len.load(Relaxed) as usize;
        let Some(b) = self.buffer() else { return Ok(None) };
        if i >= n {
            return Ok(None);
        }
        self.open_cards(th, i, n)?;
        let v = b.slots()[i].get();
        if i + 1 < n {
            self.shift(th, b, i + 1, n, i);
        }
        th.store(self.header(), &b.slots()[n - 1], Value::EMPTY);
        self.set_len(th, n - 1);
        if n > 256 && n < b.cap() / 4 {
            self.shrink(th)?;
        }
        Ok(Some(v))
    }
    /// Removes item `i`, counted from the end when negative, and gives it; None if there is none.
    pub fn pop(self, th: &mut Thread, i: isize) -> R<Option<Value>> {
        let n = self.len(th)?;
        match crate::types::tuple_methods::within(i, n) {
            Some(i) => self.pop_at(th, i),
            None => Ok(None),
        }
    }
    /// Gives back most of an almost empty buffer.
    #[cold]
    fn shrink(self, th: &mut Thread) -> R<()> {
        let n = self.len.load(Relaxed) as usize;
        self.open_cards(th, 0, n)?;
        let b = self.new_buffer(th, (n + n / 2) | 1)?;
        copy(b, 0, self.slots());
        self.set_buffer(th, b.value(), n);
        Ok(())
    }
    /// Removes all.
    pub fn clear(self, th: &mut Thread) -> R<()> {
        self.open(th)?;
        self.set_buffer(th, Value::EMPTY, 0);
        Ok(())
    }
    /// The items as they are now.
    pub fn snapshot(self, th: &mut Thread) -> R<ValueVec> {
        self.snapshot_range(th, 0, usize::MAX)
    }
    /// The items `from..to` (clipped).
    pub fn snapshot_range(self, th: &mut Thread, from: usize, to: usize) -> R<ValueVec> {
        if !th.tx.concurrent || th.tx.owns(self.header()) && !self.has_cards(th) {
            let all = self.owned_items();
            let to = to.min(all.len());
            return ValueVec::from_slice(th, &all[from.min(to)..to]);
        }
        loop {
            let len = self.len(th)?;
            let end = to.min(len);
            let from = from.min(end);
            if from == end {
                return Ok(ValueVec::new());
            }
            let mut out = ValueVec::with_capacity(th, end - from)?;
            for _ in from..end {
                out.push(th, Value::NONE)?;
            }
            let places = out.as_mut_slice().as_mut_ptr();
            let take = |from_slot: usize, slots: &[Slot]| {
                for (i, s) in slots.iter().enumerate() {
                    // SAFETY: within `out`, which is this function's own; run again, it writes the same places.
                    unsafe { places.add(from_slot + i - from).write(s.get()) };
                }
            };
            let b = th.read(self.header(), || {
                let s = self.slots();
                if s.len() != len {
                    return None;
                }
                take(from, &s[from..end]);
                self.buffer()
            })?;
            let Some(b) = b else { continue };
            if b.has_cards() {
                for (card, slots) in b.cards_of(from, end) {
                    th.read_card(card, || take(slots.start, &b.slots()[slots.clone()]))?;
                }
            }
            return Ok(out);
        }
    }
    /// Appends all of a slice, which is not this list's own buffer.
    pub fn extend_slice(self, th: &mut Thread, items: &[Value]) -> R<()> {
        if items.is_empty() {
            return Ok(());
        }
        let b = self.room(th, items.len())?;
        let n = self.len.load(Relaxed) as usize;
        self.open_cards(th, n, n + items.len())?;
        let s = &b.slots()[n..n + items.len()];
        if th.needs_log(self.header()) {
            for (s, &v) in s.iter().zip(items) {
                th.store(self.header(), s, v);
            }
        } else {
            s.iter().zip(items).for_each(|(s, &v)| s.set_raw(v));
        }
        self.set_len(th, n + items.len());
        Ok(())
    }
    /// Appends all items of an iterable; when it fails, those that came before stay.
    pub fn extend(self, th: &mut Thread, iterable: Value) -> R<()> {
        let class = th.class_of(iterable);
        let t = &ctx().types;
        if class == t.list || iterable == self.value() {
            if !th.tx.concurrent && iterable != self.value() {
                return self.extend_slice(th, iterable.as_gc::<List>().owned_items());
            }
            let items = iterable.as_gc::<List>().snapshot(th)?;
            return self.extend_slice(th, items.as_slice());
        }
        if class == t.tuple {
            return self.extend_slice(th, iterable.as_gc::<Tuple>().items());
        }
        let it = th.iter(iterable)?;
        let hint = th.length_hint(iterable)?;
        if hint > 0 {
            // The hint may be far off: room for much is made only as items come.
            self.room(th, hint.min(1 << 20))?;
        }
        if let Some(it) = it.cast::<Iter>() {
            loop {
                match iter::next(th, it)? {
                    Value::EMPTY => return Ok(()),
                    v => self.append(th, v)?,
                }
            }
        }
        while let Some(v) = th.next(it)? {
            self.append(th, v)?;
        }
        Ok(())
    }
    /// Replaces all items; takes the buffer over.
    pub fn replace_all(self, th: &mut Thread, items: ValueVec) -> R<()> {
        self.open(th)?;
        let (b, n) = items.into_buffer();
        self.set_buffer(th, b.map_or(Value::EMPTY, |b| clean(b, n)), n);
        Ok(())
    }
    /// Removes the items `from..to` (within the list) and puts `items`, which are not its own buffer, there.
    pub fn splice(self, th: &mut Thread, from: usize, to: usize, items: &[Value]) -> R<()> {
        self.open(th)?;
        let n = self.len.load(Relaxed) as usize;
        let to = to.min(n);
        let from = from.min(to);
        let (gone, new) = (to - from, items.len());
        if new == 0 && gone == n {
            return self.clear(th);
        }
        let b = if new > gone {
            self.room(th, new - gone)?
        } else {
            match self.buffer() {
                Some(b) => b,
                None => return Ok(()),
            }
        };
        self.open_cards(th, from, if new == gone { to } else { n.max(n - gone + new) })?;
        if new != gone {
            self.shift(th, b, to, n, from + new);
        }
        for (s, &v) in b.slots()[from..from + new].iter().zip(items) {
            th.store(self.header(), s, v);
        }
        let len = n - gone + new;
        if len < n {
            self.blank(th, b, len, n);
        }
        self.set_len(th, len);
        if len > 256 && len < b.cap() / 4 {
            self.shrink(th)?;
        }
        Ok(())
    }
    /// Reverses in place.
    pub fn reverse(self, th: &mut Thread) -> R<()> {
        self.open_all(th)?;
        let s = self.slots();
        let h = self.header();
        let n = s.len();
        for i in 0..n / 2 {
            let (a, b) = (s[i].get(), s[n - 1 - i].get());
            th.store(h, &s[i], b);
            th.store(h, &s[n - 1 - i], a);
        }
        Ok(())
    }
    /// Takes all items out: the list is empty afterwards. The caller may permute what it gets in place. The other value is
    /// what the list has for its buffer now: anything that is done to the list changes that.
    pub fn take(self, th: &mut Thread) -> R<(ValueVec, Value)> {
        let mark = th.new_buffer(0)?.value();
        self.open(th)?;
        let items = match self.buffer() {
            // No undo log refers to it: the buffer itself.
            Some(b) if !th.needs_log(self.header()) && !self.has_cards(th) => ValueVec::from_buffer(b, self.len.load(Relaxed) as usize),
            _ => self.snapshot(th)?,
        };
        self.set_buffer(th, mark, 0);
        Ok((items, mark))
    }
    /// Bytes of items there is room for.
    pub fn capacity(self) -> usize {
        self.buffer().map_or(0, |b| b.cap())
    }
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        f(self.items.get());
    }
}
/// Appends what was put off.
fn append_all(th: &mut Thread, list: Obj, items: &[u64]) -> R<()> {
    let list = list.value().as_gc::<List>();
    let b = list.room(th, items.len())?;
    let n = list.len.load(Relaxed) as usize;
    list.open_cards(th, n, n + items.len())?;
    let slots = &b.slots()[n..n + items.len()];
    if th.needs_log(list.header()) && !th.tx.writable(b.header()) {
        // That others may see the new items is not up to the log.
        // SAFETY: the list is open, and the buffer belongs to it.
        unsafe { th.tx.log_slots(slots.iter().map(|s| &s.0), false) };
    }
    slots.iter().zip(items).for_each(|(s, &v)| s.set_raw(Value(v)));
    list.set_len(th, n + items.len());
    Ok(())
}
fn copy(to: Gc<Buffer>, at: usize, from: &[Slot]) {
    for (d, s) in to.slots()[at..].iter().zip(from) {
        d.set_raw(s.get());
    }
}
/// The buffer of a `ValueVec` of `n` items as one of a list: nothing behind the items.
fn clean(b: Gc<Buffer>, n: usize) -> Value {
    b.slots()[n..].iter().for_each(|s| s.set_raw(Value::EMPTY));
    b.value()
}

/// A new empty list of a class (list or a subclass).
#[inline]
pub fn new_of(th: &mut Thread, class: Gc<Class>) -> Gc<List> {
    th.new_object::<List>(class, 0)
}
impl Thread {
    /// A new list of these items.
    #[inline]
    pub fn new_list(&mut self, items: &[Value]) -> R {
        if items.is_empty() {
            return Ok(new_of(self, ctx().types.list).value());
        }
        let b = self.new_buffer(items.len() | 1)?;
        b.slots().iter().zip(items).for_each(|(s, &v)| s.set_raw(v));
        let l = new_of(self, ctx().types.list);
        l.items.set_raw(b.value());
        l.len.store(items.len() as u64, Relaxed);
        Ok(l.value())
    }
    /// A new list of the items of two slices.
    pub(crate) fn new_list_of_both(&mut self, x: &[Value], y: &[Value]) -> R {
        let n = x.len() + y.len();
        let b = self.new_buffer(n | 1)?;
        b.slots().iter().zip(x.iter().chain(y)).for_each(|(s, &v)| s.set_raw(v));
        let l = new_of(self, ctx().types.list);
        l.items.set_raw(b.value());
        l.len.store(n as u64, Relaxed);
        Ok(l.value())
    }
    /// A new list that takes the buffer over.
    pub fn new_list_vec(&mut self, items: ValueVec) -> Value {
        let l = new_of(self, ctx().types.list);
        let (b, n) = items.into_buffer();
        if let Some(b) = b {
            l.items.set_raw(clean(b, n));
            l.len.store(n as u64, Relaxed);
        }
        l.value()
    }
}
