//! Functions, lambdas, annotations.

use super::emit::{Label, Region};
use super::stmt::docstring;
use super::{Gen, Reg};
use crate::code::{Code, Const, Text, flags};
use crate::op::{Intrinsic1, Intrinsic2, Op};
use crate::symtable::Tag;
use crate::symtable::build::{annotations, has_annotations};
use num_bigint::BigInt;
use ruff_python_ast::*;
use ruff_text_size::{Ranged, TextRange, TextSize};

/// The parameter of an annotate function is `format` to the outside.
fn name_format(code: &mut Code) {
    if let Some(n) = code.varnames.first_mut() {
        *n = "format".into();
    }
}

impl<'a> Gen<'a> {
    /// `d` = a function of `code`, with the cells that its scope captures.
    pub(super) fn make_function(&mut self, code: Code, scope: usize, d: Reg) {
        let k = self.constant(Const::Code(Box::new(code)));
        let mark = self.u.sp;
        let f = self.scratch(d);
        self.emit(Op::MakeFunction, f, k, 0);
        let table = self.table;
        let free = &table.scopes[scope].free;
        if !free.is_empty() {
            let t = self.temps(free.len());
            for (i, n) in free.iter().enumerate() {
                let cell = self.cell_of(n);
                self.mov(t + i as Reg, cell);
            }
            self.emit(Op::BuildTuple, t, t, free.len() as u16);
            self.emit(Op::SetFuncAttr, f, t, 3);
        }
        self.mov(d, f);
        self.u.sp = mark;
    }
    /// Protects a generator's body: StopIteration must not leave it.
    pub(super) fn begin_guard(&mut self, on: bool) -> Option<(Region, Label, Reg)> {
        if !on {
            return None;
        }
        let handler = self.label();
        let e = self.temp();
        let mut region = self.region(handler, e);
        // What is thrown into a generator that has not started arises at `ReturnGenerator`, just emitted.
        region.start -= 1;
        Some((region, handler, e))
    }
    pub(super) fn end_guard(&mut self, guard: Option<(Region, Label, Reg)>) {
        let Some((region, handler, e)) = guard else { return };
        self.end_region(region);
        self.no_pos();
        self.place(handler);
        self.emit(Op::Intrinsic1, e, e, Intrinsic1::StopIterationError as u16);
        self.emit(Op::Reraise, e, 1, 0);
    }
    /// A definition without its decorators.
    pub(super) fn definition(&self, whole: TextRange, decorators: &[Decorator]) -> TextRange {
        let Some(last) = decorators.last() else { return whole };
        let mut rest = &self.source[last.range().end().to_usize()..whole.end().to_usize()];
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
            if !rest.starts_with('#') {
                break;
            }
            rest = rest.split_once('\n').map_or("", |x| x.1);
        }
        TextRange::new(whole.end() - TextSize::of(rest), whole.end())
    }
    pub(super) fn decorators(&mut self, list: &'a [Decorator]) -> Vec<Reg> {
        list.iter()
            .map(|d| {
                let t = self.temp();
                self.expr(&d.expression, t);
                t
            })
            .collect()
    }
    pub(super) fn decorate(&mut self, regs: &[Reg], list: &'a [Decorator], d: Reg) {
        for (r, deco) in regs.iter().zip(list).rev() {
            let mark = self.u.sp;
            let base = self.window();
            self.temp();
            self.mov(base - 1, *r);
            self.mov(base, d);
            self.pos(deco.expression.range());
            self.emit(Op::Call, d, base, 1);
            self.u.sp = mark;
        }
    }
    pub(super) fn function(&mut self, f: &'a StmtFunctionDef) {
        let d = self.temp();
        let regs = self.decorators(&f.decorator_list);
        let start = f.decorator_list.first().map_or(f.range().start(), |d| d.range().start());
        let range = TextRange::new(start.min(f.range().end()), f.range().end());
        let defaults = self.positional_defaults(&f.parameters);
        let kwdefaults = self.keyword_defaults(&f.parameters);
        match f.type_params.as_deref() {
            None => self.function_value(f, range, defaults, kwdefaults, d),
            Some(tp) => {
                let scope = self.table.scope_of(f, Tag::TypeParams);
                let base = self.window();
                let args = self.temps(2);
                for (i, v) in [defaults, kwdefaults].into_iter().enumerate() {
                    match v {
                        Some(v) => self.mov(args + i as Reg, v),
                        None => self.emit(Op::LoadNone, args + i as Reg, 0, 0),
                    }
                }
                self.enter_params(scope, range);
                self.u.argcount = 2;
                self.u.posonly = 2;
                let params = self.type_params(tp);
                let pair = self.temps(2);
                let (defaults, kwdefaults) = (defaults.map(|_| 0), kwdefaults.map(|_| 1));
                self.function_value(f, range, defaults, kwdefaults, pair);
                self.mov(pair + 1, params);
                self.emit(Op::Intrinsic2, pair, pair, Intrinsic2::SetFunctionTypeParams as u16);
                self.emit(Op::Return, pair, 0, 0);
                let code = self.leave();
                self.make_function(code, scope, base - 1);
                self.emit(Op::Call, d, base, 2);
            }
        }
        self.decorate(&regs, &f.decorator_list, d);
        self.pos(f.range());
        let name = self.mangled(&f.name);
        self.store_name(&name, d);
    }
    fn positional_defaults(&mut self, p: &'a Parameters) -> Option<Reg> {
        let list: Vec<&'a Expr> = p.posonlyargs.iter().chain(&p.args).filter_map(|a| a.default.as_deref()).collect();
        if list.is_empty() {
            return None;
        }
        let t = self.temp();
        let mark = self.u.sp;
        let first = self.temps(list.len());
        for (i, e) in list.iter().enumerate() {
            self.expr(e, first + i as Reg);
        }
        self.emit(Op::BuildTuple, t, first, list.len() as u16);
        self.u.sp = mark;
        Some(t)
    }
    fn keyword_defaults(&mut self, p: &'a Parameters) -> Option<Reg> {
        let list: Vec<(&'a str, &'a Expr)> = p
            .kwonlyargs
            .iter()
            .filter_map(|a| Some((a.parameter.name.as_str(), a.default.as_deref()?)))
            .collect();
        if list.is_empty() {
            return None;
        }
        let t = self.temp();
        let mark = self.u.sp;
        let first = self.temps(2 * list.len());
        for (i, (n, e)) in list.iter().enumerate() {
            let name = self.mangled(n);
            self.load_str(first + 2 * i as Reg, &name);
            self.expr(e, first + 2 * i as Reg + 1);
        }
        self.emit(Op::BuildMap, t, first, list.len() as u16);
        self.u.sp = mark;
        Some(t)
    }
    fn function_value(&mut self, f: &'a StmtFunctionDef, range: TextRange, defaults: Option<Reg>, kwdefaults: Option<Reg>, d: Reg) {
        let annotate = if has_annotations(f) {
            let t = self.temp();
            self.annotate_function(f, t);
            Some(t)
        } else {
            None
        };
        let scope = self.table.scope_of(f, Tag::Body);
        self.enter(scope, &f.name, range);
        self.parameters(&f.parameters);
        if let Some(doc) = docstring(&f.body)
            && self.opts.optimize < 2
        {
            let c = self.doc_const(doc);
            self.constant(c);
            self.u.flags |= flags::HAS_DOCSTRING;
        }
        let generator = self.start_function(scope, f.is_async);
        let guard = self.begin_guard(generator);
        self.body_after_doc(&f.body);
        if self.u.reachable {
            self.no_pos();
            let k = self.constant(Const::None);
            self.emit(Op::ReturnConst, k, 0, 0);
        }
        self.end_guard(guard);
        let code = self.leave();
        self.pos(self.definition(f.range(), &f.decorator_list));
        self.make_function(code, scope, d);
        for (v, which) in [(defaults, 0), (kwdefaults, 1), (annotate, 2)] {
            if let Some(v) = v {
                self.emit(Op::SetFuncAttr, d, v, which);
            }
        }
    }
    fn parameters(&mut self, p: &'a Parameters) {
        self.u.argcount = (p.posonlyargs.len() + p.args.len()) as u16;
        self.u.posonly = p.posonlyargs.len() as u16;
        self.u.kwonly = p.kwonlyargs.len() as u16;
        if p.vararg.is_some() {
            self.u.flags |= flags::VARARGS;
        }
        if p.kwarg.is_some() {
            self.u.flags |= flags::VARKEYWORDS;
        }
    }
    /// Flags and prologue; is it any kind of generator?
    fn start_function(&mut self, scope: usize, is_async: bool) -> bool {
        let yields = self.table.scopes[scope].is_generator;
        self.u.flags |= match (is_async, yields) {
            (true, true) => flags::ASYNC_GENERATOR,
            (true, false) => flags::COROUTINE,
            (false, true) => flags::GENERATOR,
            (false, false) => 0,
        };
        self.emit(Op::Resume, 0, 0, 0);
        self.prologue();
        let generator = is_async || yields;
        if generator {
            self.emit(Op::ReturnGenerator, 0, 0, 0);
        }
        generator
    }
    pub(super) fn lambda(&mut self, l: &'a ExprLambda, d: Reg) {
        let mark = self.u.sp;
        let (defaults, kwdefaults) = match &l.parameters {
            Some(p) => (self.positional_defaults(p), self.keyword_defaults(p)),
            None => (None, None),
        };
        let scope = self.table.scope_of(l, Tag::Body);
        self.enter(scope, "<lambda>", l.range());
        if let Some(p) = &l.parameters {
            self.parameters(p);
        }
        let generator = self.start_function(scope, false);
        let guard = self.begin_guard(generator);
        let r = self.operand(&l.body);
        self.pos(l.body.range());
        self.emit(Op::Return, r, 0, 0);
        self.end_guard(guard);
        let code = self.leave();
        let f = self.scratch(d);
        self.make_function(code, scope, f);
        for (v, which) in [(defaults, 0), (kwdefaults, 1)] {
            if let Some(v) = v {
                self.emit(Op::SetFuncAttr, f, v, which);
            }
        }
        self.mov(d, f);
        self.u.sp = mark;
    }

    /// Starts a function with the one parameter `.format`, which refuses all formats but VALUE and VALUE_WITH_FAKE_GLOBALS.
    fn enter_lazy(&mut self, scope: usize, range: TextRange) {
        let name = self.table.scopes[scope].name.clone();
        self.enter(scope, &name, range);
        self.u.argcount = 1;
        self.u.posonly = 1;
        self.emit(Op::Resume, 0, 0, 0);
        self.prologue();
        let mark = self.u.sp;
        let (t, ok) = (self.temp(), self.label());
        self.emit(Op::LoadInt, t, 2, 0);
        self.jump2(Op::JumpIfLe, 0, t, 1, ok);
        self.emit(Op::LoadCommon, t, 1, 0);
        self.emit(Op::Raise, t, 0, 1);
        self.place(ok);
        self.u.sp = mark;
    }
    /// `d` = a function that evaluates `e` when it is called with a format.
    pub(super) fn lazy(&mut self, scope: usize, e: &'a Expr, d: Reg) {
        self.enter_lazy(scope, e.range());
        let r = self.maybe_starred(e);
        self.emit(Op::Return, r, 0, 0);
        let code = self.leave();
        self.make_function(code, scope, d);
        let mark = self.u.sp;
        let t = self.temp();
        self.load_const(t, Const::Tuple(vec![Const::Int(BigInt::from(1))]));
        self.emit(Op::SetFuncAttr, d, t, 0);
        self.u.sp = mark;
    }
    fn annotate_function(&mut self, f: &'a StmtFunctionDef, d: Reg) {
        let scope = self.table.scope_of(f, Tag::Annotate);
        // The qualified name is the function's, which is not known here but by entering its body.
        self.enter(self.table.scope_of(f, Tag::Body), &f.name, f.range());
        let function = std::mem::take(&mut self.u.qualname);
        self.leave();
        self.enter_lazy(scope, f.range());
        self.u.qualname = format!("{function}.__annotate__");
        let map = self.temp();
        self.emit(Op::BuildMap, map, map, 0);
        for (name, e) in annotations(&f.parameters, f.returns.as_deref()) {
            let mark = self.u.sp;
            let k = self.temp();
            let name = self.mangled(name);
            self.load_str(k, &name);
            let v = self.annotation(e);
            self.pos(e.range());
            self.emit(Op::MapAdd, map, k, v);
            self.u.sp = mark;
        }
        self.emit(Op::Return, map, 0, 0);
        let mut code = self.leave();
        name_format(&mut code);
        self.make_function(code, scope, d);
    }
    fn annotation(&mut self, e: &'a Expr) -> Reg {
        if self.future_annotations {
            let t = self.temp();
            let text = super::unparse::unparse(e);
            self.load_const(t, Const::Str(Text::Utf8(text.into())));
            return t;
        }
        self.maybe_starred(e)
    }
    /// `*args: *Ts`, `*Ts = *tuple[int]`: the only item of what is starred.
    fn maybe_starred(&mut self, e: &'a Expr) -> Reg {
        let Expr::Starred(s) = e else { return self.operand(e) };
        let r = self.operand(&s.value);
        let t = self.temp();
        self.emit(Op::UnpackSequence, t, r, 1);
        t
    }
    /// The annotate function of a module is made first, for those who ask while the module runs; its code is known when
    /// all is read: the scope and the constant's number.
    pub(super) fn begin_module_annotate(&mut self) -> Option<(usize, u16)> {
        let scope = self.table.block_annotations(0)?;
        let mark = self.u.sp;
        let t = self.temp();
        self.u.consts.push(Const::None);
        let k = self.narrow(self.u.consts.len() - 1);
        self.emit(Op::MakeFunction, t, k, 0);
        self.store_name("__annotate__", t);
        self.u.sp = mark;
        Some((scope, k))
    }
    /// The annotations of a class, as a function in its namespace.
    pub(super) fn class_annotate(&mut self) {
        if self.u.annotations.is_empty() {
            return;
        }
        let Some(scope) = self.table.block_annotations(self.u.scope) else {
            return;
        };
        let mark = self.u.sp;
        let d = self.temp();
        let code = self.annotate_code(scope);
        self.make_function(code, scope, d);
        self.store_name("__annotate_func__", d);
        self.u.sp = mark;
    }
    /// The code of the annotations of a class or module.
    pub(super) fn annotate_code(&mut self, scope: usize) -> Code {
        let list = std::mem::take(&mut self.u.annotations);
        let range = list.first().map_or(self.u.range, |a| a.1.range());
        self.enter_lazy(scope, range);
        let map = self.temp();
        self.emit(Op::BuildMap, map, map, 0);
        for (name, e, conditional) in list {
            let mark = self.u.sp;
            let skip = self.label();
            if let Some(i) = conditional {
                let t = self.temps(2);
                self.load_name(t, "__conditional_annotations__");
                self.emit(Op::LoadInt, t + 1, i as u16, (i >> 16) as u16);
                self.jump2(Op::JumpIfIn, t + 1, t, 0, skip);
            }
            let k = self.temp();
            self.load_str(k, &name);
            let v = self.annotation(e);
            self.pos(e.range());
            self.emit(Op::MapAdd, map, k, v);
            self.place(skip);
            self.u.sp = mark;
        }
        self.emit(Op::Return, map, 0, 0);
        let mut code = self.leave();
        name_format(&mut code);
        code
    }
}
