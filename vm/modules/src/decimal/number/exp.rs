//! The exponential function.

use super::limbs::{self, sub_from};
use super::{Coef, Num, Round, Settings, cond, divide, fixed, too_long};

impl Num {
    /// `e^self`, rounded half to even.
    pub(crate) fn exp(&self, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of(s, st) {
            return n;
        }
        if self.is_inf() {
            return if self.neg { Num::zero(false, 0) } else { self.clone() };
        }
        if self.coef.is_zero() {
            return Num::small(1);
        }
        let s = s.rounding(Round::HalfEven);
        if too_long(s.prec, st) {
            return Num::nan();
        }
        // Far out of range, or hardly different from 1.
        let limit = if self.neg { -s.etiny() + 1 } else { s.emax + 1 };
        let adjusted = self.adjusted();
        if adjusted > i64::from(limit.unsigned_abs().saturating_mul(3).ilog10()) + 1 {
            let exp = if self.neg { s.etiny() - 1 } else { s.emax + 1 };
            return Num::new(false, Coef::Small(1), exp).finish_inexact(true, &s, st);
        }
        if adjusted < -s.prec - 1 {
            *st |= cond::INEXACT | cond::ROUNDED;
            let zeros = s.prec - 1;
            return Num::new(false, Coef::Small(1).shift_left(zeros as u64), -zeros).finish(&s, st);
        }
        let mut k = fixed::limbs_for(s.prec + 8 + adjusted.max(0));
        loop {
            let (v, exp) = self.exp_fixed(k);
            if let Some((coef, least)) = fixed::settle(&v, k, s.prec) {
                return Num::new(false, coef, exp + least).finish_inexact(true, &s, st);
            }
            k += 1 + k / 4;
        }
    }
    /// `e^self` of a finite number as a number from 1 up to 10 and a power of ten.
    pub(super) fn exp_fixed(&self, k: usize) -> (Vec<u64>, i64) {
        let ln10 = fixed::ln10(k);
        let (n, r) = divide::div_rem(fixed::of_num(self, k), &ln10);
        let n = limbs::to_u128(&n).map_or(i64::MAX, |n| n as i64);
        if !self.neg {
            return (fixed::exp(&r, k), n);
        }
        let mut rest = ln10;
        sub_from(&mut rest, &r);
        (fixed::exp(&rest, k), -n - 1)
    }
}
