//! Native modules that are part of the VM itself; the others are in the crate `vasuki-modules`.

pub mod atexit;
pub mod builtins;
#[expect(unsafe_code, reason = "objects found by the collector")]
pub mod gc;
pub mod sys;
#[expect(unsafe_code, reason = "payloads that never change")]
pub mod thread;
pub mod types;

use crate::native::ModuleDef;

/// The modules of the VM itself.
pub static MODULES: &[&ModuleDef] = &[
    &atexit::MODULE,
    &builtins::MODULE,
    &gc::MODULE,
    &sys::MODULE,
    &thread::MODULE,
    &types::MODULE,
];
