//! Pseudo-terminals.

use super::{check, fork};
use std::ffi::CStr;
use vasuki_vm::native::{NativeDef, def};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

pub static FUNCTIONS: &[NativeDef] = &[
    def(
        "openpty",
        "",
        openpty,
        "Open a pseudo-terminal.\n\nReturn a tuple of (master_fd, slave_fd) containing open file descriptors\nfor both the master and slave ends.",
    ),
    def(
        "login_tty",
        "fd, /",
        login_tty,
        "Prepare the tty of which fd is a file descriptor for a new login session.\n\nMake the calling process a session leader; make the tty the\ncontrolling tty, the stdin, the stdout, and the stderr of the\ncalling process; close fd.",
    ),
    def(
        "forkpty",
        "",
        forkpty,
        "Fork a new process with a new pseudo-terminal as controlling tty.\n\nReturns a tuple of (pid, master_fd).\nLike fork(), return pid of 0 to the child process,\nand pid of child to the parent process.\nTo both, return fd of newly opened pseudo-terminal.",
    ),
    def(
        "ctermid",
        "",
        ctermid,
        "Return the name of the controlling terminal for this process.",
    ),
    def(
        "posix_openpt",
        "oflag, /",
        posix_openpt,
        "Open and return a file descriptor for a master pseudo-terminal device.",
    ),
    def(
        "grantpt",
        "fd, /",
        |th, a| simple(th, a[0], libc::grantpt),
        "Grant access to the slave pseudo-terminal device.",
    ),
    def(
        "unlockpt",
        "fd, /",
        |th, a| simple(th, a[0], libc::unlockpt),
        "Unlock a pseudo-terminal master/slave pair.",
    ),
    def("ptsname", "fd, /", ptsname, "Return the name of the slave pseudo-terminal device."),
];
/// Descriptors of a new pair, which programs that are started do not get.
fn pair(th: &mut Thread) -> R<(i32, i32)> {
    let (mut master, mut slave) = (-1, -1);
    let null = std::ptr::null_mut();
    // SAFETY: places for two descriptors, and no names or settings.
    let r = unsafe { libc::openpty(&mut master, &mut slave, null, std::ptr::null_mut(), std::ptr::null_mut()) };
    check(th, i64::from(r), None)?;
    for fd in [master, slave] {
        // SAFETY: numbers only.
        check(th, i64::from(unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) }), None)?;
    }
    Ok((master, slave))
}
fn openpty(th: &mut Thread, _: &[Value]) -> R {
    th.irrevocable()?;
    let (master, slave) = pair(th)?;
    Ok(th.new_tuple(&[Value::small(i64::from(master)), Value::small(i64::from(slave))]))
}
fn login_tty(th: &mut Thread, a: &[Value]) -> R {
    let fd = crate::fcntl::fd_arg(th, a[0])?;
    th.irrevocable()?;
    // SAFETY: a number only.
    check(th, i64::from(unsafe { libc::login_tty(fd) }), None)?;
    Ok(Value::NONE)
}
fn forkpty(th: &mut Thread, _: &[Value]) -> R {
    th.irrevocable()?;
    let (master, slave) = pair(th)?;
    let pid = fork::fork(th, &[])?;
    if pid == Value::small(0) {
        // SAFETY: descriptors of this process.
        let r = unsafe {
            libc::close(master);
            libc::login_tty(slave)
        };
        check(th, i64::from(r), None)?;
    } else {
        // SAFETY: the child has its own.
        unsafe { libc::close(slave) };
    }
    Ok(th.new_tuple(&[pid, Value::small(i64::from(master))]))
}
fn ctermid(th: &mut Thread, _: &[Value]) -> R {
    let mut buf = [0u8; 64];
    // SAFETY: more than L_ctermid bytes.
    let name = unsafe {
        libc::ctermid(buf.as_mut_ptr().cast());
        CStr::from_ptr(buf.as_ptr().cast())
    };
    crate::pwd::decode(th, name.to_bytes())
}
fn posix_openpt(th: &mut Thread, a: &[Value]) -> R {
    let flags = th.to_i32(a[0])?;
    th.irrevocable()?;
    // SAFETY: a number only.
    Ok(Value::small(check(th, i64::from(unsafe { libc::posix_openpt(flags) }), None)?))
}
fn simple(th: &mut Thread, fd: Value, call: unsafe extern "C" fn(i32) -> i32) -> R {
    let fd = crate::fcntl::fd_arg(th, fd)?;
    th.irrevocable()?;
    // SAFETY: a number only.
    check(th, i64::from(unsafe { call(fd) }), None)?;
    Ok(Value::NONE)
}
fn ptsname(th: &mut Thread, a: &[Value]) -> R {
    let fd = crate::fcntl::fd_arg(th, a[0])?;
    let mut buf = [0u8; 128];
    // SAFETY: the buffer's own length.
    let r = unsafe { libc::ptsname_r(fd, buf.as_mut_ptr().cast(), buf.len()) };
    if r != 0 {
        return Err(super::error_about(th, r, None));
    }
    let n = buf.iter().position(|b| *b == 0).unwrap_or(buf.len());
    crate::pwd::decode(th, &buf[..n])
}
