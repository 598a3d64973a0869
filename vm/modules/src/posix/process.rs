//! Processes: ids, fork, exec, wait, signals, exit.

use super::fd::retry;
use super::{check, path};
use std::ffi::CString;
use vasuki_vm::codecs::fs::fs_bytes;
use vasuki_vm::native::{NativeDef, def};
use vasuki_vm::object::Kind;
use vasuki_vm::special::Special;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

pub static FUNCTIONS: &[NativeDef] = &[
    def(
        "getpid",
        "",
        |_, _| Ok(int(std::process::id() as i64)),
        "Return the current process id.",
    ),
    def(
        "getppid",
        "",
        // SAFETY: no preconditions.
        |_, _| Ok(int(unsafe { libc::getppid() } as i64)),
        "Return the parent's process id.",
    ),
    def(
        "getuid",
        "",
        // SAFETY: no preconditions.
        |_, _| Ok(int(unsafe { libc::getuid() } as i64)),
        "Return the current process's user id.",
    ),
    def(
        "geteuid",
        "",
        // SAFETY: no preconditions.
        |_, _| Ok(int(unsafe { libc::geteuid() } as i64)),
        "Return the current process's effective user id.",
    ),
    def(
        "getgid",
        "",
        // SAFETY: no preconditions.
        |_, _| Ok(int(unsafe { libc::getgid() } as i64)),
        "Return the current process's group id.",
    ),
    def(
        "getegid",
        "",
        // SAFETY: no preconditions.
        |_, _| Ok(int(unsafe { libc::getegid() } as i64)),
        "Return the current process's effective group id.",
    ),
    def(
        "getpgrp",
        "",
        // SAFETY: no preconditions.
        |_, _| Ok(int(unsafe { libc::getpgrp() } as i64)),
        "Return the current process group id.",
    ),
    def(
        "getpgid",
        "pid",
        |th, a| {
            let p = th.to_i32(a[0])?;
            // SAFETY: no preconditions.
            Ok(int(check(th, unsafe { libc::getpgid(p) } as i64, None)?))
        },
        "Call the system call getpgid(), and return the result.",
    ),
    def(
        "getsid",
        "pid, /",
        |th, a| {
            let p = th.to_i32(a[0])?;
            // SAFETY: no preconditions.
            Ok(int(check(th, unsafe { libc::getsid(p) } as i64, None)?))
        },
        "Call the system call getsid(pid) and return the result.",
    ),
    def(
        "setsid",
        "",
        |th, _| {
            th.irrevocable()?;
            // SAFETY: no preconditions.
            Ok(int(check(th, unsafe { libc::setsid() } as i64, None)?))
        },
        "Call the system call setsid().",
    ),
    def(
        "_exit",
        "status",
        exit,
        "Exit to the system with specified status, without normal exit processing.",
    ),
    def("abort", "", |_, _| std::process::abort(), "Abort the interpreter immediately."),
    def("kill", "pid, signal, /", kill, "Kill a process with a signal."),
    def("killpg", "pgid, signal, /", killpg, "Kill a process group with a signal."),
    def(
        "execv",
        "path, argv, /",
        |th, a| exec(th, a[0], a[1], None),
        "Execute an executable path with arguments, replacing current process.",
    ),
    def(
        "execve",
        "path, argv, env",
        |th, a| exec(th, a[0], a[1], Some(a[2])),
        "Execute an executable path with arguments, replacing current process.",
    ),
    def(
        "waitpid",
        "pid, options, /",
        waitpid,
        "Wait for completion of a given child process.",
    ),
    def(
        "wait",
        "",
        |th, _| waitpid(th, &[Value::small(-1), Value::small(0)]),
        "Wait for completion of a child process.",
    ),
    def(
        "waitstatus_to_exitcode",
        "status",
        exitcode,
        "Convert a wait status to an exit code.",
    ),
    def(
        "WIFSTOPPED",
        "status",
        |th, a| {
            let s = th.to_i32(a[0])?;
            Ok(Value::bool(libc::WIFSTOPPED(s)))
        },
        "Return True if the process returning status was stopped.",
    ),
    def(
        "WIFSIGNALED",
        "status",
        |th, a| {
            let s = th.to_i32(a[0])?;
            Ok(Value::bool(libc::WIFSIGNALED(s)))
        },
        "Return True if the process returning status was terminated by a signal.",
    ),
    def(
        "WIFEXITED",
        "status",
        |th, a| {
            let s = th.to_i32(a[0])?;
            Ok(Value::bool(libc::WIFEXITED(s)))
        },
        "Return True if the process returning status exited via the exit() system call.",
    ),
    def(
        "WIFCONTINUED",
        "status",
        |th, a| {
            let s = th.to_i32(a[0])?;
            Ok(Value::bool(libc::WIFCONTINUED(s)))
        },
        "Return True if a particular process was continued from a job control stop.",
    ),
    def(
        "WEXITSTATUS",
        "status",
        |th, a| {
            let s = th.to_i32(a[0])?;
            Ok(int(libc::WEXITSTATUS(s) as i64))
        },
        "Return the process return code from status.",
    ),
    def(
        "WTERMSIG",
        "status",
        |th, a| {
            let s = th.to_i32(a[0])?;
            Ok(int(libc::WTERMSIG(s) as i64))
        },
        "Return the signal that terminated the process that provided the status value.",
    ),
    def(
        "WSTOPSIG",
        "status",
        |th, a| {
            let s = th.to_i32(a[0])?;
            Ok(int(libc::WSTOPSIG(s) as i64))
        },
        "Return the signal that stopped the process that provided the status value.",
    ),
    def(
        "WCOREDUMP",
        "status, /",
        |th, a| {
            let s = th.to_i32(a[0])?;
            Ok(Value::bool(libc::WCOREDUMP(s)))
        },
        "Return True if the process returning status was dumped to a core file.",
    ),
    def("system", "command", system, "Execute the command in a subshell."),
    def(
        "nice",
        "increment, /",
        |th, a| {
            let n = th.to_i32(a[0])?;
            th.irrevocable()?;
            // SAFETY: no preconditions.
            Ok(int(unsafe { libc::nice(n) } as i64))
        },
        "Add increment to the priority of process and return the new priority.",
    ),
    def(
        "sched_yield",
        "",
        |th, _| {
            th.blocking(std::thread::yield_now)?;
            Ok(Value::NONE)
        },
        "Voluntarily relinquish the CPU.",
    ),
];

