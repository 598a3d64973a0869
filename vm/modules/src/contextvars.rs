//! The module `_contextvars`. A context is an immutable dict of variables; setting a variable makes a new dict, so
//! copying a context is free and no two threads conflict.

use std::sync::OnceLock;
use vasuki_vm::context::ctx;
use vasuki_vm::names::names;
use vasuki_vm::native::{ModuleDef, NativeDef, Tail, TypeDef, def, def_class, def_static, getter};
use vasuki_vm::object::{Gc, Kind, Space};
use vasuki_vm::state;
use vasuki_vm::state::State;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::native_function;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::type_;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_contextvars",
    doc: "Context Variables",
    functions: &[def("copy_context", "", |th, _| copy_of_current(th), "")],
    init,
};

state! {
    /// A context.
    Context {
        /// dict of variables
        vars,
        /// the context that was current when this one was entered; EMPTY = not entered
        previous,
    }
}
#[derive(Clone)]
struct Var {
    name: Value,
    default: Value,
}
impl Payload for Var {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.name);
        f(self.default);
    }
}
#[derive(Clone)]
struct Token {
    context: Value,
    var: Value,
    old: Value,
    used: bool,
}
impl Payload for Token {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.context);
        f(self.var);
        f(self.old);
    }
}

static CONTEXT: TypeDef = TypeDef {
    base: false,
    methods: &[
        def_static("__new__", "cls", |th, a| new_context(th, a[0].as_gc()), ""),
        def("run", "self, callable, /, *args, **kwargs", run, "").with_tail(Tail {
            callable: 1,
            args: 2,
            kwargs: 3,
            enter: enter_for_tail,
        }),
        def(
            "copy",
            "self, /",
            |th, a| copy(th, a[0]),
            "Return a shallow copy of the context object.",
        ),
        def(
            "get",
            "self, key, default=None, /",
            get,
            "Return the value for `key` if `key` has the value in the context object.",
        ),
        def("__getitem__", "self, key, /", getitem, "Return self[key]."),
        def(
            "__contains__",
            "self, key, /",
            |th, a| {
                let d = vars_for(th, a[0], a[1])?;
                Ok(Value::bool(d.get(th, a[1])?.is_some()))
            },
            "Return bool(key in self).",
        ),
        def(
            "__iter__",
            "self, /",
            |th, a| {
                let d = vars(th, a[0])?;
                th.iter(d.value())
            },
            "Implement iter(self).",
        ),
        def(
            "__len__",
            "self, /",
            |th, a| {
                let d = vars(th, a[0])?;
                Ok(Value::small(d.len(th)? as i64))
            },
            "Return len(self).",
        ),
        def(
            "keys",
            "self, /",
            |th, a| {
                let d = vars(th, a[0])?;
                th.call_method(d.value(), names().keys, &[])
            },
            "Return a list of all variables in the context object.",
        ),
        def(
            "values",
            "self, /",
            |th, a| {
                let d = vars(th, a[0])?;
                th.call_method(d.value(), names().values, &[])
            },
            "Return a list of all variables' values in the context object.",
        ),
        def(
            "items",
            "self, /",
            |th, a| {
                let d = vars(th, a[0])?;
                th.call_method(d.value(), names().items, &[])
            },
            "Return all variables and their values in the context object.",
        ),
        def("__eq__", "self, other, /", context_eq, "Return self==value."),
    ],
    ..TypeDef::new("_contextvars.Context", Kind::Payload, payload_size::<Context>())
};
static VAR: TypeDef = TypeDef {
    base: false,
    methods: &[
        def_static("__new__", "cls, name, /, *, default=<unrepresentable>", new_var, ""),
        def(
            "get",
            "self, default=<unrepresentable>, /",
            var_get,
            "Return a value for the context variable for the current context.",
        ),
        def(
            "set",
            "self, value, /",
            var_set,
            "Call to set a new value for the context variable in the current context.",
        ),
        def("reset", "self, token, /", var_reset, "Reset the context variable."),
        def_class(
            "__class_getitem__",
            "cls, item, /",
            |th, a| vasuki_vm::types::generic_alias::new(th, a[0], a[1]),
            "",
        ),
        def("__repr__", "self, /", var_repr, "Return repr(self)."),
    ],
    getsets: &[getter("name", |th, v| Ok(var(th, v)?.name), "")],
    ..TypeDef::new("_contextvars.ContextVar", Kind::Payload, payload_size::<Var>())
};
static TOKEN: TypeDef = TypeDef {
    base: false,
    methods: &[
        def_class(
            "__class_getitem__",
            "cls, item, /",
            |th, a| vasuki_vm::types::generic_alias::new(th, a[0], a[1]),
            "",
        ),
        def("__enter__", "self, /", |_, a| Ok(a[0]), ""),
        def(
            "__exit__",
            "self, type, value, traceback, /",
            |th, a| {
                let v = token(th, a[0])?.var;
                var_reset(th, &[v, a[0]])
            },
            "",
        ),
        def("__repr__", "self, /", token_repr, "Return repr(self)."),
    ],
    getsets: &[
        getter("var", |th, v| Ok(token(th, v)?.var), ""),
        getter(
            "old_value",
            |th, v| {
                let t = token(th, v)?;
                if t.old.is_empty() { missing(th) } else { Ok(t.old) }
            },
            "",
        ),
    ],
    ..TypeDef::new("_contextvars.Token", Kind::Payload, payload_size::<Token>())
};
static MISSING: TypeDef = TypeDef {
    base: false,
    methods: &[def("__repr__", "self, /", |th, _| Ok(th.new_str("<Token.MISSING>")), "")],
    ..TypeDef::new("_contextvars.Token.MISSING", Kind::Instance, 16)
};

