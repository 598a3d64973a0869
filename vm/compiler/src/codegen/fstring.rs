//! Formatted strings and template strings.

use super::{Gen, Reg};
use crate::code::{Const, Text};
use crate::literal::Literals;
use crate::op::Op;
use ruff_python_ast::*;
use ruff_text_size::Ranged;

/// A part of a formatted string.
enum Piece<'a> {
    Text(Text),
    Value(&'a InterpolatedElement),
}

fn add_text(out: &mut Vec<Piece<'_>>, s: &Text) {
    match out.last_mut() {
        _ if s.is_empty() => {}
        Some(Piece::Text(t)) => t.push(s),
        _ => out.push(Piece::Text(s.clone())),
    }
}
fn add_elements<'a>(out: &mut Vec<Piece<'a>>, elements: &'a InterpolatedStringElements, l: Literals, raw: bool) {
    for e in elements {
        match e {
            InterpolatedStringElement::Literal(e) => add_text(out, &l.element(e, raw)),
            InterpolatedStringElement::Interpolation(i) => {
                if let Some(d) = l.debug_text(i) {
                    add_text(out, &d);
                }
                out.push(Piece::Value(i));
            }
        }
    }
}
fn conversion(i: &InterpolatedElement) -> u16 {
    match i.conversion {
        ConversionFlag::Str => 1,
        ConversionFlag::Repr => 2,
        ConversionFlag::Ascii => 3,
        ConversionFlag::None if i.debug_text.is_some() && i.format_spec.is_none() => 2,
        ConversionFlag::None => 0,
    }
}

impl<'a> Gen<'a> {
    pub(super) fn fstring(&mut self, f: &'a ExprFString, d: Reg) {
        let l = self.literals();
        let mut pieces = Vec::new();
        for p in f.value.iter() {
            match p {
                FStringPart::Literal(s) => add_text(&mut pieces, &l.part(s)),
                FStringPart::FString(f) => add_elements(&mut pieces, &f.elements, l, f.flags.prefix().is_raw()),
            }
        }
        self.join(&pieces, d);
    }
    fn join(&mut self, pieces: &[Piece<'a>], d: Reg) {
        match pieces {
            [] => self.load_str(d, ""),
            [Piece::Text(t)] => self.load_text(d, t.clone()),
            [Piece::Value(i)] => self.formatted(i, d),
            pieces => {
                let range = self.u.range;
                let t = self.temps(pieces.len().min(100));
                let mut n = 0;
                for (i, p) in pieces.iter().enumerate() {
                    let r = t + n;
                    match p {
                        Piece::Text(s) => self.load_text(r, s.clone()),
                        Piece::Value(v) => self.formatted(v, r),
                    }
                    n += 1;
                    if n == 100 || i + 1 == pieces.len() {
                        self.pos(range);
                        let last = i + 1 == pieces.len();
                        // Long ones are joined in parts: the first register holds what is joined so far.
                        self.emit(Op::BuildString, if last { d } else { t }, t, n);
                        n = 1;
                    }
                }
            }
        }
    }
    fn formatted(&mut self, i: &'a InterpolatedElement, d: Reg) {
        let mark = self.u.sp;
        let range = self.u.range;
        let v = self.temp();
        self.expr(&i.expression, v);
        self.pos(i.range());
        let c = conversion(i);
        if c != 0 {
            self.emit(Op::ConvertValue, v, v, c);
        }
        match &i.format_spec {
            Some(s) => {
                let spec = self.spec(s);
                self.pos(i.range());
                self.emit(Op::FormatWithSpec, d, v, spec);
            }
            None => self.emit(Op::FormatSimple, d, v, 0),
        }
        self.u.sp = mark;
        self.pos(range);
    }
    fn spec(&mut self, s: &'a InterpolatedStringFormatSpec) -> Reg {
        let mut pieces = Vec::new();
        add_elements(&mut pieces, &s.elements, self.literals(), false);
        let t = self.temp();
        self.join(&pieces, t);
        t
    }
    pub(super) fn tstring(&mut self, t: &'a ExprTString, d: Reg) {
        let mut pieces = Vec::new();
        for part in t.value.iter() {
            add_elements(&mut pieces, &part.elements, self.literals(), part.flags.prefix().is_raw());
        }
        let mut strings = vec![Text::from("")];
        let mut values = Vec::new();
        for p in pieces {
            match p {
                Piece::Text(s) => {
                    if let Some(last) = strings.last_mut() {
                        last.push(&s);
                    }
                }
                Piece::Value(i) => {
                    values.push(i);
                    strings.push(Text::from(""));
                }
            }
        }
        let both = self.temps(2);
        let list = strings.into_iter().map(Const::Str).collect();
        let k = self.constant(Const::Tuple(list));
        self.emit(Op::LoadConst, both, k, 0);
        let first = self.temps(values.len());
        for (n, i) in values.iter().enumerate() {
            let mark = self.u.sp;
            let t = self.temps(3);
            self.expr(&i.expression, t);
            match self.literals().given(&i.node_index).cloned() {
                Some(c) => self.load_const(t + 1, c),
                None => {
                    let text = self.literals().expression_text(i);
                    self.load_str(t + 1, &text);
                }
            }
            match &i.format_spec {
                Some(s) => {
                    let r = self.spec(s);
                    self.mov(t + 2, r);
                }
                None => self.load_str(t + 2, ""),
            }
            self.emit(Op::BuildInterpolation, first + n as Reg, t, conversion(i));
            self.u.sp = mark;
        }
        self.emit(Op::BuildTuple, both + 1, first, values.len() as u16);
        self.emit(Op::BuildTemplate, d, both, both + 1);
    }
}
