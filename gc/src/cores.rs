//! The cores that the process may use, as it was when the heap was made: a thread that has bound itself to one core says nothing
//! of what the others may use, and the threads that it starts are bound as it is.

use std::sync::OnceLock;

/// See the module.
pub(crate) struct Cores {
    count: usize,
    #[cfg(target_os = "linux")]
    set: libc::cpu_set_t,
}
impl Cores {
    /// Those of the process: looked at when this is called first.
    pub(crate) fn get() -> &'static Cores {
        static CORES: OnceLock<Cores> = OnceLock::new();
        CORES.get_or_init(|| Cores {
            count: std::thread::available_parallelism().map_or(1, |n| n.get()),
            #[cfg(target_os = "linux")]
            set: bound(),
        })
    }
    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }
    /// From here on the calling thread may use them all.
    pub(crate) fn use_all(&self) {
        #[cfg(target_os = "linux")]
        // SAFETY: the set is a whole one. A failure leaves the thread where it was, which is slower and not wrong.
        unsafe {
            libc::sched_setaffinity(0, std::mem::size_of_val(&self.set), &self.set);
        }
    }
}
/// The cores that the calling thread may use.
#[cfg(target_os = "linux")]
fn bound() -> libc::cpu_set_t {
    // SAFETY: all zeros is a set without cores; the call writes no more than its size.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::sched_getaffinity(0, std::mem::size_of_val(&set), &mut set);
        set
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn is_in(core: usize, set: &libc::cpu_set_t) -> bool {
        // SAFETY: a bit of a set.
        unsafe { libc::CPU_ISSET(core, set) }
    }
    fn is_same(a: &libc::cpu_set_t, b: &libc::cpu_set_t) -> bool {
        (0..libc::CPU_SETSIZE as usize).all(|c| is_in(c, a) == is_in(c, b))
    }

    #[test]
    fn a_bound_thread_does_not_bind_the_others() {
        let (all, before) = (Cores::get().count(), bound());
        std::thread::spawn(move || {
            // SAFETY: sets of the right size; a set without cores is none that is used.
            let one = unsafe {
                let mut one: libc::cpu_set_t = std::mem::zeroed();
                let first = (0..libc::CPU_SETSIZE as usize).find(|&c| is_in(c, &before));
                libc::CPU_SET(first.expect("the process has a core"), &mut one);
                assert_eq!(libc::sched_setaffinity(0, std::mem::size_of_val(&one), &one), 0);
                one
            };
            assert_eq!(Cores::get().count(), all);
            std::thread::spawn(move || {
                assert!(is_same(&bound(), &one));
                Cores::get().use_all();
                assert!(is_same(&bound(), &before));
            })
            .join()
            .expect("the second thread has found what it should");
        })
        .join()
        .expect("the first thread has found what it should");
    }
}
