//! The module `pwd`: the password database.

use crate::support::{put, str_arg};
use std::ffi::CStr;
use std::sync::OnceLock;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::structseq;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "pwd",
    doc: "This module provides access to the Unix password database.\nIt is available on all Unix versions.",
    functions: FUNCTIONS,
    init: |th, m| {
        let c = class(th)?;
        put(th, m, "struct_passwd", c.value())
    },
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "getpwall",
        "",
        getpwall,
        "Return a list of all available password database entries, in arbitrary order.",
    ),
    def(
        "getpwnam",
        "name, /",
        getpwnam,
        "Return the password database entry for the given user name.",
    ),
    def(
        "getpwuid",
        "uidobj, /",
        getpwuid,
        "Return the password database entry for the given numeric user ID.",
    ),
];
fn class(th: &mut Thread) -> R<Gc<Class>> {
    static C: OnceLock<Gc<Class>> = OnceLock::new();
    if let Some(c) = C.get() {
        return Ok(*c);
    }
    let fields = ["pw_name", "pw_passwd", "pw_uid", "pw_gid", "pw_gecos", "pw_dir", "pw_shell"];
    let doc = "pwd.struct_passwd: Results from getpw*() routines.";
    let c = structseq::new_class(th, "pwd.struct_passwd", doc, &fields, 7)?;
    Ok(*C.get_or_init(|| c))
}
/// A text of the C library, with bytes that are not UTF-8 as surrogates.
///
/// # Safety
/// `p` is null or a C string.
pub(crate) unsafe fn fs_text(th: &mut Thread, p: *const libc::c_char) -> R {
    if p.is_null() {
        return Ok(Value::NONE);
    }
    // SAFETY: by the caller's promise.
    let b = unsafe { CStr::from_ptr(p) }.to_bytes();
    decode(th, b)
}
/// Bytes of the system as a text, with bytes that are not UTF-8 as surrogates.
pub(crate) fn decode(th: &mut Thread, b: &[u8]) -> R {
    if let Ok(s) = std::str::from_utf8(b) {
        return Ok(th.new_str(s));
    }
    let errors = th.new_str("surrogateescape");
    let encoding = th.new_str("utf-8");
    vasuki_vm::codecs::decode_named(th, b, encoding, errors, "decode")
}
/// A text for the system: the reverse of `decode`.
pub(crate) fn encode(th: &mut Thread, s: Gc<Str>) -> R<Vec<u8>> {
    let errors = th.new_str("surrogateescape");
    let encoding = th.new_str("utf-8");
    let b = vasuki_vm::codecs::encode_named(th, s, encoding, errors, "encode")?;
    Ok(vasuki_vm::codecs::bytes_of(b).to_vec())
}
/// A uid or gid: -1 stays -1.
pub(crate) fn id(th: &mut Thread, n: u32) -> Value {
    if n == u32::MAX { Value::small(-1) } else { th.new_uint(n as u64) }
}
/// A uid or gid argument; None when no such id can be.
pub(crate) fn id_arg(th: &mut Thread, v: Value) -> R<Option<u32>> {
    let i = th.index(v)?;
    Ok(match vasuki_vm::types::int::to_i64(i) {
        Some(-1) => Some(u32::MAX),
        Some(n) => u32::try_from(n).ok(),
        None => None,
    })
}
fn entry(th: &mut Thread, p: &libc::passwd) -> R {
    // SAFETY: fields of an entry that the library just filled.
    let (name, passwd, gecos, dir, shell) = unsafe {
        (
            fs_text(th, p.pw_name)?,
            fs_text(th, p.pw_passwd)?,
            fs_text(th, p.pw_gecos)?,
            fs_text(th, p.pw_dir)?,
            fs_text(th, p.pw_shell)?,
        )
    };
    let (uid, gid) = (id(th, p.pw_uid), id(th, p.pw_gid));
    let c = class(th)?;
    structseq::new(th, c, &[name, passwd, uid, gid, gecos, dir, shell])
}
/// Runs a reentrant lookup with a buffer that grows until it is large enough.
fn find(th: &mut Thread, call: impl Fn(*mut libc::passwd, *mut libc::c_char, usize, *mut *mut libc::passwd) -> i32) -> R<Option<Value>> {
    let mut buf: Vec<libc::c_char> = vec![0; 1024];
    loop {
        // SAFETY: pointers and numbers: zero is valid.
        let mut p: libc::passwd = unsafe { std::mem::zeroed() };
        let mut found = std::ptr::null_mut();
        match call(&mut p, buf.as_mut_ptr(), buf.len(), &mut found) {
            libc::ERANGE if buf.len() < 1 << 20 => buf.resize(buf.len() * 2, 0),
            libc::ENOMEM => return Err(th.memory_error()),
            _ if found.is_null() => return Ok(None),
            _ => return entry(th, &p).map(Some),
        }
    }
}
fn getpwnam(th: &mut Thread, a: &[Value]) -> R {
    let s = str_arg(th, a[0], "getpwnam() argument")?;
    let b = encode(th, s)?;
    let name = crate::support::c_string(th, &b)?;
    // SAFETY: valid pointers.
    match find(th, |p, b, n, r| unsafe { libc::getpwnam_r(name.as_ptr(), p, b, n, r) })? {
        Some(v) => Ok(v),
        None => {
            let text = th.repr_string(a[0])?;
            let m = th.new_str(&format!("getpwnam(): name not found: {text}"));
            Err(th.key_error(m))
        }
    }
}
fn getpwuid(th: &mut Thread, a: &[Value]) -> R {
    let uid = id_arg(th, a[0])?;
    let found = match uid {
        // SAFETY: valid pointers.
        Some(uid) => find(th, |p, b, n, r| unsafe { libc::getpwuid_r(uid, p, b, n, r) })?,
        None => None,
    };
    match found {
        Some(v) => Ok(v),
        None => {
            let text = th.repr_string(a[0])?;
            let text = if uid.is_some() {
                format!("getpwuid(): uid not found: {text}")
            } else {
                "getpwuid(): uid not found".into()
            };
            let m = th.new_str(&text);
            Err(th.key_error(m))
        }
    }
}
/// The library's iteration over the database has one state for the process.
pub(crate) static ITERATION: std::sync::Mutex<()> = std::sync::Mutex::new(());
fn getpwall(th: &mut Thread, _: &[Value]) -> R {
    th.irrevocable()?;
    let _one = ITERATION.lock().unwrap_or_else(|e| e.into_inner());
    let mut out = ValueVec::new();
    // SAFETY: only this thread iterates; an entry is valid until the next call.
    unsafe {
        libc::setpwent();
        loop {
            let p = libc::getpwent();
            if p.is_null() {
                break;
            }
            let e = entry(th, &*p)?;
            out.push(th, e)?;
        }
        libc::endpwent();
    }
    Ok(th.new_list_vec(out))
}
