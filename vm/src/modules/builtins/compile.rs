//! compile, eval, exec.

use crate::context::ctx;
use crate::interp::code as code_object;
use crate::names::names;
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::trees::{self, Mode as TreeMode, Request};
use crate::types::buffer_protocol;
use crate::types::dict::Dict;
use crate::types::str_::Str;
use crate::value::Value;
use vasuki_compiler::error::{SyntaxError, SyntaxErrorKind};
use vasuki_compiler::syntax::warnings::SyntaxWarning;
use vasuki_compiler::{Mode, Options};

/// `compile()` flags beyond the `__future__` ones.
pub mod flags {
    /// a block at the end of interactive input must be closed by an empty line
    pub const DONT_IMPLY_DEDENT: i64 = 0x200;
    /// give an AST
    pub const ONLY_AST: i64 = 0x400;
    /// keep type comments
    pub const TYPE_COMMENTS: i64 = 0x1000;
    /// top-level await
    pub const ALLOW_TOP_LEVEL_AWAIT: i64 = 0x2000;
    /// interactive: incomplete input is a special error
    pub const ALLOW_INCOMPLETE_INPUT: i64 = 0x4000;
    /// give an optimized AST (together with `ONLY_AST`)
    pub const OPTIMIZED_AST: i64 = 0x8000;
    /// all `__future__` features
    pub const FUTURES: i64 = 0x1FE0000;
    /// `from __future__ import annotations`
    pub const FUTURE_ANNOTATIONS: i64 = 0x1000000;
    /// all that compile() accepts; 0x10 is the obsolete flag of nested scopes
    pub const ACCEPTED: i64 =
        DONT_IMPLY_DEDENT | ONLY_AST | TYPE_COMMENTS | ALLOW_TOP_LEVEL_AWAIT | ALLOW_INCOMPLETE_INPUT | OPTIMIZED_AST | FUTURES | 0x10;
}

