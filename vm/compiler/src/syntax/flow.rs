//! The errors that CPython finds while it generates code.

use super::check::{CheckOptions, Found, visit};
use crate::error::SyntaxError;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Arguments, Comprehension, ExceptHandler, Expr, ExprContext, Mod, Number, Operator, Parameters, Pattern, Stmt, StmtMatch, StmtTry,
    UnaryOp,
};
use ruff_text_size::{Ranged, TextRange};
use std::collections::{BTreeSet, HashSet};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Module,
    Class,
    Function,
    AsyncFunction { generator: bool },
    Comprehension,
}

/// A block that `break`, `continue` and `return` leave.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Loop,
    ExceptStar,
}

struct Flow<'s> {
    found: Found<'s>,
    opts: CheckOptions,
    place: Place,
    blocks: Vec<Block>,
    past_futures: bool,
}

/// Finds the first error.
pub(super) fn check(source: &str, module: &Mod, opts: CheckOptions) -> Result<(), SyntaxError> {
    let mut f = Flow {
        found: Found { source, error: None },
        opts,
        place: Place::Module,
        blocks: Vec::new(),
        past_futures: false,
    };
    visit(&mut f, module);
    f.found.error.map_or(Ok(()), Err)
}

const IN_EXCEPT_STAR: &str = "'break', 'continue' and 'return' cannot appear in an except* block";

