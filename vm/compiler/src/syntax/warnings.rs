//! What is allowed and probably wrong: CPython's SyntaxWarnings.

use crate::error::{SyntaxError, line_col};
use crate::tokenizer::{Tokenizer, kind};
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::*;
use ruff_text_size::{Ranged, TextRange};

/// A warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxWarning {
    /// its text
    pub text: String,
    /// the error that it is when warnings are errors; also the place
    pub error: SyntaxError,
}
impl SyntaxWarning {
    fn at(source: &str, range: TextRange, text: String) -> SyntaxWarning {
        let error = SyntaxError::at(source, range.start().to_usize(), range.end().to_usize(), text.clone());
        SyntaxWarning { text, error }
    }
}

/// Warnings about the literals of a source that has been parsed.
pub fn of_literals(source: &str, module: &Mod) -> Vec<SyntaxWarning> {
    let mut v = Literals {
        source,
        escapes: source.contains('\\'),
        found: Vec::new(),
    };
    super::check::visit(&mut v, module);
    v.found
}
/// The same for a source with a syntax error: what is before the error.
pub fn before_error(source: &str, e: &SyntaxError) -> Vec<SyntaxWarning> {
    let mut found = Vec::new();
    if !source.contains('\\') {
        return found;
    }
    let mut tokens = Tokenizer::new(source, false);
    let mut raw = Vec::new();
    while let Ok(t) = tokens.next_token() {
        if t.kind == kind::ENDMARKER || line_col(source, t.start) >= (e.line, e.col) {
            break;
        }
        let text = &source[t.start..t.end];
        match t.kind {
            kind::STRING => string(source, t.start, text, &mut found),
            kind::FSTRING_START | kind::TSTRING_START => raw.push(text.contains(['r', 'R'])),
            kind::FSTRING_END | kind::TSTRING_END => {
                raw.pop();
            }
            kind::FSTRING_MIDDLE | kind::TSTRING_MIDDLE if raw.last() == Some(&false) => {
                escapes(source, t.start, text, false, &mut found);
            }
            _ => {}
        }
    }
    found
}
/// Warnings about what the program does.
pub fn of_code(source: &str, module: &Mod) -> Vec<SyntaxWarning> {
    let mut v = Meaning {
        source,
        finally: Finally::No,
        found: Vec::new(),
    };
    super::check::visit(&mut v, module);
    v.found
}

/// A whole string token.
fn string(source: &str, start: usize, text: &str, found: &mut Vec<SyntaxWarning>) {
    let open = text.find(['"', '\'']).unwrap_or(0);
    let prefix = &text[..open];
    if prefix.contains(['r', 'R']) || !text.contains('\\') {
        return;
    }
    escapes(source, start, text, prefix.contains(['b', 'B']), found);
}
/// The first wrong escape sequence of a text.
fn escapes(source: &str, start: usize, text: &str, bytes: bool, found: &mut Vec<SyntaxWarning>) {
    let b = text.as_bytes();
    let mut i = 0;
    while let Some(at) = b[i..].iter().position(|&c| c == b'\\').map(|p| i + p) {
        i = at + 2;
        let rest = &source[start + at + 1..];
        let Some(c) = rest.chars().next() else { return };
        let octal = rest.bytes().take(3).take_while(|d| (b'0'..=b'7').contains(d)).count();
        let (shown, what) = match c {
            '\n' | '\\' | '\'' | '"' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | 'x' => continue,
            'N' | 'u' | 'U' if !bytes => continue,
            '4'..='7' if octal == 3 => (&rest[..3], "invalid octal escape sequence"),
            '0'..='7' => continue,
            c => (&rest[..c.len_utf8()], "invalid escape sequence"),
        };
        let (from, to) = (start + at, start + at + 1 + shown.len());
        let hint = format!("Did you mean \"\\\\{shown}\"? A raw string is also an option.");
        let said = format!("\"\\{shown}\" is an {what}.");
        found.push(SyntaxWarning {
            text: format!("{said} Such sequences will not work in the future. {hint}"),
            error: SyntaxError::at(source, from, to, format!("{said} {hint}")),
        });
        return;
    }
}

