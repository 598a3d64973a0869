//! The Vasuki virtual machine: values, shapes, builtin types, interpreter, core modules.
//!
//! `unsafe` lives in: `value`, `object`, `shape`, `thread`, `memory`, the layouts under `types`, and `interp`.

pub mod attrs;
pub mod bootstrap;
pub mod codecs;
pub mod config;
pub mod context;
pub mod defs;
pub mod finalizers;
pub mod frozen;
pub mod hash;
pub mod hostile;
pub mod import;
pub mod interned;
pub mod interp;
pub mod memory;
pub mod modules;
pub mod names;
pub mod native;
pub mod native_module;
pub mod object;
pub mod ops;
pub mod shape;
pub mod shutdown;
pub mod signals;
pub mod special;
pub mod stats;
pub mod structseq;
pub mod thread;
pub mod throw;
pub mod trace;
pub mod trees;
pub mod types;
pub mod value;
pub mod warn;
