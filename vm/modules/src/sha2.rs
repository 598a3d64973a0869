//! The module `_sha2`: SHA-224, SHA-256, SHA-384 and SHA-512.

use crate::hashes::{self, Hash, SIGNATURE};
use crate::support::{self, ClassCell, put};
use vasuki_vm::native::{ModuleDef, TypeDef, def};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::value::Value;

macro_rules! algorithm {
    ($class:ident, $type_name:literal) => {
        fn $class(th: &mut Thread) -> R<Gc<Class>> {
            static C: ClassCell = ClassCell::new();
            static DEF: TypeDef = TypeDef {
                base: false,
                methods: hashes::METHODS,
                getsets: hashes::GETSETS,
                ..TypeDef::new($type_name, Kind::Payload, payload_size::<Hash>())
            };
            support::class(th, &C, &DEF)
        }
    };
}
algorithm!(sha224, "_sha2.SHA224Type");
algorithm!(sha256, "_sha2.SHA256Type");
algorithm!(sha384, "_sha2.SHA384Type");
algorithm!(sha512, "_sha2.SHA512Type");

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_sha2",
    doc: "",
    functions: &[
        def(
            "sha224",
            SIGNATURE,
            |th, a| {
                let c = sha224(th)?;
                hashes::make(th, c, "sha224", a)
            },
            "Return a new SHA-224 hash object; optionally initialized with a string.",
        ),
        def(
            "sha256",
            SIGNATURE,
            |th, a| {
                let c = sha256(th)?;
                hashes::make(th, c, "sha256", a)
            },
            "Return a new SHA-256 hash object; optionally initialized with a string.",
        ),
        def(
            "sha384",
            SIGNATURE,
            |th, a| {
                let c = sha384(th)?;
                hashes::make(th, c, "sha384", a)
            },
            "Return a new SHA-384 hash object; optionally initialized with a string.",
        ),
        def(
            "sha512",
            SIGNATURE,
            |th, a| {
                let c = sha512(th)?;
                hashes::make(th, c, "sha512", a)
            },
            "Return a new SHA-512 hash object; optionally initialized with a string.",
        ),
    ],
    init,
};
fn init(th: &mut Thread, m: Value) -> R<()> {
    put(th, m, "_GIL_MINSIZE", Value::small(2048))?;
    for (name, class) in [
        ("SHA224Type", sha224(th)?),
        ("SHA256Type", sha256(th)?),
        ("SHA384Type", sha384(th)?),
        ("SHA512Type", sha512(th)?),
    ] {
        put(th, m, name, class.value())?;
    }
    Ok(())
}
