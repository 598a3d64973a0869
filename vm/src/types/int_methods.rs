//! Methods of `int`.

use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_class, def_static, getter};
use crate::object::Kind;
use crate::ops::{BinOp, CmpOp};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::bytearray::ByteArray;
use crate::types::class::Class;
use crate::types::int::{self, Int};
use crate::types::str_::Str;
use crate::types::{buffer_protocol, int_parse, payload};
use crate::value::Value;
use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::borrow::Cow;

/// `int`
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: GETSETS,
    doc: "int([x]) -> integer\nint(x, base=10) -> integer\n\nConvert a number or string to an integer.",
    ..TypeDef::new("int", Kind::Int, std::mem::size_of::<Int>())
};

macro_rules! operators {
    ($($left:ident $right:ident $op:ident;)*) => {$(
        fn $left(th: &mut Thread, a: &[Value]) -> R {
            Ok(int::binary(th, BinOp::$op, a[0], a[1])?.unwrap_or(Value::NOT_IMPLEMENTED))
        }
        fn $right(th: &mut Thread, a: &[Value]) -> R {
            Ok(int::binary(th, BinOp::$op, a[1], a[0])?.unwrap_or(Value::NOT_IMPLEMENTED))
        }
    )*};
}
operators! {
    add radd Add; sub rsub Sub; mul rmul Mul; truediv rtruediv TrueDiv; floordiv rfloordiv FloorDiv; modulo rmodulo Mod;
    divmod rdivmod DivMod; lshift rlshift LShift; rshift rrshift RShift; and rand And; or ror Or; xor rxor Xor;
}
macro_rules! comparisons {
    ($($name:ident $op:ident;)*) => {$(
        fn $name(_: &mut Thread, a: &[Value]) -> R {
            Ok(int::compare(CmpOp::$op, a[0], a[1]).map_or(Value::NOT_IMPLEMENTED, Value::bool))
        }
    )*};
}
comparisons! { lt Lt; le Le; eq Eq; ne Ne; gt Gt; ge Ge; }

static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, x=0, /, base=10", new, "Create and return a new object."),
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
    def("__invert__", "self, /", invert, "~self"),
    def("__lshift__", "self, value, /", lshift, "Return self<<value."),
    def("__rlshift__", "self, value, /", rlshift, "Return value<<self."),
    def("__rshift__", "self, value, /", rshift, "Return self>>value."),
    def("__rrshift__", "self, value, /", rrshift, "Return value>>self."),
    def("__and__", "self, value, /", and, "Return self&value."),
    def("__rand__", "self, value, /", rand, "Return value&self."),
    def("__xor__", "self, value, /", xor, "Return self^value."),
    def("__rxor__", "self, value, /", rxor, "Return value^self."),
    def("__or__", "self, value, /", or, "Return self|value."),
    def("__ror__", "self, value, /", ror, "Return value|self."),
    def("__int__", "self, /", pos, "int(self)"),
    def("__float__", "self, /", float, "float(self)"),
    def("__floordiv__", "self, value, /", floordiv, "Return self//value."),
    def("__rfloordiv__", "self, value, /", rfloordiv, "Return value//self."),
    def("__truediv__", "self, value, /", truediv, "Return self/value."),
    def("__rtruediv__", "self, value, /", rtruediv, "Return value/self."),
    def(
        "__index__",
        "self, /",
        pos,
        "Return self converted to an integer, if self is suitable for use as an index into a list.",
    ),
    def("__trunc__", "self, /", pos, "Truncating an Integral returns itself."),
    def("__floor__", "self, /", pos, "Flooring an Integral returns itself."),
    def("__ceil__", "self, /", pos, "Ceiling of an Integral returns itself."),
    def("__round__", "self, ndigits=None, /", round, "Rounding an Integral returns itself."),
    def("__getnewargs__", "self, /", getnewargs, ""),
    def(
        "__format__",
        "self, format_spec, /",
        format,
        "Convert to a string according to format_spec.",
    ),
    def("__sizeof__", "self, /", sizeof, "Returns size in memory, in bytes."),
    def("conjugate", "self, /", pos, "Returns self, the complex conjugate of any int."),
    def(
        "bit_length",
        "self, /",
        bit_length,
        "Number of bits necessary to represent self in binary.",
    ),
    def(
        "bit_count",
        "self, /",
        bit_count,
        "Number of ones in the binary representation of the absolute value of self.",
    ),
    def(
        "to_bytes",
        "self, /, length=1, byteorder='big', *, signed=False",
        to_bytes,
        "Return an array of bytes representing an integer.",
    ),
    def_class(
        "from_bytes",
        "type, /, bytes, byteorder='big', *, signed=False",
        from_bytes,
        "Return the integer represented by the given array of bytes.",
    ),
    def(
        "as_integer_ratio",
        "self, /",
        as_integer_ratio,
        "Return a pair of integers, whose ratio is equal to the original int.",
    ),
    def(
        "is_integer",
        "self, /",
        is_integer,
        "Returns True. Exists for duck type compatibility with float.is_integer.",
    ),
];
static GETSETS: &[GetSetDef] = &[
    getter("real", |th, v| Ok(int::plain(th, v)), "the real part of a complex number"),
    getter("imag", |_, _| Ok(Value::small(0)), "the imaginary part of a complex number"),
    getter(
        "numerator",
        |th, v| Ok(int::plain(th, v)),
        "the numerator of a rational number in lowest terms",
    ),
    getter(
        "denominator",
        |_, _| Ok(Value::small(1)),
        "the denominator of a rational number in lowest terms",
    ),
];

