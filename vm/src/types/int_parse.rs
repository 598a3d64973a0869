//! Text to int: `int(text, base)` and the limit on the digits of conversions.

use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::str_::Str;
use crate::value::Value;
use num_bigint::{BigInt, BigUint};
use std::sync::atomic::Ordering::Relaxed;

/// `sys.get_int_max_str_digits()`
pub fn max_str_digits() -> usize {
    vasuki_compiler::literal::MAX_INT_DIGITS.load(Relaxed)
}
/// `sys.set_int_max_str_digits()`; the caller has checked the range.
pub fn set_max_str_digits(n: usize) {
    vasuki_compiler::literal::MAX_INT_DIGITS.store(n, Relaxed);
}

/// Why a text is not an int.
pub enum ParseError {
    /// wrong syntax
    Syntax,
    /// more decimal digits (this many) than the limit
    TooLong(usize),
}

/// The ASCII form of a number's text: digits of other scripts become ASCII, spaces are stripped. None: other characters.
pub fn ascii_digits(s: Gc<Str>) -> Option<String> {
    if let Some(a) = s.as_ascii() {
        return Some(a.trim_matches(|c| matches!(c, ' ' | '\t'..='\r' | '\x1c'..='\x1f')).to_owned());
    }
    let mut out = String::new();
    for p in s.points() {
        let c = char::from_u32(p)?;
        if c.is_ascii() {
            out.push(c);
        } else if crate::types::unicode::is_space(p) {
            out.push(' ');
        } else if let Some(d) = crate::types::unicode::decimal(p) {
            out.push((b'0' + d) as char);
        } else {
            out.push('?');
        }
    }
    Some(out.trim_matches(|c| matches!(c, ' ' | '\t'..='\r' | '\x1c'..='\x1f')).to_owned())
}

/// Parses an int literal as `int(text, base)` does; `text` is stripped. `base` is 0 or 2..=36.
pub fn parse(text: &str, base: u32) -> Result<BigInt, ParseError> {
    let (negative, rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let prefix = rest.get(..2).map(|p| p.to_ascii_lowercase());
    let of_prefix = match prefix.as_deref() {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ => 0,
    };
    let (base, digits, prefixed) = match base {
        0 if of_prefix != 0 => (of_prefix, &rest[2..], true),
        0 => (10, rest, false),
        b if b == of_prefix => (b, &rest[2..], true),
        b => (b, rest, false),
    };
    let digits = if prefixed {
        digits.strip_prefix('_').unwrap_or(digits)
    } else {
        digits
    };
    let b = digits.as_bytes();
    if b.is_empty() || b[0] == b'_' || b[b.len() - 1] == b'_' || digits.contains("__") {
        return Err(ParseError::Syntax);
    }
    let clean: Vec<u8> = b.iter().copied().filter(|&c| c != b'_').collect();
    if !clean.iter().all(|&c| (c as char).is_digit(base)) {
        return Err(ParseError::Syntax);
    }
    let limit = max_str_digits();
    if limit != 0 && clean.len() > limit && !base.is_power_of_two() {
        return Err(ParseError::TooLong(clean.len()));
    }
    let n = if clean.len() <= 18 && base <= 10 {
        let mut n = 0i64;
        for &c in &clean {
            n = n * base as i64 + (c - b'0') as i64;
        }
        BigInt::from(n)
    } else {
        BigInt::from(of_digits(&clean, base, &mut Vec::new()))
    };
    Ok(if negative { -n } else { n })
}
/// Digits that are read one after the other, which takes quadratic time.
const CHUNK: usize = 1024;

/// The number that these digits of `base` mean: the halves are read by themselves. `powers[k]` is `base ** (CHUNK << k)`, for
/// as many k as were needed so far.
fn of_digits(digits: &[u8], base: u32, powers: &mut Vec<BigUint>) -> BigUint {
    if digits.len() <= CHUNK || base.is_power_of_two() {
        // Whoever calls has seen that all are digits.
        return BigUint::parse_bytes(digits, base).unwrap_or_default();
    }
    let mut k = 0;
    while CHUNK << (k + 1) < digits.len() {
        k += 1;
    }
    while powers.len() <= k {
        let next = match powers.last() {
            Some(p) => p * p,
            None => BigUint::from(base).pow(CHUNK as u32),
        };
        powers.push(next);
    }
    let (high, low) = digits.split_at(digits.len() - (CHUNK << k));
    let (high, low) = (of_digits(high, base, powers), of_digits(low, base, powers));
    high * &powers[k] + low
}
/// `int(text, base)`; `shown` is what the message shows.
pub fn int_of_text(th: &mut Thread, text: Option<&str>, base: u32, shown: Value) -> R {
    if base == 0
        && let Some(t) = text
    {
        let d = t.trim_start_matches(['+', '-']).replace('_', "");
        if d.len() > 1 && d.starts_with('0') && d.bytes().all(|c| c.is_ascii_digit()) && d.bytes().any(|c| c != b'0') {
            return invalid(th, base, shown);
        }
    }
    match text.map(|t| parse(t, base)) {
        Some(Ok(n)) => Ok(th.new_bigint(n)),
        Some(Err(ParseError::TooLong(n))) => {
            let limit = max_str_digits();
            Err(th.value_error(&format!(
                "Exceeds the limit ({limit} digits) for integer string conversion: value has {n} digits; use sys.set_int_max_str_digits() to increase the limit"
            )))
        }
        _ => invalid(th, base, shown),
    }
}
fn invalid(th: &mut Thread, base: u32, shown: Value) -> R {
    let mut repr = th.repr_string(shown)?;
    if repr.chars().count() > 200 {
        repr = repr.chars().take(200).collect();
    }
    Err(th.value_error(&format!("invalid literal for int() with base {base}: {repr}")))
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, of_digits};
    use num_bigint::BigUint;

    #[test]
    fn halves_make_the_whole() {
        for base in [3, 10, 36] {
            for n in [1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1, 5 * CHUNK + 7, 8 * CHUNK] {
                let digits: Vec<u8> = (0..n).map(|i| b'0' + (i * i % 7 % base as usize) as u8).collect();
                let expected = BigUint::parse_bytes(&digits, base);
                assert_eq!(
                    Some(of_digits(&digits, base, &mut Vec::new())),
                    expected,
                    "{n} digits of base {base}"
                );
            }
        }
    }
}
