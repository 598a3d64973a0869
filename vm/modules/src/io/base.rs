//! `_IOBase`, `_RawIOBase`, `_BufferedIOBase`, `_TextIOBase`: what all streams have, in terms of their Python methods.
//!
//! A stream that was closed by `_IOBase.close` has the attribute `__IOBase_closed`.

use super::{closed_error, os_text, size_arg, unsupported};
use crate::support::{attr, call_method};
use vasuki_vm::context::ctx;
use vasuki_vm::names::names;
use vasuki_vm::native::{NativeDef, TypeDef, def, getset, getter};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::buffer_protocol;
use vasuki_vm::types::bytearray::ByteArray;
use vasuki_vm::types::bytes::Bytes;
use vasuki_vm::types::exception;
use vasuki_vm::types::payload::downcast;
use vasuki_vm::value::Value;

const CLOSED: &str = "__IOBase_closed";

/// The declaration of `_IOBase`.
pub(crate) static IOBASE: TypeDef = TypeDef {
    dict: true,
    methods: METHODS,
    getsets: &[
        getter("closed", |th, v| Ok(Value::bool(marked_closed(th, v)?)), ""),
        getset(
            "__dict__",
            vasuki_vm::types::object::get_dict,
            vasuki_vm::types::object::set_dict,
            "",
        ),
    ],
    doc: "The abstract base class for all I/O classes.\n\nThis class provides dummy implementations for many methods that\nderived classes can override selectively; the default implementations\nrepresent a file that cannot be read, written or seeked.",
    ..TypeDef::new("_io._IOBase", Kind::Instance, 16)
};
static METHODS: &[NativeDef] = &[
    def(
        "seek",
        "self, offset, whence=0, /",
        |th, _| Err(unsupported(th, "seek")),
        "Change the stream position to the given byte offset.",
    ),
    def(
        "tell",
        "self, /",
        |th, a| call_method(th, a[0], "seek", &[Value::small(0), Value::small(1)]),
        "Return current stream position.",
    ),
    def(
        "truncate",
        "self, size=None, /",
        |th, _| Err(unsupported(th, "truncate")),
        "Truncate file to size bytes.",
    ),
    def("flush", "self, /", flush, "Flush write buffers, if applicable."),
    def(
        "close",
        "self, /",
        close,
        "Flush and close the IO object.\n\nThis method has no effect if the file is already closed.",
    ),
    def(
        "seekable",
        "self, /",
        |_, _| Ok(Value::FALSE),
        "Return whether object supports random access.",
    ),
    def(
        "readable",
        "self, /",
        |_, _| Ok(Value::FALSE),
        "Return whether object was opened for reading.",
    ),
    def(
        "writable",
        "self, /",
        |_, _| Ok(Value::FALSE),
        "Return whether object was opened for writing.",
    ),
    def(
        "_checkClosed",
        "self, /",
        |th, a| {
            check_open(th, a[0])?;
            Ok(Value::NONE)
        },
        "",
    ),
    def(
        "_checkSeekable",
        "self, /",
        |th, a| {
            check_can(th, a[0], "seekable")?;
            Ok(Value::TRUE)
        },
        "",
    ),
    def(
        "_checkReadable",
        "self, /",
        |th, a| {
            check_can(th, a[0], "readable")?;
            Ok(Value::TRUE)
        },
        "",
    ),
    def(
        "_checkWritable",
        "self, /",
        |th, a| {
            check_can(th, a[0], "writable")?;
            Ok(Value::TRUE)
        },
        "",
    ),
    def(
        "fileno",
        "self, /",
        |th, _| Err(unsupported(th, "fileno")),
        "Return underlying file descriptor if one exists.\n\nRaise OSError if the IO object does not use a file descriptor.",
    ),
    def(
        "isatty",
        "self, /",
        |th, a| {
            check_open(th, a[0])?;
            Ok(Value::FALSE)
        },
        "Return whether this is an 'interactive' stream.\n\nReturn False if it can't be determined.",
    ),
    def(
        "__enter__",
        "self, /",
        |th, a| {
            check_open(th, a[0])?;
            Ok(a[0])
        },
        "",
    ),
    def("__exit__", "self, /, *args", |th, a| th.call_method(a[0], names().close, &[]), ""),
    def(
        "__iter__",
        "self, /",
        |th, a| {
            check_open(th, a[0])?;
            Ok(a[0])
        },
        "Implement iter(self).",
    ),
    def("__next__", "self, /", next, "Implement next(self)."),
    def(
        "readline",
        "self, size=-1, /",
        readline,
        "Read and return a line from the stream.\n\nIf size is specified, at most size bytes will be read.",
    ),
    def(
        "readlines",
        "self, hint=-1, /",
        readlines,
        "Return a list of lines from the stream.\n\nhint can be specified to control the number of lines read: no more\nlines will be read if the total size (in bytes/characters) of all\nlines so far exceeds hint.",
    ),
    def(
        "writelines",
        "self, lines, /",
        writelines,
        "Write a list of lines to stream.\n\nLine separators are not added, so it is usual for each of the\nlines provided to have a line separator at the end.",
    ),
    def("__del__", "self, /", finalize, ""),
];

