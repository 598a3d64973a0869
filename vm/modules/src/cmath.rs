//! The module `cmath`: functions of complex numbers, with C99's special values (Annex G).

use crate::math::{domain_error, range_error};
use crate::support::{given, put};
use std::f64::consts::{E, FRAC_PI_2, FRAC_PI_4, LN_2, LN_10, PI, TAU};
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::complex::{C, div};
use vasuki_vm::types::complex_methods;
use vasuki_vm::types::{float, int};
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "cmath",
    doc: "This module provides access to mathematical functions for complex\nnumbers.",
    functions: FUNCTIONS,
    init,
};
macro_rules! one {
    ($name:literal, $f:path, $doc:literal) => {
        def($name, "z, /", |th, a| apply(th, a[0], $f), $doc)
    };
}
static FUNCTIONS: &[NativeDef] = &[
    one!("acos", acos, "Return the arc cosine of z."),
    one!("acosh", acosh, "Return the inverse hyperbolic cosine of z."),
    one!("asin", asin, "Return the arc sine of z."),
    one!("asinh", asinh, "Return the inverse hyperbolic sine of z."),
    one!("atan", atan, "Return the arc tangent of z."),
    one!("atanh", atanh, "Return the inverse hyperbolic tangent of z."),
    one!("cos", cos, "Return the cosine of z."),
    one!("cosh", cosh, "Return the hyperbolic cosine of z."),
    one!("exp", exp, "Return the exponential value e**z."),
    def(
        "isclose",
        "a, b, *, rel_tol=1e-09, abs_tol=0.0",
        isclose,
        "Determine whether two complex numbers are close in value.",
    ),
    def(
        "isfinite",
        "z, /",
        |th, a| {
            let z = arg(th, a[0])?;
            Ok(Value::bool(finite(z)))
        },
        "Return True if both the real and imaginary parts of z are finite, else False.",
    ),
    def(
        "isinf",
        "z, /",
        |th, a| {
            let z = arg(th, a[0])?;
            Ok(Value::bool(z.0.is_infinite() || z.1.is_infinite()))
        },
        "Checks if the real or imaginary part of z is infinite.",
    ),
    def(
        "isnan",
        "z, /",
        |th, a| {
            let z = arg(th, a[0])?;
            Ok(Value::bool(z.0.is_nan() || z.1.is_nan()))
        },
        "Checks if the real or imaginary part of z not a number (NaN).",
    ),
    def(
        "log",
        "z, base=<unrepresentable>, /",
        log_,
        "log(z[, base]) -> the logarithm of z to the given base.",
    ),
    one!("log10", log10, "Return the base-10 logarithm of z."),
    def(
        "phase",
        "z, /",
        phase,
        "Return argument, also known as the phase angle, of a complex.",
    ),
    def(
        "polar",
        "z, /",
        polar,
        "Convert a complex from rectangular coordinates to polar coordinates.",
    ),
    def(
        "rect",
        "r, phi, /",
        rect,
        "Convert from polar coordinates to rectangular coordinates.",
    ),
    one!("sin", sin, "Return the sine of z."),
    one!("sinh", sinh, "Return the hyperbolic sine of z."),
    one!("sqrt", sqrt, "Return the square root of z."),
    one!("tan", tan, "Return the tangent of z."),
    one!("tanh", tanh, "Return the hyperbolic tangent of z."),
];
fn init(th: &mut Thread, m: Value) -> R<()> {
    for (name, x) in [("pi", PI), ("e", E), ("tau", TAU), ("inf", f64::INFINITY), ("nan", f64::NAN)] {
        put(th, m, name, Value::float(x))?;
    }
    for (name, x) in [("infj", f64::INFINITY), ("nanj", f64::NAN)] {
        let v = th.new_complex(0.0, x);
        put(th, m, name, v)?;
    }
    Ok(())
}
mod c {
    unsafe extern "C" {
        pub safe fn asinh(x: f64) -> f64;
        pub safe fn atan2(y: f64, x: f64) -> f64;
        pub safe fn cosh(x: f64) -> f64;
        pub safe fn hypot(x: f64, y: f64) -> f64;
        pub safe fn log1p(x: f64) -> f64;
        pub safe fn sinh(x: f64) -> f64;
        pub safe fn tanh(x: f64) -> f64;
    }
}
/// What goes wrong besides a result.
enum Fault {
    Domain,
    Range,
}
type Out = Result<C, Fault>;

