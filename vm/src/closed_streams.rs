//! Which standard streams were closed when the process started: Rust's runtime opens `/dev/null` in their place before
//! `main`, but to Python they are None.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// A bit for each of the file descriptors 0, 1 and 2.
static CLOSED: AtomicU8 = AtomicU8::new(0);

extern "C" fn look() {
    for fd in 0..3 {
        // SAFETY: asks for flags only.
        if unsafe { libc::fcntl(fd, libc::F_GETFD) } < 0 {
            CLOSED.fetch_or(1 << fd, Relaxed);
        }
    }
}
// SAFETY: functions in this section are called before Rust's runtime starts; `look` needs nothing of it.
#[unsafe(link_section = ".init_array")]
#[used]
static AT_START: extern "C" fn() = look;

/// The file descriptors of streams that were closed.
pub fn closed_streams() -> impl Iterator<Item = u8> {
    // A reference keeps the linker from leaving the static out.
    std::hint::black_box(&AT_START);
    (0..3).filter(|fd| CLOSED.load(Relaxed) >> fd & 1 != 0)
}
