//! What all threads share and never changes after start-up: the builtin classes, names, singletons.

use crate::interned::Interned;
use crate::names::Names;
use crate::object::{Gc, Space};
use crate::special::Special;
use crate::types::class::Class;
use crate::types::dict::Dict;
use crate::types::str_::Str;
use crate::value::Value;
use std::sync::atomic::{AtomicPtr, Ordering};

/// See the module.
pub struct Context {
    /// builtin classes
    pub types: Types,
    /// interned names
    pub names: Names,
    /// names of the special methods, by `Special`
    pub specials: [Gc<Str>; Special::COUNT],
    /// the intern table
    pub interned: Interned,
    /// `()`
    pub empty_tuple: Value,
    /// `''`
    pub empty_str: Value,
    /// `b''`
    pub empty_bytes: Value,
    /// bytes objects of one byte
    pub single_bytes: [Value; 256],
    /// one-character strings up to U+00FF
    pub latin1_chars: [Value; 256],
    /// `sys.modules`
    pub modules: Gc<Dict>,
    /// namespace of `builtins`
    pub builtins: Gc<Dict>,
    /// process-wide settings from the command line
    pub config: crate::config::Config,
}
// SAFETY: all fields are set before the context is published and only read afterwards; what they point to follows the
// transaction protocol.
unsafe impl Sync for Context {}
// SAFETY: as above.
unsafe impl Send for Context {}

static CONTEXT: AtomicPtr<Context> = AtomicPtr::new(std::ptr::null_mut());

/// The context. Only after [`publish`].
#[inline(always)]
pub fn ctx() -> &'static Context {
    let p = CONTEXT.load(Ordering::Relaxed);
    debug_assert!(!p.is_null(), "the VM has not been started");
    // SAFETY: set once at start-up, before any thread runs Python code, and never freed.
    unsafe { &*p }
}
/// The context, or None before start-up (for the collector).
pub fn try_ctx() -> Option<&'static Context> {
    // SAFETY: as in `ctx`.
    unsafe { CONTEXT.load(Ordering::Acquire).as_ref() }
}
/// Where an object lies that refers to its class alone, and to that with attributes only: in a leaf space if that is the
/// builtin class (which is all there is before start-up).
#[inline(always)]
pub(crate) fn leaf_space(class: Gc<Class>, builtin: impl FnOnce(&Types) -> Gc<Class>) -> Space {
    if try_ctx().is_none_or(|c| builtin(&c.types) == class) {
        Space::Leaf
    } else {
        Space::Plain
    }
}
/// Makes `c` the context: once.
pub fn publish(c: Context) {
    CONTEXT.store(Box::leak(Box::new(c)), Ordering::Release);
}

macro_rules! types {
    ($($id:ident $name:literal $base:ident;)*) => {
        /// The builtin classes, a field each.
        #[expect(non_snake_case, missing_docs, reason = "fields are named as the Python types")]
        pub struct Types { $(pub $id: Gc<Class>,)* }
        impl Types {
            /// Makes them with `alloc`, which is called once for each.
            pub fn make(mut alloc: impl FnMut() -> Gc<Class>) -> Types {
                Types { $($id: alloc(),)* }
            }
            /// (class, Python name, base) of all, bases first.
            pub fn list(&self) -> Vec<(Gc<Class>, &'static str, Gc<Class>)> {
                vec![$((self.$id, $name, self.$base),)*]
            }
        }
    };
}

