//! Which declaration each builtin class is filled from: one line a type.
//! A class without a line has only what it inherits.

use crate::context::Types;
use crate::native::TypeDef;
use crate::object::Gc;
use crate::types;
use crate::types::class::Class;

/// (class, declaration) of the builtin classes.
pub static DEFS: &[(fn(&Types) -> Gc<Class>, &TypeDef)] = &[
    (|t| t.object, &crate::types::object::DEF),
    (|t| t.type_, &crate::types::type_::DEF),
    (|t| t.function, &crate::types::function::DEF),
    (|t| t.native_function, &crate::types::native_function::DEF),
    (|t| t.method_descriptor, &crate::types::native_function::METHOD_DESCRIPTOR),
    (|t| t.wrapper_descriptor, &crate::types::native_function::WRAPPER_DESCRIPTOR),
    (|t| t.method_wrapper, &crate::types::native_function::METHOD_WRAPPER),
    (|t| t.classmethod_descriptor, &crate::types::native_function::CLASSMETHOD_DESCRIPTOR),
    (|t| t.bound_method, &crate::types::bound_method::DEF),
    (|t| t.property, &crate::types::property::DEF),
    (|t| t.staticmethod, &crate::types::staticmethod::DEF),
    (|t| t.classmethod, &crate::types::classmethod::DEF),
    (|t| t.super_, &crate::types::super_::DEF),
    (|t| t.getset_descriptor, &crate::types::getset::DEF),
    (|t| t.member_descriptor, &crate::types::member::DEF),
    (|t| t.mappingproxy, &crate::types::mappingproxy::DEF),
    (|t| t.module, &crate::types::module::DEF),
    (|t| t.cell, &crate::types::cell::DEF),
    (|t| t.simple_namespace, &crate::types::simple_namespace::DEF),
    (|t| t.none, &crate::types::singletons::NONE),
    (|t| t.ellipsis, &crate::types::singletons::ELLIPSIS),
    (|t| t.not_implemented, &crate::types::singletons::NOT_IMPLEMENTED),
    (|t| t.traceback, &crate::types::traceback::DEF),
    (|t| t.generic_alias, &crate::types::generic_alias::DEF),
    (|t| t.union, &crate::types::union_::DEF),
    (|t| t.weakref, &crate::types::weakref::DEF),
    (|t| t.BaseException, &crate::types::exception::DEF),
    (|t| t.BaseExceptionGroup, &crate::types::exceptions::group::DEF),
    (|t| t.SystemExit, &crate::types::exceptions::simple::SYSTEM_EXIT),
    (|t| t.StopIteration, &crate::types::exceptions::simple::STOP_ITERATION),
    (|t| t.KeyError, &crate::types::exceptions::simple::KEY_ERROR),
    (|t| t.ImportError, &crate::types::exceptions::simple::IMPORT_ERROR),
    (|t| t.NameError, &crate::types::exceptions::simple::NAME_ERROR),
    (|t| t.AttributeError, &crate::types::exceptions::simple::ATTRIBUTE_ERROR),
    (|t| t.OSError, &crate::types::exceptions::os_error::DEF),
    (|t| t.SyntaxError, &crate::types::exceptions::syntax::DEF),
    (|t| t.UnicodeEncodeError, &crate::types::exceptions::unicode::ENCODE),
    (|t| t.UnicodeDecodeError, &crate::types::exceptions::unicode::DECODE),
    (|t| t.UnicodeTranslateError, &crate::types::exceptions::unicode::TRANSLATE),
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
