//! Hooks: display, exceptions, unraisable ones, audit, breakpoints, async generators.

use super::put;
use crate::context::ctx;
use crate::interp::{generator, trace};
use crate::modules::builtins::sys_attribute;
use crate::names::names;
use crate::structseq;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::list::List;
use crate::value::Value;

/// Adds the `__x__` originals.
pub fn add(th: &mut Thread, m: Value) -> R<()> {
    for name in ["displayhook", "excepthook", "breakpointhook", "unraisablehook"] {
        let key = th.intern(name);
        let f = th.getattr(m, key)?;
        put(th, m, &format!("__{name}__"), f)?;
    }
    let hooks = th.new_list(&[])?;
    put(th, m, "_vasuki_audit_hooks", hooks)
}
pub fn displayhook(th: &mut Thread, a: &[Value]) -> R {
    if a[0].is_none() {
        return Ok(Value::NONE);
    }
    let underscore = th.intern("_");
    let builtins = ctx().builtins;
    builtins.set_str(th, underscore, Value::NONE)?;
    let out = sys_attribute(th, "stdout")?;
    let text = th.repr(a[0])?.to_string_lossy() + "\n";
    let text = th.new_str(&text);
    th.call_method(out, names().write, &[text])?;
    builtins.set_str(th, underscore, a[0])?;
    Ok(Value::NONE)
}
pub fn excepthook(th: &mut Thread, a: &[Value]) -> R {
    crate::types::exception::print_exception(th, a[1])?;
    Ok(Value::NONE)
}
pub fn unraisablehook(th: &mut Thread, a: &[Value]) -> R {
    let get = |th: &mut Thread, name: &str| -> R {
        let key = th.intern(name);
        th.getattr(a[0], key)
    };
    let (e, message, object) = (get(th, "exc_value")?, get(th, "err_msg")?, get(th, "object")?);
    let head = match (message.is_none(), object.is_none()) {
        (true, false) => format!("Exception ignored in: {}\n", th.repr_string(object)?),
        (false, true) => format!("{}:\n", th.str(message)?.to_string_lossy()),
        (false, false) => format!("{}: {}\n", th.str(message)?.to_string_lossy(), th.repr_string(object)?),
        (true, true) => String::new(),
    };
    let err = sys_attribute(th, "stderr")?;
    if err.is_none() {
        return Ok(Value::NONE);
    }
    let head = th.new_str(&head);
    th.call_method(err, names().write, &[head])?;
    crate::types::exception::print_exception(th, e)?;
    Ok(Value::NONE)
}
fn audit_hooks(th: &mut Thread) -> R {
    sys_attribute(th, "_vasuki_audit_hooks")
}
pub fn addaudithook(th: &mut Thread, a: &[Value]) -> R {
    let hooks = audit_hooks(th)?;
    hooks.as_gc::<List>().append(th, a[0])?;
    Ok(Value::NONE)
}
pub fn audit(th: &mut Thread, a: &[Value]) -> R {
    let hooks = audit_hooks(th)?;
    for &h in hooks.as_gc::<List>().snapshot(th)?.as_slice() {
        th.call(h, a)?;
    }
    Ok(Value::NONE)
}
/// Imports what PYTHONBREAKPOINT names (`pdb.set_trace` by default; `0`: nothing) and calls it.
pub fn breakpointhook(th: &mut Thread, a: &[Value]) -> R {
    let name = match std::env::var("PYTHONBREAKPOINT") {
        Ok(n) if n == "0" => return Ok(Value::NONE),
        Ok(n) if !n.is_empty() => n,
        _ => "pdb.set_trace".to_owned(),
    };
    let (module, function) = name.rsplit_once('.').unwrap_or(("builtins", name.as_str()));
    let m = crate::import::import_module(th, module)?;
    let key = th.intern(function);
    let f = th.getattr(m, key)?;
    th.call_ex(f, a[0], a[1])
}
pub fn set_asyncgen_hooks(th: &mut Thread, a: &[Value]) -> R {
    for (i, name) in ["firstiter", "finalizer"].iter().enumerate() {
        if a[i].is_empty() {
            continue;
        }
        if !a[i].is_none() && th.class_of(a[i]).special(crate::special::Special::Call).is_none() {
            let n = th.class_of(a[i]).name_str();
            return Err(th.type_error(&format!("callable {name} expected, got {n}")));
        }
    }
    generator::set_asyncgen_hooks(th, a[0], a[1])?;
    Ok(Value::NONE)
}
pub fn get_asyncgen_hooks(th: &mut Thread, _: &[Value]) -> R {
    let (first, last) = generator::asyncgen_hooks(th)?;
    static CLASS: std::sync::OnceLock<crate::object::Gc<crate::types::class::Class>> = std::sync::OnceLock::new();
    let class = match CLASS.get() {
        Some(c) => *c,
        None => {
            let c = structseq::new_class(th, "sys.asyncgen_hooks", "", &["firstiter", "finalizer"], 2)?;
            *CLASS.get_or_init(|| c)
        }
    };
    structseq::new(th, class, &[first, last])
}
/// `sys.settrace`
pub fn settrace(th: &mut Thread, a: &[Value]) -> R {
    trace::set(th, trace::Which::Trace, a[0])
}
/// `sys.setprofile`
pub fn setprofile(th: &mut Thread, a: &[Value]) -> R {
    trace::set(th, trace::Which::Profile, a[0])
}
/// `sys._settraceallthreads`
pub fn settrace_all(th: &mut Thread, a: &[Value]) -> R {
    trace::set_all(th, trace::Which::Trace, a[0])
}
/// `sys._setprofileallthreads`
pub fn setprofile_all(th: &mut Thread, a: &[Value]) -> R {
    trace::set_all(th, trace::Which::Profile, a[0])
}
/// `sys.gettrace`
pub fn gettrace(th: &mut Thread, _: &[Value]) -> R {
    Ok(trace::get(th, trace::Which::Trace))
}
/// `sys.getprofile`
pub fn getprofile(th: &mut Thread, _: &[Value]) -> R {
    Ok(trace::get(th, trace::Which::Profile))
}
