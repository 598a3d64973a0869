//! Functions over iterables.

use crate::context::ctx;
use crate::ops::{BinOp, CmpOp};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::list_sort;
use crate::types::tuple::Tuple;
use crate::value::Value;

pub fn all(th: &mut Thread, a: &[Value]) -> R {
    let it = th.iter(a[0])?;
    while let Some(x) = th.next(it)? {
        if !th.truth(x)? {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}
pub fn any(th: &mut Thread, a: &[Value]) -> R {
    let it = th.iter(a[0])?;
    while let Some(x) = th.next(it)? {
        if th.truth(x)? {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}
pub fn iter(th: &mut Thread, a: &[Value]) -> R {
    if a[1].is_empty() {
        return th.iter(a[0]);
    }
    if th.class_of(a[0]).special(Special::Call).is_none() {
        return Err(th.type_error("iter(v, w): v must be callable"));
    }
    crate::types::callable_iterator::new(th, a[0], a[1])
}
pub fn next(th: &mut Thread, a: &[Value]) -> R {
    if th.class_of(a[0]).special(Special::Next).is_none() {
        return Err(th.type_error(&format!("'{}' object is not an iterator", th.class_of(a[0]).name_str())));
    }
    if a[1].is_empty() {
        // Not `th.next`: the StopIteration keeps its value.
        return match th.call_special(a[0], Special::Next, &[])? {
            Some(Value::EMPTY) | None => Err(th.stop_iteration(Value::NONE)),
            Some(v) => Ok(v),
        };
    }
    Ok(th.next(a[0])?.unwrap_or(a[1]))
}
pub fn aiter(th: &mut Thread, a: &[Value]) -> R {
    match th.call_special(a[0], Special::Aiter, &[])? {
        Some(v) if th.class_of(v).special(Special::Anext).is_some() => Ok(v),
        Some(v) => Err(th.type_error(&format!(
            "aiter() returned not an async iterator of type '{}'",
            th.class_of(v).name_str()
        ))),
        None => Err(th.type_error(&format!("'{}' object is not an async iterable", th.class_of(a[0]).name_str()))),
    }
}
pub fn anext(th: &mut Thread, a: &[Value]) -> R {
    match th.call_special(a[0], Special::Anext, &[])? {
        Some(v) if a[1].is_empty() => Ok(v),
        Some(v) => crate::interp::generator::anext_with_default(th, v, a[1]),
        None => Err(th.type_error(&format!("'{}' object is not an async iterator", th.class_of(a[0]).name_str()))),
    }
}
pub fn len(th: &mut Thread, a: &[Value]) -> R {
    let n = th.len(a[0])?;
    Ok(th.new_int(n as i64))
}
pub fn sorted(th: &mut Thread, a: &[Value]) -> R {
    let mut items = th.collect(a[0])?;
    let reverse = !a[2].is_empty() && th.truth(a[2])?;
    list_sort::sort_items(th, &mut items, a[1], reverse)?;
    Ok(th.new_list_vec(items))
}
pub fn max(th: &mut Thread, a: &[Value]) -> R {
    best(th, a, CmpOp::Gt, "max")
}
pub fn min(th: &mut Thread, a: &[Value]) -> R {
    best(th, a, CmpOp::Lt, "min")
}
fn best(th: &mut Thread, a: &[Value], op: CmpOp, name: &str) -> R {
    let args = a[0].as_gc::<Tuple>().items();
    let (key, default) = (if a[1].is_none() { Value::EMPTY } else { a[1] }, a[2]);
    let source = match args {
        [] => return Err(th.type_error(&format!("{name} expected at least 1 argument, got 0"))),
        [one] => *one,
        _ if !default.is_empty() => {
            return Err(th.type_error(&format!("Cannot specify a default for {name}() with multiple positional arguments")));
        }
        _ => a[0],
    };
    let it = if args.len() > 1 { Value::EMPTY } else { th.iter(source)? };
    let mut several = args.iter().copied();
    let mut found: Option<(Value, Value)> = None;
    while let Some(x) = if it.is_empty() { several.next() } else { th.next(it)? } {
        let k = if key.is_empty() { x } else { th.call(key, &[x])? };
        found = match found {
            Some((bk, bx)) => {
                let better = if Value::both_small(k, bk) {
                    op.holds(k.as_small().cmp(&bk.as_small()))
                } else {
                    th.compare_bool(op, k, bk)?
                };
                if better { Some((k, x)) } else { Some((bk, bx)) }
            }
            None => Some((k, x)),
        };
    }
    match found {
        Some((_, x)) => Ok(x),
        None if !default.is_empty() => Ok(default),
        None => Err(th.value_error(&format!("{name}() iterable argument is empty"))),
    }
}
/// Sums ints and floats unboxed as long as it can; floats with Neumaier's compensation, as CPython since 3.12.
pub fn sum(th: &mut Thread, a: &[Value]) -> R {
    let start = if a[1].is_empty() { Value::small(0) } else { a[1] };
    let t = &ctx().types;
    for (class, text) in [
        (t.str, "sum() can't sum strings [use ''.join(seq) instead]"),
        (t.bytes, "sum() can't sum bytes [use b''.join(seq) instead]"),
        (t.bytearray, "sum() can't sum bytearray [use b''.join(seq) instead]"),
    ] {
        if th.class_of(start).is_subclass_of(class) {
            return Err(th.type_error(text));
        }
    }
    let it = th.iter(a[0])?;
    let mut total = start;
    loop {
        if total.is_small() {
            let mut n = total.as_small();
            loop {
                let Some(x) = th.next(it)? else { return Ok(Value::small(n)) };
                let sum = x.to_small().and_then(|x| Value::try_small(n + x));
                match sum {
                    Some(s) => n = s.as_small(),
                    None => {
                        total = th.binary(BinOp::Add, Value::small(n), x)?;
                        break;
                    }
                }
            }
        } else if total.is_float() {
            let (mut s, mut c) = (total.as_float(), 0.0f64);
            loop {
                let done = |s: f64, c: f64| Value::float(if c != 0.0 && c.is_finite() { s + c } else { s });
                let Some(x) = th.next(it)? else { return Ok(done(s, c)) };
                let f = match x {
                    x if x.is_float() => x.as_float(),
                    x if x.is_small() => x.as_small() as f64,
                    _ => {
                        total = th.binary(BinOp::Add, done(s, c), x)?;
                        break;
                    }
                };
                let t = s + f;
                c += if s.abs() >= f.abs() { (s - t) + f } else { (f - t) + s };
                s = t;
            }
        } else {
            let Some(x) = th.next(it)? else { return Ok(total) };
            total = th.binary(BinOp::Add, total, x)?;
        }
    }
}
