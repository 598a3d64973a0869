//! `functools.partial` and `Placeholder`.
//!
//! The function and its arguments change only by `__setstate__`. `holes` is the number of placeholders among `args`.

use crate::support::{ClassCell, class};
use std::sync::OnceLock;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{TypeDef, def, def_class, def_static, getset, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::special::Special;
use vasuki_vm::state;
use vasuki_vm::state::State;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::class::class_of;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::types::{bound_method, object, repr_guard};
use vasuki_vm::value::Value;

state!(
    /// `partial`
    Partial { func, args, keywords, holes }
);
/// The declaration of `partial`.
pub(crate) static PARTIAL: TypeDef = TypeDef {
    dict: true,
    doc: "Create a new function with partial application of the given arguments and keywords.",
    methods: &[
        def_static("__new__", "cls, func, /, *args, **keywords", partial_new, ""),
        def("__call__", "self, /, *args, **kwargs", call, "Call self as a function."),
        def(
            "__get__",
            "self, instance, owner=None, /",
            get,
            "Return an attribute of instance, which is of type owner.",
        ),
        def("__repr__", "self, /", repr, "Return repr(self)."),
        def("__reduce__", "self, /", reduce, ""),
        def("__setstate__", "self, state, /", setstate, ""),
        def_class(
            "__class_getitem__",
            "cls, item, /",
            |th, a| vasuki_vm::types::generic_alias::new(th, a[0], a[1]),
            "See PEP 585",
        ),
    ],
    getsets: &[
        getter(
            "func",
            |th, v| Ok(fields(th, v)?.0),
            "function object to use in future partial calls",
        ),
        getter("args", |th, v| Ok(fields(th, v)?.1), "tuple of arguments to future partial calls"),
        getter(
            "keywords",
            |th, v| Ok(fields(th, v)?.2),
            "dictionary of keyword arguments to future partial calls",
        ),
        getset("__dict__", object::get_dict, object::replace_dict, ""),
    ],
    ..TypeDef::new("functools.partial", Kind::Payload, payload_size::<Partial>())
};
/// The class.
pub(crate) static PARTIAL_CLASS: ClassCell = ClassCell::new();

static PLACEHOLDER: TypeDef = TypeDef {
    base: false,
    doc: "The type of the Placeholder singleton.\n\nUsed as a placeholder for partial arguments.",
    methods: &[
        def_static("__new__", "cls, /, *args, **kwargs", placeholder_new, ""),
        def("__repr__", "self, /", |th, _| Ok(th.new_str("Placeholder")), "Return repr(self)."),
        def("__reduce__", "self, /", |th, _| Ok(th.new_str("Placeholder")), ""),
    ],
    ..TypeDef::new("functools._PlaceholderType", Kind::Instance, 16)
};
static PLACEHOLDER_CLASS: ClassCell = ClassCell::new();

/// The class of the placeholder.
pub(crate) fn placeholder_class(th: &mut Thread) -> R {
    Ok(class(th, &PLACEHOLDER_CLASS, &PLACEHOLDER)?.value())
}
fn placeholder_new(th: &mut Thread, a: &[Value]) -> R {
    let keywords = a[2].cast::<Dict>().map_or(Ok(0), |d| d.len(th))?;
    if !a[1].as_gc::<Tuple>().is_empty() || keywords > 0 {
        return Err(th.type_error("PlaceholderType takes no arguments"));
    }
    placeholder(th)
}
/// `Placeholder`
pub(crate) fn placeholder(th: &mut Thread) -> R {
    static V: OnceLock<Value> = OnceLock::new();
    if let Some(v) = V.get() {
        return Ok(*v);
    }
    let c = class(th, &PLACEHOLDER_CLASS, &PLACEHOLDER)?;
    let v = vasuki_vm::memory::keep(vasuki_vm::attrs::new_instance(th, c));
    Ok(*V.get_or_init(|| v))
}

/// (func, args, keywords, placeholders)
fn fields(th: &mut Thread, v: Value) -> R<(Value, Value, Value, i64)> {
    let o = State::<Partial>::of(th, v)?;
    o.read(th, |s| (s.func.get(), s.args.get(), s.keywords.get(), s.holes.get().as_small()))
}
fn callable(th: &mut Thread, v: Value) -> bool {
    th.class_of(v).special(Special::Call).is_some()
}
fn partial_new(th: &mut Thread, a: &[Value]) -> R {
    let (mut func, args) = (a[1], a[2].as_gc::<Tuple>().items());
    if !callable(th, func) {
        return Err(th.type_error("the first argument must be callable"));
    }
    let hole = placeholder(th)?;
    if args.last() == Some(&hole) {
        return Err(th.type_error("trailing Placeholders are not allowed"));
    }
    if let Some(d) = a[3].cast::<Dict>() {
        let (_, values) = d.snapshot(th)?;
        if values.as_slice().contains(&hole) {
            return Err(th.type_error("Placeholder cannot be passed as a keyword argument"));
        }
    }
    let mut all = ValueVec::with_capacity(th, args.len())?;
    let keywords: Gc<Dict> = th.new_dict().as_gc();
    let mut inner_holes = 0;
    // A partial of a partial is one partial, unless that has attributes.
    let nested = PARTIAL_CLASS.get().is_some_and(|c| class_of(func).is_subclass_of(*c));
    if nested && vasuki_vm::attrs::instance_dict_snapshot(th, func.as_obj())?.len(th)? == 0 {
        let (f, inner, kw, holes) = fields(th, func)?;
        func = f;
        inner_holes = holes;
        for v in inner.as_gc::<Tuple>().items() {
            all.push(th, *v)?;
        }
        keywords.update_from(th, kw.as_gc())?;
    }
    fill(th, &mut all, inner_holes, hole, args)?;
    if let Some(d) = a[3].cast::<Dict>() {
        keywords.update_from(th, d)?;
    }
    let holes = all.as_slice().iter().filter(|v| **v == hole).count();
    let args = th.new_tuple(all.as_slice());
    Ok(Partial::make(th, a[0], [func, args, keywords.value(), Value::small(holes as i64)]))
}
/// Puts arguments in place of the placeholders among `all`, the rest behind them.
fn fill(th: &mut Thread, all: &mut ValueVec, holes: i64, hole: Value, args: &[Value]) -> R<()> {
    let mut rest = args.iter();
    if holes > 0 {
        for i in 0..all.len() {
            if all.as_slice()[i] == hole {
                match rest.next() {
                    Some(v) => all.set(i, *v),
                    None => break,
                }
            }
        }
    }
    for v in rest {
        all.push(th, *v)?;
    }
    Ok(())
}
fn call(th: &mut Thread, a: &[Value]) -> R {
    let (func, stored, keywords, holes) = fields(th, a[0])?;
    let (stored, args) = (stored.as_gc::<Tuple>().items(), a[1].as_gc::<Tuple>().items());
    let more = match a[2].cast::<Dict>() {
        Some(d) if d.len(th)? > 0 => a[2],
        _ => Value::EMPTY,
    };
    let kept = match keywords.cast::<Dict>() {
        Some(d) if d.len(th)? > 0 => keywords,
        _ => Value::EMPTY,
    };
    let n = stored.len() + args.len();
    if holes == 0 && n <= 8 && more.is_empty() && kept.is_empty() {
        let mut buf = [Value::EMPTY; 8];
        buf[..stored.len()].copy_from_slice(stored);
        buf[stored.len()..n].copy_from_slice(args);
        return th.call(func, &buf[..n]);
    }
    let mut all = ValueVec::with_capacity(th, n)?;
    for v in stored {
        all.push(th, *v)?;
    }
    if holes > 0 {
        if (args.len() as i64) < holes {
            let text = format!(
                "missing positional arguments in 'partial' call; expected at least {holes}, got {}",
                args.len()
            );
            return Err(th.type_error(&text));
        }
        let hole = placeholder(th)?;
        fill(th, &mut all, holes, hole, args)?;
    } else {
        for v in args {
            all.push(th, *v)?;
        }
    }
    let kw = if kept.is_empty() {
        more
    } else if more.is_empty() {
        kept
    } else {
        let d = kept.as_gc::<Dict>().copy(th)?;
        d.update_from(th, more.as_gc())?;
        d.value()
    };
    if kw.is_empty() {
        return th.call(func, all.as_slice());
    }
    let args = th.new_tuple(all.as_slice());
    th.call_ex(func, args, kw)
}
fn get(th: &mut Thread, a: &[Value]) -> R {
    Ok(if a[1].is_none() { a[0] } else { bound_method::new(th, a[0], a[1]) })
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let shown = repr_guard::with(th, a[0], |th| {
        let (func, args, keywords, _) = fields(th, a[0])?;
        let class = class_of(a[0]);
        let mut text = format!("{}(", vasuki_vm::types::type_attrs::dotted_name(th, class)?);
        text.push_str(&th.repr_string(func)?);
        for v in args.as_gc::<Tuple>().items() {
            text.push_str(", ");
            text.push_str(&th.repr_string(*v)?);
        }
        if let Some(d) = keywords.cast::<Dict>() {
            let (keys, values) = d.snapshot(th)?;
            for (k, v) in keys.as_slice().iter().zip(values.as_slice()) {
                let key = th.str(*k)?.to_string_lossy();
                text.push_str(&format!(", {key}={}", th.repr_string(*v)?));
            }
        }
        text.push(')');
        Ok(text)
    })?;
    Ok(th.new_str(&shown.unwrap_or_else(|| "...".into())))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let (func, args, keywords, _) = fields(th, a[0])?;
    let d = vasuki_vm::attrs::instance_dict_snapshot(th, a[0].as_obj())?;
    let d = if d.len(th)? == 0 { Value::NONE } else { d.value() };
    let state = th.new_tuple(&[func, args, keywords, d]);
    let make = th.new_tuple(&[func]);
    Ok(th.new_tuple(&[class_of(a[0]).value(), make, state]))
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let state = a[1].cast::<Tuple>().map_or(&[][..], |t| t.items());
    let valid = match *state {
        [func, args, keywords, _] => {
            callable(th, func) && args.is_kind(Kind::Tuple) && (keywords.is_none() || keywords.is_kind(Kind::Dict))
        }
        _ => false,
    };
    if !valid {
        return Err(th.type_error("invalid partial state"));
    }
    let (func, args, keywords, dict) = (state[0], state[1].as_gc::<Tuple>(), state[2], state[3]);
    let hole = placeholder(th)?;
    if args.items().last() == Some(&hole) {
        return Err(th.type_error("trailing Placeholders are not allowed"));
    }
    let args = if class_of(args.value()) == ctx().types.tuple {
        args.value()
    } else {
        th.new_tuple(args.items())
    };
    let keywords = match keywords.cast::<Dict>() {
        None => th.new_dict(),
        Some(_) if class_of(keywords) == ctx().types.dict => keywords,
        Some(d) => d.copy(th)?.value(),
    };
    let dict = if dict.is_none() { Value::EMPTY } else { dict };
    object::set_dict(th, a[0], dict)?;
    let holes = args.as_gc::<Tuple>().items().iter().filter(|v| **v == hole).count();
    let o = State::<Partial>::of(th, a[0])?;
    let s = o.open(th)?;
    for (slot, v) in [
        (&s.func, func),
        (&s.args, args),
        (&s.keywords, keywords),
        (&s.holes, Value::small(holes as i64)),
    ] {
        o.store(th, slot, v);
    }
    Ok(Value::NONE)
}
