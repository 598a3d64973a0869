//! `__build_class__`: what a class statement calls.

use crate::context::ctx;
use crate::names::names;
use crate::object::{Gc, Kind};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::cell::Cell;
use crate::types::class::{Class, class_of};
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::mro;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// Makes the class of a class statement.
pub(crate) fn build_class(th: &mut Thread, a: &[Value]) -> R {
    let (Some(f), true) = (a[0].cast::<Function>(), a[1].is_kind(Kind::Str)) else {
        let what = if a[0].is_kind(Kind::Function) {
            "name is not a string"
        } else {
            "func must be a function"
        };
        return Err(th.type_error(&format!("__build_class__: {what}")));
    };
    let original = a[2];
    let bases = resolve_bases(th, original)?;
    let kwargs: Gc<Dict> = a[3].as_gc();
    let given = kwargs.remove(th, names().metaclass.value())?;
    let first = bases.as_gc::<Tuple>().items().first().copied();
    let mut meta = match (given, first) {
        (Some(m), _) => m,
        (None, Some(b)) => class_of(b).value(),
        (None, None) => ctx().types.type_.value(),
    };
    if let Some(c) = meta.cast::<Class>() {
        meta = mro::metaclass(th, c, bases.as_gc::<Tuple>().items())?.value();
    }
    let ns = match th.getattr_opt(meta, names().__prepare__)? {
        None => th.new_dict(),
        Some(p) => {
            let args = th.new_tuple(&[a[1], bases]);
            th.call_ex(p, args, kwargs.value())?
        }
    };
    if !ns.is_kind(Kind::Dict) && class_of(ns).special(Special::Getitem).is_none() {
        let m = meta.cast::<Class>().map_or_else(|| "<metaclass>".to_owned(), |c| c.name_str());
        let n = class_of(ns).name_str();
        return Err(th.type_error(&format!("{m}.__prepare__() must return a mapping, not {n}")));
    }
    let cell = super::call::run_frame(th, f, ns)?;
    if bases != original {
        th.setitem(ns, names().__orig_bases__.value(), original)?;
    }
    let args = th.new_tuple(&[a[1], bases, ns]);
    let class = th.call_ex(meta, args, kwargs.value())?;
    if let (Some(cell), true) = (cell.cast::<Cell>(), class.is_kind(Kind::Class)) {
        let held = cell.get(th)?;
        if held.is_empty() {
            let name = th.str(a[1])?.to_string_lossy();
            let shown = th.repr_string(class)?;
            return Err(th.runtime_error(&format!(
                "__class__ not set defining '{name}' as {shown}. Was __classcell__ propagated to type.__new__?"
            )));
        }
        if held != class {
            let name = th.str(a[1])?.to_string_lossy();
            let (x, y) = (th.repr_string(held)?, th.repr_string(class)?);
            return Err(th.type_error(&format!("__class__ set to {x} defining '{name}' as {y}")));
        }
    }
    Ok(class)
}
/// Replaces bases that have `__mro_entries__`; the same tuple if there are none.
fn resolve_bases(th: &mut Thread, bases: Value) -> R {
    let items = bases.as_gc::<Tuple>().items();
    let mut out: Option<ValueVec> = None;
    for (i, &b) in items.iter().enumerate() {
        if !b.is_kind(Kind::Class)
            && let Some(m) = th.getattr_opt(b, names().__mro_entries__)?
        {
            let new = th.call(m, &[bases])?;
            let Some(new) = new.cast::<Tuple>() else {
                return Err(th.type_error("__mro_entries__ must return a tuple"));
            };
            let list = match &mut out {
                Some(l) => l,
                None => out.insert(ValueVec::from_slice(th, &items[..i])?),
            };
            for &v in new.items() {
                list.push(th, v)?;
            }
            continue;
        }
        if let Some(l) = &mut out {
            l.push(th, b)?;
        }
    }
    Ok(match out {
        Some(l) => th.new_tuple(l.as_slice()),
        None => bases,
    })
}
