//! Coefficients: natural numbers that are a machine number up to 36 digits, and limbs above.

use super::limbs::{self, BASE, POW10, Rest, WIDTH};
use super::{divide, multiply};
use num_bigint::BigUint;
use num_traits::{ToPrimitive, Zero};
use std::borrow::Cow;
use std::cmp::Ordering;

/// Digits that fit the machine number.
const SMALL_DIGITS: u64 = 2 * WIDTH as u64;
const SMALL_END: u128 = BASE as u128 * BASE as u128;

/// See the module. `Big` holds no number that fits `Small`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Coef {
    /// below 10^36
    Small(u128),
    /// limbs as in [`limbs`], on loan from an object or its own
    Big(Cow<'static, [u64]>),
}
use Coef::{Big, Small};

/// Powers of ten that fit 128 bits.
pub(super) const WIDE_POW10: [u128; 39] = {
    let mut t = [1; 39];
    let mut i = 1;
    while i < 39 {
        t[i] = t[i - 1] * 10;
        i += 1;
    }
    t
};

/// Number of digits; 1 of zero.
#[inline]
pub(super) fn small_digits(n: u128) -> u64 {
    if n < 1 << 64 {
        return u64::from((n as u64 | 1).ilog10()) + 1;
    }
    // 1233 / 4096 is a little more than log10(2).
    let about = ((128 - n.leading_zeros()) * 1233) >> 12;
    u64::from(about) + u64::from(n >= WIDE_POW10[about as usize])
}
/// Quotient and remainder by a power of ten.
#[inline]
pub(super) fn div_pow10(n: u128, by: u64) -> (u128, u128) {
    let by = by as usize;
    if n < 1 << 64 {
        return match POW10.get(by) {
            Some(d) => (u128::from(n as u64 / d), u128::from(n as u64 % d)),
            None => (0, n),
        };
    }
    // A limb, of which the base is a multiple of the power; or all of it, and more.
    let (high, low) = limbs::split_wide(n);
    if by <= WIDTH {
        let unit = POW10[by];
        return (high * u128::from(POW10[WIDTH - by]) + u128::from(low / unit), (low % unit).into());
    }
    match WIDE_POW10.get(by - WIDTH) {
        Some(unit) => (high / unit, high % unit * u128::from(BASE) + u128::from(low)),
        None => (0, n),
    }
}

impl Coef {
    /// Zero.
    pub(crate) const ZERO: Coef = Small(0);

