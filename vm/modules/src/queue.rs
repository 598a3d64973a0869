//! The module `_queue`.
//!
//! The items are transactional: a `put` is seen when its transaction commits, and it composes with whatever else the
//! transaction does. Only `get` on an empty queue blocks, at a `Bell`.

use crate::bell::{Bell, Waiting};
use crate::ring::Ring;
use crate::support::{ClassCell, add_class, exception, put as add};
use crate::time::duration;
use std::sync::Arc;
use std::time::{Duration, Instant};
use vasuki_stm::poll;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, TypeDef, def, def_class, def_static};
use vasuki_vm::object::{Gc, Kind, Obj};
use vasuki_vm::signals;
use vasuki_vm::state::State;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::class::Class;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_queue",
    doc: "C implementation of the Python queue module.\nThis module is an implementation detail, please do not use it directly.",
    functions: &[],
    init: |th, m| {
        let e = empty_class(th)?;
        add(th, m, "Empty", e.value())?;
        add_class(th, m, &CLASS, &QUEUE)?;
        Ok(())
    },
};
/// How long the main thread sleeps before it looks for signals.
const SLICE: Duration = Duration::from_millis(20);

#[derive(Clone)]
struct SimpleQueue {
    ring: Ring,
    bell: Arc<Bell>,
}
impl Payload for SimpleQueue {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        self.ring.trace(f);
    }
}
static CLASS: ClassCell = ClassCell::new();
static QUEUE: TypeDef = TypeDef {
    doc: "Simple, unbounded, reentrant FIFO queue.",
    methods: &[
        def_static("__new__", "cls", new, ""),
        def(
            "put",
            "self, /, item, block=True, timeout=None",
            put,
            "Put the item on the queue.\n\nThe optional 'block' and 'timeout' arguments are ignored, as this method\nnever blocks.  They are provided for compatibility with the Queue class.",
        ),
        def(
            "put_nowait",
            "self, /, item",
            put,
            "Put an item into the queue without blocking.\n\nThis is exactly equivalent to `put(item)` and is provided for\ncompatibility with the Queue class.",
        ),
        def(
            "get",
            "self, /, block=True, timeout=None",
            get,
            "Remove and return an item from the queue.\n\nIf optional args 'block' is true and 'timeout' is None (the default),\nblock if necessary until an item is available. If 'timeout' is\na non-negative number, it blocks at most 'timeout' seconds and raises\nthe Empty exception if no item was available within that time.\nOtherwise ('block' is false), return an item if one is immediately\navailable, else raise the Empty exception ('timeout' is ignored\nin that case).",
        ),
        def(
            "get_nowait",
            "self, /",
            |th, a| take(th, a[0], Some(Duration::ZERO)),
            "Remove and return an item from the queue without blocking.\n\nOnly get an item if one is immediately available. Otherwise\nraise the Empty exception.",
        ),
        def(
            "empty",
            "self, /",
            |th, a| Ok(Value::bool(len(th, a[0])? == 0)),
            "Return True if the queue is empty, False otherwise (not reliable!).",
        ),
        def(
            "qsize",
            "self, /",
            |th, a| Ok(Value::small(len(th, a[0])? as i64)),
            "Return the approximate size of the queue (not reliable!).",
        ),
        def_class(
            "__class_getitem__",
            "cls, item, /",
            |th, a| vasuki_vm::types::generic_alias::new(th, a[0], a[1]),
            "See PEP 585",
        ),
    ],
    ..TypeDef::new("_queue.SimpleQueue", Kind::Payload, payload_size::<SimpleQueue>())
};