fn class(th: &mut Thread, cell: &'static OnceLock<Gc<Class>>, def: &'static TypeDef) -> R<Gc<Class>> {
    if let Some(c) = cell.get() {
        return Ok(*c);
    }
    let c = type_::make_native_class(th, def, &[])?;
    vasuki_vm::memory::keep(c.value());
    Ok(*cell.get_or_init(|| c))
}
fn context_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: OnceLock<Gc<Class>> = OnceLock::new();
    class(th, &C, &CONTEXT)
}
fn var_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: OnceLock<Gc<Class>> = OnceLock::new();
    class(th, &C, &VAR)
}
fn token_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: OnceLock<Gc<Class>> = OnceLock::new();
    class(th, &C, &TOKEN)
}
fn missing(th: &mut Thread) -> R {
    static V: OnceLock<Value> = OnceLock::new();
    if let Some(v) = V.get() {
        return Ok(*v);
    }
    static C: OnceLock<Gc<Class>> = OnceLock::new();
    let c = class(th, &C, &MISSING)?;
    let p = th.alloc_raw(Kind::Instance, c.root_shape(), 16 + c.attr_bytes(), Space::Plain);
    let v = vasuki_vm::memory::keep(Value(p.as_ptr() as u64));
    Ok(*V.get_or_init(|| v))
}
/// A new variable, with no default.
pub(crate) fn new_variable(th: &mut Thread, name: &str) -> R {
    let class = var_class(th)?;
    let (name, default) = (th.intern(name).value(), Value::EMPTY);
    Ok(payload::new(th, class, Var { name, default }).value())
}
/// What a variable is in the current context, if it is set there. Only one variable may be asked for by this function:
/// its value is remembered.
#[inline]
pub(crate) fn memo_value(th: &mut Thread, var: Value) -> R<Option<Value>> {
    let c = current(th)?;
    let d = vars(th, c)?;
    // A dict of variables never changes.
    if th.memo[0] == d.value() {
        return Ok(Some(th.memo[1]));
    }
    let found = d.get(th, var)?;
    if let Some(v) = found {
        th.memo = [d.value(), v];
    }
    Ok(found)
}
/// Sets a variable in the current context.
pub(crate) fn set_value(th: &mut Thread, var: Value, v: Value) -> R<()> {
    let c = current(th)?;
    replace(th, c, var, v)
}
fn new_context(th: &mut Thread, c: Gc<Class>) -> R {
    let vars = th.new_dict();
    Ok(Context::make(th, c.value(), [vars, Value::EMPTY]))
}
/// This thread's current context (made when it is first asked for).
#[inline]
fn current(th: &mut Thread) -> R {
    if th.context.is_empty() {
        let class = context_class(th)?;
        th.context = new_context(th, class)?;
    }
    Ok(th.context)
}
#[inline]
fn state(th: &mut Thread, v: Value) -> R<State<Context>> {
    match State::get(v) {
        Some(c) => Ok(c),
        None => Err(th.type_error("a Context was expected")),
    }
}
#[inline]
fn vars(th: &mut Thread, c: Value) -> R<Gc<Dict>> {
    Ok(state(th, c)?.read(th, |c| c.vars.get())?.as_gc())
}
fn vars_for(th: &mut Thread, c: Value, key: Value) -> R<Gc<Dict>> {
    if payload::downcast::<Var>(key).is_none() {
        let text = th.repr_string(key)?;
        return Err(th.type_error(&format!("a ContextVar key was expected, got {text}")));
    }
    vars(th, c)
}
fn copy(th: &mut Thread, c: Value) -> R {
    let vars = vars(th, c)?;
    let class = context_class(th)?;
    Ok(Context::make(th, class.value(), [vars.value(), Value::EMPTY]))
}
fn copy_of_current(th: &mut Thread) -> R {
    let c = current(th)?;
    copy(th, c)
}
fn run(th: &mut Thread, a: &[Value]) -> R {
    enter(th, a)?;
    let r = th.call_ex(a[1], a[2], a[3]);
    if !r.as_ref().is_err_and(|t| t.is_abort()) {
        leave(th, a[0])?;
    }
    r
}
fn enter(th: &mut Thread, a: &[Value]) -> R<()> {
    let before = current(th)?;
    let c = state(th, a[0])?;
    if !c.read(th, |c| c.previous.get())?.is_empty() {
        let text = th.repr_string(a[0])?;
        return Err(th.runtime_error(&format!("cannot enter context: {text} is already entered")));
    }
    c.put(th, &c.fixed().previous, before)?;
    th.context = a[0];
    Ok(())
}
fn leave(th: &mut Thread, v: Value) -> R<()> {
    let c = state(th, v)?;
    let before = c.read(th, |c| c.previous.get())?;
    c.put(th, &c.fixed().previous, Value::EMPTY)?;
    th.context = before;
    Ok(())
}
/// `run` in the caller's loop: gives what leaves the context.
fn enter_for_tail(th: &mut Thread, a: &[Value]) -> R {
    static LEAVE: NativeDef = def(
        "leave",
        "self, value=None, /",
        |th, a| {
            leave(th, a[0])?;
            Ok(if a[1].is_empty() { Value::NONE } else { a[1] })
        },
        "",
    );
    enter(th, a)?;
    Ok(native_function::bound(th, &LEAVE, a[0]))
}
fn get(th: &mut Thread, a: &[Value]) -> R {
    let d = vars_for(th, a[0], a[1])?;
    let default = if a[2].is_empty() { Value::NONE } else { a[2] };
    Ok(d.get(th, a[1])?.unwrap_or(default))
}
fn getitem(th: &mut Thread, a: &[Value]) -> R {
    let d = vars_for(th, a[0], a[1])?;
    match d.get(th, a[1])? {
        Some(v) => Ok(v),
        None => Err(th.key_error(a[1])),
    }
}
fn context_eq(th: &mut Thread, a: &[Value]) -> R {
    if payload::downcast::<Context>(a[1]).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (x, y) = (vars(th, a[0])?, vars(th, a[1])?);
    Ok(Value::bool(th.eq(x.value(), y.value())?))
}
fn new_var(th: &mut Thread, a: &[Value]) -> R {
    if a[1].cast::<Str>().is_none() {
        return Err(th.type_error("context variable name must be a str"));
    }
    Ok(payload::new(th, a[0].as_gc(), Var { name: a[1], default: a[2] }).value())
}
fn var(th: &mut Thread, v: Value) -> R<Var> {
    match payload::downcast::<Var>(v) {
        // SAFETY: a variable never changes.
        Some(x) => Ok(unsafe { (*x.cell.get()).clone() }),
        None => Err(th.type_error("a ContextVar was expected")),
    }
}
fn token(th: &mut Thread, v: Value) -> R<Token> {
    match payload::downcast::<Token>(v) {
        Some(x) => Ok(th.open_mut(x)?.clone()),
        None => {
            let n = th.class_of(v).name_str();
            Err(th.type_error(&format!("expected an instance of Token, got {n}")))
        }
    }
}
fn var_get(th: &mut Thread, a: &[Value]) -> R {
    let c = current(th)?;
    let d = vars(th, c)?;
    if let Some(v) = d.get(th, a[0])? {
        return Ok(v);
    }
    if !a[1].is_empty() {
        return Ok(a[1]);
    }
    match var(th, a[0])?.default {
        Value::EMPTY => {
            let e = th.new_exception(ctx().types.LookupError, &[a[0]])?;
            Err(th.raise(e))
        }
        v => Ok(v),
    }
}
/// Gives the current context a new dict in which `key` is `v` (EMPTY: missing).
fn replace(th: &mut Thread, c: Value, key: Value, v: Value) -> R<()> {
    let d = vars(th, c)?.copy(th)?;
    if v.is_empty() {
        d.remove(th, key)?;
    } else {
        d.set(th, key, v)?;
    }
    let c = state(th, c)?;
    c.put(th, &c.fixed().vars, d.value())
}
fn var_set(th: &mut Thread, a: &[Value]) -> R {
    let c = current(th)?;
    let old = vars(th, c)?.get(th, a[0])?.unwrap_or(Value::EMPTY);
    replace(th, c, a[0], a[1])?;
    let class = token_class(th)?;
    Ok(payload::new(
        th,
        class,
        Token {
            context: c,
            var: a[0],
            old,
            used: false,
        },
    )
    .value())
}
fn var_reset(th: &mut Thread, a: &[Value]) -> R {
    let t = token(th, a[1])?;
    let text = th.repr_string(a[1])?;
    if t.used {
        return Err(th.runtime_error(&format!("{text} has already been used once")));
    }
    if t.var != a[0] {
        return Err(th.value_error(&format!("{text} was created by a different ContextVar")));
    }
    let c = current(th)?;
    if t.context != c {
        return Err(th.value_error(&format!("{text} was created in a different Context")));
    }
    if let Some(x) = payload::downcast::<Token>(a[1]) {
        th.open_mut(x)?.used = true;
    }
    replace(th, c, a[0], t.old)?;
    Ok(Value::NONE)
}
fn var_repr(th: &mut Thread, a: &[Value]) -> R {
    let v = var(th, a[0])?;
    let name = th.repr_string(v.name)?;
    let default = if v.default.is_empty() {
        String::new()
    } else {
        format!(" default={}", th.repr_string(v.default)?)
    };
    Ok(th.new_str(&format!("<ContextVar name={name}{default} at {:#x}>", a[0].0)))
}
fn token_repr(th: &mut Thread, a: &[Value]) -> R {
    let t = token(th, a[0])?;
    let var = th.repr_string(t.var)?;
    let used = if t.used { " used" } else { "" };
    Ok(th.new_str(&format!("<Token{used} var={var} at {:#x}>", a[0].0)))
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    let (c, v, t) = (context_class(th)?, var_class(th)?, token_class(th)?);
    let gone = missing(th)?;
    let k = th.intern("MISSING");
    t.namespace().set_str(th, k, gone)?;
    for (k, c) in [("Context", c), ("ContextVar", v), ("Token", t)] {
        let k = th.intern(k);
        th.setattr(m, k, c.value())?;
    }
    Ok(())
}
