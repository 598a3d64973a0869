//! `product`, `permutations`, `combinations`, `combinations_with_replacement`.
//!
//! Each keeps its indices in one buffer; the last result is the source of the next one, of which only a tail changes.

use super::simple::{is_int, non_negative};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{NativeFn, TypeDef, def, def_static};
use vasuki_vm::object::{Gc, Kind, Slot};
use vasuki_vm::state;
use vasuki_vm::state::{State, number, slots, small};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::{Buffer, ValueVec};
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

state!(
    /// `pool`: a tuple (of tuples, of `product`). `indices`: buffer; `cycles`: buffer (permutations); `result`: buffer of the
    /// last result's items, EMPTY before the first. `left`: False at the end.
    Combine { pool, indices, cycles, result, size, left }
);
const fn combine_type(name: &'static str, doc: &'static str, methods: &'static [vasuki_vm::native::NativeDef]) -> TypeDef {
    TypeDef {
        doc,
        methods,
        ..TypeDef::new(name, Kind::Payload, payload_size::<Combine>())
    }
}
const ITER: NativeFn = |_, a| Ok(a[0]);
/// The declaration of `product`.
pub(super) static PRODUCT: TypeDef = combine_type(
    "itertools.product",
    "Cartesian product of input iterables.  Equivalent to nested for-loops.\n\nFor example, product(A, B) returns the same as:  ((x,y) for x in A for y in B).\nThe leftmost iterators are in the outermost for-loop, so the output tuples\ncycle in a manner similar to an odometer (with the rightmost element changing\non every iteration).\n\nTo compute the product of an iterable with itself, specify the number\nof repetitions with the optional repeat keyword argument. For example,\nproduct(A, repeat=4) means the same as product(A, A, A, A).\n\nproduct('ab', range(3)) --> ('a',0) ('a',1) ('a',2) ('b',0) ('b',1) ('b',2)\nproduct((0,1), (0,1), (0,1)) --> (0,0,0) (0,0,1) (0,1,0) (0,1,1) (1,0,0) ...",
    &[
        def_static("__new__", "cls, /, *iterables, repeat=1", product_new, ""),
        def("__iter__", "self, /", ITER, "Implement iter(self)."),
        def("__next__", "self, /", product_next, "Implement next(self)."),
        def("__sizeof__", "self, /", sizeof, "Returns size in memory, in bytes."),
    ],
);
/// The declaration of `permutations`.
pub(super) static PERMUTATIONS: TypeDef = combine_type(
    "itertools.permutations",
    "Return successive r-length permutations of elements in the iterable.\n\npermutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)",
    &[
        def_static("__new__", "cls, iterable, r=None", permutations_new, ""),
        def("__iter__", "self, /", ITER, "Implement iter(self)."),
        def("__next__", "self, /", permutations_next, "Implement next(self)."),
        def("__sizeof__", "self, /", sizeof, "Returns size in memory, in bytes."),
    ],
);
/// The declaration of `combinations`.
pub(super) static COMBINATIONS: TypeDef = combine_type(
    "itertools.combinations",
    "Return successive r-length combinations of elements in the iterable.\n\ncombinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)",
    &[
        def_static("__new__", "cls, iterable, r", combinations_new, ""),
        def("__iter__", "self, /", ITER, "Implement iter(self)."),
        def("__next__", "self, /", combinations_next, "Implement next(self)."),
        def("__sizeof__", "self, /", sizeof, "Returns size in memory, in bytes."),
    ],
);
/// The declaration of `combinations_with_replacement`.
pub(super) static WITH_REPLACEMENT: TypeDef = combine_type(
    "itertools.combinations_with_replacement",
    "Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.\n\ncombinations_with_replacement('ABC', 2) --> ('A','A'), ('A','B'), ('A','C'), ('B','B'), ('B','C'), ('C','C')",
    &[
        def_static("__new__", "cls, iterable, r", replacement_new, ""),
        def("__iter__", "self, /", ITER, "Implement iter(self)."),
        def("__next__", "self, /", replacement_next, "Implement next(self)."),
        def("__sizeof__", "self, /", sizeof, "Returns size in memory, in bytes."),
    ],
);
fn sizeof(th: &mut Thread, a: &[Value]) -> R {
    let s = State::<Combine>::of(th, a[0])?.fixed();
    let words = slots(s.indices.get()).len() + slots(s.cycles.get()).len() + slots(s.result.get()).len();
    Ok(small(payload_size::<Combine>() + 8 * words))
}
fn buffer(th: &mut Thread, n: usize, f: impl Fn(usize) -> Value) -> R<Gc<Buffer>> {
    let b = th.new_buffer(n)?;
    b.slots().iter().enumerate().for_each(|(i, s)| s.set_raw(f(i)));
    Ok(b)
}
fn tuple_of(th: &mut Thread, iterable: Value) -> R {
    if th.class_of(iterable) == ctx().types.tuple {
        return Ok(iterable);
    }
    let items = th.collect(iterable)?;
    Ok(th.new_tuple(items.as_slice()))
}
fn pool_items(s: &Combine) -> &'static [Value] {
    s.pool.get().as_gc::<Tuple>().items()
}
/// The tuple of the result's items.
fn result(th: &mut Thread, s: &Combine, size: usize) -> R {
    match s.result.get().cast::<Buffer>() {
        Some(b) => Ok(th.new_tuple(b.values(size))),
        None => Ok(ctx().empty_tuple),
    }
}
/// Makes the result buffer of the first result.
fn first(th: &mut Thread, o: State<Combine>, size: usize, f: impl Fn(usize) -> Value) -> R {
    let b = buffer(th, size, f)?;
    let s = o.open(th)?;
    o.store(th, &s.result, b.value());
    result(th, s, size)
}
fn end(th: &mut Thread, o: State<Combine>) -> R {
    o.put(th, &o.fixed().left, Value::FALSE)?;
    Ok(Value::EMPTY)
}

