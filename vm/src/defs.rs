//! Which declaration each builtin class is filled from: one line a type.
//! A class without a line has only what it inherits.

use crate::context::Types;
use crate::native::TypeDef;
use crate::object::Gc;
use crate::types;
use crate::types::class::Class;

/// (class, declaration) of the builtin classes.
pub static DEFS: &[(fn(&Types) -> Gc<Class>, &TypeDef)] = &[
    (|t| t.bool_, &types::bool_::DEF),
    (|t| t.bytearray, &types::bytearray_methods::DEF),
    (|t| t.bytearray_iterator, &types::iter_text::BYTEARRAY_DEF),
    (|t| t.bytes, &types::bytes_methods::DEF),
    (|t| t.bytes_iterator, &types::iter_text::BYTES_DEF),
    (|t| t.complex, &types::complex_methods::DEF),
    (|t| t.float, &types::float_methods::DEF),
    (|t| t.int, &types::int_methods::DEF),
    (|t| t.memory_iterator, &types::iter_text::MEMORY_DEF),
    (|t| t.str, &types::str_methods::DEF),
    (|t| t.str_ascii_iterator, &types::iter_text::STR_ASCII_DEF),
    (|t| t.str_iterator, &types::iter_text::STR_DEF),
];
