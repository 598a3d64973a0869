//! Counters of the heap.

/// A snapshot.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    /// bytes in blocks that hold objects
    pub in_use: usize,
    /// bytes handed out since the last collection
    pub since_collection: usize,
    /// bytes after which the next collection is due
    pub threshold: usize,
    /// blocks that hold objects
    pub blocks: usize,
}
