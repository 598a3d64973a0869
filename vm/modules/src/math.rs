//! The module `math`: functions of floats. Those of integers are in `math_ints`, sums and norms in `math_sums`.
//!
//! Elementary functions are the C library's, so that results agree with CPython's bit for bit.

use crate::support::{given, put, type_name};
use crate::{math_ints as ints, math_sums as sums};
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::special::Special;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::{float, int};
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "math",
    doc: "This module provides access to the mathematical functions\ndefined by the C standard.",
    functions: FUNCTIONS,
    init,
};

mod c {
    unsafe extern "C" {
        pub safe fn acos(x: f64) -> f64;
        pub safe fn acosh(x: f64) -> f64;
        pub safe fn asin(x: f64) -> f64;
        pub safe fn asinh(x: f64) -> f64;
        pub safe fn atan(x: f64) -> f64;
        pub safe fn atanh(x: f64) -> f64;
        pub safe fn atan2(y: f64, x: f64) -> f64;
        pub safe fn cbrt(x: f64) -> f64;
        pub safe fn cos(x: f64) -> f64;
        pub safe fn cosh(x: f64) -> f64;
        pub safe fn erf(x: f64) -> f64;
        pub safe fn erfc(x: f64) -> f64;
        pub safe fn exp(x: f64) -> f64;
        pub safe fn exp2(x: f64) -> f64;
        pub safe fn expm1(x: f64) -> f64;
        pub safe fn fma(x: f64, y: f64, z: f64) -> f64;
        pub safe fn fmod(x: f64, y: f64) -> f64;
        pub safe fn log(x: f64) -> f64;
        pub safe fn log10(x: f64) -> f64;
        pub safe fn log1p(x: f64) -> f64;
        pub safe fn log2(x: f64) -> f64;
        pub safe fn nextafter(x: f64, y: f64) -> f64;
        pub safe fn pow(x: f64, y: f64) -> f64;
        pub safe fn remainder(x: f64, y: f64) -> f64;
        pub safe fn sin(x: f64) -> f64;
        pub safe fn sinh(x: f64) -> f64;
        pub safe fn sqrt(x: f64) -> f64;
        pub safe fn tan(x: f64) -> f64;
        pub safe fn tanh(x: f64) -> f64;
        pub safe fn tgamma(x: f64) -> f64;
        pub fn lgamma_r(x: f64, sign: *mut i32) -> f64;
        pub fn frexp(x: f64, e: *mut i32) -> f64;
    }
}

