//! The class `array` and its methods.

use super::items::{self, at, shape};
use super::{Array, CODES, Code, array_class, is_array, items_of, iter, new, new_of, open_to_resize, pickle, text_items, this, warn_u};
use crate::support::{self, given, type_name};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{NativeDef, TypeDef, def, def_class, def_static, getter};
use vasuki_vm::object::Kind;
use vasuki_vm::ops::CmpOp;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::buffer_protocol::{bytes_arg, bytes_like};
use vasuki_vm::types::bytes::Bytes;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::list::List;
use vasuki_vm::types::memoryview;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::str_ops::StrBuilder;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

pub(super) static ARRAY: TypeDef = TypeDef {
    doc: "array(typecode [, initializer]) -> array\n\nReturn a new array whose items are restricted by typecode, and\ninitialized from the optional initializer value, which must be a list,\nstring or iterable over elements of the appropriate type.",
    methods: METHODS,
    getsets: &[
        getter(
            "typecode",
            |th, v| {
                let c = this(th, v)?.code;
                Ok(th.char_str(c.0 as u32))
            },
            "the typecode character used to create the array",
        ),
        getter(
            "itemsize",
            |th, v| Ok(Value::small(this(th, v)?.code.size() as i64)),
            "the size, in bytes, of one array item",
        ),
    ],
    ..TypeDef::new("array.array", Kind::Payload, payload_size::<Array>())
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, /, *args, **kwargs", array_new, ""),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def(
        "__len__",
        "self, /",
        |th, a| Ok(Value::small(shape(th, a[0])?.1 as i64)),
        "Return len(self).",
    ),
    def("__iter__", "self, /", iter::new, "Implement iter(self)."),
    def("__getitem__", "self, key, /", items::getitem, "Return self[key]."),
    def("__setitem__", "self, key, value, /", items::setitem, "Set self[key] to value."),
    def("__delitem__", "self, key, /", items::delitem, "Delete self[key]."),
    def(
        "__buffer__",
        "self, flags, /",
        memoryview::buffer,
        "Return a buffer object that exposes the underlying memory of the object.",
    ),
    def(
        "__release_buffer__",
        "self, buffer, /",
        memoryview::release_buffer,
        "Release the buffer object that exposes the underlying memory of the object.",
    ),
    def("__contains__", "self, key, /", items::contains, "Return bool(key in self)."),
    def("__add__", "self, value, /", items::add, "Return self+value."),
    def("__iadd__", "self, value, /", items::iadd, "Implement self+=value."),
    def("__mul__", "self, value, /", items::mul, "Return self*value."),
    def("__rmul__", "self, value, /", items::mul, "Return value*self."),
    def("__imul__", "self, value, /", items::imul, "Implement self*=value."),
    def(
        "__lt__",
        "self, value, /",
        |th, a| items::compare(th, CmpOp::Lt, a),
        "Return self<value.",
    ),
    def(
        "__le__",
        "self, value, /",
        |th, a| items::compare(th, CmpOp::Le, a),
        "Return self<=value.",
    ),
    def(
        "__eq__",
        "self, value, /",
        |th, a| items::compare(th, CmpOp::Eq, a),
        "Return self==value.",
    ),
    def(
        "__ne__",
        "self, value, /",
        |th, a| items::compare(th, CmpOp::Ne, a),
        "Return self!=value.",
    ),
    def(
        "__gt__",
        "self, value, /",
        |th, a| items::compare(th, CmpOp::Gt, a),
        "Return self>value.",
    ),
    def(
        "__ge__",
        "self, value, /",
        |th, a| items::compare(th, CmpOp::Ge, a),
        "Return self>=value.",
    ),
    def("__copy__", "self, /", copy, "Return a copy of the array."),
    def("__deepcopy__", "self, unused, /", copy, "Return a copy of the array."),
    def(
        "__reduce_ex__",
        "self, protocol, /",
        pickle::reduce_ex,
        "Return state information for pickling.",
    ),
    def(
        "__sizeof__",
        "self, /",
        |th, a| {
            let n = this(th, a[0])?.data.capacity();
            Ok(Value::small((payload_size::<Array>() + n) as i64))
        },
        "Size of the array in memory, in bytes.",
    ),
    def_class(
        "__class_getitem__",
        "cls, item, /",
        |th, a| vasuki_vm::types::generic_alias::new(th, a[0], a[1]),
        "See PEP 585",
    ),
    def("append", "self, v, /", append, "Append new value v to the end of the array."),
    def(
        "buffer_info",
        "self, /",
        buffer_info,
        "Return a tuple (address, length) giving the current memory address and the length in items of the buffer used to hold array's contents.\n\nThe length should be multiplied by the itemsize attribute to calculate\nthe buffer length in bytes.",
    ),
    def(
        "byteswap",
        "self, /",
        byteswap,
        "Byteswap all items of the array.\n\nIf the items in the array are not 1, 2, 4, or 8 bytes in size, RuntimeError is\nraised.",
    ),
    def(
        "clear",
        "self, /",
        |th, a| {
            if !this(th, a[0])?.data.is_empty() {
                open_to_resize(th, a[0])?.clear();
            }
            Ok(Value::NONE)
        },
        "Remove all items from the array.",
    ),
    def("count", "self, v, /", count, "Return number of occurrences of v in the array."),
    def("extend", "self, bb, /", extend, "Append items to the end of the array."),
    def(
        "frombytes",
        "self, buffer, /",
        frombytes,
        "Appends items from the string, interpreting it as an array of machine values, as if it had been read from a file using the fromfile() method.",
    ),
    def(
        "fromfile",
        "self, f, n, /",
        fromfile,
        "Read n objects from the file object f and append them to the end of the array.",
    ),
    def("fromlist", "self, list, /", fromlist, "Append items to array from list."),
    def(
        "fromunicode",
        "self, ustr, /",
        fromunicode,
        "Extends this array with data from the unicode string ustr.\n\nThe array must be a unicode type array; otherwise a ValueError is raised.\nUse array.frombytes(ustr.encode(...)) to append Unicode data to an array of\nsome other type.",
    ),
    def(
        "index",
        "self, v, start=0, stop=sys.maxsize, /",
        index,
        "Return index of first occurrence of v in the array.\n\nRaise ValueError if the value is not present.",
    ),
    def(
        "insert",
        "self, i, v, /",
        insert,
        "Insert a new item v into the array before position i.",
    ),
    def(
        "pop",
        "self, i=-1, /",
        pop,
        "Return the i-th element and delete it from the array.\n\ni defaults to -1.",
    ),
    def("remove", "self, v, /", remove, "Remove the first occurrence of v in the array."),
    def("reverse", "self, /", reverse, "Reverse the order of the items in the array."),
    def(
        "tobytes",
        "self, /",
        |th, a| {
            let d = &this(th, a[0])?.data;
            Ok(th.new_bytes(d))
        },
        "Convert the array to an array of machine values and return the bytes representation.",
    ),
    def(
        "tofile",
        "self, f, /",
        tofile,
        "Write all items (as machine values) to the file object f.",
    ),
    def(
        "tolist",
        "self, /",
        tolist,
        "Convert array to an ordinary list with the same items.",
    ),
    def(
        "tounicode",
        "self, /",
        tounicode,
        "Extends this array with data from the unicode string ustr.\n\nConvert the array to a unicode string.  The array must be a unicode type array;\notherwise a ValueError is raised.  Use array.tobytes().decode() to obtain a\nunicode string from an array of some other type.",
    ),
];
fn array_new(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0].as_gc::<Class>();
    let args = a[1].as_gc::<Tuple>().items();
    let has_kwargs = match a[2].cast::<Dict>() {
        Some(d) => d.len(th)? != 0,
        None => false,
    };
    if has_kwargs && class == array_class(th)? {
        return Err(th.type_error("array.array() takes no keyword arguments"));
    }
    if args.is_empty() || args.len() > 2 {
        let (bound, s) = if args.is_empty() { ("at least 1", "") } else { ("at most 2", "s") };
        return Err(th.type_error(&format!("array() takes {bound} argument{s} ({} given)", args.len())));
    }
    match args[0].cast::<Str>() {
        Some(s) if s.len() == 1 => {}
        Some(s) => {
            let text = format!("array() argument 1 must be a unicode character, not a string of length {}", s.len());
            return Err(th.type_error(&text));
        }
        None => {
            let name = type_name(th, args[0]);
            return Err(th.type_error(&format!("array() argument 1 must be a unicode character, not {name}")));
        }
    }
    let Some(code) = Code::of(args[0]) else {
        let codes: Vec<String> = CODES.chars().map(String::from).collect();
        let (last, first) = codes
            .split_last()
            .map_or((String::new(), String::new()), |(l, f)| (l.clone(), f.join(", ")));
        return Err(th.value_error(&format!("bad typecode (must be {first} or {last})")));
    };
    warn_u(th, code)?;
    let Some(&initial) = args.get(1) else {
        return Ok(new_of(th, class, code, Vec::new()));
    };
    let letter = code.0 as char;
    let data = if let Some(s) = initial.cast::<Str>() {
        if !code.is_text() {
            return Err(th.type_error(&format!("cannot use a str to initialize an array with typecode '{letter}'")));
        }
        text_items(s)
    } else if let Some(other) = is_array(initial) {
        let other = th.open_mut(other)?;
        if other.code == code {
            other.data.clone()
        } else if other.code.is_text() && !code.is_text() {
            return Err(th.type_error(&format!(
                "cannot use a unicode array to initialize an array with typecode '{letter}'"
            )));
        } else {
            items_of(th, code, initial)?
        }
    } else if initial.is_kind(Kind::Bytes)
        || vasuki_vm::types::payload::downcast::<vasuki_vm::types::bytearray::ByteArray>(initial).is_some()
    {
        let b = bytes_arg(th, initial)?.into_owned();
        if !b.len().is_multiple_of(code.size()) {
            return Err(th.value_error("bytes length not a multiple of item size"));
        }
        b
    } else {
        items_of(th, code, initial)?
    };
    Ok(new_of(th, class, code, data))
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let (code, n) = shape(th, a[0])?;
    let name = th.class_of(a[0]).name_str();
    if n == 0 {
        return Ok(th.new_str(&format!("{name}('{}')", code.0 as char)));
    }
    let items = if code.is_text() { tounicode(th, a)? } else { tolist(th, a)? };
    let items = th.repr(items)?;
    let mut out = StrBuilder::new();
    out.push_str(&format!("{name}('{}', ", code.0 as char));
    out.push_gc(items);
    out.push_str(")");
    Ok(out.finish(th))
}
fn copy(th: &mut Thread, a: &[Value]) -> R {
    let x = this(th, a[0])?.clone();
    new(th, x.code, x.data)
}
fn append(th: &mut Thread, a: &[Value]) -> R {
    let code = this(th, a[0])?.code;
    let raw = code.set(th, a[1])?;
    open_to_resize(th, a[0])?.extend_from_slice(&raw[..code.size()]);
    Ok(Value::NONE)
}
fn buffer_info(th: &mut Thread, a: &[Value]) -> R {
    let (_, n) = shape(th, a[0])?;
    let address = this(th, a[0])?.data.as_ptr() as u64;
    let address = th.new_uint(address);
    Ok(th.new_tuple(&[address, Value::small(n as i64)]))
}
fn byteswap(th: &mut Thread, a: &[Value]) -> R {
    let x = this(th, a[0])?;
    let size = x.code.size();
    x.data.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    Ok(Value::NONE)
}
fn count(th: &mut Thread, a: &[Value]) -> R {
    let (mut i, mut n) = (0, 0);
    while let Some(x) = at(th, a[0], i)? {
        n += th.eq(x, a[1])? as i64;
        i += 1;
    }
    Ok(Value::small(n))
}
fn extend(th: &mut Thread, a: &[Value]) -> R {
    if is_array(a[1]).is_some() {
        items::iadd(th, a)?;
        return Ok(Value::NONE);
    }
    // As in CPython, the items before a wrong one stay.
    let code = this(th, a[0])?.code;
    let it = th.iter(a[1])?;
    while let Some(x) = th.next(it)? {
        append(th, &[a[0], x])?;
    }
    debug_assert!(this(th, a[0])?.code == code);
    Ok(Value::NONE)
}
fn frombytes(th: &mut Thread, a: &[Value]) -> R {
    let Some(b) = bytes_like(th, a[1])? else {
        let name = type_name(th, a[1]);
        return Err(th.type_error(&format!("a bytes-like object is required, not '{name}'")));
    };
    let x = this(th, a[0])?;
    if !b.len().is_multiple_of(x.code.size()) {
        return Err(th.value_error("bytes length not a multiple of item size"));
    }
    if !b.is_empty() {
        open_to_resize(th, a[0])?.extend_from_slice(&b);
    }
    Ok(Value::NONE)
}
fn fromfile(th: &mut Thread, a: &[Value]) -> R {
    let n = th.to_isize(a[2])?;
    if n < 0 {
        return Err(th.value_error("negative count"));
    }
    let size = this(th, a[0])?.code.size();
    let Some(bytes) = (n as usize).checked_mul(size).filter(|&b| b <= isize::MAX as usize) else {
        return Err(th.memory_error());
    };
    let count = th.new_uint(bytes as u64);
    let r = support::call_method(th, a[1], "read", &[count])?;
    let Some(b) = r.cast::<Bytes>() else {
        return Err(th.type_error("read() didn't return bytes"));
    };
    let got = b.len();
    frombytes(th, &[a[0], r])?;
    if got != bytes {
        return Err(th.error(ctx().types.EOFError, "read() didn't return enough bytes"));
    }
    Ok(Value::NONE)
}
fn fromlist(th: &mut Thread, a: &[Value]) -> R {
    let Some(l) = a[1].cast::<List>() else {
        return Err(th.type_error("arg must be list"));
    };
    let code = this(th, a[0])?.code;
    let n = l.len(th)?;
    let mut out = Vec::with_capacity(n * code.size());
    for i in 0..n {
        let Some(x) = l.get(th, i)? else {
            return Err(th.runtime_error("list changed size during iteration"));
        };
        let raw = code.set(th, x)?;
        if l.len(th)? != n {
            return Err(th.runtime_error("list changed size during iteration"));
        }
        out.extend_from_slice(&raw[..code.size()]);
    }
    if !out.is_empty() {
        open_to_resize(th, a[0])?.extend(out);
    }
    Ok(Value::NONE)
}
fn fromunicode(th: &mut Thread, a: &[Value]) -> R {
    let Some(s) = a[1].cast::<Str>() else {
        let name = support::arg_name(th, a[1]);
        return Err(th.type_error(&format!("fromunicode() argument must be str, not {name}")));
    };
    let x = this(th, a[0])?;
    if !x.code.is_text() {
        return Err(th.value_error("fromunicode() may only be called on unicode type arrays ('u' or 'w')"));
    }
    if !s.is_empty() {
        open_to_resize(th, a[0])?.extend(text_items(s));
    }
    Ok(Value::NONE)
}
fn index(th: &mut Thread, a: &[Value]) -> R {
    let (_, n) = shape(th, a[0])?;
    let mut bound = |v: Value, default: isize| -> R<isize> {
        match given(v) {
            None => Ok(default),
            Some(v) => {
                let i = th.to_isize_clipped(v)?;
                Ok(if i < 0 { (i.saturating_add(n as isize)).max(0) } else { i })
            }
        }
    };
    let (start, stop) = (bound(a[2], 0)?, bound(a[3], isize::MAX)?);
    let mut i = start as usize;
    while (i as isize) < stop {
        let Some(x) = at(th, a[0], i)? else { break };
        if th.eq(x, a[1])? {
            return Ok(Value::small(i as i64));
        }
        i += 1;
    }
    Err(th.value_error("array.index(x): x not in array"))
}
fn insert(th: &mut Thread, a: &[Value]) -> R {
    let i = th.to_isize(a[1])?;
    let code = this(th, a[0])?.code;
    let raw = code.set(th, a[2])?;
    let (_, n) = shape(th, a[0])?;
    let i = if i < 0 {
        (i + n as isize).max(0) as usize
    } else {
        (i as usize).min(n)
    };
    let at = i * code.size();
    open_to_resize(th, a[0])?.splice(at..at, raw[..code.size()].iter().copied());
    Ok(Value::NONE)
}
fn pop(th: &mut Thread, a: &[Value]) -> R {
    let i = if a[1].is_empty() { -1 } else { th.to_isize(a[1])? };
    let (code, n) = shape(th, a[0])?;
    if n == 0 {
        return Err(th.index_error("pop from empty array"));
    }
    let i = if i < 0 { i + n as isize } else { i };
    if i < 0 || i as usize >= n {
        return Err(th.index_error("pop index out of range"));
    }
    let v = at(th, a[0], i as usize)?.unwrap_or(Value::NONE);
    let from = i as usize * code.size();
    open_to_resize(th, a[0])?.drain(from..from + code.size());
    Ok(v)
}
fn remove(th: &mut Thread, a: &[Value]) -> R {
    let mut i = 0;
    while let Some(x) = at(th, a[0], i)? {
        if th.eq(x, a[1])? {
            let size = this(th, a[0])?.code.size();
            let data = open_to_resize(th, a[0])?;
            if (i + 1) * size <= data.len() {
                data.drain(i * size..(i + 1) * size);
            }
            return Ok(Value::NONE);
        }
        i += 1;
    }
    Err(th.value_error("array.remove(x): x not in array"))
}
fn reverse(th: &mut Thread, a: &[Value]) -> R {
    let x = this(th, a[0])?;
    let size = x.code.size();
    // Reversing all bytes and then those of each item leaves the items in reverse order.
    x.data.reverse();
    x.data.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    Ok(Value::NONE)
}
fn tofile(th: &mut Thread, a: &[Value]) -> R {
    const BLOCK: usize = 64 * 1024;
    let mut from = 0;
    loop {
        let d = &this(th, a[0])?.data;
        if from >= d.len() {
            return Ok(Value::NONE);
        }
        let b = th.new_bytes(&d[from..d.len().min(from + BLOCK)]);
        support::call_method(th, a[1], "write", &[b])?;
        from += BLOCK;
    }
}
pub(super) fn tolist(th: &mut Thread, a: &[Value]) -> R {
    let (_, n) = shape(th, a[0])?;
    let mut out = ValueVec::with_capacity(th, n)?;
    for i in 0..n {
        if let Some(v) = at(th, a[0], i)? {
            out.push(th, v)?;
        }
    }
    Ok(th.new_list_vec(out))
}
fn tounicode(th: &mut Thread, a: &[Value]) -> R {
    let (code, n) = shape(th, a[0])?;
    if !code.is_text() {
        return Err(th.value_error("tounicode() may only be called on unicode type arrays ('u' or 'w')"));
    }
    let mut out = StrBuilder::new();
    for i in 0..n {
        if let Some(c) = at(th, a[0], i)?.and_then(|v| v.cast::<Str>()) {
            out.push_gc(c);
        }
    }
    Ok(out.finish(th))
}
