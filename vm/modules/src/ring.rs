//! A double-ended queue of values in slots of a native object: what `deque` and `SimpleQueue` are made of.
//!
//! `buffer` has a power of two slots; item `i` is in slot `(head + i) & (slots - 1)`; all others are EMPTY. Every store is
//! logged where it must be. The owner's header guards all of it.

use vasuki_vm::object::{Header, Slot};
use vasuki_vm::state::{slots, small};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

/// The slots, part of the owner's state.
pub(crate) struct Ring {
    buffer: Slot,
    head: Slot,
    len: Slot,
}
impl Clone for Ring {
    fn clone(&self) -> Ring {
        Ring {
            buffer: Slot::new(self.buffer.get()),
            head: Slot::new(self.head.get()),
            len: Slot::new(self.len.get()),
        }
    }
}
impl Ring {
    /// Empty.
    pub(crate) fn new() -> Ring {
        Ring {
            buffer: Slot::new(Value::EMPTY),
            head: Slot::new(small(0)),
            len: Slot::new(small(0)),
        }
    }
    /// Calls `f` with what the collector must see.
    pub(crate) fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.buffer.get());
    }
    /// Number of items; the owner is open, or this runs inside `Thread::read`.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.len.get().as_small() as usize
    }
    #[inline(always)]
    fn head(&self) -> usize {
        self.head.get().as_small() as usize
    }
    /// Item `i`, EMPTY if there is none. Safe on torn state.
    #[inline(always)]
    pub(crate) fn get(&self, i: usize) -> Value {
        let s = slots(self.buffer.get());
        if i >= self.len() || s.is_empty() {
            return Value::EMPTY;
        }
        s[(self.head() + i) & (s.len() - 1)].get()
    }
    /// Makes room for one more item.
    #[inline(always)]
    fn room(&self, th: &mut Thread, h: &Header) -> R<&'static [Slot]> {
        let s = slots(self.buffer.get());
        if self.len() < s.len() { Ok(s) } else { self.grow(th, h) }
    }
    #[cold]
    fn grow(&self, th: &mut Thread, h: &Header) -> R<&'static [Slot]> {
        let n = self.len();
        let b = th.new_buffer((2 * n).next_power_of_two().max(8))?;
        for i in 0..n {
            b.slots()[i].set_raw(self.get(i));
        }
        th.store(h, &self.buffer, b.value());
        th.store(h, &self.head, small(0));
        Ok(b.slots())
    }
    /// Adds at the right end. The owner is open.
    #[inline(always)]
    pub(crate) fn push_back(&self, th: &mut Thread, h: &Header, v: Value) -> R<()> {
        let s = self.room(th, h)?;
        let n = self.len();
        th.store(h, &s[(self.head() + n) & (s.len() - 1)], v);
        th.store(h, &self.len, small(n + 1));
        Ok(())
    }
    /// Adds at the left end. The owner is open.
    #[inline(always)]
    pub(crate) fn push_front(&self, th: &mut Thread, h: &Header, v: Value) -> R<()> {
        let s = self.room(th, h)?;
        let (n, head) = (self.len(), self.head().wrapping_sub(1) & (s.len() - 1));
        th.store(h, &s[head], v);
        th.store(h, &self.head, small(head));
        th.store(h, &self.len, small(n + 1));
        Ok(())
    }
    /// Takes from the right end; EMPTY if there is nothing. The owner is open.
    #[inline(always)]
    pub(crate) fn pop_back(&self, th: &mut Thread, h: &Header) -> Value {
        let (n, s) = (self.len(), slots(self.buffer.get()));
        if n == 0 {
            return Value::EMPTY;
        }
        let slot = &s[(self.head() + n - 1) & (s.len() - 1)];
        let v = slot.get();
        th.store(h, slot, Value::EMPTY);
        th.store(h, &self.len, small(n - 1));
        self.give_back(th, h, n - 1, s.len());
        v
    }
    /// Takes from the left end; EMPTY if there is nothing. The owner is open.
    #[inline(always)]
    pub(crate) fn pop_front(&self, th: &mut Thread, h: &Header) -> Value {
        let (n, s) = (self.len(), slots(self.buffer.get()));
        if n == 0 {
            return Value::EMPTY;
        }
        let head = self.head();
        let v = s[head].get();
        th.store(h, &s[head], Value::EMPTY);
        th.store(h, &self.head, small((head + 1) & (s.len() - 1)));
        th.store(h, &self.len, small(n - 1));
        self.give_back(th, h, n - 1, s.len());
        v
    }
    /// Moves the few items left of a large buffer to a small one.
    #[inline(always)]
    fn give_back(&self, th: &mut Thread, h: &Header, n: usize, cap: usize) {
        if cap > 256 && n < cap / 8 {
            // Without memory for a small buffer the large one stays.
            let _ = self.grow(th, h);
        }
    }
    /// Replaces item `i`, which exists. The owner is open.
    #[inline(always)]
    pub(crate) fn set(&self, th: &mut Thread, h: &Header, i: usize, v: Value) {
        let s = slots(self.buffer.get());
        th.store(h, &s[(self.head() + i) & (s.len() - 1)], v);
    }
    /// Takes out item `i`, which exists. The owner is open.
    pub(crate) fn remove(&self, th: &mut Thread, h: &Header, i: usize) -> Value {
        let (n, v) = (self.len(), self.get(i));
        if i < n / 2 {
            for j in (0..i).rev() {
                self.set(th, h, j + 1, self.get(j));
            }
            self.pop_front(th, h);
        } else {
            for j in i..n - 1 {
                self.set(th, h, j, self.get(j + 1));
            }
            self.pop_back(th, h);
        }
        v
    }
    /// Puts an item before item `i`. The owner is open.
    pub(crate) fn insert(&self, th: &mut Thread, h: &Header, i: usize, v: Value) -> R<()> {
        let n = self.len();
        if i < n / 2 {
            self.push_front(th, h, v)?;
            for j in 0..i {
                self.set(th, h, j, self.get(j + 1));
            }
        } else {
            self.push_back(th, h, v)?;
            for j in (i..n).rev() {
                self.set(th, h, j + 1, self.get(j));
            }
        }
        self.set(th, h, i, v);
        Ok(())
    }
    /// Removes everything. The owner is open.
    pub(crate) fn clear(&self, th: &mut Thread, h: &Header) {
        th.store(h, &self.buffer, Value::EMPTY);
        th.store(h, &self.head, small(0));
        th.store(h, &self.len, small(0));
    }
}
