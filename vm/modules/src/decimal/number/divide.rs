//! Quotients of natural numbers: schoolbook division (Knuth's algorithm D).

use super::limbs::{self, BASE, add_in_place, cmp, div_small, mul_small, split, trim};

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
    a.push(0);
    let n = b.len();
    let (top, next) = (u128::from(b[n - 1]), u128::from(b[n - 2]));
    let mut quotient = vec![0; a.len() - n];
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
        if q > 0 && mul_sub(&mut a[j..=j + n], &b, q as u64) {
            q -= 1;
            let (part, above) = a[j..=j + n].split_at_mut(n);
            if add_in_place(part, &b) {
                above[0] = if above[0] + 1 == BASE { 0 } else { above[0] + 1 };
            }
        }
        quotient[j] = q as u64;
    }
    trim(&mut quotient);
    trim(&mut a);
    div_small(&mut a, scale);
    (quotient, a)
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
