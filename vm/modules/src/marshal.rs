//! The module `marshal`: values of the core types as bytes. Code objects are stored in the compiler's own form, so the
//! bytes are not CPython's; everything else has CPython's type letters.

use num_bigint::{BigInt, Sign};
use vasuki_vm::context::ctx;
use vasuki_vm::interp::code as code_object;
use vasuki_vm::names::names;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::{buffer_protocol, complex, float, int};
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "marshal",
    doc: "This module contains functions that can read and write Python values in\na binary format.",
    functions: FUNCTIONS,
    init: |th, m| {
        let k = th.intern("version");
        th.setattr(m, k, Value::small(5))
    },
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "dumps",
        "value, version=5, /, *, allow_code=True",
        dumps,
        "Return the bytes object that would be written to a file by dump(value, file).",
    ),
    def(
        "dump",
        "value, file, version=5, /, *, allow_code=True",
        dump,
        "Write the value on the open file.",
    ),
    def(
        "loads",
        "bytes, /, *, allow_code=True",
        loads,
        "Convert the bytes-like object to a value.",
    ),
    def(
        "load",
        "file, /, *, allow_code=True",
        load,
        "Read one value from the open file and return it.",
    ),
];
/// Nesting that CPython allows.
const DEPTH: usize = 2000;

