//! Assignment to `__bases__`: the MROs of a class and of all below it change, or nothing does.
//!
//! `mro()` of a metaclass may itself assign to `__bases__`: the inner assignment is newer, and the outer one leaves what it
//! did alone.

use super::mro;
use crate::context::ctx;
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_flag, class_of};
use crate::types::tuple::Tuple;
use crate::types::type_;
use crate::types::type_attrs::check_mutable;
use crate::value::Value;

/// Classes whose MRO was set: class, new and old MRO.
type Changes = Vec<(Gc<Class>, Value, Value)>;

/// `v.__bases__ = new`
pub(crate) fn set_bases(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let c = v.as_gc::<Class>();
    check_mutable(th, c, "__bases__", new)?;
    let base = check(th, c, new)?;
    th.stop_others_to_end()?;
    crate::interp::cache::forget_slots();
    let (old_bases, old_base) = (c.bases.get(), c.base.get());
    c.bases.set_raw(new);
    c.base.set_raw(base.value());
    // The old MROs stay alive through this tuple.
    let mut kept = Value::EMPTY;
    let mut changes = Changes::new();
    let r = refresh(th, c, &mut changes, &mut kept);
    let current = c.bases.get() == new;
    if r.is_err() {
        for (class, new_mro, old_mro) in changes.into_iter().rev() {
            if class.mro.get() == new_mro {
                class.mro.set_raw(old_mro);
            }
        }
        if current {
            c.bases.set_raw(old_bases);
            c.base.set_raw(old_base);
        }
    } else if current {
        for b in old_bases.as_gc::<Tuple>().items() {
            type_::remove_subclass(b.as_gc(), c);
        }
        for b in new.as_gc::<Tuple>().items() {
            type_::add_subclass(b.as_gc(), c);
        }
    }
    std::hint::black_box(kept);
    type_::changed(c);
    r
}
/// The base that decides the layout.
fn check(th: &mut Thread, c: Gc<Class>, new: Value) -> R<Gc<Class>> {
    let name = c.name_str();
    let Some(t) = new.cast::<Tuple>() else {
        let text = format!("can only assign tuple to {name}.__bases__, not {}", class_of(new).name_str());
        return Err(th.type_error(&text));
    };
    if t.is_empty() {
        return Err(th.type_error(&format!("can only assign non-empty tuple to {name}.__bases__, not ()")));
    }
    for b in t.items() {
        let Some(b) = b.cast::<Class>() else {
            let text = format!("{name}.__bases__ must be tuple of classes, not '{}'", class_of(*b).name_str());
            return Err(th.type_error(&text));
        };
        // Its MRO may be not yet what its bases say.
        if b.is_subclass_of(c) || has_base(b, c) {
            return Err(th.type_error("a __bases__ item causes an inheritance cycle"));
        }
    }
    let base = mro::best_base(th, t.items())?;
    let old = c.base.get().as_gc::<Class>();
    if mro::solid_base(base) != mro::solid_base(old) || base.has_flag(class_flag::HAS_DICT) && !c.has_flag(class_flag::HAS_DICT) {
        let text = format!(
            "__bases__ assignment: '{}' object layout differs from '{}'",
            base.name_str(),
            old.name_str()
        );
        return Err(th.type_error(&text));
    }
    Ok(base)
}
fn has_base(c: Gc<Class>, wanted: Gc<Class>) -> bool {
    let mut at = Some(c);
    while let Some(c) = at {
        if c == wanted {
            return true;
        }
        at = c.base.get().cast::<Class>();
    }
    wanted == ctx().types.object
}
/// Sets the MROs of a class and of those below it; `kept` gets to hold all old and new ones.
fn refresh(th: &mut Thread, c: Gc<Class>, changes: &mut Changes, kept: &mut Value) -> R<()> {
    let old = c.mro.get();
    let order = mro::compute(th, c)?;
    if c.mro.get() != old {
        // Set by an inner assignment, which has done the rest.
        return Ok(());
    }
    c.mro.set_raw(order);
    changes.push((c, order, old));
    *kept = th.new_tuple(&[*kept, order, old]);
    for s in type_::subclasses(c) {
        refresh(th, s.as_gc(), changes, kept)?;
    }
    Ok(())
}
