//! Methods of `bytes`, and those that `bytearray` shares: they read the bytes of self and give an object of self's type.

use crate::codecs;
use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def, def_class, def_static};
use crate::object::Kind;
use crate::ops::CmpOp;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::buffer_protocol::{byte, bytes_arg, bytes_like, bytes_of_argument, is_bytes_like, not_bytes_like, with_buffer};
use crate::types::bytearray::held;
use crate::types::bytes;
use crate::types::class::Class;
use crate::types::list::List;
use crate::types::str_::Str;
use crate::types::str_ops::{clip_range, find_in, slice_range};
use crate::types::tuple::Tuple;
use crate::types::tuple_methods::repetitions;
use crate::types::{int, percent_format};
use crate::value::Value;
use std::borrow::Cow;

/// `bytes`
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    doc: "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer\nbytes(int) -> bytes object of size given by the parameter initialized with null bytes\nbytes() -> empty bytes object",
    ..TypeDef::new("bytes", Kind::Bytes, 32)
};

macro_rules! comparisons {
    ($($name:ident $op:ident;)*) => {$(
        pub(crate) fn $name(th: &mut Thread, a: &[Value]) -> R {
            compare(th, CmpOp::$op, a)
        }
    )*};
}
comparisons! { lt Lt; le Le; eq Eq; ne Ne; gt Gt; ge Ge; }

macro_rules! shared {
    ($($own:expr),* $(,)?) => {
        [$($own,)*
        def("__repr__", "self, /", repr, "Return repr(self)."),
        def("__str__", "self, /", crate::types::bytes_methods::to_text, "Return str(self)."),
        def("__lt__", "self, value, /", lt, "Return self<value."),
        def("__le__", "self, value, /", le, "Return self<=value."),
        def("__eq__", "self, value, /", eq, "Return self==value."),
        def("__ne__", "self, value, /", ne, "Return self!=value."),
        def("__gt__", "self, value, /", gt, "Return self>value."),
        def("__ge__", "self, value, /", ge, "Return self>=value."),
        def("__len__", "self, /", len, "Return len(self)."),
        def("__getitem__", "self, key, /", getitem, "Return self[key]."),
        def("__contains__", "self, key, /", contains, "Return bool(key in self)."),
        def("__add__", "self, value, /", add, "Return self+value."),
        def("__mul__", "self, value, /", mul, "Return self*value."),
        def("__rmul__", "self, value, /", mul, "Return value*self."),
        def("__mod__", "self, value, /", modulo, "Return self%value."),
        def("__rmod__", "self, value, /", rmodulo, "Return value%self."),
        def("__iter__", "self, /", iter, "Implement iter(self)."),
        def("__buffer__", "self, flags, /", crate::types::memoryview::buffer, "Return a buffer object that exposes the underlying memory of the object."),
        def("capitalize", "self, /", capitalize, "Return a copy with only its first character capitalized (ASCII) and the rest lower-cased."),
        def("center", "self, width, fillchar=b' ', /", center, "Return a centered string of length width."),
        def("count", "self, sub, start=None, end=None, /", count, "Return the number of non-overlapping occurrences of subsection 'sub'."),
        def("decode", "self, /, encoding='utf-8', errors='strict'", decode, "Decode the bytes using the codec registered for encoding."),
        def("endswith", "self, suffix, start=None, end=None, /", endswith, "Return True if the bytes ends with the specified suffix, False otherwise."),
        def("expandtabs", "self, /, tabsize=8", expandtabs, "Return a copy where all tab characters are expanded using spaces."),
        def("find", "self, sub, start=None, end=None, /", find, "Return the lowest index where subsection 'sub' is found."),
        def_class("fromhex", "type, string, /", fromhex, "Create a bytes object from a string of hexadecimal numbers."),
        def("hex", "self, /, sep=None, bytes_per_sep=1", hex, "Create a string of hexadecimal numbers from a bytes object."),
        def("index", "self, sub, start=None, end=None, /", index, "Return the lowest index where subsection 'sub' is found."),
        def("isalnum", "self, /", |th, a| all_are(th, a, |b| b.is_ascii_alphanumeric()), "Return True if all characters in B are alphanumeric."),
        def("isalpha", "self, /", |th, a| all_are(th, a, |b| b.is_ascii_alphabetic()), "Return True if all characters in B are alphabetic."),
        def("isascii", "self, /", isascii, "Return True if B is empty or all characters in B are ASCII, False otherwise."),
        def("isdigit", "self, /", |th, a| all_are(th, a, |b| b.is_ascii_digit()), "Return True if all characters in B are digits."),
        def("islower", "self, /", islower, "Return True if all cased characters in B are lowercase and there is at least one."),
        def("isspace", "self, /", |th, a| all_are(th, a, is_space), "Return True if all characters in B are whitespace."),
        def("istitle", "self, /", istitle, "Return True if B is a titlecased string and there is at least one character in B."),
        def("isupper", "self, /", isupper, "Return True if all cased characters in B are uppercase and there is at least one."),
        def("join", "self, iterable_of_bytes, /", join, "Concatenate any number of bytes objects."),
        def("ljust", "self, width, fillchar=b' ', /", ljust, "Return a left-justified string of length width."),
        def("lower", "self, /", lower, "Return a copy of B with all ASCII characters converted to lowercase."),
        def("lstrip", "self, bytes=None, /", lstrip, "Strip leading bytes contained in the argument."),
        def_static("maketrans", "frm, to, /", maketrans, "Return a translation table usable for the bytes or bytearray translate method."),
        def("partition", "self, sep, /", partition, "Partition the bytes into three parts using the given separator."),
        def("removeprefix", "self, prefix, /", removeprefix, "Return a bytes object with the given prefix string removed if present."),
        def("removesuffix", "self, suffix, /", removesuffix, "Return a bytes object with the given suffix string removed if present."),
        def("replace", "self, old, new, count=-1, /", replace, "Return a copy with all occurrences of substring old replaced by new."),
        def("rfind", "self, sub, start=None, end=None, /", rfind, "Return the highest index where subsection 'sub' is found."),
        def("rindex", "self, sub, start=None, end=None, /", rindex, "Return the highest index where subsection 'sub' is found."),
        def("rjust", "self, width, fillchar=b' ', /", rjust, "Return a right-justified string of length width."),
        def("rpartition", "self, sep, /", rpartition, "Partition the bytes into three parts using the given separator."),
        def("rsplit", "self, /, sep=None, maxsplit=-1", rsplit, "Return a list of the sections in the bytes, using sep as the delimiter."),
        def("rstrip", "self, bytes=None, /", rstrip, "Strip trailing bytes contained in the argument."),
        def("split", "self, /, sep=None, maxsplit=-1", split, "Return a list of the sections in the bytes, using sep as the delimiter."),
        def("splitlines", "self, /, keepends=False", splitlines, "Return a list of the lines in the bytes, breaking at line boundaries."),
        def("startswith", "self, prefix, start=None, end=None, /", startswith, "Return True if the bytes starts with the specified prefix, False otherwise."),
        def("strip", "self, bytes=None, /", strip, "Strip leading and trailing bytes contained in the argument."),
        def("swapcase", "self, /", swapcase, "Return a copy of B with uppercase ASCII characters converted to lowercase and vice versa."),
        def("title", "self, /", title, "Return a titlecased version of B."),
        def("translate", "self, table, /, delete=b''", translate, "Return a copy with each character mapped by the given translation table."),
        def("upper", "self, /", upper, "Return a copy of B with all ASCII characters converted to uppercase."),
        def("zfill", "self, width, /", zfill, "Pad a numeric string with zeros on the left, to fill a field of the given width."),
        ]
    };
}
pub(crate) use shared;
static METHODS: &[NativeDef] = &shared![
    def_static(
        "__new__",
        "cls, source=b'', encoding='utf-8', errors='strict'",
        new,
        "Create and return a new object."
    ),
    def("__hash__", "self, /", hash, "Return hash(self)."),
    def("__bytes__", "self, /", to_bytes, "Convert this value to exact type bytes."),
    def("__getnewargs__", "self, /", getnewargs, ""),
    def(
        "__sizeof__",
        "self, /",
        sizeof,
        "Returns the size of the object in memory, in bytes."
    ),
];

