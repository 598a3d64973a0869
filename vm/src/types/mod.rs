//! The builtin types: one file a type.

pub mod buffer;
pub mod class;
pub mod payload;
pub mod str_;
pub mod tuple;
