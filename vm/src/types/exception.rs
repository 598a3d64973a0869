//! Exceptions: layout, `BaseException`, and the constructors that native code raises with.
//!
//! All builtin exceptions share one layout; what single classes add are members (see `exceptions`).

use crate::attrs::{change, load};
use crate::context::ctx;
use crate::names::names;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getset};
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::class::{Class, class_flag, class_of};
use crate::types::dict::Dict;
use crate::types::exceptions::os_error;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

pub use crate::types::report::{exit_code, print_exception, print_uncaught, report_ignored, report_unraisable, traceback_text};

/// Layout.
#[repr(C)]
pub struct Exception {
    header: Header,
    /// tuple
    pub args: Slot,
    /// traceback or EMPTY
    pub traceback: Slot,
    /// exception or EMPTY
    pub cause: Slot,
    /// exception or EMPTY
    pub context: Slot,
    /// True or EMPTY
    pub suppress_context: Slot,
}
/// Words after the header that are saved when it is opened.
pub const WORDS: usize = 5;
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Exception {
    const KIND: Kind = Kind::Exception;
}
impl Gc<Exception> {
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        for s in [&self.args, &self.traceback, &self.cause, &self.context, &self.suppress_context] {
            f(s.get());
        }
    }
    /// Reads a field.
    pub fn field(self, th: &mut Thread, s: &Slot) -> R {
        load(th, self.header(), s)
    }
    /// Changes a field: `e.set(th, &e.context, v)`.
    pub fn set(self, th: &mut Thread, s: &Slot, v: Value) -> R<()> {
        change(th, self.header(), WORDS, s, v)
    }
}
/// Sets `__context__` of an exception that is raised while `handling` is handled, avoiding cycles.
pub fn set_context(th: &mut Thread, exc: Value, handling: Value) -> R<()> {
    let (Some(e), Some(h)) = (exc.cast::<Exception>(), handling.cast::<Exception>()) else {
        return Ok(());
    };
    if e == h {
        return Ok(());
    }
    let mut at = h;
    let mut slow = h;
    let mut step = false;
    while let Some(next) = at.field(th, &at.context)?.cast::<Exception>() {
        if next == e {
            at.set(th, &at.context, Value::EMPTY)?;
            break;
        }
        at = next;
        // A cycle that was there before: leave it.
        if at == slow {
            break;
        }
        if step {
            slow = slow.field(th, &slow.context)?.cast::<Exception>().unwrap_or(slow);
        }
        step = !step;
    }
    e.set(th, &e.context, handling)
}

/// The declaration of BaseException.
pub static DEF: TypeDef = TypeDef {
    dict: true,
    methods: METHODS,
    getsets: GETSETS,
    doc: "Common base class for all exceptions.",
    ..TypeDef::new("BaseException", Kind::Exception, std::mem::size_of::<Exception>())
};
/// For declarations of other exceptions.
pub const BASE: TypeDef = TypeDef {
    dict: true,
    ..TypeDef::new("", Kind::Exception, std::mem::size_of::<Exception>())
};