fn dumps(th: &mut Thread, a: &[Value]) -> R {
    let allow = a[2].is_empty() || th.truth(a[2])?;
    let mut out = Vec::new();
    write(th, a[0], &mut out, 0, allow)?;
    Ok(th.new_bytes(&out))
}
fn dump(th: &mut Thread, a: &[Value]) -> R {
    let b = dumps(th, &[a[0], a[2], a[3]])?;
    th.call_method(a[1], names().write, &[b])
}
const CODE: u8 = b'c';
/// Is this a whole code object, undamaged?
pub fn is_code(bytes: &[u8]) -> bool {
    match bytes.split_at_checked(5) {
        Some(([CODE, n @ ..], code)) => n == (code.len() as u32).to_le_bytes() && vasuki_compiler::serial::is_sound(code),
        _ => false,
    }
}
fn length(out: &mut Vec<u8>, n: usize) {
    out.extend((n as u32).to_le_bytes());
}
fn write(th: &mut Thread, v: Value, out: &mut Vec<u8>, depth: usize, allow: bool) -> R<()> {
    if depth > DEPTH {
        return Err(th.value_error("object too deeply nested to marshal"));
    }
    let t = &ctx().types;
    match v {
        Value::NONE => out.push(b'N'),
        Value::TRUE => out.push(b'T'),
        Value::FALSE => out.push(b'F'),
        Value::ELLIPSIS => out.push(b'.'),
        v if v == t.StopIteration.value() => out.push(b'S'),
        _ => return th.recurse(" while marshalling an object", |th| write_object(th, v, out, depth, allow)),
    }
    Ok(())
}
fn write_object(th: &mut Thread, v: Value, out: &mut Vec<u8>, depth: usize, allow: bool) -> R<()> {
    let t = &ctx().types;
    let class = th.class_of(v);
    if class == t.int {
        if let Some(n) = v.to_small().and_then(|n| i32::try_from(n).ok()) {
            out.push(b'i');
            out.extend(n.to_le_bytes());
        } else if let Some(b) = int::to_bigint(v) {
            out.push(b'l');
            let digits: Vec<u16> = base32768(b.magnitude());
            let n = digits.len() as i32;
            out.extend(if b.sign() == Sign::Minus { -n } else { n }.to_le_bytes());
            digits.iter().for_each(|d| out.extend(d.to_le_bytes()));
        }
    } else if class == t.float {
        out.push(b'g');
        out.extend(float::to_f64(v).unwrap_or(0.0).to_le_bytes());
    } else if class == t.complex {
        let (re, im) = v.as_gc::<complex::Complex>().parts();
        out.push(b'y');
        out.extend(re.to_le_bytes());
        out.extend(im.to_le_bytes());
    } else if class == t.str {
        let s = v.as_gc::<Str>();
        let bytes = wtf8(s);
        out.push(b'u');
        length(out, bytes.len());
        out.extend(bytes);
    } else if class == t.tuple || class == t.list || class == t.set || class == t.frozenset {
        let letter = match class {
            c if c == t.tuple => b'(',
            c if c == t.list => b'[',
            c if c == t.set => b'<',
            _ => b'>',
        };
        out.push(letter);
        let items = th.collect(v)?;
        length(out, items.len());
        for &i in items.as_slice() {
            write(th, i, out, depth + 1, allow)?;
        }
    } else if class == t.dict {
        out.push(b'{');
        let (keys, values) = v.as_gc::<Dict>().snapshot(th)?;
        for (&k, &x) in keys.as_slice().iter().zip(values.as_slice()) {
            write(th, k, out, depth + 1, allow)?;
            write(th, x, out, depth + 1, allow)?;
        }
        out.push(b'0');
    } else if v.is_kind(Kind::Code) {
        if !allow {
            return Err(th.value_error("marshalling code objects is disallowed"));
        }
        let bytes = vasuki_compiler::serial::encode(&code_object::to_compiled(th, v.as_gc())?);
        out.push(CODE);
        length(out, bytes.len());
        out.extend(bytes);
    } else if let Some(b) = buffer_protocol::bytes_like(th, v)? {
        out.push(b's');
        length(out, b.len());
        out.extend_from_slice(&b);
    } else {
        return Err(th.value_error("unmarshallable object"));
    }
    Ok(())
}
fn base32768(n: &num_bigint::BigUint) -> Vec<u16> {
    let bits = n.bits() as usize;
    let bytes = n.to_bytes_le();
    (0..bits.div_ceil(15))
        .map(|i| {
            let at = i * 15;
            let word = (0..3).fold(0u32, |w, k| w | (bytes.get(at / 8 + k).copied().unwrap_or(0) as u32) << (8 * k));
            (word >> (at % 8) & 0x7FFF) as u16
        })
        .collect()
}
/// UTF-8 in which lone surrogates are encoded as if they were characters.
fn wtf8(s: vasuki_vm::object::Gc<Str>) -> Vec<u8> {
    if let Some(a) = s.as_ascii() {
        return a.as_bytes().to_vec();
    }
    let mut out = Vec::new();
    for c in s.points() {
        match char::from_u32(c) {
            Some(c) => out.extend(c.encode_utf8(&mut [0; 4]).bytes()),
            None => out.extend([0xE0 | (c >> 12) as u8, 0x80 | (c >> 6 & 0x3F) as u8, 0x80 | (c & 0x3F) as u8]),
        }
    }
    out
}
fn from_wtf8(b: &[u8]) -> Option<Vec<u32>> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < b.len() {
        let n = match b[i] {
            0..0x80 => 1,
            0xC2..0xE0 => 2,
            0xE0..0xF0 => 3,
            0xF0..0xF5 => 4,
            _ => return None,
        };
        let part = b.get(i..i + n)?;
        match std::str::from_utf8(part) {
            Ok(s) => out.extend(s.chars().map(|c| c as u32)),
            Err(_) if n == 3 && part[1] & 0xC0 == 0x80 && part[2] & 0xC0 == 0x80 => {
                out.push((part[0] as u32 & 0xF) << 12 | (part[1] as u32 & 0x3F) << 6 | part[2] as u32 & 0x3F)
            }
            Err(_) => return None,
        }
        i += n;
    }
    Some(out)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    allow: bool,
}
impl Reader<'_> {
    fn take(&mut self, th: &mut Thread, n: usize) -> R<&[u8]> {
        match self.bytes.get(self.at..self.at.saturating_add(n)) {
            Some(b) => {
                self.at += n;
                Ok(b)
            }
            None => Err(th.error(ctx().types.EOFError, "marshal data too short")),
        }
    }
    fn array<const N: usize>(&mut self, th: &mut Thread) -> R<[u8; N]> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(th, N)?);
        Ok(out)
    }
    fn length(&mut self, th: &mut Thread) -> R<usize> {
        let n = i32::from_le_bytes(self.array(th)?);
        // A length that the rest cannot hold is damage; checked here so that nothing large is made for it.
        if n < 0 || n as usize > self.bytes.len() {
            return Err(th.value_error("bad marshal data (size out of range)"));
        }
        Ok(n as usize)
    }
    fn items(&mut self, th: &mut Thread, depth: usize) -> R<ValueVec> {
        let n = self.length(th)?;
        let mut out = ValueVec::new();
        for _ in 0..n {
            let v = th.recurse(" while unmarshalling an object", |th| self.value(th, depth + 1))?;
            out.push(th, v)?;
        }
        Ok(out)
    }
    fn value(&mut self, th: &mut Thread, depth: usize) -> R {
        if depth > DEPTH {
            return Err(th.value_error("recursion limit exceeded"));
        }
        Ok(match self.array::<1>(th)?[0] {
            b'N' => Value::NONE,
            b'T' => Value::TRUE,
            b'F' => Value::FALSE,
            b'.' => Value::ELLIPSIS,
            b'S' => ctx().types.StopIteration.value(),
            b'0' => Value::EMPTY,
            b'i' => Value::small(i32::from_le_bytes(self.array(th)?) as i64),
            b'l' => {
                let n = i32::from_le_bytes(self.array(th)?);
                let count = n.unsigned_abs() as usize;
                if count > self.bytes.len() {
                    return Err(th.value_error("bad marshal data (long size out of range)"));
                }
                let mut big = BigInt::from(0);
                for i in 0..count {
                    let d = u16::from_le_bytes(self.array(th)?);
                    if d >= 1 << 15 {
                        return Err(th.value_error("bad marshal data (digit out of range in long)"));
                    }
                    big += BigInt::from(d) << (15 * i);
                }
                th.new_bigint(if n < 0 { -big } else { big })
            }
            b'g' => Value::float(f64::from_le_bytes(self.array(th)?)),
            b'y' => {
                let (re, im) = (f64::from_le_bytes(self.array(th)?), f64::from_le_bytes(self.array(th)?));
                th.new_complex(re, im)
            }
            b's' => {
                let n = self.length(th)?;
                let b = self.take(th, n)?.to_vec();
                th.new_bytes(&b)
            }
            b'u' => {
                let n = self.length(th)?;
                match from_wtf8(self.take(th, n)?) {
                    Some(p) => th.new_str_points(&p),
                    None => return Err(th.value_error("bad marshal data (invalid UTF-8)")),
                }
            }
            b'(' => {
                let items = self.items(th, depth)?;
                th.new_tuple(items.as_slice())
            }
            b'[' => {
                let items = self.items(th, depth)?;
                th.new_list_vec(items)
            }
            letter @ (b'<' | b'>') => {
                let items = self.items(th, depth)?;
                let list = th.new_list_vec(items);
                let class = if letter == b'<' { ctx().types.set } else { ctx().types.frozenset };
                th.call(class.value(), &[list])?
            }
            b'{' => {
                let d = th.new_dict();
                loop {
                    let k = self.value(th, depth + 1)?;
                    if k.is_empty() {
                        break d;
                    }
                    let v = self.value(th, depth + 1)?;
                    d.as_gc::<Dict>().set(th, k, v)?;
                }
            }
            CODE => {
                if !self.allow {
                    return Err(th.value_error("unmarshalling code objects is disallowed"));
                }
                let n = self.length(th)?;
                match vasuki_compiler::serial::decode(self.take(th, n)?) {
                    Ok(c) => code_object::from_compiled(th, &c)?.value(),
                    Err(_) => return Err(th.value_error("bad marshal data (code object)")),
                }
            }
            _ => return Err(th.value_error("bad marshal data (unknown type code)")),
        })
    }
}
fn loads(th: &mut Thread, a: &[Value]) -> R {
    let allow = a[1].is_empty() || th.truth(a[1])?;
    let Some(bytes) = buffer_protocol::bytes_like(th, a[0])? else {
        return Err(th.type_error(&format!("a bytes-like object is required, not '{}'", th.class_of(a[0]).name_str())));
    };
    let v = Reader {
        bytes: &bytes,
        at: 0,
        allow,
    }
    .value(th, 0)?;
    if v.is_empty() {
        return Err(th.type_error("NULL object in marshal data for object"));
    }
    Ok(v)
}
/// Reads the whole file and puts back what follows the value, so that several values can be read one after another.
fn load(th: &mut Thread, a: &[Value]) -> R {
    let data = th.call_method(a[0], names().read, &[])?;
    let Some(bytes) = buffer_protocol::bytes_like(th, data)? else {
        return Err(th.type_error(&format!("file.read() returned not bytes but {}", th.class_of(data).name_str())));
    };
    let allow = a[1].is_empty() || th.truth(a[1])?;
    let mut r = Reader {
        bytes: &bytes,
        at: 0,
        allow,
    };
    let v = r.value(th, 0)?;
    let rest = bytes.len() - r.at;
    if rest > 0 {
        th.call_method(a[0], names().seek, &[Value::small(-(rest as i64)), Value::small(1)])?;
    }
    if v.is_empty() {
        return Err(th.type_error("NULL object in marshal data for object"));
    }
    Ok(v)
}
