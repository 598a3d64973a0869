//! The objects of `select` that remember descriptors: `poll` and, on Linux, `epoll`.

use crate::fcntl::fd_arg;
use crate::select::{millis, poll_until, timeout_arg};
use crate::support::{self, ClassCell, errno, given, open};
use std::time::Instant;
use vasuki_vm::native::{TypeDef, def, def_class, def_static, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::value::Value;

// ---- poll

#[derive(Clone, Default)]
struct Poll {
    /// descriptors and events, in the order of their first registration
    fds: Vec<(i32, u16)>,
    running: bool,
}
impl Payload for Poll {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
static POLL: TypeDef = TypeDef {
    base: false,
    methods: &[
        def(
            "modify",
            "self, fd, eventmask, /",
            poll_modify,
            "Modify an already registered file descriptor.",
        ),
        def(
            "poll",
            "self, timeout=None, /",
            poll_poll,
            "Polls the set of registered file descriptors.",
        ),
        def(
            "register",
            "self, fd, eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /",
            poll_register,
            "Register a file descriptor with the polling object.",
        ),
        def(
            "unregister",
            "self, fd, /",
            poll_unregister,
            "Remove a file descriptor being tracked by the polling object.",
        ),
    ],
    ..TypeDef::new("select.poll", Kind::Payload, payload_size::<Poll>())
};
pub(crate) fn new_poll(th: &mut Thread) -> R {
    static C: ClassCell = ClassCell::new();
    let c = support::class(th, &C, &POLL)?;
    Ok(payload::new(th, c, Poll::default()).value())
}
fn mask(th: &mut Thread, v: Value) -> R<u16> {
    let n = th.to_i64(v)?;
    if n < 0 {
        return Err(th.value_error("value must be positive"));
    }
    u16::try_from(n).map_err(|_| th.overflow_error("Python int too large for C unsigned short"))
}
fn poll_register(th: &mut Thread, a: &[Value]) -> R {
    let fd = fd_arg(th, a[1])?;
    let events = match given(a[2]) {
        Some(v) => mask(th, v)?,
        None => (libc::POLLIN | libc::POLLPRI | libc::POLLOUT) as u16,
    };
    let p = open::<Poll>(th, a[0])?;
    match p.fds.iter_mut().find(|f| f.0 == fd) {
        Some(f) => f.1 = events,
        None => p.fds.push((fd, events)),
    }
    Ok(Value::NONE)
}
fn poll_modify(th: &mut Thread, a: &[Value]) -> R {
    let fd = fd_arg(th, a[1])?;
    let events = mask(th, a[2])?;
    match open::<Poll>(th, a[0])?.fds.iter_mut().find(|f| f.0 == fd) {
        Some(f) => f.1 = events,
        None => return Err(th.os_error(libc::ENOENT, None)),
    }
    Ok(Value::NONE)
}
fn poll_unregister(th: &mut Thread, a: &[Value]) -> R {
    let fd = fd_arg(th, a[1])?;
    let p = open::<Poll>(th, a[0])?;
    let before = p.fds.len();
    p.fds.retain(|f| f.0 != fd);
    if p.fds.len() == before {
        let k = th.new_int(fd as i64);
        return Err(th.key_error(k));
    }
    Ok(Value::NONE)
}
fn poll_poll(th: &mut Thread, a: &[Value]) -> R {
    let timeout = match given(a[1]) {
        // Negative means for ever.
        Some(v) if !v.is_none() && v.to_small().is_some_and(|n| n < 0) || a[1].is_float() && a[1].as_float() < 0.0 => None,
        _ => timeout_arg(th, a[1], 1e-3, "timeout must be an integer or None")?,
    };
    if timeout.is_some_and(|t| t.as_millis() > i32::MAX as u128) {
        return Err(th.overflow_error("timeout is too large"));
    }
    let p = open::<Poll>(th, a[0])?;
    if p.running {
        return Err(th.runtime_error("concurrent poll() invocation"));
    }
    p.running = true;
    let mut fds: Vec<libc::pollfd> = p
        .fds
        .iter()
        .map(|&(fd, e)| libc::pollfd {
            fd,
            events: e as i16,
            revents: 0,
        })
        .collect();
    let r = poll_until(th, &mut fds, timeout.map(|t| Instant::now() + t));
    if r.as_ref().is_err_and(|t| t.is_abort()) {
        return r.map(|_| Value::NONE);
    }
    open::<Poll>(th, a[0])?.running = false;
    r?;
    let mut out = ValueVec::new();
    for f in fds.iter().filter(|f| f.revents != 0) {
        let pair = th.new_tuple(&[Value::small(f.fd as i64), Value::small(f.revents as u16 as i64)]);
        out.push(th, pair)?;
    }
    Ok(th.new_list_vec(out))
}

// ---- epoll

#[cfg(target_os = "linux")]
#[derive(Clone)]
struct Epoll {
    /// -1 when closed
    fd: i32,
}
#[cfg(target_os = "linux")]
impl Payload for Epoll {
    const NEEDS_DROP: bool = false;
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
#[cfg(target_os = "linux")]
static EPOLL: TypeDef = TypeDef {
    doc: "select.epoll(sizehint=-1, flags=0)\n\nReturns an epolling object",
    methods: &[
        def_static("__new__", "cls, sizehint=-1, flags=0", epoll_new, ""),
        def("__del__", "self, /", epoll_close, ""),
        def(
            "__enter__",
            "self, /",
            |th, a| {
                epoll_fd(th, a[0])?;
                Ok(a[0])
            },
            "",
        ),
        def("__exit__", "self, exc_type=None, exc_value=None, exc_tb=None, /", epoll_close, ""),
        def("close", "self, /", epoll_close, "Close the epoll control file descriptor."),
        def(
            "fileno",
            "self, /",
            |th, a| Ok(Value::small(epoll_fd(th, a[0])? as i64)),
            "Return the epoll control file descriptor.",
        ),
        def(
            "modify",
            "self, fd, eventmask",
            |th, a| {
                let m = epoll_mask(th, a[2])?;
                control(th, a, libc::EPOLL_CTL_MOD, m)
            },
            "Modify event mask for a registered file descriptor.",
        ),
        def(
            "poll",
            "self, timeout=None, maxevents=-1",
            epoll_poll,
            "Wait for events on the epoll file descriptor.",
        ),
        def(
            "register",
            "self, fd, eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT",
            epoll_register,
            "Registers a new fd or raises an OSError if the fd is already registered.",
        ),
        def(
            "unregister",
            "self, fd",
            |th, a| control(th, a, libc::EPOLL_CTL_DEL, 0),
            "Remove a registered file descriptor from the epoll object.",
        ),
        def_class(
            "fromfd",
            "cls, fd, /",
            |th, a| {
                let fd = th.to_i32(a[1])?;
                Ok(payload::new(th, a[0].as_gc(), Epoll { fd }).value())
            },
            "Create an epoll object from a given control fd.",
        ),
    ],
    getsets: &[getter(
        "closed",
        |th, v| Ok(Value::bool(open::<Epoll>(th, v)?.fd < 0)),
        "True if the epoll handler is closed",
    )],
    ..TypeDef::new("select.epoll", Kind::Payload, payload_size::<Epoll>())
};
#[cfg(target_os = "linux")]
pub(crate) fn epoll_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::class(th, &C, &EPOLL)
}
#[cfg(target_os = "linux")]
fn epoll_new(th: &mut Thread, a: &[Value]) -> R {
    let size = given(a[1]).map_or(Ok(-1), |v| th.to_i32(v))?;
    if size != -1 && size <= 0 {
        return Err(th.value_error("negative sizehint"));
    }
    let flags = given(a[2]).map_or(Ok(0), |v| th.to_i32(v))?;
    if flags & !libc::EPOLL_CLOEXEC != 0 {
        return Err(th.os_error(libc::EINVAL, None));
    }
    th.irrevocable()?;
    // SAFETY: no preconditions.
    let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
    if fd < 0 {
        return Err(th.os_error(errno(), None));
    }
    Ok(payload::new(th, a[0].as_gc(), Epoll { fd }).value())
}
#[cfg(target_os = "linux")]
fn epoll_fd(th: &mut Thread, v: Value) -> R<i32> {
    let fd = open::<Epoll>(th, v)?.fd;
    if fd < 0 {
        Err(th.value_error("I/O operation on closed epoll object"))
    } else {
        Ok(fd)
    }
}
#[cfg(target_os = "linux")]
fn epoll_close(th: &mut Thread, a: &[Value]) -> R {
    th.irrevocable()?;
    let fd = std::mem::replace(&mut open::<Epoll>(th, a[0])?.fd, -1);
    // SAFETY: the object's own descriptor, closed once.
    if fd >= 0 && unsafe { libc::close(fd) } != 0 && errno() != libc::EINTR {
        return Err(th.os_error(errno(), None));
    }
    Ok(Value::NONE)
}
#[cfg(target_os = "linux")]
fn epoll_mask(th: &mut Thread, v: Value) -> R<u32> {
    let n = th.to_i64(v)?;
    u32::try_from(n).map_err(|_| th.overflow_error("Python int too large to convert to C unsigned int"))
}
#[cfg(target_os = "linux")]
fn control(th: &mut Thread, a: &[Value], op: i32, events: u32) -> R {
    let epfd = epoll_fd(th, a[0])?;
    let fd = fd_arg(th, a[1])?;
    th.irrevocable()?;
    let mut e = libc::epoll_event { events, u64: fd as u64 };
    // SAFETY: a valid structure.
    if unsafe { libc::epoll_ctl(epfd, op, fd, &mut e) } != 0 {
        return Err(th.os_error(errno(), None));
    }
    Ok(Value::NONE)
}
#[cfg(target_os = "linux")]
fn epoll_register(th: &mut Thread, a: &[Value]) -> R {
    let events = match given(a[2]) {
        Some(v) => epoll_mask(th, v)?,
        None => (libc::EPOLLIN | libc::EPOLLPRI | libc::EPOLLOUT) as u32,
    };
    control(th, a, libc::EPOLL_CTL_ADD, events)
}
#[cfg(target_os = "linux")]
fn epoll_poll(th: &mut Thread, a: &[Value]) -> R {
    let epfd = epoll_fd(th, a[0])?;
    let timeout = match given(a[1]) {
        Some(v) if v.to_small().is_some_and(|n| n < 0) || v.is_float() && v.as_float() < 0.0 => None,
        _ => timeout_arg(th, a[1], 1.0, "timeout must be an integer or None")?,
    };
    if timeout.is_some_and(|t| t.as_millis() > i32::MAX as u128) {
        return Err(th.overflow_error("timeout is too large"));
    }
    let max = given(a[2]).map_or(Ok(-1), |v| th.to_i32(v))?;
    let max = match max {
        -1 => libc::FD_SETSIZE - 1,
        n if n < 1 => return Err(th.value_error(&format!("maxevents must be greater than 0, got {n}"))),
        n => n as usize,
    };
    let deadline = timeout.map(|t| Instant::now() + t);
    let mut events = vec![libc::epoll_event { events: 0, u64: 0 }; max];
    let n = loop {
        let ms = millis(deadline);
        // SAFETY: a valid array of that length.
        let (n, e) = th.blocking(|| unsafe {
            let n = libc::epoll_wait(epfd, events.as_mut_ptr(), max as i32, ms);
            (n, errno())
        })?;
        match (n, e) {
            (-1, libc::EINTR) => vasuki_vm::signals::handle(th)?,
            (-1, e) => return Err(th.os_error(e, None)),
            _ => break n as usize,
        }
    };
    let mut out = ValueVec::new();
    for e in &events[..n] {
        let (fd, events) = (e.u64 as i64, e.events as i64);
        let pair = th.new_tuple(&[Value::small(fd), Value::small(events)]);
        out.push(th, pair)?;
    }
    Ok(th.new_list_vec(out))
}
