//! `complex`: layout and arithmetic. Methods are in `complex_methods`.

use crate::context::{ctx, leaf_space};
use crate::object::{Gc, Header, Kind, Layout};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use crate::value::Value;

/// Real and imaginary part.
pub type C = (f64, f64);

/// Layout. Immutable.
#[repr(C)]
pub struct Complex {
    header: Header,
    value: C,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Complex {
    const KIND: Kind = Kind::Complex;
}
impl Gc<Complex> {
    /// Real and imaginary part.
    #[inline(always)]
    pub fn parts(self) -> C {
        self.value
    }
}
/// A complex of a class (complex or a subclass).
pub fn new_of(th: &mut Thread, class: Gc<Class>, c: C) -> Value {
    let space = leaf_space(class, |t| t.complex);
    let o = th.new_object_in::<Complex>(class, 0, space);
    // SAFETY: just made; nobody else has it.
    unsafe { (*o.as_ptr()).value = c };
    o.value()
}
impl Thread {
    /// A new complex.
    pub fn new_complex(&mut self, re: f64, im: f64) -> Value {
        new_of(self, ctx().types.complex, (re, im))
    }
}

/// `a * b`, with infinities recovered as C99 Annex G says.
pub fn mul(a: C, b: C) -> C {
    let (ac, bd, ad, bc) = (a.0 * b.0, a.1 * b.1, a.0 * b.1, a.1 * b.0);
    let (x, y) = (ac - bd, ad + bc);
    if !(x.is_nan() && y.is_nan()) {
        return (x, y);
    }
    let boxed = |v: C| {
        let f = |t: f64| (if t.is_infinite() { 1.0f64 } else { 0.0 }).copysign(t);
        (f(v.0), f(v.1))
    };
    let zeroed = |v: C| {
        let f = |t: f64| if t.is_nan() { 0f64.copysign(t) } else { t };
        (f(v.0), f(v.1))
    };
    let inf = |v: C| v.0.is_infinite() || v.1.is_infinite();
    let (mut p, mut q, mut recalc) = (a, b, false);
    if inf(p) {
        p = boxed(p);
        q = zeroed(q);
        recalc = true;
    }
    if inf(q) {
        q = boxed(q);
        p = zeroed(p);
        recalc = true;
    }
    if !recalc && (ac.is_infinite() || bd.is_infinite() || ad.is_infinite() || bc.is_infinite()) {
        p = zeroed(p);
        q = zeroed(q);
        recalc = true;
    }
    if recalc {
        return (f64::INFINITY * (p.0 * q.0 - p.1 * q.1), f64::INFINITY * (p.0 * q.1 + p.1 * q.0));
    }
    (x, y)
}
/// `a / b` by Smith's method; None for a zero divisor.
pub fn div(a: C, b: C) -> Option<C> {
    let (ar, ai, br, bi) = (a.0, a.1, b.0, b.1);
    let (abr, abi) = (br.abs(), bi.abs());
    let r = if abr >= abi {
        if abr == 0.0 {
            return None;
        }
        let ratio = bi / br;
        let d = br + bi * ratio;
        ((ar + ai * ratio) / d, (ai - ar * ratio) / d)
    } else if abi >= abr {
        let ratio = br / bi;
        let d = br * ratio + bi;
        ((ar * ratio + ai) / d, (ai * ratio - ar) / d)
    } else {
        (f64::NAN, f64::NAN)
    };
    if r.0.is_nan() && r.1.is_nan() {
        let sign = |t: f64| (if t.is_infinite() { 1.0f64 } else { 0.0 }).copysign(t);
        if (ar.is_infinite() || ai.is_infinite()) && br.is_finite() && bi.is_finite() {
            let (x, y) = (sign(ar), sign(ai));
            return Some((f64::INFINITY * (x * br + y * bi), f64::INFINITY * (y * br - x * bi)));
        }
        if (abr.is_infinite() || abi.is_infinite()) && ar.is_finite() && ai.is_finite() {
            let (x, y) = (sign(br), sign(bi));
            return Some((0.0 * (ar * x + ai * y), 0.0 * (ai * x - ar * y)));
        }
    }
    Some(r)
}
/// `a / b` of a real number: as [`div`], without the terms of an imaginary part that is not there.
pub fn div_real(a: f64, b: C) -> Option<C> {
    let (abr, abi) = (b.0.abs(), b.1.abs());
    let r = if abr >= abi {
        if abr == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let d = b.0 + b.1 * ratio;
        (a / d, -a * ratio / d)
    } else if abi >= abr {
        let ratio = b.0 / b.1;
        let d = b.0 * ratio + b.1;
        (a * ratio / d, -a / d)
    } else {
        (f64::NAN, f64::NAN)
    };
    if r.0.is_nan() && r.1.is_nan() && a.is_finite() && (abr.is_infinite() || abi.is_infinite()) {
        let unit = |t: f64| (if t.is_infinite() { 1.0f64 } else { 0.0 }).copysign(t);
        return Some((0.0 * (a * unit(b.0)), 0.0 * (-a * unit(b.1))));
    }
    Some(r)
}
/// Outcome of a power.
pub enum Pow {
    /// the result
    Value(C),
    /// zero to a negative or complex power
    ZeroDivision,
    /// too large
    Overflow,
}
/// `a ** b`
pub fn pow(a: C, b: C) -> Pow {
    if b == (0.0, 0.0) {
        return Pow::Value((1.0, 0.0));
    }
    if a == (0.0, 0.0) {
        return if b.1 != 0.0 || b.0 < 0.0 {
            Pow::ZeroDivision
        } else {
            Pow::Value((0.0, 0.0))
        };
    }
    let r = if b.1 == 0.0 && b.0 == b.0.floor() && b.0.abs() <= 100.0 {
        let p = powi(a, b.0.abs() as u32);
        if b.0 < 0.0 {
            match div((1.0, 0.0), p) {
                Some(r) => r,
                None => return Pow::ZeroDivision,
            }
        } else {
            p
        }
    } else {
        let (abs, at) = (a.0.hypot(a.1), a.1.atan2(a.0));
        let (mut len, mut phase) = (abs.powf(b.0), at * b.0);
        if b.1 != 0.0 {
            len *= (-at * b.1).exp();
            phase += b.1 * abs.ln();
        }
        (len * phase.cos(), len * phase.sin())
    };
    let finite = |v: C| v.0.is_finite() && v.1.is_finite();
    if (r.0.is_infinite() || r.1.is_infinite()) && finite(a) && finite(b) {
        Pow::Overflow
    } else {
        Pow::Value(r)
    }
}
fn powi(a: C, n: u32) -> C {
    let (mut r, mut p, mut mask) = ((1.0, 0.0), a, 1u32);
    let mut first = true;
    while mask > 0 && n >= mask {
        if n & mask != 0 {
            r = if first { p } else { mul(r, p) };
            first = false;
        }
        mask <<= 1;
        if n >= mask {
            p = mul(p, p);
        }
    }
    r
}
/// `a ** b` as a value.
pub fn pow_values(th: &mut Thread, a: C, b: C) -> R {
    match pow(a, b) {
        Pow::Value(c) => Ok(th.new_complex(c.0, c.1)),
        Pow::ZeroDivision => Err(th.zero_division_error("zero to a negative or complex power")),
        Pow::Overflow => Err(th.overflow_error("complex exponentiation")),
    }
}
