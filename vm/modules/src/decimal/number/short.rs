//! Operations on finite numbers with short coefficients, for results that need no rounding (or for `quantize`): the rule in
//! most programs. What is not done here, the general operations do.

use super::limbs::{POW10, Rest};
use super::{Settings, cond};
use std::cmp::Ordering;

/// A finite number with a coefficient of one word (or two, of results).
#[derive(Clone, Copy)]
pub(crate) struct Short<T> {
    /// is there a minus sign?
    pub(crate) neg: bool,
    /// digits
    pub(crate) coef: T,
    /// exponent of the last digit
    pub(crate) exp: i64,
}

/// More digits a result of these operations never has.
const MOST: usize = 36;
/// Powers of ten up to that of the most digits.
pub(super) const LIMITS: [u128; MOST + 1] = {
    let mut t = [1; MOST + 1];
    let mut i = 1;
    while i <= MOST {
        t[i] = t[i - 1] * 10;
        i += 1;
    }
    t
};

/// The number as a result, if it needs no change for that.
#[inline]
pub(super) fn fitting(neg: bool, coef: u128, exp: i64, s: &Settings) -> Option<Short<u128>> {
    let digits = (s.prec as usize).min(MOST);
    let fits = coef < LIMITS[digits] && exp >= s.emin && exp <= s.etop();
    if fits { Some(Short { neg, coef, exp }) } else { None }
}
/// Both coefficients with the smaller exponent.
#[inline]
fn aligned(a: &Short<u64>, b: &Short<u64>) -> Option<(u128, u128, i64)> {
    let (x, y) = (u128::from(a.coef), u128::from(b.coef));
    let by = a.exp.abs_diff(b.exp) as usize;
    let &unit = POW10[..17].get(by)?;
    Some(if a.exp >= b.exp {
        (x * u128::from(unit), y, b.exp)
    } else {
        (x, y * u128::from(unit), a.exp)
    })
}
impl Short<u128> {
    /// It with a coefficient of one word, if that is enough.
    pub(crate) fn narrowed(self) -> Option<Short<u64>> {
        let Short { neg, coef, exp } = self;
        let coef = u64::try_from(coef).ok()?;
        Some(Short { neg, coef, exp })
    }
}
impl Short<u64> {
    /// `self + other`, or (with `negate`) `self - other`
    #[inline]
    pub(crate) fn add(&self, other: &Short<u64>, negate: bool, s: &Settings) -> Option<Short<u128>> {
        let (x, y, exp) = aligned(self, other)?;
        let other_neg = other.neg != negate;
        if self.neg == other_neg {
            return fitting(self.neg, x + y, exp, s);
        }
        match x.cmp(&y) {
            Ordering::Greater => fitting(self.neg, x - y, exp, s),
            Ordering::Less => fitting(other_neg, y - x, exp, s),
            Ordering::Equal => None,
        }
    }
    /// `self * other`
    #[inline]
    pub(crate) fn mul(&self, other: &Short<u64>, s: &Settings) -> Option<Short<u128>> {
        let coef = u128::from(self.coef) * u128::from(other.coef);
        fitting(self.neg != other.neg, coef, self.exp + other.exp, s)
    }
    /// `-self`, or `self` with the other sign
    #[inline]
    pub(crate) fn signed(&self, neg: bool, s: &Settings) -> Option<Short<u128>> {
        if self.coef == 0 {
            return None;
        }
        fitting(neg, self.coef.into(), self.exp, s)
    }
    /// The order of two numbers.
    #[inline]
    pub(crate) fn order(&self, other: &Short<u64>) -> Option<Ordering> {
        let (x, y, _) = aligned(self, other)?;
        Some(match (self.neg, other.neg) {
            (false, false) => x.cmp(&y),
            (true, true) => y.cmp(&x),
            _ if x == 0 && y == 0 => Ordering::Equal,
            (neg, _) => {
                if neg {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
        })
    }
    /// Room for a text.
    pub(crate) const TEXT: usize = 48;
    /// Its text in `room`, if that has no exponent.
    #[inline]
    pub(crate) fn text<'a>(&self, room: &'a mut [u8; Short::TEXT]) -> Option<&'a [u8]> {
        let point = match self.exp {
            -25..=0 => self.exp.unsigned_abs() as usize,
            _ => return None,
        };
        // A number below 0.000001 has an exponent.
        if (self.coef | 1).ilog10() as usize + 6 < point {
            return None;
        }
        // From the end: digits, the point between them, zeros before.
        let (mut at, mut n) = (room.len(), self.coef);
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
    pub(crate) fn quantize(&self, exp: i64, s: &Settings, st: &mut u32) -> Option<Short<u128>> {
        if exp <= self.exp {
            let unit = *POW10[..17].get((self.exp - exp) as usize)?;
            return fitting(self.neg, u128::from(self.coef) * u128::from(unit), exp, s);
        }
        let unit = *POW10.get((exp - self.exp) as usize)?;
        let (q, r) = (self.coef / unit, self.coef % unit);
        let rest = match r {
            0 => Rest::Zero,
            r => match r.cmp(&(unit / 2)) {
                Ordering::Less => Rest::Below,
                Ordering::Equal => Rest::Half,
                Ordering::Greater => Rest::Above,
            },
        };
        let up = s.round.up(self.neg, || q % 10, rest);
        let n = fitting(self.neg, u128::from(q) + u128::from(up), exp, s)?;
        if self.coef != 0 {
            *st |= cond::ROUNDED | if rest == Rest::Zero { 0 } else { cond::INEXACT };
        }
        Some(n)
    }
}
