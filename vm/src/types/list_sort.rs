//! `list.sort`: stable. Keys that are all numbers or all text are compared in Rust; others go through a merge sort of
//! natural runs that only asks `<`.
//!
//! What holds: while it runs the list is empty; the items are permuted through an order of indexes, so that whatever a
//! comparison raises leaves a permutation. Items and keys stay in heap buffers all the time, where the collector sees
//! them: Rust's memory holds numbers and indexes, and pointers only besides.

use crate::context::ctx;
use crate::object::{Gc, Kind};
use crate::ops::CmpOp;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::list::List;
use crate::types::str_::{Chars, Str};
use crate::types::str_ops;
use crate::types::tuple::Tuple;
use crate::value::Value;
use std::cmp::Ordering;

/// `list.sort(key=None, reverse=False)`: (list, key, reverse), where EMPTY is the default.
pub fn sort(th: &mut Thread, a: &[Value]) -> R {
    let l: Gc<List> = a[0].as_gc();
    let reverse = !a[2].is_empty() && th.truth(a[2])?;
    let (mut items, mark) = l.take(th)?;
    // Nobody sees the list empty.
    let result = th.in_whole(|th| sort_items(th, &mut items, a[1], reverse));
    if let Err(t) = result
        && t.is_abort()
    {
        return Err(t);
    }
    let modified = th.read(l.header(), || l.items.get() != mark)?;
    l.replace_all(th, items)?;
    result?;
    if modified {
        return Err(th.value_error("list modified during sort"));
    }
    Ok(Value::NONE)
}

/// Sorts values by what `key` gives, unless that is None or EMPTY. When it fails they are a permutation of what they were.
pub fn sort_items(th: &mut Thread, items: &mut ValueVec, key: Value, reverse: bool) -> R<()> {
    let key = if key.is_none() { Value::EMPTY } else { key };
    if key.is_empty() {
        if items.len() < 2 {
            return Ok(());
        }
        let s = items.as_mut_slice();
        // No pointers: sorted where they are.
        if s.iter().all(|v| v.is_small()) {
            if reverse {
                s.sort_unstable_by_key(|v| std::cmp::Reverse(v.as_small()));
            } else {
                s.sort_unstable_by_key(|v| v.as_small());
            }
            return Ok(());
        }
        if s.iter().all(|v| number(*v).is_some()) {
            s.sort_by(|a, b| directed(by_number(number(*a), number(*b)), reverse));
            return Ok(());
        }
    }
    let keys = if key.is_empty() {
        *items
    } else {
        let mut keys = ValueVec::with_capacity(th, items.len())?;
        for &v in items.as_slice() {
            let k = th.call(key, &[v])?;
            keys.push(th, k)?;
        }
        keys
    };
    if items.len() < 2 {
        return Ok(());
    }
    if u32::try_from(items.len()).is_err() {
        return Err(th.memory_error());
    }
    let (order, result) = order_of(th, keys.as_slice(), reverse);
    let mut sorted = ValueVec::with_capacity(th, items.len())?;
    for &i in &order {
        sorted.push(th, items.as_slice()[i as usize])?;
    }
    *items = sorted;
    result
}
fn directed(o: Ordering, reverse: bool) -> Ordering {
    if reverse { o.reverse() } else { o }
}
/// An unboxed number that is not NaN. (Unboxed ints have 49 bits: a double holds them.)
#[inline(always)]
fn number(v: Value) -> Option<f64> {
    if v.is_float() {
        let f = v.as_float();
        if f.is_nan() { None } else { Some(f) }
    } else {
        v.to_small().map(|n| n as f64)
    }
}
#[inline(always)]
fn by_number(a: Option<f64>, b: Option<f64>) -> Ordering {
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}
/// The order that sorts the keys; a permutation also when there is an error.
fn order_of(th: &mut Thread, keys: &[Value], reverse: bool) -> (Vec<u32>, R<()>) {
    if keys.iter().all(|v| number(*v).is_some()) {
        let mut of: Vec<(f64, u32)> = keys.iter().zip(0..).map(|(v, i)| (number(*v).unwrap_or(0.0), i)).collect();
        of.sort_by(|a, b| directed(a.0.partial_cmp(&b.0).unwrap_or(Ordering::Equal), reverse));
        return (of.into_iter().map(|x| x.1).collect(), Ok(()));
    }
    let text = ctx().types.str;
    if keys.iter().all(|v| v.is_obj() && th.class_of(*v) == text) {
        let narrow = keys.iter().all(|v| v.as_gc::<Str>().width() == 1);
        let mut of: Vec<(u64, u32)> = keys.iter().zip(0..).map(|(v, i)| (prefix(v.as_gc(), narrow), i)).collect();
        of.sort_by(|a, b| {
            let o =
                a.0.cmp(&b.0)
                    .then_with(|| str_ops::compare(keys[a.1 as usize].as_gc(), keys[b.1 as usize].as_gc()));
            directed(o, reverse)
        });
        return (of.into_iter().map(|x| x.1).collect(), Ok(()));
    }
    let n = keys.len() as u32;
    let order: Vec<u32> = if reverse { (0..n).rev().collect() } else { (0..n).collect() };
    let mut s = Sorter {
        keys,
        order,
        spare: Vec::new(),
    };
    let r = s.sort(th);
    if reverse {
        s.order.reverse();
    }
    (s.order, r)
}
/// The first characters of a string as a number that orders as they do: eight of one byte, or two of any width.
fn prefix(s: Gc<Str>, narrow: bool) -> u64 {
    if narrow && let Chars::One(c) = s.chars() {
        let mut b = [0; 8];
        let n = c.len().min(8);
        b[..n].copy_from_slice(&c[..n]);
        return u64::from_be_bytes(b);
    }
    let at = |i: usize| if i < s.len() { s.at(i) as u64 } else { 0 };
    at(0) << 32 | at(1)
}

