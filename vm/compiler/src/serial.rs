//! The binary form of code objects.
//!
//! What must hold: `decode(encode(c)) == c`; any other input gives an error, never a panic, never an allocation larger
//! than a small multiple of the input; and code that `decode` accepts is structurally sound (`crate::validate`), so that the
//! interpreter can run it without checks. `decode_trusted` skips checksum and validation: only for bytes inside the binary.
//!
//! Layout: header (magic, format, length and checksum of the payload), then a string table, then the code object with
//! its nested ones among the constants. Numbers are varints; instruction words take 4 bytes when their parts are small.

use crate::code::{Code, Const, Handler, Position, Text};
use crate::op::Op;
use num_bigint::BigInt;
use std::collections::HashMap;
use std::fmt;

const MAGIC: [u8; 4] = *b"VSKC";
/// Raised when the layout changes; a changed set of opcodes is noticed by itself.
const FORMAT: u32 = 1;
const HEADER: usize = 32;
/// Nesting of constants and code objects.
const MAX_DEPTH: u32 = 400;

/// Why bytes are not a code object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// not ours, or of another version
    Foreign,
    /// length or checksum do not fit
    Damaged,
    /// the payload is malformed: what
    Malformed(&'static str),
}
impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeError::Foreign => f.write_str("not bytecode of this version"),
            DecodeError::Damaged => f.write_str("damaged bytecode"),
            DecodeError::Malformed(what) => write!(f, "malformed bytecode: {what}"),
        }
    }
}
impl std::error::Error for DecodeError {}

type R<T> = Result<T, DecodeError>;

/// A number that changes when the set of opcodes does.
const fn ops_hash() -> u64 {
    let mut h: u64 = 0xcbf2_9ce4_8422_2325;
    let mut i = 0;
    while i < Op::ALL.len() {
        let op = Op::ALL[i];
        let (name, format) = (op.name().as_bytes(), op.format().as_bytes());
        let mut j = 0;
        while j < name.len() {
            h = (h ^ name[j] as u64).wrapping_mul(0x100_0000_01b3);
            j += 1;
        }
        j = 0;
        while j < format.len() {
            h = (h ^ format[j] as u64).wrapping_mul(0x100_0000_01b3);
            j += 1;
        }
        h = (h ^ op.words() as u64).wrapping_mul(0x100_0000_01b3);
        i += 1;
    }
    h
}
const OPS: u64 = ops_hash();

