//! Files by name: stat, access, rename, remove, links, modes, times.

use super::{Target, check, dir_fd, flag, path, put, sequence, target};
use std::ffi::CString;
use std::sync::OnceLock;
use vasuki_vm::codecs::fs::fs_string;
use vasuki_vm::native::{NativeDef, def};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::structseq;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;

use vasuki_vm::types::class::Class;
use vasuki_vm::types::{float, tuple};
use vasuki_vm::value::Value;

pub static FUNCTIONS: &[NativeDef] = &[
    def(
        "stat",
        "path, *, dir_fd=None, follow_symlinks=True",
        stat,
        "Perform a stat system call on the given path.",
    ),
    def(
        "lstat",
        "path, *, dir_fd=None",
        lstat,
        "Perform a stat system call on the given path, without following symbolic links.",
    ),
    def("fstat", "fd", fstat, "Perform a stat system call on the given file descriptor."),
    def(
        "access",
        "path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True",
        access,
        "Use the real uid/gid to test for access to a path.",
    ),
    def("remove", "path, *, dir_fd=None", unlink, "Remove a file (same as unlink())."),
    def("unlink", "path, *, dir_fd=None", unlink, "Remove a file (same as remove())."),
    def(
        "rename",
        "src, dst, *, src_dir_fd=None, dst_dir_fd=None",
        rename,
        "Rename a file or directory.",
    ),
    def(
        "replace",
        "src, dst, *, src_dir_fd=None, dst_dir_fd=None",
        rename,
        "Rename a file or directory, overwriting the destination.",
    ),
    def(
        "link",
        "src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True",
        link,
        "Create a hard link to a file.",
    ),
    def(
        "symlink",
        "src, dst, target_is_directory=False, *, dir_fd=None",
        symlink,
        "Create a symbolic link pointing to src named dst.",
    ),
    def(
        "readlink",
        "path, *, dir_fd=None",
        readlink,
        "Return a string representing the path to which the symbolic link points.",
    ),
    def(
        "chmod",
        "path, mode, *, dir_fd=None, follow_symlinks=True",
        chmod,
        "Change the access permissions of a file.",
    ),
    def(
        "fchmod",
        "fd, mode",
        chmod2,
        "Change the access permissions of the file given by file descriptor fd.",
    ),
    def(
        "chown",
        "path, uid, gid, *, dir_fd=None, follow_symlinks=True",
        chown,
        "Change the owner and group id of path to the numeric uid and gid.",
    ),
    def(
        "utime",
        "path, times=None, *, ns=<unrepresentable>, dir_fd=None, follow_symlinks=True",
        utime,
        "Set the access and modified time of path.",
    ),
    def(
        "mkfifo",
        "path, mode=0o666, *, dir_fd=None",
        mkfifo,
        "Create a \"fifo\" (a POSIX named pipe).",
    ),
    def(
        "umask",
        "mask, /",
        umask,
        "Set the current numeric umask and return the previous umask.",
    ),
    def("sync", "", sync, "Force write of everything to disk."),
];

