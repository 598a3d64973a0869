//! Method resolution order (C3), the metaclass and the layout base of a new class, and its bases' order.

use crate::context::ctx;
use crate::names::names;
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_of};
use crate::types::tuple::Tuple;
use crate::value::Value;

/// The C3 order of a class with these bases (itself first).
pub fn c3(th: &mut Thread, class: Gc<Class>, bases: &[Value]) -> R<Vec<Value>> {
    for (i, b) in bases.iter().enumerate() {
        if bases[..i].contains(b) {
            let text = format!("duplicate base class {}", b.as_gc::<Class>().name_str());
            return Err(th.type_error(&text));
        }
    }
    let mut order = vec![class.value()];
    if let [one] = bases {
        order.extend(one.as_gc::<Class>().mro_slice());
        return Ok(order);
    }
    let mut lists: Vec<&[Value]> = bases.iter().map(|b| b.as_gc::<Class>().mro_slice()).collect();
    lists.push(bases);
    loop {
        lists.retain(|l| !l.is_empty());
        if lists.is_empty() {
            return Ok(order);
        }
        let next = lists.iter().map(|l| l[0]).find(|c| !lists.iter().any(|l| l[1..].contains(c)));
        let Some(next) = next else {
            let mut heads: Vec<Value> = Vec::new();
            for l in &lists {
                if !heads.contains(&l[0]) {
                    heads.push(l[0]);
                }
            }
            let heads: Vec<String> = heads.iter().map(|c| c.as_gc::<Class>().name_str()).collect();
            let text = format!(
                "Cannot create a consistent method resolution order (MRO) for bases {}",
                heads.join(", ")
            );
            return Err(th.type_error(&text));
        };
        order.push(next);
        for l in &mut lists {
            if l[0] == next {
                *l = &l[1..];
            }
        }
    }
}
/// Computes and sets the MRO of a class.
pub fn set_mro(th: &mut Thread, class: Gc<Class>) -> R<()> {
    let order = compute(th, class)?;
    class.mro.set_raw(order);
    Ok(())
}
/// The MRO of a class, by its metaclass's `mro()` when that is overridden.
pub fn compute(th: &mut Thread, class: Gc<Class>) -> R {
    let meta = class_of(class.value());
    let custom = meta != ctx().types.type_ && meta.lookup(names().mro) != ctx().types.type_.lookup(names().mro);
    if custom {
        let r = th.call_method(class.value(), names().mro, &[])?;
        let items = th.collect(r)?;
        for v in items.as_slice() {
            let Some(c) = v.cast::<Class>() else {
                let text = format!("mro() returned a non-class ('{}')", class_of(*v).name_str());
                return Err(th.type_error(&text));
            };
            let solid = solid_base(c);
            if !solid_base(class).is_subclass_of(solid) {
                let text = format!("mro() returned base with unsuitable layout ('{}')", c.name_str());
                return Err(th.type_error(&text));
            }
        }
        Ok(th.new_tuple(items.as_slice()))
    } else {
        let bases = class.bases.get().as_gc::<Tuple>().items();
        let order = c3(th, class, bases)?;
        Ok(th.new_tuple(&order))
    }
}
/// The class that decides the layout: the nearest one that adds something to its base's layout.
pub fn solid_base(c: Gc<Class>) -> Gc<Class> {
    let Some(b) = c.base.get().cast::<Class>() else { return c };
    let (l, m) = (c.layout(), b.layout());
    if l.kind != m.kind || l.attr_offset != m.attr_offset || l.members != m.members {
        c
    } else {
        solid_base(b)
    }
}
/// The base that decides the layout of a new class.
pub fn best_base(th: &mut Thread, bases: &[Value]) -> R<Gc<Class>> {
    let mut best: Option<(Gc<Class>, Gc<Class>)> = None;
    for b in bases {
        let Some(c) = b.cast::<Class>() else {
            return Err(th.type_error("bases must be types"));
        };
        if !c.has_flag(crate::types::class::class_flag::BASE) {
            let name = th.full_name(c)?;
            return Err(th.type_error(&format!("type '{name}' is not an acceptable base type")));
        }
        let solid = solid_base(c);
        best = match best {
            None => Some((solid, c)),
            Some((winner, base)) if winner.is_subclass_of(solid) => Some((winner, base)),
            Some((winner, _)) if solid.is_subclass_of(winner) => Some((solid, c)),
            _ => return Err(th.type_error("multiple bases have instance lay-out conflict")),
        };
    }
    Ok(best.map_or(ctx().types.object, |b| b.1))
}
/// The most derived metaclass of `meta` and of the classes of `bases`.
pub fn metaclass(th: &mut Thread, meta: Gc<Class>, bases: &[Value]) -> R<Gc<Class>> {
    let mut winner = meta;
    for b in bases {
        let m = class_of(*b);
        if winner.is_subclass_of(m) {
            continue;
        }
        if m.is_subclass_of(winner) {
            winner = m;
            continue;
        }
        return Err(th.type_error(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
        ));
    }
    Ok(winner)
}
/// Is every base a class? For `type()`.
pub fn check_bases(th: &mut Thread, bases: &[Value]) -> R<()> {
    for b in bases {
        if !b.is_kind(Kind::Class) {
            if th.getattr_opt(*b, names().__mro_entries__)?.is_some() {
                return Err(th.type_error("type() doesn't support MRO entry resolution; use types.new_class()"));
            }
            return Err(th.type_error("bases must be types"));
        }
    }
    Ok(())
}