impl Flow<'_> {
    fn inside(&mut self, place: Place, f: impl FnOnce(&mut Self)) {
        let (before, blocks) = (self.place, std::mem::take(&mut self.blocks));
        self.place = place;
        f(self);
        self.place = before;
        self.blocks = blocks;
    }
    fn within(&mut self, block: Block, f: impl FnOnce(&mut Self)) {
        self.blocks.push(block);
        f(self);
        self.blocks.pop();
    }
    fn top_level_await(&self) -> bool {
        self.opts.allow_top_level_await && self.place == Place::Module
    }
    fn can_await(&self) -> bool {
        matches!(self.place, Place::AsyncFunction { .. }) || self.top_level_await()
    }
    fn defaults(&mut self, p: &Parameters) {
        for a in p.posonlyargs.iter().chain(&p.args).chain(&p.kwonlyargs) {
            if let Some(d) = &a.default {
                self.visit_expr(d);
            }
        }
    }
    fn annotations(&mut self, p: &Parameters) {
        for a in p.iter() {
            if let Some(e) = a.as_parameter().annotation() {
                self.inside(Place::Function, |s| match e {
                    Expr::Starred(x) => s.visit_expr(&x.value),
                    _ => s.visit_expr(e),
                });
            }
        }
    }
    fn elements(&mut self, elts: &[Expr]) {
        for e in elts {
            match e {
                Expr::Starred(s) => self.visit_expr(&s.value),
                _ => self.visit_expr(e),
            }
        }
    }
    fn targets(&mut self, elts: &[Expr], whole: TextRange) {
        if elts.iter().filter(|e| e.is_starred_expr()).count() > 1 {
            self.found.report(whole, "multiple starred expressions in assignment");
        }
        if elts.iter().position(Expr::is_starred_expr).is_some_and(|i| i >= 256) {
            self.found.report(whole, "too many expressions in star-unpacking assignment");
        }
        self.elements(elts);
    }
    fn comprehension(&mut self, e: &Expr, generators: &[Comprehension], elts: &[&Expr]) {
        let Some(first) = generators.first() else { return };
        self.visit_expr(&first.iter);
        let mut awaits = Awaits(false);
        let mut asynchronous = generators.iter().any(|g| g.is_async);
        for (i, g) in generators.iter().enumerate() {
            if i > 0 {
                awaits.visit_expr(&g.iter);
            }
            g.ifs.iter().for_each(|c| awaits.visit_expr(c));
        }
        elts.iter().for_each(|e| awaits.visit_expr(e));
        asynchronous |= awaits.0;
        let allowed = self.can_await() || self.place == Place::Comprehension || e.is_generator_expr();
        if asynchronous && !allowed {
            self.found
                .report(e.range(), "asynchronous comprehension outside of an asynchronous function");
        }
        self.inside(Place::Comprehension, |s| {
            for (i, g) in generators.iter().enumerate() {
                s.visit_expr(&g.target);
                if i > 0 {
                    s.visit_expr(&g.iter);
                }
                g.ifs.iter().for_each(|c| s.visit_expr(c));
            }
            elts.iter().for_each(|e| s.visit_expr(e));
        });
    }
    fn try_statement(&mut self, t: &StmtTry) {
        self.visit_body(&t.body);
        for (i, h) in t.handlers.iter().enumerate() {
            let ExceptHandler::ExceptHandler(e) = h;
            match &e.type_ {
                None if i + 1 < t.handlers.len() => self.found.report(h.range(), "default 'except:' must be last"),
                None => {}
                Some(x) => self.visit_expr(x),
            }
            if t.is_star {
                self.within(Block::ExceptStar, |s| s.visit_body(&e.body));
            } else {
                self.visit_body(&e.body);
            }
        }
        self.visit_body(&t.orelse);
        self.visit_body(&t.finalbody);
    }
    fn match_statement(&mut self, m: &StmtMatch) {
        self.visit_expr_or_star(&m.subject);
        for (i, c) in m.cases.iter().enumerate() {
            let last = i + 1 == m.cases.len();
            self.pattern(&c.pattern, last || c.guard.is_some());
            if let Some(g) = &c.guard {
                self.visit_expr(g);
            }
            self.visit_body(&c.body);
        }
    }
    fn visit_expr_or_star(&mut self, e: &Expr) {
        match e {
            Expr::Starred(s) => self.visit_expr(&s.value),
            _ => self.visit_expr(e),
        }
    }
    /// Checks a pattern and gives the names it binds. `refutable`: may it match everything?
    fn pattern(&mut self, p: &Pattern, irrefutable_ok: bool) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        self.names_of(p, irrefutable_ok, &mut names);
        names
    }
    fn bind(&mut self, name: &str, range: TextRange, names: &mut BTreeSet<String>) {
        if !names.insert(name.to_owned()) {
            self.found
                .report(range, format!("multiple assignments to name '{name}' in pattern"));
        }
    }
    /// What a pattern compares with must be a literal or an attribute; the parser lets other constants through.
    fn pattern_value(&mut self, e: &Expr) {
        match e {
            Expr::FString(_) | Expr::TString(_) => self
                .found
                .report(e.range(), "patterns may only match literals and attribute lookups"),
            Expr::BinOp(b) if !matches!(b.op, Operator::Add | Operator::Sub) => self.found.report(e.range(), "invalid syntax"),
            Expr::BinOp(b) => [&b.left, &b.right].into_iter().for_each(|x| self.pattern_value(x)),
            Expr::UnaryOp(u) if !u.operand.is_number_literal_expr() => self.found.report(e.range(), "invalid syntax"),
            _ => {}
        }
    }
    fn names_of(&mut self, p: &Pattern, irrefutable_ok: bool, names: &mut BTreeSet<String>) {
        match p {
            Pattern::MatchAs(m) => {
                match (&m.pattern, &m.name) {
                    (None, None) if !irrefutable_ok => {
                        self.found.report(p.range(), "wildcard makes remaining patterns unreachable");
                    }
                    (None, Some(n)) if !irrefutable_ok => {
                        let msg = format!("name capture '{n}' makes remaining patterns unreachable");
                        self.found.report(p.range(), msg);
                    }
                    _ => {}
                }
                if let Some(inner) = &m.pattern {
                    self.names_of(inner, irrefutable_ok, names);
                }
                if let Some(n) = &m.name {
                    self.bind(n, p.range(), names);
                }
            }
            Pattern::MatchStar(m) => {
                if let Some(n) = &m.name {
                    self.bind(n, p.range(), names);
                }
            }
            Pattern::MatchOr(m) => {
                let mut first: Option<BTreeSet<String>> = None;
                for (i, alt) in m.patterns.iter().enumerate() {
                    let last = i + 1 == m.patterns.len();
                    let bound = self.pattern(alt, irrefutable_ok && last);
                    if first.as_ref().is_some_and(|f| *f != bound) {
                        self.found.report(p.range(), "alternative patterns bind different names");
                    }
                    first.get_or_insert(bound);
                }
                for n in first.unwrap_or_default() {
                    self.bind(&n, p.range(), names);
                }
            }
            Pattern::MatchSequence(m) => {
                if m.patterns.iter().filter(|p| p.is_match_star()).count() > 1 {
                    self.found.report(p.range(), "multiple starred expressions in sequence pattern");
                }
                m.patterns.iter().for_each(|x| self.names_of(x, true, names));
            }
            Pattern::MatchMapping(m) => {
                let mut keys = HashSet::new();
                for k in &m.keys {
                    if let Some(key) = Key::of(k)
                        && !keys.insert(key.value)
                    {
                        self.found
                            .report(p.range(), format!("mapping pattern checks duplicate key ({})", key.shown));
                    }
                    self.pattern_value(k);
                    self.visit_expr(k);
                }
                m.patterns.iter().for_each(|x| self.names_of(x, true, names));
                if let Some(n) = &m.rest {
                    self.bind(n, p.range(), names);
                }
            }
            Pattern::MatchClass(m) => {
                self.visit_expr(&m.cls);
                let mut seen = HashSet::new();
                for k in &m.arguments.keywords {
                    if !seen.insert(k.attr.as_str()) {
                        self.found
                            .report(k.range(), format!("attribute name repeated in class pattern: {}", k.attr));
                    }
                }
                m.arguments.patterns.iter().for_each(|x| self.names_of(x, true, names));
                m.arguments.keywords.iter().for_each(|k| self.names_of(&k.pattern, true, names));
            }
            Pattern::MatchValue(m) => {
                self.pattern_value(&m.value);
                self.visit_expr(&m.value);
            }
            Pattern::MatchSingleton(_) => {}
        }
    }
}

