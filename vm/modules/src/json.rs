//! The module `_json`: scanning of JSON strings and documents. The encoder is in `json_encode`.

use crate::json_encode as enc;
use crate::support::{self, ClassCell, attr, native, put, type_name};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, NativeDef, TypeDef, def, def_static, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::float;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::types::str_::{self, Chars, Str};
use vasuki_vm::types::str_ops::StrBuilder;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_json",
    doc: "json speedups\n",
    functions: FUNCTIONS,
    init,
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "encode_basestring_ascii",
        "pystring, /",
        enc::basestring_ascii,
        "encode_basestring_ascii(string) -> string\n\nReturn an ASCII-only JSON representation of a Python string",
    ),
    def(
        "encode_basestring",
        "pystring, /",
        enc::basestring,
        "encode_basestring(string) -> string\n\nReturn a JSON representation of a Python string",
    ),
    def(
        "scanstring",
        "string, end, strict=True, /",
        scanstring,
        "scanstring(string, end, strict=True) -> (string, end)\n\nScan the string s for a JSON string. End is the index of the\ncharacter in s after the quote that started the JSON string.",
    ),
];
fn init(th: &mut Thread, m: Value) -> R<()> {
    static SCANNER_CLASS: ClassCell = ClassCell::new();
    let c = support::class(th, &SCANNER_CLASS, &SCANNER)?;
    put(th, m, "make_scanner", c.value())?;
    let c = enc::class(th)?;
    put(th, m, "make_encoder", c.value())
}

#[derive(Clone)]
struct Scanner {
    strict: bool,
    object_hook: Value,
    object_pairs_hook: Value,
    parse_float: Value,
    parse_int: Value,
    parse_constant: Value,
}
impl Payload for Scanner {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        for v in [
            self.object_hook,
            self.object_pairs_hook,
            self.parse_float,
            self.parse_int,
            self.parse_constant,
        ] {
            f(v);
        }
    }
}
static SCANNER: TypeDef = TypeDef {
    doc: "JSON scanner object",
    methods: &[
        def_static("__new__", "cls, context", scanner_new, ""),
        def("__call__", "self, string, idx", scanner_call, "Call self as a function."),
    ],
    getsets: &[
        getter(
            "strict",
            |th, v| Ok(Value::bool(native::<Scanner>(th, v)?.frozen().strict)),
            "strict",
        ),
        getter(
            "object_hook",
            |th, v| Ok(native::<Scanner>(th, v)?.frozen().object_hook),
            "object_hook",
        ),
        getter(
            "object_pairs_hook",
            |th, v| Ok(native::<Scanner>(th, v)?.frozen().object_pairs_hook),
            "",
        ),
        getter(
            "parse_float",
            |th, v| Ok(native::<Scanner>(th, v)?.frozen().parse_float),
            "parse_float",
        ),
        getter("parse_int", |th, v| Ok(native::<Scanner>(th, v)?.frozen().parse_int), "parse_int"),
        getter(
            "parse_constant",
            |th, v| Ok(native::<Scanner>(th, v)?.frozen().parse_constant),
            "parse_constant",
        ),
    ],
    ..TypeDef::new("_json.Scanner", Kind::Payload, payload_size::<Scanner>())
};
fn scanner_new(th: &mut Thread, a: &[Value]) -> R {
    let strict = attr(th, a[1], "strict")?;
    let s = Scanner {
        strict: th.truth(strict)?,
        object_hook: attr(th, a[1], "object_hook")?,
        object_pairs_hook: attr(th, a[1], "object_pairs_hook")?,
        parse_float: attr(th, a[1], "parse_float")?,
        parse_int: attr(th, a[1], "parse_int")?,
        parse_constant: attr(th, a[1], "parse_constant")?,
    };
    Ok(payload::new(th, a[0].as_gc(), s).value())
}
fn scanner_call(th: &mut Thread, a: &[Value]) -> R {
    let s = native::<Scanner>(th, a[0])?.frozen();
    let Some(text) = a[1].cast::<Str>() else {
        let name = type_name(th, a[1]);
        return Err(th.type_error(&format!("first argument must be a string, not {name}")));
    };
    let at = th.to_isize(a[2])?;
    if at < 0 {
        return Err(th.value_error("idx cannot be negative"));
    }
    let mut run = Run {
        s,
        text,
        memo: HashMap::default(),
        keys: ValueVec::new(),
    };
    let (v, end) = match text.chars() {
        Chars::One(c) => run.value(th, c, at as usize)?,
        Chars::Two(c) => run.value(th, c, at as usize)?,
        Chars::Four(c) => run.value(th, c, at as usize)?,
    };
    let end = th.new_uint(end as u64);
    Ok(th.new_tuple(&[v, end]))
}
/// `raise StopIteration(at)`: no value starts there.
fn no_value(th: &mut Thread, at: usize) -> Throw {
    let at = th.new_uint(at as u64);
    th.stop_iteration(at)
}
fn decode_error(th: &mut Thread, text: &str, doc: Gc<Str>, at: usize) -> Throw {
    let r = (|| {
        let m = vasuki_vm::import::import_module(th, "json.decoder")?;
        let class = attr(th, m, "JSONDecodeError")?;
        let text = th.new_str(text);
        let at = th.new_uint(at as u64);
        let e = th.call(class, &[text, doc.value(), at])?;
        Ok(th.raise(e))
    })();
    match r {
        Ok(t) | Err(t) => t,
    }
}

