//! The module `_md5`.

use crate::hashes::{self, Hash, SIGNATURE};
use crate::support::{self, ClassCell, put};
use vasuki_vm::native::{ModuleDef, TypeDef, def};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_md5",
    doc: "",
    functions: &[def(
        "md5",
        SIGNATURE,
        |th, a| {
            let c = class(th)?;
            hashes::make(th, c, "md5", a)
        },
        "Return a new MD5 hash object; optionally initialized with a string.",
    )],
    init: |th, m| {
        let c = class(th)?;
        put(th, m, "MD5Type", c.value())?;
        put(th, m, "_GIL_MINSIZE", Value::small(2048))
    },
};
static DEF: TypeDef = TypeDef {
    base: false,
    methods: hashes::METHODS,
    getsets: hashes::GETSETS,
    ..TypeDef::new("_md5.md5", Kind::Payload, payload_size::<Hash>())
};
fn class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::class(th, &C, &DEF)
}
