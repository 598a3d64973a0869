//! The module `binascii`: conversions between binary data and ASCII texts of it, and checksums.

use crate::support::{self, ClassCell, given, put, type_name};
use std::borrow::Cow;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::buffer_protocol::{bytes_arg, bytes_like};
use vasuki_vm::types::bytes::Bytes;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "binascii",
    doc: "Conversion between binary data and ASCII",
    functions: FUNCTIONS,
    init,
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "a2b_base64",
        "data, /, *, strict_mode=False",
        a2b_base64,
        "Decode a line of base64 data.\n\n  strict_mode\n    When set to True, bytes that are not in the base64 standard are not allowed.\n    The same applies to excess data after padding (= / ==).",
    ),
    def(
        "a2b_hex",
        "hexstr, /",
        |th, a| unhexlify(th, a[0]),
        "Binary data of hexadecimal representation.\n\nhexstr must contain an even number of hex digits (upper or lower case).\nThis function is also available as \"unhexlify()\".",
    ),
    def("a2b_qp", "data, header=False", a2b_qp, "Decode a string of qp-encoded data."),
    def("a2b_uu", "data, /", a2b_uu, "Decode a line of uuencoded data."),
    def("b2a_base64", "data, /, *, newline=True", b2a_base64, "Base64-code line of data."),
    def(
        "b2a_hex",
        "data, sep=<unrepresentable>, bytes_per_sep=1",
        hexlify,
        "Hexadecimal representation of binary data.\n\nThe return value is a bytes object.  This function is also\navailable as \"hexlify()\".",
    ),
    def(
        "b2a_qp",
        "data, quotetabs=False, istext=True, header=False",
        b2a_qp,
        "Encode a string using quoted-printable encoding.\n\nOn encoding, when istext is set, newlines are not encoded, and white\nspace at end of lines is.  When istext is not set, \\r and \\n (CR/LF)\nare both encoded.  When quotetabs is set, space and tabs are encoded.",
    ),
    def("b2a_uu", "data, /, *, backtick=False", b2a_uu, "Uuencode line of data."),
    def(
        "crc32",
        "data, crc=0, /",
        |th, a| {
            let n = start(th, a[1], 0)?;
            let d = bytes_arg(th, a[0])?;
            Ok(Value::small(crate::zlib::crc32(n, &d) as i64))
        },
        "Compute CRC-32 incrementally.",
    ),
    def("crc_hqx", "data, crc, /", crc_hqx, "Compute CRC-CCITT incrementally."),
    def(
        "hexlify",
        "data, sep=<unrepresentable>, bytes_per_sep=1",
        hexlify,
        "Hexadecimal representation of binary data.\n\nThe return value is a bytes object.  This function is also\navailable as \"b2a_hex()\".",
    ),
    def(
        "unhexlify",
        "hexstr, /",
        |th, a| unhexlify(th, a[0]),
        "Binary data of hexadecimal representation.\n\nhexstr must contain an even number of hex digits (upper or lower case).",
    ),
];
fn init(th: &mut Thread, m: Value) -> R<()> {
    let e = error_class(th)?;
    put(th, m, "Error", e.value())?;
    static INCOMPLETE: ClassCell = ClassCell::new();
    let e = support::exception(th, &INCOMPLETE, "binascii.Incomplete", ctx().types.Exception, "")?;
    put(th, m, "Incomplete", e.value())
}
fn error_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::exception(th, &C, "binascii.Error", ctx().types.ValueError, "")
}
fn error(th: &mut Thread, text: &str) -> Throw {
    match error_class(th) {
        Ok(c) => th.error(c, text),
        Err(t) => t,
    }
}
/// Bytes, or a str of ASCII characters.
fn ascii_buffer(th: &mut Thread, v: Value) -> R<Cow<'static, [u8]>> {
    if let Some(s) = v.cast::<Str>() {
        return match s.as_ascii() {
            Some(t) => Ok(Cow::Borrowed(t.as_bytes())),
            None => Err(th.value_error("string argument should contain only ASCII characters")),
        };
    }
    match bytes_like(th, v)? {
        Some(b) => Ok(b),
        None => {
            let name = type_name(th, v);
            Err(th.type_error(&format!("argument should be bytes, buffer or ASCII string, not '{name}'")))
        }
    }
}
fn flag(th: &mut Thread, v: Value, default: bool) -> R<bool> {
    if v.is_empty() { Ok(default) } else { th.truth(v) }
}
/// A checksum's starting value: any int, of which the low 32 bits count.
pub(crate) fn start(th: &mut Thread, v: Value, default: u32) -> R<u32> {
    let Some(v) = given(v) else { return Ok(default) };
    let i = th.index(v)?;
    if let Some(n) = i.to_small() {
        return Ok(n as u32);
    }
    let b = vasuki_vm::types::int::to_bigint(i).unwrap_or_default();
    Ok(b.to_signed_bytes_le()
        .iter()
        .take(4)
        .enumerate()
        .fold(0, |n, (k, &b)| n | (b as u32) << (8 * k)))
}
fn crc_hqx(th: &mut Thread, a: &[Value]) -> R {
    let data = bytes_arg(th, a[0])?;
    let mut crc = start(th, a[1], 0)? & 0xFFFF;
    for &b in data.iter() {
        crc ^= (b as u32) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 != 0 { crc << 1 ^ 0x1021 } else { crc << 1 } & 0xFFFF;
        }
    }
    Ok(Value::small(crc as i64))
}

