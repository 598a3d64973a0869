//! Allocation by one thread: runs of free cells per size class, bumped through.

use crate::block::*;
use crate::heap::{FreshBlocks, Heap};
use std::ptr::NonNull;
use std::sync::atomic::Ordering::Relaxed;

/// Where a thread allocates in a block.
#[derive(Clone, Copy, Default)]
pub(crate) struct Run {
    cur: usize,
    end: usize,
    /// block number plus one; 0 = none
    block: usize,
    /// offset in the block after the run
    next: usize,
    /// the block is zeros as the system gave it
    fresh: bool,
}

/// Blocks that a thread takes at once when it has taken many: then threads that allocate side by side seldom meet at the heap.
const MOST_AT_ONCE: usize = 8;

/// A thread's allocator.
pub struct LocalAlloc {
    heap: &'static Heap,
    runs: [Run; CLASSES * SPACES],
    /// there are no more partly used blocks until the next sweep
    no_partial: [bool; CLASSES * SPACES],
    /// free blocks that are this thread's until the next sweep
    stock: FreshBlocks,
    /// so many blocks are taken before the heap is asked again, and how many it was when it was asked last
    left: usize,
    at_once: usize,
    /// bytes taken since the last collection, but for those below
    taken: usize,
    /// bytes of runs that the heap has not been told of
    unaccounted: usize,
}

impl LocalAlloc {
    /// For a thread.
    pub fn new(heap: &'static Heap) -> LocalAlloc {
        LocalAlloc {
            heap,
            runs: [Run::default(); CLASSES * SPACES],
            no_partial: [false; CLASSES * SPACES],
            stock: FreshBlocks::default(),
            left: 0,
            at_once: 0,
            taken: 0,
            unaccounted: 0,
        }
    }
    /// `size` zeroed bytes, 16-byte aligned. None: collect first (or the limit is reached).
    #[inline(always)]
    pub fn alloc(&mut self, size: usize, space: Space) -> Option<NonNull<u8>> {
        if size <= 512 {
            let class = size.div_ceil(GRANULE);
            let r = &mut self.runs[class * SPACES + space as usize];
            let p = r.cur;
            let after = p + class * GRANULE;
            if after <= r.end {
                r.cur = after;
                return NonNull::new(p as *mut u8);
            }
        }
        self.slow(size, space, false)
    }
    /// `size` zeroed bytes, whether a collection is due or not, and whatever the limit is. None: the address space is
    /// used up.
    pub fn alloc_anyway(&mut self, size: usize, space: Space) -> Option<NonNull<u8>> {
        self.slow(size, space, true)
    }
    #[inline(never)]
    fn slow(&mut self, size: usize, space: Space, anyway: bool) -> Option<NonNull<u8>> {
        if size > MAX_SMALL {
            if !anyway && self.heap.is_due(size) {
                return None;
            }
            let p = self.heap.take_large(size, space)?;
            self.account(size.next_multiple_of(BLOCK));
            return Some(p);
        }
        let class = class_of(size);
        let i = class * SPACES + space as usize;
        let cell = cell_size(class);
        loop {
            let r = self.runs[i];
            if r.cur + cell <= r.end {
                self.runs[i].cur += cell;
                return NonNull::new(r.cur as *mut u8);
            }
            if r.block == 0 || !self.next_run(i, cell) {
                if let Some(left) = self.heap.take_left(i) {
                    self.runs[i] = left;
                    continue;
                }
                if self.left == 0 {
                    let bytes = std::mem::take(&mut self.unaccounted);
                    self.account(bytes);
                    let most = if self.heap.is_forced() { 1 } else { MOST_AT_ONCE };
                    let n = (self.at_once * 2).clamp(1, most);
                    if !anyway && self.heap.is_due(n * BLOCK) {
                        self.runs[i] = Run::default();
                        return None;
                    }
                    (self.left, self.at_once) = (n, n);
                }
                let (b, fresh) = self.take_block(class, space)?;
                self.left -= 1;
                self.runs[i] = Run {
                    cur: 0,
                    end: 0,
                    block: b + 1,
                    next: 0,
                    fresh,
                };
            }
        }
    }
    /// A block with free cells, and whether they are zeros.
    fn take_block(&mut self, class: usize, space: Space) -> Option<(usize, bool)> {
        let i = class * SPACES + space as usize;
        if !self.no_partial[i] {
            match self.heap.take_partial(class, space) {
                Some(b) => return Some((b, false)),
                None => self.no_partial[i] = true,
            }
        }
        if self.stock.is_empty() {
            self.stock = self.heap.take_blocks(1, self.left)?;
        }
        self.heap.take_fresh(&mut self.stock, class, space)
    }
    fn account(&mut self, bytes: usize) {
        self.heap.account(bytes);
        self.taken += bytes;
    }
    /// Takes the next run of free cells of the current block: sets their bits, zeroes them.
    fn next_run(&mut self, i: usize, cell: usize) -> bool {
        let r = &mut self.runs[i];
        let b = r.block - 1;
        let d = self.heap.descriptor(b);
        let is_free = |at: usize| {
            let g = at / GRANULE;
            d.alloc[g / 64].load(Relaxed) & 1 << (g % 64) == 0
        };
        let mut start = r.next;
        while start + cell <= BLOCK && !is_free(start) {
            start += cell;
        }
        if start + cell > BLOCK {
            return false;
        }
        // Only starts of cells have bits, so the next bit is where the run ends.
        let end = match d.next_allocated(start / GRANULE) {
            Some(g) => g * GRANULE,
            None => BLOCK - BLOCK % cell,
        };
        // Only this thread changes the bits of a block that it has taken: a load and a store do.
        let (mut word, mut bits) = (start / GRANULE / 64, 0u64);
        for g in (start / GRANULE..end / GRANULE).step_by(cell / GRANULE) {
            if g / 64 != word {
                d.alloc[word].store(d.alloc[word].load(Relaxed) | bits, Relaxed);
                (word, bits) = (g / 64, 0);
            }
            bits |= 1 << (g % 64);
        }
        d.alloc[word].store(d.alloc[word].load(Relaxed) | bits, Relaxed);
        r.next = end;
        let base = self.heap.address(b);
        (r.cur, r.end) = (base + start, base + end);
        if !r.fresh {
            // SAFETY: the cells were free, and are this thread's now.
            unsafe { (r.cur as *mut u8).write_bytes(0, end - start) };
        }
        self.unaccounted += end - start;
        true
    }
    /// The thread ends: others go on with its runs.
    pub fn end(&mut self) {
        for (i, run) in self.runs.iter_mut().enumerate() {
            if run.block != 0 {
                self.heap.leave(i, std::mem::take(run));
            }
        }
        let bytes = std::mem::take(&mut self.unaccounted);
        self.account(bytes);
    }
    /// Stopped, before a sweep: gives up all runs and blocks.
    pub fn retire(&mut self) {
        self.runs = [Run::default(); CLASSES * SPACES];
        self.no_partial = [false; CLASSES * SPACES];
        self.stock = FreshBlocks::default();
        (self.left, self.at_once) = (0, 0);
        self.heap
            .note_share(std::mem::take(&mut self.taken) + std::mem::take(&mut self.unaccounted));
    }
}
