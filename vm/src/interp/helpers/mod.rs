//! What opcodes do beyond their fast paths. Nothing here touches the VM stack.

pub(crate) mod awaits;
mod building;
mod exceptions;
mod imports;
mod lookups;
mod matching;
mod operators;
mod slices;

pub(crate) use building::*;
pub(crate) use exceptions::*;
pub(crate) use imports::*;
pub(crate) use lookups::*;
pub(crate) use matching::*;
pub(crate) use operators::*;
pub(crate) use slices::{load_slice, store_slice};
