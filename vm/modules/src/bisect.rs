//! The module `_bisect`.

use vasuki_vm::context::ctx;
use vasuki_vm::names::names;
use vasuki_vm::native::{ModuleDef, NativeFn, def};
use vasuki_vm::ops::CmpOp;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::list::List;
use vasuki_vm::value::Value;

const SIG: &str = "a, x, lo=0, hi=None, *, key=None";
const RIGHT: NativeFn = |th, a| place(th, a, true);
const LEFT: NativeFn = |th, a| place(th, a, false);
const INSERT_RIGHT: NativeFn = |th, a| insert(th, a, true);
const INSERT_LEFT: NativeFn = |th, a| insert(th, a, false);
/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_bisect",
    doc: "Bisection algorithms.\n\nThis module provides support for maintaining a list in sorted order without\nhaving to sort the list after each insertion. For long lists of items with\nexpensive comparison operations, this can be an improvement over the more\ncommon approach.\n",
    functions: &[
        def(
            "bisect_right",
            SIG,
            RIGHT,
            "Return the index where to insert item x in list a, assuming a is sorted.\n\nThe return value i is such that all e in a[:i] have e <= x, and all e in\na[i:] have e > x.  So if x already appears in the list, a.insert(i, x) will\ninsert just after the rightmost x already there.\n\nOptional args lo (default 0) and hi (default len(a)) bound the\nslice of a to be searched.\n\nA custom key function can be supplied to customize the sort order.",
        ),
        def("bisect", SIG, RIGHT, "Alias for bisect_right()."),
        def(
            "bisect_left",
            SIG,
            LEFT,
            "Return the index where to insert item x in list a, assuming a is sorted.\n\nThe return value i is such that all e in a[:i] have e < x, and all e in\na[i:] have e >= x.  So if x already appears in the list, a.insert(i, x) will\ninsert just before the leftmost x already there.\n\nOptional args lo (default 0) and hi (default len(a)) bound the\nslice of a to be searched.\n\nA custom key function can be supplied to customize the sort order.",
        ),
        def(
            "insort_right",
            SIG,
            INSERT_RIGHT,
            "Insert item x in list a, and keep it sorted assuming a is sorted.\n\nIf x is already in a, insert it to the right of the rightmost x.\n\nOptional args lo (default 0) and hi (default len(a)) bound the\nslice of a to be searched.\n\nA custom key function can be supplied to customize the sort order.",
        ),
        def("insort", SIG, INSERT_RIGHT, "Alias for insort_right()."),
        def(
            "insort_left",
            SIG,
            INSERT_LEFT,
            "Insert item x in list a, and keep it sorted assuming a is sorted.\n\nIf x is already in a, insert it to the left of the leftmost x.\n\nOptional args lo (default 0) and hi (default len(a)) bound the\nslice of a to be searched.\n\nA custom key function can be supplied to customize the sort order.",
        ),
    ],
    init: |_, _| Ok(()),
};
fn place(th: &mut Thread, a: &[Value], right: bool) -> R {
    let i = search(th, a, right, false)?;
    Ok(th.new_int(i as i64))
}
/// Where `x` belongs; `with_key`: the key of `x` itself counts too.
fn search(th: &mut Thread, a: &[Value], right: bool, with_key: bool) -> R<usize> {
    let (seq, key) = (a[0], if a[4].is_empty() { Value::NONE } else { a[4] });
    let lo = if a[2].is_empty() { 0 } else { th.to_isize(a[2])? };
    if lo < 0 {
        return Err(th.value_error("lo must be non-negative"));
    }
    let hi = if a[3].is_empty() || a[3].is_none() {
        th.len(seq)? as isize
    } else {
        th.to_isize(a[3])?
    };
    let x = if with_key && !key.is_none() { th.call(key, &[a[1]])? } else { a[1] };
    let list = if th.class_of(seq) == ctx().types.list {
        seq.cast::<List>()
    } else {
        None
    };
    let (mut lo, mut hi) = (lo as usize, hi.max(0) as usize);
    while lo < hi {
        let mid = lo + (hi - lo) / 2;
        let v = match list {
            Some(l) => match l.get(th, mid)? {
                Some(v) => v,
                None => return Err(th.index_error("list index out of range")),
            },
            None => {
                let k = th.new_int(mid as i64);
                th.getitem(seq, k)?
            }
        };
        let v = if key.is_none() { v } else { th.call(key, &[v])? };
        let below = if right {
            !th.compare_bool(CmpOp::Lt, x, v)?
        } else {
            th.compare_bool(CmpOp::Lt, v, x)?
        };
        if below { lo = mid + 1 } else { hi = mid }
    }
    Ok(lo)
}
fn insert(th: &mut Thread, a: &[Value], right: bool) -> R {
    let i = search(th, a, right, true)?;
    if th.class_of(a[0]) == ctx().types.list {
        a[0].as_gc::<List>().insert(th, i, a[1])?;
    } else {
        let i = th.new_int(i as i64);
        th.call_method(a[0], names().insert, &[i, a[1]])?;
    }
    Ok(Value::NONE)
}
