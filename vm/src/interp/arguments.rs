//! Binding arguments to parameters, with CPython's messages.

use super::call::{Entered, may_push, push, too_deep, word3};
use super::code::{Code, Tables};
use super::{Action, HEADER};
use crate::native::{NativeDef, Params, TypeDef};
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::buffer::ValueVec;
use crate::types::class::Class;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use std::sync::atomic::Ordering::Relaxed;
use vasuki_compiler::code::flags;

fn text(v: Value) -> String {
    v.cast::<Str>().map(|s| s.to_string_lossy()).unwrap_or_default()
}
/// `'a', 'b' and 'c'`
fn list_of(names: &[String]) -> String {
    let q: Vec<String> = names.iter().map(|n| format!("'{n}'")).collect();
    match q.len() {
        0 => String::new(),
        1 => q[0].clone(),
        2 => format!("{} and {}", q[0], q[1]),
        n => format!("{}, and {}", q[..n - 1].join(", "), q[n - 1]),
    }
}
fn same_name(a: Value, b: Value) -> bool {
    a == b || matches!((a.cast::<Str>(), b.cast::<Str>()), (Some(a), Some(b)) if a.same(b))
}

/// Puts the arguments at `base` (the last `kwnames.len()` by name) into the parameter registers. Gives the number of
/// registers that are set.
/// # Safety
/// There is room for the arguments and all parameters above `base`.
pub(crate) unsafe fn bind(
    th: &mut Thread,
    f: Gc<Function>,
    t: &'static Tables,
    base: *mut Value,
    argc: usize,
    kwnames: &'static [Value],
) -> R<usize> {
    let n = t.argcount as usize;
    let positional = argc - kwnames.len();
    // SAFETY: by the caller's promise.
    unsafe {
        let varargs = t.flags & flags::VARARGS != 0;
        let varkw = t.flags & flags::VARKEYWORDS != 0;
        if kwnames.is_empty() && t.kwonlyargcount == 0 && !varargs && !varkw && positional < n {
            let defaults = defaults_of(f);
            let missing = n - positional;
            if missing <= defaults.len() {
                let from = defaults.len() - missing;
                for i in 0..missing {
                    *base.add(positional + i) = defaults[from + i];
                }
                return Ok(n);
            }
        }
        // The arguments move: keep those that are not in their place already.
        let rest_at = positional.min(n);
        let rest = ValueVec::from_slice(th, std::slice::from_raw_parts(base.add(rest_at), argc - rest_at))?;
        place(th, f, t, base, rest_at, positional, rest.as_slice(), kwnames)
    }
}
fn defaults_of(f: Gc<Function>) -> &'static [Value] {
    f.defaults.get().cast::<Tuple>().map_or(&[], |t| t.items())
}
/// `base[..rest_at]` are in place; `rest` are further positional arguments and the values of `kwnames`.
#[expect(clippy::too_many_arguments, reason = "one call's whole state")]
unsafe fn place(
    th: &mut Thread,
    f: Gc<Function>,
    t: &'static Tables,
    base: *mut Value,
    rest_at: usize,
    positional: usize,
    rest: &[Value],
    kwnames: &'static [Value],
) -> R<usize> {
    let n = t.argcount as usize;
    let kwonly = t.kwonlyargcount as usize;
    let varargs = t.flags & flags::VARARGS != 0;
    let varkw = t.flags & flags::VARKEYWORDS != 0;
    let named = n + kwonly;
    let extra = positional - rest_at;
    let total = named + usize::from(varargs) + usize::from(varkw);
    // SAFETY: by the caller's promise.
    unsafe {
        for i in rest_at..total {
            *base.add(i) = Value::EMPTY;
        }
        if varargs {
            *base.add(named) = th.new_tuple(&rest[..extra]);
        }
        let kw = if varkw { Some(th.new_dict().as_gc::<Dict>()) } else { None };
        if let Some(d) = kw {
            *base.add(named + usize::from(varargs)) = d.value();
        }
        let posonly = t.posonlyargcount as usize;
        for (i, &name) in kwnames.iter().enumerate() {
            let v = rest[extra + i];
            let found = t.varnames[posonly..named]
                .iter()
                .position(|&p| p == name)
                .or_else(|| t.varnames[posonly..named].iter().position(|&p| same_name(p, name)));
            match found {
                Some(at) => {
                    let at = posonly + at;
                    if !(*base.add(at)).is_empty() {
                        return Err(complain(th, f, format!("got multiple values for argument '{}'", text(name))));
                    }
                    *base.add(at) = v;
                }
                None => match kw {
                    Some(d) => d.set_str(th, name.as_gc(), v)?,
                    None => return Err(unexpected(th, f, t, name, kwnames)),
                },
            }
        }
        if extra > 0 && !varargs {
            return Err(too_many(th, f, t, base, positional));
        }
        let defaults = defaults_of(f);
        let first_default = n.saturating_sub(defaults.len());
        let mut missing = Vec::new();
        for i in rest_at..n {
            if !(*base.add(i)).is_empty() {
                continue;
            }
            if i >= first_default {
                *base.add(i) = defaults[i + defaults.len() - n];
            } else {
                missing.push(text(t.varnames[i]));
            }
        }
        if !missing.is_empty() {
            return Err(missing_error(th, f, "positional", &missing));
        }
        if kwonly > 0 {
            let defaults = f.kwdefaults.get().cast::<Dict>();
            for i in n..named {
                if !(*base.add(i)).is_empty() {
                    continue;
                }
                let found = match defaults {
                    Some(d) => d.get_str(th, t.varnames[i].as_gc())?,
                    None => None,
                };
                match found {
                    Some(v) => *base.add(i) = v,
                    None => missing.push(text(t.varnames[i])),
                }
            }
            if !missing.is_empty() {
                return Err(missing_error(th, f, "keyword-only", &missing));
            }
        }
    }
    Ok(total)
}
#[cold]
fn complain(th: &mut Thread, f: Gc<Function>, what: String) -> Throw {
    let name = text(f.qualname.get());
    th.type_error(&format!("{name}() {what}"))
}
#[cold]
fn missing_error(th: &mut Thread, f: Gc<Function>, kind: &str, names: &[String]) -> Throw {
    let s = if names.len() == 1 { "" } else { "s" };
    complain(
        th,
        f,
        format!("missing {} required {kind} argument{s}: {}", names.len(), list_of(names)),
    )
}
#[cold]
fn unexpected(th: &mut Thread, f: Gc<Function>, t: &'static Tables, name: Value, kwnames: &'static [Value]) -> Throw {
    let posonly = &t.varnames[..t.posonlyargcount as usize];
    let bad: Vec<String> = kwnames
        .iter()
        .filter(|n| posonly.iter().any(|p| same_name(*p, **n)))
        .map(|n| text(*n))
        .collect();
    if !bad.is_empty() {
        return complain(
            th,
            f,
            format!(
                "got some positional-only arguments passed as keyword arguments: '{}'",
                bad.join(", ")
            ),
        );
    }
    if name.cast::<Str>().is_none() {
        return th.type_error("keywords must be strings");
    }
    complain(th, f, format!("got an unexpected keyword argument '{}'", text(name)))
}
#[cold]
unsafe fn too_many(th: &mut Thread, f: Gc<Function>, t: &'static Tables, base: *mut Value, positional: usize) -> Throw {
    let n = t.argcount as usize;
    let kwonly = t.kwonlyargcount as usize;
    // SAFETY: the parameter registers are set.
    let given_kw = (n..n + kwonly).filter(|&i| unsafe { !(*base.add(i)).is_empty() }).count();
    let defaults = defaults_of(f).len();
    let takes = if defaults > 0 {
        format!("from {} to {n}", n - defaults)
    } else {
        n.to_string()
    };
    let plural = if n != 1 || defaults > 0 { "s" } else { "" };
    let given = if given_kw > 0 {
        let (s1, s2) = (if positional == 1 { "" } else { "s" }, if given_kw == 1 { "" } else { "s" });
        format!("{positional} positional argument{s1} (and {given_kw} keyword-only argument{s2}) were")
    } else if positional == 1 {
        "1 was".into()
    } else {
        format!("{positional} were")
    };
    complain(th, f, format!("takes {takes} positional argument{plural} but {given} given"))
}

