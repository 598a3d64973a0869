//! The module `gc`.

use crate::memory;
use crate::native::{ModuleDef, NativeDef, def};
use crate::object::{Kind, Obj};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::value::Value;
use std::cell::Cell;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use vasuki_stm::Stopped;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "gc",
    doc: "This module provides access to the garbage collector. All memory is its business: there are no reference counts.",
    functions: FUNCTIONS,
    init,
};
static FUNCTIONS: &[NativeDef] = &[
    def("collect", "generation=2", collect, "Run the garbage collector."),
    def(
        "disable",
        "",
        disable,
        "Disable automatic garbage collection: a no-op but for isenabled(), since memory must be reclaimed.",
    ),
    def("enable", "", enable, "Enable automatic garbage collection."),
    def(
        "isenabled",
        "",
        isenabled,
        "Returns true if automatic garbage collection is enabled.",
    ),
    def(
        "freeze",
        "",
        freeze,
        "Freeze all current tracked objects and ignore them for future collections.",
    ),
    def("unfreeze", "", freeze, "Unfreeze all objects in the permanent generation."),
    def(
        "get_freeze_count",
        "",
        zero,
        "Return the number of objects in the permanent generation.",
    ),
    def("get_count", "", get_count, "Return a three-tuple of the current collection counts."),
    def("get_debug", "", get_debug, "Get the garbage collection debugging flags."),
    def("set_debug", "flags, /", set_debug, "Set the garbage collection debugging flags."),
    def(
        "get_objects",
        "generation=None",
        get_objects,
        "Return a list of objects tracked by the collector.",
    ),
    def(
        "get_referents",
        "*objs",
        get_referents,
        "Return the list of objects that are directly referred to by 'objs'.",
    ),
    def(
        "get_referrers",
        "*objs",
        get_referrers,
        "Return the list of objects that directly refer to any of 'objs'.",
    ),
    def(
        "get_stats",
        "",
        get_stats,
        "Return a list of dictionaries containing per-generation statistics.",
    ),
    def("get_threshold", "", get_threshold, "Return the current collection thresholds."),
    def(
        "set_threshold",
        "threshold0, threshold1=10, threshold2=0, /",
        set_threshold,
        "Set the collection thresholds.",
    ),
    def(
        "is_finalized",
        "obj, /",
        is_finalized,
        "Returns true if the object has been already finalized by the GC.",
    ),
    def(
        "is_tracked",
        "obj, /",
        is_tracked,
        "Returns true if the object is tracked by the garbage collector.",
    ),
];
static DEBUG: AtomicI64 = AtomicI64::new(0);
static THRESHOLDS: [AtomicI64; 3] = [AtomicI64::new(2000), AtomicI64::new(10), AtomicI64::new(0)];

