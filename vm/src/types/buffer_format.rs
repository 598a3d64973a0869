//! Items in a buffer's memory: native formats of one character, as `memoryview` and its exporters use them.

use crate::context::ctx;
use crate::object::Kind;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::bytes::Bytes;
use crate::types::{float, half, int};
use crate::value::Value;
use num_traits::ToPrimitive;

/// A format: one character of the module `struct`, native size and byte order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Format {
    /// written with an `@` in front?
    at: bool,
    code: u8,
}
impl Format {
    /// Unsigned bytes.
    pub const BYTES: Format = Format::new(b'B');

    /// The format of a character, which need not be one that `memoryview` can take apart.
    pub const fn new(code: u8) -> Format {
        Format { at: false, code }
    }
    /// A native format of one character with an optional `@`; None for another text.
    pub fn parse(text: &str) -> Option<Format> {
        let (at, code) = match *text.as_bytes() {
            [code] => (false, code),
            [b'@', code] => (true, code),
            _ => return None,
        };
        Some(Format { at, code }).filter(|f| f.is_native())
    }
    /// Can items be read and written?
    pub fn is_native(self) -> bool {
        b"cbBhHiIlLqQnNfdeP?".contains(&self.code)
    }
    /// Bytes of an item.
    pub fn size(self) -> usize {
        match self.code {
            b'c' | b'b' | b'B' | b'?' => 1,
            b'h' | b'H' | b'e' => 2,
            b'i' | b'I' | b'f' | b'u' | b'w' => 4,
            b'l' | b'L' => std::mem::size_of::<std::ffi::c_long>(),
            b'n' | b'N' | b'P' => std::mem::size_of::<usize>(),
            _ => 8,
        }
    }
    /// One of `b`, `B`, `c`: items that are bytes?
    pub fn is_byte(self) -> bool {
        matches!(self.code, b'b' | b'B' | b'c')
    }
    /// Do equal items have equal bytes, and the other way round?
    pub fn compares_by_bytes(self) -> bool {
        self.is_native() && !matches!(self.code, b'f' | b'd' | b'e' | b'?')
    }
    /// The same items, however it is written?
    pub fn same(self, other: Format) -> bool {
        self.code == other.code
    }
    /// The text.
    pub fn text(self) -> String {
        let code = self.code as char;
        if self.at { format!("@{code}") } else { code.to_string() }
    }
    /// NotImplementedError for a format of which items cannot be read.
    pub fn check(self, th: &mut Thread) -> R<()> {
        if self.is_native() {
            return Ok(());
        }
        let text = format!("memoryview: format {} not supported", self.text());
        Err(th.error(ctx().types.NotImplementedError, &text))
    }
    /// An item as a value.
    #[inline]
    pub fn get(self, th: &mut Thread, raw: &[u8]) -> R {
        if self.code == b'B' {
            return Ok(Value::small(raw[0] as i64));
        }
        self.get_wide(th, raw)
    }
    fn get_wide(self, th: &mut Thread, raw: &[u8]) -> R {
        self.check(th)?;
        let n = unsigned(raw);
        Ok(match self.code {
            b'c' => th.new_bytes(raw),
            b'?' => Value::bool(n != 0),
            b'e' => Value::float(half::to_f64(n as u16)),
            b'f' => Value::float(f32::from_bits(n as u32) as f64),
            b'd' => Value::float(f64::from_bits(n)),
            code if self.is_signed(code) => {
                let unused = 64 - 8 * raw.len() as u32;
                th.new_int((n << unused) as i64 >> unused)
            }
            _ => th.new_uint(n),
        })
    }
    fn is_signed(self, code: u8) -> bool {
        matches!(code, b'b' | b'h' | b'i' | b'l' | b'q' | b'n')
    }
    /// A value as an item, of whose bytes `size` count. Python code may run.
    pub fn pack(self, th: &mut Thread, v: Value) -> R<[u8; 8]> {
        self.check(th)?;
        let n = match self.code {
            b'c' => match v.cast::<Bytes>() {
                Some(b) if b.len() == 1 => b.as_slice()[0] as u64,
                Some(_) => return Err(self.wrong_value(th)),
                None => return Err(self.wrong_type(th)),
            },
            b'?' => th.truth(v)? as u64,
            b'e' | b'f' | b'd' => {
                let x = self.converted(th, |th| float::expect(th, v))?;
                self.float_bits(th, x)?
            }
            _ => self.int_bits(th, v)?,
        };
        let unused = 8 * (8 - self.size() as u32);
        Ok(if cfg!(target_endian = "big") { n << unused } else { n }.to_ne_bytes())
    }
    fn float_bits(self, th: &mut Thread, x: f64) -> R<u64> {
        let bits = match self.code {
            b'd' => Some(x.to_bits()),
            b'e' => half::from_f64(x).map(u64::from),
            _ => Some(x as f32)
                .filter(|y| y.is_finite() || !x.is_finite())
                .map(|y| y.to_bits() as u64),
        };
        bits.ok_or_else(|| {
            let text = format!("float too large to pack with {} format", self.code as char);
            th.overflow_error(&text)
        })
    }
    fn int_bits(self, th: &mut Thread, v: Value) -> R<u64> {
        if !int::is_int(v) && th.class_of(v).special(Special::Index).is_none() {
            return Err(self.wrong_type(th));
        }
        let i = self.converted(th, |th| th.index(v))?;
        let bits = 8 * self.size() as u32;
        let (low, high) = match self.code {
            // An address may be written as the signed number of the same bits.
            b'P' => (-(1i128 << (bits - 1)), (1i128 << bits) - 1),
            code if self.is_signed(code) => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
            _ => (0, (1i128 << bits) - 1),
        };
        match int::to_bigint(i).and_then(|b| b.to_i128()) {
            Some(n) if low <= n && n <= high => Ok(n as u64),
            _ => Err(self.wrong_value(th)),
        }
    }
    /// Runs a conversion; what it says of type or value is said in terms of the format.
    fn converted<T>(self, th: &mut Thread, f: impl FnOnce(&mut Thread) -> R<T>) -> R<T> {
        let types = &ctx().types;
        match f(th) {
            Err(t) => match t.value().map(|e| th.class_of(e)) {
                Some(c) if c.is_subclass_of(types.TypeError) => Err(self.wrong_type(th)),
                Some(c) if c.is_subclass_of(types.OverflowError) || c.is_subclass_of(types.ValueError) => Err(self.wrong_value(th)),
                _ => Err(t),
            },
            done => done,
        }
    }
    fn wrong_type(self, th: &mut Thread) -> crate::throw::Throw {
        th.type_error(&format!("memoryview: invalid type for format '{}'", self.code as char))
    }
    fn wrong_value(self, th: &mut Thread) -> crate::throw::Throw {
        th.value_error(&format!("memoryview: invalid value for format '{}'", self.code as char))
    }
    /// Are two items, of two formats, equal?
    pub fn equal(self, th: &mut Thread, a: &[u8], other: Format, b: &[u8]) -> R<bool> {
        if !self.is_native() || !other.is_native() {
            return Ok(false);
        }
        let (x, y) = (self.get(th, a)?, other.get(th, b)?);
        if Value::both_small(x, y) || x.is_kind(Kind::Bytes) && y.is_kind(Kind::Bytes) && self.same(other) {
            return Ok(if x.is_obj() { a == b } else { x == y });
        }
        th.compare_bool(crate::ops::CmpOp::Eq, x, y)
    }
}
/// Bytes of an item, at most 8, as a number without sign.
fn unsigned(raw: &[u8]) -> u64 {
    let mut b = [0; 8];
    b[..raw.len()].copy_from_slice(raw);
    let n = u64::from_ne_bytes(b);
    if cfg!(target_endian = "big") {
        n >> (64 - 8 * raw.len())
    } else {
        n
    }
}
