//! Arithmetic operators.

use super::context::Env;
use super::number::{Num, Settings, Short};
use super::ops::{self, Binary, Unary};
use super::{convert, current, decimal_type, object};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

/// Both operands, if they are decimals or ints.
#[inline]
fn operands(a: Value, b: Value) -> Option<(Num, Num)> {
    Some((convert::number(a)?, convert::number(b)?))
}
/// `a op b`
#[inline]
pub(super) fn binary(th: &mut Thread, a: Value, b: Value, f: Binary) -> R {
    let Some((x, y)) = operands(a, b) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let env = current::env(th)?;
    env.run(th, |s, st| f(&x, &y, s, st))
}
/// `a op b`, quickly for short numbers.
#[inline(always)]
fn quick(th: &mut Thread, a: Value, b: Value, f: Quick, general: Binary) -> R {
    let (Some(x), Some(y)) = (object::short(a), object::short(b)) else {
        return binary(th, a, b, general);
    };
    let env = current::env(th)?;
    let mut st = 0;
    match f(&x, &y, &env.s, &mut st) {
        Some(n) => {
            env.report(th, st)?;
            object::new_short(th, n)
        }
        None => slowly(th, &env, a, b, general),
    }
}
type Quick = fn(&Short, &Short, &Settings, &mut u32) -> Option<Short>;
#[inline(never)]
fn slowly(th: &mut Thread, env: &Env, a: Value, b: Value, f: Binary) -> R {
    match operands(a, b) {
        Some((x, y)) => env.run(th, |s, st| f(&x, &y, s, st)),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}
/// `a + b`
pub(super) fn add(th: &mut Thread, a: Value, b: Value) -> R {
    quick(th, a, b, |x, y, s, st| x.add(y, false, s, st), Num::add)
}
/// `a - b`
pub(super) fn sub(th: &mut Thread, a: Value, b: Value) -> R {
    quick(th, a, b, |x, y, s, st| x.add(y, true, s, st), Num::sub)
}
/// `a * b`
pub(super) fn mul(th: &mut Thread, a: Value, b: Value) -> R {
    quick(th, a, b, Short::mul, Num::mul)
}
/// `a / b`
pub(super) fn div(th: &mut Thread, a: Value, b: Value) -> R {
    quick(th, a, b, Short::div, Num::div)
}
/// `-a`, `+a` or `abs(a)`
pub(super) fn sign(th: &mut Thread, a: Value, sign: fn(bool) -> bool, f: Unary) -> R {
    let env = current::env(th)?;
    let mut st = 0;
    if let Some(x) = object::short(a)
        && let Some(n) = x.signed(sign(x.neg), &env.s, &mut st)
    {
        env.report(th, st)?;
        return object::new_short(th, n);
    }
    let n = decimal_type::this(th, a)?;
    env.run(th, |s, st| f(&n, s, st))
}
/// `divmod(a, b)`
pub(super) fn divmod(th: &mut Thread, a: Value, b: Value) -> R {
    let Some((x, y)) = operands(a, b) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let env = current::env(th)?;
    ops::divmod(th, &env, &x, &y)
}
/// `pow(a, b, modulo)`
pub(super) fn power(th: &mut Thread, a: Value, b: Value, modulo: Value) -> R {
    let Some((x, y)) = operands(a, b) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let env = current::env(th)?;
    if modulo.is_empty() || modulo.is_none() {
        return env.run(th, |s, st| x.pow(&y, s, st));
    }
    let Some(z) = convert::number(modulo) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    env.run(th, |s, st| x.pow_mod(&y, &z, s, st))
}
