//! The module `faulthandler`: tracebacks when the process crashes, hangs, or gets a signal.
//!
//! What runs in a signal handler writes to file descriptors and reads memory, nothing else; tables that it reads are atomics.

use crate::support::given;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use vasuki_stm::os_thread::{self, OsThread};
use vasuki_vm::dump;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::signals::NSIG;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::float;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "faulthandler",
    doc: "faulthandler module.",
    functions: FUNCTIONS,
    init: |_, _| Ok(()),
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "enable",
        "file=None, all_threads=True, c_stack=True",
        enable,
        "Enable the fault handler.",
    ),
    def(
        "disable",
        "",
        |th, _| {
            th.irrevocable()?;
            Ok(Value::bool(switch_off()))
        },
        "Disable the fault handler.",
    ),
    def(
        "is_enabled",
        "",
        |_, _| Ok(Value::bool(ENABLED.load(Relaxed))),
        "Check if the handler is enabled.",
    ),
    def(
        "dump_traceback",
        "file=None, all_threads=True",
        dump_traceback,
        "Dump the traceback of the current thread, or of all threads if all_threads is True, into file.",
    ),
    def(
        "dump_traceback_later",
        "timeout, repeat=False, file=None, exit=False",
        dump_later,
        "Dump the traceback of all threads in timeout seconds,\nor each timeout seconds if repeat is True. If exit is True,\ncall _exit(1) which is not safe.",
    ),
    def(
        "cancel_dump_traceback_later",
        "",
        |th, _| {
            th.irrevocable()?;
            cancel();
            Ok(Value::NONE)
        },
        "Cancel the previous call to dump_traceback_later().",
    ),
    def(
        "register",
        "signum, file=None, all_threads=True, chain=False",
        register,
        "Register a handler for the signal 'signum': dump the\ntraceback of the current thread, or of all threads if\nall_threads is True, into file.",
    ),
    def(
        "unregister",
        "signum, /",
        unregister,
        "Unregister the handler of the signal 'signum' registered by register().",
    ),
    def(
        "_sigsegv",
        "release_gil=False, /",
        |_, _| raise(libc::SIGSEGV),
        "Raise a SIGSEGV signal.",
    ),
    def("_sigabrt", "", |_, _| raise(libc::SIGABRT), "Raise a SIGABRT signal."),
    def("_sigfpe", "", |_, _| raise(libc::SIGFPE), "Raise a SIGFPE signal."),
];

/// Signals that end a process that has gone wrong.
const FATAL: [(i32, &[u8]); 5] = [
    (libc::SIGBUS, b"Bus error"),
    (libc::SIGILL, b"Illegal instruction"),
    (libc::SIGFPE, b"Floating-point exception"),
    (libc::SIGABRT, b"Aborted"),
    (libc::SIGSEGV, b"Segmentation fault"),
];
static ENABLED: AtomicBool = AtomicBool::new(false);
static FATAL_FD: AtomicI32 = AtomicI32::new(2);
static FATAL_ALL: AtomicBool = AtomicBool::new(true);
/// What handled a signal before.
static PREVIOUS: Mutex<[Option<libc::sigaction>; NSIG]> = Mutex::new([None; NSIG]);

/// A signal that the program has registered.
struct Registered {
    on: AtomicBool,
    fd: AtomicI32,
    all: AtomicBool,
    chain: AtomicBool,
}
static REGISTERED: [Registered; NSIG] = [const {
    Registered {
        on: AtomicBool::new(false),
        fd: AtomicI32::new(2),
        all: AtomicBool::new(true),
        chain: AtomicBool::new(false),
    }
}; NSIG];

