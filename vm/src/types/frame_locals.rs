//! `FrameLocalsProxy`: `f_locals` of a function's frame. It reads and writes the variables themselves; names that are no
//! variables are kept with the frame.

use crate::context::ctx;
use crate::interp::frame::{self, Frame, Variable};
use crate::native::{NativeDef, TypeDef, def, def_static};
use crate::object::{Gc, Kind, Slot};
use crate::ops::{BinOp, CmpOp};
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::buffer::ValueVec;
use crate::types::dict::Dict;
use crate::types::payload::{self, Payload, downcast, payload_size};
use crate::types::repr_guard;
use crate::types::str_::Str;
use crate::value::Value;

/// State, which never changes.
struct FrameLocals {
    frame: Slot,
}
impl Clone for FrameLocals {
    fn clone(&self) -> Self {
        FrameLocals {
            frame: Slot::new(self.frame.get()),
        }
    }
}
impl Payload for FrameLocals {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.frame.get());
    }
}
/// The proxy of a frame.
pub(crate) fn new(th: &mut Thread, f: Gc<Frame>) -> Value {
    let frame = Slot::new(f.value());
    payload::new(th, ctx().types.frame_locals, FrameLocals { frame }).value()
}
fn frame_of(v: Value) -> Option<Gc<Frame>> {
    downcast::<FrameLocals>(v).map(|p| p.frozen().frame.get().as_gc())
}
fn this(th: &mut Thread, v: Value) -> R<Gc<Frame>> {
    frame_of(v).ok_or_else(|| th.type_error("descriptor does not apply to this object"))
}

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    ..TypeDef::new("FrameLocalsProxy", Kind::Payload, payload_size::<FrameLocals>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, frame, /",
        |th, a| match a[1].cast::<Frame>() {
            Some(f) => Ok(new(th, f)),
            None => {
                let name = th.class_of(a[1]).name_str();
                Err(th.type_error(&format!("expect frame, not {name}")))
            }
        },
        "",
    ),
    def("__getitem__", "self, key, /", getitem, "Return self[key]."),
    def(
        "__setitem__",
        "self, key, value, /",
        |th, a| {
            set(th, a[0], a[1], a[2])?;
            Ok(Value::NONE)
        },
        "Set self[key] to value.",
    ),
    def("__delitem__", "self, key, /", delitem, "Delete self[key]."),
    def(
        "__contains__",
        "self, key, /",
        |th, a| Ok(Value::bool(find(th, a[0], a[1])?.is_some())),
        "Return bool(key in self).",
    ),
    def(
        "__len__",
        "self, /",
        |th, a| {
            let d = as_dict(th, a[0])?;
            let n = th.len(d)?;
            Ok(th.new_int(n as i64))
        },
        "Return len(self).",
    ),
    def(
        "__iter__",
        "self, /",
        |th, a| {
            let keys = list(th, a, "keys")?;
            th.iter(keys)
        },
        "Implement iter(self).",
    ),
    def(
        "__reversed__",
        "self, /",
        |th, a| {
            let keys = list(th, a, "keys")?;
            let reversed = th.intern("__reversed__");
            th.call_method(keys, reversed, &[])
        },
        "__reversed__",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__eq__", "self, value, /", |th, a| equal(th, a, true), "Return self==value."),
    def("__ne__", "self, value, /", |th, a| equal(th, a, false), "Return self!=value."),
    def("__hash__", "self, /", unhashable, ""),
    def("__or__", "self, value, /", |th, a| or(th, a[0], a[1]), "Return self|value."),
    def("__ror__", "self, value, /", |th, a| or(th, a[1], a[0]), "Return value|self."),
    def("__ior__", "self, value, /", ior, "Return self|=value."),
    def("keys", "self, /", |th, a| list(th, a, "keys"), "keys"),
    def("values", "self, /", |th, a| list(th, a, "values"), "values"),
    def("items", "self, /", |th, a| list(th, a, "items"), "items"),
    def("copy", "self, /", |th, a| as_dict(th, a[0]), "copy"),
    def(
        "get",
        "self, key, default=None, /",
        |th, a| Ok(find(th, a[0], a[1])?.unwrap_or(if a[2].is_empty() { Value::NONE } else { a[2] })),
        "get",
    ),
    def("pop", "self, key, default=<unrepresentable>, /", pop, "pop"),
    def("setdefault", "self, key, default=None, /", setdefault, "setdefault"),
    def("update", "self, other, /", update, "update"),
];

