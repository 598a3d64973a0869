//! The NaN-boxed value: one 64-bit word.
//!
//! | bits | meaning |
//! | --- | --- |
//! | `0` | EMPTY: nothing here (unbound local, missing argument, deleted entry) |
//! | `< 0x1000` | constants: None, False, True, Ellipsis, NotImplemented, internal marks |
//! | top 16 bits zero | pointer to a heap object (16-byte aligned) |
//! | `0x0002_.. ..= 0xFFFB_..` | double: its bits plus 2^49 |
//! | top 15 bits one | small int: 49 bits, sign extended |

use crate::object::{Gc, Kind, Layout, Obj};
use vasuki_stm::Header;

/// A Python value, or EMPTY.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Value(pub u64);

const DOUBLE_OFFSET: u64 = 1 << 49;
const INT_TAG: u64 = 0xFFFE_0000_0000_0000;
const FIRST_POINTER: u64 = 0x1000;

/// Smallest and largest int that needs no heap object.
pub const SMALL_MIN: i64 = -(1 << 48);
/// See [`SMALL_MIN`].
pub const SMALL_MAX: i64 = (1 << 48) - 1;

impl Value {
    /// Nothing: never visible to Python.
    pub const EMPTY: Value = Value(0);
    /// `None`
    pub const NONE: Value = Value(0x10);
    /// `False`
    pub const FALSE: Value = Value(0x20);
    /// `True`
    pub const TRUE: Value = Value(0x30);
    /// `...`
    pub const ELLIPSIS: Value = Value(0x40);
    /// `NotImplemented`
    pub const NOT_IMPLEMENTED: Value = Value(0x50);
    /// Internal: "known to be absent" in caches.
    pub const ABSENT: Value = Value(0x60);
    /// Internal: the transaction must abort (inside a `Throw`).
    pub const ABORT: Value = Value(0x70);
    /// Internal: a deleted hash table entry.
    pub const DELETED: Value = Value(0x80);

