//! `_tokenize`: CPython's tokens for the module `tokenize`.

use crate::support::{ClassCell, add_class, given, open};
use std::cell::OnceCell;
use vasuki_compiler::error::{SyntaxError, SyntaxErrorKind};
use vasuki_compiler::token_info::{TokenInfo, TokenInfos};
use vasuki_vm::codecs::decode_named;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, TypeDef, def, def_static};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::bytes::Bytes;
use vasuki_vm::types::exceptions::syntax_error;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_tokenize",
    doc: "",
    functions: &[],
    init: |th, m| {
        static CLASS: ClassCell = ClassCell::new();
        add_class(th, m, &CLASS, &ITER)?;
        Ok(())
    },
};
static ITER: TypeDef = TypeDef {
    methods: &[
        def_static("__new__", "cls, readline, /, *, encoding=None, extra_tokens", new, ""),
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", next, "Implement next(self)."),
    ],
    ..TypeDef::new("_tokenize.TokenizerIter", Kind::Payload, payload_size::<TokenizerIter>())
};

/// Tokens of what `readline` gives. It is read when the first token is asked for; what it raised is raised again where
/// the tokens end.
#[derive(Clone)]
struct TokenizerIter {
    readline: Value,
    encoding: Value,
    extra: bool,
    tokens: OnceCell<TokenInfos>,
    failed: Value,
    /// the last line given, and its number
    line: (u32, Value),
}
impl Payload for TokenizerIter {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        [self.readline, self.encoding, self.failed, self.line.1].into_iter().for_each(f);
    }
}

fn new(th: &mut Thread, a: &[Value]) -> R {
    let extra = th.truth(a[3])?;
    let encoding = given(a[2]).unwrap_or(Value::NONE);
    if !encoding.is_none() && encoding.cast::<Str>().is_none() {
        let name = crate::support::arg_name(th, encoding);
        return Err(th.type_error(&format!("tokenizeriter() argument 'encoding' must be str, not {name}")));
    }
    let state = TokenizerIter {
        readline: a[1],
        encoding,
        extra,
        tokens: OnceCell::new(),
        failed: Value::EMPTY,
        line: (0, Value::EMPTY),
    };
    Ok(payload::new(th, a[0].as_gc(), state).value())
}
/// Reads all lines; gives the text, and the exception that ended it.
fn read(th: &mut Thread, readline: Value, encoding: Value) -> R<(String, Value)> {
    let mut text = String::new();
    loop {
        let class = ctx().types.BaseException;
        let line = match th.catch(class, |th| th.call(readline, &[]))? {
            Ok(line) => line,
            Err(e) if th.class_of(e).is_subclass_of(ctx().types.StopIteration) => return Ok((text, Value::EMPTY)),
            Err(e) => return Ok((text, e)),
        };
        let line = if encoding.is_none() {
            line
        } else {
            let Some(b) = line.cast::<Bytes>() else {
                return Err(th.type_error("readline() returned a non-bytes object"));
            };
            let replace = th.intern("replace").value();
            decode_named(th, b.as_slice(), encoding, replace, "decode")?
        };
        let Some(line) = line.cast::<Str>() else {
            return Err(th.type_error("readline() returned a non-string object"));
        };
        if line.is_empty() {
            return Ok((text, Value::EMPTY));
        }
        text.push_str(&vasuki_vm::codecs::utf8_of(th, line)?);
    }
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let state = open::<TokenizerIter>(th, a[0])?;
    if state.tokens.get().is_none() {
        let (readline, encoding, extra) = (state.readline, state.encoding, state.extra);
        let (text, failed) = read(th, readline, encoding)?;
        let state = open::<TokenizerIter>(th, a[0])?;
        state.failed = failed;
        state.tokens.get_or_init(|| TokenInfos::new(text, extra));
    }
    let state = open::<TokenizerIter>(th, a[0])?;
    let failed = state.failed;
    match state.tokens.get_mut().and_then(Iterator::next) {
        None => Ok(Value::EMPTY),
        Some(Ok(t)) if failed.is_empty() || t.kind != 0 => token(th, a[0], &t),
        Some(Err(e)) if failed.is_empty() || !e.incomplete => {
            let mut e = e.in_file("<string>");
            e.incomplete = false;
            if e.end_col > 0 {
                return Err(syntax_error(th, &e));
            }
            Err(without_end(th, &e)?)
        }
        Some(_) => Err(Throw::exception(failed)),
    }
}
/// An error of which only the start is known.
fn without_end(th: &mut Thread, e: &SyntaxError) -> R<Throw> {
    let t = &ctx().types;
    let class = match e.kind {
        SyntaxErrorKind::Indentation => t.IndentationError,
        SyntaxErrorKind::Tab => t.TabError,
        _ => t.SyntaxError,
    };
    let text = e.text.as_deref().map_or(Value::NONE, |s| th.new_str(s.trim_end_matches('\n')));
    let (msg, file) = (th.new_str(&e.msg), th.new_str(&e.filename));
    let (line, col) = (Value::small(i64::from(e.line)), Value::small(i64::from(e.col)));
    let place = th.new_tuple(&[file, line, col, text, Value::NONE, Value::NONE]);
    let made = th.new_exception(class, &[msg, place])?;
    Ok(th.raise(made))
}
fn token(th: &mut Thread, iter: Value, t: &TokenInfo) -> R {
    let place = |th: &mut Thread, (line, col): (u32, i32)| th.new_tuple(&[Value::small(i64::from(line)), Value::small(i64::from(col))]);
    let (start, end) = (place(th, t.start), place(th, t.end));
    let string = th.new_str(&t.string);
    let state = open::<TokenizerIter>(th, iter)?;
    let same = state.line.0 == t.start.0 && state.line.1.cast::<Str>().is_some_and(|s| s.is(&t.line));
    let line = if same { state.line.1 } else { th.new_str(&t.line) };
    open::<TokenizerIter>(th, iter)?.line = (t.start.0, line);
    Ok(th.new_tuple(&[Value::small(i64::from(t.kind)), string, start, end, line]))
}
