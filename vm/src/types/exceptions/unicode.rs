//! UnicodeEncodeError, UnicodeDecodeError, UnicodeTranslateError.
//!
//! Members: encoding, object, start, end, reason (the translate error leaves encoding unset).

use crate::attrs::{member, set_member};
use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::types::exception::{self, BASE};
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

const MEMBERS: &[&str] = &["encoding", "object", "start", "end", "reason"];
static METHODS: &[NativeDef] = &[
    def(
        "__init__",
        "self, /, *args, **kwargs",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("__str__", "self, /", str_, "Return str(self)."),
];
/// UnicodeEncodeError
pub static ENCODE: TypeDef = TypeDef {
    name: "UnicodeEncodeError",
    members: MEMBERS,
    methods: METHODS,
    doc: "Unicode encoding error.",
    ..BASE
};
/// UnicodeDecodeError
pub static DECODE: TypeDef = TypeDef {
    name: "UnicodeDecodeError",
    members: MEMBERS,
    methods: METHODS,
    doc: "Unicode decoding error.",
    ..BASE
};
/// UnicodeTranslateError
pub static TRANSLATE: TypeDef = TypeDef {
    name: "UnicodeTranslateError",
    members: MEMBERS,
    methods: METHODS,
    doc: "Unicode translation error.",
    ..BASE
};

fn init(th: &mut Thread, a: &[Value]) -> R {
    exception::no_keywords(th, a[0], a[2])?;
    let e = exception::this(a[0]);
    e.set(th, &e.args, a[1])?;
    fill(th, a[0], a[1].as_gc::<Tuple>().items())?;
    Ok(Value::NONE)
}
/// Sets the members from the arguments.
pub fn fill(th: &mut Thread, v: Value, args: &[Value]) -> R<()> {
    let class = class_of(v);
    let translate = class.is_subclass_of(ctx().types.UnicodeTranslateError);
    let decode = class.is_subclass_of(ctx().types.UnicodeDecodeError);
    let wanted = if translate { 4 } else { 5 };
    if args.len() != wanted {
        return Err(th.type_error(&format!("function takes exactly {wanted} arguments ({} given)", args.len())));
    }
    let first = 5 - wanted;
    for (i, a) in args.iter().enumerate() {
        let i = i + first;
        let mut a = *a;
        let is_str = a.cast::<Str>().is_some();
        let want = match i {
            0 | 4 if !is_str => Some("str"),
            1 if !decode && !is_str => Some("str"),
            1 if decode && !a.is_kind(Kind::Bytes) => match buffer_copy(th, a)? {
                Some(b) => {
                    a = b;
                    None
                }
                None => {
                    let text = format!("a bytes-like object is required, not '{}'", class_of(a).name_str());
                    return Err(th.type_error(&text));
                }
            },
            _ => None,
        };
        if let Some(want) = want {
            let text = format!("argument {} must be {want}, not {}", i - first + 1, class_of(a).name_str());
            return Err(th.type_error(&text));
        }
        if i == 2 || i == 3 {
            a = th.index(a)?;
        }
        set_member(th, v.as_obj(), i, a)?;
    }
    Ok(())
}
fn escape(c: u32) -> String {
    match c {
        0..=0xFF => format!("\\x{c:02x}"),
        0x100..=0xFFFF => format!("\\u{c:04x}"),
        _ => format!("\\U{c:08x}"),
    }
}
fn str_(th: &mut Thread, a: &[Value]) -> R {
    let o = a[0].as_obj();
    let mut m = [Value::EMPTY; 5];
    for (i, x) in m.iter_mut().enumerate() {
        *x = member(th, o, i)?;
    }
    if m[1].is_empty() {
        return Ok(ctx().empty_str);
    }
    let (start, end) = (th.to_isize(m[2])?.max(0), th.to_isize(m[3])?.max(0));
    let reason = th.str(m[4])?.to_string_lossy();
    let one = end == start + 1;
    let class = class_of(a[0]);
    let t = &ctx().types;
    let text = if class.is_subclass_of(t.UnicodeTranslateError) {
        let s = m[1].as_gc::<Str>();
        if one && (start as usize) < s.len() {
            format!(
                "can't translate character '{}' in position {start}: {reason}",
                escape(s.at(start as usize))
            )
        } else {
            format!("can't translate characters in position {start}-{}: {reason}", end - 1)
        }
    } else {
        let encoding = th.str(m[0])?.to_string_lossy();
        match (m[1].cast::<Str>(), m[1].cast::<crate::types::bytes::Bytes>()) {
            (Some(s), _) if one && (start as usize) < s.len() => {
                format!(
                    "'{encoding}' codec can't encode character '{}' in position {start}: {reason}",
                    escape(s.at(start as usize))
                )
            }
            (Some(_), _) => format!(
                "'{encoding}' codec can't encode characters in position {start}-{}: {reason}",
                end - 1
            ),
            (_, Some(b)) if one && (start as usize) < b.as_slice().len() => {
                format!(
                    "'{encoding}' codec can't decode byte 0x{:02x} in position {start}: {reason}",
                    b.as_slice()[start as usize]
                )
            }
            _ => format!("'{encoding}' codec can't decode bytes in position {start}-{}: {reason}", end - 1),
        }
    };
    Ok(th.new_str(&text))
}
/// A bytes copy of a bytearray or memoryview.
fn buffer_copy(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let t = &ctx().types;
    let class = class_of(v);
    if !class.is_subclass_of(t.bytearray) && !class.is_subclass_of(t.memoryview) {
        return Ok(None);
    }
    th.call(t.bytes.value(), &[v]).map(Some)
}
