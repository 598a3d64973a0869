//! `float`: an unboxed double; instances of subclasses are heap objects. Methods are in `float_methods`.

use crate::context::ctx;
use crate::object::{Gc, Header, Kind, Layout};
use crate::ops::BinOp;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use crate::value::Value;

/// Layout of an instance of a float subclass. Immutable.
#[repr(C)]
pub struct Float {
    header: Header,
    value: f64,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Float {
    const KIND: Kind = Kind::Float;
}

/// A float of a class (float or a subclass).
pub fn new_of(th: &mut Thread, class: Gc<Class>, f: f64) -> Value {
    if class == ctx().types.float {
        return Value::float(f);
    }
    let o = th.new_object::<Float>(class, 0);
    // SAFETY: just made; nobody else has it.
    unsafe { (*o.as_ptr()).value = f };
    o.value()
}
/// The double of a float (subclasses included).
#[inline(always)]
pub fn to_f64(v: Value) -> Option<f64> {
    if v.is_float() {
        Some(v.as_float())
    } else {
        v.cast::<Float>().map(|f| f.value)
    }
}
/// The double of a float or an int; None for other values. OverflowError for huge ints.
#[inline]
pub fn of_number(th: &mut Thread, v: Value) -> R<Option<f64>> {
    if v.is_float() {
        return Ok(Some(v.as_float()));
    }
    if v.is_small() {
        return Ok(Some(v.as_small() as f64));
    }
    match to_f64(v) {
        Some(f) => Ok(Some(f)),
        None => crate::types::int::to_f64(th, v),
    }
}
/// What `__float__` gives.
pub fn by_method(th: &mut Thread, v: Value) -> R<f64> {
    let r = th.call_special(v, Special::Float, &[])?.unwrap_or(Value::NONE);
    let (own, class) = (th.class_of(v), th.class_of(r));
    let Some(f) = to_f64(r) else {
        let text = format!("{}.__float__() must return a float, not {}", own.name_str(), class.name_str());
        return Err(th.type_error(&text));
    };
    if class != ctx().types.float {
        let text = format!(
            "{}.__float__() must return a float, not {}.  The ability to return an instance of a strict subclass of float is deprecated, and may not be supported in a future version of Python.",
            own.name_str(),
            class.name_str()
        );
        crate::warn::warn(th, ctx().types.DeprecationWarning, &text, 1)?;
    }
    Ok(f)
}
/// As C functions that take a double convert: floats, `__float__`, `__index__`; TypeError otherwise.
pub fn expect(th: &mut Thread, v: Value) -> R<f64> {
    if v.is_float() {
        return Ok(v.as_float());
    }
    if let Some(f) = to_f64(v) {
        return Ok(f);
    }
    if crate::types::int::is_int(v) && th.class_of(v) == ctx().types.int || v.is_bool() || v.is_small() {
        return Ok(crate::types::int::to_f64(th, v)?.unwrap_or(0.0));
    }
    let class = th.class_of(v);
    if class.special(Special::Float).is_some() {
        return by_method(th, v);
    }
    if class.special(Special::Index).is_some() {
        let i = th.index(v)?;
        return Ok(crate::types::int::to_f64(th, i)?.unwrap_or(0.0));
    }
    Err(th.type_error(&format!("must be real number, not {}", class.name_str())))
}

/// `a % b` with Python's sign rule; `b` is not zero.
pub fn modulo(a: f64, b: f64) -> f64 {
    let m = a % b;
    if m == 0.0 {
        0f64.copysign(b)
    } else if (b < 0.0) != (m < 0.0) {
        m + b
    } else {
        m
    }
}
/// `divmod(a, b)`; `b` is not zero.
pub fn divmod(a: f64, b: f64) -> (f64, f64) {
    let mut m = a % b;
    let mut div = (a - m) / b;
    if m != 0.0 {
        if (b < 0.0) != (m < 0.0) {
            m += b;
            div -= 1.0;
        }
    } else {
        m = 0f64.copysign(b);
    }
    let floor = if div != 0.0 {
        let f = div.floor();
        if div - f > 0.5 { f + 1.0 } else { f }
    } else {
        0f64.copysign(a / b)
    };
    (floor, m)
}
/// `a ** b`: float, or complex for a fractional power of a negative number.
pub fn pow(th: &mut Thread, a: f64, b: f64) -> R {
    if b == 0.0 {
        return Ok(Value::float(1.0));
    }
    if a.is_nan() {
        return Ok(Value::float(a));
    }
    if b.is_nan() {
        return Ok(Value::float(if a == 1.0 { 1.0 } else { b }));
    }
    if a == 0.0 && b < 0.0 && b.is_finite() {
        return Err(th.zero_division_error("zero to a negative power"));
    }
    if a < 0.0 && a.is_finite() && b.is_finite() && b != b.floor() {
        return crate::types::complex::pow_values(th, (a, 0.0), (b, 0.0));
    }
    let r = a.powf(b);
    if r.is_infinite() && a.is_finite() && b.is_finite() {
        return Err(range_error(th));
    }
    Ok(Value::float(r))
}
/// `OverflowError(34, 'Numerical result out of range')`
#[cold]
pub fn range_error(th: &mut Thread) -> crate::throw::Throw {
    let args = [Value::small(34), th.new_str("Numerical result out of range")];
    match th.new_exception(ctx().types.OverflowError, &args) {
        Ok(e) => th.raise(e),
        Err(t) => t,
    }
}

/// `a op b`; None when the operator is not of floats.
#[inline]
pub fn binary(th: &mut Thread, op: BinOp, a: f64, b: f64) -> R<Option<Value>> {
    let f = match op {
        BinOp::Add => a + b,
        BinOp::Sub => a - b,
        BinOp::Mul => a * b,
        BinOp::TrueDiv | BinOp::FloorDiv | BinOp::Mod | BinOp::DivMod if b == 0.0 => {
            return Err(th.zero_division_error("division by zero"));
        }
        BinOp::TrueDiv => a / b,
        BinOp::FloorDiv => divmod(a, b).0,
        BinOp::Mod => modulo(a, b),
        BinOp::DivMod => {
            let (q, m) = divmod(a, b);
            return Ok(Some(th.new_tuple(&[Value::float(q), Value::float(m)])));
        }
        BinOp::Pow => return pow(th, a, b).map(Some),
        _ => return Ok(None),
    };
    Ok(Some(Value::float(f)))
}

/// Digits and exponent of the shortest text that reads back as `f` (finite): `d.ddd * 10^exp` without the point.
pub fn shortest(f: f64) -> (String, i32) {
    let (digits, exp) = split_e(&format!("{:e}", f.abs()));
    if digits.len() >= 15 && digits.as_bytes()[digits.len() - 1] & 1 == 1 && is_tie(f, digits.len() as i32 - 1 - exp) {
        return even_digits(f, digits.len());
    }
    (digits, exp)
}
/// Is `f` exactly in the middle between two texts with so many digits behind the point?
fn is_tie(f: f64, behind: i32) -> bool {
    let bits = f.to_bits();
    let exp = ((bits >> 52) & 0x7FF) as i32;
    let m = bits & ((1 << 52) - 1) | 1 << 52;
    // A fraction of so many bits has as many digits, and the last one is a 5.
    exp != 0 && 1075 - exp - m.trailing_zeros() as i32 == behind + 1
}
/// Of the two texts with `n` digits around `f`, the one with an even last digit.
#[cold]
fn even_digits(f: f64, n: usize) -> (String, i32) {
    let (digits, exp) = split_e(&format!("{:.*e}", n, f.abs()));
    let below = &digits[..n];
    if below.as_bytes()[n - 1] & 1 == 0 {
        return (below.to_owned(), exp);
    }
    let above = below.parse::<u64>().unwrap_or(0) + 1;
    let text = above.to_string();
    let exp = exp + (text.len() - n) as i32;
    (text.trim_end_matches('0').to_owned(), exp)
}
fn split_e(text: &str) -> (String, i32) {
    let (m, e) = text.split_once('e').unwrap_or((text, "0"));
    (m.replace('.', ""), e.parse().unwrap_or(0))
}
fn special(f: f64, upper: bool) -> Option<&'static str> {
    match (f.is_nan(), f.is_infinite(), upper) {
        (true, _, false) => Some("nan"),
        (true, _, true) => Some("NAN"),
        (_, true, false) => Some("inf"),
        (_, true, true) => Some("INF"),
        _ => None,
    }
}
fn exponent(out: &mut String, e: i32) {
    out.push_str(&format!("e{}{:02}", if e < 0 { '-' } else { '+' }, e.abs()));
}
fn lay_out(digits: &str, exp: i32, use_exp: bool, out: &mut String) {
    if use_exp {
        out.push_str(&digits[..1]);
        if digits.len() > 1 {
            out.push('.');
            out.push_str(&digits[1..]);
        }
        exponent(out, exp);
    } else if exp < 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', (-exp - 1) as usize));
        out.push_str(digits);
    } else {
        let point = exp as usize + 1;
        if digits.len() > point {
            out.push_str(&digits[..point]);
            out.push('.');
            out.push_str(&digits[point..]);
        } else {
            out.push_str(digits);
            out.extend(std::iter::repeat_n('0', point - digits.len()));
        }
    }
}
/// `repr(f)`
pub fn repr(f: f64) -> String {
    repr_with(f, true)
}
/// `repr(f)`; `add_dot_0`: integers end in `.0`.
pub fn repr_with(f: f64, add_dot_0: bool) -> String {
    let mut out = String::new();
    if f.is_sign_negative() && !f.is_nan() {
        out.push('-');
    }
    if let Some(s) = special(f, false) {
        out.push_str(s);
        return out;
    }
    let (digits, exp) = shortest(f);
    let use_exp = !(-4..16).contains(&exp);
    let start = out.len();
    lay_out(&digits, exp, use_exp, &mut out);
    if add_dot_0 && !use_exp && !out[start..].contains('.') {
        out.push_str(".0");
    }
    out
}
/// More digits after the point than any double has.
const MOST_DIGITS: usize = 1100;
/// The magnitude of `f` as C's printf writes it for `kind` (`e`, `f`, `g`), with at least a point when `alt`.
/// NaN and infinity too; no sign; lower case.
pub fn format_magnitude(f: f64, kind: char, precision: usize, alt: bool) -> String {
    if let Some(s) = special(f, false) {
        return s.into();
    }
    let f = f.abs();
    // What follows the longest double's digits is zeros.
    let zeros = "0".repeat(precision.saturating_sub(MOST_DIGITS));
    let precision = precision.min(MOST_DIGITS);
    match kind {
        'f' => {
            let mut s = format!("{f:.precision$}") + &zeros;
            if alt && precision == 0 {
                s.push('.');
            }
            s
        }
        'e' => {
            let text = format!("{f:.precision$e}");
            let (m, e) = text.split_once('e').unwrap_or((&text, "0"));
            let mut out = m.to_string() + &zeros;
            if alt && precision == 0 {
                out.push('.');
            }
            exponent(&mut out, e.parse().unwrap_or(0));
            out
        }
        _ => {
            let p = precision.max(1);
            let (mut digits, exp) = split_e(&format!("{:.*e}", p - 1, f));
            let use_exp = exp < -4 || exp >= p as i32;
            if alt {
                digits.push_str(&zeros);
            } else {
                let kept = digits.trim_end_matches('0').len().max(1);
                digits.truncate(kept);
            }
            let mut out = String::new();
            lay_out(&digits, exp, use_exp, &mut out);
            if alt && !out.contains('.') {
                match out.find('e') {
                    Some(i) => out.insert(i, '.'),
                    None => out.push('.'),
                }
            }
            out
        }
    }
}

