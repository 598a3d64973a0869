//! Binary, in-place and unary operators by the data model's rules.

use crate::context::ctx;
use crate::object::{Gc, Kind};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_flag};
use crate::value::Value;

/// A binary operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[expect(missing_docs, reason = "named as the operators")]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    MatMul,
    TrueDiv,
    FloorDiv,
    Mod,
    Pow,
    LShift,
    RShift,
    And,
    Or,
    Xor,
    DivMod,
}
/// A unary operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "named as the operators")]
pub enum UnOp {
    Neg,
    Pos,
    Invert,
}

impl BinOp {
    /// All, in the order of the opcodes.
    pub const ALL: [BinOp; 14] = {
        use BinOp::*;
        [
            Add, Sub, Mul, MatMul, TrueDiv, FloorDiv, Mod, Pow, LShift, RShift, And, Or, Xor, DivMod,
        ]
    };
    /// left, reflected, in-place special methods, and the symbol
    pub fn methods(self) -> (Special, Special, Option<Special>, &'static str) {
        use Special::*;
        match self {
            BinOp::Add => (Add, Radd, Some(Iadd), "+"),
            BinOp::Sub => (Sub, Rsub, Some(Isub), "-"),
            BinOp::Mul => (Mul, Rmul, Some(Imul), "*"),
            BinOp::MatMul => (Matmul, Rmatmul, Some(Imatmul), "@"),
            BinOp::TrueDiv => (Truediv, Rtruediv, Some(Itruediv), "/"),
            BinOp::FloorDiv => (Floordiv, Rfloordiv, Some(Ifloordiv), "//"),
            BinOp::Mod => (Mod, Rmod, Some(Imod), "%"),
            BinOp::Pow => (Pow, Rpow, Some(Ipow), "** or pow()"),
            BinOp::LShift => (Lshift, Rlshift, Some(Ilshift), "<<"),
            BinOp::RShift => (Rshift, Rrshift, Some(Irshift), ">>"),
            BinOp::And => (And, Rand, Some(Iand), "&"),
            BinOp::Or => (Or, Ror, Some(Ior), "|"),
            BinOp::Xor => (Xor, Rxor, Some(Ixor), "^"),
            BinOp::DivMod => (Divmod, Rdivmod, None, "divmod()"),
        }
    }
}

fn is_sequence(v: Value) -> bool {
    [Kind::Str, Kind::List, Kind::Tuple, Kind::Bytes].iter().any(|k| v.is_kind(*k))
}
/// What a sequence says about a right operand that it cannot be joined with.
fn concatenation_error(a: Value, left: &str, right: &str) -> Option<String> {
    let name = [(Kind::Str, "str"), (Kind::List, "list"), (Kind::Tuple, "tuple")];
    match name.iter().find(|n| a.is_kind(n.0)) {
        Some((_, name)) => Some(format!("can only concatenate {name} (not \"{right}\") to {name}")),
        None if a.is_kind(Kind::Bytes) => Some(format!("can't concat {right} to {left}")),
        None => None,
    }
}
/// Does the right operand's reflected method go first?
fn reflected_first(left: Gc<Class>, right: Gc<Class>, s: Special) -> bool {
    left != right && right.is_subclass_of(left) && right.special(s) != left.special(s)
}

/// Is this method that of a builtin sequence?
fn joins(c: Gc<Class>, s: Special) -> bool {
    let sequence = matches!(c.instance_kind(), Kind::Str | Kind::Bytes | Kind::List | Kind::Tuple)
        || c.is_subclass_of(ctx().types.bytearray)
        || c.has_flag(class_flag::SEQUENCE);
    sequence && c.special(s).is_none_or(|f| f.is_kind(Kind::NativeFunction))
}

