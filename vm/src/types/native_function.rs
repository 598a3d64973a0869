//! Native functions as objects: `builtin_function_or_method`, `method_descriptor`, `wrapper_descriptor`,
//! `method-wrapper` and `classmethod_descriptor` share one layout.
//!
//! `bound` is put before the arguments when it is not EMPTY. `self_` is `__self__` (the module of a module's function).
//! `owner` is the class that declares a method, or EMPTY.

use crate::context::ctx;
use crate::native::{Bind, GetSetDef, NativeDef, Params, TypeDef, def, getter};
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::class::{Class, class_of};
use crate::types::str_::Str;
use crate::value::Value;
use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

/// Layout. Nothing changes after construction.
#[repr(C)]
pub struct NativeFunction {
    header: Header,
    def: Option<&'static NativeDef>,
    /// the parsed signature; null until the first call
    params: AtomicPtr<Params>,
    /// value put before the arguments, or EMPTY
    pub bound: Slot,
    /// `__self__`, or EMPTY
    pub self_: Slot,
    /// declaring class, or EMPTY
    pub owner: Slot,
    /// `__module__`: str, None or EMPTY
    pub module: Slot,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for NativeFunction {
    const KIND: Kind = Kind::NativeFunction;
}
static NOTHING: NativeDef = def("", "", |_, _| Ok(Value::NONE), "");

impl Gc<NativeFunction> {
    /// The declaration.
    #[inline(always)]
    pub fn def(self) -> &'static NativeDef {
        self.def.unwrap_or(&NOTHING)
    }
    /// The signature.
    #[inline(always)]
    pub fn params(self) -> &'static Params {
        // SAFETY: null or a pointer from `params`, which lives as long as the process.
        match unsafe { self.params.load(Relaxed).as_ref() } {
            Some(p) => p,
            None => self.find_params(),
        }
    }
    #[cold]
    fn find_params(self) -> &'static Params {
        let p = self.def().params();
        self.params.store(std::ptr::from_ref(p).cast_mut(), Relaxed);
        p
    }
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        for s in [&self.bound, &self.self_, &self.owner, &self.module] {
            f(s.get());
        }
    }
}

