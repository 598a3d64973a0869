//! Arithmetic operators.

use super::number::Num;
use super::ops::{self, Binary, Unary};
use super::{convert, current, decimal};
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
/// `op a`
pub(super) fn unary(th: &mut Thread, a: Value, f: Unary) -> R {
    let n = decimal::this(th, a)?;
    let env = current::env(th)?;
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
