//! Slices without slice objects: `o[i:j]` and `o[i:j] = v` of builtin sequences.

use crate::context::ctx;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::bytes::Bytes;
use crate::types::class::class_of;
use crate::types::list::List;
use crate::types::slice;
use crate::types::str_::Str;
use crate::types::str_ops;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// A bound over `len` items; None unless it is None or an unboxed int.
#[inline(always)]
fn bound(v: Value, len: usize, default: usize) -> Option<usize> {
    if v.is_none() {
        return Some(default);
    }
    let i = v.to_small()?;
    Some(if i < 0 {
        (i + len as i64).max(0) as usize
    } else {
        (i as usize).min(len)
    })
}
#[inline(always)]
fn bounds(start: Value, stop: Value, len: usize) -> Option<(usize, usize)> {
    let (i, j) = (bound(start, len, 0)?, bound(stop, len, len)?);
    Some((i, j.max(i)))
}
/// `o[start:stop]` of a builtin sequence with plain bounds; None for everything else.
#[inline]
pub(crate) fn part(th: &mut Thread, o: Value, start: Value, stop: Value) -> R<Option<Value>> {
    if !o.is_obj() {
        return Ok(None);
    }
    let (t, class) = (&ctx().types, class_of(o));
    Ok(if class == t.list {
        let l = o.as_gc::<List>();
        let n = l.len(th)?;
        let Some((i, j)) = bounds(start, stop, n) else {
            return Ok(None);
        };
        if th.tx.concurrent {
            let v = l.snapshot_range(th, i, j)?;
            Some(th.new_list_vec(v))
        } else {
            Some(th.new_list(&l.owned_items()[i..j])?)
        }
    } else if class == t.str {
        let s = o.as_gc::<Str>();
        bounds(start, stop, s.len()).map(|(i, j)| str_ops::sub(th, s, i, j))
    } else if class == t.tuple {
        let items = o.as_gc::<Tuple>().items();
        bounds(start, stop, items.len()).map(|(i, j)| if j - i == items.len() { o } else { th.new_tuple(&items[i..j]) })
    } else if class == t.bytes {
        let b = o.as_gc::<Bytes>().as_slice();
        bounds(start, stop, b.len()).map(|(i, j)| if j - i == b.len() { o } else { th.new_bytes(&b[i..j]) })
    } else {
        None
    })
}
/// `o[start:stop]`
#[inline(never)]
pub(crate) fn load_slice(th: &mut Thread, o: Value, start: Value, stop: Value) -> R {
    if let Some(v) = part(th, o, start, stop)? {
        return Ok(v);
    }
    let s = slice::new(th, start, stop, Value::NONE);
    th.getitem(o, s)
}
/// `o[start:stop] = v`
#[inline(never)]
pub(crate) fn store_slice(th: &mut Thread, o: Value, start: Value, stop: Value, v: Value) -> R<()> {
    let t = &ctx().types;
    if !th.tx.concurrent && o.is_obj() && class_of(o) == t.list && v.is_obj() && v != o {
        let l = o.as_gc::<List>();
        let class = class_of(v);
        let items = if class == t.list {
            Some(v.as_gc::<List>().owned_items())
        } else if class == t.tuple {
            Some(v.as_gc::<Tuple>().items())
        } else {
            None
        };
        let n = l.len(th)?;
        if let (Some(items), Some((i, j))) = (items, bounds(start, stop, n)) {
            return l.splice(th, i, j, items);
        }
    }
    let s = slice::new(th, start, stop, Value::NONE);
    th.setitem(o, s, v)
}