fn make(th: &mut Thread, class: Gc<Class>, def: &'static NativeDef, bound: Value, self_: Value, owner: Value, module: Value) -> Value {
    let f: Gc<NativeFunction> = th.new_object(class, 0);
    // SAFETY: not published yet; the field is plain and set once.
    unsafe { (&raw mut (*f.as_ptr()).def).write(Some(def)) };
    f.bound.set_raw(bound);
    f.self_.set_raw(self_);
    f.owner.set_raw(owner);
    f.module.set_raw(module);
    f.value()
}
/// A function of a module (`self_` is the module), or with an EMPTY `self_` a method that binds to instances.
pub fn new(th: &mut Thread, def: &'static NativeDef, self_: Value, module: Value) -> Value {
    let t = &ctx().types;
    let class = if self_.is_empty() && def.bind == Bind::Method {
        t.method_descriptor
    } else {
        t.native_function
    };
    make(th, class, def, Value::EMPTY, self_, Value::EMPTY, module)
}
/// A function whose first argument is given.
pub fn bound(th: &mut Thread, def: &'static NativeDef, first: Value) -> Value {
    make(th, ctx().types.native_function, def, first, first, Value::EMPTY, Value::NONE)
}
/// The attribute of a class for a declared method.
pub fn for_class(th: &mut Thread, def: &'static NativeDef, owner: Gc<Class>) -> Value {
    let t = &ctx().types;
    let o = owner.value();
    match def.bind {
        Bind::Class => make(th, t.classmethod_descriptor, def, Value::EMPTY, Value::EMPTY, o, Value::EMPTY),
        Bind::Static if def.name == "__new__" => make(th, t.native_function, def, Value::EMPTY, o, o, Value::EMPTY),
        Bind::Static => {
            let f = make(th, t.native_function, def, Value::EMPTY, Value::EMPTY, Value::EMPTY, Value::EMPTY);
            crate::types::staticmethod::new(th, f)
        }
        Bind::Method => {
            let class = if is_slot(def.name) {
                t.wrapper_descriptor
            } else {
                t.method_descriptor
            };
            make(th, class, def, Value::EMPTY, Value::EMPTY, o, Value::EMPTY)
        }
    }
}
/// Is a method of that name a "slot wrapper" in CPython?
fn is_slot(name: &str) -> bool {
    const METHODS: [&str; 22] = [
        "__new__",
        "__format__",
        "__dir__",
        "__length_hint__",
        "__missing__",
        "__reversed__",
        "__round__",
        "__trunc__",
        "__floor__",
        "__ceil__",
        "__complex__",
        "__bytes__",
        "__enter__",
        "__exit__",
        "__aenter__",
        "__aexit__",
        "__instancecheck__",
        "__subclasscheck__",
        "__prepare__",
        "__class_getitem__",
        "__init_subclass__",
        "__set_name__",
    ];
    Special::NAMES.contains(&name) && !METHODS.contains(&name)
}
/// Does it bind to an instance when found in its class?
#[inline]
pub fn is_method(v: Value) -> bool {
    v.is_kind(Kind::NativeFunction) && {
        let c = class_of(v);
        c == ctx().types.method_descriptor || c == ctx().types.wrapper_descriptor
    }
}
/// `f.__get__(obj, class)`; an EMPTY `obj`: found through the class.
pub fn bind(th: &mut Thread, v: Value, obj: Value, class: Value) -> R {
    let f = v.as_gc::<NativeFunction>();
    let t = &ctx().types;
    let own = class_of(v);
    if own == t.classmethod_descriptor {
        return Ok(make(th, t.native_function, f.def(), class, class, f.owner.get(), Value::EMPTY));
    }
    if obj.is_empty() || own == t.native_function || own == t.method_wrapper {
        return Ok(v);
    }
    let class = if own == t.wrapper_descriptor {
        t.method_wrapper
    } else {
        t.native_function
    };
    Ok(make(th, class, f.def(), obj, obj, f.owner.get(), Value::EMPTY))
}
/// Checks the first arguments of a native function that is called: the receiver of a method, the class of a `__new__`.
#[inline]
pub fn check_receiver(th: &mut Thread, f: Gc<NativeFunction>, args: &[Value]) -> R<()> {
    if f.owner.get().is_empty() || !f.bound.get().is_empty() {
        return Ok(());
    }
    let owner = f.owner.get().as_gc::<Class>();
    let def = f.def();
    if def.bind == Bind::Static {
        return check_new(th, owner, args.first().copied());
    }
    match args.first() {
        None if class_of(f.value()) == ctx().types.method_descriptor => {
            Err(th.type_error(&format!("unbound method {}.{}() needs an argument", owner.name_str(), def.name)))
        }
        None => Err(th.type_error(&format!(
            "descriptor '{}' of '{}' object needs an argument",
            def.name,
            owner.name_str()
        ))),
        Some(&v) => {
            if class_of(f.value()) == ctx().types.classmethod_descriptor {
                return Ok(());
            }
            let class = class_of(v);
            if class == owner || class.is_subclass_of(owner) {
                return Ok(());
            }
            let (name, of, got) = (def.name, owner.name_str(), class.name_str());
            let text = if class_of(f.value()) == ctx().types.wrapper_descriptor {
                format!("descriptor '{name}' requires a '{of}' object but received a '{got}'")
            } else {
                format!("descriptor '{name}' for '{of}' objects doesn't apply to a '{got}' object")
            };
            Err(th.type_error(&text))
        }
    }
}
fn check_new(th: &mut Thread, owner: Gc<Class>, cls: Option<Value>) -> R<()> {
    match cls.and_then(|c| c.cast::<Class>()) {
        Some(c)
            if c == owner
                || c.is_subclass_of(owner) && c.instance_kind() == owner.instance_kind() && c.attr_offset() == owner.attr_offset() =>
        {
            Ok(())
        }
        c => Err(wrong_new(th, owner, cls, c)),
    }
}
#[cold]
fn wrong_new(th: &mut Thread, owner: Gc<Class>, cls: Option<Value>, class: Option<Gc<Class>>) -> Throw {
    let o = owner.name_str();
    let Some(cls) = cls else {
        return th.type_error(&format!("{o}.__new__(): not enough arguments"));
    };
    let Some(c) = class else {
        let text = format!("{o}.__new__(X): X is not a type object ({})", class_of(cls).name_str());
        return th.type_error(&text);
    };
    let n = c.name_str();
    if !c.is_subclass_of(owner) {
        return th.type_error(&format!("{o}.__new__({n}): {n} is not a subtype of {o}"));
    }
    if c.has_flag(crate::types::class::class_flag::NO_NEW) {
        return match crate::types::type_attrs::dotted_name(th, c) {
            Ok(name) => th.type_error(&format!("cannot create '{name}' instances")),
            Err(t) => t,
        };
    }
    let mut base = c;
    while let Some(b) = base.base.get().cast::<Class>()
        && base.has_flag(crate::types::class::class_flag::HEAP)
    {
        base = b;
    }
    th.type_error(&format!("{o}.__new__({n}) is not safe, use {}.__new__()", base.name_str()))
}

