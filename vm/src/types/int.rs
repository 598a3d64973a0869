//! `int`: layout, construction, arithmetic. Methods are in `int_methods`, parsing in `int_parse`.
//!
//! An int of 49 bits of exactly the class `int` is always an unboxed [`Value`]; a heap object of class `int` is always
//! larger. Instances of subclasses are heap objects of any size.

use crate::context::{ctx, leaf_space};
use crate::object::{Gc, Header, Kind, Layout, Obj};
use crate::ops::{BinOp, CmpOp};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use crate::types::int_divide::div_mod_floor;
use crate::value::{SMALL_MAX, SMALL_MIN, Value};
use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::borrow::Cow;

/// Layout of a heap int. Immutable.
#[repr(C)]
pub struct Int {
    header: Header,
    value: BigInt,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Int {
    const KIND: Kind = Kind::Int;
}
impl Gc<Int> {
    /// The number.
    #[inline]
    pub fn big(self) -> &'static BigInt {
        // SAFETY: immutable, and alive while the object is reachable from the caller's stack.
        unsafe { &(*self.as_ptr()).value }
    }
}

/// Frees the digits of a dead int.
/// # Safety
/// `o` is a dead object of kind Int; called once.
pub unsafe fn drop_digits(o: Obj) {
    // SAFETY: by the caller's promise.
    unsafe { std::ptr::drop_in_place(&raw mut (*(o.addr() as *mut Int)).value) }
}

/// A heap int of a class (int or a subclass).
pub fn new_of(th: &mut Thread, class: Gc<Class>, n: BigInt) -> Gc<Int> {
    let size = std::mem::size_of::<Int>() + class.attr_bytes();
    let space = leaf_space(class, |t| t.int).with_drop();
    let p = th.alloc_raw(Kind::Int, class.root_shape(), size, space);
    // SAFETY: fresh memory of that size; the header was set by alloc_raw.
    unsafe {
        let i = p.as_ptr().cast::<Int>();
        (&raw mut (*i).value).write(n);
        Gc::from_addr(i as u64)
    }
}

impl Thread {
    /// A new int.
    #[inline]
    pub fn new_int(&mut self, n: i64) -> Value {
        match Value::try_small(n) {
            Some(v) => v,
            None => new_of(self, ctx().types.int, n.into()).value(),
        }
    }
    /// A new int from an unsigned number.
    #[inline]
    pub fn new_uint(&mut self, n: u64) -> Value {
        if n <= SMALL_MAX as u64 {
            Value::small(n as i64)
        } else {
            new_of(self, ctx().types.int, n.into()).value()
        }
    }
    /// A new int from a 128-bit number.
    #[inline]
    pub fn new_i128(&mut self, n: i128) -> Value {
        if n >= SMALL_MIN as i128 && n <= SMALL_MAX as i128 {
            Value::small(n as i64)
        } else {
            new_of(self, ctx().types.int, n.into()).value()
        }
    }
    /// A new int.
    pub fn new_bigint(&mut self, n: BigInt) -> Value {
        match n.to_i64().and_then(Value::try_small) {
            Some(v) => v,
            None => new_of(self, ctx().types.int, n).value(),
        }
    }
}

/// Is it an int (bools and subclasses included)?
#[inline(always)]
pub fn is_int(v: Value) -> bool {
    v.is_small() || v.is_bool() || v.is_kind(Kind::Int)
}
/// The number of an int (bools and subclasses included).
#[inline]
pub fn to_bigint(v: Value) -> Option<Cow<'static, BigInt>> {
    if v.is_small() {
        return Some(Cow::Owned(v.as_small().into()));
    }
    match v {
        Value::TRUE => Some(Cow::Owned(BigInt::one())),
        Value::FALSE => Some(Cow::Owned(BigInt::zero())),
        v => v.cast::<Int>().map(|i| Cow::Borrowed(i.big())),
    }
}
/// The number of an int that fits 64 bits.
#[inline]
pub fn to_i64(v: Value) -> Option<i64> {
    if v.is_small() {
        return Some(v.as_small());
    }
    match v {
        Value::TRUE => Some(1),
        Value::FALSE => Some(0),
        v => v.cast::<Int>().and_then(|i| i.big().to_i64()),
    }
}
/// An int of exactly the class int with the same number.
#[inline]
pub fn plain(th: &mut Thread, v: Value) -> Value {
    match v {
        v if v.is_small() => v,
        Value::TRUE => Value::small(1),
        Value::FALSE => Value::small(0),
        v if th.class_of(v) == ctx().types.int => v,
        v => match to_bigint(v) {
            Some(b) => th.new_bigint(b.into_owned()),
            None => v,
        },
    }
}
/// -1, 0 or 1 of an int.
pub fn sign(v: Value) -> i32 {
    match to_i64(v) {
        Some(n) => n.signum() as i32,
        None => match to_bigint(v).map(|b| b.sign()) {
            Some(Sign::Minus) => -1,
            Some(Sign::Plus) => 1,
            _ => 0,
        },
    }
}