// field, Python name, base. Bases come before what derives from them.
types! {
    object "object" object;
    type_ "type" object;
    int "int" object;
    bool_ "bool" int;
    float "float" object;
    complex "complex" object;
    str "str" object;
    bytes "bytes" object;
    bytearray "bytearray" object;
    memoryview "memoryview" object;
    tuple "tuple" object;
    list "list" object;
    dict "dict" object;
    set "set" object;
    frozenset "frozenset" object;
    range "range" object;
    slice "slice" object;
    property "property" object;
    staticmethod "staticmethod" object;
    classmethod "classmethod" object;
    super_ "super" object;
    enumerate "enumerate" object;
    zip "zip" object;
    map "map" object;
    filter "filter" object;
    reversed "reversed" object;
    none "NoneType" object;
    ellipsis "ellipsis" object;
    not_implemented "NotImplementedType" object;
    function "function" object;
    native_function "builtin_function_or_method" object;
    method_descriptor "method_descriptor" object;
    wrapper_descriptor "wrapper_descriptor" object;
    method_wrapper "method-wrapper" object;
    classmethod_descriptor "classmethod_descriptor" object;
    bound_method "method" object;
    code "code" object;
    cell "cell" object;
    module "module" object;
    frame "frame" object;
    traceback "traceback" object;
    generator "generator" object;
    coroutine "coroutine" object;
    coroutine_wrapper "coroutine_wrapper" object;
    async_generator "async_generator" object;
    async_generator_asend "async_generator_asend" object;
    async_generator_athrow "async_generator_athrow" object;
    async_generator_wrapped_value "async_generator_wrapped_value" object;
    anext_awaitable "anext_awaitable" object;
    getset_descriptor "getset_descriptor" object;
    member_descriptor "member_descriptor" object;
    mappingproxy "mappingproxy" object;
    simple_namespace "types.SimpleNamespace" object;
    frame_locals "FrameLocalsProxy" object;
    generic_alias "types.GenericAlias" object;
    union "typing.Union" object;
    weakref "weakref.ReferenceType" object;
    weakproxy "weakref.ProxyType" object;
    weakcallableproxy "weakref.CallableProxyType" object;
    template "string.templatelib.Template" object;
    template_iter "string.templatelib.TemplateIter" object;
    interpolation "string.templatelib.Interpolation" object;
    typevar "typing.TypeVar" object;
    paramspec "typing.ParamSpec" object;
    paramspec_args "typing.ParamSpecArgs" object;
    paramspec_kwargs "typing.ParamSpecKwargs" object;
    typevartuple "typing.TypeVarTuple" object;
    type_alias "typing.TypeAliasType" object;
    generic "typing.Generic" object;
    no_default "typing.NoDefaultType" object;
    dict_keys "dict_keys" object;
    dict_values "dict_values" object;
    dict_items "dict_items" object;
    dict_keyiterator "dict_keyiterator" object;
    dict_valueiterator "dict_valueiterator" object;
    dict_itemiterator "dict_itemiterator" object;
    dict_reversekeyiterator "dict_reversekeyiterator" object;
    dict_reversevalueiterator "dict_reversevalueiterator" object;
    dict_reverseitemiterator "dict_reverseitemiterator" object;
    list_iterator "list_iterator" object;
    list_reverseiterator "list_reverseiterator" object;
    tuple_iterator "tuple_iterator" object;
    str_iterator "str_iterator" object;
    str_ascii_iterator "str_ascii_iterator" object;
    bytes_iterator "bytes_iterator" object;
    bytearray_iterator "bytearray_iterator" object;
    memory_iterator "memory_iterator" object;
    range_iterator "range_iterator" object;
    longrange_iterator "longrange_iterator" object;
    set_iterator "set_iterator" object;
    callable_iterator "callable_iterator" object;
    sequence_iterator "iterator" object;
    BaseException "BaseException" object;
    BaseExceptionGroup "BaseExceptionGroup" BaseException;
    Exception "Exception" BaseException;
    ExceptionGroup "ExceptionGroup" BaseExceptionGroup;
    GeneratorExit "GeneratorExit" BaseException;
    KeyboardInterrupt "KeyboardInterrupt" BaseException;
    SystemExit "SystemExit" BaseException;
    ArithmeticError "ArithmeticError" Exception;
    FloatingPointError "FloatingPointError" ArithmeticError;
    OverflowError "OverflowError" ArithmeticError;
    ZeroDivisionError "ZeroDivisionError" ArithmeticError;
    AssertionError "AssertionError" Exception;
    AttributeError "AttributeError" Exception;
    BufferError "BufferError" Exception;
    EOFError "EOFError" Exception;
    ImportError "ImportError" Exception;
    ModuleNotFoundError "ModuleNotFoundError" ImportError;
    LookupError "LookupError" Exception;
    IndexError "IndexError" LookupError;
    KeyError "KeyError" LookupError;
    MemoryError "MemoryError" Exception;
    NameError "NameError" Exception;
    UnboundLocalError "UnboundLocalError" NameError;
    OSError "OSError" Exception;
    BlockingIOError "BlockingIOError" OSError;
    ChildProcessError "ChildProcessError" OSError;
    ConnectionError "ConnectionError" OSError;
    BrokenPipeError "BrokenPipeError" ConnectionError;
    ConnectionAbortedError "ConnectionAbortedError" ConnectionError;
    ConnectionRefusedError "ConnectionRefusedError" ConnectionError;
    ConnectionResetError "ConnectionResetError" ConnectionError;
    FileExistsError "FileExistsError" OSError;
    FileNotFoundError "FileNotFoundError" OSError;
    InterruptedError "InterruptedError" OSError;
    IsADirectoryError "IsADirectoryError" OSError;
    NotADirectoryError "NotADirectoryError" OSError;
    PermissionError "PermissionError" OSError;
    ProcessLookupError "ProcessLookupError" OSError;
    TimeoutError "TimeoutError" OSError;
    ReferenceError "ReferenceError" Exception;
    RuntimeError "RuntimeError" Exception;
    NotImplementedError "NotImplementedError" RuntimeError;
    PythonFinalizationError "PythonFinalizationError" RuntimeError;
    RecursionError "RecursionError" RuntimeError;
    StopAsyncIteration "StopAsyncIteration" Exception;
    StopIteration "StopIteration" Exception;
    SyntaxError "SyntaxError" Exception;
    IndentationError "IndentationError" SyntaxError;
    IncompleteInputError "_IncompleteInputError" SyntaxError;
    TabError "TabError" IndentationError;
    SystemError "SystemError" Exception;
    TypeError "TypeError" Exception;
    ValueError "ValueError" Exception;
    UnicodeError "UnicodeError" ValueError;
    UnicodeDecodeError "UnicodeDecodeError" UnicodeError;
    UnicodeEncodeError "UnicodeEncodeError" UnicodeError;
    UnicodeTranslateError "UnicodeTranslateError" UnicodeError;
    Warning "Warning" Exception;
    BytesWarning "BytesWarning" Warning;
    DeprecationWarning "DeprecationWarning" Warning;
    EncodingWarning "EncodingWarning" Warning;
    FutureWarning "FutureWarning" Warning;
    ImportWarning "ImportWarning" Warning;
    PendingDeprecationWarning "PendingDeprecationWarning" Warning;
    ResourceWarning "ResourceWarning" Warning;
    RuntimeWarning "RuntimeWarning" Warning;
    SyntaxWarning "SyntaxWarning" Warning;
    UnicodeWarning "UnicodeWarning" Warning;
    UserWarning "UserWarning" Warning;
}
