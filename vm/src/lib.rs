//! The Vasuki virtual machine: values, shapes, builtin types, interpreter, core modules.
//!
//! `unsafe` lives only in the modules that say why.
#![warn(unsafe_code)]

#[expect(unsafe_code, reason = "where attributes lie in objects")]
pub mod attrs;
#[expect(unsafe_code, reason = "the first objects; threads")]
pub mod bootstrap;
#[expect(unsafe_code, reason = "a function that runs before main")]
pub mod closed_streams;
pub mod codecs;
pub mod config;
#[expect(unsafe_code, reason = "registers of frames, objects found by the collector")]
pub mod conflicts;
#[expect(unsafe_code, reason = "made once, then shared")]
pub mod context;
pub mod deferred;
pub mod defs;
#[expect(unsafe_code, reason = "threads that do not know of it are looked at")]
pub mod dump;
pub mod finalizers;
#[expect(unsafe_code, reason = "the process is copied")]
pub mod fork;
pub mod frozen;
pub mod hash;
#[expect(unsafe_code, reason = "objects found by the collector")]
pub mod hostile;
pub mod import;
pub mod interned;
#[expect(unsafe_code, reason = "frames and registers are raw memory")]
pub mod interp;
pub mod jit;
#[expect(unsafe_code, reason = "roots, and objects found by the collector")]
pub mod memory;
pub mod modules;
pub mod names;
#[expect(unsafe_code, reason = "signatures found once")]
pub mod native;
pub mod native_module;
#[expect(unsafe_code, reason = "headers and pointers")]
pub mod object;
pub mod ops;
#[expect(unsafe_code, reason = "calls of the system")]
pub mod park;
#[expect(unsafe_code, reason = "shapes are found by number")]
pub mod shape;
pub mod shutdown;
#[expect(unsafe_code, reason = "calls of the system")]
pub mod signals;
pub mod special;
pub mod state;
pub mod stats;
pub mod structseq;
#[expect(unsafe_code, reason = "counters are found by address")]
pub mod tallies;
#[expect(unsafe_code, reason = "the primitives on objects")]
pub mod thread;
pub mod throw;
#[expect(unsafe_code, reason = "layouts by kind")]
pub mod trace;
pub mod trees;
pub mod types;
#[expect(unsafe_code, reason = "pointers in words")]
pub mod value;
mod waits;
pub mod warn;
