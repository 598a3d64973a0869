//! `FileIO`: a raw file descriptor.
//!
//! `fd` is -1 before `__init__` and after closing. The name is an ordinary attribute.

use super::{DEFAULT_BUFFER_SIZE, base, flag_arg, no_pickle, size_arg, sys, unsupported};
use crate::support;
use std::ffi::CString;
use vasuki_vm::codecs::fs::fs_bytes;
use vasuki_vm::context::ctx;
use vasuki_vm::names::names;
use vasuki_vm::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getset, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::class::Class;
use vasuki_vm::types::payload::{self, Native, Payload, payload_size};
use vasuki_vm::types::{buffer_protocol, int};
use vasuki_vm::value::Value;

/// State of a file.
#[derive(Clone)]
pub(crate) struct FileIO {
    /// the descriptor, or -1
    pub fd: i32,
    pub created: bool,
    pub readable: bool,
    pub writable: bool,
    pub appending: bool,
    pub closefd: bool,
    pub finalizing: bool,
    /// None: not asked yet
    pub seekable: Option<bool>,
    /// the system's preferred block size
    pub blksize: usize,
    /// size when it was opened, if it is a regular file
    pub size: Option<u64>,
    /// a character device when it was opened (only such can be terminals)
    pub device: bool,
}
impl Payload for FileIO {
    const NEEDS_DROP: bool = false;
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
impl FileIO {
    fn new() -> FileIO {
        FileIO {
            fd: -1,
            created: false,
            readable: false,
            writable: false,
            appending: false,
            closefd: true,
            finalizing: false,
            seekable: None,
            blksize: DEFAULT_BUFFER_SIZE,
            size: None,
            device: false,
        }
    }
    /// The mode as Python shows it.
    pub fn mode(&self) -> &'static str {
        match (self.created, self.appending, self.readable, self.writable) {
            (true, _, true, _) => "xb+",
            (true, ..) => "xb",
            (_, true, true, _) => "ab+",
            (_, true, ..) => "ab",
            (_, _, true, true) => "rb+",
            (_, _, true, false) => "rb",
            _ => "wb",
        }
    }
}

