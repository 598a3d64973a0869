//! The module `builtins`.

mod attributes;
pub mod compile;
pub(crate) mod iteration;
mod numbers;
mod output;
mod scope;

pub use output::sys_attribute;

use crate::context::ctx;
use crate::native::{ModuleDef, NativeDef, def};
use crate::thread::Thread;
use crate::throw::R;
use crate::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "builtins",
    doc: "Built-in functions, types, exceptions, and other objects.\n\nThis module provides direct access to all 'built-in'\nidentifiers of Python; for example, builtins.len is\nthe full name for the built-in function len().",
    functions: FUNCTIONS,
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    def("abs", "number, /", numbers::abs, "Return the absolute value of the argument."),
    def(
        "aiter",
        "async_iterable, /",
        iteration::aiter,
        "Return an AsyncIterator for an AsyncIterable object.",
    ),
    def(
        "all",
        "iterable, /",
        iteration::all,
        "Return True if bool(x) is True for all values x in the iterable.\n\nIf the iterable is empty, return True.",
    ),
    def(
        "anext",
        "async_iterator, default=<unrepresentable>, /",
        iteration::anext,
        "Return the next item from the async iterator.",
    ),
    def(
        "any",
        "iterable, /",
        iteration::any,
        "Return True if bool(x) is True for any x in the iterable.\n\nIf the iterable is empty, return False.",
    ),
    def(
        "ascii",
        "obj, /",
        output::ascii,
        "Return an ASCII-only representation of an object.",
    ),
    def("bin", "number, /", numbers::bin, "Return the binary representation of an integer."),
    def(
        "breakpoint",
        "*args, **kws",
        output::breakpoint,
        "Call sys.breakpointhook(*args, **kws).",
    ),
    def(
        "callable",
        "obj, /",
        attributes::callable,
        "Return whether the object is callable (i.e., some kind of function).",
    ),
    def(
        "chr",
        "i, /",
        numbers::chr,
        "Return a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff.",
    ),
    def(
        "compile",
        "source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1",
        compile::compile,
        "Compile source into a code object that can be executed by exec() or eval().",
    ),
    def(
        "delattr",
        "obj, name, /",
        attributes::delattr,
        "Deletes the named attribute from the given object.",
    ),
    def(
        "dir",
        "object=<unrepresentable>, /",
        attributes::dir,
        "Show attributes of an object.",
    ),
    def(
        "divmod",
        "x, y, /",
        numbers::divmod,
        "Return the tuple (x//y, x%y).  Invariant: div*y + mod == x.",
    ),
    def(
        "eval",
        "source, /, globals=None, locals=None",
        compile::eval,
        "Evaluate the given source in the context of globals and locals.",
    ),
    def(
        "exec",
        "source, /, globals=None, locals=None, *, closure=None",
        compile::exec,
        "Execute the given source in the context of globals and locals.",
    ),
    def(
        "format",
        "value, format_spec='', /",
        output::format,
        "Return type(value).__format__(value, format_spec)",
    ),
    def(
        "getattr",
        "object, name, default=<unrepresentable>, /",
        attributes::getattr,
        "Get a named attribute from an object.",
    ),
    def(
        "globals",
        "",
        scope::globals,
        "Return the dictionary containing the current scope's global variables.",
    ),
    def(
        "hasattr",
        "obj, name, /",
        attributes::hasattr,
        "Return whether the object has an attribute with the given name.",
    ),
    def("hash", "obj, /", attributes::hash, "Return the hash value for the given object."),
    def(
        "hex",
        "number, /",
        numbers::hex,
        "Return the hexadecimal representation of an integer.",
    ),
    def("id", "obj, /", attributes::id, "Return the identity of an object."),
    def(
        "input",
        "prompt='', /",
        output::input,
        "Read a string from standard input.  The trailing newline is stripped.",
    ),
    def(
        "isinstance",
        "obj, class_or_tuple, /",
        attributes::isinstance,
        "Return whether an object is an instance of a class or of a subclass thereof.",
    ),
    def(
        "issubclass",
        "cls, class_or_tuple, /",
        attributes::issubclass,
        "Return whether 'cls' is derived from another class or is the same class.",
    ),
    def(
        "iter",
        "object, sentinel=<unrepresentable>, /",
        iteration::iter,
        "Get an iterator from an object.",
    ),
    def("len", "obj, /", iteration::len, "Return the number of items in a container."),
    def(
        "locals",
        "",
        scope::locals,
        "Return a dictionary containing the current scope's local variables.",
    ),
    def(
        "max",
        "*args, key=None, default=None",
        iteration::max,
        "max(iterable, *[, default=obj, key=func]) -> value\nmax(arg1, arg2, *args, *[, key=func]) -> value\n\nWith a single iterable argument, return its biggest item. The\ndefault keyword-only argument specifies an object to return if\nthe provided iterable is empty.\nWith two or more positional arguments, return the largest argument.",
    ),
    def(
        "min",
        "*args, key=None, default=None",
        iteration::min,
        "min(iterable, *[, default=obj, key=func]) -> value\nmin(arg1, arg2, *args, *[, key=func]) -> value\n\nWith a single iterable argument, return its smallest item. The\ndefault keyword-only argument specifies an object to return if\nthe provided iterable is empty.\nWith two or more positional arguments, return the smallest argument.",
    ),
    def(
        "next",
        "iterator, default=<unrepresentable>, /",
        iteration::next,
        "Return the next item from the iterator.",
    ),
    def("oct", "number, /", numbers::oct, "Return the octal representation of an integer."),
    def(
        "ord",
        "character, /",
        numbers::ord,
        "Return the Unicode code point of a one-character string.",
    ),
    def(
        "pow",
        "base, exp, mod=None",
        numbers::pow,
        "Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments.",
    ),
    def(
        "print",
        "*args, sep=' ', end='\\n', file=None, flush=False",
        output::print,
        "Prints the values to a stream, or to sys.stdout by default.",
    ),
    def(
        "repr",
        "obj, /",
        output::repr,
        "Return the canonical string representation of the object.",
    ),
    def(
        "round",
        "number, ndigits=None",
        numbers::round,
        "Round a number to a given precision in decimal digits.",
    ),
    def(
        "setattr",
        "obj, name, value, /",
        attributes::setattr,
        "Sets the named attribute on the given object to the specified value.",
    ),
    def(
        "sorted",
        "iterable, /, *, key=None, reverse=False",
        iteration::sorted,
        "Return a new list containing all items from the iterable in ascending order.",
    ),
    def(
        "sum",
        "iterable, /, start=0",
        iteration::sum,
        "Return the sum of a 'start' value (default: 0) plus an iterable of numbers",
    ),
    def("vars", "object=<unrepresentable>, /", scope::vars, "Show vars."),
    def(
        "__build_class__",
        "func, name, /, *bases, **kwds",
        crate::interp::class::build_class,
        "__build_class__(func, name, /, *bases, [metaclass], **kwds) -> class\n\nInternal helper function used by the class statement.",
    ),
    def(
        "__import__",
        "name, globals=None, locals=None, fromlist=(), level=0",
        scope::import,
        "Import a module.",
    ),
];

fn init(th: &mut Thread, module: Value) -> R<()> {
    let t = &ctx().types;
    let internal = [
        "NoneType",
        "ellipsis",
        "NotImplementedType",
        "function",
        "cell",
        "code",
        "module",
        "frame",
        "traceback",
    ];
    let last_public = t.list().iter().position(|x| x.0 == t.none).unwrap_or(0);
    for (i, (class, name, _)) in t.list().into_iter().enumerate() {
        let exception = class.is_subclass_of(t.BaseException);
        if (i < last_public || exception) && !internal.contains(&name) {
            let name = th.intern(name);
            th.setattr(module, name, class.value())?;
        }
    }
    for (name, value) in [
        ("EnvironmentError", t.OSError.value()),
        ("IOError", t.OSError.value()),
        ("None", Value::NONE),
        ("True", Value::TRUE),
        ("False", Value::FALSE),
        ("Ellipsis", Value::ELLIPSIS),
        ("NotImplemented", Value::NOT_IMPLEMENTED),
        ("__debug__", Value::bool(ctx().config.optimize == 0)),
    ] {
        let name = th.intern(name);
        th.setattr(module, name, value)?;
    }
    Ok(())
}