fn finite(z: C) -> bool {
    z.0.is_finite() && z.1.is_finite()
}
fn arg(th: &mut Thread, v: Value) -> R<C> {
    complex_methods::expect(th, v)
}
fn apply(th: &mut Thread, v: Value, f: fn(C) -> Out) -> R {
    let z = arg(th, v)?;
    match f(z) {
        Ok(r) => Ok(th.new_complex(r.0, r.1)),
        Err(Fault::Domain) => Err(domain_error(th)),
        Err(Fault::Range) => Err(range_error(th)),
    }
}

/// Row or column of a table of special values: -inf, negative, -0, 0, positive, inf, nan.
fn class(x: f64) -> usize {
    match x {
        x if x.is_nan() => 6,
        x if x.is_infinite() => {
            if x > 0.0 {
                5
            } else {
                0
            }
        }
        x if x == 0.0 => {
            if x.is_sign_positive() {
                3
            } else {
                2
            }
        }
        x => {
            if x > 0.0 {
                4
            } else {
                1
            }
        }
    }
}
const INF: f64 = f64::INFINITY;
const N: f64 = f64::NAN;
/// not looked up: both parts are finite
const U: f64 = -9.542_631_940_771_103e33;
const P: f64 = PI;
const P14: f64 = FRAC_PI_4;
const P12: f64 = FRAC_PI_2;
const P34: f64 = 0.75 * PI;
type Table = [[C; 7]; 7];

