//! The environment.

use super::put;
use std::os::unix::ffi::OsStrExt;
use vasuki_vm::codecs::fs::fs_bytes;
use vasuki_vm::native::{NativeDef, def};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::value::Value;

pub static FUNCTIONS: &[NativeDef] = &[
    def("putenv", "name, value, /", putenv, "Change or add an environment variable."),
    def("unsetenv", "name, /", unsetenv, "Delete an environment variable."),
    def("_create_environ", "", |th, _| environ(th), "Create the environment dictionary."),
];

fn environ(th: &mut Thread) -> R {
    let d = th.new_dict();
    for (k, v) in std::env::vars_os() {
        let (k, v) = (th.new_bytes(k.as_bytes()), th.new_bytes(v.as_bytes()));
        d.as_gc::<Dict>().set(th, k, v)?;
    }
    Ok(d)
}
fn text(th: &mut Thread, v: Value) -> R<std::ffi::CString> {
    let b = fs_bytes(th, v)?;
    std::ffi::CString::new(b).map_err(|_| th.value_error("embedded null byte"))
}
fn putenv(th: &mut Thread, a: &[Value]) -> R {
    let (k, v) = (text(th, a[0])?, text(th, a[1])?);
    if k.as_bytes().contains(&b'=') {
        return Err(th.value_error("illegal environment variable name"));
    }
    th.irrevocable()?;
    // SAFETY: valid C strings; nothing in the VM keeps pointers into the environment.
    super::check(th, unsafe { libc::setenv(k.as_ptr(), v.as_ptr(), 1) } as i64, None)?;
    Ok(Value::NONE)
}
fn unsetenv(th: &mut Thread, a: &[Value]) -> R {
    let k = text(th, a[0])?;
    th.irrevocable()?;
    // SAFETY: as in putenv.
    super::check(th, unsafe { libc::unsetenv(k.as_ptr()) } as i64, None)?;
    Ok(Value::NONE)
}
/// Adds `environ`.
pub fn add(th: &mut Thread, m: Value) -> R<()> {
    let e = environ(th)?;
    put(th, m, "environ", e)
}
