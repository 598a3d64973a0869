//! The methods of `Context`: operations with this context.

use super::Env;
use super::class;
use crate::decimal::number::{Kind, Num, Settings};
use crate::decimal::ops::{self, Binary, Unary};
use crate::decimal::{convert, decimal_type, object, text};
use vasuki_vm::native::{NativeDef, def, def_static};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

/// The table.
pub(super) static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, /, *args, **kwargs", class::new, ""),
    def(
        "__init__",
        "self, prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None",
        class::init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("__repr__", "self, /", class::repr, "Return repr(self)."),
    def(
        "copy",
        "self, /",
        class::copy,
        "Return a duplicate of the context with all flags cleared.",
    ),
    def("__copy__", "self, /", class::copy, ""),
    def("__reduce__", "self, /", class::reduce, ""),
    def("clear_flags", "self, /", class::clear_flags, "Reset all flags to False."),
    def("clear_traps", "self, /", class::clear_traps, "Set all traps to False."),
    def(
        "Etiny",
        "self, /",
        |th, a| {
            let env = class::env(th, a[0])?;
            Ok(th.new_int(env.s.etiny()))
        },
        "Return a value equal to Emin - prec + 1, which is the minimum exponent value\nfor subnormal results.  When underflow occurs, the exponent is set to Etiny.",
    ),
    def(
        "Etop",
        "self, /",
        |th, a| {
            let env = class::env(th, a[0])?;
            Ok(th.new_int(env.s.etop()))
        },
        "Return a value equal to Emax - prec + 1.  This is the maximum exponent\nif the _clamp field of the context is set to 1 (IEEE clamp mode).  Etop()\nmust not be negative.",
    ),
    def(
        "abs",
        "self, x, /",
        |th, a| unary(th, a, Num::abs),
        "Return the absolute value of x.",
    ),
    def("exp", "self, x, /", |th, a| unary(th, a, Num::exp), "Return e ** x."),
    def(
        "ln",
        "self, x, /",
        |th, a| unary(th, a, Num::ln),
        "Return the natural (base e) logarithm of x.",
    ),
    def(
        "log10",
        "self, x, /",
        |th, a| unary(th, a, Num::log10),
        "Return the base 10 logarithm of x.",
    ),
    def(
        "logb",
        "self, x, /",
        |th, a| unary(th, a, Num::logb),
        "Return the exponent of the magnitude of the operand's MSD.",
    ),
    def(
        "logical_invert",
        "self, x, /",
        |th, a| unary(th, a, Num::logical_invert),
        "Invert all digits of x.",
    ),
    def(
        "minus",
        "self, x, /",
        |th, a| unary(th, a, ops::minus),
        "Minus corresponds to the unary prefix minus operator in Python, but applies\nthe context to the result.",
    ),
    def(
        "next_minus",
        "self, x, /",
        |th, a| unary(th, a, ops::next_minus),
        "Return the largest representable number smaller than x.",
    ),
    def(
        "next_plus",
        "self, x, /",
        |th, a| unary(th, a, ops::next_plus),
        "Return the smallest representable number larger than x.",
    ),
    def(
        "normalize",
        "self, x, /",
        |th, a| unary(th, a, Num::reduce),
        "Reduce x to its simplest form. Alias for reduce(x).",
    ),
    def(
        "plus",
        "self, x, /",
        |th, a| unary(th, a, ops::plus),
        "Plus corresponds to the unary prefix plus operator in Python, but applies\nthe context to the result.",
    ),
    def(
        "sqrt",
        "self, x, /",
        |th, a| unary(th, a, Num::sqrt),
        "Square root of a non-negative number to context precision.",
    ),
    def(
        "to_integral",
        "self, x, /",
        |th, a| unary(th, a, ops::integral_value),
        "Identical to to_integral_value(x).",
    ),
    def(
        "to_integral_exact",
        "self, x, /",
        |th, a| unary(th, a, ops::integral_exact),
        "Round to an integer. Signal if the result is rounded or inexact.",
    ),
    def(
        "to_integral_value",
        "self, x, /",
        |th, a| unary(th, a, ops::integral_value),
        "Round to an integer.",
    ),
    def(
        "add",
        "self, x, y, /",
        |th, a| binary(th, a, Num::add),
        "Return the sum of x and y.",
    ),
    def(
        "compare",
        "self, x, y, /",
        |th, a| binary(th, a, ops::compare),
        "Compare x and y numerically.",
    ),
    def(
        "compare_signal",
        "self, x, y, /",
        |th, a| binary(th, a, ops::compare_signal),
        "Compare x and y numerically.  All NaNs signal.",
    ),
    def("divide", "self, x, y, /", |th, a| binary(th, a, Num::div), "Return x divided by y."),
    def(
        "divide_int",
        "self, x, y, /",
        |th, a| binary(th, a, Num::div_int),
        "Return x divided by y, truncated to an integer.",
    ),
    def(
        "logical_and",
        "self, x, y, /",
        |th, a| binary(th, a, ops::logical_and),
        "Digit-wise and of x and y.",
    ),
    def(
        "logical_or",
        "self, x, y, /",
        |th, a| binary(th, a, ops::logical_or),
        "Digit-wise or of x and y.",
    ),
    def(
        "logical_xor",
        "self, x, y, /",
        |th, a| binary(th, a, ops::logical_xor),
        "Digit-wise xor of x and y.",
    ),
    def(
        "max",
        "self, x, y, /",
        |th, a| binary(th, a, ops::max),
        "Compare the values numerically and return the maximum.",
    ),
    def(
        "max_mag",
        "self, x, y, /",
        |th, a| binary(th, a, ops::max_mag),
        "Compare the values numerically with their sign ignored.",
    ),
    def(
        "min",
        "self, x, y, /",
        |th, a| binary(th, a, ops::min),
        "Compare the values numerically and return the minimum.",
    ),
    def(
        "min_mag",
        "self, x, y, /",
        |th, a| binary(th, a, ops::min_mag),
        "Compare the values numerically with their sign ignored.",
    ),
    def(
        "multiply",
        "self, x, y, /",
        |th, a| binary(th, a, Num::mul),
        "Return the product of x and y.",
    ),
    def(
        "next_toward",
        "self, x, y, /",
        |th, a| binary(th, a, Num::next_toward),
        "Return the number closest to x, in the direction towards y.",
    ),
    def(
        "quantize",
        "self, x, y, /",
        |th, a| {
            let env = class::env(th, a[0])?;
            decimal_type::quantize(th, &env, a[1], a[2], Value::NONE)
        },
        "Return a value equal to x (rounded), having the exponent of y.",
    ),
    def(
        "remainder",
        "self, x, y, /",
        |th, a| binary(th, a, Num::rem),
        "Return the remainder from dividing x by y.  The sign of the result,\nif non-zero, is the same as that of the original dividend.",
    ),
    def(
        "remainder_near",
        "self, x, y, /",
        |th, a| binary(th, a, Num::rem_near),
        "Return x - y * n, where n is the integer nearest the exact value of x / y\n(if the result is 0 then its sign will be the sign of x).",
    ),
    def(
        "rotate",
        "self, x, y, /",
        |th, a| binary(th, a, Num::rotate),
        "Return a copy of x, rotated by y places.",
    ),
    def(
        "scaleb",
        "self, x, y, /",
        |th, a| binary(th, a, Num::scaleb),
        "Return the first operand after adding the second value to its exp.",
    ),
    def(
        "shift",
        "self, x, y, /",
        |th, a| binary(th, a, Num::shift),
        "Return a copy of x, shifted by y places.",
    ),
    def(
        "subtract",
        "self, x, y, /",
        |th, a| binary(th, a, Num::sub),
        "Return the difference between x and y.",
    ),
    def(
        "is_finite",
        "self, x, /",
        |th, a| predicate(th, a, |n, _| n.is_finite()),
        "Return True if x is finite, False otherwise.",
    ),
    def(
        "is_infinite",
        "self, x, /",
        |th, a| predicate(th, a, |n, _| n.is_inf()),
        "Return True if x is infinite, False otherwise.",
    ),
    def(
        "is_nan",
        "self, x, /",
        |th, a| predicate(th, a, |n, _| n.is_nan()),
        "Return True if x is a qNaN or sNaN, False otherwise.",
    ),
    def(
        "is_normal",
        "self, x, /",
        |th, a| predicate(th, a, |n, s| n.is_normal(s)),
        "Return True if x is a normal number, False otherwise.",
    ),
    def(
        "is_qnan",
        "self, x, /",
        |th, a| predicate(th, a, |n, _| n.kind == Kind::QNan),
        "Return True if x is a quiet NaN, False otherwise.",
    ),
    def(
        "is_signed",
        "self, x, /",
        |th, a| predicate(th, a, |n, _| n.neg),
        "Return True if x is negative, False otherwise.",
    ),
    def(
        "is_snan",
        "self, x, /",
        |th, a| predicate(th, a, |n, _| n.kind == Kind::SNan),
        "Return True if x is a signaling NaN, False otherwise.",
    ),
    def(
        "is_subnormal",
        "self, x, /",
        |th, a| predicate(th, a, |n, s| n.is_subnormal(s)),
        "Return True if x is subnormal, False otherwise.",
    ),
    def(
        "is_zero",
        "self, x, /",
        |th, a| predicate(th, a, |n, _| n.is_zero()),
        "Return True if x is a zero, False otherwise.",
    ),
    def("canonical", "self, x, /", canonical, "Return a new instance of x."),
    def(
        "is_canonical",
        "self, x, /",
        |th, a| canonical(th, a).map(|_| Value::TRUE),
        "Return True if x is canonical, False otherwise.",
    ),
    def("radix", "self, /", |th, _| object::new(th, Num::small(10)), "Return 10."),
    def("_apply", "self, x, /", |th, a| unary(th, a, |n, s, st| n.clone().finish(s, st)), ""),
    def(
        "copy_abs",
        "self, x, /",
        |th, a| plain(th, a, |n| n.with_sign(false)),
        "Return a copy of x with the sign set to 0.",
    ),
    def(
        "copy_decimal",
        "self, x, /",
        |th, a| plain(th, a, |n| n),
        "Return a copy of Decimal x.",
    ),
    def(
        "copy_negate",
        "self, x, /",
        |th, a| plain(th, a, |n| Num { neg: !n.neg, ..n }),
        "Return a copy of x with the sign inverted.",
    ),
    def(
        "copy_sign",
        "self, x, y, /",
        |th, a| of_two(th, a, ops::copy_sign),
        "Copy the sign from y to x.",
    ),
    def(
        "compare_total",
        "self, x, y, /",
        |th, a| of_two(th, a, ops::compare_total),
        "Compare x and y using their abstract representation.",
    ),
    def(
        "compare_total_mag",
        "self, x, y, /",
        |th, a| of_two(th, a, ops::compare_total_mag),
        "Compare x and y using their abstract representation, ignoring sign.",
    ),
    def(
        "same_quantum",
        "self, x, y, /",
        |th, a| {
            let (x, y) = two(th, a)?;
            Ok(Value::bool(ops::same_quantum(&x, &y)))
        },
        "Return True if the two operands have the same exponent.",
    ),
    def(
        "number_class",
        "self, x, /",
        |th, a| {
            let (env, n) = one(th, a)?;
            Ok(th.new_str(n.class(&env.s)))
        },
        "Return an indication of the class of x.",
    ),
    def(
        "to_sci_string",
        "self, x, /",
        |th, a| as_text(th, a, false),
        "Convert a number to a string using scientific notation.",
    ),
    def(
        "to_eng_string",
        "self, x, /",
        |th, a| as_text(th, a, true),
        "Convert a number to a string, using engineering notation.",
    ),
    def(
        "divmod",
        "self, x, y, /",
        |th, a| {
            let env = class::env(th, a[0])?;
            let (x, y) = two(th, a)?;
            ops::divmod(th, &env, &x, &y)
        },
        "Return quotient and remainder of the division x / y.",
    ),
    def(
        "fma",
        "self, x, y, z, /",
        |th, a| {
            let env = class::env(th, a[0])?;
            let (x, y) = two(th, a)?;
            let z = convert::operand(th, a[3])?;
            env.run(th, |s, st| x.fma(&y, &z, s, st))
        },
        "Return x multiplied by y, plus z.",
    ),
    def(
        "power",
        "self, /, a, b, modulo=None",
        |th, a| {
            let env = class::env(th, a[0])?;
            let (x, y) = two(th, a)?;
            if a[3].is_empty() || a[3].is_none() {
                return env.run(th, |s, st| x.pow(&y, s, st));
            }
            let z = convert::operand(th, a[3])?;
            env.run(th, |s, st| x.pow_mod(&y, &z, s, st))
        },
        "Compute a**b. If 'a' is negative, then 'b' must be integral. The result\nwill be inexact unless 'a' is integral and the result is finite and can\nbe expressed exactly in 'precision' digits.  In the Python version the\nresult is always correctly rounded, in the C version the result is almost\nalways correctly rounded.",
    ),
    def(
        "create_decimal",
        "self, num=\"0\", /",
        |th, a| {
            let env = class::env(th, a[0])?;
            let n = convert::rounded(th, &env, a[1])?;
            object::new(th, n)
        },
        "Create a new Decimal instance from num, using self as the context. Unlike the\nDecimal constructor, this function observes the context limits.",
    ),
    def(
        "create_decimal_from_float",
        "self, f, /",
        |th, a| {
            let env = class::env(th, a[0])?;
            let n = convert::of_real(th, a[1])?;
            env.run(th, |s, st| n.converted(s, st))
        },
        "Create a new Decimal instance from float f.  Unlike the Decimal.from_float()\nclass method, this function observes the context limits.",
    ),
];

