//! Assignment targets.

use super::scope::Place;
use super::{Gen, Reg};
use crate::code::{Const, Text};
use crate::op::Op;
use ruff_python_ast::*;
use ruff_text_size::Ranged;

impl<'a> Gen<'a> {
    /// Assigns the value in `s`.
    pub(super) fn store(&mut self, target: &'a Expr, s: Reg) {
        let mark = self.u.sp;
        let range = self.u.range;
        self.pos(target.range());
        match target {
            Expr::Name(n) => {
                let name = self.mangled(&n.id);
                self.store_name(&name, s);
            }
            Expr::Attribute(a) => {
                let o = self.operand(&a.value);
                let name = self.mangled(&a.attr);
                let n = self.name(&name);
                self.emit(Op::StoreAttr, o, n, s);
            }
            Expr::Subscript(x) => {
                let o = self.operand(&x.value);
                if let Some(bounds) = self.plain_slice(&x.slice) {
                    self.emit(Op::StoreSlice, o, bounds, s);
                    return;
                }
                let k = self.operand(&x.slice);
                self.emit(Op::StoreSubscr, o, k, s);
            }
            Expr::Tuple(t) => self.unpack(&t.elts, s),
            Expr::List(t) => self.unpack(&t.elts, s),
            Expr::Starred(x) => self.store(&x.value, s),
            _ => self.fail("cannot assign to expression"),
        }
        self.u.sp = mark;
        self.pos(range);
    }
    fn unpack(&mut self, elts: &'a [Expr], s: Reg) {
        let t = self.temps(elts.len());
        match elts.iter().position(Expr::is_starred_expr) {
            Some(i) => self.emit_x(Op::UnpackEx, t, s, i as u16, (elts.len() - i - 1) as u32, 0),
            None => self.emit(Op::UnpackSequence, t, s, elts.len() as u16),
        }
        for (i, e) in elts.iter().enumerate() {
            self.store(e, t + i as Reg);
        }
    }
    pub(super) fn assign(&mut self, a: &'a StmtAssign) {
        let mark = self.u.sp;
        match &*a.targets {
            [Expr::Name(n)] => {
                let r = self.local_of(&n.id);
                match r {
                    Some(r) if r < self.u.first_temp => {
                        self.expr(&a.value, r);
                        self.now_bound(r);
                    }
                    _ => {
                        let v = self.operand(&a.value);
                        self.store(&a.targets[0], v);
                    }
                }
            }
            [Expr::Tuple(t)] if self.pairs(t, &a.value) => {
                let Expr::Tuple(v) = &*a.value else { return };
                let first = self.temps(v.elts.len());
                for (i, e) in v.elts.iter().enumerate() {
                    self.expr(e, first + i as Reg);
                }
                for (i, e) in t.elts.iter().enumerate() {
                    self.store(e, first + i as Reg);
                }
            }
            targets => {
                let v = if targets.len() > 1 {
                    let t = self.temp();
                    self.expr(&a.value, t);
                    t
                } else {
                    self.operand(&a.value)
                };
                for t in targets {
                    self.store(t, v);
                }
            }
        }
        self.u.sp = mark;
    }
    /// `a, b = c, d` needs no tuple.
    fn pairs(&self, t: &ExprTuple, v: &Expr) -> bool {
        let Expr::Tuple(v) = v else { return false };
        t.elts.len() == v.elts.len() && t.elts.len() <= 16 && !t.elts.iter().chain(&v.elts).any(Expr::is_starred_expr)
    }
    pub(super) fn aug_assign(&mut self, a: &'a StmtAugAssign) {
        let mark = self.u.sp;
        let range = a.range();
        match &*a.target {
            Expr::Name(n) => {
                let r = self.operand(&a.target);
                let local = self.local_of(&n.id).filter(|&l| l == r && l < self.u.first_temp);
                let d = match local {
                    Some(l) => l,
                    None => self.temp(),
                };
                self.inplace(a, d, r, range);
                if local.is_none() {
                    self.store(&a.target, d);
                }
            }
            Expr::Attribute(x) => {
                let o = self.operand(&x.value);
                let name = self.mangled(&x.attr);
                let n = self.name(&name);
                let t = self.temp();
                self.pos(x.range());
                self.emit(Op::LoadAttr, t, o, n);
                self.inplace(a, t, t, range);
                self.pos(x.range());
                self.emit(Op::StoreAttr, o, n, t);
            }
            Expr::Subscript(x) => {
                let o = self.operand(&x.value);
                let k = self.operand(&x.slice);
                let t = self.temp();
                self.pos(x.range());
                self.emit(Op::LoadSubscr, t, o, k);
                self.inplace(a, t, t, range);
                self.pos(x.range());
                self.emit(Op::StoreSubscr, o, k, t);
            }
            _ => self.fail("illegal expression for augmented assignment"),
        }
        self.u.sp = mark;
    }
    fn inplace(&mut self, a: &'a StmtAugAssign, d: Reg, l: Reg, range: ruff_text_size::TextRange) {
        if let Some(n) = self.small_addend(a.op, &a.value) {
            self.pos(range);
            self.emit(Op::AddInt, d, l, (n << 1 | 1) as u16);
            return;
        }
        let r = self.operand(&a.value);
        self.pos(range);
        self.emit(super::expr::binary_op(a.op, true), d, l, r);
    }
    pub(super) fn ann_assign(&mut self, a: &'a StmtAnnAssign) {
        let mark = self.u.sp;
        if let Some(v) = &a.value {
            let r = self.operand(v);
            self.store(&a.target, r);
            self.u.sp = mark;
        }
        let in_function = self.table.scopes[self.u.scope].is_function();
        match &*a.target {
            Expr::Name(n) if a.simple && !in_function => {
                let name = self.mangled(&n.id);
                if self.future_annotations {
                    let t = self.temps(3);
                    self.emit(Op::SetupAnnotations, 0, 0, 0);
                    let annotations = self.name("__annotations__");
                    self.emit(Op::LoadName, t, annotations, 0);
                    self.load_str(t + 1, &name);
                    let text = super::unparse::unparse(&a.annotation);
                    self.load_const(t + 2, Const::Str(Text::Utf8(text.into())));
                    self.emit(Op::StoreSubscr, t, t + 1, t + 2);
                } else {
                    let number = if self.u.nested > 0 || self.units.is_empty() {
                        Some(self.u.annotations.len())
                    } else {
                        None
                    };
                    if let Some(i) = number {
                        let t = self.temps(2);
                        self.load_name(t, "__conditional_annotations__");
                        self.emit(Op::LoadInt, t + 1, i as u16, (i >> 16) as u16);
                        self.emit(Op::SetAdd, t, t + 1, 0);
                    }
                    self.u.annotations.push((name, &a.annotation, number));
                }
            }
            Expr::Name(_) => {}
            target if a.value.is_none() => {
                // The parts of the target are evaluated, for their errors.
                match target {
                    Expr::Attribute(x) => {
                        self.operand(&x.value);
                    }
                    Expr::Subscript(x) => {
                        self.operand(&x.value);
                        self.operand(&x.slice);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        if !a.simple && !in_function && !self.future_annotations {
            let t = self.temp();
            self.expr(&a.annotation, t);
        }
        self.u.sp = mark;
    }
    pub(super) fn delete(&mut self, e: &'a Expr) {
        let mark = self.u.sp;
        self.pos(e.range());
        match e {
            Expr::Name(n) => {
                let name = self.mangled(&n.id);
                self.delete_name(&name);
                if let Place::Local(r) = self.place_of(&name) {
                    self.now_unbound(r);
                }
            }
            Expr::Attribute(a) => {
                let o = self.operand(&a.value);
                let name = self.mangled(&a.attr);
                let n = self.name(&name);
                self.emit(Op::DeleteAttr, o, n, 0);
            }
            Expr::Subscript(s) => {
                let o = self.operand(&s.value);
                let k = self.operand(&s.slice);
                self.emit(Op::DeleteSubscr, o, k, 0);
            }
            Expr::Tuple(t) => t.elts.iter().for_each(|e| self.delete(e)),
            Expr::List(t) => t.elts.iter().for_each(|e| self.delete(e)),
            _ => self.fail("cannot delete expression"),
        }
        self.u.sp = mark;
    }
    fn now_unbound(&mut self, r: Reg) {
        if let Some(w) = self.u.bound.get_mut(r as usize / 64) {
            *w &= !(1 << (r % 64));
        }
    }
}
