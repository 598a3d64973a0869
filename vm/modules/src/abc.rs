//! The module `_abc`: abstract base classes with their registries and caches.
//!
//! Caches are sets of class addresses with the counter at which they were filled. They are the runtime's own
//! bookkeeping: filled and read under a plain lock, not in transactions. What a thread has lately found there it finds again in a
//! small table of its own.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};
use vasuki_vm::context::ctx;
use vasuki_vm::names::names;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::{Class, class_flag};
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::types::{type_, weakref};
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_abc",
    doc: "Module contains faster C implementation of abc.ABCMeta",
    functions: FUNCTIONS,
    init: |_, _| Ok(()),
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "_abc_init",
        "self, /",
        init,
        "Internal ABC helper for class set-up. Should be never used outside abc module.",
    ),
    def(
        "_abc_register",
        "self, subclass, /",
        register,
        "Internal ABC helper for subclasss registration. Should be never used outside abc module.",
    ),
    def(
        "_abc_instancecheck",
        "self, instance, /",
        instancecheck,
        "Internal ABC helper for instance checks. Should be never used outside abc module.",
    ),
    def(
        "_abc_subclasscheck",
        "self, subclass, /",
        subclasscheck,
        "Internal ABC helper for subclasss checks. Should be never used outside abc module.",
    ),
    def(
        "_get_dump",
        "self, /",
        get_dump,
        "Internal ABC helper for cache and registry debugging.",
    ),
    def(
        "_reset_registry",
        "self, /",
        reset_registry,
        "Internal ABC helper to reset registry of a given class.",
    ),
    def(
        "_reset_caches",
        "self, /",
        reset_caches,
        "Internal ABC helper to reset both caches of a given class.",
    ),
    def("get_cache_token", "", cache_token, "Returns the current ABC cache token."),
];

#[derive(Default)]
struct Data {
    /// weak references to registered classes
    registry: Vec<Value>,
    /// versions of classes known to be subclasses, by address: (class version)
    positive: HashMap<u64, u32>,
    negative: HashSet<(u64, u32)>,
    negative_at: u64,
}
static COUNTER: AtomicU64 = AtomicU64::new(0);
static TABLE: Mutex<Option<HashMap<u64, Data>>> = Mutex::new(None);

/// An answer that a thread has had.
#[derive(Clone, Copy)]
struct Recent {
    /// versions of the ABC and of the class; a version belongs to one state of one class
    of: (u32, u32),
    /// the counter then
    at: u64,
    answer: bool,
}
const RECENT: usize = 256;
thread_local! {
    static RECENTLY: [Cell<Recent>; RECENT] = const {
        [const {
            Cell::new(Recent {
                of: (0, 0),
                at: 0,
                answer: false,
            })
        }; RECENT]
    };
}
/// The line of a thread's table for a pair of versions.
fn line(of: (u32, u32)) -> usize {
    (of.0.wrapping_mul(0x9E37_79B9) ^ of.1) as usize % RECENT
}

fn table() -> MutexGuard<'static, Option<HashMap<u64, Data>>> {
    TABLE.lock().unwrap_or_else(|e| e.into_inner())
}
fn with<T>(class: Value, f: impl FnOnce(&mut Data) -> T) -> T {
    f(table().get_or_insert_default().entry(class.0).or_default())
}
fn version(c: Value) -> u32 {
    c.cast::<Class>().map_or(0, |c| c.version.load(Relaxed))
}

