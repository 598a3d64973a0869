//! The module `_socket`. The class is in `object`, its data transfer in `transfer` and `message`, addresses in `address`,
//! name lookup in `lookup`, constants in `constants`.

mod address;
mod constants;
mod lookup;
mod message;
mod object;
mod transfer;

use crate::support::{self, ClassCell, errno, given, put};
use std::time::Duration;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::{float, int};
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_socket",
    doc: "Implementation module for socket operations.\n\nSee the socket module for documentation.",
    functions: FUNCTIONS,
    init,
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "CMSG_LEN",
        "length, /",
        |th, a| cmsg_size(th, a[0], false),
        "Return the total length, without trailing padding, of an ancillary data item with associated data of the given length.",
    ),
    def(
        "CMSG_SPACE",
        "length, /",
        |th, a| cmsg_size(th, a[0], true),
        "Return the buffer size needed for recvmsg() to receive an ancillary data item with associated data of the given length, along with any trailing padding.",
    ),
    def(
        "close",
        "fd, /",
        close,
        "close(integer) -> None\n\nClose an integer socket file descriptor.  This is like os.close(), but for\nsockets; on some platforms os.close() won't work for socket file descriptors.",
    ),
    def(
        "dup",
        "fd, /",
        dup,
        "dup(integer) -> integer\n\nDuplicate an integer socket file descriptor.  This is like os.dup(), but for\nsockets; on some platforms os.dup() won't work for socket file descriptors.",
    ),
    def(
        "getaddrinfo",
        "host, port, family=0, type=0, proto=0, flags=0",
        lookup::getaddrinfo,
        "Resolve host and port into addrinfo struct.",
    ),
    def(
        "getdefaulttimeout",
        "",
        |th, _| {
            let t = default_timeout(th)?;
            Ok(timeout_value(t))
        },
        "Returns the default timeout in seconds (float) for new socket objects.",
    ),
    def(
        "gethostbyaddr",
        "host, /",
        lookup::gethostbyaddr,
        "Return the true host name, a list of aliases, and a list of IP addresses, for a host.",
    ),
    def(
        "gethostbyname",
        "host, /",
        lookup::gethostbyname,
        "Return the IP address (a string of the form '255.255.255.255') for a host.",
    ),
    def(
        "gethostbyname_ex",
        "host, /",
        lookup::gethostbyname_ex,
        "Return the true host name, a list of aliases, and a list of IP addresses, for a host.",
    ),
    def(
        "gethostname",
        "",
        gethostname,
        "gethostname() -> string\n\nReturn the current host name.",
    ),
    def(
        "getnameinfo",
        "sockaddr, flags, /",
        lookup::getnameinfo,
        "Get host and port for a sockaddr.",
    ),
    def(
        "getprotobyname",
        "name, /",
        lookup::getprotobyname,
        "Return the protocol number for the named protocol.",
    ),
    def(
        "getservbyname",
        "servicename, protocolname=<unrepresentable>, /",
        lookup::getservbyname,
        "Return a port number from a service name and protocol name.",
    ),
    def(
        "getservbyport",
        "port, protocolname=<unrepresentable>, /",
        lookup::getservbyport,
        "Return the service name from a port number and protocol name.",
    ),
    def(
        "htonl",
        "integer, /",
        |th, a| {
            let n = u32_arg(th, a[0], "htonl")?;
            Ok(Value::small(n.to_be() as i64))
        },
        "Convert a 32-bit unsigned integer from host to network byte order.",
    ),
    def(
        "htons",
        "integer, /",
        |th, a| {
            let n = u16_arg(th, a[0], "htons")?;
            Ok(Value::small(n.to_be() as i64))
        },
        "Convert a 16-bit unsigned integer from host to network byte order.",
    ),
    def(
        "if_indextoname",
        "if_index, /",
        if_indextoname,
        "Returns the interface name corresponding to the interface index if_index.",
    ),
    def(
        "if_nameindex",
        "",
        if_nameindex,
        "Returns a list of network interface information (index, name) tuples.",
    ),
    def(
        "if_nametoindex",
        "oname, /",
        if_nametoindex,
        "Returns the interface index corresponding to the interface name if_name.",
    ),
    def(
        "inet_aton",
        "ip_addr, /",
        lookup::inet_aton,
        "Convert an IP address in string format (123.45.67.89) to the 32-bit packed binary format used in low-level network functions.",
    ),
    def(
        "inet_ntoa",
        "packed_ip, /",
        lookup::inet_ntoa,
        "Convert an IP address from 32-bit packed binary format to string format.",
    ),
    def(
        "inet_ntop",
        "af, packed_ip, /",
        lookup::inet_ntop,
        "Convert a packed IP address of the given family to string format.",
    ),
    def(
        "inet_pton",
        "af, ip, /",
        lookup::inet_pton,
        "Convert an IP address from string format to a packed string suitable for use with low-level network functions.",
    ),
    def(
        "ntohl",
        "integer, /",
        |th, a| {
            let n = u32_arg(th, a[0], "ntohl")?;
            Ok(Value::small(u32::from_be(n) as i64))
        },
        "Convert a 32-bit unsigned integer from network to host byte order.",
    ),
    def(
        "ntohs",
        "integer, /",
        |th, a| {
            let n = u16_arg(th, a[0], "ntohs")?;
            Ok(Value::small(u16::from_be(n) as i64))
        },
        "Convert a 16-bit unsigned integer from network to host byte order.",
    ),
    def(
        "setdefaulttimeout",
        "timeout, /",
        setdefaulttimeout,
        "Set the default timeout in seconds (float) for new socket objects.",
    ),
    def(
        "sethostname",
        "name, /",
        sethostname,
        "sethostname(name)\n\nSets the hostname to name.",
    ),
    def(
        "socketpair",
        "family=<unrepresentable>, type=SOCK_STREAM, proto=0, /",
        socketpair,
        "Create a pair of socket objects from the sockets returned by the platform socketpair() function.",
    ),
];
fn init(th: &mut Thread, m: Value) -> R<()> {
    let t = &ctx().types;
    put(th, m, "error", t.OSError.value())?;
    put(th, m, "timeout", t.TimeoutError.value())?;
    let e = gaierror_class(th)?;
    put(th, m, "gaierror", e.value())?;
    let e = herror_class(th)?;
    put(th, m, "herror", e.value())?;
    let c = object::class(th)?;
    put(th, m, "socket", c.value())?;
    put(th, m, "SocketType", c.value())?;
    put(th, m, "has_ipv6", Value::TRUE)?;
    constants::init(th, m)
}
fn gaierror_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::exception(th, &C, "socket.gaierror", ctx().types.OSError, "")
}
fn herror_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::exception(th, &C, "socket.herror", ctx().types.OSError, "")
}
/// A dict that holds the default timeout, so that a change is part of its transaction.
fn defaults(th: &mut Thread) -> Gc<Dict> {
    static D: std::sync::OnceLock<Gc<Dict>> = std::sync::OnceLock::new();
    match D.get() {
        Some(d) => *d,
        None => {
            let d = vasuki_vm::memory::keep(th.new_dict()).as_gc();
            *D.get_or_init(|| d)
        }
    }
}
fn default_timeout(th: &mut Thread) -> R<Option<Duration>> {
    let d = defaults(th);
    let k = th.intern("timeout");
    let v = d.get_str(th, k)?.unwrap_or(Value::NONE);
    timeout_arg(th, v)
}
fn setdefaulttimeout(th: &mut Thread, a: &[Value]) -> R {
    let t = timeout_arg(th, a[0])?;
    let d = defaults(th);
    let k = th.intern("timeout");
    d.set_str(th, k, timeout_value(t))?;
    Ok(Value::NONE)
}
/// A timeout argument: None or seconds.
fn timeout_arg(th: &mut Thread, v: Value) -> R<Option<Duration>> {
    if v.is_none() {
        return Ok(None);
    }
    let t = if int::is_int(v) {
        int::to_f64(th, v)?.unwrap_or(0.0)
    } else {
        float::expect(th, v)?
    };
    if t.is_nan() {
        return Err(th.value_error("Invalid value NaN (not a number)"));
    }
    if t < 0.0 {
        return Err(th.value_error("Timeout value out of range"));
    }
    if t > 9.2e9 {
        return Err(th.overflow_error("timestamp out of range for platform time_t"));
    }
    // Never a zero timeout for a positive one.
    Ok(Some(Duration::from_nanos((t * 1e9).ceil() as u64)))
}
fn timeout_value(t: Option<Duration>) -> Value {
    t.map_or(Value::NONE, |t| Value::float(t.as_nanos() as f64 / 1e9))
}
fn u32_arg(th: &mut Thread, v: Value, what: &str) -> R<u32> {
    let i = if int::is_int(v) {
        v
    } else {
        let n = support::type_name(th, v);
        return Err(th.type_error(&format!("expected int, {n} found")));
    };
    if int::sign(i) < 0 {
        return Err(th.overflow_error("can't convert negative value to unsigned int"));
    }
    match int::to_i64(i).and_then(|n| u32::try_from(n).ok()) {
        Some(n) => Ok(n),
        None if what.starts_with("htonl") || what.starts_with("ntohl") => Err(th.overflow_error("int larger than 32 bits")),
        None => Err(th.overflow_error("int too large")),
    }
}
fn u16_arg(th: &mut Thread, v: Value, what: &str) -> R<u16> {
    let i = th.index(v)?;
    if int::sign(i) < 0 {
        return Err(th.overflow_error(&format!("{what}: can't convert negative Python int to C 16-bit unsigned integer")));
    }
    match int::to_i64(i).and_then(|n| u16::try_from(n).ok()) {
        Some(n) => Ok(n),
        None => Err(th.overflow_error(&format!("{what}: Python int too large to convert to C 16-bit unsigned integer"))),
    }
}
fn int_or(th: &mut Thread, v: Value, default: i32) -> R<i32> {
    given(v).map_or(Ok(default), |v| th.to_i32(v))
}
fn close(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    th.irrevocable()?;
    // SAFETY: the caller's descriptor.
    if th.blocking(|| unsafe { libc::close(fd) })? < 0 && errno() != libc::ECONNRESET {
        return Err(th.os_error(errno(), None));
    }
    Ok(Value::NONE)
}
fn dup(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    th.irrevocable()?;
    // SAFETY: numbers only.
    let new = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) };
    if new < 0 {
        Err(th.os_error(errno(), None))
    } else {
        Ok(Value::small(new as i64))
    }
}
fn socketpair(th: &mut Thread, a: &[Value]) -> R {
    let (family, kind, proto) = (
        int_or(th, a[0], libc::AF_UNIX)?,
        int_or(th, a[1], libc::SOCK_STREAM)?,
        int_or(th, a[2], 0)?,
    );
    th.irrevocable()?;
    let mut fds = [0; 2];
    // SAFETY: room for two descriptors.
    if unsafe { libc::socketpair(family, kind | constants::CLOEXEC, proto, fds.as_mut_ptr()) } < 0 {
        return Err(th.os_error(errno(), None));
    }
    let x = object::of_fd(th, fds[0], family, kind, proto)?;
    let y = object::of_fd(th, fds[1], family, kind, proto)?;
    Ok(th.new_tuple(&[x, y]))
}
fn gethostname(th: &mut Thread, _: &[Value]) -> R {
    let mut buf = [0u8; 1024];
    // SAFETY: a buffer with room for the zero.
    if unsafe { libc::gethostname(buf.as_mut_ptr().cast(), buf.len() - 1) } < 0 {
        return Err(th.os_error(errno(), None));
    }
    let n = buf.iter().position(|&b| b == 0).unwrap_or(buf.len());
    crate::pwd::decode(th, &buf[..n])
}
fn sethostname(th: &mut Thread, a: &[Value]) -> R {
    let name = if let Some(s) = a[0].cast::<Str>() {
        crate::pwd::encode(th, s)?
    } else {
        vasuki_vm::types::buffer_protocol::bytes_arg(th, a[0])?.into_owned()
    };
    th.irrevocable()?;
    // SAFETY: the slice's own length.
    if unsafe { libc::sethostname(name.as_ptr().cast(), name.len() as _) } < 0 {
        return Err(th.os_error(errno(), None));
    }
    Ok(Value::NONE)
}
fn if_nameindex(th: &mut Thread, _: &[Value]) -> R {
    let mut out = ValueVec::new();
    // SAFETY: the list ends with index 0 and is freed once.
    unsafe {
        let list = libc::if_nameindex();
        if list.is_null() {
            return Err(th.os_error(errno(), None));
        }
        let mut p = list;
        while (*p).if_index != 0 && !(*p).if_name.is_null() {
            let name = crate::pwd::decode(th, std::ffi::CStr::from_ptr((*p).if_name).to_bytes());
            let r = name.and_then(|name| {
                let pair = th.new_tuple(&[Value::small((*p).if_index as i64), name]);
                out.push(th, pair)
            });
            if let Err(t) = r {
                libc::if_freenameindex(list);
                return Err(t);
            }
            p = p.add(1);
        }
        libc::if_freenameindex(list);
    }
    Ok(th.new_list_vec(out))
}
fn if_nametoindex(th: &mut Thread, a: &[Value]) -> R {
    let b = vasuki_vm::codecs::fs::fs_bytes(th, a[0])?;
    let name = support::c_string(th, &b)?;
    // SAFETY: a C string.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(th.os_error(errno(), None)),
        n => Ok(Value::small(n as i64)),
    }
}
fn if_indextoname(th: &mut Thread, a: &[Value]) -> R {
    let n = u32_arg(th, a[0], "if_indextoname")?;
    let mut buf = [0u8; 64];
    // SAFETY: a buffer of more than IF_NAMESIZE bytes.
    if unsafe { libc::if_indextoname(n, buf.as_mut_ptr().cast()) }.is_null() {
        return Err(th.os_error(errno(), None));
    }
    let end = buf.iter().position(|&b| b == 0).unwrap_or(buf.len());
    crate::pwd::decode(th, &buf[..end])
}
fn cmsg_size(th: &mut Thread, v: Value, space: bool) -> R {
    let what = if space {
        "CMSG_SPACE() argument out of range"
    } else {
        "CMSG_LEN() argument out of range"
    };
    let n = th.to_isize(v)?;
    if n < 0 || n > i32::MAX as isize - 64 {
        return Err(th.overflow_error(what));
    }
    // SAFETY: arithmetic only.
    Ok(Value::small(unsafe {
        if space {
            libc::CMSG_SPACE(n as u32)
        } else {
            libc::CMSG_LEN(n as u32)
        }
    } as i64))
}
