//! The errors that CPython finds while it makes its symbol tables.

use super::check::{Found, visit};
use crate::error::SyntaxError;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Alias, Arguments, Comprehension, ExceptHandler, Expr, ExprContext, Identifier, Mod, Parameters, Pattern, Stmt, TypeParam, TypeParams,
};
use ruff_text_size::{Ranged, TextRange};
use std::collections::{HashMap, HashSet};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Module,
    Class,
    Function,
    /// with the words of messages
    Comprehension(&'static str),
    /// annotation scopes of all sorts: where, in the words of messages
    Special(&'static str),
}

const PARAM: u16 = 1;
const LOCAL: u16 = 2;
const USED: u16 = 4;
const ANNOTATED: u16 = 8;
const GLOBAL: u16 = 16;
const NONLOCAL: u16 = 32;
const ITERATION: u16 = 64;
const TYPE_PARAM: u16 = 128;

struct Scope {
    kind: Kind,
    parent: Option<usize>,
    symbols: HashMap<String, u16>,
    /// the first `global` or `nonlocal` statement of each name, in order
    directives: Vec<(String, TextRange)>,
    /// inside a comprehension's iterable
    iterable: u32,
    /// inside a comprehension's target
    target: bool,
}

struct Scopes<'s> {
    found: Found<'s>,
    all: Vec<Scope>,
    current: usize,
    class: Option<String>,
}

/// Finds the first error.
pub(super) fn check(source: &str, module: &Mod) -> Result<(), SyntaxError> {
    let mut s = Scopes {
        found: Found { source, error: None },
        all: Vec::new(),
        current: 0,
        class: None,
    };
    s.all.push(Scope::new(Kind::Module, None));
    visit(&mut s, module);
    s.analyze();
    s.found.error.map_or(Ok(()), Err)
}

impl Scope {
    fn new(kind: Kind, parent: Option<usize>) -> Scope {
        Scope {
            kind,
            parent,
            symbols: HashMap::new(),
            directives: Vec::new(),
            iterable: 0,
            target: false,
        }
    }
    fn flags(&self, name: &str) -> u16 {
        self.symbols.get(name).copied().unwrap_or(0)
    }
}

