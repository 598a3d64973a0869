//! Keccak-f[1600] and the sponge of SHA-3 and SHAKE (FIPS 202).

const ROUNDS: [u64; 24] = {
    // The round constants come from an 8-bit shift register.
    let (mut out, mut r, mut i) = ([0; 24], 1u16, 0);
    while i < 24 {
        let mut j = 0;
        while j < 7 {
            if r & 1 != 0 {
                out[i] |= 1u64 << ((1 << j) - 1);
            }
            r <<= 1;
            if r & 0x100 != 0 {
                r ^= 0x171;
            }
            j += 1;
        }
        i += 1;
    }
    out
};
const ROTATIONS: [u32; 24] = [
    1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
];
const LANES: [usize; 24] = [
    10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1,
];

fn permute(a: &mut [u64; 25]) {
    for round in ROUNDS {
        let mut c = [0u64; 5];
        for x in 0..5 {
            c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        }
        for x in 0..5 {
            let d = c[(x + 4) % 5] ^ c[(x + 1) % 5].rotate_left(1);
            for y in 0..5 {
                a[x + 5 * y] ^= d;
            }
        }
        let mut last = a[1];
        for (lane, rotation) in LANES.into_iter().zip(ROTATIONS) {
            let next = a[lane];
            a[lane] = last.rotate_left(rotation);
            last = next;
        }
        for row in a.as_chunks_mut::<5>().0 {
            let old = *row;
            for x in 0..5 {
                row[x] = old[x] ^ (!old[(x + 1) % 5] & old[(x + 2) % 5]);
            }
        }
        a[0] ^= round;
    }
}

/// A sponge that has absorbed some data.
#[derive(Clone)]
pub(crate) struct Sponge {
    state: [u64; 25],
    /// bytes of a block
    pub rate: usize,
    /// bytes absorbed of the present block
    at: usize,
    /// domain bits and first padding bit
    pub suffix: u8,
}
impl Sponge {
    pub fn new(rate: usize, suffix: u8) -> Sponge {
        Sponge {
            state: [0; 25],
            rate,
            at: 0,
            suffix,
        }
    }
    fn xor(&mut self, at: usize, b: u8) {
        self.state[at / 8] ^= (b as u64) << (at % 8 * 8);
    }
    pub fn update(&mut self, mut data: &[u8]) {
        while !data.is_empty() {
            if self.at == 0 && data.len() >= self.rate {
                for (lane, b) in self.state.iter_mut().zip(data[..self.rate].as_chunks::<8>().0) {
                    *lane ^= u64::from_le_bytes(*b);
                }
                data = &data[self.rate..];
                permute(&mut self.state);
                continue;
            }
            self.xor(self.at, data[0]);
            data = &data[1..];
            self.at += 1;
            if self.at == self.rate {
                permute(&mut self.state);
                self.at = 0;
            }
        }
    }
    /// The first `len` bytes of output.
    pub fn digest(&self, len: usize) -> Vec<u8> {
        let mut s = self.clone();
        s.xor(s.at, s.suffix);
        s.xor(s.rate - 1, 0x80);
        let mut out = Vec::with_capacity(len);
        while out.len() < len {
            permute(&mut s.state);
            let block = s.state.iter().flat_map(|l| l.to_le_bytes()).take(s.rate);
            out.extend(block.take(len - out.len()));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    fn hex(b: &[u8]) -> String {
        b.iter().map(|b| format!("{b:02x}")).collect()
    }
    #[test]
    fn known_digests() {
        let mut s = Sponge::new(136, 6);
        assert_eq!(
            hex(&s.digest(32)),
            "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"
        );
        s.update(b"abc");
        assert_eq!(
            hex(&s.digest(32)),
            "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"
        );
        let s = Sponge::new(168, 0x1F);
        assert_eq!(hex(&s.digest(16)), "7f9c2ba4e88f827d616045507605853e");
        let (mut a, mut b) = (Sponge::new(72, 6), Sponge::new(72, 6));
        let data: Vec<u8> = (0..1000u32).map(|n| n as u8).collect();
        a.update(&data);
        data.chunks(7).for_each(|c| b.update(c));
        assert_eq!(a.digest(64), b.digest(64));
    }
}
