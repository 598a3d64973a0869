//! `typing.Union` (`int | str`). Nothing changes after construction.

use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_class, getter};
use crate::object::Kind;
use crate::ops::BinOp;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::class::class_of;
use crate::types::generic_alias::{self, type_text};
use crate::types::payload::{self, Payload, payload_size};
use crate::types::substitute;
use crate::types::tuple::Tuple;
use crate::value::Value;

#[derive(Clone)]
struct Union {
    args: Value,
    parameters: Value,
}
impl Payload for Union {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.args);
        f(self.parameters);
    }
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    getsets: GETSETS,
    doc: "Represent a union type\n\nE.g. for int | str",
    ..TypeDef::new("typing.Union", Kind::Payload, payload_size::<Union>())
};
static METHODS: &[NativeDef] = &[
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__hash__", "self, /", hash, "Return hash(self)."),
    def("__eq__", "self, value, /", eq, "Return self==value."),
    def("__ne__", "self, value, /", ne, "Return self!=value."),
    def("__or__", "self, value, /", |th, a| checked(th, &[a[0], a[1]]), "Return self|value."),
    def(
        "__ror__",
        "self, value, /",
        |th, a| checked(th, &[a[1], a[0]]),
        "Return value|self.",
    ),
    def("__getitem__", "self, key, /", getitem, "Return self[key]."),
    def("__instancecheck__", "self, instance, /", |th, a| check(th, a, true), ""),
    def("__subclasscheck__", "self, cls, /", |th, a| check(th, a, false), ""),
    def("__mro_entries__", "self, bases, /", mro_entries, ""),
    def_class("__class_getitem__", "cls, object, /", class_getitem, "See PEP 585"),
];
static GETSETS: &[GetSetDef] = &[
    getter("__args__", |th, v| Ok(this(th, v)?.args), ""),
    getter("__parameters__", |th, v| Ok(this(th, v)?.parameters), ""),
    getter("__origin__", |_, _| Ok(ctx().types.union.value()), ""),
    getter("__name__", |th, _| Ok(th.intern("Union").value()), ""),
    getter("__qualname__", |th, _| Ok(th.intern("Union").value()), ""),
    getter("__module__", |th, _| Ok(th.intern("typing").value()), ""),
];
fn get(v: Value) -> Option<Union> {
    // SAFETY: the state never changes after construction.
    payload::downcast::<Union>(v).map(|u| unsafe { (*u.cell.get()).clone() })
}
fn this(th: &mut Thread, v: Value) -> R<Union> {
    match get(v) {
        Some(u) => Ok(u),
        None => Err(th.type_error("expected a union")),
    }
}
fn is_member(v: Value) -> bool {
    let t = &ctx().types;
    let c = class_of(v);
    v.is_none()
        || v.is_kind(Kind::Class)
        || generic_alias::get(v).is_some()
        || get(v).is_some()
        || c == t.type_alias
        || c == t.typevar
        || c == t.paramspec
}
/// `a | b` of types; NotImplemented for other values.
pub fn of(th: &mut Thread, a: Value, b: Value) -> R {
    if !is_member(a) || !is_member(b) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    make(th, &[a, b])
}
/// The union of types: nested unions flattened, duplicates removed; one type alone is itself.
pub fn make(th: &mut Thread, types: &[Value]) -> R {
    let mut out = ValueVec::new();
    for v in types {
        let parts = match get(*v) {
            Some(u) => u.args.as_gc::<Tuple>().items(),
            None => std::slice::from_ref(v),
        };
        'parts: for p in parts {
            let p = if p.is_none() { ctx().types.none.value() } else { *p };
            for seen in out.as_slice() {
                if *seen == p || generic_alias::get(p).is_some() && th.eq(*seen, p)? || !p.is_kind(Kind::Class) && th.eq(*seen, p)? {
                    continue 'parts;
                }
            }
            out.push(th, p)?;
        }
    }
    if let [one] = out.as_slice() {
        return Ok(*one);
    }
    let args = th.new_tuple(out.as_slice());
    let parameters = substitute::parameters(th, args)?;
    Ok(payload::new(th, ctx().types.union, Union { args, parameters }).value())
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let u = this(th, a[0])?;
    let mut parts = Vec::new();
    for v in u.args.as_gc::<Tuple>().items() {
        parts.push(type_text(th, *v)?);
    }
    Ok(th.new_str(&parts.join(" | ")))
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let u = this(th, a[0])?;
    let mut h = 0x3456;
    for v in u.args.as_gc::<Tuple>().items() {
        h ^= th.hash(*v)?.wrapping_mul(0x9E37_79B9);
    }
    Ok(th.new_int(h))
}
fn same(th: &mut Thread, a: Value, b: Value) -> R<Option<bool>> {
    let (Some(x), Some(y)) = (get(a), get(b)) else { return Ok(None) };
    let (x, y) = (x.args.as_gc::<Tuple>().items(), y.args.as_gc::<Tuple>().items());
    if x.len() != y.len() {
        return Ok(Some(false));
    }
    'members: for v in x {
        for w in y {
            if th.eq(*v, *w)? {
                continue 'members;
            }
        }
        return Ok(Some(false));
    }
    Ok(Some(true))
}
fn eq(th: &mut Thread, a: &[Value]) -> R {
    Ok(same(th, a[0], a[1])?.map_or(Value::NOT_IMPLEMENTED, Value::bool))
}
fn ne(th: &mut Thread, a: &[Value]) -> R {
    Ok(same(th, a[0], a[1])?.map_or(Value::NOT_IMPLEMENTED, |e| Value::bool(!e)))
}
fn check(th: &mut Thread, a: &[Value], instance: bool) -> R {
    let u = this(th, a[0])?;
    for v in u.args.as_gc::<Tuple>().items() {
        let v = if v.is_none() { ctx().types.none.value() } else { *v };
        if if instance {
            th.isinstance(a[1], v)?
        } else {
            th.issubclass(a[1], v)?
        } {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}
fn getitem(th: &mut Thread, a: &[Value]) -> R {
    let u = this(th, a[0])?;
    let args = substitute::substitute(th, a[0], u.args, u.parameters, a[1])?;
    let mut made = Value::EMPTY;
    for v in args.as_gc::<Tuple>().items() {
        made = if made.is_empty() { *v } else { th.binary(BinOp::Or, made, *v)? };
    }
    Ok(made)
}
fn mro_entries(th: &mut Thread, a: &[Value]) -> R {
    let text = format!("Cannot subclass {}", th.repr_string(a[0])?);
    Err(th.type_error(&text))
}
fn class_getitem(th: &mut Thread, a: &[Value]) -> R {
    let one = [a[1]];
    let items = match a[1].cast::<Tuple>() {
        Some(t) => t.items(),
        None => &one,
    };
    if items.is_empty() {
        return Err(th.type_error("Cannot take a Union of no types."));
    }
    checked(th, items)
}
/// The union of types and what stands for types, as `typing` checks them.
pub fn checked(th: &mut Thread, items: &[Value]) -> R {
    let mut out = ValueVec::new();
    for &v in items {
        let v = if is_member(v) {
            v
        } else {
            let typing = crate::import::import_module(th, "typing")?;
            let key = th.intern("_type_check");
            let check = th.getattr(typing, key)?;
            let text = th.new_str("Union[arg, ...]: each arg must be a type.");
            th.call(check, &[v, text])?
        };
        out.push(th, v)?;
    }
    make(th, out.as_slice())
}
