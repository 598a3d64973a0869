//! Input and output of several buffers at once, and between files.

use super::fd::retry;
use super::{check, last_error};
use crate::support::given;
use vasuki_vm::memory;
use vasuki_vm::native::{NativeDef, def};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol::{with_buffer, with_buffer_mut};
use vasuki_vm::value::Value;

pub static FUNCTIONS: &[NativeDef] = &[
    def(
        "readv",
        "fd, buffers, /",
        |th, a| read(th, a[0], a[1], None),
        "Read from a file descriptor fd into an iterable of buffers.",
    ),
    def(
        "preadv",
        "fd, buffers, offset, flags=0, /",
        |th, a| {
            let at = (th.to_i64(a[2])?, flags(th, a[3])?);
            read(th, a[0], a[1], Some(at))
        },
        "Reads from a file descriptor into a number of mutable bytes-like objects.",
    ),
    def(
        "writev",
        "fd, buffers, /",
        |th, a| write(th, a[0], a[1], None),
        "Iterate over buffers, and write the contents of each to a file descriptor.",
    ),
    def(
        "pwritev",
        "fd, buffers, offset, flags=0, /",
        |th, a| {
            let at = (th.to_i64(a[2])?, flags(th, a[3])?);
            write(th, a[0], a[1], Some(at))
        },
        "Writes the contents of bytes-like objects to a file descriptor at a given offset.",
    ),
    def(
        "sendfile",
        "out_fd, in_fd, offset, count",
        sendfile,
        "Copy count bytes from file descriptor in_fd to file descriptor out_fd.",
    ),
    def(
        "copy_file_range",
        "src, dst, count, offset_src=None, offset_dst=None",
        copy_file_range,
        "Copy count bytes from one file descriptor to another.",
    ),
    def(
        "splice",
        "src, dst, count, offset_src=None, offset_dst=None, flags=0",
        splice,
        "Transfer count bytes from one pipe to a descriptor or vice versa.",
    ),
    def(
        "posix_fallocate",
        "fd, offset, length, /",
        fallocate,
        "Ensure a file has allocated at least a particular number of bytes on disk.",
    ),
    def(
        "posix_fadvise",
        "fd, offset, length, advice, /",
        fadvise,
        "Announce an intention to access data in a specific pattern.",
    ),
    def(
        "lockf",
        "fd, command, length, /",
        lockf,
        "Apply, test or remove a POSIX lock on an open file descriptor.",
    ),
    def("memfd_create", "name, flags=MFD_CLOEXEC", memfd_create, ""),
    def(
        "eventfd",
        "initval, flags=EFD_CLOEXEC",
        eventfd,
        "Creates and returns an event notification file descriptor.",
    ),
    def("eventfd_read", "fd", eventfd_read, "Read eventfd value"),
    def("eventfd_write", "fd, value", eventfd_write, "Write eventfd value."),
];
type At = Option<(i64, i32)>;

