//! The module `mmap`: files and anonymous memory mapped into the process.
//!
//! What is written into a map cannot be taken back, since other processes may see it: writing is irrevocable. Every
//! access opens the object, so that no other transaction looks meanwhile.

mod access;
mod region;

use crate::support::{self, ClassCell, errno, given, open, put, put_ints};
use region::Region;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::Arc;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, TypeDef, def, def_static, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_format::Format;
use vasuki_vm::types::buffer_protocol::{self, Exporter, Memory};
use vasuki_vm::types::class::Class;
use vasuki_vm::types::exports::{self, Exports};
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "mmap",
    doc: "",
    functions: &[],
    init,
};
macro_rules! constants {
    ($($n:ident)*) => { &[$((stringify!($n), libc::$n as i64)),*] };
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    buffer_protocol::register::<Map>(&EXPORTER);
    let c = class(th)?;
    put(th, m, "mmap", c.value())?;
    put(th, m, "error", ctx().types.OSError.value())?;
    put_ints(
        th,
        m,
        constants!(PROT_READ PROT_WRITE PROT_EXEC MAP_SHARED MAP_PRIVATE MAP_ANON MAP_NORESERVE MADV_NORMAL MADV_RANDOM MADV_SEQUENTIAL MADV_WILLNEED MADV_DONTNEED),
    )?;
    #[cfg(target_os = "linux")]
    put_ints(
        th,
        m,
        constants!(MAP_ANONYMOUS MAP_DENYWRITE MAP_EXECUTABLE MAP_POPULATE MAP_STACK MADV_REMOVE MADV_DONTFORK MADV_DOFORK MADV_HWPOISON
            MADV_MERGEABLE MADV_UNMERGEABLE MADV_HUGEPAGE MADV_NOHUGEPAGE MADV_DONTDUMP MADV_DODUMP MADV_FREE),
    )?;
    let page = page_size();
    put_ints(
        th,
        m,
        &[
            ("ACCESS_DEFAULT", 0),
            ("ACCESS_READ", 1),
            ("ACCESS_WRITE", 2),
            ("ACCESS_COPY", 3),
            ("PAGESIZE", page),
            ("ALLOCATIONGRANULARITY", page),
        ],
    )
}
fn page_size() -> i64 {
    // SAFETY: a question without memory.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) as i64 }
}