/// 64-bit checksum, eight bytes a step.
fn checksum(bytes: &[u8]) -> u64 {
    let mut h: u64 = 0x9e37_79b9_7f4a_7c15 ^ bytes.len() as u64;
    let mut step = |v: u64| {
        h = (h ^ v).wrapping_mul(0x9fb2_1c65_1e98_df25);
        h ^= h >> 29;
    };
    let mut chunks = bytes.chunks_exact(8);
    for c in &mut chunks {
        step(u64::from_le_bytes(c.try_into().unwrap_or([0; 8])));
    }
    let mut last = [0u8; 8];
    last[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    step(u64::from_le_bytes(last));
    h ^ (h >> 32)
}

// -- encoding

#[derive(Default)]
struct Writer {
    out: Vec<u8>,
    strings: Vec<Box<str>>,
    index: HashMap<Box<str>, u32>,
}

impl Writer {
    fn num(&mut self, mut n: u32) {
        while n >= 0x80 {
            self.out.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.out.push(n as u8);
    }
    fn signed(&mut self, n: i32) {
        self.num(((n << 1) ^ (n >> 31)) as u32);
    }
    fn string(&mut self, s: &str) {
        let next = self.strings.len() as u32;
        let id = *self.index.entry(s.into()).or_insert_with(|| {
            self.strings.push(s.into());
            next
        });
        self.num(id);
    }
    fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Writer, &T)) {
        self.num(items.len() as u32);
        for i in items {
            each(self, i);
        }
    }
    fn bytes(&mut self, b: &[u8]) {
        self.num(b.len() as u32);
        self.out.extend_from_slice(b);
    }
    fn float(&mut self, f: f64) {
        self.out.extend_from_slice(&f.to_bits().to_le_bytes());
    }
    fn constant(&mut self, c: &Const) {
        let tag = match c {
            Const::None => 0,
            Const::Bool(false) => 1,
            Const::Bool(true) => 2,
            Const::Ellipsis => 3,
            Const::Int(i) => match i32::try_from(i) {
                Ok(small) => {
                    self.out.push(4);
                    self.signed(small);
                    return;
                }
                Err(_) => 5,
            },
            Const::Float(_) => 6,
            Const::Complex(..) => 7,
            Const::Str(Text::Utf8(_)) => 8,
            Const::Str(Text::Points(_)) => 9,
            Const::Bytes(_) => 10,
            Const::Tuple(_) => 11,
            Const::FrozenSet(_) => 12,
            Const::Code(_) => 13,
            Const::Slice(_) => 14,
        };
        self.out.push(tag);
        match c {
            Const::None | Const::Bool(_) | Const::Ellipsis => {}
            Const::Int(i) => self.bytes(&i.to_signed_bytes_le()),
            Const::Float(f) => self.float(*f),
            Const::Complex(re, im) => {
                self.float(*re);
                self.float(*im);
            }
            Const::Str(Text::Utf8(s)) => self.string(s),
            Const::Str(Text::Points(p)) => self.list(p, |w, &c| w.num(c)),
            Const::Bytes(b) => self.bytes(b),
            Const::Tuple(t) | Const::FrozenSet(t) => self.list(t, Writer::constant),
            Const::Code(c) => self.code(c),
            Const::Slice(s) => {
                self.constant(&s.0);
                self.constant(&s.1);
                self.constant(&s.2);
            }
        }
    }
    fn words(&mut self, words: &[u64]) {
        self.num(words.len() as u32);
        for group in words.chunks(8) {
            let at = self.out.len();
            self.out.push(0);
            for (i, &w) in group.iter().enumerate() {
                if w & 0xff00_ff00_ff00_ff00 == 0 {
                    self.out
                        .extend_from_slice(&[w as u8, (w >> 16) as u8, (w >> 32) as u8, (w >> 48) as u8]);
                } else {
                    self.out[at] |= 1 << i;
                    self.out.extend_from_slice(&w.to_le_bytes());
                }
            }
        }
    }
    fn code(&mut self, c: &Code) {
        self.string(&c.name);
        self.string(&c.qualname);
        self.string(&c.filename);
        for n in [
            c.firstlineno,
            c.argcount.into(),
            c.posonlyargcount.into(),
            c.kwonlyargcount.into(),
            c.flags,
            c.nregs.into(),
            c.free_base.into(),
        ] {
            self.num(n);
        }
        self.list(&c.varnames, |w, s| w.string(s));
        self.list(&c.cellvars, |w, (s, r)| {
            w.string(s);
            w.num((*r).into());
        });
        self.list(&c.freevars, |w, s| w.string(s));
        self.list(&c.names, |w, s| w.string(s));
        self.list(&c.consts, Writer::constant);
        self.words(&c.code);
        self.list(&c.handlers, |w, h| {
            w.num(h.start);
            w.num(h.end);
            w.num(h.target);
            w.num(h.register.into());
        });
        let (mut offset, mut line) = (0u32, c.firstlineno);
        self.list(&c.positions, |w, (o, p)| {
            w.num(o.wrapping_sub(offset));
            w.signed(p.line.wrapping_sub(line) as i32);
            w.num(p.end_line.wrapping_sub(p.line));
            w.num(p.col.wrapping_add(1));
            w.num(p.end_col.wrapping_add(1));
            (offset, line) = (*o, p.line);
        });
    }
}

/// The binary form of a code object.
pub fn encode(code: &Code) -> Vec<u8> {
    let mut body = Writer::default();
    body.code(code);
    let mut table = Writer::default();
    table.num(body.strings.len() as u32);
    for s in &body.strings {
        table.num(s.len() as u32);
    }
    for s in &body.strings {
        table.out.extend_from_slice(s.as_bytes());
    }
    let mut payload = table.out;
    payload.extend_from_slice(&body.out);
    let mut out = Vec::with_capacity(HEADER + payload.len());
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&FORMAT.to_le_bytes());
    out.extend_from_slice(&OPS.to_le_bytes());
    out.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    out.extend_from_slice(&checksum(&payload).to_le_bytes());
    out.extend_from_slice(&payload);
    out
}

// -- decoding

