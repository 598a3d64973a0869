//! Lookup of hosts, services and protocols.

use super::address::{Address, c_bytes, host_address, host_name};
use super::{gaierror_class, herror_class, int_or};
use crate::support::{errno, given, str_arg};
use std::ffi::{CStr, CString};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use vasuki_vm::context::ctx;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::buffer_protocol::bytes_arg;
use vasuki_vm::types::int;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

fn gai_error(th: &mut Thread, code: i32) -> Throw {
    if code == libc::EAI_SYSTEM {
        return th.os_error(errno(), None);
    }
    // SAFETY: the library's static text.
    let text = unsafe { CStr::from_ptr(libc::gai_strerror(code)) }.to_string_lossy().into_owned();
    let r = (|| {
        let class = gaierror_class(th)?;
        let text = th.new_str(&text);
        let e = th.new_exception(class, &[Value::small(code as i64), text])?;
        Ok(th.raise(e))
    })();
    match r {
        Ok(t) | Err(t) => t,
    }
}
fn host_error(th: &mut Thread, code: i64, text: &str) -> Throw {
    let r = (|| {
        let class = herror_class(th)?;
        let text = th.new_str(text);
        let e = th.new_exception(class, &[Value::small(code), text])?;
        Ok(th.raise(e))
    })();
    match r {
        Ok(t) | Err(t) => t,
    }
}
/// One answer of `getaddrinfo`.
struct Answer {
    family: i32,
    kind: i32,
    proto: i32,
    name: Option<Vec<u8>>,
    address: Address,
}
/// `getaddrinfo`, with the thread detached; the error is a code of the library.
fn resolve(th: &mut Thread, host: Option<&CStr>, port: Option<&CStr>, hints: [i32; 4]) -> R<Result<Vec<Answer>, i32>> {
    let [family, kind, proto, flags] = hints;
    let p = |s: Option<&CStr>| s.map_or(std::ptr::null(), CStr::as_ptr);
    let (host, port) = (p(host), p(port));
    // SAFETY: C strings that live in the caller's frame; the list is read and freed once.
    th.blocking(|| unsafe {
        let mut h: libc::addrinfo = std::mem::zeroed();
        (h.ai_family, h.ai_socktype, h.ai_protocol, h.ai_flags) = (family, kind, proto, flags);
        let mut list = std::ptr::null_mut();
        let code = libc::getaddrinfo(host, port, &h, &mut list);
        if code != 0 {
            return Err(code);
        }
        let mut out = Vec::new();
        let mut p = list;
        while !p.is_null() {
            let i = &*p;
            let mut address = Address::empty();
            if !i.ai_addr.is_null() {
                let n = (i.ai_addrlen as usize).min(std::mem::size_of::<libc::sockaddr_storage>());
                std::ptr::copy_nonoverlapping(i.ai_addr.cast::<u8>(), address.ptr_mut().cast::<u8>(), n);
            }
            address.len = i.ai_addrlen;
            let name = if i.ai_canonname.is_null() {
                None
            } else {
                Some(CStr::from_ptr(i.ai_canonname).to_bytes().to_vec())
            };
            out.push(Answer {
                family: i.ai_family,
                kind: i.ai_socktype,
                proto: i.ai_protocol,
                name,
                address,
            });
            p = i.ai_next;
        }
        libc::freeaddrinfo(list);
        Ok(out)
    })
}
/// The address of a host name; port 0.
pub(super) fn address_of(th: &mut Thread, name: &[u8], family: i32) -> R<Address> {
    if name.is_empty() {
        return match family {
            libc::AF_INET => Ok(Address::v4(Ipv4Addr::UNSPECIFIED, 0)),
            libc::AF_INET6 => Ok(Address::v6(Ipv6Addr::UNSPECIFIED, 0, 0, 0)),
            _ => {
                let hints = [family, libc::SOCK_DGRAM, 0, libc::AI_PASSIVE];
                match resolve(th, None, Some(c"0"), hints)? {
                    Ok(list) if list.len() == 1 => Ok(list[0].address),
                    Ok(_) => Err(th.error(ctx().types.OSError, "wildcard resolved to multiple address")),
                    Err(code) => Err(gai_error(th, code)),
                }
            }
        };
    }
    if name == b"255.255.255.255" || name == b"<broadcast>" {
        if family != libc::AF_INET && family != libc::AF_UNSPEC {
            return Err(th.error(ctx().types.OSError, "address family mismatched"));
        }
        return Ok(Address::v4(Ipv4Addr::BROADCAST, 0));
    }
    let text = std::str::from_utf8(name).unwrap_or("");
    if family != libc::AF_INET6
        && let Ok(ip) = text.parse::<Ipv4Addr>()
    {
        return Ok(Address::v4(ip, 0));
    }
    if family != libc::AF_INET
        && let Ok(ip) = text.parse::<Ipv6Addr>()
    {
        return Ok(Address::v6(ip, 0, 0, 0));
    }
    let host = c_bytes(th, name)?;
    match resolve(th, Some(&host), None, [family, 0, 0, 0])? {
        Ok(list) if !list.is_empty() => Ok(list[0].address),
        Ok(_) => Err(gai_error(th, libc::EAI_NONAME)),
        Err(code) => Err(gai_error(th, code)),
    }
}
pub(super) fn getaddrinfo(th: &mut Thread, a: &[Value]) -> R {
    let host = if a[0].is_none() {
        None
    } else if a[0].cast::<Str>().is_some() || vasuki_vm::types::buffer_protocol::is_bytes_like(th, a[0]) {
        let b = host_name(th, a[0])?;
        Some(c_bytes(th, &b)?)
    } else {
        return Err(th.type_error("getaddrinfo() argument 1 must be string or None"));
    };
    let port = if int::is_int(a[1]) {
        let n = int::to_decimal(th, a[1])?;
        Some(c_bytes(th, n.as_bytes())?)
    } else if let Some(s) = a[1].cast::<Str>() {
        let b = crate::pwd::encode(th, s)?;
        Some(c_bytes(th, &b)?)
    } else if a[1].is_none() {
        None
    } else if let Some(b) = vasuki_vm::types::buffer_protocol::bytes_like(th, a[1])? {
        Some(c_bytes(th, &b)?)
    } else {
        return Err(th.error(ctx().types.OSError, "Int or String expected"));
    };
    let hints = [
        int_or(th, a[2], 0)?,
        int_or(th, a[3], 0)?,
        int_or(th, a[4], 0)?,
        int_or(th, a[5], 0)?,
    ];
    let list = match resolve(th, host.as_deref(), port.as_deref(), hints)? {
        Ok(l) => l,
        Err(code) => return Err(gai_error(th, code)),
    };
    let mut out = ValueVec::new();
    for i in list {
        let address = i.address.to_value(th)?;
        let name = crate::pwd::decode(th, i.name.as_deref().unwrap_or(b""))?;
        let n = |n: i32| Value::small(n as i64);
        let item = th.new_tuple(&[n(i.family), n(i.kind), n(i.proto), name, address]);
        out.push(th, item)?;
    }
    Ok(th.new_list_vec(out))
}
/// Name and service texts of an address; the error is a code of the library.
fn names_of(a: &Address, flags: i32) -> Result<(String, String), i32> {
    let (mut host, mut port) = ([0u8; 1025], [0u8; 32]);
    // SAFETY: an address with its length, and buffers with theirs.
    let code = unsafe {
        libc::getnameinfo(
            a.ptr(),
            a.len,
            host.as_mut_ptr().cast(),
            host.len() as _,
            port.as_mut_ptr().cast(),
            port.len() as _,
            flags,
        )
    };
    if code != 0 {
        return Err(code);
    }
    let text = |b: &[u8]| {
        CStr::from_bytes_until_nul(b)
            .map(|c| c.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    Ok((text(&host), text(&port)))
}
/// An IPv6 address as text, with its scope.
pub(super) fn v6_text(a: &Address) -> Option<String> {
    names_of(a, libc::NI_NUMERICHOST | libc::NI_NUMERICSERV).ok().map(|n| n.0)
}
pub(super) fn getnameinfo(th: &mut Thread, a: &[Value]) -> R {
    let Some(t) = a[0].cast::<Tuple>() else {
        return Err(th.type_error("getnameinfo() argument 1 must be a tuple"));
    };
    let t = t.items();
    if !(2..=4).contains(&t.len()) {
        return Err(th.type_error("getnameinfo(): illegal sockaddr argument"));
    }
    let flags = th.to_i32(a[1])?;
    let host = str_arg(th, t[0], "getnameinfo() argument 1 item 1")?;
    let host = crate::pwd::encode(th, host)?;
    let host = c_bytes(th, &host)?;
    let port = th.to_i32(t[1])?;
    let number = |th: &mut Thread, i: usize| t.get(i).map_or(Ok(0), |v| th.to_i64(*v));
    let (flow, scope) = (number(th, 2)?, number(th, 3)?);
    if !(0..=0xFFFFF).contains(&flow) {
        return Err(th.overflow_error("getnameinfo(): flowinfo must be 0-1048575."));
    }
    let service = c_bytes(th, port.to_string().as_bytes())?;
    let hints = [libc::AF_UNSPEC, libc::SOCK_DGRAM, 0, libc::AI_NUMERICHOST];
    let list = match resolve(th, Some(&host), Some(&service), hints)? {
        Ok(l) => l,
        Err(code) => return Err(gai_error(th, code)),
    };
    let [first] = list.as_slice() else {
        return Err(th.error(ctx().types.OSError, "sockaddr resolved to multiple addresses"));
    };
    let address = match (first.family, first.address.ip()) {
        (libc::AF_INET, _) if t.len() != 2 => return Err(th.error(ctx().types.OSError, "IPv4 sockaddr must be 2 tuple")),
        (libc::AF_INET6, Some(IpAddr::V6(ip))) => Address::v6(ip, port as u16, flow as u32, scope as u32),
        _ => first.address,
    };
    match th.blocking(move || names_of(&address, flags))? {
        Ok((h, p)) => {
            let pair = [th.new_str(&h), th.new_str(&p)];
            Ok(th.new_tuple(&pair))
        }
        Err(code) => Err(gai_error(th, code)),
    }
}
pub(super) fn gethostbyname(th: &mut Thread, a: &[Value]) -> R {
    let address = host_address(th, a[0], libc::AF_INET)?;
    let text = address.ip().map(|i| i.to_string()).unwrap_or_default();
    Ok(th.new_str(&text))
}
/// (name, aliases, addresses) of a host entry.
///
/// # Safety
/// A valid entry of the library.
unsafe fn host_entry(h: &libc::hostent) -> (Vec<u8>, Vec<Vec<u8>>, Vec<String>) {
    // SAFETY: the lists end in null; addresses have the length that the entry says.
    unsafe {
        let name = CStr::from_ptr(h.h_name).to_bytes().to_vec();
        let (mut aliases, mut ips) = (Vec::new(), Vec::new());
        let mut p = h.h_aliases;
        while !p.is_null() && !(*p).is_null() {
            aliases.push(CStr::from_ptr(*p).to_bytes().to_vec());
            p = p.add(1);
        }
        let mut p = h.h_addr_list;
        while !p.is_null() && !(*p).is_null() {
            let b = std::slice::from_raw_parts((*p).cast::<u8>(), h.h_length as usize);
            if let Ok(v4) = <[u8; 4]>::try_from(b) {
                ips.push(Ipv4Addr::from(v4).to_string());
            } else if let Ok(v6) = <[u8; 16]>::try_from(b) {
                ips.push(Ipv6Addr::from(v6).to_string());
            }
            p = p.add(1);
        }
        (name, aliases, ips)
    }
}
/// The library's host lookups have one result for the process.
static HOSTS: std::sync::Mutex<()> = std::sync::Mutex::new(());
unsafe extern "C" {
    fn gethostbyname2(name: *const libc::c_char, family: i32) -> *mut libc::hostent;
    #[link_name = "gethostbyaddr"]
    fn c_gethostbyaddr(a: *const libc::c_void, len: libc::socklen_t, family: i32) -> *mut libc::hostent;
    #[link_name = "getservbyname"]
    fn c_getservbyname(name: *const libc::c_char, proto: *const libc::c_char) -> *mut libc::servent;
    #[link_name = "getservbyport"]
    fn c_getservbyport(port: i32, proto: *const libc::c_char) -> *mut libc::servent;
    #[link_name = "getprotobyname"]
    fn c_getprotobyname(name: *const libc::c_char) -> *mut libc::protoent;
}
type HostEntry = (Vec<u8>, Vec<Vec<u8>>, Vec<String>);
fn host_result(th: &mut Thread, found: Option<HostEntry>) -> R {
    let Some((name, aliases, ips)) = found else {
        return Err(host_error(th, 1, "Unknown host"));
    };
    let name = crate::pwd::decode(th, &name)?;
    let (mut x, mut y) = (ValueVec::new(), ValueVec::new());
    for b in aliases {
        let v = crate::pwd::decode(th, &b)?;
        x.push(th, v)?;
    }
    for s in ips {
        let v = th.new_str(&s);
        y.push(th, v)?;
    }
    let (x, y) = (th.new_list_vec(x), th.new_list_vec(y));
    Ok(th.new_tuple(&[name, x, y]))
}
pub(super) fn gethostbyname_ex(th: &mut Thread, a: &[Value]) -> R {
    let name = host_name(th, a[0])?;
    address_of(th, &name, libc::AF_INET)?;
    let name = c_bytes(th, &name)?;
    // SAFETY: a C string; the lock makes the result ours until it is copied.
    let found = th.blocking(|| unsafe {
        let _one = HOSTS.lock().unwrap_or_else(|e| e.into_inner());
        gethostbyname2(name.as_ptr(), libc::AF_INET).as_ref().map(|h| host_entry(h))
    })?;
    host_result(th, found)
}
pub(super) fn gethostbyaddr(th: &mut Thread, a: &[Value]) -> R {
    let address = host_address(th, a[0], libc::AF_UNSPEC)?;
    let Some(ip) = address.ip() else {
        return Err(th.error(ctx().types.OSError, "unsupported address family"));
    };
    // SAFETY: an address with its length; the lock makes the result ours until it is copied.
    let found = th.blocking(|| unsafe {
        let _one = HOSTS.lock().unwrap_or_else(|e| e.into_inner());
        let h = match ip {
            IpAddr::V4(ip) => c_gethostbyaddr(ip.octets().as_ptr().cast(), 4, libc::AF_INET),
            IpAddr::V6(ip) => c_gethostbyaddr(ip.octets().as_ptr().cast(), 16, libc::AF_INET6),
        };
        h.as_ref().map(|h| host_entry(h))
    })?;
    host_result(th, found)
}
fn c_text(th: &mut Thread, v: Value, what: &str) -> R<CString> {
    let s = str_arg(th, v, what)?;
    let b = crate::pwd::encode(th, s)?;
    c_bytes(th, &b)
}
fn protocol(th: &mut Thread, v: Value, what: &str) -> R<Option<CString>> {
    given(v).map(|v| c_text(th, v, what)).transpose()
}
pub(super) fn getservbyname(th: &mut Thread, a: &[Value]) -> R {
    let name = c_text(th, a[0], "getservbyname() argument 1")?;
    let proto = protocol(th, a[1], "getservbyname() argument 2")?;
    // SAFETY: C strings; the lock makes the result ours until it is copied.
    let port = th.blocking(|| unsafe {
        let _one = HOSTS.lock().unwrap_or_else(|e| e.into_inner());
        c_getservbyname(name.as_ptr(), proto.as_ref().map_or(std::ptr::null(), |p| p.as_ptr()))
            .as_ref()
            .map(|s| s.s_port)
    })?;
    match port {
        Some(p) => Ok(Value::small(u16::from_be(p as u16) as i64)),
        None => Err(th.error(ctx().types.OSError, "service/proto not found")),
    }
}
pub(super) fn getservbyport(th: &mut Thread, a: &[Value]) -> R {
    let port = th.to_i32(a[0])?;
    let Ok(port) = u16::try_from(port) else {
        return Err(th.overflow_error("getservbyport: port must be 0-65535."));
    };
    let proto = protocol(th, a[1], "getservbyport() argument 2")?;
    // SAFETY: C strings; the lock makes the result ours until it is copied.
    let name = th.blocking(|| unsafe {
        let _one = HOSTS.lock().unwrap_or_else(|e| e.into_inner());
        let s = c_getservbyport(port.to_be() as i32, proto.as_ref().map_or(std::ptr::null(), |p| p.as_ptr()));
        s.as_ref().map(|s| CStr::from_ptr(s.s_name).to_bytes().to_vec())
    })?;
    match name {
        Some(n) => crate::pwd::decode(th, &n),
        None => Err(th.error(ctx().types.OSError, "port/proto not found")),
    }
}
pub(super) fn getprotobyname(th: &mut Thread, a: &[Value]) -> R {
    let name = c_text(th, a[0], "getprotobyname() argument")?;
    // SAFETY: a C string; the lock makes the result ours until it is copied.
    let found = th.blocking(|| unsafe {
        let _one = HOSTS.lock().unwrap_or_else(|e| e.into_inner());
        c_getprotobyname(name.as_ptr()).as_ref().map(|p| p.p_proto)
    })?;
    match found {
        Some(n) => Ok(Value::small(n as i64)),
        None => Err(th.error(ctx().types.OSError, "protocol not found")),
    }
}
unsafe extern "C" {
    #[link_name = "inet_aton"]
    fn c_inet_aton(text: *const libc::c_char, to: *mut libc::in_addr) -> i32;
}
pub(super) fn inet_aton(th: &mut Thread, a: &[Value]) -> R {
    let text = c_text(th, a[0], "inet_aton() argument")?;
    let mut to = libc::in_addr { s_addr: 0 };
    // SAFETY: a C string and a place.
    if unsafe { c_inet_aton(text.as_ptr(), &mut to) } == 0 {
        return Err(th.error(ctx().types.OSError, "illegal IP address string passed to inet_aton"));
    }
    Ok(th.new_bytes(&to.s_addr.to_ne_bytes()))
}
pub(super) fn inet_ntoa(th: &mut Thread, a: &[Value]) -> R {
    let b = bytes_arg(th, a[0])?;
    match <[u8; 4]>::try_from(&*b) {
        Ok(b) => Ok(th.new_str(&Ipv4Addr::from(b).to_string())),
        Err(_) => Err(th.error(ctx().types.OSError, "packed IP wrong length")),
    }
}
pub(super) fn inet_pton(th: &mut Thread, a: &[Value]) -> R {
    let family = th.to_i32(a[0])?;
    let text = str_arg(th, a[1], "inet_pton() argument 2")?.to_string_lossy();
    let wrong = "illegal IP address string passed to inet_pton";
    match family {
        libc::AF_INET => match text.parse::<Ipv4Addr>() {
            Ok(ip) => Ok(th.new_bytes(&ip.octets())),
            Err(_) => Err(th.error(ctx().types.OSError, wrong)),
        },
        libc::AF_INET6 => match text.parse::<Ipv6Addr>() {
            Ok(ip) => Ok(th.new_bytes(&ip.octets())),
            Err(_) => Err(th.error(ctx().types.OSError, wrong)),
        },
        _ => Err(th.os_error(libc::EAFNOSUPPORT, None)),
    }
}
pub(super) fn inet_ntop(th: &mut Thread, a: &[Value]) -> R {
    let family = th.to_i32(a[0])?;
    let b = bytes_arg(th, a[1])?;
    let text = match family {
        libc::AF_INET => <[u8; 4]>::try_from(&*b).map(|b| Ipv4Addr::from(b).to_string()),
        libc::AF_INET6 => <[u8; 16]>::try_from(&*b).map(|b| Ipv6Addr::from(b).to_string()),
        _ => return Err(th.value_error(&format!("unknown address family {family}"))),
    };
    match text {
        Ok(t) => Ok(th.new_str(&t)),
        Err(_) => Err(th.value_error("invalid length of packed IP address string")),
    }
}
