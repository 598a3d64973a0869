//! `typing.TypeVar`.

use super::{call_typing, calling_module, checked_name, evaluate, mro_entries, no_default, or_none, shown, union};
use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getter};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::payload::{self, Payload, payload_size};
use crate::types::tuple::Tuple;
use crate::value::Value;

/// State. Lazily evaluated parts: the value is EMPTY until the function has been called.
#[derive(Clone)]
pub struct TypeVar {
    name: Value,
    module: Value,
    bound: Value,
    bound_function: Value,
    constraints: Value,
    constraints_function: Value,
    default: Value,
    /// function of the default, or EMPTY
    pub default_function: Value,
    covariant: bool,
    contravariant: bool,
    infer: bool,
}
impl Payload for TypeVar {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        for v in [
            self.name,
            self.module,
            self.bound,
            self.bound_function,
            self.constraints,
            self.constraints_function,
            self.default,
            self.default_function,
        ] {
            f(v);
        }
    }
    const NEEDS_DROP: bool = false;
}
const PLAIN: TypeVar = TypeVar {
    name: Value::EMPTY,
    module: Value::EMPTY,
    bound: Value::EMPTY,
    bound_function: Value::EMPTY,
    constraints: Value::EMPTY,
    constraints_function: Value::EMPTY,
    default: Value::EMPTY,
    default_function: Value::EMPTY,
    covariant: false,
    contravariant: false,
    infer: true,
};
fn make(th: &mut Thread, v: TypeVar) -> R {
    Ok(payload::new(th, ctx().types.typevar, v).value())
}
/// Of `class C[T]`.
pub fn new(th: &mut Thread, name: Value) -> R {
    let module = calling_module(th)?;
    make(th, TypeVar { name, module, ..PLAIN })
}
/// Of `class C[T: bound]`.
pub fn with_bound(th: &mut Thread, name: Value, f: Value) -> R {
    let module = calling_module(th)?;
    make(
        th,
        TypeVar {
            name,
            module,
            bound_function: f,
            ..PLAIN
        },
    )
}
/// Of `class C[T: (a, b)]`.
pub fn with_constraints(th: &mut Thread, name: Value, f: Value) -> R {
    let module = calling_module(th)?;
    make(
        th,
        TypeVar {
            name,
            module,
            constraints_function: f,
            ..PLAIN
        },
    )
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    dict: true,
    methods: METHODS,
    getsets: GETSETS,
    doc: "Type variable.",
    ..TypeDef::new("typing.TypeVar", Kind::Payload, payload_size::<TypeVar>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, name, *constraints, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False",
        typevar_new,
        "",
    ),
    def(
        "__repr__",
        "self, /",
        |th, a| {
            let t = this(th, a[0])?;
            shown(th, t.name, t.infer, t.covariant, t.contravariant)
        },
        "Return repr(self).",
    ),
    def("__reduce__", "self, /", |th, a| Ok(this(th, a[0])?.name), ""),
    def("__or__", "self, value, /", |th, a| union(th, a[0], a[1]), "Return self|value."),
    def("__ror__", "self, value, /", |th, a| union(th, a[1], a[0]), "Return value|self."),
    def(
        "has_default",
        "self, /",
        |th, a| {
            let d = default(th, a[0])?;
            Ok(Value::bool(d != no_default(th)))
        },
        "",
    ),
    def(
        "__typing_subst__",
        "self, arg, /",
        |th, a| call_typing(th, "_typevar_subst", &[a[0], a[1]]),
        "",
    ),
    def("__typing_prepare_subst__", "self, alias, args, /", prepare_subst, ""),
    def("__mro_entries__", "self, bases, /", |th, _| mro_entries(th, "TypeVar"), ""),
];
static GETSETS: &[GetSetDef] = &[
    getter("__name__", |th, v| Ok(this(th, v)?.name), ""),
    getter("__module__", |th, v| Ok(this(th, v)?.module), ""),
    getter("__bound__", bound, ""),
    getter("__constraints__", constraints, ""),
    getter("__default__", default, ""),
    getter("__covariant__", |th, v| Ok(Value::bool(this(th, v)?.covariant)), ""),
    getter("__contravariant__", |th, v| Ok(Value::bool(this(th, v)?.contravariant)), ""),
    getter("__infer_variance__", |th, v| Ok(Value::bool(this(th, v)?.infer)), ""),
    getter("evaluate_bound", |th, v| Ok(or_none(this(th, v)?.bound_function)), ""),
    getter("evaluate_constraints", |th, v| Ok(or_none(this(th, v)?.constraints_function)), ""),
    getter("evaluate_default", |th, v| Ok(or_none(this(th, v)?.default_function)), ""),
];
fn this(th: &mut Thread, v: Value) -> R<&'static mut TypeVar> {
    match payload::downcast::<TypeVar>(v) {
        Some(p) => th.open_mut(p),
        None => Err(th.type_error("expected a TypeVar")),
    }
}
fn bound(th: &mut Thread, v: Value) -> R {
    let t = this(th, v)?;
    let (value, f) = (t.bound, t.bound_function);
    if value.is_empty() && !f.is_empty() {
        let value = evaluate(th, f)?;
        this(th, v)?.bound = value;
        return Ok(value);
    }
    Ok(or_none(value))
}
fn constraints(th: &mut Thread, v: Value) -> R {
    let t = this(th, v)?;
    let (value, f) = (t.constraints, t.constraints_function);
    if value.is_empty() && !f.is_empty() {
        let value = evaluate(th, f)?;
        this(th, v)?.constraints = value;
        return Ok(value);
    }
    Ok(if value.is_empty() { ctx().empty_tuple } else { value })
}
fn default(th: &mut Thread, v: Value) -> R {
    let t = this(th, v)?;
    let (value, f) = (t.default, t.default_function);
    if value.is_empty() && !f.is_empty() {
        let value = evaluate(th, f)?;
        this(th, v)?.default = value;
        return Ok(value);
    }
    Ok(if value.is_empty() { no_default(th) } else { value })
}
fn flag(th: &mut Thread, v: Value) -> R<bool> {
    if v.is_empty() { Ok(false) } else { th.truth(v) }
}
fn typevar_new(th: &mut Thread, a: &[Value]) -> R {
    let name = checked_name(th, a[1], "TypeVar")?;
    let constraints = a[2].as_gc::<Tuple>();
    let (covariant, contravariant, infer) = (flag(th, a[5])?, flag(th, a[6])?, flag(th, a[7])?);
    if covariant && contravariant {
        return Err(th.value_error("Bivariant types are not supported."));
    }
    if infer && (covariant || contravariant) {
        return Err(th.value_error("Variance cannot be specified with infer_variance."));
    }
    let mut bound = Value::EMPTY;
    if !a[3].is_empty() && !a[3].is_none() {
        let text = th.new_str("Bound must be a type.");
        bound = call_typing(th, "_type_check", &[a[3], text])?;
    }
    if constraints.len() == 1 {
        return Err(th.type_error("A single constraint is not allowed"));
    }
    if !constraints.is_empty() && !bound.is_empty() {
        return Err(th.type_error("Constraints cannot be combined with bound=..."));
    }
    let module = calling_module(th)?;
    let none = Value::EMPTY;
    make(
        th,
        TypeVar {
            name: name.value(),
            module,
            bound: if bound.is_empty() { Value::NONE } else { bound },
            constraints: constraints.value(),
            default: a[4],
            covariant,
            contravariant,
            infer,
            bound_function: none,
            constraints_function: none,
            default_function: none,
        },
    )
}
fn prepare_subst(th: &mut Thread, a: &[Value]) -> R {
    let key = crate::names::names().__parameters__;
    let params = th.getattr(a[1], key)?;
    let params = th.collect(params)?;
    let args = th.collect(a[2])?;
    let index = params.as_slice().iter().position(|p| *p == a[0]).unwrap_or(0);
    if index < args.len() {
        return Ok(a[2]);
    }
    let d = default(th, a[0])?;
    if d == no_default(th) {
        let text = format!("Too few arguments for {}", th.repr_string(a[1])?);
        return Err(th.type_error(&text));
    }
    let mut out = args;
    out.push(th, d)?;
    Ok(th.new_tuple(out.as_slice()))
}
