//! Printing of exceptions that nobody caught: by the library's `traceback` module, natively when that cannot work.

use crate::context::ctx;
use crate::modules::builtins::sys_attribute;
use crate::names::names;
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::class::class_of;
use crate::types::exception::{self, Exception};
use crate::types::str_::Str;
use crate::types::traceback::Traceback;
use crate::types::type_attrs;
use crate::value::Value;

/// Runs `f`; gives None for a Python exception in it.
fn attempt<T>(th: &mut Thread, f: impl FnOnce(&mut Thread) -> R<T>) -> R<Option<T>> {
    Ok(th.catch(ctx().types.BaseException, f)?.ok())
}
/// Prints an exception with its traceback to `sys.stderr`.
pub fn print_exception(th: &mut Thread, e: Value) -> R<()> {
    if !e.is_kind(Kind::Exception) {
        let text = format!(
            "TypeError: print_exception(): Exception expected for value, {} found\n",
            class_of(e).name_str()
        );
        return write(th, &text);
    }
    let done = attempt(th, |th| {
        let m = crate::import::import_module(th, "traceback")?;
        let key = th.intern("_print_exception_bltin");
        match th.getattr_opt(m, key)? {
            Some(f) => th.call(f, &[e]),
            None => {
                let key = th.intern("print_exception");
                th.call_method(m, key, &[e])
            }
        }
    })?;
    if done.is_some() {
        return Ok(());
    }
    let text = describe(th, e, 0)?;
    write(th, &text)
}
fn write(th: &mut Thread, text: &str) -> R<()> {
    let written = attempt(th, |th| {
        let err = sys_attribute(th, "stderr")?;
        if err.is_none() {
            return Ok(Value::NONE);
        }
        let s = th.new_str(text);
        th.call_method(err, names().write, &[s])
    })?;
    if written.is_none() {
        th.irrevocable()?;
        eprint!("{text}");
    }
    Ok(())
}
/// The native rendering: traceback entries without source lines.
fn describe(th: &mut Thread, e: Value, depth: usize) -> R<String> {
    let x = exception::this(e);
    let mut out = String::new();
    let cause = x.field(th, &x.cause)?;
    let context = x.field(th, &x.context)?;
    if depth < 10 {
        if cause.is_kind(Kind::Exception) {
            out.push_str(&describe(th, cause, depth + 1)?);
            out.push_str("\nThe above exception was the direct cause of the following exception:\n\n");
        } else if context.is_kind(Kind::Exception) && !x.field(th, &x.suppress_context)?.is_true() {
            out.push_str(&describe(th, context, depth + 1)?);
            out.push_str("\nDuring handling of the above exception, another exception occurred:\n\n");
        }
    }
    let mut tb = x.field(th, &x.traceback)?.cast::<Traceback>();
    if tb.is_some() {
        out.push_str("Traceback (most recent call last):\n");
    }
    while let Some(t) = tb {
        let line = t.lineno.get().to_small().unwrap_or(0);
        let place = attempt(th, |th| place(th, t.frame.get()))?;
        let (file, name) = place.unwrap_or_else(|| ("?".into(), "?".into()));
        out.push_str(&format!("  File \"{file}\", line {line}, in {name}\n"));
        tb = crate::attrs::load(th, t.header(), &t.next)?.cast();
    }
    out.push_str(&summary(th, x)?);
    out.push('\n');
    Ok(out)
}
fn place(th: &mut Thread, frame: Value) -> R<(String, String)> {
    let [code, file, name] = ["f_code", "co_filename", "co_name"].map(|n| th.intern(n));
    let code = if frame.is_kind(Kind::Code) {
        frame
    } else {
        th.getattr(frame, code)?
    };
    let (file, name) = (th.getattr(code, file)?, th.getattr(code, name)?);
    Ok((th.str(file)?.to_string_lossy(), th.str(name)?.to_string_lossy()))
}
/// `Class: message`
pub fn summary(th: &mut Thread, e: Gc<Exception>) -> R<String> {
    let class = class_of(e.value());
    let name = attempt(th, |th| type_attrs::dotted_name(th, class))?.unwrap_or_else(|| class.name_str());
    let name = name.strip_prefix("__main__.").unwrap_or(&name).to_string();
    let text = attempt(th, |th| th.str(e.value()))?.map_or_else(|| "<exception str() failed>".into(), |s: Gc<Str>| s.to_string_lossy());
    Ok(if text.is_empty() { name } else { format!("{name}: {text}") })
}
/// Reports an exception that cannot be raised where it happened through `sys.unraisablehook`. `object`: where, or None.
pub fn report_unraisable(th: &mut Thread, t: Throw, object: Value) {
    unraisable(th, t, None, object);
}
/// The same with a message of its own: "Exception ignored", `what` (as "while calling deallocator") and `object`, which is
/// left out when it is EMPTY.
pub fn report_ignored(th: &mut Thread, t: Throw, what: &str, object: Value) {
    let shown = if object.is_empty() {
        Ok(None)
    } else {
        attempt(th, |th| th.repr_string(object))
    };
    match shown {
        Ok(Some(repr)) => unraisable(th, t, Some(format!("Exception ignored {what} {repr}")), Value::NONE),
        Ok(None) => unraisable(th, t, Some(format!("Exception ignored {what}")), Value::NONE),
        Err(_) => {}
    }
}
fn unraisable(th: &mut Thread, t: Throw, message: Option<String>, object: Value) {
    let Some(e) = t.value() else { return };
    let mut hook = Value::NONE;
    let r = call_hook(th, e, message, object, &mut hook);
    if let Err(t) = r
        && let Some(failed) = t.value()
    {
        // The hook itself failed: the default one tells.
        let told = details(th, failed, Some("Exception ignored in sys.unraisablehook".into()), hook);
        if told
            .and_then(|args| crate::modules::sys::hooks::unraisablehook(th, &[args]))
            .is_err()
        {
            eprintln!("Exception ignored in sys.unraisablehook");
        }
    }
}
fn call_hook(th: &mut Thread, e: Value, message: Option<String>, object: Value, hook: &mut Value) -> R {
    let args = details(th, e, message, object)?;
    *hook = sys_attribute(th, "unraisablehook")?;
    th.call(*hook, &[args])
}
/// The argument of `sys.unraisablehook`.
fn details(th: &mut Thread, e: Value, message: Option<String>, object: Value) -> R {
    let x = exception::this(e);
    let tb = x.field(th, &x.traceback)?;
    let none = |v: Value| if v.is_empty() { Value::NONE } else { v };
    let message = match message {
        Some(m) => th.new_str(&m),
        None => Value::NONE,
    };
    crate::types::simple_namespace::new(
        th,
        &[
            ("exc_type", class_of(e).value()),
            ("exc_value", e),
            ("exc_traceback", none(tb)),
            ("err_msg", message),
            ("object", none(object)),
        ],
    )
}
/// The traceback and message of an exception as text, made natively.
pub fn traceback_text(th: &mut Thread, e: Value) -> String {
    describe(th, e, 0).unwrap_or_default()
}
/// Hands an exception that ends the program (or an interactive statement) to `sys.excepthook`.
pub fn print_uncaught(th: &mut Thread, e: Value) {
    let x = exception::this(e);
    let r = attempt(th, |th| {
        for name in ["stdout", "stderr"] {
            if let Ok(f) = sys_attribute(th, name)
                && !f.is_none()
            {
                // A stream that cannot be flushed must not hide the exception.
                let _ = attempt(th, |th| th.call_method(f, names().flush, &[]))?;
            }
        }
        let tb = x.field(th, &x.traceback)?;
        let tb = if tb.is_empty() { Value::NONE } else { tb };
        let sys = crate::import::import_module(th, "sys")?;
        for (name, v) in [
            ("last_exc", e),
            ("last_type", class_of(e).value()),
            ("last_value", e),
            ("last_traceback", tb),
        ] {
            let key = th.intern(name);
            th.setattr(sys, key, v)?;
        }
        let Some(hook) = attempt(th, |th| sys_attribute(th, "excepthook"))? else {
            write(th, "sys.excepthook is missing\n")?;
            return print_exception(th, e);
        };
        if let Err(failed) = th.catch(ctx().types.BaseException, |th| th.call(hook, &[class_of(e).value(), e, tb]))? {
            write(th, "Error in sys.excepthook:\n")?;
            print_exception(th, failed)?;
            write(th, "\nOriginal exception was:\n")?;
            print_exception(th, e)?;
        }
        Ok(())
    });
    if !matches!(r, Ok(Some(()))) {
        let text = traceback_text(th, e);
        eprint!("{text}");
    }
}
/// The exit code that a SystemExit asks for; a message goes to stderr.
pub fn exit_code(th: &mut Thread, e: Value) -> u8 {
    let key = names().code;
    let code = match attempt(th, |th| th.getattr(e, key)) {
        Ok(Some(c)) => c,
        _ => return 1,
    };
    match code {
        Value::NONE => 0,
        Value::TRUE => 1,
        Value::FALSE => 0,
        c if c.is_small() => c.as_small() as u8,
        c if crate::types::int::is_int(c) => 255,
        c => {
            if let Ok(Some(s)) = attempt(th, |th| th.str(c)) {
                let text = s.to_string_lossy() + "\n";
                if write(th, &text).is_err() {
                    eprint!("{text}");
                }
            }
            1
        }
    }
}
