//! What `BufferedReader`, `BufferedWriter` and `BufferedRandom` share: one state, closing, seeking, flushing.
//!
//! `ahead[pos..]` was read from the raw stream and not yet given out; `pending` was taken and not yet written. Not both have
//! bytes at once. The raw stream is called with the lock held; everything seen of the state before that is read again.

use super::sys::{self, Held, Lock};
use super::{base, fileio, raw, unsupported, would_block};
use crate::support::{self, attr, call_method};
use std::sync::Arc;
use vasuki_vm::names::names;
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::payload::{self, Native, Payload};
use vasuki_vm::value::Value;

/// Has it a raw stream?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// `__init__` has not succeeded
    New,
    Open,
    Detached,
}
/// State of a buffered stream.
#[derive(Clone)]
pub(crate) struct Buffered {
    /// the raw stream, if the state is Open
    pub raw: Value,
    pub state: State,
    pub readable: bool,
    pub writable: bool,
    pub finalizing: bool,
    /// position of the raw stream, if known
    pub at: Option<i64>,
    /// bytes read ahead
    pub ahead: Arc<Vec<u8>>,
    /// how many of them were given out
    pub pos: usize,
    /// bytes to be written
    pub pending: Vec<u8>,
    /// size of the buffer
    pub size: usize,
    pub lock: Arc<Lock>,
}
impl Payload for Buffered {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.raw);
    }
}
impl Buffered {
    /// Bytes that can be given out at once.
    #[inline]
    pub fn unread(&self) -> &[u8] {
        &self.ahead[self.pos..]
    }
    /// Forgets what was read ahead.
    pub fn forget(&mut self) {
        match Arc::get_mut(&mut self.ahead) {
            Some(v) => v.clear(),
            None => self.ahead = Arc::default(),
        }
        self.pos = 0;
    }
}
/// A buffered stream.
pub(crate) type Stream = Gc<Native<Buffered>>;

