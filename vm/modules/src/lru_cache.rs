//! `functools._lru_cache_wrapper`.
//!
//! A hit writes nothing at once: it is counted, and its entry stamped, when the transaction commits. So threads that hit the
//! same cache neither conflict nor share what they write. `entries` (a dict) maps keys to entries. The bounded cache also has them in a heap (a list) by the stamp that
//! they had when they were put there; the entry to evict is at its top, once those used since have been put back deeper.

use crate::support::{ClassCell, class};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{TypeDef, def, def_static, getset};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::special::Special;
use vasuki_vm::state;
use vasuki_vm::state::State;
use vasuki_vm::tallies::Use;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::class::{Class, class_of};
use vasuki_vm::types::dict::{self, Dict};
use vasuki_vm::types::list::List;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::types::{bound_method, object};
use vasuki_vm::value::Value;

/// Counts outside of transactions.
#[derive(Default)]
struct Counts {
    hits: AtomicU64,
    misses: AtomicU64,
    /// the last stamp given
    clock: AtomicU64,
}
struct Cache {
    func: Value,
    /// class of what `cache_info` gives
    info: Value,
    entries: Value,
    heap: Value,
    /// None: without bound
    maxsize: Option<usize>,
    typed: bool,
    counts: Arc<Counts>,
}
impl Clone for Cache {
    fn clone(&self) -> Cache {
        Cache {
            counts: self.counts.clone(),
            ..*self
        }
    }
}
impl Payload for Cache {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        for v in [self.func, self.info, self.entries, self.heap] {
            f(v);
        }
    }
}
state!(
    /// A result. `used` is the stamp of its last use (not logged), `pushed` the stamp by which it is in the heap.
    Entry { key, result, used, pushed }
);
static ENTRY: TypeDef = TypeDef {
    base: false,
    ..TypeDef::new("functools._lru_list_elem", Kind::Payload, payload_size::<Entry>())
};
static ENTRY_CLASS: ClassCell = ClassCell::new();

/// The declaration.
pub(crate) static CACHE: TypeDef = TypeDef {
    dict: true,
    doc: "Create a cached callable that wraps another function.\n\nuser_function:      the function being cached\n\nmaxsize:  0         for no caching\n          None      for unlimited cache size\n          n         for a bounded cache\n\ntyped:    False     cache f(3) and f(3.0) as identical calls\n          True      cache f(3) and f(3.0) as distinct calls\n\ncache_info_type:    namedtuple class with the fields:\n                        hits misses currsize maxsize\n",
    methods: &[
        def_static("__new__", "cls, user_function, maxsize, typed, cache_info_type", cache_new, ""),
        def("__call__", "self, /, *args, **kwargs", call, "Call self as a function."),
        def(
            "__get__",
            "self, instance, owner=None, /",
            |th, a| Ok(if a[1].is_none() { a[0] } else { bound_method::new(th, a[0], a[1]) }),
            "Return an attribute of instance, which is of type owner.",
        ),
        def("cache_info", "self, /", cache_info, "Report cache statistics"),
        def("cache_clear", "self, /", cache_clear, "Clear the cache and cache statistics"),
        def("__reduce__", "self, /", reduce, ""),
        def("__copy__", "self, /", |_, a| Ok(a[0]), ""),
        def("__deepcopy__", "self, memo, /", |_, a| Ok(a[0]), ""),
    ],
    getsets: &[getset("__dict__", object::get_dict, object::replace_dict, "")],
    ..TypeDef::new("functools._lru_cache_wrapper", Kind::Payload, payload_size::<Cache>())
};
/// The class.
pub(crate) static CACHE_CLASS: ClassCell = ClassCell::new();

