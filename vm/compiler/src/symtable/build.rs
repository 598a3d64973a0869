//! First half: one walk that notes what every block binds and uses.

use super::{BOUND, DELETED, GLOBAL, Kind, NONLOCAL, PARAM, Scope, SymbolTable, Tag, USED, mangle};
use crate::error::SyntaxError;
use ruff_python_ast::*;
use ruff_text_size::{Ranged, TextRange};
use std::collections::HashMap;

struct Builder {
    t: SymbolTable,
    cur: usize,
    future_annotations: bool,
    /// below `if`, a loop ... in the current block
    nested: u32,
    /// expressions around this one
    depth: u32,
    too_deep: Option<TextRange>,
}

/// Nested expressions that later passes have the stack and the time for.
const MAX_DEPTH: u32 = 4000;

pub(super) fn run(source: &str, module: &Mod, future_annotations: bool) -> Result<SymbolTable, SyntaxError> {
    let t = SymbolTable {
        scopes: Vec::new(),
        keys: HashMap::new(),
    };
    let mut b = Builder {
        t,
        cur: 0,
        future_annotations,
        nested: 0,
        depth: 0,
        too_deep: None,
    };
    b.t.scopes.push(scope(Kind::Module, "<module>", None));
    match module {
        Mod::Module(m) => b.stmts(&m.body),
        Mod::Expression(e) => b.expr(&e.body),
    }
    if b.t.keys.contains_key(&(0, Tag::Annotate)) {
        b.t.scopes[0].add("__annotate__", BOUND);
    }
    if let Some(r) = b.too_deep {
        return Err(SyntaxError::at(
            source,
            r.start().to_usize(),
            r.end().to_usize(),
            "too many nested expressions",
        ));
    }
    Ok(b.t)
}

fn scope(kind: Kind, name: &str, parent: Option<usize>) -> Scope {
    Scope {
        kind,
        name: name.to_owned(),
        parent,
        children: Vec::new(),
        symbols: Vec::new(),
        index: HashMap::new(),
        free: Vec::new(),
        is_generator: false,
        has_await: false,
        inlined: false,
        sees_class: false,
        needs_class_cell: false,
        needs_classdict: false,
        has_walrus: false,
        conditional_annotations: false,
        private: None,
        static_attributes: Vec::new(),
    }
}

