//! Sums, products and norms of `math`, with the extra precision that their definitions promise.

use crate::math::frexp;
use crate::support::given;
use num_bigint::BigInt;
use vasuki_vm::context::ctx;
use vasuki_vm::ops::BinOp;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::types::{float, int};
use vasuki_vm::value::Value;

/// `a + b` and its error; any magnitudes.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    let bb = s - a;
    (s, (a - (s - bb)) + (b - bb))
}
/// `a * b` and its error.
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let p = a * b;
    (p, a.mul_add(b, -p))
}
/// A sum of products in three parts, largest first.
#[derive(Clone, Copy, Default)]
struct Triple(f64, f64, f64);
impl Triple {
    fn add_product(self, x: f64, y: f64) -> Triple {
        let (p, pe) = two_product(x, y);
        let (hi, e1) = two_sum(self.0, p);
        let (lo, e2) = two_sum(self.1, pe);
        let (lo, e3) = two_sum(lo, e1);
        Triple(hi, lo, self.2 + e2 + e3)
    }
    fn value(self) -> f64 {
        let (lo, tiny) = two_sum(self.1, self.2);
        let (hi, rest) = two_sum(self.0, lo);
        hi + (rest + tiny)
    }
}

/// The exactly rounded sum.
pub(crate) fn fsum(th: &mut Thread, a: &[Value]) -> R {
    let it = th.iter(a[0])?;
    let mut p: Vec<f64> = Vec::new();
    let (mut special, mut infs) = (0.0, 0.0);
    while let Some(v) = th.next(it)? {
        let item = float::expect(th, v)?;
        let mut x = item;
        let mut n = 0;
        for j in 0..p.len() {
            let mut y = p[j];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let hi = x + y;
            let lo = y - (hi - x);
            if lo != 0.0 {
                p[n] = lo;
                n += 1;
            }
            x = hi;
        }
        p.truncate(n);
        if x != 0.0 {
            if !x.is_finite() {
                if item.is_finite() {
                    return Err(th.overflow_error("intermediate overflow in fsum"));
                }
                if item.is_infinite() {
                    infs += item;
                }
                special += item;
                p.clear();
            } else {
                p.push(x);
            }
        }
    }
    if special != 0.0 {
        if infs.is_nan() {
            return Err(th.value_error("-inf + inf in fsum"));
        }
        return Ok(Value::float(special));
    }
    let Some(mut hi) = p.pop() else { return Ok(Value::float(0.0)) };
    let mut lo = 0.0;
    while let Some(y) = p.pop() {
        let x = hi;
        hi = x + y;
        lo = y - (hi - x);
        if lo != 0.0 {
            break;
        }
    }
    // Half-way cases are rounded by what follows.
    if let Some(&next) = p.last()
        && (lo < 0.0 && next < 0.0 || lo > 0.0 && next > 0.0)
    {
        let y = lo * 2.0;
        let x = hi + y;
        if y == x - hi {
            hi = x;
        }
    }
    Ok(Value::float(hi))
}

/// `sqrt(sum(x*x))` of non-negative numbers with one rounding error at most (nearly always none).
fn norm(xs: &[f64]) -> f64 {
    let max = xs.iter().fold(0.0, |m: f64, &x| if x > m { x } else { m });
    if xs.iter().any(|x| x.is_infinite()) {
        return f64::INFINITY;
    }
    if xs.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    if max == 0.0 || xs.len() <= 1 {
        return max;
    }
    let e = frexp(max).1;
    if e < -1023 {
        // Subnormal: scale up exactly, so that the division below does not lose bits.
        let tiny = f64::MIN_POSITIVE;
        let scaled: Vec<f64> = xs.iter().map(|x| x / tiny).collect();
        return tiny * norm(&scaled);
    }
    let scale = int::ldexp(1.0, -e);
    let mut sum = Triple(1.0, 0.0, 0.0);
    for &x in xs {
        let x = x * scale;
        sum = sum.add_product(x, x);
    }
    let h = (sum.0 - 1.0 + (sum.1 + sum.2)).sqrt();
    // One Newton step from the exact residue.
    let rest = Triple(sum.0, sum.1, sum.2).add_product(-h, h);
    let x = rest.0 - 1.0 + (rest.1 + rest.2);
    (h + x / (2.0 * h)) / scale
}
pub(crate) fn hypot(th: &mut Thread, a: &[Value]) -> R {
    let mut xs = Vec::new();
    for &v in a[0].as_gc::<Tuple>().items() {
        xs.push(float::expect(th, v)?.abs());
    }
    Ok(Value::float(norm(&xs)))
}
fn point(th: &mut Thread, v: Value) -> R<&'static [Value]> {
    match v.cast::<Tuple>() {
        Some(t) => Ok(t.items()),
        None => Ok(th.collect(v)?.as_slice()),
    }
}
pub(crate) fn dist(th: &mut Thread, a: &[Value]) -> R {
    let (p, q) = (point(th, a[0])?, point(th, a[1])?);
    if p.len() != q.len() {
        return Err(th.value_error("both points must have the same number of dimensions"));
    }
    let mut xs = Vec::new();
    for (&x, &y) in p.iter().zip(q) {
        xs.push((float::expect(th, x)? - float::expect(th, y)?).abs());
    }
    Ok(Value::float(norm(&xs)))
}
pub(crate) fn prod(th: &mut Thread, a: &[Value]) -> R {
    let mut acc = given(a[1]).unwrap_or(Value::small(1));
    let it = th.iter(a[0])?;
    while let Some(v) = th.next(it)? {
        acc = match (acc.to_small(), v.to_small()) {
            (Some(x), Some(y)) => th.new_i128(x as i128 * y as i128),
            _ if acc.is_float() && v.is_float() => Value::float(acc.as_float() * v.as_float()),
            _ => th.binary(BinOp::Mul, acc, v)?,
        };
    }
    Ok(acc)
}

