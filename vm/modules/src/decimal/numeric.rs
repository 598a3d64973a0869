//! Decimals as other numbers: ints, floats, tuples, ratios; their hash.

use super::decimal_type::this;
use super::number::{Coef, Kind, Num, Round, Settings};
use super::{current, text};
use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::One;
use std::sync::OnceLock;
use vasuki_vm::hash::{self, INF, MODULUS};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::{float, int};
use vasuki_vm::value::Value;

fn mul_mod(a: u64, b: u64) -> u64 {
    // 2^61 is 1.
    let p = u128::from(a) * u128::from(b);
    let r = (p as u64 & MODULUS) + (p >> 61) as u64;
    if r >= MODULUS { r - MODULUS } else { r }
}
fn pow_mod(mut base: u64, mut exp: u64) -> u64 {
    let mut r = 1;
    while exp > 0 {
        if exp & 1 == 1 {
            r = mul_mod(r, base);
        }
        base = mul_mod(base, base);
        exp >>= 1;
    }
    r
}
/// The inverse of 10.
const INVERSE_OF_10: u64 = 2_075_258_708_292_324_556;

/// `hash(self)`
pub(super) fn hash(th: &mut Thread, a: &[Value]) -> R {
    let n = this(th, a[0])?;
    let h = match n.kind {
        Kind::SNan => return Err(th.type_error("Cannot hash a signaling NaN value")),
        Kind::QNan => vasuki_vm::types::object::hash_of(a[0]),
        Kind::Inf if n.neg => -INF,
        Kind::Inf => INF,
        Kind::Finite => {
            let power = match n.exp {
                0 => 1,
                e if e < 0 => pow_mod(INVERSE_OF_10, e.unsigned_abs()),
                e => pow_mod(10, e as u64),
            };
            let h = mul_mod(n.coef.modulo(MODULUS), power) as i64;
            hash::fix(if n.neg { -h } else { h })
        }
    };
    Ok(th.new_int(h))
}
fn big(th: &mut Thread, n: &Num) -> R {
    if n.exp > 0 && !n.coef.is_zero() && n.exp > 1 << 32 {
        return Err(th.memory_error());
    }
    let coef = n.whole();
    if let Coef::Small(x) = coef {
        let x = x as i128;
        return Ok(th.new_i128(if n.neg { -x } else { x }));
    }
    let sign = if n.neg { Sign::Minus } else { Sign::Plus };
    Ok(th.new_bigint(BigInt::from_biguint(sign, coef.to_big())))
}
/// The number rounded to an int.
pub(super) fn to_int(th: &mut Thread, v: Value, round: Round) -> R {
    let n = this(th, v)?;
    match n.kind {
        Kind::Finite => {}
        Kind::Inf => return Err(th.overflow_error("cannot convert Infinity to integer")),
        _ => return Err(th.value_error("cannot convert NaN to integer")),
    }
    let whole = n.to_integral(false, &Settings::MAX.rounding(round), &mut 0);
    big(th, &whole)
}
/// The number as a float.
pub(super) fn to_float(th: &mut Thread, v: Value) -> R<f64> {
    let n = this(th, v)?;
    match n.kind {
        Kind::SNan => return Err(th.value_error("cannot convert signaling NaN to float")),
        Kind::QNan => return Ok(if n.neg { -f64::NAN } else { f64::NAN }),
        _ => {}
    }
    let text = text::scientific(&n);
    Ok(float::parse(&text).unwrap_or(f64::NAN))
}
/// `round(self, ndigits)`
pub(super) fn round(th: &mut Thread, a: &[Value]) -> R {
    if a[1].is_empty() || a[1].is_none() {
        return to_int(th, a[0], Round::HalfEven);
    }
    if !int::is_int(a[1]) {
        return Err(th.type_error("optional arg must be an integer"));
    }
    let Some(digits) = int::to_i64(a[1]) else {
        return Err(th.overflow_error("Python int too large to convert to C ssize_t"));
    };
    let n = this(th, a[0])?;
    let env = current::env(th)?;
    let unit = Num::new(false, Coef::Small(1), digits.checked_neg().unwrap_or(i64::MAX));
    env.run(th, |s, st| n.quantize(&unit, s, st))
}
/// The class `DecimalTuple`.
pub(super) static TUPLE: OnceLock<Value> = OnceLock::new();

/// `as_tuple()`
pub(super) fn as_tuple(th: &mut Thread, a: &[Value]) -> R {
    let n = this(th, a[0])?;
    let exp = match n.kind {
        Kind::Finite => th.new_int(n.exp),
        Kind::Inf => th.new_str("F"),
        Kind::QNan => th.new_str("n"),
        Kind::SNan => th.new_str("N"),
    };
    let digits = if n.is_nan() && n.coef.is_zero() {
        Vec::new()
    } else {
        n.coef.text()
    };
    let mut items = ValueVec::with_capacity(th, digits.len())?;
    for d in digits {
        items.push(th, Value::small(i64::from(d - b'0')))?;
    }
    let digits = th.new_tuple(items.as_slice());
    let class = TUPLE.get().copied().unwrap_or(Value::NONE);
    th.call(class, &[Value::small(n.neg.into()), digits, exp])
}
/// `as_integer_ratio()`
pub(super) fn as_integer_ratio(th: &mut Thread, a: &[Value]) -> R {
    let n = this(th, a[0])?;
    match n.kind {
        Kind::Finite => {}
        Kind::Inf => return Err(th.overflow_error("cannot convert Infinity to integer ratio")),
        _ => return Err(th.value_error("cannot convert NaN to integer ratio")),
    }
    if n.exp >= 0 || n.coef.is_zero() {
        let whole = if n.coef.is_zero() { Num::small(0) } else { n };
        let items = [big(th, &whole)?, Value::small(1)];
        return Ok(th.new_tuple(&items));
    }
    // Zeros first: most of what numerator and denominator have in common.
    let drop = n.coef.trailing_zeros().min(n.exp.unsigned_abs());
    let behind = n.exp.unsigned_abs() - drop;
    if behind > 1 << 32 {
        return Err(th.memory_error());
    }
    let numerator = n.coef.shift_right(drop).0.to_big();
    let denominator = Coef::Small(1).shift_left(behind).to_big();
    let common = if behind == 0 { BigUint::one() } else { numerator.gcd(&denominator) };
    let sign = if n.neg { Sign::Minus } else { Sign::Plus };
    let numerator = th.new_bigint(BigInt::from_biguint(sign, numerator / &common));
    let denominator = th.new_bigint((denominator / common).into());
    Ok(th.new_tuple(&[numerator, denominator]))
}
#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn the_inverse_is_one() {
        assert_eq!(mul_mod(INVERSE_OF_10, 10), 1);
    }
}
