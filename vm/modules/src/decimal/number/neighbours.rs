//! The next number above and below.

use super::{Coef, Num, Round, Settings, cond};

impl Num {
    /// The smallest number that is larger, or (with `down`) the largest one that is smaller.
    pub(crate) fn next(&self, down: bool, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of(s, st) {
            return n;
        }
        if self.is_inf() {
            if self.neg == down {
                return self.clone();
            }
            if super::too_long(s.prec, st) {
                return Num::nan();
            }
            return Num::new(self.neg, Coef::nines(s.prec as u64), s.etop());
        }
        let s = s.rounding(if down { Round::Floor } else { Round::Ceiling });
        let mut own = 0;
        let n = self.clone().finish(&s, &mut own);
        if own & cond::INEXACT != 0 {
            return n;
        }
        let tiny = Num::new(down, Coef::Small(1), s.etiny() - 1);
        n.add(&tiny, &s, &mut own)
    }
    /// The next number in the direction of another one.
    pub(crate) fn next_toward(&self, other: &Num, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of_two(other, s, st) {
            return n;
        }
        let order = self.order(other);
        if order.is_eq() {
            return Num {
                neg: other.neg,
                ..self.clone()
            };
        }
        let n = self.next(order.is_gt(), s, st);
        if n.is_inf() {
            *st |= cond::OVERFLOW | cond::ROUNDED | cond::INEXACT;
        } else if n.adjusted() < s.emin {
            *st |= cond::UNDERFLOW | cond::SUBNORMAL | cond::ROUNDED | cond::INEXACT;
            if n.coef.is_zero() {
                *st |= cond::CLAMPED;
            }
        }
        n
    }
}