fn raise(signal: i32) -> R {
    // The runtime's own handler, if it is there, lets the first one pass: what has failed would fail again.
    for _ in 0..2 {
        // SAFETY: no preconditions.
        unsafe { libc::raise(signal) };
    }
    Ok(Value::NONE)
}
fn lock<T>(m: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    m.lock().unwrap_or_else(PoisonError::into_inner)
}
/// The file descriptor of an argument: a number, or a file that is flushed first; `sys.stderr` without one.
fn descriptor(th: &mut Thread, file: Option<Value>) -> R<i32> {
    let mut file = file.filter(|f| !f.is_none());
    if file.is_none() {
        let err = vasuki_vm::modules::builtins::sys_attribute(th, "stderr")?;
        if err.is_none() {
            return Err(th.runtime_error("sys.stderr is None"));
        }
        file = Some(err);
    }
    let file = file.unwrap_or(Value::NONE);
    if th.class_of(file) == vasuki_vm::context::ctx().types.int {
        let n = th.to_i32(file)?;
        if n < 0 {
            return Err(th.value_error("file is not a valid file descripter"));
        }
        return Ok(n);
    }
    let (fileno, flush) = (th.intern("fileno"), th.intern("flush"));
    let n = th.call_method(file, fileno, &[])?;
    let n = th.to_i32(n)?;
    if n < 0 {
        return Err(th.runtime_error("file.fileno() is not a valid file descriptor"));
    }
    // What cannot be flushed is written to all the same.
    if let Err(t) = th.call_method(file, flush, &[])
        && t.is_abort()
    {
        return Err(t);
    }
    Ok(n)
}
fn flag(th: &mut Thread, v: Value, default: bool) -> R<bool> {
    match given(v) {
        Some(v) => th.truth(v),
        None => Ok(default),
    }
}
fn dump_traceback(th: &mut Thread, a: &[Value]) -> R {
    let fd = descriptor(th, given(a[0]))?;
    let all = flag(th, a[1], true)?;
    th.irrevocable()?;
    dump::tracebacks(fd, all);
    Ok(Value::NONE)
}

fn install(signal: i32, handler: extern "C" fn(i32), flags: i32) -> std::io::Result<()> {
    // SAFETY: the struct is valid zeroed; the handler does only what handlers may do.
    unsafe {
        let mut new: libc::sigaction = std::mem::zeroed();
        let mut old: libc::sigaction = std::mem::zeroed();
        new.sa_sigaction = handler as *const () as libc::sighandler_t;
        new.sa_flags = libc::SA_ONSTACK | flags;
        if libc::sigaction(signal, &new, &mut old) != 0 {
            return Err(std::io::Error::last_os_error());
        }
        lock(&PREVIOUS)[signal as usize].get_or_insert(old);
    }
    Ok(())
}
fn put_back(signal: i32) {
    if let Some(old) = lock(&PREVIOUS)[signal as usize].take() {
        // SAFETY: what the system gave.
        unsafe { libc::sigaction(signal, &old, std::ptr::null_mut()) };
    }
}
extern "C" fn fatal(signal: i32) {
    let fd = FATAL_FD.load(Relaxed);
    let what = FATAL.iter().find(|f| f.0 == signal).map_or(&b"unknown signal"[..], |f| f.1);
    // What happens from here on ends the process.
    // SAFETY: the default action of a signal can always be set.
    unsafe { libc::signal(signal, libc::SIG_DFL) };
    dump::text(fd, b"Fatal Python error: ");
    dump::text(fd, what);
    dump::text(fd, b"\n\n");
    dump::tracebacks(fd, FATAL_ALL.load(Relaxed));
    // SAFETY: no preconditions.
    unsafe { libc::raise(signal) };
}
fn enable(th: &mut Thread, a: &[Value]) -> R {
    let fd = descriptor(th, given(a[0]))?;
    let all = flag(th, a[1], true)?;
    th.irrevocable()?;
    if let Err(e) = switch_on(fd, all) {
        return Err(th.runtime_error(&e.to_string()));
    }
    Ok(Value::NONE)
}
fn switch_on(fd: i32, all: bool) -> std::io::Result<()> {
    FATAL_FD.store(fd, Relaxed);
    FATAL_ALL.store(all, Relaxed);
    if !ENABLED.swap(true, Relaxed) {
        for (signal, _) in FATAL {
            install(signal, fatal, libc::SA_NODEFER)?;
        }
    }
    Ok(())
}
fn switch_off() -> bool {
    let was = ENABLED.swap(false, Relaxed);
    if was {
        FATAL.iter().for_each(|f| put_back(f.0));
    }
    was
}
/// As `-X faulthandler` and PYTHONFAULTHANDLER ask for.
pub fn start() {
    // Without it the program runs all the same.
    let _ = switch_on(2, true);
}

