//! Threads that start, end, detach and are stopped.

use super::{body, in_threads};
use crate::common::{Object, Thread, object};
use shuttle::thread;
use vasuki_stm::World;
use vasuki_stm::sync::atomic::{AtomicBool, Ordering::SeqCst};

fn increment(t: &mut Thread, x: &'static Object) {
    t.atomic(|t| {
        let n = t.read(x, 0)?;
        t.write(x, 0, n + 1)
    });
}

/// Threads start and end while others run, and the first one tries to run solo all the time.
pub fn threads_come_and_go() {
    let world = World::leak();
    let x = object([0, 0]);
    let mut first = Thread::new(world);
    let mut threads = Vec::new();
    for _ in 0..3 {
        assert!(world.expect_thread());
        first.begin();
        threads.push(thread::spawn(move || {
            let mut t = Thread::new(world);
            assert!(t.tx.concurrent, "a second thread in a solo world");
            increment(&mut t, x);
            t.w.detached(true, || ());
            t.begin();
            increment(&mut t, x);
            t.end();
        }));
        first.commit().unwrap();
        world.try_solo();
        first.begin();
        if first.tx.concurrent {
            increment(&mut first, x);
        } else {
            first.tx.open(first.w, &x.header, 0).unwrap();
            let n = x.words[0].load(SeqCst);
            x.words[0].store(n + 1, SeqCst);
        }
    }
    first.commit().unwrap();
    first.w.detached(true, || threads.into_iter().for_each(|t| t.join().unwrap()));
    assert_eq!(x.quiet(), 9, "a lost update");
    assert!(world.try_solo());
    first.end();
}

/// While somebody collects nobody else runs: threads say when they are at work, and collectors look.
pub fn collections() {
    let x = object([0, 0]);
    let working: [&'static AtomicBool; 3] = std::array::from_fn(|_| &*Box::leak(Box::new(AtomicBool::new(false))));
    let mut bodies: Vec<_> = (0..3)
        .map(|i| {
            body(move |t| {
                let work = || {
                    working[i].store(true, SeqCst);
                    thread::yield_now();
                    working[i].store(false, SeqCst);
                };
                for _ in 0..2 {
                    work();
                    t.w.safepoint(false);
                    increment(t, x);
                    t.w.detached(true, thread::yield_now);
                    work();
                    t.begin();
                }
            })
        })
        .collect();
    bodies.extend((0..2).map(|_| {
        body(move |t| {
            for _ in 0..2 {
                if let Some(stopped) = t.w.world().stop_anywhere(t.w) {
                    for _ in 0..2 {
                        assert!(working.iter().all(|w| !w.load(SeqCst)), "a thread runs during a stop");
                        thread::yield_now();
                    }
                    drop(stopped);
                }
                increment(t, x);
            }
        })
    }));
    in_threads(bodies);
    assert_eq!(x.quiet(), 10, "a lost update");
}
