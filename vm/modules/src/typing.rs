//! `_typing`: what `typing` is built on; the types themselves are part of the VM.

use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, def};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::typing::no_default;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_typing",
    doc: "Primitives and accelerators for the typing module.\n",
    functions: &[def("_idfunc", "x, /", |_, a| Ok(a[0]), "")],
    init,
};
fn init(th: &mut Thread, m: Value) -> R<()> {
    let t = &ctx().types;
    for (name, v) in [
        ("TypeVar", t.typevar.value()),
        ("ParamSpec", t.paramspec.value()),
        ("ParamSpecArgs", t.paramspec_args.value()),
        ("ParamSpecKwargs", t.paramspec_kwargs.value()),
        ("TypeVarTuple", t.typevartuple.value()),
        ("TypeAliasType", t.type_alias.value()),
        ("Generic", t.generic.value()),
        ("Union", t.union.value()),
        ("NoDefault", no_default::singleton(th)),
    ] {
        let name = th.intern(name);
        th.setattr(m, name, v)?;
    }
    Ok(())
}
