//! Native modules that are part of the VM itself; the others are in the crate `vasuki-modules`.

pub mod builtins;
pub mod sys;

use crate::native::ModuleDef;

/// The modules of the VM itself.
pub static MODULES: &[&ModuleDef] = &[&builtins::MODULE, &sys::MODULE];
