//! `match` statements.

use crate::context::ctx;
use crate::names::names;
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::class::{Class, class_flag};
use crate::types::dict::Dict;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// Is it a mapping (or sequence) for patterns?
pub(crate) fn has_flag(th: &Thread, v: Value, flag: u32) -> bool {
    th.class_of(v).has_flag(flag)
}
pub(crate) const MAPPING: u32 = class_flag::MAPPING;
pub(crate) const SEQUENCE: u32 = class_flag::SEQUENCE;

/// Values under the keys, or None.
pub(crate) fn match_keys(th: &mut Thread, m: Value, keys: Value) -> R {
    let keys = keys.as_gc::<Tuple>().items();
    let mut out = ValueVec::with_capacity(th, keys.len())?;
    for (i, &k) in keys.iter().enumerate() {
        for &other in &keys[..i] {
            if th.eq(other, k)? {
                let text = th.repr_string(k)?;
                return Err(th.value_error(&format!("mapping pattern checks duplicate key ({text})")));
            }
        }
    }
    let get = th.getattr(m, names().get)?;
    // No object of the program is this one.
    let missing = crate::types::object::new_plain(th, ctx().types.object)?;
    for &k in keys {
        let v = th.call(get, &[k, missing])?;
        if v == missing {
            return Ok(Value::NONE);
        }
        out.push(th, v)?;
    }
    Ok(th.new_tuple(out.as_slice()))
}
/// A dict of `m` without some keys.
pub(crate) fn copy_without(th: &mut Thread, m: Value, keys: Value) -> R {
    let d = th.new_dict();
    d.as_gc::<Dict>().merge(th, m)?;
    for &k in keys.as_gc::<Tuple>().items() {
        th.delitem(d, k)?;
    }
    Ok(d)
}
/// Attributes of `v` as class pattern `class(positional.., names=..)`, or None.
pub(crate) fn match_class(th: &mut Thread, v: Value, class: Value, positional: usize, kw: Value) -> R {
    let Some(c) = class.cast::<Class>() else {
        return Err(th.type_error("called match pattern must be a class"));
    };
    if !th.isinstance(v, class)? {
        return Ok(Value::NONE);
    }
    let kw = kw.cast::<Tuple>().map_or(&[][..], |t| t.items());
    let mut out = ValueVec::with_capacity(th, positional + kw.len())?;
    let mut seen: Vec<Value> = Vec::new();
    if positional > 0 {
        match th.getattr_opt(class, names().__match_args__)? {
            Some(args) => {
                let Some(args) = args.cast::<Tuple>() else {
                    let (n, k) = (c.name_str(), th.class_of(args).name_str());
                    return Err(th.type_error(&format!("{n}.__match_args__ must be a tuple (got {k})")));
                };
                if positional > args.len() {
                    return Err(too_many(th, c, args.len(), positional));
                }
                for &name in &args.items()[..positional] {
                    let Some(s) = name.cast::<Str>() else {
                        let k = th.class_of(name).name_str();
                        return Err(th.type_error(&format!("__match_args__ elements must be strings (got {k})")));
                    };
                    let Some(x) = attribute(th, v, c, s, &mut seen)? else {
                        return Ok(Value::NONE);
                    };
                    out.push(th, x)?;
                }
            }
            None if matches_itself(c) => {
                if positional > 1 {
                    return Err(too_many(th, c, 1, positional));
                }
                out.push(th, v)?;
            }
            None => return Err(too_many(th, c, 0, positional)),
        }
    }
    for &name in kw {
        let Some(x) = attribute(th, v, c, name.as_gc(), &mut seen)? else {
            return Ok(Value::NONE);
        };
        out.push(th, x)?;
    }
    Ok(th.new_tuple(out.as_slice()))
}
fn attribute(th: &mut Thread, v: Value, c: Gc<Class>, name: Gc<Str>, seen: &mut Vec<Value>) -> R<Option<Value>> {
    let name = name.interned();
    if seen.contains(&name.value()) {
        let (c, n) = (c.name_str(), name.to_string_lossy());
        return Err(th.type_error(&format!("{c}() got multiple sub-patterns for attribute '{n}'")));
    }
    // Interned names stay alive.
    seen.push(name.value());
    th.getattr_opt(v, name)
}
fn matches_itself(c: Gc<Class>) -> bool {
    let t = &ctx().types;
    [
        t.bool_,
        t.bytearray,
        t.bytes,
        t.dict,
        t.float,
        t.frozenset,
        t.int,
        t.list,
        t.set,
        t.str,
        t.tuple,
    ]
    .iter()
    .any(|b| c.is_subclass_of(*b))
}
fn too_many(th: &mut Thread, c: Gc<Class>, allowed: usize, given: usize) -> crate::throw::Throw {
    let s = if allowed == 1 { "" } else { "s" };
    let n = c.name_str();
    th.type_error(&format!("{n}() accepts {allowed} positional sub-pattern{s} ({given} given)"))
}
