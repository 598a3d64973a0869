//! Comprehensions, inlined where they can be, and generator expressions.

use super::{Block, Gen, Overlay, Reg};
use crate::code::flags;
use crate::op::Op;
use crate::symtable::{Home, Tag};
use ruff_python_ast::*;
use ruff_text_size::{Ranged, TextRange};
use std::collections::HashMap;

/// What a comprehension makes.
#[derive(Clone, Copy)]
enum Make<'a> {
    List(&'a Expr),
    Set(&'a Expr),
    Dict(&'a Expr, &'a Expr),
    /// `{**value for ...}`
    Update(&'a Expr),
    Yield(&'a Expr),
}

impl<'a> Gen<'a> {
    pub(super) fn comprehension(&mut self, e: &'a Expr, d: Reg) {
        let (scope, make, generators, range) = match e {
            Expr::ListComp(c) => (self.table.scope_of(c, Tag::Body), Make::List(&c.elt), &c.generators, c.range()),
            Expr::SetComp(c) => (self.table.scope_of(c, Tag::Body), Make::Set(&c.elt), &c.generators, c.range()),
            Expr::DictComp(c) => {
                let make = match &c.key {
                    Some(k) => Make::Dict(k, &c.value),
                    None => Make::Update(&c.value),
                };
                (self.table.scope_of(c, Tag::Body), make, &c.generators, c.range())
            }
            Expr::Generator(c) => (self.table.scope_of(c, Tag::Body), Make::Yield(&c.elt), &c.generators, c.range()),
            _ => return,
        };
        if self.table.scopes[scope].inlined {
            self.inline(scope, make, generators, d);
        } else {
            self.outline(scope, make, generators, range, d);
        }
    }
    fn first_iterator(&mut self, g: &'a Comprehension, it: Reg) {
        self.expr(&g.iter, it);
        self.pos(g.iter.range());
        self.emit(if g.is_async { Op::GetAiter } else { Op::GetIter }, it, it, 0);
    }
    fn inline(&mut self, scope: usize, make: Make<'a>, generators: &'a [Comprehension], d: Reg) {
        let acc = self.temp();
        let it = self.temp();
        self.first_iterator(&generators[0], it);
        let mut homes = HashMap::new();
        let mut unbound = Vec::new();
        let table = self.table;
        for s in &table.scopes[scope].symbols {
            if !matches!(s.home, Home::Local | Home::Cell) {
                continue;
            }
            let r = self.temp();
            self.emit(Op::Clear, r, 0, 0);
            let cell = s.home == Home::Cell;
            if cell {
                self.emit(Op::MakeCell, r, 0, 0);
            } else {
                unbound.push(r);
            }
            homes.insert(s.name.clone(), (r, cell));
        }
        self.u.overlays.push(Overlay { homes, unbound });
        self.start(make, acc);
        self.loops(generators, 0, it, make, acc);
        self.u.overlays.pop();
        self.mov(d, acc);
    }
    fn start(&mut self, make: Make<'a>, acc: Reg) {
        match make {
            Make::List(_) => self.emit(Op::BuildList, acc, acc, 0),
            Make::Set(_) => self.emit(Op::BuildSet, acc, acc, 0),
            Make::Dict(..) | Make::Update(_) => self.emit(Op::BuildMap, acc, acc, 0),
            Make::Yield(_) => {}
        }
    }
    fn outline(&mut self, scope: usize, make: Make<'a>, generators: &'a [Comprehension], range: TextRange, d: Reg) {
        let base = self.window();
        let it = self.temp();
        self.first_iterator(&generators[0], it);
        let name = self.table.scopes[scope].name.clone();
        self.enter(scope, &name, range);
        self.u.argcount = 1;
        self.u.posonly = 1;
        let has_await = self.table.scopes[scope].has_await;
        let yields = matches!(make, Make::Yield(_));
        self.u.flags |= match (yields, has_await) {
            (true, false) => flags::GENERATOR,
            (true, true) => flags::ASYNC_GENERATOR,
            (false, true) => flags::COROUTINE,
            (false, false) => 0,
        };
        self.emit(Op::Resume, 0, 0, 0);
        self.prologue();
        if yields || has_await {
            self.emit(Op::ReturnGenerator, 0, 0, 0);
        }
        let guard = self.begin_guard(yields || has_await);
        let acc = self.temp();
        self.start(make, acc);
        self.loops(generators, 0, 0, make, acc);
        if yields {
            self.emit(Op::LoadNone, acc, 0, 0);
        }
        self.emit(Op::Return, acc, 0, 0);
        self.end_guard(guard);
        let code = self.leave();
        self.pos(range);
        self.make_function(code, scope, base - 1);
        if has_await && !yields {
            let t = self.temp();
            self.emit(Op::Call, t, base, 1);
            self.emit(Op::GetAwaitable, t, t, 0);
            self.delegate(t, d);
        } else {
            self.emit(Op::Call, d, base, 1);
        }
    }
    fn loops(&mut self, generators: &'a [Comprehension], i: usize, it: Reg, make: Make<'a>, acc: Reg) {
        let Some(g) = generators.get(i) else {
            self.element(make, acc);
            return;
        };
        let mark = self.u.sp;

        let (top, end) = (self.label(), self.label());
        let item = self.temp();
        let held = if g.is_async { Some(self.temp()) } else { None };
        self.place(top);
        self.pos(g.target.range());
        match held {
            None => self.for_iter(item, it, end),
            Some(e) => self.async_next(it, item, e, end),
        }
        self.store(&g.target, item);
        let skip = self.label();
        for c in &g.ifs {
            self.jump_if(c, false, skip);
        }
        if let Some(inner) = generators.get(i + 1) {
            let it = self.temp();
            self.first_iterator(inner, it);
            self.loops(generators, i + 1, it, make, acc);
        } else {
            self.element(make, acc);
        }
        self.place(skip);
        self.jump(Op::JumpBack, 0, top);
        self.place(end);
        self.u.sp = mark;
    }
    /// `item` = the next of an asynchronous iterator; to `end` when it ends. `e` gets the exception.
    pub(super) fn async_next(&mut self, it: Reg, item: Reg, e: Reg, end: super::emit::Label) {
        let (handler, go) = (self.label(), self.label());
        let region = self.region(handler, e);
        self.u.blocks.push(Block::Region(region));
        let a = self.temp();
        self.emit(Op::GetAnext, a, it, 0);
        self.delegate(a, item);
        self.u.blocks.pop();
        self.end_region(region);
        self.jump(Op::Jump, 0, go);
        self.place(handler);
        self.emit(Op::EndAsyncFor, e, 0, 0);
        self.jump(Op::Jump, 0, end);
        self.place(go);
    }
    fn element(&mut self, make: Make<'a>, acc: Reg) {
        let mark = self.u.sp;
        match make {
            Make::List(e) => {
                let (op, e) = match e {
                    Expr::Starred(s) => (Op::ListExtend, &*s.value),
                    e => (Op::ListAppend, e),
                };
                let r = self.operand(e);
                self.pos(e.range());
                self.emit(op, acc, r, 0);
            }
            Make::Set(e) => {
                let (op, e) = match e {
                    Expr::Starred(s) => (Op::SetUpdate, &*s.value),
                    e => (Op::SetAdd, e),
                };
                let r = self.operand(e);
                self.pos(e.range());
                self.emit(op, acc, r, 0);
            }
            Make::Dict(k, v) => {
                let k = self.operand(k);
                let v = self.operand(v);
                self.emit(Op::MapAdd, acc, k, v);
            }
            Make::Update(v) => {
                let v = self.operand(v);
                self.emit(Op::DictUpdate, acc, v, 0);
            }
            Make::Yield(e) => {
                let v = self.operand(e);
                self.pos(e.range());
                let t = self.temp();
                if self.u.flags & flags::ASYNC_GENERATOR != 0 {
                    self.emit(Op::AsyncGenWrap, t, v, 0);
                    self.emit_yield(t, t);
                } else {
                    self.emit_yield(t, v);
                }
            }
        }
        self.u.sp = mark;
    }
}
