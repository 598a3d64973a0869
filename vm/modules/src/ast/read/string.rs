//! f-strings and t-strings.

use super::{Ctx, Reader};
use crate::ast::grammar::Node;
use ruff_python_ast::*;
use ruff_text_size::{Ranged, TextRange};
use vasuki_compiler::code::Text;
use vasuki_vm::context::ctx;
use vasuki_vm::interp::code::to_constant;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

impl Reader {
    /// A `JoinedStr`, or a `FormattedValue` by itself.
    pub(super) fn fstring(&mut self, th: &mut Thread, v: Value, n: Node, range: TextRange) -> R<Expr> {
        let elements = if n == Node::JoinedStr {
            self.values(th, v, n)?
        } else {
            vec![self.interpolation(th, v, n, range)?]
        };
        Ok(Expr::FString(ExprFString {
            node_index: AtomicNodeIndex::NONE,
            range,
            value: FStringValue::single(FString {
                node_index: AtomicNodeIndex::NONE,
                range,
                elements: elements.into(),
                flags: FStringFlags::empty(),
            }),
        }))
    }
    /// A `TemplateStr`.
    pub(super) fn tstring(&mut self, th: &mut Thread, v: Value, range: TextRange) -> R<Expr> {
        let elements = self.values(th, v, Node::TemplateStr)?;
        Ok(template(elements, range))
    }
    /// An `Interpolation` by itself: the only one of a template.
    pub(super) fn lone_interpolation(&mut self, th: &mut Thread, v: Value, range: TextRange) -> R<Expr> {
        let element = self.interpolation(th, v, Node::Interpolation, range)?;
        let list = Expr::Attribute(ExprAttribute {
            node_index: AtomicNodeIndex::NONE,
            range,
            value: Box::new(template(vec![element], range)),
            attr: Identifier::new("interpolations", range),
            ctx: ExprContext::Load,
        });
        let zero = Expr::NumberLiteral(ExprNumberLiteral {
            node_index: AtomicNodeIndex::NONE,
            range,
            value: Number::Int(Int::ZERO),
        });
        Ok(Expr::Subscript(ExprSubscript {
            node_index: AtomicNodeIndex::NONE,
            range,
            value: Box::new(list),
            slice: Box::new(zero),
            ctx: ExprContext::Load,
        }))
    }
    fn values(&mut self, th: &mut Thread, v: Value, n: Node) -> R<Vec<InterpolatedStringElement>> {
        let items = self.list(th, v, n, 0)?;
        let mut out = Vec::new();
        for x in items.as_slice() {
            if x.is_none() {
                return Err(th.value_error("None disallowed in expression list"));
            }
            out.push(self.element(th, *x)?);
        }
        Ok(out)
    }
    /// A part of a string: text, a value with its format, or any other expression, whose text it is then.
    fn element(&mut self, th: &mut Thread, v: Value) -> R<InterpolatedStringElement> {
        let n = self.kind_with_place(th, v, "expr")?;
        let is_value = matches!(n, Node::FormattedValue | Node::Interpolation);
        if is_value {
            let at = self.place(th, v, "expr")?;
            return self.interpolation(th, v, n, at);
        }
        if n == Node::Constant
            && let Some(s) = self.nullable(th, v, n, 0)?.cast::<Str>()
        {
            let range = self.place(th, v, "expr")?;
            let text = match s.to_utf8() {
                Some(s) => Text::Utf8(s.into()),
                None => Text::from_points(s.points().collect()),
            };
            let (value, node_index) = self.text(text);
            return Ok(InterpolatedStringElement::Literal(InterpolatedStringLiteralElement {
                node_index,
                range,
                value,
            }));
        }
        let e = self.expr(th, v, Ctx::Load)?;
        Ok(plain(e))
    }
    fn interpolation(&mut self, th: &mut Thread, v: Value, n: Node, range: TextRange) -> R<InterpolatedStringElement> {
        let expression = self.expr_field(th, v, n, 0, Ctx::Load)?;
        let mut node_index = AtomicNodeIndex::NONE;
        let mut next = 1;
        if n == Node::Interpolation {
            let text = self.nullable(th, v, n, 1)?;
            let c = to_constant(th, text)?;
            node_index = self.keep_const(c);
            next = 2;
        }
        let conversion = match self.int_field(th, v, n, next)? {
            -1 => ConversionFlag::None,
            115 => ConversionFlag::Str,
            114 => ConversionFlag::Repr,
            97 => ConversionFlag::Ascii,
            c => {
                let text = format!("Unrecognized conversion character {c}");
                return Err(th.error(ctx().types.SystemError, &text));
            }
        };
        let format_spec = match self.optional(th, v, n, next + 1)? {
            Some(s) => Some(Box::new(self.format_spec(th, s)?)),
            None => None,
        };
        Ok(InterpolatedStringElement::Interpolation(InterpolatedElement {
            node_index,
            range,
            expression,
            debug_text: None,
            conversion,
            format_spec,
        }))
    }
    fn format_spec(&mut self, th: &mut Thread, v: Value) -> R<InterpolatedStringFormatSpec> {
        let n = self.kind_with_place(th, v, "expr")?;
        let elements = if n == Node::JoinedStr {
            self.place(th, v, "expr")?;
            self.values(th, v, n)?
        } else {
            vec![self.element(th, v)?]
        };
        let range = elements.first().map_or(TextRange::default(), |e| e.range());
        Ok(InterpolatedStringFormatSpec {
            node_index: AtomicNodeIndex::NONE,
            range,
            elements: elements.into(),
        })
    }
}
/// An expression whose text is meant.
fn plain(e: Expr) -> InterpolatedStringElement {
    InterpolatedStringElement::Interpolation(InterpolatedElement {
        node_index: AtomicNodeIndex::NONE,
        range: e.range(),
        expression: Box::new(e),
        debug_text: None,
        conversion: ConversionFlag::None,
        format_spec: None,
    })
}
fn template(elements: Vec<InterpolatedStringElement>, range: TextRange) -> Expr {
    Expr::TString(ExprTString {
        node_index: AtomicNodeIndex::NONE,
        range,
        value: TStringValue::single(TString {
            node_index: AtomicNodeIndex::NONE,
            range,
            elements: elements.into(),
            flags: TStringFlags::empty(),
        }),
    })
}
