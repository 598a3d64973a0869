//! `BytesIO`: bytes in memory.
//!
//! The bytes are shared until they are changed. A view from `getbuffer` asks for the memory at every access and checks its
//! bounds, as all views do.

use super::sys::find;
use super::{closed_error, raw, size_arg};
use crate::support;
use std::sync::Arc;
use vasuki_vm::attrs;
use vasuki_vm::native::{NativeDef, TypeDef, def, def_static, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::buffer_format::Format;
use vasuki_vm::types::buffer_protocol::{self, Exporter, Memory};
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::exports::{self, Exports};
use vasuki_vm::types::payload::{self, Native, Payload, payload_size};
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::types::{int, memoryview};
use vasuki_vm::value::Value;

/// State.
#[derive(Clone, Default)]
pub(crate) struct BytesIO {
    data: Arc<Vec<u8>>,
    pos: usize,
    closed: bool,
    exports: Exports,
}
impl Payload for BytesIO {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
/// The exporter behind a view of the bytes.
#[derive(Clone)]
pub(crate) struct View {
    source: Value,
}
impl Payload for View {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.source);
    }
}

/// The declaration.
pub(crate) static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: &[getter(
        "closed",
        |th, v| Ok(Value::bool(support::open::<BytesIO>(th, v)?.closed)),
        "True if the file is closed.",
    )],
    doc: "Buffered I/O implementation using an in-memory bytes buffer.",
    ..TypeDef::new("_io.BytesIO", Kind::Payload, payload_size::<BytesIO>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        |th, a| Ok(payload::new(th, a[0].as_gc(), BytesIO::default()).value()),
        "",
    ),
    def(
        "__init__",
        "self, initial_bytes=b''",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def(
        "readable",
        "self, /",
        |th, a| {
            state(th, a[0])?;
            Ok(Value::TRUE)
        },
        "Returns True if the IO object can be read.",
    ),
    def(
        "writable",
        "self, /",
        |th, a| {
            state(th, a[0])?;
            Ok(Value::TRUE)
        },
        "Returns True if the IO object can be written.",
    ),
    def(
        "seekable",
        "self, /",
        |th, a| {
            state(th, a[0])?;
            Ok(Value::TRUE)
        },
        "Returns True if the IO object can be seeked.",
    ),
    def(
        "flush",
        "self, /",
        |th, a| {
            state(th, a[0])?;
            Ok(Value::NONE)
        },
        "Does nothing.",
    ),
    def(
        "isatty",
        "self, /",
        |th, a| {
            state(th, a[0])?;
            Ok(Value::FALSE)
        },
        "Always returns False.\n\nBytesIO objects are not connected to a TTY-like device.",
    ),
    def("close", "self, /", close, "Disable all I/O operations."),
    def(
        "read",
        "self, size=-1, /",
        read,
        "Read at most size bytes, returned as a bytes object.\n\nIf the size argument is negative, read until EOF is reached.\nReturn an empty bytes object at EOF.",
    ),
    def(
        "read1",
        "self, size=-1, /",
        read,
        "Read at most size bytes, returned as a bytes object.\n\nIf the size argument is negative or omitted, read until EOF is reached.\nReturn an empty bytes object at EOF.",
    ),
    def(
        "readinto",
        "self, buffer, /",
        readinto,
        "Read bytes into buffer.\n\nReturns number of bytes read (0 for EOF), or None if the object\nis set not to block and has no data to read.",
    ),
    def(
        "readline",
        "self, size=-1, /",
        readline,
        "Next line from the file, as a bytes object.\n\nRetain newline.  A non-negative size argument limits the maximum\nnumber of bytes to return (an incomplete line may be returned then).\nReturn an empty bytes object at EOF.",
    ),
    def(
        "readlines",
        "self, size=None, /",
        readlines,
        "List of bytes objects, each a line from the file.\n\nCall readline() repeatedly and return a list of the lines so read.\nThe optional size argument, if given, is an approximate bound on the\ntotal number of bytes in the lines returned.",
    ),
    def(
        "write",
        "self, b, /",
        write,
        "Write bytes to file.\n\nReturn the number of bytes written.",
    ),
    def(
        "writelines",
        "self, lines, /",
        writelines,
        "Write lines to the file.\n\nNote that newlines are not added.  lines can be any iterable object\nproducing bytes-like objects. This is equivalent to calling write() for\neach element.",
    ),
    def(
        "seek",
        "self, pos, whence=0, /",
        seek,
        "Change stream position.\n\nSeek to byte offset pos relative to position indicated by whence:\n     0  Start of stream (the default).  pos should be >= 0;\n     1  Current position - pos may be negative;\n     2  End of stream - pos usually negative.\nReturns the new absolute position.",
    ),
    def(
        "tell",
        "self, /",
        |th, a| Ok(Value::small(state(th, a[0])?.pos as i64)),
        "Current file position, an integer.",
    ),
    def(
        "truncate",
        "self, size=None, /",
        truncate,
        "Truncate the file to at most size bytes.\n\nSize defaults to the current file position, as returned by tell().\nThe current file position is unchanged.  Returns the new size.",
    ),
    def(
        "getvalue",
        "self, /",
        |th, a| {
            let s = state(th, a[0])?;
            Ok(th.new_bytes(&s.data))
        },
        "Retrieve the entire contents of the BytesIO object.",
    ),
    def(
        "getbuffer",
        "self, /",
        getbuffer,
        "Get a read-write view over the contents of the BytesIO object.",
    ),
    def(
        "__iter__",
        "self, /",
        |th, a| {
            state(th, a[0])?;
            Ok(a[0])
        },
        "Implement iter(self).",
    ),
    def("__next__", "self, /", next, "Implement next(self)."),
    def("__getstate__", "self, /", getstate, ""),
    def("__setstate__", "self, state, /", setstate, ""),
    def(
        "__sizeof__",
        "self, /",
        |th, a| {
            let n = support::open::<BytesIO>(th, a[0])?.data.capacity();
            Ok(Value::small((payload_size::<BytesIO>() + n) as i64))
        },
        "Returns size in memory, in bytes.",
    ),
];
/// The declaration of `_BytesIOBuffer`.
pub(crate) static BUFFER_DEF: TypeDef = TypeDef {
    base: false,
    methods: &[
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
    ],
    ..TypeDef::new("_io._BytesIOBuffer", Kind::Payload, payload_size::<View>())
};

