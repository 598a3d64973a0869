//! Starting and ending threads, solo and concurrent mode.

use crate::common::{Object, Thread, object, pointer, target};
use loom::thread;
use vasuki_stm::sync::atomic::Ordering::Relaxed;
use vasuki_stm::{Conflict, World};

/// A thread starts while the first one runs on: neither takes the world for solo. It ends, and the world goes solo.
pub fn start() {
    let world = World::leak();
    let x = object([0, 0]);
    let mut first = Thread::new(world);
    assert!(world.expect_thread());
    let other = thread::spawn(move || {
        let mut t = Thread::new(world);
        assert!(t.tx.concurrent, "a second thread in a solo world");
        t.atomic(|t| {
            let n = t.read(x, 0)?;
            t.write(x, 0, n + 1)
        });
        t.end();
    });
    first.begin();
    first.commit().unwrap();
    world.try_solo();
    first.begin();
    first.atomic(|t| {
        let n = t.read(x, 0)?;
        t.write(x, 0, n + 1)
    });
    first.w.detached(true, || other.join().unwrap());
    assert_eq!(x.words[0].load(Relaxed), 2, "a lost update");
    assert!(world.try_solo());
    first.end();
}

/// What was private in concurrent times and is stored in solo times can be read when the world is concurrent again.
pub fn again() {
    let world = World::leak();
    let x = object([0, 0]);
    let mut first = Thread::new(world);
    let start = |first: &mut Thread| {
        assert!(world.expect_thread());
        let other = thread::spawn(move || {
            let mut t = Thread::new(world);
            let v = t.attempt(|t| match target(t.read(x, 0)?) {
                Some(o) => {
                    let n = t.read(o, 0)?;
                    t.write(o, 0, n + 1)?;
                    Ok(n)
                }
                None => Ok(0),
            });
            t.end();
            v
        });
        first.begin();
        other
    };
    let other = start(&mut first);
    let o = first.make([42, 0]);
    first.commit().unwrap();
    assert_eq!(first.w.detached(true, || other.join().unwrap()), Ok(0));
    assert!(world.try_solo());
    first.begin();
    first.write(x, 0, pointer(o)).unwrap();
    first.commit().unwrap();
    let other = start(&mut first);
    let mine = first.attempt(|t| t.read(o, 0));
    let others = first.w.detached(true, || other.join().unwrap());
    assert!(matches!((mine, others), (Ok(42 | 43) | Err(_), Ok(42))));
    first.end();
}

fn increment(t: &mut Thread, x: &Object) -> Result<(), Conflict> {
    let n = t.read(x, 0)?;
    t.write(x, 0, n + 1)
}
/// A thread runs solo while the other one is detached; that one attaches and waits until the world is concurrent.
pub fn join() {
    let world = World::leak();
    let x = object([0, 0]);
    let mut first = Thread::new(world);
    assert!(world.expect_thread());
    let other = thread::spawn(move || {
        let mut t = Thread::new(world);
        t.commit().unwrap();
        world.try_solo();
        t.begin();
        t.atomic(|t| increment(t, x));
        t.commit().unwrap();
        world.try_solo();
        t.end();
    });
    first.w.detached(true, || ());
    first.begin();
    first.atomic(|t| increment(t, x));
    first.w.detached(true, || other.join().unwrap());
    assert_eq!(x.words[0].load(Relaxed), 2, "a lost update");
    first.end();
}

/// The thread that runs solo makes the world concurrent for its own sake, and comes to no other boundary, while the other one waits
/// to attach.
pub fn join_beside_block() {
    let world = World::leak();
    let x = object([0, 0]);
    let mut first = Thread::new(world);
    assert!(world.expect_thread());
    let other = thread::spawn(move || {
        let mut t = Thread::new(world);
        t.commit().unwrap();
        t.w.detached(true, || ());
        t.begin();
        t.atomic(|t| increment(t, x));
        t.commit().unwrap();
        t.end();
    });
    first.commit().unwrap();
    world.try_solo();
    first.begin();
    first.atomic(|t| increment(t, x));
    first.commit().unwrap();
    world.be_concurrent();
    other.join().unwrap();
    assert_eq!(x.words[0].load(Relaxed), 2, "a lost update");
    first.begin();
    first.end();
}
