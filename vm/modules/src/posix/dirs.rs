//! Folders: mkdir, rmdir, listdir, scandir, the current folder.

use super::files::{result, stat_raw};
use super::{Target, check, dir_fd, flag, path, put};
use std::ffi::{CStr, CString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::sync::OnceLock;
use vasuki_vm::codecs::fs::{fs_bytes, fs_string};
use vasuki_vm::native::{NativeDef, TypeDef, def, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::bytes::Bytes;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::list::List;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::types::type_;
use vasuki_vm::value::Value;

pub static FUNCTIONS: &[NativeDef] = &[
    def("mkdir", "path, mode=511, *, dir_fd=None", mkdir, "Create a directory."),
    def("rmdir", "path, *, dir_fd=None", rmdir, "Remove a directory."),
    def(
        "listdir",
        "path=None",
        listdir,
        "Return a list containing the names of the files in the directory.",
    ),
    def(
        "scandir",
        "path=None",
        scandir,
        "Return an iterator of DirEntry objects for given path.",
    ),
    def(
        "chdir",
        "path",
        chdir,
        "Change the current working directory to the specified path.",
    ),
    def("fchdir", "fd", chdir, "Change to the directory of the given file descriptor."),
    def(
        "getcwd",
        "",
        getcwd,
        "Return a unicode string representing the current working directory.",
    ),
    def(
        "getcwdb",
        "",
        getcwdb,
        "Return a bytes string representing the current working directory.",
    ),
];

fn mkdir(th: &mut Thread, a: &[Value]) -> R {
    let (p, d) = (path(th, a[0])?, dir_fd(th, a[2])?);
    let mode = if a[1].is_empty() { 0o777 } else { th.to_i32(a[1])? };
    th.irrevocable()?;
    // SAFETY: a valid C string.
    check(th, unsafe { libc::mkdirat(d, p.as_ptr(), mode as libc::mode_t) } as i64, Some(a[0]))?;
    Ok(Value::NONE)
}
fn rmdir(th: &mut Thread, a: &[Value]) -> R {
    let (p, d) = (path(th, a[0])?, dir_fd(th, a[1])?);
    th.irrevocable()?;
    // SAFETY: a valid C string.
    check(th, unsafe { libc::unlinkat(d, p.as_ptr(), libc::AT_REMOVEDIR) } as i64, Some(a[0]))?;
    Ok(Value::NONE)
}
fn chdir(th: &mut Thread, a: &[Value]) -> R {
    let t = super::target(th, a[0])?;
    th.irrevocable()?;
    // SAFETY: a valid C string.
    let r = unsafe {
        match &t {
            Target::Fd(fd) => libc::fchdir(*fd),
            Target::Path(p) => libc::chdir(p.as_ptr()),
        }
    };
    check(th, r as i64, Some(a[0]))?;
    Ok(Value::NONE)
}
fn cwd(th: &mut Thread) -> R<Vec<u8>> {
    match std::env::current_dir() {
        Ok(p) => Ok(p.into_os_string().into_vec()),
        Err(e) => Err(super::error_about(th, e.raw_os_error().unwrap_or(0), None)),
    }
}
fn getcwd(th: &mut Thread, _: &[Value]) -> R {
    let b = cwd(th)?;
    Ok(fs_string(th, std::ffi::OsStr::from_bytes(&b)))
}
fn getcwdb(th: &mut Thread, _: &[Value]) -> R {
    let b = cwd(th)?;
    Ok(th.new_bytes(&b))
}
/// Name, type (d_type) and inode number of something in a folder.
type Found = (Vec<u8>, u8, u64);

/// What is in a folder; the error code otherwise.
fn entries(t: &Target) -> Result<Vec<Found>, i32> {
    // SAFETY: the C strings are valid; the directory stream is closed at the end; entries are read before the next call.
    unsafe {
        let errno = || *libc::__errno_location();
        let dir = match t {
            Target::Path(p) => libc::opendir(p.as_ptr()),
            Target::Fd(fd) => {
                let fd = libc::fcntl(*fd, libc::F_DUPFD_CLOEXEC, 0);
                if fd == -1 {
                    return Err(errno());
                }
                let d = libc::fdopendir(fd);
                if !d.is_null() {
                    libc::rewinddir(d);
                }
                d
            }
        };
        if dir.is_null() {
            return Err(errno());
        }
        let mut out = Vec::new();
        loop {
            *libc::__errno_location() = 0;
            let e = libc::readdir(dir);
            if e.is_null() {
                break;
            }
            let name = CStr::from_ptr((*e).d_name.as_ptr()).to_bytes().to_vec();
            if name != b"." && name != b".." {
                out.push((name, (*e).d_type, (*e).d_ino));
            }
        }
        let code = errno();
        libc::closedir(dir);
        if code != 0 { Err(code) } else { Ok(out) }
    }
}
fn folder(th: &mut Thread, v: Value) -> R<(Target, bool)> {
    Ok(match v {
        Value::EMPTY | Value::NONE => (Target::Path(CString::from(c".")), false),
        v if v.is_small() => (Target::Fd(th.to_i32(v)?), false),
        v => (Target::Path(path(th, v)?), v.cast::<Bytes>().is_some()),
    })
}
fn name(th: &mut Thread, b: &[u8], bytes: bool) -> Value {
    if bytes {
        th.new_bytes(b)
    } else {
        fs_string(th, std::ffi::OsStr::from_bytes(b))
    }
}
fn read_folder(th: &mut Thread, v: Value) -> R<(Vec<Found>, bool)> {
    let (t, bytes) = folder(th, v)?;
    match th.blocking(|| entries(&t))? {
        Ok(e) => Ok((e, bytes)),
        Err(code) => Err(super::error_about(
            th,
            code,
            if v.is_empty() || v.is_none() { None } else { Some(v) },
        )),
    }
}
fn listdir(th: &mut Thread, a: &[Value]) -> R {
    let (found, bytes) = read_folder(th, a[0])?;
    let list = th.new_list(&[])?;
    for (n, _, _) in found {
        let n = name(th, &n, bytes);
        list.as_gc::<List>().append(th, n)?;
    }
    Ok(list)
}

/// `os.DirEntry`
#[derive(Clone)]
struct Entry {
    name: Value,
    path: Value,
    d_type: u8,
    inode: u64,
    dir: i32,
}
impl Payload for Entry {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.name);
        f(self.path);
    }
}
static ENTRY: TypeDef = TypeDef {
    base: false,
    methods: &[
        def(
            "is_dir",
            "self, /, *, follow_symlinks=True",
            |th, a| entry_is(th, a, libc::S_IFDIR, libc::DT_DIR),
            "Return True if the entry is a directory; cached per entry.",
        ),
        def(
            "is_file",
            "self, /, *, follow_symlinks=True",
            |th, a| entry_is(th, a, libc::S_IFREG, libc::DT_REG),
            "Return True if the entry is a file; cached per entry.",
        ),
        def(
            "is_symlink",
            "self, /",
            entry_is_symlink,
            "Return True if the entry is a symbolic link; cached per entry.",
        ),
        def(
            "is_junction",
            "self, /",
            |_, _| Ok(Value::FALSE),
            "Return True if the entry is a junction; cached per entry.",
        ),
        def(
            "stat",
            "self, /, *, follow_symlinks=True",
            entry_stat,
            "Return stat_result object for the entry; cached per entry.",
        ),
        def(
            "inode",
            "self, /",
            |th, a| {
                let n = entry(th, a[0])?.inode;
                Ok(th.new_int(n as i64))
            },
            "Return inode of the entry; cached per entry.",
        ),
        def(
            "__fspath__",
            "self, /",
            |th, a| Ok(entry(th, a[0])?.path),
            "Returns the path for the entry.",
        ),
        def("__repr__", "self, /", entry_repr, "Return repr(self)."),
    ],
    getsets: &[
        getter(
            "name",
            |th, v| Ok(entry(th, v)?.name),
            "the entry's base filename, relative to scandir() \"path\" argument",
        ),
        getter(
            "path",
            |th, v| Ok(entry(th, v)?.path),
            "the entry's full path name; equivalent to os.path.join(scandir_path, entry.name)",
        ),
    ],
    ..TypeDef::new("posix.DirEntry", Kind::Payload, payload_size::<Entry>())
};
fn class_of_def(th: &mut Thread, cell: &'static OnceLock<Gc<Class>>, def: &'static TypeDef) -> R<Gc<Class>> {
    if let Some(c) = cell.get() {
        return Ok(*c);
    }
    let c = type_::make_native_class(th, def, &[])?;
    vasuki_vm::memory::keep(c.value());
    Ok(*cell.get_or_init(|| c))
}
fn entry_class(th: &mut Thread) -> R<Gc<Class>> {
    static CLASS: OnceLock<Gc<Class>> = OnceLock::new();
    class_of_def(th, &CLASS, &ENTRY)
}
fn entry(th: &mut Thread, v: Value) -> R<Entry> {
    match payload::downcast::<Entry>(v) {
        Some(e) => Ok(th.open_mut(e)?.clone()),
        None => Err(th.type_error("a DirEntry is required")),
    }
}
fn entry_mode(th: &mut Thread, e: &Entry, follow: bool) -> R<Option<libc::stat>> {
    let base = if e.dir == libc::AT_FDCWD { e.path } else { e.name };
    let p = path(th, base)?;
    match stat_raw(&Target::Path(p), e.dir, follow) {
        Ok(s) => Ok(Some(s)),
        Err(libc::ENOENT) => Ok(None),
        Err(code) => Err(super::error_about(th, code, Some(e.path))),
    }
}
fn entry_is(th: &mut Thread, a: &[Value], mode: libc::mode_t, d_type: u8) -> R {
    let e = entry(th, a[0])?;
    let follow = flag(th, a[1], true)?;
    if e.d_type != libc::DT_UNKNOWN && (e.d_type != libc::DT_LNK || !follow) {
        return Ok(Value::bool(e.d_type == d_type));
    }
    Ok(Value::bool(
        entry_mode(th, &e, follow)?.is_some_and(|s| s.st_mode & libc::S_IFMT == mode),
    ))
}
fn entry_is_symlink(th: &mut Thread, a: &[Value]) -> R {
    let e = entry(th, a[0])?;
    if e.d_type != libc::DT_UNKNOWN {
        return Ok(Value::bool(e.d_type == libc::DT_LNK));
    }
    Ok(Value::bool(
        entry_mode(th, &e, false)?.is_some_and(|s| s.st_mode & libc::S_IFMT == libc::S_IFLNK),
    ))
}
fn entry_stat(th: &mut Thread, a: &[Value]) -> R {
    let e = entry(th, a[0])?;
    let follow = flag(th, a[1], true)?;
    match entry_mode(th, &e, follow)? {
        Some(s) => result(th, &s),
        None => Err(super::error_about(th, libc::ENOENT, Some(e.path))),
    }
}
fn entry_repr(th: &mut Thread, a: &[Value]) -> R {
    let e = entry(th, a[0])?;
    let n = th.repr_string(e.name)?;
    Ok(th.new_str(&format!("<DirEntry {n}>")))
}

