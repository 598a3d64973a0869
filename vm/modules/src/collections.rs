//! The module `_collections`: `_count_elements` and `_tuplegetter`; see also `deque`, `defaultdict` and `ordered_dict`.

use crate::defaultdict::DEFAULTDICT;
use crate::deque::{DEQUE, DEQUE_CLASS};
use crate::deque_iter::{ITER, ITER_CLASS, REVERSE_ITER, REVERSE_ITER_CLASS};
use crate::support::{ClassCell, add_class, put, type_name};
use vasuki_vm::context::ctx;
use vasuki_vm::names::names;
use vasuki_vm::native::{ModuleDef, TypeDef, def, def_static, getset};
use vasuki_vm::object::Kind;
use vasuki_vm::ops::BinOp;
use vasuki_vm::special::Special;
use vasuki_vm::state;
use vasuki_vm::state::{State, advance};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::{Class, class_of};
use vasuki_vm::types::dict::{self, Dict};
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_collections",
    doc: "High performance data structures.\n- deque:        ordered collection accessible from endpoints only\n- defaultdict:  dict subclass with a default value factory\n",
    functions: &[def(
        "_count_elements",
        "mapping, iterable, /",
        count_elements,
        "Count elements in the iterable, updating the mapping",
    )],
    init,
};
fn count_elements(th: &mut Thread, a: &[Value]) -> R {
    let it = th.iter(a[1])?;
    let one = Value::small(1);
    let class = class_of(a[0]);
    let t = &ctx().types;
    let get = class.lookup(names().get);
    let plain = a[0].is_kind(Kind::Dict)
        && get == t.dict.lookup(names().get)
        && class.special(Special::Setitem) == t.dict.special(Special::Setitem);
    if plain {
        let d = a[0].as_gc::<Dict>();
        loop {
            let key = advance(th, it)?;
            if key.is_empty() {
                return Ok(Value::NONE);
            }
            let hash = dict::hash_key(th, key)?;
            let n = match d.get_hash(th, key, hash)? {
                None => one,
                Some(n) => match n.to_small().and_then(|n| Value::try_small(n + 1)) {
                    Some(n) => n,
                    None => th.binary(BinOp::Add, n, one)?,
                },
            };
            d.set_hash(th, key, hash, n)?;
        }
    }
    let get = th.getattr(a[0], names().get)?;
    loop {
        let key = advance(th, it)?;
        if key.is_empty() {
            return Ok(Value::NONE);
        }
        let n = th.call(get, &[key, Value::small(0)])?;
        let n = th.binary(BinOp::Add, n, one)?;
        th.setitem(a[0], key, n)?;
    }
}

state!(
    /// `_tuplegetter`
    TupleGetter { index, doc }
);
static TUPLEGETTER: TypeDef = TypeDef {
    base: false,
    methods: &[
        def_static("__new__", "cls, index, doc, /", getter_new, ""),
        def(
            "__get__",
            "self, instance, owner=None, /",
            getter_get,
            "Return an attribute of instance, which is of type owner.",
        ),
        def(
            "__set__",
            "self, instance, value, /",
            |th, _| Err(th.attribute_error("can't set attribute")),
            "Set an attribute of instance to value.",
        ),
        def(
            "__delete__",
            "self, instance, /",
            |th, _| Err(th.attribute_error("can't delete attribute")),
            "Delete an attribute of instance.",
        ),
        def("__reduce__", "self, /", getter_reduce, ""),
        def("__repr__", "self, /", getter_repr, "Return repr(self)."),
    ],
    getsets: &[getset("__doc__", getter_doc, set_getter_doc, "")],
    ..TypeDef::new("collections._tuplegetter", Kind::Payload, payload_size::<TupleGetter>())
};
static TUPLEGETTER_CLASS: ClassCell = ClassCell::new();

fn getter_new(th: &mut Thread, a: &[Value]) -> R {
    let index = Value::small(th.to_isize(a[1])? as i64);
    Ok(TupleGetter::make(th, a[0], [index, a[2]]))
}
fn getter_get(th: &mut Thread, a: &[Value]) -> R {
    let index = State::<TupleGetter>::of(th, a[0])?.fixed().index.get().as_small();
    match a[1].cast::<Tuple>() {
        Some(t) => match t.items().get(index as usize) {
            Some(v) => Ok(*v),
            None => Err(th.index_error("tuple index out of range")),
        },
        None if a[1].is_none() => Ok(a[0]),
        None => {
            let name = type_name(th, a[1]);
            Err(th.type_error(&format!(
                "descriptor for index '{index}' for tuple subclasses doesn't apply to '{name}' object"
            )))
        }
    }
}
fn getter_doc(th: &mut Thread, v: Value) -> R {
    State::<TupleGetter>::of(th, v)?.read(th, |s| s.doc.get())
}
fn set_getter_doc(th: &mut Thread, v: Value, doc: Value) -> R<()> {
    let o = State::<TupleGetter>::of(th, v)?;
    o.put(th, &o.fixed().doc, if doc.is_empty() { Value::NONE } else { doc })
}
fn getter_reduce(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<TupleGetter>::of(th, a[0])?;
    let (index, doc) = o.read(th, |s| (s.index.get(), s.doc.get()))?;
    let args = th.new_tuple(&[index, doc]);
    Ok(th.new_tuple(&[class_of(a[0]).value(), args]))
}
fn getter_repr(th: &mut Thread, a: &[Value]) -> R {
    let o = State::<TupleGetter>::of(th, a[0])?;
    let (index, doc) = o.read(th, |s| (s.index.get().as_small(), s.doc.get()))?;
    let doc = th.repr_string(doc)?;
    Ok(th.new_str(&format!("_tuplegetter({index}, {doc})")))
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    add_class(th, m, &DEQUE_CLASS, &DEQUE)?;
    if let Some(c) = DEQUE_CLASS.get() {
        c.set_flag(vasuki_vm::types::class::class_flag::SEQUENCE);
    }
    add_class(th, m, &ITER_CLASS, &ITER)?;
    add_class(th, m, &REVERSE_ITER_CLASS, &REVERSE_ITER)?;
    add_class(th, m, &TUPLEGETTER_CLASS, &TUPLEGETTER)?;
    let ordered = crate::ordered_dict::class(th)?;
    put(th, m, "OrderedDict", ordered.value())?;
    let dict: vasuki_vm::object::Gc<Class> = ctx().types.dict;
    let c = vasuki_vm::types::type_::make_native_class(th, &DEFAULTDICT, &[dict])?;
    vasuki_vm::memory::keep(c.value());
    put(th, m, "defaultdict", c.value())
}