fn product_new(th: &mut Thread, a: &[Value]) -> R {
    let repeat = if a[2].is_empty() { 1 } else { th.to_isize(a[2])? };
    if repeat < 0 {
        return Err(th.value_error("repeat argument cannot be negative"));
    }
    let args = a[1].as_gc::<Tuple>().items();
    let total = if repeat == 0 { 0 } else { args.len() };
    let Some(size) = total.checked_mul(repeat as usize).filter(|&n| n < 1 << 40) else {
        return Err(th.overflow_error("repeat argument too large"));
    };
    let mut pools = ValueVec::with_capacity(th, size)?;
    for &v in &args[..total] {
        let t = tuple_of(th, v)?;
        pools.push(th, t)?;
    }
    for i in total..size {
        let t = pools.as_slice()[i - total];
        pools.push(th, t)?;
    }
    let pool = th.new_tuple(pools.as_slice());
    let indices = buffer(th, size, |_| small(0))?;
    Ok(Combine::make(
        th,
        a[0],
        [pool, indices.value(), Value::EMPTY, Value::EMPTY, small(size), Value::TRUE],
    ))
}
fn product_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Combine>::of(th, a[0])?;
    let s = o.open(th)?;
    if !s.left.get().is_true() {
        return Ok(Value::EMPTY);
    }
    let pools = pool_items(s);
    if s.result.get().is_empty() {
        if pools.iter().any(|p| p.as_gc::<Tuple>().is_empty()) {
            return end(th, o);
        }
        return first(th, o, pools.len(), |i| pools[i].as_gc::<Tuple>().items()[0]);
    }
    let (indices, cur) = (slots(s.indices.get()), slots(s.result.get()));
    for i in (0..pools.len()).rev() {
        let pool = pools[i].as_gc::<Tuple>().items();
        let next = number(&indices[i]) + 1;
        if next < pool.len() {
            o.store(th, &indices[i], small(next));
            o.store(th, &cur[i], pool[next]);
            return result(th, s, pools.len());
        }
        o.store(th, &indices[i], small(0));
        o.store(th, &cur[i], pool[0]);
    }
    end(th, o)
}