/// The declaration.
pub(crate) static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: GETSETS,
    doc: "Open a file.\n\nThe mode can be 'r' (default), 'w', 'x' or 'a' for reading,\nwriting, exclusive creation or appending.  The file will be created if it\ndoesn't exist when opened for writing or appending; it will be truncated\nwhen opened for writing.  A FileExistsError will be raised if it already\nexists when opened for creating. Opening a file for creating implies\nwriting so this mode behaves in a similar way to 'w'.Add a '+' to the mode\nto allow simultaneous reading and writing. A custom opener can be used by\npassing a callable as *opener*. The underlying file descriptor for the file\nobject is then obtained by calling opener with (*name*, *flags*).\n*opener* must return an open file descriptor (passing os.open as *opener*\nresults in functionality similar to passing None).",
    ..TypeDef::new("_io.FileIO", Kind::Payload, payload_size::<FileIO>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        |th, a| Ok(payload::new(th, a[0].as_gc(), FileIO::new()).value()),
        "",
    ),
    def(
        "__init__",
        "self, file, mode='r', closefd=True, opener=None",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__reduce__", "self, /", no_pickle, ""),
    def("__reduce_ex__", "self, protocol, /", no_pickle, ""),
    def(
        "read",
        "self, size=-1, /",
        read,
        "Read at most size bytes, returned as bytes.\n\nIf size is less than 0, read all bytes in the file making multiple read calls.\nOnly makes one system call otherwise, so less data may be returned than requested.\nIn non-blocking mode, returns None if no data is available.\nReturn an empty bytes object at EOF.",
    ),
    def(
        "readall",
        "self, /",
        |th, a| {
            let f = this(th, a[0])?;
            can_read(th, f)?;
            read_all(th, f)
        },
        "Read all data from the file, returned as bytes.",
    ),
    def("readinto", "self, buffer, /", readinto, "Same as RawIOBase.readinto()."),
    def(
        "write",
        "self, b, /",
        write,
        "Write buffer b to file, return number of bytes written.",
    ),
    def(
        "seek",
        "self, pos, whence=0, /",
        seek,
        "Move to new file position and return the file position.",
    ),
    def(
        "tell",
        "self, /",
        |th, a| {
            let f = this(th, a[0])?;
            let n = seek_to(th, f, 0, libc::SEEK_CUR)?;
            Ok(th.new_int(n))
        },
        "Current file position.",
    ),
    def(
        "truncate",
        "self, size=None, /",
        truncate,
        "Truncate the file to at most size bytes and return the truncated size.",
    ),
    def(
        "close",
        "self, /",
        |th, a| {
            let f = this(th, a[0])?;
            close(th, f)?;
            Ok(Value::NONE)
        },
        "Close the file.\n\nA closed file cannot be used for further I/O operations.  close() may be\ncalled more than once without error.",
    ),
    def(
        "seekable",
        "self, /",
        |th, a| {
            let f = this(th, a[0])?;
            Ok(Value::bool(is_seekable(th, f)?))
        },
        "True if file supports random-access.",
    ),
    def(
        "readable",
        "self, /",
        |th, a| {
            let f = this(th, a[0])?;
            open_fd(th, f)?;
            Ok(Value::bool(th.open_mut(f)?.readable))
        },
        "True if file was opened in a read mode.",
    ),
    def(
        "writable",
        "self, /",
        |th, a| {
            let f = this(th, a[0])?;
            open_fd(th, f)?;
            Ok(Value::bool(th.open_mut(f)?.writable))
        },
        "True if file was opened in a write mode.",
    ),
    def(
        "fileno",
        "self, /",
        |th, a| {
            let f = this(th, a[0])?;
            Ok(Value::small(open_fd(th, f)? as i64))
        },
        "Return the underlying file descriptor (an integer).",
    ),
    def(
        "isatty",
        "self, /",
        |th, a| {
            let f = this(th, a[0])?;
            Ok(Value::bool(is_terminal(th, f)?))
        },
        "True if the file is connected to a TTY device.",
    ),
    def(
        "_isatty_open_only",
        "self, /",
        |th, a| {
            let f = this(th, a[0])?;
            Ok(Value::bool(th.open_mut(f)?.device && is_terminal(th, f)?))
        },
        "",
    ),
    def(
        "_dealloc_warn",
        "self, source, /",
        |th, a| {
            let f = this(th, a[0])?;
            warn_unclosed(th, f, a[1])?;
            Ok(Value::NONE)
        },
        "",
    ),
];
static GETSETS: &[GetSetDef] = &[
    getter(
        "closed",
        |th, v| {
            let f = this(th, v)?;
            Ok(Value::bool(th.open_mut(f)?.fd < 0))
        },
        "True if the file is closed",
    ),
    getter(
        "closefd",
        |th, v| {
            let f = this(th, v)?;
            Ok(Value::bool(th.open_mut(f)?.closefd))
        },
        "True if the file descriptor will be closed by close().",
    ),
    getter(
        "mode",
        |th, v| {
            let f = this(th, v)?;
            let m = th.open_mut(f)?.mode();
            Ok(th.new_str(m))
        },
        "String giving the file mode",
    ),
    getset(
        "_blksize",
        |th, v| {
            let f = this(th, v)?;
            Ok(Value::small(th.open_mut(f)?.blksize as i64))
        },
        set_blksize,
        "Stat st_blksize if available",
    ),
    getset(
        "_finalizing",
        |th, v| {
            let f = this(th, v)?;
            Ok(Value::bool(th.open_mut(f)?.finalizing))
        },
        |th, v, new| {
            let on = th.truth(new)?;
            let f = this(th, v)?;
            th.open_mut(f)?.finalizing = on;
            Ok(())
        },
        "",
    ),
];

fn this(th: &mut Thread, v: Value) -> R<Gc<Native<FileIO>>> {
    support::native(th, v)
}
fn set_blksize(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let n = th.to_usize(new)?;
    let f = this(th, v)?;
    th.open_mut(f)?.blksize = n;
    Ok(())
}
#[cold]
fn closed_error(th: &mut Thread) -> Throw {
    th.value_error("I/O operation on closed file")
}
/// The descriptor; ValueError when the file is closed.
pub(crate) fn open_fd(th: &mut Thread, f: Gc<Native<FileIO>>) -> R<i32> {
    match th.open_mut(f)?.fd {
        fd if fd < 0 => Err(closed_error(th)),
        fd => Ok(fd),
    }
}
fn can_read(th: &mut Thread, f: Gc<Native<FileIO>>) -> R<i32> {
    let fd = open_fd(th, f)?;
    if th.open_mut(f)?.readable {
        Ok(fd)
    } else {
        Err(unsupported(th, "File not open for reading"))
    }
}
fn can_write(th: &mut Thread, f: Gc<Native<FileIO>>) -> R<i32> {
    let fd = open_fd(th, f)?;
    if th.open_mut(f)?.writable {
        Ok(fd)
    } else {
        Err(unsupported(th, "File not open for writing"))
    }
}

