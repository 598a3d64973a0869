//! `str`: the table of methods, construction, repr, translate. Others are in `str_search`, `str_case`, `str_format`.

use crate::codecs;
use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def, def_static};
use crate::object::{Gc, Kind};
use crate::ops::CmpOp;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use crate::types::dict::Dict;
use crate::types::str_::{self, Chars, Str};
use crate::types::str_ops::{self, StrBuilder};
use crate::types::tuple_methods::repetitions;
use crate::types::{buffer_protocol, int, percent_format, str_case as case, str_format, str_search as search, unicode};
use crate::value::Value;

/// `str`
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    doc: "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nCreate a new string object from the given object. If encoding or\nerrors is specified, then the object must expose a data buffer\nthat will be decoded using the given encoding and error handler.\nOtherwise, returns the result of object.__str__() (if defined)\nor repr(object).\nencoding defaults to 'utf-8'.\nerrors defaults to 'strict'.",
    ..TypeDef::new("str", Kind::Str, 32)
};

macro_rules! comparisons {
    ($($name:ident $op:ident;)*) => {$(
        fn $name(_: &mut Thread, a: &[Value]) -> R {
            Ok(match (a[0].cast::<Str>(), a[1].cast::<Str>()) {
                (Some(x), Some(y)) => Value::bool(CmpOp::$op.holds(str_ops::compare(x, y))),
                _ => Value::NOT_IMPLEMENTED,
            })
        }
    )*};
}
comparisons! { lt Lt; le Le; gt Gt; ge Ge; }

