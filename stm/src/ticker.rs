//! The ticker: asks every attached thread for a boundary now and then, while more than one runs.

use crate::world::{World, poll};
use std::time::Duration;

/// Time between ticks.
const PERIOD: Duration = Duration::from_millis(2);

/// Starts the ticker thread. It ends when the world is solo again.
pub(crate) fn start(world: &'static World) {
    let started = std::thread::Builder::new()
        .name("vasuki-ticker".into())
        .stack_size(64 << 10)
        .spawn(move || {
            loop {
                std::thread::sleep(PERIOD);
                if !world.tick() {
                    return;
                }
            }
        });
    if started.is_err() {
        // Without a ticker transactions end at blocking calls only; each thread still makes progress.
        world.for_each(&mut |t| t.request(poll::TICK));
        world.ticker_failed();
    }
}