const LAYOUT: TypeDef = TypeDef {
    base: false,
    ..TypeDef::new("", Kind::NativeFunction, std::mem::size_of::<NativeFunction>())
};
/// Module functions and bound methods.
pub static DEF: TypeDef = TypeDef {
    name: "builtin_function_or_method",
    methods: &[
        def("__repr__", "self, /", function_repr, "Return repr(self)."),
        def("__call__", "self, /, *args, **kwargs", call, "Call self as a function."),
        def("__eq__", "self, value, /", eq, "Return self==value."),
        def("__ne__", "self, value, /", ne, "Return self!=value."),
        def("__hash__", "self, /", hash, "Return hash(self)."),
        def("__reduce__", "self, /", reduce, ""),
    ],
    getsets: FUNCTION_GETSETS,
    ..LAYOUT
};
/// Methods of native types.
pub static METHOD_DESCRIPTOR: TypeDef = TypeDef {
    name: "method_descriptor",
    methods: DESCRIPTOR_METHODS,
    getsets: DESCRIPTOR_GETSETS,
    ..LAYOUT
};
/// Special methods of native types.
pub static WRAPPER_DESCRIPTOR: TypeDef = TypeDef {
    name: "wrapper_descriptor",
    methods: DESCRIPTOR_METHODS,
    getsets: DESCRIPTOR_GETSETS,
    ..LAYOUT
};
/// Class methods of native types.
pub static CLASSMETHOD_DESCRIPTOR: TypeDef = TypeDef {
    name: "classmethod_descriptor",
    methods: DESCRIPTOR_METHODS,
    getsets: DESCRIPTOR_GETSETS,
    ..LAYOUT
};
/// Bound special methods.
pub static METHOD_WRAPPER: TypeDef = TypeDef {
    name: "method-wrapper",
    methods: &[
        def("__repr__", "self, /", wrapper_repr, "Return repr(self)."),
        def("__call__", "self, /, *args, **kwargs", call, "Call self as a function."),
        def("__eq__", "self, value, /", eq, "Return self==value."),
        def("__ne__", "self, value, /", ne, "Return self!=value."),
        def("__hash__", "self, /", hash, "Return hash(self)."),
        def("__reduce__", "self, /", reduce, ""),
    ],
    getsets: FUNCTION_GETSETS,
    ..LAYOUT
};
static DESCRIPTOR_METHODS: &[NativeDef] = &[
    def("__repr__", "self, /", descriptor_repr, "Return repr(self)."),
    def("__call__", "self, /, *args, **kwargs", call, "Call self as a function."),
    def(
        "__get__",
        "self, instance, owner=None, /",
        descriptor_get,
        "Return an attribute of instance, which is of type owner.",
    ),
    def("__reduce__", "self, /", reduce, ""),
];
static FUNCTION_GETSETS: &[GetSetDef] = &[
    getter("__name__", name, ""),
    getter("__qualname__", qualname, ""),
    getter("__doc__", doc, ""),
    getter("__text_signature__", text_signature, ""),
    getter("__self__", self_of, ""),
    getter("__module__", module, ""),
    getter("__objclass__", objclass, ""),
];
static DESCRIPTOR_GETSETS: &[GetSetDef] = &[
    getter("__name__", name, ""),
    getter("__qualname__", qualname, ""),
    getter("__doc__", doc, ""),
    getter("__text_signature__", text_signature, ""),
    getter("__objclass__", objclass, ""),
];

