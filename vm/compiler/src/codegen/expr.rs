//! Expressions, but calls, comprehensions and formatted strings.

use super::{Gen, Reg};
use crate::code::{Const, flags};
use crate::op::{FRAME_HEADER, Op};
use ruff_python_ast::*;
use ruff_text_size::Ranged;

/// Nested expressions that fit the stack.
const MAX_DEPTH: u32 = 4000;
/// Items of a display that are held in registers at once.
const CHUNK: usize = 64;

pub(super) fn binary_op(op: Operator, inplace: bool) -> Op {
    let plain = match op {
        Operator::Add => Op::Add,
        Operator::Sub => Op::Sub,
        Operator::Mult => Op::Mul,
        Operator::MatMult => Op::MatMul,
        Operator::Div => Op::TrueDiv,
        Operator::FloorDiv => Op::FloorDiv,
        Operator::Mod => Op::Mod,
        Operator::Pow => Op::Pow,
        Operator::LShift => Op::LShift,
        Operator::RShift => Op::RShift,
        Operator::BitAnd => Op::And,
        Operator::BitOr => Op::Or,
        Operator::BitXor => Op::Xor,
    };
    // The in-place opcodes follow the plain ones in the same order.
    if inplace {
        Op::from_u16(plain as u16 + (Op::InplaceAdd as u16 - Op::Add as u16)).unwrap_or(plain)
    } else {
        plain
    }
}
pub(super) fn compare_op(op: CmpOp) -> Op {
    match op {
        CmpOp::Eq => Op::Eq,
        CmpOp::NotEq => Op::Ne,
        CmpOp::Lt => Op::Lt,
        CmpOp::LtE => Op::Le,
        CmpOp::Gt => Op::Gt,
        CmpOp::GtE => Op::Ge,
        CmpOp::Is => Op::Is,
        CmpOp::IsNot => Op::IsNot,
        CmpOp::In => Op::In,
        CmpOp::NotIn => Op::NotIn,
    }
}

