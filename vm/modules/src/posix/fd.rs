//! Open files: open, read, write, seek, dup, pipe ...

use super::{Target, check, dir_fd, flag, last_error, path, target};
use std::sync::OnceLock;
use vasuki_vm::memory;
use vasuki_vm::native::{NativeDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol;
use vasuki_vm::types::class::Class;
use vasuki_vm::value::Value;

pub static FUNCTIONS: &[NativeDef] = &[
    def(
        "open",
        "path, flags, mode=0o777, *, dir_fd=None",
        open,
        "Open a file for low level IO.  Returns a file descriptor (integer).",
    ),
    def("close", "fd", close, "Close a file descriptor."),
    def(
        "closerange",
        "fd_low, fd_high, /",
        closerange,
        "Closes all file descriptors in [fd_low, fd_high), ignoring errors.",
    ),
    def(
        "read",
        "fd, length, /",
        read,
        "Read from a file descriptor.  Returns a bytes object.",
    ),
    def(
        "readinto",
        "fd, buffer, /",
        readinto,
        "Read into a buffer object from a file descriptor.",
    ),
    def(
        "pread",
        "fd, length, offset, /",
        pread,
        "Read a number of bytes from a file descriptor starting at a particular offset.",
    ),
    def("write", "fd, data, /", write, "Write a bytes object to a file descriptor."),
    def(
        "pwrite",
        "fd, buffer, offset, /",
        pwrite,
        "Write bytes to a file descriptor starting at a particular offset.",
    ),
    def(
        "lseek",
        "fd, position, whence, /",
        lseek,
        "Set the position of a file descriptor.  Return the new position.",
    ),
    def("dup", "fd, /", dup, "Return a duplicate of a file descriptor."),
    def("dup2", "fd, fd2, inheritable=True", dup2, "Duplicate file descriptor."),
    def(
        "pipe",
        "",
        pipe,
        "Create a pipe.  Returns a tuple of two file descriptors: (read_fd, write_fd)",
    ),
    def("pipe2", "flags, /", pipe2, "Create a pipe with flags set atomically."),
    def("fsync", "fd", fsync, "Force write of fd to disk."),
    def(
        "fdatasync",
        "fd",
        fsync,
        "Force write of fd to disk without forcing update of metadata.",
    ),
    def(
        "ftruncate",
        "fd, length, /",
        ftruncate,
        "Truncate a file, specified by file descriptor, to a specific length.",
    ),
    def(
        "truncate",
        "path, length",
        truncate,
        "Truncate a file, specified by path, to a specific length.",
    ),
    def("isatty", "fd, /", isatty, "Return True if the fd is connected to a terminal."),
    def(
        "get_inheritable",
        "fd, /",
        get_inheritable,
        "Get the close-on-exe flag of the specified file descriptor.",
    ),
    def(
        "set_inheritable",
        "fd, inheritable, /",
        set_inheritable,
        "Set the inheritable flag of the specified file descriptor.",
    ),
    def(
        "get_blocking",
        "fd, /",
        get_blocking,
        "Get the blocking mode of the file descriptor.",
    ),
    def(
        "set_blocking",
        "fd, blocking, /",
        set_blocking,
        "Set the blocking mode of the specified file descriptor.",
    ),
    def(
        "get_terminal_size",
        "fd=1, /",
        terminal_size,
        "Return the size of the terminal window as (columns, lines).",
    ),
    def(
        "ttyname",
        "fd, /",
        ttyname,
        "Return the name of the terminal device connected to 'fd'.",
    ),
    def(
        "device_encoding",
        "fd",
        device_encoding,
        "Return a string describing the encoding of a terminal's file descriptor.",
    ),
];

fn int(n: i64) -> Value {
    Value::small(n)
}
/// Runs a system call detached, again after EINTR (Python's signal handlers run in between).
pub(crate) fn retry(th: &mut Thread, call: impl FnMut() -> i64) -> R<i64> {
    retry_about(th, None, call)
}
/// As [`retry`], for a call about a path.
pub(crate) fn retry_about(th: &mut Thread, path: Option<Value>, mut call: impl FnMut() -> i64) -> R<i64> {
    loop {
        let (r, errno) = th.blocking(|| {
            let r = call();
            (r, std::io::Error::last_os_error().raw_os_error().unwrap_or(0))
        })?;
        if r != -1 {
            return Ok(r);
        }
        if errno != libc::EINTR {
            return Err(super::error_about(th, errno, path));
        }
        vasuki_vm::signals::handle(th)?;
    }
}
fn open(th: &mut Thread, a: &[Value]) -> R {
    let p = path(th, a[0])?;
    let flags = th.to_i32(a[1])? | libc::O_CLOEXEC;
    let mode = if a[2].is_empty() { 0o777 } else { th.to_i32(a[2])? };
    let dir = dir_fd(th, a[3])?;
    loop {
        // SAFETY: a valid C string.
        let (fd, errno) = th.blocking(|| unsafe {
            let fd = libc::openat(dir, p.as_ptr(), flags, mode);
            (fd, *libc::__errno_location())
        })?;
        match (fd, errno) {
            (-1, libc::EINTR) => vasuki_vm::signals::handle(th)?,
            (-1, e) => return Err(super::error_about(th, e, Some(a[0]))),
            (fd, _) => return Ok(int(fd as i64)),
        }
    }
}
fn close(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    th.irrevocable()?;
    // SAFETY: closing a descriptor that is not open is an error, not undefined.
    check(th, unsafe { libc::close(fd) } as i64, None)?;
    Ok(Value::NONE)
}
fn closerange(th: &mut Thread, a: &[Value]) -> R {
    let (lo, hi) = (th.to_i32(a[0])?.max(0), th.to_i32(a[1])?);
    th.irrevocable()?;
    for fd in lo..hi {
        // SAFETY: as in close.
        unsafe { libc::close(fd) };
    }
    Ok(Value::NONE)
}
fn read(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    let n = th.to_isize(a[1])?;
    if n < 0 {
        return Err(super::error_about(th, libc::EINVAL, None));
    }
    let mut buffer = memory::zeros(th, n as usize)?;
    // SAFETY: the buffer has room for n bytes.
    let got = retry(th, || unsafe { libc::read(fd, buffer.as_mut_ptr().cast(), n as usize) } as i64)?;
    Ok(th.new_bytes(&buffer[..got as usize]))
}
fn readinto(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    let n = buffer_protocol::with_buffer(th, a[1], |b| b.len())?;
    let mut buffer = memory::zeros(th, n)?;
    // SAFETY: the buffer has room for n bytes.
    let got = retry(th, || unsafe { libc::read(fd, buffer.as_mut_ptr().cast(), n) } as i64)?;
    let data = &buffer[..got as usize];
    buffer_protocol::with_buffer_mut(th, a[1], |b| b[..data.len()].copy_from_slice(data))?;
    Ok(int(got))
}
fn pread(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    let n = th.to_usize(a[1])?;
    let at = th.to_i64(a[2])?;
    let mut buffer = memory::zeros(th, n)?;
    // SAFETY: the buffer has room for n bytes.
    let got = retry(th, || unsafe { libc::pread(fd, buffer.as_mut_ptr().cast(), n, at) } as i64)?;
    Ok(th.new_bytes(&buffer[..got as usize]))
}
fn data(th: &mut Thread, v: Value) -> R<Vec<u8>> {
    match buffer_protocol::bytes_like(th, v)? {
        Some(b) => Ok(b.to_vec()),
        None => Err(th.type_error(&format!("a bytes-like object is required, not '{}'", th.class_of(v).name_str()))),
    }
}
fn write(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    let bytes = data(th, a[1])?;
    // SAFETY: a valid buffer.
    let n = retry(th, || unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) } as i64)?;
    Ok(int(n))
}
fn pwrite(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    let bytes = data(th, a[1])?;
    let at = th.to_i64(a[2])?;
    // SAFETY: a valid buffer.
    let n = retry(th, || unsafe { libc::pwrite(fd, bytes.as_ptr().cast(), bytes.len(), at) } as i64)?;
    Ok(int(n))
}
fn lseek(th: &mut Thread, a: &[Value]) -> R {
    let (fd, at, whence) = (th.to_i32(a[0])?, th.to_i64(a[1])?, th.to_i32(a[2])?);
    th.irrevocable()?;
    // SAFETY: no preconditions.
    let r = check(th, unsafe { libc::lseek(fd, at, whence) }, None)?;
    Ok(th.new_int(r))
}
fn dup(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    th.irrevocable()?;
    // SAFETY: no preconditions.
    Ok(int(check(th, unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) } as i64, None)?))
}
fn dup2(th: &mut Thread, a: &[Value]) -> R {
    let (fd, fd2) = (th.to_i32(a[0])?, th.to_i32(a[1])?);
    let inheritable = flag(th, a[2], true)?;
    th.irrevocable()?;
    // SAFETY: no preconditions.
    let r = unsafe {
        if inheritable {
            libc::dup2(fd, fd2)
        } else {
            libc::dup3(fd, fd2, libc::O_CLOEXEC)
        }
    };
    Ok(int(check(th, r as i64, None)?))
}
fn pipe(th: &mut Thread, _: &[Value]) -> R {
    pipe2(th, &[Value::small(libc::O_CLOEXEC as i64)])
}
fn pipe2(th: &mut Thread, a: &[Value]) -> R {
    let flags = th.to_i32(a[0])?;
    let mut fds = [0i32; 2];
    th.irrevocable()?;
    // SAFETY: room for two descriptors.
    check(th, unsafe { libc::pipe2(fds.as_mut_ptr(), flags) } as i64, None)?;
    Ok(th.new_tuple(&[int(fds[0] as i64), int(fds[1] as i64)]))
}
/// A descriptor, or an object with `fileno()`.
pub(crate) fn descriptor(th: &mut Thread, v: Value) -> R<i32> {
    if v.is_small() {
        return th.to_i32(v);
    }
    let f = match th.getattr_opt(v, vasuki_vm::names::names().fileno)? {
        Some(f) => th.call(f, &[])?,
        None => return Err(th.type_error("argument must be an int, or have a fileno() method.")),
    };
    let fd = th.to_i32(f)?;
    if fd < 0 {
        return Err(th.value_error(&format!("file descriptor cannot be a negative integer ({fd})")));
    }
    Ok(fd)
}
fn fsync(th: &mut Thread, a: &[Value]) -> R {
    let fd = descriptor(th, a[0])?;
    // SAFETY: no preconditions.
    retry(th, || unsafe { libc::fsync(fd) } as i64)?;
    Ok(Value::NONE)
}
fn ftruncate(th: &mut Thread, a: &[Value]) -> R {
    let (fd, n) = (th.to_i32(a[0])?, th.to_i64(a[1])?);
    // SAFETY: no preconditions.
    retry(th, || unsafe { libc::ftruncate(fd, n) } as i64)?;
    Ok(Value::NONE)
}
fn truncate(th: &mut Thread, a: &[Value]) -> R {
    let n = th.to_i64(a[1])?;
    match target(th, a[0])? {
        Target::Fd(_) => ftruncate(th, a),
        Target::Path(p) => {
            th.irrevocable()?;
            // SAFETY: a valid C string.
            check(th, unsafe { libc::truncate(p.as_ptr(), n) } as i64, Some(a[0]))?;
            Ok(Value::NONE)
        }
    }
}
fn isatty(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    // SAFETY: no preconditions.
    Ok(Value::bool(unsafe { libc::isatty(fd) } == 1))
}
fn fcntl(th: &mut Thread, fd: i32, get: i32, set: i32, bit: i32, on: Option<bool>) -> R<bool> {
    // SAFETY: no preconditions.
    let flags = check(th, unsafe { libc::fcntl(fd, get) } as i64, None)? as i32;
    if let Some(on) = on {
        let new = if on { flags | bit } else { flags & !bit };
        th.irrevocable()?;
        // SAFETY: no preconditions.
        check(th, unsafe { libc::fcntl(fd, set, new) } as i64, None)?;
    }
    Ok(flags & bit != 0)
}
fn get_inheritable(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    Ok(Value::bool(!fcntl(th, fd, libc::F_GETFD, libc::F_SETFD, libc::FD_CLOEXEC, None)?))
}
fn set_inheritable(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    let on = th.truth(a[1])?;
    fcntl(th, fd, libc::F_GETFD, libc::F_SETFD, libc::FD_CLOEXEC, Some(!on))?;
    Ok(Value::NONE)
}
fn get_blocking(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    Ok(Value::bool(!fcntl(th, fd, libc::F_GETFL, libc::F_SETFL, libc::O_NONBLOCK, None)?))
}
fn set_blocking(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    let on = th.truth(a[1])?;
    fcntl(th, fd, libc::F_GETFL, libc::F_SETFL, libc::O_NONBLOCK, Some(!on))?;
    Ok(Value::NONE)
}
/// `os.terminal_size`
fn terminal_size_class(th: &mut Thread) -> R<Gc<Class>> {
    static CLASS: OnceLock<Gc<Class>> = OnceLock::new();
    super::sequence(th, &CLASS, "os.terminal_size", &["columns", "lines"], 2)
}
/// Adds the class of terminal sizes.
pub(super) fn add(th: &mut Thread, m: Value) -> R<()> {
    let c = terminal_size_class(th)?;
    super::put(th, m, "terminal_size", c.value())
}
fn terminal_size(th: &mut Thread, a: &[Value]) -> R {
    let fd = if a[0].is_empty() { 1 } else { th.to_i32(a[0])? };
    // SAFETY: all-zero is a valid winsize; the pointer is valid.
    let size = unsafe {
        let mut w: libc::winsize = std::mem::zeroed();
        if libc::ioctl(fd, libc::TIOCGWINSZ, &mut w) == -1 {
            return Err(last_error(th, None));
        }
        w
    };
    let c = terminal_size_class(th)?;
    vasuki_vm::structseq::new(th, c, &[int(size.ws_col as i64), int(size.ws_row as i64)])
}
fn ttyname(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    let mut buffer = [0 as libc::c_char; 256];
    // SAFETY: the buffer has the length given.
    let e = unsafe { libc::ttyname_r(fd, buffer.as_mut_ptr(), buffer.len()) };
    if e != 0 {
        return Err(super::error_about(th, e, None));
    }
    // SAFETY: NUL-terminated on success.
    let name = unsafe { std::ffi::CStr::from_ptr(buffer.as_ptr()) }.to_string_lossy().into_owned();
    Ok(th.new_str(&name))
}
fn device_encoding(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    // SAFETY: no preconditions.
    Ok(if unsafe { libc::isatty(fd) } == 1 {
        th.new_str("utf-8")
    } else {
        Value::NONE
    })
}
