//! Blocks: 32 KiB pieces of one reserved address range, each with a descriptor in a side table.

use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};

/// Bytes of a block.
pub const BLOCK: usize = 32 << 10;
/// Bytes of a granule: the alignment of cells, one bit in the maps.
pub const GRANULE: usize = 16;
/// Words of a block's bit maps.
pub const MAP_WORDS: usize = BLOCK / GRANULE / 64;
/// Largest object in a size class; larger ones get blocks of their own.
pub const MAX_SMALL: usize = 8192;

const STEPS: [usize; 16] = [
    640, 768, 896, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096, 5120, 6144, 7168, 8192,
];
/// Number of size classes.
pub const CLASSES: usize = 33 + STEPS.len();

/// Size class of an object of `size` bytes (1..=MAX_SMALL).
#[inline(always)]
pub fn class_of(size: usize) -> usize {
    if size <= 512 {
        size.div_ceil(GRANULE)
    } else {
        33 + STEPS.partition_point(|s| *s < size)
    }
}
/// Cell size of a class.
pub fn cell_size(class: usize) -> usize {
    if class <= 32 { class.max(1) * GRANULE } else { STEPS[class - 33] }
}

/// Which blocks an object lies in, by what the collector has to do for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Space {
    /// it refers to others
    Plain = 0,
    /// it refers to others, and has a destructor
    Drop = 1,
    /// it refers to nothing but what is a root: it is never looked at
    Leaf = 2,
    /// as `Leaf`, and has a destructor
    LeafDrop = 3,
}
/// Number of spaces.
pub const SPACES: usize = 4;
impl Space {
    const ALL: [Space; SPACES] = [Space::Plain, Space::Drop, Space::Leaf, Space::LeafDrop];
    /// The one for such objects with destructors.
    pub fn with_drop(self) -> Space {
        if self.is_leaf() { Space::LeafDrop } else { Space::Drop }
    }
    /// Do objects in it have destructors?
    #[inline(always)]
    pub fn has_drop(self) -> bool {
        self as u8 & 1 != 0
    }
    /// Do objects in it refer to nothing?
    #[inline(always)]
    pub fn is_leaf(self) -> bool {
        self as u8 & 2 != 0
    }
}

/// What a block holds.
pub mod state {
    /// nothing
    pub const FREE: u8 = 0;
    /// cells of one size class
    pub const SMALL: u8 = 1;
    /// the first block of a large object
    pub const LARGE: u8 = 2;
    /// a later block of a large object; `cell` counts back to the first
    pub const CONTINUED: u8 = 3;
}

/// Descriptor of a block. All-zero is a free block.
#[repr(C)]
pub struct Descriptor {
    /// see `state`
    pub state: AtomicU8,
    /// size class, of small blocks
    pub class: AtomicU8,
    /// see `Space`
    space: AtomicU8,
    /// a thread allocates in it, or it is full: not in the lists of partly free blocks; of FREE: its memory was given back
    pub taken: AtomicU8,
    /// cell size; of LARGE the number of blocks; of CONTINUED the distance to the first
    pub cell: AtomicU32,
    /// allocation bits
    pub alloc: [AtomicU64; MAP_WORDS],
    /// mark bits
    pub mark: [AtomicU64; MAP_WORDS],
}

impl Descriptor {
    /// Which objects it holds.
    #[inline(always)]
    pub fn space(&self) -> Space {
        Space::ALL[self.space.load(Relaxed) as usize % SPACES]
    }
    /// The first granule from this one on that an allocated cell begins with.
    #[inline]
    pub fn next_allocated(&self, from: usize) -> Option<usize> {
        let mut word = from / 64;
        let mut bits = self.alloc.get(word)?.load(Relaxed) & (u64::MAX << (from % 64));
        while bits == 0 {
            word += 1;
            bits = self.alloc.get(word)?.load(Relaxed);
        }
        Some(word * 64 + bits.trailing_zeros() as usize)
    }
    /// The block is taken for such objects.
    pub fn set_space(&self, s: Space) {
        self.space.store(s as u8, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn classes_fit() {
        for size in 1..=MAX_SMALL {
            let c = class_of(size);
            assert!(cell_size(c) >= size, "{size}");
            assert!(size <= 16 || cell_size(c) < size + size / 4 + 16, "{size}");
            assert!(c < CLASSES);
        }
    }
}
