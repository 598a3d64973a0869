//! `%` formatting of str and bytes.

use crate::context::ctx;
use crate::object::{Gc, Kind};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::dict::Dict;
use crate::types::str_::Str;
use crate::types::str_ops::{self, StrBuilder};
use crate::types::tuple::Tuple;
use crate::types::{buffer_protocol, float, int, int_methods};
use crate::value::Value;
use num_bigint::Sign;

struct Args {
    values: Value,
    at: usize,
    tuple: Option<Gc<Tuple>>,
    mapping: bool,
    current: Option<Value>,
}
impl Args {
    fn next(&mut self, th: &mut Thread) -> R {
        if let Some(v) = self.current {
            return Ok(v);
        }
        let v = match self.tuple {
            Some(t) => t.items().get(self.at).copied(),
            None if self.at == 0 => Some(self.values),
            None => None,
        };
        self.at += 1;
        match v {
            Some(v) => Ok(v),
            None => Err(th.type_error("not enough arguments for format string")),
        }
    }
}
#[derive(Default)]
struct Conversion {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

/// `format % values` of a str.
pub fn format_str(th: &mut Thread, format: Gc<Str>, values: Value) -> R {
    let p = str_ops::wide(format);
    Ok(run(th, &p, values, false)?.finish(th))
}
/// `format % values` of bytes.
pub fn format_bytes(th: &mut Thread, format: &[u8], values: Value) -> R<Vec<u8>> {
    let p: Vec<u32> = format.iter().map(|&b| b as u32).collect();
    let out = run(th, &p, values, true)?.finish(th);
    Ok(out.as_gc::<Str>().points().map(|c| c as u8).collect())
}
fn run(th: &mut Thread, p: &[u32], values: Value, bytes: bool) -> R<StrBuilder> {
    let class = th.class_of(values);
    let tuple = values.cast::<Tuple>();
    let text_like = values.is_kind(Kind::Str) || bytes && buffer_protocol::is_bytes_like(th, values);
    let mapping = tuple.is_none() && !text_like && class.special(Special::Getitem).is_some();
    let mut args = Args {
        values,
        at: 0,
        tuple,
        mapping,
        current: None,
    };
    let mut out = StrBuilder::with_capacity(p.len() + 32);
    let plain_dict = if class == ctx().types.dict { values.cast::<Dict>() } else { None };
    let mut used_key = false;
    let mut i = 0;
    while i < p.len() {
        if p[i] != '%' as u32 {
            let n = p[i..].iter().position(|c| *c == '%' as u32).unwrap_or(p.len() - i);
            out.push_points(&p[i..i + n]);
            i += n;
            continue;
        }
        i += 1;
        if p.get(i) == Some(&('%' as u32)) {
            out.push('%' as u32);
            i += 1;
            continue;
        }
        args.current = None;
        if p.get(i) == Some(&('(' as u32)) {
            if !args.mapping {
                return Err(th.type_error("format requires a mapping"));
            }
            let start = i + 1;
            let mut depth = 1;
            i += 1;
            while i < p.len() && depth > 0 {
                match char::from_u32(p[i]) {
                    Some('(') => depth += 1,
                    Some(')') => depth -= 1,
                    _ => {}
                }
                i += 1;
            }
            if depth > 0 {
                return Err(th.value_error("incomplete format key"));
            }
            let key = if bytes {
                let b: Vec<u8> = p[start..i - 1].iter().map(|&c| c as u8).collect();
                th.new_bytes(&b)
            } else {
                th.new_str_points(&p[start..i - 1])
            };
            args.current = match plain_dict {
                Some(d) => match d.get(th, key)? {
                    Some(v) => Some(v),
                    None => return Err(th.key_error(key)),
                },
                None => Some(th.getitem(values, key)?),
            };
            used_key = true;
        }
        let mut c = Conversion::default();
        while let Some(f) = p.get(i).and_then(|&c| char::from_u32(c)) {
            match f {
                '-' => c.left = true,
                '+' => c.plus = true,
                ' ' => c.space = true,
                '#' => c.alternate = true,
                '0' => c.zero = true,
                _ => break,
            }
            i += 1;
        }
        if let Some(n) = size(th, p, &mut i, &mut args, "width")? {
            if n < 0 {
                c.left = true;
            }
            c.width = n.unsigned_abs();
        }
        if p.get(i) == Some(&('.' as u32)) {
            i += 1;
            c.precision = Some(size(th, p, &mut i, &mut args, "precision")?.unwrap_or(0).max(0) as usize);
        }
        str_ops::check_size(th, c.width.max(c.precision.unwrap_or(0)))?;
        if matches!(p.get(i).and_then(|&c| char::from_u32(c)), Some('l' | 'h' | 'L')) {
            i += 1;
        }
        let Some(&kind) = p.get(i) else {
            return Err(th.value_error("incomplete format"));
        };
        i += 1;
        let v = args.next(th)?;
        convert(th, &mut out, &c, kind, v, bytes, i - 1)?;
    }
    let left_over = match args.tuple {
        Some(t) => args.at < t.len(),
        None => args.at == 0 && !args.mapping && !used_key,
    };
    if left_over {
        let what = if bytes { "bytes" } else { "string" };
        return Err(th.type_error(&format!("not all arguments converted during {what} formatting")));
    }
    Ok(out)
}
fn size(th: &mut Thread, p: &[u32], i: &mut usize, args: &mut Args, what: &str) -> R<Option<isize>> {
    if p.get(*i) == Some(&('*' as u32)) {
        *i += 1;
        let v = args.next(th)?;
        if !int::is_int(v) {
            return Err(th.type_error("* wants int"));
        }
        if what == "precision" {
            return th.to_i32(v).map(|n| Some(n as isize));
        }
        return match th.to_isize(v)? {
            isize::MIN => Err(th.overflow_error("width too big")),
            n => Ok(Some(n)),
        };
    }
    let mut n: Option<isize> = None;
    while let Some(&d) = p.get(*i).filter(|d| (0x30..0x3A).contains(*d)) {
        n = match n.unwrap_or(0).checked_mul(10).and_then(|n| n.checked_add(d as isize - 0x30)) {
            Some(n) if n <= i32::MAX as isize => Some(n),
            _ => return Err(th.value_error(&format!("{what} too big"))),
        };
        *i += 1;
    }
    Ok(n)
}
fn pad(out: &mut StrBuilder, c: &Conversion, sign: &str, prefix: &str, body: &[u32], zero: bool) {
    let len = sign.len() + prefix.len() + body.len();
    let room = c.width.saturating_sub(len);
    let zero = zero && c.zero && !c.left;
    if !c.left && !zero {
        out.fill(32, room);
    }
    out.push_str(sign);
    out.push_str(prefix);
    if zero {
        out.fill(0x30, room);
    }
    out.push_points(body);
    if c.left {
        out.fill(32, room);
    }
}
fn points(s: &str) -> Vec<u32> {
    s.chars().map(|c| c as u32).collect()
}
fn convert(th: &mut Thread, out: &mut StrBuilder, c: &Conversion, kind: u32, v: Value, bytes: bool, at: usize) -> R<()> {
    let ch = char::from_u32(kind).unwrap_or('\u{FFFD}');
    match ch {
        's' | 'b' if bytes => {
            let b = if v.is_obj() && th.class_of(v).special(Special::Bytes).is_some() && !v.is_kind(Kind::Str) {
                buffer_protocol::bytes_of_argument(th, v)?
            } else {
                match buffer_protocol::bytes_like(th, v)? {
                    Some(b) => b,
                    None => {
                        let name = th.class_of(v).name_str();
                        let text = format!("%b requires a bytes-like object, or an object that implements __bytes__, not '{name}'");
                        return Err(th.type_error(&text));
                    }
                }
            };
            let n = b.len().min(c.precision.unwrap_or(usize::MAX));
            let body: Vec<u32> = b[..n].iter().map(|&b| b as u32).collect();
            pad(out, c, "", "", &body, false);
        }
        's' | 'r' | 'a' => {
            let s = match ch {
                's' => th.str(v)?,
                'r' if !bytes => th.repr(v)?,
                _ => th.ascii(v)?,
            };
            if c.width == 0 && c.precision.is_none() {
                out.push_gc(s);
                return Ok(());
            }
            let n = s.len().min(c.precision.unwrap_or(usize::MAX));
            let body: Vec<u32> = s.points().take(n).collect();
            pad(out, c, "", "", &body, false);
        }
        'c' => {
            let point = if bytes { byte_char(th, v)? } else { char_of(th, v)? };
            pad(out, c, "", "", &[point], false);
        }
        'd' if v.is_small() && c.width == 0 && c.precision.is_none() && !c.plus && !c.space => {
            out.push_gc(int::small_to_str(th, v.as_small()).as_gc());
        }
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => integer(th, out, c, ch, v, bytes)?,
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let f = match float::of_number(th, v)? {
                Some(f) => f,
                None if bytes && !v.is_obj() => return Err(th.type_error("float argument required")),
                None => {
                    if bytes && th.class_of(v).special(Special::Float).is_none() {
                        return Err(th.type_error(&format!("float argument required, not {}", th.class_of(v).name_str())));
                    }
                    float::expect(th, v)?
                }
            };
            let mut text = float::format_magnitude(f, ch.to_ascii_lowercase(), c.precision.unwrap_or(6), c.alternate);
            if ch.is_ascii_uppercase() {
                text.make_ascii_uppercase();
            }
            let negative = f.is_sign_negative() && !f.is_nan();
            pad(out, c, sign(c, negative), "", &points(&text), true);
        }
        _ => {
            let (shown, what) = if bytes {
                (ch.to_string(), "character")
            } else {
                (if ch >= ' ' && ch != '\x7f' { ch.to_string() } else { "?".into() }, "character")
            };
            return Err(th.value_error(&format!("unsupported format {what} '{shown}' (0x{kind:x}) at index {at}")));
        }
    }
    Ok(())
}
fn sign(c: &Conversion, negative: bool) -> &'static str {
    match (negative, c.plus, c.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    }
}
fn byte_char(th: &mut Thread, v: Value) -> R<u32> {
    if let Some(b) = buffer_protocol::bytes_like(th, v)? {
        if b.len() == 1 {
            return Ok(b[0] as u32);
        }
        let what = if v.is_kind(Kind::Bytes) {
            "a bytes object"
        } else {
            "a bytearray object"
        };
        return Err(th.type_error(&format!(
            "%c requires an integer in range(256) or a single byte, not {what} of length {}",
            b.len()
        )));
    }
    if int::is_int(v) || th.class_of(v).special(Special::Index).is_some() {
        let i = th.index(v)?;
        return match int::to_i64(i) {
            Some(n @ 0..=255) => Ok(n as u32),
            _ => Err(th.overflow_error("%c arg not in range(256)")),
        };
    }
    let class = th.class_of(v);
    let name = th.full_name(class)?;
    Err(th.type_error(&format!("%c requires an integer in range(256) or a single byte, not {name}")))
}
fn char_of(th: &mut Thread, v: Value) -> R<u32> {
    if let Some(s) = v.cast::<Str>() {
        if s.len() == 1 {
            return Ok(s.at(0));
        }
        return Err(th.type_error(&format!(
            "%c requires an int or a unicode character, not a string of length {}",
            s.len()
        )));
    }
    if int::is_int(v) || th.class_of(v).special(Special::Index).is_some() {
        let i = th.index(v)?;
        return match int::to_i64(i) {
            Some(n @ 0..=0x10FFFF) => Ok(n as u32),
            _ => Err(th.overflow_error("%c arg not in range(0x110000)")),
        };
    }
    let class = th.class_of(v);
    let name = th.full_name(class)?;
    Err(th.type_error(&format!("%c requires an int or a unicode character, not {name}")))
}
fn integer(th: &mut Thread, out: &mut StrBuilder, c: &Conversion, kind: char, v: Value, _bytes: bool) -> R<()> {
    let n = if int::is_int(v) {
        v
    } else {
        let class = th.class_of(v);
        let based = matches!(kind, 'o' | 'x' | 'X');
        if based && class.special(Special::Index).is_some() {
            th.index(v)?
        } else if !based && (class.special(Special::Int).is_some() || class.special(Special::Index).is_some()) && !v.is_kind(Kind::Str) {
            if let Some(f) = float::to_f64(v) {
                int_methods::of_float(th, f)?
            } else {
                int_methods::of_value(th, v)?
            }
        } else {
            let what = if based {
                "an integer is required"
            } else {
                "a real number is required"
            };
            return Err(th.type_error(&format!("%{kind} format: {what}, not {}", class.name_str())));
        }
    };
    let (negative, mut digits, mut prefix) = if matches!(kind, 'd' | 'i' | 'u') {
        let t = int::to_decimal(th, n)?;
        match t.strip_prefix('-') {
            Some(d) => (true, d.to_string(), ""),
            None => (false, t, ""),
        }
    } else {
        let b = int::to_bigint(n).unwrap_or_default();
        let (radix, prefix) = match kind {
            'o' => (8, "0o"),
            'x' => (16, "0x"),
            _ => (16, "0X"),
        };
        (b.sign() == Sign::Minus, b.magnitude().to_str_radix(radix), prefix)
    };
    if kind == 'X' {
        digits.make_ascii_uppercase();
    }
    if !c.alternate {
        prefix = "";
    }
    if let Some(p) = c.precision
        && digits.len() < p
    {
        digits = "0".repeat(p - digits.len()) + &digits;
    }
    pad(out, c, sign(c, negative), prefix, &points(&digits), true);
    Ok(())
}
