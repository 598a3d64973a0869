//! Methods of `dict`.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def, def_class, def_static};
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::types::dict::{self, Dict};
use crate::types::dict_iter;
use crate::types::dict_views::{self, View};
use crate::types::iter::What;
use crate::types::repr_guard;
use crate::types::set::as_set;
use crate::types::str_ops::StrBuilder;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    doc: "dict() -> new empty dictionary\ndict(mapping) -> new dictionary initialized from a mapping object's\n    (key, value) pairs\ndict(iterable) -> new dictionary initialized as if via:\n    d = {}\n    for k, v in iterable:\n        d[k] = v\ndict(**kwargs) -> new dictionary initialized with the name=value pairs\n    in the keyword argument list.  For example:  dict(one=1, two=2)",
    ..TypeDef::new("dict", Kind::Dict, std::mem::size_of::<Dict>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        |th, a| Ok(dict::new_of(th, a[0].as_gc()).value()),
        "",
    ),
    def(
        "__init__",
        "self, /, *args, **kwargs",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("__getitem__", "self, key, /", getitem, "Return self[key]."),
    def("__setitem__", "self, key, value, /", setitem, "Set self[key] to value."),
    def("__delitem__", "self, key, /", delitem, "Delete self[key]."),
    def(
        "__contains__",
        "self, key, /",
        contains,
        "True if the dictionary has the specified key, else False.",
    ),
    def(
        "__len__",
        "self, /",
        |th, a| Ok(Value::small(this(a).len(th)? as i64)),
        "Return len(self).",
    ),
    def(
        "__iter__",
        "self, /",
        |th, a| dict_iter::new(th, this(a), What::DictKey),
        "Implement iter(self).",
    ),
    def(
        "__reversed__",
        "self, /",
        |th, a| dict_iter::new(th, this(a), What::DictRevKey),
        "Return a reverse iterator over the dict keys.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__eq__", "self, value, /", eq, "Return self==value."),
    def("__ne__", "self, value, /", ne, "Return self!=value."),
    def("__lt__", "self, value, /", |_, _| Ok(Value::NOT_IMPLEMENTED), "Return self<value."),
    def("__le__", "self, value, /", |_, _| Ok(Value::NOT_IMPLEMENTED), "Return self<=value."),
    def("__gt__", "self, value, /", |_, _| Ok(Value::NOT_IMPLEMENTED), "Return self>value."),
    def("__ge__", "self, value, /", |_, _| Ok(Value::NOT_IMPLEMENTED), "Return self>=value."),
    def("__or__", "self, value, /", |th, a| or(th, a[0], a[1]), "Return self|value."),
    def("__ror__", "self, value, /", |th, a| or(th, a[1], a[0]), "Return value|self."),
    def("__ior__", "self, value, /", ior, "Return self|=value."),
    def(
        "__sizeof__",
        "self, /",
        |_, a| Ok(Value::small(64 + 32 * this(a).len_raw() as i64)),
        "Return the size of the dict in memory.",
    ),
    def(
        "get",
        "self, key, default=None, /",
        get,
        "Return the value for key if key is in the dictionary, else default.",
    ),
    def(
        "setdefault",
        "self, key, default=None, /",
        setdefault,
        "Insert key with a value of default if key is not in the dictionary.",
    ),
    def(
        "pop",
        "self, key, default=<unrepresentable>, /",
        pop,
        "D.pop(k[,d]) -> v, remove specified key and return the corresponding value.",
    ),
    def("popitem", "self, /", popitem, "Remove and return a (key, value) pair as a 2-tuple."),
    def(
        "keys",
        "self, /",
        |th, a| Ok(dict_views::new(th, a[0], View::Keys)),
        "Return a set-like object providing a view on the dict's keys.",
    ),
    def(
        "values",
        "self, /",
        |th, a| Ok(dict_views::new(th, a[0], View::Values)),
        "Return an object providing a view on the dict's values.",
    ),
    def(
        "items",
        "self, /",
        |th, a| Ok(dict_views::new(th, a[0], View::Items)),
        "Return a set-like object providing a view on the dict's items.",
    ),
    def(
        "update",
        "self, /, *args, **kwargs",
        update,
        "D.update([E, ]**F) -> None.  Update D from mapping/iterable E and F.",
    ),
    def("clear", "self, /", clear, "Remove all items from the dict."),
    def(
        "copy",
        "self, /",
        |th, a| Ok(this(a).copy(th)?.value()),
        "Return a shallow copy of the dict.",
    ),
    def_class(
        "fromkeys",
        "cls, iterable, value=None, /",
        fromkeys,
        "Create a new dictionary with keys from iterable and values set to value.",
    ),
    def_class(
        "__class_getitem__",
        "cls, item, /",
        |th, a| crate::types::generic_alias::new(th, a[0], a[1]),
        "See PEP 585",
    ),
];

