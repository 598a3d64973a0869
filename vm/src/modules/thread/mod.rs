//! The module `_thread`: threads, locks, thread-local data.
//!
//! A lock is held outside the transactions, and given back only when the transaction commits: what a critical section
//! wrote is visible before another thread can enter.

mod handle;
pub mod import_lock;
mod local;
mod lock;
mod mutex;
mod rlock;
mod uses;

pub(crate) use uses::Use;

use crate::context::ctx;
use crate::native::{ModuleDef, NativeDef, def};
use crate::structseq;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::type_;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_thread",
    doc: "This module provides primitive operations to write multi-threaded programs.\nThe 'threading' module provides a more convenient interface.",
    functions: FUNCTIONS,
    init,
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "_count",
        "",
        count,
        "Return the number of currently running Python threads, excluding the main thread.",
    ),
    def("_excepthook", "args, /", excepthook, "Handle uncaught Thread.run() exception."),
    def(
        "_get_main_thread_ident",
        "",
        main_ident,
        "Internal only. Return a non-zero integer that uniquely identifies the main thread of the main interpreter.",
    ),
    def(
        "_is_main_interpreter",
        "",
        yes,
        "Return True if the current interpreter is the main Python interpreter.",
    ),
    def(
        "_make_thread_handle",
        "ident, /",
        handle::make,
        "Internal only. Make a thread handle for threads not spawned by the _thread or threading module.",
    ),
    def(
        "_shutdown",
        "",
        handle::shutdown,
        "Internal only. Wait for all non-daemon threads (other than the calling thread) to stop.",
    ),
    def("allocate_lock", "", lock::allocate, "Create a new lock object."),
    def("allocate", "", lock::allocate, "An obsolete synonym of allocate_lock()."),
    def(
        "daemon_threads_allowed",
        "",
        yes,
        "Return True if daemon threads are allowed in the current interpreter, and False otherwise.",
    ),
    def("exit", "", exit, "This is synonymous to ``raise SystemExit''."),
    def("exit_thread", "", exit, "An obsolete synonym of exit()."),
    def(
        "get_ident",
        "",
        get_ident,
        "Return a non-zero integer that uniquely identifies the current thread amongst other threads that exist simultaneously.",
    ),
    def(
        "get_native_id",
        "",
        native_id,
        "Return a non-negative integer identifying the thread as reported by the OS (kernel).",
    ),
    def(
        "interrupt_main",
        "signum=2, /",
        interrupt_main,
        "Simulate the arrival of the given signal in the main thread.",
    ),
    def("set_name", "name", set_name, "Set the name of the current thread."),
    def(
        "stack_size",
        "size=0, /",
        stack_size,
        "Return the thread stack size used when creating new threads.",
    ),
    def(
        "start_joinable_thread",
        "function, handle=None, daemon=True",
        handle::start_joinable,
        "*For internal use only*: start a new thread.",
    ),
    def(
        "start_new_thread",
        "function, args, kwargs={}, /",
        handle::start_new,
        "Start a new thread and return its identifier.",
    ),
    def(
        "start_new",
        "function, args, kwargs={}, /",
        handle::start_new,
        "An obsolete synonym of start_new_thread().",
    ),
];

/// Native stack of a new thread as the program wants it; 0: [`DEFAULT_STACK`].
static STACK_SIZE: AtomicUsize = AtomicUsize::new(0);
/// Address space that is used as it is needed.
const DEFAULT_STACK: usize = 64 << 20;
/// What the interpreter itself needs.
const LEAST_STACK: usize = 1 << 20;
fn stack_bytes() -> usize {
    match STACK_SIZE.load(Relaxed) {
        0 => DEFAULT_STACK,
        n => n.max(LEAST_STACK),
    }
}
static MAIN_IDENT: AtomicU64 = AtomicU64::new(0);

