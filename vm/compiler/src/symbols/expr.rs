//! The names of expressions.

use super::flag::*;
use super::{BlockKind, Builder};
use ruff_python_ast::*;
use ruff_text_size::{Ranged, TextRange};

impl Builder<'_> {
    pub(super) fn exprs(&mut self, list: &[Expr]) {
        list.iter().for_each(|e| self.expr(e));
    }
    pub(super) fn option(&mut self, e: &Option<Box<Expr>>) {
        if let Some(e) = e {
            self.expr(e);
        }
    }
    pub(super) fn defaults(&mut self, p: &Parameters) {
        for a in p.posonlyargs.iter().chain(&p.args).chain(&p.kwonlyargs) {
            self.option(&a.default);
        }
    }
    pub(super) fn parameters(&mut self, p: &Parameters) {
        for a in p.posonlyargs.iter().chain(&p.args).chain(&p.kwonlyargs) {
            self.add(&a.parameter.name, DEF_PARAM);
        }
        for a in p.vararg.iter().chain(&p.kwarg) {
            self.add(&a.name, DEF_PARAM);
        }
    }
    pub(super) fn arguments(&mut self, a: &Arguments) {
        self.exprs(&a.args);
        a.keywords.iter().for_each(|k| self.expr(&k.value));
    }
    pub(super) fn expr(&mut self, e: &Expr) {
        match e {
            Expr::BoolOp(b) => self.exprs(&b.values),
            Expr::Named(n) => {
                if let Expr::Name(t) = &*n.target
                    && self.cur().comprehension.is_some()
                {
                    self.named(t);
                }
                self.expr(&n.value);
                self.expr(&n.target);
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
                let line = self.line(l.start());
                self.enter("lambda", BlockKind::Function, line);
                if let Some(p) = &l.parameters {
                    self.parameters(p);
                }
                self.expr(&l.body);
                self.leave();
            }
            Expr::If(i) => {
                self.expr(&i.test);
                self.expr(&i.body);
                self.expr(&i.orelse);
            }
            Expr::Dict(d) => {
                d.items.iter().filter_map(|i| i.key.as_ref()).for_each(|k| self.expr(k));
                d.items.iter().for_each(|i| self.expr(&i.value));
            }
            Expr::Set(s) => self.exprs(&s.elts),
            Expr::ListComp(c) => self.comprehension("listcomp", c.range(), &c.generators, &[&c.elt]),
            Expr::SetComp(c) => self.comprehension("setcomp", c.range(), &c.generators, &[&c.elt]),
            Expr::DictComp(c) => {
                let elts: Vec<&Expr> = [&c.value].into_iter().chain(&c.key).map(|e| &**e).collect();
                self.comprehension("dictcomp", c.range(), &c.generators, &elts);
            }
            Expr::Generator(c) => self.comprehension("genexpr", c.range(), &c.generators, &[&c.elt]),
            Expr::Await(a) => self.expr(&a.value),
            Expr::Yield(y) => self.option(&y.value),
            Expr::YieldFrom(y) => self.expr(&y.value),
            Expr::Compare(c) => {
                self.expr(&c.left);
                self.exprs(&c.comparators);
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
                let load = n.ctx == ExprContext::Load;
                self.add(&n.id, if load { USE } else { DEF_LOCAL });
                if load && n.id.as_str() == "super" && self.cur().is_function_like() {
                    self.add("__class__", USE);
                }
            }
            Expr::List(l) => self.exprs(&l.elts),
            Expr::Tuple(t) => self.exprs(&t.elts),
            Expr::Slice(s) => {
                self.option(&s.lower);
                self.option(&s.upper);
                self.option(&s.step);
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
    fn comprehension(&mut self, name: &str, at: TextRange, generators: &[Comprehension], elts: &[&Expr]) {
        self.expr(&generators[0].iter);
        let line = self.line(at.start());
        self.enter(name, BlockKind::Function, line);
        self.cur().comprehension = Some(name == "genexpr");
        self.add(".0", DEF_PARAM);
        for (i, g) in generators.iter().enumerate() {
            let outer = std::mem::replace(&mut self.iter_target, true);
            self.expr(&g.target);
            self.iter_target = outer;
            if i > 0 {
                self.expr(&g.iter);
            }
            self.exprs(&g.ifs);
        }
        elts.iter().for_each(|e| self.expr(e));
        self.leave();
    }
    /// An assignment expression in a comprehension binds in the block around it.
    fn named(&mut self, n: &ExprName) {
        for &id in self.stack.clone().iter().rev() {
            let b = &mut self.blocks[id];
            if b.comprehension.is_some() {
                continue;
            }
            if b.is_function_like() {
                let name = crate::symtable::mangle(self.private.as_deref(), &n.id);
                let global = b.get(&name).is_some_and(|f| f & DEF_GLOBAL != 0);
                b.add(&name, DEF_LOCAL);
                self.add(&n.id, if global { DEF_GLOBAL } else { DEF_NONLOCAL });
            } else {
                self.add(&n.id, DEF_GLOBAL);
            }
            return;
        }
    }
}