/// The magnitude of `f` in exponent notation with `p` significant digits, trailing zeros dropped.
pub fn format_magnitude_exp(f: f64, p: usize) -> String {
    let (digits, exp) = split_e(&format!("{:.*e}", p.clamp(1, MOST_DIGITS) - 1, f.abs()));
    let kept = digits.trim_end_matches('0').len().max(1);
    let mut out = String::new();
    lay_out(&digits[..kept], exp, true, &mut out);
    out
}

/// Parses the text of a float as `float()` does (stripped, ASCII; underscores between digits allowed).
pub fn parse(text: &str) -> Option<f64> {
    let b = text.as_bytes();
    let (sign, body) = match b.first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    match body.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => return Some(f64::INFINITY * sign),
        "nan" => return Some(f64::NAN.copysign(sign)),
        _ => {}
    }
    if !body.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let clean = if body.contains('_') {
        let b = body.as_bytes();
        let between = |i: usize| i > 0 && b[i - 1].is_ascii_digit() && b.get(i + 1).is_some_and(u8::is_ascii_digit);
        if !(0..b.len()).all(|i| b[i] != b'_' || between(i)) {
            return None;
        }
        body.replace('_', "")
    } else {
        body.to_owned()
    };
    if !clean.bytes().all(|c| matches!(c, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')) {
        return None;
    }
    clean.parse::<f64>().ok().map(|f| f * sign)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn text_of_floats() {
        for (f, s) in [
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (-0.0, "-0.0"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (1.5e300, "1.5e+300"),
            (123.456, "123.456"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(repr(f), s);
        }
        assert_eq!(format_magnitude(1234567.0, 'g', 6, false), "1.23457e+06");
        assert_eq!(format_magnitude(0.5, 'f', 0, false), "0");
        assert_eq!(format_magnitude(100.0, 'g', 6, true), "100.000");
        assert_eq!(parse("1_0.5e-1"), Some(1.05));
        assert_eq!(parse("1__0"), None);
    }
}
