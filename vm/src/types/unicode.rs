//! Properties of code points; surrogates have none.

use super::unicode_version::is_later;
use rustpython_unicode::{case, classify, identifier};

fn has(p: u32, f: fn(char) -> bool) -> bool {
    char::from_u32(p).is_some_and(f) && !is_later(p)
}
/// `str.isalpha` of one character
pub fn is_alpha(p: u32) -> bool {
    if p < 0x80 {
        (p as u8).is_ascii_alphabetic()
    } else {
        has(p, classify::is_alpha)
    }
}
/// `str.isalnum` of one character
pub fn is_alnum(p: u32) -> bool {
    if p < 0x80 {
        (p as u8).is_ascii_alphanumeric()
    } else {
        has(p, classify::is_alnum) || is_numeric(p)
    }
}
/// `str.isdecimal` of one character
pub fn is_decimal(p: u32) -> bool {
    if p < 0x80 {
        (p as u8).is_ascii_digit()
    } else {
        has(p, classify::is_decimal)
    }
}
/// `str.isdigit` of one character
pub fn is_digit(p: u32) -> bool {
    if p < 0x80 {
        (p as u8).is_ascii_digit()
    } else {
        has(p, classify::is_digit)
    }
}
/// `str.isnumeric` of one character
pub fn is_numeric(p: u32) -> bool {
    if p < 0x80 {
        (p as u8).is_ascii_digit()
    } else {
        has(p, classify::is_numeric)
    }
}
/// `str.isspace` of one character
pub fn is_space(p: u32) -> bool {
    matches!(p, 0x09..=0x0D | 0x1C..=0x20 | 0x85 | 0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000)
}
/// Does `str.splitlines` split after it?
pub fn is_line_break(p: u32) -> bool {
    matches!(p, 0x0A..=0x0D | 0x1C..=0x1E | 0x85 | 0x2028 | 0x2029)
}
/// `str.isprintable` of one character
pub fn is_printable(p: u32) -> bool {
    if p < 0x7F { p >= 0x20 } else { has(p, classify::is_printable) }
}
/// `str.islower` of one character
pub fn is_lower(p: u32) -> bool {
    if p < 0x80 {
        (p as u8).is_ascii_lowercase()
    } else {
        // A letter without case only since a later version.
        p == 0x295 || has(p, case::is_lowercase)
    }
}
/// `str.isupper` of one character
pub fn is_upper(p: u32) -> bool {
    if p < 0x80 {
        (p as u8).is_ascii_uppercase()
    } else {
        has(p, case::is_uppercase)
    }
}
/// Title case letter (as U+01C5)?
pub fn is_title(p: u32) -> bool {
    p >= 0x80 && has(p, case::is_titlecase)
}
/// XID_Start or `_`
pub fn is_identifier_start(p: u32) -> bool {
    if p < 0x80 {
        p == 0x5F || (p as u8).is_ascii_alphabetic()
    } else {
        has(p, identifier::is_start)
    }
}
/// XID_Continue
pub fn is_identifier_continue(p: u32) -> bool {
    if p < 0x80 {
        p == 0x5F || (p as u8).is_ascii_alphanumeric()
    } else {
        has(p, identifier::is_xid_continue)
    }
}
/// The value of a decimal digit.
pub fn decimal(p: u32) -> Option<u8> {
    if p < 0x80 {
        return if (p as u8).is_ascii_digit() { Some(p as u8 - b'0') } else { None };
    }
    if !is_decimal(p) {
        return None;
    }
    // Decimal digits come in runs of ten that start at a zero: a digit's value is its distance to the run's start.
    let ucd = rustpython_unicode::Ucd::new(true);
    ucd.decimal(rustpython_wtf8::CodePoint::from(char::from_u32(p)?)).map(|d| d as u8)
}
