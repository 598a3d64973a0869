//! BaseExceptionGroup and ExceptionGroup.

use crate::attrs::member;
use crate::attrs::set_member;
use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def, def_class, def_static};
use crate::object::{Gc, Kind};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_flag, class_of};
use crate::types::exception::{self, BASE, Exception};
use crate::types::exceptions::group_split::{self, Matcher};
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// BaseExceptionGroup
pub static DEF: TypeDef = TypeDef {
    name: "BaseExceptionGroup",
    members: &["message", "exceptions"],
    methods: METHODS,
    doc: "A combination of multiple unrelated exceptions.",
    ..BASE
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, message, exceptions, /, *args, **kwargs", group_new, ""),
    def(
        "__init__",
        "self, /, *args, **kwargs",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("__str__", "self, /", str_, "Return str(self)."),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("derive", "self, exceptions, /", derive, ""),
    def("split", "self, matcher_value, /", split, ""),
    def("subgroup", "self, matcher_value, /", subgroup, ""),
    def_class(
        "__class_getitem__",
        "cls, object, /",
        |th, a| crate::types::generic_alias::new(th, a[0], a[1]),
        "See PEP 585",
    ),
];
/// The tuple of exceptions in a group.
pub fn exceptions(th: &mut Thread, v: Value) -> R<Gc<Tuple>> {
    let e = member(th, v.as_obj(), 1)?;
    Ok(e.cast().unwrap_or_else(|| ctx().empty_tuple.as_gc()))
}
/// Its message.
pub fn message(th: &mut Thread, v: Value) -> R {
    let m = member(th, v.as_obj(), 0)?;
    Ok(if m.is_empty() { ctx().empty_str } else { m })
}
fn group_new(th: &mut Thread, a: &[Value]) -> R {
    let mut class = a[0].as_gc::<Class>();
    let t = &ctx().types;
    if !a[3].as_gc::<Tuple>().is_empty() {
        let n = 2 + a[3].as_gc::<Tuple>().len();
        return Err(th.type_error(&format!("BaseExceptionGroup.__new__() takes exactly 2 arguments ({n} given)")));
    }
    if a[1].cast::<Str>().is_none() {
        let text = format!("argument 1 must be str, not {}", class_of(a[1]).name_str());
        return Err(th.type_error(&text));
    }
    if class_of(a[2]).special(Special::Getitem).is_none() || class_of(a[2]).special(Special::Len).is_none() || a[2].is_kind(Kind::Dict) {
        return Err(th.type_error("second argument (exceptions) must be a sequence"));
    }
    let items = th.collect(a[2])?;
    if items.is_empty() {
        return Err(th.value_error("second argument (exceptions) must be a non-empty sequence"));
    }
    let mut base_only = false;
    for (i, e) in items.as_slice().iter().enumerate() {
        if !e.is_kind(Kind::Exception) {
            return Err(th.value_error(&format!("Item {i} of second argument (exceptions) is not an exception")));
        }
        base_only |= !class_of(*e).is_subclass_of(t.Exception);
    }
    if class == t.ExceptionGroup && base_only {
        return Err(th.type_error("Cannot nest BaseExceptions in an ExceptionGroup"));
    }
    if class == t.BaseExceptionGroup {
        if !base_only {
            class = t.ExceptionGroup;
        }
    } else if base_only && class.is_subclass_of(t.Exception) {
        let text = format!("Cannot nest BaseExceptions in '{}'", class.name_str());
        return Err(th.type_error(&text));
    }
    let tuple = th.new_tuple(items.as_slice());
    let args = th.new_tuple(&[a[1], a[2]]);
    let made = exception::new_of(th, class, args)?;
    set_member(th, made.as_obj(), 0, a[1])?;
    set_member(th, made.as_obj(), 1, tuple)?;
    Ok(made)
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    exception::no_keywords(th, a[0], a[2])?;
    let e = exception::this(a[0]);
    e.set(th, &e.args, a[1])?;
    Ok(Value::NONE)
}
fn str_(th: &mut Thread, a: &[Value]) -> R {
    let n = exceptions(th, a[0])?.len();
    let m = message(th, a[0])?;
    let s = if n == 1 { "" } else { "s" };
    let text = format!("{} ({n} sub-exception{s})", th.str(m)?.to_string_lossy());
    Ok(th.new_str(&text))
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let m = message(th, a[0])?;
    let e = exceptions(th, a[0])?;
    let args = exception::args_of(th, a[0])?;
    let as_tuple = args.items().get(1).is_some_and(|x| x.is_kind(Kind::Tuple));
    let shown = if as_tuple { e.value() } else { th.new_list(e.items())? };
    let text = format!("{}({}, {})", class_of(a[0]).name_str(), th.repr_string(m)?, th.repr_string(shown)?);
    Ok(th.new_str(&text))
}
fn derive(th: &mut Thread, a: &[Value]) -> R {
    let m = message(th, a[0])?;
    th.call(ctx().types.BaseExceptionGroup.value(), &[m, a[1]])
}
fn matcher(th: &mut Thread, v: Value) -> R<Matcher> {
    let is_exception = |c: Value| c.cast::<Class>().is_some_and(|c| c.has_flag(class_flag::EXCEPTION));
    if is_exception(v) {
        return Ok(Matcher::Type(v));
    }
    if let Some(t) = v.cast::<Tuple>()
        && t.items().iter().all(|c| is_exception(*c))
    {
        return Ok(Matcher::Type(v));
    }
    if !v.is_kind(Kind::Class) && class_of(v).special(Special::Call).is_some() {
        return Ok(Matcher::Predicate(v));
    }
    Err(th.type_error("expected an exception type, a tuple of exception types, or a callable (other than a class)"))
}
fn split(th: &mut Thread, a: &[Value]) -> R {
    let m = matcher(th, a[1])?;
    let (yes, no) = group_split::split(th, a[0], &m, true)?;
    Ok(th.new_tuple(&[yes, no]))
}
fn subgroup(th: &mut Thread, a: &[Value]) -> R {
    let m = matcher(th, a[1])?;
    Ok(group_split::split(th, a[0], &m, false)?.0)
}
/// Is it an exception group?
pub fn is_group(v: Value) -> bool {
    v.cast::<Exception>().is_some() && class_of(v).is_subclass_of(ctx().types.BaseExceptionGroup)
}
