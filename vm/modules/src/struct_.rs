//! The module `_struct`: packing of values into bytes by format strings. Formats are parsed in `struct_format`.

use crate::struct_format::{Item, Layout, parse};
use crate::support::{self, ClassCell, native, open, put, type_name};
use num_traits::ToPrimitive;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, NativeDef, TypeDef, def, def_static, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::buffer_protocol::{bytes_arg, bytes_like, with_buffer, with_buffer_mut};
use vasuki_vm::types::bytes::Bytes;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::types::{complex_methods, float, half, int};
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_struct",
    doc: "Functions to convert between Python values and C structs.\nPython bytes objects are used to hold the data representing the C struct\nand also as format strings (explained below) to describe the layout of data\nin the C struct.",
    functions: FUNCTIONS,
    init,
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "_clearcache",
        "",
        |_, _| {
            CACHE.with(|c| c.borrow_mut().clear());
            Ok(Value::NONE)
        },
        "Clear the internal cache.",
    ),
    def(
        "calcsize",
        "format, /",
        |th, a| {
            let l = layout(th, a[0])?;
            th.to_value(l.size)
        },
        "Return size in bytes of the struct described by the format string.",
    ),
    def(
        "iter_unpack",
        "format, buffer, /",
        |th, a| {
            let l = layout(th, a[0])?;
            iter_over(th, l, a[1])
        },
        "Return an iterator yielding tuples unpacked from the given bytes.\n\nThe bytes are unpacked according to the format string, like\na repeated invocation of unpack_from().\n\nRequires that the bytes length be a multiple of the format struct size.",
    ),
    def(
        "pack",
        "format, /, *values",
        |th, a| {
            let l = layout(th, a[0])?;
            pack(th, &l, a[1].as_gc::<Tuple>().items())
        },
        "pack(format, v1, v2, ...) -> bytes\n\nReturn a bytes object containing the values v1, v2, ... packed according\nto the format string.  See help(struct) for more on format strings.",
    ),
    def(
        "pack_into",
        "format, buffer, offset, /, *values",
        |th, a| {
            let l = layout(th, a[0])?;
            pack_into(th, &l, a[1], a[2], a[3].as_gc::<Tuple>().items())
        },
        "pack_into(format, buffer, offset, v1, v2, ...)\n\nPack the values v1, v2, ... according to the format string and write\nthe packed bytes into the writable buffer buf starting at offset.  Note\nthat the offset is a required argument.  See help(struct) for more\non format strings.",
    ),
    def(
        "unpack",
        "format, buffer, /",
        |th, a| {
            let l = layout(th, a[0])?;
            unpack(th, &l, a[1])
        },
        "Return a tuple containing values unpacked according to the format string.\n\nThe buffer's size in bytes must be calcsize(format).\n\nSee help(struct) for more on format strings.",
    ),
    def(
        "unpack_from",
        "format, /, buffer, offset=0",
        |th, a| {
            let l = layout(th, a[0])?;
            unpack_from(th, &l, a[1], a[2])
        },
        "Return a tuple containing values unpacked according to the format string.\n\nThe buffer's size, minus offset, must be at least calcsize(format).\n\nSee help(struct) for more on format strings.",
    ),
];
fn init(th: &mut Thread, m: Value) -> R<()> {
    let c = support::class(th, &STRUCT_CLASS, &STRUCT)?;
    put(th, m, "Struct", c.value())?;
    let e = error_class(th)?;
    put(th, m, "error", e.value())
}
trait ToValue {
    fn to_value(&mut self, n: usize) -> R;
}
impl ToValue for Thread {
    fn to_value(&mut self, n: usize) -> R {
        Ok(self.new_uint(n as u64))
    }
}
fn error_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::exception(th, &C, "struct.error", ctx().types.Exception, "")
}
/// `struct.error`
pub(crate) fn error(th: &mut Thread, text: &str) -> Throw {
    match error_class(th) {
        Ok(c) => th.error(c, text),
        Err(t) => t,
    }
}

