//! Warnings raised by native code.

use crate::context::ctx;
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use crate::value::Value;

/// `warnings.warn(text, category, stacklevel)`; an error when a filter says so. Nothing happens before `warnings` can be
/// imported.
pub fn warn(th: &mut Thread, category: Gc<Class>, text: &str, stacklevel: i64) -> R<()> {
    let imports = th.intern("_frozen_importlib_external");
    if ctx().modules.get_str(th, imports)?.is_none() {
        return Ok(());
    }
    let module = crate::import::import_module(th, "warnings")?;
    let warn = th.intern("warn");
    let Some(f) = th.getattr_opt(module, warn)? else { return Ok(()) };
    let args = [th.new_str(text), category.value(), Value::small(stacklevel)];
    th.call(f, &args)?;
    Ok(())
}
