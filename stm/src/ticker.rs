//! The ticker: asks every attached thread for a boundary now and then, while more than one runs. Not all at the same time: threads
//! that commit to the same object would wait for each other.

#[cfg(not(any(loom, shuttle)))]
use crate::os_thread::{self, OsThread};
use crate::world::World;

/// Time between ticks for a thread.
#[cfg(not(any(loom, shuttle)))]
const PERIOD: std::time::Duration = std::time::Duration::from_millis(2);

/// Parts of this time: in each of them some threads have their turn.
#[cfg(not(any(loom, shuttle)))]
pub(crate) const TURNS: u32 = 2;

/// Starts the ticker thread, which ends when the world is solo again. False: it could not be started; transactions then
/// end at blocking calls, and when others ask for it.
#[cfg(not(any(loom, shuttle)))]
pub(crate) fn start(world: &'static World) -> bool {
    let run = move |mut me: OsThread| {
        me.started();
        for turn in (0..TURNS).cycle() {
            std::thread::sleep(PERIOD / TURNS);
            if !world.tick(turn) {
                return;
            }
        }
    };
    let thread = std::thread::Builder::new().name("vasuki-ticker".into()).stack_size(64 << 10);
    os_thread::spawn(thread, run).is_ok()
}
/// Models have none: they ask for boundaries themselves.
#[cfg(any(loom, shuttle))]
pub(crate) fn start(_: &'static World) -> bool {
    true
}
