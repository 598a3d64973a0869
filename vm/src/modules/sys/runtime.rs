//! What programs ask of the running VM: exceptions, frames, limits, sizes.

use crate::context::ctx;
use crate::interp::frame;
use crate::names::names;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_flag};
use crate::types::int_parse;
use crate::types::str_::Str;
use crate::types::type_attrs;
use crate::value::Value;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering::Relaxed};

/// The interpreter is shutting down.
pub static FINALIZING: AtomicBool = AtomicBool::new(false);
/// Frames that Python code may nest.
pub static RECURSION_LIMIT: AtomicUsize = AtomicUsize::new(1000);
static SWITCH_INTERVAL: AtomicU64 = AtomicU64::new(0x3F74_7AE1_47AE_147B);
static ORIGIN_DEPTH: AtomicI64 = AtomicI64::new(0);

pub fn exit(th: &mut Thread, a: &[Value]) -> R {
    let args: &[Value] = if a[0].is_empty() || a[0].is_none() { &[] } else { &a[..1] };
    let e = th.new_exception(ctx().types.SystemExit, args)?;
    Err(th.raise(e))
}
pub fn exception(th: &mut Thread, _: &[Value]) -> R {
    Ok(th.handling)
}
pub fn exc_info(th: &mut Thread, _: &[Value]) -> R {
    let e = th.handling;
    if e.is_none() {
        return Ok(th.new_tuple(&[Value::NONE; 3]));
    }
    let tb = th.getattr(e, names().__traceback__)?;
    let class = th.class_of(e).value();
    Ok(th.new_tuple(&[class, e, tb]))
}
fn depth(th: &mut Thread, v: Value) -> R<usize> {
    if v.is_empty() { Ok(0) } else { Ok(th.to_isize(v)?.max(0) as usize) }
}
pub fn getframe(th: &mut Thread, a: &[Value]) -> R {
    let n = depth(th, a[0])?;
    match frame::frame_at(th, n)? {
        Some(f) => Ok(f),
        None => Err(th.value_error("call stack is not deep enough")),
    }
}
pub fn getframemodulename(th: &mut Thread, a: &[Value]) -> R {
    let n = depth(th, a[0])?;
    let Some(f) = frame::frame_at(th, n)? else { return Ok(Value::NONE) };
    let key = th.intern("f_globals");
    let globals = th.getattr(f, key)?;
    Ok(globals
        .as_gc::<crate::types::dict::Dict>()
        .get_str(th, names().__name__)?
        .unwrap_or(Value::NONE))
}
/// Removes `__dict__` and `__weakref__` of a class that gets a copy with slots.
pub fn clear_type_descriptors(th: &mut Thread, a: &[Value]) -> R {
    let Some(class) = a[0].cast::<Class>() else {
        let c = th.class_of(a[0]).name_str();
        return Err(th.type_error(&format!("_clear_type_descriptors() argument must be type, not {c}")));
    };
    if !class.has_flag(class_flag::HEAP) {
        return Err(th.type_error("argument is immutable"));
    }
    for name in [names().__dict__, names().__weakref__] {
        if class.namespace().get_interned(name).is_some() {
            type_attrs::set_own(th, class, name, Value::EMPTY)?;
        }
    }
    Ok(Value::NONE)
}
/// The frames of this thread only: frames of running threads cannot be looked at from outside.
pub fn current_frames(th: &mut Thread, _: &[Value]) -> R {
    let d = th.new_dict();
    if let Some(f) = frame::frame_at(th, 0)? {
        let id = th.new_int(th.world.ident() as i64);
        d.as_gc::<crate::types::dict::Dict>().set(th, id, f)?;
    }
    Ok(d)
}
pub fn call_tracing(th: &mut Thread, a: &[Value]) -> R {
    th.call_ex(a[0], a[1], Value::EMPTY)
}
pub fn intern(th: &mut Thread, a: &[Value]) -> R {
    if th.class_of(a[0]) != ctx().types.str {
        return Err(th.type_error(&format!("intern() argument must be str, not {}", th.class_of(a[0]).name_str())));
    }
    Ok(a[0].as_gc::<Str>().interned().value())
}
pub fn is_interned(th: &mut Thread, a: &[Value]) -> R {
    match a[0].cast::<Str>() {
        Some(s) => Ok(Value::bool(s.is_interned())),
        None => Err(th.type_error("_is_interned() argument must be str")),
    }
}
pub fn interned_size(_: &mut Thread, _: &[Value]) -> R {
    let mut n = 0;
    ctx().interned.for_each(&mut |_| n += 1);
    Ok(Value::small(n))
}
pub fn is_finalizing(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::bool(FINALIZING.load(Relaxed)))
}
pub fn getrecursionlimit(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::small(RECURSION_LIMIT.load(Relaxed) as i64))
}
pub fn setrecursionlimit(th: &mut Thread, a: &[Value]) -> R {
    let n = th.to_i32(a[0])?;
    if n < 1 {
        return Err(th.value_error("recursion limit must be greater or equal than 1"));
    }
    RECURSION_LIMIT.store(n as usize, Relaxed);
    Ok(Value::NONE)
}
pub fn get_int_max_str_digits(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::small(int_parse::max_str_digits() as i64))
}
pub fn set_int_max_str_digits(th: &mut Thread, a: &[Value]) -> R {
    let n = th.to_i64(a[0])?;
    if n != 0 && n < 640 {
        return Err(th.value_error("maxdigits must be >= 640 or 0 for unlimited"));
    }
    int_parse::set_max_str_digits(n as usize);
    Ok(Value::NONE)
}
pub fn getswitchinterval(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::float(f64::from_bits(SWITCH_INTERVAL.load(Relaxed))))
}
/// Kept for programs that ask; threads do not take turns here.
pub fn setswitchinterval(th: &mut Thread, a: &[Value]) -> R {
    let f = match a[0] {
        v if v.is_float() => v.as_float(),
        v => th.to_i64(v)? as f64,
    };
    if f <= 0.0 {
        return Err(th.value_error("switch interval must be strictly positive"));
    }
    SWITCH_INTERVAL.store(f.to_bits(), Relaxed);
    Ok(Value::NONE)
}
/// `sys.get_coroutine_origin_tracking_depth()`
pub fn origin_depth() -> usize {
    ORIGIN_DEPTH.load(Relaxed).max(0) as usize
}
pub fn get_origin_depth(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::small(ORIGIN_DEPTH.load(Relaxed)))
}
pub fn set_origin_depth(th: &mut Thread, a: &[Value]) -> R {
    let n = th.to_i32(a[0])?;
    if n < 0 {
        return Err(th.value_error("depth must be >= 0"));
    }
    ORIGIN_DEPTH.store(n as i64, Relaxed);
    Ok(Value::NONE)
}
/// There are no reference counts; the number that programs compare with is that of one variable and the argument.
pub fn getrefcount(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::small(2))
}
pub fn getallocatedblocks(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::small((crate::memory::heap().bytes_in_use() / 64) as i64))
}
pub fn getsizeof(th: &mut Thread, a: &[Value]) -> R {
    let key = th.intern("__sizeof__");
    match crate::attrs::of_class(th, a[0], key)? {
        Some(m) => th.call(m, &[]),
        None if !a[1].is_empty() => Ok(a[1]),
        None => Err(th.type_error(&format!("Type {} doesn't define __sizeof__", th.class_of(a[0]).name_str()))),
    }
}