macro_rules! one {
    ($name:literal, $f:path, overflow: $o:literal, $err:literal, $doc:literal) => {
        def($name, "x, /", |th, a| one(th, a[0], |x| $f(x), $o, $err), $doc)
    };
}
static FUNCTIONS: &[NativeDef] = &[
    one!("acos", c::acos, overflow: false, "expected a number between -1 and 1, got %s", "Return the arc cosine (measured in radians) of x.\n\nThe result is between 0 and pi."),
    one!("acosh", c::acosh, overflow: false, "expected argument value not less than 1, got %s", "Return the inverse hyperbolic cosine of x."),
    one!("asin", c::asin, overflow: false, "expected a number between -1 and 1, got %s", "Return the arc sine (measured in radians) of x.\n\nThe result is between -pi/2 and pi/2."),
    one!("asinh", c::asinh, overflow: false, "", "Return the inverse hyperbolic sine of x."),
    one!("atan", c::atan, overflow: false, "", "Return the arc tangent (measured in radians) of x.\n\nThe result is between -pi/2 and pi/2."),
    def(
        "atan2",
        "y, x, /",
        |th, a| {
            let (y, x) = two(th, a)?;
            Ok(Value::float(c::atan2(y, x)))
        },
        "Return the arc tangent (measured in radians) of y/x.\n\nUnlike atan(y/x), the signs of both x and y are considered.",
    ),
    one!("atanh", c::atanh, overflow: false, "expected a number between -1 and 1, got %s", "Return the inverse hyperbolic tangent of x."),
    one!("cbrt", c::cbrt, overflow: false, "", "Return the cube root of x."),
    def(
        "ceil",
        "x, /",
        ceil,
        "Return the ceiling of x as an Integral.\n\nThis is the smallest integer >= x.",
    ),
    def(
        "comb",
        "n, k, /",
        ints::comb,
        "Number of ways to choose k items from n items without repetition and without order.",
    ),
    def(
        "copysign",
        "x, y, /",
        |th, a| {
            let (x, y) = two(th, a)?;
            Ok(Value::float(x.copysign(y)))
        },
        "Return a float with the magnitude (absolute value) of x but the sign of y.",
    ),
    one!("cos", c::cos, overflow: false, "expected a finite input, got %s", "Return the cosine of x (measured in radians)."),
    one!("cosh", c::cosh, overflow: true, "", "Return the hyperbolic cosine of x."),
    def(
        "degrees",
        "x, /",
        |th, a| Ok(Value::float(float::expect(th, a[0])? * (180.0 / std::f64::consts::PI))),
        "Convert angle x from radians to degrees.",
    ),
    def(
        "dist",
        "p, q, /",
        sums::dist,
        "Return the Euclidean distance between two points p and q.",
    ),
    def(
        "erf",
        "x, /",
        |th, a| Ok(Value::float(c::erf(float::expect(th, a[0])?))),
        "Error function at x.",
    ),
    def(
        "erfc",
        "x, /",
        |th, a| Ok(Value::float(c::erfc(float::expect(th, a[0])?))),
        "Complementary error function at x.",
    ),
    one!("exp", c::exp, overflow: true, "", "Return e raised to the power of x."),
    one!("exp2", c::exp2, overflow: true, "", "Return 2 raised to the power of x."),
    one!("expm1", c::expm1, overflow: true, "", "Return exp(x)-1.\n\nThis function avoids the loss of precision involved in the direct evaluation of exp(x)-1 for small x."),
    one!("fabs", f64::abs, overflow: false, "", "Return the absolute value of the float x."),
    def("factorial", "n, /", ints::factorial, "Find n!."),
    def(
        "floor",
        "x, /",
        floor,
        "Return the floor of x as an Integral.\n\nThis is the largest integer <= x.",
    ),
    def(
        "fma",
        "x, y, z, /",
        fma,
        "Fused multiply-add operation.\n\nCompute (x * y) + z with a single round.",
    ),
    def(
        "fmod",
        "x, y, /",
        fmod,
        "Return fmod(x, y), according to platform C.\n\nx % y may differ.",
    ),
    def("frexp", "x, /", frexp_, "Return the mantissa and exponent of x, as pair (m, e)."),
    def(
        "fsum",
        "seq, /",
        sums::fsum,
        "Return an accurate floating-point sum of values in the iterable seq.",
    ),
    def("gamma", "x, /", gamma, "Gamma function at x."),
    def("gcd", "*integers", ints::gcd, "Greatest Common Divisor."),
    def(
        "hypot",
        "*coordinates",
        sums::hypot,
        "Multidimensional Euclidean distance from the origin to a point.",
    ),
    def(
        "isclose",
        "a, b, *, rel_tol=1e-09, abs_tol=0.0",
        isclose,
        "Determine whether two floating-point numbers are close in value.",
    ),
    def(
        "isfinite",
        "x, /",
        |th, a| Ok(Value::bool(float::expect(th, a[0])?.is_finite())),
        "Return True if x is neither an infinity nor a NaN, and False otherwise.",
    ),
    def(
        "isinf",
        "x, /",
        |th, a| Ok(Value::bool(float::expect(th, a[0])?.is_infinite())),
        "Return True if x is a positive or negative infinity, and False otherwise.",
    ),
    def(
        "isnan",
        "x, /",
        |th, a| Ok(Value::bool(float::expect(th, a[0])?.is_nan())),
        "Return True if x is a NaN (not a number), and False otherwise.",
    ),
    def(
        "isqrt",
        "n, /",
        ints::isqrt,
        "Return the integer part of the square root of the input.",
    ),
    def("lcm", "*integers", ints::lcm, "Least Common Multiple."),
    def(
        "ldexp",
        "x, i, /",
        ldexp,
        "Return x * (2**i).\n\nThis is essentially the inverse of frexp().",
    ),
    def(
        "lgamma",
        "x, /",
        lgamma,
        "Natural logarithm of absolute value of Gamma function at x.",
    ),
    def(
        "log",
        "x, base=math.e, /",
        log,
        "log(x, [base=math.e])\nReturn the logarithm of x to the given base.",
    ),
    def(
        "log10",
        "x, /",
        |th, a| logarithm(th, a[0], |x| c::log10(x)),
        "Return the base 10 logarithm of x.",
    ),
    one!("log1p", c::log1p, overflow: false, "expected argument value > -1, got %s", "Return the natural logarithm of 1+x (base e)."),
    def(
        "log2",
        "x, /",
        |th, a| logarithm(th, a[0], |x| c::log2(x)),
        "Return the base 2 logarithm of x.",
    ),
    def("modf", "x, /", modf, "Return the fractional and integer parts of x."),
    def(
        "nextafter",
        "x, y, /, *, steps=None",
        nextafter,
        "Return the floating-point value the given number of steps after x towards y.",
    ),
    def(
        "perm",
        "n, k=None, /",
        ints::perm,
        "Number of ways to choose k items from n items without repetition and with order.",
    ),
    def("pow", "x, y, /", pow, "Return x**y (x to the power of y)."),
    def(
        "prod",
        "iterable, /, *, start=1",
        sums::prod,
        "Calculate the product of all the elements in the input iterable.",
    ),
    def(
        "radians",
        "x, /",
        |th, a| Ok(Value::float(float::expect(th, a[0])? * (std::f64::consts::PI / 180.0))),
        "Convert angle x from degrees to radians.",
    ),
    def(
        "remainder",
        "x, y, /",
        remainder,
        "Difference between x and the closest integer multiple of y.",
    ),
    one!("sin", c::sin, overflow: false, "expected a finite input, got %s", "Return the sine of x (measured in radians)."),
    one!("sinh", c::sinh, overflow: true, "", "Return the hyperbolic sine of x."),
    one!("sqrt", c::sqrt, overflow: false, "expected a nonnegative input, got %s", "Return the square root of x."),
    def(
        "sumprod",
        "p, q, /",
        sums::sumprod,
        "Return the sum of products of values from two iterables p and q.",
    ),
    one!("tan", c::tan, overflow: false, "expected a finite input, got %s", "Return the tangent of x (measured in radians)."),
    one!("tanh", c::tanh, overflow: false, "", "Return the hyperbolic tangent of x."),
    def("trunc", "x, /", trunc, "Truncates the Real x to the nearest Integral toward 0."),
    def("ulp", "x, /", ulp, "Return the value of the least significant bit of the float x."),
];
fn init(th: &mut Thread, m: Value) -> R<()> {
    use std::f64::consts::{E, PI, TAU};
    for (name, x) in [("pi", PI), ("e", E), ("tau", TAU), ("inf", f64::INFINITY), ("nan", f64::NAN)] {
        put(th, m, name, Value::float(x))?;
    }
    Ok(())
}

