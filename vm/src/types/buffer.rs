//! A run of slots: items of lists, overflow attributes, temporary values of native code (`ValueVec`).
//!
//! `cap` never changes, so a racing reader stays within bounds; unused slots are EMPTY. Cards may follow the slots (see
//! `cards`), one for each of them, or in a large buffer one for some that stand side by side.

use crate::object::{Gc, Header, Kind, Layout, Slot, Space};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::cards;
use crate::value::Value;

/// Layout of a buffer; `cap` slots follow.
#[repr(C)]
pub struct Buffer {
    header: Header,
    cap: u64,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Buffer {
    const KIND: Kind = Kind::Buffer;
}
impl Gc<Buffer> {
    /// Number of slots.
    #[inline(always)]
    pub fn cap(self) -> usize {
        self.cap as usize
    }
    /// All slots.
    #[inline(always)]
    pub fn slots(self) -> &'static [Slot] {
        // SAFETY: `cap` slots follow the layout.
        unsafe { std::slice::from_raw_parts(self.as_ptr().add(1).cast::<Slot>(), self.cap as usize) }
    }
    /// The first `n` slots as values: for buffers that nobody writes meanwhile.
    #[inline(always)]
    pub fn values(self, n: usize) -> &'static [Value] {
        debug_assert!(n <= self.cap());
        // SAFETY: Slot and Value have the same layout; n is within the buffer.
        unsafe { std::slice::from_raw_parts(self.as_ptr().add(1).cast::<Value>(), n) }
    }
}

/// Buffers with more slots than these have a card for `1 << COARSE` of them, not for each.
const FINE: usize = 8192;
const COARSE: u32 = 3;
/// The binary logarithm of the number of slots that share a card.
#[inline(always)]
fn grain(cap: usize) -> u32 {
    if cap <= FINE { 0 } else { COARSE }
}

impl Gc<Buffer> {
    /// Has it cards?
    #[inline(always)]
    pub(super) fn has_cards(self) -> bool {
        cards::are_behind(self.header())
    }
    /// Its cards.
    #[inline(always)]
    pub(crate) fn cards(self) -> &'static [Header] {
        if !self.has_cards() {
            return &[];
        }
        let slots = self.slots().as_ptr_range();
        // SAFETY: a buffer that has cards has them behind its slots.
        unsafe { std::slice::from_raw_parts(slots.end.cast(), cards_for(self.cap())) }
    }
    /// The slot `i` of a buffer with cards, and its card.
    #[inline(always)]
    pub(super) fn place(self, i: usize) -> Option<(&'static Slot, &'static Header)> {
        let slots = self.slots();
        let slot = slots.get(i)?;
        debug_assert!(self.has_cards());
        // SAFETY: behind the slots of such a buffer are cards for all of them.
        let card = unsafe { &*slots.as_ptr_range().end.cast::<Header>().add(i >> grain(self.cap())) };
        Some((slot, card))
    }
    /// The slots that share a card with slot `i`.
    #[inline(always)]
    pub(super) fn around(self, i: usize) -> &'static [Slot] {
        let (cap, grain) = (self.cap(), grain(self.cap()));
        let from = i >> grain << grain;
        &self.slots()[from..(from + (1 << grain)).min(cap)]
    }
    /// The cards of the slots `from..to` of a buffer with cards, each with those of these slots that it guards.
    pub(super) fn cards_of(self, from: usize, to: usize) -> impl Iterator<Item = (&'static Header, std::ops::Range<usize>)> {
        let (to, grain) = (to.min(self.cap()), grain(self.cap()));
        let cards = if from < to { from >> grain..((to - 1) >> grain) + 1 } else { 0..0 };
        cards.map(move |c| (&self.cards()[c], (c << grain).max(from)..((c + 1) << grain).min(to)))
    }
    /// Opens the cards of the slots `from..to`, and saves all that these guard.
    pub(super) fn open_cards(self, th: &mut Thread, from: usize, to: usize) -> R<()> {
        for (card, slots) in self.cards_of(from, to) {
            th.write_card(card, self.around(slots.start))?;
        }
        Ok(())
    }
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut impl FnMut(Value)) {
        self.trace_places(0..self.cap(), f);
    }
    /// As `trace`, for some of the slots.
    pub(crate) fn trace_places(self, places: std::ops::Range<usize>, f: &mut impl FnMut(Value)) {
        crate::trace::objects(self.slots()[places].iter().map(Slot::get), f);
    }
}

