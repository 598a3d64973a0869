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
use crate::throw::R;
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