// ---- hex

fn hexlify(th: &mut Thread, a: &[Value]) -> R {
    let data = bytes_arg(th, a[0])?;
    let sep = match given(a[1]) {
        None => None,
        Some(s) => {
            let (len, c) = if let Some(t) = s.cast::<Str>() {
                (t.len(), if t.is_empty() { 0 } else { t.at(0) })
            } else if let Some(b) = s.cast::<Bytes>() {
                (b.len(), b.as_slice().first().copied().unwrap_or(0) as u32)
            } else {
                return Err(th.type_error("sep must be str or bytes."));
            };
            if len != 1 {
                return Err(th.value_error("sep must be length 1."));
            }
            if c > 0x7F {
                return Err(th.value_error("sep must be ASCII."));
            }
            Some(c as u8)
        }
    };
    let group = if a[2].is_empty() { 1 } else { th.to_i32(a[2])? };
    const HEX: &[u8; 16] = b"0123456789abcdef";
    if sep.is_none() {
        return Ok(th.build_bytes(data.len() * 2, |out| {
            for (to, &b) in out.chunks_exact_mut(2).zip(data.iter()) {
                to.copy_from_slice(&[HEX[b as usize >> 4], HEX[b as usize & 15]]);
            }
        }));
    }
    let mut out = Vec::with_capacity(data.len() * 3);
    let n = group.unsigned_abs() as usize;
    for (i, &b) in data.iter().enumerate() {
        let boundary = if group > 0 {
            (data.len() - i).is_multiple_of(n.max(1))
        } else {
            n > 0 && i % n == 0
        };
        if let Some(s) = sep
            && i > 0
            && n > 0
            && boundary
        {
            out.push(s);
        }
        out.extend([HEX[b as usize >> 4], HEX[b as usize & 15]]);
    }
    Ok(th.new_bytes(&out))
}
fn unhexlify(th: &mut Thread, v: Value) -> R {
    let data = ascii_buffer(th, v)?;
    if data.len() % 2 == 1 {
        return Err(error(th, "Odd-length string"));
    }
    let mut wrong = 0;
    let out = th.build_bytes(data.len() / 2, |out| {
        for (to, p) in out.iter_mut().zip(data.chunks_exact(2)) {
            let (h, l) = (UNHEX[p[0] as usize], UNHEX[p[1] as usize]);
            wrong |= h | l;
            *to = h << 4 | l & 15;
        }
    });
    if wrong & 0x80 != 0 {
        return Err(error(th, "Non-hexadecimal digit found"));
    }
    Ok(out)
}

const UNHEX: [u8; 256] = {
    let mut t = [0xFF; 256];
    let mut i = 0;
    while i < 16 {
        let c = b"0123456789abcdef"[i];
        t[c as usize] = i as u8;
        t[c.to_ascii_uppercase() as usize] = i as u8;
        i += 1;
    }
    t
};

