//! The class `Decimal`.

use super::context::{self, Env};
use super::number::{Kind, Num, Round, Settings};
use super::ops::{self, Binary, Unary};
use super::{comparison, convert, current, format, numeric, object, operators, text};
use crate::support::type_name;
use vasuki_vm::native::{NativeDef, TypeDef, def, def_class, def_static, getter};
use vasuki_vm::ops::CmpOp;
use vasuki_vm::state::wrong_self;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::{Class, class_of};
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::value::Value;

/// `Decimal`
pub(super) static DECIMAL: TypeDef = TypeDef {
    methods: METHODS,
    getsets: &[
        getter("real", |_, v| Ok(v), ""),
        getter("imag", |th, _| object::new(th, Num::small(0)), ""),
    ],
    doc: "Construct a new Decimal object. 'value' can be an integer, string, tuple,\nor another Decimal object. If no value is given, return Decimal('0'). The\ncontext does not affect the conversion and is only passed to determine if\nthe InvalidOperation trap is active.",
    ..TypeDef::new("decimal.Decimal", vasuki_vm::object::Kind::Payload, payload_size::<object::Dec>())
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, value=\"0\", context=None", construct, ""),
    def(
        "__add__",
        "self, value, /",
        |th, a| operators::add(th, a[0], a[1]),
        "Return self+value.",
    ),
    def(
        "__radd__",
        "self, value, /",
        |th, a| operators::add(th, a[1], a[0]),
        "Return value+self.",
    ),
    def(
        "__sub__",
        "self, value, /",
        |th, a| operators::sub(th, a[0], a[1]),
        "Return self-value.",
    ),
    def(
        "__rsub__",
        "self, value, /",
        |th, a| operators::sub(th, a[1], a[0]),
        "Return value-self.",
    ),
    def(
        "__mul__",
        "self, value, /",
        |th, a| operators::mul(th, a[0], a[1]),
        "Return self*value.",
    ),
    def(
        "__rmul__",
        "self, value, /",
        |th, a| operators::mul(th, a[1], a[0]),
        "Return value*self.",
    ),
    def(
        "__truediv__",
        "self, value, /",
        |th, a| operators::div(th, a[0], a[1]),
        "Return self/value.",
    ),
    def(
        "__rtruediv__",
        "self, value, /",
        |th, a| operators::div(th, a[1], a[0]),
        "Return value/self.",
    ),
    def(
        "__floordiv__",
        "self, value, /",
        |th, a| operators::binary(th, a[0], a[1], Num::div_int),
        "Return self//value.",
    ),
    def(
        "__rfloordiv__",
        "self, value, /",
        |th, a| operators::binary(th, a[1], a[0], Num::div_int),
        "Return value//self.",
    ),
    def(
        "__mod__",
        "self, value, /",
        |th, a| operators::binary(th, a[0], a[1], Num::rem),
        "Return self%value.",
    ),
    def(
        "__rmod__",
        "self, value, /",
        |th, a| operators::binary(th, a[1], a[0], Num::rem),
        "Return value%self.",
    ),
    def(
        "__divmod__",
        "self, value, /",
        |th, a| operators::divmod(th, a[0], a[1]),
        "Return divmod(self, value).",
    ),
    def(
        "__rdivmod__",
        "self, value, /",
        |th, a| operators::divmod(th, a[1], a[0]),
        "Return divmod(value, self).",
    ),
    def(
        "__pow__",
        "self, value, mod=None, /",
        |th, a| operators::power(th, a[0], a[1], a[2]),
        "Return pow(self, value, mod).",
    ),
    def(
        "__rpow__",
        "self, value, mod=None, /",
        |th, a| operators::power(th, a[1], a[0], a[2]),
        "Return pow(value, self, mod).",
    ),
    def(
        "__lt__",
        "self, value, /",
        |th, a| comparison::rich(th, CmpOp::Lt, a[0], a[1]),
        "Return self<value.",
    ),
    def(
        "__le__",
        "self, value, /",
        |th, a| comparison::rich(th, CmpOp::Le, a[0], a[1]),
        "Return self<=value.",
    ),
    def(
        "__eq__",
        "self, value, /",
        |th, a| comparison::rich(th, CmpOp::Eq, a[0], a[1]),
        "Return self==value.",
    ),
    def(
        "__ne__",
        "self, value, /",
        |th, a| comparison::rich(th, CmpOp::Ne, a[0], a[1]),
        "Return self!=value.",
    ),
    def(
        "__gt__",
        "self, value, /",
        |th, a| comparison::rich(th, CmpOp::Gt, a[0], a[1]),
        "Return self>value.",
    ),
    def(
        "__ge__",
        "self, value, /",
        |th, a| comparison::rich(th, CmpOp::Ge, a[0], a[1]),
        "Return self>=value.",
    ),
    def("__hash__", "self, /", numeric::hash, "Return hash(self)."),
    def(
        "__neg__",
        "self, /",
        |th, a| operators::sign(th, a[0], |neg| !neg, ops::minus),
        "-self",
    ),
    def(
        "__pos__",
        "self, /",
        |th, a| operators::sign(th, a[0], |neg| neg, ops::plus),
        "+self",
    ),
    def(
        "__abs__",
        "self, /",
        |th, a| operators::sign(th, a[0], |_| false, Num::abs),
        "abs(self)",
    ),
    def(
        "__bool__",
        "self, /",
        |th, a| Ok(Value::bool(!this(th, a[0])?.is_zero())),
        "True if self else False",
    ),
    def("__int__", "self, /", |th, a| numeric::to_int(th, a[0], Round::Down), "int(self)"),
    def("__trunc__", "self, /", |th, a| numeric::to_int(th, a[0], Round::Down), ""),
    def("__floor__", "self, /", |th, a| numeric::to_int(th, a[0], Round::Floor), ""),
    def("__ceil__", "self, /", |th, a| numeric::to_int(th, a[0], Round::Ceiling), ""),
    def(
        "__float__",
        "self, /",
        |th, a| Ok(Value::float(numeric::to_float(th, a[0])?)),
        "float(self)",
    ),
    def(
        "__complex__",
        "self, /",
        |th, a| {
            let re = numeric::to_float(th, a[0])?;
            Ok(th.new_complex(re, 0.0))
        },
        "",
    ),
    def("__round__", "self, /, ndigits=None", numeric::round, ""),
    def("__repr__", "self, /", text::repr, "Return repr(self)."),
    def("__str__", "self, /", text::str, "Return str(self)."),
    def("__format__", "self, fmtarg, override=None, /", format::format, ""),
    def(
        "__reduce__",
        "self, /",
        |th, a| {
            let text = text::plain(th, a[0])?;
            let args = th.new_tuple(&[text]);
            Ok(th.new_tuple(&[class_of(a[0]).value(), args]))
        },
        "",
    ),
    def("__copy__", "self, /", |_, a| Ok(a[0]), ""),
    def("__deepcopy__", "self, memo, /", |_, a| Ok(a[0]), ""),
    def(
        "__sizeof__",
        "self, /",
        |th, a| {
            let n = this(th, a[0])?;
            Ok(Value::small(payload_size::<object::Dec>() as i64 + 8 * (n.digits() / 19)))
        },
        "",
    ),
    def_class(
        "from_float",
        "cls, f, /",
        |th, a| {
            let n = convert::of_real(th, a[1])?;
            of_class(th, a[0], n)
        },
        "Class method that converts a float to a decimal number, exactly.",
    ),
    def_class(
        "from_number",
        "cls, number, /",
        |th, a| {
            let env = current::env(th)?;
            if !convert::is_number(a[1]) {
                let name = type_name(th, a[1]);
                return Err(th.type_error(&format!("Cannot convert {name} to Decimal")));
            }
            let n = convert::exact(th, &env, a[1])?;
            of_class(th, a[0], n)
        },
        "Class method that converts a real number to a decimal number, exactly.",
    ),
    def(
        "exp",
        "self, /, context=None",
        |th, a| unary(th, a, Num::exp),
        "Return the value of the (natural) exponential function e**x at the given\nnumber.",
    ),
    def(
        "ln",
        "self, /, context=None",
        |th, a| unary(th, a, Num::ln),
        "Return the natural (base e) logarithm of the operand.",
    ),
    def(
        "log10",
        "self, /, context=None",
        |th, a| unary(th, a, Num::log10),
        "Return the base ten logarithm of the operand.",
    ),
    def(
        "logb",
        "self, /, context=None",
        |th, a| unary(th, a, Num::logb),
        "For a non-zero number, return the adjusted exponent of the operand as a\nDecimal instance.",
    ),
    def(
        "logical_invert",
        "self, /, context=None",
        |th, a| unary(th, a, Num::logical_invert),
        "Return the digit-wise inversion of the (logical) operand.",
    ),
    def(
        "next_minus",
        "self, /, context=None",
        |th, a| unary(th, a, ops::next_minus),
        "Return the largest number representable in the given context that is smaller\nthan the given operand.",
    ),
    def(
        "next_plus",
        "self, /, context=None",
        |th, a| unary(th, a, ops::next_plus),
        "Return the smallest number representable in the given context that is larger\nthan the given operand.",
    ),
    def(
        "normalize",
        "self, /, context=None",
        |th, a| unary(th, a, Num::reduce),
        "Normalize the number by stripping the rightmost trailing zeros and converting\nany result equal to Decimal('0') to Decimal('0e0').",
    ),
    def(
        "sqrt",
        "self, /, context=None",
        |th, a| unary(th, a, Num::sqrt),
        "Return the square root of the argument to full precision.",
    ),
    def(
        "compare",
        "self, /, other, context=None",
        |th, a| binary(th, a, ops::compare),
        "Compare self to other.  Return a decimal value.",
    ),
    def(
        "compare_signal",
        "self, /, other, context=None",
        |th, a| binary(th, a, ops::compare_signal),
        "Identical to compare, except that all NaNs signal.",
    ),
    def(
        "logical_and",
        "self, /, other, context=None",
        |th, a| binary(th, a, ops::logical_and),
        "Return the digit-wise 'and' of the two (logical) operands.",
    ),
    def(
        "logical_or",
        "self, /, other, context=None",
        |th, a| binary(th, a, ops::logical_or),
        "Return the digit-wise 'or' of the two (logical) operands.",
    ),
    def(
        "logical_xor",
        "self, /, other, context=None",
        |th, a| binary(th, a, ops::logical_xor),
        "Return the digit-wise 'exclusive or' of the two (logical) operands.",
    ),
    def(
        "max",
        "self, /, other, context=None",
        |th, a| binary(th, a, ops::max),
        "Maximum of self and other.",
    ),
    def(
        "max_mag",
        "self, /, other, context=None",
        |th, a| binary(th, a, ops::max_mag),
        "Similar to the max() method, but the comparison is done using the absolute\nvalues of the operands.",
    ),
    def(
        "min",
        "self, /, other, context=None",
        |th, a| binary(th, a, ops::min),
        "Minimum of self and other.",
    ),
    def(
        "min_mag",
        "self, /, other, context=None",
        |th, a| binary(th, a, ops::min_mag),
        "Similar to the min() method, but the comparison is done using the absolute\nvalues of the operands.",
    ),
    def(
        "next_toward",
        "self, /, other, context=None",
        |th, a| binary(th, a, Num::next_toward),
        "Return the number closest to the first operand in the direction of the second\noperand.",
    ),
    def(
        "remainder_near",
        "self, /, other, context=None",
        |th, a| binary(th, a, Num::rem_near),
        "Return the remainder from dividing self by other.",
    ),
    def(
        "rotate",
        "self, /, other, context=None",
        |th, a| binary(th, a, Num::rotate),
        "Return the result of rotating the digits of the first operand by an amount\nspecified by the second operand.",
    ),
    def(
        "scaleb",
        "self, /, other, context=None",
        |th, a| binary(th, a, Num::scaleb),
        "Return the first operand with the exponent adjusted the second.",
    ),
    def(
        "shift",
        "self, /, other, context=None",
        |th, a| binary(th, a, Num::shift),
        "Return the result of shifting the digits of the first operand by an amount\nspecified by the second operand.",
    ),
    def(
        "compare_total",
        "self, /, other, context=None",
        |th, a| of_two(th, a, ops::compare_total),
        "Compare two operands using their abstract representation rather than\ntheir numerical value.",
    ),
    def(
        "compare_total_mag",
        "self, /, other, context=None",
        |th, a| of_two(th, a, ops::compare_total_mag),
        "Compare two operands using their abstract representation rather than their\nvalue as in compare_total(), but ignoring the sign of each operand.",
    ),
    def(
        "copy_sign",
        "self, /, other, context=None",
        |th, a| of_two(th, a, ops::copy_sign),
        "Return a copy of the first operand with the sign set to be the same as the\nsign of the second operand.",
    ),
    def(
        "same_quantum",
        "self, /, other, context=None",
        |th, a| {
            let (_, x, y) = two(th, a)?;
            Ok(Value::bool(ops::same_quantum(&x, &y)))
        },
        "Test whether self and other have the same exponent or whether both are NaN.",
    ),
    def(
        "fma",
        "self, /, other, third, context=None",
        |th, a| {
            let env = current::env_of(th, a[3])?;
            let x = this(th, a[0])?;
            let (y, z) = (convert::operand(th, a[1])?, convert::operand(th, a[2])?);
            env.run(th, |s, st| x.fma(&y, &z, s, st))
        },
        "Fused multiply-add.  Return self*other+third with no rounding of the\nintermediate product self*other.",
    ),
    def(
        "quantize",
        "self, /, exp, rounding=None, context=None",
        |th, a| {
            let env = current::env_of(th, a[3])?;
            quantize(th, &env, a[0], a[1], a[2])
        },
        "Return a value equal to the first operand after rounding and having the\nexponent of the second operand.",
    ),
    def(
        "to_integral",
        "self, /, rounding=None, context=None",
        |th, a| integral(th, a, false),
        "Identical to the to_integral_value() method.  The to_integral() name has been\nkept for compatibility with older versions.",
    ),
    def(
        "to_integral_value",
        "self, /, rounding=None, context=None",
        |th, a| integral(th, a, false),
        "Round to the nearest integer without signaling Inexact or Rounded.",
    ),
    def(
        "to_integral_exact",
        "self, /, rounding=None, context=None",
        |th, a| integral(th, a, true),
        "Round to the nearest integer, signaling Inexact or Rounded as appropriate if\nrounding occurs.",
    ),
    def(
        "to_eng_string",
        "self, /, context=None",
        |th, a| {
            let env = current::env_of(th, a[1])?;
            let n = this(th, a[0])?;
            Ok(text::of(th, &n, true, env.capitals))
        },
        "Convert to an engineering-type string.",
    ),
    def(
        "number_class",
        "self, /, context=None",
        |th, a| {
            let env = current::env_of(th, a[1])?;
            let n = this(th, a[0])?;
            Ok(th.new_str(n.class(&env.s)))
        },
        "Return a string describing the class of the operand.",
    ),
    def(
        "is_normal",
        "self, /, context=None",
        |th, a| {
            let env = current::env_of(th, a[1])?;
            Ok(Value::bool(this(th, a[0])?.is_normal(&env.s)))
        },
        "Return True if the argument is a normal finite non-zero number with an\nadjusted exponent greater than or equal to Emin.",
    ),
    def(
        "is_subnormal",
        "self, /, context=None",
        |th, a| {
            let env = current::env_of(th, a[1])?;
            Ok(Value::bool(this(th, a[0])?.is_subnormal(&env.s)))
        },
        "Return True if the argument is subnormal, and False otherwise.",
    ),
    def(
        "is_finite",
        "self, /",
        |th, a| predicate(th, a, |n| n.is_finite()),
        "Return True if the argument is a finite number, and False if the argument\nis infinite or a NaN.",
    ),
    def(
        "is_infinite",
        "self, /",
        |th, a| predicate(th, a, |n| n.is_inf()),
        "Return True if the argument is either positive or negative infinity and\nFalse otherwise.",
    ),
    def(
        "is_nan",
        "self, /",
        |th, a| predicate(th, a, |n| n.is_nan()),
        "Return True if the argument is a (quiet or signaling) NaN and False\notherwise.",
    ),
    def(
        "is_qnan",
        "self, /",
        |th, a| predicate(th, a, |n| n.kind == Kind::QNan),
        "Return True if the argument is a quiet NaN, and False otherwise.",
    ),
    def(
        "is_snan",
        "self, /",
        |th, a| predicate(th, a, |n| n.kind == Kind::SNan),
        "Return True if the argument is a signaling NaN and False otherwise.",
    ),
    def(
        "is_signed",
        "self, /",
        |th, a| predicate(th, a, |n| n.neg),
        "Return True if the argument has a negative sign and False otherwise.",
    ),
    def(
        "is_zero",
        "self, /",
        |th, a| predicate(th, a, |n| n.is_zero()),
        "Return True if the argument is a (positive or negative) zero and False\notherwise.",
    ),
    def(
        "is_canonical",
        "self, /",
        |th, a| predicate(th, a, |_| true),
        "Return True if the argument is canonical and False otherwise.",
    ),
    def(
        "canonical",
        "self, /",
        |_, a| Ok(a[0]),
        "Return the canonical encoding of the argument.",
    ),
    def("conjugate", "self, /", |_, a| Ok(a[0]), "Return self."),
    def(
        "radix",
        "self, /",
        |th, _| object::new(th, Num::small(10)),
        "Return Decimal(10), the radix (base) in which the Decimal class does\nall its arithmetic.",
    ),
    def(
        "copy_abs",
        "self, /",
        |th, a| plain(th, a, |n| n.with_sign(false)),
        "Return the absolute value of the argument.",
    ),
    def(
        "copy_negate",
        "self, /",
        |th, a| plain(th, a, |n| Num { neg: !n.neg, ..n }),
        "Return the negation of the argument.",
    ),
    def(
        "adjusted",
        "self, /",
        |th, a| {
            let n = this(th, a[0])?;
            Ok(th.new_int(if n.is_finite() && !n.coef.is_zero() {
                n.adjusted()
            } else if n.is_finite() {
                n.exp
            } else {
                0
            }))
        },
        "Return the adjusted exponent of the number.  Defined as exp + digits - 1.",
    ),
    def(
        "as_tuple",
        "self, /",
        numeric::as_tuple,
        "Return a tuple representation of the number.",
    ),
    def(
        "as_integer_ratio",
        "self, /",
        numeric::as_integer_ratio,
        "Return a pair of integers whose ratio is exactly equal to the original.",
    ),
];

