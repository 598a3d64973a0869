//! Expressions.

use super::Builder;
use crate::ast::grammar::Node;
use ruff_python_ast::*;
use ruff_text_size::{Ranged, TextRange};
use vasuki_vm::interp::code::constant;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

impl Builder<'_> {
    /// An expression.
    pub(in crate::ast) fn expr(&self, th: &mut Thread, e: &Expr) -> R {
        th.recurse(" during ast construction", |th| self.expr_here(th, e))
    }
    fn expr_here(&self, th: &mut Thread, e: &Expr) -> R {
        let at = e.range();
        match e {
            Expr::BoolOp(b) => {
                let op = self.shared(if b.op == BoolOp::And { Node::And } else { Node::Or });
                let values = self.exprs(th, &b.values)?;
                self.make_at(th, Node::BoolOp, at, &[op, values])
            }
            Expr::Named(n) => {
                let target = self.expr(th, &n.target)?;
                let value = self.expr(th, &n.value)?;
                self.make_at(th, Node::NamedExpr, at, &[target, value])
            }
            Expr::BinOp(b) => match self.folded_format(th, b)? {
                Some(v) => Ok(v),
                None => {
                    let left = self.expr(th, &b.left)?;
                    let right = self.expr(th, &b.right)?;
                    self.make_at(th, Node::BinOp, at, &[left, self.operator(b.op), right])
                }
            },
            Expr::UnaryOp(u) => {
                let op = self.shared(match u.op {
                    UnaryOp::Invert => Node::Invert,
                    UnaryOp::Not => Node::Not,
                    UnaryOp::UAdd => Node::UAdd,
                    UnaryOp::USub => Node::USub,
                });
                let operand = self.expr(th, &u.operand)?;
                self.make_at(th, Node::UnaryOp, at, &[op, operand])
            }
            Expr::Lambda(l) => {
                let args = self.parameters(th, l.parameters.as_deref())?;
                let body = self.expr(th, &l.body)?;
                self.make_at(th, Node::Lambda, at, &[args, body])
            }
            Expr::If(i) => {
                let test = self.expr(th, &i.test)?;
                let body = self.expr(th, &i.body)?;
                let orelse = self.expr(th, &i.orelse)?;
                self.make_at(th, Node::IfExp, at, &[test, body, orelse])
            }
            Expr::Dict(d) => {
                let keys = self.list(th, &d.items, |b, th, i| b.option(th, i.key.as_ref()))?;
                let values = self.list(th, &d.items, |b, th, i| b.expr(th, &i.value))?;
                self.make_at(th, Node::Dict, at, &[keys, values])
            }
            Expr::Set(s) => {
                let elts = self.exprs(th, &s.elts)?;
                self.make_at(th, Node::Set, at, &[elts])
            }
            Expr::ListComp(c) => self.comprehension(th, Node::ListComp, at, &[&c.elt], &c.generators),
            Expr::SetComp(c) => self.comprehension(th, Node::SetComp, at, &[&c.elt], &c.generators),
            Expr::DictComp(c) => {
                let elts: Vec<&Expr> = c.key.iter().chain([&c.value]).map(|e| &**e).collect();
                self.comprehension(th, Node::DictComp, at, &elts, &c.generators)
            }
            Expr::Generator(c) => self.comprehension(th, Node::GeneratorExp, at, &[&c.elt], &c.generators),
            Expr::Await(a) => {
                let v = self.expr(th, &a.value)?;
                self.make_at(th, Node::Await, at, &[v])
            }
            Expr::Yield(y) => {
                let v = self.option(th, y.value.as_deref())?;
                self.make_at(th, Node::Yield, at, &[v])
            }
            Expr::YieldFrom(y) => {
                let v = self.expr(th, &y.value)?;
                self.make_at(th, Node::YieldFrom, at, &[v])
            }
            Expr::Compare(c) => {
                let left = self.expr(th, &c.left)?;
                let ops = self.list(th, &c.ops, |b, _, op| Ok(b.shared(compare(*op))))?;
                let rest = self.exprs(th, &c.comparators)?;
                self.make_at(th, Node::Compare, at, &[left, ops, rest])
            }
            Expr::Call(c) => {
                let func = self.expr(th, &c.func)?;
                let (args, keywords) = self.call_arguments(th, c)?;
                self.make_at(th, Node::Call, at, &[func, args, keywords])
            }
            Expr::FString(f) => self.fstring(th, f),
            Expr::TString(t) => self.tstring(th, t),
            Expr::StringLiteral(s) => {
                let v = vasuki_compiler::code::Const::Str(self.literals.string(&s.value));
                let v = constant(th, &v)?;
                let unicode = s.value.iter().next().is_some_and(|p| p.flags.prefix().is_unicode());
                let kind = if unicode { th.intern("u").value() } else { Value::NONE };
                self.make_at(th, Node::Constant, at, &[v, kind])
            }
            Expr::BytesLiteral(b) => {
                let bytes: Vec<u8> = b.value.bytes().collect();
                let v = th.new_bytes(&bytes);
                self.constant(th, at, v)
            }
            Expr::NumberLiteral(n) => {
                let v = constant(th, &self.literals.number(n))?;
                self.constant(th, at, v)
            }
            Expr::BooleanLiteral(b) => self.constant(th, at, Value::bool(b.value)),
            Expr::NoneLiteral(_) => self.constant(th, at, Value::NONE),
            Expr::EllipsisLiteral(_) => self.constant(th, at, Value::ELLIPSIS),
            Expr::Attribute(a) => {
                let v = self.expr(th, &a.value)?;
                let name = self.name(th, &a.attr);
                self.make_at(th, Node::Attribute, at, &[v, name, self.context(a.ctx)])
            }
            Expr::Subscript(s) => {
                let v = self.expr(th, &s.value)?;
                let slice = self.expr(th, &s.slice)?;
                self.make_at(th, Node::Subscript, at, &[v, slice, self.context(s.ctx)])
            }
            Expr::Starred(s) => {
                let v = self.expr(th, &s.value)?;
                self.make_at(th, Node::Starred, at, &[v, self.context(s.ctx)])
            }
            Expr::Name(n) => match self.optimize {
                Some(level) if n.id.as_str() == "__debug__" && n.ctx == ExprContext::Load => self.constant(th, at, Value::bool(level == 0)),
                _ => {
                    let id = th.intern(&n.id).value();
                    self.make_at(th, Node::Name, at, &[id, self.context(n.ctx)])
                }
            },
            Expr::List(l) => {
                let elts = self.exprs(th, &l.elts)?;
                self.make_at(th, Node::List, at, &[elts, self.context(l.ctx)])
            }
            Expr::Tuple(t) => {
                let elts = self.exprs(th, &t.elts)?;
                self.make_at(th, Node::Tuple, at, &[elts, self.context(t.ctx)])
            }
            Expr::Slice(s) => {
                let lower = self.option(th, s.lower.as_deref())?;
                let upper = self.option(th, s.upper.as_deref())?;
                let step = self.option(th, s.step.as_deref())?;
                self.make_at(th, Node::Slice, at, &[lower, upper, step])
            }
            Expr::IpyEscapeCommand(_) => self.constant(th, at, Value::NONE),
        }
    }
    /// A constant that is not written as a string.
    pub(super) fn constant(&self, th: &mut Thread, at: TextRange, v: Value) -> R {
        self.make_at(th, Node::Constant, at, &[v, Value::NONE])
    }
    /// A generator expression that is the only argument has the call's parentheses.
    fn call_arguments(&self, th: &mut Thread, c: &ExprCall) -> R<(Value, Value)> {
        match (&*c.arguments.args, &*c.arguments.keywords) {
            ([Expr::Generator(g)], []) if !g.parenthesized => {
                let g = self.comprehension(th, Node::GeneratorExp, c.arguments.range(), &[&g.elt], &g.generators)?;
                Ok((th.new_list(&[g])?, th.new_list(&[])?))
            }
            _ => self.arguments(th, Some(&c.arguments)),
        }
    }
    fn comprehension(&self, th: &mut Thread, n: Node, at: TextRange, elts: &[&Expr], generators: &[Comprehension]) -> R {
        let mut fields = [Value::NONE; 3];
        for (f, e) in fields.iter_mut().zip(elts) {
            *f = self.expr(th, e)?;
        }
        let clauses = self.list(th, generators, |b, th, g| {
            let target = b.expr(th, &g.target)?;
            let iter = b.expr(th, &g.iter)?;
            let ifs = b.exprs(th, &g.ifs)?;
            b.make(th, Node::comprehension, &[target, iter, ifs, Value::small(i64::from(g.is_async))])
        })?;
        let n_elts = elts.len().min(2);
        fields[n_elts] = clauses;
        self.make_at(th, n, at, &fields[..=n_elts])
    }
    pub(super) fn operator(&self, op: Operator) -> Value {
        self.shared(match op {
            Operator::Add => Node::Add,
            Operator::Sub => Node::Sub,
            Operator::Mult => Node::Mult,
            Operator::MatMult => Node::MatMult,
            Operator::Div => Node::Div,
            Operator::Mod => Node::Mod,
            Operator::Pow => Node::Pow,
            Operator::LShift => Node::LShift,
            Operator::RShift => Node::RShift,
            Operator::BitOr => Node::BitOr,
            Operator::BitXor => Node::BitXor,
            Operator::BitAnd => Node::BitAnd,
            Operator::FloorDiv => Node::FloorDiv,
        })
    }
    fn context(&self, c: ExprContext) -> Value {
        self.shared(match c {
            ExprContext::Store => Node::Store,
            ExprContext::Del => Node::Del,
            ExprContext::Load | ExprContext::Invalid => Node::Load,
        })
    }
}
fn compare(op: CmpOp) -> Node {
    match op {
        CmpOp::Eq => Node::Eq,
        CmpOp::NotEq => Node::NotEq,
        CmpOp::Lt => Node::Lt,
        CmpOp::LtE => Node::LtE,
        CmpOp::Gt => Node::Gt,
        CmpOp::GtE => Node::GtE,
        CmpOp::Is => Node::Is,
        CmpOp::IsNot => Node::IsNot,
        CmpOp::In => Node::In,
        CmpOp::NotIn => Node::NotIn,
    }
}