fn callbacks(th: &mut Thread, phase: &str, collected: i64) -> R<()> {
    let m = crate::import::import_module(th, "gc")?;
    let key = th.intern("callbacks");
    let Some(list) = th.getattr(m, key)?.cast::<List>() else {
        return Ok(());
    };
    if list.len(th)? == 0 {
        return Ok(());
    }
    let info = th.new_dict();
    for (k, v) in [("generation", 2), ("collected", collected), ("uncollectable", 0)] {
        let k = th.intern(k);
        info.as_gc::<crate::types::dict::Dict>().set_str(th, k, Value::small(v))?;
    }
    let phase = th.new_str(phase);
    for &f in list.snapshot(th)?.as_slice() {
        if let Err(t) = th.call(f, &[phase, info]) {
            if t.is_abort() {
                return Err(t);
            }
            crate::types::exception::report_ignored(th, t, "while calling GC callback", f);
        }
    }
    Ok(())
}
fn collect(th: &mut Thread, a: &[Value]) -> R {
    if !a[0].is_empty() {
        let generation = th.to_i32(a[0])?;
        if !(0..=2).contains(&generation) {
            return Err(th.value_error("invalid generation"));
        }
    }
    if th.interp.direct {
        th.interp.mode |= crate::interp::mode::COLLECT;
        return Ok(Value::NONE);
    }
    collect_now(th)
}
/// Collects, runs what is due, and gives the number of objects freed.
pub(crate) fn collect_now(th: &mut Thread) -> R {
    callbacks(th, "start", 0)?;
    th.clear_dead_registers();
    // Without reference counts nobody knows which of them were in cycles: all that are freed count.
    let freed = Cell::new(0);
    let count = |o: Obj| {
        if visible(o) && !atomic(o) {
            freed.set(freed.get() + 1);
        }
    };
    let finalizable = memory::collect_seeing(th, Some(&count));
    crate::finalizers::run_due(th)?;
    // Finalizers made their objects unreachable for good: those go now.
    if finalizable > 0 {
        memory::collect_seeing(th, Some(&count));
        crate::finalizers::run_due(th)?;
    }
    callbacks(th, "stop", freed.get())?;
    Ok(Value::small(freed.get()))
}
fn enable(_: &mut Thread, _: &[Value]) -> R {
    memory::DISABLED.store(false, Relaxed);
    Ok(Value::NONE)
}
fn disable(_: &mut Thread, _: &[Value]) -> R {
    memory::DISABLED.store(true, Relaxed);
    Ok(Value::NONE)
}
fn isenabled(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::bool(!memory::DISABLED.load(Relaxed)))
}
/// A collection marks everything anyway; kept for programs that call it before a fork.
fn freeze(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::NONE)
}
fn zero(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::small(0))
}
fn get_count(th: &mut Thread, _: &[Value]) -> R {
    Ok(th.new_tuple(&[Value::small(0); 3]))
}
fn get_debug(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::small(DEBUG.load(Relaxed)))
}
fn set_debug(th: &mut Thread, a: &[Value]) -> R {
    DEBUG.store(th.to_i32(a[0])? as i64, Relaxed);
    Ok(Value::NONE)
}
fn get_threshold(th: &mut Thread, _: &[Value]) -> R {
    let t = [0, 1, 2].map(|i: usize| Value::small(THRESHOLDS[i].load(Relaxed)));
    Ok(th.new_tuple(&t))
}
fn set_threshold(th: &mut Thread, a: &[Value]) -> R {
    for (i, v) in a.iter().enumerate() {
        if !v.is_empty() {
            THRESHOLDS[i].store(th.to_i32(*v)? as i64, Relaxed);
        }
    }
    Ok(Value::NONE)
}
/// Kinds that Python code never sees by themselves.
fn visible(o: Obj) -> bool {
    !matches!(o.kind(), Kind::Free | Kind::Buffer | Kind::DictTable | Kind::SetTable) && o.shape_id() != 0
}
fn atomic(o: Obj) -> bool {
    matches!(o.kind(), Kind::Int | Kind::Float | Kind::Complex | Kind::Str | Kind::Bytes)
}
/// All objects that this thread may use. The world stands still: what is found stays what it is.
fn all_objects(th: &mut Thread, _: &Option<Stopped>) -> R<ValueVec> {
    fn each(th: &Thread, f: &mut dyn FnMut(Value)) {
        memory::heap().for_each_object(&mut |p, _| {
            // SAFETY: the heap hands out starts of allocated cells.
            let o = unsafe { Obj::from_addr(p.as_ptr() as u64) };
            if th.may_touch(o) && visible(o) && !atomic(o) {
                f(o.value());
            }
        });
    }
    let mut count = 0;
    each(th, &mut |_| count += 1);
    // Room for all of them is there before the first one is taken: a collection in between could free it.
    let mut out = ValueVec::with_capacity(th, count)?;
    let mut found = Vec::with_capacity(count);
    each(th, &mut |v| found.push(v));
    for v in found.into_iter().take(count) {
        out.push(th, v)?;
    }
    Ok(out)
}
fn get_objects(th: &mut Thread, _: &[Value]) -> R {
    memory::collect(th);
    let alone = th.stop_others()?;
    let all = all_objects(th, &alone)?;
    Ok(th.new_list_vec(all))
}
/// What an object refers to, seen through internal tables.
fn referents(o: Obj, f: &mut dyn FnMut(Value)) {
    let mut inner = Vec::new();
    crate::trace::object(o, &mut |v| match v.to_obj() {
        Some(x) if visible(x) => f(v),
        Some(x) => inner.push(x),
        None => {}
    });
    inner.into_iter().for_each(|x| referents(x, f));
}
fn get_referents(th: &mut Thread, a: &[Value]) -> R {
    let _alone = th.stop_others()?;
    let list = th.new_list(&[])?;
    for v in a[0].as_gc::<Tuple>().items() {
        let mut found = Vec::new();
        if let Some(o) = v.to_obj() {
            referents(o, &mut |v| found.push(v));
        }
        for v in found {
            list.as_gc::<List>().append(th, v)?;
        }
    }
    Ok(list)
}
fn get_referrers(th: &mut Thread, a: &[Value]) -> R {
    memory::collect(th);
    let alone = th.stop_others()?;
    let wanted = a[0].as_gc::<Tuple>().items();
    let list = th.new_list(&[])?;
    for &v in all_objects(th, &alone)?.as_slice() {
        let mut hit = false;
        if let Some(o) = v.to_obj() {
            referents(o, &mut |v| hit |= wanted.contains(&v));
        }
        if hit && v != list && v != a[0] {
            list.as_gc::<List>().append(th, v)?;
        }
    }
    Ok(list)
}
fn get_stats(th: &mut Thread, _: &[Value]) -> R {
    let list = th.new_list(&[])?;
    for generation in 0..3 {
        let d = th.new_dict();
        let n = if generation == 2 {
            memory::COLLECTIONS.load(Relaxed) as i64
        } else {
            0
        };
        for (k, v) in [("collections", n), ("collected", 0), ("uncollectable", 0), ("candidates", 0)] {
            let k = th.intern(k);
            d.as_gc::<crate::types::dict::Dict>().set_str(th, k, Value::small(v))?;
        }
        list.as_gc::<List>().append(th, d)?;
    }
    Ok(list)
}
fn is_finalized(_: &mut Thread, a: &[Value]) -> R {
    Ok(Value::bool(
        a[0].to_obj().is_some_and(|o| o.has_flag(crate::object::flag::FINALIZED)),
    ))
}
fn is_tracked(_: &mut Thread, a: &[Value]) -> R {
    Ok(Value::bool(a[0].to_obj().is_some_and(|o| !atomic(o))))
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    for (k, v) in [
        ("DEBUG_STATS", 1),
        ("DEBUG_COLLECTABLE", 2),
        ("DEBUG_UNCOLLECTABLE", 4),
        ("DEBUG_SAVEALL", 32),
        ("DEBUG_LEAK", 38),
    ] {
        let k = th.intern(k);
        th.setattr(m, k, Value::small(v))?;
    }
    for k in ["garbage", "callbacks"] {
        let k = th.intern(k);
        let v = th.new_list(&[])?;
        th.setattr(m, k, v)?;
    }
    Ok(())
}
