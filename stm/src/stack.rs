//! The native stack of the current OS thread, for conservative scanning.

pub(crate) fn stack_pointer() -> usize {
    let here = 0usize;
    &raw const here as usize
}

/// End of the current OS thread's native stack. Where its thread-local variables lie behind the stack, they do not count:
/// what caches keep there is no reference.
pub(crate) fn native_stack_top() -> usize {
    let (top, locals) = (mapping_top(), thread_locals());
    if (stack_pointer()..top).contains(&locals) {
        locals & !7
    } else {
        top
    }
}
/// Where the program's thread-local variables of this thread begin; 0 if that cannot be told.
fn thread_locals() -> usize {
    unsafe extern "C" fn first(info: *mut libc::dl_phdr_info, _: usize, found: *mut libc::c_void) -> libc::c_int {
        // SAFETY: the loader gives a valid record; `found` is the variable below.
        unsafe { *found.cast::<usize>() = (*info).dlpi_tls_data as usize };
        1
    }
    let mut found = 0usize;
    // SAFETY: the callback has the right type; the first record is the program's.
    unsafe { libc::dl_iterate_phdr(Some(first), (&raw mut found).cast()) };
    found
}
fn mapping_top() -> usize {
    // SAFETY: the attribute is initialized by the first call and destroyed at the end; pointers are valid.
    unsafe {
        let mut attr: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attr) != 0 {
            return stack_pointer();
        }
        let (mut base, mut size) = (std::ptr::null_mut(), 0);
        libc::pthread_attr_getstack(&attr, &mut base, &mut size);
        libc::pthread_attr_destroy(&mut attr);
        base as usize + size
    }
}

/// Calls `f` with the callee-saved registers stored on the stack above it.
#[inline(never)]
pub(crate) fn with_registers_on_stack(f: &mut dyn FnMut()) {
    let mut saved = [0usize; 8];
    #[cfg(target_arch = "x86_64")]
    // SAFETY: stores registers to our own array.
    unsafe {
        std::arch::asm!(
            "mov [{0}], rbx", "mov [{0} + 8], rbp", "mov [{0} + 16], r12", "mov [{0} + 24], r13", "mov [{0} + 32], r14",
            "mov [{0} + 40], r15", in(reg) saved.as_mut_ptr(), options(nostack, preserves_flags)
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above; x20 to x27 hold what callers keep.
    unsafe {
        std::arch::asm!(
            "stp x20, x21, [{0}]", "stp x22, x23, [{0}, 16]", "stp x24, x25, [{0}, 32]", "stp x26, x27, [{0}, 48]",
            in(reg) saved.as_mut_ptr(), options(nostack, preserves_flags)
        );
    }
    f();
    std::hint::black_box(&saved);
}