struct Literals<'a> {
    source: &'a str,
    escapes: bool,
    found: Vec<SyntaxWarning>,
}
impl Literals<'_> {
    fn elements(&mut self, list: &InterpolatedStringElements) {
        for e in list {
            match e {
                InterpolatedStringElement::Literal(l) => {
                    let at = l.range().to_std_range();
                    escapes(self.source, at.start, &self.source[at], false, &mut self.found);
                }
                InterpolatedStringElement::Interpolation(i) => {
                    if let Some(s) = &i.format_spec {
                        self.elements(&s.elements);
                    }
                }
            }
        }
    }
    /// A number that touches the word after it.
    fn number(&mut self, n: &ExprNumberLiteral) {
        let at = n.range().to_std_range();
        let touches = self.source[at.end..].chars().next().is_some_and(char::is_alphanumeric);
        if !touches {
            return;
        }
        let text = &self.source[at.clone()];
        let name = match text.as_bytes() {
            [b'0', b'x' | b'X', ..] => "hexadecimal",
            [b'0', b'o' | b'O', ..] => "octal",
            [b'0', b'b' | b'B', ..] => "binary",
            [.., b'j' | b'J'] => "imaginary",
            _ => "decimal",
        };
        let end = ruff_text_size::TextSize::new(at.end as u32);
        let place = TextRange::new(n.range().start(), end);
        self.found
            .push(SyntaxWarning::at(self.source, place, format!("invalid {name} literal")));
    }
}
impl<'a> Visitor<'a> for Literals<'_> {
    fn visit_expr(&mut self, e: &'a Expr) {
        if let Expr::NumberLiteral(n) = e {
            self.number(n);
        }
        visitor::walk_expr(self, e);
    }
    fn visit_string_literal(&mut self, s: &'a StringLiteral) {
        if self.escapes {
            let at = s.range().to_std_range();
            string(self.source, at.start, &self.source[at], &mut self.found);
        }
    }
    fn visit_bytes_literal(&mut self, s: &'a BytesLiteral) {
        if self.escapes {
            let at = s.range().to_std_range();
            string(self.source, at.start, &self.source[at], &mut self.found);
        }
    }
    fn visit_f_string(&mut self, f: &'a FString) {
        if self.escapes && !f.flags.prefix().is_raw() {
            self.elements(&f.elements);
        }
        visitor::walk_f_string(self, f);
    }
    fn visit_t_string(&mut self, t: &'a TString) {
        if self.escapes && !t.flags.prefix().is_raw() {
            self.elements(&t.elements);
        }
        visitor::walk_t_string(self, t);
    }
}