/// A Python function called with more arguments than the VM stack takes: the surplus goes to `*args` at once.
pub(crate) fn call_with_many(th: &mut Thread, f: Gc<Function>, args: &[Value], kwnames: &'static [Value]) -> R {
    let code: Gc<Code> = f.code.get().as_gc();
    let t = code.tables();
    let base = th.interp.top.wrapping_add(HEADER);
    if !may_push(th, base, t.nregs as usize) {
        return Err(too_deep(th));
    }
    let positional = args.len() - kwnames.len();
    let rest_at = positional.min(t.argcount as usize);
    let was = Entered::new(th);
    // SAFETY: words above `top` are free, the parameters fit.
    unsafe {
        *base.sub(1) = f.value();
        std::ptr::copy_nonoverlapping(args.as_ptr(), base, rest_at);
        let given = place(th, f, t, base, rest_at, positional, &args[rest_at..], kwnames)?;
        push(th, base, code, t, given, word3(0, Action::Native), Value::EMPTY);
    }
    was.run(th)
}

/// Parameters whose values need no heap buffer.
const FEW: usize = 8;
/// The values of a native function's parameters; few of them lie on the native stack.
pub(crate) enum Arguments {
    Few([Value; FEW], usize),
    Many(ValueVec),
}
impl Arguments {
    #[inline]
    fn new(th: &mut Thread, n: usize) -> R<Arguments> {
        if n <= FEW {
            return Ok(Arguments::Few([Value::EMPTY; FEW], n));
        }
        let mut many = ValueVec::with_capacity(th, n)?;
        for _ in 0..n {
            many.push(th, Value::EMPTY)?;
        }
        Ok(Arguments::Many(many))
    }
    /// The values.
    #[inline]
    pub fn as_slice(&self) -> &[Value] {
        match self {
            Arguments::Few(values, n) => &values[..*n],
            Arguments::Many(values) => values.as_slice(),
        }
    }
    #[inline]
    fn set(&mut self, i: usize, v: Value) {
        match self {
            Arguments::Few(values, _) => values[i] = v,
            Arguments::Many(values) => values.set(i, v),
        }
    }
}
/// The values that a native function gets: one for each parameter.
pub(crate) fn native_arguments(
    th: &mut Thread,
    def: &'static NativeDef,
    p: &'static Params,
    args: &[Value],
    kwnames: &'static [Value],
) -> R<Arguments> {
    let positional = args.len() - kwnames.len();
    let mut out = Arguments::new(th, p.total)?;
    let taken = positional.min(p.positional);
    for (i, &v) in args[..taken].iter().enumerate() {
        out.set(i, v);
    }
    if let Some(i) = p.varargs {
        let rest = th.new_tuple(&args[taken..positional]);
        out.set(i, rest);
    } else if positional > p.positional {
        return Err(native_count(th, def, p, args, positional));
    }
    if p.varargs.is_none() && p.varkw.is_none() && p.posonly < p.total && args.len() > p.total {
        return Err(native_too_many(th, def, p, args, positional));
    }
    let kw = match p.varkw {
        Some(i) => {
            let d = th.new_dict();
            out.set(i, d);
            Some(d.as_gc::<Dict>())
        }
        None => None,
    };
    for (&name, &v) in kwnames.iter().zip(&args[positional..]) {
        let n = text(name);
        let found = p
            .names
            .iter()
            .position(|x| *x == n)
            .filter(|&i| i >= p.posonly && Some(i) != p.varargs && Some(i) != p.varkw);
        match found {
            Some(i) if out.as_slice()[i].is_empty() => out.set(i, v),
            Some(i) => {
                let at = i + 1 - usize::from(p.has_self);
                let text = format!("argument for {}() given by name ('{n}') and position ({at})", shown(th, def, args));
                return Err(th.type_error(&text));
            }
            None => match kw {
                Some(d) => d.set_str(th, name.as_gc(), v)?,
                None if p.posonly == p.positional && p.kwonly.is_empty() && ignores_keywords(th, def, args) => {}
                None if p.posonly == p.positional && p.kwonly.is_empty() => {
                    let text = format!("{}() takes no keyword arguments", shown(th, def, args));
                    return Err(th.type_error(&text));
                }
                None => {
                    let text = format!("{}() got an unexpected keyword argument '{n}'", shown(th, def, args));
                    return Err(th.type_error(&text));
                }
            },
        }
    }
    for i in 0..p.required {
        if out.as_slice()[i].is_empty() {
            if i < p.posonly || p.posonly == p.positional {
                return Err(native_count(th, def, p, args, positional));
            }
            let at = i + 1 - usize::from(p.has_self);
            let text = format!("{}() missing required argument '{}' (pos {at})", shown(th, def, args), p.names[i]);
            return Err(th.type_error(&text));
        }
    }
    for (bit, i) in p.kwonly.clone().enumerate() {
        if p.kwonly_required >> bit & 1 != 0 && out.as_slice()[i].is_empty() {
            let text = format!(
                "{}() missing required keyword-only argument: '{}'",
                shown(th, def, args),
                p.names[i]
            );
            return Err(th.type_error(&text));
        }
    }
    Ok(out)
}
/// More arguments than parameters, by position and by name together.
#[cold]
fn native_too_many(th: &mut Thread, def: &'static NativeDef, p: &'static Params, args: &[Value], positional: usize) -> Throw {
    let skip = usize::from(p.has_self);
    let (most, given) = (p.total - skip, args.len() - skip);
    let bound = if p.required == p.total { "exactly" } else { "at most" };
    let kind = if positional == skip { "keyword " } else { "" };
    let plural = if most == 1 { "" } else { "s" };
    let text = format!(
        "{}() takes {bound} {most} {kind}argument{plural} ({given} given)",
        shown(th, def, args)
    );
    th.type_error(&text)
}
/// Of a constructor: the class it makes or fills an instance of, and the one that declares it.
fn constructed(th: &mut Thread, def: &'static NativeDef, args: &[Value]) -> Option<(Gc<Class>, Gc<Class>)> {
    let class = match (def.name, args.first()) {
        ("__new__", Some(c)) => c.cast::<Class>(),
        ("__init__", Some(v)) => Some(th.class_of(*v)),
        _ => None,
    };
    let declares = |c: &Value| {
        // SAFETY: the field is null or the address of a static declaration.
        let d = unsafe { (c.as_gc::<Class>().def.load(Relaxed) as *const TypeDef).as_ref() };
        d.is_some_and(|d| d.methods.as_ptr_range().contains(&std::ptr::from_ref(def)))
    };
    let class = class?;
    let owner = class.mro_slice().iter().copied().find(declares)?;
    Some((class, owner.as_gc()))
}
/// The name of a function in messages: of a constructor that of the class that declares it.
#[cold]
fn shown(th: &mut Thread, def: &'static NativeDef, args: &[Value]) -> String {
    let owner = constructed(th, def, args).map(|c| c.1);
    owner.map_or_else(|| def.name.to_owned(), |c| c.name_str())
}
/// Does a constructor without keyword parameters leave keywords to the other half, which a subclass replaced?
#[cold]
fn ignores_keywords(th: &mut Thread, def: &'static NativeDef, args: &[Value]) -> bool {
    let n = crate::names::names();
    let other = if def.name == "__new__" { n.__init__ } else { n.__new__ };
    constructed(th, def, args).is_some_and(|(class, owner)| class != owner && class.lookup(other) != owner.lookup(other))
}
#[cold]
fn native_count(th: &mut Thread, def: &'static NativeDef, p: &'static Params, args: &[Value], given: usize) -> Throw {
    let skip = usize::from(p.has_self);
    let (min, max, given) = (
        p.required.saturating_sub(skip),
        p.positional.saturating_sub(skip),
        given.saturating_sub(skip),
    );
    let s = |n: usize| if n == 1 { "" } else { "s" };
    let name = shown(th, def, args);
    let text = if max == 0 && p.varargs.is_none() && !p.kwonly.is_empty() {
        format!("{name}() takes no positional arguments")
    } else if max == 0 && p.varargs.is_none() {
        format!("{name}() takes no arguments ({given} given)")
    } else if min == max && p.varargs.is_none() {
        if max == 1 {
            format!("{name}() takes exactly one argument ({given} given)")
        } else if p.posonly == p.total || given > max {
            format!("{name} expected {max} argument{}, got {given}", s(max))
        } else {
            format!("{name}() takes exactly {max} argument{} ({given} given)", s(max))
        }
    } else if given < min {
        format!("{name} expected at least {min} argument{}, got {given}", s(min))
    } else {
        format!("{name} expected at most {max} argument{}, got {given}", s(max))
    };
    th.type_error(&text)
}
