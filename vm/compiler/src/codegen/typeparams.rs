//! Type parameters.

use super::{Gen, Reg};
use crate::op::{Intrinsic1, Intrinsic2, Op};
use crate::symtable::Tag;
use ruff_python_ast::*;
use ruff_text_size::TextRange;

impl<'a> Gen<'a> {
    /// Starts the function that holds type parameters.
    pub(super) fn enter_params(&mut self, scope: usize, range: TextRange) {
        let name = self.table.scopes[scope].name.clone();
        self.enter(scope, &name, range);
        self.emit(Op::Resume, 0, 0, 0);
        self.prologue();
    }
    /// Makes and binds the parameters; gives the register of their tuple.
    pub(super) fn type_params(&mut self, tp: &'a TypeParams) -> Reg {
        let n = tp.type_params.len();
        let tuple = self.temp();
        let first = self.temps(n);
        for (i, p) in tp.type_params.iter().enumerate() {
            let mark = self.u.sp;
            let t = self.temps(2);
            let (name, bound, default, kind) = match p {
                TypeParam::TypeVar(v) => (&v.name, v.bound.as_deref(), v.default.as_deref(), Intrinsic1::TypeVar),
                TypeParam::TypeVarTuple(v) => (&v.name, None, v.default.as_deref(), Intrinsic1::TypeVarTuple),
                TypeParam::ParamSpec(v) => (&v.name, None, v.default.as_deref(), Intrinsic1::ParamSpec),
            };
            self.load_str(t, name);
            match bound {
                Some(b) => {
                    let scope = self.table.scope_of(p, Tag::Value);
                    self.lazy(scope, b, t + 1);
                    let how = if b.is_tuple_expr() {
                        Intrinsic2::TypeVarWithConstraints
                    } else {
                        Intrinsic2::TypeVarWithBound
                    };
                    self.emit(Op::Intrinsic2, t, t, how as u16);
                }
                None => self.emit(Op::Intrinsic1, t, t, kind as u16),
            }
            if let Some(e) = default {
                let scope = self.table.scope_of(p, Tag::Default);
                self.lazy(scope, e, t + 1);
                self.emit(Op::Intrinsic2, t, t, Intrinsic2::SetTypeParamDefault as u16);
            }
            self.mov(first + i as Reg, t);
            let name = self.mangled(name);
            self.store_name(&name, t);
            self.u.sp = mark;
        }
        self.emit(Op::BuildTuple, tuple, first, n as u16);
        tuple
    }
}