type B = Cow<'static, [u8]>;
fn me(th: &mut Thread, v: Value) -> R<B> {
    bytes_arg(th, v)
}
/// Runs `f`, which must not run Python code, on self's bytes where they lie.
fn on<T>(th: &mut Thread, v: Value, f: impl FnOnce(&[u8]) -> T) -> R<T> {
    if let Some(b) = v.cast::<bytes::Bytes>() {
        return Ok(f(b.as_slice()));
    }
    if crate::types::payload::downcast::<crate::types::bytearray::ByteArray>(v).is_some() {
        return Ok(f(&crate::types::bytearray::open(th, v)?.data));
    }
    with_buffer(th, v, f)
}
fn size(th: &mut Thread, v: Value) -> R<usize> {
    on(th, v, |b| b.len())
}
/// A new object of self's kind: bytes or bytearray.
fn like(th: &mut Thread, of: Value, data: &[u8]) -> Value {
    if of.is_kind(Kind::Bytes) {
        th.new_bytes(data)
    } else {
        th.new_bytearray(data.to_vec())
    }
}
pub(crate) fn is_space(b: u8) -> bool {
    matches!(b, b' ' | 9..=13)
}
fn new(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0].as_gc::<Class>();
    let exact = class == ctx().types.bytes;
    if exact && th.class_of(a[1]) == class && a[2].is_empty() && a[3].is_empty() {
        return Ok(a[1]);
    }
    if exact
        && a[2].is_empty()
        && a[3].is_empty()
        && a[1].is_obj()
        && th
            .class_of(a[1])
            .special(Special::Bytes)
            .is_some_and(|m| !m.is_kind(Kind::NativeFunction))
    {
        return bytes_by_method(th, a[1]);
    }
    let b = contents(th, a[1], a[2], a[3], true)?;
    if exact {
        return Ok(th.new_bytes(&b));
    }
    Ok(bytes::new_of(th, class, &b).value())
}
/// What `__bytes__` gives: a bytes object, or one of a subclass.
fn bytes_by_method(th: &mut Thread, v: Value) -> R {
    let r = th.call_special(v, Special::Bytes, &[])?.unwrap_or(Value::NONE);
    if r.is_kind(Kind::Bytes) {
        return Ok(r);
    }
    let name = th.class_of(r).name_str();
    Err(th.type_error(&format!("__bytes__ returned non-bytes (type {name})")))
}
/// What `bytes(...)` and `bytearray(...)` are filled with.
pub fn contents(th: &mut Thread, source: Value, encoding: Value, errors: Value, use_bytes_method: bool) -> R<B> {
    if source.is_empty() {
        if !encoding.is_empty() || !errors.is_empty() {
            let what = if encoding.is_empty() { "errors" } else { "encoding" };
            return Err(th.type_error(&format!("{what} without a string argument")));
        };
        return Ok(Cow::Borrowed(&[]));
    }
    if !encoding.is_empty() || !errors.is_empty() {
        let Some(text) = source.cast::<Str>() else {
            let what = if encoding.is_empty() { "errors" } else { "encoding" };
            return Err(th.type_error(&format!("{what} without a string argument")));
        };
        if encoding.is_empty() {
            return Err(th.type_error("string argument without an encoding"));
        }
        let b = codecs::encode_named(th, text, encoding, errors, "bytes")?;
        return Ok(Cow::Borrowed(codecs::bytes_of(b)));
    }
    if use_bytes_method && source.is_obj() && th.class_of(source).special(Special::Bytes).is_some() {
        return bytes_of_argument(th, source);
    }
    if source.is_kind(Kind::Str) {
        return Err(th.type_error("string argument without an encoding"));
    }
    if let Some(b) = bytes_like(th, source)? {
        return Ok(b);
    }
    if int::is_int(source) || th.class_of(source).special(Special::Index).is_some() {
        let class = ctx().types.TypeError;
        if let Ok(i) = th.catch(class, |th| th.index(source))? {
            let n = match int::to_i64(i) {
                Some(n) => n,
                None => return Err(th.overflow_error("cannot fit 'int' into an index-sized integer")),
            };
            if n < 0 {
                return Err(th.value_error("negative count"));
            }
            crate::types::str_ops::check_size(th, n as usize)?;
            return Ok(Cow::Owned(vec![0; n as usize]));
        }
    }
    bytes_of_argument(th, source)
}
/// `repr` of bytes
pub fn repr_text(b: &[u8]) -> String {
    let quote = if b.contains(&b'\'') && !b.contains(&b'"') { '"' } else { '\'' };
    let mut out = format!("b{quote}");
    for &c in b {
        match c {
            b'\\' => out.push_str("\\\\"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            c if c as char == quote => {
                out.push('\\');
                out.push(quote);
            }
            0x20..=0x7E => out.push(c as char),
            c => out.push_str(&format!("\\x{c:02x}")),
        }
    }
    out.push(quote);
    out
}
pub(crate) fn repr(th: &mut Thread, a: &[Value]) -> R {
    let data = me(th, a[0])?;
    let t = if a[0].is_kind(Kind::Bytes) {
        repr_text(&data)
    } else {
        // A bytearray escapes ' also between other quotes.
        let t = repr_text(&data);
        let t = if t.starts_with("b\"") { t.replace('\'', "\\'") } else { t };
        format!("{}({t})", th.class_of(a[0]).name_str())
    };
    Ok(th.new_str(&t))
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let h = a[0].as_gc::<bytes::Bytes>().hash();
    Ok(th.new_int(h))
}
/// With the option -b: what is probably a mistake of a program that mixes text and bytes.
#[cold]
fn mixed(th: &mut Thread, text: &str) -> R<()> {
    crate::warn::warn(th, ctx().types.BytesWarning, text, 1)
}
pub(crate) fn to_text(th: &mut Thread, a: &[Value]) -> R {
    if ctx().config.bytes_warning > 0 {
        let class = th.class_of(a[0]).name_str();
        mixed(th, &format!("str() on a {class} instance"))?;
    }
    repr(th, a)
}
fn compare(th: &mut Thread, op: CmpOp, a: &[Value]) -> R {
    let other = a[1].is_kind(Kind::Bytes) || !a[0].is_kind(Kind::Bytes) && is_bytes_like(th, a[1]);
    if !other {
        if ctx().config.bytes_warning > 0 && matches!(op, CmpOp::Eq | CmpOp::Ne) {
            let class = th.class_of(a[0]).name_str();
            if a[1].is_kind(Kind::Str) {
                mixed(th, &format!("Comparison between {class} and string"))?;
            } else if class == "bytes" && crate::types::int::is_int(a[1]) {
                mixed(th, "Comparison between bytes and int")?;
            }
        }
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let error = ctx().types.BufferError;
    let Ok(y) = th.catch(error, |th| bytes_arg(th, a[1]))? else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let order = on(th, a[0], |x| x.cmp(&y[..]))?;
    Ok(Value::bool(op.holds(order)))
}
pub(crate) fn len(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::small(size(th, a[0])? as i64))
}
fn to_bytes(th: &mut Thread, a: &[Value]) -> R {
    if th.class_of(a[0]) == ctx().types.bytes {
        return Ok(a[0]);
    }
    let b = me(th, a[0])?;
    Ok(th.new_bytes(&b))
}
fn getnewargs(th: &mut Thread, a: &[Value]) -> R {
    let b = me(th, a[0])?;
    let v = th.new_bytes(&b);
    Ok(th.new_tuple(&[v]))
}
fn sizeof(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::small(33 + me(th, a[0])?.len() as i64))
}
pub(crate) fn getitem(th: &mut Thread, a: &[Value]) -> R {
    let n = size(th, a[0])?;
    if a[1].is_kind(Kind::Slice) {
        let (start, step, count) = slice_range(th, a[1], n)?;
        if step == 1 {
            let i = start as usize;
            if let Some(b) = a[0].cast::<bytes::Bytes>() {
                return Ok(th.new_bytes(&b.as_slice()[i.min(n)..(i + count).min(n)]));
            }
            // What the slice's indices ran may have changed the array.
            let part = on(th, a[0], |b| b[i.min(b.len())..(i + count).min(b.len())].to_vec())?;
            return Ok(th.new_bytearray(part));
        }
        let out: Vec<u8> = on(th, a[0], |b| {
            (0..count as isize)
                .filter_map(|i| b.get((start + i * step) as usize))
                .copied()
                .collect()
        })?;
        return Ok(like(th, a[0], &out));
    }
    let what = if a[0].is_kind(Kind::Bytes) { "byte" } else { "bytearray" };
    if !int::is_int(a[1]) && th.class_of(a[1]).special(Special::Index).is_none() {
        let text = format!("{what} indices must be integers or slices, not {}", th.class_of(a[1]).name_str());
        return Err(th.type_error(&text));
    }
    let i = index_arg(th, a[1])?;
    let j = if i < 0 { i + n as isize } else { i };
    let byte = on(th, a[0], |b| usize::try_from(j).ok().and_then(|j| b.get(j).copied()))?;
    match byte {
        Some(b) => Ok(Value::small(b as i64)),
        None => {
            let text = if what == "byte" {
                "index out of range"
            } else {
                "bytearray index out of range"
            };
            Err(th.index_error(text))
        }
    }
}
/// An index argument; IndexError when it is too large.
pub fn index_arg(th: &mut Thread, v: Value) -> R<isize> {
    let class = ctx().types.OverflowError;
    match th.catch(class, |th| th.to_isize(v))? {
        Ok(i) => Ok(i),
        Err(_) => Err(th.index_error("cannot fit 'int' into an index-sized integer")),
    }
}
/// A searched-for argument: bytes-like or one byte as int.
fn needle(th: &mut Thread, v: Value) -> R<B> {
    if int::is_int(v) || !v.is_obj() {
        if int::is_int(v) {
            return Ok(Cow::Owned(vec![byte(th, v, "byte must be in range(0, 256)")?]));
        }
    } else if let Some(b) = bytes_like(th, v)? {
        return Ok(b);
    } else if th.class_of(v).special(Special::Index).is_some() {
        return Ok(Cow::Owned(vec![byte(th, v, "byte must be in range(0, 256)")?]));
    }
    Err(th.type_error(&format!(
        "argument should be integer or bytes-like object, not '{}'",
        th.class_of(v).name_str()
    )))
}
pub(crate) fn contains(th: &mut Thread, a: &[Value]) -> R {
    if !int::is_int(a[1]) && !is_bytes_like(th, a[1]) && th.class_of(a[1]).special(Special::Index).is_none() {
        return Err(not_bytes_like(th, a[1]));
    }
    let n = held(th, a[0], |th| needle(th, a[1]))?;
    let found = on(th, a[0], |b| match n[..] {
        [c] => memchr::memchr(c, b).is_some(),
        _ => memchr::memmem::find(b, &n).is_some(),
    })?;
    Ok(Value::bool(found))
}
fn found(th: &mut Thread, a: &[Value], reverse: bool) -> R<Option<usize>> {
    let n = held(th, a[0], |th| needle(th, a[1]))?;
    let len = size(th, a[0])?;
    let (from, to) = clip_range(th, a[2], a[3], len)?;
    if from > to {
        return Ok(None);
    }
    on(th, a[0], |b| {
        let hay = b.get(from..to.min(b.len())).unwrap_or(&[]);
        let at = match (&n[..], reverse) {
            ([c], false) => memchr::memchr(*c, hay),
            ([c], true) => memchr::memrchr(*c, hay),
            (n, true) => memchr::memmem::rfind(hay, n),
            (n, false) => memchr::memmem::find(hay, n),
        };
        at.map(|i| i + from)
    })
}
fn position(i: Option<usize>) -> Value {
    Value::small(i.map_or(-1, |i| i as i64))
}
pub(crate) fn find(th: &mut Thread, a: &[Value]) -> R {
    Ok(position(found(th, a, false)?))
}
pub(crate) fn rfind(th: &mut Thread, a: &[Value]) -> R {
    Ok(position(found(th, a, true)?))
}
pub(crate) fn index(th: &mut Thread, a: &[Value]) -> R {
    let i = found(th, a, false)?;
    if i.is_none() {
        Err(th.value_error("subsection not found"))
    } else {
        Ok(position(i))
    }
}
pub(crate) fn rindex(th: &mut Thread, a: &[Value]) -> R {
    let i = found(th, a, true)?;
    if i.is_none() {
        Err(th.value_error("subsection not found"))
    } else {
        Ok(position(i))
    }
}
pub(crate) fn count(th: &mut Thread, a: &[Value]) -> R {
    let n = held(th, a[0], |th| needle(th, a[1]))?;
    let len = size(th, a[0])?;
    let (from, to) = clip_range(th, a[2], a[3], len)?;
    let c = match (from > to, n.is_empty()) {
        (true, _) => 0,
        (_, true) => to - from + 1,
        _ => on(th, a[0], |b| {
            let hay = b.get(from..to.min(b.len())).unwrap_or(&[]);
            match n[..] {
                [c] => memchr::memchr_iter(c, hay).count(),
                _ => memchr::memmem::find_iter(hay, &n[..]).count(),
            }
        })?,
    };
    Ok(Value::small(c as i64))
}
fn affix(th: &mut Thread, a: &[Value], name: &str, end: bool) -> R {
    let len = size(th, a[0])?;
    let (from, to) = clip_range(th, a[2], a[3], len)?;
    let test = |th: &mut Thread, v: Value| -> R<Option<bool>> {
        let Some(x) = bytes_like(th, v)? else { return Ok(None) };
        on(th, a[0], |b| {
            let part = b.get(from..to.min(b.len()));
            Some(part.is_some_and(|part| if end { part.ends_with(&x) } else { part.starts_with(&x) }))
        })
    };
    if let Some(t) = a[1].cast::<Tuple>() {
        for &x in t.items() {
            match test(th, x)? {
                Some(true) => return Ok(Value::TRUE),
                Some(false) => {}
                None => return Err(not_bytes_like(th, x)),
            }
        }
        return Ok(Value::FALSE);
    }
    match test(th, a[1])? {
        Some(r) => Ok(Value::bool(r)),
        None => {
            let text = format!(
                "{name} first arg must be bytes or a tuple of bytes, not {}",
                th.class_of(a[1]).name_str()
            );
            Err(th.type_error(&text))
        }
    }
}
pub(crate) fn startswith(th: &mut Thread, a: &[Value]) -> R {
    affix(th, a, "startswith", false)
}
pub(crate) fn endswith(th: &mut Thread, a: &[Value]) -> R {
    affix(th, a, "endswith", true)
}
pub(crate) fn add(th: &mut Thread, a: &[Value]) -> R {
    let Some(y) = bytes_like(th, a[1])? else {
        let text = format!("can't concat {} to {}", th.class_of(a[1]).name_str(), th.class_of(a[0]).name_str());
        return Err(th.type_error(&text));
    };
    let len = size(th, a[0])?;
    crate::types::str_ops::check_size(th, len.saturating_add(y.len()))?;
    if let Some(x) = a[0].cast::<bytes::Bytes>() {
        let x = x.as_slice();
        return Ok(th.build_bytes(x.len() + y.len(), |out| {
            out[..x.len()].copy_from_slice(x);
            out[x.len()..].copy_from_slice(&y);
        }));
    }
    let sum = on(th, a[0], |x| [x, &y[..]].concat())?;
    Ok(th.new_bytearray(sum))
}
pub(crate) fn mul(th: &mut Thread, a: &[Value]) -> R {
    let n = repetitions(th, a[1])?;
    if n == 1 && th.class_of(a[0]) == ctx().types.bytes {
        return Ok(a[0]);
    }
    let b = me(th, a[0])?;
    match b.len().checked_mul(n) {
        Some(size) => crate::types::str_ops::check_size(th, size)?,
        None => return Err(th.memory_error()),
    }
    let out = b.repeat(n);
    Ok(like(th, a[0], &out))
}
pub(crate) fn modulo(th: &mut Thread, a: &[Value]) -> R {
    let f = me(th, a[0])?;
    let out = held(th, a[0], |th| percent_format::format_bytes(th, &f, a[1]))?;
    Ok(like(th, a[0], &out))
}
pub(crate) fn rmodulo(th: &mut Thread, a: &[Value]) -> R {
    if th.class_of(a[0]) != th.class_of(a[1]) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    modulo(th, &[a[1], a[0]])
}
pub(crate) fn iter(th: &mut Thread, a: &[Value]) -> R {
    crate::types::iter_text::new_bytes_iterator(th, a[0])
}
fn mapped(th: &mut Thread, a: &[Value], f: impl FnMut(u8) -> u8) -> R {
    let out: Vec<u8> = me(th, a[0])?.iter().copied().map(f).collect();
    Ok(like(th, a[0], &out))
}
pub(crate) fn lower(th: &mut Thread, a: &[Value]) -> R {
    mapped(th, a, |b| b.to_ascii_lowercase())
}
pub(crate) fn upper(th: &mut Thread, a: &[Value]) -> R {
    mapped(th, a, |b| b.to_ascii_uppercase())
}
pub(crate) fn swapcase(th: &mut Thread, a: &[Value]) -> R {
    mapped(th, a, |b| {
        if b.is_ascii_uppercase() {
            b.to_ascii_lowercase()
        } else {
            b.to_ascii_uppercase()
        }
    })
}
pub(crate) fn capitalize(th: &mut Thread, a: &[Value]) -> R {
    let mut first = true;
    mapped(th, a, |b| {
        if std::mem::take(&mut first) {
            b.to_ascii_uppercase()
        } else {
            b.to_ascii_lowercase()
        }
    })
}
pub(crate) fn title(th: &mut Thread, a: &[Value]) -> R {
    let mut cased = false;
    mapped(th, a, |b| {
        let r = if cased { b.to_ascii_lowercase() } else { b.to_ascii_uppercase() };
        cased = b.is_ascii_alphabetic();
        r
    })
}
pub(crate) fn all_are(th: &mut Thread, a: &[Value], f: fn(u8) -> bool) -> R {
    let b = me(th, a[0])?;
    Ok(Value::bool(!b.is_empty() && b.iter().all(|&b| f(b))))
}
pub(crate) fn isascii(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::bool(me(th, a[0])?.is_ascii()))
}
pub(crate) fn islower(th: &mut Thread, a: &[Value]) -> R {
    let b = me(th, a[0])?;
    Ok(Value::bool(
        b.iter().any(u8::is_ascii_lowercase) && !b.iter().any(u8::is_ascii_uppercase),
    ))
}
pub(crate) fn isupper(th: &mut Thread, a: &[Value]) -> R {
    let b = me(th, a[0])?;
    Ok(Value::bool(
        b.iter().any(u8::is_ascii_uppercase) && !b.iter().any(u8::is_ascii_lowercase),
    ))
}
pub(crate) fn istitle(th: &mut Thread, a: &[Value]) -> R {
    let (mut cased, mut before) = (false, false);
    for b in me(th, a[0])?.iter() {
        if b.is_ascii_uppercase() {
            if before {
                return Ok(Value::FALSE);
            }
            (cased, before) = (true, true);
        } else if b.is_ascii_lowercase() {
            if !before {
                return Ok(Value::FALSE);
            }
            cased = true;
        } else {
            before = false;
        }
    }
    Ok(Value::bool(cased))
}
fn padded(th: &mut Thread, a: &[Value], name: &str, split: fn(usize, usize) -> usize) -> R {
    let width = th.to_isize(a[1])?.max(0) as usize;
    let fill = match a[2] {
        Value::EMPTY => b' ',
        v => match bytes_like(th, v)? {
            Some(f) if f.len() == 1 => f[0],
            Some(f) => {
                let text = format!(
                    "{name}(): argument 2 must be a byte string of length 1, not a bytes object of length {}",
                    f.len()
                );
                return Err(th.type_error(&text));
            }
            None => {
                let text = format!(
                    "{name}() argument 2 must be a byte string of length 1, not {}",
                    th.class_of(v).name_str()
                );
                return Err(th.type_error(&text));
            }
        },
    };
    let b = me(th, a[0])?;
    let room = width.saturating_sub(b.len());
    crate::types::str_ops::check_size(th, width)?;
    let left = split(room, width);
    let mut out = vec![fill; left];
    out.extend_from_slice(&b);
    out.resize(out.len() + room - left, fill);
    Ok(like(th, a[0], &out))
}
pub(crate) fn ljust(th: &mut Thread, a: &[Value]) -> R {
    padded(th, a, "ljust", |_, _| 0)
}
pub(crate) fn rjust(th: &mut Thread, a: &[Value]) -> R {
    padded(th, a, "rjust", |n, _| n)
}
pub(crate) fn center(th: &mut Thread, a: &[Value]) -> R {
    padded(th, a, "center", |n, w| n / 2 + (n & w & 1))
}
pub(crate) fn zfill(th: &mut Thread, a: &[Value]) -> R {
    let width = th.to_isize(a[1])?.max(0) as usize;
    crate::types::str_ops::check_size(th, width)?;
    let mut out = me(th, a[0])?.into_owned();
    let at = out.first().is_some_and(|c| matches!(c, b'+' | b'-')) as usize;
    let room = width.saturating_sub(out.len());
    out.splice(at..at, std::iter::repeat_n(b'0', room));
    Ok(like(th, a[0], &out))
}
pub(crate) fn expandtabs(th: &mut Thread, a: &[Value]) -> R {
    let size = if a[1].is_empty() { 8 } else { th.to_i32(a[1])?.max(0) as usize };
    let mut out = Vec::new();
    let mut column = 0;
    for &c in me(th, a[0])?.iter() {
        if c == b'\t' {
            if size > 0 {
                let n = size - column % size;
                crate::types::str_ops::check_size(th, out.len() + n)?;
                out.resize(out.len() + n, b' ');
                column += n;
            }
        } else {
            out.push(c);
            column = if matches!(c, b'\n' | b'\r') { 0 } else { column + 1 };
        }
    }
    Ok(like(th, a[0], &out))
}
pub(crate) fn decode(th: &mut Thread, a: &[Value]) -> R {
    let b = me(th, a[0])?;
    codecs::decode_named(th, &b, a[1], a[2], "decode")
}
pub(crate) fn fromhex(th: &mut Thread, a: &[Value]) -> R {
    let text: Vec<u32> = match a[1].cast::<Str>() {
        Some(s) => s.points().collect(),
        None => match bytes_like(th, a[1])? {
            Some(b) => b.iter().map(|&b| b as u32).collect(),
            None => {
                let text = format!("fromhex() argument must be str or bytes-like, not {}", th.class_of(a[1]).name_str());
                return Err(th.type_error(&text));
            }
        },
    };
    let digit = |i: usize| text.get(i).and_then(|&c| char::from_u32(c)).and_then(|c| c.to_digit(16));
    let mut out = Vec::new();
    let mut i = 0;
    while i < text.len() {
        if text[i] < 0x80 && is_space(text[i] as u8) {
            i += 1;
            continue;
        }
        match (digit(i), digit(i + 1)) {
            (Some(h), Some(l)) => out.push((h * 16 + l) as u8),
            (None, _) => return Err(th.value_error(&format!("non-hexadecimal number found in fromhex() arg at position {i}"))),
            (_, None) if i + 1 >= text.len() => {
                return Err(th.value_error("fromhex() arg must contain an even number of hexadecimal digits"));
            }
            (_, None) => {
                return Err(th.value_error(&format!("non-hexadecimal number found in fromhex() arg at position {}", i + 1)));
            }
        }
        i += 2;
    }
    let class = a[0].as_gc::<Class>();
    let t = &ctx().types;
    if class == t.bytes {
        return Ok(th.new_bytes(&out));
    }
    if class == t.bytearray {
        return Ok(th.new_bytearray(out));
    }
    let b = th.new_bytes(&out);
    th.call(a[0], &[b])
}
pub(crate) fn hex(th: &mut Thread, a: &[Value]) -> R {
    let b = me(th, a[0])?;
    if a[1].is_empty() {
        let digit = |n: u8| b"0123456789abcdef"[n as usize];
        let mut text = vec![0; b.len() * 2];
        for (to, x) in text.chunks_exact_mut(2).zip(b.iter()) {
            to.copy_from_slice(&[digit(x >> 4), digit(x & 15)]);
        }
        return Ok(crate::types::str_::from_latin1(th, &text).value());
    }
    let text = held(th, a[0], |th| hex_text(th, &b, a[1], a[2]))?;
    Ok(th.new_str(&text))
}
/// Hexadecimal text with a separator after every so many bytes (counted from the right; from the left when negative).
pub fn hex_text(th: &mut Thread, b: &[u8], sep: Value, every: Value) -> R<String> {
    let sep = match sep {
        Value::EMPTY => None,
        v => {
            if th.len(v)? != 1 {
                return Err(th.value_error("sep must be length 1."));
            }
            let c = match (v.cast::<Str>(), v.cast::<bytes::Bytes>()) {
                (Some(s), _) if !s.is_empty() => s.at(0),
                (_, Some(b)) if !b.is_empty() => b.as_slice()[0] as u32,
                _ => return Err(th.type_error("sep must be str or bytes.")),
            };
            match char::from_u32(c) {
                Some(c) if c.is_ascii() => Some(c),
                _ => return Err(th.value_error("sep must be ASCII.")),
            }
        }
    };
    let every = if every.is_empty() { 1 } else { th.to_i32(every)? as i64 };
    let mut out = String::with_capacity(b.len() * 3);
    for (i, x) in b.iter().enumerate() {
        if let Some(sep) = sep
            && i > 0
            && every != 0
        {
            let n = if every > 0 { (b.len() - i) as i64 } else { i as i64 };
            if n % every.abs() == 0 {
                out.push(sep);
            }
        }
        out.push(char::from_digit((x >> 4) as u32, 16).unwrap_or('0'));
        out.push(char::from_digit((x & 15) as u32, 16).unwrap_or('0'));
    }
    Ok(out)
}
pub(crate) fn join(th: &mut Thread, a: &[Value]) -> R {
    let sep = me(th, a[0])?;
    let class = th.class_of(a[1]);
    if class.special(Special::Iter).is_none() && class.special(Special::Getitem).is_none() {
        return Err(th.type_error("can only join an iterable"));
    }
    let items = held(th, a[0], |th| th.collect(a[1]))?;
    let list = a[1].cast::<List>();
    let mut out = Vec::new();
    for (i, &x) in items.as_slice().iter().enumerate() {
        if let Some(l) = list
            && l.len(th)? != items.len()
        {
            return Err(th.runtime_error("sequence changed size during iteration"));
        }
        if i > 0 {
            out.extend_from_slice(&sep);
        }
        match bytes_like(th, x)? {
            Some(b) => out.extend_from_slice(&b),
            None => {
                let text = format!(
                    "sequence item {i}: expected a bytes-like object, {} found",
                    th.class_of(x).name_str()
                );
                return Err(th.type_error(&text));
            }
        }
    }
    Ok(like(th, a[0], &out))
}
fn stripped(th: &mut Thread, a: &[Value], left: bool, right: bool) -> R {
    let set = if a[1].is_empty() || a[1].is_none() {
        None
    } else {
        Some(bytes_arg(th, a[1])?)
    };
    let b = me(th, a[0])?;
    let drop = |c: &u8| set.as_ref().map_or(is_space(*c), |s| s.contains(c));
    let i = if left { b.iter().take_while(|c| drop(c)).count() } else { 0 };
    let j = if right {
        b[i..].iter().rev().take_while(|c| drop(c)).count()
    } else {
        0
    };
    Ok(like(th, a[0], &b[i..b.len() - j]))
}
pub(crate) fn strip(th: &mut Thread, a: &[Value]) -> R {
    stripped(th, a, true, true)
}
pub(crate) fn lstrip(th: &mut Thread, a: &[Value]) -> R {
    stripped(th, a, true, false)
}
pub(crate) fn rstrip(th: &mut Thread, a: &[Value]) -> R {
    stripped(th, a, false, true)
}
pub(crate) fn maketrans(th: &mut Thread, a: &[Value]) -> R {
    let (x, y) = (bytes_arg(th, a[0])?, bytes_arg(th, a[1])?);
    if x.len() != y.len() {
        return Err(th.value_error("maketrans arguments must have same length"));
    }
    let mut table: Vec<u8> = (0..=255).collect();
    for (k, v) in x.iter().zip(y.iter()) {
        table[*k as usize] = *v;
    }
    Ok(th.new_bytes(&table))
}
pub(crate) fn translate(th: &mut Thread, a: &[Value]) -> R {
    let table = if a[1].is_none() { None } else { Some(bytes_arg(th, a[1])?) };
    if table.as_ref().is_some_and(|t| t.len() != 256) {
        return Err(th.value_error("translation table must be 256 characters long"));
    }
    let delete = if a[2].is_empty() {
        Cow::Borrowed(&[][..])
    } else {
        bytes_arg(th, a[2])?
    };
    let b = me(th, a[0])?;
    if let (true, Some(t), true) = (delete.is_empty(), &table, a[0].is_kind(Kind::Bytes)) {
        return Ok(th.build_bytes(b.len(), |out| {
            out.iter_mut().zip(b.iter()).for_each(|(to, c)| *to = t[*c as usize]);
        }));
    }
    let mut deleted = [false; 256];
    delete.iter().for_each(|c| deleted[*c as usize] = true);
    let out: Vec<u8> = b
        .iter()
        .filter(|c| !deleted[**c as usize])
        .map(|&c| table.as_ref().map_or(c, |t| t[c as usize]))
        .collect();
    Ok(like(th, a[0], &out))
}
fn separator(th: &mut Thread, v: Value) -> R<B> {
    let s = bytes_arg(th, v)?;
    if s.is_empty() {
        Err(th.value_error("empty separator"))
    } else {
        Ok(s)
    }
}
pub(crate) fn partition(th: &mut Thread, a: &[Value]) -> R {
    parted(th, a, false)
}
pub(crate) fn rpartition(th: &mut Thread, a: &[Value]) -> R {
    parted(th, a, true)
}
fn parted(th: &mut Thread, a: &[Value], reverse: bool) -> R {
    let sep = separator(th, a[1])?;
    let b = me(th, a[0])?;
    let at = if reverse {
        memchr::memmem::rfind(&b, &sep)
    } else {
        memchr::memmem::find(&b, &sep)
    };
    let parts: [&[u8]; 3] = match at {
        Some(i) => [&b[..i], &sep, &b[i + sep.len()..]],
        None if reverse => [&[], &[], &b],
        None => [&b, &[], &[]],
    };
    let items = [like(th, a[0], parts[0]), like(th, a[0], parts[1]), like(th, a[0], parts[2])];
    Ok(th.new_tuple(&items))
}
pub(crate) fn removeprefix(th: &mut Thread, a: &[Value]) -> R {
    let p = bytes_arg(th, a[1])?;
    let b = me(th, a[0])?;
    Ok(like(th, a[0], b.strip_prefix(&p[..]).unwrap_or(&b)))
}
pub(crate) fn removesuffix(th: &mut Thread, a: &[Value]) -> R {
    let p = bytes_arg(th, a[1])?;
    let b = me(th, a[0])?;
    Ok(like(th, a[0], b.strip_suffix(&p[..]).unwrap_or(&b)))
}
pub(crate) fn replace(th: &mut Thread, a: &[Value]) -> R {
    let (old, new) = (bytes_arg(th, a[1])?, bytes_arg(th, a[2])?);
    let max = if a[3].is_empty() { -1 } else { th.to_isize_clipped(a[3])? };
    let max = if max < 0 { usize::MAX } else { max as usize };
    let b = me(th, a[0])?;
    let places: Vec<usize> = if old.is_empty() {
        (0..=b.len()).take(max).collect()
    } else {
        memchr::memmem::find_iter(&b, &old[..]).take(max).collect()
    };
    let total = b.len() as u128 + places.len() as u128 * new.len() as u128;
    crate::types::str_ops::check_size(th, total.min(usize::MAX as u128) as usize)?;
    let mut out = Vec::with_capacity(b.len());
    let mut at = 0;
    for p in places {
        out.extend_from_slice(&b[at..p]);
        out.extend_from_slice(&new);
        at = p + old.len();
    }
    out.extend_from_slice(&b[at..]);
    Ok(like(th, a[0], &out))
}
fn split_args(th: &mut Thread, a: &[Value]) -> R<(Option<B>, usize)> {
    let sep = if a[1].is_empty() || a[1].is_none() {
        None
    } else {
        Some(held(th, a[0], |th| separator(th, a[1]))?)
    };
    let max = if a[2].is_empty() { -1 } else { th.to_isize(a[2])? };
    Ok((sep, if max < 0 { usize::MAX } else { max as usize }))
}
fn list_of(th: &mut Thread, of: Value, parts: Vec<&[u8]>) -> R {
    let mut out = ValueVec::with_capacity(th, parts.len())?;
    for p in parts {
        let v = like(th, of, p);
        out.push(th, v)?;
    }
    Ok(th.new_list_vec(out))
}
pub(crate) fn split(th: &mut Thread, a: &[Value]) -> R {
    let (sep, max) = split_args(th, a)?;
    let b = me(th, a[0])?;
    let mut parts: Vec<&[u8]> = Vec::new();
    match &sep {
        Some(sep) => {
            let mut at = 0;
            for p in memchr::memmem::find_iter(&b, &sep[..]).take(max) {
                parts.push(&b[at..p]);
                at = p + sep.len();
            }
            parts.push(&b[at..]);
        }
        None => {
            let mut rest = &b[..];
            loop {
                rest = &rest[rest.iter().take_while(|c| is_space(**c)).count()..];
                if rest.is_empty() {
                    break;
                }
                if parts.len() == max {
                    parts.push(rest);
                    break;
                }
                let n = rest.iter().take_while(|c| !is_space(**c)).count();
                parts.push(&rest[..n]);
                rest = &rest[n..];
            }
        }
    }
    list_of(th, a[0], parts)
}
pub(crate) fn rsplit(th: &mut Thread, a: &[Value]) -> R {
    let (sep, max) = split_args(th, a)?;
    let b = me(th, a[0])?;
    let mut parts: Vec<&[u8]> = Vec::new();
    let mut rest = &b[..];
    match &sep {
        Some(sep) => {
            while parts.len() < max
                && let Some(p) = memchr::memmem::rfind(rest, sep)
            {
                parts.push(&rest[p + sep.len()..]);
                rest = &rest[..p];
            }
            parts.push(rest);
        }
        None => loop {
            rest = &rest[..rest.len() - rest.iter().rev().take_while(|c| is_space(**c)).count()];
            if rest.is_empty() {
                break;
            }
            if parts.len() == max {
                parts.push(rest);
                break;
            }
            let n = rest.len() - rest.iter().rev().take_while(|c| !is_space(**c)).count();
            parts.push(&rest[n..]);
            rest = &rest[..n];
        },
    }
    parts.reverse();
    list_of(th, a[0], parts)
}
pub(crate) fn splitlines(th: &mut Thread, a: &[Value]) -> R {
    let keep = !a[1].is_empty() && th.truth(a[1])?;
    let b = me(th, a[0])?;
    let mut parts: Vec<&[u8]> = Vec::new();
    let mut i = 0;
    while i < b.len() {
        let start = i;
        while i < b.len() && !matches!(b[i], b'\n' | b'\r') {
            i += 1;
        }
        let end = i;
        if i < b.len() {
            i += if find_in(&b[i..(i + 2).min(b.len())], b"\r\n") == Some(0) {
                2
            } else {
                1
            };
        }
        parts.push(&b[start..if keep { i } else { end }]);
    }
    list_of(th, a[0], parts)
}