static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, /, *args, **kwargs", |th, a| new_of(th, a[0].as_gc(), a[1]), ""),
    def(
        "__init__",
        "self, /, *args, **kwargs",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__str__", "self, /", str_, "Return str(self)."),
    def("__reduce__", "self, /", reduce, ""),
    def("__setstate__", "self, state, /", setstate, ""),
    def(
        "with_traceback",
        "self, object, /",
        with_traceback,
        "Set self.__traceback__ to tb and return self.",
    ),
    def("add_note", "self, object, /", add_note, "Add a note to the exception"),
];
static GETSETS: &[GetSetDef] = &[
    getset("args", |th, v| field(th, v, |e| &e.args), set_args, ""),
    getset("__traceback__", |th, v| field(th, v, |e| &e.traceback), set_traceback, ""),
    getset(
        "__cause__",
        |th, v| field(th, v, |e| &e.cause),
        |th, v, n| set_link(th, v, n, true),
        "exception cause",
    ),
    getset(
        "__context__",
        |th, v| field(th, v, |e| &e.context),
        |th, v, n| set_link(th, v, n, false),
        "exception context",
    ),
    getset("__suppress_context__", suppress, set_suppress, ""),
    getset("__dict__", crate::types::object::get_dict, crate::types::object::replace_dict, ""),
];
/// The exception of a receiver.
pub fn this(v: Value) -> Gc<Exception> {
    v.as_gc()
}
fn field(th: &mut Thread, v: Value, f: fn(&Exception) -> &Slot) -> R {
    let e = this(v);
    let v = e.field(th, f(&e))?;
    Ok(if v.is_empty() { Value::NONE } else { v })
}
/// A new, uninitialized exception with `args` (a tuple).
pub fn new_of(th: &mut Thread, class: Gc<Class>, args: Value) -> R {
    let e: Gc<Exception> = th.new_object(class, 0);
    e.args.set_raw(if args.is_empty() { ctx().empty_tuple } else { args });
    Ok(e.value())
}
/// TypeError when keyword arguments were given to a class that takes none.
pub fn no_keywords(th: &mut Thread, v: Value, kwargs: Value) -> R<()> {
    match kwargs.cast::<Dict>() {
        Some(d) if d.len(th)? > 0 => {
            let text = format!("{}() takes no keyword arguments", class_of(v).name_str());
            Err(th.type_error(&text))
        }
        _ => Ok(()),
    }
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    no_keywords(th, a[0], a[2])?;
    let e = this(a[0]);
    e.set(th, &e.args, a[1])?;
    Ok(Value::NONE)
}
/// `args` of an exception.
pub fn args_of(th: &mut Thread, v: Value) -> R<Gc<Tuple>> {
    let e = this(v);
    let a = e.field(th, &e.args)?;
    Ok(a.cast().unwrap_or_else(|| ctx().empty_tuple.as_gc()))
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let args = args_of(th, a[0])?;
    let name = class_of(a[0]).name_str();
    let text = match args.items() {
        [one] => format!("{name}({})", th.repr_string(*one)?),
        _ => format!("{name}{}", th.repr_string(args.value())?),
    };
    Ok(th.new_str(&text))
}
pub(crate) fn str_(th: &mut Thread, a: &[Value]) -> R {
    let args = args_of(th, a[0])?;
    Ok(match args.items() {
        [] => ctx().empty_str,
        [one] => th.str(*one)?.value(),
        _ => th.str(args.value())?.value(),
    })
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let args = args_of(th, a[0])?.value();
    let class = class_of(a[0]).value();
    let d = crate::attrs::instance_dict_snapshot(th, a[0].as_obj())?;
    if d.len(th)? > 0 {
        Ok(th.new_tuple(&[class, args, d.value()]))
    } else {
        Ok(th.new_tuple(&[class, args]))
    }
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    if a[1].is_none() {
        return Ok(Value::NONE);
    }
    let Some(d) = a[1].cast::<Dict>() else {
        return Err(th.type_error("state is not a dictionary"));
    };
    let (keys, values) = d.snapshot(th)?;
    for (k, v) in keys.as_slice().iter().zip(values.as_slice()) {
        let name = th.attribute_name(*k)?;
        th.setattr(a[0], name, *v)?;
    }
    Ok(Value::NONE)
}
fn with_traceback(th: &mut Thread, a: &[Value]) -> R {
    set_traceback(th, a[0], a[1])?;
    Ok(a[0])
}
fn add_note(th: &mut Thread, a: &[Value]) -> R {
    if a[1].cast::<Str>().is_none() {
        let text = format!("add_note() argument must be str, not {}", class_of(a[1]).name_str());
        return Err(th.type_error(&text));
    }
    let notes = match th.getattr_opt(a[0], names().__notes__)? {
        Some(n) => n,
        None => {
            let n = th.new_list(&[])?;
            th.setattr(a[0], names().__notes__, n)?;
            n
        }
    };
    match notes.cast::<crate::types::list::List>() {
        Some(l) => l.append(th, a[1])?,
        None => return Err(th.type_error("Cannot add note: __notes__ is not a list")),
    }
    Ok(Value::NONE)
}
fn set_args(th: &mut Thread, v: Value, new: Value) -> R<()> {
    if new.is_empty() {
        return Err(th.type_error("args may not be deleted"));
    }
    let items = th.collect(new)?;
    let t = th.new_tuple(items.as_slice());
    let e = this(v);
    e.set(th, &e.args, t)
}
fn set_traceback(th: &mut Thread, v: Value, new: Value) -> R<()> {
    if new.is_empty() {
        return Err(th.type_error("__traceback__ may not be deleted"));
    }
    if !new.is_none() && !new.is_kind(Kind::Traceback) {
        return Err(th.type_error("__traceback__ must be a traceback or None"));
    }
    let e = this(v);
    e.set(th, &e.traceback, if new.is_none() { Value::EMPTY } else { new })
}
fn set_link(th: &mut Thread, v: Value, new: Value, cause: bool) -> R<()> {
    let what = if cause { "cause" } else { "context" };
    if new.is_empty() {
        return Err(th.type_error(&format!("__{what}__ may not be deleted")));
    }
    if !new.is_none() && !new.is_kind(Kind::Exception) {
        return Err(th.type_error(&format!("exception {what} must be None or derive from BaseException")));
    }
    let e = this(v);
    let new = if new.is_none() { Value::EMPTY } else { new };
    if cause {
        e.set(th, &e.suppress_context, Value::TRUE)?;
        return e.set(th, &e.cause, new);
    }
    e.set(th, &e.context, new)
}
fn suppress(th: &mut Thread, v: Value) -> R {
    let e = this(v);
    Ok(Value::bool(e.field(th, &e.suppress_context)?.is_true()))
}
fn set_suppress(th: &mut Thread, v: Value, new: Value) -> R<()> {
    if new.is_empty() {
        return Err(th.type_error("can't delete numeric/char attribute"));
    }
    if !new.is_bool() {
        return Err(th.type_error("attribute value type must be bool"));
    }
    let e = this(v);
    e.set(th, &e.suppress_context, new)
}