/// Formats are short, and nobody gains by having them collide: the cache is small.
#[derive(Default)]
struct FormatHasher(u64);
impl Hasher for FormatHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_u64(*b as u64));
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0 ^ n).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23);
    }
    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }
    fn finish(&self) -> u64 {
        self.0
    }
}
thread_local! {
    /// Layouts of the formats that module functions were called with.
    static CACHE: RefCell<HashMap<Vec<u8>, Arc<Layout>, BuildHasherDefault<FormatHasher>>> = RefCell::default();
}
fn format_bytes(th: &mut Thread, v: Value) -> R<Cow<'static, [u8]>> {
    if let Some(s) = v.cast::<Str>() {
        return match s.as_ascii() {
            Some(t) => Ok(Cow::Borrowed(t.as_bytes())),
            None => {
                let e = vasuki_vm::codecs::errors::Errors::named("strict");
                vasuki_vm::codecs::charmap::encode_limit(th, s, &e, 0x80).map(Cow::Owned)
            }
        };
    }
    if let Some(b) = v.cast::<Bytes>() {
        return Ok(Cow::Borrowed(b.as_slice()));
    }
    let name = type_name(th, v);
    Err(th.type_error(&format!("Struct() argument 1 must be a str or bytes object, not {name}")))
}
fn layout_of(th: &mut Thread, format: &[u8]) -> R<Arc<Layout>> {
    if let Some(l) = CACHE.with(|c| c.borrow().get(format).cloned()) {
        return Ok(l);
    }
    if format.contains(&0) {
        return Err(error(th, "embedded null character"));
    }
    match parse(format) {
        Ok(l) => {
            let l = Arc::new(l);
            CACHE.with(|c| {
                let mut c = c.borrow_mut();
                if c.len() >= 100 {
                    c.clear();
                }
                c.insert(format.to_vec(), l.clone());
            });
            Ok(l)
        }
        Err(text) => Err(error(th, &text)),
    }
}
fn layout(th: &mut Thread, v: Value) -> R<Arc<Layout>> {
    if let Some(s) = payload::downcast::<Struct>(v) {
        return this(th, s.value());
    }
    let f = format_bytes(th, v)?;
    layout_of(th, &f)
}

// ---- class Struct

