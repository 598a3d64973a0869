//! Statements.

use super::Builder;
use super::Places;
use crate::ast::grammar::Node;
use ruff_python_ast::*;
use ruff_text_size::{Ranged, TextRange, TextSize};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

impl Builder<'_> {
    /// A statement.
    pub(super) fn stmt(&self, th: &mut Thread, s: &Stmt) -> R {
        th.recurse(" during ast construction", |th| self.stmt_here(th, s))
    }
    fn stmt_here(&self, th: &mut Thread, s: &Stmt) -> R {
        let at = if is_compound(s) { self.block(s.range()) } else { s.range() };
        match s {
            Stmt::FunctionDef(f) => self.function(th, f),
            Stmt::ClassDef(c) => self.class(th, c),
            Stmt::Return(r) => {
                let v = self.option(th, r.value.as_deref())?;
                self.make_at(th, Node::Return, at, &[v])
            }
            Stmt::Delete(d) => {
                let targets = self.exprs(th, &d.targets)?;
                self.make_at(th, Node::Delete, at, &[targets])
            }
            Stmt::TypeAlias(a) => {
                let name = self.expr(th, &a.name)?;
                let params = self.type_params(th, a.type_params.as_deref())?;
                let value = self.expr(th, &a.value)?;
                self.make_at(th, Node::TypeAlias, at, &[name, params, value])
            }
            Stmt::Assign(a) => {
                let targets = self.exprs(th, &a.targets)?;
                let value = self.expr(th, &a.value)?;
                let comment = self.comment(th, a.value.end(), self.line_end(a.range().end()));
                self.make_at(th, Node::Assign, at, &[targets, value, comment])
            }
            Stmt::AugAssign(a) => {
                let target = self.expr(th, &a.target)?;
                let value = self.expr(th, &a.value)?;
                self.make_at(th, Node::AugAssign, at, &[target, self.operator(a.op), value])
            }
            Stmt::AnnAssign(a) => {
                let target = self.expr(th, &a.target)?;
                let annotation = self.expr(th, &a.annotation)?;
                let value = self.option(th, a.value.as_deref())?;
                let simple = Value::small(i64::from(a.simple));
                self.make_at(th, Node::AnnAssign, at, &[target, annotation, value, simple])
            }
            Stmt::For(f) => {
                let target = self.expr(th, &f.target)?;
                let iter = self.expr(th, &f.iter)?;
                let body = self.stmts(th, &f.body)?;
                let orelse = self.stmts(th, &f.orelse)?;
                let comment = self.head_comment(th, f.iter.end(), &f.body);
                let n = if f.is_async { Node::AsyncFor } else { Node::For };
                self.make_at(th, n, at, &[target, iter, body, orelse, comment])
            }
            Stmt::While(w) => {
                let test = self.expr(th, &w.test)?;
                let body = self.stmts(th, &w.body)?;
                let orelse = self.stmts(th, &w.orelse)?;
                self.make_at(th, Node::While, at, &[test, body, orelse])
            }
            Stmt::If(i) => {
                let mut orelse = th.new_list(&[])?;
                for c in i.elif_else_clauses.iter().rev() {
                    let body = self.stmts(th, &c.body)?;
                    orelse = match &c.test {
                        None => body,
                        Some(t) => {
                            let test = self.expr(th, t)?;
                            let range = TextRange::new(c.range().start(), at.end());
                            let inner = self.make_at(th, Node::If, range, &[test, body, orelse])?;
                            th.new_list(&[inner])?
                        }
                    };
                }
                let test = self.expr(th, &i.test)?;
                let body = self.stmts(th, &i.body)?;
                self.make_at(th, Node::If, at, &[test, body, orelse])
            }
            Stmt::With(w) => {
                let items = self.list(th, &w.items, |b, th, i| {
                    let context = b.expr(th, &i.context_expr)?;
                    let vars = b.option(th, i.optional_vars.as_deref())?;
                    b.make(th, Node::withitem, &[context, vars])
                })?;
                let body = self.stmts(th, &w.body)?;
                let from = w.items.last().map_or(at.start(), |i| i.end());
                let comment = self.head_comment(th, from, &w.body);
                let n = if w.is_async { Node::AsyncWith } else { Node::With };
                self.make_at(th, n, at, &[items, body, comment])
            }
            Stmt::Match(m) => {
                let subject = self.expr(th, &m.subject)?;
                let cases = self.list(th, &m.cases, |b, th, c| {
                    let pattern = b.pattern(th, &c.pattern)?;
                    let guard = b.option(th, c.guard.as_deref())?;
                    let body = b.stmts(th, &c.body)?;
                    b.make(th, Node::match_case, &[pattern, guard, body])
                })?;
                self.make_at(th, Node::Match, at, &[subject, cases])
            }
            Stmt::Raise(r) => {
                let exc = self.option(th, r.exc.as_deref())?;
                let cause = self.option(th, r.cause.as_deref())?;
                self.make_at(th, Node::Raise, at, &[exc, cause])
            }
            Stmt::Try(t) => {
                let body = self.stmts(th, &t.body)?;
                let handlers = self.list(th, &t.handlers, |b, th, ExceptHandler::ExceptHandler(h)| {
                    let kind = b.option(th, h.type_.as_deref())?;
                    let name = b.optional_name(th, h.name.as_ref());
                    let body = b.stmts(th, &h.body)?;
                    b.make_at(th, Node::ExceptHandler, b.block(h.range()), &[kind, name, body])
                })?;
                let orelse = self.stmts(th, &t.orelse)?;
                let finalbody = self.stmts(th, &t.finalbody)?;
                let n = if t.is_star { Node::TryStar } else { Node::Try };
                self.make_at(th, n, at, &[body, handlers, orelse, finalbody])
            }
            Stmt::Assert(a) => {
                let test = self.expr(th, &a.test)?;
                let msg = self.option(th, a.msg.as_deref())?;
                self.make_at(th, Node::Assert, at, &[test, msg])
            }
            Stmt::Import(i) => {
                let names = self.aliases(th, &i.names)?;
                self.make_at(th, Node::Import, at, &[names])
            }
            Stmt::ImportFrom(i) => {
                let module = self.optional_name(th, i.module.as_ref());
                let names = self.aliases(th, &i.names)?;
                self.make_at(th, Node::ImportFrom, at, &[module, names, Value::small(i64::from(i.level))])
            }
            Stmt::Global(g) => {
                let names = self.names(th, &g.names)?;
                self.make_at(th, Node::Global, at, &[names])
            }
            Stmt::Nonlocal(g) => {
                let names = self.names(th, &g.names)?;
                self.make_at(th, Node::Nonlocal, at, &[names])
            }
            Stmt::Expr(e) => {
                let v = self.expr(th, &e.value)?;
                self.make_at(th, Node::Expr, at, &[v])
            }
            Stmt::Pass(_) | Stmt::IpyEscapeCommand(_) => self.make_at(th, Node::Pass, at, &[]),
            Stmt::Break(_) => self.make_at(th, Node::Break, at, &[]),
            Stmt::Continue(_) => self.make_at(th, Node::Continue, at, &[]),
        }
    }
    fn aliases(&self, th: &mut Thread, list: &[Alias]) -> R {
        self.list(th, list, |b, th, a| {
            let name = b.name(th, &a.name);
            let asname = b.optional_name(th, a.asname.as_ref());
            b.make_at(th, Node::alias, a.range(), &[name, asname])
        })
    }
    /// A semicolon after the last statement of a block belongs to the block.
    fn block(&self, at: TextRange) -> TextRange {
        let rest = match &self.places {
            Places::Source(_) => self.literals.source.get(at.end().to_usize()..).unwrap_or(""),
            Places::Table(_) => "",
        };
        let after = rest.trim_start_matches([' ', '\t']);
        if after.starts_with(';') {
            return TextRange::new(at.start(), at.end() + TextSize::new((rest.len() - after.len()) as u32 + 1));
        }
        at
    }
    /// A definition begins at its keyword, after the decorators.
    fn definition(&self, at: TextRange, decorators: &[Decorator]) -> TextRange {
        let (Places::Source(_), Some(d)) = (&self.places, decorators.last()) else {
            return at;
        };
        let mut start = d.end().to_usize();
        let text = self.literals.source.as_bytes();
        while let Some(b) = text.get(start) {
            match b {
                b'#' => start += text[start..].iter().take_while(|b| **b != b'\n').count(),
                b' ' | b'\t' | b'\n' | b'\x0c' | b'\\' => start += 1,
                _ => break,
            }
        }
        let start = TextSize::new(start as u32).min(at.end());
        TextRange::new(start, at.end())
    }
    fn decorators(&self, th: &mut Thread, list: &[Decorator]) -> R {
        self.list(th, list, |b, th, d| b.expr(th, &d.expression))
    }
    fn function(&self, th: &mut Thread, f: &StmtFunctionDef) -> R {
        let name = self.name(th, &f.name);
        let args = self.parameters(th, Some(&f.parameters))?;
        let body = self.documented(th, &f.body, true)?;
        let decorators = self.decorators(th, &f.decorator_list)?;
        let returns = self.option(th, f.returns.as_deref())?;
        let head = f.returns.as_ref().map_or(f.parameters.end(), |r| r.end());
        let comment = self.head_comment(th, head, &f.body);
        if let (Some(c), Some(first)) = (&self.comments, f.body.first()) {
            c.note_second(head.to_u32(), first.start().to_u32());
        }
        let params = self.type_params(th, f.type_params.as_deref())?;
        let n = if f.is_async { Node::AsyncFunctionDef } else { Node::FunctionDef };
        let at = self.definition(self.block(f.range()), &f.decorator_list);
        self.make_at(th, n, at, &[name, args, body, decorators, returns, comment, params])
    }
    fn class(&self, th: &mut Thread, c: &StmtClassDef) -> R {
        let name = self.name(th, &c.name);
        let (bases, keywords) = self.arguments(th, c.arguments.as_deref())?;
        let body = self.documented(th, &c.body, true)?;
        let decorators = self.decorators(th, &c.decorator_list)?;
        let params = self.type_params(th, c.type_params.as_deref())?;
        let at = self.definition(self.block(c.range()), &c.decorator_list);
        self.make_at(th, Node::ClassDef, at, &[name, bases, keywords, body, decorators, params])
    }
    fn type_params(&self, th: &mut Thread, p: Option<&TypeParams>) -> R {
        let list = p.map_or(&[][..], |p| &p.type_params);
        self.list(th, list, |b, th, p| match p {
            TypeParam::TypeVar(v) => {
                let name = b.name(th, &v.name);
                let bound = b.option(th, v.bound.as_deref())?;
                let default = b.option(th, v.default.as_deref())?;
                b.make_at(th, Node::TypeVar, v.range(), &[name, bound, default])
            }
            TypeParam::ParamSpec(v) => {
                let name = b.name(th, &v.name);
                let default = b.option(th, v.default.as_deref())?;
                b.make_at(th, Node::ParamSpec, v.range(), &[name, default])
            }
            TypeParam::TypeVarTuple(v) => {
                let name = b.name(th, &v.name);
                let default = b.option(th, v.default.as_deref())?;
                b.make_at(th, Node::TypeVarTuple, v.range(), &[name, default])
            }
        })
    }
    /// A type comment between the head of a statement and its block.
    fn head_comment(&self, th: &mut Thread, from: TextSize, body: &[Stmt]) -> Value {
        let to = body.first().map_or(from, |s| s.start());
        self.comment(th, from, to)
    }
    /// The end of a line of the source.
    pub(super) fn line_end(&self, from: TextSize) -> TextSize {
        let at = from.to_usize();
        match self.literals.source.get(at..) {
            Some(rest) => TextSize::new((at + rest.find('\n').unwrap_or(rest.len())) as u32),
            None => from,
        }
    }
}

fn is_compound(s: &Stmt) -> bool {
    matches!(
        s,
        Stmt::For(_) | Stmt::While(_) | Stmt::If(_) | Stmt::With(_) | Stmt::Match(_) | Stmt::Try(_)
    )
}