fn parse_mode(th: &mut Thread, mode: &str) -> R<(FileIO, i32)> {
    let mut f = FileIO::new();
    let (mut main, mut plus) = (0, 0);
    let mut flags = 0;
    for c in mode.chars() {
        match c {
            'x' => (f.created, f.writable, flags) = (true, true, flags | libc::O_EXCL | libc::O_CREAT),
            'r' => f.readable = true,
            'w' => (f.writable, flags) = (true, flags | libc::O_CREAT | libc::O_TRUNC),
            'a' => (f.writable, f.appending, flags) = (true, true, flags | libc::O_APPEND | libc::O_CREAT),
            'b' => continue,
            '+' => (f.readable, f.writable) = (true, true),
            _ => return Err(th.value_error(&format!("invalid mode: {mode}"))),
        }
        if c == '+' { plus += 1 } else { main += 1 }
    }
    if main != 1 || plus > 1 {
        return Err(th.value_error("Must have exactly one of create/read/write/append mode and at most one plus"));
    }
    flags |= match (f.readable, f.writable) {
        (true, true) => libc::O_RDWR,
        (true, false) => libc::O_RDONLY,
        _ => libc::O_WRONLY,
    };
    Ok((f, flags | libc::O_CLOEXEC))
}
/// A new file of a class, opened: what `FileIO(file, mode, closefd, opener)` does.
pub(crate) fn open(th: &mut Thread, class: Gc<Class>, file: Value, mode: &str, closefd: bool, opener: Value) -> R<Gc<Native<FileIO>>> {
    let f = payload::new(th, class, FileIO::new());
    open_into(th, f, file, mode, closefd, opener)?;
    Ok(f)
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    let mode = match a[2] {
        Value::EMPTY => "r".to_owned(),
        m => support::str_arg(th, m, "FileIO() argument 'mode'")?.to_string_lossy(),
    };
    let closefd = flag_arg(th, a[3], true)?;
    let opener = if a[4].is_empty() { Value::NONE } else { a[4] };
    if th.open_mut(f)?.fd >= 0 {
        if th.open_mut(f)?.closefd {
            close_fd(th, f)?;
        } else {
            th.open_mut(f)?.fd = -1;
        }
    }
    open_into(th, f, a[1], &mode, closefd, opener)?;
    Ok(Value::NONE)
}
fn open_into(th: &mut Thread, f: Gc<Native<FileIO>>, file: Value, mode: &str, closefd: bool, opener: Value) -> R<()> {
    let mut given = -1;
    if int::is_int(file) {
        if file.is_bool() {
            vasuki_vm::warn::warn(th, ctx().types.RuntimeWarning, "bool is used as a file descriptor", 1)?;
        }
        given = th.to_i32(file)?;
        if given < 0 {
            return Err(th.value_error("negative file descriptor"));
        }
    }
    let path = if given < 0 {
        let b = fs_bytes(th, file)?;
        Some(CString::new(b).map_err(|_| th.value_error("embedded null byte"))?)
    } else {
        None
    };
    let (mut state, flags) = parse_mode(th, mode)?;
    let own = path.is_some();
    state.fd = match path {
        None => given,
        Some(_) if !closefd => return Err(th.value_error("Cannot use closefd=False with file name")),
        Some(p) if opener.is_none() => open_path(th, &p, flags, file)?,
        Some(_) => open_with(th, opener, file, flags)?,
    };
    state.closefd = closefd || own;
    let fd = state.fd;
    if let Err(t) = inspect(th, &mut state, file).and_then(|()| {
        *th.open_mut(f)? = state;
        th.setattr(f.value(), names().name, file)?;
        // The position of an appending file is its end from the start; pipes have none.
        if mode.contains('a') {
            // SAFETY: no preconditions; the effect of opening came before.
            unsafe { libc::lseek(fd, 0, libc::SEEK_END) };
        }
        Ok(())
    }) {
        if !t.is_abort() {
            th.open_mut(f)?.fd = -1;
            if own {
                // SAFETY: the descriptor was opened above and nobody else has it.
                unsafe { libc::close(fd) };
            }
        }
        return Err(t);
    }
    Ok(())
}
fn open_path(th: &mut Thread, path: &CString, flags: i32, file: Value) -> R<i32> {
    let p = path.as_ptr() as usize;
    // SAFETY: a valid C string that outlives the call.
    match sys::retry(th, || unsafe { libc::open(p as *const libc::c_char, flags, 0o666) } as i64)? {
        Ok(fd) => Ok(fd as i32),
        Err(e) => Err(th.os_error_value(e, Some(file))),
    }
}
fn open_with(th: &mut Thread, opener: Value, file: Value, flags: i32) -> R<i32> {
    let r = th.call(opener, &[file, Value::small(flags as i64)])?;
    if !int::is_int(r) {
        return Err(th.type_error("expected integer from opener"));
    }
    let fd = th.to_i32(r)?;
    if fd < 0 {
        return Err(th.value_error(&format!("opener returned {fd}")));
    }
    th.irrevocable()?;
    // SAFETY: no preconditions.
    if unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) } == -1 {
        let e = sys::errno();
        return Err(th.os_error_value(e, None));
    }
    Ok(fd)
}
/// What the system says about the open file; directories cannot be opened.
fn inspect(th: &mut Thread, f: &mut FileIO, file: Value) -> R<()> {
    // SAFETY: all-zero is a valid stat; the pointer is valid.
    let (r, st) = unsafe {
        let mut st: libc::stat = std::mem::zeroed();
        (libc::fstat(f.fd, &mut st), st)
    };
    if r == -1 {
        let e = sys::errno();
        return if e == libc::EBADF {
            Err(th.os_error_value(e, None))
        } else {
            Ok(())
        };
    }
    match st.st_mode & libc::S_IFMT {
        libc::S_IFDIR => return Err(th.os_error_value(libc::EISDIR, Some(file))),
        libc::S_IFREG => (f.size, f.seekable) = (Some(st.st_size.max(0) as u64), Some(true)),
        libc::S_IFCHR => f.device = true,
        _ => {}
    }
    if st.st_blksize > 1 {
        f.blksize = st.st_blksize as usize;
    }
    Ok(())
}

