//! print, input, repr, format, breakpoint.

use crate::context::ctx;
use crate::names::names;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

pub fn ascii(th: &mut Thread, a: &[Value]) -> R {
    Ok(th.ascii(a[0])?.value())
}
pub fn repr(th: &mut Thread, a: &[Value]) -> R {
    Ok(th.repr(a[0])?.value())
}
pub fn format(th: &mut Thread, a: &[Value]) -> R {
    if !a[1].is_empty() && a[1].cast::<Str>().is_none() {
        return Err(th.type_error(&format!("format() argument 2 must be str, not {}", th.class_of(a[1]).name_str())));
    }
    th.format(a[0], a[1])
}
/// An attribute of `sys`; RuntimeError "lost sys.NAME" if it is missing.
pub fn sys_attribute(th: &mut Thread, name: &str) -> R {
    let key = th.intern(name);
    if let Some(sys) = ctx().modules.get_str(th, names().sys)?
        && let Some(v) = th.getattr_opt(sys, key)?
    {
        return Ok(v);
    }
    Err(th.runtime_error(&format!("lost sys.{name}")))
}
fn separator(th: &mut Thread, v: Value, default: &str, what: &str) -> R {
    match v {
        Value::EMPTY | Value::NONE => Ok(th.new_str(default)),
        v if v.cast::<Str>().is_some() => Ok(v),
        v => Err(th.type_error(&format!("{what} must be None or a string, not {}", th.class_of(v).name_str()))),
    }
}
pub fn print(th: &mut Thread, a: &[Value]) -> R {
    let file = match a[3] {
        Value::EMPTY | Value::NONE => sys_attribute(th, "stdout")?,
        f => f,
    };
    if file.is_none() {
        return Ok(Value::NONE);
    }
    let sep = separator(th, a[1], " ", "sep")?;
    let end = separator(th, a[2], "\n", "end")?;
    let write = th.getattr(file, names().write)?;
    for (i, &x) in a[0].as_gc::<Tuple>().items().iter().enumerate() {
        if i > 0 {
            th.call(write, &[sep])?;
        }
        let text = th.str(x)?;
        th.call(write, &[text.value()])?;
    }
    th.call(write, &[end])?;
    if !a[4].is_empty() && th.truth(a[4])? {
        th.call_method(file, names().flush, &[])?;
    }
    Ok(Value::NONE)
}
pub fn input(th: &mut Thread, a: &[Value]) -> R {
    let stdout = sys_attribute(th, "stdout")?;
    let stdin = sys_attribute(th, "stdin")?;
    if stdin.is_none() || stdout.is_none() {
        return Err(th.runtime_error(&format!("input(): lost sys.{}", if stdin.is_none() { "stdin" } else { "stdout" })));
    }
    let stderr = sys_attribute(th, "stderr")?;
    if !stderr.is_none() {
        th.call_method(stderr, names().flush, &[])?;
    }
    if !a[0].is_empty() {
        let prompt = th.str(a[0])?;
        th.call_method(stdout, names().write, &[prompt.value()])?;
    }
    th.call_method(stdout, names().flush, &[])?;
    let line = th.call_method(stdin, names().readline, &[])?;
    let Some(s) = line.cast::<Str>() else {
        return Err(th.type_error("object.readline() returned non-string"));
    };
    if s.is_empty() {
        return Err(th.error(ctx().types.EOFError, "EOF when reading a line"));
    }
    if s.at(s.len() - 1) == '\n' as u32 {
        let kept: Vec<u32> = s.points().take(s.len() - 1).collect();
        return Ok(th.new_str_points(&kept));
    }
    Ok(line)
}
pub fn breakpoint(th: &mut Thread, a: &[Value]) -> R {
    let hook = sys_attribute(th, "breakpointhook")?;
    th.call_ex(hook, a[0], a[1])
}
