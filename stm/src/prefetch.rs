//! Hints about what is written next.

/// The word is about to be written: this core takes its cache line from others meanwhile.
#[inline(always)]
pub(crate) fn prefetch_to_write<T>(word: *const T) {
    // SAFETY: a hint, which has no effect but on the cache, whatever the address is.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("prefetchw [{}]", in(reg) word, options(nostack, preserves_flags, readonly))
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!("prfm pstl1keep, [{}]", in(reg) word, options(nostack, preserves_flags, readonly))
    }
    let _ = word;
}