pub(crate) fn domain_error(th: &mut Thread) -> Throw {
    th.value_error("math domain error")
}
pub(crate) fn range_error(th: &mut Thread) -> Throw {
    th.overflow_error("math range error")
}
fn with_input(th: &mut Thread, text: &str, x: f64) -> Throw {
    if text.is_empty() {
        domain_error(th)
    } else {
        th.value_error(&text.replace("%s", &float::repr(x)))
    }
}
/// A function of one float: a NaN from a number is a domain error, an infinity from a finite number an overflow or a pole.
fn one(th: &mut Thread, v: Value, f: impl Fn(f64) -> f64, overflows: bool, text: &str) -> R {
    let x = float::expect(th, v)?;
    let r = f(x);
    if r.is_nan() && !x.is_nan() {
        return Err(with_input(th, text, x));
    }
    if r.is_infinite() && x.is_finite() {
        return Err(if overflows { range_error(th) } else { with_input(th, text, x) });
    }
    Ok(Value::float(r))
}
fn two(th: &mut Thread, a: &[Value]) -> R<(f64, f64)> {
    Ok((float::expect(th, a[0])?, float::expect(th, a[1])?))
}
/// A float with an integral value as an int.
fn to_int(th: &mut Thread, x: f64) -> R {
    if x.abs() < 9e15 {
        return Ok(th.new_int(x as i64));
    }
    if x.is_nan() {
        return Err(th.value_error("cannot convert float NaN to integer"));
    }
    match num_traits::FromPrimitive::from_f64(x) {
        Some(b) => Ok(th.new_bigint(b)),
        None => Err(th.overflow_error("cannot convert float infinity to integer")),
    }
}
fn rounded(th: &mut Thread, v: Value, s: Special, f: fn(f64) -> f64) -> R {
    if !v.is_float() {
        if v.is_small() {
            return Ok(v);
        }
        if let Some(r) = th.call_special(v, s, &[])? {
            return Ok(r);
        }
    }
    let x = float::expect(th, v)?;
    to_int(th, f(x))
}
fn ceil(th: &mut Thread, a: &[Value]) -> R {
    rounded(th, a[0], Special::Ceil, f64::ceil)
}
fn floor(th: &mut Thread, a: &[Value]) -> R {
    rounded(th, a[0], Special::Floor, f64::floor)
}
fn trunc(th: &mut Thread, a: &[Value]) -> R {
    if a[0].is_float() {
        return to_int(th, a[0].as_float().trunc());
    }
    match th.call_special(a[0], Special::Trunc, &[])? {
        Some(r) => Ok(r),
        None => {
            let name = type_name(th, a[0]);
            Err(th.type_error(&format!("type {name} doesn't define __trunc__ method")))
        }
    }
}
fn fma(th: &mut Thread, a: &[Value]) -> R {
    let (x, y) = two(th, a)?;
    let z = float::expect(th, a[2])?;
    let r = c::fma(x, y, z);
    if r.is_finite() {
        return Ok(Value::float(r));
    }
    if r.is_nan() {
        if !x.is_nan() && !y.is_nan() && !z.is_nan() {
            return Err(th.value_error("invalid operation in fma"));
        }
    } else if x.is_finite() && y.is_finite() && z.is_finite() {
        return Err(th.overflow_error("overflow in fma"));
    }
    Ok(Value::float(r))
}
fn fmod(th: &mut Thread, a: &[Value]) -> R {
    let (x, y) = two(th, a)?;
    if y.is_infinite() && x.is_finite() {
        return Ok(Value::float(x));
    }
    let r = c::fmod(x, y);
    if r.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain_error(th));
    }
    Ok(Value::float(r))
}
fn remainder(th: &mut Thread, a: &[Value]) -> R {
    let (x, y) = two(th, a)?;
    let r = c::remainder(x, y);
    if r.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain_error(th));
    }
    Ok(Value::float(r))
}
fn pow(th: &mut Thread, a: &[Value]) -> R {
    let (x, y) = two(th, a)?;
    let r = c::pow(x, y);
    if x.is_finite() && y.is_finite() {
        if r.is_nan() {
            return Err(domain_error(th));
        }
        if r.is_infinite() {
            return Err(if x == 0.0 { domain_error(th) } else { range_error(th) });
        }
    }
    Ok(Value::float(r))
}
/// Mantissa in [0.5, 1) and exponent.
pub(crate) fn frexp(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let mut e = 0;
    // SAFETY: a valid place for the exponent.
    let m = unsafe { c::frexp(x, &mut e) };
    (m, e)
}
fn frexp_(th: &mut Thread, a: &[Value]) -> R {
    let (m, e) = frexp(float::expect(th, a[0])?);
    Ok(th.new_tuple(&[Value::float(m), Value::small(e as i64)]))
}
fn ldexp(th: &mut Thread, a: &[Value]) -> R {
    let x = float::expect(th, a[0])?;
    let Some(e) = int::to_bigint(a[1]) else {
        return Err(th.type_error("Expected an int as second argument to ldexp."));
    };
    if x == 0.0 || !x.is_finite() {
        return Ok(Value::float(x));
    }
    let e = e.to_i64().unwrap_or(if e.is_negative() { i64::MIN } else { i64::MAX });
    if e < -100_000 {
        return Ok(Value::float(0f64.copysign(x)));
    }
    let r = if e > 100_000 { f64::INFINITY } else { int::ldexp(x, e as i32) };
    if r.is_infinite() {
        return Err(range_error(th));
    }
    Ok(Value::float(r))
}
fn modf(th: &mut Thread, a: &[Value]) -> R {
    let x = float::expect(th, a[0])?;
    let (f, i) = if x.is_infinite() {
        (0f64.copysign(x), x)
    } else if x.is_nan() {
        (x, x)
    } else {
        (x.fract().copysign(x), x.trunc())
    };
    Ok(th.new_tuple(&[Value::float(f), Value::float(i)]))
}
fn gamma(th: &mut Thread, a: &[Value]) -> R {
    let x = float::expect(th, a[0])?;
    if x.is_nan() || x == f64::INFINITY {
        return Ok(Value::float(x));
    }
    if x == f64::NEG_INFINITY || x <= 0.0 && x == x.floor() {
        return Err(with_input(th, "expected a noninteger or positive integer, got %s", x));
    }
    let r = c::tgamma(x);
    if r.is_infinite() {
        return Err(range_error(th));
    }
    Ok(Value::float(r))
}
fn lgamma(th: &mut Thread, a: &[Value]) -> R {
    let x = float::expect(th, a[0])?;
    if !x.is_finite() {
        return Ok(Value::float(x.abs()));
    }
    if x <= 0.0 && x == x.floor() {
        return Err(with_input(th, "expected a noninteger or positive integer, got %s", x));
    }
    let mut sign = 0;
    // SAFETY: a valid place for the sign.
    let r = unsafe { c::lgamma_r(x, &mut sign) };
    if r.is_infinite() {
        return Err(range_error(th));
    }
    Ok(Value::float(r))
}
/// An int as mantissa and exponent: `n == m * 2**e` nearly, `0.5 <= m < 1`.
fn big_frexp(n: &BigInt) -> (f64, f64) {
    let bits = n.bits();
    let (mut keep, drop) = if bits > 64 { (n >> (bits - 64), bits - 64) } else { (n.clone(), 0) };
    if drop > 0 && n.trailing_zeros().is_some_and(|z| z < drop) {
        keep.set_bit(0, true);
    }
    let (m, e) = frexp(int::quotient(&keep, &BigInt::from(1)).unwrap_or(0.0));
    (m, e as f64 + drop as f64)
}
fn logarithm(th: &mut Thread, v: Value, f: fn(f64) -> f64) -> R {
    if let Some(n) = int::to_bigint(v) {
        if !n.is_positive() {
            return Err(th.value_error("expected a positive input"));
        }
        return Ok(Value::float(match int::quotient(&n, &BigInt::from(1)) {
            Some(x) => f(x),
            None => {
                let (m, e) = big_frexp(&n);
                f(m) + f(2.0) * e
            }
        }));
    }
    one(th, v, f, false, "expected a positive input, got %s")
}
fn log(th: &mut Thread, a: &[Value]) -> R {
    let x = logarithm(th, a[0], |x| c::log(x))?;
    match given(a[1]) {
        None => Ok(x),
        Some(base) => {
            let base = logarithm(th, base, |x| c::log(x))?.as_float();
            if base == 0.0 {
                return Err(th.zero_division_error("division by zero"));
            }
            Ok(Value::float(x.as_float() / base))
        }
    }
}
fn isclose(th: &mut Thread, a: &[Value]) -> R {
    let (x, y) = two(th, a)?;
    let rel = if a[2].is_empty() { 1e-9 } else { float::expect(th, a[2])? };
    let abs = if a[3].is_empty() { 0.0 } else { float::expect(th, a[3])? };
    if rel < 0.0 || abs < 0.0 {
        return Err(th.value_error("tolerances must be non-negative"));
    }
    if x == y {
        return Ok(Value::TRUE);
    }
    if x.is_infinite() || y.is_infinite() {
        return Ok(Value::FALSE);
    }
    let diff = (y - x).abs();
    Ok(Value::bool(diff <= (rel * y).abs() || diff <= (rel * x).abs() || diff <= abs))
}
fn nextafter(th: &mut Thread, a: &[Value]) -> R {
    let (x, y) = two(th, a)?;
    let Some(steps) = given(a[2]).filter(|s| !s.is_none()) else {
        return Ok(Value::float(c::nextafter(x, y)));
    };
    let steps = th.index(steps)?;
    if int::sign(steps) < 0 {
        return Err(th.value_error("steps must be a non-negative integer"));
    }
    let steps = int::to_bigint(steps).and_then(|b| b.to_u64()).unwrap_or(u64::MAX);
    if steps == 0 || x.is_nan() {
        return Ok(Value::float(x));
    }
    if y.is_nan() || x == y {
        return Ok(Value::float(y));
    }
    // Floats of one sign are ordered as their bits are.
    const SIGN: u64 = 1 << 63;
    let (bx, by) = (x.to_bits(), y.to_bits());
    let (mx, my) = (bx & !SIGN, by & !SIGN);
    let r = if (bx ^ by) & SIGN != 0 {
        if mx as u128 + my as u128 <= steps as u128 {
            y
        } else if mx < steps {
            f64::from_bits(by & SIGN | (steps - mx))
        } else {
            f64::from_bits(bx - steps)
        }
    } else if mx > my {
        if mx - my >= steps { f64::from_bits(bx - steps) } else { y }
    } else if my - mx >= steps {
        f64::from_bits(bx + steps)
    } else {
        y
    };
    Ok(Value::float(r))
}
fn ulp(th: &mut Thread, a: &[Value]) -> R {
    let x = float::expect(th, a[0])?.abs();
    if !x.is_finite() {
        return Ok(Value::float(x));
    }
    let up = c::nextafter(x, f64::INFINITY);
    Ok(Value::float(if up.is_infinite() { x - c::nextafter(x, 0.0) } else { up - x }))
}