impl Scopes<'_> {
    fn mangle(&self, name: &str) -> String {
        match &self.class {
            Some(c) if name.starts_with("__") && !name.ends_with("__") && !name.contains('.') => {
                let c = c.trim_start_matches('_');
                if c.is_empty() { name.to_owned() } else { format!("_{c}{name}") }
            }
            _ => name.to_owned(),
        }
    }
    fn scope(&mut self) -> &mut Scope {
        &mut self.all[self.current]
    }
    fn add_to(&mut self, scope: usize, name: &str, flags: u16) {
        *self.all[scope].symbols.entry(name.to_owned()).or_insert(0) |= flags;
    }
    fn add(&mut self, name: &str, mut flags: u16, range: TextRange) {
        let name = self.mangle(name);
        let scope = self.scope();
        if scope.target && flags & LOCAL != 0 {
            flags |= ITERATION;
            if scope.flags(&name) & (GLOBAL | NONLOCAL) != 0 {
                let msg = format!("comprehension inner loop cannot rebind assignment expression target '{name}'");
                self.found.report(range, msg);
            }
        }
        self.add_to(self.current, &name, flags);
    }
    /// A name is bound here: `__debug__` must not be.
    fn bind(&mut self, name: &str, range: TextRange) {
        self.forbidden(name, range, "assign to");
        self.add(name, LOCAL, range);
    }
    fn forbidden(&mut self, name: &str, range: TextRange, verb: &str) {
        if name == "__debug__" {
            self.found.report(range, format!("cannot {verb} __debug__"));
        }
    }
    fn inside(&mut self, kind: Kind, f: impl FnOnce(&mut Self)) {
        let before = self.current;
        self.all.push(Scope::new(kind, Some(before)));
        self.current = self.all.len() - 1;
        f(self);
        self.current = before;
    }
    fn special(&mut self, place: &'static str, e: &Expr) {
        self.inside(Kind::Special(place), |s| s.visit_expr(e));
    }
    fn refuse_in_special(&mut self, what: &str, range: TextRange) {
        if let Kind::Special(place) = self.scope().kind {
            self.found.report(range, format!("{what} expression cannot be used within {place}"));
        }
    }
    fn in_generic(&mut self, params: Option<&TypeParams>, f: impl FnOnce(&mut Self)) {
        match params {
            None => f(self),
            Some(p) => self.inside(Kind::Special("the definition of a generic"), |s| {
                s.type_params(p);
                f(s);
            }),
        }
    }
    fn type_params(&mut self, params: &TypeParams) {
        let mut defaulted = false;
        for p in &params.type_params {
            let (name, default) = match p {
                TypeParam::TypeVar(t) => (&t.name, &t.default),
                TypeParam::TypeVarTuple(t) => (&t.name, &t.default),
                TypeParam::ParamSpec(t) => (&t.name, &t.default),
            };
            let mangled = self.mangle(name);
            if self.scope().flags(&mangled) & TYPE_PARAM != 0 {
                self.found.report(p.range(), format!("duplicate type parameter '{name}'"));
            }
            self.forbidden(name, p.range(), "assign to");
            self.add(name, LOCAL | TYPE_PARAM, p.range());
            if let TypeParam::TypeVar(t) = p
                && let Some(bound) = &t.bound
            {
                let place = if bound.is_tuple_expr() {
                    "a TypeVar constraint"
                } else {
                    "a TypeVar bound"
                };
                self.special(place, bound);
            }
            match default {
                Some(d) => {
                    defaulted = true;
                    let place = match p {
                        TypeParam::TypeVar(_) => "a TypeVar default",
                        TypeParam::TypeVarTuple(_) => "a TypeVarTuple default",
                        TypeParam::ParamSpec(_) => "a ParamSpec default",
                    };
                    self.special(place, d);
                }
                None if defaulted => {
                    let msg = format!("non-default type parameter '{name}' follows default type parameter");
                    self.found.report(p.range(), msg);
                }
                None => {}
            }
        }
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
                self.special("an annotation", e);
            }
        }
    }
    fn parameters(&mut self, p: &Parameters) {
        let mut seen = HashSet::new();
        let plain = p.posonlyargs.iter().chain(&p.args).chain(&p.kwonlyargs).map(|a| &a.parameter);
        for a in plain.chain(p.vararg.as_deref()).chain(p.kwarg.as_deref()) {
            let name = a.name.as_str();
            self.forbidden(name, a.range(), "assign to");
            if !seen.insert(self.mangle(name)) {
                self.found
                    .report(a.range(), format!("duplicate argument '{name}' in function definition"));
            }
            self.add(name, PARAM, a.range());
        }
    }
    fn directive(&mut self, names: &[Identifier], range: TextRange, flag: u16) {
        let word = if flag == GLOBAL { "global" } else { "nonlocal" };
        for n in names {
            let name = self.mangle(n);
            let now = self.scope().flags(&name);
            let msg = if now & PARAM != 0 {
                Some(format!("name '{n}' is parameter and {word}"))
            } else if now & USED != 0 {
                Some(format!("name '{n}' is used prior to {word} declaration"))
            } else if now & ANNOTATED != 0 {
                Some(format!("annotated name '{n}' can't be {word}"))
            } else if now & LOCAL != 0 {
                Some(format!("name '{n}' is assigned to before {word} declaration"))
            } else {
                None
            };
            if let Some(msg) = msg {
                self.found.report(range, msg);
            }
            self.add_to(self.current, &name, flag);
            self.scope().directives.push((name, range));
        }
    }
    /// `:=`: where does it bind?
    fn walrus(&mut self, target: &Expr, whole: TextRange) {
        let Expr::Name(n) = target else { return };
        let name = self.mangle(&n.id);
        if self.scope().iterable > 0 {
            self.found
                .report(whole, "assignment expression cannot be used in a comprehension iterable expression");
        }
        let mut at = self.current;
        while let Kind::Comprehension(_) = self.all[at].kind {
            if self.all[at].flags(&name) & ITERATION != 0 {
                let msg = format!("assignment expression cannot rebind comprehension iteration variable '{name}'");
                self.found.report(n.range(), msg);
            }
            self.add_to(at, &name, NONLOCAL);
            let Some(up) = self.all[at].parent else { break };
            at = up;
        }
        if at != self.current {
            match self.all[at].kind {
                Kind::Class => {
                    self.found.report(
                        n.range(),
                        "assignment expression within a comprehension cannot be used in a class body",
                    );
                }
                Kind::Special(place) => {
                    let place = place.trim_start_matches("within ");
                    let msg = format!("assignment expression within a comprehension cannot be used within {place}");
                    self.found.report(n.range(), msg);
                }
                _ => {}
            }
            self.forbidden(&name, n.range(), "assign to");
            self.add_to(at, &name, LOCAL);
        }
    }
    fn comprehension(&mut self, what: &'static str, generators: &[Comprehension], elts: &[&Expr]) {
        let Some(first) = generators.first() else { return };
        self.scope().iterable += 1;
        self.visit_expr(&first.iter);
        self.scope().iterable -= 1;
        self.inside(Kind::Comprehension(what), |s| {
            for (i, g) in generators.iter().enumerate() {
                s.scope().target = true;
                s.visit_expr(&g.target);
                s.scope().target = false;
                if i > 0 {
                    s.scope().iterable += 1;
                    s.visit_expr(&g.iter);
                    s.scope().iterable -= 1;
                }
                for c in &g.ifs {
                    s.visit_expr(c);
                }
            }
            for e in elts {
                s.visit_expr(e);
            }
        });
    }
    fn refuse_yield(&mut self, range: TextRange) {
        if let Kind::Comprehension(what) = self.scope().kind {
            self.found.report(range, format!("'yield' inside {what}"));
        }
    }
    /// The errors that need all scopes.
    fn analyze(&mut self) {
        for i in 0..self.all.len() {
            for d in 0..self.all[i].directives.len() {
                let (name, range) = self.all[i].directives[d].clone();
                let flags = self.all[i].flags(&name);
                if flags & NONLOCAL == 0 {
                    continue;
                }
                if flags & GLOBAL != 0 {
                    self.found.report(range, format!("name '{name}' is nonlocal and global"));
                } else if i == 0 {
                    self.found.report(range, "nonlocal declaration not allowed at module level");
                } else {
                    self.resolve_nonlocal(i, &name, range);
                }
            }
        }
    }
    fn resolve_nonlocal(&mut self, scope: usize, name: &str, range: TextRange) {
        let mut at = self.all[scope].parent;
        while let Some(i) = at {
            let s = &self.all[i];
            let flags = s.flags(name);
            let sees = !matches!(s.kind, Kind::Module | Kind::Class);
            if sees && flags & TYPE_PARAM != 0 {
                return self
                    .found
                    .report(range, format!("nonlocal binding not allowed for type parameter '{name}'"));
            }
            if sees && flags & GLOBAL != 0 {
                break;
            }
            if s.kind == Kind::Class && matches!(name, "__class__" | "__classdict__") {
                return;
            }
            if sees && flags & (LOCAL | PARAM) != 0 && flags & NONLOCAL == 0 {
                return;
            }
            at = s.parent;
        }
        self.found.report(range, format!("no binding for nonlocal '{name}' found"));
    }
}

