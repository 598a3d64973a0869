//! The module `select`: waiting for files. Objects for `poll` and `epoll` are in `select_poll`.

use crate::fcntl::fd_arg;
use crate::select_poll as objects;
use crate::support::{errno, given, put, put_ints};
use std::time::{Duration, Instant};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::special::Special;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::{float, int};
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "select",
    doc: "This module supports asynchronous I/O on multiple file descriptors.\n\n*** IMPORTANT NOTICE ***\nOn Windows, only sockets are supported; on Unix, all file descriptors.",
    functions: FUNCTIONS,
    init,
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "select",
        "rlist, wlist, xlist, timeout=None, /",
        select,
        "Wait until one or more file descriptors are ready for some kind of I/O.",
    ),
    def(
        "poll",
        "",
        |th, _| objects::new_poll(th),
        "Returns a polling object.\n\nThis object supports registering and unregistering file descriptors, and then\npolling them for I/O events.",
    ),
];
macro_rules! constants {
    ($($n:ident)*) => { &[$((stringify!($n), libc::$n as i64)),*] };
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    put(th, m, "error", ctx().types.OSError.value())?;
    put_ints(
        th,
        m,
        constants!(PIPE_BUF POLLIN POLLPRI POLLOUT POLLERR POLLHUP POLLNVAL POLLRDNORM POLLRDBAND POLLWRNORM POLLWRBAND),
    )?;
    #[cfg(target_os = "linux")]
    {
        put_ints(
            th,
            m,
            constants!(POLLRDHUP EPOLLIN EPOLLOUT EPOLLPRI EPOLLERR EPOLLHUP EPOLLRDHUP EPOLLONESHOT EPOLLRDNORM EPOLLRDBAND EPOLLWRNORM EPOLLWRBAND EPOLLMSG EPOLL_CLOEXEC),
        )?;
        put_ints(
            th,
            m,
            &[
                ("POLLMSG", 0x400),
                ("EPOLLET", 1 << 31),
                ("EPOLLEXCLUSIVE", 1 << 28),
                ("EPOLLWAKEUP", 1 << 29),
            ],
        )?;
        let c = objects::epoll_class(th)?;
        put(th, m, "epoll", c.value())?;
    }
    Ok(())
}
/// A timeout in units of `unit` seconds; None waits for ever. Rounded up to whole units of the system.
pub(crate) fn timeout_arg(th: &mut Thread, v: Value, unit: f64, wrong: &str) -> R<Option<Duration>> {
    let Some(v) = given(v).filter(|v| !v.is_none()) else {
        return Ok(None);
    };
    let class = th.class_of(v);
    if !v.is_float() && !int::is_int(v) && class.special(Special::Float).is_none() && class.special(Special::Index).is_none() {
        return Err(th.type_error(wrong));
    }
    let t = float::expect(th, v)? * unit;
    if t.is_nan() {
        return Err(th.value_error("Invalid value NaN (not a number)"));
    }
    if t.abs() > 9.2e9 {
        return Err(th.overflow_error("timestamp out of range for platform time_t"));
    }
    if t < 0.0 {
        return Err(th.value_error("timeout must be non-negative"));
    }
    Ok(Some(Duration::from_nanos((t * 1e9).ceil() as u64)))
}
/// Milliseconds until a deadline, rounded up; -1: none.
pub(crate) fn millis(deadline: Option<Instant>) -> i32 {
    match deadline {
        None => -1,
        Some(d) => d
            .saturating_duration_since(Instant::now())
            .as_nanos()
            .div_ceil(1_000_000)
            .min(i32::MAX as u128) as i32,
    }
}
/// `poll`, again after signals until the deadline; the number of ready descriptors.
pub(crate) fn poll_until(th: &mut Thread, fds: &mut [libc::pollfd], deadline: Option<Instant>) -> R<i32> {
    loop {
        let ms = millis(deadline);
        // SAFETY: a valid array; it lives in this frame until the call returns.
        let (r, e) = th.blocking(|| unsafe {
            let r = libc::poll(fds.as_mut_ptr(), fds.len() as _, ms);
            (r, errno())
        })?;
        match (r, e) {
            (-1, libc::EINTR) => vasuki_vm::signals::handle(th)?,
            (-1, e) => return Err(th.os_error(e, None)),
            _ => return Ok(r),
        }
    }
}
fn descriptors(th: &mut Thread, v: Value) -> R<(ValueVec, Vec<i32>)> {
    let class = th.class_of(v);
    if class.special(Special::Iter).is_none() && class.special(Special::Getitem).is_none() {
        return Err(th.type_error("arguments 1-3 must be sequences"));
    }
    let items = th.collect(v)?;
    let mut fds = Vec::with_capacity(items.len());
    for &o in items.as_slice() {
        let fd = fd_arg(th, o)?;
        if fd as usize >= libc::FD_SETSIZE {
            return Err(th.value_error("filedescriptor out of range in select()"));
        }
        fds.push(fd);
    }
    Ok((items, fds))
}
fn select(th: &mut Thread, a: &[Value]) -> R {
    let timeout = timeout_arg(th, a[3], 1.0, "timeout must be a float or None")?;
    let sets = [descriptors(th, a[0])?, descriptors(th, a[1])?, descriptors(th, a[2])?];
    let deadline = timeout.map(|t| Instant::now() + t);
    let highest = sets.iter().flat_map(|s| s.1.iter()).max().map_or(0, |m| m + 1);
    let mut ready: [libc::fd_set; 3];
    let n = loop {
        // SAFETY: sets of bits: zero is the empty one; all descriptors are below FD_SETSIZE.
        ready = unsafe { std::mem::zeroed() };
        for (set, (_, fds)) in ready.iter_mut().zip(&sets) {
            for &fd in fds {
                // SAFETY: as above.
                unsafe { libc::FD_SET(fd, set) };
            }
        }
        let mut left = deadline.map(|d| {
            let t = d.saturating_duration_since(Instant::now());
            libc::timeval {
                tv_sec: t.as_secs() as _,
                tv_usec: t.subsec_micros() as _,
            }
        });
        let [r, w, x] = &mut ready;
        let t = left.as_mut().map_or(std::ptr::null_mut(), std::ptr::from_mut);
        // SAFETY: valid sets and time, all in this frame.
        let (n, e) = th.blocking(|| unsafe {
            let n = libc::select(highest, r, w, x, t);
            (n, errno())
        })?;
        match (n, e) {
            (-1, libc::EINTR) => vasuki_vm::signals::handle(th)?,
            (-1, e) => return Err(th.os_error(e, None)),
            _ => break n,
        }
    };
    let mut out = [Value::NONE; 3];
    for (i, (items, fds)) in sets.iter().enumerate() {
        let mut list = ValueVec::new();
        for (&o, &fd) in items.as_slice().iter().zip(fds) {
            // SAFETY: below FD_SETSIZE.
            if n > 0 && unsafe { libc::FD_ISSET(fd, &ready[i]) } {
                list.push(th, o)?;
            }
        }
        out[i] = th.new_list_vec(list);
    }
    Ok(th.new_tuple(&out))
}
