//! The larger and the smaller of two numbers.

use super::{Kind, Num, Settings};
use std::cmp::Ordering;

impl Num {
    /// The larger one (with `larger`) or the smaller one, by value or (with `magnitude`) by magnitude. A number goes
    /// before a quiet NaN.
    pub(crate) fn choose(&self, other: &Num, larger: bool, magnitude: bool, s: &Settings, st: &mut u32) -> Num {
        if self.is_nan() || other.is_nan() {
            let chosen = match (self.kind, other.kind) {
                (Kind::QNan, Kind::Finite | Kind::Inf) => other,
                (Kind::Finite | Kind::Inf, Kind::QNan) => self,
                _ => return self.nan_of_two(other, s, st).unwrap_or_else(Num::nan),
            };
            return chosen.clone().finish(s, st);
        }
        let order = if magnitude {
            self.order_of_magnitudes(other)
        } else {
            Ordering::Equal
        };
        let order = order.then_with(|| self.order(other)).then_with(|| self.total(other));
        let first = if larger { order.is_ge() } else { order.is_lt() };
        (if first { self } else { other }).clone().finish(s, st)
    }
}