/// The number of a method's receiver.
pub(super) fn this(th: &mut Thread, v: Value) -> R<Num> {
    match object::num(v) {
        Some(n) => Ok(n),
        None => Err(wrong_self(th, v)),
    }
}
fn construct(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0].as_gc::<Class>();
    if !a[2].is_empty() && !a[2].is_none() {
        current::env_of(th, a[2])?;
    }
    if a[1].is_empty() {
        return object::new_of(th, class, Num::small(0));
    }
    // Texts and ints mostly need no context.
    if let Some(n) = convert::plainly(a[1]) {
        return object::new_of(th, class, n);
    }
    if object::CLASS.get().is_some_and(|c| *c == class && class_of(a[1]) == *c) {
        return Ok(a[1]);
    }
    let env = current::env_of(th, a[2])?;
    let n = convert::exact(th, &env, a[1])?;
    object::new_of(th, class, n)
}
/// A number as an object of a class that was asked for one.
fn of_class(th: &mut Thread, class: Value, n: Num) -> R {
    let made = object::new(th, n)?;
    if object::CLASS.get().is_some_and(|c| c.value() == class) {
        return Ok(made);
    }
    th.call(class, &[made])
}
fn unary(th: &mut Thread, a: &[Value], f: Unary) -> R {
    let n = this(th, a[0])?;
    let env = current::env_of(th, a[1])?;
    env.run(th, |s, st| f(&n, s, st))
}
fn two(th: &mut Thread, a: &[Value]) -> R<(Env, Num, Num)> {
    let env = current::env_of(th, a[2])?;
    Ok((env, this(th, a[0])?, convert::operand(th, a[1])?))
}
fn binary(th: &mut Thread, a: &[Value], f: Binary) -> R {
    let (env, x, y) = two(th, a)?;
    env.run(th, |s, st| f(&x, &y, s, st))
}
fn of_two(th: &mut Thread, a: &[Value], f: fn(&Num, &Num) -> Num) -> R {
    let (_, x, y) = two(th, a)?;
    object::new(th, f(&x, &y))
}
fn plain(th: &mut Thread, a: &[Value], f: fn(Num) -> Num) -> R {
    let n = this(th, a[0])?;
    object::new(th, f(n))
}
fn predicate(th: &mut Thread, a: &[Value], f: fn(&Num) -> bool) -> R {
    Ok(Value::bool(f(&this(th, a[0])?)))
}
/// The settings of a context with the rounding mode of an optional argument.
fn with_rounding(th: &mut Thread, env: &Env, v: Value) -> R<Settings> {
    if v.is_empty() || v.is_none() {
        return Ok(env.s);
    }
    Ok(env.s.rounding(context::rounding(th, v)?))
}
/// A value with the exponent of another one.
pub(super) fn quantize(th: &mut Thread, env: &Env, a: Value, b: Value, rounding: Value) -> R {
    let s = with_rounding(th, env, rounding)?;
    if let (Some(x), Some(unit)) = (object::short(a), object::short(b)) {
        let mut st = 0;
        if let Some(n) = x.quantize(unit.exp, &s, &mut st) {
            env.report(th, st)?;
            return object::new_short(th, n);
        }
    }
    let (x, y) = (convert::operand(th, a)?, convert::operand(th, b)?);
    env.run(th, |_, st| x.quantize(&y, &s, st))
}
fn integral(th: &mut Thread, a: &[Value], exact: bool) -> R {
    let env = current::env_of(th, a[2])?;
    let s = with_rounding(th, &env, a[1])?;
    let n = this(th, a[0])?;
    env.run(th, |_, st| n.to_integral(exact, &s, st))
}
