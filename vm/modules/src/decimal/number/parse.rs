//! Text as numbers.

use super::{Coef, Kind, Num, Settings, cond};

/// Exponents beyond are cut: they are out of every context's range.
const FAR: i64 = 4_000_000_000_000_000_000;

/// The number that an ASCII text tells; None when it tells none.
pub(crate) fn parse(text: &[u8]) -> Option<Num> {
    let (neg, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    match text.first()? {
        b'0'..=b'9' | b'.' => finite(neg, text),
        _ => special(neg, text),
    }
}
fn after<'a>(text: &'a [u8], word: &str) -> Option<&'a [u8]> {
    let (start, rest) = text.split_at_checked(word.len())?;
    if start.eq_ignore_ascii_case(word.as_bytes()) {
        Some(rest)
    } else {
        None
    }
}
fn special(neg: bool, text: &[u8]) -> Option<Num> {
    if text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity") {
        return Some(Num::inf(neg));
    }
    let (kind, digits) = match after(text, "nan") {
        Some(d) => (Kind::QNan, d),
        None => (Kind::SNan, after(text, "snan")?),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let coef = Coef::from_text(digits);
    Some(Num { neg, kind, exp: 0, coef })
}
fn finite(neg: bool, text: &[u8]) -> Option<Num> {
    let end = text.iter().position(|c| matches!(c, b'e' | b'E'));
    let (mantissa, exp) = match end {
        Some(i) => (&text[..i], exponent(&text[i + 1..])?),
        None => (text, 0),
    };
    // Up to 19 digits are read as they come.
    if mantissa.len() <= 20 {
        let (mut n, mut point, mut digits) = (0u64, None, 0);
        for c in mantissa {
            match c {
                b'0'..=b'9' => (n, digits) = (n.wrapping_mul(10) + u64::from(c - b'0'), digits + 1),
                b'.' if point.is_none() => point = Some(digits),
                _ => return None,
            }
        }
        if digits == 0 {
            return None;
        }
        if digits < 20 {
            let behind = point.map_or(0, |p| digits - p);
            return Some(Num::new(neg, Coef::Small(n.into()), exp - behind));
        }
    }
    let point = mantissa.iter().position(|c| *c == b'.');
    let (whole, part) = match point {
        Some(i) => (&mantissa[..i], &mantissa[i + 1..]),
        None => (mantissa, &[][..]),
    };
    if whole.is_empty() && part.is_empty() || !whole.iter().chain(part).all(u8::is_ascii_digit) {
        return None;
    }
    let coef = if part.is_empty() {
        Coef::from_text(whole)
    } else {
        Coef::from_text(&[whole, part].concat())
    };
    Some(Num::new(neg, coef, exp - part.len() as i64))
}
fn exponent(text: &[u8]) -> Option<i64> {
    let (neg, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() {
        return None;
    }
    let mut n = 0i64;
    for c in digits {
        if !c.is_ascii_digit() {
            return None;
        }
        n = (n.saturating_mul(10).saturating_add(i64::from(c - b'0'))).min(FAR);
    }
    Some(if neg { -n } else { n })
}
impl Num {
    /// It rounded to a context, as the conversion of a text: a NaN must fit.
    pub(crate) fn converted(self, s: &Settings, st: &mut u32) -> Num {
        if self.is_nan() && !self.coef.is_zero() && self.digits() > s.prec - i64::from(s.clamp) {
            return Num::invalid(cond::CONVERSION_SYNTAX, st);
        }
        self.finish(s, st)
    }
    /// It if no context changes it; an invalid operation otherwise.
    pub(crate) fn exactly(self, st: &mut u32) -> Num {
        let mut own = 0;
        let n = self.finish(&Settings::MAX, &mut own);
        if own & (cond::INEXACT | cond::ROUNDED | cond::CLAMPED | cond::OVERFLOW) != 0 {
            return Num::invalid(cond::INVALID_OPERATION, st);
        }
        *st |= own & cond::MEMORY;
        n
    }
}
