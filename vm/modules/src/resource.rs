//! The module `resource`: limits and usage of the process.

use crate::support::{errno, put, put_ints};
use num_traits::ToPrimitive;
use std::sync::OnceLock;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::structseq;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::int;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "resource",
    doc: "",
    functions: FUNCTIONS,
    init,
};
static FUNCTIONS: &[NativeDef] = &[
    def("getpagesize", "", |_, _| Ok(Value::small(page_size())), ""),
    def("getrlimit", "resource, /", getrlimit, ""),
    def("getrusage", "who, /", getrusage, ""),
    #[cfg(target_os = "linux")]
    def("prlimit", "pid, resource, limits=None, /", prlimit, ""),
    def("setrlimit", "resource, limits, /", setrlimit, ""),
];
macro_rules! constants {
    ($($n:ident)*) => { &[$((stringify!($n), libc::$n as i64)),*] };
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    put_ints(
        th,
        m,
        constants!(RLIMIT_CPU RLIMIT_FSIZE RLIMIT_DATA RLIMIT_STACK RLIMIT_CORE RLIMIT_NOFILE RLIMIT_AS RLIMIT_RSS RLIMIT_NPROC RLIMIT_MEMLOCK RUSAGE_SELF RUSAGE_CHILDREN),
    )?;
    #[cfg(target_os = "linux")]
    put_ints(
        th,
        m,
        constants!(RLIMIT_MSGQUEUE RLIMIT_NICE RLIMIT_RTPRIO RLIMIT_RTTIME RLIMIT_SIGPENDING RUSAGE_THREAD),
    )?;
    put(th, m, "error", ctx().types.OSError.value())?;
    let inf = limit_value(th, libc::RLIM_INFINITY);
    put(th, m, "RLIM_INFINITY", inf)?;
    let c = class(th)?;
    put(th, m, "struct_rusage", c.value())
}
fn class(th: &mut Thread) -> R<Gc<Class>> {
    static C: OnceLock<Gc<Class>> = OnceLock::new();
    if let Some(c) = C.get() {
        return Ok(*c);
    }
    let fields = [
        "ru_utime",
        "ru_stime",
        "ru_maxrss",
        "ru_ixrss",
        "ru_idrss",
        "ru_isrss",
        "ru_minflt",
        "ru_majflt",
        "ru_nswap",
        "ru_inblock",
        "ru_oublock",
        "ru_msgsnd",
        "ru_msgrcv",
        "ru_nsignals",
        "ru_nvcsw",
        "ru_nivcsw",
    ];
    let c = structseq::new_class(th, "resource.struct_rusage", "struct_rusage: Result from getrusage.", &fields, 16)?;
    Ok(*C.get_or_init(|| c))
}
fn page_size() -> i64 {
    // SAFETY: no preconditions.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) }
}
fn limit_value(th: &mut Thread, n: libc::rlim_t) -> Value {
    if n == libc::RLIM_INFINITY {
        Value::small(-1)
    } else {
        th.new_uint(n)
    }
}
fn limit_arg(th: &mut Thread, v: Value) -> R<libc::rlim_t> {
    let i = th.index(v)?;
    if int::to_i64(i) == Some(-1) {
        return Ok(libc::RLIM_INFINITY);
    }
    if int::sign(i) < 0 {
        return Err(th.value_error("Cannot convert negative int"));
    }
    match int::to_bigint(i).and_then(|b| b.to_u64()) {
        Some(n) => Ok(n),
        None => Err(th.overflow_error("Python int too large to convert to C rlim_t")),
    }
}
fn which(th: &mut Thread, v: Value) -> R<i32> {
    let n = th.to_i32(v)?;
    if (0..16).contains(&n) {
        Ok(n)
    } else {
        Err(th.value_error("invalid resource specified"))
    }
}
fn pair(th: &mut Thread, l: &libc::rlimit) -> Value {
    let (a, b) = (limit_value(th, l.rlim_cur), limit_value(th, l.rlim_max));
    th.new_tuple(&[a, b])
}
fn limits(th: &mut Thread, v: Value) -> R<libc::rlimit> {
    let items = th.collect(v)?;
    let &[a, b] = items.as_slice() else {
        return Err(th.value_error("expected a tuple of 2 integers"));
    };
    Ok(libc::rlimit {
        rlim_cur: limit_arg(th, a)?,
        rlim_max: limit_arg(th, b)?,
    })
}
fn failed(th: &mut Thread) -> vasuki_vm::throw::Throw {
    match errno() {
        libc::EINVAL => th.value_error("current limit exceeds maximum limit"),
        libc::EPERM => th.value_error("not allowed to raise maximum limit"),
        e => th.os_error(e, None),
    }
}
fn getrlimit(th: &mut Thread, a: &[Value]) -> R {
    let n = which(th, a[0])?;
    let mut l = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: a valid place.
    if unsafe { libc::getrlimit(n as _, &mut l) } != 0 {
        return Err(th.os_error(errno(), None));
    }
    Ok(pair(th, &l))
}
fn setrlimit(th: &mut Thread, a: &[Value]) -> R {
    let n = which(th, a[0])?;
    let l = limits(th, a[1])?;
    th.irrevocable()?;
    // SAFETY: a valid structure.
    if unsafe { libc::setrlimit(n as _, &l) } != 0 {
        return Err(failed(th));
    }
    Ok(Value::NONE)
}
#[cfg(target_os = "linux")]
fn prlimit(th: &mut Thread, a: &[Value]) -> R {
    let pid = th.to_i32(a[0])?;
    let n = which(th, a[1])?;
    let new = if a[2].is_empty() || a[2].is_none() {
        None
    } else {
        Some(limits(th, a[2])?)
    };
    if new.is_some() {
        th.irrevocable()?;
    }
    let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    let new = new.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: valid places.
    if unsafe { libc::prlimit(pid, n as _, new, &mut old) } != 0 {
        return Err(match errno() {
            libc::EINVAL => th.value_error("current limit exceeds maximum limit"),
            e => th.os_error(e, None),
        });
    }
    Ok(pair(th, &old))
}
fn getrusage(th: &mut Thread, a: &[Value]) -> R {
    let who = th.to_i32(a[0])?;
    // SAFETY: numbers only.
    let mut u: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: a valid place.
    if unsafe { libc::getrusage(who, &mut u) } != 0 {
        return Err(match errno() {
            libc::EINVAL => th.value_error("invalid who parameter"),
            e => th.os_error(e, None),
        });
    }
    rusage(th, &u)
}
/// A `struct_rusage` of what the system tells.
pub(crate) fn rusage(th: &mut Thread, u: &libc::rusage) -> R {
    let time = |t: libc::timeval| Value::float(t.tv_sec as f64 + t.tv_usec as f64 * 1e-6);
    let mut v = vec![time(u.ru_utime), time(u.ru_stime)];
    for n in [
        u.ru_maxrss,
        u.ru_ixrss,
        u.ru_idrss,
        u.ru_isrss,
        u.ru_minflt,
        u.ru_majflt,
        u.ru_nswap,
        u.ru_inblock,
        u.ru_oublock,
        u.ru_msgsnd,
        u.ru_msgrcv,
        u.ru_nsignals,
        u.ru_nvcsw,
        u.ru_nivcsw,
    ] {
        v.push(th.new_int(n));
    }
    let c = class(th)?;
    structseq::new(th, c, &v)
}
