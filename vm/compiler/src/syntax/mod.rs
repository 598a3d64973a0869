//! Syntax errors in CPython's words.
//!
//! Ruff's parser accepts or refuses; its messages are not CPython's. So when it refuses, the source is parsed once more by
//! a slow grammar that knows the usual mistakes (`grammar`), over CPython's own tokens. What ruff accepts and CPython
//! does not is found by [`check`](mod@check).

pub mod check;
mod flow;
mod grammar;
mod peg;
mod report;
mod scopes;
mod strings;
pub mod warnings;

pub use check::{CheckOptions, check, check_names, check_tree};

use crate::error::{SyntaxError, SyntaxErrorKind, line_col, line_text};
use crate::tokenizer::{TokenError, Tokenizer, kind};
use peg::{Peg, Stop};
use ruff_python_ast::{Mod, PythonVersion};
use ruff_python_parser::{InterpolatedStringErrorType, LexicalErrorType, ParseError, ParseErrorType};
use warnings::SyntaxWarning;

/// What is being parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// a module or an interactive statement
    File,
    /// one expression
    Eval,
}

/// Parses and checks; errors are in CPython's words. Warnings are added to `warned`.
pub fn parse_warned(
    source: &str,
    filename: &str,
    start: Start,
    opts: CheckOptions,
    warned: &mut Vec<SyntaxWarning>,
) -> Result<Mod, SyntaxError> {
    let module = match parse_only(source, filename, start) {
        Ok(m) => m,
        Err(e) => {
            warned.extend(warnings::before_error(source, &e));
            return Err(e);
        }
    };
    warned.extend(warnings::of_literals(source, &module));
    check_tree(source, &module, opts).map_err(|e| e.in_file(filename))?;
    warned.extend(warnings::of_code(source, &module));
    Ok(module)
}
/// Parses and checks; errors are in CPython's words.
pub fn parse(source: &str, filename: &str, start: Start, opts: CheckOptions) -> Result<Mod, SyntaxError> {
    let module = parse_only(source, filename, start)?;
    check_tree(source, &module, opts).map_err(|e| e.in_file(filename))?;
    Ok(module)
}
/// Parses; what only CPython's compiler refuses is no error.
pub fn parse_only(source: &str, filename: &str, start: Start) -> Result<Mod, SyntaxError> {
    let mode = match start {
        Start::File => ruff_python_parser::Mode::Module,
        Start::Eval => ruff_python_parser::Mode::Expression,
    };
    let options = ruff_python_parser::ParseOptions::from(mode).with_target_version(PythonVersion::PY314);
    let parsed = ruff_python_parser::parse(source, options).map_err(|e| from_parse_error_in(source, &e, start).in_file(filename))?;
    check::check_parsed(source, parsed.syntax()).map_err(|e| e.in_file(filename))?;
    Ok(parsed.into_syntax())
}

/// The error for a source that ruff refused with `e`.
pub fn from_parse_error(source: &str, e: &ParseError) -> SyntaxError {
    from_parse_error_in(source, e, Start::File)
}

/// The same, for `eval` too.
pub fn from_parse_error_in(source: &str, e: &ParseError, start: Start) -> SyntaxError {
    explain(source, start).unwrap_or_else(|| fallback(source, e))
}

/// What CPython's parser would say of a source, if it would refuse it.
pub fn explain(source: &str, start: Start) -> Option<SyntaxError> {
    if source.contains('\r') {
        return explain(&crate::source::normalize_lines(source.to_owned()), start);
    }
    // Deep nesting recurses deeply: a thread of its own has room.
    std::thread::scope(|s| {
        let run = std::thread::Builder::new()
            .stack_size(512 << 20)
            .spawn_scoped(s, || explain_here(source, start));
        match run {
            Ok(t) => t.join().unwrap_or(None),
            Err(_) => None,
        }
    })
}

