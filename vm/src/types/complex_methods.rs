//! Methods of `complex`.

use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_class, def_static, getter};
use crate::object::Kind;
use crate::ops::BinOp;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use crate::types::complex::{self, C, Complex};
use crate::types::str_::Str;
use crate::types::{float, int, int_parse};
use crate::value::Value;

/// `complex`
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: GETSETS,
    doc: "Create a complex number from a string or numbers.\n\nIf a string is given, parse it as a complex number.\nIf a single number is given, convert it to a complex number.\nIf the 'real' or 'imag' arguments are given, create a complex number\nwith the specified real and imaginary components.",
    ..TypeDef::new("complex", Kind::Complex, std::mem::size_of::<Complex>())
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, real=0, imag=0", new, "Create and return a new object."),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__hash__", "self, /", hash, "Return hash(self)."),
    def("__eq__", "self, value, /", eq, "Return self==value."),
    def("__ne__", "self, value, /", ne, "Return self!=value."),
    def(
        "__add__",
        "self, value, /",
        |th, a| binary(th, BinOp::Add, a[0], a[1]),
        "Return self+value.",
    ),
    def(
        "__radd__",
        "self, value, /",
        |th, a| binary(th, BinOp::Add, a[1], a[0]),
        "Return value+self.",
    ),
    def(
        "__sub__",
        "self, value, /",
        |th, a| binary(th, BinOp::Sub, a[0], a[1]),
        "Return self-value.",
    ),
    def(
        "__rsub__",
        "self, value, /",
        |th, a| binary(th, BinOp::Sub, a[1], a[0]),
        "Return value-self.",
    ),
    def(
        "__mul__",
        "self, value, /",
        |th, a| binary(th, BinOp::Mul, a[0], a[1]),
        "Return self*value.",
    ),
    def(
        "__rmul__",
        "self, value, /",
        |th, a| binary(th, BinOp::Mul, a[1], a[0]),
        "Return value*self.",
    ),
    def(
        "__truediv__",
        "self, value, /",
        |th, a| binary(th, BinOp::TrueDiv, a[0], a[1]),
        "Return self/value.",
    ),
    def(
        "__rtruediv__",
        "self, value, /",
        |th, a| binary(th, BinOp::TrueDiv, a[1], a[0]),
        "Return value/self.",
    ),
    def("__pow__", "self, value, mod=None, /", pow, "Return pow(self, value, mod)."),
    def("__rpow__", "self, value, mod=None, /", rpow, "Return pow(value, self, mod)."),
    def("__neg__", "self, /", |th, a| Ok(th.new_complex(-c(a[0]).0, -c(a[0]).1)), "-self"),
    def("__pos__", "self, /", |th, a| Ok(th.new_complex(c(a[0]).0, c(a[0]).1)), "+self"),
    def("__abs__", "self, /", abs, "abs(self)"),
    def(
        "__bool__",
        "self, /",
        |_, a| Ok(Value::bool(c(a[0]) != (0.0, 0.0))),
        "True if self else False",
    ),
    def(
        "__complex__",
        "self, /",
        |th, a| Ok(th.new_complex(c(a[0]).0, c(a[0]).1)),
        "Convert this value to exact type complex.",
    ),
    def(
        "__format__",
        "self, format_spec, /",
        format,
        "Convert to a string according to format_spec.",
    ),
    def("__getnewargs__", "self, /", getnewargs, ""),
    def(
        "conjugate",
        "self, /",
        |th, a| Ok(th.new_complex(c(a[0]).0, -c(a[0]).1)),
        "Return the complex conjugate of its argument. (3-4j).conjugate() == 3+4j.",
    ),
    def_class(
        "from_number",
        "type, number, /",
        from_number,
        "Convert number to a complex floating-point number.",
    ),
];
static GETSETS: &[GetSetDef] = &[
    getter("real", |_, v| Ok(Value::float(c(v).0)), "the real part of a complex number"),
    getter("imag", |_, v| Ok(Value::float(c(v).1)), "the imaginary part of a complex number"),
];
fn c(v: Value) -> C {
    v.cast::<Complex>().map_or((0.0, 0.0), |c| c.parts())
}
enum Operand {
    Complex(C),
    Real(f64),
}
impl Operand {
    fn parts(&self) -> C {
        match self {
            Operand::Complex(c) => *c,
            Operand::Real(f) => (*f, 0.0),
        }
    }
}
fn operand(th: &mut Thread, v: Value) -> R<Option<Operand>> {
    if let Some(c) = v.cast::<Complex>() {
        return Ok(Some(Operand::Complex(c.parts())));
    }
    Ok(float::of_number(th, v)?.map(Operand::Real))
}
/// `a op b` of numbers of which one is complex.
pub fn binary(th: &mut Thread, op: BinOp, a: Value, b: Value) -> R {
    let (Some(x), Some(y)) = (operand(th, a)?, operand(th, b)?) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    use Operand::*;
    // Real operands act on the parts they touch only (as C99 Annex G), so that signed zeros and infinities survive.
    let r = match (op, &x, &y) {
        (BinOp::Add, Complex(p), Real(q)) | (BinOp::Add, Real(q), Complex(p)) => (p.0 + q, p.1),
        (BinOp::Add, ..) => (x.parts().0 + y.parts().0, x.parts().1 + y.parts().1),
        (BinOp::Sub, Complex(p), Real(q)) => (p.0 - q, p.1),
        (BinOp::Sub, Real(p), Complex(q)) => (p - q.0, -q.1),
        (BinOp::Sub, ..) => (x.parts().0 - y.parts().0, x.parts().1 - y.parts().1),
        (BinOp::Mul, Complex(p), Real(q)) | (BinOp::Mul, Real(q), Complex(p)) => (p.0 * q, p.1 * q),
        (BinOp::Mul, ..) => complex::mul(x.parts(), y.parts()),
        (BinOp::TrueDiv, Complex(p), Real(q)) if *q != 0.0 => (p.0 / q, p.1 / q),
        (BinOp::TrueDiv, ..) => {
            let quotient = match (&x, &y) {
                (Real(p), Complex(q)) => complex::div_real(*p, *q),
                _ => complex::div(x.parts(), y.parts()),
            };
            match quotient {
                Some(r) => r,
                None => return Err(th.zero_division_error("division by zero")),
            }
        }
        (BinOp::Pow, ..) => return complex::pow_values(th, x.parts(), y.parts()),
        _ => return Ok(Value::NOT_IMPLEMENTED),
    };
    Ok(th.new_complex(r.0, r.1))
}
fn pow(th: &mut Thread, a: &[Value]) -> R {
    if !a[2].is_empty() && !a[2].is_none() {
        return Err(th.value_error("complex modulo"));
    }
    binary(th, BinOp::Pow, a[0], a[1])
}
fn rpow(th: &mut Thread, a: &[Value]) -> R {
    if !a[2].is_empty() && !a[2].is_none() {
        return Err(th.value_error("complex modulo"));
    }
    binary(th, BinOp::Pow, a[1], a[0])
}
fn equal(a: &[Value]) -> Option<bool> {
    let x = c(a[0]);
    if let Some(y) = a[1].cast::<Complex>() {
        return Some(x == y.parts());
    }
    if let Some(y) = float::to_f64(a[1]) {
        return Some(x == (y, 0.0));
    }
    if int::is_int(a[1]) {
        let same = crate::types::float_methods::compare(crate::ops::CmpOp::Eq, Value::float(x.0), a[1]);
        return Some(x.1 == 0.0 && same == Some(true));
    }
    None
}
fn eq(_: &mut Thread, a: &[Value]) -> R {
    Ok(equal(a).map_or(Value::NOT_IMPLEMENTED, Value::bool))
}
fn ne(_: &mut Thread, a: &[Value]) -> R {
    Ok(equal(a).map_or(Value::NOT_IMPLEMENTED, |e| Value::bool(!e)))
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let x = c(a[0]);
    Ok(th.new_int(crate::hash::complex(x.0, x.1)))
}
fn abs(th: &mut Thread, a: &[Value]) -> R {
    let x = c(a[0]);
    let r = if x.0.is_infinite() || x.1.is_infinite() {
        f64::INFINITY
    } else {
        x.0.hypot(x.1)
    };
    if r.is_infinite() && x.0.is_finite() && x.1.is_finite() {
        return Err(th.overflow_error("absolute value too large"));
    }
    Ok(Value::float(r))
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let (re, im) = c(a[0]);
    let i = float::repr_with(im, false);
    if re == 0.0 && re.is_sign_positive() {
        return Ok(th.new_str(&format!("{i}j")));
    }
    let plus = if i.starts_with('-') { "" } else { "+" };
    Ok(th.new_str(&format!("({}{plus}{i}j)", float::repr_with(re, false))))
}
fn format(th: &mut Thread, a: &[Value]) -> R {
    crate::types::format_spec::format_complex(th, a[0], c(a[0]), a[1])
}
fn getnewargs(th: &mut Thread, a: &[Value]) -> R {
    let x = c(a[0]);
    Ok(th.new_tuple(&[Value::float(x.0), Value::float(x.1)]))
}
/// The parts of what `__complex__` gives; None if the class has no such method.
pub fn by_method(th: &mut Thread, v: Value) -> R<Option<C>> {
    if let Some(x) = v.cast::<Complex>()
        && th.class_of(v) == ctx().types.complex
    {
        return Ok(Some(x.parts()));
    }
    if !v.is_obj() || th.class_of(v).special(Special::Complex).is_none() {
        return Ok(None);
    }
    let r = th.call_special(v, Special::Complex, &[])?.unwrap_or(Value::NONE);
    match r.cast::<Complex>() {
        Some(x) => {
            let (own, class) = (th.class_of(v), th.class_of(r));
            if class != ctx().types.complex {
                let text = format!(
                    "{}.__complex__() must return a complex, not {}.  The ability to return an instance of a strict subclass of complex is deprecated, and may not be supported in a future version of Python.",
                    own.name_str(),
                    class.name_str()
                );
                crate::warn::warn(th, ctx().types.DeprecationWarning, &text, 1)?;
            }
            Ok(Some(x.parts()))
        }
        None => {
            let text = format!(
                "{}.__complex__() must return a complex, not {}",
                th.class_of(v).name_str(),
                th.class_of(r).name_str()
            );
            Err(th.type_error(&text))
        }
    }
}
/// As functions that take a complex convert.
pub fn expect(th: &mut Thread, v: Value) -> R<C> {
    match by_method(th, v)? {
        Some(c) => Ok(c),
        None => Ok((float::expect(th, v)?, 0.0)),
    }
}
fn numeric(th: &mut Thread, v: Value) -> bool {
    let class = th.class_of(v);
    class.special(Special::Float).is_some() || class.special(Special::Index).is_some()
}
fn new(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0].as_gc::<Class>();
    let value = parts_of(th, a[1], a[2])?;
    Ok(complex::new_of(th, class, value))
}
fn parts_of(th: &mut Thread, re: Value, im: Value) -> R<C> {
    if let Some(s) = re.cast::<Str>() {
        if !im.is_empty() {
            return Err(th.type_error("complex() can't take second arg if first is a string"));
        }
        return match int_parse::ascii_digits(s).as_deref().and_then(parse) {
            Some(c) => Ok(c),
            None => Err(th.value_error("complex() arg is a malformed string")),
        };
    }
    if im.is_kind(Kind::Str) {
        return Err(th.type_error("complex() argument 'imag' must be a real number, not str"));
    }
    let mut complex = false;
    let first = if re.is_empty() {
        (0.0, 0.0)
    } else if let Some(c) = by_method(th, re)? {
        if !im.is_empty() {
            complex = true;
            not_real(th, "real", re)?;
        }
        c
    } else if numeric(th, re) {
        (float::expect(th, re)?, 0.0)
    } else {
        let name = th.class_of(re).name_str();
        let text = if im.is_empty() {
            format!("complex() argument must be a string or a number, not {name}")
        } else {
            format!("complex() argument 'real' must be a real number, not {name}")
        };
        return Err(th.type_error(&text));
    };
    if im.is_empty() {
        return Ok(first);
    }
    let mut second = if let Some(c) = im.cast::<Complex>() {
        not_real(th, "imag", im)?;
        c.parts()
    } else if numeric(th, im) {
        (float::expect(th, im)?, 0.0)
    } else {
        let name = th.class_of(im).name_str();
        return Err(th.type_error(&format!("complex() argument 'imag' must be a real number, not {name}")));
    };
    // Only parts that were complex are added up: the others keep the signs of their zeros.
    let real = if im.is_kind(Kind::Complex) { first.0 - second.1 } else { first.0 };
    if complex {
        second.0 += first.1;
    }
    Ok((real, second.0))
}
fn not_real(th: &mut Thread, which: &str, v: Value) -> R<()> {
    let class = th.class_of(v);
    let name = th.full_name(class)?;
    let text = format!("complex() argument '{which}' must be a real number, not {name}");
    crate::warn::warn(th, ctx().types.DeprecationWarning, &text, 1)
}
/// Parses the text of a complex number (stripped).
pub fn parse(text: &str) -> Option<C> {
    let t = match text.strip_prefix('(') {
        Some(r) => r.strip_suffix(')')?.trim(),
        None => text,
    };
    let Some(body) = t.strip_suffix(['j', 'J']) else {
        return float::parse(t).map(|f| (f, 0.0));
    };
    // The last sign that does not belong to an exponent splits real and imaginary part.
    let b = body.as_bytes();
    let at = (1..b.len())
        .rev()
        .find(|&i| matches!(b[i], b'+' | b'-') && !matches!(b[i - 1], b'e' | b'E'));
    let imag = |s: &str| match s {
        "" | "+" => Some(1.0),
        "-" => Some(-1.0),
        s => float::parse(s),
    };
    match at {
        Some(i) => Some((float::parse(&body[..i])?, imag(&body[i..])?)),
        None => Some((0.0, imag(body)?)),
    }
}
fn from_number(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0].as_gc::<Class>();
    if th.class_of(a[1]) == ctx().types.complex && class == ctx().types.complex {
        return Ok(a[1]);
    }
    let c = expect(th, a[1])?;
    let v = th.new_complex(c.0, c.1);
    if class == ctx().types.complex { Ok(v) } else { th.call(a[0], &[v]) }
}
