//! `code.replace`: a code object with some fields changed, checked as those from a cache file are.

use super::code::{Code, from_compiled, to_compiled};
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer_protocol::bytes_of_argument;
use crate::types::dict::Dict;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use vasuki_compiler::code::flags;
use vasuki_compiler::dataflow;
use vasuki_compiler::validate::validate;

fn text(th: &mut Thread, field: &str, v: Value) -> R<Box<str>> {
    match v.cast::<Str>() {
        Some(s) => Ok(s.to_string_lossy().into()),
        None => {
            let class = th.class_of(v).name_str();
            Err(th.type_error(&format!("replace() argument '{field}' must be str, not {class}")))
        }
    }
}
fn items(th: &mut Thread, field: &str, v: Value) -> R<&'static [Value]> {
    match v.cast::<Tuple>() {
        Some(t) => Ok(t.items()),
        None => {
            let class = th.class_of(v).name_str();
            Err(th.type_error(&format!("replace() argument '{field}' must be tuple, not {class}")))
        }
    }
}
fn names(th: &mut Thread, field: &str, v: Value) -> R<Vec<Box<str>>> {
    let mut out = Vec::new();
    for &n in items(th, field, v)? {
        if !n.is_kind(Kind::Str) {
            let class = th.class_of(n).name_str();
            return Err(th.type_error(&format!("name tuples must contain only strings, not '{class}'")));
        }
        out.push(text(th, field, n)?);
    }
    Ok(out)
}
fn count<T: TryFrom<i64>>(th: &mut Thread, field: &str, v: Value) -> R<T> {
    let n = th.to_i64(v)?;
    match T::try_from(n) {
        Ok(n) => Ok(n),
        Err(_) => Err(th.value_error(&format!("code: {field} is out of range"))),
    }
}

/// `replace(self, /, **changes)`
pub fn replace(th: &mut Thread, a: &[Value]) -> R {
    // How a frame is run depends on these: changing them would make another kind of function of the same instructions.
    const KIND: u32 = flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR | flags::VARARGS | flags::VARKEYWORDS;
    let old: Gc<Code> = a[0].as_gc();
    let mut c = to_compiled(th, old)?;
    let changes = a[1].as_gc::<Dict>();
    let (keys, values) = changes.snapshot(th)?;
    for (&field, &v) in keys.as_slice().iter().zip(values.as_slice()) {
        let field = field.as_gc::<Str>().to_string_lossy();
        match field.as_str() {
            "co_name" => c.name = text(th, &field, v)?,
            "co_qualname" => c.qualname = text(th, &field, v)?,
            "co_filename" => c.filename = text(th, &field, v)?,
            "co_firstlineno" => {
                let new: u32 = count(th, &field, v)?;
                let by = new.wrapping_sub(c.firstlineno);
                for (_, p) in &mut c.positions {
                    for line in [&mut p.line, &mut p.end_line] {
                        if *line != u32::MAX {
                            *line = line.wrapping_add(by);
                        }
                    }
                }
                c.firstlineno = new;
            }
            "co_argcount" => c.argcount = count(th, &field, v)?,
            "co_posonlyargcount" => c.posonlyargcount = count(th, &field, v)?,
            "co_kwonlyargcount" => c.kwonlyargcount = count(th, &field, v)?,
            "co_flags" => {
                let new: u32 = count(th, &field, v)?;
                if (new ^ c.flags) & KIND != 0 {
                    return Err(th.value_error("code: co_flags cannot make another kind of function of the same instructions"));
                }
                c.flags = new;
            }
            "co_varnames" => c.varnames = names(th, &field, v)?,
            "co_names" => c.names = names(th, &field, v)?,
            "co_freevars" => c.freevars = names(th, &field, v)?,
            "co_cellvars" => {
                let new = names(th, &field, v)?;
                if new.len() != c.cellvars.len() {
                    return Err(th.value_error("code: co_cellvars must keep its length"));
                }
                for (cell, name) in c.cellvars.iter_mut().zip(new) {
                    cell.0 = name;
                }
            }
            "co_consts" => {
                c.consts.clear();
                for &k in items(th, &field, v)? {
                    let k = super::code::to_constant(th, k)?;
                    c.consts.push(k);
                }
            }
            "co_code" => {
                // What values are in which registers, only the compiler knows.
                let new = bytes_of_argument(th, v)?;
                if !c.code.iter().flat_map(|w| w.to_le_bytes()).eq(new.iter().copied()) {
                    return Err(th.value_error("code: co_code cannot be changed"));
                }
            }
            // These follow from the others here, or have another form than CPython's.
            "co_nlocals" | "co_stacksize" | "co_linetable" | "co_exceptiontable" => {}
            _ => {
                return Err(th.type_error(&format!("replace() got an unexpected keyword argument '{field}'")));
            }
        }
    }
    if let Err(what) = validate(&c) {
        return Err(th.value_error(&format!("code: bad {what}")));
    }
    if let Err(what) = dataflow::check(&c) {
        return Err(th.value_error(&format!("code: {what}")));
    }
    Ok(from_compiled(th, &c)?.value())
}
