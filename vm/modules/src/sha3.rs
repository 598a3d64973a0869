//! The module `_sha3`: SHA-3 and SHAKE. Its names are classes.

use crate::hashes::{self, Hash};
use crate::support::{self, ClassCell, put};
use vasuki_vm::native::{ModuleDef, TypeDef, def, def_static};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_sha3",
    doc: "",
    functions: &[],
    init,
};

macro_rules! algorithm {
    ($th:ident, $m:ident, $name:literal, $type_name:literal, $sig:literal, $digest:path, $hexdigest:path) => {{
        static C: ClassCell = ClassCell::new();
        static DEF: TypeDef = TypeDef {
            base: false,
            methods: &[
                def_static(
                    "__new__",
                    "cls, data=b'', *, usedforsecurity=True, string=None",
                    |th, a| hashes::make(th, a[0].as_gc(), $name, &a[1..]),
                    "",
                ),
                def("copy", "self, /", hashes::copy, "Return a copy of the hash object."),
                def("digest", $sig, $digest, "Return the digest value as a bytes object."),
                def(
                    "hexdigest",
                    $sig,
                    $hexdigest,
                    "Return the digest value as a string of hexadecimal digits.",
                ),
                def(
                    "update",
                    "self, data, /",
                    hashes::update,
                    "Update this hash object's state with the provided bytes-like object.",
                ),
            ],
            getsets: hashes::SHA3_GETSETS,
            ..TypeDef::new($type_name, Kind::Payload, payload_size::<Hash>())
        };
        let c = support::class($th, &C, &DEF)?;
        put($th, $m, $name, c.value())?;
    }};
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    use hashes::{digest, hexdigest, shake_digest, shake_hexdigest};
    algorithm!(th, m, "sha3_224", "_sha3.sha3_224", "self, /", digest, hexdigest);
    algorithm!(th, m, "sha3_256", "_sha3.sha3_256", "self, /", digest, hexdigest);
    algorithm!(th, m, "sha3_384", "_sha3.sha3_384", "self, /", digest, hexdigest);
    algorithm!(th, m, "sha3_512", "_sha3.sha3_512", "self, /", digest, hexdigest);
    algorithm!(
        th,
        m,
        "shake_128",
        "_sha3.shake_128",
        "self, length, /",
        shake_digest,
        shake_hexdigest
    );
    algorithm!(
        th,
        m,
        "shake_256",
        "_sha3.shake_256",
        "self, length, /",
        shake_digest,
        shake_hexdigest
    );
    put(th, m, "_GIL_MINSIZE", Value::small(2048))?;
    let v = th.new_str("generic");
    put(th, m, "implementation", v)
}
