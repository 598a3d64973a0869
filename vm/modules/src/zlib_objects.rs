//! Stream objects of `zlib`: `compressobj`, `decompressobj` and the one that `gzip` reads with.

use crate::support::{self, ClassCell, given, open};
use crate::zlib::{error, failure, int_arg};
use crate::zlib_stream::{Progress, Stream};
use libz_rs_sys as z;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{TypeDef, def, def_static, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol::bytes_arg;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::value::Value;

/// A stream that clones for undo; None when it has ended.
struct Owned(Option<Stream>);
impl Clone for Owned {
    fn clone(&self) -> Owned {
        Owned(self.0.as_ref().and_then(Stream::try_clone))
    }
}

// ---- compressobj

#[derive(Clone)]
struct Compress {
    stream: Owned,
}
impl Payload for Compress {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
static COMPRESS: TypeDef = TypeDef {
    base: false,
    methods: &[
        def(
            "compress",
            "self, data, /",
            compress,
            "Returns a bytes object containing compressed data.",
        ),
        def(
            "flush",
            "self, mode=zlib.Z_FINISH, /",
            compress_flush,
            "Return a bytes object containing any remaining compressed data.",
        ),
        def("copy", "self, /", compress_copy, "Return a copy of the compression object."),
        def("__copy__", "self, /", compress_copy, ""),
        def("__deepcopy__", "self, memo, /", compress_copy, ""),
    ],
    ..TypeDef::new("zlib.Compress", Kind::Payload, payload_size::<Compress>())
};
fn compress_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::class(th, &C, &COMPRESS)
}
pub(crate) fn compressobj(th: &mut Thread, a: &[Value]) -> R {
    let level = int_arg(th, a[0], -1)?;
    let method = int_arg(th, a[1], 8)?;
    let wbits = int_arg(th, a[2], 15)?;
    let mem = int_arg(th, a[3], 8)?;
    let strategy = int_arg(th, a[4], 0)?;
    let dictionary = match given(a[5]) {
        Some(v) if !v.is_none() => Some(bytes_arg(th, v)?),
        _ => None,
    };
    let stream = if method == 8 {
        Stream::deflate(level, wbits, mem, strategy).ok()
    } else {
        None
    };
    let Some(mut stream) = stream else {
        return Err(th.value_error("Invalid initialization option"));
    };
    if let Some(d) = dictionary
        && stream.set_dictionary(&d).is_err()
    {
        return Err(th.value_error("Invalid dictionary"));
    }
    let class = compress_class(th)?;
    Ok(payload::new(
        th,
        class,
        Compress {
            stream: Owned(Some(stream)),
        },
    )
    .value())
}
fn compress(th: &mut Thread, a: &[Value]) -> R {
    let data = bytes_arg(th, a[1])?;
    let mut out = Vec::new();
    let c = open::<Compress>(th, a[0])?;
    let r = match &mut c.stream.0 {
        Some(s) => s.run(&data, z::Z_NO_FLUSH, &mut out, usize::MAX),
        None => return Err(error(th, "Error -2 while compressing data: inconsistent stream state")),
    };
    match r {
        Ok(_) => Ok(th.new_bytes(&out)),
        Err(f) => Err(failure(th, f, "while compressing data")),
    }
}
fn compress_flush(th: &mut Thread, a: &[Value]) -> R {
    let mode = int_arg(th, a[1], z::Z_FINISH)?;
    if mode == z::Z_NO_FLUSH {
        return Ok(th.new_bytes(&[]));
    }
    let mut out = Vec::new();
    let c = open::<Compress>(th, a[0])?;
    let r = match &mut c.stream.0 {
        Some(s) => s.run(&[], mode, &mut out, usize::MAX),
        None => return Err(error(th, "Error -2 while flushing: inconsistent stream state")),
    };
    match r {
        Ok(p) => {
            if p.end && mode == z::Z_FINISH {
                c.stream.0 = None;
            }
            Ok(th.new_bytes(&out))
        }
        Err(f) => Err(failure(th, f, "while flushing")),
    }
}
fn compress_copy(th: &mut Thread, a: &[Value]) -> R {
    match open::<Compress>(th, a[0])?.stream.clone() {
        Owned(None) => Err(th.value_error("Inconsistent stream state")),
        stream => {
            let class = compress_class(th)?;
            Ok(payload::new(th, class, Compress { stream }).value())
        }
    }
}

// ---- decompressobj

#[derive(Clone)]
struct Decompress {
    stream: Owned,
    dictionary: Option<Vec<u8>>,
    unused: Vec<u8>,
    tail: Vec<u8>,
    eof: bool,
}
impl Payload for Decompress {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
static DECOMPRESS: TypeDef = TypeDef {
    base: false,
    methods: &[
        def(
            "decompress",
            "self, data, /, max_length=0",
            decompress,
            "Return a bytes object containing the decompressed version of the data.",
        ),
        def(
            "flush",
            "self, length=zlib.DEF_BUF_SIZE, /",
            decompress_flush,
            "Return a bytes object containing any remaining decompressed data.",
        ),
        def("copy", "self, /", decompress_copy, "Return a copy of the decompression object."),
        def("__copy__", "self, /", decompress_copy, ""),
        def("__deepcopy__", "self, memo, /", decompress_copy, ""),
    ],
    getsets: &[
        getter(
            "unused_data",
            |th, v| {
                let d = open::<Decompress>(th, v)?;
                Ok(th.new_bytes(&d.unused))
            },
            "",
        ),
        getter(
            "unconsumed_tail",
            |th, v| {
                let d = open::<Decompress>(th, v)?;
                Ok(th.new_bytes(&d.tail))
            },
            "",
        ),
        getter("eof", |th, v| Ok(Value::bool(open::<Decompress>(th, v)?.eof)), ""),
    ],
    ..TypeDef::new("zlib.Decompress", Kind::Payload, payload_size::<Decompress>())
};
fn decompress_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::class(th, &C, &DECOMPRESS)
}
/// A decompressing stream with its dictionary, which raw streams get at once and others when they ask for it.
fn decompressing(th: &mut Thread, wbits: Value, dictionary: Value) -> R<(Stream, Option<Vec<u8>>)> {
    let wbits = int_arg(th, wbits, 15)?;
    let dictionary = match given(dictionary) {
        Some(v) if !v.is_none() => Some(match th.class_of(v).special(vasuki_vm::special::Special::Buffer) {
            None if !vasuki_vm::types::buffer_protocol::is_bytes_like(th, v) => {
                return Err(th.type_error("zdict argument must support the buffer protocol"));
            }
            _ => bytes_arg(th, v)?.into_owned(),
        }),
        _ => None,
    };
    let Ok(mut stream) = Stream::inflate(wbits) else {
        return Err(th.value_error("Invalid initialization option"));
    };
    if let Some(d) = dictionary.as_ref().filter(|d| wbits < 0 && !d.is_empty())
        && let Err(f) = stream.set_dictionary(d)
    {
        return Err(failure(th, f, "while setting zdictionary"));
    }
    Ok((stream, dictionary))
}
pub(crate) fn decompressobj(th: &mut Thread, a: &[Value]) -> R {
    let (stream, dictionary) = decompressing(th, a[0], a[1])?;
    let class = decompress_class(th)?;
    let d = Decompress {
        stream: Owned(Some(stream)),
        dictionary,
        unused: Vec::new(),
        tail: Vec::new(),
        eof: false,
    };
    Ok(payload::new(th, class, d).value())
}
/// Runs the stream, giving it the dictionary when it asks for it.
fn inflate(th: &mut Thread, s: &mut Stream, dictionary: Option<&[u8]>, data: &[u8], out: &mut Vec<u8>, max: usize) -> R<Progress> {
    match s.run(data, z::Z_SYNC_FLUSH, out, max) {
        Ok(p) => Ok(p),
        Err(f) if f.code == z::Z_NEED_DICT => {
            let Some(d) = dictionary else {
                return Err(failure(th, f, "while decompressing data"));
            };
            if let Err(f) = s.set_dictionary(d) {
                return Err(failure(th, f, "while setting zdictionary"));
            }
            let used = s.used();
            match s.run(&data[used..], z::Z_SYNC_FLUSH, out, max) {
                Ok(p) => Ok(Progress {
                    used: used + p.used,
                    end: p.end,
                }),
                Err(f) => Err(failure(th, f, "while decompressing data")),
            }
        }
        Err(f) => Err(failure(th, f, "while decompressing data")),
    }
}
/// One step of a decompressor; what is left goes to `unused` or `tail`.
fn step(th: &mut Thread, this: Value, data: &[u8], max: usize) -> R<Vec<u8>> {
    let mut out = Vec::new();
    let d = open::<Decompress>(th, this)?;
    let Some(s) = &mut d.stream.0 else {
        d.unused.extend_from_slice(data);
        d.tail.clear();
        return Ok(out);
    };
    let p = inflate(th, s, d.dictionary.as_deref(), data, &mut out, max)?;
    let rest = &data[p.used..];
    if p.end {
        d.unused.extend_from_slice(rest);
        d.tail.clear();
        d.eof = true;
        d.stream.0 = None;
    } else {
        d.tail = rest.to_vec();
    }
    Ok(out)
}
fn decompress(th: &mut Thread, a: &[Value]) -> R {
    let max = if a[2].is_empty() { 0 } else { th.to_isize(a[2])? };
    if max < 0 {
        return Err(th.value_error("max_length must be non-negative"));
    }
    let data = bytes_arg(th, a[1])?;
    let out = step(th, a[0], &data, if max == 0 { usize::MAX } else { max as usize })?;
    Ok(th.new_bytes(&out))
}
fn decompress_flush(th: &mut Thread, a: &[Value]) -> R {
    if given(a[1]).is_some() && th.to_isize(a[1])? <= 0 {
        return Err(th.value_error("length must be greater than zero"));
    }
    let tail = std::mem::take(&mut open::<Decompress>(th, a[0])?.tail);
    let out = step(th, a[0], &tail, usize::MAX)?;
    Ok(th.new_bytes(&out))
}
fn decompress_copy(th: &mut Thread, a: &[Value]) -> R {
    let copy = open::<Decompress>(th, a[0])?.clone();
    if copy.stream.0.is_none() {
        return Err(th.value_error("Inconsistent stream state"));
    }
    let class = decompress_class(th)?;
    Ok(payload::new(th, class, copy).value())
}

// ---- _ZlibDecompressor

#[derive(Clone)]
struct Reader {
    stream: Owned,
    dictionary: Option<Vec<u8>>,
    pending: Vec<u8>,
    unused: Vec<u8>,
    eof: bool,
    needs_input: bool,
}
impl Payload for Reader {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
static READER: TypeDef = TypeDef {
    doc: "Create a decompressor object for decompressing data incrementally.\n\n  wbits = 15\n  zdict\n     The predefined compression dictionary. This is a sequence of bytes\n     (such as a bytes object) containing subsequences that are expected\n     to occur frequently in the data that is to be compressed. Those\n     subsequences that are expected to be most common should come at the\n     end of the dictionary. This must be the same dictionary as used by the\n     compressor that produced the input data.",
    methods: &[
        def_static("__new__", "cls, wbits=MAX_WBITS, zdict=b''", reader_new, ""),
        def(
            "decompress",
            "self, data, max_length=-1",
            reader_decompress,
            "Decompress *data*, returning uncompressed data as bytes.",
        ),
    ],
    getsets: &[
        getter(
            "eof",
            |th, v| Ok(Value::bool(open::<Reader>(th, v)?.eof)),
            "True if the end-of-stream marker has been reached.",
        ),
        getter(
            "unused_data",
            |th, v| {
                let d = open::<Reader>(th, v)?;
                Ok(th.new_bytes(&d.unused))
            },
            "Data found after the end of the compressed stream.",
        ),
        getter(
            "needs_input",
            |th, v| Ok(Value::bool(open::<Reader>(th, v)?.needs_input)),
            "True if more input is needed before more decompressed data can be produced.",
        ),
    ],
    ..TypeDef::new("zlib._ZlibDecompressor", Kind::Payload, payload_size::<Reader>())
};
/// `zlib._ZlibDecompressor`
pub(crate) fn zlib_decompressor_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::class(th, &C, &READER)
}
fn reader_new(th: &mut Thread, a: &[Value]) -> R {
    let (stream, dictionary) = decompressing(th, a[1], a[2])?;
    let r = Reader {
        stream: Owned(Some(stream)),
        dictionary,
        pending: Vec::new(),
        unused: Vec::new(),
        eof: false,
        needs_input: true,
    };
    Ok(payload::new(th, a[0].as_gc(), r).value())
}
fn reader_decompress(th: &mut Thread, a: &[Value]) -> R {
    let max = if a[2].is_empty() { -1 } else { th.to_isize(a[2])? };
    let data = bytes_arg(th, a[1])?;
    let r = open::<Reader>(th, a[0])?;
    let Some(s) = &mut r.stream.0 else {
        return Err(th.error(ctx().types.EOFError, "End of stream already reached"));
    };
    let mut input = std::mem::take(&mut r.pending);
    input.extend_from_slice(&data);
    let max = if max < 0 { usize::MAX } else { max as usize };
    let mut out = Vec::new();
    let p = inflate(th, s, r.dictionary.as_deref(), &input, &mut out, max)?;
    let rest = input.split_off(p.used);
    if p.end {
        r.eof = true;
        r.needs_input = false;
        r.unused = rest;
        r.stream.0 = None;
    } else {
        // Output may be waiting inside the library when the limit was reached.
        r.needs_input = rest.is_empty() && out.len() < max;
        r.pending = rest;
    }
    Ok(th.new_bytes(&out))
}
