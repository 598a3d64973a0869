//! The module `_random`.
//!
//! What a generator that was seeded by the system yields cannot be foretold, until its state has been asked for. So until
//! then it takes its numbers from a generator that each thread has for itself: threads that share one, as the functions
//! of `random` do, do not conflict. `getstate` gives it a state of its own.

use crate::support::{ClassCell, class, native, put};
use crate::twister::{N, Twister};
use num_bigint::{BigInt, BigUint, Sign};
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use vasuki_vm::native::{ModuleDef, TypeDef, def, def_static};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::class_of;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::int;
use vasuki_vm::types::payload::{self, Native, Payload, payload_size};
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_random",
    doc: "Module implements the Mersenne Twister random number generator.",
    functions: &[],
    init: |th, m| {
        let c = class(th, &CLASS, &RANDOM)?;
        put(th, m, "Random", c.value())
    },
};

#[derive(Clone)]
struct Random {
    /// new: it has no state of its own
    twister: Twister,
    /// the transaction that has it open has kept all of it
    kept: bool,
}
impl Payload for Random {
    const NEEDS_DROP: bool = false;
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
    fn opened(&mut self) -> Option<&AtomicU64> {
        self.kept = false;
        Some(&self.twister.index)
    }
}
thread_local! {
    static OF_THREAD: RefCell<Twister> = const { RefCell::new(Twister::new()) };
}
static CLASS: ClassCell = ClassCell::new();
static RANDOM: TypeDef = TypeDef {
    doc: "Random() -> create a random number generator with its own internal state.",
    methods: &[
        def_static("__new__", "cls, *args, **kwargs", new, ""),
        def(
            "__init__",
            "self, *args, **kwargs",
            init,
            "Initialize self.  See help(type(self)) for accurate signature.",
        ),
        def(
            "random",
            "self, /",
            |th, a| Ok(Value::float(draw(th, a[0], 2, Twister::next_float)?)),
            "random() -> x in the interval [0, 1).",
        ),
        def(
            "seed",
            "self, n=None, /",
            |th, a| {
                seed(th, a[0], a[1])?;
                Ok(Value::NONE)
            },
            "seed([n]) -> None.\n\nDefaults to use urandom and falls back to a combination\nof the current time and the process identifier.",
        ),
        def("getstate", "self, /", getstate, "getstate() -> tuple containing the current state."),
        def(
            "setstate",
            "self, state, /",
            setstate,
            "setstate(state) -> None.  Restores generator state.",
        ),
        def(
            "getrandbits",
            "self, k, /",
            getrandbits,
            "getrandbits(k) -> x.  Generates an int with k random bits.",
        ),
    ],
    ..TypeDef::new("_random.Random", Kind::Payload, payload_size::<Random>())
};

