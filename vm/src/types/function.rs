//! `function`: layout and attributes of Python functions.
//!
//! All fields are among the words right after the header, so opening saves them whole. Calls read `code`, `defaults` and
//! `kwdefaults` without logging that (see `interp::alone`); `globals`, `builtins` and `closure` never change. `annotations` is
//! a dict, or EMPTY until asked for: then `annotate` (a function, None or EMPTY) gives it.

use crate::attrs::{change, load};
use crate::context::ctx;
use crate::names::names;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getset, getter};
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::bound_method;
use crate::types::dict::Dict;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// Layout.
#[repr(C)]
pub struct Function {
    header: Header,
    /// code object
    pub code: Slot,
    /// dict
    pub globals: Slot,
    /// dict of builtins
    pub builtins: Slot,
    /// tuple of cells, or EMPTY
    pub closure: Slot,
    /// tuple, or EMPTY
    pub defaults: Slot,
    /// dict, or EMPTY
    pub kwdefaults: Slot,
    /// str
    pub name: Slot,
    /// str
    pub qualname: Slot,
    /// docstring or None
    pub doc: Slot,
    /// `__module__`
    pub module: Slot,
    /// dict, or EMPTY
    pub annotations: Slot,
    /// function that gives the annotations, None or EMPTY
    pub annotate: Slot,
    /// tuple, or EMPTY
    pub type_params: Slot,
}
/// Words after the header that are saved when it is opened.
pub const WORDS: usize = 13;
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Function {
    const KIND: Kind = Kind::Function;
}
impl Gc<Function> {
    fn fields(&self) -> [&Slot; WORDS] {
        [
            &self.code,
            &self.globals,
            &self.builtins,
            &self.closure,
            &self.defaults,
            &self.kwdefaults,
            &self.name,
            &self.qualname,
            &self.doc,
            &self.module,
            &self.annotations,
            &self.annotate,
            &self.type_params,
        ]
    }
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        self.fields().iter().for_each(|s| f(s.get()));
    }
    /// Sets a field: `f.set(th, &f.closure, cells)`.
    pub fn set(self, th: &mut Thread, field: &Slot, v: Value) -> R<()> {
        change(th, self.header(), WORDS, field, v)
    }
}

/// Builtins namespace that code with these globals sees.
pub fn builtins_of(th: &mut Thread, globals: Value) -> R {
    let found = match globals.cast::<Dict>() {
        Some(g) => g.get_str(th, names().__builtins__)?,
        None => None,
    };
    Ok(builtins_by(found))
}
/// The namespace that `__builtins__` in globals stands for.
fn builtins_by(found: Option<Value>) -> Value {
    if let Some(b) = found {
        if b.is_kind(Kind::Module) {
            return crate::types::module::dict_of(b).value();
        }
        if b.is_kind(Kind::Dict) {
            return b;
        }
    }
    ctx().builtins.value()
}
/// What a new function takes from its globals: `__builtins__` and `__name__`, if they are there.
#[inline]
fn of_globals(th: &mut Thread, g: Gc<Dict>) -> R<[Option<Value>; 2]> {
    let wanted = [names().__builtins__, names().__name__];
    let look = |name| g.value_of_entry(g.index_of_interned(name)?);
    let mut found = th.read(g.header(), || wanted.map(look))?;
    for (v, name) in found.iter_mut().zip(wanted) {
        if v.is_none() {
            *v = g.get_str(th, name)?;
        }
    }
    Ok(found)
}
/// A new function. `doc` is the docstring or None.
pub fn new(th: &mut Thread, code: Value, globals: Value, name: Value, qualname: Value, doc: Value) -> R<Gc<Function>> {
    let [builtins, module] = match globals.cast::<Dict>() {
        Some(g) => of_globals(th, g)?,
        None => [None; 2],
    };
    let (builtins, module) = (builtins_by(builtins), module.unwrap_or(Value::NONE));
    let f: Gc<Function> = th.new_object(ctx().types.function, 0);
    for (slot, v) in [
        (&f.code, code),
        (&f.globals, globals),
        (&f.builtins, builtins),
        (&f.name, name),
        (&f.qualname, qualname),
        (&f.doc, doc),
        (&f.module, module),
    ] {
        slot.set_raw(v);
    }
    Ok(f)
}

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    dict: true,
    methods: METHODS,
    getsets: GETSETS,
    doc: "Create a function object.",
    ..TypeDef::new("function", Kind::Function, std::mem::size_of::<Function>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, code, globals, name=None, argdefs=None, closure=None, kwdefaults=None",
        function_new,
        "",
    ),
    def(
        "__get__",
        "self, instance, owner=None, /",
        function_get,
        "Return an attribute of instance, which is of type owner.",
    ),
    def("__repr__", "self, /", function_repr, "Return repr(self)."),
    def("__call__", "self, /, *args, **kwargs", function_call, "Call self as a function."),
];
static GETSETS: &[GetSetDef] = &[
    getset("__code__", |th, v| get(th, v, |f| &f.code), set_code, ""),
    getset("__defaults__", |th, v| get(th, v, |f| &f.defaults), set_defaults, ""),
    getset("__kwdefaults__", |th, v| get(th, v, |f| &f.kwdefaults), set_kwdefaults, ""),
    getset(
        "__name__",
        |th, v| get(th, v, |f| &f.name),
        |th, v, n| set_str(th, v, n, "__name__", |f| &f.name),
        "",
    ),
    getset(
        "__qualname__",
        |th, v| get(th, v, |f| &f.qualname),
        |th, v, n| set_str(th, v, n, "__qualname__", |f| &f.qualname),
        "",
    ),
    getset(
        "__doc__",
        |th, v| get(th, v, |f| &f.doc),
        |th, v, n| set_any(th, v, n, |f| &f.doc),
        "",
    ),
    getset(
        "__module__",
        |th, v| get(th, v, |f| &f.module),
        |th, v, n| set_any(th, v, n, |f| &f.module),
        "",
    ),
    getset(
        "__annotations__",
        annotations,
        set_annotations,
        "Dict of annotations in a function object.",
    ),
    getset(
        "__annotate__",
        |th, v| get(th, v, |f| &f.annotate),
        set_annotate,
        "Get the code object for a function.",
    ),
    getset(
        "__type_params__",
        type_params,
        set_type_params,
        "Get the declared type parameters for a function.",
    ),
    getset("__dict__", crate::types::object::get_dict, crate::types::object::replace_dict, ""),
    getter("__globals__", |th, v| get(th, v, |f| &f.globals), ""),
    getter("__builtins__", |th, v| get(th, v, |f| &f.builtins), ""),
    getter("__closure__", |th, v| get(th, v, |f| &f.closure), ""),
];

