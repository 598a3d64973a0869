//! The module `array`: arrays of numbers and characters in their machine form.
//!
//! Methods are in `methods`, item access and operators in `items`, pickling in `pickle`.

mod items;
mod iter;
mod methods;
mod pickle;

use crate::support::{self, ClassCell, attr, put, type_name};
use num_traits::ToPrimitive;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_format::Format;
use vasuki_vm::types::buffer_protocol::{self, Exporter, Memory};
use vasuki_vm::types::class::{Class, class_flag};
use vasuki_vm::types::exports::{self, Exports};
use vasuki_vm::types::payload::{self, Native, Payload};
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::{float, int};
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "array",
    doc: "This module defines an object type which can efficiently represent\nan array of basic values: characters, integers, floating-point\nnumbers.  Arrays are sequence types and behave very much like lists,\nexcept that the type of objects stored in them is constrained.",
    functions: &[def(
        "_array_reconstructor",
        "arraytype, typecode, mformat_code, items, /",
        pickle::reconstruct,
        "Internal. Used for pickling support.",
    )],
    init,
};
const CODES: &str = "bBuwhHiIlLqQfd";

/// State of an array: its type code, and the items' bytes.
#[derive(Clone)]
pub(crate) struct Array {
    code: Code,
    data: Vec<u8>,
    exports: Exports,
}
impl Payload for Array {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    buffer_protocol::register::<Array>(&EXPORTER);
    let c = array_class(th)?;
    c.set_flag(class_flag::SEQUENCE);
    put(th, m, "array", c.value())?;
    put(th, m, "ArrayType", c.value())?;
    let codes = th.new_str(CODES);
    put(th, m, "typecodes", codes)?;
    let abc = vasuki_vm::import::import_module(th, "collections.abc")?;
    let abc = attr(th, abc, "MutableSequence")?;
    support::call_method(th, abc, "register", &[c.value()])?;
    Ok(())
}
fn array_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::class(th, &C, &methods::ARRAY)
}
static EXPORTER: Exporter = Exporter {
    memory: |th, v| {
        let a = this(th, v)?;
        Ok(Memory {
            ptr: a.data.as_mut_ptr(),
            len: a.data.len(),
            readonly: false,
            format: Format::new(if a.code.is_text() { b'w' } else { a.code.0 }),
        })
    },
    exports: Some(|th, v| Ok(&mut this(th, v)?.exports)),
};
/// The state of an array, writable.
fn this(th: &mut Thread, v: Value) -> R<&'static mut Array> {
    support::open::<Array>(th, v)
}
/// The items' bytes, which may become more or fewer; BufferError while there are views of them.
fn open_to_resize(th: &mut Thread, v: Value) -> R<&'static mut Vec<u8>> {
    let a = this(th, v)?;
    exports::check(th, &mut a.exports, "cannot resize an array that is exporting buffers")?;
    Ok(&mut a.data)
}
fn is_array(v: Value) -> Option<Gc<Native<Array>>> {
    payload::downcast::<Array>(v)
}
fn new_of(th: &mut Thread, class: Gc<Class>, code: Code, data: Vec<u8>) -> Value {
    let exports = Exports::default();
    payload::new(th, class, Array { code, data, exports }).value()
}
fn new(th: &mut Thread, code: Code, data: Vec<u8>) -> R {
    let class = array_class(th)?;
    Ok(new_of(th, class, code, data))
}

