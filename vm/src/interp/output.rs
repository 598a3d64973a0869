//! What atomic blocks write to standard output and standard error: kept until the transaction commits, and written in the
//! order of commits.
//!
//! A thread that has something to write holds `ORDER` from before its commit until it has written: a transaction that has seen
//! what another one did commits after it, so its output comes after that one's.

use crate::thread::Thread;
use crate::throw::R;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

static ORDER: Mutex<()> = Mutex::new(());

/// Output of the running transaction.
#[derive(Default)]
pub(crate) struct Output {
    /// descriptors and what goes there
    pending: Vec<(i32, Vec<u8>)>,
    /// error number of what could not be written
    failed: Option<i32>,
}
impl Output {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }
    pub(super) fn len(&self) -> usize {
        self.pending.len()
    }
    /// What came after the first `n` was never written.
    pub(super) fn truncate(&mut self, n: usize) {
        self.pending.truncate(n);
    }
}

impl Thread {
    /// In an atomic block that can still be undone, what is written to standard output or standard error is kept until the
    /// commit. False: it is to be written now.
    pub fn writes_at_commit(&self, fd: i32) -> bool {
        let can_be_undone = self.is_atomic() && self.tx.concurrent && !self.interp.atomic.had_effect;
        can_be_undone && matches!(fd, libc::STDOUT_FILENO | libc::STDERR_FILENO)
    }
    /// Keeps what is written until the commit, if [`Thread::writes_at_commit`].
    pub fn write_at_commit(&mut self, fd: i32, data: &[u8]) -> bool {
        let kept = self.writes_at_commit(fd);
        if kept {
            self.interp.output.pending.push((fd, data.to_vec()));
        }
        kept
    }
    /// Waits until it is this thread's turn to commit with output.
    pub(crate) fn output_order(&mut self) -> MutexGuard<'static, ()> {
        match ORDER.try_lock() {
            Ok(order) => order,
            Err(TryLockError::Poisoned(e)) => e.into_inner(),
            // Whoever writes may be slow, and this thread must not keep others from standing still meanwhile.
            Err(TryLockError::WouldBlock) => self.world.detached(false, || ORDER.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
    /// Writes what was kept. `boundary`: the thread stands between transactions.
    pub(crate) fn write_output(&mut self, boundary: bool) {
        let pending = std::mem::take(&mut self.interp.output.pending);
        let failed = self
            .world
            .detached(boundary, || pending.iter().find_map(|(fd, data)| write_all(*fd, data).err()));
        if failed.is_some() {
            self.interp.output.failed = failed;
        }
    }
    /// The error of what could not be written when an atomic block committed.
    pub(super) fn output_error(&mut self) -> R<()> {
        match self.interp.output.failed.take() {
            Some(errno) => Err(self.os_error_value(errno, None)),
            None => Ok(()),
        }
    }
}
fn write_all(fd: i32, mut data: &[u8]) -> Result<(), i32> {
    while !data.is_empty() {
        // SAFETY: the slice outlives the call.
        let n = unsafe { libc::write(fd, data.as_ptr().cast(), data.len()) };
        if n >= 0 {
            data = &data[n as usize..];
            continue;
        }
        match std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO) {
            libc::EINTR => {}
            libc::EAGAIN => {
                let mut p = libc::pollfd {
                    fd,
                    events: libc::POLLOUT,
                    revents: 0,
                };
                // SAFETY: one record, which outlives the call.
                unsafe { libc::poll(&mut p, 1, -1) };
            }
            e => return Err(e),
        }
    }
    Ok(())
}
