//! `TextIOWrapper`: text over a buffered stream. Here: its state, setting it up, closing; see also `text_read`,
//! `text_write` and `text_seek`.
//!
//! `decoded[used..]` is text not yet given out. `snapshot` is what was fed to the decoder to get `decoded`, and
//! `snapshot_flags` the decoder's flags before that: `tell` finds positions with them. `pending` is encoded text not yet
//! written to the buffer.

use super::buffered::{self, State, Stream};
use super::decode::{Decoder, Encoder, check_encoding};
use super::newline::{Mode, Newlines};
use super::sys::Lock;
use super::{base, buffered_reader, closed_error, flag_arg, no_pickle, optional_str, text_read, text_seek, text_write, unsupported};
use crate::support::{self, attr, call_method};
use std::sync::Arc;
use vasuki_vm::context::ctx;
use vasuki_vm::names::names;
use vasuki_vm::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getset, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::payload::{self, Native, Payload, downcast, payload_size};
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

/// State of a text stream.
#[derive(Clone)]
pub(crate) struct Text {
    /// the buffered stream, if the state is Open
    pub buffer: Value,
    pub state: State,
    pub encoding: Value,
    pub errors: Value,
    pub newline: Mode,
    pub line_buffering: bool,
    pub write_through: bool,
    pub seekable: bool,
    /// may `tell` be used now? Not while the stream is iterated
    pub telling: bool,
    pub has_read1: bool,
    pub finalizing: bool,
    pub encoder: Option<Encoder>,
    pub decoder: Option<Decoder>,
    /// bytes to read at a time
    pub chunk: usize,
    pub pending: Vec<u8>,
    /// a str, or EMPTY
    pub decoded: Value,
    pub used: usize,
    /// bytes, or EMPTY
    pub snapshot: Value,
    pub snapshot_flags: i64,
    /// bytes a character in the last chunk
    pub ratio: f64,
    /// held to read more than there is ahead: others wait for what comes
    pub lock: Arc<Lock>,
}
impl Payload for Text {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        [self.buffer, self.encoding, self.errors, self.decoded, self.snapshot]
            .into_iter()
            .for_each(&mut *f);
        if let Some(e) = &self.encoder {
            e.trace(f);
        }
        if let Some(d) = &self.decoder {
            d.trace(f);
        }
    }
}
impl Text {
    /// Forgets text that was read ahead.
    pub fn forget(&mut self) {
        (self.decoded, self.used) = (Value::EMPTY, 0);
    }
}
/// A text stream.
pub(crate) type TextFile = Gc<Native<Text>>;

