//! Sets of characters: bits for the first 256, a test for the others.

use super::chars::{self, Fold};
use super::words::*;

/// A set of characters.
#[derive(Debug)]
pub struct CharSet {
    /// the first 256
    pub bits: Bits,
    /// the others
    pub high: High,
}
/// One bit for each of the first 256 characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bits(pub [u64; 4]);
/// Characters from 256 on.
#[derive(Debug)]
pub enum High {
    /// none of them
    None,
    /// all
    All,
    /// those that pass
    Test(Test),
}
/// A test as the code has it.
#[derive(Debug)]
pub struct Test {
    what: What,
    fold: Fold,
    negate: bool,
}
#[derive(Debug)]
enum What {
    Literal(u32),
    In(Box<[u32]>),
}
impl Bits {
    /// No character.
    pub const NONE: Bits = Bits([0; 4]);
    /// Is a character below 256 in it?
    #[inline(always)]
    pub fn has(&self, c: u8) -> bool {
        self.0[(c >> 6) as usize] >> (c & 63) & 1 != 0
    }
    /// Adds a character below 256.
    pub fn add(&mut self, c: u8) {
        self.0[(c >> 6) as usize] |= 1 << (c & 63);
    }
    /// Adds all of the other's.
    pub fn join(&mut self, other: &Bits) {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a |= b);
    }
    /// Is any character in both?
    pub fn meets(&self, other: &Bits) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }
    /// How many.
    pub fn count(&self) -> u32 {
        self.0.iter().map(|w| w.count_ones()).sum()
    }
    /// Those in it.
    pub fn iter(&self) -> impl Iterator<Item = u8> {
        (0..=255).filter(|c| self.has(*c))
    }
    fn from_test(f: impl Fn(u32) -> bool) -> Bits {
        let mut b = Bits::NONE;
        (0..=255u8).filter(|c| f(*c as u32)).for_each(|c| b.add(c));
        b
    }
    fn not(self) -> Bits {
        Bits(self.0.map(|w| !w))
    }
}
impl CharSet {
    /// Is the character in it?
    #[inline(always)]
    pub fn has(&self, c: u32) -> bool {
        if c < 256 { self.bits.has(c as u8) } else { self.has_high(c) }
    }
    #[inline(never)]
    fn has_high(&self, c: u32) -> bool {
        match &self.high {
            High::None => false,
            High::All => true,
            High::Test(t) => t.has(c),
        }
    }
    /// Of the characters that pass a test that does not depend on the locale.
    pub fn new(t: Test) -> CharSet {
        let (bits, high) = match (&t.what, t.fold) {
            (What::In(words), Fold::No) => {
                let (bits, others) = latin(words);
                let high = match others {
                    Some(true) => High::All,
                    Some(false) => High::None,
                    None => High::Test(t),
                };
                return CharSet { bits, high };
            }
            (What::In(words), fold) => {
                let (plain, _) = latin(words);
                let bits = Bits::from_test(|c| match fold.lower(c) {
                    l if l < 256 => plain.has(l as u8),
                    _ => t.has(c),
                });
                (bits, High::Test(t))
            }
            (What::Literal(c), Fold::No | Fold::Ascii) if *c < 256 => {
                let high = if t.negate { High::All } else { High::None };
                (Bits::from_test(|c| t.has(c)), high)
            }
            _ => (Bits::from_test(|c| t.has(c)), High::Test(t)),
        };
        CharSet { bits, high }
    }
}
impl Test {
    /// The character `c`, or any other one.
    pub fn literal(c: u32, fold: Fold, negate: bool) -> Test {
        Test {
            what: What::Literal(c),
            fold,
            negate,
        }
    }
    /// The set that the words describe; they have passed [`check`].
    pub fn of_words(words: &[u32], fold: Fold) -> Test {
        Test {
            what: What::In(words.into()),
            fold,
            negate: false,
        }
    }
    /// Does the character pass?
    pub fn has(&self, c: u32) -> bool {
        let lower = self.fold.lower(c);
        let yes = match (&self.what, self.fold) {
            (What::Literal(l), Fold::Locale) => c == *l || lower == *l || chars::locale_upper(c) == *l,
            (What::Literal(l), _) => lower == *l,
            (What::In(words), Fold::Locale) => has(words, &[lower, chars::locale_upper(c)]),
            (What::In(words), _) => has(words, &[lower]),
        };
        yes != self.negate
    }
}
/// Length of the set's code with its end; None when it is damaged. The second: it depends on the locale.
pub fn check(words: &[u32]) -> Option<(usize, bool)> {
    let (mut i, mut locale) = (0, false);
    loop {
        let rest = words.get(i + 1..).unwrap_or(&[]);
        let n = match *words.get(i)? {
            FAILURE => return Some((i + 1, locale)),
            NEGATE => 0,
            LITERAL => 1,
            CATEGORY if *rest.first()? < chars::CATEGORIES => {
                locale |= chars::is_locale(rest[0]);
                1
            }
            RANGE | RANGE_UNI_IGNORE => 2,
            CHARSET => 8,
            BIGCHARSET => {
                let blocks = *rest.first()? as usize;
                let n = 65usize.checked_add(blocks.checked_mul(8)?)?;
                if rest.len() < n || block_numbers(rest).any(|b| b as usize >= blocks) {
                    return None;
                }
                n
            }
            _ => return None,
        };
        if rest.len() < n {
            return None;
        }
        i += 1 + n;
    }
}
fn block_numbers(rest: &[u32]) -> impl Iterator<Item = u8> {
    rest[1..65].iter().flat_map(|w| w.to_ne_bytes())
}
/// Is the character in the set that the words describe? It may come in several forms: one is enough to be named.
fn has(words: &[u32], forms: &[u32]) -> bool {
    let (mut i, mut ok) = (0, true);
    loop {
        let n = match words[i] {
            FAILURE => return !ok,
            NEGATE => {
                ok = !ok;
                0
            }
            LITERAL | CATEGORY => 1,
            RANGE | RANGE_UNI_IGNORE => 2,
            CHARSET => 8,
            _ => 65 + 8 * words[i + 1] as usize,
        };
        if n > 0 && forms.iter().any(|c| is_named(words[i], &words[i + 1..], *c)) {
            return ok;
        }
        i += 1 + n;
    }
}
/// Is the character named by one operation of a set?
fn is_named(op: u32, rest: &[u32], c: u32) -> bool {
    match op {
        LITERAL => c == rest[0],
        CATEGORY => chars::is_in(rest[0], c),
        RANGE => rest[0] <= c && c <= rest[1],
        RANGE_UNI_IGNORE => {
            let u = chars::upper(c);
            rest[0] <= c && c <= rest[1] || rest[0] <= u && u <= rest[1]
        }
        CHARSET => c < 256 && rest[c as usize >> 5] >> (c & 31) & 1 != 0,
        _ => {
            c < 65536 && {
                let block = rest[1 + (c as usize >> 10)].to_ne_bytes()[c as usize >> 8 & 3] as usize;
                let bit = block * 256 + (c as usize & 255);
                rest[65 + (bit >> 5)] >> (bit & 31) & 1 != 0
            }
        }
    }
}
/// The first 256 characters of a set, and whether all or none of the others are in it, if that is easy to see.
fn latin(words: &[u32]) -> (Bits, Option<bool>) {
    let (mut i, mut ok) = (0, true);
    let (mut decided, mut out, mut simple) = (Bits::NONE, Bits::NONE, true);
    loop {
        let rest = &words[i + 1..];
        let mut new = Bits::NONE;
        let n = match words[i] {
            FAILURE => {
                if !ok {
                    out.join(&decided.not());
                }
                return (out, simple.then_some(!ok));
            }
            NEGATE => {
                // What was decided before does not matter for the others only when there was nothing.
                simple &= i == 0;
                ok = !ok;
                0
            }
            LITERAL => {
                match u8::try_from(rest[0]) {
                    Ok(c) => new.add(c),
                    Err(_) => simple = false,
                }
                1
            }
            CATEGORY => {
                simple = false;
                new = Bits(chars::latin(rest[0]));
                1
            }
            RANGE => {
                simple &= rest[1] < 256;
                (rest[0]..=rest[1].min(255)).for_each(|c| new.add(c as u8));
                2
            }
            RANGE_UNI_IGNORE => {
                simple = false;
                new = Bits::from_test(|c| is_named(RANGE_UNI_IGNORE, rest, c));
                2
            }
            CHARSET => {
                for (k, w) in rest[..8].iter().enumerate() {
                    new.0[k / 2] |= (*w as u64) << (32 * (k & 1));
                }
                8
            }
            _ => {
                simple = false;
                let block = rest[1].to_ne_bytes()[0] as usize;
                for (k, w) in rest[65 + 8 * block..][..8].iter().enumerate() {
                    new.0[k / 2] |= (*w as u64) << (32 * (k & 1));
                }
                65 + 8 * rest[0] as usize
            }
        };
        if ok {
            for k in 0..4 {
                out.0[k] |= new.0[k] & !decided.0[k];
            }
        }
        decided.join(&new);
        i += 1 + n;
    }
}