#[rustfmt::skip]
static ACOS: Table = [
    [(P34, INF), (P, INF), (P, INF), (P, -INF), (P, -INF), (P34, -INF), (N, INF)],
    [(P12, INF), (U, U), (U, U), (U, U), (U, U), (P12, -INF), (N, N)],
    [(P12, INF), (U, U), (P12, 0.), (P12, -0.), (U, U), (P12, -INF), (P12, N)],
    [(P12, INF), (U, U), (P12, 0.), (P12, -0.), (U, U), (P12, -INF), (P12, N)],
    [(P12, INF), (U, U), (U, U), (U, U), (U, U), (P12, -INF), (N, N)],
    [(P14, INF), (0., INF), (0., INF), (0., -INF), (0., -INF), (P14, -INF), (N, INF)],
    [(N, INF), (N, N), (N, N), (N, N), (N, N), (N, -INF), (N, N)],
];
#[rustfmt::skip]
static ACOSH: Table = [
    [(INF, -P34), (INF, -P), (INF, -P), (INF, P), (INF, P), (INF, P34), (INF, N)],
    [(INF, -P12), (U, U), (U, U), (U, U), (U, U), (INF, P12), (N, N)],
    [(INF, -P12), (U, U), (0., -P12), (0., P12), (U, U), (INF, P12), (N, P12)],
    [(INF, -P12), (U, U), (0., -P12), (0., P12), (U, U), (INF, P12), (N, P12)],
    [(INF, -P12), (U, U), (U, U), (U, U), (U, U), (INF, P12), (N, N)],
    [(INF, -P14), (INF, -0.), (INF, -0.), (INF, 0.), (INF, 0.), (INF, P14), (INF, N)],
    [(INF, N), (N, N), (N, N), (N, N), (N, N), (INF, N), (N, N)],
];
#[rustfmt::skip]
static ASINH: Table = [
    [(-INF, -P14), (-INF, -0.), (-INF, -0.), (-INF, 0.), (-INF, 0.), (-INF, P14), (-INF, N)],
    [(-INF, -P12), (U, U), (U, U), (U, U), (U, U), (-INF, P12), (N, N)],
    [(-INF, -P12), (U, U), (-0., -0.), (-0., 0.), (U, U), (-INF, P12), (N, N)],
    [(INF, -P12), (U, U), (0., -0.), (0., 0.), (U, U), (INF, P12), (N, N)],
    [(INF, -P12), (U, U), (U, U), (U, U), (U, U), (INF, P12), (N, N)],
    [(INF, -P14), (INF, -0.), (INF, -0.), (INF, 0.), (INF, 0.), (INF, P14), (INF, N)],
    [(INF, N), (N, N), (N, -0.), (N, 0.), (N, N), (INF, N), (N, N)],
];
#[rustfmt::skip]
static ATANH: Table = [
    [(-0., -P12), (-0., -P12), (-0., -P12), (-0., P12), (-0., P12), (-0., P12), (-0., N)],
    [(-0., -P12), (U, U), (U, U), (U, U), (U, U), (-0., P12), (N, N)],
    [(-0., -P12), (U, U), (-0., -0.), (-0., 0.), (U, U), (-0., P12), (-0., N)],
    [(0., -P12), (U, U), (0., -0.), (0., 0.), (U, U), (0., P12), (0., N)],
    [(0., -P12), (U, U), (U, U), (U, U), (U, U), (0., P12), (N, N)],
    [(0., -P12), (0., -P12), (0., -P12), (0., P12), (0., P12), (0., P12), (0., N)],
    [(0., -P12), (N, N), (N, N), (N, N), (N, N), (0., P12), (N, N)],
];
#[rustfmt::skip]
static COSH: Table = [
    [(INF, N), (U, U), (INF, 0.), (INF, -0.), (U, U), (INF, N), (INF, N)],
    [(N, N), (U, U), (U, U), (U, U), (U, U), (N, N), (N, N)],
    [(N, 0.), (U, U), (1., 0.), (1., -0.), (U, U), (N, 0.), (N, 0.)],
    [(N, 0.), (U, U), (1., -0.), (1., 0.), (U, U), (N, 0.), (N, 0.)],
    [(N, N), (U, U), (U, U), (U, U), (U, U), (N, N), (N, N)],
    [(INF, N), (U, U), (INF, -0.), (INF, 0.), (U, U), (INF, N), (INF, N)],
    [(N, N), (N, N), (N, 0.), (N, 0.), (N, N), (N, N), (N, N)],
];
#[rustfmt::skip]
static EXP: Table = [
    [(0., 0.), (U, U), (0., -0.), (0., 0.), (U, U), (0., 0.), (0., 0.)],
    [(N, N), (U, U), (U, U), (U, U), (U, U), (N, N), (N, N)],
    [(N, N), (U, U), (1., -0.), (1., 0.), (U, U), (N, N), (N, N)],
    [(N, N), (U, U), (1., -0.), (1., 0.), (U, U), (N, N), (N, N)],
    [(N, N), (U, U), (U, U), (U, U), (U, U), (N, N), (N, N)],
    [(INF, N), (U, U), (INF, -0.), (INF, 0.), (U, U), (INF, N), (INF, N)],
    [(N, N), (N, N), (N, -0.), (N, 0.), (N, N), (N, N), (N, N)],
];
#[rustfmt::skip]
static LOG: Table = [
    [(INF, -P34), (INF, -P), (INF, -P), (INF, P), (INF, P), (INF, P34), (INF, N)],
    [(INF, -P12), (U, U), (U, U), (U, U), (U, U), (INF, P12), (N, N)],
    [(INF, -P12), (U, U), (-INF, -P), (-INF, P), (U, U), (INF, P12), (N, N)],
    [(INF, -P12), (U, U), (-INF, -0.), (-INF, 0.), (U, U), (INF, P12), (N, N)],
    [(INF, -P12), (U, U), (U, U), (U, U), (U, U), (INF, P12), (N, N)],
    [(INF, -P14), (INF, -0.), (INF, -0.), (INF, 0.), (INF, 0.), (INF, P14), (INF, N)],
    [(INF, N), (N, N), (N, N), (N, N), (N, N), (INF, N), (N, N)],
];
#[rustfmt::skip]
static SINH: Table = [
    [(INF, N), (U, U), (-INF, -0.), (-INF, 0.), (U, U), (INF, N), (INF, N)],
    [(N, N), (U, U), (U, U), (U, U), (U, U), (N, N), (N, N)],
    [(0., N), (U, U), (-0., -0.), (-0., 0.), (U, U), (0., N), (0., N)],
    [(0., N), (U, U), (0., -0.), (0., 0.), (U, U), (0., N), (0., N)],
    [(N, N), (U, U), (U, U), (U, U), (U, U), (N, N), (N, N)],
    [(INF, N), (U, U), (INF, -0.), (INF, 0.), (U, U), (INF, N), (INF, N)],
    [(N, N), (N, N), (N, -0.), (N, 0.), (N, N), (N, N), (N, N)],
];
#[rustfmt::skip]
static SQRT: Table = [
    [(INF, -INF), (0., -INF), (0., -INF), (0., INF), (0., INF), (INF, INF), (N, INF)],
    [(INF, -INF), (U, U), (U, U), (U, U), (U, U), (INF, INF), (N, N)],
    [(INF, -INF), (U, U), (0., -0.), (0., 0.), (U, U), (INF, INF), (N, N)],
    [(INF, -INF), (U, U), (0., -0.), (0., 0.), (U, U), (INF, INF), (N, N)],
    [(INF, -INF), (U, U), (U, U), (U, U), (U, U), (INF, INF), (N, N)],
    [(INF, -INF), (INF, -0.), (INF, -0.), (INF, 0.), (INF, 0.), (INF, INF), (INF, N)],
    [(INF, -INF), (N, N), (N, N), (N, N), (N, N), (INF, INF), (N, N)],
];
#[rustfmt::skip]
static TANH: Table = [
    [(-1., 0.), (U, U), (-1., -0.), (-1., 0.), (U, U), (-1., 0.), (-1., 0.)],
    [(N, N), (U, U), (U, U), (U, U), (U, U), (N, N), (N, N)],
    [(-0., N), (U, U), (-0., -0.), (-0., 0.), (U, U), (-0., N), (-0., N)],
    [(0., N), (U, U), (0., -0.), (0., 0.), (U, U), (0., N), (0., N)],
    [(N, N), (U, U), (U, U), (U, U), (U, U), (N, N), (N, N)],
    [(1., 0.), (U, U), (1., -0.), (1., 0.), (U, U), (1., 0.), (1., 0.)],
    [(N, N), (N, N), (N, -0.), (N, 0.), (N, N), (N, N), (N, N)],
];
fn special(t: &Table, z: C) -> Option<C> {
    if finite(z) { None } else { Some(t[class(z.0)][class(z.1)]) }
}

