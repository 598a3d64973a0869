//! How native functions, types and modules are declared: static tables, one line a function.
//!
//! A native function gets one `Value` for each parameter of its signature text: EMPTY where an optional one was left
//! out, a tuple for `*args`, a dict for `**kwargs`. So `"self, a, b=None, /, *args, key=None, **kw"` gets 6 values.
//! Defaults in the text are documentation (`__text_signature__`); the function itself treats EMPTY.

use crate::object::Kind;
use crate::thread::Thread;
use crate::throw::R;
use crate::value::Value;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// A native function.
pub type NativeFn = fn(&mut Thread, &[Value]) -> R;

/// How a function in a type's table is bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bind {
    /// a method (or a plain function in a module)
    Method,
    /// `@classmethod`: first argument is the class
    Class,
    /// `@staticmethod` (also `__new__`)
    Static,
}

/// Declaration of a native function.
pub struct NativeDef {
    /// Python name
    pub name: &'static str,
    /// parameters, as in a Python signature without the parentheses
    pub sig: &'static str,
    /// the function
    pub func: NativeFn,
    /// docstring
    pub doc: &'static str,
    /// how it binds
    pub bind: Bind,
    /// how it is called without a nested loop
    pub tail: Option<Tail>,
}

/// For a native function that ends with a call of what it was given. Which of its arguments are what:
pub struct Tail {
    /// the callable
    pub callable: usize,
    /// the tuple of positional arguments
    pub args: usize,
    /// the dict of keyword arguments
    pub kwargs: usize,
    /// what it does before: gives a callable that is called with the value that was returned, which it may replace, or
    /// with nothing when an exception leaves the function
    pub enter: NativeFn,
}

/// A method or module function.
pub const fn def(name: &'static str, sig: &'static str, func: NativeFn, doc: &'static str) -> NativeDef {
    NativeDef {
        name,
        sig,
        func,
        doc,
        bind: Bind::Method,
        tail: None,
    }
}
/// A class method.
pub const fn def_class(name: &'static str, sig: &'static str, func: NativeFn, doc: &'static str) -> NativeDef {
    NativeDef {
        name,
        sig,
        func,
        doc,
        bind: Bind::Class,
        tail: None,
    }
}
/// A static method; `__new__` is one, with the class as first parameter `cls`.
pub const fn def_static(name: &'static str, sig: &'static str, func: NativeFn, doc: &'static str) -> NativeDef {
    NativeDef {
        name,
        sig,
        func,
        doc,
        bind: Bind::Static,
        tail: None,
    }
}

/// Reads a computed attribute: self -> value.
pub type Getter = fn(&mut Thread, Value) -> R;
/// Sets a computed attribute: self, value (EMPTY: delete).
pub type Setter = fn(&mut Thread, Value, Value) -> R<()>;

/// A computed attribute of a native type.
pub struct GetSetDef {
    /// Python name
    pub name: &'static str,
    /// reads it
    pub get: Getter,
    /// sets or deletes it, if it can be
    pub set: Option<Setter>,
    /// docstring
    pub doc: &'static str,
}
/// A read-only computed attribute.
pub const fn getter(name: &'static str, get: Getter, doc: &'static str) -> GetSetDef {
    GetSetDef { name, get, set: None, doc }
}
/// A computed attribute that can be set.
pub const fn getset(name: &'static str, get: Getter, set: Setter, doc: &'static str) -> GetSetDef {
    GetSetDef {
        name,
        get,
        set: Some(set),
        doc,
    }
}

/// Declaration of a native type.
pub struct TypeDef {
    /// `module.name`, or only the name for builtins
    pub name: &'static str,
    /// layout of its instances
    pub kind: Kind,
    /// bytes of an instance before its attribute word and member slots; 16 for plain instances
    pub size: usize,
    /// may Python code subclass it?
    pub base: bool,
    /// do instances have a `__dict__`?
    pub dict: bool,
    /// of payload types: may there be weak references to instances?
    pub weakrefs: bool,
    /// names of plain read-write member slots (descriptors are made for them)
    pub members: &'static [&'static str],
    /// methods
    pub methods: &'static [NativeDef],
    /// computed attributes
    pub getsets: &'static [GetSetDef],
    /// docstring
    pub doc: &'static str,
}
impl TypeDef {
    /// A type with the given name, kind and size, that can be subclassed, has no dict, members or methods.
    pub const fn new(name: &'static str, kind: Kind, size: usize) -> TypeDef {
        TypeDef {
            name,
            kind,
            size,
            base: true,
            dict: false,
            weakrefs: true,
            members: &[],
            methods: &[],
            getsets: &[],
            doc: "",
        }
    }
}

/// Declaration of a native module: functions, and `init` that adds the rest to the module's dict.
pub struct ModuleDef {
    /// dotted name
    pub name: &'static str,
    /// docstring
    pub doc: &'static str,
    /// functions
    pub functions: &'static [NativeDef],
    /// adds types and constants; gets the module
    pub init: fn(&mut Thread, Value) -> R<()>,
}

