//! The current context, a context variable; and `localcontext`.

use super::context::{self, Context, Env, Template, context_class};
use crate::contextvars;
use crate::support::{ClassCell, class};
use std::sync::OnceLock;
use vasuki_vm::native::{TypeDef, def};
use vasuki_vm::object::Kind;
use vasuki_vm::state::State;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::value::Value;

/// `DefaultContext`, of which new threads get a copy; `BasicContext`, `ExtendedContext`.
pub(super) static TEMPLATES: [OnceLock<Value>; 3] = [const { OnceLock::new() }; 3];

fn is_template(v: Value) -> bool {
    TEMPLATES.iter().any(|t| t.get() == Some(&v))
}

fn variable(th: &mut Thread) -> R {
    static V: OnceLock<Value> = OnceLock::new();
    if let Some(v) = V.get() {
        return Ok(*v);
    }
    let v = contextvars::new_variable(th, "decimal_context")?;
    vasuki_vm::memory::keep(v);
    Ok(*V.get_or_init(|| v))
}
/// The current context; made when it is first asked for.
#[inline]
pub(super) fn get(th: &mut Thread) -> R<State<Context>> {
    let var = variable(th)?;
    if let Some(v) = contextvars::memo_value(th, var)?
        && let Some(c) = State::<Context>::get(v)
    {
        return Ok(c);
    }
    let class = context_class(th)?;
    let v = fresh(th, class.value())?;
    contextvars::set_value(th, var, v)?;
    State::of(th, v)
}
/// A context of a class like `DefaultContext`, with no flags.
pub(super) fn fresh(th: &mut Thread, class: Value) -> R {
    let template = match TEMPLATES[0].get().and_then(|v| State::get(*v)) {
        Some(c) => Template::of(th, c)?,
        None => Template::DEFAULT,
    };
    Ok(Template { status: 0, ..template }.make(th, class))
}
/// The current context as operations use it.
#[inline]
pub(super) fn env(th: &mut Thread) -> R<Env> {
    let c = get(th)?;
    Env::of(th, c)
}
/// The context of an optional argument.
pub(super) fn env_of(th: &mut Thread, v: Value) -> R<Env> {
    if v.is_empty() || v.is_none() {
        return env(th);
    }
    match State::get(v) {
        Some(c) => Env::of(th, c),
        None => Err(th.type_error("optional argument must be a context")),
    }
}
/// `getcontext()`
pub(super) fn getcontext(th: &mut Thread, _: &[Value]) -> R {
    Ok(get(th)?.value())
}
/// `setcontext(context)`
pub(super) fn setcontext(th: &mut Thread, a: &[Value]) -> R {
    let Some(c) = State::<Context>::get(a[0]) else {
        return Err(th.type_error("argument must be a context"));
    };
    let var = variable(th)?;
    // The templates are never made current themselves.
    let v = if is_template(a[0]) {
        let t = Template::of(th, c)?;
        let class = context_class(th)?;
        Template { status: 0, ..t }.make(th, class.value())
    } else {
        a[0]
    };
    contextvars::set_value(th, var, v)?;
    Ok(Value::NONE)
}

vasuki_vm::state! {
    /// What `localcontext()` gives.
    Manager {
        local,
        global,
    }
}
static MANAGER: TypeDef = TypeDef {
    base: false,
    methods: &[
        def("__enter__", "self, /", enter, ""),
        def("__exit__", "self, exc_type=None, exc_value=None, traceback=None, /", exit, ""),
    ],
    ..TypeDef::new("decimal.ContextManager", Kind::Payload, payload_size::<Manager>())
};
/// `localcontext(ctx=None, **kwargs)`
pub(super) fn localcontext(th: &mut Thread, a: &[Value]) -> R {
    let global = get(th)?;
    let local = if a[0].is_empty() || a[0].is_none() {
        global
    } else {
        match State::get(a[0]) {
            Some(c) => c,
            None => return Err(th.type_error("argument must be a context")),
        }
    };
    let copy = context::copy_of(th, local)?;
    context::set_keywords(th, copy, a[1])?;
    static C: ClassCell = ClassCell::new();
    let c = class(th, &C, &MANAGER)?;
    Ok(Manager::make(th, c.value(), [copy, global.value()]))
}
fn enter(th: &mut Thread, a: &[Value]) -> R {
    let local = State::<Manager>::of(th, a[0])?.fixed().local.get();
    let var = variable(th)?;
    contextvars::set_value(th, var, local)?;
    Ok(local)
}
fn exit(th: &mut Thread, a: &[Value]) -> R {
    let global = State::<Manager>::of(th, a[0])?.fixed().global.get();
    let var = variable(th)?;
    contextvars::set_value(th, var, global)?;
    Ok(Value::FALSE)
}
