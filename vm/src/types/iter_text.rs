//! Iterators over str, bytes, bytearray and memoryview.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;
use crate::types::payload::{self, Payload, downcast, payload_size};
use crate::types::str_::Str;
use crate::value::Value;

/// State: what is iterated (EMPTY at the end) and the next index.
#[derive(Clone)]
pub struct TextIter {
    of: Value,
    at: usize,
}
impl Payload for TextIter {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.of);
    }
    const NEEDS_DROP: bool = false;
}
const fn iterator_def(name: &'static str) -> TypeDef {
    TypeDef {
        methods: METHODS,
        base: false,
        ..TypeDef::new(name, Kind::Payload, payload_size::<TextIter>())
    }
}
/// `str_iterator`
pub static STR_DEF: TypeDef = iterator_def("str_iterator");
/// `str_ascii_iterator`
pub static STR_ASCII_DEF: TypeDef = iterator_def("str_ascii_iterator");
/// `bytes_iterator`
pub static BYTES_DEF: TypeDef = iterator_def("bytes_iterator");
/// `bytearray_iterator`
pub static BYTEARRAY_DEF: TypeDef = iterator_def("bytearray_iterator");
/// `memory_iterator`
pub static MEMORY_DEF: TypeDef = TypeDef {
    methods: &[
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", next, "Implement next(self)."),
    ],
    ..iterator_def("memory_iterator")
};

static METHODS: &[NativeDef] = &[
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def(
        "__length_hint__",
        "self, /",
        length_hint,
        "Private method returning an estimate of len(list(it)).",
    ),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
    def("__setstate__", "self, state, /", setstate, "Set state information for unpickling."),
];
/// `iter(s)`
pub fn new_str_iterator(th: &mut Thread, s: Value) -> R {
    let t = &ctx().types;
    let class = if s.as_gc::<Str>().is_ascii() {
        t.str_ascii_iterator
    } else {
        t.str_iterator
    };
    Ok(payload::new(th, class, TextIter { of: s, at: 0 }).value())
}
/// `iter(v)` of bytes, a bytearray or a memoryview.
pub fn new_bytes_iterator(th: &mut Thread, v: Value) -> R {
    let t = &ctx().types;
    let class = if v.is_kind(Kind::Bytes) {
        t.bytes_iterator
    } else if downcast::<ByteArray>(v).is_some() {
        t.bytearray_iterator
    } else {
        t.memory_iterator
    };
    Ok(payload::new(th, class, TextIter { of: v, at: 0 }).value())
}
fn state(th: &mut Thread, v: Value) -> R<&'static mut TextIter> {
    match downcast::<TextIter>(v) {
        Some(o) => th.open_mut(o),
        None => Err(th.type_error("not an iterator of text")),
    }
}
fn len_of(th: &mut Thread, v: Value) -> R<usize> {
    if v.is_empty() {
        return Ok(0);
    }
    if let Some(s) = v.cast::<Str>() {
        return Ok(s.len());
    }
    if let Some(b) = v.cast::<Bytes>() {
        return Ok(b.len());
    }
    if let Some(b) = downcast::<ByteArray>(v) {
        return Ok(th.open_mut(b)?.data.len());
    }
    th.len(v)
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let it = state(th, a[0])?;
    if it.of.is_empty() {
        return Ok(Value::EMPTY);
    }
    let (of, at) = (it.of, it.at);
    if at >= len_of(th, of)? {
        it.of = Value::EMPTY;
        return Ok(Value::EMPTY);
    }
    it.at += 1;
    if let Some(s) = of.cast::<Str>() {
        return Ok(th.char_str(s.at(at)));
    }
    if let Some(b) = of.cast::<Bytes>() {
        return Ok(Value::small(b.as_slice()[at] as i64));
    }
    if let Some(b) = downcast::<ByteArray>(of) {
        return Ok(Value::small(th.open_mut(b)?.data[at] as i64));
    }
    th.getitem(of, Value::small(at as i64))
}
fn length_hint(th: &mut Thread, a: &[Value]) -> R {
    let it = state(th, a[0])?;
    let n = len_of(th, it.of)?;
    Ok(Value::small(n.saturating_sub(it.at) as i64))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let name = th.intern("iter");
    let iter = ctx().builtins.get_str(th, name)?.unwrap_or(Value::NONE);
    let it = state(th, a[0])?;
    let (of, at) = (it.of, it.at);
    if of.is_empty() {
        let empty = th.new_tuple(&[ctx().empty_tuple]);
        return Ok(th.new_tuple(&[iter, empty]));
    }
    let args = th.new_tuple(&[of]);
    Ok(th.new_tuple(&[iter, args, Value::small(at as i64)]))
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let n = th.to_isize_clipped(a[1])?.max(0) as usize;
    let it = state(th, a[0])?;
    let len = len_of(th, it.of)?;
    it.at = n.min(len);
    Ok(Value::NONE)
}
