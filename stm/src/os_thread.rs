//! Threads of the operating system, and `fork`.
//!
//! Standard and C libraries hold locks while a thread starts and while it ends. In the child of a process that forks meanwhile
//! such a lock stays locked for ever, and the next thread that starts there waits for it. So those that are on their way are
//! counted, and [`fork`] refuses as long as there is one. What runs between is not looked at: who forks knows that it stands.

use std::ffi::c_void;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock};
use std::thread::Builder;

/// Threads that start, or end.
static ON_THEIR_WAY: Mutex<usize> = Mutex::new(0);
static CHANGED: Condvar = Condvar::new();

fn lock() -> MutexGuard<'static, usize> {
    ON_THEIR_WAY.lock().unwrap_or_else(|e| e.into_inner())
}
fn one_more() {
    *lock() += 1;
}
fn one_less() {
    *lock() -= 1;
    CHANGED.notify_all();
}

/// Rounds in which a thread that ends destroys what belongs to it: in the last one all others have been destroyed. POSIX
/// promises four.
const ROUNDS: usize = 4;
/// What a thread sets whose end is to be noticed. None: the system has no more keys, and ends are not counted.
static LAST_ROUND: OnceLock<Option<libc::pthread_key_t>> = OnceLock::new();

fn last_round() -> Option<libc::pthread_key_t> {
    *LAST_ROUND.get_or_init(|| {
        let mut key = 0;
        // SAFETY: the key is written where it is asked for; `destroy` may be called in any thread.
        (unsafe { libc::pthread_key_create(&mut key, Some(destroy)) } == 0).then_some(key)
    })
}
/// Asks for a call of `destroy` in the next round. False: there is none.
fn set_rounds(left: usize) -> bool {
    // SAFETY: the key is one, and its values are numbers.
    last_round().is_some_and(|key| unsafe { libc::pthread_setspecific(key, std::ptr::without_provenance::<c_void>(left)) == 0 })
}
extern "C" fn destroy(rounds: *mut c_void) {
    let left = rounds.addr();
    if left <= 1 || !set_rounds(left - 1) {
        one_less();
    }
}

/// A thread that was started with [`spawn`], as it sees itself. Dropped: it ends.
pub struct OsThread {
    starting: bool,
    ending: bool,
}
impl OsThread {
    /// From here on it holds nothing that a child of the process would need, or stands still while it forks.
    pub fn started(&mut self) {
        if std::mem::take(&mut self.starting) {
            one_less();
        }
    }
    /// From here on it does nothing but end, without waiting for other threads.
    pub fn ends(&mut self) {
        if !std::mem::replace(&mut self.ending, true) {
            one_more();
            if !set_rounds(ROUNDS) {
                one_less();
            }
        }
        self.started();
    }
}
impl Drop for OsThread {
    fn drop(&mut self) {
        self.ends();
    }
}

/// Starts a thread. The error is the system's.
pub fn spawn(builder: Builder, run: impl FnOnce(OsThread) + Send + 'static) -> io::Result<()> {
    one_more();
    let started = builder.spawn(move || {
        run(OsThread {
            starting: true,
            ending: false,
        });
    });
    started.map(drop).inspect_err(|_| one_less())
}
/// Waits until no thread is on its way. More may come.
pub fn settle() {
    let mut g = lock();
    while *g > 0 {
        g = CHANGED.wait(g).unwrap_or_else(|e| e.into_inner());
    }
}
/// Runs `f`, which forks the process, while no thread starts or ends. None: one does.
pub fn fork(f: impl FnOnce() -> i32) -> Option<i32> {
    let g = lock();
    (*g == 0).then(f)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_process_forks_when_no_thread_is_on_its_way() {
        let (started, go) = channel();
        let (ended, end) = channel::<()>();
        let (ending, ends) = channel();
        let (gone, may_go) = channel::<()>();
        spawn(Builder::new(), move |mut me| {
            let _ = go.recv();
            me.started();
            let _ = end.recv();
            me.ends();
            let _ = ending.send(());
            let _ = may_go.recv();
        })
        .expect("a thread more");
        let forks = || fork(|| 7);
        // Other tests start threads too.
        let forks_soon = || std::iter::repeat_with(|| (settle(), forks())).any(|r| r.1 == Some(7));
        assert_eq!(forks(), None);
        started.send(()).expect("it waits");
        assert!(forks_soon());
        ended.send(()).expect("it waits");
        ends.recv().expect("it answers");
        assert_eq!(forks(), None);
        gone.send(()).expect("it waits");
        assert!(forks_soon());
    }
}
