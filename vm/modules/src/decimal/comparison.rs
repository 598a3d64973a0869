//! `==`, `<` and so on with decimals, ints, floats, complex numbers and fractions.

use super::number::{Coef, Kind, Num, cond};
use super::{convert, current, decimal_type, object};
use crate::support::attr;
use std::sync::OnceLock;
use vasuki_vm::ops::CmpOp;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::complex::Complex;
use vasuki_vm::types::{float, int};
use vasuki_vm::value::Value;

/// `a op b`
pub(super) fn rich(th: &mut Thread, op: CmpOp, a: Value, b: Value) -> R {
    if let (Some(x), Some(y)) = (object::short(a), object::short(b))
        && let Some(order) = x.order(&y)
    {
        return Ok(Value::bool(op.holds(order)));
    }
    let x = decimal_type::this(th, a)?;
    let equality = matches!(op, CmpOp::Eq | CmpOp::Ne);
    let (x, y) = match convert::number(b) {
        Some(y) => (x, y),
        None => match other(th, equality, x, b)? {
            Some(pair) => pair,
            None => return Ok(Value::NOT_IMPLEMENTED),
        },
    };
    if x.is_nan() || y.is_nan() {
        if !equality || x.kind == Kind::SNan || y.kind == Kind::SNan {
            let env = current::env(th)?;
            env.report(th, cond::INVALID_OPERATION)?;
        }
        return Ok(Value::bool(op == CmpOp::Ne));
    }
    Ok(Value::bool(op.holds(x.order(&y))))
}
/// The numbers to be compared when the other operand is neither decimal nor int.
fn other(th: &mut Thread, equality: bool, x: Num, b: Value) -> R<Option<(Num, Num)>> {
    let real = match (float::to_f64(b), b.cast::<Complex>()) {
        (Some(f), _) => f,
        (_, Some(c)) if equality && c.parts().1 == 0.0 => c.parts().0,
        (_, Some(_)) => return Ok(None),
        _ => return fraction(th, x, b),
    };
    let env = current::env(th)?;
    if equality {
        // Only noted: equality never raises for it.
        env.flag(th, cond::FLOAT_OPERATION)?;
    } else {
        env.report(th, cond::FLOAT_OPERATION)?;
    }
    Ok(Some((x, convert::of_float(real))))
}
/// The number times the denominator, and the numerator, of a rational number.
fn fraction(th: &mut Thread, x: Num, b: Value) -> R<Option<(Num, Num)>> {
    static RATIONAL: OnceLock<Value> = OnceLock::new();
    let rational = match RATIONAL.get() {
        Some(v) => *v,
        None => {
            let numbers = vasuki_vm::import::import_module(th, "numbers")?;
            let v = attr(th, numbers, "Rational")?;
            vasuki_vm::memory::keep(v);
            *RATIONAL.get_or_init(|| v)
        }
    };
    if !th.isinstance(b, rational)? {
        return Ok(None);
    }
    let numerator = attr(th, b, "numerator")?;
    let denominator = attr(th, b, "denominator")?;
    if !int::is_int(numerator) || !int::is_int(denominator) {
        return Err(th.type_error("numerator and denominator must be integers"));
    }
    let (n, d) = (convert::operand(th, numerator)?, convert::operand(th, denominator)?);
    if !x.is_finite() {
        return Ok(Some((x, n)));
    }
    let product = Num::new(x.neg, Coef::mul(&x.coef, &d.coef), x.exp);
    Ok(Some((product, n)))
}
