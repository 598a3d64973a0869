//! What the engine asks about one character: categories and case, by the numbers that `re._constants` gives them.

use rustpython_unicode::{case, classify};
use std::sync::OnceLock;

/// Number of categories.
pub const CATEGORIES: u32 = 18;
/// The first category that depends on the C library's locale; the next one is its complement.
const LOCALE_WORD: u32 = 8;

/// How case is ignored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fold {
    /// It is not.
    No,
    /// ASCII letters only
    Ascii,
    /// as the C library's locale has it
    Locale,
    /// by Unicode's simple mappings
    Unicode,
}
impl Fold {
    /// The lower case of a character.
    #[inline]
    pub fn lower(self, c: u32) -> u32 {
        match self {
            Fold::No => c,
            Fold::Ascii => ascii_lower(c),
            Fold::Locale => locale_lower(c),
            Fold::Unicode => lower(c),
        }
    }
}
/// Lower case by Unicode's simple mapping.
pub fn lower(c: u32) -> u32 {
    if c < 0x80 {
        return ascii_lower(c);
    }
    if let Ok(c) = u8::try_from(c) {
        // Letters lie 32 places apart; the two signs among them are no letters.
        return if (0xC0..0xDF).contains(&c) && c != 0xD7 {
            c as u32 + 32
        } else {
            c as u32
        };
    }
    char::from_u32(c).map_or(c, |c| case::simple_lowercase(c) as u32)
}
/// Upper case by Unicode's simple mapping, or where there is none the first character of the full one.
pub fn upper(c: u32) -> u32 {
    char::from_u32(c).map_or(c, |c| match case::simple_uppercase(c) {
        u if u == c => c.to_uppercase().next().unwrap_or(c) as u32,
        u => u as u32,
    })
}
/// Lower case of ASCII letters.
pub fn ascii_lower(c: u32) -> u32 {
    if c < 0x80 { (c as u8).to_ascii_lowercase() as u32 } else { c }
}
/// Lower case in the C library's locale.
pub fn locale_lower(c: u32) -> u32 {
    if c < 256 {
        // SAFETY: defined for all values of an unsigned char.
        unsafe { libc::tolower(c as libc::c_int) as u32 }
    } else {
        c
    }
}
/// Upper case in the C library's locale.
pub fn locale_upper(c: u32) -> u32 {
    if c < 256 {
        // SAFETY: defined for all values of an unsigned char.
        unsafe { libc::toupper(c as libc::c_int) as u32 }
    } else {
        c
    }
}
/// Does the category depend on the locale?
pub fn is_locale(category: u32) -> bool {
    category == LOCALE_WORD || category == LOCALE_WORD + 1
}
/// Is the character in the category?
pub fn is_in(category: u32, c: u32) -> bool {
    let scalar = char::from_u32(c);
    let yes = match category >> 1 {
        0 => c < 128 && (c as u8).is_ascii_digit(),
        1 => matches!(c, 9..=13 | 32),
        2 => is_ascii_word(c),
        3 => c == 10,
        4 => {
            // SAFETY: defined for all values of an unsigned char.
            c < 256 && (c == '_' as u32 || unsafe { libc::isalnum(c as libc::c_int) } != 0)
        }
        5 => scalar.is_some_and(classify::is_decimal),
        6 => matches!(c, 9..=13 | 0x1C..=0x20) || c >= 0x80 && scalar.is_some_and(classify::is_space),
        7 => is_ascii_word(c) || c >= 0x80 && scalar.is_some_and(classify::is_alnum),
        _ => matches!(c, 10..=13 | 0x1C..=0x1E | 0x85 | 0x2028 | 0x2029),
    };
    yes == (category & 1 == 0)
}
fn is_ascii_word(c: u32) -> bool {
    c < 128 && ((c as u8).is_ascii_alphanumeric() || c as u8 == b'_')
}
/// The category among the first 256 characters, as bits; not for those of the locale.
pub fn latin(category: u32) -> [u64; 4] {
    static BITS: OnceLock<[[u64; 4]; CATEGORIES as usize]> = OnceLock::new();
    BITS.get_or_init(|| {
        std::array::from_fn(|cat| {
            let mut bits = [0; 4];
            for c in 0..256 {
                if is_in(cat as u32, c) {
                    bits[c as usize >> 6] |= 1 << (c & 63);
                }
            }
            bits
        })
    })[category as usize]
}
