//! The heap: the reserved range, taking and freeing blocks, lookup of any word, sweeping.

use crate::block::*;
use crate::cores::Cores;
use crate::external;
use crate::local::Run;
use crate::stats::Stats;
use std::ptr::NonNull;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::time::{Duration, Instant};

/// Least bytes between collections for each thread that allocates: marking what a program has after start-up then costs a few
/// percent of the time in which it allocates so much.
const MIN_THRESHOLD: usize = 64 << 20;
/// The heap's first bytes keep to small pages, so that small programs stay small.
const SMALL_PAGES: usize = 4 << 20;
const LARGE_PAGE: usize = 2 << 20;

/// `taken` of a free block whose memory the system has. Below: how often it was looked at, and was free and more than enough.
const RELEASED: u8 = u8::MAX;
/// Are the pages of a released block zeros when they are touched again?
const RELEASED_IS_ZERO: bool = cfg!(target_os = "linux");
/// So often before its memory is given back: what a program lets go of, it often needs soon again, and a fresh page costs
/// more than using an old one.
const PATIENCE: u8 = 4;
/// Time between looking and looking again, at the least.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

impl Descriptor {
    /// The free block is more than enough. Is its memory to be given back now?
    fn ages(&self) -> bool {
        let age = self.taken.load(Relaxed);
        if age == RELEASED {
            return false;
        }
        let due = age + 1 >= PATIENCE;
        self.taken.store(if due { RELEASED } else { age + 1 }, Relaxed);
        due
    }
}

/// The process's heap.
pub struct Heap {
    base: usize,
    blocks: usize,
    table: *mut Descriptor,
    free: Mutex<FreeBlocks>,
    /// per size class and space: blocks with free cells
    partial: Vec<Mutex<Vec<usize>>>,
    /// likewise: what threads that have ended since the last sweep have left of their runs
    left: Vec<Mutex<Vec<Run>>>,
    in_use: AtomicUsize,
    since: AtomicUsize,
    threshold: AtomicUsize,
    shares: Shares,
    limit: AtomicUsize,
    /// bytes outside of the heap after the last collection
    external: AtomicUsize,
    /// collect at every N-th slow allocation; 0: never forced
    every: AtomicUsize,
    slow_calls: AtomicUsize,
    poison: AtomicBool,
    pub(crate) queue: Mutex<Vec<usize>>,
}
// SAFETY: the raw pointer is to a table of atomics that lives as long as the process.
unsafe impl Sync for Heap {}
// SAFETY: as above.
unsafe impl Send for Heap {}

/// Free runs of blocks (start, length), sorted, and the first block never used.
#[derive(Default)]
struct FreeBlocks {
    runs: Vec<(usize, usize)>,
    next: usize,
    /// when it was looked for memory to give back
    looked: Option<Instant>,
}

/// Free blocks in a row that somebody has taken.
#[derive(Default)]
pub(crate) struct FreshBlocks {
    next: usize,
    end: usize,
    /// the system has not given their memory yet
    never_used: bool,
}
impl FreshBlocks {
    pub(crate) fn is_empty(&self) -> bool {
        self.next == self.end
    }
    fn len(&self) -> usize {
        self.end - self.next
    }
}

/// How the threads shared what was allocated since the last collection.
#[derive(Default)]
struct Shares {
    all: AtomicUsize,
    most: AtomicUsize,
}
impl Shares {
    fn add(&self, bytes: usize) {
        self.all.fetch_add(bytes, Relaxed);
        self.most.fetch_max(bytes, Relaxed);
    }
    /// How many threads that allocate as much as the busiest one would have allocated so much; no more than there are cores.
    /// Begins anew.
    fn take(&self) -> f64 {
        let (all, most) = (self.all.swap(0, Relaxed), self.most.swap(0, Relaxed));
        if all == most {
            return 1.0;
        }
        (all as f64 / most as f64).min(Cores::get().count() as f64)
    }
}