#[inline]
fn small_of(v: Value) -> Option<i64> {
    match v {
        v if v.is_small() => Some(v.as_small()),
        Value::TRUE => Some(1),
        Value::FALSE => Some(0),
        _ => None,
    }
}

/// `a op b` of two ints; None when one is not an int (or the operator is not of ints).
pub fn binary(th: &mut Thread, op: BinOp, a: Value, b: Value) -> R<Option<Value>> {
    if a.is_bool() && b.is_bool() {
        let (x, y) = (a.is_true(), b.is_true());
        match op {
            BinOp::And => return Ok(Some(Value::bool(x & y))),
            BinOp::Or => return Ok(Some(Value::bool(x | y))),
            BinOp::Xor => return Ok(Some(Value::bool(x ^ y))),
            _ => {}
        }
    }
    if let (Some(x), Some(y)) = (small_of(a), small_of(b))
        && let Some(v) = binary_small(th, op, x, y)?
    {
        return Ok(Some(v));
    }
    let (Some(x), Some(y)) = (to_bigint(a), to_bigint(b)) else {
        return Ok(None);
    };
    let (x, y) = (x.as_ref(), y.as_ref());
    let r = match op {
        BinOp::Add => x + y,
        BinOp::Sub => x - y,
        BinOp::Mul => x * y,
        BinOp::And => x & y,
        BinOp::Or => x | y,
        BinOp::Xor => x ^ y,
        BinOp::MatMul => return Ok(None),
        BinOp::TrueDiv => return true_div(th, x, y).map(|f| Some(Value::float(f))),
        BinOp::FloorDiv | BinOp::Mod | BinOp::DivMod if y.is_zero() => return Err(th.zero_division_error("division by zero")),
        BinOp::FloorDiv => div_mod_floor(x, y).0,
        BinOp::Mod => div_mod_floor(x, y).1,
        BinOp::DivMod => {
            let (q, m) = div_mod_floor(x, y);
            let items = [th.new_bigint(q), th.new_bigint(m)];
            return Ok(Some(th.new_tuple(&items)));
        }
        BinOp::LShift => return shift_left(th, x, y).map(Some),
        BinOp::RShift => return shift_right(th, x, y).map(Some),
        BinOp::Pow => return pow(th, x, y).map(Some),
    };
    Ok(Some(th.new_bigint(r)))
}

