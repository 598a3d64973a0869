//! The natives behind `typing`: type parameters, aliases, `Generic`.
//!
//! Bounds, constraints, defaults and alias values are functions that are called with format 1 when they are asked for
//! first; the result is kept.

pub mod generic;
pub mod no_default;
pub mod paramspec;
pub mod type_alias;
pub mod typevar;
pub mod typevartuple;

use crate::context::ctx;
use crate::names::names;
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::payload;
use crate::types::str_::Str;
use crate::value::Value;

/// `typing.name(*args)`
pub(crate) fn call_typing(th: &mut Thread, name: &str, args: &[Value]) -> R {
    let m = crate::import::import_module(th, "typing")?;
    let name = th.intern(name);
    th.call_method(m, name, args)
}
/// The value that a lazily evaluated part stands for.
pub(crate) fn evaluate(th: &mut Thread, f: Value) -> R {
    th.call(f, &[Value::small(1)])
}
/// Name of the module that the running code belongs to.
pub(crate) fn calling_module(th: &mut Thread) -> R {
    match crate::interp::frame::current_globals(th) {
        Some(g) => Ok(crate::interp::helpers::mapping_get(th, g, names().__name__)?.unwrap_or(Value::NONE)),
        None => Ok(Value::NONE),
    }
}
/// Sets the lazily evaluated default of a type parameter.
pub fn set_default(th: &mut Thread, param: Value, f: Value) -> R<()> {
    if let Some(p) = payload::downcast::<typevar::TypeVar>(param) {
        th.open_mut(p)?.default_function = f;
    } else if let Some(p) = payload::downcast::<paramspec::ParamSpec>(param) {
        th.open_mut(p)?.default_function = f;
    } else if let Some(p) = payload::downcast::<typevartuple::TypeVarTuple>(param) {
        th.open_mut(p)?.default_function = f;
    }
    Ok(())
}
/// Text of a type parameter: variance and name.
pub(crate) fn shown(th: &mut Thread, name: Value, infer: bool, covariant: bool, contravariant: bool) -> R {
    let name = name.cast::<Str>().map(|s| s.to_string_lossy()).unwrap_or_default();
    let sign = match (infer, covariant, contravariant) {
        (true, ..) => "",
        (_, true, _) => "+",
        (_, _, true) => "-",
        _ => "~",
    };
    Ok(th.new_str(&format!("{sign}{name}")))
}
/// A name given by Python code.
pub(crate) fn checked_name(th: &mut Thread, v: Value, what: &str) -> R<Gc<Str>> {
    match v.cast::<Str>() {
        Some(s) => Ok(s),
        None => {
            let n = th.class_of(v).name_str();
            Err(th.type_error(&format!("{what}() argument 'name' must be str, not {n}")))
        }
    }
}
/// `NoDefault`
pub(crate) fn no_default(th: &mut Thread) -> Value {
    no_default::singleton(th)
}
/// `typing.Union[a, b]`
pub(crate) fn union(th: &mut Thread, a: Value, b: Value) -> R {
    crate::types::union_::checked(th, &[a, b])
}
/// EMPTY or None as None.
pub(crate) fn or_none(v: Value) -> Value {
    if v.is_empty() { Value::NONE } else { v }
}
/// Refuses subclassing.
pub(crate) fn mro_entries(th: &mut Thread, what: &str) -> R {
    Err(th.type_error(&format!("Cannot subclass an instance of {what}")))
}
/// Is it one of the builtin classes of type parameters?
pub fn is_param(th: &Thread, v: Value) -> bool {
    let t = &ctx().types;
    [t.typevar, t.paramspec, t.typevartuple].contains(&th.class_of(v))
}