fn init(th: &mut Thread, a: &[Value]) -> R {
    table().get_or_insert_default().insert(a[0].0, Data::default());
    // The abstract methods: of the namespace, then what bases leave abstract.
    let Some(class) = a[0].cast::<Class>() else {
        return Err(th.type_error("a class is required"));
    };
    let found = th.new_set();
    let (keys, values) = class.namespace().snapshot(th)?;
    for (&k, &v) in keys.as_slice().iter().zip(values.as_slice()) {
        if is_abstract(th, v)? {
            th.call_method(found, names().add, &[k])?;
        }
    }
    let bases = th.getattr(a[0], names().__bases__)?;
    for &b in bases.as_gc::<Tuple>().items() {
        let Some(inherited) = th.getattr_opt(b, names().__abstractmethods__)? else {
            continue;
        };
        for &k in th.collect(inherited)?.as_slice() {
            let Some(name) = k.cast::<vasuki_vm::types::str_::Str>() else {
                continue;
            };
            if let Some(v) = th.getattr_opt(a[0], name.interned())?
                && is_abstract(th, v)?
            {
                th.call_method(found, names().add, &[k])?;
            }
        }
    }
    let frozen = th.call(ctx().types.frozenset.value(), &[found])?;
    th.setattr(a[0], names().__abstractmethods__, frozen)?;
    // `match` looks at these flags of collections.abc.Sequence and Mapping and of what derives from them.
    let flags = th.intern("__abc_tpflags__");
    if let Some(f) = class.namespace().get_str(th, flags)?
        && let Some(f) = f.to_small()
    {
        if f & (3 << 5) == 3 << 5 {
            return Err(th.type_error("__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING"));
        }
        if f & (1 << 5) != 0 {
            class.set_flag(class_flag::SEQUENCE);
        }
        if f & (1 << 6) != 0 {
            class.set_flag(class_flag::MAPPING);
        }
        class.namespace().remove(th, flags.value())?;
    }
    Ok(Value::NONE)
}
fn is_abstract(th: &mut Thread, v: Value) -> R<bool> {
    match th.getattr_opt(v, names().__isabstractmethod__)? {
        Some(x) => th.truth(x),
        None => Ok(false),
    }
}
fn register(th: &mut Thread, a: &[Value]) -> R {
    let Some(sub) = a[1].cast::<Class>() else {
        return Err(th.type_error("Can only register classes"));
    };
    if th.issubclass(a[1], a[0])? {
        return Ok(a[1]);
    }
    if th.issubclass(a[0], a[1])? {
        return Err(th.runtime_error("Refusing to create an inheritance cycle"));
    }
    // Other threads find it at once.
    th.irrevocable()?;
    let weak = weakref::new(th, ctx().types.weakref, a[1], Value::NONE)?;
    vasuki_vm::memory::keep(weak);
    with(a[0], |d| d.registry.push(weak));
    COUNTER.fetch_add(1, Relaxed);
    // As in CPython, registering a builtin type does not change what patterns it matches.
    if let Some(abc) = a[0].cast::<Class>() {
        match abc.flags.load(Relaxed) & PATTERN_KINDS {
            0 => {}
            kind => set_kind(sub, kind),
        }
    }
    Ok(a[1])
}
const PATTERN_KINDS: u32 = class_flag::SEQUENCE | class_flag::MAPPING;
/// Which patterns a class and its subclasses match.
fn set_kind(class: Gc<Class>, kind: u32) {
    if !class.has_flag(class_flag::HEAP) || class.flags.load(Relaxed) & PATTERN_KINDS == kind {
        return;
    }
    class.flags.fetch_and(!PATTERN_KINDS, Relaxed);
    class.set_flag(kind);
    for sub in type_::subclasses(class) {
        if let Some(sub) = sub.cast::<Class>() {
            set_kind(sub, kind);
        }
    }
}
fn cached(abc: Value, sub: Value) -> Option<bool> {
    let (of, at) = ((version(abc), version(sub)), COUNTER.load(Relaxed));
    let recent = RECENTLY.with(|r| r[line(of)].get());
    if recent.of == of && recent.at == at && of.0 != 0 && of.1 != 0 {
        return Some(recent.answer);
    }
    let answer = cached_by_any(abc, sub)?;
    RECENTLY.with(|r| r[line(of)].set(Recent { of, at, answer }));
    Some(answer)
}
/// What the caches of all threads know.
fn cached_by_any(abc: Value, sub: Value) -> Option<bool> {
    with(abc, |d| {
        if d.positive.get(&sub.0) == Some(&version(sub)) {
            return Some(true);
        }
        let now = COUNTER.load(Relaxed);
        if d.negative_at < now {
            d.negative.clear();
            d.negative_at = now;
        }
        if d.negative.contains(&(sub.0, version(sub))) {
            Some(false)
        } else {
            None
        }
    })
}
fn instancecheck(th: &mut Thread, a: &[Value]) -> R {
    let real = th.class_of(a[1]).value();
    let sub = th.getattr_opt(a[1], names().__class__)?.unwrap_or(real);
    if cached(a[0], sub) == Some(true) {
        return Ok(Value::TRUE);
    }
    if real == sub && cached(a[0], sub) == Some(false) {
        return Ok(Value::FALSE);
    }
    let check = |th: &mut Thread, c: Value| -> R<bool> {
        let r = th.call_method(a[0], names().__subclasscheck__, &[c])?;
        th.truth(r)
    };
    let yes = check(th, sub)? || (real != sub && check(th, real)?);
    Ok(Value::bool(yes))
}
fn subclasscheck(th: &mut Thread, a: &[Value]) -> R {
    let (abc, sub) = (a[0], a[1]);
    let Some(sub_class) = sub.cast::<Class>() else {
        return Err(th.type_error("issubclass() arg 1 must be a class"));
    };
    if let Some(known) = cached(abc, sub) {
        return Ok(Value::bool(known));
    }
    let answer = th.recurse(" in __subclasscheck__", |th| subclass_slow(th, abc, sub, sub_class))?;
    with(abc, |d| {
        if answer {
            d.positive.insert(sub.0, version(sub));
        } else {
            d.negative.insert((sub.0, version(sub)));
        }
    });
    Ok(Value::bool(answer))
}
fn subclass_slow(th: &mut Thread, abc: Value, sub: Value, sub_class: vasuki_vm::object::Gc<Class>) -> R<bool> {
    match th.call_method(abc, names().__subclasshook__, &[sub])? {
        Value::TRUE => return Ok(true),
        Value::FALSE => return Ok(false),
        Value::NOT_IMPLEMENTED => {}
        _ => {
            return Err(th.error(
                ctx().types.AssertionError,
                "__subclasshook__ must return either False, True, or NotImplemented",
            ));
        }
    }
    if let Some(c) = abc.cast::<Class>()
        && sub_class.is_subclass_of(c)
    {
        return Ok(true);
    }
    let registry = with(abc, |d| d.registry.clone());
    for w in registry {
        let r = w.as_gc::<weakref::WeakRef>().target();
        if !r.is_empty() && (r == sub || th.issubclass(sub, r)?) {
            return Ok(true);
        }
    }
    let subclasses = th.call_method(abc, names().__subclasses__, &[])?;
    for &s in th.collect(subclasses)?.as_slice() {
        if th.issubclass(sub, s)? {
            return Ok(true);
        }
    }
    Ok(false)
}
fn cache_token(th: &mut Thread, _: &[Value]) -> R {
    Ok(th.new_int(COUNTER.load(Relaxed) as i64))
}
fn reset_registry(th: &mut Thread, a: &[Value]) -> R {
    th.irrevocable()?;
    with(a[0], |d| d.registry.clear());
    Ok(Value::NONE)
}
fn reset_caches(_: &mut Thread, a: &[Value]) -> R {
    with(a[0], |d| {
        d.positive.clear();
        d.negative.clear();
    });
    // What threads have in tables of their own is old now.
    COUNTER.fetch_add(1, Relaxed);
    Ok(Value::NONE)
}
fn get_dump(th: &mut Thread, a: &[Value]) -> R {
    let registry = with(a[0], |d| d.registry.clone());
    let out = th.new_set();
    for w in registry {
        th.call_method(out, names().add, &[w])?;
    }
    let (empty, empty2) = (th.new_set(), th.new_set());
    let version = with(a[0], |d| d.negative_at);
    let version = th.new_int(version as i64);
    Ok(th.new_tuple(&[out, empty, empty2, version]))
}