struct Reader<'a> {
    rest: &'a [u8],
    strings: Vec<&'a str>,
    depth: u32,
}

const SHORT: DecodeError = DecodeError::Malformed("too short");

impl<'a> Reader<'a> {
    #[inline]
    fn byte(&mut self) -> R<u8> {
        let (&b, rest) = self.rest.split_first().ok_or(SHORT)?;
        self.rest = rest;
        Ok(b)
    }
    #[inline]
    fn num(&mut self) -> R<u32> {
        let b = self.byte()?;
        if b < 0x80 {
            return Ok(b.into());
        }
        let mut n = u32::from(b & 0x7f);
        let mut shift = 7;
        loop {
            let b = self.byte()?;
            if shift == 28 && b > 0x0f {
                return Err(DecodeError::Malformed("number too large"));
            }
            n |= u32::from(b & 0x7f) << shift;
            if b < 0x80 {
                return Ok(n);
            }
            shift += 7;
        }
    }
    fn signed(&mut self) -> R<i32> {
        let n = self.num()?;
        Ok((n >> 1) as i32 ^ -((n & 1) as i32))
    }
    fn num16(&mut self) -> R<u16> {
        u16::try_from(self.num()?).map_err(|_| DecodeError::Malformed("number too large"))
    }
    fn take(&mut self, n: usize) -> R<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(n).ok_or(SHORT)?;
        self.rest = rest;
        Ok(head)
    }
    fn word(&mut self) -> R<u64> {
        Ok(u64::from_le_bytes(self.take(8)?.try_into().map_err(|_| SHORT)?))
    }
    /// A count of things that take at least `size` bytes each: never more than the input can hold.
    fn count(&mut self, size: usize) -> R<usize> {
        let n = self.num()? as usize;
        if n > self.rest.len() / size { Err(SHORT) } else { Ok(n) }
    }
    fn list<T>(&mut self, mut each: impl FnMut(&mut Self) -> R<T>) -> R<Vec<T>> {
        let n = self.count(1)?;
        let mut v = Vec::with_capacity(n);
        for _ in 0..n {
            v.push(each(self)?);
        }
        Ok(v)
    }
    fn string_table(&mut self) -> R<()> {
        let n = self.count(1)?;
        let mut lens = Vec::with_capacity(n);
        for _ in 0..n {
            lens.push(self.num()? as usize);
        }
        self.strings.reserve_exact(n);
        for len in lens {
            let bytes = self.take(len)?;
            let s = std::str::from_utf8(bytes).map_err(|_| DecodeError::Malformed("string"))?;
            self.strings.push(s);
        }
        Ok(())
    }
    fn string(&mut self) -> R<Box<str>> {
        let i = self.num()? as usize;
        self.strings
            .get(i)
            .map(|&s| s.into())
            .ok_or(DecodeError::Malformed("string number"))
    }
    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> R<T>) -> R<T> {
        if self.depth == MAX_DEPTH {
            return Err(DecodeError::Malformed("too deep"));
        }
        self.depth += 1;
        let r = f(self);
        self.depth -= 1;
        r
    }
    fn constant(&mut self) -> R<Const> {
        Ok(match self.byte()? {
            0 => Const::None,
            1 => Const::Bool(false),
            2 => Const::Bool(true),
            3 => Const::Ellipsis,
            4 => Const::Int(self.signed()?.into()),
            5 => {
                let n = self.count(1)?;
                Const::Int(BigInt::from_signed_bytes_le(self.take(n)?))
            }
            6 => Const::Float(f64::from_bits(self.word()?)),
            7 => Const::Complex(f64::from_bits(self.word()?), f64::from_bits(self.word()?)),
            8 => Const::Str(Text::Utf8(self.string()?)),
            9 => Const::Str(Text::Points(
                self.list(|r| {
                    let c = r.num()?;
                    if c > 0x10_ffff {
                        Err(DecodeError::Malformed("code point"))
                    } else {
                        Ok(c)
                    }
                })?
                .into(),
            )),
            10 => {
                let n = self.count(1)?;
                Const::Bytes(self.take(n)?.to_vec())
            }
            11 => Const::Tuple(self.deeper(|r| r.list(Reader::constant))?),
            12 => Const::FrozenSet(self.deeper(|r| r.list(Reader::constant))?),
            13 => Const::Code(Box::new(self.deeper(Reader::code)?)),
            14 => Const::Slice(Box::new(self.deeper(|r| Ok((r.constant()?, r.constant()?, r.constant()?)))?)),
            _ => return Err(DecodeError::Malformed("constant")),
        })
    }
    fn words(&mut self) -> R<Vec<u64>> {
        let n = self.count(4)?;
        let mut v = Vec::with_capacity(n);
        while v.len() < n {
            let mask = self.byte()?;
            let group = (n - v.len()).min(8);
            for i in 0..group {
                v.push(if mask >> i & 1 == 0 {
                    let b = self.take(4)?;
                    u64::from(b[0]) | u64::from(b[1]) << 16 | u64::from(b[2]) << 32 | u64::from(b[3]) << 48
                } else {
                    self.word()?
                });
            }
        }
        Ok(v)
    }
    fn code(&mut self) -> R<Code> {
        let (name, qualname, filename) = (self.string()?, self.string()?, self.string()?);
        let firstlineno = self.num()?;
        let (argcount, posonlyargcount, kwonlyargcount) = (self.num16()?, self.num16()?, self.num16()?);
        let flags = self.num()?;
        let (nregs, free_base) = (self.num16()?, self.num16()?);
        let varnames = self.list(Reader::string)?;
        let cellvars = self.list(|r| Ok((r.string()?, r.num16()?)))?;
        let freevars = self.list(Reader::string)?;
        let names = self.list(Reader::string)?;
        let consts = self.list(Reader::constant)?;
        let code = self.words()?;
        let handlers = self.list(|r| {
            Ok(Handler {
                start: r.num()?,
                end: r.num()?,
                target: r.num()?,
                register: r.num16()?,
            })
        })?;
        let (mut offset, mut line) = (0u32, firstlineno);
        let positions = self.list(|r| {
            offset = offset.wrapping_add(r.num()?);
            line = line.wrapping_add(r.signed()? as u32);
            let end_line = line.wrapping_add(r.num()?);
            let col = r.num()?.wrapping_sub(1);
            Ok((
                offset,
                Position {
                    line,
                    end_line,
                    col,
                    end_col: r.num()?.wrapping_sub(1),
                },
            ))
        })?;
        Ok(Code {
            name,
            qualname,
            filename,
            firstlineno,
            argcount,
            posonlyargcount,
            kwonlyargcount,
            flags,
            nregs,
            varnames,
            cellvars,
            freevars,
            free_base,
            names,
            consts,
            code,
            handlers,
            positions,
        })
    }
}