/// What is summed at present: runs of ints and of floats are kept apart from the total.
enum Run {
    None,
    Ints(BigInt),
    Floats(Triple),
}
fn flush(th: &mut Thread, total: Value, run: Run) -> R {
    let part = match run {
        Run::None => return Ok(total),
        Run::Ints(n) => th.new_bigint(n),
        Run::Floats(t) => Value::float(t.value()),
    };
    th.binary(BinOp::Add, total, part)
}
/// The double of a float, or of an int that a float holds when the other factor is a float.
fn float_pair(th: &mut Thread, p: Value, q: Value) -> R<Option<(f64, f64)>> {
    let plain_int = |v: Value| v.is_small() || int::is_int(v);
    if p.is_float() && q.is_float() {
        return Ok(Some((p.as_float(), q.as_float())));
    }
    let (f, n) = match () {
        _ if p.is_float() && plain_int(q) => (p.as_float(), q),
        _ if q.is_float() && plain_int(p) => (q.as_float(), p),
        _ => return Ok(None),
    };
    match th.catch(ctx().types.OverflowError, |th| int::to_f64(th, n))? {
        Ok(Some(n)) => Ok(Some((f, n))),
        _ => Ok(None),
    }
}
pub(crate) fn sumprod(th: &mut Thread, a: &[Value]) -> R {
    let (p, q) = (th.iter(a[0])?, th.iter(a[1])?);
    let mut total = Value::small(0);
    let mut run = Run::None;
    loop {
        let (x, y) = match (th.next(p)?, th.next(q)?) {
            (Some(x), Some(y)) => (x, y),
            (None, None) => return flush(th, total, run),
            _ => return Err(th.value_error("Inputs are not the same length")),
        };
        let exact_int = |th: &mut Thread, v: Value| v.is_small() || th.class_of(v) == ctx().types.int;
        if !matches!(run, Run::Floats(_)) && exact_int(th, x) && exact_int(th, y) {
            let product = match (x.to_small(), y.to_small()) {
                (Some(x), Some(y)) => BigInt::from(x as i128 * y as i128),
                _ => int::to_bigint(x).unwrap_or_default().as_ref() * int::to_bigint(y).unwrap_or_default().as_ref(),
            };
            run = match run {
                Run::Ints(n) => Run::Ints(n + product),
                _ => Run::Ints(product),
            };
            continue;
        }
        if let Some((fx, fy)) = float_pair(th, x, y)? {
            if !matches!(run, Run::Floats(_)) {
                total = flush(th, total, std::mem::replace(&mut run, Run::None))?;
            }
            let t = match run {
                Run::Floats(t) => t,
                _ => Triple::default(),
            };
            let next = t.add_product(fx, fy);
            if next.0.is_finite() && next.1.is_finite() {
                run = Run::Floats(next);
                continue;
            }
            run = Run::Floats(t);
        }
        total = flush(th, total, std::mem::replace(&mut run, Run::None))?;
        let product = th.binary(BinOp::Mul, x, y)?;
        total = th.binary(BinOp::Add, total, product)?;
    }
}