fn reserve(bytes: usize) -> Option<usize> {
    // SAFETY: a fresh anonymous mapping; NORESERVE: memory is taken when it is touched.
    let p = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    if p == libc::MAP_FAILED { None } else { Some(p as usize) }
}
/// Asks for large pages from `SMALL_PAGES` bytes on: a heap that grows is touched for the first time in fewer faults.
fn ask_for_large_pages(base: usize, bytes: usize) {
    let from = (base + SMALL_PAGES).next_multiple_of(LARGE_PAGE);
    let end = base + bytes;
    #[cfg(target_os = "linux")]
    // SAFETY: advice about part of the reservation; it does not matter whether it is taken.
    unsafe {
        libc::madvise(from as *mut libc::c_void, end - from, libc::MADV_HUGEPAGE);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (from, end);
}

impl Default for Heap {
    fn default() -> Self {
        Heap::new()
    }
}
impl Heap {
    /// Reserves address space: as much as the system gives, 64 GiB at the most. Takes no memory yet.
    pub fn new() -> Heap {
        Cores::get();
        let mut bytes = 64usize << 30;
        let base = loop {
            if let Some(p) = reserve(bytes + BLOCK) {
                break p.next_multiple_of(BLOCK);
            }
            bytes /= 2;
            assert!(bytes >= 64 << 20, "the system gives no address space for the heap");
        };
        ask_for_large_pages(base, bytes);
        let blocks = bytes / BLOCK;
        let table = reserve(blocks * std::mem::size_of::<Descriptor>()).expect("address space for the heap's tables") as *mut Descriptor;
        external::set_due(MIN_THRESHOLD);
        Heap {
            base,
            blocks,
            table,
            free: Mutex::default(),
            partial: (0..CLASSES * SPACES).map(|_| Mutex::default()).collect(),
            left: (0..CLASSES * SPACES).map(|_| Mutex::default()).collect(),
            in_use: AtomicUsize::new(0),
            since: AtomicUsize::new(0),
            threshold: AtomicUsize::new(MIN_THRESHOLD),
            shares: Shares::default(),
            limit: AtomicUsize::new(usize::MAX),
            external: AtomicUsize::new(0),
            every: AtomicUsize::new(0),
            slow_calls: AtomicUsize::new(0),
            poison: AtomicBool::new(false),
            queue: Mutex::default(),
        }
    }
    /// Bytes that objects may take; beyond it [`LocalAlloc::alloc`](crate::LocalAlloc::alloc) gives None.
    /// What they hold outside of the heap counts too.
    pub fn set_limit(&self, bytes: usize) {
        self.limit.store(bytes, Relaxed);
        let left = bytes.saturating_sub(self.in_use.load(Relaxed));
        let due = self.external.load(Relaxed).saturating_add(self.threshold.load(Relaxed));
        external::set_due(due.min(left));
    }
    /// Bytes in blocks that hold objects, and those outside of the heap.
    pub fn bytes_in_all(&self) -> usize {
        self.in_use.load(Relaxed) + external::bytes()
    }
    /// Has the memory outside of the heap grown so much that a collection is due?
    #[inline]
    pub fn is_external_due(&self) -> bool {
        external::is_due()
    }
    /// For tests: ask for a collection at every `n`-th slow allocation (0: off).
    pub fn set_collect_every(&self, n: usize) {
        self.every.store(n, Relaxed);
    }
    /// For tests: fill freed cells with a pattern.
    pub fn set_poison(&self, on: bool) {
        self.poison.store(on, Relaxed);
    }
    /// Bytes in blocks that hold objects.
    pub fn bytes_in_use(&self) -> usize {
        self.in_use.load(Relaxed)
    }
    /// Counters.
    pub fn stats(&self) -> Stats {
        let in_use = self.in_use.load(Relaxed);
        Stats {
            in_use,
            since_collection: self.since.load(Relaxed),
            threshold: self.threshold.load(Relaxed),
            blocks: in_use / BLOCK,
        }
    }
    #[inline(always)]
    pub(crate) fn descriptor(&self, block: usize) -> &Descriptor {
        debug_assert!(block < self.blocks);
        // SAFETY: the table has an entry for every block of the range; zeroed memory is a valid descriptor.
        unsafe { &*self.table.add(block) }
    }
    #[inline(always)]
    pub(crate) fn address(&self, block: usize) -> usize {
        self.base + block * BLOCK
    }

    /// Is every N-th slow allocation to be followed by a collection?
    pub(crate) fn is_forced(&self) -> bool {
        self.every.load(Relaxed) > 0
    }
    /// Is a collection due (or the limit reached) before `bytes` more are taken?
    pub(crate) fn is_due(&self, bytes: usize) -> bool {
        let every = self.every.load(Relaxed);
        if every > 0 && self.slow_calls.fetch_add(1, Relaxed) % every == every - 1 {
            return true;
        }
        let outside = external::bytes().saturating_sub(self.external.load(Relaxed));
        self.since.load(Relaxed) + outside + bytes > self.threshold.load(Relaxed) || self.is_over_limit(bytes)
    }
    /// Would `bytes` more pass the limit?
    pub fn is_over_limit(&self, bytes: usize) -> bool {
        self.bytes_in_all() + bytes > self.limit.load(Relaxed)
    }
    /// Stopped. What one thread has allocated since the last collection.
    pub(crate) fn note_share(&self, bytes: usize) {
        self.shares.add(bytes);
    }
    pub(crate) fn account(&self, bytes: usize) {
        self.since.fetch_add(bytes, Relaxed);
    }

    /// From `least` to `most` blocks in a row; None when the range is used up.
    pub(crate) fn take_blocks(&self, least: usize, most: usize) -> Option<FreshBlocks> {
        let mut f = lock(&self.free);
        let found = f.runs.iter().position(|r| r.1 >= least);
        let taken = match found {
            Some(i) => {
                let (start, len) = f.runs[i];
                let n = len.min(most);
                if len == n {
                    f.runs.remove(i);
                } else {
                    f.runs[i] = (start + n, len - n);
                }
                FreshBlocks {
                    next: start,
                    end: start + n,
                    never_used: false,
                }
            }
            None if f.next + least <= self.blocks => {
                let start = f.next;
                f.next = (start + most).min(self.blocks);
                FreshBlocks {
                    next: start,
                    end: f.next,
                    never_used: true,
                }
            }
            None => return None,
        };
        self.in_use.fetch_add(taken.len() * BLOCK, Relaxed);
        Some(taken)
    }
    /// Is block `b` of them zeros?
    fn is_zero(&self, of: &FreshBlocks, b: usize) -> bool {
        of.never_used || self.descriptor(b).taken.load(Relaxed) == RELEASED && RELEASED_IS_ZERO
    }
    /// A block of a size class that is partly used.
    pub(crate) fn take_partial(&self, class: usize, space: Space) -> Option<usize> {
        let b = lock(&self.partial[class * SPACES + space as usize]).pop()?;
        self.descriptor(b).taken.store(1, Relaxed);
        Some(b)
    }
    /// A thread ends that has allocated in this run, whose cells are of the `i`th size class and space. Threads that start take
    /// it up: otherwise each would begin with fresh memory for each kind of object.
    pub(crate) fn leave(&self, i: usize, run: Run) {
        lock(&self.left[i]).push(run);
    }
    /// See [`Heap::leave`].
    pub(crate) fn take_left(&self, i: usize) -> Option<Run> {
        lock(&self.left[i]).pop()
    }
    /// The first of these blocks is one of a size class now; are its cells zeros?
    pub(crate) fn take_fresh(&self, of: &mut FreshBlocks, class: usize, space: Space) -> Option<(usize, bool)> {
        if of.is_empty() {
            return None;
        }
        let b = of.next;
        of.next += 1;
        let zeros = self.is_zero(of, b);
        let d = self.descriptor(b);
        d.class.store(class as u8, Relaxed);
        d.set_space(space);
        d.cell.store(cell_size(class) as u32, Relaxed);
        d.taken.store(1, Relaxed);
        d.state.store(state::SMALL, Release);
        Some((b, zeros))
    }
    /// A large object: whole blocks, zeroed.
    pub(crate) fn take_large(&self, size: usize, space: Space) -> Option<NonNull<u8>> {
        let n = size.div_ceil(BLOCK);
        let blocks = self.take_blocks(n, n)?;
        let b = blocks.next;
        let zeros = (b..b + n).all(|b| self.is_zero(&blocks, b));
        for i in 1..n {
            let d = self.descriptor(b + i);
            d.cell.store(i as u32, Relaxed);
            d.state.store(state::CONTINUED, Release);
        }
        let d = self.descriptor(b);
        d.cell.store(n as u32, Relaxed);
        d.set_space(space);
        d.alloc[0].store(1, Relaxed);
        d.state.store(state::LARGE, Release);
        let p = self.address(b) as *mut u8;
        if !zeros {
            // SAFETY: the blocks are ours alone.
            unsafe { p.write_bytes(0, n * BLOCK) };
        }
        NonNull::new(p)
    }

    /// Is it an address in the heap, of something allocated or not?
    pub fn contains(&self, word: u64) -> bool {
        (word as usize).wrapping_sub(self.base) / BLOCK < self.blocks
    }
    /// The start of the allocated cell that `word` points to or into.
    #[inline]
    pub fn find(&self, word: u64) -> Option<NonNull<u8>> {
        let offset = (word as usize).wrapping_sub(self.base);
        let block = offset / BLOCK;
        if block >= self.blocks {
            return None;
        }
        let d = self.descriptor(block);
        let (start, granule, d) = match d.state.load(Acquire) {
            state::SMALL => {
                let cell = d.cell.load(Relaxed) as usize;
                let at = offset % BLOCK / cell * cell;
                if at + cell > BLOCK {
                    return None;
                }
                (self.address(block) + at, at / GRANULE, d)
            }
            state::LARGE => (self.address(block), 0, d),
            state::CONTINUED => {
                let first = block - d.cell.load(Relaxed) as usize;
                (self.address(first), 0, self.descriptor(first))
            }
            _ => return None,
        };
        if d.alloc[granule / 64].load(Relaxed) & 1 << (granule % 64) == 0 {
            return None;
        }
        let p = NonNull::new(start as *mut u8)?;
        if kind_of(p) == 0 { None } else { Some(p) }
    }
    /// Marks a cell start. The space of the object if it was not marked before.
    #[inline]
    pub(crate) fn set_mark(&self, p: usize) -> Option<Space> {
        let offset = p - self.base;
        let (block, granule) = (offset / BLOCK, offset % BLOCK / GRANULE);
        let bit = 1u64 << (granule % 64);
        let d = self.descriptor(block);
        let word = &d.mark[granule / 64];
        (word.load(Relaxed) & bit == 0 && word.fetch_or(bit, Relaxed) & bit == 0).then(|| d.space())
    }
    /// Does this object lie in a leaf space? For objects of this heap.
    pub fn is_leaf(&self, p: NonNull<u8>) -> bool {
        let block = (p.as_ptr() as usize).wrapping_sub(self.base) / BLOCK;
        block < self.blocks && self.descriptor(block).space().is_leaf()
    }
    /// Is this object marked? For objects of this heap.
    pub fn is_marked(&self, p: NonNull<u8>) -> bool {
        let offset = (p.as_ptr() as usize).wrapping_sub(self.base);
        let (block, granule) = (offset / BLOCK, offset % BLOCK / GRANULE);
        block < self.blocks && self.descriptor(block).mark[granule / 64].load(Relaxed) & 1 << (granule % 64) != 0
    }
    fn used_blocks(&self) -> usize {
        lock(&self.free).next
    }
    /// Stopped. Forgets all marks.
    pub fn start_marking(&self) {
        for b in 0..self.used_blocks() {
            let d = self.descriptor(b);
            if matches!(d.state.load(Relaxed), state::SMALL | state::LARGE) {
                d.mark.iter().for_each(|w| w.store(0, Relaxed));
            }
        }
        lock(&self.queue).clear();
    }
    /// Stopped. Frees everything that is not marked; `on_free` sees each unmarked cell with a destructor first,
    /// `on_dead` every unmarked cell. Threads must have given up their runs (`LocalAlloc::retire`), or keep what they hold:
    /// a run's unused cells stay theirs only until here.
    pub fn sweep(&self, on_free: &dyn Fn(NonNull<u8>), on_dead: Option<&dyn Fn(NonNull<u8>)>) {
        let used = self.used_blocks();
        let poison = self.poison.load(Relaxed);
        let mut runs: Vec<(usize, usize)> = Vec::new();
        let mut partial: Vec<Vec<usize>> = vec![Vec::new(); CLASSES * SPACES];
        let mut live = 0;
        let mut b = 0;
        let release = |runs: &mut Vec<(usize, usize)>, b: usize, n: usize| match runs.last_mut() {
            Some(r) if r.0 + r.1 == b => r.1 += n,
            _ => runs.push((b, n)),
        };
        while b < used {
            let d = self.descriptor(b);
            match d.state.load(Relaxed) {
                state::SMALL => {
                    if d.space().has_drop() || poison || on_dead.is_some() {
                        self.sweep_cells(b, on_free, on_dead, poison);
                    }
                    let mut any = false;
                    for (a, m) in d.alloc.iter().zip(&d.mark) {
                        let m = m.load(Relaxed);
                        a.store(m, Relaxed);
                        any |= m != 0;
                    }
                    d.taken.store(0, Relaxed);
                    if any {
                        live += BLOCK;
                        partial[d.class.load(Relaxed) as usize * SPACES + d.space() as usize].push(b);
                    } else {
                        self.give_back(b, 1);
                        release(&mut runs, b, 1);
                    }
                    b += 1;
                }
                state::LARGE => {
                    let n = d.cell.load(Relaxed) as usize;
                    if d.mark[0].load(Relaxed) & 1 == 0 {
                        let p = NonNull::new(self.address(b) as *mut u8);
                        if let Some(p) = p
                            && kind_of(p) != 0
                        {
                            if let Some(f) = on_dead {
                                f(p);
                            }
                            if d.space().has_drop() {
                                on_free(p);
                            }
                        }
                        d.alloc[0].store(0, Relaxed);
                        self.give_back(b, n);
                        release(&mut runs, b, n);
                    } else {
                        live += n * BLOCK;
                    }
                    b += n;
                }
                _ => {
                    release(&mut runs, b, 1);
                    b += 1;
                }
            }
        }
        for (list, blocks) in self.partial.iter().zip(partial) {
            *lock(list) = blocks;
        }
        self.left.iter().for_each(|runs| lock(runs).clear());
        lock(&self.free).runs = runs;
        self.in_use.store(live, Relaxed);
        self.since.store(0, Relaxed);
        let outside = external::bytes();
        self.external.store(outside, Relaxed);
        let least = (MIN_THRESHOLD as f64 * self.shares.take()) as usize;
        self.threshold.store(least.max(live + outside), Relaxed);
        self.set_limit(self.limit.load(Relaxed));
        self.give_memory_back();
    }
    /// Free blocks beyond those that will be used before the next collection become the system's memory again.
    fn give_memory_back(&self) {
        let mut free = lock(&self.free);
        if free.looked.is_some_and(|t| t.elapsed() < LOOK_AGAIN) {
            return;
        }
        free.looked = Some(Instant::now());
        let mut keep = self.threshold.load(Relaxed) / BLOCK;
        for &(start, n) in &free.runs {
            let kept = n.min(keep);
            keep -= kept;
            let mut b = start + kept;
            while b < start + n {
                let from = b;
                while b < start + n && self.descriptor(b).ages() {
                    b += 1;
                }
                if b > from {
                    // SAFETY: the blocks are free; their contents are not needed.
                    unsafe { libc::madvise(self.address(from) as *mut libc::c_void, (b - from) * BLOCK, libc::MADV_DONTNEED) };
                }
                b += 1;
            }
        }
    }
    /// Calls `on_free` for the unmarked cells of a block with destructors; fills freed cells when poisoning.
    fn sweep_cells(&self, b: usize, on_free: &dyn Fn(NonNull<u8>), on_dead: Option<&dyn Fn(NonNull<u8>)>, poison: bool) {
        let d = self.descriptor(b);
        let cell = d.cell.load(Relaxed) as usize;
        for at in (0..=BLOCK - cell).step_by(cell) {
            let g = at / GRANULE;
            let bit = 1u64 << (g % 64);
            if d.alloc[g / 64].load(Relaxed) & bit == 0 || d.mark[g / 64].load(Relaxed) & bit != 0 {
                continue;
            }
            let Some(p) = NonNull::new((self.address(b) + at) as *mut u8) else {
                continue;
            };
            if kind_of(p) == 0 {
                continue;
            }
            if let Some(f) = on_dead {
                f(p);
            }
            if d.space().has_drop() {
                on_free(p);
            }
            if poison {
                // SAFETY: the cell is free now; it is zeroed before it is used again.
                unsafe { p.as_ptr().write_bytes(0xDB, cell) };
            }
        }
    }
    /// Blocks become free.
    fn give_back(&self, b: usize, n: usize) {
        for i in 0..n {
            let d = self.descriptor(b + i);
            d.state.store(state::FREE, Relaxed);
            d.taken.store(0, Relaxed);
            d.alloc.iter().for_each(|w| w.store(0, Relaxed));
        }
    }
    /// Stopped. Every allocated cell and its size.
    pub fn for_each_object(&self, f: &mut dyn FnMut(NonNull<u8>, usize)) {
        for b in 0..self.used_blocks() {
            let d = self.descriptor(b);
            let (cell, count) = match d.state.load(Relaxed) {
                state::SMALL => (d.cell.load(Relaxed) as usize, BLOCK / d.cell.load(Relaxed) as usize),
                state::LARGE => (d.cell.load(Relaxed) as usize * BLOCK, 1),
                _ => continue,
            };
            for i in 0..count {
                if let Some(p) = self.find((self.address(b) + i * cell) as u64) {
                    f(p, cell);
                }
            }
        }
    }
}

/// The kind byte of a header; 0 = no object.
#[inline(always)]
pub(crate) fn kind_of(p: NonNull<u8>) -> u8 {
    // SAFETY: cells are at least 16 bytes of mapped memory; the kind is the byte at 12 (see vasuki_stm::Header).
    unsafe { (*p.as_ptr().add(12).cast::<std::sync::atomic::AtomicU8>()).load(Relaxed) }
}
pub(crate) fn lock<T>(m: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    m.lock().unwrap_or_else(|e| e.into_inner())
}
