//! Names and attributes.

use crate::attrs;
use crate::context::ctx;
use crate::interp::cache::{self, Entry, Hit};
use crate::interp::cache_class;
use crate::interp::code::{Code, Tables};
use crate::names::names;
use crate::object::{Gc, Kind};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::buffer::Buffer;
use crate::types::cell::Cell;
use crate::types::class::{Class, class_of};
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::native_function;
use crate::types::str_::Str;
use crate::types::super_;
use crate::value::Value;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

#[cold]
pub(crate) fn undefined(th: &mut Thread, name: Gc<Str>) -> Throw {
    let text = format!("name '{}' is not defined", name.to_string_lossy());
    th.name_error(ctx().types.NameError, &text, name.value())
}
#[cold]
pub(crate) fn unbound_local(th: &mut Thread, t: &Tables, i: usize) -> Throw {
    let name = t.varnames.get(i).copied().unwrap_or(ctx().empty_str);
    let text = format!(
        "cannot access local variable '{}' where it is not associated with a value",
        name.as_gc::<Str>().to_string_lossy()
    );
    th.name_error(ctx().types.UnboundLocalError, &text, name)
}
#[cold]
pub(crate) fn unbound_cell(th: &mut Thread, t: &Tables, register: usize) -> Throw {
    if let Some(c) = t.cellvars.iter().find(|c| c.1 as usize == register) {
        let text = format!(
            "cannot access local variable '{}' where it is not associated with a value",
            c.0.as_gc::<Str>().to_string_lossy()
        );
        return th.name_error(ctx().types.UnboundLocalError, &text, c.0);
    }
    let name = t
        .freevars
        .get(register.wrapping_sub(t.free_base as usize))
        .copied()
        .unwrap_or(ctx().empty_str);
    let text = format!(
        "cannot access free variable '{}' where it is not associated with a value in enclosing scope",
        name.as_gc::<Str>().to_string_lossy()
    );
    th.name_error(ctx().types.NameError, &text, name)
}
/// A mapping's item, None when it is missing.
pub(crate) fn mapping_get(th: &mut Thread, m: Value, name: Gc<Str>) -> R<Option<Value>> {
    if m.is_kind(Kind::Dict) && th.class_of(m) == ctx().types.dict {
        return m.as_gc::<Dict>().get_str(th, name);
    }
    match th.catch(ctx().types.KeyError, |th| th.getitem(m, name.value()))? {
        Ok(v) => Ok(Some(v)),
        Err(_) => Ok(None),
    }
}
/// LoadGlobal where the cache has nothing: looks up, and fills the cache.
#[inline(never)]
pub(crate) fn load_global(th: &mut Thread, code: Gc<Code>, word: &AtomicU64, f: Gc<Function>, name: Gc<Str>) -> R {
    let (g, b) = (f.globals.get(), f.builtins.get());
    if let (Some(globals), Some(builtins)) = (g.cast::<Dict>(), b.cast::<Dict>())
        && class_of(g) == ctx().types.dict
    {
        if let Some(v) = globals.get_str(th, name)? {
            let version = globals.ensure_version(th);
            if version != 0
                && let Some(i) = globals.index_of_interned(name)
            {
                word.store(cache::packed(version, i), Release);
            }
            return Ok(v);
        }
        if let Some(v) = builtins.get_str(th, name)? {
            let (key, other) = (globals.ensure_version(th), builtins.ensure_version(th));
            if key != 0
                && other != 0
                && let Some(i) = builtins.index_of_interned(name)
            {
                cache::install(
                    code,
                    word,
                    Entry {
                        key,
                        other,
                        class: None,
                        hit: Hit::Builtin(i as u32),
                        fixed: false,
                        next: None,
                    },
                );
            }
            return Ok(v);
        }
        return Err(undefined(th, name));
    }
    if let Some(v) = mapping_get(th, g, name)? {
        return Ok(v);
    }
    match mapping_get(th, b, name)? {
        Some(v) => Ok(v),
        None => Err(undefined(th, name)),
    }
}
/// LoadName in a class body: its namespace, then globals and builtins.
pub(crate) fn load_name(th: &mut Thread, locals: Value, f: Gc<Function>, name: Gc<Str>) -> R {
    if let Some(v) = mapping_get(th, locals, name)? {
        return Ok(v);
    }
    for m in [f.globals.get(), f.builtins.get()] {
        if let Some(v) = mapping_get(th, m, name)? {
            return Ok(v);
        }
    }
    Err(undefined(th, name))
}
pub(crate) fn store_name(th: &mut Thread, m: Value, name: Gc<Str>, v: Value) -> R<()> {
    if m.is_kind(Kind::Dict) && th.class_of(m) == ctx().types.dict {
        return m.as_gc::<Dict>().set_str(th, name, v);
    }
    th.setitem(m, name.value(), v)
}
pub(crate) fn delete_name(th: &mut Thread, m: Value, name: Gc<Str>) -> R<()> {
    let gone = if m.is_kind(Kind::Dict) && th.class_of(m) == ctx().types.dict {
        m.as_gc::<Dict>().remove(th, name.value())?.is_some()
    } else {
        th.catch(ctx().types.KeyError, |th| th.delitem(m, name.value()))?.is_ok()
    };
    if gone { Ok(()) } else { Err(undefined(th, name)) }
}
/// `builtins.__build_class__` as this function sees it.
pub(crate) fn load_build_class(th: &mut Thread, f: Gc<Function>) -> R {
    match mapping_get(th, f.builtins.get(), names().__build_class__)? {
        Some(v) => Ok(v),
        None => Err(th.name_error(ctx().types.NameError, "__build_class__ not found", names().__build_class__.value())),
    }
}
/// Well-known objects of LoadCommon.
pub(crate) fn load_common(th: &mut Thread, n: usize) -> R {
    let t = &ctx().types;
    Ok(match n {
        0 => t.AssertionError.value(),
        1 => t.NotImplementedError.value(),
        2 => t.tuple.value(),
        5 => t.list.value(),
        6 => t.set.value(),
        n => {
            let name = th.intern(if n == 3 { "all" } else { "any" });
            ctx().builtins.get_str(th, name)?.unwrap_or(Value::NONE)
        }
    })
}
#[inline(always)]
pub(crate) fn cell_of(v: Value) -> Gc<Cell> {
    v.as_gc::<Cell>()
}

