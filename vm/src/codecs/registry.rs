//! The registry of codecs and error handlers that programs (the `encodings` package first) add to.
//!
//! Search functions, found codecs and handlers are kept for the life of the process.

use super::errors::{self, Errors};
use crate::context::ctx;
use crate::native::{NativeDef, def};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::native_function;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use std::collections::HashMap;
use std::sync::Mutex;

#[derive(Default)]
struct State {
    search: Vec<Value>,
    cache: HashMap<String, Value>,
    handlers: HashMap<String, Value>,
    overridden: Vec<String>,
}
// Values in here are immortal (`memory::keep`).
static STATE: Mutex<Option<State>> = Mutex::new(None);

fn with<T>(f: impl FnOnce(&mut State) -> T) -> T {
    f(STATE.lock().unwrap_or_else(|e| e.into_inner()).get_or_insert_default())
}
/// `codecs.register(search_function)`
pub fn register(th: &mut Thread, f: Value) -> R<()> {
    if th.class_of(f).special(crate::special::Special::Call).is_none() {
        return Err(th.type_error("argument must be callable"));
    }
    crate::memory::keep(f);
    with(|s| s.search.push(f));
    Ok(())
}
/// `codecs.unregister(search_function)`
pub fn unregister(f: Value) {
    with(|s| {
        if let Some(i) = s.search.iter().position(|x| *x == f) {
            s.search.remove(i);
            s.cache.clear();
        }
    });
}
/// Has a program replaced the built-in handler of this name?
pub fn is_overridden(name: &str) -> bool {
    with(|s| s.overridden.iter().any(|n| n == name))
}
/// `codecs.register_error(name, handler)`
pub fn register_error(th: &mut Thread, name: &str, f: Value) -> R<()> {
    if th.class_of(f).special(crate::special::Special::Call).is_none() {
        return Err(th.type_error("handler must be callable"));
    }
    crate::memory::keep(f);
    with(|s| {
        s.handlers.insert(name.into(), f);
        if !matches!(Errors::named(name), Errors::Other(_)) {
            s.overridden.push(name.into());
        }
    });
    Ok(())
}
/// `codecs.unregister_error(name)`-like: false when there was none.
pub fn unregister_error(name: &str) -> bool {
    with(|s| s.handlers.remove(name).is_some())
}
macro_rules! handlers {
    ($($name:literal $function:ident $kind:ident;)*) => {
        $(fn $function(th: &mut Thread, a: &[Value]) -> R {
            errors::apply(th, Errors::$kind, a[0])
        })*
        static HANDLERS: &[(&str, NativeDef)] = &[$(($name, def(stringify!($function), "exc, /", $function, "Implements an error handler.")),)*];
    };
}
handlers! {
    "strict" strict_errors Strict; "ignore" ignore_errors Ignore; "replace" replace_errors Replace;
    "backslashreplace" backslashreplace_errors BackslashReplace; "xmlcharrefreplace" xmlcharrefreplace_errors XmlCharRefReplace;
    "namereplace" namereplace_errors NameReplace; "surrogateescape" surrogateescape SurrogateEscape;
    "surrogatepass" surrogatepass SurrogatePass;
}
/// `codecs.lookup_error(name)`
pub fn lookup_error(th: &mut Thread, name: &str) -> R {
    if let Some(f) = with(|s| s.handlers.get(name).copied()) {
        return Ok(f);
    }
    match HANDLERS.iter().find(|h| h.0 == name) {
        Some((_, d)) => {
            let f = native_function::new(th, d, Value::NONE, Value::NONE);
            crate::memory::keep(f);
            with(|s| s.handlers.insert(name.into(), f));
            Ok(f)
        }
        None => Err(th.error(ctx().types.LookupError, &format!("unknown error handler name '{name}'"))),
    }
}
/// The name as search functions get it: in lower case, with an underscore for each run of other characters than ASCII
/// letters, digits and dots.
pub fn normalize(name: &str) -> String {
    let (mut out, mut gap) = (String::with_capacity(name.len()), false);
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '.' {
            if std::mem::take(&mut gap) && !out.is_empty() {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
        } else {
            gap = true;
        }
    }
    out
}
/// `codecs.lookup(name)`: the CodecInfo.
pub fn lookup(th: &mut Thread, name: &str) -> R {
    if name.contains('\0') {
        return Err(th.value_error("embedded null character"));
    }
    let key = normalize(name);
    if let Some(c) = with(|s| s.cache.get(&key).copied()) {
        return Ok(c);
    }
    if with(|s| s.search.is_empty()) {
        let encodings = th.new_str("encodings");
        let import = th.intern("__import__");
        if let Some(f) = ctx().builtins.get_interned(import) {
            th.call(f, &[encodings])?;
        }
    }
    let arg = th.new_str(&key);
    for f in with(|s| s.search.clone()) {
        let r = th.call(f, &[arg])?;
        if r.is_none() {
            continue;
        }
        if r.cast::<Tuple>().is_none_or(|t| t.len() != 4) {
            return Err(th.type_error("codec search functions must return 4-tuples"));
        }
        crate::memory::keep(r);
        with(|s| s.cache.insert(key.clone(), r));
        return Ok(r);
    }
    Err(th.error(ctx().types.LookupError, &format!("unknown encoding: {name}")))
}
fn codec(th: &mut Thread, name: &str, text_only: bool, what: &str) -> R<&'static [Value]> {
    let info = lookup(th, name)?;
    if text_only {
        let flag = th.intern("_is_text_encoding");
        if let Some(v) = th.getattr_opt(info, flag)?
            && !th.truth(v)?
        {
            let text = format!("'{name}' is not a text encoding; use codecs.{what}() to handle arbitrary codecs");
            return Err(th.error(ctx().types.LookupError, &text));
        }
    }
    Ok(info.as_gc::<Tuple>().items())
}
fn args(v: Value, errors: Value) -> Vec<Value> {
    if errors.is_empty() { vec![v] } else { vec![v, errors] }
}
/// `codecs.encode(v, name, errors)`
pub fn encode(th: &mut Thread, v: Value, name: &str, errors: Value, text_only: bool) -> R {
    let c = codec(th, name, text_only, "encode")?;
    let [x, y] = [v, errors];
    let args = args(x, y);
    let r = noted(th, name, "encoding", c[0], &args)?;
    super::first_of_pair(th, r, "encoder")
}
/// `codecs.decode(v, name, errors)`
pub fn decode(th: &mut Thread, v: Value, name: &str, errors: Value, text_only: bool) -> R {
    let c = codec(th, name, text_only, "decode")?;
    let args = args(v, errors);
    let r = noted(th, name, "decoding", c[1], &args)?;
    super::first_of_pair(th, r, "decoder")
}
/// Errors of a codec get a note that says which.
fn noted(th: &mut Thread, name: &str, what: &str, f: Value, args: &[Value]) -> R {
    let class = ctx().types.Exception;
    match th.catch(class, |th| th.call(f, args))? {
        Ok(v) => Ok(v),
        Err(e) => {
            let note = th.new_str(&format!("{what} with '{name}' codec failed"));
            if !th.class_of(e).is_subclass_of(ctx().types.UnicodeError) {
                let add = crate::names::names().add_note;
                th.call_method(e, add, &[note])?;
            }
            Err(th.raise(e))
        }
    }
}
/// The text of a str argument.
pub fn text(th: &mut Thread, v: Value, what: &str) -> R<String> {
    match v.cast::<Str>() {
        Some(s) => super::utf8_of(th, s),
        None => Err(th.type_error(&format!("{what} must be str, not {}", th.class_of(v).name_str()))),
    }
}
