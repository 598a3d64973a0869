//! Numbers with another exponent: quantize, whole numbers, numbers without zeros at the end.

use super::finish::rounded;
use super::limbs::Rest;
use super::{Kind, Num, Settings, cond, too_long};

impl Num {
    /// It with another exponent (a finite number), rounded; reports Rounded and Inexact. Zeros are added without limit.
    pub(crate) fn rescale(&self, exp: i64, s: &Settings, st: &mut u32) -> Num {
        if exp <= self.exp {
            if !self.coef.is_zero() && too_long(self.digits() + (self.exp - exp), st) {
                return Num::nan();
            }
            return Num::new(self.neg, self.coef.shift_left((self.exp - exp) as u64), exp);
        }
        if self.coef.is_zero() {
            return Num::zero(self.neg, exp);
        }
        let (coef, rest) = rounded(&self.coef, (exp - self.exp) as u64, self.neg, s.round, false);
        *st |= cond::ROUNDED;
        if rest != Rest::Zero {
            *st |= cond::INEXACT;
        }
        Num::new(self.neg, coef, exp)
    }
    /// It with so many digits, rounded; zeros are added.
    pub(crate) fn round_to(&self, digits: i64, s: &Settings, st: &mut u32) -> Num {
        if self.coef.is_zero() {
            return self.clone();
        }
        let n = self.rescale(self.adjusted() + 1 - digits, s, st);
        // 9.99 may have become 10.0.
        if n.is_finite() && n.digits() > digits {
            n.rescale(n.exp + 1, s, st)
        } else {
            n
        }
    }
    /// It with the exponent of another number.
    pub(crate) fn quantize(&self, other: &Num, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of_two(other, s, st) {
            return n;
        }
        if self.is_inf() || other.is_inf() {
            if self.kind == other.kind {
                return Num::inf(self.neg);
            }
            return Num::invalid(cond::INVALID_OPERATION, st);
        }
        let exp = other.exp;
        if exp > s.emax || exp < s.etiny() {
            return Num::invalid(cond::INVALID_OPERATION, st);
        }
        if self.coef.is_zero() {
            return Num::zero(self.neg, exp).finish(s, st);
        }
        if self.digits() + (self.exp - exp) > s.prec || self.adjusted() > s.emax {
            return Num::invalid(cond::INVALID_OPERATION, st);
        }
        let mut own = 0;
        let n = self.rescale(exp, s, &mut own);
        if n.digits() > s.prec || n.adjusted() > s.emax {
            return Num::invalid(cond::INVALID_OPERATION, st);
        }
        *st |= own;
        n.finish(s, st)
    }
    /// It rounded to a whole number; with `exact` the rounding is reported.
    pub(crate) fn to_integral(&self, exact: bool, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of(s, st) {
            return n;
        }
        if self.kind == Kind::Inf || self.exp >= 0 {
            return self.clone();
        }
        if self.coef.is_zero() {
            return Num::zero(self.neg, 0);
        }
        let mut own = 0;
        let n = self.rescale(0, s, &mut own);
        if exact {
            *st |= own;
        }
        n
    }
    /// It without zeros at the end.
    pub(crate) fn reduce(&self, s: &Settings, st: &mut u32) -> Num {
        let n = match self.nan_of(s, st) {
            Some(n) => return n,
            None => self.clone().finish(s, st),
        };
        if !n.is_finite() {
            return n;
        }
        if n.coef.is_zero() {
            return Num::zero(n.neg, 0);
        }
        let top = if s.clamp { s.etop() } else { s.emax };
        let drop = (n.coef.trailing_zeros() as i64).min(top - n.exp).max(0);
        Num::new(n.neg, n.coef.shift_right(drop as u64).0, n.exp + drop)
    }
}