fn cards_for(cap: usize) -> usize {
    cap.div_ceil(1 << grain(cap))
}
/// A new buffer of `cap` EMPTY slots.
pub fn new(th: &mut Thread, cap: usize) -> R<Gc<Buffer>> {
    new_with(th, cap, 0)
}
/// As [`new`], with cards.
pub(super) fn new_with_cards(th: &mut Thread, cap: usize) -> R<Gc<Buffer>> {
    let b = new_with(th, cap, cards_for(cap) * size_of::<Header>())?;
    cards::announce(b.header());
    b.cards().iter().for_each(Header::init_part);
    Ok(b)
}
fn new_with(th: &mut Thread, cap: usize, more: usize) -> R<Gc<Buffer>> {
    if cap > (1 << 44) {
        return Err(th.memory_error());
    }
    let size = 24 + 8 * cap + more;
    if size > 1 << 16 && !crate::memory::room_for(th, size) {
        return Err(th.memory_error());
    }
    let p = th.alloc_raw(Kind::Buffer, 0, size, Space::Plain);
    // SAFETY: just allocated with that size.
    unsafe {
        let b = p.as_ptr().cast::<Buffer>();
        (*b).cap = cap as u64;
        Ok(Gc::from_addr(b as u64))
    }
}

/// A growable list of values for native code, on the stack; its buffer is a heap object, so the collector sees it.
#[derive(Clone, Copy, Default)]
pub struct ValueVec {
    buf: Option<Gc<Buffer>>,
    len: usize,
}
impl ValueVec {
    /// Empty; allocates nothing.
    pub fn new() -> ValueVec {
        ValueVec::default()
    }
    /// Empty with room for `cap`.
    pub fn with_capacity(th: &mut Thread, cap: usize) -> R<ValueVec> {
        Ok(ValueVec {
            buf: if cap == 0 { None } else { Some(new(th, cap)?) },
            len: 0,
        })
    }
    /// Takes a buffer over whose first `len` slots are values.
    pub(crate) fn from_buffer(buf: Gc<Buffer>, len: usize) -> ValueVec {
        debug_assert!(len <= buf.cap());
        ValueVec { buf: Some(buf), len }
    }
    /// A copy of a slice.
    pub fn from_slice(th: &mut Thread, items: &[Value]) -> R<ValueVec> {
        // An odd capacity fills 16-byte units, and a list can take the buffer over.
        let mut v = ValueVec::with_capacity(th, items.len() | 1)?;
        if let Some(b) = v.buf {
            b.slots().iter().zip(items).for_each(|(s, &v)| s.set_raw(v));
        }
        v.len = items.len();
        Ok(v)
    }
    /// Appends.
    #[inline]
    pub fn push(&mut self, th: &mut Thread, v: Value) -> R<()> {
        match self.buf {
            Some(b) if self.len < b.cap() => {
                b.slots()[self.len].set_raw(v);
            }
            _ => {
                let b = new(th, (self.len * 2).max(4))?;
                for (i, &v) in self.as_slice().iter().enumerate() {
                    b.slots()[i].set_raw(v);
                }
                b.slots()[self.len].set_raw(v);
                self.buf = Some(b);
            }
        }
        self.len += 1;
        Ok(())
    }
    /// Removes the last.
    pub fn pop(&mut self) -> Option<Value> {
        let v = *self.as_slice().last()?;
        self.len -= 1;
        Some(v)
    }
    /// Forgets all but the first `n`.
    pub fn truncate(&mut self, n: usize) {
        self.len = self.len.min(n);
    }
    /// Replaces item `i`.
    pub fn set(&mut self, i: usize, v: Value) {
        assert!(i < self.len);
        if let Some(b) = self.buf {
            b.slots()[i].set_raw(v);
        }
    }
    /// The items. Keep the ValueVec itself alive on the stack meanwhile.
    #[inline]
    pub fn as_slice(&self) -> &'static [Value] {
        match self.buf {
            Some(b) => b.values(self.len),
            None => &[],
        }
    }
    /// The items, to sort or permute in place.
    pub fn as_mut_slice(&mut self) -> &'static mut [Value] {
        match self.buf {
            // SAFETY: the buffer belongs to this ValueVec alone.
            Some(b) => unsafe { std::slice::from_raw_parts_mut(b.values(self.len).as_ptr() as *mut Value, self.len) },
            None => &mut [],
        }
    }
    /// Takes the buffer (for a list): buffer or None when nothing was ever pushed, and the length.
    pub fn into_buffer(self) -> (Option<Gc<Buffer>>, usize) {
        (self.buf, self.len)
    }
    /// How many values it holds.
    pub fn len(&self) -> usize {
        self.len
    }
    /// Does it hold no values?
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}