fn flags(th: &mut Thread, v: Value) -> R<i32> {
    given(v).map_or(Ok(0), |v| th.to_i32(v))
}
/// Reads as much as fits into buffers: into one of our own first, since theirs may move while the thread is detached.
fn read(th: &mut Thread, fd: Value, buffers: Value, at: At) -> R {
    let fd = th.to_i32(fd)?;
    let buffers = sequence(th, buffers, if at.is_some() { "preadv" } else { "readv" })?;
    let mut sizes = Vec::with_capacity(buffers.len());
    for &b in buffers.as_slice() {
        sizes.push(with_buffer_mut(th, b, |b| b.len())?);
    }
    let mut room = memory::zeros(th, sizes.iter().sum())?;
    let p = libc::iovec {
        iov_base: room.as_mut_ptr().cast(),
        iov_len: room.len(),
    };
    let p = &raw const p;
    // SAFETY: one range, the buffer.
    let got = retry(th, || unsafe {
        match at {
            None => libc::readv(fd, p, 1) as i64,
            Some((offset, 0)) => libc::preadv(fd, p, 1, offset) as i64,
            Some((offset, flags)) => libc::preadv2(fd, p, 1, offset, flags) as i64,
        }
    })?;
    let mut rest = &room[..got as usize];
    for &b in buffers.as_slice() {
        let n = with_buffer_mut(th, b, |b| {
            let n = b.len().min(rest.len());
            b[..n].copy_from_slice(&rest[..n]);
            n
        })?;
        rest = &rest[n..];
    }
    Ok(th.new_int(got))
}
fn write(th: &mut Thread, fd: Value, buffers: Value, at: At) -> R {
    let fd = th.to_i32(fd)?;
    let buffers = sequence(th, buffers, if at.is_some() { "pwritev" } else { "writev" })?;
    let mut data = Vec::new();
    for &b in buffers.as_slice() {
        with_buffer(th, b, |b| data.extend_from_slice(b))?;
    }
    let p = libc::iovec {
        iov_base: data.as_mut_ptr().cast(),
        iov_len: data.len(),
    };
    let p = &raw const p;
    // SAFETY: one range, the data.
    let n = retry(th, || unsafe {
        match at {
            None => libc::writev(fd, p, 1) as i64,
            Some((offset, 0)) => libc::pwritev(fd, p, 1, offset) as i64,
            Some((offset, flags)) => libc::pwritev2(fd, p, 1, offset, flags) as i64,
        }
    })?;
    Ok(th.new_int(n))
}
fn sequence(th: &mut Thread, v: Value, name: &str) -> R<vasuki_vm::types::buffer::ValueVec> {
    if th.class_of(v).special(vasuki_vm::special::Special::Getitem).is_none() {
        return Err(th.type_error(&format!("{name}() arg 2 must be a sequence")));
    }
    th.collect(v)
}
/// An offset that the call changes; None: that of the file.
fn offset(th: &mut Thread, v: Value) -> R<Option<i64>> {
    match given(v).filter(|v| !v.is_none()) {
        Some(v) => th.to_i64(v).map(Some),
        None => Ok(None),
    }
}
fn pointer(o: &mut Option<i64>) -> *mut i64 {
    o.as_mut().map_or(std::ptr::null_mut(), |o| o as *mut i64)
}
fn count(th: &mut Thread, v: Value) -> R<usize> {
    let n = th.to_isize(v)?;
    if n < 0 {
        return Err(th.value_error("negative value for 'count' not allowed"));
    }
    Ok(n as usize)
}
fn sendfile(th: &mut Thread, a: &[Value]) -> R {
    let (to, from) = (th.to_i32(a[0])?, th.to_i32(a[1])?);
    let mut at = offset(th, a[2])?;
    let n = th.to_isize(a[3])? as usize;
    let p = pointer(&mut at);
    // SAFETY: null or a valid pointer.
    let sent = retry(th, || unsafe { libc::sendfile(to, from, p, n) as i64 })?;
    Ok(th.new_int(sent))
}
fn copy_file_range(th: &mut Thread, a: &[Value]) -> R {
    let (from, to, n) = (th.to_i32(a[0])?, th.to_i32(a[1])?, count(th, a[2])?);
    let (mut src, mut dst) = (offset(th, a[3])?, offset(th, a[4])?);
    let (s, d) = (pointer(&mut src), pointer(&mut dst));
    // SAFETY: null or valid pointers.
    let copied = retry(th, || unsafe { libc::copy_file_range(from, s, to, d, n, 0) as i64 })?;
    Ok(th.new_int(copied))
}
fn splice(th: &mut Thread, a: &[Value]) -> R {
    let (from, to, n) = (th.to_i32(a[0])?, th.to_i32(a[1])?, count(th, a[2])?);
    let (mut src, mut dst) = (offset(th, a[3])?, offset(th, a[4])?);
    let flags = flags(th, a[5])?;
    let (s, d) = (pointer(&mut src), pointer(&mut dst));
    // SAFETY: null or valid pointers.
    let moved = retry(th, || unsafe { libc::splice(from, s, to, d, n, flags as _) as i64 })?;
    Ok(th.new_int(moved))
}
/// The result of a call that gives the error itself.
fn code(th: &mut Thread, r: i32) -> R {
    if r == 0 {
        Ok(Value::NONE)
    } else {
        Err(super::error_about(th, r, None))
    }
}
fn fallocate(th: &mut Thread, a: &[Value]) -> R {
    let (fd, offset, len) = (th.to_i32(a[0])?, th.to_i64(a[1])?, th.to_i64(a[2])?);
    // SAFETY: numbers only.
    let r = th.blocking(|| unsafe { libc::posix_fallocate(fd, offset, len) })?;
    code(th, r)
}
fn fadvise(th: &mut Thread, a: &[Value]) -> R {
    let (fd, offset, len, advice) = (th.to_i32(a[0])?, th.to_i64(a[1])?, th.to_i64(a[2])?, th.to_i32(a[3])?);
    // SAFETY: numbers only.
    let r = th.blocking(|| unsafe { libc::posix_fadvise(fd, offset, len, advice) })?;
    code(th, r)
}
fn lockf(th: &mut Thread, a: &[Value]) -> R {
    let (fd, command, len) = (th.to_i32(a[0])?, th.to_i32(a[1])?, th.to_i64(a[2])?);
    // SAFETY: numbers only.
    retry(th, || i64::from(unsafe { libc::lockf(fd, command, len) }))?;
    Ok(Value::NONE)
}
fn memfd_create(th: &mut Thread, a: &[Value]) -> R {
    let name = super::path(th, a[0])?;
    let flags = given(a[1]).map_or(Ok(libc::MFD_CLOEXEC), |v| th.to_i32(v).map(|n| n as u32))?;
    th.irrevocable()?;
    // SAFETY: a C string.
    Ok(Value::small(check(
        th,
        i64::from(unsafe { libc::memfd_create(name.as_ptr(), flags) }),
        None,
    )?))
}
fn eventfd(th: &mut Thread, a: &[Value]) -> R {
    let start = th.to_i64(a[0])?;
    let Ok(start) = u32::try_from(start) else {
        return Err(th.overflow_error("Python int too large to convert to C unsigned int"));
    };
    let flags = given(a[1]).map_or(Ok(libc::EFD_CLOEXEC), |v| th.to_i32(v))?;
    th.irrevocable()?;
    // SAFETY: numbers only.
    Ok(Value::small(check(th, i64::from(unsafe { libc::eventfd(start, flags) }), None)?))
}
fn eventfd_read(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    let mut n = 0u64;
    let p = &raw mut n;
    // SAFETY: a valid pointer.
    retry(th, || i64::from(unsafe { libc::eventfd_read(fd, p) }))?;
    Ok(th.new_uint(n))
}
fn eventfd_write(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    let i = th.index(a[1])?;
    let big = vasuki_vm::types::int::to_bigint(i).unwrap_or_default();
    let Ok(n) = u64::try_from(big.as_ref()) else {
        return Err(th.overflow_error("Python int too large to convert to C unsigned long long"));
    };
    th.irrevocable()?;
    // SAFETY: numbers only.
    if unsafe { libc::eventfd_write(fd, n) } < 0 {
        return Err(last_error(th, None));
    }
    Ok(Value::NONE)
}