/// Makes views exporters.
pub(crate) fn register() {
    buffer_protocol::register::<View>(&EXPORTER);
}
static EXPORTER: Exporter = Exporter {
    memory: |th, v| {
        let d = Arc::make_mut(&mut source(th, v)?.data);
        Ok(Memory {
            ptr: d.as_mut_ptr(),
            len: d.len(),
            readonly: false,
            format: Format::BYTES,
        })
    },
    exports: Some(|th, v| Ok(&mut source(th, v)?.exports)),
};
/// The stream behind a view.
fn source(th: &mut Thread, v: Value) -> R<&'static mut BytesIO> {
    let source = support::native::<View>(th, v)?.frozen().source;
    support::open::<BytesIO>(th, source)
}
/// BufferError while there are views of the bytes.
fn check_exports(th: &mut Thread, v: Value) -> R<()> {
    let s = support::open::<BytesIO>(th, v)?;
    exports::check(th, &mut s.exports, "Existing exports of data: object cannot be re-sized")
}
/// The state; ValueError when closed.
fn state(th: &mut Thread, v: Value) -> R<&'static mut BytesIO> {
    let s = support::open::<BytesIO>(th, v)?;
    if s.closed { Err(closed_error(th)) } else { Ok(s) }
}
impl BytesIO {
    fn rest(&self) -> &[u8] {
        self.data.get(self.pos..).unwrap_or(&[])
    }
    fn line(&self) -> usize {
        let rest = self.rest();
        find(b'\n', rest).map_or(rest.len(), |i| i + 1)
    }
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    let data = match a[1] {
        Value::EMPTY | Value::NONE => Vec::new(),
        v => buffer_protocol::bytes_arg(th, v)?.into_owned(),
    };
    check_exports(th, a[0])?;
    *support::open::<BytesIO>(th, a[0])? = BytesIO {
        data: Arc::new(data),
        ..BytesIO::default()
    };
    Ok(Value::NONE)
}
fn close(th: &mut Thread, a: &[Value]) -> R {
    check_exports(th, a[0])?;
    let s = support::open::<BytesIO>(th, a[0])?;
    s.closed = true;
    s.data = Arc::default();
    Ok(Value::NONE)
}
/// Gives out `n` bytes, or as many as there are.
fn give(th: &mut Thread, s: &mut BytesIO, n: usize) -> Value {
    let n = n.min(s.rest().len());
    let v = th.new_bytes(&s.rest()[..n]);
    s.pos += n;
    v
}
fn read(th: &mut Thread, a: &[Value]) -> R {
    state(th, a[0])?;
    let n = size_arg(th, a[1])?;
    let s = state(th, a[0])?;
    Ok(give(th, s, if n < 0 { usize::MAX } else { n as usize }))
}
fn readinto(th: &mut Thread, a: &[Value]) -> R {
    state(th, a[0])?;
    let n = raw::writable_len(th, a[1], "readinto")?;
    let s = state(th, a[0])?;
    let n = n.min(s.rest().len());
    let data = s.rest()[..n].to_vec();
    s.pos += n;
    raw::fill(th, a[1], 0, &data)?;
    Ok(Value::small(n as i64))
}
fn readline(th: &mut Thread, a: &[Value]) -> R {
    state(th, a[0])?;
    let limit = size_arg(th, a[1])?;
    let s = state(th, a[0])?;
    let n = s.line();
    Ok(give(th, s, if limit < 0 { n } else { n.min(limit as usize) }))
}
fn readlines(th: &mut Thread, a: &[Value]) -> R {
    state(th, a[0])?;
    let hint = match a[1] {
        Value::EMPTY | Value::NONE => -1,
        v if v.is_small() => v.as_small() as isize,
        v if int::is_int(v) => th.to_isize(v)?,
        v => {
            let name = th.class_of(v).name_str();
            return Err(th.type_error(&format!("integer argument expected, got '{name}'")));
        }
    };
    let (mut lines, mut total) = (ValueVec::new(), 0);
    loop {
        let s = state(th, a[0])?;
        let n = s.line();
        if n == 0 {
            break;
        }
        let line = give(th, s, n);
        lines.push(th, line)?;
        total += n;
        if hint > 0 && total >= hint as usize {
            break;
        }
    }
    Ok(th.new_list_vec(lines))
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let n = s.line();
    Ok(if n == 0 { Value::EMPTY } else { give(th, s, n) })
}
/// Writes at the position.
fn put(th: &mut Thread, v: Value, data: &[u8]) -> R<()> {
    check_exports(th, v)?;
    let s = state(th, v)?;
    if data.is_empty() {
        return Ok(());
    }
    let Some(end) = s.pos.checked_add(data.len()).filter(|&e| e <= isize::MAX as usize) else {
        return Err(th.overflow_error("new buffer size too large"));
    };
    if end > s.data.len() {
        raw::room(th, end - s.data.len())?;
    }
    let d = Arc::make_mut(&mut s.data);
    if s.pos > d.len() {
        d.resize(s.pos, 0);
    }
    let over = (d.len() - s.pos).min(data.len());
    d[s.pos..s.pos + over].copy_from_slice(&data[..over]);
    d.extend_from_slice(&data[over..]);
    s.pos = end;
    Ok(())
}
fn write(th: &mut Thread, a: &[Value]) -> R {
    state(th, a[0])?;
    let data = buffer_protocol::bytes_arg(th, a[1])?;
    put(th, a[0], &data)?;
    Ok(Value::small(data.len() as i64))
}
fn writelines(th: &mut Thread, a: &[Value]) -> R {
    state(th, a[0])?;
    let it = th.iter(a[1])?;
    while let Some(line) = th.next(it)? {
        let data = buffer_protocol::bytes_arg(th, line)?;
        put(th, a[0], &data)?;
    }
    Ok(Value::NONE)
}
fn seek(th: &mut Thread, a: &[Value]) -> R {
    state(th, a[0])?;
    let at = th.to_isize(a[1])?;
    let whence = if a[2].is_empty() { 0 } else { th.to_i32(a[2])? };
    let s = state(th, a[0])?;
    let from = match whence {
        0 if at < 0 => return Err(th.value_error(&format!("negative seek value {at}"))),
        0 => 0,
        1 => s.pos,
        2 => s.data.len(),
        _ => return Err(th.value_error(&format!("invalid whence ({whence}, should be 0, 1 or 2)"))),
    };
    let Some(to) = (from as isize).checked_add(at) else {
        return Err(th.overflow_error("new position too large"));
    };
    s.pos = to.max(0) as usize;
    Ok(th.new_int(s.pos as i64))
}
fn truncate(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    check_exports(th, a[0])?;
    let n = match a[1] {
        Value::EMPTY | Value::NONE => s.pos as isize,
        v => size_arg(th, v)?,
    };
    if n < 0 {
        return Err(th.value_error(&format!("negative size value {n}")));
    }
    let s = state(th, a[0])?;
    if (n as usize) < s.data.len() {
        Arc::make_mut(&mut s.data).truncate(n as usize);
    }
    Ok(th.new_int(n as i64))
}
fn getbuffer(th: &mut Thread, a: &[Value]) -> R {
    state(th, a[0])?;
    let v: Gc<Native<View>> = payload::new(th, super::classes().bytesio_buffer, View { source: a[0] });
    Ok(memoryview::of(th, v.value())?.value())
}
/// The instance's attributes as a new dict, or None if there are none.
pub(crate) fn attributes(th: &mut Thread, v: Value) -> R {
    let d = attrs::instance_dict_snapshot(th, v.as_obj())?;
    if d.len(th)? == 0 {
        return Ok(Value::NONE);
    }
    Ok(d.copy(th)?.value())
}
/// Sets attributes from the last item of a pickled state.
pub(crate) fn set_attributes(th: &mut Thread, v: Value, d: Value, which: &str) -> R<()> {
    if d.is_none() {
        return Ok(());
    }
    let Some(d) = d.cast::<Dict>() else {
        let name = th.class_of(d).name_str();
        return Err(th.type_error(&format!("{which} item of state should be a dict, got a {name}")));
    };
    let (keys, values) = d.snapshot(th)?;
    for (k, x) in keys.as_slice().iter().zip(values.as_slice()) {
        let name = th.attribute_name(*k)?;
        th.setattr(v, name, *x)?;
    }
    Ok(())
}
fn getstate(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let data = th.new_bytes(&s.data);
    let pos = th.new_int(s.pos as i64);
    let d = attributes(th, a[0])?;
    Ok(th.new_tuple(&[data, pos, d]))
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let items = a[1].cast::<Tuple>().map(|t| t.items());
    let Some([data, pos, d, ..]) = items else {
        let (own, name) = (th.class_of(a[0]), th.class_of(a[1]).name_str());
        let own = th.full_name(own)?;
        return Err(th.type_error(&format!("{own}.__setstate__ argument should be 3-tuple, got {name}")));
    };
    init(th, &[a[0], *data])?;
    if !int::is_int(*pos) {
        let name = th.class_of(*pos).name_str();
        return Err(th.type_error(&format!("second item of state must be an integer, got {name}")));
    }
    let at = th.to_isize(*pos)?;
    if at < 0 {
        return Err(th.value_error("position value cannot be negative"));
    }
    state(th, a[0])?.pos = at as usize;
    set_attributes(th, a[0], *d, "third")?;
    Ok(Value::NONE)
}
