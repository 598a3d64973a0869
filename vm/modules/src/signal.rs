//! The module `_signal`.

use std::time::Duration;
use vasuki_vm::context::ctx;
use vasuki_vm::names::names;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::signals::{self, NSIG};
use vasuki_vm::special::Special;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_signal",
    doc: "This module provides mechanisms to use signal handlers in Python.",
    functions: FUNCTIONS,
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    def(
        "alarm",
        "seconds, /",
        alarm,
        "Arrange for SIGALRM to arrive after the given number of seconds.",
    ),
    def(
        "default_int_handler",
        "signalnum, frame, /",
        default_int_handler,
        "The default handler for SIGINT installed by Python.",
    ),
    def("getitimer", "which, /", getitimer, "Returns current value of given itimer."),
    def(
        "getsignal",
        "signalnum, /",
        getsignal,
        "Return the current action for the given signal.",
    ),
    def("pause", "", pause, "Wait until a signal arrives."),
    def(
        "pthread_kill",
        "thread_id, signalnum, /",
        pthread_kill,
        "Send a signal to a thread.",
    ),
    def(
        "pthread_sigmask",
        "how, mask, /",
        pthread_sigmask,
        "Fetch and/or change the signal mask of the calling thread.",
    ),
    def(
        "raise_signal",
        "signalnum, /",
        raise_signal,
        "Send a signal to the executing process.",
    ),
    def(
        "set_wakeup_fd",
        "fd, /, *, warn_on_full_buffer=True",
        set_wakeup_fd,
        "Sets the fd to be written to (with the signal number) when a signal comes in.",
    ),
    def(
        "setitimer",
        "which, seconds, interval=0.0, /",
        setitimer,
        "Sets given itimer (one of ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF).",
    ),
    def(
        "siginterrupt",
        "signalnum, flag, /",
        siginterrupt,
        "Change system call restart behaviour.",
    ),
    def("signal", "signalnum, handler, /", signal, "Set the action for the given signal."),
    def("sigpending", "", sigpending, "Examine pending signals."),
    def(
        "strsignal",
        "signalnum, /",
        strsignal,
        "Return the system description of the given signal.",
    ),
    def(
        "valid_signals",
        "",
        valid_signals,
        "Return a set of valid signal numbers on this platform.",
    ),
];

const DEFAULT: i64 = libc::SIG_DFL as i64;
const IGNORE: i64 = libc::SIG_IGN as i64;