/// Where a statement stands, seen from the `finally` blocks around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Finally {
    /// in none
    No,
    /// in one
    Yes,
    /// in a loop in one
    Loop,
}
struct Meaning<'a> {
    source: &'a str,
    finally: Finally,
    found: Vec<SyntaxWarning>,
}
impl Meaning<'_> {
    fn warn(&mut self, range: TextRange, text: String) {
        self.found.push(SyntaxWarning::at(self.source, range, text));
    }
    fn leaves(&mut self, s: &Stmt, what: &str) {
        self.warn(s.range(), format!("'{what}' in a 'finally' block"));
    }
    fn within(&mut self, f: Finally, run: impl FnOnce(&mut Self)) {
        let old = std::mem::replace(&mut self.finally, f);
        run(self);
        self.finally = old;
    }
    fn compare(&mut self, c: &ExprCompare) {
        let mut left = &*c.left;
        for (op, right) in c.ops.iter().zip(&c.comparators) {
            let word = match op {
                CmpOp::Is => Some(("is", "==")),
                CmpOp::IsNot => Some(("is not", "!=")),
                _ => None,
            };
            if let (Some((word, better)), Some(name)) = (word, literal(left).or_else(|| literal(right))) {
                self.warn(c.range(), format!("\"{word}\" with '{name}' literal. Did you mean \"{better}\"?"));
            }
            left = right;
        }
    }
    fn call(&mut self, c: &ExprCall) {
        if let Some(name) = type_of(&c.func).filter(|n| *n != "function") {
            let text = format!("'{name}' object is not callable; perhaps you missed a comma?");
            self.warn(c.func.range(), text);
        }
    }
    fn subscript(&mut self, s: &ExprSubscript) {
        let Some(name) = type_of(&s.value) else { return };
        match name {
            "tuple" | "list" | "str" | "bytes" => {
                if let Some(index) = type_of(&s.slice).filter(|n| !matches!(*n, "int" | "bool")) {
                    let text = format!("{name} indices must be integers or slices, not {index}; perhaps you missed a comma?");
                    self.warn(s.range(), text);
                }
            }
            "dict" => {}
            _ => {
                let text = format!("'{name}' object is not subscriptable; perhaps you missed a comma?");
                self.warn(s.range(), text);
            }
        }
    }
}
/// The type of a literal that should not be compared with `is`.
fn literal(e: &Expr) -> Option<&'static str> {
    match e {
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::BytesLiteral(_) => type_of(e),
        Expr::Tuple(t) if t.elts.iter().all(|e| e.is_literal_expr() || literal(e).is_some()) => Some("tuple"),
        _ => None,
    }
}
/// The type that an expression surely has.
fn type_of(e: &Expr) -> Option<&'static str> {
    Some(match e {
        Expr::Tuple(_) => "tuple",
        Expr::List(_) | Expr::ListComp(_) => "list",
        Expr::Dict(_) | Expr::DictComp(_) => "dict",
        Expr::Set(_) | Expr::SetComp(_) => "set",
        Expr::Generator(_) => "generator",
        Expr::Lambda(_) => "function",
        Expr::FString(_) | Expr::StringLiteral(_) => "str",
        Expr::TString(_) => "string.templatelib.Template",
        Expr::BytesLiteral(_) => "bytes",
        Expr::NumberLiteral(n) => match n.value {
            Number::Int(_) => "int",
            Number::Float(_) => "float",
            Number::Complex { .. } => "complex",
        },
        Expr::BooleanLiteral(_) => "bool",
        Expr::NoneLiteral(_) => "NoneType",
        Expr::EllipsisLiteral(_) => "ellipsis",
        _ => return None,
    })
}
impl<'a> Visitor<'a> for Meaning<'_> {
    fn visit_stmt(&mut self, s: &'a Stmt) {
        match s {
            Stmt::Return(_) if self.finally != Finally::No => self.leaves(s, "return"),
            Stmt::Break(_) if self.finally == Finally::Yes => self.leaves(s, "break"),
            Stmt::Continue(_) if self.finally == Finally::Yes => self.leaves(s, "continue"),
            Stmt::Assert(a) if a.test.as_tuple_expr().is_some_and(|t| !t.elts.is_empty()) => {
                self.warn(s.range(), "assertion is always true, perhaps remove parentheses?".to_owned());
            }
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {
                return self.within(Finally::No, |v| visitor::walk_stmt(v, s));
            }
            Stmt::For(f) if self.finally == Finally::Yes => {
                self.visit_expr(&f.iter);
                self.visit_expr(&f.target);
                self.within(Finally::Loop, |v| v.visit_body(&f.body));
                return self.visit_body(&f.orelse);
            }
            Stmt::While(w) if self.finally == Finally::Yes => {
                self.visit_expr(&w.test);
                self.within(Finally::Loop, |v| v.visit_body(&w.body));
                return self.visit_body(&w.orelse);
            }
            Stmt::Try(t) if !t.finalbody.is_empty() => {
                self.visit_body(&t.body);
                t.handlers.iter().for_each(|h| self.visit_except_handler(h));
                self.visit_body(&t.orelse);
                return self.within(Finally::Yes, |v| v.visit_body(&t.finalbody));
            }
            _ => {}
        }
        visitor::walk_stmt(self, s);
    }
    fn visit_expr(&mut self, e: &'a Expr) {
        match e {
            Expr::Compare(c) => self.compare(c),
            Expr::Call(c) => self.call(c),
            Expr::Subscript(s) if s.ctx == ExprContext::Load => self.subscript(s),
            _ => {}
        }
        visitor::walk_expr(self, e);
    }
}
