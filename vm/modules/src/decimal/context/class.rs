//! The class `Context`: construction, attributes, copies. Its arithmetic is in `methods`.

use super::signal_dict;
use super::{Context, Env, Round, Template, context_class, methods};
use crate::decimal::number::{MAX_EMAX, MAX_PREC, MIN_EMIN};
use crate::decimal::signals;
use crate::support::str_arg;
use vasuki_vm::native::{GetSetDef, TypeDef, getset};
use vasuki_vm::object::{self, Slot};
use vasuki_vm::state::State;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::class::class_of;
use vasuki_vm::types::int;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

/// `Context`
pub(super) static CONTEXT: TypeDef = TypeDef {
    methods: methods::METHODS,
    getsets: GETSETS,
    doc: "The context affects almost all operations and controls rounding,\nOver/Underflow, raising of exceptions and much more.",
    ..TypeDef::new("decimal.Context", object::Kind::Payload, payload_size::<Context>())
};
static GETSETS: &[GetSetDef] = &[
    getset("prec", |th, v| field(th, v, |c| &c.prec), set_prec, ""),
    getset("Emax", |th, v| field(th, v, |c| &c.emax), set_emax, ""),
    getset("Emin", |th, v| field(th, v, |c| &c.emin), set_emin, ""),
    getset(
        "rounding",
        |th, v| {
            let i = field(th, v, |c| &c.round)?.as_small();
            Ok(th.intern(Round::NAMES[i as usize]).value())
        },
        set_rounding,
        "",
    ),
    getset("capitals", |th, v| field(th, v, |c| &c.capitals), set_capitals, ""),
    getset("clamp", |th, v| field(th, v, |c| &c.clamp), set_clamp, ""),
    getset(
        "flags",
        |th, v| signal_dict::view(th, v, false),
        |th, v, new| {
            let new = given(th, new)?;
            let signals = signal_dict::of_value(th, new)?;
            set_small(th, v, |c| &c.status, signals.into())
        },
        "",
    ),
    getset(
        "traps",
        |th, v| signal_dict::view(th, v, true),
        |th, v, new| {
            let new = given(th, new)?;
            let signals = signal_dict::of_value(th, new)?;
            set_small(th, v, |c| &c.traps, signals.into())
        },
        "",
    ),
];
type Field = fn(&Context) -> &Slot;