fn this(th: &mut Thread, v: Value) -> R<Gc<Function>> {
    match v.cast::<Function>() {
        Some(f) => Ok(f),
        None => Err(th.type_error("expected a function")),
    }
}
fn get(th: &mut Thread, v: Value, field: fn(&Function) -> &Slot) -> R {
    let f = this(th, v)?;
    let v = load(th, f.header(), field(&f))?;
    Ok(if v.is_empty() { Value::NONE } else { v })
}
fn set_any(th: &mut Thread, v: Value, new: Value, field: fn(&Function) -> &Slot) -> R<()> {
    let f = this(th, v)?;
    f.set(th, field(&f), if new.is_empty() { Value::NONE } else { new })
}
fn set_str(th: &mut Thread, v: Value, new: Value, what: &str, field: fn(&Function) -> &Slot) -> R<()> {
    if new.cast::<Str>().is_none() {
        return Err(th.type_error(&format!("{what} must be set to a string object")));
    }
    set_any(th, v, new, field)
}
fn set_code(th: &mut Thread, v: Value, new: Value) -> R<()> {
    if !new.is_kind(Kind::Code) {
        return Err(th.type_error("__code__ must be set to a code object"));
    }
    let f = this(th, v)?;
    th.stop_others_who_see(f.header())?;
    let key = th.intern("co_freevars");
    let free = th.getattr(new, key)?;
    let (wanted, have) = (
        free.cast::<Tuple>().map_or(0, |t| t.len()),
        f.closure.get().cast::<Tuple>().map_or(0, |t| t.len()),
    );
    if wanted != have {
        let name = f.name.get().cast::<Str>().map_or_else(String::new, |s| s.to_string_lossy());
        return Err(th.value_error(&format!("{name}() requires a code object with {have} free vars, not {wanted}")));
    }
    f.set(th, &f.code, new)
}
fn set_defaults(th: &mut Thread, v: Value, new: Value) -> R<()> {
    if !new.is_empty() && !new.is_none() && !new.is_kind(Kind::Tuple) {
        return Err(th.type_error("__defaults__ must be set to a tuple object"));
    }
    let f = this(th, v)?;
    th.stop_others_who_see(f.header())?;
    f.set(th, &f.defaults, if new.is_none() { Value::EMPTY } else { new })
}
fn set_kwdefaults(th: &mut Thread, v: Value, new: Value) -> R<()> {
    if !new.is_empty() && !new.is_none() && !new.is_kind(Kind::Dict) {
        return Err(th.type_error("__kwdefaults__ must be set to a dict object"));
    }
    let f = this(th, v)?;
    th.stop_others_who_see(f.header())?;
    f.set(th, &f.kwdefaults, if new.is_none() { Value::EMPTY } else { new })
}
fn annotations(th: &mut Thread, v: Value) -> R {
    let f = this(th, v)?;
    let now = load(th, f.header(), &f.annotations)?;
    if !now.is_empty() {
        return Ok(now);
    }
    let annotate = load(th, f.header(), &f.annotate)?;
    let made = if annotate.is_empty() || annotate.is_none() {
        th.new_dict()
    } else {
        let d = th.call(annotate, &[Value::small(1)])?;
        if !d.is_kind(Kind::Dict) {
            let text = format!("__annotate__ returned non-dict of type '{}'", th.class_of(d).name_str());
            return Err(th.type_error(&text));
        }
        d
    };
    f.set(th, &f.annotations, made)?;
    Ok(made)
}
fn set_annotations(th: &mut Thread, v: Value, new: Value) -> R<()> {
    if !new.is_empty() && !new.is_none() && !new.is_kind(Kind::Dict) {
        return Err(th.type_error("__annotations__ must be set to a dict object"));
    }
    let f = this(th, v)?;
    f.set(th, &f.annotations, if new.is_none() { Value::EMPTY } else { new })?;
    f.set(th, &f.annotate, Value::NONE)
}
fn set_annotate(th: &mut Thread, v: Value, new: Value) -> R<()> {
    if new.is_empty() {
        return Err(th.type_error("__annotate__ cannot be deleted"));
    }
    let f = this(th, v)?;
    if !new.is_none() {
        if th.class_of(new).special(crate::special::Special::Call).is_none() {
            return Err(th.type_error("__annotate__ must be callable or None"));
        }
        f.set(th, &f.annotations, Value::EMPTY)?;
    }
    f.set(th, &f.annotate, new)
}
fn type_params(th: &mut Thread, v: Value) -> R {
    let f = this(th, v)?;
    let v = load(th, f.header(), &f.type_params)?;
    Ok(if v.is_empty() { ctx().empty_tuple } else { v })
}
fn set_type_params(th: &mut Thread, v: Value, new: Value) -> R<()> {
    if !new.is_kind(Kind::Tuple) {
        return Err(th.type_error("__type_params__ must be set to a tuple"));
    }
    let f = this(th, v)?;
    f.set(th, &f.type_params, new)
}
fn function_new(th: &mut Thread, a: &[Value]) -> R {
    let none = |v: Value| v.is_empty() || v.is_none();
    if !a[1].is_kind(Kind::Code) {
        let text = format!("function() argument 'code' must be code, not {}", th.class_of(a[1]).name_str());
        return Err(th.type_error(&text));
    }
    if !a[2].is_kind(Kind::Dict) {
        let text = format!("function() argument 'globals' must be dict, not {}", th.class_of(a[2]).name_str());
        return Err(th.type_error(&text));
    }
    if !none(a[3]) && !a[3].is_kind(Kind::Str) {
        return Err(th.type_error("arg 3 (name) must be None or string"));
    }
    if !none(a[4]) && !a[4].is_kind(Kind::Tuple) {
        return Err(th.type_error("arg 4 (defaults) must be None or tuple"));
    }
    let [free, name, qualname, consts] = ["co_freevars", "co_name", "co_qualname", "co_consts"].map(|n| th.intern(n));
    let wanted = th.getattr(a[1], free)?.cast::<Tuple>().map_or(0, |t| t.len());
    if none(a[5]) && wanted > 0 || !none(a[5]) && !a[5].is_kind(Kind::Tuple) {
        return Err(th.type_error(if wanted > 0 {
            "arg 5 (closure) must be tuple"
        } else {
            "arg 5 (closure) must be None or tuple"
        }));
    }
    let cells = a[5].cast::<Tuple>().map_or(0, |t| t.len());
    let own_name = th.getattr(a[1], name)?;
    if cells != wanted {
        let text = format!(
            "{} requires closure of length {wanted}, not {cells}",
            th.str(own_name)?.to_string_lossy()
        );
        return Err(th.value_error(&text));
    }
    if let Some(t) = a[5].cast::<Tuple>()
        && let Some(bad) = t.items().iter().find(|c| !c.is_kind(Kind::Cell))
    {
        let text = format!("arg 5 (closure) expected cell, found {}", th.class_of(*bad).name_str());
        return Err(th.type_error(&text));
    }
    let qualname = th.getattr(a[1], qualname)?;
    let flags = th.intern("co_flags");
    let flags = th.getattr(a[1], flags)?.to_small().unwrap_or(0);
    let consts = th.getattr(a[1], consts)?;
    let doc = match consts.cast::<Tuple>() {
        Some(t) if flags & 0x4000000 != 0 => t.items().first().copied().unwrap_or(Value::NONE),
        _ => Value::NONE,
    };
    let f = new(th, a[1], a[2], if none(a[3]) { own_name } else { a[3] }, qualname, doc)?;
    for (slot, v) in [(&f.defaults, a[4]), (&f.closure, a[5]), (&f.kwdefaults, a[6])] {
        if !none(v) {
            slot.set_raw(v);
        }
    }
    Ok(f.value())
}
fn function_get(th: &mut Thread, a: &[Value]) -> R {
    if a[1].is_none() && !a[2].is_empty() {
        Ok(a[0])
    } else {
        Ok(bound_method::new(th, a[0], a[1]))
    }
}
fn function_call(th: &mut Thread, a: &[Value]) -> R {
    th.call_ex(a[0], a[1], a[2])
}
fn function_repr(th: &mut Thread, a: &[Value]) -> R {
    let f = this(th, a[0])?;
    let name = load(th, f.header(), &f.qualname)?;
    let text = format!("<function {} at {:#x}>", th.str(name)?.to_string_lossy(), a[0].0);
    Ok(th.new_str(&text))
}
