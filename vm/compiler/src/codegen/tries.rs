//! `try`, `with`, and leaving them.

use super::{Block, Gen, Reg};
use crate::op::Op;
use ruff_python_ast::*;
use ruff_text_size::Ranged;

/// Blocks within each other in one code object, as CPython allows.
const MAX_BLOCKS: usize = 21;

impl<'a> Gen<'a> {
    /// Code that leaves all blocks but the first `keep`; the caller then jumps or returns, and calls
    /// [`Gen::reenter`] with what this gave.
    pub(super) fn leave_blocks(&mut self, keep: usize) -> Vec<Block<'a>> {
        let left = self.u.blocks.split_off(keep);
        for (i, b) in left.iter().enumerate().rev() {
            // Code emitted here runs under the blocks that are still open.
            self.u.blocks.truncate(keep);
            self.u.blocks.extend_from_slice(&left[..i]);
            match b {
                Block::Loop { .. } => {}
                Block::Region(r) => self.end_region(*r),
                Block::Finally { body, region } => {
                    self.end_region(*region);
                    let range = self.u.range;
                    self.body(body);
                    self.pos(range);
                }
                Block::Handler { saved, name, region } => {
                    self.end_region(*region);
                    self.emit(Op::PopExc, *saved, 0, 0);
                    if let Some(n) = name {
                        self.forget(n);
                    }
                }
                Block::With {
                    exit,
                    is_async,
                    region,
                    range,
                } => {
                    self.end_region(*region);
                    let now = self.u.range;
                    self.pos(*range);
                    self.exit_with_none(*exit, *is_async);
                    self.pos(now);
                }
            }
        }
        self.u.blocks.truncate(keep);
        if left
            .iter()
            .any(|b| matches!(b, Block::Finally { .. } | Block::With { .. } | Block::Handler { name: Some(_), .. }))
        {
            self.no_pos();
        }
        left
    }
    /// What follows is inside the blocks again.
    pub(super) fn reenter(&mut self, left: Vec<Block<'a>>) {
        let here = self.here();
        for mut b in left {
            match &mut b {
                Block::Loop { .. } => {}
                Block::Region(r) | Block::Finally { region: r, .. } | Block::Handler { region: r, .. } | Block::With { region: r, .. } => {
                    r.start = here
                }
            }
            self.u.blocks.push(b);
        }
    }
    /// `name = None; del name`
    fn forget(&mut self, name: &str) {
        let mark = self.u.sp;
        let t = self.temp();
        self.emit(Op::LoadNone, t, 0, 0);
        self.store_name(name, t);
        self.delete_name(name);
        self.u.sp = mark;
    }
    pub(super) fn push_block(&mut self, b: Block<'a>) {
        if self.u.blocks.len() >= MAX_BLOCKS {
            self.fail("too many statically nested blocks");
        }
        self.u.blocks.push(b);
    }
    /// Ends the block that was pushed last.
    fn pop_block(&mut self) {
        match self.u.blocks.pop() {
            Some(
                Block::Region(r) | Block::Finally { region: r, .. } | Block::Handler { region: r, .. } | Block::With { region: r, .. },
            ) => {
                self.end_region(r);
            }
            Some(Block::Loop { .. }) | None => {}
        }
    }

    pub(super) fn try_statement(&mut self, t: &'a StmtTry) {
        self.mark();
        if t.finalbody.is_empty() {
            self.try_except(t);
            return;
        }
        let mark = self.u.sp;
        let (saved, e, e2) = (self.temp(), self.temp(), self.temp());
        let (handler, cleanup, end) = (self.label(), self.label(), self.label());
        let region = self.region(handler, e);
        self.push_block(Block::Finally {
            body: &t.finalbody,
            region,
        });
        if t.handlers.is_empty() {
            self.body(&t.body);
        } else {
            self.try_except(t);
        }
        self.pop_block();
        self.body(&t.finalbody);
        self.over_handler(end);
        self.place(handler);
        self.emit(Op::PushExc, saved, e, 0);
        let region = self.region(cleanup, e2);
        self.push_block(Block::Handler { saved, name: None, region });
        self.body(&t.finalbody);
        self.no_pos();
        self.emit(Op::Reraise, e, 0, 0);
        self.pop_block();
        self.place(cleanup);
        self.emit(Op::PopExc, saved, 0, 0);
        self.emit(Op::Reraise, e2, 1, 0);
        self.place(end);
        self.u.sp = mark;
    }
    fn try_except(&mut self, t: &'a StmtTry) {
        let mark = self.u.sp;
        let (saved, e, e2) = (self.temp(), self.temp(), self.temp());
        let (handler, cleanup, end) = (self.label(), self.label(), self.label());
        let region = self.region(handler, e);
        self.push_block(Block::Region(region));
        self.body(&t.body);
        self.pop_block();
        self.body(&t.orelse);
        self.over_handler(end);
        self.place(handler);
        self.emit(Op::PushExc, saved, e, 0);
        let region = self.region(cleanup, e2);
        self.push_block(Block::Handler { saved, name: None, region });
        if t.is_star {
            self.star_handlers(t, saved, e, end);
        } else {
            self.handlers(t, saved, e, end);
        }
        self.pop_block();
        self.no_pos();
        self.place(cleanup);
        self.emit(Op::PopExc, saved, 0, 0);
        self.emit(Op::Reraise, e2, 1, 0);
        self.place(end);
        self.u.sp = mark;
    }
    fn handlers(&mut self, t: &'a StmtTry, saved: Reg, e: Reg, end: super::emit::Label) {
        for ExceptHandler::ExceptHandler(h) in &t.handlers {
            let mark = self.u.sp;
            let next = self.label();
            self.pos(h.range());
            if let Some(kind) = &h.type_ {
                let k = self.operand(kind);
                let m = self.temp();
                self.pos(kind.range());
                self.emit(Op::CheckExcMatch, m, e, k);
                self.jump(Op::JumpIfFalse, m, next);
                self.u.sp = mark;
            } else {
                self.mark();
            }
            self.handler_body(h, saved, e);
            self.no_pos();
            self.emit(Op::PopExc, saved, 0, 0);
            self.jump(Op::Jump, 0, end);
            self.place(next);
            self.u.sp = mark;
        }
        self.no_pos();
        self.emit(Op::Reraise, e, 0, 0);
    }
    /// The body of a handler, with its name bound to `e` meanwhile.
    fn handler_body(&mut self, h: &'a ExceptHandlerExceptHandler, saved: Reg, e: Reg) {
        let Some(n) = &h.name else {
            self.body(&h.body);
            return;
        };
        let name = self.mangled(n);
        self.pos(h.range());
        self.store_name(&name, e);
        let (failed, over) = (self.label(), self.label());
        let e3 = self.temp();
        let region = self.region(failed, e3);
        self.push_block(Block::Handler {
            saved,
            name: Some(name.clone()),
            region,
        });
        self.body(&h.body);
        self.no_pos();
        self.pop_block();
        self.forget(&name);
        self.jump(Op::Jump, 0, over);
        self.place(failed);
        self.forget(&name);
        self.emit(Op::Reraise, e3, 1, 0);
        self.place(over);
    }
    /// `except*`: every handler gets its part of the group; what they raise and what is left is raised together.
    fn star_handlers(&mut self, t: &'a StmtTry, saved: Reg, e: Reg, end: super::emit::Label) {
        let (rest, results) = (self.temp(), self.temp());
        self.mov(rest, e);
        self.emit(Op::BuildList, results, results, 0);
        for ExceptHandler::ExceptHandler(h) in &t.handlers {
            let mark = self.u.sp;
            let next = self.label();
            self.pos(h.range());
            let pair = self.temps(2);
            self.jump(Op::JumpIfNone, rest, next);
            if let Some(kind) = &h.type_ {
                let k = self.operand(kind);
                self.pos(kind.range());
                self.emit(Op::CheckEgMatch, pair, rest, k);
            }
            self.mov(rest, pair + 1);
            self.jump(Op::JumpIfNone, pair, next);
            let inner = self.temp();
            let (failed, over) = (self.label(), self.label());
            let raised = self.temp();
            // While the handler runs, its part of the group is what is being handled.
            self.emit(Op::PushExc, inner, pair, 0);
            let region = self.region(failed, raised);
            self.push_block(Block::Handler {
                saved: inner,
                name: None,
                region,
            });
            self.handler_body(h, inner, pair);
            self.no_pos();
            self.pop_block();
            self.emit(Op::PopExc, inner, 0, 0);
            self.jump(Op::Jump, 0, over);
            self.place(failed);
            self.emit(Op::PopExc, inner, 0, 0);
            self.emit(Op::ListAppend, results, raised, 0);
            self.place(over);
            self.place(next);
            self.u.sp = mark;
        }
        self.no_pos();
        let (ok, none) = (self.label(), self.temp());
        self.jump(Op::JumpIfNone, rest, ok);
        self.emit(Op::ListAppend, results, rest, 0);
        self.place(ok);
        self.emit(Op::PrepReraiseStar, none, e, results);
        let quiet = self.label();
        self.jump(Op::JumpIfNone, none, quiet);
        self.emit(Op::Reraise, none, 0, 0);
        self.place(quiet);
        self.emit(Op::PopExc, saved, 0, 0);
        self.jump(Op::Jump, 0, end);
    }

    /// Jumps over a handler, which has no place in the program's own order.
    fn over_handler(&mut self, end: super::emit::Label) {
        self.no_pos();
        self.jump(Op::Jump, 1, end);
    }

    pub(super) fn with(&mut self, w: &'a StmtWith) {
        self.with_items(w, 0);
    }
    fn with_items(&mut self, w: &'a StmtWith, i: usize) {
        let Some(item) = w.items.get(i) else {
            self.body(&w.body);
            return;
        };
        let mark = self.u.sp;
        let range = item.context_expr.range();
        let exit = self.temps(2);
        let (saved, e, e2, value) = (self.temp(), self.temp(), self.temp(), self.temp());
        let kinds = if w.is_async { (2, 3) } else { (0, 1) };
        let context = self.temp();
        self.expr(&item.context_expr, context);
        self.pos(range);
        let inner = self.u.sp;
        let base = self.window();
        self.temp();
        self.emit(Op::LoadSpecial, exit + 1, context, kinds.1);
        self.emit(Op::LoadSpecial, base, context, kinds.0);
        self.emit(Op::CallMethod, value, base, 1);
        self.u.sp = inner;
        if w.is_async {
            self.emit(Op::GetAwaitable, value, value, 1);
            self.delegate(value, value);
        }
        let (handler, cleanup, end) = (self.label(), self.label(), self.label());
        let region = self.region(handler, e);
        self.push_block(Block::With {
            exit,
            is_async: w.is_async,
            region,
            range,
        });
        if let Some(v) = &item.optional_vars {
            self.store(v, value);
        }
        self.with_items(w, i + 1);
        self.pop_block();
        self.pos(range);
        self.exit_with_none(exit, w.is_async);
        self.over_handler(end);

        self.place(handler);
        self.pos(range);
        self.emit(Op::PushExc, saved, e, 0);
        let region = self.region(cleanup, e2);
        self.push_block(Block::Handler { saved, name: None, region });
        let base = self.window();
        self.temps(4);
        self.mov(base - 1, exit);
        self.mov(base, exit + 1);
        self.emit(Op::ExcTriple, base + 1, e, 0);
        self.emit(Op::CallMethod, value, base, 4);
        self.u.sp = inner;
        if w.is_async {
            self.emit(Op::GetAwaitable, value, value, 2);
            self.delegate(value, value);
        }
        let suppress = self.label();
        self.jump(Op::JumpIfTrue, value, suppress);
        self.no_pos();
        self.emit(Op::Reraise, e, 1, 0);
        self.place(suppress);
        self.pop_block();
        self.emit(Op::PopExc, saved, 0, 0);
        self.jump(Op::Jump, 0, end);
        self.place(cleanup);
        self.emit(Op::PopExc, saved, 0, 0);
        self.emit(Op::Reraise, e2, 1, 0);
        self.place(end);
        self.u.sp = mark;
    }
    /// `exit(None, None, None)`
    fn exit_with_none(&mut self, exit: Reg, is_async: bool) {
        let mark = self.u.sp;
        let t = self.temp();
        let base = self.window();
        self.temps(4);
        self.mov(base - 1, exit);
        self.mov(base, exit + 1);
        for i in 1..4 {
            self.emit(Op::LoadNone, base + i, 0, 0);
        }
        self.emit(Op::CallMethod, t, base, 4);
        if is_async {
            self.emit(Op::GetAwaitable, t, t, 2);
            self.delegate(t, t);
        }
        self.u.sp = mark;
    }
}
