//! Displays, unpacking, formatting.

use crate::context::ctx;
use crate::names::names;
use crate::object::{Gc, Kind};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::list::List;
use crate::types::set::Set;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

pub(crate) fn build_set(th: &mut Thread, items: &[Value]) -> R {
    let s = th.new_set();
    for &v in items {
        s.as_gc::<Set>().add(th, v)?;
    }
    Ok(s)
}
/// Adds to a set being built, or to what a program has bound to `__conditional_annotations__`.
#[inline]
pub(crate) fn set_add(th: &mut Thread, set: Value, v: Value) -> R<bool> {
    match set.cast::<Set>() {
        Some(s) => s.add(th, v),
        None => {
            let n = th.class_of(set).name_str();
            Err(th.type_error(&format!("expected a set, not '{n}'")))
        }
    }
}
pub(crate) fn build_map(th: &mut Thread, items: &[Value]) -> R {
    let d = th.new_dict();
    for p in items.chunks_exact(2) {
        d.as_gc::<Dict>().set(th, p[0], p[1])?;
    }
    Ok(d)
}
pub(crate) fn build_string(th: &mut Thread, parts: &[Value]) -> R {
    crate::types::str_ops::concat_all(th, parts)
}
/// `[*r, ...]` and `f(*r)`
pub(crate) fn list_extend(th: &mut Thread, list: Value, items: Value) -> R<()> {
    let class = th.class_of(items);
    if class.special(Special::Iter).is_none_or(|m| m.is_none()) && class.special(Special::Getitem).is_none() {
        let n = class.name_str();
        return Err(th.type_error(&format!("Value after * must be an iterable, not {n}")));
    }
    list.as_gc::<List>().extend(th, items)
}
pub(crate) fn list_to_tuple(th: &mut Thread, list: Value) -> R {
    let v = list.as_gc::<List>().snapshot(th)?;
    Ok(th.new_tuple(v.as_slice()))
}
/// `{**m}`
pub(crate) fn dict_update(th: &mut Thread, d: Value, m: Value) -> R<()> {
    if !m.is_kind(Kind::Dict) && th.getattr_opt(m, names().keys)?.is_none() {
        let n = th.class_of(m).name_str();
        return Err(th.type_error(&format!("'{n}' object is not a mapping")));
    }
    d.as_gc::<Dict>().merge(th, m)
}
fn callable_text(th: &mut Thread, f: Value) -> R<String> {
    if let Some(f) = f.cast::<Function>() {
        return Ok(format!("{}()", th.full_function_name(f)?));
    }
    match th.getattr_opt(f, names().__qualname__)? {
        Some(q) if q.is_kind(Kind::Str) => {
            let q = q.as_gc::<Str>().to_string_lossy();
            match th.getattr_opt(f, names().__module__)?.and_then(|m| m.cast::<Str>()) {
                Some(m) if !m.is("builtins") => Ok(format!("{}.{q}()", m.to_string_lossy())),
                _ => Ok(format!("{q}()")),
            }
        }
        _ => Ok(th.str(f)?.to_string_lossy()),
    }
}
impl Thread {
    /// `module.qualname` of a function.
    fn full_function_name(&mut self, f: Gc<Function>) -> R<String> {
        let q = f.qualname.get().cast::<Str>().map(|s| s.to_string_lossy()).unwrap_or_default();
        Ok(match f.module.get().cast::<Str>() {
            Some(m) if !m.is("builtins") => format!("{}.{q}", m.to_string_lossy()),
            _ => q,
        })
    }
}
/// `f(**m)`
pub(crate) fn dict_merge(th: &mut Thread, d: Value, m: Value, f: Value) -> R<()> {
    let into: Gc<Dict> = d.as_gc();
    let items = if let Some(m) = m.cast::<Dict>()
        && th.class_of(m.value()) == ctx().types.dict
    {
        m
    } else {
        if th.getattr_opt(m, names().keys)?.is_none() {
            let (c, n) = (callable_text(th, f)?, th.class_of(m).name_str());
            return Err(th.type_error(&format!("{c} argument after ** must be a mapping, not {n}")));
        }
        let copy: Gc<Dict> = th.new_dict().as_gc();
        copy.merge(th, m)?;
        copy
    };
    let (keys, values) = items.snapshot(th)?;
    for (k, v) in keys.as_slice().iter().zip(values.as_slice()) {
        let Some(s) = k.cast::<Str>() else {
            let c = callable_text(th, f)?;
            let _ = c;
            return Err(th.type_error("keywords must be strings"));
        };
        if into.get(th, *k)?.is_some() {
            let c = callable_text(th, f)?;
            return Err(th.type_error(&format!("{c} got multiple values for keyword argument '{}'", s.to_string_lossy())));
        }
        into.set(th, *k, *v)?;
    }
    Ok(())
}
/// The arguments of CallEx as a tuple.
pub(crate) fn positional(th: &mut Thread, f: Value, args: Value) -> R {
    if args.is_kind(Kind::Tuple) {
        return Ok(args);
    }
    let class = th.class_of(args);
    if class.special(Special::Iter).is_none_or(|m| m.is_none()) && class.special(Special::Getitem).is_none() {
        let (c, n) = (callable_text(th, f)?, class.name_str());
        return Err(th.type_error(&format!("{c} argument after * must be an iterable, not {n}")));
    }
    let v = th.collect(args)?;
    Ok(th.new_tuple(v.as_slice()))
}
/// Exactly `n` items of `v`.
pub(crate) fn unpack(th: &mut Thread, v: Value, n: usize) -> R<ValueVec> {
    let class = th.class_of(v);
    let t = &ctx().types;
    if class == t.tuple || class == t.list {
        let items = th.collect(v)?;
        if items.len() == n {
            return Ok(items);
        }
        return Err(wrong_count(th, n, items.len(), Some(items.len())));
    }
    let it = iterate(th, v)?;
    let mut out = ValueVec::with_capacity(th, n)?;
    for _ in 0..n {
        match th.next(it)? {
            Some(v) => out.push(th, v)?,
            None => return Err(wrong_count(th, n, out.len(), None)),
        }
    }
    if th.next(it)?.is_some() {
        let known = if class == t.dict { Some(th.len(v)?) } else { None };
        return Err(wrong_count(th, n, n + 1, known));
    }
    Ok(out)
}
fn iterate(th: &mut Thread, v: Value) -> R {
    let class = th.class_of(v);
    if class.special(Special::Iter).is_none() && class.special(Special::Getitem).is_none() {
        let n = class.name_str();
        return Err(th.type_error(&format!("cannot unpack non-iterable {n} object")));
    }
    th.iter(v)
}
#[cold]
fn wrong_count(th: &mut Thread, want: usize, got: usize, known: Option<usize>) -> crate::throw::Throw {
    if got > want {
        return match known {
            Some(k) => th.value_error(&format!("too many values to unpack (expected {want}, got {k})")),
            None => th.value_error(&format!("too many values to unpack (expected {want})")),
        };
    }
    th.value_error(&format!("not enough values to unpack (expected {want}, got {got})"))
}
/// `before` items, a list, `after` items.
pub(crate) fn unpack_ex(th: &mut Thread, v: Value, before: usize, after: usize) -> R<ValueVec> {
    let it = iterate(th, v)?;
    let all = th.collect(it)?;
    let items = all.as_slice();
    if items.len() < before + after {
        let n = items.len();
        return Err(th.value_error(&format!(
            "not enough values to unpack (expected at least {}, got {n})",
            before + after
        )));
    }
    let middle = th.new_list(&items[before..items.len() - after])?;
    let mut out = ValueVec::with_capacity(th, before + after + 1)?;
    for &v in items[..before].iter().chain([&middle]).chain(&items[items.len() - after..]) {
        out.push(th, v)?;
    }
    Ok(out)
}
/// ConvertValue
pub(crate) fn convert(th: &mut Thread, v: Value, how: usize) -> R {
    Ok(match how {
        1 => th.str(v)?,
        2 => th.repr(v)?,
        _ => th.ascii(v)?,
    }
    .value())
}
pub(crate) fn interpolation(th: &mut Thread, v: Value, text: Value, how: usize, spec: Value) -> R {
    let conversion = match how {
        1 => th.char_str('s' as u32),
        2 => th.char_str('r' as u32),
        3 => th.char_str('a' as u32),
        _ => Value::NONE,
    };
    crate::types::interpolation::new(th, v, text, conversion, spec)
}
/// SetFuncAttr
pub(crate) fn set_function_attribute(th: &mut Thread, f: Value, v: Value, which: usize) -> R<()> {
    let f: Gc<Function> = f.as_gc();
    let slot = match which {
        0 => &f.defaults,
        1 => &f.kwdefaults,
        2 => &f.annotate,
        3 => &f.closure,
        _ => &f.type_params,
    };
    f.set(th, slot, v)
}
/// Intrinsics with one operand.
pub(crate) fn intrinsic1(th: &mut Thread, which: usize, v: Value) -> R {
    use crate::types::typing;
    match which {
        1 => {
            let hook = crate::modules::builtins::sys_attribute(th, "displayhook")?;
            th.call(hook, &[v])
        }
        2 => super::stop_iteration_error(th, v),
        3 => typing::typevar::new(th, v),
        4 => typing::paramspec::new(th, v),
        5 => typing::typevartuple::new(th, v),
        6 => typing::generic::subscript(th, v),
        _ => {
            let p = v.as_gc::<Tuple>().items();
            typing::type_alias::new(th, p[0], p[1], p[2])
        }
    }
}
/// Intrinsics with two operands.
pub(crate) fn intrinsic2(th: &mut Thread, which: usize, a: Value, b: Value) -> R {
    use crate::types::typing;
    match which {
        1 => typing::typevar::with_bound(th, a, b),
        2 => typing::typevar::with_constraints(th, a, b),
        3 => {
            typing::set_default(th, a, b)?;
            Ok(a)
        }
        _ => {
            set_function_attribute(th, a, b, 4)?;
            Ok(a)
        }
    }
}
