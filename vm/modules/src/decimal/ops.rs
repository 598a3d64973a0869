//! Operations under the names that `Decimal` and `Context` share.

use super::context::Env;
use super::number::{Kind, Num, Settings, of_order};
use super::object;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;

/// An operation with one operand.
pub(super) type Unary = fn(&Num, &Settings, &mut u32) -> Num;
/// An operation with two operands.
pub(super) type Binary = fn(&Num, &Num, &Settings, &mut u32) -> Num;

macro_rules! operations {
    ($($name:ident($($arg:ident),*) |$s:ident, $st:ident| $body:expr;)*) => {$(
        #[doc = concat!("`", stringify!($name), "`")]
        pub(super) fn $name($($arg: &Num,)* $s: &Settings, $st: &mut u32) -> Num {
            $body
        }
    )*};
}
operations! {
    minus(x) |s, st| x.plus(true, s, st);
    plus(x) |s, st| x.plus(false, s, st);
    next_minus(x) |s, st| x.next(true, s, st);
    next_plus(x) |s, st| x.next(false, s, st);
    integral_value(x) |s, st| x.to_integral(false, s, st);
    integral_exact(x) |s, st| x.to_integral(true, s, st);
    compare(x, y) |s, st| x.compare(y, false, s, st);
    compare_signal(x, y) |s, st| x.compare(y, true, s, st);
    logical_and(x, y) |s, st| x.logical(y, |a, b| a & b, s, st);
    logical_or(x, y) |s, st| x.logical(y, |a, b| a | b, s, st);
    logical_xor(x, y) |s, st| x.logical(y, |a, b| a ^ b, s, st);
    max(x, y) |s, st| x.choose(y, true, false, s, st);
    max_mag(x, y) |s, st| x.choose(y, true, true, s, st);
    min(x, y) |s, st| x.choose(y, false, false, s, st);
    min_mag(x, y) |s, st| x.choose(y, false, true, s, st);
}
/// `x` with the sign of `y`.
pub(super) fn copy_sign(x: &Num, y: &Num) -> Num {
    x.clone().with_sign(y.neg)
}
/// The total order.
pub(super) fn compare_total(x: &Num, y: &Num) -> Num {
    of_order(x.total(y))
}
/// The total order without signs.
pub(super) fn compare_total_mag(x: &Num, y: &Num) -> Num {
    of_order(x.total_of_magnitudes(y))
}
/// Have they the same exponent, or are both infinite or both NaN?
pub(super) fn same_quantum(x: &Num, y: &Num) -> bool {
    match (x.kind, y.kind) {
        (Kind::Finite, Kind::Finite) => x.exp == y.exp,
        (Kind::Inf, Kind::Inf) => true,
        _ => x.is_nan() && y.is_nan(),
    }
}
/// `divmod(x, y)`
pub(super) fn divmod(th: &mut Thread, env: &Env, x: &Num, y: &Num) -> R {
    let mut st = 0;
    let (q, r) = x.div_mod(y, &env.s, &mut st);
    env.report(th, st)?;
    let items = [object::new(th, q)?, object::new(th, r)?];
    Ok(th.new_tuple(&items))
}