/// A code unit of a string of any width.
trait Unit: Copy + Into<u32> + 'static {
    fn chars(s: &[Self]) -> Chars<'_>;
}
impl Unit for u8 {
    fn chars(s: &[u8]) -> Chars<'_> {
        Chars::One(s)
    }
}
impl Unit for u16 {
    fn chars(s: &[u16]) -> Chars<'_> {
        Chars::Two(s)
    }
}
impl Unit for u32 {
    fn chars(s: &[u32]) -> Chars<'_> {
        Chars::Four(s)
    }
}
/// Hashes of texts are hashes enough.
#[derive(Default)]
struct AlreadyHashed(u64);
impl Hasher for AlreadyHashed {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.0 = self.0.rotate_left(8) ^ *b as u64);
    }
    fn write_i64(&mut self, n: i64) {
        self.0 = n as u64;
    }
    fn finish(&self) -> u64 {
        self.0
    }
}
/// One call of a scanner.
struct Run<'a> {
    s: &'a Scanner,
    text: Gc<Str>,
    /// keys of objects so far, by their hash
    memo: HashMap<i64, Gc<Str>, BuildHasherDefault<AlreadyHashed>>,
    /// keeps the keys alive
    keys: ValueVec,
}
fn unit<U: Unit>(c: &[U], i: usize) -> Option<u8> {
    let u: u32 = (*c.get(i)?).into();
    Some(if u < 0x80 { u as u8 } else { 0xFF })
}
fn skip<U: Unit>(c: &[U], mut i: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = unit(c, i) {
        i += 1;
    }
    i
}
fn starts<U: Unit>(c: &[U], i: usize, word: &[u8]) -> bool {
    c.len() >= i + word.len() && word.iter().enumerate().all(|(n, &w)| c[i + n].into() == w as u32)
}
impl Run<'_> {
    fn value<U: Unit>(&mut self, th: &mut Thread, c: &[U], at: usize) -> R<(Value, usize)> {
        let Some(first) = unit(c, at) else { return Err(no_value(th, at)) };
        match first {
            b'"' => {
                let (s, end) = string(th, self.text, c, at + 1, self.s.strict)?;
                Ok((s, end))
            }
            b'{' => th.recurse(" while decoding a JSON object from a unicode string", |th| {
                self.object(th, c, at + 1)
            }),
            b'[' => th.recurse(" while decoding a JSON array from a unicode string", |th| self.array(th, c, at + 1)),
            b'n' if starts(c, at, b"null") => Ok((Value::NONE, at + 4)),
            b't' if starts(c, at, b"true") => Ok((Value::TRUE, at + 4)),
            b'f' if starts(c, at, b"false") => Ok((Value::FALSE, at + 5)),
            b'N' if starts(c, at, b"NaN") => self.constant(th, "NaN", at),
            b'I' if starts(c, at, b"Infinity") => self.constant(th, "Infinity", at),
            b'-' if starts(c, at, b"-Infinity") => self.constant(th, "-Infinity", at),
            _ => self.number(th, c, at),
        }
    }
    fn constant(&mut self, th: &mut Thread, name: &str, at: usize) -> R<(Value, usize)> {
        let text = th.intern(name).value();
        Ok((th.call(self.s.parse_constant, &[text])?, at + name.len()))
    }
    fn number<U: Unit>(&mut self, th: &mut Thread, c: &[U], at: usize) -> R<(Value, usize)> {
        let digit = |i: usize| unit(c, i).is_some_and(|d| d.is_ascii_digit());
        let mut i = at;
        if unit(c, i) == Some(b'-') {
            i += 1;
        }
        match unit(c, i) {
            Some(b'0') => i += 1,
            Some(b'1'..=b'9') => {
                while digit(i) {
                    i += 1;
                }
            }
            _ => return Err(no_value(th, at)),
        }
        let mut is_float = false;
        if unit(c, i) == Some(b'.') && digit(i + 1) {
            is_float = true;
            i += 2;
            while digit(i) {
                i += 1;
            }
        }
        if matches!(unit(c, i), Some(b'e' | b'E')) {
            let mut e = i + 1;
            if matches!(unit(c, e), Some(b'+' | b'-')) {
                e += 1;
            }
            if digit(e) {
                is_float = true;
                i = e;
                while digit(i) {
                    i += 1;
                }
            }
        }
        let text: String = c[at..i].iter().map(|&u| u.into() as u8 as char).collect();
        let parser = if is_float { self.s.parse_float } else { self.s.parse_int };
        let v = if is_float && parser == ctx().types.float.value() {
            Value::float(float::parse(&text).unwrap_or(f64::NAN))
        } else if !is_float && parser == ctx().types.int.value() && text.len() < 18 {
            th.new_int(text.parse().unwrap_or(0))
        } else {
            let text = th.new_str(&text);
            th.call(parser, &[text])?
        };
        Ok((v, i))
    }
    /// The one string object for equal keys of a document.
    fn key(&mut self, th: &mut Thread, k: Gc<Str>) -> R<Gc<Str>> {
        let h = k.hash();
        match self.memo.get(&h) {
            Some(found) if found.same(k) => Ok(*found),
            Some(_) => Ok(k),
            None => {
                self.memo.insert(h, k);
                self.keys.push(th, k.value())?;
                Ok(k)
            }
        }
    }
    fn object<U: Unit>(&mut self, th: &mut Thread, c: &[U], at: usize) -> R<(Value, usize)> {
        let pairs_hook = !self.s.object_pairs_hook.is_none();
        let mut pairs = ValueVec::new();
        let dict = th.new_dict();
        let d = dict.as_gc::<Dict>();
        let mut i = skip(c, at);
        if unit(c, i) != Some(b'}') {
            loop {
                if unit(c, i) != Some(b'"') {
                    return Err(decode_error(th, "Expecting property name enclosed in double quotes", self.text, i));
                }
                let (k, end) = string(th, self.text, c, i + 1, self.s.strict)?;
                let k = self.key(th, k.as_gc())?;
                i = skip(c, end);
                if unit(c, i) != Some(b':') {
                    return Err(decode_error(th, "Expecting ':' delimiter", self.text, i));
                }
                i = skip(c, i + 1);
                let (v, end) = self.value(th, c, i)?;
                if pairs_hook {
                    let pair = th.new_tuple(&[k.value(), v]);
                    pairs.push(th, pair)?;
                } else {
                    d.set_str(th, k, v)?;
                }
                i = skip(c, end);
                match unit(c, i) {
                    Some(b'}') => break,
                    Some(b',') => {}
                    _ => return Err(decode_error(th, "Expecting ',' delimiter", self.text, i)),
                }
                let comma = i;
                i = skip(c, i + 1);
                if unit(c, i) == Some(b'}') {
                    return Err(decode_error(th, "Illegal trailing comma before end of object", self.text, comma));
                }
            }
        }
        let v = if pairs_hook {
            let list = th.new_list_vec(pairs);
            th.call(self.s.object_pairs_hook, &[list])?
        } else if !self.s.object_hook.is_none() {
            th.call(self.s.object_hook, &[dict])?
        } else {
            dict
        };
        Ok((v, i + 1))
    }
    fn array<U: Unit>(&mut self, th: &mut Thread, c: &[U], at: usize) -> R<(Value, usize)> {
        let mut out = ValueVec::new();
        let mut i = skip(c, at);
        if unit(c, i) != Some(b']') {
            loop {
                let (v, end) = self.value(th, c, i)?;
                out.push(th, v)?;
                i = skip(c, end);
                match unit(c, i) {
                    Some(b']') => break,
                    Some(b',') => {}
                    _ => return Err(decode_error(th, "Expecting ',' delimiter", self.text, i)),
                }
                let comma = i;
                i = skip(c, i + 1);
                if unit(c, i) == Some(b']') {
                    return Err(decode_error(th, "Illegal trailing comma before end of array", self.text, comma));
                }
            }
        }
        Ok((th.new_list_vec(out), i + 1))
    }
}
/// The string that starts at `begin` (after the quote), and the index after its closing quote.
fn string<U: Unit>(th: &mut Thread, doc: Gc<Str>, c: &[U], begin: usize, strict: bool) -> R<(Value, usize)> {
    let plain = |from: usize| {
        c[from..]
            .iter()
            .position(|&u| matches!(u.into(), 0x22 | 0x5C | 0..0x20))
            .map(|n| from + n)
    };
    let mut out: Option<StrBuilder> = None;
    let mut from = begin;
    let mut search = begin;
    loop {
        let Some(i) = plain(search) else {
            return Err(decode_error(th, "Unterminated string starting at", doc, begin - 1));
        };
        match c[i].into() {
            0x22 => {
                let v = match out {
                    None => str_::from_chars(th, U::chars(&c[from..i])).value(),
                    Some(mut b) => {
                        b.push_chars(U::chars(&c[from..i]));
                        b.finish(th)
                    }
                };
                return Ok((v, i + 1));
            }
            0x5C => {
                let b = out.get_or_insert_with(StrBuilder::new);
                b.push_chars(U::chars(&c[from..i]));
                let Some(&e) = c.get(i + 1) else {
                    return Err(decode_error(th, "Unterminated string starting at", doc, begin - 1));
                };
                let point = match char::from_u32(e.into()) {
                    Some(e @ ('"' | '\\' | '/')) => e as u32,
                    Some('b') => 8,
                    Some('f') => 12,
                    Some('n') => 10,
                    Some('r') => 13,
                    Some('t') => 9,
                    Some('u') => {
                        let (p, end) = escape(th, doc, c, i + 2)?;
                        b.push(p);
                        (from, search) = (end, end);
                        continue;
                    }
                    _ => return Err(decode_error(th, "Invalid \\escape", doc, i)),
                };
                b.push(point);
                (from, search) = (i + 2, i + 2);
            }
            _ if strict => return Err(decode_error(th, "Invalid control character at", doc, i)),
            _ => search = i + 1,
        }
    }
}
fn hex4<U: Unit>(c: &[U], i: usize) -> Option<u32> {
    let mut n = 0;
    for k in 0..4 {
        n = n << 4 | (unit(c, i + k)? as char).to_digit(16)?;
    }
    Some(n)
}
/// `\uXXXX` (digits at `i`), with a following low surrogate; the code point and where it ends.
fn escape<U: Unit>(th: &mut Thread, doc: Gc<Str>, c: &[U], i: usize) -> R<(u32, usize)> {
    let Some(hi) = hex4(c, i) else {
        return Err(decode_error(th, "Invalid \\uXXXX escape", doc, i - 1));
    };
    if (0xD800..0xDC00).contains(&hi)
        && starts(c, i + 4, b"\\u")
        && let Some(lo @ 0xDC00..0xE000) = hex4(c, i + 6)
    {
        return Ok((0x10000 + ((hi - 0xD800) << 10 | (lo - 0xDC00)), i + 10));
    }
    Ok((hi, i + 4))
}
fn scanstring(th: &mut Thread, a: &[Value]) -> R {
    let Some(text) = a[0].cast::<Str>() else {
        let name = type_name(th, a[0]);
        return Err(th.type_error(&format!("first argument must be a string, not {name}")));
    };
    let at = th.to_isize(a[1])?;
    let strict = a[2].is_empty() || th.truth(a[2])?;
    if at < 0 || at as usize > text.len() {
        return Err(th.value_error("end is out of bounds"));
    }
    let (v, end) = match text.chars() {
        Chars::One(c) => string(th, text, c, at as usize, strict)?,
        Chars::Two(c) => string(th, text, c, at as usize, strict)?,
        Chars::Four(c) => string(th, text, c, at as usize, strict)?,
    };
    let end = th.new_uint(end as u64);
    Ok(th.new_tuple(&[v, end]))
}
