//! Natural numbers as limbs of 18 decimal digits, least significant first, with no zero limb on top; zero has none.
//!
//! So digits are counted, shifted and printed in linear time. Products are in `multiply`, quotients in `divide`.

use std::cmp::Ordering;

/// One more than the largest limb.
pub(crate) const BASE: u64 = 1_000_000_000_000_000_000;
/// Digits a limb.
pub(crate) const WIDTH: usize = 18;

/// Powers of ten that fit 64 bits.
pub(crate) const POW10: [u64; 20] = {
    let mut t = [1; 20];
    let mut i = 1;
    while i < 20 {
        t[i] = t[i - 1] * 10;
        i += 1;
    }
    t
};

/// What was cut off behind a number, compared with half a unit of its last digit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rest {
    /// nothing but zeros
    Zero,
    /// less than half
    Below,
    /// exactly half
    Half,
    /// more than half
    Above,
}
impl Rest {
    /// The rest with this first digit; `more`: is something other than zeros behind it?
    pub(crate) fn new(digit: u64, more: bool) -> Rest {
        match (digit, more) {
            (0, false) => Rest::Zero,
            (5, false) => Rest::Half,
            (0..5, _) => Rest::Below,
            _ => Rest::Above,
        }
    }
    /// The rest when something other than zeros may follow.
    pub(crate) fn and_more(self, more: bool) -> Rest {
        match self {
            Rest::Zero if more => Rest::Below,
            Rest::Half if more => Rest::Above,
            r => r,
        }
    }
}

// A limb's base, moved up so that its top bit is set, and what divides by it with multiplications (Möller, Granlund:
// Improved division by invariant integers).
const SHIFT: u32 = BASE.leading_zeros();
const DIVISOR: u64 = BASE << SHIFT;
const INVERSE: u64 = (u128::MAX / DIVISOR as u128 - (1 << 64)) as u64;

/// Quotient and remainder by the base of a number below `BASE << 64`.
#[inline(always)]
pub(crate) fn split(n: u128) -> (u64, u64) {
    let n = n << SHIFT;
    let (high, low) = ((n >> 64) as u64, n as u64);
    let q = u128::from(INVERSE) * u128::from(high) + n;
    let (mut q1, q0) = (((q >> 64) as u64).wrapping_add(1), q as u64);
    let mut r = low.wrapping_sub(q1.wrapping_mul(DIVISOR));
    if r > q0 {
        q1 = q1.wrapping_sub(1);
        r = r.wrapping_add(DIVISOR);
    }
    if r >= DIVISOR {
        q1 = q1.wrapping_add(1);
        r -= DIVISOR;
    }
    (q1, r >> SHIFT)
}
/// Quotient and remainder by the base of any number.
#[inline(always)]
pub(crate) fn split_wide(n: u128) -> (u128, u64) {
    let high = (n >> 64) as u64;
    if high < BASE {
        let (q, r) = split(n);
        return (u128::from(q), r);
    }
    let (q, r) = split(u128::from(high % BASE) << 64 | u128::from(n as u64));
    (u128::from(high / BASE) << 64 | u128::from(q), r)
}

