//! Sums, differences and products.

use super::{Coef, Kind, Num, Round, Settings, cond, too_long};
use std::cmp::Ordering;

impl Num {
    /// `self + other`
    #[inline]
    pub(crate) fn add(&self, other: &Num, s: &Settings, st: &mut u32) -> Num {
        self.add_signed(other, other.neg, s, st)
    }
    /// `self - other`
    #[inline]
    pub(crate) fn sub(&self, other: &Num, s: &Settings, st: &mut u32) -> Num {
        self.add_signed(other, !other.neg, s, st)
    }
    /// The sum with a number that has another sign.
    fn add_signed(&self, other: &Num, other_neg: bool, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of_two(other, s, st) {
            return n;
        }
        if self.is_inf() || other.is_inf() {
            if self.is_inf() && other.is_inf() && self.neg != other_neg {
                return Num::invalid(cond::INVALID_OPERATION, st);
            }
            return Num::inf(if self.is_inf() { self.neg } else { other_neg });
        }
        if self.exp == other.exp {
            return sum((&self.coef, self.neg), (&other.coef, other_neg), self.exp, s).finish(s, st);
        }
        // The one with the larger exponent gets zeros behind it.
        let ((big, big_neg), (low, low_neg)) = if self.exp > other.exp {
            ((self, self.neg), (other, other_neg))
        } else {
            ((other, other_neg), (self, self.neg))
        };
        if big.coef.is_zero() {
            return sum((&big.coef, big_neg), (&low.coef, low_neg), low.exp, s).finish(s, st);
        }
        // What is far below the digits of the result counts as the smallest number that makes it inexact.
        let digits = big.digits();
        let far = big.exp - 1 + if digits > s.prec { 0 } else { digits - s.prec - 1 };
        if low.adjusted() < far {
            if too_long(digits + (big.exp - far), st) {
                return Num::nan();
            }
            let tiny = Coef::Small(u128::from(!low.coef.is_zero()));
            let big = big.coef.shift_left((big.exp - far) as u64);
            return sum((&big, big_neg), (&tiny, low_neg), far, s).finish(s, st);
        }
        if too_long(digits + (big.exp - low.exp), st) {
            return Num::nan();
        }
        let shifted = big.coef.shift_left((big.exp - low.exp) as u64);
        sum((&shifted, big_neg), (&low.coef, low_neg), low.exp, s).finish(s, st)
    }
    /// `self * other`
    #[inline]
    pub(crate) fn mul(&self, other: &Num, s: &Settings, st: &mut u32) -> Num {
        if let (Some(a), Some(b)) = (self.short(), other.short())
            && let Some(n) = a.mul(&b, s, st)
        {
            return n.into();
        }
        match self.product(other, s, st) {
            Ok(n) => n.finish(s, st),
            Err(n) => n,
        }
    }
    /// The exact product, or the result when an operand is not finite.
    #[inline]
    fn product(&self, other: &Num, s: &Settings, st: &mut u32) -> Result<Num, Num> {
        if let Some(n) = self.nan_of_two(other, s, st) {
            return Err(n);
        }
        let neg = self.neg != other.neg;
        if self.is_inf() || other.is_inf() {
            if self.is_zero() || other.is_zero() {
                return Err(Num::invalid(cond::INVALID_OPERATION, st));
            }
            return Err(Num::inf(neg));
        }
        if too_long(self.digits() + other.digits(), st) {
            return Err(Num::nan());
        }
        Ok(Num::new(neg, self.coef.mul(&other.coef), self.exp + other.exp))
    }
    /// `self * other + third`, rounded once.
    pub(crate) fn fma(&self, other: &Num, third: &Num, s: &Settings, st: &mut u32) -> Num {
        if self.kind == Kind::SNan || other.kind == Kind::SNan {
            return self.nan_of_two(other, s, st).unwrap_or_else(Num::nan);
        }
        let invalid = self.is_zero() && other.is_inf() || self.is_inf() && other.is_zero();
        match self.product(other, s, st) {
            Err(n) if invalid => n,
            Ok(n) | Err(n) => n.add(third, s, st),
        }
    }
    /// `0 + self` with the sign of `self` or the other one, as unary plus and minus.
    pub(crate) fn plus(&self, negate: bool, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of(s, st) {
            return n;
        }
        let neg = self.neg != negate && (s.round == Round::Floor || !self.is_zero());
        self.clone().with_sign(neg).finish(s, st)
    }
    /// The magnitude, rounded.
    pub(crate) fn abs(&self, s: &Settings, st: &mut u32) -> Num {
        self.plus(self.neg, s, st)
    }
}
/// The sum of two coefficients with signs.
#[inline]
fn sum(a: (&Coef, bool), b: (&Coef, bool), exp: i64, s: &Settings) -> Num {
    if a.1 == b.1 {
        return Num::new(a.1, a.0.add(b.0), exp);
    }
    match a.0.cmp(b.0) {
        Ordering::Greater => Num::new(a.1, a.0.sub(b.0), exp),
        Ordering::Less => Num::new(b.1, b.0.sub(a.0), exp),
        Ordering::Equal => Num::zero(s.round == Round::Floor, exp),
    }
}
