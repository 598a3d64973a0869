//! Methods of `float`.

use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_class, def_static, getter};
use crate::object::Kind;
use crate::ops::{BinOp, CmpOp};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use crate::types::float::{self, Float};
use crate::types::str_::Str;
use crate::types::{buffer_protocol, int, int_methods, int_parse};
use crate::value::Value;
use num_bigint::BigInt;
use num_traits::One;
use std::cmp::Ordering;

/// `float`
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: GETSETS,
    doc: "Convert a string or number to a floating-point number, if possible.",
    ..TypeDef::new("float", Kind::Float, std::mem::size_of::<Float>())
};

macro_rules! operators {
    ($($left:ident $right:ident $op:ident;)*) => {$(
        fn $left(th: &mut Thread, a: &[Value]) -> R {
            binary(th, BinOp::$op, a[0], a[1])
        }
        fn $right(th: &mut Thread, a: &[Value]) -> R {
            binary(th, BinOp::$op, a[1], a[0])
        }
    )*};
}
operators! {
    add radd Add; sub rsub Sub; mul rmul Mul; truediv rtruediv TrueDiv; floordiv rfloordiv FloorDiv; modulo rmodulo Mod;
    divmod rdivmod DivMod;
}
macro_rules! comparisons {
    ($($name:ident $op:ident;)*) => {$(
        fn $name(_: &mut Thread, a: &[Value]) -> R {
            Ok(compare(CmpOp::$op, a[0], a[1]).map_or(Value::NOT_IMPLEMENTED, Value::bool))
        }
    )*};
}
comparisons! { lt Lt; le Le; eq Eq; ne Ne; gt Gt; ge Ge; }

static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, x=0, /", new, "Create and return a new object."),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__hash__", "self, /", hash, "Return hash(self)."),
    def("__lt__", "self, value, /", lt, "Return self<value."),
    def("__le__", "self, value, /", le, "Return self<=value."),
    def("__eq__", "self, value, /", eq, "Return self==value."),
    def("__ne__", "self, value, /", ne, "Return self!=value."),
    def("__gt__", "self, value, /", gt, "Return self>value."),
    def("__ge__", "self, value, /", ge, "Return self>=value."),
    def("__add__", "self, value, /", add, "Return self+value."),
    def("__radd__", "self, value, /", radd, "Return value+self."),
    def("__sub__", "self, value, /", sub, "Return self-value."),
    def("__rsub__", "self, value, /", rsub, "Return value-self."),
    def("__mul__", "self, value, /", mul, "Return self*value."),
    def("__rmul__", "self, value, /", rmul, "Return value*self."),
    def("__mod__", "self, value, /", modulo, "Return self%value."),
    def("__rmod__", "self, value, /", rmodulo, "Return value%self."),
    def("__divmod__", "self, value, /", divmod, "Return divmod(self, value)."),
    def("__rdivmod__", "self, value, /", rdivmod, "Return divmod(value, self)."),
    def("__pow__", "self, value, mod=None, /", pow, "Return pow(self, value, mod)."),
    def("__rpow__", "self, value, mod=None, /", rpow, "Return pow(value, self, mod)."),
    def("__neg__", "self, /", neg, "-self"),
    def("__pos__", "self, /", pos, "+self"),
    def("__abs__", "self, /", abs, "abs(self)"),
    def("__bool__", "self, /", bool_, "True if self else False"),
    def("__int__", "self, /", trunc, "int(self)"),
    def("__float__", "self, /", pos, "float(self)"),
    def("__floordiv__", "self, value, /", floordiv, "Return self//value."),
    def("__rfloordiv__", "self, value, /", rfloordiv, "Return value//self."),
    def("__truediv__", "self, value, /", truediv, "Return self/value."),
    def("__rtruediv__", "self, value, /", rtruediv, "Return value/self."),
    def("__trunc__", "self, /", trunc, "Return the Integral closest to x between 0 and x."),
    def("__floor__", "self, /", floor, "Return the floor as an Integral."),
    def("__ceil__", "self, /", ceil, "Return the ceiling as an Integral."),
    def(
        "__round__",
        "self, ndigits=None, /",
        round,
        "Return the Integral closest to x, rounding half toward even.",
    ),
    def("__getnewargs__", "self, /", getnewargs, ""),
    def(
        "__format__",
        "self, format_spec, /",
        format,
        "Formats the float according to format_spec.",
    ),
    def_class(
        "__getformat__",
        "type, typestr, /",
        getformat,
        "You probably don't want to use this function.",
    ),
    def_class(
        "from_number",
        "type, number, /",
        from_number,
        "Convert real number to a floating-point number.",
    ),
    def_class(
        "fromhex",
        "type, string, /",
        fromhex,
        "Create a floating-point number from a hexadecimal string.",
    ),
    def(
        "hex",
        "self, /",
        hex,
        "Return a hexadecimal representation of a floating-point number.",
    ),
    def("conjugate", "self, /", pos, "Return self, the complex conjugate of any float."),
    def(
        "as_integer_ratio",
        "self, /",
        as_integer_ratio,
        "Return a pair of integers, whose ratio is exactly equal to the original float.",
    ),
    def("is_integer", "self, /", is_integer, "Return True if the float is an integer."),
];
static GETSETS: &[GetSetDef] = &[
    getter("real", |_, v| Ok(Value::float(f(v))), "the real part of a complex number"),
    getter("imag", |_, _| Ok(Value::float(0.0)), "the imaginary part of a complex number"),
];

