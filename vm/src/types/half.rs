//! Half-precision floats: the format `e`.

use crate::types::int::ldexp;

/// A double as a half, rounded half to even; None when it is too large.
pub fn from_f64(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
    if x.is_nan() {
        return Some(sign | 0x7E00);
    }
    if x.is_infinite() {
        return Some(sign | 0x7C00);
    }
    let a = x.abs();
    // Halves are multiples of 2**-24 below 2**-14, and have 11 bits above: round in that unit.
    let exponent = ((a.to_bits() >> 52) as i32 - 1023).max(-14);
    let units = ldexp(a, 10 - exponent).round_ties_even() as u32;
    let bits = if units == 0 { 0 } else { ((exponent + 14) as u32) * 0x400 + units };
    if bits >= 0x7C00 { None } else { Some(sign | bits as u16) }
}
/// A half as a double.
pub fn to_f64(h: u16) -> f64 {
    let (e, m) = (h as i32 >> 10 & 31, (h & 0x3FF) as f64);
    let x = match e {
        0 => ldexp(m, -24),
        31 if m == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => ldexp(m + 1024.0, e - 25),
    };
    if h & 0x8000 != 0 { -x } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn every_half_survives() {
        for h in 0..=u16::MAX {
            let x = to_f64(h);
            if !x.is_nan() {
                assert_eq!(from_f64(x), Some(h), "{h:#x}");
            }
        }
        assert_eq!(from_f64(65520.0), None);
        assert_eq!(from_f64(65519.0), Some(0x7BFF));
        assert_eq!(from_f64(5.0 / 3.0 * 2f64.powi(-25)), Some(1));
        assert_eq!(from_f64(2f64.powi(-25)), Some(0));
    }
}