/// The variable of a name.
fn variable(th: &mut Thread, f: Gc<Frame>, key: Value) -> R<Option<Variable>> {
    if key.cast::<Str>().is_none() {
        return Ok(None);
    }
    for v in frame::variables(f) {
        if v.name == key || th.compare_bool(CmpOp::Eq, v.name, key)? {
            return Ok(Some(v));
        }
    }
    Ok(None)
}
fn find(th: &mut Thread, this_: Value, key: Value) -> R<Option<Value>> {
    let f = this(th, this_)?;
    if let Some(v) = variable(th, f, key)? {
        let x = frame::variable_value(th, f, v)?;
        return Ok(if x.is_empty() { None } else { Some(x) });
    }
    match frame::extra(th, f)? {
        Some(d) => d.get(th, key),
        None => {
            th.hash(key)?;
            Ok(None)
        }
    }
}
fn set(th: &mut Thread, this_: Value, key: Value, value: Value) -> R<()> {
    let f = this(th, this_)?;
    match variable(th, f, key)? {
        Some(v) => frame::set_variable(th, f, v, value),
        None => frame::make_extra(th, f)?.set(th, key, value),
    }
}
fn getitem(th: &mut Thread, a: &[Value]) -> R {
    match find(th, a[0], a[1])? {
        Some(v) => Ok(v),
        None => {
            let name = th.repr_string(a[1])?;
            let text = th.new_str(&format!("local variable '{name}' is not defined"));
            Err(key_error(th, text))
        }
    }
}
fn key_error(th: &mut Thread, arg: Value) -> Throw {
    match th.new_exception(ctx().types.KeyError, &[arg]) {
        Ok(e) => Throw::exception(e),
        Err(t) => t,
    }
}
fn remove(th: &mut Thread, this_: Value, key: Value) -> R<Option<Value>> {
    let f = this(th, this_)?;
    if variable(th, f, key)?.is_some() {
        return Err(th.value_error("cannot remove local variables from FrameLocalsProxy"));
    }
    match frame::extra(th, f)? {
        Some(d) => d.remove(th, key),
        None => Ok(None),
    }
}
fn delitem(th: &mut Thread, a: &[Value]) -> R {
    match remove(th, a[0], a[1])? {
        Some(_) => Ok(Value::NONE),
        None => Err(key_error(th, a[1])),
    }
}
fn pop(th: &mut Thread, a: &[Value]) -> R {
    match remove(th, a[0], a[1])? {
        Some(v) => Ok(v),
        None if a[2].is_empty() => Err(key_error(th, a[1])),
        None => Ok(a[2]),
    }
}
fn setdefault(th: &mut Thread, a: &[Value]) -> R {
    if let Some(v) = find(th, a[0], a[1])? {
        return Ok(v);
    }
    let v = if a[2].is_empty() { Value::NONE } else { a[2] };
    set(th, a[0], a[1], v)?;
    Ok(v)
}
fn as_dict(th: &mut Thread, this_: Value) -> R {
    let f = this(th, this_)?;
    frame::snapshot(th, f)
}
fn list(th: &mut Thread, a: &[Value], which: &str) -> R {
    let d = as_dict(th, a[0])?;
    let name = th.intern(which);
    let view = th.call_method(d, name, &[])?;
    let items: ValueVec = th.collect(view)?;
    Ok(th.new_list_vec(items))
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    let shown = repr_guard::with(th, f.value(), |th| {
        let d = frame::snapshot(th, f)?;
        th.repr_string(d)
    })?;
    Ok(th.new_str(shown.as_deref().unwrap_or("{...}")))
}
fn equal(th: &mut Thread, a: &[Value], when: bool) -> R {
    let f = this(th, a[0])?;
    if let Some(other) = frame_of(a[1]) {
        return Ok(Value::bool((f == other) == when));
    }
    if a[1].cast::<Dict>().is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let d = frame::snapshot(th, f)?;
    let same = th.compare_bool(CmpOp::Eq, d, a[1])?;
    Ok(Value::bool(same == when))
}
fn unhashable(th: &mut Thread, _: &[Value]) -> R {
    Err(th.type_error("unhashable type: 'FrameLocalsProxy'"))
}
fn is_mapping(v: Value) -> bool {
    v.cast::<Dict>().is_some() || frame_of(v).is_some()
}
fn or(th: &mut Thread, x: Value, y: Value) -> R {
    if !is_mapping(x) || !is_mapping(y) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let mut both = [x, y];
    for v in &mut both {
        if let Some(f) = frame_of(*v) {
            *v = frame::snapshot(th, f)?;
        }
    }
    th.binary(BinOp::Or, both[0], both[1])
}
fn merge(th: &mut Thread, this_: Value, other: Value) -> R<bool> {
    let d = match frame_of(other) {
        Some(f) => frame::snapshot(th, f)?,
        None if other.cast::<Dict>().is_some() => other,
        None => return Ok(false),
    };
    let (keys, values) = d.as_gc::<Dict>().snapshot(th)?;
    for (k, v) in keys.as_slice().iter().zip(values.as_slice()) {
        set(th, this_, *k, *v)?;
    }
    Ok(true)
}
fn ior(th: &mut Thread, a: &[Value]) -> R {
    Ok(if merge(th, a[0], a[1])? { a[0] } else { Value::NOT_IMPLEMENTED })
}
fn update(th: &mut Thread, a: &[Value]) -> R {
    if merge(th, a[0], a[1])? {
        return Ok(Value::NONE);
    }
    Err(th.type_error("update() argument must be dict or another FrameLocalsProxy"))
}