// ---- base64

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const UNBASE64: [u8; 256] = {
    let mut t = [0xFF; 256];
    let mut i = 0;
    while i < 64 {
        t[BASE64[i] as usize] = i as u8;
        i += 1;
    }
    t
};
fn b2a_base64(th: &mut Thread, a: &[Value]) -> R {
    let data = bytes_arg(th, a[0])?;
    let newline = flag(th, a[1], true)?;
    let len = data.len().div_ceil(3) * 4 + newline as usize;
    Ok(th.build_bytes(len, |out| {
        let c = |n: u32, shift: u32| BASE64[(n >> shift & 63) as usize];
        let (whole, rest) = data.split_at(data.len() / 3 * 3);
        for (to, p) in out.chunks_exact_mut(4).zip(whole.chunks_exact(3)) {
            let n = (p[0] as u32) << 16 | (p[1] as u32) << 8 | p[2] as u32;
            to[0] = c(n, 18);
            to[1] = c(n, 12);
            to[2] = c(n, 6);
            to[3] = c(n, 0);
        }
        let to = &mut out[whole.len() / 3 * 4..];
        match *rest {
            [x] => {
                let n = (x as u32) << 16;
                to[..4].copy_from_slice(&[c(n, 18), c(n, 12), b'=', b'=']);
            }
            [x, y] => {
                let n = (x as u32) << 16 | (y as u32) << 8;
                to[..4].copy_from_slice(&[c(n, 18), c(n, 12), c(n, 6), b'=']);
            }
            _ => {}
        }
        if newline {
            out[len - 1] = b'\n';
        }
    }))
}
fn a2b_base64(th: &mut Thread, a: &[Value]) -> R {
    let data = ascii_buffer(th, a[0])?;
    let strict = flag(th, a[1], false)?;
    match decode_base64(&data, strict) {
        Ok(out) => Ok(th.new_bytes(&out)),
        Err(text) => Err(error(th, &text)),
    }
}
fn decode_base64(data: &[u8], strict: bool) -> Result<Vec<u8>, String> {
    let mut out = vec![0; data.len() / 4 * 3];
    let (mut quad, mut left, mut pads) = (0, 0u8, 0);
    let mut done = 0;
    for (to, p) in out.chunks_exact_mut(3).zip(data.chunks_exact(4)) {
        let (a, b) = (UNBASE64[p[0] as usize], UNBASE64[p[1] as usize]);
        let (c, d) = (UNBASE64[p[2] as usize], UNBASE64[p[3] as usize]);
        if (a | b | c | d) & 0x80 != 0 {
            break;
        }
        to[0] = a << 2 | b >> 4;
        to[1] = b << 4 | c >> 2;
        to[2] = c << 6 | d;
        done += 4;
    }
    out.truncate(done / 4 * 3);
    for (i, &ch) in data.iter().enumerate().skip(done) {
        if ch == b'=' {
            pads += 1;
            if strict && (quad < 2 || quad + pads > 4) {
                match (quad, i) {
                    (1, _) => break,
                    (_, 0) => return Err("Leading padding not allowed".into()),
                    _ => return Err("Excess padding not allowed".into()),
                }
            }
            continue;
        }
        let v = UNBASE64[ch as usize];
        if v == 0xFF {
            if strict {
                return Err("Only base64 data is allowed".into());
            }
            continue;
        }
        if strict && pads > 0 {
            return Err(if quad + pads == 4 {
                "Excess data after padding".into()
            } else {
                "Discontinuous padding not allowed".into()
            });
        }
        pads = 0;
        match quad {
            0 => left = v,
            1 => {
                out.push(left << 2 | v >> 4);
                left = v & 15;
            }
            2 => {
                out.push(left << 4 | v >> 2);
                left = v & 3;
            }
            _ => {
                out.push(left << 6 | v);
                left = 0;
            }
        }
        quad = (quad + 1) % 4;
    }
    match quad {
        0 => Ok(out),
        1 => Err(format!(
            "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
            out.len() / 3 * 4 + 1
        )),
        _ if quad + pads < 4 => Err("Incorrect padding".into()),
        _ => Ok(out),
    }
}

// ---- uu

fn b2a_uu(th: &mut Thread, a: &[Value]) -> R {
    let data = bytes_arg(th, a[0])?;
    let backtick = flag(th, a[1], false)?;
    if data.len() > 45 {
        return Err(error(th, "At most 45 bytes at once"));
    }
    let c = |n: u32| if backtick && n & 63 == 0 { b'`' } else { b' ' + (n & 63) as u8 };
    let mut out = vec![c(data.len() as u32)];
    for p in data.chunks(3) {
        let b = |i: usize| p.get(i).copied().unwrap_or(0) as u32;
        let n = b(0) << 16 | b(1) << 8 | b(2);
        out.extend([c(n >> 18), c(n >> 12), c(n >> 6), c(n)]);
    }
    out.push(b'\n');
    Ok(th.new_bytes(&out))
}
fn a2b_uu(th: &mut Thread, a: &[Value]) -> R {
    let data = ascii_buffer(th, a[0])?;
    let Some((&first, rest)) = data.split_first() else {
        return Err(error(th, "Missing length byte"));
    };
    let len = (first.wrapping_sub(b' ') & 63) as usize;
    let mut out = Vec::with_capacity(len);
    let (mut bits, mut left) = (0, 0u32);
    let mut it = rest.iter().copied();
    while out.len() < len {
        // A short line means that trailing spaces were stripped.
        let v = match it.next() {
            None | Some(b'\n' | b'\r') => 0,
            Some(ch) => {
                if !(b' '..=b' ' + 64).contains(&ch) {
                    return Err(error(th, "Illegal char"));
                }
                ch.wrapping_sub(b' ') & 63
            }
        };
        left = left << 6 | v as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((left >> bits) as u8);
            left &= (1 << bits) - 1;
        }
    }
    for ch in it {
        if !matches!(ch, b' ' | b'`' | b'\n' | b'\r') {
            return Err(error(th, "Trailing garbage"));
        }
    }
    Ok(th.new_bytes(&out))
}