/// Parsed signature.
#[derive(Debug, Default)]
pub struct Params {
    /// names of all parameters in the order in which values are passed (positional, then `*args`, keyword-only, `**kw`)
    pub names: Vec<&'static str>,
    /// count of positional parameters
    pub positional: usize,
    /// of which positional-only
    pub posonly: usize,
    /// required positional parameters (the first so many)
    pub required: usize,
    /// index of `*args`
    pub varargs: Option<usize>,
    /// index of `**kwargs`
    pub varkw: Option<usize>,
    /// keyword-only: index range, and which are required
    pub kwonly: std::ops::Range<usize>,
    /// bit per keyword-only parameter: required
    pub kwonly_required: u64,
    /// first parameter is `self` or `cls`/`module`: not counted in messages
    pub has_self: bool,
    /// values passed in all
    pub total: usize,
    /// no `*args`/`**kw`, and nothing must be given by keyword: positional arguments take the fast path
    pub simple: bool,
}

impl NativeDef {
    /// This declaration, of a function that can also be called without a nested loop.
    pub const fn with_tail(self, tail: Tail) -> NativeDef {
        NativeDef { tail: Some(tail), ..self }
    }
    /// The parsed signature: parsed once, found by the declaration's address ever after.
    #[inline]
    pub fn params(&'static self) -> &'static Params {
        let key = std::ptr::from_ref(self).addr();
        let mut at = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - TABLE_BITS);
        loop {
            let (k, p) = &PARSED[at];
            match k.load(Ordering::Acquire) {
                // SAFETY: the pointer is stored before the key and never changes afterwards.
                found if found == key => return unsafe { &*p.load(Ordering::Acquire) },
                0 => return self.parse_params(),
                _ => at = (at + 1) % PARSED.len(),
            }
        }
    }
    #[cold]
    fn parse_params(&'static self) -> &'static Params {
        static ADD: Mutex<usize> = Mutex::new(0);
        let mut count = ADD.lock().unwrap_or_else(|e| e.into_inner());
        let params: &'static Params = Box::leak(Box::new(parse(self.sig, self.bind)));
        if *count > PARSED.len() / 2 {
            return params;
        }
        let key = std::ptr::from_ref(self).addr();
        let mut at = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - TABLE_BITS);
        loop {
            let (k, p) = &PARSED[at];
            match k.load(Ordering::Acquire) {
                0 => {
                    p.store(std::ptr::from_ref(params).cast_mut(), Ordering::Release);
                    k.store(key, Ordering::Release);
                    *count += 1;
                    return params;
                }
                // SAFETY: as in `params`.
                found if found == key => return unsafe { &*p.load(Ordering::Acquire) },
                _ => at = (at + 1) % PARSED.len(),
            }
        }
    }
}

// Beside the declarations, which must be plain data to stand in `static` slices.
const TABLE_BITS: usize = 15;
static PARSED: [(AtomicUsize, AtomicPtr<Params>); 1 << TABLE_BITS] =
    [const { (AtomicUsize::new(0), AtomicPtr::new(std::ptr::null_mut())) }; 1 << TABLE_BITS];

fn split_top(sig: &'static str) -> Vec<&'static str> {
    let (mut out, mut depth, mut start, mut quote) = (Vec::new(), 0i32, 0, None);
    for (i, ch) in sig.char_indices() {
        match (quote, ch) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(ch),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                out.push(sig[start..i].trim());
                start = i + 1;
            }
            _ => {}
        }
    }
    if !sig[start..].trim().is_empty() {
        out.push(sig[start..].trim());
    }
    out
}

fn parse(sig: &'static str, bind: Bind) -> Params {
    let mut p = Params::default();
    let mut keyword_only = false;
    let mut kw_start = None;
    for part in split_top(sig) {
        if part == "/" {
            p.posonly = p.positional;
        } else if part == "*" {
            keyword_only = true;
            kw_start = Some(p.names.len());
        } else if let Some(name) = part.strip_prefix("**") {
            p.varkw = Some(p.names.len());
            p.names.push(name);
        } else if let Some(name) = part.strip_prefix('*') {
            p.varargs = Some(p.names.len());
            p.names.push(name);
            keyword_only = true;
            kw_start = Some(p.names.len());
        } else {
            let (name, has_default) = match part.split_once('=') {
                Some((n, _)) => (n.trim(), true),
                None => (part, false),
            };
            if keyword_only {
                let start = kw_start.unwrap_or(p.names.len());
                if !has_default {
                    p.kwonly_required |= 1 << (p.names.len() - start);
                }
            } else {
                p.positional += 1;
                if !has_default {
                    p.required = p.positional;
                }
            }
            p.names.push(name);
        }
    }
    let kw_end = p.varkw.unwrap_or(p.names.len());
    p.kwonly = kw_start.unwrap_or(kw_end).min(kw_end)..kw_end;
    p.has_self = bind != Bind::Static && p.names.first().is_some_and(|n| matches!(*n, "self" | "cls" | "type" | "module"))
        || p.names.first() == Some(&"cls");
    p.total = p.names.len();
    p.simple = p.varargs.is_none() && p.varkw.is_none() && p.kwonly_required == 0;
    p
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn signatures() {
        let p = parse("self, a, b=',', /, c=(1, 2), *args, key, d=None, **kw", Bind::Method);
        assert_eq!((p.positional, p.posonly, p.required, p.total), (4, 3, 2, 8));
        assert_eq!((p.varargs, p.kwonly.clone(), p.varkw), (Some(4), 5..7, Some(7)));
        assert!(p.has_self && !p.simple);
        let p = parse("x, /", Bind::Method);
        assert!(p.simple && p.total == 1 && p.required == 1 && p.posonly == 1);
    }
}
