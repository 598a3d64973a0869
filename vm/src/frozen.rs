//! The Python files inside the binary: found by name, run as modules.

use crate::context::ctx;
use crate::names::names;
use crate::native::{NativeDef, def_static};
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::dict::Dict;
use crate::types::module;
use crate::types::native_function;
use crate::types::str_::Str;
use crate::value::Value;
use std::sync::OnceLock;
use vasuki_compiler::code::Code;

/// A library module inside the binary.
#[derive(Clone, Copy)]
pub struct FrozenModule {
    /// dotted name
    pub name: &'static str,
    /// is it a package?
    pub package: bool,
    /// path below the library's folder: `os.py`, `json/__init__.py`
    pub path: &'static str,
    /// its code, encoded by `vasuki_compiler::serial` when the binary was built
    pub code: &'static [u8],
}

/// Where the library comes from; the binary sets it before start-up.
pub struct Library {
    /// finds a module
    pub find: fn(&str) -> Option<FrozenModule>,
    /// text of a file of the library (for tracebacks and `inspect`), by `FrozenModule::path`
    pub source: fn(&str) -> Option<String>,
    /// names of all modules
    pub names: fn() -> Vec<&'static str>,
}
static LIBRARY: OnceLock<Library> = OnceLock::new();

/// Sets the library: once, before start-up.
pub fn set_library(l: Library) {
    // A second start in the same process keeps the first library: it is part of the binary.
    let _ = LIBRARY.set(l);
}
/// The library's modules.
pub fn library() -> Option<&'static Library> {
    LIBRARY.get()
}
/// The folder that library files claim to be in: it does not exist on disk.
pub const LIBRARY_DIR: &str = "/vasuki/lib/python3.14";

/// Code object of a library module.
pub fn code(th: &mut Thread, m: FrozenModule) -> R {
    match vasuki_compiler::serial::decode_trusted(m.code) {
        Ok(c) => {
            let c: Code = c;
            Ok(crate::interp::code::from_compiled(th, &c)?.value())
        }
        Err(e) => {
            let text = format!("the library module {} inside the binary is damaged: {e:?}", m.name);
            Err(th.error(ctx().types.ImportError, &text))
        }
    }
}

/// Runs a library module's code in a new module called `name`: the import system itself comes to life so.
pub fn run(th: &mut Thread, name: &str, library_name: &str) -> R {
    let Some(m) = library().and_then(|l| (l.find)(library_name)) else {
        return Err(th.error(ctx().types.ImportError, &format!("the binary has no library module {library_name}")));
    };
    let object = module::new(th, name)?;
    let key = th.intern(name);
    ctx().modules.set_str(th, key, object)?;
    let dict: Gc<Dict> = module::dict_of(object);
    let builtins = ctx().modules.get_str(th, names().builtins)?.unwrap_or(Value::NONE);
    dict.set_str(th, names().__builtins__, builtins)?;
    let code = code(th, m)?;
    crate::interp::run_code(th, code.as_gc(), dict.value(), dict.value(), Value::EMPTY)?;
    Ok(object)
}

static GET_SOURCE: NativeDef = def_static(
    "get_source",
    "fullname, /",
    get_source,
    "Return the source text of a module of the library.",
);
fn get_source(th: &mut Thread, a: &[Value]) -> R {
    let Some(name) = a[0].cast::<Str>().map(|s| s.to_string_lossy()) else {
        return Err(th.type_error("the name of a module must be a string"));
    };
    match library().and_then(|l| (l.source)((l.find)(&name)?.path)) {
        Some(text) => Ok(th.new_str(&text)),
        None => Ok(Value::NONE),
    }
}
/// Lets the importer of the library's modules give their source texts: `importlib` is the module `_frozen_importlib`.
pub(crate) fn give_sources(th: &mut Thread, importlib: Value) -> R<()> {
    let importer = th.intern("FrozenImporter");
    let importer = th.getattr(importlib, importer)?;
    let f = native_function::new(th, &GET_SOURCE, Value::NONE, Value::NONE);
    let name = th.intern(GET_SOURCE.name);
    th.setattr(importer, name, f)
}