fn binary_small(th: &mut Thread, op: BinOp, x: i64, y: i64) -> R<Option<Value>> {
    // 49-bit operands: sums cannot overflow, products fit 128 bits.
    let v = match op {
        BinOp::Add => th.new_int(x + y),
        BinOp::Sub => th.new_int(x - y),
        BinOp::Mul => th.new_i128(x as i128 * y as i128),
        BinOp::And => th.new_int(x & y),
        BinOp::Or => th.new_int(x | y),
        BinOp::Xor => th.new_int(x ^ y),
        BinOp::TrueDiv if y != 0 => Value::float(x as f64 / y as f64),
        BinOp::TrueDiv | BinOp::FloorDiv | BinOp::Mod | BinOp::DivMod if y == 0 => {
            return Err(th.zero_division_error("division by zero"));
        }
        BinOp::FloorDiv => th.new_int(Integer::div_floor(&x, &y)),
        BinOp::Mod => th.new_int(Integer::mod_floor(&x, &y)),
        BinOp::DivMod => {
            let (q, m) = Integer::div_mod_floor(&x, &y);
            let items = [th.new_int(q), th.new_int(m)];
            th.new_tuple(&items)
        }
        BinOp::LShift if (0..64).contains(&y) => th.new_i128((x as i128) << y),
        BinOp::RShift if y >= 0 => th.new_int(x >> y.min(63)),
        BinOp::Pow if (0..64).contains(&y) => match (x as i128).checked_pow(y as u32) {
            Some(n) => th.new_i128(n),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    Ok(Some(v))
}

fn shift_left(th: &mut Thread, x: &BigInt, y: &BigInt) -> R {
    if y.is_negative() {
        return Err(th.value_error("negative shift count"));
    }
    if x.is_zero() {
        return Ok(Value::small(0));
    }
    match y.to_u64() {
        Some(n) if n < 1 << 40 => {
            if n > 1 << 20 && !crate::memory::room_for(th, (n / 8) as usize) {
                return Err(th.memory_error());
            }
            Ok(th.new_bigint(x << n))
        }
        _ => Err(th.overflow_error("too many digits in integer")),
    }
}
fn shift_right(th: &mut Thread, x: &BigInt, y: &BigInt) -> R {
    if y.is_negative() {
        return Err(th.value_error("negative shift count"));
    }
    Ok(match y.to_u64() {
        Some(n) if n < x.bits() + 1 => th.new_bigint(x >> n),
        _ => Value::small(if x.is_negative() { -1 } else { 0 }),
    })
}

fn pow(th: &mut Thread, x: &BigInt, y: &BigInt) -> R {
    if y.is_negative() {
        let (fx, fy) = (big_to_f64(th, x)?, big_to_f64(th, y)?);
        return crate::types::float::pow(th, fx, fy);
    }
    if y.is_zero() {
        return Ok(Value::small(1));
    }
    if x.is_zero() || x.is_one() {
        return Ok(th.new_bigint(x.clone()));
    }
    if x.magnitude().is_one() {
        return Ok(Value::small(if y.is_even() { 1 } else { -1 }));
    }
    let size = y.to_u64().and_then(|n| n.checked_mul(x.bits()));
    match (size, y.to_u32()) {
        (Some(bits), Some(n)) if bits < 1 << 40 => {
            if bits > 1 << 20 && !crate::memory::room_for(th, (bits / 8) as usize) {
                return Err(th.memory_error());
            }
            Ok(th.new_bigint(x.pow(n)))
        }
        _ => Err(th.memory_error()),
    }
}

/// `x / y`, correctly rounded (half to even).
pub fn true_div(th: &mut Thread, x: &BigInt, y: &BigInt) -> R<f64> {
    if y.is_zero() {
        return Err(th.zero_division_error("division by zero"));
    }
    match quotient(x, y) {
        Some(f) => Ok(f),
        None => Err(th.overflow_error("integer division result too large for a float")),
    }
}
/// The correctly rounded quotient; None when it is too large. `y` is not zero.
pub fn quotient(x: &BigInt, y: &BigInt) -> Option<f64> {
    if x.is_zero() {
        return Some(if y.is_negative() { -0.0 } else { 0.0 });
    }
    let negative = x.is_negative() != y.is_negative();
    let (a, b) = (x.magnitude(), y.magnitude());
    // Scale so that the quotient has 66 or 67 bits, or fewer where the result is subnormal; a sticky bit keeps rounding exact.
    let shift = 66 - (a.bits() as i64 - b.bits() as i64);
    let (mut q, r) = if shift >= 0 {
        (a << shift as u64).div_rem(b)
    } else {
        a.div_rem(&(b << (-shift) as u64))
    };
    if !r.is_zero() {
        q.set_bit(0, true);
    }
    let f = scale(q.to_u128()?, -shift)?;
    Some(if negative { -f } else { f })
}
/// `m * 2^e` correctly rounded; None when too large.
fn scale(m: u128, e: i64) -> Option<f64> {
    let bits = 128 - m.leading_zeros() as i64;
    // exponent of the last bit of the result
    let last = (bits + e - 53).max(-1074);
    let drop = last - e;
    let kept = if drop <= 0 {
        m << (-drop).min(127)
    } else if drop > 127 {
        0
    } else {
        let (kept, rest, half) = (m >> drop, m & ((1u128 << drop) - 1), 1u128 << (drop - 1));
        if rest > half || (rest == half && kept & 1 == 1) {
            kept + 1
        } else {
            kept
        }
    };
    let f = ldexp(kept as f64, last.clamp(-100_000, 100_000) as i32);
    if f.is_infinite() { None } else { Some(f) }
}
/// `f * 2^e`
pub fn ldexp(f: f64, e: i32) -> f64 {
    libm_ldexp(f, e)
}
fn libm_ldexp(mut f: f64, mut e: i32) -> f64 {
    // Steps that are exact until the last one.
    while e > 1000 && f.is_finite() && f != 0.0 {
        f *= f64::from_bits((1000 + 1023) << 52);
        e -= 1000;
    }
    if e < -1000 {
        let bits = f.to_bits();
        let exp = ((bits >> 52) & 0x7FF) as i32;
        if exp != 0 && exp != 0x7FF && exp + e > 0 {
            return f64::from_bits(bits.wrapping_add((e as i64 as u64) << 52));
        }
        // Subnormal result: make it so in one rounding.
        // SAFETY: plain C function of numbers.
        return unsafe { c_ldexp(f, e) };
    }
    if f == 0.0 || !f.is_finite() {
        return f;
    }
    // SAFETY: plain C function of numbers.
    unsafe { c_ldexp(f, e) }
}
unsafe extern "C" {
    #[link_name = "ldexp"]
    fn c_ldexp(f: f64, e: i32) -> f64;
}

/// An int as a float, half to even; OverflowError when too large.
pub fn big_to_f64(th: &mut Thread, x: &BigInt) -> R<f64> {
    match quotient(x, &BigInt::one()) {
        Some(f) => Ok(f),
        None => Err(th.overflow_error("int too large to convert to float")),
    }
}
/// An int value as a float.
pub fn to_f64(th: &mut Thread, v: Value) -> R<Option<f64>> {
    match v {
        v if v.is_small() => Ok(Some(v.as_small() as f64)),
        Value::TRUE => Ok(Some(1.0)),
        Value::FALSE => Ok(Some(0.0)),
        v => match v.cast::<Int>() {
            Some(i) => big_to_f64(th, i.big()).map(Some),
            None => Ok(None),
        },
    }
}

/// `a op b` of two ints; None when one is not an int.
pub fn compare(op: CmpOp, a: Value, b: Value) -> Option<bool> {
    if let (Some(x), Some(y)) = (small_of(a), small_of(b)) {
        return Some(op.holds(x.cmp(&y)));
    }
    Some(op.holds(to_bigint(a)?.cmp(&to_bigint(b)?)))
}

/// The text of an int in base 10.
pub fn to_decimal(th: &mut Thread, v: Value) -> R<String> {
    if let Some(n) = small_of(v) {
        return Ok(n.to_string());
    }
    let Some(b) = to_bigint(v) else { return Ok(String::new()) };
    let limit = crate::types::int_parse::max_str_digits();
    // A bit is a little more than 0.30102 digits: what is surely too long fails before it is converted.
    let least = (b.bits().saturating_sub(1) as u128 * 30102 / 100_000) as usize + 1;
    if limit == 0 || least <= limit {
        let text = b.to_string();
        if limit == 0 || text.len() - usize::from(text.starts_with('-')) <= limit {
            return Ok(text);
        }
    }
    Err(th.value_error(&format!(
        "Exceeds the limit ({limit} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit"
    )))
}
/// `str(n)` of an unboxed int.
pub fn small_to_str(th: &mut Thread, n: i64) -> Value {
    if (0..10).contains(&n) {
        return ctx().latin1_chars[b'0' as usize + n as usize];
    }
    let (mut digits, mut at, mut rest) = ([0u8; 20], 20, n.unsigned_abs());
    while rest > 0 {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    if n < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    crate::types::str_::from_latin1(th, &digits[at..]).value()
}