impl Thread {
    /// `a op b`
    pub fn binary(&mut self, op: BinOp, a: Value, b: Value) -> R {
        let (m, r, _, symbol) = op.methods();
        match self.binary_or_none(m, r, a, b)? {
            Some(v) => Ok(v),
            None => Err(self.unsupported(op, symbol, a, b)),
        }
    }
    /// `a op= b`: the result to be stored
    pub fn inplace(&mut self, op: BinOp, a: Value, b: Value) -> R {
        let (m, r, i, symbol) = op.methods();
        if let Some(v) = self.reflected_of_sequence(m, r, a, b)? {
            return Ok(v);
        }
        if let Some(i) = i
            && self.class_of(a).special(i).is_some()
            && let Some(v) = self.call_special(a, i, &[b])?
            && v != Value::NOT_IMPLEMENTED
        {
            return Ok(v);
        }
        match self.binary_or_none(m, r, a, b)? {
            Some(v) => Ok(v),
            None => {
                let symbol = if op == BinOp::Pow {
                    "**=".to_string()
                } else {
                    format!("{symbol}=")
                };
                Err(self.unsupported(op, &symbol, a, b))
            }
        }
    }
    /// The rule of left, right and reflected methods; None when neither handles it.
    pub fn binary_or_none(&mut self, m: Special, r: Special, a: Value, b: Value) -> R<Option<Value>> {
        let (ca, cb) = (self.class_of(a), self.class_of(b));
        if let Some(v) = self.reflected_of_sequence(m, r, a, b)? {
            return Ok(Some(v));
        }
        let mut tried_right = false;
        if cb.special(r).is_some() && reflected_first(ca, cb, r) {
            tried_right = true;
            if let Some(v) = self.call_special(b, r, &[a])?
                && v != Value::NOT_IMPLEMENTED
            {
                return Ok(Some(v));
            }
        }
        if ca.special(m).is_some()
            && let Some(v) = self.call_special(a, m, &[b])?
            && v != Value::NOT_IMPLEMENTED
        {
            return Ok(Some(v));
        }
        if !tried_right
            && ca != cb
            && cb.special(r).is_some()
            && let Some(v) = self.call_special(b, r, &[a])?
            && v != Value::NOT_IMPLEMENTED
        {
            return Ok(Some(v));
        }
        Ok(None)
    }
    /// `+` and `*` of builtin sequences do not give way to the other operand: its reflected method is asked before.
    fn reflected_of_sequence(&mut self, m: Special, r: Special, a: Value, b: Value) -> R<Option<Value>> {
        if !matches!(m, Special::Add | Special::Mul) || b.is_small() || b.is_float() {
            return Ok(None);
        }
        let (ca, cb) = (self.class_of(a), self.class_of(b));
        if ca == cb || !joins(ca, m) || joins(cb, r) || cb.special(r).is_none() {
            return Ok(None);
        }
        Ok(self.call_special(b, r, &[a])?.filter(|v| *v != Value::NOT_IMPLEMENTED))
    }
    #[cold]
    fn unsupported(&mut self, op: BinOp, symbol: &str, a: Value, b: Value) -> crate::throw::Throw {
        let (na, nb) = (self.class_of(a).shown_name(), self.class_of(b).shown_name());
        if op == BinOp::RShift && na == "builtin_function_or_method" && self.is_print(a) {
            return self.type_error(&format!(
                "unsupported operand type(s) for {symbol}: '{na}' and '{nb}'. Did you mean \"print(<message>, file=<output_stream>)\"?"
            ));
        }
        let text = match op {
            BinOp::Add => concatenation_error(a, &na, &nb),
            BinOp::Mul if is_sequence(a) => Some(format!("can't multiply sequence by non-int of type '{nb}'")),
            BinOp::Mul if is_sequence(b) => Some(format!("can't multiply sequence by non-int of type '{na}'")),
            _ => None,
        };
        let text = text.unwrap_or_else(|| format!("unsupported operand type(s) for {symbol}: '{na}' and '{nb}'"));
        self.type_error(&text)
    }
    fn is_print(&mut self, v: Value) -> bool {
        let print = self.intern("print");
        crate::context::ctx().builtins.get_interned(print) == Some(v)
    }
    /// `-a`, `+a`, `~a`
    pub fn unary(&mut self, op: UnOp, a: Value) -> R {
        let (s, symbol) = match op {
            UnOp::Neg => (Special::Neg, "-"),
            UnOp::Pos => (Special::Pos, "+"),
            UnOp::Invert => (Special::Invert, "~"),
        };
        match self.call_special(a, s, &[])? {
            Some(v) => Ok(v),
            None => Err(self.type_error(&format!("bad operand type for unary {symbol}: '{}'", self.class_of(a).shown_name()))),
        }
    }
}
