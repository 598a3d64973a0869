//! `feature_version`: syntax that came after a version of Python is refused.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::*;
use ruff_text_size::{Ranged, TextRange};
use vasuki_compiler::error::SyntaxError;

/// The newest minor version, which has everything.
const NEWEST: i64 = 14;

/// The error for the first thing that Python 3.`version` did not have.
pub(super) fn check(source: &str, module: &Mod, version: i64) -> Option<SyntaxError> {
    if !(0..NEWEST).contains(&version) {
        return None;
    }
    let mut c = Checker {
        source,
        version,
        error: None,
    };
    vasuki_compiler::tree::with_stack(source.len(), || match module {
        Mod::Module(m) => c.visit_body(&m.body),
        Mod::Expression(e) => c.visit_expr(&e.body),
    });
    c.error
}

struct Checker<'a> {
    source: &'a str,
    version: i64,
    error: Option<SyntaxError>,
}

impl Checker<'_> {
    /// `what` (with its verb) came with 3.`since`.
    fn need(&mut self, since: i64, what: &str, at: TextRange) {
        if self.version >= since || self.error.is_some() {
            return;
        }
        let text = format!("{what} only supported in Python 3.{since} and greater");
        let (start, end) = (at.start().to_usize(), at.end().to_usize());
        self.error = Some(SyntaxError::at(self.source, start, end, text));
    }
    fn text(&self, at: TextRange) -> &str {
        self.source.get(at.to_std_range()).unwrap_or("")
    }
    fn type_params(&mut self, p: Option<&TypeParams>) {
        let Some(p) = p else { return };
        self.need(12, "Type parameter lists are", p.range());
        for t in &p.type_params {
            let default = match t {
                TypeParam::TypeVar(v) => &v.default,
                TypeParam::ParamSpec(v) => &v.default,
                TypeParam::TypeVarTuple(v) => &v.default,
            };
            if let Some(d) = default {
                self.need(13, "Type parameter defaults are", d.range());
            }
        }
    }
    fn parameters(&mut self, p: &Parameters) {
        if !p.posonlyargs.is_empty() {
            self.need(8, "Positional-only parameters are", p.range());
        }
    }
    fn handlers(&mut self, t: &StmtTry) {
        if t.is_star {
            self.need(11, "Exception groups are", t.range());
        }
        for ExceptHandler::ExceptHandler(h) in &t.handlers {
            if let Some(Expr::Tuple(types)) = h.type_.as_deref()
                && !types.parenthesized
            {
                self.need(14, "except expressions without parentheses are", types.range());
            }
        }
    }
}

impl<'a> Visitor<'a> for Checker<'_> {
    fn visit_stmt(&mut self, s: &'a Stmt) {
        let at = s.range();
        match s {
            Stmt::FunctionDef(f) => {
                if f.is_async {
                    self.need(5, "Async functions are", at);
                }
                self.type_params(f.type_params.as_deref());
                self.parameters(&f.parameters);
            }
            Stmt::ClassDef(c) => self.type_params(c.type_params.as_deref()),
            Stmt::TypeAlias(a) => {
                self.need(12, "Type statement is", at);
                self.type_params(a.type_params.as_deref());
            }
            Stmt::AnnAssign(_) => self.need(6, "Variable annotation syntax is", at),
            Stmt::AugAssign(a) if a.op == Operator::MatMult => self.need(5, "The '@' operator is", at),
            Stmt::For(f) if f.is_async => self.need(5, "Async for loops are", at),
            Stmt::With(w) if w.is_async => self.need(5, "Async with statements are", at),
            Stmt::Match(_) => self.need(10, "Pattern matching is", at),
            Stmt::Try(t) => self.handlers(t),
            _ => {}
        }
        visitor::walk_stmt(self, s);
    }
    fn visit_expr(&mut self, e: &'a Expr) {
        let at = e.range();
        match e {
            Expr::Named(_) => self.need(8, "Assignment expressions are", at),
            Expr::Await(_) => self.need(5, "Await expressions are", at),
            Expr::BinOp(b) if b.op == Operator::MatMult => self.need(5, "The '@' operator is", at),
            Expr::TString(_) => self.need(14, "t-strings are", at),
            Expr::NumberLiteral(_) if self.text(at).contains('_') => {
                self.need(6, "Underscores in numeric literals are", at);
            }
            Expr::Lambda(l) => {
                if let Some(p) = &l.parameters {
                    self.parameters(p);
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, e);
    }
    fn visit_comprehension(&mut self, c: &'a Comprehension) {
        if c.is_async {
            self.need(6, "Async comprehensions are", c.range());
        }
        visitor::walk_comprehension(self, c);
    }
}
