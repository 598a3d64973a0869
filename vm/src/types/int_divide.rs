//! Division of large ints by large ints of about the same length.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// Quotients of fewer bits are found from the leading bits of both numbers.
const SHORT: u64 = 62;

/// `x // y` and `x % y`, rounded towards minus infinity; `y` is not zero.
pub fn div_mod_floor(x: &BigInt, y: &BigInt) -> (BigInt, BigInt) {
    let Some((q, r)) = short_quotient(x.magnitude(), y.magnitude()) else {
        return x.div_mod_floor(y);
    };
    let same = x.is_negative() == y.is_negative();
    let (q, r) = if same || r.is_zero() {
        (BigInt::from(q), r)
    } else {
        (BigInt::from(q) + BigInt::one(), y.magnitude() - r)
    };
    let r = BigInt::from(r);
    (if same { q } else { -q }, if y.is_negative() { -r } else { r })
}
/// Quotient and remainder, if the quotient is short and the divisor is not.
fn short_quotient(x: &BigUint, y: &BigUint) -> Option<(u64, BigUint)> {
    let (xs, ys) = (x.bits(), y.bits());
    if ys <= 256 || xs > ys + SHORT {
        return None;
    }
    if xs < ys {
        return Some((0, x.clone()));
    }
    let shift = ys - 64;
    let (high_x, high_y) = ((x >> shift).to_u128()?, (y >> shift).to_u128()?);
    // At most two less than the quotient: the divisor's leading bits are 63 bits or more, the quotient has fewer.
    let mut q = (high_x / (high_y + 1)) as u64;
    let mut r = x - y * q;
    while r >= *y {
        r -= y;
        q += 1;
    }
    Some((q, r))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_general_division() {
        let mut seed = 7u64;
        let mut number = |bits: u64| {
            let mut n = BigUint::zero();
            for _ in 0..bits / 64 + 1 {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let digit = if seed >> 61 == 0 { u64::MAX } else { seed };
                n = (n << 64u32) + digit;
            }
            BigInt::from(n >> (64 - bits % 64))
        };
        for i in 0..2000 {
            let (x, y) = (number(300 + i % 130), number(290 + i % 71));
            for (x, y) in [(&x, &y), (&-&x, &y), (&x, &-&y), (&-&x, &-&y), (&(&y * 5), &y), (&(&y * -5), &y)] {
                assert_eq!(div_mod_floor(x, y), x.div_mod_floor(y), "{x} {y}");
            }
        }
    }
}