fn new(th: &mut Thread, a: &[Value]) -> R {
    let state = Random {
        twister: Twister::new(),
        kept: false,
    };
    Ok(payload::new(th, a[0].as_gc(), state).value())
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    if class_of(a[0]) == class(th, &CLASS, &RANDOM)? && a[2].as_gc::<Dict>().len(th)? != 0 {
        return Err(th.type_error("Random() takes no keyword arguments"));
    }
    match a[1].as_gc::<Tuple>().items() {
        [] => seed(th, a[0], Value::NONE)?,
        [n] => seed(th, a[0], *n)?,
        _ => return Err(th.type_error("Random() requires 0 or 1 argument")),
    }
    Ok(Value::NONE)
}
fn has_own(th: &mut Thread, o: Gc<Native<Random>>) -> R<bool> {
    let state = o.frozen();
    th.read(o.header(), || !state.twister.is_new())
}
/// The state, all of which may be changed.
fn open_all(th: &mut Thread, o: Gc<Native<Random>>) -> R<&'static mut Random> {
    let state = th.open_mut(o)?;
    if !state.kept {
        payload::keep_clone(th, o);
        state.kept = true;
    }
    Ok(state)
}
/// Runs `f` with the generator that numbers of `v` come from: it takes up to `outputs` of them.
#[inline]
fn draw<T>(th: &mut Thread, v: Value, outputs: usize, f: impl FnOnce(&mut Twister) -> T) -> R<T> {
    let o = native::<Random>(th, v)?;
    if has_own(th, o)? {
        let mut state = th.open_mut(o)?;
        if state.twister.left() < outputs {
            state = open_all(th, o)?;
        }
        return Ok(f(&mut state.twister));
    }
    Ok(OF_THREAD.with_borrow_mut(|t| {
        if t.is_new() {
            t.seed_by_system();
        }
        f(t)
    }))
}
fn seed(th: &mut Thread, v: Value, n: Value) -> R<()> {
    let o = native::<Random>(th, v)?;
    if n.is_empty() || n.is_none() {
        // After a fork, this is what makes the child differ.
        OF_THREAD.with_borrow_mut(Twister::seed_by_system);
        if has_own(th, o)? {
            open_all(th, o)?.twister.forget();
        }
        return Ok(());
    }
    let digits = match int::to_bigint(n) {
        Some(n) => n.magnitude().to_u32_digits(),
        None => BigUint::from(th.hash(n)? as u64).to_u32_digits(),
    };
    let state = open_all(th, o)?;
    state.twister.seed_by(if digits.is_empty() { &[0] } else { &digits });
    Ok(())
}
fn getstate(th: &mut Thread, a: &[Value]) -> R {
    let o = native::<Random>(th, a[0])?;
    let own = has_own(th, o)?;
    let state = open_all(th, o)?;
    if !own {
        state.twister.seed_by_system();
    }
    let mut words = [Value::small(state.twister.index.load(Relaxed) as i64); N + 1];
    for (v, w) in words.iter_mut().zip(&state.twister.words) {
        *v = Value::small(i64::from(*w));
    }
    Ok(th.new_tuple(&words))
}
/// As C's `unsigned long`.
fn unsigned(th: &mut Thread, v: Value) -> R<u64> {
    let Some(n) = int::to_bigint(v) else {
        return Err(th.type_error("an integer is required"));
    };
    if n.sign() == Sign::Minus {
        return Err(th.overflow_error("can't convert negative value to unsigned int"));
    }
    u64::try_from(n.as_ref()).map_err(|_| th.overflow_error("Python int too large to convert to C unsigned long"))
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let Some(t) = a[1].cast::<Tuple>() else {
        return Err(th.type_error("state vector must be a tuple"));
    };
    let Ok::<&[Value; N + 1], _>(items) = t.items().try_into() else {
        return Err(th.value_error("state vector is the wrong size"));
    };
    let mut new = Twister::new();
    for (w, v) in new.words.iter_mut().zip(items) {
        *w = unsigned(th, *v)? as u32;
    }
    let index = th.index(items[N])?;
    match int::to_i64(index) {
        Some(i) if (0..=N as i64).contains(&i) => new.index = AtomicU64::new(i as u64),
        Some(_) => return Err(th.value_error("invalid state")),
        None => return Err(th.overflow_error("Python int too large to convert to C long")),
    }
    let o = native::<Random>(th, a[0])?;
    let state = open_all(th, o)?;
    state.twister.words = new.words;
    state.twister.index.store(new.index.load(Relaxed), Relaxed);
    Ok(Value::NONE)
}
fn getrandbits(th: &mut Thread, a: &[Value]) -> R {
    let k = th.index(a[1])?;
    if int::sign(k) < 0 {
        return Err(th.value_error("Cannot convert negative int"));
    }
    let k = match int::to_bigint(k).map(|k| u64::try_from(k.as_ref())) {
        Some(Ok(k)) => k,
        _ => return Err(th.overflow_error("Python int too large to convert to C uint64_t")),
    };
    match k {
        0 => Ok(Value::small(0)),
        1..=32 => Ok(Value::small(i64::from(draw(th, a[0], 1, |t| t.next() >> (32 - k))?))),
        33..=64 => {
            let n = draw(th, a[0], 2, |t| u64::from(t.next()) | u64::from(t.next() >> (64 - k)) << 32)?;
            Ok(th.new_uint(n))
        }
        _ => many_bits(th, a[0], k),
    }
}
fn many_bits(th: &mut Thread, v: Value, k: u64) -> R {
    let words = (k - 1) / 32 + 1;
    let mut digits = Vec::new();
    if words > isize::MAX as u64 / 4 || digits.try_reserve_exact(words as usize).is_err() {
        return Err(th.memory_error());
    }
    draw(th, v, words as usize, |t| digits.extend((0..words).map(|_| t.next())))?;
    if let Some(last) = digits.last_mut() {
        *last >>= (32 - k % 32) % 32;
    }
    Ok(th.new_bigint(BigInt::from_biguint(Sign::Plus, BigUint::new(digits))))
}