/// The state of a method's receiver.
pub(super) fn this(th: &mut Thread, v: Value) -> R<State<Context>> {
    State::of(th, v)
}
/// The receiver as operations use it.
pub(super) fn env(th: &mut Thread, v: Value) -> R<Env> {
    let c = this(th, v)?;
    Env::of(th, c)
}
fn field(th: &mut Thread, v: Value, f: Field) -> R {
    this(th, v)?.read(th, |c| f(c).get())
}
fn set(th: &mut Thread, v: Value, f: Field, new: Value) -> R<()> {
    let c = this(th, v)?;
    c.put(th, f(c.fixed()), new)
}
fn set_small(th: &mut Thread, v: Value, f: Field, n: i64) -> R<()> {
    set(th, v, f, Value::small(n))
}
/// What is set; attributes cannot be deleted.
fn given(th: &mut Thread, new: Value) -> R {
    if new.is_empty() {
        return Err(th.attribute_error("context attributes cannot be deleted"));
    }
    Ok(new)
}
/// A number that is set, within a range.
fn ranged(th: &mut Thread, new: Value, range: std::ops::RangeInclusive<i64>, text: &str) -> R<i64> {
    let new = given(th, new)?;
    if !int::is_int(new) {
        return Err(th.type_error("an integer is required"));
    }
    let n = match int::to_i64(new) {
        Some(n) => n,
        None => return Err(th.overflow_error("Python int too large to convert to C ssize_t")),
    };
    if range.contains(&n) { Ok(n) } else { Err(th.value_error(text)) }
}
fn set_prec(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let n = ranged(th, new, 1..=MAX_PREC, "valid range for prec is [1, MAX_PREC]")?;
    let n = th.new_int(n);
    set(th, v, |c| &c.prec, n)
}
fn set_emax(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let n = ranged(th, new, 0..=MAX_EMAX, "valid range for Emax is [0, MAX_EMAX]")?;
    let n = th.new_int(n);
    set(th, v, |c| &c.emax, n)
}
fn set_emin(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let n = ranged(th, new, MIN_EMIN..=0, "valid range for Emin is [MIN_EMIN, 0]")?;
    let n = th.new_int(n);
    set(th, v, |c| &c.emin, n)
}
fn set_capitals(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let n = ranged(th, new, 0..=1, "valid values for capitals are 0 or 1")?;
    set_small(th, v, |c| &c.capitals, n)
}
fn set_clamp(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let n = ranged(th, new, 0..=1, "valid values for clamp are 0 or 1")?;
    set_small(th, v, |c| &c.clamp, n)
}
fn set_rounding(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let new = given(th, new)?;
    let round = rounding(th, new)?;
    set_small(th, v, |c| &c.round, round as i64)
}
/// A rounding mode by name.
pub(in crate::decimal) fn rounding(th: &mut Thread, v: Value) -> R<Round> {
    let found = v.cast::<Str>().and_then(|s| Round::NAMES.iter().position(|n| s.is(n)));
    match found {
        Some(i) => Ok(Round::ALL[i]),
        None => Err(th.type_error(
            "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]",
        )),
    }
}
/// `__new__`: like the default context, with no flags.
pub(super) fn new(th: &mut Thread, a: &[Value]) -> R {
    crate::decimal::current::fresh(th, a[0])
}
/// `__init__`
pub(super) fn init(th: &mut Thread, a: &[Value]) -> R {
    set_given(th, a[0], &a[1..])?;
    Ok(Value::NONE)
}
/// Sets what is given of: prec, rounding, Emin, Emax, capitals, clamp, flags, traps.
fn set_given(th: &mut Thread, c: Value, a: &[Value]) -> R<()> {
    let setters = [set_prec, set_rounding, set_emin, set_emax, set_capitals, set_clamp];
    for (set, new) in setters.iter().zip(a) {
        if !new.is_empty() && !new.is_none() {
            set(th, c, *new)?;
        }
    }
    let fields: [Field; 2] = [|c| &c.status, |c| &c.traps];
    for (f, new) in fields.into_iter().zip(&a[setters.len()..]) {
        if !new.is_empty() && !new.is_none() {
            let signals = signal_dict::of_list_or_value(th, *new)?;
            set_small(th, c, f, signals.into())?;
        }
    }
    Ok(())
}
/// Sets what a dict of keyword arguments gives.
pub(in crate::decimal) fn set_keywords(th: &mut Thread, c: Value, kwargs: Value) -> R<()> {
    const NAMES: [&str; 8] = ["prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"];
    let items = crate::support::call_method(th, kwargs, "items", &[])?;
    let items = th.collect(items)?;
    let mut a = [Value::EMPTY; 8];
    for item in items.as_slice() {
        let pair = th.collect(*item)?;
        let name = str_arg(th, pair.as_slice()[0], "keyword")?;
        match NAMES.iter().position(|n| name.is(n)) {
            Some(i) => a[i] = pair.as_slice()[1],
            None => {
                let text = format!("'{}' is an invalid keyword argument for this function", name.to_string_lossy());
                return Err(th.type_error(&text));
            }
        }
    }
    set_given(th, c, &a)
}
/// A plain context like another one, flags included.
pub(in crate::decimal) fn copy_of(th: &mut Thread, c: State<Context>) -> R {
    let t = Template::of(th, c)?;
    let class = context_class(th)?;
    Ok(t.make(th, class.value()))
}
/// `copy()`
pub(super) fn copy(th: &mut Thread, a: &[Value]) -> R {
    let c = this(th, a[0])?;
    copy_of(th, c)
}
/// `clear_flags`
pub(super) fn clear_flags(th: &mut Thread, a: &[Value]) -> R {
    set_small(th, a[0], |c| &c.status, 0)?;
    Ok(Value::NONE)
}
/// `clear_traps`
pub(super) fn clear_traps(th: &mut Thread, a: &[Value]) -> R {
    set_small(th, a[0], |c| &c.traps, 0)?;
    Ok(Value::NONE)
}
/// `__repr__`
pub(super) fn repr(th: &mut Thread, a: &[Value]) -> R {
    let c = this(th, a[0])?;
    let t = Template::of(th, c)?;
    let text = format!(
        "Context(prec={}, rounding={}, Emin={}, Emax={}, capitals={}, clamp={}, flags=[{}], traps=[{}])",
        t.s.prec,
        Round::NAMES[t.s.round as usize],
        t.s.emin,
        t.s.emax,
        u8::from(t.capitals),
        u8::from(t.s.clamp),
        signals::names(t.status),
        signals::names(t.traps)
    );
    Ok(th.new_str(&text))
}
/// `__reduce__`
pub(super) fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let c = this(th, a[0])?;
    let t = Template::of(th, c)?;
    let list = |th: &mut Thread, set: u32| -> R {
        let mut v = ValueVec::new();
        for i in (0..9).filter(|i| set >> i & 1 == 1) {
            v.push(th, signals::signal(i).value())?;
        }
        Ok(th.new_list_vec(v))
    };
    let (flags, traps) = (list(th, t.status)?, list(th, t.traps)?);
    let fields = [
        th.new_int(t.s.prec),
        th.intern(Round::NAMES[t.s.round as usize]).value(),
        th.new_int(t.s.emin),
        th.new_int(t.s.emax),
        Value::small(t.capitals.into()),
        Value::small(t.s.clamp.into()),
        flags,
        traps,
    ];
    let args = th.new_tuple(&fields);
    Ok(th.new_tuple(&[class_of(a[0]).value(), args]))
}
