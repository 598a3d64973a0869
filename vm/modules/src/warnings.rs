//! The module `_warnings`: importlib wants it to be there; the library's own `_py_warnings` does the work.

use vasuki_vm::native::ModuleDef;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_warnings",
    doc: "_warnings provides basic warning filtering support.",
    functions: &[],
    init: |_, _| Ok(()),
};