/// A constant mapping key.
struct Key {
    /// as Python shows it
    shown: String,
    /// the same for keys that are equal
    value: String,
}
impl Key {
    fn of(k: &Expr) -> Option<Key> {
        let plain = |shown: String| {
            Some(Key {
                value: shown.clone(),
                shown,
            })
        };
        match k {
            Expr::StringLiteral(s) => {
                let t = s.value.to_str();
                let quote = if t.contains('\'') && !t.contains('"') { '"' } else { '\'' };
                plain(format!("{quote}{}{quote}", t.replace('\\', "\\\\").replace('\n', "\\n")))
            }
            Expr::BooleanLiteral(b) => Some(Key {
                shown: if b.value { "True" } else { "False" }.into(),
                value: i32::from(b.value).to_string(),
            }),
            Expr::NoneLiteral(_) => plain("None".into()),
            Expr::NumberLiteral(n) => match &n.value {
                Number::Int(i) => plain(i.to_string()),
                Number::Float(f) => Some(Key {
                    shown: format!("{f:?}"),
                    value: f.to_string(),
                }),
                // Displayed, a float that is whole looks like an int.
                Number::Complex { real, imag } => Some(Key {
                    shown: format!("{imag}j"),
                    value: if *imag == 0.0 {
                        real.to_string()
                    } else {
                        format!("{real}+{imag}j")
                    },
                }),
            },
            Expr::UnaryOp(u) if u.op == UnaryOp::USub => {
                let Key { shown, value } = Key::of(&u.operand)?;
                let negative = if value == "0" { value } else { format!("-{value}") };
                Some(Key {
                    shown: if shown == "0" { shown } else { format!("-{shown}") },
                    value: negative,
                })
            }
            _ => None,
        }
    }
}