fn one(th: &mut Thread, a: &[Value]) -> R<(Env, Num)> {
    let env = class::env(th, a[0])?;
    Ok((env, convert::operand(th, a[1])?))
}
fn two(th: &mut Thread, a: &[Value]) -> R<(Num, Num)> {
    Ok((convert::operand(th, a[1])?, convert::operand(th, a[2])?))
}
fn unary(th: &mut Thread, a: &[Value], f: Unary) -> R {
    let (env, n) = one(th, a)?;
    env.run(th, |s, st| f(&n, s, st))
}
fn binary(th: &mut Thread, a: &[Value], f: Binary) -> R {
    let env = class::env(th, a[0])?;
    let (x, y) = two(th, a)?;
    env.run(th, |s, st| f(&x, &y, s, st))
}
fn predicate(th: &mut Thread, a: &[Value], f: fn(&Num, &Settings) -> bool) -> R {
    let (env, n) = one(th, a)?;
    Ok(Value::bool(f(&n, &env.s)))
}
fn plain(th: &mut Thread, a: &[Value], f: fn(Num) -> Num) -> R {
    let n = convert::operand(th, a[1])?;
    object::new(th, f(n))
}
fn of_two(th: &mut Thread, a: &[Value], f: fn(&Num, &Num) -> Num) -> R {
    let (x, y) = two(th, a)?;
    object::new(th, f(&x, &y))
}
fn canonical(th: &mut Thread, a: &[Value]) -> R {
    if !object::is_decimal(a[1]) {
        return Err(th.type_error("argument must be a Decimal"));
    }
    Ok(a[1])
}
fn as_text(th: &mut Thread, a: &[Value], engineering: bool) -> R {
    let (env, n) = one(th, a)?;
    Ok(text::of(th, &n, engineering, env.capitals))
}
