//! Which declaration each builtin class is filled from: one line a type.
//! A class without a line has only what it inherits.

use crate::context::Types;
use crate::native::TypeDef;
use crate::object::Gc;
use crate::types::class::Class;

/// (class, declaration) of the builtin classes.
pub static DEFS: &[(fn(&Types) -> Gc<Class>, &TypeDef)] = &[
];
