//! The module `_codecs`: the built-in encodings and the registry, as `codecs` uses them.

use vasuki_vm::codecs::{self, Codec, Errors, Order, charmap, escape, registry};
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol::bytes_arg;
use vasuki_vm::types::bytes::Bytes;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::str_ops::StrBuilder;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_codecs",
    doc: "",
    functions: FUNCTIONS,
    init: |_, _| Ok(()),
};

macro_rules! codec_functions {
    ($($encode:ident $decode:ident $codec:expr;)*) => {$(
        fn $encode(th: &mut Thread, a: &[Value]) -> R {
            encode_with(th, a[0], a[1], $codec)
        }
        fn $decode(th: &mut Thread, a: &[Value]) -> R {
            decode_with(th, a[0], a[1], a[2], $codec)
        }
    )*};
}
codec_functions! {
    utf_7_encode utf_7_decode Codec::Utf7;
    utf_8_encode utf_8_decode Codec::Utf8;
    utf_16_le_encode utf_16_le_decode Codec::Utf16(Order::Little);
    utf_16_be_encode utf_16_be_decode Codec::Utf16(Order::Big);
    utf_32_le_encode utf_32_le_decode Codec::Utf32(Order::Little);
    utf_32_be_encode utf_32_be_decode Codec::Utf32(Order::Big);
    latin_1_encode latin_1_decode Codec::Latin1;
    ascii_encode ascii_decode Codec::Ascii;
}

static FUNCTIONS: &[NativeDef] = &[
    def("register", "search_function, /", register, "Register a codec search function."),
    def(
        "unregister",
        "search_function, /",
        unregister,
        "Unregister a codec search function and clear the registry's cache.",
    ),
    def(
        "lookup",
        "encoding, /",
        lookup,
        "Looks up a codec tuple in the Python codec registry and returns a CodecInfo object.",
    ),
    def(
        "encode",
        "obj, encoding='utf-8', errors='strict'",
        encode,
        "Encodes obj using the codec registered for encoding.",
    ),
    def(
        "decode",
        "obj, encoding='utf-8', errors='strict'",
        decode,
        "Decodes obj using the codec registered for encoding.",
    ),
    def(
        "register_error",
        "errors, handler, /",
        register_error,
        "Register the specified error handler under the name errors.",
    ),
    def(
        "_unregister_error",
        "errors, /",
        unregister_error,
        "Un-register the specified error handler for the error handling `errors'.",
    ),
    def(
        "lookup_error",
        "name, /",
        lookup_error,
        "Return the error handler for the specified error handling name.",
    ),
    def("utf_7_encode", "str, errors=None, /", utf_7_encode, ""),
    def("utf_7_decode", "data, errors=None, final=False, /", utf_7_decode, ""),
    def("utf_8_encode", "str, errors=None, /", utf_8_encode, ""),
    def("utf_8_decode", "data, errors=None, final=False, /", utf_8_decode, ""),
    def("utf_16_encode", "str, errors=None, byteorder=0, /", utf_16_encode, ""),
    def("utf_16_decode", "data, errors=None, final=False, /", utf_16_decode, ""),
    def("utf_16_le_encode", "str, errors=None, /", utf_16_le_encode, ""),
    def("utf_16_le_decode", "data, errors=None, final=False, /", utf_16_le_decode, ""),
    def("utf_16_be_encode", "str, errors=None, /", utf_16_be_encode, ""),
    def("utf_16_be_decode", "data, errors=None, final=False, /", utf_16_be_decode, ""),
    def(
        "utf_16_ex_decode",
        "data, errors=None, byteorder=0, final=False, /",
        utf_16_ex_decode,
        "",
    ),
    def("utf_32_encode", "str, errors=None, byteorder=0, /", utf_32_encode, ""),
    def("utf_32_decode", "data, errors=None, final=False, /", utf_32_decode, ""),
    def("utf_32_le_encode", "str, errors=None, /", utf_32_le_encode, ""),
    def("utf_32_le_decode", "data, errors=None, final=False, /", utf_32_le_decode, ""),
    def("utf_32_be_encode", "str, errors=None, /", utf_32_be_encode, ""),
    def("utf_32_be_decode", "data, errors=None, final=False, /", utf_32_be_decode, ""),
    def(
        "utf_32_ex_decode",
        "data, errors=None, byteorder=0, final=False, /",
        utf_32_ex_decode,
        "",
    ),
    def("latin_1_encode", "str, errors=None, /", latin_1_encode, ""),
    def("latin_1_decode", "data, errors=None, final=True, /", latin_1_decode, ""),
    def("ascii_encode", "str, errors=None, /", ascii_encode, ""),
    def("ascii_decode", "data, errors=None, final=True, /", ascii_decode, ""),
    def("charmap_encode", "str, errors=None, mapping=None, /", charmap_encode, ""),
    def("charmap_decode", "data, errors=None, mapping=None, /", charmap_decode, ""),
    def("charmap_build", "map, /", charmap_build, ""),
    def("unicode_escape_encode", "str, errors=None, /", unicode_escape_encode, ""),
    def(
        "unicode_escape_decode",
        "data, errors=None, final=True, /",
        unicode_escape_decode,
        "",
    ),
    def("raw_unicode_escape_encode", "str, errors=None, /", raw_unicode_escape_encode, ""),
    def(
        "raw_unicode_escape_decode",
        "data, errors=None, final=True, /",
        raw_unicode_escape_decode,
        "",
    ),
    def("escape_encode", "data, errors=None, /", escape_encode, ""),
    def("escape_decode", "data, errors=None, /", escape_decode, ""),
    def("readbuffer_encode", "data, errors=None, /", readbuffer_encode, ""),
];

