//! `weakref.ReferenceType` and the collector's side of weak references. (Proxies: `weakproxy`.)
//!
//! Invariants: a live reference's target slot holds the address of a live object or EMPTY; the collector does not trace
//! it. `TABLE` lists the references of each target; the target then has the WEAKREFS flag. The collector calls
//! [`clear_dead`] with all threads stopped.

use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_class, def_static, getter};
use crate::object::{Gc, Header, Kind, Layout, Obj, Slot, flag};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_flag, class_of};
use crate::types::tuple::Tuple;
use crate::value::Value;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Layout of references and proxies.
#[repr(C)]
pub struct WeakRef {
    header: Header,
    target: Slot,
    /// callable, None or EMPTY
    pub callback: Slot,
    hash: Slot,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for WeakRef {
    const KIND: Kind = Kind::WeakRef;
}
impl Gc<WeakRef> {
    /// Calls `f` with every value that the reference keeps alive: not the target.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        f(self.callback.get());
        f(self.hash.get());
    }
    /// The target, EMPTY when it is dead.
    #[inline]
    pub fn target(self) -> Value {
        self.target.get()
    }
}

static TABLE: Mutex<Option<HashMap<usize, Vec<usize>>>> = Mutex::new(None);
static DUE: Mutex<Vec<(Value, Value)>> = Mutex::new(Vec::new());
static DUE_COUNT: AtomicUsize = AtomicUsize::new(0);

fn table<T>(f: impl FnOnce(&mut HashMap<usize, Vec<usize>>) -> T) -> T {
    f(TABLE.lock().unwrap_or_else(|e| e.into_inner()).get_or_insert_default())
}
fn due<T>(f: impl FnOnce(&mut Vec<(Value, Value)>) -> T) -> T {
    let mut d = DUE.lock().unwrap_or_else(|e| e.into_inner());
    let r = f(&mut d);
    DUE_COUNT.store(d.len(), Relaxed);
    r
}
fn as_ref(addr: usize) -> Gc<WeakRef> {
    // SAFETY: the table holds references that the last collection found alive, or newer ones.
    unsafe { Gc::from_addr(addr as u64) }
}

/// Clears references to unreachable objects. `first`: before finalizers' objects are marked; then callbacks become due.
/// Otherwise: forgets dead references themselves.
pub fn clear_dead(is_marked: &dyn Fn(u64) -> bool, first: bool) {
    if !first {
        table(|t| {
            t.retain(|_, refs| {
                refs.retain(|&r| is_marked(r as u64));
                !refs.is_empty()
            })
        });
        crate::types::type_::forget_dead_classes(is_marked);
        return;
    }
    let mut callbacks = Vec::new();
    table(|t| {
        t.retain(|&target, refs| {
            if is_marked(target as u64) {
                return true;
            }
            // SAFETY: unmarked, but not swept yet.
            let o = unsafe { Obj::from_addr(target as u64) };
            o.header().flags.fetch_and(!flag::WEAKREFS, Relaxed);
            for &r in refs.iter() {
                let w = as_ref(r);
                w.target.set_raw(Value::EMPTY);
                let c = w.callback.get();
                if is_marked(r as u64) && c.is_obj() {
                    w.callback.set_raw(Value::NONE);
                    callbacks.push((w.value(), c));
                }
            }
            false
        })
    });
    make_due(&mut callbacks);
}
/// Asks the threads that can run the waiting callbacks: what is private to a thread only that thread can use.
pub(crate) fn request_callbacks(th: &Thread) {
    due(|d| {
        for (r, _) in d.iter() {
            th.world.request_finalizers_of(r.as_obj().header().meta.load(Relaxed));
        }
    });
}
/// Roots of the waiting callbacks.
pub fn callback_roots(f: &mut dyn FnMut(Value)) {
    due(|d| {
        for (r, c) in d.iter() {
            f(*r);
            f(*c);
        }
    })
}
/// These callbacks wait, for whichever thread may call them.
pub(crate) fn make_due(callbacks: &mut Vec<(Value, Value)>) {
    due(|d| d.append(callbacks));
}
/// The next one that is for this thread. It takes all that are, for there may be many for others.
fn next_callback(th: &mut Thread) -> Option<(Value, Value)> {
    if th.finalizable.callbacks.is_empty() && DUE_COUNT.load(Relaxed) > 0 {
        th.finalizable.callbacks = due(|d| {
            let (mine, others) = d.drain(..).partition(|(r, _)| th.may_touch(r.as_obj()));
            *d = others;
            mine
        });
    }
    th.finalizable.callbacks.pop()
}
/// Runs the callbacks that wait for this thread or for any.
pub fn run_callbacks(th: &mut Thread) -> R<()> {
    while let Some((r, c)) = next_callback(th) {
        let both = th.new_tuple(&[r, c]);
        th.if_aborted(both, move |th| {
            due(|d| d.push((r, c)));
            th.world.request_finalizers();
        });
        if let Err(t) = th.call(c, &[r]) {
            if t.is_abort() {
                return Err(t);
            }
            crate::types::report::report_ignored(th, t, "while calling weakref callback", c);
        }
    }
    Ok(())
}