#[derive(Clone)]
struct Struct {
    /// None until `__init__` ran
    layout: Option<Arc<Layout>>,
    format: String,
}
impl Payload for Struct {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
static STRUCT_CLASS: ClassCell = ClassCell::new();
static STRUCT: TypeDef = TypeDef {
    doc: "Struct(fmt) --> compiled struct object",
    methods: &[
        def_static(
            "__new__",
            "cls, *args, **kwargs",
            |th, a| {
                Ok(payload::new(
                    th,
                    a[0].as_gc(),
                    Struct {
                        layout: None,
                        format: String::new(),
                    },
                )
                .value())
            },
            "",
        ),
        def("__init__", "self, /, format", struct_init, "Initialize self."),
        def(
            "iter_unpack",
            "self, buffer, /",
            |th, a| {
                let l = this(th, a[0])?;
                iter_over(th, l, a[1])
            },
            "Return an iterator yielding tuples.",
        ),
        def(
            "pack",
            "self, /, *values",
            |th, a| {
                let l = this(th, a[0])?;
                pack(th, &l, a[1].as_gc::<Tuple>().items())
            },
            "S.pack(v1, v2, ...) -> bytes",
        ),
        def(
            "pack_into",
            "self, buffer, offset, /, *values",
            |th, a| {
                let l = this(th, a[0])?;
                pack_into(th, &l, a[1], a[2], a[3].as_gc::<Tuple>().items())
            },
            "S.pack_into(buffer, offset, v1, v2, ...)",
        ),
        def(
            "unpack",
            "self, buffer, /",
            |th, a| {
                let l = this(th, a[0])?;
                unpack(th, &l, a[1])
            },
            "Return a tuple containing unpacked values.",
        ),
        def(
            "unpack_from",
            "self, /, buffer, offset=0",
            |th, a| {
                let l = this(th, a[0])?;
                unpack_from(th, &l, a[1], a[2])
            },
            "Return a tuple containing unpacked values.",
        ),
        def("__repr__", "self, /", struct_repr, "Return repr(self)."),
        def(
            "__sizeof__",
            "self, /",
            |th, a| {
                let l = this(th, a[0])?;
                th.to_value(payload_size::<Struct>() + std::mem::size_of::<Item>() * l.items.len())
            },
            "S.__sizeof__() -> size of S in memory, in bytes",
        ),
    ],
    getsets: &[
        getter(
            "format",
            |th, v| {
                this(th, v)?;
                let f = open::<Struct>(th, v)?.format.clone();
                Ok(th.new_str(&f))
            },
            "struct format string",
        ),
        getter(
            "size",
            |th, v| match &open::<Struct>(th, v)?.layout {
                Some(l) => th.to_value(l.size),
                None => Ok(Value::small(-1)),
            },
            "struct size in bytes",
        ),
    ],
    ..TypeDef::new("_struct.Struct", Kind::Payload, payload_size::<Struct>())
};
fn struct_init(th: &mut Thread, a: &[Value]) -> R {
    let f = format_bytes(th, a[1])?;
    let l = layout_of(th, &f)?;
    let s = open::<Struct>(th, a[0])?;
    s.layout = Some(l);
    s.format = f.iter().map(|&b| b as char).collect();
    Ok(Value::NONE)
}
fn this(th: &mut Thread, v: Value) -> R<Arc<Layout>> {
    let s = native::<Struct>(th, v)?;
    let l = th.open_mut(s)?.layout.clone();
    l.ok_or_else(|| th.runtime_error("Struct object is not initialized"))
}
fn struct_repr(th: &mut Thread, a: &[Value]) -> R {
    this(th, a[0])?;
    let f = open::<Struct>(th, a[0])?.format.clone();
    let f = th.new_str(&f);
    let text = format!("{}({})", th.class_of(a[0]).name_str(), th.repr_string(f)?);
    Ok(th.new_str(&text))
}

// ---- packing

fn pack(th: &mut Thread, l: &Layout, values: &[Value]) -> R {
    if let ([item], [v]) = (&l.items[..], values)
        && item.size <= 8
        && !matches!(item.code, b's' | b'p')
        && l.size == item.size
    {
        let mut out = [0; 8];
        pack_one(th, item, *v, &mut out[..item.size])?;
        return Ok(th.new_bytes(&out[..item.size]));
    }
    let data = packed(th, l, values, "pack", values.len())?;
    Ok(th.new_bytes(&data))
}
fn packed(th: &mut Thread, l: &Layout, values: &[Value], function: &str, got: usize) -> R<Vec<u8>> {
    if values.len() != l.values {
        let text = format!("{function} expected {} items for packing (got {got})", l.values);
        return Err(error(th, &text));
    }
    let mut out = vasuki_vm::memory::zeros(th, l.size)?;
    let mut next = values.iter();
    for item in &l.items {
        if item.code == b's' || item.code == b'p' {
            let v = next.next().copied().unwrap_or(Value::NONE);
            pack_text(th, item, v, &mut out[item.offset..item.offset + item.count])?;
            continue;
        }
        for n in 0..item.count {
            let v = next.next().copied().unwrap_or(Value::NONE);
            let at = item.offset + n * item.size;
            pack_one(th, item, v, &mut out[at..at + item.size])?;
        }
    }
    Ok(out)
}
fn pack_text(th: &mut Thread, item: &Item, v: Value, out: &mut [u8]) -> R<()> {
    let data = if v.is_kind(Kind::Bytes) || payload::downcast::<vasuki_vm::types::bytearray::ByteArray>(v).is_some() {
        bytes_like(th, v)?
    } else {
        None
    };
    let Some(data) = data else {
        return Err(error(th, &format!("argument for '{}' must be a bytes object", item.code as char)));
    };
    if item.code == b's' {
        let n = data.len().min(out.len());
        out[..n].copy_from_slice(&data[..n]);
    } else if let Some((len, rest)) = out.split_first_mut() {
        let n = data.len().min(rest.len());
        rest[..n].copy_from_slice(&data[..n]);
        *len = n.min(255) as u8;
    }
    Ok(())
}
fn put_bytes(item: &Item, out: &mut [u8], little: &[u8]) {
    out.copy_from_slice(&little[..out.len()]);
    if item.big {
        out.reverse();
    }
}
fn pack_one(th: &mut Thread, item: &Item, v: Value, out: &mut [u8]) -> R<()> {
    match item.code {
        b'c' => match v.cast::<Bytes>() {
            Some(b) if b.len() == 1 => out[0] = b.as_slice()[0],
            _ => return Err(error(th, "char format requires a bytes object of length 1")),
        },
        b'?' => out[0] = th.truth(v)? as u8,
        b'e' | b'f' | b'd' => {
            let x = pack_float(th, v, "required argument is not a float")?;
            float_bytes(th, item, item.code, x, out)?;
        }
        b'F' | b'D' => {
            let r = th.catch(ctx().types.TypeError, |th| complex_methods::expect(th, v))?;
            let Ok((re, im)) = r else {
                return Err(error(th, "required argument is not a complex"));
            };
            let code = if item.code == b'F' { b'f' } else { b'd' };
            let (a, b) = out.split_at_mut(item.size / 2);
            float_bytes(th, item, code, re, a)?;
            float_bytes(th, item, code, im, b)?;
        }
        _ => {
            let n = pack_int(th, item, v)?;
            put_bytes(item, out, &n.to_le_bytes());
        }
    }
    Ok(())
}
fn pack_float(th: &mut Thread, v: Value, text: &str) -> R<f64> {
    match th.catch(ctx().types.TypeError, |th| float::expect(th, v))? {
        Ok(x) => Ok(x),
        Err(_) => Err(error(th, text)),
    }
}
fn float_bytes(th: &mut Thread, item: &Item, code: u8, x: f64, out: &mut [u8]) -> R<()> {
    match code {
        b'e' => match half::from_f64(x) {
            Some(h) => put_bytes(item, out, &h.to_le_bytes()),
            None => return Err(th.overflow_error("float too large to pack with e format")),
        },
        b'f' => {
            let y = x as f32;
            if y.is_infinite() && x.is_finite() {
                return Err(th.overflow_error("float too large to pack with f format"));
            }
            put_bytes(item, out, &y.to_le_bytes());
        }
        _ => put_bytes(item, out, &x.to_le_bytes()),
    }
    Ok(())
}
fn pack_int(th: &mut Thread, item: &Item, v: Value) -> R<i128> {
    let i = if int::is_int(v) {
        v
    } else if th.class_of(v).special(vasuki_vm::special::Special::Index).is_some() {
        th.index(v)?
    } else {
        return Err(error(th, "required argument is not an integer"));
    };
    let bits = item.size as u32 * 8;
    let signed = item.code.is_ascii_lowercase();
    let (lo, hi) = if signed {
        (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
    } else {
        (0, (1i128 << bits) - 1)
    };
    let lo = if item.code == b'P' { -(1i128 << (bits - 1)) } else { lo };
    let n = int::to_bigint(i).and_then(|b| b.to_i128());
    match n {
        Some(n) if n >= lo && n <= hi => Ok(n),
        _ if item.code == b'P' => Err(error(th, "int too large to convert")),
        _ => {
            let text = match item.code {
                b'b' => "byte format requires -128 <= number <= 127".to_string(),
                b'B' => "ubyte format requires 0 <= number <= 255".into(),
                b'h' => "short format requires -32768 <= number <= 32767".into(),
                b'H' => "ushort format requires 0 <= number <= 65535".into(),
                c => format!("'{}' format requires {lo} <= number <= {hi}", c as char),
            };
            Err(error(th, &text))
        }
    }
}
fn pack_into(th: &mut Thread, l: &Layout, buffer: Value, offset: Value, values: &[Value]) -> R {
    if values.len() != l.values {
        let text = format!("pack_into expected {} items for packing (got {})", l.values, values.len());
        return Err(error(th, &text));
    }
    let len = with_buffer_mut(th, buffer, |b| b.len())?;
    let mut at = th.to_isize(offset)?;
    let size = l.size as isize;
    if at < 0 {
        if at + size > 0 {
            return Err(error(th, &format!("no space to pack {size} bytes at offset {at}")));
        }
        if at + (len as isize) < 0 {
            return Err(error(th, &format!("offset {at} out of range for {len}-byte buffer")));
        }
        at += len as isize;
    }
    if len as isize - at < size {
        let text = format!(
            "pack_into requires a buffer of at least {} bytes for packing {size} bytes at offset {at} (actual buffer size is {len})",
            size as i128 + at as i128
        );
        return Err(error(th, &text));
    }
    let data = packed(th, l, values, "pack_into", values.len())?;
    let ok = with_buffer_mut(th, buffer, |b| match b.get_mut(at as usize..at as usize + data.len()) {
        // Padding is written too, as zeros.
        Some(place) => {
            place.copy_from_slice(&data);
            true
        }
        None => false,
    })?;
    if ok {
        Ok(Value::NONE)
    } else {
        Err(th.value_error("memory was resized while packing"))
    }
}

// ---- unpacking

fn unpack(th: &mut Thread, l: &Layout, buffer: Value) -> R {
    let data = bytes_arg(th, buffer)?;
    if data.len() != l.size {
        let text = format!("unpack requires a buffer of {} bytes", l.size);
        return Err(error(th, &text));
    }
    unpacked(th, l, &data)
}
fn unpack_from(th: &mut Thread, l: &Layout, buffer: Value, offset: Value) -> R {
    let len = with_buffer(th, buffer, |b| b.len())?;
    let mut at = if offset.is_empty() { 0 } else { th.to_isize(offset)? };
    let size = l.size as isize;
    if at < 0 {
        if at + size > 0 {
            return Err(error(th, &format!("not enough data to unpack {size} bytes at offset {at}")));
        }
        if at + (len as isize) < 0 {
            return Err(error(th, &format!("offset {at} out of range for {len}-byte buffer")));
        }
        at += len as isize;
    }
    if len as isize - at < size {
        let text = format!(
            "unpack_from requires a buffer of at least {} bytes for unpacking {size} bytes at offset {at} (actual buffer size is {len})",
            size as i128 + at as i128
        );
        return Err(error(th, &text));
    }
    let data = with_buffer(th, buffer, |b| {
        b.get(at as usize..at as usize + l.size).map(<[u8]>::to_vec).unwrap_or_default()
    })?;
    unpacked(th, l, &data)
}
fn unpacked(th: &mut Thread, l: &Layout, data: &[u8]) -> R {
    let mut out = ValueVec::with_capacity(th, l.values)?;
    for item in &l.items {
        if item.code == b's' || item.code == b'p' {
            let raw = &data[item.offset..item.offset + item.count];
            let raw = match (item.code, raw.split_first()) {
                (b's', _) => raw,
                (_, Some((&n, rest))) => &rest[..(n as usize).min(rest.len())],
                _ => &[],
            };
            let v = th.new_bytes(raw);
            out.push(th, v)?;
            continue;
        }
        for n in 0..item.count {
            let at = item.offset + n * item.size;
            let v = unpack_one(th, item, &data[at..at + item.size]);
            out.push(th, v)?;
        }
    }
    Ok(th.new_tuple(out.as_slice()))
}
fn unpack_one(th: &mut Thread, item: &Item, raw: &[u8]) -> Value {
    let le = |raw: &[u8]| {
        let mut b = [0u8; 8];
        b[..raw.len()].copy_from_slice(raw);
        if item.big {
            b[..raw.len()].reverse();
        }
        u64::from_le_bytes(b)
    };
    match item.code {
        b'c' => th.new_bytes(raw),
        b'?' => Value::bool(raw[0] != 0),
        b'e' => Value::float(half::to_f64(le(raw) as u16)),
        b'f' => Value::float(f32::from_bits(le(raw) as u32) as f64),
        b'd' => Value::float(f64::from_bits(le(raw))),
        b'F' => {
            let f = |b: &[u8]| f32::from_bits(le(b) as u32) as f64;
            th.new_complex(f(&raw[..4]), f(&raw[4..]))
        }
        b'D' => {
            let (re, im) = (f64::from_bits(le(&raw[..8])), f64::from_bits(le(&raw[8..])));
            th.new_complex(re, im)
        }
        c if c.is_ascii_lowercase() => {
            let shift = 64 - 8 * raw.len() as u32;
            th.new_int((le(raw) << shift) as i64 >> shift)
        }
        _ => th.new_uint(le(raw)),
    }
}

// ---- iter_unpack

#[derive(Clone)]
struct Unpacker {
    layout: Arc<Layout>,
    buffer: Value,
    at: usize,
}
impl Payload for Unpacker {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.buffer)
    }
}
static ITER: TypeDef = TypeDef {
    base: false,
    methods: &[
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", iter_next, "Implement next(self)."),
        def("__length_hint__", "self, /", iter_hint, ""),
    ],
    ..TypeDef::new("_struct.unpack_iterator", Kind::Payload, payload_size::<Unpacker>())
};
fn iter_over(th: &mut Thread, layout: Arc<Layout>, buffer: Value) -> R {
    static C: ClassCell = ClassCell::new();
    if layout.size == 0 {
        return Err(error(th, "cannot iteratively unpack with a struct of length 0"));
    }
    let len = with_buffer(th, buffer, |b| b.len())?;
    if !len.is_multiple_of(layout.size) {
        let text = format!("iterative unpacking requires a buffer of a multiple of {} bytes", layout.size);
        return Err(error(th, &text));
    }
    let class = support::class(th, &C, &ITER)?;
    Ok(payload::new(th, class, Unpacker { layout, buffer, at: 0 }).value())
}
fn iter_next(th: &mut Thread, a: &[Value]) -> R {
    let u = open::<Unpacker>(th, a[0])?;
    if u.buffer.is_empty() {
        return Ok(Value::EMPTY);
    }
    let (layout, buffer, at) = (u.layout.clone(), u.buffer, u.at);
    let data = with_buffer(th, buffer, |b| b.get(at..at + layout.size).map(<[u8]>::to_vec))?;
    let u = open::<Unpacker>(th, a[0])?;
    match data {
        Some(data) => {
            u.at = at + layout.size;
            unpacked(th, &layout, &data)
        }
        None => {
            u.buffer = Value::EMPTY;
            Ok(Value::EMPTY)
        }
    }
}
fn iter_hint(th: &mut Thread, a: &[Value]) -> R {
    let u = open::<Unpacker>(th, a[0])?;
    if u.buffer.is_empty() {
        return Ok(Value::small(0));
    }
    let (size, buffer, at) = (u.layout.size, u.buffer, u.at);
    let len = with_buffer(th, buffer, |b| b.len())?;
    th.to_value(len.saturating_sub(at) / size)
}
