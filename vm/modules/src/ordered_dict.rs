//! `collections.OrderedDict`: a dict, which keeps the order of insertion anyway, with operations on that order.

use crate::odict_views::{is_plain, iter, mutated, value_of, view};
use crate::support::{ClassCell, attr};
use vasuki_vm::context::ctx;
use vasuki_vm::names::names;
use vasuki_vm::native::{NativeDef, TypeDef, def, def_class, getset};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::special::Special;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::{Class, class_flag, class_of};
use vasuki_vm::types::dict::{self, Dict};
use vasuki_vm::types::dict_views::View;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::types::{int, object, reduce, repr_guard, type_};
use vasuki_vm::value::Value;

static CLASS: ClassCell = ClassCell::new();
static DEF: TypeDef = TypeDef {
    dict: true,
    doc: "Dictionary that remembers insertion order",
    methods: METHODS,
    getsets: &[getset("__dict__", object::get_dict, object::replace_dict, "")],
    ..TypeDef::new("collections.OrderedDict", Kind::Dict, std::mem::size_of::<Dict>())
};
static METHODS: &[NativeDef] = &[
    def(
        "__init__",
        "self, /, *args, **kwargs",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def(
        "__iter__",
        "self, /",
        |th, a| iter(th, this(a), View::Keys, false),
        "Implement iter(self).",
    ),
    def(
        "__reversed__",
        "self, /",
        |th, a| iter(th, this(a), View::Keys, true),
        "od.__reversed__() <==> reversed(od)",
    ),
    def("__eq__", "self, value, /", eq, "Return self==value."),
    def("__ne__", "self, value, /", ne, "Return self!=value."),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__or__", "self, value, /", |th, a| or(th, a[0], a[0], a[1]), "Return self|value."),
    def("__ror__", "self, value, /", |th, a| or(th, a[0], a[1], a[0]), "Return value|self."),
    def("__ior__", "self, value, /", ior, "Return self|=value."),
    def("__reduce__", "self, /", reduce_method, "Return state information for pickling"),
    def("__sizeof__", "self, /", sizeof, ""),
    def_class(
        "fromkeys",
        "cls, /, iterable, value=None",
        fromkeys,
        "Create a new ordered dictionary with keys from iterable and values set to value.",
    ),
    def(
        "setdefault",
        "self, /, key, default=None",
        setdefault,
        "Insert key with a value of default if key is not in the dictionary.\n\nReturn the value for key if key is in the dictionary, else default.",
    ),
    def(
        "pop",
        "self, /, key, default=<unrepresentable>",
        pop,
        "od.pop(key[,default]) -> v, remove specified key and return the corresponding value.\n\nIf the key is not found, return the default if given; otherwise,\nraise a KeyError.",
    ),
    def(
        "popitem",
        "self, /, last=True",
        popitem,
        "Remove and return a (key, value) pair from the dictionary.\n\nPairs are returned in LIFO order if last is true or FIFO order if false.",
    ),
    def(
        "move_to_end",
        "self, /, key, last=True",
        move_to_end,
        "Move an existing element to the end (or beginning if last is false).\n\nRaise KeyError if the element does not exist.",
    ),
    def("keys", "self, /", |th, a| view(th, a[0], View::Keys), ""),
    def("values", "self, /", |th, a| view(th, a[0], View::Values), ""),
    def("items", "self, /", |th, a| view(th, a[0], View::Items), ""),
    def("update", "self, /, *args, **kwargs", update_method, ""),
    def("copy", "self, /", copy, "od.copy() -> a shallow copy of od"),
];

/// The class.
pub(crate) fn class(th: &mut Thread) -> R<Gc<Class>> {
    if let Some(c) = CLASS.get() {
        return Ok(*c);
    }
    let c = type_::make_native_class(th, &DEF, &[ctx().types.dict])?;
    c.set_flag(class_flag::WEAKREFABLE);
    vasuki_vm::memory::keep(c.value());
    Ok(*CLASS.get_or_init(|| c))
}
fn this(a: &[Value]) -> Gc<Dict> {
    a[0].as_gc()
}
fn is_exact(v: Value) -> bool {
    CLASS.get().is_some_and(|c| class_of(v) == *c)
}
/// Does `self[key] = value` what a dict's does?
fn sets_plainly(v: Value) -> bool {
    class_of(v).special(Special::Setitem) == ctx().types.dict.special(Special::Setitem)
}
/// Are all keys such that hashing and comparing them runs no Python code?
fn has_plain_keys(th: &mut Thread, d: Gc<Dict>) -> R<bool> {
    let mut pos = 0;
    while let Some((k, _)) = d.next_entry(th, &mut pos)? {
        if !is_plain(k) {
            return Ok(false);
        }
    }
    Ok(true)
}
fn set(th: &mut Thread, od: Value, k: Value, v: Value) -> R<()> {
    if sets_plainly(od) {
        od.as_gc::<Dict>().set(th, k, v)
    } else {
        th.setitem(od, k, v)
    }
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    let args = a[1].as_gc::<Tuple>().items();
    if args.len() > 1 {
        return Err(th.type_error(&format!("expected at most 1 arguments, got {}", args.len())));
    }
    update(th, a)
}
fn update_method(th: &mut Thread, a: &[Value]) -> R {
    let n = a[1].as_gc::<Tuple>().len();
    if n > 1 {
        return Err(th.type_error(&format!("update() takes at most 1 positional argument ({n} given)")));
    }
    update(th, a)
}
fn update(th: &mut Thread, a: &[Value]) -> R {
    if let Some(from) = a[1].as_gc::<Tuple>().items().first() {
        update_from(th, a[0], *from)?;
    }
    add_dict(th, a[0], a[2].as_gc())?;
    Ok(Value::NONE)
}
fn add_dict(th: &mut Thread, od: Value, from: Gc<Dict>) -> R<()> {
    if sets_plainly(od) {
        return od.as_gc::<Dict>().update_from(th, from);
    }
    let (keys, values) = from.snapshot(th)?;
    for (k, v) in keys.as_slice().iter().zip(values.as_slice()) {
        th.setitem(od, *k, *v)?;
    }
    Ok(())
}
/// As `MutableMapping.update`, from one argument.
fn update_from(th: &mut Thread, od: Value, from: Value) -> R<()> {
    if class_of(from) == ctx().types.dict {
        return add_dict(th, od, from.as_gc());
    }
    if is_exact(from) && sets_plainly(od) && has_plain_keys(th, from.as_gc())? {
        return od.as_gc::<Dict>().update_from(th, from.as_gc());
    }
    if let Some(keys) = th.getattr_opt(from, names().keys)? {
        let keys = th.call(keys, &[])?;
        let it = th.iter(keys)?;
        while let Some(k) = th.next(it)? {
            let v = th.getitem(from, k)?;
            set(th, od, k, v)?;
        }
        return Ok(());
    }
    let pairs = match th.getattr_opt(from, names().items)? {
        Some(items) => th.call(items, &[])?,
        None => from,
    };
    let it = th.iter(pairs)?;
    while let Some(pair) = th.next(it)? {
        let (k, v) = unpack(th, pair)?;
        set(th, od, k, v)?;
    }
    Ok(())
}
fn unpack(th: &mut Thread, pair: Value) -> R<(Value, Value)> {
    if let Some(t) = pair.cast::<Tuple>()
        && class_of(pair) == ctx().types.tuple
        && let [k, v] = t.items()
    {
        return Ok((*k, *v));
    }
    let it = th.iter(pair)?;
    let Some(k) = th.next(it)? else {
        return Err(th.value_error("need more than 0 values to unpack"));
    };
    let Some(v) = th.next(it)? else {
        return Err(th.value_error("need more than 1 value to unpack"));
    };
    if th.next(it)?.is_some() {
        return Err(th.value_error("too many values to unpack (expected 2)"));
    }
    Ok((k, v))
}
fn is_ordered(v: Value) -> bool {
    v.is_kind(Kind::Dict) && CLASS.get().is_some_and(|c| class_of(v).is_subclass_of(*c))
}
/// None: not a dict.
fn equal(th: &mut Thread, a: &[Value]) -> R<Option<bool>> {
    let Some(other) = a[1].cast::<Dict>() else { return Ok(None) };
    let same = th.recurse(" in comparison", |th| this(a).eq(th, other))?;
    if !same || !is_ordered(a[1]) {
        return Ok(Some(same));
    }
    let (orders, mut x, mut y) = ((this(a).order(th)?, other.order(th)?), 0, 0);
    loop {
        match (this(a).item_from(th, x)?, other.item_from(th, y)?) {
            (None, None) => return Ok(Some(true)),
            (Some(i), Some(j)) => {
                let same = th.eq(i.key, j.key)?;
                if (this(a).order(th)?, other.order(th)?) != orders {
                    return Err(mutated(th));
                }
                if !same {
                    return Ok(Some(false));
                }
                (x, y) = (i.at + 1, j.at + 1);
            }
            _ => return Ok(Some(false)),
        }
    }
}
fn eq(th: &mut Thread, a: &[Value]) -> R {
    Ok(equal(th, a)?.map_or(Value::NOT_IMPLEMENTED, Value::bool))
}
fn ne(th: &mut Thread, a: &[Value]) -> R {
    Ok(equal(th, a)?.map_or(Value::NOT_IMPLEMENTED, |e| Value::bool(!e)))
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let name = class_of(a[0]).name_str();
    if this(a).len(th)? == 0 {
        return Ok(th.new_str(&format!("{name}()")));
    }
    let shown = repr_guard::with(th, a[0], |th| {
        let plain = th.new_dict();
        if is_exact(a[0]) {
            copy_items(th, this(a), plain.as_gc())?;
        } else {
            let items = th.call_method(a[0], names().items, &[])?;
            plain.as_gc::<Dict>().merge(th, items)?;
        }
        th.repr_string(plain)
    })?;
    Ok(match shown {
        Some(items) => th.new_str(&format!("{name}({items})")),
        None => th.new_str("..."),
    })
}
/// Sets all items of `from` in a dict that sets plainly.
fn copy_items(th: &mut Thread, from: Gc<Dict>, to: Gc<Dict>) -> R<()> {
    if has_plain_keys(th, from)? {
        return to.update_from(th, from);
    }
    let (order, mut at) = (from.order(th)?, 0);
    while let Some(i) = from.item_from(th, at)? {
        let v = value_of(th, from, i)?;
        to.set_hash(th, i.key, i.hash, v)?;
        if from.order(th)? != order {
            return Err(mutated(th));
        }
        at = i.at + 1;
    }
    Ok(())
}
fn copy(th: &mut Thread, a: &[Value]) -> R {
    let c = class_of(a[0]);
    if is_exact(a[0]) {
        let new = dict::new_of(th, c);
        copy_items(th, this(a), new)?;
        return Ok(new.value());
    }
    let new = th.call(c.value(), &[])?;
    let (order, mut at) = (this(a).order(th)?, 0);
    while let Some(i) = this(a).item_from(th, at)? {
        let v = th.getitem(a[0], i.key)?;
        th.setitem(new, i.key, v)?;
        if this(a).order(th)? != order {
            return Err(mutated(th));
        }
        at = i.at + 1;
    }
    Ok(new)
}
fn or(th: &mut Thread, this: Value, left: Value, right: Value) -> R {
    if !left.is_kind(Kind::Dict) || !right.is_kind(Kind::Dict) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let new = th.call(class_of(this).value(), &[left])?;
    update_from(th, new, right)?;
    Ok(new)
}
fn ior(th: &mut Thread, a: &[Value]) -> R {
    update_from(th, a[0], a[1])?;
    Ok(a[0])
}
fn reduce_method(th: &mut Thread, a: &[Value]) -> R {
    let state = reduce::state(th, a[0])?;
    let items = th.call_method(a[0], names().items, &[])?;
    let items = th.iter(items)?;
    let args = th.new_tuple(&[]);
    Ok(th.new_tuple(&[class_of(a[0]).value(), args, state, Value::NONE, items]))
}
/// A dict's size, and that of the order: as in CPython, an ordered dict says that it is larger.
fn sizeof(th: &mut Thread, a: &[Value]) -> R {
    let f = attr(th, ctx().types.dict.value(), "__sizeof__")?;
    let size = th.call(f, &[a[0]])?;
    let own = int::to_i64(size).unwrap_or(0) + 56 + 40 * this(a).len(th)? as i64;
    Ok(th.new_int(own))
}
fn fromkeys(th: &mut Thread, a: &[Value]) -> R {
    let value = if a[2].is_empty() { Value::NONE } else { a[2] };
    let d = th.call(a[0], &[])?;
    let it = th.iter(a[1])?;
    while let Some(k) = th.next(it)? {
        th.setitem(d, k, value)?;
    }
    Ok(d)
}
fn setdefault(th: &mut Thread, a: &[Value]) -> R {
    let default = if a[2].is_empty() { Value::NONE } else { a[2] };
    if is_exact(a[0]) {
        return this(a).setdefault(th, a[1], default);
    }
    if th.contains(a[0], a[1])? {
        return th.getitem(a[0], a[1]);
    }
    th.setitem(a[0], a[1], default)?;
    Ok(default)
}
fn pop(th: &mut Thread, a: &[Value]) -> R {
    match this(a).remove(th, a[1])? {
        Some(v) => Ok(v),
        None if a[2].is_empty() => Err(th.key_error(a[1])),
        None => Ok(a[2]),
    }
}
fn is_last(th: &mut Thread, v: Value) -> R<bool> {
    if v.is_empty() { Ok(true) } else { th.truth(v) }
}
fn popitem(th: &mut Thread, a: &[Value]) -> R {
    let found = if is_last(th, a[1])? {
        this(a).pop_last(th)?
    } else {
        this(a).pop_first(th)?
    };
    match found {
        Some((k, v)) => Ok(th.new_tuple(&[k, v])),
        None => {
            let text = th.new_str("dictionary is empty");
            Err(th.key_error(text))
        }
    }
}
fn move_to_end(th: &mut Thread, a: &[Value]) -> R {
    let last = is_last(th, a[2])?;
    if this(a).move_to_end(th, a[1], last)? {
        Ok(Value::NONE)
    } else {
        Err(th.key_error(a[1]))
    }
}