const LARGE: f64 = f64::MAX / 4.0;
/// log(f64::MAX / 4)
fn log_large() -> f64 {
    LARGE.ln()
}
fn acos(z: C) -> Out {
    if let Some(r) = special(&ACOS, z) {
        return Ok(r);
    }
    if z.0.abs() > LARGE || z.1.abs() > LARGE {
        let re = c::atan2(z.1.abs(), z.0);
        let im = c::hypot(z.0 / 2.0, z.1 / 2.0).ln() + LN_2 * 2.0;
        return Ok((re, if z.0 < 0.0 { -im.copysign(z.1) } else { im.copysign(-z.1) }));
    }
    let s1 = sqrt((1.0 - z.0, -z.1))?;
    let s2 = sqrt((1.0 + z.0, z.1))?;
    Ok((2.0 * c::atan2(s1.0, s2.0), c::asinh(s2.0 * s1.1 - s2.1 * s1.0)))
}
fn acosh(z: C) -> Out {
    if let Some(r) = special(&ACOSH, z) {
        return Ok(r);
    }
    if z.0.abs() > LARGE || z.1.abs() > LARGE {
        return Ok((c::hypot(z.0 / 2.0, z.1 / 2.0).ln() + LN_2 * 2.0, c::atan2(z.1, z.0)));
    }
    let s1 = sqrt((z.0 - 1.0, z.1))?;
    let s2 = sqrt((z.0 + 1.0, z.1))?;
    Ok((c::asinh(s1.0 * s2.0 + s1.1 * s2.1), 2.0 * c::atan2(s1.1, s2.0)))
}
fn asin(z: C) -> Out {
    let s = asinh((-z.1, z.0))?;
    Ok((s.1, -s.0))
}
fn asinh(z: C) -> Out {
    if let Some(r) = special(&ASINH, z) {
        return Ok(r);
    }
    if z.0.abs() > LARGE || z.1.abs() > LARGE {
        let m = c::hypot(z.0 / 2.0, z.1 / 2.0).ln() + LN_2 * 2.0;
        return Ok((
            if z.1.is_sign_positive() {
                m.copysign(z.0)
            } else {
                -m.copysign(-z.0)
            },
            c::atan2(z.1, z.0.abs()),
        ));
    }
    let s1 = sqrt((1.0 + z.1, -z.0))?;
    let s2 = sqrt((1.0 - z.1, z.0))?;
    Ok((c::asinh(s1.0 * s2.1 - s2.0 * s1.1), c::atan2(z.1, s1.0 * s2.0 - s1.1 * s2.1)))
}
fn atan(z: C) -> Out {
    let s = atanh((-z.1, z.0))?;
    Ok((s.1, -s.0))
}
fn atanh(z: C) -> Out {
    if let Some(r) = special(&ATANH, z) {
        return Ok(r);
    }
    if z.0 < 0.0 || z.0 == 0.0 && z.0.is_sign_negative() {
        let r = atanh((-z.0, -z.1))?;
        return Ok((-r.0, -r.1));
    }
    let ay = z.1.abs();
    let sqrt_large = LARGE.sqrt();
    if z.0 > sqrt_large || ay > sqrt_large {
        let h = c::hypot(z.0 / 2.0, z.1 / 2.0);
        return Ok((z.0 / 4.0 / h / h, -PI.copysign(-z.1) / 2.0));
    }
    if z.0 == 1.0 && ay < f64::MIN_POSITIVE.sqrt() {
        if ay == 0.0 {
            return Err(Fault::Domain);
        }
        return Ok((
            -(ay.sqrt() / c::hypot(ay, 2.0).sqrt()).ln(),
            (c::atan2(2.0, -ay) / 2.0).copysign(z.1),
        ));
    }
    Ok((
        c::log1p(4.0 * z.0 / ((1.0 - z.0) * (1.0 - z.0) + ay * ay)) / 4.0,
        -c::atan2(-2.0 * z.1, (1.0 - z.0) * (1.0 + z.0) - ay * ay) / 2.0,
    ))
}
fn cos(z: C) -> Out {
    cosh((-z.1, z.0))
}
fn overflow(r: C) -> Out {
    if r.0.is_infinite() || r.1.is_infinite() {
        Err(Fault::Range)
    } else {
        Ok(r)
    }
}
fn cosh(z: C) -> Out {
    if !finite(z) {
        let r = if z.0.is_infinite() && z.1.is_finite() && z.1 != 0.0 {
            let (re, im) = (INF.copysign(z.1.cos()), INF.copysign(z.1.sin()));
            if z.0 > 0.0 { (re, im) } else { (re, -im) }
        } else {
            COSH[class(z.0)][class(z.1)]
        };
        return if z.1.is_infinite() && !z.0.is_nan() {
            Err(Fault::Domain)
        } else {
            Ok(r)
        };
    }
    if z.0.abs() > log_large() {
        let x = z.0 - 1f64.copysign(z.0);
        return overflow((z.1.cos() * c::cosh(x) * E, z.1.sin() * c::sinh(x) * E));
    }
    overflow((z.1.cos() * c::cosh(z.0), z.1.sin() * c::sinh(z.0)))
}
fn exp(z: C) -> Out {
    if !finite(z) {
        let r = if z.0.is_infinite() && z.1.is_finite() && z.1 != 0.0 {
            let m = if z.0 > 0.0 { INF } else { 0.0 };
            (m.copysign(z.1.cos()), m.copysign(z.1.sin()))
        } else {
            EXP[class(z.0)][class(z.1)]
        };
        let bad = z.1.is_infinite() && (z.0.is_finite() || z.0.is_infinite() && z.0 > 0.0);
        return if bad { Err(Fault::Domain) } else { Ok(r) };
    }
    if z.0 > log_large() {
        let l = (z.0 - 1.0).exp();
        return overflow((l * z.1.cos() * E, l * z.1.sin() * E));
    }
    let l = z.0.exp();
    overflow((l * z.1.cos(), l * z.1.sin()))
}
fn log(z: C) -> Out {
    if let Some(r) = special(&LOG, z) {
        return Ok(r);
    }
    let (ax, ay) = (z.0.abs(), z.1.abs());
    let re = if ax > LARGE || ay > LARGE {
        c::hypot(ax / 2.0, ay / 2.0).ln() + LN_2
    } else if ax < f64::MIN_POSITIVE && ay < f64::MIN_POSITIVE {
        if ax == 0.0 && ay == 0.0 {
            return Err(Fault::Domain);
        }
        c::hypot(int::ldexp(ax, 53), int::ldexp(ay, 53)).ln() - 53.0 * LN_2
    } else {
        let h = c::hypot(ax, ay);
        if (0.71..=1.73).contains(&h) {
            let (am, an) = if ax > ay { (ax, ay) } else { (ay, ax) };
            c::log1p((am - 1.0) * (am + 1.0) + an * an) / 2.0
        } else {
            h.ln()
        }
    };
    Ok((re, c::atan2(z.1, z.0)))
}
fn log10(z: C) -> Out {
    let r = log(z)?;
    Ok((r.0 / LN_10, r.1 / LN_10))
}
fn sin(z: C) -> Out {
    let s = sinh((-z.1, z.0))?;
    Ok((s.1, -s.0))
}
fn sinh(z: C) -> Out {
    if !finite(z) {
        let r = if z.0.is_infinite() && z.1.is_finite() && z.1 != 0.0 {
            let (re, im) = (INF.copysign(z.1.cos()), INF.copysign(z.1.sin()));
            if z.0 > 0.0 { (re, im) } else { (-re, im) }
        } else {
            SINH[class(z.0)][class(z.1)]
        };
        return if z.1.is_infinite() && !z.0.is_nan() {
            Err(Fault::Domain)
        } else {
            Ok(r)
        };
    }
    if z.0.abs() > log_large() {
        let x = z.0 - 1f64.copysign(z.0);
        return overflow((z.1.cos() * c::sinh(x) * E, z.1.sin() * c::cosh(x) * E));
    }
    overflow((z.1.cos() * c::sinh(z.0), z.1.sin() * c::cosh(z.0)))
}
fn sqrt(z: C) -> Out {
    if let Some(r) = special(&SQRT, z) {
        return Ok(r);
    }
    if z.0 == 0.0 && z.1 == 0.0 {
        return Ok((0.0, z.1));
    }
    let (ax, ay) = (z.0.abs(), z.1.abs());
    let s = if ax < f64::MIN_POSITIVE && ay < f64::MIN_POSITIVE && (ax > 0.0 || ay > 0.0) {
        let ax = int::ldexp(ax, 53);
        int::ldexp((ax + c::hypot(ax, int::ldexp(ay, 53))).sqrt(), -27)
    } else {
        let ax = ax / 8.0;
        2.0 * (ax + c::hypot(ax, ay / 8.0)).sqrt()
    };
    let d = ay / (2.0 * s);
    Ok(if z.0 >= 0.0 { (s, d.copysign(z.1)) } else { (d, s.copysign(z.1)) })
}
fn tan(z: C) -> Out {
    let s = tanh((-z.1, z.0))?;
    Ok((s.1, -s.0))
}
fn tanh(z: C) -> Out {
    if !finite(z) {
        let r = if z.0.is_infinite() && z.1.is_finite() && z.1 != 0.0 {
            (1f64.copysign(z.0), 0f64.copysign(2.0 * z.1.sin() * z.1.cos()))
        } else {
            TANH[class(z.0)][class(z.1)]
        };
        return if z.1.is_infinite() && z.0.is_finite() {
            Err(Fault::Domain)
        } else {
            Ok(r)
        };
    }
    if z.0.abs() > log_large() {
        return Ok((1f64.copysign(z.0), 4.0 * z.1.sin() * z.1.cos() * (-2.0 * z.0.abs()).exp()));
    }
    let (tx, ty) = (c::tanh(z.0), z.1.tan());
    let cx = 1.0 / c::cosh(z.0);
    let txty = tx * ty;
    let denom = 1.0 + txty * txty;
    Ok((tx * (1.0 + ty * ty) / denom, ((ty / denom) * cx) * cx))
}

