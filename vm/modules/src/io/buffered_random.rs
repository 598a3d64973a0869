//! `BufferedRandom`: reads and writes at one position.

use super::buffered::{self, Buffered, getsets, methods, this};
use super::{base, buffered_reader as reader, buffered_writer as writer};
use vasuki_vm::native::{TypeDef, def, def_static, getset, getter};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::value::Value;

/// The declaration.
pub(crate) static DEF: TypeDef = TypeDef {
    methods: methods![
        def(
            "__init__",
            "self, raw, buffer_size=131072",
            init,
            "Initialize self.  See help(type(self)) for accurate signature."
        ),
        def("read", "self, size=-1, /", reader::read_method, ""),
        def("read1", "self, size=-1, /", reader::read1_method, ""),
        def("readinto", "self, buffer, /", |th, a| reader::readinto(th, a, false), ""),
        def("readinto1", "self, buffer, /", |th, a| reader::readinto(th, a, true), ""),
        def("readline", "self, size=-1, /", reader::readline_method, ""),
        def("peek", "self, size=0, /", reader::peek, ""),
        def("__next__", "self, /", reader::next, "Implement next(self)."),
        def("write", "self, buffer, /", writer::write_method, ""),
        def("readable", "self, /", |th, a| buffered::raw_call(th, a[0], "readable"), ""),
        def("writable", "self, /", |th, a| buffered::raw_call(th, a[0], "writable"), ""),
        def("flush", "self, /", buffered::flush_method, ""),
    ],
    getsets: getsets!(),
    doc: "A buffered interface to random access streams.\n\nThe constructor creates a reader and writer for a seekable stream,\nraw, given in the first argument. If the buffer_size is omitted it\ndefaults to DEFAULT_BUFFER_SIZE.",
    ..TypeDef::new("_io.BufferedRandom", Kind::Payload, payload_size::<Buffered>())
};

fn init(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    th.open_mut(b)?.state = buffered::State::New;
    for ability in ["seekable", "readable", "writable"] {
        base::check_can(th, a[1], ability)?;
    }
    let size = buffered::buffer_size(th, a[2])?;
    buffered::attach(th, b, a[1], size, true, true)?;
    Ok(Value::NONE)
}