/// The declaration.
pub(crate) static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: GETSETS,
    doc: "Character and line based layer over a BufferedIOBase object, buffer.\n\nencoding gives the name of the encoding that the stream will be\ndecoded or encoded with. It defaults to locale.getencoding().\n\nerrors determines the strictness of encoding and decoding (see\nhelp(codecs.Codec) or the documentation for codecs.register) and\ndefaults to \"strict\".\n\nnewline controls how line endings are handled. It can be None, '',\n'\\n', '\\r', and '\\r\\n'.  It works as follows:\n\n* On input, if newline is None, universal newlines mode is\n  enabled. Lines in the input can end in '\\n', '\\r', or '\\r\\n', and\n  these are translated into '\\n' before being returned to the\n  caller. If it is '', universal newline mode is enabled, but line\n  endings are returned to the caller untranslated. If it has any of\n  the other legal values, input lines are only terminated by the given\n  string, and the line ending is returned to the caller untranslated.\n\n* On output, if newline is None, any '\\n' characters written are\n  translated to the system default line separator, os.linesep. If\n  newline is '' or '\\n', no translation takes place. If newline is any\n  of the other legal values, any '\\n' characters written are translated\n  to the given string.\n\nIf line_buffering is True, a call to flush is implied when a call to\nwrite contains a newline character.",
    ..TypeDef::new("_io.TextIOWrapper", Kind::Payload, payload_size::<Text>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        |th, a| Ok(alloc(th, a[0].as_gc()).value()),
        "",
    ),
    def(
        "__init__",
        "self, buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def(
        "reconfigure",
        "self, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None",
        reconfigure,
        "Reconfigure the text stream with new parameters.\n\nThis also does an implicit stream flush.",
    ),
    def("write", "self, text, /", text_write::write_method, ""),
    def("read", "self, size=-1, /", text_read::read_method, ""),
    def("readline", "self, size=-1, /", text_read::readline_method, ""),
    def("__next__", "self, /", text_read::next, "Implement next(self)."),
    def(
        "flush",
        "self, /",
        |th, a| {
            let t = this(th, a[0])?;
            flush(th, t)?;
            Ok(Value::NONE)
        },
        "",
    ),
    def(
        "close",
        "self, /",
        |th, a| {
            let t = this(th, a[0])?;
            close(th, t)?;
            Ok(Value::NONE)
        },
        "",
    ),
    def("detach", "self, /", detach, ""),
    def(
        "seek",
        "self, cookie, whence=0, /",
        text_seek::seek_method,
        "Set the stream position, and return the new stream position.",
    ),
    def(
        "tell",
        "self, /",
        text_seek::tell_method,
        "Return the stream position as an opaque number.",
    ),
    def("truncate", "self, pos=None, /", text_seek::truncate_method, ""),
    def("fileno", "self, /", |th, a| buffer_call(th, a[0], "fileno"), ""),
    def("seekable", "self, /", |th, a| buffer_call(th, a[0], "seekable"), ""),
    def("readable", "self, /", |th, a| buffer_call(th, a[0], "readable"), ""),
    def("writable", "self, /", |th, a| buffer_call(th, a[0], "writable"), ""),
    def("isatty", "self, /", |th, a| buffer_call(th, a[0], "isatty"), ""),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__reduce__", "self, /", no_pickle, ""),
    def("__reduce_ex__", "self, protocol, /", no_pickle, ""),
];
static GETSETS: &[GetSetDef] = &[
    getter(
        "buffer",
        |th, v| {
            let s = state(th, v)?;
            Ok(if s.buffer.is_empty() { Value::NONE } else { s.buffer })
        },
        "",
    ),
    getter("encoding", |th, v| Ok(state(th, v)?.encoding), ""),
    getter(
        "errors",
        |th, v| {
            let t = this(th, v)?;
            initialized(th, t)?;
            Ok(th.open_mut(t)?.errors)
        },
        "",
    ),
    getter(
        "newlines",
        |th, v| {
            let t = this(th, v)?;
            attached(th, t)?;
            let e = th.open_mut(t)?.decoder.as_ref().and_then(|d| d.ends);
            Ok(e.map_or(Value::NONE, |e| e.kinds(th)))
        },
        "",
    ),
    getter("line_buffering", |th, v| Ok(Value::bool(state(th, v)?.line_buffering)), ""),
    getter("write_through", |th, v| Ok(Value::bool(state(th, v)?.write_through)), ""),
    getter(
        "closed",
        |th, v| {
            let t = this(th, v)?;
            let b = attached(th, t)?;
            Ok(Value::bool(buffer_closed(th, b)?))
        },
        "",
    ),
    getter(
        "name",
        |th, v| {
            let t = this(th, v)?;
            let b = attached(th, t)?;
            attr(th, b, "name")
        },
        "",
    ),
    getset(
        "_CHUNK_SIZE",
        |th, v| {
            let t = this(th, v)?;
            attached(th, t)?;
            Ok(Value::small(th.open_mut(t)?.chunk as i64))
        },
        set_chunk,
        "",
    ),
    getset(
        "_finalizing",
        |th, v| Ok(Value::bool(state(th, v)?.finalizing)),
        |th, v, new| {
            let on = th.truth(new)?;
            state(th, v)?.finalizing = on;
            Ok(())
        },
        "",
    ),
];