/// `a < b`
#[inline]
fn less(th: &mut Thread, a: Value, b: Value) -> R<bool> {
    if Value::both_small(a, b) {
        return Ok(a.as_small() < b.as_small());
    }
    if a.is_float() && b.is_float() {
        return Ok(a.as_float() < b.as_float());
    }
    if a.is_obj() && b.is_obj() {
        let t = &ctx().types;
        let (ca, cb) = (th.class_of(a), th.class_of(b));
        if ca == t.str && cb == t.str {
            return Ok(str_ops::compare(a.as_gc(), b.as_gc()).is_lt());
        }
        if ca == t.tuple && cb == t.tuple {
            return th.recurse(" in comparison", |th| tuple_less(th, a, b));
        }
    }
    th.compare_bool(CmpOp::Lt, a, b)
}
fn tuple_less(th: &mut Thread, a: Value, b: Value) -> R<bool> {
    debug_assert!(a.is_kind(Kind::Tuple) && b.is_kind(Kind::Tuple));
    let (x, y) = (a.as_gc::<Tuple>().items(), b.as_gc::<Tuple>().items());
    for (&v, &w) in x.iter().zip(y) {
        if !th.eq(v, w)? {
            return less(th, v, w);
        }
    }
    Ok(x.len() < y.len())
}

/// A run of the order that is sorted, and the depth of the boundary behind it in the ideal tree of merges.
struct Run {
    start: usize,
    end: usize,
    power: u32,
}
struct Sorter<'a> {
    keys: &'a [Value],
    order: Vec<u32>,
    spare: Vec<u32>,
}
/// Shorter runs are made this long by insertion.
const MIN_RUN: usize = 32;

