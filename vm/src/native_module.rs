//! The registry of native modules, and making a module object from its declaration.

use crate::names::names;
use crate::native::ModuleDef;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::{module, native_function};
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::OnceLock;

static REGISTRY: OnceLock<BTreeMap<&'static str, &'static ModuleDef>> = OnceLock::new();

/// Sets the native modules of the process: the VM's own and `others`. Once, before start-up.
pub fn register(others: &[&'static ModuleDef]) {
    let all = crate::modules::MODULES.iter().chain(others);
    // A second start in the same process keeps the first registry: the modules of a binary do not change.
    let _ = REGISTRY.set(all.map(|m| (m.name, *m)).collect());
}
/// The declaration of a native module.
pub fn find(name: &str) -> Option<&'static ModuleDef> {
    REGISTRY.get()?.get(name).copied()
}
/// Names of all native modules, sorted.
pub fn all_names() -> Vec<&'static str> {
    REGISTRY.get().map(|r| r.keys().copied().collect()).unwrap_or_default()
}
/// A new, filled module object.
pub fn make(th: &mut Thread, def: &'static ModuleDef) -> R {
    let m = module::new(th, def.name)?;
    let doc = if def.doc.is_empty() { Value::NONE } else { th.new_str(def.doc) };
    th.setattr(m, names().__doc__, doc)?;
    let module_name = th.intern(def.name).value();
    for f in def.functions {
        let name = th.intern(f.name);
        let function = native_function::new(th, f, m, module_name);
        th.setattr(m, name, function)?;
    }
    (def.init)(th, m)?;
    Ok(m)
}
