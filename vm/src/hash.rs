//! Hashes of numbers (equal numbers of any type hash equal, as `sys.hash_info` says) and of text (keyed, SipHash-1-3).

use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;
use siphasher::sip::SipHasher13;
use std::hash::Hasher;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Numbers hash modulo this prime: 2^61 - 1.
pub const MODULUS: u64 = (1 << 61) - 1;
/// Hash of infinity.
pub const INF: i64 = 314159;
/// Multiplier of the imaginary part.
pub const IMAG: u64 = 1000003;

static KEY0: AtomicU64 = AtomicU64::new(0);
static KEY1: AtomicU64 = AtomicU64::new(0);

/// Sets the key of text hashes: from the seed (PYTHONHASHSEED), or random. Once, before any text is hashed.
pub fn seed(seed: Option<u32>) {
    let (a, b) = match seed {
        Some(0) => (0, 0),
        Some(n) => {
            // CPython's generator, so that a seed gives the same hashes.
            let mut x = n;
            let mut next = || {
                u64::from_le_bytes(std::array::from_fn(|_| {
                    x = x.wrapping_mul(214013).wrapping_add(2531011);
                    (x >> 16) as u8
                }))
            };
            (next(), next())
        }
        None => {
            use std::hash::BuildHasher;
            let s = std::hash::RandomState::new();
            (s.hash_one(1), s.hash_one(2))
        }
    };
    KEY0.store(a, Relaxed);
    KEY1.store(b, Relaxed);
}
/// -1 is not a hash.
#[inline(always)]
pub fn fix(h: i64) -> i64 {
    if h == -1 { -2 } else { h }
}
/// Hash of bytes (of the characters of a str too).
pub fn bytes(b: &[u8]) -> i64 {
    if b.is_empty() {
        return 0;
    }
    let mut h = SipHasher13::new_with_keys(KEY0.load(Relaxed), KEY1.load(Relaxed));
    h.write(b);
    fix(h.finish() as i64)
}
/// Hash of an int.
#[inline(always)]
pub fn int(n: i64) -> i64 {
    if n.unsigned_abs() < MODULUS {
        return fix(n);
    }
    let h = (n.unsigned_abs() % MODULUS) as i64;
    fix(if n < 0 { -h } else { h })
}
/// Hash of a big int.
pub fn bigint(n: &BigInt) -> i64 {
    let h = (n.magnitude() % MODULUS).to_i64().unwrap_or(0);
    fix(if n.sign() == Sign::Minus { -h } else { h })
}
/// Hash of a float; equal to that of an equal int or fraction. A NaN hashes as the object that it is.
pub fn float(f: f64) -> i64 {
    if f.is_infinite() {
        return if f > 0.0 { INF } else { -INF };
    }
    if f.is_nan() {
        return crate::types::object::hash_of(crate::value::Value::float(f));
    }
    if f == 0.0 {
        return 0;
    }
    if f.abs() < (1u64 << 60) as f64 && f == f.trunc() {
        return fix(f as i64);
    }
    let bits = f.to_bits();
    let exp = ((bits >> 52) & 0x7FF) as i64;
    let frac = bits & ((1 << 52) - 1);
    let (m, e) = if exp == 0 { (frac, -1074) } else { (frac | 1 << 52, exp - 1075) };
    // m * 2^e modulo 2^61 - 1: a power of two rotates 61 bits.
    let r = e.rem_euclid(61) as u32;
    let x = if r == 0 { m } else { ((m << r) & MODULUS) | (m >> (61 - r)) };
    let x = (x % MODULUS) as i64;
    fix(if f < 0.0 { -x } else { x })
}
/// Hash of a complex number.
pub fn complex(re: f64, im: f64) -> i64 {
    let h = (float(re) as u64).wrapping_add(IMAG.wrapping_mul(float(im) as u64));
    fix(h as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn numbers_hash_as_sys_hash_info_says() {
        assert_eq!(int(-1), -2);
        assert_eq!(float(1.5), 1152921504606846977);
        assert_eq!(float(0.1), 230584300921369408);
        assert_eq!(float(-0.1), -230584300921369408);
        assert_eq!(
            float(1e100),
            bigint(&BigInt::parse_bytes(format!("{:.0}", 1e100).as_bytes(), 10).unwrap_or_default())
        );
        assert_eq!(float(2f64.powi(61)), 1);
        assert_eq!(complex(1.0, 0.0), 1);
    }
}
