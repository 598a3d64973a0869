//! `SignalDict`: the flags or traps of a context as a mapping from signals to bools.

use super::{Context, State};
use crate::decimal::signals;
use crate::support::{ClassCell, attr, class};
use std::sync::OnceLock;
use vasuki_vm::native::{TypeDef, def, def_static};
use vasuki_vm::object::{self, Slot};
use vasuki_vm::ops::CmpOp;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::list::List;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::value::Value;

const COUNT: usize = 9;

vasuki_vm::state! {
    /// A view: never changes itself.
    View {
        /// EMPTY: of none
        context,
        /// of the traps? (else the flags)
        traps,
    }
}
static MIXIN: TypeDef = TypeDef {
    methods: &[
        def_static(
            "__new__",
            "cls, /",
            |th, a| Ok(View::make(th, a[0], [Value::EMPTY, Value::FALSE])),
            "",
        ),
        def(
            "__repr__",
            "self, /",
            |th, a| {
                let set = get(th, a[0])?;
                let mut parts = Vec::new();
                for i in 0..COUNT {
                    let name = th.repr_string(signals::signal(i).value())?;
                    parts.push(format!("{name}:{}", if set >> i & 1 == 1 { "True" } else { "False" }));
                }
                Ok(th.new_str(&format!("{{{}}}", parts.join(", "))))
            },
            "Return repr(self).",
        ),
        def(
            "__len__",
            "self, /",
            |th, a| {
                get(th, a[0])?;
                Ok(Value::small(COUNT as i64))
            },
            "Return len(self).",
        ),
        def(
            "__iter__",
            "self, /",
            |th, a| {
                get(th, a[0])?;
                let all: [Value; COUNT] = std::array::from_fn(|i| signals::signal(i).value());
                let all = th.new_tuple(&all);
                th.iter(all)
            },
            "Implement iter(self).",
        ),
        def(
            "__getitem__",
            "self, key, /",
            |th, a| {
                let set = get(th, a[0])?;
                let i = key(th, a[1])?;
                Ok(Value::bool(set >> i & 1 == 1))
            },
            "Return self[key].",
        ),
        def(
            "__setitem__",
            "self, key, value, /",
            |th, a| {
                let set = get(th, a[0])?;
                let i = key(th, a[1])?;
                let on = th.truth(a[2])?;
                let new = if on { set | 1 << i } else { set & !(1 << i) };
                put(th, a[0], new)?;
                Ok(Value::NONE)
            },
            "Set self[key] to value.",
        ),
        def(
            "__delitem__",
            "self, key, /",
            |th, a| {
                get(th, a[0])?;
                Err(th.value_error("signal keys cannot be deleted"))
            },
            "Delete self[key].",
        ),
        def(
            "copy",
            "self, /",
            |th, a| {
                let set = get(th, a[0])?;
                to_dict(th, set)
            },
            "",
        ),
        def(
            "__copy__",
            "self, /",
            |th, a| {
                let set = get(th, a[0])?;
                to_dict(th, set)
            },
            "",
        ),
        def("__eq__", "self, value, /", |th, a| compare(th, a, CmpOp::Eq), "Return self==value."),
        def("__ne__", "self, value, /", |th, a| compare(th, a, CmpOp::Ne), "Return self!=value."),
    ],
    ..TypeDef::new("decimal.SignalDictMixin", object::Kind::Payload, payload_size::<View>())
};

