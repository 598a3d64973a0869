//! The module `_vasuki`: what Python's package `vasuki` has natively.

use crate::support::{ClassCell, add_class};
use crate::time::duration;
use crate::vasuki_turns;
use std::sync::atomic::Ordering::Relaxed;
use vasuki_vm::conflicts::Place;
use vasuki_vm::memory::{COLLECT_NANOS, COLLECTIONS};
use vasuki_vm::native::{ModuleDef, TypeDef, def, def_static};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::list::List;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_vasuki",
    doc: "Atomic blocks and what belongs to them: see the package vasuki.",
    functions: &[
        def(
            "retry",
            "timeout=None",
            retry,
            "Undo the atomic block, wait until something changes that it has read, and run it again.",
        ),
        def(
            "or_else",
            "functions, /",
            or_else,
            "Call the first of these functions that does not retry.",
        ),
        def(
            "irrevocable",
            "",
            |th, _| th.irrevocable().map(|()| Value::NONE),
            "Make the running transaction one that cannot be undone.",
        ),
        def(
            "is_atomic",
            "",
            |th, _| Ok(Value::bool(th.is_atomic())),
            "Does an atomic block run?",
        ),
        def(
            "stats",
            "",
            stats,
            "Counters of transactions and collections, of all threads so far.",
        ),
    ],
    init: |th, m| {
        add_class(th, m, &CLASS, &ATOMIC)?;
        add_class(th, m, &vasuki_turns::CLASS, &vasuki_turns::TURNS).map(|_| ())
    },
};

/// What `with vasuki.atomic:` enters. It has no state: the blocks are the thread's.
#[derive(Clone)]
struct Atomic;
impl Payload for Atomic {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
static CLASS: ClassCell = ClassCell::new();
static ATOMIC: TypeDef = TypeDef {
    doc: "Atomic blocks.",
    methods: &[
        def_static("__new__", "cls", |th, a| Ok(payload::new(th, a[0].as_gc(), Atomic).value()), ""),
        def(
            "__enter__",
            "self, /",
            |th, a| th.enter_atomic().map(|()| a[0]),
            "Begin an atomic block.",
        ),
        def(
            "__exit__",
            "self, /, *exc_info",
            |th, _| th.exit_atomic().map(|()| Value::NONE),
            "End it.",
        ),
    ],
    ..TypeDef::new("_vasuki.Atomic", Kind::Payload, payload_size::<Atomic>())
};

fn retry(th: &mut Thread, a: &[Value]) -> R {
    let timeout = match a[0] {
        Value::EMPTY | Value::NONE => None,
        t => Some(duration(th, t, "timeout must not be negative")?),
    };
    Err(th.retry(timeout))
}
fn or_else(th: &mut Thread, a: &[Value]) -> R {
    match a[0].cast::<Tuple>() {
        Some(functions) => th.or_else(functions.items()),
        None => Err(th.type_error("or_else() takes a tuple of functions")),
    }
}
fn stats(th: &mut Thread, _: &[Value]) -> R {
    let s = vasuki_vm::stats::collect();
    let d = th.new_dict();
    for (name, n) in [
        ("commits", s.commits),
        ("aborts", s.aborts),
        ("irrevocable", s.irrevocable),
        ("collections", COLLECTIONS.load(Relaxed)),
        ("collection_nanoseconds", COLLECT_NANOS.load(Relaxed)),
    ] {
        let (k, n) = (th.intern(name).value(), th.new_int(n as i64));
        th.setitem(d, k, n)?;
    }
    let conflicts = conflicts(th)?;
    let k = th.intern("conflicts").value();
    th.setitem(d, k, conflicts)?;
    Ok(d)
}
/// A list of what `--conflicts` reports, as dicts; empty when it is off.
fn conflicts(th: &mut Thread) -> R {
    let all = vasuki_vm::conflicts::report(th).map(|r| r.conflicts).unwrap_or_default();
    let list = th.new_list(&[])?;
    for c in &all {
        let d = th.new_dict();
        let (object, loser, winner) = (th.new_str(&c.object), place(th, &c.loser), place(th, &c.winner));
        for (name, v) in [
            ("object", object),
            ("undone", loser),
            ("by", winner),
            ("aborts", th.new_int(c.aborts as i64)),
            ("waits", th.new_int(c.waits as i64)),
            ("nanoseconds", th.new_int(c.cost().as_nanos() as i64)),
        ] {
            let k = th.intern(name).value();
            th.setitem(d, k, v)?;
        }
        list.as_gc::<List>().append(th, d)?;
    }
    Ok(list)
}
/// File, line and function.
fn place(th: &mut Thread, p: &Place) -> Value {
    let (file, function) = (th.new_str(&p.file), th.new_str(&p.function));
    th.new_tuple(&[file, Value::small(p.line.into()), function])
}
