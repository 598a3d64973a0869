//! The module `_weakref`.

use crate::support::put;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, def};
use vasuki_vm::special::Special;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::weakref::{self, WeakRef};
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_weakref",
    doc: "Weak-reference support module.",
    functions: &[
        def(
            "getweakrefcount",
            "object, /",
            count,
            "Return the number of weak references to 'object'.",
        ),
        def(
            "getweakrefs",
            "object, /",
            getweakrefs,
            "Return a list of all weak reference objects pointing to 'object'.",
        ),
        def(
            "proxy",
            "object, callback=None, /",
            proxy,
            "Create a proxy object that weakly references 'object'.\n\n'callback', if given, is called with a reference to the\nproxy when 'object' is about to be finalized.",
        ),
        def(
            "_remove_dead_weakref",
            "dct, key, /",
            remove_dead,
            "Atomically remove key from dict if it points to a dead weakref.",
        ),
    ],
    init: |th, m| {
        let t = &ctx().types;
        for (name, class) in [
            ("ref", t.weakref),
            ("ReferenceType", t.weakref),
            ("ProxyType", t.weakproxy),
            ("CallableProxyType", t.weakcallableproxy),
        ] {
            put(th, m, name, class.value())?;
        }
        Ok(())
    },
};

fn getweakrefs(th: &mut Thread, a: &[Value]) -> R {
    // The list has room before the references are looked up: a collection could free them.
    let mut out = ValueVec::with_capacity(th, weakref::refs(a[0]).len())?;
    for w in weakref::usable_refs(th, a[0]) {
        out.push(th, w)?;
    }
    Ok(th.new_list_vec(out))
}
fn count(_: &mut Thread, a: &[Value]) -> R {
    Ok(Value::small(weakref::refs(a[0]).len() as i64))
}
fn proxy(th: &mut Thread, a: &[Value]) -> R {
    let t = &ctx().types;
    let class = if th.class_of(a[0]).special(Special::Call).is_some() {
        t.weakcallableproxy
    } else {
        t.weakproxy
    };
    weakref::new(th, class, a[0], a[1])
}
fn remove_dead(th: &mut Thread, a: &[Value]) -> R {
    let Some(d) = a[0].cast::<Dict>() else {
        return Err(th.type_error("_remove_dead_weakref() argument 1 must be dict"));
    };
    let Some(found) = d.get(th, a[1])? else { return Ok(Value::NONE) };
    match found.cast::<WeakRef>() {
        Some(w) if w.target().is_empty() => {
            d.remove(th, a[1])?;
        }
        Some(_) => {}
        None => return Err(th.type_error("not a weakref")),
    }
    Ok(Value::NONE)
}
