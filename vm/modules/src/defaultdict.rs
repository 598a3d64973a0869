//! `collections.defaultdict`: a dict whose only addition, the factory, is a member slot.

use vasuki_vm::attrs;
use vasuki_vm::context::ctx;
use vasuki_vm::names::names;
use vasuki_vm::native::{TypeDef, def, def_class};
use vasuki_vm::object::Kind;
use vasuki_vm::special::Special;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::class_of;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::repr_guard;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

/// The declaration.
pub(crate) static DEFAULTDICT: TypeDef = TypeDef {
    members: &["default_factory"],
    doc: "defaultdict(default_factory=None, /, [...]) --> dict with default factory\n\nThe default factory is called without arguments to produce\na new value when a key is not present, in __getitem__ only.\nA defaultdict compares equal to a dict with the same items.\nAll remaining arguments are treated the same as if they were\npassed to the dict constructor, including keyword arguments.",
    methods: &[
        def(
            "__init__",
            "self, /, *args, **kwargs",
            init,
            "Initialize self.  See help(type(self)) for accurate signature.",
        ),
        def(
            "__missing__",
            "self, key, /",
            missing,
            "__missing__(key) # Called by __getitem__ for missing key; pseudo-code:\n  if self.default_factory is None: raise KeyError((key,))\n  self[key] = value = self.default_factory()\n  return value\n",
        ),
        def("__repr__", "self, /", repr, "Return repr(self)."),
        def("__or__", "self, value, /", |th, a| or(th, a[0], a[0], a[1]), "Return self|value."),
        def("__ror__", "self, value, /", |th, a| or(th, a[0], a[1], a[0]), "Return value|self."),
        def("copy", "self, /", copy, "D.copy() -> a shallow copy of D."),
        def("__copy__", "self, /", copy, "D.copy() -> a shallow copy of D."),
        def("__reduce__", "self, /", reduce, "Return state information for pickling."),
        def_class(
            "__class_getitem__",
            "cls, item, /",
            |th, a| vasuki_vm::types::generic_alias::new(th, a[0], a[1]),
            "See PEP 585",
        ),
    ],
    ..TypeDef::new("collections.defaultdict", Kind::Dict, std::mem::size_of::<Dict>())
};
/// The factory; None when there is none.
fn factory(th: &mut Thread, v: Value) -> R {
    let f = attrs::member(th, v.as_obj(), 0)?;
    Ok(if f.is_empty() { Value::NONE } else { f })
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    let args = a[1].as_gc::<Tuple>().items();
    let (f, rest) = match args.split_first() {
        None => (Value::NONE, args),
        Some((f, rest)) => (*f, rest),
    };
    if !f.is_none() && th.class_of(f).special(Special::Call).is_none() {
        return Err(th.type_error("first argument must be callable or None"));
    }
    attrs::set_member(th, a[0].as_obj(), 0, f)?;
    match rest {
        [] => {}
        [from] => a[0].as_gc::<Dict>().merge(th, *from)?,
        more => return Err(th.type_error(&format!("dict expected at most 1 argument, got {}", more.len()))),
    }
    if let Some(kw) = a[2].cast::<Dict>() {
        a[0].as_gc::<Dict>().update_from(th, kw)?;
    }
    Ok(Value::NONE)
}
fn missing(th: &mut Thread, a: &[Value]) -> R {
    let f = factory(th, a[0])?;
    if f.is_none() {
        return Err(th.key_error(a[1]));
    }
    let v = th.call(f, &[])?;
    a[0].as_gc::<Dict>().setdefault(th, a[1], v)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let show = ctx().types.dict.special(Special::Repr).unwrap_or(Value::NONE);
    let items = th.call(show, &[a[0]])?;
    let items = th.str(items)?.to_string_lossy();
    let f = factory(th, a[0])?;
    let f = if f.is_none() {
        Some("None".into())
    } else {
        repr_guard::with(th, f, |th| th.repr_string(f))?
    };
    let name = class_of(a[0]).name_str();
    Ok(th.new_str(&format!("{name}({}, {items})", f.unwrap_or_else(|| "...".into()))))
}
fn or(th: &mut Thread, this: Value, left: Value, right: Value) -> R {
    if !left.is_kind(Kind::Dict) || !right.is_kind(Kind::Dict) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let f = factory(th, this)?;
    let new = th.call(class_of(this).value(), &[f, left])?;
    th.call_method(new, names().update, &[right])?;
    Ok(new)
}
fn copy(th: &mut Thread, a: &[Value]) -> R {
    let f = factory(th, a[0])?;
    th.call(class_of(a[0]).value(), &[f, a[0]])
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let f = factory(th, a[0])?;
    let args = if f.is_none() { th.new_tuple(&[]) } else { th.new_tuple(&[f]) };
    let items = th.call_method(a[0], names().items, &[])?;
    let items = th.iter(items)?;
    Ok(th.new_tuple(&[class_of(a[0]).value(), args, Value::NONE, Value::NONE, items]))
}
