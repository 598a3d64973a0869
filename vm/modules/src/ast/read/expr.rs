//! Expressions.

use super::{Ctx, Reader, check_name};
use crate::ast::grammar::{NODES, Node};
use ruff_python_ast::*;
use ruff_text_size::{Ranged, TextRange};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

/// An expression from the fields of its struct.
macro_rules! node {
    ($variant:ident $struct:ident, $at:expr, { $($f:ident $(: $v:expr)?),* $(,)? }) => {
        Expr::$variant($struct { node_index: AtomicNodeIndex::NONE, range: $at, $($f $(: $v)?),* })
    };
}

impl Reader {
    /// An expression with the given context.
    pub(super) fn expr(&mut self, th: &mut Thread, v: Value, ctx: Ctx) -> R<Expr> {
        th.recurse(" while traversing 'expr' node", |th| self.expr_here(th, v, ctx))
    }
    fn expr_here(&mut self, th: &mut Thread, v: Value, ctx: Ctx) -> R<Expr> {
        let n = self.kind_with_place(th, v, "expr")?;
        let at = self.place(th, v, "expr")?;
        let has_context = matches!(
            n,
            Node::Attribute | Node::Subscript | Node::Starred | Node::Name | Node::List | Node::Tuple
        );
        if has_context {
            return self.with_context(th, v, n, at, ctx);
        }
        if ctx != Ctx::Load {
            let name = ctx.name();
            return Err(th.value_error(&format!("expression which can't be assigned to in {name} context")));
        }
        let load = Ctx::Load;
        Ok(match n {
            Node::BoolOp => {
                let op = self.required(th, v, n, 0)?;
                let op = match self.kind(th, op, "boolop")? {
                    Node::And => BoolOp::And,
                    _ => BoolOp::Or,
                };
                let values = self.exprs(th, v, n, 1, load)?;
                if values.len() < 2 {
                    return Err(th.value_error("BoolOp with less than 2 values"));
                }
                node!(BoolOp ExprBoolOp, at, { op, values })
            }
            Node::NamedExpr => {
                let target = self.expr_field(th, v, n, 0, Ctx::Store)?;
                if !target.is_name_expr() {
                    return Err(th.type_error("NamedExpr target must be a Name"));
                }
                node!(Named ExprNamed, at, { target, value: self.expr_field(th, v, n, 1, load)? })
            }
            Node::BinOp => {
                let left = self.expr_field(th, v, n, 0, load)?;
                let op = self.operator(th, v, n, 1)?;
                node!(BinOp ExprBinOp, at, { left, op, right: self.expr_field(th, v, n, 2, load)? })
            }
            Node::UnaryOp => {
                let op = self.required(th, v, n, 0)?;
                let op = match self.kind(th, op, "unaryop")? {
                    Node::Invert => UnaryOp::Invert,
                    Node::Not => UnaryOp::Not,
                    Node::UAdd => UnaryOp::UAdd,
                    _ => UnaryOp::USub,
                };
                node!(UnaryOp ExprUnaryOp, at, { op, operand: self.expr_field(th, v, n, 1, load)? })
            }
            Node::Lambda => {
                let args = self.required(th, v, n, 0)?;
                let parameters = Some(Box::new(self.parameters(th, args, at)?));
                node!(Lambda ExprLambda, at, { parameters, body: self.expr_field(th, v, n, 1, load)? })
            }
            Node::IfExp => {
                let test = self.expr_field(th, v, n, 0, load)?;
                let body = self.expr_field(th, v, n, 1, load)?;
                node!(If ExprIf, at, { test, body, orelse: self.expr_field(th, v, n, 2, load)? })
            }
            Node::Dict => self.dict(th, v, at)?,
            Node::Set => node!(Set ExprSet, at, { elts: self.exprs(th, v, n, 0, load)? }),
            Node::ListComp => {
                let generators = self.generators(th, v, n, 1)?;
                node!(ListComp ExprListComp, at, { elt: self.expr_field(th, v, n, 0, load)?, generators })
            }
            Node::SetComp => {
                let generators = self.generators(th, v, n, 1)?;
                node!(SetComp ExprSetComp, at, { elt: self.expr_field(th, v, n, 0, load)?, generators })
            }
            Node::GeneratorExp => {
                let generators = self.generators(th, v, n, 1)?;
                let elt = self.expr_field(th, v, n, 0, load)?;
                node!(Generator ExprGenerator, at, { elt, generators, parenthesized: true })
            }
            Node::DictComp => {
                let generators = self.generators(th, v, n, 2)?;
                let key = Some(self.expr_field(th, v, n, 0, load)?);
                node!(DictComp ExprDictComp, at, { key, value: self.expr_field(th, v, n, 1, load)?, generators })
            }
            Node::Await => node!(Await ExprAwait, at, { value: self.expr_field(th, v, n, 0, load)? }),
            Node::Yield => node!(Yield ExprYield, at, { value: self.optional_expr(th, v, n, 0)? }),
            Node::YieldFrom => node!(YieldFrom ExprYieldFrom, at, { value: self.expr_field(th, v, n, 0, load)? }),
            Node::Compare => self.compare(th, v, at)?,
            Node::Call => {
                let func = self.expr_field(th, v, n, 0, load)?;
                let args = self.exprs(th, v, n, 1, load)?.into();
                let keywords = self.keywords(th, v, n, 2)?.into_iter().collect();
                Expr::Call(ExprCall {
                    node_index: AtomicNodeIndex::NONE,
                    range_start: at.start(),
                    func,
                    arguments: Arguments {
                        node_index: AtomicNodeIndex::NONE,
                        range: at,
                        args,
                        keywords,
                    },
                })
            }
            Node::FormattedValue | Node::JoinedStr => self.fstring(th, v, n, at)?,
            Node::TemplateStr => self.tstring(th, v, at)?,
            Node::Interpolation => self.lone_interpolation(th, v, at)?,
            Node::Constant => self.constant(th, v, at)?,
            _ => {
                let lower = self.optional_expr(th, v, n, 0)?;
                let upper = self.optional_expr(th, v, n, 1)?;
                node!(Slice ExprSlice, at, { lower, upper, step: self.optional_expr(th, v, n, 2)? })
            }
        })
    }
    fn with_context(&mut self, th: &mut Thread, v: Value, n: Node, at: TextRange, ctx: Ctx) -> R<Expr> {
        let last = self.all.fields[n as usize].len() - 1;
        let c = self.required(th, v, n, last)?;
        let actual = match self.kind(th, c, "expr_context")? {
            Node::Store => Ctx::Store,
            Node::Del => Ctx::Del,
            _ => Ctx::Load,
        };
        if actual != ctx {
            let (want, has) = (ctx.name(), actual.name());
            return Err(th.value_error(&format!("expression must have {want} context but has {has} instead")));
        }
        let c = match ctx {
            Ctx::Load => ExprContext::Load,
            Ctx::Store => ExprContext::Store,
            Ctx::Del => ExprContext::Del,
        };
        Ok(match n {
            Node::Attribute => {
                let value = self.expr_field(th, v, n, 0, Ctx::Load)?;
                let attr = self.required(th, v, n, 1)?;
                node!(Attribute ExprAttribute, at, { value, attr: self.identifier(th, attr, at)?, ctx: c })
            }
            Node::Subscript => {
                let value = self.expr_field(th, v, n, 0, Ctx::Load)?;
                node!(Subscript ExprSubscript, at, { value, slice: self.expr_field(th, v, n, 1, Ctx::Load)?, ctx: c })
            }
            Node::Starred => node!(Starred ExprStarred, at, { value: self.expr_field(th, v, n, 0, ctx)?, ctx: c }),
            Node::Name => {
                let id = self.required(th, v, n, 0)?;
                let id = self.identifier_text(th, id)?;
                check_name(th, &id)?;
                node!(Name ExprName, at, { id: id.into(), ctx: c })
            }
            Node::List => node!(List ExprList, at, { elts: self.exprs(th, v, n, 0, ctx)?, ctx: c }),
            _ => node!(Tuple ExprTuple, at, { elts: self.exprs(th, v, n, 0, ctx)?, ctx: c, parenthesized: true }),
        })
    }
    fn dict(&mut self, th: &mut Thread, v: Value, at: TextRange) -> R<Expr> {
        let keys = self.list(th, v, Node::Dict, 0)?;
        let values = self.exprs(th, v, Node::Dict, 1, Ctx::Load)?;
        if keys.len() != values.len() {
            return Err(th.value_error("Dict doesn't have the same number of keys as values"));
        }
        let mut items = Vec::new();
        for (k, value) in keys.as_slice().iter().zip(values) {
            let key = if k.is_none() { None } else { Some(self.expr(th, *k, Ctx::Load)?) };
            items.push(DictItem { key, value });
        }
        Ok(node!(Dict ExprDict, at, { items }))
    }
    fn compare(&mut self, th: &mut Thread, v: Value, at: TextRange) -> R<Expr> {
        let n = Node::Compare;
        let left = self.expr_field(th, v, n, 0, Ctx::Load)?;
        let ops = self.list(th, v, n, 1)?;
        let comparators = self.exprs(th, v, n, 2, Ctx::Load)?;
        if comparators.is_empty() {
            return Err(th.value_error("Compare with no comparators"));
        }
        if comparators.len() != ops.len() {
            return Err(th.value_error("Compare has a different number of comparators and operands"));
        }
        let mut list = Vec::new();
        for op in ops.as_slice() {
            list.push(match self.kind(th, *op, "cmpop")? {
                Node::Eq => CmpOp::Eq,
                Node::NotEq => CmpOp::NotEq,
                Node::Lt => CmpOp::Lt,
                Node::LtE => CmpOp::LtE,
                Node::Gt => CmpOp::Gt,
                Node::GtE => CmpOp::GtE,
                Node::Is => CmpOp::Is,
                Node::IsNot => CmpOp::IsNot,
                Node::In => CmpOp::In,
                _ => CmpOp::NotIn,
            });
        }
        Ok(node!(Compare ExprCompare, at, { left, ops: list.into(), comparators: comparators.into() }))
    }
    fn generators(&mut self, th: &mut Thread, v: Value, n: Node, i: usize) -> R<Vec<Comprehension>> {
        let items = self.list(th, v, n, i)?;
        if items.is_empty() {
            return Err(th.value_error("comprehension with no generators"));
        }
        let mut out = Vec::new();
        for x in items.as_slice() {
            let c = Node::comprehension;
            let target = *self.expr_field(th, *x, c, 0, Ctx::Store)?;
            let iter = *self.expr_field(th, *x, c, 1, Ctx::Load)?;
            let ifs = self.exprs(th, *x, c, 2, Ctx::Load)?;
            let is_async = self.int_field(th, *x, c, 3)? != 0;
            out.push(Comprehension {
                node_index: AtomicNodeIndex::NONE,
                range: target.range(),
                target,
                iter,
                ifs,
                is_async,
            });
        }
        Ok(out)
    }
    /// The operator in a field.
    pub(super) fn operator(&mut self, th: &mut Thread, v: Value, n: Node, i: usize) -> R<Operator> {
        let op = self.required(th, v, n, i)?;
        let kind = self.kind(th, op, "operator")?;
        let all = [
            Operator::Add,
            Operator::Sub,
            Operator::Mult,
            Operator::MatMult,
            Operator::Div,
            Operator::Mod,
            Operator::Pow,
            Operator::LShift,
            Operator::RShift,
            Operator::BitOr,
            Operator::BitXor,
            Operator::BitAnd,
            Operator::FloorDiv,
        ];
        let name = NODES[kind as usize].name;
        let found = (kind as usize).checked_sub(Node::Add as usize).and_then(|i| all.get(i).copied());
        found.ok_or_else(|| th.type_error(&format!("expected some sort of operator, but got {name}")))
    }
}
