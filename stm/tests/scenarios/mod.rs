//! The scenarios.

pub mod data;
pub mod waiting;
pub mod world;

use crate::common::Thread;
use shuttle::thread;
use vasuki_stm::World;

/// A thread of a scenario.
pub type Body = Box<dyn FnOnce(&mut Thread) + Send>;

/// Runs the bodies, each in a thread of its own, all in one world.
fn in_threads(bodies: Vec<Body>) {
    let world = World::leak();
    let first = Thread::new(world);
    let start = |body: Body| {
        assert!(world.expect_thread());
        thread::spawn(move || {
            let mut t = Thread::new(world);
            body(&mut t);
            t.end();
        })
    };
    let threads: Vec<_> = bodies.into_iter().map(start).collect();
    first.w.detached(true, || threads.into_iter().for_each(|t| t.join().unwrap()));
    first.end();
}
/// A body.
fn body(f: impl FnOnce(&mut Thread) + Send + 'static) -> Body {
    Box::new(f)
}
