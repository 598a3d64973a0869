//! The module `sys`.

pub(crate) mod hooks;
mod info;
mod jit;
mod monitoring;
pub(crate) mod runtime;

pub use runtime::{FINALIZING, RECURSION_LIMIT};

use crate::codecs::fs::fs_string;
use crate::context::ctx;
use crate::native::{ModuleDef, NativeDef, def};
use crate::thread::Thread;
use crate::throw::R;
use crate::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "sys",
    doc: "This module provides access to some objects used or maintained by the\ninterpreter and to functions that interact strongly with the interpreter.",
    functions: FUNCTIONS,
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    def(
        "_clear_internal_caches",
        "",
        nothing,
        "Clear all internal performance-related caches.",
    ),
    def(
        "_clear_type_descriptors",
        "type, /",
        runtime::clear_type_descriptors,
        "Private function for clearing certain descriptors from a type's dictionary.",
    ),
    def("_clear_type_cache", "", nothing, "Clear the internal type lookup cache."),
    def(
        "_current_frames",
        "",
        runtime::current_frames,
        "Return a dict mapping each thread's thread id to its current stack frame.",
    ),
    def(
        "_get_cpu_count_config",
        "",
        |_, _| Ok(Value::small(-1)),
        "Private function for getting PyConfig.cpu_count",
    ),
    def(
        "_getframe",
        "depth=0, /",
        runtime::getframe,
        "Return a frame object from the call stack.",
    ),
    def(
        "_getframemodulename",
        "depth=0",
        runtime::getframemodulename,
        "Return the name of the module for a calling frame.",
    ),
    def(
        "_is_gil_enabled",
        "",
        not_so,
        "Return whether there is a global interpreter lock: there is none.",
    ),
    def(
        "_is_interned",
        "string, /",
        runtime::is_interned,
        "Return True if the given string is \"interned\".",
    ),
    def("addaudithook", "hook", hooks::addaudithook, "Adds a new audit hook callback."),
    def(
        "audit",
        "event, /, *args",
        hooks::audit,
        "Passes the event to any hooks that are attached.",
    ),
    def(
        "breakpointhook",
        "*args, **kwargs",
        hooks::breakpointhook,
        "This hook function is called by built-in breakpoint().",
    ),
    def(
        "call_tracing",
        "func, args, /",
        runtime::call_tracing,
        "Call func(*args), while tracing is enabled.",
    ),
    def(
        "displayhook",
        "object, /",
        hooks::displayhook,
        "Print an object to sys.stdout and also save it in builtins._",
    ),
    def(
        "exc_info",
        "",
        runtime::exc_info,
        "Return current exception information: (type, value, traceback).",
    ),
    def(
        "excepthook",
        "exctype, value, traceback, /",
        hooks::excepthook,
        "Handle an exception by displaying it with a traceback on sys.stderr.",
    ),
    def("exception", "", runtime::exception, "Return the current exception."),
    def(
        "exit",
        "status=None, /",
        runtime::exit,
        "Exit the interpreter by raising SystemExit(status).",
    ),
    def(
        "get_asyncgen_hooks",
        "",
        hooks::get_asyncgen_hooks,
        "Return the installed asynchronous generators hooks.",
    ),
    def(
        "get_coroutine_origin_tracking_depth",
        "",
        runtime::get_origin_depth,
        "Check status of origin tracking for coroutine objects in this thread.",
    ),
    def(
        "get_int_max_str_digits",
        "",
        runtime::get_int_max_str_digits,
        "Return the maximum string digits limit for non-binary int<->str conversions.",
    ),
    def(
        "getallocatedblocks",
        "",
        runtime::getallocatedblocks,
        "Return the number of memory blocks currently allocated.",
    ),
    def(
        "getdefaultencoding",
        "",
        utf8,
        "Return the current default encoding used by the Unicode implementation.",
    ),
    def(
        "getfilesystemencodeerrors",
        "",
        surrogateescape,
        "Return the error mode used for Unicode to OS filename conversion.",
    ),
    def(
        "getfilesystemencoding",
        "",
        utf8,
        "Return the encoding used to convert Unicode filenames to OS filenames.",
    ),
    def(
        "getprofile",
        "",
        hooks::getprofile,
        "Return the profiling function set with sys.setprofile.",
    ),
    def(
        "getrecursionlimit",
        "",
        runtime::getrecursionlimit,
        "Return the current value of the recursion limit.",
    ),
    def(
        "getrefcount",
        "object, /",
        runtime::getrefcount,
        "Return a number: there are no reference counts.",
    ),
    def(
        "getsizeof",
        "object, default=<unrepresentable>",
        runtime::getsizeof,
        "Return the size of object in bytes.",
    ),
    def(
        "getswitchinterval",
        "",
        runtime::getswitchinterval,
        "Return the current thread switch interval.",
    ),
    def(
        "gettrace",
        "",
        hooks::gettrace,
        "Return the global debug tracing function set with sys.settrace.",
    ),
    def(
        "getunicodeinternedsize",
        "*, _only_immortal=False",
        runtime::interned_size,
        "Return the number of elements of the unicode interned dictionary",
    ),
    def("intern", "string, /", runtime::intern, "``Intern'' the given string."),
    def("setprofile", "function, /", hooks::setprofile, "Set the profiling function."),
    def(
        "_setprofileallthreads",
        "function, /",
        hooks::setprofile_all,
        "Set the profiling function in all running threads belonging to the current interpreter.",
    ),
    def(
        "_settraceallthreads",
        "function, /",
        hooks::settrace_all,
        "Set the global debug tracing function in all running threads belonging to the current interpreter.",
    ),
    def("settrace", "function, /", hooks::settrace, "Set the global debug tracing function."),
    def("is_finalizing", "", runtime::is_finalizing, "Return True if Python is exiting."),
    def(
        "is_remote_debug_enabled",
        "",
        not_so,
        "Return True if remote debugging is enabled, False otherwise.",
    ),
    def(
        "set_asyncgen_hooks",
        "firstiter=None, finalizer=None",
        hooks::set_asyncgen_hooks,
        "Set a finalizer for async generators objects.",
    ),
    def(
        "set_coroutine_origin_tracking_depth",
        "depth",
        runtime::set_origin_depth,
        "Enable or disable origin tracking for coroutine objects in this thread.",
    ),
    def(
        "set_int_max_str_digits",
        "maxdigits",
        runtime::set_int_max_str_digits,
        "Set the maximum string digits limit for non-binary int<->str conversions.",
    ),
    def(
        "setrecursionlimit",
        "limit, /",
        runtime::setrecursionlimit,
        "Set the maximum depth of the Python interpreter stack to n.",
    ),
    def(
        "setswitchinterval",
        "interval, /",
        runtime::setswitchinterval,
        "Set the ideal thread switching delay inside the Python interpreter.",
    ),
    def(
        "unraisablehook",
        "unraisable, /",
        hooks::unraisablehook,
        "Handle an unraisable exception.",
    ),
];