extern "C" fn on_signal(signal: i32) {
    let r = &REGISTERED[signal as usize % NSIG];
    // SAFETY: the place of errno is this thread's own.
    let errno = unsafe { *libc::__errno_location() };
    dump::tracebacks(r.fd.load(Relaxed), r.all.load(Relaxed));
    if r.chain.load(Relaxed)
        && let Ok(previous) = PREVIOUS.try_lock()
        && let Some(old) = previous[signal as usize % NSIG]
    {
        drop(previous);
        // SAFETY: what handled the signal before handles it now, and then this again.
        unsafe {
            let mut own: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, &old, &mut own);
            libc::raise(signal);
            libc::sigaction(signal, &own, std::ptr::null_mut());
        }
    }
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}
fn signal_number(th: &mut Thread, v: Value) -> R<i32> {
    let n = th.to_i32(v)?;
    if FATAL.iter().any(|f| f.0 == n) {
        return Err(th.runtime_error(&format!("signal {n} cannot be registered, use enable() instead")));
    }
    if n < 1 || n as usize >= NSIG {
        return Err(th.value_error("signal number out of range"));
    }
    Ok(n)
}
fn register(th: &mut Thread, a: &[Value]) -> R {
    let n = signal_number(th, a[0])?;
    let fd = descriptor(th, given(a[1]))?;
    let (all, chain) = (flag(th, a[2], true)?, flag(th, a[3], false)?);
    th.irrevocable()?;
    let r = &REGISTERED[n as usize];
    r.fd.store(fd, Relaxed);
    r.all.store(all, Relaxed);
    r.chain.store(chain, Relaxed);
    if !r.on.swap(true, Relaxed) {
        // A signal that is handed on may come while this handler runs.
        let flags = libc::SA_RESTART | if chain { libc::SA_NODEFER } else { 0 };
        if let Err(e) = install(n, on_signal, flags) {
            r.on.store(false, Relaxed);
            return Err(th.os_error(e.raw_os_error().unwrap_or(0), None));
        }
    }
    Ok(Value::NONE)
}
fn unregister(th: &mut Thread, a: &[Value]) -> R {
    let n = signal_number(th, a[0])?;
    th.irrevocable()?;
    let was = REGISTERED[n as usize].on.swap(false, Relaxed);
    if was {
        put_back(n);
    }
    Ok(Value::bool(was))
}

/// The thread that waits: tells whether it is to stop.
type Watch = Arc<(Mutex<bool>, Condvar)>;
static WATCH: Mutex<Option<Watch>> = Mutex::new(None);

fn cancel() {
    if let Some(w) = lock(&WATCH).take() {
        *lock(&w.0) = true;
        w.1.notify_all();
    }
}
fn dump_later(th: &mut Thread, a: &[Value]) -> R {
    let Some(seconds) = vasuki_vm::types::int::to_f64(th, a[0])?.or_else(|| float::to_f64(a[0])) else {
        return Err(th.type_error("timeout must be a number"));
    };
    if seconds <= 0.0 || seconds.is_nan() {
        return Err(th.value_error("timeout must be greater than 0"));
    }
    let Ok(timeout) = Duration::try_from_secs_f64(seconds) else {
        return Err(th.overflow_error("timeout value is too large"));
    };
    let (repeat, exit) = (flag(th, a[1], false)?, flag(th, a[3], false)?);
    let fd = descriptor(th, given(a[2]))?;
    th.irrevocable()?;
    cancel();
    let watch: Watch = Watch::default();
    *lock(&WATCH) = Some(watch.clone());
    let watcher = std::thread::Builder::new().name("faulthandler".into());
    let watching = move |mut me: OsThread| {
        me.started();
        wait(&watch, timeout, repeat, fd, exit);
    };
    if let Err(e) = os_thread::spawn(watcher, watching) {
        return Err(th.runtime_error(&format!("unable to start watchdog thread: {e}")));
    }
    Ok(Value::NONE)
}
fn wait(watch: &Watch, timeout: Duration, repeat: bool, fd: i32, exit: bool) {
    loop {
        let stop = lock(&watch.0);
        let waited = watch.1.wait_timeout_while(stop, timeout, |stop| !*stop);
        let (stop, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if *stop {
            return;
        }
        drop(stop);
        let (s, micros) = (timeout.as_secs(), timeout.subsec_micros());
        dump::text(fd, b"Timeout (");
        dump::number(fd, s / 3600, 10, 1);
        dump::text(fd, b":");
        dump::number(fd, s / 60 % 60, 10, 2);
        dump::text(fd, b":");
        dump::number(fd, s % 60, 10, 2);
        if micros != 0 {
            dump::text(fd, b".");
            dump::number(fd, micros.into(), 10, 6);
        }
        dump::text(fd, b")!\n");
        dump::tracebacks(fd, true);
        if exit {
            // SAFETY: ends the process, as it was asked for.
            unsafe { libc::_exit(1) };
        }
        if !repeat {
            return;
        }
    }
}