/// The iterator of `scandir`, and a context manager.
#[derive(Clone)]
struct Scan {
    entries: Vec<Found>,
    next: usize,
    base: Vec<u8>,
    bytes: bool,
    dir: i32,
}
impl Payload for Scan {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
static SCAN: TypeDef = TypeDef {
    base: false,
    methods: &[
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", scan_next, "Implement next(self)."),
        def("__enter__", "self, /", |_, a| Ok(a[0]), ""),
        def("__exit__", "self, *args", scan_close, ""),
        def("close", "self, /", scan_close, ""),
    ],
    ..TypeDef::new("posix.ScandirIterator", Kind::Payload, payload_size::<Scan>())
};
fn scandir(th: &mut Thread, a: &[Value]) -> R {
    let (found, bytes) = read_folder(th, a[0])?;
    let (base, dir) = match a[0] {
        Value::EMPTY | Value::NONE => (b".".to_vec(), libc::AT_FDCWD),
        v if v.is_small() => (Vec::new(), th.to_i32(v)?),
        v => (fs_bytes(th, v)?, libc::AT_FDCWD),
    };
    static CLASS: OnceLock<Gc<Class>> = OnceLock::new();
    let c = class_of_def(th, &CLASS, &SCAN)?;
    Ok(payload::new(
        th,
        c,
        Scan {
            entries: found,
            next: 0,
            base,
            bytes,
            dir,
        },
    )
    .value())
}
fn scan_next(th: &mut Thread, a: &[Value]) -> R {
    let Some(s) = payload::downcast::<Scan>(a[0]) else {
        return Err(th.type_error("a scandir iterator is required"));
    };
    let s = th.open_mut(s)?;
    let Some((n, d_type, inode)) = s.entries.get(s.next).cloned() else {
        return Ok(Value::EMPTY);
    };
    s.next += 1;
    let mut full = s.base.clone();
    if !full.is_empty() && !full.ends_with(b"/") {
        full.push(b'/');
    }
    full.extend_from_slice(&n);
    let (bytes, dir) = (s.bytes, s.dir);
    let (n, p) = (name(th, &n, bytes), name(th, &full, bytes));
    let c = entry_class(th)?;
    Ok(payload::new(
        th,
        c,
        Entry {
            name: n,
            path: p,
            d_type,
            inode,
            dir,
        },
    )
    .value())
}
fn scan_close(th: &mut Thread, a: &[Value]) -> R {
    if let Some(s) = payload::downcast::<Scan>(a[0]) {
        th.open_mut(s)?.entries.clear();
    }
    Ok(Value::NONE)
}
/// Adds the classes.
pub fn add(th: &mut Thread, m: Value) -> R<()> {
    let c = entry_class(th)?;
    put(th, m, "DirEntry", c.value())
}