fn cache_new(th: &mut Thread, a: &[Value]) -> R {
    if th.class_of(a[1]).special(Special::Call).is_none() {
        return Err(th.type_error("the first argument must be callable"));
    }
    let maxsize = if a[2].is_none() {
        None
    } else if a[2].is_small() || vasuki_vm::types::int::is_int(a[2]) {
        Some(th.to_isize(a[2])?.max(0) as usize)
    } else {
        return Err(th.type_error("maxsize should be integer or None"));
    };
    let typed = th.truth(a[3])?;
    let entries = th.new_dict();
    let heap = th.new_list(&[])?;
    let state = Cache {
        func: a[1],
        info: a[4],
        entries,
        heap,
        maxsize,
        typed,
        counts: Arc::default(),
    };
    Ok(payload::new(th, a[0].as_gc::<Class>(), state).value())
}
fn this(th: &mut Thread, v: Value) -> R<&'static Cache> {
    Ok(State::<Cache>::of(th, v)?.fixed())
}
/// The key of a call: its only argument if that is a plain int or str, else a tuple of all that matters.
fn make_key(th: &mut Thread, args: &[Value], kwargs: Option<Gc<Dict>>, typed: bool) -> R {
    let t = &ctx().types;
    if !typed && kwargs.is_none() {
        if let [one] = args
            && (class_of(*one) == t.int || class_of(*one) == t.str)
        {
            return Ok(*one);
        }
        return Ok(th.new_tuple(args));
    }
    let mut all = ValueVec::with_capacity(th, 2 * args.len() + 1)?;
    for v in args {
        all.push(th, *v)?;
    }
    let mut pairs = (ValueVec::new(), ValueVec::new());
    if let Some(d) = kwargs {
        // Nothing else equals this class: it divides the arguments from the keywords.
        let mark = class(th, &ENTRY_CLASS, &ENTRY)?.value();
        all.push(th, mark)?;
        pairs = d.snapshot(th)?;
        for (k, v) in pairs.0.as_slice().iter().zip(pairs.1.as_slice()) {
            all.push(th, *k)?;
            all.push(th, *v)?;
        }
    }
    if typed {
        for v in args.iter().chain(pairs.1.as_slice()) {
            all.push(th, class_of(*v).value())?;
        }
    }
    Ok(th.new_tuple(all.as_slice()))
}
fn call(th: &mut Thread, a: &[Value]) -> R {
    let c = this(th, a[0])?;
    let kwargs = match a[2].cast::<Dict>() {
        Some(d) if d.len(th)? > 0 => Some(d),
        _ => None,
    };
    if c.maxsize == Some(0) {
        th.count(a[0], &c.counts.misses);
        return call_function(th, c, a[1], kwargs);
    }
    let key = make_key(th, a[1].as_gc::<Tuple>().items(), kwargs, c.typed)?;
    let hash = dict_hash(th, key)?;
    let entries = c.entries.as_gc::<Dict>();
    if let Some(found) = entries.get_hash(th, key, hash)? {
        th.count(a[0], &c.counts.hits);
        if c.maxsize.is_none() {
            return Ok(found);
        }
        th.used(a[0], found, stamp_used);
        return Ok(State::<Entry>::of(th, found)?.fixed().result.get());
    }
    th.count(a[0], &c.counts.misses);
    let result = call_function(th, c, a[1], kwargs)?;
    let Some(maxsize) = c.maxsize else {
        entries.set_hash(th, key, hash, result)?;
        return Ok(result);
    };
    if entries.get_hash(th, key, hash)?.is_some() {
        // The function itself, or another thread, has put it there meanwhile.
        return Ok(result);
    }
    let heap = c.heap.as_gc::<List>();
    th.tell_uses();
    while entries.len(th)? >= maxsize {
        let Some(old) = pop(th, heap)? else { break };
        entries.remove(th, old.fixed().key.get())?;
    }
    let class = class(th, &ENTRY_CLASS, &ENTRY)?.value();
    let now = stamp(c.counts.clock.fetch_add(1, Relaxed));
    let e = Entry::make(th, class, [key, result, now, now]);
    entries.set_hash(th, key, hash, e)?;
    // Nothing in the heap has a greater stamp: its place is at the end.
    heap.append(th, e)?;
    Ok(result)
}
fn dict_hash(th: &mut Thread, key: Value) -> R<i64> {
    if key.is_kind(Kind::Tuple) {
        th.hash(key)
    } else {
        dict::hash_key(th, key)
    }
}
fn call_function(th: &mut Thread, c: &Cache, args: Value, kwargs: Option<Gc<Dict>>) -> R {
    match kwargs {
        Some(d) => th.call_ex(c.func, args, d.value()),
        None => th.call(c.func, args.as_gc::<Tuple>().items()),
    }
}
fn stamp(n: u64) -> Value {
    Value::small((n & ((1 << 48) - 1)) as i64)
}
/// Stamps entries that were used, each as of its last use: others who read an entry miss it in their cache once.
fn stamp_used(uses: &[Use]) {
    for of_one in uses.chunk_by(|a, b| a[0] == b[0]) {
        let Some(cache) = State::<Cache>::get(of_one[0][0]) else { continue };
        let first = cache.fixed().counts.clock.fetch_add(of_one.len() as u64, Relaxed);
        for (i, [_, entry]) in of_one.iter().enumerate().rev() {
            if let Some(e) = State::<Entry>::get(*entry)
                && e.fixed().used.get().as_small() < stamp(first).as_small()
            {
                e.fixed().used.set_raw(stamp(first + i as u64));
            }
        }
    }
}
/// The stamp by which an element of the heap is ordered.
fn order(th: &mut Thread, v: Value) -> R<i64> {
    let e = State::<Entry>::of(th, v)?;
    Ok(e.read(th, |s| s.pushed.get())?.as_small())
}
fn item(th: &mut Thread, heap: Gc<List>, i: usize) -> R {
    Ok(heap.get(th, i)?.unwrap_or(Value::NONE))
}
/// Takes out the entry that was used least recently.
fn pop(th: &mut Thread, heap: Gc<List>) -> R<Option<State<Entry>>> {
    loop {
        if heap.len(th)? == 0 {
            return Ok(None);
        }
        let top = item(th, heap, 0)?;
        let e = State::<Entry>::of(th, top)?;
        let used = e.fixed().used.get();
        if order(th, top)? < used.as_small() {
            e.put(th, &e.fixed().pushed, used)?;
            sink(th, heap, top)?;
            continue;
        }
        let last = heap.pop(th, -1)?.unwrap_or(Value::NONE);
        if last != top {
            sink(th, heap, last)?;
        }
        return Ok(Some(e));
    }
}
/// Puts `v` at the top, and lets it sink to its place.
fn sink(th: &mut Thread, heap: Gc<List>, v: Value) -> R<()> {
    let (n, at) = (heap.len(th)?, order(th, v)?);
    let mut i = 0;
    loop {
        let mut child = 2 * i + 1;
        if child >= n {
            break;
        }
        let mut least = item(th, heap, child)?;
        if child + 1 < n {
            let right = item(th, heap, child + 1)?;
            if order(th, right)? < order(th, least)? {
                child += 1;
                least = right;
            }
        }
        if at <= order(th, least)? {
            break;
        }
        heap.set(th, i, least)?;
        i = child;
    }
    heap.set(th, i, v)?;
    Ok(())
}
fn cache_info(th: &mut Thread, a: &[Value]) -> R {
    let c = this(th, a[0])?;
    let n = c.entries.as_gc::<Dict>().len(th)?;
    let (hits, misses) = (th.counted(&c.counts.hits), th.counted(&c.counts.misses));
    let (hits, misses) = (th.new_uint(hits), th.new_uint(misses));
    let maxsize = match c.maxsize {
        None => Value::NONE,
        Some(n) => th.new_int(n as i64),
    };
    th.call(c.info, &[hits, misses, maxsize, Value::small(n as i64)])
}
fn cache_clear(th: &mut Thread, a: &[Value]) -> R {
    let c = this(th, a[0])?;
    c.entries.as_gc::<Dict>().clear(th)?;
    c.heap.as_gc::<List>().clear(th)?;
    let (hits, misses) = (th.reset_count(&c.counts.hits), th.reset_count(&c.counts.misses));
    if th.tx.concurrent {
        let counts = c.counts.clone();
        th.on_abort.push(Box::new(move |_| {
            counts.hits.fetch_add(hits, Relaxed);
            counts.misses.fetch_add(misses, Relaxed);
        }));
    }
    Ok(Value::NONE)
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    th.getattr(a[0], vasuki_vm::names::names().__qualname__)
}
