//! What CPython computes already in the tree when an optimized one is asked for.

use super::Builder;
use crate::ast::grammar::Node;
use num_traits::ToPrimitive;
use ruff_python_ast::{Expr, ExprBinOp, Number, Operator, UnaryOp};
use ruff_text_size::Ranged;
use vasuki_compiler::code::Const;
use vasuki_vm::interp::code::constant;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::value::Value;

/// Digits that a width or precision may have.
const MOST_DIGITS: usize = 3;

/// A part of a `%` format.
enum Part {
    Text(String),
    Value { conversion: u8, spec: String },
}

impl Builder<'_> {
    /// `'...' % (a, b)` with simple conversions as an f-string.
    pub(super) fn folded_format(&self, th: &mut Thread, b: &ExprBinOp) -> R<Option<Value>> {
        let (Some(_), Operator::Mod, Expr::StringLiteral(s), Expr::Tuple(t)) = (self.optimize, b.op, &*b.left, &*b.right) else {
            return Ok(None);
        };
        if t.elts.iter().any(Expr::is_starred_expr) {
            return Ok(None);
        }
        let Some(parts) = parse(s.value.to_str()) else { return Ok(None) };
        if parts.iter().filter(|p| matches!(p, Part::Value { .. })).count() != t.elts.len() {
            return Ok(None);
        }
        let at = b.range();
        let mut args = t.elts.iter();
        let mut nodes = ValueVec::new();
        for p in parts {
            let node = match p {
                Part::Text(t) => {
                    let v = th.new_str(&t);
                    self.constant(th, at, v)?
                }
                Part::Value { conversion, spec } => {
                    let arg = args.next();
                    let value = self.option(th, arg)?;
                    let spec = if spec.is_empty() {
                        Value::NONE
                    } else {
                        let v = th.new_str(&spec);
                        let c = self.constant(th, at, v)?;
                        let list = th.new_list(&[c])?;
                        self.make_at(th, Node::JoinedStr, at, &[list])?
                    };
                    let range = arg.map_or(at, |e| e.range());
                    self.make_at(th, Node::FormattedValue, range, &[value, Value::small(i64::from(conversion)), spec])?
                }
            };
            nodes.push(th, node)?;
        }
        let list = th.new_list_vec(nodes);
        self.make_at(th, Node::JoinedStr, at, &[list]).map(Some)
    }
    /// The value of a pattern: `-1` and `1+2j` are constants in an optimized tree.
    pub(super) fn pattern_value(&self, th: &mut Thread, e: &Expr) -> R {
        let folded = match e {
            Expr::UnaryOp(_) | Expr::BinOp(_) if self.optimize.is_some() => self.number(e),
            _ => None,
        };
        match folded {
            Some(c) => {
                let v = constant(th, &c)?;
                self.constant(th, e.range(), v)
            }
            None => self.expr(th, e),
        }
    }
    fn number(&self, e: &Expr) -> Option<Const> {
        Some(match e {
            Expr::NumberLiteral(n) => self.literals.number(n),
            Expr::UnaryOp(u) if u.op == UnaryOp::USub => match self.number(&u.operand)? {
                Const::Int(i) => Const::Int(-i),
                Const::Float(f) => Const::Float(-f),
                Const::Complex(a, b) => Const::Complex(-a, -b),
                _ => return None,
            },
            Expr::BinOp(b) => {
                let real = match self.number(&b.left)? {
                    Const::Int(i) => i.to_f64()?,
                    Const::Float(f) => f,
                    _ => return None,
                };
                let Expr::NumberLiteral(n) = &*b.right else { return None };
                let Number::Complex { real: re, imag } = n.value else { return None };
                match b.op {
                    Operator::Add => Const::Complex(real + re, imag),
                    Operator::Sub => Const::Complex(real - re, -imag),
                    _ => return None,
                }
            }
            _ => return None,
        })
    }
}

fn parse(format: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = format.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        let digits = |rest: &mut std::iter::Peekable<std::str::Chars>| {
            let mut out = String::new();
            while let Some(d) = rest.next_if(char::is_ascii_digit) {
                out.push(d);
            }
            (out.len() <= MOST_DIGITS).then_some(out)
        };
        if rest.next_if_eq(&'%').is_some() {
            text.push('%');
            continue;
        }
        let left = rest.next_if_eq(&'-').is_some();
        if rest.peek() == Some(&'0') {
            return None;
        }
        let width = digits(&mut rest)?;
        let precision = match rest.next_if_eq(&'.') {
            Some(_) => Some(digits(&mut rest)?),
            None => None,
        };
        let conversion = match rest.next()? {
            c @ ('s' | 'r' | 'a') => c as u8,
            _ => return None,
        };
        let mut spec = String::new();
        if !width.is_empty() {
            if !left {
                spec.push('>');
            }
            spec.push_str(&width);
        }
        if let Some(p) = precision {
            spec.push('.');
            spec.push_str(if p.is_empty() { "0" } else { &p });
        }
        if !text.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut text)));
        }
        parts.push(Part::Value { conversion, spec });
    }
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    Some(parts)
}