/// The declaration of `_RawIOBase`.
pub(crate) static RAWBASE: TypeDef = TypeDef {
    methods: &[
        def("read", "self, size=-1, /", raw_read, ""),
        def("readall", "self, /", raw_readall, "Read until EOF, using multiple read() call."),
        def("readinto", "self, buffer, /", not_implemented, ""),
        def("write", "self, b, /", not_implemented, ""),
    ],
    doc: "Base class for raw binary I/O.",
    ..TypeDef::new("_io._RawIOBase", Kind::Instance, 16)
};
/// The declaration of `_BufferedIOBase`.
pub(crate) static BUFFEREDBASE: TypeDef = TypeDef {
    methods: &[
        def(
            "detach",
            "self, /",
            |th, _| Err(unsupported(th, "detach")),
            "Disconnect this buffer from its underlying raw stream and return it.",
        ),
        def(
            "read",
            "self, size=-1, /",
            |th, _| Err(unsupported(th, "read")),
            "Read and return up to n bytes.",
        ),
        def(
            "read1",
            "self, size=-1, /",
            |th, _| Err(unsupported(th, "read1")),
            "Read and return up to size bytes.",
        ),
        def("readinto", "self, buffer, /", |th, a| readinto_by(th, a, "read"), ""),
        def("readinto1", "self, buffer, /", |th, a| readinto_by(th, a, "read1"), ""),
        def(
            "write",
            "self, b, /",
            |th, _| Err(unsupported(th, "write")),
            "Write buffer b to the IO stream.",
        ),
    ],
    doc: "Base class for buffered IO objects.",
    ..TypeDef::new("_io._BufferedIOBase", Kind::Instance, 16)
};
/// The declaration of `_TextIOBase`.
pub(crate) static TEXTBASE: TypeDef = TypeDef {
    methods: &[
        def(
            "detach",
            "self, /",
            |th, _| Err(unsupported(th, "detach")),
            "Separate the underlying buffer from the TextIOBase and return it.",
        ),
        def(
            "read",
            "self, size=-1, /",
            |th, _| Err(unsupported(th, "read")),
            "Read at most size characters from stream.",
        ),
        def(
            "readline",
            "self, size=-1, /",
            |th, _| Err(unsupported(th, "readline")),
            "Read until newline or EOF.",
        ),
        def(
            "write",
            "self, s, /",
            |th, _| Err(unsupported(th, "write")),
            "Write string s to stream.",
        ),
    ],
    getsets: &[
        getter("encoding", |_, _| Ok(Value::NONE), "Encoding of the text stream."),
        getter("newlines", |_, _| Ok(Value::NONE), "Line endings translated so far."),
        getter("errors", |_, _| Ok(Value::NONE), "The error setting of the decoder or encoder."),
    ],
    doc: "Base class for text I/O.\n\nThis class provides a character and line based interface to stream\nI/O. There is no readinto method because Python's character strings\nare immutable.",
    ..TypeDef::new("_io._TextIOBase", Kind::Instance, 16)
};

