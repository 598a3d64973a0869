//! Type parameters of generic aliases: collecting them, and putting arguments in their place.

use crate::context::ctx;
use crate::names::names;
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::class::class_of;
use crate::types::tuple::Tuple;
use crate::value::Value;

fn add(th: &mut Thread, out: &mut ValueVec, v: Value) -> R<()> {
    if !out.as_slice().contains(&v) {
        out.push(th, v)?;
    }
    Ok(())
}
/// The type parameters in a tuple of arguments, in order of appearance.
pub fn parameters(th: &mut Thread, args: Value) -> R {
    let mut out = ValueVec::new();
    collect(th, args, &mut out)?;
    Ok(th.new_tuple(out.as_slice()))
}
fn collect(th: &mut Thread, args: Value, out: &mut ValueVec) -> R<()> {
    let items = th.collect(args)?;
    for v in items.as_slice() {
        if v.is_kind(Kind::Class) {
            continue;
        }
        if v.is_kind(Kind::Tuple) || v.is_kind(Kind::List) {
            // A list can contain itself.
            th.recurse("", |th| collect(th, *v, out))?;
        } else if th.getattr_opt(*v, names().__typing_subst__)?.is_some() {
            add(th, out, *v)?;
        } else if let Some(p) = th.getattr_opt(*v, names().__parameters__)?
            && let Some(t) = p.cast::<Tuple>()
        {
            for p in t.items() {
                add(th, out, *p)?;
            }
        }
    }
    Ok(())
}
/// The arguments of `alias[item]`.
pub fn substitute(th: &mut Thread, alias: Value, args: Value, params: Value, item: Value) -> R {
    let params = params.as_gc::<Tuple>();
    if params.is_empty() {
        let text = format!("{} is not a generic class", th.repr_string(alias)?);
        return Err(th.type_error(&text));
    }
    let mut given = unpack(th, item)?;
    for p in params.items() {
        if let Some(f) = th.getattr_opt(*p, names().__typing_prepare_subst__)?
            && !f.is_none()
        {
            let t = th.new_tuple(given.as_slice());
            let r = th.call(f, &[alias, t])?;
            given = th.collect(r)?;
        }
    }
    if given.len() != params.len() {
        let many = if given.len() > params.len() { "many" } else { "few" };
        let text = format!(
            "Too {many} arguments for {}; actual {}, expected {}",
            th.repr_string(alias)?,
            given.len(),
            params.len()
        );
        return Err(th.type_error(&text));
    }
    let made = replace(th, args, params, given)?;
    Ok(th.new_tuple(made.as_slice()))
}
fn unpack(th: &mut Thread, item: Value) -> R<ValueVec> {
    let Some(t) = item.cast::<Tuple>() else {
        return ValueVec::from_slice(th, &[item]);
    };
    let mut out = ValueVec::new();
    for v in t.items() {
        if !v.is_kind(Kind::Class)
            && let Some(inner) = th.getattr_opt(*v, names().__typing_unpacked_tuple_args__)?
            && let Some(inner) = inner.cast::<Tuple>()
            && inner.items().last() != Some(&Value::ELLIPSIS)
        {
            for x in inner.items() {
                out.push(th, *x)?;
            }
        } else {
            out.push(th, *v)?;
        }
    }
    Ok(out)
}
fn position(params: Gc<Tuple>, v: Value) -> Option<usize> {
    params.items().iter().position(|p| *p == v)
}
fn replace(th: &mut Thread, args: Value, params: Gc<Tuple>, given: ValueVec) -> R<ValueVec> {
    let mut out = ValueVec::new();
    let items = th.collect(args)?;
    for v in items.as_slice() {
        if v.is_kind(Kind::Class) {
            out.push(th, *v)?;
            continue;
        }
        if v.is_kind(Kind::Tuple) || v.is_kind(Kind::List) {
            let inner = th.recurse("", |th| replace(th, *v, params, given))?;
            let made = if v.is_kind(Kind::Tuple) {
                th.new_tuple(inner.as_slice())
            } else {
                th.new_list(inner.as_slice())?
            };
            out.push(th, made)?;
            continue;
        }
        let subst = th.getattr_opt(*v, names().__typing_subst__)?;
        let made = match (subst, position(params, *v)) {
            (Some(f), Some(i)) => th.call(f, &[given.as_slice()[i]])?,
            _ => nested(th, *v, params, given)?,
        };
        let spread = match th.getattr_opt(*v, names().__typing_is_unpacked_typevartuple__)? {
            Some(b) => th.truth(b)?,
            None => false,
        };
        match made.cast::<Tuple>() {
            Some(t) if spread || class_of(*v) == ctx().types.typevartuple => {
                for x in t.items() {
                    out.push(th, *x)?;
                }
            }
            _ => out.push(th, made)?,
        }
    }
    Ok(out)
}
/// `v[...]` with the arguments of its own parameters; `v` itself when it has none.
fn nested(th: &mut Thread, v: Value, params: Gc<Tuple>, given: ValueVec) -> R {
    let Some(p) = th.getattr_opt(v, names().__parameters__)?.and_then(|p| p.cast::<Tuple>()) else {
        return Ok(v);
    };
    if p.is_empty() {
        return Ok(v);
    }
    let mut own = ValueVec::new();
    for x in p.items() {
        match position(params, *x) {
            Some(i) => {
                let g = given.as_slice()[i];
                match g.cast::<Tuple>() {
                    Some(t) if class_of(*x) == ctx().types.typevartuple => {
                        for y in t.items() {
                            own.push(th, *y)?;
                        }
                    }
                    _ => own.push(th, g)?,
                }
            }
            None => own.push(th, *x)?,
        }
    }
    let t = th.new_tuple(own.as_slice());
    th.getitem(v, t)
}