/// What may be done with the memory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Default,
    Read,
    Write,
    Copy,
}
/// State of a map.
#[derive(Clone)]
struct Map {
    /// None when it is closed
    region: Option<Arc<Region>>,
    file: Option<Arc<OwnedFd>>,
    /// was it told to keep the file open? (anonymous maps: yes)
    tracks: bool,
    access: Access,
    readable: bool,
    /// only this process sees what is written
    private: bool,
    offset: i64,
    pos: usize,
    exports: Exports,
}
impl Payload for Map {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
static EXPORTER: Exporter = Exporter {
    memory: |th, v| {
        let readonly = open::<Map>(th, v)?.access == Access::Read;
        let (ptr, len) = if readonly { memory(th, v)? } else { memory_to_write(th, v)? };
        Ok(Memory {
            ptr,
            len,
            readonly,
            format: Format::BYTES,
        })
    },
    exports: Some(|th, v| Ok(&mut open::<Map>(th, v)?.exports)),
};
static MMAP: TypeDef = TypeDef {
    doc: "Maps length bytes from the file specified by the file descriptor fileno,\nand returns a mmap object.",
    methods: &[
        def_static(
            "__new__",
            "cls, fileno, length, flags=MAP_SHARED, prot=PROT_WRITE|PROT_READ, access=ACCESS_DEFAULT, offset=0, *, trackfd=True",
            new,
            "",
        ),
        def("__len__", "self, /", access::len, ""),
        def("__getitem__", "self, key, /", access::getitem, ""),
        def("__setitem__", "self, key, value, /", access::setitem, ""),
        def("__delitem__", "self, key, /", access::delitem, ""),
        def("__repr__", "self, /", repr, ""),
        def("__enter__", "self, /", enter, ""),
        def("__exit__", "self, exc_type, exc_value, traceback, /", close, ""),
        def("close", "self, /", close, ""),
        def("find", "self, view, start=None, end=None, /", access::find, ""),
        def("flush", "self, offset=0, size=-1, /", flush, ""),
        def("madvise", "self, option, start=0, length=None, /", madvise, ""),
        def("move", "self, dest, src, count, /", access::move_bytes, ""),
        def("read", "self, n=None, /", access::read, ""),
        def("read_byte", "self, /", access::read_byte, ""),
        def("readline", "self, /", access::readline, ""),
        def("resize", "self, newsize, /", resize, ""),
        def("rfind", "self, view, start=None, end=None, /", access::rfind, ""),
        def("seek", "self, pos, whence=os.SEEK_SET, /", access::seek, ""),
        def("seekable", "self, /", |_, _| Ok(Value::TRUE), ""),
        def("size", "self, /", size, ""),
        def("tell", "self, /", access::tell, ""),
        def("write", "self, bytes, /", access::write, ""),
        def("write_byte", "self, byte, /", access::write_byte, ""),
    ],
    getsets: &[getter("closed", |th, v| Ok(Value::bool(open::<Map>(th, v)?.region.is_none())), "")],
    ..TypeDef::new("mmap.mmap", Kind::Payload, payload_size::<Map>())
};
fn class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::class(th, &C, &MMAP)
}
/// The state of an open map.
fn opened(th: &mut Thread, v: Value) -> R<(&'static mut Map, Arc<Region>)> {
    let m = open::<Map>(th, v)?;
    match m.region.clone() {
        Some(r) => Ok((m, r)),
        None => Err(th.value_error("mmap closed or invalid")),
    }
}
/// Start and length of the memory, to be read. Where a file has become shorter, or nothing may be read, there is none:
/// the system would end the process.
fn memory(th: &mut Thread, v: Value) -> R<(*mut u8, usize)> {
    let (m, r) = opened(th, v)?;
    if !m.readable {
        return Err(th.os_error(libc::EACCES, None));
    }
    if let Some(size) = m.file.as_ref().and_then(|f| file_size(f.as_raw_fd())) {
        let page = page_size() as u64;
        let there = (size as u64).div_ceil(page) * page;
        if (m.offset as u64).saturating_add(r.len() as u64) > there.max(size as u64) {
            return Err(th.os_error(libc::EFAULT, None));
        }
    }
    Ok((r.start(), r.len()))
}
/// Start and length of the memory, to be written at once.
fn memory_to_write(th: &mut Thread, v: Value) -> R<(*mut u8, usize)> {
    if open::<Map>(th, v)?.access == Access::Read {
        return Err(th.type_error("mmap can't modify a readonly memory map."));
    }
    th.irrevocable()?;
    memory(th, v)
}

