//! Signals: the C handler only sets a flag and the poll bit of the main thread; Python handlers run in the main thread at
//! its next boundary, or when a blocking call returns.

use crate::context::ctx;
use crate::thread::Thread;
use crate::throw::R;
use crate::value::Value;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU64, Ordering::*};
use vasuki_stm::WorldThread;

/// Highest signal number plus one.
pub const NSIG: usize = 65;

static ANY: AtomicBool = AtomicBool::new(false);
static PENDING: AtomicU64 = AtomicU64::new(0);
static MAIN: AtomicPtr<WorldThread> = AtomicPtr::new(std::ptr::null_mut());
/// `pthread_t` of the main thread: blocking calls there must be interrupted.
static MAIN_OS_THREAD: AtomicU64 = AtomicU64::new(0);
static WAKEUP_FD: AtomicI32 = AtomicI32::new(-1);
/// Python handlers by number: EMPTY = not from Python, 0/1 = SIG_DFL/SIG_IGN, else a callable.
static HANDLERS: Mutex<[Value; NSIG]> = Mutex::new([Value::EMPTY; NSIG]);

/// Makes `th`, which runs on this OS thread, the main thread; SIGPIPE and SIGXFSZ are ignored, as CPython does.
pub fn start(th: &Thread) {
    // SAFETY: asking who one is and ignoring a signal have no preconditions.
    unsafe {
        MAIN_OS_THREAD.store(libc::pthread_self() as u64, Release);
        libc::signal(libc::SIGPIPE, libc::SIG_IGN);
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
    MAIN.store((th.world as *const WorldThread).cast_mut(), Release);
}
/// In the child of a fork: its only thread is the main thread, and signals that the parent has not handled are not its own.
pub(crate) fn after_fork(th: &Thread) {
    // SAFETY: no preconditions.
    MAIN_OS_THREAD.store(unsafe { libc::pthread_self() } as u64, Release);
    MAIN.store((th.world as *const WorldThread).cast_mut(), Release);
    PENDING.store(0, Release);
    ANY.store(false, Release);
}
/// What the system does on a signal; None for a wrong number.
pub fn action(number: i32) -> Option<libc::sighandler_t> {
    // SAFETY: a null action only asks; the struct is valid zeroed.
    unsafe {
        let mut a: libc::sigaction = std::mem::zeroed();
        (libc::sigaction(number, std::ptr::null(), &mut a) == 0).then_some(a.sa_sigaction)
    }
}
/// From here on SIGINT raises KeyboardInterrupt, unless it is ignored (a background job of a shell).
pub fn raise_keyboard_interrupts() -> std::io::Result<()> {
    match action(libc::SIGINT) {
        Some(libc::SIG_DFL) => install(libc::SIGINT, handler_address()),
        _ => Ok(()),
    }
}
/// Is `th` the main thread?
pub fn is_main(th: &Thread) -> bool {
    std::ptr::eq(MAIN.load(Acquire), th.world)
}
/// The file descriptor that gets a byte per signal, or -1; gives the old one.
pub fn set_wakeup_fd(fd: i32) -> i32 {
    WAKEUP_FD.swap(fd, AcqRel)
}

extern "C" fn on_signal(number: libc::c_int) {
    let main = MAIN_OS_THREAD.load(Acquire);
    // SAFETY: both are async-signal-safe; the main thread lives as long as the process.
    unsafe {
        if main != 0 && libc::pthread_self() as u64 != main {
            libc::pthread_kill(main as libc::pthread_t, number);
            return;
        }
    }
    trip(number as usize);
    let fd = WAKEUP_FD.load(Relaxed);
    if fd >= 0 {
        let byte = number as u8;
        // SAFETY: write is async-signal-safe; a full pipe loses the byte, as documented for set_wakeup_fd.
        unsafe {
            let saved = *libc::__errno_location();
            libc::write(fd, (&raw const byte).cast(), 1);
            *libc::__errno_location() = saved;
        }
    }
}
/// Marks a signal as pending and asks the main thread to look. Async-signal-safe.
pub fn trip(number: usize) {
    PENDING.fetch_or(1 << (number - 1).min(63), AcqRel);
    ANY.store(true, Release);
    let main = MAIN.load(Acquire);
    if !main.is_null() {
        // SAFETY: the main thread's record lives as long as the process.
        unsafe { (*main).request_signal() };
    }
}
/// Lets the C level call our handler for this signal (or default, or ignore it).
pub fn install(number: i32, how: libc::sighandler_t) -> std::io::Result<()> {
    // SAFETY: a zeroed sigaction is valid; the handler is async-signal-safe.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = how;
        libc::sigemptyset(&mut action.sa_mask);
        if libc::sigaction(number, &action, std::ptr::null_mut()) != 0 {
            return Err(std::io::Error::last_os_error());
        }
    }
    Ok(())
}
/// Runs `f`, which may set an action for SIGINT: it is put back afterwards.
pub fn keeping_interrupts<T>(f: impl FnOnce() -> T) -> T {
    // SAFETY: a zeroed sigaction is valid; asking for an action and setting it again has no other preconditions.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(libc::SIGINT, std::ptr::null(), &mut action);
        let made = f();
        libc::sigaction(libc::SIGINT, &action, std::ptr::null_mut());
        made
    }
}
/// The signals that were blocked before [`block_all`].
pub struct Mask(libc::sigset_t);
impl Mask {
    /// Sets the mask of the calling thread to this one.
    pub fn restore(&self) {
        // SAFETY: a valid set.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.0, std::ptr::null_mut()) };
    }
}
/// Blocks all signals for the calling thread.
pub fn block_all() -> Mask {
    // SAFETY: valid sets; changing the mask of the calling thread has no other preconditions.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        let mut old: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &all, &mut old);
        Mask(old)
    }
}
/// Our handler, for [`install`].
pub fn handler_address() -> libc::sighandler_t {
    on_signal as *const () as libc::sighandler_t
}
/// Python's handler of a signal.
pub fn handler(number: usize) -> Value {
    HANDLERS.lock().unwrap_or_else(|e| e.into_inner())[number]
}
/// Sets Python's handler; gives the old one.
pub fn set_handler(number: usize, v: Value) -> Value {
    std::mem::replace(
        &mut HANDLERS.lock().unwrap_or_else(|e| e.into_inner())[number],
        crate::memory::keep(v),
    )
}
/// Is a signal waiting for its Python handler?
#[inline]
pub fn pending() -> bool {
    ANY.load(Acquire)
}
/// Runs the handlers of pending signals, if `th` is the main thread.
pub fn handle(th: &mut Thread) -> R<()> {
    if !pending() || !is_main(th) {
        return Ok(());
    }
    th.go_on();
    ANY.store(false, Release);
    let mut bits = PENDING.swap(0, AcqRel);
    while bits != 0 {
        let number = bits.trailing_zeros() as usize + 1;
        bits &= bits - 1;
        let f = handler(number);
        if f.is_obj() {
            let r = match crate::interp::frame::frame_at(th, 0) {
                Ok(f) => Ok(f.unwrap_or(Value::NONE)),
                Err(t) => Err(t),
            }
            .and_then(|frame| th.call(f, &[Value::small(number as i64), frame]));
            if let Err(t) = r {
                // The others are handled at the next boundary.
                if bits != 0 {
                    PENDING.fetch_or(bits, AcqRel);
                    ANY.store(true, Release);
                    th.world.request_signal();
                }
                return Err(t);
            }
        } else if f.is_empty() && number == libc::SIGINT as usize {
            let e = th.new_exception(ctx().types.KeyboardInterrupt, &[])?;
            return Err(th.raise(e));
        }
    }
    Ok(())
}
/// The process ends as an interrupted one does: killed by SIGINT, so that a shell sees it. Gives a code if that fails.
pub fn exit_by_interrupt(th: &mut Thread) -> u8 {
    crate::shutdown::finish(th, 130);
    // SAFETY: no preconditions.
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_DFL);
        libc::raise(libc::SIGINT);
    }
    130
}
