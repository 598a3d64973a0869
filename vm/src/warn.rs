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
    let args = [th.new_str(text), category.value(), Value::small(stacklevel)];
    call(th, "warn", &args)
}
/// `warnings.warn_explicit(text, category, filename, line)`
pub fn warn_explicit(th: &mut Thread, category: Gc<Class>, text: &str, filename: &str, line: u32) -> R<()> {
    let args = [
        th.new_str(text),
        category.value(),
        th.new_str(filename),
        Value::small(i64::from(line)),
    ];
    call(th, "warn_explicit", &args)
}
fn call(th: &mut Thread, function: &str, args: &[Value]) -> R<()> {
    let imports = th.intern("_frozen_importlib_external");
    if ctx().modules.get_str(th, imports)?.is_none() {
        return Ok(());
    }
    let module = crate::import::import_module(th, "warnings")?;
    let name = th.intern(function);
    let Some(f) = th.getattr_opt(module, name)? else { return Ok(()) };
    th.call(f, args)?;
    Ok(())
}
