//! f-strings and t-strings: one list of constants and values, neighbouring constants made one.

use super::Builder;
use crate::ast::grammar::Node;
use ruff_python_ast::*;
use ruff_text_size::{Ranged, TextRange, TextSize};
use vasuki_compiler::code::{Const, Text};
use vasuki_vm::interp::code::constant;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::value::Value;

/// What is made of a string so far.
struct Pieces {
    nodes: ValueVec,
    text: Text,
    range: Option<TextRange>,
    unicode: bool,
    template: bool,
}

impl Builder<'_> {
    /// An f-string, perhaps of several parts.
    pub(super) fn fstring(&self, th: &mut Thread, f: &ExprFString) -> R {
        let mut p = Pieces::new(false);
        for part in f.value.iter() {
            match part {
                FStringPart::Literal(s) => p.add(&self.literals.part(s), s.range(), s.flags.prefix().is_unicode()),
                FStringPart::FString(f) => self.elements(th, &mut p, &f.elements, f.flags.prefix().is_raw())?,
            }
        }
        let values = self.finish(th, p)?;
        self.make_at(th, Node::JoinedStr, f.range(), &[values])
    }
    /// A t-string.
    pub(super) fn tstring(&self, th: &mut Thread, t: &ExprTString) -> R {
        let mut p = Pieces::new(true);
        for part in t.value.iter() {
            self.elements(th, &mut p, &part.elements, part.flags.prefix().is_raw())?;
        }
        let values = self.finish(th, p)?;
        self.make_at(th, Node::TemplateStr, t.range(), &[values])
    }
    fn elements(&self, th: &mut Thread, p: &mut Pieces, list: &InterpolatedStringElements, raw: bool) -> R<()> {
        for e in list {
            match e {
                InterpolatedStringElement::Literal(l) => p.add(&self.literals.element(l, raw), l.range(), false),
                InterpolatedStringElement::Interpolation(i) => {
                    if let Some(d) = &i.debug_text {
                        let start = i.start() + TextSize::new(1);
                        let len = TextSize::new(d.as_str().len() as u32);
                        let text = self.literals.debug_text(i).unwrap_or(Text::from(""));
                        p.add(&text, TextRange::at(start, len), false);
                    }
                    self.flush(th, p)?;
                    let node = self.interpolation(th, i, p.template, raw)?;
                    p.nodes.push(th, node)?;
                }
            }
        }
        Ok(())
    }
    fn interpolation(&self, th: &mut Thread, i: &InterpolatedElement, template: bool, raw: bool) -> R {
        let value = self.expr(th, &i.expression)?;
        let conversion = match i.conversion {
            ConversionFlag::Str => i64::from(b's'),
            ConversionFlag::Repr => i64::from(b'r'),
            ConversionFlag::Ascii => i64::from(b'a'),
            ConversionFlag::None if i.debug_text.is_some() && i.format_spec.is_none() => i64::from(b'r'),
            ConversionFlag::None => -1,
        };
        let conversion = Value::small(conversion);
        let spec = match &i.format_spec {
            Some(s) => self.format_spec(th, s, raw)?,
            None => Value::NONE,
        };
        if !template {
            return self.make_at(th, Node::FormattedValue, i.range(), &[value, conversion, spec]);
        }
        let text = match self.literals.given(&i.node_index) {
            Some(c) => constant(th, c)?,
            None => th.new_str(&self.literals.expression_text(i)),
        };
        self.make_at(th, Node::Interpolation, i.range(), &[value, text, conversion, spec])
    }
    /// A format specification begins at its colon.
    fn format_spec(&self, th: &mut Thread, s: &InterpolatedStringFormatSpec, raw: bool) -> R {
        let mut p = Pieces::new(false);
        self.elements(th, &mut p, &s.elements, raw)?;
        let values = self.finish(th, p)?;
        let colon = s
            .start()
            .to_usize()
            .checked_sub(1)
            .filter(|&at| matches!(self.places, super::Places::Source(_)) && self.literals.source.as_bytes().get(at) == Some(&b':'));
        let start = colon.map_or(s.start(), |at| TextSize::new(at as u32));
        self.make_at(th, Node::JoinedStr, TextRange::new(start, s.end()), &[values])
    }
    fn flush(&self, th: &mut Thread, p: &mut Pieces) -> R<()> {
        let Some(range) = p.range.take() else { return Ok(()) };
        let text = std::mem::replace(&mut p.text, Text::from(""));
        if text.is_empty() {
            return Ok(());
        }
        let v = constant(th, &Const::Str(text))?;
        let kind = if p.unicode { th.intern("u").value() } else { Value::NONE };
        let node = self.make_at(th, Node::Constant, range, &[v, kind])?;
        p.nodes.push(th, node)
    }
    fn finish(&self, th: &mut Thread, mut p: Pieces) -> R {
        self.flush(th, &mut p)?;
        Ok(th.new_list_vec(p.nodes))
    }
}
impl Pieces {
    fn new(template: bool) -> Pieces {
        Pieces {
            nodes: ValueVec::new(),
            text: Text::from(""),
            range: None,
            unicode: false,
            template,
        }
    }
    fn add(&mut self, text: &Text, range: TextRange, unicode: bool) {
        self.text.push(text);
        match self.range {
            Some(r) => self.range = Some(r.cover(range)),
            None => {
                self.range = Some(range);
                self.unicode = unicode;
            }
        }
    }
}
