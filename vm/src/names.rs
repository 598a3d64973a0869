//! Interned names that native code uses, declared once, sorted.

macro_rules! names {
    ($($id:ident)*) => {
        /// Interned strings, a field each.
        #[expect(missing_docs, reason = "each field is the string of its own name")]
        pub struct Names { $(pub $id: Gc<Str>,)* }
        impl Names {
            /// Makes them all.
            pub fn make(mut intern: impl FnMut(&str) -> Gc<Str>) -> Names {
                Names { $($id: intern(stringify!($id).trim_start_matches("r#")),)* }
            }
        }
    };
}
use crate::object::Gc;
use crate::types::str_::Str;

/// The interned names.
#[inline(always)]
pub fn names() -> &'static Names {
    &crate::context::ctx().names
}

names! {
    __abstractmethods__ __aenter__ __aexit__ __aiter__ __all__ __anext__ __annotate__ __annotate_func__ __annotations__ __annotations_cache__ __args__ __await__
    __bases__ __bool__ __bound__ __buffer__ __build_class__ __builtins__ __cached__ __call__ __cause__ __class__ __class_getitem__
    __classcell__ __classdict__ __classdictcell__ __closure__ __code__ __complex__ __constraints__ __contains__ __context__ __copy__
    __debug__ __deepcopy__ __default__ __defaults__ __del__ __delattr__ __delete__ __delitem__ __dict__ __dir__ __doc__
    __enter__ __eq__ __exit__ __file__ __firstlineno__ __float__ __floor__ __format__ __fspath__ __func__
    __ge__ __get__ __getattr__ __getattribute__ __getitem__ __getnewargs__ __getnewargs_ex__ __getstate__ __globals__ __gt__
    __hash__ __import__ __index__ __init__ __init_subclass__ __instancecheck__ __int__ __isabstractmethod__ __iter__
    __kwdefaults__ __le__ __len__ __length_hint__ __loader__ __lt__ __main__ __match_args__ __missing__ __module__ __mro__ __mro_entries__
    __name__ __ne__ __new__ __next__ __notes__ __objclass__ __origin__ __orig_bases__ __orig_class__ __package__ __parameters__ __path__ __prepare__
    __qualname__ __reduce__ __reduce_ex__ __release_buffer__ __repr__ __reversed__ __round__ __self__ __set__ __set_name__ __setattr__
    __setitem__ __setstate__ __signature__ __sizeof__ __slotnames__ __slots__ __spec__ __static_attributes__ __str__ __subclasscheck__
    __subclasses__ __subclasshook__ __suppress_context__ __text_signature__ __thisclass__ __traceback__ __trunc__ __type_params__
    __typing_subst__ __typing_prepare_subst__ __typing_is_unpacked_typevartuple__ __typing_unpacked_tuple_args__ __weakref__ __wrapped__ __weakrefoffset__
    _bootstrap _initializing add add_note append args builtins cause characters_written clear close code copy copyreg
    decode default discard displayhook encode encoding end end_lineno end_offset errno errors excepthook exceptions extend
    fget file filename filename2 fileno flush format fromkeys get getvalue
    importlib index indices insert io isatty items join key keys lineno loads
    message metaclass mode module modules msg mro name name_from newlines newline
    obj object offset open parent path pop print_file_and_line read readable readall readinto readline
    reason remove replace reverse sep seek seekable send setdefault site sort split start step stderr stdin stdout stop strerror
    strict string strip sys tell text throw truncate r#type update value values warn warnings winerror write writable
}