impl<'a> Gen<'a> {
    /// Reserves a callee's frame header: the callable goes to the register before the one given, arguments follow.
    pub(super) fn window(&mut self) -> Reg {
        self.temps(FRAME_HEADER as usize);
        self.u.sp
    }
    /// A register that holds the value: a local's own, or a new temporary.
    pub(super) fn operand(&mut self, e: &'a Expr) -> Reg {
        if let Expr::Name(n) = e
            && !self.table.scopes[self.u.scope].has_walrus
            && let Some(r) = self.local_of(&n.id)
        {
            let range = self.u.range;
            self.pos(e.range());
            let name = self.mangled(&n.id);
            self.check_bound(r, &name);
            self.pos(range);
            return r;
        }
        let d = self.temp();
        self.expr(e, d);
        d
    }
    /// Evaluates into `d`, which is written by the last instruction only.
    pub(super) fn expr(&mut self, e: &'a Expr, d: Reg) {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.u.range = e.range();
            self.fail("too many nested expressions");
        } else {
            let mark = self.u.sp;
            let range = self.u.range;
            self.pos(e.range());
            self.expr_at(e, d);
            self.u.sp = mark;
            self.pos(range);
        }
        self.depth -= 1;
    }
    /// A temporary unless `d` is one: for what writes more than once.
    pub(super) fn scratch(&mut self, d: Reg) -> Reg {
        if d >= self.u.first_temp && !self.is_overlay(d) {
            d
        } else {
            self.temp()
        }
    }
    fn is_overlay(&self, d: Reg) -> bool {
        self.u.overlays.iter().any(|o| o.homes.values().any(|h| h.0 == d))
    }
    fn expr_at(&mut self, e: &'a Expr, d: Reg) {
        match e {
            Expr::Name(n) if n.id.as_str() != "__debug__" => {
                let name = self.mangled(&n.id);
                self.load_name(d, &name);
                return;
            }
            Expr::Tuple(_) | Expr::BinOp(_) | Expr::UnaryOp(_) => {
                if let Some(c) = self.const_of(e) {
                    self.load_const(d, c);
                    return;
                }
            }
            _ => {}
        }
        match e {
            Expr::BoolOp(b) => self.bool_op(b, d),
            Expr::Named(n) => {
                let t = self.scratch(d);
                self.expr(&n.value, t);
                self.store(&n.target, t);
                self.mov(d, t);
            }
            Expr::BinOp(b) => self.bin_op(b, d),
            Expr::UnaryOp(u) => {
                let r = self.operand(&u.operand);
                let op = match u.op {
                    UnaryOp::Invert => Op::Invert,
                    UnaryOp::Not => Op::Not,
                    UnaryOp::UAdd => Op::Pos,
                    UnaryOp::USub => Op::Neg,
                };
                self.emit(op, d, r, 0);
            }
            Expr::Lambda(l) => self.lambda(l, d),
            Expr::If(i) => {
                let (other, end) = (self.label(), self.label());
                self.jump_if(&i.test, false, other);
                self.expr(&i.body, d);
                self.jump(Op::Jump, 0, end);
                self.place(other);
                self.expr(&i.orelse, d);
                self.place(end);
            }
            Expr::Dict(x) => self.dict(x, d),
            Expr::Set(s) => self.set(&s.elts, d),
            Expr::List(l) => self.list(&l.elts, d),
            Expr::Tuple(t) => self.tuple(&t.elts, d),
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => self.comprehension(e, d),
            Expr::Await(a) => {
                let it = self.temp();
                self.expr(&a.value, it);
                self.emit(Op::GetAwaitable, it, it, 0);
                self.delegate(it, d);
            }
            Expr::Yield(y) => {
                let v = match &y.value {
                    Some(v) => self.operand(v),
                    None => {
                        let t = self.temp();
                        self.emit(Op::LoadNone, t, 0, 0);
                        t
                    }
                };
                let v = if self.u.flags & flags::ASYNC_GENERATOR != 0 {
                    let t = self.temp();
                    self.emit(Op::AsyncGenWrap, t, v, 0);
                    t
                } else {
                    v
                };
                self.emit_yield(d, v);
            }
            Expr::YieldFrom(y) => {
                let it = self.temp();
                self.expr(&y.value, it);
                self.emit(Op::GetYieldFromIter, it, it, 0);
                self.delegate(it, d);
            }
            Expr::Compare(c) => self.compare(c, d),
            Expr::Call(c) => self.call(c, d),
            Expr::FString(f) => self.fstring(f, d),
            Expr::TString(t) => self.tstring(t, d),
            Expr::Attribute(a) => {
                if self.super_attribute(a, d, false) {
                    return;
                }
                let r = self.operand(&a.value);
                let name = self.mangled(&a.attr);
                let n = self.name(&name);
                self.emit(Op::LoadAttr, d, r, n);
            }
            Expr::Subscript(s) => {
                let o = self.operand(&s.value);
                if let Some(bounds) = self.plain_slice(&s.slice) {
                    self.emit(Op::LoadSlice, d, o, bounds);
                    return;
                }
                let k = self.operand(&s.slice);
                self.emit(Op::LoadSubscr, d, o, k);
            }
            Expr::Slice(s) => {
                if let Some(c) = self.const_slice(s) {
                    self.load_const(d, c);
                    return;
                }
                let t = self.temps(3);
                for (i, part) in [&s.lower, &s.upper, &s.step].into_iter().enumerate() {
                    match part {
                        Some(e) => self.expr(e, t + i as Reg),
                        None => self.emit(Op::LoadNone, t + i as Reg, 0, 0),
                    }
                }
                self.emit(Op::BuildSlice, d, t, 0);
            }
            Expr::Starred(s) => self.expr(&s.value, d),
            _ => match self.const_of(e) {
                Some(c) => self.load_const(d, c),
                None => self.fail("invalid syntax"),
            },
        }
    }
    /// The first of two registers with the bounds, if it is a slice without a step that is not a constant.
    pub(super) fn plain_slice(&mut self, e: &'a Expr) -> Option<Reg> {
        let Expr::Slice(s) = e else { return None };
        if s.step.is_some() || self.const_slice(s).is_some() {
            return None;
        }
        let t = self.temps(2);
        for (i, part) in [&s.lower, &s.upper].into_iter().enumerate() {
            match part {
                Some(e) => self.expr(e, t + i as Reg),
                None => self.emit(Op::LoadNone, t + i as Reg, 0, 0),
            }
        }
        Some(t)
    }
    fn const_slice(&self, s: &ExprSlice) -> Option<Const> {
        let part = |e: &Option<Box<Expr>>| match e {
            Some(e) => self.const_of(e),
            None => Some(Const::None),
        };
        Some(Const::Slice(Box::new((part(&s.lower)?, part(&s.upper)?, part(&s.step)?))))
    }
    fn bool_op(&mut self, b: &'a ExprBoolOp, d: Reg) {
        let t = self.scratch(d);
        let end = self.label();
        let op = if b.op == BoolOp::Or { Op::JumpIfTrue } else { Op::JumpIfFalse };
        for (i, v) in b.values.iter().enumerate() {
            self.expr(v, t);
            if i + 1 < b.values.len() {
                self.jump(op, t, end);
            }
        }
        self.place(end);
        self.mov(d, t);
    }
    fn bin_op(&mut self, b: &'a ExprBinOp, d: Reg) {
        let l = self.operand(&b.left);
        if let Some(n) = self.small_addend(b.op, &b.right) {
            self.emit(Op::AddInt, d, l, (n << 1) as u16);
            return;
        }
        let r = self.operand(&b.right);
        self.emit(binary_op(b.op, false), d, l, r);
    }
    /// The small number that `+ e` or `- e` adds.
    pub(super) fn small_addend(&self, op: Operator, e: &Expr) -> Option<i16> {
        let (Operator::Add | Operator::Sub, Expr::NumberLiteral(_)) = (op, e) else {
            return None;
        };
        let Some(Const::Int(n)) = self.const_of(e) else { return None };
        let n = i16::try_from(&n).ok().filter(|n| *n < 8192)?;
        match op {
            Operator::Add => Some(n),
            // -0.0 - 0 is not -0.0 + 0
            _ if n > 0 => Some(-n),
            _ => None,
        }
    }
    fn compare(&mut self, c: &'a ExprCompare, d: Reg) {
        if c.ops.len() == 1 {
            let l = self.operand(&c.left);
            let r = self.comparand(c.ops[0], &c.comparators[0]);
            self.emit(compare_op(c.ops[0]), d, l, r);
            return;
        }
        let t = self.scratch(d);
        let end = self.label();
        let mut l = self.operand(&c.left);
        for (i, (op, e)) in c.ops.iter().zip(&c.comparators).enumerate() {
            let r = self.comparand(*op, e);
            self.emit(compare_op(*op), t, l, r);
            if i + 1 < c.ops.len() {
                self.jump(Op::JumpIfFalse, t, end);
            }
            l = r;
        }
        self.place(end);
        self.mov(d, t);
    }
    /// Right side of a comparison: a constant container after `in`.
    pub(super) fn comparand(&mut self, op: CmpOp, e: &'a Expr) -> Reg {
        if matches!(op, CmpOp::In | CmpOp::NotIn) {
            let folded = match e {
                Expr::List(l) => l
                    .elts
                    .iter()
                    .map(|e| self.const_of(e))
                    .collect::<Option<Vec<_>>>()
                    .map(Const::Tuple),
                Expr::Set(l) => l
                    .elts
                    .iter()
                    .map(|e| self.const_of(e))
                    .collect::<Option<Vec<_>>>()
                    .map(Const::FrozenSet),
                _ => None,
            };
            if let Some(c) = folded {
                let t = self.temp();
                self.load_const(t, c);
                return t;
            }
        }
        self.operand(e)
    }
    /// `d` = what is sent where `v` is yielded: registers that are not in use are not kept meanwhile.
    pub(super) fn emit_yield(&mut self, d: Reg, v: Reg) {
        let live = self.u.sp;
        self.emit(Op::Yield, d, v, live);
    }
    /// `d` = what the iterator in `it` returns; what it yields is yielded.
    pub(super) fn delegate(&mut self, it: Reg, d: Reg) {
        let (v, y, e) = (self.temp(), self.temp(), self.temp());
        let (top, again, done, handler) = (self.label(), self.label(), self.label(), self.label());
        self.emit(Op::LoadNone, v, 0, 0);
        self.place(top);
        self.jump2(Op::Send, y, it, v, done);
        self.place(again);
        let region = self.region(handler, e);
        self.emit_yield(v, y);
        self.end_region(region);
        self.jump(Op::JumpBack, 0, top);
        self.place(handler);
        self.emit(Op::Throw, y, it, e);
        let live = self.u.reachable;
        self.jump(Op::Jump, 0, again);
        self.u.reachable = live;
        self.place(done);
        self.mov(d, y);
    }

    fn chunk(&mut self, elts: &'a [Expr]) -> (Reg, usize) {
        let n = elts.iter().take(CHUNK).take_while(|e| !e.is_starred_expr()).count();
        let t = self.temps(n);
        for (i, e) in elts[..n].iter().enumerate() {
            self.expr(e, t + i as Reg);
        }
        (t, n)
    }
    /// A list display into `d`.
    pub(super) fn list(&mut self, elts: &'a [Expr], d: Reg) {
        let plain = !elts.iter().any(Expr::is_starred_expr);
        if plain && elts.len() <= CHUNK {
            let (t, n) = self.chunk(elts);
            self.emit(Op::BuildList, d, t, n as u16);
            return;
        }
        let list = self.scratch(d);
        if let Some(items) = elts.iter().map(|e| self.const_of(e)).collect::<Option<Vec<_>>>() {
            self.emit(Op::BuildList, list, list, 0);
            let t = self.temp();
            let k = self.constant(Const::Tuple(items));
            self.emit(Op::LoadConst, t, k, 0);
            self.emit(Op::ListExtend, list, t, 0);
            self.mov(d, list);
            return;
        }
        let mark = self.u.sp;
        let (t, n) = self.chunk(elts);
        self.emit(Op::BuildList, list, t, n as u16);
        self.u.sp = mark;
        for e in &elts[n..] {
            let (op, e) = match e {
                Expr::Starred(s) => (Op::ListExtend, &*s.value),
                e => (Op::ListAppend, e),
            };
            let r = self.operand(e);
            self.emit(op, list, r, 0);
            self.u.sp = mark;
        }
        self.mov(d, list);
    }
    fn tuple(&mut self, elts: &'a [Expr], d: Reg) {
        if !elts.iter().any(Expr::is_starred_expr) && elts.len() <= CHUNK {
            let (t, n) = self.chunk(elts);
            self.emit(Op::BuildTuple, d, t, n as u16);
            return;
        }
        let t = self.temp();
        self.list(elts, t);
        self.emit(Op::ListToTuple, d, t, 0);
    }
    fn set(&mut self, elts: &'a [Expr], d: Reg) {
        let s = self.scratch(d);
        let mark = self.u.sp;
        let (t, n) = self.chunk(elts);
        self.emit(Op::BuildSet, s, t, n as u16);
        self.u.sp = mark;
        for e in &elts[n..] {
            let (op, e) = match e {
                Expr::Starred(s) => (Op::SetUpdate, &*s.value),
                e => (Op::SetAdd, e),
            };
            let r = self.operand(e);
            self.emit(op, s, r, 0);
            self.u.sp = mark;
        }
        self.mov(d, s);
    }
    fn dict(&mut self, x: &'a ExprDict, d: Reg) {
        let s = self.scratch(d);
        let mark = self.u.sp;
        let n = x.items.iter().take(CHUNK / 2).take_while(|i| i.key.is_some()).count();
        let t = self.temps(2 * n);
        for (i, item) in x.items[..n].iter().enumerate() {
            if let Some(k) = &item.key {
                self.expr(k, t + 2 * i as Reg);
            }
            self.expr(&item.value, t + 2 * i as Reg + 1);
        }
        self.emit(Op::BuildMap, s, t, n as u16);
        self.u.sp = mark;
        for item in &x.items[n..] {
            match &item.key {
                Some(k) => {
                    let k = self.operand(k);
                    let v = self.operand(&item.value);
                    self.emit(Op::MapAdd, s, k, v);
                }
                None => {
                    let m = self.operand(&item.value);
                    self.emit(Op::DictUpdate, s, m, 0);
                }
            }
            self.u.sp = mark;
        }
        self.mov(d, s);
    }
}
