//! Waiting for children, with more than `waitpid` tells.

use super::fd::retry;
use super::{check, put, sequence};
use crate::support::given;
use std::sync::OnceLock;
use vasuki_vm::native::{NativeDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::structseq;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::value::Value;

pub static FUNCTIONS: &[NativeDef] = &[
    def(
        "wait3",
        "options",
        |th, a| wait4(th, &[Value::small(-1), a[0]]),
        "Wait for completion of a child process.\n\nReturns a tuple of information about the child process:\n  (pid, status, rusage)",
    ),
    def(
        "wait4",
        "pid, options",
        wait4,
        "Wait for completion of a specific child process.\n\nReturns a tuple of information about the child process:\n  (pid, status, rusage)",
    ),
    def(
        "waitid",
        "idtype, id, options, /",
        waitid,
        "Returns the result of waiting for a process or processes.",
    ),
    def(
        "pidfd_open",
        "pid, flags=0",
        pidfd_open,
        "Return a file descriptor referring to the process *pid*.",
    ),
];
/// Adds the class of results.
pub fn add(th: &mut Thread, m: Value) -> R<()> {
    let c = class(th)?;
    put(th, m, "waitid_result", c.value())
}
fn class(th: &mut Thread) -> R<Gc<Class>> {
    static CLASS: OnceLock<Gc<Class>> = OnceLock::new();
    sequence(
        th,
        &CLASS,
        "posix.waitid_result",
        &["si_pid", "si_uid", "si_signo", "si_status", "si_code"],
        5,
    )
}
fn wait4(th: &mut Thread, a: &[Value]) -> R {
    let (pid, options) = (th.to_i32(a[0])?, th.to_i32(a[1])?);
    // SAFETY: numbers only.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let mut status = 0;
    let (u, s) = (&raw mut usage, &raw mut status);
    // SAFETY: valid pointers.
    let pid = retry(th, || i64::from(unsafe { libc::wait4(pid, s, options, u) }))?;
    let usage = crate::resource::rusage(th, &usage)?;
    Ok(th.new_tuple(&[Value::small(pid), Value::small(i64::from(status)), usage]))
}
fn waitid(th: &mut Thread, a: &[Value]) -> R {
    let (kind, id, options) = (th.to_i32(a[0])?, th.to_i64(a[1])?, th.to_i32(a[2])?);
    // SAFETY: numbers only.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let p = &raw mut info;
    // SAFETY: a valid pointer.
    retry(th, || i64::from(unsafe { libc::waitid(kind as _, id as _, p, options) }))?;
    // SAFETY: the call has filled the part about children, or left zeros.
    let (pid, uid, status) = unsafe { (info.si_pid(), info.si_uid(), info.si_status()) };
    if pid == 0 {
        return Ok(Value::NONE);
    }
    let c = class(th)?;
    let uid = crate::pwd::id(th, uid);
    let v = [
        Value::small(i64::from(pid)),
        uid,
        Value::small(i64::from(info.si_signo)),
        Value::small(i64::from(status)),
        Value::small(i64::from(info.si_code)),
    ];
    structseq::new(th, c, &v)
}
fn pidfd_open(th: &mut Thread, a: &[Value]) -> R {
    let pid = th.to_i32(a[0])?;
    let flags = given(a[1]).map_or(Ok(0), |v| th.to_i32(v))?;
    th.irrevocable()?;
    // SAFETY: numbers only.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) };
    Ok(Value::small(check(th, fd, None)?))
}