fn empty_class(th: &mut Thread) -> R<Gc<Class>> {
    static EMPTY: ClassCell = ClassCell::new();
    let base = ctx().types.Exception;
    exception(
        th,
        &EMPTY,
        "_queue.Empty",
        base,
        "Exception raised by Queue.get(block=0)/get_nowait().",
    )
}
fn empty(th: &mut Thread) -> Throw {
    match empty_class(th).and_then(|c| th.new_exception(c, &[])) {
        Ok(e) => th.raise(e),
        Err(t) => t,
    }
}
fn new(th: &mut Thread, a: &[Value]) -> R {
    let state = SimpleQueue {
        ring: Ring::new(),
        bell: Arc::default(),
    };
    Ok(payload::new(th, a[0].as_gc(), state).value())
}
fn len(th: &mut Thread, v: Value) -> R<usize> {
    State::<SimpleQueue>::of(th, v)?.read(th, |s| s.ring.len())
}
fn put(th: &mut Thread, a: &[Value]) -> R {
    let q = State::<SimpleQueue>::of(th, a[0])?;
    if !q.defer(th, put_all, a[1])? {
        put_all(th, q.obj(), &[a[1].0])?;
    }
    if th.tx.concurrent && q.fixed().bell.waiting() > 0 {
        // Somebody waits for the commit: at the next boundary.
        th.world.put_back(poll::WANTED);
    }
    Ok(Value::NONE)
}
/// Puts items that may have been put off.
fn put_all(th: &mut Thread, queue: Obj, items: &[u64]) -> R<()> {
    let q = State::<SimpleQueue>::of(th, queue.value())?;
    let s = q.open(th)?;
    for &v in items {
        s.ring.push_back(th, q.header(), Value(v))?;
    }
    // Who begins to wait later finds the queue open, and then what was put into it.
    let rings = s.bell.waiting().min(items.len());
    if rings > 0 {
        let bell = s.bell.clone();
        let ring = move || (0..rings).for_each(|_| bell.ring());
        if th.tx.concurrent {
            th.on_commit.push(Box::new(move |_| ring()));
        } else {
            ring();
        }
    }
    Ok(())
}
fn get(th: &mut Thread, a: &[Value]) -> R {
    let blocking = a[1].is_empty() || th.truth(a[1])?;
    let timeout = if !blocking {
        Some(Duration::ZERO)
    } else if a[2].is_empty() || a[2].is_none() {
        None
    } else {
        Some(duration(th, a[2], "'timeout' must be a non-negative number")?)
    };
    take(th, a[0], timeout)
}
/// An item if there is one now.
#[inline]
fn take_now(th: &mut Thread, q: State<SimpleQueue>) -> R<Option<Value>> {
    if q.read(th, |s| s.ring.len())? == 0 {
        return Ok(None);
    }
    let v = q.open(th)?.ring.pop_front(th, q.header());
    Ok(if v.is_empty() { None } else { Some(v) })
}
fn take(th: &mut Thread, v: Value, timeout: Option<Duration>) -> R {
    let q = State::of(th, v)?;
    match take_now(th, q)? {
        Some(v) => Ok(v),
        None if timeout == Some(Duration::ZERO) => Err(empty(th)),
        None => wait(th, q, timeout),
    }
}
fn wait(th: &mut Thread, q: State<SimpleQueue>, timeout: Option<Duration>) -> R {
    let end = timeout.and_then(|t| Instant::now().checked_add(t));
    let main = signals::is_main(th);
    let mut waiting = Waiting::new(&q.fixed().bell);
    // What was read before it waits may be old.
    if let Some(v) = take_now(th, q)? {
        return Ok(v);
    }
    loop {
        let slice = if main { Some(Instant::now() + SLICE) } else { None };
        let until = end.into_iter().chain(slice).min();
        let rung = th.blocking(|| waiting.wait(until))?;
        signals::handle(th)?;
        let over = end.is_some_and(|e| Instant::now() >= e);
        if rung || over {
            th.go_on();
            if let Some(v) = take_now(th, q)? {
                waiting.heard();
                // Others need not wait for what this thread does next.
                th.commit_point()?;
                return Ok(v);
            }
            waiting.heard();
        }
        if over {
            return Err(empty(th));
        }
    }
}