static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, object='', encoding='utf-8', errors='strict'",
        new,
        "Create and return a new object.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__str__", "self, /", str, "Return str(self)."),
    def("__hash__", "self, /", hash, "Return hash(self)."),
    def("__lt__", "self, value, /", lt, "Return self<value."),
    def("__le__", "self, value, /", le, "Return self<=value."),
    def("__eq__", "self, value, /", eq, "Return self==value."),
    def("__ne__", "self, value, /", ne, "Return self!=value."),
    def("__gt__", "self, value, /", gt, "Return self>value."),
    def("__ge__", "self, value, /", ge, "Return self>=value."),
    def("__len__", "self, /", len, "Return len(self)."),
    def("__getitem__", "self, key, /", getitem, "Return self[key]."),
    def("__contains__", "self, key, /", search::contains, "Return bool(key in self)."),
    def("__add__", "self, value, /", add, "Return self+value."),
    def("__mul__", "self, value, /", mul, "Return self*value."),
    def("__rmul__", "self, value, /", mul, "Return value*self."),
    def("__mod__", "self, value, /", modulo, "Return self%value."),
    def("__rmod__", "self, value, /", rmodulo, "Return value%self."),
    def("__iter__", "self, /", iter, "Implement iter(self)."),
    def(
        "__format__",
        "self, format_spec, /",
        format_spec,
        "Return a formatted version of the string as described by format_spec.",
    ),
    def("__getnewargs__", "self, /", getnewargs, ""),
    def(
        "__sizeof__",
        "self, /",
        sizeof,
        "Return the size of the string in memory, in bytes.",
    ),
    def(
        "capitalize",
        "self, /",
        case::capitalize,
        "Return a capitalized version of the string.",
    ),
    def(
        "casefold",
        "self, /",
        case::casefold,
        "Return a version of the string suitable for caseless comparisons.",
    ),
    def(
        "center",
        "self, width, fillchar=' ', /",
        case::center,
        "Return a centered string of length width.",
    ),
    def(
        "count",
        "self, sub, start=None, end=None, /",
        search::count,
        "Return the number of non-overlapping occurrences of substring sub in string S[start:end].",
    ),
    def(
        "encode",
        "self, /, encoding='utf-8', errors='strict'",
        encode,
        "Encode the string using the codec registered for encoding.",
    ),
    def(
        "endswith",
        "self, suffix, start=None, end=None, /",
        search::endswith,
        "Return True if the string ends with the specified suffix, False otherwise.",
    ),
    def(
        "expandtabs",
        "self, /, tabsize=8",
        case::expandtabs,
        "Return a copy where all tab characters are expanded using spaces.",
    ),
    def(
        "find",
        "self, sub, start=None, end=None, /",
        search::find,
        "Return the lowest index in S where substring sub is found, such that sub is contained within S[start:end].",
    ),
    def(
        "format",
        "self, /, *args, **kwargs",
        str_format::format,
        "Return a formatted version of the string, using substitutions from args and kwargs.",
    ),
    def(
        "format_map",
        "self, mapping, /",
        str_format::format_map,
        "Return a formatted version of the string, using substitutions from mapping.",
    ),
    def(
        "index",
        "self, sub, start=None, end=None, /",
        search::index,
        "Return the lowest index in S where substring sub is found, such that sub is contained within S[start:end].",
    ),
    def(
        "isalnum",
        "self, /",
        case::isalnum,
        "Return True if the string is an alpha-numeric string, False otherwise.",
    ),
    def(
        "isalpha",
        "self, /",
        case::isalpha,
        "Return True if the string is an alphabetic string, False otherwise.",
    ),
    def(
        "isascii",
        "self, /",
        case::isascii,
        "Return True if all characters in the string are ASCII, False otherwise.",
    ),
    def(
        "isdecimal",
        "self, /",
        case::isdecimal,
        "Return True if the string is a decimal string, False otherwise.",
    ),
    def(
        "isdigit",
        "self, /",
        case::isdigit,
        "Return True if the string is a digit string, False otherwise.",
    ),
    def(
        "isidentifier",
        "self, /",
        case::isidentifier,
        "Return True if the string is a valid Python identifier, False otherwise.",
    ),
    def(
        "islower",
        "self, /",
        case::islower,
        "Return True if the string is a lowercase string, False otherwise.",
    ),
    def(
        "isnumeric",
        "self, /",
        case::isnumeric,
        "Return True if the string is a numeric string, False otherwise.",
    ),
    def(
        "isprintable",
        "self, /",
        case::isprintable,
        "Return True if all characters in the string are printable, False otherwise.",
    ),
    def(
        "isspace",
        "self, /",
        case::isspace,
        "Return True if the string is a whitespace string, False otherwise.",
    ),
    def(
        "istitle",
        "self, /",
        case::istitle,
        "Return True if the string is a title-cased string, False otherwise.",
    ),
    def(
        "isupper",
        "self, /",
        case::isupper,
        "Return True if the string is an uppercase string, False otherwise.",
    ),
    def("join", "self, iterable, /", search::join, "Concatenate any number of strings."),
    def(
        "ljust",
        "self, width, fillchar=' ', /",
        case::ljust,
        "Return a left-justified string of length width.",
    ),
    def(
        "lower",
        "self, /",
        case::lower,
        "Return a copy of the string converted to lowercase.",
    ),
    def(
        "lstrip",
        "self, chars=None, /",
        search::lstrip,
        "Return a copy of the string with leading whitespace removed.",
    ),
    def_static(
        "maketrans",
        "x, y=None, z=None, /",
        maketrans,
        "Return a translation table usable for str.translate().",
    ),
    def(
        "partition",
        "self, sep, /",
        search::partition,
        "Partition the string into three parts using the given separator.",
    ),
    def(
        "removeprefix",
        "self, prefix, /",
        search::removeprefix,
        "Return a str with the given prefix string removed if present.",
    ),
    def(
        "removesuffix",
        "self, suffix, /",
        search::removesuffix,
        "Return a str with the given suffix string removed if present.",
    ),
    def(
        "replace",
        "self, old, new, /, count=-1",
        search::replace,
        "Return a copy with all occurrences of substring old replaced by new.",
    ),
    def(
        "rfind",
        "self, sub, start=None, end=None, /",
        search::rfind,
        "Return the highest index in S where substring sub is found, such that sub is contained within S[start:end].",
    ),
    def(
        "rindex",
        "self, sub, start=None, end=None, /",
        search::rindex,
        "Return the highest index in S where substring sub is found, such that sub is contained within S[start:end].",
    ),
    def(
        "rjust",
        "self, width, fillchar=' ', /",
        case::rjust,
        "Return a right-justified string of length width.",
    ),
    def(
        "rpartition",
        "self, sep, /",
        search::rpartition,
        "Partition the string into three parts using the given separator.",
    ),
    def(
        "rsplit",
        "self, /, sep=None, maxsplit=-1",
        search::rsplit,
        "Return a list of the substrings in the string, using sep as the separator string.",
    ),
    def(
        "rstrip",
        "self, chars=None, /",
        search::rstrip,
        "Return a copy of the string with trailing whitespace removed.",
    ),
    def(
        "split",
        "self, /, sep=None, maxsplit=-1",
        search::split,
        "Return a list of the substrings in the string, using sep as the separator string.",
    ),
    def(
        "splitlines",
        "self, /, keepends=False",
        search::splitlines,
        "Return a list of the lines in the string, breaking at line boundaries.",
    ),
    def(
        "startswith",
        "self, prefix, start=None, end=None, /",
        search::startswith,
        "Return True if the string starts with the specified prefix, False otherwise.",
    ),
    def(
        "strip",
        "self, chars=None, /",
        search::strip,
        "Return a copy of the string with leading and trailing whitespace removed.",
    ),
    def(
        "swapcase",
        "self, /",
        case::swapcase,
        "Convert uppercase characters to lowercase and lowercase characters to uppercase.",
    ),
    def(
        "title",
        "self, /",
        case::title,
        "Return a version of the string where each word is titlecased.",
    ),
    def(
        "translate",
        "self, table, /",
        translate,
        "Replace each character in the string using the given translation table.",
    ),
    def(
        "upper",
        "self, /",
        case::upper,
        "Return a copy of the string converted to uppercase.",
    ),
    def(
        "zfill",
        "self, width, /",
        case::zfill,
        "Pad a numeric string with zeros on the left, to fill a field of the given width.",
    ),
];

