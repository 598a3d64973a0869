//! Products of natural numbers: by columns, and Karatsuba's way for long ones.

use super::limbs::{add_in_place, split_wide, sub_in_place, trim, trimmed};

/// Shorter factors are multiplied by columns. (Sums of a column stay below 2^128 up to 340 limbs.)
const LONG: usize = 40;

/// `a * b`
pub(crate) fn mul(a: &[u64], b: &[u64]) -> Vec<u64> {
    if a.is_empty() || b.is_empty() {
        return Vec::new();
    }
    let mut out = vec![0; a.len() + b.len()];
    mul_into(&mut out, a, b);
    trim(&mut out);
    out
}
/// The product into `a.len() + b.len()` limbs.
pub(crate) fn mul_into(out: &mut [u64], a: &[u64], b: &[u64]) {
    let (a, b) = if a.len() < b.len() { (b, a) } else { (a, b) };
    if b.len() < LONG {
        return by_columns(out, a, b);
    }
    if 2 * b.len() > a.len() + 1 {
        return karatsuba(out, a, b);
    }
    // Pieces of the longer one that are as long as the shorter one.
    out.fill(0);
    let mut part = vec![0; 2 * b.len()];
    for (i, piece) in a.chunks(b.len()).enumerate() {
        let part = &mut part[..piece.len() + b.len()];
        mul_into(part, piece, b);
        add_in_place(&mut out[i * b.len()..], part);
    }
}
fn by_columns(out: &mut [u64], a: &[u64], b: &[u64]) {
    let mut sum = 0u128;
    for (k, place) in out.iter_mut().enumerate() {
        let first = (k + 1).saturating_sub(b.len());
        let last = k.min(a.len() - 1);
        if first <= last {
            let row = a[first..=last].iter();
            let other = b[k - last..=k - first].iter().rev();
            sum += row.zip(other).map(|(x, y)| u128::from(*x) * u128::from(*y)).sum::<u128>();
        }
        (sum, *place) = split_wide(sum);
    }
}
/// With halves `a = a1*B + a0`: three products instead of four. `b` is longer than half of `a`.
fn karatsuba(out: &mut [u64], a: &[u64], b: &[u64]) {
    let half = a.len().div_ceil(2);
    let (a0, a1) = a.split_at(half);
    let (b0, b1) = b.split_at(half);
    let (low, high) = out.split_at_mut(2 * half);
    mul_into(low, a0, b0);
    mul_into(high, a1, b1);
    let sum = |x: &[u64], y: &[u64]| {
        let mut s = x.to_vec();
        s.push(0);
        add_in_place(&mut s, y);
        s
    };
    let (sa, sb) = (sum(a0, a1), sum(b0, b1));
    let mut middle = vec![0; sa.len() + sb.len()];
    mul_into(&mut middle, &sa, &sb);
    sub_in_place(&mut middle, trimmed(low));
    sub_in_place(&mut middle, trimmed(high));
    add_in_place(&mut out[half..], trimmed(&middle));
}
