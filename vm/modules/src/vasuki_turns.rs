//! `_vasuki.Turns`: the order in which the transactions of `vasuki.ordered` commit.

use crate::support::ClassCell;
use std::sync::Arc;
use vasuki_vm::interp::ordered::Turns;
use vasuki_vm::native::{TypeDef, def, def_static};
use vasuki_vm::object::Kind;
use vasuki_vm::state::State;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::value::Value;

#[derive(Clone)]
struct Order(Arc<Turns>);
impl Payload for Order {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
pub(crate) static CLASS: ClassCell = ClassCell::new();
pub(crate) static TURNS: TypeDef = TypeDef {
    doc: "The turns of items that are worked on in order.",
    methods: &[
        def_static("__new__", "cls, items, threads, /", new, ""),
        def(
            "run",
            "self, function, /",
            |th, a| {
                let turns = turns(th, a[0])?;
                Ok(match th.in_turn(turns, a[1])? {
                    Some((number, results)) => th.new_tuple(&[Value::small(number.into()), results]),
                    None => Value::NONE,
                })
            },
            "Take the next turn, call function(first, end) for its items, and for more while it waits. Give its number and a list \
             of the results; None if there are no more items, or an earlier turn has failed: then nothing has been done.",
        ),
        def(
            "done",
            "self, /",
            |th, a| {
                let turns = turns(th, a[0])?;
                th.end_turn(turns)?;
                Ok(Value::NONE)
            },
            "The turn has committed.",
        ),
        def(
            "stop",
            "self, /",
            |th, a| {
                turns(th, a[0])?.stop();
                Ok(Value::NONE)
            },
            "The turn has failed, or the loop is to end: no other one comes.",
        ),
    ],
    ..TypeDef::new("_vasuki.Turns", Kind::Payload, payload_size::<Order>())
};

fn turns(th: &mut Thread, v: Value) -> R<&'static Arc<Turns>> {
    Ok(&State::<Order>::of(th, v)?.fixed().0)
}
fn count(th: &mut Thread, v: Value) -> R<usize> {
    let n = th.to_i64(v)?;
    usize::try_from(n).map_err(|_| th.value_error("a number of items or threads is not negative"))
}
fn new(th: &mut Thread, a: &[Value]) -> R {
    let (items, threads) = (count(th, a[1])?, count(th, a[2])?);
    let state = Order(Arc::new(Turns::new(th, items, threads)));
    Ok(payload::new(th, a[0].as_gc(), state).value())
}