fn payload(bytes: &[u8]) -> R<(&[u8], u64)> {
    let (head, payload) = bytes.split_at_checked(HEADER).ok_or(DecodeError::Foreign)?;
    let word = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().unwrap_or([0; 8]));
    if head[..4] != MAGIC || head[4..8] != FORMAT.to_le_bytes() || word(8) != OPS {
        return Err(DecodeError::Foreign);
    }
    if word(16) != payload.len() as u64 {
        return Err(DecodeError::Damaged);
    }
    Ok((payload, word(24)))
}

fn read(payload: &[u8]) -> R<Code> {
    let mut r = Reader {
        rest: payload,
        strings: Vec::new(),
        depth: 0,
    };
    r.string_table()?;
    let code = r.code()?;
    if r.rest.is_empty() {
        Ok(code)
    } else {
        Err(DecodeError::Malformed("too long"))
    }
}

/// Are these bytes what `encode` of this build made?
pub fn is_sound(bytes: &[u8]) -> bool {
    payload(bytes).is_ok_and(|(payload, sum)| checksum(payload) == sum)
}
/// Reads bytes from anywhere: what it gives can be run.
pub fn decode(bytes: &[u8]) -> R<Code> {
    let (payload, sum) = payload(bytes)?;
    if checksum(payload) != sum {
        return Err(DecodeError::Damaged);
    }
    let code = read(payload)?;
    crate::validate::validate(&code).map_err(DecodeError::Malformed)?;
    Ok(code)
}

/// Reads bytes that `encode` of this build made and that nobody can have changed.
pub fn decode_trusted(bytes: &[u8]) -> R<Code> {
    read(payload(bytes)?.0)
}

#[cfg(test)]
#[path = "serial_tests.rs"]
mod tests;
