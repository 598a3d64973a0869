//! `BufferedRWPair`: a reader and a writer that act as one stream.

use super::{DEFAULT_BUFFER_SIZE, base, classes};
use crate::support::{self, attr, call_method};
use vasuki_vm::names::names;
use vasuki_vm::native::{NativeDef, TypeDef, def, def_static, getter};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::value::Value;

/// State: the two streams, EMPTY before `__init__`.
#[derive(Clone)]
pub(crate) struct Pair {
    reader: Value,
    writer: Value,
}
impl Payload for Pair {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.reader);
        f(self.writer);
    }
}
/// The declaration.
pub(crate) static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: &[getter(
        "closed",
        |th, v| {
            let w = writer(th, v)?;
            attr(th, w, "closed")
        },
        "",
    )],
    doc: "A buffered reader and writer object together.\n\nA buffered reader object and buffered writer object put together to\nform a sequential IO object that can read and write. This is typically\nused with a socket or two-way pipe.\n\nreader and writer are RawIOBase objects that are readable and\nwriteable respectively. If the buffer_size is omitted it defaults to\nDEFAULT_BUFFER_SIZE.",
    ..TypeDef::new("_io.BufferedRWPair", Kind::Payload, payload_size::<Pair>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        |th, a| {
            Ok(payload::new(
                th,
                a[0].as_gc(),
                Pair {
                    reader: Value::EMPTY,
                    writer: Value::EMPTY,
                },
            )
            .value())
        },
        "",
    ),
    def(
        "__init__",
        "self, reader, writer, buffer_size=131072, /",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("read", "self, size=-1, /", |th, a| forward(th, a, "read"), ""),
    def("read1", "self, size=-1, /", |th, a| forward(th, a, "read1"), ""),
    def("readinto", "self, buffer, /", |th, a| forward(th, a, "readinto"), ""),
    def("readinto1", "self, buffer, /", |th, a| forward(th, a, "readinto1"), ""),
    def("peek", "self, size=0, /", |th, a| forward(th, a, "peek"), ""),
    def("readable", "self, /", |th, a| forward(th, a, "readable"), ""),
    def(
        "write",
        "self, buffer, /",
        |th, a| {
            let w = writer(th, a[0])?;
            call_method(th, w, "write", &a[1..])
        },
        "",
    ),
    def(
        "flush",
        "self, /",
        |th, a| {
            let w = writer(th, a[0])?;
            call_method(th, w, "flush", &[])
        },
        "",
    ),
    def(
        "writable",
        "self, /",
        |th, a| {
            let w = writer(th, a[0])?;
            call_method(th, w, "writable", &[])
        },
        "",
    ),
    def("close", "self, /", close, ""),
    def("isatty", "self, /", isatty, ""),
];

fn init(th: &mut Thread, a: &[Value]) -> R {
    base::check_can(th, a[1], "readable")?;
    base::check_can(th, a[2], "writable")?;
    let size = if a[3].is_empty() {
        Value::small(DEFAULT_BUFFER_SIZE as i64)
    } else {
        a[3]
    };
    let reader = th.call(classes().reader.value(), &[a[1], size])?;
    let writer = th.call(classes().writer.value(), &[a[2], size])?;
    *support::open::<Pair>(th, a[0])? = Pair { reader, writer };
    Ok(Value::NONE)
}
fn part(th: &mut Thread, v: Value) -> R {
    if v.is_empty() {
        Err(th.value_error("I/O operation on uninitialized object"))
    } else {
        Ok(v)
    }
}
fn reader(th: &mut Thread, v: Value) -> R {
    let r = support::open::<Pair>(th, v)?.reader;
    part(th, r)
}
fn writer(th: &mut Thread, v: Value) -> R {
    let w = support::open::<Pair>(th, v)?.writer;
    part(th, w)
}
/// Calls the reader's method with the arguments that were given.
fn forward(th: &mut Thread, a: &[Value], name: &str) -> R {
    let r = reader(th, a[0])?;
    let n = a.iter().position(|v| v.is_empty()).unwrap_or(a.len());
    call_method(th, r, name, &a[1..n])
}
fn close(th: &mut Thread, a: &[Value]) -> R {
    let (w, r) = (writer(th, a[0])?, reader(th, a[0])?);
    super::both(
        th,
        |th| th.call_method(w, names().close, &[]).map(drop),
        |th| th.call_method(r, names().close, &[]).map(drop),
    )?;
    Ok(Value::NONE)
}
fn isatty(th: &mut Thread, a: &[Value]) -> R {
    let w = writer(th, a[0])?;
    let yes = th.call_method(w, names().isatty, &[])?;
    if th.truth(yes)? {
        return Ok(yes);
    }
    let r = reader(th, a[0])?;
    th.call_method(r, names().isatty, &[])
}
