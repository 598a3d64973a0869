//! The module `_warnings`: what importlib wants of it; the library's own `_py_warnings` does the work.

use vasuki_vm::import::import_module;
use vasuki_vm::native::{ModuleDef, def};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_warnings",
    doc: "_warnings provides basic warning filtering support.",
    functions: &[def(
        "warn",
        "message, category=None, stacklevel=1",
        warn,
        "Issue a warning, or maybe ignore it or raise an exception.",
    )],
    init: |_, _| Ok(()),
};
fn warn(th: &mut Thread, a: &[Value]) -> R {
    let warnings = import_module(th, "warnings")?;
    let name = th.intern("warn");
    let given = |v: Value, default| if v.is_empty() { default } else { v };
    th.call_method(warnings, name, &[a[0], given(a[1], Value::NONE), given(a[2], Value::small(1))])
}
