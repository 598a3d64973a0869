//! Counters for `--stats`.

use vasuki_stm::World;

/// Totals over all threads, those that ended included.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    /// transactions that committed
    pub commits: u64,
    /// transactions that were undone
    pub aborts: u64,
    /// transactions that became irrevocable
    pub irrevocable: u64,
}
/// The totals now.
pub fn collect() -> Stats {
    let (commits, aborts, irrevocable) = World::global().totals();
    Stats {
        commits,
        aborts,
        irrevocable,
    }
}
