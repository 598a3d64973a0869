//! Arithmetic and comparison beside the interpreter's inline paths for small ints.

use crate::context::ctx;
use crate::object::Kind;
use crate::ops::{BinOp, CmpOp};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::bytes::Bytes;
use crate::types::class::{class_of, is_exactly};
use crate::types::float;
use crate::types::int;
use crate::types::list::List;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// A number that floats mix with without any Python code: a float or an unboxed int.
#[inline(always)]
fn plain_number(v: Value) -> Option<f64> {
    if v.is_float() {
        Some(v.as_float())
    } else if v.is_small() {
        Some(v.as_small() as f64)
    } else {
        None
    }
}
/// `a op b` (or `a op= b`)
#[inline(never)]
pub(crate) fn binary(th: &mut Thread, op: BinOp, a: Value, b: Value, inplace: bool) -> R {
    if Value::both_small(a, b) {
        if let Some(v) = int::binary(th, op, a, b)? {
            return Ok(v);
        }
    } else if (a.is_float() || b.is_float())
        && let (Some(x), Some(y)) = (plain_number(a), plain_number(b))
    {
        if let Some(v) = float::binary(th, op, x, y)? {
            return Ok(v);
        }
    } else if op == BinOp::Add && a.is_obj() && b.is_obj() {
        let t = &ctx().types;
        if class_of(a) == t.str && class_of(b) == t.str {
            return crate::types::str_ops::concat(th, a.as_gc::<Str>(), b.as_gc::<Str>());
        }
        if class_of(a) == t.bytes && class_of(b) == t.bytes {
            return crate::types::bytes_methods::add(th, &[a, b]);
        }
    }
    if inplace { th.inplace(op, a, b) } else { th.binary(op, a, b) }
}
/// `a op b`
#[inline(never)]
pub(crate) fn compare(th: &mut Thread, op: CmpOp, a: Value, b: Value) -> R {
    if (a.is_float() || b.is_float())
        && let (Some(x), Some(y)) = (exact(a), exact(b))
    {
        return Ok(Value::bool(match op {
            CmpOp::Lt => x < y,
            CmpOp::Le => x <= y,
            CmpOp::Eq => x == y,
            CmpOp::Ne => x != y,
            CmpOp::Gt => x > y,
            CmpOp::Ge => x >= y,
        }));
    }
    if a.is_obj() && b.is_obj() && matches!(op, CmpOp::Eq | CmpOp::Ne) {
        let t = &ctx().types;
        if class_of(a) == t.str && class_of(b) == t.str {
            return Ok(Value::bool(a.as_gc::<Str>().same(b.as_gc::<Str>()) == (op == CmpOp::Eq)));
        }
    }
    if a.is_obj() && b.is_obj() {
        let t = &ctx().types;
        let (x, y) = (class_of(a), class_of(b));
        if (x == t.set || x == t.frozenset) && (y == t.set || y == t.frozenset) {
            return th.recurse(" in comparison", |th| crate::types::set_methods::compare(th, op, &[a, b]));
        }
    }
    th.compare(op, a, b)
}
/// An unboxed number that a float holds exactly.
#[inline(always)]
fn exact(v: Value) -> Option<f64> {
    // Unboxed ints have 49 bits.
    plain_number(v)
}
/// `bool(a op b)`
#[inline]
pub(crate) fn compare_bool(th: &mut Thread, op: CmpOp, a: Value, b: Value) -> R<bool> {
    let v = compare(th, op, a, b)?;
    th.truth(v)
}
/// `o[k]`
#[inline(never)]
pub(crate) fn subscript(th: &mut Thread, o: Value, k: Value) -> R {
    if o.is_obj() {
        let (t, obj) = (&ctx().types, o.as_obj());
        if is_exactly(obj, t.list) && k.is_small() {
            return match o.as_gc::<List>().get_from_either_end(th, k.as_small())? {
                Some(v) => Ok(th.expect(v)),
                None => out_of_range(th, "list index out of range"),
            };
        }
        if is_exactly(obj, t.tuple) && k.is_small() {
            let items = o.as_gc::<Tuple>().items();
            let i = k.as_small();
            let i = if i < 0 { i + items.len() as i64 } else { i };
            return match items.get(i as usize) {
                Some(v) => Ok(*v),
                None => out_of_range(th, "tuple index out of range"),
            };
        }
        if is_exactly(obj, t.dict) {
            return match o.as_gc::<crate::types::dict::Dict>().get(th, k)? {
                Some(v) => Ok(th.expect(v)),
                None => missing(th, k),
            };
        }
    }
    subscript_of_others(th, o, k)
}
#[cold]
#[inline(never)]
fn out_of_range(th: &mut Thread, text: &str) -> R {
    Err(th.index_error(text))
}
#[cold]
#[inline(never)]
fn missing(th: &mut Thread, key: Value) -> R {
    Err(th.key_error(key))
}
/// `subscript` of what is no plain list, tuple or dict, or with another key.
#[inline(never)]
fn subscript_of_others(th: &mut Thread, o: Value, k: Value) -> R {
    if o.is_obj() {
        let t = &ctx().types;
        let class = class_of(o);
        if k.is_small() {
            let i = k.as_small();
            if class == t.bytes {
                let b = o.as_gc::<Bytes>().as_slice();
                let i = if i < 0 { i + b.len() as i64 } else { i };
                return match b.get(i as usize) {
                    Some(n) => Ok(Value::small(i64::from(*n))),
                    None => out_of_range(th, "index out of range"),
                };
            }
            if class == t.str {
                let s = o.as_gc::<Str>();
                let i = if i < 0 { i + s.len() as i64 } else { i };
                if i < 0 || i as usize >= s.len() {
                    return out_of_range(th, "string index out of range");
                }
                return Ok(th.char_str(s.at(i as usize)));
            }
        }
        // A subclass may have `__missing__`.
        if o.is_kind(Kind::Dict)
            && class.special(Special::Getitem) == t.dict.special(Special::Getitem)
            && let Some(v) = o.as_gc::<crate::types::dict::Dict>().get(th, k)?
        {
            return Ok(v);
        }
        if k.is_kind(Kind::Slice) {
            let (start, stop, step) = crate::types::slice::parts(k);
            if step.is_none()
                && let Some(v) = super::slices::part(th, o, start, stop)?
            {
                return Ok(v);
            }
        }
    }
    th.getitem(o, k)
}
/// `o[k] = v`
#[inline(never)]
pub(crate) fn store_subscript(th: &mut Thread, o: Value, k: Value, v: Value) -> R<()> {
    if o.is_obj() {
        let (t, obj) = (&ctx().types, o.as_obj());
        if is_exactly(obj, t.dict) {
            return o.as_gc::<crate::types::dict::Dict>().set(th, k, v);
        }
        if is_exactly(obj, t.list) && k.is_small() {
            let l = o.as_gc::<List>();
            let i = k.as_small();
            let i = if i < 0 { i + l.len(th)? as i64 } else { i };
            if i >= 0 && l.set(th, i as usize, v)? {
                return Ok(());
            }
            return Err(th.index_error("list assignment index out of range"));
        }
        let class = class_of(o);
        if o.is_kind(Kind::Dict) && class.special(Special::Setitem) == t.dict.special(Special::Setitem) {
            return o.as_gc::<crate::types::dict::Dict>().set(th, k, v);
        }
        if class == t.bytearray
            && let (Some(i), Some(byte @ 0..=255)) = (k.to_small(), v.to_small())
        {
            let data = &mut crate::types::bytearray::open(th, o)?.data;
            let i = if i < 0 { i + data.len() as i64 } else { i };
            if let Some(place) = usize::try_from(i).ok().and_then(|i| data.get_mut(i)) {
                *place = byte as u8;
                return Ok(());
            }
        }
    }
    th.setitem(o, k, v)
}
