//! `object.__reduce_ex__` and `__getstate__`: what `copy` and `pickle` use.

use crate::attrs;
use crate::context::ctx;
use crate::names::names;
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::class::{Class, class_flag, class_of};
use crate::types::dict::Dict;
use crate::types::native_function::NativeFunction;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

fn copyreg(th: &mut Thread, name: &str) -> R {
    let m = crate::import::import_module(th, "copyreg")?;
    let key = th.intern(name);
    th.getattr(m, key)
}
pub(crate) fn reduce(th: &mut Thread, a: &[Value]) -> R {
    by_protocol(th, a[0], 0)
}
pub(crate) fn reduce_ex(th: &mut Thread, a: &[Value]) -> R {
    let protocol = th.to_i64(a[1])?;
    let own = class_of(a[0]).lookup(names().__reduce__);
    if own != ctx().types.object.lookup(names().__reduce__)
        && let Some(f) = th.getattr_opt(a[0], names().__reduce__)?
    {
        return th.call(f, &[]);
    }
    by_protocol(th, a[0], protocol)
}
fn by_protocol(th: &mut Thread, v: Value, protocol: i64) -> R {
    if protocol < 2 {
        let f = copyreg(th, "_reduce_ex")?;
        return th.call(f, &[v, Value::small(protocol)]);
    }
    let class = class_of(v);
    if class.has_flag(class_flag::NO_NEW) {
        return cannot_pickle(th, class);
    }
    let (args, kwargs) = new_arguments(th, v)?;
    let plain = args.is_none() && kwargs.is_none();
    let (has_list, has_dict) = (class.is_subclass_of(ctx().types.list), class.is_subclass_of(ctx().types.dict));
    let state = get_state(th, v, !plain || has_list || has_dict)?;
    let list_items = if has_list { th.iter(v)? } else { Value::NONE };
    let dict_items = if has_dict {
        let items = th.call_method(v, names().items, &[])?;
        th.iter(items)?
    } else {
        Value::NONE
    };
    let (f, call_args) = match kwargs.cast::<Dict>() {
        Some(d) if d.len(th)? > 0 => {
            let f = copyreg(th, "__newobj_ex__")?;
            let args = if args.is_none() { ctx().empty_tuple } else { args };
            (f, th.new_tuple(&[class.value(), args, kwargs]))
        }
        _ => {
            let f = copyreg(th, "__newobj__")?;
            let mut all = ValueVec::new();
            all.push(th, class.value())?;
            if let Some(t) = args.cast::<Tuple>() {
                for v in t.items() {
                    all.push(th, *v)?;
                }
            }
            (f, th.new_tuple(all.as_slice()))
        }
    };
    Ok(th.new_tuple(&[f, call_args, state, list_items, dict_items]))
}
/// (args or None, kwargs or None) for `__new__`.
fn new_arguments(th: &mut Thread, v: Value) -> R<(Value, Value)> {
    if let Some(f) = attrs::of_class(th, v, names().__getnewargs_ex__)? {
        let r = th.call(f, &[])?;
        let Some(t) = r.cast::<Tuple>() else {
            let text = format!("__getnewargs_ex__ should return a tuple, not '{}'", class_of(r).name_str());
            return Err(th.type_error(&text));
        };
        let [args, kwargs] = t.items() else {
            return Err(th.value_error(&format!("__getnewargs_ex__ should return a tuple of length 2, not {}", t.len())));
        };
        if !args.is_kind(Kind::Tuple) {
            let text = format!(
                "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{}'",
                class_of(*args).name_str()
            );
            return Err(th.type_error(&text));
        }
        if !kwargs.is_kind(Kind::Dict) {
            let text = format!(
                "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{}'",
                class_of(*kwargs).name_str()
            );
            return Err(th.type_error(&text));
        }
        return Ok((*args, *kwargs));
    }
    if let Some(f) = attrs::of_class(th, v, names().__getnewargs__)? {
        let r = th.call(f, &[])?;
        if !r.is_kind(Kind::Tuple) {
            let text = format!("__getnewargs__ should return a tuple, not '{}'", class_of(r).name_str());
            return Err(th.type_error(&text));
        }
        return Ok((r, Value::NONE));
    }
    Ok((Value::NONE, Value::NONE))
}
fn cannot_pickle(th: &mut Thread, class: Gc<Class>) -> R {
    let text = format!("cannot pickle '{}' object", class.name_str());
    Err(th.type_error(&text))
}
/// `obj.__getstate__()` for pickling; None when there is no state.
pub fn state(th: &mut Thread, v: Value) -> R {
    get_state(th, v, true)
}
fn get_state(th: &mut Thread, v: Value, has_args: bool) -> R {
    let class = class_of(v);
    let f = th.getattr(v, names().__getstate__)?;
    let own = f
        .cast::<NativeFunction>()
        .is_some_and(|n| n.owner.get() == ctx().types.object.value());
    if own && !has_args && native_state(class) {
        return cannot_pickle(th, class);
    }
    th.call(f, &[])
}
/// Has it native state that pickling would lose?
fn native_state(class: Gc<Class>) -> bool {
    !matches!(
        class.instance_kind(),
        Kind::Instance | Kind::Int | Kind::Float | Kind::Str | Kind::Bytes | Kind::Tuple | Kind::List | Kind::Dict | Kind::Exception
    )
}
pub(crate) fn getstate_method(th: &mut Thread, a: &[Value]) -> R {
    let v = a[0];
    let class = class_of(v);
    let mut state = match th.getattr_opt(v, names().__dict__)? {
        Some(d) if class.has_flag(class_flag::HAS_DICT) => match d.cast::<Dict>() {
            Some(d) => d.copy(th)?.value(),
            None => d,
        },
        _ => Value::NONE,
    };
    let f = copyreg(th, "_slotnames")?;
    let slot_names = th.call(f, &[class.value()])?;
    if slot_names.is_none() {
        return Ok(state);
    }
    let slot_names = th.collect(slot_names)?;
    let values: Gc<Dict> = th.new_dict().as_gc();
    for n in slot_names.as_slice() {
        if let Some(name) = n.cast::<Str>()
            && let Some(found) = th.getattr_opt(v, name)?
        {
            values.set(th, *n, found)?;
        }
    }
    if values.len(th)? > 0 {
        state = th.new_tuple(&[state, values.value()]);
    } else if state.cast::<Dict>().is_some_and(|d| d.len(th).is_ok_and(|n| n == 0)) && !class.has_flag(class_flag::HAS_DICT) {
        state = Value::NONE;
    }
    // An empty `__dict__` is no state at all.
    if let Some(d) = state.cast::<Dict>()
        && d.len(th)? == 0
        && v.is_obj()
        && attrs::instance_dict_snapshot(th, v.as_obj())?.len(th)? == 0
    {
        return Ok(Value::NONE);
    }
    Ok(state)
}
