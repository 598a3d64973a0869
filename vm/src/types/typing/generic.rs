//! `typing.Generic`.

use super::call_typing;
use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def_class};
use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::dict::Dict;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// `Generic[params]`, with TypeVarTuples unpacked.
pub fn subscript(th: &mut Thread, params: Value) -> R {
    let mut out = crate::types::buffer::ValueVec::new();
    for &p in params.as_gc::<Tuple>().items() {
        if th.class_of(p) == ctx().types.typevartuple {
            let m = crate::import::import_module(th, "typing")?;
            let name = th.intern("Unpack");
            let unpack = th.getattr(m, name)?;
            let p = th.getitem(unpack, p)?;
            out.push(th, p)?;
        } else {
            out.push(th, p)?;
        }
    }
    let params = th.new_tuple(out.as_slice());
    call_typing(th, "_generic_class_getitem", &[ctx().types.generic.value(), params])
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    doc: "Abstract base class for generic types.",
    ..TypeDef::new("typing.Generic", Kind::Instance, 16)
};
static METHODS: &[NativeDef] = &[
    def_class(
        "__class_getitem__",
        "cls, /, *args, **kwargs",
        |th, a| forward(th, a, "_generic_class_getitem"),
        "Parameterizes a generic class.",
    ),
    def_class(
        "__init_subclass__",
        "cls, /, *args, **kwargs",
        |th, a| forward(th, a, "_generic_init_subclass"),
        "Function to initialize subclasses.",
    ),
];
fn forward(th: &mut Thread, a: &[Value], name: &str) -> R {
    let m = crate::import::import_module(th, "typing")?;
    let name = th.intern(name);
    let f = th.getattr(m, name)?;
    let mut all = crate::types::buffer::ValueVec::new();
    all.push(th, a[0])?;
    for v in a[1].as_gc::<Tuple>().items() {
        all.push(th, *v)?;
    }
    let args = th.new_tuple(all.as_slice());
    let kwargs = if a[2].cast::<Dict>().is_some_and(|d| d.len_raw() > 0) {
        a[2]
    } else {
        Value::EMPTY
    };
    th.call_ex(f, args, kwargs)
}
