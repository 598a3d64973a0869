//! The square root.

use super::limbs::{self, add_small, add_to, div_small};
use super::{Coef, Num, Round, Settings, cond, divide, division, too_long};

impl Num {
    /// The square root, rounded half to even.
    pub(crate) fn sqrt(&self, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of(s, st) {
            return n;
        }
        let s = &s.rounding(Round::HalfEven);
        let ideal = self.exp.div_euclid(2);
        if self.is_zero() {
            return Num::zero(self.neg, ideal).finish(s, st);
        }
        if self.neg {
            return Num::invalid(cond::INVALID_OPERATION, st);
        }
        if self.is_inf() {
            return self.clone();
        }
        // A root that ends has half as many digits.
        let odd = self.exp.rem_euclid(2);
        let coef = self.coef.shift_left(odd as u64);
        let digits = coef.digits() as i64;
        if digits / 2 < s.prec {
            let (root, is_exact) = isqrt(&coef.to_limbs());
            if is_exact {
                return Num::new(false, Coef::from_limbs(root), ideal).finish(s, st);
            }
        }
        // One digit more than the result has.
        let pairs = s.prec + 1 - (digits + 1) / 2;
        if too_long(digits + 2 * pairs, st) {
            return Num::nan();
        }
        let (v, cut) = if pairs >= 0 {
            (limbs::shift_left(&coef.to_limbs(), 2 * pairs as usize), false)
        } else {
            let (v, rest) = limbs::shift_right(&coef.to_limbs(), 2 * pairs.unsigned_abs() as usize);
            (v, rest != limbs::Rest::Zero)
        };
        let (root, is_exact) = isqrt(&v);
        let root = Coef::from_limbs(root);
        if is_exact && !cut {
            return division::exact(false, root, ideal - pairs, ideal).finish(s, st);
        }
        Num::new(false, root, ideal - pairs).finish_inexact(true, s, st)
    }
}
/// The root of a natural number, rounded down, and whether it is exact.
fn isqrt(n: &[u64]) -> (Vec<u64>, bool) {
    if let Some(n) = limbs::to_u128(n) {
        let root = n.isqrt();
        return (limbs::from_u128(root), root * root == n);
    }
    // From above: the root of the upper half of the digits, then Newton's steps, which never go below.
    let quarter = (n.len() / 4).max(1) * limbs::WIDTH;
    let (mut x, _) = isqrt(&limbs::drop_digits(n, 2 * quarter));
    add_small(&mut x, 1);
    x = limbs::shift_left(&x, quarter);
    loop {
        let (q, r) = divide::div_rem(n.to_vec(), &x);
        if limbs::cmp(&q, &x).is_ge() {
            let is_exact = r.is_empty() && q == x;
            return (x, is_exact);
        }
        add_to(&mut x, &q);
        div_small(&mut x, 2);
    }
}
