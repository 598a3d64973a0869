//! Pickling of arrays: bytes with the machine format that they are in.

use super::{Code, array_class, methods, new_of, this};
use crate::support::{self, type_name};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::bytes::Bytes;
use vasuki_vm::types::class::Class;
use vasuki_vm::value::Value;

pub(super) fn reduce_ex(th: &mut Thread, a: &[Value]) -> R {
    let Some(protocol) = vasuki_vm::types::int::to_i64(a[1]) else {
        return Err(th.type_error("__reduce_ex__ argument should be an integer"));
    };
    let code = this(th, a[0])?.code;
    let class = th.class_of(a[0]).value();
    let name = th.intern("__dict__");
    let dict = th.getattr_opt(a[0], name)?.unwrap_or(Value::NONE);
    let letter = th.char_str(code.0 as u32);
    if protocol < 3 {
        let list = methods::tolist(th, a)?;
        let args = th.new_tuple(&[letter, list]);
        return Ok(th.new_tuple(&[class, args, dict]));
    }
    let module = vasuki_vm::import::import_module(th, "array")?;
    let f = support::attr(th, module, "_array_reconstructor")?;
    let data = &this(th, a[0])?.data;
    let data = th.new_bytes(data);
    let args = th.new_tuple(&[class, letter, Value::small(code.machine_format()), data]);
    Ok(th.new_tuple(&[f, args, dict]))
}
/// A machine format: bytes of an item, and what they are.
enum Format {
    Int(usize, bool),
    Float(usize),
    Utf16,
    Utf32,
}
fn format_of(n: i64) -> Option<Format> {
    Some(match n {
        0 | 1 => Format::Int(1, n == 1),
        2..=5 => Format::Int(2, n >= 4),
        6..=9 => Format::Int(4, n >= 8),
        10..=13 => Format::Int(8, n >= 12),
        14 | 15 => Format::Float(4),
        16 | 17 => Format::Float(8),
        18 | 19 => Format::Utf16,
        20 | 21 => Format::Utf32,
        _ => return None,
    })
}
pub(super) fn reconstruct(th: &mut Thread, a: &[Value]) -> R {
    let Some(class) = a[0].cast::<Class>() else {
        let name = type_name(th, a[0]);
        return Err(th.type_error(&format!("first argument must be a type object, not {name}")));
    };
    let array = array_class(th)?;
    if !class.is_subclass_of(array) {
        return Err(th.type_error(&format!("{} is not a subtype of array.array", class.name_str())));
    }
    let Some(code) = Code::of(a[1]) else {
        return Err(th.value_error("second argument must be a valid type code"));
    };
    let format = th.to_i32(a[2])? as i64;
    let Some(kind) = format_of(format) else {
        return Err(th.value_error("third argument must be a valid machine format code."));
    };
    let Some(data) = a[3].cast::<Bytes>() else {
        let name = type_name(th, a[3]);
        return Err(th.type_error(&format!("fourth argument should be bytes, not {name}")));
    };
    let data = data.as_slice();
    if format == code.machine_format() {
        if !data.len().is_multiple_of(code.size()) {
            return Err(th.value_error("bytes length not a multiple of item size"));
        }
        return Ok(new_of(th, class, code, data.to_vec()));
    }
    let big = format >= 2 && format % 2 == 1;
    let size = match kind {
        Format::Int(n, _) | Format::Float(n) => n,
        Format::Utf16 => 2,
        Format::Utf32 => 4,
    };
    if !data.len().is_multiple_of(size) {
        return Err(th.value_error("bytes length not a multiple of item size"));
    }
    let mut out = Vec::new();
    let mut high = None;
    for item in data.chunks_exact(size) {
        let mut b = [0u8; 8];
        b[..size].copy_from_slice(item);
        if big {
            b[..size].reverse();
        }
        let n = u64::from_le_bytes(b);
        let v = match kind {
            Format::Int(_, true) => th.new_int((n << (64 - 8 * size as u32)) as i64 >> (64 - 8 * size as u32)),
            Format::Int(_, false) => th.new_uint(n),
            Format::Float(4) => Value::float(f32::from_bits(n as u32) as f64),
            Format::Float(_) => Value::float(f64::from_bits(n)),
            Format::Utf32 if n > 0x10_FFFF => return Err(th.value_error("code point not in range(0x110000)")),
            Format::Utf32 => th.char_str(n as u32),
            Format::Utf16 => match (high.take(), n as u32) {
                (None, h @ 0xD800..0xDC00) => {
                    high = Some(h);
                    continue;
                }
                (Some(h), l @ 0xDC00..0xE000) => th.char_str(0x10000 + ((h - 0xD800) << 10 | (l - 0xDC00))),
                (_, c) => th.char_str(c),
            },
        };
        let raw = code.set(th, v)?;
        out.extend_from_slice(&raw[..code.size()]);
    }
    Ok(new_of(th, class, code, out))
}