impl Thread {
    /// A new exception: `class(*args)`.
    pub fn new_exception(&mut self, class: Gc<Class>, args: &[Value]) -> R {
        if class.has_flag(class_flag::HEAP) {
            return self.call(class.value(), args);
        }
        let tuple = self.new_tuple(args);
        let made = if class.is_subclass_of(ctx().types.OSError) {
            os_error::new_native(self, class, tuple)?
        } else {
            new_of(self, class, tuple)?
        };
        crate::types::exceptions::init_native(self, class, made, args)?;
        Ok(made)
    }
    /// `class(text)`, ready to be returned as an error.
    #[cold]
    pub fn error(&mut self, class: Gc<Class>, text: &str) -> Throw {
        let text = self.new_str(text);
        match self.new_exception(class, &[text]) {
            Ok(e) => self.raise(e),
            Err(t) => t,
        }
    }
    /// Raises an exception object (or class, which is called): sets its context.
    #[cold]
    pub fn raise(&mut self, exc: Value) -> Throw {
        let e = if let Some(c) = exc.cast::<Class>()
            && c.has_flag(class_flag::EXCEPTION)
        {
            match self.call(exc, &[]) {
                Ok(e) => e,
                Err(t) => return t,
            }
        } else {
            exc
        };
        if !e.is_kind(Kind::Exception) {
            return self.type_error("exceptions must derive from BaseException");
        }
        let handling = self.handling;
        match set_context(self, e, handling) {
            Ok(()) => Throw::exception(e),
            Err(t) => t,
        }
    }
    /// Throws a `TypeError` with this text.
    #[cold]
    pub fn type_error(&mut self, text: &str) -> Throw {
        self.error(ctx().types.TypeError, text)
    }
    /// Throws a `ValueError` with this text.
    #[cold]
    pub fn value_error(&mut self, text: &str) -> Throw {
        self.error(ctx().types.ValueError, text)
    }
    /// Throws an `IndexError` with this text.
    #[cold]
    pub fn index_error(&mut self, text: &str) -> Throw {
        self.error(ctx().types.IndexError, text)
    }
    /// Throws an `AttributeError` with this text.
    #[cold]
    pub fn attribute_error(&mut self, text: &str) -> Throw {
        self.error(ctx().types.AttributeError, text)
    }
    /// Throws an `OverflowError` with this text.
    #[cold]
    pub fn overflow_error(&mut self, text: &str) -> Throw {
        self.error(ctx().types.OverflowError, text)
    }
    /// Throws a `ZeroDivisionError` with this text.
    #[cold]
    pub fn zero_division_error(&mut self, text: &str) -> Throw {
        self.error(ctx().types.ZeroDivisionError, text)
    }
    /// Throws a `RuntimeError` with this text.
    #[cold]
    pub fn runtime_error(&mut self, text: &str) -> Throw {
        self.error(ctx().types.RuntimeError, text)
    }
    /// Throws a `TimeoutError` with this text.
    #[cold]
    pub fn timeout_error(&mut self, text: &str) -> Throw {
        self.error(ctx().types.TimeoutError, text)
    }
    /// Throws a `NotImplementedError` with this text.
    #[cold]
    pub fn not_implemented_error(&mut self, text: &str) -> Throw {
        self.error(ctx().types.NotImplementedError, text)
    }
    /// NameError with its `name`.
    #[cold]
    pub fn name_error(&mut self, class: Gc<Class>, text: &str, name: Value) -> Throw {
        let t = self.error(class, text);
        if let Some(e) = t.value()
            && let Err(abort) = crate::attrs::set_member(self, e.as_obj(), 0, name)
        {
            return abort;
        }
        t
    }
    /// `KeyError(key)`
    #[cold]
    pub fn key_error(&mut self, key: Value) -> Throw {
        match self.new_exception(ctx().types.KeyError, &[key]) {
            Ok(e) => self.raise(e),
            Err(t) => t,
        }
    }
    /// `MemoryError()`
    #[cold]
    pub fn memory_error(&mut self) -> Throw {
        match self.new_exception(ctx().types.MemoryError, &[]) {
            Ok(e) => self.raise(e),
            Err(t) => t,
        }
    }
    /// `StopIteration(value)`; no argument for None.
    #[cold]
    pub fn stop_iteration(&mut self, value: Value) -> Throw {
        let args: &[Value] = if value.is_none() { &[] } else { &[value] };
        match self.new_exception(ctx().types.StopIteration, args) {
            Ok(e) => Throw::exception(e),
            Err(t) => t,
        }
    }
    /// The OSError subclass for an errno, with the system's text.
    #[cold]
    pub fn os_error(&mut self, errno: i32, filename: Option<&str>) -> Throw {
        let filename = filename.map(|f| self.new_str(f));
        self.os_error_value(errno, filename)
    }
    /// As [`Thread::os_error`], with the file name as a value (str, bytes, int).
    #[cold]
    pub fn os_error_value(&mut self, errno: i32, filename: Option<Value>) -> Throw {
        let text = self.new_str(&os_error::strerror(errno));
        let mut args = vec![Value::small(errno as i64), text];
        args.extend(filename);
        match self.new_exception(ctx().types.OSError, &args) {
            Ok(e) => self.raise(e),
            Err(t) => t,
        }
    }
    /// From a Rust I/O error.
    #[cold]
    pub fn io_error(&mut self, e: &std::io::Error, filename: Option<&str>) -> Throw {
        match e.raw_os_error() {
            Some(n) => self.os_error(n, filename),
            None => self.error(ctx().types.OSError, &e.to_string()),
        }
    }
}
