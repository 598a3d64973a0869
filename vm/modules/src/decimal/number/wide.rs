//! Products and quotients of coefficients of up to 36 digits, cut to as many, with no memory but the stack.

use super::limbs::{self, POW10, Rest, WIDTH, split_wide};

/// Digits of the results.
const MOST: i64 = 36;
const BASE: u128 = limbs::BASE as u128;
/// A power of ten up to 10^38.
fn ten(n: i64) -> u128 {
    10u128.pow(n as u32)
}

/// A number of four limbs without its last digits, and what was cut off. What is left has 36 digits at most.
fn cut(v: &[u64; 4], drop: usize) -> (u128, Rest) {
    let (whole, part) = (drop / WIDTH, drop % WIDTH);
    let limb = |i: usize| v.get(whole + i).copied().unwrap_or(0);
    let (unit, up) = (POW10[part], POW10[WIDTH - part]);
    let joined = |i: usize| limb(i) / unit + if part == 0 { 0 } else { limb(i + 1) % unit * up };
    let q = u128::from(joined(1)) * BASE + u128::from(joined(0));
    (q, limbs::rest(v, drop))
}
/// The product of two numbers below 10^36.
fn product(a: u128, b: u128) -> [u64; 4] {
    let ((a1, a0), (b1, b0)) = (limbs::split(a), limbs::split(b));
    let mul = |x: u64, y: u64| u128::from(x) * u128::from(y);
    let (carry, v0) = split_wide(mul(a0, b0));
    let (carry, v1) = split_wide(mul(a0, b1) + mul(a1, b0) + carry);
    let (carry, v2) = split_wide(mul(a1, b1) + carry);
    [v0, v1, v2, carry as u64]
}
/// The first `prec` digits of a product that has more, how many more, and what was cut off.
pub(super) fn mul(a: u128, b: u128, prec: i64) -> Option<(u128, i64, Rest)> {
    let v = product(a, b);
    let drop = limbs::digits(limbs::trimmed(&v)) as i64 - prec;
    if drop <= 0 || prec > MOST {
        return None;
    }
    let (q, rest) = cut(&v, drop as usize);
    Some((q, drop, rest))
}
/// `a * b` in two words.
fn mul_words(a: u128, b: u128) -> (u128, u128) {
    let part = |n: u128| (n >> 64, n & u128::from(u64::MAX));
    let ((a1, a0), (b1, b0)) = (part(a), part(b));
    let (low, middle) = (a0 * b0, a1 * b0);
    let (middle, carry) = middle.overflowing_add(a0 * b1);
    let (low, more) = low.overflowing_add(middle << 64);
    let high = a1 * b1 + (middle >> 64) + (u128::from(carry) << 64) + u128::from(more);
    (high, low)
}
/// Quotient and remainder of a number of two words, the high one below the divisor.
fn div_words(high: u128, low: u128, d: u128) -> (u128, u128) {
    if high == 0 {
        return (low / d, low % d);
    }
    // The divisor with its top bit set; then digit by digit of 64 bits.
    let shift = d.leading_zeros();
    let d = d << shift;
    let (high, low) = match shift {
        0 => (high, low),
        n => (high << n | low >> (128 - n), low << n),
    };
    let (top, bottom) = (d >> 64, d & u128::from(u64::MAX));
    let step = |r: u128, next: u128| {
        let (mut q, mut rest) = (r / top, r % top);
        while q >> 64 != 0 || q * bottom > (rest << 64 | next) {
            q -= 1;
            rest += top;
            if rest >> 64 != 0 {
                break;
            }
        }
        (q, (r << 64 | next).wrapping_sub(q.wrapping_mul(d)))
    };
    let (q1, r) = step(high, low >> 64);
    let (q0, r) = step(r, low & u128::from(u64::MAX));
    (q1 << 64 | q0, r >> shift)
}
/// The quotient of two numbers, of which the first has `shift` zeros more, and whether there is a remainder.
pub(super) fn div(a: u128, b: u128, shift: i64) -> (u128, bool) {
    let (a, shift) = if shift > 38 { (a * ten(shift - 38), 38) } else { (a, shift) };
    let (high, low) = mul_words(a, ten(shift));
    let (q, r) = div_words(high, low, b);
    (q, r != 0)
}
#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    #[test]
    fn words_divide() {
        let mut x = 1u128;
        for i in 0..20_000u32 {
            x = x
                .wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645)
                .wrapping_add(0x5851_F42D_4C95_7F2D);
            let b = (x >> (i % 120)).max(1) % 10u128.pow(36);
            let b = b.max(1);
            let a = (x.rotate_left(64) >> (i % 127)) % b.saturating_mul(10).min(10u128.pow(36));
            let shift = i64::from(i % 38);
            let exact = BigUint::from(a) * BigUint::from(10u32).pow(shift as u32);
            if (&exact / b).bits() > 128 {
                continue;
            }
            let (q, more) = div(a, b, shift);
            assert_eq!(
                (BigUint::from(q), more),
                (&exact / b, &exact % b != BigUint::ZERO),
                "{a} {b} {shift}"
            );
        }
    }
}
