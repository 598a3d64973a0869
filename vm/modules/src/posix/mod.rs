//! The module `posix`: the system calls behind `os`. Calls that may block detach the thread.

mod constants;
mod dirs;
mod env;
mod fd;
mod files;
pub(crate) mod fork;
mod ids;
pub(crate) mod paths;
mod process;
mod schedule;
mod spawn;
mod system;
mod terminals;
mod vectors;
mod volumes;
mod wait;

use std::ffi::CString;
use std::sync::OnceLock;
use vasuki_vm::codecs::fs::fs_bytes;
use vasuki_vm::native::{ModuleDef, NativeDef};
use vasuki_vm::object::Gc;
use vasuki_vm::structseq;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::class::Class;
use vasuki_vm::value::Value;

/// The declaration. The functions are in tables of the files; `init` adds them all.
pub static MODULE: ModuleDef = ModuleDef {
    name: "posix",
    doc: "This module provides access to operating system functionality that is\nstandardized by the C Standard and the POSIX standard (a thinly\ndisguised Unix interface).  Refer to the library manual and\ncorresponding Unix manual entries for more information on calls.",
    functions: &[],
    init,
};

/// All functions, by file.
fn tables() -> [&'static [NativeDef]; 15] {
    [
        dirs::FUNCTIONS,
        env::FUNCTIONS,
        fd::FUNCTIONS,
        files::FUNCTIONS,
        fork::FUNCTIONS,
        paths::FUNCTIONS,
        ids::FUNCTIONS,
        process::FUNCTIONS,
        schedule::FUNCTIONS,
        spawn::FUNCTIONS,
        system::FUNCTIONS,
        terminals::FUNCTIONS,
        vectors::FUNCTIONS,
        volumes::FUNCTIONS,
        wait::FUNCTIONS,
    ]
}

/// The error of the last system call, about a path if there is one.
pub(crate) fn last_error(th: &mut Thread, path: Option<Value>) -> Throw {
    let code = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    error_about(th, code, path)
}
/// An OSError with a path object as filename.
pub(crate) fn error_about(th: &mut Thread, code: i32, path: Option<Value>) -> Throw {
    vasuki_vm::types::exceptions::os_error_with(th, code, path.unwrap_or(Value::EMPTY), Value::EMPTY)
}
/// The result of a call that gives -1 on error.
pub(crate) fn check(th: &mut Thread, r: i64, path: Option<Value>) -> R<i64> {
    if r == -1 { Err(last_error(th, path)) } else { Ok(r) }
}
/// A path argument (str, bytes or path-like) as a C string.
pub(crate) fn path(th: &mut Thread, v: Value) -> R<CString> {
    let bytes = fs_bytes(th, v)?;
    CString::new(bytes).map_err(|_| th.value_error("embedded null byte"))
}
/// A path or an open file descriptor.
pub(crate) enum Target {
    /// a path
    Path(CString),
    /// a descriptor
    Fd(i32),
}
/// A path argument that may also be a descriptor; what starts with "path should be string, bytes, os.PathLike or integer".
pub(crate) fn target(th: &mut Thread, v: Value) -> R<Target> {
    if vasuki_vm::types::int::is_int(v) {
        return Ok(Target::Fd(crate::fcntl::number_arg(th, v)?));
    }
    Ok(Target::Path(path(th, v)?))
}
/// The `dir_fd` argument.
pub(crate) fn dir_fd(th: &mut Thread, v: Value) -> R<i32> {
    if v.is_empty() || v.is_none() {
        Ok(libc::AT_FDCWD)
    } else {
        th.to_i32(v)
    }
}
/// An optional boolean argument.
pub(crate) fn flag(th: &mut Thread, v: Value, default: bool) -> R<bool> {
    if v.is_empty() { Ok(default) } else { th.truth(v) }
}
/// A struct sequence class, made once.
pub(crate) fn sequence(th: &mut Thread, cell: &'static OnceLock<Gc<Class>>, name: &str, fields: &[&str], visible: usize) -> R<Gc<Class>> {
    if let Some(c) = cell.get() {
        return Ok(*c);
    }
    let c = structseq::new_class(th, name, "", fields, visible)?;
    Ok(*cell.get_or_init(|| c))
}
pub(crate) fn put(th: &mut Thread, m: Value, name: &str, v: Value) -> R<()> {
    let k = th.intern(name);
    th.setattr(m, k, v)
}

fn init(th: &mut Thread, m: Value) -> R<()> {
    let module_name = th.intern("posix").value();
    for f in tables().into_iter().flatten() {
        let v = vasuki_vm::types::native_function::new(th, f, m, module_name);
        put(th, m, f.name, v)?;
    }
    constants::add(th, m)?;
    env::add(th, m)?;
    fd::add(th, m)?;
    files::add(th, m)?;
    schedule::add(th, m)?;
    system::add(th, m)?;
    volumes::add(th, m)?;
    wait::add(th, m)?;
    dirs::add(th, m)?;
    fork::init(th)?;
    put(th, m, "error", vasuki_vm::context::ctx().types.OSError.value())
}
