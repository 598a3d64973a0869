//! Powers.

use super::{Coef, Num, Settings, cond, division, fixed, too_long};
use std::cmp::Ordering;

impl Num {
    /// `self ** other`
    pub(crate) fn pow(&self, other: &Num, s: &Settings, st: &mut u32) -> Num {
        if let Some(n) = self.nan_of_two(other, s, st) {
            return n;
        }
        let neg = self.neg && other.is_odd();
        if other.is_zero() {
            if self.is_zero() {
                return Num::invalid(cond::INVALID_OPERATION, st);
            }
            return Num::small(1);
        }
        if self.is_zero() {
            return if other.neg { Num::inf(neg) } else { Num::zero(neg, 0) };
        }
        if self.neg && !other.is_integer() {
            return Num::invalid(cond::INVALID_OPERATION, st);
        }
        if self.is_inf() {
            return if other.neg { Num::zero(neg, 0) } else { Num::inf(neg) };
        }
        let order = self.order_of_magnitudes(&Num::small(1));
        if order.is_eq() {
            return self.one_pow(other, neg, s, st);
        }
        if other.is_inf() {
            return if order.is_gt() == other.neg {
                Num::zero(neg, 0)
            } else {
                Num::inf(neg)
            };
        }
        if let Some(n) = self.pow_out_of_range(other, order, neg, s, st) {
            return n;
        }
        if other.is_integer()
            && let Some(n) = self.integer_pow(other, neg, s, st)
        {
            return n;
        }
        self.real_pow(other, neg, s, st)
    }
    /// `(+-1) ** other`
    fn one_pow(&self, other: &Num, neg: bool, s: &Settings, st: &mut u32) -> Num {
        let mut places = s.prec - 1;
        if other.is_integer() {
            if other.neg {
                return Num::new(neg, Coef::Small(1), 0);
            }
            let mut own = 0;
            let product = other.mul(
                &Num::new(self.exp > 0, Coef::Small(self.exp.unsigned_abs().into()), 0),
                &Settings::MAX,
                &mut own,
            );
            let wanted = product.to_i64().unwrap_or(i64::MAX);
            if wanted > places {
                *st |= cond::ROUNDED;
            }
            places = places.min(wanted);
        } else {
            *st |= cond::INEXACT | cond::ROUNDED;
        }
        if too_long(places, st) {
            return Num::nan();
        }
        Num::new(neg, Coef::Small(1).shift_left(places as u64), -places)
    }
    /// A whole number that fits.
    pub(crate) fn to_i64(&self) -> Option<i64> {
        if !self.is_integer() {
            return None;
        }
        let coef = if self.exp > 0 && !self.coef.is_zero() {
            if self.adjusted() > 20 {
                return None;
            }
            self.coef.shift_left(self.exp as u64)
        } else {
            self.coef.shift_right(self.exp.min(0).unsigned_abs()).0
        };
        let Coef::Small(n) = coef else { return None };
        let n = i128::try_from(n).ok()?;
        i64::try_from(if self.neg { -n } else { n }).ok()
    }
    /// The result when an estimate shows that it is out of range.
    fn pow_out_of_range(&self, other: &Num, order: Ordering, neg: bool, s: &Settings, st: &mut u32) -> Option<Num> {
        // |log10(self)| is at least 10^least: so far is the number from 1, or its exponent from 0.
        let adjusted = self.adjusted();
        let least = if matches!(adjusted, 0 | -1) {
            let mut own = 0;
            let distance = self.clone().with_sign(false).sub(&Num::small(1), &Settings::MAX, &mut own);
            distance.adjusted() - 2
        } else {
            // At least 1 in magnitude, as log10 is between `adjusted` and `adjusted + 1`.
            i64::from((if adjusted < 0 { -adjusted - 1 } else { adjusted }).max(1).ilog10())
        };
        let grows = order.is_gt() != other.neg;
        let limit = if grows { s.emax + 1 } else { -s.etiny() + 1 };
        if least + other.adjusted() <= i64::from(limit.unsigned_abs().ilog10()) {
            return None;
        }
        let exp = if grows { s.emax + 1 } else { s.etiny() - 1 };
        Some(Num::new(neg, Coef::Small(1), exp).finish_inexact(true, s, st))
    }
    /// A power with a whole exponent by squaring; None when it is better found by logarithms.
    fn integer_pow(&self, other: &Num, neg: bool, s: &Settings, st: &mut u32) -> Option<Num> {
        let n = other.to_i64()?.unsigned_abs();
        // Digits enough that the last ones, which may be wrong, do not count.
        let work = Settings {
            prec: s.prec.checked_add(4 + 2 * i64::from(n.ilog10() + 1))?,
            ..Settings::MAX
        };
        let mut base = Num {
            neg: false,
            ..self.clone()
        };
        let mut own = 0;
        // An inverse that ends keeps the power exact; another one is better taken at the end.
        let mut invert = other.neg;
        if invert {
            let mut st = 0;
            let inverse = Num::small(1).div(&base, &work, &mut st);
            if st & cond::INEXACT == 0 {
                (base, invert) = (inverse, false);
            }
        }
        let mut r = base.clone();
        for bit in (0..n.ilog2()).rev() {
            r = r.mul(&r, &work, &mut own);
            if n >> bit & 1 == 1 {
                r = r.mul(&base, &work, &mut own);
            }
            if own & (cond::OVERFLOW | cond::UNDERFLOW | cond::MEMORY) != 0 {
                break;
            }
        }
        if own & cond::MEMORY != 0 {
            return Some(Num::invalid(cond::MEMORY, st));
        }
        if invert {
            r = if r.is_zero() {
                Num::inf(false)
            } else {
                Num::small(1).div(&r, &work, &mut own)
            };
        }
        let inexact = own & cond::INEXACT != 0;
        if inexact {
            *st |= cond::INEXACT | cond::ROUNDED;
            let pad = (s.prec - r.digits()).max(0);
            if r.is_finite() && !r.coef.is_zero() {
                r = Num::new(false, r.coef.shift_left(pad as u64), r.exp - pad);
            }
        }
        if r.is_inf() || r.is_zero() {
            let exp = if r.is_inf() { s.emax + 1 } else { s.etiny() - 1 };
            return Some(Num::new(neg, Coef::Small(1), exp).finish_inexact(true, s, st));
        }
        if own & cond::ROUNDED != 0 {
            *st |= cond::ROUNDED;
        }
        Some(r.with_sign(neg).finish(s, st))
    }
    /// A power by logarithms.
    fn real_pow(&self, other: &Num, neg: bool, s: &Settings, st: &mut u32) -> Num {
        if too_long(s.prec, st) {
            return Num::nan();
        }
        let base = Num {
            neg: false,
            ..self.clone()
        };
        let extra = other.adjusted().max(0) + i64::from(self.adjusted().unsigned_abs().max(1).ilog10()) + 2;
        let mut k = fixed::limbs_for(s.prec + 20 + 2 * extra);
        // A result with few digits looks undecided at any precision.
        let mut tries = 0;
        loop {
            let (minus, log) = base.log_fixed(false, k);
            let exponent = Num::new(minus != other.neg, Coef::from_limbs(log), -((k * super::limbs::WIDTH) as i64));
            let mut own = 0;
            let work = Settings {
                prec: ((k + 2) * super::limbs::WIDTH) as i64,
                ..Settings::MAX
            };
            let product = exponent.mul(
                &Num {
                    neg: false,
                    ..other.clone()
                },
                &work,
                &mut own,
            );
            let (v, exp) = product.exp_fixed(k);
            if let Some((coef, least)) = fixed::settle(&v, k, s.prec) {
                return Num::new(neg, coef, exp + least).finish_inexact(true, s, st);
            }
            tries += 1;
            if tries == 2 {
                let work = Settings {
                    prec: s.prec + 4,
                    ..Settings::MAX
                };
                let least = -((k * super::limbs::WIDTH) as i64);
                let n = Num::new(neg, Coef::from_limbs(v), exp + least).finish(&work, &mut own);
                let (exp, digits) = (n.exp, n.digits());
                let n = division::exact(neg, n.coef, exp, exp + digits);
                let pad = (s.prec - n.digits()).max(0);
                let n = Num::new(neg, n.coef.shift_left(pad as u64), n.exp - pad);
                *st |= cond::INEXACT | cond::ROUNDED;
                let n = n.finish(s, st);
                if *st & cond::SUBNORMAL != 0 {
                    *st |= cond::UNDERFLOW;
                }
                return n;
            }
            k += 1 + k / 4;
        }
    }
    /// `self ** other % modulo` of whole numbers.
    pub(crate) fn pow_mod(&self, other: &Num, modulo: &Num, s: &Settings, st: &mut u32) -> Num {
        let all = [self, other, modulo];
        if let Some(n) = all
            .iter()
            .find(|n| n.kind == super::Kind::SNan)
            .or_else(|| all.iter().find(|n| n.is_nan()))
        {
            return n.nan_of(s, st).unwrap_or_else(Num::nan);
        }
        let allowed = all.iter().all(|n| n.is_integer())
            && (!other.neg || other.is_zero())
            && !modulo.is_zero()
            && modulo.adjusted() < s.prec
            && !(self.is_zero() && other.is_zero());
        if !allowed {
            return Num::invalid(cond::INVALID_OPERATION, st);
        }
        let neg = self.neg && other.is_odd();
        let modulus = modulo.whole().to_big();
        // The exponents may be powers of ten far too long to be written out.
        let power_of_ten = |e: u64| num_bigint::BigUint::from(10u32).modpow(&e.into(), &modulus);
        let mut base = (self.shortened().to_big() % &modulus) * power_of_ten(self.exp.max(0) as u64) % &modulus;
        base = base.modpow(&other.shortened().to_big(), &modulus);
        for _ in 0..other.exp.max(0) {
            base = base.modpow(&10u32.into(), &modulus);
        }
        Num::new(neg, Coef::from_big(&base), 0).finish(s, st)
    }
    /// Digits of a whole number without the zeros that a positive exponent stands for.
    fn shortened(&self) -> Coef {
        self.coef.shift_right(self.exp.min(0).unsigned_abs()).0
    }
    /// A finite whole number as a coefficient.
    pub(crate) fn whole(&self) -> Coef {
        if self.exp >= 0 {
            self.coef.shift_left(self.exp as u64)
        } else {
            self.shortened()
        }
    }
}