/// Removes zero limbs from the top.
pub(crate) fn trim(v: &mut Vec<u64>) {
    while v.last() == Some(&0) {
        v.pop();
    }
}
/// The limbs without zeros on top.
pub(crate) fn trimmed(mut a: &[u64]) -> &[u64] {
    while let [rest @ .., 0] = a {
        a = rest;
    }
    a
}
/// Limbs of a small number.
pub(crate) fn from_u128(mut n: u128) -> Vec<u64> {
    let mut v = Vec::with_capacity(3);
    while n > 0 {
        let (q, r) = split_wide(n);
        v.push(r);
        n = q;
    }
    v
}
/// The number, if it has two limbs at most.
pub(crate) fn to_u128(a: &[u64]) -> Option<u128> {
    match *a {
        [] => Some(0),
        [x] => Some(u128::from(x)),
        [x, y] => Some(u128::from(y) * u128::from(BASE) + u128::from(x)),
        _ => None,
    }
}
/// Which is larger?
pub(crate) fn cmp(a: &[u64], b: &[u64]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}
/// Number of digits; 0 of zero.
pub(crate) fn digits(a: &[u64]) -> usize {
    match a.last() {
        Some(top) => (a.len() - 1) * WIDTH + top.checked_ilog10().map_or(0, |n| n as usize + 1),
        None => 0,
    }
}
/// `a += b`
pub(crate) fn add_to(a: &mut Vec<u64>, b: &[u64]) {
    if a.len() < b.len() {
        a.resize(b.len(), 0);
    }
    if add_in_place(a, b) {
        a.push(1);
    }
}
/// Adds to limbs that are as many at least; gives the carry.
pub(crate) fn add_in_place(a: &mut [u64], b: &[u64]) -> bool {
    let mut carry = 0;
    let (low, high) = a.split_at_mut(b.len());
    for (x, y) in low.iter_mut().zip(b) {
        let s = *x + y + carry;
        carry = u64::from(s >= BASE);
        *x = if carry == 1 { s - BASE } else { s };
    }
    for x in high {
        if carry == 0 {
            break;
        }
        *x += 1;
        carry = u64::from(*x == BASE);
        if carry == 1 {
            *x = 0;
        }
    }
    carry == 1
}
/// Subtracts from limbs of a number that is not smaller.
pub(crate) fn sub_in_place(a: &mut [u64], b: &[u64]) {
    let mut borrow = 0;
    let (low, high) = a.split_at_mut(b.len());
    for (x, y) in low.iter_mut().zip(b) {
        let (d, less) = x.overflowing_sub(y + borrow);
        borrow = u64::from(less);
        *x = if less { d.wrapping_add(BASE) } else { d };
    }
    for x in high {
        if borrow == 0 {
            break;
        }
        borrow = u64::from(*x == 0);
        *x = if borrow == 1 { BASE - 1 } else { *x - 1 };
    }
}
/// `a -= b`; `a` is not smaller.
pub(crate) fn sub_from(a: &mut Vec<u64>, b: &[u64]) {
    sub_in_place(a, b);
    trim(a);
}
/// Adds a small number to limbs.
pub(crate) fn add_small(a: &mut Vec<u64>, n: u64) {
    let mut carry = n;
    for x in a.iter_mut() {
        if carry == 0 {
            return;
        }
        let s = *x + carry;
        (carry, *x) = (s / BASE, s % BASE);
    }
    if carry > 0 {
        a.push(carry);
    }
}
/// `a *= n`, for `n` up to the base
pub(crate) fn mul_small(a: &mut Vec<u64>, n: u64) {
    let mut carry = 0;
    for x in a.iter_mut() {
        (carry, *x) = split(u128::from(*x) * u128::from(n) + u128::from(carry));
    }
    if carry > 0 {
        a.push(carry);
    }
    trim(a);
}
/// `a /= n`; gives the remainder.
pub(crate) fn div_small(a: &mut Vec<u64>, n: u64) -> u64 {
    let mut rest = 0u64;
    for x in a.iter_mut().rev() {
        let t = u128::from(rest) * u128::from(BASE) + u128::from(*x);
        *x = (t / u128::from(n)) as u64;
        rest = (t % u128::from(n)) as u64;
    }
    trim(a);
    rest
}
/// Times a power of ten.
pub(crate) fn shift_left(a: &[u64], by: usize) -> Vec<u64> {
    if a.is_empty() {
        return Vec::new();
    }
    let (whole, part) = (by / WIDTH, by % WIDTH);
    let mut v = Vec::with_capacity(a.len() + whole + 1);
    v.resize(whole, 0);
    if part == 0 {
        v.extend_from_slice(a);
        return v;
    }
    let (up, down) = (POW10[part], POW10[WIDTH - part]);
    let mut carry = 0;
    for x in a {
        v.push(x % down * up + carry);
        carry = x / down;
    }
    if carry > 0 {
        v.push(carry);
    }
    v
}
/// Divided by a power of ten, and what was cut off.
pub(crate) fn shift_right(a: &[u64], by: usize) -> (Vec<u64>, Rest) {
    if by == 0 {
        return (a.to_vec(), Rest::Zero);
    }
    (drop_digits(a, by), rest(a, by))
}
/// Divided by a power of ten.
pub(crate) fn drop_digits(a: &[u64], by: usize) -> Vec<u64> {
    let (whole, part) = (by / WIDTH, by % WIDTH);
    let Some(a) = a.get(whole..) else { return Vec::new() };
    if part == 0 {
        return a.to_vec();
    }
    let (up, down) = (POW10[WIDTH - part], POW10[part]);
    let mut v = Vec::with_capacity(a.len());
    for (i, x) in a.iter().enumerate() {
        let above = a.get(i + 1).map_or(0, |n| n % down);
        v.push(x / down + above * up);
    }
    trim(&mut v);
    v
}
/// What the last `by > 0` digits are, compared with half of their power of ten.
pub(crate) fn rest(a: &[u64], by: usize) -> Rest {
    let at = by - 1;
    let (whole, part) = (at / WIDTH, at % WIDTH);
    let Some(&limb) = a.get(whole) else {
        return Rest::Zero.and_more(!a.is_empty());
    };
    let digit = limb / POW10[part] % 10;
    let more = limb % POW10[part] != 0 || a[..whole].iter().any(|x| *x != 0);
    Rest::new(digit, more)
}
/// The last `n` digits.
pub(crate) fn low_digits(a: &[u64], n: usize) -> Vec<u64> {
    let (whole, part) = (n / WIDTH, n % WIDTH);
    if whole >= a.len() {
        return a.to_vec();
    }
    let mut v = a[..whole].to_vec();
    v.push(a[whole] % POW10[part]);
    trim(&mut v);
    v
}
/// Zeros at the end of the digits.
pub(crate) fn trailing_zeros(a: &[u64]) -> usize {
    let Some(whole) = a.iter().position(|x| *x != 0) else { return 0 };
    let (mut limb, mut n) = (a[whole], whole * WIDTH);
    for step in [16, 8, 4, 2, 1] {
        if limb % POW10[step] == 0 {
            (limb, n) = (limb / POW10[step], n + step);
        }
    }
    n
}
/// Appends the 18 digits of a limb.
pub(crate) fn push_limb(out: &mut Vec<u8>, limb: u64) {
    let (mut text, mut n) = ([b'0'; WIDTH], limb);
    for pair in text.rchunks_exact_mut(2) {
        let two = (n % 100) as u8;
        n /= 100;
        pair[0] = b'0' + two / 10;
        pair[1] = b'0' + two % 10;
    }
    out.extend_from_slice(&text);
}
/// The digits as text.
pub(crate) fn push_text(out: &mut Vec<u8>, a: &[u64]) {
    let Some((top, rest)) = a.split_last() else { return out.push(b'0') };
    let start = out.len();
    push_limb(out, *top);
    let zeros = out[start..].iter().take_while(|c| **c == b'0').count();
    out.drain(start..start + zeros);
    for limb in rest.iter().rev() {
        push_limb(out, *limb);
    }
}
/// Limbs of ASCII digits.
pub(crate) fn from_text(text: &[u8]) -> Vec<u64> {
    let limb = |digits: &[u8]| digits.iter().fold(0, |n, d| n * 10 + u64::from(d - b'0'));
    let mut v: Vec<u64> = text.rchunks(WIDTH).map(limb).collect();
    trim(&mut v);
    v
}
