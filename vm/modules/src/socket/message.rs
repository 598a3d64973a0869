//! `sendmsg` and `recvmsg`: scattered buffers and ancillary data.

use super::address::Address;
use super::object::state;
use super::transfer::call;
use crate::support::given;
use vasuki_vm::context::ctx;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::buffer_protocol::{bytes_arg, with_buffer_mut};
use vasuki_vm::value::Value;

/// Memory for control messages, aligned for their headers.
struct Control {
    words: Vec<u64>,
    len: usize,
}
impl Control {
    fn new(len: usize) -> Control {
        Control {
            words: vec![0; len.div_ceil(8)],
            len,
        }
    }
}
fn header(iov: &mut [libc::iovec], control: &mut Control, address: Option<&mut Address>) -> libc::msghdr {
    // SAFETY: pointers and numbers: zero is valid.
    let mut m: libc::msghdr = unsafe { std::mem::zeroed() };
    m.msg_iov = iov.as_mut_ptr();
    m.msg_iovlen = iov.len() as _;
    if control.len > 0 {
        m.msg_control = control.words.as_mut_ptr().cast();
        m.msg_controllen = control.len as _;
    }
    if let Some(a) = address {
        m.msg_name = a.ptr_mut().cast();
        m.msg_namelen = a.len;
    }
    m
}
pub(super) fn sendmsg(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let items = th.collect(a[1])?;
    let mut data = Vec::with_capacity(items.len());
    for &v in items.as_slice() {
        data.push(bytes_arg(th, v)?);
    }
    let mut messages = Vec::new();
    if let Some(v) = given(a[2]) {
        let list = th.collect(v)?;
        for &m in list.as_slice() {
            let parts = th.collect(m)?;
            let &[level, kind, d] = parts.as_slice() else {
                return Err(th.type_error("[sendmsg() ancillary data items] must be 3-item tuples"));
            };
            messages.push((th.to_i32(level)?, th.to_i32(kind)?, bytes_arg(th, d)?));
        }
    }
    let flags = given(a[3]).map_or(Ok(0), |v| th.to_i32(v))?;
    let mut address = match given(a[4]).filter(|v| !v.is_none()) {
        Some(v) => Some(Address::from_value(th, s.family, v, "sendmsg")?),
        None => None,
    };
    // SAFETY: arithmetic only.
    let total: usize = messages
        .iter()
        .map(|m| unsafe { libc::CMSG_SPACE(m.2.len() as u32) as usize })
        .sum();
    let mut control = Control::new(total);
    let mut iov: Vec<libc::iovec> = data
        .iter()
        .map(|d| libc::iovec {
            iov_base: d.as_ptr().cast_mut().cast(),
            iov_len: d.len(),
        })
        .collect();
    let m = header(&mut iov, &mut control, address.as_mut());
    // SAFETY: the control memory has room for all messages.
    unsafe {
        let mut c = libc::CMSG_FIRSTHDR(&m);
        for (level, kind, d) in &messages {
            if c.is_null() {
                return Err(th.runtime_error("unexpected NULL result from CMSG_NXTHDR()"));
            }
            (*c).cmsg_level = *level;
            (*c).cmsg_type = *kind;
            (*c).cmsg_len = libc::CMSG_LEN(d.len() as u32) as _;
            std::ptr::copy_nonoverlapping(d.as_ptr(), libc::CMSG_DATA(c), d.len());
            c = libc::CMSG_NXTHDR(&m, c);
        }
    }
    th.irrevocable()?;
    // SAFETY: a header whose memory lives in this frame.
    let n = call(th, &s, true, None, || unsafe { libc::sendmsg(s.fd, &m, flags) })?;
    Ok(Value::small(n as i64))
}
/// What a message brought besides its data.
struct Received {
    count: usize,
    ancillary: Value,
    flags: i32,
    address: Value,
}
fn receive(th: &mut Thread, this: Value, iov: &mut [libc::iovec], control: Value, flags: Value) -> R<Received> {
    let s = state(th, this)?;
    let room = given(control).map_or(Ok(0), |v| th.to_isize(v))?;
    if !(0..=i32::MAX as isize).contains(&room) {
        return Err(th.value_error("invalid ancillary data buffer length"));
    }
    let flags = given(flags).map_or(Ok(0), |v| th.to_i32(v))?;
    let mut control = Control::new(room as usize);
    let mut address = Address::empty();
    let full = address.len;
    th.irrevocable()?;
    let mut m = header(iov, &mut control, Some(&mut address));
    let n = call(th, &s, false, None, || {
        m.msg_namelen = full;
        m.msg_controllen = room as _;
        // SAFETY: a header whose memory lives in this frame.
        unsafe { libc::recvmsg(s.fd, &mut m, flags) }
    })?;
    address.len = m.msg_namelen;
    let mut list = ValueVec::new();
    // SAFETY: headers that the system wrote; a cut-off message is read only as far as the memory goes.
    unsafe {
        let base = m.msg_control as usize;
        let mut c = if room > 0 { libc::CMSG_FIRSTHDR(&m) } else { std::ptr::null_mut() };
        while !c.is_null() {
            let data = libc::CMSG_DATA(c);
            let end = base + m.msg_controllen;
            let len = ((*c).cmsg_len as usize)
                .saturating_sub(data as usize - c as usize)
                .min(end.saturating_sub(data as usize));
            let b = th.new_bytes(std::slice::from_raw_parts(data, len));
            let item = th.new_tuple(&[Value::small((*c).cmsg_level as i64), Value::small((*c).cmsg_type as i64), b]);
            list.push(th, item)?;
            c = libc::CMSG_NXTHDR(&m, c);
        }
    }
    let ancillary = th.new_list_vec(list);
    let address = address.to_value(th)?;
    Ok(Received {
        count: n as usize,
        ancillary,
        flags: m.msg_flags,
        address,
    })
}
pub(super) fn recvmsg(th: &mut Thread, a: &[Value]) -> R {
    let n = th.to_isize(a[1])?;
    if n < 0 {
        return Err(th.value_error("negative buffer size in recvmsg()"));
    }
    let mut data = vasuki_vm::memory::zeros(th, n as usize)?;
    let mut iov = [libc::iovec {
        iov_base: data.as_mut_ptr().cast(),
        iov_len: data.len(),
    }];
    let r = receive(th, a[0], &mut iov, a[2], a[3])?;
    let b = th.new_bytes(&data[..r.count]);
    Ok(th.new_tuple(&[b, r.ancillary, Value::small(r.flags as i64), r.address]))
}
pub(super) fn recvmsg_into(th: &mut Thread, a: &[Value]) -> R {
    let items = th.collect(a[1])?;
    let mut data: Vec<Vec<u8>> = Vec::new();
    for &v in items.as_slice() {
        let n = with_buffer_mut(th, v, |b| b.len())?;
        data.push(vec![0; n]);
    }
    if data.len() > 1024 {
        return Err(th.error(ctx().types.OSError, "recvmsg_into() argument 1 is too long"));
    }
    let mut iov: Vec<libc::iovec> = data
        .iter_mut()
        .map(|d| libc::iovec {
            iov_base: d.as_mut_ptr().cast(),
            iov_len: d.len(),
        })
        .collect();
    let r = receive(th, a[0], &mut iov, a[2], a[3])?;
    let mut left = r.count;
    for (&v, d) in items.as_slice().iter().zip(&data) {
        let n = left.min(d.len());
        with_buffer_mut(th, v, |b| {
            let n = n.min(b.len());
            b[..n].copy_from_slice(&d[..n]);
        })?;
        left -= n;
    }
    Ok(th.new_tuple(&[Value::small(r.count as i64), r.ancillary, Value::small(r.flags as i64), r.address]))
}
