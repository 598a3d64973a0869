//! Methods of `bytearray` that change it; those that it shares with bytes are in `bytes_methods`.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def, def_class, def_static};
use crate::object::Kind;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer_protocol::{byte, bytes_like, bytes_of_argument, is_bytes_like};
use crate::types::bytearray::{self, ByteArray, open_to_resize};
use crate::types::bytes_methods::*;
use crate::types::class::Class;
use crate::types::int;
use crate::types::payload::payload_size;
use crate::types::str_ops::slice_range;
use crate::types::tuple_methods::repetitions;
use crate::value::Value;

/// `bytearray`
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    doc: "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\nbytearray(int) -> bytes array of size given by the parameter initialized with null bytes\nbytearray() -> empty bytes array",
    ..TypeDef::new("bytearray", Kind::Payload, payload_size::<ByteArray>())
};
static METHODS: &[NativeDef] = &shared![
    def_static("__new__", "cls, *args, **kwargs", new, "Create and return a new object."),
    def(
        "__init__",
        "self, /, source=b'', encoding='utf-8', errors='strict'",
        init,
        "Initialize self."
    ),
    def("__setitem__", "self, key, value, /", setitem, "Set self[key] to value."),
    def("__delitem__", "self, key, /", delitem, "Delete self[key]."),
    def(
        "__release_buffer__",
        "self, buffer, /",
        crate::types::memoryview::release_buffer,
        "Release the buffer object that exposes the underlying memory of the object."
    ),
    def("__iadd__", "self, value, /", iadd, "Implement self+=value."),
    def("__imul__", "self, value, /", imul, "Implement self*=value."),
    def("__alloc__", "self, /", alloc, "Return the number of bytes actually allocated."),
    def(
        "__sizeof__",
        "self, /",
        sizeof,
        "Returns the size of the bytearray object in memory, in bytes."
    ),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
    def(
        "__reduce_ex__",
        "self, proto=0, /",
        reduce,
        "Return state information for pickling."
    ),
    def(
        "append",
        "self, item, /",
        append,
        "Append a single item to the end of the bytearray."
    ),
    def("clear", "self, /", clear, "Remove all items from the bytearray."),
    def("copy", "self, /", copy, "Return a copy of B."),
    def(
        "extend",
        "self, iterable_of_ints, /",
        extend,
        "Append all the items from the iterator or sequence to the bytearray."
    ),
    def(
        "insert",
        "self, index, item, /",
        insert,
        "Insert a single item into the bytearray before the given index."
    ),
    def("pop", "self, index=-1, /", pop, "Remove and return a single item from B."),
    def(
        "remove",
        "self, value, /",
        remove,
        "Remove the first occurrence of a value in the bytearray."
    ),
    def("resize", "self, size, /", resize, "Resize the internal buffer of bytearray to len."),
    def("reverse", "self, /", reverse, "Reverse the order of the values in B in place."),
];
fn data(th: &mut Thread, v: Value) -> R<&'static mut Vec<u8>> {
    Ok(&mut bytearray::open(th, v)?.data)
}
fn new(th: &mut Thread, a: &[Value]) -> R {
    Ok(bytearray::new_of(th, a[0].as_gc::<Class>(), Vec::new()).value())
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    if !data(th, a[0])?.is_empty() {
        open_to_resize(th, a[0])?.clear();
    }
    let source = a[1];
    let class = th.class_of(source);
    let number = int::is_int(source) || class.special(Special::Index).is_some();
    let plain = a[2].is_empty() && a[3].is_empty() && !source.is_empty();
    if plain && !number && class.special(Special::Iter).is_some() && !source.is_kind(Kind::Str) && !is_bytes_like(th, source) {
        // The bytes come one by one, and can be seen meanwhile.
        let filled = fill(th, a[0], source);
        if filled.as_ref().is_err_and(|t| !t.is_abort()) {
            open_to_resize(th, a[0])?.clear();
        }
        filled?;
        return Ok(Value::NONE);
    }
    let b = contents(th, source, a[2], a[3], false)?.into_owned();
    if b.is_empty() && data(th, a[0])?.is_empty() {
        return Ok(Value::NONE);
    }
    *open_to_resize(th, a[0])? = b;
    Ok(Value::NONE)
}
fn fill(th: &mut Thread, v: Value, source: Value) -> R<()> {
    let it = th.iter(source)?;
    while let Some(x) = th.next(it)? {
        let b = item(th, x)?;
        open_to_resize(th, v)?.push(b);
    }
    Ok(())
}
fn item(th: &mut Thread, v: Value) -> R<u8> {
    byte(th, v, "byte must be in range(0, 256)")
}
fn position(th: &mut Thread, k: Value, len: usize) -> R<usize> {
    if !int::is_int(k) && th.class_of(k).special(Special::Index).is_none() {
        let text = format!("bytearray indices must be integers or slices, not {}", th.class_of(k).name_str());
        return Err(th.type_error(&text));
    }
    let i = index_arg(th, k)?;
    let j = if i < 0 { i + len as isize } else { i };
    if j < 0 || j >= len as isize {
        Err(th.index_error("bytearray index out of range"))
    } else {
        Ok(j as usize)
    }
}
fn setitem(th: &mut Thread, a: &[Value]) -> R {
    if a[1].is_kind(Kind::Slice) {
        let new = match bytes_like(th, a[2])? {
            Some(b) => b,
            None if int::is_int(a[2]) || a[2].is_kind(Kind::Str) => {
                return Err(th.type_error("can assign only bytes, buffers, or iterables of ints in range(0, 256)"));
            }
            None => bytes_of_argument(th, a[2])?,
        };
        let n = data(th, a[0])?.len();
        let (start, step, count) = slice_range(th, a[1], n)?;
        let d = if step == 1 && count != new.len() {
            open_to_resize(th, a[0])?
        } else {
            data(th, a[0])?
        };
        if step != 1 && new.is_empty() {
            return delitem(th, a);
        }
        if step == 1 {
            let i = (start as usize).min(d.len());
            let end = (i + count).min(d.len());
            d.splice(i..end, new.iter().copied());
        } else if count != new.len() {
            let text = format!("attempt to assign bytes of size {} to extended slice of size {count}", new.len());
            return Err(th.value_error(&text));
        } else {
            for (i, b) in new.iter().enumerate() {
                d[(start + i as isize * step) as usize] = *b;
            }
        }
        return Ok(Value::NONE);
    }
    let n = data(th, a[0])?.len();
    let i = position(th, a[1], n)?;
    let b = item(th, a[2])?;
    match data(th, a[0])?.get_mut(i) {
        Some(x) => *x = b,
        None => return Err(th.index_error("bytearray index out of range")),
    }
    Ok(Value::NONE)
}
fn delitem(th: &mut Thread, a: &[Value]) -> R {
    let n = data(th, a[0])?.len();
    if a[1].is_kind(Kind::Slice) {
        let (start, step, count) = slice_range(th, a[1], n)?;
        if count == 0 {
            return Ok(Value::NONE);
        }
        let d = open_to_resize(th, a[0])?;
        if step == 1 {
            d.drain(start as usize..start as usize + count);
        } else {
            let mut drop: Vec<usize> = (0..count as isize).map(|i| (start + i * step) as usize).collect();
            drop.sort_unstable();
            let mut i = 0;
            d.retain(|_| {
                i += 1;
                drop.binary_search(&(i - 1)).is_err()
            });
        }
        return Ok(Value::NONE);
    }
    let i = position(th, a[1], n)?;
    open_to_resize(th, a[0])?.remove(i);
    Ok(Value::NONE)
}
fn iadd(th: &mut Thread, a: &[Value]) -> R {
    let Some(b) = bytes_like(th, a[1])? else {
        let text = format!("can't concat {} to {}", th.class_of(a[1]).name_str(), th.class_of(a[0]).name_str());
        return Err(th.type_error(&text));
    };
    if !b.is_empty() {
        crate::memory::reserve(th, b.len())?;
        open_to_resize(th, a[0])?.extend_from_slice(&b);
    }
    Ok(a[0])
}
fn imul(th: &mut Thread, a: &[Value]) -> R {
    let n = repetitions(th, a[1])?;
    let len = data(th, a[0])?.len();
    match len.checked_mul(n) {
        Some(size) => crate::types::str_ops::check_size(th, size)?,
        None => return Err(th.memory_error()),
    }
    if len * n != len {
        let d = open_to_resize(th, a[0])?;
        *d = d.repeat(n);
    }
    Ok(a[0])
}
fn alloc(th: &mut Thread, a: &[Value]) -> R {
    let n = data(th, a[0])?.capacity();
    Ok(Value::small(if n == 0 { 0 } else { n as i64 + 1 }))
}
fn sizeof(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::small(56 + data(th, a[0])?.capacity() as i64))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let text: Vec<u32> = data(th, a[0])?.iter().map(|&b| b as u32).collect();
    let encoding = th.new_str("latin-1");
    let args = if text.is_empty() {
        ctx().empty_tuple
    } else {
        let t = th.new_str_points(&text);
        th.new_tuple(&[t, encoding])
    };
    let class = th.class_of(a[0]).value();
    let getstate = th.intern("__getstate__");
    let state = th.call_method(a[0], getstate, &[])?;
    Ok(th.new_tuple(&[class, args, state]))
}
fn append(th: &mut Thread, a: &[Value]) -> R {
    let b = item(th, a[1])?;
    open_to_resize(th, a[0])?.push(b);
    Ok(Value::NONE)
}
fn clear(th: &mut Thread, a: &[Value]) -> R {
    if !data(th, a[0])?.is_empty() {
        open_to_resize(th, a[0])?.clear();
    }
    Ok(Value::NONE)
}
fn copy(th: &mut Thread, a: &[Value]) -> R {
    let d = data(th, a[0])?.clone();
    Ok(th.new_bytearray(d))
}
fn extend(th: &mut Thread, a: &[Value]) -> R {
    let end = data(th, a[0])?.len();
    if let Some(b) = bytes_like(th, a[1])? {
        if !b.is_empty() {
            crate::memory::reserve(th, b.len())?;
            // A `__buffer__` may have changed the length: the end is what it was before.
            let d = open_to_resize(th, a[0])?;
            let at = end.min(d.len());
            d.splice(at..at, b.iter().copied());
        }
        return Ok(Value::NONE);
    }
    if a[1].is_kind(Kind::Str) {
        return Err(th.type_error("expected iterable of integers; got: 'str'"));
    }
    if th.class_of(a[1]).special(Special::Iter).is_none() && th.class_of(a[1]).special(Special::Getitem).is_none() {
        return Err(th.type_error(&format!("can't extend bytearray with {}", th.class_of(a[1]).name_str())));
    }
    let it = th.iter(a[1])?;
    let mut out = Vec::new();
    while let Some(x) = th.next(it)? {
        out.push(item(th, x)?);
    }
    if !out.is_empty() {
        open_to_resize(th, a[0])?.extend(out);
    }
    Ok(Value::NONE)
}
fn insert(th: &mut Thread, a: &[Value]) -> R {
    let i = th.to_isize(a[1])?;
    let b = item(th, a[2])?;
    let d = open_to_resize(th, a[0])?;
    let n = d.len() as isize;
    let at = if i < 0 { (i + n).max(0) } else { i.min(n) };
    d.insert(at as usize, b);
    Ok(Value::NONE)
}
fn pop(th: &mut Thread, a: &[Value]) -> R {
    let i = if a[1].is_empty() { -1 } else { th.to_isize(a[1])? };
    let d = data(th, a[0])?;
    if d.is_empty() {
        return Err(th.index_error("pop from empty bytearray"));
    }
    let j = if i < 0 { i + d.len() as isize } else { i };
    if j < 0 || j >= d.len() as isize {
        return Err(th.index_error("pop index out of range"));
    }
    Ok(Value::small(open_to_resize(th, a[0])?.remove(j as usize) as i64))
}
fn remove(th: &mut Thread, a: &[Value]) -> R {
    let b = item(th, a[1])?;
    let d = data(th, a[0])?;
    match d.iter().position(|x| *x == b) {
        Some(i) => {
            open_to_resize(th, a[0])?.remove(i);
            Ok(Value::NONE)
        }
        None => Err(th.value_error("value not found in bytearray")),
    }
}
fn resize(th: &mut Thread, a: &[Value]) -> R {
    let n = th.to_isize(a[1])?;
    if n < 0 {
        return Err(th.value_error(&format!("bytearray.resize(): new size must be >= 0, got {n}")));
    }
    crate::types::str_ops::check_size(th, n as usize)?;
    if n as usize != data(th, a[0])?.len() {
        open_to_resize(th, a[0])?.resize(n as usize, 0);
    }
    Ok(Value::NONE)
}
fn reverse(th: &mut Thread, a: &[Value]) -> R {
    data(th, a[0])?.reverse();
    Ok(Value::NONE)
}
