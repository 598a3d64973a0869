//! The module `zlib`: compression and decompression in one go, and checksums. Stream objects are in `zlib_objects`.

use crate::binascii::start;
use crate::support::{self, ClassCell, given, put, put_ints};
use crate::zlib_objects as objects;
use crate::zlib_stream::{Failure, Stream};
use libz_rs_sys as z;
use std::borrow::Cow;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::buffer_protocol::bytes_arg;
use vasuki_vm::types::class::Class;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "zlib",
    doc: "The functions in this module allow compression and decompression using the\nzlib library, which is based on GNU zip.",
    functions: FUNCTIONS,
    init,
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "adler32",
        "data, value=1, /",
        |th, a| {
            let n = start(th, a[1], 1)?;
            let d = bytes_arg(th, a[0])?;
            Ok(Value::small(adler32(n, &d) as i64))
        },
        "Compute an Adler-32 checksum of data.",
    ),
    def(
        "compress",
        "data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS",
        compress,
        "Returns a bytes object containing compressed data.",
    ),
    def(
        "compressobj",
        "level=Z_DEFAULT_COMPRESSION, method=DEFLATED, wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL, strategy=Z_DEFAULT_STRATEGY, zdict=None",
        objects::compressobj,
        "Return a compressor object.",
    ),
    def(
        "crc32",
        "data, value=0, /",
        |th, a| {
            let n = start(th, a[1], 0)?;
            let d = bytes_arg(th, a[0])?;
            Ok(Value::small(crc32(n, &d) as i64))
        },
        "Compute a CRC-32 checksum of data.",
    ),
    def(
        "decompress",
        "data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE",
        decompress,
        "Returns a bytes object containing the uncompressed data.",
    ),
    def(
        "decompressobj",
        "wbits=MAX_WBITS, zdict=b''",
        objects::decompressobj,
        "Return a decompressor object.",
    ),
];
fn init(th: &mut Thread, m: Value) -> R<()> {
    put_ints(
        th,
        m,
        &[
            ("MAX_WBITS", 15),
            ("DEFLATED", 8),
            ("DEF_MEM_LEVEL", 8),
            ("DEF_BUF_SIZE", 16384),
            ("Z_NO_COMPRESSION", 0),
            ("Z_BEST_SPEED", 1),
            ("Z_BEST_COMPRESSION", 9),
            ("Z_DEFAULT_COMPRESSION", -1),
            ("Z_FILTERED", 1),
            ("Z_HUFFMAN_ONLY", 2),
            ("Z_RLE", 3),
            ("Z_FIXED", 4),
            ("Z_DEFAULT_STRATEGY", 0),
            ("Z_NO_FLUSH", 0),
            ("Z_PARTIAL_FLUSH", 1),
            ("Z_SYNC_FLUSH", 2),
            ("Z_FULL_FLUSH", 3),
            ("Z_FINISH", 4),
            ("Z_BLOCK", 5),
            ("Z_TREES", 6),
        ],
    )?;
    for name in ["ZLIB_VERSION", "ZLIB_RUNTIME_VERSION"] {
        let v = th.new_str("1.3.1");
        put(th, m, name, v)?;
    }
    let v = th.new_str("1.0");
    put(th, m, "__version__", v)?;
    let e = error_class(th)?;
    put(th, m, "error", e.value())?;
    let c = objects::zlib_decompressor_class(th)?;
    put(th, m, "_ZlibDecompressor", c.value())
}
fn error_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::exception(th, &C, "zlib.error", ctx().types.Exception, "")
}
/// `zlib.error`
pub(crate) fn error(th: &mut Thread, text: &str) -> Throw {
    match error_class(th) {
        Ok(c) => th.error(c, text),
        Err(t) => t,
    }
}
/// The exception for a failure; `doing` as in "while decompressing data".
pub(crate) fn failure(th: &mut Thread, f: Failure, doing: &str) -> Throw {
    match f.code {
        z::Z_MEM_ERROR => th.memory_error(),
        code => {
            let known = match code {
                z::Z_BUF_ERROR => "incomplete or truncated stream",
                z::Z_STREAM_ERROR => "inconsistent stream state",
                z::Z_DATA_ERROR => "invalid input data",
                _ => "",
            };
            let text = f.text.unwrap_or_else(|| known.into());
            let colon = if text.is_empty() { "" } else { ": " };
            error(th, &format!("Error {code} {doing}{colon}{text}"))
        }
    }
}
/// CRC-32 of zip and PNG.
pub(crate) fn crc32(start: u32, data: &[u8]) -> u32 {
    // SAFETY: the slice's own length.
    unsafe { z::crc32_z(start as _, data.as_ptr(), data.len()) as u32 }
}
fn adler32(start: u32, data: &[u8]) -> u32 {
    // SAFETY: the slice's own length.
    unsafe { z::adler32_z(start as _, data.as_ptr(), data.len()) as u32 }
}
/// An optional C int argument.
pub(crate) fn int_arg(th: &mut Thread, v: Value, default: i32) -> R<i32> {
    match given(v) {
        None => Ok(default),
        Some(v) => th.to_i32(v),
    }
}
fn compress(th: &mut Thread, a: &[Value]) -> R {
    let (level, wbits) = (int_arg(th, a[1], -1)?, int_arg(th, a[2], 15)?);
    let data = bytes_arg(th, a[0])?;
    let mut s = match Stream::deflate(level, wbits, 8, 0) {
        Ok(s) => s,
        Err(f) if f.code == z::Z_STREAM_ERROR => return Err(error(th, "Bad compression level")),
        Err(f) => return Err(failure(th, f, "while compressing data")),
    };
    let mut out = Vec::new();
    match s.run(&data, z::Z_FINISH, &mut out, usize::MAX) {
        Ok(_) => Ok(th.new_bytes(&out)),
        Err(f) => Err(failure(th, f, "while compressing data")),
    }
}
fn decompress(th: &mut Thread, a: &[Value]) -> R {
    let wbits = int_arg(th, a[1], 15)?;
    if given(a[2]).is_some() && th.to_isize(a[2])? <= 0 {
        return Err(th.value_error("bufsize must be greater than zero"));
    }
    let data: Cow<'static, [u8]> = bytes_arg(th, a[0])?;
    let mut s = match Stream::inflate(wbits) {
        Ok(s) => s,
        Err(f) => return Err(failure(th, f, "while preparing to decompress data")),
    };
    let mut out = Vec::new();
    match s.run(&data, z::Z_SYNC_FLUSH, &mut out, usize::MAX) {
        Ok(p) if p.end => Ok(th.new_bytes(&out)),
        Ok(_) => Err(failure(
            th,
            Failure {
                code: z::Z_BUF_ERROR,
                text: None,
            },
            "while decompressing data",
        )),
        Err(f) => Err(failure(th, f, "while decompressing data")),
    }
}