/// LoadAttr where the cache does not know: looks up, and fills the cache.
#[inline(never)]
pub(crate) fn load_attr(th: &mut Thread, code: Gc<Code>, word: &AtomicU64, v: Value, name: Gc<Str>) -> R {
    if v.is_kind(Kind::Module) {
        if let Some(x) = cache::module_attribute(th, word, v) {
            return Ok(x);
        }
        let found = th.getattr(v, name)?;
        cache::fill_module(th, word, v, name);
        return Ok(found);
    }
    let found = th.getattr(v, name)?;
    if v.is_kind(Kind::Class) {
        cache_class::fill(code, word, v, name, false);
    } else {
        cache::fill_attr(th, code, word, v, name);
    }
    Ok(found)
}
/// StoreAttr where the cache word does not know: its entries, else the slow way.
#[inline(never)]
pub(crate) fn store_attr(th: &mut Thread, code: Gc<Code>, word: &AtomicU64, v: Value, name: Gc<Str>, new: Value) -> R<()> {
    if !v.is_kind(Kind::Instance) {
        return th.setattr(v, name, new);
    }
    let o = v.as_obj();
    let class = class_of(v);
    th.write(o.header(), class.attr_bytes() / 8)?;
    let shape = o.shape_id();
    if let Some(e) = cache::entry_for(word.load(Acquire), shape) {
        match e.hit {
            Hit::Slot(at) => {
                // SAFETY: the cache says where an object of this shape has the attribute.
                unsafe { o.slot(at as usize) }.set_raw(new);
                return Ok(());
            }
            Hit::Add(at, after) => {
                // SAFETY: the cache says where an object of this shape will have the attribute; that slot is there already.
                unsafe { o.slot(at as usize) }.set_raw(new);
                o.header().shape.store(after, Relaxed);
                return Ok(());
            }
            Hit::AddOverflow(at, i, after) => {
                // SAFETY: the cache says where an object of this shape has its overflow buffer.
                if let Some(b) = unsafe { o.slot(at as usize) }.get().cast::<Buffer>()
                    && (i as usize) < b.cap()
                    && !th.needs_log(o.header())
                {
                    b.slots()[i as usize].set_raw(new);
                    o.header().shape.store(after, Relaxed);
                    return Ok(());
                }
            }
            Hit::Overflow(at, i) => {
                // SAFETY: the cache says where an object of this shape has its overflow buffer.
                if let Some(b) = unsafe { o.slot(at as usize) }.get().cast::<Buffer>() {
                    th.store(o.header(), &b.slots()[i as usize], new);
                    return Ok(());
                }
            }
            _ => {}
        }
    } else if let Some(at) = cache::hit(word.load(Acquire), shape) {
        // SAFETY: the cache says where an object of this shape has the attribute.
        unsafe { o.slot(at) }.set_raw(new);
        return Ok(());
    }
    th.setattr(v, name, new)?;
    cache::fill_store(code, word, v, name, shape);
    Ok(())
}
/// A method ready to be called: (function, self), or (bound value, EMPTY).
pub(crate) fn load_method(th: &mut Thread, v: Value, name: Gc<Str>) -> R<(Value, Value)> {
    let class = class_of(v);
    if !v.is_kind(Kind::Class)
        && class.special(Special::Getattribute) == ctx().types.object.special(Special::Getattribute)
        && let Some(m) = class.lookup(name.interned())
        && (m.is_kind(Kind::Function) || native_function::is_method(m))
    {
        let own = match v.to_obj() {
            Some(o) => attrs::instance_get(th, o, name.interned())?,
            None => None,
        };
        return Ok(match own {
            Some(x) => (x, Value::EMPTY),
            None => (m, v),
        });
    }
    Ok((th.getattr(v, name)?, Value::EMPTY))
}
/// LoadMethod where the cache does not know.
#[inline(never)]
pub(crate) fn load_method_cached(th: &mut Thread, code: Gc<Code>, word: &AtomicU64, v: Value, name: Gc<Str>) -> R<(Value, Value)> {
    if v.is_kind(Kind::Module) {
        return Ok((load_attr(th, code, word, v, name)?, Value::EMPTY));
    }
    if v.is_kind(Kind::Class) {
        if let Some(known) = cache_class::method(word, v) {
            return Ok(known);
        }
        let r = load_method(th, v, name)?;
        cache_class::fill(code, word, v, name, true);
        return Ok(r);
    }
    let r = load_method(th, v, name)?;
    cache::fill_attr(th, code, word, v, name);
    Ok(r)
}
/// LoadSuperAttr: `super(class, obj).name`, where `sup` is what the name `super` means here. `explicit`: the program gives
/// the two arguments.
pub(crate) fn super_attr(th: &mut Thread, sup: Value, class: Value, obj: Value, explicit: bool, name: Gc<Str>) -> R {
    if sup == ctx().types.super_.value()
        && let Some(c) = class.cast::<Class>()
        && let Some(v) = super_::lookup(th, c, obj, name)?
    {
        return Ok(v);
    }
    let s = if explicit || sup == ctx().types.super_.value() {
        th.call(sup, &[class, obj])?
    } else {
        th.call(sup, &[])?
    };
    th.getattr(s, name)
}
/// LoadSuperMethod: as [`load_method`].
pub(crate) fn super_method(th: &mut Thread, sup: Value, class: Value, obj: Value, explicit: bool, name: Gc<Str>) -> R<(Value, Value)> {
    if sup == ctx().types.super_.value()
        && let Some(c) = class.cast::<Class>()
        && !obj.is_kind(Kind::Class)
        && class_of(obj).is_subclass_of(c)
        && let Some(m) = super_::find(c, class_of(obj), name)
        && (m.is_kind(Kind::Function) || native_function::is_method(m))
    {
        return Ok((m, obj));
    }
    Ok((super_attr(th, sup, class, obj, explicit, name)?, Value::EMPTY))
}
/// LoadSpecial: `__enter__` and its like.
pub(crate) fn load_special(th: &mut Thread, v: Value, which: usize) -> R<(Value, Value)> {
    let s = [Special::Enter, Special::Exit, Special::Aenter, Special::Aexit][which];
    let class = class_of(v);
    let Some(m) = class.special(s) else {
        let name = th.full_name(class)?;
        let (plain, asynchronous) = ("context manager", "asynchronous context manager");
        let (kind, other, specials, with) = if which < 2 {
            (plain, asynchronous, [Special::Aenter, Special::Aexit], "async with")
        } else {
            (asynchronous, plain, [Special::Enter, Special::Exit], "with")
        };
        let mut text = format!("'{name}' object does not support the {kind} protocol (missed {} method)", s.name());
        if specials.iter().all(|o| class.special(*o).is_some()) {
            text += &format!(" but it supports the {other} protocol. Did you mean to use '{with}'?");
        }
        return Err(th.type_error(&text));
    };
    if m.is_kind(Kind::Function) || native_function::is_method(m) {
        return Ok((m, v));
    }
    Ok((attrs::bind(th, m, v, class.value())?, Value::EMPTY))
}