    /// A number of limbs.
    #[inline]
    pub(crate) fn from_limbs(v: Vec<u64>) -> Coef {
        match limbs::to_u128(&v) {
            Some(n) => Small(n),
            None => Big(Cow::Owned(v)),
        }
    }
    /// A machine number.
    #[inline]
    pub(crate) fn new(n: u128) -> Coef {
        if n < SMALL_END {
            Small(n)
        } else {
            Coef::from_limbs(limbs::from_u128(n))
        }
    }
    /// The limbs: on loan, or made in `room`.
    fn limbs<'a>(&'a self, room: &'a mut Vec<u64>) -> &'a [u64] {
        match self {
            Big(v) => v,
            Small(n) => {
                *room = limbs::from_u128(*n);
                room
            }
        }
    }
    /// The limbs.
    pub(crate) fn to_limbs(&self) -> Vec<u64> {
        match self {
            Big(v) => v.to_vec(),
            Small(n) => limbs::from_u128(*n),
        }
    }
    /// Number of digits; 1 of zero.
    #[inline]
    pub(crate) fn digits(&self) -> u64 {
        match self {
            Small(n) => small_digits(*n),
            Big(v) => limbs::digits(v) as u64,
        }
    }
    /// Is it 0?
    #[inline]
    pub(crate) fn is_zero(&self) -> bool {
        matches!(self, Small(0))
    }
    /// The last digit.
    pub(crate) fn last_digit(&self) -> u64 {
        match self {
            Small(n) => (n % 10) as u64,
            Big(v) => v[0] % 10,
        }
    }
    /// Is it an odd number?
    pub(crate) fn is_odd(&self) -> bool {
        match self {
            Small(n) => n & 1 == 1,
            Big(v) => v[0] & 1 == 1,
        }
    }
    /// `self * 10^by`
    #[inline]
    pub(crate) fn shift_left(&self, by: u64) -> Coef {
        match self {
            Small(0) => Small(0),
            Small(n) if by == 0 => Small(*n),
            Small(n) if by < SMALL_DIGITS && small_digits(*n) + by <= SMALL_DIGITS => Small(n * WIDE_POW10[by as usize]),
            _ => self.shift_left_long(by),
        }
    }
    fn shift_left_long(&self, by: u64) -> Coef {
        let mut room = Vec::new();
        Coef::from_limbs(limbs::shift_left(self.limbs(&mut room), by as usize))
    }
    /// `self / 10^by`, and what was cut off.
    #[inline]
    pub(crate) fn shift_right(&self, by: u64) -> (Coef, Rest) {
        if by == 0 {
            return (self.clone(), Rest::Zero);
        }
        match self {
            Small(n) => {
                let (q, r) = div_pow10(*n, by);
                let rest = match (r, WIDE_POW10.get(by as usize)) {
                    (0, _) => Rest::Zero,
                    (r, Some(unit)) => match (2 * r).cmp(unit) {
                        Ordering::Less => Rest::Below,
                        Ordering::Equal => Rest::Half,
                        Ordering::Greater => Rest::Above,
                    },
                    _ => Rest::Below,
                };
                (Small(q), rest)
            }
            Big(v) => {
                let (q, rest) = limbs::shift_right(v, usize::try_from(by).unwrap_or(usize::MAX));
                (Coef::from_limbs(q), rest)
            }
        }
    }
    /// The last `n` digits.
    pub(crate) fn low_digits(&self, n: u64) -> Coef {
        match self {
            Small(x) => Small(div_pow10(*x, n).1),
            Big(v) => Coef::from_limbs(limbs::low_digits(v, usize::try_from(n).unwrap_or(usize::MAX))),
        }
    }
    /// `self + other`
    #[inline]
    pub(crate) fn add(&self, other: &Coef) -> Coef {
        if let (Small(a), Small(b)) = (self, other) {
            return Coef::new(a + b);
        }
        let (mut v, mut room) = (self.to_limbs(), Vec::new());
        limbs::add_to(&mut v, other.limbs(&mut room));
        Coef::from_limbs(v)
    }
    /// `self + n`
    #[inline]
    pub(crate) fn add_small(self, n: u64) -> Coef {
        match self {
            Small(x) => Coef::new(x + u128::from(n)),
            Big(v) => {
                let mut v = v.into_owned();
                limbs::add_small(&mut v, n);
                Coef::from_limbs(v)
            }
        }
    }
    /// `self - other`, which is not larger.
    #[inline]
    pub(crate) fn sub(&self, other: &Coef) -> Coef {
        if let (Small(a), Small(b)) = (self, other) {
            return Small(a - b);
        }
        let (mut v, mut room) = (self.to_limbs(), Vec::new());
        limbs::sub_from(&mut v, other.limbs(&mut room));
        Coef::from_limbs(v)
    }
    /// Which is larger?
    #[inline]
    pub(crate) fn cmp(&self, other: &Coef) -> Ordering {
        match (self, other) {
            (Small(a), Small(b)) => a.cmp(b),
            (Small(_), Big(_)) => Ordering::Less,
            (Big(_), Small(_)) => Ordering::Greater,
            (Big(a), Big(b)) => limbs::cmp(a, b),
        }
    }
    /// `self * other`
    #[inline]
    pub(crate) fn mul(&self, other: &Coef) -> Coef {
        if let (Small(a), Small(b)) = (self, other) {
            if (a | b) >> 64 == 0 {
                return Coef::new(a * b);
            }
            if let Some(n) = a.checked_mul(*b) {
                return Coef::new(n);
            }
        }
        let (mut x, mut y) = (Vec::new(), Vec::new());
        Coef::from_limbs(multiply::mul(self.limbs(&mut x), other.limbs(&mut y)))
    }
    /// `self / other` and `self % other`; `other` is not zero.
    pub(crate) fn div_rem(self, other: &Coef) -> (Coef, Coef) {
        let v = match (self, other) {
            (Small(a), Small(b)) => return (Small(a / b), Small(a % b)),
            (Small(a), _) => return (Coef::ZERO, Small(a)),
            (Big(v), _) => v.into_owned(),
        };
        let mut room = Vec::new();
        let (q, r) = divide::div_rem(v, other.limbs(&mut room));
        (Coef::from_limbs(q), Coef::from_limbs(r))
    }
    /// Zeros at the end of the digits; 0 of zero.
    pub(crate) fn trailing_zeros(&self) -> u64 {
        match self {
            Small(0) => 0,
            Small(n) => {
                let (high, low) = limbs::split_wide(*n);
                let (mut n, mut count) = if low == 0 { (high as u64, WIDTH as u64) } else { (low, 0) };
                for step in [16, 8, 4, 2, 1] {
                    if n % POW10[step] == 0 {
                        (n, count) = (n / POW10[step], count + step as u64);
                    }
                }
                count
            }
            Big(v) => limbs::trailing_zeros(v) as u64,
        }
    }
    /// A number of `n` nines.
    pub(crate) fn nines(n: u64) -> Coef {
        Small(1).shift_left(n).sub(&Small(1))
    }
    /// Appends the digits.
    pub(crate) fn push_text(&self, out: &mut Vec<u8>) {
        match self {
            Small(n) if *n < 1 << 64 => {
                let (mut text, mut at, mut n) = ([0; 20], 20, *n as u64);
                loop {
                    at -= 1;
                    text[at] = b'0' + (n % 10) as u8;
                    n /= 10;
                    if n == 0 {
                        break;
                    }
                }
                out.extend_from_slice(&text[at..]);
            }
            _ => {
                let mut room = Vec::new();
                limbs::push_text(out, self.limbs(&mut room));
            }
        }
    }
    /// The digits.
    pub(crate) fn text(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.digits() as usize);
        self.push_text(&mut out);
        out
    }
    /// The number of ASCII digits.
    pub(crate) fn from_text(digits: &[u8]) -> Coef {
        if digits.len() <= 19 {
            return Small(digits.iter().fold(0u64, |n, d| n * 10 + u64::from(d - b'0')).into());
        }
        Coef::from_limbs(limbs::from_text(digits))
    }
    /// The number of a big int's magnitude.
    pub(crate) fn from_big(n: &BigUint) -> Coef {
        if let Some(n) = n.to_u128() {
            return Coef::new(n);
        }
        let mut v = Vec::new();
        split_big(n, &mut powers(n.bits()), &mut v, false);
        limbs::trim(&mut v);
        Coef::from_limbs(v)
    }
    /// As a big int.
    pub(crate) fn to_big(&self) -> BigUint {
        match self {
            Small(n) => (*n).into(),
            Big(v) => join_big(v),
        }
    }
    /// The remainder by a prime below 2^61.
    pub(crate) fn modulo(&self, m: u64) -> u64 {
        match self {
            Small(n) => (n % u128::from(m)) as u64,
            Big(v) => v.iter().rev().fold(0, |r, x| {
                ((u128::from(r) * u128::from(BASE) + u128::from(*x)) % u128::from(m)) as u64
            }),
        }
    }
}

