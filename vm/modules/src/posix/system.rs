//! The system: names, sizes, times, randomness.

use super::{put, sequence};
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
    def("uname", "", uname, "Return an object identifying the current operating system."),
    def("cpu_count", "", cpu_count, "Return the number of logical CPUs in the system."),
    def(
        "sched_getaffinity",
        "pid, /",
        sched_getaffinity,
        "Return the affinity of the process identified by pid (or the current process if zero).",
    ),
    def("getloadavg", "", getloadavg, "Return average recent system load information."),
    def(
        "sysconf",
        "name, /",
        sysconf,
        "Return an integer-valued system configuration variable.",
    ),
    def("strerror", "code, /", strerror, "Translate an error code to a message string."),
    def("times", "", times, "Return a collection containing process timing information."),
    def(
        "urandom",
        "size, /",
        urandom,
        "Return a bytes object containing random bytes suitable for cryptographic use.",
    ),
    def("getrandom", "size, flags=0", urandom, "Obtain a series of random bytes."),
    def("getlogin", "", getlogin, "Return the actual login name."),
    def(
        "_supports_virtual_terminal",
        "",
        |_, _| Ok(Value::TRUE),
        "Checks if virtual terminal is supported in windows",
    ),
];

fn text(c: &[libc::c_char]) -> String {
    c.iter().take_while(|b| **b != 0).map(|b| *b as u8 as char).collect()
}
fn uname(th: &mut Thread, _: &[Value]) -> R {
    // SAFETY: all-zero is a valid utsname; the pointer is valid.
    let u = unsafe {
        let mut u: libc::utsname = std::mem::zeroed();
        libc::uname(&mut u);
        u
    };
    let c = uname_class(th)?;
    let v = [
        text(&u.sysname),
        text(&u.nodename),
        text(&u.release),
        text(&u.version),
        text(&u.machine),
    ]
    .map(|s| th.new_str(&s));
    structseq::new(th, c, &v)
}
fn cpu_count(_: &mut Thread, _: &[Value]) -> R {
    // SAFETY: no preconditions.
    let n = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
    Ok(if n > 0 { Value::small(n) } else { Value::NONE })
}
fn sched_getaffinity(th: &mut Thread, a: &[Value]) -> R {
    let pid = th.to_i32(a[0])?;
    let set = th.new_set();
    // SAFETY: all-zero is a valid cpu_set; its size is given.
    unsafe {
        let mut s: libc::cpu_set_t = std::mem::zeroed();
        super::check(th, libc::sched_getaffinity(pid, std::mem::size_of_val(&s), &mut s) as i64, None)?;
        for i in 0..libc::CPU_SETSIZE as usize {
            if libc::CPU_ISSET(i, &s) {
                let add = vasuki_vm::names::names().add;
                th.call_method(set, add, &[Value::small(i as i64)])?;
            }
        }
    }
    Ok(set)
}
fn getloadavg(th: &mut Thread, _: &[Value]) -> R {
    let mut l = [0f64; 3];
    // SAFETY: room for three.
    if unsafe { libc::getloadavg(l.as_mut_ptr(), 3) } != 3 {
        return Err(th.error(vasuki_vm::context::ctx().types.OSError, "Load averages are unobtainable"));
    }
    Ok(th.new_tuple(&l.map(Value::float)))
}
static SYSCONF: &[(&str, i32)] = &[
    ("SC_ARG_MAX", libc::_SC_ARG_MAX),
    ("SC_CHILD_MAX", libc::_SC_CHILD_MAX),
    ("SC_CLK_TCK", libc::_SC_CLK_TCK),
    ("SC_IOV_MAX", libc::_SC_IOV_MAX),
    ("SC_NPROCESSORS_CONF", libc::_SC_NPROCESSORS_CONF),
    ("SC_NPROCESSORS_ONLN", libc::_SC_NPROCESSORS_ONLN),
    ("SC_OPEN_MAX", libc::_SC_OPEN_MAX),
    ("SC_PAGE_SIZE", libc::_SC_PAGESIZE),
    ("SC_PAGESIZE", libc::_SC_PAGESIZE),
    ("SC_PHYS_PAGES", libc::_SC_PHYS_PAGES),
    ("SC_AVPHYS_PAGES", libc::_SC_AVPHYS_PAGES),
    ("SC_SEM_NSEMS_MAX", libc::_SC_SEM_NSEMS_MAX),
];
fn sysconf(th: &mut Thread, a: &[Value]) -> R {
    let code = match a[0].cast::<Str>() {
        Some(s) => {
            let name = s.to_string_lossy();
            match SYSCONF.iter().find(|x| x.0 == name) {
                Some(x) => x.1,
                None => return Err(th.value_error("unrecognized configuration name")),
            }
        }
        None => th.to_i32(a[0])?,
    };
    // SAFETY: no preconditions.
    Ok(th.new_int(unsafe { libc::sysconf(code) }))
}
fn strerror(th: &mut Thread, a: &[Value]) -> R {
    let code = th.to_i32(a[0])?;
    let s = vasuki_vm::types::exceptions::strerror(code);
    Ok(th.new_str(&s))
}
fn uname_class(th: &mut Thread) -> R<Gc<Class>> {
    static CLASS: OnceLock<Gc<Class>> = OnceLock::new();
    let fields = ["sysname", "nodename", "release", "version", "machine"];
    sequence(th, &CLASS, "posix.uname_result", &fields, 5)
}
fn times_class(th: &mut Thread) -> R<Gc<Class>> {
    static CLASS: OnceLock<Gc<Class>> = OnceLock::new();
    let fields = ["user", "system", "children_user", "children_system", "elapsed"];
    sequence(th, &CLASS, "posix.times_result", &fields, 5)
}
fn times(th: &mut Thread, _: &[Value]) -> R {
    // SAFETY: all-zero is a valid tms; the pointer is valid.
    let (t, elapsed, ticks) = unsafe {
        let mut t: libc::tms = std::mem::zeroed();
        let e = libc::times(&mut t);
        (t, e, libc::sysconf(libc::_SC_CLK_TCK) as f64)
    };
    let c = times_class(th)?;
    let v = [t.tms_utime, t.tms_stime, t.tms_cutime, t.tms_cstime, elapsed].map(|n| Value::float(n as f64 / ticks));
    structseq::new(th, c, &v)
}
fn urandom(th: &mut Thread, a: &[Value]) -> R {
    let n = th.to_isize(a[0])?;
    if n < 0 {
        return Err(th.value_error("negative argument not allowed"));
    }
    let mut b = vasuki_vm::memory::zeros(th, n as usize)?;
    let mut filled = 0;
    while filled < b.len() {
        // SAFETY: the rest of the buffer.
        let r = unsafe { libc::getrandom(b[filled..].as_mut_ptr().cast(), b.len() - filled, 0) };
        if r < 0 {
            return Err(super::last_error(th, None));
        }
        filled += r as usize;
    }
    Ok(th.new_bytes(&b))
}
fn getlogin(th: &mut Thread, _: &[Value]) -> R {
    // SAFETY: null or a C string.
    let name = unsafe {
        let p = libc::getlogin();
        if p.is_null() {
            return Err(super::last_error(th, None));
        }
        std::ffi::CStr::from_ptr(p).to_string_lossy().into_owned()
    };
    Ok(th.new_str(&name))
}
/// Adds the tables.
pub fn add(th: &mut Thread, m: Value) -> R<()> {
    let c = uname_class(th)?;
    put(th, m, "uname_result", c.value())?;
    let c = times_class(th)?;
    put(th, m, "times_result", c.value())?;
    let d = th.new_dict();
    for (k, v) in SYSCONF {
        let k = th.intern(k);
        d.as_gc::<Dict>().set_str(th, k, Value::small(*v as i64))?;
    }
    put(th, m, "sysconf_names", d)?;
    let have = th.new_list(&[])?;
    for h in [
        "HAVE_FACCESSAT",
        "HAVE_FCHDIR",
        "HAVE_FCHMOD",
        "HAVE_FCHMODAT",
        "HAVE_FCHOWN",
        "HAVE_FCHOWNAT",
        "HAVE_FDOPENDIR",
        "HAVE_FPATHCONF",
        "HAVE_FSTATAT",
        "HAVE_FSTATVFS",
        "HAVE_FTRUNCATE",
        "HAVE_FUTIMENS",
        "HAVE_LINKAT",
        "HAVE_LCHOWN",
        "HAVE_LSTAT",
        "HAVE_MKDIRAT",
        "HAVE_MEMFD_CREATE",
        "HAVE_MKFIFOAT",
        "HAVE_MKNODAT",
        "HAVE_OPENAT",
        "HAVE_READLINKAT",
        "HAVE_RENAMEAT",
        "HAVE_SYMLINKAT",
        "HAVE_UNLINKAT",
        "HAVE_UTIMENSAT",
    ] {
        let h = th.new_str(h);
        have.as_gc::<vasuki_vm::types::list::List>().append(th, h)?;
    }
    put(th, m, "_have_functions", have)
}
