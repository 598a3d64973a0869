//! The names of statements.

use super::flag::*;
use super::{BlockKind, Builder};
use ruff_python_ast::*;
use ruff_text_size::Ranged;

impl Builder<'_> {
    pub(super) fn stmts(&mut self, body: &[Stmt]) {
        body.iter().for_each(|s| self.stmt(s));
    }
    fn nest(&mut self, body: &[Stmt]) {
        self.conditional += 1;
        self.stmts(body);
        self.conditional -= 1;
    }
    fn stmt(&mut self, s: &Stmt) {
        match s {
            Stmt::FunctionDef(f) => self.function(f),
            Stmt::ClassDef(c) => self.class(c),
            Stmt::Return(r) => self.option(&r.value),
            Stmt::Delete(d) => self.exprs(&d.targets),
            Stmt::TypeAlias(a) => self.type_alias(a),
            Stmt::Assign(a) => {
                self.exprs(&a.targets);
                self.expr(&a.value);
            }
            Stmt::AugAssign(a) => {
                self.expr(&a.target);
                self.expr(&a.value);
            }
            Stmt::AnnAssign(a) => {
                match &*a.target {
                    Expr::Name(n) if a.simple => self.add(&n.id, DEF_ANNOT | DEF_LOCAL),
                    Expr::Name(n) => {
                        if a.value.is_some() {
                            self.add(&n.id, DEF_LOCAL);
                        }
                    }
                    e => self.expr(e),
                }
                self.annotation(&a.annotation);
                self.option(&a.value);
            }
            Stmt::For(f) => {
                self.expr(&f.target);
                self.expr(&f.iter);
                self.nest(&f.body);
                self.nest(&f.orelse);
            }
            Stmt::While(w) => {
                self.expr(&w.test);
                self.nest(&w.body);
                self.nest(&w.orelse);
            }
            Stmt::If(i) => {
                self.expr(&i.test);
                self.nest(&i.body);
                for c in &i.elif_else_clauses {
                    if let Some(t) = &c.test {
                        self.expr(t);
                    }
                    self.nest(&c.body);
                }
            }
            Stmt::With(w) => {
                for i in &w.items {
                    self.expr(&i.context_expr);
                    if let Some(v) = &i.optional_vars {
                        self.expr(v);
                    }
                }
                self.nest(&w.body);
            }
            Stmt::Match(m) => {
                self.expr(&m.subject);
                for c in &m.cases {
                    self.pattern(&c.pattern);
                    self.option(&c.guard);
                    self.nest(&c.body);
                }
            }
            Stmt::Raise(r) => {
                self.option(&r.exc);
                self.option(&r.cause);
            }
            Stmt::Try(t) => {
                self.nest(&t.body);
                for ExceptHandler::ExceptHandler(h) in &t.handlers {
                    self.option(&h.type_);
                    if let Some(n) = &h.name {
                        self.add(n, DEF_LOCAL);
                    }
                    self.nest(&h.body);
                }
                self.nest(&t.orelse);
                self.nest(&t.finalbody);
            }
            Stmt::Assert(a) => {
                self.expr(&a.test);
                self.option(&a.msg);
            }
            Stmt::Import(i) => {
                for a in &i.names {
                    let first = a.name.split('.').next().unwrap_or("");
                    self.add(a.asname.as_ref().map_or(first, |n| n.as_str()), DEF_IMPORT);
                }
            }
            Stmt::ImportFrom(i) => {
                for a in i.names.iter().filter(|a| a.name.as_str() != "*") {
                    self.add(a.asname.as_ref().unwrap_or(&a.name), DEF_IMPORT);
                }
            }
            Stmt::Global(g) => g.names.iter().for_each(|n| self.add(n, DEF_GLOBAL)),
            Stmt::Nonlocal(n) => n.names.iter().for_each(|n| self.add(n, DEF_NONLOCAL)),
            Stmt::Expr(e) => self.expr(&e.value),
            Stmt::Pass(_) | Stmt::Break(_) | Stmt::Continue(_) | Stmt::IpyEscapeCommand(_) => {}
        }
    }
    /// An annotation of a variable; all of a class or module are in one block.
    fn annotation(&mut self, e: &Expr) {
        let conditional = self.conditional > 0;
        let b = self.cur();
        let counts = b.kind == BlockKind::Module || b.kind == BlockKind::Class && conditional;
        if counts && !b.conditional_annotations {
            b.conditional_annotations = true;
            self.add("__conditional_annotations__", USE);
        }
        let sees = self.class_is_seen();
        match self.cur().annotations {
            Some(id) => self.enter_existing(id),
            None => {
                let line = self.line(e.start());
                let parent = self.stack.last().copied().unwrap_or(0);
                self.enter("__annotate__", BlockKind::Annotation, line);
                self.blocks[parent].annotations = self.stack.last().copied();
                if sees {
                    self.see_class();
                }
            }
        }
        self.expr(e);
        self.leave();
    }
    fn function(&mut self, f: &StmtFunctionDef) {
        self.add(&f.name, DEF_LOCAL);
        self.defaults(&f.parameters);
        for d in &f.decorator_list {
            self.expr(&d.expression);
        }
        let line = self.line(f.name.start());
        if let Some(p) = &f.type_params {
            self.enter_type_params(&f.name, line);
            let p0 = &f.parameters;
            if p0.posonlyargs.iter().chain(&p0.args).any(|a| a.default.is_some()) {
                self.add(".defaults", DEF_PARAM);
            }
            if p0.kwonlyargs.iter().any(|a| a.default.is_some()) {
                self.add(".kwdefaults", DEF_PARAM);
            }
            self.type_params(p);
        }
        let outer = std::mem::take(&mut self.conditional);
        let id = self.new_block(&f.name, BlockKind::Function, line);
        self.function_annotations(f, line);
        self.enter_existing(id);
        self.parameters(&f.parameters);
        self.stmts(&f.body);
        self.leave();
        self.conditional = outer;
        if f.type_params.is_some() {
            self.leave();
        }
    }
    fn function_annotations(&mut self, f: &StmtFunctionDef, line: u32) {
        let sees = self.class_is_seen();
        self.enter("__annotate__", BlockKind::Annotation, line);
        if sees {
            self.see_class();
        }
        let p = &f.parameters;
        for a in p.posonlyargs.iter().chain(&p.args) {
            self.option(&a.parameter.annotation);
        }
        for a in p.vararg.iter().chain(&p.kwarg) {
            self.option(&a.annotation);
        }
        for a in &p.kwonlyargs {
            self.option(&a.parameter.annotation);
        }
        self.option(&f.returns);
        self.leave();
    }
    fn class(&mut self, c: &StmtClassDef) {
        self.add(&c.name, DEF_LOCAL);
        for d in &c.decorator_list {
            self.expr(&d.expression);
        }
        let line = self.line(c.name.start());
        let outer = self.private.clone();
        if let Some(p) = &c.type_params {
            self.enter_type_params(&c.name, line);
            self.private = Some(c.name.to_string());
            for name in [".type_params", ".generic_base"] {
                self.add(name, DEF_LOCAL);
                self.add(name, USE);
            }
            self.type_params(p);
        }
        if let Some(a) = &c.arguments {
            self.arguments(a);
        }
        self.enter(&c.name, BlockKind::Class, line);
        self.private = Some(c.name.to_string());
        if c.type_params.is_some() {
            self.add("__type_params__", DEF_LOCAL);
            self.add(".type_params", USE);
        }
        let conditional = std::mem::take(&mut self.conditional);
        self.stmts(&c.body);
        self.conditional = conditional;
        self.leave();
        if c.type_params.is_some() {
            self.leave();
        }
        self.private = outer;
    }
    fn type_alias(&mut self, a: &StmtTypeAlias) {
        self.expr(&a.name);
        let name = match &*a.name {
            Expr::Name(n) => n.id.as_str(),
            _ => "",
        };
        let line = self.line(a.start());
        if let Some(p) = &a.type_params {
            self.enter_type_params(name, line);
            self.type_params(p);
        }
        let sees = self.class_is_seen();
        self.enter(name, BlockKind::TypeAlias, line);
        if sees {
            self.see_class();
        }
        self.expr(&a.value);
        self.leave();
        if a.type_params.is_some() {
            self.leave();
        }
    }
    fn enter_type_params(&mut self, name: &str, line: u32) {
        let sees = self.cur().kind == BlockKind::Class;
        self.enter(name, BlockKind::TypeParameters, line);
        if sees {
            self.see_class();
        }
    }
    fn type_params(&mut self, p: &TypeParams) {
        for p in &p.type_params {
            let (name, bound, default) = match p {
                TypeParam::TypeVar(v) => (&v.name, v.bound.as_deref(), v.default.as_deref()),
                TypeParam::TypeVarTuple(v) => (&v.name, None, v.default.as_deref()),
                TypeParam::ParamSpec(v) => (&v.name, None, v.default.as_deref()),
            };
            self.add(name, DEF_TYPE_PARAM | DEF_LOCAL);
            for e in [bound, default].into_iter().flatten() {
                let sees = self.cur().sees_class;
                let line = self.line(e.start());
                self.enter(name, BlockKind::TypeVariable, line);
                if sees {
                    self.see_class();
                }
                self.expr(e);
                self.leave();
            }
        }
    }
    fn pattern(&mut self, p: &Pattern) {
        match p {
            Pattern::MatchValue(v) => self.expr(&v.value),
            Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(s) => s.patterns.iter().for_each(|p| self.pattern(p)),
            Pattern::MatchMapping(m) => {
                self.exprs(&m.keys);
                m.patterns.iter().for_each(|p| self.pattern(p));
                self.optional_name(&m.rest);
            }
            Pattern::MatchClass(c) => {
                self.expr(&c.cls);
                c.arguments.patterns.iter().for_each(|p| self.pattern(p));
                c.arguments.keywords.iter().for_each(|k| self.pattern(&k.pattern));
            }
            Pattern::MatchStar(s) => self.optional_name(&s.name),
            Pattern::MatchAs(a) => {
                if let Some(p) = &a.pattern {
                    self.pattern(p);
                }
                self.optional_name(&a.name);
            }
            Pattern::MatchOr(o) => o.patterns.iter().for_each(|p| self.pattern(p)),
        }
    }
    fn optional_name(&mut self, n: &Option<Identifier>) {
        if let Some(n) = n {
            self.add(n, DEF_LOCAL);
        }
    }
}
