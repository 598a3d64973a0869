//! Equality of code objects: the same program at the same place, whatever the file.

use super::code::{Code, to_compiled};
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::value::Value;
use vasuki_compiler::code::{self as compiled, Const};

fn without_file(c: &mut compiled::Code) {
    c.filename = "".into();
    for k in &mut c.consts {
        if let Const::Code(inner) = k {
            without_file(inner);
        }
    }
}
/// All that counts, as text: in it floats differ by their sign and numbers by their type.
fn content(th: &mut Thread, code: Gc<Code>) -> R<String> {
    let mut c = to_compiled(th, code)?;
    without_file(&mut c);
    Ok(format!("{c:?}"))
}
/// `code == other`
pub fn eq(th: &mut Thread, a: &[Value]) -> R {
    if a[0] == a[1] {
        return Ok(Value::TRUE);
    }
    if !a[1].is_kind(Kind::Code) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (x, y): (Gc<Code>, Gc<Code>) = (a[0].as_gc(), a[1].as_gc());
    if quick(x) != quick(y) {
        return Ok(Value::FALSE);
    }
    Ok(Value::bool(content(th, x)? == content(th, y)?))
}
/// What equal code objects have in common and is found at once.
fn quick(c: Gc<Code>) -> (Value, u32, u16, u32, usize) {
    let t = c.tables();
    (t.name, t.firstlineno, t.argcount, t.flags, t.words.len())
}
/// `hash(code)`
pub fn hash(th: &mut Thread, a: &[Value]) -> R {
    let (name, line, args, flags, words) = quick(a[0].as_gc());
    let name = th.hash(name)?;
    let parts = [name, i64::from(line), i64::from(args), i64::from(flags), words as i64];
    Ok(th.new_int(crate::types::tuple_methods::combine_bare(&parts)))
}
