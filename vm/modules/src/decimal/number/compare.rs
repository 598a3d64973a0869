//! Comparisons, of values and of representations.

use super::{Coef, Kind, Num, Settings, cond};
use std::cmp::Ordering;

impl Num {
    /// The order of two numbers that are not NaN.
    pub(crate) fn order(&self, other: &Num) -> Ordering {
        let (a, b) = (self.sign(), other.sign());
        if a != b || a == 0 {
            return a.cmp(&b);
        }
        let o = self.order_of_magnitudes(other);
        if a < 0 { o.reverse() } else { o }
    }
    /// The order of the magnitudes of two numbers that are not NaN.
    pub(super) fn order_of_magnitudes(&self, other: &Num) -> Ordering {
        if self.is_inf() || other.is_inf() {
            return self.is_inf().cmp(&other.is_inf());
        }
        if self.exp == other.exp || self.coef.is_zero() || other.coef.is_zero() {
            if self.exp == other.exp {
                return self.coef.cmp(&other.coef);
            }
            return (!self.coef.is_zero()).cmp(&!other.coef.is_zero());
        }
        self.adjusted().cmp(&other.adjusted()).then_with(|| {
            let by = self.exp.abs_diff(other.exp);
            if self.exp > other.exp {
                self.coef.shift_left(by).cmp(&other.coef)
            } else {
                self.coef.cmp(&other.coef.shift_left(by))
            }
        })
    }
    /// The order as a number; of NaNs the NaN that they give. With `signal` quiet ones are reported too.
    pub(crate) fn compare(&self, other: &Num, signal: bool, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of_two(other, s, st) {
            if signal {
                *st |= cond::INVALID_OPERATION;
            }
            return n;
        }
        of_order(self.order(other))
    }
    /// The total order of representations.
    pub(crate) fn total(&self, other: &Num) -> Ordering {
        if self.neg != other.neg {
            return other.neg.cmp(&self.neg);
        }
        let o = self.total_of_magnitudes(other);
        if self.neg { o.reverse() } else { o }
    }
    /// The total order of representations without signs.
    pub(crate) fn total_of_magnitudes(&self, other: &Num) -> Ordering {
        let rank = |n: &Num| match n.kind {
            Kind::Finite => 0,
            Kind::Inf => 1,
            Kind::SNan => 2,
            Kind::QNan => 3,
        };
        rank(self).cmp(&rank(other)).then_with(|| match self.kind {
            Kind::Finite => self.order_of_magnitudes(other).then(self.exp.cmp(&other.exp)),
            Kind::Inf => Ordering::Equal,
            _ => self.coef.cmp(&other.coef),
        })
    }
}
/// -1, 0 or 1.
pub(crate) fn of_order(o: Ordering) -> Num {
    Num::new(o.is_lt(), Coef::Small(o.is_ne().into()), 0)
}
