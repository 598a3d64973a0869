//! The module `_decimal`: decimal numbers by the General Decimal Arithmetic Specification.
//!
//! Arithmetic is in `number`, which knows nothing of Python; the rest makes Python's classes of it.

mod comparison;
mod context;
mod convert;
mod current;
mod decimal_type;
mod format;
mod number;
mod numeric;
mod object;
mod operators;
mod ops;
mod signals;
mod text;

use crate::support::{attr, call_method, put, put_ints};
use context::{Template, context_class};
use number::{MAX_EMAX, MAX_PREC, MIN_EMIN, MIN_ETINY, Round, Settings};
use vasuki_vm::native::{ModuleDef, def};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::class_flag;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_decimal",
    doc: "Fast decimal arithmetic module",
    functions: &[
        def("getcontext", "", current::getcontext, "Get the current default context."),
        def("setcontext", "context, /", current::setcontext, "Set a new default context."),
        def(
            "localcontext",
            "ctx=None, **kwargs",
            current::localcontext,
            "Return a context manager for a copy of the supplied context.",
        ),
        def(
            "IEEEContext",
            "bits, /",
            ieee_context,
            "Return a context object initialized to the proper values for one of the\nIEEE interchange formats.  The argument must be a multiple of 32 and less\nthan IEEE_CONTEXT_MAX_BITS.",
        ),
    ],
    init,
};
const IEEE_MAX_BITS: i64 = 512;

/// `IEEEContext(bits)`
fn ieee_context(th: &mut Thread, a: &[Value]) -> R {
    let bits = th.to_i64(a[0])?;
    if bits <= 0 || bits > IEEE_MAX_BITS || bits % 32 != 0 {
        return Err(th.value_error(&format!("argument must be a multiple of 32, with a maximum of {IEEE_MAX_BITS}")));
    }
    let emax = 3 * (1 << (bits / 16 + 3));
    let s = Settings {
        prec: 9 * (bits / 32) - 2,
        emax,
        emin: 1 - emax,
        round: Round::HalfEven,
        clamp: true,
    };
    let class = context_class(th)?;
    let traps = 0;
    Ok(Template {
        s,
        traps,
        ..Template::DEFAULT
    }
    .make(th, class.value()))
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    let c = object::decimal_class(th)?;
    c.set_flag(class_flag::ANY_OPERAND);
    put(th, m, "Decimal", c.value())?;
    let numbers = vasuki_vm::import::import_module(th, "numbers")?;
    let number = attr(th, numbers, "Number")?;
    call_method(th, number, "register", &[c.value()])?;
    let context = context_class(th)?;
    put(th, m, "Context", context.value())?;
    signals::init(th, m)?;
    let tuple = decimal_tuple(th)?;
    put(th, m, "DecimalTuple", tuple)?;
    let templates = [
        ("DefaultContext", Template::DEFAULT),
        ("BasicContext", Template::BASIC),
        ("ExtendedContext", Template::EXTENDED),
    ];
    for ((name, t), known) in templates.into_iter().zip(&current::TEMPLATES) {
        let v = t.make(th, context.value());
        let v = *known.get_or_init(|| vasuki_vm::memory::keep(v));
        put(th, m, name, v)?;
    }
    for name in Round::NAMES {
        let v = th.intern(name).value();
        put(th, m, name, v)?;
    }
    let numbers = [
        ("MAX_PREC", MAX_PREC),
        ("MAX_EMAX", MAX_EMAX),
        ("MIN_EMIN", MIN_EMIN),
        ("MIN_ETINY", MIN_ETINY),
        ("IEEE_CONTEXT_MAX_BITS", IEEE_MAX_BITS),
    ];
    put_ints(th, m, &numbers)?;
    put(th, m, "HAVE_CONTEXTVAR", Value::TRUE)?;
    put(th, m, "HAVE_THREADS", Value::TRUE)?;
    for (name, text) in [("__version__", "1.70"), ("__libmpdec_version__", "2.4.2")] {
        let v = th.new_str(text);
        put(th, m, name, v)?;
    }
    Ok(())
}
/// `DecimalTuple`, a named tuple; made once.
fn decimal_tuple(th: &mut Thread) -> R {
    if let Some(c) = numeric::TUPLE.get() {
        return Ok(*c);
    }
    let collections = vasuki_vm::import::import_module(th, "collections")?;
    let namedtuple = attr(th, collections, "namedtuple")?;
    let name = th.new_str("DecimalTuple");
    let fields = th.new_str("sign digits exponent");
    let module = (th.intern("module"), th.intern("decimal").value());
    let c = th.call_kw(namedtuple, &[name, fields], &[module])?;
    Ok(*numeric::TUPLE.get_or_init(|| vasuki_vm::memory::keep(c)))
}