fn marked_closed(th: &mut Thread, v: Value) -> R<bool> {
    let name = th.intern(CLOSED);
    Ok(th.getattr_opt(v, name)?.is_some())
}
/// Is the stream closed, as its `closed` says?
pub(crate) fn is_closed(th: &mut Thread, v: Value) -> R<bool> {
    let closed = attr(th, v, "closed")?;
    th.truth(closed)
}
/// ValueError when `closed` is true.
pub(crate) fn check_open(th: &mut Thread, v: Value) -> R<()> {
    if is_closed(th, v)? { Err(closed_error(th)) } else { Ok(()) }
}
/// UnsupportedOperation unless the stream's `seekable()`, `readable()` or `writable()` is True.
pub(crate) fn check_can(th: &mut Thread, v: Value, what: &str) -> R<()> {
    if call_method(th, v, what, &[])?.is_true() {
        return Ok(());
    }
    Err(unsupported(th, &format!("File or stream is not {what}.")))
}
fn flush(th: &mut Thread, a: &[Value]) -> R {
    let native = super::raw::native_file(a[0]).is_some();
    if marked_closed(th, a[0])? || native && is_closed(th, a[0])? {
        Err(closed_error(th))
    } else {
        Ok(Value::NONE)
    }
}
/// `_IOBase.close`: flushes, then marks the stream closed even if that failed.
pub(crate) fn close(th: &mut Thread, a: &[Value]) -> R {
    if marked_closed(th, a[0])? {
        return Ok(Value::NONE);
    }
    let v = a[0];
    super::both(
        th,
        |th| th.call_method(v, names().flush, &[]).map(drop),
        |th| {
            let name = th.intern(CLOSED);
            th.setattr(v, name, Value::TRUE)
        },
    )?;
    Ok(Value::NONE)
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let line = th.call_method(a[0], names().readline, &[])?;
    Ok(if th.len(line)? == 0 { Value::EMPTY } else { line })
}
fn bytes_result(th: &mut Thread, v: Value, what: &str) -> R<&'static [u8]> {
    match v.cast::<Bytes>() {
        Some(b) => Ok(b.as_slice()),
        None => {
            let name = th.class_of(v).name_str();
            Err(os_text(th, &format!("{what}() should have returned a bytes object, not '{name}'")))
        }
    }
}
/// `readline` of any stream of bytes.
fn readline(th: &mut Thread, a: &[Value]) -> R {
    let limit = match size_arg(th, a[1])? {
        n if n < 0 => usize::MAX,
        n => n as usize,
    };
    let peek = th.intern("peek");
    let peek = th.getattr_opt(a[0], peek)?;
    let mut line: Vec<u8> = Vec::new();
    while line.len() < limit {
        let mut n = 1;
        if let Some(peek) = peek {
            let seen = th.call(peek, &[Value::small(1)])?;
            let b = bytes_result(th, seen, "peek")?;
            if !b.is_empty() {
                n = b
                    .iter()
                    .position(|&c| c == b'\n')
                    .map_or(b.len(), |i| i + 1)
                    .min(limit - line.len());
            }
        }
        let got = th.call_method(a[0], names().read, &[Value::small(n as i64)])?;
        let b = bytes_result(th, got, "read")?;
        line.extend_from_slice(b);
        if b.is_empty() || b.ends_with(b"\n") {
            break;
        }
    }
    Ok(th.new_bytes(&line))
}
/// `readlines` of any stream.
pub(crate) fn readlines(th: &mut Thread, a: &[Value]) -> R {
    let hint = size_arg(th, a[1])?;
    let it = th.iter(a[0])?;
    let (mut lines, mut total) = (ValueVec::new(), 0usize);
    while let Some(line) = th.next(it)? {
        lines.push(th, line)?;
        if hint > 0 {
            total = total.saturating_add(th.len(line)?);
            if total > hint as usize {
                break;
            }
        }
    }
    Ok(th.new_list_vec(lines))
}
fn writelines(th: &mut Thread, a: &[Value]) -> R {
    check_open(th, a[0])?;
    let it = th.iter(a[1])?;
    while let Some(line) = th.next(it)? {
        th.call_method(a[0], names().write, &[line])?;
    }
    Ok(Value::NONE)
}
/// `__del__`: closes what is still open; errors are reported, not raised.
fn finalize(th: &mut Thread, a: &[Value]) -> R {
    let v = a[0];
    let error = ctx().types.Exception;
    // What cannot tell has not been made whole: its `__init__` has failed.
    let closed = th.catch(error, |th| is_closed(th, v))?.unwrap_or(true);
    if closed {
        return Ok(Value::NONE);
    }
    let name = th.intern("_finalizing");
    // A class without the attribute, or with slots, does without the mark.
    let _ = th.catch(error, |th| th.setattr(v, name, Value::TRUE))?;
    if let Err(e) = th.catch(ctx().types.BaseException, |th| th.call_method(v, names().close, &[]))? {
        exception::report_ignored(th, vasuki_vm::throw::Throw::exception(e), "while finalizing file", v);
    }
    Ok(Value::NONE)
}
fn not_implemented(th: &mut Thread, _: &[Value]) -> R {
    let e = th.new_exception(ctx().types.NotImplementedError, &[])?;
    Err(th.raise(e))
}
fn raw_read(th: &mut Thread, a: &[Value]) -> R {
    let n = size_arg(th, a[1])?;
    if n < 0 {
        return call_method(th, a[0], "readall", &[]);
    }
    super::raw::room(th, n as usize)?;
    let buffer = th.new_bytearray(vec![0; n as usize]);
    let r = th.call_method(a[0], names().readinto, &[buffer])?;
    if r.is_none() {
        return Ok(r);
    }
    let got = th.to_isize(r)?;
    let data = match downcast::<ByteArray>(buffer) {
        Some(b) => th.open_mut(b)?.data.as_slice(),
        None => &[],
    };
    if got < 0 || got as usize > data.len() {
        let size = data.len();
        return Err(th.value_error(&format!("readinto returned {got} outside buffer size {size}")));
    }
    Ok(th.new_bytes(&data[..got as usize]))
}
fn raw_readall(th: &mut Thread, a: &[Value]) -> R {
    let mut all: Option<Vec<u8>> = None;
    loop {
        let chunk = th.call_method(a[0], names().read, &[Value::small(super::DEFAULT_BUFFER_SIZE as i64)])?;
        if chunk.is_none() {
            break;
        }
        let Some(b) = chunk.cast::<Bytes>() else {
            return Err(th.type_error("read() should return bytes"));
        };
        let all = all.get_or_insert_default();
        super::raw::room(th, all.len() + b.len())?;
        all.extend_from_slice(b.as_slice());
        if b.is_empty() {
            break;
        }
    }
    Ok(match all {
        Some(b) => th.new_bytes(&b),
        None => Value::NONE,
    })
}
fn readinto_by(th: &mut Thread, a: &[Value], method: &str) -> R {
    let n = super::raw::writable_len(th, a[1], if method == "read" { "readinto" } else { "readinto1" })?;
    let data = call_method(th, a[0], method, &[Value::small(n as i64)])?;
    let Some(b) = data.cast::<Bytes>() else {
        return Err(th.type_error("read() should return bytes"));
    };
    let b = b.as_slice();
    if b.len() > n {
        let got = b.len();
        return Err(th.value_error(&format!("read() returned too much data: {n} bytes requested, {got} returned")));
    }
    buffer_protocol::with_buffer_mut(th, a[1], |out| {
        if b.len() <= out.len() {
            out[..b.len()].copy_from_slice(b);
        }
    })?;
    Ok(Value::small(b.len() as i64))
}
