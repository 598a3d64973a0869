//! `islice`, `batched`, `pairwise`.

use super::simple::absent;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{TypeDef, def, def_static};
use vasuki_vm::object::Kind;
use vasuki_vm::state;
use vasuki_vm::state::{State, advance, number, small};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

state!(
    /// `islice`: `it` is EMPTY at the end, `stop` is negative without a limit; `next` is the index of the next item given,
    /// `taken` the number of items taken
    Islice { it, next, stop, step, taken, turn }
);
/// The declaration of `islice`.
pub(super) static ISLICE: TypeDef = TypeDef {
    doc: "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object\n\nReturn an iterator whose next() method returns selected values from an\niterable.  If start is specified, will skip all preceding elements;\notherwise, start defaults to zero.  Step defaults to one.  If\nspecified as another value, step determines how many values are\nskipped between successive calls.  Works like a slice() on a list\nbut returns an iterator.",
    methods: &[
        def_static("__new__", "cls, /, *args", islice_new, ""),
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", islice_next, "Implement next(self)."),
    ],
    ..TypeDef::new("itertools.islice", Kind::Payload, payload_size::<Islice>())
};
/// A bound: the default when it is None, an error text when it is no index within range.
fn bound(th: &mut Thread, v: Value, default: i64, text: &str) -> R<i64> {
    if v.is_none() {
        return Ok(default);
    }
    let n = match th.catch(ctx().types.Exception, |th| th.to_isize(v))? {
        Ok(n) => n as i64,
        Err(_) => -1,
    };
    if n < 0 {
        return Err(th.value_error(text));
    }
    // Nobody gets that far.
    Ok(n.min(1 << 47))
}
fn islice_new(th: &mut Thread, a: &[Value]) -> R {
    const STOP: &str = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    const INDICES: &str = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    let args = a[1].as_gc::<Tuple>().items();
    let (start, stop, step) = match *args {
        [_, stop] => (0, bound(th, stop, -1, STOP)?, 1),
        [_, start, stop] => (bound(th, start, 0, INDICES)?, bound(th, stop, -1, STOP)?, 1),
        [_, start, stop, step] => {
            let bounds = (bound(th, start, 0, INDICES)?, bound(th, stop, -1, STOP)?);
            let step = bound(th, step, 1, "Step for islice() must be a positive integer or None.")?;
            if step == 0 {
                return Err(th.value_error("Step for islice() must be a positive integer or None."));
            }
            (bounds.0, bounds.1, step)
        }
        _ if args.len() < 2 => {
            return Err(th.type_error(&format!("islice expected at least 2 arguments, got {}", args.len())));
        }
        _ => return Err(th.type_error(&format!("islice expected at most 4 arguments, got {}", args.len()))),
    };
    let it = th.iter(args[0])?;
    Ok(Islice::make(
        th,
        a[0],
        [
            it,
            Value::small(start),
            Value::small(stop),
            Value::small(step),
            small(0),
            Value::EMPTY,
        ],
    ))
}
fn islice_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Islice>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| islice_step(th, o))
}
fn islice_step(th: &mut Thread, o: State<Islice>) -> R {
    let s = o.open(th)?;
    let it = s.it.get();
    if it.is_empty() {
        return Ok(it);
    }
    let (next, stop) = (s.next.get().as_small(), s.stop.get().as_small());
    let upto = if stop >= 0 && next > stop { stop } else { next };
    let mut taken = s.taken.get().as_small();
    while taken < upto {
        if advance(th, it)?.is_empty() {
            o.put(th, &s.it, Value::EMPTY)?;
            return Ok(Value::EMPTY);
        }
        taken += 1;
        o.put(th, &s.taken, Value::small(taken))?;
    }
    if stop >= 0 && taken >= stop {
        o.put(th, &s.it, Value::EMPTY)?;
        return Ok(Value::EMPTY);
    }
    let v = advance(th, it)?;
    if v.is_empty() {
        o.put(th, &s.it, Value::EMPTY)?;
        return Ok(v);
    }
    let s = o.open(th)?;
    let next = (next + s.step.get().as_small()).min(1 << 47);
    o.store(th, &s.taken, Value::small(taken + 1));
    o.store(th, &s.next, Value::small(if stop >= 0 && next > stop { stop } else { next }));
    Ok(v)
}