/// Source text from what compile(), eval() and exec() accept; `what` names the function and argument.
pub fn source_text(th: &mut Thread, v: Value, filename: &str, what: &str) -> R<String> {
    if let Some(s) = v.cast::<Str>() {
        let Some(text) = s.to_utf8() else {
            return Err(crate::codecs::surrogates_not_allowed(th, s));
        };
        if text.contains('\0') {
            return Err(th.error(ctx().types.SyntaxError, "source code string cannot contain null bytes"));
        }
        return Ok(vasuki_compiler::source::normalize_lines(text));
    }
    match buffer_protocol::bytes_like(th, v)? {
        Some(bytes) => decode(th, &bytes, filename),
        None => Err(th.type_error(&format!("{what} must be a string, bytes or code object"))),
    }
}
/// Source text from bytes, in the encoding that they name.
fn decode(th: &mut Thread, bytes: &[u8], filename: &str) -> R<String> {
    let mut thrown = None;
    let base = ctx().types.Exception;
    let made = vasuki_compiler::source::decode_with(bytes, filename, false, &mut |name, data| {
        let name = th.new_str(name);
        match th.catch(base, |th| crate::codecs::decode_named(th, data, name, Value::EMPTY, "decode")) {
            Ok(Ok(v)) => Ok(v.cast::<Str>().map(|s| s.to_string_lossy())),
            Ok(Err(e)) if th.class_of(e).is_subclass_of(ctx().types.LookupError) => Ok(None),
            Ok(Err(e)) => match th.str(e) {
                Ok(s) => Err(s.to_string_lossy()),
                Err(t) => {
                    thrown = Some(t);
                    Ok(None)
                }
            },
            Err(t) => {
                thrown = Some(t);
                Ok(None)
            }
        }
    });
    match (thrown, made) {
        (Some(t), _) => Err(t),
        (None, Ok(text)) => Ok(text),
        (None, Err(e)) => Err(crate::types::exceptions::syntax_error(th, &e)),
    }
}
/// Compiles text to a code object.
pub fn compile_text(th: &mut Thread, text: &str, filename: &str, mode: Mode, opts: Options) -> R {
    compile_flagged(th, text, filename, mode, opts, 0)
}
fn compile_flagged(th: &mut Thread, text: &str, filename: &str, mode: Mode, opts: Options, given: i64) -> R {
    let mut warned = Vec::new();
    let mut made = vasuki_compiler::compile_warned(text, filename, mode, opts, &mut warned);
    emit_warnings(th, &warned, filename)?;
    if mode == Mode::Single && given & flags::DONT_IMPLY_DEDENT != 0 && made.is_ok() && vasuki_compiler::tokenizer::ends_in_block(text) {
        made = Err(SyntaxError {
            incomplete: true,
            ..SyntaxError::at(text, text.len(), text.len(), "invalid syntax").in_file(filename)
        });
    }
    match made {
        Ok(code) => Ok(code_object::from_compiled(th, &code)?.value()),
        Err(e) => Err(error(th, e, given)),
    }
}
/// Gives the compiler's warnings; one that a filter makes an error is a SyntaxError.
pub fn emit_warnings(th: &mut Thread, warned: &[SyntaxWarning], filename: &str) -> R<()> {
    let category = ctx().types.SyntaxWarning;
    for w in warned {
        let r = th.catch(category, |th| {
            crate::warn::warn_explicit(th, category, &w.text, filename, w.error.line)
        })?;
        if r.is_err() {
            return Err(crate::types::exceptions::syntax_error(th, &w.error.clone().in_file(filename)));
        }
    }
    Ok(())
}
/// The exception of a source that cannot be compiled; that more input could complete it is said on request only.
fn error(th: &mut Thread, mut e: SyntaxError, given: i64) -> Throw {
    e.incomplete &= given & flags::ALLOW_INCOMPLETE_INPUT != 0;
    if e.incomplete {
        e.msg = "incomplete input".into();
        e.kind = SyntaxErrorKind::Syntax;
    }
    crate::types::exceptions::syntax_error(th, &e)
}
fn mode_of(th: &mut Thread, v: Value, only_ast: bool) -> R<TreeMode> {
    let Some(mode) = v.cast::<Str>() else {
        let n = crate::types::class::class_of(v).name_str();
        return Err(th.type_error(&format!("compile() argument 'mode' must be str, not {n}")));
    };
    Ok(match mode.to_string_lossy().as_str() {
        "exec" => TreeMode::Exec,
        "eval" => TreeMode::Eval,
        "single" => TreeMode::Single,
        "func_type" if only_ast => TreeMode::FuncType,
        "func_type" => return Err(th.value_error("compile() mode 'func_type' requires flag PyCF_ONLY_AST")),
        _ if only_ast => return Err(th.value_error("compile() mode must be 'exec', 'eval', 'single' or 'func_type'")),
        _ => return Err(th.value_error("compile() mode must be 'exec', 'eval' or 'single'")),
    })
}
/// `compile()`
pub fn compile(th: &mut Thread, a: &[Value]) -> R {
    let filename = crate::types::str_methods::fs_decode(th, a[1])?;
    let given = if a[3].is_empty() { 0 } else { th.to_i64(a[3])? };
    if given & !flags::ACCEPTED != 0 {
        return Err(th.value_error("compile(): unrecognised flags"));
    }
    let inherit = a[4].is_empty() || !th.truth(a[4])?;
    let optimize = if a[5].is_empty() { -1 } else { th.to_i64(a[5])? };
    if !(-1..=2).contains(&optimize) {
        return Err(th.value_error("compile(): invalid optimize value"));
    }
    let only_ast = given & flags::ONLY_AST != 0;
    let mode = mode_of(th, a[2], only_ast)?;
    let mut future = given & flags::FUTURE_ANNOTATIONS != 0;
    if inherit {
        future |= crate::interp::frame::current_code_flags(th) as i64 & flags::FUTURE_ANNOTATIONS != 0;
    }
    let options = Options {
        optimize: if optimize < 0 { ctx().config.optimize } else { optimize as u8 },
        future_annotations: future,
        allow_top_level_await: given & flags::ALLOW_TOP_LEVEL_AWAIT != 0,
    };
    let request = Request {
        filename: &filename,
        mode,
        options,
        type_comments: given & flags::TYPE_COMMENTS != 0,
        optimized: given & flags::OPTIMIZED_AST != 0,
        feature_version: if a[6].is_empty() || !only_ast { -1 } else { th.to_i64(a[6])? },
    };
    match trees::get() {
        Some(t) if (t.is_node)(a[0]) => {
            if only_ast {
                return (t.again)(th, a[0], &request);
            }
            let code = (t.compile)(th, a[0], &request)?;
            return Ok(code_object::from_compiled(th, &code)?.value());
        }
        _ => {}
    }
    let text = source_text(th, a[0], &filename, "compile() arg 1")?;
    if let Some(t) = trees::get().filter(|_| only_ast) {
        return (t.parse)(th, &text, &request);
    }
    let kind = match mode {
        TreeMode::Eval => Mode::Eval,
        TreeMode::Single => Mode::Single,
        TreeMode::Exec | TreeMode::FuncType => Mode::Exec,
    };
    compile_flagged(th, &text, &filename, kind, options, given)
}
/// What `exec` (or `eval`) with these arguments runs: code, globals, locals, closure.
pub(crate) fn prepare(th: &mut Thread, a: &[Value], exec: bool) -> R<(Gc<code_object::Code>, Value, Value, Value)> {
    let (mode, name) = if exec { (Mode::Exec, "exec") } else { (Mode::Eval, "eval") };
    let closure = if exec && !a[3].is_none() { a[3] } else { Value::EMPTY };
    let (mut globals, mut locals) = (a[1], a[2]);
    let missing = |v: Value| v.is_empty() || v.is_none();
    if !missing(locals) && !locals.is_kind(Kind::Dict) && th.class_of(locals).special(crate::special::Special::Getitem).is_none() {
        return Err(th.type_error(&format!(
            "{name}() locals must be a mapping or None, not {}",
            th.class_of(locals).name_str()
        )));
    }
    if missing(globals) {
        globals = super::scope::current_globals(th)?;
        if missing(locals) {
            locals = super::scope::current_locals(th)?;
        }
    } else {
        if !globals.is_kind(Kind::Dict) {
            let n = th.class_of(globals).name_str();
            return Err(th.type_error(&format!("{name}() globals must be a dict, not {n}")));
        }
        if missing(locals) {
            locals = globals;
        }
    }
    let g = globals.as_gc::<Dict>();
    if g.get_str(th, names().__builtins__)?.is_none() {
        let b = ctx().modules.get_str(th, names().builtins)?.unwrap_or(Value::NONE);
        g.set_str(th, names().__builtins__, b)?;
    }
    let code = if a[0].is_kind(Kind::Code) {
        a[0]
    } else {
        let mut text = source_text(th, a[0], "<string>", &format!("{name}() arg 1"))?;
        if mode == Mode::Eval {
            text = text.trim_start_matches([' ', '\t']).to_owned();
        }
        let future = crate::interp::frame::current_code_flags(th) as i64 & flags::FUTURE_ANNOTATIONS != 0;
        let opts = Options {
            optimize: ctx().config.optimize,
            future_annotations: future,
            allow_top_level_await: false,
        };
        compile_text(th, &text, "<string>", mode, opts)?
    };
    Ok((code.as_gc(), globals, locals, closure))
}
/// `eval`, called by native code.
pub fn eval(th: &mut Thread, a: &[Value]) -> R {
    let (code, globals, locals, closure) = prepare(th, a, false)?;
    crate::interp::run_code(th, code, globals, locals, closure)
}
/// `exec`, called by native code.
pub fn exec(th: &mut Thread, a: &[Value]) -> R {
    let (code, globals, locals, closure) = prepare(th, a, true)?;
    crate::interp::run_code(th, code, globals, locals, closure)?;
    Ok(Value::NONE)
}
