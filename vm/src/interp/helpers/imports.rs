//! Import statements.

use crate::context::ctx;
use crate::names::names;
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::function::Function;
use crate::types::str_::Str;
use crate::value::Value;

/// `__import__(name, globals, locals, fromlist, level)` as the running function sees it.
pub(crate) fn import_name(th: &mut Thread, f: Gc<Function>, name: Gc<Str>, fromlist: Value, level: i64) -> R {
    let own = ctx().builtins.get_interned(names().__import__);
    let found = super::mapping_get(th, f.builtins.get(), names().__import__)?;
    match found {
        Some(i) if Some(i) == own && !overridden(i) => {
            crate::import::import_level(th, name.value(), f.globals.get(), fromlist, level as isize)
        }
        Some(i) => th.call(i, &[name.value(), f.globals.get(), Value::NONE, fromlist, Value::small(level)]),
        None => Err(th.error(ctx().types.ImportError, "__import__ not found")),
    }
}
fn overridden(import: Value) -> bool {
    !import.is_kind(Kind::NativeFunction)
}
/// `from m import name`
pub(crate) fn import_from(th: &mut Thread, m: Value, name: Gc<Str>) -> R {
    if let Some(v) = th.getattr_opt(m, name)? {
        return Ok(v);
    }
    let package = match th.getattr_opt(m, names().__name__)? {
        Some(n) if n.is_kind(Kind::Str) => n.as_gc::<Str>().to_string_lossy(),
        _ => "<unknown module name>".into(),
    };
    let n = name.to_string_lossy();
    let full = th.intern(&format!("{package}.{n}"));
    if let Some(v) = ctx().modules.get_str(th, full)? {
        return Ok(v);
    }
    let file = th.getattr_opt(m, names().__file__)?.filter(|f| f.is_kind(Kind::Str));
    let mut busy = false;
    if let Some(spec) = th.getattr_opt(m, names().__spec__)?
        && let Some(b) = th.getattr_opt(spec, names()._initializing)?
    {
        busy = th.truth(b)?;
    }
    let place = file.map_or_else(|| "unknown location".to_owned(), |f| f.as_gc::<Str>().to_string_lossy());
    let text = if busy {
        format!("cannot import name '{n}' from partially initialized module '{package}' (most likely due to a circular import) ({place})")
    } else {
        format!("cannot import name '{n}' from '{package}' ({place})")
    };
    let t = th.error(ctx().types.ImportError, &text);
    if let Some(e) = t.value() {
        let package = th.new_str(&package);
        let path = th.intern("path");
        th.setattr(e, names().name, package)?;
        th.setattr(e, path, file.unwrap_or(Value::NONE))?;
        th.setattr(e, names().name_from, name.value())?;
    }
    Err(t)
}
/// `from m import *` into `locals`
pub(crate) fn import_star(th: &mut Thread, m: Value, locals: Value) -> R<()> {
    let (list, skip) = match th.getattr_opt(m, names().__all__)? {
        Some(all) => (th.collect(all)?, false),
        None => match th.getattr_opt(m, names().__dict__)? {
            Some(d) => (th.collect(d)?, true),
            None => return Err(th.error(ctx().types.ImportError, "from-import-* object has no __dict__ and no __all__")),
        },
    };
    for &k in list.as_slice() {
        let Some(name) = k.cast::<Str>() else {
            let (module, kind) = (th.getattr(m, names().__name__)?, th.class_of(k).name_str());
            let module = th.str(module)?.to_string_lossy();
            let what = if skip { "Key in" } else { "Item in" };
            let of = if skip { "__dict__" } else { "__all__" };
            return Err(th.type_error(&format!("{what} {module}.{of} must be str, not {kind}")));
        };
        if skip && !name.is_empty() && name.at(0) == u32::from('_') {
            continue;
        }
        let v = th.getattr(m, name)?;
        super::store_name(th, locals, name.interned(), v)?;
    }
    Ok(())
}