// ---- quoted-printable

fn a2b_qp(th: &mut Thread, a: &[Value]) -> R {
    let data = ascii_buffer(th, a[0])?;
    let header = flag(th, a[1], false)?;
    let digit = |b: Option<&u8>| b.and_then(|&b| (b as char).to_digit(16));
    let mut out = Vec::with_capacity(data.len());
    let mut i = 0;
    while i < data.len() {
        match data[i] {
            b'=' => {
                i += 1;
                match data.get(i) {
                    None => break,
                    Some(b'\n' | b'\r') => {
                        // Soft line break: up to the newline.
                        if data[i] != b'\n' {
                            while i < data.len() && data[i] != b'\n' {
                                i += 1;
                            }
                        }
                        i += 1;
                    }
                    Some(b'=') => {
                        out.push(b'=');
                        i += 1;
                    }
                    Some(_) => match (digit(data.get(i)), digit(data.get(i + 1))) {
                        (Some(h), Some(l)) => {
                            out.push((h << 4 | l) as u8);
                            i += 2;
                        }
                        _ => out.push(b'='),
                    },
                }
            }
            b'_' if header => {
                out.push(b' ');
                i += 1;
            }
            b => {
                out.push(b);
                i += 1;
            }
        }
    }
    Ok(th.new_bytes(&out))
}
fn b2a_qp(th: &mut Thread, a: &[Value]) -> R {
    const MAX: usize = 76;
    let data = bytes_arg(th, a[0])?;
    let (quotetabs, istext, header) = (flag(th, a[1], false)?, flag(th, a[2], true)?, flag(th, a[3], false)?);
    // Lines end as the first one does.
    let crlf = data.iter().position(|&b| b == b'\n').is_some_and(|p| p > 0 && data[p - 1] == b'\r');
    let mut out: Vec<u8> = Vec::with_capacity(data.len() + data.len() / 8);
    let mut line = 0;
    let soft = |out: &mut Vec<u8>, line: &mut usize| {
        out.push(b'=');
        if crlf {
            out.push(b'\r');
        }
        out.push(b'\n');
        *line = 0;
    };
    let hex = |out: &mut Vec<u8>, b: u8| {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        out.extend([b'=', HEX[b as usize >> 4], HEX[b as usize & 15]]);
    };
    let mut i = 0;
    while i < data.len() {
        let b = data[i];
        let next = data.get(i + 1).copied();
        let quoted = b > 126
            || b == b'='
            || header && b == b'_'
            || b == b'.' && line == 0 && (next.is_none() || matches!(next, Some(b'\n' | b'\r' | 0)))
            || !istext && matches!(b, b'\r' | b'\n')
            || matches!(b, b'\t' | b' ') && next.is_none()
            || b < 33 && !matches!(b, b'\r' | b'\n' | b'\t' | b' ')
            || b < 33 && !matches!(b, b'\r' | b'\n') && (quotetabs || b != b'\t' && b != b' ');
        if quoted {
            if line + 3 >= MAX {
                soft(&mut out, &mut line);
            }
            hex(&mut out, b);
            line += 3;
            i += 1;
            continue;
        }
        if istext && (b == b'\n' || b == b'\r' && next == Some(b'\n')) {
            line = 0;
            // White space before the end of a line is quoted.
            if let Some(&last @ (b' ' | b'\t')) = out.last() {
                out.pop();
                hex(&mut out, last);
            }
            if crlf {
                out.push(b'\r');
            }
            out.push(b'\n');
            i += if b == b'\r' { 2 } else { 1 };
            continue;
        }
        if next.is_some() && next != Some(b'\n') && line + 1 >= MAX {
            soft(&mut out, &mut line);
        }
        line += 1;
        out.push(if header && b == b' ' { b'_' } else { b });
        i += 1;
    }
    Ok(th.new_bytes(&out))
}
