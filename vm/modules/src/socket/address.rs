//! Socket addresses, between Python's tuples and the system's structures.

use super::lookup;
use crate::support::{arg_name, c_string, type_name};
use std::mem::{size_of, zeroed};
use std::net::{Ipv4Addr, Ipv6Addr};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol::bytes_arg;
use vasuki_vm::types::bytearray::ByteArray;
use vasuki_vm::types::bytes::Bytes;
use vasuki_vm::types::payload::downcast;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

/// A system address: any family.
#[derive(Clone, Copy)]
pub(super) struct Address {
    pub store: libc::sockaddr_storage,
    pub len: libc::socklen_t,
}
impl Address {
    /// Room for the system to write to.
    pub fn empty() -> Address {
        Address {
            // SAFETY: numbers only.
            store: unsafe { zeroed() },
            len: size_of::<libc::sockaddr_storage>() as libc::socklen_t,
        }
    }
    fn of<T: Copy>(raw: T) -> Address {
        let mut a = Address::empty();
        a.len = size_of::<T>() as libc::socklen_t;
        // SAFETY: all socket addresses fit the storage, which is aligned for them.
        unsafe { (&raw mut a.store).cast::<T>().write(raw) };
        a
    }
    pub fn ptr(&self) -> *const libc::sockaddr {
        (&raw const self.store).cast()
    }
    pub fn ptr_mut(&mut self) -> *mut libc::sockaddr {
        (&raw mut self.store).cast()
    }
    /// # Safety
    /// The family says that it is a `T`.
    unsafe fn get<T: Copy>(&self) -> T {
        // SAFETY: the storage is larger and aligned.
        unsafe { (&raw const self.store).cast::<T>().read() }
    }
    pub fn v4(ip: Ipv4Addr, port: u16) -> Address {
        // SAFETY: numbers only.
        let mut s: libc::sockaddr_in = unsafe { zeroed() };
        s.sin_family = libc::AF_INET as _;
        s.sin_port = port.to_be();
        s.sin_addr.s_addr = u32::from_ne_bytes(ip.octets());
        Address::of(s)
    }
    pub fn v6(ip: Ipv6Addr, port: u16, flow: u32, scope: u32) -> Address {
        // SAFETY: numbers only.
        let mut s: libc::sockaddr_in6 = unsafe { zeroed() };
        s.sin6_family = libc::AF_INET6 as _;
        s.sin6_port = port.to_be();
        s.sin6_flowinfo = flow.to_be();
        s.sin6_addr.s6_addr = ip.octets();
        s.sin6_scope_id = scope;
        Address::of(s)
    }
    /// The IP address of an internet address.
    pub fn ip(&self) -> Option<std::net::IpAddr> {
        // SAFETY: by the family.
        unsafe {
            match self.store.ss_family as i32 {
                libc::AF_INET => Some(Ipv4Addr::from(self.get::<libc::sockaddr_in>().sin_addr.s_addr.to_ne_bytes()).into()),
                libc::AF_INET6 => Some(Ipv6Addr::from(self.get::<libc::sockaddr_in6>().sin6_addr.s6_addr).into()),
                _ => None,
            }
        }
    }
    /// As Python sees it.
    pub fn to_value(self, th: &mut Thread) -> R {
        if self.len == 0 {
            return Ok(Value::NONE);
        }
        // SAFETY: by the family.
        unsafe {
            match self.store.ss_family as i32 {
                libc::AF_INET => {
                    let s = self.get::<libc::sockaddr_in>();
                    let host = th.new_str(&Ipv4Addr::from(s.sin_addr.s_addr.to_ne_bytes()).to_string());
                    Ok(th.new_tuple(&[host, Value::small(u16::from_be(s.sin_port) as i64)]))
                }
                libc::AF_INET6 => {
                    let s = self.get::<libc::sockaddr_in6>();
                    let host = lookup::v6_text(&self).unwrap_or_else(|| Ipv6Addr::from(s.sin6_addr.s6_addr).to_string());
                    let host = th.new_str(&host);
                    let (port, flow) = (u16::from_be(s.sin6_port) as i64, u32::from_be(s.sin6_flowinfo) as i64);
                    Ok(th.new_tuple(&[host, Value::small(port), Value::small(flow), Value::small(s.sin6_scope_id as i64)]))
                }
                libc::AF_UNIX => {
                    let s = self.get::<libc::sockaddr_un>();
                    let n = (self.len as usize)
                        .saturating_sub(std::mem::offset_of!(libc::sockaddr_un, sun_path))
                        .min(s.sun_path.len());
                    let path: Vec<u8> = s.sun_path[..n].iter().map(|&c| c as u8).collect();
                    if path.first() == Some(&0) && cfg!(target_os = "linux") {
                        return Ok(th.new_bytes(&path));
                    }
                    let end = path.iter().position(|&b| b == 0).unwrap_or(n);
                    crate::pwd::decode(th, &path[..end])
                }
                #[cfg(target_os = "linux")]
                libc::AF_NETLINK => {
                    let s = self.get::<libc::sockaddr_nl>();
                    Ok(th.new_tuple(&[Value::small(s.nl_pid as i64), Value::small(s.nl_groups as i64)]))
                }
                family => {
                    let all = std::slice::from_raw_parts((&raw const self.store).cast::<u8>(), size_of::<libc::sockaddr_storage>());
                    let data = &all[2..(self.len as usize).clamp(2, all.len())];
                    let data = th.new_bytes(data);
                    Ok(th.new_tuple(&[Value::small(family as i64), data]))
                }
            }
        }
    }
    /// The address argument of a method, for a socket of `family`.
    pub fn from_value(th: &mut Thread, family: i32, v: Value, method: &str) -> R<Address> {
        match family {
            libc::AF_INET => {
                let t = tuple(th, v, "AF_INET", method)?;
                let &[host, port] = t else {
                    return Err(th.type_error(&format!("{method}(): AF_INET address must be a pair (host, port)")));
                };
                let mut a = host_address(th, host, libc::AF_INET)?;
                let port = port_arg(th, port, method)?;
                if let Some(std::net::IpAddr::V4(ip)) = a.ip() {
                    a = Address::v4(ip, port);
                }
                Ok(a)
            }
            libc::AF_INET6 => {
                let t = tuple(th, v, "AF_INET6", method)?;
                if !(2..=4).contains(&t.len()) {
                    return Err(th.type_error(&format!(
                        "{method}(): AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])"
                    )));
                }
                let a = host_address(th, t[0], libc::AF_INET6)?;
                let port = port_arg(th, t[1], method)?;
                let number = |th: &mut Thread, i: usize| t.get(i).map_or(Ok(0), |v| th.to_i64(*v));
                let (flow, scope) = (number(th, 2)?, number(th, 3)?);
                if !(0..=0xFFFFF).contains(&flow) {
                    return Err(th.overflow_error(&format!("{method}(): flowinfo must be 0-1048575.")));
                }
                // SAFETY: the lookup was for this family.
                let found = unsafe { a.get::<libc::sockaddr_in6>() };
                let scope = if scope == 0 { found.sin6_scope_id } else { scope as u32 };
                Ok(Address::v6(found.sin6_addr.s6_addr.into(), port, flow as u32, scope))
            }
            libc::AF_UNIX => unix(th, v),
            #[cfg(target_os = "linux")]
            libc::AF_NETLINK => {
                let t = tuple(th, v, "AF_NETLINK", method)?;
                let &[pid, groups] = t else {
                    return Err(th.type_error(&format!("{method}(): AF_NETLINK address must be a pair (pid, groups)")));
                };
                // SAFETY: numbers only.
                let mut s: libc::sockaddr_nl = unsafe { zeroed() };
                s.nl_family = libc::AF_NETLINK as _;
                s.nl_pid = th.to_i64(pid)? as u32;
                s.nl_groups = th.to_i64(groups)? as u32;
                Ok(Address::of(s))
            }
            _ => Err(th.error(vasuki_vm::context::ctx().types.OSError, &format!("{method}(): bad family"))),
        }
    }
}
fn tuple(th: &mut Thread, v: Value, family: &str, method: &str) -> R<&'static [Value]> {
    match v.cast::<Tuple>() {
        Some(t) => Ok(t.items()),
        None => {
            let n = type_name(th, v);
            Err(th.type_error(&format!("{method}(): {family} address must be tuple, not {n}")))
        }
    }
}
fn port_arg(th: &mut Thread, v: Value, method: &str) -> R<u16> {
    let i = th.index(v)?;
    let port = vasuki_vm::types::int::to_i64(i).and_then(|n| u16::try_from(n).ok());
    port.ok_or_else(|| th.overflow_error(&format!("{method}(): port must be 0-65535.")))
}
fn unix(th: &mut Thread, v: Value) -> R<Address> {
    let path = if let Some(s) = v.cast::<Str>() {
        crate::pwd::encode(th, s)?
    } else {
        bytes_arg(th, v)?.into_owned()
    };
    // SAFETY: numbers only.
    let mut s: libc::sockaddr_un = unsafe { zeroed() };
    s.sun_family = libc::AF_UNIX as _;
    let abstract_name = cfg!(target_os = "linux") && (path.is_empty() || path[0] == 0);
    let room = s.sun_path.len() - !abstract_name as usize;
    if path.len() > room {
        return Err(th.error(vasuki_vm::context::ctx().types.OSError, "AF_UNIX path too long"));
    }
    for (to, &from) in s.sun_path.iter_mut().zip(&path) {
        *to = from as libc::c_char;
    }
    let mut a = Address::of(s);
    a.len = (std::mem::offset_of!(libc::sockaddr_un, sun_path) + path.len() + !abstract_name as usize) as libc::socklen_t;
    Ok(a)
}
/// A host name argument as bytes: text is encoded with IDNA.
pub(super) fn host_name(th: &mut Thread, v: Value) -> R<Vec<u8>> {
    if let Some(s) = v.cast::<Str>() {
        if let Some(t) = s.as_ascii() {
            if t.contains('\0') {
                return Err(th.type_error("host name must not contain null character"));
            }
            return Ok(t.as_bytes().to_vec());
        }
        let encoding = th.new_str("idna");
        let b = crate::support::call_method(th, v, "encode", &[encoding])?;
        return Ok(vasuki_vm::codecs::bytes_of(b).to_vec());
    }
    if v.cast::<Bytes>().is_some() || downcast::<ByteArray>(v).is_some() {
        let b = bytes_arg(th, v)?.into_owned();
        if b.contains(&0) {
            return Err(th.type_error("host name must not contain null character"));
        }
        return Ok(b);
    }
    let n = arg_name(th, v);
    Err(th.type_error(&format!("str, bytes or bytearray expected, not {n}")))
}
/// The address of a host; port 0.
pub(super) fn host_address(th: &mut Thread, v: Value, family: i32) -> R<Address> {
    let name = host_name(th, v)?;
    lookup::address_of(th, &name, family)
}
/// Bytes as a C string.
pub(super) fn c_bytes(th: &mut Thread, b: &[u8]) -> R<std::ffi::CString> {
    c_string(th, b)
}
