//! Values as numbers.

use super::context::Env;
use super::number::{Coef, Kind, Num, cond, parse};
use super::object;
use num_bigint::BigUint;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::list::List;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::types::{float, int, int_parse};
use vasuki_vm::value::Value;

/// The number of an int.
#[inline]
fn of_int(v: Value) -> Option<Num> {
    if v.is_small() {
        let n = v.as_small();
        return Some(Num::new(n < 0, Coef::Small(n.unsigned_abs().into()), 0));
    }
    let n = int::to_bigint(v)?;
    Some(Num::new(n.sign() == num_bigint::Sign::Minus, Coef::from_big(n.magnitude()), 0))
}
/// The number of an operand of arithmetic: a decimal or an int.
#[inline]
pub(super) fn number(v: Value) -> Option<Num> {
    object::num(v).or_else(|| of_int(v))
}
/// The number of an argument: TypeError for what is neither a decimal nor an int.
pub(super) fn operand(th: &mut Thread, v: Value) -> R<Num> {
    match number(v) {
        Some(n) => Ok(n),
        None => Err(unsupported(th, v)),
    }
}
#[cold]
fn unsupported(th: &mut Thread, v: Value) -> vasuki_vm::throw::Throw {
    let name = crate::support::type_name(th, v);
    th.type_error(&format!("conversion from {name} to Decimal is not supported"))
}
/// A decimal, an int or a float?
pub(super) fn is_number(v: Value) -> bool {
    object::is_decimal(v) || int::is_int(v) || float::to_f64(v).is_some()
}
/// The number of an int or of the text of a finite number that every context holds.
#[inline]
pub(super) fn plainly(v: Value) -> Option<Num> {
    if v.is_small() {
        return of_int(v);
    }
    let n = parse(v.cast::<Str>()?.as_ascii()?.as_bytes())?;
    // Far from the limits, so nothing can be wrong with it.
    let near = n.is_finite() && n.exp.unsigned_abs() < 1 << 58 && n.digits() < 1 << 32;
    if near { Some(n) } else { None }
}
/// The number that a text tells, with digits of any script; spaces around it and `_` in it are for constructors only.
fn of_text(s: vasuki_vm::object::Gc<Str>, lenient: bool) -> Option<Num> {
    let stripped = int_parse::ascii_digits(s)?;
    if lenient {
        return parse(stripped.replace('_', "").as_bytes());
    }
    // What was stripped shows in the length.
    if stripped.chars().count() != s.len() {
        return None;
    }
    parse(stripped.as_bytes())
}
/// The number that any value tells, before rounding.
fn any(th: &mut Thread, env: &Env, v: Value, lenient: bool, st: &mut u32) -> R<Num> {
    if let Some(n) = number(v) {
        return Ok(n);
    }
    if let Some(s) = v.cast::<Str>() {
        return Ok(of_text(s, lenient).unwrap_or_else(|| Num::invalid(cond::CONVERSION_SYNTAX, st)));
    }
    if let Some(f) = float::to_f64(v) {
        env.report(th, cond::FLOAT_OPERATION)?;
        return Ok(of_float(f));
    }
    if v.cast::<Tuple>().is_some() || v.cast::<List>().is_some() {
        return of_parts(th, v);
    }
    Err(unsupported(th, v))
}
/// The number of any value, exactly.
pub(super) fn exact(th: &mut Thread, env: &Env, v: Value) -> R<Num> {
    let mut st = 0;
    let n = any(th, env, v, true, &mut st)?;
    let n = if st == 0 && !object::is_decimal(v) { n.exactly(&mut st) } else { n };
    env.report(th, st)?;
    Ok(n)
}
/// The number of any value (EMPTY: 0), rounded to a context.
pub(super) fn rounded(th: &mut Thread, env: &Env, v: Value) -> R<Num> {
    if v.is_empty() {
        return Ok(Num::small(0));
    }
    let mut st = 0;
    let n = any(th, env, v, false, &mut st)?;
    let n = n.converted(&env.s, &mut st);
    env.report(th, st)?;
    Ok(n)
}
/// The number of a float or an int.
pub(super) fn of_real(th: &mut Thread, v: Value) -> R<Num> {
    if let Some(n) = of_int(v) {
        return Ok(n);
    }
    match float::to_f64(v) {
        Some(f) => Ok(of_float(f)),
        None => Err(th.type_error("argument must be int or float")),
    }
}
/// The number of a float, exactly.
pub(super) fn of_float(f: f64) -> Num {
    if f.is_nan() {
        return Num::nan();
    }
    let neg = f.is_sign_negative();
    if f.is_infinite() {
        return Num::inf(neg);
    }
    let bits = f.to_bits();
    let (exp, fraction) = ((bits >> 52 & 0x7FF) as i32, bits & ((1 << 52) - 1));
    let (m, e) = if exp == 0 {
        (fraction, -1074)
    } else {
        (fraction | 1 << 52, exp - 1075)
    };
    if m == 0 {
        return Num::zero(neg, 0);
    }
    let zeros = m.trailing_zeros();
    let (m, e) = (m >> zeros, e + zeros as i32);
    if e >= 0 {
        return Num::new(neg, Coef::from_big(&(BigUint::from(m) << e)), 0);
    }
    // m / 2^k = m * 5^k / 10^k
    let k = e.unsigned_abs();
    let coef = if k <= 27 {
        Coef::Small(5u128.pow(k)).mul(&Coef::Small(m.into()))
    } else {
        Coef::from_big(&(BigUint::from(5u32).pow(k) * m))
    };
    Num::new(neg, coef, -i64::from(k))
}
/// The number of a sequence of sign, digits and exponent.
fn of_parts(th: &mut Thread, v: Value) -> R<Num> {
    let parts = th.collect(v)?;
    let &[sign, digits, exp] = parts.as_slice() else {
        return Err(th.value_error("argument must be a sequence of length 3"));
    };
    let neg = match int::to_i64(sign).filter(|_| int::is_int(sign)) {
        Some(0) => false,
        Some(1) => true,
        _ => return Err(th.value_error("sign must be an integer with the value 0 or 1")),
    };
    let (kind, exp) = match exp.cast::<Str>() {
        Some(s) if s.is("F") => (Kind::Inf, 0),
        Some(s) if s.is("n") => (Kind::QNan, 0),
        Some(s) if s.is("N") => (Kind::SNan, 0),
        Some(_) => return Err(th.value_error("string argument in the third position must be 'F', 'n' or 'N'")),
        None if !int::is_int(exp) => return Err(th.value_error("exponent must be an integer")),
        None => match int::to_i64(exp) {
            // Beyond every context's range is the same everywhere.
            Some(n) => (Kind::Finite, n.clamp(-(1 << 62), 1 << 62)),
            None => return Err(th.overflow_error("Python int too large to convert to C ssize_t")),
        },
    };
    if digits.cast::<Tuple>().is_none() && digits.cast::<List>().is_none() {
        return Err(th.value_error("coefficient must be a tuple of digits"));
    }
    let items = th.collect(digits)?;
    let mut text = Vec::with_capacity(items.len());
    for d in items.as_slice() {
        match int::to_i64(*d).filter(|n| int::is_int(*d) && (0..10).contains(n)) {
            Some(n) => text.push(b'0' + n as u8),
            None => return Err(th.value_error("coefficient must be a tuple of digits")),
        }
    }
    let coef = if kind == Kind::Inf { Coef::ZERO } else { Coef::from_text(&text) };
    Ok(Num { neg, kind, exp, coef })
}
