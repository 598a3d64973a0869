//! The module `_sre`: compiled patterns. The code that `re._compiler` makes becomes a program (`translate`), for which `ahead`
//! finds out what can follow where; `search` finds places where a match may begin, and `machine` matches there.
//!
//! Patterns, matches and templates never change once made, so any thread reads them without a transaction's log.

mod ahead;
mod chars;
mod look;
mod machine;
mod matching;
mod pattern;
mod program;
mod replace;
mod result;
mod scanner;
mod search;
mod set;
mod text;
mod translate;
mod words;

use chars::{ascii_lower, lower, upper};
use std::sync::OnceLock;
use vasuki_vm::native::{ModuleDef, NativeDef, TypeDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::type_;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_sre",
    doc: "",
    functions: FUNCTIONS,
    init,
};

/// Bytes of a code word.
const CODE_SIZE: i64 = 4;
static FUNCTIONS: &[NativeDef] = &[
    def(
        "compile",
        "pattern, flags, code, groups, groupindex, indexgroup",
        pattern::compile,
        "",
    ),
    def("template", "pattern, template, /", replace::template, ""),
    def("getcodesize", "", |_, _| Ok(Value::small(CODE_SIZE)), ""),
    def("ascii_iscased", "character, /", ascii_iscased, ""),
    def("unicode_iscased", "character, /", unicode_iscased, ""),
    def("ascii_tolower", "character, /", ascii_tolower, ""),
    def("unicode_tolower", "character, /", unicode_tolower, ""),
    def("getlower", "character, flags, /", getlower, ""),
];

fn init(th: &mut Thread, m: Value) -> R<()> {
    for (name, n) in [
        ("MAGIC", words::MAGIC),
        ("CODESIZE", CODE_SIZE),
        ("MAXREPEAT", words::MAXREPEAT as i64),
        ("MAXGROUPS", words::MAXGROUPS as i64),
    ] {
        let (k, v) = (th.intern(name), th.new_int(n));
        th.setattr(m, k, v)?;
    }
    class_of(th, &pattern::CLASS, &pattern::DEF)?;
    class_of(th, &result::CLASS, &result::DEF)?;
    Ok(())
}
/// A class of this module, made at first use.
fn class_of(th: &mut Thread, cell: &'static OnceLock<Value>, def: &'static TypeDef) -> R<Gc<Class>> {
    if let Some(c) = cell.get() {
        return Ok(c.as_gc());
    }
    let c = type_::make_native_class(th, def, &[])?;
    vasuki_vm::memory::keep(c.value());
    Ok(cell.get_or_init(|| c.value()).as_gc())
}
fn character(th: &mut Thread, v: Value) -> R<u32> {
    Ok(th.to_i64(v)? as u32)
}
fn ascii_iscased(th: &mut Thread, a: &[Value]) -> R {
    let c = character(th, a[0])?;
    Ok(Value::bool(c < 0x80 && (c as u8).is_ascii_alphabetic()))
}
fn unicode_iscased(th: &mut Thread, a: &[Value]) -> R {
    let c = character(th, a[0])?;
    Ok(Value::bool(lower(c) != c || upper(c) != c))
}
fn ascii_tolower(th: &mut Thread, a: &[Value]) -> R {
    let c = character(th, a[0])?;
    Ok(Value::small(ascii_lower(c) as i64))
}
fn unicode_tolower(th: &mut Thread, a: &[Value]) -> R {
    let c = character(th, a[0])?;
    Ok(Value::small(lower(c) as i64))
}
fn getlower(th: &mut Thread, a: &[Value]) -> R {
    let c = character(th, a[0])?;
    let flags = th.to_i64(a[1])?;
    Ok(Value::small(if flags & 32 != 0 { lower(c) } else { ascii_lower(c) } as i64))
}
