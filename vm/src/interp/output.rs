//! What transactions write to standard output and standard error: kept until they commit, and written in the order of commits.
//! So printing neither stops a transaction from being undone, nor does what an undone one has printed ever appear.
//!
//! Outside of atomic blocks the transaction ends at the next boundary, so that nothing appears late; and what cannot be
//! written at once, or not at all, is not kept: the call waits, or raises its error, as ever.
//!
//! A thread that has something to write holds `ORDER` from before its commit until it has written: a transaction that has seen
//! what another one did commits after it, so its output comes after that one's.

use crate::thread::Thread;
use crate::throw::R;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use vasuki_stm::poll;

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
    /// Is what is written to this descriptor now kept until the commit?
    pub fn writes_at_commit(&self, fd: i32) -> bool {
        if !self.tx.concurrent || self.interp.atomic.had_effect || !is_standard(fd) {
            return false;
        }
        let ends_soon = self.interp.checkpoint.valid && !self.interp.after_effect;
        self.is_atomic() || ends_soon && takes_more(fd)
    }
    /// Keeps what is written until the commit, if [`Thread::writes_at_commit`]; false: it is to be written now. The error of
    /// what could not be written at an earlier commit.
    pub fn write_at_commit(&mut self, fd: i32, data: &[u8]) -> R<bool> {
        if is_standard(fd) {
            self.output_error()?;
        }
        if !self.writes_at_commit(fd) {
            return Ok(false);
        }
        self.interp.output.pending.push((fd, data.to_vec()));
        if !self.is_atomic() {
            self.world.put_back(poll::TICK);
        }
        Ok(true)
    }
    /// Waits until it is this thread's turn to commit with output.
    pub(crate) fn output_order(&mut self) -> MutexGuard<'static, ()> {
        match ORDER.try_lock() {
            Ok(order) => order,
            Err(TryLockError::Poisoned(e)) => e.into_inner(),
            // Whoever writes may be slow, and this thread must not keep others from standing still meanwhile.
            Err(TryLockError::WouldBlock) => self.detached_inside(|| ORDER.lock().unwrap_or_else(PoisonError::into_inner)),
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
    /// The error of what could not be written when a transaction committed.
    pub(crate) fn output_error(&mut self) -> R<()> {
        match self.interp.output.failed.take() {
            Some(errno) => Err(self.os_error_value(errno, None)),
            None => Ok(()),
        }
    }
}
fn is_standard(fd: i32) -> bool {
    matches!(fd, libc::STDOUT_FILENO | libc::STDERR_FILENO)
}
/// Can be written to the descriptor at once?
fn takes_more(fd: i32) -> bool {
    let mut p = libc::pollfd {
        fd,
        events: libc::POLLOUT,
        revents: 0,
    };
    // SAFETY: one record, which outlives the call.
    unsafe { libc::poll(&mut p, 1, 0) == 1 && p.revents == libc::POLLOUT }
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
