//! Exponential function and logarithm of numbers with a fixed number of limbs behind the point.

use super::limbs::{self, WIDTH, add_to, div_small, drop_digits, mul_small, shift_left, sub_from, trim};
use super::{Coef, Num, divide, multiply};
use std::sync::Mutex;

/// The last digits that may be wrong: those that [`settle`] drops.
const NOISE: usize = 8;

/// A number, cut to `k` limbs behind the point.
pub(super) fn of_num(n: &Num, k: usize) -> Vec<u64> {
    of_coef(&n.coef, n.exp, k)
}
/// `coef * 10^exp`, cut to `k` limbs behind the point.
pub(super) fn of_coef(coef: &Coef, exp: i64, k: usize) -> Vec<u64> {
    let at = exp + (k * WIDTH) as i64;
    let v = coef.to_limbs();
    if at >= 0 {
        shift_left(&v, at as usize)
    } else {
        drop_digits(&v, at.unsigned_abs() as usize)
    }
}
/// `a * b`
pub(super) fn mul(a: &[u64], b: &[u64], k: usize) -> Vec<u64> {
    let mut v = multiply::mul(a, b);
    v.drain(..k.min(v.len()));
    v
}
/// `a / b`
pub(super) fn div(a: &[u64], b: &[u64], k: usize) -> Vec<u64> {
    divide::div_rem(shift_left(a, k * WIDTH), b).0
}
/// With other limbs behind the point.
fn resized(a: &[u64], from: usize, to: usize) -> Vec<u64> {
    if from >= to {
        drop_digits(a, (from - to) * WIDTH)
    } else {
        shift_left(a, (to - from) * WIDTH)
    }
}
/// `e^r` for `r` below 10.
pub(super) fn exp(r: &[u64], k: usize) -> Vec<u64> {
    // The argument is halved until few terms are needed; the result is squared as often.
    let halvings = (((k * WIDTH) as f64).sqrt() * 0.8 + 3.0).min(40.0) as u32;
    let (k, inner) = (k, k + 1);
    let mut r = resized(r, k, inner);
    div_small(&mut r, 1 << halvings);
    let mut sum = vec![0; inner];
    sum.push(1);
    let mut term = r.clone();
    let mut i = 1;
    while !term.is_empty() {
        add_to(&mut sum, &term);
        i += 1;
        term = mul(&term, &r, inner);
        div_small(&mut term, i);
    }
    for _ in 0..halvings {
        sum = mul(&sum, &sum, inner);
    }
    resized(&sum, inner, k)
}
/// `ln(m)` for `m` from 1 up to 10.
pub(super) fn ln(m: &[u64], k: usize) -> Vec<u64> {
    // Each step of y + 2 (m - e^y) / (m + e^y) makes the right digits three times as many.
    let mut steps = Vec::new();
    let mut digits = k * WIDTH;
    while digits > 14 {
        steps.push(digits.div_ceil(WIDTH));
        digits = digits / 3 + 2;
    }
    let first = resized(m, k, 1);
    let m0 = limbs::to_u128(&first).map_or(1.0, |n| n as f64 / limbs::BASE as f64);
    let mut y = limbs::from_u128((m0.ln().max(0.0) * limbs::BASE as f64) as u128);
    let mut now = 1;
    for &next in steps.iter().rev() {
        y = resized(&y, now, next);
        now = next;
        let m = resized(m, k, now);
        let e = exp(&y, now);
        let less = limbs::cmp(&m, &e).is_lt();
        let (mut difference, other) = if less { (e.clone(), &m) } else { (m.clone(), &e) };
        sub_from(&mut difference, other);
        let mut sum = m;
        add_to(&mut sum, &e);
        mul_small(&mut difference, 2);
        let step = div(&difference, &sum, now);
        if !less {
            add_to(&mut y, &step);
        } else if limbs::cmp(&y, &step).is_lt() {
            y.clear();
        } else {
            sub_from(&mut y, &step);
        }
    }
    resized(&y, now, k)
}
/// `ln(10)`
pub(super) fn ln10(k: usize) -> Vec<u64> {
    static KNOWN: Mutex<(usize, Vec<u64>)> = Mutex::new((0, Vec::new()));
    let mut known = KNOWN.lock().unwrap_or_else(|e| e.into_inner());
    if known.0 < k {
        let k = k.max(known.0 * 3 / 2) + 2;
        *known = (k, compute_ln10(k));
    }
    resized(&known.1, known.0, k)
}
fn compute_ln10(k: usize) -> Vec<u64> {
    let inner = k + 1;
    let mut sum = Vec::new();
    for (times, n) in [(46, 31), (34, 49), (20, 161)] {
        let mut v = atanh_of_inverse(n, inner);
        mul_small(&mut v, times);
        add_to(&mut sum, &v);
    }
    resized(&sum, inner, k)
}
/// `atanh(1 / n)`
fn atanh_of_inverse(n: u64, k: usize) -> Vec<u64> {
    let mut power = shift_left(&[1], k * WIDTH);
    div_small(&mut power, n);
    let mut sum = power.clone();
    let mut i = 1;
    while !power.is_empty() {
        div_small(&mut power, n * n);
        i += 2;
        let mut term = power.clone();
        div_small(&mut term, i);
        add_to(&mut sum, &term);
    }
    trim(&mut sum);
    sum
}
/// The digits of a number that can be trusted, and their exponent; None when they do not tell how to round to `prec`
/// digits.
pub(super) fn settle(v: &[u64], k: usize, prec: i64) -> Option<(Coef, i64)> {
    let trusted = drop_digits(v, NOISE);
    let behind = limbs::digits(&trusted).checked_sub(prec as usize).filter(|n| *n > 4)?;
    let coef = Coef::from_limbs(trusted);
    let text = coef.low_digits(behind as u64 - 1).text();
    let zeros = text.len() == 1 && text[0] == b'0';
    let nines = text.len() == behind - 1 && text.iter().all(|c| *c == b'9');
    if zeros || nines {
        return None;
    }
    Some((coef, NOISE as i64 - (k * WIDTH) as i64))
}
/// Limbs behind the point for so many digits.
pub(super) fn limbs_for(digits: i64) -> usize {
    (digits as usize + NOISE).div_ceil(WIDTH) + 1
}
