//! Decimal numbers and their arithmetic by the General Decimal Arithmetic Specification. Knows nothing of Python.
//!
//! An operation takes numbers and [`Settings`], and adds what it reports to a set of conditions ([`cond`]).

mod add;
mod coef;
mod compare;
mod digitwise;
mod divide;
mod division;
mod exp;
mod finish;
mod fixed;
mod integral;
mod limbs;
mod ln;
mod minmax;
mod multiply;
mod neighbours;
mod parse;
mod power;
mod settings;
mod short;
mod sqrt;
#[cfg(test)]
mod tests;
mod text;
mod wide;

pub(crate) use coef::Coef;
pub(crate) use compare::of_order;
pub(crate) use parse::parse;
pub(crate) use settings::{MAX_EMAX, MAX_PREC, MIN_EMIN, MIN_ETINY, Round, Settings, cond};
pub(crate) use short::Short;
pub(crate) use text::{push_digits, to_text};

/// What a number is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// coefficient * 10^exponent
    Finite,
    /// infinity
    Inf,
    /// a quiet NaN, with the coefficient as diagnostic information
    QNan,
    /// a signaling NaN
    SNan,
}

/// A decimal number.
#[derive(Clone, Debug)]
pub(crate) struct Num {
    /// is there a minus sign?
    pub(crate) neg: bool,
    /// what it is
    pub(crate) kind: Kind,
    /// exponent of the last digit
    pub(crate) exp: i64,
    /// digits
    pub(crate) coef: Coef,
}

/// A coefficient of more digits is refused.
const MAX_DIGITS: i64 = 1_000_000_000;

/// Would a result of so many digits be refused?
fn too_long(digits: i64, st: &mut u32) -> bool {
    let long = digits > MAX_DIGITS;
    if long {
        *st |= cond::MEMORY;
    }
    long
}

impl Num {
    /// A finite number.
    #[inline]
    pub(crate) fn new(neg: bool, coef: Coef, exp: i64) -> Num {
        let kind = Kind::Finite;
        Num { neg, kind, exp, coef }
    }
    /// A small natural number.
    pub(crate) fn small(n: u64) -> Num {
        Num::new(false, Coef::Small(n.into()), 0)
    }
    /// Zero with a sign and an exponent.
    pub(crate) fn zero(neg: bool, exp: i64) -> Num {
        Num::new(neg, Coef::ZERO, exp)
    }
    /// Infinity.
    pub(crate) fn inf(neg: bool) -> Num {
        let kind = Kind::Inf;
        Num { kind, ..Num::zero(neg, 0) }
    }
    /// The NaN of invalid operations.
    pub(crate) fn nan() -> Num {
        let kind = Kind::QNan;
        Num {
            kind,
            ..Num::zero(false, 0)
        }
    }
    /// The NaN of an invalid operation, which is reported as this condition.
    pub(crate) fn invalid(condition: u32, st: &mut u32) -> Num {
        *st |= condition;
        Num::nan()
    }
    /// Neither infinite nor NaN?
    #[inline]
    pub(crate) fn is_finite(&self) -> bool {
        self.kind == Kind::Finite
    }
    /// A NaN of either kind?
    #[inline]
    pub(crate) fn is_nan(&self) -> bool {
        matches!(self.kind, Kind::QNan | Kind::SNan)
    }
    /// Infinite?
    #[inline]
    pub(crate) fn is_inf(&self) -> bool {
        self.kind == Kind::Inf
    }
    /// Zero?
    #[inline]
    pub(crate) fn is_zero(&self) -> bool {
        self.is_finite() && self.coef.is_zero()
    }
    /// Digits of the coefficient.
    #[inline]
    pub(crate) fn digits(&self) -> i64 {
        self.coef.digits() as i64
    }
    /// Exponent of the first digit.
    #[inline]
    pub(crate) fn adjusted(&self) -> i64 {
        self.exp + self.digits() - 1
    }
    /// It with this sign.
    pub(crate) fn with_sign(self, neg: bool) -> Num {
        Num { neg, ..self }
    }
    /// -1, 0 or 1 of a number that is not NaN.
    pub(crate) fn sign(&self) -> i32 {
        match self.neg {
            _ if self.is_zero() => 0,
            true => -1,
            false => 1,
        }
    }
    /// Is it a whole number (finite)?
    pub(crate) fn is_integer(&self) -> bool {
        self.is_finite() && (self.exp >= 0 || self.coef.is_zero() || self.coef.trailing_zeros() as i64 >= -self.exp)
    }
    /// Is it a whole number that is odd?
    pub(crate) fn is_odd(&self) -> bool {
        self.is_integer() && self.exp <= 0 && self.coef.shift_right(self.exp.unsigned_abs()).0.is_odd()
    }
    /// Nonzero and below Emin?
    pub(crate) fn is_subnormal(&self, s: &Settings) -> bool {
        self.is_finite() && !self.coef.is_zero() && self.adjusted() < s.emin
    }
    /// Nonzero and not below Emin?
    pub(crate) fn is_normal(&self, s: &Settings) -> bool {
        self.is_finite() && !self.coef.is_zero() && self.adjusted() >= s.emin
    }
    /// What class of numbers it belongs to.
    pub(crate) fn class(&self, s: &Settings) -> &'static str {
        match (self.kind, self.neg) {
            (Kind::QNan, _) => "NaN",
            (Kind::SNan, _) => "sNaN",
            (Kind::Inf, false) => "+Infinity",
            (Kind::Inf, true) => "-Infinity",
            (_, false) if self.coef.is_zero() => "+Zero",
            (_, true) if self.coef.is_zero() => "-Zero",
            (_, false) if self.is_subnormal(s) => "+Subnormal",
            (_, true) if self.is_subnormal(s) => "-Subnormal",
            (_, false) => "+Normal",
            (_, true) => "-Normal",
        }
    }
    /// The NaN that an operation with this NaN operand gives.
    fn quieted(&self, s: &Settings, st: &mut u32) -> Num {
        if self.kind == Kind::SNan {
            *st |= cond::INVALID_OPERATION;
        }
        let kind = Kind::QNan;
        Num { kind, ..self.clone() }.finish_nan(s)
    }
    /// The result of an operation if an operand is NaN.
    #[inline]
    pub(crate) fn nan_of(&self, s: &Settings, st: &mut u32) -> Option<Num> {
        if self.is_nan() { Some(self.quieted(s, st)) } else { None }
    }
    /// The result of an operation if one of two operands is NaN: signaling ones go first.
    #[inline]
    pub(crate) fn nan_of_two(&self, other: &Num, s: &Settings, st: &mut u32) -> Option<Num> {
        if self.is_finite() && other.is_finite() {
            return None;
        }
        let chosen = [self, other]
            .into_iter()
            .find(|n| n.kind == Kind::SNan)
            .or_else(|| [self, other].into_iter().find(|n| n.is_nan()))?;
        Some(chosen.quieted(s, st))
    }
}