const STAT_FIELDS: [&str; 19] = [
    "st_mode",
    "st_ino",
    "st_dev",
    "st_nlink",
    "st_uid",
    "st_gid",
    "st_size",
    "_st_atime",
    "_st_mtime",
    "_st_ctime",
    "st_atime",
    "st_mtime",
    "st_ctime",
    "st_atime_ns",
    "st_mtime_ns",
    "st_ctime_ns",
    "st_blksize",
    "st_blocks",
    "st_rdev",
];
fn stat_class(th: &mut Thread) -> R<Gc<Class>> {
    static CLASS: OnceLock<Gc<Class>> = OnceLock::new();
    sequence(th, &CLASS, "os.stat_result", &STAT_FIELDS, 10)
}
/// A `stat_result`.
pub(crate) fn result(th: &mut Thread, s: &libc::stat) -> R {
    let class = stat_class(th)?;
    let ns = |s: i64, n: i64| s as i128 * 1_000_000_000 + n as i128;
    let times = [
        ns(s.st_atime, s.st_atime_nsec),
        ns(s.st_mtime, s.st_mtime_nsec),
        ns(s.st_ctime, s.st_ctime_nsec),
    ];
    let mut v: Vec<Value> = [
        s.st_mode as i64,
        s.st_ino as i64,
        s.st_dev as i64,
        s.st_nlink as i64,
        s.st_uid as i64,
        s.st_gid as i64,
        s.st_size,
        s.st_atime,
        s.st_mtime,
        s.st_ctime,
    ]
    .map(|n| th.new_int(n))
    .to_vec();
    v.extend(times.map(|t| Value::float(t as f64 / 1e9)));
    for t in times {
        v.push(th.new_int(t as i64));
    }
    v.extend([s.st_blksize, s.st_blocks, s.st_rdev as i64].map(|n| th.new_int(n)));
    structseq::new(th, class, &v)
}
/// stat of a path or descriptor; the error code otherwise.
pub(crate) fn stat_raw(t: &Target, dir: i32, follow: bool) -> Result<libc::stat, i32> {
    // SAFETY: all-zero is a valid stat; the pointers are valid.
    unsafe {
        let mut s: libc::stat = std::mem::zeroed();
        let r = match t {
            Target::Fd(fd) => libc::fstat(*fd, &mut s),
            Target::Path(p) => libc::fstatat(dir, p.as_ptr(), &mut s, if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW }),
        };
        if r == 0 { Ok(s) } else { Err(*libc::__errno_location()) }
    }
}
fn stat_with(th: &mut Thread, p: Value, dir: Value, follow: bool) -> R {
    let t = target(th, p)?;
    let dir = dir_fd(th, dir)?;
    match stat_raw(&t, dir, follow) {
        Ok(s) => result(th, &s),
        Err(e) => Err(super::error_about(th, e, if p.is_small() { None } else { Some(p) })),
    }
}
fn stat(th: &mut Thread, a: &[Value]) -> R {
    let follow = flag(th, a[2], true)?;
    stat_with(th, a[0], a[1], follow)
}
fn lstat(th: &mut Thread, a: &[Value]) -> R {
    stat_with(th, a[0], a[1], false)
}
fn fstat(th: &mut Thread, a: &[Value]) -> R {
    stat_with(th, a[0], Value::EMPTY, true)
}
fn access(th: &mut Thread, a: &[Value]) -> R {
    let p = path(th, a[0])?;
    let (mode, dir) = (th.to_i32(a[1])?, dir_fd(th, a[2])?);
    let effective = flag(th, a[3], false)?;
    let follow = flag(th, a[4], true)?;
    let flags = if effective { libc::AT_EACCESS } else { 0 } | if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: a valid C string.
    Ok(Value::bool(unsafe { libc::faccessat(dir, p.as_ptr(), mode, flags) } == 0))
}
fn unlink(th: &mut Thread, a: &[Value]) -> R {
    let (p, dir) = (path(th, a[0])?, dir_fd(th, a[1])?);
    th.irrevocable()?;
    // SAFETY: a valid C string.
    check(th, unsafe { libc::unlinkat(dir, p.as_ptr(), 0) } as i64, Some(a[0]))?;
    Ok(Value::NONE)
}
/// Checks a call about two paths.
fn check2(th: &mut Thread, r: i32, a: &[Value]) -> R {
    if r == -1 {
        let code = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
        return Err(vasuki_vm::types::exceptions::os_error_with(th, code, a[0], a[1]));
    }
    Ok(Value::NONE)
}
fn rename(th: &mut Thread, a: &[Value]) -> R {
    let (p, q) = (path(th, a[0])?, path(th, a[1])?);
    let (d, e) = (dir_fd(th, a[2])?, dir_fd(th, a[3])?);
    th.irrevocable()?;
    // SAFETY: valid C strings.
    let r = unsafe { libc::renameat(d, p.as_ptr(), e, q.as_ptr()) };
    check2(th, r, a)
}
fn link(th: &mut Thread, a: &[Value]) -> R {
    let (p, q) = (path(th, a[0])?, path(th, a[1])?);
    let (d, e) = (dir_fd(th, a[2])?, dir_fd(th, a[3])?);
    let follow = flag(th, a[4], true)?;
    th.irrevocable()?;
    // SAFETY: valid C strings.
    let r = unsafe { libc::linkat(d, p.as_ptr(), e, q.as_ptr(), if follow { libc::AT_SYMLINK_FOLLOW } else { 0 }) };
    check2(th, r, a)
}
fn symlink(th: &mut Thread, a: &[Value]) -> R {
    let (p, q, d) = (path(th, a[0])?, path(th, a[1])?, dir_fd(th, a[3])?);
    th.irrevocable()?;
    // SAFETY: valid C strings.
    let r = unsafe { libc::symlinkat(p.as_ptr(), d, q.as_ptr()) };
    check2(th, r, a)
}
fn readlink(th: &mut Thread, a: &[Value]) -> R {
    let (p, d) = (path(th, a[0])?, dir_fd(th, a[1])?);
    let mut buffer = vec![0u8; 4097];
    // SAFETY: the buffer has the length given.
    let n = check(
        th,
        unsafe { libc::readlinkat(d, p.as_ptr(), buffer.as_mut_ptr().cast(), buffer.len()) } as i64,
        Some(a[0]),
    )?;
    buffer.truncate(n as usize);
    let name = vasuki_vm::names::names().__fspath__;
    let given = if a[0].is_kind(Kind::Str) || a[0].is_kind(Kind::Bytes) {
        a[0]
    } else {
        th.call_method(a[0], name, &[])?
    };
    if given.is_kind(Kind::Bytes) {
        return Ok(th.new_bytes(&buffer));
    }
    Ok(fs_string(th, std::os::unix::ffi::OsStrExt::from_bytes(&buffer)))
}
fn chmod(th: &mut Thread, a: &[Value]) -> R {
    let (t, mode, d) = (target(th, a[0])?, th.to_i32(a[1])? as libc::mode_t, dir_fd(th, a[2])?);
    let follow = flag(th, a[3], true)?;
    th.irrevocable()?;
    // SAFETY: valid C strings.
    let r = unsafe {
        match t {
            Target::Fd(fd) => libc::fchmod(fd, mode),
            Target::Path(p) => libc::fchmodat(d, p.as_ptr(), mode, if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW }),
        }
    };
    check(th, r as i64, Some(a[0]))?;
    Ok(Value::NONE)
}
fn chmod2(th: &mut Thread, a: &[Value]) -> R {
    chmod(th, &[a[0], a[1], Value::EMPTY, Value::EMPTY])
}
fn chown(th: &mut Thread, a: &[Value]) -> R {
    let (t, d) = (target(th, a[0])?, dir_fd(th, a[3])?);
    let (u, g) = (super::ids::uid(th, a[1])?, super::ids::gid(th, a[2])?);
    let follow = flag(th, a[4], true)?;
    th.irrevocable()?;
    // SAFETY: valid C strings.
    let r = unsafe {
        match t {
            Target::Fd(fd) => libc::fchown(fd, u, g),
            Target::Path(p) => libc::fchownat(d, p.as_ptr(), u, g, if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW }),
        }
    };
    check(th, r as i64, Some(a[0]))?;
    Ok(Value::NONE)
}
fn timespec(ns: i128) -> libc::timespec {
    libc::timespec {
        tv_sec: ns.div_euclid(1_000_000_000) as i64,
        tv_nsec: ns.rem_euclid(1_000_000_000) as i64,
    }
}
fn utime(th: &mut Thread, a: &[Value]) -> R {
    let given = |v: Value| !v.is_empty() && !v.is_none();
    if given(a[1]) && given(a[2]) {
        return Err(th.value_error("utime: you may specify either 'times' or 'ns' but not both"));
    }
    let mut times = [libc::timespec {
        tv_sec: 0,
        tv_nsec: libc::UTIME_NOW,
    }; 2];
    for (v, seconds) in [(a[1], true), (a[2], false)] {
        if !given(v) {
            continue;
        }
        let t = tuple::expect(th, v, if seconds { "utime: 'times'" } else { "utime: 'ns'" })?;
        if t.len() != 2 {
            return Err(th.type_error("utime: 'times' must be either a tuple of two ints or None"));
        }
        for (slot, v) in times.iter_mut().zip(t.items()) {
            let ns = match float::to_f64(*v) {
                Some(f) => (f * 1e9).floor() as i128,
                None => th.to_i64(*v)? as i128 * if seconds { 1_000_000_000 } else { 1 },
            };
            *slot = timespec(ns);
        }
    }
    let (t, d) = (target(th, a[0])?, dir_fd(th, a[3])?);
    let follow = flag(th, a[4], true)?;
    th.irrevocable()?;
    // SAFETY: valid C strings and two timespecs.
    let r = unsafe {
        match t {
            Target::Fd(fd) => libc::futimens(fd, times.as_ptr()),
            Target::Path(p) => libc::utimensat(d, p.as_ptr(), times.as_ptr(), if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW }),
        }
    };
    check(th, r as i64, Some(a[0]))?;
    Ok(Value::NONE)
}
fn mkfifo(th: &mut Thread, a: &[Value]) -> R {
    let (p, d): (CString, i32) = (path(th, a[0])?, dir_fd(th, a[2])?);
    let mode = if a[1].is_empty() { 0o666 } else { th.to_i32(a[1])? };
    th.irrevocable()?;
    // SAFETY: a valid C string.
    let done = unsafe { libc::mkfifoat(d, p.as_ptr(), mode as libc::mode_t) };
    check(th, done as i64, Some(a[0]))?;
    Ok(Value::NONE)
}
fn umask(th: &mut Thread, a: &[Value]) -> R {
    let m = th.to_i32(a[0])?;
    th.irrevocable()?;
    // SAFETY: no preconditions.
    Ok(Value::small(unsafe { libc::umask(m as libc::mode_t) } as i64))
}
fn sync(th: &mut Thread, _: &[Value]) -> R {
    // SAFETY: no preconditions.
    th.blocking(|| unsafe { libc::sync() })?;
    Ok(Value::NONE)
}
/// Adds the classes.
pub fn add(th: &mut Thread, m: Value) -> R<()> {
    let c = stat_class(th)?;
    put(th, m, "stat_result", c.value())
}