/// A type code.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Code(u8);
impl Code {
    fn new(c: u32) -> Option<Code> {
        char::from_u32(c).filter(|&c| CODES.contains(c)).map(|c| Code(c as u8))
    }
    fn of(v: Value) -> Option<Code> {
        v.cast::<Str>().filter(|s| s.len() == 1).and_then(|s| Code::new(s.at(0)))
    }
    /// Bytes of an item.
    fn size(self) -> usize {
        match self.0 {
            b'b' | b'B' => 1,
            b'h' | b'H' => 2,
            b'u' | b'w' | b'i' | b'I' | b'f' => 4,
            b'l' | b'L' => std::mem::size_of::<std::ffi::c_long>(),
            _ => 8,
        }
    }
    fn is_text(self) -> bool {
        matches!(self.0, b'u' | b'w')
    }
    /// An item as a value.
    fn get(self, th: &mut Thread, raw: &[u8]) -> R {
        let mut b = [0u8; 8];
        b[..raw.len()].copy_from_slice(raw);
        let n = u64::from_ne_bytes(b);
        let bits = raw.len() as u32 * 8;
        let n = if cfg!(target_endian = "big") { n >> (64 - bits) } else { n };
        Ok(match self.0 {
            b'f' => Value::float(f32::from_bits(n as u32) as f64),
            b'd' => Value::float(f64::from_bits(n)),
            b'u' | b'w' => {
                if n > 0x10_FFFF {
                    let text = format!("character U+{n:x} is not in range [U+0000; U+10ffff]");
                    return Err(th.value_error(&text));
                }
                th.char_str(n as u32)
            }
            c if c.is_ascii_lowercase() => th.new_int((n << (64 - bits)) as i64 >> (64 - bits)),
            _ => th.new_uint(n),
        })
    }
    /// A value as an item: its bytes, of which `size` count.
    fn set(self, th: &mut Thread, v: Value) -> R<[u8; 8]> {
        let n: u64 = match self.0 {
            b'f' => (float::expect(th, v)? as f32).to_bits() as u64,
            b'd' => float::expect(th, v)?.to_bits(),
            b'u' | b'w' => match v.cast::<Str>() {
                Some(s) if s.len() == 1 => s.at(0) as u64,
                Some(s) => {
                    let text = format!("array item must be a string of length 1, not a string of length {}", s.len());
                    return Err(th.type_error(&text));
                }
                None => {
                    let name = type_name(th, v);
                    return Err(th.type_error(&format!("array item must be a unicode character, not {name}")));
                }
            },
            _ => self.int(th, v)?,
        };
        let n = if cfg!(target_endian = "big") {
            n << (64 - 8 * self.size())
        } else {
            n
        };
        Ok(n.to_ne_bytes())
    }
    fn int(self, th: &mut Thread, v: Value) -> R<u64> {
        let i = th.index(v)?;
        let bits = self.size() as u32 * 8;
        let signed = self.0.is_ascii_lowercase();
        let (lo, hi) = if signed {
            (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
        } else {
            (0, (1i128 << bits) - 1)
        };
        let n = int::to_bigint(i).and_then(|b| b.to_i128());
        match n {
            Some(n) if (lo..=hi).contains(&n) => return Ok(n as u64),
            _ => {}
        }
        let negative = int::sign(i) < 0;
        let what = match self.0 {
            b'b' => "signed char",
            b'B' => "unsigned byte integer",
            b'h' => "signed short integer",
            b'H' => "unsigned short",
            b'i' => "signed integer",
            b'I' => "unsigned int",
            _ => "",
        };
        let fits_long = int::to_i64(i).is_some();
        let text = match self.0 {
            b'I' | b'L' | b'Q' if negative => "can't convert negative value to unsigned int".to_string(),
            b'l' => "Python int too large to convert to C long".into(),
            b'L' => "Python int too large to convert to C unsigned long".into(),
            b'q' | b'Q' => "int too big to convert".into(),
            b'I' if !fits_long => "Python int too large to convert to C unsigned long".into(),
            _ if !fits_long => "Python int too large to convert to C long".into(),
            _ if negative => format!("{what} is less than minimum"),
            _ => format!("{what} is greater than maximum"),
        };
        Err(th.overflow_error(&text))
    }
    /// Code of the machine format in pickles.
    fn machine_format(self) -> i64 {
        let big = cfg!(target_endian = "big") as i64;
        let wide = self.size();
        match (self.0, wide) {
            (b'B', _) => 0,
            (b'b', _) => 1,
            (b'H', _) => 2 + big,
            (b'h', _) => 4 + big,
            (b'f', _) => 14 + big,
            (b'd', _) => 16 + big,
            (b'u' | b'w', _) => 20 + big,
            (c, 4) => {
                if c.is_ascii_uppercase() {
                    6 + big
                } else {
                    8 + big
                }
            }
            (c, _) => {
                if c.is_ascii_uppercase() {
                    10 + big
                } else {
                    12 + big
                }
            }
        }
    }
}
/// The items of a str as those of a text array.
fn text_items(s: Gc<Str>) -> Vec<u8> {
    s.points().flat_map(|p| p.to_ne_bytes()).collect()
}
/// Appends the items of an iterable; nothing is appended when one is wrong.
fn items_of(th: &mut Thread, code: Code, v: Value) -> R<Vec<u8>> {
    let mut out = Vec::new();
    let it = th.iter(v)?;
    while let Some(x) = th.next(it)? {
        let b = code.set(th, x)?;
        out.extend_from_slice(&b[..code.size()]);
    }
    Ok(out)
}
/// `DeprecationWarning` for the type code `u`.
fn warn_u(th: &mut Thread, code: Code) -> R<()> {
    if code.0 != b'u' {
        return Ok(());
    }
    let text = "The 'u' type code is deprecated and will be removed in Python 3.16";
    vasuki_vm::warn::warn(th, ctx().types.DeprecationWarning, text, 1)
}
