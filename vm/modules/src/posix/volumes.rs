//! File systems and what is configured: `statvfs`, `pathconf`, `confstr`; devices; extended attributes.

use super::{Target, check, flag, put, sequence, target};
use crate::support::errno;
use std::ffi::CString;
use std::sync::OnceLock;
use vasuki_vm::native::{NativeDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::structseq;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

pub static FUNCTIONS: &[NativeDef] = &[
    def("statvfs", "path", statvfs, "Perform a statvfs system call on the given path."),
    def("fstatvfs", "fd, /", statvfs, "Perform an fstatvfs system call on the given fd."),
    def(
        "pathconf",
        "path, name",
        pathconf,
        "Return the configuration limit name for the file or directory path.",
    ),
    def(
        "fpathconf",
        "fd, name, /",
        pathconf,
        "Return the configuration limit name for the file descriptor fd.",
    ),
    def(
        "confstr",
        "name, /",
        confstr,
        "Return a string-valued system configuration variable.",
    ),
    def(
        "makedev",
        "major, minor, /",
        makedev,
        "Composes a raw device number from the major and minor device numbers.",
    ),
    def(
        "major",
        "device, /",
        |th, a| part(th, a[0], true),
        "Extracts a device major number from a raw device number.",
    ),
    def(
        "minor",
        "device, /",
        |th, a| part(th, a[0], false),
        "Extracts a device minor number from a raw device number.",
    ),
    def(
        "mknod",
        "path, mode=0o600, device=0, *, dir_fd=None",
        mknod,
        "Create a node in the file system.\n\nCreate a node in the file system (file, device special file or named pipe)\nat path.  mode specifies both the permissions to use and the\ntype of node to be created, being combined (bitwise OR) with one of\nS_IFREG, S_IFCHR, S_IFBLK, and S_IFIFO.",
    ),
    def(
        "getxattr",
        "path, attribute, *, follow_symlinks=True",
        getxattr,
        "Return the value of extended attribute attribute on path.",
    ),
    def(
        "setxattr",
        "path, attribute, value, flags=0, *, follow_symlinks=True",
        setxattr,
        "Set extended attribute attribute on path to value.",
    ),
    def(
        "removexattr",
        "path, attribute, *, follow_symlinks=True",
        removexattr,
        "Remove extended attribute attribute on path.",
    ),
    def(
        "listxattr",
        "path=None, *, follow_symlinks=True",
        listxattr,
        "Return a list of extended attributes on path.",
    ),
];
static PATHCONF: &[(&str, i32)] = &[
    ("PC_ALLOC_SIZE_MIN", libc::_PC_ALLOC_SIZE_MIN),
    ("PC_ASYNC_IO", libc::_PC_ASYNC_IO),
    ("PC_CHOWN_RESTRICTED", libc::_PC_CHOWN_RESTRICTED),
    ("PC_FILESIZEBITS", libc::_PC_FILESIZEBITS),
    ("PC_LINK_MAX", libc::_PC_LINK_MAX),
    ("PC_MAX_CANON", libc::_PC_MAX_CANON),
    ("PC_MAX_INPUT", libc::_PC_MAX_INPUT),
    ("PC_NAME_MAX", libc::_PC_NAME_MAX),
    ("PC_NO_TRUNC", libc::_PC_NO_TRUNC),
    ("PC_PATH_MAX", libc::_PC_PATH_MAX),
    ("PC_PIPE_BUF", libc::_PC_PIPE_BUF),
    ("PC_PRIO_IO", libc::_PC_PRIO_IO),
    ("PC_REC_INCR_XFER_SIZE", libc::_PC_REC_INCR_XFER_SIZE),
    ("PC_REC_MAX_XFER_SIZE", libc::_PC_REC_MAX_XFER_SIZE),
    ("PC_REC_MIN_XFER_SIZE", libc::_PC_REC_MIN_XFER_SIZE),
    ("PC_REC_XFER_ALIGN", libc::_PC_REC_XFER_ALIGN),
    ("PC_SOCK_MAXBUF", libc::_PC_SOCK_MAXBUF),
    ("PC_SYMLINK_MAX", libc::_PC_SYMLINK_MAX),
    ("PC_SYNC_IO", libc::_PC_SYNC_IO),
    ("PC_VDISABLE", libc::_PC_VDISABLE),
];
static CONFSTR: &[(&str, i32)] = &[("CS_PATH", 0), ("CS_GNU_LIBC_VERSION", 2), ("CS_GNU_LIBPTHREAD_VERSION", 3)];

/// Adds the tables.
pub fn add(th: &mut Thread, m: Value) -> R<()> {
    for (name, table) in [("pathconf_names", PATHCONF), ("confstr_names", CONFSTR)] {
        let d = th.new_dict();
        for (k, v) in table {
            let k = th.intern(k);
            d.as_gc::<Dict>().set_str(th, k, Value::small(i64::from(*v)))?;
        }
        put(th, m, name, d)?;
    }
    let c = statvfs_class(th)?;
    put(th, m, "statvfs_result", c.value())
}
fn statvfs_class(th: &mut Thread) -> R<Gc<Class>> {
    static CLASS: OnceLock<Gc<Class>> = OnceLock::new();
    let fields = [
        "f_bsize",
        "f_frsize",
        "f_blocks",
        "f_bfree",
        "f_bavail",
        "f_files",
        "f_ffree",
        "f_favail",
        "f_flag",
        "f_namemax",
        "f_fsid",
    ];
    sequence(th, &CLASS, "os.statvfs_result", &fields, 10)
}
fn statvfs(th: &mut Thread, a: &[Value]) -> R {
    let t = target(th, a[0])?;
    // SAFETY: numbers only.
    let mut s: libc::statvfs = unsafe { std::mem::zeroed() };
    let p = &raw mut s;
    // SAFETY: a structure that the call fills, and a C string.
    super::fd::retry_about(th, Some(a[0]), || unsafe {
        i64::from(match &t {
            Target::Fd(fd) => libc::fstatvfs(*fd, p),
            Target::Path(path) => libc::statvfs(path.as_ptr(), p),
        })
    })?;
    let c = statvfs_class(th)?;
    let v = [
        s.f_bsize,
        s.f_frsize,
        s.f_blocks,
        s.f_bfree,
        s.f_bavail,
        s.f_files,
        s.f_ffree,
        s.f_favail,
        s.f_flag,
        s.f_namemax,
        s.f_fsid,
    ]
    .map(|n| th.new_uint(n));
    structseq::new(th, c, &v)
}
/// A name of a table, or a number.
fn named(th: &mut Thread, v: Value, table: &[(&str, i32)]) -> R<i32> {
    match v.cast::<Str>() {
        Some(s) => {
            let name = s.to_string_lossy();
            match table.iter().find(|x| x.0 == name) {
                Some(x) => Ok(x.1),
                None => Err(th.value_error("unrecognized configuration name")),
            }
        }
        None if vasuki_vm::types::int::is_int(v) => th.to_i32(v),
        None => Err(th.type_error("configuration names must be strings or integers")),
    }
}
fn pathconf(th: &mut Thread, a: &[Value]) -> R {
    let name = named(th, a[1], PATHCONF)?;
    let t = target(th, a[0])?;
    // SAFETY: this thread's errno; a C string.
    let r = unsafe {
        *libc::__errno_location() = 0;
        match &t {
            Target::Fd(fd) => libc::fpathconf(*fd, name),
            Target::Path(p) => libc::pathconf(p.as_ptr(), name),
        }
    };
    if r == -1 && errno() != 0 {
        return Err(super::last_error(th, Some(a[0])));
    }
    Ok(th.new_int(r))
}
fn confstr(th: &mut Thread, a: &[Value]) -> R {
    let name = named(th, a[0], CONFSTR)?;
    let mut buf = vec![0u8; 256];
    loop {
        // SAFETY: this thread's errno; the buffer's own length.
        let n = unsafe {
            *libc::__errno_location() = 0;
            libc::confstr(name, buf.as_mut_ptr().cast(), buf.len())
        };
        if n == 0 {
            return if errno() == 0 {
                Ok(Value::NONE)
            } else {
                Err(super::last_error(th, None))
            };
        }
        if n <= buf.len() {
            return crate::pwd::decode(th, &buf[..n - 1]);
        }
        buf.resize(n, 0);
    }
}
fn makedev(th: &mut Thread, a: &[Value]) -> R {
    let (major, minor) = (th.to_i64(a[0])?, th.to_i64(a[1])?);
    match (u32::try_from(major), u32::try_from(minor)) {
        (Ok(a), Ok(b)) => Ok(th.new_uint(libc::makedev(a, b))),
        _ => Err(th.overflow_error("Python int too large to convert to C unsigned int")),
    }
}
fn device(th: &mut Thread, v: Value) -> R<u64> {
    let i = th.index(v)?;
    let n = vasuki_vm::types::int::to_bigint(i).unwrap_or_default();
    match u64::try_from(n.as_ref()) {
        Ok(n) => Ok(n),
        Err(_) => Err(th.overflow_error("can't convert negative int to unsigned")),
    }
}
fn part(th: &mut Thread, v: Value, major: bool) -> R {
    let d = device(th, v)?;
    Ok(Value::small(i64::from(if major { libc::major(d) } else { libc::minor(d) })))
}
fn mknod(th: &mut Thread, a: &[Value]) -> R {
    let p = super::path(th, a[0])?;
    let mode = if a[1].is_empty() { 0o600 } else { th.to_i32(a[1])? };
    let dev = if a[2].is_empty() { 0 } else { device(th, a[2])? };
    let d = super::dir_fd(th, a[3])?;
    th.irrevocable()?;
    // SAFETY: a C string.
    check(th, i64::from(unsafe { libc::mknodat(d, p.as_ptr(), mode as _, dev) }), Some(a[0]))?;
    Ok(Value::NONE)
}

fn attribute(th: &mut Thread, v: Value) -> R<CString> {
    super::path(th, v)
}
/// Calls the function of a target: for descriptors, paths, or links themselves.
fn choose(
    t: &Target,
    follow: bool,
    fd: impl FnOnce(i32) -> i64,
    path: impl FnOnce(*const libc::c_char) -> i64,
    link: impl FnOnce(*const libc::c_char) -> i64,
) -> i64 {
    match t {
        Target::Fd(n) => fd(*n),
        Target::Path(p) if follow => path(p.as_ptr()),
        Target::Path(p) => link(p.as_ptr()),
    }
}
fn getxattr(th: &mut Thread, a: &[Value]) -> R {
    let (t, name, follow) = (target(th, a[0])?, attribute(th, a[1])?, flag(th, a[2], true)?);
    let n = name.as_ptr();
    let mut buf = vec![0u8; 128];
    loop {
        let (b, len) = (buf.as_mut_ptr().cast(), buf.len());
        // SAFETY: C strings, and the buffer's own length.
        let r = unsafe {
            choose(
                &t,
                follow,
                |fd| libc::fgetxattr(fd, n, b, len) as i64,
                |p| libc::getxattr(p, n, b, len) as i64,
                |p| libc::lgetxattr(p, n, b, len) as i64,
            )
        };
        if r == -1 && errno() == libc::ERANGE && buf.len() < 1 << 16 {
            buf.resize(1 << 16, 0);
            continue;
        }
        let got = check(th, r, Some(a[0]))?;
        return Ok(th.new_bytes(&buf[..got as usize]));
    }
}
fn setxattr(th: &mut Thread, a: &[Value]) -> R {
    let (t, name) = (target(th, a[0])?, attribute(th, a[1])?);
    let value = vasuki_vm::types::buffer_protocol::bytes_arg(th, a[2])?;
    let flags = if a[3].is_empty() { 0 } else { th.to_i32(a[3])? };
    let follow = flag(th, a[4], true)?;
    th.irrevocable()?;
    let (n, b, len) = (name.as_ptr(), value.as_ptr().cast(), value.len());
    // SAFETY: C strings, and the value's own length.
    let r = unsafe {
        choose(
            &t,
            follow,
            |fd| i64::from(libc::fsetxattr(fd, n, b, len, flags)),
            |p| i64::from(libc::setxattr(p, n, b, len, flags)),
            |p| i64::from(libc::lsetxattr(p, n, b, len, flags)),
        )
    };
    check(th, r, Some(a[0]))?;
    Ok(Value::NONE)
}
fn removexattr(th: &mut Thread, a: &[Value]) -> R {
    let (t, name, follow) = (target(th, a[0])?, attribute(th, a[1])?, flag(th, a[2], true)?);
    th.irrevocable()?;
    let n = name.as_ptr();
    // SAFETY: C strings.
    let r = unsafe {
        choose(
            &t,
            follow,
            |fd| i64::from(libc::fremovexattr(fd, n)),
            |p| i64::from(libc::removexattr(p, n)),
            |p| i64::from(libc::lremovexattr(p, n)),
        )
    };
    check(th, r, Some(a[0]))?;
    Ok(Value::NONE)
}
fn listxattr(th: &mut Thread, a: &[Value]) -> R {
    let t = if a[0].is_empty() || a[0].is_none() {
        Target::Path(c".".into())
    } else {
        target(th, a[0])?
    };
    let follow = flag(th, a[1], true)?;
    let mut buf = vec![0u8; 256];
    loop {
        let (b, len) = (buf.as_mut_ptr().cast(), buf.len());
        // SAFETY: a C string, and the buffer's own length.
        let r = unsafe {
            choose(
                &t,
                follow,
                |fd| libc::flistxattr(fd, b, len) as i64,
                |p| libc::listxattr(p, b, len) as i64,
                |p| libc::llistxattr(p, b, len) as i64,
            )
        };
        if r == -1 && errno() == libc::ERANGE && buf.len() < 1 << 16 {
            buf.resize(1 << 16, 0);
            continue;
        }
        let got = check(th, r, Some(a[0]).filter(|v| !v.is_empty()))?;
        let list = th.new_list(&[])?;
        for name in buf[..got as usize].split(|b| *b == 0).filter(|n| !n.is_empty()) {
            let name = crate::pwd::decode(th, name)?;
            list.as_gc::<vasuki_vm::types::list::List>().append(th, name)?;
        }
        return Ok(list);
    }
}
