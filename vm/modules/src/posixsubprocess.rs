//! The module `_posixsubprocess`: starts a child process.
//!
//! Between fork and exec the child runs only async-signal-safe calls on memory that was prepared before. A `preexec_fn`
//! runs Python code there at the user's risk, as the documentation of `subprocess` warns.

use crate::fcntl::fd_arg;
use crate::posix::fork::{When, run_hooks};
use crate::support::{c_string, errno};
use std::ffi::CString;
use vasuki_vm::native::{ModuleDef, def};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::bytes::Bytes;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::types::{buffer_protocol, int};
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_posixsubprocess",
    doc: "A POSIX helper for the subprocess module.",
    functions: &[def(
        "fork_exec",
        "args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write, restore_signals, call_setsid, pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn, /",
        fork_exec,
        "Spawn a fresh new child process.",
    )],
    init: |_, _| Ok(()),
};

/// Everything that the child needs.
struct Plan {
    executables: Vec<CString>,
    argv: Vec<*const libc::c_char>,
    /// None: the parent's environment
    env: Option<Vec<*const libc::c_char>>,
    cwd: Option<CString>,
    /// sorted
    keep: Vec<i32>,
    close_fds: bool,
    fds: [i32; 8],
    restore_signals: bool,
    setsid: bool,
    pgid: i32,
    gid: Option<u32>,
    groups: Option<Vec<u32>>,
    uid: Option<u32>,
    umask: i32,
}
/// Bytes of a path, argument or environment entry.
fn fs_bytes(th: &mut Thread, v: Value) -> R<Vec<u8>> {
    if let Some(b) = v.cast::<Bytes>() {
        return Ok(b.as_slice().to_vec());
    }
    if let Some(s) = v.cast::<Str>() {
        return crate::pwd::encode(th, s);
    }
    let name = vasuki_vm::names::names().__fspath__;
    if let Some(f) = th.getattr_opt(v, name)? {
        let r = th.call(f, &[])?;
        if v != r && (r.cast::<Str>().is_some() || r.cast::<Bytes>().is_some()) {
            return fs_bytes(th, r);
        }
    }
    if let Some(b) = buffer_protocol::bytes_like(th, v)? {
        return Ok(b.into_owned());
    }
    let n = crate::support::type_name(th, v);
    Err(th.type_error(&format!("expected str, bytes or os.PathLike object, not {n}")))
}
fn c_strings(th: &mut Thread, v: Value) -> R<Vec<CString>> {
    let items = th.collect(v)?;
    let mut out = Vec::with_capacity(items.len());
    for &i in items.as_slice() {
        let b = fs_bytes(th, i)?;
        out.push(c_string(th, &b)?);
    }
    Ok(out)
}
fn pointers(v: &[CString]) -> Vec<*const libc::c_char> {
    v.iter().map(|c| c.as_ptr()).chain([std::ptr::null()]).collect()
}
fn id(th: &mut Thread, v: Value, what: &str) -> R<Option<u32>> {
    if v.is_none() {
        return Ok(None);
    }
    match crate::pwd::id_arg(th, v)? {
        Some(n) => Ok(Some(n)),
        None => Err(th.value_error(&format!("invalid {what}"))),
    }
}
fn fork_exec(th: &mut Thread, a: &[Value]) -> R {
    let close_fds = th.truth(a[2])?;
    let Some(pass) = a[3].cast::<Tuple>() else {
        return Err(th.type_error("fork_exec() argument 4 must be tuple"));
    };
    let mut fds = [0; 8];
    for (fd, &v) in fds.iter_mut().zip(&a[6..14]) {
        *fd = th.to_i32(v)?;
    }
    if close_fds && fds[7] < 3 {
        return Err(th.value_error("errpipe_write must be >= 3"));
    }
    let mut keep = Vec::new();
    for &v in pass.items() {
        let fd = match int::is_int(v) {
            true => fd_arg(th, v)?,
            false => return Err(th.value_error("bad value(s) in fds_to_keep")),
        };
        if keep.last().is_some_and(|&l| l >= fd) {
            return Err(th.value_error("bad value(s) in fds_to_keep"));
        }
        keep.push(fd);
    }
    let executables = c_strings(th, a[1])?;
    let argv = c_strings(th, a[0])?;
    let env = if a[5].is_none() { None } else { Some(c_strings(th, a[5])?) };
    let cwd = if a[4].is_none() {
        None
    } else {
        let b = fs_bytes(th, a[4])?;
        Some(c_string(th, &b)?)
    };
    let groups = if a[18].is_none() {
        None
    } else {
        let items = th.collect(a[18])?;
        let mut out = Vec::new();
        for &v in items.as_slice() {
            if !int::is_int(v) {
                return Err(th.type_error("groups must be integers"));
            }
            out.push(id(th, v, "group id")?.unwrap_or(0));
        }
        Some(out)
    };
    let plan = Plan {
        executables,
        argv: pointers(&argv),
        env: env.as_deref().map(pointers),
        cwd,
        keep,
        close_fds,
        fds,
        restore_signals: th.truth(a[14])?,
        setsid: th.truth(a[15])?,
        pgid: th.to_i32(a[16])?,
        gid: id(th, a[17], "group id")?,
        groups,
        uid: id(th, a[19], "user id")?,
        umask: th.to_i32(a[20])?,
    };
    let preexec = a[21];
    th.irrevocable()?;
    let python = !preexec.is_none();
    if python {
        run_hooks(th, When::Before)?;
    }
    // No signal handler may run in the child before exec.
    // SAFETY: sets of signals of this frame; the child calls only async-signal-safe functions, or Python code of the user's
    // `preexec_fn` at the user's risk, and never returns.
    let (pid, e) = unsafe {
        let (mut all, mut old): (libc::sigset_t, libc::sigset_t) = (std::mem::zeroed(), std::mem::zeroed());
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &all, &mut old);
        let pid = if python { vasuki_vm::fork::fork(th)? } else { libc::fork() };
        if pid == 0 {
            child(th, &plan, preexec, &old);
        }
        let e = errno();
        libc::pthread_sigmask(libc::SIG_SETMASK, &old, std::ptr::null_mut());
        (pid, e)
    };
    if python {
        run_hooks(th, When::InParent)?;
    }
    if pid < 0 {
        return Err(th.os_error(e, None));
    }
    drop((argv, env));
    Ok(Value::small(pid as i64))
}
/// Where the child failed, for the message that it sends to the parent.
enum Failed {
    Errno(i32, &'static [u8]),
    Preexec,
}
fn check(r: i32) -> Result<(), Failed> {
    if r == -1 { Err(Failed::Errno(errno(), b"noexec")) } else { Ok(()) }
}
/// Runs the child to its exec or end.
///
/// # Safety
/// In a child right after fork.
unsafe fn child(th: &mut Thread, p: &Plan, preexec: Value, mask: &libc::sigset_t) -> ! {
    // SAFETY: by the caller's promise.
    let r = unsafe { prepare(th, p, preexec, mask) };
    let pipe = p.fds[7];
    let mut message = [0u8; 64];
    let mut n = 0;
    let mut put = |b: &[u8]| {
        for &b in b {
            if n < message.len() {
                message[n] = b;
                n += 1;
            }
        }
    };
    match r {
        Err(Failed::Preexec) => put(b"SubprocessError:0:Exception occurred in preexec_fn."),
        Err(Failed::Errno(e, place)) => {
            put(b"OSError:");
            // The number in hexadecimal, as the parent reads it.
            let digits: [u8; 8] = std::array::from_fn(|i| b"0123456789ABCDEF"[(e as u32 >> (28 - 4 * i) & 15) as usize]);
            let first = digits.iter().position(|&d| d != b'0').unwrap_or(7);
            put(&digits[first..]);
            put(b":");
            put(place);
        }
        Ok(()) => {}
    }
    // SAFETY: a buffer of this frame; no destructors run.
    unsafe {
        libc::write(pipe, message.as_ptr().cast(), n);
        libc::_exit(255)
    }
}
/// # Safety
/// In a child right after fork.
unsafe fn prepare(th: &mut Thread, p: &Plan, preexec: Value, mask: &libc::sigset_t) -> Result<(), Failed> {
    let [p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write] = p.fds;
    // SAFETY: async-signal-safe calls with prepared memory.
    unsafe {
        for &fd in &p.keep {
            if fd != errpipe_write {
                inheritable(fd)?;
            }
        }
        for fd in [p2cwrite, c2pread, errread, errpipe_read] {
            if fd != -1 {
                check(libc::close(fd))?;
            }
        }
        // Descriptors that stand in the way of the standard ones are moved.
        let away = |fd: i32, below: i32| -> Result<i32, Failed> {
            if fd == -1 || fd >= below {
                return Ok(fd);
            }
            let new = libc::fcntl(fd, libc::F_DUPFD, below);
            check(new)?;
            Ok(new)
        };
        let c2pwrite = if c2pwrite == 0 { away(c2pwrite, 3)? } else { c2pwrite };
        let mut errwrite = errwrite;
        while errwrite == 0 || errwrite == 1 {
            errwrite = away(errwrite, 3)?;
        }
        for (from, to) in [(p2cread, 0), (c2pwrite, 1), (errwrite, 2)] {
            if from == to {
                inheritable(from)?;
            } else if from != -1 {
                check(libc::dup2(from, to))?;
            }
        }
        if let Some(cwd) = &p.cwd
            && libc::chdir(cwd.as_ptr()) == -1
        {
            return Err(Failed::Errno(errno(), b"noexec:chdir"));
        }
        if p.umask >= 0 {
            libc::umask(p.umask as libc::mode_t);
        }
        if p.restore_signals {
            for s in [libc::SIGPIPE, libc::SIGXFSZ] {
                libc::signal(s, libc::SIG_DFL);
            }
        }
        if p.setsid {
            libc::setsid();
        }
        if p.pgid >= 0 {
            check(libc::setpgid(0, p.pgid))?;
        }
        if let Some(g) = &p.groups {
            check(libc::setgroups(g.len() as _, g.as_ptr()))?;
        }
        if let Some(g) = p.gid {
            check(libc::setregid(g, g))?;
        }
        if let Some(u) = p.uid {
            check(libc::setreuid(u, u))?;
        }
        if !preexec.is_none() && run_hooks(th, When::InChild).and_then(|()| th.call(preexec, &[])).is_err() {
            return Err(Failed::Preexec);
        }
        if p.close_fds {
            close_others(3, &p.keep, errpipe_write);
        }
        // Handlers of the parent would run no Python code here: exec resets them.
        libc::pthread_sigmask(libc::SIG_SETMASK, mask, std::ptr::null_mut());
        let mut saved = 0;
        for e in &p.executables {
            match &p.env {
                Some(env) => libc::execve(e.as_ptr(), p.argv.as_ptr(), env.as_ptr()),
                None => libc::execv(e.as_ptr(), p.argv.as_ptr()),
            };
            let e = errno();
            if e != libc::ENOENT && e != libc::ENOTDIR && saved == 0 {
                saved = e;
            }
        }
        Err(Failed::Errno(if saved != 0 { saved } else { errno() }, b""))
    }
}
/// # Safety
/// In the child.
unsafe fn inheritable(fd: i32) -> Result<(), Failed> {
    // SAFETY: numbers only.
    unsafe {
        let flags = libc::fcntl(fd, libc::F_GETFD);
        check(flags)?;
        check(libc::fcntl(fd, libc::F_SETFD, flags & !libc::FD_CLOEXEC))
    }
}
/// Closes all descriptors from `from` on, besides those of `keep` and `pipe`.
///
/// # Safety
/// In the child.
unsafe fn close_others(from: i32, keep: &[i32], pipe: i32) {
    let mut start = from;
    loop {
        let next = keep.iter().copied().chain([pipe]).filter(|&k| k >= start).min();
        let end = next.unwrap_or(i32::MAX);
        if end > start {
            // SAFETY: numbers only.
            unsafe { close_range(start, end) };
        }
        match next {
            Some(k) => start = k + 1,
            None => return,
        }
    }
}
/// # Safety
/// In the child.
unsafe fn close_range(from: i32, end: i32) {
    // SAFETY: numbers only.
    unsafe {
        #[cfg(target_os = "linux")]
        if libc::syscall(
            libc::SYS_close_range,
            from,
            if end == i32::MAX { u32::MAX } else { end as u32 - 1 },
            0,
        ) == 0
        {
            return;
        }
        let max = libc::sysconf(libc::_SC_OPEN_MAX).clamp(256, 1 << 20) as i32;
        for fd in from..end.min(max) {
            libc::close(fd);
        }
    }
}