impl<'a> Visitor<'a> for Scopes<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(f) => {
                self.bind(&f.name, f.range());
                f.decorator_list.iter().for_each(|d| self.visit_decorator(d));
                self.defaults(&f.parameters);
                self.in_generic(f.type_params.as_deref(), |s| {
                    s.annotations(&f.parameters);
                    if let Some(r) = &f.returns {
                        s.special("an annotation", r);
                    }
                    s.inside(Kind::Function, |s| {
                        s.parameters(&f.parameters);
                        s.visit_body(&f.body);
                    });
                });
            }
            Stmt::ClassDef(c) => {
                self.bind(&c.name, c.range());
                c.decorator_list.iter().for_each(|d| self.visit_decorator(d));
                let outer = self.class.clone();
                self.in_generic(c.type_params.as_deref(), |s| {
                    if let Some(a) = &c.arguments {
                        s.visit_arguments(a);
                    }
                    s.class = Some(c.name.to_string());
                    s.inside(Kind::Class, |s| s.visit_body(&c.body));
                });
                self.class = outer;
            }
            Stmt::TypeAlias(t) => {
                self.visit_expr(&t.name);
                self.in_generic(t.type_params.as_deref(), |s| s.special("a type alias", &t.value));
            }
            Stmt::AnnAssign(a) => {
                if let Expr::Name(n) = &*a.target {
                    let name = self.mangle(&n.id);
                    let now = self.scope().flags(&name);
                    if now & (GLOBAL | NONLOCAL) != 0 && self.current != 0 && a.simple {
                        let word = if now & GLOBAL != 0 { "global" } else { "nonlocal" };
                        self.found.report(a.range(), format!("annotated name '{name}' can't be {word}"));
                    }
                    self.forbidden(&n.id, n.range(), "assign to");
                    if a.simple {
                        self.add(&n.id, LOCAL | ANNOTATED, n.range());
                    } else if a.value.is_some() {
                        self.add(&n.id, LOCAL, n.range());
                    }
                } else {
                    self.visit_expr(&a.target);
                }
                self.special("an annotation", &a.annotation);
                if let Some(v) = &a.value {
                    self.visit_expr(v);
                }
            }
            Stmt::AugAssign(a) => {
                self.visit_expr(&a.target);
                self.visit_expr(&a.value);
            }
            Stmt::Assign(a) => {
                a.targets.iter().for_each(|t| self.visit_expr(t));
                self.visit_expr(&a.value);
            }
            Stmt::For(f) => {
                self.visit_expr(&f.target);
                self.visit_expr(&f.iter);
                self.visit_body(&f.body);
                self.visit_body(&f.orelse);
            }
            Stmt::Global(g) => self.directive(&g.names, g.range(), GLOBAL),
            Stmt::Nonlocal(n) => self.directive(&n.names, n.range(), NONLOCAL),
            _ => visitor::walk_stmt(self, stmt),
        }
    }
    fn visit_alias(&mut self, a: &'a Alias) {
        if a.name.as_str() == "*" {
            if self.current != 0 {
                self.found.report(a.range(), "import * only allowed at module level");
            }
            return;
        }
        let bound = a.asname.as_ref().unwrap_or(&a.name);
        let bound = if a.asname.is_some() {
            bound.as_str()
        } else {
            bound.split('.').next().unwrap_or("")
        };
        self.bind(bound, a.range());
    }
    fn visit_except_handler(&mut self, h: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(e) = h;
        if let Some(n) = &e.name {
            self.bind(n, h.range());
        }
        visitor::walk_except_handler(self, h);
    }
    fn visit_arguments(&mut self, a: &'a Arguments) {
        for k in &a.keywords {
            if let Some(n) = &k.arg {
                self.forbidden(n, k.range(), "assign to");
            }
        }
        visitor::walk_arguments(self, a);
    }
    fn visit_pattern(&mut self, p: &'a Pattern) {
        match p {
            Pattern::MatchAs(m) => {
                if let Some(n) = &m.name {
                    self.bind(n, p.range());
                }
            }
            Pattern::MatchStar(m) => {
                if let Some(n) = &m.name {
                    self.bind(n, p.range());
                }
            }
            Pattern::MatchMapping(m) => {
                if let Some(n) = &m.rest {
                    self.bind(n, p.range());
                }
            }
            Pattern::MatchClass(m) => {
                for k in &m.arguments.keywords {
                    self.forbidden(&k.attr, p.range(), "assign to");
                }
            }
            _ => {}
        }
        visitor::walk_pattern(self, p);
    }
    fn visit_expr(&mut self, e: &'a Expr) {
        match e {
            Expr::Named(n) => {
                self.refuse_in_special("named", n.range());
                self.walrus(&n.target, n.range());
                self.visit_expr(&n.value);
                if !matches!(self.scope().kind, Kind::Comprehension(_)) {
                    self.visit_expr(&n.target);
                }
            }
            Expr::Lambda(l) => {
                if let Some(p) = &l.parameters {
                    self.defaults(p);
                }
                self.inside(Kind::Function, |s| {
                    if let Some(p) = &l.parameters {
                        s.parameters(p);
                    }
                    s.visit_expr(&l.body);
                });
            }
            Expr::ListComp(c) => self.comprehension("list comprehension", &c.generators, &[&c.elt]),
            Expr::SetComp(c) => self.comprehension("set comprehension", &c.generators, &[&c.elt]),
            Expr::Generator(c) => self.comprehension("generator expression", &c.generators, &[&c.elt]),
            Expr::DictComp(c) => {
                let key = c.key.as_deref();
                let parts: Vec<&Expr> = key.into_iter().chain([&*c.value]).collect();
                self.comprehension("dict comprehension", &c.generators, &parts);
            }
            Expr::Yield(y) => {
                self.refuse_in_special("yield", y.range());
                visitor::walk_expr(self, e);
                self.refuse_yield(y.range());
            }
            Expr::YieldFrom(y) => {
                self.refuse_in_special("yield", y.range());
                visitor::walk_expr(self, e);
                self.refuse_yield(y.range());
            }
            Expr::Await(a) => {
                self.refuse_in_special("await", a.range());
                visitor::walk_expr(self, e);
            }
            Expr::Name(n) => match n.ctx {
                ExprContext::Store => self.bind(&n.id, n.range()),
                ExprContext::Del => {
                    self.forbidden(&n.id, n.range(), "delete");
                    self.add(&n.id, LOCAL, n.range());
                }
                _ => self.add(&n.id, USED, n.range()),
            },
            Expr::Attribute(a) => {
                match a.ctx {
                    ExprContext::Store => self.forbidden(&a.attr, a.range(), "assign to"),
                    ExprContext::Del => self.forbidden(&a.attr, a.range(), "delete"),
                    _ => {}
                }
                self.visit_expr(&a.value);
            }
            _ => visitor::walk_expr(self, e),
        }
    }
}
