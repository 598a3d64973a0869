//! What the parser accepts but CPython's compiler refuses.
//!
//! In CPython's order: what its parser would have refused after all, `__future__` features, the symbol table's errors
//! (`scopes`), then the code generator's (`flow`). Within one of these the first in the source wins.

use super::{Start, explain, flow, scopes};
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::literal::MAX_INT_DIGITS;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprName, ExprNumberLiteral, Mod, Number, Stmt};
use ruff_text_size::{Ranged, TextRange};
use std::sync::atomic::Ordering::Relaxed;

/// How to check.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckOptions {
    /// `await` and async comprehensions are allowed at the top level
    pub allow_top_level_await: bool,
}

/// The first error met.
pub(super) struct Found<'a> {
    pub source: &'a str,
    pub error: Option<SyntaxError>,
}

impl Found<'_> {
    /// Notes an error unless there is one already.
    pub fn report(&mut self, range: TextRange, msg: impl Into<String>) {
        if self.error.is_none() {
            let (start, end) = (range.start().to_usize(), range.end().to_usize());
            self.error = Some(SyntaxError::at(self.source, start, end, msg));
        }
    }
}

/// Visits everything of a module or expression.
pub(super) fn visit<'a, V: Visitor<'a>>(v: &mut V, module: &'a Mod) {
    match module {
        Mod::Module(m) => v.visit_body(&m.body),
        Mod::Expression(e) => v.visit_expr(&e.body),
    }
}

/// Checks a module; gives the first error.
pub fn check(source: &str, module: &Mod, opts: CheckOptions) -> Result<(), SyntaxError> {
    check_parsed(source, module)?;
    check_tree(source, module, opts)
}
/// Checks what CPython's parser would have refused.
pub(super) fn check_parsed(source: &str, module: &Mod) -> Result<(), SyntaxError> {
    let mut lenient = Lenient {
        source,
        suspect: None,
        error: None,
    };
    visit(&mut lenient, module);
    if let Some(e) = lenient.error {
        return Err(e);
    }
    if let Some((range, msg)) = lenient.suspect {
        let start = if matches!(module, Mod::Module(_)) {
            Start::File
        } else {
            Start::Eval
        };
        let (from, to) = (range.start().to_usize(), range.end().to_usize());
        return Err(explain(source, start).unwrap_or_else(|| SyntaxError::at(source, from, to, msg)));
    }
    Ok(())
}
/// Checks what CPython's compiler refuses in a tree.
pub fn check_tree(source: &str, module: &Mod, opts: CheckOptions) -> Result<(), SyntaxError> {
    check_names(source, module)?;
    flow::check(source, module, opts)
}
/// Checks what CPython's symbol tables refuse.
pub fn check_names(source: &str, module: &Mod) -> Result<(), SyntaxError> {
    if let Mod::Module(m) = module {
        futures(source, &m.body)?;
    }
    scopes::check(source, module)
}

/// Names that `from __future__ import` knows.
pub const FUTURES: [&str; 10] = [
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "barry_as_FLUFL",
    "generator_stop",
    "annotations",
];

fn futures(source: &str, body: &[Stmt]) -> Result<(), SyntaxError> {
    let mut found = Found { source, error: None };
    let mut at_top = true;
    for (i, s) in body.iter().enumerate() {
        match s {
            Stmt::ImportFrom(f) if f.level == 0 && f.module.as_ref().is_some_and(|m| m.as_str() == "__future__") => {
                if !at_top {
                    continue;
                }
                for a in &f.names {
                    if a.name.as_str() == "braces" {
                        found.report(a.range(), "not a chance");
                    } else if !FUTURES.contains(&a.name.as_str()) {
                        found.report(a.range(), format!("future feature {} is not defined", a.name));
                    }
                }
            }
            Stmt::Expr(e) if i == 0 && e.value.is_string_literal_expr() => {}
            _ => at_top = false,
        }
    }
    found.error.map_or(Ok(()), Err)
}

/// Looks for what ruff's parser lets pass: syntax of later versions and leniencies.
struct Lenient<'a> {
    source: &'a str,
    error: Option<SyntaxError>,
    suspect: Option<(TextRange, &'static str)>,
}

impl Lenient<'_> {
    fn suspect(&mut self, range: TextRange, msg: &'static str) {
        self.suspect.get_or_insert((range, msg));
    }
    /// Characters that look alike make a constant's name only after normalization.
    fn name(&mut self, n: &ExprName) {
        if matches!(n.id.as_str(), "None" | "True" | "False") {
            let e = SyntaxError::new(format!("identifier field can't represent '{}' constant", n.id));
            self.error.get_or_insert(SyntaxError {
                kind: SyntaxErrorKind::Value,
                ..e
            });
        }
    }
    fn number(&mut self, n: &ExprNumberLiteral) {
        let limit = MAX_INT_DIGITS.load(Relaxed);
        let text = &self.source[n.range().to_std_range()];
        if limit == 0 || text.len() <= limit || text.starts_with('0') || !matches!(n.value, Number::Int(_)) {
            return;
        }
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if digits > limit {
            let msg = format!(
                "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; use \
                 sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals to \
                 avoid decimal conversion limits."
            );
            let (start, end) = (n.range().start().to_usize(), n.range().end().to_usize());
            self.error.get_or_insert(SyntaxError::at(self.source, start, end, msg));
        }
    }
}

impl<'a> Visitor<'a> for Lenient<'_> {
    fn visit_stmt(&mut self, s: &'a Stmt) {
        match s {
            Stmt::Import(i) if i.is_lazy => self.suspect(i.range(), "invalid syntax"),
            Stmt::ImportFrom(i) if i.is_lazy => self.suspect(i.range(), "invalid syntax"),
            _ => {}
        }
        visitor::walk_stmt(self, s);
    }
    fn visit_expr(&mut self, e: &'a Expr) {
        let elt = match e {
            Expr::ListComp(c) => Some(&c.elt),
            Expr::SetComp(c) => Some(&c.elt),
            Expr::Generator(c) => Some(&c.elt),
            _ => None,
        };
        if let Some(elt) = elt.filter(|e| e.is_starred_expr()) {
            self.suspect(elt.range(), "iterable unpacking cannot be used in comprehension");
        }
        match e {
            Expr::Name(n) => self.name(n),
            Expr::NumberLiteral(n) => self.number(n),
            Expr::DictComp(c) if c.key.is_none() => self.suspect(c.range(), "dict unpacking cannot be used in dict comprehension"),
            Expr::Call(c) => {
                for k in &c.arguments.keywords {
                    if k.arg.is_some() && self.source.as_bytes().get(k.range().start().to_usize()) == Some(&b'(') {
                        self.suspect(k.range(), "expression cannot contain assignment, perhaps you meant \"==\"?");
                    }
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, e);
    }
}
