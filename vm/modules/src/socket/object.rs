//! The class `_socket.socket`: making, options, connecting, closing.

use super::address::Address;
use super::transfer::{self, call, wait};
use super::{constants, default_timeout, message, timeout_arg, timeout_value};
use crate::support::{self, ClassCell, errno, given, native, type_name};
use std::time::{Duration, Instant};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{NativeDef, TypeDef, def, def_static, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol::{bytes_arg, is_bytes_like};
use vasuki_vm::types::class::Class;
use vasuki_vm::types::int;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::value::Value;

/// State of a socket.
#[derive(Clone, Copy)]
pub(super) struct Socket {
    /// -1 when closed
    pub fd: i32,
    pub family: i32,
    pub kind: i32,
    pub proto: i32,
    /// None: blocks; zero: does not; else the descriptor does not block, and waiting has a limit
    pub timeout: Option<Duration>,
}
impl Payload for Socket {
    const NEEDS_DROP: bool = false;
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
static DEF: TypeDef = TypeDef {
    doc: "socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object\nsocket(family=-1, type=-1, proto=-1, fileno=None) -> socket object\n\nOpen a socket of the given type.",
    methods: METHODS,
    getsets: &[
        getter("family", |th, v| Ok(Value::small(state(th, v)?.family as i64)), "the socket family"),
        getter("type", |th, v| Ok(Value::small(state(th, v)?.kind as i64)), "the socket type"),
        getter("proto", |th, v| Ok(Value::small(state(th, v)?.proto as i64)), "the socket protocol"),
        getter("timeout", |th, v| Ok(timeout_value(state(th, v)?.timeout)), "the socket timeout"),
    ],
    weakrefs: false,
    ..TypeDef::new("_socket.socket", Kind::Payload, payload_size::<Socket>())
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, *args, **kwargs", |th, a| Ok(blank(th, a[0].as_gc())), ""),
    def(
        "__init__",
        "self, /, family=-1, type=-1, proto=-1, fileno=None",
        init,
        "Initialize self.",
    ),
    def("__del__", "self, /", finalize, ""),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def(
        "_accept",
        "self, /",
        accept,
        "_accept() -> (integer, address info)\n\nWait for an incoming connection.  Return a new socket file descriptor\nrepresenting the connection, and the address of the client.\nFor IP sockets, the address info is a pair (hostaddr, port).",
    ),
    def(
        "bind",
        "self, address, /",
        bind,
        "bind(address)\n\nBind the socket to a local address.",
    ),
    def(
        "close",
        "self, /",
        close,
        "close()\n\nClose the socket.  It cannot be used after this call.",
    ),
    def(
        "connect",
        "self, address, /",
        |th, a| match connect(th, a, "connect")? {
            0 => Ok(Value::NONE),
            e => Err(th.os_error(e, None)),
        },
        "connect(address)\n\nConnect the socket to a remote address.",
    ),
    def(
        "connect_ex",
        "self, address, /",
        |th, a| Ok(Value::small(connect(th, a, "connect_ex")? as i64)),
        "connect_ex(address) -> errno\n\nThis is like connect(address), but returns an error code (the errno value)\ninstead of raising an exception when an error occurs.",
    ),
    def(
        "detach",
        "self, /",
        |th, a| {
            let s = support::open::<Socket>(th, a[0])?;
            Ok(Value::small(std::mem::replace(&mut s.fd, -1) as i64))
        },
        "detach()\n\nClose the socket object without closing the underlying file descriptor.",
    ),
    def(
        "fileno",
        "self, /",
        |th, a| Ok(Value::small(state(th, a[0])?.fd as i64)),
        "fileno() -> integer\n\nReturn the integer file descriptor of the socket.",
    ),
    def(
        "getblocking",
        "self, /",
        |th, a| Ok(Value::bool(state(th, a[0])?.timeout != Some(Duration::ZERO))),
        "getblocking()\n\nReturns True if socket is in blocking mode, or False if it\nis in non-blocking mode.",
    ),
    def(
        "getpeername",
        "self, /",
        |th, a| name_of(th, a[0], true),
        "getpeername() -> address info\n\nReturn the address of the remote endpoint.",
    ),
    def(
        "getsockname",
        "self, /",
        |th, a| name_of(th, a[0], false),
        "getsockname() -> address info\n\nReturn the address of the local endpoint.",
    ),
    def(
        "getsockopt",
        "self, level, option, buffersize=0, /",
        getsockopt,
        "getsockopt(level, option[, buffersize]) -> value\n\nGet a socket option.",
    ),
    def(
        "gettimeout",
        "self, /",
        |th, a| Ok(timeout_value(state(th, a[0])?.timeout)),
        "gettimeout() -> timeout\n\nReturns the timeout in seconds (float) associated with socket operations.",
    ),
    def(
        "listen",
        "self, backlog=<unrepresentable>, /",
        listen,
        "listen([backlog])\n\nEnable a server to accept connections.",
    ),
    def(
        "recv",
        "self, bufsize, flags=0, /",
        transfer::recv,
        "recv(buffersize[, flags]) -> data\n\nReceive up to buffersize bytes from the socket.",
    ),
    def(
        "recv_into",
        "self, buffer, nbytes=0, flags=0",
        transfer::recv_into,
        "recv_into(buffer, [nbytes[, flags]]) -> nbytes_read",
    ),
    def(
        "recvfrom",
        "self, bufsize, flags=0, /",
        transfer::recvfrom,
        "recvfrom(buffersize[, flags]) -> (data, address info)",
    ),
    def(
        "recvfrom_into",
        "self, buffer, nbytes=0, flags=0",
        transfer::recvfrom_into,
        "recvfrom_into(buffer[, nbytes[, flags]]) -> (nbytes, address info)",
    ),
    def(
        "recvmsg",
        "self, bufsize, ancbufsize=0, flags=0, /",
        message::recvmsg,
        "recvmsg(bufsize[, ancbufsize[, flags]]) -> (data, ancdata, msg_flags, address)",
    ),
    def(
        "recvmsg_into",
        "self, buffers, ancbufsize=0, flags=0, /",
        message::recvmsg_into,
        "recvmsg_into(buffers[, ancbufsize[, flags]]) -> (nbytes, ancdata, msg_flags, address)",
    ),
    def(
        "send",
        "self, data, flags=0, /",
        transfer::send,
        "send(data[, flags]) -> count\n\nSend a data string to the socket.",
    ),
    def(
        "sendall",
        "self, data, flags=0, /",
        transfer::sendall,
        "sendall(data[, flags])\n\nSend a data string to the socket.",
    ),
    def(
        "sendmsg",
        "self, buffers, ancdata=(), flags=0, address=None, /",
        message::sendmsg,
        "sendmsg(buffers[, ancdata[, flags[, address]]]) -> count",
    ),
    def(
        "sendto",
        "self, data, flags_or_address, address=<unrepresentable>, /",
        transfer::sendto,
        "sendto(data[, flags], address) -> count",
    ),
    def(
        "setblocking",
        "self, flag, /",
        setblocking,
        "setblocking(flag)\n\nSet the socket to blocking (flag is true) or non-blocking (false).",
    ),
    def(
        "setsockopt",
        "self, level, option, value, optlen=<unrepresentable>, /",
        setsockopt,
        "setsockopt(level, option, value: int)\nsetsockopt(level, option, value: buffer)\nsetsockopt(level, option, None, optlen: int)\n\nSet a socket option.",
    ),
    def(
        "settimeout",
        "self, timeout, /",
        settimeout,
        "settimeout(timeout)\n\nSet a timeout on socket operations.",
    ),
    def(
        "shutdown",
        "self, how, /",
        shutdown,
        "shutdown(flag)\n\nShut down the reading side of the socket (flag == SHUT_RD), the writing side\nof the socket (flag == SHUT_WR), or both ends (flag == SHUT_RDWR).",
    ),
];
pub(super) fn class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::class(th, &C, &DEF)
}
fn blank(th: &mut Thread, class: Gc<Class>) -> Value {
    payload::new(
        th,
        class,
        Socket {
            fd: -1,
            family: -1,
            kind: -1,
            proto: -1,
            timeout: None,
        },
    )
    .value()
}
/// A copy of a socket's state.
pub(super) fn state(th: &mut Thread, v: Value) -> R<Socket> {
    let s = native::<Socket>(th, v)?;
    Ok(*th.open_mut(s)?)
}
/// A new socket object for a descriptor.
pub(super) fn of_fd(th: &mut Thread, fd: i32, family: i32, kind: i32, proto: i32) -> R {
    let class = class(th)?;
    let v = blank(th, class);
    set_up(th, v, fd, family, kind, proto)?;
    Ok(v)
}
fn set_up(th: &mut Thread, v: Value, fd: i32, family: i32, kind: i32, proto: i32) -> R<()> {
    let nonblocking = kind & constants::NONBLOCK != 0;
    let timeout = if nonblocking { Some(Duration::ZERO) } else { default_timeout(th)? };
    let s = support::open::<Socket>(th, v)?;
    *s = Socket {
        fd,
        family,
        kind: kind & !(constants::NONBLOCK | constants::CLOEXEC),
        proto,
        timeout,
    };
    if timeout.is_some() {
        set_nonblocking(th, fd, true)?;
    }
    Ok(())
}
fn option(fd: i32, name: i32) -> Option<i32> {
    let (mut n, mut len) = (0i32, 4 as libc::socklen_t);
    // SAFETY: a place of 4 bytes.
    if unsafe { libc::getsockopt(fd, libc::SOL_SOCKET, name, (&raw mut n).cast(), &mut len) } < 0 {
        None
    } else {
        Some(n)
    }
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    let number = |th: &mut Thread, v: Value| given(v).map_or(Ok(-1), |v| th.to_i32(v));
    let (mut family, mut kind, mut proto) = (number(th, a[1])?, number(th, a[2])?, number(th, a[3])?);
    th.irrevocable()?;
    let fd = match given(a[4]).filter(|v| !v.is_none()) {
        Some(v) => {
            if v.is_float() {
                return Err(th.type_error("integer argument expected, got float"));
            }
            let fd = th.to_i32(v)?;
            if fd < 0 {
                return Err(th.value_error("negative file descriptor"));
            }
            let mut name = Address::empty();
            // SAFETY: an address place with its length.
            let ok = unsafe { libc::getsockname(fd, name.ptr_mut(), &mut name.len) } == 0;
            if family == -1 {
                if !ok {
                    return Err(th.os_error(errno(), None));
                }
                family = name.store.ss_family as i32;
            } else if !ok && matches!(errno(), libc::EBADF | libc::ENOTSOCK) {
                return Err(th.os_error(errno(), None));
            }
            if kind == -1 {
                match option(fd, libc::SO_TYPE) {
                    Some(n) => kind = n,
                    None => return Err(th.os_error(errno(), None)),
                }
            }
            if proto == -1 {
                #[cfg(target_os = "linux")]
                match option(fd, libc::SO_PROTOCOL) {
                    Some(n) => proto = n,
                    None => return Err(th.os_error(errno(), None)),
                }
                #[cfg(not(target_os = "linux"))]
                {
                    proto = 0;
                }
            }
            fd
        }
        None => {
            family = if family == -1 { libc::AF_INET } else { family };
            kind = if kind == -1 { libc::SOCK_STREAM } else { kind };
            proto = if proto == -1 { 0 } else { proto };
            // SAFETY: numbers only.
            let fd = unsafe { libc::socket(family, kind | constants::CLOEXEC, proto) };
            if fd < 0 {
                return Err(th.os_error(errno(), None));
            }
            #[cfg(not(target_os = "linux"))]
            // SAFETY: numbers only.
            unsafe {
                libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC)
            };
            fd
        }
    };
    set_up(th, a[0], fd, family, kind, proto)?;
    Ok(Value::NONE)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let text = format!(
        "<socket object, fd={}, family={}, type={}, proto={}>",
        s.fd, s.family, s.kind, s.proto
    );
    Ok(th.new_str(&text))
}
fn finalize(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    if s.fd != -1 {
        let text = format!("unclosed {}", th.repr_string(a[0])?);
        let warned = vasuki_vm::warn::warn(th, ctx().types.ResourceWarning, &text, 1);
        close(th, a)?;
        warned?;
    }
    Ok(Value::NONE)
}
fn close(th: &mut Thread, a: &[Value]) -> R {
    th.irrevocable()?;
    let fd = std::mem::replace(&mut support::open::<Socket>(th, a[0])?.fd, -1);
    if fd != -1 {
        // SAFETY: the object's own descriptor, closed once.
        let (r, e) = th.blocking(|| unsafe { (libc::close(fd), errno()) })?;
        // The connection may have been reset by the other side: the descriptor is closed all the same.
        if r < 0 && e != libc::ECONNRESET {
            return Err(th.os_error(e, None));
        }
    }
    Ok(Value::NONE)
}
fn set_nonblocking(th: &mut Thread, fd: i32, on: bool) -> R<()> {
    let mut n = on as i32;
    // SAFETY: a place of an int.
    if unsafe { libc::ioctl(fd, libc::FIONBIO, &mut n) } < 0 {
        return Err(th.os_error(errno(), None));
    }
    Ok(())
}
fn set_timeout(th: &mut Thread, v: Value, t: Option<Duration>) -> R {
    th.irrevocable()?;
    let fd = state(th, v)?.fd;
    support::open::<Socket>(th, v)?.timeout = t;
    set_nonblocking(th, fd, t.is_some())?;
    Ok(Value::NONE)
}
fn setblocking(th: &mut Thread, a: &[Value]) -> R {
    let t = if th.truth(a[1])? { None } else { Some(Duration::ZERO) };
    set_timeout(th, a[0], t)
}
fn settimeout(th: &mut Thread, a: &[Value]) -> R {
    let t = timeout_arg(th, a[1])?;
    set_timeout(th, a[0], t)
}
fn accept(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    th.irrevocable()?;
    let mut address = Address::empty();
    let room = address.len;
    let fd = call(th, &s, false, None, || {
        address.len = room;
        // SAFETY: an address place with its length.
        unsafe {
            #[cfg(target_os = "linux")]
            {
                libc::accept4(s.fd, address.ptr_mut(), &mut address.len, libc::SOCK_CLOEXEC) as isize
            }
            #[cfg(not(target_os = "linux"))]
            {
                let fd = libc::accept(s.fd, address.ptr_mut(), &mut address.len);
                if fd >= 0 {
                    libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC);
                }
                fd as isize
            }
        }
    })?;
    let address = address.to_value(th)?;
    Ok(th.new_tuple(&[Value::small(fd as i64), address]))
}
fn bind(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let address = Address::from_value(th, s.family, a[1], "bind")?;
    th.irrevocable()?;
    // SAFETY: an address with its length.
    if unsafe { libc::bind(s.fd, address.ptr(), address.len) } < 0 {
        return Err(th.os_error(errno(), None));
    }
    Ok(Value::NONE)
}
/// Connects; gives the errno. A timeout is an exception, also of `connect_ex` a number.
fn connect(th: &mut Thread, a: &[Value], method: &str) -> R<i32> {
    let s = state(th, a[0])?;
    let address = Address::from_value(th, s.family, a[1], method)?;
    th.irrevocable()?;
    let deadline = s.timeout.filter(|t| !t.is_zero()).map(|t| Instant::now() + t);
    // SAFETY: an address with its length.
    let (r, e) = th.blocking(|| unsafe { (libc::connect(s.fd, address.ptr(), address.len), errno()) })?;
    if r == 0 {
        return Ok(0);
    }
    let waits = match e {
        libc::EINTR => {
            vasuki_vm::signals::handle(th)?;
            s.timeout != Some(Duration::ZERO)
        }
        e => s.timeout.is_some_and(|t| !t.is_zero()) && e == libc::EINPROGRESS,
    };
    if !waits {
        return Ok(e);
    }
    // The connection is being made: its end shows as readiness to write.
    if !wait(th, s.fd, true, deadline)? {
        return if method == "connect_ex" {
            Ok(libc::EWOULDBLOCK)
        } else {
            Err(th.error(ctx().types.TimeoutError, "timed out"))
        };
    }
    Ok(match option(s.fd, libc::SO_ERROR) {
        Some(libc::EISCONN) => 0,
        Some(e) => e,
        None => errno(),
    })
}
fn name_of(th: &mut Thread, v: Value, peer: bool) -> R {
    let s = state(th, v)?;
    let mut a = Address::empty();
    // SAFETY: an address place with its length.
    let r = unsafe {
        if peer {
            libc::getpeername(s.fd, a.ptr_mut(), &mut a.len)
        } else {
            libc::getsockname(s.fd, a.ptr_mut(), &mut a.len)
        }
    };
    if r < 0 {
        return Err(th.os_error(errno(), None));
    }
    a.to_value(th)
}
fn listen(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let n = given(a[1]).map_or(Ok(libc::SOMAXCONN.min(128)), |v| th.to_i32(v))?.max(0);
    th.irrevocable()?;
    // SAFETY: numbers only.
    if unsafe { libc::listen(s.fd, n) } < 0 {
        return Err(th.os_error(errno(), None));
    }
    Ok(Value::NONE)
}
fn shutdown(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let how = th.to_i32(a[1])?;
    th.irrevocable()?;
    // SAFETY: numbers only.
    if unsafe { libc::shutdown(s.fd, how) } < 0 {
        return Err(th.os_error(errno(), None));
    }
    Ok(Value::NONE)
}
fn getsockopt(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let (level, name) = (th.to_i32(a[1])?, th.to_i32(a[2])?);
    let size = given(a[3]).map_or(Ok(0), |v| th.to_i32(v))?;
    if size == 0 {
        let (mut n, mut len) = (0i32, 4 as libc::socklen_t);
        // SAFETY: a place of 4 bytes.
        if unsafe { libc::getsockopt(s.fd, level, name, (&raw mut n).cast(), &mut len) } < 0 {
            return Err(th.os_error(errno(), None));
        }
        return Ok(Value::small(n as i64));
    }
    if !(1..=1024).contains(&size) {
        return Err(th.error(ctx().types.OSError, "getsockopt buflen out of range"));
    }
    let mut buf = vec![0u8; size as usize];
    let mut len = size as libc::socklen_t;
    // SAFETY: a buffer with its length.
    if unsafe { libc::getsockopt(s.fd, level, name, buf.as_mut_ptr().cast(), &mut len) } < 0 {
        return Err(th.os_error(errno(), None));
    }
    Ok(th.new_bytes(&buf[..(len as usize).min(buf.len())]))
}
fn setsockopt(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let (level, name) = (th.to_i32(a[1])?, th.to_i32(a[2])?);
    th.irrevocable()?;
    // SAFETY: values with their lengths; null with a length is what some options want.
    let r = unsafe {
        if a[3].is_none() {
            let Some(len) = given(a[4]) else {
                return Err(th.type_error("setsockopt() requires 4 arguments when the third argument is None"));
            };
            let len = th.to_i32(len)?;
            libc::setsockopt(s.fd, level, name, std::ptr::null(), len as libc::socklen_t)
        } else if given(a[4]).is_some() {
            return Err(th.type_error("setsockopt() argument 3 must be None when optlen is given"));
        } else if int::is_int(a[3]) {
            let n = th.to_i32(a[3])?;
            libc::setsockopt(s.fd, level, name, (&raw const n).cast(), 4)
        } else if is_bytes_like(th, a[3]) {
            let b = bytes_arg(th, a[3])?;
            libc::setsockopt(s.fd, level, name, b.as_ptr().cast(), b.len() as libc::socklen_t)
        } else {
            let n = type_name(th, a[3]);
            return Err(th.type_error(&format!("a bytes-like object is required, not '{n}'")));
        }
    };
    if r < 0 { Err(th.os_error(errno(), None)) } else { Ok(Value::NONE) }
}