/// A new one without a buffer.
pub(crate) fn alloc(th: &mut Thread, class: Gc<Class>) -> TextFile {
    let t = Text {
        buffer: Value::EMPTY,
        state: State::New,
        encoding: Value::NONE,
        errors: Value::NONE,
        newline: Mode {
            universal: true,
            translate_read: true,
            end: "\n",
            write: None,
            given: None,
        },
        line_buffering: false,
        write_through: false,
        seekable: false,
        telling: false,
        has_read1: false,
        finalizing: false,
        encoder: None,
        decoder: None,
        chunk: 8192,
        pending: Vec::new(),
        decoded: Value::EMPTY,
        used: 0,
        snapshot: Value::EMPTY,
        snapshot_flags: 0,
        ratio: 0.0,
        lock: Arc::default(),
    };
    payload::new(th, class, t)
}
pub(crate) fn this(th: &mut Thread, v: Value) -> R<TextFile> {
    support::native(th, v)
}
fn state(th: &mut Thread, v: Value) -> R<&'static mut Text> {
    support::open(th, v)
}
fn initialized(th: &mut Thread, t: TextFile) -> R<()> {
    if th.open_mut(t)?.state == State::New {
        Err(th.value_error("I/O operation on uninitialized object"))
    } else {
        Ok(())
    }
}
/// The buffer; ValueError when there is none.
pub(crate) fn attached(th: &mut Thread, t: TextFile) -> R {
    let s = th.open_mut(t)?;
    match s.state {
        State::Open => Ok(s.buffer),
        State::New => Err(th.value_error("I/O operation on uninitialized object")),
        State::Detached => Err(th.value_error("underlying buffer has been detached")),
    }
}
/// The buffer as an exactly native stream.
#[inline]
pub(crate) fn native_buffer(th: &mut Thread, buffer: Value) -> Option<Stream> {
    downcast(buffer).filter(|b| buffered::is_exact(th, *b))
}
fn buffer_closed(th: &mut Thread, buffer: Value) -> R<bool> {
    match native_buffer(th, buffer) {
        Some(b) => buffered::is_closed(th, b),
        None => base::is_closed(th, buffer),
    }
}
/// The buffer of a stream that is open; ValueError otherwise.
pub(crate) fn check_open(th: &mut Thread, t: TextFile) -> R {
    let buffer = attached(th, t)?;
    if buffer_closed(th, buffer)? {
        Err(closed_error(th))
    } else {
        Ok(buffer)
    }
}
fn buffer_call(th: &mut Thread, v: Value, name: &str) -> R {
    let t = this(th, v)?;
    let buffer = attached(th, t)?;
    call_method(th, buffer, name, &[])
}