fn this(a: &[Value]) -> Gc<Dict> {
    a[0].as_gc()
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    update_from(th, a, "dict")
}
fn update(th: &mut Thread, a: &[Value]) -> R {
    update_from(th, a, "update")
}
fn update_from(th: &mut Thread, a: &[Value], name: &str) -> R {
    match a[1].as_gc::<Tuple>().items() {
        [] => {}
        [from] => this(a).merge(th, *from)?,
        more => {
            let n = more.len();
            return Err(th.type_error(&format!("{name} expected at most 1 argument, got {n}")));
        }
    }
    this(a).update_from(th, a[2].as_gc())?;
    Ok(Value::NONE)
}
fn getitem(th: &mut Thread, a: &[Value]) -> R {
    if let Some(v) = this(a).get(th, a[1])? {
        return Ok(v);
    }
    if class_of(a[0]) != ctx().types.dict
        && let Some(v) = th.call_special(a[0], crate::special::Special::Missing, &[a[1]])?
    {
        return Ok(v);
    }
    Err(th.key_error(a[1]))
}
fn setitem(th: &mut Thread, a: &[Value]) -> R {
    this(a).set(th, a[1], a[2])?;
    Ok(Value::NONE)
}
fn delitem(th: &mut Thread, a: &[Value]) -> R {
    match this(a).remove(th, a[1])? {
        Some(_) => Ok(Value::NONE),
        None => Err(th.key_error(a[1])),
    }
}
fn contains(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::bool(this(a).get(th, a[1])?.is_some()))
}
fn get(th: &mut Thread, a: &[Value]) -> R {
    Ok(this(a).get(th, a[1])?.unwrap_or(if a[2].is_empty() { Value::NONE } else { a[2] }))
}
fn setdefault(th: &mut Thread, a: &[Value]) -> R {
    this(a).setdefault(th, a[1], if a[2].is_empty() { Value::NONE } else { a[2] })
}
fn pop(th: &mut Thread, a: &[Value]) -> R {
    // An empty one does not look at the key.
    let found = if this(a).len(th)? == 0 { None } else { this(a).remove(th, a[1])? };
    match found {
        Some(v) => Ok(v),
        None if a[2].is_empty() => Err(th.key_error(a[1])),
        None => Ok(a[2]),
    }
}
fn popitem(th: &mut Thread, a: &[Value]) -> R {
    match this(a).pop_last(th)? {
        Some((k, v)) => Ok(th.new_tuple(&[k, v])),
        None => {
            let text = th.new_str("popitem(): dictionary is empty");
            Err(th.key_error(text))
        }
    }
}
fn clear(th: &mut Thread, a: &[Value]) -> R {
    this(a).clear(th)?;
    Ok(Value::NONE)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let d = this(a);
    if d.len(th)? == 0 {
        return Ok(th.new_str("{}"));
    }
    let shown = repr_guard::with(th, a[0], |th| {
        let mut out = StrBuilder::new();
        out.push_str("{");
        let mut pos = 0;
        while let Some((k, v)) = d.next_entry(th, &mut pos)? {
            if out.len() > 1 {
                out.push_str(", ");
            }
            out.push_gc(th.repr(k)?);
            out.push_str(": ");
            out.push_gc(th.repr(v)?);
        }
        out.push_str("}");
        Ok(out.finish(th))
    })?;
    Ok(shown.unwrap_or_else(|| th.new_str("{...}")))
}
fn eq(th: &mut Thread, a: &[Value]) -> R {
    match a[1].cast::<Dict>() {
        Some(other) => Ok(Value::bool(th.recurse(" in comparison", |th| this(a).eq(th, other))?)),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}
fn ne(th: &mut Thread, a: &[Value]) -> R {
    Ok(match eq(th, a)? {
        Value::NOT_IMPLEMENTED => Value::NOT_IMPLEMENTED,
        v => Value::bool(!v.is_true()),
    })
}
fn or(th: &mut Thread, a: Value, b: Value) -> R {
    let (Some(x), Some(y)) = (a.cast::<Dict>(), b.cast::<Dict>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let d = x.copy(th)?;
    d.update_from(th, y)?;
    Ok(d.value())
}
fn ior(th: &mut Thread, a: &[Value]) -> R {
    this(a).merge(th, a[1])?;
    Ok(a[0])
}
fn fromkeys(th: &mut Thread, a: &[Value]) -> R {
    let value = if a[2].is_empty() { Value::NONE } else { a[2] };
    let d = th.call(a[0], &[])?;
    let plain = class_of(d) == ctx().types.dict;
    let of = class_of(a[1]);
    if plain
        && (of == ctx().types.set || of == ctx().types.frozenset)
        && let Some(keys) = as_set(a[1])
    {
        let mut pos = 0;
        while let Some((k, hash)) = keys.next_hashed(th, &mut pos)? {
            d.as_gc::<Dict>().set_hash(th, k, hash, value)?;
        }
        return Ok(d);
    }
    let it = th.iter(a[1])?;
    while let Some(k) = th.next(it)? {
        if plain {
            d.as_gc::<Dict>().set(th, k, value)?
        } else {
            th.setitem(d, k, value)?
        }
    }
    Ok(d)
}
