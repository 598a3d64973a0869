//! Small helpers that the native modules share: cached classes, constants, argument texts.

use std::sync::OnceLock;
use vasuki_vm::native::TypeDef;
use vasuki_vm::object::Gc;
use vasuki_vm::state::wrong_self;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::payload::{self, Native, Payload};
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::type_;
use vasuki_vm::value::Value;

/// Where a module keeps a class that it made.
pub(crate) type ClassCell = OnceLock<Gc<Class>>;

/// The class of a declaration; made when it is first asked for, and kept for ever.
pub(crate) fn class(th: &mut Thread, cell: &'static ClassCell, def: &'static TypeDef) -> R<Gc<Class>> {
    if let Some(c) = cell.get() {
        return Ok(*c);
    }
    let c = type_::make_native_class(th, def, &[])?;
    vasuki_vm::memory::keep(c.value());
    Ok(*cell.get_or_init(|| c))
}
/// An exception class; made when it is first asked for, and kept for ever.
pub(crate) fn exception(th: &mut Thread, cell: &'static ClassCell, name: &str, base: Gc<Class>, doc: &str) -> R<Gc<Class>> {
    if let Some(c) = cell.get() {
        return Ok(*c);
    }
    let c = type_::new_exception_class(th, name, &[base], doc)?;
    vasuki_vm::memory::keep(c.value());
    Ok(*cell.get_or_init(|| c))
}
/// `m.name = v`
pub(crate) fn put(th: &mut Thread, m: Value, name: &str, v: Value) -> R<()> {
    let k = th.intern(name);
    th.setattr(m, k, v)
}
/// Adds a native class to a module.
pub(crate) fn add_class(th: &mut Thread, m: Value, cell: &'static ClassCell, def: &'static TypeDef) -> R<Gc<Class>> {
    let c = class(th, cell, def)?;
    let name = def.name.rsplit('.').next().unwrap_or(def.name);
    put(th, m, name, c.value())?;
    Ok(c)
}
/// `m.name = n` for each.
pub(crate) fn put_ints(th: &mut Thread, m: Value, table: &[(&str, i64)]) -> R<()> {
    for &(name, n) in table {
        let v = th.new_int(n);
        put(th, m, name, v)?;
    }
    Ok(())
}
/// `o.name`
pub(crate) fn attr(th: &mut Thread, o: Value, name: &str) -> R {
    let k = th.intern(name);
    th.getattr(o, k)
}
/// `o.name(*args)`
pub(crate) fn call_method(th: &mut Thread, o: Value, name: &str, args: &[Value]) -> R {
    let k = th.intern(name);
    th.call_method(o, k, args)
}
/// The payload of a native object, writable; TypeError for another object.
pub(crate) fn open<T: Payload>(th: &mut Thread, v: Value) -> R<&'static mut T> {
    match payload::downcast::<T>(v) {
        Some(o) => th.open_mut(o),
        None => Err(wrong_self(th, v)),
    }
}
/// The native object of a value; TypeError for another object.
pub(crate) fn native<T: Payload>(th: &mut Thread, v: Value) -> R<Gc<Native<T>>> {
    match payload::downcast::<T>(v) {
        Some(o) => Ok(o),
        None => Err(wrong_self(th, v)),
    }
}
/// Name of a value's class, as messages show it.
pub(crate) fn type_name(th: &mut Thread, v: Value) -> String {
    if v.is_none() {
        "NoneType".into()
    } else {
        th.class_of(v).name_str()
    }
}
/// The name of a value's class in messages of argument conversion, where None is "None".
pub(crate) fn arg_name(th: &mut Thread, v: Value) -> String {
    if v.is_none() { "None".into() } else { th.class_of(v).name_str() }
}
/// A str argument. `what` is as in "f() argument 1".
pub(crate) fn str_arg(th: &mut Thread, v: Value, what: &str) -> R<Gc<Str>> {
    match v.cast::<Str>() {
        Some(s) => Ok(s),
        None => {
            let name = arg_name(th, v);
            Err(th.type_error(&format!("{what} must be str, not {name}")))
        }
    }
}
/// An optional argument: None when it was left out.
pub(crate) fn given(v: Value) -> Option<Value> {
    if v.is_empty() { None } else { Some(v) }
}
/// A C string without NUL inside; `ValueError: embedded null byte` otherwise.
pub(crate) fn c_string(th: &mut Thread, b: &[u8]) -> R<std::ffi::CString> {
    std::ffi::CString::new(b).map_err(|_| th.value_error("embedded null byte"))
}
/// The errno of the last failed call.
pub(crate) fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}
