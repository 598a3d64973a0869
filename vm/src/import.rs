//! Importing: the fast path for modules that are there, everything else by the library's own importlib.

use crate::context::ctx;
use crate::names::names;
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::str_::Str;
use crate::value::Value;

/// `import name`: the module itself (not its top-level package).
pub fn import_module(th: &mut Thread, name: &str) -> R {
    let key = th.intern(name);
    if let Some(m) = loaded(th, key)? {
        return Ok(m);
    }
    let fromlist = th.new_tuple(&[names().__name__.value()]);
    import_level(th, key.value(), Value::NONE, fromlist, 0)
}

/// A module in `sys.modules` that is not still being imported.
fn loaded(th: &mut Thread, name: Gc<Str>) -> R<Option<Value>> {
    let Some(m) = ctx().modules.get_str(th, name)? else {
        return Ok(None);
    };
    if m.is_none() {
        return Ok(None);
    }
    if let Some(spec) = th.getattr_opt(m, names().__spec__)?
        && !spec.is_none()
        && let Some(busy) = th.getattr_opt(spec, names()._initializing)?
        && th.truth(busy)?
    {
        return Ok(None);
    }
    Ok(Some(m))
}

/// `__import__(name, globals, None, fromlist, level)`
pub fn import_level(th: &mut Thread, name: Value, globals: Value, fromlist: Value, level: isize) -> R {
    let Some(n) = name.cast::<Str>() else {
        return Err(th.type_error("module name must be a string"));
    };
    if level < 0 {
        return Err(th.value_error("level must be >= 0"));
    }
    if level == 0 && n.is_empty() {
        return Err(th.value_error("Empty module name"));
    }
    let wants_names = !fromlist.is_none() && th.truth(fromlist)?;
    if level == 0
        && let Some(m) = loaded(th, n.interned())?
    {
        if !wants_names {
            let text = n.to_string_lossy();
            return match text.split_once('.') {
                None => Ok(m),
                Some((top, _)) => {
                    let top = th.intern(top);
                    match ctx().modules.get_str(th, top)? {
                        Some(t) => Ok(t),
                        None => slow(th, name, globals, fromlist, level),
                    }
                }
            };
        }
        if th.getattr_opt(m, names().__path__)?.is_none() {
            return Ok(m);
        }
    }
    slow(th, name, globals, fromlist, level)
}
fn slow(th: &mut Thread, name: Value, globals: Value, fromlist: Value, level: isize) -> R {
    let key = th.intern("_frozen_importlib");
    let Some(importlib) = ctx().modules.get_str(th, key)? else {
        return Err(th.error(ctx().types.ImportError, "__import__ not available: importlib has not been started"));
    };
    let globals = if globals.is_empty() { Value::NONE } else { globals };
    th.call_method(
        importlib,
        names().__import__,
        &[name, globals, Value::NONE, fromlist, Value::small(level as i64)],
    )
}