/// The identifier of the current OS thread, as `threading.get_ident` gives it.
pub fn ident() -> u64 {
    // SAFETY: no preconditions.
    unsafe { libc::pthread_self() as u64 }
}
fn yes(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::TRUE)
}
fn count(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::small(handle::running() as i64))
}
fn exit(th: &mut Thread, _: &[Value]) -> R {
    let e = th.new_exception(ctx().types.SystemExit, &[])?;
    Err(th.raise(e))
}
fn get_ident(th: &mut Thread, _: &[Value]) -> R {
    Ok(th.new_int(ident() as i64))
}
fn main_ident(th: &mut Thread, _: &[Value]) -> R {
    Ok(th.new_int(MAIN_IDENT.load(Relaxed) as i64))
}
fn native_id(th: &mut Thread, _: &[Value]) -> R {
    // SAFETY: no preconditions.
    let id = unsafe { libc::syscall(libc::SYS_gettid) };
    Ok(th.new_int(id))
}
fn interrupt_main(th: &mut Thread, a: &[Value]) -> R {
    let n = if a[0].is_empty() { libc::SIGINT } else { th.to_i32(a[0])? };
    if n < 1 || n as usize >= crate::signals::NSIG {
        return Err(th.value_error("signal number out of range"));
    }
    let handler = crate::signals::handler(n as usize);
    if n == libc::SIGINT || handler.is_obj() {
        th.irrevocable()?;
        crate::signals::trip(n as usize);
        if crate::signals::is_main(th) {
            crate::signals::handle(th)?;
        }
    }
    Ok(Value::NONE)
}
fn set_name(th: &mut Thread, a: &[Value]) -> R {
    let name = th.str(a[0])?.to_string_lossy();
    let bytes: Vec<u8> = name.bytes().filter(|b| *b != 0).take(15).chain([0]).collect();
    // SAFETY: a NUL-terminated name of at most 16 bytes.
    unsafe { libc::pthread_setname_np(libc::pthread_self(), bytes.as_ptr().cast()) };
    Ok(Value::NONE)
}
fn stack_size(th: &mut Thread, a: &[Value]) -> R {
    let n = if a[0].is_empty() { 0 } else { th.to_isize(a[0])? };
    if n < 0 {
        return Err(th.value_error("size must be 0 or a positive value"));
    }
    if n != 0 && n < 32768 {
        return Err(th.value_error(&format!("size not valid: {n} bytes")));
    }
    let old = if a[0].is_empty() {
        STACK_SIZE.load(Relaxed)
    } else {
        STACK_SIZE.swap(n as usize, Relaxed)
    };
    Ok(Value::small(old as i64))
}
/// `threading.excepthook`'s default.
fn excepthook(th: &mut Thread, a: &[Value]) -> R {
    let get = |th: &mut Thread, name: &str| -> R {
        let key = th.intern(name);
        th.getattr(a[0], key)
    };
    let e = get(th, "exc_value")?;
    let class = get(th, "exc_type")?;
    if class == ctx().types.SystemExit.value() {
        return Ok(Value::NONE);
    }
    let thread = get(th, "thread")?;
    let name = if thread.is_none() {
        format!("{}", ident())
    } else {
        let n = get_name(th, thread)?;
        th.str(n)?.to_string_lossy()
    };
    let mut err = crate::modules::builtins::sys_attribute(th, "stderr")?;
    let gone = err.is_none();
    if gone && !thread.is_none() {
        // What it was when the thread was made.
        let key = th.intern("_stderr");
        err = th.getattr(thread, key)?;
    }
    if err.is_none() {
        return Ok(Value::NONE);
    }
    let head = th.new_str(&format!("Exception in thread {name}:\n"));
    th.call_method(err, crate::names::names().write, &[head])?;
    if gone {
        let module = crate::import::import_module(th, "traceback")?;
        let (print, file) = (th.intern("print_exception"), th.intern("file"));
        let f = th.getattr(module, print)?;
        th.call_kw(f, &[e], &[(file, err)])?;
    } else {
        crate::types::exception::print_exception(th, e)?;
    }
    th.call_method(err, crate::names::names().flush, &[])?;
    Ok(Value::NONE)
}
fn get_name(th: &mut Thread, thread: Value) -> R {
    let key = th.intern("_name");
    th.getattr(thread, key)
}
/// In the child of a fork: the thread that goes on is the main thread; the others have ended.
pub(crate) fn after_fork() {
    MAIN_IDENT.store(ident(), Relaxed);
    handle::after_fork();
    mutex::after_fork();
    crate::waits::after_fork();
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    MAIN_IDENT.store(ident(), Relaxed);
    crate::signals::start(th);
    let put = |th: &mut Thread, k: &str, v: Value| -> R<()> {
        let k = th.intern(k);
        th.setattr(m, k, v)
    };
    let lock = lock::class(th)?;
    put(th, "LockType", lock.value())?;
    put(th, "lock", lock.value())?;
    let rlock = rlock::class(th)?;
    put(th, "RLock", rlock.value())?;
    let local = type_::make_native_class(th, &local::DEF, &[])?;
    put(th, "_local", local.value())?;
    let handle = handle::class(th)?;
    put(th, "_ThreadHandle", handle.value())?;
    put(th, "error", ctx().types.RuntimeError.value())?;
    put(th, "TIMEOUT_MAX", Value::float(i64::MAX as f64 / 1e9))?;
    let args = structseq::new_class(
        th,
        "_thread._ExceptHookArgs",
        "Type used to pass arguments to threading.excepthook.",
        &["exc_type", "exc_value", "exc_traceback", "thread"],
        4,
    )?;
    put(th, "_ExceptHookArgs", args.value())
}
