//! Quotients and remainders.

use super::{Coef, Num, Settings, cond, too_long};
use std::cmp::Ordering;

/// More digits than these are not added before it is known whether they are needed.
const MANY: i64 = 60;

impl Num {
    /// `self / other`
    pub(crate) fn div(&self, other: &Num, s: &Settings, st: &mut u32) -> Num {
        if let (Some(a), Some(b)) = (self.short(), other.short())
            && let Some(n) = a.div(&b, s, st)
        {
            return n.into();
        }
        if let Some(n) = self.nan_of_two(other, s, st) {
            return n;
        }
        let neg = self.neg != other.neg;
        if self.is_inf() {
            return if other.is_inf() {
                Num::invalid(cond::INVALID_OPERATION, st)
            } else {
                Num::inf(neg)
            };
        }
        if other.is_inf() {
            *st |= cond::CLAMPED;
            return Num::zero(neg, s.etiny());
        }
        if other.coef.is_zero() {
            return by_zero(self, neg, st);
        }
        let ideal = self.exp - other.exp;
        if self.coef.is_zero() {
            return Num::zero(neg, ideal).finish(s, st);
        }
        // One digit more than the result has.
        let shift = other.digits() - self.digits() + s.prec + 1;
        // A quotient that ends does so within four digits for each of the divisor's.
        let enough = other.digits() * 4;
        if shift > enough.max(MANY) {
            let (q, r) = self.coef.shift_left(enough as u64).div_rem(&other.coef);
            if r.is_zero() {
                return exact(neg, q, ideal - enough, ideal).finish(s, st);
            }
        }
        if too_long(self.digits() + shift, st) {
            return Num::nan();
        }
        let (q, r) = if shift >= 0 {
            self.coef.shift_left(shift as u64).div_rem(&other.coef)
        } else {
            self.coef.clone().div_rem(&other.coef.shift_left(shift.unsigned_abs()))
        };
        if r.is_zero() {
            return exact(neg, q, ideal - shift, ideal).finish(s, st);
        }
        Num::new(neg, q, ideal - shift).finish_inexact(true, s, st)
    }
    /// `self // other`
    pub(crate) fn div_int(&self, other: &Num, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of_two(other, s, st) {
            return n;
        }
        let neg = self.neg != other.neg;
        if self.is_inf() {
            return if other.is_inf() {
                Num::invalid(cond::INVALID_OPERATION, st)
            } else {
                Num::inf(neg)
            };
        }
        if other.is_inf() {
            return Num::zero(neg, 0);
        }
        if other.coef.is_zero() {
            return by_zero(self, neg, st);
        }
        match self.quotient(other, s) {
            Some((q, _)) => Num::new(neg, q, 0).finish(s, st),
            None => Num::invalid(cond::DIVISION_IMPOSSIBLE, st),
        }
    }
    /// `self % other`, with the sign of `self`.
    pub(crate) fn rem(&self, other: &Num, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of_two(other, s, st) {
            return n;
        }
        match self.remainder(other, s, st) {
            Ok((_, n)) => n.finish(s, st),
            Err(n) => n,
        }
    }
    /// `self // other` and `self % other`
    pub(crate) fn div_mod(&self, other: &Num, s: &Settings, st: &mut u32) -> (Num, Num) {
        if let Some(n) = self.nan_of_two(other, s, st) {
            return (n.clone(), n);
        }
        let neg = self.neg != other.neg;
        if self.is_inf() && !other.is_inf() {
            *st |= cond::INVALID_OPERATION;
            return (Num::inf(neg), Num::nan());
        }
        if self.is_finite() && other.is_zero() && !self.coef.is_zero() {
            *st |= cond::DIVISION_BY_ZERO | cond::INVALID_OPERATION;
            return (Num::inf(neg), Num::nan());
        }
        match self.remainder(other, s, st) {
            Ok((q, r)) if other.is_inf() => (q.with_sign(neg), r.finish(s, st)),
            Ok((q, r)) => (q.with_sign(neg).finish(s, st), r.finish(s, st)),
            Err(n) => (n.clone(), n),
        }
    }
    /// The remainder of the quotient that is rounded half to even.
    pub(crate) fn rem_near(&self, other: &Num, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of_two(other, s, st) {
            return n;
        }
        let (q, r) = match self.remainder(other, s, st) {
            Ok(v) => v,
            Err(n) => return n,
        };
        if other.is_inf() || r.coef.is_zero() || self.adjusted() - other.adjusted() < -1 {
            return r.finish(s, st);
        }
        let divisor = other.coef.shift_left((other.exp - r.exp) as u64);
        let nearer = match r.coef.add(&r.coef).cmp(&divisor) {
            Ordering::Less => return r.finish(s, st),
            Ordering::Equal if !q.coef.is_odd() => return r.finish(s, st),
            _ => Num::new(!r.neg, divisor.sub(&r.coef), r.exp),
        };
        if q.coef.cmp(&Coef::nines(q.digits() as u64)).is_eq() && q.digits() == s.prec {
            return Num::invalid(cond::DIVISION_IMPOSSIBLE, st);
        }
        nearer.finish(s, st)
    }
    /// Integer quotient (without sign) and remainder of operands that are not NaN; or the NaN that they give.
    fn remainder(&self, other: &Num, s: &Settings, st: &mut u32) -> Result<(Num, Num), Num> {
        if self.is_inf() {
            return Err(Num::invalid(cond::INVALID_OPERATION, st));
        }
        if other.is_inf() {
            return Ok((Num::zero(false, 0), self.clone()));
        }
        if other.coef.is_zero() {
            let condition = if self.coef.is_zero() {
                cond::DIVISION_UNDEFINED
            } else {
                cond::INVALID_OPERATION
            };
            return Err(Num::invalid(condition, st));
        }
        match self.quotient(other, s) {
            Some((q, r)) => Ok((Num::new(false, q, 0), r)),
            None => Err(Num::invalid(cond::DIVISION_IMPOSSIBLE, st)),
        }
    }
    /// Integer quotient and remainder of finite numbers; None when the quotient has too many digits.
    fn quotient(&self, other: &Num, s: &Settings) -> Option<(Coef, Num)> {
        let exp = self.exp.min(other.exp);
        if self.coef.is_zero() {
            return Some((Coef::ZERO, Num::zero(self.neg, exp)));
        }
        let more = self.adjusted() - other.adjusted();
        if more < 0 {
            // The remainder is the number itself, with the smaller exponent.
            let n = Num::new(self.neg, self.coef.shift_left((self.exp - exp) as u64), exp);
            return Some((Coef::ZERO, n));
        }
        if more > s.prec || self.digits() + (self.exp - exp) > super::MAX_DIGITS {
            return None;
        }
        let a = self.coef.shift_left((self.exp - exp) as u64);
        let b = other.coef.shift_left((other.exp - exp) as u64);
        let (q, r) = a.div_rem(&b);
        if q.digits() as i64 > s.prec {
            return None;
        }
        Some((q, Num::new(self.neg, r, exp)))
    }
}
fn by_zero(n: &Num, neg: bool, st: &mut u32) -> Num {
    if n.is_zero() {
        return Num::invalid(cond::DIVISION_UNDEFINED, st);
    }
    *st |= cond::DIVISION_BY_ZERO;
    Num::inf(neg)
}
/// A quotient without the zeros that its ideal exponent does not ask for.
pub(super) fn exact(neg: bool, coef: Coef, exp: i64, ideal: i64) -> Num {
    if exp >= ideal {
        return Num::new(neg, coef, exp);
    }
    let drop = coef.trailing_zeros().min((ideal - exp) as u64);
    Num::new(neg, coef.shift_right(drop).0, exp + drop as i64)
}
