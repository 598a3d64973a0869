//! Importing: names are resolved and modules that are there are found here, all else is done by the library's own importlib.
//!
//! A module that another thread is importing is waited for, except where that waits for this one.

use crate::context::ctx;
use crate::interp::code::Code;
use crate::interp::frame::Frame;
use crate::memory;
use crate::names::names;
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::types::dict::Dict;
use crate::types::exception;
use crate::types::str_::Str;
use crate::types::traceback::Traceback;
use crate::value::Value;
use std::sync::OnceLock;

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
    let absolute = if level == 0 {
        n.interned()
    } else {
        match resolve(th, n, globals, level as usize)? {
            Some(absolute) => absolute,
            None => {
                let level = Value::small(level as i64);
                return call(th, "__import__", &[name, globals, Value::NONE, fromlist, level]);
            }
        }
    };
    let m = find(th, absolute)?;
    if !fromlist.is_none() && th.truth(fromlist)? {
        if th.getattr_opt(m, names().__path__)?.is_none() {
            return Ok(m);
        }
        let import = import_function(th)?;
        return call(th, "_handle_fromlist", &[m, fromlist, import]);
    }
    // Without names: the package that `name` begins with.
    let text = n.to_string_lossy();
    let Some((first, rest)) = text.split_once('.') else {
        return Ok(m);
    };
    if level == 0 {
        let first = th.intern(first);
        return find(th, first);
    }
    let whole = absolute.to_string_lossy();
    let package = &whole[..whole.len() - rest.len() - 1];
    let key = th.intern(package);
    match ctx().modules.get_str(th, key)? {
        Some(m) => Ok(m),
        None => Err(th.error(ctx().types.KeyError, &format!("'{package}' not in sys.modules as expected"))),
    }
}
/// The absolute name of a module that a module with these globals imports; None: it is importlib that is to say what is wrong.
fn resolve(th: &mut Thread, name: Gc<Str>, globals: Value, level: usize) -> R<Option<Gc<Str>>> {
    if globals.is_empty() {
        return Err(th.error(ctx().types.KeyError, "'__name__' not in globals"));
    }
    let Some(globals) = globals.cast::<Dict>() else {
        return Err(th.type_error("globals must be a dict"));
    };
    let Some(package) = globals.get_str(th, names().__package__)?.and_then(|p| p.cast::<Str>()) else {
        return Ok(None);
    };
    if let Some(spec) = globals.get_str(th, names().__spec__)?
        && !spec.is_none()
    {
        match th.getattr_opt(spec, names().parent)? {
            Some(parent) if th.eq(parent, package.value())? => {}
            _ => return Ok(None),
        }
    }
    let package = package.to_string_lossy();
    let mut base = package.as_str();
    for _ in 1..level {
        match base.rsplit_once('.') {
            Some((before, _)) => base = before,
            None => return Ok(None),
        }
    }
    if base.is_empty() {
        return Ok(None);
    }
    Ok(Some(if name.is_empty() {
        th.intern(base)
    } else {
        th.intern(&format!("{base}.{}", name.to_string_lossy()))
    }))
}
/// The module, which is imported if it is not there. Another thread that imports it is waited for; if that waits for this one,
/// the module is given as it is.
fn find(th: &mut Thread, name: Gc<Str>) -> R {
    if let Some(m) = loaded(th, name)? {
        return Ok(m);
    }
    if let Some(m) = ctx().modules.get_str(th, name)?
        && !m.is_none()
    {
        call(th, "_lock_unlock_module", &[name.value()])?;
        // Else its import has failed meanwhile.
        if ctx().modules.get_str(th, name)? == Some(m) {
            return Ok(m);
        }
    }
    let import = import_function(th)?;
    call(th, "_find_and_load", &[name.value(), import])
}
/// The value of a name as it was at the start, before programs could change it.
fn first(th: &mut Thread, cell: &OnceLock<Value>, dict: Gc<Dict>, name: Gc<Str>) -> R {
    if let Some(&v) = cell.get() {
        return Ok(v);
    }
    match dict.get_str(th, name)? {
        Some(v) => Ok(*cell.get_or_init(|| memory::keep(v))),
        None => Err(th.error(ctx().types.ImportError, "import is not available: importlib has not been started")),
    }
}
/// `builtins.__import__`
fn import_function(th: &mut Thread) -> R {
    static IMPORT: OnceLock<Value> = OnceLock::new();
    first(th, &IMPORT, ctx().builtins, names().__import__)
}
/// Calls a function of importlib.
fn call(th: &mut Thread, function: &str, args: &[Value]) -> R {
    static IMPORTLIB: OnceLock<Value> = OnceLock::new();
    let key = th.intern("_frozen_importlib");
    let importlib = first(th, &IMPORTLIB, ctx().modules, key)?;
    let function = th.intern(function);
    let r = th.call_method(importlib, function, args);
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
