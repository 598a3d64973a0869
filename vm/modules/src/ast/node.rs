//! `ast.AST`: how nodes are made, copied, pickled.

use super::classes::Classes;
use super::repr;
use crate::support::type_name;
use vasuki_vm::attrs;
use vasuki_vm::context::ctx;
use vasuki_vm::names::names;
use vasuki_vm::native::{GetSetDef, NativeDef, TypeDef, def, getset};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::class::class_of;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::set::Set;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::types::{buffer::ValueVec, generic_alias, object};
use vasuki_vm::value::Value;
use vasuki_vm::warn::warn;

/// The declaration of `AST`.
pub(super) static DEF: TypeDef = TypeDef {
    dict: true,
    methods: METHODS,
    getsets: GETSETS,
    ..TypeDef::new("ast.AST", Kind::Instance, 16)
};
static METHODS: &[NativeDef] = &[
    def(
        "__init__",
        "self, /, *args, **kwargs",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("__repr__", "self, /", repr::repr, "Return repr(self)."),
    def("__reduce__", "self, /", reduce, ""),
    def(
        "__replace__",
        "self, /, *args, **fields",
        replace,
        "Return a copy of the AST node with new values for the specified fields.",
    ),
];
static GETSETS: &[GetSetDef] = &[getset("__dict__", object::get_dict, object::set_dict, "")];

/// An attribute of a node's class, if it has it.
fn of_class(th: &mut Thread, node: Value, name: Gc<Str>) -> R<Option<Value>> {
    let class = class_of(node).value();
    th.getattr_opt(class, name)
}
fn fields_of(th: &mut Thread, node: Value, all: &Classes) -> R<ValueVec> {
    let class = class_of(node).value();
    let fields = th.getattr(class, all.internal[0])?;
    th.collect(fields)
}
/// Sets the attribute that a value names, which should be a str.
fn set(th: &mut Thread, node: Value, name: Value, v: Value) -> R<()> {
    match name.cast::<Str>() {
        Some(s) => th.setattr(node, s, v),
        None => {
            let n = type_name(th, name);
            Err(th.type_error(&format!("attribute name must be string, not '{n}'")))
        }
    }
}
fn deprecated(th: &mut Thread, text: &str) -> R<()> {
    warn(th, ctx().types.DeprecationWarning, text, 1)
}

fn init(th: &mut Thread, a: &[Value]) -> R {
    let node = a[0];
    let args = a[1].as_gc::<Tuple>().items();
    let all = Classes::get(th)?;
    let fields = fields_of(th, node, all)?;
    let fields = fields.as_slice();
    let name = class_of(node).name_str();
    if fields.len() < args.len() {
        let s = if fields.len() == 1 { "" } else { "s" };
        let n = fields.len();
        return Err(th.type_error(&format!("{name} constructor takes at most {n} positional argument{s}")));
    }
    let missing = th.new_set().as_gc::<Set>();
    for f in &fields[args.len()..] {
        missing.add(th, *f)?;
    }
    for (f, v) in fields.iter().zip(args) {
        set(th, node, *f, *v)?;
    }
    if let Some(kw) = a[2].cast::<Dict>() {
        keywords(th, node, all, kw, fields, missing)?;
    }
    if let Some(types) = of_class(th, node, all.internal[2])? {
        for f in &fields[args.len()..] {
            if missing.contains(th, *f)? {
                left_out(th, node, all, types, *f)?;
            }
        }
    }
    Ok(Value::NONE)
}
fn keywords(th: &mut Thread, node: Value, all: &Classes, kw: Gc<Dict>, fields: &[Value], missing: Gc<Set>) -> R<()> {
    let mut attributes = None;
    let (keys, values) = kw.snapshot(th)?;
    for (k, v) in keys.as_slice().iter().zip(values.as_slice()) {
        if contains(th, fields, *k)? {
            if !missing.remove(th, *k)? {
                let shown = th.repr_string(*k)?;
                let name = class_of(node).name_str();
                return Err(th.type_error(&format!("{name} got multiple values for argument {shown}")));
            }
        } else {
            let known = match attributes {
                Some(a) => a,
                None => {
                    let class = class_of(node).value();
                    *attributes.insert(th.getattr(class, all.internal[1])?)
                }
            };
            if !th.contains(known, *k)? {
                let shown = th.repr_string(*k)?;
                let name = class_of(node).name_str();
                deprecated(
                    th,
                    &format!(
                        "{name}.__init__ got an unexpected keyword argument {shown}. Support for arbitrary keyword arguments \
                         is deprecated and will be removed in Python 3.15."
                    ),
                )?;
            }
        }
        set(th, node, *k, *v)?;
    }
    Ok(())
}
fn contains(th: &mut Thread, list: &[Value], v: Value) -> R<bool> {
    for x in list {
        if *x == v || th.eq(*x, v)? {
            return Ok(true);
        }
    }
    Ok(false)
}
/// A field got no value: optional ones have their class's None, lists are empty, a context is Load.
fn left_out(th: &mut Thread, node: Value, all: &Classes, types: Value, field: Value) -> R<()> {
    let name = class_of(node).name_str();
    let known = match types.cast::<Dict>() {
        Some(d) => d.get(th, field)?,
        None => None,
    };
    let Some(t) = known else {
        let shown = th.repr_string(field)?;
        return deprecated(
            th,
            &format!("Field {shown} is missing from {name}._field_types. This will become an error in Python 3.15."),
        );
    };
    if class_of(t) == ctx().types.union {
        return Ok(());
    }
    if generic_alias::get(t).is_some() {
        let list = th.new_list(&[])?;
        return set(th, node, field, list);
    }
    if all.sum("expr_context").is_some_and(|c| c.value() == t) {
        return set(th, node, field, all.shared[super::grammar::Node::Load as usize]);
    }
    let shown = th.repr_string(field)?;
    deprecated(
        th,
        &format!("{name}.__init__ missing 1 required positional argument: {shown}. This will become an error in Python 3.15."),
    )
}

/// Fields are given as None to the constructor, so that it has no cause to complain; the state then sets them.
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let all = Classes::get(th)?;
    let class = class_of(a[0]).value();
    let Some(d) = th.getattr_opt(a[0], names().__dict__)?.and_then(|d| d.cast::<Dict>()) else {
        let empty = ctx().empty_tuple;
        return Ok(th.new_tuple(&[class, empty]));
    };
    let mut present = 0;
    if of_class(th, a[0], all.internal[0])?.is_some() {
        for f in fields_of(th, a[0], all)?.as_slice() {
            if d.get(th, *f)?.is_none() {
                break;
            }
            present += 1;
        }
    }
    let args = th.new_tuple(&vec![Value::NONE; present]);
    let state = d.copy(th)?.value();
    Ok(th.new_tuple(&[class, args, state]))
}

