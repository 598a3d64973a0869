//! Native modules that are part of the VM itself; the others are in the crate `vasuki-modules`.

pub mod atexit;
pub mod builtins;
pub mod gc;
pub mod sys;
pub mod thread;

use crate::native::ModuleDef;

/// The modules of the VM itself.
pub static MODULES: &[&ModuleDef] = &[&atexit::MODULE, &builtins::MODULE, &gc::MODULE, &sys::MODULE, &thread::MODULE];
