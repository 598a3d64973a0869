//! The special methods that classes cache, declared once.

macro_rules! specials {
    ($($id:ident $name:literal),* $(,)?) => {
        /// A cached special method.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "named as the methods")]
        pub enum Special { $($id),* }
        impl Special {
            /// Number of them.
            pub const COUNT: usize = [$($name),*].len();
            /// Their Python names, by number.
            pub const NAMES: [&'static str; Special::COUNT] = [$($name),*];
            /// All, by number.
            pub const ALL: [Special; Special::COUNT] = [$(Special::$id),*];
            /// The Python name.
            pub fn name(self) -> &'static str { Special::NAMES[self as usize] }
        }
    };
}
specials! {
    New "__new__", Init "__init__", Del "__del__", Repr "__repr__", Str "__str__", Bytes "__bytes__", Format "__format__",
    Lt "__lt__", Le "__le__", Eq "__eq__", Ne "__ne__", Gt "__gt__", Ge "__ge__", Hash "__hash__", Bool "__bool__",
    Getattribute "__getattribute__", Getattr "__getattr__", Setattr "__setattr__", Delattr "__delattr__", Dir "__dir__",
    Get "__get__", Set "__set__", Delete "__delete__", Call "__call__", Len "__len__", LengthHint "__length_hint__",
    Getitem "__getitem__", Setitem "__setitem__", Delitem "__delitem__", Missing "__missing__", Iter "__iter__", Next "__next__",
    Reversed "__reversed__", Contains "__contains__",
    Add "__add__", Sub "__sub__", Mul "__mul__", Matmul "__matmul__", Truediv "__truediv__", Floordiv "__floordiv__",
    Mod "__mod__", Divmod "__divmod__", Pow "__pow__", Lshift "__lshift__", Rshift "__rshift__", And "__and__", Xor "__xor__", Or "__or__",
    Radd "__radd__", Rsub "__rsub__", Rmul "__rmul__", Rmatmul "__rmatmul__", Rtruediv "__rtruediv__", Rfloordiv "__rfloordiv__",
    Rmod "__rmod__", Rdivmod "__rdivmod__", Rpow "__rpow__", Rlshift "__rlshift__", Rrshift "__rrshift__", Rand "__rand__", Rxor "__rxor__", Ror "__ror__",
    Iadd "__iadd__", Isub "__isub__", Imul "__imul__", Imatmul "__imatmul__", Itruediv "__itruediv__", Ifloordiv "__ifloordiv__",
    Imod "__imod__", Ipow "__ipow__", Ilshift "__ilshift__", Irshift "__irshift__", Iand "__iand__", Ixor "__ixor__", Ior "__ior__",
    Neg "__neg__", Pos "__pos__", Abs "__abs__", Invert "__invert__", Complex "__complex__", Int "__int__", Float "__float__",
    Index "__index__", Round "__round__", Trunc "__trunc__", Floor "__floor__", Ceil "__ceil__",
    Enter "__enter__", Exit "__exit__", Await "__await__", Aiter "__aiter__", Anext "__anext__", Aenter "__aenter__", Aexit "__aexit__",
    Instancecheck "__instancecheck__", Subclasscheck "__subclasscheck__", Prepare "__prepare__", ClassGetitem "__class_getitem__",
    InitSubclass "__init_subclass__", SetName "__set_name__", Buffer "__buffer__",
}