/// `SignalDict`, which is also a `MutableMapping`.
fn view_class(th: &mut Thread) -> R {
    static C: OnceLock<Value> = OnceLock::new();
    if let Some(c) = C.get() {
        return Ok(*c);
    }
    static M: ClassCell = ClassCell::new();
    let mixin = class(th, &M, &MIXIN)?;
    let abc = vasuki_vm::import::import_module(th, "collections.abc")?;
    let mapping = attr(th, abc, "MutableMapping")?;
    let meta = th.class_of(mapping).value();
    let bases = th.new_tuple(&[mixin.value(), mapping]);
    let (name, space) = (th.new_str("SignalDict"), th.new_dict());
    let c = th.call(meta, &[name, bases, space])?;
    vasuki_vm::memory::keep(c);
    Ok(*C.get_or_init(|| c))
}
/// The flags or traps of a context: always the same object.
pub(super) fn view(th: &mut Thread, v: Value, traps: bool) -> R {
    let c = State::<Context>::of(th, v)?;
    let slot = |c: &'static Context| if traps { &c.traps_view } else { &c.flags_view };
    let known = c.read(th, |c| slot(c).get())?;
    if !known.is_empty() {
        return Ok(known);
    }
    let class = view_class(th)?;
    let new = View::make(th, class, [v, Value::bool(traps)]);
    c.put(th, slot(c.fixed()), new)?;
    Ok(new)
}
fn place(th: &mut Thread, v: Value) -> R<(State<Context>, &'static Slot)> {
    let view = State::<View>::of(th, v)?.fixed();
    match State::<Context>::get(view.context.get()) {
        Some(c) => {
            let slot = if view.traps.get().is_true() {
                &c.fixed().traps
            } else {
                &c.fixed().status
            };
            Ok((c, slot))
        }
        None => Err(th.value_error("invalid signal dict")),
    }
}
/// The signals that are set.
fn get(th: &mut Thread, v: Value) -> R<u32> {
    let (c, slot) = place(th, v)?;
    c.read(th, |_| slot.get().as_small() as u32)
}
fn put(th: &mut Thread, v: Value, set: u32) -> R<()> {
    let (c, slot) = place(th, v)?;
    c.put(th, slot, Value::small(set.into()))
}
fn key(th: &mut Thread, k: Value) -> R<usize> {
    match signals::index(k) {
        Some(i) => Ok(i),
        None => {
            let text = th.new_str("invalid error flag");
            Err(th.key_error(text))
        }
    }
}
fn to_dict(th: &mut Thread, set: u32) -> R {
    let d = th.new_dict();
    for i in 0..COUNT {
        d.as_gc::<Dict>()
            .set(th, signals::signal(i).value(), Value::bool(set >> i & 1 == 1))?;
    }
    Ok(d)
}
/// The signals that a dict tells.
fn of_dict(th: &mut Thread, d: Value) -> R<u32> {
    let invalid = |th: &mut Thread| {
        let text = th.new_str("invalid signal dict");
        th.key_error(text)
    };
    if d.as_gc::<Dict>().len(th)? != COUNT {
        return Err(invalid(th));
    }
    let keys = th.collect(d)?;
    let mut set = 0;
    for k in keys.as_slice() {
        let i = key(th, *k)?;
        let Some(v) = d.as_gc::<Dict>().get(th, *k)? else {
            return Err(invalid(th));
        };
        set |= u32::from(th.truth(v)?) << i;
    }
    Ok(set)
}
/// The signals that a dict of them or another view tells.
pub(super) fn of_value(th: &mut Thread, v: Value) -> R<u32> {
    if State::<View>::get(v).is_some() {
        return get(th, v);
    }
    if v.cast::<Dict>().is_none() {
        return Err(th.type_error("argument must be a signal dict"));
    }
    of_dict(th, v)
}
/// The signals of a list, or as [`of_value`].
pub(super) fn of_list_or_value(th: &mut Thread, v: Value) -> R<u32> {
    if v.cast::<List>().is_none() {
        return of_value(th, v);
    }
    let items: ValueVec = th.collect(v)?;
    let mut set = 0;
    for k in items.as_slice() {
        set |= 1 << key(th, *k)?;
    }
    Ok(set)
}
fn compare(th: &mut Thread, a: &[Value], op: CmpOp) -> R {
    let mine = get(th, a[0])?;
    let other = if State::<View>::get(a[1]).is_some() {
        get(th, a[1])?
    } else if a[1].cast::<Dict>().is_some() {
        match of_dict(th, a[1]) {
            Ok(set) => set,
            Err(t) if t.is_abort() => return Err(t),
            // As another mapping: not equal.
            Err(_) => return Ok(Value::NOT_IMPLEMENTED),
        }
    } else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    Ok(Value::bool((mine == other) == (op == CmpOp::Eq)))
}
