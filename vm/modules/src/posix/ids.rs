//! Users, groups, sessions and priorities of processes.

use super::{Target, check, path, target};
use crate::fcntl::fd_arg;
use crate::pwd::{encode, id, id_arg};
use crate::support::{c_string, str_arg};
use vasuki_vm::native::{NativeDef, def};
use vasuki_vm::special::Special;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

/// A call with numbers only: from the arguments by these conversions, None after it.
macro_rules! setter {
    ($call:ident($($convert:ident),*)) => {
        |th, a| {
            let mut at = 0..;
            let mut next = || a[at.next().unwrap_or_default()];
            let args = ($({ let v = next(); $convert(th, v)? },)*);
            th.irrevocable()?;
            let r = setter!(@call $call args $($convert)*);
            check(th, i64::from(r), None)?;
            Ok(Value::NONE)
        }
    };
    // SAFETY: numbers only.
    (@call $call:ident $args:ident $a:ident) => { unsafe { libc::$call($args.0) } };
    // SAFETY: numbers only.
    (@call $call:ident $args:ident $a:ident $b:ident) => { unsafe { libc::$call($args.0, $args.1) } };
    // SAFETY: numbers only.
    (@call $call:ident $args:ident $a:ident $b:ident $c:ident) => { unsafe { libc::$call($args.0, $args.1, $args.2) } };
}
pub static FUNCTIONS: &[NativeDef] = &[
    def("setuid", "uid, /", setter!(setuid(uid)), "Set the current process's user id."),
    def(
        "seteuid",
        "euid, /",
        setter!(seteuid(uid)),
        "Set the current process's effective user id.",
    ),
    def("setgid", "gid, /", setter!(setgid(gid)), "Set the current process's group id."),
    def(
        "setegid",
        "egid, /",
        setter!(setegid(gid)),
        "Set the current process's effective group id.",
    ),
    def(
        "setreuid",
        "ruid, euid, /",
        setter!(setreuid(uid, uid)),
        "Set the current process's real and effective user ids.",
    ),
    def(
        "setregid",
        "rgid, egid, /",
        setter!(setregid(gid, gid)),
        "Set the current process's real and effective group ids.",
    ),
    def(
        "setresuid",
        "ruid, euid, suid, /",
        setter!(setresuid(uid, uid, uid)),
        "Set the current process's real, effective, and saved user ids.",
    ),
    def(
        "setresgid",
        "rgid, egid, sgid, /",
        setter!(setresgid(gid, gid, gid)),
        "Set the current process's real, effective, and saved group ids.",
    ),
    def(
        "setpgid",
        "pid, pgrp, /",
        setter!(setpgid(number, number)),
        "Call the system call setpgid(pid, pgrp).",
    ),
    def(
        "setpgrp",
        "",
        |th, _| {
            th.irrevocable()?;
            // SAFETY: numbers only.
            check(th, i64::from(unsafe { libc::setpgid(0, 0) }), None)?;
            Ok(Value::NONE)
        },
        "Make the current process the leader of its process group.",
    ),
    def(
        "getresuid",
        "",
        getresuid,
        "Return a tuple of the current process's real, effective, and saved user ids.",
    ),
    def(
        "getresgid",
        "",
        getresgid,
        "Return a tuple of the current process's real, effective, and saved group ids.",
    ),
    def("getgroups", "", getgroups, "Return list of supplemental group IDs for the process."),
    def(
        "setgroups",
        "groups, /",
        setgroups,
        "Set the groups of the current process to list.",
    ),
    def(
        "initgroups",
        "username, gid, /",
        initgroups,
        "Initialize the group access list.\n\nCall the system initgroups() to initialize the group access list with all of\nthe groups of which the specified username is a member, plus the specified\ngroup id.",
    ),
    def(
        "getgrouplist",
        "user, group, /",
        getgrouplist,
        "Returns a list of groups to which a user belongs.",
    ),
    def("getpriority", "which, who", getpriority, "Return program scheduling priority."),
    def(
        "setpriority",
        "which, who, priority",
        setpriority,
        "Set program scheduling priority.",
    ),
    def(
        "nice",
        "increment, /",
        nice,
        "Add increment to the priority of process and return the new priority.",
    ),
    def(
        "fchown",
        "fd, uid, gid",
        fchown,
        "Change the owner and group id of the file specified by file descriptor.",
    ),
    def(
        "lchown",
        "path, uid, gid",
        lchown,
        "Change the owner and group id of path to the numeric uid and gid.\n\nThis function will not follow symbolic links.",
    ),
    def("chroot", "path", chroot, "Change root directory to path."),
    def(
        "tcgetpgrp",
        "fd, /",
        tcgetpgrp,
        "Return the process group associated with the terminal specified by fd.",
    ),
    def(
        "tcsetpgrp",
        "fd, pgid, /",
        setter!(tcsetpgrp(number, number)),
        "Set the process group associated with the terminal specified by fd.",
    ),
];
fn number(th: &mut Thread, v: Value) -> R<i32> {
    th.to_i32(v)
}
fn any_id(th: &mut Thread, v: Value, what: &str) -> R<u32> {
    if !vasuki_vm::types::int::is_int(v) && th.class_of(v).special(Special::Index).is_none() {
        let class = crate::support::type_name(th, v);
        return Err(th.type_error(&format!("{what} should be integer, not {class}")));
    }
    match id_arg(th, v)? {
        Some(n) => Ok(n),
        None => {
            let i = th.index(v)?;
            let negative = vasuki_vm::types::int::to_bigint(i).is_some_and(|n| n.sign() == num_bigint::Sign::Minus);
            let side = if negative { "less than minimum" } else { "greater than maximum" };
            Err(th.overflow_error(&format!("{what} is {side}")))
        }
    }
}
/// A user id; -1 leaves it as it is.
pub(super) fn uid(th: &mut Thread, v: Value) -> R<u32> {
    any_id(th, v, "uid")
}
/// A group id; -1 leaves it as it is.
pub(super) fn gid(th: &mut Thread, v: Value) -> R<u32> {
    any_id(th, v, "gid")
}
fn three(th: &mut Thread, ids: [u32; 3]) -> R {
    let v = ids.map(|n| id(th, n));
    Ok(th.new_tuple(&v))
}
fn getresuid(th: &mut Thread, _: &[Value]) -> R {
    let [mut a, mut b, mut c] = [0; 3];
    // SAFETY: valid pointers.
    check(th, i64::from(unsafe { libc::getresuid(&mut a, &mut b, &mut c) }), None)?;
    three(th, [a, b, c])
}
fn getresgid(th: &mut Thread, _: &[Value]) -> R {
    let [mut a, mut b, mut c] = [0; 3];
    // SAFETY: valid pointers.
    check(th, i64::from(unsafe { libc::getresgid(&mut a, &mut b, &mut c) }), None)?;
    three(th, [a, b, c])
}
fn list_of(th: &mut Thread, ids: &[u32]) -> R {
    let v: Vec<Value> = ids.iter().map(|&n| Value::small(i64::from(n))).collect();
    th.new_list(&v)
}
fn getgroups(th: &mut Thread, _: &[Value]) -> R {
    // SAFETY: with 0 only the count is asked for.
    let n = check(th, i64::from(unsafe { libc::getgroups(0, std::ptr::null_mut()) }), None)?;
    let mut ids = vec![0; n as usize];
    // SAFETY: room for `n`.
    let n = check(th, i64::from(unsafe { libc::getgroups(n as i32, ids.as_mut_ptr()) }), None)?;
    list_of(th, &ids[..n as usize])
}
fn setgroups(th: &mut Thread, a: &[Value]) -> R {
    let mut ids = Vec::new();
    for &v in th.collect(a[0])?.as_slice() {
        ids.push(gid(th, v)?);
    }
    th.irrevocable()?;
    // SAFETY: the slice's own length.
    check(th, i64::from(unsafe { libc::setgroups(ids.len(), ids.as_ptr()) }), None)?;
    Ok(Value::NONE)
}
fn initgroups(th: &mut Thread, a: &[Value]) -> R {
    let name = vasuki_vm::codecs::fs::fs_bytes(th, a[0])?;
    let name = c_string(th, &name)?;
    let group = gid(th, a[1])?;
    th.irrevocable()?;
    // SAFETY: a C string.
    check(th, i64::from(unsafe { libc::initgroups(name.as_ptr(), group) }), None)?;
    Ok(Value::NONE)
}
fn getgrouplist(th: &mut Thread, a: &[Value]) -> R {
    let name = str_arg(th, a[0], "getgrouplist() argument 1")?;
    let name = encode(th, name)?;
    let name = c_string(th, &name)?;
    let group = gid(th, a[1])?;
    let mut ids = vec![0u32; 64];
    loop {
        let mut n = ids.len() as i32;
        // SAFETY: room for `n`, which becomes the count.
        let r = unsafe { libc::getgrouplist(name.as_ptr(), group, ids.as_mut_ptr(), &mut n) };
        if r >= 0 {
            return list_of(th, &ids[..n as usize]);
        }
        if ids.len() > 1 << 20 {
            return Err(th.memory_error());
        }
        let wanted = (n as usize).max(ids.len() * 2);
        ids.resize(wanted, 0);
    }
}
fn clear_errno() {
    // SAFETY: this thread's errno.
    unsafe { *libc::__errno_location() = 0 };
}
fn getpriority(th: &mut Thread, a: &[Value]) -> R {
    let (which, who) = (th.to_i32(a[0])?, th.to_i32(a[1])?);
    clear_errno();
    // SAFETY: numbers only.
    let r = unsafe { libc::getpriority(which as _, who as _) };
    if crate::support::errno() != 0 {
        return Err(super::last_error(th, None));
    }
    Ok(Value::small(i64::from(r)))
}
fn setpriority(th: &mut Thread, a: &[Value]) -> R {
    let (which, who, priority) = (th.to_i32(a[0])?, th.to_i32(a[1])?, th.to_i32(a[2])?);
    th.irrevocable()?;
    // SAFETY: numbers only.
    check(th, i64::from(unsafe { libc::setpriority(which as _, who as _, priority) }), None)?;
    Ok(Value::NONE)
}
fn nice(th: &mut Thread, a: &[Value]) -> R {
    let n = th.to_i32(a[0])?;
    th.irrevocable()?;
    clear_errno();
    // SAFETY: a number only.
    let r = unsafe { libc::nice(n) };
    if r == -1 && crate::support::errno() != 0 {
        return Err(super::last_error(th, None));
    }
    Ok(Value::small(i64::from(r)))
}
fn fchown(th: &mut Thread, a: &[Value]) -> R {
    let fd = fd_arg(th, a[0])?;
    let (u, g) = (uid(th, a[1])?, gid(th, a[2])?);
    th.irrevocable()?;
    // SAFETY: numbers only.
    check(th, i64::from(unsafe { libc::fchown(fd, u, g) }), None)?;
    Ok(Value::NONE)
}
fn lchown(th: &mut Thread, a: &[Value]) -> R {
    let p = path(th, a[0])?;
    let (u, g) = (uid(th, a[1])?, gid(th, a[2])?);
    th.irrevocable()?;
    // SAFETY: a C string.
    check(th, i64::from(unsafe { libc::lchown(p.as_ptr(), u, g) }), Some(a[0]))?;
    Ok(Value::NONE)
}
fn chroot(th: &mut Thread, a: &[Value]) -> R {
    let Target::Path(p) = target(th, a[0])? else {
        return Err(th.type_error("chroot: path should be string, bytes or os.PathLike, not int"));
    };
    th.irrevocable()?;
    // SAFETY: a C string.
    check(th, i64::from(unsafe { libc::chroot(p.as_ptr()) }), Some(a[0]))?;
    Ok(Value::NONE)
}
fn tcgetpgrp(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    // SAFETY: a number only.
    Ok(Value::small(check(th, i64::from(unsafe { libc::tcgetpgrp(fd) }), None)?))
}
