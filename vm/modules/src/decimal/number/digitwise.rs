//! Operations on digits: logical ones, shifts and rotations; and on exponents.

use super::{Coef, Num, Settings, cond};

impl Num {
    /// The digits of a logical operand, last one first: a finite positive number with exponent 0 and digits 0 and 1.
    fn bits(&self, s: &Settings) -> Option<Vec<u8>> {
        if !self.is_finite() || self.neg || self.exp != 0 {
            return None;
        }
        let mut text = self.coef.text();
        if text.iter().any(|c| !matches!(c, b'0' | b'1')) {
            return None;
        }
        text.reverse();
        text.truncate(s.prec as usize);
        Some(text)
    }
    /// A logical operation, digit by digit.
    pub(crate) fn logical(&self, other: &Num, f: impl Fn(u8, u8) -> u8, s: &Settings, st: &mut u32) -> Num {
        let (Some(a), Some(b)) = (self.bits(s), other.bits(s)) else {
            return Num::invalid(cond::INVALID_OPERATION, st);
        };
        let digit = |v: &[u8], i: usize| v.get(i).map_or(0, |c| c - b'0');
        let text: Vec<u8> = (0..a.len().max(b.len()))
            .rev()
            .map(|i| b'0' + f(digit(&a, i), digit(&b, i)))
            .collect();
        Num::new(false, Coef::from_text(&text), 0)
    }
    /// Ones for zeros and zeros for ones, as many as the precision.
    pub(crate) fn logical_invert(&self, s: &Settings, st: &mut u32) -> Num {
        let Some(a) = self.bits(s) else {
            return Num::invalid(cond::INVALID_OPERATION, st);
        };
        if super::too_long(s.prec, st) {
            return Num::nan();
        }
        let text: Vec<u8> = (0..s.prec as usize)
            .rev()
            .map(|i| a.get(i).map_or(b'1', |c| b'0' + b'1' - c))
            .collect();
        Num::new(false, Coef::from_text(&text), 0)
    }
    /// A number of places that another operand tells: whole, with exponent 0, no more than the limit.
    fn places(&self, limit: i64) -> Option<i64> {
        if !self.is_finite() || self.exp != 0 {
            return None;
        }
        let Coef::Small(n) = self.coef else { return None };
        let n = i64::try_from(n).ok().filter(|n| *n <= limit)?;
        Some(if self.neg { -n } else { n })
    }
    /// The digits moved to the left, or to the right by a negative number; zeros follow.
    pub(crate) fn shift(&self, other: &Num, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of_two(other, s, st) {
            return n;
        }
        let Some(by) = other.places(s.prec) else {
            return Num::invalid(cond::INVALID_OPERATION, st);
        };
        if self.is_inf() {
            return self.clone();
        }
        let coef = if by < 0 {
            self.coef.low_digits(s.prec as u64).shift_right(by.unsigned_abs()).0
        } else {
            let kept = self.coef.low_digits((s.prec - by) as u64);
            if !kept.is_zero() && super::too_long(kept.digits() as i64 + by, st) {
                return Num::nan();
            }
            kept.shift_left(by as u64)
        };
        Num::new(self.neg, coef, self.exp)
    }
    /// The digits, as many as the precision, moved around in a circle.
    pub(crate) fn rotate(&self, other: &Num, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of_two(other, s, st) {
            return n;
        }
        let Some(by) = other.places(s.prec) else {
            return Num::invalid(cond::INVALID_OPERATION, st);
        };
        if self.is_inf() {
            return self.clone();
        }
        if super::too_long(s.prec, st) {
            return Num::nan();
        }
        let by = if by < 0 { s.prec + by } else { by } as u64;
        let all = self.coef.low_digits(s.prec as u64);
        let rest = s.prec as u64 - by;
        let coef = all.low_digits(rest).shift_left(by).add(&all.shift_right(rest).0);
        Num::new(self.neg, coef, self.exp)
    }
    /// Times ten to the power of another number.
    pub(crate) fn scaleb(&self, other: &Num, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of_two(other, s, st) {
            return n;
        }
        let Some(by) = other.places(2 * (s.emax + s.prec)) else {
            return Num::invalid(cond::INVALID_OPERATION, st);
        };
        if self.is_inf() {
            return self.clone();
        }
        let exp = self.exp + by;
        Num { exp, ..self.clone() }.finish(s, st)
    }
    /// The exponent of the first digit.
    pub(crate) fn logb(&self, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of(s, st) {
            return n;
        }
        if self.is_inf() {
            return Num::inf(false);
        }
        if self.coef.is_zero() {
            *st |= cond::DIVISION_BY_ZERO;
            return Num::inf(true);
        }
        let n = self.adjusted();
        Num::new(n < 0, Coef::Small(n.unsigned_abs().into()), 0).finish(s, st)
    }
}
