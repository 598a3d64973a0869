//! Helpers of `posixpath`.

use super::files::stat_raw;
use super::{Target, path};
use std::os::unix::ffi::OsStrExt;
use vasuki_vm::codecs::fs::{fs_bytes, fs_string};
use vasuki_vm::native::{NativeDef, def};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::bytes::Bytes;
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

pub static FUNCTIONS: &[NativeDef] = &[
    def(
        "fspath",
        "path",
        fspath,
        "Return the file system path representation of the object.",
    ),
    def(
        "_path_normpath",
        "path",
        normpath,
        "Normalize path, eliminating double slashes, etc.",
    ),
    def(
        "_path_splitroot_ex",
        "path, /",
        splitroot,
        "Split a pathname into drive, root and tail.",
    ),
    def(
        "_path_isdir",
        "path",
        |th, a| is_kind(th, a[0], |m| m & libc::S_IFMT == libc::S_IFDIR, true),
        "Return true if the pathname refers to an existing directory.",
    ),
    def(
        "_path_isfile",
        "path",
        |th, a| is_kind(th, a[0], |m| m & libc::S_IFMT == libc::S_IFREG, true),
        "Test whether a path is a regular file",
    ),
    def(
        "_path_islink",
        "path",
        |th, a| is_kind(th, a[0], |m| m & libc::S_IFMT == libc::S_IFLNK, false),
        "Test whether a path is a symbolic link",
    ),
    def(
        "_path_exists",
        "path",
        |th, a| is_kind(th, a[0], |_| true, true),
        "Test whether a path exists.",
    ),
    def(
        "_path_lexists",
        "path",
        |th, a| is_kind(th, a[0], |_| true, false),
        "Test whether a path exists. Returns True for broken symbolic links.",
    ),
];

/// `os.fspath(path)`
pub(crate) fn fspath(th: &mut Thread, a: &[Value]) -> R {
    if a[0].cast::<Str>().is_some() || a[0].cast::<Bytes>().is_some() {
        return Ok(a[0]);
    }
    let class = th.class_of(a[0]);
    let Some(m) = class.lookup(vasuki_vm::names::names().__fspath__) else {
        return Err(th.type_error(&format!("expected str, bytes or os.PathLike object, not {}", class.name_str())));
    };
    let r = th.call(m, &[a[0]])?;
    if r.cast::<Str>().is_some() || r.cast::<Bytes>().is_some() {
        return Ok(r);
    }
    let (c, n) = (class.name_str(), th.class_of(r).name_str());
    Err(th.type_error(&format!("expected {c}.__fspath__() to return str or bytes, not {n}")))
}
fn again(th: &mut Thread, like: Value, b: &[u8]) -> Value {
    if like.cast::<Bytes>().is_some() {
        th.new_bytes(b)
    } else {
        fs_string(th, std::ffi::OsStr::from_bytes(b))
    }
}
fn root_length(p: &[u8]) -> usize {
    match p {
        [b'/', b'/', b'/', ..] => 1,
        [b'/', b'/', ..] => 2,
        [b'/', ..] => 1,
        _ => 0,
    }
}
fn normpath(th: &mut Thread, a: &[Value]) -> R {
    let p = fs_bytes(th, a[0])?;
    let root = root_length(&p);
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in p[root..].split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." if root > 0 && parts.is_empty() => {}
            b".." if parts.last().is_some_and(|l| *l != b"..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let mut out = p[..root].to_vec();
    out.extend(parts.join(&b'/'));
    if out.is_empty() {
        out.push(b'.');
    }
    Ok(again(th, a[0], &out))
}
fn splitroot(th: &mut Thread, a: &[Value]) -> R {
    let p = fs_bytes(th, a[0])?;
    let root = root_length(&p);
    let parts = [again(th, a[0], b""), again(th, a[0], &p[..root]), again(th, a[0], &p[root..])];
    Ok(th.new_tuple(&parts))
}
/// False for paths that cannot exist (embedded NUL) too.
fn is_kind(th: &mut Thread, v: Value, test: fn(libc::mode_t) -> bool, follow: bool) -> R {
    let t = if v.is_small() {
        Target::Fd(th.to_i32(v)?)
    } else {
        let value_error = vasuki_vm::context::ctx().types.ValueError;
        match th.catch(value_error, |th| path(th, v))? {
            Ok(p) => Target::Path(p),
            Err(_) => return Ok(Value::FALSE),
        }
    };
    Ok(Value::bool(stat_raw(&t, libc::AT_FDCWD, follow).is_ok_and(|s| test(s.st_mode))))
}
