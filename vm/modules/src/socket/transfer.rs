//! Sending and receiving, with the socket's timeout.

use super::address::Address;
use super::object::{Socket, state};
use crate::select::poll_until;
use crate::support::{errno, given};
use std::time::{Duration, Instant};
use vasuki_vm::context::ctx;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol::{bytes_arg, with_buffer_mut};
use vasuki_vm::value::Value;

/// Waits until a descriptor is ready; false at the deadline.
pub(super) fn wait(th: &mut Thread, fd: i32, write: bool, deadline: Option<Instant>) -> R<bool> {
    let events = if write { libc::POLLOUT } else { libc::POLLIN };
    let mut p = [libc::pollfd { fd, events, revents: 0 }];
    Ok(poll_until(th, &mut p, deadline)? > 0)
}
/// Runs a call on a socket, waiting as the timeout says; -1 with errno is an exception. `deadline` replaces the socket's
/// own timeout in calls that belong to a longer one.
pub(super) fn call(th: &mut Thread, s: &Socket, write: bool, deadline: Option<Instant>, mut f: impl FnMut() -> isize) -> R<isize> {
    let limited = s.timeout.is_some_and(|t| !t.is_zero());
    let deadline = deadline.or_else(|| s.timeout.filter(|_| limited).map(|t| Instant::now() + t));
    loop {
        // A closed socket fails at once.
        if limited && s.fd >= 0 && !wait(th, s.fd, write, deadline)? {
            return Err(th.error(ctx().types.TimeoutError, "timed out"));
        }
        let (r, e) = if s.timeout == Some(Duration::ZERO) {
            (f(), errno())
        } else {
            th.blocking(|| {
                let r = f();
                (r, errno())
            })?
        };
        match (r, e) {
            (r, _) if r >= 0 => return Ok(r),
            (_, libc::EINTR) => vasuki_vm::signals::handle(th)?,
            // Another reader was faster.
            (_, e) if limited && (e == libc::EWOULDBLOCK || e == libc::EAGAIN) => {}
            (_, e) => return Err(th.os_error(e, None)),
        }
    }
}
fn flags(th: &mut Thread, v: Value) -> R<i32> {
    given(v).map_or(Ok(0), |v| th.to_i32(v))
}
fn buffer(th: &mut Thread, n: usize) -> R<Vec<u8>> {
    vasuki_vm::memory::zeros(th, n)
}
pub(super) fn recv(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let n = th.to_isize(a[1])?;
    if n < 0 {
        return Err(th.value_error("negative buffersize in recv"));
    }
    let f = flags(th, a[2])?;
    let mut b = buffer(th, n as usize)?;
    th.irrevocable()?;
    // SAFETY: a buffer with its length.
    let got = call(th, &s, false, None, || unsafe {
        libc::recv(s.fd, b.as_mut_ptr().cast(), b.len(), f)
    })?;
    Ok(th.new_bytes(&b[..got as usize]))
}
/// Length to read into a buffer.
fn into_length(th: &mut Thread, buffer: Value, n: Value, method: &str) -> R<usize> {
    let len = with_buffer_mut(th, buffer, |b| b.len())?;
    let n = given(n).map_or(Ok(0), |v| th.to_isize(v))?;
    if n < 0 {
        return Err(th.value_error(&format!("negative buffersize in {method}")));
    }
    let n = if n == 0 { len } else { n as usize };
    if n > len {
        let text = if method == "recv_into" {
            "buffer too small for requested bytes"
        } else {
            "nbytes is greater than the length of the buffer"
        };
        return Err(th.value_error(text));
    }
    Ok(n)
}
fn fill(th: &mut Thread, v: Value, data: &[u8]) -> R<()> {
    with_buffer_mut(th, v, |b| {
        let n = data.len().min(b.len());
        b[..n].copy_from_slice(&data[..n]);
    })
}
pub(super) fn recv_into(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let n = into_length(th, a[1], a[2], "recv_into")?;
    let f = flags(th, a[3])?;
    if n == 0 {
        return Ok(Value::small(0));
    }
    let mut b = buffer(th, n)?;
    th.irrevocable()?;
    // SAFETY: a buffer with its length.
    let got = call(th, &s, false, None, || unsafe {
        libc::recv(s.fd, b.as_mut_ptr().cast(), b.len(), f)
    })?;
    fill(th, a[1], &b[..got as usize])?;
    Ok(Value::small(got as i64))
}
fn receive_from(th: &mut Thread, s: &Socket, n: usize, f: i32) -> R<(Vec<u8>, Value)> {
    let mut b = buffer(th, n)?;
    let mut address = Address::empty();
    let room = address.len;
    th.irrevocable()?;
    let got = call(th, s, false, None, || {
        address.len = room;
        // SAFETY: buffer and address place with their lengths.
        unsafe { libc::recvfrom(s.fd, b.as_mut_ptr().cast(), b.len(), f, address.ptr_mut(), &mut address.len) }
    })?;
    b.truncate(got as usize);
    Ok((b, address.to_value(th)?))
}
pub(super) fn recvfrom(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let n = th.to_isize(a[1])?;
    if n < 0 {
        return Err(th.value_error("negative buffersize in recvfrom"));
    }
    let f = flags(th, a[2])?;
    let (b, address) = receive_from(th, &s, n as usize, f)?;
    let b = th.new_bytes(&b);
    Ok(th.new_tuple(&[b, address]))
}
pub(super) fn recvfrom_into(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let n = into_length(th, a[1], a[2], "recvfrom_into")?;
    let f = flags(th, a[3])?;
    let (b, address) = receive_from(th, &s, n, f)?;
    fill(th, a[1], &b)?;
    Ok(th.new_tuple(&[Value::small(b.len() as i64), address]))
}
pub(super) fn send(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let f = flags(th, a[2])?;
    let data = bytes_arg(th, a[1])?;
    th.irrevocable()?;
    // SAFETY: data with their length.
    let n = call(th, &s, true, None, || unsafe {
        libc::send(s.fd, data.as_ptr().cast(), data.len(), f)
    })?;
    Ok(Value::small(n as i64))
}
pub(super) fn sendall(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let f = flags(th, a[2])?;
    let data = bytes_arg(th, a[1])?;
    th.irrevocable()?;
    // The timeout is for all of it.
    let deadline = s.timeout.filter(|t| !t.is_zero()).map(|t| Instant::now() + t);
    let mut rest = &data[..];
    loop {
        // SAFETY: data with their length.
        let n = call(th, &s, true, deadline, || unsafe {
            libc::send(s.fd, rest.as_ptr().cast(), rest.len(), f)
        })?;
        rest = &rest[n as usize..];
        if rest.is_empty() {
            return Ok(Value::NONE);
        }
        vasuki_vm::signals::handle(th)?;
    }
}
pub(super) fn sendto(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let (f, address) = match given(a[3]) {
        Some(v) => (th.to_i32(a[2])?, v),
        None => (0, a[2]),
    };
    let data = bytes_arg(th, a[1])?;
    let address = Address::from_value(th, s.family, address, "sendto")?;
    th.irrevocable()?;
    let n = call(th, &s, true, None, || {
        // SAFETY: data and address with their lengths.
        unsafe { libc::sendto(s.fd, data.as_ptr().cast(), data.len(), f, address.ptr(), address.len) }
    })?;
    Ok(Value::small(n as i64))
}
