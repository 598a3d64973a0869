//! Patterns of `match`.

use super::{Ctx, Reader, check_name};
use crate::ast::grammar::Node;
use ruff_python_ast::*;
use ruff_text_size::TextRange;
use vasuki_compiler::code::Const;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

impl Reader {
    /// A pattern; `star`: `*name` may stand here.
    pub(super) fn pattern(&mut self, th: &mut Thread, v: Value, star: bool) -> R<Pattern> {
        th.recurse(" while traversing 'pattern' node", |th| self.pattern_here(th, v, star))
    }
    fn patterns(&mut self, th: &mut Thread, v: Value, n: Node, i: usize, star: bool) -> R<Vec<Pattern>> {
        let items = self.list(th, v, n, i)?;
        items.as_slice().iter().map(|x| self.pattern(th, *x, star)).collect()
    }
    /// A name that a pattern binds.
    fn capture(&mut self, th: &mut Thread, v: Value, n: Node, i: usize, at: TextRange) -> R<Option<Identifier>> {
        let Some(s) = self.optional(th, v, n, i)? else { return Ok(None) };
        let name = self.variable(th, s, at)?;
        if name.as_str() == "_" {
            return Err(th.value_error("can't capture name '_' in patterns"));
        }
        Ok(Some(name))
    }
    fn pattern_here(&mut self, th: &mut Thread, v: Value, star: bool) -> R<Pattern> {
        let n = self.kind_with_place(th, v, "pattern")?;
        let range = self.place(th, v, "pattern")?;
        let node_index = AtomicNodeIndex::NONE;
        Ok(match n {
            Node::MatchValue => {
                let value = self.expr_field(th, v, n, 0, Ctx::Load)?;
                self.check_value(th, &value)?;
                Pattern::MatchValue(PatternMatchValue { node_index, range, value })
            }
            Node::MatchSingleton => {
                let value = match self.nullable(th, v, n, 0)? {
                    Value::NONE => Singleton::None,
                    Value::TRUE => Singleton::True,
                    Value::FALSE => Singleton::False,
                    _ => return Err(th.value_error("MatchSingleton can only contain True, False and None")),
                };
                Pattern::MatchSingleton(PatternMatchSingleton { node_index, range, value })
            }
            Node::MatchSequence => {
                let patterns = self.patterns(th, v, n, 0, true)?;
                Pattern::MatchSequence(PatternMatchSequence {
                    node_index,
                    range,
                    patterns,
                })
            }
            Node::MatchMapping => self.mapping(th, v, range)?,
            Node::MatchClass => self.class_pattern(th, v, range)?,
            Node::MatchStar => {
                if !star {
                    return Err(th.value_error("can't use MatchStar here"));
                }
                let name = self.capture(th, v, n, 0, range)?;
                Pattern::MatchStar(PatternMatchStar { node_index, range, name })
            }
            Node::MatchAs => {
                let inner = self.optional(th, v, n, 0)?;
                let name = self.capture(th, v, n, 1, range)?;
                if inner.is_some() && name.is_none() {
                    return Err(th.value_error("MatchAs must specify a target name if a pattern is given"));
                }
                let pattern = match inner {
                    Some(p) => Some(Box::new(self.pattern(th, p, false)?)),
                    None => None,
                };
                Pattern::MatchAs(PatternMatchAs {
                    node_index,
                    range,
                    pattern,
                    name,
                })
            }
            _ => {
                let patterns = self.patterns(th, v, n, 0, false)?;
                if patterns.len() < 2 {
                    return Err(th.value_error("MatchOr requires at least 2 patterns"));
                }
                Pattern::MatchOr(PatternMatchOr {
                    node_index,
                    range,
                    patterns,
                })
            }
        })
    }
    fn mapping(&mut self, th: &mut Thread, v: Value, range: TextRange) -> R<Pattern> {
        let n = Node::MatchMapping;
        let keys = self.exprs(th, v, n, 0, Ctx::Load)?;
        let patterns = self.patterns(th, v, n, 1, false)?;
        let rest = self.capture(th, v, n, 2, range)?;
        if keys.len() != patterns.len() {
            return Err(th.value_error("MatchMapping doesn't have the same number of keys as patterns"));
        }
        for k in &keys {
            if !matches!(k, Expr::NoneLiteral(_) | Expr::BooleanLiteral(_)) {
                self.check_value(th, k)?;
            }
        }
        Ok(Pattern::MatchMapping(PatternMatchMapping {
            node_index: AtomicNodeIndex::NONE,
            range,
            keys: keys.into_iter().collect(),
            patterns: patterns.into_iter().collect(),
            rest,
        }))
    }
    fn class_pattern(&mut self, th: &mut Thread, v: Value, range: TextRange) -> R<Pattern> {
        let n = Node::MatchClass;
        let cls = self.expr_field(th, v, n, 0, Ctx::Load)?;
        let patterns = self.patterns(th, v, n, 1, false)?;
        let names = self.identifiers(th, v, n, 2, range)?;
        let kwd = self.patterns(th, v, n, 3, false)?;
        if names.len() != kwd.len() {
            return Err(th.value_error("MatchClass doesn't have the same number of keyword attributes as patterns"));
        }
        let mut base = &*cls;
        while let Expr::Attribute(a) = base {
            base = &a.value;
        }
        if !base.is_name_expr() {
            return Err(th.value_error("MatchClass cls field can only contain Name or Attribute nodes."));
        }
        for name in &names {
            check_name(th, name)?;
        }
        let keywords = names.into_iter().zip(kwd).map(|(attr, pattern)| PatternKeyword {
            node_index: AtomicNodeIndex::NONE,
            range,
            attr,
            pattern,
        });
        Ok(Pattern::MatchClass(PatternMatchClass {
            node_index: AtomicNodeIndex::NONE,
            range,
            cls,
            arguments: PatternArguments {
                node_index: AtomicNodeIndex::NONE,
                range,
                patterns: patterns.into_iter().collect(),
                keywords: keywords.collect(),
            },
        }))
    }
    /// Only literals and attributes can be compared with.
    fn check_value(&self, th: &mut Thread, e: &Expr) -> R<()> {
        let ok = match e {
            Expr::NumberLiteral(n) => {
                let given = n.node_index.load().as_u32().and_then(|i| self.consts.get(i as usize));
                if matches!(given, Some(Const::Tuple(_) | Const::FrozenSet(_))) {
                    return Err(th.value_error("unexpected constant inside of a literal pattern"));
                }
                true
            }
            Expr::NoneLiteral(_) | Expr::BooleanLiteral(_) | Expr::EllipsisLiteral(_) => {
                return Err(th.value_error("unexpected constant inside of a literal pattern"));
            }
            Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::Attribute(_) | Expr::FString(_) | Expr::TString(_) => true,
            Expr::UnaryOp(_) => is_negative(e),
            Expr::BinOp(b) => {
                matches!(b.op, Operator::Add | Operator::Sub)
                    && (is_real(&b.left) || is_negative(&b.left))
                    && matches!(&*b.right, Expr::NumberLiteral(n) if matches!(n.value, Number::Complex { .. }))
            }
            _ => false,
        };
        if ok {
            Ok(())
        } else {
            Err(th.value_error("patterns may only match literals and attribute lookups"))
        }
    }
}
fn is_real(e: &Expr) -> bool {
    matches!(e, Expr::NumberLiteral(n) if !matches!(n.value, Number::Complex { .. }))
}
fn is_negative(e: &Expr) -> bool {
    matches!(e, Expr::UnaryOp(u) if u.op == UnaryOp::USub && u.operand.is_number_literal_expr())
}
