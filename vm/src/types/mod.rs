//! The builtin types: one file a type.

pub mod bool_;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod bound_method;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod buffer;
pub mod buffer_format;
#[expect(unsafe_code, reason = "memory of exporters")]
pub mod buffer_protocol;
pub mod bytearray;
pub mod bytearray_methods;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod bytes;
pub mod bytes_methods;
pub mod callable_iterator;
pub(crate) mod cards;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod cell;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod class;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod classmethod;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod complex;
pub mod complex_methods;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod dict;
mod dict_bulk;
#[expect(unsafe_code, reason = "tests get headers")]
mod dict_hot;
pub mod dict_iter;
pub mod dict_methods;
pub mod dict_order;
mod dict_settle;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod dict_table;
pub mod dict_views;
pub mod enumerate;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod exception;
#[expect(unsafe_code, reason = "calls of the system")]
pub mod exceptions;
pub mod exports;
pub mod filter;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod float;
pub mod float_methods;
pub mod format_spec;
pub(crate) mod frame_locals;
pub mod frozenset;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod function;
#[expect(unsafe_code, reason = "a payload that never changes")]
pub mod generic_alias;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod getset;
pub mod half;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod int;
pub mod int_divide;
pub mod int_methods;
pub mod int_parse;
pub mod interpolation;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod iter;
pub mod iter_text;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod list;
pub mod list_methods;
pub mod list_sort;
pub mod map;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod mappingproxy;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod member;
#[expect(unsafe_code, reason = "memory of exporters")]
pub mod memoryview;
mod memoryview_cast;
#[expect(unsafe_code, reason = "numbers of any alignment in memory of exporters")]
mod memoryview_items;
pub mod memoryview_methods;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod module;
pub mod mro;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod native_function;
pub mod object;
#[expect(unsafe_code, reason = "the layout of its objects, and their Rust state")]
pub mod payload;
pub mod percent_format;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod property;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod range;
pub mod range_methods;
pub mod reduce;
pub mod report;
pub mod repr_guard;
pub mod reversed;
pub mod sequence_iterator;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod set;
pub mod set_iter;
pub mod set_methods;
pub mod simple_namespace;
pub mod singletons;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod slice;
pub mod slots;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod staticmethod;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod str_;
pub mod str_case;
pub mod str_format;
pub mod str_methods;
#[expect(unsafe_code, reason = "new strings are written once")]
pub mod str_ops;
pub mod str_search;
pub mod substitute;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod super_;
pub mod template;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod traceback;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod tuple;
pub mod tuple_methods;
#[expect(unsafe_code, reason = "declarations are kept as words")]
pub mod type_;
pub mod type_attrs;
mod type_bases;
pub mod typing;
pub mod unicode;
pub mod unicode_version;
#[expect(unsafe_code, reason = "a payload that never changes")]
pub mod union_;
pub mod weakproxy;
#[expect(unsafe_code, reason = "the layout of its objects")]
pub mod weakref;
pub mod wrapped;
pub mod zip;