fn int(n: i64) -> Value {
    Value::small(n)
}
fn exit(th: &mut Thread, a: &[Value]) -> R {
    let code = th.to_i32(a[0])?;
    th.irrevocable()?;
    // SAFETY: ends the process at once, by request.
    unsafe { libc::_exit(code) }
}
fn kill(th: &mut Thread, a: &[Value]) -> R {
    let (pid, s) = (th.to_i32(a[0])?, th.to_i32(a[1])?);
    th.irrevocable()?;
    // SAFETY: no preconditions.
    check(th, unsafe { libc::kill(pid, s) } as i64, None)?;
    vasuki_vm::signals::handle(th)?;
    Ok(Value::NONE)
}
fn killpg(th: &mut Thread, a: &[Value]) -> R {
    let (pid, s) = (th.to_i32(a[0])?, th.to_i32(a[1])?);
    th.irrevocable()?;
    // SAFETY: no preconditions.
    check(th, unsafe { libc::killpg(pid, s) } as i64, None)?;
    vasuki_vm::signals::handle(th)?;
    Ok(Value::NONE)
}
/// The arguments of a program, of which there is at least its name.
pub(super) fn arguments(th: &mut Thread, argv: Value, what: &str) -> R<Vec<CString>> {
    let mut args = Vec::new();
    for &v in th.collect(argv)?.as_slice() {
        args.push(path(th, v)?);
    }
    match args.first() {
        None => Err(th.value_error(&format!("{what} must not be empty"))),
        Some(a) if a.is_empty() => Err(th.value_error(&format!("{what} first element cannot be empty"))),
        Some(_) => Ok(args),
    }
}
/// The lines of a mapping of environment variables.
pub(super) fn environment(th: &mut Thread, env: Value) -> R<Vec<CString>> {
    if th.class_of(env).special(Special::Getitem).is_none() {
        return Err(th.type_error("execve: environment must be a mapping object"));
    }
    let names = vasuki_vm::names::names();
    let keys = th.call_method(env, names.keys, &[])?;
    let keys = th.collect(keys)?;
    let values = th.intern("values");
    let values = th.call_method(env, values, &[])?;
    let values = th.collect(values)?;
    let mut lines = Vec::with_capacity(keys.len());
    for (&k, &v) in keys.as_slice().iter().zip(values.as_slice()) {
        let mut line = fs_bytes(th, k)?;
        if line.is_empty() || line[1..].contains(&b'=') {
            return Err(th.value_error("illegal environment variable name"));
        }
        line.push(b'=');
        line.extend(fs_bytes(th, v)?);
        lines.push(CString::new(line).map_err(|_| th.value_error("embedded null byte"))?);
    }
    Ok(lines)
}
fn exec(th: &mut Thread, file: Value, argv: Value, env: Option<Value>) -> R {
    let file_c = path(th, file)?;
    let name = if env.is_some() { "execve" } else { "execv" };
    if !argv.is_kind(Kind::List) && !argv.is_kind(Kind::Tuple) {
        return Err(th.type_error(&format!("{name}() arg 2 must be a tuple or list")));
    }
    let args = arguments(th, argv, &format!("{name}() arg 2"))?;
    let mut vars: Vec<CString> = Vec::new();
    if let Some(e) = env {
        vars = environment(th, e)?;
    }
    let pointers = |v: &[CString]| v.iter().map(|s| s.as_ptr()).chain([std::ptr::null()]).collect::<Vec<_>>();
    let (argp, envp) = (pointers(&args), pointers(&vars));
    th.irrevocable()?;
    // SAFETY: null-terminated arrays of valid C strings.
    unsafe {
        if env.is_some() {
            libc::execve(file_c.as_ptr(), argp.as_ptr(), envp.as_ptr());
        } else {
            libc::execv(file_c.as_ptr(), argp.as_ptr());
        }
    }
    Err(super::last_error(th, Some(file)))
}
fn waitpid(th: &mut Thread, a: &[Value]) -> R {
    let (pid, options) = (th.to_i32(a[0])?, th.to_i32(a[1])?);
    let mut status = 0;
    // SAFETY: a valid pointer.
    let r = retry(th, || unsafe { libc::waitpid(pid, &mut status, options) } as i64)?;
    Ok(th.new_tuple(&[int(r), int(status as i64)]))
}
fn exitcode(th: &mut Thread, a: &[Value]) -> R {
    let s = th.to_i32(a[0])?;
    if libc::WIFEXITED(s) {
        return Ok(int(libc::WEXITSTATUS(s) as i64));
    }
    if libc::WIFSIGNALED(s) {
        return Ok(int(-libc::WTERMSIG(s) as i64));
    }
    Err(th.value_error(&format!("invalid wait status: {s}")))
}
fn system(th: &mut Thread, a: &[Value]) -> R {
    let c = path(th, a[0])?;
    // SAFETY: a valid C string.
    Ok(int(th.blocking(|| unsafe { libc::system(c.as_ptr()) })? as i64))
}