/// A new one without a raw stream.
pub(crate) fn alloc(th: &mut Thread, class: Gc<Class>) -> Stream {
    let s = Buffered {
        raw: Value::EMPTY,
        state: State::New,
        readable: false,
        writable: false,
        finalizing: false,
        at: None,
        ahead: Arc::default(),
        pos: 0,
        pending: Vec::new(),
        size: super::DEFAULT_BUFFER_SIZE,
        lock: Arc::default(),
    };
    payload::new(th, class, s)
}
/// Puts it over a raw stream, whose abilities have been checked.
pub(crate) fn attach(th: &mut Thread, b: Stream, raw: Value, size: usize, readable: bool, writable: bool) -> R<()> {
    let s = th.open_mut(b)?;
    (s.raw, s.state, s.size) = (raw, State::Open, size);
    (s.readable, s.writable) = (readable, writable);
    (s.at, s.pending) = (None, Vec::new());
    s.forget();
    Ok(())
}
/// The `buffer_size` argument.
pub(crate) fn buffer_size(th: &mut Thread, v: Value) -> R<usize> {
    let n = if v.is_empty() {
        super::DEFAULT_BUFFER_SIZE as isize
    } else {
        th.to_isize(v)?
    };
    if n <= 0 {
        return Err(th.value_error("buffer size must be strictly positive"));
    }
    Ok(n as usize)
}
pub(crate) fn this(th: &mut Thread, v: Value) -> R<Stream> {
    support::native(th, v)
}
/// The raw stream; ValueError when there is none.
pub(crate) fn raw_of(th: &mut Thread, b: Stream) -> R {
    let s = th.open_mut(b)?;
    match s.state {
        State::Open => Ok(s.raw),
        State::New => Err(th.value_error("I/O operation on uninitialized object")),
        State::Detached => Err(th.value_error("raw stream has been detached")),
    }
}
/// Is the raw stream closed?
pub(crate) fn is_closed(th: &mut Thread, b: Stream) -> R<bool> {
    let raw = raw_of(th, b)?;
    raw::closed(th, raw)
}
/// ValueError when it is closed and nothing is left to be read.
pub(crate) fn check_open(th: &mut Thread, b: Stream, text: &str) -> R<()> {
    if is_closed(th, b)? && th.open_mut(b)?.unread().is_empty() {
        return Err(th.value_error(text));
    }
    Ok(())
}
/// Takes the lock of the raw stream.
pub(crate) fn enter(th: &mut Thread, b: Stream) -> R<Held> {
    let lock = th.open_mut(b)?.lock.clone();
    sys::enter(th, &lock, b.value())
}
/// As [`enter`], to write what is pending. In an atomic block whose output is kept until its commit the transaction can still be
/// undone.
pub(crate) fn enter_to_write(th: &mut Thread, b: Stream) -> R<Held> {
    let s = th.open_mut(b)?;
    if !s.readable
        && let Some(file) = raw::native_file(s.raw)
        && fileio::writes_at_commit(th, file)?
        && let Some(held) = sys::try_enter(th, &s.lock)
    {
        return Ok(held);
    }
    enter(th, b)
}
/// Reads ahead; nothing is left of what was read before. The lock is held. None: it would block; 0: the end.
pub(crate) fn fill(th: &mut Thread, b: Stream) -> R<Option<usize>> {
    let s = th.open_mut(b)?;
    let (raw, n) = (s.raw, s.size);
    let mut data = Arc::try_unwrap(std::mem::take(&mut s.ahead)).unwrap_or_default();
    s.pos = 0;
    data.clear();
    let got = raw::read(th, raw, &mut data, n)?;
    let s = th.open_mut(b)?;
    s.ahead = Arc::new(data);
    moved(s, got.unwrap_or(0));
    Ok(got)
}
/// The raw stream's position went on.
pub(crate) fn moved(s: &mut Buffered, n: usize) {
    s.at = s.at.map(|at| at + n as i64);
}
/// Writes what is pending to the raw stream. The lock is held. What could not be written stays pending.
pub(crate) fn write_pending(th: &mut Thread, b: Stream) -> R<()> {
    let s = th.open_mut(b)?;
    if s.pending.is_empty() {
        return Ok(());
    }
    let raw = s.raw;
    let mut data = std::mem::take(&mut s.pending);
    let mut done = 0;
    let r = loop {
        if done == data.len() {
            break Ok(());
        }
        match raw::write(th, raw, &data[done..]) {
            Ok(Some(n)) => {
                done += n;
                moved(th.open_mut(b)?, n);
            }
            Ok(None) => break Err(would_block(th, "write could not complete without blocking", 0)),
            Err(t) => break Err(t),
        }
        if let Err(t) = vasuki_vm::signals::handle(th) {
            break Err(t);
        }
    };
    let s = th.open_mut(b)?;
    data.drain(..done);
    if s.pending.is_empty() {
        s.pending = data;
    } else {
        // Another thread wrote meanwhile.
        s.pending.splice(0..0, data);
    }
    r
}
/// Writes what is pending, and moves the raw stream back to where this one is. The lock is held.
pub(crate) fn settle(th: &mut Thread, b: Stream) -> R<()> {
    write_pending(th, b)?;
    let s = th.open_mut(b)?;
    let unread = s.unread().len();
    if s.readable && s.writable && unread > 0 {
        let raw = s.raw;
        s.forget();
        let at = raw::seek(th, raw, -(unread as i64), libc::SEEK_CUR)?;
        th.open_mut(b)?.at = Some(at);
    }
    Ok(())
}
/// `flush()` of a stream that writes.
pub(crate) fn flush(th: &mut Thread, b: Stream) -> R<()> {
    if is_closed(th, b)? {
        return Err(th.value_error("flush of closed file"));
    }
    let s = th.open_mut(b)?;
    if s.pending.is_empty() && s.unread().is_empty() {
        return Ok(());
    }
    let held = enter_to_write(th, b)?;
    let r = settle(th, b);
    drop(held);
    r
}
/// The raw stream's position, as last known.
fn raw_position(th: &mut Thread, b: Stream) -> R<i64> {
    let s = th.open_mut(b)?;
    match s.at {
        Some(at) => Ok(at),
        None => {
            let raw = s.raw;
            let at = raw::tell(th, raw)?;
            th.open_mut(b)?.at = Some(at);
            Ok(at)
        }
    }
}
/// `tell()`
pub(crate) fn tell(th: &mut Thread, b: Stream) -> R<i64> {
    let raw = raw_of(th, b)?;
    let held = enter(th, b)?;
    let at = raw::tell(th, raw)?;
    let s = th.open_mut(b)?;
    s.at = Some(at);
    drop(held);
    Ok(at - s.unread().len() as i64 + s.pending.len() as i64)
}
/// `seek(target, whence)`
pub(crate) fn seek(th: &mut Thread, b: Stream, target: i64, whence: i32) -> R<i64> {
    let raw = raw_of(th, b)?;
    if !(0..=2).contains(&whence) && whence != libc::SEEK_DATA && whence != libc::SEEK_HOLE {
        return Err(th.value_error(&format!("whence value {whence} unsupported")));
    }
    if is_closed(th, b)? {
        return Err(th.value_error("seek of closed file"));
    }
    match raw::native_file(raw) {
        Some(f) if fileio::is_seekable(th, f)? => {}
        Some(_) => return Err(unsupported(th, "File or stream is not seekable.")),
        None => base::check_can(th, raw, "seekable")?,
    }
    let held = enter(th, b)?;
    let r = seek_held(th, b, raw, target, whence);
    drop(held);
    r
}
fn seek_held(th: &mut Thread, b: Stream, raw: Value, target: i64, whence: i32) -> R<i64> {
    let mut target = target;
    if th.open_mut(b)?.readable && whence <= 1 && th.open_mut(b)?.pending.is_empty() {
        let at = raw_position(th, b)?;
        let s = th.open_mut(b)?;
        let unread = s.unread().len() as i64;
        let here = at - unread;
        let by = if whence == 0 { target.checked_sub(here) } else { Some(target) };
        if let Some(by) = by
            && (-(s.pos as i64)..=unread).contains(&by)
        {
            s.pos = (s.pos as i64 + by) as usize;
            return Ok(here + by);
        }
    }
    write_pending(th, b)?;
    if whence == 1 {
        target = target.saturating_sub(th.open_mut(b)?.unread().len() as i64);
    }
    let at = raw::seek(th, raw, target, whence)?;
    let s = th.open_mut(b)?;
    s.at = Some(at);
    s.forget();
    Ok(at)
}
/// `close()`
pub(crate) fn close(th: &mut Thread, b: Stream) -> R<()> {
    let raw = raw_of(th, b)?;
    if is_closed(th, b)? {
        return Ok(());
    }
    if th.open_mut(b)?.finalizing {
        dealloc_warn(th, b, b.value())?;
    }
    let exact = is_exact(th, b) && !super::has_own(th, b.value(), names().flush)?;
    super::both(
        th,
        |th| {
            if exact {
                return if th.open_mut(b)?.writable { flush(th, b) } else { Ok(()) };
            }
            th.call_method(b.value(), names().flush, &[]).map(drop)
        },
        |th| {
            let s = th.open_mut(b)?;
            s.forget();
            s.pending = Vec::new();
            match raw::native_file(raw) {
                Some(f) if !super::has_own(th, raw, names().close)? => fileio::close(th, f),
                _ => th.call_method(raw, names().close, &[]).map(drop),
            }
        },
    )
}
/// Is it of one of the three native classes, not of a subclass?
pub(crate) fn is_exact(th: &mut Thread, b: Stream) -> bool {
    let (c, k) = (th.class_of(b.value()), super::classes());
    c == k.reader || c == k.writer || c == k.random
}
/// Lets the raw stream warn that `source` was not closed.
pub(crate) fn dealloc_warn(th: &mut Thread, b: Stream, source: Value) -> R<()> {
    let s = th.open_mut(b)?;
    if s.state != State::Open {
        return Ok(());
    }
    let raw = s.raw;
    if let Some(f) = raw::native_file(raw) {
        return fileio::warn_unclosed(th, f, source);
    }
    let error = vasuki_vm::context::ctx().types.Exception;
    // A raw stream of another class need not have it.
    let _ = th.catch(error, |th| call_method(th, raw, "_dealloc_warn", &[source]))?;
    Ok(())
}

