//! Constants.

use super::Reader;
use crate::ast::grammar::Node;
use crate::support::type_name;
use ruff_python_ast::*;
use ruff_text_size::TextRange;
use std::str::FromStr;
use vasuki_compiler::code::{Const, Text};
use vasuki_vm::context::ctx;
use vasuki_vm::interp::code::to_constant;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

impl Reader {
    /// A `Constant` node.
    pub(super) fn constant(&mut self, th: &mut Thread, v: Value, range: TextRange) -> R<Expr> {
        let value = self.nullable(th, v, Node::Constant, 0)?;
        self.type_comment(th, v, Node::Constant, 1)?;
        self.check_constant(th, value)?;
        let c = to_constant(th, value)?;
        let node_index = AtomicNodeIndex::NONE;
        Ok(match c {
            Const::None => Expr::NoneLiteral(ExprNoneLiteral { node_index, range }),
            Const::Bool(value) => Expr::BooleanLiteral(ExprBooleanLiteral { node_index, range, value }),
            Const::Ellipsis => Expr::EllipsisLiteral(ExprEllipsisLiteral { node_index, range }),
            Const::Str(t) => {
                let unicode = self.optional(th, v, Node::Constant, 1)?.is_some();
                Expr::StringLiteral(ExprStringLiteral {
                    node_index,
                    range,
                    value: StringLiteralValue::single(self.string(t, range, unicode)),
                })
            }
            Const::Bytes(b) => Expr::BytesLiteral(ExprBytesLiteral {
                node_index,
                range,
                value: BytesLiteralValue::single(BytesLiteral {
                    node_index: AtomicNodeIndex::NONE,
                    range,
                    value: b.into(),
                    flags: BytesLiteralFlags::empty(),
                }),
            }),
            c => {
                let value = match &c {
                    Const::Int(i) => Number::Int(Int::from_str(&i.to_string()).unwrap_or(Int::ZERO)),
                    Const::Float(f) => Number::Float(*f),
                    Const::Complex(real, imag) => Number::Complex { real: *real, imag: *imag },
                    _ => Number::Int(Int::ZERO),
                };
                let node_index = self.keep_const(c);
                Expr::NumberLiteral(ExprNumberLiteral { node_index, range, value })
            }
        })
    }
    /// A string literal; what UTF-8 cannot hold is kept beside it.
    pub(super) fn string(&mut self, t: Text, range: TextRange, unicode: bool) -> StringLiteral {
        let flags = StringLiteralFlags::empty();
        let flags = if unicode {
            flags.with_prefix(str_prefix::StringLiteralPrefix::Unicode)
        } else {
            flags
        };
        let (value, node_index) = self.text(t);
        StringLiteral {
            node_index,
            range,
            value,
            flags,
        }
    }
    /// The text of a literal and its index.
    pub(super) fn text(&mut self, t: Text) -> (Box<str>, AtomicNodeIndex) {
        match t {
            Text::Utf8(s) => (s, AtomicNodeIndex::NONE),
            t => ("".into(), self.keep_const(Const::Str(t))),
        }
    }
    fn check_constant(&self, th: &mut Thread, v: Value) -> R<()> {
        let t = &ctx().types;
        let class = th.class_of(v);
        if [t.none, t.ellipsis, t.int, t.float, t.complex, t.bool_, t.str, t.bytes].contains(&class) {
            return Ok(());
        }
        if class == t.tuple || class == t.frozenset {
            return th.recurse(" during compilation", |th| {
                for x in th.collect(v)?.as_slice() {
                    self.check_constant(th, *x)?;
                }
                Ok(())
            });
        }
        let name = type_name(th, v);
        Err(th.type_error(&format!("got an invalid type in Constant: {name}")))
    }
}