fn s(v: Value) -> Gc<Str> {
    v.as_gc::<Str>()
}
fn new(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0].as_gc::<Class>();
    let text = text_of(th, a[1], a[2], a[3])?;
    if class == ctx().types.str {
        return Ok(text);
    }
    let points = str_ops::wide(s(text));
    Ok(str_::from_points_of(th, class, points.iter().copied()).value())
}
fn text_of(th: &mut Thread, v: Value, encoding: Value, errors: Value) -> R {
    if v.is_empty() {
        return Ok(ctx().empty_str);
    }
    if encoding.is_empty() && errors.is_empty() {
        return Ok(th.str(v)?.value());
    }
    if v.is_kind(Kind::Str) {
        return Err(th.type_error("decoding str is not supported"));
    }
    for (v, name) in [(encoding, "encoding"), (errors, "errors")] {
        if !v.is_empty() && !v.is_kind(Kind::Str) {
            let of = if v.is_none() { "None".into() } else { th.class_of(v).name_str() };
            return Err(th.type_error(&format!("str() argument '{name}' must be str, not {of}")));
        }
    }
    let Some(b) = buffer_protocol::bytes_like(th, v)? else {
        let text = format!("decoding to str: need a bytes-like object, {} found", th.class_of(v).name_str());
        return Err(th.type_error(&text));
    };
    codecs::decode_named(th, &b, encoding, errors, "str")
}
/// `repr(s)`
pub fn repr_text(t: Gc<Str>) -> StrBuilder {
    if let Some((quote, text)) = plainly_quoted(t) {
        let mut b = StrBuilder::with_capacity(text.len() + 2);
        b.push(quote as u32);
        b.push_chars(Chars::One(text));
        b.push(quote as u32);
        return b;
    }
    let (mut single, mut double) = (false, false);
    for c in t.points() {
        single |= c == 0x27;
        double |= c == 0x22;
    }
    let quote = if single && !double { 0x22 } else { 0x27 };
    let mut b = StrBuilder::new();
    b.push(quote);
    for c in t.points() {
        match c {
            0x5C => b.push_str("\\\\"),
            9 => b.push_str("\\t"),
            10 => b.push_str("\\n"),
            13 => b.push_str("\\r"),
            c if c == quote => {
                b.push(0x5C);
                b.push(c);
            }
            c if unicode::is_printable(c) => b.push(c),
            c if c < 0x100 => b.push_str(&format!("\\x{c:02x}")),
            c if c < 0x10000 => b.push_str(&format!("\\u{c:04x}")),
            c => b.push_str(&format!("\\U{c:08x}")),
        }
    }
    b.push(quote);
    b
}
/// The text of an ASCII string that is its own repr between quotes, and the quote.
fn plainly_quoted(t: Gc<Str>) -> Option<(u8, &'static [u8])> {
    let text = t.as_ascii()?.as_bytes();
    let (mut plain, mut single, mut double) = (true, false, false);
    for &c in text {
        plain &= (0x20..0x7F).contains(&c) && c != b'\\';
        single |= c == b'\'';
        double |= c == b'"';
    }
    (plain && !(single && double)).then_some((if single { b'"' } else { b'\'' }, text))
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    if let Some((quote, text)) = plainly_quoted(s(a[0])) {
        let mut short = [quote; 96];
        if let Some(out) = short.get_mut(..text.len() + 2) {
            out[1..=text.len()].copy_from_slice(text);
            return Ok(str_::from_latin1(th, out).value());
        }
    }
    Ok(repr_text(s(a[0])).finish(th))
}
fn str(th: &mut Thread, a: &[Value]) -> R {
    Ok(str_ops::plain(th, s(a[0])))
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    Ok(th.new_int(s(a[0]).hash()))
}
fn eq(_: &mut Thread, a: &[Value]) -> R {
    Ok(match (a[0].cast::<Str>(), a[1].cast::<Str>()) {
        (Some(x), Some(y)) => Value::bool(x.same(y)),
        _ => Value::NOT_IMPLEMENTED,
    })
}
fn ne(_: &mut Thread, a: &[Value]) -> R {
    Ok(match (a[0].cast::<Str>(), a[1].cast::<Str>()) {
        (Some(x), Some(y)) => Value::bool(!x.same(y)),
        _ => Value::NOT_IMPLEMENTED,
    })
}
fn len(_: &mut Thread, a: &[Value]) -> R {
    Ok(Value::small(s(a[0]).len() as i64))
}
fn getitem(th: &mut Thread, a: &[Value]) -> R {
    str_ops::getitem(th, s(a[0]), a[1])
}
fn add(th: &mut Thread, a: &[Value]) -> R {
    match a[1].cast::<Str>() {
        Some(b) => str_ops::concat(th, s(a[0]), b),
        None => {
            let class = th.class_of(a[1]);
            Err(th.type_error(&format!("can only concatenate str (not \"{}\") to str", class.name_str())))
        }
    }
}
fn mul(th: &mut Thread, a: &[Value]) -> R {
    let n = repetitions(th, a[1])?;
    str_ops::repeat(th, s(a[0]), n as isize)
}
fn modulo(th: &mut Thread, a: &[Value]) -> R {
    percent_format::format_str(th, s(a[0]), a[1])
}
fn rmodulo(th: &mut Thread, a: &[Value]) -> R {
    match a[1].cast::<Str>() {
        Some(f) => percent_format::format_str(th, f, a[0]),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}
fn iter(th: &mut Thread, a: &[Value]) -> R {
    crate::types::iter_text::new_str_iterator(th, a[0])
}
fn format_spec(th: &mut Thread, a: &[Value]) -> R {
    crate::types::format_spec::format_str(th, a[0], a[1])
}
fn getnewargs(th: &mut Thread, a: &[Value]) -> R {
    let v = str_::from_chars(th, s(a[0]).chars()).value();
    Ok(th.new_tuple(&[v]))
}
fn sizeof(_: &mut Thread, a: &[Value]) -> R {
    let t = s(a[0]);
    let header = if t.is_ascii() { 41 } else { 57 + t.width() - 1 };
    Ok(Value::small((header + t.len() * t.width()) as i64))
}
fn encode(th: &mut Thread, a: &[Value]) -> R {
    codecs::encode_named(th, s(a[0]), a[1], a[2], "encode")
}
fn maketrans(th: &mut Thread, a: &[Value]) -> R {
    let out = th.new_dict();
    let d = out.as_gc::<Dict>();
    if a[1].is_empty() {
        if !a[0].is_kind(Kind::Dict) {
            return Err(th.type_error("if you give only one argument to maketrans it must be a dict"));
        }
        let (keys, values) = a[0].as_gc::<Dict>().snapshot(th)?;
        for (&k, &v) in keys.as_slice().iter().zip(values.as_slice()) {
            let k = match k.cast::<Str>() {
                Some(c) if c.len() == 1 => Value::small(c.at(0) as i64),
                Some(_) => return Err(th.value_error("string keys in translate table must be of length 1")),
                None if int::is_int(k) => k,
                None => return Err(th.type_error("keys in translate table must be strings or integers")),
            };
            d.set(th, k, v)?;
        }
        return Ok(out);
    }
    let Some(x) = a[0].cast::<Str>() else {
        return Err(th.type_error("first maketrans argument must be a string if there is a second argument"));
    };
    let y = search::arg(th, a[1], "maketrans", "2")?;
    if x.len() != y.len() {
        return Err(th.value_error("the first two maketrans arguments must have equal length"));
    }
    for (k, v) in x.points().zip(y.points()) {
        d.set(th, Value::small(k as i64), Value::small(v as i64))?;
    }
    if !a[2].is_empty() {
        let z = search::arg(th, a[2], "maketrans", "3")?;
        for k in z.points() {
            d.set(th, Value::small(k as i64), Value::NONE)?;
        }
    }
    Ok(out)
}
fn translate(th: &mut Thread, a: &[Value]) -> R {
    let t = s(a[0]);
    let mut b = StrBuilder::new();
    let exact = th.class_of(a[1]) == ctx().types.dict;
    let lookup_error = ctx().types.LookupError;
    let mut cache: [Option<Value>; 128] = [None; 128];
    for c in t.points() {
        th.poll_inside()?;
        let key = Value::small(c as i64);
        let cached = cache.get(c as usize).copied().flatten();
        let to = match cached {
            Some(v) => v,
            None => {
                let v = if exact {
                    a[1].as_gc::<Dict>().get(th, key)?.unwrap_or(key)
                } else {
                    let table = a[1];
                    th.catch(lookup_error, |th| th.getitem(table, key))?.unwrap_or(key)
                };
                if let Some(slot) = cache.get_mut(c as usize) {
                    *slot = Some(v);
                }
                v
            }
        };
        if to.is_none() {
            continue;
        }
        if let Some(x) = to.cast::<Str>() {
            b.push_gc(x);
        } else if int::is_int(to) {
            match int::to_i64(to) {
                Some(n @ 0..=0x10FFFF) => b.push(n as u32),
                _ => return Err(th.value_error("character mapping must be in range(0x110000)")),
            }
        } else {
            return Err(th.type_error("character mapping must return integer, None or str"));
        }
    }
    Ok(b.finish(th))
}
/// A path argument (str, bytes or os.PathLike) as text, decoded as the file system encodes.
pub fn fs_decode(th: &mut Thread, v: Value) -> R<String> {
    let mut v = v;
    if !v.is_kind(Kind::Str) && !v.is_kind(Kind::Bytes) {
        match th.getattr_opt(th.class_of(v).value(), crate::names::names().__fspath__)? {
            Some(f) => v = th.call(f, &[v])?,
            None => {
                let text = format!("expected str, bytes or os.PathLike object, not {}", th.class_of(v).name_str());
                return Err(th.type_error(&text));
            }
        }
    }
    if let Some(t) = v.cast::<Str>() {
        return Ok(t.to_string_lossy());
    }
    let b = buffer_protocol::bytes_arg(th, v)?;
    Ok(String::from_utf8_lossy(&b).into_owned())
}
