//! `typing.ParamSpec`, `ParamSpecArgs`, `ParamSpecKwargs`.

use super::{call_typing, calling_module, checked_name, evaluate, mro_entries, no_default, or_none, shown, union};
use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getter};
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use crate::types::payload::{self, Payload, payload_size};
use crate::value::Value;

/// State.
#[derive(Clone)]
pub struct ParamSpec {
    name: Value,
    module: Value,
    bound: Value,
    default: Value,
    /// function of the default, or EMPTY
    pub default_function: Value,
    covariant: bool,
    contravariant: bool,
    infer: bool,
}
impl Payload for ParamSpec {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        for v in [self.name, self.module, self.bound, self.default, self.default_function] {
            f(v);
        }
    }
    const NEEDS_DROP: bool = false;
}
/// `P.args` and `P.kwargs`.
#[derive(Clone)]
pub struct Part(Value);
impl Payload for Part {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.0)
    }
    const NEEDS_DROP: bool = false;
}
/// Of `class C[**P]`.
pub fn new(th: &mut Thread, name: Value) -> R {
    let module = calling_module(th)?;
    let none = Value::EMPTY;
    let p = ParamSpec {
        name,
        module,
        bound: none,
        default: none,
        default_function: none,
        covariant: false,
        contravariant: false,
        infer: true,
    };
    Ok(payload::new(th, ctx().types.paramspec, p).value())
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    dict: true,
    methods: METHODS,
    getsets: GETSETS,
    doc: "Parameter specification variable.",
    ..TypeDef::new("typing.ParamSpec", Kind::Payload, payload_size::<ParamSpec>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, name, *, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False",
        paramspec_new,
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
        |th, a| call_typing(th, "_paramspec_subst", &[a[0], a[1]]),
        "",
    ),
    def(
        "__typing_prepare_subst__",
        "self, alias, args, /",
        |th, a| call_typing(th, "_paramspec_prepare_subst", &[a[0], a[1], a[2]]),
        "",
    ),
    def("__mro_entries__", "self, bases, /", |th, _| mro_entries(th, "ParamSpec"), ""),
];
static GETSETS: &[GetSetDef] = &[
    getter("__name__", |th, v| Ok(this(th, v)?.name), ""),
    getter("__module__", |th, v| Ok(this(th, v)?.module), ""),
    getter("__bound__", |th, v| Ok(or_none(this(th, v)?.bound)), ""),
    getter("__default__", default, ""),
    getter("__covariant__", |th, v| Ok(Value::bool(this(th, v)?.covariant)), ""),
    getter("__contravariant__", |th, v| Ok(Value::bool(this(th, v)?.contravariant)), ""),
    getter("__infer_variance__", |th, v| Ok(Value::bool(this(th, v)?.infer)), ""),
    getter("evaluate_default", |th, v| Ok(or_none(this(th, v)?.default_function)), ""),
    getter(
        "args",
        |th, v| Ok(payload::new(th, ctx().types.paramspec_args, Part(v)).value()),
        "",
    ),
    getter(
        "kwargs",
        |th, v| Ok(payload::new(th, ctx().types.paramspec_kwargs, Part(v)).value()),
        "",
    ),
];
fn this(th: &mut Thread, v: Value) -> R<&'static mut ParamSpec> {
    match payload::downcast::<ParamSpec>(v) {
        Some(p) => th.open_mut(p),
        None => Err(th.type_error("expected a ParamSpec")),
    }
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
fn paramspec_new(th: &mut Thread, a: &[Value]) -> R {
    let name = checked_name(th, a[1], "ParamSpec")?;
    let mut flags = [false; 3];
    for (i, f) in flags.iter_mut().enumerate() {
        *f = !a[4 + i].is_empty() && th.truth(a[4 + i])?;
    }
    let [covariant, contravariant, infer] = flags;
    if covariant && contravariant {
        return Err(th.value_error("Bivariant types are not supported."));
    }
    if infer && (covariant || contravariant) {
        return Err(th.value_error("Variance cannot be specified with infer_variance."));
    }
    let mut bound = a[2];
    if !bound.is_empty() && !bound.is_none() {
        let text = th.new_str("Bound must be a type.");
        bound = call_typing(th, "_type_check", &[bound, text])?;
    }
    let module = calling_module(th)?;
    let p = ParamSpec {
        name: name.value(),
        module,
        bound,
        default: a[3],
        default_function: Value::EMPTY,
        covariant,
        contravariant,
        infer,
    };
    Ok(payload::new(th, ctx().types.paramspec, p).value())
}
const PART: TypeDef = TypeDef {
    base: false,
    methods: PART_METHODS,
    getsets: PART_GETSETS,
    ..TypeDef::new("", Kind::Payload, payload_size::<Part>())
};
/// `typing.ParamSpecArgs`
pub static ARGS: TypeDef = TypeDef {
    name: "typing.ParamSpecArgs",
    ..PART
};
/// `typing.ParamSpecKwargs`
pub static KWARGS: TypeDef = TypeDef {
    name: "typing.ParamSpecKwargs",
    ..PART
};
static PART_METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, origin",
        |th, a| {
            let c: Gc<Class> = a[0].as_gc();
            Ok(payload::new(th, c, Part(a[1])).value())
        },
        "",
    ),
    def("__repr__", "self, /", part_repr, "Return repr(self)."),
    def("__eq__", "self, value, /", part_eq, "Return self==value."),
    def(
        "__hash__",
        "self, /",
        |th, a| {
            let o = origin(th, a[0])?;
            let h = th.hash(o)?;
            Ok(th.new_int(h))
        },
        "Return hash(self).",
    ),
    def(
        "__mro_entries__",
        "self, bases, /",
        |th, a| {
            let n = th.class_of(a[0]).name_str();
            mro_entries(th, &n)
        },
        "",
    ),
];
static PART_GETSETS: &[GetSetDef] = &[getter("__origin__", origin, "")];
fn origin(th: &mut Thread, v: Value) -> R {
    match payload::downcast::<Part>(v) {
        Some(p) => Ok(p.frozen().0),
        None => Err(th.type_error("expected a part of a ParamSpec")),
    }
}
fn part_repr(th: &mut Thread, a: &[Value]) -> R {
    let o = origin(th, a[0])?;
    let name = match payload::downcast::<ParamSpec>(o) {
        Some(p) => th.open_mut(p)?.name,
        None => th.repr(o)?.value(),
    };
    let name = th.str(name)?.to_string_lossy();
    let part = if th.class_of(a[0]) == ctx().types.paramspec_args {
        "args"
    } else {
        "kwargs"
    };
    Ok(th.new_str(&format!("{name}.{part}")))
}
fn part_eq(th: &mut Thread, a: &[Value]) -> R {
    if th.class_of(a[0]) != th.class_of(a[1]) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (x, y) = (origin(th, a[0])?, origin(th, a[1])?);
    Ok(Value::bool(th.eq(x, y)?))
}