/// `flush()` of a reader: the raw stream's.
pub(crate) fn simple_flush(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    let raw = raw_of(th, b)?;
    th.call_method(raw, names().flush, &[])
}
pub(crate) fn flush_method(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    flush(th, b)?;
    Ok(Value::NONE)
}
pub(crate) fn tell_method(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    let n = tell(th, b)?;
    Ok(th.new_int(n))
}
pub(crate) fn seek_method(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    raw_of(th, b)?;
    let whence = if a[2].is_empty() { 0 } else { th.to_i32(a[2])? };
    if is_closed(th, b)? {
        return Err(th.value_error("seek of closed file"));
    }
    let target = th.to_i64(a[1])?;
    let n = seek(th, b, target, whence)?;
    Ok(th.new_int(n))
}
pub(crate) fn truncate_method(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    let raw = raw_of(th, b)?;
    if is_closed(th, b)? {
        return Err(th.value_error("truncate of closed file"));
    }
    if !th.open_mut(b)?.writable {
        return Err(unsupported(th, "truncate"));
    }
    let held = enter(th, b)?;
    let r = settle(th, b).and_then(|()| {
        let size = if a[1].is_empty() { Value::NONE } else { a[1] };
        th.call_method(raw, names().truncate, &[size])
    });
    drop(held);
    th.open_mut(b)?.at = None;
    r
}
pub(crate) fn close_method(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    close(th, b)?;
    Ok(Value::NONE)
}
pub(crate) fn detach_method(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    raw_of(th, b)?;
    th.call_method(a[0], names().flush, &[])?;
    let raw = raw_of(th, b)?;
    let s = th.open_mut(b)?;
    (s.raw, s.state) = (Value::EMPTY, State::Detached);
    s.forget();
    s.pending = Vec::new();
    own_finalizer(th, raw);
    Ok(raw)
}
/// A stream that was made by `open` under another one stands for itself from now on.
pub(crate) fn own_finalizer(th: &mut Thread, v: Value) {
    if let Some(o) = v.to_obj()
        && vasuki_vm::types::class::class_of(v).has_flag(vasuki_vm::types::class::class_flag::FINALIZER)
    {
        vasuki_vm::attrs::register_finalizer(th, o);
    }
}
pub(crate) fn dealloc_warn_method(th: &mut Thread, a: &[Value]) -> R {
    let b = this(th, a[0])?;
    dealloc_warn(th, b, a[1])?;
    Ok(Value::NONE)
}
pub(crate) fn repr(th: &mut Thread, a: &[Value]) -> R {
    super::repr_with_name(th, a[0], "")
}
/// An attribute of the raw stream.
pub(crate) fn raw_attr(th: &mut Thread, v: Value, name: &str) -> R {
    let b = this(th, v)?;
    let raw = raw_of(th, b)?;
    attr(th, raw, name)
}
/// A method of the raw stream, without arguments.
pub(crate) fn raw_call(th: &mut Thread, v: Value, name: &str) -> R {
    let b = this(th, v)?;
    let raw = raw_of(th, b)?;
    call_method(th, raw, name, &[])
}