fn log_(th: &mut Thread, a: &[Value]) -> R {
    let x = apply(th, a[0], log)?;
    let Some(base) = given(a[1]) else { return Ok(x) };
    let (x, b) = (arg(th, x)?, apply(th, base, log)?);
    let b = arg(th, b)?;
    match div(x, b) {
        Some(r) => Ok(th.new_complex(r.0, r.1)),
        None => Err(th.zero_division_error("division by zero")),
    }
}
fn phase(th: &mut Thread, a: &[Value]) -> R {
    let z = arg(th, a[0])?;
    Ok(Value::float(c::atan2(z.1, z.0)))
}
fn polar(th: &mut Thread, a: &[Value]) -> R {
    let z = arg(th, a[0])?;
    let r = if z.0.is_infinite() || z.1.is_infinite() {
        INF
    } else {
        c::hypot(z.0, z.1)
    };
    if r.is_infinite() && finite(z) {
        return Err(range_error(th));
    }
    Ok(th.new_tuple(&[Value::float(r), Value::float(c::atan2(z.1, z.0))]))
}
#[rustfmt::skip]
static RECT: Table = [
    [(INF, N), (U, U), (-INF, 0.), (-INF, -0.), (U, U), (INF, N), (INF, N)],
    [(N, N), (U, U), (U, U), (U, U), (U, U), (N, N), (N, N)],
    [(0., 0.), (U, U), (-0., 0.), (-0., -0.), (U, U), (0., 0.), (0., 0.)],
    [(0., 0.), (U, U), (0., -0.), (0., 0.), (U, U), (0., 0.), (0., 0.)],
    [(N, N), (U, U), (U, U), (U, U), (U, U), (N, N), (N, N)],
    [(INF, N), (U, U), (INF, -0.), (INF, 0.), (U, U), (INF, N), (INF, N)],
    [(N, N), (N, N), (N, 0.), (N, 0.), (N, N), (N, N), (N, N)],
];
fn rect(th: &mut Thread, a: &[Value]) -> R {
    let (r, phi) = (float::expect(th, a[0])?, float::expect(th, a[1])?);
    let z = if !r.is_finite() || !phi.is_finite() {
        if phi.is_infinite() && !r.is_nan() && r != 0.0 {
            return Err(domain_error(th));
        }
        if r.is_infinite() && phi.is_finite() && phi != 0.0 {
            let (re, im) = (INF.copysign(phi.cos()), INF.copysign(phi.sin()));
            if r > 0.0 { (re, im) } else { (-re, -im) }
        } else {
            RECT[class(r)][class(phi)]
        }
    } else if phi == 0.0 {
        (r, r * phi)
    } else {
        (r * phi.cos(), r * phi.sin())
    };
    Ok(th.new_complex(z.0, z.1))
}
fn isclose(th: &mut Thread, a: &[Value]) -> R {
    let (x, y) = (arg(th, a[0])?, arg(th, a[1])?);
    let rel = if a[2].is_empty() { 1e-9 } else { float::expect(th, a[2])? };
    let abs = if a[3].is_empty() { 0.0 } else { float::expect(th, a[3])? };
    if rel < 0.0 || abs < 0.0 {
        return Err(th.value_error("tolerances must be non-negative"));
    }
    if x == y {
        return Ok(Value::TRUE);
    }
    let inf = |z: C| z.0.is_infinite() || z.1.is_infinite();
    if inf(x) || inf(y) {
        return Ok(Value::FALSE);
    }
    let diff = c::hypot(x.0 - y.0, x.1 - y.1);
    let close = diff <= rel * c::hypot(y.0, y.1) || diff <= rel * c::hypot(x.0, x.1) || diff <= abs;
    Ok(Value::bool(close))
}