fn nothing(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::NONE)
}
fn not_so(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::FALSE)
}
fn utf8(th: &mut Thread, _: &[Value]) -> R {
    Ok(th.new_str("utf-8"))
}
fn surrogateescape(th: &mut Thread, _: &[Value]) -> R {
    Ok(th.new_str("surrogateescape"))
}
/// Sets an attribute of the module.
pub(crate) fn put(th: &mut Thread, m: Value, name: &str, v: Value) -> R<()> {
    let name = th.intern(name);
    th.setattr(m, name, v)
}
fn strings(th: &mut Thread, items: &[std::ffi::OsString]) -> R {
    let mut out = crate::types::buffer::ValueVec::new();
    for s in items {
        let v = fs_string(th, s);
        out.push(th, v)?;
    }
    Ok(th.new_list_vec(out))
}

fn init(th: &mut Thread, m: Value) -> R<()> {
    let c = &ctx().config;
    let modules = ctx().modules.value();
    put(th, m, "modules", modules)?;
    let argv = strings(th, &c.argv)?;
    put(th, m, "argv", argv)?;
    let orig = strings(th, &c.orig_argv)?;
    put(th, m, "orig_argv", orig)?;
    let exe = fs_string(th, &c.executable);
    put(th, m, "executable", exe)?;
    put(th, m, "_base_executable", exe)?;
    let path = strings(th, &c.python_path)?;
    put(th, m, "path", path)?;
    for name in ["meta_path", "path_hooks"] {
        let v = th.new_list(&[])?;
        put(th, m, name, v)?;
    }
    let cache = th.new_dict();
    put(th, m, "path_importer_cache", cache)?;
    let mut warn = crate::types::buffer::ValueVec::new();
    for w in &c.warn_options {
        let w = th.new_str(w);
        warn.push(th, w)?;
    }
    let warn = th.new_list_vec(warn);
    put(th, m, "warnoptions", warn)?;
    let x = th.new_dict();
    for o in &c.x_options {
        let (k, v) = match o.split_once('=') {
            Some((k, v)) => (k, th.new_str(v)),
            None => (o.as_str(), Value::TRUE),
        };
        let k = th.new_str(k);
        x.as_gc::<crate::types::dict::Dict>().set(th, k, v)?;
    }
    put(th, m, "_xoptions", x)?;
    // Until the streams are made, what is printed goes nowhere.
    for stream in ["stdin", "stdout", "stderr"] {
        put(th, m, stream, Value::NONE)?;
    }
    put(th, m, "dont_write_bytecode", Value::bool(c.dont_write_bytecode))?;
    put(th, m, "pycache_prefix", Value::NONE)?;
    let prefix = std::path::Path::new(crate::frozen::LIBRARY_DIR)
        .ancestors()
        .nth(2)
        .map(|p| p.to_string_lossy().into_owned());
    let prefix = th.new_str(prefix.as_deref().unwrap_or("/"));
    for name in ["prefix", "base_prefix", "exec_prefix", "base_exec_prefix"] {
        put(th, m, name, prefix)?;
    }
    for (name, text) in [
        ("platform", std::env::consts::OS),
        ("byteorder", if cfg!(target_endian = "big") { "big" } else { "little" }),
        ("float_repr_style", "short"),
        ("platlibdir", "lib"),
        ("abiflags", ""),
        (
            "copyright",
            "Vasuki is free software under the MIT or Apache-2.0 licence; its library is CPython's (PSF licence).",
        ),
        ("_stdlib_dir", crate::frozen::LIBRARY_DIR),
        ("ps1", ">>> "),
        ("ps2", "... "),
    ] {
        let v = th.new_str(text);
        put(th, m, name, v)?;
    }
    let maxsize = th.new_int(i64::MAX);
    put(th, m, "maxsize", maxsize)?;
    put(th, m, "maxunicode", Value::small(0x10FFFF))?;
    info::add(th, m)?;
    hooks::add(th, m)?;
    jit::add(th, m)?;
    monitoring::add(th, m)?;
    Ok(())
}
