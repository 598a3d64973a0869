//! `_thread._local`: attributes that each thread has for itself.
//!
//! The namespaces are in a dict per thread (`Thread::locals`), by the address of the local object. An entry goes when
//! its thread ends; when the local object dies first, a later one at the same address starts with a fresh namespace
//! because the entry also holds a weak mark (the object's number).

use crate::attrs;
use crate::names::names;
use crate::native::{TypeDef, def, def_static, getter};
use crate::object::Kind;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::dict::Dict;
use crate::types::payload::{self, Payload, payload_size};
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

#[derive(Clone)]
struct Local {
    number: u64,
    args: Value,
    kwargs: Value,
}
impl Payload for Local {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.args);
        f(self.kwargs);
    }
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    doc: "Thread-local data.",
    methods: &[
        def_static("__new__", "cls, *args, **kwargs", local_new, ""),
        def("__getattribute__", "self, name, /", local_get, "Return getattr(self, name)."),
        def(
            "__setattr__",
            "self, name, value, /",
            local_set,
            "Implement setattr(self, name, value).",
        ),
        def("__delattr__", "self, name, /", local_del, "Implement delattr(self, name)."),
    ],
    getsets: &[getter("__dict__", |th, v| Ok(namespace(th, v)?.value()), "")],
    ..TypeDef::new("_thread._local", Kind::Payload, payload_size::<Local>())
};
fn local_new(th: &mut Thread, a: &[Value]) -> R {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let class = a[0].as_gc::<crate::types::class::Class>();
    let plain = class.special(Special::Init) == crate::context::ctx().types.object.special(Special::Init);
    let given = !a[1].as_gc::<Tuple>().is_empty() || a[2].as_gc::<Dict>().len(th)? > 0;
    if plain && given {
        return Err(th.type_error("Initialization arguments are not supported"));
    }
    let number = NEXT.fetch_add(1, Relaxed);
    let v = payload::new(
        th,
        class,
        Local {
            number,
            args: a[1],
            kwargs: a[2],
        },
    )
    .value();
    // `type.__call__` runs __init__ for the thread that makes the object.
    fresh(th, v, number)?;
    Ok(v)
}
fn fresh(th: &mut Thread, v: Value, number: u64) -> R<crate::object::Gc<Dict>> {
    if th.locals.is_empty() {
        let made = th.new_dict();
        th.locals = made;
        // What is private is not undone.
        th.if_aborted(made, |th| th.locals = Value::EMPTY);
    }
    let d = th.new_dict();
    let number = th.new_int(number as i64);
    let entry = th.new_tuple(&[number, d]);
    let key = th.new_int(v.0 as i64);
    th.locals.as_gc::<Dict>().set(th, key, entry)?;
    Ok(d.as_gc())
}
/// This thread's namespace of a local object; the first use in a thread runs `__init__` there.
fn namespace(th: &mut Thread, v: Value) -> R<crate::object::Gc<Dict>> {
    let Some(l) = payload::downcast::<Local>(v) else {
        return Err(th.type_error("a _thread._local is required"));
    };
    // SAFETY: the fields are set at construction and never change.
    let Local { number, args, kwargs } = unsafe { (*l.cell.get()).clone() };
    if !th.locals.is_empty() {
        let key = th.new_int(v.0 as i64);
        if let Some(entry) = th.locals.as_gc::<Dict>().get(th, key)? {
            let e = entry.as_gc::<Tuple>().items();
            if e[0].to_small() == Some(number as i64) {
                return Ok(e[1].as_gc());
            }
        }
    }
    let d = fresh(th, v, number)?;
    let class = th.class_of(v);
    if class.special(Special::Init) != crate::context::ctx().types.object.special(Special::Init) {
        let init = th.getattr(v, names().__init__)?;
        th.call_ex(init, args, kwargs)?;
    }
    Ok(d)
}
fn name(th: &mut Thread, v: Value) -> R<crate::object::Gc<Str>> {
    match v.cast::<Str>() {
        Some(s) => Ok(s.interned()),
        None => Err(th.type_error(&format!("attribute name must be string, not '{}'", th.class_of(v).name_str()))),
    }
}
fn local_get(th: &mut Thread, a: &[Value]) -> R {
    let n = name(th, a[1])?;
    let d = namespace(th, a[0])?;
    if n == names().__dict__ {
        return Ok(d.value());
    }
    attrs::getattr_with_dict(th, a[0], n, d)
}
fn local_set(th: &mut Thread, a: &[Value]) -> R {
    let n = name(th, a[1])?;
    let d = namespace(th, a[0])?;
    if n == names().__dict__ {
        let c = th.class_of(a[0]).name_str();
        return Err(th.attribute_error(&format!("'{c}' object attribute '__dict__' is read-only")));
    }
    attrs::setattr_with_dict(th, a[0], n, a[2], d)?;
    Ok(Value::NONE)
}
fn local_del(th: &mut Thread, a: &[Value]) -> R {
    let n = name(th, a[1])?;
    let d = namespace(th, a[0])?;
    if n == names().__dict__ {
        let c = th.class_of(a[0]).name_str();
        return Err(th.attribute_error(&format!("'{c}' object attribute '__dict__' is read-only")));
    }
    attrs::setattr_with_dict(th, a[0], n, Value::EMPTY, d)?;
    Ok(Value::NONE)
}