fn pair(th: &mut Thread, v: Value, n: usize) -> R {
    Ok(th.new_tuple(&[v, Value::small(n as i64)]))
}
fn text(th: &mut Thread, v: Value, what: &str) -> R<Gc<Str>> {
    match v.cast::<Str>() {
        Some(s) => Ok(s),
        None => Err(th.type_error(&format!("{what}() argument 1 must be str, not {}", th.class_of(v).name_str()))),
    }
}
fn encode_with(th: &mut Thread, v: Value, errors: Value, codec: Codec) -> R {
    let s = text(th, v, "encode")?;
    let b = codecs::encode(th, codec, s, &Errors::of(errors))?;
    let b = th.new_bytes(&b);
    pair(th, b, s.len())
}
/// The bytes to decode: a str counts as its UTF-8.
fn data(th: &mut Thread, v: Value) -> R<std::borrow::Cow<'static, [u8]>> {
    match v.cast::<Str>() {
        Some(s) => Ok(codecs::utf8_of(th, s)?.into_bytes().into()),
        None => bytes_arg(th, v),
    }
}
fn flag(th: &mut Thread, v: Value, default: bool) -> R<bool> {
    if v.is_empty() { Ok(default) } else { th.truth(v) }
}
fn decode_with(th: &mut Thread, v: Value, errors: Value, last: Value, codec: Codec) -> R {
    let b = bytes_arg(th, v)?;
    let last = flag(th, last, matches!(codec, Codec::Latin1 | Codec::Ascii))?;
    let (t, n) = codecs::decode(th, codec, &b, &Errors::of(errors), last)?;
    pair(th, t, n)
}
fn order(th: &mut Thread, v: Value) -> R<Order> {
    let n = if v.is_empty() { 0 } else { th.to_i32(v)? };
    Ok(match n {
        0 => Order::Mark,
        n if n < 0 => Order::Little,
        _ => Order::Big,
    })
}
fn utf_16_encode(th: &mut Thread, a: &[Value]) -> R {
    let o = order(th, a[2])?;
    encode_with(th, a[0], a[1], Codec::Utf16(o))
}
fn utf_32_encode(th: &mut Thread, a: &[Value]) -> R {
    let o = order(th, a[2])?;
    encode_with(th, a[0], a[1], Codec::Utf32(o))
}
fn utf_16_decode(th: &mut Thread, a: &[Value]) -> R {
    decode_with(th, a[0], a[1], a[2], Codec::Utf16(Order::Mark))
}
fn utf_32_decode(th: &mut Thread, a: &[Value]) -> R {
    decode_with(th, a[0], a[1], a[2], Codec::Utf32(Order::Mark))
}
fn ex_decode(th: &mut Thread, a: &[Value], wide: bool) -> R {
    let b = bytes_arg(th, a[0])?;
    let o = order(th, a[2])?;
    let last = flag(th, a[3], false)?;
    let errors = Errors::of(a[1]);
    let mut out = StrBuilder::new();
    let (n, found) = if wide {
        codecs::utf16_32::decode32(th, &b, &errors, o, last, &mut out)?
    } else {
        codecs::utf16_32::decode16(th, &b, &errors, o, last, &mut out)?
    };
    let t = out.finish(th);
    let found = match found {
        Order::Mark => 0,
        Order::Little => -1,
        Order::Big => 1,
    };
    Ok(th.new_tuple(&[t, Value::small(n as i64), Value::small(found)]))
}
fn utf_16_ex_decode(th: &mut Thread, a: &[Value]) -> R {
    ex_decode(th, a, false)
}
fn utf_32_ex_decode(th: &mut Thread, a: &[Value]) -> R {
    ex_decode(th, a, true)
}
fn register(th: &mut Thread, a: &[Value]) -> R {
    registry::register(th, a[0])?;
    Ok(Value::NONE)
}
fn unregister(_: &mut Thread, a: &[Value]) -> R {
    registry::unregister(a[0]);
    Ok(Value::NONE)
}
fn lookup(th: &mut Thread, a: &[Value]) -> R {
    let name = registry::text(th, a[0], "lookup() argument")?;
    registry::lookup(th, &name)
}
fn name_or(th: &mut Thread, v: Value, what: &str) -> R<String> {
    if v.is_empty() {
        Ok("utf-8".into())
    } else {
        registry::text(th, v, what)
    }
}
fn encode(th: &mut Thread, a: &[Value]) -> R {
    let name = name_or(th, a[1], "encode() argument 'encoding'")?;
    registry::encode(th, a[0], &name, a[2], false)
}
fn decode(th: &mut Thread, a: &[Value]) -> R {
    let name = name_or(th, a[1], "decode() argument 'encoding'")?;
    registry::decode(th, a[0], &name, a[2], false)
}
fn register_error(th: &mut Thread, a: &[Value]) -> R {
    let name = registry::text(th, a[0], "register_error() argument 1")?;
    registry::register_error(th, &name, a[1])?;
    Ok(Value::NONE)
}
fn unregister_error(th: &mut Thread, a: &[Value]) -> R {
    let name = registry::text(th, a[0], "_unregister_error() argument")?;
    if !matches!(Errors::named(&name), Errors::Other(_)) {
        return Err(th.value_error(&format!("cannot un-register built-in error handler '{name}'")));
    }
    Ok(Value::bool(registry::unregister_error(&name)))
}
fn lookup_error(th: &mut Thread, a: &[Value]) -> R {
    let name = registry::text(th, a[0], "lookup_error() argument")?;
    registry::lookup_error(th, &name)
}
fn charmap_encode(th: &mut Thread, a: &[Value]) -> R {
    if a[2].is_empty() || a[2].is_none() {
        return latin_1_encode(th, a);
    }
    let s = text(th, a[0], "charmap_encode")?;
    let b = charmap::encode(th, s, &Errors::of(a[1]), a[2])?;
    let b = th.new_bytes(&b);
    pair(th, b, s.len())
}
fn charmap_decode(th: &mut Thread, a: &[Value]) -> R {
    let b = bytes_arg(th, a[0])?;
    if a[2].is_empty() || a[2].is_none() {
        let (t, n) = codecs::decode(th, Codec::Latin1, &b, &Errors::Strict, true)?;
        return pair(th, t, n);
    }
    let t = charmap::decode(th, &b, &Errors::of(a[1]), a[2])?;
    pair(th, t, b.len())
}
fn charmap_build(th: &mut Thread, a: &[Value]) -> R {
    let s = text(th, a[0], "charmap_build")?;
    let out = th.new_dict();
    let d = out.as_gc::<Dict>();
    for (i, c) in s.points().enumerate().take(256) {
        if c != 0xFFFE {
            d.set(th, Value::small(c as i64), Value::small(i as i64))?;
        }
    }
    Ok(out)
}
fn unicode_escape_encode(th: &mut Thread, a: &[Value]) -> R {
    let s = text(th, a[0], "unicode_escape_encode")?;
    let b = th.new_bytes(&escape::encode_unicode(s));
    pair(th, b, s.len())
}
fn raw_unicode_escape_encode(th: &mut Thread, a: &[Value]) -> R {
    let s = text(th, a[0], "raw_unicode_escape_encode")?;
    let b = th.new_bytes(&escape::encode_raw(s));
    pair(th, b, s.len())
}
fn escape_text(th: &mut Thread, a: &[Value], raw: bool) -> R {
    let b = data(th, a[0])?;
    let last = flag(th, a[2], true)?;
    let mut out = StrBuilder::new();
    let n = escape::decode(th, &b, &Errors::of(a[1]), last, raw, &mut out)?;
    let t = out.finish(th);
    pair(th, t, n)
}
fn unicode_escape_decode(th: &mut Thread, a: &[Value]) -> R {
    escape_text(th, a, false)
}
fn raw_unicode_escape_decode(th: &mut Thread, a: &[Value]) -> R {
    escape_text(th, a, true)
}
fn escape_encode(th: &mut Thread, a: &[Value]) -> R {
    let Some(b) = a[0].cast::<Bytes>() else {
        let name = crate::support::arg_name(th, a[0]);
        return Err(th.type_error(&format!("escape_encode() argument 1 must be bytes, not {name}")));
    };
    let out = th.new_bytes(&escape::encode_bytes(b.as_slice()));
    pair(th, out, b.len())
}
fn escape_decode(th: &mut Thread, a: &[Value]) -> R {
    let b = data(th, a[0])?;
    let out = escape::decode_bytes(th, &b, &Errors::of(a[1]))?;
    let out = th.new_bytes(&out);
    pair(th, out, b.len())
}
fn readbuffer_encode(th: &mut Thread, a: &[Value]) -> R {
    let b = data(th, a[0])?;
    let out = th.new_bytes(&b);
    pair(th, out, b.len())
}
