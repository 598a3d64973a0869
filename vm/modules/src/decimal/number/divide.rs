//! Quotients of natural numbers: schoolbook division (Knuth's algorithm D), and division by halves for long ones (Burnikel
//! and Ziegler: Fast recursive division), which has multiplication do the work.

use super::limbs::{self, BASE, add_in_place, add_to, cmp, div_small, mul_small, split, sub_in_place, trim, trimmed};
use super::multiply;
use std::cmp::Ordering;

/// Shorter divisors, and quotients, are divided by the schoolbook.
const LONG: usize = 50;

/// `a / b` and `a % b`; `b` is not zero.
pub(crate) fn div_rem(mut a: Vec<u64>, b: &[u64]) -> (Vec<u64>, Vec<u64>) {
    if cmp(&a, b).is_lt() {
        return (Vec::new(), a);
    }
    if let [d] = b {
        let rest = div_small(&mut a, *d);
        return (a, limbs::from_u128(rest.into()));
    }
    // The divisor's top limb becomes large, so that two limbs of the rest tell a digit of the quotient almost exactly.
    let scale = BASE / (b[b.len() - 1] + 1);
    let mut b = b.to_vec();
    mul_small(&mut a, scale);
    mul_small(&mut b, scale);
    let (mut quotient, mut rest) = if b.len() < LONG || a.len() - b.len() < LONG {
        a.push(0);
        let mut quotient = vec![0; a.len() - b.len()];
        by_schoolbook(&mut quotient, &mut a, &b);
        (quotient, a)
    } else {
        by_blocks(a, b)
    };
    trim(&mut quotient);
    trim(&mut rest);
    div_small(&mut rest, scale);
    (quotient, rest)
}
/// Divides `a`, of which the rest stays, by a divisor with a large top limb. The quotient has as many limbs as `a` has
/// more; the top limbs of `a` are less than the divisor.
fn by_schoolbook(quotient: &mut [u64], a: &mut [u64], b: &[u64]) {
    let n = b.len();
    let (top, next) = (u128::from(b[n - 1]), u128::from(b[n - 2]));
    for j in (0..quotient.len()).rev() {
        let two = u128::from(a[j + n]) * u128::from(BASE) + u128::from(a[j + n - 1]);
        let (mut q, mut r) = (two / top, two % top);
        while q >= u128::from(BASE) || q * next > r * u128::from(BASE) + u128::from(a[j + n - 2]) {
            q -= 1;
            r += top;
            if r >= u128::from(BASE) {
                break;
            }
        }
        if q > 0 && mul_sub(&mut a[j..=j + n], b, q as u64) {
            q -= 1;
            let (part, above) = a[j..=j + n].split_at_mut(n);
            if add_in_place(part, b) {
                above[0] = if above[0] + 1 == BASE { 0 } else { above[0] + 1 };
            }
        }
        quotient[j] = q as u64;
    }
}
/// `a -= b * q` with one limb more in `a`; is it below zero (and so off by a power of the base)?
fn mul_sub(a: &mut [u64], b: &[u64], q: u64) -> bool {
    let (low, top) = a.split_at_mut(b.len());
    let (mut carry, mut borrow) = (0, 0);
    for (x, y) in low.iter_mut().zip(b) {
        let (c, part) = split(u128::from(*y) * u128::from(q) + u128::from(carry));
        carry = c;
        let (d, less) = x.overflowing_sub(part + borrow);
        borrow = u64::from(less);
        *x = if less { d.wrapping_add(BASE) } else { d };
    }
    let (d, less) = top[0].overflowing_sub(carry + borrow);
    top[0] = if less { d.wrapping_add(BASE) } else { d };
    less
}
/// Divides blocks as long as the divisor, which is made even in length often enough, from the top.
fn by_blocks(a: Vec<u64>, b: Vec<u64>) -> (Vec<u64>, Vec<u64>) {
    let mut unit = 1;
    while b.len() / unit >= LONG {
        unit *= 2;
    }
    let n = b.len().next_multiple_of(unit);
    let pad = n - b.len();
    let longer = |v: Vec<u64>| [vec![0; pad], v].concat();
    let (mut a, b) = (longer(a), longer(b));
    // The first block is less than the divisor.
    a.resize(a.len().next_multiple_of(n) + n, 0);
    let blocks = a.len() / n;
    let mut quotient = vec![0; a.len() - n];
    let mut rest = a[(blocks - 1) * n..].to_vec();
    for i in (0..blocks - 1).rev() {
        let mut part = [&a[i * n..(i + 1) * n], &rest].concat();
        halves(&mut quotient[i * n..(i + 1) * n], &mut part, &b);
        part.truncate(n);
        rest = part;
    }
    rest.drain(..pad);
    (quotient, rest)
}
/// Divides `2n` limbs by `n`; the rest stays in the lower half.
fn halves(quotient: &mut [u64], a: &mut [u64], b: &[u64]) {
    let n = b.len();
    if n < LONG || n % 2 == 1 {
        return by_schoolbook(quotient, a, b);
    }
    let half = n / 2;
    let (low, high) = quotient.split_at_mut(half);
    three_by_two(high, &mut a[half..], b);
    three_by_two(low, &mut a[..n + half], b);
}
/// Divides `3n` limbs by `2n`; the rest stays in the lower ones.
fn three_by_two(quotient: &mut [u64], a: &mut [u64], b: &[u64]) {
    let n = b.len() / 2;
    let (low, high) = b.split_at(n);
    if a[2 * n..].iter().rev().cmp(high.iter().rev()) == Ordering::Less {
        halves(quotient, &mut a[n..], high);
    } else {
        quotient.fill(BASE - 1);
        sub_in_place(&mut a[2 * n..], high);
        add_in_place(&mut a[n..], high);
    }
    let product = multiply::mul(trimmed(quotient), trimmed(low));
    let mut rest = a.to_vec();
    trim(&mut rest);
    while cmp(&rest, &product).is_lt() {
        sub_in_place(quotient, &[1]);
        add_to(&mut rest, b);
    }
    sub_in_place(&mut rest, &product);
    rest.resize(a.len(), 0);
    a.copy_from_slice(&rest);
}
