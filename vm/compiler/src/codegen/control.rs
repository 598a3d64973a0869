//! Conditions.

use super::Gen;
use super::emit::Label;
use crate::op::Op;
use ruff_python_ast::*;
use ruff_text_size::Ranged;

impl<'a> Gen<'a> {
    /// Jumps to `target` if the truth of `e` is `when`.
    pub(super) fn jump_if(&mut self, e: &'a Expr, when: bool, target: Label) {
        let mark = self.u.sp;
        let range = self.u.range;
        self.depth += 1;
        if self.depth > 4000 {
            self.fail("too many nested expressions");
        } else {
            self.pos(e.range());
            self.condition(e, when, target);
        }
        self.depth -= 1;
        self.u.sp = mark;
        self.pos(range);
    }
    fn condition(&mut self, e: &'a Expr, when: bool, target: Label) {
        if let Some(t) = self.truth_of(e) {
            self.mark();
            if t == when {
                self.jump(Op::Jump, 0, target);
            }
            return;
        }
        match e {
            Expr::UnaryOp(u) if u.op == UnaryOp::Not => self.jump_if(&u.operand, !when, target),
            Expr::BoolOp(b) => {
                let stop = b.op == BoolOp::Or;
                if stop == when {
                    for v in &b.values {
                        self.jump_if(v, when, target);
                    }
                } else {
                    let end = self.label();
                    let last = b.values.len() - 1;
                    for v in &b.values[..last] {
                        self.jump_if(v, stop, end);
                    }
                    self.jump_if(&b.values[last], when, target);
                    self.place(end);
                }
            }
            Expr::If(i) => {
                let (other, end) = (self.label(), self.label());
                self.jump_if(&i.test, false, other);
                self.jump_if(&i.body, when, target);
                self.jump(Op::Jump, 0, end);
                self.place(other);
                self.jump_if(&i.orelse, when, target);
                self.place(end);
            }
            Expr::Compare(c) => self.compare_jump(c, when, target),
            e => {
                let r = self.operand(e);
                self.jump(if when { Op::JumpIfTrue } else { Op::JumpIfFalse }, r, target);
            }
        }
    }
    fn compare_jump(&mut self, c: &'a ExprCompare, when: bool, target: Label) {
        let end = self.label();
        let mut l = self.operand(&c.left);
        let last = c.ops.len() - 1;
        for (i, (op, e)) in c.ops.iter().zip(&c.comparators).enumerate() {
            if matches!(op, CmpOp::Is | CmpOp::IsNot) && e.is_none_literal_expr() && i == last {
                let is = (*op == CmpOp::Is) == when;
                self.jump(if is { Op::JumpIfNone } else { Op::JumpIfNotNone }, l, target);
                break;
            }
            let r = self.comparand(*op, e);
            let (to, on) = if i == last {
                (target, when)
            } else if when {
                (end, false)
            } else {
                (target, false)
            };
            self.one_compare(*op, l, r, on, to);
            l = r;
        }
        self.place(end);
    }
    fn one_compare(&mut self, op: CmpOp, l: u16, r: u16, when: bool, target: Label) {
        let (fused, negate) = match op {
            CmpOp::Lt => (Op::JumpIfLt, false),
            CmpOp::LtE => (Op::JumpIfLe, false),
            CmpOp::Eq => (Op::JumpIfEq, false),
            CmpOp::NotEq => (Op::JumpIfNe, false),
            CmpOp::Gt => (Op::JumpIfGt, false),
            CmpOp::GtE => (Op::JumpIfGe, false),
            CmpOp::Is => (Op::JumpIfIs, false),
            CmpOp::IsNot => (Op::JumpIfIs, true),
            CmpOp::In => (Op::JumpIfIn, false),
            CmpOp::NotIn => (Op::JumpIfIn, true),
        };
        self.jump2(fused, l, r, u16::from(when != negate), target);
    }
}