fn big(v: Value) -> Cow<'static, BigInt> {
    int::to_bigint(v).unwrap_or_default()
}

fn new(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0].as_gc::<Class>();
    let v = of_args(th, a[1], a[2])?;
    if class == ctx().types.int {
        return Ok(v);
    }
    Ok(int::new_of(th, class, big(v).into_owned()).value())
}
fn of_args(th: &mut Thread, x: Value, base: Value) -> R {
    if x.is_empty() {
        if !base.is_empty() {
            return Err(th.type_error("int() missing string argument"));
        }
        return Ok(Value::small(0));
    }
    if base.is_empty() {
        return of_value(th, x);
    }
    let base = match th.to_isize_clipped(base)? {
        b @ (0 | 2..=36) => b as u32,
        _ => return Err(th.value_error("int() base must be >= 2 and <= 36, or 0")),
    };
    let text_like = x.is_kind(Kind::Str) || x.is_kind(Kind::Bytes) || payload::downcast::<ByteArray>(x).is_some();
    match if text_like { of_text(th, x, base)? } else { None } {
        Some(n) => Ok(n),
        None => Err(th.type_error("int() can't convert non-string with explicit base")),
    }
}
fn of_text(th: &mut Thread, x: Value, base: u32) -> R<Option<Value>> {
    if let Some(s) = x.cast::<Str>() {
        let text = int_parse::ascii_digits(s);
        return int_parse::int_of_text(th, text.as_deref(), base, x).map(Some);
    }
    if let Some(b) = buffer_protocol::bytes_like(th, x)? {
        let text: String = b.iter().map(|&c| if c < 0x80 { c as char } else { '?' }).collect();
        let shown = th.new_bytes(&b);
        let t = text.trim_matches(|c| matches!(c, ' ' | '\t'..='\r'));
        return int_parse::int_of_text(th, Some(t), base, shown).map(Some);
    }
    Ok(None)
}
/// `int(x)`
pub fn of_value(th: &mut Thread, x: Value) -> R {
    if x.is_small() {
        return Ok(x);
    }
    if x.is_float() {
        return of_float(th, x.as_float());
    }
    let class = th.class_of(x);
    if class == ctx().types.int {
        return Ok(x);
    }
    if class.special(Special::Int).is_some()
        && let Some(r) = th.call_special(x, Special::Int, &[])?
    {
        if !int::is_int(r) {
            return Err(th.type_error(&format!("__int__ returned non-int (type {})", th.class_of(r).name_str())));
        }
        return strict(th, r, "__int__");
    }
    if class.special(Special::Index).is_some() {
        let r = th.index(x)?;
        return Ok(int::plain(th, r));
    }
    match of_text(th, x, 10)? {
        Some(v) => Ok(v),
        None => Err(th.type_error(&format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            class.name_str()
        ))),
    }
}
/// The exact int that a special method returned, which warns about subclasses.
pub fn strict(th: &mut Thread, r: Value, method: &str) -> R {
    let class = th.class_of(r);
    if class != ctx().types.int {
        let text = format!(
            "{method} returned non-int (type {}).  The ability to return an instance of a strict subclass of int is deprecated, and may not be supported in a future version of Python.",
            class.name_str()
        );
        crate::warn::warn(th, ctx().types.DeprecationWarning, &text, 1)?;
    }
    Ok(int::plain(th, r))
}
/// `int(f)`
pub fn of_float(th: &mut Thread, f: f64) -> R {
    if f.is_nan() {
        return Err(th.value_error("cannot convert float NaN to integer"));
    }
    if f.is_infinite() {
        return Err(th.overflow_error("cannot convert float infinity to integer"));
    }
    let t = f.trunc();
    if t.abs() < (1u64 << 62) as f64 {
        return Ok(th.new_int(t as i64));
    }
    Ok(th.new_bigint(float_to_big(t)))
}
/// The int of a finite float without fraction.
pub fn float_to_big(f: f64) -> BigInt {
    let bits = f.to_bits();
    let exp = ((bits >> 52) & 0x7FF) as i64;
    if exp == 0 {
        return BigInt::zero();
    }
    let m = BigInt::from((bits & ((1 << 52) - 1)) | 1 << 52);
    let shift = exp - 1075;
    let n = if shift >= 0 { m << shift as u64 } else { m >> (-shift) as u64 };
    if f < 0.0 { -n } else { n }
}