/// Brackets or indentation nested deeper than CPython's tokenizer allows: what would make the parser recurse deeply is found before.
pub(crate) fn too_deep(source: &str) -> Option<SyntaxError> {
    let mut depth = 0i32;
    let deep = source.bytes().any(|b| {
        match b {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        depth >= 200
    });
    if !deep
        && !source
            .lines()
            .any(|l| l.len() > 100 && l.bytes().take(100).all(|b| matches!(b, b' ' | b'\t')))
    {
        return None;
    }
    // They may be in strings and comments.
    let mut tokens = Tokenizer::new(source, false);
    loop {
        match tokens.next_token() {
            Ok(t) if t.kind == kind::ENDMARKER => return None,
            Ok(_) => {}
            Err(e) if e.msg.starts_with("too many") => return Some(from_token_error(source, e)),
            Err(_) => return None,
        }
    }
}

fn explain_here(source: &str, start: Start) -> Option<SyntaxError> {
    let rule = match start {
        Start::File => "file",
        Start::Eval => "eval",
    };
    let mut p = Peg::new(source);
    match p.run(rule, false) {
        Ok(true) => return None,
        Err(s) => return Some(stopped(&mut p, s)),
        Ok(false) => {}
    }
    // Before anything else is read: could more input go on here?
    let incomplete = p.tokenizer.at_end();
    let last = p.tokens.last().copied()?;
    let mut e = match p.run(rule, true) {
        Err(s) => stopped(&mut p, s),
        Ok(_) => {
            let at = last.start.min(source.len());
            let generic = match last.kind {
                kind::INDENT => indentation(source, last.end, "unexpected indent"),
                kind::DEDENT => indentation(source, last.end, "unexpected unindent"),
                _ if &source[at..last.end] == "<>" => place(
                    source,
                    at,
                    Some(last.end),
                    "invalid syntax. Maybe you meant '!=' instead of '<>'?".to_owned(),
                ),
                _ => place(source, at, Some(last.end), "invalid syntax".to_owned()),
            };
            if matches!(last.kind, kind::INDENT | kind::DEDENT) {
                generic
            } else {
                rest(&mut p).unwrap_or(generic)
            }
        }
    };
    e.incomplete |= incomplete;
    Some(e)
}

fn indentation(source: &str, at: usize, msg: &str) -> SyntaxError {
    let (line, col) = line_col(source, at);
    SyntaxError {
        kind: SyntaxErrorKind::Indentation,
        line,
        col,
        end_line: line,
        end_col: 0,
        text: Some(line_text(source, line)),
        ..SyntaxError::new(msg)
    }
}

/// An error at bytes of the source; the position after the last line counts as the end of the last line.
fn place(source: &str, start: usize, end: Option<usize>, msg: String) -> SyntaxError {
    let mut e = SyntaxError::at(source, start, end.unwrap_or(start), msg);
    if end.is_none() {
        e.end_line = e.line;
        e.end_col = 0;
    }
    // A line end belongs to its line.
    if e.end_line == e.line + 1 && e.end_col == 1 && source.as_bytes().get(start) == Some(&b'\n') {
        e.end_line = e.line;
        e.end_col = e.col + 1;
    }
    e
}

fn from_token_error(source: &str, t: TokenError) -> SyntaxError {
    SyntaxError {
        kind: t.kind,
        incomplete: t.at_end,
        ..place(source, t.start, t.end, t.msg)
    }
}

fn stopped(p: &mut Peg, s: Stop) -> SyntaxError {
    match s {
        Stop::Token(t) => from_token_error(p.text, t),
        Stop::Depth => SyntaxError::new("too many nested parentheses"),
        Stop::Rule(kind, msg, start, end) => {
            let e = SyntaxError {
                kind,
                ..place(p.text, start, Some(end), msg)
            };
            rest(p).unwrap_or(e)
        }
    }
}

/// Errors of the tokens not yet read come first.
fn rest(p: &mut Peg) -> Option<SyntaxError> {
    let line = p.tokens.last().map_or(1, |t| line_col(p.text, t.start).0);
    loop {
        match p.tokenizer.next_token() {
            Ok(t) if t.kind == kind::ENDMARKER => return None,
            Ok(_) => {}
            Err(t) if t.msg.ends_with("was never closed") => {
                let open = line_col(p.text, t.start).0;
                return (line > open).then(|| from_token_error(p.text, t));
            }
            // What is wrong inside a replacement field is more telling than that the string does not end.
            Err(_) if p.tokenizer.in_interpolated() => return None,
            Err(t) => return Some(from_token_error(p.text, t)),
        }
    }
}

/// Ruff found something that the grammar above did not: its own place, and the nearest of CPython's texts.
fn fallback(source: &str, e: &ParseError) -> SyntaxError {
    let (start, end) = (e.location.start().to_usize(), e.location.end().to_usize());
    let msg = match &e.error {
        ParseErrorType::Lexical(LexicalErrorType::UnicodeError | LexicalErrorType::StringError) => {
            "(unicode error) 'unicodeescape' codec can't decode bytes: unknown Unicode character name"
        }
        ParseErrorType::Lexical(LexicalErrorType::OtherError(m)) => m,
        ParseErrorType::Lexical(LexicalErrorType::InvalidByteLiteral) => "bytes can only contain ASCII literal characters",
        ParseErrorType::IterableUnpackingInComprehension => "iterable unpacking cannot be used in comprehension",
        ParseErrorType::UnparenthesizedGeneratorExpression => "Generator expression must be parenthesized",
        ParseErrorType::FStringError(InterpolatedStringErrorType::LambdaWithoutParentheses) => {
            "f-string: lambda expressions are not allowed without parentheses"
        }
        ParseErrorType::TStringError(InterpolatedStringErrorType::LambdaWithoutParentheses) => {
            "t-string: lambda expressions are not allowed without parentheses"
        }
        ParseErrorType::PositionalAfterKeywordArgument => "positional argument follows keyword argument",
        ParseErrorType::PositionalAfterKeywordUnpacking => "positional argument follows keyword argument unpacking",
        _ => "invalid syntax",
    };
    SyntaxError::at(source, start, end, msg)
}

#[cfg(test)]
mod tests;
