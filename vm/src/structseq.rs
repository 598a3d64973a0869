//! Struct sequences: the named tuples of `os.stat_result`, `time.struct_time`, `sys.flags` and others.
//!
//! The visible fields are the tuple's items; hidden ones (`st_atime_ns`) are attributes of the instance.

use crate::context::ctx;
use crate::names::names;
use crate::native::{Bind, NativeDef, TypeDef, def, def_static};
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::class::Class;
use crate::types::dict::Dict;
use crate::types::payload::{self, Payload, payload_size};
use crate::types::str_::Str;
use crate::types::tuple::{self, Tuple};
use crate::types::{native_function, type_};
use crate::value::Value;
use std::sync::OnceLock;

/// Descriptor of one visible field.
#[derive(Clone)]
struct Field {
    index: usize,
    doc: Value,
}
impl Payload for Field {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.doc)
    }
}
static FIELD: TypeDef = TypeDef {
    base: false,
    methods: &[
        def("__get__", "self, instance, owner=None, /", field_get, ""),
        def("__set__", "self, instance, value, /", field_set, ""),
    ],
    ..TypeDef::new("structseq_field", Kind::Payload, payload_size::<Field>())
};
fn field_get(th: &mut Thread, a: &[Value]) -> R {
    let Some(f) = payload::downcast::<Field>(a[0]) else {
        return Err(th.type_error("not a struct sequence field"));
    };
    let index = th.open_mut(f)?.index;
    match a[1].cast::<Tuple>() {
        Some(t) if index < t.len() => Ok(t.items()[index]),
        _ => Ok(a[0]),
    }
}
fn field_set(th: &mut Thread, _: &[Value]) -> R {
    Err(th.attribute_error("readonly attribute"))
}
fn field_class(th: &mut Thread) -> R<Gc<Class>> {
    static CLASS: OnceLock<Gc<Class>> = OnceLock::new();
    if let Some(c) = CLASS.get() {
        return Ok(*c);
    }
    let c = type_::make_native_class(th, &FIELD, &[])?;
    crate::memory::keep(c.value());
    Ok(*CLASS.get_or_init(|| c))
}

static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, /, sequence, dict={}", structseq_new, ""),
    def(
        "__replace__",
        "self, /, **changes",
        structseq_replace,
        "__replace__($self, /, **changes)\n--\n\nReturn a copy of the structure with new values for the specified fields.",
    ),
    def("__repr__", "self, /", structseq_repr, "Return repr(self)."),
    def("__reduce__", "self, /", structseq_reduce, "Helper for pickle."),
];

