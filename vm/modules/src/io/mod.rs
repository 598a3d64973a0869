//! The module `_io`: files and streams.
//!
//! Streams keep their state in payload structs. A stream over exactly native streams calls them as Rust functions; any other
//! is called by its Python methods. What reaches a file is an effect: it goes through `sys`, which makes the transaction
//! irrevocable, and buffered streams hold their `Lock` meanwhile, because the call lets other threads go on.

mod base;
mod buffered;
mod buffered_random;
mod buffered_reader;
mod buffered_writer;
mod bytesio;
mod decode;
mod fileio;
mod newline;
mod open;
mod raw;
mod rwpair;
mod stringio;
mod sys;
mod text;
mod text_read;
mod text_seek;
mod text_write;

use crate::support::put;
use std::sync::OnceLock;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, TypeDef};
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::class::{Class, class_flag};
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::type_;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_io",
    doc: "The io module provides the Python interfaces to stream handling. The\nbuiltin open function is defined in this module.",
    functions: open::FUNCTIONS,
    init,
};

/// Size of buffers that nothing else decides.
pub(crate) const DEFAULT_BUFFER_SIZE: usize = 128 * 1024;

/// The classes, made once and kept for ever.
#[derive(Clone, Copy)]
pub(crate) struct Classes {
    pub iobase: Gc<Class>,
    pub rawbase: Gc<Class>,
    pub bufferedbase: Gc<Class>,
    pub textbase: Gc<Class>,
    pub fileio: Gc<Class>,
    pub reader: Gc<Class>,
    pub writer: Gc<Class>,
    pub random: Gc<Class>,
    pub rwpair: Gc<Class>,
    pub bytesio: Gc<Class>,
    pub bytesio_buffer: Gc<Class>,
    pub stringio: Gc<Class>,
    pub text: Gc<Class>,
    pub newline: Gc<Class>,
    pub unsupported: Gc<Class>,
}
static CLASSES: OnceLock<Classes> = OnceLock::new();

/// The classes. They are there before any object of them is.
pub(crate) fn classes() -> &'static Classes {
    match CLASSES.get() {
        Some(c) => c,
        None => unreachable!("_io has been initialized before its functions run"),
    }
}
fn make_classes(th: &mut Thread) -> R<Classes> {
    fn class(th: &mut Thread, def: &'static TypeDef, bases: &[Gc<Class>]) -> R<Gc<Class>> {
        let c = type_::make_native_class(th, def, bases)?;
        vasuki_vm::memory::keep(c.value());
        Ok(c)
    }
    let iobase = class(th, &base::IOBASE, &[])?;
    let rawbase = class(th, &base::RAWBASE, &[iobase])?;
    let bufferedbase = class(th, &base::BUFFEREDBASE, &[iobase])?;
    let textbase = class(th, &base::TEXTBASE, &[iobase])?;
    let t = &ctx().types;
    let unsupported = type_::new_exception_class(th, "io.UnsupportedOperation", &[t.OSError, t.ValueError], "")?;
    vasuki_vm::memory::keep(unsupported.value());
    let c = Classes {
        iobase,
        rawbase,
        bufferedbase,
        textbase,
        fileio: class(th, &fileio::DEF, &[rawbase])?,
        reader: class(th, &buffered_reader::DEF, &[bufferedbase])?,
        writer: class(th, &buffered_writer::DEF, &[bufferedbase])?,
        random: class(th, &buffered_random::DEF, &[bufferedbase])?,
        rwpair: class(th, &rwpair::DEF, &[bufferedbase])?,
        bytesio: class(th, &bytesio::DEF, &[bufferedbase])?,
        bytesio_buffer: class(th, &bytesio::BUFFER_DEF, &[])?,
        stringio: class(th, &stringio::DEF, &[textbase])?,
        text: class(th, &text::DEF, &[textbase])?,
        newline: class(th, &newline::DEF, &[])?,
        unsupported,
    };
    // Nothing is lost when these are forgotten: only subclasses need the finalizer of the base.
    for in_memory in [c.bytesio, c.stringio] {
        in_memory.clear_flag(class_flag::FINALIZER);
    }
    Ok(c)
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    let c = match CLASSES.get() {
        Some(c) => *c,
        None => {
            let made = make_classes(th)?;
            *CLASSES.get_or_init(|| made)
        }
    };
    bytesio::register();
    let all = [
        ("_IOBase", c.iobase),
        ("_RawIOBase", c.rawbase),
        ("_BufferedIOBase", c.bufferedbase),
        ("_TextIOBase", c.textbase),
        ("FileIO", c.fileio),
        ("BufferedReader", c.reader),
        ("BufferedWriter", c.writer),
        ("BufferedRandom", c.random),
        ("BufferedRWPair", c.rwpair),
        ("BytesIO", c.bytesio),
        ("_BytesIOBuffer", c.bytesio_buffer),
        ("StringIO", c.stringio),
        ("TextIOWrapper", c.text),
        ("IncrementalNewlineDecoder", c.newline),
        ("UnsupportedOperation", c.unsupported),
        ("BlockingIOError", ctx().types.BlockingIOError),
    ];
    for (name, class) in all {
        put(th, m, name, class.value())?;
    }
    put(th, m, "DEFAULT_BUFFER_SIZE", Value::small(DEFAULT_BUFFER_SIZE as i64))
}

