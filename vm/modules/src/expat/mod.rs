//! The module `pyexpat`: a parser that takes XML piece by piece and calls handlers for its parts.
//!
//! `parser` finds the parts, `object` is the Python side.

mod decode;
mod dtd;
mod errors;
mod event;
mod names;
mod object;
mod parser;

use crate::support::{ClassCell, exception, put, put_ints};
use errors::Code;
use parser::Place;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::class::Class;
use vasuki_vm::types::module;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "pyexpat",
    doc: "Python wrapper for Expat parser.",
    functions: &[
        def(
            "ParserCreate",
            "encoding=None, namespace_separator=None, intern=<unrepresentable>",
            object::create,
            "Return a new XML parser object.",
        ),
        def("ErrorString", "code, /", error_string, "Returns string error for given number."),
    ],
    init,
};
fn init(th: &mut Thread, m: Value) -> R<()> {
    let c = error_class(th)?;
    put(th, m, "ExpatError", c.value())?;
    put(th, m, "error", c.value())?;
    let c = object::class(th)?;
    put(th, m, "XMLParserType", c.value())?;
    let version = th.new_str("expat_2.7.1");
    put(th, m, "EXPAT_VERSION", version)?;
    let numbers = th.new_tuple(&[Value::small(2), Value::small(7), Value::small(1)]);
    put(th, m, "version_info", numbers)?;
    let native = th.new_str("UTF-8");
    put(th, m, "native_encoding", native)?;
    let features = th.new_list(&[])?;
    put(th, m, "features", features)?;
    put_ints(
        th,
        m,
        &[
            ("XML_PARAM_ENTITY_PARSING_NEVER", 0),
            ("XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE", 1),
            ("XML_PARAM_ENTITY_PARSING_ALWAYS", 2),
        ],
    )?;
    let model = module::new(th, "pyexpat.model")?;
    let doc = th.new_str("Constants used to interpret content model information.");
    put(th, model, "__doc__", doc)?;
    let kinds = ["EMPTY", "ANY", "MIXED", "NAME", "CHOICE", "SEQ"];
    let quantifiers = ["NONE", "OPT", "REP", "PLUS"];
    for (i, name) in (1..).zip(kinds) {
        put(th, model, &format!("XML_CTYPE_{name}"), Value::small(i))?;
    }
    for (i, name) in (0..).zip(quantifiers) {
        put(th, model, &format!("XML_CQUANT_{name}"), Value::small(i))?;
    }
    put(th, m, "model", model)?;
    let all = module::new(th, "pyexpat.errors")?;
    let doc = th.new_str("Constants used to describe error conditions.");
    put(th, all, "__doc__", doc)?;
    let (codes, messages) = (th.new_dict(), th.new_dict());
    for (code, e) in (1..).zip(errors::ALL) {
        let text = th.new_str(e.text);
        put(th, all, e.name, text)?;
        th.setitem(codes, text, Value::small(code))?;
        th.setitem(messages, Value::small(code), text)?;
    }
    put(th, all, "codes", codes)?;
    put(th, all, "messages", messages)?;
    put(th, m, "errors", all)
}
fn error_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    let base = ctx().types.Exception;
    exception(th, &C, "xml.parsers.expat.ExpatError", base, "")
}
fn error_string(th: &mut Thread, a: &[Value]) -> R {
    let code = th.to_i64(a[0])?;
    let found = usize::try_from(code - 1).ok().and_then(|i| errors::ALL.get(i));
    Ok(match found {
        Some(e) => th.new_str(e.text),
        None => Value::NONE,
    })
}
/// The exception for what is wrong at a place.
fn failure(th: &mut Thread, code: Code, place: Place) -> Throw {
    let made = || -> R {
        let text = errors::ALL.get((code as usize).wrapping_sub(1)).map_or("unknown error", |e| e.text);
        let message = th.new_str(&format!("{text}: line {}, column {}", place.line, place.column));
        let c = error_class(th)?;
        let e = th.new_exception(c, &[message])?;
        for (name, n) in [("code", code as usize), ("offset", place.column), ("lineno", place.line)] {
            put(th, e, name, Value::small(n as i64))?;
        }
        Ok(e)
    }();
    match made {
        Ok(e) => th.raise(e),
        Err(t) => t,
    }
}
