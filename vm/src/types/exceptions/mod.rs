//! What the builtin exception classes add to `BaseException`.

pub mod group;
pub mod group_split;
pub mod os_error;
pub mod simple;
pub mod syntax;
pub mod unicode;

use crate::attrs::set_member;
use crate::context::ctx;
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::class::Class;
use crate::value::Value;

/// Does natively what `__init__` of a builtin exception class does with positional arguments.
pub fn init_native(th: &mut Thread, class: Gc<Class>, made: Value, args: &[Value]) -> R<()> {
    let t = &ctx().types;
    let o = made.as_obj();
    if class.is_subclass_of(t.StopIteration) || class.is_subclass_of(t.SystemExit) {
        let v = match args {
            [] => Value::NONE,
            [one] => *one,
            _ => th.new_tuple(args),
        };
        return set_member(th, o, 0, v);
    }
    if class.is_subclass_of(t.ImportError) {
        return set_member(th, o, 0, args.first().copied().unwrap_or(Value::NONE));
    }
    if class.is_subclass_of(t.SyntaxError) {
        return syntax::fill(th, made, args);
    }
    if class.is_subclass_of(t.UnicodeError) && class != t.UnicodeError {
        return unicode::fill(th, made, args);
    }
    Ok(())
}
/// The exception for a compiler's error. Columns become character offsets from 1.
pub fn syntax_error(th: &mut Thread, e: &vasuki_compiler::error::SyntaxError) -> Throw {
    use vasuki_compiler::error::SyntaxErrorKind;
    let t = &ctx().types;
    let class = match e.kind {
        SyntaxErrorKind::Indentation => t.IndentationError,
        SyntaxErrorKind::Tab => t.TabError,
        SyntaxErrorKind::Value => return th.value_error(&e.msg),
        _ if e.incomplete => t.IncompleteInputError,
        _ => t.SyntaxError,
    };
    if e.line == 0 {
        return th.error(class, &e.msg);
    }
    let filename = th.new_str(&e.filename);
    let text = match &e.text {
        Some(s) => th.new_str(s),
        None => Value::NONE,
    };
    let made = syntax::new(
        th,
        class,
        &e.msg,
        filename,
        e.line as usize,
        e.col as usize,
        text,
        e.end_line as usize,
        e.end_col as usize,
    );
    match made {
        Ok(v) => th.raise(v),
        Err(t) => t,
    }
}

pub use os_error::strerror;

/// The OSError for an errno about up to two paths (EMPTY: none).
pub fn os_error_with(th: &mut Thread, errno: i32, path: Value, path2: Value) -> Throw {
    let text = th.new_str(&strerror(errno));
    let code = Value::small(errno as i64);
    let made = match (path, path2) {
        (Value::EMPTY, _) => th.new_exception(crate::context::ctx().types.OSError, &[code, text]),
        (p, Value::EMPTY) => th.new_exception(crate::context::ctx().types.OSError, &[code, text, p]),
        (p, q) => th.new_exception(crate::context::ctx().types.OSError, &[code, text, p, Value::NONE, q]),
    };
    match made {
        Ok(e) => th.raise(e),
        Err(t) => t,
    }
}
