//! `__slots__`: what members, `__dict__` and weak reference support a new class gets.

use crate::context::ctx;
use crate::names::names;
use crate::native::{GetSetDef, getset, getter};
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::class::{Class, class_flag, class_of};
use crate::types::dict::Dict;
use crate::types::str_::Str;
use crate::value::Value;

/// The descriptor of `__dict__` in Python classes.
pub static DICT: GetSetDef = getset(
    "__dict__",
    crate::types::object::get_dict,
    crate::types::object::set_dict,
    "dictionary for instance variables",
);
/// The descriptor of `__weakref__` in Python classes.
pub static WEAKREF: GetSetDef = getter(
    "__weakref__",
    crate::types::weakref::first_ref,
    "list of weak references to the object",
);

/// What a new class's instances have.
pub struct Plan {
    /// names of its own members, sorted
    pub members: ValueVecItems,
    /// do instances have a `__dict__`?
    pub dict: bool,
    /// does this class add it?
    pub adds_dict: bool,
    /// can instances be weakly referenced?
    pub weakref: bool,
    /// does this class add it?
    pub adds_weakref: bool,
}
/// Items of a list of values that is kept alive with it.
pub struct ValueVecItems(ValueVec);
impl std::ops::Deref for ValueVecItems {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        self.0.as_slice()
    }
}

/// Private names of a class: `__x` becomes `_Class__x`.
fn mangle(th: &mut Thread, class: Gc<Str>, name: Gc<Str>) -> Gc<Str> {
    let n = name.to_string_lossy();
    let c = class.to_string_lossy();
    let c = c.trim_start_matches('_');
    if !n.starts_with("__") || n.ends_with("__") || c.is_empty() {
        return name.interned();
    }
    th.intern(&format!("_{c}{n}"))
}
fn is_identifier(s: &str) -> bool {
    let mut chars = s.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic()) && chars.all(|c| c == '_' || c.is_alphanumeric())
}
/// Decides from the namespace (and checks `__slots__`).
pub fn plan(th: &mut Thread, name: Gc<Str>, bases: &[Value], base: Gc<Class>, d: Gc<Dict>) -> R<Plan> {
    let inherits = |flag| bases.iter().any(|b| b.as_gc::<Class>().has_flag(flag));
    let (base_dict, base_weak) = (inherits(class_flag::HAS_DICT), inherits(class_flag::WEAKREFABLE));
    let mut members = ValueVec::new();
    let variable = matches!(base.instance_kind(), Kind::Tuple | Kind::Int | Kind::Bytes) && base != ctx().types.object;
    // What is set on a class goes to its namespace.
    let meta = base.instance_kind() == Kind::Class;
    let Some(slots) = d.get_str(th, names().__slots__)? else {
        return Ok(Plan {
            members: ValueVecItems(members),
            dict: !meta,
            adds_dict: !base_dict && !meta,
            weakref: true,
            adds_weakref: !base_weak,
        });
    };
    let listed = if slots.is_kind(Kind::Str) {
        ValueVec::from_slice(th, &[slots])?
    } else {
        th.collect(slots)?
    };
    let (mut adds_dict, mut adds_weakref) = (false, false);
    if !listed.is_empty() && variable {
        let text = format!("nonempty __slots__ not supported for subtype of '{}'", base.name_str());
        return Err(th.type_error(&text));
    }
    for v in listed.as_slice() {
        let Some(s) = v.cast::<Str>() else {
            let text = format!("__slots__ items must be strings, not '{}'", class_of(*v).name_str());
            return Err(th.type_error(&text));
        };
        let text = s.to_string_lossy();
        if !is_identifier(&text) {
            return Err(th.type_error("__slots__ must be identifiers"));
        }
        if text == "__dict__" {
            if adds_dict || base_dict || meta {
                return Err(th.type_error("__dict__ slot disallowed: we already got one"));
            }
            adds_dict = true;
            continue;
        }
        if text == "__weakref__" {
            if adds_weakref || base_weak {
                return Err(th.type_error("__weakref__ slot disallowed: we already got one"));
            }
            adds_weakref = true;
            continue;
        }
        let m = mangle(th, name, s);
        let hidden = ["__qualname__", "__classcell__", "__classdictcell__"].contains(&text.as_str());
        if d.get_str(th, m)?.is_some() && !hidden {
            return Err(th.value_error(&format!("'{}' in __slots__ conflicts with class variable", m.to_string_lossy())));
        }
        if !members.as_slice().contains(&m.value()) {
            members.push(th, m.value())?;
        }
    }
    members.as_mut_slice().sort_by_key(|m| m.as_gc::<Str>().to_string_lossy());
    Ok(Plan {
        members: ValueVecItems(members),
        dict: base_dict || adds_dict,
        adds_dict,
        weakref: base_weak || adds_weakref,
        adds_weakref,
    })
}
