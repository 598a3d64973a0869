//! Constant expressions.

use super::Gen;
use crate::code::{Const, Text};
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};
use ruff_python_ast::*;

/// Bits that a folded int may have, items that a folded sequence may have.
const MOST_BITS: u64 = 4096;
const MOST_ITEMS: usize = 256;

impl Gen<'_> {
    /// The constant that an expression is, if it is one.
    pub(super) fn const_of(&self, e: &Expr) -> Option<Const> {
        Some(match e {
            Expr::NumberLiteral(n) => self.literals().number(n),
            Expr::StringLiteral(s) => Const::Str(self.literals().string(&s.value)),
            Expr::BytesLiteral(b) => Const::Bytes(b.value.bytes().collect()),
            Expr::BooleanLiteral(b) => Const::Bool(b.value),
            Expr::NoneLiteral(_) => Const::None,
            Expr::EllipsisLiteral(_) => Const::Ellipsis,
            Expr::Name(n) if n.id.as_str() == "__debug__" => Const::Bool(self.opts.optimize == 0),
            Expr::UnaryOp(u) => fold_unary(u.op, self.const_of(&u.operand)?)?,
            Expr::BinOp(b) => {
                // Left-deep chains of non-constants end at once.
                let r = self.const_of(&b.right)?;
                fold_binary(b.op, self.const_of(&b.left)?, r)?
            }
            Expr::Tuple(t) if t.elts.len() <= 4096 => Const::Tuple(t.elts.iter().map(|e| self.const_of(e)).collect::<Option<_>>()?),
            _ => return None,
        })
    }
    /// Is it known to be true or false?
    pub(super) fn truth_of(&self, e: &Expr) -> Option<bool> {
        match e {
            Expr::UnaryOp(u) if u.op == UnaryOp::Not => return self.truth_of(&u.operand).map(|t| !t),
            Expr::Name(_) | Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::BooleanLiteral(_) => {}
            Expr::NoneLiteral(_) | Expr::EllipsisLiteral(_) | Expr::Tuple(_) => {}
            _ => return None,
        }
        Some(match self.const_of(e)? {
            Const::None => false,
            Const::Bool(b) => b,
            Const::Int(i) => !i.is_zero(),
            Const::Float(f) => f != 0.0,
            Const::Complex(a, b) => a != 0.0 || b != 0.0,
            Const::Str(Text::Utf8(s)) => !s.is_empty(),
            Const::Str(Text::Points(s)) => !s.is_empty(),
            Const::Bytes(b) => !b.is_empty(),
            Const::Tuple(t) => !t.is_empty(),
            _ => true,
        })
    }
}
fn fold_unary(op: UnaryOp, c: Const) -> Option<Const> {
    Some(match (op, c) {
        (UnaryOp::USub, Const::Int(i)) => Const::Int(-i),
        (UnaryOp::USub, Const::Float(f)) => Const::Float(-f),
        (UnaryOp::USub, Const::Complex(a, b)) => Const::Complex(-a, -b),
        (UnaryOp::UAdd, c @ (Const::Int(_) | Const::Float(_) | Const::Complex(..))) => c,
        (UnaryOp::Invert, Const::Int(i)) => Const::Int(!i),
        (UnaryOp::Not, Const::Bool(b)) => Const::Bool(!b),
        (UnaryOp::Not, Const::None) => Const::Bool(true),
        _ => return None,
    })
}
fn fold_binary(op: Operator, a: Const, b: Const) -> Option<Const> {
    match (a, b) {
        (Const::Int(a), Const::Int(b)) => fold_ints(op, a, b),
        (Const::Float(a), Const::Float(b)) => fold_floats(op, a, b),
        (Const::Int(a), Const::Float(b)) if a.bits() < 53 => fold_floats(op, a.to_f64()?, b),
        (Const::Float(a), Const::Int(b)) if b.bits() < 53 => fold_floats(op, a, b.to_f64()?),
        (Const::Int(a), Const::Complex(re, im)) if a.bits() < 53 => fold_complex(op, (a.to_f64()?, 0.0), (re, im), true),
        (Const::Float(a), Const::Complex(re, im)) => fold_complex(op, (a, 0.0), (re, im), true),
        (Const::Str(Text::Utf8(a)), Const::Str(Text::Utf8(b))) if op == Operator::Add && a.len() + b.len() < MOST_BITS as usize => {
            Some(Const::Str(Text::Utf8(format!("{a}{b}").into())))
        }
        (Const::Str(Text::Utf8(s)), Const::Int(n)) | (Const::Int(n), Const::Str(Text::Utf8(s))) if op == Operator::Mult => {
            let n = n.to_i64()?.max(0) as usize;
            if s.len().checked_mul(n)? > MOST_BITS as usize {
                None
            } else {
                Some(Const::Str(Text::Utf8(s.repeat(n).into())))
            }
        }
        (Const::Bytes(s), Const::Int(n)) | (Const::Int(n), Const::Bytes(s)) if op == Operator::Mult => {
            let n = n.to_i64()?.max(0) as usize;
            if s.len().checked_mul(n)? > MOST_BITS as usize {
                None
            } else {
                Some(Const::Bytes(s.repeat(n)))
            }
        }
        (Const::Tuple(t), Const::Int(n)) if op == Operator::Mult => {
            let n = n.to_i64()?.max(0) as usize;
            if t.len().checked_mul(n)? > MOST_ITEMS {
                None
            } else {
                Some(Const::Tuple(t.iter().cycle().take(t.len() * n).cloned().collect()))
            }
        }
        _ => None,
    }
}
fn fold_complex(op: Operator, a: (f64, f64), b: (f64, f64), real_left: bool) -> Option<Const> {
    match op {
        Operator::Add => Some(Const::Complex(a.0 + b.0, b.1)),
        // CPython 3.14 subtracts componentwise for a real left operand.
        Operator::Sub if real_left => Some(Const::Complex(a.0 - b.0, -b.1)),
        _ => None,
    }
}
fn fold_floats(op: Operator, a: f64, b: f64) -> Option<Const> {
    let r = match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div if b != 0.0 => a / b,
        _ => return None,
    };
    Some(Const::Float(r))
}
fn fold_ints(op: Operator, a: BigInt, b: BigInt) -> Option<Const> {
    let r = match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult if a.bits() + b.bits() <= MOST_BITS => a * b,
        Operator::Pow if !b.is_negative() => {
            let n = b.to_u32()?;
            if a.bits().checked_mul(u64::from(n))? > 128 {
                return None;
            }
            a.pow(n)
        }
        Operator::LShift if !b.is_negative() && b.to_u64()? < 128 && a.bits() < 128 => a << b.to_u64()?,
        Operator::RShift if !b.is_negative() => a >> b.to_u64()?,
        Operator::BitAnd => a & b,
        Operator::BitOr => a | b,
        Operator::BitXor => a ^ b,
        Operator::FloorDiv if !b.is_zero() => num_integer::Integer::div_floor(&a, &b),
        Operator::Mod if !b.is_zero() => num_integer::Integer::mod_floor(&a, &b),
        Operator::Div if !b.is_zero() && a.bits() < 53 && b.bits() < 53 => return Some(Const::Float(a.to_f64()? / b.to_f64()?)),
        _ => return None,
    };
    Some(Const::Int(r))
}
