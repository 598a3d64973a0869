//! `range`: layout, construction, arithmetic on its parts. Methods are in `range_methods`.
//!
//! Immutable. All parts are ints of exactly the class `int`, of any size; the step is not 0; `length` is never negative.

use crate::context::ctx;
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::ops::{BinOp, CmpOp};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::int;
use crate::types::iter::{self, What};
use crate::value::{SMALL_MAX, SMALL_MIN, Value};

/// Layout.
#[repr(C)]
pub struct Range {
    header: Header,
    /// first item
    pub start: Slot,
    /// bound, not included
    pub stop: Slot,
    /// difference of neighbours
    pub step: Slot,
    /// number of items
    pub length: Slot,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Range {
    const KIND: Kind = Kind::Range;
}
impl Gc<Range> {
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        f(self.start.get());
        f(self.stop.get());
        f(self.step.get());
        f(self.length.get());
    }
    /// (start, step, length) when all are small ints.
    #[inline(always)]
    pub fn small_parts(self) -> Option<(i64, i64, i64)> {
        let (a, s, n) = (self.start.get(), self.step.get(), self.length.get());
        if Value::both_small(a, s) && n.is_small() {
            Some((a.as_small(), s.as_small(), n.as_small()))
        } else {
            None
        }
    }
}
/// `a op b` of two ints, for operators whose result is one int.
#[inline]
pub fn arith(th: &mut Thread, op: BinOp, a: Value, b: Value) -> R {
    Ok(int::binary(th, op, a, b)?.unwrap_or(Value::small(0)))
}
/// Does the comparison hold between two ints?
#[inline]
pub fn holds(op: CmpOp, a: Value, b: Value) -> bool {
    int::compare(op, a, b).unwrap_or(false)
}
/// How many items `range(start, stop, step)` has.
fn length(th: &mut Thread, start: Value, stop: Value, step: Value) -> R {
    if Value::both_small(start, stop) && step.is_small() {
        let (a, b, s) = (start.as_small(), stop.as_small(), step.as_small());
        let n = if s > 0 {
            if a < b { (b - a - 1) / s + 1 } else { 0 }
        } else if b < a {
            (a - b - 1) / -s + 1
        } else {
            0
        };
        return Ok(th.new_int(n));
    }
    let up = int::sign(step) > 0;
    let (low, high) = if up { (start, stop) } else { (stop, start) };
    if !holds(CmpOp::Lt, low, high) {
        return Ok(Value::small(0));
    }
    let width = arith(th, BinOp::Sub, high, low)?;
    let width = arith(th, BinOp::Sub, width, Value::small(1))?;
    let step = if up { step } else { arith(th, BinOp::Sub, Value::small(0), step)? };
    let n = arith(th, BinOp::FloorDiv, width, step)?;
    arith(th, BinOp::Add, n, Value::small(1))
}
/// `range(start, stop, step)` of ints of exactly the class `int`.
pub fn new(th: &mut Thread, start: Value, stop: Value, step: Value) -> R {
    if step == Value::small(0) {
        return Err(th.value_error("range() arg 3 must not be zero"));
    }
    let n = length(th, start, stop, step)?;
    let r: Gc<Range> = th.new_object(ctx().types.range, 0);
    r.start.set_raw(start);
    r.stop.set_raw(stop);
    r.step.set_raw(step);
    r.length.set_raw(n);
    Ok(r.value())
}
impl Thread {
    /// `range(start, stop, step)` of ints.
    pub fn new_range(&mut self, start: Value, stop: Value, step: Value) -> R {
        new(self, start, stop, step)
    }
}
/// Item `i`, an int within the range.
pub fn item(th: &mut Thread, r: Gc<Range>, i: Value) -> R {
    let by = arith(th, BinOp::Mul, i, r.step.get())?;
    arith(th, BinOp::Add, r.start.get(), by)
}
/// An iterator over `n` ints from `start` on.
#[inline]
pub fn iterate(th: &mut Thread, start: Value, step: Value, n: Value) -> R {
    let t = &ctx().types;
    if Value::both_small(start, step) && n.is_small() {
        let after = start.as_small() as i128 + step.as_small() as i128 * n.as_small() as i128;
        if after >= SMALL_MIN as i128 && after <= SMALL_MAX as i128 {
            return Ok(iter::new(th, t.range_iterator, What::Range, n, start, step));
        }
    }
    // CPython names the iterator by what fits a C long.
    let end = arith(th, BinOp::Mul, step, n)?;
    let end = arith(th, BinOp::Add, start, end)?;
    let fits = [start, step, n, end].iter().all(|&v| int::to_i64(v).is_some());
    let class = if fits { t.range_iterator } else { t.longrange_iterator };
    Ok(iter::new(th, class, What::LongRange, n, start, step))
}