/// The methods that all three have, and `$extra`.
macro_rules! methods {
    ($($extra:expr,)*) => {
        &[
            $($extra,)*
            def_static("__new__", "cls, /, *args, **kwargs", |th, a| Ok($crate::io::buffered::alloc(th, a[0].as_gc()).value()), ""),
            def("__repr__", "self, /", $crate::io::buffered::repr, "Return repr(self)."),
            def("__reduce__", "self, /", $crate::io::no_pickle, ""),
            def("__reduce_ex__", "self, protocol, /", $crate::io::no_pickle, ""),
            def("detach", "self, /", $crate::io::buffered::detach_method, "Disconnect this buffer from its underlying raw stream and return it."),
            def("close", "self, /", $crate::io::buffered::close_method, ""),
            def("seekable", "self, /", |th, a| $crate::io::buffered::raw_call(th, a[0], "seekable"), ""),
            def("fileno", "self, /", |th, a| $crate::io::buffered::raw_call(th, a[0], "fileno"), ""),
            def("isatty", "self, /", |th, a| $crate::io::buffered::raw_call(th, a[0], "isatty"), ""),
            def("seek", "self, target, whence=0, /", $crate::io::buffered::seek_method, ""),
            def("tell", "self, /", $crate::io::buffered::tell_method, ""),
            def("truncate", "self, pos=None, /", $crate::io::buffered::truncate_method, ""),
            def("_dealloc_warn", "self, source, /", $crate::io::buffered::dealloc_warn_method, ""),
        ]
    };
}
/// The computed attributes that all three have.
macro_rules! getsets {
    () => {
        &[
            getter(
                "raw",
                |th, v| {
                    let b = $crate::io::buffered::this(th, v)?;
                    let s = th.open_mut(b)?;
                    Ok(if s.raw.is_empty() { Value::NONE } else { s.raw })
                },
                "",
            ),
            getter(
                "closed",
                |th, v| {
                    let b = $crate::io::buffered::this(th, v)?;
                    Ok(Value::bool($crate::io::buffered::is_closed(th, b)?))
                },
                "",
            ),
            getter("name", |th, v| $crate::io::buffered::raw_attr(th, v, "name"), ""),
            getter("mode", |th, v| $crate::io::buffered::raw_attr(th, v, "mode"), ""),
            getset(
                "_finalizing",
                |th, v| {
                    let b = $crate::io::buffered::this(th, v)?;
                    Ok(Value::bool(th.open_mut(b)?.finalizing))
                },
                |th, v, new| {
                    let on = th.truth(new)?;
                    let b = $crate::io::buffered::this(th, v)?;
                    th.open_mut(b)?.finalizing = on;
                    Ok(())
                },
                "",
            ),
        ]
    };
}
pub(crate) use {getsets, methods};