fn f(v: Value) -> f64 {
    float::to_f64(v).unwrap_or(f64::NAN)
}
fn binary(th: &mut Thread, op: BinOp, a: Value, b: Value) -> R {
    let (Some(x), Some(y)) = (float::of_number(th, a)?, float::of_number(th, b)?) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    Ok(float::binary(th, op, x, y)?.unwrap_or(Value::NOT_IMPLEMENTED))
}
/// A float compared with a float or an int; None for other values.
pub fn compare(op: CmpOp, a: Value, b: Value) -> Option<bool> {
    let x = float::to_f64(a)?;
    if let Some(y) = float::to_f64(b) {
        return Some(match op {
            CmpOp::Lt => x < y,
            CmpOp::Le => x <= y,
            CmpOp::Eq => x == y,
            CmpOp::Ne => x != y,
            CmpOp::Gt => x > y,
            CmpOp::Ge => x >= y,
        });
    }
    if x.is_nan() {
        return if int::is_int(b) { Some(op == CmpOp::Ne) } else { None };
    }
    let order = compare_int(x, b)?;
    Some(op.holds(order))
}
fn compare_int(x: f64, b: Value) -> Option<Ordering> {
    if !int::is_int(b) {
        return None;
    }
    if x.is_infinite() {
        return Some(if x > 0.0 { Ordering::Greater } else { Ordering::Less });
    }
    if let Some(n) = int::to_i64(b)
        && n.unsigned_abs() < 1 << 53
    {
        return x.partial_cmp(&(n as f64));
    }
    let t = x.trunc();
    let whole = if t.abs() < 9e15 {
        BigInt::from(t as i64)
    } else {
        int_methods::float_to_big(t)
    };
    let order = whole.cmp(int::to_bigint(b)?.as_ref());
    Some(if order.is_eq() { x.partial_cmp(&t)? } else { order })
}
fn new(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0].as_gc::<Class>();
    let x = if a[1].is_empty() { 0.0 } else { of_value(th, a[1])? };
    Ok(float::new_of(th, class, x))
}
/// `float(x)`
pub fn of_value(th: &mut Thread, x: Value) -> R<f64> {
    if x.is_float() {
        return Ok(x.as_float());
    }
    let class = th.class_of(x);
    if let Some(s) = x.cast::<Str>()
        && class.special(Special::Float).is_none()
    {
        return match int_parse::ascii_digits(s).as_deref().and_then(float::parse) {
            Some(f) => Ok(f),
            None => Err(not_a_float(th, x)),
        };
    }
    let numeric = x.is_small() || class.special(Special::Float).is_some() || class.special(Special::Index).is_some();
    if class.special(Special::Float).is_some_and(|f| !f.is_kind(Kind::NativeFunction)) {
        return float::by_method(th, x);
    }
    if numeric {
        return float::expect(th, x);
    }
    if let Some(b) = buffer_protocol::bytes_like(th, x)? {
        let text: String = b.iter().map(|&c| if c < 0x80 { c as char } else { '?' }).collect();
        return match float::parse(text.trim_matches(|c| matches!(c, ' ' | '\t'..='\r'))) {
            Some(f) => Ok(f),
            None => Err(not_a_float(th, x)),
        };
    }
    Err(th.type_error(&format!(
        "float() argument must be a string or a real number, not '{}'",
        class.name_str()
    )))
}
fn not_a_float(th: &mut Thread, x: Value) -> crate::throw::Throw {
    match th.repr_string(x) {
        Ok(r) => th.value_error(&format!("could not convert string to float: {r}")),
        Err(t) => t,
    }
}
fn from_number(th: &mut Thread, a: &[Value]) -> R {
    if a[1].is_float() && a[0] == ctx().types.float.value() {
        return Ok(a[1]);
    }
    let x = float::expect(th, a[1])?;
    let v = Value::float(x);
    if a[0] == ctx().types.float.value() {
        Ok(v)
    } else {
        th.call(a[0], &[v])
    }
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    Ok(th.new_str(&float::repr(f(a[0]))))
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let h = if f(a[0]).is_nan() {
        crate::types::object::hash_of(a[0])
    } else {
        crate::hash::float(f(a[0]))
    };
    Ok(th.new_int(h))
}
fn pow(th: &mut Thread, a: &[Value]) -> R {
    no_modulus(th, a[2])?;
    binary(th, BinOp::Pow, a[0], a[1])
}
fn rpow(th: &mut Thread, a: &[Value]) -> R {
    no_modulus(th, a[2])?;
    binary(th, BinOp::Pow, a[1], a[0])
}
fn no_modulus(th: &mut Thread, m: Value) -> R<()> {
    if m.is_empty() || m.is_none() {
        return Ok(());
    }
    Err(th.type_error("pow() 3rd argument not allowed unless all arguments are integers"))
}
fn neg(_: &mut Thread, a: &[Value]) -> R {
    Ok(Value::float(-f(a[0])))
}
fn pos(_: &mut Thread, a: &[Value]) -> R {
    Ok(Value::float(f(a[0])))
}
fn abs(_: &mut Thread, a: &[Value]) -> R {
    Ok(Value::float(f(a[0]).abs()))
}
fn bool_(_: &mut Thread, a: &[Value]) -> R {
    Ok(Value::bool(f(a[0]) != 0.0))
}
fn trunc(th: &mut Thread, a: &[Value]) -> R {
    int_methods::of_float(th, f(a[0]))
}
fn floor(th: &mut Thread, a: &[Value]) -> R {
    int_methods::of_float(th, f(a[0]).floor())
}
fn ceil(th: &mut Thread, a: &[Value]) -> R {
    int_methods::of_float(th, f(a[0]).ceil())
}
fn round(th: &mut Thread, a: &[Value]) -> R {
    let x = f(a[0]);
    if a[1].is_empty() || a[1].is_none() {
        return int_methods::of_float(th, x.round_ties_even());
    }
    let n = th.to_isize_clipped(a[1])?;
    if !x.is_finite() || n > 323 {
        return Ok(Value::float(x));
    }
    if n < -308 {
        return Ok(Value::float(0f64.copysign(x)));
    }
    let r = if n >= 0 {
        // Formatting rounds the exact value, half to even.
        format!("{:.*}", n as usize, x).parse().unwrap_or(x)
    } else {
        round_to_tens(x, -n as u32)
    };
    if r.is_infinite() {
        return Err(th.overflow_error("rounded value too large to represent"));
    }
    Ok(Value::float(r))
}
fn round_to_tens(x: f64, digits: u32) -> f64 {
    use num_integer::Integer;
    let whole = int_methods::float_to_big(x.abs().trunc());
    let fraction = x.fract() != 0.0;
    let unit = BigInt::from(10).pow(digits);
    let (q, r) = whole.div_mod_floor(&unit);
    let twice: BigInt = r * 2;
    let up = match twice.cmp(&unit) {
        Ordering::Greater => true,
        Ordering::Equal => fraction || q.is_odd(),
        Ordering::Less => false,
    };
    let n: BigInt = (if up { q + 1 } else { q }) * unit;
    int::quotient(&n, &BigInt::one()).unwrap_or(f64::INFINITY).copysign(x)
}
fn getnewargs(th: &mut Thread, a: &[Value]) -> R {
    Ok(th.new_tuple(&[Value::float(f(a[0]))]))
}
fn format(th: &mut Thread, a: &[Value]) -> R {
    crate::types::format_spec::format_float(th, a[0], a[1])
}
fn getformat(th: &mut Thread, a: &[Value]) -> R {
    match a[1].cast::<Str>() {
        Some(s) if s.is("double") || s.is("float") => Ok(th.new_str(if cfg!(target_endian = "little") {
            "IEEE, little-endian"
        } else {
            "IEEE, big-endian"
        })),
        Some(_) => Err(th.value_error("__getformat__() argument 1 must be 'double' or 'float'")),
        None => Err(th.type_error(&format!(
            "__getformat__() argument must be str, not {}",
            th.class_of(a[1]).name_str()
        ))),
    }
}
fn is_integer(_: &mut Thread, a: &[Value]) -> R {
    let x = f(a[0]);
    Ok(Value::bool(x.is_finite() && x == x.trunc()))
}
fn as_integer_ratio(th: &mut Thread, a: &[Value]) -> R {
    let x = f(a[0]);
    if x.is_nan() {
        return Err(th.value_error("cannot convert NaN to integer ratio"));
    }
    if x.is_infinite() {
        return Err(th.overflow_error("cannot convert Infinity to integer ratio"));
    }
    let (m, e) = parts(x);
    if m == 0 {
        return Ok(th.new_tuple(&[Value::small(0), Value::small(1)]));
    }
    let zeros = m.trailing_zeros();
    let (m, e) = (BigInt::from(m >> zeros), e + zeros as i32);
    let m = if x < 0.0 { -m } else { m };
    let (n, d) = if e >= 0 {
        (m << e, BigInt::one())
    } else {
        (m, BigInt::one() << -e)
    };
    let items = [th.new_bigint(n), th.new_bigint(d)];
    Ok(th.new_tuple(&items))
}
/// `|x| = m * 2^e`
fn parts(x: f64) -> (u64, i32) {
    let bits = x.to_bits();
    let exp = ((bits >> 52) & 0x7FF) as i32;
    let frac = bits & ((1 << 52) - 1);
    if exp == 0 { (frac, -1074) } else { (frac | 1 << 52, exp - 1075) }
}
fn hex(th: &mut Thread, a: &[Value]) -> R {
    let x = f(a[0]);
    if !x.is_finite() {
        return Ok(th.new_str(&float::repr(x)));
    }
    let sign = if x.is_sign_negative() { "-" } else { "" };
    if x == 0.0 {
        return Ok(th.new_str(&format!("{sign}0x0.0p+0")));
    }
    let bits = x.to_bits();
    let exp = ((bits >> 52) & 0x7FF) as i32;
    let frac = bits & ((1 << 52) - 1);
    let (lead, e) = if exp == 0 { (0, -1022) } else { (1, exp - 1023) };
    Ok(th.new_str(&format!("{sign}0x{lead}.{frac:013x}p{e:+}")))
}
fn fromhex(th: &mut Thread, a: &[Value]) -> R {
    let Some(s) = a[1].cast::<Str>() else {
        return Err(th.type_error(&format!("fromhex() argument must be str, not {}", th.class_of(a[1]).name_str())));
    };
    let x = match parse_hex(s.to_string_lossy().trim_matches(|c| matches!(c, ' ' | '\t'..='\r'))) {
        Hex::Value(x) => x,
        Hex::Invalid => return Err(th.value_error("invalid hexadecimal floating-point string")),
        Hex::Overflow => return Err(th.overflow_error("hexadecimal value too large to represent as a float")),
    };
    let v = Value::float(x);
    if a[0] == ctx().types.float.value() {
        Ok(v)
    } else {
        th.call(a[0], &[v])
    }
}
enum Hex {
    Value(f64),
    Invalid,
    Overflow,
}
fn parse_hex(s: &str) -> Hex {
    let lower = s.to_ascii_lowercase();
    let (sign, body) = match lower.strip_prefix('-') {
        Some(r) => (-1.0, r),
        None => (1.0, lower.strip_prefix('+').unwrap_or(&lower)),
    };
    match body {
        "inf" | "infinity" => return Hex::Value(f64::INFINITY * sign),
        "nan" => return Hex::Value(f64::NAN.copysign(sign)),
        _ => {}
    }
    let body = body.strip_prefix("0x").unwrap_or(body);
    let (mantissa, exp) = match body.split_once('p') {
        Some((m, e)) => {
            let digits = e.strip_prefix(['-', '+']).unwrap_or(e);
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return Hex::Invalid;
            }
            (
                m,
                e.parse::<i64>()
                    .unwrap_or(if e.starts_with('-') { i64::MIN / 4 } else { i64::MAX / 4 }),
            )
        }
        None => (body, 0),
    };
    let (whole, frac) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{frac}");
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Hex::Invalid;
    }
    let m = BigInt::parse_bytes(digits.as_bytes(), 16).unwrap_or_default();
    if m.sign() == num_bigint::Sign::NoSign {
        return Hex::Value(0.0 * sign);
    }
    let e = exp.saturating_sub(4 * frac.len() as i64);
    let top = e.saturating_add(m.bits() as i64);
    if top > 1024 {
        return Hex::Overflow;
    }
    if top < -1076 {
        return Hex::Value(0.0 * sign);
    }
    let r = if e >= 0 {
        int::quotient(&(m << e as u64), &BigInt::one())
    } else {
        int::quotient(&m, &(BigInt::one() << (-e) as u64))
    };
    match r {
        Some(x) => Hex::Value(x * sign),
        None => Hex::Overflow,
    }
}