/// The arguments of `__init__`.
pub(crate) struct Setup {
    pub encoding: Option<String>,
    pub errors: Option<String>,
    pub newline: Option<String>,
    pub line_buffering: bool,
    pub write_through: bool,
}
/// The encoding of the locale, as `locale.getencoding()` names it.
fn locale_encoding() -> String {
    if ctx().config.utf8_mode {
        return "utf-8".into();
    }
    // SAFETY: a static string of the C library, copied at once.
    let name = unsafe { std::ffi::CStr::from_ptr(libc::nl_langinfo(libc::CODESET)) }.to_string_lossy();
    // The C locale is used as if it were one of UTF-8.
    if name.is_empty() || name == "ANSI_X3.4-1968" {
        "UTF-8".into()
    } else {
        name.into_owned()
    }
}
fn newline_mode(th: &mut Thread, newline: Option<&str>) -> R<Mode> {
    match Mode::of(newline) {
        Some(m) => Ok(m),
        None => Err(th.value_error(&format!("illegal newline value: {}", newline.unwrap_or_default()))),
    }
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    let t = this(th, a[0])?;
    th.open_mut(t)?.state = State::New;
    let setup = Setup {
        encoding: optional_str(th, a[2], "TextIOWrapper() argument 'encoding'")?,
        errors: optional_str(th, a[3], "TextIOWrapper() argument 'errors'")?,
        newline: optional_str(th, a[4], "TextIOWrapper() argument 'newline'")?,
        line_buffering: flag_arg(th, a[5], false)?,
        write_through: flag_arg(th, a[6], false)?,
    };
    if setup.encoding.is_none() {
        super::open::warn_default(th, 1)?;
    }
    set_up(th, t, a[1], setup)?;
    Ok(Value::NONE)
}
/// Puts the stream over a buffer.
pub(crate) fn set_up(th: &mut Thread, t: TextFile, buffer: Value, setup: Setup) -> R<()> {
    let mode = newline_mode(th, setup.newline.as_deref())?;
    let encoding = match setup.encoding.as_deref() {
        None | Some("locale") => locale_encoding(),
        Some(e) => e.to_owned(),
    };
    check_encoding(th, &encoding)?;
    let errors = th.intern(setup.errors.as_deref().unwrap_or("strict")).value();
    let (readable, writable, seekable, has_read1) = match native_buffer(th, buffer) {
        Some(b) => {
            let s = th.open_mut(b)?;
            let (r, w) = (s.readable, s.writable);
            let seekable = buffered::raw_call(th, buffer, "seekable")?;
            (r, w, th.truth(seekable)?, r)
        }
        None => {
            let mut can = [false; 3];
            for (can, name) in can.iter_mut().zip(["readable", "writable", "seekable"]) {
                let v = call_method(th, buffer, name, &[])?;
                *can = th.truth(v)?;
            }
            let read1 = th.intern("read1");
            (can[0], can[1], can[2], th.getattr_opt(buffer, read1)?.is_some())
        }
    };
    let decoder = if readable {
        Some(new_decoder(th, &encoding, errors, mode)?)
    } else {
        None
    };
    let encoder = if writable {
        Some(Encoder::new(th, &encoding, errors)?)
    } else {
        None
    };
    let encoding = th.intern(&encoding).value();
    *th.open_mut(t)? = Text {
        buffer,
        state: State::Open,
        encoding,
        errors,
        newline: mode,
        line_buffering: setup.line_buffering,
        write_through: setup.write_through,
        seekable,
        telling: seekable,
        has_read1,
        finalizing: false,
        encoder,
        decoder,
        chunk: 8192,
        pending: Vec::new(),
        decoded: Value::EMPTY,
        used: 0,
        snapshot: Value::EMPTY,
        snapshot_flags: 0,
        ratio: 0.0,
        lock: Arc::default(),
    };
    fix_encoder(th, t)
}
fn new_decoder(th: &mut Thread, encoding: &str, errors: Value, mode: Mode) -> R<Decoder> {
    let ends = if mode.universal {
        Some(Newlines::new(mode.translate_read))
    } else {
        None
    };
    Decoder::new(th, encoding, errors, ends)
}
/// An encoder over a stream that is not at its start writes no byte order mark.
fn fix_encoder(th: &mut Thread, t: TextFile) -> R<()> {
    let s = th.open_mut(t)?;
    let Some(e) = s.encoder.clone().filter(|e| s.seekable && e.has_state()) else {
        return Ok(());
    };
    let at = call_method(th, s.buffer, "tell", &[])?;
    if th.eq(at, Value::small(0))? {
        Ok(())
    } else {
        e.at_start(th, false)
    }
}
fn reconfigure(th: &mut Thread, a: &[Value]) -> R {
    let t = this(th, a[0])?;
    let given = |v: Value| !v.is_empty() && !v.is_none();
    let encoding = optional_str(th, a[1], "reconfigure() argument 'encoding'")?;
    let errors = optional_str(th, a[2], "reconfigure() argument 'errors'")?;
    let newline = optional_str(th, a[3], "reconfigure() argument 'newline'")?;
    attached(th, t)?;
    let has_newline = !a[3].is_empty();
    let changes = encoding.is_some() || errors.is_some() || has_newline;
    if changes && !th.open_mut(t)?.decoded.is_empty() {
        return Err(unsupported(
            th,
            "It is not possible to set the encoding or newline of stream after the first read",
        ));
    }
    let mode = if has_newline {
        Some(newline_mode(th, newline.as_deref())?)
    } else {
        None
    };
    let line = if given(a[4]) { Some(th.truth(a[4])?) } else { None };
    let through = if given(a[5]) { Some(th.truth(a[5])?) } else { None };
    flush(th, t)?;
    if changes {
        let s = th.open_mut(t)?;
        let mode = mode.unwrap_or(s.newline);
        let errors = match &errors {
            Some(e) => th.intern(e).value(),
            None if encoding.is_some() => th.intern("strict").value(),
            None => s.errors,
        };
        let encoding = match encoding.as_deref() {
            Some("locale") => locale_encoding(),
            Some(e) => e.to_owned(),
            None => th
                .open_mut(t)?
                .encoding
                .cast::<Str>()
                .map(|s| s.to_string_lossy())
                .unwrap_or_default(),
        };
        check_encoding(th, &encoding)?;
        let s = th.open_mut(t)?;
        let decoder = if s.decoder.is_some() {
            Some(new_decoder(th, &encoding, errors, mode)?)
        } else {
            None
        };
        let encoder = if s.encoder.is_some() {
            Some(Encoder::new(th, &encoding, errors)?)
        } else {
            None
        };
        let encoding = th.intern(&encoding).value();
        let s = th.open_mut(t)?;
        (s.encoding, s.errors, s.newline) = (encoding, errors, mode);
        (s.decoder, s.encoder) = (decoder, encoder);
        fix_encoder(th, t)?;
    }
    let s = th.open_mut(t)?;
    s.line_buffering = line.unwrap_or(s.line_buffering);
    s.write_through = through.unwrap_or(s.write_through);
    Ok(Value::NONE)
}
/// `flush()` of the buffer.
pub(crate) fn flush_buffer(th: &mut Thread, buffer: Value) -> R<()> {
    match native_buffer(th, buffer) {
        Some(b) if th.open_mut(b)?.writable => buffered::flush(th, b),
        _ => th.call_method(buffer, names().flush, &[]).map(drop),
    }
}
/// `flush()`
pub(crate) fn flush(th: &mut Thread, t: TextFile) -> R<()> {
    let buffer = check_open(th, t)?;
    let s = th.open_mut(t)?;
    s.telling = s.seekable;
    text_write::write_pending(th, t)?;
    flush_buffer(th, buffer)
}
/// Calls `flush()` of the stream, as a subclass may have it.
pub(crate) fn flush_method(th: &mut Thread, t: TextFile) -> R<()> {
    if is_exact(th, t) {
        flush(th, t)
    } else {
        th.call_method(t.value(), names().flush, &[]).map(drop)
    }
}
/// Of the class `TextIOWrapper`, not of a subclass?
pub(crate) fn is_exact(th: &mut Thread, t: TextFile) -> bool {
    th.class_of(t.value()) == super::classes().text
}
fn close(th: &mut Thread, t: TextFile) -> R<()> {
    let buffer = attached(th, t)?;
    if buffer_closed(th, buffer)? {
        return Ok(());
    }
    let native = native_buffer(th, buffer);
    if th.open_mut(t)?.finalizing {
        match native {
            Some(b) => buffered::dealloc_warn(th, b, t.value())?,
            None => {
                // A buffer of another class need not have it.
                let _ = th.catch(ctx().types.Exception, |th| call_method(th, buffer, "_dealloc_warn", &[t.value()]))?;
            }
        }
    }
    super::both(
        th,
        |th| match super::has_own(th, t.value(), names().flush)? {
            true => th.call_method(t.value(), names().flush, &[]).map(drop),
            false => flush_method(th, t),
        },
        |th| match native {
            Some(b) if !super::has_own(th, buffer, names().close)? => buffered::close(th, b),
            _ => th.call_method(buffer, names().close, &[]).map(drop),
        },
    )
}
fn detach(th: &mut Thread, a: &[Value]) -> R {
    let t = this(th, a[0])?;
    attached(th, t)?;
    flush_method(th, t)?;
    let s = th.open_mut(t)?;
    let buffer = s.buffer;
    (s.buffer, s.state) = (Value::EMPTY, State::Detached);
    buffered::own_finalizer(th, buffer);
    Ok(buffer)
}
fn set_chunk(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let t = this(th, v)?;
    attached(th, t)?;
    let n = th.to_isize(new)?;
    if n <= 0 {
        return Err(th.value_error("a strictly positive integer is required"));
    }
    th.open_mut(t)?.chunk = n as usize;
    Ok(())
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let t = this(th, a[0])?;
    initialized(th, t)?;
    let mut rest = String::new();
    if let Some(m) = th.getattr_opt(a[0], names().mode)? {
        rest = format!(" mode={}", th.repr_string(m)?);
    }
    let encoding = th.open_mut(t)?.encoding;
    rest += &format!(" encoding={}", th.repr_string(encoding)?);
    super::repr_with_name(th, a[0], &rest)
}
/// What one call of the buffer gives: `read1(n)`, or `read(n)` if it has no `read1`.
pub(crate) fn read_bytes(th: &mut Thread, t: TextFile, buffer: Value, n: usize) -> R {
    if let Some(b) = native_buffer(th, buffer)
        && th.open_mut(b)?.readable
    {
        return buffered_reader::read1(th, b, n);
    }
    let name = if th.open_mut(t)?.has_read1 { "read1" } else { "read" };
    call_method(th, buffer, name, &[Value::small(n as i64)])
}
