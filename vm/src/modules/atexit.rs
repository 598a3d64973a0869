//! The module `atexit`.

use crate::native::{ModuleDef, def};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::exception;
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::value::Value;
use std::sync::OnceLock;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "atexit",
    doc: "allow programmer to define multiple exit functions to be executed\nupon normal program termination.",
    functions: &[
        def(
            "register",
            "func, /, *args, **kwargs",
            register,
            "Register a function to be executed upon normal program termination",
        ),
        def(
            "unregister",
            "func, /",
            unregister,
            "Unregister an exit function which was previously registered.",
        ),
        def("_clear", "", clear, "Clear the list of previously registered exit functions."),
        def("_run_exitfuncs", "", run, "Run all registered exit functions."),
        def("_ncallbacks", "", count, "Return the number of registered exit functions."),
    ],
    init: |_, _| Ok(()),
};

static LIST: OnceLock<Value> = OnceLock::new();
fn list(th: &mut Thread) -> R<crate::object::Gc<List>> {
    if LIST.get().is_none() {
        let l = th.new_list(&[])?;
        crate::memory::keep(l);
        // Lost if another thread was first: its list is used.
        let _ = LIST.set(l);
    }
    match LIST.get() {
        Some(l) => Ok(l.as_gc()),
        None => Err(th.runtime_error("atexit could not be started")),
    }
}
fn register(th: &mut Thread, a: &[Value]) -> R {
    if th.class_of(a[0]).special(crate::special::Special::Call).is_none() {
        return Err(th.type_error("the first argument must be callable"));
    }
    let entry = th.new_tuple(&a[..3]);
    list(th)?.append(th, entry)?;
    Ok(a[0])
}
fn unregister(th: &mut Thread, a: &[Value]) -> R {
    let l = list(th)?;
    let entries = l.snapshot(th)?;
    l.clear(th)?;
    for &e in entries.as_slice() {
        if !th.eq(e.as_gc::<Tuple>().items()[0], a[0])? {
            l.append(th, e)?;
        }
    }
    Ok(Value::NONE)
}
fn clear(th: &mut Thread, _: &[Value]) -> R {
    list(th)?.clear(th)?;
    Ok(Value::NONE)
}
fn count(th: &mut Thread, _: &[Value]) -> R {
    let n = list(th)?.len(th)?;
    Ok(Value::small(n as i64))
}
fn run(th: &mut Thread, _: &[Value]) -> R {
    run_all(th)?;
    Ok(Value::NONE)
}
/// Runs the registered functions, last first; their exceptions are reported and do not stop the others.
pub fn run_all(th: &mut Thread) -> R<()> {
    let l = list(th)?;
    while l.len(th)? > 0 {
        let Some(e) = l.pop(th, -1)? else { break };
        let t = e.as_gc::<Tuple>().items();
        if let Err(throw) = th.call_ex(t[0], t[1], t[2]) {
            if throw.is_abort() {
                return Err(throw);
            }
            exception::report_ignored(th, throw, "in atexit callback", t[0]);
        }
    }
    Ok(())
}