fn permutations_new(th: &mut Thread, a: &[Value]) -> R {
    let pool = tuple_of(th, a[1])?;
    let n = pool.as_gc::<Tuple>().len();
    let r = if a[2].is_empty() || a[2].is_none() {
        n
    } else {
        if !is_int(a[2]) {
            return Err(th.type_error("Expected int as r"));
        }
        non_negative(th, a[2], "r must be non-negative")?
    };
    let indices = buffer(th, n, small)?;
    let cycles = if r <= n {
        buffer(th, r, |i| small(n - i))?.value()
    } else {
        Value::EMPTY
    };
    Ok(Combine::make(
        th,
        a[0],
        [
            pool,
            indices.value(),
            cycles,
            Value::EMPTY,
            small(r.min(1 << 47)),
            Value::bool(r <= n),
        ],
    ))
}
fn permutations_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Combine>::of(th, a[0])?;
    let s = o.open(th)?;
    if !s.left.get().is_true() {
        return Ok(Value::EMPTY);
    }
    let (pool, r) = (pool_items(s), number(&s.size));
    if s.result.get().is_empty() {
        return first(th, o, r, |i| pool[i]);
    }
    let (n, indices, cycles, cur) = (pool.len(), slots(s.indices.get()), slots(s.cycles.get()), slots(s.result.get()));
    for i in (0..r).rev() {
        let left = number(&cycles[i]) - 1;
        if left == 0 {
            // The index at i goes to the end; those behind move up.
            let index = indices[i].get();
            for j in i..n - 1 {
                o.store(th, &indices[j], indices[j + 1].get());
            }
            o.store(th, &indices[n - 1], index);
            o.store(th, &cycles[i], small(n - i));
        } else {
            o.store(th, &cycles[i], small(left));
            let (x, y) = (indices[i].get(), indices[n - left].get());
            o.store(th, &indices[i], y);
            o.store(th, &indices[n - left], x);
            for k in i..r {
                o.store(th, &cur[k], pool[number(&indices[k])]);
            }
            return result(th, s, r);
        }
    }
    end(th, o)
}

fn combinations_new(th: &mut Thread, a: &[Value]) -> R {
    let pool = tuple_of(th, a[1])?;
    let n = pool.as_gc::<Tuple>().len();
    let r = non_negative(th, a[2], "r must be non-negative")?;
    let indices = buffer(th, if r <= n { r } else { 0 }, small)?;
    Ok(Combine::make(
        th,
        a[0],
        [
            pool,
            indices.value(),
            Value::EMPTY,
            Value::EMPTY,
            small(r.min(1 << 47)),
            Value::bool(r <= n),
        ],
    ))
}
/// Gives each index from `i` on what `f` says, and its item.
fn set_tail(th: &mut Thread, o: State<Combine>, indices: &[Slot], pool: &[Value], i: usize, f: impl Fn(usize) -> usize) {
    let cur = slots(o.fixed().result.get());
    for k in i..indices.len() {
        o.store(th, &indices[k], small(f(k)));
        o.store(th, &cur[k], pool[f(k)]);
    }
}
fn combinations_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Combine>::of(th, a[0])?;
    let s = o.open(th)?;
    if !s.left.get().is_true() {
        return Ok(Value::EMPTY);
    }
    let (pool, r) = (pool_items(s), number(&s.size));
    if s.result.get().is_empty() {
        return first(th, o, r, |i| pool[i]);
    }
    let indices = slots(s.indices.get());
    let Some(i) = (0..r).rev().find(|&i| number(&indices[i]) != i + pool.len() - r) else {
        return end(th, o);
    };
    let base = number(&indices[i]) + 1;
    set_tail(th, o, indices, pool, i, |k| base + k - i);
    result(th, s, r)
}

fn replacement_new(th: &mut Thread, a: &[Value]) -> R {
    let pool = tuple_of(th, a[1])?;
    let n = pool.as_gc::<Tuple>().len();
    let r = non_negative(th, a[2], "r must be non-negative")?;
    let left = n > 0 || r == 0;
    let indices = buffer(th, if left { r } else { 0 }, |_| small(0))?;
    Ok(Combine::make(
        th,
        a[0],
        [
            pool,
            indices.value(),
            Value::EMPTY,
            Value::EMPTY,
            small(r.min(1 << 47)),
            Value::bool(left),
        ],
    ))
}
fn replacement_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Combine>::of(th, a[0])?;
    let s = o.open(th)?;
    if !s.left.get().is_true() {
        return Ok(Value::EMPTY);
    }
    let (pool, r) = (pool_items(s), number(&s.size));
    if s.result.get().is_empty() {
        return first(th, o, r, |_| pool[0]);
    }
    let indices = slots(s.indices.get());
    let Some(i) = (0..r).rev().find(|&i| number(&indices[i]) + 1 != pool.len()) else {
        return end(th, o);
    };
    let next = number(&indices[i]) + 1;
    set_tail(th, o, indices, pool, i, |_| next);
    result(th, s, r)
}