/// `UnsupportedOperation(text)`
pub(crate) fn unsupported(th: &mut Thread, text: &str) -> Throw {
    th.error(classes().unsupported, text)
}
/// `ValueError("I/O operation on closed file.")`
pub(crate) fn closed_error(th: &mut Thread) -> Throw {
    th.value_error("I/O operation on closed file.")
}
/// `OSError(text)`
pub(crate) fn os_text(th: &mut Thread, text: &str) -> Throw {
    th.error(ctx().types.OSError, text)
}
/// `BlockingIOError(EAGAIN, text, written)`
pub(crate) fn would_block(th: &mut Thread, text: &str, written: usize) -> Throw {
    let text = th.new_str(text);
    match th.new_exception(
        ctx().types.BlockingIOError,
        &[Value::small(libc::EAGAIN as i64), text, Value::small(written as i64)],
    ) {
        Ok(e) => th.raise(e),
        Err(t) => t,
    }
}
/// An optional size argument: -1 for None or nothing.
pub(crate) fn size_arg(th: &mut Thread, v: Value) -> R<isize> {
    if let Some(n) = v.to_small() {
        return Ok(n as isize);
    }
    if v.is_empty() || v.is_none() {
        return Ok(-1);
    }
    if th.class_of(v).lookup(vasuki_vm::names::names().__index__).is_none() {
        let name = th.class_of(v).name_str();
        return Err(th.type_error(&format!("argument should be integer or None, not '{name}'")));
    }
    th.to_isize(v)
}
/// An optional str argument: None for None or nothing.
pub(crate) fn optional_str(th: &mut Thread, v: Value, what: &str) -> R<Option<String>> {
    if v.is_empty() || v.is_none() {
        return Ok(None);
    }
    let Some(s) = v.cast::<vasuki_vm::types::str_::Str>() else {
        let name = th.class_of(v).name_str();
        return Err(th.type_error(&format!("{what} must be str or None, not {name}")));
    };
    let text = s.to_string_lossy();
    if text.contains('\0') {
        return Err(th.value_error("embedded null character"));
    }
    Ok(Some(text))
}
/// An optional flag argument.
pub(crate) fn flag_arg(th: &mut Thread, v: Value, default: bool) -> R<bool> {
    if v.is_empty() { Ok(default) } else { th.truth(v) }
}
/// "cannot pickle 'X' instances"
pub(crate) fn no_pickle(th: &mut Thread, a: &[Value]) -> R {
    let name = th.class_of(a[0]).name_str();
    Err(th.type_error(&format!("cannot pickle '{name}' instances")))
}
/// Has the object an attribute of that name for itself, whatever its class has?
pub(crate) fn has_own(th: &mut Thread, v: Value, name: Gc<Str>) -> R<bool> {
    match v.to_obj() {
        Some(o) if th.class_of(v).has_flag(class_flag::HAS_DICT) => Ok(vasuki_vm::attrs::instance_get(th, o, name)?.is_some()),
        _ => Ok(false),
    }
}
/// Runs two steps of closing: the second also after the first failed; the first error becomes the context of the second's.
pub(crate) fn both(th: &mut Thread, first: impl FnOnce(&mut Thread) -> R<()>, second: impl FnOnce(&mut Thread) -> R<()>) -> R<()> {
    let Err(t) = first(th) else { return second(th) };
    let Some(e) = t.value() else { return Err(t) };
    match second(th) {
        Ok(()) => Err(t),
        Err(u) => {
            if let Some(f) = u.value() {
                vasuki_vm::types::exception::set_context(th, f, e)?;
            }
            Err(u)
        }
    }
}
/// The `name` of a stream for its repr: `"class name=..."`; a missing name or one that cannot be had is left out.
pub(crate) fn repr_with_name(th: &mut Thread, v: Value, rest: &str) -> R {
    let class = th.class_of(v);
    let class = th.full_name(class)?;
    let text = vasuki_vm::types::repr_guard::with(th, v, |th| {
        let name = th.catch(ctx().types.ValueError, |th| th.getattr_opt(v, vasuki_vm::names::names().name))?;
        match name {
            Ok(Some(n)) => th.repr_string(n).map(Some),
            _ => Ok(None),
        }
    })?;
    let text = match text {
        None => return Err(th.runtime_error(&format!("reentrant call inside {class}.__repr__"))),
        Some(Some(n)) => format!("<{class} name={n}{rest}>"),
        Some(None) => format!("<{class}{rest}>"),
    };
    Ok(th.new_str(&text))
}
