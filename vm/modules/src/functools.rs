//! The module `_functools`: `reduce`, `cmp_to_key`; see also `partial` and `lru_cache`.

use crate::lru_cache::{CACHE, CACHE_CLASS};
use crate::partial::{PARTIAL, PARTIAL_CLASS, placeholder, placeholder_class};
use crate::support::{ClassCell, add_class, class, put};
use vasuki_vm::native::{ModuleDef, TypeDef, def};
use vasuki_vm::object::Kind;
use vasuki_vm::ops::CmpOp;
use vasuki_vm::special::Special;
use vasuki_vm::state;
use vasuki_vm::state::{State, advance};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_functools",
    doc: "Tools that operate on functions.",
    functions: &[
        def(
            "reduce",
            "function, iterable, /, initial=<unrepresentable>",
            reduce,
            "Apply a function of two arguments cumulatively to the items of an iterable, from left to right.\n\nThis effectively reduces the iterable to a single value.  If initial is present,\nit is placed before the items of the iterable in the calculation, and serves as\na default when the iterable is empty.\n\nFor example, reduce(lambda x, y: x+y, [1, 2, 3, 4, 5])\ncalculates ((((1 + 2) + 3) + 4) + 5).",
        ),
        def(
            "cmp_to_key",
            "mycmp",
            cmp_to_key,
            "Convert a cmp= function into a key= function.\n\n  mycmp\n    Function that compares two objects.",
        ),
    ],
    init,
};
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let f = a[0];
    let class = th.class_of(a[1]);
    if class.special(Special::Iter).is_none() && class.special(Special::Getitem).is_none() {
        return Err(th.type_error("reduce() arg 2 must support iteration"));
    }
    let it = th.iter(a[1])?;
    let mut result = a[2];
    loop {
        let v = advance(th, it)?;
        if v.is_empty() {
            break;
        }
        result = if result.is_empty() { v } else { th.call(f, &[result, v])? };
    }
    if result.is_empty() {
        return Err(th.type_error("reduce() of empty iterable with no initial value"));
    }
    Ok(result)
}

state!(
    /// What `cmp_to_key` gives, and the keys that it makes: `object` is EMPTY in the former.
    Key { func, object }
);
static KEY: TypeDef = TypeDef {
    base: false,
    methods: &[
        def("__call__", "self, obj", key_call, "Call self as a function."),
        def("__lt__", "self, value, /", |th, a| compare(th, CmpOp::Lt, a), "Return self<value."),
        def("__le__", "self, value, /", |th, a| compare(th, CmpOp::Le, a), "Return self<=value."),
        def("__eq__", "self, value, /", |th, a| compare(th, CmpOp::Eq, a), "Return self==value."),
        def("__ne__", "self, value, /", |th, a| compare(th, CmpOp::Ne, a), "Return self!=value."),
        def("__gt__", "self, value, /", |th, a| compare(th, CmpOp::Gt, a), "Return self>value."),
        def("__ge__", "self, value, /", |th, a| compare(th, CmpOp::Ge, a), "Return self>=value."),
    ],
    getsets: &[vasuki_vm::native::getset(
        "obj",
        key_object,
        set_key_object,
        "Value wrapped by a key function.",
    )],
    ..TypeDef::new("functools.KeyWrapper", Kind::Payload, payload_size::<Key>())
};
static KEY_CLASS: ClassCell = ClassCell::new();

fn cmp_to_key(th: &mut Thread, a: &[Value]) -> R {
    let c = class(th, &KEY_CLASS, &KEY)?.value();
    Ok(Key::make(th, c, [a[0], Value::EMPTY]))
}
fn key_call(th: &mut Thread, a: &[Value]) -> R {
    let c = class(th, &KEY_CLASS, &KEY)?.value();
    let func = State::<Key>::of(th, a[0])?.fixed().func.get();
    Ok(Key::make(th, c, [func, a[1]]))
}
fn key_object(th: &mut Thread, v: Value) -> R {
    let o = State::<Key>::of(th, v)?;
    match o.read(th, |s| s.object.get())? {
        Value::EMPTY => Err(th.attribute_error("object")),
        v => Ok(v),
    }
}
fn set_key_object(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let o = State::<Key>::of(th, v)?;
    o.put(th, &o.fixed().object, new)
}
fn compare(th: &mut Thread, op: CmpOp, a: &[Value]) -> R {
    let x = State::<Key>::of(th, a[0])?;
    let Some(y) = State::<Key>::get(a[1]) else {
        return Err(th.type_error("other argument must be K instance"));
    };
    let (func, x) = x.read(th, |s| (s.func.get(), s.object.get()))?;
    let y = y.read(th, |s| s.object.get())?;
    if x.is_empty() || y.is_empty() {
        return Err(th.attribute_error("object"));
    }
    let r = th.call(func, &[x, y])?;
    th.compare(op, r, Value::small(0))
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    add_class(th, m, &PARTIAL_CLASS, &PARTIAL)?;
    add_class(th, m, &CACHE_CLASS, &CACHE)?;
    let c = placeholder_class(th)?;
    put(th, m, "_PlaceholderType", c)?;
    let v = placeholder(th)?;
    put(th, m, "Placeholder", v)
}
