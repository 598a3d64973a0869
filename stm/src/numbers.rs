//! Owner numbers: what `meta` words name threads by.
//!
//! What a thread owned while it was concurrent keeps the thread's number when the world goes solo, and solo code may store
//! it anywhere without publishing it. So the number is *retired* when the world goes concurrent again, and the thread gets
//! another one: objects with a retired owner count as SHARED with version 0, as those of the solo owner do. A full
//! collection can give all live objects of retired owners version 0, and with that the numbers back ([`World::renew`]).
//!
//! [`World::renew`]: crate::World::renew

use crate::sync::atomic::{AtomicU64, Ordering};

/// Numbers are below this one.
const COUNT: usize = if cfg!(any(loom, shuttle)) { 64 } else { 1 << 15 };
/// Going solo costs a number later: it is done while more than these are left.
const RESERVE: usize = COUNT / 4;

/// Which numbers are retired. Changed only while no other thread is attached.
pub(crate) struct Retired(Box<[AtomicU64]>);
impl Retired {
    /// Numbers are below this one.
    pub(crate) const COUNT: usize = COUNT;
    pub(crate) fn new() -> Retired {
        Retired((0..COUNT / 64).map(|i| AtomicU64::new(u64::from(i == 0))).collect())
    }
    #[inline]
    pub(crate) fn has(&self, n: u16) -> bool {
        self.0[n as usize / 64].load(Ordering::Relaxed) & 1 << (n % 64) != 0
    }
    fn add(&self, n: u16) {
        self.0[n as usize / 64].fetch_or(1 << (n % 64), Ordering::Relaxed);
    }
    fn clear(&self) {
        for (i, w) in self.0.iter().enumerate() {
            w.store(u64::from(i == 0), Ordering::Relaxed);
        }
    }
}

/// Who may have which number: under the lock of the world.
#[derive(Default)]
pub(crate) struct Numbers {
    used: u16,
    free: Vec<u16>,
    retired: Vec<u16>,
}
impl Numbers {
    pub(crate) fn left(&self) -> usize {
        COUNT - 1 - self.used as usize + self.free.len()
    }
    /// May the world go solo? It needs one more number afterwards.
    pub(crate) fn plenty(&self) -> bool {
        self.left() > RESERVE
    }
    pub(crate) fn take(&mut self) -> Option<u16> {
        if let Some(n) = self.free.pop() {
            return Some(n);
        }
        if self.left() == 0 {
            return None;
        }
        self.used += 1;
        Some(self.used)
    }
    /// Of a thread that has ended: what is still private to it is unreachable.
    pub(crate) fn give_back(&mut self, n: u16) {
        self.free.push(n);
    }
    pub(crate) fn retire(&mut self, n: u16, bits: &Retired) {
        bits.add(n);
        self.retired.push(n);
    }
    pub(crate) fn retired(&self) -> usize {
        self.retired.len()
    }
    /// No object has a retired owner any more.
    pub(crate) fn renew(&mut self, bits: &Retired) {
        bits.clear();
        self.free.append(&mut self.retired);
    }
}
