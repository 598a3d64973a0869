//! getattr and relatives, isinstance, hash, id, dir, callable.

use crate::names::names;
use crate::object::Gc;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::str_::Str;
use crate::value::Value;

fn attribute_name(th: &mut Thread, v: Value, what: &str) -> R<Gc<Str>> {
    match v.cast::<Str>() {
        Some(s) => Ok(s.interned()),
        None => Err(th.type_error(&format!("{what} must be string, not '{}'", th.class_of(v).name_str()))),
    }
}
pub fn getattr(th: &mut Thread, a: &[Value]) -> R {
    let name = attribute_name(th, a[1], "attribute name")?;
    if a[2].is_empty() {
        return th.getattr(a[0], name);
    }
    Ok(th.getattr_opt(a[0], name)?.unwrap_or(a[2]))
}
pub fn hasattr(th: &mut Thread, a: &[Value]) -> R {
    let name = attribute_name(th, a[1], "attribute name")?;
    Ok(Value::bool(th.getattr_opt(a[0], name)?.is_some()))
}
pub fn setattr(th: &mut Thread, a: &[Value]) -> R {
    let name = attribute_name(th, a[1], "attribute name")?;
    th.setattr(a[0], name, a[2])?;
    Ok(Value::NONE)
}
pub fn delattr(th: &mut Thread, a: &[Value]) -> R {
    let name = attribute_name(th, a[1], "attribute name")?;
    th.delattr(a[0], name)?;
    Ok(Value::NONE)
}
pub fn isinstance(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::bool(th.isinstance(a[0], a[1])?))
}
pub fn issubclass(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::bool(th.issubclass(a[0], a[1])?))
}
pub fn callable(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::bool(th.class_of(a[0]).special(Special::Call).is_some()))
}
pub fn hash(th: &mut Thread, a: &[Value]) -> R {
    let h = th.hash(a[0])?;
    Ok(th.new_int(h))
}
/// The address; for values without an object, a number that no address has.
pub fn id(th: &mut Thread, a: &[Value]) -> R {
    Ok(if a[0].is_obj() {
        th.new_int(a[0].0 as i64)
    } else {
        th.new_bigint(num_bigint::BigInt::from(a[0].0))
    })
}
pub fn dir(th: &mut Thread, a: &[Value]) -> R {
    let found = if a[0].is_empty() {
        let locals = super::scope::current_locals(th)?;
        th.call_method(locals, names().keys, &[])?
    } else {
        match th.call_special(a[0], Special::Dir, &[])? {
            Some(v) => v,
            None => return Err(th.type_error("object does not provide __dir__")),
        }
    };
    let items = th.collect(found)?;
    let list = th.new_list_vec(items);
    super::iteration::sorted(th, &[list, Value::NONE, Value::FALSE])
}
