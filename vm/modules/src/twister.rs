//! The Mersenne Twister MT19937 of Matsumoto and Nishimura.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

/// Words of state.
pub(crate) const N: usize = 624;
const M: usize = 397;

/// A generator. When `index` is `N`, the next output makes all words anew; when it is more, there are none yet. Whoever has
/// no right to the rest may look at the index.
pub(crate) struct Twister {
    pub(crate) words: [u32; N],
    pub(crate) index: AtomicU64,
}
impl Clone for Twister {
    fn clone(&self) -> Twister {
        Twister {
            words: self.words,
            index: AtomicU64::new(self.index.load(Relaxed)),
        }
    }
}
impl Twister {
    /// All zero: to be seeded.
    pub(crate) const fn new() -> Twister {
        Twister {
            words: [0; N],
            index: AtomicU64::new(N as u64 + 1),
        }
    }
    fn seed(&mut self, seed: u32) {
        self.words[0] = seed;
        for i in 1..N {
            let before = self.words[i - 1];
            self.words[i] = 1_812_433_253u32.wrapping_mul(before ^ (before >> 30)).wrapping_add(i as u32);
        }
        self.index.store(N as u64, Relaxed);
    }
    /// Seeds with a key of any length but zero.
    pub(crate) fn seed_by(&mut self, key: &[u32]) {
        self.seed(19_650_218);
        let mix = |w: &[u32; N], i: usize, by: u32| w[i] ^ (w[i - 1] ^ (w[i - 1] >> 30)).wrapping_mul(by);
        let (mut i, mut j) = (1, 0);
        for _ in 0..N.max(key.len()) {
            self.words[i] = mix(&self.words, i, 1_664_525).wrapping_add(key[j]).wrapping_add(j as u32);
            i += 1;
            j = (j + 1) % key.len();
            if i == N {
                self.words[0] = self.words[N - 1];
                i = 1;
            }
        }
        for _ in 0..N - 1 {
            self.words[i] = mix(&self.words, i, 1_566_083_941).wrapping_sub(i as u32);
            i += 1;
            if i == N {
                self.words[0] = self.words[N - 1];
                i = 1;
            }
        }
        self.words[0] = 0x8000_0000;
    }
    /// Seeds from the operating system.
    pub(crate) fn seed_by_system(&mut self) {
        let mut bytes = [0u8; N * 4];
        if !fill_by_system(&mut bytes) {
            // Too early in the life of the machine: what differs between processes has to do.
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos());
            let stack = (&raw const bytes).addr() as u32;
            return self.seed_by(&[now as u32, (now >> 32) as u32, std::process::id(), stack]);
        }
        let mut key = [0; N];
        for (k, b) in key.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *k = u32::from_le_bytes(*b);
        }
        self.seed_by(&key);
    }
    #[cold]
    fn renew(&mut self) {
        let w = &mut self.words;
        for i in 0..N {
            let y = (w[i] & 0x8000_0000) | (w[(i + 1) % N] & 0x7FFF_FFFF);
            w[i] = w[(i + M) % N] ^ (y >> 1) ^ if y & 1 == 0 { 0 } else { 0x9908_B0DF };
        }
        self.index.store(0, Relaxed);
    }
    /// It is to be seeded again.
    pub(crate) fn forget(&mut self) {
        self.index.store(N as u64 + 1, Relaxed);
    }
    /// Must it be seeded first?
    pub(crate) fn is_new(&self) -> bool {
        self.index.load(Relaxed) > N as u64
    }
    /// Outputs that it can give before it makes all words anew.
    #[inline]
    pub(crate) fn left(&self) -> usize {
        N.saturating_sub(self.index.load(Relaxed) as usize)
    }
    /// 32 random bits.
    #[inline]
    pub(crate) fn next(&mut self) -> u32 {
        if self.left() == 0 {
            self.renew();
        }
        let index = self.index.load(Relaxed);
        self.index.store(index + 1, Relaxed);
        let mut y = self.words[index as usize];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C_5680;
        y ^= (y << 15) & 0xEFC6_0000;
        y ^ (y >> 18)
    }
    /// A float in [0, 1) with 53 random bits.
    #[inline]
    pub(crate) fn next_float(&mut self) -> f64 {
        let (a, b) = (self.next() >> 5, self.next() >> 6);
        (f64::from(a) * 67_108_864.0 + f64::from(b)) * (1.0 / 9_007_199_254_740_992.0)
    }
}

/// Fills a buffer with random bytes of the system; false if it has none yet.
fn fill_by_system(b: &mut [u8]) -> bool {
    let mut done = 0;
    while done < b.len() {
        let rest = &mut b[done..];
        // SAFETY: the buffer has that length.
        let n = unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), libc::GRND_NONBLOCK) };
        match usize::try_from(n) {
            Ok(n) => done += n,
            Err(_) if crate::support::errno() == libc::EINTR => {}
            Err(_) => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn first_outputs_of_the_reference_implementation() {
        let mut t = Twister::new();
        t.seed_by(&[0x123, 0x234, 0x345, 0x456]);
        assert_eq!([t.next(), t.next(), t.next()], [1_067_595_299, 955_945_823, 477_289_528]);
    }
}