    /// A small int. `n` must be within SMALL_MIN..=SMALL_MAX.
    #[inline(always)]
    pub const fn small(n: i64) -> Value {
        debug_assert!(n >= SMALL_MIN && n <= SMALL_MAX);
        Value(n as u64 | INT_TAG)
    }
    /// A small int if it fits.
    #[inline(always)]
    pub const fn try_small(n: i64) -> Option<Value> {
        if n >= SMALL_MIN && n <= SMALL_MAX {
            Some(Value(n as u64 | INT_TAG))
        } else {
            None
        }
    }
    /// A float; every NaN becomes one of two canonical NaNs (sign kept).
    #[inline(always)]
    pub fn float(f: f64) -> Value {
        let bits = if f.is_nan() {
            (f.to_bits() & (1 << 63)) | 0x7FF8_0000_0000_0000
        } else {
            f.to_bits()
        };
        Value(bits.wrapping_add(DOUBLE_OFFSET))
    }
    /// True or False
    #[inline(always)]
    pub const fn bool(b: bool) -> Value {
        if b { Value::TRUE } else { Value::FALSE }
    }
    /// A pointer to an object.
    #[inline(always)]
    pub fn obj(o: Obj) -> Value {
        Value(o.addr() as u64)
    }
    /// Is it the mark of absence, which Python code never sees?
    #[inline(always)]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
    /// Is it `None`?
    #[inline(always)]
    pub const fn is_none(self) -> bool {
        self.0 == Value::NONE.0
    }
    /// Is it `True`? (Not: is it true in a condition.)
    #[inline(always)]
    pub const fn is_true(self) -> bool {
        self.0 == Value::TRUE.0
    }
    /// Is it `True` or `False`?
    #[inline(always)]
    pub const fn is_bool(self) -> bool {
        self.0 == Value::TRUE.0 || self.0 == Value::FALSE.0
    }
    /// Is it an unboxed int? (True and False and big ints are not.)
    #[inline(always)]
    pub const fn is_small(self) -> bool {
        self.0 >= INT_TAG
    }
    /// Are both unboxed ints?
    #[inline(always)]
    pub const fn both_small(a: Value, b: Value) -> bool {
        (a.0 & b.0) >= INT_TAG
    }
    /// The int of an unboxed int.
    #[inline(always)]
    pub const fn as_small(self) -> i64 {
        ((self.0 << 15) as i64) >> 15
    }
    /// `Some` for an unboxed int.
    #[inline(always)]
    pub const fn to_small(self) -> Option<i64> {
        if self.is_small() { Some(self.as_small()) } else { None }
    }
    /// Is it an unboxed float?
    #[inline(always)]
    pub const fn is_float(self) -> bool {
        self.0.wrapping_sub(DOUBLE_OFFSET) < 0xFFFA_0000_0000_0000
    }
    /// The float of an unboxed float.
    #[inline(always)]
    pub const fn as_float(self) -> f64 {
        f64::from_bits(self.0.wrapping_sub(DOUBLE_OFFSET))
    }
    /// Is it a pointer to a heap object?
    #[inline(always)]
    pub const fn is_obj(self) -> bool {
        self.0.wrapping_sub(FIRST_POINTER) < (1 << 48) - FIRST_POINTER
    }
    /// The object, if it is one.
    #[inline(always)]
    pub fn to_obj(self) -> Option<Obj> {
        if self.is_obj() {
            // SAFETY: a Value in the pointer range always is the address of a live object (invariant of this type).
            Some(unsafe { Obj::from_addr(self.0) })
        } else {
            None
        }
    }
    /// The object. The caller has checked `is_obj`.
    #[inline(always)]
    pub fn as_obj(self) -> Obj {
        debug_assert!(self.is_obj());
        // SAFETY: see to_obj.
        unsafe { Obj::from_addr(self.0) }
    }
    /// The header, of an object.
    #[inline(always)]
    pub fn header(self) -> &'static Header {
        self.as_obj().header()
    }
    /// Is it an object of this layout kind (the builtin or a subclass)?
    #[inline(always)]
    pub fn is_kind(self, kind: Kind) -> bool {
        self.is_obj() && self.as_obj().kind() == kind
    }
    /// The object as layout `T`, if it has that layout.
    #[inline(always)]
    pub fn cast<T: Layout>(self) -> Option<Gc<T>> {
        if self.is_kind(T::KIND) {
            // SAFETY: the kind says that the object has this layout.
            Some(unsafe { Gc::from_addr(self.0) })
        } else {
            None
        }
    }
    /// The object as layout `T`. The caller knows that it has that layout.
    #[inline(always)]
    pub fn as_gc<T: Layout>(self) -> Gc<T> {
        debug_assert!(self.is_kind(T::KIND));
        // SAFETY: checked by the caller, and in debug builds above.
        unsafe { Gc::from_addr(self.0) }
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Value::EMPTY => f.write_str("<empty>"),
            Value::NONE => f.write_str("None"),
            Value::TRUE => f.write_str("True"),
            Value::FALSE => f.write_str("False"),
            v if v.is_small() => write!(f, "{}", v.as_small()),
            v if v.is_float() => write!(f, "{:?}", v.as_float()),
            v if v.is_obj() => write!(f, "<{:?} at {:#x}>", v.as_obj().kind(), v.0),
            v => write!(f, "<constant {:#x}>", v.0),
        }
    }
}

impl<T: Layout> From<Gc<T>> for Value {
    #[inline(always)]
    fn from(g: Gc<T>) -> Value {
        Value(g.addr() as u64)
    }
}
impl From<bool> for Value {
    #[inline(always)]
    fn from(b: bool) -> Value {
        Value::bool(b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn ints_and_floats_survive_the_box() {
        for n in [0, 1, -1, SMALL_MIN, SMALL_MAX, 1 << 40, -(1 << 40)] {
            let v = Value::small(n);
            assert!(v.is_small() && !v.is_float() && !v.is_obj());
            assert_eq!(v.as_small(), n);
        }
        for f in [0.0, -0.0, 1.5, -1e308, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, 5e-324] {
            let v = Value::float(f);
            assert!(v.is_float() && !v.is_small() && !v.is_obj());
            assert_eq!(v.as_float().to_bits(), f.to_bits());
        }
        for nan in [f64::NAN, -f64::NAN] {
            assert!(Value::float(nan).is_float() && Value::float(nan).as_float().is_nan());
        }
    }
}
