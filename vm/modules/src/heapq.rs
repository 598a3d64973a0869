//! The module `_heapq`. Comparisons may run Python code that changes the list, which is noticed by its length.

use vasuki_vm::native::{ModuleDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::ops::CmpOp;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::list::List;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_heapq",
    doc: "Heap queue algorithm (a.k.a. priority queue).\n\nHeaps are arrays for which a[k] <= a[2*k+1] and a[k] <= a[2*k+2] for\nall k, counting elements from 0.  For the sake of comparison,\nnon-existing elements are considered to be infinite.  The interesting\nproperty of a heap is that a[0] is always its smallest element.",
    functions: &[
        def(
            "heappush",
            "heap, item, /",
            |th, a| push(th, a, false),
            "Push item onto heap, maintaining the heap invariant.",
        ),
        def(
            "heappop",
            "heap, /",
            |th, a| pop(th, a, false),
            "Pop the smallest item off the heap, maintaining the heap invariant.",
        ),
        def(
            "heappushpop",
            "heap, item, /",
            |th, a| push_pop(th, a, false),
            "Push item on the heap, then pop and return the smallest item from the heap.\n\nThe combined action runs more efficiently than heappush() followed by\na separate call to heappop().",
        ),
        def(
            "heapreplace",
            "heap, item, /",
            |th, a| replace(th, a, false),
            "Pop and return the current smallest value, and add the new item.\n\nThis is more efficient than heappop() followed by heappush(), and can be\nmore appropriate when using a fixed-size heap.  Note that the value\nreturned may be larger than item!  That constrains reasonable uses of\nthis routine unless written as part of a conditional replacement:\n\n    if item > heap[0]:\n        item = heapreplace(heap, item)",
        ),
        def(
            "heapify",
            "heap, /",
            |th, a| heapify(th, a, false),
            "Transform list into a heap, in-place, in O(len(heap)) time.",
        ),
        def(
            "heappush_max",
            "heap, item, /",
            |th, a| push(th, a, true),
            "Push item onto max heap, maintaining the heap invariant.",
        ),
        def("heappop_max", "heap, /", |th, a| pop(th, a, true), "Maxheap variant of heappop."),
        def(
            "heappushpop_max",
            "heap, item, /",
            |th, a| push_pop(th, a, true),
            "Maxheap variant of heappushpop.\n\nThe combined action runs more efficiently than heappush_max() followed by\na separate call to heappop_max().",
        ),
        def(
            "heapreplace_max",
            "heap, item, /",
            |th, a| replace(th, a, true),
            "Maxheap variant of heapreplace.",
        ),
        def(
            "heapify_max",
            "heap, /",
            |th, a| heapify(th, a, true),
            "Maxheap variant of heapify.",
        ),
    ],
    init: |th, m| {
        let text = th.new_str("Heap queues\n\n[explanation by François Pinard]\n\nHeaps are arrays for which a[k] <= a[2*k+1] and a[k] <= a[2*k+2] for\nall k, counting elements from 0.  For the sake of comparison,\nnon-existing elements are considered to be infinite.  The interesting\nproperty of a heap is that a[0] is always its smallest element.\n");
        crate::support::put(th, m, "__about__", text)
    },
};
fn list(th: &mut Thread, v: Value) -> R<Gc<List>> {
    match v.cast::<List>() {
        Some(l) => Ok(l),
        None => {
            let name = crate::support::arg_name(th, v);
            Err(th.type_error(&format!("heap argument must be a list, not {name}")))
        }
    }
}
fn item(th: &mut Thread, l: Gc<List>, i: usize) -> R {
    match l.get(th, i)? {
        Some(v) => Ok(v),
        None => Err(th.runtime_error("list changed size during iteration")),
    }
}
/// Does `x` belong above `y`? `n` is what the list's length must still be after the comparison.
#[inline(always)]
fn above(th: &mut Thread, l: Gc<List>, n: usize, max: bool, x: Value, y: Value) -> R<bool> {
    let (x, y) = if max { (y, x) } else { (x, y) };
    if Value::both_small(x, y) {
        return Ok(x.as_small() < y.as_small());
    }
    if x.is_float() && y.is_float() {
        return Ok(x.as_float() < y.as_float());
    }
    let r = th.compare_bool(CmpOp::Lt, x, y)?;
    if l.len(th)? != n {
        return Err(th.runtime_error("list changed size during iteration"));
    }
    Ok(r)
}
/// Lets the item at `at` rise, not above `top`.
fn rise(th: &mut Thread, l: Gc<List>, top: usize, mut at: usize, max: bool) -> R<()> {
    let n = l.len(th)?;
    let v = item(th, l, at)?;
    while at > top {
        let parent = (at - 1) / 2;
        let p = item(th, l, parent)?;
        if !above(th, l, n, max, v, p)? {
            break;
        }
        // Both places are right at any time, as comparisons see the list.
        l.set(th, at, p)?;
        l.set(th, parent, v)?;
        at = parent;
    }
    Ok(())
}
/// Lets the item at `top` sink to a leaf along the better children, then rise to its place.
fn sink(th: &mut Thread, l: Gc<List>, top: usize, max: bool) -> R<()> {
    let n = l.len(th)?;
    let mut at = top;
    while at < n / 2 {
        let mut child = 2 * at + 1;
        if child + 1 < n {
            let (left, right) = (item(th, l, child)?, item(th, l, child + 1)?);
            if !above(th, l, n, max, left, right)? {
                child += 1;
            }
        }
        let (x, y) = (item(th, l, child)?, item(th, l, at)?);
        l.set(th, child, y)?;
        l.set(th, at, x)?;
        at = child;
    }
    rise(th, l, top, at, max)
}
fn push(th: &mut Thread, a: &[Value], max: bool) -> R {
    let l = list(th, a[0])?;
    l.append(th, a[1])?;
    let n = l.len(th)?;
    rise(th, l, 0, n - 1, max)?;
    Ok(Value::NONE)
}
fn pop(th: &mut Thread, a: &[Value], max: bool) -> R {
    let l = list(th, a[0])?;
    let Some(last) = l.pop(th, -1)? else {
        return Err(th.index_error("index out of range"));
    };
    let Some(top) = l.get(th, 0)? else { return Ok(last) };
    l.set(th, 0, last)?;
    sink(th, l, 0, max)?;
    Ok(top)
}
fn replace(th: &mut Thread, a: &[Value], max: bool) -> R {
    let l = list(th, a[0])?;
    let Some(top) = l.get(th, 0)? else {
        return Err(th.index_error("index out of range"));
    };
    l.set(th, 0, a[1])?;
    sink(th, l, 0, max)?;
    Ok(top)
}
fn push_pop(th: &mut Thread, a: &[Value], max: bool) -> R {
    let l = list(th, a[0])?;
    let n = l.len(th)?;
    let Some(top) = l.get(th, 0)? else { return Ok(a[1]) };
    let (x, y) = if max { (a[1], top) } else { (top, a[1]) };
    if !th.compare_bool(CmpOp::Lt, x, y)? {
        return Ok(a[1]);
    }
    if n > 0 && l.len(th)? == 0 {
        return Err(th.index_error("index out of range"));
    }
    let top = item(th, l, 0)?;
    l.set(th, 0, a[1])?;
    sink(th, l, 0, max)?;
    Ok(top)
}
fn heapify(th: &mut Thread, a: &[Value], max: bool) -> R {
    let l = list(th, a[0])?;
    for i in (0..l.len(th)? / 2).rev() {
        sink(th, l, i, max)?;
    }
    Ok(Value::NONE)
}
