//! `sys._jit`: whether Python code is compiled to machine code while it runs.

use crate::native::{ModuleDef, def};
use crate::thread::Thread;
use crate::throw::R;
use crate::value::Value;

static MODULE: ModuleDef = ModuleDef {
    name: "sys._jit",
    doc: "Utilities for observing just-in-time compilation.",
    functions: &[
        def(
            "is_available",
            "",
            no,
            "Return True if the current Python executable supports JIT compilation, and False otherwise.",
        ),
        def(
            "is_enabled",
            "",
            no,
            "Return True if JIT compilation is enabled for the current Python process, and False otherwise.",
        ),
        def(
            "is_active",
            "",
            no,
            "Return True if the topmost Python frame is currently executing JIT code, and False otherwise.",
        ),
    ],
    init: |_, _| Ok(()),
};
fn no(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::FALSE)
}
/// Adds the module.
pub(super) fn add(th: &mut Thread, m: Value) -> R<()> {
    let jit = crate::native_module::make(th, &MODULE)?;
    super::put(th, m, "_jit", jit)
}
