//! `types.GenericAlias`: `list[int]`. Nothing changes after construction.

use crate::attrs;
use crate::context::ctx;
use crate::names::names;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getter};
use crate::object::{Gc, Kind};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_of};
use crate::types::payload::{self, Native, Payload, payload_size};
use crate::types::str_::Str;
use crate::types::substitute;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// State.
#[derive(Clone)]
pub struct GenericAlias {
    /// the class
    pub origin: Value,
    /// tuple of arguments
    pub args: Value,
    /// tuple of type parameters in them
    pub parameters: Value,
    /// `*tuple[int]`
    pub starred: bool,
}
impl Payload for GenericAlias {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.origin);
        f(self.args);
        f(self.parameters);
    }
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: GETSETS,
    doc: "Represent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).",
    ..TypeDef::new("types.GenericAlias", Kind::Payload, payload_size::<GenericAlias>())
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, origin, args, /", alias_new, ""),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__call__", "self, /, *args, **kwargs", call, "Call self as a function."),
    def("__getitem__", "self, key, /", getitem, "Return self[key]."),
    def("__getattribute__", "self, name, /", getattribute, "Return getattr(self, name)."),
    def("__hash__", "self, /", hash, "Return hash(self)."),
    def("__eq__", "self, value, /", eq, "Return self==value."),
    def("__ne__", "self, value, /", ne, "Return self!=value."),
    def(
        "__or__",
        "self, value, /",
        |th, a| super::union_::of(th, a[0], a[1]),
        "Return self|value.",
    ),
    def(
        "__ror__",
        "self, value, /",
        |th, a| super::union_::of(th, a[1], a[0]),
        "Return value|self.",
    ),
    def("__iter__", "self, /", iter, "Implement iter(self)."),
    def(
        "__mro_entries__",
        "self, bases, /",
        |th, a| {
            let s = this(th, a[0])?;
            Ok(th.new_tuple(&[s.origin]))
        },
        "",
    ),
    def(
        "__instancecheck__",
        "self, instance, /",
        |th, _| Err(th.type_error("isinstance() argument 2 cannot be a parameterized generic")),
        "",
    ),
    def(
        "__subclasscheck__",
        "self, cls, /",
        |th, _| Err(th.type_error("issubclass() argument 2 cannot be a parameterized generic")),
        "",
    ),
    def("__reduce__", "self, /", reduce, ""),
    def("__dir__", "self, /", dir, ""),
];
static GETSETS: &[GetSetDef] = &[
    getter("__origin__", |th, v| Ok(this(th, v)?.origin), ""),
    getter("__args__", |th, v| Ok(this(th, v)?.args), ""),
    getter(
        "__parameters__",
        |th, v| Ok(this(th, v)?.parameters),
        "Type variables in the GenericAlias.",
    ),
    getter("__unpacked__", |th, v| Ok(Value::bool(this(th, v)?.starred)), ""),
    getter("__typing_unpacked_tuple_args__", unpacked_args, ""),
];
/// The state of an alias.
pub fn this(th: &mut Thread, v: Value) -> R<GenericAlias> {
    match payload::downcast::<GenericAlias>(v) {
        Some(g) => Ok(state(g)),
        None => Err(th.type_error("expected a generic alias")),
    }
}
fn state(g: Gc<Native<GenericAlias>>) -> GenericAlias {
    // SAFETY: the state never changes after construction.
    unsafe { (*g.cell.get()).clone() }
}
/// The state of a value, if it is an alias.
pub fn get(v: Value) -> Option<GenericAlias> {
    payload::downcast::<GenericAlias>(v).map(state)
}
/// `origin[args]`; `args` that is no tuple is one argument.
pub fn new(th: &mut Thread, origin: Value, args: Value) -> R {
    let c = ctx().types.generic_alias;
    make(th, c, origin, args, false)
}
fn make(th: &mut Thread, class: Gc<Class>, origin: Value, args: Value, starred: bool) -> R {
    let args = if args.is_kind(Kind::Tuple) { args } else { th.new_tuple(&[args]) };
    let parameters = substitute::parameters(th, args)?;
    Ok(payload::new(
        th,
        class,
        GenericAlias {
            origin,
            args,
            parameters,
            starred,
        },
    )
    .value())
}
fn alias_new(th: &mut Thread, a: &[Value]) -> R {
    make(th, a[0].as_gc(), a[1], a[2], false)
}
/// How a type is shown inside an alias or union.
pub fn type_text(th: &mut Thread, v: Value) -> R<String> {
    if v == Value::ELLIPSIS {
        return Ok("...".into());
    }
    if v == ctx().types.none.value() {
        return Ok("None".into());
    }
    if get(v).is_some() {
        return th.repr_string(v);
    }
    if let Some(q) = th.getattr_opt(v, names().__qualname__)?.and_then(|q| q.cast::<Str>())
        && th.getattr_opt(v, names().__origin__)?.is_none()
        && let Some(m) = th.getattr_opt(v, names().__module__)?
        && !m.is_none()
    {
        let q = q.to_string_lossy();
        let m = th.str(m)?.to_string_lossy();
        return Ok(if m == "builtins" { q } else { format!("{m}.{q}") });
    }
    th.repr_string(v)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let s = this(th, a[0])?;
    let mut parts = Vec::new();
    for v in s.args.as_gc::<Tuple>().items() {
        if let Some(l) = v.cast::<crate::types::list::List>() {
            let items = l.snapshot(th)?;
            let mut inner = Vec::new();
            for x in items.as_slice() {
                inner.push(type_text(th, *x)?);
            }
            parts.push(format!("[{}]", inner.join(", ")));
        } else {
            parts.push(type_text(th, *v)?);
        }
    }
    let star = if s.starred { "*" } else { "" };
    let list = if parts.is_empty() { "()".into() } else { parts.join(", ") };
    let text = format!("{star}{}[{list}]", type_text(th, s.origin)?);
    Ok(th.new_str(&text))
}
fn call(th: &mut Thread, a: &[Value]) -> R {
    let s = this(th, a[0])?;
    let made = th.call_ex(s.origin, a[1], a[2])?;
    let set = th.catch(ctx().types.Exception, |th| th.setattr(made, names().__orig_class__, a[0]))?;
    if let Err(e) = set
        && !class_of(e).is_subclass_of(ctx().types.AttributeError)
        && !class_of(e).is_subclass_of(ctx().types.TypeError)
    {
        return Err(crate::throw::Throw::exception(e));
    }
    Ok(made)
}
fn getitem(th: &mut Thread, a: &[Value]) -> R {
    let s = this(th, a[0])?;
    let args = substitute::substitute(th, a[0], s.args, s.parameters, a[1])?;
    let class = class_of(a[0]);
    make(th, class, s.origin, args, s.starred)
}
fn getattribute(th: &mut Thread, a: &[Value]) -> R {
    let name = th.attribute_name(a[1])?;
    const OWN: [&str; 16] = [
        "__class__",
        "__origin__",
        "__args__",
        "__unpacked__",
        "__parameters__",
        "__typing_unpacked_tuple_args__",
        "__mro_entries__",
        "__reduce_ex__",
        "__reduce__",
        "__copy__",
        "__deepcopy__",
        "__bases__",
        "__subclasscheck__",
        "__instancecheck__",
        "__init_subclass__",
        "__dir__",
    ];
    let s = this(th, a[0])?;
    let text = name.to_string_lossy();
    // Dunders of the alias's own protocol stay; all others are the origin's.
    let forward = !OWN.contains(&text.as_str());
    if forward && let Some(v) = th.getattr_opt(s.origin, name)? {
        return Ok(v);
    }
    match attrs::generic_getattr(th, a[0], name)? {
        Some(v) => Ok(v),
        None => Err(attrs::missing(th, a[0], name)),
    }
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let s = this(th, a[0])?;
    let h = th.hash(s.origin)? ^ th.hash(s.args)?;
    Ok(th.new_int(h))
}
fn same(th: &mut Thread, a: Value, b: Value) -> R<Option<bool>> {
    let (Some(x), Some(y)) = (get(a), get(b)) else { return Ok(None) };
    Ok(Some(x.starred == y.starred && th.eq(x.origin, y.origin)? && th.eq(x.args, y.args)?))
}
fn eq(th: &mut Thread, a: &[Value]) -> R {
    Ok(same(th, a[0], a[1])?.map_or(Value::NOT_IMPLEMENTED, Value::bool))
}
fn ne(th: &mut Thread, a: &[Value]) -> R {
    Ok(same(th, a[0], a[1])?.map_or(Value::NOT_IMPLEMENTED, |e| Value::bool(!e)))
}
fn iter(th: &mut Thread, a: &[Value]) -> R {
    let s = this(th, a[0])?;
    let starred = make(th, class_of(a[0]), s.origin, s.args, true)?;
    let one = th.new_tuple(&[starred]);
    th.iter(one)
}
fn unpacked_args(th: &mut Thread, v: Value) -> R {
    let s = this(th, v)?;
    Ok(if s.starred && s.origin == ctx().types.tuple.value() {
        s.args
    } else {
        Value::NONE
    })
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let s = this(th, a[0])?;
    let args = th.new_tuple(&[s.origin, s.args]);
    if s.starred {
        let plain = new(th, s.origin, s.args)?;
        let it = th.iter(plain)?;
        let key = th.intern("next");
        let next = ctx().builtins.get_str(th, key)?.unwrap_or(Value::NONE);
        let it = th.new_tuple(&[it]);
        return Ok(th.new_tuple(&[next, it]));
    }
    Ok(th.new_tuple(&[class_of(a[0]).value(), args]))
}
fn dir(th: &mut Thread, a: &[Value]) -> R {
    let s = this(th, a[0])?;
    let names = th.call_special(s.origin, Special::Dir, &[])?.unwrap_or(Value::NONE);
    let mut items = th.collect(names)?;
    for n in ["__origin__", "__args__", "__parameters__", "__unpacked__"] {
        let n = th.intern(n).value();
        if !items.as_slice().contains(&n) {
            items.push(th, n)?;
        }
    }
    Ok(th.new_list_vec(items))
}