fn number(th: &mut Thread, v: Value) -> R<usize> {
    let n = th.to_i32(v)?;
    if n < 1 || n as usize >= NSIG {
        return Err(th.value_error("signal number out of range"));
    }
    Ok(n as usize)
}
fn failed(th: &mut Thread) -> vasuki_vm::throw::Throw {
    let code = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    th.os_error(code, None)
}
/// What `getsignal` gives: the callable, SIG_DFL, SIG_IGN, or None for a handler that is not Python's.
fn current(th: &mut Thread, n: usize) -> R {
    let v = signals::handler(n);
    if !v.is_empty() {
        return Ok(v);
    }
    let action = signals::action(n as i32);
    if n == libc::SIGINT as usize && action == Some(signals::handler_address()) {
        let m = vasuki_vm::import::import_module(th, "_signal")?;
        let key = th.intern("default_int_handler");
        return th.getattr(m, key);
    }
    Ok(match action {
        Some(libc::SIG_DFL) => Value::small(DEFAULT),
        Some(libc::SIG_IGN) => Value::small(IGNORE),
        _ => Value::NONE,
    })
}
fn getsignal(th: &mut Thread, a: &[Value]) -> R {
    let n = number(th, a[0])?;
    current(th, n)
}
fn signal(th: &mut Thread, a: &[Value]) -> R {
    let n = number(th, a[0])?;
    if !signals::is_main(th) {
        return Err(th.value_error("signal only works in main thread of the main interpreter"));
    }
    let (how, stored) = match a[1].to_small() {
        Some(DEFAULT) => (libc::SIG_DFL, Value::small(DEFAULT)),
        Some(IGNORE) => (libc::SIG_IGN, Value::small(IGNORE)),
        _ if th.class_of(a[1]).special(Special::Call).is_some() => (signals::handler_address(), a[1]),
        _ => {
            return Err(th.type_error("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object"));
        }
    };
    signals::handle(th)?;
    th.irrevocable()?;
    let old = current(th, n)?;
    if let Err(e) = signals::install(n as i32, how) {
        return Err(th.os_error(e.raw_os_error().unwrap_or(0), None));
    }
    signals::set_handler(n, stored);
    Ok(old)
}
fn default_int_handler(th: &mut Thread, _: &[Value]) -> R {
    let e = th.new_exception(ctx().types.KeyboardInterrupt, &[])?;
    Err(th.raise(e))
}
fn alarm(th: &mut Thread, a: &[Value]) -> R {
    let n = th.to_i32(a[0])?;
    th.irrevocable()?;
    // SAFETY: no preconditions.
    Ok(Value::small(unsafe { libc::alarm(n as u32) } as i64))
}
fn pause(th: &mut Thread, _: &[Value]) -> R {
    // SAFETY: no preconditions. A signal between two pauses would be missed, so wait in slices and look.
    while !signals::pending() {
        th.blocking(|| std::thread::sleep(Duration::from_millis(5)))?;
    }
    signals::handle(th)?;
    Ok(Value::NONE)
}
fn raise_signal(th: &mut Thread, a: &[Value]) -> R {
    let n = number(th, a[0])?;
    th.irrevocable()?;
    // SAFETY: no preconditions. This thread gets it before the call returns.
    if unsafe { libc::raise(n as i32) } != 0 {
        return Err(failed(th));
    }
    signals::handle(th)?;
    Ok(Value::NONE)
}
fn pthread_kill(th: &mut Thread, a: &[Value]) -> R {
    let id = th.to_i64(a[0])?;
    let n = th.to_i32(a[1])?;
    th.irrevocable()?;
    // SAFETY: the caller names a live thread, as in C.
    let code = unsafe { libc::pthread_kill(id as libc::pthread_t, n) };
    if code != 0 {
        return Err(th.os_error(code, None));
    }
    signals::handle(th)?;
    Ok(Value::NONE)
}
fn set_wakeup_fd(th: &mut Thread, a: &[Value]) -> R {
    let fd = th.to_i32(a[0])?;
    if !signals::is_main(th) {
        return Err(th.value_error("set_wakeup_fd only works in main thread of the main interpreter"));
    }
    if fd != -1 {
        // SAFETY: no preconditions.
        let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
        if flags == -1 {
            return Err(failed(th));
        }
        if flags & libc::O_NONBLOCK == 0 {
            return Err(th.value_error(&format!("the fd {fd} must be in non-blocking mode")));
        }
    }
    Ok(Value::small(signals::set_wakeup_fd(fd) as i64))
}
fn mask(th: &mut Thread, v: Value) -> R<libc::sigset_t> {
    // SAFETY: initialized by sigemptyset.
    let mut set = unsafe {
        let mut s: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut s);
        s
    };
    for &x in th.collect(v)?.as_slice() {
        let n = number(th, x)?;
        // SAFETY: a valid set and number.
        unsafe { libc::sigaddset(&mut set, n as i32) };
    }
    Ok(set)
}
fn from_mask(th: &mut Thread, set: &libc::sigset_t) -> R {
    let out = th.new_set();
    for n in 1..NSIG as i32 {
        // SAFETY: a valid set and number.
        if unsafe { libc::sigismember(set, n) } == 1 {
            th.call_method(out, names().add, &[Value::small(n as i64)])?;
        }
    }
    Ok(out)
}
fn pthread_sigmask(th: &mut Thread, a: &[Value]) -> R {
    let how = th.to_i32(a[0])?;
    let set = mask(th, a[1])?;
    th.irrevocable()?;
    // SAFETY: valid sets.
    let old = unsafe {
        let mut old: libc::sigset_t = std::mem::zeroed();
        let code = libc::pthread_sigmask(how, &set, &mut old);
        if code != 0 {
            return Err(th.os_error(code, None));
        }
        old
    };
    signals::handle(th)?;
    from_mask(th, &old)
}
fn sigpending(th: &mut Thread, _: &[Value]) -> R {
    // SAFETY: a valid set.
    let set = unsafe {
        let mut s: libc::sigset_t = std::mem::zeroed();
        libc::sigpending(&mut s);
        s
    };
    from_mask(th, &set)
}
fn valid_signals(th: &mut Thread, _: &[Value]) -> R {
    // SAFETY: a valid set.
    let set = unsafe {
        let mut s: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut s);
        s
    };
    from_mask(th, &set)
}
fn siginterrupt(th: &mut Thread, a: &[Value]) -> R {
    number(th, a[0])?;
    // System calls are always interrupted and restarted by the VM after the handlers ran.
    th.truth(a[1])?;
    Ok(Value::NONE)
}
fn strsignal(th: &mut Thread, a: &[Value]) -> R {
    let n = number(th, a[0])?;
    // SAFETY: gives null or a C string.
    let text = unsafe {
        let p = libc::strsignal(n as i32);
        if p.is_null() {
            None
        } else {
            Some(std::ffi::CStr::from_ptr(p).to_string_lossy().into_owned())
        }
    };
    Ok(match text {
        Some(t) if !t.starts_with("Unknown") => th.new_str(&t),
        _ => Value::NONE,
    })
}
fn seconds(th: &mut Thread, v: Value) -> R<libc::timeval> {
    let s = match v {
        Value::EMPTY => 0.0,
        v => match vasuki_vm::types::float::to_f64(v) {
            Some(f) => f,
            None => th.to_i64(v)? as f64,
        },
    };
    Ok(libc::timeval {
        tv_sec: s.floor() as _,
        tv_usec: ((s - s.floor()) * 1e6) as _,
    })
}
fn interval(th: &mut Thread, v: &libc::itimerval) -> Value {
    let f = |t: &libc::timeval| Value::float(t.tv_sec as f64 + t.tv_usec as f64 / 1e6);
    th.new_tuple(&[f(&v.it_value), f(&v.it_interval)])
}
fn itimer_error(th: &mut Thread) -> vasuki_vm::throw::Throw {
    failed(th)
}
fn setitimer(th: &mut Thread, a: &[Value]) -> R {
    let which = th.to_i32(a[0])?;
    let new = libc::itimerval {
        it_value: seconds(th, a[1])?,
        it_interval: seconds(th, a[2])?,
    };
    th.irrevocable()?;
    // SAFETY: valid pointers.
    let old = unsafe {
        let mut old: libc::itimerval = std::mem::zeroed();
        if libc::setitimer(which as _, &new, &mut old) != 0 {
            return Err(itimer_error(th));
        }
        old
    };
    Ok(interval(th, &old))
}
fn getitimer(th: &mut Thread, a: &[Value]) -> R {
    let which = th.to_i32(a[0])?;
    // SAFETY: valid pointers.
    let now = unsafe {
        let mut now: libc::itimerval = std::mem::zeroed();
        if libc::getitimer(which as _, &mut now) != 0 {
            return Err(itimer_error(th));
        }
        now
    };
    Ok(interval(th, &now))
}
macro_rules! constants {
    ($($n:ident)*) => { &[$((stringify!($n), libc::$n as i64)),*] };
}
static CONSTANTS: &[(&str, i64)] = constants! {
    SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM SIGCHLD
    SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGSYS SIG_BLOCK SIG_UNBLOCK
    SIG_SETMASK ITIMER_REAL ITIMER_VIRTUAL ITIMER_PROF
};
fn init(th: &mut Thread, m: Value) -> R<()> {
    let more = [("SIG_DFL", DEFAULT), ("SIG_IGN", IGNORE), ("NSIG", NSIG as i64)];
    for (k, v) in CONSTANTS.iter().chain(&more) {
        let k = th.intern(k);
        th.setattr(m, k, Value::small(*v))?;
    }
    let k = th.intern("ItimerError");
    th.setattr(m, k, ctx().types.OSError.value())?;
    Ok(())
}
