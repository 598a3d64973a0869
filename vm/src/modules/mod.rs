//! Native modules that are part of the VM itself; the others are in the crate `vasuki-modules`.

pub mod builtins;
