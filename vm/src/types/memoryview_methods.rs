//! Methods and attributes of `memoryview`.

use super::memoryview::{self, MemoryView, View, acquire, live_lease, pinned, put, release, state};
use super::memoryview_cast::cast;
use super::memoryview_items::{self as items, this};
use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_class, def_static, getter};
use crate::object::Kind;
use crate::ops::CmpOp;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::bytes_methods;
use crate::types::payload::payload_size;
use crate::types::str_::Str;
use crate::value::Value;

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    getsets: GETSETS,
    doc: "Create a new memoryview object which references the given object.",
    ..TypeDef::new("memoryview", Kind::Payload, payload_size::<MemoryView>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, object",
        |th, a| Ok(memoryview::of(th, a[1])?.value()),
        "Create and return a new object.  See help(type) for accurate signature.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__hash__", "self, /", hash, "Return hash(self)."),
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
    def("__lt__", "self, value, /", unordered, "Return self<value."),
    def("__le__", "self, value, /", unordered, "Return self<=value."),
    def("__gt__", "self, value, /", unordered, "Return self>value."),
    def("__ge__", "self, value, /", unordered, "Return self>=value."),
    def("__len__", "self, /", len, "Return len(self)."),
    def("__getitem__", "self, key, /", items::getitem, "Return self[key]."),
    def("__setitem__", "self, key, value, /", items::setitem, "Set self[key] to value."),
    def("__delitem__", "self, key, /", items::delitem, "Delete self[key]."),
    def("__iter__", "self, /", iter, "Implement iter(self)."),
    def(
        "__buffer__",
        "self, flags, /",
        buffer,
        "Return a buffer object that exposes the underlying memory of the object.",
    ),
    def(
        "__release_buffer__",
        "self, buffer, /",
        memoryview::release_buffer,
        "Release the buffer object that exposes the underlying memory of the object.",
    ),
    def("__enter__", "self, /", enter, ""),
    def(
        "__exit__",
        "self, /, *exc_info",
        exit,
        "Release the underlying buffer exposed by the memoryview object.",
    ),
    def_class(
        "__class_getitem__",
        "cls, object, /",
        |th, a| crate::types::generic_alias::new(th, a[0], a[1]),
        "See PEP 585",
    ),
    def_class(
        "_from_flags",
        "cls, object, flags",
        from_flags,
        "Create a new memoryview object which references the given object.",
    ),
    def(
        "cast",
        "self, format, shape=None",
        cast,
        "Cast a memoryview to a new format or shape.",
    ),
    def(
        "count",
        "self, value, /",
        items::count,
        "Count the number of occurrences of a value.",
    ),
    def(
        "hex",
        "self, sep=None, bytes_per_sep=1",
        hex,
        "Return the data in the buffer as a str of hexadecimal numbers.\n\n  sep\n    An optional single character or byte to separate hex bytes.\n  bytes_per_sep\n    How many bytes between separators.  Positive values count from the\n    right, negative values count from the left.\n\nExample:\n>>> value = memoryview(b'\\xb9\\x01\\xef')\n>>> value.hex()\n'b901ef'\n>>> value.hex(':')\n'b9:01:ef'\n>>> value.hex(':', 2)\n'b9:01ef'\n>>> value.hex(':', -2)\n'b901:ef'",
    ),
    def(
        "index",
        "self, value, start=0, stop=sys.maxsize, /",
        items::index,
        "Return the index of the first occurrence of a value.\n\nRaises ValueError if the value is not present.",
    ),
    def(
        "release",
        "self, /",
        |th, a| {
            let m = this(th, a[0])?;
            release(th, m)?;
            Ok(Value::NONE)
        },
        "Release the underlying buffer exposed by the memoryview object.",
    ),
    def(
        "tobytes",
        "self, order='C'",
        tobytes,
        "Return the data in the buffer as a byte string.\n\nOrder can be {'C', 'F', 'A'}. When order is 'C' or 'F', the data of the\noriginal array is converted to C or Fortran order. For contiguous views,\n'A' returns an exact copy of the physical memory. In particular, in-memory\nFortran order is preserved. For non-contiguous views, the data is converted\nto C first. order=None is the same as order='C'.",
    ),
    def(
        "tolist",
        "self, /",
        items::tolist,
        "Return the data in the buffer as a list of elements.",
    ),
    def(
        "toreadonly",
        "self, /",
        |th, a| {
            let m = this(th, a[0])?;
            Ok(memoryview::again(th, m, true)?.value())
        },
        "Return a readonly version of the memoryview.",
    ),
];
static GETSETS: &[GetSetDef] = &[
    getter(
        "c_contiguous",
        |th, v| Ok(Value::bool(receiver(th, v)?.c_contiguous())),
        "A bool indicating whether the memory is C contiguous.",
    ),
    getter(
        "contiguous",
        |th, v| {
            let s = receiver(th, v)?;
            Ok(Value::bool(s.c_contiguous() || s.f_contiguous()))
        },
        "A bool indicating whether the memory is contiguous.",
    ),
    getter(
        "f_contiguous",
        |th, v| Ok(Value::bool(receiver(th, v)?.f_contiguous())),
        "A bool indicating whether the memory is Fortran contiguous.",
    ),
    getter(
        "format",
        |th, v| {
            let text = receiver(th, v)?.format.text();
            Ok(th.new_str(&text))
        },
        "A string containing the format (in struct module style)\n for each element in the view.",
    ),
    getter(
        "itemsize",
        |th, v| Ok(Value::small(receiver(th, v)?.itemsize() as i64)),
        "The size in bytes of each element of the memoryview.",
    ),
    getter(
        "nbytes",
        |th, v| {
            let n = receiver(th, v)?.nbytes();
            Ok(th.new_int(n as i64))
        },
        "The amount of space in bytes that the array would use in\n a contiguous representation.",
    ),
    getter(
        "ndim",
        |th, v| Ok(Value::small(receiver(th, v)?.dims.len() as i64)),
        "An integer indicating how many dimensions of a multi-dimensional\n array the memory represents.",
    ),
    getter(
        "obj",
        |th, v| {
            let m = this(th, v)?;
            Ok(memoryview::lease(th, m)?.frozen().owner)
        },
        "The underlying object of the memoryview.",
    ),
    getter(
        "readonly",
        |th, v| Ok(Value::bool(receiver(th, v)?.readonly)),
        "A bool indicating whether the memory is read only.",
    ),
    getter(
        "shape",
        |th, v| {
            let dims = &receiver(th, v)?.dims;
            numbers(th, dims.iter().map(|d| d.len as i64))
        },
        "A tuple of ndim integers giving the shape of the memory\n as an N-dimensional array.",
    ),
    getter(
        "strides",
        |th, v| {
            let dims = &receiver(th, v)?.dims;
            numbers(th, dims.iter().map(|d| d.step as i64))
        },
        "A tuple of ndim integers giving the size in bytes to access\n each element for each dimension of the array.",
    ),
    getter(
        "suboffsets",
        |th, v| {
            receiver(th, v)?;
            Ok(ctx().empty_tuple)
        },
        "A tuple of integers used internally for PIL-style arrays.",
    ),
];
fn receiver(th: &mut Thread, v: Value) -> R<&'static MemoryView> {
    let m = this(th, v)?;
    state(th, m)
}
fn numbers(th: &mut Thread, n: impl Iterator<Item = i64>) -> R {
    let mut out = crate::types::buffer::ValueVec::new();
    for n in n {
        let v = th.new_int(n);
        out.push(th, v)?;
    }
    Ok(th.new_tuple(out.as_slice()))
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let m = this(th, a[0])?;
    let what = if live_lease(th, m)?.is_some() {
        "memory"
    } else {
        "released memory"
    };
    Ok(th.new_str(&format!("<{what} at {:#x}>", a[0].0)))
}
fn unordered(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::NOT_IMPLEMENTED)
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let m = this(th, a[0])?;
    let slot = &m.frozen().hash;
    let cached = th.read(m.header(), || slot.get())?;
    if !cached.is_empty() {
        return Ok(cached);
    }
    let s = state(th, m)?;
    if !s.readonly {
        return Err(th.value_error("cannot hash writable memoryview object"));
    }
    if !s.format.is_byte() {
        return Err(th.value_error("memoryview: hashing is restricted to formats 'B', 'b' or 'c'"));
    }
    let owner = memoryview::lease(th, m)?.frozen().owner;
    pinned(th, m, |th| th.hash(owner))?;
    let data = memoryview::to_vec(th, m)?;
    let h = crate::hash::bytes(&data);
    let h = th.new_int(h);
    put(th, m, slot, h)?;
    Ok(h)
}
fn len(th: &mut Thread, a: &[Value]) -> R {
    match receiver(th, a[0])?.dims.first() {
        Some(d) => Ok(Value::small(d.len as i64)),
        None => Err(th.type_error("0-dim memory has no length")),
    }
}
fn iter(th: &mut Thread, a: &[Value]) -> R {
    let m = this(th, a[0])?;
    items::one_dimension(
        th,
        m,
        "invalid indexing of 0-dim memory",
        "multi-dimensional sub-views are not implemented",
    )?;
    m.frozen().format.check(th)?;
    crate::types::iter_text::new_bytes_iterator(th, a[0])
}
fn buffer(th: &mut Thread, a: &[Value]) -> R {
    let flags = memoryview::flags_arg(th, a[1])?;
    Ok(acquire(th, a[0], flags)?.value())
}
fn from_flags(th: &mut Thread, a: &[Value]) -> R {
    let flags = th.to_i32(a[2])?;
    Ok(acquire(th, a[1], flags)?.value())
}
fn enter(th: &mut Thread, a: &[Value]) -> R {
    let m = this(th, a[0])?;
    memoryview::hold(th, m)?;
    Ok(a[0])
}
fn exit(th: &mut Thread, a: &[Value]) -> R {
    let m = this(th, a[0])?;
    memoryview::let_go(th, m)?;
    release(th, m)?;
    Ok(Value::NONE)
}
fn tobytes(th: &mut Thread, a: &[Value]) -> R {
    let m: View = this(th, a[0])?;
    state(th, m)?;
    let order = match a[1] {
        Value::EMPTY | Value::NONE => 'C',
        v => match v.cast::<Str>() {
            Some(s) => match &*s.to_string_lossy() {
                "C" => 'C',
                "F" => 'F',
                "A" => 'A',
                _ => return Err(th.value_error("order must be 'C', 'F' or 'A'")),
            },
            None => {
                let name = th.class_of(v).name_str();
                return Err(th.type_error(&format!("tobytes() argument 'order' must be str or None, not {name}")));
            }
        },
    };
    let data = items::bytes_in_order(th, m, order)?;
    Ok(th.new_bytes(&data))
}
fn hex(th: &mut Thread, a: &[Value]) -> R {
    let m = this(th, a[0])?;
    let data = memoryview::to_vec(th, m)?;
    let text = pinned(th, m, |th| bytes_methods::hex_text(th, &data, a[1], a[2]))?;
    Ok(th.new_str(&text))
}
