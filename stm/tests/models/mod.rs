//! The models. Two threads and two objects are enough for most of what can go wrong (Guerraoui et al., PLDI'08).

pub mod cards;
pub mod commit;
pub mod elision;
pub mod irrevocable;
pub mod open;
pub mod pairs;
pub mod parts;
pub mod read;
pub mod retry;
pub mod stop;
pub mod world;

use crate::common::Thread;
use loom::thread;
use vasuki_stm::World;

/// Runs `a` in the first thread of a concurrent world and `b` in the second.
fn two<A, B>(a: impl FnOnce(&mut Thread) -> A, b: impl FnOnce(&mut Thread) -> B + 'static) -> (A, B)
where
    B: 'static,
{
    let world = World::leak();
    let mut first = Thread::new(world);
    assert!(world.expect_thread());
    let other = thread::spawn(move || {
        let mut t = Thread::new(world);
        let r = b(&mut t);
        t.end();
        r
    });
    first.begin();
    let a = a(&mut first);
    let b = first.w.detached(true, || other.join().unwrap());
    first.end();
    (a, b)
}