/// The base to the powers 1, 2, 4 ..., up to half of a number of so many bits.
fn powers(bits: u64) -> Vec<BigUint> {
    let mut all = vec![BigUint::from(BASE)];
    while let Some(p) = all.last()
        && p.bits() * 2 - 1 <= bits
    {
        let next = p * p;
        all.push(next);
    }
    all
}
/// Appends the limbs of a number below the square of the last power; with `full` as many as fit that.
fn split_big(n: &BigUint, powers: &mut [BigUint], out: &mut Vec<u64>, full: bool) {
    let Some((p, smaller)) = powers.split_last_mut() else {
        out.push(n.to_u64().unwrap_or(0));
        return;
    };
    let (high, low) = (n / &*p, n % &*p);
    if high.is_zero() && !full {
        return split_big(&low, smaller, out, false);
    }
    split_big(&low, smaller, out, true);
    split_big(&high, smaller, out, full);
}
fn join_big(v: &[u64]) -> BigUint {
    if v.len() <= 8 {
        return v.iter().rev().fold(BigUint::zero(), |n, x| n * BASE + x);
    }
    let half = (v.len() / 2).next_power_of_two();
    let half = if half >= v.len() { half / 2 } else { half };
    let (low, high) = v.split_at(half);
    let mut power = BigUint::from(BASE);
    for _ in 0..half.trailing_zeros() {
        power = &power * &power;
    }
    join_big(high) * power + join_big(low)
}
