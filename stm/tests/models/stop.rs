//! Stops, safepoints, detaching.

use super::two;
use crate::common::{Thread, object};
use loom::cell::UnsafeCell;
use vasuki_stm::World;
use vasuki_stm::sync::atomic::Ordering::Relaxed;

/// Plain data that attached threads read and whoever stops the others writes: loom finds every access that is not ordered.
struct Heap(UnsafeCell<u64>);
impl Heap {
    fn new() -> &'static Heap {
        Box::leak(Box::new(Heap(UnsafeCell::new(0))))
    }
    fn read(&self) -> u64 {
        // SAFETY: this is what the model checks.
        self.0.with(|p| unsafe { *p })
    }
    fn write(&self) {
        // SAFETY: as above.
        self.0.with_mut(|p| unsafe { *p += 1 });
    }
}
// SAFETY: accesses are what the models check.
unsafe impl Sync for Heap {}

fn world(t: &Thread) -> &'static World {
    t.w.world()
}
fn collect(t: &Thread, h: &Heap) {
    if let Some(stopped) = world(t).stop_anywhere(t.w) {
        h.write();
        drop(stopped);
    }
}

/// A thread that runs is stopped at its next safepoint.
pub fn safepoint() {
    let h = Heap::new();
    two(
        |t| collect(t, h),
        move |t| {
            h.read();
            t.w.safepoint(false);
            h.read();
        },
    );
}

/// A detached thread is not waited for, and cannot attach during a stop.
pub fn attach() {
    let h = Heap::new();
    two(
        |t| collect(t, h),
        move |t| {
            h.read();
            t.w.detached(true, || ());
            h.read();
        },
    );
}

/// A collection in the middle of a transaction does not wait for those that wait for its objects.
pub fn waiter() {
    let (h, x) = (Heap::new(), object([0, 0]));
    two(
        |t| {
            t.atomic(|t| {
                let n = t.read(x, 0)?;
                t.write(x, 0, n + 1)?;
                collect(t, h);
                Ok(())
            });
        },
        move |t| {
            t.tx.become_irrevocable(t.w).expect("nobody else is irrevocable");
            h.read();
            let n = t.read(x, 0).unwrap();
            t.write(x, 0, n + 1).unwrap();
            t.commit().unwrap();
            t.begin();
        },
    );
    assert_eq!(x.words[0].load(Relaxed), 2, "a lost update");
}

/// Of two that want a stop at the same time one takes part in that of the other.
pub fn both() {
    let h = Heap::new();
    let both = |t: &mut Thread| {
        h.read();
        collect(t, h);
        h.read();
    };
    two(both, both);
}

/// A stop at boundaries does not take a thread in the middle of a transaction.
pub fn boundary() {
    let (h, x) = (Heap::new(), object([0, 0]));
    two(
        |t| {
            t.tx.become_irrevocable(t.w).expect("nobody else is irrevocable");
            let stopped = world(t).stop_at_boundary(t.w, &t.tx);
            h.write();
            drop(stopped);
            t.commit().unwrap();
            t.begin();
        },
        move |t| {
            let _ = t.attempt(|t| {
                let before = h.read();
                t.write(x, 0, 1)?;
                t.w.detached(false, || ());
                assert_eq!(h.read(), before, "stopped in the middle of a transaction");
                Ok(())
            });
            h.read();
        },
    );
}

/// A collection gets on while another thread waits for the boundary of this one.
pub fn boundary_and_collection() {
    let (h, x) = (Heap::new(), object([0, 0]));
    two(
        |t| {
            h.read();
            t.tx.become_irrevocable(t.w).expect("nobody else is irrevocable");
            let stopped = world(t).stop_at_boundary(t.w, &t.tx);
            h.write();
            // With the others at their boundaries, a collection of its own.
            collect(t, h);
            drop(stopped);
            t.commit().unwrap();
            t.begin();
        },
        move |t| {
            t.atomic(|t| {
                let n = t.read(x, 0)?;
                t.write(x, 0, n + 1)?;
                h.read();
                collect(t, h);
                h.read();
                Ok(())
            });
        },
    );
    assert_eq!(x.words[0].load(Relaxed), 1);
}

/// Who waits for what nobody logs to have read is woken by who changes it during a stop.
pub fn wakes_waiters() {
    let (h, x) = (Heap::new(), object([0, 0]));
    two(
        |t| {
            t.tx.become_irrevocable(t.w).expect("nobody else is irrevocable");
            let stopped = world(t).stop_at_boundary(t.w, &t.tx);
            h.write();
            t.commit().unwrap();
            world(t).wake_all_waiters();
            drop(stopped);
            t.begin();
        },
        move |t| {
            while !t.attempt_or_wait(|t| {
                t.read(x, 0)?;
                Ok(h.read() == 1)
            }) {}
        },
    );
}
