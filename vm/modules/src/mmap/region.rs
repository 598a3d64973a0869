//! Mapped memory: who owns it unmaps it.

use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::Relaxed};

/// A mapping of this process. Its place changes only with the irrevocable `resize`.
pub(super) struct Region {
    start: AtomicPtr<u8>,
    len: AtomicUsize,
}
impl Region {
    /// Maps `len` bytes; the error of the system otherwise.
    pub fn map(len: usize, prot: i32, flags: i32, fd: i32, offset: i64) -> Result<Region, std::io::Error> {
        // SAFETY: no address is asked for, so no other mapping is touched.
        let p = unsafe { libc::mmap(std::ptr::null_mut(), len, prot, flags, fd, offset as libc::off_t) };
        if p == libc::MAP_FAILED {
            return Err(std::io::Error::last_os_error());
        }
        Ok(Region {
            start: AtomicPtr::new(p.cast()),
            len: AtomicUsize::new(len),
        })
    }
    /// Where it begins.
    pub fn start(&self) -> *mut u8 {
        self.start.load(Relaxed)
    }
    /// Bytes in it.
    pub fn len(&self) -> usize {
        self.len.load(Relaxed)
    }
    /// Makes it longer or shorter, perhaps at another place. Nobody holds its bytes meanwhile.
    #[cfg(target_os = "linux")]
    pub fn resize(&self, len: usize) -> Result<(), std::io::Error> {
        // SAFETY: the mapping is this region's own.
        let p = unsafe { libc::mremap(self.start().cast(), self.len(), len, libc::MREMAP_MAYMOVE) };
        if p == libc::MAP_FAILED {
            return Err(std::io::Error::last_os_error());
        }
        self.start.store(p.cast(), Relaxed);
        self.len.store(len, Relaxed);
        Ok(())
    }
}
impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: the mapping is this region's own, and nothing refers to it any more.
        unsafe { libc::munmap(self.start().cast(), self.len()) };
    }
}
