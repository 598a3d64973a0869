//! Importing: the fast path for modules that are there, everything else by the library's own importlib.

use crate::context::ctx;
use crate::interp::code::Code;
use crate::interp::frame::Frame;
use crate::names::names;
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::types::exception;
use crate::types::str_::Str;
use crate::types::traceback::Traceback;
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
    let level = Value::small(level as i64);
    let r = th.call_method(importlib, names().__import__, &[name, globals, Value::NONE, fromlist, level]);
    if let Err(t) = r
        && let Some(e) = t.value()
    {
        remove_importlib_frames(th, e)?;
    }
    r
}

/// Takes the import system's own frames out of a traceback: all of them for an ImportError, else those around the code of
/// the module that failed.
fn remove_importlib_frames(th: &mut Thread, e: Value) -> R<()> {
    if ctx().config.verbose > 0 {
        return Ok(());
    }
    let all = class_of(e).is_subclass_of(ctx().types.ImportError);
    let x = exception::this(e);
    let mut kept: Vec<Value> = Vec::new();
    // Frames of the import system since the last other one, of which it is not known yet whether they stay.
    let mut chunk: Vec<Value> = Vec::new();
    let mut at = x.field(th, &x.traceback)?;
    let first = at;
    while let Some(t) = at.cast::<Traceback>() {
        let code = t.frame.get().as_gc::<Frame>().code.get().as_gc::<Code>();
        if BOOTSTRAP.contains(&text(code.filename.get()).as_str()) {
            chunk.push(at);
            if all || RUNS_MODULES.contains(&text(code.tables().qualname).as_str()) {
                chunk.clear();
            }
        } else {
            kept.append(&mut chunk);
            kept.push(at);
        }
        at = crate::attrs::load(th, t.header(), &t.next)?;
    }
    kept.append(&mut chunk);
    // The entries stay alive through `first`.
    for (i, t) in kept.iter().enumerate() {
        let t = t.as_gc::<Traceback>();
        let next = kept.get(i + 1).copied().unwrap_or(Value::EMPTY);
        crate::attrs::change(th, t.header(), 4, &t.next, next)?;
    }
    std::hint::black_box(first);
    x.set(th, &x.traceback, kept.first().copied().unwrap_or(Value::EMPTY))
}
/// Files of the import system.
const BOOTSTRAP: [&str; 2] = ["<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>"];
/// Its functions that run modules' code.
const RUNS_MODULES: [&str; 2] = ["_call_with_frames_removed", "FrozenImporter.exec_module"];

fn text(v: Value) -> String {
    v.cast::<Str>().map(|s| s.to_string_lossy()).unwrap_or_default()
}
