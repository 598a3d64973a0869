//! The module `fcntl`: control of open files, and locks on them.

use crate::support::{errno, given, put_ints};
use num_traits::ToPrimitive;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol::{bytes_like, with_buffer_mut};
use vasuki_vm::types::int;
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "fcntl",
    doc: "This module performs file control and I/O control on file\ndescriptors.  It is an interface to the fcntl() and ioctl() Unix\nroutines.  File descriptors can be obtained with the fileno() method of\na file or socket object.",
    functions: FUNCTIONS,
    init,
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "fcntl",
        "fd, cmd, arg=0, /",
        fcntl,
        "Perform the operation `cmd` on file descriptor fd.",
    ),
    def(
        "flock",
        "fd, operation, /",
        flock,
        "Perform the lock operation `operation` on file descriptor `fd`.",
    ),
    def(
        "ioctl",
        "fd, request, arg=0, mutate_flag=True, /",
        ioctl,
        "Perform the operation request on file descriptor fd.",
    ),
    def(
        "lockf",
        "fd, cmd, len=0, start=0, whence=0, /",
        lockf,
        "A wrapper around the fcntl() locking calls.",
    ),
];
macro_rules! constants {
    ($($n:ident)*) => { &[$((stringify!($n), libc::$n as i64)),*] };
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    put_ints(
        th,
        m,
        constants!(LOCK_SH LOCK_EX LOCK_NB LOCK_UN F_DUPFD F_DUPFD_CLOEXEC F_GETFD F_SETFD F_GETFL F_SETFL F_GETLK F_SETLK F_SETLKW
            F_GETOWN F_SETOWN F_RDLCK F_WRLCK F_UNLCK FD_CLOEXEC),
    )?;
    #[cfg(target_os = "linux")]
    put_ints(
        th,
        m,
        constants!(F_OFD_GETLK F_OFD_SETLK F_OFD_SETLKW F_SETLEASE F_GETLEASE F_NOTIFY F_SETPIPE_SZ F_GETPIPE_SZ F_ADD_SEALS F_GET_SEALS
            F_SEAL_SEAL F_SEAL_SHRINK F_SEAL_GROW F_SEAL_WRITE),
    )?;
    #[cfg(target_os = "linux")]
    put_ints(
        th,
        m,
        &[
            ("LOCK_MAND", 32),
            ("LOCK_READ", 64),
            ("LOCK_WRITE", 128),
            ("LOCK_RW", 192),
            ("F_SETSIG", 10),
            ("F_GETSIG", 11),
            ("F_EXLCK", 4),
            ("F_SHLCK", 8),
            ("F_GETLK64", 5),
            ("F_SETLK64", 6),
            ("F_SETLKW64", 7),
            ("F_GETOWN_EX", 16),
            ("F_SETOWN_EX", 15),
            ("F_OWNER_TID", 0),
            ("F_OWNER_PID", 1),
            ("F_OWNER_PGRP", 2),
            ("F_GET_RW_HINT", 1035),
            ("F_SET_RW_HINT", 1036),
            ("F_GET_FILE_RW_HINT", 1037),
            ("F_SET_FILE_RW_HINT", 1038),
            ("DN_ACCESS", 1),
            ("DN_MODIFY", 2),
            ("DN_CREATE", 4),
            ("DN_DELETE", 8),
            ("DN_RENAME", 16),
            ("DN_ATTRIB", 32),
            ("DN_MULTISHOT", 0x8000_0000),
            ("FASYNC", libc::O_ASYNC as i64),
            ("FICLONE", 0x4004_9409),
            ("FICLONERANGE", 0x4020_940d),
        ],
    )?;
    Ok(())
}
/// A file descriptor: an int, or an object with `fileno()`.
pub(crate) fn fd_arg(th: &mut Thread, v: Value) -> R<i32> {
    let n = if int::is_int(v) {
        v
    } else {
        let name = vasuki_vm::names::names().fileno;
        match th.getattr_opt(v, name)? {
            Some(f) => {
                let r = th.call(f, &[])?;
                if !int::is_int(r) {
                    return Err(th.type_error("fileno() returned a non-integer"));
                }
                r
            }
            None => return Err(th.type_error("argument must be an int, or have a fileno() method.")),
        }
    };
    let fd = number_arg(th, n)?;
    if fd < 0 {
        return Err(th.value_error(&format!("file descriptor cannot be a negative integer ({fd})")));
    }
    Ok(fd)
}
/// An int as a file descriptor: a bool is probably a mistake.
pub(crate) fn number_arg(th: &mut Thread, v: Value) -> R<i32> {
    if v == Value::TRUE || v == Value::FALSE {
        let warning = vasuki_vm::context::ctx().types.RuntimeWarning;
        vasuki_vm::warn::warn(th, warning, "bool is used as a file descriptor", 1)?;
    }
    th.to_i32(v)
}
/// Runs a call that may block, again when a signal interrupts it; -1 is an error.
pub(crate) fn retry(th: &mut Thread, mut call: impl FnMut() -> i32) -> R<i32> {
    loop {
        let (r, e) = th.blocking(|| {
            let r = call();
            (r, errno())
        })?;
        match (r, e) {
            (-1, libc::EINTR) => vasuki_vm::signals::handle(th)?,
            (-1, e) => return Err(th.os_error(e, None)),
            _ => return Ok(r),
        }
    }
}
/// The argument as bytes: a text or bytes-like object.
fn data(th: &mut Thread, v: Value) -> R<Option<Vec<u8>>> {
    if let Some(s) = v.cast::<Str>() {
        return Ok(Some(vasuki_vm::codecs::utf8_of(th, s)?.into_bytes()));
    }
    if int::is_int(v) || th.class_of(v).special(vasuki_vm::special::Special::Index).is_some() {
        return Ok(None);
    }
    match bytes_like(th, v)? {
        Some(b) => Ok(Some(b.into_owned())),
        None => {
            let name = crate::support::type_name(th, v);
            Err(th.type_error(&format!("integer argument expected, got {name}")))
        }
    }
}
/// A C unsigned int of any int.
fn number(th: &mut Thread, v: Value) -> R<u64> {
    let i = th.index(v)?;
    let b = int::to_bigint(i).unwrap_or_default();
    match (b.to_i64(), b.to_u64()) {
        (Some(n), _) => Ok(n as u64),
        (_, Some(n)) => Ok(n),
        _ => Err(th.overflow_error("int too large to convert")),
    }
}
const ROOM: usize = 1024;