impl Sorter<'_> {
    #[inline(always)]
    fn key(&self, i: u32) -> Value {
        self.keys[i as usize]
    }
    /// Powersort (Munro and Wild, "Nearly-Optimal Mergesorts"): runs are merged in nearly the best order.
    fn sort(&mut self, th: &mut Thread) -> R<()> {
        let n = self.order.len();
        let mut runs: Vec<Run> = Vec::new();
        let mut run = self.next_run(th, 0)?;
        while run.end < n {
            let next = self.next_run(th, run.end)?;
            let power = boundary_power(&run, &next, n);
            while let Some(last) = runs.pop_if(|r| r.power > power) {
                self.merge(th, last.start, run.start, run.end)?;
                run.start = last.start;
            }
            run.power = power;
            runs.push(run);
            run = next;
        }
        while let Some(last) = runs.pop() {
            self.merge(th, last.start, run.start, run.end)?;
            run.start = last.start;
        }
        Ok(())
    }
    /// Finds (or makes) the sorted run that begins at `start`.
    fn next_run(&mut self, th: &mut Thread, start: usize) -> R<Run> {
        let n = self.order.len();
        let mut end = start + 1;
        if end < n {
            let down = self.before(th, end, end - 1)?;
            end += 1;
            while end < n && self.before(th, end, end - 1)? == down {
                end += 1;
            }
            if down {
                self.order[start..end].reverse();
            }
        }
        let want = (start + MIN_RUN).min(n);
        while end < want {
            let k = self.key(self.order[end]);
            let at = self.upper(th, k, start, end)?;
            self.order[at..=end].rotate_right(1);
            end += 1;
        }
        Ok(Run { start, end, power: 0 })
    }
    /// Is what stands at `i` less than what stands at `j`?
    fn before(&self, th: &mut Thread, i: usize, j: usize) -> R<bool> {
        less(th, self.key(self.order[i]), self.key(self.order[j]))
    }
    /// The first place of the sorted `from..to` whose key is greater than `k`.
    fn upper(&self, th: &mut Thread, k: Value, mut from: usize, mut to: usize) -> R<usize> {
        while from < to {
            let mid = from + (to - from) / 2;
            if less(th, k, self.key(self.order[mid]))? {
                to = mid;
            } else {
                from = mid + 1;
            }
        }
        Ok(from)
    }
    /// The first place of the sorted `from..to` whose key is not less than `k`.
    fn lower(&self, th: &mut Thread, k: Value, mut from: usize, mut to: usize) -> R<usize> {
        while from < to {
            let mid = from + (to - from) / 2;
            if less(th, self.key(self.order[mid]), k)? {
                from = mid + 1;
            } else {
                to = mid;
            }
        }
        Ok(from)
    }
    /// `upper`, looking near `from` first.
    fn upper_near(&self, th: &mut Thread, k: Value, from: usize, to: usize) -> R<usize> {
        let (mut low, mut step) = (from, 1);
        while from + step <= to {
            let at = from + step - 1;
            if less(th, k, self.key(self.order[at]))? {
                return self.upper(th, k, low, at);
            }
            low = at + 1;
            step *= 2;
        }
        self.upper(th, k, low, to)
    }
    /// `lower`, looking near `to` first.
    fn lower_near(&self, th: &mut Thread, k: Value, from: usize, to: usize) -> R<usize> {
        let (mut high, mut step) = (to, 1);
        while from + step <= to {
            let at = to - step;
            if less(th, self.key(self.order[at]), k)? {
                return self.lower(th, k, at + 1, high);
            }
            high = at;
            step *= 2;
        }
        self.lower(th, k, from, high)
    }
    /// Merges the neighbouring sorted runs `from..mid` and `mid..to`.
    fn merge(&mut self, th: &mut Thread, from: usize, mid: usize, to: usize) -> R<()> {
        let from = self.upper_near(th, self.key(self.order[mid]), from, mid)?;
        if from == mid {
            return Ok(());
        }
        let to = self.lower_near(th, self.key(self.order[mid - 1]), mid, to)?;
        if mid - from <= to - mid {
            self.merge_up(th, from, mid, to)
        } else {
            self.merge_down(th, from, mid, to)
        }
    }
    /// The left run is put aside; filled from the left.
    fn merge_up(&mut self, th: &mut Thread, from: usize, mid: usize, to: usize) -> R<()> {
        self.spare.clear();
        self.spare.extend_from_slice(&self.order[from..mid]);
        let (mut i, mut j, mut out) = (0, mid, from);
        let mut result = Ok(());
        while i < self.spare.len() && j < to {
            match less(th, self.key(self.order[j]), self.key(self.spare[i])) {
                Ok(true) => {
                    self.order[out] = self.order[j];
                    j += 1;
                }
                Ok(false) => {
                    self.order[out] = self.spare[i];
                    i += 1;
                }
                Err(t) => {
                    result = Err(t);
                    break;
                }
            }
            out += 1;
        }
        let rest = self.spare.len() - i;
        self.order[out..out + rest].copy_from_slice(&self.spare[i..]);
        result
    }
    /// The right run is put aside; filled from the right.
    fn merge_down(&mut self, th: &mut Thread, from: usize, mid: usize, to: usize) -> R<()> {
        self.spare.clear();
        self.spare.extend_from_slice(&self.order[mid..to]);
        // Ends, exclusive.
        let (mut i, mut j, mut out) = (mid, self.spare.len(), to);
        let mut result = Ok(());
        while i > from && j > 0 {
            match less(th, self.key(self.spare[j - 1]), self.key(self.order[i - 1])) {
                Ok(true) => {
                    self.order[out - 1] = self.order[i - 1];
                    i -= 1;
                }
                Ok(false) => {
                    self.order[out - 1] = self.spare[j - 1];
                    j -= 1;
                }
                Err(t) => {
                    result = Err(t);
                    break;
                }
            }
            out -= 1;
        }
        self.order[out - j..out].copy_from_slice(&self.spare[..j]);
        result
    }
}
/// Depth of the boundary between two neighbouring runs: where the binary fractions of their midpoints first differ.
fn boundary_power(left: &Run, right: &Run, n: usize) -> u32 {
    let middle = |r: &Run| (((r.start + r.end) as u128) << 62) / (2 * n as u128);
    ((middle(left) ^ middle(right)) as u64).leading_zeros()
}
