//! What `classmethod` and `staticmethod` wrap, and attributes that they take from it when they are first asked for.

use crate::attrs;
use crate::interp::cache::forget_slots;
use crate::object::{Header, Slot};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::value::Value;

/// Sets what the object wraps, in its field `slot`. Caches may know what it has wrapped so far.
pub fn set_wrapped(th: &mut Thread, h: &Header, slot: &Slot, f: Value) -> R<()> {
    if slot.get().is_empty() {
        return attrs::change(th, h, 1, slot, f);
    }
    th.stop_others_to_end()?;
    attrs::change(th, h, 1, slot, f)?;
    forget_slots();
    Ok(())
}
/// The attribute: the object's own, or that of the function, which becomes its own.
pub fn wrapped_attribute(th: &mut Thread, v: Value, function: Value, name: &str) -> R {
    let name = th.intern(name);
    if let Some(own) = attrs::instance_get(th, v.as_obj(), name)? {
        return Ok(own);
    }
    let found = th.getattr(function, name)?;
    attrs::instance_set(th, v.as_obj(), name, found)?;
    Ok(found)
}
/// Sets the object's own attribute (EMPTY: deletes it).
pub fn set_wrapped_attribute(th: &mut Thread, v: Value, name: &str, new: Value) -> R<()> {
    let key = th.intern(name);
    if !new.is_empty() {
        attrs::instance_set(th, v.as_obj(), key, new)?;
        return Ok(());
    }
    if attrs::instance_delete(th, v.as_obj(), key)? {
        return Ok(());
    }
    let class = class_of(v).name_str();
    Err(th.attribute_error(&format!("'{class}' object has no attribute '{name}'")))
}
