//! Functions over numbers and characters.

use crate::ops::BinOp;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_flag;
use crate::types::native_function::NativeFunction;
use crate::types::str_::Str;
use crate::types::{buffer_protocol, int};
use crate::value::Value;
use num_bigint::Sign;

pub fn abs(th: &mut Thread, a: &[Value]) -> R {
    match th.call_special(a[0], Special::Abs, &[])? {
        Some(v) => Ok(v),
        None => Err(th.type_error(&format!("bad operand type for abs(): '{}'", th.class_of(a[0]).name_str()))),
    }
}
fn based(th: &mut Thread, v: Value, prefix: &str, radix: u32) -> R {
    let i = th.index(v)?;
    let Some(b) = int::to_bigint(i) else {
        return Err(th.type_error("an integer is required"));
    };
    let sign = if b.sign() == Sign::Minus { "-" } else { "" };
    let text = format!("{sign}{prefix}{}", b.magnitude().to_str_radix(radix));
    Ok(th.new_str(&text))
}
pub fn bin(th: &mut Thread, a: &[Value]) -> R {
    based(th, a[0], "0b", 2)
}
pub fn oct(th: &mut Thread, a: &[Value]) -> R {
    based(th, a[0], "0o", 8)
}
pub fn hex(th: &mut Thread, a: &[Value]) -> R {
    based(th, a[0], "0x", 16)
}
pub fn chr(th: &mut Thread, a: &[Value]) -> R {
    let i = th.index(a[0])?;
    match i.to_small() {
        Some(n @ 0..=0x10FFFF) => Ok(th.char_str(n as u32)),
        _ => Err(th.value_error("chr() arg not in range(0x110000)")),
    }
}
pub fn ord(th: &mut Thread, a: &[Value]) -> R {
    if let Some(s) = a[0].cast::<Str>() {
        if s.len() == 1 {
            return Ok(Value::small(s.at(0) as i64));
        }
        return Err(th.type_error(&format!("ord() expected a character, but string of length {} found", s.len())));
    }
    match buffer_protocol::bytes_like(th, a[0])? {
        Some(b) if b.len() == 1 => Ok(Value::small(b[0] as i64)),
        Some(b) => Err(th.type_error(&format!("ord() expected a character, but string of length {} found", b.len()))),
        None => Err(th.type_error(&format!(
            "ord() expected string of length 1, but {} found",
            th.class_of(a[0]).name_str()
        ))),
    }
}
pub fn divmod(th: &mut Thread, a: &[Value]) -> R {
    th.binary(BinOp::DivMod, a[0], a[1])
}
pub fn pow(th: &mut Thread, a: &[Value]) -> R {
    if a[2].is_empty() || a[2].is_none() {
        return th.binary(BinOp::Pow, a[0], a[1]);
    }
    for (of, reflected) in [(a[0], false), (a[1], true)] {
        let s = if reflected { Special::Rpow } else { Special::Pow };
        let args = if reflected { [a[0], a[2]] } else { [a[1], a[2]] };
        if th.class_of(of).special(s).is_some()
            && let Some(v) = th.call_special(of, s, &args)?
            && v != Value::NOT_IMPLEMENTED
        {
            return Ok(v);
        }
    }
    let third = th.class_of(a[2]);
    if third.has_flag(class_flag::ANY_OPERAND)
        && let Some(f) = third.special(Special::Pow).and_then(|f| f.cast::<NativeFunction>())
    {
        let v = (f.def().func)(th, &a[..3])?;
        if v != Value::NOT_IMPLEMENTED {
            return Ok(v);
        }
    }
    let names = [a[0], a[1], a[2]].map(|v| th.class_of(v).shown_name());
    Err(th.type_error(&format!(
        "unsupported operand type(s) for ** or pow(): '{}', '{}', '{}'",
        names[0], names[1], names[2]
    )))
}
pub fn round(th: &mut Thread, a: &[Value]) -> R {
    let args = &a[1..if a[1].is_empty() { 1 } else { 2 }];
    match th.call_special(a[0], Special::Round, args)? {
        Some(v) => Ok(v),
        None => Err(th.type_error(&format!("type {} doesn't define __round__ method", th.class_of(a[0]).name_str()))),
    }
}