/// Does it await, outside nested functions?
struct Awaits(bool);
impl<'a> Visitor<'a> for Awaits {
    fn visit_expr(&mut self, e: &'a Expr) {
        match e {
            Expr::Await(_) => self.0 = true,
            Expr::Lambda(_) | Expr::Generator(_) => {}
            Expr::ListComp(c) if c.generators.iter().any(|g| g.is_async) => self.0 = true,
            Expr::SetComp(c) if c.generators.iter().any(|g| g.is_async) => self.0 = true,
            Expr::DictComp(c) if c.generators.iter().any(|g| g.is_async) => self.0 = true,
            _ => visitor::walk_expr(self, e),
        }
    }
}

/// Does a function body yield?
struct Yields(bool);
impl<'a> Visitor<'a> for Yields {
    fn visit_stmt(&mut self, s: &'a Stmt) {
        if !matches!(s, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
            visitor::walk_stmt(self, s);
        }
    }
    fn visit_expr(&mut self, e: &'a Expr) {
        match e {
            Expr::Yield(_) | Expr::YieldFrom(_) => self.0 = true,
            Expr::Lambda(_) => {}
            _ => visitor::walk_expr(self, e),
        }
    }
}

impl<'a> Visitor<'a> for Flow<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let is_future =
            matches!(stmt, Stmt::ImportFrom(f) if f.level == 0 && f.module.as_ref().is_some_and(|m| m.as_str() == "__future__"));
        if is_future {
            if self.past_futures || self.place != Place::Module {
                self.found
                    .report(stmt.range(), "from __future__ imports must occur at the beginning of the file");
            }
        } else if !matches!(stmt, Stmt::Expr(e) if e.value.is_string_literal_expr()) {
            self.past_futures = true;
        }
        match stmt {
            Stmt::FunctionDef(f) => {
                f.decorator_list.iter().for_each(|d| self.visit_decorator(d));
                self.defaults(&f.parameters);
                self.annotations(&f.parameters);
                if let Some(r) = &f.returns {
                    self.inside(Place::Function, |s| s.visit_expr(r));
                }
                let mut y = Yields(false);
                y.visit_body(&f.body);
                let place = if f.is_async {
                    Place::AsyncFunction { generator: y.0 }
                } else {
                    Place::Function
                };
                self.inside(place, |s| s.visit_body(&f.body));
            }
            Stmt::ClassDef(c) => {
                c.decorator_list.iter().for_each(|d| self.visit_decorator(d));
                if let Some(a) = &c.arguments {
                    self.visit_arguments(a);
                }
                self.inside(Place::Class, |s| s.visit_body(&c.body));
            }
            Stmt::TypeAlias(t) => self.inside(Place::Function, |s| s.visit_expr(&t.value)),
            Stmt::AnnAssign(a) => {
                self.visit_expr(&a.target);
                self.inside(Place::Function, |s| s.visit_expr(&a.annotation));
                if let Some(v) = &a.value {
                    self.visit_expr(v);
                }
            }
            Stmt::Return(r) => {
                match self.place {
                    Place::Module | Place::Class => self.found.report(r.range(), "'return' outside function"),
                    Place::AsyncFunction { generator: true } if r.value.is_some() => {
                        self.found.report(r.range(), "'return' with value in async generator");
                    }
                    _ if self.blocks.contains(&Block::ExceptStar) => self.found.report(r.range(), IN_EXCEPT_STAR),
                    _ => {}
                }
                visitor::walk_stmt(self, stmt);
            }
            Stmt::Break(_) => match self.blocks.last() {
                Some(Block::ExceptStar) => self.found.report(stmt.range(), IN_EXCEPT_STAR),
                None => self.found.report(stmt.range(), "'break' outside loop"),
                _ => {}
            },
            Stmt::Continue(_) => match self.blocks.last() {
                Some(Block::ExceptStar) => self.found.report(stmt.range(), IN_EXCEPT_STAR),
                None => self.found.report(stmt.range(), "'continue' not properly in loop"),
                _ => {}
            },
            Stmt::For(f) => {
                if f.is_async && !self.can_await() {
                    self.found.report(f.range(), "'async for' outside async function");
                }
                self.visit_expr(&f.iter);
                self.within(Block::Loop, |s| {
                    s.visit_expr(&f.target);
                    s.visit_body(&f.body);
                });
                self.visit_body(&f.orelse);
            }
            Stmt::While(w) => {
                self.visit_expr(&w.test);
                self.within(Block::Loop, |s| s.visit_body(&w.body));
                self.visit_body(&w.orelse);
            }
            Stmt::With(w) => {
                if w.is_async && !self.can_await() {
                    self.found.report(w.range(), "'async with' outside async function");
                }
                visitor::walk_stmt(self, stmt);
            }
            Stmt::Assign(a) => {
                self.visit_expr(&a.value);
                for t in &a.targets {
                    if t.is_starred_expr() {
                        self.found.report(t.range(), "starred assignment target must be in a list or tuple");
                    }
                    self.visit_expr(t);
                }
            }
            Stmt::Try(t) => self.try_statement(t),
            Stmt::Match(m) => self.match_statement(m),
            _ => visitor::walk_stmt(self, stmt),
        }
    }
    fn visit_arguments(&mut self, a: &'a Arguments) {
        let mut seen = HashSet::new();
        for k in &a.keywords {
            if let Some(n) = &k.arg
                && !seen.insert(n.as_str())
            {
                self.found.report(k.range(), format!("keyword argument repeated: {n}"));
            }
        }
        self.elements(&a.args);
        a.keywords.iter().for_each(|k| self.visit_expr(&k.value));
    }
    fn visit_expr(&mut self, e: &'a Expr) {
        match e {
            Expr::Yield(_) => {
                if matches!(self.place, Place::Module | Place::Class) {
                    self.found.report(e.range(), "'yield' outside function");
                }
                visitor::walk_expr(self, e);
            }
            Expr::YieldFrom(_) => {
                match self.place {
                    Place::Module | Place::Class => self.found.report(e.range(), "'yield from' outside function"),
                    Place::AsyncFunction { .. } => self.found.report(e.range(), "'yield from' inside async function"),
                    _ => {}
                }
                visitor::walk_expr(self, e);
            }
            Expr::Await(_) => {
                match self.place {
                    _ if self.top_level_await() => {}
                    Place::Module | Place::Class => self.found.report(e.range(), "'await' outside function"),
                    Place::Function => self.found.report(e.range(), "'await' outside async function"),
                    _ => {}
                }
                visitor::walk_expr(self, e);
            }
            Expr::Lambda(l) => {
                if let Some(p) = &l.parameters {
                    self.defaults(p);
                }
                self.inside(Place::Function, |s| s.visit_expr(&l.body));
            }
            Expr::ListComp(c) => self.comprehension(e, &c.generators, &[&c.elt]),
            Expr::SetComp(c) => self.comprehension(e, &c.generators, &[&c.elt]),
            Expr::Generator(c) => self.comprehension(e, &c.generators, &[&c.elt]),
            Expr::DictComp(c) => {
                let parts: Vec<&Expr> = c.key.as_deref().into_iter().chain([&*c.value]).collect();
                self.comprehension(e, &c.generators, &parts);
            }
            Expr::Starred(s) => {
                if s.ctx == ExprContext::Load {
                    self.found.report(e.range(), "can't use starred expression here");
                }
                self.visit_expr(&s.value);
            }
            Expr::List(l) if l.ctx == ExprContext::Store => self.targets(&l.elts, e.range()),
            Expr::Tuple(t) if t.ctx == ExprContext::Store => self.targets(&t.elts, e.range()),
            Expr::List(l) => self.elements(&l.elts),
            Expr::Tuple(t) => self.elements(&t.elts),
            Expr::Set(s) => self.elements(&s.elts),
            Expr::Subscript(s) => {
                self.visit_expr(&s.value);
                self.visit_expr_or_star(&s.slice);
            }
            _ => visitor::walk_expr(self, e),
        }
    }
}