fn unexpected(th: &mut Thread, node: Value, k: Value) -> Throw {
    match th.repr_string(k) {
        Ok(shown) => {
            let name = class_of(node).name_str();
            th.type_error(&format!("{name}.__replace__ got an unexpected keyword argument {shown}."))
        }
        Err(t) => t,
    }
}
fn replace(th: &mut Thread, a: &[Value]) -> R {
    let (node, kw) = (a[0], a[2]);
    if !a[1].as_gc::<Tuple>().is_empty() {
        return Err(th.type_error("__replace__() takes no positional arguments"));
    }
    let all = Classes::get(th)?;
    let fields = fields_of(th, node, all)?;
    let class = class_of(node).value();
    let attributes = th.getattr(class, all.internal[1])?;
    let attributes = th.collect(attributes)?;
    let payload = th.new_dict();
    let d = payload.as_gc::<Dict>();
    let own = attrs::instance_dict_snapshot(th, node.as_obj())?;
    let given = match kw.cast::<Dict>() {
        Some(d) => d.snapshot(th)?.0,
        None => ValueVec::new(),
    };
    let mut missing: Vec<String> = Vec::new();
    for k in given.as_slice() {
        if !contains(th, fields.as_slice(), *k)? && !contains(th, attributes.as_slice(), *k)? {
            return Err(unexpected(th, node, *k));
        }
    }
    for f in fields.as_slice() {
        let replaced = contains(th, given.as_slice(), *f)?;
        match own.get(th, *f)? {
            Some(v) => d.set(th, *f, v)?,
            None if replaced => {}
            // What the class has a value for, or the constructor can fill in, need not be given.
            None => {
                if !fillable(th, node, all, *f)? {
                    missing.push(th.repr_string(*f)?);
                }
            }
        }
    }
    if !missing.is_empty() {
        missing.sort();
        let (n, s) = (missing.len(), if missing.len() == 1 { "" } else { "s" });
        let name = class_of(node).name_str();
        let list = missing.join(", ");
        return Err(th.type_error(&format!("{name}.__replace__ missing {n} keyword argument{s}: {list}.")));
    }
    for f in attributes.as_slice() {
        if let Some(v) = own.get(th, *f)? {
            d.set(th, *f, v)?;
        }
    }
    if let Some(kw) = kw.cast::<Dict>() {
        d.update_from(th, kw)?;
    }
    th.call_ex(class, ctx().empty_tuple, payload)
}
fn fillable(th: &mut Thread, node: Value, all: &Classes, field: Value) -> R<bool> {
    let Some(types) = of_class(th, node, all.internal[2])?.and_then(|t| t.cast::<Dict>()) else {
        return Ok(false);
    };
    let Some(t) = types.get(th, field)? else { return Ok(false) };
    Ok(class_of(t) == ctx().types.union || generic_alias::get(t).is_some() || all.sum("expr_context").is_some_and(|c| c.value() == t))
}
