//! StopIteration, SystemExit, KeyError, ImportError, NameError, AttributeError.

use crate::attrs::{member, set_member};
use crate::context::ctx;
use crate::names::names;
use crate::native::{NativeDef, TypeDef, def};
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::types::dict::Dict;
use crate::types::exception::{self, BASE, args_of};
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

const INIT_DOC: &str = "Initialize self.  See help(type(self)) for accurate signature.";

/// StopIteration
pub static STOP_ITERATION: TypeDef = TypeDef {
    name: "StopIteration",
    members: &["value"],
    methods: &[def("__init__", "self, /, *args, **kwargs", stop_init, INIT_DOC)],
    doc: "Signal the end from iterator.__next__().",
    ..BASE
};
/// SystemExit
pub static SYSTEM_EXIT: TypeDef = TypeDef {
    name: "SystemExit",
    members: &["code"],
    methods: &[def("__init__", "self, /, *args, **kwargs", exit_init, INIT_DOC)],
    doc: "Request to exit from the interpreter.",
    ..BASE
};
/// KeyError
pub static KEY_ERROR: TypeDef = TypeDef {
    name: "KeyError",
    methods: &[def("__str__", "self, /", key_str, "Return str(self).")],
    doc: "Mapping key not found.",
    ..BASE
};
/// ImportError
pub static IMPORT_ERROR: TypeDef = TypeDef {
    name: "ImportError",
    members: &["msg", "name", "path", "name_from"],
    methods: IMPORT_METHODS,
    doc: "Import can't find module, or can't find name in module.",
    ..BASE
};
static IMPORT_METHODS: &[NativeDef] = &[
    def("__init__", "self, /, *args, **kwargs", import_init, INIT_DOC),
    def("__str__", "self, /", import_str, "Return str(self)."),
    def("__reduce__", "self, /", import_reduce, ""),
];
/// NameError
pub static NAME_ERROR: TypeDef = TypeDef {
    name: "NameError",
    members: &["name"],
    methods: &[def("__init__", "self, /, *args, **kwargs", name_init, INIT_DOC)],
    doc: "Name not found globally.",
    ..BASE
};
/// AttributeError
pub static ATTRIBUTE_ERROR: TypeDef = TypeDef {
    name: "AttributeError",
    members: &["name", "obj"],
    methods: ATTRIBUTE_METHODS,
    doc: "Attribute not found.",
    ..BASE
};
static ATTRIBUTE_METHODS: &[NativeDef] = &[
    def("__init__", "self, /, *args, **kwargs", attribute_init, INIT_DOC),
    def("__reduce__", "self, /", attribute_reduce, ""),
    def("__getstate__", "self, /", attribute_getstate, ""),
];

fn args(a: &[Value]) -> &'static [Value] {
    a[1].as_gc::<Tuple>().items()
}
fn set_args(th: &mut Thread, a: &[Value]) -> R<()> {
    let e = exception::this(a[0]);
    e.set(th, &e.args, a[1])
}
fn stop_init(th: &mut Thread, a: &[Value]) -> R {
    exception::no_keywords(th, a[0], a[2])?;
    set_args(th, a)?;
    set_member(th, a[0].as_obj(), 0, args(a).first().copied().unwrap_or(Value::NONE))?;
    Ok(Value::NONE)
}
fn exit_init(th: &mut Thread, a: &[Value]) -> R {
    exception::no_keywords(th, a[0], a[2])?;
    set_args(th, a)?;
    let code = match args(a) {
        [] => Value::NONE,
        [one] => *one,
        _ => a[1],
    };
    set_member(th, a[0].as_obj(), 0, code)?;
    Ok(Value::NONE)
}
fn key_str(th: &mut Thread, a: &[Value]) -> R {
    if let [one] = args_of(th, a[0])?.items() {
        return Ok(th.repr(*one)?.value());
    }
    exception::str_(th, a)
}
/// Sets members from keyword arguments; `first` is the member of the first name.
fn keywords(th: &mut Thread, a: &[Value], class: &str, first: usize, allowed: &[&str]) -> R<()> {
    let o = a[0].as_obj();
    for i in 0..allowed.len() {
        set_member(th, o, first + i, Value::EMPTY)?;
    }
    let Some(d) = a[2].cast::<Dict>() else { return Ok(()) };
    let (keys, values) = d.snapshot(th)?;
    for (k, v) in keys.as_slice().iter().zip(values.as_slice()) {
        let name = k.cast::<Str>().map_or_else(String::new, |s| s.to_string_lossy());
        match allowed.iter().position(|n| *n == name) {
            Some(i) => set_member(th, o, first + i, *v)?,
            None => return Err(th.type_error(&format!("{class}() got an unexpected keyword argument '{name}'"))),
        }
    }
    Ok(())
}
fn import_init(th: &mut Thread, a: &[Value]) -> R {
    keywords(th, a, "ImportError", 1, &["name", "path", "name_from"])?;
    set_args(th, a)?;
    let msg = if let [one] = args(a) { *one } else { Value::EMPTY };
    set_member(th, a[0].as_obj(), 0, msg)?;
    Ok(Value::NONE)
}
fn import_str(th: &mut Thread, a: &[Value]) -> R {
    let msg = member(th, a[0].as_obj(), 0)?;
    if msg.cast::<Str>().is_some() && class_of(msg) == ctx().types.str {
        return Ok(msg);
    }
    exception::str_(th, a)
}
fn state(th: &mut Thread, v: Value, members: &[(usize, &str)]) -> R<Gc<Dict>> {
    let d = crate::attrs::instance_dict_snapshot(th, v.as_obj())?;
    for (i, name) in members {
        let m = member(th, v.as_obj(), *i)?;
        if !m.is_empty() && !m.is_none() {
            let key = th.intern(name);
            d.set_str(th, key, m)?;
        }
    }
    Ok(d)
}
fn import_reduce(th: &mut Thread, a: &[Value]) -> R {
    let d = state(th, a[0], &[(1, "name"), (2, "path"), (3, "name_from")])?;
    let args = args_of(th, a[0])?.value();
    let class = class_of(a[0]).value();
    if d.len(th)? > 0 {
        Ok(th.new_tuple(&[class, args, d.value()]))
    } else {
        Ok(th.new_tuple(&[class, args]))
    }
}
fn name_init(th: &mut Thread, a: &[Value]) -> R {
    keywords(th, a, "NameError", 0, &["name"])?;
    set_args(th, a)?;
    Ok(Value::NONE)
}
fn attribute_init(th: &mut Thread, a: &[Value]) -> R {
    keywords(th, a, "AttributeError", 0, &["name", "obj"])?;
    set_args(th, a)?;
    Ok(Value::NONE)
}
fn attribute_getstate(th: &mut Thread, a: &[Value]) -> R {
    let d = state(th, a[0], &[(0, "name")])?;
    let args = args_of(th, a[0])?.value();
    d.set_str(th, names().args, args)?;
    Ok(d.value())
}
fn attribute_reduce(th: &mut Thread, a: &[Value]) -> R {
    let s = attribute_getstate(th, a)?;
    let args = args_of(th, a[0])?.value();
    Ok(th.new_tuple(&[class_of(a[0]).value(), args, s]))
}