state!(
    /// `batched`: `it` is EMPTY at the end
    Batched { it, size, strict, turn }
);
/// The declaration of `batched`.
pub(super) static BATCHED: TypeDef = TypeDef {
    doc: "Batch data into tuples of length n. The last batch may be shorter than n.\n\nLoops over the input iterable and accumulates data into tuples up to\nsize n.  The input is consumed lazily, just enough to fill a batch.\nThe result is yielded as soon as a batch is full or when the input\niterable is exhausted.\n\n    >>> for batch in batched('ABCDEFG', 3):\n    ...     print(batch)\n    ...\n    ('A', 'B', 'C')\n    ('D', 'E', 'F')\n    ('G',)\n\nIf \"strict\" is True, raises a ValueError if the final batch is shorter\nthan n.",
    methods: &[
        def_static("__new__", "cls, iterable, n, *, strict=False", batched_new, ""),
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", batched_next, "Implement next(self)."),
    ],
    ..TypeDef::new("itertools.batched", Kind::Payload, payload_size::<Batched>())
};
fn batched_new(th: &mut Thread, a: &[Value]) -> R {
    let n = th.to_isize(a[2])?;
    let strict = !absent(a[3]) && th.truth(a[3])?;
    if n < 1 {
        return Err(th.value_error("n must be at least one"));
    }
    let it = th.iter(a[1])?;
    let size = small((n as usize).min(1 << 47));
    Ok(Batched::make(th, a[0], [it, size, Value::bool(strict), Value::EMPTY]))
}
fn batched_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Batched>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| batched_step(th, o))
}
fn batched_step(th: &mut Thread, o: State<Batched>) -> R {
    let (it, n, strict) = o.read(th, |s| (s.it.get(), number(&s.size), s.strict.get()))?;
    if it.is_empty() {
        return Ok(it);
    }
    let mut batch = ValueVec::with_capacity(th, n.min(256))?;
    while batch.len() < n {
        match advance(th, it)? {
            Value::EMPTY => {
                o.put(th, &o.fixed().it, Value::EMPTY)?;
                if batch.is_empty() {
                    return Ok(Value::EMPTY);
                }
                if strict.is_true() {
                    return Err(th.value_error("batched(): incomplete batch"));
                }
                break;
            }
            v => batch.push(th, v)?,
        }
    }
    Ok(th.new_tuple(batch.as_slice()))
}

state!(
    /// `pairwise`: `it` is EMPTY at the end, `old` before the first pair
    Pairwise { it, old, turn }
);
/// The declaration of `pairwise`.
pub(super) static PAIRWISE: TypeDef = TypeDef {
    doc: "Return an iterator of overlapping pairs taken from the input iterator.\n\n    s -> (s0,s1), (s1,s2), (s2, s3), ...",
    methods: &[
        def_static("__new__", "cls, iterable, /", pairwise_new, ""),
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", pairwise_next, "Implement next(self)."),
    ],
    ..TypeDef::new("itertools.pairwise", Kind::Payload, payload_size::<Pairwise>())
};
fn pairwise_new(th: &mut Thread, a: &[Value]) -> R {
    let it = th.iter(a[1])?;
    Ok(Pairwise::make(th, a[0], [it, Value::EMPTY, Value::EMPTY]))
}
fn pairwise_next(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<Pairwise>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| pairwise_step(th, o))
}
fn pairwise_step(th: &mut Thread, o: State<Pairwise>) -> R {
    let s = o.open(th)?;
    let (it, mut old) = (s.it.get(), s.old.get());
    if it.is_empty() {
        return Ok(it);
    }
    if old.is_empty() {
        old = advance(th, it)?;
        o.put(th, &s.old, old)?;
        // The source may have asked this very object for its next pair.
        if old.is_empty() || s.it.get().is_empty() {
            return end(th, o);
        }
    }
    let new = advance(th, it)?;
    if new.is_empty() {
        return end(th, o);
    }
    o.put(th, &s.old, new)?;
    Ok(th.new_tuple(&[old, new]))
}
fn end(th: &mut Thread, o: State<Pairwise>) -> R {
    let s = o.open(th)?;
    o.store(th, &s.it, Value::EMPTY);
    o.store(th, &s.old, Value::EMPTY);
    Ok(Value::EMPTY)
}
