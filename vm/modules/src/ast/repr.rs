//! How nodes are shown: three levels deep, and of longer lists the first and the last item.

use super::classes::Classes;
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::class_of;
use vasuki_vm::types::list::List;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

const DEPTH: usize = 3;

/// `repr(node)`
pub(super) fn repr(th: &mut Thread, a: &[Value]) -> R {
    let text = node(th, a[0], DEPTH)?;
    Ok(th.new_str(&text))
}
fn node(th: &mut Thread, v: Value, depth: usize) -> R<String> {
    let name = class_of(v).name_str();
    if depth == 0 {
        return Ok(format!("{name}(...)"));
    }
    let all = Classes::get(th)?;
    let fields = th.getattr(v, all.internal[0])?;
    let fields = th.collect(fields)?;
    let mut parts = Vec::new();
    for f in fields.as_slice() {
        let Some(key) = f.cast::<Str>() else {
            return Err(th.type_error("field names must be strings"));
        };
        let value = th.getattr(v, key)?;
        let shown = match sequence(th, value)? {
            Some(items) => list(th, value, items.as_slice(), depth)?,
            None => item(th, value, depth)?,
        };
        parts.push(format!("{}={shown}", key.to_string_lossy()));
    }
    Ok(format!("{name}({})", parts.join(", ")))
}
fn sequence(th: &mut Thread, v: Value) -> R<Option<vasuki_vm::types::buffer::ValueVec>> {
    if v.cast::<List>().is_some() || v.cast::<Tuple>().is_some() {
        return Ok(Some(th.collect(v)?));
    }
    Ok(None)
}
fn item(th: &mut Thread, v: Value, depth: usize) -> R<String> {
    if Classes::is_node(v) {
        node(th, v, depth - 1)
    } else {
        th.repr_string(v)
    }
}
fn list(th: &mut Thread, v: Value, items: &[Value], depth: usize) -> R<String> {
    let text = match items {
        [] => String::new(),
        [one] => item(th, *one, depth)?,
        [first, rest @ .., last] => {
            let first = item(th, *first, depth)?;
            let gap = if rest.is_empty() { "" } else { ", ..." };
            let last = item(th, *last, depth)?;
            format!("{first}{gap}, {last}")
        }
    };
    Ok(if v.is_kind(Kind::List) {
        format!("[{text}]")
    } else {
        format!("({text})")
    })
}