/// Appends up to `n` bytes; None: it would block.
pub(crate) fn read_some(th: &mut Thread, f: Gc<Native<FileIO>>, out: &mut Vec<u8>, n: usize) -> R<Option<usize>> {
    let fd = can_read(th, f)?;
    sys::read(th, fd, out, n)
}
/// Writes bytes; None: it would block.
pub(crate) fn write_some(th: &mut Thread, f: Gc<Native<FileIO>>, data: &[u8]) -> R<Option<usize>> {
    let fd = can_write(th, f)?;
    th.open_mut(f)?.size = None;
    sys::write(th, fd, data)
}
/// Is what is written to it kept until the commit?
pub(crate) fn writes_at_commit(th: &mut Thread, f: Gc<Native<FileIO>>) -> R<bool> {
    let fd = th.open_mut(f)?.fd;
    Ok(th.writes_at_commit(fd))
}
/// Moves the position.
pub(crate) fn seek_to(th: &mut Thread, f: Gc<Native<FileIO>>, at: i64, whence: i32) -> R<i64> {
    let fd = open_fd(th, f)?;
    sys::seek(th, fd, at, whence)
}
/// Everything up to the end, as bytes; None if it would block at once.
pub(crate) fn read_all(th: &mut Thread, f: Gc<Native<FileIO>>) -> R {
    let fd = open_fd(th, f)?;
    let mut n = super::DEFAULT_BUFFER_SIZE / 16;
    if let Some(size) = th.open_mut(f)?.size {
        th.irrevocable()?;
        // SAFETY: no preconditions. An unseekable file gives -1.
        let at = unsafe { libc::lseek(fd, 0, libc::SEEK_CUR) };
        if at >= 0 {
            // One more, to see the end without another growth.
            n = (size.saturating_sub(at as u64) as usize).saturating_add(1);
        }
    }
    super::raw::room(th, n)?;
    let mut all = Vec::new();
    loop {
        match sys::read(th, fd, &mut all, n)? {
            Some(0) => break,
            None if all.is_empty() => return Ok(Value::NONE),
            None => break,
            Some(_) => {
                let room = all.capacity() - all.len();
                n = if room > 0 { room } else { all.len().clamp(1 << 13, 1 << 26) };
                super::raw::room(th, n)?;
            }
        }
    }
    super::raw::room(th, all.len())?;
    Ok(th.new_bytes(&all))
}
fn read(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    open_fd(th, f)?;
    let fd = can_read(th, f)?;
    let n = size_arg(th, a[1])?;
    if n < 0 {
        return read_all(th, f);
    }
    super::raw::room(th, n as usize)?;
    let mut out = Vec::new();
    Ok(match sys::read(th, fd, &mut out, n as usize)? {
        Some(_) => th.new_bytes(&out),
        None => Value::NONE,
    })
}
fn readinto(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    let fd = can_read(th, f)?;
    let n = super::raw::writable_len(th, a[1], "readinto")?;
    let mut out = Vec::new();
    match sys::read(th, fd, &mut out, n)? {
        Some(got) => {
            super::raw::fill(th, a[1], 0, &out)?;
            Ok(Value::small(got as i64))
        }
        None => Ok(Value::NONE),
    }
}
fn write(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    can_write(th, f)?;
    let data = buffer_protocol::bytes_arg(th, a[1])?;
    Ok(match write_some(th, f, &data)? {
        Some(n) => Value::small(n as i64),
        None => Value::NONE,
    })
}
fn seek(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    open_fd(th, f)?;
    let at = th.to_i64(a[1])?;
    let whence = if a[2].is_empty() { 0 } else { th.to_i32(a[2])? };
    let r = seek_to(th, f, at, whence)?;
    Ok(th.new_int(r))
}
fn truncate(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    let fd = can_write(th, f)?;
    let n = if a[1].is_empty() || a[1].is_none() {
        seek_to(th, f, 0, libc::SEEK_CUR)?
    } else {
        th.to_i64(a[1])?
    };
    // SAFETY: no preconditions.
    sys::checked(th, || unsafe { libc::ftruncate(fd, n) } as i64)?;
    th.open_mut(f)?.size = None;
    Ok(th.new_int(n))
}
/// Does seeking work?
pub(crate) fn is_seekable(th: &mut Thread, f: Gc<Native<FileIO>>) -> R<bool> {
    let fd = open_fd(th, f)?;
    if let Some(s) = th.open_mut(f)?.seekable {
        return Ok(s);
    }
    // SAFETY: no preconditions; the position does not change.
    let s = unsafe { libc::lseek(fd, 0, libc::SEEK_CUR) } >= 0;
    th.open_mut(f)?.seekable = Some(s);
    Ok(s)
}
/// A terminal?
pub(crate) fn is_terminal(th: &mut Thread, f: Gc<Native<FileIO>>) -> R<bool> {
    let fd = open_fd(th, f)?;
    // SAFETY: no preconditions.
    Ok(unsafe { libc::isatty(fd) } == 1)
}
/// Closes the descriptor if it is this object's.
fn close_fd(th: &mut Thread, f: Gc<Native<FileIO>>) -> R<()> {
    let fd = th.open_mut(f)?.fd;
    if fd < 0 {
        return Ok(());
    }
    th.irrevocable()?;
    th.open_mut(f)?.fd = -1;
    // After EINTR the descriptor is closed all the same.
    // SAFETY: the descriptor belongs to this object.
    let (r, e) = sys::effect(th, || unsafe { (libc::close(fd), sys::errno()) })?;
    if r == -1 && e != libc::EINTR {
        Err(th.os_error_value(e, None))
    } else {
        Ok(())
    }
}
/// `close()`
pub(crate) fn close(th: &mut Thread, f: Gc<Native<FileIO>>) -> R<()> {
    let v = f.value();
    if th.open_mut(f)?.finalizing {
        warn_unclosed(th, f, v)?;
    }
    let own = th.open_mut(f)?.closefd;
    let descriptor = move |th: &mut Thread| {
        if own {
            return close_fd(th, f);
        }
        th.open_mut(f)?.fd = -1;
        Ok(())
    };
    if th.class_of(v) == super::classes().fileio && !super::has_own(th, v, names().flush)? {
        return descriptor(th);
    }
    super::both(th, |th| base::close(th, &[v]).map(drop), descriptor)
}
/// ResourceWarning when a file is finalized that was not closed.
pub(crate) fn warn_unclosed(th: &mut Thread, f: Gc<Native<FileIO>>, source: Value) -> R<()> {
    let s = th.open_mut(f)?;
    if s.fd < 0 || !s.closefd {
        return Ok(());
    }
    let text = th.repr_string(source)?;
    let warning = ctx().types.ResourceWarning;
    match th.catch(ctx().types.Exception, |th| {
        vasuki_vm::warn::warn(th, warning, &format!("unclosed file {text}"), 1)
    })? {
        Ok(()) => {}
        Err(e) => vasuki_vm::types::exception::report_ignored(th, Throw::exception(e), "while finalizing file", source),
    }
    Ok(())
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    let class = th.class_of(a[0]);
    let class = th.full_name(class)?;
    let s = th.open_mut(f)?.clone();
    if s.fd < 0 {
        return Ok(th.new_str(&format!("<{class} [closed]>")));
    }
    let rest = format!(" mode='{}' closefd={}", s.mode(), if s.closefd { "True" } else { "False" });
    match th.getattr_opt(a[0], names().name)? {
        None => Ok(th.new_str(&format!("<{class} fd={}{rest}>", s.fd))),
        Some(_) => super::repr_with_name(th, a[0], &rest),
    }
}