/// A weak reference or proxy of `class` to `target`; `callback` is EMPTY, None or a callable.
pub fn new(th: &mut Thread, class: Gc<Class>, target: Value, callback: Value) -> R {
    let of = class_of(target);
    if !target.is_obj() || !of.has_flag(class_flag::WEAKREFABLE) {
        return Err(th.type_error(&format!("cannot create weak reference to '{}' object", of.name_str())));
    }
    let plain = callback.is_empty() || callback.is_none();
    let t = &ctx().types;
    let shared = plain && [t.weakref, t.weakproxy, t.weakcallableproxy].contains(&class);
    if shared
        && let Some(w) = usable_refs(th, target)
            .into_iter()
            .find(|w| class_of(*w) == class && !w.as_gc::<WeakRef>().callback.get().is_obj())
    {
        return Ok(w);
    }
    let w: Gc<WeakRef> = th.new_object(class, 0);
    w.target.set_raw(target);
    w.callback.set_raw(if plain { Value::NONE } else { callback });
    target.as_obj().set_flag(flag::WEAKREFS);
    table(|t| t.entry(target.0 as usize).or_default().push(w.addr()));
    // One that was never made is not among the target's references.
    th.if_aborted(w.value(), move |_| {
        table(|t| {
            if let Some(refs) = t.get_mut(&(target.0 as usize)) {
                refs.retain(|&r| r != w.addr());
            }
        });
    });
    Ok(w.value())
}
/// All live references to an object that this thread may touch, oldest first.
pub fn usable_refs(th: &Thread, target: Value) -> Vec<Value> {
    let mut all = refs(target);
    all.retain(|w| th.can_see(w.as_obj()));
    all
}
/// All live references to an object, oldest first.
pub fn refs(target: Value) -> Vec<Value> {
    if !target.is_obj() || !target.as_obj().has_flag(flag::WEAKREFS) {
        return Vec::new();
    }
    table(|t| {
        t.get(&(target.0 as usize))
            .map(|l| l.iter().map(|&a| Value(a as u64)).collect())
            .unwrap_or_default()
    })
}
/// `obj.__weakref__`: the first reference, or None.
pub fn first_ref(th: &mut Thread, v: Value) -> R {
    Ok(usable_refs(th, v).first().copied().unwrap_or(Value::NONE))
}

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: GETSETS,
    ..TypeDef::new("weakref.ReferenceType", Kind::WeakRef, std::mem::size_of::<WeakRef>())
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, /, *args, **kwargs", ref_new, ""),
    def(
        "__init__",
        "self, /, *args, **kwargs",
        ref_init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def(
        "__call__",
        "self, /",
        |_, a| Ok(some(a[0].as_gc::<WeakRef>().target())),
        "Call self as a function.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__hash__", "self, /", hash, "Return hash(self)."),
    def("__eq__", "self, value, /", |th, a| compare(th, a, true), "Return self==value."),
    def("__ne__", "self, value, /", |th, a| compare(th, a, false), "Return self!=value."),
    def_class(
        "__class_getitem__",
        "cls, object, /",
        |th, a| crate::types::generic_alias::new(th, a[0], a[1]),
        "See PEP 585",
    ),
];
static GETSETS: &[GetSetDef] = &[getter("__callback__", |_, v| Ok(some(v.as_gc::<WeakRef>().callback.get())), "")];
fn some(v: Value) -> Value {
    if v.is_empty() { Value::NONE } else { v }
}
fn ref_new(th: &mut Thread, a: &[Value]) -> R {
    match a[1].as_gc::<Tuple>().items() {
        [target] => new(th, a[0].as_gc(), *target, Value::EMPTY),
        [target, callback, ..] => new(th, a[0].as_gc(), *target, *callback),
        [] => Err(th.type_error("__new__ expected at least 1 argument, got 0")),
    }
}
fn ref_init(th: &mut Thread, a: &[Value]) -> R {
    crate::types::exception::no_keywords(th, a[0], a[2])?;
    let n = a[1].as_gc::<Tuple>().len();
    if n > 2 {
        return Err(th.type_error(&format!("__init__ expected at most 2 arguments, got {n}")));
    }
    Ok(Value::NONE)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let target = a[0].as_gc::<WeakRef>().target();
    let text = if target.is_empty() {
        format!("<weakref at {:#x}; dead>", a[0].0)
    } else {
        let key = crate::names::names().__name__;
        let name = th.getattr_opt(target, key)?.and_then(|n| n.cast::<crate::types::str_::Str>());
        let class = class_of(target).name_str();
        match name {
            Some(n) => format!(
                "<weakref at {:#x}; to '{class}' at {:#x} ({})>",
                a[0].0,
                target.0,
                n.to_string_lossy()
            ),
            None => format!("<weakref at {:#x}; to '{class}' at {:#x}>", a[0].0, target.0),
        }
    };
    Ok(th.new_str(&text))
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let w = a[0].as_gc::<WeakRef>();
    // The hash never changes once computed, so a lost race only computes it twice.
    if !w.hash.get().is_empty() {
        return Ok(w.hash.get());
    }
    let target = w.target();
    if target.is_empty() {
        return Err(th.type_error("weak object has gone away"));
    }
    let h = th.hash(target)?;
    let h = th.new_int(h);
    w.hash.set_raw(h);
    Ok(h)
}
fn compare(th: &mut Thread, a: &[Value], equal: bool) -> R {
    let (Some(x), Some(y)) = (a[0].cast::<WeakRef>(), a[1].cast::<WeakRef>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if !class_of(a[1]).is_subclass_of(ctx().types.weakref) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (t, u) = (x.target(), y.target());
    let same = if t.is_empty() || u.is_empty() { x == y } else { th.eq(t, u)? };
    Ok(Value::bool(same == equal))
}