fn repr(th: &mut Thread, a: &[Value]) -> R {
    let s = int::to_decimal(th, a[0])?;
    Ok(th.new_str(&s))
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let h = match int::to_i64(a[0]) {
        Some(n) => crate::hash::int(n),
        None => crate::hash::bigint(&big(a[0])),
    };
    Ok(th.new_int(h))
}
fn neg(th: &mut Thread, a: &[Value]) -> R {
    Ok(match a[0].to_small() {
        Some(n) => th.new_int(-n),
        None => th.new_bigint(-big(a[0]).into_owned()),
    })
}
fn pos(th: &mut Thread, a: &[Value]) -> R {
    Ok(int::plain(th, a[0]))
}
fn abs(th: &mut Thread, a: &[Value]) -> R {
    Ok(match a[0].to_small() {
        Some(n) => th.new_int(n.abs()),
        None => th.new_bigint(big(a[0]).abs()),
    })
}
fn bool_(_: &mut Thread, a: &[Value]) -> R {
    Ok(Value::bool(int::sign(a[0]) != 0))
}
fn invert(th: &mut Thread, a: &[Value]) -> R {
    Ok(match a[0].to_small() {
        Some(n) => Value::small(!n),
        None => th.new_bigint(!big(a[0]).into_owned()),
    })
}
fn float(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::float(int::to_f64(th, a[0])?.unwrap_or(0.0)))
}
fn pow(th: &mut Thread, a: &[Value]) -> R {
    power(th, a[0], a[1], a[2])
}
fn rpow(th: &mut Thread, a: &[Value]) -> R {
    power(th, a[1], a[0], a[2])
}
fn power(th: &mut Thread, x: Value, y: Value, m: Value) -> R {
    if m.is_empty() || m.is_none() {
        return Ok(int::binary(th, BinOp::Pow, x, y)?.unwrap_or(Value::NOT_IMPLEMENTED));
    }
    let (Some(x), Some(y), Some(m)) = (int::to_bigint(x), int::to_bigint(y), int::to_bigint(m)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if m.is_zero() {
        return Err(th.value_error("pow() 3rd argument cannot be 0"));
    }
    let modulus = m.abs();
    let (base, exp) = if y.is_negative() {
        match inverse(&x, &modulus) {
            Some(i) => (i, -y.into_owned()),
            None => return Err(th.value_error("base is not invertible for the given modulus")),
        }
    } else {
        (x.mod_floor(&modulus), y.into_owned())
    };
    let r = if modulus.is_one() {
        BigInt::zero()
    } else {
        base.modpow(&exp, &modulus)
    };
    Ok(th.new_bigint(r.mod_floor(&m)))
}
fn inverse(x: &BigInt, m: &BigInt) -> Option<BigInt> {
    let g = x.mod_floor(m).extended_gcd(m);
    if g.gcd.is_one() || m.is_one() {
        Some(g.x.mod_floor(m))
    } else {
        None
    }
}
fn round(th: &mut Thread, a: &[Value]) -> R {
    if a[1].is_empty() || a[1].is_none() {
        return Ok(int::plain(th, a[0]));
    }
    let n = th.index(a[1])?;
    let n = big(n);
    if !n.is_negative() {
        return Ok(int::plain(th, a[0]));
    }
    let x = big(a[0]);
    let digits = match (-n.into_owned()).to_u32() {
        Some(d) if (d as u64) <= x.bits() / 3 + 2 => d,
        _ => return Ok(Value::small(0)),
    };
    let unit = BigInt::from(10).pow(digits);
    let (q, r) = x.div_mod_floor(&unit);
    let twice: BigInt = &r * 2;
    let up = match twice.cmp(&unit) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => q.is_odd(),
        std::cmp::Ordering::Less => false,
    };
    let q = if up { q + 1 } else { q };
    Ok(th.new_bigint(q * unit))
}
fn getnewargs(th: &mut Thread, a: &[Value]) -> R {
    let v = int::plain(th, a[0]);
    Ok(th.new_tuple(&[v]))
}
fn format(th: &mut Thread, a: &[Value]) -> R {
    crate::types::format_spec::format_int(th, a[0], a[1])
}
fn sizeof(th: &mut Thread, a: &[Value]) -> R {
    let digits = big(a[0]).bits().div_ceil(30).max(1);
    let class = th.class_of(a[0]);
    let fixed = class.attr_offset() + class.attr_bytes();
    Ok(Value::small(fixed as i64 + 4 * digits as i64))
}
fn bit_length(_: &mut Thread, a: &[Value]) -> R {
    Ok(Value::small(big(a[0]).bits() as i64))
}
fn bit_count(_: &mut Thread, a: &[Value]) -> R {
    Ok(Value::small(match a[0].to_small() {
        Some(n) => n.unsigned_abs().count_ones() as i64,
        None => big(a[0]).magnitude().count_ones() as i64,
    }))
}
fn little_endian(th: &mut Thread, v: Value, method: &str) -> R<bool> {
    if v.is_empty() {
        return Ok(false);
    }
    match v.cast::<Str>() {
        Some(s) if s.is("little") => Ok(true),
        Some(s) if s.is("big") => Ok(false),
        Some(_) => Err(th.value_error("byteorder must be either 'little' or 'big'")),
        None => Err(th.type_error(&format!(
            "{method}() argument 'byteorder' must be str, not {}",
            th.class_of(v).name_str()
        ))),
    }
}
fn flag(th: &mut Thread, v: Value) -> R<bool> {
    if v.is_empty() { Ok(false) } else { th.truth(v) }
}
fn to_bytes(th: &mut Thread, a: &[Value]) -> R {
    let len = if a[1].is_empty() { 1 } else { th.to_isize(a[1])? };
    let little = little_endian(th, a[2], "to_bytes")?;
    let signed = flag(th, a[3])?;
    if len < 0 {
        return Err(th.value_error("length argument must be non-negative"));
    }
    let len = len as usize;
    let n = big(a[0]);
    if n.is_negative() && !signed {
        return Err(th.overflow_error("can't convert negative int to unsigned"));
    }
    let bits = if !signed {
        n.bits()
    } else if n.is_negative() {
        (-(n.as_ref()) - 1i32).bits() + 1
    } else if n.is_zero() {
        0
    } else {
        n.bits() + 1
    };
    if bits > len as u64 * 8 {
        return Err(th.overflow_error("int too big to convert"));
    }
    if len > 1 << 20 && !crate::memory::room_for(th, len) {
        return Err(th.memory_error());
    }
    let data = if signed {
        n.to_signed_bytes_le()
    } else {
        n.magnitude().to_bytes_le()
    };
    let fill = if n.is_negative() { 0xFF } else { 0 };
    Ok(th.build_bytes(len, |out| {
        for (i, b) in out.iter_mut().enumerate() {
            *b = data.get(i).copied().unwrap_or(fill);
        }
        if !little {
            out.reverse();
        }
    }))
}
fn from_bytes(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0];
    let little = little_endian(th, a[2], "from_bytes")?;
    let signed = flag(th, a[3])?;
    let bytes = buffer_protocol::bytes_of_argument(th, a[1])?;
    let n = match (little, signed) {
        (true, true) => BigInt::from_signed_bytes_le(&bytes),
        (true, false) => BigInt::from_bytes_le(Sign::Plus, &bytes),
        (false, true) => BigInt::from_signed_bytes_be(&bytes),
        (false, false) => BigInt::from_bytes_be(Sign::Plus, &bytes),
    };
    let v = th.new_bigint(n);
    if class == ctx().types.int.value() {
        Ok(v)
    } else {
        th.call(class, &[v])
    }
}
fn as_integer_ratio(th: &mut Thread, a: &[Value]) -> R {
    let v = int::plain(th, a[0]);
    Ok(th.new_tuple(&[v, Value::small(1)]))
}
fn is_integer(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::TRUE)
}
