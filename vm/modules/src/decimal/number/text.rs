//! Numbers as text, in scientific and engineering notation.

use super::{Kind, Num};

/// Appends an exponent with its sign.
fn push_exponent(out: &mut Vec<u8>, exp: i64) {
    out.push(if exp < 0 { b'-' } else { b'+' });
    out.extend_from_slice(exp.unsigned_abs().to_string().as_bytes());
}
/// Appends digits with a point before the one with number `point`: zeros are added where there are none.
pub(crate) fn push_digits(out: &mut Vec<u8>, digits: &[u8], point: i64) {
    let n = digits.len() as i64;
    if point <= 0 {
        out.extend_from_slice(b"0.");
        out.resize(out.len() + point.unsigned_abs() as usize, b'0');
        out.extend_from_slice(digits);
    } else if point >= n {
        out.extend_from_slice(digits);
        out.resize(out.len() + (point - n) as usize, b'0');
    } else {
        let (whole, part) = digits.split_at(point as usize);
        out.extend_from_slice(whole);
        out.push(b'.');
        out.extend_from_slice(part);
    }
}
/// The text of a number: scientific or engineering notation, exponents with `E` or `e`.
pub(crate) fn to_text(n: &Num, engineering: bool, capitals: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(48);
    if n.neg {
        out.push(b'-');
    }
    match n.kind {
        Kind::Inf => out.extend_from_slice(b"Infinity"),
        Kind::QNan | Kind::SNan => {
            out.extend_from_slice(if n.kind == Kind::QNan { b"NaN" } else { b"sNaN" });
            if !n.coef.is_zero() {
                n.coef.push_text(&mut out);
            }
        }
        Kind::Finite if n.exp == 0 => n.coef.push_text(&mut out),
        Kind::Finite => push_finite(&mut out, n, engineering, capitals),
    }
    out
}
fn push_finite(out: &mut Vec<u8>, n: &Num, engineering: bool, capitals: bool) {
    let digits = n.coef.text();
    let left = n.exp + digits.len() as i64;
    let point = if n.exp <= 0 && left > -6 {
        left
    } else if !engineering {
        1
    } else if n.coef.is_zero() {
        (left + 1).rem_euclid(3) - 1
    } else {
        (left - 1).rem_euclid(3) + 1
    };
    push_digits(out, &digits, point);
    if left != point {
        out.push(if capitals { b'E' } else { b'e' });
        push_exponent(out, left - point);
    }
}
