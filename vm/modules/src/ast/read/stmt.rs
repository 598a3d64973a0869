//! Statements.

use super::{Ctx, Reader};
use crate::ast::grammar::{NODES, Node};
use ruff_python_ast::*;
use ruff_text_size::{Ranged, TextRange};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

/// A statement's struct from its fields.
macro_rules! node {
    ($struct:ident, $at:expr, { $($f:ident $(: $v:expr)?),* $(,)? }) => {
        $struct { node_index: AtomicNodeIndex::NONE, range: $at, $($f $(: $v)?),* }
    };
}

impl Reader {
    /// A list of statements.
    pub(super) fn stmts(&mut self, th: &mut Thread, v: Value, n: Node, i: usize) -> R<Vec<Stmt>> {
        let items = self.list(th, v, n, i)?;
        let mut out = Vec::with_capacity(items.len());
        for x in items.as_slice() {
            if x.is_none() {
                return Err(th.value_error("None disallowed in statement list"));
            }
            out.push(self.stmt(th, *x)?);
        }
        Ok(out)
    }
    /// A list of statements that has one at least.
    fn body(&mut self, th: &mut Thread, v: Value, n: Node, i: usize) -> R<Suite> {
        let list = self.stmts(th, v, n, i)?;
        if list.is_empty() {
            return Err(self.empty(th, "body", n));
        }
        Ok(list.into_iter().collect())
    }
    fn suite(&mut self, th: &mut Thread, v: Value, n: Node, i: usize) -> R<Suite> {
        Ok(self.stmts(th, v, n, i)?.into_iter().collect())
    }
    fn stmt(&mut self, th: &mut Thread, v: Value) -> R<Stmt> {
        th.recurse(" while traversing 'stmt' node", |th| self.stmt_here(th, v))
    }
    fn stmt_here(&mut self, th: &mut Thread, v: Value) -> R<Stmt> {
        let n = self.kind_with_place(th, v, "stmt")?;
        // What is decorated is numbered after its decorators.
        match n {
            Node::FunctionDef | Node::AsyncFunctionDef => return self.function(th, v, n).map(Stmt::FunctionDef),
            Node::ClassDef => return self.class(th, v).map(Stmt::ClassDef),
            _ => {}
        }
        let at = self.place(th, v, "stmt")?;
        Ok(match n {
            Node::Return => Stmt::Return(node!(StmtReturn, at, { value: self.optional_expr(th, v, n, 0)? })),
            Node::Delete => Stmt::Delete(node!(StmtDelete, at, { targets: self.targets(th, v, n, Ctx::Del)? })),
            Node::Assign => {
                let targets = self.targets(th, v, n, Ctx::Store)?;
                let value = self.expr_field(th, v, n, 1, Ctx::Load)?;
                Stmt::Assign(node!(StmtAssign, at, { targets, value }))
            }
            Node::TypeAlias => {
                let name = self.expr_field(th, v, n, 0, Ctx::Store)?;
                if !name.is_name_expr() {
                    return Err(th.type_error("TypeAlias with non-Name name"));
                }
                let type_params = self.type_params(th, v, n, 1, at)?;
                let value = self.expr_field(th, v, n, 2, Ctx::Load)?;
                Stmt::TypeAlias(node!(StmtTypeAlias, at, { name, type_params, value }))
            }
            Node::AugAssign => {
                let target = self.expr_field(th, v, n, 0, Ctx::Store)?;
                let op = self.operator(th, v, n, 1)?;
                let value = self.expr_field(th, v, n, 2, Ctx::Load)?;
                Stmt::AugAssign(node!(StmtAugAssign, at, { target, op, value }))
            }
            Node::AnnAssign => {
                let target = self.expr_field(th, v, n, 0, Ctx::Store)?;
                let annotation = self.expr_field(th, v, n, 1, Ctx::Load)?;
                let value = self.optional_expr(th, v, n, 2)?;
                let simple = self.int_field(th, v, n, 3)? != 0;
                if simple && !target.is_name_expr() {
                    return Err(th.type_error("AnnAssign with simple non-Name target"));
                }
                Stmt::AnnAssign(node!(StmtAnnAssign, at, { target, annotation, value, simple }))
            }
            Node::For | Node::AsyncFor => {
                let target = self.expr_field(th, v, n, 0, Ctx::Store)?;
                let iter = self.expr_field(th, v, n, 1, Ctx::Load)?;
                let body = self.body(th, v, n, 2)?;
                let orelse = self.suite(th, v, n, 3)?;
                let is_async = n == Node::AsyncFor;
                Stmt::For(node!(StmtFor, at, { is_async, target, iter, body, orelse }))
            }
            Node::While => {
                let test = self.expr_field(th, v, n, 0, Ctx::Load)?;
                let body = self.body(th, v, n, 1)?;
                let orelse = self.suite(th, v, n, 2)?;
                Stmt::While(node!(StmtWhile, at, { test, body, orelse }))
            }
            Node::If => {
                let test = self.expr_field(th, v, n, 0, Ctx::Load)?;
                let body = self.body(th, v, n, 1)?;
                let orelse = self.suite(th, v, n, 2)?;
                let elif_else_clauses = orelse
                    .first()
                    .map(|s| s.range())
                    .map(|at| node!(ElifElseClause, at, { test: None, body: orelse }))
                    .into_iter()
                    .collect();
                Stmt::If(node!(StmtIf, at, { test, body, elif_else_clauses }))
            }
            Node::With | Node::AsyncWith => {
                let items = self.items(th, v, n, at)?;
                let body = self.body(th, v, n, 1)?;
                let is_async = n == Node::AsyncWith;
                Stmt::With(node!(StmtWith, at, { is_async, items, body }))
            }
            Node::Match => {
                let subject = self.expr_field(th, v, n, 0, Ctx::Load)?;
                let cases = self.cases(th, v, at)?;
                Stmt::Match(node!(StmtMatch, at, { subject, cases }))
            }
            Node::Raise => {
                let exc = self.optional_expr(th, v, n, 0)?;
                let cause = self.optional_expr(th, v, n, 1)?;
                if exc.is_none() && cause.is_some() {
                    return Err(th.value_error("Raise with cause but no exception"));
                }
                Stmt::Raise(node!(StmtRaise, at, { exc, cause }))
            }
            Node::Try | Node::TryStar => self.try_(th, v, n, at)?,
            Node::Assert => {
                let test = self.expr_field(th, v, n, 0, Ctx::Load)?;
                let msg = self.optional_expr(th, v, n, 1)?;
                Stmt::Assert(node!(StmtAssert, at, { test, msg }))
            }
            Node::Import => Stmt::Import(node!(StmtImport, at, { names: self.aliases(th, v, n, 0)?, is_lazy: false })),
            Node::ImportFrom => {
                let module = match self.optional(th, v, n, 0)? {
                    Some(m) => Some(self.identifier(th, m, at)?),
                    None => None,
                };
                let level = match self.optional(th, v, n, 2)? {
                    Some(l) => self.int(th, l)?,
                    None => 0,
                };
                if level < 0 {
                    return Err(th.value_error("Negative ImportFrom level"));
                }
                let names = self.aliases(th, v, n, 1)?;
                let level = level as u32;
                Stmt::ImportFrom(node!(StmtImportFrom, at, { module, names, level, is_lazy: false }))
            }
            Node::Global | Node::Nonlocal => {
                let names = self.identifiers(th, v, n, 0, at)?;
                if names.is_empty() {
                    return Err(self.empty(th, "names", n));
                }
                if n == Node::Global {
                    Stmt::Global(node!(StmtGlobal, at, { names }))
                } else {
                    Stmt::Nonlocal(node!(StmtNonlocal, at, { names }))
                }
            }
            Node::Expr => Stmt::Expr(node!(StmtExpr, at, { value: self.expr_field(th, v, n, 0, Ctx::Load)? })),
            Node::Break => Stmt::Break(node!(StmtBreak, at, {})),
            Node::Continue => Stmt::Continue(node!(StmtContinue, at, {})),
            _ => Stmt::Pass(node!(StmtPass, at, {})),
        })
    }
    /// The kind of a node whose place CPython reads before anything else.
    pub(super) fn kind_with_place(&mut self, th: &mut Thread, v: Value, of: &'static str) -> R<Node> {
        if vasuki_vm::types::class::class_of(v).is_subclass_of(self.all.ast) {
            let names = self.all.place;
            for (i, field) in ["lineno", "col_offset"].into_iter().enumerate() {
                if th.getattr_opt(v, names[i])?.is_none() {
                    return Err(self.missing(th, field, of));
                }
            }
        }
        self.kind(th, v, of)
    }
    fn targets(&mut self, th: &mut Thread, v: Value, n: Node, ctx: Ctx) -> R<Vec<Expr>> {
        let list = self.exprs(th, v, n, 0, ctx)?;
        if list.is_empty() {
            return Err(self.empty(th, "targets", n));
        }
        Ok(list)
    }
    fn aliases(&mut self, th: &mut Thread, v: Value, n: Node, i: usize) -> R<Vec<Alias>> {
        let items = self.list(th, v, n, if n == Node::Import { i } else { 1 })?;
        if items.is_empty() {
            return Err(self.empty(th, "names", n));
        }
        let mut out = Vec::new();
        for x in items.as_slice() {
            let name = self.required(th, *x, Node::alias, 0)?;
            let asname = self.optional(th, *x, Node::alias, 1)?;
            let at = self.place(th, *x, "alias")?;
            let name = self.variable(th, name, at)?;
            let asname = match asname {
                Some(a) => Some(self.variable(th, a, at)?),
                None => None,
            };
            out.push(node!(Alias, at, { name, asname }));
        }
        Ok(out)
    }
    fn items(&mut self, th: &mut Thread, v: Value, n: Node, at: TextRange) -> R<Vec<WithItem>> {
        let items = self.list(th, v, n, 0)?;
        if items.is_empty() {
            return Err(self.empty(th, "items", n));
        }
        let mut out = Vec::new();
        for x in items.as_slice() {
            let context_expr = *self.expr_field(th, *x, Node::withitem, 0, Ctx::Load)?;
            let optional_vars = match self.optional(th, *x, Node::withitem, 1)? {
                Some(e) => Some(Box::new(self.expr(th, e, Ctx::Store)?)),
                None => None,
            };
            out.push(node!(WithItem, at, { context_expr, optional_vars }));
        }
        Ok(out)
    }
    fn cases(&mut self, th: &mut Thread, v: Value, at: TextRange) -> R<Vec<MatchCase>> {
        let items = self.list(th, v, Node::Match, 1)?;
        if items.is_empty() {
            return Err(self.empty(th, "cases", Node::Match));
        }
        let mut out = Vec::new();
        for x in items.as_slice() {
            let p = self.required(th, *x, Node::match_case, 0)?;
            let pattern = self.pattern(th, p, false)?;
            let guard = self.optional_expr(th, *x, Node::match_case, 1)?;
            let body = self.body(th, *x, Node::match_case, 2)?;
            out.push(node!(MatchCase, at, { pattern, guard, body }));
        }
        Ok(out)
    }
    fn try_(&mut self, th: &mut Thread, v: Value, n: Node, at: TextRange) -> R<Stmt> {
        let body = self.body(th, v, n, 0)?;
        let items = self.list(th, v, n, 1)?;
        let mut handlers = Vec::new();
        for x in items.as_slice() {
            let h = self.kind_with_place(th, *x, "excepthandler")?;
            let at = self.place(th, *x, "excepthandler")?;
            let type_ = self.optional_expr(th, *x, h, 0)?;
            let name = match self.optional(th, *x, h, 1)? {
                Some(s) => Some(self.variable(th, s, at)?),
                None => None,
            };
            let body = self.body(th, *x, h, 2)?;
            handlers.push(ExceptHandler::ExceptHandler(
                node!(ExceptHandlerExceptHandler, at, { type_, name, body }),
            ));
        }
        let orelse = self.suite(th, v, n, 2)?;
        let finalbody = self.suite(th, v, n, 3)?;
        let name = NODES[n as usize].name;
        if handlers.is_empty() && finalbody.is_empty() {
            return Err(th.value_error(&format!("{name} has neither except handlers nor finalbody")));
        }
        if handlers.is_empty() && !orelse.is_empty() {
            return Err(th.value_error(&format!("{name} has orelse but no except handlers")));
        }
        let is_star = n == Node::TryStar;
        Ok(Stmt::Try(node!(StmtTry, at, { body, handlers, orelse, finalbody, is_star })))
    }
    fn decorators(&mut self, th: &mut Thread, v: Value, n: Node, i: usize) -> R<Vec<Decorator>> {
        let list = self.exprs(th, v, n, i, Ctx::Load)?;
        Ok(list.into_iter().map(|e| node!(Decorator, e.range(), { expression: e })).collect())
    }
    fn function(&mut self, th: &mut Thread, v: Value, n: Node) -> R<StmtFunctionDef> {
        let decorators = self.decorators(th, v, n, 3)?;
        let at = self.place(th, v, "stmt")?;
        let name = self.required(th, v, n, 0)?;
        let name = self.variable(th, name, at)?;
        let args = self.required(th, v, n, 1)?;
        let parameters = Box::new(self.parameters(th, args, at)?);
        let body = self.body(th, v, n, 2)?;
        let returns = self.optional_expr(th, v, n, 4)?;
        self.type_comment(th, v, n, 5)?;
        let type_params = self.type_params(th, v, n, 6, at)?;
        Ok(node!(StmtFunctionDef, at, {
            is_async: n == Node::AsyncFunctionDef,
            decorator_list: decorators.into_iter().collect(),
            name, type_params, parameters, returns, body,
        }))
    }
    /// Checks that a type comment is a string.
    pub(super) fn type_comment(&mut self, th: &mut Thread, v: Value, n: Node, i: usize) -> R<()> {
        match self.optional(th, v, n, i)? {
            Some(s) if !s.is_kind(vasuki_vm::object::Kind::Str) => Err(th.type_error("AST string must be of type str")),
            _ => Ok(()),
        }
    }
    fn class(&mut self, th: &mut Thread, v: Value) -> R<StmtClassDef> {
        let n = Node::ClassDef;
        let decorators = self.decorators(th, v, n, 4)?;
        let at = self.place(th, v, "stmt")?;
        let name = self.required(th, v, n, 0)?;
        let name = self.variable(th, name, at)?;
        let args = self.exprs(th, v, n, 1, Ctx::Load)?;
        let keywords = self.keywords(th, v, n, 2)?;
        let body = self.body(th, v, n, 3)?;
        let type_params = self.type_params(th, v, n, 5, at)?;
        let none = args.is_empty() && keywords.is_empty();
        let arguments = node!(Arguments, at, { args: args.into(), keywords: keywords.into_iter().collect() });
        Ok(node!(StmtClassDef, at, {
            decorator_list: decorators.into_iter().collect(),
            name, type_params,
            arguments: if none { None } else { Some(Box::new(arguments)) },
            body,
        }))
    }
    fn type_params(&mut self, th: &mut Thread, v: Value, n: Node, i: usize, at: TextRange) -> R<Option<Box<TypeParams>>> {
        let items = self.list(th, v, n, i)?;
        if items.is_empty() {
            return Ok(None);
        }
        let mut type_params = Vec::new();
        for x in items.as_slice() {
            let p = self.kind_with_place(th, *x, "type_param")?;
            let at = self.place(th, *x, "type_param")?;
            let name = self.required(th, *x, p, 0)?;
            let name = self.variable(th, name, at)?;
            type_params.push(match p {
                Node::TypeVar => {
                    let bound = self.optional_expr(th, *x, p, 1)?;
                    let default = self.optional_expr(th, *x, p, 2)?;
                    TypeParam::TypeVar(node!(TypeParamTypeVar, at, { name, bound, default }))
                }
                Node::ParamSpec => {
                    let default = self.optional_expr(th, *x, p, 1)?;
                    TypeParam::ParamSpec(node!(TypeParamParamSpec, at, { name, default }))
                }
                _ => {
                    let default = self.optional_expr(th, *x, p, 1)?;
                    TypeParam::TypeVarTuple(node!(TypeParamTypeVarTuple, at, { name, default }))
                }
            });
        }
        Ok(Some(Box::new(node!(TypeParams, at, { type_params }))))
    }
}
