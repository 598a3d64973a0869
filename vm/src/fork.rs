//! `fork`: the child has one thread, and a world, locks and tables in which the others have never been.
//!
//! All other threads stand at boundaries, or are detached there, while the process is copied: none has an object open, or is
//! inside a table of the VM; and none starts or ends. What they own dies with them, as when a thread ends.

use crate::modules::thread::import_lock;
use crate::thread::Thread;
use crate::throw::R;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use vasuki_stm::os_thread;

static FORKS: AtomicU32 = AtomicU32::new(0);
/// How many times this process, or those that it comes from, were the child of a fork.
pub fn count() -> u32 {
    FORKS.load(Relaxed)
}

/// Forks the process, while no other thread gets the locks of modules. Gives what the system call gave.
pub fn fork(th: &mut Thread) -> R<i32> {
    th.irrevocable()?;
    import_lock::acquire(th)?;
    // To wait for the lock ends the transaction.
    th.irrevocable()?;
    let world = th.world.world();
    let pid = loop {
        // Threads that start are not in the world yet, and may have to come into it first.
        th.detached_inside(os_thread::settle);
        // In a solo world all others are detached, and cannot attach before this one comes to a boundary.
        let _stopped = th.tx.concurrent.then(|| world.stop_at_boundary(th.world, &th.tx));
        // SAFETY: no other thread is inside the VM, and the lock of the world is held.
        if let Some(pid) = world.fork(th.world, || os_thread::fork(|| unsafe { libc::fork() })) {
            break pid;
        }
    };
    if pid == 0 {
        FORKS.fetch_add(1, Relaxed);
        crate::memory::after_fork(th);
        crate::signals::after_fork(th);
        crate::modules::thread::after_fork();
        vasuki_gc::after_fork();
    }
    import_lock::release(th)?;
    Ok(pid)
}
