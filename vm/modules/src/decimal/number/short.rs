//! Operations on finite numbers with coefficients of up to 36 digits whose results are far from the limits of the context:
//! the rule in most programs. What is not done here, the general operations do.

use super::coef::{WIDE_POW10, div_pow10, small_digits};
use super::limbs::{POW10, Rest};
use super::{Coef, Kind, Num, Settings, cond, wide};
use std::cmp::Ordering;

/// A finite number with a coefficient below 10^36.
#[derive(Clone, Copy)]
pub(crate) struct Short {
    /// is there a minus sign?
    pub(crate) neg: bool,
    /// digits
    pub(crate) coef: u128,
    /// exponent of the last digit
    pub(crate) exp: i64,
}

impl Num {
    /// It as a number with a short coefficient.
    #[inline]
    pub(super) fn short(&self) -> Option<Short> {
        match (self.kind, &self.coef) {
            (Kind::Finite, Coef::Small(coef)) => Some(Short {
                neg: self.neg,
                coef: *coef,
                exp: self.exp,
            }),
            _ => None,
        }
    }
}
impl From<Short> for Num {
    fn from(n: Short) -> Num {
        Num::new(n.neg, Coef::Small(n.coef), n.exp)
    }
}

/// More digits a coefficient never has.
const MOST: usize = 36;
/// Is this exponent of a last digit surely within the limits, one digit more included?
#[inline]
fn allowed(exp: i64, s: &Settings) -> bool {
    exp >= s.emin && exp < s.etop()
}
/// The number as a result: rounded if it has too many digits.
#[inline]
fn settled(neg: bool, coef: u128, exp: i64, s: &Settings, st: &mut u32) -> Option<Short> {
    if coef < WIDE_POW10[(s.prec as usize).min(MOST)] && allowed(exp, s) {
        return Some(Short { neg, coef, exp });
    }
    if s.prec > MOST as i64 {
        return None;
    }
    let drop = small_digits(coef) as i64 - s.prec;
    if drop <= 0 {
        return None;
    }
    let (q, r) = div_pow10(coef, drop as u64);
    rounded(neg, q, exp + drop, rest(r, WIDE_POW10[drop as usize]), s, st)
}
/// What was cut off, of a unit.
#[inline]
fn rest(r: u128, unit: u128) -> Rest {
    match (r, r.cmp(&(unit / 2))) {
        (0, _) => Rest::Zero,
        (_, Ordering::Less) => Rest::Below,
        (_, Ordering::Equal) => Rest::Half,
        (_, Ordering::Greater) => Rest::Above,
    }
}
/// A result of as many digits as the precision, with what was cut off behind it.
#[inline]
pub(super) fn rounded(neg: bool, q: u128, exp: i64, rest: Rest, s: &Settings, st: &mut u32) -> Option<Short> {
    if !allowed(exp, s) {
        return None;
    }
    *st |= cond::ROUNDED;
    if rest != Rest::Zero {
        *st |= cond::INEXACT;
    }
    let coef = q + u128::from(s.round.up(neg, || (q % 10) as u64, rest));
    if coef == WIDE_POW10[s.prec as usize] {
        let (coef, exp) = (coef / 10, exp + 1);
        return Some(Short { neg, coef, exp });
    }
    Some(Short { neg, coef, exp })
}
/// A coefficient with zeros behind it.
#[inline]
fn shifted(coef: u128, by: u64) -> Option<u128> {
    if by == 0 {
        return Some(coef);
    }
    if coef >> 64 == 0 && by <= 16 {
        return Some(coef * u128::from(POW10[by as usize]));
    }
    if by <= MOST as u64 && small_digits(coef) + by <= MOST as u64 {
        return Some(coef * WIDE_POW10[by as usize]);
    }
    None
}
/// Both coefficients with the smaller exponent.
#[inline]
fn aligned(a: &Short, b: &Short) -> Option<(u128, u128, i64)> {
    let by = a.exp.abs_diff(b.exp);
    Some(if a.exp >= b.exp {
        (shifted(a.coef, by)?, b.coef, b.exp)
    } else {
        (a.coef, shifted(b.coef, by)?, a.exp)
    })
}
impl Short {
    /// `self + other`, or (with `negate`) `self - other`
    #[inline]
    pub(crate) fn add(&self, other: &Short, negate: bool, s: &Settings, st: &mut u32) -> Option<Short> {
        let (x, y, exp) = aligned(self, other)?;
        let other_neg = other.neg != negate;
        if self.neg == other_neg {
            return settled(self.neg, x + y, exp, s, st);
        }
        match x.cmp(&y) {
            Ordering::Greater => settled(self.neg, x - y, exp, s, st),
            Ordering::Less => settled(other_neg, y - x, exp, s, st),
            Ordering::Equal => None,
        }
    }
    /// `self * other`
    #[inline]
    pub(crate) fn mul(&self, other: &Short, s: &Settings, st: &mut u32) -> Option<Short> {
        let (neg, exp) = (self.neg != other.neg, self.exp + other.exp);
        let product = if (self.coef | other.coef) >> 64 == 0 {
            self.coef * other.coef
        } else {
            match self.coef.checked_mul(other.coef) {
                Some(p) => p,
                None => {
                    let (q, drop, rest) = wide::mul(self.coef, other.coef, s.prec)?;
                    return rounded(neg, q, exp + drop, rest, s, st);
                }
            }
        };
        settled(neg, product, exp, s, st)
    }
    /// `self / other`
    #[inline]
    pub(crate) fn div(&self, other: &Short, s: &Settings, st: &mut u32) -> Option<Short> {
        if self.coef == 0 || other.coef == 0 || s.prec >= MOST as i64 {
            return None;
        }
        // One digit more than the result has.
        let shift = small_digits(other.coef) as i64 - small_digits(self.coef) as i64 + s.prec + 1;
        if shift < 0 {
            return None;
        }
        let neg = self.neg != other.neg;
        let exp = self.exp - other.exp - shift;
        let (q, more) = wide::div(self.coef, other.coef, shift);
        if !more {
            // Zeros that the ideal exponent does not ask for go.
            let drop = Coef::new(q).trailing_zeros().min(shift as u64);
            return settled(neg, div_pow10(q, drop).0, exp + drop as i64, s, st);
        }
        let drop = small_digits(q) as i64 - s.prec;
        let (q, r) = div_pow10(q, drop as u64);
        rounded(neg, q, exp + drop, rest(r, WIDE_POW10[drop as usize]).and_more(true), s, st)
    }
    /// It with a sign.
    #[inline]
    pub(crate) fn signed(&self, neg: bool, s: &Settings, st: &mut u32) -> Option<Short> {
        if self.coef == 0 {
            return None;
        }
        settled(neg, self.coef, self.exp, s, st)
    }
    /// The order of two numbers.
    #[inline]
    pub(crate) fn order(&self, other: &Short) -> Option<Ordering> {
        let (x, y, _) = aligned(self, other)?;
        Some(match (self.neg, other.neg) {
            (false, false) => x.cmp(&y),
            (true, true) => y.cmp(&x),
            _ if x == 0 && y == 0 => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        })
    }
    /// Room for a text.
    pub(crate) const TEXT: usize = 48;
    /// Its text in `room`, if that has no exponent.
    #[inline]
    pub(crate) fn text<'a>(&self, room: &'a mut [u8; Short::TEXT]) -> Option<&'a [u8]> {
        let coef = u64::try_from(self.coef).ok()?;
        let point = match self.exp {
            -25..=0 => self.exp.unsigned_abs() as usize,
            _ => return None,
        };
        // A number below 0.000001 has an exponent.
        if (coef | 1).ilog10() as usize + 6 < point {
            return None;
        }
        // From the end: digits, the point between them, zeros before.
        let (mut at, mut n) = (room.len(), coef);
        let mut put = |c: u8| {
            at -= 1;
            room[at] = c;
        };
        let mut digits = 0;
        while n > 0 || digits == 0 || digits <= point {
            if digits == point && point > 0 {
                put(b'.');
            }
            put(b'0' + (n % 10) as u8);
            n /= 10;
            digits += 1;
        }
        if self.neg {
            put(b'-');
        }
        Some(&room[at..])
    }
    /// It with another exponent, rounded.
    #[inline]
    pub(crate) fn quantize(&self, exp: i64, s: &Settings, st: &mut u32) -> Option<Short> {
        let limit = WIDE_POW10[(s.prec as usize).min(MOST)];
        let by = self.exp.abs_diff(exp);
        let (neg, mut own) = (self.neg, 0);
        let coef = if exp <= self.exp {
            shifted(self.coef, by)?
        } else {
            let unit = *WIDE_POW10.get(by as usize)?;
            let (q, r) = div_pow10(self.coef, by);
            let rest = rest(r, unit);
            if self.coef != 0 {
                own = cond::ROUNDED | if rest == Rest::Zero { 0 } else { cond::INEXACT };
            }
            q + u128::from(s.round.up(neg, || (q % 10) as u64, rest))
        };
        if coef >= limit || !allowed(exp, s) {
            return None;
        }
        *st |= own;
        Some(Short { neg, coef, exp })
    }
}
