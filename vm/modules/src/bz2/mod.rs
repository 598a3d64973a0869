//! The module `_bz2`: compressing and decompressing piece by piece.
//!
//! The library's state cannot be copied, so what changes it cannot be undone.

mod stream;

use crate::support::{ClassCell, add_class, given, open};
use libbz2_rs_sys as b;
use std::sync::{Arc, Mutex};
use stream::Stream;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, TypeDef, def, def_static, getter};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::buffer_protocol::bytes_arg;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_bz2",
    doc: "",
    functions: &[],
    init: |th, m| {
        static C: ClassCell = ClassCell::new();
        static D: ClassCell = ClassCell::new();
        add_class(th, m, &C, &COMPRESSOR)?;
        add_class(th, m, &D, &DECOMPRESSOR)?;
        Ok(())
    },
};
fn failure(th: &mut Thread, code: i32) -> Throw {
    let t = &ctx().types;
    match code {
        b::BZ_PARAM_ERROR => th.value_error("Internal error - invalid parameters passed to libbzip2"),
        b::BZ_MEM_ERROR => th.memory_error(),
        b::BZ_DATA_ERROR | b::BZ_DATA_ERROR_MAGIC => th.error(t.OSError, "Invalid data stream"),
        b::BZ_IO_ERROR => th.error(t.OSError, "Unknown I/O error"),
        b::BZ_UNEXPECTED_EOF => th.error(t.EOFError, "Compressed file ended before the logical end-of-stream was detected"),
        b::BZ_SEQUENCE_ERROR => th.runtime_error("Internal error - Invalid sequence of commands sent to libbzip2"),
        code => th.error(t.OSError, &format!("Unrecognized error from libbzip2: {code}")),
    }
}
type Shared = Arc<Mutex<Stream>>;

#[derive(Clone)]
struct Compressor {
    stream: Shared,
    flushed: bool,
}
impl Payload for Compressor {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
static COMPRESSOR: TypeDef = TypeDef {
    doc: "Create a compressor object for compressing data incrementally.\n\n  compresslevel\n    Compression level, as a number between 1 and 9.\n\nFor one-shot compression, use the compress() function instead.",
    methods: &[
        def_static("__new__", "cls, compresslevel=9, /", new_compressor, ""),
        def(
            "compress",
            "self, data, /",
            compress,
            "Provide data to the compressor object.\n\nReturns a chunk of compressed data if possible, or b'' otherwise.",
        ),
        def(
            "flush",
            "self, /",
            flush,
            "Finish the compression process.\n\nReturns the compressed data left in internal buffers.",
        ),
    ],
    ..TypeDef::new("_bz2.BZ2Compressor", Kind::Payload, payload_size::<Compressor>())
};
fn new_compressor(th: &mut Thread, a: &[Value]) -> R {
    let level = given(a[1]).map_or(Ok(9), |v| th.to_i32(v))?;
    if !(1..=9).contains(&level) {
        return Err(th.value_error("compresslevel must be between 1 and 9"));
    }
    let stream = match Stream::compress(level) {
        Ok(s) => Arc::new(Mutex::new(s)),
        Err(code) => return Err(failure(th, code)),
    };
    Ok(payload::new(th, a[0].as_gc(), Compressor { stream, flushed: false }).value())
}
fn run_compressor(th: &mut Thread, v: Value, data: &[u8], finish: bool) -> R {
    let mut out = Vec::new();
    let stream = open::<Compressor>(th, v)?.stream.clone();
    let r = stream
        .lock()
        .unwrap_or_else(|e| e.into_inner())
        .run(data, finish, &mut out, usize::MAX);
    match r {
        Ok(_) => Ok(th.new_bytes(&out)),
        Err(code) => Err(failure(th, code)),
    }
}
fn compress(th: &mut Thread, a: &[Value]) -> R {
    let data = bytes_arg(th, a[1])?;
    th.irrevocable()?;
    if open::<Compressor>(th, a[0])?.flushed {
        return Err(th.value_error("Compressor has been flushed"));
    }
    run_compressor(th, a[0], &data, false)
}
fn flush(th: &mut Thread, a: &[Value]) -> R {
    th.irrevocable()?;
    let c = open::<Compressor>(th, a[0])?;
    if std::mem::replace(&mut c.flushed, true) {
        return Err(th.value_error("Repeated call to flush()"));
    }
    run_compressor(th, a[0], &[], true)
}

#[derive(Clone)]
struct Decompressor {
    stream: Shared,
    /// input that was not yet used
    pending: Vec<u8>,
    unused: Vec<u8>,
    eof: bool,
    needs_input: bool,
    failed: bool,
}
impl Payload for Decompressor {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
static DECOMPRESSOR: TypeDef = TypeDef {
    doc: "Create a decompressor object for decompressing data incrementally.\n\nFor one-shot decompression, use the decompress() function instead.",
    methods: &[
        def_static("__new__", "cls, /", new_decompressor, ""),
        def(
            "decompress",
            "self, data, max_length=-1",
            decompress,
            "Decompress *data*, returning uncompressed data as bytes.",
        ),
    ],
    getsets: &[
        getter(
            "eof",
            |th, v| Ok(Value::bool(open::<Decompressor>(th, v)?.eof)),
            "True if the end-of-stream marker has been reached.",
        ),
        getter(
            "unused_data",
            |th, v| {
                let d = open::<Decompressor>(th, v)?;
                Ok(th.new_bytes(&d.unused))
            },
            "Data found after the end of the compressed stream.",
        ),
        getter(
            "needs_input",
            |th, v| Ok(Value::bool(open::<Decompressor>(th, v)?.needs_input)),
            "True if more input is needed before more decompressed data can be produced.",
        ),
    ],
    ..TypeDef::new("_bz2.BZ2Decompressor", Kind::Payload, payload_size::<Decompressor>())
};
fn new_decompressor(th: &mut Thread, a: &[Value]) -> R {
    let stream = match Stream::decompress() {
        Ok(s) => Arc::new(Mutex::new(s)),
        Err(code) => return Err(failure(th, code)),
    };
    let d = Decompressor {
        stream,
        pending: Vec::new(),
        unused: Vec::new(),
        eof: false,
        needs_input: true,
        failed: false,
    };
    Ok(payload::new(th, a[0].as_gc(), d).value())
}
fn decompress(th: &mut Thread, a: &[Value]) -> R {
    let max = given(a[2]).map_or(Ok(-1), |v| th.to_isize(v))?;
    let data = bytes_arg(th, a[1])?;
    th.irrevocable()?;
    let d = open::<Decompressor>(th, a[0])?;
    if d.eof {
        return Err(th.error(ctx().types.EOFError, "End of stream already reached"));
    }
    if d.failed {
        return Err(th.value_error("Decompressor is unusable due to a previous error"));
    }
    let mut input = std::mem::take(&mut d.pending);
    input.extend_from_slice(&data);
    let max = if max < 0 { usize::MAX } else { max as usize };
    let mut out = Vec::new();
    let r = d.stream.lock().unwrap_or_else(|e| e.into_inner()).run(&input, false, &mut out, max);
    let p = match r {
        Ok(p) => p,
        Err(code) => {
            d.needs_input = false;
            d.failed = true;
            return Err(failure(th, code));
        }
    };
    let rest = input.split_off(p.used);
    if p.end {
        d.eof = true;
        d.needs_input = false;
        d.unused = rest;
    } else {
        // Output may be waiting inside the library when the limit was reached.
        d.needs_input = rest.is_empty() && out.len() < max;
        d.pending = rest;
    }
    Ok(th.new_bytes(&out))
}
