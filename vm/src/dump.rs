//! Tracebacks written straight to a file descriptor, where nothing else may be done: in signal handlers, and for threads that
//! hang. See `interp::walk`.

use crate::interp::State;
use crate::memory;
use crate::object::Gc;
use crate::thread::{self, Thread};
use crate::types::str_::Str;

/// Characters of a name that are shown at the most.
const LONGEST: usize = 500;

/// Writes bytes, whatever becomes of them.
pub fn text(fd: i32, bytes: &[u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        // SAFETY: the bytes are readable.
        let n = unsafe { libc::write(fd, rest.as_ptr().cast(), rest.len()) };
        match usize::try_from(n) {
            Ok(n) if n > 0 => rest = &rest[n..],
            _ => return,
        }
    }
}
/// Writes a number with at least so many digits.
pub fn number(fd: i32, n: u64, base: u64, digits: usize) {
    let mut buffer = [b'0'; 64];
    let (mut n, mut at) = (n, buffer.len());
    while n > 0 || buffer.len() - at < digits.max(1) {
        at -= 1;
        buffer[at] = b"0123456789abcdef"[(n % base) as usize];
        n /= base;
    }
    text(fd, &buffer[at..]);
}
fn name(fd: i32, s: Gc<Str>) {
    let n = s.len();
    for i in 0..n.min(LONGEST) {
        match s.at(i) {
            c @ 0x20..0x7f => text(fd, &[c as u8]),
            c @ ..0x100 => escape(fd, b"\\x", c, 2),
            c @ ..0x10000 => escape(fd, b"\\u", c, 4),
            c => escape(fd, b"\\U", c, 8),
        }
    }
    if n > LONGEST {
        text(fd, b"...");
    }
}
fn escape(fd: i32, head: &[u8], c: u32, digits: usize) {
    text(fd, head);
    number(fd, c.into(), 16, digits);
}
/// The frames of a thread.
/// # Safety
/// The thread's record stays alive meanwhile.
unsafe fn frames(fd: i32, t: *const Thread) {
    let mut any = false;
    // SAFETY: by the caller's promise.
    unsafe {
        State::walk(&raw const (*t).interp, &mut |frame| {
            any = true;
            let Some((file, line, function)) = frame else {
                text(fd, b"  ...\n");
                return;
            };
            text(fd, b"  File \"");
            name(fd, file);
            text(fd, b"\", line ");
            number(fd, line.into(), 10, 1);
            text(fd, b" in ");
            name(fd, function);
            text(fd, b"\n");
        });
    }
    if !any {
        text(fd, b"  <no Python frame>\n");
    }
}
/// # Safety
/// As for `frames`.
unsafe fn thread(fd: i32, t: *const Thread, head: &[u8]) {
    text(fd, head);
    // SAFETY: by the caller's promise; the number of a thread never changes.
    number(fd, unsafe { (*t).world.ident() }, 16, 16);
    text(fd, b" (most recent call first):\n");
    // SAFETY: by the caller's promise.
    unsafe { frames(fd, t) };
}
/// Writes the traceback of the current thread, or those of all threads, the youngest first.
pub fn tracebacks(fd: i32, all: bool) {
    let current = thread::current().map_or(std::ptr::null(), |t| std::ptr::from_mut(t).cast_const());
    if !all {
        if !current.is_null() {
            text(fd, b"Stack (most recent call first):\n");
            // SAFETY: the current thread's record is alive.
            unsafe { frames(fd, current) };
        }
        return;
    }
    let mut first = true;
    let listed = memory::try_each_thread(&mut |t| {
        if !std::mem::replace(&mut first, false) {
            text(fd, b"\n");
        }
        let head: &[u8] = if t == current { b"Current thread 0x" } else { b"Thread 0x" };
        // SAFETY: registered threads are alive while they are listed.
        unsafe { thread(fd, t, head) };
    });
    if !listed && !current.is_null() {
        // SAFETY: the current thread's record is alive.
        unsafe { thread(fd, current, b"Current thread 0x") };
    }
}
