//! The builtin types: one file a type.

pub mod buffer;
pub mod bytes;
pub mod class;
pub mod complex;
pub mod float;
pub mod int;
pub mod int_parse;
pub mod payload;
pub mod str_;
pub mod tuple;
pub mod unicode;