impl Builder {
    fn me(&mut self) -> &mut Scope {
        &mut self.t.scopes[self.cur]
    }
    fn add(&mut self, name: &str, flags: u16) {
        let s = self.me();
        let m = mangle(s.private.as_deref(), name);
        s.add(&m, flags);
    }
    fn enter<T>(&mut self, node: &T, tag: Tag, kind: Kind, name: &str) -> (usize, u32) {
        self.enter_key((std::ptr::from_ref(node) as usize, tag), kind, name)
    }
    fn enter_key(&mut self, key: (usize, Tag), kind: Kind, name: &str) -> (usize, u32) {
        let id = self.t.scopes.len();
        let mut s = scope(kind, name, Some(self.cur));
        let parent = &mut self.t.scopes[self.cur];
        parent.children.push(id);
        s.private = parent.private.clone();
        let in_class = parent.kind == Kind::Class || (parent.sees_class && !matches!(parent.kind, Kind::Comp));
        if in_class && matches!(kind, Kind::Lazy | Kind::TypeParams) {
            s.sees_class = true;
            s.add("__classdict__", USED);
        }
        self.t.scopes.push(s);
        self.t.keys.insert(key, id);
        let old = (self.cur, self.nested);
        self.cur = id;
        self.nested = 0;
        old
    }
    fn leave(&mut self, old: (usize, u32)) {
        (self.cur, self.nested) = old;
    }
    fn stmts(&mut self, body: &[Stmt]) {
        for s in body {
            self.stmt(s);
        }
    }
    fn nest(&mut self, body: &[Stmt]) {
        self.nested += 1;
        self.stmts(body);
        self.nested -= 1;
    }
    fn opt(&mut self, e: &Option<Box<Expr>>) {
        if let Some(e) = e {
            self.expr(e);
        }
    }
    fn stmt(&mut self, s: &Stmt) {
        match s {
            Stmt::FunctionDef(f) => self.function(f),
            Stmt::ClassDef(c) => self.class(c),
            Stmt::Return(r) => self.opt(&r.value),
            Stmt::Delete(d) => d.targets.iter().for_each(|t| self.delete(t)),
            Stmt::TypeAlias(a) => self.type_alias(a),
            Stmt::Assign(a) => {
                self.expr(&a.value);
                a.targets.iter().for_each(|t| self.target(t));
            }
            Stmt::AugAssign(a) => {
                self.expr(&a.target);
                self.target(&a.target);
                self.expr(&a.value);
            }
            Stmt::AnnAssign(a) => {
                if let Expr::Name(n) = &*a.target {
                    self.add(&n.id, BOUND);
                } else {
                    self.target(&a.target);
                }
                if a.simple && !self.me().is_function() && !self.future_annotations {
                    self.block_annotation(&a.annotation);
                } else if !self.future_annotations && self.me().is_function() {
                    // never evaluated, but its names count
                    let old = self.enter(&*a.annotation, Tag::Annotate, Kind::Lazy, "__annotate__");
                    self.expr(&a.annotation);
                    self.leave(old);
                } else if !a.simple && !self.future_annotations {
                    self.expr(&a.annotation);
                }
                self.opt(&a.value);
            }
            Stmt::For(f) => {
                self.expr(&f.iter);
                self.target(&f.target);
                if f.is_async {
                    self.me().has_await = true;
                }
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
                        self.target(v);
                    }
                }
                self.nest(&w.body);
            }
            Stmt::Match(m) => {
                self.expr(&m.subject);
                for c in &m.cases {
                    self.pattern(&c.pattern);
                    self.opt(&c.guard);
                    self.nest(&c.body);
                }
            }
            Stmt::Raise(r) => {
                self.opt(&r.exc);
                self.opt(&r.cause);
            }
            Stmt::Try(t) => {
                self.nest(&t.body);
                for ExceptHandler::ExceptHandler(h) in &t.handlers {
                    self.opt(&h.type_);
                    if let Some(n) = &h.name {
                        self.add(n, BOUND | DELETED);
                    }
                    self.nest(&h.body);
                }
                self.nest(&t.orelse);
                self.nest(&t.finalbody);
            }
            Stmt::Assert(a) => {
                self.expr(&a.test);
                self.opt(&a.msg);
            }
            Stmt::Import(i) => {
                for a in &i.names {
                    match &a.asname {
                        Some(n) => self.add(n, BOUND),
                        None => self.add(a.name.split('.').next().unwrap_or(""), BOUND),
                    }
                }
            }
            Stmt::ImportFrom(i) => {
                for a in &i.names {
                    if a.name.as_str() != "*" {
                        self.add(a.asname.as_ref().unwrap_or(&a.name), BOUND);
                    }
                }
            }
            Stmt::Global(g) => {
                for n in &g.names {
                    self.add(n, GLOBAL);
                    // The module's own code means the same variable, even where its names are not globals (`exec`).
                    let private = self.me().private.clone();
                    self.t.scopes[0].add(&super::mangle(private.as_deref(), n), GLOBAL);
                }
            }
            Stmt::Nonlocal(g) => g.names.iter().for_each(|n| self.add(n, NONLOCAL)),
            Stmt::Expr(e) => self.expr(&e.value),
            Stmt::Pass(_) | Stmt::Break(_) | Stmt::Continue(_) | Stmt::IpyEscapeCommand(_) => {}
        }
    }
    /// One annotation of a class or module: all of a block share one scope, kept under the block's number.
    fn block_annotation(&mut self, e: &Expr) {
        // A module's annotations can be asked for while it runs: they count from where they were met.
        let conditional = self.nested > 0 || self.me().kind == Kind::Module;
        let cur = self.cur;
        if conditional {
            self.me().conditional_annotations = true;
            self.add("__conditional_annotations__", BOUND);
        }
        let key = (cur, Tag::Annotate);
        let old = match self.t.keys.get(&key).copied() {
            Some(id) => {
                let old = (self.cur, self.nested);
                self.cur = id;
                self.nested = 0;
                old
            }
            None => {
                let old = self.enter_key(key, Kind::Lazy, "__annotate__");
                self.me().add(".format", PARAM);
                old
            }
        };
        if conditional {
            self.add("__conditional_annotations__", USED);
        }
        self.expr(e);
        self.leave(old);
    }
    fn parameters(&mut self, p: &Parameters) {
        for a in p.posonlyargs.iter().chain(&p.args).chain(&p.kwonlyargs) {
            self.add(&a.parameter.name, PARAM);
        }
        for a in p.vararg.iter().chain(&p.kwarg) {
            self.add(&a.name, PARAM);
        }
    }
    fn defaults(&mut self, p: &Parameters) {
        for a in p.posonlyargs.iter().chain(&p.args).chain(&p.kwonlyargs) {
            self.opt(&a.default);
        }
    }
    fn function(&mut self, f: &StmtFunctionDef) {
        for d in &f.decorator_list {
            self.expr(&d.expression);
        }
        self.defaults(&f.parameters);
        self.add(&f.name, BOUND);
        let tp = f.type_params.as_deref().map(|t| {
            let old = self.enter(f, Tag::TypeParams, Kind::TypeParams, &format!("<generic parameters of {}>", f.name));
            self.me().add(".defaults", PARAM);
            self.me().add(".kwdefaults", PARAM);
            self.type_params(t);
            old
        });
        if has_annotations(f) {
            let old = self.enter(f, Tag::Annotate, Kind::Lazy, "__annotate__");
            self.me().add(".format", PARAM);
            if !self.future_annotations {
                for e in annotations(&f.parameters, f.returns.as_deref()) {
                    self.expr(e.1);
                }
            }
            self.leave(old);
        }
        let old = self.enter(f, Tag::Body, Kind::Function, &f.name);
        self.parameters(&f.parameters);
        self.stmts(&f.body);
        self.leave(old);
        if let Some(old) = tp {
            self.leave(old);
        }
    }
    fn class(&mut self, c: &StmtClassDef) {
        for d in &c.decorator_list {
            self.expr(&d.expression);
        }
        self.add(&c.name, BOUND);
        let outer_private = self.me().private.clone();
        let tp = c.type_params.as_deref().map(|t| {
            let old = self.enter(c, Tag::TypeParams, Kind::TypeParams, &format!("<generic parameters of {}>", c.name));
            self.me().private = Some(c.name.to_string());
            self.me().add(".type_params", BOUND);
            self.me().add(".generic_base", BOUND);
            self.type_params(t);
            self.me().private = outer_private.clone();
            old
        });
        if let Some(a) = &c.arguments {
            self.arguments(a);
        }
        let old = self.enter(c, Tag::Body, Kind::Class, &c.name);
        let class_id = self.cur;
        self.me().private = Some(c.name.to_string());
        if tp.is_some() {
            self.me().add(".type_params", USED);
        }
        self.stmts(&c.body);
        self.t.scopes[class_id].private = Some(c.name.to_string());
        self.leave(old);
        if let Some(old) = tp {
            self.leave(old);
        }
    }
    fn type_alias(&mut self, a: &StmtTypeAlias) {
        self.target(&a.name);
        let name = match &*a.name {
            Expr::Name(n) => n.id.to_string(),
            _ => String::new(),
        };
        let tp = a.type_params.as_deref().map(|t| {
            let old = self.enter(a, Tag::TypeParams, Kind::TypeParams, &format!("<generic parameters of {name}>"));
            self.type_params(t);
            old
        });
        let old = self.enter(a, Tag::Value, Kind::Lazy, &name);
        self.me().add(".format", PARAM);
        self.expr(&a.value);
        self.leave(old);
        if let Some(old) = tp {
            self.leave(old);
        }
    }
    fn type_params(&mut self, t: &TypeParams) {
        for p in &t.type_params {
            let (name, bound, default) = match p {
                TypeParam::TypeVar(v) => (&v.name, v.bound.as_deref(), v.default.as_deref()),
                TypeParam::TypeVarTuple(v) => (&v.name, None, v.default.as_deref()),
                TypeParam::ParamSpec(v) => (&v.name, None, v.default.as_deref()),
            };
            self.add(name, BOUND);
            for (e, tag) in [(bound, Tag::Value), (default, Tag::Default)] {
                if let Some(e) = e {
                    let old = self.enter(p, tag, Kind::Lazy, name);
                    self.me().add(".format", PARAM);
                    self.expr(e);
                    self.leave(old);
                }
            }
        }
    }
    fn arguments(&mut self, a: &Arguments) {
        a.args.iter().for_each(|e| self.expr(e));
        a.keywords.iter().for_each(|k| self.expr(&k.value));
    }
    fn target(&mut self, e: &Expr) {
        match e {
            Expr::Name(n) => self.add(&n.id, BOUND),
            Expr::Tuple(t) => t.elts.iter().for_each(|e| self.target(e)),
            Expr::List(t) => t.elts.iter().for_each(|e| self.target(e)),
            Expr::Starred(s) => self.target(&s.value),
            Expr::Attribute(a) => {
                self.static_attribute(a);
                self.expr(&a.value);
            }
            e => self.expr(e),
        }
    }
    /// `self.x = ...` in a method: the class's `__static_attributes__`.
    fn static_attribute(&mut self, a: &ExprAttribute) {
        let Expr::Name(n) = &*a.value else { return };
        if n.id.as_str() != "self" {
            return;
        }
        let mut at = Some(self.cur);
        while let Some(id) = at {
            let s = &mut self.t.scopes[id];
            if s.kind == Kind::Class {
                if !s.static_attributes.iter().any(|n| n == a.attr.as_str()) {
                    s.static_attributes.push(a.attr.to_string());
                }
                return;
            }
            at = s.parent;
        }
    }
    fn delete(&mut self, e: &Expr) {
        match e {
            Expr::Name(n) => self.add(&n.id, BOUND | DELETED),
            Expr::Tuple(t) => t.elts.iter().for_each(|e| self.delete(e)),
            Expr::List(t) => t.elts.iter().for_each(|e| self.delete(e)),
            e => self.expr(e),
        }
    }
    fn pattern(&mut self, p: &Pattern) {
        match p {
            Pattern::MatchValue(v) => self.expr(&v.value),
            Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(s) => s.patterns.iter().for_each(|p| self.pattern(p)),
            Pattern::MatchMapping(m) => {
                m.keys.iter().for_each(|e| self.expr(e));
                m.patterns.iter().for_each(|p| self.pattern(p));
                if let Some(n) = &m.rest {
                    self.add(n, BOUND);
                }
            }
            Pattern::MatchClass(c) => {
                self.expr(&c.cls);
                c.arguments.patterns.iter().for_each(|p| self.pattern(p));
                c.arguments.keywords.iter().for_each(|k| self.pattern(&k.pattern));
            }
            Pattern::MatchStar(s) => {
                if let Some(n) = &s.name {
                    self.add(n, BOUND);
                }
            }
            Pattern::MatchAs(a) => {
                if let Some(p) = &a.pattern {
                    self.pattern(p);
                }
                if let Some(n) = &a.name {
                    self.add(n, BOUND);
                }
            }
            Pattern::MatchOr(o) => o.patterns.iter().for_each(|p| self.pattern(p)),
        }
    }
    fn comprehension<T>(&mut self, node: &T, name: &str, generators: &[Comprehension], elts: &[&Expr]) {
        self.expr(&generators[0].iter);
        let parent_kind = self.me().kind;
        let sees_class = self.me().sees_class;
        let generator = name == "<genexpr>";
        let inlined = !generator && parent_kind != Kind::Class && !sees_class;
        let is_async = |g: &&Comprehension| g.is_async;
        let old = self.enter(node, Tag::Body, Kind::Comp, name);
        self.me().inlined = inlined;
        self.me().is_generator = generator;
        if !inlined {
            self.me().add(".0", PARAM);
        }
        if generators.iter().find(is_async).is_some() {
            self.me().has_await = true;
        }
        for (i, g) in generators.iter().enumerate() {
            self.target(&g.target);
            if i > 0 {
                self.expr(&g.iter);
            }
            g.ifs.iter().for_each(|e| self.expr(e));
        }
        elts.iter().for_each(|e| self.expr(e));
        let (awaits, walrus) = (self.me().has_await, self.me().has_walrus);
        let names: Vec<(String, u16)> = if inlined {
            self.me()
                .symbols
                .iter()
                .filter(|s| s.flags & (BOUND | PARAM) == 0)
                .map(|s| (s.name.clone(), s.flags))
                .collect()
        } else {
            Vec::new()
        };
        self.leave(old);
        let me = self.me();
        names.iter().for_each(|(n, f)| me.add(n, *f));
        me.has_await |= awaits && !generator;
        me.has_walrus |= walrus;
    }
    fn named(&mut self, n: &ExprName) {
        let mut at = self.cur;
        loop {
            let s = &mut self.t.scopes[at];
            s.has_walrus = true;
            let name = mangle(s.private.as_deref(), &n.id);
            if s.kind != Kind::Comp {
                s.add(&name, BOUND);
                return;
            }
            s.add(&name, USED);
            at = s.parent.unwrap_or(0);
        }
    }
    fn expr(&mut self, e: &Expr) {
        if self.depth == MAX_DEPTH {
            self.too_deep = self.too_deep.or(Some(e.range()));
            return;
        }
        self.depth += 1;
        self.expr_at(e);
        self.depth -= 1;
    }
    fn expr_at(&mut self, e: &Expr) {
        match e {
            Expr::BoolOp(b) => b.values.iter().for_each(|e| self.expr(e)),
            Expr::Named(n) => {
                self.expr(&n.value);
                if let Expr::Name(t) = &*n.target {
                    self.named(t);
                }
            }
            Expr::BinOp(b) => {
                self.expr(&b.left);
                self.expr(&b.right);
            }
            Expr::UnaryOp(u) => self.expr(&u.operand),
            Expr::Lambda(l) => {
                if let Some(p) = &l.parameters {
                    self.defaults(p);
                }
                let old = self.enter(l, Tag::Body, Kind::Lambda, "<lambda>");
                if let Some(p) = &l.parameters {
                    self.parameters(p);
                }
                self.expr(&l.body);
                self.leave(old);
            }
            Expr::If(i) => {
                self.expr(&i.test);
                self.expr(&i.body);
                self.expr(&i.orelse);
            }
            Expr::Dict(d) => {
                for i in &d.items {
                    if let Some(k) = &i.key {
                        self.expr(k);
                    }
                    self.expr(&i.value);
                }
            }
            Expr::Set(s) => s.elts.iter().for_each(|e| self.expr(e)),
            Expr::ListComp(c) => self.comprehension(c, "<listcomp>", &c.generators, &[&c.elt]),
            Expr::SetComp(c) => self.comprehension(c, "<setcomp>", &c.generators, &[&c.elt]),
            Expr::DictComp(c) => match &c.key {
                Some(k) => self.comprehension(c, "<dictcomp>", &c.generators, &[k, &c.value]),
                None => self.comprehension(c, "<dictcomp>", &c.generators, &[&c.value]),
            },
            Expr::Generator(c) => self.comprehension(c, "<genexpr>", &c.generators, &[&c.elt]),
            Expr::Await(a) => {
                self.me().has_await = true;
                self.expr(&a.value);
            }
            Expr::Yield(y) => {
                self.me().is_generator = true;
                self.opt(&y.value);
            }
            Expr::YieldFrom(y) => {
                self.me().is_generator = true;
                self.expr(&y.value);
            }
            Expr::Compare(c) => {
                self.expr(&c.left);
                c.comparators.iter().for_each(|e| self.expr(e));
            }
            Expr::Call(c) => {
                self.expr(&c.func);
                self.arguments(&c.arguments);
            }
            Expr::FString(f) => {
                for p in f.value.iter() {
                    if let FStringPart::FString(f) = p {
                        self.interpolated(&f.elements);
                    }
                }
            }
            Expr::TString(t) => t.value.iter().for_each(|t| self.interpolated(&t.elements)),
            Expr::Attribute(a) => self.expr(&a.value),
            Expr::Subscript(s) => {
                self.expr(&s.value);
                self.expr(&s.slice);
            }
            Expr::Starred(s) => self.expr(&s.value),
            Expr::Name(n) => {
                self.add(&n.id, USED);
                if n.id.as_str() == "super" && self.me().is_function() {
                    // zero-argument super() needs the class cell
                    self.me().add("__class__", USED);
                }
            }
            Expr::List(l) => l.elts.iter().for_each(|e| self.expr(e)),
            Expr::Tuple(l) => l.elts.iter().for_each(|e| self.expr(e)),
            Expr::Slice(s) => {
                self.opt(&s.lower);
                self.opt(&s.upper);
                self.opt(&s.step);
            }
            _ => {}
        }
    }
    fn interpolated(&mut self, elements: &InterpolatedStringElements) {
        for e in elements {
            if let InterpolatedStringElement::Interpolation(i) = e {
                self.expr(&i.expression);
                if let Some(s) = &i.format_spec {
                    self.interpolated(&s.elements);
                }
            }
        }
    }
}

/// Has a function any annotation?
pub fn has_annotations(f: &StmtFunctionDef) -> bool {
    !annotations(&f.parameters, f.returns.as_deref()).is_empty()
}

/// Annotations of a function, in CPython's order.
pub fn annotations<'a>(p: &'a Parameters, returns: Option<&'a Expr>) -> Vec<(&'a str, &'a Expr)> {
    let mut out = Vec::new();
    let one = |p: &'a Parameter, out: &mut Vec<(&'a str, &'a Expr)>| {
        if let Some(a) = &p.annotation {
            out.push((p.name.as_str(), &**a));
        }
    };
    for a in p.posonlyargs.iter().chain(&p.args) {
        one(&a.parameter, &mut out);
    }
    if let Some(a) = &p.vararg {
        one(a, &mut out);
    }
    for a in &p.kwonlyargs {
        one(&a.parameter, &mut out);
    }
    if let Some(a) = &p.kwarg {
        one(a, &mut out);
    }
    if let Some(e) = returns {
        out.push(("return", e));
    }
    out
}