fn new(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[1])?;
    let mut len = th.to_isize(a[2])?;
    let default_prot = libc::PROT_READ | libc::PROT_WRITE;
    let mut flags = given(a[3]).map_or(Ok(libc::MAP_SHARED), |v| th.to_i32(v))?;
    let mut prot = given(a[4]).map_or(Ok(default_prot), |v| th.to_i32(v))?;
    let access = given(a[5]).map_or(Ok(0), |v| th.to_i32(v))?;
    let offset = given(a[6]).map_or(Ok(0), |v| th.to_i64(v))?;
    let tracks = given(a[7]).map_or(Ok(true), |v| th.truth(v))?;
    if len < 0 {
        return Err(th.overflow_error("memory mapped length must be positive"));
    }
    if offset < 0 {
        return Err(th.overflow_error("memory mapped offset must be positive"));
    }
    if access != 0 && (flags != libc::MAP_SHARED || prot != default_prot) {
        return Err(th.value_error("mmap can't specify both access, flags and prot."));
    }
    let access = match access {
        0 if prot & default_prot == default_prot => Access::Default,
        0 if prot & libc::PROT_WRITE != 0 => Access::Write,
        0 => Access::Read,
        1 => {
            prot = libc::PROT_READ;
            Access::Read
        }
        2 => Access::Write,
        3 => {
            flags = libc::MAP_PRIVATE;
            Access::Copy
        }
        _ => return Err(th.value_error("mmap invalid access parameter.")),
    };
    let mut file = None;
    if fd == -1 {
        flags |= libc::MAP_ANON;
    } else {
        if let Some(size) = file_size(fd) {
            len = checked_len(th, len, offset, size)?;
        }
        if tracks {
            file = Some(Arc::new(duplicate(th, fd)?));
        }
    }
    let region = match Region::map(len as usize, prot, flags, fd, offset) {
        Ok(r) => Arc::new(r),
        Err(e) => return Err(th.io_error(&e, None)),
    };
    let state = Map {
        region: Some(region),
        file,
        tracks,
        access,
        readable: prot & default_prot != 0,
        private: flags & libc::MAP_PRIVATE != 0,
        offset,
        pos: 0,
        exports: Exports::default(),
    };
    Ok(payload::new(th, a[0].as_gc(), state).value())
}
/// The size of a regular file.
fn file_size(fd: i32) -> Option<i64> {
    // SAFETY: a structure that the call fills.
    let mut s: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    let ok = unsafe { libc::fstat(fd, &mut s) } == 0;
    (ok && s.st_mode & libc::S_IFMT == libc::S_IFREG).then_some(s.st_size as i64)
}
fn checked_len(th: &mut Thread, len: isize, offset: i64, size: i64) -> R<isize> {
    if len == 0 {
        if size == 0 {
            return Err(th.value_error("cannot mmap an empty file"));
        }
        if offset >= size {
            return Err(th.value_error("mmap offset is greater than file size"));
        }
        return Ok((size - offset) as isize);
    }
    if offset > size || size - offset < len as i64 {
        return Err(th.value_error("mmap length is greater than file size"));
    }
    Ok(len)
}
fn duplicate(th: &mut Thread, fd: i32) -> R<OwnedFd> {
    // SAFETY: a number.
    let copy = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) };
    if copy < 0 {
        return Err(th.os_error(errno(), None));
    }
    // SAFETY: just made, so nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(copy) })
}
fn enter(th: &mut Thread, a: &[Value]) -> R {
    opened(th, a[0])?;
    Ok(a[0])
}
fn close(th: &mut Thread, a: &[Value]) -> R {
    let m = open::<Map>(th, a[0])?;
    exports::check(th, &mut m.exports, "cannot close exported pointers exist")?;
    m.region = None;
    m.file = None;
    Ok(Value::NONE)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let m = open::<Map>(th, a[0])?;
    let access = match m.access {
        Access::Default => "DEFAULT",
        Access::Read => "READ",
        Access::Write => "WRITE",
        Access::Copy => "COPY",
    };
    let rest = match &m.region {
        Some(r) => format!(
            "closed=False, access=ACCESS_{access}, length={}, pos={}, offset={}",
            r.len(),
            m.pos,
            m.offset
        ),
        None => "closed=True".into(),
    };
    let class = th.class_of(a[0]);
    let name = th.full_name(class)?;
    Ok(th.new_str(&format!("<{name} {rest}>")))
}
fn size(th: &mut Thread, a: &[Value]) -> R {
    let (m, r) = opened(th, a[0])?;
    if let Some(f) = &m.file {
        // SAFETY: a structure that the call fills.
        let mut s: libc::stat = unsafe { std::mem::zeroed() };
        // SAFETY: as above.
        if unsafe { libc::fstat(f.as_raw_fd(), &mut s) } != 0 {
            return Err(th.os_error(errno(), None));
        }
        return Ok(th.new_int(s.st_size as i64));
    }
    if m.tracks {
        Ok(th.new_int(r.len() as i64))
    } else {
        Err(th.os_error(libc::EBADF, None))
    }
}
fn flush(th: &mut Thread, a: &[Value]) -> R {
    let offset = given(a[1]).map_or(Ok(0), |v| th.to_isize(v))?;
    let (m, r) = opened(th, a[0])?;
    let (access, len) = (m.access, r.len() as isize);
    let size = match given(a[2]) {
        Some(v) => th.to_isize(v)?,
        None => len.wrapping_sub(offset),
    };
    if offset < 0 || size < 0 || offset > len || len - offset < size {
        return Err(th.value_error("flush values out of range"));
    }
    if matches!(access, Access::Read | Access::Copy) {
        return Ok(Value::NONE);
    }
    th.irrevocable()?;
    let start = r.start().wrapping_add(offset as usize);
    // SAFETY: a part of the mapping, which `r` keeps.
    if unsafe { libc::msync(start.cast(), size as usize, libc::MS_SYNC) } != 0 {
        return Err(th.os_error(errno(), None));
    }
    Ok(Value::NONE)
}
fn madvise(th: &mut Thread, a: &[Value]) -> R {
    let option = th.to_i32(a[1])?;
    let start = given(a[2]).map_or(Ok(0), |v| th.to_isize(v))?;
    let (_, r) = opened(th, a[0])?;
    let len = r.len() as isize;
    let count = match given(a[3]) {
        Some(v) => th.to_isize(v)?,
        None => len,
    };
    if start < 0 || start >= len {
        return Err(th.value_error("madvise start out of bounds"));
    }
    if count < 0 {
        return Err(th.value_error("madvise length invalid"));
    }
    if isize::MAX - start < count {
        return Err(th.overflow_error("madvise length too large"));
    }
    let count = count.min(len - start) as usize;
    th.irrevocable()?;
    // SAFETY: a part of the mapping, which `r` keeps; advice loses at most the map's own content.
    if unsafe { libc::madvise(r.start().wrapping_add(start as usize).cast(), count, option) } != 0 {
        return Err(th.os_error(errno(), None));
    }
    Ok(Value::NONE)
}
fn resize(th: &mut Thread, a: &[Value]) -> R {
    let len = th.to_isize(a[1])?;
    let (m, r) = opened(th, a[0])?;
    exports::check(th, &mut m.exports, "mmap can't resize with extant pointers exported.")?;
    let m = open::<Map>(th, a[0])?;
    if matches!(m.access, Access::Read | Access::Copy) {
        return Err(th.type_error("mmap can't resize a readonly or copy-on-write memory map."));
    }
    if !m.tracks {
        return Err(th.value_error("mmap can't resize with trackfd=False."));
    }
    if len < 0 || m.offset.checked_add(len as i64).is_none() {
        return Err(th.value_error("new size out of range"));
    }
    if m.file.is_none() && !m.private && len as usize > r.len() {
        return Err(th.value_error("mmap: can't expand a shared anonymous mapping on Linux"));
    }
    th.irrevocable()?;
    let (m, r) = opened(th, a[0])?;
    set_size(th, m, &r, len as usize)?;
    Ok(Value::NONE)
}
#[cfg(target_os = "linux")]
fn set_size(th: &mut Thread, m: &mut Map, r: &Region, len: usize) -> R<()> {
    if let Some(f) = &m.file {
        // SAFETY: numbers only.
        if unsafe { libc::ftruncate(f.as_raw_fd(), m.offset + len as i64) } != 0 {
            return Err(th.os_error(errno(), None));
        }
    }
    match r.resize(len) {
        Ok(()) => Ok(()),
        Err(e) => Err(th.io_error(&e, None)),
    }
}
#[cfg(not(target_os = "linux"))]
fn set_size(th: &mut Thread, _: &mut Map, _: &Region, _: usize) -> R<()> {
    let class = ctx().types.SystemError;
    Err(th.error(class, "mmap: resizing not available--no mremap()"))
}