fn this(th: &mut Thread, v: Value) -> R<Gc<NativeFunction>> {
    match v.cast() {
        Some(f) => Ok(f),
        None => Err(th.type_error("expected a native function")),
    }
}
fn call(th: &mut Thread, a: &[Value]) -> R {
    th.call_ex(a[0], a[1], a[2])
}
fn name(th: &mut Thread, v: Value) -> R {
    let f = this(th, v)?;
    Ok(th.intern(f.def().name).value())
}
fn qualname(th: &mut Thread, v: Value) -> R {
    let f = this(th, v)?;
    let short = f.def().name;
    let class = match (f.owner.get().cast::<Class>(), f.self_.get().cast::<Class>()) {
        (_, Some(c)) => c,
        (Some(_), None) if !f.self_.get().is_empty() => class_of(f.self_.get()),
        (Some(c), None) => c,
        _ => return Ok(th.intern(short).value()),
    };
    let text = match class.qualname.get().cast::<Str>() {
        Some(q) => format!("{}.{short}", q.to_string_lossy()),
        None => short.into(),
    };
    Ok(th.new_str(&text))
}
fn doc(th: &mut Thread, v: Value) -> R {
    let f = this(th, v)?;
    Ok(if f.def().doc.is_empty() {
        Value::NONE
    } else {
        th.new_str(f.def().doc)
    })
}
fn text_signature(th: &mut Thread, v: Value) -> R {
    let f = this(th, v)?;
    let def = f.def();
    let text = match def.bind {
        Bind::Method if def.params().has_self => format!("(${})", def.sig),
        Bind::Class => format!("(${})", def.sig),
        Bind::Method if !f.self_.get().is_empty() => {
            let sep = if def.sig.is_empty() { "" } else { ", " };
            format!("($module{sep}{})", def.sig)
        }
        _ => format!("({})", def.sig),
    };
    Ok(th.new_str(&text))
}
fn self_of(th: &mut Thread, v: Value) -> R {
    let f = this(th, v)?;
    Ok(if f.self_.get().is_empty() { Value::NONE } else { f.self_.get() })
}
fn module(th: &mut Thread, v: Value) -> R {
    let f = this(th, v)?;
    Ok(if f.module.get().is_empty() { Value::NONE } else { f.module.get() })
}
fn objclass(th: &mut Thread, v: Value) -> R {
    let f = this(th, v)?;
    match f.owner.get() {
        Value::EMPTY => Err(th.attribute_error("'builtin_function_or_method' object has no attribute '__objclass__'")),
        o => Ok(o),
    }
}
fn owner_name(f: Gc<NativeFunction>) -> String {
    f.owner.get().cast::<Class>().map_or_else(|| "?".into(), |c| c.name_str())
}
fn function_repr(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    let s = f.self_.get();
    let text = if s.is_empty() || s.is_kind(Kind::Module) {
        format!("<built-in function {}>", f.def().name)
    } else {
        format!(
            "<built-in method {} of {} object at {:#x}>",
            f.def().name,
            class_of(s).name_str(),
            s.0
        )
    };
    Ok(th.new_str(&text))
}
fn wrapper_repr(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    let s = f.self_.get();
    let text = format!(
        "<method-wrapper '{}' of {} object at {:#x}>",
        f.def().name,
        class_of(s).name_str(),
        s.0
    );
    Ok(th.new_str(&text))
}
fn descriptor_repr(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    let what = if class_of(a[0]) == ctx().types.wrapper_descriptor {
        "slot wrapper"
    } else {
        "method"
    };
    let text = format!("<{what} '{}' of '{}' objects>", f.def().name, owner_name(f));
    Ok(th.new_str(&text))
}
fn descriptor_get(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    if class_of(a[0]) == ctx().types.classmethod_descriptor {
        let class = if a[2].is_empty() || a[2].is_none() {
            class_of(a[1]).value()
        } else {
            a[2]
        };
        return bind(th, a[0], a[1], class);
    }
    if a[1].is_none() && !(f.owner.get() == ctx().types.none.value()) {
        return Ok(a[0]);
    }
    check_receiver(th, f, &[a[1]])?;
    bind(th, a[0], a[1], class_of(a[1]).value())
}
fn same(a: Value, b: Value) -> bool {
    match (a.cast::<NativeFunction>(), b.cast::<NativeFunction>()) {
        (Some(x), Some(y)) => std::ptr::eq(x.def(), y.def()) && x.self_.get() == y.self_.get() && x.bound.get() == y.bound.get(),
        _ => false,
    }
}
fn eq(_: &mut Thread, a: &[Value]) -> R {
    Ok(if a[1].is_kind(Kind::NativeFunction) {
        Value::bool(same(a[0], a[1]))
    } else {
        Value::NOT_IMPLEMENTED
    })
}
fn ne(_: &mut Thread, a: &[Value]) -> R {
    Ok(if a[1].is_kind(Kind::NativeFunction) {
        Value::bool(!same(a[0], a[1]))
    } else {
        Value::NOT_IMPLEMENTED
    })
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    let h = (std::ptr::from_ref(f.def()) as usize >> 4) ^ (f.self_.get().0 as usize >> 4);
    Ok(Value::small(h as i64 & 0xFFFF_FFFF_FFFF))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    let s = f.self_.get();
    let name = th.intern(f.def().name).value();
    let from = if s.is_empty() { f.owner.get() } else { s };
    if from.is_empty() || from.is_kind(Kind::Module) {
        return Ok(name);
    }
    let key = th.intern("getattr");
    let getattr = ctx().builtins.get_str(th, key)?.unwrap_or(Value::NONE);
    let args = th.new_tuple(&[from, name]);
    Ok(th.new_tuple(&[getattr, args]))
}
