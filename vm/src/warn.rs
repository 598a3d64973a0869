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
    let name = th.intern("_warnings");
    let Some(module) = ctx().modules.get_str(th, name)? else {
        return Ok(());
    };
    let warn = th.intern("warn");
    let Some(f) = th.getattr_opt(module, warn)? else { return Ok(()) };
    let args = [th.new_str(text), category.value(), Value::small(stacklevel)];
    th.call(f, &args)?;
    Ok(())
}
