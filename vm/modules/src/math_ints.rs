//! Functions of `math` that take integers.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::borrow::Cow;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::int;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

fn big(th: &mut Thread, v: Value) -> R<Cow<'static, BigInt>> {
    let i = th.index(v)?;
    Ok(int::to_bigint(i).unwrap_or_default())
}
fn fold(th: &mut Thread, args: Value, unit: i64, small: fn(u64, u64) -> Option<u64>, large: fn(&BigInt, &BigInt) -> BigInt) -> R {
    let items = args.as_gc::<Tuple>().items();
    // All arguments are checked, also where the result is known before the last.
    let mut acc = BigInt::from(unit);
    for (n, &v) in items.iter().enumerate() {
        let i = th.index(v)?;
        if n == 0 {
            acc = int::to_bigint(i).unwrap_or_default().abs();
            continue;
        }
        let fast = match (acc.to_u64(), int::to_i64(i)) {
            (Some(x), Some(y)) => small(x, y.unsigned_abs()),
            _ => None,
        };
        acc = match fast {
            Some(r) => r.into(),
            None => large(&acc, &int::to_bigint(i).unwrap_or_default()),
        };
    }
    Ok(th.new_bigint(acc))
}
pub(crate) fn gcd(th: &mut Thread, a: &[Value]) -> R {
    fold(th, a[0], 0, |x, y| Some(x.gcd(&y)), |x, y| x.gcd(y))
}
pub(crate) fn lcm(th: &mut Thread, a: &[Value]) -> R {
    let small = |x: u64, y: u64| {
        if x == 0 || y == 0 {
            Some(0)
        } else {
            (x / x.gcd(&y)).checked_mul(y)
        }
    };
    fold(th, a[0], 1, small, |x, y| {
        if x.is_zero() || y.is_zero() {
            BigInt::zero()
        } else {
            (x / x.gcd(y) * y).abs()
        }
    })
}
pub(crate) fn isqrt(th: &mut Thread, a: &[Value]) -> R {
    let n = th.index(a[0])?;
    if int::sign(n) < 0 {
        return Err(th.value_error("isqrt() argument must be nonnegative"));
    }
    if let Some(n) = int::to_i64(n) {
        return Ok(th.new_int(n.isqrt()));
    }
    let r = int::to_bigint(n).unwrap_or_default().sqrt();
    Ok(th.new_bigint(r))
}
/// `lo * (lo + 1) * ... * hi`
fn range_product(lo: u64, hi: u64) -> BigUint {
    if lo > hi {
        return BigUint::one();
    }
    if hi - lo < 16 {
        let (mut big, mut acc) = (BigUint::one(), 1u64);
        for n in lo..=hi {
            match acc.checked_mul(n) {
                Some(p) => acc = p,
                None => {
                    big *= acc;
                    acc = n;
                }
            }
        }
        return big * acc;
    }
    let mid = lo + (hi - lo) / 2;
    range_product(lo, mid) * range_product(mid + 1, hi)
}
/// `n!`
fn factorial_of(n: u64) -> BigUint {
    // The powers of two are put aside: odd products, and one shift.
    fn odd_product(lo: u64, hi: u64) -> BigUint {
        // odd numbers in lo..=hi, lo odd
        if lo > hi {
            return BigUint::one();
        }
        if hi - lo < 32 {
            let (mut big, mut acc) = (BigUint::one(), 1u64);
            for n in (lo..=hi).step_by(2) {
                match acc.checked_mul(n) {
                    Some(p) => acc = p,
                    None => {
                        big *= acc;
                        acc = n;
                    }
                }
            }
            return big * acc;
        }
        let mid = (lo + (hi - lo) / 2) | 1;
        odd_product(lo, mid - 2) * odd_product(mid, hi)
    }
    let (mut inner, mut outer) = (BigUint::one(), BigUint::one());
    let mut from = 3;
    for shift in (0..64 - n.leading_zeros()).rev() {
        let to = n >> shift;
        if to >= from {
            inner *= odd_product(from, if to % 2 == 1 { to } else { to - 1 });
            from = (to + 1) | 1;
        }
        outer *= &inner;
    }
    outer << (n - n.count_ones() as u64)
}
pub(crate) fn factorial(th: &mut Thread, a: &[Value]) -> R {
    let n = th.index(a[0])?;
    if int::sign(n) < 0 {
        return Err(th.value_error("factorial() not defined for negative values"));
    }
    match int::to_i64(n) {
        Some(n) => {
            let r = factorial_of(n as u64);
            Ok(th.new_bigint(r.into()))
        }
        None => Err(th.overflow_error(&format!("factorial() argument should not exceed {}", i64::MAX))),
    }
}
/// `n * (n - 1) * ... * (n - k + 1)`
fn falling(n: &BigInt, k: u64) -> BigInt {
    if let Some(n) = n.to_u64() {
        return range_product(n - k + 1, n).into();
    }
    fn part(n: &BigInt, from: u64, to: u64) -> BigInt {
        match to - from {
            0 => BigInt::one(),
            1 => n - from,
            len => part(n, from, from + len / 2) * part(n, from + len / 2, to),
        }
    }
    part(n, 0, k)
}
fn n_and_k(th: &mut Thread, n: Value, k: Value) -> R<(BigInt, BigInt)> {
    let (n, k) = (big(th, n)?.into_owned(), big(th, k)?.into_owned());
    if n.is_negative() {
        return Err(th.value_error("n must be a non-negative integer"));
    }
    if k.is_negative() {
        return Err(th.value_error("k must be a non-negative integer"));
    }
    Ok((n, k))
}
pub(crate) fn perm(th: &mut Thread, a: &[Value]) -> R {
    if a[1].is_empty() || a[1].is_none() {
        return factorial(th, &a[..1]);
    }
    let (n, k) = n_and_k(th, a[0], a[1])?;
    if k > n {
        return Ok(Value::small(0));
    }
    match k.to_i64() {
        Some(k) => {
            let r = falling(&n, k as u64);
            Ok(th.new_bigint(r))
        }
        None => Err(th.overflow_error(&format!("k must not exceed {}", i64::MAX))),
    }
}
pub(crate) fn comb(th: &mut Thread, a: &[Value]) -> R {
    let (n, k) = n_and_k(th, a[0], a[1])?;
    if k > n {
        return Ok(Value::small(0));
    }
    let k = k.clone().min(&n - &k);
    let Some(k) = k.to_i64().map(|k| k as u64) else {
        return Err(th.overflow_error(&format!("min(n - k, k) must not exceed {}", i64::MAX)));
    };
    // Each step is exact; u128 holds the product before the division.
    if let Some(n) = n.to_u64() {
        let mut r = 1u128;
        let mut fits = true;
        for i in 1..=k {
            match r.checked_mul((n - k + i) as u128) {
                Some(p) if k < 1000 => r = p / i as u128,
                _ => {
                    fits = false;
                    break;
                }
            }
        }
        if fits {
            return Ok(th.new_bigint(r.into()));
        }
    }
    let r = falling(&n, k) / BigInt::from(factorial_of(k));
    Ok(th.new_bigint(r))
}