/// A new struct sequence class. `name` is dotted; the first `visible` fields are items, the others attributes.
pub fn new_class(th: &mut Thread, name: &str, doc: &str, fields: &[&str], visible: usize) -> R<Gc<Class>> {
    let (module, short) = name.rsplit_once('.').unwrap_or(("builtins", name));
    let ns = th.new_dict();
    let d = ns.as_gc::<Dict>();
    let put = |th: &mut Thread, key: &str, v: Value| -> R<()> {
        let key = th.intern(key);
        d.set_str(th, key, v)
    };
    let class = field_class(th)?;
    for (index, f) in fields.iter().take(visible).enumerate() {
        let v = payload::new(th, class, Field { index, doc: Value::NONE }).value();
        put(th, f, v)?;
    }
    let field_names: Vec<Value> = fields.iter().map(|f| th.intern(f).value()).collect();
    let all = th.new_tuple(&field_names);
    let matchable = th.new_tuple(&field_names[..visible]);
    put(th, "_fields_", all)?;
    put(th, "__match_args__", matchable)?;
    put(th, "n_fields", Value::small(fields.len() as i64))?;
    put(th, "n_sequence_fields", Value::small(visible as i64))?;
    put(th, "n_unnamed_fields", Value::small(0))?;
    let module = th.new_str(module);
    put(th, "__module__", module)?;
    let doc = th.new_str(doc);
    put(th, "__doc__", doc)?;
    for m in METHODS {
        let f = native_function::new(th, m, Value::EMPTY, module);
        let f = if m.bind == Bind::Static {
            th.call(ctx().types.staticmethod.value(), &[f])?
        } else {
            f
        };
        put(th, m.name, f)?;
    }
    let short = th.new_str(short);
    let bases = th.new_tuple(&[ctx().types.tuple.value()]);
    let c = th.call(ctx().types.type_.value(), &[short, bases, ns])?;
    Ok(crate::memory::keep(c).as_gc())
}
/// A new instance: visible fields first, then the hidden ones (missing ones become None).
pub fn new(th: &mut Thread, class: Gc<Class>, values: &[Value]) -> R {
    let fields = field_names(th, class)?;
    let visible = visible_count(th, class)?;
    let t = tuple::new_of(th, class, &values[..visible.min(values.len())]).value();
    for (i, f) in fields.items().iter().enumerate().skip(visible) {
        let v = values.get(i).copied().unwrap_or(Value::NONE);
        th.setattr(t, f.as_gc::<Str>(), v)?;
    }
    Ok(t)
}
fn field_names(th: &mut Thread, class: Gc<Class>) -> R<Gc<Tuple>> {
    let key = th.intern("_fields_");
    let v = th.getattr(class.value(), key)?;
    tuple::expect(th, v, "_fields_")
}
fn visible_count(th: &mut Thread, class: Gc<Class>) -> R<usize> {
    let key = th.intern("n_sequence_fields");
    let v = th.getattr(class.value(), key)?;
    th.to_usize(v)
}
fn structseq_new(th: &mut Thread, a: &[Value]) -> R {
    let Some(class) = a[0].cast::<Class>() else {
        return Err(th.type_error("expected a class"));
    };
    let items = th.collect(a[1])?;
    let (fields, visible) = (field_names(th, class)?, visible_count(th, class)?);
    let name = class.name_str();
    let n = items.len();
    if n < visible {
        let at_least = if visible == fields.len() { "a" } else { "an at least" };
        return Err(th.type_error(&format!("{name}() takes {at_least} {visible}-sequence ({n}-sequence given)")));
    }
    if n > fields.len() {
        let at_most = if visible == fields.len() { "a" } else { "an at most" };
        return Err(th.type_error(&format!("{name}() takes {at_most} {}-sequence ({n}-sequence given)", fields.len())));
    }
    let made = new(th, class, items.as_slice())?;
    if a[2].is_empty() || a[2].is_none() {
        return Ok(made);
    }
    let Some(d) = a[2].cast::<Dict>() else {
        return Err(th.type_error(&format!("{name}() takes a dict as second arg, if any")));
    };
    let mut used = 0;
    for f in fields.items().iter().skip(n.max(visible)) {
        if let Some(v) = d.get(th, *f)? {
            th.setattr(made, f.as_gc(), v)?;
            used += 1;
        }
    }
    if used < d.len(th)? {
        return Err(th.type_error(&format!("{name}() got duplicate or unexpected field name(s)")));
    }
    Ok(made)
}
fn structseq_replace(th: &mut Thread, a: &[Value]) -> R {
    let class = th.class_of(a[0]);
    let (fields, visible) = (field_names(th, class)?, visible_count(th, class)?);
    let changes = a[1].as_gc::<Dict>().copy(th)?;
    let mut items = ValueVec::new();
    let hidden = th.new_dict();
    for (i, f) in fields.items().iter().enumerate() {
        let v = match changes.remove(th, *f)? {
            Some(v) => v,
            None => th.getattr(a[0], f.as_gc())?,
        };
        if i < visible {
            items.push(th, v)?;
        } else {
            hidden.as_gc::<Dict>().set(th, *f, v)?;
        }
    }
    if changes.len(th)? > 0 {
        let (keys, _) = changes.snapshot(th)?;
        let keys = th.new_list_vec(keys);
        let text = format!("Got unexpected field name(s): {}", th.repr_string(keys)?);
        return Err(th.type_error(&text));
    }
    let items = th.new_tuple(items.as_slice());
    th.call(class.value(), &[items, hidden])
}
fn structseq_repr(th: &mut Thread, a: &[Value]) -> R {
    let class = th.class_of(a[0]);
    let fields = field_names(th, class)?;
    let module = th.getattr_opt(class.value(), names().__module__)?;
    let prefix = match module.and_then(|m| m.cast::<Str>()) {
        Some(m) if !m.is("builtins") => format!("{}.", m.to_string_lossy()),
        _ => String::new(),
    };
    let mut parts = Vec::new();
    for (f, v) in fields.items().iter().zip(tuple::expect(th, a[0], "self")?.items()) {
        parts.push(format!("{}={}", f.as_gc::<Str>().to_string_lossy(), th.repr_string(*v)?));
    }
    let text = format!("{prefix}{}({})", class.name_str(), parts.join(", "));
    Ok(th.new_str(&text))
}
fn structseq_reduce(th: &mut Thread, a: &[Value]) -> R {
    let class = th.class_of(a[0]);
    let (fields, visible) = (field_names(th, class)?, visible_count(th, class)?);
    let items = tuple::expect(th, a[0], "self")?.items();
    let plain = th.new_tuple(items);
    let hidden = th.new_dict();
    for f in fields.items().iter().skip(visible) {
        let v = th.getattr(a[0], f.as_gc())?;
        hidden.as_gc::<Dict>().set(th, *f, v)?;
    }
    let args = th.new_tuple(&[plain, hidden]);
    Ok(th.new_tuple(&[class.value(), args]))
}
