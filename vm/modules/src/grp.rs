//! The module `grp`: the group database.

use crate::pwd::{ITERATION, encode, fs_text, id, id_arg};
use crate::support::{put, str_arg};
use std::sync::OnceLock;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::structseq;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::class::Class;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "grp",
    doc: "Access to the Unix group database.",
    functions: FUNCTIONS,
    init: |th, m| {
        let c = class(th)?;
        put(th, m, "struct_group", c.value())
    },
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "getgrall",
        "",
        getgrall,
        "Return a list of all available group entries, in arbitrary order.",
    ),
    def(
        "getgrgid",
        "id",
        getgrgid,
        "Return the group database entry for the given numeric group ID.",
    ),
    def(
        "getgrnam",
        "name",
        getgrnam,
        "Return the group database entry for the given group name.",
    ),
];
fn class(th: &mut Thread) -> R<Gc<Class>> {
    static C: OnceLock<Gc<Class>> = OnceLock::new();
    if let Some(c) = C.get() {
        return Ok(*c);
    }
    let doc = "grp.struct_group: Results from getgr*() routines.";
    let c = structseq::new_class(th, "grp.struct_group", doc, &["gr_name", "gr_passwd", "gr_gid", "gr_mem"], 4)?;
    Ok(*C.get_or_init(|| c))
}
fn entry(th: &mut Thread, g: &libc::group) -> R {
    let mut members = ValueVec::new();
    // SAFETY: fields of an entry that the library just filled; the list of members ends in null.
    let (name, passwd) = unsafe {
        let mut p = g.gr_mem;
        while !p.is_null() && !(*p).is_null() {
            let s = fs_text(th, *p)?;
            members.push(th, s)?;
            p = p.add(1);
        }
        (fs_text(th, g.gr_name)?, fs_text(th, g.gr_passwd)?)
    };
    let members = th.new_list_vec(members);
    let gid = id(th, g.gr_gid);
    let c = class(th)?;
    structseq::new(th, c, &[name, passwd, gid, members])
}
fn find(th: &mut Thread, call: impl Fn(*mut libc::group, *mut libc::c_char, usize, *mut *mut libc::group) -> i32) -> R<Option<Value>> {
    let mut buf: Vec<libc::c_char> = vec![0; 1024];
    loop {
        // SAFETY: pointers and numbers: zero is valid.
        let mut g: libc::group = unsafe { std::mem::zeroed() };
        let mut found = std::ptr::null_mut();
        match call(&mut g, buf.as_mut_ptr(), buf.len(), &mut found) {
            libc::ERANGE if buf.len() < 1 << 24 => buf.resize(buf.len() * 2, 0),
            libc::ENOMEM => return Err(th.memory_error()),
            _ if found.is_null() => return Ok(None),
            _ => return entry(th, &g).map(Some),
        }
    }
}
fn getgrnam(th: &mut Thread, a: &[Value]) -> R {
    let s = str_arg(th, a[0], "getgrnam() argument 'name'")?;
    let b = encode(th, s)?;
    let name = crate::support::c_string(th, &b)?;
    // SAFETY: valid pointers.
    match find(th, |p, b, n, r| unsafe { libc::getgrnam_r(name.as_ptr(), p, b, n, r) })? {
        Some(v) => Ok(v),
        None => {
            let text = th.repr_string(a[0])?;
            let m = th.new_str(&format!("getgrnam(): name not found: {text}"));
            Err(th.key_error(m))
        }
    }
}
fn getgrgid(th: &mut Thread, a: &[Value]) -> R {
    let gid = id_arg(th, a[0])?;
    let found = match gid {
        // SAFETY: valid pointers.
        Some(gid) => find(th, |p, b, n, r| unsafe { libc::getgrgid_r(gid, p, b, n, r) })?,
        None => None,
    };
    match found {
        Some(v) => Ok(v),
        None => {
            let text = th.repr_string(a[0])?;
            let m = th.new_str(&format!("getgrgid(): gid not found: {text}"));
            Err(th.key_error(m))
        }
    }
}
fn getgrall(th: &mut Thread, _: &[Value]) -> R {
    th.irrevocable()?;
    let _one = ITERATION.lock().unwrap_or_else(|e| e.into_inner());
    let mut out = ValueVec::new();
    // SAFETY: only this thread iterates; an entry is valid until the next call.
    unsafe {
        libc::setgrent();
        loop {
            let g = libc::getgrent();
            if g.is_null() {
                break;
            }
            let e = entry(th, &*g)?;
            out.push(th, e)?;
        }
        libc::endgrent();
    }
    Ok(th.new_list_vec(out))
}