fn fcntl(th: &mut Thread, a: &[Value]) -> R {
    let fd = fd_arg(th, a[0])?;
    let cmd = th.to_i32(a[1])?;
    th.irrevocable()?;
    if let Some(v) = given(a[2])
        && let Some(d) = data(th, v)?
    {
        if d.len() > ROOM {
            return Err(th.value_error("fcntl argument 3 is too long"));
        }
        let mut buf = [0u8; ROOM + 8];
        buf[..d.len()].copy_from_slice(&d);
        let p = buf.as_mut_ptr();
        // SAFETY: a buffer that is larger than any structure of fcntl.
        retry(th, || unsafe { libc::fcntl(fd, cmd, p) })?;
        return Ok(th.new_bytes(&buf[..d.len()]));
    }
    let n = match given(a[2]) {
        Some(v) => number(th, v)?,
        None => 0,
    };
    // SAFETY: a number argument.
    let r = retry(th, || unsafe { libc::fcntl(fd, cmd, n) })?;
    Ok(Value::small(r as i64))
}
fn ioctl(th: &mut Thread, a: &[Value]) -> R {
    let fd = fd_arg(th, a[0])?;
    let request = number(th, a[1])?;
    let mutate = a[3].is_empty() || th.truth(a[3])?;
    th.irrevocable()?;
    let Some(v) = given(a[2]) else {
        return ioctl_number(th, fd, request, 0);
    };
    let Some(d) = data(th, v)? else {
        let n = number(th, v)?;
        return ioctl_number(th, fd, request, n);
    };
    let writable = mutate && !v.is_kind(Kind::Str) && !v.is_kind(Kind::Bytes);
    let mut buf = d.clone();
    buf.resize(d.len().max(ROOM) + 8, 0);
    if !writable && d.len() > ROOM {
        return Err(th.value_error("ioctl argument 3 is too long"));
    }
    let p = buf.as_mut_ptr();
    // SAFETY: a buffer of at least 1024 bytes, as CPython gives.
    let r = retry(th, || unsafe { libc::ioctl(fd, request as _, p) })?;
    if writable {
        with_buffer_mut(th, v, |b| {
            let n = b.len().min(d.len());
            b[..n].copy_from_slice(&buf[..n]);
        })?;
        return Ok(Value::small(r as i64));
    }
    Ok(th.new_bytes(&buf[..d.len()]))
}
fn ioctl_number(th: &mut Thread, fd: i32, request: u64, n: u64) -> R {
    // SAFETY: a number argument.
    let r = retry(th, || unsafe { libc::ioctl(fd, request as _, n) })?;
    Ok(Value::small(r as i64))
}
fn flock(th: &mut Thread, a: &[Value]) -> R {
    let fd = fd_arg(th, a[0])?;
    let op = th.to_i32(a[1])?;
    th.irrevocable()?;
    // SAFETY: numbers only.
    retry(th, || unsafe { libc::flock(fd, op) })?;
    Ok(Value::NONE)
}
fn lockf(th: &mut Thread, a: &[Value]) -> R {
    let fd = fd_arg(th, a[0])?;
    let op = th.to_i32(a[1])?;
    // SAFETY: numbers only.
    let mut l: libc::flock = unsafe { std::mem::zeroed() };
    l.l_type = match op {
        libc::LOCK_UN => libc::F_UNLCK,
        op if op & libc::LOCK_SH != 0 => libc::F_RDLCK,
        op if op & libc::LOCK_EX != 0 => libc::F_WRLCK,
        _ => return Err(th.value_error("unrecognized lockf argument")),
    } as _;
    l.l_len = given(a[2]).map_or(Ok(0), |v| th.to_i64(v))?;
    l.l_start = given(a[3]).map_or(Ok(0), |v| th.to_i64(v))?;
    l.l_whence = given(a[4]).map_or(Ok(0), |v| th.to_i32(v))? as _;
    th.irrevocable()?;
    let cmd = if op & libc::LOCK_NB != 0 { libc::F_SETLK } else { libc::F_SETLKW };
    // SAFETY: a valid structure.
    retry(th, || unsafe { libc::fcntl(fd, cmd, &l) })?;
    Ok(Value::NONE)
}
