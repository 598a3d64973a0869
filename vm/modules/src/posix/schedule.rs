//! How the system schedules processes.

use super::{check, put, sequence};
use std::sync::OnceLock;
use vasuki_vm::native::{NativeDef, def, def_static};
use vasuki_vm::object::Gc;
use vasuki_vm::structseq;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

pub static FUNCTIONS: &[NativeDef] = &[
    def(
        "sched_get_priority_max",
        "policy",
        |th, a| {
            let p = th.to_i32(a[0])?;
            // SAFETY: a number only.
            Ok(Value::small(check(
                th,
                i64::from(unsafe { libc::sched_get_priority_max(p) }),
                None,
            )?))
        },
        "Get the maximum scheduling priority for policy.",
    ),
    def(
        "sched_get_priority_min",
        "policy",
        |th, a| {
            let p = th.to_i32(a[0])?;
            // SAFETY: a number only.
            Ok(Value::small(check(
                th,
                i64::from(unsafe { libc::sched_get_priority_min(p) }),
                None,
            )?))
        },
        "Get the minimum scheduling priority for policy.",
    ),
    def(
        "sched_getscheduler",
        "pid, /",
        |th, a| {
            let p = th.to_i32(a[0])?;
            // SAFETY: a number only.
            Ok(Value::small(check(th, i64::from(unsafe { libc::sched_getscheduler(p) }), None)?))
        },
        "Get the scheduling policy for the process identified by pid.",
    ),
    def(
        "sched_getparam",
        "pid, /",
        getparam,
        "Returns scheduling parameters for the process identified by pid.",
    ),
    def(
        "sched_setscheduler",
        "pid, policy, param, /",
        setscheduler,
        "Set the scheduling policy for the process identified by pid.",
    ),
    def(
        "sched_setparam",
        "pid, param, /",
        setparam,
        "Set scheduling parameters for the process identified by pid.",
    ),
    def(
        "sched_rr_get_interval",
        "pid, /",
        interval,
        "Return the round-robin quantum for the process identified by pid, in seconds.",
    ),
    def(
        "sched_setaffinity",
        "pid, mask, /",
        setaffinity,
        "Set the CPU affinity of the process identified by pid to mask.",
    ),
];
/// Adds the class of parameters.
pub fn add(th: &mut Thread, m: Value) -> R<()> {
    let c = class(th)?;
    let new = vasuki_vm::types::native_function::new(th, &NEW, Value::EMPTY, m);
    let new = th.call(vasuki_vm::context::ctx().types.staticmethod.value(), &[new])?;
    put(th, c.value(), "__new__", new)?;
    put(th, m, "sched_param", c.value())
}
static NEW: NativeDef = def_static("__new__", "cls, /, sched_priority", new, "");
fn new(th: &mut Thread, a: &[Value]) -> R {
    let known = class(th)?;
    match a[0].cast::<Class>().filter(|c| c.is_subclass_of(known)) {
        Some(c) => structseq::new(th, c, &[a[1]]),
        None => Err(th.type_error("sched_param.__new__(X): X is not a subtype of sched_param")),
    }
}
fn class(th: &mut Thread) -> R<Gc<Class>> {
    static CLASS: OnceLock<Gc<Class>> = OnceLock::new();
    sequence(th, &CLASS, "posix.sched_param", &["sched_priority"], 1)
}
pub(super) fn param(th: &mut Thread, v: Value) -> R<libc::sched_param> {
    let c = class(th)?;
    let items = v.cast::<Tuple>().filter(|_| th.class_of(v).is_subclass_of(c)).map(|t| t.items());
    let Some([priority, ..]) = items else {
        return Err(th.type_error("must have a sched_param object"));
    };
    // SAFETY: numbers only.
    let mut p: libc::sched_param = unsafe { std::mem::zeroed() };
    p.sched_priority = th.to_i32(*priority)?;
    Ok(p)
}
fn getparam(th: &mut Thread, a: &[Value]) -> R {
    let pid = th.to_i32(a[0])?;
    // SAFETY: numbers only.
    let mut p: libc::sched_param = unsafe { std::mem::zeroed() };
    // SAFETY: a valid pointer.
    check(th, i64::from(unsafe { libc::sched_getparam(pid, &mut p) }), None)?;
    let c = class(th)?;
    structseq::new(th, c, &[Value::small(i64::from(p.sched_priority))])
}
fn setscheduler(th: &mut Thread, a: &[Value]) -> R {
    let (pid, policy, p) = (th.to_i32(a[0])?, th.to_i32(a[1])?, param(th, a[2])?);
    th.irrevocable()?;
    // SAFETY: a valid pointer.
    check(th, i64::from(unsafe { libc::sched_setscheduler(pid, policy, &p) }), None)?;
    Ok(Value::NONE)
}
fn setparam(th: &mut Thread, a: &[Value]) -> R {
    let (pid, p) = (th.to_i32(a[0])?, param(th, a[1])?);
    th.irrevocable()?;
    // SAFETY: a valid pointer.
    check(th, i64::from(unsafe { libc::sched_setparam(pid, &p) }), None)?;
    Ok(Value::NONE)
}
fn interval(th: &mut Thread, a: &[Value]) -> R {
    let pid = th.to_i32(a[0])?;
    // SAFETY: numbers only.
    let mut t: libc::timespec = unsafe { std::mem::zeroed() };
    // SAFETY: a valid pointer.
    check(th, i64::from(unsafe { libc::sched_rr_get_interval(pid, &mut t) }), None)?;
    Ok(Value::float(t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9))
}
fn setaffinity(th: &mut Thread, a: &[Value]) -> R {
    let pid = th.to_i32(a[0])?;
    // SAFETY: bits only.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    for &v in th.collect(a[1])?.as_slice() {
        let cpu = th.to_i64(v)?;
        if cpu < 0 {
            return Err(th.value_error("negative CPU number"));
        }
        if cpu >= i64::from(libc::CPU_SETSIZE) {
            return Err(super::error_about(th, libc::EINVAL, None));
        }
        // SAFETY: within the set.
        unsafe { libc::CPU_SET(cpu as usize, &mut set) };
    }
    th.irrevocable()?;
    // SAFETY: the set's own size.
    let r = unsafe { libc::sched_setaffinity(pid, size_of_val(&set), &set) };
    check(th, i64::from(r), None)?;
    Ok(Value::NONE)
}
