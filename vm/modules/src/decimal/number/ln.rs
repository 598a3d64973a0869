//! Logarithms.

use super::limbs::{self, add_to, sub_from};
use super::{Coef, Num, Round, Settings, cond, fixed, multiply, too_long};

impl Num {
    /// The natural logarithm, rounded half to even.
    pub(crate) fn ln(&self, s: &Settings, st: &mut u32) -> Num {
        match self.log_of_special(s, st) {
            Some(n) => n,
            None if self.order(&Num::small(1)).is_eq() => Num::zero(false, 0),
            None => self.log(false, &s.rounding(Round::HalfEven), st),
        }
    }
    /// The logarithm to base 10, rounded half to even.
    pub(crate) fn log10(&self, s: &Settings, st: &mut u32) -> Num {
        let s = &s.rounding(Round::HalfEven);
        if let Some(n) = self.log_of_special(s, st) {
            return n;
        }
        let digits = self.coef.digits();
        if self.coef.trailing_zeros() + 1 == digits && self.coef.cmp(&Coef::Small(1).shift_left(digits - 1)).is_eq() {
            let n = self.adjusted();
            return Num::new(n < 0, Coef::Small(n.unsigned_abs().into()), 0).finish(s, st);
        }
        self.log(true, s, st)
    }
    fn log_of_special(&self, s: &Settings, st: &mut u32) -> Option<Num> {
        if let Some(n) = self.nan_of(s, st) {
            return Some(n);
        }
        if self.is_zero() {
            return Some(Num::inf(true));
        }
        if self.neg {
            return Some(Num::invalid(cond::INVALID_OPERATION, st));
        }
        if self.is_inf() { Some(Num::inf(false)) } else { None }
    }
    fn log(&self, decimal: bool, s: &Settings, st: &mut u32) -> Num {
        if too_long(s.prec, st) {
            return Num::nan();
        }
        // Beside 1 the result is about the distance from it.
        let distance = self.sub(&Num::small(1), &Settings::MAX, st);
        let close = if matches!(self.adjusted(), 0 | -1) {
            (-distance.adjusted()).max(0)
        } else {
            0
        };
        if !decimal && close > s.prec + 4 && distance.digits() <= s.prec {
            let pad = (s.prec + 3 - distance.digits()) as u64;
            let coef = distance.coef.shift_left(pad);
            let coef = if distance.neg { coef } else { coef.sub(&Coef::Small(1)) };
            return Num::new(distance.neg, coef, distance.exp - pad as i64).finish_inexact(true, s, st);
        }
        if too_long(s.prec + close, st) {
            return Num::nan();
        }
        let mut k = fixed::limbs_for(s.prec + 8 + close + i64::from(self.adjusted().unsigned_abs().max(1).ilog10()));
        loop {
            let (neg, v) = self.log_fixed(decimal, k);
            if let Some((coef, exp)) = fixed::settle(&v, k, s.prec) {
                return Num::new(neg, coef, exp).finish_inexact(true, s, st);
            }
            k += 1 + k / 4;
        }
    }
    /// The logarithm of a finite positive number: sign and magnitude.
    pub(super) fn log_fixed(&self, decimal: bool, k: usize) -> (bool, Vec<u64>) {
        let whole = self.adjusted();
        let m = fixed::of_coef(&self.coef, self.exp - whole, k);
        let ln10 = fixed::ln10(k);
        let mut part = fixed::ln(&m, k);
        let mut v = if decimal {
            part = fixed::div(&part, &ln10, k);
            fixed::of_coef(&Coef::Small(whole.unsigned_abs().into()), 0, k)
        } else {
            multiply::mul(&ln10, &limbs::from_u128(whole.unsigned_abs().into()))
        };
        if whole >= 0 {
            add_to(&mut v, &part);
            return (false, v);
        }
        sub_from(&mut v, &part);
        (true, v)
    }
}
